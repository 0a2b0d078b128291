//! `barnraise compare` and `barnraise run`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Failed;
use super::arguments::{Compare, Experiment, Run};
use super::calibrate::stopped;
use super::flags;
use super::output::Output;
use crate::diagnostics::{Place, Problem, Problems, nearest};
use crate::districts::region_file;
use crate::districts::shipped::{self, Selection};
use crate::engine::replicates::Failure;
use crate::engine::replicates::on_threads;
use crate::experiments::compare::{self as comparing, Compared, Options, Sink};
use crate::experiments::summary::{Comparison, Trends};
use crate::futures::ensemble::Stopped;
use crate::futures::inputs::Regions;
use crate::futures::posterior;
use crate::futures::question::Question;
use crate::futures::work_folder::WorkFolder;
use crate::model::parameters::ParameterId;
use crate::model::record::Record;
use crate::model::region::{Region, StateFinance, StateRules};
use crate::plots;
use crate::provenance::sha256_hex;
use crate::report::{self, charts, figures::whole};
use crate::results::{Layout, Origin, ResultsError, ResultsWriter, WrittenFile};
use crate::scenario::{self, Measure, RegionChoice, Scenario};

/// Everything that an experiment needs, checked.
pub(super) struct Prepared {
    pub(super) question: Question,
    /// The region of the first future.
    pub(super) region: Arc<Region>,
    pub(super) options: Options,
    pub(super) threads: Option<usize>,
    pub(super) out: PathBuf,
}

/// `barnraise compare`.
pub(super) fn compare(arguments: &Compare, output: &mut Output) -> Result<(), Failed> {
    let mut prepared = prepare(&arguments.experiment)?;
    carry_out(&mut prepared, &arguments.experiment, output)
}

/// `barnraise run`.
pub(super) fn run(arguments: &Run, output: &mut Output) -> Result<(), Failed> {
    let mut prepared = prepare(&arguments.experiment)?;
    let place = match &arguments.policy {
        Some(name) => policy_named(&prepared.question.scenario, name)?,
        None => 0,
    };
    let scenario = &mut prepared.question.scenario;
    keep_policy(scenario, place);
    if arguments.experiment.out.is_none()
        && let Some(policy) = scenario.policies.first()
    {
        prepared.out = PathBuf::from("results").join(format!("{}-{}", scenario.name, policy.name));
    }
    carry_out(&mut prepared, &arguments.experiment, output)
}

/// Reads scenario and region and applies the flags; every problem of all of them at once.
pub(super) fn prepare(arguments: &Experiment) -> Result<Prepared, Problems> {
    let mut problems = Problems::new();
    let replicates =
        flags::whole32("--replicates", arguments.replicates.as_deref(), 1..=flags::MOST_REPLICATES, &mut problems);
    let first =
        flags::whole32("--first-replicate", arguments.first_replicate.as_deref(), 0..=u32::MAX - 1, &mut problems);
    let threads = flags::threads(arguments.ground.threads.as_deref(), &mut problems);
    let seed = flags::seed(arguments.seed.value.as_deref(), &mut problems);
    let scenario = scenario::read(&arguments.scenario).map_err(|more| problems.extend(more)).ok();
    let given = arguments.ground.region.as_ref();
    let given = given.and_then(|word| region_meant(word).map_err(|more| problems.extend(more)).ok());
    if let (Some(word), Some(scenario)) = (arguments.ground.region.as_ref(), scenario.as_ref()) {
        refuse_dropped_rules(scenario, word, &arguments.scenario, &mut problems);
    }
    let choice = given.as_ref().or(scenario.as_ref().map(|scenario| &scenario.region));
    let region_seed = seed.or(scenario.as_ref().map(|scenario| scenario.seed)).unwrap_or_default();
    let regions = choice.and_then(|choice| Regions::of(choice, region_seed).map_err(|more| problems.extend(more)).ok());
    let range = scenario.as_ref().and_then(|scenario| {
        let start = first.unwrap_or(0);
        let end = start.checked_add(replicates.unwrap_or(scenario.replicates));
        if end.is_none() {
            let what = format!("replicates are numbered up to {}", u32::MAX - 1);
            problems.push(Problem::new(Place::Flag(format!("--first-replicate {start}")), what));
        }
        end.map(|end| start..end)
    });
    let posterior = arguments
        .ground
        .posterior
        .as_ref()
        .and_then(|path| posterior::read(path).map_err(|more| problems.extend(more)).ok());
    let (Some(mut scenario), Some(regions), Some(range)) = (scenario, regions, range) else { return Err(problems) };
    let region = regions.of_future(region_seed, range.start);
    let file = arguments.scenario.display().to_string();
    if scenario.baseline.is_some() {
        // It would be left unheeded without a word.
        let problem =
            Problem::new(Place::File(file.clone()), "only a backtest fits the merger climate to a [baseline]");
        problems.push(problem.hint("take [baseline] out, or set `merger_climate` in [region.rules]"));
    }
    let _ = scenario::check_members(&scenario, &region, &file).map_err(|more| problems.extend(more));
    scenario.seed = region_seed;
    if let Some(choice) = given {
        scenario.region = choice;
    }
    scenario.replicates = range.end - range.start;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&scenario.name));
    let question = Question::in_regions(scenario, regions).under(posterior);
    let options = Options { replicates: range, detail: arguments.level.into(), work: arguments.work.clone() };
    problems.into_result(Prepared { question, region, options, threads, out })
}

/// Rules and finance of the scenario's own region would be left unheeded without a word.
fn refuse_dropped_rules(scenario: &Scenario, region: &OsStr, file: &Path, problems: &mut Problems) {
    let RegionChoice::Synthetic(own) = &scenario.region else { return };
    let tables = [
        ("[region.rules]", own.rules == StateRules::default()),
        ("[region.finance]", own.finance == StateFinance::default()),
    ];
    let told: Vec<&str> = tables.into_iter().filter(|(_, default)| !default).map(|(name, _)| name).collect();
    if !told.is_empty() {
        let tables = told.join(" and ");
        let what = format!("--region {} and {tables} of the scenario exclude each other", region.display());
        let problem =
            Problem::new(Place::File(file.display().to_string()), what).expected("rules and finance from one place");
        problems.push(problem.hint(format!(
            "a region has its own: change them in a region file (`barnraise region --region … --out …` writes one), or take {tables} out of \
             the scenario"
        )));
    }
}

/// The region that a word on the command line means: a file if there is one of this name, or if it looks like a path;
/// else a state or a part of one.
pub(super) fn region_meant(word: &std::ffi::OsStr) -> Result<RegionChoice, Problems> {
    let path = Path::new(word);
    let plain = word.to_str().filter(|word| {
        !path.exists() && !word.contains(['/', '\\']) && path.extension().is_none_or(|ending| ending != "toml")
    });
    match plain {
        None => Ok(RegionChoice::File(path.to_owned())),
        Some(word) if Selection::is_meant(word) => {
            Selection::parse(word, &Place::Flag(format!("--region {word}"))).map(RegionChoice::Shipped)
        }
        Some(word) => {
            let place = Place::Flag(format!("--region {word}"));
            let problem = Problem::new(place, "this is no file, and no state").expected(
                "a state (OH), counties of it (OH:Vinton,Meigs), a circle (OH:30mi@Athens), or the path of a region file",
            );
            Err(match shipped::code_of(word.split(':').next().unwrap_or(word)) {
                Some(code) => problem.hint(format!("did you mean `{code}`?")).into(),
                None => problem.into(),
            })
        }
    }
}

pub(super) fn policy_named(scenario: &Scenario, name: &str) -> Result<usize, Problems> {
    let names = || scenario.policies.iter().map(|policy| policy.name.as_str());
    names().position(|policy| policy == name).ok_or_else(|| {
        let place = Place::Flag(format!("--policy {name}"));
        let problem = Problem::new(place, format!("the scenario has no policy `{name}`"))
            .expected(format!("one of: {}", names().collect::<Vec<_>>().join(", ")));
        match nearest(name, names()) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")).into(),
            None => problem.into(),
        }
    })
}

/// Leaves one policy, and of the expectations those that it can be asked about alone.
fn keep_policy(scenario: &mut Scenario, place: usize) {
    scenario.policies = scenario.policies.drain(..).skip(place).take(1).collect();
    scenario.expect.retain(|band| band.policy == place && matches!(band.measure, Measure::Median | Measure::Mean));
    scenario.expect.iter_mut().for_each(|band| band.policy = 0);
}

/// Takes the records into the results folder.
struct Folder<'a> {
    writer: ResultsWriter,
    question: &'a Question,
    /// The uncertain inputs that differ from future to future.
    parameters: Vec<ParameterId>,
}

impl Sink for Folder<'_> {
    type Error = ResultsError;

    fn record(&mut self, policy: usize, replicate: u32, record: &Record) -> Result<(), ResultsError> {
        if policy == 0 && !self.parameters.is_empty() {
            let own = self.question.inputs().parameters(replicate);
            let values: Vec<f64> = self.parameters.iter().map(|id| own.get(*id)).collect();
            self.writer.parameters(replicate, &values)?;
        }
        self.writer.write(policy, replicate, record)
    }

    fn failed(&mut self, failure: &Failure) -> Result<(), ResultsError> {
        self.writer.failure(failure.replicate, self.question.scenario.seed, &failure.message)
    }
}

fn carry_out(prepared: &mut Prepared, arguments: &Experiment, output: &mut Output) -> Result<(), Failed> {
    keep_if_long(prepared);
    let prepared = &*prepared;
    let Prepared { question, options, out, .. } = prepared;
    options.work.as_ref().map_or(Ok(()), |work| refuse_same(out, work))?;
    refuse_inputs(out, inputs(arguments))?;
    let writer = ResultsWriter::create(out, layout(prepared, arguments)).map_err(refused)?;
    if let Some(folder) = options.work.as_ref().filter(|folder| folder.exists()) {
        output.message(&format!("Going on with the unfinished work in {}.", folder.display()));
    }
    let mut folder = Folder { writer, question, parameters: question.drawn() };
    let bar = output.progress(u64::from(question.scenario.replicates), "futures");
    let done = on_threads(prepared.threads, || -> Result<_, Failed> {
        let Compared { comparison, trends, folder: kept } =
            comparing::compare(question, options, &mut folder, |done| bar.set_position(done)).map_err(
                |stop| match stop {
                    Stopped::Sink(error) => broken(error),
                    Stopped::Work(error) => stopped(&error),
                },
            )?;
        bar.finish_and_clear();
        // The answer comes first: a chart that cannot be drawn must not keep it back.
        let text = if arguments.saying.json {
            report::json(&comparison).map_err(|error| Failed::Broken(error.to_string()))?
        } else {
            report::text(&comparison, output.page())
        };
        // Nor must a disk that has no room for it keep the results from being completed.
        let printed = output.data(&text);
        let files = complete(folder.writer, prepared, arguments, &comparison, &trends)?;
        kept.map_or(Ok(()), WorkFolder::clear).map_err(broken)?;
        output.message(&what_was_written(out, &files));
        printed?;
        Ok(comparison)
    });
    let comparison = done.map_err(Failed::Broken)??;
    if !arguments.no_charts {
        tell_unshown(question, &prepared.region, output);
    }
    verdict(&comparison, arguments, output)
}

/// Tells the letters of titles and names that the charts in PNG cannot show.
fn tell_unshown(question: &Question, region: &Region, output: &mut Output) {
    let titles = question.scenario.policies.iter().map(|policy| policy.title.as_str());
    let texts: String = titles.chain([question.scenario.title.as_str(), region.title.as_str()]).collect();
    let letters = plots::unshown(&texts);
    if !letters.is_empty() {
        let some: String = letters.iter().take(20).collect();
        output.warning(&format!("the charts in PNG have no letters for {some}: those in SVG show them"));
    }
}

/// Results and unfinished work need folders of their own: one is exchanged whole, the other is left while work goes on.
pub(super) fn refuse_same(out: &Path, work: &Path) -> Result<(), Problems> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (out, work) = (absolute(out), absolute(work));
    if !out.starts_with(&work) && !work.starts_with(&out) {
        return Ok(());
    }
    let problem = Problem::new(
        Place::Flag(format!("--work {}", work.display())),
        "results and unfinished work would be in one folder",
    );
    Err(problem.expected("two folders, neither in the other").hint("give another --work or --out").into())
}

/// The files that an experiment reads.
pub(super) fn inputs(arguments: &Experiment) -> impl Iterator<Item = &Path> {
    let ground = &arguments.ground;
    let region = ground.region.as_deref().map(Path::new);
    [Some(arguments.scenario.as_path()), region, ground.posterior.as_deref()].into_iter().flatten()
}

/// Results may not take the place of what is read for them.
pub(super) fn refuse_inputs<'a>(out: &Path, inputs: impl IntoIterator<Item = &'a Path>) -> Result<(), Problems> {
    let Ok(place) = std::fs::canonicalize(out) else { return Ok(()) };
    let mut problems = Problems::new();
    for input in inputs.into_iter().filter(|input| std::fs::canonicalize(input).is_ok_and(|it| it.starts_with(&place)))
    {
        let what = format!("{} holds {}, which this command reads", out.display(), input.display());
        let problem = Problem::new(Place::Flag(format!("--out {}", out.display())), what);
        problems.push(problem.hint("give another --out: the folder is replaced by the new results"));
    }
    problems.into_result(())
}

/// Long work is kept while it is done, beside its results, unless it is kept elsewhere.
fn keep_if_long(prepared: &mut Prepared) {
    let Prepared { question, options, out, .. } = prepared;
    if options.work.is_none() && comparing::is_long(question, question.scenario.replicates) {
        options.work = Some(out.with_added_extension("work"));
    }
}

pub(super) fn layout(prepared: &Prepared, arguments: &Experiment) -> Layout {
    let policy = |policy: &crate::model::policy::Policy| {
        (policy.name.clone(), policy.instruments.iter().map(|instrument| instrument.name.clone()).collect())
    };
    let policies = prepared.question.scenario.policies.iter().map(policy).collect();
    let mut layout = Layout::new(&prepared.region, policies, prepared.options.detail);
    layout.parameters = prepared.question.drawn();
    if prepared.question.regions.drawn_anew() {
        layout.district_names = Vec::new();
    }
    layout.csv = !arguments.no_csv;
    layout.parquet = !arguments.no_parquet;
    layout
}

/// Adds summary and charts and completes the folder.
fn complete(
    mut writer: ResultsWriter,
    prepared: &Prepared,
    arguments: &Experiment,
    comparison: &Comparison,
    trends: &[Trends],
) -> Result<Vec<WrittenFile>, Failed> {
    write_survival(&mut writer, comparison).map_err(broken)?;
    let summary = serde_json::json!({ "comparison": comparison, "trends": trends });
    let summary = serde_json::to_string_pretty(&summary).map_err(|error| Failed::Broken(error.to_string()))? + "\n";
    writer.add_file("summary.json", summary.as_bytes()).map_err(broken)?;
    for (name, text) in asked(&prepared.question) {
        writer.add_file(name, text.as_bytes()).map_err(broken)?;
    }
    if !arguments.no_charts && comparison.finished > 0 {
        let shown = comparison.region.shown_future.unwrap_or(comparison.first_replicate);
        let region = prepared.question.regions.of_future(comparison.seed, shown);
        let drawn = charts::draw(comparison, trends, &region).map_err(|error| Failed::Broken(error.to_string()))?;
        for chart in drawn {
            writer.add_file(&chart.name, &chart.bytes).map_err(broken)?;
        }
    }
    writer.finish(&origin(prepared)).map_err(broken)
}

/// What was asked, as files: the scenario as it was read, and region and posterior where they are not in it. With these,
/// the command in the manifest and the program, the results can be made again.
pub(super) fn asked(question: &Question) -> Vec<(&'static str, String)> {
    let mut files = vec![("scenario.toml", question.scenario.text.clone())];
    if let (Regions::Given(regions), RegionChoice::File(_) | RegionChoice::Shipped(_)) =
        (&question.regions, &question.scenario.region)
    {
        files.extend(regions.first().map(|region| ("region.toml", region_file::write(region))));
    }
    files.extend(question.posterior.as_ref().map(|posterior| ("posterior.toml", posterior.text())));
    files
}

/// The table of survival: policy by policy, kind by kind, age by age.
fn write_survival(writer: &mut ResultsWriter, comparison: &Comparison) -> Result<(), ResultsError> {
    for (place, policy) in comparison.policies.iter().enumerate() {
        for (whose, table) in policy.survival.tables() {
            for figures in &table.ages {
                let counts = [
                    u64::from(figures.age),
                    figures.at_risk,
                    table.clusters,
                    table.futures,
                    table.ended,
                    table.merged,
                    table.goal_met,
                ];
                let [existing, working, paying] = [figures.existing, figures.working, figures.paying];
                let shares = [
                    [existing.share, existing.low, existing.high],
                    [working.share, working.low, working.high],
                    [paying.share, paying.low, paying.high],
                ];
                let shares = std::array::from_fn(|place| shares[place / 3][place % 3]);
                writer.survival(place, whose, counts, &shares)?;
            }
        }
    }
    Ok(())
}

pub(super) fn origin(prepared: &Prepared) -> Origin {
    let Prepared { question: Question { scenario, regions, .. }, region, .. } = prepared;
    Origin {
        command: command_line(std::env::args_os().skip(1)),
        scenario: scenario.name.clone(),
        scenario_sha256: sha256_hex(scenario.text.as_bytes()),
        region: region.name.clone(),
        region_sha256: regions.digest(),
        region_drawn_anew: regions.drawn_anew(),
        seed: scenario.seed,
        replicates: scenario.replicates,
        years: scenario.years,
    }
}

/// The command as it can be typed again.
pub(super) fn command_line(words: impl Iterator<Item = OsString>) -> String {
    let plain = |word: &str| {
        !word.is_empty()
            && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '=' | ':' | ',' | '+'))
    };
    let quoted = words.map(|word| match word.into_string() {
        Ok(word) if plain(&word) => word,
        Ok(word) => format!("'{}'", word.replace('\'', r"'\''")),
        // The name of a file that is not UTF-8, as shells write such bytes.
        Err(word) => {
            let escaped = |byte: u8| match byte {
                b'\'' | b'\\' => format!("\\{}", char::from(byte)),
                b' '..=b'~' => char::from(byte).to_string(),
                byte => format!("\\x{byte:02x}"),
            };
            format!("$'{}'", word.as_encoded_bytes().iter().map(|byte| escaped(*byte)).collect::<String>())
        }
    });
    std::iter::once("barnraise".to_owned()).chain(quoted).collect::<Vec<_>>().join(" ")
}

/// A folder that may not be written to is wrong input; nothing has been done yet.
#[allow(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(super) fn refused(error: ResultsError) -> Failed {
    refusal(&error).map_or_else(|| broken(&error), |problem| Failed::Input(problem.into()))
}

/// What is wrong with the place for the results; none where something failed that is no fault of the input.
pub(super) fn refusal(error: &ResultsError) -> Option<Problem> {
    match error {
        ResultsError::Foreign { folder, why, hint } => {
            let place = Place::File(folder.display().to_string());
            Some(Problem::new(place, format!("{} {why}", folder.display())).hint(*hint))
        }
        ResultsError::NoName(_) | ResultsError::Busy(_) => {
            Some(Problem::new(Place::Flag("--out".to_owned()), error.to_string()))
        }
        _ => None,
    }
}

pub(super) fn broken(error: impl std::fmt::Display) -> Failed {
    Failed::Broken(error.to_string())
}

pub(super) fn what_was_written(out: &std::path::Path, files: &[WrittenFile]) -> String {
    let mut text = format!("Wrote {} files to {}:", files.len(), out.display());
    for file in files {
        let rows = file.rows.map(|rows| format!(", {} rows", whole(rows))).unwrap_or_default();
        text.push_str(&format!("\n  {} ({}{rows})", file.name, size(file.bytes)));
    }
    text
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// What is left to say, and whether the command succeeded.
fn verdict(comparison: &Comparison, arguments: &Experiment, output: &mut Output) -> Result<(), Failed> {
    let mut sound = true;
    if let Some(first) = comparison.failures.first() {
        sound = false;
        output.error(&format!(
            "{} of {} futures could not be finished; this is a defect of the program. The first: replicate {} said \"{}\". To \
             see it alone, add --first-replicate {} --replicates 1 --seed {}.",
            comparison.failures.len(),
            comparison.replicates,
            first.replicate,
            first.message,
            first.replicate,
            first.seed
        ));
    }
    let missed = comparison.expectations.iter().filter(|check| !check.inside).count();
    if arguments.check_expect && missed > 0 {
        sound = false;
        output.error(&format!("{missed} of {} expectations of the scenario are missed", comparison.expectations.len()));
    }
    if sound { Ok(()) } else { Err(Failed::Told) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_utf8_is_no_reason_to_panic() {
        use std::os::unix::ffi::OsStringExt as _;
        let word = OsString::from_vec(b"sc\xff'.toml".to_vec());
        assert_eq!(command_line([word].into_iter()), r"barnraise $'sc\xff\'.toml'");
    }

    #[test]
    fn a_command_can_be_typed_again() {
        let words = ["compare", "a b.toml", "--out", "it's", ""].map(OsString::from);
        assert_eq!(command_line(words.into_iter()), r"barnraise compare 'a b.toml' --out 'it'\''s' ''");
    }

    #[test]
    fn sizes_are_told_in_their_unit() {
        assert_eq!([999, 1_001, 2_500_000].map(size), ["999 B", "2 kB", "2.5 MB"]);
    }
}
