//! Scenario files: a question, written down. Read, checked whole, and turned into validated inputs.

mod clusters;
mod expect;
mod form;
mod instruments;
mod names;
mod policies;
pub mod presets;
mod region;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use crate::diagnostics::{Place, Problem, Problems};
use crate::districts::shipped::Selection;
use crate::districts::synthetic::SyntheticSpec;
use crate::input;
use crate::model::outcomes::RegionOutcome;
use crate::model::parameters::ParameterId;
use crate::model::policy::Policy;
use crate::model::region::{StateFinance, StateRules};
use presets::Preset;

pub use clusters::check_members;
#[cfg(feature = "files")]
pub(crate) use form::counted;
#[cfg(feature = "files")]
pub(crate) use names::SLUG;
pub use region::load_region;

/// A synthetic region: what it is drawn from, and the rules and finance of its state.
#[derive(Debug, Clone, PartialEq)]
pub struct SyntheticRegion {
    /// What it is drawn from.
    pub spec: SyntheticSpec,
    /// The rules of its state.
    pub rules: StateRules,
    /// How its state pays for schools.
    pub finance: StateFinance,
    /// What its agents are.
    pub agents: Agents,
    /// Whether every future draws a region of its own; otherwise all share the one that the scenario's seed
    /// draws.
    pub redraw: bool,
}

impl Default for SyntheticRegion {
    fn default() -> Self {
        Self {
            spec: SyntheticSpec::default(),
            rules: StateRules::default(),
            finance: StateFinance::default(),
            agents: Agents::default(),
            redraw: true,
        }
    }
}

/// What the agents of a synthetic region are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Agents {
    /// School districts.
    #[default]
    Districts,
    /// Primary schools, kindergarten to grade 6.
    PrimarySchools,
    /// Secondary schools, grades 7 to 12.
    SecondarySchools,
    /// Primary schools with the secondary school that they feed: one in nine, the largest.
    CrossPhaseSchools,
}

/// Said where a year is out of range, which a calendar year always is.
const COUNTED_FROM_1: &str = "years are simulated years: 1 is the first, and calendar years are not understood";

/// Where the region comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum RegionChoice {
    /// Drawn from published statistics: anew in every future, or once with the scenario's seed.
    Synthetic(Box<SyntheticRegion>),
    /// A region file, as `import` and `region` write it; the path is as given, made relative to the
    /// scenario's folder where it is relative.
    File(PathBuf),
    /// A state or a part of one, shipped with the program.
    Shipped(Selection),
}

/// Which figure of an outcome's distribution over the futures is expected to lie in a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The median over the futures.
    Median,
    /// The mean over the futures.
    Mean,
    /// The median of the paired difference from the baseline.
    MedianDifference,
    /// The mean of the paired difference from the baseline.
    MeanDifference,
}

/// A band in which a figure is expected to lie, with its source: not from the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The policy's index in the scenario.
    pub policy: usize,
    /// The outcome.
    pub outcome: RegionOutcome,
    /// The year (from 0) in which it is read; None: the outcome's own summary over the years.
    pub year: Option<u16>,
    /// Which figure.
    pub measure: Measure,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Where the band comes from.
    pub source: String,
}

/// Which districts a series counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Counted {
    /// All of them.
    #[default]
    All,
    /// Those that teach a high school.
    HighSchool,
}

/// How fast a state lost districts in an earlier decade, without the policies asked about: what its merger
/// climate is fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct BaselineLoss {
    /// Published loss of districts, % a year.
    pub published: f64,
    /// Which districts the series counts.
    pub of: Counted,
    /// First simulated year (from 0) over which the loss without policies is taken.
    pub from: u16,
    /// Last simulated year, which counts.
    pub to: u16,
    /// Standard error of the climate so measured, log-odds; 0: it is taken as it is.
    pub error: f64,
    /// Where the loss was published.
    pub source: String,
}

/// A validated scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its short name: the name of its results folder.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it asks, for people.
    pub description: String,
    /// Where its designs come from.
    pub source: String,
    /// The region.
    pub region: RegionChoice,
    /// Years simulated, 1–100.
    pub years: u16,
    /// Replicates, 1–10,000,000.
    pub replicates: u32,
    /// The seed.
    pub seed: u64,
    /// Whether uncertain inputs are drawn anew in every replicate.
    pub draw_parameters: bool,
    /// Parameters set for all policies.
    pub parameters: Vec<(ParameterId, f64)>,
    /// The policies; the first is the baseline.
    pub policies: Vec<Policy>,
    /// What the merger climate of the state is fitted to where the past is simulated again.
    pub baseline: Option<BaselineLoss>,
    /// Bands that the result is expected to lie in.
    pub expect: Vec<Expectation>,
    /// The text of the file, for its digest.
    pub text: String,
}

/// Reads a scenario file, or, where there is no file of this name, the [preset](presets::Preset) of this name.
///
/// # Errors
/// Every problem of the file at once: missing or unreadable file, syntax, unknown or missing keys,
/// wrong types and units, values out of range, names that are used twice or mean nothing.
pub fn read(path: &Path) -> Result<Scenario, Problems> {
    if let Some(preset) = preset_at(path) {
        return parse(preset.text, preset.name, Path::new(""));
    }
    if !path.exists() {
        return Err(not_there(path));
    }
    let text = input::text_of(path, "scenario")?;
    parse(&text, &path.display().to_string(), path.parent().unwrap_or(Path::new("")))
}

/// The preset that a path names, where there is no file of this name.
#[must_use]
pub fn preset_at(path: &Path) -> Option<&'static Preset> {
    path.to_str().and_then(Preset::named).filter(|_| !path.exists() || path.is_dir())
}

/// What is wrong where there is nothing at a path.
pub(crate) fn not_there(path: &Path) -> Problems {
    let name = path.display().to_string();
    let hint = Preset::of_file(&name).map_or_else(
        || "check the path; `barnraise scenario` lists the scenarios that travel with the program".to_owned(),
        |preset| format!("the program brings a scenario of this name with it: write `{}` instead", preset.name),
    );
    Problem::new(Place::File(name), "the scenario does not exist").expected("a TOML file").hint(hint).into()
}

/// Reads the text of a scenario; `name` is the file that its problems name, `folder` where the path of
/// a region file counts from.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str, name: &str, folder: &Path) -> Result<Scenario, Problems> {
    let stem = Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut scenario = input::read(name, text, "the scenario", |table| form::scenario(table, &stem, folder))?;
    text.clone_into(&mut scenario.text);
    Ok(scenario)
}

/// The JSON Schema of scenario files, made from the forms that read them.
#[must_use]
pub fn schema() -> serde_json::Value {
    input::schema(
        "barnraise scenario",
        "A question: one region, some policies, the same futures for all of them.",
        |table| {
            form::scenario(table, "schema", Path::new(""));
        },
    )
}
