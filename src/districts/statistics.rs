//! What a region is like in figures, beside the published ones.

use std::collections::BTreeSet;

use crate::districts::synthetic::SyntheticSpec;
use crate::engine::math;
use crate::model::parameters::Parameters;
use crate::model::region::{Region, StartingDistrict};

/// The figures of a region at the start. All zero for a region without districts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RegionStatistics {
    /// Number of districts.
    pub districts: usize,
    /// Number of counties.
    pub counties: usize,
    /// Number of support organisations.
    pub support_organisations: usize,
    /// All pupils.
    pub pupils: f64,
    /// Median enrolment.
    pub median_pupils: f64,
    /// Mean enrolment.
    pub mean_pupils: f64,
    /// Standard deviation of the log of enrolment.
    pub size_sd: f64,
    /// Share of districts under 100 pupils.
    pub under_100: f64,
    /// Share under 200 pupils.
    pub under_200: f64,
    /// Share under 600 pupils.
    pub under_600: f64,
    /// Districts without a high school.
    pub without_high_school: usize,
    /// Mean yearly trend of births, log.
    pub trend_mean: f64,
    /// Standard deviation of yearly trends between districts, log, what is not known of them included.
    pub trend_sd: f64,
    /// Pupils per square mile, median of districts.
    pub density: f64,
    /// Drive to the nearest other district, median, minutes at the model's default speed and detour.
    pub neighbour_minutes: f64,
    /// Lower quartile, median and upper quartile of taxable valuation per pupil, dollars.
    pub valuation_quartiles: [f64; 3],
}

/// One figure with its name and unit, and the published one where there is one: a row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct StatisticRow {
    /// What it is.
    pub what: &'static str,
    /// Its unit; empty for counts.
    pub unit: &'static str,
    /// The region's figure.
    pub value: f64,
    /// The figure that it should be near.
    pub target: Option<Target>,
}

/// A published figure that a synthetic region is drawn to meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The name of the statistic, as in [`StatisticRow::what`].
    pub what: &'static str,
    /// The figure.
    pub published: f64,
    /// Where it comes from, with the mark of the evidence document.
    pub source: &'static str,
}

impl RegionStatistics {
    /// The figures of `region`.
    #[must_use]
    pub fn of(region: &Region) -> Self {
        let districts = &region.districts;
        if districts.is_empty() {
            return Self { support_organisations: region.support.len(), ..Self::default() };
        }
        let sizes = sorted(districts, StartingDistrict::enrolment);
        let logs: Vec<f64> = sizes.iter().map(|&size| math::ln(size.max(1.0))).collect();
        let trends = sorted(districts, |d| d.trend);
        let valuations = sorted(districts, |d| d.valuation);
        let under = |limit: f64| sizes.partition_point(|&size| size < limit) as f64 / sizes.len() as f64;
        Self {
            districts: districts.len(),
            counties: districts.iter().map(|d| d.county.as_str()).collect::<BTreeSet<_>>().len(),
            support_organisations: region.support.len(),
            pupils: region.enrolment(),
            median_pupils: quantile(&sizes, 0.5),
            mean_pupils: mean(&sizes),
            size_sd: standard_deviation(&logs),
            under_100: under(100.0),
            under_200: under(200.0),
            under_600: under(600.0),
            without_high_school: districts.iter().filter(|d| !d.has_high_school()).count(),
            trend_mean: mean(&trends),
            trend_sd: standard_deviation(&trends).hypot(region.trend_unknown),
            density: quantile(&sorted(districts, |d| d.enrolment() / d.area), 0.5),
            neighbour_minutes: neighbour_minutes(districts),
            valuation_quartiles: [0.25, 0.5, 0.75].map(|p| quantile(&valuations, p)),
        }
    }

    /// The figures as rows, each beside its target where there is one of its name.
    #[must_use]
    pub fn rows(&self, targets: &[Target]) -> Vec<StatisticRow> {
        let [low, middle, high] = self.valuation_quartiles;
        let rows = [
            ("districts", "", self.districts as f64),
            ("counties", "", self.counties as f64),
            ("support organisations", "", self.support_organisations as f64),
            ("pupils", "", self.pupils),
            ("median enrolment", "pupils", self.median_pupils),
            ("mean enrolment", "pupils", self.mean_pupils),
            ("spread of enrolment", "log s.d.", self.size_sd),
            ("districts under 100 pupils", "share", self.under_100),
            ("districts under 200 pupils", "share", self.under_200),
            ("districts under 600 pupils", "share", self.under_600),
            ("districts without a high school", "", self.without_high_school as f64),
            ("mean trend of births", "log/year", self.trend_mean),
            ("spread of trends", "log/year s.d.", self.trend_sd),
            ("median density", "pupils/square mile", self.density),
            ("drive to the nearest district, median", "minutes", self.neighbour_minutes),
            ("valuation per pupil, lower quartile", "$", low),
            ("valuation per pupil, median", "$", middle),
            ("valuation per pupil, upper quartile", "$", high),
        ];
        let row = |(what, unit, value)| {
            let target = targets.iter().find(|target| target.what == what).cloned();
            StatisticRow { what, unit, value, target }
        };
        rows.into_iter().map(row).collect()
    }
}

/// The figures that a region drawn from `spec` should be near. A figure that the spec changes from
/// the published one has the spec as its source.
#[must_use]
pub fn targets(spec: &SyntheticSpec) -> Vec<Target> {
    let published = SyntheticSpec::default();
    let unless = |same: bool, source: &'static str| if same { source } else { "As asked for" };
    let same_size = spec.median_pupils.to_bits() == published.median_pupils.to_bits()
        && spec.size_sd.to_bits() == published.size_sd.to_bits();
    let same = |own: f64, default: f64| own.to_bits() == default.to_bits();
    let under = |limit: f64| lognormal_share(limit, spec.median_pupils, spec.size_sd);
    let size_source = unless(
        same_size,
        "Derived: lognormal, median 330 and spread 0.88, South Dakota 2022; observed under 200: 0.286",
    );
    // The quartiles of a normal distribution lie 0.6745 standard deviations from its middle.
    let quartile = |sign: f64| spec.median_valuation * math::exp(sign * 0.674_489_75 * spec.valuation_sd);
    let valuation_source = unless(
        same(spec.median_valuation, published.median_valuation) && same(spec.valuation_sd, published.valuation_sd),
        "Computed: local revenue of three states in 2019-20 at 12 mills",
    );
    vec![
        Target { what: "median enrolment", published: spec.median_pupils, source: size_source },
        Target {
            what: "mean enrolment",
            published: spec.median_pupils * math::exp(spec.size_sd * spec.size_sd / 2.0),
            source: size_source,
        },
        Target { what: "spread of enrolment", published: spec.size_sd, source: size_source },
        Target { what: "districts under 100 pupils", published: under(100.0), source: size_source },
        Target { what: "districts under 200 pupils", published: under(200.0), source: size_source },
        Target { what: "districts under 600 pupils", published: under(600.0), source: size_source },
        Target {
            what: "mean trend of births",
            published: spec.trend,
            source: unless(same(spec.trend, published.trend), "Derived: -2 % a year (-3.7 to -0.5)"),
        },
        Target {
            what: "spread of trends",
            published: spec.trend_sd,
            source: unless(same(spec.trend_sd, published.trend_sd), "Computed: 1.2-1.8 % a year"),
        },
        Target {
            what: "median density",
            published: spec.density,
            source: unless(
                same(spec.density, published.density),
                "Computed: 0.6 in North Dakota, 1.2 in South Dakota, 4.7 in Iowa",
            ),
        },
        Target {
            what: "drive to the nearest district, median",
            published: typical_minutes(spec),
            source: NEIGHBOUR_SOURCE,
        },
        Target { what: "valuation per pupil, lower quartile", published: quartile(-1.0), source: valuation_source },
        Target { what: "valuation per pupil, median", published: quartile(0.0), source: valuation_source },
        Target { what: "valuation per pupil, upper quartile", published: quartile(1.0), source: valuation_source },
    ]
}

const NEIGHBOUR_SOURCE: &str = "Computed: offices of three states lie 0.66-0.71 of the square root of the median area from the nearest other, as the crow flies";

/// The drive to the nearest district where areas are as the spec says and towns lie as in the three
/// states.
fn typical_minutes(spec: &SyntheticSpec) -> f64 {
    0.685 * (spec.median_pupils / spec.density).sqrt() * minutes_per_mile()
}

/// The share of a lognormal distribution below `limit`.
fn lognormal_share(limit: f64, median: f64, sd: f64) -> f64 {
    if sd <= 0.0 {
        return if median < limit { 1.0 } else { 0.0 };
    }
    0.5 * libm::erfc(-math::ln(limit / median) / (sd * std::f64::consts::SQRT_2))
}

/// Minutes of driving for each mile as the crow flies.
fn minutes_per_mile() -> f64 {
    let parameters = Parameters::default();
    parameters.detour / parameters.drive_speed * 60.0
}

fn neighbour_minutes(districts: &[StartingDistrict]) -> f64 {
    let nearest = |(place, a): (usize, &StartingDistrict)| {
        let others = districts.iter().enumerate().filter(|(other, _)| *other != place);
        others.map(|(_, b)| ((a.x - b.x).powi(2) + (a.y - b.y).powi(2)).sqrt()).fold(f64::INFINITY, f64::min)
    };
    let mut miles: Vec<f64> = districts.iter().enumerate().map(nearest).filter(|miles| miles.is_finite()).collect();
    miles.sort_by(f64::total_cmp);
    quantile(&miles, 0.5) * minutes_per_mile()
}

fn sorted(districts: &[StartingDistrict], value: impl Fn(&StartingDistrict) -> f64) -> Vec<f64> {
    let mut values: Vec<f64> = districts.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The quantile of sorted values by linear interpolation (type 7); 0 where there is none.
pub(super) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = p * last as f64;
    let below = sorted[place.floor() as usize];
    below + (sorted[place.ceil() as usize] - below) * (place - place.floor())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The sample standard deviation; 0 for fewer than two values.
fn standard_deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let middle = mean(values);
    let squares: f64 = values.iter().map(|value| (value - middle) * (value - middle)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::districts::synthetic::generate;

    /// Mean over seeds of every statistic that has a target, its standard error, and the target.
    fn over_seeds(spec: &SyntheticSpec, seeds: u64) -> Vec<(&'static str, f64, f64, f64)> {
        let aims = targets(spec);
        let tables: Vec<_> = (0..seeds).map(|seed| RegionStatistics::of(&generate(spec, seed)).rows(&aims)).collect();
        let rows = tables[0].iter().enumerate().filter_map(|(place, row)| {
            let values: Vec<f64> = tables.iter().map(|table| table[place].value).collect();
            let error = standard_deviation(&values) / (seeds as f64).sqrt();
            row.target.as_ref().map(|target| (row.what, mean(&values), error, target.published))
        });
        rows.collect()
    }

    #[test]
    fn drawn_regions_meet_the_published_figures_within_sampling_error() {
        let spec = SyntheticSpec { districts: 200, ..SyntheticSpec::default() };
        let rows = over_seeds(&spec, 100);
        assert_eq!(rows.len(), targets(&spec).len());
        for (what, value, error, target) in rows {
            // Four standard errors; and a hundredth for whole pupils, truncated trends and the bias of
            // sample quantiles. The drive is met by the layout, within the range of the three states.
            let slack = if what.starts_with("drive") { 0.05 } else { 0.012 };
            assert!(
                (value - target).abs() < 4.0 * error + slack * target.abs(),
                "{what}: {value} ± {error}, target {target}"
            );
        }
    }

    #[test]
    fn the_size_distribution_gives_the_published_share_of_small_districts() {
        let share = lognormal_share(200.0, 330.0, 0.88);
        assert!((share - 0.284).abs() < 0.002, "{share}");
    }

    #[test]
    fn a_changed_figure_is_no_longer_called_published() {
        let changed = targets(&SyntheticSpec { trend: 0.0, ..SyntheticSpec::default() });
        let source =
            |what: &str| changed.iter().find(|target| target.what == what).expect("a target of that name").source;
        assert_eq!(source("mean trend of births"), "As asked for");
        assert!(source("spread of trends").starts_with("Computed"));
    }

    #[test]
    fn every_target_has_its_row_and_an_empty_region_has_zeros() {
        let mut region = generate(&SyntheticSpec::default(), 1);
        let aims = targets(&SyntheticSpec::default());
        let rows = RegionStatistics::of(&region).rows(&aims);
        assert_eq!(rows.iter().filter(|row| row.target.is_some()).count(), aims.len());
        region.districts.clear();
        assert!(RegionStatistics::of(&region).rows(&aims).iter().all(|row| row.value.is_finite()));
    }

    #[test]
    fn the_nearest_neighbour_of_two_districts_is_the_other() {
        let mut region = generate(&SyntheticSpec { districts: 2, ..SyntheticSpec::default() }, 1);
        (region.districts[0].x, region.districts[0].y) = (0.0, 0.0);
        (region.districts[1].x, region.districts[1].y) = (3.0, 4.0);
        let minutes = RegionStatistics::of(&region).neighbour_minutes;
        assert!((minutes - 5.0 * 1.3 / 50.0 * 60.0).abs() < 1e-12, "{minutes}");
    }
}
