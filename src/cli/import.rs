//! `barnraise import`: a region file from the publishers' own files.

use super::Failed;
use super::account::as_json;
use super::arguments::Import;
use super::output::Output;
use super::single::{REGION, refuse_taken, write_region};
use crate::diagnostics::Problems;
use crate::districts::import::{self as importing, ImportOptions};

/// `barnraise import`.
pub(super) fn import(arguments: &Import, output: &mut Output) -> Result<(), Failed> {
    let mut problems = Problems::new();
    refuse_taken(&arguments.out, REGION, arguments.force, &mut problems);
    let mut options = ImportOptions::default();
    if let Some(year) = &arguments.year {
        options.year.clone_from(year);
    }
    let imported =
        importing::import(&arguments.from, &arguments.state, &options).map_err(|more| problems.extend(more)).ok();
    let imported = problems.into_result(imported)?.ok_or_else(|| Failed::Broken("nothing was imported".to_owned()))?;
    write_region(&arguments.out, &imported.region)?;
    output.message(&format!("Wrote {}.", arguments.out.display()));
    if arguments.saying.json {
        let text = serde_json::to_string_pretty(&as_json(&imported.report))
            .map_err(|error| Failed::Broken(error.to_string()))?;
        output.data(&(text + "\n"))?;
    } else {
        output.data(&format!("{}\n", imported.report))?;
    }
    Ok(())
}
