//! What an import read, dropped, joined and assumed.

use std::collections::BTreeMap;
use std::fmt;

/// How many examples of a reason are kept.
const EXAMPLES: usize = 4;

/// Rows or districts that share a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The reason, as a clause.
    pub reason: String,
    /// How many.
    pub count: usize,
    /// The names of the first few.
    pub examples: Vec<String>,
}

/// One file that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// Its path as given.
    pub path: String,
    /// What it was recognised as.
    pub product: &'static str,
    /// Its rows of data.
    pub rows: usize,
    /// Those of the state.
    pub rows_of_state: usize,
}

/// The whole account of an import: nothing is dropped, imputed or assumed without a line here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// The state's postal code.
    pub state: String,
    /// The school year, e.g. `2019-20`.
    pub year: String,
    /// Agencies of all types in the enrolment tables.
    pub rows_read: usize,
    /// Those of the state.
    pub rows_of_state: usize,
    /// Districts in the region.
    pub districts: usize,
    /// The files that were read.
    pub files: Vec<FileReport>,
    /// Files of the folder that were not read, each with why.
    pub ignored: Vec<(String, String)>,
    /// Agencies of the state that are not districts of the region, by reason.
    pub dropped: Vec<Tally>,
    /// How rows of different files were brought together, where not by their identifier.
    pub joined: Vec<Tally>,
    /// Values that no file holds for a district, by what was put in their place.
    pub imputed: Vec<Tally>,
    /// Values put back into their range.
    pub clamped: Vec<Tally>,
    /// Where the districts' schools come from, and the high schools of those without one.
    pub schools: Vec<Tally>,
    /// What was assumed for the whole region.
    pub assumptions: Vec<String>,
    /// What looks odd but does not stop the import.
    pub warnings: Vec<String>,
}

/// Collects tallies by reason, in the order in which reasons first appear.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    order: Vec<Tally>,
    places: BTreeMap<String, usize>,
}

impl Tallies {
    /// Counts `example` under `reason`.
    pub(super) fn add(&mut self, reason: &str, example: &str) {
        let place = *self.places.entry(reason.to_owned()).or_insert_with(|| {
            self.order.push(Tally { reason: reason.to_owned(), count: 0, examples: Vec::new() });
            self.order.len() - 1
        });
        let tally = &mut self.order[place];
        tally.count += 1;
        if tally.examples.len() < EXAMPLES {
            tally.examples.push(example.to_owned());
        }
    }

    /// Adds those of another collection.
    pub(super) fn extend(&mut self, other: Self) {
        for tally in other.order {
            if !self.places.contains_key(&tally.reason) {
                self.places.insert(tally.reason.clone(), self.order.len());
                self.order.push(tally);
            }
        }
    }

    /// The tallies so far.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Tally> {
        self.order.iter()
    }

    /// The tallies.
    pub(super) fn into_vec(self) -> Vec<Tally> {
        self.order
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.count > self.examples.len() { ", …" } else { "" };
        write!(f, "{:>5}  {} ({}{more})", self.count, self.reason, self.examples.join(", "))
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Read")?;
        let mut products: Vec<&str> = self.files.iter().map(|file| file.product).collect();
        products.dedup();
        for product in products {
            self.write_files(f, product)?;
        }
        for (path, why) in &self.ignored {
            writeln!(f, "    not read: {path} ({why})")?;
        }
        for (title, tallies) in [
            ("Dropped", &self.dropped),
            ("Joined otherwise than by identifier", &self.joined),
            ("Imputed", &self.imputed),
            ("Put back into range", &self.clamped),
            ("Schools", &self.schools),
        ] {
            section(f, title, tallies.iter())?;
        }
        section(f, "Assumed", self.assumptions.iter().map(|line| format!("    {line}")))?;
        section(f, "Look at", self.warnings.iter().map(|line| format!("    {line}")))?;
        let Self { districts, rows_of_state, rows_read, state, year, .. } = self;
        write!(f, "{districts} districts of {rows_of_state} agencies in {state} ({rows_read} rows read), {year}")
    }
}

impl ImportReport {
    /// One line for each file of a product, or one for all where they are many.
    fn write_files(&self, f: &mut fmt::Formatter<'_>, product: &str) -> fmt::Result {
        const MANY: usize = 6;
        let files: Vec<&FileReport> = self.files.iter().filter(|file| file.product == product).collect();
        let state = &self.state;
        if files.len() > MANY {
            let rows: usize = files.iter().map(|file| file.rows).sum();
            let of_state: usize = files.iter().map(|file| file.rows_of_state).sum();
            return writeln!(f, "{rows:>7} rows, {of_state:>5} of {state}: {} files ({product})", files.len());
        }
        files.iter().try_for_each(|file| {
            writeln!(f, "{:>7} rows, {:>5} of {state}: {} ({product})", file.rows, file.rows_of_state, file.path)
        })
    }
}

fn section<T: fmt::Display>(f: &mut fmt::Formatter<'_>, title: &str, lines: impl Iterator<Item = T>) -> fmt::Result {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return Ok(());
    }
    writeln!(f, "{title}")?;
    lines.try_for_each(|line| writeln!(f, "{line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_counted_and_some_examples_are_named() {
        let mut tallies = Tallies::default();
        for number in 0..6 {
            tallies.add("no pupils", &format!("D{number}"));
        }
        tallies.add("closed", "E");
        let report = ImportReport {
            dropped: tallies.into_vec(),
            state: "ND".into(),
            year: "2019-20".into(),
            ..ImportReport::default()
        };
        let text = report.to_string();
        assert!(text.contains("    6  no pupils (D0, D1, D2, D3, …)\n    1  closed (E)"), "{text}");
        assert!(text.ends_with("0 districts of 0 agencies in ND (0 rows read), 2019-20"), "{text}");
    }
}
