//! Later enrolments foretold from the first years of the record.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::Band;
use super::observed::later_pupils;
use super::runs::Futures;
use crate::districts::history::{Knowledge, LAST_YEAR, StateHistory, start};
use crate::engine::replicates::Failure;
use crate::futures::inputs::{Desk, Worlds};
use crate::futures::work_folder::{RunnerError, WorkFolder};
use crate::model::outcomes::DistrictOutcome;
use crate::model::policy::Policy;
use crate::model::record::{DISTRICT_WIDTH, Detail, Record};
use crate::model::region::{Region, StateFinance, StateRules};
use crate::scenario::Scenario;

/// The last year whose enrolment is known.
pub(super) const KNOWN_UNTIL: u16 = 2006;
/// A climate in which nobody proposes a merger: bands are of districts alone.
const NO_MERGERS: f64 = -60.0;

/// How often later enrolments lay inside their bands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Enrolment {
    /// By fiscal year: district-years inside the 90 % band, and all.
    pub years: Vec<(u16, u32, u32)>,
}

impl Enrolment {
    /// The share inside; not a number without any.
    #[must_use]
    pub fn covered(&self) -> f64 {
        let (inside, all) = self.years.iter().fold((0, 0), |sum, year| (sum.0 + year.1, sum.1 + year.2));
        f64::from(inside) / f64::from(all)
    }
}

/// Simulates the districts of [`KNOWN_UNTIL`] without mergers and counts how many later enrolments of districts
/// that still exist lie inside their bands; districts that took others in are among them.
///
/// # Errors
/// When the work folder cannot be written to or holds other work.
pub(super) fn foretold(
    (history, scenario): (&StateHistory, &Scenario),
    (rules, finance): (&StateRules, &StateFinance),
    futures: &Futures<'_>,
    progress: impl Fn(u64) + Sync + Send,
) -> Result<Foretold, RunnerError> {
    let rules = StateRules { merger_climate: Some(NO_MERGERS), ..rules.clone() };
    let Some(region) = start(history, KNOWN_UNTIL, Knowledge::Record, &rules, finance) else {
        return Ok(Foretold { enrolment: Enrolment { years: Vec::new() }, failures: Vec::new(), folder: None });
    };
    let (region, inputs) = (Arc::new(region), &futures.inputs);
    let worlds = Worlds::new(Arc::clone(&region).into(), LAST_YEAR - KNOWN_UNTIL, inputs.seed());
    let work = |desk: &mut Desk<'_>, replicate: u32| {
        let run = (&Policy::default(), &inputs.parameters(replicate));
        let (region, record) = desk.run(replicate, run, inputs.id(replicate), Detail::District);
        pupils(region, record)
    };
    let (mut runs, mut failures) = (Vec::new(), Vec::new());
    let batch = futures.batch(futures.work.join(format!("{}-enrolment", history.state)), (history, scenario));
    let folder = batch.run(
        || worlds.desk(),
        work,
        progress,
        |_, result| {
            match result {
                Ok(pupils) => runs.push(pupils),
                Err(failure) => failures.push(failure),
            }
            Ok::<(), std::convert::Infallible>(())
        },
    )?;
    Ok(Foretold { enrolment: compared(history, &region, &runs), failures, folder })
}

/// What foretelling leaves.
pub(super) struct Foretold {
    pub enrolment: Enrolment,
    pub failures: Vec<Failure>,
    /// The finished chunks; none where there was nothing to foretell.
    pub folder: Option<WorkFolder>,
}

fn compared(history: &StateHistory, region: &Region, runs: &[Vec<f32>]) -> Enrolment {
    let later = later_pupils(history, KNOWN_UNTIL);
    let count = region.districts.len();
    let mut tallies: BTreeMap<u16, (u32, u32)> = BTreeMap::new();
    for (place, district) in region.districts.iter().enumerate() {
        for (year, observed) in later.get(district.id.as_str()).into_iter().flatten() {
            let row = usize::from(year - KNOWN_UNTIL - 1) * count + place;
            let band = Band::of(runs.iter().map(|run| f64::from(run[row])));
            let tally = tallies.entry(*year).or_default();
            tally.0 += u32::from(band.holds(*observed));
            tally.1 += 1;
        }
    }
    Enrolment { years: tallies.into_iter().map(|(year, (inside, all))| (year, inside, all)).collect() }
}

/// Pupils of every district in every year; not a number once it is served by another.
fn pupils(region: &Region, record: &Record) -> Vec<f32> {
    let mut pupils = vec![f32::NAN; region.districts.len() * record.years()];
    for row in 0..record.districts.len() {
        let (place, home) = (record.districts.entity[row], record.districts.group[row]);
        if place == home {
            let at = usize::from(record.districts.year[row]) * region.districts.len() + place as usize;
            pupils[at] = record.districts.values[row * DISTRICT_WIDTH + DistrictOutcome::pupils.index()] as f32;
        }
    }
    pupils
}
