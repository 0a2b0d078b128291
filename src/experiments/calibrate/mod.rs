//! Calibration: which values of the uncertain parameters agree with the published record.
//!
//! All settings share one parameter set; only region, policies and the merger climate of the state, which
//! comes from its own earlier decade, differ. Every parameter vector meets the same futures.

mod form;
pub mod search;
pub mod simulate;
pub mod statistics;
pub mod targets;

use std::path::Path;

use serde::Serialize;

use crate::futures::posterior::{Particle, Posterior};
use crate::futures::work_folder::RunnerError;
use crate::model::parameters::ParameterId;
use crate::provenance::Build;
use search::{Found, Generation, Prior, Search, Vector, distance, miss};
use simulate::Simulator;
use targets::Targets;

/// A parameter is informed when its standard deviation falls below this share of its prior's.
pub const INFORMED: f64 = 0.8;

/// What a calibration found, for tables and files.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The seed of the search.
    pub seed: u64,
    /// The digest of the targets.
    pub targets_sha256: String,
    /// How the search went.
    pub generations: Vec<Generation>,
    /// Distance of the default parameters from the targets: root mean square miss in tolerances.
    pub distance_of_defaults: f64,
    /// Distance of the posterior's median statistics.
    pub distance_of_posterior: f64,
    /// Published against simulated.
    pub targets: Vec<TargetFit>,
    /// Prior against posterior.
    pub parameters: Vec<ParameterFit>,
    /// The merger climates fitted.
    pub climates: Vec<ClimateFit>,
}

/// A target, published and simulated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetFit {
    /// The setting.
    pub setting: String,
    /// What it is.
    pub name: String,
    /// Unit.
    pub unit: &'static str,
    /// Decimals for tables.
    #[serde(skip)]
    pub decimals: usize,
    /// The published figure.
    pub published: f64,
    /// Its standard error with the model's discrepancy.
    pub tolerance: f64,
    /// Where it was published.
    pub source: String,
    /// Simulated under the default parameters.
    pub defaults: f64,
    /// Simulated: weighted 5 %, 50 % and 95 % quantile of the ensemble's figure over the posterior.
    pub simulated: [f64; 3],
    /// The median's miss in tolerances; positive: simulated too high.
    pub miss: f64,
}

/// A parameter, before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParameterFit {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub title: &'static str,
    /// Mean of the prior.
    pub prior_mean: f64,
    /// Standard deviation of the prior.
    pub prior_sd: f64,
    /// Weighted mean of the posterior.
    pub mean: f64,
    /// Weighted standard deviation of the posterior.
    pub sd: f64,
    /// Whether the targets inform it: its standard deviation is below 0.8 of the prior's.
    pub informed: bool,
}

/// The merger climate of a setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClimateFit {
    /// The setting.
    pub setting: String,
    /// Weighted 5 %, 50 % and 95 % quantile, log-odds of a proposal.
    pub climate: [f64; 3],
}

/// Calibrates on the threads of the pool in which it is called. Finished chunks are kept in `work`, so that
/// a search that was stopped goes on from there; `progress` is told generation (from 0), chunks there and
/// chunks in all.
///
/// # Errors
/// When `work` cannot be written to or holds other work, or the model breaks off.
pub fn calibrate(
    targets: &Targets,
    work: &Path,
    progress: &(dyn Fn(u16, usize, usize) + Sync),
) -> Result<(Calibration, Posterior), RunnerError> {
    let simulator = Simulator::new(targets);
    let answer = |values: &[f64]| simulator.answer(values);
    let search = Search {
        priors: targets.parameters.iter().map(|id| prior(*id)).collect(),
        targets: targets.all().map(|(_, target)| (target.published, target.tolerance)).collect(),
        algorithm: targets.algorithm,
        digest: targets.digest.clone(),
        model: &answer,
    };
    let defaults = search.ask(work, targets.parameters.iter().map(|id| id.info().default).collect())?;
    let found = search.run(work, progress)?;
    let posterior = posterior(targets, &found);
    Ok((summary(targets, &search, &found, defaults.as_ref()), posterior))
}

/// A parameter without a prior is refused by the reader of targets; its range stands in.
fn prior(id: ParameterId) -> Prior {
    let info = id.info();
    let (low, high) = info.prior.unwrap_or(info.range);
    Prior { low, mode: info.default, high }
}

fn posterior(targets: &Targets, found: &Found) -> Posterior {
    let build = Build::current();
    let whole: f64 = found.kept.iter().map(|vector| vector.weight).sum();
    let particle = |vector: &Vector| Particle { weight: vector.weight / whole, values: vector.values.clone() };
    Posterior {
        name: targets.title.clone(),
        targets_sha256: targets.digest.clone(),
        program: format!("barnraise {}", build.version),
        seed: targets.algorithm.seed,
        tolerance: found.generations.last().map_or(0.0, |last| last.tolerance),
        parameters: targets.parameters.clone(),
        // A weight that vanished beside the others is none.
        particles: found.kept.iter().map(particle).filter(|particle| particle.weight > 0.0).collect(),
    }
}

fn summary(targets: &Targets, search: &Search<'_>, found: &Found, defaults: Option<&Vector>) -> Calibration {
    let fits: Vec<TargetFit> = targets
        .all()
        .enumerate()
        .map(|(place, (setting, target))| {
            let simulated = quantiles(&found.kept, |vector| vector.answer.statistics[place]);
            let (decimals, unit) = target.statistic.unit();
            TargetFit {
                setting: setting.name.clone(),
                name: target.name.clone(),
                unit,
                decimals,
                published: target.published,
                tolerance: target.tolerance,
                source: target.source.clone(),
                defaults: defaults.map_or(f64::NAN, |vector| vector.answer.statistics[place]),
                miss: miss(simulated[1], (target.published, target.tolerance)),
                simulated,
            }
        })
        .collect();
    let medians: Vec<f64> = fits.iter().map(|fit| fit.simulated[1]).collect();
    Calibration {
        name: targets.name.clone(),
        title: targets.title.clone(),
        seed: targets.algorithm.seed,
        targets_sha256: targets.digest.clone(),
        generations: found.generations.clone(),
        distance_of_defaults: defaults.map_or(f64::NAN, |vector| vector.distance),
        distance_of_posterior: distance(&medians, &search.targets),
        targets: fits,
        parameters: parameters(targets, search, found),
        climates: climates(targets, found),
    }
}

fn parameters(targets: &Targets, search: &Search<'_>, found: &Found) -> Vec<ParameterFit> {
    let whole: f64 = found.kept.iter().map(|vector| vector.weight).sum();
    let fit = |(place, (id, prior)): (usize, (&ParameterId, &Prior))| {
        let mean = found.kept.iter().map(|vector| vector.weight * vector.values[place]).sum::<f64>() / whole;
        let square = |vector: &Vector| vector.weight * (vector.values[place] - mean) * (vector.values[place] - mean);
        let sd = (found.kept.iter().map(square).sum::<f64>() / whole).sqrt();
        let (prior_mean, prior_sd) = prior.moments();
        let info = id.info();
        ParameterFit {
            name: info.name,
            title: info.title,
            prior_mean,
            prior_sd,
            mean,
            sd,
            informed: sd < INFORMED * prior_sd,
        }
    };
    targets.parameters.iter().zip(&search.priors).enumerate().map(fit).collect()
}

fn climates(targets: &Targets, found: &Found) -> Vec<ClimateFit> {
    let fitted = targets.settings.iter().enumerate().filter(|(_, setting)| setting.baseline.is_some());
    let fit = |(place, setting): (usize, &targets::Setting)| ClimateFit {
        setting: setting.name.clone(),
        climate: quantiles(&found.kept, |vector| vector.answer.climates[place]),
    };
    fitted.map(fit).collect()
}

/// Weighted 5 %, 50 % and 95 % quantile over the vectors for which the figure is defined.
fn quantiles(kept: &[Vector], figure: impl Fn(&Vector) -> f64) -> [f64; 3] {
    let mut figures: Vec<(f64, f64)> = kept.iter().map(|vector| (figure(vector), vector.weight)).collect();
    figures.retain(|(value, _)| value.is_finite());
    figures.sort_by(|a, b| a.0.total_cmp(&b.0));
    let whole: f64 = figures.iter().map(|(_, weight)| weight).sum();
    [0.05, 0.5, 0.95].map(|share| {
        let mut below = 0.0;
        let reaches = |(_, weight): &&(f64, f64)| {
            below += weight;
            below >= share * whole
        };
        figures.iter().find(reaches).map_or(f64::NAN, |(value, _)| *value)
    })
}

#[cfg(test)]
mod tests;
