//! Golden runs: every shipped scenario, and a region that no generator draws, give the figures that they
//! gave before. A change of any bit shows here, and must be meant.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test --test golden` writes `tests/golden/` anew; read the difference before
//! keeping it, and say in the change log that results have changed.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use barnraise::districts::schools::default_schools;
use barnraise::engine::replicates::Failure;
use barnraise::experiments::compare::{Options, Sink, compare};
use barnraise::futures::question::Question;
use barnraise::model::outcomes::RegionOutcome;
use barnraise::model::record::{Detail, Record};
use barnraise::model::region::{AgentKind, Region, StartingDistrict, StateFinance, StateRules, SupportOrganisation};
use barnraise::scenario::{self, Scenario};
use sha2::{Digest, Sha256};

const REPLICATES: u32 = 8;
const HOW: &str = "UPDATE_SNAPSHOTS=1 cargo test --test golden";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What is kept of the runs: a digest of every bit, and the means of the headline outcomes.
struct Golden {
    digest: Sha256,
    /// By policy and headline outcome: sum over the replicates of the last year's value, and how many
    /// of them are defined.
    sums: Vec<Vec<(f64, u32)>>,
    events: Vec<usize>,
}

fn headlines() -> impl Iterator<Item = RegionOutcome> {
    RegionOutcome::ALL.into_iter().filter(|outcome| outcome.outcome().headline)
}

impl Golden {
    fn new(policies: usize) -> Self {
        let none = vec![(0.0, 0); headlines().count()];
        Self { digest: Sha256::new(), sums: vec![none; policies], events: vec![0; policies] }
    }

    fn add(&mut self, policy: usize, record: &Record) {
        for values in [&record.region, &record.outlay, &record.clusters.values, &record.districts.values] {
            self.digest.update(values.len().to_le_bytes());
            // One kind of NaN: its spare bits are the machine's affair.
            let bits = values.iter().map(|value| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() });
            bits.for_each(|bits| self.digest.update(bits.to_le_bytes()));
        }
        for event in &record.events {
            self.digest.update(event.year.to_le_bytes());
            self.digest.update(event.what.kind());
        }
        record.last_homes.iter().for_each(|home| self.digest.update(home.to_le_bytes()));
        for ((sum, count), outcome) in self.sums[policy].iter_mut().zip(headlines()) {
            let value = record.region_value(record.years() - 1, outcome);
            if value.is_finite() {
                *sum += value;
                *count += 1;
            }
        }
        self.events[policy] += record.events.len();
    }

    /// For people: what differs, if anything does.
    fn text(self, what: &str, scenario: &Scenario) -> String {
        let years = scenario.years;
        let mut text = format!("{what}: {REPLICATES} replicates, means of year {years}. Written by {HOW}\n");
        text.push_str("all bits ");
        for byte in self.digest.finalize() {
            write!(text, "{byte:02x}").expect("text takes more");
        }
        text.push('\n');
        for ((policy, sums), events) in scenario.policies.iter().zip(&self.sums).zip(&self.events) {
            writeln!(text, "{}", policy.name).expect("text takes more");
            for ((sum, count), outcome) in sums.iter().zip(headlines()) {
                let mean = if *count > 0 { six_digits(sum / f64::from(*count)) } else { "not defined".to_owned() };
                writeln!(text, "  {} {mean}", outcome.outcome().id).expect("text takes more");
            }
            writeln!(text, "  events {events}").expect("text takes more");
        }
        text
    }
}

/// Six digits that count, without an exponent.
fn six_digits(value: f64) -> String {
    let whole = format!("{:.0}", value.abs().trunc());
    format!("{value:.0$}", 6usize.saturating_sub(whole.trim_start_matches('0').len()))
}

impl Sink for Golden {
    type Error = Infallible;

    fn record(&mut self, policy: usize, _replicate: u32, record: &Record) -> Result<(), Infallible> {
        self.add(policy, record);
        Ok(())
    }

    fn failed(&mut self, failure: &Failure) -> Result<(), Infallible> {
        panic!("replicate {} failed: {}", failure.replicate, failure.message)
    }
}

/// Compares with the golden file, or writes it where that is asked for; returns the difference.
fn difference(name: &str, what: &str, scenario: &Scenario, region: Region) -> Option<String> {
    let options = Options { replicates: 0..REPLICATES, detail: Detail::District, work: None };
    let mut golden = Golden::new(scenario.policies.len());
    let question = Question::in_regions(scenario.clone(), Arc::new(region));
    compare(&question, &options, &mut golden, |_| ()).expect("a comparison that ends");
    let (path, text) = (root().join("tests/golden").join(name).with_extension("txt"), golden.text(what, scenario));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &text).expect("a golden file that can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    (kept != text).then(|| format!("{name}:\n{}", lines_that_differ(&kept, &text)))
}

/// Both files have the same lines in the same order, but for new policies and outcomes.
fn lines_that_differ(kept: &str, now: &str) -> String {
    let (mut report, mut old, mut new) = (String::new(), kept.lines(), now.lines());
    loop {
        match (old.next(), new.next()) {
            (None, None) => return report,
            (old, new) if old == new => {}
            (old, new) => {
                let (old, new) = (old.map(|line| format!("- {line}\n")), new.map(|line| format!("+ {line}\n")));
                report.extend(old.into_iter().chain(new));
            }
        }
    }
}

fn shipped() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("scenarios")).expect("the folder of scenarios");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    files
}

fn read(path: &Path) -> Scenario {
    scenario::read(path).unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

/// Twelve districts on a grid, their figures whole numbers: nothing is drawn and nothing rounded before
/// the first year.
fn hand_made() -> Region {
    let district = |number: u16| {
        let each = f64::from(3 + 7 * (number % 4) + number);
        let high_school = number % 5 != 4;
        let mut pupils = [each; 13];
        pupils[9..].fill(if high_school { each + 1.0 } else { 0.0 });
        let highest_grade = if high_school { 12 } else { 8 };
        let (x, y) = (f64::from(number % 4) * 16.0, f64::from(number / 4) * 20.0);
        let name = format!("Place {number}");
        let schools = default_schools(0, highest_grade, 1 + usize::from(number % 2), x, y, &name);
        StartingDistrict {
            id: format!("H{number:02}"),
            name: name.clone(),
            county: format!("County {}", number / 4),
            x,
            y,
            area: 250.0 + 25.0 * f64::from(number % 3),
            pupils,
            lowest_grade: 0,
            highest_grade,
            trend: -0.03125 + 0.007_812_5 * f64::from(number % 4),
            valuation: 400_000.0 + 50_000.0 * f64::from(number),
            cost_level: number.is_multiple_of(2).then_some(1.0),
            local_share: number.is_multiple_of(3).then_some(0.5),
            reserve_share: number.is_multiple_of(4).then_some(0.125),
            debt: 100_000.0 * f64::from(number % 3),
            teachers: None,
            schools,
            high_school: None,
        }
    };
    let university = SupportOrganisation {
        name: "University".to_owned(),
        x: 24.0,
        y: 20.0,
        capacity: 2,
        reach: 60.0,
        neutrality: 0.75,
        knowledge: 0.75,
    };
    Region {
        name: "hand-made".to_owned(),
        title: "Twelve districts on a grid".to_owned(),
        source: "Made by hand".to_owned(),
        first_year: 2020,
        kind: AgentKind::District,
        trend: None,
        trend_unknown: 0.0,
        grades_known: true,
        rules: StateRules::default(),
        finance: StateFinance::default(),
        districts: (0..12).map(district).collect(),
        support: vec![university],
    }
}

#[test]
fn every_shipped_scenario_and_a_region_made_by_hand_give_the_figures_that_they_gave_before() {
    let mut differences = Vec::new();
    for path in shipped() {
        let scenario = read(&path);
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let region = scenario::load_region(&scenario.region, scenario.seed).expect("a region");
        differences.extend(difference(&name, &format!("scenarios/{name}.toml"), &scenario, region));
    }
    let scenario = read(&root().join("scenarios/three-year-grant.toml"));
    differences.extend(difference("hand-made", "Twelve districts made by hand", &scenario, hand_made()));
    let (count, all) = (differences.len(), differences.join("\n"));
    assert!(count == 0, "{count} golden runs differ; if that is meant, {HOW}\n\n{all}");
}

#[test]
fn every_golden_file_belongs_to_a_run() {
    let mut names: Vec<_> = shipped().iter().map(|path| path.file_stem().expect("a name").to_owned()).collect();
    names.push("hand-made".into());
    for entry in fs::read_dir(root().join("tests/golden")).expect("the folder of golden files") {
        let path = entry.expect("an entry").path();
        assert!(names.iter().any(|name| path.file_stem() == Some(name)), "{} belongs to no run", path.display());
    }
}
