//! `barnraise import`: a region file from the publishers' own files.

use serde_json::{Value, json};

use super::Failed;
use super::arguments::Import;
use super::output::Output;
use super::single::{REGION, refuse_taken, write_region};
use crate::diagnostics::Problems;
use crate::districts::import::report::{ImportReport, Tally};
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

pub(super) fn as_json(report: &ImportReport) -> Value {
    let tallies = |list: &[Tally]| {
        list.iter()
            .map(|tally| json!({ "reason": tally.reason, "count": tally.count, "examples": tally.examples }))
            .collect::<Value>()
    };
    let files = report.files.iter().map(
        |file| json!({ "path": file.path, "product": file.product, "rows": file.rows, "rows_of_state": file.rows_of_state }),
    );
    json!({
        "state": report.state,
        "year": report.year,
        "districts": report.districts,
        "rows_of_state": report.rows_of_state,
        "rows_read": report.rows_read,
        "files": files.collect::<Value>(),
        "ignored": report.ignored.iter().map(|(path, why)| json!({ "path": path, "why": why })).collect::<Value>(),
        "dropped": tallies(&report.dropped),
        "joined": tallies(&report.joined),
        "imputed": tallies(&report.imputed),
        "schools": tallies(&report.schools),
        "clamped": tallies(&report.clamped),
        "assumptions": report.assumptions,
        "warnings": report.warnings,
    })
}
