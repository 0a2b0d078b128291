//! `barnraise describe`: the model's schedule and registries, or a scenario's policies in plain words.

use serde_json::{Map, Value, json};

use super::Failed;
use super::arguments::{Describe, Section};
use super::output::Output;
use super::words;
use crate::experiments::summary::OutcomeFacts;
use crate::model::functions::Function;
use crate::model::outcomes::{CLUSTER_OUTCOMES, DISTRICT_OUTCOMES, Outcome, REGION_OUTCOMES};
use crate::model::parameters::{PARAMETERS, ParameterId, ParameterInfo};
use crate::model::simulation::{StepSummary, schedule_summary};
use crate::report::{Page, reference};
use crate::scenario::{self, RegionChoice, Scenario};

const ALL: [Section; 4] = [Section::Schedule, Section::Parameters, Section::Outcomes, Section::Functions];

/// `barnraise describe`.
pub(super) fn describe(arguments: &Describe, output: &mut Output) -> Result<(), Failed> {
    let scenario = arguments.scenario.as_deref().map(scenario::read).transpose()?;
    let sections: Vec<Section> = match (&scenario, arguments.only.is_empty()) {
        (Some(_), true) => Vec::new(),
        (None, true) => ALL.to_vec(),
        (_, false) => ALL.into_iter().filter(|section| arguments.only.contains(section)).collect(),
    };
    let filter = Filter(arguments.filter.as_deref().map(str::to_lowercase));
    if arguments.saying.json {
        let mut whole = Map::new();
        whole.insert("version".to_owned(), env!("CARGO_PKG_VERSION").into());
        if let Some(scenario) = &scenario {
            whole.insert("scenario".to_owned(), scenario_json(scenario));
        }
        for section in sections {
            let (name, value) = section_json(section, &filter);
            whole.insert(name.to_owned(), value);
        }
        let text = serde_json::to_string_pretty(&whole).map_err(|error| Failed::Broken(error.to_string()))?;
        output.data(&(text + "\n"))?;
    } else {
        let page = output.page();
        let mut parts: Vec<String> = scenario.iter().map(|scenario| scenario_text(scenario, page)).collect();
        parts.extend(sections.into_iter().map(|section| section_text(section, &filter, page)));
        output.data(&parts.join("\n"))?;
    }
    Ok(())
}

/// A word that entries must contain, in small letters.
struct Filter(Option<String>);

impl Filter {
    fn admits(&self, texts: &[&str]) -> bool {
        self.0.as_ref().is_none_or(|word| texts.iter().any(|text| text.to_lowercase().contains(word)))
    }

    fn schedule(&self) -> Vec<StepSummary> {
        schedule_summary().into_iter().filter(|step| self.admits(&[step.name, step.summary])).collect()
    }

    fn parameters(&self) -> impl Iterator<Item = &'static ParameterInfo> {
        PARAMETERS.iter().filter(|info| self.admits(&[info.name, info.title, info.process]))
    }

    fn outcomes(&self, registry: &'static [Outcome]) -> impl Iterator<Item = &'static Outcome> {
        registry.iter().filter(|outcome| self.admits(&[outcome.id, outcome.title]))
    }

    fn functions(&self) -> impl Iterator<Item = Function> {
        Function::ALL.into_iter().filter(|function| self.admits(&[function.name()]))
    }
}

fn section_text(section: Section, filter: &Filter, page: Page) -> String {
    match section {
        Section::Schedule => {
            let rows = filter.schedule().into_iter().enumerate().map(|(place, step)| {
                [(place + 1).to_string(), step.name.into(), step.summary.into(), step.reads.into(), step.writes.into()]
                    .to_vec()
            });
            titled(
                page,
                "The year, step by step",
                &["", "step", "what happens", "reads", "writes"],
                rows,
                &[3, 18, 44, 24, 24],
            )
        }
        Section::Parameters => parameters_text(filter, page),
        Section::Outcomes => outcomes_text(filter, page),
        Section::Functions => functions_text(filter, page),
    }
}

fn parameters_text(filter: &Filter, page: Page) -> String {
    let mut out = String::from("Parameters\n");
    let mut process = "";
    for info in filter.parameters() {
        if info.process != process {
            process = info.process;
            out.push_str(&format!("\n{process}\n"));
        }
        out.push_str(&parameter_text(info, page));
    }
    if process.is_empty() {
        return "Parameters: none\n".to_owned();
    }
    out + "\n"
        + &page.paragraph(
            "[F] found in a published source, [D] derived by arithmetic from found figures, [C] computed from public data, \
             [M] from the literature by memory, [A] assumed. A plausible range is that from which a parameter is drawn anew in \
             every future, unless the scenario sets it.",
        )
}

fn parameter_text(info: &ParameterInfo, page: Page) -> String {
    let plausible = info.prior.map(|prior| format!(", plausibly {}", range(prior))).unwrap_or_default();
    let head = format!("{} = {} {} ({}{plausible})", info.name, info.default, info.unit, range(info.range));
    let source = format!("[{}] {}", info.mark.letter(), info.source);
    format!("  {head}\n{}{}", page.indented(info.title, "      "), page.indented(&source, "      "))
}

fn outcomes_text(filter: &Filter, page: Page) -> String {
    let header = ["outcome", "meaning", "unit", "better"];
    let mut out = String::new();
    for (title, registry) in [
        ("Outcomes of the region", REGION_OUTCOMES),
        ("Outcomes of a cluster", CLUSTER_OUTCOMES),
        ("Outcomes of a community", DISTRICT_OUTCOMES),
    ] {
        let rows = filter.outcomes(registry).map(|outcome| {
            let facts = OutcomeFacts::of(outcome);
            vec![
                format!("{}\n  {}", facts.id, facts.title),
                facts.meaning.to_owned(),
                facts.unit.to_owned(),
                facts.better.to_owned(),
            ]
        });
        out.push_str(&titled(page, title, &header, rows, &[42, 60, 14, 8]));
        out.push('\n');
    }
    out.trim_end().to_owned() + "\n"
}

fn functions_text(filter: &Filter, page: Page) -> String {
    let rows = filter.functions().map(|function| {
        let [share, autonomy] = function_parameters(function);
        vec![
            function.name().to_owned(),
            in_per_cent(share),
            autonomy.map_or_else(String::new, |weight| weight.to_string()),
        ]
    });
    let header = ["function", "share of cost", "autonomy lost when fully shared (weight)"];
    titled(page, "Functions that can be shared, the one that costs least autonomy first", &header, rows, &[24, 16, 44])
}

fn in_per_cent(share: Option<f64>) -> String {
    share.map_or_else(String::new, |share| format!("{} %", crate::report::figures::number(share * 100.0, 1)))
}

/// The defaults of a function's cost share and autonomy weight.
fn function_parameters(function: Function) -> [Option<f64>; 2] {
    ["share", "autonomy"].map(|what| {
        let name = format!("{}_{what}", function.name());
        ParameterId::from_name(&name).map(|id| id.info().default)
    })
}

fn range((low, high): (f64, f64)) -> String {
    format!("{low} to {high}")
}

fn titled(page: Page, title: &str, header: &[&str], rows: impl Iterator<Item = Vec<String>>, widths: &[u16]) -> String {
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return format!("{title}: none\n");
    }
    format!("{title}\n{}", reference(page, header, rows, widths))
}

fn section_json(section: Section, filter: &Filter) -> (&'static str, Value) {
    match section {
        Section::Schedule => {
            let step = |step: StepSummary| json!({ "name": step.name, "summary": step.summary, "reads": step.reads, "writes": step.writes });
            ("schedule", filter.schedule().into_iter().map(step).collect())
        }
        Section::Parameters => ("parameters", filter.parameters().map(parameter_json).collect()),
        Section::Outcomes => {
            let list =
                |registry| filter.outcomes(registry).map(|outcome| json!(OutcomeFacts::of(outcome))).collect::<Value>();
            let all = json!({ "region": list(REGION_OUTCOMES), "cluster": list(CLUSTER_OUTCOMES), "district": list(DISTRICT_OUTCOMES) });
            ("outcomes", all)
        }
        Section::Functions => {
            let entry = |function: Function| {
                let [share, autonomy] = function_parameters(function);
                json!({ "name": function.name(), "cost_share": share, "autonomy_weight": autonomy })
            };
            ("functions", filter.functions().map(entry).collect())
        }
    }
}

fn parameter_json(info: &ParameterInfo) -> Value {
    json!({
        "name": info.name,
        "title": info.title,
        "process": info.process,
        "unit": info.unit,
        "default": info.default,
        "range": [info.range.0, info.range.1],
        "prior": info.prior.map(|(low, high)| [low, high]),
        "mark": info.mark.letter(),
        "source": info.source,
    })
}

fn scenario_text(scenario: &Scenario, page: Page) -> String {
    let mut out = page.paragraph(&scenario.title) + "\n" + &paragraphs(&scenario.description, "", page);
    if !scenario.source.trim().is_empty() {
        out.push('\n');
        out.push_str(&page.paragraph(&format!("Source: {}", scenario.source)));
    }
    let drawn = if scenario.draw_parameters { "drawn anew in every future" } else { "held fixed" };
    out.push('\n');
    out.push_str(&page.paragraph(&format!(
        "{}; {} years, {} futures, seed {}; uncertain inputs are {drawn}.",
        region_words(scenario),
        scenario.years,
        crate::report::figures::whole(u64::from(scenario.replicates)),
        scenario.seed
    )));
    for (id, value) in &scenario.parameters {
        let set = format!("{} is set to {value} ({}; default {})", id.info().name, id.info().unit, id.info().default);
        out.push_str(&page.paragraph(&set));
    }
    for (place, policy) in scenario.policies.iter().enumerate() {
        let baseline = if place == 0 { " (the baseline)" } else { "" };
        out.push('\n');
        out.push_str(&page.paragraph(&format!("{}{baseline} [{}]", policy.title, policy.name)));
        for text in [&policy.description, &policy.source] {
            out.push_str(&paragraphs(text, "  ", page));
        }
        for line in policy_lines(scenario, place) {
            out.push_str(&words::item(&line, page));
        }
    }
    out
}

/// A text of paragraphs, which empty lines part.
fn paragraphs(text: &str, indent: &str, page: Page) -> String {
    let parts = text.split("\n\n").filter(|part| !part.trim().is_empty());
    parts.map(|part| page.indented(part, indent)).collect::<Vec<_>>().join("\n")
}

/// What the baseline has, or how another policy differs from it.
fn policy_lines(scenario: &Scenario, place: usize) -> Vec<String> {
    let (Some(policy), Some(baseline)) = (scenario.policies.get(place), scenario.policies.first()) else {
        return Vec::new();
    };
    if place > 0 {
        let lines = words::differences(policy, baseline);
        return if lines.is_empty() { vec!["is the same as the baseline".to_owned()] } else { lines };
    }
    let lines = words::differences(policy, &crate::model::policy::Policy::default());
    if lines.is_empty() { vec!["has no instruments".to_owned()] } else { lines }
}

fn region_words(scenario: &Scenario) -> String {
    match &scenario.region {
        RegionChoice::Synthetic(synthetic) => {
            let drawn = if synthetic.redraw { "drawn anew in every future" } else { "drawn once with the seed" };
            format!("A synthetic region of {} districts, {drawn}", synthetic.spec.districts)
        }
        RegionChoice::File(path) => format!("The region of {}", path.display()),
        RegionChoice::Shipped(selection) => format!("The districts of {selection}, as the program ships them"),
    }
}

fn scenario_json(scenario: &Scenario) -> Value {
    let policy = |(place, policy): (usize, &crate::model::policy::Policy)| {
        json!({
            "name": policy.name,
            "title": policy.title,
            "description": policy.description,
            "source": policy.source,
            "in_words": policy_lines(scenario, place),
        })
    };
    json!({
        "name": scenario.name,
        "title": scenario.title,
        "description": scenario.description,
        "source": scenario.source,
        "region": region_words(scenario),
        "years": scenario.years,
        "replicates": scenario.replicates,
        "seed": scenario.seed,
        "parameters_drawn": scenario.draw_parameters,
        "policies": scenario.policies.iter().enumerate().map(policy).collect::<Value>(),
    })
}
