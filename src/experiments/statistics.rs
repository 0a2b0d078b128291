//! The distribution of one figure over many futures, in bounded memory, and paired differences.
//!
//! Up to [`EXACT`] values are kept and their quantiles are exact (type 7 of Hyndman & Fan 1996, the
//! usual linear interpolation). Beyond that the values move into a `DDSketch` (Masson, Rim & Lee 2019),
//! whose quantiles are within [`SKETCH_ACCURACY`] of the true value, relative; magnitudes below
//! [`SKETCH_ZERO`] count as zero there. Quantiles do not depend on the order of the values. Mean and
//! variance are Welford's, in the order in which values arrive, which is that of the replicates.

use serde::Serialize;
use sketches_ddsketch::{Config, DDSketch};

use crate::engine::math;
use crate::model::outcomes::Better;

/// Most values that are kept one by one.
pub const EXACT: usize = 2_048;
/// Relative error of a quantile beyond [`EXACT`] values.
pub const SKETCH_ACCURACY: f64 = 0.001;
/// Smallest magnitude that a sketch tells from zero.
pub const SKETCH_ZERO: f64 = 1e-9;
/// Enough bins for every magnitude from 1e-9 to 1e19, so that none is ever merged.
const SKETCH_BINS: u32 = 32_768;
/// Two values closer than this share of the larger are the same: sums taken in another order.
const SAME: f64 = 1e-9;

/// A distribution that is being collected.
#[derive(Clone, Default)]
pub struct Distribution {
    values: Vec<f64>,
    sketch: Option<Box<DDSketch>>,
    undefined: u64,
    defined: u64,
    mean: f64,
    squares: f64,
    min: f64,
    max: f64,
}

/// What is told of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Futures in which the figure is defined.
    pub n: u64,
    /// Futures in which it is not (the mean trust of no clusters).
    pub undefined: u64,
    /// Mean; not a number (null in JSON) where `n` is 0, as are the quantiles.
    pub mean: f64,
    /// Standard deviation (n − 1); null where `n` is under 2.
    pub sd: f64,
    /// Smallest.
    pub min: f64,
    /// 5 % quantile.
    pub p5: f64,
    /// 25 % quantile.
    pub p25: f64,
    /// Median.
    pub median: f64,
    /// 75 % quantile.
    pub p75: f64,
    /// 95 % quantile.
    pub p95: f64,
    /// Largest.
    pub max: f64,
}

impl Distribution {
    /// Adds the figure of one future; not a number means that it is not defined there.
    pub fn add(&mut self, value: f64) {
        if value.is_nan() {
            self.undefined += 1;
            return;
        }
        self.defined += 1;
        let before = value - self.mean;
        self.mean += before / self.defined as f64;
        self.squares += before * (value - self.mean);
        (self.min, self.max) =
            if self.defined == 1 { (value, value) } else { (self.min.min(value), self.max.max(value)) };
        self.keep(value);
    }

    fn keep(&mut self, value: f64) {
        if let Some(sketch) = &mut self.sketch {
            sketch.add(value);
        } else if self.values.len() < EXACT {
            self.values.push(value);
        } else {
            let mut sketch = DDSketch::new(Config::new(SKETCH_ACCURACY, SKETCH_BINS, SKETCH_ZERO));
            for kept in std::mem::take(&mut self.values) {
                sketch.add(kept);
            }
            sketch.add(value);
            self.sketch = Some(Box::new(sketch));
        }
    }

    /// What is told of it.
    #[must_use]
    pub fn spread(&self) -> Spread {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        let quantile = |share: f64| match &self.sketch {
            Some(sketch) => {
                sketch.quantile(share).ok().flatten().map_or(f64::NAN, |value| value.clamp(self.min, self.max))
            }
            None => quantile_of_sorted(&sorted, share),
        };
        let or_undefined = |value: f64| if self.defined == 0 { f64::NAN } else { value };
        Spread {
            n: self.defined,
            undefined: self.undefined,
            mean: or_undefined(self.mean),
            sd: if self.defined < 2 { f64::NAN } else { (self.squares / (self.defined - 1) as f64).sqrt() },
            min: or_undefined(self.min),
            p5: quantile(0.05),
            p25: quantile(0.25),
            median: quantile(0.5),
            p75: quantile(0.75),
            p95: quantile(0.95),
            max: or_undefined(self.max),
        }
    }
}

/// The type-7 quantile of sorted values; not a number where there are none.
pub(crate) fn quantile_of_sorted(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// Half the width of the 95 % confidence interval of a mean (Student's t); not a number under two
/// values.
fn half_width_of_mean(n: u64, sd: f64) -> f64 {
    math::student_t(n.saturating_sub(1)) * sd / (n as f64).sqrt()
}

/// Differences of a policy from the baseline in the same futures, being collected.
#[derive(Clone, Default)]
pub struct PairedDifferences {
    differences: Distribution,
    more: u64,
    less: u64,
}

/// How a policy differs from the baseline in the same futures: same districts, same luck.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PairedDifference {
    /// Futures in which both figures are defined.
    pub n: u64,
    /// Futures in which one is not.
    pub undefined: u64,
    /// Mean of the differences; null where `n` is 0, as are the quantiles.
    pub mean: f64,
    /// Lower end of the 95 % confidence interval of the mean (Student's t); null where `n` is under 2.
    pub mean_low: f64,
    /// Its upper end.
    pub mean_high: f64,
    /// 5 % quantile of the differences.
    pub p5: f64,
    /// 25 % quantile.
    pub p25: f64,
    /// Median difference.
    pub median: f64,
    /// 75 % quantile.
    pub p75: f64,
    /// 95 % quantile.
    pub p95: f64,
    /// Futures in which the policy's figure is larger.
    pub more: u64,
    /// Futures in which both are the same, to a billionth.
    pub equal: u64,
    /// Futures in which the policy's figure is smaller.
    pub less: u64,
}

impl PairedDifferences {
    /// Adds the policy's and the baseline's figure of one future.
    pub fn add(&mut self, policy: f64, baseline: f64) {
        let difference = difference(policy, baseline);
        self.differences.add(difference);
        self.more += u64::from(difference > 0.0);
        self.less += u64::from(difference < 0.0);
    }

    /// What is told of them.
    #[must_use]
    pub fn summary(&self) -> PairedDifference {
        let spread = self.differences.spread();
        let half = half_width_of_mean(spread.n, spread.sd);
        PairedDifference {
            n: spread.n,
            undefined: spread.undefined,
            mean: spread.mean,
            mean_low: spread.mean - half,
            mean_high: spread.mean + half,
            p5: spread.p5,
            p25: spread.p25,
            median: spread.median,
            p75: spread.p75,
            p95: spread.p95,
            more: self.more,
            equal: spread.n - self.more - self.less,
            less: self.less,
        }
    }
}

impl PairedDifference {
    /// Futures in which the policy does better than the baseline; None where neither way is better.
    #[must_use]
    pub fn better(&self, direction: Better) -> Option<u64> {
        match direction {
            Better::Higher => Some(self.more),
            Better::Lower => Some(self.less),
            Better::Neither => None,
        }
    }

    /// Futures in which it does worse; None where neither way is better.
    #[must_use]
    pub fn worse(&self, direction: Better) -> Option<u64> {
        match direction {
            Better::Higher => Some(self.less),
            Better::Lower => Some(self.more),
            Better::Neither => None,
        }
    }
}

/// `policy` less `baseline`, exactly zero where they differ by less than a billionth.
#[must_use]
pub fn difference(policy: f64, baseline: f64) -> f64 {
    let raw = policy - baseline;
    if raw.abs() <= SAME * policy.abs().max(baseline.abs()) { 0.0 } else { raw }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spread_of(values: impl IntoIterator<Item = f64>) -> Spread {
        let mut distribution = Distribution::default();
        values.into_iter().for_each(|value| distribution.add(value));
        distribution.spread()
    }

    fn close(a: f64, b: f64, tolerance: f64) -> bool {
        (a - b).abs() <= tolerance
    }

    #[test]
    fn quantiles_of_few_values_are_those_of_type_seven() {
        // The place of share p among n sorted values is p (n - 1): here 0.2, 1, 2, 3 and 3.8.
        let spread = spread_of([16.0, 1.0, 8.0, 2.0, 4.0]);
        let got = [spread.p5, spread.p25, spread.median, spread.p75, spread.p95];
        for (value, expected) in got.into_iter().zip([1.2, 2.0, 4.0, 8.0, 14.4]) {
            assert!(close(value, expected, 1e-12), "{value} {expected}");
        }
        assert!(close(spread.mean, 6.2, 1e-12) && close(spread.sd, 37.2f64.sqrt(), 1e-12));
    }

    #[test]
    fn figures_that_are_not_defined_are_counted_and_left_out() {
        let spread = spread_of([f64::NAN, 3.0, f64::NAN]);
        assert_eq!((spread.n, spread.undefined), (1, 2));
        assert!(close(spread.median, 3.0, 0.0) && spread.sd.is_nan());
        let nothing = spread_of([f64::NAN]);
        assert!(nothing.mean.is_nan() && nothing.median.is_nan() && nothing.max.is_nan());
    }

    #[test]
    fn memory_stays_bounded_and_quantiles_near_for_many_values() {
        let mut distribution = Distribution::default();
        for number in 0..100_000u32 {
            // A permutation of 0..100,000, a fifth of it negative.
            distribution.add(f64::from(number * 7_919 % 100_000) - 20_000.0);
        }
        assert!(distribution.values.is_empty());
        let spread = distribution.spread();
        for (value, expected) in
            [(spread.p5, -15_000.0), (spread.p25, 5_000.0), (spread.median, 30_000.0), (spread.p95, 75_000.0)]
        {
            assert!(close(value, expected, SKETCH_ACCURACY * f64::abs(expected) + 1.0), "{value} {expected}");
        }
        assert!(close(spread.mean, 29_999.5, 1e-6) && close(spread.min, -20_000.0, 0.0));
    }

    #[test]
    fn zeros_stay_zeros_beyond_the_exact_range() {
        let spread = spread_of((0..5_000).map(|n| if n % 10 == 0 { 1.0 } else { 0.0 }));
        assert!(close(spread.median, 0.0, 0.0) && close(spread.p95, 1.0, SKETCH_ACCURACY));
    }

    #[test]
    fn a_paired_difference_has_the_interval_of_students_t() {
        let mut pairs = PairedDifferences::default();
        for (policy, baseline) in [(2.0, 1.0), (4.0, 2.0), (3.0, 3.0), (5.0, 6.0), (9.0, 5.0)] {
            pairs.add(policy, baseline);
        }
        let summary = pairs.summary();
        // Differences 1, 2, 0, -1, 4: variance 14.8 / 4, and t = 2.776445 for 4 degrees of freedom (tables).
        let half = 2.776_445 * (14.8f64 / 4.0 / 5.0).sqrt();
        assert!(close(summary.mean, 1.2, 1e-12));
        assert!(close(summary.mean_low, 1.2 - half, 1e-6) && close(summary.mean_high, 1.2 + half, 1e-6), "{summary:?}");
        assert_eq!((summary.more, summary.equal, summary.less), (3, 1, 1));
    }

    #[test]
    fn better_follows_the_sense_of_the_outcome() {
        let mut pairs = PairedDifferences::default();
        pairs.add(2.0, 1.0);
        pairs.add(2.0, f64::NAN);
        let summary = pairs.summary();
        assert_eq!((summary.n, summary.undefined), (1, 1));
        assert_eq!((summary.better(Better::Higher), summary.worse(Better::Higher)), (Some(1), Some(0)));
        assert_eq!((summary.better(Better::Lower), summary.worse(Better::Lower)), (Some(0), Some(1)));
        assert_eq!(summary.better(Better::Neither), None);
    }

    #[test]
    fn rounding_is_no_difference() {
        let mut pairs = PairedDifferences::default();
        pairs.add(0.1 + 0.2, 0.3);
        assert_eq!(pairs.summary().equal, 1);
    }

    #[test]
    fn one_future_has_no_interval() {
        let mut pairs = PairedDifferences::default();
        pairs.add(2.0, 1.0);
        assert!(pairs.summary().mean_low.is_nan() && close(pairs.summary().median, 1.0, 0.0));
    }

    proptest! {
        #[test]
        fn quantiles_are_ordered_and_within_the_values(values in prop::collection::vec(-1e6..1e6f64, 1..300)) {
            let spread = spread_of(values);
            let ordered = [spread.min, spread.p5, spread.p25, spread.median, spread.p75, spread.p95, spread.max];
            prop_assert!(ordered.windows(2).all(|pair| pair[0] <= pair[1]), "{ordered:?}");
        }

        #[test]
        fn order_does_not_matter(values in prop::collection::vec(-1e3..1e3f64, 2..3000)) {
            let forward = spread_of(values.iter().copied());
            let backward = spread_of(values.iter().rev().copied());
            prop_assert_eq!(forward.p5.to_bits(), backward.p5.to_bits());
            prop_assert_eq!(forward.median.to_bits(), backward.median.to_bits());
            prop_assert!(close(forward.mean, backward.mean, 1e-9) && close(forward.sd, backward.sd, 1e-9));
        }

        #[test]
        fn a_sketch_stays_within_its_error(values in prop::collection::vec(-1e6..1e6f64, EXACT + 1..EXACT + 1500)) {
            let spread = spread_of(values.iter().copied());
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            for (share, got) in [(0.05, spread.p5), (0.5, spread.median), (0.95, spread.p95)] {
                let exact = sorted[(share * (sorted.len() - 1) as f64) as usize];
                // The added 1e-12 is the rounding of the bins' own borders.
                prop_assert!((got - exact).abs() <= (SKETCH_ACCURACY + 1e-12) * exact.abs() + SKETCH_ZERO, "{got} {exact}");
            }
        }
    }
}
