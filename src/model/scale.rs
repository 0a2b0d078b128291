//! The one idea that joins alone, cluster and merger: effective scale, and what scale costs.

use crate::engine::math;

use super::functions::FUNCTIONS;
use super::parameters::Parameters;
use super::region::Region;

// The figures of the Kansas statute stay as they were enacted: `scale_strength` and `tiny_exponent` vary
// the curve as a whole.

/// Enrolment between two points of the tabulated cost curve.
const STEP: f64 = 4.0;
/// Points of the table: 0 to 1,704 pupils; the Kansas weighting is flat from 1,622 on.
const POINTS: usize = 427;
/// Half-width, in points, of the window that smooths the kink at 300 pupils.
const SMOOTH: usize = 10;
/// The Kansas base state aid per pupil of 1991-92 that the weighting is relative to, dollars.
const KANSAS_BASE: f64 = 3_642.4;
/// The multiplier of large districts in the Kansas weighting.
const LARGE: f64 = 1.035;

/// The cost multiplier m(E): cost per pupil at enrolment E relative to the base cost, from the Kansas
/// low-enrolment weighting (K.S.A. 72-5149), its kink at 300 pupils smoothed, rising further below
/// 100 pupils. Tabulated, so that a look-up costs no transcendental function.
#[derive(Debug, Clone)]
pub struct CostCurve {
    points: [f64; POINTS],
    /// The parameters that it was made of.
    made_of: [f64; 2],
}

impl CostCurve {
    /// The curve under these parameters: `scale_strength` stretches it, `tiny_exponent` bends it below
    /// 100 pupils.
    #[must_use]
    pub fn new(p: &Parameters) -> Self {
        let mut raw = [0.0; POINTS];
        for (place, value) in raw.iter_mut().enumerate() {
            let kansas = kansas_multiplier((place.max(1) as f64) * STEP, p.tiny_exponent);
            *value = LARGE + p.scale_strength * (kansas - LARGE);
        }
        let mut points = raw;
        let kink = (300.0 / STEP) as usize;
        for place in kink - SMOOTH..=kink + SMOOTH {
            let window = &raw[place - SMOOTH..=place + SMOOTH];
            points[place] = window.iter().sum::<f64>() / window.len() as f64;
        }
        Self { points, made_of: [p.scale_strength, p.tiny_exponent] }
    }

    /// Makes it anew where these parameters ask for another curve: policies on the same future share one.
    pub(crate) fn renew(&mut self, p: &Parameters) {
        if self.made_of.map(f64::to_bits) != [p.scale_strength, p.tiny_exponent].map(f64::to_bits) {
            *self = Self::new(p);
        }
    }

    /// The multiplier at `enrolment` pupils.
    #[must_use]
    #[inline]
    pub fn at(&self, enrolment: f64) -> f64 {
        const LAST: f64 = (POINTS - 1) as f64;
        let place = (enrolment * (1.0 / STEP)).clamp(0.0, LAST);
        // As `u32`, which converts in fewer steps than `usize`.
        let low = (place as u32 as usize).min(POINTS - 2);
        let part = place - low as f64;
        self.points[low] + part * (self.points[low + 1] - self.points[low])
    }

    /// The multiplier of large districts.
    #[must_use]
    #[inline]
    pub fn large(&self) -> f64 {
        self.points[POINTS - 1]
    }
}

/// The Kansas multiplier as the statute has it, continued below 100 pupils.
#[must_use]
pub fn kansas_multiplier(enrolment: f64, tiny_exponent: f64) -> f64 {
    if enrolment < 100.0 {
        2.014 * math::pow(100.0 / enrolment.max(1.0), tiny_exponent)
    } else if enrolment < 300.0 {
        (7_337.0 - 9.655 * (enrolment - 100.0)) / KANSAS_BASE
    } else if enrolment <= 1_621.0 {
        (5_406.0 - 1.2375 * (enrolment - 300.0)) / KANSAS_BASE
    } else {
        LARGE
    }
}

/// The weight of the foundation formula: how much more aid a pupil brings in a small or sparse district.
#[inline]
pub(crate) fn aid_weight(multiplier: f64, sparse: bool, region: &Region, curve: &CostCurve) -> f64 {
    let finance = &region.finance;
    let small = finance.small_size_aid * (multiplier - curve.large());
    curve.large() + small + if sparse { finance.sparsity_aid } else { 0.0 }
}

/// Depth of sharing is held in quarters: 0 is not shared, 4 is fully shared.
pub(crate) const FULL_DEPTH: u8 = 4;

/// The effective scales of a district of `own` pupils in a cluster of `all`: n^(1-φ)·N^φ for
/// φ = 0, ¼, ½, ¾, 1, by square roots only.
#[inline]
pub(crate) fn effective_scales(own: f64, all: f64) -> [f64; 5] {
    let half = (own * all).sqrt();
    [own, (own * half).sqrt(), half, (half * all).sqrt(), all]
}

/// Cost shares, autonomy weights and distance weights of the functions, gathered from the parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FunctionTraits {
    /// Share of the cost of a district.
    pub(crate) share: [f64; FUNCTIONS],
    /// Autonomy lost when fully shared.
    pub(crate) autonomy: [f64; FUNCTIONS],
    /// How much distance hurts: meetings of staff least, daily movement of pupils and teachers most.
    pub(crate) distance: [f64; FUNCTIONS],
}

impl FunctionTraits {
    pub(crate) fn new(p: &Parameters) -> Self {
        Self {
            share: [
                p.staff_development_share,
                p.libraries_technology_share,
                p.business_services_share,
                p.student_activities_share,
                p.special_education_share,
                p.transport_share,
                p.specialist_teaching_share,
                p.administration_share,
                p.core_instruction_share,
            ],
            autonomy: [
                p.staff_development_autonomy,
                p.libraries_technology_autonomy,
                p.business_services_autonomy,
                p.student_activities_autonomy,
                p.special_education_autonomy,
                p.transport_autonomy,
                p.specialist_teaching_autonomy,
                p.administration_autonomy,
                p.core_instruction_autonomy,
            ],
            distance: [
                p.staff_development_distance,
                p.libraries_technology_distance,
                p.business_services_distance,
                p.student_activities_distance,
                p.special_education_distance,
                p.transport_distance,
                p.specialist_teaching_distance,
                p.administration_distance,
                p.core_instruction_distance,
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_curve_gives_the_published_multipliers() {
        let curve = CostCurve::new(&Parameters::default());
        // K.S.A. 72-5149 as tabulated in the evidence; at 300 the kink is smoothed.
        for (enrolment, published) in [
            (100.0, 2.014),
            (150.0, 1.882),
            (200.0, 1.749),
            (400.0, 1.450),
            (600.0, 1.382),
            (800.0, 1.314),
            (1_000.0, 1.246),
            (1_200.0, 1.178),
            (1_500.0, 1.076),
            (3_000.0, 1.035),
        ] {
            assert!((curve.at(enrolment) - published).abs() < 0.002, "{enrolment}: {}", curve.at(enrolment));
        }
        assert!((curve.at(300.0) - 1.484).abs() < 0.03);
    }

    #[test]
    fn cost_per_pupil_never_rises_with_enrolment() {
        let curve = CostCurve::new(&Parameters::default());
        let values: Vec<f64> = (1..2_000).map(|n| curve.at(f64::from(n))).collect();
        assert!(values.windows(2).all(|pair| pair[1] <= pair[0] + 1e-12));
    }

    #[test]
    fn effective_scale_runs_from_alone_to_merged() {
        let scales = effective_scales(100.0, 1_600.0);
        for (quarter, expected) in [100.0, 200.0, 400.0, 800.0, 1_600.0].into_iter().enumerate() {
            assert!((scales[quarter] - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn cost_shares_of_the_functions_sum_to_about_one() {
        let sum: f64 = FunctionTraits::new(&Parameters::default()).share.iter().sum();
        assert!((0.9..=1.0).contains(&sum), "{sum}");
    }
}
