//! The past simulated again: real districts from fiscal year 1995 to 2016 under the policies then in force,
//! compared with what happened.
//!
//! Simulated year 1 is fiscal year 1996: pupils of fall 1995, and the mergers in force by then. All intervals
//! are of 90 %. A district "ended" when another serves its community; where the record gives a reorganised
//! district a new identifier, its largest predecessor counts as the one that goes on, as in the model
//! ([`Exit`](crate::districts::history::Exit)).

mod checks;
pub mod classify;
mod enrolment;
pub mod logistic;
mod observed;
mod runs;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::Serialize;

use crate::diagnostics::{Place, Problem, Problems};
use crate::districts::history::{FIRST_YEAR, Knowledge, Spell, StateHistory, early_slope, start};
use crate::engine::math;
use crate::engine::replicates::Failure;
use crate::experiments::statistics::quantile_of_sorted as quantile;
use crate::model::policy::Policy;
use crate::model::region::{Region, StartingDistrict, StateFinance, StateRules};
use crate::scenario::{RegionChoice, Scenario};

pub use checks::{Check, Score, Unit, checks, score};
use classify::{Bin, Estimate, auc, auc_difference, brier, calibration};
pub use enrolment::Enrolment;
use logistic::Logistic;
pub use runs::{Futures, YEARS};
use runs::{Run, each, summarise};

/// Draws of the unknown trends of 1995; futures take turns on them.
const TREND_DRAWS: u32 = 20;
/// Bins of a calibration curve.
const BINS: usize = 10;
/// The last year whose enrolment the regression knows: it knows more than the simulation.
pub const EARLY_YEARS: u16 = FIRST_YEAR + 3;

/// A figure over the futures: 5 % quantile, median and 95 % quantile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Band {
    /// 5 % quantile.
    pub low: f64,
    /// Median.
    pub median: f64,
    /// 95 % quantile.
    pub high: f64,
}

impl Band {
    /// The band of some values; those that are not defined (not a number) are left out. Without any, no number.
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
        if values.is_empty() {
            return Self { low: f64::NAN, median: f64::NAN, high: f64::NAN };
        }
        values.sort_by(f64::total_cmp);
        Self { low: quantile(&values, 0.05), median: quantile(&values, 0.5), high: quantile(&values, 0.95) }
    }

    /// Whether a value lies in it, its ends included.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// A published figure and the same of the simulation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// What it is.
    pub what: String,
    /// The published figure.
    pub published: f64,
    /// The simulated one.
    pub simulated: Band,
}

/// The number of districts in a fiscal year.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct YearCount {
    /// The fiscal year.
    pub year: u16,
    /// As published.
    pub published: u32,
    /// As simulated.
    pub simulated: Band,
}

/// The yearly exit rate of a size class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassRate {
    /// The class.
    pub class: String,
    /// As published: identifiers that ended, renumbered ones left out.
    pub published: Estimate,
    /// By the record, the largest predecessor of a new district going on: what the simulation is compared with.
    pub observed: Estimate,
    /// District-years at risk, exits by the record.
    pub at_risk: (u32, u32),
    /// As simulated.
    pub simulated: Band,
}

/// What became of one district of the start, and how probable the simulation held its end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fate {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Pupils at the start.
    pub pupils: f64,
    /// Yearly change of the log of its pupils over the first years; none where only one year is known.
    pub early_slope: Option<f64>,
    /// Whether it ended (see the module).
    pub ended: bool,
    /// Whether its identifier ended, which the published yardstick counts.
    pub identifier_ended: bool,
    /// Share of the futures in which it ended.
    pub probability: f64,
    /// The probability by a logistic regression fitted to the other states; none where there are none.
    pub regression: Option<f64>,
}

/// How well it was foretold which districts ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Which {
    /// Area under the curve of the simulation.
    pub model: Estimate,
    /// Of size alone, smallest first.
    pub size: Estimate,
    /// The simulation's less size's, paired.
    pub over_size: Estimate,
    /// Both counting every identifier that ended, as the published yardstick does: simulation, size.
    pub by_identifier: (Estimate, Estimate),
    /// Of the logistic regression on log size and early trend, fitted to the other states.
    pub regression: Option<Estimate>,
    /// The simulation's less the regression's, paired.
    pub over_regression: Option<Estimate>,
    /// Brier score of the simulation.
    pub brier: f64,
    /// Of the regression.
    pub brier_regression: Option<f64>,
    /// Of the state's own share of ended districts for every district: it knows the number that ended.
    pub brier_share: f64,
    /// The calibration curve.
    pub bins: Vec<Bin>,
}

/// The backtest of one state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StateResult {
    /// Its postal code.
    pub state: String,
    /// The policy in force.
    pub policy: String,
    /// Where the policy's design comes from.
    pub source: String,
    /// Districts at the start.
    pub districts: usize,
    /// Futures that were finished.
    pub finished: usize,
    /// Numbers of the replicates that could not be finished, and why.
    pub failures: Vec<(u32, String)>,
    /// Districts by year.
    pub counts: Vec<YearCount>,
    /// Yearly loss of districts (log) over periods between changes of policy, then over all years.
    pub losses: Vec<Compared>,
    /// Change of the yearly loss from each period to the next.
    pub uplifts: Vec<Compared>,
    /// Exit rates by size class.
    pub classes: Vec<ClassRate>,
    /// Sizes of what ended and what was merged.
    pub sizes: Vec<Compared>,
    /// Which districts ended; none where all or none did.
    pub which: Option<Which>,
    /// Enrolment foretold from the first years.
    pub enrolment: Enrolment,
    /// Every district of the start.
    pub fates: Vec<Fate>,
}

/// What is asked of one state.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The record.
    pub history: &'a StateHistory,
    /// The policy in force is its first; the rules of the state, and of its finance what the record does not
    /// tell, are those of its synthetic region.
    pub scenario: &'a Scenario,
}

/// Simulates one state again and compares. Runs on the threads of the pool in which it is called; `progress`
/// is called after every future.
///
/// # Errors
/// When the record has too few districts or places, or the scenario brings a region file.
pub fn backtest(
    question: Question<'_>,
    futures: &Futures<'_>,
    progress: impl Fn() + Send + Sync,
) -> Result<StateResult, Problems> {
    let Question { history, scenario } = question;
    let refused = |what: &str| Problem::new(Place::File(scenario.name.clone()), format!("{}: {what}", history.state));
    let RegionChoice::Synthetic(given) = &scenario.region else {
        return Err(refused("the region of a backtest is made from the record").hint("leave `file` out of [region]").into());
    };
    let Some(policy) = scenario.policies.first() else { return Err(refused("no policy").into()) };
    let draws = TREND_DRAWS.min(futures.replicates.len() as u32).max(1);
    let regions = regions(history, draws, &given.rules, &given.finance);
    let Some(first) = regions.first() else {
        return Err(refused("fewer than two districts with a place at the start").into());
    };
    let classes: Vec<(f64, f64)> = history.classes.iter().map(|class| class.range).collect();
    let keep = |region: &Region, record: &_| summarise(region, record, &classes);
    let (runs, failures) = each(&regions, (policy, YEARS), futures, keep, &progress);
    let (enrolment, more) = enrolment::foretold(history, (&given.rules, &given.finance), futures, &progress);
    Ok(compare((history, policy), first, &runs, failures.into_iter().chain(more).collect(), enrolment))
}

/// How many futures one state's backtest runs for each replicate: the past, and enrolment alone.
pub const FUTURES_PER_REPLICATE: u64 = 2;

fn regions(history: &StateHistory, draws: u32, rules: &StateRules, finance: &StateFinance) -> Vec<Arc<Region>> {
    (0..draws).filter_map(|draw| start(history, FIRST_YEAR, Knowledge::OneYear(draw), rules, finance).map(Arc::new)).collect()
}

fn compare(
    (history, policy): (&StateHistory, &Policy),
    region: &Region,
    runs: &[Run],
    failures: Vec<Failure>,
    enrolment: Enrolment,
) -> StateResult {
    let fates = fates(history, region, runs);
    let (losses, uplifts) = observed::losses(history, policy, region.districts.len() as f64, runs);
    StateResult {
        state: history.state.clone(),
        policy: if policy.title.is_empty() { policy.name.clone() } else { policy.title.clone() },
        source: policy.source.clone(),
        districts: region.districts.len(),
        finished: runs.len(),
        failures: failures.into_iter().map(|failure| (failure.replicate, failure.message)).collect(),
        counts: observed::counts(history, runs),
        losses,
        uplifts,
        classes: observed::classes(history, runs),
        sizes: observed::sizes(history, runs),
        which: which(&fates),
        enrolment,
        fates,
    }
}

fn fates(history: &StateHistory, region: &Region, runs: &[Run]) -> Vec<Fate> {
    let fate = |(place, district): (usize, &StartingDistrict)| {
        let spell = history.spells.get(&district.id);
        Fate {
            id: district.id.clone(),
            name: district.name.clone(),
            pupils: district.enrolment(),
            early_slope: early_slope(history, &district.id, EARLY_YEARS),
            ended: spell.is_some_and(Spell::ended),
            identifier_ended: spell.is_some_and(Spell::identifier_ended),
            probability: runs.iter().filter(|run| run.ended[place]).count() as f64 / runs.len().max(1) as f64,
            regression: None,
        }
    };
    region.districts.iter().enumerate().map(fate).collect()
}

fn which(fates: &[Fate]) -> Option<Which> {
    let probabilities: Vec<f64> = fates.iter().map(|fate| fate.probability).collect();
    let smallness: Vec<f64> = fates.iter().map(|fate| -fate.pupils).collect();
    let ended: Vec<bool> = fates.iter().map(|fate| fate.ended).collect();
    let identifiers: Vec<bool> = fates.iter().map(|fate| fate.identifier_ended).collect();
    let share = ended.iter().filter(|ended| **ended).count() as f64 / ended.len().max(1) as f64;
    Some(Which {
        model: auc(&probabilities, &ended)?,
        size: auc(&smallness, &ended)?,
        over_size: auc_difference(&probabilities, &smallness, &ended)?,
        by_identifier: (auc(&probabilities, &identifiers)?, auc(&smallness, &identifiers)?),
        regression: None,
        over_regression: None,
        brier: brier(&probabilities, &ended),
        brier_regression: None,
        brier_share: brier(&vec![share; ended.len()], &ended),
        bins: calibration(&probabilities, &ended, BINS),
    })
}

/// Fits, for each state, a logistic regression on log size and early trend to the other states, and sets its
/// probabilities and areas beside the simulation's. One state alone has no others and stays without.
pub fn add_regression(states: &mut [StateResult]) {
    for place in 0..states.len() {
        let others = states.iter().enumerate().filter(|(other, _)| *other != place);
        let (rows, ended): (Vec<[f64; 2]>, Vec<bool>) =
            others.flat_map(|(_, state)| inputs(&state.fates).into_iter().zip(state.fates.iter().map(|fate| fate.ended))).unzip();
        let Some(fitted) = Logistic::fit(&rows, &ended) else { continue };
        let own = inputs(&states[place].fates);
        let state = &mut states[place];
        state.fates.iter_mut().zip(&own).for_each(|(fate, row)| fate.regression = Some(fitted.probability(row)));
        let regression: Vec<f64> = own.iter().map(|row| fitted.probability(row)).collect();
        let probabilities: Vec<f64> = state.fates.iter().map(|fate| fate.probability).collect();
        let ended: Vec<bool> = state.fates.iter().map(|fate| fate.ended).collect();
        if let Some(which) = &mut state.which {
            which.regression = auc(&regression, &ended);
            which.over_regression = auc_difference(&probabilities, &regression, &ended);
            which.brier_regression = Some(brier(&regression, &ended));
        }
    }
}

/// Log size and early slope; the state's mean slope where a district has one year only.
fn inputs(fates: &[Fate]) -> Vec<[f64; 2]> {
    let known: Vec<f64> = fates.iter().filter_map(|fate| fate.early_slope).collect();
    let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
    fates.iter().map(|fate| [math::ln(fate.pupils), fate.early_slope.unwrap_or(mean)]).collect()
}
