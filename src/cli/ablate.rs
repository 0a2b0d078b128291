//! `barnraise ablate`.

use std::path::PathBuf;

use super::Failed;
use super::arguments::{Ablate, Experiment, Level};
use super::folders::{
    asked, broken, inputs, layout, origin, refuse_inputs, refuse_same, refused, stopped, what_was_written,
};
use super::output::Output;
use super::prepared::{Prepared, policy_named, prepare};
use crate::engine::replicates::on_threads;
use crate::experiments::ablate::{self, Ablated, Options};
use crate::futures::work_folder::WorkFolder;
use crate::report::ablation;
use crate::results::{ResultsWriter, WrittenFile};

/// `barnraise ablate`.
pub(super) fn ablate(arguments: &Ablate, output: &mut Output) -> Result<(), Failed> {
    let experiment = experiment(arguments);
    let mut prepared = prepare(&experiment)?;
    let policy = match &arguments.policy {
        Some(name) => policy_named(&prepared.question.scenario, name)?,
        None => usize::from(prepared.question.scenario.policies.len() > 1),
    };
    if arguments.out.is_none() {
        prepared.out = PathBuf::from("results").join(format!("{}-ablation", prepared.question.scenario.name));
    }
    let work = arguments.work.clone().unwrap_or_else(|| prepared.out.with_added_extension("work"));
    refuse_same(&prepared.out, &work)?;
    refuse_inputs(&prepared.out, inputs(&experiment))?;
    let writer = ResultsWriter::create(&prepared.out, layout(&prepared, &experiment)).map_err(refused)?;
    let options = Options { policy, replicates: prepared.options.replicates.clone(), work: &work };
    let bar = output.progress(u64::from(prepared.question.scenario.replicates), "futures");
    let found =
        on_threads(prepared.threads, || ablate::ablate(&prepared.question, &options, |done| bar.set_position(done)));
    bar.finish_and_clear();
    let (found, finished) = found.map_err(Failed::Broken)?.map_err(|error| stopped(&error))?;
    let json = serde_json::to_string_pretty(&found).map_err(broken)? + "\n";
    let printed =
        output.data(&if arguments.saying.json { json.clone() } else { ablation::text(&found, output.page()) });
    let files = complete(writer, &prepared, &found, &json)?;
    finished.map_or(Ok(()), WorkFolder::clear).map_err(broken)?;
    output.message(&what_was_written(&prepared.out, &files));
    printed?;
    failures(&found, output)
}

/// The part of the flags that every experiment has.
fn experiment(arguments: &Ablate) -> Experiment {
    Experiment {
        scenario: arguments.scenario.clone(),
        replicates: arguments.replicates.clone(),
        first_replicate: None,
        seed: arguments.seed.clone(),
        ground: arguments.ground.clone(),
        out: arguments.out.clone(),
        level: Level::Region,
        work: None,
        no_csv: true,
        no_parquet: true,
        no_charts: true,
        check_expect: false,
        saying: arguments.saying,
    }
}

fn complete(
    mut writer: ResultsWriter,
    prepared: &Prepared,
    found: &Ablated,
    json: &str,
) -> Result<Vec<WrittenFile>, Failed> {
    for (name, text) in asked(&prepared.question) {
        writer.add_file(name, text.as_bytes()).map_err(broken)?;
    }
    writer.add_file("ablation.json", json.as_bytes()).map_err(broken)?;
    writer.add_file("ablation.csv", ablation::csv(found).map_err(broken)?.as_bytes()).map_err(broken)?;
    writer.add_file("ablation.md", ablation::markdown(found).as_bytes()).map_err(broken)?;
    writer.finish(&origin(prepared)).map_err(broken)
}

fn failures(found: &Ablated, output: &mut Output) -> Result<(), Failed> {
    let Some(first) = found.failures.first() else { return Ok(()) };
    output.error(&format!(
        "{} futures could not be finished; this is a defect of the program. The first: replicate {} said \"{}\".",
        found.failures.len(),
        first.replicate,
        first.message
    ));
    Err(Failed::Told)
}
