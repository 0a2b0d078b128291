//! Targets files: what the record published, and which parameters it is to inform.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostics::{Place, Problem, Problems};
use crate::districts::history::{self, StateHistory};
use crate::districts::region_file;
use crate::experiments::backtest;
use crate::input;
use crate::model::parameters::ParameterId;
use crate::model::region::Region;
use crate::provenance::sha256_hex;
use crate::scenario::{BaselineLoss, Scenario};

use super::form::form;
use super::statistics::Statistic;

/// A published figure that the model should reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// What it is, for people.
    pub name: String,
    /// The policy's index in the scenario of its setting.
    pub policy: usize,
    /// What is measured.
    pub statistic: Statistic,
    /// The published figure.
    pub published: f64,
    /// Its standard error, the model's own discrepancy included: a miss of this size counts 1.
    pub tolerance: f64,
    /// Where it was published.
    pub source: String,
}

/// A state in its years: a scenario, and what was published of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// The postal code of its state, by which it can be left out.
    pub state: Option<String>,
    /// Region, years and policies.
    pub scenario: Scenario,
    /// Where the districts come from.
    pub districts: Districts,
    /// The regions on which the replicates take turns: one that was read or drawn once, one for each replicate where
    /// the scenario draws them anew (see [`Regions`](crate::futures::inputs::Regions)), or several that differ in
    /// what the record does not tell.
    pub regions: Vec<Arc<Region>>,
    /// Replicates for each parameter vector; the same ones for all.
    pub replicates: u32,
    /// What its merger climate is fitted to; drawn from its prior where absent.
    pub baseline: Option<BaselineLoss>,
    /// What was published.
    pub targets: Vec<Target>,
}

/// Where the districts of a setting come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Districts {
    /// From the scenario's region. Its first policy is the baseline.
    Scenario,
    /// From the record of the state, as it stood in its first year. The policy in force is the scenario's
    /// first, the baseline is none, and what is published comes from the record.
    Record,
}

/// How the search is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Algorithm {
    /// Parameter vectors of a generation.
    pub particles: u32,
    /// Share of them that is kept.
    pub keep: f64,
    /// Most generations, the draws from the prior being the first.
    pub generations: u16,
    /// Ends when a smaller share of the new vectors than this comes within the last tolerance.
    pub least_acceptance: f64,
    /// The seed of the search.
    pub seed: u64,
}

/// A validated targets file.
#[derive(Debug, Clone, PartialEq)]
pub struct Targets {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// How the search is done.
    pub algorithm: Algorithm,
    /// The parameters to calibrate.
    pub parameters: Vec<ParameterId>,
    /// The settings.
    pub settings: Vec<Setting>,
    /// The digest of the file and of all scenarios and regions that it names.
    pub digest: String,
    /// The text of the file.
    pub text: String,
}

impl Targets {
    /// All targets with their settings, in the order of the file.
    pub fn all(&self) -> impl Iterator<Item = (&Setting, &Target)> {
        self.settings.iter().flat_map(|setting| setting.targets.iter().map(move |target| (setting, target)))
    }

    /// The postal codes of the settings' states, each once.
    #[must_use]
    pub fn states(&self) -> Vec<&str> {
        let mut states: Vec<&str> = self.settings.iter().filter_map(|setting| setting.state.as_deref()).collect();
        states.sort_unstable();
        states.dedup();
        states
    }

    /// These targets without the settings of a state. None where there are none of it, or no others.
    #[must_use]
    pub fn without(&self, state: &str) -> Option<Self> {
        let (of_state, others): (Vec<&Setting>, Vec<&Setting>) =
            self.settings.iter().partition(|setting| setting.state.as_deref() == Some(state));
        if of_state.is_empty() || others.is_empty() {
            return None;
        }
        Some(Self {
            name: format!("{}-without-{}", self.name, state.to_ascii_lowercase()),
            title: format!("{}, without {state}", self.title),
            settings: others.into_iter().cloned().collect(),
            digest: sha256_hex(format!("{} without {state}", self.digest).as_bytes()),
            ..self.clone()
        })
    }
}

/// What is in a targets file, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Published figures.
    pub figures: usize,
    /// Settings, those of records among them.
    pub settings: usize,
    /// Parameters to calibrate.
    pub parameters: usize,
}

/// Checks a targets file and the scenarios that it names; the records of states are not needed.
///
/// # Errors
/// Every problem of the file, its scenarios and their regions at once.
pub fn check(path: &Path) -> Result<Outline, Problems> {
    let text = input::text_of(path, "targets file")?;
    check_text(&text, &path.display().to_string(), path.parent().unwrap_or(Path::new("")))
}

/// Checks the text of a targets file; `name` and `folder` as in [`read_text`].
///
/// # Errors
/// As [`check`].
pub fn check_text(text: &str, name: &str, folder: &Path) -> Result<Outline, Problems> {
    let targets = parse(text, name, folder)?;
    Ok(Outline {
        figures: targets.all().count(),
        settings: targets.settings.len(),
        parameters: targets.parameters.len(),
        name: targets.name,
        title: targets.title,
    })
}

/// Where the records of states are, and which state is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Records<'a> {
    /// The folder of the records; a file that needs none can be read without.
    pub folder: Option<&'a Path>,
    /// The postal codes of the states whose settings are left out.
    pub without: &'a [String],
}

/// Reads a targets file and all that it names.
///
/// # Errors
/// Every problem of the file, its scenarios and their regions at once, then those of the records.
pub fn read(path: &Path, records: Records<'_>) -> Result<Targets, Problems> {
    let text = input::text_of(path, "targets file")?;
    read_text(&text, &path.display().to_string(), path.parent().unwrap_or(Path::new("")), records)
}

/// Reads the text of a targets file; `name` is the file that its problems name, `folder` where the paths
/// of scenarios count from.
///
/// # Errors
/// As [`read`].
pub fn read_text(text: &str, name: &str, folder: &Path, records: Records<'_>) -> Result<Targets, Problems> {
    let mut targets = parse(text, name, folder)?;
    for state in records.without {
        targets = targets.without(state).ok_or_else(|| no_such_state(&targets, state))?;
    }
    let mut digests = sha256_hex(text.as_bytes()) + &records.without.join(" ");
    digests += &load(&mut targets, name, records.folder)?;
    for setting in &targets.settings {
        digests += &sha256_hex(setting.scenario.text.as_bytes());
        setting.regions.iter().for_each(|region| digests += &sha256_hex(region_file::write(region).as_bytes()));
    }
    targets.digest = sha256_hex(digests.as_bytes());
    text.clone_into(&mut targets.text);
    Ok(targets)
}

fn parse(text: &str, name: &str, folder: &Path) -> Result<Targets, Problems> {
    input::read(name, text, "the targets file", |table| form(table, folder))
}

fn no_such_state(targets: &Targets, state: &str) -> Problem {
    let place = Place::Flag(format!("--without {state}"));
    let states = targets.states();
    let problem = if states.contains(&state) {
        Problem::new(place, format!("no settings are left without the state `{state}`"))
    } else {
        Problem::new(place, format!("no setting of the targets is of the state `{state}`"))
    };
    problem.expected(if states.is_empty() {
        "settings with a `state`".to_owned()
    } else {
        format!("one of: {}", states.join(", "))
    })
}

/// Gives the settings of records their regions and their published figures; gives the records' digest.
fn load(targets: &mut Targets, name: &str, data: Option<&Path>) -> Result<String, Problems> {
    let mut settings: Vec<&mut Setting> =
        targets.settings.iter_mut().filter(|setting| setting.districts == Districts::Record).collect();
    if settings.is_empty() {
        return Ok(String::new());
    }
    let Some(data) = data else {
        let states: Vec<&str> = settings.iter().filter_map(|setting| setting.state.as_deref()).collect();
        let what = format!("the records of {} are needed, and no folder is given", states.join(", "));
        let problem = Problem::new(Place::File(name.to_owned()), what).expected("--from and the folder of the records");
        return Err(problem
            .hint("leave these states out with --without, or take the [[record]] tables out of the file")
            .into());
    };
    let states: Vec<String> = settings.iter().filter_map(|setting| setting.state.clone()).collect();
    let histories = history::read(data, &states)?;
    let mut problems = Problems::new();
    for (setting, history) in settings.iter_mut().zip(&histories) {
        let _ = of_record(setting, history).map_err(|more| problems.extend(more));
    }
    let digest = sha256_hex(format!("{histories:?}").as_bytes());
    problems.into_result(digest)
}

fn of_record(setting: &mut Setting, history: &StateHistory) -> Result<(), Problems> {
    setting.regions = backtest::regions_of(history, &setting.scenario, setting.replicates)?;
    let mut problems = Problems::new();
    for target in &mut setting.targets {
        target.published = target.statistic.observed(history).unwrap_or(f64::NAN);
        if !target.published.is_finite() {
            let what = format!("the record of {} does not give \"{}\"", history.state, target.name);
            problems.push(Problem::new(Place::File(setting.scenario.name.clone()), what));
        }
    }
    problems.into_result(())
}

/// The JSON Schema of targets files.
#[must_use]
pub fn schema() -> serde_json::Value {
    input::schema(
        "barnraise targets",
        "Published figures that the model should reach, and the parameters that they inform.",
        |table| {
            form(table, Path::new(""));
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::form::STATISTICS;
    use super::*;
    use crate::model::outcomes::RegionOutcome;
    use crate::scenario::Counted;

    const SCENARIO: &str =
        "years = 4\n[region]\ndistricts = 5\n[[policy]]\nname = \"alone\"\n[[policy]]\nname = \"grant\"\n";

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("small.toml"), SCENARIO).expect("a scenario");
        folder
    }

    fn text(rest: &str) -> String {
        format!(
            "name = \"t\"\nparameters = [\"wedge\"]\n[[setting]]\nname = \"s\"\nscenario = \"small.toml\"\n{rest}\n[[setting.target]]\nname = \"n\"\npolicy = \"grant\"\nstatistic = \"outcome\"\noutcome = \"districts\"\nyear = 4\npublished = 5\ntolerance = 1\nsource = \"here\"\n"
        )
    }

    #[test]
    fn a_sound_file_is_read_and_its_digest_heeds_the_scenario() {
        let folder = folder();
        let targets =
            read_text(&text("baseline_loss = 1\nbaseline_until = 4"), "t.toml", folder.path(), Records::default())
                .expect("it is sound");
        let setting = &targets.settings[0];
        let baseline =
            BaselineLoss { published: 1.0, of: Counted::All, from: 0, to: 3, error: 0.0, source: String::new() };
        assert_eq!(setting.baseline, Some(baseline));
        assert_eq!(setting.targets[0].statistic, Statistic::Outcome { outcome: RegionOutcome::districts, year: 3 });
        assert_eq!((setting.targets[0].policy, setting.regions[0].districts.len(), setting.regions.len()), (1, 5, 8));
        std::fs::write(folder.path().join("small.toml"), SCENARIO.replace("districts = 5", "districts = 6"))
            .expect("written");
        let other =
            read_text(&text("baseline_loss = 1\nbaseline_until = 4"), "t.toml", folder.path(), Records::default())
                .expect("it is sound");
        assert_ne!(targets.digest, other.digest);
    }

    #[test]
    fn problems_of_targets_and_scenarios_are_told_at_once() {
        let folder = folder();
        std::fs::write(folder.path().join("small.toml"), SCENARIO.replace("years = 4", "years = \"four\""))
            .expect("written");
        let told = read_text(&text("replicates = 0"), "t.toml", folder.path(), Records::default())
            .expect_err("two mistakes")
            .render(false);
        assert!(told.contains("`years` is the text") && told.contains("`replicates` is 0"), "{told}");
        std::fs::write(folder.path().join("small.toml"), SCENARIO).expect("written");
        let wrong = text("baseline_loss = 1").replace("year = 4", "year = 9").replace("\"grant\"", "\"gront\"");
        let told =
            read_text(&wrong, "t.toml", folder.path(), Records::default()).expect_err("three mistakes").render(false);
        for part in ["`baseline_until` lies beyond the 4 years", "did you mean \"grant\"", "`year` lies beyond"] {
            assert!(told.contains(part), "{part} is missing in\n{told}");
        }
        let told = read_text(&text("").replace("small.toml", "none.toml"), "t.toml", folder.path(), Records::default())
            .expect_err("no file")
            .render(false);
        assert!(told.contains("there is no scenario \"none.toml\""), "{told}");
    }

    #[test]
    fn the_shipped_targets_are_sound() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/calibration/targets.toml");
        let outline = check(&path).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        assert!(outline.figures >= 2 * outline.settings);
    }

    #[test]
    fn the_schema_names_every_statistic() {
        let text = schema().to_string();
        for variant in STATISTICS {
            assert!(text.contains(variant.name), "{}", variant.name);
        }
    }
}
