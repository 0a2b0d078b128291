//! The state before the first year: what files tell, and what they do not, drawn anew in every
//! replicate.

use crate::engine::draws::{Draws, EntityKey};
use crate::engine::math;

use super::decisions::Decision;
use super::events::Form;
use super::parameters::Parameters;
use super::region::{FIRST_HIGH_SCHOOL_GRADE, GRADES, Region, StartingDistrict};
use super::scale::CostCurve;
use super::site::Site;
use super::state::{District, NONE, State, Tally};
use super::{budget, programme, transport};

/// Memory for runs of a region over a number of years: everything a run will need.
pub(crate) fn allocate(region: &Region, years: u16) -> State {
    let count = region.districts.len();
    let mut state = State { ties: super::trust::Ties::new(count, years), ..State::default() };
    // A cluster has two members at least, so half as many slots as districts always suffice.
    state.d.all.reserve(count);
    state.d.home.reserve(count);
    state.d.operating.reserve(count);
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
    state.foundings.clear();
    let mut pending_ended = std::mem::take(&mut state.tally.pending_ended);
    pending_ended.clear();
    state.tally = Tally { pending_ended, ..Tally::default() };
    state.climate =
        region.rules.merger_climate.unwrap_or_else(|| p.climate_sd * draws.normal(EntityKey::REGION, Decision::Climate));
    state.swing = p.regional_drift_sd * draws.normal(EntityKey::REGION, Decision::RegionShock);
    state.d.clear();
    for (place, district) in region.districts.iter().enumerate() {
        let mut d = District::default();
        start_people(&mut d, p, site.keys[place], draws);
        start_pupils(&mut d, district, region.trend, p);
        let unknown = site.quantiles.shocks(draws.bits(site.keys[place], Decision::StartPupils));
        d.drift += region.trend_unknown * unknown.drift;
        if !region.grades_known {
            draw_cohorts(&mut d, &unknown.grades, p);
        }
        start_places(&mut d, district, region, p);
        budget::start_money(&mut d, district, region, (p, curve), (site.keys[place], draws));
        state.d.all.push(d);
        state.d.home.push(place as u16);
        state.d.operating.push(place as u16);
    }
}

fn start_people(d: &mut District, p: &Parameters, key: EntityKey, draws: Draws) {
    let [commitment, identity] = draws.normals(key, Decision::StartPeople);
    let link = draws.uniform(key, Decision::StartLinks);
    d.commitment = (p.commitment_mean + p.commitment_sd * commitment).clamp(0.0, 1.0);
    d.identity = (p.identity_mean + p.identity_sd * identity).clamp(0.0, 1.0);
    d.board = p.board_base;
    d.other_links = f64::from(u8::from(link < p.other_groupings));
    d.cluster = NONE;
    d.workload = 1.0;
    d.referrals = p.referral_rate;
}

fn start_pupils(d: &mut District, district: &StartingDistrict, regional_trend: Option<f64>, p: &Parameters) {
    let enrolment = district.enrolment();
    let trend = district.trend + p.trend_shift;
    let long_run = regional_trend.unwrap_or(district.trend);
    let taught = usize::from(district.lowest_grade)..=usize::from(district.highest_grade);
    let span = f64::from(district.highest_grade - district.lowest_grade);
    d.grades = district.pupils;
    d.lowest = district.lowest_grade;
    d.highest = district.highest_grade;
    d.enrolment = enrolment;
    d.high_school = district.pupils[FIRST_HIGH_SCHOOL_GRADE..].iter().sum();
    // Cohorts are larger the older they are where births fall: entry is the mean cohort, brought
    // forward by half the span of grades.
    d.entry = district.pupils[taught].iter().sum::<f64>() / (1.0 + span) * math::exp(trend * 0.5 * span);
    d.entry_growth = math::exp(long_run + p.trend_shift);
    d.drift = district.trend - long_run;
    d.staffing = district.teachers.map_or(1.0, |teachers| teachers / programme::usual_teachers(enrolment, p));
    // The year before the first is the last place of the ring.
    let (mut pupils, yearly) = (enrolment, math::exp(-district.trend));
    for value in d.history.iter_mut().rev() {
        *value = pupils;
        pupils *= yearly;
    }
}

/// Cohorts as uneven as the years since their entry would have made them, with the total as it is.
fn draw_cohorts(d: &mut District, normals: &[f32; GRADES], p: &Parameters) {
    let (lowest, highest) = (usize::from(d.lowest), usize::from(d.highest));
    let cohorts = d.grades[lowest..=highest].iter_mut().zip(&normals[lowest..=highest]);
    for (years, (pupils, normal)) in (1..).map(f64::from).zip(cohorts) {
        let luck = (p.count_noise * *pupils * years).sqrt() * f64::from(*normal);
        *pupils = (*pupils + luck).max(0.0);
    }
    let drawn = d.grades.iter().sum::<f64>();
    if drawn > 0.0 {
        let scale = d.enrolment / drawn;
        d.grades.iter_mut().for_each(|pupils| *pupils *= scale);
    }
    d.high_school = d.grades[FIRST_HIGH_SCHOOL_GRADE..].iter().sum();
}

fn start_places(d: &mut District, district: &StartingDistrict, region: &Region, p: &Parameters) {
    let (elementary, high_school) = transport::own_rides(district.area, district.buildings, p);
    d.alive = true;
    d.ended = Form::Alone;
    d.area = district.area;
    d.elementary_norm = elementary.max(region.rules.elementary_ride_minutes);
    d.high_school_norm = high_school.max(region.rules.high_school_ride_minutes);
    d.elementary_ride = elementary;
    d.high_school_ride = if district.has_high_school() { high_school } else { 0.0 };
    d.buildings = district.buildings.max(1);
    d.own_high_school = district.has_high_school();
    d.plan_keeps_buildings = true;
    d.pupil_share = 1.0;
}
