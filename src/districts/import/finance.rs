//! What the state's money says: the base cost of a pupil, the sources of revenue, and how far each
//! district's spending is from what its size predicts.

use std::collections::BTreeMap;

use super::elsi::{Agencies, Variable};
use super::f33::{Finance, FinanceRow};
use super::join::{Aliases, Candidate, doubtful, resolve};
use super::report::Tallies;
use super::table::{Origin, Value};
use super::year::SchoolYear;
use crate::model::parameters::Parameters;
use crate::model::scale::cost_multiplier;

/// Pupils that fill one building [A].
pub(in crate::districts) const PUPILS_PER_BUILDING: f64 = 250.0;
/// Farthest year from which finances are taken; older dollars say little of today's.
pub(super) const FARTHEST: u16 = 5;

/// Finances by year and LEAID.
pub(super) type Finances = BTreeMap<SchoolYear, BTreeMap<String, Finance>>;

/// Which amount stands for a year's spending on the programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// Current spending (TCURELSC), where the full F-33 layout gives it for every district with finances.
    Current,
    /// Total revenue. Total expenditure (TOTALEXP) holds capital outlay and debt, which in a small
    /// district can double it in the year of a new roof; revenue is the steadier stand-in.
    Revenue,
}

impl Measure {
    /// The spending that it takes from a district's finances, dollars.
    pub(super) fn of(self, finance: &Finance) -> Option<f64> {
        match self {
            Self::Current => finance.current.positive(),
            Self::Revenue => finance.revenue.positive(),
        }
    }
}

/// The state's accounts in the year nearest to the one asked for.
#[derive(Debug)]
pub(super) struct Accounts {
    pub(super) year: SchoolYear,
    pub(super) measure: Measure,
    /// Dollars per pupil where the cost multiplier is 1.
    pub(super) base_cost: f64,
    /// Local, state and federal shares of revenue; they sum to 1.
    pub(super) shares: [f64; 3],
}

/// Spending that a district's size predicts, in base costs: as the model reckons it, with a high school or without
/// and a building for every 250 pupils.
pub(in crate::districts) fn predicted(pupils: f64, high_school: bool) -> f64 {
    let buildings = (pupils / PUPILS_PER_BUILDING).ceil().max(1.0);
    let high_schools = if high_school { 1.0 } else { 0.0 };
    pupils * cost_multiplier(pupils, high_schools, buildings, &Parameters::default())
}

/// How the rows of each year were joined, where not by their identifier.
pub(super) type Joins = BTreeMap<SchoolYear, Tallies>;

/// Two sources that give an agency different amounts for the same year.
#[derive(Debug)]
pub(super) struct Conflict {
    pub(super) year: SchoolYear,
    pub(super) name: String,
    /// The amount's column.
    column: &'static str,
    /// The amounts, and where the rows stand.
    amounts: (f64, f64),
    pub(super) origins: (Origin, Origin),
    /// Whether one of them is an ELSI table: then the other is used.
    pub(super) elsi: bool,
}

impl Conflict {
    /// What differs, as a clause.
    pub(super) fn what(&self) -> String {
        let Self { year, name, column, amounts: (first, second), origins, .. } = self;
        format!("{column} of {name} in {year} is {second} here and {first} in {}", origins.0)
    }
}

/// Finances of all years, and how they were come by.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) finances: Finances,
    pub(super) joins: Joins,
    pub(super) conflicts: Vec<Conflict>,
    /// Joins by name whose numbers differ, by year.
    pub(super) doubtful: BTreeMap<SchoolYear, Vec<String>>,
}

impl Gathered {
    /// Adds what a row says of an agency: fills what is unknown, and tells what contradicts it.
    fn add(&mut self, year: SchoolYear, (id, name): (&str, &str), finance: Finance, elsi: bool) {
        let slot = self.finances.entry(year).or_default().entry(id.to_owned()).or_default();
        if let Some((column, first, second)) = slot.contradicts(&finance) {
            self.conflicts.push(Conflict {
                year,
                name: name.to_owned(),
                column,
                amounts: (first, second),
                origins: (slot.origin.clone(), finance.origin.clone()),
                elsi,
            });
        }
        slot.filled_from(finance);
    }
}

/// Finances from the ELSI columns and the F-33 files together, the latter first.
pub(super) fn gather(agencies: &Agencies, rows: &[FinanceRow], aliases: &Aliases) -> Gathered {
    // Rows of the same agency in two files (a subset with and one without LEAID) complete each other; those with
    // identifiers come first. Two rows of one agency in one file are two files of one row each.
    let mut files: BTreeMap<(SchoolYear, bool, &str, usize), Vec<&FinanceRow>> = BTreeMap::new();
    let mut seen: BTreeMap<(SchoolYear, &str, &str), usize> = BTreeMap::new();
    for row in rows {
        let file = row.finance.origin.file.as_str();
        let turn = row.id.as_deref().map_or(0, |id| {
            let count = seen.entry((row.year, file, id)).or_default();
            *count += 1;
            *count
        });
        files.entry((row.year, row.id.is_none(), file, turn)).or_default().push(row);
    }
    let names: BTreeMap<&str, &str> =
        agencies.by_id.iter().map(|(id, agency)| (id.as_str(), agency.name.as_str())).collect();
    let mut gathered = Gathered::default();
    for ((year, ..), rows) in files {
        let candidates: Vec<_> = rows.iter().map(|row| Candidate { id: row.id.as_deref(), name: &row.name }).collect();
        let tallies = gathered.joins.entry(year).or_default();
        let found = resolve(&format!("finances of {year}"), &names, &candidates, aliases, tallies);
        gathered.doubtful.entry(year).or_default().extend(doubtful(&names, &candidates, &found, aliases));
        for (id, row) in found {
            gathered.add(year, (id, names[id]), rows[row].finance.clone(), false);
        }
    }
    add_elsi(agencies, &mut gathered);
    gathered
}

fn add_elsi(agencies: &Agencies, gathered: &mut Gathered) {
    for (id, agency) in &agencies.by_id {
        for (year, values) in &agency.years {
            if values.get(Variable::Revenue).known().is_some() {
                let finance = Finance {
                    revenue: values.get(Variable::Revenue),
                    local: values.get(Variable::Local),
                    state: values.get(Variable::State),
                    federal: values.get(Variable::Federal),
                    expenditure: values.get(Variable::Expenditure),
                    origin: values.origin(Variable::Revenue).clone(),
                    ..Finance::default()
                };
                gathered.add(*year, (id, &agency.name), finance, true);
            }
        }
    }
}

/// The year nearest to `asked` (the earlier of two) in which some agency has what is `wanted`.
pub(super) fn nearest_year(
    finances: &Finances,
    asked: SchoolYear,
    wanted: impl Fn(&Finance) -> bool,
) -> Option<SchoolYear> {
    let years = finances.iter().filter(|(_, by_id)| by_id.values().any(&wanted)).map(|(year, _)| *year);
    years.filter(|year| year.distance(asked) <= FARTHEST).min_by_key(|year| (year.distance(asked), *year))
}

/// The state's accounts over the `districts` (LEAID and pupils). None where no year near enough has
/// any revenue by source.
pub(super) fn accounts(finances: &Finances, asked: SchoolYear, districts: &BTreeMap<&str, f64>) -> Option<Accounts> {
    let year = nearest_year(finances, asked, |finance| finance.revenue.positive().is_some())?;
    let of_year = finances.get(&year)?;
    let known: Vec<(f64, &Finance)> =
        districts.iter().filter_map(|(id, pupils)| of_year.get(*id).map(|finance| (*pupils, finance))).collect();
    let current = known.iter().filter(|(_, finance)| finance.revenue.positive().is_some());
    let measure =
        if current.clone().count() > 0 && current.clone().all(|(_, finance)| finance.current.positive().is_some()) {
            Measure::Current
        } else {
            Measure::Revenue
        };
    let mut spent = 0.0;
    let mut units = 0.0;
    let mut sources = [0.0; 3];
    for (pupils, finance) in known {
        if let Some(amount) = measure.of(finance) {
            spent += amount;
            // Which of them have a high school is not known yet; most pupils are where there is one.
            units += predicted(pupils, true);
        }
        let parts = [finance.local, finance.state, finance.federal].map(Value::known);
        if let [Some(local), Some(state), Some(federal)] = parts {
            sources = [sources[0] + local, sources[1] + state, sources[2] + federal];
        }
    }
    let total: f64 = sources.iter().sum();
    (spent > 0.0 && units > 0.0 && total > 0.0).then(|| Accounts {
        year,
        measure,
        base_cost: spent / units,
        shares: sources.map(|part| part / total),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prediction_rises_per_pupil_as_districts_get_smaller() {
        let per_pupil = |pupils: f64| predicted(pupils, true) / pupils;
        assert!(per_pupil(100.0) > 1.4 && per_pupil(100.0) < 1.7 && per_pupil(1_000.0) < 1.1);
        assert!(predicted(50.0, false) < 0.7 * predicted(50.0, true));
    }

    fn finance(revenue: f64) -> Finance {
        let part = |share: f64| Value::Number(revenue * share);
        Finance {
            revenue: Value::Number(revenue),
            local: part(0.5),
            state: part(0.4),
            federal: part(0.1),
            ..Finance::default()
        }
    }

    #[test]
    fn the_base_cost_returns_the_states_revenue() {
        let year = SchoolYear(2019);
        let districts = BTreeMap::from([("a", 120.0), ("b", 900.0)]);
        let of_year = BTreeMap::from([("a".to_owned(), finance(2e6)), ("b".to_owned(), finance(1.1e7))]);
        let accounts = accounts(&Finances::from([(year, of_year)]), year, &districts).expect("accounts");
        let predicted: f64 = districts.values().map(|&pupils| predicted(pupils, true)).sum();
        assert!((accounts.base_cost * predicted - 1.3e7).abs() < 1e-3);
        assert!((accounts.shares[0] - 0.5).abs() < 1e-12 && accounts.measure == Measure::Revenue);
    }

    #[test]
    fn the_nearest_year_with_finances_is_taken_and_none_far_away() {
        let of = |year| (SchoolYear(year), BTreeMap::from([("a".to_owned(), finance(1.0))]));
        let finances = Finances::from([of(2010), of(2019), of(2020)]);
        let nearest = |asked| nearest_year(&finances, SchoolYear(asked), |_| true);
        assert_eq!(
            [2022, 2019, 2012].map(nearest),
            [Some(SchoolYear(2020)), Some(SchoolYear(2019)), Some(SchoolYear(2010))]
        );
        assert_eq!(nearest(2001), None);
    }
}
