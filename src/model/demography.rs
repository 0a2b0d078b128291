//! Pupils: cohort survival with shocks, births that trend, and open enrolment.

use crate::engine::draws::EntityKey;

use super::decisions::Decision;
use super::region::{FIRST_HIGH_SCHOOL_GRADE, GRADES};
use super::state::{Districts, HISTORY};
use super::world::World;

/// Moves every pupil up a grade, takes in the entering cohort, and lets families move.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    let p = w.p;
    let [shock, change] = w.draws.normals(EntityKey::REGION, Decision::RegionShock);
    let drift = p.regional_drift_memory * w.s.swing + p.regional_drift_sd * innovation(p.regional_drift_memory) * change;
    w.s.swing = drift;
    let region = Common { growth: drift + p.regional_shock_sd * shock, innovation: p.drift_sd * innovation(p.drift_memory) };
    for place in 0..w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        age_grades(w, district, &region);
    }
    open_enrolment(w);
    count(w);
}

/// What is the same for all districts in a year.
struct Common {
    /// How fast families come to the region beyond its trend, share a year.
    growth: f64,
    /// Standard deviation of the change of a district's drift.
    innovation: f64,
}

/// The standard deviation of the change of a first-order autoregression of unit variance.
fn innovation(memory: f64) -> f64 {
    (1.0 - memory * memory).max(0.0).sqrt()
}

fn age_grades(w: &mut World<'_>, district: usize, region: &Common) {
    let (p, key) = (w.p, w.key(district));
    let shocks = w.site.quantiles.shocks(w.draws.bits(key, Decision::Enrolment));
    let d = &mut w.s.d[district];
    let (lowest, highest) = (usize::from(d.lowest), usize::from(d.highest));
    d.drift = p.drift_memory * d.drift + region.innovation * shocks.drift;
    let growth = (1.0 + region.growth + d.drift + p.district_shock_sd * shocks.local).max(0.0);
    let stay = p.progression * growth;
    let gap = d.entry_gap * (1.0 - p.birth_reversion) + p.birth_shock_sd * shocks.births;
    d.entry_gap = gap;

    let entering = d.entry * d.entry_growth * growth * (1.0 + gap).max(0.0);
    // Most districts teach all grades: for them every place is known beforehand and stays in registers.
    let moved = if lowest == 0 && highest == GRADES - 1 {
        move_up(&mut d.grades, (0, GRADES - 1), (entering, stay), p.count_noise, &shocks.grades)
    } else {
        move_up(&mut d.grades, (lowest, highest), (entering, stay), p.count_noise, &shocks.grades)
    };
    let families = (1.0 + p.family_moves * f64::from(moved) / d.enrolment.max(1.0)).max(0.0);
    d.entry *= d.entry_growth * growth * families;
}

/// Moves the pupils of the grades taught up by one and lets the lowest one's enter; returns how many came in
/// the grades above that (fewer than none: went).
#[allow(clippy::inline_always, reason = "the two calls differ by their constants, which the compiler sees only inlined")]
#[inline(always)]
fn move_up(
    grades: &mut [f64; GRADES],
    (lowest, highest): (usize, usize),
    (entering, stay): (f64, f64),
    count_noise: f64,
    normals: &[f32; GRADES],
) -> f32 {
    let mut expected = [0.0; GRADES];
    for grade in 1..GRADES {
        expected[grade] = grades[grade - 1] * stay;
    }
    if highest - lowest + 1 < GRADES {
        expected[..lowest].fill(0.0);
        expected[highest + 1..].fill(0.0);
    }
    expected[lowest] = entering;
    let spread = expected.map(|pupils| ((count_noise * pupils) as f32).sqrt());
    let mut came = [0.0f32; GRADES];
    for grade in 0..GRADES {
        came[grade] = spread[grade] * normals[grade];
        let count = expected[grade] + f64::from(came[grade]);
        grades[grade] = if count > 0.0 { count } else { 0.0 };
    }
    // Families come and go as a whole: those who move take with them the children who would have entered
    // later. The luck of a single birth year is not a move.
    came[lowest] = 0.0;
    sum(&came)
}

/// The sum over all grades, in four lanes at a time.
#[inline]
fn sum(values: &[f32; GRADES]) -> f32 {
    let mut lanes = [values[GRADES - 1], 0.0, 0.0, 0.0];
    for four in values[..GRADES - 1].chunks_exact(4) {
        for (lane, value) in lanes.iter_mut().zip(four) {
            *lane += value;
        }
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
}

/// A small share of pupils moves to the near district that offers most more courses.
fn open_enrolment(w: &mut World<'_>) {
    if w.p.open_enrolment <= 0.0 || w.year == 0 {
        return;
    }
    let required = w.region.rules.required_courses.max(1.0);
    let compared = w.p.neighbours_compared as usize;
    for place in 0..w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        if !w.s.d[district].has_high_school() {
            continue;
        }
        let Some((gain, other)) = best_neighbour(w, district, compared) else { continue };
        let near = 1.0 - w.drive_minutes(district, other) / w.p.open_enrolment_minutes;
        if near <= 0.0 {
            continue;
        }
        let share = w.p.open_enrolment * (gain / required).min(1.0) * near;
        move_pupils(&mut w.s.d, district, other, share);
        // Who loses pupils to a neighbour learns to see a rival in it.
        w.s.ties.add(district, other, w.year, 0.0, w.p.rivalry * 100.0 * share);
    }
}

/// Moves a share of one district's pupils to another, in the grades that the other teaches.
fn move_pupils(d: &mut Districts, from: usize, to: usize, share: f64) {
    let mut moving = d[from].grades.map(|pupils| share * pupils);
    let (lowest, highest) = (usize::from(d[to].lowest), usize::from(d[to].highest));
    if highest - lowest + 1 < GRADES {
        moving[..lowest].fill(0.0);
        moving[highest + 1..].fill(0.0);
    }
    for (pupils, leaving) in d[from].grades.iter_mut().zip(moving) {
        *pupils -= leaving;
    }
    for (pupils, arriving) in d[to].grades.iter_mut().zip(moving) {
        *pupils += arriving;
    }
}

/// Of so many nearest districts, the one with a high school and with the most courses more.
fn best_neighbour(w: &World<'_>, district: usize, compared: usize) -> Option<(f64, usize)> {
    let d = &w.s.d;
    let mut best: Option<(f64, usize)> = None;
    for &other in w.site.near(district).iter().take(compared) {
        let other = usize::from(d.home[usize::from(other)]);
        let gain = d[other].courses - d[district].courses;
        if other != district && gain > best.map_or(0.0, |(most, _)| most) && d[other].has_high_school() {
            best = Some((gain, other));
        }
    }
    best
}

/// Counts enrolment after all moves and keeps it in the history.
fn count(w: &mut World<'_>) {
    let slot = usize::from(w.year) % HISTORY;
    for place in 0..w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        let d = &mut w.s.d[district];
        d.high_school = d.grades[FIRST_HIGH_SCHOOL_GRADE..].iter().sum();
        d.enrolment = d.grades[..FIRST_HIGH_SCHOOL_GRADE].iter().sum::<f64>() + d.high_school;
        d.history[slot] = d.enrolment;
    }
}
