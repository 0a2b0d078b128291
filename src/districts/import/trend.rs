//! The yearly trend of each district, from few and noisy years of enrolment.
//!
//! The slope of the log of enrolment over three or four years is mostly noise in a district of a
//! hundred pupils, so it is shrunk toward the state's mean (empirical Bayes): the weight of a
//! district's own slope is the variance of true trends over that plus the variance of its slope. Over a
//! few years, drifts have a standard deviation of 1.6 % and yearly shocks a variance of 0.005² + 0.8/pupils
//! (computed from North Dakota, Iowa, South Dakota and Montana, 1995–2016). The simulation adds such shocks, so districts drift apart as observed although shrunken
//! slopes differ less than observed ones, and draws what is not known of a trend anew in every future.
//! Enrolment stands in for births; it also holds migration and, in 2019–22, the pandemic.

use std::collections::BTreeMap;

use super::elsi::Agency;
use super::year::SchoolYear;
use crate::engine::math;

/// Variance of true trends between districts.
const TRUE_VARIANCE: f64 = 0.016 * 0.016;
/// Yearly shock: common part of its variance, and the part of each pupil.
const SHOCK: f64 = 0.005 * 0.005;
const SHOCK_OF_PUPILS: f64 = 0.8;
/// Slopes beyond this are reorganisations or new housing, not births.
const IMPLAUSIBLE: f64 = 0.15;
/// Trends that the model takes for births.
const RANGE: (f64, f64) = (-0.06, 0.04);
/// The published mean, for a state with one year of enrolment only.
pub(in crate::districts) const PUBLISHED: f64 = -0.02;
/// The published range of that mean.
pub(super) const PUBLISHED_RANGE: (f64, f64) = (-0.037, -0.005);

/// A district's trend and how it was come by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::districts) enum Trend {
    /// Its own slope, shrunk.
    Own(f64),
    /// Its own slope, shrunk and put back into range.
    Clamped(f64),
    /// The state's mean: too few years, or a break.
    Mean(f64),
}

impl Trend {
    pub(in crate::districts) fn value(self) -> f64 {
        match self {
            Self::Own(value) | Self::Clamped(value) | Self::Mean(value) => value,
        }
    }
}

struct Slope {
    value: f64,
    variance: f64,
}

/// The trends of the districts, and the state's mean; None where no district has two years.
pub(super) fn trends<'a>(districts: &BTreeMap<&'a str, &Agency>) -> Option<(BTreeMap<&'a str, Trend>, f64)> {
    let years = |agency: &Agency| {
        let pupils = |&year: &SchoolYear| agency.students(year).map(|pupils| (f64::from(year.0), pupils));
        agency.years.keys().filter_map(pupils).collect()
    };
    trends_of(&districts.iter().map(|(id, agency)| (*id, years(agency))).collect())
}

/// As [`trends`], from years and pupils (above 0) of each district, in the order of the years.
pub(in crate::districts) fn trends_of<'a>(
    districts: &BTreeMap<&'a str, Vec<(f64, f64)>>,
) -> Option<(BTreeMap<&'a str, Trend>, f64)> {
    let slopes: BTreeMap<&str, Slope> =
        districts.iter().filter_map(|(id, points)| slope(points).map(|slope| (*id, slope))).collect();
    let weight = |slope: &Slope| 1.0 / (TRUE_VARIANCE + slope.variance);
    let weights: f64 = slopes.values().map(weight).sum();
    if weights <= 0.0 {
        return None;
    }
    let mean = slopes.values().map(|slope| slope.value * weight(slope)).sum::<f64>() / weights;
    let distance = |slope: &Slope| (slope.value - mean) * TRUE_VARIANCE * weight(slope);
    let trend = |slope: &Slope| {
        let shrunk = mean + distance(slope);
        let value = shrunk.clamp(RANGE.0, RANGE.1);
        if (value - shrunk).abs() > 0.0 { Trend::Clamped(value) } else { Trend::Own(value) }
    };
    let of = |id: &&'a str| (*id, slopes.get(*id).map_or(Trend::Mean(mean.clamp(RANGE.0, RANGE.1)), trend));
    Some((districts.keys().map(of).collect(), mean))
}

/// The standard deviation of what is not known of the trends of districts, given what is known of them: shrunk
/// trends and what shrinking took away make up the variance of true ones.
pub(in crate::districts) fn unknown(trends: impl ExactSizeIterator<Item = f64> + Clone) -> f64 {
    let count = trends.len().max(1) as f64;
    let mean = trends.clone().sum::<f64>() / count;
    let variance = trends.map(|trend| (trend - mean) * (trend - mean)).sum::<f64>() / count;
    (TRUE_VARIANCE - variance).max(0.0).sqrt()
}

/// The least-squares slope of the log of enrolment over the years with pupils; None for fewer than two
/// years or a break.
fn slope(points: &[(f64, f64)]) -> Option<Slope> {
    let count = points.len() as f64;
    if points.len() < 2 {
        return None;
    }
    let middle = points.iter().map(|(year, _)| year).sum::<f64>() / count;
    let pupils = points.iter().map(|(_, pupils)| pupils).sum::<f64>() / count;
    let squares: f64 = points.iter().map(|(year, _)| (year - middle) * (year - middle)).sum();
    let value = points.iter().map(|(year, pupils)| (year - middle) * math::ln(*pupils)).sum::<f64>() / squares;
    let shock = SHOCK + SHOCK_OF_PUPILS / pupils;
    // Shocks last, so enrolment is a random walk about its trend: a shock between two years moves the
    // slope by the sum of the later years' leverages.
    let leverage = |after: usize| points[after..].iter().map(|(year, _)| (year - middle) / squares).sum::<f64>();
    let variance =
        (1..points.len()).map(|after| leverage(after).powi(2) * (points[after].0 - points[after - 1].0)).sum::<f64>()
            * shock;
    (value.abs() < IMPLAUSIBLE).then_some(Slope { value, variance })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::districts::import::{elsi, table};

    fn agency(pupils: &[f64]) -> Agency {
        let mut agency = Agency::default();
        for (year, pupils) in (2019..).zip(pupils) {
            let csv = format!(
                "Agency Name,State Abbr,Agency ID - NCES Assigned,Agency Type {year}-{},Total Students All Grades (Excludes AE) {year}-{}\nA,ND,3800001,1-R,{pupils}\n",
                (year + 1) % 100,
                (year + 1) % 100
            );
            let mut log = table::Log::default();
            let head = table::find_head(&csv, |header| header.len() == 5).expect("a header");
            let table = table::read_rows("a", &csv, head, &mut log);
            let read = elsi::read(&[&table], "ND", &mut log);
            agency.years.extend(read.by_id["3800001"].years.clone());
        }
        agency
    }

    #[test]
    fn small_districts_are_shrunk_more_than_large_ones() {
        let (small, large, steady) =
            (agency(&[50.0, 46.0, 44.0, 40.0]), agency(&[5000.0, 4600.0, 4400.0, 4000.0]), agency(&[9000.0; 4]));
        let (trends, mean) = trends(&BTreeMap::from([("s", &small), ("l", &large), ("f", &steady)])).expect("trends");
        let [of_small, of_large] = ["s", "l"].map(|id| trends[id].value());
        assert!(of_large < of_small && of_small < mean && mean < 0.0, "{of_large} {of_small} {mean}");
    }

    #[test]
    fn a_break_or_a_single_year_gets_the_states_mean() {
        let (broken, single, steady) = (agency(&[50.0, 400.0]), agency(&[70.0]), agency(&[900.0, 890.0, 880.0, 870.0]));
        let (trends, mean) = trends(&BTreeMap::from([("b", &broken), ("o", &single), ("s", &steady)])).expect("trends");
        assert_eq!([trends["b"], trends["o"]], [Trend::Mean(mean); 2]);
        assert!(super::trends(&BTreeMap::from([("o", &single)])).is_none());
    }
}
