//! The grade structure of a district of which only the total is known.
//!
//! Grade `g` was born `g` years before kindergarten, so where births change by `trend` (log) a year
//! the grades stand as `exp(-trend * g)`: a declining district has larger older cohorts.

use crate::engine::math;
use crate::model::region::GRADES;

/// The weights of the grades taught (0 = kindergarten) under a trend of births; zero outside them.
#[must_use]
pub fn weights(lowest: u8, highest: u8, trend: f64) -> [f64; GRADES] {
    let taught = usize::from(lowest)..=usize::from(highest);
    std::array::from_fn(|grade| if taught.contains(&grade) { math::exp(-trend * grade as f64) } else { 0.0 })
}

/// A whole number of pupils over the grades in proportion to `weights`: whole numbers that sum to
/// `total` exactly. All zero where no grade has weight.
#[must_use]
pub fn spread(total: f64, weights: &[f64; GRADES]) -> [f64; GRADES] {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return [0.0; GRADES];
    }
    let mut before = 0.0;
    let mut weight = 0.0;
    std::array::from_fn(|grade| {
        weight += weights[grade];
        // Rounding the running sum keeps every grade within one pupil of its share.
        let upto = (total * weight / sum).round();
        let pupils = upto - before;
        before = upto;
        pupils
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_declining_district_has_larger_older_grades() {
        let grades = spread(1300.0, &weights(0, 12, -0.02));
        assert!(grades[12] > grades[0] * 1.2, "{grades:?}");
        assert!((grades.iter().sum::<f64>() - 1300.0).abs() < 1e-9);
    }

    #[test]
    fn an_elementary_district_has_no_pupils_beyond_its_grades() {
        let grades = spread(90.0, &weights(0, 8, 0.0));
        assert_eq!(grades[8..].iter().map(|&pupils| pupils as u32).collect::<Vec<_>>(), [10, 0, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn every_pupil_is_in_one_grade(total in 0u32..60_000, low in 0u8..6, high in 6u8..13, trend in -0.1f64..0.1) {
            let grades = spread(f64::from(total), &weights(low, high, trend));
            prop_assert!((grades.iter().sum::<f64>() - f64::from(total)).abs() < 1e-6);
            prop_assert!(grades.iter().all(|&pupils| pupils >= 0.0 && (pupils - pupils.round()).abs() < 1e-9));
        }
    }
}
