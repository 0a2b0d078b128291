//! What one run leaves behind: yearly outcomes at the level of detail asked for, and events.

use serde::{Deserialize, Serialize};

use super::events::{Ending, Event, Form};
use super::outcomes::{ClusterOutcome, DistrictOutcome, RegionOutcome};

/// How much of a run is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Detail {
    /// Yearly outcomes of the region.
    #[default]
    Region,
    /// Also of every cluster, and the events.
    Cluster,
    /// Also of every district (community).
    District,
}

/// Yearly rows of many entities of one kind: the values of a row are `width` numbers in `values`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Rows {
    /// The year of each row, from 0.
    pub year: Vec<u16>,
    /// The entity of each row: a district's index in the region, or a cluster's serial number.
    pub entity: Vec<u32>,
    /// For a district, the index of the district that serves it; for a cluster, its founding year.
    pub group: Vec<u32>,
    /// The form of the entity.
    pub form: Vec<Form>,
    /// The values, row after row.
    pub values: Vec<f64>,
}

impl Rows {
    /// Forgets all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.year.clear();
        self.entity.clear();
        self.group.clear();
        self.form.clear();
        self.values.clear();
    }

    /// Adds a row.
    pub fn push(&mut self, year: u16, entity: u32, group: u32, form: Form, values: &[f64]) {
        self.year.push(year);
        self.entity.push(entity);
        self.group.push(group);
        self.form.push(form);
        self.values.extend_from_slice(values);
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.year.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.year.is_empty()
    }
}

/// One cluster's life, for questions of survival. Years are counted from 0; a year is the one in whose spring
/// review it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterLife {
    /// The year of its founding.
    pub founded: u16,
    /// Its form when it was founded.
    pub founded_as: Form,
    /// Its form when it was last seen.
    pub form: Form,
    /// The first year in which it was paid under an instrument, if it ever was.
    pub paid_from: Option<u16>,
    /// The last year in which it was paid, once its money has ended; None while it is still paid or if it
    /// never was.
    pub money_ended: Option<u16>,
    /// The year in which it ended; None: it was there at the end of the run.
    pub ended: Option<u16>,
    /// How it ended; None while it lives.
    pub ending: Option<Ending>,
    /// Bit `n`: in year `founded + n` it did shared work (an activity worked). Years from the 64th on are
    /// not noted.
    pub worked: u64,
    /// Bit `n`: in year `founded + n` belonging paid (the mean payoff of a member was above 0).
    pub paid_off: u64,
}

/// What one run (one policy in one replicate) leaves behind.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Record {
    /// Region outcomes: `RegionOutcome::COUNT` values a year, year after year. Row 0 is the end of
    /// the first year.
    pub region: Vec<f64>,
    /// State outlay by instrument of the policy, in its order: one value a year each, dollars.
    pub outlay: Vec<f64>,
    /// Yearly rows of the clusters (`ClusterOutcome::COUNT` values); empty below that detail.
    pub clusters: Rows,
    /// Yearly rows of the communities (`DistrictOutcome::COUNT` values); empty below that detail.
    pub districts: Rows,
    /// Events; empty below cluster detail.
    pub events: Vec<Event>,
    /// The life of every cluster, in the order of founding; clusters of the start among them.
    pub lives: Vec<ClusterLife>,
    /// The form of every community at the end, by index in the region.
    pub last_forms: Vec<Form>,
    /// The index of the district that serves each community at the end.
    pub last_homes: Vec<u16>,
}

impl Record {
    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.region.clear();
        self.outlay.clear();
        self.clusters.clear();
        self.districts.clear();
        self.events.clear();
        self.lives.clear();
        self.last_forms.clear();
        self.last_homes.clear();
    }

    /// The number of years recorded.
    #[must_use]
    pub fn years(&self) -> usize {
        self.region.len() / RegionOutcome::COUNT
    }

    /// The value of a region outcome in a year.
    #[must_use]
    pub fn region_value(&self, year: usize, outcome: RegionOutcome) -> f64 {
        self.region[year * RegionOutcome::COUNT + outcome.index()]
    }
}

/// Values in a row of clusters.
pub const CLUSTER_WIDTH: usize = ClusterOutcome::COUNT;
/// Values in a row of districts.
pub const DISTRICT_WIDTH: usize = DistrictOutcome::COUNT;
