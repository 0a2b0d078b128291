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
pub mod held_out;
pub mod logistic;
mod observed;
mod past;
mod runs;
#[cfg(test)]
mod tests;
mod which;

use std::sync::Arc;

use serde::Serialize;

use crate::diagnostics::{Place, Problem, Problems};
use crate::districts::history::{FIRST_YEAR, Knowledge, StateHistory, start};
use crate::engine::replicates::Failure;
use crate::experiments::statistics::quantile_of_sorted as quantile;
use crate::futures::work_folder::{RunnerError, WorkFolder};
use crate::model::policy::Policy;
use crate::model::region::Region;
use crate::scenario::{RegionChoice, Scenario, SyntheticRegion};

pub use checks::{Check, Score, Unit, checks, score};
use classify::{Bin, Estimate};
pub use enrolment::Enrolment;
pub(super) use observed::recorded;
use past::{Past, World};
use runs::Run;
pub(super) use runs::{AtRisk, summarise};
pub use runs::{Futures, YEARS};
pub use which::add_regression;
use which::{fates, which};

/// Draws of the unknown trends of 1995; futures take turns on them.
const TREND_DRAWS: u32 = 20;
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

/// What a policy itself does: a figure with it less the same without it, in the same futures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paired {
    /// The figure and its period.
    pub what: String,
    /// The yearly loss of districts (log) without the policy.
    pub without: Band,
    /// The paired difference that the policy makes.
    pub effect: Band,
    /// Change of the record from the period before to this one: it holds the policy's effect and all else that
    /// changed. None for the first period and for all years together.
    pub record: Option<f64>,
}

/// The merger climate, from the state's own earlier decade.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Climate {
    /// Published loss of districts in the earlier decade, % a year.
    pub loss: f64,
    /// Where it was published, and what the error is made of.
    pub source: String,
    /// Standard error of the climate so measured, log-odds.
    pub error: f64,
    /// Its mean over the futures' parameters, log-odds of a proposal.
    pub mean: Band,
    /// Standard deviation around it that is left in every future.
    pub sd: f64,
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
    /// What the policy itself does to the yearly loss, by period; empty where it has no instrument.
    pub causal: Vec<Paired>,
    /// The merger climate; none where it is drawn from its prior.
    pub climate: Option<Climate>,
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
pub struct Trial<'a> {
    /// The record.
    pub history: &'a StateHistory,
    /// The policy in force is its first; the rules of the state, and of its finance what the record does not
    /// tell, are those of its synthetic region.
    pub scenario: &'a Scenario,
}

/// Why a backtest stopped.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The record or the scenario is wrong.
    #[error("{}", .0.render(false))]
    Input(Problems),
    /// The work folder cannot be used.
    #[error(transparent)]
    Work(#[from] RunnerError),
}

impl From<Problems> for Stopped {
    fn from(problems: Problems) -> Self {
        Self::Input(problems)
    }
}

/// Simulates one state again and compares. Runs on the threads of the pool in which it is called; `progress`
/// is told how many futures of [`FUTURES_PER_REPLICATE`] for each replicate are there. Finished chunks are
/// kept in the work folder, so that a backtest that was stopped goes on from there; the folders that can be
/// cleared once the result is safe are handed back with it.
///
/// # Errors
/// When the record has too few districts or places, the scenario brings a region file, or the work folder
/// cannot be written to or holds other work.
pub fn backtest(
    trial: Trial<'_>,
    futures: &Futures<'_>,
    progress: impl Fn(u64) + Sync + Send,
) -> Result<(StateResult, Vec<WorkFolder>), Stopped> {
    let Trial { history, scenario } = trial;
    let policy = policy_of(history, scenario)?;
    let regions = regions_of(history, scenario, futures.replicates.len() as u32)?;
    let given = synthetic(history, scenario)?;
    let classes: Vec<(f64, f64)> = history.classes.iter().map(|class| class.range).collect();
    let world = World::new(&regions, policy, scenario.baseline.as_ref(), classes);
    let folder = futures.work.join(format!("{}-past", history.state));
    let (mut pasts, mut failures) = (Vec::new(), Vec::new());
    let future = |desk: &mut _, replicate: u32| {
        world.future(desk, &futures.inputs.parameters(replicate), futures.inputs.id(replicate))
    };
    let folder = futures.batch(folder, (history, scenario)).run(
        || world.desk(),
        future,
        &progress,
        |_, result| {
            match result {
                Ok(past) => pasts.push(past),
                Err(failure) => failures.push(failure),
            }
            Ok::<(), std::convert::Infallible>(())
        },
    );
    let folder = folder.map_err(RunnerError::from)?;
    let before = futures.replicates.len() as u64;
    let more = |done| progress(before + done);
    let foretold = enrolment::foretold((history, scenario), (&given.rules, &given.finance), futures, more)?;
    failures.extend(foretold.failures);
    let result = compare(trial, policy, &regions[0], &pasts, failures, foretold.enrolment);
    Ok((result, [folder, foretold.folder].into_iter().flatten().collect()))
}

/// How many futures one state's backtest runs for each replicate: the past (with and without the policy, and
/// the earlier decade), and enrolment alone.
pub const FUTURES_PER_REPLICATE: u64 = 2;

fn refused(history: &StateHistory, scenario: &Scenario, what: &str) -> Problem {
    Problem::new(Place::File(scenario.name.clone()), format!("{}: {what}", history.state))
}

fn policy_of<'a>(history: &StateHistory, scenario: &'a Scenario) -> Result<&'a Policy, Problems> {
    scenario.policies.first().ok_or_else(|| refused(history, scenario, "no policy").into())
}

fn synthetic<'a>(history: &StateHistory, scenario: &'a Scenario) -> Result<&'a SyntheticRegion, Problems> {
    match &scenario.region {
        RegionChoice::Synthetic(given) => Ok(given),
        RegionChoice::File(_) | RegionChoice::Shipped(_) => {
            let what = "the region of a backtest is made from the record";
            Err(refused(history, scenario, what).hint("leave `file` and `state` out of [region]").into())
        }
    }
}

/// The regions of a state at the start, at least one: they differ in the trends, which were not known then.
/// The replicates take turns on them.
///
/// # Errors
/// As [`backtest`].
pub fn regions_of(history: &StateHistory, scenario: &Scenario, replicates: u32) -> Result<Vec<Arc<Region>>, Problems> {
    let given = synthetic(history, scenario)?;
    if scenario.years != YEARS {
        let problem = refused(history, scenario, "the past is not simulated to the end of the record");
        return Err(problem.expected(format!("years = {YEARS}")).into());
    }
    let draws = TREND_DRAWS.min(replicates).max(1);
    let region =
        |draw| start(history, FIRST_YEAR, Knowledge::OneYear(draw), &given.rules, &given.finance).map(Arc::new);
    let regions: Vec<Arc<Region>> = (0..draws).filter_map(region).collect();
    if regions.is_empty() {
        return Err(refused(history, scenario, "fewer than two districts with a place at the start").into());
    }
    Ok(regions)
}

fn compare(
    Trial { history, scenario }: Trial<'_>,
    policy: &Policy,
    region: &Region,
    pasts: &[Past],
    failures: Vec<Failure>,
    enrolment: Enrolment,
) -> StateResult {
    let runs: Vec<&Run> = pasts.iter().map(|past| &past.run).collect();
    let fates = fates(history, region, &runs);
    let at_start = region.districts.len() as f64;
    let (losses, uplifts) = observed::losses(history, policy, at_start, &runs);
    StateResult {
        state: history.state.clone(),
        policy: if policy.title.is_empty() { policy.name.clone() } else { policy.title.clone() },
        source: policy.source.clone(),
        districts: region.districts.len(),
        finished: runs.len(),
        failures: failures.into_iter().map(|failure| (failure.replicate, failure.message)).collect(),
        counts: observed::counts(history, &runs),
        losses,
        uplifts,
        causal: observed::causal(history, policy, at_start, pasts),
        climate: climate(scenario, pasts),
        classes: observed::classes(history, &runs),
        sizes: observed::sizes(history, &runs),
        which: which(&fates),
        enrolment,
        fates,
    }
}

fn climate(scenario: &Scenario, pasts: &[Past]) -> Option<Climate> {
    let loss = scenario.baseline.as_ref()?;
    Some(Climate {
        loss: loss.published,
        source: loss.source.clone(),
        error: loss.error,
        mean: Band::of(pasts.iter().map(|past| past.known.mean)),
        sd: pasts.first().map_or(f64::NAN, |past| past.known.sd),
    })
}
