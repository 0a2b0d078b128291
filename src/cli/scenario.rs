//! `barnraise scenario`: the scenarios that travel with the program, listed or handed over for editing.

use std::path::Path;

use serde_json::{Value, json};

use super::Failed;
use super::arguments;
use super::output::Output;
use super::single::{SCENARIO, refuse_taken, write_text};
use crate::diagnostics::{Place, Problem, Problems, nearest};
use crate::report::{Page, reference};
use crate::scenario::parse;
use crate::scenario::presets::{PRESETS, Preset};

/// `barnraise scenario`.
pub(super) fn scenario(arguments: &arguments::Scenario, output: &mut Output) -> Result<(), Failed> {
    let mut problems = Problems::new();
    if let Some(path) = &arguments.out {
        refuse_taken(path, SCENARIO, arguments.force, &mut problems);
        if arguments.name.is_none() {
            let problem = Problem::new(Place::Flag("--out".to_owned()), "--out needs the name of a scenario to write");
            problems.push(problem.hint("`barnraise scenario` lists the names"));
        }
    }
    let wanted = arguments.name.as_deref().map(|name| Preset::named(name).ok_or_else(|| unknown(name)));
    let wanted = match wanted.transpose() {
        Ok(wanted) => problems.into_result(wanted)?,
        Err(problem) => {
            problems.push(problem);
            return Err(problems.into());
        }
    };
    match (wanted, &arguments.out) {
        (None, _) => output.data(&list(arguments.saying.json, output.page())?)?,
        (Some(preset), None) => output.data(preset.text)?,
        (Some(preset), Some(path)) => {
            write_text(path, preset.text)?;
            output.message(&format!("Wrote {}.", path.display()));
        }
    }
    Ok(())
}

fn unknown(name: &str) -> Problem {
    let names = PRESETS.iter().map(|preset| preset.name);
    let problem =
        Problem::new(Place::Flag(format!("scenario {name}")), format!("no scenario `{name}` travels with the program"))
            .expected(format!("one of: {}", names.clone().collect::<Vec<_>>().join(", ")));
    match nearest(name, names) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem,
    }
}

/// Names and titles, as a table or as JSON.
fn list(as_json: bool, page: Page) -> Result<String, Failed> {
    let titles = PRESETS.iter().map(|preset| Ok((preset.name, parse(preset.text, preset.name, Path::new(""))?.title)));
    let titles = titles.collect::<Result<Vec<_>, Problems>>()?;
    if as_json {
        let all: Value = titles.iter().map(|(name, title)| json!({ "name": name, "title": title })).collect();
        return serde_json::to_string_pretty(&all)
            .map(|text| text + "\n")
            .map_err(|error| Failed::Broken(error.to_string()));
    }
    let rows = titles.into_iter().map(|(name, title)| vec![name.to_owned(), title]).collect();
    Ok(reference(page, &["name", "what it asks"], rows, &[36, 80]))
}
