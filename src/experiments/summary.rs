//! What a comparison found: figures of every policy, and paired differences from the baseline.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use super::standards::{StandardSigns, standards};
use super::statistics::{Distribution, PairedDifference, PairedDifferences, Spread, difference};
use super::survival::{Lives, Survival};
use crate::engine::replicates::Failure;
use crate::futures::inputs::Regions;
use crate::model::events::Form;
use crate::model::outcomes::{Better, Outcome, REGION_OUTCOMES, RegionOutcome, Summary};
use crate::model::record::Record;
use crate::scenario::{Expectation, Measure, Scenario};

/// The outcomes that count districts by status, in the order of the organisational continuum.
pub const STATUS_OUTCOMES: [RegionOutcome; Form::ALL.len()] = [
    RegionOutcome::alone,
    RegionOutcome::in_network,
    RegionOutcome::in_cluster,
    RegionOutcome::in_consortium,
    RegionOutcome::in_federation,
    RegionOutcome::merged,
    RegionOutcome::dissolved,
];

/// Where regions that are drawn anew come from.
const DRAWN_ANEW: &str = "Drawn anew in every future from published statistics of rural districts";

/// The result of a comparison: what the printed table shows, and more. As JSON, a figure that is not
/// defined is `null`; a share lies between 0 and 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Version of this program.
    pub version: &'static str,
    /// The scenario's short name.
    pub scenario: String,
    /// The scenario's title.
    pub title: String,
    /// The region.
    pub region: RegionFacts,
    /// Years simulated.
    pub years: u16,
    /// The seed.
    pub seed: u64,
    /// Whether uncertain inputs were drawn anew in every future.
    pub parameters_drawn: bool,
    /// Number of the first replicate (future).
    pub first_replicate: u32,
    /// Replicates asked for.
    pub replicates: u32,
    /// Replicates that were finished under all policies; the figures are theirs.
    pub finished: u32,
    /// The outcomes: what each figure means.
    pub outcomes: Vec<OutcomeFacts>,
    /// The policies, the baseline first.
    pub policies: Vec<PolicyFigures>,
    /// The scenario's expectations and whether the result lies in their bands.
    pub expectations: Vec<Checked>,
    /// For every policy but the baseline its effect on viability in the last year by what is asked of a high school,
    /// and whether its sign depends on that.
    pub standards: Vec<StandardSigns>,
    /// Replicates that could not be finished.
    pub failures: Vec<FailedReplicate>,
}

/// What the reader of a comparison must know of its region.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegionFacts {
    /// Its short name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Where its figures come from.
    pub source: String,
    /// Whether every future drew a region of its own, as many districts in each; all policies of a future share it.
    pub drawn_anew: bool,
    /// The future whose communities stand for all where single communities are shown: the first that was finished,
    /// since communities of regions drawn anew are other places in every future. Null where all futures share the
    /// region: then communities are followed through all of them.
    pub shown_future: Option<u32>,
    /// Districts at the start.
    pub districts: usize,
    /// Pupils at the start; the median over the futures where the region is drawn anew.
    pub pupils: f64,
    /// Calendar year in which the first simulated school year begins.
    pub first_year: i32,
}

/// An outcome as an entry of the JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutcomeFacts {
    /// Its name, as used in `policies[].outcomes[].outcome`.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its unit; `share` is a number between 0 and 1.
    pub unit: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Which way is better: `higher`, `lower` or `neither`.
    pub better: &'static str,
    /// How the years become one figure: `last_year`, `mean_of_years`, `pupil_years` or `sum_of_years`.
    pub summary: &'static str,
    /// Whether it stands in the printed table.
    pub headline: bool,
}

/// One policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PolicyFigures {
    /// Its short name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its figures, in the order of `outcomes`.
    pub outcomes: Vec<OutcomeFigures>,
    /// How its clusters live: with money, after it and without it.
    pub survival: Survival,
}

/// One outcome under one policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutcomeFigures {
    /// The outcome's name.
    pub outcome: &'static str,
    /// Its distribution over the futures.
    pub level: Spread,
    /// Its paired difference from the baseline; null for the baseline itself.
    pub difference: Option<PairedDifference>,
    /// Futures in which the policy does better than the baseline; null for the baseline and where
    /// neither way is better.
    pub better: Option<u64>,
    /// Futures in which it does worse; null as for `better`.
    pub worse: Option<u64>,
}

/// An expectation of the scenario beside what was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// The policy's short name.
    pub policy: String,
    /// The outcome's name.
    pub outcome: &'static str,
    /// The simulated year, counted from 1, in which it is read; null: the outcome's own summary over
    /// the years.
    pub year: Option<u16>,
    /// Which figure: `median`, `mean`, `median_difference` or `mean_difference`.
    pub measure: &'static str,
    /// Lower end of the band.
    pub low: f64,
    /// Upper end of the band.
    pub high: f64,
    /// What was found.
    pub observed: f64,
    /// Whether it lies in the band; a figure that is not defined does not.
    pub inside: bool,
    /// Where the band comes from.
    pub source: String,
}

/// A replicate that could not be finished: a defect of the program, which can be run alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailedReplicate {
    /// Its number.
    pub replicate: u32,
    /// The seed.
    pub seed: u64,
    /// What the program said.
    pub message: String,
}

/// How one policy goes through the years: for charts and for the results folder.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trends {
    /// The policy's short name.
    pub policy: String,
    /// The headline outcomes by year.
    pub outcomes: Vec<OutcomeTrend>,
    /// Mean number of districts of the start by status, year by year; statuses as in [`Form::ALL`].
    pub status: Vec<[f64; Form::ALL.len()]>,
    /// For every community (a district of the start, in the region's order), the share of futures in
    /// which it ends in each status, as in [`Form::ALL`]; those of [`RegionFacts::shown_future`] alone where there
    /// is one.
    pub final_status: Vec<[f64; Form::ALL.len()]>,
    /// For every community, the community whose district serves it at the end in more than half of the same
    /// futures; null where none does.
    pub final_home: Vec<Option<u16>>,
}

/// One outcome through the years.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutcomeTrend {
    /// The outcome's name.
    pub outcome: &'static str,
    /// Its distribution over the futures in each year.
    pub years: Vec<Spread>,
}

/// One figure of a run from its yearly values, as the outcome's [`Summary`] says; not a number where
/// no year defines it.
#[must_use]
pub fn figure_of_run(record: &Record, outcome: RegionOutcome) -> f64 {
    let years = 0..record.years();
    let value = |year| record.region_value(year, outcome);
    match outcome.outcome().summary {
        Summary::LastYear => years.last().map_or(f64::NAN, value),
        Summary::SumOfYears => {
            years.map(value).filter(|v| !v.is_nan()).fold(f64::NAN, |sum, v| if sum.is_nan() { v } else { sum + v })
        }
        Summary::MeanOfYears => weighted_mean(years.map(|year| (value(year), 1.0))),
        Summary::PupilYears => {
            weighted_mean(years.map(|year| (value(year), record.region_value(year, RegionOutcome::pupils))))
        }
    }
}

/// The mean of the defined values; not a number where there are none.
fn weighted_mean(values: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (sum, weights) = values
        .filter(|(value, _)| !value.is_nan())
        .fold((0.0, 0.0), |(sum, weights), (value, weight)| (sum + value * weight, weights + weight));
    if weights > 0.0 { sum / weights } else { f64::NAN }
}

/// Collects the figures of every replicate as it arrives.
pub(super) struct Collector<'a> {
    scenario: &'a Scenario,
    region: RegionFacts,
    pupils: Distribution,
    replicates: Range<u32>,
    finished: u32,
    policies: Vec<PolicyCollector>,
    expectations: Vec<Distribution>,
    failures: Vec<FailedReplicate>,
}

/// The collected figures of one policy.
struct PolicyCollector {
    levels: Vec<Distribution>,
    differences: Vec<PairedDifferences>,
    /// By year, then by headline outcome.
    yearly: Vec<Distribution>,
    lives: Lives,
    status_sums: Vec<[f64; Form::ALL.len()]>,
    /// Futures whose communities are counted: all, or one where communities are other places in every future.
    mapped: u32,
    final_counts: Vec<[u32; Form::ALL.len()]>,
    /// By community: in how many futures each district serves it at the end.
    final_homes: Vec<BTreeMap<u16, u32>>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(scenario: &'a Scenario, regions: &Regions, replicates: Range<u32>) -> Self {
        let region = regions.of_future(scenario.seed, replicates.start);
        let policy = || PolicyCollector::new(usize::from(scenario.years), region.districts.len());
        Self {
            scenario,
            region: RegionFacts {
                name: region.name.clone(),
                title: region.title.clone(),
                // What a drawn region says of its source names the seed of one future.
                source: if regions.drawn_anew() { DRAWN_ANEW.to_owned() } else { region.source.clone() },
                drawn_anew: regions.drawn_anew(),
                shown_future: None,
                districts: region.districts.len(),
                pupils: region.enrolment(),
                first_year: region.first_year,
            },
            pupils: Distribution::default(),
            replicates,
            finished: 0,
            policies: scenario.policies.iter().map(|_| policy()).collect(),
            expectations: vec![Distribution::default(); scenario.expect.len()],
            failures: Vec::new(),
        }
    }

    /// Adds a finished replicate: the pupils of its region at the start, and the records of all policies, in their
    /// order.
    pub(super) fn add(&mut self, replicate: u32, pupils: f64, records: &[Record]) {
        let Some(baseline) = records.first() else { return };
        self.finished += 1;
        self.pupils.add(pupils);
        let mapped = !self.region.drawn_anew || self.finished == 1;
        if self.region.drawn_anew && mapped {
            self.region.shown_future = Some(replicate);
        }
        for (place, (policy, record)) in self.policies.iter_mut().zip(records).enumerate() {
            policy.add(record, (place > 0).then_some(baseline));
            if mapped {
                policy.map(record);
            }
        }
        for (expectation, found) in self.scenario.expect.iter().zip(&mut self.expectations) {
            if let Some(record) = records.get(expectation.policy) {
                found.add(expected_figure(expectation, record, baseline));
            }
        }
    }

    /// Notes a replicate that could not be finished.
    pub(super) fn failed(&mut self, failure: Failure) {
        let Failure { replicate, message } = failure;
        self.failures.push(FailedReplicate { replicate, seed: self.scenario.seed, message });
    }

    /// The result.
    pub(super) fn finish(mut self) -> (Comparison, Vec<Trends>) {
        let scenario = self.scenario;
        if self.region.drawn_anew && self.finished > 0 {
            self.region.pupils = self.pupils.spread().median;
        }
        let named = || scenario.policies.iter().zip(&self.policies);
        let trends = named().map(|(policy, found)| found.trends(&policy.name, self.finished)).collect();
        let policies: Vec<PolicyFigures> = named()
            .enumerate()
            .map(|(place, (policy, found))| PolicyFigures {
                name: policy.name.clone(),
                title: policy.title.clone(),
                outcomes: found.figures(place > 0),
                survival: found.lives.survival(),
            })
            .collect();
        let expectations = scenario.expect.iter().zip(&self.expectations);
        let comparison = Comparison {
            version: env!("CARGO_PKG_VERSION"),
            scenario: scenario.name.clone(),
            title: scenario.title.clone(),
            region: self.region,
            years: scenario.years,
            seed: scenario.seed,
            parameters_drawn: scenario.draw_parameters,
            first_replicate: self.replicates.start,
            replicates: self.replicates.end - self.replicates.start,
            finished: self.finished,
            outcomes: REGION_OUTCOMES.iter().map(OutcomeFacts::of).collect(),
            standards: standards(&policies),
            policies,
            expectations: expectations.map(|(expectation, found)| checked(scenario, expectation, found)).collect(),
            failures: self.failures,
        };
        (comparison, trends)
    }
}

impl PolicyCollector {
    fn new(years: usize, communities: usize) -> Self {
        Self {
            levels: vec![Distribution::default(); RegionOutcome::COUNT],
            differences: vec![PairedDifferences::default(); RegionOutcome::COUNT],
            yearly: vec![Distribution::default(); years * followed().count()],
            lives: Lives::default(),
            status_sums: vec![[0.0; Form::ALL.len()]; years],
            mapped: 0,
            final_counts: vec![[0; Form::ALL.len()]; communities],
            final_homes: vec![BTreeMap::new(); communities],
        }
    }

    fn add(&mut self, record: &Record, baseline: Option<&Record>) {
        for outcome in RegionOutcome::ALL {
            let figure = figure_of_run(record, outcome);
            self.levels[outcome.index()].add(figure);
            if let Some(baseline) = baseline {
                self.differences[outcome.index()].add(figure, figure_of_run(baseline, outcome));
            }
        }
        self.lives.add(record);
        let width = followed().count();
        for (year, row) in self.yearly.chunks_exact_mut(width).enumerate().take(record.years()) {
            for (distribution, outcome) in row.iter_mut().zip(followed()) {
                distribution.add(record.region_value(year, outcome));
            }
        }
        for (year, sums) in self.status_sums.iter_mut().enumerate().take(record.years()) {
            for (sum, outcome) in sums.iter_mut().zip(STATUS_OUTCOMES) {
                *sum += record.region_value(year, outcome);
            }
        }
    }

    /// Counts how the communities end.
    fn map(&mut self, record: &Record) {
        self.mapped += 1;
        for (counts, form) in self.final_counts.iter_mut().zip(&record.last_forms) {
            counts[*form as usize] += 1;
        }
        for (counts, home) in self.final_homes.iter_mut().zip(&record.last_homes) {
            *counts.entry(*home).or_default() += 1;
        }
    }

    fn figures(&self, paired: bool) -> Vec<OutcomeFigures> {
        let rows = REGION_OUTCOMES.iter().zip(self.levels.iter().zip(&self.differences));
        rows.map(|(outcome, (level, differences))| {
            let difference = paired.then(|| differences.summary());
            OutcomeFigures {
                outcome: outcome.id,
                level: level.spread(),
                better: difference.and_then(|found| found.better(outcome.better)),
                worse: difference.and_then(|found| found.worse(outcome.better)),
                difference,
            }
        })
        .collect()
    }

    fn trends(&self, policy: &str, finished: u32) -> Trends {
        let width = followed().count();
        let years = |place: usize| self.yearly.iter().skip(place).step_by(width).map(Distribution::spread).collect();
        let share = f64::from(finished.max(1)).recip();
        let mapped = f64::from(self.mapped.max(1)).recip();
        Trends {
            policy: policy.to_owned(),
            outcomes: followed()
                .enumerate()
                .map(|(place, outcome)| OutcomeTrend { outcome: outcome.outcome().id, years: years(place) })
                .collect(),
            status: self.status_sums.iter().map(|sums| sums.map(|sum| sum * share)).collect(),
            final_home: self.final_homes.iter().map(|counts| majority(counts, self.mapped)).collect(),
            final_status: self
                .final_counts
                .iter()
                .map(|counts| counts.map(|count| f64::from(count) * mapped))
                .collect(),
        }
    }
}

/// Who serves a community in more than half of the futures that were counted.
fn majority(counts: &BTreeMap<u16, u32>, counted: u32) -> Option<u16> {
    counts.iter().find(|(_, count)| u64::from(**count) * 2 > u64::from(counted)).map(|(home, _)| *home)
}

/// The outcomes of the printed table.
pub fn headline() -> impl Iterator<Item = RegionOutcome> {
    RegionOutcome::ALL.into_iter().filter(|outcome| outcome.outcome().headline)
}

/// The outcomes whose course over the years is kept: those of the printed table, and what charts show beside.
fn followed() -> impl Iterator<Item = RegionOutcome> {
    let drawn = |outcome: &RegionOutcome| *outcome == RegionOutcome::viability_small;
    RegionOutcome::ALL.into_iter().filter(move |outcome| outcome.outcome().headline || drawn(outcome))
}

/// The figure that an expectation speaks of, in one future.
fn expected_figure(expectation: &Expectation, record: &Record, baseline: &Record) -> f64 {
    let figure = |record: &Record| match expectation.year {
        Some(year) if usize::from(year) < record.years() => record.region_value(usize::from(year), expectation.outcome),
        Some(_) => f64::NAN,
        None => figure_of_run(record, expectation.outcome),
    };
    match expectation.measure {
        Measure::Median | Measure::Mean => figure(record),
        Measure::MedianDifference | Measure::MeanDifference => difference(figure(record), figure(baseline)),
    }
}

fn checked(scenario: &Scenario, expectation: &Expectation, found: &Distribution) -> Checked {
    let spread = found.spread();
    let (measure, observed) = match expectation.measure {
        Measure::Median => ("median", spread.median),
        Measure::Mean => ("mean", spread.mean),
        Measure::MedianDifference => ("median_difference", spread.median),
        Measure::MeanDifference => ("mean_difference", spread.mean),
    };
    Checked {
        policy: scenario.policies.get(expectation.policy).map(|policy| policy.name.clone()).unwrap_or_default(),
        outcome: expectation.outcome.outcome().id,
        year: expectation.year.map(|year| year + 1),
        measure,
        low: expectation.low,
        high: expectation.high,
        observed,
        inside: (expectation.low..=expectation.high).contains(&observed),
        source: expectation.source.clone(),
    }
}

impl OutcomeFacts {
    /// The entry of an outcome.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Self {
        Self {
            id: outcome.id,
            title: outcome.title,
            unit: outcome.unit,
            meaning: outcome.meaning,
            better: match outcome.better {
                Better::Higher => "higher",
                Better::Lower => "lower",
                Better::Neither => "neither",
            },
            summary: match outcome.summary {
                Summary::LastYear => "last_year",
                Summary::MeanOfYears => "mean_of_years",
                Summary::PupilYears => "pupil_years",
                Summary::SumOfYears => "sum_of_years",
            },
            headline: outcome.headline,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::policy::Policy;
    use crate::model::region::{AgentKind, GRADES, Region, StartingDistrict, StartingSchool, StateFinance, StateRules};
    use crate::scenario::RegionChoice;

    pub(crate) fn scenario(policies: &[&str]) -> Scenario {
        let policy = |name: &&str| Policy { name: (*name).to_owned(), ..Policy::default() };
        Scenario {
            name: "test".to_owned(),
            title: "A test".to_owned(),
            description: String::new(),
            source: String::new(),
            region: RegionChoice::Synthetic(Box::default()),
            years: 2,
            replicates: 4,
            seed: 1,
            draw_parameters: false,
            parameters: Vec::new(),
            policies: policies.iter().map(policy).collect(),
            baseline: None,
            expect: Vec::new(),
            text: String::new(),
        }
    }

    pub(crate) fn region() -> Region {
        let school =
            |town: &str, x| StartingSchool { town: town.to_owned(), x, y: 0.0, lowest_grade: 0, highest_grade: 12 };
        let district = |id: &str, x| StartingDistrict {
            id: id.to_owned(),
            name: id.to_owned(),
            county: "one".to_owned(),
            x,
            y: 0.0,
            area: 100.0,
            pupils: [10.0; GRADES],
            lowest_grade: 0,
            highest_grade: 12,
            trend: -0.02,
            valuation: 500_000.0,
            cost_level: None,
            local_share: None,
            reserve_share: None,
            debt: 0.0,
            teachers: None,
            schools: vec![school(id, x)],
            high_school: None,
        };
        Region {
            name: "two".to_owned(),
            title: "Two districts".to_owned(),
            source: String::new(),
            first_year: 2020,
            kind: AgentKind::District,
            trend: None,
            trend_unknown: 0.0,
            grades_known: true,
            rules: StateRules::default(),
            finance: StateFinance::default(),
            districts: vec![district("a", 0.0), district("b", 12.0)],
            support: Vec::new(),
        }
    }

    fn given() -> Regions {
        Regions::from(std::sync::Arc::new(region()))
    }

    /// A record of two years in which every outcome is 1 but for those given (first year, second year).
    fn record(given: &[(RegionOutcome, [f64; 2])]) -> Record {
        let mut record = Record { region: vec![1.0; 2 * RegionOutcome::COUNT], ..Record::default() };
        for (outcome, values) in given {
            for (year, value) in values.iter().enumerate() {
                record.region[year * RegionOutcome::COUNT + outcome.index()] = *value;
            }
        }
        record.last_forms = vec![Form::Alone, Form::Merged];
        record.last_homes = vec![0, 0];
        record
    }

    fn same(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn years_become_one_figure_as_the_registry_says() {
        use RegionOutcome as O;
        let run = record(&[
            (O::district_viability, [1.0, 0.5]),
            (O::pupils, [300.0, 100.0]),
            (O::paid_share, [f64::NAN, 0.9]),
            (O::outlay, [2.0, 3.0]),
            (O::trust, [0.5, f64::NAN]),
        ]);
        assert!(same(figure_of_run(&run, O::district_viability), 0.875), "weighted by pupils");
        assert!(same(figure_of_run(&run, O::pupils), 100.0), "last year");
        assert!(same(figure_of_run(&run, O::paid_share), 0.9), "mean of the defined years");
        assert!(same(figure_of_run(&run, O::outlay), 5.0), "sum");
        assert!(
            figure_of_run(&Record::default(), O::outlay).is_nan()
                && figure_of_run(&Record::default(), O::pupils).is_nan()
        );
    }

    #[test]
    fn differences_pair_the_same_future_and_trends_count_what_was_finished() {
        use RegionOutcome as O;
        let scenario = scenario(&["base", "grant"]);
        let mut collector = Collector::new(&scenario, &given(), 0..3);
        for luck in [0.0, 10.0] {
            let base = record(&[(O::districts, [2.0, 2.0 + luck])]);
            let grant = record(&[(O::districts, [2.0, 1.0 + luck])]);
            collector.add(0, 260.0, &[base, grant]);
        }
        collector.failed(Failure { replicate: 2, message: "broke".to_owned() });
        let (comparison, trends) = collector.finish();
        assert_eq!((comparison.replicates, comparison.finished, comparison.failures.len()), (3, 2, 1));
        let districts = &comparison.policies[1].outcomes[O::districts.index()];
        let difference = districts.difference.expect("the second policy has one");
        assert!(same(difference.p5, -1.0) && same(difference.p95, -1.0), "luck cancels out");
        assert_eq!((districts.better, difference.less), (None, 2));
        assert!(comparison.policies[0].outcomes[0].difference.is_none());
        let trend = trends[1].outcomes.iter().find(|trend| trend.outcome == "districts").expect("a headline outcome");
        assert!(same(trend.years[0].median, 2.0) && same(trend.years[1].median, 6.0));
        assert!(same(trends[0].final_status[1][Form::Merged as usize], 1.0));
        assert!(same(trends[0].status[0][0], 1.0));
        assert_eq!(trends[0].final_home, [Some(0), Some(0)]);
    }

    #[test]
    fn communities_of_regions_drawn_anew_are_those_of_the_first_finished_future() {
        let scenario = scenario(&["base"]);
        let mut figures = crate::scenario::SyntheticRegion::default();
        figures.spec.districts = 2;
        let mut collector = Collector::new(&scenario, &Regions::Drawn(Box::new(figures)), 4..7);
        collector.failed(Failure { replicate: 4, message: "broke".to_owned() });
        collector.add(5, 300.0, &[record(&[])]);
        collector.add(6, 500.0, &[Record { last_forms: vec![Form::Alone; 2], last_homes: vec![0, 1], ..record(&[]) }]);
        let (comparison, trends) = collector.finish();
        assert_eq!((comparison.region.shown_future, comparison.region.districts), (Some(5), 2));
        assert!(same(comparison.region.pupils, 400.0) && comparison.region.source.contains("anew"));
        assert!(
            same(trends[0].final_status[1][Form::Merged as usize], 1.0) && trends[0].final_home == [Some(0), Some(0)]
        );
    }

    #[test]
    fn expectations_are_checked_in_their_year_and_measure() {
        use RegionOutcome as O;
        let expectation = |measure, year, low, high| Expectation {
            policy: 1,
            outcome: O::merged,
            year,
            measure,
            low,
            high,
            source: "an example".to_owned(),
        };
        let mut scenario = scenario(&["base", "grant"]);
        scenario.expect = vec![
            expectation(Measure::Median, None, 6.0, 8.0),
            expectation(Measure::MeanDifference, Some(0), 2.0, 3.0),
            expectation(Measure::Mean, Some(9), 0.0, 100.0),
        ];
        let mut collector = Collector::new(&scenario, &given(), 0..1);
        collector.add(0, 260.0, &[record(&[(O::merged, [1.0, 2.0])]), record(&[(O::merged, [5.0, 7.0])])]);
        let found = collector.finish().0.expectations;
        assert!(found[0].inside && same(found[0].observed, 7.0));
        assert!(!found[1].inside && same(found[1].observed, 4.0));
        assert!(!found[2].inside && found[2].observed.is_nan(), "a year beyond the horizon defines nothing");
    }

    #[test]
    fn a_figure_that_is_not_defined_is_null_in_json() {
        let scenario = scenario(&["base"]);
        let (comparison, _) = Collector::new(&scenario, &given(), 0..1).finish();
        let json = serde_json::to_value(&comparison).expect("plain data");
        assert!(json["policies"][0]["outcomes"][0]["level"]["median"].is_null());
        assert_eq!(json["policies"][0]["outcomes"][0]["level"]["n"], 0);
    }
}
