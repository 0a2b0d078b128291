//! The programme: courses of every high school, staff, workload, referrals, and the stress on a board.

use crate::engine::math;

use super::functions::Function;
use super::parameters::Parameters;
use super::places::Level;
use super::state::{Cluster, Community, District, Members, NONE};
use super::world::World;

/// Courses (units a year) that the own staff of a high school teaches, where its programme is as its size predicts:
/// a power of its pupils, and beyond a bend another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CourseCurve {
    bend: f64,
    /// Below and beyond the bend: the logarithm of the courses that the power would give one pupil, and its exponent.
    powers: [(f64, f64); 2],
}

impl CourseCurve {
    pub(crate) fn new(p: &Parameters) -> Self {
        let (small, large) = (p.courses_elasticity, p.courses_elasticity_large);
        let of_one = math::ln(p.courses_level) - small * math::ln(80.0);
        // Both give the same at the bend.
        let of_one_beyond = of_one + (small - large) * math::ln(p.courses_bend);
        Self { bend: p.courses_bend, powers: [(of_one, small), (of_one_beyond, large)] }
    }

    /// Courses of a high school of so many pupils.
    #[inline]
    pub(crate) fn courses(&self, pupils: f64) -> f64 {
        // A high school of nobody has no courses; the curve is not drawn for a handful.
        let pupils = pupils.max(1.0);
        let (of_one, exponent) = self.powers[usize::from(pupils > self.bend)];
        math::exp(of_one + exponent * math::ln(pupils))
    }
}

/// How far the programme is shared by teachers who travel and by wire, 0-1.
pub(crate) fn programme_depth(cluster: &Cluster, p: &Parameters) -> f64 {
    let sum = p.programme_specialist * cluster.depth_of(Function::SpecialistTeaching)
        + p.programme_technology * cluster.depth_of(Function::LibrariesTechnology)
        + p.programme_activities * cluster.depth_of(Function::StudentActivities);
    sum.min(1.0)
}

/// Works out every school's courses and every district's programme, staff and stress.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    teach(w);
    for place in 0..w.s.clusters.len() {
        share_programme(w, place);
    }
    let scales = Scales::new(w);
    for place in 0..w.s.d.operating.len() {
        finish(w, usize::from(w.s.d.operating[place]), &scales);
    }
}

/// Who attends which high school, and what its own staff teaches.
fn teach(w: &mut World<'_>) {
    let curve = CourseCurve::new(w.p);
    let offer = |c: &mut Community| {
        // Most have one high school or none; a community without one offers no courses.
        let each = if c.high_schools > 1.0 { c.attending / c.high_schools } else { c.attending };
        c.courses_own = if c.high_schools > 0.0 { c.teaching * curve.courses(each) } else { 0.0 };
        c.courses = c.courses_own;
    };
    // Most attend at home; the schools to which others come are gone through again when all have come.
    let mut away = std::mem::take(&mut w.s.scratch.away);
    away.clear();
    for (place, c) in w.s.c.iter_mut().enumerate() {
        let school = c.school[Level::High.index()];
        let at_home = usize::from(school) == place;
        c.attending = if at_home { c.older } else { 0.0 };
        offer(c);
        if !at_home && school != NONE {
            away.push((school, c.older));
        }
    }
    for &(school, pupils) in &away {
        w.s.c[usize::from(school)].attending += pupils;
    }
    for &(school, _) in &away {
        offer(&mut w.s.c[usize::from(school)]);
    }
    w.s.scratch.away = away;
}

/// Adds what members gain by shared teachers and lines, and by sending grades to one town.
fn share_programme(w: &mut World<'_>, place: usize) {
    let cluster = &w.s.clusters[place];
    let (depth, pooled) = (programme_depth(cluster, w.p), cluster.depth_of(Function::CoreInstruction));
    if depth <= 0.0 && pooled <= 0.0 {
        return;
    }
    let members = cluster.members;
    let high_schools = members.as_slice().iter().filter(|&&m| w.s.d[usize::from(m)].high_schools > 0.0).count() as f64;
    if high_schools < 2.0 {
        return;
    }
    let remote = cluster.depth_of(Function::LibrariesTechnology);
    // Posts that are shared have to be paid: a part is, from what members have.
    let paid = w.p.posts_unpaid + (1.0 - w.p.posts_unpaid) * cluster.money(w.p);
    // 1 with four partners; two share less.
    let partners = (1.0 - 1.0 / high_schools) / 0.75;
    for &member in members.as_slice() {
        let member = usize::from(member);
        if w.s.d[member].high_schools <= 0.0 {
            continue;
        }
        // Distance technology spares pupils and teachers the road.
        let minutes = mean_minutes(w, member, members.as_slice()) * (1.0 - w.p.technology_spares * remote);
        let kept = (1.0 - w.p.courses_travel * minutes / 30.0).max(0.0);
        let more = w.p.courses_shared * depth * partners * kept * paid;
        let scale = if pooled > 0.0 { pooled_pupils(w, member, &members) } else { 1.0 };
        let mut at = w.s.d[member].first_community;
        while at != NONE {
            let c = &mut w.s.c[usize::from(at)];
            if c.high_schools > 0.0 {
                // One school for the shared grades offers what its pupils allow: effective scale.
                let together =
                    if scale > 1.0 { math::exp(pooled * w.p.courses_elasticity * math::ln(scale)) } else { 1.0 };
                c.courses = c.courses_own * together * (1.0 + more);
            }
            at = c.next;
        }
    }
}

/// High-school pupils of the members within a bus ride of a member, it included, for each of its own.
fn pooled_pupils(w: &World<'_>, member: usize, members: &Members) -> f64 {
    let d = &w.s.d;
    let near = members.as_slice().iter().map(|&m| usize::from(m));
    let near = near.filter(|&m| m == member || w.bus_minutes(member, m) <= w.region.rules.high_school_ride_minutes);
    near.map(|m| d[m].high_school).sum::<f64>() / d[member].high_school.max(1.0)
}

/// Mean drive of a member to the others, minutes.
fn mean_minutes(w: &World<'_>, member: usize, members: &[u16]) -> f64 {
    let sum: f64 = members.iter().map(|&other| w.drive_minutes(member, usize::from(other))).sum();
    sum / (members.len().max(2) - 1) as f64
}

/// Teaching posts that a district of this size usually has: leaner the larger it is.
#[inline]
pub(crate) fn usual_teachers(enrolment: f64, p: &Parameters) -> f64 {
    (enrolment + p.small_staffing) / p.pupils_per_teacher
}

impl Cluster {
    /// How far money carries its shared work, 0-1: half where members pool their own, more the more dollars
    /// there are for each pupil, and nothing where there is no common purse.
    pub(crate) fn money(&self, p: &Parameters) -> f64 {
        let own = if self.form > super::events::Form::Network { p.task_money_pooled } else { 0.0 };
        let more = self.money_per_pupil / (self.money_per_pupil + p.task_money_half);
        own + (1.0 - own) * more
    }
}

/// What is the same for the programme and the stress of all districts in a year; scales as what they are multiplied
/// by.
struct Scales<'a> {
    p: &'a Parameters,
    year: u16,
    base_cost: f64,
    required: f64,
    per_required: f64,
    per_full_decline: f64,
    per_reserve: f64,
    per_cut_limit: f64,
}

impl<'a> Scales<'a> {
    fn new(w: &World<'a>) -> Self {
        Self {
            p: w.p,
            year: w.year,
            base_cost: w.base_cost,
            required: w.required,
            per_required: 1.0 / w.required,
            per_full_decline: 1.0 / w.p.stress_decline_full,
            per_reserve: 1.0 / w.p.stress_reserve_below,
            per_cut_limit: 1.0 / w.p.cut_limit.max(0.01),
        }
    }
}

fn finish(w: &mut World<'_>, i: usize, scales: &Scales<'_>) {
    let p = scales.p;
    let (tasks, referral_depth) = w
        .s
        .cluster_of(i)
        .map_or((0.0, 0.0), |cluster| (f64::from(cluster.tasks.len()), cluster.depth_of(Function::SpecialEducation)));
    let (own, reached) = district_courses(w, i);
    let d = &mut w.s.d[i];
    // Cuts fall on courses in part.
    let kept = 1.0 - p.courses_cut * d.cut;
    (d.courses_own, d.courses) = (own * kept, reached * kept);
    d.teachers = d.paid * d.staffing * usual_teachers(d.enrolment, p);
    d.workload = 1.0 + p.workload_shortage * d.cut + p.workload_task * tasks;
    d.referrals = p.referral_rate * (1.0 - p.referral_fall * referral_depth);
    // Classes of several grades are the lot of the smallest, with or without a high school.
    let filled = p.viable_grade * d.span();
    d.thin = if d.enrolment < filled { 1.0 - d.enrolment / filled } else { 0.0 };
    d.stress = stress(d, scales);
}

/// Courses taught by own staff and within reach of the pupils of a district's high schools, as the pupils who
/// attend them meet them.
fn district_courses(w: &World<'_>, i: usize) -> (f64, f64) {
    let first = usize::from(w.s.d[i].first_community);
    // Most districts have one community.
    if w.s.c[first].next == NONE {
        return (w.s.c[first].courses_own, w.s.c[first].courses);
    }
    let (mut pupils, mut own, mut reached) = (0.0, 0.0, 0.0);
    for community in w.s.communities(i) {
        let c = &w.s.c[community];
        let weight = c.attending.max(1e-9) * f64::from(u8::from(c.high_schools > 0.0));
        pupils += weight;
        own += weight * c.courses_own;
        reached += weight * c.courses;
    }
    if pupils > 0.0 { (own / pupils, reached / pupils) } else { (0.0, 0.0) }
}

/// What presses on a board: no reserve, bad years, cuts; a programme short of the state's or of what larger
/// schools offer; classes too small; what a pupil costs; decline.
fn stress(d: &District, scales: &Scales<'_>) -> f64 {
    let p = scales.p;
    let poor = (1.0 - d.reserve_share() * scales.per_reserve).clamp(0.0, 1.0);
    let programme = if d.high_schools > 0.0 {
        let shortfall = ((scales.required - d.courses) * scales.per_required).max(0.0).min(p.stress_courses_most);
        // The square root: pressure comes with the first courses that are missing.
        let wished = math::near_ln(p.courses_wished, d.courses.max(1.0)).max(0.0);
        p.stress_standard * shortfall.sqrt() + p.stress_courses * wished
    } else {
        0.0
    };
    let (cost, usual) = (d.need + d.tuition_paid, scales.base_cost * d.enrolment.max(1.0));
    p.stress_reserve * poor
        + p.stress_deficit * (-d.balance).clamp(0.0, 0.2)
        + p.stress_classes * d.thin
        + p.stress_paid * (d.cut * scales.per_cut_limit).min(1.0)
        + programme
        + p.stress_cost * math::near_ln(cost.max(usual), usual)
        + p.stress_decline * (d.decline(scales.year) * scales.per_full_decline).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_high_school_teaches_what_its_size_allows() {
        // 40, 80, 150 and 300 pupils: 39 (30-45), 50 (44-58), 63 (54-74) and 80 (70-95) units.
        let p = Parameters::default();
        for (pupils, low, high) in [(40.0, 30.0, 45.0), (80.0, 44.0, 58.0), (150.0, 54.0, 74.0), (300.0, 70.0, 95.0)] {
            let courses = CourseCurve::new(&p).courses(pupils);
            assert!((low..=high).contains(&courses), "{pupils}: {courses}");
        }
    }

    #[test]
    fn courses_rise_with_size_without_a_step() {
        let p = Parameters::default();
        let curve = CourseCurve::new(&p);
        let values: Vec<f64> = (1..2_000).map(|pupils| curve.courses(f64::from(pupils))).collect();
        assert!(values.windows(2).all(|pair| pair[1] >= pair[0] && pair[1] < 1.3 * pair[0]));
    }
}
