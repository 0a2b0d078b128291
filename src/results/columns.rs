//! The tables and their columns, made from the registries of outcomes: one source for the files, their
//! metadata and the data dictionary.

use std::collections::BTreeMap;

use parquet::data_type::ByteArray;
use serde::Serialize;

use super::Layout;
use super::error::ResultsError;
use super::manifest::json_text;
use crate::model::outcomes::{Better, CLUSTER_OUTCOMES, DISTRICT_OUTCOMES, Outcome, REGION_OUTCOMES};
use crate::model::parameters::ParameterId;
use crate::model::record::Detail;

/// The data dictionary's name in a results folder.
pub(super) const DICTIONARY: &str = "columns.json";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Text: UTF-8 in Parquet.
    Text,
    /// Whole numbers: 64 bits in Parquet.
    Integer,
    /// Numbers: doubles in Parquet.
    Number,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name in the files.
    pub name: &'static str,
    /// Its title for people.
    pub title: &'static str,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: ColumnKind,
    /// Its unit; empty for names.
    pub unit: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Whether values can be missing: null in Parquet, an empty field in CSV.
    pub can_be_missing: bool,
    /// Which way is better: `higher`, `lower` or `neither`; empty for columns that are no outcome.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub better: &'static str,
}

impl Column {
    const fn key(name: &'static str, title: &'static str, kind: ColumnKind, meaning: &'static str) -> Self {
        Self { name, title, kind, unit: "", meaning, can_be_missing: false, better: "" }
    }

    const fn share(name: &'static str, title: &'static str, meaning: &'static str) -> Self {
        Self::key(name, title, ColumnKind::Number, meaning).unit("share").optional()
    }

    const fn optional(mut self) -> Self {
        self.can_be_missing = true;
        self
    }

    const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    fn outcome(outcome: &Outcome) -> Self {
        Self {
            name: outcome.id,
            title: outcome.title,
            kind: ColumnKind::Number,
            unit: outcome.unit,
            meaning: outcome.meaning,
            can_be_missing: true,
            better: match outcome.better {
                Better::Higher => "higher",
                Better::Lower => "lower",
                Better::Neither => "neither",
            },
        }
    }
}

use ColumnKind::{Integer, Number, Text};

/// The columns that every table of runs begins with.
const RUN: [Column; 4] = [
    Column::key("policy", "Policy", Text, "Name of the policy."),
    Column::key(
        "replicate",
        "Replicate",
        Integer,
        "The future, from 0: all policies meet the same futures, so rows pair up by it.",
    ),
    Column::key("year", "Year", Integer, "Calendar year in which the school year begins.").unit("calendar year"),
    Column::key("year_index", "Year of the run", Integer, "Year of the run, from 0; values are those at its end.")
        .unit("years"),
];

const OUTLAY: [Column; 2] = [
    Column::key("instrument", "Instrument", Text, "Name of the instrument of the policy."),
    Column::key(
        "dollars",
        "State outlay",
        Number,
        "What the state pays under the instrument in the year, dollars of the first year.",
    )
    .unit("$")
    .optional(),
];

const CLUSTER: [Column; 3] = [
    Column::key("cluster", "Cluster", Integer, "Serial number of the cluster within its run."),
    Column::key("founded", "Founded", Integer, "Calendar year in which it was founded.").unit("calendar year"),
    Column::key("form", "Form", Text, "Where it stands on the continuum: network, cluster, consortium or federation."),
];

const EVENT: [Column; 8] = [
    Column::key("event", "Event", Text, "What happened: founded, joined, left, task_taken, form_changed, ended (a cluster); voted, plan_decided, merged, dissolved, school_closed, new_superintendent (a district)."),
    Column::key("cluster", "Cluster", Integer, "Serial number of the cluster that it happened to.").optional(),
    Column::key("district", "District", Text, "Identifier of the district that it happened to; for founded, the initiator.").optional(),
    Column::key("host", "Host", Text, "Identifier of the district that takes, or would take, the other in: voted, plan_decided, merged, dissolved.").optional(),
    Column::key("detail", "Detail", Text, "founded: bottom_up, incentive or top_down; task_taken: the function; form_changed: the new form; ended and dissolved: why; voted: loses_high_school or keeps_high_school, for the district that votes; plan_decided: passed or failed.").optional(),
    Column::key("required", "Required", Integer, "plan_decided: 1 if a grant's condition required the vote, else 0.").unit("0 or 1").optional(),
    Column::key("count", "Count", Integer, "founded: members; plan_decided: districts that voted; school_closed: schools left open in the community.").optional(),
    Column::key("yes_share", "Share of yes", Number, "voted: share of yes votes.").unit("share").optional(),
];

const DISTRICT: [Column; 4] = [
    Column::key(
        "community",
        "Community",
        Text,
        "Identifier of the community: a district of the start. Where the region is drawn anew in every future, it is \
         another place in every replicate, the same under all policies of one.",
    ),
    Column::key("name", "Name", Text, "Its name; missing where the region is drawn anew in every future.").optional(),
    Column::key(
        "served_by",
        "Served by",
        Text,
        "Identifier of the district that serves it: its own until it is merged or dissolved.",
    ),
    Column::key(
        "form",
        "Form",
        Text,
        "Status of the community: alone, network, cluster, consortium, federation, merged or dissolved.",
    ),
];

const SURVIVAL: [Column; 18] = [
    RUN[0],
    Column::key(
        "clusters_of",
        "Clusters",
        Text,
        "Whose lives: after_money (clusters whose money has ended, from the last paid year), while_paid (clusters that were \
         ever paid, from the first paid year until their money ends), unfunded and networks (clusters without money, from \
         their founding until they are paid; by the form in which they were last seen).",
    ),
    Column::key("age", "Age", Integer, "Years since the year from which the lives are counted.").unit("years"),
    Column::key(
        "at_risk",
        "At risk",
        Integer,
        "Clusters under observation in this year of their age, those that end in it among them, in all futures.",
    )
    .unit("clusters"),
    Column::key("clusters", "Clusters in all", Integer, "Clusters of this kind in all futures.").unit("clusters"),
    Column::key("futures", "Futures", Integer, "Futures that had any of them.").unit("futures"),
    Column::key("ended", "Ended", Integer, "Of the clusters, those that ended while they were of this kind.")
        .unit("clusters"),
    Column::key("merged", "Merged", Integer, "Those whose members merged: they leave observation then.")
        .unit("clusters"),
    Column::key(
        "goal_met",
        "Goal met",
        Integer,
        "Those that wound up because the goal was met or the task done: as merged.",
    )
    .unit("clusters"),
    Column::share(
        "existing",
        "Existing",
        "Share that exists at this age, by the product-limit estimator of Kaplan and Meier.",
    ),
    Column::share("existing_low", "Existing, lower end", LOW),
    Column::share("existing_high", "Existing, upper end", HIGH),
    Column::share("working", "Working", "Share that exists at this age and did shared work in that year."),
    Column::share("working_low", "Working, lower end", LOW),
    Column::share("working_high", "Working, upper end", HIGH),
    Column::share("paying", "Paying", "Share that exists at this age and of which belonging paid in that year."),
    Column::share("paying_low", "Paying, lower end", LOW),
    Column::share("paying_high", "Paying, upper end", HIGH),
];

const LOW: &str = "Lower end of its 95 % interval, whole futures being the cases; missing where all or none exist.";
const HIGH: &str = "Upper end of its 95 % interval; missing as the lower end.";

/// The tables of a level of detail, each with its columns, in the order of the files.
#[must_use]
pub fn tables(detail: Detail) -> Vec<(&'static str, Vec<Column>)> {
    let table = |own: &[Column], outcomes: &[Outcome]| {
        RUN.into_iter().chain(own.iter().copied()).chain(outcomes.iter().map(Column::outcome)).collect::<Vec<_>>()
    };
    let mut tables =
        vec![("region", table(&[], REGION_OUTCOMES)), ("outlay", table(&OUTLAY, &[])), ("survival", SURVIVAL.to_vec())];
    if detail >= Detail::Cluster {
        tables.push(("clusters", table(&CLUSTER, CLUSTER_OUTCOMES)));
        tables.push(("events", table(&EVENT, &[])));
    }
    if detail >= Detail::District {
        tables.push(("districts", table(&DISTRICT, DISTRICT_OUTCOMES)));
    }
    tables
}

/// The name of the table of drawn inputs.
pub(super) const PARAMETERS_TABLE: &str = "parameters";

/// The columns of the table of drawn inputs: the future, and a value of each.
#[must_use]
pub fn parameter_columns(parameters: &[ParameterId]) -> Vec<Column> {
    let own = |id: &ParameterId| {
        let info = id.info();
        let column = Column::key(
            info.name,
            info.title,
            Number,
            "Its value in this future, the same under every policy but those that set it.",
        );
        column.unit(info.unit)
    };
    std::iter::once(RUN[1]).chain(parameters.iter().map(own)).collect()
}

/// The text of the data dictionary: table by table, column by column.
pub(super) fn dictionary(layout: &Layout) -> Result<Vec<u8>, ResultsError> {
    #[derive(Serialize)]
    struct TableEntry {
        table: &'static str,
        columns: Vec<Column>,
    }
    let inputs = (!layout.parameters.is_empty()).then(|| (PARAMETERS_TABLE, parameter_columns(&layout.parameters)));
    let all = tables(layout.detail).into_iter().chain(inputs);
    let entries: Vec<_> = all.map(|(table, columns)| TableEntry { table, columns }).collect();
    json_text(&entries, DICTIONARY)
}

/// All texts that cells refer to by number, so that a row of text costs a row of numbers.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    words: Vec<(String, ByteArray)>,
    codes: BTreeMap<String, u32>,
}

impl Vocabulary {
    /// The number of a text, new or known.
    pub(super) fn code(&mut self, word: &str) -> u32 {
        if let Some(&code) = self.codes.get(word) {
            return code;
        }
        let code = self.words.len() as u32;
        self.words.push((word.to_owned(), ByteArray::from(word)));
        self.codes.insert(word.to_owned(), code);
        code
    }

    pub(super) fn text(&self, code: u32) -> &str {
        &self.words[code as usize].0
    }

    pub(super) fn bytes(&self, code: u32) -> ByteArray {
        self.words[code as usize].1.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_every_table_has_a_name_of_its_own_and_a_meaning() {
        for (table, columns) in tables(Detail::District) {
            for (place, column) in columns.iter().enumerate() {
                assert!(
                    columns[..place].iter().all(|earlier| earlier.name != column.name),
                    "{table}.{} twice",
                    column.name
                );
                assert!(column.meaning.ends_with('.'), "{table}.{}", column.name);
            }
        }
    }

    #[test]
    fn numbers_stand_after_the_other_columns_of_a_table() {
        for (table, columns) in tables(Detail::District) {
            let first = columns.iter().position(|column| column.kind == Number).unwrap_or(columns.len());
            assert!(columns[first..].iter().all(|column| column.kind == Number), "{table}");
        }
    }

    #[test]
    fn a_text_keeps_its_number() {
        let mut words = Vocabulary::default();
        let first = words.code("alone");
        assert_ne!(words.code("merged"), first);
        assert_eq!(words.code("alone"), first);
        assert_eq!(words.text(first), "alone");
    }
}
