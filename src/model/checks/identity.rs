//! Names decide nothing: with other identifiers for its districts a region goes the same way, where nothing is
//! drawn.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::super::events::{Form, Origin};
use super::super::functions::{Function, FunctionSet};
use super::super::parameters::Parameters;
use super::super::policy::{
    ClusterGrant, Condition, Eligibility, EnrolmentFloor, Instrument, InstrumentKind, Management, Policy,
    StartingCluster,
};
use super::super::record::{Detail, Record};
use super::super::region::Region;
use super::super::simulation::{RunId, Simulation};
use super::{few_words, random};

/// Log-odds at which a thing never happens; their opposite is those at which it always does.
pub(super) const NEVER: f64 = -1e6;

/// A world in which nothing is left to chance, and nobody decides anything.
fn calm() -> Parameters {
    Parameters {
        birth_shock_sd: 0.0,
        regional_shock_sd: 0.0,
        regional_drift_sd: 0.0,
        drift_sd: 0.0,
        district_shock_sd: 0.0,
        family_noise: 0.0,
        birth_noise: 0.0,
        class_noise: 0.0,
        revenue_shock: 0.0,
        revenue_shock_count: 0.0,
        programme_shock: 0.0,
        programme_shock_count: 0.0,
        taste_sd: 0.0,
        taste_count: 0.0,
        start_cost_sd: 0.0,
        start_reserve_sd: 0.0,
        courses_spread: 0.0,
        building_rate: 0.0,
        building_growth: 0.0,
        climate_sd: 0.0,
        levy_vote: NEVER,
        give_up_intercept: NEVER,
        close_intercept: NEVER,
        found_intercept: NEVER,
        join_intercept: NEVER,
        leave_intercept: NEVER,
        propose_intercept: NEVER,
        network_done: 0.0,
        goal_met: 0.0,
        wind_up_below: 0.0,
        next_task: 0.0,
        plan_one_high_school: 0.0,
        large_plan_one_high_school: 0.0,
        plan_closes_building: 0.0,
        vote_plan_sd: 0.0,
        vote_district_sd: 0.0,
        vote_intercept: -NEVER,
        ..Parameters::default()
    }
}

/// The same region with other identifiers, in another order: the old ones become names.
fn renamed(region: &Region, turn: usize) -> Region {
    let count = region.districts.len();
    let new: BTreeMap<String, String> = (0..count)
        .map(|nth| (region.districts[nth].id.clone(), format!("{:05}", (turn + count - nth) % count)))
        .collect();
    let mut other = region.clone();
    for district in &mut other.districts {
        district.name.clone_from(&district.id);
        district.id.clone_from(&new[&district.id]);
        district.high_school = district.high_school.as_ref().map(|id| new[id].clone());
    }
    other.sort();
    other
}

/// By name, the district that serves each community in the end.
fn homes(region: Region, policy: &Policy, years: u16) -> BTreeMap<String, String> {
    let simulation = Simulation::new(Arc::new(region), years);
    let (mut record, id) = (Record::default(), RunId { seed: 5, replicate: 0 });
    simulation.run(&mut simulation.workspace(), policy, &calm(), id, Detail::Region, &mut record);
    let districts = &simulation.region().districts;
    let name = |nth: usize| districts[nth].name.clone();
    record.last_homes.iter().enumerate().map(|(nth, &home)| (name(nth), name(usize::from(home)))).collect()
}

fn calm_region(most: u16) -> impl Strategy<Value = Region> {
    random::region(most).prop_map(|mut region| {
        for district in &mut region.districts {
            district.name.clone_from(&district.id);
        }
        region.trend_unknown = 0.0;
        region.grades_known = true;
        region
    })
}

pub(super) fn always(kind: InstrumentKind) -> Instrument {
    let eligibility = Eligibility::default();
    Instrument { name: "it".to_owned(), start: 0, end: None, budget_cap: None, eligibility, kind }
}

fn floor(pupils: f64) -> Policy {
    let floor = EnrolmentFloor { pupils, grace_years: 1, sparse_exempt: false, cluster_exempt: false };
    Policy { instruments: vec![always(InstrumentKind::EnrolmentFloor(floor))], ..Policy::default() }
}

/// A grant of two years of so many dollars a pupil.
pub(super) fn grant(per_pupil: f64, match_share: f64, condition: Condition) -> ClusterGrant {
    ClusterGrant {
        per_pupil: vec![per_pupil; 2],
        per_member: vec![0.0; 2],
        min_members: 2,
        max_members: 40,
        radius_minutes: 200.0,
        services: FunctionSet::default(),
        match_share,
        condition,
    }
}

/// A policy of a cluster grant, and clusters of the start that it pays: one of so many members, or all that share a
/// high school.
pub(super) fn paid(grant: ClusterGrant, members: Option<u8>, form: Form) -> Policy {
    let cluster = StartingCluster {
        name: "sharing".to_owned(),
        members: members.unwrap_or(2),
        for_high_school: members.is_none(),
        years_shared: 3,
        origin: Origin::BottomUp,
        form,
        services: [Function::StaffDevelopment].into_iter().collect(),
        depth: 0.5,
        task_focus: true,
        management: Management::Schools,
        coordinator: 0.0,
        early_boards: false,
        equal_shares: false,
        nested_in: 0,
        paid_by: Some("it".to_owned()),
    };
    Policy {
        instruments: vec![always(InstrumentKind::ClusterGrant(grant))],
        clusters: vec![cluster],
        ..Policy::default()
    }
}

/// Districts that share a high school already are paid for it, and must vote at the end.
fn votes() -> Policy {
    paid(grant(500.0, 0.0, Condition::ReorganisationVote), None, Form::Cluster)
}

fn ended(homes: &BTreeMap<String, String>) -> usize {
    homes.iter().filter(|(name, home)| name != home).count()
}

proptest! {
    #![proptest_config(few_words(80))]

    #[test]
    fn which_district_takes_in_which_under_a_floor_does_not_hang_on_their_names(
        region in calm_region(30), turn in 0usize..30, pupils in 50.0..800.0f64,
    ) {
        let other = renamed(&region, turn);
        prop_assert_eq!(homes(region, &floor(pupils), 4), homes(other, &floor(pupils), 4));
    }

    #[test]
    fn which_district_is_the_host_after_a_required_vote_does_not_hang_on_their_names(
        region in calm_region(30), turn in 0usize..30,
    ) {
        let other = renamed(&region, turn);
        prop_assert_eq!(homes(region, &votes(), 5), homes(other, &votes(), 5));
    }
}

#[test]
fn districts_end_by_floors_and_by_required_votes_in_calm_worlds() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut counts = [0; 2];
    for _ in 0..20 {
        let region = calm_region(30).new_tree(&mut runner).expect("a region").current();
        for (count, policy) in counts.iter_mut().zip([floor(300.0), votes()]) {
            *count += ended(&homes(region.clone(), &policy, 5));
        }
    }
    assert!(counts.iter().all(|&count| count > 10), "{counts:?}");
}
