//! The year loop takes no memory: all of it is taken before the first year.

use std::sync::Arc;

use barnraise::districts::synthetic::{SyntheticSpec, generate};
use barnraise::model::answers::{Answer, Question};
use barnraise::model::parameters::Parameters;
use barnraise::model::policy::Policy;
use barnraise::model::record::{Detail, Record};
use barnraise::model::simulation::{RunId, Simulation};
use barnraise::scenario;

/// A busy world: many found, join, share, vote, merge and close.
fn busy() -> Parameters {
    let mut parameters = Parameters::default();
    parameters.found_intercept += 2.5;
    parameters.propose_intercept += 3.0;
    parameters
}

fn policies() -> Vec<Policy> {
    ["three-year-grant", "more-instruments"]
        .iter()
        .flat_map(|name| {
            let path = format!("{}/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"));
            scenario::read(path.as_ref()).expect("a shipped scenario").policies
        })
        .collect()
}

/// Allocations of a run in memory that has seen the same run before, and districts ended in it.
fn allocations(years: u16, policy: &Policy, detail: Detail) -> (u64, usize) {
    let region = generate(&SyntheticSpec { districts: 60, ..SyntheticSpec::default() }, 3);
    let simulation = Simulation::new(Arc::new(region), years);
    let (mut workspace, mut record, parameters) = (simulation.workspace(), Record::default(), busy());
    // The record grows to its size in the first run, the rest of the memory is taken by `workspace`.
    let id = RunId { seed: 5, replicate: 1 };
    simulation.run(&mut workspace, policy, &parameters, id, detail, &mut record);
    let counted =
        allocation_counter::measure(|| simulation.run(&mut workspace, policy, &parameters, id, detail, &mut record));
    let ended = record.last_homes.iter().enumerate().filter(|(place, home)| *place != usize::from(**home)).count();
    (counted.count_total, ended)
}

#[test]
fn a_run_of_forty_years_takes_no_more_memory_than_one_of_ten() {
    for detail in [Detail::Region, Detail::District] {
        for policy in policies() {
            let ((short, _), (long, ended)) = (allocations(10, &policy, detail), allocations(40, &policy, detail));
            assert!(ended > 3, "a world in which something happens, {}", policy.name);
            assert_eq!(short, long, "allocations in ten and in forty years, {} at {detail:?}", policy.name);
        }
    }
}

/// Every instrument of the shipped scenarios at once, three times over.
fn crowded() -> Policy {
    let all: Vec<_> = policies().into_iter().flat_map(|policy| policy.instruments).collect();
    let instruments = all.iter().cycle().take(3 * all.len()).cloned().collect();
    Policy { name: "crowded".to_owned(), instruments, ..Policy::default() }
}

#[test]
fn many_instruments_take_their_memory_before_the_first_year() {
    let region = Arc::new(generate(&SyntheticSpec { districts: 60, ..SyntheticSpec::default() }, 3));
    let (policy, parameters, id) = (crowded(), busy(), RunId { seed: 5, replicate: 1 });
    let first_run = |years| {
        let simulation = Simulation::new(Arc::clone(&region), years);
        let mut record = Record::default();
        // The record has its room from here on.
        simulation.run(&mut simulation.workspace(), &policy, &parameters, id, Detail::Region, &mut record);
        let mut workspace = simulation.workspace();
        let run = || simulation.run(&mut workspace, &policy, &parameters, id, Detail::Region, &mut record);
        allocation_counter::measure(run).count_total
    };
    assert_eq!(first_run(2), first_run(40), "allocations of a first run of two and of forty years");
}

#[test]
fn allocations_are_counted() {
    let counted = allocation_counter::measure(|| drop(std::hint::black_box(vec![1u8; 100])));
    assert_eq!(counted.count_total, 1);
}

#[test]
fn memory_for_a_first_run_is_taken_before_it() {
    // A record with room, and a workspace that no run has seen: nothing is left to be taken.
    let region = Arc::new(generate(&SyntheticSpec { districts: 60, ..SyntheticSpec::default() }, 3));
    for policy in policies() {
        let simulation = Simulation::new(Arc::clone(&region), 40);
        let (mut record, parameters, id) = (Record::default(), busy(), RunId { seed: 5, replicate: 1 });
        simulation.run(&mut simulation.workspace(), &policy, &parameters, id, Detail::Region, &mut record);
        let mut workspace = simulation.workspace();
        let counted = allocation_counter::measure(|| {
            simulation.run(&mut workspace, &policy, &parameters, id, Detail::Region, &mut record);
        });
        assert_eq!(counted.count_total, 0, "allocations of a first run, {}", policy.name);
    }
}

#[test]
fn answers_of_people_take_no_memory_either() {
    let region = Arc::new(generate(&SyntheticSpec { districts: 60, ..SyntheticSpec::default() }, 3));
    let simulation = Simulation::new(region, 40);
    let (policy, parameters, id) = (Policy::default(), busy(), RunId { seed: 5, replicate: 1 });
    // In the first year nobody has ended, so nothing is refused: refusals are a list, and that takes memory.
    let answers: Vec<Answer> = (0..60).map(|district| Answer::no(district, Question::Leave)).collect();
    let mut record = Record::default();
    simulation.run(&mut simulation.workspace(), &policy, &parameters, id, Detail::Region, &mut record);
    let mut workspace = simulation.workspace();
    let counted = allocation_counter::measure(|| {
        let mut run = simulation.begin(&mut workspace, &policy, &parameters, id, Detail::Region, &mut record);
        while let Some(year) = run.next_year() {
            run.year(if year == 0 { &answers } else { &[] });
        }
        run.finish();
    });
    assert_eq!(counted.count_total, 0);
}
