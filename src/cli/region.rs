//! `barnraise region`: a synthetic region made, or any region shown, beside the published figures.

use std::path::Path;

use serde_json::{Value, json};

use super::Failed;
use super::account::as_json;
use super::arguments;
use super::flags;
use super::output::Output;
use super::prepared::region_meant;
use super::single::{REGION, refuse_taken, write_region};
use crate::diagnostics::{Place, Problem, Problems};
use crate::districts::import::Imported;
use crate::districts::import::report::ImportReport;
use crate::districts::region_file;
use crate::districts::statistics::{RegionStatistics, StatisticRow, Target, targets};
use crate::districts::synthetic::{self, SyntheticSpec};
use crate::model::region::{MOST_DISTRICTS, Region};
use crate::report::figures::number;
use crate::report::{Page, reference};
use crate::scenario::RegionChoice;

/// `barnraise region`.
pub(super) fn region(arguments: &arguments::Region, output: &mut Output) -> Result<(), Failed> {
    let Wanted { region, targets, account } = wanted(arguments)?;
    if let Some(path) = &arguments.out {
        write_region(path, &region)?;
    }
    let rows = RegionStatistics::of(&region).rows(&targets);
    if arguments.saying.json {
        output.data(&json_text(&region, &rows, account.as_ref())?)?;
    } else {
        output.data(&table_text(&region, &rows, output.page()))?;
        if let Some(account) = &account {
            output.data(&format!("\n{account}\n"))?;
        }
    }
    if let Some(path) = &arguments.out {
        output.message(&format!("Wrote {} ({} districts).", path.display(), region.districts.len()));
    }
    Ok(())
}

/// The region, what it should be near, and what is known and imputed where it is a real one that is shipped.
struct Wanted {
    region: Region,
    targets: Vec<Target>,
    account: Option<ImportReport>,
}

/// What is asked for; every problem of flags and files at once.
fn wanted(arguments: &arguments::Region) -> Result<Wanted, Problems> {
    let mut problems = Problems::new();
    let mut spec = SyntheticSpec::default();
    if let Some(districts) =
        flags::whole32("--districts", arguments.districts.as_deref(), 2..=MOST_DISTRICTS as u32, &mut problems)
    {
        spec.districts = u16::try_from(districts).unwrap_or(u16::MAX);
    }
    let seed = flags::seed(arguments.seed.as_deref(), &mut problems).unwrap_or(1);
    if let Some(path) = &arguments.out {
        refuse_taken(path, REGION, arguments.force, &mut problems);
    }
    let Some(word) = &arguments.shown else {
        let drawn = || Wanted { region: synthetic::generate(&spec, seed), targets: targets(&spec), account: None };
        return problems.into_result(()).map(|()| drawn());
    };
    for (flag, value) in [("--districts", &arguments.districts), ("--seed", &arguments.seed)] {
        if value.is_some() {
            let problem = Problem::new(
                Place::Flag(flag.to_owned()),
                format!("{flag} has no effect on a region that is not drawn"),
            );
            problems.push(problem.hint(format!("leave out {flag}, or leave out --region to draw a region")));
        }
    }
    let found = region_meant(word).and_then(|choice| match choice {
        RegionChoice::Shipped(selection) => {
            let Imported { region, report } = selection.region(&Place::Flag(format!("--region {selection}")))?;
            Ok(Wanted { region, targets: Vec::new(), account: Some(report) })
        }
        RegionChoice::File(_) | RegionChoice::Synthetic(_) => {
            region_file::read(Path::new(word)).map(|region| Wanted { region, targets: Vec::new(), account: None })
        }
    });
    match found {
        Ok(found) => problems.into_result(found),
        Err(more) => {
            problems.extend(more);
            Err(problems)
        }
    }
}

fn table_text(region: &Region, rows: &[StatisticRow], page: Page) -> String {
    let row = |row: &StatisticRow| {
        let (published, source) = row
            .target
            .as_ref()
            .map_or_else(Default::default, |target| (shown(row.unit, target.published), target.source.to_owned()));
        vec![row.what.to_owned(), shown(row.unit, row.value), published, unit(row.unit).to_owned(), source]
    };
    let header = ["", "this region", "published", "unit", "source of the published figure"];
    format!(
        "{}\n{}\n\n{}",
        region.title,
        region.source,
        reference(page, &header, rows.iter().map(row).collect(), &[38, 11, 10, 18, 36])
    )
}

fn unit(unit: &str) -> &str {
    if unit == "share" { "%" } else { unit }
}

fn shown(unit: &str, value: f64) -> String {
    match unit {
        "share" => number(value * 100.0, 1),
        "log s.d." => number(value, 2),
        unit if unit.starts_with("log/year") => number(value, 4),
        "pupils/square mile" | "minutes" => number(value, 1),
        _ => number(value, 0),
    }
}

fn json_text(region: &Region, rows: &[StatisticRow], account: Option<&ImportReport>) -> Result<String, Failed> {
    let row = |row: &StatisticRow| {
        json!({
            "what": row.what,
            "unit": row.unit,
            "value": row.value,
            "published": row.target.as_ref().map(|target| target.published),
            "source": row.target.as_ref().map(|target| target.source),
        })
    };
    let whole = json!({
        "name": region.name,
        "title": region.title,
        "source": region.source,
        "first_year": region.first_year,
        "statistics": rows.iter().map(row).collect::<Value>(),
        "account": account.map(as_json),
    });
    serde_json::to_string_pretty(&whole).map(|text| text + "\n").map_err(|error| Failed::Broken(error.to_string()))
}
