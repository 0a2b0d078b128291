use super::*;
use crate::experiments::standards::standards;
use crate::experiments::statistics::{Distribution, PairedDifferences};
use crate::experiments::summary::{Checked, FailedReplicate, OutcomeFacts, OutcomeFigures, PolicyFigures, RegionFacts};
use crate::experiments::survival::Lives;
use crate::model::events::{Ending, Form};
use crate::model::outcomes::{REGION_OUTCOMES, RegionOutcome};
use crate::model::record::{ClusterLife, Record};

/// A comparison in which policy `p` has the value 0.9 + p / 100 in every outcome of every future but
/// for spending, which is wide, and cluster viability, which the baseline never has.
fn comparison(titles: &[&str]) -> Comparison {
    let value = |policy: usize, outcome: RegionOutcome, future: u32| match outcome {
        RegionOutcome::spending => 17_000.0 + 100.0 * policy as f64 + f64::from(future) * 10.0,
        RegionOutcome::funded_alive if policy == 0 => f64::NAN,
        RegionOutcome::towns_with_school => 0.8,
        _ => 0.9 + policy as f64 / 100.0 + f64::from(future) / 10_000.0,
    };
    let figures = |policy: usize, outcome: RegionOutcome| {
        let (mut level, mut pairs) = (Distribution::default(), PairedDifferences::default());
        for future in 0..1_200 {
            level.add(value(policy, outcome, future));
            pairs.add(value(policy, outcome, future), value(0, outcome, future));
        }
        let difference = (policy > 0).then(|| pairs.summary());
        OutcomeFigures { outcome: outcome.outcome().id, level: level.spread(), difference, better: None, worse: None }
    };
    let policy = |(place, title): (usize, &&str)| PolicyFigures {
        name: format!("policy-{place}"),
        title: (*title).to_owned(),
        outcomes: RegionOutcome::ALL.into_iter().map(|outcome| figures(place, outcome)).collect(),
        survival: Lives::default().survival(),
    };
    let policies: Vec<PolicyFigures> = titles.iter().enumerate().map(policy).collect();
    Comparison {
        version: "1.2.3",
        scenario: "test".to_owned(),
        title: "What a grant does".to_owned(),
        region: RegionFacts {
            name: "plains".to_owned(),
            title: "The plains".to_owned(),
            source: String::new(),
            drawn_anew: false,
            shown_future: None,
            districts: 50,
            pupils: 21_345.0,
            first_year: 2020,
        },
        years: 20,
        seed: 42,
        parameters_drawn: true,
        first_replicate: 0,
        replicates: 1_201,
        finished: 1_200,
        outcomes: REGION_OUTCOMES.iter().map(OutcomeFacts::of).collect(),
        standards: standards(&policies),
        policies,
        expectations: vec![Checked {
            policy: "policy-0".to_owned(),
            outcome: "merged",
            year: Some(9),
            measure: "median_difference",
            low: 0.1,
            high: 3.0,
            observed: 4.5,
            inside: false,
            source: "a published decade".to_owned(),
        }],
        failures: vec![FailedReplicate { replicate: 7, seed: 42, message: "broke".to_owned() }],
    }
}

/// The same with clusters: under the second policy paid for three years, of which half end in the year after it;
/// under the others never paid.
fn with_clusters(mut comparison: Comparison) -> Comparison {
    for (place, policy) in comparison.policies.iter_mut().enumerate() {
        let paid = (place == 1).then_some(0);
        let life = |ended: Option<u16>| ClusterLife {
            founded: 0,
            founded_as: Form::Cluster,
            form: Form::Cluster,
            paid_from: paid,
            money_ended: paid.map(|first| first + 2),
            ended,
            ending: ended.map(|_| Ending::BrokeUp),
            worked: u64::MAX,
            paid_off: 0,
        };
        let mut lives = Lives::default();
        for future in 0..2_000 {
            let ended = (future % 2 == 0).then_some(3);
            let region = vec![0.0; 20 * RegionOutcome::COUNT];
            lives.add(&Record { region, lives: vec![life(ended), life(None)], ..Record::default() });
        }
        policy.survival = lives.survival();
    }
    comparison
}

const FIVE: [&str; 5] = [
    "No incentive",
    "Three-year cluster grant",
    "Three-year cluster grant with a required reorganisation vote",
    "Three-year tapered merger grant",
    "Cluster grant with paid coordinator and tapering end",
];

#[test]
fn five_policies_fit_a_terminal_of_120_characters() {
    let text = text(&comparison(&FIVE), Page::ENDLESS);
    let widest = text.lines().max_by_key(|line| line.chars().count()).expect("not empty");
    assert!(widest.chars().count() <= 120, "{widest}\n{text}");
}

#[test]
fn on_a_narrow_page_no_line_is_too_long_and_no_figure_is_lost() {
    let comparison = with_clusters(comparison(&FIVE));
    let wide = text(&comparison, Page::ENDLESS);
    for width in [60, 80, 100] {
        let slim = text(&comparison, Page::of(width));
        let widest = slim.lines().max_by_key(|line| line.chars().count()).expect("not empty");
        assert!(widest.chars().count() <= usize::from(width), "{widest}\n{slim}");
        // What holds a digit is a figure, wherever it stands.
        let figures = |text: &str| -> std::collections::BTreeSet<String> {
            let words = text.split_whitespace().flat_map(|word| word.split(['(', ')', ',', '–']));
            words.filter(|word| word.contains(|c: char| c.is_ascii_digit())).map(str::to_owned).collect()
        };
        let lost: Vec<String> = figures(&wide).difference(&figures(&slim)).cloned().collect();
        assert!(lost.is_empty(), "{lost:?} of\n{slim}");
        for (place, title) in FIVE.iter().enumerate() {
            let named = format!("{}  {}", tables::letter(place), title);
            assert!(
                slim.replace('\n', " ").contains(&named.replace("  ", " ")) || slim.contains(&named),
                "{named}\n{slim}"
            );
        }
    }
}

#[test]
fn clusters_after_the_money_have_a_table_with_intervals_and_those_without_a_line() {
    let told = text(&with_clusters(comparison(&FIVE)), Page::ENDLESS);
    for part in [
        "Clusters after the money",
        "1 year after",
        "4,000",
        "75.0 (73.9–76.1)",
        "without money",
        "4,000 clusters were paid",
    ] {
        assert!(told.contains(part), "{part} is missing in\n{told}");
    }
    let widest = told.lines().max_by_key(|line| line.chars().count()).expect("not empty");
    assert!(widest.chars().count() <= 120, "{widest}\n{told}");
    assert!(!text(&comparison(&FIVE), Page::ENDLESS).contains("after the money"), "no clusters, no table");
}

#[test]
fn the_heading_tells_region_horizon_futures_seed_and_version() {
    let text = text(&comparison(&FIVE), Page::ENDLESS);
    for part in [
        "The plains · 50 districts · 21,345 pupils",
        "20 years (2020–2039)",
        "1,200 futures (replicates 0–1200)",
        "seed 42",
        "barnraise 1.2.3",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(text.contains("1 of 1,201 futures could not be finished"), "{text}");
}

#[test]
fn the_heading_tells_that_the_region_is_drawn_anew_and_what_the_bands_then_hold() {
    let mut comparison = comparison(&FIVE);
    let region = &mut comparison.region;
    (region.title, region.drawn_anew, region.shown_future) = ("Synthetic region".to_owned(), true, Some(3));
    let told = text(&comparison, Page::ENDLESS);
    for part in
        ["Synthetic region, drawn anew in every future · 50 districts · 21,345 pupils (median)", "which region it is"]
    {
        assert!(told.contains(part), "{part} is missing in\n{told}");
    }
    assert!(told.lines().all(|line| line.chars().count() <= 120), "{told}");
    comparison.parameters_drawn = false;
    assert!(text(&comparison, Page::ENDLESS).contains("uncertain inputs are held fixed"));
}

#[test]
fn differences_say_how_often_and_what_is_not_defined() {
    let text = text(&comparison(&FIVE), Page::ENDLESS);
    for part in [
        "better in 1,200 of 1,200",
        "more in 1,200 of 1,200",
        "better in 0 of 1,200",
        "the same in all 1,200",
        "worse 1,200",
        "defined in none",
        "n/a",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(text.contains("+1.00 to +1.00"), "shares differ in percentage points\n{text}");
}

#[test]
fn a_sign_that_depends_on_the_standard_is_told_and_else_that_none_does() {
    let mut comparison = comparison(&FIVE);
    let told = text(&comparison, Page::ENDLESS);
    assert!(told.contains("No policy's sign depends on the standard (20 to 41 units)."), "{told}");
    for (outcome, mean) in [(RegionOutcome::viability_low, -0.004), (RegionOutcome::viability_high, 0.006)] {
        let difference =
            comparison.policies[2].outcomes[outcome.index()].difference.as_mut().expect("not the baseline");
        (difference.mean, difference.mean_low, difference.mean_high) = (mean, mean - 0.001, mean + 0.001);
    }
    let own =
        comparison.policies[2].outcomes[RegionOutcome::viability_last.index()].difference.as_mut().expect("as above");
    (own.mean_low, own.mean_high) = (own.mean - 1.0, own.mean + 1.0);
    comparison.standards = standards(&comparison.policies);
    let told = text(&comparison, Page::ENDLESS);
    let sentence = "The sign of policy C's effect on viability depends on what the state asks of a high school: -0.40 ± 0.10 points at 20 \
                    units, +0.60 ± 0.10 at 41 units.";
    let told = told.replace('\n', " ");
    assert!(told.contains(sentence) && !told.contains("No policy's sign"), "{told}");
    let json: serde_json::Value = serde_json::from_str(&json(&comparison).expect("plain data")).expect("it is JSON");
    assert_eq!(json["standards"].as_array().map(Vec::len), Some(4));
    assert_eq!(
        (&json["standards"][1]["policy"], &json["standards"][1]["sign_depends"]),
        (&"policy-2".into(), &true.into())
    );
    assert_eq!(json["standards"][1]["effects"][2]["units"], 41.0);
    // What chance may have done is no sign.
    let low = &mut comparison.standards[1].effects[0];
    low.mean_high = 0.001;
    assert_eq!(low.sign(), 0);
}

#[test]
fn a_missed_expectation_is_named() {
    let text = text(&comparison(&FIVE), Page::ENDLESS);
    assert!(text.contains("0 of 1 met") && text.contains("MISSED") && text.contains("a published decade"), "{text}");
}

#[test]
fn one_policy_has_no_differences() {
    let text = text(&comparison(&FIVE[..1]), Page::ENDLESS);
    assert!(!text.contains("Differences") && text.contains("Levels"), "{text}");
}

#[test]
fn json_keeps_every_outcome_with_its_unit_and_interval() {
    let json: serde_json::Value =
        serde_json::from_str(&json(&comparison(&FIVE)).expect("plain data")).expect("it is JSON");
    assert_eq!(json["seed"], 42);
    assert_eq!(json["outcomes"].as_array().map(Vec::len), Some(RegionOutcome::COUNT));
    assert_eq!(json["outcomes"][0]["unit"], "share");
    let spending = &json["policies"][1]["outcomes"][RegionOutcome::spending.index()];
    assert_eq!(spending["difference"]["more"], 1_200);
    assert!(spending["difference"]["mean_low"].is_number() && spending["level"]["p95"].is_number());
    assert!(json["policies"][0]["outcomes"][0]["difference"].is_null());
}

#[test]
fn policies_beyond_the_alphabet_still_have_letters() {
    assert_eq!([0, 25, 26, 27].map(tables::letter), ["A", "Z", "AA", "AB"]);
}
