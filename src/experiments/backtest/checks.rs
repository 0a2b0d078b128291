//! Verdicts: every comparison as one line, and a score for calibration.

use serde::Serialize;

use super::classify::Estimate;
use super::{Band, StateResult};
use crate::engine::math;

/// How the figures of a check are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A number of districts or pupils.
    Count,
    /// A mean with one decimal.
    Mean,
    /// A share from 0 to 1, printed as per cent.
    Share,
    /// A yearly change, printed as per cent with two decimals.
    Rate,
    /// A figure from 0 to 1 with three decimals.
    Index,
}

/// One comparison and its verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// The state.
    pub state: String,
    /// What is compared.
    pub target: String,
    /// How figures are printed.
    pub unit: Unit,
    /// The published figure, or the yardstick to be reached.
    pub published: f64,
    /// The simulation's figure with its 90 % interval.
    pub simulated: Band,
    /// Whether it is a hit.
    pub hit: bool,
    /// When it counts as one.
    pub rule: &'static str,
}

const IN_BAND: &str = "published figure inside the simulated 90 % band";
const AT_LEAST: &str = "simulation at least as good as the yardstick";

/// Every comparison of a state that has a verdict.
#[must_use]
pub fn checks(result: &StateResult) -> Vec<Check> {
    let check = |target: String, unit, published, simulated: Band, hit, rule| Check {
        state: result.state.clone(),
        target,
        unit,
        published,
        simulated,
        hit,
        rule,
    };
    let banded = |target: String, unit, published: f64, simulated: Band| {
        check(target, unit, published, simulated, simulated.holds(published), IN_BAND)
    };
    let mut list = Vec::new();
    if let Some(last) = result.counts.last() {
        list.push(banded(
            format!("Districts in {}", last.year),
            Unit::Count,
            f64::from(last.published),
            last.simulated,
        ));
    }
    let covered = share_of_years(result);
    let whole = Band { low: covered, median: covered, high: covered };
    list.push(check(
        "Years whose count lies in the band".into(),
        Unit::Share,
        0.9,
        whole,
        covered >= 0.9,
        "at least 90 % of the years",
    ));
    for loss in &result.losses {
        list.push(banded(
            format!("Yearly loss of districts, {}", loss.what),
            Unit::Rate,
            loss.published,
            loss.simulated,
        ));
    }
    for uplift in &result.uplifts {
        list.push(banded(
            format!("Change of that loss, {}", uplift.what),
            Unit::Rate,
            uplift.published,
            uplift.simulated,
        ));
    }
    for class in result.classes.iter().filter(|class| class.at_risk.0 > 0) {
        let target = format!("Yearly exit rate, {} pupils", class.class);
        list.push(banded(target, Unit::Rate, class.observed.value, class.simulated));
    }
    for size in &result.sizes {
        let unit = if size.what.ends_with("mean") { Unit::Mean } else { Unit::Count };
        list.push(banded(size.what.clone(), unit, size.published, size.simulated));
    }
    list.extend(which(result));
    let covered = result.enrolment.covered();
    let whole = Band { low: covered, median: covered, high: covered };
    let inside = (0.85..=0.95).contains(&covered);
    let target = "Later enrolments inside their 90 % bands".to_owned();
    list.push(check(target, Unit::Share, 0.9, whole, inside, "85 to 95 % of district-years"));
    list
}

fn which(result: &StateResult) -> Vec<Check> {
    let Some(which) = &result.which else { return Vec::new() };
    let band = |estimate: Estimate| Band { low: estimate.low, median: estimate.value, high: estimate.high };
    let check = |target: &str, published: f64, simulated: Band, hit| Check {
        state: result.state.clone(),
        target: target.to_owned(),
        unit: Unit::Index,
        published,
        simulated,
        hit,
        rule: AT_LEAST,
    };
    let (by_identifier, size) = which.by_identifier;
    let mut list = vec![
        check(
            "Which ended: AUC, against size alone",
            which.size.value,
            band(which.model),
            which.model.value >= which.size.value,
        ),
        check(
            "The same, every identifier that ended counted",
            size.value,
            band(by_identifier),
            by_identifier.value >= size.value,
        ),
    ];
    if let Some(regression) = which.regression {
        let hit = which.model.value >= regression.value;
        list.push(check("Which ended: AUC, against a regression", regression.value, band(which.model), hit));
    }
    let point = Band { low: which.brier, median: which.brier, high: which.brier };
    if let Some(regression) = which.brier_regression {
        list.push(check(
            "Brier score (lower is better), against a regression",
            regression,
            point,
            which.brier <= regression,
        ));
    }
    let calibrated =
        which.bins.iter().filter(|bin| (bin.observed.low..=bin.observed.high).contains(&bin.foretold)).count();
    let share = calibrated as f64 / which.bins.len().max(1) as f64;
    list.push(Check {
        unit: Unit::Share,
        rule: "at least 80 % of the bins",
        ..check(
            "Calibration: bins whose share agrees",
            0.9,
            Band { low: share, median: share, high: share },
            share >= 0.8,
        )
    });
    list
}

/// The share of the years in which the published count lies inside the simulated band.
fn share_of_years(result: &StateResult) -> f64 {
    let inside = result.counts.iter().filter(|count| count.simulated.holds(f64::from(count.published))).count();
    inside as f64 / result.counts.len().max(1) as f64
}

/// A state's backtest in few numbers, for calibrating on some states and scoring the others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// Mean absolute log distance of the median number of districts from the published one: the level.
    pub counts: f64,
    /// Mean absolute distance of the median changes of the yearly loss from the published ones: the uplift;
    /// none where the policy did not change.
    pub uplift: Option<f64>,
    /// Share of the years whose count lies in the band.
    pub covered: f64,
    /// Area under the curve for which districts ended.
    pub auc: Option<f64>,
    /// Brier score for which districts ended.
    pub brier: Option<f64>,
}

/// The score of a state.
#[must_use]
pub fn score(result: &StateResult) -> Score {
    let mean = |values: Vec<f64>| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    let distance = |count: &super::YearCount| math::ln(count.simulated.median / f64::from(count.published)).abs();
    Score {
        counts: mean(result.counts.iter().map(distance).collect()).unwrap_or(f64::NAN),
        uplift: mean(result.uplifts.iter().map(|uplift| (uplift.simulated.median - uplift.published).abs()).collect()),
        covered: share_of_years(result),
        auc: result.which.as_ref().map(|which| which.model.value),
        brier: result.which.as_ref().map(|which| which.brier),
    }
}
