//! Whether the sign of a policy's effect on viability depends on what the state asks of a high school.

use serde::Serialize;

use super::statistics::PairedDifference;
use super::summary::PolicyFigures;
use crate::model::outcomes::{RegionOutcome, STANDARDS};

/// Viability in the last year by standard: the outcome, and the units asked for; none: as many as the state does.
const VIABILITY: [(RegionOutcome, Option<f64>); 3] = [
    (RegionOutcome::viability_low, Some(STANDARDS[0])),
    (RegionOutcome::viability_last, None),
    (RegionOutcome::viability_high, Some(STANDARDS[1])),
];

/// One policy's effect on viability in the last year, by standard.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StandardSigns {
    /// The policy.
    pub policy: String,
    /// Whether it is told from zero under two standards, with different signs.
    pub sign_depends: bool,
    /// The effects, under the low standard, the state's own and the high one.
    pub effects: Vec<StandardEffect>,
}

/// An effect under one standard.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StandardEffect {
    /// The outcome.
    pub outcome: &'static str,
    /// Units that a high school is asked for; null: as many as the state asks for.
    pub units: Option<f64>,
    /// Mean paired difference from the baseline.
    pub mean: f64,
    /// Lower end of its 95 % confidence interval; null where there are less than two futures.
    pub mean_low: f64,
    /// Its upper end.
    pub mean_high: f64,
}

impl StandardEffect {
    /// 1 where the interval lies above zero, -1 where it lies below, else 0.
    #[must_use]
    pub fn sign(&self) -> i8 {
        i8::from(self.mean_low > 0.0) - i8::from(self.mean_high < 0.0)
    }
}

/// The effects of every policy but the baseline.
#[must_use]
pub fn standards(policies: &[PolicyFigures]) -> Vec<StandardSigns> {
    let of = |policy: &PolicyFigures| {
        let effect = |(outcome, units): (RegionOutcome, Option<f64>)| {
            let found = policy.outcomes.get(outcome.index())?;
            let PairedDifference { mean, mean_low, mean_high, .. } = found.difference?;
            Some(StandardEffect { outcome: found.outcome, units, mean, mean_low, mean_high })
        };
        let effects: Vec<StandardEffect> = VIABILITY.into_iter().filter_map(effect).collect();
        let told = |sign: i8| effects.iter().any(|effect| effect.sign() == sign);
        let sign_depends = told(1) && told(-1);
        (!effects.is_empty()).then(|| StandardSigns { policy: policy.name.clone(), sign_depends, effects })
    };
    policies.iter().filter_map(of).collect()
}
