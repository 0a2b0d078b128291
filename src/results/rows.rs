//! Records turned into rows of the tables.

use super::Layout;
use super::columns::Vocabulary;
use super::error::ResultsError;
use super::table::{Cell, Table};
use crate::model::events::{Form, Happening};
use crate::model::outcomes::RegionOutcome;
use crate::model::record::{CLUSTER_WIDTH, DISTRICT_WIDTH, Record, Rows};

/// The texts of a layout by their numbers in the vocabulary.
#[derive(Debug)]
pub(super) struct Labels {
    policies: Vec<u32>,
    instruments: Vec<Vec<u32>>,
    ids: Vec<u32>,
    names: Vec<u32>,
    forms: [u32; Form::ALL.len()],
    first_year: i64,
}

impl Labels {
    pub(super) fn new(layout: &Layout, words: &mut Vocabulary) -> Self {
        let mut codes = |texts: &[String]| texts.iter().map(|text| words.code(text)).collect::<Vec<_>>();
        Self {
            policies: codes(&layout.policies),
            instruments: layout.instruments.iter().map(|names| codes(names)).collect(),
            ids: codes(&layout.district_ids),
            names: codes(&layout.district_names),
            forms: Form::ALL.map(|form| words.code(form.name())),
            first_year: i64::from(layout.first_year),
        }
    }

    /// What the rows of one policy in one replicate begin with.
    pub(super) fn run(&self, policy: usize, replicate: u32) -> Run<'_> {
        Run { labels: self, policy, replicate: i64::from(replicate) }
    }

    fn form(&self, form: Form) -> Cell {
        Cell::Text(self.forms[form as usize])
    }

    fn id(&self, district: usize) -> Cell {
        Cell::Text(self.ids[district])
    }
}

/// One policy in one replicate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<'a> {
    labels: &'a Labels,
    policy: usize,
    replicate: i64,
}

impl Run<'_> {
    fn year(&self, index: u16) -> [Cell; 4] {
        let index = i64::from(index);
        let policy = Cell::Text(self.labels.policies[self.policy]);
        [policy, Cell::Integer(self.replicate), Cell::Integer(self.labels.first_year + index), Cell::Integer(index)]
    }

    /// The common cells of a row and those of its own table.
    fn cells(&self, year: u16, own: &[Cell]) -> Vec<Cell> {
        [&self.year(year), own].concat()
    }
}

/// Refuses a record whose numbers lead outside the layout.
pub(super) fn check(layout: &Layout, policy: usize, record: &Record) -> Result<(), ResultsError> {
    let shape = |what: String| Err(ResultsError::Shape(what));
    let Some(instruments) = layout.instruments.get(policy) else {
        return shape(format!("policy {policy} of {}", layout.policies.len()));
    };
    let years = record.years();
    if record.region.len() != years * RegionOutcome::COUNT {
        return shape(format!("{} outcomes of the region for {years} years", record.region.len()));
    }
    if record.outlay.len() != years * instruments.len() {
        return shape(format!(
            "{} outlays for {years} years and {} instruments",
            record.outlay.len(),
            instruments.len()
        ));
    }
    check_rows("clusters", &record.clusters, CLUSTER_WIDTH)?;
    check_rows("districts", &record.districts, DISTRICT_WIDTH)?;
    let districts = layout.district_ids.len();
    let named = record.districts.entity.iter().chain(&record.districts.group).map(|&district| district as usize);
    let named =
        named.chain(record.events.iter().flat_map(|event| districts_of(&event.what)).flatten().map(usize::from));
    match named.max() {
        Some(last) if last >= districts => shape(format!("district {last} of {districts}")),
        _ => Ok(()),
    }
}

fn check_rows(what: &str, rows: &Rows, width: usize) -> Result<(), ResultsError> {
    let length = rows.len();
    let lengths = [rows.entity.len(), rows.group.len(), rows.form.len(), rows.values.len() / width];
    if lengths.iter().all(|&other| other == length) && rows.values.len().is_multiple_of(width) {
        return Ok(());
    }
    Err(ResultsError::Shape(format!("rows of {what} of unlike lengths")))
}

pub(super) fn region(
    table: &mut Table,
    run: &Run<'_>,
    record: &Record,
    words: &Vocabulary,
) -> Result<(), ResultsError> {
    for (year, values) in (0..).zip(record.region.chunks_exact(RegionOutcome::COUNT)) {
        table.row(words, &run.year(year), values)?;
    }
    Ok(())
}

/// The record holds one value for each instrument of a policy, year after year.
pub(super) fn outlay(
    table: &mut Table,
    run: &Run<'_>,
    record: &Record,
    words: &Vocabulary,
) -> Result<(), ResultsError> {
    let instruments = &run.labels.instruments[run.policy];
    if instruments.is_empty() {
        return Ok(());
    }
    for (year, dollars) in (0..).zip(record.outlay.chunks_exact(instruments.len())) {
        for (&instrument, &dollars) in instruments.iter().zip(dollars) {
            table.row(words, &run.cells(year, &[Cell::Text(instrument)]), &[dollars])?;
        }
    }
    Ok(())
}

pub(super) fn survival(
    table: &mut Table,
    labels: &Labels,
    (policy, whose): (usize, &str),
    (counts, shares): ([u64; 7], &[f64; 9]),
    words: &mut Vocabulary,
) -> Result<(), ResultsError> {
    let Some(&policy) = labels.policies.get(policy) else {
        return Err(ResultsError::Shape(format!("policy {policy} of {}", labels.policies.len())));
    };
    let keys = [Cell::Text(policy), Cell::Text(words.code(whose))];
    let cells: Vec<Cell> = keys.into_iter().chain(counts.map(|count| Cell::Integer(count.cast_signed()))).collect();
    table.row(words, &cells, shares)
}

pub(super) fn clusters(
    table: &mut Table,
    run: &Run<'_>,
    record: &Record,
    words: &Vocabulary,
) -> Result<(), ResultsError> {
    let rows = &record.clusters;
    for (row, values) in rows.values.chunks_exact(CLUSTER_WIDTH).enumerate() {
        let own = [
            Cell::Integer(i64::from(rows.entity[row])),
            Cell::Integer(run.labels.first_year + i64::from(rows.group[row])),
            run.labels.form(rows.form[row]),
        ];
        table.row(words, &run.cells(rows.year[row], &own), values)?;
    }
    Ok(())
}

pub(super) fn districts(
    table: &mut Table,
    run: &Run<'_>,
    record: &Record,
    words: &Vocabulary,
) -> Result<(), ResultsError> {
    let (rows, labels) = (&record.districts, run.labels);
    for (row, values) in rows.values.chunks_exact(DISTRICT_WIDTH).enumerate() {
        let community = rows.entity[row] as usize;
        let own = [
            labels.id(community),
            labels.names.get(community).map_or(Cell::Missing, |name| Cell::Text(*name)),
            labels.id(rows.group[row] as usize),
            labels.form(rows.form[row]),
        ];
        table.row(words, &run.cells(rows.year[row], &own), values)?;
    }
    Ok(())
}

pub(super) fn events(
    table: &mut Table,
    run: &Run<'_>,
    record: &Record,
    words: &mut Vocabulary,
) -> Result<(), ResultsError> {
    for event in &record.events {
        let facts = Facts::of(&event.what);
        let mut text = |text: Option<&str>| text.map_or(Cell::Missing, |text| Cell::Text(words.code(text)));
        let [kind, detail] = [text(Some(event.what.kind())), text(facts.detail)];
        let district =
            |district: Option<u16>| district.map_or(Cell::Missing, |place| run.labels.id(usize::from(place)));
        let integer = |value: Option<i64>| value.map_or(Cell::Missing, Cell::Integer);
        let [subject, host] = districts_of(&event.what);
        let own = [
            kind,
            integer(facts.cluster.map(i64::from)),
            district(subject),
            district(host),
            detail,
            integer(facts.required.map(i64::from)),
            integer(facts.count.map(i64::from)),
        ];
        table.row(words, &run.cells(event.year, &own), &[facts.yes_share])?;
    }
    Ok(())
}

/// The district that an event happened to, and the host.
fn districts_of(what: &Happening) -> [Option<u16>; 2] {
    match *what {
        Happening::Founded { district, .. }
        | Happening::Joined { district, .. }
        | Happening::Left { district, .. }
        | Happening::SchoolClosed { district, .. }
        | Happening::Stranded { district, .. }
        | Happening::NewSuperintendent { district } => [Some(district), None],
        Happening::Voted { district, host, .. }
        | Happening::Merged { district, host }
        | Happening::Dissolved { district, host, .. } => [Some(district), Some(host)],
        Happening::PlanDecided { host, .. } => [None, Some(host)],
        Happening::TaskTaken { .. }
        | Happening::TaskDropped { .. }
        | Happening::EnteredGrant { .. }
        | Happening::FormChanged { .. }
        | Happening::Ended { .. } => [None, None],
    }
}

/// The columns of an event that are not districts.
struct Facts {
    cluster: Option<u32>,
    detail: Option<&'static str>,
    required: Option<bool>,
    count: Option<u8>,
    yes_share: f64,
}

impl Facts {
    const NONE: Self = Self { cluster: None, detail: None, required: None, count: None, yes_share: f64::NAN };

    fn of(what: &Happening) -> Self {
        match *what {
            Happening::Founded { cluster, origin, members, .. } => {
                Self { cluster: Some(cluster), detail: Some(origin.name()), count: Some(members), ..Self::NONE }
            }
            Happening::Joined { cluster, .. } | Happening::Left { cluster, .. } => {
                Self { cluster: Some(cluster), ..Self::NONE }
            }
            Happening::EnteredGrant { cluster, instrument } => {
                Self { cluster: Some(cluster), count: Some(instrument), ..Self::NONE }
            }
            Happening::TaskTaken { cluster, function } | Happening::TaskDropped { cluster, function } => {
                Self::of_cluster(cluster, function.name())
            }
            Happening::FormChanged { cluster, form } => Self::of_cluster(cluster, form.name()),
            Happening::Ended { cluster, ending } => Self::of_cluster(cluster, ending.name()),
            Happening::Voted { yes_share, loses_high_school, .. } => {
                let detail = if loses_high_school { "loses_high_school" } else { "keeps_high_school" };
                Self { detail: Some(detail), yes_share, ..Self::NONE }
            }
            Happening::PlanDecided { districts, passed, required, .. } => Self {
                detail: Some(if passed { "passed" } else { "failed" }),
                required: Some(required),
                count: Some(districts),
                ..Self::NONE
            },
            Happening::Dissolved { cause, .. } | Happening::Stranded { cause, .. } => {
                Self { detail: Some(cause.name()), ..Self::NONE }
            }
            Happening::SchoolClosed { left, .. } => Self { count: Some(left), ..Self::NONE },
            Happening::Merged { .. } | Happening::NewSuperintendent { .. } => Self::NONE,
        }
    }

    fn of_cluster(cluster: u32, detail: &'static str) -> Self {
        Self { cluster: Some(cluster), detail: Some(detail), ..Self::NONE }
    }
}
