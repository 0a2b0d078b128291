//! Schools and the communities that they serve: every pupil goes to the nearest school there is.

use super::super::events::{Form, Happening};
use super::super::places::levels_of;
use super::super::places::{Level, taught};
use super::super::region::StartingSchool;
use super::super::state::{Community, NONE, State};
use super::super::world::World;
use super::conserved::teacher;
use super::same;

pub(super) fn check(step: &str, w: &World<'_>) {
    lists_are_consistent(step, w);
    counts_are_right(step, w);
    every_level_has_a_school(step, w);
    schools_are_the_nearest(step, w);
    districts_that_become_one_are_near_enough(step, w);
}

/// Every community is in the list of the one district that serves it, and in the list of the one that teaches its
/// older pupils where that is another; no district that has ended serves anyone.
fn lists_are_consistent(step: &str, w: &World<'_>) {
    let s = &*w.s;
    let alive: Vec<u16> = (0..w.site.count as u16).filter(|&i| s.d[usize::from(i)].alive).collect();
    assert_eq!(s.d.operating, alive, "year {}, {step}", w.year);
    assert!(!alive.is_empty());
    let mut served = vec![(0, 0); w.site.count];
    for (i, d) in s.d.all.iter().enumerate() {
        assert_eq!(d.alive, !matches!(d.ended, Form::Merged | Form::Dissolved), "year {}, {step}, {i}", w.year);
        if !d.alive {
            assert_eq!((d.first_community, d.first_sender), (NONE, NONE), "year {}, {step}: {i} has ended", w.year);
            continue;
        }
        assert_eq!(usize::from(d.first_community), i, "year {}, {step}", w.year);
        for community in s.communities(i).take(w.site.count + 1) {
            served[community].0 += 1;
            assert_eq!(usize::from(s.c[community].home), i, "year {}, {step}, community {community}", w.year);
        }
        for community in s.senders(i).take(w.site.count + 1) {
            served[community].1 += 1;
            assert_eq!(usize::from(s.c[community].high), i, "year {}, {step}, community {community}", w.year);
            assert_ne!(usize::from(s.c[community].home), i, "year {}, {step}, community {community}", w.year);
        }
    }
    for (nth, c) in s.c.iter().enumerate() {
        let sends = c.high != NONE && c.high != c.home;
        assert_eq!(served[nth], (1, i32::from(sends)), "year {}, {step}: lists of community {nth}", w.year);
        assert!(c.high == NONE || s.d[usize::from(c.high)].has_high_school(), "year {}, {step}, {nth}", w.year);
    }
}

fn counts_are_right(step: &str, w: &World<'_>) {
    let s = &*w.s;
    for &i in &s.d.operating {
        let d = &s.d[usize::from(i)];
        let communities = || s.communities(usize::from(i)).map(|community| &s.c[community]);
        let buildings: f64 = communities().map(|c| f64::from(c.open_buildings())).sum();
        let high_schools: f64 = communities().map(|c| f64::from(c.teaching(Level::High))).sum();
        let area: f64 = communities().map(|c| c.area).sum();
        assert!(
            same(d.buildings, buildings, 1.0),
            "year {}, {step}: {} for {buildings} buildings",
            w.year,
            d.buildings
        );
        assert!(same(d.high_schools, high_schools, 1.0), "year {}, {step}: {} {high_schools}", w.year, d.high_schools);
        assert!(same(d.area, area, area), "year {}, {step}: district {i} has {} of {area}", w.year, d.area);
    }
    for (nth, c) in s.c.iter().enumerate() {
        let high_schools = f64::from(c.teaching(Level::High));
        assert!(same(c.high_schools, high_schools, 1.0), "year {}, {step}, {nth}: {}", w.year, c.high_schools);
        assert_eq!(c.buildings[0], 0, "year {}, {step}: community {nth} has a school of no level", w.year);
    }
}

fn every_level_has_a_school(step: &str, w: &World<'_>) {
    let s = &*w.s;
    for &i in &s.d.operating {
        let d = &s.d[usize::from(i)];
        let open = s.communities(usize::from(i)).fold(0, |set, community| set | levels(&s.c[community]));
        let lacking = taught(d.lowest, d.highest) & !open;
        assert_eq!(
            lacking, 0,
            "year {}, {step}: district {i} of grades {}-{} has {open:03b}",
            w.year, d.lowest, d.highest
        );
    }
}

fn levels(c: &Community) -> usize {
    Level::ALL.into_iter().filter(|&level| c.teaching(level) > 0).fold(0, |set, level| set | level.bit())
}

/// The grades of a level.
fn grades(level: Level) -> std::ops::RangeInclusive<usize> {
    match level {
        Level::Elementary => 0..=5,
        Level::Middle => 6..=8,
        Level::High => 9..=12,
    }
}

/// Minutes by bus from a community to the middle of another's schools of a level, from the figures of the region.
fn minutes(w: &World<'_>, from: usize, at: usize, level: Level) -> f64 {
    let (home, other) = (&w.region.districts[from], &w.region.districts[at]);
    let of_level = |school: &&StartingSchool| levels_of(school.lowest_grade, school.highest_grade) & level.bit() != 0;
    let schools: Vec<&StartingSchool> = other.schools.iter().filter(of_level).collect();
    let count = schools.len() as f64;
    let (x, y) = if schools.is_empty() {
        (other.x, other.y)
    } else {
        (schools.iter().map(|s| s.x).sum::<f64>() / count, schools.iter().map(|s| s.y).sum::<f64>() / count)
    };
    (x - home.x).hypot(y - home.y) * w.p.detour * 60.0 / w.p.bus_speed
}

/// The longest ride of a community to a school that stands in another or in itself.
fn ride(w: &World<'_>, from: usize, at: usize, level: Level) -> f64 {
    let c = &w.s.c[from];
    let across = |area: f64| (area / std::f64::consts::PI).sqrt() * w.p.detour * 60.0 / w.p.bus_speed;
    if from == at {
        across(c.area / f64::from(c.teaching(level)))
    } else {
        minutes(w, from, at, level) + w.p.ride_added * across(c.area)
    }
}

fn schools_are_the_nearest(step: &str, w: &World<'_>) {
    let s = &*w.s;
    for (nth, c) in s.c.iter().enumerate() {
        for level in Level::ALL {
            let at = c.school[level.index()];
            if at == NONE {
                let untaught = grades(level).find(|&grade| c.grades[grade] > 0.0 && level_taught(s, c, grade, level));
                assert_eq!(untaught, None, "year {}, {step}: community {nth} has no school for the grade", w.year);
                continue;
            }
            let at = usize::from(at);
            assert!(s.c[at].teaching(level) > 0, "year {}, {step}: {nth} goes to a closed {level:?} school", w.year);
            let home = s.c[at].home;
            assert!(home == c.home || home == c.high, "year {}, {step}: {nth} goes to a school of {home}", w.year);
            let nearest = s.communities(usize::from(home)).filter(|&other| s.c[other].teaching(level) > 0);
            let nearest = nearest.map(|other| if other == nth { 0.0 } else { minutes(w, nth, other, level) });
            let nearest = nearest.fold(f64::INFINITY, f64::min);
            let chosen = if at == nth { 0.0 } else { minutes(w, nth, at, level) };
            assert!(chosen <= nearest + 1e-9, "year {}, {step}: {nth} passes a {level:?} school for {at}", w.year);
            // Another district's only where the own one has none.
            let own = || s.communities(usize::from(c.home)).any(|other| s.c[other].teaching(level) > 0);
            assert!(
                home == c.home || !own(),
                "year {}, {step}: {nth} leaves its district for a {level:?} school",
                w.year
            );
            let (told, is) = (c.ride[level.index()], ride(w, nth, at, level));
            assert!(same(told, is, is), "year {}, {step}: {nth} rides {is} minutes to {at}, not {told}", w.year);
        }
    }
}

/// Whether the district that teaches a grade counts it as one of a level.
fn level_taught(s: &State, c: &Community, grade: usize, level: Level) -> bool {
    teacher(s, c, grade).is_some_and(|district| {
        let d = &s.d[usize::from(district)];
        taught(d.lowest, d.highest) & level.bit() != 0
    })
}

/// No vote and no floor makes one district of two that are too far from each other.
fn districts_that_become_one_are_near_enough(step: &str, w: &World<'_>) {
    for event in w.s.events.iter().rev().take_while(|event| event.year == w.year) {
        if let Happening::Merged { district, host } | Happening::Dissolved { district, host, .. } = event.what {
            let minutes = w.drive_minutes(usize::from(district), usize::from(host));
            assert!(
                minutes <= w.p.merger_minutes,
                "year {}, {step}: {district} and {host} are {minutes} apart",
                w.year
            );
        }
    }
}
