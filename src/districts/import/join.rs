//! Bringing rows of different files together: by identifier, by the table of changed identifiers,
//! and last by a name that is unique on both sides: with the number in it, or without one where no other
//! district of the state has the same name.

use std::collections::{BTreeMap, BTreeSet};

use super::elsi::leaid;
use super::report::Tallies;
use super::table::{Log, Table};

/// Old identifiers and their new ones.
pub(super) type Aliases = BTreeMap<String, String>;

/// Reads the tables of changed identifiers.
pub(super) fn read_aliases(tables: &[&Table], log: &mut Log) -> Aliases {
    let mut aliases = Aliases::new();
    for table in tables {
        let (old, new) = (table.column("EDGE_GEOID"), table.column("LEAID"));
        for row in &table.rows {
            match (leaid(row.get(old)), leaid(row.get(new))) {
                (Some((old, _)), Some((new, _))) => {
                    aliases.insert(old, new);
                }
                (None, _) => log.push(table.problem(row, old, "an identifier of 7 digits")),
                (_, None) => log.push(table.problem(row, new, "an identifier of 7 digits")),
            }
        }
    }
    aliases
}

/// A row to be joined: its identifier, where it has one, and its name.
pub(super) struct Candidate<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) name: &'a str,
}

/// For each wanted district the index of its row. Joins otherwise than by identifier are tallied.
pub(super) fn resolve<'a>(
    what: &str,
    wanted: &BTreeMap<&'a str, &str>,
    rows: &[Candidate<'_>],
    aliases: &Aliases,
    joined: &mut Tallies,
) -> BTreeMap<&'a str, usize> {
    let mut found: BTreeMap<&'a str, usize> = BTreeMap::new();
    let mut used = BTreeSet::new();
    let mut take = |id: &str, row: usize| -> Option<&'a str> {
        let (&wanted_id, _) = wanted.get_key_value(id)?;
        let free = !found.contains_key(wanted_id) && used.insert(row);
        free.then(|| found.insert(wanted_id, row)).map(|_| wanted_id)
    };
    for (row, candidate) in rows.iter().enumerate() {
        candidate.id.and_then(|id| take(id, row));
    }
    for (row, candidate) in rows.iter().enumerate() {
        let new = candidate.id.and_then(|id| aliases.get(id));
        if let Some(id) = new.and_then(|new| take(new, row)) {
            joined.add(&format!("{what}: by the table of changed identifiers"), wanted[id]);
        }
    }
    for (id, row) in unique_names(wanted, rows, &found, &used) {
        joined.add(&format!("{what}: by name, unique in the state"), wanted[id]);
        found.insert(id, row);
    }
    found
}

/// The joins by name of [`resolve`] whose numbers differ, each as the two names.
pub(super) fn doubtful<'a>(
    wanted: &BTreeMap<&'a str, &str>,
    rows: &[Candidate<'_>],
    found: &BTreeMap<&'a str, usize>,
    aliases: &Aliases,
) -> Vec<String> {
    let differ = |(id, row): (&&'a str, &usize)| {
        let candidate = &rows[*row];
        let own = candidate.id.is_some_and(|other| other == *id || aliases.get(other).is_some_and(|new| new == *id));
        let (a, b) = (numbers(wanted[id]), numbers(candidate.name));
        let differ = !own && !a.is_empty() && !b.is_empty() && a != b;
        differ.then(|| format!("{} with {}", wanted[id], candidate.name))
    };
    found.iter().filter_map(differ).collect()
}

/// Pairs among those not yet joined whose names occur once on either side: with their numbers, and then without
/// numbers where none of those joined already has the same name either.
fn unique_names<'a>(
    wanted: &BTreeMap<&'a str, &str>,
    rows: &[Candidate<'_>],
    found: &BTreeMap<&'a str, usize>,
    used: &BTreeSet<usize>,
) -> Vec<(&'a str, usize)> {
    let mut pairs: Vec<(&'a str, usize)> = Vec::new();
    for key in [numbered_name, plain_name] {
        let mut by_name: BTreeMap<String, (Vec<&'a str>, Vec<usize>)> = BTreeMap::new();
        for (id, name) in wanted {
            by_name.entry(key(name)).or_default().0.push(id);
        }
        for (row, candidate) in rows.iter().enumerate() {
            by_name.entry(key(candidate.name)).or_default().1.push(row);
        }
        let taken = |id: &str, row: usize, pairs: &[(&'a str, usize)]| {
            found.contains_key(id) || used.contains(&row) || pairs.iter().any(|pair| pair.0 == id || pair.1 == row)
        };
        for (name, (ids, rows)) in by_name {
            if let ([id], [row]) = (&ids[..], &rows[..])
                && !name.is_empty()
                && !taken(id, *row, &pairs)
            {
                pairs.push((id, *row));
            }
        }
    }
    pairs
}

/// Words that publishers write or leave out.
const COMMON: [&str; 16] = [
    "public",
    "school",
    "schools",
    "sch",
    "district",
    "districts",
    "dist",
    "community",
    "comm",
    "com",
    "consolidated",
    "independent",
    "unified",
    "number",
    "no",
    "of",
];

/// The words of a name without case and marks, and those for "district".
fn words(name: &str) -> Vec<String> {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty() && !COMMON.contains(word)).map(str::to_owned).collect()
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

/// The numbers in a name, without leading zeros.
fn numbers(name: &str) -> Vec<String> {
    words(name).into_iter().filter(|word| has_digit(word)).map(|word| word.trim_start_matches('0').to_owned()).collect()
}

/// A name without what publishers write differently, but with its numbers.
fn numbered_name(name: &str) -> String {
    format!("{} {}", plain_name(name), numbers(name).join(" "))
}

/// A name without what publishers write differently: case, marks, numbers and words for "district".
pub(super) fn plain_name(name: &str) -> String {
    words(name).into_iter().filter(|word| !has_digit(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_spellings_of_one_district_meet() {
        for (a, b) in [
            ("CARRINGTON 49", "Carrington Public School District 10"),
            ("NEW SALEM-ALMONT 49", "New Salem-Almont School District"),
            ("ADAIR-CASEY COMM SCHOOL DISTRICT", "Adair-Casey Community School District"),
            ("ABERDEEN SCHOOL DISTRICT 06-1", "Aberdeen School District 06-1"),
        ] {
            assert_eq!(plain_name(a), plain_name(b));
        }
        assert_ne!(plain_name("Park River Area 8"), plain_name("Park River 8"));
    }

    #[test]
    fn a_name_is_joined_without_its_number_only_where_no_other_has_it() {
        let wanted = BTreeMap::from([("1", "CENTRAL 32"), ("2", "CENTRAL 45"), ("3", "GAMMA 3"), ("4", "EAST 06-1")]);
        let row = |id, name| Candidate { id, name };
        let rows = [
            row(Some("1"), "Central 32"),
            row(Some("9"), "Central 77"),
            row(Some("8"), "Gamma Public School District 30"),
            row(Some("7"), "East School District 6-1"),
            row(Some("6"), "East School District 6-2"),
        ];
        let found = resolve("places", &wanted, &rows, &Aliases::new(), &mut Tallies::default());
        assert_eq!(found, BTreeMap::from([("1", 0), ("3", 2), ("4", 3)]));
        assert_eq!(doubtful(&wanted, &rows, &found, &Aliases::new()), ["GAMMA 3 with Gamma Public School District 30"]);
        // Rows without identifiers that bear one name are told apart by their numbers.
        let rows = [row(None, "CENTRAL 45"), row(None, "CENTRAL 32")];
        let found = resolve("finances", &wanted, &rows, &Aliases::new(), &mut Tallies::default());
        assert_eq!(found, BTreeMap::from([("1", 1), ("2", 0)]));
    }

    #[test]
    fn identifiers_come_before_aliases_and_aliases_before_names() {
        let wanted =
            BTreeMap::from([("1", "Alpha 1"), ("2", "Beta 2"), ("3", "Gamma 3"), ("4", "Same"), ("5", "Same")]);
        let row = |id, name| Candidate { id: Some(id), name };
        let rows = [row("9", "Gamma School"), row("1", "Beta"), row("8", "other"), row("7", "Same")];
        let aliases = Aliases::from([("8".to_owned(), "2".to_owned())]);
        let mut joined = Tallies::default();
        let found = resolve("places", &wanted, &rows, &aliases, &mut joined);
        assert_eq!(found, BTreeMap::from([("1", 1), ("2", 2), ("3", 0)]));
        let reasons: Vec<_> = joined.into_vec().into_iter().map(|tally| tally.reason).collect();
        assert_eq!(reasons, ["places: by the table of changed identifiers", "places: by name, unique in the state"]);
    }
}
