//! `barnraise calibrate`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::Failed;
use super::arguments::Calibrate;
use super::flags;
use super::output::Output;
use crate::diagnostics::{Place, Problem, Problems};
use crate::experiments::calibrate::targets::{self, Records, Targets};
use crate::experiments::calibrate::{self as calibrating, Calibration};
use crate::futures::posterior::Posterior;
use crate::futures::work_folder::{RunnerError, write_whole};
use crate::report::Page;
use crate::report::calibration as report;

use super::experiment::command_line;

/// The tables of a calibration; stands for a folder that may be written to again.
const TABLES: &str = "calibration.json";
/// The posterior.
const POSTERIOR: &str = "posterior.toml";
/// The page for documents, beside its charts.
const PAGE: &str = "calibration.md";
/// The tables for people.
const TEXT: &str = "calibration.txt";

/// Everything that a calibration needs, checked.
struct Prepared {
    targets: Targets,
    threads: Option<usize>,
    out: PathBuf,
    work: PathBuf,
}

/// `barnraise calibrate`.
pub(super) fn calibrate(arguments: &Calibrate, output: &mut Output) -> Result<(), Failed> {
    let prepared = prepare(arguments)?;
    let (calibration, posterior) = search(&prepared, output)?;
    let text = if arguments.saying.json {
        report::json(&calibration).map_err(|error| Failed::Broken(error.to_string()))?
    } else {
        report::text(&calibration, output.page())
    };
    output.data(&text)?;
    write(&prepared.out, &calibration, &posterior, &asked(arguments))?;
    output.message(&format!(
        "Wrote {POSTERIOR}, {TEXT}, {PAGE}, {TABLES} and charts to {}; the finished parts in {} can be deleted.",
        prepared.out.display(),
        prepared.work.display()
    ));
    Ok(())
}

/// Reads the targets and applies the flags; every problem of all of them at once.
fn prepare(arguments: &Calibrate) -> Result<Prepared, Problems> {
    let mut problems = Problems::new();
    let size = Size::given(arguments.particles.as_deref(), arguments.generations.as_deref(), &mut problems);
    let threads = flags::threads(arguments.threads.as_deref(), &mut problems);
    let seed = flags::seed(arguments.seed.as_deref(), &mut problems);
    let without: Vec<String> = arguments.without.iter().map(|state| state.trim().to_ascii_uppercase()).collect();
    let records = Records { folder: arguments.from.as_deref(), without: &without };
    let targets = targets::read(&arguments.targets, records).map_err(|more| problems.extend(more)).ok();
    if let Some(out) = &arguments.out {
        refuse_foreign(out, &mut problems);
    }
    let Some(mut targets) = targets else { return Err(problems) };
    size.set(&mut targets);
    targets.algorithm.seed = seed.unwrap_or(targets.algorithm.seed);
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&targets.name));
    if arguments.out.is_none() {
        refuse_foreign(&out, &mut problems);
    }
    let work = arguments.work.clone().unwrap_or_else(|| out.with_added_extension("work"));
    problems.into_result(Prepared { targets, threads, out, work })
}

/// How large a search is asked for by flags.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    particles: Option<u32>,
    generations: Option<u16>,
}

impl Size {
    pub(super) fn given(particles: Option<&str>, generations: Option<&str>, problems: &mut Problems) -> Self {
        let particles = flags::whole32("--particles", particles, 10..=100_000, problems);
        let generations = flags::whole32("--generations", generations, 1..=1_000, problems);
        Self { particles, generations: generations.and_then(|count| u16::try_from(count).ok()) }
    }

    /// What no flag gives stays as the file has it.
    pub(super) fn set(self, targets: &mut Targets) {
        let algorithm = &mut targets.algorithm;
        algorithm.particles = self.particles.unwrap_or(algorithm.particles);
        algorithm.generations = self.generations.unwrap_or(algorithm.generations);
    }
}

/// Only an empty folder, or that of an earlier calibration, is written to.
fn refuse_foreign(out: &Path, problems: &mut Problems) {
    let empty = || fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_none());
    if !out.exists() || out.join(TABLES).is_file() || (out.is_dir() && empty()) {
        return;
    }
    let problem = Problem::new(Place::File(out.display().to_string()), "this is not empty and holds no calibration");
    problems.push(
        problem
            .expected("a new folder, or that of an earlier calibration")
            .hint("Give another --out, or move what is there elsewhere."),
    );
}

fn search(prepared: &Prepared, output: &Output) -> Result<(Calibration, Posterior), Failed> {
    let pool = pool(prepared.threads)?;
    let generations = u64::from(prepared.targets.algorithm.generations);
    let bar = output.progress(generations * PARTS, "calibrating");
    let progress = |generation: u16, done: usize, all: usize| bar.set_position(part(generation, done, all));
    let found = pool.install(|| calibrating::calibrate(&prepared.targets, &prepared.work, &progress));
    bar.finish_and_clear();
    found.map_err(|error| stopped(&error))
}

/// Steps of the progress bar in a generation.
pub(super) const PARTS: u64 = 100;

/// Where the progress bar stands.
pub(super) fn part(generation: u16, done: usize, all: usize) -> u64 {
    u64::from(generation) * PARTS + done as u64 * PARTS / all.max(1) as u64
}

/// The threads asked for.
pub(super) fn pool(threads: Option<usize>) -> Result<rayon::ThreadPool, Failed> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    pool.map_err(|error| Failed::Broken(format!("cannot start the threads asked for: {error}")))
}

/// A work folder that may not be used is wrong input; nothing has been done yet.
pub(super) fn stopped(error: &RunnerError) -> Failed {
    match error {
        RunnerError::OtherPlan { .. } | RunnerError::Foreign(_) => {
            Failed::Input(Problem::new(Place::Flag("--work".to_owned()), error.to_string()).into())
        }
        _ => Failed::Broken(error.to_string()),
    }
}

/// The command as far as it bears on what is found: not where it is written, or with how many threads.
fn asked(arguments: &Calibrate) -> String {
    let path = |path: &Path| path.as_os_str().to_owned();
    let mut words = vec![OsString::from("calibrate"), path(&arguments.targets)];
    let without = Some(arguments.without.join(",")).filter(|states| !states.is_empty());
    let flags = [
        ("--from", arguments.from.as_deref().map(path)),
        ("--without", without.map(OsString::from)),
        ("--particles", arguments.particles.clone().map(OsString::from)),
        ("--generations", arguments.generations.clone().map(OsString::from)),
        ("--seed", arguments.seed.clone().map(OsString::from)),
    ];
    for (flag, value) in flags {
        words.extend(value.map(|value| [OsString::from(flag), value]).into_iter().flatten());
    }
    command_line(words.into_iter())
}

fn write(out: &Path, calibration: &Calibration, posterior: &Posterior, command: &str) -> Result<(), Failed> {
    let broken = |error: &dyn std::fmt::Display| Failed::Broken(error.to_string());
    let json = report::json(calibration).map_err(|error| broken(&error))?;
    fs::create_dir_all(out).map_err(|error| Failed::Broken(format!("cannot create {}: {error}", out.display())))?;
    let page = report::page(calibration, command);
    let texts = [(POSTERIOR, posterior.text()), (TEXT, report::text(calibration, Page::ENDLESS)), (PAGE, page), (TABLES, json)];
    for (name, text) in texts {
        write_whole(&out.join(name), text.as_bytes()).map_err(|error| broken(&error))?;
    }
    for chart in report::charts(calibration).map_err(|error| broken(&error))? {
        write_whole(&out.join(chart.name), &chart.bytes).map_err(|error| broken(&error))?;
    }
    Ok(())
}
