//! Golden runs: every shipped scenario, and a region that no generator draws, give the figures that they
//! gave before. A change of any bit shows here, and must be meant.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test --test golden` writes `tests/golden/` anew; read the difference before
//! keeping it, and say in the change log that results have changed.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use barnraise::districts::schools::default_schools;
use barnraise::engine::replicates::Failure;
use barnraise::experiments::compare::{Options, Sink, compare};
use barnraise::futures::question::Question;
use barnraise::model::outcomes::{ClusterOutcome, DistrictOutcome, RegionOutcome};
use barnraise::model::record::{Detail, Record, Rows};
use barnraise::model::region::{AgentKind, Region, StartingDistrict, StateFinance, StateRules, SupportOrganisation};
use barnraise::scenario::{self, Scenario};
use sha2::{Digest, Sha256};

const REPLICATES: u32 = 8;
const HOW: &str = "UPDATE_SNAPSHOTS=1 cargo test --test golden";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What is kept of a policy's runs: a digest of every bit by column, so that a new column is told from changed results,
/// and the means of the headline outcomes.
#[derive(Default)]
struct Kept {
    digests: BTreeMap<String, Sha256>,
    /// By headline outcome: sum over the replicates of the last year's value, and how many of them are defined.
    sums: Vec<(f64, u32)>,
    events: usize,
}

impl Kept {
    fn bytes(&mut self, column: String, bytes: &[u8]) {
        self.digests.entry(column).or_default().update(bytes);
    }

    /// Values that stand row after row, each row one of every column.
    fn columns<'a>(&mut self, table: &str, ids: impl ExactSizeIterator<Item = &'a str>, values: &[f64]) {
        let width = ids.len();
        for (place, id) in ids.enumerate() {
            let of_column = values.iter().skip(place).step_by(width);
            let bytes: Vec<u8> = of_column.flat_map(|value| bits(*value)).collect();
            self.bytes(format!("{table}.{id}"), &bytes);
        }
    }

    fn rows(&mut self, table: &str, rows: &Rows) {
        let numbers = rows.year.iter().map(|year| u32::from(*year)).chain(rows.entity.iter().copied());
        let bytes: Vec<u8> = numbers.chain(rows.group.iter().copied()).flat_map(u32::to_le_bytes).collect();
        self.bytes(format!("{table} rows"), &bytes);
        self.bytes(format!("{table} forms"), format!("{:?}", rows.form).as_bytes());
    }
}

/// One kind of NaN: its spare bits are the machine's affair.
fn bits(value: f64) -> [u8; 8] {
    if value.is_nan() { f64::NAN.to_bits().to_le_bytes() } else { value.to_bits().to_le_bytes() }
}

struct Golden(Vec<Kept>);

fn headlines() -> impl Iterator<Item = RegionOutcome> {
    RegionOutcome::ALL.into_iter().filter(|outcome| outcome.outcome().headline)
}

impl Golden {
    fn new(policies: usize) -> Self {
        let none = || Kept { sums: vec![(0.0, 0); headlines().count()], ..Kept::default() };
        Self((0..policies).map(|_| none()).collect())
    }

    fn add(&mut self, policy: usize, record: &Record) {
        let kept = &mut self.0[policy];
        kept.columns("region", RegionOutcome::ALL.iter().map(|outcome| outcome.outcome().id), &record.region);
        kept.columns("clusters", ClusterOutcome::ALL.iter().map(|it| it.outcome().id), &record.clusters.values);
        kept.columns("districts", DistrictOutcome::ALL.iter().map(|it| it.outcome().id), &record.districts.values);
        kept.rows("clusters", &record.clusters);
        kept.rows("districts", &record.districts);
        kept.bytes("outlay".to_owned(), &record.outlay.iter().flat_map(|value| bits(*value)).collect::<Vec<u8>>());
        for event in &record.events {
            kept.bytes("events".to_owned(), &event.year.to_le_bytes());
            kept.bytes("events".to_owned(), event.what.kind().as_bytes());
        }
        let homes: Vec<u8> = record.last_homes.iter().flat_map(|home| home.to_le_bytes()).collect();
        kept.bytes("last homes".to_owned(), &homes);
        for ((sum, count), outcome) in kept.sums.iter_mut().zip(headlines()) {
            let value = record.region_value(record.years() - 1, outcome);
            if value.is_finite() {
                *sum += value;
                *count += 1;
            }
        }
        kept.events += record.events.len();
    }

    /// For people: what differs, if anything does.
    fn text(self, what: &str, scenario: &Scenario) -> String {
        let years = scenario.years;
        let mut text = format!("{what}: {REPLICATES} replicates, means of year {years}. Written by {HOW}\n");
        for (policy, kept) in scenario.policies.iter().zip(self.0) {
            writeln!(text, "{}", policy.name).expect("text takes more");
            for ((sum, count), outcome) in kept.sums.iter().zip(headlines()) {
                let mean = if *count > 0 { six_digits(sum / f64::from(*count)) } else { "not defined".to_owned() };
                writeln!(text, "  {} = {mean}", outcome.outcome().id).expect("text takes more");
            }
            writeln!(text, "  events = {}", kept.events).expect("text takes more");
            for (column, digest) in kept.digests {
                write!(text, "  bits of {column} = ").expect("text takes more");
                for byte in &digest.finalize()[..8] {
                    write!(text, "{byte:02x}").expect("text takes more");
                }
                text.push('\n');
            }
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
    (kept != text).then(|| format!("{name}:\n{}", told(&kept, &text)))
}

type Policies<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>;

/// The figures of a golden file, by policy.
fn figures(text: &str) -> Policies<'_> {
    let mut policies = Policies::new();
    let mut policy = "";
    for line in text.lines().skip(1) {
        if let Some((figure, value)) = line.strip_prefix("  ").and_then(|line| line.split_once(" = ")) {
            policies.entry(policy).or_default().insert(figure, value);
        } else {
            policy = line;
            policies.entry(policy).or_default();
        }
    }
    policies
}

/// What is different, policy by policy: changed results are told from policies and columns that are new or gone.
fn told(kept: &str, now: &str) -> String {
    let (old, new) = (figures(kept), figures(now));
    let mut report = String::new();
    let mut say = |line: String| report.push_str(&(line + "\n"));
    let mut columns: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (policy, figures) in &new {
        let Some(before) = old.get(policy) else {
            say(format!("  policy {policy} is new"));
            continue;
        };
        let mut changed = Vec::new();
        for (figure, value) in figures {
            match before.get(figure) {
                None => columns.entry(("is new", figure)).or_default().push(policy),
                Some(was) if was == value => {}
                Some(_) if figure.starts_with("bits of ") => changed.push((*figure).to_owned()),
                Some(was) => changed.push(format!("{figure} {was} -> {value}")),
            }
        }
        for figure in before.keys().filter(|figure| !figures.contains_key(*figure)) {
            columns.entry(("is gone", figure)).or_default().push(policy);
        }
        if changed.is_empty() {
            say(format!("  policy {policy}: what was there before is the same"));
        } else {
            say(format!("  policy {policy}: RESULTS CHANGED: {}", changed.join("; ")));
        }
    }
    for policy in old.keys().filter(|policy| !new.contains_key(*policy)) {
        say(format!("  policy {policy} is gone"));
    }
    for ((what, figure), policies) in columns {
        say(format!("  {figure} {what} ({} policies)", policies.len()));
    }
    report
}

#[test]
fn an_added_column_is_told_from_changed_results() {
    let kept = "first line\na\n  x = 1\n  bits of x = 00\nb\n  x = 2\n  bits of x = 01\n";
    assert_eq!(figures(kept)["b"]["x"], "2");
    let added = kept.replace("  bits of x = 01\n", "  bits of x = 01\n  bits of y = 7\nc\n  x = 3\n");
    let report = told(kept, &added);
    assert!(!report.contains("CHANGED") && report.contains("bits of y is new (1 policies)"), "{report}");
    assert!(report.contains("policy c is new") && report.contains("policy a: what was there before is the same"));
    let report = told(kept, &kept.replace("x = 2", "x = 5").replace("= 01", "= 02"));
    assert!(report.contains("policy b: RESULTS CHANGED: bits of x; x 2 -> 5"), "{report}");
    assert!(report.contains("policy a: what was there before is the same"), "{report}");
    let report = told(kept, "first line\na\n  x = 1\n");
    assert!(report.contains("policy b is gone") && report.contains("bits of x is gone (1 policies)"), "{report}");
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
