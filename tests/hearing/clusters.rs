//! Clusters: sentences 21 to 25.

use std::collections::BTreeMap;
use std::sync::Arc;

use barnraise::experiments::ablate::factors::FACTORS;
use barnraise::futures::inputs::Regions;
use barnraise::model::events::{Ending, Form, Happening};
use barnraise::model::outcomes::{ClusterOutcome, RegionOutcome};
use barnraise::model::record::CLUSTER_WIDTH;

use super::world::{
    Findings, Future, KINDS, Kind, WRONG, World, cluster_grant, difference, mean, north_dakota, starting_clusters,
    until,
};

/// Trust of members who have never met.
const STRANGERS: f64 = 0.5;

#[test]
fn s21_districts_that_have_worked_well_for_fifteen_years_trust_each_other_more_than_strangers() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let starts = [
            ("founded", World::plain(kind).under(vec![until(5, cluster_grant(1_000.0, 3))])),
            ("there at the start", World::plain(kind).starting(starting_clusters(4, 5, Form::Cluster))),
        ];
        for (name, world) in starts {
            let found = world.years(26).futures(kind.futures(45), |future| {
                let rows = &future.record.clusters;
                let (mut trust, mut below, mut seen) = (0.0, 0.0, 0.0);
                for (row, values) in rows.values.chunks(CLUSTER_WIDTH).enumerate() {
                    let age = values[ClusterOutcome::age.index()];
                    let life = &future.record.lives[rows.entity[row] as usize];
                    let first = (1_u64 << (age as u64 + 1)) - 1;
                    // Worked in two thirds of its years so far.
                    let well = f64::from((life.worked & first).count_ones()) >= 0.66 * age;
                    if age >= 15.0 && well && rows.form[row] > Form::Network {
                        seen += 1.0;
                        trust += values[ClusterOutcome::trust.index()];
                        below += f64::from(u8::from(values[ClusterOutcome::trust.index()] < STRANGERS));
                    }
                }
                (trust / seen, below / seen, seen)
            });
            let trust = mean(found.iter().map(|f| f.0 - STRANGERS));
            let below = mean(found.iter().map(|f| f.1));
            let seen: f64 = found.iter().map(|f| f.2).sum();
            findings.ask(seen > 20.0, format!("{kind:?}, {name}: {seen} such cluster-years"));
            findings.ask(trust.positive(), format!("{kind:?}, {name}: trust above that of strangers: {trust}"));
            // A quarter at most, chance apart.
            findings.ask(
                below.mean - WRONG * below.error < 0.25,
                format!("{kind:?}, {name}: share that trusts less than strangers: {below}"),
            );
        }
    }
    findings.tell();
}

#[test]
fn s22_a_cluster_drops_what_keeps_failing_and_lives() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let world = World::plain(kind)
            .starting(starting_clusters(4, 6, Form::Cluster))
            .under(vec![until(5, cluster_grant(600.0, 3))]);
        let found = world.futures(kind.futures(45), |future| {
            let mut first: BTreeMap<u32, u16> = BTreeMap::new();
            let mut drops = 0.0;
            for event in &future.record.events {
                if let Happening::TaskDropped { cluster, .. } = event.what {
                    drops += 1.0;
                    first.entry(cluster).or_insert(event.year);
                }
            }
            let (mut lived, mut all) = (0.0, 0.0);
            for (cluster, year) in first {
                let life = &future.record.lives[cluster as usize];
                let seen = usize::from(year) + 3 < future.years;
                let natural = !matches!(life.ending, Some(Ending::Merged | Ending::GoalMet | Ending::TaskDone));
                if seen && natural && life.form > Form::Network {
                    all += 1.0;
                    lived += f64::from(u8::from(life.ended.is_none_or(|ended| ended > year + 3)));
                }
            }
            (drops, lived, all)
        });
        let drops: f64 = found.iter().map(|f| f.0).sum();
        let (lived, all) = found.iter().fold((0.0, 0.0), |sum, f| (sum.0 + f.1, sum.1 + f.2));
        findings.ask(drops > 20.0, format!("{kind:?}: {drops} activities dropped"));
        findings.ask(
            lived / all > 0.5,
            format!("{kind:?}: {:.3} of {all} clusters that dropped one live three years later", lived / all),
        );
    }
    findings.tell();
}

/// Kinds in which twenty-five districts can lie within reach of each other, and those as they are.
fn near_and_far() -> Vec<(String, Regions)> {
    let mut all: Vec<(String, Regions)> = KINDS.into_iter().map(|kind| (format!("{kind:?}"), kind.regions())).collect();
    // The cluster of the start forms around the first district: in North Dakota around another in each future, none of
    // them a city.
    let region = north_dakota();
    let rural = region.districts.iter().filter(|d| (100.0..700.0).contains(&d.enrolment())).step_by(5);
    let around = |id: &String| {
        let mut region = region.clone();
        let names = |other: &String| if other == id { "0".to_owned() } else { other.clone() };
        for district in &mut region.districts {
            district.id = names(&district.id);
            district.high_school = district.high_school.as_ref().map(names);
        }
        region.sort();
        Arc::new(region)
    };
    all[2].1 = Regions::Given(rural.map(|d| around(&d.id)).collect());
    for kind in [Kind::Default, Kind::Tiny] {
        let mut figures = kind.figures().expect("synthetic");
        figures.spec.density *= 20.0;
        all.push((format!("{kind:?}, twenty times as dense"), Regions::Drawn(Box::new(figures))));
    }
    all
}

#[test]
fn s23_participation_is_highest_at_six_to_eight_members_and_near_nothing_at_twenty_five() {
    let mut findings = Findings::default();
    let sizes = [2_u8, 4, 6, 7, 8, 12, 16, 25];
    for (name, regions) in near_and_far() {
        let futures = if name == "NorthDakota" { 90 } else { 180 };
        let found: Vec<Vec<f64>> = sizes
            .iter()
            .map(|&members| {
                let world = World::of(regions.clone()).starting(starting_clusters(1, members, Form::Cluster)).years(9);
                // Nobody joins or founds: sizes are those given.
                let world =
                    world.with(|p| (p.join_intercept, p.found_intercept, p.propose_intercept) = (-9.0, -20.0, -12.0));
                world.futures(futures, move |future| {
                    let rows = &future.record.clusters;
                    let taken =
                        rows.values.chunks(CLUSTER_WIDTH).enumerate().filter(|(row, _)| rows.year[*row] > 0).map(
                            |(_, values)| {
                                values[ClusterOutcome::worked.index()] * values[ClusterOutcome::members.index()]
                                    / f64::from(members)
                            },
                        );
                    taken.sum::<f64>() / (future.years - 1) as f64
                })
            })
            .collect();
        let levels: Vec<f64> = found.iter().map(|values| mean(values.iter().copied()).mean).collect();
        let told: Vec<String> = sizes.iter().zip(&levels).map(|(size, level)| format!("{size}: {level:.2}")).collect();
        let best = levels.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(nth, _)| nth);
        // Sizes whose difference from the best is not beyond chance are as good.
        let as_good = (2..=4).any(|nth| {
            let short = difference(&found[nth], &found[best]);
            nth == best || short.mean <= 2.0 * short.error
        });
        findings.ask(as_good, format!("{name}: activities that a district takes part in, by members: {told:?}"));
        findings.ask(
            levels[7] < 0.15 * levels[2..=4].iter().copied().fold(0.0, f64::max),
            format!("{name}: near nothing at 25"),
        );
        for (small, large) in [(4, 5), (5, 6), (6, 7)] {
            let fall = difference(&found[large], &found[small]);
            findings.ask(fall.positive(), format!("{name}: {} above {}: {fall}", sizes[small], sizes[large]));
        }
        for (small, large) in [(0, 1), (1, 2)] {
            let rise = difference(&found[small], &found[large]);
            findings.ask(rise.not_negative(), format!("{name}: {} not above {}: {rise}", sizes[small], sizes[large]));
        }
    }
    findings.tell();
}

#[test]
fn s24_withdrawing_any_necessary_condition_costs_a_clear_part_of_the_foundings() {
    let mut findings = Findings::default();
    let conditions: Vec<_> = FACTORS.iter().filter(|factor| factor.section == "Necessary conditions").collect();
    assert_eq!(conditions.len(), 6);
    for kind in KINDS {
        let futures = kind.futures(90);
        let founded = |future: &Future<'_>| future.last(RegionOutcome::clusters_founded);
        let base = World::plain(kind);
        let with = base.futures(futures, founded);
        let level = mean(with.iter().copied());
        let mut lost = Vec::new();
        for factor in &conditions {
            let off = factor.off;
            let without = base.clone().with(off).futures(futures, founded);
            let cost = difference(&without, &with);
            lost.push(without);
            let clear = cost.positive() && cost.mean > 0.1 * level.mean;
            findings.ask(clear, format!("{kind:?}: without \"{}\": {cost} of {level} foundings lost", factor.name));
        }
        for first in 0..6 {
            let second = (first + 1) % 6;
            let (a, b) = (conditions[first].off, conditions[second].off);
            let both = base.clone().with(a).with(b).futures(futures, founded);
            for one in [first, second] {
                let more = difference(&both, &lost[one]);
                let what = format!(
                    "{kind:?}: without \"{}\" and \"{}\" fewer than without \"{}\" alone: by {more}",
                    conditions[first].name, conditions[second].name, conditions[one].name
                );
                // Where one alone leaves hardly any, there is nothing more to lose.
                let left = mean(lost[one].iter().copied()).mean;
                findings.ask(more.positive() || left < 0.03 * level.mean, format!("{what} (of {left:.2})"));
            }
        }
    }
    findings.tell();
}

#[test]
fn s25_a_federation_is_the_most_lasting_of_the_forms_and_a_network_the_least() {
    let mut findings = Findings::default();
    let forms = [Form::Network, Form::Cluster, Form::Consortium, Form::Federation];
    for kind in KINDS {
        for after in [5_u16, 10] {
            let lasting: Vec<Vec<f64>> = forms
                .iter()
                .map(|&form| {
                    let world = World::plain(kind).starting(starting_clusters(8, 4, form)).years(11);
                    // In North Dakota, where districts lie farther apart, the forms differ less, and it takes more futures to see it.
                    let number = if kind == Kind::NorthDakota { 600 } else { 270 };
                    world.futures(number, move |future| {
                        let (mut lasts, mut all) = (0.0, 0.0);
                        for life in future.record.lives.iter().take(8) {
                            let ended = life.ended.is_some_and(|ended| ended <= after);
                            if !(ended && life.ending == Some(Ending::Merged)) {
                                all += 1.0;
                                lasts += f64::from(u8::from(!ended));
                            }
                        }
                        lasts / all
                    })
                })
                .collect();
            let levels: Vec<f64> = lasting.iter().map(|values| mean(values.iter().copied()).mean).collect();
            findings.ask(
                true,
                format!("{kind:?}: lasting {after} years: network, cluster, consortium, federation {levels:.3?}"),
            );
            for (less, more) in [(0, 1), (0, 2), (0, 3), (1, 3), (2, 3)] {
                let change = difference(&lasting[less], &lasting[more]);
                let what = format!(
                    "{kind:?}: after {after} years: {} above {}: {change}",
                    forms[more].name(),
                    forms[less].name()
                );
                findings.ask(change.positive(), what);
            }
        }
    }
    findings.tell();
}
