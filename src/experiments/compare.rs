//! Several policies on the same futures: same districts, same luck, same uncertain inputs.

use std::convert::Infallible;
use std::ops::Range;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::summary::{Collector, Comparison, Trends};
use crate::engine::replicates::Failure;
use crate::futures::ensemble::{Batch, Keep, Stopped};
use crate::futures::inputs::{Desk, Inputs, Tools, Worlds, under};
use crate::futures::question::Question;
use crate::futures::work_folder::WorkFolder;
use crate::model::outcomes::RegionOutcome;
use crate::model::policy::Policy;
use crate::model::record::{CLUSTER_WIDTH, DISTRICT_WIDTH, Detail, Record};
use crate::scenario::Scenario;

/// How a comparison is run. None of it changes a figure of a replicate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The replicates to run; replicate 7 is the same alone or among many.
    pub replicates: Range<u32>,
    /// How much of each run is handed to the sink.
    pub detail: Detail,
    /// The folder in which finished futures are kept, so that a comparison that was stopped goes on; None: nowhere.
    pub work: Option<PathBuf>,
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

/// Runs every policy of the question in every replicate and sums them up, on the threads of the pool in which it is
/// called; `progress` is told how many replicates are done. Where finished futures are kept, the folder comes back:
/// it can be cleared once the results are safe.
///
/// # Errors
/// When the sink fails, or the work folder cannot be used. A replicate that fails does not stop the others:
/// it is listed in [`Comparison::failures`].
pub fn compare<S: Sink>(
    question: &Question,
    options: &Options,
    sink: &mut S,
    progress: impl FnMut(u64) + Send,
) -> Result<Compared, Stopped<S::Error>> {
    let scenario = &question.scenario;
    let runner = Runner {
        worlds: question.worlds(),
        inputs: question.inputs(),
        policies: &scenario.policies,
        detail: options.detail,
    };
    let mut collector = Collector::new(scenario, runner.worlds.regions(), options.replicates.clone());
    let keep = options.work.as_ref().map(|folder| Keep {
        folder: folder.clone(),
        facts: facts(question, options),
        per_chunk: per_chunk(question, options.detail),
    });
    let weight = weight(question, options.detail);
    let folder = Batch { replicates: options.replicates.clone(), keep, weight }.run(
        || runner.worlds.desk(),
        |desk, replicate| runner.run(desk, replicate),
        progress,
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
            Ok(())
        },
    )?;
    let (comparison, trends) = collector.finish();
    Ok(Compared { comparison, trends, folder })
}

/// What a comparison leaves.
#[derive(Debug)]
pub struct Compared {
    /// Levels, differences and survival.
    pub comparison: Comparison,
    /// Bands of the outcomes year by year, for charts.
    pub trends: Vec<Trends>,
    /// The finished futures, where they were kept.
    pub folder: Option<WorkFolder>,
}

/// What every chunk depends on.
fn facts(question: &Question, options: &Options) -> Vec<(String, String)> {
    let Range { start, end } = options.replicates;
    let own = [("replicates", format!("{start} to {end}")), ("detail", format!("{:?}", options.detail))];
    question.facts().into_iter().chain(own.map(|(name, value)| (name.to_owned(), value))).collect()
}

/// Replicates in a chunk: as many as take about this much space.
const CHUNK_BYTES: u64 = 2_000_000;

fn per_chunk(question: &Question, detail: Detail) -> u32 {
    (CHUNK_BYTES / weight(question, detail)).clamp(1, 64) as u32
}

/// Bytes that a future takes, about.
fn weight(question: &Question, detail: Detail) -> u64 {
    let Scenario { policies, years, .. } = &question.scenario;
    let districts = question.regions.districts() as u64;
    let of_districts = if detail == Detail::District { districts * DISTRICT_WIDTH as u64 } else { 0 };
    // Clusters are fewer than districts, and few of the numbers that they leave are long.
    let of_clusters = if detail >= Detail::Cluster { districts * CLUSTER_WIDTH as u64 / 4 } else { 0 };
    let numbers = RegionOutcome::COUNT as u64 + of_districts + of_clusters;
    (8 * numbers * u64::from(*years) * policies.len() as u64).max(1)
}

/// District-years from which a comparison is long enough to be kept while it is made: half a minute or so.
const LONG: u64 = 20_000_000;

/// Whether so many replicates are long work, which one would not like to lose.
#[must_use]
pub fn is_long(question: &Question, replicates: u32) -> bool {
    let Scenario { policies, years, .. } = &question.scenario;
    question.regions.districts() as u64 * u64::from(*years) * policies.len() as u64 * u64::from(replicates) >= LONG
}

/// What all replicates share.
struct Runner<'a> {
    worlds: Worlds,
    inputs: Inputs<'a>,
    policies: &'a [Policy],
    detail: Detail,
}

/// One future.
#[derive(Serialize, Deserialize)]
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
    use crate::engine::replicates::on_threads;
    use crate::experiments::summary::tests::{region, scenario};
    use crate::futures::inputs::Regions;

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
        let question = Question::in_regions(scenario(&["a", "b"]), Arc::new(region()));
        let mut notes = Notes(Vec::new(), 7);
        let result = on_threads(Some(2), || compare(&question, &of(5..20), &mut notes, |_| ())).expect("threads");
        assert!(matches!(result, Err(Stopped::Sink(why)) if why == "disk full"));
        assert_eq!(notes.0, [(5, 0), (5, 1), (6, 0), (6, 1), (7, 0)]);
    }

    fn of(replicates: Range<u32>) -> Options {
        Options { replicates, detail: Detail::Region, work: None }
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
        let question = Question::in_regions(scenario(&["a", "b"]), Regions::Drawn(Box::new(figures)));
        let mut pupils = Pupils::default();
        let found = on_threads(Some(threads), || compare(&question, &of(replicates), &mut pupils, |_| ()));
        (pupils.0, found.expect("threads").expect("nothing to fail").comparison)
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
        let question = Question::in_regions(scenario(&["a"]), Arc::new(region()));
        let fixed = compare(&question, &of(0..2), &mut Discard, |_| ()).expect("sound").comparison;
        assert!(!fixed.region.drawn_anew && fixed.region.shown_future.is_none());
    }

    #[test]
    fn progress_counts_every_replicate() {
        let question = Question::in_regions(scenario(&["a"]), Arc::new(region()));
        let mut last = 0;
        compare(&question, &of(0..9), &mut Discard, |done| last = done).expect("nothing to fail");
        assert_eq!(last, 9);
    }

    /// Keeps everything as text, and breaks off after so many records.
    struct Whole(Vec<String>, usize);

    impl Sink for Whole {
        type Error = ();

        fn record(&mut self, policy: usize, replicate: u32, record: &Record) -> Result<(), ()> {
            self.0.push(format!("{policy} {replicate} {record:?}"));
            if self.0.len() > self.1 { Err(()) } else { Ok(()) }
        }

        fn failed(&mut self, _failure: &Failure) -> Result<(), ()> {
            Err(())
        }
    }

    #[test]
    fn a_comparison_that_was_stopped_goes_on_to_the_same_results() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let question = Question::in_regions(scenario(&["a", "b"]), Arc::new(region()));
        for detail in [Detail::Region, Detail::District] {
            let whole = Options { replicates: 3..90, detail, work: None };
            let kept = Options { work: Some(place.path().join(format!("{detail:?}"))), ..whole.clone() };
            let (mut once, mut stopped, mut again) =
                (Whole(Vec::new(), 999), Whole(Vec::new(), 20), Whole(Vec::new(), 999));
            let expected = compare(&question, &whole, &mut once, |_| ()).expect("nothing to fail");
            compare(&question, &kept, &mut stopped, |_| ()).expect_err("the sink breaks off");
            let found = compare(&question, &kept, &mut again, |_| ()).expect("it goes on");
            assert_eq!((once.0.len(), once.0 == again.0), (174, true));
            assert_eq!(format!("{:?}", found.comparison), format!("{:?}", expected.comparison));
            let other = question.clone().with_policy(Policy::default());
            let refused = compare(&other, &kept, &mut Discard, |_| ()).expect_err("other work");
            assert!(refused.to_string().contains("policies was"), "{refused}");
            found.folder.expect("a folder").clear().expect("it can be deleted");
        }
    }

    #[test]
    fn chunks_are_small_and_only_long_work_is_kept() {
        let question = Question::in_regions(scenario(&["a", "b"]), Arc::new(region()));
        let [few, many] = [Detail::District, Detail::Region].map(|detail| per_chunk(&question, detail));
        assert!(1 <= few && few <= many && many <= 64, "{few} {many}");
        let mut nation = crate::scenario::SyntheticRegion::default();
        nation.spec.districts = 10_000;
        let nation = Question::in_regions(scenario(&["a"]), Regions::Drawn(Box::new(nation)));
        assert_eq!(per_chunk(&nation, Detail::District), 1, "whatever it takes");
        assert!(!is_long(&question, 10) && is_long(&question, 10_000_000));
    }
}
