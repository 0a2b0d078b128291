//! The State's books: sentences 26 and 27.

use barnraise::experiments::compare::{Discard, Options, compare};
use barnraise::futures::question::Question;
use barnraise::model::functions::Function;
use barnraise::model::outcomes::{DistrictOutcome, RegionOutcome};
use barnraise::model::policy::{
    CoordinatorPay, HoldHarmless, Instrument, InstrumentKind, LevyRelief, Policy, SharingWeight, TaxingAuthority,
};
use barnraise::model::record::Detail;
use barnraise::scenario;

use super::world::{
    Findings, Future, KINDS, World, always, cluster_grant, difference, floor, general_aid, mean, merger_grant, until,
    vote_grant,
};

fn payers() -> Vec<(&'static str, Instrument)> {
    let services = Function::ALL.into_iter().collect();
    vec![
        ("cluster grant", cluster_grant(768.0, 3)),
        ("cluster grant with a vote", vote_grant(1_500.0, 3)),
        ("merger grant", merger_grant(3_000.0, 3)),
        ("general aid", general_aid(250.0, 5)),
        (
            "coordinators",
            always(
                "post",
                InstrumentKind::CoordinatorPay(CoordinatorPay {
                    per_cluster: vec![30_000.0; 4],
                    min_members: 3,
                    seniority: 0.5,
                }),
            ),
        ),
        (
            "sharing weight",
            always(
                "weight",
                InstrumentKind::SharingWeight(SharingWeight {
                    services,
                    pupils: 5.0,
                    weight: 0.01,
                    years: 6,
                    years_after_merger: 3,
                }),
            ),
        ),
        ("levy relief", always("relief", InstrumentKind::LevyRelief(LevyRelief { mills: vec![2.0, 1.0, 0.5] }))),
        ("aid kept", always("kept", InstrumentKind::HoldHarmless(HoldHarmless { share: vec![1.0, 1.0, 0.5] }))),
        (
            "taxing authority",
            always("tax", InstrumentKind::TaxingAuthority(TaxingAuthority { mills: 0.5, min_members: 2 })),
        ),
    ]
}

fn cent(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.01
}

#[test]
fn s26_what_the_state_pays_is_what_districts_receive_to_the_cent() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let mut policies: Vec<(&str, Vec<Instrument>)> =
            payers().into_iter().map(|(name, one)| (name, vec![one])).collect();
        // Some with a cap, a floor that ends receivers, and all at once.
        let capped = Instrument { budget_cap: Some(250_000.0), ..until(6, merger_grant(3_000.0, 3)) };
        policies.push(("merger grant with a cap and a floor", vec![capped, Instrument { start: 3, ..floor(200.0) }]));
        policies.push((
            "all at once",
            payers().into_iter().filter(|(name, _)| !name.ends_with("vote")).map(|(_, one)| one).collect(),
        ));
        for (name, instruments) in policies {
            let count = instruments.len();
            let world = World::plain(kind).under(instruments);
            let found = world.futures(kind.futures(9), |future| {
                let (mut worst, mut paid): ([f64; 4], f64) = ([0.0; 4], 0.0);
                for year in 0..future.years {
                    let value = |outcome| 1e6 * future.record.region_value(year, outcome);
                    let outlay: f64 = future.record.outlay[year * count..(year + 1) * count].iter().sum();
                    let received: f64 =
                        future.operating(year).map(|d| future.of(year, d, DistrictOutcome::receipts)).sum();
                    let ordinary: f64 =
                        future.operating(year).map(|d| future.dollars(year, d, DistrictOutcome::state_aid)).sum();
                    let kinds =
                        [RegionOutcome::foundation_aid, RegionOutcome::small_size_aid, RegionOutcome::sparsity_aid];
                    let by_kind: f64 = kinds.into_iter().map(value).sum();
                    paid += outlay;
                    for (place, gap) in [
                        (0, outlay - received),
                        (1, outlay - value(RegionOutcome::outlay)),
                        (2, ordinary - by_kind),
                        (3, value(RegionOutcome::state_cost) - outlay - by_kind),
                    ] {
                        worst[place] = worst[place].max(gap.abs());
                    }
                }
                (worst, paid)
            });
            let paid: f64 = found.iter().map(|f| f.1).sum();
            let worst = |place: usize| found.iter().map(|f| f.0[place]).fold(0.0, f64::max);
            for (place, what) in [
                (0, "outlay by instrument against receipts of districts"),
                (1, "outlay by instrument against outlay in all"),
                (2, "ordinary aid of districts against that by kind"),
                (3, "cost in all against payments and ordinary aid"),
            ] {
                findings.ask(
                    worst(place) < 0.01,
                    format!("{kind:?}: {name}: {what}: at most {:.4} dollars of {paid:.0}", worst(place)),
                );
            }
            findings
                .ask(paid > 0.0 || name == "taxing authority", format!("{kind:?}: {name}: it pays: {paid:.0} dollars"));
        }
    }
    findings.tell();
}

#[test]
fn s26_the_net_cost_of_a_policy_is_payments_and_change_of_ordinary_aid() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let look = |future: &Future<'_>| {
            let sum =
                |outcome| (0..future.years).map(|year| 1e6 * future.record.region_value(year, outcome)).sum::<f64>();
            let aid = sum(RegionOutcome::foundation_aid)
                + sum(RegionOutcome::small_size_aid)
                + sum(RegionOutcome::sparsity_aid);
            (sum(RegionOutcome::state_cost), future.record.outlay.iter().sum::<f64>(), aid)
        };
        let base = World::plain(kind).futures(kind.futures(12), look);
        for (name, one) in payers() {
            let with = World::plain(kind).under(vec![one]).futures(kind.futures(12), look);
            let holds = with.iter().zip(&base).all(|(a, b)| cent(a.0 - b.0, a.1 + a.2 - b.2));
            let net = difference(
                &base.iter().map(|v| v.0).collect::<Vec<_>>(),
                &with.iter().map(|v| v.0).collect::<Vec<_>>(),
            );
            findings.ask(holds, format!("{kind:?}: {name}: net cost {net}"));
        }
    }
    findings.tell();
}

#[test]
fn s27_the_same_dollars_as_plain_aid_are_a_policy_to_compare_with() {
    let mut findings = Findings::default();
    for kind in KINDS {
        let futures = kind.futures(24);
        // What a grant costs in the mean, spread over all pupils in the same years.
        let granted = World::plain(kind).under(vec![until(3, cluster_grant(1_000.0, 3))]).futures(futures, |future| {
            let yearly = |year: usize| future.record.outlay[year];
            let pupils = |year: usize| future.record.region_value(year, RegionOutcome::pupils);
            (0..future.years).map(|year| (yearly(year), pupils(year))).collect::<Vec<_>>()
        });
        let per_pupil: Vec<f64> = (0..8)
            .map(|year| {
                let of = |place: fn(&(f64, f64)) -> f64| mean(granted.iter().map(|future| place(&future[year]))).mean;
                (100.0 * of(|v| v.0) / of(|v| v.1)).round() / 100.0
            })
            .collect();
        let text = format!(
            "name = \"same\"\ntitle = \"The same dollars\"\nyears = 20\nreplicates = 10\nseed = 1507\n
[[policy]]\nname = \"none\"\ntitle = \"None\"\n
[[policy]]\nname = \"grant\"\ntitle = \"Grant\"\n  [[policy.instrument]]\n  kind = \"cluster_grant\"\n  per_pupil = [1000, 1000, 1000]\n  min_members = 3\n  until_year = 3\n
[[policy]]\nname = \"aid\"\ntitle = \"Aid\"\n  [[policy.instrument]]\n  kind = \"general_aid\"\n  per_pupil = {per_pupil:?}\n"
        );
        let scenario = scenario::parse(&text, "same.toml", std::path::Path::new(""))
            .unwrap_or_else(|p| panic!("{}", p.render(false)));
        let options = Options { replicates: 0..futures, detail: Detail::Region, work: None };
        let question = Question::in_regions(scenario.clone(), kind.regions());
        let comparison = compare(&question, &options, &mut Discard, |_| ()).expect("nothing to fail").comparison;
        let figure = |policy: usize, name: &str| {
            *comparison.policies[policy]
                .outcomes
                .iter()
                .find(|f| f.outcome == name)
                .map(|f| &f.level)
                .expect("an outcome")
        };
        let [grant, aid] = [1, 2].map(|policy| figure(policy, "outlay"));
        let error = grant.sd.hypot(aid.sd) / f64::from(futures).sqrt();
        let close = (grant.mean - aid.mean).abs() <= 2.6 * error + 0.02 * grant.mean;
        findings.ask(
            close,
            format!("{kind:?}: the grant costs {:.3} million, the aid {:.3} (error {error:.3})", grant.mean, aid.mean),
        );
        findings.ask(aid.mean > 0.0, format!("{kind:?}: plain aid pays"));
        let compared =
            comparison.policies[2].outcomes.iter().filter(|f| f.difference.is_some_and(|d| d.mean.is_finite())).count();
        findings.ask(compared > 30, format!("{kind:?}: {compared} outcomes compared with the baseline"));
        // Every district receives by its pupils, whatever it does.
        let policy = Policy { instruments: vec![general_aid(250.0, 5)], ..Policy::default() };
        let unequal = World { policy, ..World::plain(kind) }.futures(futures, |future| {
            (1..5)
                .flat_map(|year| {
                    let one = |d: usize| {
                        future.of(year, d, DistrictOutcome::receipts) / future.of(year - 1, d, DistrictOutcome::pupils)
                    };
                    let still =
                        move |&d: &usize| (0..future.count()).filter(|&c| future.home(year, c) == d).count() == 1;
                    future.operating(year).filter(still).map(move |d| (one(d) - 250.0).abs()).collect::<Vec<_>>()
                })
                .fold(0.0, f64::max)
        });
        let worst = unequal.into_iter().fold(0.0, f64::max);
        findings
            .ask(worst < 0.01, format!("{kind:?}: 250 dollars for every pupil of every district, but for {worst:.4}"));
    }
    findings.tell();
}
