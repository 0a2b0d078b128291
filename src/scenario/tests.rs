use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::instruments::KINDS;
use super::*;
use crate::model::parameters::PARAMETERS;
use crate::model::policy::{Condition, InstrumentKind};

fn parsed(text: &str) -> Scenario {
    parse(text, "test.toml", Path::new("")).unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

fn shipped(name: &str) -> (String, Scenario) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    let scenario = read(&path).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    (std::fs::read_to_string(path).expect("a shipped scenario"), scenario)
}

const SHIPPED: [&str; 3] = ["three-year-grant.toml", "smoke.toml", "more-instruments.toml"];

#[test]
fn a_scenario_of_one_policy_takes_every_default() {
    let scenario = parsed("[[policy]]\nname = \"none\"\n");
    assert_eq!((scenario.name.as_str(), scenario.title.as_str()), ("test", "test"));
    assert_eq!((scenario.years, scenario.replicates, scenario.seed), (20, 1000, 1));
    assert!(scenario.draw_parameters && scenario.parameters.is_empty() && scenario.expect.is_empty());
    assert_eq!(scenario.region, RegionChoice::Synthetic(Box::default()));
    assert_eq!(scenario.text, "[[policy]]\nname = \"none\"\n");
}

#[test]
fn the_main_scenario_holds_its_five_policies_with_the_same_money_per_pupil() {
    let (_, scenario) = shipped("three-year-grant.toml");
    let names: Vec<&str> = scenario.policies.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!(names, ["no-incentive", "three-year-grant", "grant-then-vote", "merger-grant", "coordinator-and-taper"]);
    assert!(scenario.policies[0].instruments.is_empty());
    for policy in &scenario.policies[1..] {
        let paid: f64 = policy.instruments.iter().map(per_pupil).sum();
        assert!((paid - 2304.0).abs() < 1e-9, "{}: {paid}", policy.name);
        assert!(policy.instruments.iter().all(|instrument| instrument.start == 0 && instrument.end == Some(6)));
    }
}

fn per_pupil(instrument: &crate::model::policy::Instrument) -> f64 {
    match &instrument.kind {
        InstrumentKind::ClusterGrant(grant) => grant.per_pupil.iter().sum(),
        InstrumentKind::MergerGrant(grant) => grant.per_pupil.iter().sum(),
        _ => 0.0,
    }
}

#[test]
fn a_policy_that_extends_another_differs_only_in_what_it_says() {
    let (_, scenario) = shipped("three-year-grant.toml");
    let (grant, vote) = (&scenario.policies[1].instruments, &scenario.policies[2].instruments);
    assert_eq!((grant.len(), vote.len()), (1, 1));
    let (InstrumentKind::ClusterGrant(mut without), InstrumentKind::ClusterGrant(with)) =
        (grant[0].kind.clone(), vote[0].kind.clone())
    else {
        panic!("both are cluster grants");
    };
    assert_eq!(with.condition, Condition::ReorganisationVote);
    without.condition = Condition::ReorganisationVote;
    assert_eq!(without, with);
}

#[test]
fn instruments_and_parameters_are_taken_over_in_order_and_replaced_by_name() {
    let scenario = parsed(
        "[[policy]]\nname = \"a\"\nparameters = { wedge = 0.01, realised_saving = 0.1 }\n\
         [[policy.instrument]]\nname = \"x\"\nkind = \"merger_grant\"\nper_pupil = [1]\n\
         [[policy.instrument]]\nname = \"y\"\nkind = \"merger_grant\"\nper_pupil = [2]\n\
         [[policy]]\nname = \"b\"\nextends = \"a\"\nremove = [\"x\"]\nparameters = { wedge = 0.02 }\n\
         [[policy.instrument]]\nname = \"x\"\nkind = \"hold_harmless\"\nshare = [1]\n",
    );
    let names: Vec<&str> = scenario.policies[1].instruments.iter().map(|instrument| instrument.name.as_str()).collect();
    assert_eq!(names, ["y", "x"]);
    let values: Vec<(&str, f64)> =
        scenario.policies[1].parameters.iter().map(|(id, value)| (id.info().name, *value)).collect();
    assert_eq!(values, [("realised_saving", 0.1), ("wedge", 0.02)]);
}

#[test]
fn every_kind_of_instrument_is_in_a_shipped_scenario_and_named_as_it_is_read() {
    let mut seen = BTreeSet::new();
    for name in SHIPPED {
        for policy in shipped(name).1.policies {
            seen.extend(policy.instruments.iter().map(|instrument| instrument.kind.name()));
        }
    }
    let all: BTreeSet<&str> = InstrumentKind::NAMES.iter().copied().collect();
    assert_eq!(KINDS.iter().map(|kind| kind.name).collect::<BTreeSet<_>>(), all, "a kind cannot be written in a file");
    assert_eq!(seen, all, "a kind is in no shipped scenario");
}

#[test]
fn units_are_turned_into_those_of_the_registry() {
    let scenario = parsed(
        "years = \"15 years\"\n[parameters]\nwedge = \"0.5 %/year\"\nrealised_saving = \"30 %\"\nmerger_minutes = \"1 hour\"\n\
         [region]\ntrend = \"-2.5 % a year\"\n[region.rules]\nelementary_ride_minutes = \"0.5 h\"\n[[policy]]\nname = \"none\"\n",
    );
    assert_eq!(scenario.years, 15);
    let values: Vec<(&str, f64)> = scenario.parameters.iter().map(|(id, value)| (id.info().name, *value)).collect();
    assert_eq!(values, [("wedge", 0.005), ("realised_saving", 0.3), ("merger_minutes", 60.0)]);
    let RegionChoice::Synthetic(synthetic) = scenario.region else { panic!("a synthetic region") };
    assert_eq!((synthetic.spec.trend, synthetic.rules.elementary_ride_minutes), (-0.025, 30.0));
}

#[test]
fn years_are_counted_from_1_in_files_and_from_0_inside() {
    let scenario = parsed(
        "[[policy]]\nname = \"a\"\n[[policy.instrument]]\nkind = \"merger_grant\"\nper_pupil = [1]\nfrom_year = 2\nuntil_year = 2\n\
         [[expect]]\npolicy = \"a\"\noutcome = \"districts\"\nyear = 20\nbetween = [1, 2]\nsource = \"none\"\n",
    );
    let instrument = &scenario.policies[0].instruments[0];
    let open: Vec<u16> = (0..20).filter(|year| instrument.open(*year)).collect();
    assert_eq!(open, [1]);
    assert_eq!(scenario.expect[0].year, Some(19));
}

#[test]
fn a_synthetic_region_gets_the_rules_and_finance_of_the_scenario() {
    let scenario = parsed(
        "[region]\ndistricts = 5\n[region.rules]\nrequired_courses = 24\nvote_rule = \"combined_majority\"\n\
         [region.finance]\nbase_cost = 9000\n[[policy]]\nname = \"none\"\n",
    );
    let region = load_region(&scenario.region, 3).expect("a synthetic region has no problems");
    assert_eq!(region.districts.len(), 5);
    assert_eq!((region.rules.required_courses, region.finance.base_cost), (Some(24.0), 9000.0));
    assert_eq!(region.rules.vote_rule, crate::model::region::VoteRule::CombinedMajority);
}

#[test]
fn a_region_file_counts_from_the_folder_of_the_scenario() {
    let folder = tempfile::tempdir().expect("a folder");
    let region = load_region(&RegionChoice::Synthetic(Box::default()), 1).expect("a region");
    std::fs::write(folder.path().join("r.toml"), crate::districts::region_file::write(&region)).expect("a file");
    let path = folder.path().join("s.toml");
    std::fs::write(&path, "[region]\nfile = \"r.toml\"\n[[policy]]\nname = \"none\"\n").expect("a file");
    let scenario = read(&path).expect("a sound scenario");
    assert_eq!(load_region(&scenario.region, 99).expect("a sound region"), region);
}

/// Every object of a schema with the path of keys that leads to it; variants are one object each.
fn objects<'s>(schema: &'s Value, path: &str, found: &mut Vec<(String, &'s Value)>) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        found.push((path.to_owned(), schema));
        for (key, value) in properties {
            objects(value, &format!("{path}.{key}"), found);
        }
    }
    if let Some(items) = schema.get("items") {
        objects(items, path, found);
    }
    for variant in schema.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
        objects(variant, path, found);
    }
}

#[test]
fn the_schema_describes_every_key_and_gives_parameters_the_registry_s_ranges() {
    let schema = schema();
    let mut found = Vec::new();
    objects(&schema, "", &mut found);
    for (path, object) in &found {
        assert_eq!(object["additionalProperties"], false, "{path}");
        for (key, value) in object["properties"].as_object().expect("properties") {
            assert!(
                value.get("const").is_some() || value["description"].is_string(),
                "{path}.{key} has no description"
            );
        }
    }
    let parameters = &schema["properties"]["parameters"]["properties"];
    for info in PARAMETERS {
        let entry = &parameters[info.name];
        assert_eq!(
            (entry["minimum"].as_f64(), entry["maximum"].as_f64()),
            (Some(info.range.0), Some(info.range.1)),
            "{}",
            info.name
        );
        let description = entry["description"].as_str().expect("a description");
        assert!(description.contains(info.title) && description.contains(info.unit), "{description}");
    }
}

/// The schema of the part that a table of a file must fit, by its keys.
fn unknown_keys(schema: &Value, value: &toml::Value, path: &str, found: &mut Vec<String>) {
    match value {
        toml::Value::Array(items) => items.iter().for_each(|item| unknown_keys(&schema["items"], item, path, found)),
        toml::Value::Table(table) => {
            let chosen = schema.get("oneOf").and_then(Value::as_array).and_then(|variants| {
                let kind = table.get("kind").and_then(toml::Value::as_str);
                variants.iter().find(|variant| variant["properties"]["kind"]["const"].as_str() == kind)
            });
            let schema = chosen.unwrap_or(schema);
            for (key, value) in table {
                match schema["properties"].get(key) {
                    Some(inner) => unknown_keys(inner, value, &format!("{path}.{key}"), found),
                    None => found.push(format!("{path}.{key}")),
                }
            }
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            found.extend(required.filter(|key| !table.contains_key(*key)).map(|key| format!("{path} lacks {key}")));
        }
        _ => {}
    }
}

#[test]
fn the_shipped_scenarios_use_only_keys_of_the_schema_and_all_that_it_requires() {
    let schema = schema();
    for name in SHIPPED {
        let value: toml::Value = toml::from_str(&shipped(name).0).expect("TOML");
        let mut found = Vec::new();
        unknown_keys(&schema, &value, name, &mut found);
        assert!(found.is_empty(), "{found:?}");
    }
}

/// A file with every key of an object of the schema, each with a value that cannot be right.
fn with_all_keys(object: &Value, header: &str) -> String {
    let keys = object["properties"].as_object().expect("properties");
    let lines = keys.iter().map(|(key, value)| match value.get("const") {
        Some(constant) => format!("{key} = {constant}\n"),
        None => format!("{key} = 1979-05-27\n"),
    });
    format!("{header}\n{}", lines.collect::<String>())
}

#[test]
fn the_parser_knows_every_key_of_the_schema_and_no_other() {
    let schema = schema();
    let mut found = Vec::new();
    objects(&schema, "", &mut found);
    assert!(found.len() > 15, "{}", found.len());
    for (path, object) in found {
        let header = match path.as_str() {
            "" => String::new(),
            ".policy.instrument" | ".policy.cluster" => format!("[[policy]]\n[[{}]]", &path[1..]),
            ".policy.parameters" => "[[policy]]\n[policy.parameters]".to_owned(),
            ".policy" | ".expect" => format!("[[{}]]", &path[1..]),
            table => format!("[{}]", &table[1..]),
        };
        let text = with_all_keys(object, &header);
        let report = parse(&text, "test.toml", Path::new("")).expect_err("a date is never right").render(false);
        assert!(!report.contains("unknown key"), "{report}");
        // Of more than a hundred problems the rest are only counted, so that not all keys can be wrong beside it.
        let some = text.lines().take(80).collect::<Vec<_>>().join("\n");
        let other =
            parse(&format!("{some}\nzzz = 1\n"), "test.toml", Path::new("")).expect_err("unknown").render(false);
        assert_eq!(other.matches("unknown key `zzz`").count(), 1, "{other}");
    }
}
