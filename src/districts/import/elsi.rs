//! ELSI table exports: one row an agency, one column a variable and year, in any order and number.

use std::collections::{BTreeMap, BTreeSet};

use super::table::{Log, Origin, Row, Table, Value, shorten};
use super::year::SchoolYear;
use crate::diagnostics::{Place, Problem};

/// The variables that are read, each from the columns of its years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Variable {
    Students,
    Teachers,
    Revenue,
    Local,
    State,
    Federal,
    Expenditure,
}

const VARIABLES: usize = 7;

impl Variable {
    const ALL: [Self; VARIABLES] =
        [Self::Students, Self::Teachers, Self::Revenue, Self::Local, Self::State, Self::Federal, Self::Expenditure];

    /// Whether a column name is of this variable; amounts per pupil are others.
    fn names(self, column: &str) -> bool {
        let marks = match self {
            Self::Students => "Total Students All Grades (Excludes AE)",
            Self::Teachers => "Full-Time Equivalent (FTE) Teachers",
            Self::Revenue => "(TOTALREV)",
            Self::Local => "(TLOCREV)",
            Self::State => "(TSTREV)",
            Self::Federal => "(TFEDREV)",
            Self::Expenditure => "(TOTALEXP)",
        };
        column.contains(marks) && !column.to_ascii_lowercase().contains("per pupil")
    }

    /// The largest value that can be meant: above the largest district of the country.
    fn most(self) -> f64 {
        match self {
            Self::Students => 2e6,
            Self::Teachers => 2e5,
            _ => 1e11,
        }
    }
}

/// What the tables say of an agency in one year.
#[derive(Debug, Clone, Default)]
pub(super) struct AgencyYear {
    /// The text of its type, such as `1-Regular local school district …`.
    pub(super) kind: String,
    /// The text of its charter status, such as `1-All associated schools are charter schools`; empty where no table has it.
    pub(super) charter: String,
    values: [Value; VARIABLES],
    /// Where the values stand.
    origins: [Origin; VARIABLES],
}

impl AgencyYear {
    pub(super) fn get(&self, variable: Variable) -> Value {
        self.values[variable as usize]
    }

    /// Where a value stands.
    pub(super) fn origin(&self, variable: Variable) -> &Origin {
        &self.origins[variable as usize]
    }

    /// Takes a value for none.
    pub(super) fn forget(&mut self, variable: Variable) {
        self.values[variable as usize] = Value::Missing;
    }
}

/// An agency of the state.
#[derive(Debug, Clone, Default)]
pub(super) struct Agency {
    pub(super) name: String,
    pub(super) years: BTreeMap<SchoolYear, AgencyYear>,
    /// Where it stands first.
    pub(super) origin: Origin,
}

impl Agency {
    /// A value of one year.
    pub(super) fn value(&self, year: SchoolYear, variable: Variable) -> Value {
        self.years.get(&year).map_or(Value::Absent, |values| values.get(variable))
    }

    /// The pupils of a year, where there are any.
    pub(super) fn students(&self, year: SchoolYear) -> Option<f64> {
        self.value(year, Variable::Students).positive()
    }
}

/// All agencies of one state, and which states and years there are.
#[derive(Debug, Default)]
pub(super) struct Agencies {
    /// By LEAID.
    pub(super) by_id: BTreeMap<String, Agency>,
    /// The state's name.
    pub(super) state_name: String,
    /// All states with their numbers of rows.
    pub(super) states: BTreeMap<String, usize>,
    /// The years that have both enrolment and agency type.
    pub(super) years: BTreeSet<SchoolYear>,
    /// Years with each variable's column.
    pub(super) columns: BTreeMap<Variable, BTreeSet<SchoolYear>>,
    /// LEAIDs to which a leading zero was given back.
    pub(super) padded: usize,
}

struct Columns {
    id: Option<usize>,
    name: Option<usize>,
    state: Option<usize>,
    state_name: Option<usize>,
    kinds: Vec<(SchoolYear, usize)>,
    charters: Vec<(SchoolYear, usize)>,
    values: Vec<(Variable, SchoolYear, usize)>,
}

impl Columns {
    fn of(table: &Table) -> Self {
        let start = |wanted: &str| table.column_where(|name| name.starts_with(wanted));
        let mut columns = Self {
            id: start("Agency ID - NCES Assigned"),
            name: start("Agency Name"),
            state: start("State Abbr"),
            state_name: start("State Name"),
            kinds: Vec::new(),
            charters: Vec::new(),
            values: Vec::new(),
        };
        for (place, name) in table.header.iter().enumerate() {
            let Some(year) = name.rsplit(' ').next().and_then(|last| last.parse::<SchoolYear>().ok()) else { continue };
            if name.starts_with("Agency Type") {
                columns.kinds.push((year, place));
            }
            if name.contains("Charter Status") {
                columns.charters.push((year, place));
            }
            let variable = Variable::ALL.into_iter().find(|variable| variable.names(name));
            columns.values.extend(variable.map(|variable| (variable, year, place)));
        }
        columns
    }
}

/// Reads all ELSI tables and keeps what they say of one state's agencies.
pub(super) fn read(tables: &[&Table], state: &str, log: &mut Log) -> Agencies {
    let mut agencies = Agencies::default();
    let mut kinds = BTreeSet::new();
    for table in tables {
        let columns = Columns::of(table);
        for (name, place) in [("Agency Name", columns.name), ("State Abbr", columns.state)] {
            if place.is_none() {
                let problem = Problem::new(Place::File(table.file.clone()), format!("no column `{name}`"));
                log.push(
                    problem
                        .expected("an ELSI District table with it")
                        .hint("add the column in the table generator and export again"),
                );
            }
        }
        kinds.extend(columns.kinds.iter().map(|(year, _)| *year));
        for (variable, year, _) in &columns.values {
            agencies.columns.entry(*variable).or_default().insert(*year);
        }
        read_table(table, &columns, state, &mut agencies, log);
    }
    let students = agencies.columns.get(&Variable::Students).cloned().unwrap_or_default();
    agencies.years = students.intersection(&kinds).copied().collect();
    agencies
}

fn read_table(table: &Table, columns: &Columns, state: &str, agencies: &mut Agencies, log: &mut Log) {
    let mut seen = BTreeSet::new();
    for row in &table.rows {
        let of = row.get(columns.state).to_ascii_uppercase();
        let wanted = of == state;
        if is_postal(&of) {
            *agencies.states.entry(of).or_default() += 1;
        } else if of.is_empty() && row.get(columns.id).is_empty() {
            let label = shorten(row.get(Some(0)));
            let what = format!("this row, `{label}`, is no agency: it has neither identifier nor state");
            log.push(
                Problem::new(table.origin(row).place(), what)
                    .expected("a row for each agency")
                    .hint("a note or a total below the table? delete the row"),
            );
        } else if columns.state.is_some() {
            log.push(table.problem(row, columns.state, "a state's two letters"));
        }
        if !wanted {
            continue;
        }
        let Some((id, padded)) = leaid(row.get(columns.id)) else {
            log.push(table.identifier_problem(row, columns.id));
            continue;
        };
        agencies.padded += usize::from(padded);
        if !seen.insert(id.clone()) {
            log.push(
                table.problem(row, columns.id, "every agency once").hint(
                    "delete the row that repeats it; if every agency has several rows, this is no District table: export one",
                ),
            );
            continue;
        }
        let name = row.get(columns.state_name);
        (if name.is_empty() { state } else { name }).clone_into(&mut agencies.state_name);
        let agency = agencies.by_id.entry(id).or_default();
        row.get(columns.name).clone_into(&mut agency.name);
        if agency.origin.file.is_empty() {
            agency.origin = table.origin(row);
        }
        read_values(table, row, columns, agency, log);
    }
}

fn read_values(table: &Table, row: &Row, columns: &Columns, agency: &mut Agency, log: &mut Log) {
    for &(year, place) in &columns.kinds {
        let kind = &mut agency.years.entry(year).or_default().kind;
        let new = row.get(Some(place));
        // Only the number before the words tells the type; exports differ in the words.
        let differs = kind.chars().next().zip(new.chars().next()).is_some_and(|(old, new)| old != new);
        if differs {
            let expected =
                format!("{}, which another table of the folder gives for the same agency and year", shorten(kind));
            log.push(table.problem(row, Some(place), &expected).hint("keep only the newer export in the folder"));
        }
        if !new.is_empty() {
            new.clone_into(kind);
        }
    }
    for &(year, place) in &columns.charters {
        row.get(Some(place)).clone_into(&mut agency.years.entry(year).or_default().charter);
    }
    for &(variable, year, place) in &columns.values {
        let value = table.number(row, Some(place), variable.most(), log);
        if variable == Variable::Students && value.known().is_some_and(|pupils| pupils.fract() > 0.0) {
            log.push(table.problem(row, Some(place), "a whole number of pupils"));
        }
        let of_year = agency.years.entry(year).or_default();
        let slot = &mut of_year.values[variable as usize];
        if let (Some(old), Some(new)) = (slot.known(), value.known())
            && (old - new).abs() > 1e-9
        {
            let expected = format!("{old}, which another table of the folder gives for the same agency and year");
            log.push(table.problem(row, Some(place), &expected).hint("keep only the newer export in the folder"));
        }
        *slot = value.or(*slot);
        if value.known().is_some() {
            of_year.origins[variable as usize] = table.origin(row);
        }
    }
}

/// Whether a text is a postal code of two letters.
fn is_postal(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// An identifier of 7 digits, and whether a leading zero lost in a spreadsheet was given back.
pub(in crate::districts) fn leaid(cell: &str) -> Option<(String, bool)> {
    let digits = cell.trim_matches(['"', '=', '\'']);
    // A data frame that took them for numbers writes them so.
    let digits = digits.strip_suffix(".0").unwrap_or(digits);
    let numeric = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (numeric && matches!(digits.len(), 6 | 7)).then(|| (format!("{digits:0>7}"), digits.len() == 6))
}

/// Why an agency is not a district of the region, if it is not.
pub(super) fn why_dropped(agency: &Agency, year: SchoolYear) -> Option<String> {
    let Some(values) = agency.years.get(&year) else {
        return Some(format!("not in the table of {year}"));
    };
    match values.kind.chars().next() {
        Some('1' | '2') if values.charter.starts_with('1') => {
            return Some("a charter agency: all its schools are charter schools".to_owned());
        }
        Some('1' | '2') => {}
        Some('†' | '–' | '‡') | None => return Some(format!("agency type not applicable: not open in {year}")),
        Some(_) => return Some(format!("agency type {}", shorten(values.kind.split(" (").next().unwrap_or_default()))),
    }
    let why = match values.get(Variable::Students) {
        Value::Number(pupils) if pupils > 0.0 => return None,
        Value::Number(_) => "no pupils: a district that does not operate schools",
        Value::NotApplicable => "enrolment not applicable (†): not open or without schools",
        Value::Missing => "enrolment missing (–)",
        Value::Quality => "enrolment withheld for its quality (‡)",
        Value::Absent => "not in the table of the year",
    };
    Some(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_gets_its_lost_zero_back_and_nothing_else_is_one() {
        assert_eq!(leaid("3800015"), Some(("3800015".into(), false)));
        assert_eq!(leaid("100005"), Some(("0100005".into(), true)));
        assert_eq!(leaid("3800015.0"), Some(("3800015".into(), false)));
        for cell in ["", "38", "38000155", "38A0015", "3.80E+06"] {
            assert_eq!(leaid(cell), None, "{cell}");
        }
    }

    #[test]
    fn amounts_per_pupil_are_not_amounts() {
        assert!(Variable::Revenue.names("Total Revenue (TOTALREV) [District Finance] 2019-20"));
        assert!(!Variable::Revenue.names("Total Revenue (TOTALREV) per Pupil (V33) [District Finance] 2019-20"));
    }

    #[test]
    fn a_dropped_agency_has_its_reason() {
        let agency = |kind: &str, students| {
            let mut year = AgencyYear { kind: kind.into(), ..AgencyYear::default() };
            year.values[Variable::Students as usize] = students;
            Agency { years: BTreeMap::from([(SchoolYear(2019), year)]), ..Agency::default() }
        };
        let why = |kind, students| why_dropped(&agency(kind, students), SchoolYear(2019));
        assert_eq!(why("1-Regular", Value::Number(3.0)), None);
        assert_eq!(why("2-Component", Value::Number(3.0)), None);
        for (kind, students, part) in [
            ("4-Regional", Value::Number(3.0), "agency type 4"),
            ("†", Value::NotApplicable, "not open"),
            ("1-Regular", Value::Number(0.0), "no pupils"),
            ("1-Regular", Value::Missing, "missing"),
            ("1-Regular", Value::Quality, "quality"),
        ] {
            assert!(why(kind, students).is_some_and(|why| why.contains(part)), "{part}");
        }
    }
}
