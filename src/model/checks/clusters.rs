//! Clusters: who is in which, what they hold, and how they lived.

use std::sync::Arc;

use super::super::events::{Event, Form, Happening};
use super::super::functions::Function;
use super::super::parameters::Parameters;
use super::super::policy::{ClusterGrant, Condition, InstrumentKind, Policy, SharingWeight};
use super::super::record::Record;
use super::super::region::Region;
use super::super::simulation::{RunId, Simulation};
use super::super::state::{Cluster, Grant, NONE, State};
use super::super::world::World;
use super::identity::{NEVER, always, grant, paid};
use super::{random, same, watched};

pub(super) fn check(before: &State, step: &str, w: &World<'_>) {
    memberships_agree(step, w);
    terms_are_kept(before, step, w);
}

/// Districts and clusters point at each other, and only what exists is pointed at.
fn memberships_agree(step: &str, w: &World<'_>) {
    let s = &*w.s;
    let mut memberships = vec![0u8; w.site.count];
    for (place, cluster) in s.clusters.iter().enumerate() {
        assert!(cluster.ended.is_none(), "year {}, {step}: cluster {} has ended and stays", w.year, cluster.serial);
        assert!(cluster.members.len() >= 2, "year {}, {step}: cluster {} has one member", w.year, cluster.serial);
        for &member in cluster.members.as_slice() {
            let member = usize::from(member);
            memberships[member] += 1;
            assert!(
                s.d[member].alive,
                "year {}, {step}: ended district {member} in cluster {}",
                w.year, cluster.serial
            );
            assert_eq!(usize::from(s.d[member].cluster), place, "year {}, {step}, district {member}", w.year);
        }
    }
    for (district, &count) in memberships.iter().enumerate() {
        assert_eq!(u8::from(s.d[district].cluster != NONE), count, "year {}, {step}, district {district}", w.year);
    }
    assert!(s.clusters.windows(2).all(|pair| pair[0].serial < pair[1].serial), "year {}, {step}", w.year);
    let all = s.clusters.len() + s.lives.len();
    assert_eq!(all, s.tally.founded as usize, "year {}, {step}: clusters and lives", w.year);
    assert_eq!(s.lives.len(), s.tally.ended as usize, "year {}, {step}: lives", w.year);
}

fn terms<'a>(w: &World<'a>, grant: Grant) -> &'a ClusterGrant {
    match &w.policy.instruments[usize::from(grant.instrument)].kind {
        InstrumentKind::ClusterGrant(terms) => terms,
        other => panic!("year {}: a cluster holds {other:?}", w.year),
    }
}

fn terms_are_kept(before: &State, step: &str, w: &World<'_>) {
    for cluster in &w.s.clusters {
        let earlier = before.clusters.iter().find(|other| other.serial == cluster.serial);
        for (nth, grant) in cluster.grants.iter().flatten().enumerate() {
            let (terms, members) = (terms(w, *grant), cluster.members.len());
            let what = || {
                format!("year {}, {step}: cluster {} of {members} holds {grant:?}: {terms:?}", w.year, cluster.serial)
            };
            assert!(members <= usize::from(terms.max_members), "{}", what());
            assert!(cluster.entered & (1 << grant.instrument) != 0, "{}", what());
            assert!(usize::from(w.year - grant.from) < terms.per_pupil.len() || step != "year", "{}", what());
            let again = cluster.grants.iter().flatten().skip(nth + 1).any(|other| other.instrument == grant.instrument);
            assert!(!again, "{}: twice", what());
            if step == "policy" {
                assert!(members >= usize::from(terms.min_members), "{}", what());
            }
            // The "start" is the first sight of the clusters of the start: they enter with their policy.
            let held = earlier
                .is_some_and(|other| other.grants.iter().flatten().any(|one| one.instrument == grant.instrument));
            if !held && step != "start" {
                assert!(members >= usize::from(terms.min_members), "{}", what());
                entered_by_the_rules(w, cluster, *grant, &what());
            }
        }
    }
}

/// Who enters a grant may: it is open, and all its members are admitted and near enough.
fn entered_by_the_rules(w: &World<'_>, cluster: &Cluster, grant: Grant, what: &str) {
    let instrument = &w.policy.instruments[usize::from(grant.instrument)];
    assert!(grant.from == w.year && instrument.open(w.year) && cluster.form >= Form::Cluster, "{what}");
    let first = usize::from(cluster.members.as_slice()[0]);
    for &member in cluster.members.as_slice() {
        assert!(
            instrument.eligibility.admits(w.s.d[usize::from(member)].enrolment),
            "{what}: {member} is not admitted"
        );
        let minutes = w.drive_minutes(first, usize::from(member));
        assert!(minutes <= terms(w, grant).radius_minutes, "{what}: {member} is {minutes} away");
    }
}

/// Every cluster that was founded has one life, in the order of founding, that its events tell too.
pub(super) fn check_lives(record: &Record, founded: u32) {
    assert_eq!(record.lives.len(), founded as usize);
    let mut next = 0;
    for event in &record.events {
        match event.what {
            Happening::Founded { cluster, .. } => {
                assert_eq!((cluster, record.lives[cluster as usize].founded), (next, event.year));
                next += 1;
            }
            Happening::Ended { cluster, ending } => {
                let life = &record.lives[cluster as usize];
                assert_eq!((life.ended, life.ending), (Some(event.year), Some(ending)), "cluster {cluster}");
            }
            _ => {}
        }
    }
    assert_eq!(next, founded);
    let ended = |event: &&Event| matches!(event.what, Happening::Ended { .. });
    assert_eq!(
        record.events.iter().filter(ended).count(),
        record.lives.iter().filter(|life| life.ended.is_some()).count()
    );
}

/// Watches five years of a region in which nobody leaves, after each step.
fn five_years(policy: &Policy, mut watch: impl FnMut(&'static str, &World<'_>)) {
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;
    let never = Parameters { leave_intercept: NEVER, network_done: 0.0, wind_up_below: 0.0, ..Parameters::default() };
    let alone = Parameters { found_intercept: NEVER, join_intercept: NEVER, propose_intercept: NEVER, ..never };
    let calm = Parameters { give_up_intercept: NEVER, goal_met: 0.0, ..alone };
    // A sharing weight is paid in state aid: where there is none it pays nothing.
    let fit = |region: &Region| region.districts.len() > 20 && region.finance.state_share > 0.2;
    let large = random::region(40).prop_filter("districts and aid enough", fit);
    let region = large.new_tree(&mut TestRunner::deterministic()).expect("a region").current();
    let simulation = Simulation::new(Arc::new(region), 5);
    let id = RunId { seed: 1, replicate: 0 };
    watched(&simulation, (policy, &calm), (id, |_| Vec::new()), &mut Record::default(), |_, step, w| watch(step, w));
}

#[test]
fn a_cluster_of_the_start_is_not_paid_by_a_grant_that_asks_for_more_members() {
    for (min_members, holds) in [(5, false), (4, true)] {
        let terms = ClusterGrant { min_members, ..grant(100.0, 0.0, Condition::ReorganisationVote) };
        let (mut seen, mut outlay) = (false, 0.0);
        five_years(&paid(terms, Some(4), Form::Cluster), |step, w| {
            if step == "start" {
                seen = w.s.clusters[0].is_granted();
            }
            outlay += w.s.outlay.iter().sum::<f64>();
            assert!(holds || w.s.clusters.iter().all(|cluster| cluster.vote_from.is_none()), "a vote for no money");
        });
        assert_eq!((seen, outlay > 0.0), (holds, holds), "{min_members}");
    }
}

#[test]
fn members_match_a_grant_in_each_of_its_years_and_no_other_money() {
    let mut policy = paid(grant(100.0, 0.5, Condition::None), Some(4), Form::Cluster);
    let services = [Function::StaffDevelopment].into_iter().collect();
    let weight = SharingWeight { services, pupils: 10.0, weight: 0.0, years: 5, years_after_merger: 0 };
    policy.instruments.push(always(InstrumentKind::SharingWeight(weight)));
    let mut matched = 0;
    five_years(&policy, |step, w| {
        if step == "policy" {
            let cluster = &w.s.clusters[0];
            let pupils: f64 = cluster.members.as_slice().iter().map(|&i| w.s.d[usize::from(i)].enrolment).sum();
            let due = if (1..=2).contains(&w.year) { 0.5 * 100.0 * pupils } else { 0.0 };
            assert!(same(cluster.pooled, due, due), "year {}: {} for {due}", w.year, cluster.pooled);
            matched += u32::from(due > 0.0 && cluster.received > 2.1 * due);
        }
    });
    assert!(matched > 0, "the weight is paid beside the grant");
}

#[test]
fn a_network_that_is_paid_puts_in_its_match_from_its_members() {
    let mut paid_years = 0;
    five_years(&paid(grant(100.0, 0.5, Condition::None), Some(4), Form::Network), |step, w| {
        if step == "policy" && w.s.clusters[0].form == Form::Network {
            let cluster = &w.s.clusters[0];
            let dues: f64 = cluster.members.as_slice().iter().map(|&i| w.s.d[usize::from(i)].dues).sum();
            assert!(same(dues, cluster.pooled, dues), "year {}: {dues} for {}", w.year, cluster.pooled);
            paid_years += u32::from(dues > 0.0);
        }
    });
    assert!(paid_years > 0);
}
