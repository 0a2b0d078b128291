//! The state before the first year: what files tell, and what they do not, drawn anew in every
//! replicate.

use crate::engine::draws::{Draws, EntityKey};
use crate::engine::math;

use super::decisions::Decision;
use super::events::Form;
use super::parameters::Parameters;
use super::region::{FIRST_HIGH_SCHOOL_GRADE, Region, StartingDistrict};
use super::scale::CostCurve;
use super::site::Site;
use super::state::{Districts, HISTORY, NONE, State, Tally};
use super::{budget, transport};

/// Memory for runs of a region over a number of years: everything a run will need.
pub(crate) fn allocate(region: &Region, years: u16) -> State {
    let count = region.districts.len();
    let mut state = State { ties: super::trust::Ties::new(count, years), ..State::default() };
    // A cluster has two members at least, so half as many slots as districts always suffice.
    state.clusters.reserve(count / 2 + 1);
    state.awards.reserve(4 * count);
    state.agreed.reserve(count);
    state.tally.pending_ended.reserve(count * usize::from(years));
    state.outlay.reserve(64);
    state.scratch.ranked.reserve(count);
    state.scratch.chosen.reserve(count);
    state.scratch.values.reserve(count);
    state.scratch.requests.reserve(4 * count);
    state
}

/// Puts a region's districts into the state as they are before the first year.
pub(crate) fn start(state: &mut State, region: &Region, site: &Site, p: &Parameters, curve: &CostCurve, draws: Draws) {
    state.ties.reset(p.trust_memory);
    state.clusters.clear();
    state.awards.clear();
    state.agreed.clear();
    state.events.clear();
    let mut pending_ended = std::mem::take(&mut state.tally.pending_ended);
    pending_ended.clear();
    state.tally = Tally { pending_ended, ..Tally::default() };
    state.climate =
        region.rules.merger_climate.unwrap_or_else(|| p.climate_sd * draws.normal(EntityKey::REGION, Decision::Climate));
    state.d.clear();
    for (place, district) in region.districts.iter().enumerate() {
        push_people(&mut state.d, district, p, site.keys[place], draws);
        push_pupils(&mut state.d, district, p);
        push_places(&mut state.d, district, (region, p), place);
        budget::push_money(&mut state.d, district, region, (p, curve), (site.keys[place], draws));
    }
}

fn push_people(d: &mut Districts, _district: &StartingDistrict, p: &Parameters, key: EntityKey, draws: Draws) {
    let [commitment, identity] = draws.normals(key, Decision::StartPeople);
    let [link, _] = draws.uniforms(key, Decision::StartLinks);
    d.commitment.push((p.commitment_mean + p.commitment_sd * commitment).clamp(0.0, 1.0));
    d.identity.push((p.identity_mean + p.identity_sd * identity).clamp(0.0, 1.0));
    d.board.push(p.board_base);
    d.other_links.push(f64::from(u8::from(link < p.other_groupings)));
    d.cluster.push(NONE);
    d.payoff.push(0.0);
    d.workload.push(1.0);
    d.referrals.push(p.referral_rate);
    d.stress.push(0.0);
}

fn push_pupils(d: &mut Districts, district: &StartingDistrict, p: &Parameters) {
    let enrolment = district.enrolment();
    let trend = district.trend + p.trend_shift;
    let taught = usize::from(district.lowest_grade)..=usize::from(district.highest_grade);
    let entry = district.pupils[taught].iter().sum::<f64>() / f64::from(1 + district.highest_grade - district.lowest_grade);
    // Cohorts are larger the older they are where births fall: entry is the mean cohort, brought
    // forward by half the span of grades.
    let half_span = 0.5 * f64::from(district.highest_grade - district.lowest_grade);
    d.grades.push(district.pupils);
    d.lowest.push(district.lowest_grade);
    d.highest.push(district.highest_grade);
    d.enrolment.push(enrolment);
    d.high_school.push(district.pupils[FIRST_HIGH_SCHOOL_GRADE..].iter().sum());
    d.entry.push(entry * math::exp(trend * half_span));
    d.entry_growth.push(math::exp(trend));
    d.entry_gap.push(0.0);
    let mut history = [enrolment; HISTORY];
    for (years_ago, value) in history.iter_mut().enumerate() {
        *value = enrolment * math::exp(-district.trend * years_ago as f64);
    }
    d.history.push(history);
}

fn push_places(d: &mut Districts, district: &StartingDistrict, (region, p): (&Region, &Parameters), place: usize) {
    let (elementary, high_school) = transport::own_rides(district.area, district.buildings, p);
    d.alive.push(true);
    d.ended.push(Form::Alone);
    d.home.push(place as u16);
    d.operating.push(place as u16);
    d.area.push(district.area);
    d.elementary_norm.push(elementary.max(region.rules.elementary_ride_minutes));
    d.high_school_norm.push(high_school.max(region.rules.high_school_ride_minutes));
    d.elementary_ride.push(elementary);
    d.high_school_ride.push(if district.has_high_school() { high_school } else { 0.0 });
    d.buildings.push(district.buildings.max(1));
    d.own_high_school.push(district.has_high_school());
    d.plan_one_high_school.push(false);
    d.plan_keeps_buildings.push(true);
    d.pupil_share.push(1.0);
    d.courses_raw.push(0.0);
    d.courses.push(0.0);
    d.teachers.push(0.0);
}
