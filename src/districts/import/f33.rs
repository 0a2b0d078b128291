//! The F-33 school district finance survey: its full layout and its yearly subsets, tab- or
//! comma-separated, with LEAID or without. Money is in dollars of its own year.

use super::elsi::leaid;
use super::table::{Log, Origin, Row, Table, Value};
use super::year::SchoolYear;

/// Most dollars that can be meant in one cell.
const DOLLARS: f64 = 1e11;
/// Most pupils that can be meant in one cell.
const PUPILS: f64 = 2e6;

/// Amounts of one sum that are rounded to thousands in one file and not in another differ by at most this.
const ROUNDING: f64 = 1000.0;

/// What the survey says of an agency in one fiscal year.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Finance {
    pub(super) revenue: Value,
    pub(super) local: Value,
    pub(super) state: Value,
    pub(super) federal: Value,
    /// All spending, capital outlay and debt service among it.
    pub(super) expenditure: Value,
    /// Current spending on elementary and secondary education (TCURELSC): full layout only.
    pub(super) current: Value,
    /// Cash and securities at the year's end outside sinking and bond funds (W61).
    pub(super) reserve: Value,
    /// Long-term debt outstanding at the year's end (41F).
    pub(super) debt: Value,
    /// Grades offered (GSLO, GSHI) as published codes.
    pub(super) span: Option<(String, String)>,
    /// County (CONUM), five digits.
    pub(super) county: Option<String>,
    /// Pupils as the survey counts them (V33).
    pub(super) pupils: Value,
    /// Where its first values stand.
    pub(super) origin: Origin,
}

impl Finance {
    /// The amounts, each with its column.
    pub(super) fn amounts(&self) -> [(&'static str, Value); 8] {
        [
            ("TOTALREV", self.revenue),
            ("TLOCREV", self.local),
            ("TSTREV", self.state),
            ("TFEDREV", self.federal),
            ("TOTALEXP", self.expenditure),
            ("TCURELSC", self.current),
            ("W61", self.reserve),
            ("41F", self.debt),
        ]
    }

    /// The first amount that both give and that differs by more than rounding to thousands, with both values.
    pub(super) fn contradicts(&self, other: &Self) -> Option<(&'static str, f64, f64)> {
        let pairs = self.amounts().into_iter().zip(other.amounts());
        pairs
            .filter_map(|((name, a), (_, b))| Some((name, a.known()?, b.known()?)))
            .find(|(_, a, b)| (a - b).abs() > ROUNDING)
    }

    /// Fills what is unknown here from `other`.
    pub(super) fn filled_from(&mut self, other: Self) {
        if self.origin.file.is_empty() {
            self.origin = other.origin;
        }
        self.pupils = self.pupils.or(other.pupils);
        self.revenue = self.revenue.or(other.revenue);
        self.local = self.local.or(other.local);
        self.state = self.state.or(other.state);
        self.federal = self.federal.or(other.federal);
        self.expenditure = self.expenditure.or(other.expenditure);
        self.current = self.current.or(other.current);
        self.reserve = self.reserve.or(other.reserve);
        self.debt = self.debt.or(other.debt);
        self.span = self.span.take().or(other.span);
        self.county = self.county.take().or(other.county);
    }
}

/// One row of the survey.
#[derive(Debug)]
pub(super) struct FinanceRow {
    pub(super) id: Option<String>,
    pub(super) name: String,
    pub(super) year: SchoolYear,
    pub(super) finance: Finance,
}

/// Reads the rows of one state, whose identifiers begin with `fips`. Rows of special units without an identifier,
/// which some years have, are left out and told.
pub(super) fn read(table: &Table, state: &str, fips: &str, log: &mut Log) -> Vec<FinanceRow> {
    let (of_state, id) = (table.column("STABBR"), table.column("LEAID"));
    let rows = table.rows.iter().filter(|row| row.get(of_state).eq_ignore_ascii_case(state));
    let unidentified =
        |row: &&Row| id.is_some() && matches!(row.get(id), "" | "N" | "M" | "†" | "–" | "-1" | "-2" | "0" | "0000000");
    let (without, with): (Vec<_>, Vec<_>) = rows.partition(unidentified);
    if let Some(first) = without.first() {
        log.odd.push(format!(
            "{}: {} of {state} without an identifier left out, a special unit's",
            table.origin(first),
            if without.len() == 1 { "a row".to_owned() } else { format!("this and {} more rows", without.len() - 1) }
        ));
    }
    with.into_iter().filter_map(|row| read_row(table, row, (state, fips), log)).collect()
}

fn read_row(table: &Table, row: &Row, (state, fips): (&str, &str), log: &mut Log) -> Option<FinanceRow> {
    let (id_column, year_column) = (table.column("LEAID"), table.column("YEAR"));
    let id = leaid(row.get(id_column)).map(|(id, _)| id);
    if id_column.is_some() && id.is_none() {
        log.push(table.identifier_problem(row, id_column));
        return None;
    }
    if let Some(id) = id.as_ref().filter(|id| !id.starts_with(fips)) {
        log.odd.push(format!(
            "{}: the row is of {state}, but its identifier {id} does not begin with {fips}: it is nobody's money",
            table.origin(row)
        ));
    }
    let fiscal = row.get(year_column);
    let Some(year) = fiscal.strip_suffix(".0").unwrap_or(fiscal).parse().ok().and_then(SchoolYear::from_fiscal) else {
        log.push(table.problem(row, year_column, "a fiscal year such as 95, 5 or 2019"));
        return None;
    };
    let mut dollars = |name: &str| table.number(row, table.column(name), DOLLARS, log);
    let mut finance = Finance {
        revenue: dollars("TOTALREV"),
        local: dollars("TLOCREV"),
        state: dollars("TSTREV"),
        federal: dollars("TFEDREV"),
        expenditure: dollars("TOTALEXP"),
        current: dollars("TCURELSC"),
        reserve: dollars("W61"),
        debt: dollars("_41F").or(Value::Absent),
        span: None,
        county: None,
        pupils: Value::Absent,
        origin: table.origin(row),
    };
    finance.pupils = table.number(row, table.column("V33"), PUPILS, log);
    // The codes that begin with a digit bear an underscore in some years' headers.
    finance.debt = finance.debt.or(table.number(row, table.column("41F"), DOLLARS, log));
    let text = |name: &str| Some(row.get(table.column(name)).to_owned()).filter(|text| !text.is_empty());
    finance.span = text("GSLO").zip(text("GSHI"));
    finance.county =
        text("CONUM").filter(|code| code.bytes().all(|byte| byte.is_ascii_digit())).map(|code| format!("{code:0>5}"));
    Some(FinanceRow { id, name: row.get(table.column("NAME")).to_owned(), year, finance })
}
