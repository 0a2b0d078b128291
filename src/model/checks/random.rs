//! Random regions, policies and parameters: anything that a scenario file could ask for.
//!
//! Shared by the checks of the state beside the model and by the tests of its public face.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::districts::schools::default_schools;
use crate::districts::synthetic::{SyntheticSpec, generate};
use crate::model::answers::{Answer, Question};
use crate::model::events::{Form, Origin};
use crate::model::functions::{Function, FunctionSet};
use crate::model::parameters::{ParameterId, Parameters};
use crate::model::policy::{
    AssignedClusters, ClusterGrant, Condition, CoordinatorPay, Eligibility, EnrolmentFloor, FacilitatorCapacity,
    GeneralAid, HoldHarmless, Instrument, InstrumentKind, LevyRelief, Management, MergerGrant, Policy, SharingWeight,
    StartingCluster, TaxingAuthority,
};
use crate::model::region::{Region, StartingDistrict, StateFinance, StateRules, VoteRule};

/// A region of up to `most` districts under a random state: some with schools in several towns, some without a
/// high school, and over some of these districts of high schools alone.
pub(crate) fn region(most: u16) -> impl Strategy<Value = Region> {
    let sizes = (2..=most, 20.0..1_500.0f64, 0.1..1.3f64, -0.08..0.02f64);
    let land = (0.05..20.0f64, 0.0..1.2f64, 0u16..4, 0.0..1.0f64);
    let known = (any::<bool>(), prop::option::of(-0.05..0.02f64), 0.0..0.02f64);
    (sizes, land, (rules(), finance()), known, any::<u64>(), prop::bool::weighted(0.5)).prop_map(
        |(sizes, land, (rules, finance), (grades_known, trend, trend_unknown), seed, mixed)| {
            let (districts, median_pupils, size_sd, spec_trend) = sizes;
            let (density, area_sd, support, elementary) = land;
            let spec = SyntheticSpec {
                districts,
                median_pupils,
                size_sd,
                trend: spec_trend,
                density,
                area_sd,
                support_organisations: support,
                elementary_only_share: elementary,
                ..SyntheticSpec::default()
            };
            let mut region = Region { rules, finance, trend, trend_unknown, grades_known, ..generate(&spec, seed) };
            if mixed {
                mix(&mut region, seed);
            }
            region
        },
    )
}

/// Makes districts teach other grades in more buildings and towns, and names the high schools of some of those
/// that have none.
fn mix(region: &mut Region, seed: u64) {
    // Digits of the seed, one after the other.
    let mut left = seed;
    let mut digit = |choices: u64| {
        left = left.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (left >> 33) % choices
    };
    for district in &mut region.districts {
        let span = match (district.has_high_school(), digit(6)) {
            (true, 0) => (9, 12),
            (true, 1) => (7, 12),
            (false, 0) => (0, 6),
            _ => (district.lowest_grade, district.highest_grade),
        };
        teach(district, span, 1 + digit(5) as usize);
        let radius = 0.5 * (district.area / std::f64::consts::PI).sqrt();
        let (x, y) = (district.x, district.y);
        for (nth, school) in district.schools.iter_mut().enumerate() {
            let town = digit(4) as f64 - 1.0;
            (school.x, school.y) = (x + radius * town, y + radius * town * nth as f64 / 8.0);
        }
    }
    let with_high: Vec<String> =
        region.districts.iter().filter(|d| d.has_high_school()).map(|d| d.id.clone()).collect();
    for district in region.districts.iter_mut().filter(|d| !d.has_high_school()) {
        let named = with_high.get(digit(with_high.len().max(1) as u64) as usize);
        district.high_school = named.filter(|_| digit(3) > 0).cloned();
    }
}

/// Lets a district teach other grades in so many buildings, and no pupils in others.
fn teach(district: &mut StartingDistrict, (lowest, highest): (u8, u8), buildings: usize) {
    (district.lowest_grade, district.highest_grade) = (lowest, highest);
    for (grade, pupils) in (0..).zip(&mut district.pupils) {
        if !(lowest..=highest).contains(&grade) {
            *pupils = 0.0;
        }
    }
    district.schools = default_schools(lowest, highest, buildings, district.x, district.y, &district.name);
}

fn rules() -> impl Strategy<Value = StateRules> {
    let rule = select(vec![VoteRule::SeparateMajorities, VoteRule::CombinedMajority]);
    let courses = prop::option::of(5.0..80.0f64);
    (courses, 10.0..60.0f64, 0u16..4, rule, any::<bool>(), prop::option::of(-1.0..2.0f64)).prop_map(
        |(required_courses, minutes, retry_wait_years, vote_rule, official_recognition, merger_climate)| StateRules {
            required_courses,
            elementary_ride_minutes: minutes,
            high_school_ride_minutes: 2.0 * minutes,
            vote_rule,
            retry_wait_years,
            official_recognition,
            merger_climate,
        },
    )
}

fn finance() -> impl Strategy<Value = StateFinance> {
    let sources = (3_000.0..25_000.0f64, 0.05..0.9f64, 0.0..0.3f64);
    let law = (
        (prop::option::of(0.5..2.0f64), prop::option::of(0.05..1.0f64)),
        (prop::option::of(0.0..1.5f64), prop::option::of(0.0..1.0f64)),
    );
    (sources, law, 0.0..1.0f64, 0.0..0.3f64, 0.0..3.0f64).prop_map(
        |((base_cost, local, federal), (aid, levy), small_size_aid, sparsity_aid, sparse_below)| {
            let ((aid_elasticity, aid_adjustment), (levy_elasticity, levy_adjustment)) = (aid, levy);
            let federal_share = federal.min(1.0 - local);
            StateFinance {
                base_cost,
                local_share: local,
                state_share: 1.0 - local - federal_share,
                federal_share,
                small_size_aid,
                sparsity_aid,
                sparse_below,
                aid_elasticity,
                aid_adjustment,
                levy_elasticity,
                levy_adjustment,
            }
        },
    )
}

/// Any answer of the board of any of so many districts.
pub(crate) fn answer(districts: usize) -> impl Strategy<Value = Answer> {
    (0..districts, select(Question::ALL.to_vec()), any::<bool>()).prop_map(|(district, question, yes)| Answer {
        district,
        question,
        yes,
    })
}

/// A policy of up to `most` instruments of any kind; where `capped`, half of them have a yearly budget cap.
/// Without any, payments of one district do not depend on the others'.
pub(crate) fn policy(most: usize, capped: bool) -> impl Strategy<Value = Policy> {
    prop::collection::vec(instrument(capped), 0..=most).prop_map(|instruments| {
        let numbered = instruments.into_iter().enumerate();
        let instruments =
            numbered.map(|(place, it)| Instrument { name: format!("instrument {place}"), ..it }).collect();
        Policy { name: "random".to_owned(), instruments, ..Policy::default() }
    })
}

/// The same with clusters that exist when the first year begins, some of them paid by a grant of the policy, and
/// often several cluster grants at once.
pub(crate) fn populated_policy(most: usize, capped: bool) -> impl Strategy<Value = Policy> {
    let grants = prop::collection::vec((cluster_grant(), prop::option::of(1.0..2e6f64)), 0..4);
    (policy(most, capped), grants, prop::collection::vec(starting_cluster(), 0..6)).prop_map(
        move |(mut policy, grants, clusters)| {
            for (nth, (kind, cap)) in grants.into_iter().enumerate() {
                let name = format!("grant {nth}");
                let budget_cap = cap.filter(|_| capped);
                let eligibility = Eligibility::default();
                policy.instruments.push(Instrument { name, start: 0, end: None, budget_cap, eligibility, kind });
            }
            let is_grant = |it: &&Instrument| matches!(it.kind, InstrumentKind::ClusterGrant(_));
            let grants: Vec<String> = policy.instruments.iter().filter(is_grant).map(|it| it.name.clone()).collect();
            let numbered = clusters.into_iter().enumerate();
            let clusters = numbered.map(|(nth, (cluster, payer))| StartingCluster {
                name: format!("cluster {nth}"),
                paid_by: payer.and_then(|payer| (!grants.is_empty()).then(|| payer.get(&grants).clone())),
                ..cluster
            });
            policy.clusters = clusters.collect();
            policy
        },
    )
}

/// A cluster of the start without a name, and which of the policy's grants pays it.
fn starting_cluster() -> impl Strategy<Value = (StartingCluster, Option<prop::sample::Index>)> {
    let origin = select(vec![Origin::BottomUp, Origin::Incentive, Origin::TopDown]);
    let form = select(vec![Form::Network, Form::Cluster, Form::Consortium, Form::Federation]);
    let management = select(vec![Management::Schools, Management::AreaOffice, Management::CentralAdministration]);
    let kind = (2u8..=40, prop::bool::weighted(0.3), 0u16..12, origin, form, management);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), prop::option::of(0.0..1.0f64), 0u8..3);
    let paid_by = prop::option::of(any::<prop::sample::Index>());
    (kind, flags, services(1), 0.0..=1.0f64, paid_by).prop_map(
        |((members, for_high_school, years_shared, origin, form, management), flags, services, depth, paid_by)| {
            let (task_focus, early_boards, equal_shares, coordinator, nested_in) = flags;
            let cluster = StartingCluster {
                name: String::new(),
                members,
                for_high_school,
                years_shared,
                origin,
                form,
                services,
                depth,
                task_focus,
                management,
                coordinator: coordinator.unwrap_or(0.0),
                early_boards,
                equal_shares,
                nested_in,
                paid_by: None,
            };
            (cluster, paid_by)
        },
    )
}

/// One instrument of any kind; where `capped`, with a yearly budget cap in half of the cases.
pub(crate) fn instrument(capped: bool) -> impl Strategy<Value = Instrument> {
    let cap = prop::option::of(1.0..2e6f64).prop_map(move |cap| cap.filter(|_| capped));
    let window = (0u16..12, prop::option::of(1u16..12));
    let sizes = prop::option::of((0.0..300.0f64, 300.0..3_000.0f64));
    (kind(), window, cap, sizes).prop_map(|(kind, (start, length), budget_cap, sizes)| Instrument {
        name: String::new(),
        start,
        end: length.map(|length| start + length),
        budget_cap,
        eligibility: sizes
            .map_or_else(Eligibility::default, |(min_pupils, max_pupils)| Eligibility { min_pupils, max_pupils }),
        kind,
    })
}

fn schedule(most: f64) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![1 => Just(0.0), 5 => 0.0..most], 1..6)
}

fn services(least: usize) -> impl Strategy<Value = FunctionSet> {
    subsequence(Function::ALL.to_vec(), least..=Function::ALL.len()).prop_map(|chosen| chosen.into_iter().collect())
}

fn kind() -> impl Strategy<Value = InstrumentKind> {
    let coordinator = (schedule(60_000.0), 2u8..6, 0.0..1.0f64).prop_map(|(per_cluster, min_members, seniority)| {
        InstrumentKind::CoordinatorPay(CoordinatorPay { per_cluster, min_members, seniority })
    });
    let facilitator = (1u16..5, 0.0..50_000.0f64).prop_map(|(clusters, per_cluster)| {
        let outreach = f64::from(clusters % 3);
        InstrumentKind::FacilitatorCapacity(FacilitatorCapacity { clusters, per_cluster, outreach })
    });
    let merger = (schedule(3_000.0), prop_oneof![100.0..2_000.0f64, Just(f64::INFINITY)])
        .prop_map(|(per_pupil, pupils_cap)| InstrumentKind::MergerGrant(MergerGrant { per_pupil, pupils_cap }));
    let floor = (10.0..400.0f64, 0u16..5, any::<bool>(), any::<bool>()).prop_map(
        |(pupils, grace_years, sparse_exempt, cluster_exempt)| {
            InstrumentKind::EnrolmentFloor(EnrolmentFloor { pupils, grace_years, sparse_exempt, cluster_exempt })
        },
    );
    let assigned = (2u8..45, services(1))
        .prop_map(|(members, services)| InstrumentKind::AssignedClusters(AssignedClusters { members, services }));
    let taxing = (0.0..40.0f64, 2u8..6)
        .prop_map(|(mills, min_members)| InstrumentKind::TaxingAuthority(TaxingAuthority { mills, min_members }));
    prop_oneof![
        3 => cluster_grant(),
        2 => sharing_weight(),
        2 => merger,
        1 => coordinator,
        1 => facilitator,
        1 => schedule(5.0).prop_map(|mills| InstrumentKind::LevyRelief(LevyRelief { mills })),
        1 => schedule(1.0).prop_map(|share| InstrumentKind::HoldHarmless(HoldHarmless { share })),
        1 => schedule(2_000.0).prop_map(|per_pupil| InstrumentKind::GeneralAid(GeneralAid { per_pupil })),
        1 => floor,
        1 => assigned,
        1 => taxing,
    ]
}

fn cluster_grant() -> impl Strategy<Value = InstrumentKind> {
    let condition = prop_oneof![
        Just(Condition::None),
        Just(Condition::ReorganisationVote),
        (1u8..4).prop_map(|activities| Condition::Renewal { activities }),
    ];
    let amounts = prop::collection::vec((0.0..3_000.0f64, 0.0..50_000.0f64), 1..6);
    (amounts, 2u8..5, 0u8..8, 20.0..200.0f64, services(0), 0.0..2.0f64, condition).prop_map(
        |(amounts, min_members, more, radius_minutes, services, match_share, condition)| {
            let (per_pupil, per_member) = amounts.into_iter().unzip();
            let max_members = min_members + more;
            let grant = ClusterGrant {
                per_pupil,
                per_member,
                min_members,
                max_members,
                radius_minutes,
                services,
                match_share,
                condition,
            };
            InstrumentKind::ClusterGrant(grant)
        },
    )
}

fn sharing_weight() -> impl Strategy<Value = InstrumentKind> {
    (services(1), 0.0..20.0f64, 0.0..0.3f64, 0u16..6, 0u16..5).prop_map(
        |(services, pupils, weight, years, years_after_merger)| {
            InstrumentKind::SharingWeight(SharingWeight { services, pupils, weight, years, years_after_merger })
        },
    )
}

/// Parameters as a replicate draws them, a few of them set anywhere in their ranges; often in a world
/// in which clusters and mergers are frequent, so that checks meet many of them.
pub(crate) fn parameters() -> impl Strategy<Value = Parameters> {
    let all: Vec<ParameterId> = ParameterId::all().collect();
    let odd = prop::collection::vec((select(all), 0.0..=1.0f64), 0..6);
    (any::<u64>(), odd, 0.0..=1.0f64).prop_map(|(seed, odd, lively)| {
        let mut parameters = Parameters::default().drawn(&[], seed, 0);
        parameters.found_intercept += 4.0 * lively;
        parameters.propose_intercept += 4.0 * lively;
        for (id, part) in odd {
            let (low, high) = id.info().range;
            parameters.set(id, low + part * (high - low));
        }
        parameters
    })
}
