//! The files of a folder: found, decoded and recognised by their column names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::products::{Product, describe, is_of_schools};
use super::table::{Head, Log, Table, decode, find_head, read_rows};
use crate::diagnostics::{Place, Problem};

/// How a gzip archive begins.
const GZIP: [u8; 2] = [0x1F, 0x8B];
/// Files named in a message about a folder with the wrong ones.
const TOLD: usize = 6;
/// How deep below the folder files are looked for.
const DEPTH: u32 = 2;
/// Column names of a table that a message gives.
const MOST_NAMED: usize = 30;
/// Files larger than this are none of these tables (the largest, a full F-33, has 20 MB).
pub(in crate::districts) const LARGEST: u64 = 400_000_000;

/// The tables of a folder by product, and the files that are none.
#[derive(Default)]
pub(super) struct Folder {
    pub(super) tables: BTreeMap<Product, Vec<Table>>,
    /// Products of which some table was refused for its columns.
    pub(super) unfit: BTreeSet<Product>,
    pub(super) ignored: Vec<(String, String)>,
}

impl Folder {
    /// The tables of a text, one below the other with an empty line between them.
    pub(super) fn of_text(name: &str, text: &str, log: &mut Log) -> Self {
        let mut found = Self::default();
        let mut line = 0;
        for part in text.split("\n\n") {
            let before = line;
            line += part.matches('\n').count() + 2;
            let mut product = None;
            let head = find_head(part, |header| {
                product = Product::recognise(header);
                product.is_some()
            });
            if let (Some(product), Some(head)) = (product, head) {
                let mut table = read_rows(name, &format!("{part}\n"), head, log);
                table.rows.iter_mut().for_each(|row| row.line += before);
                found.tables.entry(product).or_default().push(table);
            }
        }
        found
    }

    /// The files that were not read, each with why; empty where all were.
    pub(super) fn unread(&self) -> String {
        let name = |file: &str| {
            Path::new(file).file_name().map_or_else(|| file.to_owned(), |name| name.to_string_lossy().into_owned())
        };
        let told: Vec<String> =
            self.ignored.iter().take(TOLD).map(|(file, why)| format!("{} ({why})", name(file))).collect();
        let more = if self.ignored.len() > TOLD { "; …" } else { "" };
        if told.is_empty() { String::new() } else { format!("not read: {}{more}", told.join("; ")) }
    }

    /// The tables of one product.
    pub(super) fn of(&self, product: Product) -> Vec<&Table> {
        self.tables.get(&product).map(|tables| tables.iter().collect()).unwrap_or_default()
    }
}

/// Reads every table in and below `folder`, and the table of changed identifiers beside it.
pub(super) fn read(folder: &Path, log: &mut Log) -> Folder {
    let mut found = Folder::default();
    let Paths { files, skipped } = paths(folder, log);
    found.ignored = skipped;
    for path in files {
        read_file(&path, &mut found, log);
    }
    if found.of(Product::Alias).is_empty() {
        read_alias_beside(folder, &mut found, log);
    }
    found.ignored.sort();
    found
}

/// What a folder holds.
#[derive(Default)]
pub(in crate::districts) struct Paths {
    /// The files that can be read, in the order of their names.
    pub(in crate::districts) files: Vec<PathBuf>,
    /// Entries that cannot be read, each with why.
    pub(in crate::districts) skipped: Vec<(String, String)>,
}

/// The files of a folder and of [`DEPTH`] levels below it. An entry that cannot be read is passed over, and told.
pub(in crate::districts) fn paths(folder: &Path, log: &mut Log) -> Paths {
    let mut found = Paths::default();
    if let Err(error) = list(folder, DEPTH, &mut found) {
        let problem =
            Problem::new(Place::File(folder.display().to_string()), format!("the folder cannot be read: {error}"));
        log.push(problem.expected("a folder with the publishers' files"));
        return Paths::default();
    }
    found
}

fn list(folder: &Path, depth: u32, found: &mut Paths) -> std::io::Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    // The order of a folder differs between machines.
    entries.sort();
    for path in entries {
        let mut skip = |why: String| found.skipped.push((path.display().to_string(), why));
        match fs::metadata(&path) {
            Err(error) if fs::symlink_metadata(&path).is_ok_and(|data| data.is_symlink()) => {
                skip(format!("a link that leads to nothing that can be read: {error}"));
            }
            Err(error) => skip(format!("cannot be read: {error}")),
            Ok(data) if data.is_file() => found.files.push(path),
            Ok(data) if !data.is_dir() => skip("no file: a pipe, socket or device".to_owned()),
            Ok(_) if depth == 0 => skip(format!("a folder more than {DEPTH} levels down: not searched")),
            Ok(_) => {
                if let Err(error) = list(&path, depth - 1, found) {
                    found.skipped.push((path.display().to_string(), format!("this folder cannot be read: {error}")));
                }
            }
        }
    }
    Ok(())
}

fn read_file(path: &Path, found: &mut Folder, log: &mut Log) {
    let name = path.display().to_string();
    match recognise(path) {
        Ok((Product::F33Layout, ..)) => found.ignored.push((name, "describes a layout, holds no data".to_owned())),
        Ok((product, text, head)) => {
            if fits(product, &name, &head.header, log) {
                let table = read_rows(&name, &text, head, log);
                found.tables.entry(product).or_default().push(table);
            } else {
                // Its problem tells all: that the folder has none would be a second, and wrong.
                found.unfit.insert(product);
            }
        }
        Err(why) => found.ignored.push((name, why)),
    }
}

/// Whether a table has all columns of its product; tells what it lacks.
pub(in crate::districts) fn fits(product: Product, file: &str, header: &[String], log: &mut Log) -> bool {
    let there = || format!("its columns are {}", describe(header, MOST_NAMED));
    let place = || Place::File(file.to_owned());
    if product == Product::Elsi && is_of_schools(header) {
        let problem = Problem::new(place(), "this table has a row for each school").expected(product.published());
        log.push(problem.hint("choose District instead of Public School in the table generator, and export again"));
        return false;
    }
    let misfits = product.misfits(header);
    for what in &misfits {
        let problem = Problem::new(place(), format!("{} with {what}", product.title()));
        log.push(problem.expected("each of its columns once, under the publisher's name").hint(format!(
            "{}; give the column its name back, or take the file out of the folder if it is another table",
            there()
        )));
    }
    misfits.is_empty()
}

/// The product that a file holds, its text and where its table begins, or why it is none.
fn recognise(path: &Path) -> Result<(Product, String, Head), String> {
    let size = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?.len();
    if size > LARGEST {
        return Err("too large for any of these tables".to_owned());
    }
    let bytes = unpacked(fs::read(path).map_err(|error| format!("cannot be read: {error}"))?)?;
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) || bytes.starts_with(&GZIP) {
        return Err("a spreadsheet or an archive: unpack it and save the table as CSV".to_owned());
    }
    // Letters of two bytes, one of them mostly 0.
    if !bytes.starts_with(&[0xFF, 0xFE])
        && !bytes.starts_with(&[0xFE, 0xFF])
        && bytes.iter().take(1000).filter(|&&b| b == 0).count() > 100
    {
        return Err(
            "no text in UTF-8: UTF-16 without a byte-order mark, or no text at all: save it again as CSV in UTF-8"
                .to_owned(),
        );
    }
    let text = decode(&bytes);
    let mut product = None;
    let head = find_head(&text, |header| {
        product = product.or_else(|| Product::recognise(header));
        product.is_some()
    });
    if let (Some(product), Some(head)) = (product, head) {
        return Ok((product, text, head));
    }
    let start = text.trim_start().get(..15).unwrap_or_default().to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return Err("a page of the web, not a table: the download has failed, fetch the file again".to_owned());
    }
    let (mut names, mut almost) = (String::new(), None);
    find_head(&text, |header| {
        if names.is_empty() {
            names = describe(header, 3);
        }
        almost = almost.take().or_else(|| Product::almost(header));
        almost.is_some()
    });
    Err(match (almost, names.is_empty()) {
        (Some(almost), _) => almost,
        (None, true) => "empty".to_owned(),
        (None, false) => format!("none of the known tables; begins with {names}"),
    })
}

/// The bytes of a file, unpacked where it is a gzip archive (of one table).
pub(in crate::districts) fn unpacked(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if !bytes.starts_with(&GZIP) {
        return Ok(bytes);
    }
    let mut out = Vec::new();
    // One byte beyond the limit tells that there is more, however much that would be.
    let read = MultiGzDecoder::new(bytes.as_slice()).take(LARGEST + 1).read_to_end(&mut out);
    match read {
        Err(error) => Err(format!("a damaged gzip archive: {error}")),
        Ok(_) if out.len() as u64 > LARGEST => Err("too large for any of these tables when unpacked".to_owned()),
        Ok(_) => Ok(out),
    }
}

/// The table of changed identifiers may lie beside the folder of published files.
fn read_alias_beside(folder: &Path, found: &mut Folder, log: &mut Log) {
    let parent = folder.canonicalize().ok().and_then(|path| path.parent().map(Path::to_path_buf));
    let mut entries: Vec<PathBuf> = parent
        .and_then(|parent| fs::read_dir(parent).ok())
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    entries.sort();
    let named = |path: &&PathBuf| {
        path.is_file() && path.file_name().is_some_and(|name| name.to_string_lossy().to_lowercase().contains("alias"))
    };
    for path in entries.iter().filter(named) {
        if matches!(recognise(path), Ok((Product::Alias, ..))) {
            read_file(path, found, log);
        }
    }
}
