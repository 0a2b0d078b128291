//! Schools and places: sentences 15 to 19.

use std::f64::consts::PI;
use std::sync::Arc;

use barnraise::districts::schools::default_schools;
use barnraise::model::events::Happening;
use barnraise::model::outcomes::{DistrictOutcome, RegionOutcome};
use barnraise::model::parameters::Parameters;
use barnraise::model::policy::Instrument;
use barnraise::model::region::{AgentKind, Region, StartingDistrict, StateFinance, StateRules};

use super::world::{Findings, Future, KINDS, World, difference, floor, mean, merger_grant, vote_grant};

const RIDES: [DistrictOutcome; 3] =
    [DistrictOutcome::elementary_ride, DistrictOutcome::middle_ride, DistrictOutcome::high_school_ride];

fn teaches(lowest: u8, highest: u8, level: usize) -> bool {
    let any = |from: u8, to: u8| (from..=to).any(|grade| (lowest..=highest).contains(&grade));
    let elementary = any(0, 5);
    let high = any(10, 12) || lowest == 9 || highest == 9 && lowest > 5;
    [elementary, any(7, 8) || !(elementary || high), high][level]
}

/// The map, from the region file alone.
struct Map<'a> {
    region: &'a Region,
    minutes_per_mile: f64,
    added: f64,
}

impl<'a> Map<'a> {
    fn of(region: &'a Region, p: &Parameters) -> Self {
        Self { region, minutes_per_mile: p.detour * 60.0 / p.bus_speed, added: p.ride_added }
    }

    fn radius(&self, district: usize, schools: f64) -> f64 {
        (self.region.districts[district].area / schools / PI).sqrt() * self.minutes_per_mile
    }

    fn place(&self, district: usize, level: usize) -> (f64, f64) {
        let d = &self.region.districts[district];
        let of: Vec<_> = d.schools.iter().filter(|s| teaches(s.lowest_grade, s.highest_grade, level)).collect();
        if of.is_empty() {
            return (d.x, d.y);
        }
        let count = of.len() as f64;
        (of.iter().map(|s| s.x).sum::<f64>() / count, of.iter().map(|s| s.y).sum::<f64>() / count)
    }

    fn ride(&self, from: usize, at: usize, level: usize) -> f64 {
        let (x, y) = self.place(at, level);
        let d = &self.region.districts[from];
        (x - d.x).hypot(y - d.y) * self.minutes_per_mile + self.added * self.radius(from, 1.0)
    }

    /// Whether a ride is one to a school of the own community.
    fn own(&self, community: usize, ride: f64) -> bool {
        (1..=200).any(|schools| (ride - self.radius(community, f64::from(schools))).abs() < 1e-9 * (1.0 + ride))
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6 * (1.0 + a.abs())
}

/// Those who merge by grant and vote, by force and by need.
fn upheavals() -> [(&'static str, Vec<Instrument>); 4] {
    [
        ("no instrument", vec![]),
        ("merger grant", vec![merger_grant(4_000.0, 3)]),
        ("floor", vec![floor(250.0)]),
        ("required votes, then a floor", vec![vote_grant(1_500.0, 3), Instrument { start: 8, ..floor(150.0) }]),
    ]
}

#[test]
fn s15_a_merger_that_keeps_all_schools_changes_no_ride_and_gives_no_school_a_course() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let keep = |p: &mut Parameters| {
            (p.plan_one_high_school, p.large_plan_one_high_school, p.plan_grade_centres) = (0.0, 0.0, 0.0);
            (p.plan_closes_building, p.close_intercept, p.close_forced, p.close_stress) = (0.0, -8.0, -2.0, 0.0);
            // Not the smallest either: a high school that closes in a building that stays is no closure of a building.
            (p.small_school, p.close_size_most) = (1.0, 8.0);
            // Classes too small to teach, money and empty districts end others: not asked here.
            (p.give_up_intercept, p.open_enrolment) = (-10.0, 0.0);
            // Those who share grades keep to one high school, whatever is planned.
            (p.found_intercept, p.join_intercept) = (-20.0, -9.0);
        };
        let merging = World::plain(kind).with(keep).under(vec![merger_grant(6_000.0, 3)]);
        let apart = World::plain(kind).with(keep).with(|p| p.propose_intercept = -12.0);
        let look = |future: &Future<'_>| -> Vec<Vec<[f64; 8]>> {
            let closed: Vec<usize> = future
                .record
                .events
                .iter()
                .filter_map(|event| match event.what {
                    Happening::SchoolClosed { district, .. } => Some(usize::from(district)),
                    _ => None,
                })
                .collect();
            let last = future.years - 1;
            (0..future.count())
                .map(|c| {
                    let home = future.home(last, c);
                    // No school of the whole district closed, and it was not dissolved into another.
                    let kept = !closed.iter().any(|&gone| future.home(last, gone) == home);
                    (0..future.years)
                        .map(|year| {
                            // Who was sent to another's high school before goes to that of the own district then.
                            let all_grades = (0..future.count())
                                .filter(|&o| future.home(year, o) == future.home(year, c))
                                .all(|o| future.region.districts[o].has_high_school());
                            let merged =
                                (0..future.count()).filter(|&o| future.home(year, o) == future.home(year, c)).count()
                                    > 1;
                            let of = |outcome| future.of(year, c, outcome);
                            [
                                f64::from(u8::from(merged && kept)),
                                of(RIDES[0]),
                                of(RIDES[1]),
                                of(RIDES[2]),
                                if all_grades { of(DistrictOutcome::courses_own) } else { f64::NAN },
                                f64::from(u8::from(future.region.districts[c].has_high_school())),
                                f64::from(u8::from(merged)),
                                f64::from(u8::from(future.region.districts[c].highest_grade >= 7)),
                            ]
                        })
                        .collect()
                })
                .collect()
        };
        let futures = kind.futures(36);
        let (with, without) = (merging.futures(futures, look), apart.futures(futures, look));
        let (mut years, mut rides, mut sent) = (0, 0, 0);
        let (mut courses, mut examples) = (Vec::new(), Vec::new());
        for (with, without) in with.iter().zip(&without) {
            let mut more = Vec::new();
            for (with, without) in with.iter().zip(without) {
                for (with, without) in with.iter().zip(without).filter(|(a, b)| a[0] > 0.0 && b[6] < 0.5) {
                    years += 1;
                    let own = with[5] > 0.0;
                    // A community that ends with grade 6 sends its middle grades away too.
                    let levels = if with[7] > 0.0 { 1..=2 } else { 1..=1 };
                    if let Some(place) = levels.into_iter().find(|&place| !close(with[place], without[place])) {
                        rides += 1;
                        examples.push(format!("level {place}: {:.2} against {:.2}", with[place], without[place]));
                    }
                    if own && !close(with[3], without[3]) {
                        rides += 1;
                        examples.push(format!("high school: {:.2} against {:.2}", with[3], without[3]));
                    }
                    sent += usize::from(!own && !close(with[3], without[3]));
                    if own {
                        more.push(with[4] - without[4]);
                    }
                }
            }
            courses.push(mean(more).mean);
        }
        let found = mean(courses);
        findings.ask(years > 100, format!("{kind:?}: {years} community-years in such mergers"));
        findings.ask(
            rides == 0,
            format!("{kind:?}: {rides} of {years} rides changed: {:?}", &examples[..examples.len().min(5)]),
        );
        // Whose children went to another district's high school before, and now go to their own district's.
        findings
            .ask(true, format!("{kind:?}: {sent} rides to a high school of communities that never had one changed"));
        findings.ask(found.not_positive(), format!("{kind:?}: courses of the school's own staff: {found} more"));
    }
    findings.tell();
}

#[test]
fn s16_pupils_ride_to_the_nearest_open_school_and_the_longest_ride_is_that_of_the_map() {
    let mut findings = Findings::default();
    for kind in KINDS {
        for (name, instruments) in upheavals() {
            let found = World::plain(kind).under(instruments).futures(kind.futures(12), |future| {
                let map = Map::of(future.region, future.parameters);
                let (mut rides, mut moved, mut wrong, mut longest) = (0, 0, Vec::new(), 0);
                for year in 0..future.years {
                    let (mut sum, mut pupils) = (0.0, 0.0);
                    for c in 0..future.count() {
                        let ride = |level: usize| future.of(year, c, RIDES[level]);
                        let residents = future.of(year, c, DistrictOutcome::residents);
                        sum += residents * ride(0).max(ride(1)).max(ride(2));
                        pupils += residents;
                        for level in 0..3 {
                            let told = ride(level);
                            if told <= 0.0 || map.own(c, told) {
                                continue;
                            }
                            let home = future.home(year, c);
                            let open = (0..future.count()).filter(|&o| {
                                o != c && future.home(year, o) == home && map.own(o, future.of(year, o, RIDES[level]))
                            });
                            let nearest = open.map(|o| map.ride(c, o, level)).fold(f64::INFINITY, f64::min);
                            if nearest.is_finite() {
                                rides += 1;
                                if !close(told, nearest) {
                                    wrong.push(format!(
                                        "year {year}, community {c}, level {level}: {told:.2}, map {nearest:.2}"
                                    ));
                                }
                                moved += usize::from(year > 0 && !close(told, future.of(year - 1, c, RIDES[level])));
                            }
                        }
                    }
                    let told = future.record.region_value(year, RegionOutcome::longest_ride);
                    longest += usize::from(!close(told, sum / pupils));
                }
                (rides, moved, wrong, longest)
            });
            let rides: usize = found.iter().map(|f| f.0).sum();
            let moved: usize = found.iter().map(|f| f.1).sum();
            let wrong: Vec<&String> = found.iter().flat_map(|f| &f.2).collect();
            let longest: usize = found.iter().map(|f| f.3).sum();
            let first = wrong.first();
            let what = format!(
                "{kind:?}: {name}: {} of {rides} rides ({moved} newly so) are not to the nearest: {first:?}",
                wrong.len()
            );
            findings.ask(wrong.is_empty(), what);
            findings.ask(
                longest == 0,
                format!("{kind:?}: {name}: {longest} years whose longest ride is not that of the communities"),
            );
            findings.ask(
                rides > 0 || name == "no instrument",
                format!("{kind:?}: {name}: {rides} rides to another community"),
            );
        }
    }
    findings.tell();
}

fn two(spans: [(u8, u8); 2], pupils: [f64; 2], same_land: bool) -> Region {
    let district = |nth: usize| {
        let (lowest, highest) = spans[nth];
        let mut grades = [0.0; 13];
        for grade in lowest..=highest {
            grades[usize::from(grade)] = (pupils[nth] / f64::from(highest - lowest + 1)).round();
        }
        let x = if same_land { 20.0 } else { 20.0 + 12.0 * nth as f64 };
        StartingDistrict {
            id: format!("D{nth}"),
            name: format!("District {nth}"),
            county: "County".to_owned(),
            x,
            y: 20.0,
            area: 150.0,
            pupils: grades,
            lowest_grade: lowest,
            highest_grade: highest,
            trend: 0.0,
            valuation: 500_000.0,
            cost_level: Some(1.0),
            local_share: None,
            reserve_share: Some(0.3),
            debt: 0.0,
            teachers: None,
            schools: default_schools(lowest, highest, 1, x, 20.0, "Town"),
            high_school: if nth == 0 && highest < 9 && spans[1].1 > 8 { Some("D1".to_owned()) } else { None },
        }
    };
    Region {
        name: "two".to_owned(),
        title: "Two districts".to_owned(),
        source: "made up".to_owned(),
        first_year: 2020,
        kind: AgentKind::District,
        rules: StateRules { required_courses: Some(20.0), ..StateRules::default() },
        finance: StateFinance::default(),
        trend: Some(0.0),
        trend_unknown: 0.0,
        grades_known: true,
        districts: vec![district(0), district(1)],
        support: Vec::new(),
    }
}

#[test]
fn s17_pupils_are_conserved_in_every_merger_of_every_grade_span() {
    let mut findings = Findings::default();
    let spans = [
        ("K-8 and K-12", [(0, 8), (0, 12)], [180.0, 130.0], false),
        ("small K-8 and K-12", [(0, 8), (0, 12)], [90.0, 260.0], false),
        ("K-5 and K-12", [(0, 5), (0, 12)], [90.0, 260.0], false),
        ("K-8 and 9-12 on the same land", [(0, 8), (9, 12)], [180.0, 90.0], true),
        ("K-8 and larger 9-12 on the same land", [(0, 8), (9, 12)], [90.0, 120.0], true),
        ("two K-12", [(0, 12), (0, 12)], [130.0, 260.0], false),
        ("two K-8", [(0, 8), (0, 8)], [45.0, 180.0], false),
        ("K-6 and 7-12 on the same land", [(0, 6), (7, 12)], [105.0, 120.0], true),
    ];
    let quiet = |p: &mut Parameters| {
        for sd in [
            &mut p.birth_shock_sd,
            &mut p.regional_shock_sd,
            &mut p.regional_drift_sd,
            &mut p.drift_sd,
            &mut p.district_shock_sd,
            &mut p.family_noise,
            &mut p.birth_noise,
            &mut p.class_noise,
            &mut p.open_enrolment,
        ] {
            *sd = 0.0;
        }
        p.give_up_intercept = -10.0;
        p.found_intercept = -20.0;
    };
    for (name, grades, pupils, same_land) in spans {
        let world = || World::of(Arc::new(two(grades, pupils, same_land)).into()).years(30).with(quiet);
        let look = |future: &Future<'_>| {
            let pupils: Vec<f64> =
                (0..future.years).map(|year| future.record.region_value(year, RegionOutcome::pupils)).collect();
            let residents: f64 = (0..2).map(|c| future.of(future.years - 1, c, DistrictOutcome::residents)).sum();
            (pupils, residents, future.operating(future.years - 1).count())
        };
        let apart = world().with(|p| p.propose_intercept = -12.0).futures(8, look);
        let voted = world()
            .with(|p| (p.propose_intercept, p.vote_intercept, p.partner_agrees) = (0.0, 4.0, 6.0))
            .futures(8, look);
        let forced = world()
            .with(|p| p.propose_intercept = -12.0)
            .under(vec![floor(pupils[0].max(pupils[1]) * 0.99)])
            .futures(8, look);
        for (how, merged) in [("by vote", voted), ("by a floor", forced)] {
            let pairs: Vec<_> = apart.iter().zip(&merged).filter(|(a, m)| a.2 == 2 && m.2 == 1).collect();
            findings.ask(!pairs.is_empty(), format!("{name} {how}: {} of 8 merge", pairs.len()));
            let worst = pairs
                .iter()
                .map(|(a, m)| {
                    let years = a.0.iter().zip(&m.0).map(|(a, m)| (a - m).abs()).fold(0.0, f64::max);
                    years.max((a.1 - m.1).abs())
                })
                .fold(0.0, f64::max);
            findings.ask(worst < 1e-6, format!("{name} {how}: they differ by {worst:.3} pupils from the two apart"));
        }
    }
    // Ensembles: with nobody moving away, no merger changes the pupils of a region.
    for kind in KINDS {
        let of = |instruments: Vec<Instrument>| {
            let world = World::plain(kind).with(|p| p.open_enrolment = 0.0).under(instruments);
            world.futures(kind.futures(16), |future| future.last(RegionOutcome::pupils))
        };
        let without = of(vec![]);
        for (name, instruments) in upheavals() {
            let change = difference(&without, &of(instruments));
            let level = mean(without.iter().copied()).mean;
            let share = format!("{:.4} %", 100.0 * change.mean / level);
            findings.ask(
                change.mean.abs() <= 2.6 * change.error,
                format!("{kind:?}: {name}: pupils of the region: {share}, {change}"),
            );
        }
    }
    findings.tell();
}

#[test]
fn s18_a_merged_district_that_teaches_high_school_grades_has_a_high_school() {
    let mut findings = Findings::default();
    for kind in KINDS {
        for (name, instruments) in upheavals() {
            let found = World::plain(kind).under(instruments).futures(kind.futures(16), |future| {
                let map = Map::of(future.region, future.parameters);
                let (mut districts, mut without) = (0, Vec::new());
                for year in 0..future.years {
                    for host in future.operating(year).collect::<Vec<_>>() {
                        let communities: Vec<usize> =
                            (0..future.count()).filter(|&c| future.home(year, c) == host).collect();
                        if !communities.iter().any(|&c| future.region.districts[c].has_high_school()) {
                            continue;
                        }
                        districts += 1;
                        let has = communities.iter().any(|&c| map.own(c, future.of(year, c, RIDES[2])));
                        let nowhere = communities.iter().any(|&c| future.of(year, c, RIDES[2]) <= 0.0);
                        if !has || nowhere {
                            without.push(format!("year {year}, district {host} of {} communities", communities.len()));
                        }
                    }
                }
                (districts, without)
            });
            let districts: usize = found.iter().map(|f| f.0).sum();
            let without: Vec<&String> = found.iter().flat_map(|f| &f.1).collect();
            let what = format!("{kind:?}: {name}: {} of {districts} without: {:?}", without.len(), without.first());
            findings.ask(without.is_empty(), what);
        }
    }
    findings.tell();
}

#[test]
fn s19_nothing_joins_places_beyond_the_limit_and_where_none_is_near_it_is_told() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let mut all = upheavals().to_vec();
        all.push(("required votes of many", vec![super::world::until(3, vote_grant(6_000.0, 3))]));
        for (name, instruments) in all {
            let found = World::plain(kind).under(instruments).futures(kind.futures(24), |future| {
                let p = future.parameters;
                let region = &future.region.districts;
                let minutes = |a: usize, b: usize| {
                    (region[a].x - region[b].x).hypot(region[a].y - region[b].y) * p.detour / p.drive_speed * 60.0
                };
                let mut alive = vec![true; future.count()];
                let (mut joined, mut far, mut stranded, mut near) = (0, Vec::new(), 0, Vec::new());
                for event in &future.record.events {
                    match event.what {
                        Happening::Merged { district, host } | Happening::Dissolved { district, host, .. } => {
                            let (a, b) = (usize::from(district), usize::from(host));
                            joined += 1;
                            alive[a] = false;
                            if minutes(a, b) > p.merger_minutes + 1e-6 {
                                far.push(format!(
                                    "year {}, {} of {a} into {b}: {:.1} minutes",
                                    event.year,
                                    event.what.kind(),
                                    minutes(a, b)
                                ));
                            }
                        }
                        Happening::Stranded { district, .. } => {
                            let a = usize::from(district);
                            stranded += 1;
                            let elementary = |d: usize| region[d].lowest_grade <= 5;
                            let would = |b: usize| {
                                b != a
                                    && alive[b]
                                    && elementary(a) == elementary(b)
                                    && minutes(a, b) <= p.merger_minutes
                            };
                            if let Some(b) = (0..future.count()).find(|&b| would(b)) {
                                near.push(format!(
                                    "year {}, {a}: {b} lies {:.1} minutes away",
                                    event.year,
                                    minutes(a, b)
                                ));
                            }
                        }
                        _ => {}
                    }
                }
                let told = future.last(RegionOutcome::stranded);
                (joined, far, stranded, near, (told - f64::from(stranded)).abs() < 0.5)
            });
            let joined: i32 = found.iter().map(|f| f.0).sum();
            let stranded: i32 = found.iter().map(|f| f.2).sum();
            let far: Vec<&String> = found.iter().flat_map(|f| &f.1).collect();
            let near: Vec<&String> = found.iter().flat_map(|f| &f.3).collect();
            findings.ask(
                far.is_empty(),
                format!("{kind:?}: {name}: {} of {joined} joined from too far: {:?}", far.len(), far.first()),
            );
            let what = format!(
                "{kind:?}: {name}: {} of {stranded} stranded though one is near: {:?}",
                near.len(),
                near.first()
            );
            findings.ask(near.is_empty(), what);
            findings.ask(found.iter().all(|f| f.4), format!("{kind:?}: {name}: the outcome counts them"));
        }
    }
    findings.tell();
}
