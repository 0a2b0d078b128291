//! The reference documents, made from the registries: what they say cannot differ from what the
//! program does. A test compares them with the files in `docs/reference`.

mod format;

use std::fmt::Write as _;

use crate::districts::import::states::{self, OTHER_RULES};
use crate::districts::region_file;
use crate::experiments::calibrate::targets;
use crate::model::outcomes::{Better, CLUSTER_OUTCOMES, DISTRICT_OUTCOMES, Outcome, REGION_OUTCOMES, Summary};
use crate::model::parameters::{PARAMETERS, ParameterInfo};
use crate::model::record::Detail;
use crate::model::simulation::schedule_summary;
use crate::results::{Column, ColumnKind, tables};
use crate::scenario;

/// A generated document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its path from the root of the project.
    pub path: &'static str,
    /// What it holds.
    pub text: String,
}

const GENERATED: &str =
    "<!-- Generated from the program's registries. To renew it: UPDATE_SNAPSHOTS=1 cargo test --test docs -->\n";

/// All generated documents.
#[must_use]
pub fn documents() -> Vec<Document> {
    let (scenario, region, targets) = (scenario::schema(), region_file::schema(), targets::schema());
    vec![
        Document { path: "docs/reference/parameters.md", text: parameters() },
        Document { path: "docs/reference/outcomes.md", text: outcomes() },
        Document { path: "docs/reference/schedule.md", text: schedule() },
        Document { path: "docs/reference/tables.md", text: result_tables() },
        Document { path: "docs/reference/state-rules.md", text: state_rules() },
        Document {
            path: "docs/reference/scenario-format.md",
            text: page("Scenario files", SCENARIO) + &format::keys(&scenario, "scenario"),
        },
        Document {
            path: "docs/reference/region-format.md",
            text: page("Region files", REGION) + &format::keys(&region, "region file"),
        },
        Document {
            path: "docs/reference/targets-format.md",
            text: page("Targets files", TARGETS) + &format::keys(&targets, "targets file"),
        },
        Document { path: "docs/reference/schema/scenario.schema.json", text: pretty(&scenario) },
        Document { path: "docs/reference/schema/region.schema.json", text: pretty(&region) },
        Document { path: "docs/reference/schema/targets.schema.json", text: pretty(&targets) },
    ]
}

const TARGETS: &str = "\
The keys of a targets file, which `barnraise calibrate` and `barnraise backtest --leave-one-out` read: published figures, each
with its tolerance, its source and the scenario in which it is simulated (`[[setting]]`), records of real states from which the
figures are worked out (`[[record]]`), and the parameters that they are to inform. At least one setting or record is needed. `barnraise schema targets` prints
the [JSON Schema](schema/targets.schema.json) from which this page is made.";

const PARAMETER_INTRO: &str = "\
Every constant of the model that is a claim about the world and can be set in a scenario. *Plausible* is the
range of an uncertain input: unless a scenario sets the parameter, every future draws it anew from the triangular
distribution over that range with its mode at the default. *Settable* is what a scenario may set. *Mark*: F found
in a published source, D derived by arithmetic from found figures, C computed from public data, M from memory of
the literature, A assumed. What each does is in [the model](../model.md).";

const OUTCOME_INTRO: &str = "\
What is measured. *Better* is which way is good for pupils and taxpayers. *Over the years* is how the yearly
values of a run become its one figure. Outcomes marked ● stand in the printed table. A share is a number from 0 to
1 in files and a percentage in print; a value that is not defined is empty, null or n/a.";

const SCHEDULE_INTRO: &str = "\
The steps of a simulated year, in the order in which they run. `barnraise describe --only schedule` prints the
same list. The equations of each step are in [the model](../model.md).";

const TABLE_INTRO: &str = "\
The tables of a results folder, each as Parquet and as CSV. `clusters` and `events` are written with
`--level cluster`, `districts` too with `--level district`. A further table, `parameters`, has a column for each
[parameter](parameters.md) that is drawn, and a row for each `replicate`. The same text is in `columns.json` of every results
folder. What the other files hold is in [the output](../output.md).";

const STATE_RULES_INTRO: &str = "\
What is known of the laws of single states. *Courses* (units a year that a state asks a high school to offer) are put into the
regions of the state, shipped or imported; where a state has no line of them they are drawn anew in every future. How aid and
levies follow pupils is estimated from finances of 1995 to 2016 for Iowa, Montana, North Dakota and South Dakota, and drawn
elsewhere. Everything else here is *told* by `barnraise region --state` and `import` and not part of the region: write it as an
instrument of a policy where it matters. Votes are by majorities in each district, rides count beyond 30 minutes (before high
school) and 60, and small-size and sparsity aid are the defaults of the [region format](region-format.md), in every state: what
was found of them does not give the figures that a region holds. Laws change: look at the year. *Sure*: high from a statute or an official text, medium from an agency
or the press, low from a summary of a bill or from memory.";

const SCENARIO: &str = "\
The keys of a scenario file (TOML). Numbers are plain (`0.3`) or texts with their unit (`\"30 %\"`). An unknown key is
an error. `barnraise check FILE` names every mistake; `barnraise schema` prints the
[JSON Schema](schema/scenario.schema.json) from which editors complete the keys and this page is made.";

const REGION: &str = "\
The keys of a region file (TOML), as `barnraise import` and `barnraise region --out` write it. Numbers are plain or
texts with their unit. An unknown key is an error. This page is made from the
[JSON Schema](schema/region.schema.json).";

fn page(title: &str, intro: &str) -> String {
    format!("{GENERATED}# {title}\n\n{intro}\n")
}

fn pretty(schema: &serde_json::Value) -> String {
    format!("{schema:#}\n")
}

/// A table of Markdown; characters that would break it are escaped.
fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut out = format!("\n| {} |\n|{}\n", header.join(" | "), "---|".repeat(header.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out
}

fn code(name: &str) -> String {
    format!("`{name}`")
}

fn range((low, high): (f64, f64)) -> String {
    format!("{low} to {high}")
}

fn parameters() -> String {
    let mut out = page("Parameters", PARAMETER_INTRO);
    let _ = writeln!(out, "\n{} parameters, {} of them uncertain inputs.", PARAMETERS.len(), uncertain().count());
    for group in PARAMETERS.chunk_by(|a, b| a.process == b.process) {
        let process = group.first().map_or("", |info| info.process);
        let _ = writeln!(out, "\n## {process}");
        let header = ["parameter", "meaning", "default", "plausible", "settable", "unit", "mark", "source"];
        out.push_str(&table(&header, group.iter().map(parameter)));
    }
    out
}

fn uncertain() -> impl Iterator<Item = &'static ParameterInfo> {
    PARAMETERS.iter().filter(|info| info.prior.is_some())
}

fn parameter(info: &ParameterInfo) -> Vec<String> {
    vec![
        code(info.name),
        info.title.to_owned(),
        info.default.to_string(),
        info.prior.map_or_else(String::new, range),
        range(info.range),
        info.unit.to_owned(),
        info.mark.letter().to_owned(),
        info.source.to_owned(),
    ]
}

fn outcomes() -> String {
    let mut out = page("Outcomes", OUTCOME_INTRO);
    for (title, registry) in [
        ("Of the region", REGION_OUTCOMES),
        ("Of a cluster", CLUSTER_OUTCOMES),
        ("Of a community (a district of the start)", DISTRICT_OUTCOMES),
    ] {
        let _ = writeln!(out, "\n## {title}");
        let header = ["outcome", "", "title", "unit", "better", "over the years", "meaning"];
        out.push_str(&table(&header, registry.iter().map(outcome)));
    }
    out
}

fn outcome(outcome: &Outcome) -> Vec<String> {
    let better = match outcome.better {
        Better::Higher => "higher",
        Better::Lower => "lower",
        Better::Neither => "",
    };
    let summary = match outcome.summary {
        Summary::LastYear => "last year",
        Summary::MeanOfYears => "mean of years",
        Summary::PupilYears => "of pupil-years",
        Summary::SumOfYears => "sum of years",
    };
    let headline = if outcome.headline { "●" } else { "" };
    let cells = [&code(outcome.id), headline, outcome.title, outcome.unit, better, summary, outcome.meaning];
    cells.map(str::to_owned).to_vec()
}

fn schedule() -> String {
    let rows = schedule_summary().into_iter().enumerate().map(|(place, step)| {
        let number = (place + 1).to_string();
        [number.as_str(), &format!("**{}**", step.name), step.summary, step.reads, step.writes]
            .map(str::to_owned)
            .to_vec()
    });
    page("The yearly schedule", SCHEDULE_INTRO) + &table(&["", "step", "what happens", "reads", "writes"], rows)
}

fn state_rules() -> String {
    let courses = states::states_with_courses().filter_map(|state| {
        let (courses, source) = states::courses(state)?;
        Some(vec![state.to_owned(), courses.to_string(), source.to_owned()])
    });
    let other =
        OTHER_RULES.iter().map(|rule| [rule.state, rule.about, rule.says, rule.sure].map(str::to_owned).to_vec());
    page("Rules of states", STATE_RULES_INTRO)
        + "\n## Courses, in the regions of these states\n"
        + &table(&["state", "courses", "source"], courses)
        + "\n## Other rules, told only\n"
        + &table(&["state", "about", "says", "sure"], other)
}

fn result_tables() -> String {
    let mut out = page("Tables of results", TABLE_INTRO);
    for (name, columns) in tables(Detail::District) {
        let _ = writeln!(out, "\n## {}", code(name));
        out.push_str(&table(&["column", "holds", "unit", "may be missing", "meaning"], columns.iter().map(column)));
    }
    out
}

fn column(column: &Column) -> Vec<String> {
    let kind = match column.kind {
        ColumnKind::Text => "text",
        ColumnKind::Integer => "whole number",
        ColumnKind::Number => "number",
    };
    let missing = if column.can_be_missing { "yes" } else { "" };
    [&code(column.name), kind, column.unit, missing, column.meaning].map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_stands_in_one_row_and_its_process_is_one_group() {
        let text = parameters();
        for info in PARAMETERS {
            let rows = text.lines().filter(|line| line.starts_with(&format!("| `{}` |", info.name))).count();
            assert_eq!(rows, 1, "{}", info.name);
            assert_eq!(
                text.lines().filter(|line| *line == format!("## {}", info.process)).count(),
                1,
                "{}",
                info.process
            );
        }
    }

    #[test]
    fn a_bar_in_a_cell_does_not_end_it() {
        assert!(table(&["a"], [vec!["x|y\nz".to_owned()]]).ends_with("| x\\|y z |\n"));
    }

    #[test]
    fn the_formats_name_every_kind_of_instrument() {
        let formats = documents();
        let scenario =
            formats.iter().find(|document| document.path.ends_with("scenario-format.md")).expect("it is made");
        for kind in ["cluster_grant", "merger_grant", "taxing_authority"] {
            assert!(scenario.text.contains(&format!("`{kind}`")), "{kind}");
        }
        assert!(scenario.text.contains("### `[[policy.instrument]]`"), "{}", scenario.text);
    }
}
