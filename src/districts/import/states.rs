//! What is known of the law of single states. Where nothing is known, the model draws.

use crate::model::region::{StateFinance, StateRules};

/// The law of one state.
struct Law {
    /// Its postal code.
    state: &'static str,
    /// Courses (units a year) that it asks a high school to offer, and where it says so.
    courses: Option<(f64, &'static str)>,
    /// How state aid and the local levy follow pupils.
    money: Option<Following>,
}

/// What a state's districts' finances of fiscal years 1995 to 2016 (F-33) say of aid and levy: the elasticity to
/// pupils in the long run, and the share of the gap that closes in a year. The two were estimated together, and one
/// means nothing without the other.
#[derive(Debug, Clone, Copy)]
pub(in crate::districts) struct Following {
    pub(in crate::districts) aid: (f64, f64),
    pub(in crate::districts) levy: (f64, f64),
}

/// States of which something is known, by postal code.
const LAWS: [Law; 7] = [
    Law { state: "AR", courses: Some((38.0, "Arkansas Code 6-15-213; units, every year since 2003")), money: None },
    Law {
        state: "IA",
        courses: Some((41.0, "Iowa Code 256.11; units offered and taught, in force since 1989")),
        money: Some(Following { aid: (1.6, 0.14), levy: (0.6, 0.05) }),
    },
    Law { state: "MO", courses: Some((42.0, "Missouri School Improvement Program, minimum of 2012; units")), money: None },
    Law {
        state: "MT",
        courses: Some((20.0, "ARM 10.55.904; units, at least, since 1989")),
        money: Some(Following { aid: (0.81, 0.39), levy: (0.54, 0.32) }),
    },
    Law {
        state: "ND",
        courses: Some((26.5, "NDCC 15.1-21-02; units to provide or make available, summed from its list")),
        money: Some(Following { aid: (0.74, 0.95), levy: (1.3, 0.14) }),
    },
    Law {
        state: "NE",
        courses: Some((40.0, "Rule 10: 400 instructional units of 15 clock hours, about 40 courses of a year")),
        money: None,
    },
    Law {
        state: "SD",
        courses: Some((20.0, "ARSD 24:43:11:07; about 20 units, over two years, summed from its list")),
        money: Some(Following { aid: (1.45, 0.48), levy: (1.25, 0.05) }),
    },
];

/// How a state's aid and levies follow pupils, where it is known.
pub(in crate::districts) fn money(state: &str) -> Option<Following> {
    LAWS.iter().find(|law| law.state == state)?.money
}

/// Puts what is known of the state's law into its rules and finance, and tells in each line what is the
/// state's and what is drawn or a default.
pub(super) fn apply(state: &str, rules: &mut StateRules, finance: &mut StateFinance) -> Vec<String> {
    let law = LAWS.iter().find(|law| law.state == state);
    let mut told = Vec::new();
    if let Some((courses, source)) = law.and_then(|law| law.courses) {
        rules.required_courses = Some(courses);
        told.push(format!("the state's rule: {courses} courses that a high school must offer ({source})"));
    } else {
        told.push("courses that a high school must offer: no rule of the state is known, drawn in every run".to_owned());
    }
    if let Some(Following { aid: (aid, aid_yearly), levy: (levy, levy_yearly) }) = law.and_then(|law| law.money) {
        (finance.aid_elasticity, finance.aid_adjustment) = (Some(aid), Some(aid_yearly));
        (finance.levy_elasticity, finance.levy_adjustment) = (Some(levy), Some(levy_yearly));
        told.push(format!(
            "the state's aid changes with pupils by an elasticity of {aid}, its levies in the long run by {levy}: estimated from finances of \
             1995 to 2016 (F-33)"
        ));
    } else {
        told.push("how aid and levies follow pupils: no estimate for the state, drawn in every run".to_owned());
    }
    told.push(
        "the state's other rules (rides, votes, recognition) and its small-size and sparsity aid are the defaults: set them in the region file"
            .to_owned(),
    );
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_state_has_its_law_and_an_unknown_one_is_drawn() {
        let of = |state: &str| {
            let (mut rules, mut finance) = (StateRules::default(), StateFinance::default());
            let told = apply(state, &mut rules, &mut finance).join("\n");
            (rules.required_courses, finance.aid_elasticity, finance.levy_elasticity, told)
        };
        let (courses, aid, levy, told) = of("ND");
        assert_eq!((courses, aid, levy), (Some(26.5), Some(0.74), Some(1.3)));
        assert!(told.contains("NDCC 15.1-21-02"), "{told}");
        let (courses, aid, _, told) = of("AR");
        assert_eq!((courses, aid), (Some(38.0), None));
        assert!(told.contains("no estimate for the state"), "{told}");
        let (courses, aid, levy, told) = of("WY");
        assert_eq!((courses, aid, levy), (None, None, None));
        assert!(told.contains("no rule of the state is known"), "{told}");
    }

    #[test]
    fn what_is_known_lies_in_the_ranges_of_region_files() {
        for law in LAWS {
            assert!(law.courses.is_none_or(|(courses, _)| (0.0..=200.0).contains(&courses)), "{}", law.state);
            let sound = |it: Following| {
                (0.5..=2.0).contains(&it.aid.0)
                    && (0.05..=1.0).contains(&it.aid.1)
                    && (0.0..=1.5).contains(&it.levy.0)
                    && (0.0..=1.0).contains(&it.levy.1)
            };
            assert!(law.money.is_none_or(sound), "{}", law.state);
        }
    }
}
