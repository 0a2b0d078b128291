//! What became of the districts of a state: its yearly enrolments and finances, and which districts ended.
//!
//! Tables are recognised by their column names, whatever their files are called, in a folder and two
//! levels below it. Fiscal year 1995 is the school year 1994–95.

mod read;
mod start;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::import::edge::Point;

pub use read::read;
pub use start::{Knowledge, early_slope, start};

/// The first fiscal year of the record.
pub const FIRST_YEAR: u16 = 1995;
/// The last fiscal year of the record.
pub const LAST_YEAR: u16 = 2016;

/// A regular district in one fiscal year. Money is in dollars of that year.
#[derive(Debug, Clone, PartialEq)]
pub struct DistrictYear {
    /// Pupils in fall, above 0.
    pub pupils: f64,
    /// Its name in that year.
    pub name: String,
    /// Lowest and highest grade taught (0 = kindergarten), by its level (elementary, secondary, unified).
    pub grades: (u8, u8),
    /// Total revenue.
    pub revenue: Option<f64>,
    /// Revenue from local sources.
    pub local: Option<f64>,
    /// Revenue from the state.
    pub state: Option<f64>,
    /// Revenue from the federation.
    pub federal: Option<f64>,
}

/// How a district ended, by the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did not.
    None,
    /// It goes on under another identifier.
    Renumbered,
    /// It became the larger part of a reorganised district with a new identifier: its identifier ended, but
    /// in the model's terms it is the host that goes on.
    Host,
    /// It ended.
    Ended,
}

/// The span of a district in the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Spell {
    /// First and last fiscal year with pupils.
    pub years: (u16, u16),
    /// Pupils in its last year.
    pub last_pupils: f64,
    /// How it ended.
    pub exit: Exit,
    /// The identifier of the new district that took its place, where the record names it.
    pub successor: Option<String>,
}

impl Spell {
    /// Whether its identifier ended, except by mere renumbering: what the published yardstick counts.
    #[must_use]
    pub fn identifier_ended(&self) -> bool {
        matches!(self.exit, Exit::Host | Exit::Ended)
    }

    /// Whether it ended in the model's terms.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.exit == Exit::Ended
    }
}

/// The exits of one size class over all years.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassExits {
    /// The class as published, such as `25-49` or `1000+`.
    pub class: String,
    /// Fewest and most pupils of the class.
    pub range: (f64, f64),
    /// Years that districts of this class were at risk.
    pub district_years: u32,
    /// Identifiers that ended.
    pub exits: u32,
}

/// A reorganisation that the record infers.
#[derive(Debug, Clone, PartialEq)]
pub struct Consolidation {
    /// The identifier of the new district.
    pub new: String,
    /// Its first fiscal year.
    pub year: u16,
    /// The identifiers of its predecessors.
    pub predecessors: Vec<String>,
    /// The predecessors' pupils in their last years, summed.
    pub pupils: f64,
}

/// The record of one state.
#[derive(Debug, Clone, Default)]
pub struct StateHistory {
    /// Its postal code.
    pub state: String,
    /// Its regular operating districts by identifier and fiscal year.
    pub panel: BTreeMap<String, BTreeMap<u16, DistrictYear>>,
    /// The spans of these districts.
    pub spells: BTreeMap<String, Spell>,
    /// Number of regular operating districts by fiscal year, as published.
    pub counts: BTreeMap<u16, u32>,
    /// Exits by size class.
    pub classes: Vec<ClassExits>,
    /// Inferred reorganisations; empty where the record has none for the state.
    pub consolidations: Vec<Consolidation>,
    /// The county code (5 digits) of each district of the first year.
    pub(super) counties: BTreeMap<String, String>,
    /// Places of today's district offices, with county code and name.
    pub(super) offices: BTreeMap<String, Office>,
    /// Land of today's districts, square miles.
    pub(super) areas: BTreeMap<String, f64>,
}

/// Where a district's office is today.
#[derive(Debug, Clone)]
pub(super) struct Office {
    pub(super) point: Option<Point>,
    pub(super) county_code: String,
    pub(super) county: String,
}

impl StateHistory {
    /// The districts that operate in a fiscal year, in the order of their identifiers.
    pub fn operating(&self, year: u16) -> impl Iterator<Item = (&str, &DistrictYear)> {
        self.panel.iter().filter_map(move |(id, years)| years.get(&year).map(|row| (id.as_str(), row)))
    }

    /// Marks, among the districts that became part of one with a new identifier, the one that goes on in
    /// the model's terms: the largest, unless the record already calls one of them renumbered, or that
    /// largest has less than half of the new district's pupils (then the record does not name the host).
    fn mark_hosts(&mut self) {
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, spell) in &self.spells {
            if let Some(new) = &spell.successor {
                groups.entry(new.clone()).or_default().push(id.clone());
            }
        }
        for consolidation in &self.consolidations {
            groups.entry(consolidation.new.clone()).or_default().extend(consolidation.predecessors.iter().cloned());
        }
        for (new, members) in groups {
            let spells = members.iter().filter_map(|id| self.spells.get(id).map(|spell| (id, spell)));
            if spells.clone().any(|(_, spell)| spell.exit == Exit::Renumbered) {
                continue;
            }
            let largest = spells.max_by(|a, b| a.1.last_pupils.total_cmp(&b.1.last_pupils));
            let started = self.panel.get(&new).and_then(|years| years.values().next()).map_or(0.0, |row| row.pupils);
            let host = largest.filter(|(_, spell)| spell.last_pupils >= 0.5 * started).map(|(id, _)| id.clone());
            if let Some(spell) = host.and_then(|id| self.spells.get_mut(&id)).filter(|spell| spell.exit == Exit::Ended)
            {
                spell.exit = Exit::Host;
            }
        }
    }
}
