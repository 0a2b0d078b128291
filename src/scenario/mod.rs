//! Scenario files: a question, written down. Read, checked whole, and turned into validated inputs.

use std::path::PathBuf;

use crate::districts::synthetic::SyntheticSpec;
use crate::model::outcomes::RegionOutcome;
use crate::model::parameters::ParameterId;
use crate::model::policy::Policy;

/// Where the region comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum RegionChoice {
    /// Drawn from published statistics, with the scenario's seed.
    Synthetic(SyntheticSpec),
    /// A region file, as `import` and `region` write it; the path is as given, made relative to the
    /// scenario's folder where it is relative.
    File(PathBuf),
}

/// Which figure of an outcome's distribution over the futures is expected to lie in a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The median over the futures.
    Median,
    /// The mean over the futures.
    Mean,
    /// The median of the paired difference from the baseline.
    MedianDifference,
    /// The mean of the paired difference from the baseline.
    MeanDifference,
}

/// A band in which a figure is expected to lie, with its source: not from the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The policy's index in the scenario.
    pub policy: usize,
    /// The outcome.
    pub outcome: RegionOutcome,
    /// The year (from 0) in which it is read; None: the outcome's own summary over the years.
    pub year: Option<u16>,
    /// Which figure.
    pub measure: Measure,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Where the band comes from.
    pub source: String,
}

/// A validated scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its short name: the name of its results folder.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it asks, for people.
    pub description: String,
    /// Where its designs come from.
    pub source: String,
    /// The region.
    pub region: RegionChoice,
    /// Years simulated, 1–100.
    pub years: u16,
    /// Replicates, 1–10,000,000.
    pub replicates: u32,
    /// The seed.
    pub seed: u64,
    /// Whether uncertain inputs are drawn anew in every replicate.
    pub draw_parameters: bool,
    /// Parameters set for all policies.
    pub parameters: Vec<(ParameterId, f64)>,
    /// The policies; the first is the baseline.
    pub policies: Vec<Policy>,
    /// Bands that the result is expected to lie in.
    pub expect: Vec<Expectation>,
    /// The text of the file, for its digest.
    pub text: String,
}
