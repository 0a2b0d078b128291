//! The programme: courses at effective scale, staff, workload, referrals, and the stress on a board.

use crate::engine::math;

use super::functions::Function;
use super::parameters::Parameters;
use super::state::Cluster;
use super::world::World;

/// Courses before floor and ceiling at this log of high-school pupils.
#[inline]
pub(crate) fn raw_courses(log_pupils: f64, p: &Parameters) -> f64 {
    p.courses_slope * log_pupils + p.courses_intercept
}

/// How far the programme runs at the cluster's scale, 0–1.
pub(crate) fn programme_depth(cluster: &Cluster, p: &Parameters) -> f64 {
    let sum = cluster.depth_of(Function::CoreInstruction)
        + p.programme_specialist * cluster.depth_of(Function::SpecialistTeaching)
        + p.programme_technology * cluster.depth_of(Function::LibrariesTechnology)
        + p.programme_activities * cluster.depth_of(Function::StudentActivities);
    sum.min(1.0)
}

/// Works out every district's programme, staff and stress.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    for place in 0..w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        let d = &mut w.s.d[district];
        d.courses_own = raw_courses(math::ln(d.high_school.max(1.0)), w.p);
        d.courses_raw = d.courses_own;
    }
    for place in 0..w.s.clusters.len() {
        let gained = share_programme(w, place);
        debug_assert!(gained.is_finite());
    }
    for place in 0..w.s.d.operating.len() {
        finish(w, usize::from(w.s.d.operating[place]));
    }
}

/// Adds what members gain by running their programme at the cluster's scale.
fn share_programme(w: &mut World<'_>, place: usize) -> f64 {
    let cluster = &w.s.clusters[place];
    let depth = programme_depth(cluster, w.p);
    if depth <= 0.0 {
        return 0.0;
    }
    let all: f64 = cluster.members.as_slice().iter().map(|&m| w.s.d[usize::from(m)].high_school).sum();
    let together = raw_courses(math::ln(all.max(1.0)), w.p);
    let remote = cluster.depth_of(Function::LibrariesTechnology);
    let members = cluster.members;
    let mut sum = 0.0;
    for &member in members.as_slice() {
        let member = usize::from(member);
        if !w.s.d[member].has_high_school() {
            continue;
        }
        // Distance technology spares pupils and teachers the road.
        let minutes = mean_minutes(w, member, members.as_slice()) * (1.0 - w.p.technology_spares * remote);
        let kept = (1.0 - w.p.courses_travel * minutes / 30.0).max(0.0);
        let gained = depth * kept * (together - w.s.d[member].courses_raw).max(0.0);
        w.s.d[member].courses_raw += gained;
        sum += gained;
    }
    sum
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

fn finish(w: &mut World<'_>, i: usize) {
    let p = w.p;
    let required = w.region.rules.required_courses;
    let (tasks, referral_depth) =
        w.s.cluster_of(i)
            .map_or((0.0, 0.0), |cluster| (f64::from(cluster.tasks.len()), cluster.depth_of(Function::SpecialEducation)));
    let d = &mut w.s.d[i];
    let unpaid = 1.0 - d.paid;
    let has_high_school = d.has_high_school();
    let raw = d.courses_raw * (1.0 - p.courses_cut * unpaid);
    d.courses_raw = raw;
    d.courses = if has_high_school { raw.clamp(p.courses_floor, p.courses_ceiling) } else { 0.0 };
    d.teachers = d.paid * d.staffing * usual_teachers(d.enrolment, p);
    d.workload = 1.0 + p.workload_shortage * unpaid + p.workload_task * tasks;
    d.referrals = p.referral_rate * (1.0 - p.referral_fall * referral_depth);

    let shortfall = if has_high_school { ((required - raw) / required.max(1.0)).max(0.0) } else { 0.0 };
    let poor = ((p.stress_reserve_below - d.reserve_share()) / p.stress_reserve_below).clamp(0.0, 1.0);
    // Classes of several grades are the lot of the smallest, with or without a high school.
    d.thin = (1.0 - d.enrolment / (p.viable_grade * d.span())).max(0.0);
    // The square root of the shortfall: exit rates rise steeply between 400 and 200 pupils and little below.
    d.stress = p.stress_reserve * poor
        + p.stress_classes * d.thin
        + p.stress_paid * (unpaid / p.cut_limit.max(0.01)).min(1.0)
        + p.stress_courses * shortfall.min(p.stress_courses_most).sqrt()
        + p.stress_decline * (d.decline(w.year) * w.per_full_decline).min(1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courses_rise_with_size_and_flatten() {
        let p = Parameters::default();
        let at = |pupils: f64| raw_courses(math::ln(pupils), &p);
        assert!(at(100.0) - at(50.0) > 10.0);
        assert!((at(400.0) - at(350.0)) < 3.0);
        assert!((at(80.0) - 40.0).abs() < 1.0, "{}", at(80.0));
    }
}
