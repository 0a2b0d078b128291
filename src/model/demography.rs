//! Pupils: cohorts of every community, with shocks, births that trend, and open enrolment.

use crate::engine::draws::EntityKey;

use super::decisions::Decision;
use super::region::GRADES;
use super::state::{HISTORY, NONE, State};
use super::world::World;

/// Moves every pupil up a grade, takes in the entering cohort, and lets families move.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    let p = w.p;
    let [shock, change] = w.draws.normals(EntityKey::REGION, Decision::RegionShock);
    let drift =
        p.regional_drift_memory * w.s.swing + p.regional_drift_sd * innovation(p.regional_drift_memory) * change;
    w.s.swing = drift;
    let region =
        Common { growth: drift + p.regional_shock_sd * shock, innovation: p.drift_sd * innovation(p.drift_memory) };
    for community in 0..w.site.count {
        age_grades(w, community, &region);
    }
    open_enrolment(w);
    count(w.s, w.year);
}

/// What is the same for all communities in a year.
struct Common {
    /// How fast families come to the region beyond its trend, share a year.
    growth: f64,
    /// Standard deviation of the change of a community's drift.
    innovation: f64,
}

/// The standard deviation of the change of a first-order autoregression of unit variance.
pub(crate) fn innovation(memory: f64) -> f64 {
    (1.0 - memory * memory).max(0.0).sqrt()
}

fn age_grades(w: &mut World<'_>, community: usize, region: &Common) {
    let p = w.p;
    let shocks = w.site.quantiles.shocks(w.s.luck[community].enrolment);
    let c = &mut w.s.c[community];
    let (first, last) = (usize::from(c.first), usize::from(c.last));
    c.drift = p.drift_memory * c.drift + region.innovation * shocks.drift;
    let before: f64 = c.pupils();
    // Families come and go as a whole and take children of all grades with them: the luck of a few families moves a
    // small community more than a large one, and all its classes alike.
    let families = (p.district_shock_sd * p.district_shock_sd + p.family_noise / before.max(1.0)).sqrt() * shocks.local;
    let growth = (1.0 + region.growth + c.drift + families).max(0.0);
    let stay = p.progression * growth;
    let gap = c.entry_gap * (1.0 - p.birth_reversion) + p.birth_shock_sd * shocks.births;
    c.entry_gap = gap;

    if c.goes_on_to > 0 {
        c.grades[usize::from(c.goes_on_to) - 1] *= c.goes_on;
    }
    let entering = c.entry * c.entry_growth * growth * (1.0 + gap).max(0.0);
    let noise = (p.birth_noise, p.class_noise);
    // Most communities have pupils in all grades: for them every place is known beforehand and stays in
    // registers.
    if first == 0 && last == GRADES - 1 {
        move_up(&mut c.grades, (0, GRADES - 1), (entering, stay), noise, &shocks.grades);
    } else {
        move_up(&mut c.grades, (first, last), (entering, stay), noise, &shocks.grades);
    }
    c.entry *= c.entry_growth * (1.0 + region.growth + c.drift + p.family_moves * families).max(0.0);
}

/// Moves pupils up by one grade and lets the lowest one's enter. Beyond what moves all classes alike, births are
/// counts of few children, and single pupils come, go or stay down.
#[allow(
    clippy::inline_always,
    reason = "the two calls differ by their constants, which the compiler sees only inlined"
)]
#[inline(always)]
fn move_up(
    grades: &mut [f64; GRADES],
    (lowest, highest): (usize, usize),
    (entering, stay): (f64, f64),
    (birth_noise, class_noise): (f64, f64),
    normals: &[f32; GRADES],
) {
    let mut expected = [0.0; GRADES];
    for grade in 1..GRADES {
        expected[grade] = grades[grade - 1] * stay;
    }
    if highest - lowest + 1 < GRADES {
        expected[..lowest].fill(0.0);
        expected[highest + 1..].fill(0.0);
    }
    expected[lowest] = entering;
    let mut variance = expected.map(|pupils| class_noise * pupils);
    variance[lowest] = birth_noise * entering;
    for grade in 0..GRADES {
        let luck = (variance[grade] as f32).sqrt() * normals[grade];
        grades[grade] = (expected[grade] + f64::from(luck)).max(0.0);
    }
}

/// A small share of pupils moves to the near community whose high school offers most more courses. All
/// choose first and move then, so that nobody moves twice and no order of a list matters.
fn open_enrolment(w: &mut World<'_>) {
    if w.p.open_enrolment <= 0.0 || w.year == 0 {
        return;
    }
    let compared = w.p.neighbours_compared as usize;
    let per_minute = w.drive_minutes_per_mile / w.p.open_enrolment_minutes.max(1e-9);
    let mut moves = std::mem::take(&mut w.s.scratch.moves);
    moves.clear();
    for community in 0..w.site.count {
        let Some((gain, other, miles)) = best_neighbour(w, community, compared) else { continue };
        let near = 1.0 - miles * per_minute;
        if near > 0.0 {
            let share = w.p.open_enrolment * (gain / w.required).min(1.0) * near;
            moves.push((community as u16, other as u16, w.s.c[community].grades.map(|pupils| share * pupils)));
            // Who loses pupils to a neighbour learns to see a rival in it.
            let (loser, winner) = (usize::from(w.s.c[community].home), usize::from(w.s.c[other].home));
            w.s.ties.add(loser, winner, w.year, 0.0, w.p.rivalry * 100.0 * share);
        }
    }
    for &(from, to, ref moving) in &moves {
        move_pupils(w.s, usize::from(from), usize::from(to), moving);
    }
    w.s.scratch.moves = moves;
}

/// Moves pupils from one community to another, in the grades in which the other has any.
fn move_pupils(s: &mut State, from: usize, to: usize, moving: &[f64; GRADES]) {
    let taught = usize::from(s.c[to].first)..=usize::from(s.c[to].last);
    for grade in taught {
        s.c[from].grades[grade] -= moving[grade];
        s.c[to].grades[grade] += moving[grade];
    }
}

/// Of so many nearest communities, the one of another district whose high school offers most more courses
/// than the own one, how many, and miles to it.
fn best_neighbour(w: &World<'_>, community: usize, compared: usize) -> Option<(f64, usize, f64)> {
    let c = &w.s.c;
    let own = c[community].school[2];
    if own == NONE {
        return None;
    }
    let (home, own) = (c[community].home, c[usize::from(own)].courses);
    let near = w.site.near(community);
    let (mut most, mut best) = (own, None);
    let farthest = w.p.open_enrolment_minutes / w.drive_minutes_per_mile;
    let miles = w.site.near_miles(community);
    let within = miles[..compared.min(miles.len())].partition_point(|&miles| f64::from(miles) < farthest);
    for (nth, &other) in near[..within].iter().enumerate() {
        let other = &c[usize::from(other)];
        // A community without a high school offers no courses.
        if other.courses > most && other.home != home {
            (most, best) = (other.courses, Some(nth));
        }
    }
    best.map(|nth| (most - own, usize::from(near[nth]), f64::from(miles[nth])))
}

/// Counts who is taught where after all moves, and keeps it in the history.
pub(crate) fn count(s: &mut State, year: u16) {
    let slot = usize::from(year) % HISTORY;
    s.sending = false;
    for &district in &s.d.operating {
        let d = &mut s.d.all[usize::from(district)];
        let (mut younger, mut older, mut sent) = (0.0, 0.0, 0.0);
        let mut at = d.first_community;
        while at != NONE {
            let c = &mut s.c[usize::from(at)];
            c.count();
            at = c.next;
            if c.high == c.home || c.high == NONE {
                younger += c.younger;
                older += c.older;
            } else {
                let (at_home, beyond) = c.grades.split_at(usize::from(d.highest) + 1);
                younger += at_home.iter().sum::<f64>();
                sent += beyond.iter().sum::<f64>();
                s.sending = true;
            }
        }
        (d.enrolment, d.high_school, d.sent, d.received) = (younger + older, older, sent, 0.0);
        (d.tuition_paid, d.tuition_received) = (0.0, 0.0);
        d.history[slot] = d.enrolment as f32;
    }
    if s.sending {
        count_received(s, slot);
    }
}

/// Adds those whom other districts send to a high school.
fn count_received(s: &mut State, slot: usize) {
    for nth in 0..s.d.operating.len() {
        let host = usize::from(s.d.operating[nth]);
        let (mut received, mut older) = (0.0, 0.0);
        for community in s.senders(host) {
            let c = &s.c[community];
            received += c.grades[usize::from(s.d[usize::from(c.home)].highest) + 1..].iter().sum::<f64>();
            older += c.older;
        }
        let d = &mut s.d.all[host];
        d.received = received;
        d.high_school += older;
        d.enrolment += received;
        d.history[slot] = d.enrolment as f32;
    }
}
