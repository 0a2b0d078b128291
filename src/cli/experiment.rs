//! `barnraise compare` and `barnraise run`.

use std::path::PathBuf;

use super::Failed;
use super::arguments::{Compare, Experiment, Run};
use super::folders::{
    asked, broken, inputs, layout, origin, refuse_inputs, refuse_same, refused, stopped, what_was_written,
};
use super::output::Output;
use super::prepared::{Prepared, policy_named, prepare};
use crate::engine::replicates::Failure;
use crate::engine::replicates::on_threads;
use crate::experiments::compare::{self as comparing, Compared, Sink};
use crate::experiments::summary::{Comparison, Trends};
use crate::futures::ensemble::Stopped;
use crate::futures::question::Question;
use crate::futures::work_folder::WorkFolder;
use crate::model::parameters::ParameterId;
use crate::model::record::Record;
use crate::model::region::Region;
use crate::plots;
use crate::report::{self, charts};
use crate::results::{ResultsError, ResultsWriter, WrittenFile};
use crate::scenario::{Measure, Scenario};

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

/// Long work is kept while it is done, beside its results, unless it is kept elsewhere.
fn keep_if_long(prepared: &mut Prepared) {
    let Prepared { question, options, out, .. } = prepared;
    if options.work.is_none() && comparing::is_long(question, question.scenario.replicates) {
        options.work = Some(out.with_added_extension("work"));
    }
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
