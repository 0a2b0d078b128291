//! Pupils, money and land: what a step may change, and what it only moves.

use super::super::demography;
use super::super::events::Form;
use super::super::parameters::Parameters;
use super::super::policy::InstrumentKind;
use super::super::region::{FIRST_HIGH_SCHOOL_GRADE, GRADES};
use super::super::state::{Community, District, NONE, State};
use super::super::world::World;
use super::{same, total};

/// An amount of a district and its name.
type Amount = (&'static str, fn(&District) -> f64);

/// What a merger moves and never changes.
const CONSERVED: [Amount; 8] = [
    ("enrolment", |d| d.enrolment),
    ("high-school pupils", |d| d.high_school),
    ("reserve and fund", |d| d.reserve + d.fund),
    ("one-off money", |d| d.fund),
    ("debt", |d| d.debt),
    ("valuation", |d| d.valuation),
    ("area", |d| d.area),
    ("receipts", |d| d.receipts),
];

/// The amounts of `CONSERVED` that a step may change, besides moving them between districts.
fn may_change(step: &str) -> &'static [&'static str] {
    match step {
        "policy" => &["receipts"],
        "demography" => &["enrolment", "high-school pupils"],
        "budget" => &["reserve and fund", "one-off money", "debt", "valuation"],
        _ => &[],
    }
}

pub(super) fn check(before: &State, step: &str, w: &World<'_>) {
    if step == "start" {
        what_districts_report_is_what_they_teach(w);
    } else {
        nothing_is_lost(before, step, w);
        payments_change_only_where_the_state_pays(before, step, w);
    }
    if matches!(step, "required votes" | "restructuring") {
        mergers_conserve(before, step, w);
    }
    match step {
        "policy" => money_goes_where_it_is_for(w),
        "demography" => {
            open_enrolment_moves_pupils(before, w);
            everybody_is_taught_once(w);
        }
        "spring review" => only_members_pay_each_other(before, w),
        "budget" => budgets_balance(before, w),
        _ => {}
    }
    outlay_is_received(step, w);
    pupils_are_counted(step, w);
    numbers_are_sound(step, w);
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
    if step != "demography" {
        for (nth, (was, is)) in before.c.iter().zip(&w.s.c).enumerate() {
            let [was, is] = [was, is].map(living);
            assert!(same(was, is, was), "year {}, {step}: pupils of community {nth}", w.year);
        }
    }
}

/// Every host has exactly what its communities' districts had before.
fn mergers_conserve(before: &State, step: &str, w: &World<'_>) {
    for &host in &w.s.d.operating {
        let parts = before.d.operating.iter().filter(|&&i| w.s.c[usize::from(i)].home == host);
        for (what, value) in CONSERVED {
            let values = parts.clone().map(|&i| value(&before.d[usize::from(i)]));
            let (sum, scale) = values.fold((0.0, 0.0f64), |(sum, scale), part| (sum + part, scale + part.abs()));
            let is = value(&w.s.d[usize::from(host)]);
            assert!(
                same(sum, is, scale),
                "year {}, {step}: {what} of host {host} is {is}, its parts had {sum}",
                w.year
            );
        }
    }
}

/// Whose children the pupils of a high school are is worked out at the start, and no district has more or fewer
/// pupils for it.
fn what_districts_report_is_what_they_teach(w: &World<'_>) {
    for (i, district) in w.region.districts.iter().enumerate() {
        let (reported, taught) = (district.enrolment(), w.s.d[i].enrolment);
        assert!(
            (reported - taught).abs() <= 1e-6 * (1.0 + reported),
            "district {i} reports {reported} and teaches {taught}"
        );
    }
}

/// Open enrolment moves pupils and loses none: the same year without it has as many.
fn open_enrolment_moves_pupils(before: &State, w: &World<'_>) {
    let closed = Parameters { open_enrolment: 0.0, ..w.p.clone() };
    let mut without = before.clone();
    let mut world = World { p: &closed, f: &closed, s: &mut without, ..*w };
    demography::step(&mut world);
    let (moved, stayed) = (total(w.s, |d| d.enrolment), total(&without, |d| d.enrolment));
    assert!(same(moved, stayed, stayed), "year {}: {moved} pupils with open enrolment, {stayed} without", w.year);
}

/// Pupils who live in a community.
fn living(community: &Community) -> f64 {
    community.grades.iter().sum()
}

/// The district that teaches a community's pupils of a grade, if any does.
pub(super) fn teacher(s: &State, community: &Community, grade: usize) -> Option<u16> {
    let teaches = |district: &u16| {
        let d = &s.d[usize::from(*district)];
        (usize::from(d.lowest)..=usize::from(d.highest)).contains(&grade)
    };
    Some(community.home).filter(teaches).or_else(|| Some(community.high).filter(|&high| high != NONE).filter(teaches))
}

/// The pupils of all districts are those of all communities, and each district's are those whom it teaches.
fn everybody_is_taught_once(w: &World<'_>) {
    let s = &*w.s;
    let mut counts = vec![[0.0; 4]; w.site.count];
    for (nth, c) in s.c.iter().enumerate() {
        for (grade, &pupils) in c.grades.iter().enumerate().filter(|(_, pupils)| **pupils > 0.0) {
            let teacher = teacher(s, c, grade);
            // A grade between those of two districts is taught in the upper one.
            let by = usize::from(teacher.unwrap_or(if c.high == NONE { c.home } else { c.high }));
            assert!(s.d[by].alive, "year {}: grade {grade} of community {nth}", w.year);
            counts[by][0] += pupils;
            counts[by][1] += if grade >= FIRST_HIGH_SCHOOL_GRADE { pupils } else { 0.0 };
            if by != usize::from(c.home) {
                counts[by][2] += pupils;
                counts[usize::from(c.home)][3] += pupils;
            }
        }
    }
    for (i, count) in counts.iter().enumerate() {
        let d = &s.d[i];
        let is = [d.enrolment, d.high_school, d.received, d.sent];
        let agree = is.iter().zip(count).all(|(&is, &count)| same(is, count, d.enrolment));
        assert!(agree, "year {}, district {i}: {is:?}, counted {count:?}", w.year);
    }
    let (taught, living) = (total(s, |d| d.enrolment), s.c.iter().map(living).sum::<f64>());
    assert!(same(taught, living, living), "year {}: {taught} pupils are taught, {living} live here", w.year);
}

/// What leaves a member's reserve at an early exit reaches those who stay.
fn only_members_pay_each_other(before: &State, w: &World<'_>) {
    for (i, (was, is)) in before.d.all.iter().zip(&w.s.d.all).enumerate() {
        let paid = was.reserve.to_bits() != is.reserve.to_bits();
        assert!(!paid || was.cluster != NONE, "year {}: the reserve of district {i}, in no cluster, changed", w.year);
    }
}

/// What comes in and is not spent is in the reserve or the fund, or lowers debt, district by district.
fn budgets_balance(before: &State, w: &World<'_>) {
    let (mut paid, mut received) = (0.0, 0.0);
    for &i in &w.s.d.operating {
        let (was, is) = (&before.d[usize::from(i)], &w.s.d[usize::from(i)]);
        let kept = (is.reserve + is.fund) - (was.reserve + was.fund) - (is.debt - was.debt);
        let scale = is.revenue + is.spending + is.reserve.abs() + is.debt;
        let left = is.revenue - is.spending;
        assert!(same(kept, left, scale), "year {}, district {i}: {kept} kept of {left}", w.year);
        let sources = is.aid + is.levy + is.federal + is.tuition_received + is.receipts;
        assert!(
            same(sources, is.revenue, is.revenue),
            "year {}, district {i}: {sources} is not {}",
            w.year,
            is.revenue
        );
        assert!(is.fund >= 0.0 && is.debt >= 0.0, "year {}, district {i}: {} {}", w.year, is.fund, is.debt);
        let grown = was.valuation * (1.0 + w.p.valuation_growth);
        assert!(
            same(grown, is.valuation, grown),
            "year {}, district {i}: valuation {} for {grown}",
            w.year,
            is.valuation
        );
        assert!(is.sent > 0.0 || is.tuition_paid <= 0.0, "year {}: district {i} pays tuition for nobody", w.year);
        assert!(is.received > 0.0 || is.tuition_received <= 0.0, "year {}: district {i} is paid for nobody", w.year);
        paid += is.tuition_paid;
        received += is.tuition_received;
    }
    assert!(same(paid, received, paid), "year {}: {paid} tuition paid, {received} received", w.year);
}

/// Receipts and outlay change when the state pays: districts in the first step, support organisations when they
/// choose whom they help.
fn payments_change_only_where_the_state_pays(before: &State, step: &str, w: &World<'_>) {
    let support = w.s.support_receipts - before.support_receipts;
    let outlay: f64 = w.s.outlay.iter().sum::<f64>() - before.outlay.iter().sum::<f64>();
    match step {
        "policy" => {}
        "leadership" => {
            let scale = w.s.outlay.iter().sum();
            assert!(support >= 0.0 && same(support, outlay, scale), "year {}: {outlay} for {support}", w.year);
        }
        _ => assert!(before.outlay == w.s.outlay && support.to_bits() == 0, "year {}, {step}: {outlay}", w.year),
    }
}

/// What the state lays out, by instrument, is what districts and support organisations receive.
fn outlay_is_received(step: &str, w: &World<'_>) {
    if step == "start" {
        return;
    }
    let laid_out: f64 = w.s.outlay.iter().sum();
    let received = total(w.s, |d| d.receipts) + w.s.support_receipts;
    assert!(same(laid_out, received, laid_out), "year {}: laid out {laid_out}, received {received}", w.year);
    assert_eq!(w.s.outlay.len(), w.policy.instruments.len());
    for (instrument, &paid) in w.policy.instruments.iter().zip(&w.s.outlay) {
        let cap = instrument.budget_cap.unwrap_or(f64::INFINITY);
        assert!(paid >= 0.0 && paid <= cap * (1.0 + 1e-12), "year {}: {paid} under {instrument:?}", w.year);
        let pays = !matches!(
            instrument.kind,
            InstrumentKind::EnrolmentFloor(_)
                | InstrumentKind::AssignedClusters(_)
                | InstrumentKind::TaxingAuthority(_)
        );
        assert!(pays || paid <= 0.0, "year {}: {paid} under {instrument:?}", w.year);
    }
}

/// What members receive for shared work is what their clusters have for it, and what a cluster pools its members
/// pay.
fn money_goes_where_it_is_for(w: &World<'_>) {
    let s = &*w.s;
    for &i in &s.d.operating {
        let d = &s.d[usize::from(i)];
        let used = d.shared_receipts + d.one_off_receipts + d.levy_relief;
        assert!(used <= d.receipts * (1.0 + 1e-9) + 1e-6, "year {}, district {i}: {used} of {}", w.year, d.receipts);
    }
    for cluster in &s.clusters {
        let members = || cluster.members.as_slice().iter().map(|&member| &s.d[usize::from(member)]);
        let shared: f64 = members().map(|d| d.shared_receipts).sum();
        let has = cluster.received + cluster.post_money;
        assert!(same(shared, has, has), "year {}: members of {} got {shared}, it has {has}", w.year, cluster.serial);
        let fees: f64 = if cluster.form > Form::Network { members().map(|d| w.p.fee * d.need).sum() } else { 0.0 };
        let dues: f64 = members().map(|d| d.dues).sum();
        let cost = w.p.coordinator_cost * w.base_cost;
        let filled = cluster.form > Form::Network && cluster.coordinator > 0.0;
        let post = if filled { (cost - cluster.post_money).max(0.0) } else { 0.0 };
        let owed = fees + post + cluster.pooled;
        assert!(
            same(dues, owed, dues + owed),
            "year {}: cluster {} is owed {owed}, paid {dues}",
            w.year,
            cluster.serial
        );
        let most = |place: usize| match &w.policy.instruments[place].kind {
            InstrumentKind::ClusterGrant(grant) => grant.match_share,
            _ => 0.0,
        };
        let most = (0..w.policy.instruments.len()).map(most).fold(0.0, f64::max);
        assert!(cluster.pooled <= most * cluster.received * (1.0 + 1e-9), "year {}: {cluster:?}", w.year);
    }
}

fn pupils_are_counted(step: &str, w: &World<'_>) {
    for (nth, c) in w.s.c.iter().enumerate() {
        assert!(c.grades.iter().all(|&pupils| pupils >= 0.0), "year {}, {step}, {nth}: {:?}", w.year, c.grades);
        assert!(same(c.pupils(), living(c), living(c)), "year {}, {step}, {nth}: {} counted", w.year, c.pupils());
        let (first, last) = (usize::from(c.first), usize::from(c.last));
        assert!(first <= last && last < GRADES, "year {}, {step}, {nth}: grades {first}-{last}", w.year);
        let outside = c.grades[..first].iter().chain(&c.grades[last + 1..]);
        assert!(outside.sum::<f64>() <= 0.0, "year {}, {step}, {nth}: pupils outside {first}-{last}", w.year);
    }
    for (i, d) in w.s.d.all.iter().enumerate().filter(|(_, d)| !d.alive) {
        let left = [
            d.enrolment,
            d.high_school,
            d.received,
            d.sent,
            d.reserve,
            d.fund,
            d.debt,
            d.valuation,
            d.area,
            d.receipts,
        ];
        assert!(left.iter().all(|v| v.to_bits() == 0), "year {}, {step}: ended district {i} has {left:?}", w.year);
    }
}

/// The numbers of a district that must be finite, those that are no less than nothing, and those that are shares.
fn district_numbers(d: &District) -> ([f64; 15], [f64; 38], [f64; 7]) {
    let finite = [
        d.taste,
        d.levelling,
        d.transition,
        d.revenue_shock,
        d.programme_shock,
        d.aid_lost,
        d.aid_lost_target,
        d.reserve,
        d.balance,
        d.stress,
        d.payoff,
        d.shared_instruction,
        d.staffing,
        d.mills(),
        d.reserve_share(),
    ];
    let amounts = [
        d.enrolment,
        d.high_school,
        d.received,
        d.sent,
        d.area,
        d.buildings,
        d.high_schools,
        d.need,
        d.path,
        d.programme,
        d.aid_base,
        d.count_base,
        d.count,
        d.federal_base,
        d.own_levy,
        d.levy_base,
        d.residents_base,
        d.debt,
        d.valuation,
        d.reserve_target,
        d.fund,
        d.aid,
        d.federal,
        d.levy,
        d.tuition_paid,
        d.tuition_received,
        d.receipts,
        d.dues,
        d.revenue,
        d.spending,
        d.capital,
        d.cost_level,
        d.teachers,
        d.workload,
        d.referrals,
        d.courses_own,
        d.courses,
        d.levy_relief,
    ];
    (finite, amounts, [d.paid, d.cut, d.commitment, d.board, d.identity, d.shared_administration, d.shared_functions])
}

fn numbers_are_sound(step: &str, w: &World<'_>) {
    for (i, d) in w.s.d.all.iter().enumerate().filter(|(_, d)| d.alive) {
        let (finite, amounts, shares) = district_numbers(d);
        let all = finite.into_iter().chain(amounts).chain(d.history.map(f64::from));
        assert!({ all }.all(f64::is_finite), "year {}, {step}, district {i}: {finite:?} {amounts:?}", w.year);
        // A difference of what is received and sent can fall below nothing by a rounding.
        assert!(amounts.iter().all(|&v| v >= -1e-6), "year {}, {step}, district {i}: {amounts:?}", w.year);
        assert!(
            shares.iter().all(|v| (0.0..=1.0 + 1e-12).contains(v)),
            "year {}, {step}, district {i}: {shares:?}",
            w.year
        );
    }
    for (nth, c) in w.s.c.iter().enumerate() {
        let amounts =
            [c.courses_own, c.courses, c.attending, c.high_schools, c.entry, c.area, f64::from(c.longest_ride)];
        let amounts = amounts.iter().chain(&c.grades).chain(&c.ride).chain(&c.norm);
        let sound = amounts.copied().all(|v| v.is_finite() && v >= 0.0);
        assert!(sound, "year {}, {step}, community {nth}: {c:?}", w.year);
    }
    for cluster in &w.s.clusters {
        let shares = [cluster.ownership, cluster.trust, cluster.boards, cluster.purpose, cluster.coordinator];
        let shares = shares.iter().chain(&cluster.worked).chain([&cluster.facilitator, &cluster.coordinator_paid]);
        assert!(shares.copied().all(|v| (0.0..=1.0).contains(&v)), "year {}, {step}: {cluster:?}", w.year);
        let money = [cluster.received, cluster.pooled, cluster.post_money, cluster.money_per_pupil];
        let sound = money.iter().all(|v| v.is_finite() && *v >= 0.0) && cluster.payoff.is_finite();
        assert!(sound, "year {}, {step}: {cluster:?}", w.year);
        assert!(cluster.depth.iter().all(|&depth| depth <= 4));
    }
}
