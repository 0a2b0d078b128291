//! Incentives: sentences 7 to 14.

use barnraise::experiments::compare::{Discard, Options, compare};
use barnraise::experiments::survival::Lives;
use barnraise::futures::question::Question;
use barnraise::model::functions::Function;
use barnraise::model::outcomes::{DistrictOutcome, RegionOutcome};
use barnraise::model::policy::{
    ClusterGrant, CoordinatorPay, FacilitatorCapacity, HoldHarmless, Instrument, InstrumentKind, LevyRelief,
    SharingWeight, TaxingAuthority,
};
use barnraise::model::record::{Detail, Record};
use barnraise::scenario;

use super::world::{
    Findings, Future, KINDS, Mean, World, always, cluster_grant, difference, floor, general_aid, mean, merger_grant,
    terms, until, vote_grant,
};

/// Every bit of what a run left, but for the columns of outlay.
pub(crate) fn bits(record: &Record) -> (Vec<u64>, Vec<u64>, Vec<u64>, String) {
    let of = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<u64>>();
    let funded = RegionOutcome::funded_alive.index();
    let region = record.region.iter().enumerate().filter(|(nth, _)| nth % RegionOutcome::COUNT != funded);
    let region: Vec<f64> = region.map(|(_, value)| *value).collect();
    let told = format!("{:?} {:?} {:?} {:?}", record.events, record.last_forms, record.last_homes, record.lives);
    (of(&region), of(&record.clusters.values), of(&record.districts.values), told)
}

fn per_member(dollars: f64, years: usize) -> Instrument {
    always(
        "grant",
        InstrumentKind::ClusterGrant(ClusterGrant { per_member: vec![dollars; years], ..terms(0.0, years) }),
    )
}

fn coordinators(dollars: f64) -> Instrument {
    always(
        "post",
        InstrumentKind::CoordinatorPay(CoordinatorPay {
            per_cluster: vec![dollars; 3],
            min_members: 3,
            seniority: 0.0,
        }),
    )
}

fn sharing_weight(pupils: f64) -> Instrument {
    let services = Function::ALL.into_iter().collect();
    let weight = SharingWeight { services, pupils, weight: 0.0, years: 5, years_after_merger: 0 };
    always("weight", InstrumentKind::SharingWeight(weight))
}

fn levy_relief(mills: f64) -> Instrument {
    always("relief", InstrumentKind::LevyRelief(LevyRelief { mills: vec![mills; 4] }))
}

fn hold_harmless(share: f64) -> Instrument {
    always("aid kept", InstrumentKind::HoldHarmless(HoldHarmless { share: vec![share; 4] }))
}

fn nothings() -> Vec<(&'static str, Instrument)> {
    let outreach = FacilitatorCapacity { clusters: 0, per_cluster: 1_000.0, outreach: 0.0 };
    let taxing = TaxingAuthority { mills: 0.0, min_members: 2 };
    let late = |instrument: Instrument| Instrument { start: 20, end: Some(25), ..instrument };
    vec![
        ("cluster grant of 0", cluster_grant(0.0, 3)),
        ("cluster grant of 0 with a vote", vote_grant(0.0, 3)),
        ("merger grant of 0", merger_grant(0.0, 3)),
        ("merger grant of 0 with a deadline", until(5, merger_grant(0.0, 3))),
        ("aid of 0", general_aid(0.0, 3)),
        ("coordinators at 0", coordinators(0.0)),
        ("weight of 0", sharing_weight(0.0)),
        ("relief of 0", levy_relief(0.0)),
        ("held harmless by 0", hold_harmless(0.0)),
        ("no more facilitators", always("more", InstrumentKind::FacilitatorCapacity(outreach))),
        ("tax of 0", always("tax", InstrumentKind::TaxingAuthority(taxing))),
        ("floor of half a pupil", floor(0.5)),
        ("cluster grant after the last year", late(cluster_grant(5_000.0, 3))),
        ("merger grant after the last year", late(merger_grant(5_000.0, 3))),
        ("floor after the last year", late(floor(500.0))),
        ("aid after the last year", late(general_aid(1_000.0, 20))),
        ("coordinators after the last year", late(coordinators(50_000.0))),
    ]
}

#[test]
fn s07_a_grant_of_nothing_is_nothing_to_the_byte() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let futures = kind.futures(8);
        let without = World::plain(kind).futures(futures, |future| bits(future.record));
        for (name, instrument) in nothings() {
            let with = World::plain(kind).under(vec![instrument]).futures(futures, |future| bits(future.record));
            let different = with.iter().zip(&without).filter(|(a, b)| a != b).count();
            findings.ask(different == 0, format!("{kind:?}: {name}: {different} of {futures} futures differ"));
        }
    }
    findings.tell();
}

const LOOKED_AT: [RegionOutcome; 11] = [
    RegionOutcome::viability_last,
    RegionOutcome::districts,
    RegionOutcome::merged,
    RegionOutcome::dissolved,
    RegionOutcome::clusters,
    RegionOutcome::clusters_founded,
    RegionOutcome::clusters_ended,
    RegionOutcome::trust,
    RegionOutcome::spending,
    RegionOutcome::reserve_share,
    RegionOutcome::closures,
];

fn looked_at(future: &Future<'_>) -> Vec<f64> {
    LOOKED_AT.iter().map(|&outcome| future.last(outcome)).collect()
}

#[test]
fn s07_a_grant_of_a_cent_or_a_budget_of_a_dollar_is_nothing_within_the_interval() {
    let mut findings = Findings::default();
    let capped = |instrument: Instrument| Instrument { budget_cap: Some(1.0), ..instrument };
    let offers = [
        ("cluster grant of a cent", cluster_grant(0.01, 3)),
        ("cluster grant of a cent, then a vote", vote_grant(0.01, 3)),
        ("merger grant of a cent, until year 5", until(5, merger_grant(0.01, 3))),
        ("relief of a cent", levy_relief(1e-5)),
        ("coordinators at a cent", coordinators(0.01)),
        ("cluster grant with a dollar in all", capped(cluster_grant(768.0, 3))),
        ("merger grant with a dollar in all", capped(until(5, merger_grant(2_000.0, 3)))),
        ("coordinators with a dollar in all", capped(coordinators(40_000.0))),
        ("weight with a dollar in all", capped(sharing_weight(20.0))),
    ];
    for kind in KINDS {
        let futures = kind.futures(180);
        let without = World::plain(kind).futures(futures, looked_at);
        for (name, instrument) in &offers {
            let with = World::plain(kind).under(vec![instrument.clone()]).futures(futures, looked_at);
            for (nth, outcome) in LOOKED_AT.into_iter().enumerate() {
                let column = |values: &[Vec<f64>]| -> Vec<f64> { values.iter().map(|v| v[nth]).collect() };
                let found = difference(&column(&without), &column(&with));
                // Three hundred comparisons: one in a thousand is beyond 3.3 errors by chance.
                findings.ask(
                    found.mean.abs() <= 3.6 * found.error,
                    format!("{kind:?}: {name}: {}: {found}", outcome.outcome().id),
                );
            }
        }
    }
    findings.tell();
}

/// Take-up from small offers to large: districts that take part, and clusters founded.
fn rises(findings: &mut Findings, what: &str, worlds: &[(f64, World)], futures: u32, moves: bool) {
    let look = |future: &Future<'_>| (clustered_in_six(future), founded_by_six(future));
    let found: Vec<Vec<(f64, f64)>> = worlds.iter().map(|(_, world)| world.futures(futures, look)).collect();
    let column = |nth: usize, founded: bool| -> Vec<f64> {
        found[nth].iter().map(|v| if founded { v.1 } else { v.0 }).collect()
    };
    for (nth, pair) in worlds.windows(2).enumerate() {
        let [districts, founded] =
            [false, true].map(|founded| difference(&column(nth, founded), &column(nth + 1, founded)));
        let steps = format!("{what}: {} to {}", pair[0].0, pair[1].0);
        findings.ask(districts.not_negative(), format!("{steps}: share of districts in clusters by {districts}"));
        // Where nearly all take part, larger clusters can be fewer: more districts must then be in them.
        let level = mean(column(nth, true)).mean;
        let larger = districts.positive();
        findings
            .ask(founded.not_negative() || larger, format!("{steps}: clusters founded from {level:.2} by {founded}"));
    }
    let last = found.len() - 1;
    let whole = difference(&column(0, false), &column(last, false));
    findings.ask(
        if moves { whole.positive() } else { whole.not_negative() },
        format!("{what}: districts, first to last: {whole}"),
    );
    let whole = difference(&column(0, true), &column(last, true));
    findings.ask(whole.not_negative(), format!("{what}: founded, first to last: {whole}"));
}

fn founded_by_six(future: &Future<'_>) -> f64 {
    future.record.region_value(6, RegionOutcome::clusters_founded)
}

fn clustered_in_six(future: &Future<'_>) -> f64 {
    future.mean_of(RegionOutcome::clustered_share, 0..7)
}

fn merged_by_six(future: &Future<'_>) -> f64 {
    future.record.region_value(6, RegionOutcome::merged)
}

#[test]
fn s08_more_money_never_makes_fewer_clusters() {
    let mut findings = Findings::default();
    let dollars = [0.01, 1.0, 10.0, 100.0, 768.0, 2_500.0, 10_000.0];
    for kind in KINDS {
        let ways: [(&str, f64, fn(f64) -> Instrument); 4] = [
            ("grant per pupil", 1.0, |dollars| cluster_grant(dollars, 3)),
            ("grant per member", 200.0, |dollars| per_member(dollars, 3)),
            ("coordinators", 20.0, coordinators),
            ("weight", 0.01, sharing_weight),
        ];
        for (name, times, way) in ways {
            let world = |&amount: &f64| (amount, World::plain(kind).years(7).under(vec![way(times * amount)]));
            let worlds: Vec<(f64, World)> = dollars.iter().map(world).collect();
            let futures = kind.futures(45);
            // A post is paid where it is filled, and no more than it costs: it need not move anybody.
            rises(&mut findings, &format!("{kind:?}: {name}"), &worlds, futures, name != "coordinators");
        }
    }
    findings.tell();
}

#[test]
fn s08_more_money_never_makes_fewer_mergers() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let ways: [(&str, [f64; 6], fn(f64) -> Instrument); 3] = [
            ("merger grant", [0.01, 10.0, 100.0, 768.0, 2_500.0, 10_000.0], |dollars| merger_grant(dollars, 3)),
            ("levy relief", [1e-5, 0.1, 0.5, 1.0, 5.0, 20.0], levy_relief),
            ("aid kept", [1e-5, 0.1, 0.3, 0.5, 0.75, 1.0], hold_harmless),
        ];
        for (name, amounts, way) in ways {
            let world = |&amount: &f64| (amount, World::plain(kind).years(7).under(vec![way(amount)]));
            let worlds: Vec<(f64, World)> = amounts.iter().map(world).collect();
            let found: Vec<Vec<f64>> =
                worlds.iter().map(|(_, world)| world.futures(kind.futures(90), merged_by_six)).collect();
            for (nth, pair) in worlds.windows(2).enumerate() {
                let change = difference(&found[nth], &found[nth + 1]);
                let level = mean(found[nth].iter().copied()).mean;
                findings.ask(
                    change.not_negative(),
                    format!("{kind:?}: {name}: {} to {}: {level:.2} by {change}", pair[0].0, pair[1].0),
                );
            }
            let whole = difference(&found[0], &found[found.len() - 1]);
            // Aid kept gives no more than was lost: it need not move anybody.
            findings.ask(
                whole.positive() || name == "aid kept",
                format!("{kind:?}: {name}: from the smallest to the largest: {whole}"),
            );
        }
    }
    findings.tell();
}

#[test]
fn s09_a_cap_lies_between_the_full_grant_and_none() {
    let mut findings = Findings::default();
    for kind in KINDS {
        // In North Dakota the cost is that of whether its largest cities merge: more futures tell it.
        let futures = if kind == super::world::Kind::NorthDakota { 90 } else { 60 };
        let cases: [(&str, Instrument, fn(&Future<'_>) -> f64); 2] = [
            ("cluster grant", until(4, cluster_grant(1_500.0, 3)), clustered_in_six),
            ("merger grant", until(6, merger_grant(6_000.0, 3)), merged_by_six),
        ];
        for (name, instrument, effect) in cases {
            let look = |future: &Future<'_>| {
                let yearly: Vec<f64> =
                    (0..future.years).map(|y| future.record.region_value(y, RegionOutcome::outlay)).collect();
                (effect(future), yearly.iter().sum::<f64>(), yearly.iter().copied().fold(0.0, f64::max))
            };
            let of = |world: World| world.years(10).futures(futures, look);
            let none = of(World::plain(kind));
            let full = of(World::plain(kind).under(vec![instrument.clone()]));
            let peak = mean(full.iter().map(|v| v.2)).mean;
            let half = Instrument { budget_cap: Some(0.5e6 * peak), ..instrument };
            let half = of(World::plain(kind).under(vec![half]));
            let column = |values: &[(f64, f64, f64)], cost: bool| -> Vec<f64> {
                values.iter().map(|v| if cost { v.1 } else { v.0 }).collect()
            };
            for (what, cost) in [("effect", false), ("cost", true)] {
                let more = difference(&column(&none, cost), &column(&half, cost));
                let less = difference(&column(&half, cost), &column(&full, cost));
                let all = difference(&column(&none, cost), &column(&full, cost));
                findings.ask(
                    more.not_negative(),
                    format!("{kind:?}: {name}: {what}: capped against none: {more} of {all}"),
                );
                findings.ask(less.not_negative(), format!("{kind:?}: {name}: {what}: full against capped: {less}"));
            }
            let less = difference(&column(&half, true), &column(&full, true));
            findings.ask(less.positive(), format!("{kind:?}: {name}: the cap saves money: {less}"));
        }
    }
    findings.tell();
}

#[test]
fn s10_a_deadline_makes_a_rush_only_in_proportion_to_what_ends() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let futures = kind.futures(150);
        let merged_in = |year: usize| {
            move |future: &Future<'_>| {
                let by = |year: usize| future.record.region_value(year, RegionOutcome::merged);
                by(year) - by(year - 1)
            }
        };
        let rush = |dollars: f64| -> Mean {
            let with = |instrument| World::plain(kind).years(6).under(vec![instrument]).futures(futures, merged_in(5));
            difference(&with(merger_grant(dollars, 3)), &with(until(6, merger_grant(dollars, 3))))
        };
        let rushes: Vec<(f64, Mean)> =
            [0.01, 100.0, 1_000.0, 8_000.0].into_iter().map(|dollars| (dollars, rush(dollars))).collect();
        for pair in rushes.windows(2) {
            let (less, more) = (pair[0].1, pair[1].1);
            let error = less.error.hypot(more.error);
            let what = format!("{kind:?}: rush of {}: {less}; of {}: {more}", pair[0].0, pair[1].0);
            findings.ask(more.mean - less.mean >= -2.6 * error, what);
        }
        let cent = rushes[0].1;
        findings.ask(cent.mean.abs() <= 2.6 * cent.error, format!("{kind:?}: rush of a cent: {cent}"));
        let most = rushes[3].1;
        findings.ask(most.positive(), format!("{kind:?}: much money that ends makes a rush: {most}"));
    }
    findings.tell();
}

#[test]
fn s11_a_vote_required_at_the_end_keeps_some_from_joining_and_never_attracts() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let futures = kind.futures(75);
        for dollars in [300.0, 1_500.0, 6_000.0] {
            // Before the first vote falls due.
            let of = |instrument| {
                World::plain(kind)
                    .years(4)
                    .under(vec![instrument])
                    .futures(futures, |future| future.mean_of(RegionOutcome::clustered_share, 0..4))
            };
            let change = difference(&of(cluster_grant(dollars, 3)), &of(vote_grant(dollars, 3)));
            findings.ask(
                change.not_positive(),
                format!("{kind:?}: {dollars}: districts in clusters with a vote against none: {change}"),
            );
            if dollars > 1_000.0 {
                findings.ask(
                    change.mean < -2.6 * change.error,
                    format!("{kind:?}: {dollars}: it keeps some away: {change}"),
                );
            }
        }
    }
    findings.tell();
}

#[test]
fn s12_a_longer_grant_is_not_told_as_worse_for_survival() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let futures = kind.futures(90);
        let terms = [2_usize, 4, 8, 12];
        let found: Vec<_> = terms
            .iter()
            .map(|&years| {
                let world = World::plain(kind).years(26).under(vec![until(4, cluster_grant(1_500.0, years))]);
                let mut lives = Lives::default();
                let mut ends = Vec::new();
                for (record, alive) in
                    world.futures(futures, |future| (future.record.clone(), future.last(RegionOutcome::clusters)))
                {
                    lives.add(&Record { clusters: barnraise::model::record::Rows::default(), ..record });
                    ends.push(alive);
                }
                (lives.survival(), ends)
            })
            .collect();
        for (nth, pair) in terms.windows(2).enumerate() {
            for age in [1_u16, 3, 5] {
                let (shorter, longer) = (found[nth].0.after_money.at(age), found[nth + 1].0.after_money.at(age));
                let (Some(shorter), Some(longer)) = (shorter, longer) else { continue };
                let (shorter, longer) = (shorter.existing, longer.existing);
                let what = format!(
                    "{kind:?}: {age} years after {} years of money {:.3} ({:.3}-{:.3}) live, after {} {:.3} ({:.3}-{:.3})",
                    pair[0], shorter.share, shorter.low, shorter.high, pair[1], longer.share, longer.low, longer.high
                );
                findings.ask(longer.high >= shorter.low || longer.high.is_nan() || shorter.low.is_nan(), what);
            }
            let change = difference(&found[nth].1, &found[nth + 1].1);
            findings.ask(
                change.not_negative(),
                format!("{kind:?}: clusters at the end, {} years against {}: {change}", pair[1], pair[0]),
            );
        }
    }
    findings.tell();
}

#[test]
fn s13_very_large_merger_money_moves_most_small_districts_and_very_small_money_none() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let futures = kind.futures(24);
        // Small districts with another within the state's limit, and how many of them are gone at the end.
        let moved = |world: World| {
            world.futures(futures, |future| {
                let p = future.parameters;
                let region = &future.region.districts;
                let minutes = |a: usize, b: usize| {
                    (region[a].x - region[b].x).hypot(region[a].y - region[b].y) * p.detour / p.drive_speed * 60.0
                };
                let small: Vec<usize> = (0..region.len())
                    .filter(|&a| future.of(0, a, DistrictOutcome::pupils) < 200.0)
                    .filter(|&a| {
                        (0..region.len()).any(|b| {
                            b != a && region[b].enrolment() >= region[a].enrolment() && minutes(a, b) < p.merger_minutes
                        })
                    })
                    .collect();
                let last = future.years - 1;
                let gone = small.iter().filter(|&&a| future.home(last, a) != a).count();
                gone as f64 / small.len() as f64
            })
        };
        let without = moved(World::plain(kind));
        // New York pays up to 40 % of operating aid for five years, falling over nine more.
        let large = moved(World::plain(kind).under(vec![merger_grant(12_000.0, 14)]));
        let share = mean(large.iter().copied());
        let usual = mean(without.iter().copied());
        findings.ask(
            share.mean > 0.5,
            format!("{kind:?}: of small districts with a neighbour {share} are gone, without money {usual}"),
        );
        let tiny = moved(World::plain(kind).under(vec![merger_grant(1.0, 14)]));
        let change = difference(&without, &tiny);
        findings.ask(change.mean.abs() <= 2.6 * change.error, format!("{kind:?}: a dollar moves {change}"));
    }
    findings.tell();
}

#[test]
fn s14_an_exact_copy_of_the_baseline_differs_by_exactly_nothing() {
    let mut findings = Findings::default();
    let grant = r#"
  [[policy.instrument]]
  kind = "cluster_grant"
  per_pupil = [768, 768, 768]
  min_members = 3
  condition = "reorganisation_vote"
  [[policy.instrument]]
  kind = "merger_grant"
  per_pupil = [1152, 768, 384]
  until_year = 6
"#;
    for kind in KINDS {
        for instruments in ["", grant] {
            let policy = |name: &str| format!("[[policy]]\nname = \"{name}\"\ntitle = \"{name}\"\n{instruments}\n");
            let text = format!(
                "name = \"copy\"\ntitle = \"A copy\"\nyears = 20\nreplicates = 10\nseed = 1507\n\n{}{}",
                policy("first"),
                policy("second")
            );
            let scenario = scenario::parse(&text, "copy.toml", std::path::Path::new(""))
                .unwrap_or_else(|p| panic!("{}", p.render(false)));
            let futures = kind.futures(16);
            let options = Options { replicates: 0..futures, detail: Detail::Region, work: None };
            let question = Question::in_regions(scenario.clone(), kind.regions());
            let comparison = compare(&question, &options, &mut Discard, |_| ()).expect("nothing to fail").comparison;
            findings.ask(comparison.failures.is_empty(), format!("{kind:?}: all futures are finished"));
            for figures in &comparison.policies[1].outcomes {
                let Some(found) = figures.difference else { continue };
                let nothing = |value: f64| value.is_nan() || value.abs() < f64::MIN_POSITIVE;
                let holds = [found.mean, found.p5, found.p95, found.mean_low, found.mean_high].into_iter().all(nothing);
                findings.ask(holds, format!("{kind:?}: {}: {found:?}", figures.outcome));
            }
            let world = World::plain(kind);
            let world = World { policy: scenario.policies[0].clone(), ..world };
            let copy = World { policy: scenario.policies[1].clone(), ..world.clone() };
            let [a, b] = [world, copy].map(|world| world.futures(futures, |future| bits(future.record)));
            findings.ask(a == b, format!("{kind:?}: every byte of a future is that of the copy's"));
        }
    }
    findings.tell();
}
