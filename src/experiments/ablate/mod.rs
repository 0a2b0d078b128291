//! Ablation: every claim of the source studies switched off, one at a time, on the same futures.
//!
//! The baseline of a future notes who founded clusters when. With a factor missing the same clusters are
//! founded by the same districts (or with the invitees that the missing factor would have kept out), so
//! that selection cannot turn the sign; a further run lets founding itself feel the lack. Clusters that
//! end count with what they do from then on: nothing.

pub mod factors;

use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::statistics::{PairedDifference, PairedDifferences};
use crate::engine::replicates::Failure;
use crate::futures::ensemble::{Batch, Keep};
use crate::futures::inputs::{Desk, Inputs, Tools, Worlds, under};
use crate::futures::question::Question;
use crate::futures::work_folder::{RunnerError, WorkFolder};
use crate::model::events::{Ending, Happening};
use crate::model::outcomes::{ClusterOutcome, RegionOutcome};
use crate::model::parameters::Parameters;
use crate::model::policy::Policy;
use crate::model::record::{CLUSTER_WIDTH, Detail, Record};
use crate::model::simulation::{Ablation, Founding, Foundings, Invitees};

use super::summary::FailedReplicate;
use factors::{Acts, FACTORS, Factor, Measure, Seed, changed};

/// Futures in one chunk: some seconds of work, so that little is lost when it is stopped.
const PER_CHUNK: u32 = 10;
/// Years of a cluster's life in which its activity is counted.
const ACTIVE_YEARS: usize = 10;
/// Years after the founding at which survival is judged.
const SURVIVAL_YEARS: u16 = 6;

/// What an ablation found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ablated {
    /// Version of this program.
    pub version: &'static str,
    /// The scenario's short name.
    pub scenario: String,
    /// The policy under which it was run.
    pub policy: String,
    /// The policy's title.
    pub policy_title: String,
    /// The region's title.
    pub region: String,
    /// Whether every future drew a region of its own.
    pub region_drawn_anew: bool,
    /// Years simulated.
    pub years: u16,
    /// The seed.
    pub seed: u64,
    /// Number of the first replicate.
    pub first_replicate: u32,
    /// Replicates that were finished.
    pub finished: u32,
    /// The posterior that parameters were drawn from; none where from their priors.
    pub posterior: Option<String>,
    /// One row for every claim.
    pub rows: Vec<Row>,
    /// Replicates that could not be finished.
    pub failures: Vec<FailedReplicate>,
}

/// One claim and what switching it off does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Stable name.
    pub id: &'static str,
    /// The factor.
    pub factor: &'static str,
    /// `S1` or `S2`.
    pub seed: &'static str,
    /// Where the study says it.
    pub section: &'static str,
    /// What it says, paraphrased.
    pub sentence: &'static str,
    /// What is switched off: parameters with their defaults and the value without the factor.
    pub mechanism: String,
    /// Whether founding itself was repeated from the baseline.
    pub same_foundings: bool,
    /// What is looked at.
    pub outcome: &'static str,
    /// `falls` or `rises`: what the study claims of the outcome without the factor.
    pub claimed: &'static str,
    /// Mean of the outcome with the factor.
    pub with_factor: f64,
    /// The outcome without the factor less the outcome with it, in the same futures.
    pub effect: PairedDifference,
    /// Effect on the number of clusters founded where founding feels the lack too.
    pub founding: PairedDifference,
    /// `as claimed`, `not distinguishable` or `wrong way`.
    pub verdict: &'static str,
}

/// How an ablation is run.
#[derive(Debug, Clone, PartialEq)]
pub struct Options<'a> {
    /// The policy's place in the scenario.
    pub policy: usize,
    /// The replicates.
    pub replicates: Range<u32>,
    /// The work folder, in which finished chunks are kept.
    pub work: &'a Path,
}

/// Runs the ablation on the threads of the pool in which it is called; `progress` is told how many replicates
/// are done. An ablation that was stopped goes on from what the work folder holds; the folder can be cleared
/// once the result is safe.
///
/// # Errors
/// When the work folder cannot be written to or holds other work.
pub fn ablate(
    question: &Question,
    options: &Options<'_>,
    progress: impl FnMut(u64) + Send,
) -> Result<(Ablated, Option<WorkFolder>), RunnerError> {
    let scenario = &question.scenario;
    let runner = Runner::new(question, options);
    let shown = runner.worlds.regions().of_future(scenario.seed, options.replicates.start);
    let mut tables: Vec<Collected> = FACTORS.iter().map(|_| Collected::default()).collect();
    let (mut finished, mut failures) = (0, Vec::new());
    let keep = Keep {
        folder: options.work.to_owned(),
        facts: runner.facts(question, &options.replicates),
        per_chunk: PER_CHUNK,
    };
    let folder = Batch { replicates: options.replicates.clone(), keep: Some(keep), weight: 0 }.run(
        || runner.worlds.desk(),
        |desk, replicate| Pairs(runner.run(desk, replicate)),
        progress,
        |replicate, result| {
            match result {
                Ok(Pairs(pairs)) => {
                    finished += 1;
                    tables.iter_mut().zip(pairs).for_each(|(table, pair)| table.add(&pair));
                }
                Err(Failure { message, .. }) => {
                    failures.push(FailedReplicate { replicate, seed: scenario.seed, message });
                }
            }
            Ok::<(), std::convert::Infallible>(())
        },
    )?;
    let ablated = Ablated {
        version: env!("CARGO_PKG_VERSION"),
        scenario: scenario.name.clone(),
        policy: runner.policy.name.clone(),
        policy_title: runner.policy.title.clone(),
        region: shown.title.clone(),
        region_drawn_anew: runner.worlds.regions().drawn_anew(),
        years: scenario.years,
        seed: scenario.seed,
        first_replicate: options.replicates.start,
        finished,
        posterior: runner.inputs.posterior_name().map(str::to_owned),
        rows: FACTORS.iter().zip(&tables).map(|(factor, table)| table.row(factor)).collect(),
        failures,
    };
    Ok((ablated, folder))
}

/// A factor's figures in one future: with and without it, and clusters founded with and without it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Pair {
    with: f64,
    without: f64,
    founded: f64,
    founded_without: f64,
}

/// The figures of all factors in one future.
#[derive(Serialize, Deserialize)]
struct Pairs(Vec<Pair>);

#[derive(Default)]
struct Collected {
    effect: PairedDifferences,
    founding: PairedDifferences,
    sum: f64,
    count: u32,
}

impl Collected {
    fn add(&mut self, pair: &Pair) {
        self.effect.add(pair.without, pair.with);
        self.founding.add(pair.founded_without, pair.founded);
        if !pair.with.is_nan() {
            self.sum += pair.with;
            self.count += 1;
        }
    }

    fn row(&self, factor: &Factor) -> Row {
        let effect = self.effect.summary();
        Row {
            id: factor.id,
            factor: factor.name,
            seed: if factor.seed == Seed::First { "S1" } else { "S2" },
            section: factor.section,
            sentence: factor.sentence,
            mechanism: mechanism(factor),
            same_foundings: factor.acts == Acts::Operation,
            outcome: factor.measure.name(),
            claimed: if factor.rises { "rises" } else { "falls" },
            with_factor: if self.count > 0 { self.sum / f64::from(self.count) } else { f64::NAN },
            verdict: verdict(&effect, factor.rises),
            effect,
            founding: self.founding.summary(),
        }
    }
}

/// What is switched off, in words.
fn mechanism(factor: &Factor) -> String {
    let mut parts: Vec<String> = match factor.invitees {
        Invitees::AsNoted => Vec::new(),
        Invitees::LeastAlike => vec!["the least similar within reach are invited".to_owned()],
        Invitees::Farthest => vec!["the farthest within reach are invited".to_owned()],
        Invitees::Many => vec!["sixteen members".to_owned()],
    };
    let round = |value: f64| (value * 1e6).round() / 1e6;
    parts.extend(
        changed(factor).iter().map(|(name, with, without)| format!("{name} {} → {}", round(*with), round(*without))),
    );
    parts.join(", ")
}

/// Whether the interval of the mean effect lies on the side that the study claims.
fn verdict(effect: &PairedDifference, rises: bool) -> &'static str {
    let (low, high) = if rises { (effect.mean_low, effect.mean_high) } else { (-effect.mean_high, -effect.mean_low) };
    if low > 0.0 {
        "as claimed"
    } else if high < 0.0 {
        "wrong way"
    } else {
        "not distinguishable"
    }
}

struct Runner<'a> {
    worlds: Worlds,
    inputs: Inputs<'a>,
    policy: &'a Policy,
}

impl<'a> Runner<'a> {
    fn new(question: &'a Question, options: &Options<'a>) -> Self {
        let policies = &question.scenario.policies;
        Self {
            worlds: question.worlds(),
            inputs: question.inputs(),
            policy: &policies[options.policy.min(policies.len().saturating_sub(1))],
        }
    }

    /// What every chunk depends on.
    fn facts(&self, question: &Question, replicates: &Range<u32>) -> Vec<(String, String)> {
        let own = [
            ("replicates", format!("{} to {}", replicates.start, replicates.end)),
            ("policy", self.policy.name.clone()),
        ];
        question.facts().into_iter().chain(own.map(|(name, value)| (name.to_owned(), value))).collect()
    }

    /// One future: every factor's figures with it and without it.
    fn run(&self, desk: &mut Desk<'_>, replicate: u32) -> Vec<Pair> {
        let p = under(&self.inputs.parameters(replicate), self.policy);
        let with = self.go(desk, replicate, &p, Ablation { formation: &p, foundings: Foundings::Noted });
        let noted: Vec<Founding> = desk.take(replicate).workspace.foundings().to_vec();
        FACTORS.iter().map(|factor| self.pair(desk, factor, (&p, &noted, &with), replicate)).collect()
    }

    fn pair(
        &self,
        desk: &mut Desk<'_>,
        factor: &Factor,
        (p, noted, with): (&Parameters, &[Founding], &Figures),
        replicate: u32,
    ) -> Pair {
        let mut off = p.clone();
        (factor.off)(&mut off);
        // Founding feels the lack; what follows does so only where the factor acts there.
        let after = if factor.acts == Acts::Operation { &off } else { p };
        let free = self.go(desk, replicate, after, Ablation { formation: &off, foundings: Foundings::Decided });
        let without = if factor.acts == Acts::Operation {
            let foundings = Foundings::Replayed(noted, factor.invitees);
            self.go(desk, replicate, &off, Ablation { formation: p, foundings }).get(factor.measure)
        } else {
            free.get(factor.measure)
        };
        Pair { with: with.get(factor.measure), without, founded: with.founded, founded_without: free.founded }
    }

    fn go(&self, desk: &mut Desk<'_>, replicate: u32, p: &Parameters, ablation: Ablation<'_>) -> Figures {
        let Tools { simulation, workspace, record } = desk.take(replicate);
        let id = self.inputs.id(replicate);
        simulation.run_ablated(workspace, (self.policy, p), &ablation, id, Detail::Cluster, record);
        Figures::of(record, simulation.years())
    }
}

/// What is looked at in one run.
#[derive(Debug, Clone, Copy)]
struct Figures {
    activity: f64,
    survival: f64,
    founded: f64,
    referrals: f64,
    closures: f64,
}

/// What is known of one cluster of a run.
#[derive(Debug, Clone, Copy, Default)]
struct Life {
    founded: u16,
    worked: f64,
    alive_later: bool,
    merged: bool,
}

impl Figures {
    fn of(record: &Record, years: u16) -> Self {
        let lives = lives(record);
        let mean = |values: &mut dyn Iterator<Item = f64>| {
            let (sum, count) = values.fold((0.0, 0u32), |(sum, count), value| (sum + value, count + 1));
            if count > 0 { sum / f64::from(count) } else { f64::NAN }
        };
        let observed = |life: &Life| f64::from(years - life.founded).min(ACTIVE_YEARS as f64).max(1.0);
        let judged = lives.iter().filter(|life| life.founded + SURVIVAL_YEARS < years && !life.merged);
        let last = record.years().saturating_sub(1);
        Self {
            activity: mean(&mut lives.iter().map(|life| life.worked / observed(life))),
            survival: mean(&mut judged.map(|life| f64::from(u8::from(life.alive_later)))),
            founded: record.region_value(last, RegionOutcome::clusters_founded),
            referrals: mean(&mut (0..record.years()).map(|year| record.region_value(year, RegionOutcome::referrals))),
            closures: record.region_value(last, RegionOutcome::closures),
        }
    }

    fn get(&self, measure: Measure) -> f64 {
        match measure {
            Measure::Activity => self.activity,
            Measure::Survival => self.survival,
            Measure::Founded => self.founded,
            Measure::Referrals => self.referrals,
            Measure::Closures => self.closures,
        }
    }
}

/// The lives of all clusters of a run, in the order of their founding.
fn lives(record: &Record) -> Vec<Life> {
    let mut lives: Vec<Life> = Vec::new();
    for event in &record.events {
        match event.what {
            // Serial numbers count the foundings.
            Happening::Founded { .. } => lives.push(Life { founded: event.year, ..Life::default() }),
            Happening::Ended { cluster, ending: Ending::Merged } => {
                if let Some(life) = lives.get_mut(cluster as usize) {
                    life.merged = true;
                }
            }
            _ => {}
        }
    }
    let rows = &record.clusters;
    for (row, values) in rows.values.chunks_exact(CLUSTER_WIDTH).enumerate() {
        let Some(life) = lives.get_mut(rows.entity[row] as usize) else { continue };
        let age = rows.year[row] - life.founded;
        if usize::from(age) < ACTIVE_YEARS {
            life.worked += values[ClusterOutcome::worked.index()] / values[ClusterOutcome::members.index()].max(1.0);
        }
        life.alive_later |= age == SURVIVAL_YEARS;
    }
    lives
}

#[cfg(test)]
mod tests;
