//! Leave one state out: parameters calibrated on the others, scored on the one that was held back.

use std::path::Path;

use super::which::set_regression;
use super::{Futures, StateResult, Stopped, Trial, backtest};
use crate::experiments::calibrate::targets::Targets;
use crate::experiments::calibrate::{self, Calibration};
use crate::futures::inputs::Inputs;
use crate::futures::posterior::Posterior;
use crate::futures::work_folder::WorkFolder;

/// A state scored under parameters that know nothing of it.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    /// How the others were calibrated.
    pub calibration: Calibration,
    /// What they leave of the parameters.
    pub posterior: Posterior,
    /// The backtest of the state under it.
    pub result: StateResult,
}

/// Hears how far the work is: of the calibration generation (from 0), chunks there and chunks in all; of the
/// backtest the futures there.
pub struct Progress<'a> {
    /// The calibration.
    pub calibration: &'a (dyn Fn(u16, usize, usize) + Sync),
    /// The backtest.
    pub futures: &'a (dyn Fn(u64) + Sync),
}

/// Calibrates on `others`, the targets without the state, and simulates the state again under what they leave.
/// Finished chunks are kept below `work`; the folders of the backtest are handed back.
///
/// # Errors
/// As the calibration and [`backtest`].
pub fn hold_out(
    trial: Trial<'_>,
    others: &Targets,
    (seed, replicates): (u64, std::ops::Range<u32>),
    work: &Path,
    progress: &Progress<'_>,
) -> Result<(HeldOut, Vec<WorkFolder>), Stopped> {
    let (calibration, posterior) = calibrate::calibrate(others, &work.join("calibration"), progress.calibration)?;
    let inputs = Inputs::of(trial.scenario, Some(&posterior)).seeded(seed);
    let futures = Futures { replicates, inputs, work };
    let (result, folders) = backtest(trial, &futures, progress.futures)?;
    Ok((HeldOut { calibration, posterior, result }, folders))
}

/// Sets beside the held-out results the regression that those under the priors have: it is fitted to the
/// record of the other states and knows no parameters.
pub fn share_regression(results: &[StateResult], held_out: &mut [HeldOut]) {
    for held in held_out {
        let same = results.iter().find(|result| result.state == held.result.state);
        let regression: Option<Vec<f64>> =
            same.and_then(|result| result.fates.iter().map(|fate| fate.regression).collect());
        if let Some(regression) = regression {
            set_regression(&mut held.result, &regression);
        }
    }
}
