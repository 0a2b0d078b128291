//! What must hold in every year of every run: nothing is lost, nothing is counted twice.
//!
//! The steps of a year are run one by one here, in thousands of years of random regions under random
//! policies, and the state is compared before and after each.

mod random;

use std::sync::Arc;

use proptest::prelude::*;

use crate::engine::draws::Draws;

use super::events::Form;
use super::parameters::Parameters;
use super::policy::{InstrumentKind, Policy};
use super::record::{Detail, Record};
use super::region::Region;
use super::scale::{CostCurve, FunctionTraits};
use super::simulation::{RunId, Simulation, schedule};
use super::site::Site;
use super::state::{District, NONE, State};
use super::world::World;
use super::{demography, initial, measure};

const YEARS: u16 = 20;

/// A run whose steps can be watched.
struct Watched<'a> {
    region: &'a Region,
    policy: &'a Policy,
    parameters: &'a Parameters,
    id: RunId,
    years: u16,
}

impl Watched<'_> {
    /// Runs all years as [`Simulation::run`] does and calls `watch` with the state before each step, its
    /// name, and the world after it. A year ends with a step of the name "year".
    fn run(&self, record: &mut Record, mut watch: impl FnMut(&State, &str, &World<'_>)) {
        let site = Site::new(self.region);
        let (curve, traits) = (CostCurve::new(self.parameters), FunctionTraits::new(self.parameters));
        let mut state = initial::allocate(self.region, self.years);
        let before = Draws::new(self.id.seed, self.id.replicate, Draws::BEFORE);
        initial::start(&mut state, self.region, &site, self.parameters, &curve, before);
        let mut world = World {
            region: self.region,
            site: &site,
            policy: self.policy,
            p: self.parameters,
            f: self.parameters,
            replay: None,
            curve: &curve,
            traits: &traits,
            draws: before,
            year: 0,
            base_cost: self.region.finance.base_cost,
            drive_minutes_per_mile: self.parameters.detour * 60.0 / self.parameters.drive_speed,
            bus_minutes_per_mile: self.parameters.detour * 60.0 / self.parameters.bus_speed,
            per_full_decline: 1.0 / self.parameters.stress_decline_full,
            s: &mut state,
        };
        let mut earlier = world.s.clone();
        for year in 0..self.years {
            world.year = year;
            world.draws = Draws::new(self.id.seed, self.id.replicate, year);
            for step in schedule() {
                (step.run)(&mut world);
                watch(&earlier, step.name, &world);
                earlier.clone_from(world.s);
            }
            measure::step(&world, Detail::District, record);
            watch(&earlier, "year", &world);
            world.base_cost *= 1.0 + self.parameters.wedge;
        }
    }
}

/// Whether two sums are equal but for rounding, which grows with what was summed.
fn same(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + scale.abs())
}

fn total(state: &State, value: impl Fn(&District) -> f64) -> f64 {
    state.d.all.iter().map(value).sum()
}

/// An amount of a district and its name.
type Amount = (&'static str, fn(&District) -> f64);

/// What a merger moves and never changes.
const CONSERVED: [Amount; 6] = [
    ("pupils", |d| d.grades.iter().sum()),
    ("enrolment", |d| d.enrolment),
    ("reserve", |d| d.reserve),
    ("debt", |d| d.debt),
    ("valuation", |d| d.valuation),
    ("area", |d| d.area),
];

/// The amounts of `CONSERVED` that a step may change, besides moving them between districts.
fn may_change(step: &str) -> &'static [&'static str] {
    match step {
        "demography" => &["pupils", "enrolment"],
        "budget" => &["reserve", "debt", "valuation"],
        _ => &[],
    }
}

fn nothing_is_lost(before: &State, step: &str, w: &World<'_>) {
    for (what, value) in CONSERVED {
        if may_change(step).contains(&what) {
            continue;
        }
        let scale = total(before, |d| value(d).abs());
        let (was, is) = (total(before, value), total(w.s, value));
        assert!(same(was, is, scale), "year {}, {step}: {what} of the region went from {was} to {is}", w.year);
    }
}

/// Every host has exactly what its communities' districts had before.
fn mergers_conserve(before: &State, step: &str, w: &World<'_>) {
    if !matches!(step, "required votes" | "restructuring") {
        return;
    }
    for &host in &w.s.d.operating {
        let parts = before.d.operating.iter().filter(|&&i| w.s.d.home[usize::from(i)] == host);
        for (what, value) in CONSERVED {
            let (sum, scale) = parts.clone().map(|&i| value(&before.d[usize::from(i)])).fold((0.0, 0.0), |(sum, scale), part| {
                let scale: f64 = scale;
                (sum + part, scale + part.abs())
            });
            let is = value(&w.s.d[usize::from(host)]);
            assert!(same(sum, is, scale), "year {}, {step}: {what} of host {host} is {is}, its parts had {sum}", w.year);
        }
    }
}

/// A host takes in the cohorts that its parts would have taken in at its lowest grade, and no others.
fn entrants_are_counted_once(before: &State, step: &str, w: &World<'_>) {
    if !matches!(step, "required votes" | "restructuring") {
        return;
    }
    for &host in &w.s.d.operating {
        let is = &w.s.d[usize::from(host)];
        let parts =
            before.d.operating.iter().filter(|&&i| w.s.d.home[usize::from(i)] == host).map(|&i| &before.d[usize::from(i)]);
        let sum: f64 = parts.filter(|part| part.lowest == is.lowest).map(|part| part.entry).sum();
        assert!(same(sum, is.entry, sum), "year {}, {step}: {} enter in {host}, {sum} in its parts", w.year, is.entry);
    }
}

/// Open enrolment moves pupils and loses none: the same year without it has as many.
fn open_enrolment_moves_pupils(before: &State, step: &str, w: &World<'_>) {
    if step != "demography" {
        return;
    }
    let closed = Parameters { open_enrolment: 0.0, ..w.p.clone() };
    let mut without = before.clone();
    let mut world = World {
        region: w.region,
        site: w.site,
        policy: w.policy,
        p: &closed,
        f: &closed,
        replay: None,
        curve: w.curve,
        traits: w.traits,
        draws: w.draws,
        year: w.year,
        base_cost: w.base_cost,
        drive_minutes_per_mile: w.drive_minutes_per_mile,
        bus_minutes_per_mile: w.bus_minutes_per_mile,
        per_full_decline: w.per_full_decline,
        s: &mut without,
    };
    demography::step(&mut world);
    let (moved, stayed) = (total(w.s, |d| d.enrolment), total(&without, |d| d.enrolment));
    assert!(same(moved, stayed, stayed), "year {}: {moved} pupils with open enrolment, {stayed} without", w.year);
}

/// What comes in and is not spent is in the reserve, district by district.
fn budgets_balance(before: &State, step: &str, w: &World<'_>) {
    if step != "budget" {
        return;
    }
    for &i in &w.s.d.operating {
        let (was, is) = (&before.d[usize::from(i)], &w.s.d[usize::from(i)]);
        let kept = is.revenue - is.spending;
        assert!(same(was.reserve + kept, is.reserve, is.revenue + is.reserve.abs()), "year {}, district {i}", w.year);
        let sources = is.aid + is.levy + is.federal_per_pupil * is.enrolment + is.receipts;
        assert!(same(sources, is.revenue, is.revenue), "year {}, district {i}: {sources} is not {}", w.year, is.revenue);
        assert!(is.debt <= was.debt && is.debt >= 0.0);
        let grown = was.valuation * (1.0 + w.p.valuation_growth);
        assert!(same(grown, is.valuation, grown), "year {}, district {i}: valuation {} for {grown}", w.year, is.valuation);
    }
}

/// What the state lays out, by instrument, is what districts and support organisations receive.
fn outlay_is_received(w: &World<'_>) {
    let laid_out: f64 = w.s.outlay.iter().sum();
    let received = total(w.s, |d| d.receipts) + w.s.support_receipts;
    assert!(same(laid_out, received, laid_out), "year {}: laid out {laid_out}, received {received}", w.year);
    assert_eq!(w.s.outlay.len(), w.policy.instruments.len());
    for (instrument, &paid) in w.policy.instruments.iter().zip(&w.s.outlay) {
        let cap = instrument.budget_cap.unwrap_or(f64::INFINITY);
        assert!(paid >= 0.0 && paid <= cap * (1.0 + 1e-12), "year {}: {paid} under {instrument:?}", w.year);
        let pays = !matches!(
            instrument.kind,
            InstrumentKind::EnrolmentFloor(_) | InstrumentKind::AssignedClusters(_) | InstrumentKind::TaxingAuthority(_)
        );
        assert!(pays || paid <= 0.0, "year {}: {paid} under {instrument:?}", w.year);
    }
}

fn pupils_are_counted(w: &World<'_>) {
    let mut shares = vec![0.0; w.site.count];
    for community in 0..w.site.count {
        let d = &w.s.d[community];
        shares[usize::from(w.s.d.home[community])] += d.pupil_share;
        assert!(d.grades.iter().all(|&pupils| pupils >= 0.0), "year {}, {community}: {:?}", w.year, d.grades);
        let outside = d.grades[..usize::from(d.lowest)].iter().chain(&d.grades[usize::from(d.highest) + 1..]);
        assert!(outside.sum::<f64>() <= 0.0, "year {}, {community}: pupils outside {}-{}", w.year, d.lowest, d.highest);
        assert!(same(d.grades.iter().sum(), d.enrolment, d.enrolment));
        if !d.alive {
            assert!(d.enrolment <= 0.0, "year {}: ended district {community} has pupils", w.year);
        }
    }
    for &host in &w.s.d.operating {
        let sum = shares[usize::from(host)];
        assert!(same(sum, 1.0, 1.0), "year {}: communities of {host} have {sum} of its pupils", w.year);
    }
}

/// Districts and clusters point at each other, and only what exists is pointed at.
fn memberships_agree(w: &World<'_>) {
    let s = &*w.s;
    let alive: Vec<u16> = (0..w.site.count as u16).filter(|&i| s.d[usize::from(i)].alive).collect();
    assert_eq!(s.d.operating, alive, "year {}", w.year);
    assert!(!alive.is_empty());
    for community in 0..w.site.count {
        let home = usize::from(s.d.home[community]);
        assert!(s.d[home].alive, "year {}: {community} is served by {home}, which has ended", w.year);
        assert_eq!(s.d[community].alive, home == community, "year {}, {community}", w.year);
        let ended = matches!(s.d[community].ended, Form::Merged | Form::Dissolved);
        assert_eq!(s.d[community].alive, !ended, "year {}, {community}", w.year);
    }
    let mut memberships = vec![0u8; w.site.count];
    for (place, cluster) in s.clusters.iter().enumerate() {
        assert!(cluster.members.len() >= 2, "year {}: cluster {} has one member", w.year, cluster.serial);
        for &member in cluster.members.as_slice() {
            let member = usize::from(member);
            memberships[member] += 1;
            assert!(s.d[member].alive, "year {}: ended district {member} in cluster {}", w.year, cluster.serial);
            assert_eq!(usize::from(s.d[member].cluster), place, "year {}, district {member}", w.year);
        }
    }
    for (district, &count) in memberships.iter().enumerate() {
        assert_eq!(u8::from(s.d[district].cluster != NONE), count, "year {}, district {district}", w.year);
    }
    for cluster in &s.clusters {
        let grant = cluster.grant.map(|place| &w.policy.instruments[usize::from(place)].kind);
        if let Some(InstrumentKind::ClusterGrant(grant)) = grant {
            let (members, most) = (cluster.members.len(), usize::from(grant.max_members));
            assert!(members <= most, "year {}: a grant for {most} at most is paid to {members}", w.year);
        }
    }
    assert!(s.clusters.windows(2).all(|pair| pair[0].serial < pair[1].serial));
}

/// The numbers of a district that must be finite, and those that are shares.
fn district_numbers(d: &District) -> ([f64; 36], [f64; 5]) {
    let finite = [
        d.enrolment,
        d.high_school,
        d.entry,
        d.entry_growth,
        d.entry_gap,
        d.drift,
        d.area,
        d.cost_level,
        d.premium,
        d.premium_target,
        d.saving,
        d.saving_target,
        d.valuation,
        d.mills,
        d.mills_cap,
        d.aid_rate,
        d.federal_per_pupil,
        d.reserve,
        d.debt,
        d.need,
        d.spending,
        d.aid,
        d.levy,
        d.receipts,
        d.dues,
        d.revenue,
        d.courses_raw,
        d.courses,
        d.teachers,
        d.workload,
        d.referrals,
        d.stress,
        d.thin,
        d.payoff,
        d.elementary_ride,
        d.high_school_ride,
    ];
    (finite, [d.paid, d.commitment, d.board, d.identity, d.pupil_share])
}

fn numbers_are_sound(step: &str, w: &World<'_>) {
    for (i, d) in w.s.d.all.iter().enumerate() {
        let (finite, shares) = district_numbers(d);
        assert!(finite.iter().chain(&d.history).all(|v| v.is_finite()), "year {}, {step}, district {i}: {finite:?}", w.year);
        assert!(shares.iter().all(|v| (0.0..=1.0 + 1e-12).contains(v)), "year {}, {step}, district {i}: {shares:?}", w.year);
        let amounts = [d.mills, d.levy, d.aid, d.receipts, d.dues, d.valuation, d.debt, d.enrolment, d.spending];
        assert!(amounts.iter().all(|&v| v >= 0.0), "year {}, {step}, district {i}: {amounts:?}", w.year);
    }
    for cluster in &w.s.clusters {
        let shares = [cluster.ownership, cluster.trust, cluster.boards, cluster.purpose, cluster.coordinator];
        let shares = shares.iter().chain(&cluster.worked).chain([&cluster.facilitator, &cluster.coordinator_paid]);
        assert!(shares.copied().all(|v| (0.0..=1.0).contains(&v)), "year {}, {step}: {cluster:?}", w.year);
        assert!(cluster.payoff.is_finite() && cluster.received >= 0.0, "year {}, {step}: {cluster:?}", w.year);
        assert!(cluster.depth.iter().all(|&depth| depth <= 4));
    }
}

fn check_step(before: &State, step: &str, w: &World<'_>) {
    nothing_is_lost(before, step, w);
    mergers_conserve(before, step, w);
    entrants_are_counted_once(before, step, w);
    open_enrolment_moves_pupils(before, step, w);
    budgets_balance(before, step, w);
    numbers_are_sound(step, w);
    if step == "year" {
        outlay_is_received(w);
        pupils_are_counted(w);
        memberships_agree(w);
    }
}

/// How often each thing happened: a check that nothing ever met checks nothing.
#[derive(Debug, Default, PartialEq, Eq)]
struct Met {
    merged: u32,
    dissolved: u32,
    founded: u32,
    paid_years: u32,
}

fn check_run(region: &Region, policy: &Policy, parameters: &Parameters, seed: u64) -> Met {
    let run = Watched { region, policy, parameters, id: RunId { seed, replicate: 3 }, years: YEARS };
    let mut met = Met::default();
    run.run(&mut Record::default(), |before, step, w| {
        check_step(before, step, w);
        if step == "year" {
            let tally = &w.s.tally;
            (met.merged, met.dissolved, met.founded) = (tally.merged, tally.dissolved, tally.founded);
            met.paid_years += u32::from(w.s.outlay.iter().sum::<f64>() > 0.0);
        }
    });
    met
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
        policy in random::policy(5, true),
        parameters in random::parameters(),
        seed in any::<u64>(),
    ) {
        check_run(&region, &policy, &parameters, seed);
    }
}

proptest! {
    #![proptest_config(few_words(12))]

    #[test]
    fn a_watched_run_is_the_run_itself(
        region in random::region(20),
        policy in random::policy(4, true),
        parameters in random::parameters(),
        seed in any::<u64>(),
    ) {
        let id = RunId { seed, replicate: 3 };
        let mut watched = Record::default();
        Watched { region: &region, policy: &policy, parameters: &parameters, id, years: 8 }.run(&mut watched, |_, _, _| {});
        let simulation = Simulation::new(Arc::new(region), 8);
        let mut record = Record::default();
        simulation.run(&mut simulation.workspace(), &policy, &parameters, id, Detail::District, &mut record);
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&watched.region), bits(&record.region));
        prop_assert_eq!(bits(&watched.districts.values), bits(&record.districts.values));
        prop_assert_eq!(bits(&watched.outlay), bits(&record.outlay));
    }
}

#[test]
fn random_worlds_hold_mergers_dissolutions_clusters_and_payments() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = (random::region(40), random::policy(5, true), random::parameters());
    let mut sum = Met::default();
    for seed in 0..40 {
        let (region, policy, parameters) = strategy.new_tree(&mut runner).expect("a world").current();
        let met = check_run(&region, &policy, &parameters, seed);
        sum.merged += met.merged;
        sum.dissolved += met.dissolved;
        sum.founded += met.founded;
        sum.paid_years += met.paid_years;
    }
    assert!(sum.merged > 5 && sum.dissolved > 5 && sum.founded > 5 && sum.paid_years > 5, "{sum:?}");
}
