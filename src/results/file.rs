//! Files that know their own size and digest.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::error::ResultsError;
use crate::provenance::hex;

/// A file of a results folder, as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrittenFile {
    /// Its name, relative to the folder.
    pub name: String,
    /// Rows of data, where it is a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 digest, hexadecimal.
    pub sha256: String,
}

/// A buffered file that digests what goes through it, so that nothing is read again at the end.
#[derive(Debug)]
pub(super) struct DigestFile {
    file: BufWriter<File>,
    digest: Sha256,
    bytes: u64,
}

impl DigestFile {
    pub(super) fn create(path: &Path) -> Result<Self, ResultsError> {
        let file = File::create(path).map_err(ResultsError::io("create", path))?;
        Ok(Self { file: BufWriter::with_capacity(1 << 16, file), digest: Sha256::new(), bytes: 0 })
    }

    /// Puts everything on disk and tells what was written.
    pub(super) fn finish(mut self, path: &Path, rows: Option<u64>) -> Result<WrittenFile, ResultsError> {
        self.file.flush().map_err(ResultsError::io("write", path))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(WrittenFile { name, rows, bytes: self.bytes, sha256: hex(&self.digest.finalize()) })
    }
}

impl Write for DigestFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.digest.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A CSV file with a header row.
#[derive(Debug)]
pub(super) struct CsvFile {
    path: PathBuf,
    writer: csv::Writer<DigestFile>,
    rows: u64,
}

impl CsvFile {
    pub(super) fn create(folder: &Path, name: &str, header: &[&str]) -> Result<Self, ResultsError> {
        let path = folder.join(name);
        let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(DigestFile::create(&path)?);
        writer.write_record(header).map_err(ResultsError::write(&path))?;
        Ok(Self { path, writer, rows: 0 })
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn record(&mut self, fields: &[&str]) -> Result<(), ResultsError> {
        fields.iter().try_for_each(|field| self.field(field))?;
        self.end_row()
    }

    pub(super) fn field(&mut self, text: &str) -> Result<(), ResultsError> {
        self.writer.write_field(text).map_err(ResultsError::write(&self.path))
    }

    pub(super) fn integer(&mut self, value: i64) -> Result<(), ResultsError> {
        self.field(&value.to_string())
    }

    /// A number with the fewest digits that read back as the same number; nothing where it is NaN.
    pub(super) fn number(&mut self, value: f64) -> Result<(), ResultsError> {
        let mut digits = zmij::Buffer::new();
        let text = if value.is_nan() { "" } else { digits.format(value) };
        let text = text.strip_suffix(".0").unwrap_or(text);
        self.writer.write_field(text).map_err(ResultsError::write(&self.path))
    }

    pub(super) fn end_row(&mut self) -> Result<(), ResultsError> {
        self.rows += 1;
        self.writer.write_record(None::<&[u8]>).map_err(ResultsError::write(&self.path))
    }

    pub(super) fn finish(self) -> Result<WrittenFile, ResultsError> {
        let file =
            self.writer.into_inner().map_err(|failed| ResultsError::io("write", &self.path)(failed.into_error()))?;
        file.finish(&self.path, Some(self.rows))
    }
}
