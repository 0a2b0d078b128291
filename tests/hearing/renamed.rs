//! Sentence 20: who takes in whom, and that no identifier decides anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use barnraise::futures::inputs::Regions;
use barnraise::model::events::Happening;
use barnraise::model::outcomes::{DistrictOutcome, RegionOutcome};
use barnraise::model::region::Region;

use super::world::{
    Findings, Future, KINDS, Kind, World, difference, floor, mean, merger_grant, north_dakota, vote_grant,
};

fn policies() -> [(&'static str, Vec<barnraise::model::policy::Instrument>); 3] {
    [
        ("merger grant", vec![merger_grant(4_000.0, 3)]),
        ("floor", vec![floor(250.0)]),
        ("required votes", vec![vote_grant(1_500.0, 3)]),
    ]
}

#[test]
fn s20_the_larger_takes_in_the_smaller() {
    let mut findings = Findings::default();
    let mut places: Vec<(String, Regions, u32, f64)> =
        KINDS.into_iter().map(|kind| (format!("{kind:?}"), kind.regions(), kind.futures(24), 0.01)).collect();
    // Where districts teach the older pupils of others, and lose them when these merge, the figure of the year before is
    // not that of the vote: to the last one this can be asked only where nobody does.
    for kind in [Kind::Default, Kind::Tiny] {
        let mut figures = kind.figures().expect("synthetic");
        figures.spec.elementary_only_share = 0.0;
        places.push((format!("{kind:?}, all with a high school"), Regions::Drawn(Box::new(figures)), 48, 0.0));
    }
    for (place, regions, futures, most) in places {
        for (name, instruments) in policies() {
            let found = World::of(regions.clone()).under(instruments).futures(futures, |future| {
                let (mut joined, mut wrong) = (0, Vec::new());
                // Pupils at the end of the year before, and what was taken in since.
                let (mut of, mut sizes) = (0, Vec::new());
                for event in &future.record.events {
                    let (Happening::Merged { district, host } | Happening::Dissolved { district, host, .. }) =
                        event.what
                    else {
                        continue;
                    };
                    if event.year == 0 {
                        continue;
                    }
                    if event.year != of {
                        of = event.year;
                        let before = usize::from(of) - 1;
                        let own = |d: usize| {
                            if future.home(before, d) == d {
                                future.of(before, d, DistrictOutcome::pupils)
                            } else {
                                0.0
                            }
                        };
                        sizes = (0..future.count()).map(own).collect();
                    }
                    let (ended, host) = (usize::from(district), usize::from(host));
                    joined += 1;
                    // The year's own change of pupils lies between the two figures.
                    if sizes[ended] > 1.5 * sizes[host] + 20.0 {
                        wrong.push(format!(
                            "year {of}: {:.0} pupils into {:.0} ({})",
                            sizes[ended],
                            sizes[host],
                            event.what.kind()
                        ));
                    }
                    sizes[host] += sizes[ended];
                }
                (joined, wrong)
            });
            let joined: i32 = found.iter().map(|f| f.0).sum();
            let wrong: Vec<&String> = found.iter().flat_map(|f| &f.1).collect();
            let some = &wrong[..wrong.len().min(3)];
            let holds = wrong.len() as f64 <= most * f64::from(joined);
            findings.ask(holds, format!("{place}: {name}: {} of {joined} the other way: {some:?}", wrong.len()));
        }
    }
    findings.tell();
}

/// The same districts with identifiers in the opposite order.
fn renamed(mut region: Region) -> Region {
    let count = region.districts.len();
    let names: BTreeMap<String, String> =
        region.districts.iter().enumerate().map(|(nth, d)| (d.id.clone(), format!("R{:05}", count - nth))).collect();
    for district in &mut region.districts {
        district.id = names[&district.id].clone();
        district.high_school = district.high_school.as_ref().map(|id| names[id].clone());
    }
    region.sort();
    region
}

const OUTCOMES: [RegionOutcome; 10] = [
    RegionOutcome::merged,
    RegionOutcome::dissolved,
    RegionOutcome::closures,
    RegionOutcome::clusters_founded,
    RegionOutcome::spending,
    RegionOutcome::levy,
    RegionOutcome::reserve_share,
    RegionOutcome::longest_ride,
    RegionOutcome::viability_last,
    RegionOutcome::towns_with_school,
];

#[test]
fn s20_new_identifiers_change_no_mean() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let futures = kind.futures(75);
        // The same regions under both names, on which the futures take turns.
        let given: Vec<Region> = match kind {
            Kind::NorthDakota => vec![north_dakota()],
            _ => (0..25).map(|replicate| (*kind.regions().of_future(super::world::SEED, replicate)).clone()).collect(),
        };
        let new = given.iter().map(|region| Arc::new(renamed(region.clone()))).collect();
        let old = given.into_iter().map(Arc::new).collect();
        for (name, instruments) in policies() {
            let of = |regions: &Vec<Arc<Region>>| {
                let world = World::of(Regions::Given(regions.clone())).under(instruments.clone());
                world.futures(futures, |future: &Future<'_>| OUTCOMES.map(|outcome| future.last(outcome)))
            };
            let (before, after) = (of(&old), of(&new));
            for (nth, outcome) in OUTCOMES.into_iter().enumerate() {
                let column = |values: &[[f64; 10]]| -> Vec<f64> { values.iter().map(|v| v[nth]).collect() };
                let change = difference(&column(&before), &column(&after));
                let level = mean(column(&before));
                let what = format!("{kind:?}: {name}: {}: {level} changes by {change}", outcome.outcome().id);
                findings.ask(change.mean.abs() <= 3.5 * change.error, what);
            }
        }
    }
    findings.tell();
}
