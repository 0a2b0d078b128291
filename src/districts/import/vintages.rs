//! Several tables of one product in a folder: what they say of one agency must agree.

use std::collections::BTreeMap;

use super::edge::{Boundary, Estimate, Office};
use super::schools::School;
use super::table::{Log, Origin};
use crate::diagnostics::Problem;

/// Degrees by which two roundings of one place may differ.
const SAME_PLACE: f64 = 0.001;
/// Share by which two roundings of one amount may differ.
const SAME_AMOUNT: f64 = 0.001;

/// A row of which there is one for each identifier.
pub(in crate::districts) trait Single {
    /// What there is one of, for messages.
    const WHAT: &'static str;
    fn id(&self) -> &str;
    fn origin(&self) -> &Origin;
    /// Whether both say the same.
    fn agrees(&self, other: &Self) -> bool;
}

fn near(a: Option<f64>, b: Option<f64>, by: f64) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= by.max(SAME_AMOUNT * a.abs().max(b.abs())),
        (a, b) => a.is_none() && b.is_none(),
    }
}

impl Single for Office {
    const WHAT: &'static str = "the office of the agency";

    fn id(&self) -> &str {
        &self.id
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn agrees(&self, other: &Self) -> bool {
        let same = match (self.point, other.point) {
            (Some(a), Some(b)) => {
                (a.latitude - b.latitude).abs() <= SAME_PLACE && (a.longitude - b.longitude).abs() <= SAME_PLACE
            }
            (a, b) => a.is_none() && b.is_none(),
        };
        same && self.county_code == other.county_code
    }
}

impl Single for Boundary {
    const WHAT: &'static str = "the boundary of the agency";

    fn id(&self) -> &str {
        &self.id
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn agrees(&self, other: &Self) -> bool {
        near(self.area, other.area, 0.0) && self.span == other.span && self.level == other.level
    }
}

impl Single for Estimate {
    const WHAT: &'static str = "the estimate for the agency";

    fn id(&self) -> &str {
        &self.id
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn agrees(&self, other: &Self) -> bool {
        near(self.children, other.children, 0.5)
    }
}

impl Single for School {
    const WHAT: &'static str = "the school";

    fn id(&self) -> &str {
        self.number()
    }

    fn origin(&self) -> &Origin {
        School::origin(self)
    }

    fn agrees(&self, other: &Self) -> bool {
        self.says_as(other)
    }
}

/// One row for each identifier. Rows that say the same are one; of those that do not, each pair of files is told
/// once, with a row in which they differ and the number of the others.
pub(super) fn single<T: Single>(rows: Vec<T>, log: &mut Log) -> Vec<T> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<T> = Vec::new();
    let mut contrary: BTreeMap<(String, String), (Origin, Origin, String, usize)> = BTreeMap::new();
    for row in rows {
        let Some(&first) = places.get(row.id()) else {
            places.insert(row.id().to_owned(), kept.len());
            kept.push(row);
            continue;
        };
        let first = &kept[first];
        if !first.agrees(&row) {
            let files = (first.origin().file.clone(), row.origin().file.clone());
            let entry = contrary
                .entry(files)
                .or_insert_with(|| (first.origin().clone(), row.origin().clone(), row.id().to_owned(), 0));
            entry.3 += 1;
        }
    }
    for (first, second, id, count) in contrary.into_values() {
        log.push(contradiction(&format!("{} {id} is not as in {first}", T::WHAT), (&first, &second), count));
    }
    kept
}

/// The rows of two tables that bear one identifier and do not agree.
pub(in crate::districts) fn contrary<'a, T: Single>(
    first: &'a [T],
    second: &'a [T],
) -> Option<(&'a Origin, &'a Origin)> {
    let by_id: BTreeMap<&str, &T> = first.iter().map(|row| (row.id(), row)).collect();
    let pair = |row: &'a T| by_id.get(row.id()).map(|other| (*other, row));
    second.iter().filter_map(pair).find(|(a, b)| !a.agrees(b)).map(|(a, b)| (a.origin(), b.origin()))
}

/// A problem with two rows that should say the same; `count` rows of these files differ.
pub(in crate::districts) fn contradiction(what: &str, (first, second): (&Origin, &Origin), count: usize) -> Problem {
    let rows = if count > 1 { format!(" ({count} rows of the two differ)") } else { String::new() };
    let problem = Problem::new(second.place(), format!("{what}{rows}"));
    if first.file == second.file {
        problem.expected("each of them once").hint("delete the row that is wrong")
    } else {
        problem
            .expected("one table for each year, or tables that agree")
            .hint("leave the release and year that you mean in the folder, and take the other out")
    }
}
