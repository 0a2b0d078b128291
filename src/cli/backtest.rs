//! `barnraise backtest`.

use std::fs;
use std::path::{Path, PathBuf};

use super::Failed;
use super::arguments::Backtest;
use super::flags;
use super::folders::{broken, command_line, refuse_inputs, refuse_same, refused, stopped, what_was_written};
use super::output::Output;
use super::search::{PARTS, Size, part, pool};
use crate::diagnostics::{Place, Problem, Problems};
use crate::districts::history::{self, StateHistory};
use crate::experiments::backtest::held_out::{self, HeldOut};
use crate::experiments::backtest::{
    self as testing, FUTURES_PER_REPLICATE, Futures, StateResult, Stopped, Trial, YEARS,
};
use crate::experiments::calibrate::targets::{self, Records, Targets};
use crate::futures::inputs::Inputs;
use crate::futures::posterior::{self, Posterior};
use crate::futures::work_folder::WorkFolder;
use crate::model::record::Detail;
use crate::provenance::sha256_hex;
use crate::report::backtest::{self as report, Made};
use crate::results::{FileFolder, Layout, Origin};
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
    posterior: Option<Posterior>,
    /// For each state the targets of the others; empty where no state is left out.
    others: Vec<Targets>,
    work: PathBuf,
}

/// What was found, with the finished parts that can be deleted once it is written.
struct Done {
    results: Vec<StateResult>,
    held_out: Vec<HeldOut>,
    parts: Vec<WorkFolder>,
}

/// `barnraise backtest`.
pub(super) fn backtest(arguments: &Backtest, output: &mut Output) -> Result<(), Failed> {
    let prepared = prepare(arguments)?;
    refuse_same(&arguments.out, &prepared.work)?;
    let read = [Some(arguments.from.as_path()), arguments.posterior.as_deref(), arguments.leave_one_out.as_deref()];
    refuse_inputs(&arguments.out, read.into_iter().flatten())?;
    let mut folder = FileFolder::create(&arguments.out).map_err(refused)?;
    let Done { results, held_out, parts } = simulate(&prepared, output)?;
    let made = Made {
        command: command_line(std::env::args_os().skip(1)),
        seed: prepared.seed,
        replicates: prepared.replicates,
        posterior: prepared.posterior.as_ref().map(|posterior| posterior.name.clone()),
    };
    let summary = report::json(&results, &held_out).map_err(broken)?;
    let printed = output.data(&if arguments.saying.json {
        summary.clone()
    } else {
        report::text(&results, &held_out, &made, output.page())
    });
    folder.add("summary.json", summary.as_bytes()).map_err(broken)?;
    folder.add("validation.md", report::page(&results, &held_out, &made).as_bytes()).map_err(broken)?;
    for (name, bytes) in report::tables(&results, &held_out).map_err(broken)? {
        folder.add(&name, &bytes).map_err(broken)?;
    }
    for chart in report::charts(&results, &made).map_err(broken)? {
        folder.add(&chart.name, &chart.bytes).map_err(broken)?;
    }
    for (history, scenario) in &prepared.states {
        let name = format!("scenario-{}.toml", history.state.to_ascii_lowercase());
        folder.add(&name, scenario.text.as_bytes()).map_err(broken)?;
    }
    for (name, posterior) in posteriors(&prepared, &held_out) {
        folder.add(&name, posterior.text().as_bytes()).map_err(broken)?;
    }
    let failed: u64 =
        results.iter().chain(held_out.iter().map(|held| &held.result)).map(|r| r.failures.len() as u64).sum();
    let (origin, layout) = origin(&prepared, made.command);
    let files = folder.finish(&origin, &layout, failed).map_err(broken)?;
    parts.into_iter().try_for_each(WorkFolder::clear).map_err(broken)?;
    // Only an empty folder goes: what others put there stays.
    let _ = fs::remove_dir(&prepared.work);
    output.message(&what_was_written(&arguments.out, &files));
    if !held_out.is_empty() {
        output.message(&format!("The finished calibrations in {} can be deleted.", prepared.work.display()));
    }
    printed?;
    if failed == 0 {
        return Ok(());
    }
    output
        .error(&format!("{failed} futures could not be finished; this is a defect of the program (see summary.json)"));
    Err(Failed::Told)
}

/// The posteriors under which something was run, with the names of their files.
fn posteriors<'a>(prepared: &'a Prepared, held_out: &'a [HeldOut]) -> Vec<(String, &'a Posterior)> {
    let given = prepared.posterior.iter().map(|posterior| ("posterior.toml".to_owned(), posterior));
    let of_others = |held: &'a HeldOut| {
        (format!("posterior-without-{}.toml", held.result.state.to_ascii_lowercase()), &held.posterior)
    };
    given.chain(held_out.iter().map(of_others)).collect()
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
    let histories = history::read(&arguments.from, &codes).map_err(|more| problems.extend(more)).ok();
    let readable = histories.is_some();
    let histories = histories.unwrap_or_default();
    let states = histories.into_iter().zip(scenarios.into_iter().map(|(_, scenario)| scenario)).collect();
    let posterior =
        arguments.posterior.as_ref().and_then(|path| posterior::read(path).map_err(|more| problems.extend(more)).ok());
    let size = Size::given(arguments.particles.as_deref(), arguments.generations.as_deref(), &mut problems);
    let mut others = others(arguments, &codes, readable).map_err(|more| problems.extend(more)).unwrap_or_default();
    for targets in &mut others {
        size.set(targets);
    }
    let work = arguments.work.clone().unwrap_or_else(|| arguments.out.with_added_extension("work"));
    let (Some(replicates), Some(seed)) = (replicates, seed) else { return Err(problems) };
    problems.into_result(Prepared { states, replicates, seed, threads, posterior, others, work })
}

/// For each state the targets without it; none where no state is to be left out.
fn others(arguments: &Backtest, codes: &[String], readable: bool) -> Result<Vec<Targets>, Problems> {
    let Some(path) = &arguments.leave_one_out else { return Ok(Vec::new()) };
    if !readable {
        // What is wrong with the folder has been told.
        return targets::check(path).map(|_| Vec::new());
    }
    let targets = targets::read(path, Records { folder: Some(&arguments.from), without: &[] })?;
    let mut problems = Problems::new();
    let mut without = |code: &String| {
        let found = targets.without(code);
        if found.is_none() {
            let what =
                format!("the targets cannot leave out the state `{code}`: none of their settings, or all, are of it");
            let states = targets.states().join(", ");
            problems.push(
                Problem::new(Place::File(path.display().to_string()), what)
                    .expected(format!("settings with `state = \"{code}\"`, and others"))
                    .hint(format!("the settings' states are: {states}; name the states to score with --state")),
            );
        }
        found
    };
    let others = codes.iter().filter_map(&mut without).collect();
    problems.into_result(others)
}

fn simulate(prepared: &Prepared, output: &Output) -> Result<Done, Failed> {
    let pool = pool(prepared.threads)?;
    let futures = u64::from(prepared.replicates) * FUTURES_PER_REPLICATE;
    let bar = output.progress(futures * prepared.states.len() as u64, "futures");
    let posterior = prepared.posterior.as_ref();
    let of_state = |(place, (history, scenario)): (u64, &(StateHistory, Scenario))| {
        let inputs = Inputs::of(scenario, posterior).seeded(prepared.seed);
        let asked = Futures { replicates: 0..prepared.replicates, inputs, work: &prepared.work };
        let told = |done| bar.set_position(place * futures + done);
        pool.install(|| testing::backtest(Trial { history, scenario }, &asked, told))
    };
    let found: Result<Vec<_>, Stopped> = (0..).zip(&prepared.states).map(of_state).collect();
    bar.finish_and_clear();
    let (mut results, parts): (Vec<StateResult>, Vec<_>) = found.map_err(why)?.into_iter().unzip();
    testing::add_regression(&mut results);
    let mut done = Done { results, held_out: Vec::new(), parts: parts.into_iter().flatten().collect() };
    for ((history, scenario), others) in prepared.states.iter().zip(&prepared.others) {
        let (held, parts) = hold_out(prepared, Trial { history, scenario }, others, (&pool, output))?;
        done.held_out.push(held);
        done.parts.extend(parts);
    }
    held_out::share_regression(&done.results, &mut done.held_out);
    Ok(done)
}

/// Calibrates without a state and scores it.
fn hold_out(
    prepared: &Prepared,
    question: Trial<'_>,
    others: &Targets,
    (pool, output): (&rayon::ThreadPool, &Output),
) -> Result<(HeldOut, Vec<WorkFolder>), Failed> {
    let generations = u64::from(others.algorithm.generations) * PARTS;
    let futures = u64::from(prepared.replicates) * FUTURES_PER_REPLICATE;
    let bar = output.progress(generations + futures, "calibrating without a state, and scoring it");
    let progress = held_out::Progress {
        calibration: &|generation, done, all| bar.set_position(part(generation, done, all)),
        futures: &|done| bar.set_position(generations + done),
    };
    let work = prepared.work.join(format!("without-{}", question.history.state));
    let plan = (prepared.seed, 0..prepared.replicates);
    let held = pool.install(|| held_out::hold_out(question, others, plan, &work, &progress));
    bar.finish_and_clear();
    held.map_err(why)
}

fn why(stop: Stopped) -> Failed {
    match stop {
        Stopped::Input(problems) => Failed::Input(problems),
        Stopped::Work(error) => stopped(&error),
    }
}

fn origin(prepared: &Prepared, command: String) -> (Origin, Layout) {
    let texts: String = prepared.states.iter().map(|(_, scenario)| scenario.text.as_str()).collect();
    let states: Vec<&str> = prepared.states.iter().map(|(history, _)| history.state.as_str()).collect();
    let record = format!("{:?}", prepared.states.iter().map(|(history, _)| &history.panel).collect::<Vec<_>>());
    let layout = Layout {
        parameters: Vec::new(),
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
        region_drawn_anew: false,
        seed: prepared.seed,
        replicates: prepared.replicates,
        years: YEARS,
    };
    (origin, layout)
}
