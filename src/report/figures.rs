//! How figures are written for people: percentages, thousands separators, signs.

use crate::model::outcomes::{Outcome, Summary};

/// What stands where a figure is not defined.
pub const UNDEFINED: &str = "n/a";

/// A number with thousands separators and so many decimals; `n/a` where it is not defined.
#[must_use]
pub fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return UNDEFINED.to_owned();
    }
    let text = format!("{value:.decimals$}");
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    // -0.04 with one decimal is zero, and zero has no sign.
    let sign = if digits.bytes().all(|byte| matches!(byte, b'0' | b'.')) { "" } else { sign };
    let (integer, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    format!("{sign}{}{fraction}", grouped(integer))
}

/// As [`number`], with a plus sign above zero.
#[must_use]
pub fn signed(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    let zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value > 0.0 && !zero && value.is_finite() { format!("+{text}") } else { text }
}

/// A count with thousands separators.
#[must_use]
pub fn whole(count: u64) -> String {
    grouped(&count.to_string())
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How one outcome's figures are shown: shares as percentages.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    outcome: &'static Outcome,
}

impl Shown {
    /// How this outcome is shown.
    #[must_use]
    pub fn of(outcome: &'static Outcome) -> Self {
        Self { outcome }
    }

    fn is_share(self) -> bool {
        self.outcome.unit == "share"
    }

    fn factor(self) -> f64 {
        if self.is_share() { 100.0 } else { 1.0 }
    }

    /// A level; from a thousand on without decimals, which say nothing there.
    #[must_use]
    pub fn level(self, value: f64) -> String {
        let shown = value * self.factor();
        number(shown, if shown.abs() < 1_000.0 { self.outcome.decimals } else { 0 })
    }

    /// A difference, with its sign. Differences of whole things keep a decimal, since their means are
    /// seldom whole.
    #[must_use]
    pub fn difference(self, value: f64) -> String {
        signed(value * self.factor(), self.difference_decimals())
    }

    /// Half the width of an interval of a difference.
    #[must_use]
    pub fn half_width(self, value: f64) -> String {
        number(value * self.factor(), self.difference_decimals())
    }

    /// Decimals of a difference: one more than a level has for a share, of which policies move hundredths of a point.
    #[must_use]
    pub fn difference_decimals(self) -> usize {
        if self.is_share() {
            return self.outcome.decimals + 1;
        }
        if self.outcome.decimals == 0 && !self.outcome.unit.starts_with('$') { 1 } else { self.outcome.decimals }
    }

    /// The unit of a level.
    #[must_use]
    pub fn unit(self) -> &'static str {
        if self.is_share() { "%" } else { self.outcome.unit }
    }

    /// The unit of a difference.
    #[must_use]
    pub fn difference_unit(self) -> &'static str {
        if self.is_share() { "percentage points" } else { self.outcome.unit }
    }

    /// The unit of a difference, short for tables.
    #[must_use]
    pub fn short_difference_unit(self) -> &'static str {
        if self.is_share() { "% points" } else { self.outcome.unit }
    }

    /// A level or a difference with a decimal to spare: for bands, whose ends may lie between whole
    /// things.
    #[must_use]
    pub fn fine(self, value: f64) -> String {
        number(value * self.factor(), self.outcome.decimals.max(1))
    }

    /// Over which time the figure is taken.
    #[must_use]
    pub fn time(self) -> &'static str {
        match self.outcome.summary {
            Summary::LastYear => "last year",
            Summary::MeanOfYears => "mean of years",
            Summary::PupilYears => "of pupil-years",
            Summary::SumOfYears => "sum of years",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::outcomes::RegionOutcome;

    #[test]
    fn thousands_are_separated_and_zero_has_no_sign() {
        assert_eq!(number(1_234_567.891, 1), "1,234,567.9");
        assert_eq!(number(-1_234.0, 0), "-1,234");
        assert_eq!(number(-999.0, 0), "-999");
        assert_eq!(number(-0.04, 1), "0.0");
        assert_eq!(signed(0.04, 1), "0.0");
        assert_eq!(signed(12.0, 0), "+12");
        assert_eq!(signed(f64::NAN, 0), "n/a");
        assert_eq!(whole(1_000), "1,000");
    }

    #[test]
    fn shares_are_percentages_and_their_differences_percentage_points() {
        let viability = Shown::of(RegionOutcome::district_viability.outcome());
        assert_eq!((viability.level(0.9234).as_str(), viability.unit()), ("92.3", "%"));
        assert_eq!(
            (viability.difference(-0.012).as_str(), viability.difference_unit()),
            ("-1.20", "percentage points")
        );
    }

    #[test]
    fn a_level_of_thousands_needs_no_decimals() {
        let cost = Shown::of(RegionOutcome::state_cost.outcome());
        assert_eq!((cost.level(980.46).as_str(), cost.level(4_380.46).as_str()), ("980.5", "4,380"));
    }

    #[test]
    fn a_mean_difference_of_whole_districts_keeps_a_decimal() {
        assert_eq!(Shown::of(RegionOutcome::merged.outcome()).difference(0.4), "+0.4");
        assert_eq!(Shown::of(RegionOutcome::spending.outcome()).difference(120.4), "+120");
    }
}
