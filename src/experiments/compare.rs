//! Several policies on the same futures: same districts, same luck, same uncertain inputs.

use std::convert::Infallible;
use std::ops::Range;

use super::summary::{Collector, Comparison, Trends};
use crate::engine::replicates::{Failure, on_threads, run_in_order};
use crate::futures::inputs::{Desk, Inputs, Regions, Tools, Worlds, under};
use crate::futures::posterior::Posterior;
use crate::model::outcomes::RegionOutcome;
use crate::model::policy::Policy;
use crate::model::record::{Detail, Record};
use crate::scenario::Scenario;

/// How a comparison is run. None of it changes a figure of a replicate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The replicates to run; replicate 7 is the same alone or among many.
    pub replicates: Range<u32>,
    /// How much of each run is handed to the sink.
    pub detail: Detail,
    /// Threads; None: as many as the machine has.
    pub threads: Option<usize>,
}

/// Takes what the runs leave behind, in the order of replicate and policy.
pub trait Sink: Send {
    /// What can go wrong in taking it.
    type Error: Send;

    /// Takes the record of a policy (by its index in the scenario) in a replicate.
    ///
    /// # Errors
    /// Whatever keeps it from being taken; the comparison then stops.
    fn record(&mut self, policy: usize, replicate: u32, record: &Record) -> Result<(), Self::Error>;

    /// Takes note of a replicate that could not be finished under one of the policies.
    ///
    /// # Errors
    /// As for `record`.
    fn failed(&mut self, failure: &Failure) -> Result<(), Self::Error>;
}

/// A sink that keeps nothing: for those who want the figures only.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discard;

impl Sink for Discard {
    type Error = Infallible;

    fn record(&mut self, _policy: usize, _replicate: u32, _record: &Record) -> Result<(), Infallible> {
        Ok(())
    }

    fn failed(&mut self, _failure: &Failure) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Why a comparison stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped<E> {
    /// The machine gave no threads.
    #[error("cannot start the threads asked for: {0}")]
    Threads(String),
    /// The sink could not take a record.
    #[error("{0}")]
    Sink(E),
}

/// Runs every policy of the scenario in every replicate and sums them up; `progress` is told how many
/// replicates are done. A region that is given as such is the same in every future; [`Regions::of`] follows the
/// scenario.
///
/// # Errors
/// When threads cannot be started or the sink fails. A replicate that fails does not stop the others:
/// it is listed in [`Comparison::failures`].
pub fn compare<S: Sink>(
    scenario: &Scenario,
    regions: impl Into<Regions>,
    options: &Options,
    sink: &mut S,
    progress: impl FnMut(u64) + Send,
) -> Result<(Comparison, Vec<Trends>), Stopped<S::Error>> {
    compare_under(None, scenario, regions, options, sink, progress)
}

/// As [`compare`], where there is a posterior with its parameters drawn from it, those that the scenario
/// sets excepted, and all others from their priors.
///
/// # Errors
/// As [`compare`].
pub fn compare_under<S: Sink>(
    posterior: Option<&Posterior>,
    scenario: &Scenario,
    regions: impl Into<Regions>,
    options: &Options,
    sink: &mut S,
    mut progress: impl FnMut(u64) + Send,
) -> Result<(Comparison, Vec<Trends>), Stopped<S::Error>> {
    let runner = Runner {
        worlds: Worlds::new(regions.into(), scenario.years, scenario.seed),
        inputs: Inputs::of(scenario, posterior),
        policies: &scenario.policies,
        detail: options.detail,
    };
    let mut collector = Collector::new(scenario, runner.worlds.regions(), options.replicates.clone());
    let mut done = 0;
    on_threads(options.threads, || {
        run_in_order(
            options.replicates.clone(),
            || runner.worlds.desk(),
            |desk, replicate| runner.run(desk, replicate),
            |replicate, result| {
                match result {
                    Ok(Future { pupils, records }) => {
                        for (policy, record) in records.iter().enumerate() {
                            sink.record(policy, replicate, record)?;
                        }
                        collector.add(replicate, pupils, &records);
                    }
                    Err(failure) => {
                        sink.failed(&failure)?;
                        collector.failed(failure);
                    }
                }
                done += 1;
                progress(done);
                Ok(())
            },
        )
    })
    .map_err(Stopped::Threads)?
    .map_err(Stopped::Sink)?;
    Ok(collector.finish())
}

/// What all replicates share.
struct Runner<'a> {
    worlds: Worlds,
    inputs: Inputs<'a>,
    policies: &'a [Policy],
    detail: Detail,
}

/// One future.
struct Future {
    /// Pupils of its region at the start.
    pupils: f64,
    /// The record of every policy.
    records: Vec<Record>,
}

impl Runner<'_> {
    /// One replicate under every policy.
    fn run(&self, desk: &mut Desk<'_>, replicate: u32) -> Future {
        let parameters = self.inputs.parameters(replicate);
        let Tools { simulation, workspace, record } = desk.take(replicate);
        let one = |policy| {
            // The record is handed over, so the next one grows to its usual size at once.
            record.region.reserve_exact(usize::from(simulation.years()) * RegionOutcome::COUNT);
            let own = under(&parameters, policy);
            simulation.run(workspace, policy, &own, self.inputs.id(replicate), self.detail, record);
            std::mem::take(record)
        };
        Future { pupils: simulation.region().enrolment(), records: self.policies.iter().map(one).collect() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::experiments::summary::tests::{region, scenario};

    /// Notes the order in which records arrive and stops at a replicate.
    struct Notes(Vec<(u32, usize)>, u32);

    impl Sink for Notes {
        type Error = String;

        fn record(&mut self, policy: usize, replicate: u32, _record: &Record) -> Result<(), String> {
            self.0.push((replicate, policy));
            if replicate == self.1 { Err("disk full".to_owned()) } else { Ok(()) }
        }

        fn failed(&mut self, failure: &Failure) -> Result<(), String> {
            Err(failure.message.clone())
        }
    }

    #[test]
    fn records_reach_the_sink_by_replicate_and_policy_and_its_error_stops_the_work() {
        let scenario = scenario(&["a", "b"]);
        let options = Options { replicates: 5..20, detail: Detail::Region, threads: Some(2) };
        let mut notes = Notes(Vec::new(), 7);
        let result = compare(&scenario, Arc::new(region()), &options, &mut notes, |_| ());
        assert_eq!(result.map(|_| ()), Err(Stopped::Sink("disk full".to_owned())));
        assert_eq!(notes.0, [(5, 0), (5, 1), (6, 0), (6, 1), (7, 0)]);
    }

    /// Keeps pupils at the end of the first year by replicate and policy.
    #[derive(Default)]
    struct Pupils(Vec<(u32, usize, u64)>);

    impl Sink for Pupils {
        type Error = Infallible;

        fn record(&mut self, policy: usize, replicate: u32, record: &Record) -> Result<(), Infallible> {
            self.0.push((replicate, policy, record.region_value(0, RegionOutcome::pupils).to_bits()));
            Ok(())
        }

        fn failed(&mut self, _failure: &Failure) -> Result<(), Infallible> {
            Ok(())
        }
    }

    fn drawn(threads: usize, replicates: Range<u32>) -> (Vec<(u32, usize, u64)>, Comparison) {
        let mut figures = crate::scenario::SyntheticRegion::default();
        figures.spec.districts = 8;
        let options = Options { replicates, detail: Detail::Region, threads: Some(threads) };
        let (scenario, mut pupils) = (scenario(&["a", "b"]), Pupils::default());
        let regions = Regions::Drawn(Box::new(figures));
        let (found, _) = compare(&scenario, regions, &options, &mut pupils, |_| ()).expect("nothing to fail");
        (pupils.0, found)
    }

    #[test]
    fn all_policies_of_a_future_share_its_region_on_any_thread_and_in_any_shard() {
        let (whole, _) = drawn(1, 0..12);
        assert_eq!(whole, drawn(2, 0..12).0);
        assert_eq!(whole, [drawn(2, 0..5).0, drawn(1, 5..12).0].concat());
        for pair in whole.chunks_exact(2) {
            assert_eq!((pair[0].0, pair[0].2), (pair[1].0, pair[1].2));
        }
        assert!(whole.chunks_exact(2).map(|pair| pair[0].2).collect::<std::collections::BTreeSet<_>>().len() > 10);
    }

    #[test]
    fn a_comparison_tells_that_the_region_was_drawn_anew_and_whose_communities_are_shown() {
        let (_, found) = drawn(2, 3..6);
        assert!(found.region.drawn_anew && found.region.shown_future == Some(3), "{:?}", found.region);
        assert!(found.region.source.contains("anew") && found.region.pupils > 0.0, "{:?}", found.region);
        let options = Options { replicates: 0..2, detail: Detail::Region, threads: Some(1) };
        let (fixed, _) = compare(&scenario(&["a"]), Arc::new(region()), &options, &mut Discard, |_| ()).expect("sound");
        assert!(!fixed.region.drawn_anew && fixed.region.shown_future.is_none());
    }

    #[test]
    fn progress_counts_every_replicate() {
        let scenario = scenario(&["a"]);
        let options = Options { replicates: 0..9, detail: Detail::Region, threads: Some(1) };
        let mut last = 0;
        compare(&scenario, Arc::new(region()), &options, &mut Discard, |done| last = done).expect("nothing to fail");
        assert_eq!(last, 9);
    }
}
