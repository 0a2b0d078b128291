//! How well probabilities foretold which districts ended: area under the curve, calibration, Brier score.
//!
//! All intervals are of 90 %.

use serde::Serialize;
use statrs::distribution::{Beta, ContinuousCDF};

/// The normal quantile of a two-sided interval of 90 %.
const Z: f64 = 1.644_853_626_951_472_2;
/// The share in each tail.
const TAIL: f64 = 0.05;

/// A figure with a 90 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// One bin of a calibration curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// Districts in it.
    pub count: u32,
    /// Of these, how many ended.
    pub ended: u32,
    /// Mean foretold probability.
    pub foretold: f64,
    /// Share that ended, with a binomial interval.
    pub observed: Estimate,
}

/// The placements of `DeLong`, `DeLong` & Clarke-Pearson (1988): for every district that ended the share of the
/// others that it outranks, and for every other the share of the ended that outrank it.
fn placements(scores: &[f64], ended: &[bool]) -> (Vec<f64>, Vec<f64>) {
    let (mut gone, mut stayed) = (Vec::new(), Vec::new());
    for (&score, &ended) in scores.iter().zip(ended) {
        if ended { gone.push(score) } else { stayed.push(score) }
    }
    let wins = |a: f64, b: f64| match a.total_cmp(&b) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    };
    let of_gone = gone.iter().map(|&a| stayed.iter().map(|&b| wins(a, b)).sum::<f64>() / stayed.len() as f64).collect();
    let of_stayed = stayed.iter().map(|&b| gone.iter().map(|&a| wins(a, b)).sum::<f64>() / gone.len() as f64).collect();
    (of_gone, of_stayed)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The variance of the mean of some placements.
fn variance_of_mean(values: &[f64]) -> f64 {
    let (middle, count) = (mean(values), values.len() as f64);
    values.iter().map(|value| (value - middle).powi(2)).sum::<f64>() / (count - 1.0).max(1.0) / count
}

/// The area under the receiver operating characteristic: the probability that a district that ended was ranked
/// above one that did not (ties count half), with `DeLong`'s interval. None where all ended or none did.
#[must_use]
pub fn auc(scores: &[f64], ended: &[bool]) -> Option<Estimate> {
    let (gone, stayed) = placements(scores, ended);
    if gone.is_empty() || stayed.is_empty() {
        return None;
    }
    let value = mean(&gone);
    let half = Z * (variance_of_mean(&gone) + variance_of_mean(&stayed)).sqrt();
    Some(Estimate { value, low: (value - half).max(0.0), high: (value + half).min(1.0) })
}

/// The area under the curve of `a` less that of `b` on the same districts, with `DeLong`'s paired interval.
#[must_use]
pub fn auc_difference(a: &[f64], b: &[f64], ended: &[bool]) -> Option<Estimate> {
    let ((gone_a, stayed_a), (gone_b, stayed_b)) = (placements(a, ended), placements(b, ended));
    if gone_a.is_empty() || stayed_a.is_empty() {
        return None;
    }
    let less = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>();
    let (gone, stayed) = (less(&gone_a, &gone_b), less(&stayed_a, &stayed_b));
    let value = mean(&gone);
    let half = Z * (variance_of_mean(&gone) + variance_of_mean(&stayed)).sqrt();
    Some(Estimate { value, low: value - half, high: value + half })
}

/// The mean squared distance of the probabilities from what happened: 0 is perfect. Not a number without any.
#[must_use]
pub fn brier(probabilities: &[f64], ended: &[bool]) -> f64 {
    let squared = |(p, ended): (&f64, &bool)| (p - f64::from(u8::from(*ended))).powi(2);
    mean(&probabilities.iter().zip(ended).map(squared).collect::<Vec<_>>())
}

/// The share `events` of `trials` with the interval of Clopper and Pearson, which covers at least 90 %.
/// Not a number without trials.
#[must_use]
pub fn binomial(events: u32, trials: u32) -> Estimate {
    let (k, n) = (f64::from(events), f64::from(trials));
    let quantile = |a: f64, b: f64, share: f64| Beta::new(a, b).map_or(f64::NAN, |beta| beta.inverse_cdf(share));
    if trials == 0 {
        return Estimate { value: f64::NAN, low: f64::NAN, high: f64::NAN };
    }
    Estimate {
        value: k / n,
        low: if events == 0 { 0.0 } else { quantile(k, n - k + 1.0, TAIL) },
        high: if events >= trials { 1.0 } else { quantile(k + 1.0, n - k, 1.0 - TAIL) },
    }
}

/// The calibration curve: districts in the order of their probability, in `bins` bins of nearly equal size.
#[must_use]
pub fn calibration(probabilities: &[f64], ended: &[bool], bins: usize) -> Vec<Bin> {
    let mut order: Vec<usize> = (0..probabilities.len().min(ended.len())).collect();
    order.sort_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]).then(a.cmp(&b)));
    let bins = bins.max(1);
    let members = (0..bins).map(|bin| &order[bin * order.len() / bins..(bin + 1) * order.len() / bins]);
    members
        .filter(|members| !members.is_empty())
        .map(|members| {
            let gone = members.iter().filter(|&&place| ended[place]).count() as u32;
            let foretold = mean(&members.iter().map(|&place| probabilities[place]).collect::<Vec<_>>());
            Bin { count: members.len() as u32, ended: gone, foretold, observed: binomial(gone, members.len() as u32) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_the_share_of_pairs_in_the_right_order() {
        let ended = [true, true, false, false, false];
        // Pairs: 0.9 beats all three; 0.4 beats one, ties with one, loses to one.
        let area = auc(&[0.9, 0.4, 0.6, 0.4, 0.1], &ended).expect("both kinds");
        assert!((area.value - 4.5 / 6.0).abs() < 1e-12, "{area:?}");
        assert!(area.low < area.value && area.value < area.high);
        assert_eq!(auc(&[0.9, 0.8, 0.3, 0.2, 0.1], &ended).map(|area| area.value), Some(1.0));
        assert!(auc(&[0.5], &[true]).is_none());
    }

    #[test]
    fn the_interval_of_delong_agrees_with_its_formula_on_a_hand_worked_case() {
        // Placements of the ended: 1, 0.5; of the others: 0.5, 1: variance 0.125 / 2 each.
        let area = auc(&[3.0, 1.0, 2.0, 0.0], &[true, true, false, false]).expect("both kinds");
        assert!((area.value - 0.75).abs() < 1e-12);
        let half = Z * (0.0625f64 + 0.0625).sqrt();
        assert!((area.low - (0.75 - half)).abs() < 1e-12 && (area.high - 1.0).abs() < 1e-12, "{area:?}");
    }

    #[test]
    fn a_score_does_not_differ_from_itself_and_loses_to_a_better_one() {
        let ended = [true, false, true, false, false, true];
        let (good, bad) = ([0.9, 0.1, 0.8, 0.2, 0.3, 0.7], [0.1, 0.9, 0.2, 0.8, 0.7, 0.3]);
        assert_eq!(auc_difference(&good, &good, &ended), Some(Estimate { value: 0.0, low: 0.0, high: 0.0 }));
        assert!(auc_difference(&bad, &good, &ended).is_some_and(|found| found.high < 0.0));
    }

    #[test]
    fn binomial_intervals_are_those_of_clopper_and_pearson() {
        // Published: 90 % interval of 2 in 20 is 0.0181 to 0.2826; of 0 in 20, 0 to 0.1391.
        let found = binomial(2, 20);
        assert!((found.low - 0.0181).abs() < 5e-4 && (found.high - 0.2826).abs() < 5e-4, "{found:?}");
        let none = binomial(0, 20);
        assert!(none.low.abs() < 1e-12 && (none.high - 0.1391).abs() < 5e-4, "{none:?}");
        assert!((binomial(7, 7).high - 1.0).abs() < 1e-12 && binomial(0, 0).value.is_nan());
    }

    #[test]
    fn a_calibration_curve_keeps_every_district_and_orders_its_bins() {
        let probabilities: Vec<f64> = (0..23).map(|place| f64::from(place) / 23.0).collect();
        let ended: Vec<bool> = (0..23).map(|place| place >= 12).collect();
        let bins = calibration(&probabilities, &ended, 10);
        assert_eq!((bins.len(), bins.iter().map(|bin| bin.count).sum::<u32>()), (10, 23));
        assert_eq!(bins.iter().map(|bin| bin.ended).sum::<u32>(), 11);
        assert!(bins.windows(2).all(|pair| pair[0].foretold < pair[1].foretold));
        assert!(bins[0].observed.value.abs() < 1e-12 && (bins[9].observed.value - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_brier_score_of_certainty_is_zero_or_one() {
        assert!(brier(&[1.0, 0.0], &[true, false]).abs() < 1e-12);
        assert!((brier(&[0.0, 1.0], &[true, false]) - 1.0).abs() < 1e-12);
        assert!((brier(&[0.5, 0.5], &[true, false]) - 0.25).abs() < 1e-12);
    }
}
