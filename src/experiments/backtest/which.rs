//! Which districts ended: the simulation's probabilities beside those of size and of a regression.

use super::classify::{auc, auc_difference, brier, calibration};
use super::logistic::Logistic;
use super::runs::Run;
use super::{EARLY_YEARS, Fate, StateResult, Which};
use crate::districts::history::{Spell, StateHistory, early_slope};
use crate::engine::math;
use crate::model::region::{Region, StartingDistrict};

/// Bins of a calibration curve.
const BINS: usize = 10;

/// What became of every district of the start.
pub(super) fn fates(history: &StateHistory, region: &Region, runs: &[&Run]) -> Vec<Fate> {
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

/// The verdict on all of them; none where all or none ended.
pub(super) fn which(fates: &[Fate]) -> Option<Which> {
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
        let (rows, ended): (Vec<[f64; 2]>, Vec<bool>) = others
            .flat_map(|(_, state)| inputs(&state.fates).into_iter().zip(state.fates.iter().map(|fate| fate.ended)))
            .unzip();
        let Some(fitted) = Logistic::fit(&rows, &ended) else { continue };
        let own = inputs(&states[place].fates);
        let regression: Vec<f64> = own.iter().map(|row| fitted.probability(row)).collect();
        set_regression(&mut states[place], &regression);
    }
}

/// Sets a regression's probabilities beside a state's own.
pub(super) fn set_regression(state: &mut StateResult, regression: &[f64]) {
    state.fates.iter_mut().zip(regression).for_each(|(fate, probability)| fate.regression = Some(*probability));
    let probabilities: Vec<f64> = state.fates.iter().map(|fate| fate.probability).collect();
    let ended: Vec<bool> = state.fates.iter().map(|fate| fate.ended).collect();
    if let Some(which) = &mut state.which {
        which.regression = auc(regression, &ended);
        which.over_regression = auc_difference(&probabilities, regression, &ended);
        which.brier_regression = Some(brier(regression, &ended));
    }
}

/// Log size and early slope; the state's mean slope where a district has one year only.
fn inputs(fates: &[Fate]) -> Vec<[f64; 2]> {
    let known: Vec<f64> = fates.iter().filter_map(|fate| fate.early_slope).collect();
    let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
    fates.iter().map(|fate| [math::ln(fate.pupils), fate.early_slope.unwrap_or(mean)]).collect()
}
