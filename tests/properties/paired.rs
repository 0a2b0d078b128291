//! The minimally different world: what is not downstream of the difference keeps every bit.

use std::collections::BTreeSet;
use std::sync::Arc;

use barnraise::districts::schools::default_schools;
use barnraise::model::functions::FunctionSet;
use barnraise::model::parameters::Parameters;
use barnraise::model::policy::{
    ClusterGrant, Condition, CoordinatorPay, Eligibility, EnrolmentFloor, FacilitatorCapacity, GeneralAid,
    HoldHarmless, Instrument, InstrumentKind, LevyRelief, MergerGrant, Policy, SharingWeight, TaxingAuthority,
};
use barnraise::model::record::{Detail, Record};
use barnraise::model::region::{Region, StartingDistrict};
use barnraise::model::simulation::{RunId, Simulation};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::worlds::{
    YEARS, always, bits_of, bits_without, cases, district_rows, events, policy_of, run, same_but_for_rounding,
};
use crate::random;

/// A district of its own world: a large, stable one, farther away than anything in the model reaches.
fn far_district(region: &Region, id: &str) -> StartingDistrict {
    let east = region.districts.iter().map(|d| d.x).fold(0.0, f64::max);
    StartingDistrict {
        id: id.to_owned(),
        name: "Far Away".to_owned(),
        county: "Elsewhere".to_owned(),
        x: east + 650.0,
        y: 0.0,
        area: 400.0,
        pupils: [120.0; 13],
        lowest_grade: 0,
        highest_grade: 12,
        trend: 0.0,
        valuation: 600_000.0,
        cost_level: Some(1.0),
        local_share: None,
        reserve_share: Some(0.5),
        debt: 0.0,
        teachers: None,
        schools: default_schools(0, 12, 2, east + 650.0, 0.0, "Far Away"),
        high_school: None,
    }
}

/// An instrument of any kind whose amounts are nothing.
fn pays_nothing() -> impl Strategy<Value = Instrument> {
    let nothing = vec![0.0; 3];
    let grant = ClusterGrant {
        per_pupil: nothing.clone(),
        per_member: nothing.clone(),
        min_members: 2,
        max_members: 8,
        radius_minutes: 75.0,
        services: FunctionSet::default(),
        match_share: 0.0,
        condition: Condition::ReorganisationVote,
    };
    let services: FunctionSet = barnraise::model::functions::Function::ALL.into_iter().collect();
    let weight = SharingWeight { services, pupils: 0.0, weight: 0.0, years: 5, years_after_merger: 5 };
    let floor = EnrolmentFloor { pupils: 0.0, grace_years: 0, sparse_exempt: false, cluster_exempt: false };
    prop::sample::select(vec![
        InstrumentKind::ClusterGrant(grant),
        InstrumentKind::MergerGrant(MergerGrant { per_pupil: nothing.clone(), pupils_cap: 400.0 }),
        InstrumentKind::CoordinatorPay(CoordinatorPay { per_cluster: nothing.clone(), min_members: 2, seniority: 0.9 }),
        InstrumentKind::FacilitatorCapacity(FacilitatorCapacity { clusters: 0, per_cluster: 1_000.0, outreach: 0.0 }),
        InstrumentKind::SharingWeight(weight),
        InstrumentKind::LevyRelief(LevyRelief { mills: nothing.clone() }),
        InstrumentKind::HoldHarmless(HoldHarmless { share: nothing.clone() }),
        InstrumentKind::GeneralAid(GeneralAid { per_pupil: nothing }),
        InstrumentKind::EnrolmentFloor(floor),
        InstrumentKind::TaxingAuthority(TaxingAuthority { mills: 0.0, min_members: 2 }),
    ])
    .prop_map(|kind| Instrument { end: Some(YEARS / 2), ..always(kind) })
}

/// Kinds that cannot be nothing: to assign clusters at all is to do something.
const NEVER_NOTHING: [&str; 1] = ["assigned_clusters"];

/// The kinds that so many draws of a strategy meet.
fn kinds_of(instruments: impl Strategy<Value = Instrument>) -> BTreeSet<&'static str> {
    let mut runner = TestRunner::deterministic();
    (0..2_000).map(|_| instruments.new_tree(&mut runner).expect("a draw").current().kind.name()).collect()
}

#[test]
fn every_kind_of_instrument_is_met_by_the_random_worlds_and_asked_whether_nothing_changes_nothing() {
    let all: BTreeSet<&str> = InstrumentKind::NAMES.iter().copied().collect();
    assert_eq!(kinds_of(random::instrument(false)), all, "a kind is missing in model/checks/random.rs");
    let nothing: BTreeSet<&str> = all.iter().copied().filter(|kind| !NEVER_NOTHING.contains(kind)).collect();
    assert_eq!(kinds_of(pays_nothing()), nothing, "a kind is missing in `pays_nothing`");
}

/// An instrument of any kind that begins when all is over.
fn begins_too_late() -> impl Strategy<Value = Instrument> {
    random::instrument(false).prop_map(|it| Instrument { start: YEARS, end: Some(YEARS + 3), ..it })
}

/// An instrument of any kind in which nobody may take part.
fn open_to_nobody() -> impl Strategy<Value = Instrument> {
    let nobody = Eligibility { min_pupils: 1e9, max_pupils: 2e9 };
    random::instrument(false).prop_map(move |it| Instrument { eligibility: nobody, ..it })
}

/// Adds an instrument at a random place of a policy and asks that nothing changes but its column of
/// nothing. Read the other way round: a policy without it is the world that never had it.
fn changes_nothing(
    (region, policy, parameters, seed): (Region, Policy, Parameters, u64),
    added: &Instrument,
    place: prop::sample::Index,
) -> Result<(), TestCaseError> {
    let place = place.index(policy.instruments.len() + 1);
    let mut with = policy.clone();
    with.instruments.insert(place, added.clone());
    let (region, id) = (Arc::new(region), RunId { seed, replicate: 1 });
    let without = run(&region, &policy, &parameters, id);
    let with_it = run(&region, &with, &parameters, id);
    let count = with.instruments.len();
    let paid: f64 = with_it.outlay.iter().skip(place).step_by(count).sum();
    prop_assert!(paid <= 0.0, "{added:?} paid {paid}");
    let same = bits_of(&without) == bits_without(&with_it, count, place);
    prop_assert!(same, "{added:?} at {place} changed the world of {:?}", policy.instruments);
    Ok(())
}

/// The same with clusters that exist when the first year begins: the first free district of a list is their first
/// member, so where a list itself is changed they would be others.
fn populated_world() -> impl Strategy<Value = (Region, Policy, Parameters, u64)> {
    (random::region(30), random::populated_policy(4, false), random::parameters(), any::<u64>())
}

fn world() -> impl Strategy<Value = (Region, Policy, Parameters, u64)> {
    (random::region(30), random::policy(4, false), random::parameters(), any::<u64>())
}

proptest! {
    #![proptest_config(cases(50))]

    #[test]
    fn a_replicate_is_the_same_alone_among_others_and_in_used_memory(
        (region, policy, parameters, seed) in populated_world(), other in random::populated_policy(4, true),
    ) {
        let region = Arc::new(region);
        let alone = run(&region, &policy, &parameters, RunId { seed, replicate: 7 });
        let simulation = Simulation::new(region, YEARS);
        let (mut workspace, mut record) = (simulation.workspace(), Record::default());
        for replicate in 0..10 {
            let id = RunId { seed, replicate };
            simulation.run(&mut workspace, &other, &parameters, id, Detail::Region, &mut record);
            simulation.run(&mut workspace, &policy, &parameters, id, Detail::District, &mut record);
            if replicate == 7 {
                prop_assert!(bits_of(&alone) == bits_of(&record));
            }
        }
    }

    #[test]
    fn more_detail_changes_no_outcome_of_the_region((region, policy, parameters, seed) in populated_world()) {
        let simulation = Simulation::new(Arc::new(region), YEARS);
        let mut records = [Detail::Region, Detail::Cluster, Detail::District].map(|detail| {
            let mut record = Record::default();
            let id = RunId { seed, replicate: 0 };
            simulation.run(&mut simulation.workspace(), &policy, &parameters, id, detail, &mut record);
            record
        });
        prop_assert!(records[0].clusters.is_empty() && records[0].districts.is_empty() && records[0].events.is_empty());
        for record in &mut records {
            record.clusters.clear();
            record.districts.clear();
            record.events.clear();
        }
        prop_assert!(bits_of(&records[0]) == bits_of(&records[1]) && bits_of(&records[1]) == bits_of(&records[2]));
    }

    #[test]
    fn a_district_far_away_changes_no_other((region, policy, parameters, seed) in world(), first in any::<bool>()) {
        // Before or after all others in the list: places in the list must not matter.
        // Of fewer it would be among the nearest that are watched for how they fare.
        prop_assume!(region.districts.len() > 8);
        let mut larger = region.clone();
        larger.districts.push(far_district(&region, if first { "0" } else { "Z" }));
        larger.sort();
        let far = if first { 0 } else { region.districts.len() as u16 };
        let id = RunId { seed, replicate: 2 };
        let small = run(&Arc::new(region), &policy, &parameters, id);
        let large = run(&Arc::new(larger), &policy, &parameters, id);
        prop_assert_eq!(large.last_homes[usize::from(far)], far, "the far district stands");
        prop_assert!(district_rows(&small, None) == district_rows(&large, Some(far.into())), "rows, {:?}", policy.instruments);
        prop_assert_eq!(events(&small, None), events(&large, Some(far)));
    }

    #[test]
    fn the_order_of_districts_in_a_file_does_not_matter((region, policy, parameters, seed) in populated_world(), turn in 1usize..20) {
        let mut turned = region.clone();
        turned.districts.reverse();
        let turn = turn % turned.districts.len();
        turned.districts.rotate_left(turn);
        turned.support.reverse();
        turned.sort();
        let id = RunId { seed, replicate: 0 };
        let (a, b) = (run(&Arc::new(region), &policy, &parameters, id), run(&Arc::new(turned), &policy, &parameters, id));
        prop_assert!(bits_of(&a) == bits_of(&b));
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn an_instrument_that_pays_nothing_changes_nothing(world in populated_world(), added in pays_nothing(), place in any::<prop::sample::Index>()) {
        changes_nothing(world, &added, place)?;
    }

    #[test]
    fn an_instrument_that_begins_too_late_changes_nothing(world in populated_world(), added in begins_too_late(), place in any::<prop::sample::Index>()) {
        changes_nothing(world, &added, place)?;
    }

    #[test]
    fn an_instrument_open_to_nobody_changes_nothing(world in populated_world(), added in open_to_nobody(), place in any::<prop::sample::Index>()) {
        changes_nothing(world, &added, place)?;
    }

    #[test]
    fn the_order_of_two_instruments_of_different_kinds_does_not_matter(
        (region, _, parameters, seed) in world(), first in random::instrument(false), second in random::instrument(false),
    ) {
        prop_assume!(std::mem::discriminant(&first.kind) != std::mem::discriminant(&second.kind));
        let (region, id) = (Arc::new(region), RunId { seed, replicate: 0 });
        let one = run(&region, &policy_of(vec![first.clone(), second.clone()]), &parameters, id);
        let mut other = run(&region, &policy_of(vec![second.clone(), first.clone()]), &parameters, id);
        for pair in other.outlay.chunks_mut(2) {
            pair.swap(0, 1);
        }
        prop_assert!(same_but_for_rounding(&one, &other), "{first:?}\n{second:?}");
    }
}
