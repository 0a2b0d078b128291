//! The merger climate of a state, from its own earlier decade.
//!
//! The climate is the log-odds by which boards of one state propose mergers more readily than the model
//! alone explains. Its prior is N(0, `climate_sd`). Where it is known how fast the state lost districts in
//! an earlier decade without the policies asked about, the climate under which the model loses as many is
//! a measurement of it, with an error of its own: a decade has few mergers, the earlier series may count
//! other districts, and climates change between decades.

use serde::{Deserialize, Serialize};

use crate::engine::draws::{Draws, EntityKey};
use crate::engine::math;
use crate::futures::posterior::Draw;
use crate::model::outcomes::RegionOutcome;
use crate::model::parameters::Parameters;
use crate::model::record::{Detail, Record};
use crate::model::region::Region;
use crate::scenario::{BaselineLoss, Counted};

/// The last grade of a high school.
const LAST_GRADE: u8 = 12;

/// Furthest that a merger climate is moved from 0, log-odds: three standard deviations of its prior.
const FURTHEST: f64 = 1.8;
/// A baseline in which nothing is lost is taken for this loss, % a year, so that its logarithm exists.
const LEAST_LOSS: f64 = 0.05;
/// The climate moves only the voted mergers, not the rest of the loss, and these the more, the more is left to join:
/// the second step follows the slope of the first.
const STEPS: usize = 2;
/// The slopes held possible of the log of the loss over the climate.
const SLOPES: (f64, f64) = (0.4, 2.5);

/// The climate under which the baseline loses districts as published: by Newton's method on the log of the
/// loss, whose slope is near 1 while mergers are rare and is taken from the last two steps. `simulate` tells the loss,
/// % a year, in a climate.
pub(super) fn fit(loss: &BaselineLoss, mut simulate: impl FnMut(f64) -> f64) -> f64 {
    let (mut climate, mut slope, mut before) = (0.0_f64, 1.0_f64, None);
    for _ in 0..STEPS {
        let short = math::ln(loss.published / simulate(climate).max(LEAST_LOSS));
        if let Some((earlier, then_short)) = before.replace((climate, short)) {
            let moved: f64 = climate - earlier;
            if moved.abs() > 0.05 {
                slope = ((then_short - short) / moved).clamp(SLOPES.0, SLOPES.1);
            }
        }
        climate = (climate + short / slope).clamp(-FURTHEST, FURTHEST);
    }
    climate
}

/// Of the districts that the series counts, those left at the end of its years in a run, and those before them.
pub(super) fn districts_left(loss: &BaselineLoss, region: &Region, record: &Record) -> [f64; 2] {
    let teaches = |place: usize| region.districts[place].highest_grade == LAST_GRADE;
    let count = region.districts.len();
    let at = |year: u16| match loss.of {
        Counted::All => record.region_value(usize::from(year), RegionOutcome::districts),
        Counted::HighSchool => {
            let rows = usize::from(year) * count..(usize::from(year) + 1) * count;
            let (place, home) = (&record.districts.entity[rows.clone()], &record.districts.group[rows]);
            place.iter().zip(home).filter(|(place, home)| place == home && teaches(**place as usize)).count() as f64
        }
    };
    let start = || match loss.of {
        Counted::All => count as f64,
        Counted::HighSchool => (0..count).filter(|place| teaches(*place)).count() as f64,
    };
    [at(loss.to), if loss.from == 0 { start() } else { at(loss.from - 1) }]
}

/// How much of a run that needs.
pub(super) fn detail(loss: &BaselineLoss) -> Detail {
    if loss.of == Counted::HighSchool { Detail::District } else { Detail::Region }
}

/// The yearly loss, %, from sums of what [`districts_left`] gives.
pub(super) fn yearly_loss(loss: &BaselineLoss, [left, before]: [f64; 2]) -> f64 {
    100.0 * (1.0 - math::pow(left / before, 1.0 / f64::from(loss.to + 1 - loss.from)))
}

/// What is known of a climate after its measurement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Known {
    /// Its mean, log-odds.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
}

impl Known {
    /// The prior of the parameters, updated by a measurement with a normal error. Without an error the
    /// measurement is taken as it is.
    pub(super) fn of(measured: f64, error: f64, parameters: &Parameters) -> Self {
        if error <= 0.0 {
            return Self { mean: measured, sd: 0.0 };
        }
        let prior = parameters.climate_sd * parameters.climate_sd;
        let trusted = prior / (prior + error * error);
        Self { mean: trusted * measured, sd: error * trusted.sqrt() }
    }

    /// The climate of one of a few futures that stand for all: the middle of its equal share of the
    /// distribution, so that few have its mean and nearly its spread.
    pub(super) fn of_few(self, place: u32, count: u32) -> f64 {
        self.mean + self.sd * math::inverse_normal((f64::from(place) + 0.5) / f64::from(count.max(1)))
    }

    /// The climate of a future.
    pub(super) fn of_future(self, seed: u64, replicate: u32) -> f64 {
        self.mean + self.sd * Draws::new(seed, replicate, Draws::BEFORE).normal(EntityKey::REGION, Draw::Climate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(published: f64) -> BaselineLoss {
        BaselineLoss { published, of: Counted::All, from: 0, to: 9, error: 0.4, source: String::new() }
    }

    #[test]
    fn the_fit_finds_the_climate_that_made_the_loss_and_stays_within_reason() {
        let model = |climate: f64| 0.2 + 0.8 * math::exp(climate);
        let found = fit(&loss(model(0.5)), model);
        assert!((found - 0.5).abs() < 0.05, "{found}");
        assert!((fit(&loss(20.0), |_| 0.0) - FURTHEST).abs() < 1e-12);
        // Where the loss answers twice as strongly, or hardly.
        for slope in [0.5, 2.0] {
            let model = |climate: f64| 0.8 * math::exp(slope * climate);
            let found = fit(&loss(model(0.5)), model);
            assert!((found - 0.5).abs() < 0.05, "{slope}: {found}");
        }
    }

    #[test]
    fn a_series_of_high_school_districts_leaves_out_the_others() {
        let mut region = crate::experiments::summary::tests::region();
        let count = region.districts.len();
        region.districts[0].highest_grade = 8;
        let mut record = Record::default();
        record.region.extend([f64::from(count as u32 - 1); RegionOutcome::COUNT]);
        // The second district, which teaches a high school, is served by the first.
        let row = [0.0; crate::model::record::DISTRICT_WIDTH];
        (0..count).for_each(|place| {
            let home = if place == 1 { 0 } else { place };
            record.districts.push(0, place as u32, home as u32, crate::model::events::Form::Alone, &row);
        });
        let all = BaselineLoss { to: 0, ..loss(1.0) };
        let high = BaselineLoss { of: Counted::HighSchool, ..all.clone() };
        let (count, of) = (count as f64, |loss| districts_left(loss, &region, &record));
        assert_eq!([of(&all), of(&high)].concat(), [count - 1.0, count, count - 2.0, count - 1.0]);
        assert!((yearly_loss(&all, [90.0, 100.0]) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn a_measurement_as_sure_as_the_prior_counts_half() {
        let parameters = Parameters { climate_sd: 0.6, ..Parameters::default() };
        let known = Known::of(1.0, 0.6, &parameters);
        assert!((known.mean - 0.5).abs() < 1e-12 && (known.sd - 0.6 * 0.5f64.sqrt()).abs() < 1e-12, "{known:?}");
        assert_eq!(Known::of(1.0, 0.0, &parameters), Known { mean: 1.0, sd: 0.0 });
        let none = Known::of(1.0, 1e9, &parameters);
        assert!(none.mean.abs() < 1e-9 && (none.sd - 0.6).abs() < 1e-9, "nothing is learnt: {none:?}");
    }

    #[test]
    fn few_futures_have_the_mean_of_many_and_nearly_their_spread() {
        let known = Known { mean: 0.3, sd: 0.2 };
        let climates: Vec<f64> = (0..8).map(|place| known.of_few(place, 8)).collect();
        let mean = climates.iter().sum::<f64>() / 8.0;
        let sd = (climates.iter().map(|climate| (climate - mean).powi(2)).sum::<f64>() / 8.0).sqrt();
        assert!((mean - 0.3).abs() < 1e-12 && (0.17..0.2).contains(&sd), "{mean} {sd}");
        assert!((known.of_few(0, 1) - 0.3).abs() < 1e-12);
    }

    #[test]
    fn futures_spread_around_what_is_known() {
        let known = Known { mean: 0.3, sd: 0.2 };
        let climates: Vec<f64> = (0..2_000).map(|replicate| known.of_future(1, replicate)).collect();
        let mean = climates.iter().sum::<f64>() / 2_000.0;
        let sd = (climates.iter().map(|climate| (climate - mean).powi(2)).sum::<f64>() / 2_000.0).sqrt();
        assert!((mean - 0.3).abs() < 0.02 && (sd - 0.2).abs() < 0.02, "{mean} {sd}");
    }
}
