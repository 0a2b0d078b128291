//! Reads the record of states from a folder of tables; all problems at once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::Path;

use super::{ClassExits, Consolidation, DistrictYear, Exit, FIRST_YEAR, LAST_YEAR, Office, Spell, StateHistory};
use crate::diagnostics::{Place, Problem, Problems};
use crate::districts::import::edge::{read_boundaries, read_offices};
use crate::districts::import::elsi::leaid;
use crate::districts::import::folder::{LARGEST, fits, paths, unpacked};
use crate::districts::import::products::Product;
use crate::districts::import::table::{Log, Origin, Row, Table, decode, find_head, read_rows};
use crate::districts::import::vintages::{contradiction, contrary};

/// Most pupils that can be meant in one cell.
const PUPILS: f64 = 2e6;
/// Most dollars that can be meant in one cell.
const DOLLARS: f64 = 1e11;
/// The published count that the record is compared with.
const COUNT: &str = "districts_regular_operating_f33";

/// The tables of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Panel,
    Spells,
    Counts,
    Classes,
    Consolidations,
    Counties,
    Offices,
    Boundaries,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Panel,
        Self::Spells,
        Self::Counts,
        Self::Classes,
        Self::Consolidations,
        Self::Counties,
        Self::Offices,
        Self::Boundaries,
    ];

    /// The columns by which it is recognised.
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Panel => &["FY", "STABBR", "LEAID", "NAME", "SCHLEV", "REGULAR", "TOTALREV", "TLOCREV", "V33"],
            Self::Spells => {
                &["ST", "LEAID", "FIRST_FY", "LAST_FY", "LAST_V33", "EXITED", "EXIT_KIND", "SUCCESSOR_LEAID_BY_NAME"]
            }
            Self::Counts => &["ST", "SCHOOL_YEAR_END", "METRIC", "VALUE"],
            Self::Classes => &["STABBR", "BIN", "DISTRICT_YEARS", "EXITS"],
            Self::Consolidations => &["NEW_LEAID", "FIRST_FY", "PREDECESSOR_LEAIDS", "SUM_LAST_V33"],
            Self::Counties => &["LEAID", "FIPST", "FIPSCO", "STABBR", "YEAR"],
            Self::Offices | Self::Boundaries => &[],
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Panel => "panel of yearly enrolments and finances",
            Self::Spells => "table of the districts' spans",
            Self::Counts => "table of district counts by state and year",
            Self::Classes => "table of exits by size class",
            Self::Consolidations => "table of inferred reorganisations",
            Self::Counties => "F-33 file of the first year with counties",
            Self::Offices => "EDGE district geocodes",
            Self::Boundaries => "EDGE district boundaries, attribute table",
        }
    }

    fn recognises(self, header: &[String]) -> bool {
        match self {
            Self::Offices => Product::recognise(header) == Some(Product::Geocodes),
            Self::Boundaries => Product::recognise(header) == Some(Product::Boundaries),
            _ => self.columns().iter().all(|wanted| header.iter().any(|name| name.eq_ignore_ascii_case(wanted))),
        }
    }
}

/// Reads the record of the states named by their postal codes, in the order given.
///
/// # Errors
/// Every problem at once: tables that the folder lacks, states that they do not hold, and every malformed
/// row or cell of these states with file, line and column.
pub fn read(folder: &Path, states: &[String]) -> Result<Vec<StateHistory>, Problems> {
    let mut log = Log::default();
    let (tables, unfit) = tables(folder, &mut log);
    let missing: Vec<Kind> =
        Kind::ALL.into_iter().filter(|kind| !tables.contains_key(kind) && !unfit.contains(kind)).collect();
    for kind in missing {
        let place = Place::File(folder.display().to_string());
        let problem = Problem::new(place, format!("the folder has no {}", kind.title()));
        let expected = match kind {
            Kind::Offices => Product::Geocodes.published().to_owned(),
            Kind::Boundaries => Product::Boundaries.published().to_owned(),
            _ => format!("a table with the columns {}", kind.columns().join(", ")),
        };
        log.push(problem.expected(expected));
    }
    let histories: Vec<StateHistory> = if log.is_empty() {
        states.iter().map(|state| of_state(&tables, state, &mut log)).collect()
    } else {
        Vec::new()
    };
    if log.is_empty() { Ok(histories) } else { log.into_problems().into_result(histories) }
}

/// The tables that are recognised, one of each kind, and the kinds of which one lacks columns.
fn tables(folder: &Path, log: &mut Log) -> (BTreeMap<Kind, Table>, Vec<Kind>) {
    let (mut found, mut unfit) = (BTreeMap::<Kind, Table>::new(), Vec::new());
    for path in paths(folder, log).files {
        let name = path.display().to_string();
        if fs::metadata(&path).is_ok_and(|data| data.len() > LARGEST) {
            continue;
        }
        let bytes = match fs::read(&path).map_err(|error| format!("cannot be read: {error}")).and_then(unpacked) {
            Ok(bytes) => bytes,
            Err(why) => {
                log.push(Problem::new(Place::File(name), why));
                continue;
            }
        };
        let text = decode(&bytes);
        let mut kind = None;
        let head = find_head(&text, |header| {
            kind = Kind::ALL.into_iter().find(|kind| kind.recognises(header));
            kind.is_some()
        });
        let (Some(kind), Some(head)) = (kind, head) else { continue };
        // Later years' finances have counties too: only those of the first year are wanted.
        if let Kind::Offices | Kind::Boundaries = kind {
            let product = if kind == Kind::Offices { Product::Geocodes } else { Product::Boundaries };
            if !fits(product, &name, &head.header, log) {
                unfit.push(kind);
                continue;
            }
        }
        let table = read_rows(&name, &text, head, log);
        if kind == Kind::Counties {
            let first = format!("{:02}", FIRST_YEAR % 100);
            if table.rows.first().is_none_or(|row| row.get(table.column("YEAR")) != first) {
                continue;
            }
        }
        match found.entry(kind) {
            Entry::Vacant(entry) => {
                entry.insert(table);
            }
            Entry::Occupied(entry) if entry.get().says_as(&table) => {}
            // Two tables of places may hold different districts.
            Entry::Occupied(entry) if matches!(kind, Kind::Offices | Kind::Boundaries) => {
                if let Some(problem) = contrary_places(kind, entry.get(), &table) {
                    log.push(problem);
                }
            }
            Entry::Occupied(entry) => {
                let what = format!("a second {} that is not as the first, {}", kind.title(), entry.get().file);
                let problem = Problem::new(Place::File(name), what).expected("one of each table of a record");
                log.push(problem.hint("leave the one that you mean in the folder, and take the other out"));
            }
        }
    }
    (found, unfit)
}

/// A problem with the rows of two tables of places that do not agree.
fn contrary_places(kind: Kind, first: &Table, second: &Table) -> Option<Problem> {
    // What is wrong with a row is told where it is read for a state.
    let mut unheard = Log::default();
    let what = format!("another place, county or land than in the first {}", kind.title());
    let problem = |pair: Option<(&Origin, &Origin)>| pair.map(|pair| contradiction(&what, pair, 1));
    if kind == Kind::Offices {
        let [a, b] = [first, second].map(|table| read_offices(table, "", &mut unheard));
        problem(contrary(&a, &b))
    } else {
        let [a, b] = [first, second].map(|table| read_boundaries(table, "", &mut unheard));
        problem(contrary(&a, &b))
    }
}

fn of_state(tables: &BTreeMap<Kind, Table>, state: &str, log: &mut Log) -> StateHistory {
    let mut history = StateHistory { state: state.to_owned(), ..StateHistory::default() };
    let panel = &tables[&Kind::Panel];
    if !panel.rows.iter().any(|row| row.get(panel.column("STABBR")) == state) {
        let states: std::collections::BTreeSet<&str> =
            panel.rows.iter().map(|row| row.get(panel.column("STABBR"))).collect();
        let what = format!("the record has no rows of the state `{state}`");
        let expected = format!("one of: {}", states.into_iter().collect::<Vec<_>>().join(", "));
        log.push(Problem::new(Place::Flag("--state".to_owned()), what).expected(expected));
        return history;
    }
    read_panel(panel, &mut history, log);
    read_spells(&tables[&Kind::Spells], &mut history, log);
    read_counts(&tables[&Kind::Counts], &mut history, log);
    read_classes(&tables[&Kind::Classes], &mut history, log);
    read_consolidations(&tables[&Kind::Consolidations], &mut history, log);
    read_places(tables, &mut history, log);
    check(panel, &tables[&Kind::Counts], &history, log);
    history.mark_hosts();
    history
}

/// What must be there for the state: districts at the start and a published count in every year.
fn check(panel: &Table, counts: &Table, history: &StateHistory, log: &mut Log) {
    if history.operating(FIRST_YEAR).count() < 2 {
        let what = format!("fewer than two regular districts of {} operate in fiscal year {FIRST_YEAR}", history.state);
        log.push(Problem::new(Place::File(panel.file.clone()), what).expected("REGULAR = 1 and V33 above 0"));
    }
    let missing: Vec<String> = (FIRST_YEAR..=LAST_YEAR)
        .filter(|year| !history.counts.contains_key(year))
        .map(|year| year.to_string())
        .collect();
    if !missing.is_empty() {
        let what = format!("no count of the districts of {} in {}", history.state, missing.join(", "));
        log.push(
            Problem::new(Place::File(counts.file.clone()), what)
                .expected(format!("a row with METRIC {COUNT} for every year")),
        );
    }
}

fn rows<'a>(table: &'a Table, column: &str, state: &'a str) -> impl Iterator<Item = &'a Row> {
    let column = table.column(column);
    table.rows.iter().filter(move |row| row.get(column) == state)
}

/// The identifier in a cell, or a problem.
fn identifier(table: &Table, row: &Row, column: &str, log: &mut Log) -> Option<String> {
    let column = table.column(column);
    let id = leaid(row.get(column)).map(|(id, _)| id);
    if id.is_none() {
        log.push(table.problem(row, column, "an NCES agency identifier of 7 digits"));
    }
    id
}

/// The fiscal year in a cell, or a problem.
fn fiscal_year(table: &Table, row: &Row, column: &str, log: &mut Log) -> Option<u16> {
    let column = table.column(column);
    let year = row.get(column).parse().ok().filter(|year| (FIRST_YEAR..=LAST_YEAR).contains(year));
    if year.is_none() {
        log.push(table.problem(row, column, &format!("a fiscal year from {FIRST_YEAR} to {LAST_YEAR}")));
    }
    year
}

/// A number that must be there, or a problem.
fn number(table: &Table, row: &Row, column: &str, most: f64, log: &mut Log) -> Option<f64> {
    let place = table.column(column);
    // A malformed cell is told by the table; a code for a missing one here.
    let (before, value) = (row.get(place).to_owned(), table.number(row, place, most, log).known());
    if value.is_none() && matches!(before.as_str(), "" | "-1" | "-2" | "N" | "M" | "†" | "–" | "‡") {
        log.push(table.problem(row, place, &format!("a number from 0 to {most}")));
    }
    value
}

fn read_panel(table: &Table, history: &mut StateHistory, log: &mut Log) {
    let state = history.state.clone();
    for row in rows(table, "STABBR", &state).filter(|row| row.get(table.column("REGULAR")) == "1") {
        let pupils = table.number(row, table.column("V33"), PUPILS, log).positive();
        let Some(pupils) = pupils else { continue };
        // The panel has rows whose identifier its makers could not find; published counts hold them too.
        if row.get(table.column("LEAID")).is_empty() {
            continue;
        }
        let (Some(id), Some(year)) = (identifier(table, row, "LEAID", log), fiscal_year(table, row, "FY", log)) else {
            continue;
        };
        let grades = match row.get(table.column("SCHLEV")) {
            "1" | "01" => (0, 8),
            "2" | "02" => (9, 12),
            "3" | "03" => (0, 12),
            _ => {
                log.push(table.problem(row, table.column("SCHLEV"), "a level: 1 elementary, 2 secondary or 3 unified"));
                continue;
            }
        };
        let mut dollars = |name: &str| table.number(row, table.column(name), DOLLARS, log).known();
        let found = DistrictYear {
            pupils,
            name: row.get(table.column("NAME")).to_owned(),
            grades,
            revenue: dollars("TOTALREV"),
            local: dollars("TLOCREV"),
            state: dollars("TSTREV"),
            federal: dollars("TFEDREV"),
        };
        if history.panel.entry(id.clone()).or_default().insert(year, found).is_some() {
            let place = Place::Line(table.file.clone(), row.line);
            log.push(
                Problem::new(place, format!("a second row of {id} in {year}"))
                    .expected("one row for each district and year"),
            );
        }
    }
}

fn read_spells(table: &Table, history: &mut StateHistory, log: &mut Log) {
    let state = history.state.clone();
    for row in rows(table, "ST", &state) {
        let id = identifier(table, row, "LEAID", log);
        let years = fiscal_year(table, row, "FIRST_FY", log).zip(fiscal_year(table, row, "LAST_FY", log));
        let last_pupils = number(table, row, "LAST_V33", PUPILS, log);
        let exit = match (row.get(table.column("EXITED")), row.get(table.column("EXIT_KIND"))) {
            ("0", _) => Some(Exit::None),
            ("1", "RENUMBERED") => Some(Exit::Renumbered),
            ("1", "ABSORBED_OR_CLOSED" | "INTO_NEW_LEA") => Some(Exit::Ended),
            ("1", _) => {
                let expected = "RENUMBERED, ABSORBED_OR_CLOSED or INTO_NEW_LEA";
                log.push(table.problem(row, table.column("EXIT_KIND"), expected));
                None
            }
            _ => {
                log.push(table.problem(row, table.column("EXITED"), "0 or 1"));
                None
            }
        };
        let successor = leaid(row.get(table.column("SUCCESSOR_LEAID_BY_NAME"))).map(|(id, _)| id);
        if let (Some(id), Some(years), Some(last_pupils), Some(exit)) = (id, years, last_pupils, exit) {
            history.spells.insert(id, Spell { years, last_pupils, exit, successor });
        }
    }
    let untold: Vec<&String> = history.panel.keys().filter(|id| !history.spells.contains_key(*id)).collect();
    if !untold.is_empty() && log.is_empty() {
        let examples = untold.iter().take(4).map(|id| id.as_str()).collect::<Vec<_>>().join(", ");
        let what = format!(
            "{} districts of the panel have no span ({examples}{})",
            untold.len(),
            if untold.len() > 4 { ", …" } else { "" }
        );
        log.push(
            Problem::new(Place::File(table.file.clone()), what)
                .expected("one row for each regular district of the panel"),
        );
    }
}

fn read_counts(table: &Table, history: &mut StateHistory, log: &mut Log) {
    let state = history.state.clone();
    for row in rows(table, "ST", &state).filter(|row| row.get(table.column("METRIC")) == COUNT) {
        let year = fiscal_year(table, row, "SCHOOL_YEAR_END", log);
        let value = number(table, row, "VALUE", 1e5, log);
        if let (Some(year), Some(value)) = (year, value) {
            history.counts.insert(year, value as u32);
        }
    }
}

fn read_classes(table: &Table, history: &mut StateHistory, log: &mut Log) {
    let state = history.state.clone();
    for row in rows(table, "STABBR", &state) {
        let class = row.get(table.column("BIN"));
        let range = match class.split_once('-') {
            Some((low, high)) => low.parse().ok().zip(high.parse().ok()),
            None => class.strip_suffix('+').and_then(|low| low.parse().ok()).map(|low| (low, f64::INFINITY)),
        };
        if range.is_none() {
            log.push(table.problem(row, table.column("BIN"), "a size class such as 25-49 or 1000+"));
        }
        let district_years = number(table, row, "DISTRICT_YEARS", 1e6, log);
        let exits = number(table, row, "EXITS", 1e6, log);
        if let (Some(range), Some(district_years), Some(exits)) = (range, district_years, exits) {
            let found = ClassExits {
                class: class.to_owned(),
                range,
                district_years: district_years as u32,
                exits: exits as u32,
            };
            history.classes.push(found);
        }
    }
}

fn read_consolidations(table: &Table, history: &mut StateHistory, log: &mut Log) {
    for row in &table.rows {
        let Some(new) = identifier(table, row, "NEW_LEAID", log) else { continue };
        let column = table.column("PREDECESSOR_LEAIDS");
        let predecessors: Option<Vec<String>> =
            row.get(column).split(';').map(|cell| leaid(cell.trim()).map(|(id, _)| id)).collect();
        if predecessors.is_none() {
            log.push(table.problem(row, column, "NCES agency identifiers of 7 digits with ; between them"));
        }
        let year = fiscal_year(table, row, "FIRST_FY", log);
        let pupils = number(table, row, "SUM_LAST_V33", PUPILS, log);
        let ours = history.spells.contains_key(&new);
        if let (true, Some(predecessors), Some(year), Some(pupils)) = (ours, predecessors, year, pupils) {
            history.consolidations.push(Consolidation { new, year, predecessors, pupils });
        }
    }
}

fn read_places(tables: &BTreeMap<Kind, Table>, history: &mut StateHistory, log: &mut Log) {
    let counties = &tables[&Kind::Counties];
    let mut fips = String::new();
    let state = history.state.clone();
    for row in rows(counties, "STABBR", &state) {
        let code = |name: &str, digits: usize| {
            let cell = row.get(counties.column(name));
            let plain = !cell.is_empty() && cell.len() <= digits && cell.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| format!("{cell:0>digits$}"))
        };
        let (Some(state), Some(county)) = (code("FIPST", 2), code("FIPSCO", 3)) else {
            log.push(counties.problem(row, counties.column("FIPSCO"), "a county code of up to 3 digits"));
            continue;
        };
        if let Some(id) = identifier(counties, row, "LEAID", log) {
            history.counties.insert(id, format!("{state}{county}"));
        }
        fips = state;
    }
    for office in read_offices(&tables[&Kind::Offices], &fips, log) {
        let found = Office { point: office.point, county_code: office.county_code, county: office.county };
        history.offices.insert(office.id, found);
    }
    for boundary in read_boundaries(&tables[&Kind::Boundaries], &fips, log) {
        if let Some(area) = boundary.area {
            history.areas.insert(boundary.id, area);
        }
    }
    if fips.is_empty() || !history.offices.values().any(|office| office.point.is_some()) {
        let what = format!("no district of {} has a county and a place", history.state);
        log.push(Problem::new(Place::File(counties.file.clone()), what).expected(Product::Geocodes.published()));
    }
}
