use crate::futures::inputs::Regions;
use crate::futures::posterior::Posterior;
use crate::scenario::Scenario;
use std::sync::Arc;

use super::*;
use crate::districts::synthetic::{SyntheticSpec, generate};
use crate::model::policy::{ClusterGrant, Condition, Eligibility, Instrument, InstrumentKind};
use crate::model::simulation::{RunId, Simulation};

fn grant() -> Policy {
    let kind = InstrumentKind::ClusterGrant(ClusterGrant {
        per_pupil: vec![800.0; 3],
        per_member: vec![0.0; 3],
        min_members: 3,
        max_members: 8,
        radius_minutes: 75.0,
        services: crate::model::functions::FunctionSet::default(),
        match_share: 0.0,
        condition: Condition::None,
    });
    let grant = Instrument {
        name: "grant".to_owned(),
        start: 0,
        end: Some(6),
        budget_cap: None,
        eligibility: Eligibility::default(),
        kind,
    };
    Policy { name: "grant".to_owned(), instruments: vec![grant], ..Policy::default() }
}

fn run(parameters: &Parameters, foundings: Foundings<'_>, replicate: u32) -> (Record, Vec<Founding>) {
    let region = Arc::new(generate(&SyntheticSpec { districts: 30, ..SyntheticSpec::default() }, 3));
    let simulation = Simulation::new(region, 12);
    let (mut workspace, mut record) = (simulation.workspace(), Record::default());
    let ablation = Ablation { formation: parameters, foundings };
    let id = RunId { seed: 5, replicate };
    simulation.run_ablated(&mut workspace, (&grant(), parameters), &ablation, id, Detail::Cluster, &mut record);
    (record, workspace.foundings().to_vec())
}

#[test]
fn repeating_the_foundings_of_a_run_repeats_the_run() {
    let p = Parameters::default();
    for replicate in 0..5 {
        let (record, noted) = run(&p, Foundings::Noted, replicate);
        let (again, _) = run(&p, Foundings::Replayed(&noted, Invitees::AsNoted), replicate);
        assert_eq!(record.events, again.events);
        assert!(!noted.is_empty());
    }
}

#[test]
fn the_same_clusters_are_founded_where_a_factor_is_missing() {
    let p = Parameters::default();
    let off = Parameters { task_trust: 0.0, documentation: 0.0, ..p.clone() };
    let (_, noted) = run(&p, Foundings::Noted, 1);
    let (record, _) = run(&off, Foundings::Replayed(&noted, Invitees::AsNoted), 1);
    let first = |record: &Record| {
        record.events.iter().filter(|event| event.year == 0 && matches!(event.what, Happening::Founded { .. })).count()
    };
    assert_eq!(first(&record), noted.iter().filter(|founding| founding.year == 0).count());
}

fn small() -> Scenario {
    let mut scenario = crate::experiments::summary::tests::scenario(&["alone", "grant"]);
    scenario.policies[1] = grant();
    scenario.years = 8;
    scenario.draw_parameters = true;
    scenario
}

fn ablated(work: &Path, threads: usize, posterior: Option<&Posterior>) -> Result<Ablated, RunnerError> {
    let region = Arc::new(generate(&SyntheticSpec { districts: 16, ..SyntheticSpec::default() }, 3));
    let options = Options { policy: 1, replicates: 0..24, work };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a few threads");
    pool.install(|| ablate(&Question::in_regions(small(), region).under(posterior.cloned()), &options, |_| ()))
        .map(|(found, _)| found)
}

#[test]
fn an_ablation_that_was_stopped_goes_on_to_the_same_result_on_any_number_of_threads() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (whole, stopped) = (place.path().join("whole"), place.path().join("stopped"));
    let expected = serde_json::to_string(&ablated(&whole, 2, None).expect("a new folder")).expect("plain data");
    // What a kill can leave: a chunk never reached, a torn one, one that is not yet named.
    ablated(&stopped, 1, None).expect("a new folder");
    std::fs::remove_file(stopped.join("chunk-0000000")).expect("a chunk");
    let torn = std::fs::read(stopped.join("chunk-0000002")).expect("a chunk");
    std::fs::write(stopped.join("chunk-0000002"), &torn[..torn.len() / 2]).expect("a torn chunk");
    std::fs::write(stopped.join("chunk-0000000.7.unfinished"), &torn).expect("a leftover");
    let again = ablated(&stopped, 2, None).expect("the same work");
    assert_eq!(serde_json::to_string(&again).expect("plain data"), expected);
    assert_eq!((again.finished, again.failures.len()), (24, 0));
}

#[test]
fn a_posterior_changes_the_figures_and_is_other_work() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let posterior = crate::futures::posterior::tests::posterior();
    let under = ablated(&place.path().join("a"), 2, Some(&posterior)).expect("a new folder");
    let prior = ablated(&place.path().join("b"), 2, None).expect("a new folder");
    assert_eq!((under.posterior.as_deref(), prior.posterior.as_deref()), (Some("a trial"), None));
    assert_ne!(under.rows, prior.rows);
    let refused = ablated(&place.path().join("a"), 2, None).expect_err("the folder holds other work").to_string();
    assert!(refused.contains("posterior was"), "{refused}");
}

#[test]
fn an_interval_on_the_claimed_side_is_as_claimed_and_one_around_zero_is_not_distinguishable() {
    let effect = |values: [f64; 4]| {
        let mut pairs = PairedDifferences::default();
        for value in values {
            pairs.add(value, 0.0);
        }
        pairs.summary()
    };
    let falls = effect([-1.0, -1.1, -0.9, -1.0]);
    assert_eq!((verdict(&falls, false), verdict(&falls, true)), ("as claimed", "wrong way"));
    assert_eq!(verdict(&effect([-1.0, 1.0, -1.0, 1.0]), false), "not distinguishable");
}

#[test]
fn a_cluster_that_has_ended_counts_with_nothing() {
    let founded = |cluster| Happening::Founded {
        cluster,
        district: 0,
        origin: crate::model::events::Origin::BottomUp,
        members: 2,
    };
    let event = |year, what| crate::model::events::Event { year, what };
    let mut record = Record {
        region: vec![1.0; 12 * RegionOutcome::COUNT],
        events: vec![event(0, founded(0)), event(0, founded(1))],
        ..Record::default()
    };
    let mut row = [0.0; CLUSTER_WIDTH];
    row[ClusterOutcome::worked.index()] = 2.0;
    row[ClusterOutcome::members.index()] = 2.0;
    for year in 0..10 {
        record.clusters.push(year, 0, 0, crate::model::events::Form::Cluster, &row);
    }
    let figures = Figures::of(&record, 12);
    assert!((figures.activity - 0.5).abs() < 1e-12 && (figures.survival - 0.5).abs() < 1e-12, "{figures:?}");
}

#[test]
fn an_ablation_draws_the_regions_of_a_comparison() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let mut figures = crate::scenario::SyntheticRegion::default();
    figures.spec.districts = 10;
    let (regions, scenario) = (Regions::Drawn(Box::new(figures)), small());
    let run = |regions: Regions, replicates: Range<u32>, name: &str| {
        let options = Options { policy: 1, replicates, work: &place.path().join(name) };
        ablate(&Question::in_regions(scenario.clone(), regions), &options, |_| ()).expect("a new folder").0
    };
    let drawn = run(regions.clone(), 4..5, "drawn");
    let given = run(regions.of_future(scenario.seed, 4).into(), 4..5, "given");
    assert!(drawn.region_drawn_anew && !given.region_drawn_anew);
    let figures = |found: &Ablated| found.rows.iter().map(|row| row.with_factor.to_bits()).collect::<Vec<_>>();
    assert_eq!(figures(&drawn), figures(&given));
}
