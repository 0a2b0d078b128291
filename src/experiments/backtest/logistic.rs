//! Logistic regression by iteratively reweighted least squares, for the yardstick.
//!
//! Two inputs and a thousand rows do not justify one of the machine-learning crates (smartcore, linfa), which
//! bring a linear algebra stack each and penalise by default; the method is forty lines.

use crate::engine::math;

/// Steps of Newton's method at most; it converges in under ten.
const STEPS: usize = 50;
/// A change of every coefficient below this ends the iteration.
const SETTLED: f64 = 1e-10;
/// Keeps the normal equations solvable where an input separates the classes.
const RIDGE: f64 = 1e-6;

/// A fitted regression: intercept and a coefficient for each input, on the log-odds.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic<const INPUTS: usize> {
    intercept: f64,
    coefficients: [f64; INPUTS],
}

impl<const INPUTS: usize> Logistic<INPUTS> {
    /// Fits by maximum likelihood. None without both classes, or where the equations have no solution.
    #[must_use]
    pub fn fit(rows: &[[f64; INPUTS]], happened: &[bool]) -> Option<Self> {
        let events = happened.iter().filter(|happened| **happened).count();
        if rows.len() != happened.len() || events == 0 || events == rows.len() {
            return None;
        }
        let mut fitted = Self { intercept: 0.0, coefficients: [0.0; INPUTS] };
        for _ in 0..STEPS {
            let step = fitted.step(rows, happened)?;
            fitted.intercept += step[0];
            fitted.coefficients.iter_mut().zip(&step[1..]).for_each(|(coefficient, step)| *coefficient += step);
            if step.iter().all(|step| step.abs() < SETTLED) {
                break;
            }
        }
        Some(fitted)
    }

    /// One step of Newton's method.
    fn step(&self, rows: &[[f64; INPUTS]], happened: &[bool]) -> Option<Vec<f64>> {
        let size = INPUTS + 1;
        let mut system = vec![vec![0.0; size + 1]; size];
        for (row, &happened) in rows.iter().zip(happened) {
            let p = self.probability(row);
            let inputs = || std::iter::once(1.0).chain(row.iter().copied());
            for (equation, a) in system.iter_mut().zip(inputs()) {
                equation.iter_mut().zip(inputs()).for_each(|(cell, b)| *cell += p * (1.0 - p) * a * b);
                equation[size] += (f64::from(u8::from(happened)) - p) * a;
            }
        }
        (0..size).for_each(|place| system[place][place] += RIDGE);
        solve(system)
    }

    /// The probability for some inputs.
    #[must_use]
    pub fn probability(&self, row: &[f64; INPUTS]) -> f64 {
        let logit = self.coefficients.iter().zip(row).map(|(coefficient, input)| coefficient * input).sum::<f64>();
        math::logistic(self.intercept + logit)
    }
}

/// Solves linear equations (each row: coefficients, then the right-hand side) by elimination with pivots.
fn solve(mut system: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let size = system.len();
    for column in 0..size {
        let pivot = (column..size).max_by(|&a, &b| system[a][column].abs().total_cmp(&system[b][column].abs()))?;
        system.swap(column, pivot);
        let lead = system[column][column];
        // Also catches what is not a number.
        if lead.abs() <= 1e-14 || lead.is_nan() {
            return None;
        }
        let top = system[column].clone();
        for row in (0..size).filter(|&row| row != column) {
            let factor = system[row][column] / lead;
            system[row].iter_mut().zip(&top).for_each(|(cell, above)| *cell -= factor * above);
        }
    }
    Some((0..size).map(|row| system[row][size] / system[row][row]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::draws::{Decision, Draws, EntityKey};

    #[derive(Clone, Copy)]
    struct Drawn(u16);
    impl Decision for Drawn {
        fn number(self) -> u16 {
            self.0
        }
    }

    #[test]
    fn the_coefficients_that_made_the_data_are_found_again() {
        let draws = Draws::new(3, 0, 0);
        let rows: Vec<[f64; 2]> = (0..20_000).map(|n| draws.normals(EntityKey::REGION.nth(n), Drawn(1))).collect();
        let happened: Vec<bool> = (0..20_000)
            .zip(&rows)
            .map(|(n, row)| {
                draws.uniform(EntityKey::REGION.nth(n), Drawn(2)) < math::logistic(-1.0 + 1.5 * row[0] - 0.5 * row[1])
            })
            .collect();
        let fitted = Logistic::fit(&rows, &happened).expect("both classes");
        // About four standard errors.
        assert!((fitted.intercept + 1.0).abs() < 0.08, "{fitted:?}");
        assert!(
            (fitted.coefficients[0] - 1.5).abs() < 0.1 && (fitted.coefficients[1] + 0.5).abs() < 0.08,
            "{fitted:?}"
        );
    }

    #[test]
    fn the_fitted_probabilities_of_two_groups_are_their_shares() {
        let rows = [[0.0], [0.0], [0.0], [0.0], [1.0], [1.0], [1.0], [1.0]];
        let happened = [true, false, false, false, true, true, true, false];
        let fitted = Logistic::fit(&rows, &happened).expect("both classes");
        assert!((fitted.probability(&[0.0]) - 0.25).abs() < 1e-5 && (fitted.probability(&[1.0]) - 0.75).abs() < 1e-5);
    }

    #[test]
    fn one_class_or_unequal_lengths_cannot_be_fitted_and_a_separating_input_can() {
        assert!(Logistic::fit(&[[1.0], [2.0]], &[true, true]).is_none());
        assert!(Logistic::fit(&[[1.0]], &[true, false]).is_none());
        let fitted = Logistic::fit(&[[-1.0], [1.0]], &[false, true]).expect("both classes");
        assert!(fitted.probability(&[1.0]) > 0.99);
    }
}
