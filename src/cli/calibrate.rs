//! `barnraise calibrate`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Failed;
use super::arguments::Calibrate;
use super::flags;
use super::folders::{broken, command_line, refusal, refuse_inputs, refuse_same, refused, stopped, what_was_written};
use super::output::Output;
use super::search::{PARTS, Size, part, pool};
use crate::diagnostics::Problems;
use crate::experiments::calibrate::targets::{self, Records, Targets};
use crate::experiments::calibrate::{self as calibrating, Calibration};
use crate::futures::posterior::Posterior;
use crate::provenance::sha256_hex;
use crate::report::Page;
use crate::report::calibration as report;
use crate::results::{FileFolder, Layout, Origin, WrittenFile};

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
    refuse_same(&prepared.out, &prepared.work)?;
    refuse_inputs(&prepared.out, [arguments.targets.as_path()].into_iter().chain(arguments.from.as_deref()))?;
    let folder = FileFolder::create(&prepared.out).map_err(refused)?;
    let (calibration, posterior) = search(&prepared, output)?;
    let text = if arguments.saying.json {
        report::json(&calibration).map_err(|error| Failed::Broken(error.to_string()))?
    } else {
        report::text(&calibration, output.page())
    };
    let printed = output.data(&text);
    let files = write(folder, &prepared.targets, (&calibration, &posterior), asked(arguments))?;
    output.message(&what_was_written(&prepared.out, &files));
    output.message(&format!("The finished parts in {} can be deleted.", prepared.work.display()));
    printed?;
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
    let mut look_at = |out: &Path| {
        if let Some(problem) = FileFolder::check(out).err().as_ref().and_then(refusal) {
            problems.push(problem);
        }
    };
    arguments.out.as_deref().into_iter().for_each(&mut look_at);
    let Some(mut targets) = targets else { return Err(problems) };
    size.set(&mut targets);
    targets.algorithm.seed = seed.unwrap_or(targets.algorithm.seed);
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&targets.name));
    let work = arguments.work.clone().unwrap_or_else(|| out.with_added_extension("work"));
    problems.into_result(Prepared { targets, threads, out, work })
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

/// Writes what was found, and what was asked: the targets, and the scenarios that they name.
fn write(
    mut folder: FileFolder,
    targets: &Targets,
    (calibration, posterior): (&Calibration, &Posterior),
    command: String,
) -> Result<Vec<WrittenFile>, Failed> {
    let json = report::json(calibration).map_err(broken)?;
    let page = report::page(calibration, &command);
    let mut texts = vec![
        (POSTERIOR.to_owned(), posterior.text()),
        (TEXT.to_owned(), report::text(calibration, Page::ENDLESS)),
        (PAGE.to_owned(), page),
        (TABLES.to_owned(), json),
        ("targets.toml".to_owned(), targets.text.clone()),
    ];
    for (number, setting) in (1..).zip(&targets.settings) {
        texts.push((format!("scenarios/{number:02}-{}.toml", setting.scenario.name), setting.scenario.text.clone()));
    }
    for (name, text) in texts {
        folder.add(&name, text.as_bytes()).map_err(broken)?;
    }
    for chart in report::charts(calibration).map_err(broken)? {
        folder.add(&chart.name, &chart.bytes).map_err(broken)?;
    }
    let names: Vec<&str> = targets.settings.iter().map(|setting| setting.name.as_str()).collect();
    let origin = Origin {
        command,
        scenario: targets.name.clone(),
        scenario_sha256: sha256_hex(targets.text.as_bytes()),
        region: names.join(", "),
        region_sha256: targets.digest.clone(),
        region_drawn_anew: false,
        seed: targets.algorithm.seed,
        replicates: targets.algorithm.particles,
        years: targets.settings.iter().map(|setting| setting.scenario.years).max().unwrap_or(0),
    };
    folder.finish(&origin, &Layout::of_files(), 0).map_err(broken)
}
