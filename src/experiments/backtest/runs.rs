//! The past simulated again: what is kept of each run, and who ends when.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::districts::history::{FIRST_YEAR, LAST_YEAR};
use crate::engine::replicates::{Failure, run_in_order};
use crate::model::outcomes::{DistrictOutcome, RegionOutcome};
use crate::model::parameters::Parameters;
use crate::model::policy::Policy;
use crate::model::record::{DISTRICT_WIDTH, Detail, Record};
use crate::model::region::{Region, StartingDistrict};
use crate::model::simulation::{RunId, Simulation, Workspace};

/// Simulated years from the first fiscal year of the record to the last.
pub const YEARS: u16 = LAST_YEAR - FIRST_YEAR;

/// Which futures are run, and under which parameters.
pub struct Futures<'a> {
    /// The replicates.
    pub replicates: Range<u32>,
    /// The seed.
    pub seed: u64,
    /// The parameters of each replicate.
    pub parameters: &'a (dyn Fn(u32) -> Parameters + Sync),
}

/// Districts of one size class that were at risk, and how many ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct AtRisk {
    /// Years that districts were at risk.
    pub district_years: u32,
    /// How many ended.
    pub ended: u32,
}

/// What is kept of one run.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Run {
    /// Districts at the end of every year.
    pub counts: Vec<f64>,
    /// Whether each district of the start had ended by the last year.
    pub ended: Vec<bool>,
    /// By size class, in the order of the classes.
    pub classes: Vec<AtRisk>,
    /// Pupils of each district that ended, in the year before.
    pub last_pupils: Vec<f64>,
    /// For every merger: districts that became one.
    pub predecessors: Vec<f64>,
    /// For every merger: pupils of the merged district in its first year.
    pub merged_pupils: Vec<f64>,
}

/// Runs every replicate of `futures` on one of `regions` (they take turns) for `years`, and keeps of each what
/// `keep` makes of it. Failures are returned, not hidden.
pub(super) fn each<T: Send>(
    regions: &[Arc<Region>],
    (policy, years): (&Policy, u16),
    futures: &Futures<'_>,
    keep: impl Fn(&Region, &Record) -> T + Sync,
    mut progress: impl FnMut() + Send,
) -> (Vec<T>, Vec<Failure>) {
    let simulations: Vec<Simulation> = regions.iter().map(|region| Simulation::new(Arc::clone(region), years)).collect();
    let desk = || (simulations.iter().map(|_| None).collect::<Vec<Option<Workspace>>>(), Record::default());
    let work = |(spaces, record): &mut (Vec<Option<Workspace>>, Record), replicate: u32| {
        let turn = replicate as usize % simulations.len();
        let simulation = &simulations[turn];
        let space = spaces[turn].get_or_insert_with(|| simulation.workspace());
        let id = RunId { seed: futures.seed, replicate };
        let mut parameters = (futures.parameters)(replicate);
        policy.parameters.iter().for_each(|&(id, value)| parameters.set(id, value));
        simulation.run(space, policy, &parameters, id, Detail::District, record);
        keep(simulation.region(), record)
    };
    let (mut kept, mut failures) = (Vec::new(), Vec::new());
    let done: Result<(), std::convert::Infallible> = run_in_order(futures.replicates.clone(), desk, work, |_, result| {
        match result {
            Ok(value) => kept.push(value),
            Err(failure) => failures.push(failure),
        }
        progress();
        Ok(())
    });
    match done {
        Ok(()) => (kept, failures),
    }
}

/// What is kept of a record; `classes` are the fewest and most pupils of the size classes.
pub(super) fn summarise(region: &Region, record: &Record, classes: &[(f64, f64)]) -> Run {
    let count = region.districts.len();
    let mut run = Run {
        counts: (0..record.years()).map(|year| record.region_value(year, RegionOutcome::districts)).collect(),
        ended: record.last_homes.iter().enumerate().map(|(place, home)| usize::from(*home) != place).collect(),
        classes: vec![AtRisk::default(); classes.len()],
        ..Run::default()
    };
    let mut pupils: Vec<f64> = region.districts.iter().map(StartingDistrict::enrolment).collect();
    let mut open = vec![true; count];
    for year in 0..record.years() {
        let rows = year * count..(year + 1) * count;
        let mut joined: BTreeMap<usize, f64> = BTreeMap::new();
        let mut now = pupils.clone();
        for row in rows {
            let place = record.districts.entity[row] as usize;
            let home = record.districts.group[row] as usize;
            now[place] = record.districts.values[row * DISTRICT_WIDTH + DistrictOutcome::pupils.index()];
            if !open[place] {
                continue;
            }
            let ends = home != place;
            if let Some(class) = class_of(classes, pupils[place]) {
                run.classes[class].district_years += 1;
                run.classes[class].ended += u32::from(ends);
            }
            if ends {
                run.last_pupils.push(pupils[place]);
                *joined.entry(home).or_insert(1.0) += 1.0;
                open[place] = false;
            }
        }
        for (host, predecessors) in joined {
            run.predecessors.push(predecessors);
            run.merged_pupils.push(now[host]);
        }
        pupils = now;
    }
    run
}

/// The class of an enrolment; classes are whole numbers of pupils, so 24.5 belongs to 1-24.
pub(super) fn class_of(classes: &[(f64, f64)], pupils: f64) -> Option<usize> {
    let whole = pupils.floor().max(1.0);
    classes.iter().position(|(low, high)| (*low..=*high).contains(&whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::districts::synthetic::{SyntheticSpec, generate};

    fn region() -> Arc<Region> {
        let mut region = generate(&SyntheticSpec { districts: 30, ..SyntheticSpec::default() }, 4);
        region.sort();
        Arc::new(region)
    }

    #[test]
    fn every_end_is_counted_once_in_class_size_and_merger() {
        let classes = [(1.0, 199.0), (200.0, f64::INFINITY)];
        let parameters = |replicate| Parameters::default().drawn(&[], 1, replicate);
        let futures = Futures { replicates: 0..12, seed: 1, parameters: &parameters };
        let keep = |region: &Region, record: &Record| summarise(region, record, &classes);
        let (runs, failures) = each(&[region()], (&Policy::default(), 25), &futures, keep, || ());
        assert!(failures.is_empty() && runs.len() == 12);
        assert!(runs.iter().any(|run| run.ended.contains(&true)), "25 years end some district");
        for run in &runs {
            let ended = run.ended.iter().filter(|ended| **ended).count();
            assert_eq!(run.classes.iter().map(|class| class.ended).sum::<u32>() as usize, ended);
            assert_eq!(run.last_pupils.len(), ended);
            assert!((run.predecessors.iter().map(|count| count - 1.0).sum::<f64>() - ended as f64).abs() < 1e-9);
            assert!((run.counts[24] - (30 - ended) as f64).abs() < 1e-9);
        }
    }

    #[test]
    fn classes_hold_every_enrolment_once() {
        let classes = [(1.0, 24.0), (25.0, 49.0), (50.0, f64::INFINITY)];
        let places = [0.4, 24.9, 25.0, 49.99, 50.0, 9e5].map(|pupils| class_of(&classes, pupils));
        assert_eq!(places, [Some(0), Some(0), Some(1), Some(1), Some(2), Some(2)]);
    }
}
