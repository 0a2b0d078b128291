//! The programme: courses of every high school, staff, workload, referrals, and the stress on a board.

use crate::engine::math;

use super::functions::Function;
use super::parameters::Parameters;
use super::places::Level;
use super::state::{Cluster, Members, NONE};
use super::world::World;

/// Courses (units a year) that the own staff of a high school of so many pupils teaches, where its programme is
/// as its size predicts.
#[inline]
pub(crate) fn own_courses(pupils: f64, p: &Parameters) -> f64 {
    // A high school of nobody has no courses; the curve is not drawn for a handful.
    let pupils = pupils.max(1.0);
    if pupils <= p.courses_bend {
        p.courses_level * math::exp(p.courses_elasticity * math::ln(pupils * (1.0 / 80.0)))
    } else {
        let at_bend = p.courses_level * math::exp(p.courses_elasticity * math::ln(p.courses_bend * (1.0 / 80.0)));
        at_bend * math::exp(p.courses_elasticity_large * math::ln(pupils / p.courses_bend))
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
    let p = w.p;
    for c in &mut w.s.c {
        c.attending = 0.0;
    }
    for community in 0..w.site.count {
        let c = &w.s.c[community];
        let (school, pupils) = (c.school[Level::High.index()], c.high_school_pupils());
        if school != NONE {
            w.s.c[usize::from(school)].attending += pupils;
        }
    }
    for c in &mut w.s.c {
        // A community without a high school offers no courses.
        c.courses_own = if c.high_schools > 0.0 { c.teaching * own_courses(c.attending / c.high_schools, p) } else { 0.0 };
        c.courses = c.courses_own;
    }
    for place in 0..w.s.clusters.len() {
        share_programme(w, place);
    }
    for place in 0..w.s.d.operating.len() {
        finish(w, usize::from(w.s.d.operating[place]));
    }
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
pub(crate) fn mean_minutes(w: &World<'_>, member: usize, members: &[u16]) -> f64 {
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

fn finish(w: &mut World<'_>, i: usize) {
    let p = w.p;
    let (tasks, referral_depth) =
        w.s.cluster_of(i)
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
    d.thin = (1.0 - d.enrolment / (p.viable_grade * d.span())).max(0.0);
    d.stress = stress(d, w.required, w.base_cost, w.per_full_decline, w.year, p);
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
fn stress(
    d: &super::state::District,
    required: f64,
    base_cost: f64,
    per_full_decline: f64,
    year: u16,
    p: &Parameters,
) -> f64 {
    let poor = ((p.stress_reserve_below - d.reserve_share()) / p.stress_reserve_below).clamp(0.0, 1.0);
    let programme = if d.high_schools > 0.0 {
        let shortfall = ((required - d.courses) / required).max(0.0).min(p.stress_courses_most);
        // The square root: pressure comes with the first courses that are missing.
        p.stress_standard * shortfall.sqrt() + p.stress_courses * math::near_ln(p.courses_wished / d.courses.max(1.0)).max(0.0)
    } else {
        0.0
    };
    let cost = (d.need + d.tuition_paid) / (base_cost * d.enrolment.max(1.0));
    p.stress_reserve * poor
        + p.stress_deficit * (-d.balance).clamp(0.0, 0.2)
        + p.stress_classes * d.thin
        + p.stress_paid * (d.cut / p.cut_limit.max(0.01)).min(1.0)
        + programme
        + p.stress_cost * math::near_ln(cost.max(1.0))
        + p.stress_decline * (d.decline(year) * per_full_decline).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_high_school_teaches_what_its_size_allows() {
        // 40, 80, 150 and 300 pupils: 39 (30-45), 50 (44-58), 63 (54-74) and 80 (70-95) units.
        let p = Parameters::default();
        for (pupils, low, high) in [(40.0, 30.0, 45.0), (80.0, 44.0, 58.0), (150.0, 54.0, 74.0), (300.0, 70.0, 95.0)] {
            let courses = own_courses(pupils, &p);
            assert!((low..=high).contains(&courses), "{pupils}: {courses}");
        }
    }

    #[test]
    fn courses_rise_with_size_without_a_step() {
        let p = Parameters::default();
        let values: Vec<f64> = (1..2_000).map(|pupils| own_courses(f64::from(pupils), &p)).collect();
        assert!(values.windows(2).all(|pair| pair[1] >= pair[0] && pair[1] < 1.3 * pair[0]));
    }
}
