//! What the record says, beside the same figures of the simulation.

use std::collections::{BTreeMap, BTreeSet};

use super::classify::{Estimate, binomial};
use super::past::Past;
use super::runs::{AtRisk, Run, YEARS, class_of};
use super::{Band, ClassRate, Compared, Paired, YearCount};
use crate::districts::history::{FIRST_YEAR, LAST_YEAR, StateHistory};
use crate::engine::math;
use crate::experiments::statistics::quantile_of_sorted as quantile;
use crate::model::policy::Policy;

/// Districts by year, from the first simulated one.
pub(super) fn counts(history: &StateHistory, runs: &[&Run]) -> Vec<YearCount> {
    let count = |place: usize| {
        let year = FIRST_YEAR + 1 + place as u16;
        let published = history.counts.get(&year).copied()?;
        Some(YearCount { year, published, simulated: Band::of(runs.iter().map(|run| run.counts[place])) })
    };
    (0..usize::from(YEARS)).filter_map(count).collect()
}

/// The yearly losses between changes of policy and over all years, and the changes from one to the next.
pub(super) fn losses(
    history: &StateHistory,
    policy: &Policy,
    at_start: f64,
    runs: &[&Run],
) -> (Vec<Compared>, Vec<Compared>) {
    let published = published(history);
    let of = |period: Period| {
        let of_runs = runs.iter().map(|run| loss(period, &|year| simulated(at_start, &run.counts, year)));
        Compared { what: words(period), published: loss(period, &published), simulated: Band::of(of_runs) }
    };
    let periods = periods(policy);
    let change = |pair: &[Period]| {
        let of = |count: &dyn Fn(u16) -> f64| loss(pair[1], count) - loss(pair[0], count);
        let what = format!("{}-{} against {}-{}", pair[1].0, pair[1].1, pair[0].0, pair[0].1);
        let of_runs = runs.iter().map(|run| of(&|year| simulated(at_start, &run.counts, year)));
        Compared { what, published: of(&published), simulated: Band::of(of_runs) }
    };
    let uplifts = periods.windows(2).map(change).collect();
    (with_whole(&periods).map(of).collect(), uplifts)
}

/// What the policy itself does to the yearly losses: the same futures with it and without it.
pub(super) fn causal(history: &StateHistory, policy: &Policy, at_start: f64, pasts: &[Past]) -> Vec<Paired> {
    if pasts.iter().all(|past| past.without.is_empty()) {
        return Vec::new();
    }
    let (published, periods) = (published(history), periods(policy));
    let change = |period: Period| {
        let before = periods.iter().find(|before| before.1 == period.0)?;
        periods.contains(&period).then(|| loss(period, &published) - loss(*before, &published))
    };
    let of = |period: Period| {
        let without = |past: &Past| loss(period, &|year| simulated(at_start, &past.without, year));
        let with = |past: &Past| loss(period, &|year| simulated(at_start, &past.run.counts, year));
        Paired {
            what: words(period),
            without: Band::of(pasts.iter().map(without)),
            effect: Band::of(pasts.iter().map(|past| with(past) - without(past))),
            record: change(period),
        }
    };
    // Before the first instrument opens, there is nothing that could differ.
    let opens = policy.instruments.iter().map(|instrument| FIRST_YEAR + instrument.start).min().unwrap_or(FIRST_YEAR);
    with_whole(&periods).filter(|period| period.1 > opens).map(of).collect()
}

/// The published number of districts of a fiscal year; not a number where there is none.
fn published(history: &StateHistory) -> impl Fn(u16) -> f64 {
    |year| history.counts.get(&year).map_or(f64::NAN, |count| f64::from(*count))
}

/// Two fiscal years.
type Period = (u16, u16);

fn words(period: Period) -> String {
    format!("{} to {}", period.0, period.1)
}

/// The yearly loss of districts between two years, as the difference of logarithms.
fn loss((from, to): Period, count: &dyn Fn(u16) -> f64) -> f64 {
    math::ln(count(from) / count(to)) / f64::from(to - from)
}

fn simulated(at_start: f64, counts: &[f64], year: u16) -> f64 {
    if year == FIRST_YEAR { at_start } else { counts[usize::from(year - FIRST_YEAR - 1)] }
}

/// The periods, and all years where there are several.
fn with_whole(periods: &[Period]) -> impl Iterator<Item = Period> {
    let whole = (periods.len() > 1).then_some((FIRST_YEAR, LAST_YEAR));
    periods.iter().copied().chain(whole)
}

/// The fiscal years between which the policy does not change: an instrument that opens in simulated year `y`
/// (from 0) first acts on the count of fiscal year `FIRST_YEAR + 1 + y`.
fn periods(policy: &Policy) -> Vec<Period> {
    let changes = policy.instruments.iter().flat_map(|instrument| [Some(instrument.start), instrument.end]);
    let inner = changes.flatten().filter(|year| (1..YEARS).contains(year)).map(|year| FIRST_YEAR + year);
    let edges: BTreeSet<u16> = inner.chain([FIRST_YEAR, LAST_YEAR]).collect();
    edges.iter().copied().zip(edges.iter().copied().skip(1)).collect()
}

/// The yearly exit rates by size class.
pub(super) fn classes(history: &StateHistory, runs: &[&Run]) -> Vec<ClassRate> {
    let ranges: Vec<(f64, f64)> = history.classes.iter().map(|class| class.range).collect();
    let recorded = recorded(history, &ranges);
    let rate = |risk: AtRisk| f64::from(risk.ended) / f64::from(risk.district_years);
    let class = |(place, class): (usize, &crate::districts::history::ClassExits)| ClassRate {
        class: class.class.clone(),
        published: binomial(class.exits, class.district_years),
        observed: estimate(recorded[place]),
        at_risk: (recorded[place].district_years, recorded[place].ended),
        simulated: Band::of(runs.iter().map(|run| rate(run.classes[place]))),
    };
    history.classes.iter().enumerate().map(class).collect()
}

fn estimate(risk: AtRisk) -> Estimate {
    binomial(risk.ended, risk.district_years)
}

/// District-years at risk and ends by the record, in the model's terms.
pub(in crate::experiments) fn recorded(history: &StateHistory, ranges: &[(f64, f64)]) -> Vec<AtRisk> {
    let mut found = vec![AtRisk::default(); ranges.len()];
    for (id, years) in &history.panel {
        let end = history.spells.get(id).filter(|spell| spell.ended()).map(|spell| spell.years.1);
        for (year, row) in years.range(..LAST_YEAR) {
            if let Some(class) = class_of(ranges, row.pupils) {
                found[class].district_years += 1;
                found[class].ended += u32::from(end == Some(*year));
            }
        }
    }
    found
}

/// Sizes of what ended and of what was merged.
pub(super) fn sizes(history: &StateHistory, runs: &[&Run]) -> Vec<Compared> {
    let gone = history.spells.values().filter(|spell| spell.ended()).map(|spell| spell.last_pupils);
    let mut rows = vec![Compared {
        what: "Pupils of a district in its last year, median".to_owned(),
        published: median(gone.collect()),
        simulated: Band::of(runs.iter().map(|run| median(run.last_pupils.clone()))),
    }];
    // Only reorganisations with a new identifier are listed, and only where the record infers them.
    let listed = &history.consolidations;
    if !listed.is_empty() {
        let predecessors = listed.iter().map(|found| found.predecessors.len() as f64).collect::<Vec<_>>();
        rows.push(Compared {
            what: "Districts that became one, mean".to_owned(),
            published: mean(&predecessors),
            simulated: Band::of(runs.iter().map(|run| mean(&run.predecessors))),
        });
        rows.push(Compared {
            what: "Pupils of a merged district, median".to_owned(),
            published: median(listed.iter().map(|found| found.pupils).collect()),
            simulated: Band::of(runs.iter().map(|run| median(run.merged_pupils.clone()))),
        });
    }
    rows
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { f64::NAN } else { values.iter().sum::<f64>() / values.len() as f64 }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    if values.is_empty() { f64::NAN } else { quantile(&values, 0.5) }
}

/// Pupils by identifier and year of the districts that operate in `year`, for the years after it.
pub(super) fn later_pupils(history: &StateHistory, year: u16) -> BTreeMap<&str, BTreeMap<u16, f64>> {
    let later = |id: &str| {
        let years = history.panel.get(id).into_iter().flat_map(|years| years.range(year + 1..));
        years.map(|(year, row)| (*year, row.pupils)).collect()
    };
    history.operating(year).map(|(id, _)| (id, later(id))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::policy::{Eligibility, Instrument, InstrumentKind, LevyRelief};

    fn instrument(start: u16, end: Option<u16>) -> Instrument {
        Instrument {
            name: "levy".to_owned(),
            start,
            end,
            budget_cap: None,
            eligibility: Eligibility::default(),
            kind: InstrumentKind::LevyRelief(LevyRelief { mills: vec![1.0] }),
        }
    }

    #[test]
    fn periods_break_where_instruments_open_and_close() {
        let policy = Policy { instruments: vec![instrument(6, Some(12)), instrument(12, None)], ..Policy::default() };
        assert_eq!(periods(&policy), [(1995, 2001), (2001, 2007), (2007, 2016)]);
        assert_eq!(periods(&Policy::default()), [(1995, 2016)]);
        let always = Policy { instruments: vec![instrument(0, None)], ..Policy::default() };
        assert_eq!(periods(&always), [(1995, 2016)]);
    }

    #[test]
    fn an_uplift_is_the_change_of_the_yearly_loss() {
        let policy = Policy { instruments: vec![instrument(6, None)], ..Policy::default() };
        let counts = (1995..=2016).map(|year| (year, if year <= 2001 { 100 } else { 90 }));
        let mut history = StateHistory::default();
        history.counts.extend(counts);
        let run = Run { counts: (0..21).map(|year| if year < 6 { 90.0 } else { 81.0 }).collect(), ..Run::default() };
        let (losses, uplifts) = losses(&history, &policy, 100.0, &[&run]);
        assert_eq!(
            losses.iter().map(|loss| loss.what.as_str()).collect::<Vec<_>>(),
            ["1995 to 2001", "2001 to 2016", "1995 to 2016"]
        );
        let expected = -math::ln(0.9);
        assert!(losses[0].published.abs() < 1e-12 && (losses[1].published - expected / 15.0).abs() < 1e-12);
        assert!((uplifts[0].published - expected / 15.0).abs() < 1e-12);
        assert!((uplifts[0].simulated.median - (expected / 15.0 - expected / 6.0)).abs() < 1e-12);
    }

    #[test]
    fn what_the_policy_does_is_told_apart_from_what_would_have_come_anyway() {
        let policy = Policy { instruments: vec![instrument(6, None)], ..Policy::default() };
        let counts = |after: f64| (0..21).map(|year| if year < 6 { 95.0 } else { after }).collect::<Vec<f64>>();
        let known = crate::experiments::climate::Known { mean: 0.0, sd: 0.0 };
        let past = Past { run: Run { counts: counts(81.0), ..Run::default() }, without: counts(90.0), known };
        let mut history = StateHistory::default();
        history.counts.extend([(1995, 100), (2001, 99), (2016, 80)]);
        let found = causal(&history, &policy, 100.0, &[past]);
        assert_eq!(found.iter().map(|found| found.what.as_str()).collect::<Vec<_>>(), ["2001 to 2016", "1995 to 2016"]);
        let (without, with) = (math::ln(95.0 / 90.0) / 15.0, math::ln(95.0 / 81.0) / 15.0);
        assert!((found[0].without.median - without).abs() < 1e-12, "{found:?}");
        let change = math::ln(99.0 / 80.0) / 15.0 - math::ln(100.0 / 99.0) / 6.0;
        assert!(found[0].record.is_some_and(|record| (record - change).abs() < 1e-12) && found[1].record.is_none());
        assert!((found[0].effect.median - (with - without)).abs() < 1e-12, "{found:?}");
    }
}
