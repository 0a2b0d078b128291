//! Money: sentences 1 to 6.

use barnraise::model::events::{Dissolution, Form, Happening};
use barnraise::model::outcomes::{ClusterOutcome, DistrictOutcome, RegionOutcome};
use barnraise::model::record::CLUSTER_WIDTH;

use super::world::{
    Findings, Future, KINDS, Kind, Miss, World, cluster_grant, difference, general_aid, mean, merger_grant,
    starting_clusters,
};

/// What is known not to hold.
const KNOWN_MISSES: [Miss; 1] = [Miss {
    asked: "Tiny: all decades",
    seen: "-0.0703 (0.0162), at most 0.07 either way",
    why: "those that shrink hold a little less, and not more: their schools cost what they cost while money leaves",
}];

/// Reserves of all districts as a share of a year's programme.
fn reserves(future: &Future<'_>, year: usize) -> f64 {
    let (mut held, mut programme) = (0.0, 0.0);
    for district in future.operating(year) {
        held += future.reserve(year, district);
        programme += future.dollars(year, district, DistrictOutcome::programme_spending);
    }
    held / programme
}

#[test]
fn s01_a_region_that_loses_pupils_is_not_richer_than_one_that_keeps_them() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let trends = [0.04, 0.02, 0.0, -0.02, -0.04, -0.06];
        let found: Vec<Vec<[f64; 3]>> = trends
            .iter()
            .map(|&trend| {
                let world = World::of(kind.with_trend(trend, 1.0));
                world.futures(kind.futures(32), |future| {
                    [
                        reserves(future, future.years - 1),
                        future.last(RegionOutcome::spending),
                        future.last(RegionOutcome::levy),
                    ]
                })
            })
            .collect();
        let column =
            |trend: usize, place: usize| -> Vec<f64> { found[trend].iter().map(|values| values[place]).collect() };
        for (nth, steps) in trends.windows(2).enumerate() {
            let change = difference(&column(nth, 0), &column(nth + 1, 0));
            let level = mean(column(nth + 1, 0));
            let what =
                format!("{kind:?}: reserves from {:+} to {:+}: by {change} to {:.3}", steps[0], steps[1], level.mean);
            findings.ask(change.not_positive(), what);
            for (place, name) in [(1, "spending"), (2, "levy")] {
                let change = difference(&column(nth, place), &column(nth + 1, place));
                findings.ask(
                    change.mean > 0.0,
                    format!("{kind:?}: {name} from {:+} to {:+}: by {change}", steps[0], steps[1]),
                );
            }
        }
        for losing in 3..trends.len() {
            let change = difference(&column(2, 0), &column(losing, 0));
            findings.ask(
                change.not_positive(),
                format!("{kind:?}: reserves at {:+} against none: {change}", trends[losing]),
            );
        }
    }
    findings.tell();
}

/// Fifth that lost most pupils, and fifth that grew most, between two years: districts never merged.
pub(crate) fn fifths(future: &Future<'_>, from: usize, to: usize, fewest: f64) -> Option<[Vec<usize>; 2]> {
    let whole = future.never_merged(to);
    let mut growth: Vec<(f64, usize)> = future
        .operating(to)
        .filter(|&d| whole[d] && future.of(from, d, DistrictOutcome::pupils) >= fewest)
        .map(|d| (future.of(to, d, DistrictOutcome::pupils) / future.of(from, d, DistrictOutcome::pupils), d))
        .collect();
    growth.sort_by(|a, b| a.0.total_cmp(&b.0));
    let fifth = growth.len() / 5;
    let of = |part: &[(f64, usize)]| part.iter().map(|(_, d)| *d).collect();
    (fifth > 0).then(|| [of(&growth[..fifth]), of(&growth[growth.len() - fifth..])])
}

#[test]
fn s02_the_fifth_that_lost_most_pupils_does_not_hold_more_than_the_fifth_that_grew_most() {
    let mut findings = Findings::default();
    for kind in KINDS {
        for (from, to) in [(0, 10), (10, 20), (0, 20)] {
            let gaps = World::plain(kind).years(21).futures(kind.futures(180), |future| {
                let Some(fifths) = fifths(future, from, to, 0.0) else { return f64::NAN };
                let [lost, grew] = fifths.map(|fifth| {
                    let held: f64 = fifth.iter().map(|&d| future.reserve(to, d)).sum();
                    held / fifth
                        .iter()
                        .map(|&d| future.dollars(to, d, DistrictOutcome::programme_spending))
                        .sum::<f64>()
                });
                lost - grew
            });
            let gap = mean(gaps);
            findings.ask(gap.mean <= 0.07, format!("{kind:?}: years {from} to {to}: {gap} of a year's spending"));
        }
    }
    findings.tell();
}

#[test]
fn s03_growth_of_two_per_cent_a_year_bankrupts_nobody_who_was_sound() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let bankrupt = World::of(kind.with_trend(0.02, 0.0)).futures(kind.futures(150), |future| {
            let ends = future.record.events.iter().filter_map(|event| match event.what {
                Happening::Dissolved { district, cause: Dissolution::Insolvent, .. }
                | Happening::Stranded { district, cause: Dissolution::Insolvent } => Some((usize::from(event.year), district)),
                _ => None,
            });
            let sound = ends.filter(|&(year, district)| {
                let district = usize::from(district);
                let pupils = |year: usize| future.of(year, district, DistrictOutcome::pupils);
                // About as the region does: others' own luck was to double, or to shrink.
                let grew = year > 0 && (0.0..0.04).contains(&((pupils(year - 1) / pupils(0)).ln() / year as f64));
                grew && future.of(0, district, DistrictOutcome::reserve_share) >= 0.05
            });
            let told: Vec<String> = sound
                .map(|(year, d)| {
                    let d = usize::from(d);
                    let path = |outcome| (0..year).map(|y| future.of(y, d, outcome)).collect::<Vec<_>>();
                    format!(
                        "{} to grade {} in year {year}: pupils {:.0?}, reserves {:.2?}, programme {:.0?}, spending {:.0?}, revenue {:.0?}",
                        future.region.districts[d].name,
                        future.region.districts[d].highest_grade,
                        path(DistrictOutcome::pupils),
                        path(DistrictOutcome::reserve_share),
                        path(DistrictOutcome::programme_spending),
                        path(DistrictOutcome::spending),
                        path(DistrictOutcome::revenue)
                    )
                })
                .collect();
            told
        });
        let all: Vec<String> = bankrupt.into_iter().flatten().collect();
        findings.ask(all.is_empty(), format!("{kind:?}: {} districts that grew went bankrupt: {all:?}", all.len()));
    }
    findings.tell();
}

#[test]
fn s04_nobody_hoards_or_drains_in_a_century() {
    let mut findings = Findings::default();
    for (kind, fewest) in [(Kind::Default, 100.0), (Kind::Tiny, 30.0), (Kind::NorthDakota, 100.0)] {
        // Of tiny districts few are left in the last decades, and a few of these make the mean.
        let number = if kind == Kind::Tiny { 96 } else { kind.futures(24).max(12) };
        let futures = World::plain(kind).years(101).futures(number, |future| {
            let gaps: Vec<f64> = (0..10)
                .map(|decade| {
                    let (from, to) = (10 * decade, 10 * decade + 10);
                    let Some(fifths) = fifths(future, from, to, fewest) else { return f64::NAN };
                    let [lost, grew] = fifths.map(|fifth| {
                        let share = |year, d| future.of(year, d, DistrictOutcome::reserve_share);
                        fifth.iter().map(|&d| share(to, d) - share(from, d)).sum::<f64>() / fifth.len() as f64
                    });
                    lost - grew
                })
                .collect();
            let level: Vec<f64> = (0..=10).map(|decade| reserves(future, 10 * decade)).collect();
            // Who holds most at the end.
            let share = |d: usize| future.of(100, d, DistrictOutcome::reserve_share);
            let most = future.operating(100).max_by(|&a, &b| future.reserve(100, a).total_cmp(&future.reserve(100, b)));
            let most = most.map_or(String::new(), |d| {
                let path = |outcome| (0..=10).map(|y| future.of(10 * y, d, outcome)).collect::<Vec<_>>();
                format!(
                    "{:.1} years: pupils {:.0?}, spending {:.0?}, levy {:.0?}, aid {:.0?}, reserves {:.1?}",
                    share(d),
                    path(DistrictOutcome::pupils),
                    path(DistrictOutcome::spending),
                    path(DistrictOutcome::levy),
                    path(DistrictOutcome::state_aid),
                    path(DistrictOutcome::reserve_share)
                )
            });
            (gaps, level, most)
        });
        for decade in 0..10 {
            let gap = mean(futures.iter().map(|(gaps, ..)| gaps[decade]));
            // A decade in which hardly a district of the size is left says nothing.
            let held = !gap.mean.is_finite() || gap.mean.abs() - 2.0 * gap.error <= 0.07;
            findings.ask(
                held,
                format!("{kind:?}: decade {decade}: change of reserves, fifth that lost less fifth that grew: {gap}"),
            );
        }
        let all = mean(futures.iter().flat_map(|(gaps, ..)| gaps.iter().copied()));
        findings.ask(all.mean.abs() <= 0.07, format!("{kind:?}: all decades: {all}"));
        for (_, level, most) in futures.iter().filter(|future| future.1[10] > 1.0).take(3) {
            findings.ask(true, format!("{kind:?}: one with {:.2}: holds {most}", level[10]));
        }
        let levels: Vec<f64> =
            (0..=10).map(|decade| mean(futures.iter().map(|(_, level, _)| level[decade])).mean).collect();
        let (first, last) = (levels[1], levels[10]);
        findings.ask((last - first).abs() <= 0.07 * 9.0, format!("{kind:?}: reserves by decade {levels:.2?}"));
        findings.ask(
            levels.iter().all(|level| (0.0..0.6).contains(level)),
            format!("{kind:?}: reserves stay within reason"),
        );
    }
    findings.tell_but(&KNOWN_MISSES);
}

/// What those who received money have `year` against the same districts without it, mean over them.
fn against(paid: &World, unpaid: &World, futures: u32, year: usize, outcomes: [DistrictOutcome; 3]) -> Vec<[f64; 3]> {
    let look = |future: &Future<'_>| -> Vec<(bool, usize, [f64; 3])> {
        let received =
            |d: usize| (0..=year).any(|y| future.home(y, d) == d && future.of(y, d, DistrictOutcome::receipts) > 0.0);
        (0..future.count())
            .map(|d| (received(d), future.home(year, d), outcomes.map(|outcome| future.of(year, d, outcome))))
            .collect()
    };
    let (with, without) = (paid.futures(futures, look), unpaid.futures(futures, look));
    with.iter()
        .zip(&without)
        .map(|(with, without)| {
            // The same communities in the same district in both: what money did to who merges is another question.
            let same: Vec<_> = with.iter().zip(without).filter(|(a, b)| a.0 && a.1 == b.1).collect();
            [0, 1, 2].map(|nth| mean(same.iter().map(|(a, b)| a.2[nth] - b.2[nth])).mean)
        })
        .collect()
}

#[test]
fn s05_ten_years_after_any_grant_its_receivers_are_not_poorer_than_without_it() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let start = || starting_clusters(3, 4, Form::Cluster);
        let mut paid_start = start();
        for cluster in &mut paid_start {
            cluster.paid_by = Some("grant".to_owned());
        }
        for dollars in [100.0, 1_000.0, 10_000.0] {
            let worlds = [
                ("aid", World::plain(kind).under(vec![general_aid(dollars, 3)]), World::plain(kind)),
                (
                    "cluster grant",
                    World::plain(kind)
                        .starting(paid_start.clone())
                        .under(vec![super::world::until(0, cluster_grant(dollars, 3))]),
                    World::plain(kind).starting(start()),
                ),
                (
                    "merger grant",
                    World::plain(kind)
                        .under(vec![super::world::until(3, merger_grant(dollars, 3))])
                        .with(blind_to_money),
                    World::plain(kind).with(blind_to_money),
                ),
            ];
            for (name, paid, unpaid) in worlds {
                let year = if name == "merger grant" { 16 } else { 14 };
                let outcomes = [DistrictOutcome::reserve_share, DistrictOutcome::paid_share, DistrictOutcome::mills];
                let all = against(&paid, &unpaid, kind.futures(36), year, outcomes);
                for (nth, outcome) in outcomes.into_iter().enumerate() {
                    let sign = if nth == 2 { -1.0 } else { 1.0 };
                    let found = mean(all.iter().map(|v| sign * v[nth]));
                    let what =
                        format!("{kind:?}: {name} of {dollars}: {} (better is more): {found}", outcome.outcome().id);
                    findings.ask(!found.mean.is_finite() || found.not_negative(), what);
                }
            }
        }
    }
    findings.tell();
}

/// Boards and voters who do not care for money: the same merge with it and without.
fn blind_to_money(p: &mut barnraise::model::parameters::Parameters) {
    (p.propose_money, p.vote_money) = (0.0, 0.0);
}

#[test]
fn s06_the_paid_one_of_two_like_clusters_does_more_and_it_is_paid_from_the_grant() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let start = starting_clusters(3, 5, Form::Cluster);
        let mut paid = start.clone();
        for cluster in &mut paid {
            cluster.paid_by = Some("grant".to_owned());
        }
        let look = |future: &Future<'_>| {
            let rows = &future.record.clusters;
            let (mut worked, mut granted, mut spent) = (0.0, 0.0, 0.0);
            for (row, values) in rows.values.chunks(CLUSTER_WIDTH).enumerate() {
                if rows.entity[row] < 3 && (1..=3).contains(&rows.year[row]) {
                    worked += values[ClusterOutcome::worked.index()];
                }
                granted += values[ClusterOutcome::grant.index()];
            }
            for year in 1..=3 {
                spent +=
                    future.operating(year).map(|d| future.dollars(year, d, DistrictOutcome::spending)).sum::<f64>();
            }
            let outlay: f64 = future.record.outlay.iter().sum();
            // A cluster that ends in a year has no row for it.
            let ended = future
                .record
                .events
                .iter()
                .any(|event| matches!(event.what, Happening::Ended { .. }) && event.year <= 3);
            (worked, granted, spent, outlay, ended)
        };
        // Nobody merges or founds, so that nothing but the grant differs.
        let still = |world: World| {
            world.years(6).with(|p| {
                (p.propose_intercept, p.found_intercept, p.give_up_intercept, p.join_intercept) =
                    (-12.0, -20.0, -10.0, -9.0);
            })
        };
        let futures = kind.futures(180);
        let without = still(World::plain(kind).starting(start)).futures(futures, look);
        for dollars in [300.0, 1_500.0] {
            let grant = super::world::until(0, cluster_grant(dollars, 3));
            let with = still(World::plain(kind).starting(paid.clone()).under(vec![grant])).futures(futures, look);
            let more = mean(with.iter().zip(&without).map(|(a, b)| a.0 - b.0));
            findings
                .ask(more.positive(), format!("{kind:?}: {dollars}: activities that worked in the paid years: {more}"));
            let lasting = || with.iter().filter(|future| !future.4);
            let same = lasting().all(|(_, granted, _, outlay, _)| (granted - outlay).abs() < 0.01);
            let what = format!(
                "{kind:?}: {dollars}: the clusters receive what the State pays, in {} futures",
                lasting().count()
            );
            findings.ask(same && lasting().count() > 3, what);
            let share = mean(with.iter().zip(&without).map(|(a, b)| (a.2 - b.2) / a.3));
            findings.ask(
                (0.75..=1.25).contains(&share.mean),
                format!("{kind:?}: {dollars}: of each dollar members spend {share} more in these years"),
            );
        }
    }
    findings.tell();
}
