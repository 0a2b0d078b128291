//! Pupils: cohort survival with shocks, births that trend, and open enrolment.

use crate::engine::draws::EntityKey;
use crate::engine::math;

use super::decisions::Decision;
use super::region::{FIRST_HIGH_SCHOOL_GRADE, GRADES};
use super::state::{Districts, HISTORY};
use super::world::World;

/// Neighbours that parents compare their own school with.
const COMPARED: usize = 4;

/// Entries of the table of standard normal quantiles: nine bits.
pub(crate) const QUANTILES: usize = 512;

/// Standard normal quantiles at the middles of 512 equal cells, scaled to unit variance. Grade counts
/// need thirteen normals a district a year; nine bits each of one 128-bit draw pick them here.
pub(crate) fn quantile_table() -> [f64; QUANTILES] {
    let mut table = [0.0; QUANTILES];
    for (place, value) in table.iter_mut().enumerate() {
        *value = math::inverse_normal((place as f64 + 0.5) / QUANTILES as f64);
    }
    let variance = table.iter().map(|v| v * v).sum::<f64>() / QUANTILES as f64;
    let scale = 1.0 / variance.sqrt();
    table.map(|value| value * scale)
}

/// Moves every pupil up a grade, takes in the entering cohort, and lets families move.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    let region_shock = w.p.regional_shock_sd * w.draws.normal(EntityKey::REGION, Decision::RegionShock);
    for place in 0..w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        age_grades(w, district, region_shock);
    }
    open_enrolment(w);
    count(w);
}

fn age_grades(w: &mut World<'_>, district: usize, region_shock: f64) {
    let (p, key) = (w.p, w.key(district));
    let [births, local] = w.draws.normals(key, Decision::DistrictShock);
    let d = &mut w.s.d[district];
    let (lowest, highest) = (usize::from(d.lowest), usize::from(d.highest));
    let stay = p.progression * math::exp(region_shock + p.district_shock_sd * local);

    d.entry *= d.entry_growth;
    let gap = d.entry_gap * (1.0 - p.birth_reversion) + p.birth_shock_sd * births;
    d.entry_gap = gap;

    let grades = &mut d.grades;
    let mut expected = [0.0; GRADES];
    for grade in 1..GRADES {
        expected[grade] = grades[grade - 1] * stay;
    }
    expected[..=lowest].fill(0.0);
    expected[highest + 1..].fill(0.0);
    expected[lowest] = d.entry * math::exp(gap);
    let noise = grade_noise(w.draws.bits(key, Decision::GradeCounts), &w.site.quantiles);
    for grade in 0..GRADES {
        let count = expected[grade] + (p.count_noise * expected[grade]).sqrt() * noise[grade];
        grades[grade] = if count > 0.0 { count } else { 0.0 };
    }
}

/// Thirteen standard normals from one draw, nine bits each.
fn grade_noise([mut low, mut high]: [u64; 2], quantiles: &[f64; QUANTILES]) -> [f64; GRADES] {
    const IN_LOW: usize = 7;
    let mut noise = [0.0; GRADES];
    let (first, second) = noise.split_at_mut(IN_LOW);
    for value in first {
        *value = quantiles[(low as usize) % QUANTILES];
        low >>= 9;
    }
    for value in second {
        *value = quantiles[(high as usize) % QUANTILES];
        high >>= 9;
    }
    noise
}

/// A small share of pupils moves to the near district that offers most more courses.
fn open_enrolment(w: &mut World<'_>) {
    if w.p.open_enrolment <= 0.0 || w.year == 0 {
        return;
    }
    let required = w.region.rules.required_courses.max(1.0);
    for place in 0..w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        if !w.s.d[district].has_high_school() {
            continue;
        }
        let Some((gain, other)) = best_neighbour(w, district) else { continue };
        let near = 1.0 - w.drive_minutes(district, other) / w.p.open_enrolment_minutes;
        let share = w.p.open_enrolment * (gain / required).min(1.0) * near.max(0.0);
        move_pupils(&mut w.s.d, district, other, share);
    }
}

/// Moves a share of one district's pupils to another, in the grades that the other teaches.
fn move_pupils(d: &mut Districts, from: usize, to: usize, share: f64) {
    let mut moving = d[from].grades.map(|pupils| share * pupils);
    moving[..usize::from(d[to].lowest)].fill(0.0);
    moving[usize::from(d[to].highest) + 1..].fill(0.0);
    for (pupils, leaving) in d[from].grades.iter_mut().zip(moving) {
        *pupils -= leaving;
    }
    for (pupils, arriving) in d[to].grades.iter_mut().zip(moving) {
        *pupils += arriving;
    }
}

/// Of the nearest districts with a high school, the one with the most courses more.
fn best_neighbour(w: &World<'_>, district: usize) -> Option<(f64, usize)> {
    let d = &w.s.d;
    let mut best: Option<(f64, usize)> = None;
    for &other in w.site.near(district).iter().map(|&other| &d.home[usize::from(other)]).take(COMPARED) {
        let other = usize::from(other);
        let gain = d[other].courses - d[district].courses;
        if other != district && gain > best.map_or(0.0, |(most, _)| most) && d[other].has_high_school() {
            best = Some((gain, other));
        }
    }
    best
}

/// Counts enrolment after all moves and shifts the history.
fn count(w: &mut World<'_>) {
    for place in 0..w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        let d = &mut w.s.d[district];
        d.high_school = d.grades[FIRST_HIGH_SCHOOL_GRADE..].iter().sum();
        d.enrolment = d.grades[..FIRST_HIGH_SCHOOL_GRADE].iter().sum::<f64>() + d.high_school;
        d.history.copy_within(0..HISTORY - 1, 1);
        d.history[0] = d.enrolment;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_table_has_mean_zero_and_variance_one() {
        let table = quantile_table();
        let mean = table.iter().sum::<f64>() / QUANTILES as f64;
        let variance = table.iter().map(|v| v * v).sum::<f64>() / QUANTILES as f64;
        assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12);
        assert!(table.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
