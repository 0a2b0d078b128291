//! The acceptance tests of the money record: twelve figures of the finances of four states, 1995 to 2016, asked
//! of the model on synthetic regions and on the districts of these states as they stood in 1995.
//!
//! The tables of these districts are shipped in `data/published` and `data/published-mt`.

#![allow(clippy::disallowed_methods, reason = "the last bit of a logarithm settles nothing here")]
#![allow(clippy::type_complexity, clippy::needless_range_loop, reason = "tables of cases, and a matrix")]

#[path = "hearing/world.rs"]
#[allow(dead_code, reason = "made for the hearing; a part of it is used here")]
mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use barnraise::districts::history::{self, FIRST_YEAR, Knowledge, start};
use barnraise::futures::inputs::Regions;
use barnraise::model::events::{Form, Happening};
use barnraise::model::functions::Function;
use barnraise::model::outcomes::DistrictOutcome;
use barnraise::model::parameters::Parameters;
use barnraise::model::policy::StartingCluster;
use barnraise::model::region::{Region, StateFinance, StateRules};

use world::{Future, Kind, World, mean, starting_cluster};

/// A figure that the model is known to miss.
struct Miss {
    test: &'static str,
    place: &'static str,
    figure: &'static str,
    /// What was seen when it was listed; what counts is that it lies outside the band.
    seen: f64,
    band: (f64, f64),
    why: &'static str,
}

const fn miss(
    (test, place, figure): (&'static str, &'static str, &'static str),
    seen: f64,
    band: (f64, f64),
    why: &'static str,
) -> Miss {
    Miss { test, place, figure, seen, band, why }
}

/// Reasons.
const MONTANA: &str = "Its K-8 districts follow pupils less than on record (0.50 against 0.66 in revenue): one elasticity for all kinds of \
                       districts of a state; its high schools and K-12 districts are within 0.03.";
const SLOW: &str = "Where aid follows pupils slowly (Iowa) or the levy hardly does (South Dakota) money stays, and the programme follows it; by \
                    the same measure the districts on record have 0.097 and 0.115.";
const KEPT: &str = "Four in ten of these mergers keep both high schools, save little and lower no levy; those that join them are within.";
const LARGER: &str = "Iowa's districts are larger than those that merged on record in the Dakotas: one high school saves less of theirs.";

/// What the model is known to miss: exactly these figures lie outside their bands. One that is mended must leave the
/// list, and none may join it unseen.
const KNOWN_MISSES: &[Miss] = &[
    miss(("a01", "MT", "revenue"), 0.489, (0.50, 0.70), MONTANA),
    miss(("a01", "MT", "salaries"), 0.525, (0.53, 0.75), MONTANA),
    miss(("a04", "MT", "log spending per pupil over ten years, first less last fifth"), 0.303, (0.15, 0.30), MONTANA),
    miss(("a10", "IA", "above the curve after a loss of 40 %, more than before it"), 0.120, (0.03, 0.10), SLOW),
    miss(("a10", "SD", "above the curve after a loss of 40 %, more than before it"), 0.111, (0.03, 0.10), SLOW),
    miss(("a11", "synthetic", "all: local revenue"), -0.046, (-0.20, -0.05), KEPT),
    miss(("a11", "IA", "all: cost per pupil"), -0.038, (-0.15, -0.05), LARGER),
    miss(("a11", "IA", "all: local revenue"), -0.028, (-0.20, -0.05), LARGER),
    miss(("a11", "IA", "high schools joined: cost per pupil"), -0.048, (-0.15, -0.05), LARGER),
    miss(("a11", "IA", "high schools joined: local revenue"), -0.043, (-0.20, -0.05), LARGER),
];

/// Where the record is looked for: its states and their folders.
const STATES: [(&str, &str); 4] =
    [("ND", "published"), ("IA", "published"), ("SD", "published"), ("MT", "published-mt")];

fn record() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data")
}

/// A folder with the tables of `data`, and those of the others that it lacks: Montana's has no reorganisations, which
/// are North Dakota's alone.
fn whole(folder: &Path, data: &str) -> tempfile::TempDir {
    let all = tempfile::tempdir().expect("a folder of its own");
    let tables = |folder: PathBuf| -> Vec<PathBuf> {
        let inner = ["history", "nces", "nces/f33", "geography"].map(|name| folder.join(name));
        let entries = inner.into_iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
        entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).filter(|path| path.is_file()).collect()
    };
    let lacking =
        tables(folder.join("published")).into_iter().filter(|path| path.to_string_lossy().contains("consolidations"));
    for table in tables(folder.join(data)).into_iter().chain(lacking) {
        let name = table.file_name().expect("a file has a name");
        std::fs::copy(&table, all.path().join(name)).expect("the folder can be written to");
    }
    all
}

/// The synthetic default, and the states as they stood in 1995: several draws of the trends, which were not known.
#[allow(clippy::print_stdout, reason = "what is not asked must be told")]
fn places() -> &'static [(String, Regions)] {
    static PLACES: OnceLock<Vec<(String, Regions)>> = OnceLock::new();
    PLACES.get_or_init(|| {
        let mut all = vec![("synthetic".to_owned(), Kind::Default.regions())];
        let folder = record();
        for (state, data) in STATES {
            let whole = whole(&folder, data);
            let read =
                history::read(whole.path(), &[state.to_owned()]).unwrap_or_else(|p| panic!("{}", p.render(false)));
            let region = |draw| {
                start(&read[0], FIRST_YEAR, Knowledge::OneYear(draw), &StateRules::default(), &StateFinance::default())
                    .map(Arc::new)
            };
            let regions: Vec<Arc<Region>> = (0..8).filter_map(region).collect();
            assert!(!regions.is_empty(), "{state} has a start");
            all.push((state.to_owned(), Regions::Given(regions)));
        }
        all
    })
}

fn futures(place: &str) -> u32 {
    if place == "synthetic" { 96 } else { 16 }
}

/// A district in a year.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// A number for the set of communities that it serves: districts are cut in two where they take in another.
    set: u64,
    pupils: f64,
    spending: f64,
    revenue: f64,
    levy: f64,
    aid: f64,
    programme: f64,
    reserve: f64,
    /// Whether it teaches all grades.
    unified: bool,
    /// 0: all grades; 1: without a high school; 2: without an elementary school.
    grades: u8,
}

/// A future: for every year its districts, by the community that is their seat.
type Panel = Vec<BTreeMap<usize, Row>>;

fn panel(future: &Future<'_>) -> Panel {
    (0..future.years)
        .map(|year| {
            let mut sets: BTreeMap<usize, u64> = BTreeMap::new();
            for community in 0..future.count() {
                let mixed = (community as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                *sets.entry(future.home(year, community)).or_default() ^= mixed.rotate_left(17);
            }
            future
                .operating(year)
                .map(|d| {
                    let dollars = |outcome| future.dollars(year, d, outcome);
                    let own =
                        |of: &dyn Fn(usize) -> bool| (0..future.count()).filter(|&c| future.home(year, c) == d).any(of);
                    let high = own(&|c| future.region.districts[c].has_high_school());
                    let low = own(&|c| future.region.districts[c].lowest_grade <= 5);
                    let row = Row {
                        grades: if high && low { 0 } else { 1 + u8::from(high) },
                        set: sets[&d],
                        pupils: future.of(year, d, DistrictOutcome::pupils).max(1e-9),
                        spending: dollars(DistrictOutcome::spending),
                        revenue: dollars(DistrictOutcome::revenue),
                        levy: dollars(DistrictOutcome::levy),
                        aid: dollars(DistrictOutcome::state_aid),
                        programme: dollars(DistrictOutcome::programme_spending),
                        reserve: future.reserve(year, d),
                        unified: (0..future.count()).filter(|&c| future.home(year, c) == d).all(|c| {
                            future.region.districts[c].has_high_school() && future.region.districts[c].lowest_grade == 0
                        }),
                    };
                    (d, row)
                })
                .collect()
        })
        .collect()
}

fn panels_of(regions: &Regions, years: u16, futures: u32) -> Vec<Panel> {
    World::of(regions.clone()).years(years).futures(futures, panel)
}

/// The panels of all places over twenty-one years, made once.
fn panels() -> &'static [(String, Vec<Panel>)] {
    static PANELS: OnceLock<Vec<(String, Vec<Panel>)>> = OnceLock::new();
    PANELS.get_or_init(|| {
        places().iter().map(|(name, regions)| (name.clone(), panels_of(regions, 22, futures(name)))).collect()
    })
}

/// Windows of so many years of districts that took in nobody and had enough pupils at the start; by future and first
/// year.
fn windows(panel: &Panel, length: usize, fewest: f64) -> Vec<Vec<Vec<Row>>> {
    // Row 0 is the first simulated year, in which habits of the start still settle.
    (1..panel.len().saturating_sub(length))
        .map(|first| {
            let of = |(district, row): (&usize, &Row)| -> Option<Vec<Row>> {
                let rows: Option<Vec<Row>> = (first..=first + length)
                    .map(|year| panel[year].get(district).copied().filter(|r| r.set == row.set))
                    .collect();
                rows.filter(|rows| rows[0].pupils >= fewest)
            };
            panel[first].iter().filter_map(of).collect()
        })
        .collect()
}

fn log_change(rows: &[Row], of: fn(&Row) -> f64) -> f64 {
    let [first, last] = [&rows[0], &rows[rows.len() - 1]].map(of);
    (last.max(1.0) / first.max(1.0)).ln()
}

fn demeaned(values: &[f64]) -> Vec<f64> {
    let middle = mean(values.iter().copied()).mean;
    values.iter().map(|v| v - middle).collect()
}

/// Regression of the log change of `of` on that of pupils, within future and year.
fn elasticity(panels: &[Panel], length: usize, of: fn(&Row) -> f64) -> f64 {
    let (mut xy, mut xx) = (0.0, 0.0);
    for cell in panels.iter().flat_map(|panel| windows(panel, length, 100.0)) {
        let x = demeaned(&cell.iter().map(|rows| log_change(rows, |r| r.pupils)).collect::<Vec<_>>());
        let y = demeaned(&cell.iter().map(|rows| log_change(rows, of)).collect::<Vec<_>>());
        xy += x.iter().zip(&y).map(|(x, y)| x * y).sum::<f64>();
        xx += x.iter().map(|x| x * x).sum::<f64>();
    }
    xy / xx
}

/// Of a figure of ten-year windows, within future and year, the mean of the fifth whose pupils fell most less that of
/// the fifth whose pupils grew most.
fn fifths(panels: &[Panel], of: impl Fn(&[Row]) -> f64) -> f64 {
    let mut all: Vec<(f64, f64)> = Vec::new();
    for cell in panels.iter().flat_map(|panel| windows(panel, 10, 100.0)) {
        let growth = demeaned(&cell.iter().map(|rows| log_change(rows, |r| r.pupils)).collect::<Vec<_>>());
        let figure = demeaned(&cell.iter().map(|rows| of(rows)).collect::<Vec<_>>());
        all.extend(growth.into_iter().zip(figure));
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let fifth = all.len() / 5;
    let of = |part: &[(f64, f64)]| mean(part.iter().map(|(_, value)| *value)).mean;
    of(&all[..fifth]) - of(&all[all.len() - fifth..])
}

fn spread_of_growth(panels: &[Panel]) -> f64 {
    fifths(panels, |rows| log_change(rows, |r| r.pupils))
}

fn balance(row: &Row) -> f64 {
    (row.revenue - row.spending) / row.spending.max(1.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn within(value: f64, (low, high): (f64, f64)) -> bool {
    (low..=high).contains(&value)
}

/// Collects figures and their bands; at the end exactly those of [`KNOWN_MISSES`] may lie outside.
struct Bands {
    test: &'static str,
    lines: Vec<String>,
    missed: Vec<(String, String)>,
}

impl Bands {
    fn of(test: &'static str) -> Self {
        Self { test, lines: Vec::new(), missed: Vec::new() }
    }

    fn ask(&mut self, place: &str, figure: &str, value: f64, band: (f64, f64)) {
        let told = format!("{figure}: {value:.3} (band {} to {})", band.0, band.1);
        self.hold(place, figure, within(value, band), &told);
    }

    fn hold(&mut self, place: &str, figure: &str, holds: bool, told: &str) {
        self.lines.push(format!("{} {place}: {told}", if holds { "  " } else { "**" }));
        if !holds {
            self.missed.push((place.to_owned(), figure.to_owned()));
        }
    }

    fn note(&mut self, told: &str) {
        self.lines.push(format!("   {told}"));
    }

    #[allow(clippy::print_stdout, reason = "the figures are for those who run a test with --nocapture")]
    fn tell(self) {
        let asked = |miss: &&Miss| miss.test == self.test && places().iter().any(|(place, _)| place == miss.place);
        let known: Vec<&Miss> = KNOWN_MISSES.iter().filter(asked).collect();
        let is = |miss: &Miss, (place, figure): &(String, String)| miss.place == place && miss.figure == figure;
        let new = self.missed.iter().filter(|missed| !known.iter().any(|miss| is(miss, missed)));
        let new = new.map(|(place, figure)| format!("missed, and not among KNOWN_MISSES: {place}: {figure}"));
        let mended = known.iter().filter(|miss| !self.missed.iter().any(|missed| is(miss, missed)));
        let mended = mended.map(|miss| format!("mended, take it off the list: {}: {}", miss.place, miss.figure));
        let problems: Vec<String> = new.chain(mended).collect();
        let all = self.lines.join("\n");
        assert!(problems.is_empty(), "{}\n{all}", problems.join("\n"));
        println!("{all}");
    }
}

/// Asks a figure of all places.
fn ask(test: &'static str, what: &str, band: (f64, f64), of: impl Fn(&[Panel]) -> f64) {
    let mut bands = Bands::of(test);
    for (place, panels) in panels() {
        bands.ask(place, what, of(panels), band);
    }
    bands.tell();
}

#[test]
fn every_known_miss_tells_why_and_lies_outside_its_band() {
    for miss in KNOWN_MISSES {
        assert!(!within(miss.seen, miss.band) && miss.why.len() > 20, "{} {} {}", miss.test, miss.place, miss.figure);
    }
}

#[test]
fn a01_ten_year_elasticities_of_revenue_spending_and_salaries() {
    let mut bands = Bands::of("a01");
    for (place, panels) in panels() {
        let [revenue, spending, salaries] =
            [|r: &Row| r.revenue, |r: &Row| r.spending, |r: &Row| r.programme].map(|of| elasticity(panels, 10, of));
        bands.ask(place, "revenue", revenue, (0.50, 0.70));
        bands.ask(place, "spending", spending, (0.50, 0.72));
        bands.ask(place, "salaries", salaries, (0.53, 0.75));
        let only = |kind: u8, of: fn(&Row) -> f64| {
            let kept = |panel: &Panel| -> Panel {
                panel
                    .iter()
                    .map(|year| year.iter().filter(|(_, row)| row.grades == kind).map(|(d, row)| (*d, *row)).collect())
                    .collect()
            };
            elasticity(&panels.iter().map(kept).collect::<Vec<_>>(), 10, of)
        };
        let told: Vec<String> = [(0, "all grades"), (1, "no high school"), (2, "high school alone")]
            .into_iter()
            .map(|(kind, name)| {
                format!("{name} {:.2} and {:.2}", only(kind, |r| r.spending), only(kind, |r| r.revenue))
            })
            .collect();
        bands.note(&format!("{place}: spending and revenue by kind: {told:?}"));
        bands.ask(place, "revenue less spending", revenue - spending, (-0.10, 0.10));
    }
    bands.tell();
}

#[test]
fn a02_one_year_elasticity_of_spending() {
    ask("a02", "one-year elasticity of spending", (0.0, 0.30), |panels| elasticity(panels, 1, |r| r.spending));
}

#[test]
fn a03_ten_year_elasticity_of_local_revenue() {
    ask("a03", "ten-year elasticity of local revenue", (0.30, 0.65), |panels| elasticity(panels, 10, |r| r.levy));
}

#[test]
fn a04_spending_per_pupil_by_fifths_of_change_of_enrolment() {
    ask("a04", "log spending per pupil over ten years, first less last fifth", (0.15, 0.30), |panels| {
        fifths(panels, |rows| log_change(rows, |r| r.spending) - log_change(rows, |r| r.pupils))
    });
}

#[test]
fn a05_yearly_balance_by_fifths() {
    ask("a05", "yearly balance in points, first less last fifth", (-1.0, 1.0), |panels| {
        fifths(panels, |rows| 100.0 * median(rows[1..].iter().map(balance).collect()))
    });
}

#[test]
fn a06_yearly_balance_of_steady_decline() {
    let mut bands = Bands::of("a06");
    for (place, panels) in panels() {
        // Among those that lost pupils over five years: the balance of the last, against the usual of the year.
        let (mut xy, mut xx) = (0.0, 0.0);
        for cell in panels.iter().flat_map(|panel| windows(panel, 5, 100.0)) {
            let usual = median(cell.iter().map(|rows| balance(&rows[5])).chain([0.0]).collect());
            let decline: Vec<(f64, f64)> = cell
                .iter()
                .map(|rows| {
                    (-20.0 * log_change(rows, |r| r.pupils), 100.0 * (balance(&rows[5]) - usual).clamp(-0.1, 0.1))
                })
                .filter(|(decline, _)| *decline > 0.0)
                .collect();
            let [x, y] = [|v: &(f64, f64)| v.0, |v: &(f64, f64)| v.1]
                .map(|of| demeaned(&decline.iter().map(of).collect::<Vec<_>>()));
            xy += x.iter().zip(&y).map(|(x, y)| x * y).sum::<f64>();
            xx += x.iter().map(|x| x * x).sum::<f64>();
        }
        bands.ask(place, "points of balance per 1 % a year of decline", xy / xx, (-0.3, 0.3));
    }
    bands.tell();
}

#[test]
fn a07_change_of_reserves_by_fifths() {
    ask("a07", "change of reserves in a decade, share of a year, first less last fifth", (-0.07, 0.07), |panels| {
        fifths(panels, |rows| {
            let share = |row: &Row| row.reserve / row.programme.max(1.0);
            share(&rows[10]) - share(&rows[0])
        })
    });
}

#[test]
fn a08_local_share_by_fifths() {
    ask("a08", "change of the local share in points, first less last fifth", (0.0, 10.0), |panels| {
        fifths(panels, |rows| {
            let share = |row: &Row| row.levy / row.revenue.max(1.0);
            100.0 * (share(&rows[10]) - share(&rows[0]))
        })
    });
}

#[test]
fn a09_deficits_and_their_memory() {
    let mut bands = Bands::of("a09");
    for (place, panels) in panels() {
        let deficit = |row: &Row| balance(row) < -0.02;
        let (mut years, mut deficits) = (0.0, 0.0);
        let mut after = [[(0.0, 0.0); 2]; 4];
        for cell in panels.iter().flat_map(|panel| windows(panel, 3, 100.0)) {
            for rows in cell {
                years += 1.0;
                deficits += f64::from(u8::from(deficit(&rows[3])));
                for lag in 1..=3 {
                    let (count, had) = &mut after[lag][usize::from(deficit(&rows[3 - lag]))];
                    *count += 1.0;
                    *had += f64::from(u8::from(deficit(&rows[3])));
                }
            }
        }
        let share = deficits / years;
        let usual = median(
            panels.iter().flat_map(|panel| windows(panel, 1, 100.0)).flatten().map(|rows| balance(&rows[1])).collect(),
        );
        bands.note(&format!("{place}: the median balance is {:.1} % (record 3 to 4)", 100.0 * usual));
        let chance = |lag: usize, before: usize| after[lag][before].1 / after[lag][before].0;
        bands.ask(place, "years with a deficit", share, (0.15, 0.35));
        bands.ask(place, "deficits after a deficit", chance(1, 1), (0.35, 0.55));
        bands.note(&format!("{place}: after three years {:.3} against {:.3} without", chance(3, 1), chance(3, 0)));
        bands.ask(place, "memory of a deficit after three years", chance(3, 1) - chance(3, 0), (-0.05, 0.05));
    }
    bands.tell();
}

/// Least squares with three inputs.
fn slopes(rows: &[([f64; 3], f64)]) -> [f64; 3] {
    let mut a = [[0.0; 4]; 3];
    for (x, y) in rows {
        for i in 0..3 {
            for j in 0..3 {
                a[i][j] += x[i] * x[j];
            }
            a[i][3] += x[i] * y;
        }
    }
    for i in 0..3 {
        for k in i + 1..3 {
            let factor = a[k][i] / a[i][i];
            for j in i..4 {
                a[k][j] -= factor * a[i][j];
            }
        }
    }
    let mut found = [0.0; 3];
    for i in (0..3).rev() {
        let known: f64 = (i + 1..3).map(|j| a[i][j] * found[j]).sum();
        found[i] = (a[i][3] - known) / a[i][i];
    }
    found
}

#[test]
fn a10_a_decliner_is_costlier_than_others_of_its_size() {
    let mut bands = Bands::of("a10");
    for (place, panels) in panels() {
        let mut rows = Vec::new();
        let mut salaries = Vec::new();
        let (mut scar, mut square) = ([0.0; 2], 0.0);
        for cell in panels.iter().flat_map(|panel| windows(panel, 10, 100.0)) {
            let cell: Vec<&Vec<Row>> = cell.iter().filter(|rows| rows[0].unified && rows[10].pupils >= 50.0).collect();
            let column = |of: &dyn Fn(&[Row]) -> f64| demeaned(&cell.iter().map(|rows| of(rows)).collect::<Vec<_>>());
            let loss = column(&|rows| -log_change(rows, |r| r.pupils));
            let curve = column(&|rows| (1.0 + 60.0 / rows[10].pupils).ln());
            let size = column(&|rows| rows[10].pupils.ln());
            let cost = column(&|rows| (rows[10].spending / rows[10].pupils).ln());
            let staff = column(&|rows| (rows[10].programme / rows[10].pupils).ln());
            rows.extend((0..cell.len()).map(|n| ([loss[n], curve[n], size[n]], cost[n])));
            salaries.extend((0..cell.len()).map(|n| ([loss[n], curve[n], size[n]], staff[n])));
            let above = |rows: &[Row], year: usize, of: fn(&Row) -> f64| {
                (of(&rows[year]) / rows[year].pupils).ln() - (1.0 + 60.0 / rows[year].pupils).ln()
            };
            let [spent, staffed] = [|r: &Row| r.spending, |r: &Row| r.programme]
                .map(|of: fn(&Row) -> f64| column(&|rows| above(rows, 10, of) - above(rows, 0, of)));
            for n in 0..cell.len() {
                scar[0] += loss[n] * spent[n];
                scar[1] += loss[n] * staffed[n];
                square += loss[n] * loss[n];
            }
        }
        let times = -(0.6_f64.ln());
        let [free, staff] = [slopes(&rows)[0], slopes(&salaries)[0]].map(|slope| times * slope);
        let [spent, staffed] = scar.map(|sum| times * sum / square);
        bands.ask(place, "above the curve after a loss of 40 %, more than before it", spent, (0.03, 0.10));
        bands.note(&format!(
            "{place}: salaries the same: {staffed:.3}; at equal size in the last year: {free:.3}, salaries {staff:.3}"
        ));
    }
    bands.tell();
}

/// A merger of two districts.
#[derive(Debug, Clone, Copy)]
struct Merger {
    year: usize,
    a: usize,
    b: usize,
    /// Whether the pupils of one go to the other's high school from then on.
    joined: bool,
    /// Whether both were together in a cluster of the start.
    shared: bool,
}

/// Mergers of two districts of all grades that took in nobody else before or within eight years; and money by year of
/// both together, whoever serves them.
fn mergers(future: &Future<'_>) -> (Vec<Merger>, Panel) {
    let panel = panel(future);
    // Clusters of the start have the first numbers; their members are told as they enter.
    let mut together: BTreeMap<usize, u32> = BTreeMap::new();
    for event in &future.record.events {
        if let Happening::Founded { cluster, district, .. } | Happening::Joined { cluster, district } = event.what
            && event.year == 0
            && cluster < STARTING
        {
            together.entry(usize::from(district)).or_insert(cluster);
        }
    }
    let found = future.record.events.iter().filter_map(|event| match event.what {
        Happening::Merged { district, host } => {
            let (year, a, b) = (usize::from(event.year), usize::from(district), usize::from(host));
            let all_grades = [a, b]
                .iter()
                .all(|&d| future.region.districts[d].has_high_school() && future.region.districts[d].lowest_grade == 0);
            let members = |year: usize, home: usize| (0..future.count()).filter(move |&c| future.home(year, c) == home);
            let last = (year + 8).min(future.years - 1);
            let alone = year > 3
                && last == year + 8
                && members(year - 1, a).count() == 1
                && members(year - 1, b).count() == 1
                && members(last, b).count() == 2
                && future.home(last, b) == b;
            let ride = |year: usize, d: usize| future.of(year, d, DistrictOutcome::high_school_ride);
            let joined = alone && [a, b].iter().any(|&d| (ride(year + 1, d) - ride(year - 1, d)).abs() > 1e-6);
            let shared = together.get(&a).is_some_and(|cluster| together.get(&b) == Some(cluster));
            (all_grades && alone).then_some(Merger { year, a, b, joined, shared })
        }
        _ => None,
    });
    (found.collect(), panel)
}

/// Clusters of the start in the test of shared grades.
const STARTING: u32 = 12;

/// Log difference of a figure in years 4 to 8 after a merger, from the year before it, against the same two apart in the
/// same future.
fn after_mergers(
    (merged, alone): (&[(Vec<Merger>, Panel)], &[Panel]),
    which: impl Fn(&Merger) -> bool,
    of: fn(&Row) -> f64,
) -> (world::Mean, usize) {
    let mut found = Vec::new();
    for ((mergers, with), without) in merged.iter().zip(alone) {
        for &Merger { year, a, b, .. } in mergers.iter().filter(|merger| which(merger)) {
            let sum = |panel: &Panel, year: usize, of: fn(&Row) -> f64| -> Option<f64> {
                let parties: Vec<&Row> = [a, b].iter().filter_map(|d| panel[year].get(d)).collect();
                (!parties.is_empty()).then(|| parties.iter().map(|row| of(row)).sum())
            };
            let both_apart = (year - 1..=year + 8).all(|y| without[y].contains_key(&a) && without[y].contains_key(&b));
            if !both_apart
                || without[year + 8][&b].set != without[0][&b].set
                || without[year + 8][&a].set != without[0][&a].set
            {
                continue;
            }
            let gap = |year: usize| Some((sum(with, year, of)? / sum(without, year, of)?).ln());
            let later: Vec<f64> = (year + 4..=year + 8).filter_map(gap).collect();
            if let Some(before) = gap(year - 1).filter(|_| !later.is_empty()) {
                found.push(mean(later).mean - before);
            }
        }
    }
    let count = found.len();
    (mean(found), count)
}

#[test]
fn a11_merged_districts_of_all_grades_cost_less_and_tax_less() {
    let mut bands = Bands::of("a11");
    for (place, regions) in places() {
        // Nobody shared before.
        let lone = |p: &mut Parameters| p.found_intercept = -20.0;
        let merging = World::of(regions.clone()).years(21).with(lone);
        let apart = merging.clone().with(|p| (p.propose_intercept, p.give_up_intercept) = (-12.0, -10.0));
        let number = 2 * futures(place);
        let (merged, alone) = (merging.futures(number, mergers), apart.futures(number, panel));
        let kinds: [(&str, fn(&Merger) -> bool); 3] =
            [("all", |_| true), ("high schools joined", |m| m.joined), ("both high schools kept", |m| !m.joined)];
        for (kind, which) in kinds {
            let figure = |of: fn(&Row) -> f64| after_mergers((&merged, &alone), which, of);
            let (pupils, count) = figure(|r| r.pupils);
            let [spending, programme, levy, aid] =
                [|r: &Row| r.spending, |r: &Row| r.programme, |r: &Row| r.levy, |r: &Row| r.aid].map(|of| figure(of).0);
            let (cost, salaries) = (spending.mean - pupils.mean, programme.mean - pupils.mean);
            // What the record tells of is those whose high schools were joined, nearly all.
            let asked = kind != "both high schools kept" && place != "MT";
            let told = format!("{kind}, {count} mergers: salaries per pupil {salaries:.3}, aid {aid}, pupils {pupils}");
            let errors = format!("errors: cost {:.3}, local revenue {:.3}", spending.error, levy.error);
            bands.note(&format!("{place}: {told}; {errors}"));
            if asked {
                bands.hold(place, &format!("{kind}: mergers"), count >= 20, &format!("{kind}: {count} mergers"));
                bands.ask(place, &format!("{kind}: cost per pupil"), cost, (-0.15, -0.05));
                bands.ask(place, &format!("{kind}: local revenue"), levy.mean, (-0.20, -0.05));
            } else {
                bands.note(&format!("{place}: {kind}: cost per pupil {cost:.3}, local revenue {:.3}", levy.mean));
            }
        }
    }
    bands.tell();
}

#[test]
fn a12_a_merger_after_years_of_shared_grades_saves_no_staff() {
    let mut bands = Bands::of("a12");
    for (place, regions) in places() {
        let pairs: Vec<StartingCluster> = (0..STARTING)
            .map(|nth| StartingCluster {
                services: Function::ALL.into_iter().collect(),
                depth: 1.0,
                years_shared: 8,
                coordinator: 0.6,
                ..starting_cluster(&format!("pair {nth}"), 2, Form::Consortium)
            })
            .collect();
        // They stay together, as those did that merged in the end.
        let lasting = |p: &mut Parameters| {
            (p.found_intercept, p.leave_intercept, p.goal_met, p.give_up_intercept, p.join_intercept) =
                (-20.0, -8.0, 0.0, -10.0, -9.0);
        };
        let apart =
            World::of(regions.clone()).starting(pairs).years(21).with(lasting).with(|p| p.propose_intercept = -12.0);
        let merging = apart.clone().with(|p| (p.propose_intercept, p.vote_intercept) = (-9.0, 2.0));
        // Most pairs of the states have one without a high school, and say nothing; hardly two of Montana have all grades.
        let number = if place == "synthetic" { 200 } else { 120 };
        let (merged, alone) = (merging.futures(number, mergers), apart.futures(number, panel));
        // Only those of a starting cluster: what others save is the other test.
        let figure = |of: fn(&Row) -> f64| after_mergers((&merged, &alone), |merger| merger.shared, of);
        let (pupils, count) = figure(|r| r.pupils);
        let (programme, _) = figure(|r| r.programme);
        let value = programme.mean - pupils.mean;
        bands.note(&format!("{place}: {count} mergers, error {:.3}", programme.error));
        if place == "MT" && count < 10 {
            continue;
        }
        bands.hold(place, "mergers", count >= 10, &format!("{count} mergers"));
        bands.ask(place, "staff cost per pupil", value, (-0.04, 0.04));
    }
    bands.tell();
}

/// The same regions with as many births in a century as at the start, in the mean: sizes stay those of the record.
fn lasting(regions: &Regions) -> Regions {
    match regions {
        Regions::Drawn(figures) => {
            let mut figures = figures.clone();
            figures.spec.trend = 0.0;
            Regions::Drawn(figures)
        }
        Regions::Given(given) => {
            let still = |region: &Arc<Region>| {
                let mut region = (**region).clone();
                let middle = mean(region.districts.iter().map(|d| d.trend)).mean;
                for district in &mut region.districts {
                    district.trend -= middle;
                }
                region.trend = Some(0.0);
                Arc::new(region)
            };
            Regions::Given(given.iter().map(still).collect())
        }
    }
}

#[test]
fn a13_the_same_holds_for_a_century() {
    let mut bands = Bands::of("a13");
    for (place, regions) in places() {
        let panels = panels_of(&lasting(regions), 101, futures(place).div_ceil(2));
        let span =
            |from: usize, to: usize| -> Vec<Panel> { panels.iter().map(|panel| panel[from..=to].to_vec()).collect() };
        for (from, to) in [(0, 40), (30, 70), (60, 100)] {
            let panels = span(from, to);
            let share = |row: &Row| row.reserve / row.programme.max(1.0);
            let reserves = fifths(&panels, |rows| share(&rows[10]) - share(&rows[0]));
            let years = format!("years {from} to {to}");
            bands.ask(place, &format!("{years}: change of reserves by fifths"), reserves, (-0.07, 0.07));
            let of = |figure: fn(&Row) -> f64| elasticity(&panels, 10, figure);
            bands.ask(place, &format!("{years}: elasticity of spending"), of(|r| r.spending), (0.50, 0.72));
            bands.ask(place, &format!("{years}: elasticity of revenue"), of(|r| r.revenue), (0.50, 0.70));
            bands.ask(place, &format!("{years}: elasticity of local revenue"), of(|r| r.levy), (0.30, 0.65));
            let per_pupil = fifths(&panels, |rows| log_change(rows, |r| r.spending) - log_change(rows, |r| r.pupils));
            bands.ask(place, &format!("{years}: spending per pupil by fifths"), per_pupil, (0.15, 0.30));
        }
        // Levels: nobody's reserve grows for ever.
        let level = |year: usize| {
            mean(panels.iter().map(|panel| {
                let rows = || panel[year].values();
                rows().map(|r| r.reserve).sum::<f64>() / rows().map(|r| r.programme).sum::<f64>()
            }))
            .mean
        };
        let levels: Vec<f64> = (0..=10).map(|decade| level(10 * decade)).collect();
        let held = levels[1..].windows(2).all(|pair| (pair[1] - pair[0]).abs() <= 0.07);
        bands.hold(place, "reserves by decade", held, &format!("reserves of all by decade {levels:.2?}"));
    }
    bands.tell();
}

#[test]
#[allow(clippy::print_stdout, reason = "what the figures rest on")]
fn the_spread_of_growth_is_that_of_the_record() {
    for (place, panels) in panels() {
        println!(
            "{place}: log pupils over ten years, first less last fifth: {:.3} (record -0.55 to -0.62)",
            spread_of_growth(panels)
        );
    }
}
