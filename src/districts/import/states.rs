//! What is known of the law of single states. Where nothing is known, the model draws.

use crate::model::region::{StateFinance, StateRules};

/// The law of one state.
struct Law {
    /// Its postal code.
    state: &'static str,
    /// Courses (units a year) that it asks a high school to offer, and where it says so.
    courses: Option<(f64, &'static str)>,
    /// Elasticity of state aid to pupils, and how far the local levy follows them in the long run.
    money: Option<Elasticities>,
}

/// What a state's districts' finances of fiscal years 1995 to 2016 (F-33) say of aid and levy.
struct Elasticities {
    aid: f64,
    levy: f64,
}

/// States of which something is known, by postal code.
const LAWS: [Law; 7] = [
    Law { state: "AR", courses: Some((38.0, "Arkansas Code 6-15-213; units, every year since 2003")), money: None },
    Law {
        state: "IA",
        courses: Some((41.0, "Iowa Code 256.11; units offered and taught, in force since 1989")),
        money: Some(Elasticities { aid: 1.6, levy: 0.6 }),
    },
    Law { state: "MO", courses: Some((42.0, "Missouri School Improvement Program, minimum of 2012; units")), money: None },
    Law {
        state: "MT",
        courses: Some((20.0, "ARM 10.55.904; units, at least, since 1989")),
        money: Some(Elasticities { aid: 0.81, levy: 0.54 }),
    },
    Law {
        state: "ND",
        courses: Some((26.5, "NDCC 15.1-21-02; units to provide or make available, summed from its list")),
        money: Some(Elasticities { aid: 0.74, levy: 1.3 }),
    },
    Law {
        state: "NE",
        courses: Some((40.0, "Rule 10: 400 instructional units of 15 clock hours, about 40 courses of a year")),
        money: None,
    },
    Law {
        state: "SD",
        courses: Some((20.0, "ARSD 24:43:11:07; about 20 units, over two years, summed from its list")),
        money: Some(Elasticities { aid: 1.45, levy: 1.25 }),
    },
];

/// The elasticity of a state's aid to pupils, and how far its levies follow them; where they are known.
pub(in crate::districts) fn money(state: &str) -> Option<(f64, f64)> {
    let law = LAWS.iter().find(|law| law.state == state)?;
    law.money.as_ref().map(|it| (it.aid, it.levy))
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
    if let Some(Elasticities { aid, levy }) = law.and_then(|law| law.money.as_ref()) {
        (finance.aid_elasticity, finance.levy_elasticity) = (Some(*aid), Some(*levy));
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
            assert!(law.money.is_none_or(|it| (0.5..=2.0).contains(&it.aid) && (0.0..=1.5).contains(&it.levy)), "{}", law.state);
        }
    }
}
