//! The keys of a targets file.

use std::path::Path;

use crate::diagnostics::{Problem, Problems, nearest};
use crate::futures::inputs::Regions;
use crate::futures::posterior;
use crate::input::{Choice, Number, Parsed, Prose, Table, Text, Variant, Whole};
use crate::model::outcomes::RegionOutcome;
use crate::scenario::{self, BaselineLoss, Counted, Scenario};

use super::statistics::Statistic;
use super::targets::{Algorithm, Districts, Setting, Target, Targets};

/// The keys of a whole targets file; the settings of records are without their regions and figures.
pub(super) fn form(table: &mut Table<'_>, folder: &Path) -> Targets {
    let name = table.required("name", "Its name: that of the folder of its results.", &scenario::SLUG);
    let title = table.optional("title", "Its title; the name where absent.", &Text);
    table.or("description", "What is calibrated to what, for people.", &Prose, String::new());
    let parameters =
        posterior::parameters(table, "The uncertain parameters to calibrate; all others are drawn from their priors.");
    let algorithm = table.table("algorithm", "How the search is done.", algorithm);
    let mut settings = table.tables("setting", "A state in its years.", |table| setting(table, folder));
    settings.extend(table.tables("record", RECORD, |table| record(table, folder)));
    if !table.has("setting") && !table.has("record") {
        table.push(
            Problem::new(table.here(), "there is nothing to fit to").expected("at least one [[setting]] or [[record]]"),
        );
    }
    let settings: Vec<Setting> = settings.into_iter().flatten().collect();
    Targets {
        title: title.unwrap_or_else(|| name.clone()),
        name,
        algorithm,
        parameters,
        settings,
        digest: String::new(),
        text: String::new(),
    }
}

fn algorithm(table: &mut Table<'_>) -> Algorithm {
    let share = Number::above("share", 0.0, 1.0);
    Algorithm {
        particles: table.or("particles", "Parameter vectors of a generation.", &Whole::new("", 10, 100_000), 200)
            as u32,
        keep: table.or("keep", "Share of them that is kept.", &Number::new("share", 0.1, 0.9), 0.5),
        generations: table.or(
            "generations",
            "Most generations, the draws from the prior counted.",
            &Whole::new("", 1, 1_000),
            8,
        ) as u16,
        least_acceptance: table.or("least_acceptance", LEAST_ACCEPTANCE, &share, 0.05),
        seed: table.or("seed", "The seed of the search.", &Whole::new("", 0, i64::MAX), 1) as u64,
    }
}

const LEAST_ACCEPTANCE: &str = "The search ends when a smaller share of the new vectors than this comes within the tolerance of the generation before.";

const RECORD: &str = "The record of a real state, simulated from its districts of the first year as `barnraise backtest` does; what is published is worked out from the record.";
const STATE: &str =
    "The postal code of the state, such as \"ND\": by it, `--without` and `--leave-one-out` leave the setting out.";
/// Most regions that are drawn for a setting: all are kept ready for every parameter vector.
const MOST_REGIONS: u32 = 64;
const REPLICATES: &str = "Futures simulated for each parameter vector, the same ones for all.";
const STATES: Parsed<String> = Parsed {
    expected: "the two capital letters of a state, such as \"ND\"",
    pattern: "^[A-Z]{2}$",
    parse: state_code,
    write: String::clone,
    example: String::new,
};

fn state_code(text: &str) -> Option<String> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())).then(|| text.to_owned())
}

fn replicates(table: &mut Table<'_>, usual: i64) -> u32 {
    table.or("replicates", REPLICATES, &Whole::new("replicates", 1, 10_000), usual) as u32
}

/// None where its scenario could not be read, which has been told.
fn setting(table: &mut Table<'_>, folder: &Path) -> Option<Setting> {
    let name = table.required("name", "Its name for tables, such as \"North Dakota, 1989\".", &Text);
    let state = table.optional("state", STATE, &STATES);
    let doc = "The scenario file that gives region, years and policies, counted from this file's folder. Its first policy is the baseline.";
    let scenario = scenario_of(table, doc, folder);
    let tell = |problems: Problems| problems.iter().for_each(|problem| table.push(problem.clone()));
    let regions = |scenario: &Scenario| Regions::of(&scenario.region, scenario.seed).map_err(tell).ok();
    let regions = scenario.as_ref().and_then(regions);
    let replicates = replicates(table, 8);
    let baseline = baseline(table);
    let targets = table.some_tables("target", "A published figure.", |table| target(table, scenario.as_ref()));
    if let (Some(scenario), Some(last)) = (&scenario, baseline.as_ref().map(|loss| loss.to))
        && last >= scenario.years
    {
        table.push(beyond(table, "baseline_until", scenario));
    }
    let scenario = scenario?;
    let regions = regions?.of_futures(scenario.seed, replicates, MOST_REGIONS);
    Some(Setting { name, state, scenario, districts: Districts::Scenario, regions, replicates, baseline, targets })
}

/// The record of a state; its regions come from the record. None as in [`setting`].
fn record(table: &mut Table<'_>, folder: &Path) -> Option<Setting> {
    let name = table.required("name", "Its name for tables, such as \"North Dakota, 1995-2016\".", &Text);
    let state = table.required("state", STATE, &STATES);
    let doc = "The scenario file of the policy in force (its first), counted from this file's folder; the record brings the districts. Its [baseline], if any, is what the merger climate is fitted to.";
    let scenario = scenario_of(table, doc, folder);
    let replicates = replicates(table, 8);
    let targets =
        table.some_tables("target", "A figure of the record.", |table| record_target(table, scenario.as_ref()));
    let scenario = scenario?;
    let baseline = scenario.baseline.clone();
    Some(Setting {
        name,
        state: Some(state),
        districts: Districts::Record,
        regions: Vec::new(),
        replicates,
        baseline,
        targets,
        scenario,
    })
}

/// The scenario that a setting names; None where there is a problem with it.
fn scenario_of(table: &mut Table<'_>, doc: &str, folder: &Path) -> Option<Scenario> {
    let file = table.required("scenario", doc, &Text);
    if !table.has("scenario") || file.is_empty() {
        return None;
    }
    let path = folder.join(&file);
    if !path.is_file() {
        let problem = Problem::new(table.place("scenario"), format!("there is no scenario \"{file}\""));
        table.push(problem.expected(format!("a file; looked for at {}", path.display())));
        return None;
    }
    let tell = |problems: Problems| problems.iter().for_each(|problem| table.push(problem.clone()));
    scenario::read(&path).map_err(tell).ok()
}

const YEAR: Whole = Whole::new("", 1, 100).hint("years are simulated years: 1 is the first");

fn baseline(table: &mut Table<'_>) -> Option<BaselineLoss> {
    let doc = "Published loss of districts in the state's earlier decade, to which its merger climate is fitted for every parameter vector; where absent, the climate is drawn from its prior.";
    let published = table.optional("baseline_loss", doc, &Number::above("%/year", 0.0, 20.0));
    let of = table.or("baseline_of", "Which districts that loss counts.", &scenario::counted(), Counted::All);
    let from = table.or(
        "baseline_from",
        "First simulated year of the baseline policy over which its loss is taken.",
        &YEAR,
        1,
    );
    let to = table.or("baseline_until", "Last simulated year of that.", &YEAR, 10);
    if table.sound() && from > to {
        table.push(Problem::new(table.place("baseline_from"), "`baseline_from` lies after `baseline_until`"));
    }
    let error = table.or("baseline_error", BASELINE_ERROR, &Number::new("log-odds", 0.0, 5.0), 0.0);
    let (from, to) = ((from - 1).max(0) as u16, (to - 1).max(0) as u16);
    published.map(|published| BaselineLoss { published, of, from, to, error, source: String::new() })
}

const BASELINE_ERROR: &str = "Standard error of the climate so fitted: above 0, every replicate's climate spreads around it and the fit is shrunk toward 0.";

fn target(table: &mut Table<'_>, scenario: Option<&Scenario>) -> Target {
    let name = table.required("name", "What it is, for tables.", &Text);
    let policy = policy(table, scenario);
    let number = Number::new("", f64::NEG_INFINITY, f64::INFINITY);
    let published = table.required(
        "published",
        "The published figure, in the unit of the statistic (a share from 0 to 1).",
        &number,
    );
    let tolerance = table.required(
        "tolerance",
        "Its standard error, the model's own discrepancy included.",
        &Number::above("", 0.0, f64::INFINITY),
    );
    let source = table.required("source", "Where it was published.", &Text);
    let statistic = table.variant("statistic", "What is measured.", STATISTICS);
    let statistic = statistic.unwrap_or(Statistic::FoundingSize);
    if let Some(scenario) = scenario {
        within(table, statistic, scenario);
    }
    if matches!(statistic, Statistic::Uplift { .. }) && policy == Some(0) {
        let problem = Problem::new(table.place("policy"), "an uplift of the first policy over itself is always 1");
        table.push(problem.expected("another policy of the scenario"));
    }
    Target { name, policy: policy.unwrap_or_default(), statistic, published, tolerance, source }
}

/// The statistic's years must lie within the scenario's.
fn within(table: &Table<'_>, statistic: Statistic, scenario: &Scenario) {
    if statistic.last_year() >= scenario.years {
        let key = if table.has("until_year") { "until_year" } else { "year" };
        table.push(beyond(table, key, scenario));
    }
}

/// A figure that is worked out from the record when it is read.
fn record_target(table: &mut Table<'_>, scenario: Option<&Scenario>) -> Target {
    let name = table.required("name", "What it is, for tables.", &Text);
    let doc = "Its standard error, the model's own discrepancy included.";
    let tolerance = table.required("tolerance", doc, &Number::above("", 0.0, f64::INFINITY));
    let statistic = table.variant("statistic", "What is measured.", RECORDED).unwrap_or(Statistic::FoundingSize);
    if let Some(scenario) = scenario {
        within(table, statistic, scenario);
    }
    let source = "worked out from the record".to_owned();
    Target { name, policy: 0, statistic, published: f64::NAN, tolerance, source }
}

fn beyond(table: &Table<'_>, key: &str, scenario: &Scenario) -> Problem {
    let what = format!("`{key}` lies beyond the {} years of scenario \"{}\"", scenario.years, scenario.name);
    Problem::new(table.place(key), what).expected(format!("a year from 1 to {}", scenario.years))
}

fn policy(table: &mut Table<'_>, scenario: Option<&Scenario>) -> Option<usize> {
    let name = table.required("policy", "The policy's name in the scenario.", &Text);
    let policies = &scenario?.policies;
    let place = policies.iter().position(|policy| policy.name == name);
    if place.is_none() && !name.is_empty() {
        let names = || policies.iter().map(|policy| policy.name.as_str());
        let hint = nearest(&name, names()).map(|near| format!("did you mean \"{near}\"?")).unwrap_or_default();
        let problem = Problem::new(table.place("policy"), format!("the scenario has no policy \"{name}\""));
        table.push(problem.expected(format!("one of: {}", names().collect::<Vec<_>>().join(", "))).hint(hint));
    }
    place
}

/// All statistics, as files name them.
pub(super) const STATISTICS: &[Variant<Statistic>] = &[
    Variant { name: "outcome", doc: "The mean of an outcome of the region at the end of a year.", form: outcome },
    LOSS_RATE,
    Variant { name: "uplift", doc: "The loss rate as a multiple of that under the first policy.", form: uplift },
    Variant {
        name: "founding_size",
        doc: "Mean members at founding of clusters founded for a grant.",
        form: |_| Statistic::FoundingSize,
    },
    Variant {
        name: "survival",
        doc: "Share of clusters founded for a grant that works some years after its last payment, those that merged left out.",
        form: survival,
    },
    Variant { name: "plans_pass", doc: "Share of merger plans that pass in full.", form: plans_pass },
    Variant {
        name: "votes_pass",
        doc: "Share of districts' votes on merger plans that have a majority.",
        form: votes_pass,
    },
    Variant {
        name: "host_yes",
        doc: "Mean yes share in districts that would be the host.",
        form: |_| Statistic::HostYes,
    },
    Variant {
        name: "losing_yes",
        doc: "Mean yes share in districts that would lose their high school.",
        form: |_| Statistic::LosingYes,
    },
    Variant {
        name: "refusing_pupils",
        doc: "Mean pupils at the start of districts whose voters reject a merger plan.",
        form: |_| Statistic::RefusingPupils,
    },
    Variant {
        name: "consenting_pupils",
        doc: "Mean pupils at the start of districts whose voters accept a merger plan.",
        form: |_| Statistic::ConsentingPupils,
    },
    Variant { name: "trust", doc: "Mean trust within clusters of an age.", form: trust },
    EXIT_RATE,
];

/// Those that a record tells.
const RECORDED: &[Variant<Statistic>] =
    &[Variant { name: "districts", doc: "The number of districts in a year.", form: districts }, LOSS_RATE, EXIT_RATE];

const LOSS_RATE: Variant<Statistic> =
    Variant { name: "loss_rate", doc: "Districts lost between two years, % a year.", form: loss_rate };
const EXIT_RATE: Variant<Statistic> = Variant {
    name: "exit_rate",
    doc: "Districts of a size class that end, % of the years that districts were in the class.",
    form: exit_rate,
};

fn districts(table: &mut Table<'_>) -> Statistic {
    let year = table.required("year", "The simulated year, counted from 1.", &YEAR);
    Statistic::Outcome { outcome: RegionOutcome::districts, year: (year - 1).max(0) as u16 }
}

fn outcome(table: &mut Table<'_>) -> Statistic {
    let outcomes =
        RegionOutcome::ALL.into_iter().map(|outcome| (outcome.outcome().id, outcome, outcome.outcome().meaning));
    let outcome = table.required("outcome", "The outcome.", &Choice::new(outcomes));
    let year = table.required("year", "The simulated year, counted from 1.", &YEAR);
    Statistic::Outcome { outcome, year: (year - 1).max(0) as u16 }
}

/// Two years, both meant, counted from 0.
fn years(table: &mut Table<'_>) -> (u16, u16) {
    let before = table.found();
    let from = table.required("from_year", "The first simulated year, counted from 1.", &YEAR);
    let to = table.required("until_year", "The last simulated year, which counts.", &YEAR);
    if table.found() == before && from > to {
        table.push(Problem::new(table.place("from_year"), "`from_year` lies after `until_year`"));
    }
    ((from - 1).max(0) as u16, (to.max(from) - 1).max(0) as u16)
}

fn loss_rate(table: &mut Table<'_>) -> Statistic {
    let (from, to) = years(table);
    Statistic::LossRate { from, to }
}

fn uplift(table: &mut Table<'_>) -> Statistic {
    let (from, to) = years(table);
    Statistic::Uplift { from, to }
}

fn survival(table: &mut Table<'_>) -> Statistic {
    let years = Whole::new("years", 1, 50);
    Statistic::Survival { years: table.required("years", "Years after the last year of the money.", &years) as u16 }
}

fn members(table: &mut Table<'_>) -> (u8, u8) {
    let shape = Whole::new("districts", 2, 255);
    let least = table.or("least", "Fewest districts of a plan.", &shape, 2) as u8;
    (least, table.or("most", "Most districts of a plan.", &shape, 255) as u8)
}

fn plans_pass(table: &mut Table<'_>) -> Statistic {
    let (least, most) = members(table);
    Statistic::PlansPass { least, most }
}

fn votes_pass(table: &mut Table<'_>) -> Statistic {
    let (least, most) = members(table);
    Statistic::VotesPass { least, most }
}

fn trust(table: &mut Table<'_>) -> Statistic {
    let age = Whole::new("years", 0, 100);
    let from = table.required("from_age", "Least age.", &age) as u16;
    Statistic::Trust { from, to: table.required("until_age", "Greatest age.", &age) as u16 }
}

fn exit_rate(table: &mut Table<'_>) -> Statistic {
    let pupils = Whole::new("pupils", 0, 1_000_000);
    let before = table.found();
    let least = table.or("least", "Fewest pupils in the year before.", &pupils, 0);
    let most = table.or("most", "Most pupils in the year before, counted in.", &pupils, 1_000_000);
    if table.found() == before && least > most {
        table.push(Problem::new(table.place("least"), "`least` lies above `most`"));
    }
    Statistic::ExitRate { least: least as f64, most: most as f64 }
}
