//! Mergers take effect, districts that cannot go on are attached to a neighbour, schools close.

use crate::engine::math;

use super::decisions::Decision;
use super::events::{Dissolution, Ending, Form, Happening};
use super::policy::{Eligibility, EnrolmentFloor, InstrumentKind};
use super::region::{AgentKind, GRADES};
use super::state::{District, Districts, HISTORY, NONE};
use super::world::World;
use super::{budget, instruments, review, transport};

/// Ends districts and closes schools.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    merge_agreed(w);
    dissolve(w);
    close_schools(w);
}

/// Carries out what voters have agreed to.
pub(crate) fn merge_agreed(w: &mut World<'_>) {
    for nth in 0..w.s.agreed.len() {
        let (ended, host) = w.s.agreed[nth];
        let (ended, host) = (usize::from(ended), usize::from(host));
        instruments::award_merger(w, ended, host);
        absorb(w, ended, host, Form::Merged);
        w.s.tally.merged += 1;
        w.s.emit(w.year, Happening::Merged { district: ended as u16, host: host as u16 });
    }
    w.s.agreed.clear();
    drop_small_clusters(w);
}

/// Clusters that mergers have left with one member.
fn drop_small_clusters(w: &mut World<'_>) {
    let mut place = 0;
    while place < w.s.clusters.len() {
        if w.s.clusters[place].members.len() < 2 {
            review::end(w, place, Ending::Merged);
        } else {
            place += 1;
        }
    }
}

/// Puts one district into another: pupils, reserve, debt, valuation and ties are conserved.
fn absorb(w: &mut World<'_>, ended: usize, host: usize, how: Form) {
    leave_cluster(w, ended);
    unite_costs(w, ended, host);
    unite_money(w, ended, host);
    unite_pupils(w, ended, host);
    unite_places(w, ended, host, how);
    w.s.ties.inherit(host, ended, w.year);
    for award in w.s.awards.iter_mut().filter(|award| usize::from(award.host) == ended) {
        award.host = host as u16;
    }
    w.s.d.operating.retain(|&district| usize::from(district) != ended);
}

fn leave_cluster(w: &mut World<'_>, district: usize) {
    let place = w.s.d[district].cluster;
    if place != NONE {
        w.s.clusters[usize::from(place)].members.remove(district as u16);
        w.s.d[district].leave_cluster();
    }
}

/// The merged district keeps the costs of its parts; a realised share of the difference to the
/// curve goes away over the years, and salaries level up.
fn unite_costs(w: &mut World<'_>, ended: usize, host: usize) {
    let levelling = levelling(w, ended, host);
    let (p, curve) = (w.p, w.curve);
    let d = &mut w.s.d;
    let (a, b) = (d[ended].enrolment, d[host].enrolment);
    let pupils = (a + b).max(1.0);
    let apart = |i: usize, n: f64| n * d[i].cost_level * (curve.at(n) + transport::extra_cost(n, d[i].area, p) + d[i].premium);
    let cost_level = (a * d[ended].cost_level + b * d[host].cost_level) / pupils;
    let before = (apart(ended, a) + apart(host, b)) / (pupils * cost_level.max(0.01));
    let together = curve.at(pupils) + transport::extra_cost(pupils, d[ended].area + d[host].area, p);
    d[host].cost_level = cost_level;
    d[host].premium = before - together;
    d[host].premium_target = (1.0 - p.realised_saving) * (before - together) + levelling;
    d[host].merged_in = Some(w.year);
}

/// The slots of the district that ends and of its host, the first as a copy.
fn pair(d: &mut Districts, ended: usize, host: usize) -> (District, &mut District) {
    (d[ended], &mut d[host])
}

fn unite_money(w: &mut World<'_>, ended: usize, host: usize) {
    let (from, to) = pair(&mut w.s.d, ended, host);
    let pupils = (from.enrolment + to.enrolment).max(1.0);
    let valuation = (from.valuation + to.valuation).max(1.0);
    let by_valuation = |a: f64, b: f64| (a * from.valuation + b * to.valuation) / valuation;
    let by_pupils = |a: f64, b: f64| (a * from.enrolment + b * to.enrolment) / pupils;
    let rates = (by_valuation(from.mills, to.mills), by_valuation(from.mills_cap, to.mills_cap));
    let shares = (
        by_pupils(from.aid_rate, to.aid_rate),
        by_pupils(from.federal_per_pupil, to.federal_per_pupil),
        by_pupils(from.paid, to.paid),
    );
    (to.mills, to.mills_cap) = rates;
    (to.aid_rate, to.federal_per_pupil, to.paid) = shares;
    to.valuation += from.valuation;
    to.reserve += from.reserve;
    to.debt += from.debt;
    to.need += from.need;
    to.spending += from.spending;
    to.aid += from.aid;
    to.levy += from.levy;
    to.revenue += from.revenue;
    to.receipts += from.receipts;
    to.dues += from.dues;
    to.insolvent_years = 0;
    to.below_floor_years = 0;
    let left = &mut w.s.d[ended];
    for dollars in [&mut left.valuation, &mut left.reserve, &mut left.debt, &mut left.receipts, &mut left.spending] {
        *dollars = 0.0;
    }
}

fn unite_pupils(w: &mut World<'_>, ended: usize, host: usize) {
    let d = &mut w.s.d;
    let (a, b) = (d[ended].enrolment, d[host].enrolment);
    let pupils = (a + b).max(1.0);
    for community in 0..d.home.len() {
        let home = usize::from(d.home[community]);
        if home == host {
            d[community].pupil_share *= b / pupils;
        } else if home == ended {
            d[community].pupil_share *= a / pupils;
        }
    }
    let (from, to) = pair(d, ended, host);
    unite_entry(&from, to);
    to.drift = (a * from.drift + b * to.drift) / pupils;
    to.identity = (a * from.identity + b * to.identity) / pupils;
    to.staffing = (a * from.staffing + b * to.staffing) / pupils;
    for grade in 0..GRADES {
        to.grades[grade] += from.grades[grade];
    }
    for year in 0..HISTORY {
        to.history[year] += from.history[year];
    }
    to.lowest = to.lowest.min(from.lowest);
    to.highest = to.highest.max(from.highest);
    to.enrolment += from.enrolment;
    to.high_school += from.high_school;
    to.area += from.area;
    let left = &mut w.s.d[ended];
    left.grades = [0.0; GRADES];
    for amount in [&mut left.enrolment, &mut left.high_school, &mut left.area] {
        *amount = 0.0;
    }
}

/// Who enters: the cohorts of both where they start in the same grade. Where one starts higher, its
/// entrants are those who come up from below, and are not counted twice.
fn unite_entry(from: &District, to: &mut District) {
    if from.lowest > to.lowest {
        return;
    }
    if from.lowest < to.lowest {
        (to.entry, to.entry_growth, to.entry_gap) = (from.entry, from.entry_growth, from.entry_gap);
        return;
    }
    let entry = (from.entry + to.entry).max(1e-9);
    to.entry_growth = (from.entry_growth * from.entry + to.entry_growth * to.entry) / entry;
    to.entry_gap = (from.entry_gap * from.entry + to.entry_gap * to.entry) / entry;
    to.entry = entry;
}

fn unite_places(w: &mut World<'_>, ended: usize, host: usize, how: Form) {
    let minutes = w.bus_minutes(ended, host);
    let d = &mut w.s.d;
    d[ended].alive = false;
    d[ended].ended = how;
    let moves = how == Form::Dissolved || d[ended].plan_one_high_school;
    for community in 0..d.home.len() {
        if usize::from(d.home[community]) != ended {
            continue;
        }
        d.home[community] = host as u16;
        if moves {
            transport::move_high_school(&mut d[community], minutes, w.p);
        }
    }
    // Without a promise to keep them, the first building closes at once, others in later years.
    if how == Form::Dissolved || !d[ended].plan_keeps_buildings {
        close_one(w, ended, minutes);
    }
}

/// Closes one building of a community.
fn close_one(w: &mut World<'_>, community: usize, bus_minutes: f64) {
    if w.s.d[community].buildings > 0 {
        transport::close_building(&mut w.s.d[community], bus_minutes, w.p);
        w.s.tally.closures += 1;
        let left = w.s.d[community].buildings;
        w.s.emit(w.year, Happening::SchoolClosed { district: community as u16, left });
    }
}

/// Districts that cannot go on are attached to the nearest neighbour.
fn dissolve(w: &mut World<'_>) {
    let mut place = 0;
    while place < w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        match cause(w, district).and_then(|cause| Some((cause, nearest_host(w, district, Eligibility::default())?))) {
            Some((cause, host)) => {
                absorb(w, district, host, Form::Dissolved);
                w.s.tally.dissolved += 1;
                let what = Happening::Dissolved { district: district as u16, host: host as u16, cause };
                w.s.emit(w.year, what);
            }
            None => place += 1,
        }
    }
    drop_small_clusters(w);
}

fn cause(w: &mut World<'_>, district: usize) -> Option<Dissolution> {
    let d = &w.s.d;
    if d[district].enrolment < w.p.fewest_pupils {
        return Some(Dissolution::Empty);
    }
    if f64::from(d[district].insolvent_years) >= w.p.insolvent_after {
        return Some(Dissolution::Insolvent);
    }
    if under_floor(w, district) {
        return Some(Dissolution::Floor);
    }
    given_up(w, district).then_some(Dissolution::GivenUp)
}

/// Whether board and voters of a district with too small classes ask to be attached to a neighbour: that
/// needs no vote of the neighbour's. An authority decides on single schools.
fn given_up(w: &World<'_>, district: usize) -> bool {
    let (p, d) = (w.p, &w.s.d[district]);
    if d.thin <= 0.0 || w.region.kind == AgentKind::School {
        return false;
    }
    // A power of how small they are, as a factor on the odds: no step where it begins.
    let log_odds = p.give_up_intercept + w.s.climate + p.give_up_stress * d.stress + p.give_up_thin * math::ln(d.thin);
    math::happens(w.draws.uniform(w.key(district), Decision::GiveUp), log_odds)
}

/// Whether a floor of the policy ends a district this year. Years are counted under whichever floor is
/// open, so that one floor that does not concern a district never sets back the count of another.
fn under_floor(w: &mut World<'_>, district: usize) -> bool {
    let (mut below, mut least_grace) = (false, u16::MAX);
    for instrument in w.policy.instruments.iter().filter(|instrument| instrument.open(w.year)) {
        if let InstrumentKind::EnrolmentFloor(floor) = &instrument.kind
            && below_floor(w, district, floor)
            && instrument.eligibility.admits(w.s.d[district].enrolment)
        {
            below = true;
            least_grace = least_grace.min(floor.grace_years);
        }
    }
    let years = &mut w.s.d[district].below_floor_years;
    *years = if below { years.saturating_add(1) } else { 0 };
    below && u16::from(*years) > least_grace
}

fn below_floor(w: &World<'_>, district: usize, floor: &EnrolmentFloor) -> bool {
    let sheltered = floor.cluster_exempt && w.s.cluster_of(district).is_some_and(|cluster| cluster.form > Form::Network);
    w.s.d[district].enrolment < floor.pupils && !sheltered && !(floor.sparse_exempt && w.sparse(district))
}

/// After a merger the schools of the communities that lost their district close one by one, the
/// small ones and those of districts under stress first.
fn close_schools(w: &mut World<'_>) {
    for community in 0..w.site.count {
        let host = usize::from(w.s.d.home[community]);
        if w.s.d[community].buildings == 0 || host == community && w.s.d[community].buildings == 1 {
            continue;
        }
        if needed(w, community, host) {
            continue;
        }
        let u = w.draws.uniform(w.key(community), Decision::CloseBuilding);
        if !math::happens(u, close_log_odds(w, community, host)) {
            continue;
        }
        let minutes = if host == community { 0.0 } else { w.bus_minutes(community, host) };
        close_one(w, community, minutes);
        // What the building cost is saved.
        let d = &mut w.s.d;
        let saved = w.p.building_cost / d[host].enrolment.max(1.0);
        d[host].premium -= saved;
        d[host].premium_target -= saved;
    }
}

/// Pupils of a community.
fn community_pupils(w: &World<'_>, community: usize, host: usize) -> f64 {
    w.s.d[community].pupil_share * w.s.d[host].enrolment
}

/// Whether the community's pupils fill all its buildings but a part of one: then none closes.
fn needed(w: &World<'_>, community: usize, host: usize) -> bool {
    community_pupils(w, community, host) > (f64::from(w.s.d[community].buildings) - w.p.building_spare) * w.p.building_pupils
}

fn close_log_odds(w: &World<'_>, community: usize, host: usize) -> f64 {
    let (p, d) = (w.p, &w.s.d);
    let each = community_pupils(w, community, host) / f64::from(d[community].buildings);
    let own = if host == community { -p.close_own } else { 0.0 };
    let working = w.s.cluster_of(host).is_some_and(|cluster| cluster.worked[0] >= p.good_year && cluster.form > Form::Network);
    let allied = if working { p.close_alliance } else { 0.0 };
    let small = (1.0 - each / p.small_school).max(-p.close_size_most);
    p.close_intercept + own + small + p.close_stress * d[host].stress - allied
}

/// The nearest district that may take in another, or any if none of its neighbours is left.
fn nearest_host(w: &World<'_>, i: usize, who: Eligibility) -> Option<usize> {
    let d = &w.s.d;
    w.site
        .near(i)
        .iter()
        .map(|&j| usize::from(j))
        .find(|&j| d[j].alive && who.admits(d[j].enrolment))
        .or_else(|| d.operating.iter().map(|&j| usize::from(j)).find(|&j| j != i))
}

/// The salary cost of a plan, as a multiplier on the merged district.
fn levelling(w: &World<'_>, ended: usize, host: usize) -> f64 {
    let (a, b) = (w.s.d[ended].enrolment, w.s.d[host].enrolment);
    let merged = a + b;
    (a * budget::salary_levelling(a, merged, w.p) + b * budget::salary_levelling(b, merged, w.p)) / merged.max(1.0)
}
