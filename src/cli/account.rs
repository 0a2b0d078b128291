//! The account of where a region's values come from, as JSON.

use serde_json::{Value, json};

use crate::districts::import::report::{ImportReport, Tally};

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
