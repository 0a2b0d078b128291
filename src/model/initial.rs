//! The state before the first year: what files tell, and what they do not, drawn anew in every
//! replicate.

use crate::engine::draws::{Draws, EntityKey};
use crate::engine::math;

use super::decisions::{Decision, YearLuck};
use super::events::Form;
use super::parameters::Parameters;
use super::places::{Level, Map, assign_schools};
use super::quantiles::Quantiles;
use super::region::{FIRST_HIGH_SCHOOL_GRADE, GRADES, Region, StartingDistrict};
use super::state::{Community, District, NONE, PlannedSchools, State, Tally};
use super::{budget, demography, programme};

/// Least part of the pupils that a district reports which are its own community's, where others send it
/// theirs. A guard against figures that contradict each other, not a claim.
const LEAST_OWN: f64 = 0.35;
/// Grades below the last that tell how large the cohorts are which go on to another district's school.
const LEAVING_GRADES: usize = 3;

/// Memory for runs of a region over a number of years: everything a run will need.
pub(crate) fn allocate(region: &Region, years: u16) -> State {
    let count = region.districts.len();
    let mut state = State { ties: super::trust::Ties::new(count, years), ..State::default() };
    state.d.all.reserve(count);
    state.c.reserve(count);
    state.luck.resize(count, YearLuck::default());
    state.d.operating.reserve(count);
    state.answers.reserve(count);
    // A cluster has two members at least, so half as many slots as districts suffice, and as many again for
    // those that end in a step and those that take their members in the same step.
    state.clusters.reserve(count + 1);
    // Room for the awards of four instruments; more are made room for when a run begins.
    state.awards.reserve(super::instruments::awards_at_most(4, count));
    state.lives.reserve(count * usize::from(years).min(20) / 2 + 1);
    state.agreed.reserve(count);
    state.outlay.reserve(super::policy::MOST_INSTRUMENTS);
    state.paid.reserve(super::policy::MOST_INSTRUMENTS);
    state.scratch.ranked.reserve(count);
    state.scratch.chosen.reserve(count);
    state.scratch.requests.reserve(4 * count);
    state.scratch.moves.reserve(count);
    state.scratch.away.reserve(count);
    state.scratch.capacities.reserve(region.support.len());
    state
}

/// Puts a region's districts into the state as they are before the first year.
pub(crate) fn start(state: &mut State, region: &Region, map: Map<'_>, p: &Parameters, draws: Draws) {
    state.ties.reset(p.trust_memory, p.trust_kept_at_turnover);
    state.clusters.clear();
    state.unswept = false;
    state.awards.clear();
    state.agreed.clear();
    state.lives.clear();
    state.events.clear();
    state.foundings.clear();
    state.answers.clear();
    state.tally = Tally::default();
    state.climate = region
        .rules
        .merger_climate
        .unwrap_or_else(|| p.climate_sd * draws.normal(EntityKey::REGION, Decision::Climate));
    state.swing = p.regional_drift_sd * draws.normal(EntityKey::REGION, Decision::RegionShock);
    state.d.clear();
    state.c.clear();
    for (place, district) in region.districts.iter().enumerate() {
        let key = map.site.keys[place];
        let mut d = District::EMPTY;
        start_people(&mut d, p, key, (draws, map.site.quantiles));
        d.lowest = district.lowest_grade;
        d.highest = district.highest_grade;
        d.area = district.area;
        d.first_community = place as u16;
        let mut c = Community::EMPTY;
        start_pupils(&mut c, district, region.trend, p);
        let unknown = map.site.quantiles.shocks(draws.bits(key, Decision::StartPupils));
        c.drift += region.trend_unknown * unknown.drift;
        if !region.grades_known {
            draw_cohorts(&mut c, &unknown.grades, p);
        }
        c.home = place as u16;
        c.high = map.layout.high[place];
        c.area = district.area;
        c.buildings = map.layout.buildings[place];
        let teaching = map.site.quantiles.normal(draws.uniform(key, Decision::StartTeaching));
        c.teaching = math::exp(p.courses_spread * teaching);
        state.d.all.push(d);
        state.c.push(c);
        state.d.operating.push(place as u16);
    }
    share_high_schools(state, region.grades_known);
    demography::count(state, super::state::HISTORY as u16 - 1);
    start_places(state, region, map);
    for (place, district) in region.districts.iter().enumerate() {
        start_history(&mut state.d.all[place], district);
        let d = &mut state.d.all[place];
        d.staffing = district.teachers.map_or(1.0, |teachers| teachers / programme::usual_teachers(d.enrolment, p));
    }
    budget::start_money(state, region, map.site, p, draws);
}

fn start_people(d: &mut District, p: &Parameters, key: EntityKey, (draws, quantiles): (Draws, &Quantiles)) {
    let [commitment, identity] = draws.uniforms(key, Decision::StartPeople).map(|u| quantiles.normal(u));
    let link = draws.uniform(key, Decision::StartLinks);
    d.commitment = (p.commitment_mean + p.commitment_sd * commitment).clamp(0.0, 1.0);
    d.identity = (p.identity_mean + p.identity_sd * identity).clamp(0.0, 1.0);
    d.board = p.board_base;
    d.other_links = f64::from(u8::from(link < p.other_groupings));
    d.referrals = p.referral_rate;
}

fn start_pupils(c: &mut Community, district: &StartingDistrict, regional_trend: Option<f64>, p: &Parameters) {
    let trend = district.trend + p.trend_shift;
    let long_run = regional_trend.unwrap_or(district.trend);
    c.grades = district.pupils;
    c.first = district.lowest_grade;
    c.last = district.highest_grade;
    c.entry = entry(c, trend);
    c.entry_growth = math::exp(long_run + p.trend_shift);
    c.drift = district.trend - long_run;
}

/// Cohorts are larger the older they are where births fall: entry is the mean cohort, brought forward by half
/// the span of grades.
fn entry(c: &Community, trend: f64) -> f64 {
    let taught = usize::from(c.first)..=usize::from(c.last);
    let span = f64::from(c.last - c.first);
    c.grades[taught].iter().sum::<f64>() / (1.0 + span) * math::exp(trend * 0.5 * span)
}

/// Cohorts as uneven as the years since their entry would have made them, with the total as it is.
fn draw_cohorts(c: &mut Community, normals: &[f32; GRADES], p: &Parameters) {
    let (lowest, highest) = (usize::from(c.first), usize::from(c.last));
    let (total, before) = (c.grades.iter().sum::<f64>(), c.grades);
    let cohorts = c.grades[lowest..=highest].iter_mut().zip(&normals[lowest..=highest]);
    for (years, (pupils, normal)) in (1..).map(f64::from).zip(cohorts) {
        let luck = ((p.birth_noise + p.class_noise * (years - 1.0)) * *pupils).sqrt() * f64::from(*normal);
        *pupils = (*pupils + luck).max(0.0);
    }
    let drawn: f64 = c.grades.iter().sum();
    if drawn > 0.0 {
        let scale = total / drawn;
        c.grades.iter_mut().for_each(|pupils| *pupils *= scale);
    } else {
        // A dozen pupils in few grades, none of which would have come: as even as they are reported.
        c.grades = before;
    }
}

/// Whose children the pupils of a high school are: those that other districts send to it live in theirs, and
/// are counted at the school from the start. What districts report stays as it is.
fn share_high_schools(s: &mut State, grades_known: bool) {
    for place in 0..s.c.len() {
        let high = s.c[place].high;
        if usize::from(high) != place && high != NONE {
            let host = &mut s.d.all[usize::from(high)];
            s.c[place].next_sender = host.first_sender;
            host.first_sender = place as u16;
        }
    }
    for host in 0..s.d.all.len() {
        if s.d[host].first_sender != NONE {
            share_one(s, host, grades_known);
        }
    }
}

fn share_one(s: &mut State, host: usize, grades_known: bool) {
    // Pupils of each grade that the senders would send.
    let mut wanted = [0.0; GRADES];
    let mut at = s.d[host].first_sender;
    while at != NONE {
        let place = usize::from(at);
        let last = usize::from(s.c[place].last);
        let cohort = leaving_cohort(&s.c[place], last);
        s.c[place].last = (GRADES - 1) as u8;
        s.c[place].grades[last + 1..].fill(cohort);
        wanted[last + 1..].iter_mut().for_each(|pupils| *pupils += cohort);
        at = s.c[place].next_sender;
    }
    let all: f64 = wanted.iter().sum();
    let own = &mut s.c[host];
    let reported: f64 = own.grades.iter().sum();
    if all <= 0.0 {
        return;
    }
    // The share of what they would send that the school really reports, by grade.
    let mut share = [0.0; GRADES];
    if own.first > 6 {
        // A district of high schools alone has no children but those of the districts on its land.
        for grade in 0..GRADES {
            share[grade] = if wanted[grade] > 0.0 { own.grades[grade] / wanted[grade] } else { 0.0 };
            if wanted[grade] > 0.0 {
                own.grades[grade] = 0.0;
            }
        }
        own.entry = if own.grades.iter().any(|&pupils| pupils > 0.0) { own.entry } else { 0.0 };
    } else if grades_known {
        for grade in 0..GRADES {
            let kept = (own.grades[grade] - wanted[grade]).max(LEAST_OWN * own.grades[grade]);
            share[grade] = if wanted[grade] > 0.0 { (own.grades[grade] - kept) / wanted[grade] } else { 0.0 };
            own.grades[grade] = if wanted[grade] > 0.0 { kept } else { own.grades[grade] };
        }
    } else {
        // Grades are modelled from the total: the own children are what is left of it, in all grades.
        let kept = (1.0 - all / reported.max(1e-9)).max(LEAST_OWN);
        own.grades.iter_mut().for_each(|pupils| *pupils *= kept);
        own.entry *= kept;
        share = [reported * (1.0 - kept) / all; GRADES];
    }
    // What is so at the start stays so: a school that reports a half of what the districts on its land would send
    // does not double when their next classes come.
    let taken: f64 = wanted.iter().zip(&share).map(|(pupils, share)| pupils * share).sum();
    let mut at = s.d[host].first_sender;
    while at != NONE {
        let place = usize::from(at);
        let taught = usize::from(s.d[place].highest) + 1;
        let c = &mut s.c[place];
        let sent = c.grades[taught..].iter_mut().zip(&share[taught..]);
        sent.for_each(|(pupils, share)| *pupils *= share);
        (c.goes_on, c.goes_on_to) = (taken / all, taught as u8);
        at = c.next_sender;
    }
}

/// The size of the cohorts that leave a district's last grade: the mean of its last grades.
fn leaving_cohort(c: &Community, last: usize) -> f64 {
    let first = usize::from(c.first).max((last + 1).saturating_sub(LEAVING_GRADES));
    c.grades[first..=last].iter().sum::<f64>() / (last + 1 - first) as f64
}

fn start_history(d: &mut District, district: &StartingDistrict) {
    // The year before the first is the last place of the ring.
    let (mut pupils, yearly) = (d.enrolment, math::exp(-district.trend));
    for value in d.history.iter_mut().rev() {
        *value = pupils as f32;
        pupils *= yearly;
    }
}

fn start_places(s: &mut State, region: &Region, map: Map<'_>) {
    for district in 0..s.d.all.len() {
        assign_schools(s, district, map);
    }
    for c in &mut s.c {
        for level in Level::ALL {
            let norm = match level {
                Level::Elementary => region.rules.elementary_ride_minutes,
                Level::Middle | Level::High => region.rules.high_school_ride_minutes,
            };
            c.norm[level.index()] = c.ride[level.index()].max(norm);
        }
        c.count_rides();
    }
}

impl Community {
    /// Nobody and nothing.
    pub(crate) const EMPTY: Self = Self {
        grades: [0.0; GRADES],
        younger: 0.0,
        older: 0.0,
        first: 0,
        last: 0,
        entry: 0.0,
        entry_growth: 1.0,
        drift: 0.0,
        goes_on: 1.0,
        goes_on_to: 0,
        entry_gap: 0.0,
        area: 0.0,
        home: NONE,
        high: NONE,
        next: NONE,
        next_sender: NONE,
        buildings: [0; 8],
        school: [NONE; 3],
        ride: [0.0; 3],
        norm: [0.0; 3],
        ride_counts: [1.0; 2],
        longest_ride: 0.0,
        over_norm: false,
        high_schools: 0.0,
        attending: 0.0,
        courses_own: 0.0,
        courses: 0.0,
        teaching: 1.0,
        joined: None,
        forced: false,
    };

    /// Whether its children can be taught in the grades of a high school by a district of the region.
    pub(crate) fn reaches_high_school(&self) -> bool {
        usize::from(self.last) >= FIRST_HIGH_SCHOOL_GRADE
    }
}

impl District {
    /// A district of which nothing is known yet.
    pub(crate) const EMPTY: Self = Self {
        alive: true,
        ended: Form::Alone,
        lowest: 0,
        highest: 0,
        first_community: NONE,
        first_sender: NONE,
        enrolment: 0.0,
        high_school: 0.0,
        received: 0.0,
        sent: 0.0,
        history: [0.0; super::state::HISTORY],
        area: 0.0,
        buildings: 0.0,
        high_schools: 0.0,
        cost_level: 1.0,
        taste: 0.0,
        shared_administration: 0.0,
        shared_instruction: 0.0,
        shared_functions: 0.0,
        levelling: 0.0,
        merged_in: None,
        transition: 0.0,
        need: 0.0,
        path: 0.0,
        lagged: 0.0,
        cut: 0.0,
        programme: 0.0,
        revenue_shock: 0.0,
        programme_shock: 0.0,
        aid_base: 0.0,
        left_over: 0.0,
        count_base: 0.0,
        count: 0.0,
        aid_lost: 0.0,
        aid_lost_target: 0.0,
        federal_base: 0.0,
        aid_level: 1.0,
        federal_level: 1.0,
        own_levy: 0.0,
        levy_base: 0.0,
        wished_levy: 0.0,
        residents_base: 0.0,
        residents_before: 0.0,
        levy_level: 1.0,
        debt: 0.0,
        building_years: 0,
        valuation: 0.0,
        reserve: 0.0,
        reserve_target: 0.0,
        fund: 0.0,
        aid: 0.0,
        federal: 0.0,
        levy: 0.0,
        tuition_paid: 0.0,
        tuition_base: 0.0,
        tuition_received: 0.0,
        receipts: 0.0,
        shared_receipts: 0.0,
        one_off_receipts: 0.0,
        levy_relief: 0.0,
        dues: 0.0,
        revenue: 0.0,
        spending: 0.0,
        capital: 0.0,
        paid: 1.0,
        balance: 0.0,
        insolvent_years: 0,
        below_floor_years: 0,
        commitment: 0.0,
        board: 0.0,
        identity: 0.0,
        other_links: 0.0,
        courses_own: 0.0,
        courses: 0.0,
        teachers: 0.0,
        staffing: 1.0,
        workload: 1.0,
        referrals: 0.0,
        stress: 0.0,
        thin: 0.0,
        cluster: NONE,
        payoff: 0.0,
        voted: NONE,
        plan: PlannedSchools { high_school_closes: false, takes_middle: false, building_closes: false },
    };
}
