//! One table as CSV and Parquet: rows go to the CSV at once and to Parquet in row groups.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnPath, Type};

use super::Layout;
use super::columns::{Column, ColumnKind, Vocabulary};
use super::error::ResultsError;
use super::file::{CsvFile, DigestFile, WrittenFile};

/// A value of a column that is text or a whole number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    /// Nothing.
    Missing,
    /// A whole number.
    Integer(i64),
    /// A text, by its number in the vocabulary.
    Text(u32),
}

/// Which files are wanted, and how many rows make a row group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    csv: bool,
    parquet: bool,
    group_rows: usize,
}

impl Options {
    pub(super) fn new(layout: &Layout, group_rows: usize) -> Self {
        Self { csv: layout.csv, parquet: layout.parquet, group_rows }
    }
}

/// A table that is being written.
#[derive(Debug)]
pub(super) struct Table {
    csv: Option<CsvFile>,
    parquet: Option<ParquetFile>,
}

impl Table {
    pub(super) fn create(
        folder: &Path,
        name: &str,
        columns: Vec<Column>,
        options: Options,
    ) -> Result<Self, ResultsError> {
        let header: Vec<_> = columns.iter().map(|column| column.name).collect();
        let csv = options.csv.then(|| CsvFile::create(folder, &format!("{name}.csv"), &header)).transpose()?;
        let parquet =
            options.parquet.then(|| ParquetFile::create(folder, name, columns, options.group_rows)).transpose()?;
        Ok(Self { csv, parquet })
    }

    /// Adds a row: its texts and whole numbers, then its numbers, NaN where there is none.
    pub(super) fn row(&mut self, words: &Vocabulary, cells: &[Cell], numbers: &[f64]) -> Result<(), ResultsError> {
        if let Some(csv) = &mut self.csv {
            csv_row(csv, words, cells, numbers)?;
        }
        match &mut self.parquet {
            Some(parquet) => parquet.row(words, cells, numbers),
            None => Ok(()),
        }
    }

    pub(super) fn finish(self, words: &Vocabulary) -> Result<Vec<WrittenFile>, ResultsError> {
        let mut files = Vec::new();
        files.extend(self.parquet.map(|file| file.finish(words)).transpose()?);
        files.extend(self.csv.map(CsvFile::finish).transpose()?);
        Ok(files)
    }
}

fn csv_row(csv: &mut CsvFile, words: &Vocabulary, cells: &[Cell], numbers: &[f64]) -> Result<(), ResultsError> {
    for cell in cells {
        match *cell {
            Cell::Missing => csv.field("")?,
            Cell::Integer(value) => csv.integer(value)?,
            Cell::Text(code) => csv.field(&guarded(words.text(code)))?,
        }
    }
    numbers.iter().try_for_each(|&value| csv.number(value))?;
    csv.end_row()
}

/// A text that no spreadsheet runs: one that begins as a formula does gets an apostrophe before it, which spreadsheets
/// take for the mark of a text.
fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

/// A Parquet file and the rows that are not yet in it, row after row.
struct ParquetFile {
    path: PathBuf,
    writer: SerializedFileWriter<DigestFile>,
    columns: Vec<Column>,
    /// How many columns hold numbers: the last ones.
    width: usize,
    group_rows: usize,
    rows: u64,
    waiting: usize,
    cells: Vec<Cell>,
    numbers: Vec<f64>,
}

impl std::fmt::Debug for ParquetFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetFile").field("path", &self.path).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl ParquetFile {
    fn create(folder: &Path, table: &str, columns: Vec<Column>, group_rows: usize) -> Result<Self, ResultsError> {
        let path = folder.join(format!("{table}.parquet"));
        let file = DigestFile::create(&path)?;
        let writer = schema(table, &columns)
            .and_then(|schema| SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties(table, &columns))))
            .map_err(ResultsError::write(&path))?;
        let width = columns.iter().filter(|column| column.kind == ColumnKind::Number).count();
        let (cells, numbers) = (Vec::new(), Vec::new());
        Ok(Self { path, writer, columns, width, group_rows, rows: 0, waiting: 0, cells, numbers })
    }

    fn row(&mut self, words: &Vocabulary, cells: &[Cell], numbers: &[f64]) -> Result<(), ResultsError> {
        if cells.len() + self.width != self.columns.len() || numbers.len() != self.width {
            let (given, expected) = (cells.len() + numbers.len(), self.columns.len());
            return Err(ResultsError::Shape(format!("a row of {given} values for {expected} columns")));
        }
        self.cells.extend_from_slice(cells);
        self.numbers.extend_from_slice(numbers);
        self.waiting += 1;
        if self.waiting == self.group_rows { self.flush(words) } else { Ok(()) }
    }

    /// Writes the waiting rows as one row group and keeps the memory.
    fn flush(&mut self, words: &Vocabulary) -> Result<(), ResultsError> {
        if self.waiting > 0 {
            self.write_group(words).map_err(ResultsError::write(&self.path))?;
            self.rows += self.waiting as u64;
            self.waiting = 0;
            self.cells.clear();
            self.numbers.clear();
        }
        Ok(())
    }

    fn write_group(&mut self, words: &Vocabulary) -> Result<(), ParquetError> {
        let keys = self.columns.len() - self.width;
        let mut group = self.writer.next_row_group()?;
        for (place, column) in self.columns.iter().enumerate() {
            let cells = self.cells.iter().skip(place).step_by(keys).copied();
            match column.kind {
                ColumnKind::Text => write_column::<ByteArrayType>(
                    &mut group,
                    column,
                    cells.map(|cell| match cell {
                        Cell::Text(code) => Some(words.bytes(code)),
                        Cell::Integer(_) | Cell::Missing => None,
                    }),
                ),
                ColumnKind::Integer => write_column::<Int64Type>(
                    &mut group,
                    column,
                    cells.map(|cell| match cell {
                        Cell::Integer(value) => Some(value),
                        Cell::Text(_) | Cell::Missing => None,
                    }),
                ),
                ColumnKind::Number => {
                    let numbers = self.numbers.iter().skip(place - keys).step_by(self.width);
                    write_column::<DoubleType>(
                        &mut group,
                        column,
                        numbers.map(|&value| (!value.is_nan()).then_some(value)),
                    )
                }
            }?;
        }
        group.close().map(drop)
    }

    fn finish(mut self, words: &Vocabulary) -> Result<WrittenFile, ResultsError> {
        self.flush(words)?;
        let file = self.writer.into_inner().map_err(ResultsError::write(&self.path))?;
        file.finish(&self.path, Some(self.rows))
    }
}

/// Writes one column of a row group: a list of values, and a level for each row that says whether
/// it has one.
fn write_column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, DigestFile>,
    column: &Column,
    rows: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let mut levels = Vec::new();
    let values: Vec<_> = rows.inspect(|row| levels.push(i16::from(row.is_some()))).flatten().collect();
    if !column.can_be_missing && values.len() < levels.len() {
        return Err(ParquetError::General(format!("column {} misses a value", column.name)));
    }
    let levels = column.can_be_missing.then_some(levels.as_slice());
    let mut writer = group
        .next_column()?
        .ok_or_else(|| ParquetError::General(format!("no column {} in the schema", column.name)))?;
    writer.typed::<T>().write_batch(&values, levels, None)?;
    writer.close()
}

fn schema(table: &str, columns: &[Column]) -> Result<Type, ParquetError> {
    let field = |column: &Column| {
        let (physical, logical) = match column.kind {
            ColumnKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            ColumnKind::Integer => (Physical::INT64, None),
            ColumnKind::Number => (Physical::DOUBLE, None),
        };
        let repetition = if column.can_be_missing { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let field = Type::primitive_type_builder(column.name, physical);
        field.with_repetition(repetition).with_logical_type(logical).build().map(Arc::new)
    };
    let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder(table).with_fields(fields).build()
}

/// Doubles as byte streams, which compress well; texts by a dictionary; whole numbers as differences.
fn properties(table: &str, columns: &[Column]) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_key_value_metadata(Some(metadata(table, columns)));
    for column in columns {
        let path = ColumnPath::from(column.name);
        properties = match column.kind {
            ColumnKind::Text => properties.set_column_dictionary_enabled(path, true),
            ColumnKind::Integer => properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
            // Least and greatest values help to skip rows by key, never by outcome, and cost time.
            ColumnKind::Number => properties
                .set_column_statistics_enabled(path.clone(), EnabledStatistics::None)
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT),
        };
    }
    properties.build()
}

/// Unit and meaning of every column, as `unit:<column>` and `meaning:<column>`.
fn metadata(table: &str, columns: &[Column]) -> Vec<KeyValue> {
    let mut entries = vec![KeyValue::new("table".into(), table.to_owned())];
    for column in columns {
        if !column.unit.is_empty() {
            entries.push(KeyValue::new(format!("unit:{}", column.name), column.unit.to_owned()));
        }
        entries.push(KeyValue::new(format!("meaning:{}", column.name), column.meaning.to_owned()));
    }
    entries
}
