//! Facts out: what an experiment found, streamed into a folder of plain files that carry their own
//! units, meanings and origin.
//!
//! A folder holds one table per file (`region`, `outlay`, `survival` and, with more detail, `clusters`, `events`
//! and `districts`), each as Parquet and as CSV; `columns.json`, which explains every column;
//! `manifest.json`, which says where it all came from; and what a report adds. Nothing in it depends on
//! the clock, on the number of threads or on the machine: the same run writes the same bytes.
//!
//! Everything is written into a sibling folder `<name>.partial`, which takes its final name only
//! when it is complete.

mod columns;
mod error;
mod file;
mod folder;
mod manifest;
mod rows;
mod table;
#[cfg(test)]
mod tests;
mod verify;

use std::path::Path;

use crate::model::parameters::ParameterId;
use crate::model::record::{Detail, Record};
use crate::model::region::Region;

use columns::Vocabulary;
use folder::PartialFolder;
use rows::Labels;
use table::Table;

pub use columns::{Column, ColumnKind, parameter_columns, tables};
pub use error::ResultsError;
pub use file::WrittenFile;
pub use manifest::Origin;
pub use verify::{Verified, verify};

/// Rows collected before they go to disk as one Parquet row group: what bounds the memory.
const ROW_GROUP_ROWS: usize = 1 << 16;

/// What the rows of an experiment refer to by number, and what is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The names of the policies, in their order.
    pub policies: Vec<String>,
    /// The names of the instruments of each policy, in their order.
    pub instruments: Vec<Vec<String>>,
    /// The identifiers of the districts of the start, in the order of the region.
    pub district_ids: Vec<String>,
    /// Their names; empty where every future draws a region of its own, in which an identifier is another place.
    pub district_names: Vec<String>,
    /// The calendar year of the first simulated year.
    pub first_year: i32,
    /// The uncertain inputs that differ from future to future: the columns of their table, which is left out where there
    /// are none.
    pub parameters: Vec<ParameterId>,
    /// How much is written.
    pub detail: Detail,
    /// Whether tables are written as CSV: readable anywhere, but slow and large.
    pub csv: bool,
    /// Whether tables are written as Parquet.
    pub parquet: bool,
}

impl Layout {
    /// The layout of an experiment on `region`, with both kinds of file. `policies` are names, each
    /// with the names of its instruments.
    #[must_use]
    pub fn new(region: &Region, policies: Vec<(String, Vec<String>)>, detail: Detail) -> Self {
        let (policies, instruments) = policies.into_iter().unzip();
        Self {
            policies,
            instruments,
            district_ids: region.districts.iter().map(|district| district.id.clone()).collect(),
            district_names: region.districts.iter().map(|district| district.name.clone()).collect(),
            first_year: region.first_year,
            parameters: Vec::new(),
            detail,
            csv: true,
            parquet: true,
        }
    }

    /// The layout of a folder that holds no table of runs.
    #[must_use]
    pub fn of_files() -> Self {
        Self {
            policies: Vec::new(),
            instruments: Vec::new(),
            district_ids: Vec::new(),
            district_names: Vec::new(),
            first_year: 0,
            parameters: Vec::new(),
            detail: Detail::Region,
            csv: false,
            parquet: false,
        }
    }

    fn check(&self) -> Result<(), ResultsError> {
        if self.policies.len() != self.instruments.len() {
            return Err(ResultsError::Shape(format!(
                "{} policies but {} lists of instruments",
                self.policies.len(),
                self.instruments.len()
            )));
        }
        if !self.district_names.is_empty() && self.district_ids.len() != self.district_names.len() {
            return Err(ResultsError::Shape(format!(
                "{} district identifiers but {} names",
                self.district_ids.len(),
                self.district_names.len()
            )));
        }
        Ok(())
    }
}

/// The tables of a folder; those above the level of detail are absent.
#[derive(Debug)]
struct Tables {
    region: Table,
    outlay: Table,
    survival: Table,
    parameters: Option<Table>,
    clusters: Option<Table>,
    events: Option<Table>,
    districts: Option<Table>,
}

impl Tables {
    fn create(folder: &Path, layout: &Layout, group_rows: usize) -> Result<Self, ResultsError> {
        let open = |(name, columns): (&str, Vec<Column>)| {
            Table::create(folder, name, columns, table::Options::new(layout, group_rows))
        };
        let mut wanted = tables(layout.detail).into_iter();
        let mut next = || wanted.next().map(open).transpose();
        let drawn =
            (!layout.parameters.is_empty()).then(|| (columns::PARAMETERS_TABLE, parameter_columns(&layout.parameters)));
        let parameters = drawn.map(open).transpose()?;
        match (next()?, next()?, next()?, next()?, next()?, next()?) {
            (Some(region), Some(outlay), Some(survival), clusters, events, districts) => {
                Ok(Self { region, outlay, survival, parameters, clusters, events, districts })
            }
            _ => {
                Err(ResultsError::Shape("every level of detail has tables of the region, outlays and survival".into()))
            }
        }
    }

    fn finish(self, words: &Vocabulary) -> Result<Vec<WrittenFile>, ResultsError> {
        let mut files = Vec::new();
        let always = [self.region, self.outlay, self.survival];
        for table in always
            .into_iter()
            .chain([self.parameters, self.clusters, self.events, self.districts].into_iter().flatten())
        {
            files.extend(table.finish(words)?);
        }
        Ok(files)
    }
}

/// A results folder of finished files only, for what is not a table of every run: written as a partial folder
/// and named when it is complete, as all results are.
#[derive(Debug)]
pub struct FileFolder {
    folder: PartialFolder,
    files: Vec<WrittenFile>,
}

impl FileFolder {
    /// Looks at where results are to go, before the work, and writes nothing.
    ///
    /// # Errors
    /// When there is anything that this program did not write, or that cannot be exchanged for results.
    pub fn check(dir: &Path) -> Result<(), ResultsError> {
        PartialFolder::check(dir)
    }

    /// Opens `<dir>.partial`.
    ///
    /// # Errors
    /// As [`ResultsWriter::create`].
    pub fn create(dir: &Path) -> Result<Self, ResultsError> {
        Ok(Self { folder: PartialFolder::open(dir)?, files: Vec::new() })
    }

    /// Adds a file, as [`ResultsWriter::add_file`].
    ///
    /// # Errors
    /// As [`ResultsWriter::add_file`].
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), ResultsError> {
        let written = self.folder.add(name, bytes)?;
        self.files.push(written);
        Ok(())
    }

    /// Writes the manifest and gives the folder its name; returns what was written, the manifest last.
    ///
    /// # Errors
    /// As [`ResultsWriter::finish`].
    pub fn finish(mut self, origin: &Origin, layout: &Layout, failed: u64) -> Result<Vec<WrittenFile>, ResultsError> {
        let manifest = manifest::render(origin, layout, failed, &self.files)?;
        self.files.push(self.folder.add(manifest::MANIFEST, &manifest)?);
        self.folder.finish()?;
        Ok(self.files)
    }
}

/// Streams the records of an experiment into a results folder. Memory does not grow with the number
/// of replicates.
#[derive(Debug)]
pub struct ResultsWriter {
    layout: Layout,
    labels: Labels,
    words: Vocabulary,
    tables: Tables,
    failures: Option<file::CsvFile>,
    extra: Vec<WrittenFile>,
    folder: PartialFolder,
}

impl ResultsWriter {
    /// Opens `<dir>.partial` for writing; `dir` itself is touched only by [`finish`](Self::finish).
    ///
    /// # Errors
    /// When `dir` holds anything that this program did not write, when another run is writing to
    /// it, when it cannot be written to, or when the layout contradicts itself.
    pub fn create(dir: &Path, layout: Layout) -> Result<Self, ResultsError> {
        Self::with_row_groups(dir, layout, ROW_GROUP_ROWS)
    }

    fn with_row_groups(dir: &Path, layout: Layout, group_rows: usize) -> Result<Self, ResultsError> {
        layout.check()?;
        let folder = PartialFolder::open(dir)?;
        let mut words = Vocabulary::default();
        let labels = Labels::new(&layout, &mut words);
        let tables = Tables::create(folder.path(), &layout, group_rows)?;
        Ok(Self { layout, labels, words, tables, failures: None, extra: Vec::new(), folder })
    }

    /// Where the files stand until [`finish`](Self::finish).
    #[must_use]
    pub fn partial_folder(&self) -> &Path {
        self.folder.path()
    }

    /// Adds the record of one policy (by its place in the layout) in one replicate.
    ///
    /// # Errors
    /// When a file cannot be written, or the record does not fit the layout.
    pub fn write(&mut self, policy: usize, replicate: u32, record: &Record) -> Result<(), ResultsError> {
        rows::check(&self.layout, policy, record)?;
        let run = self.labels.run(policy, replicate);
        rows::region(&mut self.tables.region, &run, record, &self.words)?;
        rows::outlay(&mut self.tables.outlay, &run, record, &self.words)?;
        if let Some(table) = &mut self.tables.clusters {
            rows::clusters(table, &run, record, &self.words)?;
        }
        if let Some(table) = &mut self.tables.events {
            rows::events(table, &run, record, &mut self.words)?;
        }
        if let Some(table) = &mut self.tables.districts {
            rows::districts(table, &run, record, &self.words)?;
        }
        Ok(())
    }

    /// Adds the drawn inputs of a replicate, in the order of the layout.
    ///
    /// # Errors
    /// When a file cannot be written, or these are not the inputs of the layout.
    pub fn parameters(&mut self, replicate: u32, values: &[f64]) -> Result<(), ResultsError> {
        match &mut self.tables.parameters {
            Some(table) if values.len() == self.layout.parameters.len() => {
                table.row(&self.words, &[table::Cell::Integer(i64::from(replicate))], values)
            }
            _ => Err(ResultsError::Shape(format!("{} inputs of {}", values.len(), self.layout.parameters.len()))),
        }
    }

    /// Adds a row of the table of survival for a policy, by its place in the layout: whose lives, seven counts and nine
    /// shares in the order of the columns, not a number where a share is not defined.
    ///
    /// # Errors
    /// When a file cannot be written, or there is no such policy.
    pub fn survival(
        &mut self,
        policy: usize,
        whose: &str,
        counts: [u64; 7],
        shares: &[f64; 9],
    ) -> Result<(), ResultsError> {
        rows::survival(&mut self.tables.survival, &self.labels, (policy, whose), (counts, shares), &mut self.words)
    }

    /// Notes a replicate that failed, so that it can be run again by its seed: a row of
    /// `failures.csv`, a file which exists only where there is one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn failure(&mut self, replicate: u32, seed: u64, message: &str) -> Result<(), ResultsError> {
        let mut file = match self.failures.take() {
            Some(file) => file,
            None => file::CsvFile::create(self.folder.path(), "failures.csv", &["replicate", "seed", "message"])?,
        };
        file.record(&[&replicate.to_string(), &seed.to_string(), message])?;
        self.failures = Some(file);
        Ok(())
    }

    /// Adds a finished file, such as a chart, under a name relative to the folder (`/` between
    /// folders).
    ///
    /// # Errors
    /// When the name is not a plain relative path or is taken, or the file cannot be written.
    pub fn add_file(&mut self, name: &str, bytes: &[u8]) -> Result<(), ResultsError> {
        let written = self.folder.add(name, bytes)?;
        self.extra.push(written);
        Ok(())
    }

    /// Completes all files, writes the data dictionary and the manifest, and gives the folder its
    /// name; complete results that stood there are removed only then. Returns what was written, the manifest last.
    ///
    /// # Errors
    /// When a file cannot be written; the partial folder is then removed. When the folder cannot be renamed: it then stays,
    /// complete.
    pub fn finish(mut self, origin: &Origin) -> Result<Vec<WrittenFile>, ResultsError> {
        let mut files = self.tables.finish(&self.words)?;
        let failed = self.failures.as_ref().map_or(0, file::CsvFile::rows);
        files.extend(self.failures.take().map(file::CsvFile::finish).transpose()?);
        files.append(&mut self.extra);
        files.push(self.folder.add(columns::DICTIONARY, &columns::dictionary(&self.layout)?)?);
        let manifest = manifest::render(origin, &self.layout, failed, &files)?;
        files.push(self.folder.add(manifest::MANIFEST, &manifest)?);
        self.folder.finish()?;
        Ok(files)
    }
}
