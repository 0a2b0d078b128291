//! What is made from the definitions: schemas, shell completions, man pages.

use clap::CommandFactory;

use super::Failed;
use super::arguments::{Arguments, Completions, FileKind, Man, Schema};
use super::output::Output;
use crate::diagnostics::{Place, Problem, Problems, nearest};
use crate::districts::region_file;
use crate::experiments::calibrate::targets;
use crate::scenario;

/// `barnraise schema`.
pub(super) fn schema(arguments: &Schema, output: &mut Output) -> Result<(), Failed> {
    let schema = match arguments.kind {
        FileKind::Scenario => scenario::schema(),
        FileKind::Region => region_file::schema(),
        FileKind::Targets => targets::schema(),
    };
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Failed::Broken(error.to_string()))?;
    output.data(&(text + "\n"))?;
    Ok(())
}

/// `barnraise completions`.
pub(super) fn completions(arguments: &Completions, output: &mut Output) -> Result<(), Failed> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "barnraise", &mut script);
    output.bytes(&script)?;
    Ok(())
}

/// `barnraise man`.
pub(super) fn man(arguments: &Man, output: &mut Output) -> Result<(), Failed> {
    // Building gives every command its full name, as in `barnraise compare`.
    let mut root = Arguments::command();
    root.build();
    let command = match &arguments.of {
        None => root,
        Some(name) => root.find_subcommand(name).cloned().ok_or_else(|| unknown(name, &root))?,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    output.bytes(&page)?;
    Ok(())
}

fn unknown(name: &str, root: &clap::Command) -> Problems {
    let names: Vec<&str> = root.get_subcommands().map(clap::Command::get_name).collect();
    let mut problem = Problem::new(Place::Flag(format!("man {name}")), format!("there is no command `{name}`"))
        .expected(format!("one of: {}", names.join(", ")));
    if let Some(near) = nearest(name, names) {
        problem = problem.hint(format!("did you mean `{near}`?"));
    }
    problem.into()
}
