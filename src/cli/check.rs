//! `barnraise check`: files read and judged, nothing written.

use std::path::Path;

use serde_json::{Value, json};

use super::Failed;
use super::arguments::Check;
use super::output::Output;
use crate::diagnostics::{Problem, Problems};
use crate::districts::region_file;
use crate::experiments::calibrate::targets;
use crate::futures::posterior;
use crate::input;
use crate::report::figures::{number, whole};
use crate::scenario;

/// `barnraise check`.
pub(super) fn check(arguments: &Check, output: &mut Output) -> Result<(), Failed> {
    let checked: Vec<_> = arguments.files.iter().map(|path| (path, facts(path))).collect();
    if arguments.saying.json {
        let files: Vec<Value> = checked.iter().map(|(path, facts)| as_json(path, facts)).collect();
        let text = serde_json::to_string_pretty(&json!({ "files": files }))
            .map_err(|error| Failed::Broken(error.to_string()))?;
        output.data(&(text + "\n"))?;
    } else {
        let good = checked
            .iter()
            .filter_map(|(path, facts)| Some(format!("{}: {}\n", path.display(), facts.as_ref().ok()?.line)));
        output.data(&good.collect::<String>())?;
    }
    let mut problems = Problems::new();
    for (_, facts) in checked {
        problems.extend(facts.err().unwrap_or_default());
    }
    // As JSON each file has told its own.
    problems
        .into_result(())
        .map_err(|problems| if arguments.saying.json { Failed::InputTold } else { Failed::Input(problems) })
}

/// What a sound file is.
struct Facts {
    kind: &'static str,
    name: String,
    line: String,
}

fn facts(path: &Path) -> Result<Facts, Problems> {
    if let Some(preset) = scenario::preset_at(path) {
        return scenario_facts(preset.text, preset.name, Path::new(""));
    }
    if !path.exists() {
        return Err(scenario::not_there(path));
    }
    // Read once: what comes through a pipe is gone then.
    let text = input::text_of(path, "file")?;
    let (name, folder) = (path.display().to_string(), path.parent().unwrap_or(Path::new("")));
    match input::kind_of_file(&text) {
        Some("the region file") => region_facts(&text, &name),
        Some("the targets file") => targets_facts(&text, &name, folder),
        Some("the posterior") => posterior_facts(&text, &name),
        _ => scenario_facts(&text, &name, folder),
    }
}

fn targets_facts(text: &str, name: &str, folder: &Path) -> Result<Facts, Problems> {
    let targets = targets::check_text(text, name, folder)?;
    let line = format!(
        "targets, \"{}\": {} figures in {} settings for {} parameters",
        targets.title,
        whole(targets.figures as u64),
        whole(targets.settings as u64),
        whole(targets.parameters as u64)
    );
    Ok(Facts { kind: "targets", name: targets.name, line })
}

fn posterior_facts(text: &str, name: &str) -> Result<Facts, Problems> {
    let posterior = posterior::parse(text, name)?;
    let line = format!(
        "a posterior, \"{}\": {} vectors of {} parameters",
        posterior.name,
        whole(posterior.particles.len() as u64),
        whole(posterior.parameters.len() as u64)
    );
    Ok(Facts { kind: "posterior", name: posterior.name, line })
}

fn region_facts(text: &str, name: &str) -> Result<Facts, Problems> {
    let region = region_file::parse(text, name)?;
    let line = format!(
        "a region, \"{}\": {} districts, {} pupils, from {}",
        region.title,
        whole(region.districts.len() as u64),
        number(region.enrolment(), 0),
        region.first_year
    );
    Ok(Facts { kind: "region", name: region.name, line })
}

fn scenario_facts(text: &str, name: &str, folder: &Path) -> Result<Facts, Problems> {
    let scenario = scenario::parse(text, name, folder)?;
    let region = scenario::load_region(&scenario.region, scenario.seed)?;
    scenario::check_members(&scenario, &region, name)?;
    let line = format!(
        "a scenario, \"{}\": {} policies, {} districts, {} years, {} replicates, seed {}",
        scenario.title,
        scenario.policies.len(),
        whole(region.districts.len() as u64),
        scenario.years,
        whole(u64::from(scenario.replicates)),
        scenario.seed
    );
    Ok(Facts { kind: "scenario", name: scenario.name, line })
}

fn as_json(path: &Path, facts: &Result<Facts, Problems>) -> Value {
    let file = path.display().to_string();
    match facts {
        Ok(facts) => json!({ "file": file, "sound": true, "kind": facts.kind, "name": facts.name, "problems": [] }),
        Err(problems) => {
            let list: Vec<Value> = problems.iter().map(Problem::as_json).collect();
            json!({ "file": file, "sound": false, "kind": null, "name": null, "problems": list })
        }
    }
}
