//! What scale costs, and the one idea that joins alone, cluster and merger: effective scale.

use super::functions::FUNCTIONS;
use super::parameters::Parameters;
use super::region::StateFinance;

/// Cost of a district in base costs of one pupil: its pupils, and what it costs to run a district, a high
/// school and a building at all. So the cost per pupil is `1 + F/N`, and most of the fixed cost of a small
/// district is that of its high school; a merger saves it where the high schools become one, and not before.
#[inline]
pub(crate) fn pupil_equivalents(pupils: f64, high_schools: f64, buildings: f64, p: &Parameters) -> f64 {
    pupils + p.fixed_district + p.fixed_high_school * high_schools + p.building_cost * buildings
}

/// Cost per pupil of a district relative to the base cost, as its size and schools predict it.
#[must_use]
pub fn cost_multiplier(pupils: f64, high_schools: f64, buildings: f64, p: &Parameters) -> f64 {
    pupil_equivalents(pupils, high_schools, buildings, p) / pupils.max(1.0)
}

/// Pupils below which the formula of a state gives no more for small size.
pub(crate) const SMALLEST_COUNTED: f64 = 20.0;

/// What small size costs a district with a high school and one building, in base costs of one pupil.
#[inline]
pub(crate) fn small_size_cost(p: &Parameters) -> f64 {
    p.fixed_district + p.fixed_high_school + p.building_cost
}

/// The weights of the foundation formula: what a pupil brings beyond the base for the small size of the
/// district, and for its sparsity, as shares of the base.
#[inline]
pub(crate) fn aid_weights(pupils: f64, sparse: bool, finance: &StateFinance, p: &Parameters) -> [f64; 2] {
    // The formula of a state knows size and not schools.
    let small = finance.small_size_aid * small_size_cost(p) / pupils.max(SMALLEST_COUNTED);
    [small, if sparse { finance.sparsity_aid } else { 0.0 }]
}

/// Formula aid by what it is for: the base, small size, and sparsity. The parts are in the proportion of the weights.
#[inline]
pub(crate) fn aid_by_kind(aid: f64, pupils: f64, sparse: bool, finance: &StateFinance, p: &Parameters) -> [f64; 3] {
    let counted = pupils.max(SMALLEST_COUNTED);
    let small = finance.small_size_aid * small_size_cost(p);
    let sparse = if sparse { counted * finance.sparsity_aid } else { 0.0 };
    let each = aid / (counted + small + sparse);
    [each * counted, each * small, each * sparse]
}

/// Depth of sharing is held in quarters: 0 is not shared, 4 is fully shared.
pub(crate) const FULL_DEPTH: u8 = 4;

/// A district of `own` pupils relative to the effective scales that it has in a cluster of `all`, n^(1-φ)·N^φ for
/// φ = 0, ¼, ½, ¾, 1, by square roots only: what a fixed cost per pupil falls to at each depth.
#[inline]
pub(crate) fn relative_to_scales(own: f64, all: f64) -> [f64; 5] {
    let whole = own / all;
    let half = whole.sqrt();
    let quarter = half.sqrt();
    [1.0, quarter, half, half * quarter, whole]
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
    fn a_unified_district_costs_as_recorded_by_size() {
        // Medians of unified districts of four states against those of 1,000 pupils and more, FY1995-2016.
        let p = Parameters::default();
        let large = cost_multiplier(1_500.0, 1.0, 5.0, &p);
        for (pupils, recorded, spread) in
            [(75.0, 1.77, 0.1), (125.0, 1.41, 0.1), (175.0, 1.30, 0.06), (250.0, 1.16, 0.06)]
        {
            let relative = cost_multiplier(pupils, 1.0, 1.0, &p) / large;
            assert!((relative - recorded).abs() < spread, "{pupils}: {relative} against {recorded}");
        }
    }

    #[test]
    fn the_fixed_cost_of_a_small_district_is_its_high_school() {
        let p = Parameters::default();
        let with = cost_multiplier(60.0, 1.0, 1.0, &p) - 1.0;
        let without = cost_multiplier(60.0, 0.0, 1.0, &p) - 1.0;
        assert!(without < 0.35 * with, "{without} of {with}");
    }

    #[test]
    fn effective_scale_runs_from_alone_to_merged() {
        let relative = relative_to_scales(100.0, 1_600.0);
        for (quarter, scale) in [100.0, 200.0, 400.0, 800.0, 1_600.0].into_iter().enumerate() {
            assert!((100.0 / relative[quarter] - scale).abs() < 1e-9);
        }
    }

    #[test]
    fn aid_is_parted_by_the_weights_of_the_formula() {
        let (p, finance) = (Parameters::default(), StateFinance::default());
        for (pupils, sparse) in [(10.0, true), (80.0, true), (900.0, false)] {
            let [small, sparsity] = aid_weights(pupils, sparse, &finance, &p);
            let parts = aid_by_kind(7e5, pupils, sparse, &finance, &p);
            for (part, weight) in parts.into_iter().zip([1.0, small, sparsity]) {
                assert!((part - 7e5 * weight / (1.0 + small + sparsity)).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn cost_shares_of_the_functions_sum_to_about_one() {
        let sum: f64 = FunctionTraits::new(&Parameters::default()).share.iter().sum();
        assert!((0.9..=1.0).contains(&sum), "{sum}");
    }
}
