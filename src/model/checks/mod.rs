//! What must hold in every year of every run: nothing is lost, nothing is counted twice.
//!
//! The steps of a year are watched one by one here, in thousands of years of random regions under random
//! policies, and the state is compared before and after each.

mod clusters;
mod conserved;
mod identity;
mod places;
mod random;

use std::sync::Arc;

use proptest::prelude::*;

use super::answers::Answer;
use super::outcomes::RegionOutcome;
use super::parameters::Parameters;
use super::policy::Policy;
use super::record::{Detail, Record};
use super::region::Region;
use super::simulation::{RunId, Simulation};
use super::state::{District, State};
use super::world::World;

const YEARS: u16 = 20;

/// Runs all years with what people answer in each and calls `watch` with the state before each step, its name, and
/// the world after it. The world before the first year is a step of the name "start", and a year ends with one
/// of the name "year".
fn watched(
    simulation: &Simulation,
    (policy, parameters): (&Policy, &Parameters),
    (id, answers): (RunId, impl Fn(u16) -> Vec<Answer>),
    record: &mut Record,
    mut watch: impl FnMut(&State, &'static str, &World<'_>),
) {
    let mut workspace = simulation.workspace();
    let mut run = simulation.begin(&mut workspace, policy, parameters, id, Detail::District, record);
    let mut earlier = run.world.s.clone();
    watch(&earlier, "start", &run.world);
    while let Some(year) = run.next_year() {
        run.watched_year(&answers(year), |step, w| {
            watch(&earlier, step, w);
            earlier.clone_from(w.s);
        });
        watch(&earlier, "year", &run.world);
    }
    run.finish();
}

/// Whether two sums are equal but for rounding, which grows with what was summed.
fn same(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + scale.abs())
}

fn total(state: &State, value: impl Fn(&District) -> f64) -> f64 {
    state.d.all.iter().map(value).sum()
}

fn check_step(before: &State, step: &str, w: &World<'_>) {
    conserved::check(before, step, w);
    places::check(step, w);
    clusters::check(before, step, w);
}

/// How often each thing happened: a check that nothing ever met checks nothing.
#[derive(Debug, Default, PartialEq, Eq)]
struct Met {
    merged: u32,
    dissolved: u32,
    founded: u32,
    paid_years: u32,
    closures: u32,
    required_votes: u32,
    senders: u32,
    grants_at_once: usize,
}

fn check_run(
    region: Region,
    policy: &Policy,
    parameters: &Parameters,
    seed: u64,
    answers: impl Fn(u16) -> Vec<Answer>,
) -> Met {
    let simulation = Simulation::new(Arc::new(region), YEARS);
    let (mut met, mut record) = (Met::default(), Record::default());
    let id = RunId { seed, replicate: 3 };
    watched(&simulation, (policy, parameters), (id, answers), &mut record, |before, step, w| {
        check_step(before, step, w);
        for cluster in &w.s.clusters {
            met.grants_at_once = met.grants_at_once.max(cluster.grants.iter().flatten().count());
            met.required_votes += u32::from(step == "year" && cluster.votes > 0);
        }
        if step == "year" {
            let tally = &w.s.tally;
            (met.merged, met.dissolved, met.founded) = (tally.merged, tally.dissolved, tally.founded);
            met.closures = tally.closures;
            met.paid_years += u32::from(w.s.outlay.iter().sum::<f64>() > 0.0);
            let sent = w.s.d.operating.iter().any(|&i| w.s.d[usize::from(i)].tuition_paid > 0.0);
            met.senders += u32::from(sent);
        }
    });
    clusters::check_lives(&record, met.founded);
    check_indices(&record);
    met
}

/// What is called an index from 0 to 1 is one.
fn check_indices(record: &Record) {
    for year in 0..record.years() {
        for outcome in RegionOutcome::ALL.into_iter().filter(|outcome| outcome.outcome().unit == "index 0-1") {
            let value = record.region_value(year, outcome);
            assert!(value.is_nan() || (-1e-9..=1.0 + 1e-9).contains(&value), "{} is {value}", outcome.outcome().id);
        }
    }
}

/// So many cases; a failure names its case, and no file of failures is left behind.
fn few_words(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(few_words(400))]

    #[test]
    fn nothing_is_lost_or_counted_twice_in_any_year_of_random_regions_and_policies(
        region in random::region(40),
        policy in random::populated_policy(5, true),
        parameters in random::parameters(),
        seed in any::<u64>(),
    ) {
        check_run(region, &policy, &parameters, seed, |_| Vec::new());
    }
}

proptest! {
    #![proptest_config(few_words(100))]

    #[test]
    fn nothing_is_lost_or_counted_twice_whatever_people_decide(
        region in random::region(20),
        policy in random::populated_policy(5, true),
        parameters in random::parameters(),
        seed in any::<u64>(),
        answers in prop::collection::vec((0..YEARS, random::answer(22)), 0..400),
    ) {
        let of_year = |year| answers.iter().filter(|(when, _)| *when == year).map(|(_, answer)| *answer).collect();
        check_run(region, &policy, &parameters, seed, of_year);
    }
}

proptest! {
    #![proptest_config(few_words(12))]

    #[test]
    fn a_watched_run_is_the_run_itself(
        region in random::region(20),
        policy in random::populated_policy(4, true),
        parameters in random::parameters(),
        seed in any::<u64>(),
    ) {
        let id = RunId { seed, replicate: 3 };
        let simulation = Simulation::new(Arc::new(region), 8);
        let (mut seen, mut record) = (Record::default(), Record::default());
        watched(&simulation, (&policy, &parameters), (id, |_| Vec::new()), &mut seen, |_, _, _| {});
        simulation.run(&mut simulation.workspace(), &policy, &parameters, id, Detail::District, &mut record);
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&seen.region), bits(&record.region));
        prop_assert_eq!(bits(&seen.districts.values), bits(&record.districts.values));
        prop_assert_eq!(bits(&seen.outlay), bits(&record.outlay));
        prop_assert_eq!(&seen.events, &record.events);
        prop_assert_eq!(&seen.lives, &record.lives);
    }
}

#[test]
fn random_worlds_hold_mergers_dissolutions_clusters_and_payments() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = (random::region(40), random::populated_policy(5, true), random::parameters());
    let mut sum = Met::default();
    for seed in 0..40 {
        let (region, policy, parameters) = strategy.new_tree(&mut runner).expect("a world").current();
        let met = check_run(region, &policy, &parameters, seed, |_| Vec::new());
        sum.merged += met.merged;
        sum.dissolved += met.dissolved;
        sum.founded += met.founded;
        sum.paid_years += met.paid_years;
        sum.closures += met.closures;
        sum.required_votes += met.required_votes;
        sum.senders += met.senders;
        sum.grants_at_once = sum.grants_at_once.max(met.grants_at_once);
    }
    let counts =
        [sum.merged, sum.dissolved, sum.founded, sum.paid_years, sum.closures, sum.required_votes, sum.senders];
    assert!(counts.iter().all(|&count| count > 5) && sum.grants_at_once > 1, "{sum:?}");
}
