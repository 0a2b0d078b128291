//! A synthetic region drawn from published statistics.

/// What a synthetic region is drawn from. Defaults are the published figures.
#[derive(Debug, Clone, PartialEq)]
pub struct SyntheticSpec {
    /// Number of districts, 2–2,000. Default 50.
    pub districts: u16,
    /// Median enrolment. Default 330.
    pub median_pupils: f64,
    /// Log standard deviation of enrolment. Default 0.88.
    pub size_sd: f64,
    /// Mean yearly trend of births, log. Default -0.02.
    pub trend: f64,
    /// Standard deviation of trends between districts. Default 0.015.
    pub trend_sd: f64,
    /// Pupils per square mile, median. Default 1.0.
    pub density: f64,
    /// Districts per county. Default 4.
    pub districts_per_county: u16,
    /// Support organisations. Default 2.
    pub support_organisations: u16,
}

impl Default for SyntheticSpec {
    fn default() -> Self {
        Self {
            districts: 50,
            median_pupils: 330.0,
            size_sd: 0.88,
            trend: -0.02,
            trend_sd: 0.015,
            density: 1.0,
            districts_per_county: 4,
            support_organisations: 2,
        }
    }
}
