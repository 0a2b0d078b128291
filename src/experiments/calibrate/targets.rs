//! Targets files: what the record published, and which parameters it is to inform.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostics::{Problem, Problems, nearest};
use crate::districts::region_file;
use crate::experiments::posterior;
use crate::input::{self, Choice, Number, Prose, Table, Text, Variant, Whole};
use crate::model::outcomes::RegionOutcome;
use crate::model::parameters::ParameterId;
use crate::model::region::Region;
use crate::results::sha256_hex;
use crate::scenario::{self, Scenario};

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

/// A baseline decade that a state's merger climate is fitted to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BaselineLoss {
    /// Published loss of districts, % a year.
    pub published: f64,
    /// First simulated year (from 0) over which the baseline's loss is taken.
    pub from: u16,
    /// Last simulated year, which counts.
    pub to: u16,
}

/// A state in its years: a scenario, and what was published of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Region, years and policies.
    pub scenario: Scenario,
    /// The region, read or drawn.
    pub region: Arc<Region>,
    /// Replicates for each parameter vector; the same ones for all.
    pub replicates: u32,
    /// What its merger climate is fitted to; drawn from its prior where absent.
    pub baseline: Option<BaselineLoss>,
    /// What was published.
    pub targets: Vec<Target>,
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
}

impl Targets {
    /// All targets with their settings, in the order of the file.
    pub fn all(&self) -> impl Iterator<Item = (&Setting, &Target)> {
        self.settings.iter().flat_map(|setting| setting.targets.iter().map(move |target| (setting, target)))
    }
}

/// Reads a targets file and all that it names.
///
/// # Errors
/// Every problem of the file, its scenarios and their regions at once.
pub fn read(path: &Path) -> Result<Targets, Problems> {
    let text = input::text_of(path, "targets file")?;
    parse(&text, &path.display().to_string(), path.parent().unwrap_or(Path::new("")))
}

/// Reads the text of a targets file; `name` is the file that its problems name, `folder` where the paths
/// of scenarios count from.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str, name: &str, folder: &Path) -> Result<Targets, Problems> {
    let mut targets = input::read(name, text, "the targets file", |table| form(table, folder))?;
    let mut digests = sha256_hex(text.as_bytes());
    for setting in &targets.settings {
        digests += &sha256_hex(setting.scenario.text.as_bytes());
        digests += &sha256_hex(region_file::write(&setting.region).as_bytes());
    }
    targets.digest = sha256_hex(digests.as_bytes());
    Ok(targets)
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

fn form(table: &mut Table<'_>, folder: &Path) -> Targets {
    let name = table.required("name", "Its name: that of the folder of its results.", &scenario::SLUG);
    let title = table.optional("title", "Its title; the name where absent.", &Text);
    table.or("description", "What is calibrated to what, for people.", &Prose, String::new());
    let parameters =
        posterior::parameters(table, "The uncertain parameters to calibrate; all others are drawn from their priors.");
    let algorithm = table.table("algorithm", "How the search is done.", algorithm);
    let settings = table.some_tables("setting", "A state in its years.", |table| setting(table, folder));
    let settings = settings.into_iter().flatten().collect();
    Targets { title: title.unwrap_or_else(|| name.clone()), name, algorithm, parameters, settings, digest: String::new() }
}

fn algorithm(table: &mut Table<'_>) -> Algorithm {
    let share = Number::above("share", 0.0, 1.0);
    Algorithm {
        particles: table.or("particles", "Parameter vectors of a generation.", &Whole::new("", 10, 100_000), 200) as u32,
        keep: table.or("keep", "Share of them that is kept.", &Number::new("share", 0.1, 0.9), 0.5),
        generations: table.or("generations", "Most generations, the draws from the prior counted.", &Whole::new("", 1, 1_000), 8)
            as u16,
        least_acceptance: table.or("least_acceptance", LEAST_ACCEPTANCE, &share, 0.05),
        seed: table.or("seed", "The seed of the search.", &Whole::new("", 0, i64::MAX), 1) as u64,
    }
}

const LEAST_ACCEPTANCE: &str =
    "The search ends when a smaller share of the new vectors than this comes within the tolerance of the generation before.";

/// None where its scenario could not be read, which has been told.
fn setting(table: &mut Table<'_>, folder: &Path) -> Option<Setting> {
    let name = table.required("name", "Its name for tables, such as \"North Dakota, 1989\".", &Text);
    let read = scenario_of(table, folder);
    let replicates = table.or("replicates", REPLICATES, &Whole::new("replicates", 1, 10_000), 8) as u32;
    let baseline = baseline(table);
    let known = read.as_ref().map(|(scenario, _)| scenario);
    let targets = table.some_tables("target", "A published figure.", |table| target(table, known));
    if let (Some(scenario), Some(last)) = (known, baseline.map(|loss| loss.to))
        && last >= scenario.years
    {
        table.push(beyond(table, "baseline_until", scenario));
    }
    let (scenario, region) = read?;
    Some(Setting { name, scenario, region, replicates, baseline, targets })
}

const REPLICATES: &str = "Futures simulated for each parameter vector, the same ones for all.";

/// The scenario that a setting names, and its region; None where there is a problem with either.
fn scenario_of(table: &mut Table<'_>, folder: &Path) -> Option<(Scenario, Arc<Region>)> {
    let doc = "The scenario file that gives region, years and policies, counted from this file's folder. Its first policy is the baseline.";
    let file = table.required("scenario", doc, &Text);
    if !table.has("scenario") || file.is_empty() {
        return None;
    }
    let tell = |problems: Problems| problems.iter().for_each(|problem| table.push(problem.clone()));
    let path = folder.join(&file);
    if !path.is_file() {
        let problem = Problem::new(table.place("scenario"), format!("there is no scenario \"{file}\""));
        table.push(problem.expected(format!("a file; looked for at {}", path.display())));
        return None;
    }
    let scenario = scenario::read(&path).map_err(tell).ok()?;
    let region = scenario::load_region(&scenario.region, scenario.seed).map_err(tell).ok()?;
    Some((scenario, Arc::new(region)))
}

const YEAR: Whole = Whole::new("", 1, 100).hint("years are simulated years: 1 is the first");

fn baseline(table: &mut Table<'_>) -> Option<BaselineLoss> {
    let doc = "Published loss of districts in the state's earlier decade, to which its merger climate is fitted for every parameter vector; where absent, the climate is drawn from its prior.";
    let published = table.optional("baseline_loss", doc, &Number::above("%/year", 0.0, 20.0));
    let from = table.or("baseline_from", "First simulated year of the baseline policy over which its loss is taken.", &YEAR, 1);
    let to = table.or("baseline_until", "Last simulated year of that.", &YEAR, 10);
    if table.sound() && from > to {
        table.push(Problem::new(table.place("baseline_from"), "`baseline_from` lies after `baseline_until`"));
    }
    published.map(|published| BaselineLoss { published, from: (from - 1) as u16, to: (to - 1) as u16 })
}

fn target(table: &mut Table<'_>, scenario: Option<&Scenario>) -> Target {
    let name = table.required("name", "What it is, for tables.", &Text);
    let policy = policy(table, scenario);
    let number = Number::new("", f64::NEG_INFINITY, f64::INFINITY);
    let published =
        table.required("published", "The published figure, in the unit of the statistic (a share from 0 to 1).", &number);
    let tolerance = table.required(
        "tolerance",
        "Its standard error, the model's own discrepancy included.",
        &Number::above("", 0.0, f64::INFINITY),
    );
    let source = table.required("source", "Where it was published.", &Text);
    let statistic = table.variant("statistic", "What is measured.", STATISTICS);
    let statistic = statistic.unwrap_or(Statistic::FoundingSize);
    if let Some(scenario) = scenario.filter(|scenario| statistic.last_year() >= scenario.years) {
        let key = if table.has("until_year") { "until_year" } else { "year" };
        table.push(beyond(table, key, scenario));
    }
    if matches!(statistic, Statistic::Uplift { .. }) && policy == Some(0) {
        let problem = Problem::new(table.place("policy"), "an uplift of the first policy over itself is always 1");
        table.push(problem.expected("another policy of the scenario"));
    }
    Target { name, policy: policy.unwrap_or_default(), statistic, published, tolerance, source }
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
const STATISTICS: &[Variant<Statistic>] = &[
    Variant { name: "outcome", doc: "The mean of an outcome of the region at the end of a year.", form: outcome },
    Variant { name: "loss_rate", doc: "Districts lost between two years, % a year.", form: loss_rate },
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
    Variant { name: "votes_pass", doc: "Share of districts' votes on merger plans that have a majority.", form: votes_pass },
    Variant { name: "host_yes", doc: "Mean yes share in districts that would be the host.", form: |_| Statistic::HostYes },
    Variant {
        name: "losing_yes",
        doc: "Mean yes share in districts that would lose their high school.",
        form: |_| Statistic::LosingYes,
    },
    Variant { name: "trust", doc: "Mean trust within clusters of an age.", form: trust },
    Variant { name: "exit_rate", doc: "Districts of a size class that end, % of those at the start a year.", form: exit_rate },
];

fn outcome(table: &mut Table<'_>) -> Statistic {
    let outcomes = RegionOutcome::ALL.into_iter().map(|outcome| (outcome.outcome().id, outcome, outcome.outcome().meaning));
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
    let pupils = Number::new("pupils", 0.0, 1_000_000.0);
    let least = table.or("least", "Fewest pupils at the start.", &pupils, 0.0);
    Statistic::ExitRate { least, below: table.or("below", "Pupils at the start, not counted in.", &pupils, 1_000_000.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENARIO: &str = "years = 4\n[region]\ndistricts = 5\n[[policy]]\nname = \"alone\"\n[[policy]]\nname = \"grant\"\n";

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
        let targets = parse(&text("baseline_loss = 1\nbaseline_until = 4"), "t.toml", folder.path()).expect("it is sound");
        let setting = &targets.settings[0];
        assert_eq!(setting.baseline, Some(BaselineLoss { published: 1.0, from: 0, to: 3 }));
        assert_eq!(setting.targets[0].statistic, Statistic::Outcome { outcome: RegionOutcome::districts, year: 3 });
        assert_eq!((setting.targets[0].policy, setting.region.districts.len()), (1, 5));
        std::fs::write(folder.path().join("small.toml"), SCENARIO.replace("districts = 5", "districts = 6")).expect("written");
        let other = parse(&text("baseline_loss = 1\nbaseline_until = 4"), "t.toml", folder.path()).expect("it is sound");
        assert_ne!(targets.digest, other.digest);
    }

    #[test]
    fn problems_of_targets_and_scenarios_are_told_at_once() {
        let folder = folder();
        std::fs::write(folder.path().join("small.toml"), SCENARIO.replace("years = 4", "years = \"four\"")).expect("written");
        let told = parse(&text("replicates = 0"), "t.toml", folder.path()).expect_err("two mistakes").render(false);
        assert!(told.contains("`years` is the text") && told.contains("`replicates` is 0"), "{told}");
        std::fs::write(folder.path().join("small.toml"), SCENARIO).expect("written");
        let wrong = text("baseline_loss = 1").replace("year = 4", "year = 9").replace("\"grant\"", "\"gront\"");
        let told = parse(&wrong, "t.toml", folder.path()).expect_err("three mistakes").render(false);
        for part in ["`baseline_until` lies beyond the 4 years", "did you mean \"grant\"", "`year` lies beyond"] {
            assert!(told.contains(part), "{part} is missing in\n{told}");
        }
        let told =
            parse(&text("").replace("small.toml", "none.toml"), "t.toml", folder.path()).expect_err("no file").render(false);
        assert!(told.contains("there is no scenario \"none.toml\""), "{told}");
    }

    #[test]
    fn the_shipped_targets_are_sound() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/calibration/targets.toml");
        let targets = read(&path).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        assert!(targets.all().count() >= 2 * targets.settings.len());
    }

    #[test]
    fn the_schema_names_every_statistic() {
        let text = schema().to_string();
        for variant in STATISTICS {
            assert!(text.contains(variant.name), "{}", variant.name);
        }
    }
}
