//! The organisational continuum: what each form allows, asks and takes.

use super::events::Form;
use super::functions::Function;
use super::parameters::Parameters;
use super::scale::FULL_DEPTH;

/// How deep a function may be shared in a form, in quarters. Administration and grades need trust.
pub(crate) fn depth_limit(form: Form, function: Function, trusted: bool, p: &Parameters) -> u8 {
    let heavy = function >= Function::Administration;
    match form {
        Form::Network => match function {
            Function::StaffDevelopment | Function::LibrariesTechnology | Function::StudentActivities => {
                p.network_depth as u8
            }
            _ => 0,
        },
        Form::Cluster | Form::Consortium if heavy && !trusted => 0,
        Form::Cluster if function == Function::Administration => p.cluster_administration_depth as u8,
        Form::Cluster | Form::Consortium | Form::Federation => FULL_DEPTH,
        Form::Alone | Form::Merged | Form::Dissolved => 0,
    }
}

/// Structure that a form adds, in units of one overlapping grouping.
pub(crate) fn complexity(form: Form, p: &Parameters) -> f64 {
    match form {
        Form::Consortium | Form::Federation => p.structure_formal,
        _ => 0.0,
    }
}

/// How much of the autonomy of what is shared a form takes, against a cluster: a network leaves it
/// untouched.
pub(crate) fn autonomy_lost(form: Form, p: &Parameters) -> f64 {
    match form {
        Form::Cluster => 1.0,
        Form::Consortium => p.autonomy_consortium,
        Form::Federation => p.autonomy_federation,
        _ => 0.0,
    }
}

/// Steps of a form beyond a cluster: each makes it harder to leave. A count, not a claim.
pub(crate) fn steps_beyond_cluster(form: Form) -> f64 {
    match form {
        Form::Consortium => 1.0,
        Form::Federation => 2.0,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_leaves_autonomy_untouched_and_shares_only_what_is_light() {
        let p = Parameters::default();
        assert!(autonomy_lost(Form::Network, &p).abs() < f64::EPSILON);
        assert_eq!(depth_limit(Form::Network, Function::CoreInstruction, true, &p), 0);
        assert_eq!(depth_limit(Form::Network, Function::StaffDevelopment, false, &p), 2);
    }

    #[test]
    fn each_form_allows_no_less_than_the_one_before() {
        let p = Parameters::default();
        for function in Function::ALL {
            for trusted in [false, true] {
                let limits = [Form::Network, Form::Cluster, Form::Consortium, Form::Federation]
                    .map(|form| depth_limit(form, function, trusted, &p));
                assert!(limits.windows(2).all(|pair| pair[0] <= pair[1]), "{function:?}");
            }
        }
    }

    #[test]
    fn grades_are_shared_only_where_there_is_trust() {
        let p = Parameters::default();
        assert_eq!(depth_limit(Form::Cluster, Function::CoreInstruction, false, &p), 0);
        assert_eq!(depth_limit(Form::Cluster, Function::CoreInstruction, true, &p), FULL_DEPTH);
    }
}
