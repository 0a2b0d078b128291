//! Mergers take effect, districts that cannot go on are attached to a neighbour, schools close.

use crate::engine::math;

use super::decisions::Decision;
use super::events::{Dissolution, Ending, Form, Happening};
use super::policy::{Eligibility, EnrolmentFloor, InstrumentKind};
use super::region::GRADES;
use super::state::{HISTORY, NONE};
use super::world::World;
use super::{instruments, referendum, review, transport};

/// Fewest pupils with which a district can open its school.
const FEWEST_PUPILS: f64 = 3.0;
/// Years running with a reserve below zero that make a district insolvent.
const INSOLVENT_YEARS: u8 = 2;
/// Pupils of a community under which a school is in danger for its size.
const SMALL_SCHOOL: f64 = 60.0;

/// Ends districts and closes schools.
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
    let place = w.s.d.cluster[district];
    if place != NONE {
        w.s.clusters[usize::from(place)].members.remove(district as u16);
        w.s.d.leave_cluster(district);
    }
}

/// The merged district keeps the costs of its parts; a realised share of the difference to the
/// curve goes away over the years, and salaries level up.
fn unite_costs(w: &mut World<'_>, ended: usize, host: usize) {
    let levelling = referendum::levelling(w, ended, host);
    let (p, curve) = (w.p, w.curve);
    let d = &mut w.s.d;
    let (a, b) = (d.enrolment[ended], d.enrolment[host]);
    let pupils = (a + b).max(1.0);
    let apart = |i: usize, n: f64| n * d.cost_level[i] * (curve.at(n) + transport::extra_cost(n, d.area[i], p) + d.premium[i]);
    let cost_level = (a * d.cost_level[ended] + b * d.cost_level[host]) / pupils;
    let before = (apart(ended, a) + apart(host, b)) / (pupils * cost_level.max(0.01));
    let together = curve.at(pupils) + transport::extra_cost(pupils, d.area[ended] + d.area[host], p);
    d.cost_level[host] = cost_level;
    d.premium[host] = before - together;
    d.premium_target[host] = (1.0 - p.realised_saving) * (before - together) + levelling;
    d.merged_in[host] = Some(w.year);
}

fn unite_money(w: &mut World<'_>, ended: usize, host: usize) {
    let d = &mut w.s.d;
    let (a, b) = (d.enrolment[ended], d.enrolment[host]);
    let pupils = (a + b).max(1.0);
    let valuation = (d.valuation[ended] + d.valuation[host]).max(1.0);
    for rate in [&mut d.mills, &mut d.mills_cap] {
        rate[host] = (rate[ended] * d.valuation[ended] + rate[host] * d.valuation[host]) / valuation;
    }
    for rate in [&mut d.aid_rate, &mut d.federal_per_pupil, &mut d.paid] {
        rate[host] = (rate[ended] * a + rate[host] * b) / pupils;
    }
    let dollars = [
        &mut d.valuation,
        &mut d.reserve,
        &mut d.debt,
        &mut d.need,
        &mut d.spending,
        &mut d.aid,
        &mut d.levy,
        &mut d.revenue,
        &mut d.receipts,
        &mut d.dues,
    ];
    for sum in dollars {
        sum[host] += sum[ended];
        sum[ended] = 0.0;
    }
    d.insolvent_years[host] = 0;
    d.below_floor_years[host] = 0;
}

fn unite_pupils(w: &mut World<'_>, ended: usize, host: usize) {
    let d = &mut w.s.d;
    let (a, b) = (d.enrolment[ended], d.enrolment[host]);
    let pupils = (a + b).max(1.0);
    for community in 0..d.home.len() {
        let home = usize::from(d.home[community]);
        if home == host {
            d.pupil_share[community] *= b / pupils;
        } else if home == ended {
            d.pupil_share[community] *= a / pupils;
        }
    }
    for grade in 0..GRADES {
        d.grades[host][grade] += d.grades[ended][grade];
        d.grades[ended][grade] = 0.0;
    }
    for year in 0..HISTORY {
        d.history[host][year] += d.history[ended][year];
    }
    d.lowest[host] = d.lowest[host].min(d.lowest[ended]);
    d.highest[host] = d.highest[host].max(d.highest[ended]);
    let entry = (d.entry[ended] + d.entry[host]).max(1e-9);
    for rate in [&mut d.entry_growth, &mut d.entry_gap] {
        rate[host] = (rate[ended] * d.entry[ended] + rate[host] * d.entry[host]) / entry;
    }
    d.entry[host] = entry;
    for sum in [&mut d.enrolment, &mut d.high_school, &mut d.area] {
        sum[host] += sum[ended];
        sum[ended] = 0.0;
    }
    d.identity[host] = (a * d.identity[ended] + b * d.identity[host]) / pupils;
}

fn unite_places(w: &mut World<'_>, ended: usize, host: usize, how: Form) {
    let minutes = w.bus_minutes(ended, host);
    let d = &mut w.s.d;
    d.alive[ended] = false;
    d.ended[ended] = how;
    let moves = how == Form::Dissolved || d.plan_one_high_school[ended];
    for community in 0..d.home.len() {
        if usize::from(d.home[community]) != ended {
            continue;
        }
        d.home[community] = host as u16;
        if moves {
            transport::move_high_school(d, community, minutes);
        }
    }
    // Without a promise to keep them, the first building closes at once, others in later years.
    if how == Form::Dissolved || !d.plan_keeps_buildings[ended] {
        close_one(w, ended, minutes);
    }
}

/// Closes one building of a community.
fn close_one(w: &mut World<'_>, community: usize, bus_minutes: f64) {
    if w.s.d.buildings[community] > 0 {
        transport::close_building(&mut w.s.d, community, bus_minutes);
        w.s.tally.closures += 1;
        let left = w.s.d.buildings[community];
        w.s.emit(w.year, Happening::SchoolClosed { district: community as u16, left });
    }
}

/// Districts that cannot go on are attached to the nearest neighbour.
fn dissolve(w: &mut World<'_>) {
    let mut place = 0;
    while place < w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        match cause(w, district).and_then(|cause| Some((cause, referendum::nearest_host(w, district, Eligibility::default())?))) {
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
    if d.enrolment[district] < FEWEST_PUPILS {
        return Some(Dissolution::Empty);
    }
    if d.insolvent_years[district] >= INSOLVENT_YEARS {
        return Some(Dissolution::Insolvent);
    }
    under_floor(w, district).then_some(Dissolution::Floor)
}

/// Whether the policy's floor ends a district this year.
fn under_floor(w: &mut World<'_>, district: usize) -> bool {
    let policy = w.policy;
    for instrument in policy.instruments.iter().filter(|instrument| instrument.open(w.year)) {
        if let InstrumentKind::EnrolmentFloor(floor) = &instrument.kind {
            let below = below_floor(w, district, floor) && instrument.eligibility.admits(w.s.d.enrolment[district]);
            let years = &mut w.s.d.below_floor_years[district];
            *years = if below { *years + 1 } else { 0 };
            if u16::from(*years) > floor.grace_years {
                return true;
            }
        }
    }
    false
}

fn below_floor(w: &World<'_>, district: usize, floor: &EnrolmentFloor) -> bool {
    let sheltered = floor.cluster_exempt && w.s.cluster_of(district).is_some_and(|cluster| cluster.form > Form::Network);
    w.s.d.enrolment[district] < floor.pupils && !sheltered && !(floor.sparse_exempt && w.sparse(district))
}

/// After a merger the schools of the communities that lost their district close one by one, the
/// small ones and those of districts under stress first.
fn close_schools(w: &mut World<'_>) {
    for community in 0..w.site.count {
        let host = usize::from(w.s.d.home[community]);
        if w.s.d.buildings[community] == 0 || host == community && w.s.d.buildings[community] == 1 {
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
        let saved = w.p.building_cost / d.enrolment[host].max(1.0);
        d.premium[host] -= saved;
        d.premium_target[host] -= saved;
    }
}

fn close_log_odds(w: &World<'_>, community: usize, host: usize) -> f64 {
    let (p, d) = (w.p, &w.s.d);
    let pupils = d.pupil_share[community] * d.enrolment[host];
    let each = pupils / f64::from(d.buildings[community]);
    let needed = pupils / p.building_pupils > f64::from(d.buildings[community]) - 0.5;
    let own = if host == community { -2.0 } else { 0.0 };
    p.close_intercept + own + (1.0 - each / SMALL_SCHOOL).clamp(-2.0, 1.0) + 0.5 * d.stress[host] - if needed { 4.0 } else { 0.0 }
}
