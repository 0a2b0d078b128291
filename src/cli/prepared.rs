//! What an experiment on a scenario needs: the file, the region and the flags, every problem of all of them at once.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::Experiment;
use super::flags;
use crate::diagnostics::{Place, Problem, Problems, nearest};
use crate::districts::shipped::{self, Selection};
use crate::experiments::compare::Options;
use crate::futures::inputs::Regions;
use crate::futures::posterior;
use crate::futures::question::Question;
use crate::model::region::{Region, StateFinance, StateRules};
use crate::scenario::{self, RegionChoice, Scenario};

/// Everything that an experiment needs, checked.
pub(super) struct Prepared {
    pub(super) question: Question,
    /// The region of the first future.
    pub(super) region: Arc<Region>,
    pub(super) options: Options,
    pub(super) threads: Option<usize>,
    pub(super) out: PathBuf,
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
pub(super) fn region_meant(word: &OsStr) -> Result<RegionChoice, Problems> {
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
