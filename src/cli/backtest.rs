//! `barnraise backtest`.

use std::path::Path;

use super::Failed;
use super::arguments::Backtest;
use super::experiment::{broken, command_line, refused, what_was_written};
use super::flags;
use super::output::Output;
use crate::diagnostics::{Place, Problem, Problems};
use crate::districts::history::{self, StateHistory};
use crate::experiments::backtest::{self as testing, FUTURES_PER_REPLICATE, Futures, Question, StateResult, YEARS};
use crate::model::parameters::{ParameterId, Parameters};
use crate::model::record::Detail;
use crate::report::backtest::{self as report, Made};
use crate::results::{FileFolder, Layout, Origin, sha256_hex};
use crate::scenario::{self, Scenario};

/// The policies then in force travel with the program.
const SCENARIOS: [(&str, &str, &str); 3] = [
    ("ND", "scenarios/backtest/nd.toml", include_str!("../../scenarios/backtest/nd.toml")),
    ("IA", "scenarios/backtest/ia.toml", include_str!("../../scenarios/backtest/ia.toml")),
    ("SD", "scenarios/backtest/sd.toml", include_str!("../../scenarios/backtest/sd.toml")),
];
/// Most futures: the run of every future is kept until the end.
const MOST_REPLICATES: u32 = 100_000;

struct Prepared {
    states: Vec<(StateHistory, Scenario)>,
    replicates: u32,
    seed: u64,
    threads: Option<usize>,
}

/// `barnraise backtest`.
pub(super) fn backtest(arguments: &Backtest, output: &mut Output) -> Result<(), Failed> {
    let prepared = prepare(arguments)?;
    let mut folder = FileFolder::create(&arguments.out).map_err(refused)?;
    let results = simulate(&prepared, output)?;
    let made = Made { command: command_line(std::env::args().skip(1)), seed: prepared.seed, replicates: prepared.replicates };
    let summary = report::json(&results).map_err(broken)?;
    output.data(&if arguments.saying.json { summary.clone() } else { report::text(&results, &made) })?;
    folder.add("summary.json", summary.as_bytes()).map_err(broken)?;
    folder.add("validation.md", report::page(&results, &made).as_bytes()).map_err(broken)?;
    for (name, bytes) in report::tables(&results).map_err(broken)? {
        folder.add(&name, &bytes).map_err(broken)?;
    }
    for chart in report::charts(&results, &made).map_err(broken)? {
        folder.add(&chart.name, &chart.bytes).map_err(broken)?;
    }
    let failed: u64 = results.iter().map(|result| result.failures.len() as u64).sum();
    let (origin, layout) = origin(&prepared, made.command);
    let files = folder.finish(&origin, &layout, failed).map_err(broken)?;
    output.message(&what_was_written(&arguments.out, &files));
    if failed == 0 {
        return Ok(());
    }
    output.error(&format!("{failed} futures could not be finished; this is a defect of the program (see summary.json)"));
    Err(Failed::Told)
}

/// Reads flags, policies and the record; every problem at once.
fn prepare(arguments: &Backtest) -> Result<Prepared, Problems> {
    let mut problems = Problems::new();
    let replicates = flags::whole32("--replicates", Some(&arguments.replicates), 1..=MOST_REPLICATES, &mut problems);
    let seed = flags::seed(Some(&arguments.seed), &mut problems);
    let threads = flags::threads(arguments.threads.as_deref(), &mut problems);
    let mut scenarios: Vec<(String, Scenario)> = Vec::new();
    for state in arguments.state.iter().map(|state| state.trim().to_ascii_uppercase()) {
        let Some((code, name, text)) = SCENARIOS.into_iter().find(|(code, ..)| *code == state) else {
            let codes = SCENARIOS.map(|(code, ..)| code).join(", ");
            let place = Place::Flag(format!("--state {state}"));
            problems.push(
                Problem::new(place, format!("no policies are known for the state `{state}`"))
                    .expected(format!("some of: {codes}")),
            );
            continue;
        };
        if scenarios.iter().any(|(known, _)| known == code) {
            problems.push(Problem::new(Place::Flag(format!("--state {state}")), "the state is given twice"));
            continue;
        }
        match scenario::parse(text, name, Path::new("")) {
            Ok(scenario) => scenarios.push((code.to_owned(), scenario)),
            Err(more) => problems.extend(more),
        }
    }
    let codes: Vec<String> = scenarios.iter().map(|(code, _)| code.clone()).collect();
    let histories = history::read(&arguments.from, &codes).map_err(|more| problems.extend(more)).unwrap_or_default();
    let states = histories.into_iter().zip(scenarios.into_iter().map(|(_, scenario)| scenario)).collect();
    let (Some(replicates), Some(seed)) = (replicates, seed) else { return Err(problems) };
    problems.into_result(Prepared { states, replicates, seed, threads })
}

fn simulate(prepared: &Prepared, output: &Output) -> Result<Vec<StateResult>, Failed> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(prepared.threads.unwrap_or(0))
        .build()
        .map_err(|error| Failed::Broken(format!("cannot start the threads asked for: {error}")))?;
    let total = u64::from(prepared.replicates) * FUTURES_PER_REPLICATE * prepared.states.len() as u64;
    let bar = output.progress(total, "futures");
    let of_state = |(history, scenario): &(StateHistory, Scenario)| {
        let mut base = Parameters::default();
        scenario.parameters.iter().for_each(|&(id, value)| base.set(id, value));
        let fixed: Vec<ParameterId> = scenario.parameters.iter().map(|(id, _)| *id).collect();
        let parameters = |replicate| base.drawn(&fixed, prepared.seed, replicate);
        let futures = Futures { replicates: 0..prepared.replicates, seed: prepared.seed, parameters: &parameters };
        pool.install(|| testing::backtest(Question { history, scenario }, &futures, || bar.inc(1)))
    };
    let results: Result<Vec<StateResult>, Problems> = prepared.states.iter().map(of_state).collect();
    bar.finish_and_clear();
    let mut results = results?;
    testing::add_regression(&mut results);
    Ok(results)
}

fn origin(prepared: &Prepared, command: String) -> (Origin, Layout) {
    let texts: String = prepared.states.iter().map(|(_, scenario)| scenario.text.as_str()).collect();
    let states: Vec<&str> = prepared.states.iter().map(|(history, _)| history.state.as_str()).collect();
    let record = format!("{:?}", prepared.states.iter().map(|(history, _)| &history.panel).collect::<Vec<_>>());
    let layout = Layout {
        policies: states.iter().map(|state| (*state).to_owned()).collect(),
        instruments: prepared
            .states
            .iter()
            .map(|(_, scenario)| {
                scenario
                    .policies
                    .iter()
                    .flat_map(|policy| &policy.instruments)
                    .map(|instrument| instrument.name.clone())
                    .collect()
            })
            .collect(),
        district_ids: Vec::new(),
        district_names: Vec::new(),
        first_year: i32::from(history::FIRST_YEAR),
        detail: Detail::Region,
        csv: true,
        parquet: false,
    };
    let origin = Origin {
        command,
        scenario: "backtest".to_owned(),
        scenario_sha256: sha256_hex(texts.as_bytes()),
        region: states.join(","),
        region_sha256: sha256_hex(record.as_bytes()),
        seed: prepared.seed,
        replicates: prepared.replicates,
        years: YEARS,
    };
    (origin, layout)
}
