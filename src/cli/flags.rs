//! Values of flags, checked together: every wrong one is a problem beside those of the files.

use std::ops::RangeInclusive;

use crate::diagnostics::{Place, Problem, Problems};
use crate::report::figures;

/// Largest number of replicates.
pub(super) const MOST_REPLICATES: u32 = 10_000_000;
/// Largest number of threads.
const MOST_THREADS: u64 = 1_024;

/// A whole number given by `flag`, or None where the flag is absent or wrong.
pub(super) fn whole(
    flag: &str,
    value: Option<&str>,
    range: RangeInclusive<u64>,
    problems: &mut Problems,
) -> Option<u64> {
    let value = value?;
    let parsed = value.replace(['_', ','], "").parse::<u64>().ok().filter(|number| range.contains(number));
    if parsed.is_none() {
        let place = Place::Flag(format!("{flag} {value}"));
        let expected =
            format!("a whole number from {} to {}", figures::whole(*range.start()), figures::whole(*range.end()));
        problems.push(Problem::new(place, format!("`{value}` is not possible for {flag}")).expected(expected));
    }
    parsed
}

/// A whole number of 32 bits.
pub(super) fn whole32(
    flag: &str,
    value: Option<&str>,
    range: RangeInclusive<u32>,
    problems: &mut Problems,
) -> Option<u32> {
    let wide = u64::from(*range.start())..=u64::from(*range.end());
    whole(flag, value, wide, problems).and_then(|number| u32::try_from(number).ok())
}

/// The number of threads.
pub(super) fn threads(value: Option<&str>, problems: &mut Problems) -> Option<usize> {
    whole("--threads", value, 1..=MOST_THREADS, problems).and_then(|number| usize::try_from(number).ok())
}

/// The seed.
pub(super) fn seed(value: Option<&str>, problems: &mut Problems) -> Option<u64> {
    whole("--seed", value, 0..=u64::MAX, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_flag_is_a_problem_and_right_ones_are_read() {
        let mut problems = Problems::new();
        assert_eq!(whole("--replicates", Some("1_000"), 1..=u64::from(MOST_REPLICATES), &mut problems), Some(1_000));
        assert_eq!(seed(Some("18446744073709551615"), &mut problems), Some(u64::MAX));
        assert_eq!(seed(None, &mut problems), None);
        assert!(problems.is_empty());
        assert_eq!(whole("--replicates", Some("0"), 1..=u64::from(MOST_REPLICATES), &mut problems), None);
        assert_eq!(threads(Some("many"), &mut problems), None);
        assert_eq!(seed(Some("-1"), &mut problems), None);
        assert_eq!(problems.len(), 3);
        let text = problems.render(false);
        assert!(text.contains("--replicates 0") && text.contains("a whole number from 1 to 1,024"), "{text}");
    }
}
