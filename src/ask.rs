//! A comparison asked for by text and answered by text: for pages, notebooks and other languages. No files, no
//! clock; the answer depends on the question alone.
//!
//! The question is a JSON object:
//!
//! | key | holds |
//! |---|---|
//! | `scenario` | the TOML text of a scenario |
//! | `region` | the TOML text of a region file, in place of the scenario's region; may be left out |
//! | `replicates` | futures, 1 to 10,000,000, in place of the scenario's; may be left out |
//! | `seed` | seed, 0 to 2^64 - 1, in place of the scenario's; may be left out |
//!
//! The answer is the JSON that `barnraise compare --json` prints, a [`Comparison`], or, where something is wrong with the
//! question, an object whose `problems` list all that is, up to a hundred (`more` counts what is beyond them): `file`
//! (`question`, `scenario.toml` or `region.toml`), `line` and `column` (from 1, or null), `what`, `expected` and `hint`
//! (texts that may be empty).
//!
//! ```
//! use barnraise::ask::ask;
//!
//! let scenario = "[region]\ndistricts = 10\n[[policy]]\nname = \"nothing\"\n";
//! let question = serde_json::json!({ "scenario": scenario, "replicates": 2, "seed": 7 });
//! let answer: serde_json::Value = serde_json::from_str(&ask(&question.to_string())).expect("JSON");
//! assert_eq!(answer["finished"], 2);
//!
//! let question = serde_json::json!({ "scenario": "yeers = 10\n", "sead": 7 });
//! let answer: serde_json::Value = serde_json::from_str(&ask(&question.to_string())).expect("JSON");
//! let files: Vec<_> = answer["problems"].as_array().expect("a list").iter().map(|problem| &problem["file"]).collect();
//! assert!(files.contains(&&"question".into()) && files.contains(&&"scenario.toml".into()));
//! ```

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::diagnostics::{Place, Problem, Problems, nearest};
use crate::districts::region_file;
use crate::experiments::compare::{Discard, Options, compare};
use crate::experiments::summary::Comparison;
use crate::futures::ensemble::Stopped;
use crate::futures::inputs::Regions;
use crate::futures::question::Question;
use crate::model::record::Detail;
use crate::model::region::Region;
use crate::report;
use crate::scenario::{self, RegionChoice, Scenario};

/// What problems of the question itself name as their file.
const QUESTION: &str = "question";
const SCENARIO: &str = "scenario.toml";
const REGION: &str = "region.toml";
const KEYS: [&str; 4] = ["scenario", "region", "replicates", "seed"];
/// Most futures of a question, as of a scenario.
const MOST_REPLICATES: u64 = 10_000_000;

/// Answers a question; see the [module](self) for both.
#[must_use]
pub fn ask(question: &str) -> String {
    let answer = read(question).and_then(|(scenario, regions)| answer(scenario, regions));
    let text =
        answer.and_then(|comparison| report::json(&comparison).map_err(|error| in_question(error.to_string()).into()));
    text.unwrap_or_else(|problems| told(&problems))
}

fn answer(scenario: Scenario, regions: Regions) -> Result<Comparison, Problems> {
    let options = Options { replicates: 0..scenario.replicates, detail: Detail::Region, work: None };
    match compare(&Question::in_regions(scenario, regions), &options, &mut Discard, |_| ()) {
        Ok(found) => Ok(found.comparison),
        Err(Stopped::Work(error)) => Err(in_question(error.to_string()).into()),
        Err(Stopped::Sink(never)) => match never {},
    }
}

/// The scenario, with what the question puts in place of its own, and its regions.
fn read(question: &str) -> Result<(Scenario, Regions), Problems> {
    let fields = fields(question)?;
    let mut problems = Problems::new();
    for key in fields.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        let problem = in_question(format!("unknown key `{key}`")).expected(format!("one of: {}", KEYS.join(", ")));
        problems.push(match nearest(key, KEYS) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem,
        });
    }
    let replicates = whole(&fields, "replicates", 1..=MOST_REPLICATES, &mut problems);
    let seed = whole(&fields, "seed", 0..=u64::MAX, &mut problems);
    let given = text(&fields, "region", &mut problems);
    let region = given.and_then(|text| region_file::parse(text, REGION).map_err(|more| problems.extend(more)).ok());
    let scenario = text(&fields, "scenario", &mut problems);
    if fields.get("scenario").is_none_or(Value::is_null) {
        problems.push(in_question("`scenario` is missing").expected("the TOML text of a scenario"));
    }
    let scenario =
        scenario.and_then(|text| scenario_of(text, given.is_some()).map_err(|more| problems.extend(more)).ok());
    let Some(mut scenario) = scenario else { return Err(problems.into_result(()).err().unwrap_or_default()) };
    scenario.seed = seed.unwrap_or(scenario.seed);
    if let Some(replicates) = replicates {
        scenario.replicates = replicates as u32;
    }
    let regions = regions_of(&scenario, region)?;
    let first = regions.of_future(scenario.seed, 0);
    let _ = scenario::check_members(&scenario, &first, SCENARIO).map_err(|more| problems.extend(more));
    problems.into_result((scenario, regions))
}

fn regions_of(scenario: &Scenario, given: Option<Region>) -> Result<Regions, Problems> {
    given.map_or_else(|| Regions::of(&scenario.region, scenario.seed), |region| Ok(Arc::new(region).into()))
}

/// Reads the scenario's text; where the question brings no region, it must not name a file.
fn scenario_of(text: &str, region_given: bool) -> Result<Scenario, Problems> {
    let scenario = scenario::parse(text, SCENARIO, Path::new(""))?;
    let mut problems = Problems::new();
    if scenario.baseline.is_some() {
        let problem =
            Problem::new(Place::File(SCENARIO.to_owned()), "only a backtest fits the merger climate to a [baseline]");
        problems.push(problem.hint("take [baseline] out, or set `merger_climate` in [region.rules]"));
    }
    if !region_given && matches!(scenario.region, RegionChoice::File(_)) {
        let problem =
            Problem::new(Place::File(SCENARIO.to_owned()), "a question cannot name a region file: no file is read");
        problems.push(problem.hint("put the text of the region file into `region`, and take `file` out of [region]"));
    }
    problems.into_result(scenario)
}

fn fields(question: &str) -> Result<Map<String, Value>, Problems> {
    let expected = "a JSON object with the keys scenario, region, replicates, seed";
    match serde_json::from_str(question) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(in_question("the question is not an object").expected(expected).into()),
        Err(error) => {
            let place = Place::Line(QUESTION.to_owned(), error.line().max(1));
            Err(Problem::new(place, format!("this is not JSON: {error}")).expected(expected).into())
        }
    }
}

/// A text, if there is one.
fn text<'a>(fields: &'a Map<String, Value>, key: &str, problems: &mut Problems) -> Option<&'a str> {
    match fields.get(key)? {
        Value::String(text) => Some(text),
        Value::Null => None,
        _ => {
            problems.push(in_question(format!("`{key}` is not a text")).expected("TOML, as a JSON string"));
            None
        }
    }
}

/// A whole number, if there is one.
fn whole(
    fields: &Map<String, Value>,
    key: &str,
    range: std::ops::RangeInclusive<u64>,
    problems: &mut Problems,
) -> Option<u64> {
    let value = fields.get(key).filter(|value| !value.is_null())?;
    let number = value.as_u64().filter(|number| range.contains(number));
    if number.is_none() {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        problems.push(in_question(format!("`{key}` is {value}")).expected(expected));
    }
    number
}

fn in_question(what: impl Into<String>) -> Problem {
    Problem::new(Place::File(QUESTION.to_owned()), what)
}

fn told(problems: &Problems) -> String {
    format!("{:#}\n", problems.as_json())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(question: &Value) -> Value {
        serde_json::from_str(&ask(&question.to_string())).expect("an answer is JSON")
    }

    const SMALL: &str = "[region]\ndistricts = 6\n[[policy]]\nname = \"nothing\"\n";

    fn complaints(question: &Value) -> Vec<String> {
        let answer = asked(question);
        let problems = answer["problems"].as_array().cloned().unwrap_or_default();
        problems.iter().map(|problem| format!("{}: {}", problem["file"], problem["what"])).collect()
    }

    #[test]
    fn what_a_question_gives_takes_the_place_of_the_scenarios_own() {
        let answer = asked(&serde_json::json!({ "scenario": SMALL, "replicates": 3, "seed": u64::MAX }));
        assert_eq!((&answer["finished"], &answer["seed"]), (&3.into(), &u64::MAX.into()));
        assert_eq!(answer["region"]["drawn_anew"], true);
        let region = crate::districts::synthetic::generate(&crate::districts::synthetic::SyntheticSpec::default(), 5);
        let text = region_file::write(&region);
        let answer = asked(&serde_json::json!({ "scenario": SMALL, "region": text, "replicates": 2 }));
        assert_eq!((&answer["region"]["drawn_anew"], &answer["seed"]), (&false.into(), &1.into()));
        assert_eq!(answer["region"]["districts"], region.districts.len());
    }

    #[test]
    fn an_answer_is_what_the_library_says_of_the_same_comparison() {
        let scenario = scenario::parse(SMALL, SCENARIO, Path::new("")).expect("sound");
        let options = Options { replicates: 0..2, detail: Detail::Region, work: None };
        let scenario = Scenario { replicates: 2, ..scenario };
        let question = Question::of(scenario).expect("synthetic");
        let comparison =
            compare(&question, &options, &mut Discard, |_| ()).expect("nothing that could fail").comparison;
        let question = serde_json::json!({ "scenario": SMALL, "replicates": 2 });
        assert_eq!(ask(&question.to_string()), report::json(&comparison).expect("plain data"));
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let question = serde_json::json!({
            "scenario": "yeers = 3\n", "region": "nonsense = 1\n", "replicates": 0, "seed": -1, "sead": 1
        });
        let told = complaints(&question);
        for part in ["yeers", "nonsense", "`replicates` is 0", "`seed` is -1", "`sead`"] {
            assert!(told.iter().any(|complaint| complaint.contains(part)), "{part} missing in {told:#?}");
        }
    }

    #[test]
    fn no_question_is_answered_by_a_panic() {
        let file = "[region]\nfile = \"Cargo.toml\"\n[[policy]]\nname = \"nothing\"\n";
        let odd = [
            "",
            "{",
            "[]",
            "7",
            "{\"scenario\": 7}",
            "{\"scenario\": null}",
            "{}",
            "{\"scenario\": \"\", \"region\": \"\"}",
            "\u{0}",
        ];
        for question in odd.into_iter().map(str::to_owned).chain([serde_json::json!({ "scenario": file }).to_string()])
        {
            let answer: Value = serde_json::from_str(&ask(&question)).expect("an answer is JSON");
            assert!(answer["problems"].as_array().is_some_and(|problems| !problems.is_empty()), "{question}: {answer}");
        }
        let question = serde_json::json!({ "scenario": SMALL.replace("[[policy]]", "[[policy]]\n[[policy.cluster]]\nmembers = 9") });
        assert!(!complaints(&question).is_empty());
    }
}
