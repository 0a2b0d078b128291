//! The files of a folder: found, decoded and recognised by their column names.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::products::{Product, describe};
use super::table::{Log, Table, decode, find_head, read_rows};
use crate::diagnostics::{Place, Problem};

/// How a gzip archive begins.
const GZIP: [u8; 2] = [0x1F, 0x8B];
/// How deep below the folder files are looked for.
const DEPTH: u32 = 2;
/// Files larger than this are none of these tables (the largest, a full F-33, has 20 MB).
pub(in crate::districts) const LARGEST: u64 = 400_000_000;

/// The tables of a folder by product, and the files that are none.
#[derive(Default)]
pub(super) struct Folder {
    pub(super) tables: BTreeMap<Product, Vec<Table>>,
    pub(super) ignored: Vec<(String, String)>,
}

impl Folder {
    /// The tables of a text, one below the other with an empty line between them.
    pub(super) fn of_text(name: &str, text: &str, log: &mut Log) -> Self {
        let mut found = Self::default();
        for part in text.split("\n\n") {
            let mut product = None;
            let head = find_head(part, |header| {
                product = Product::recognise(header);
                product.is_some()
            });
            if let (Some(product), Some(head)) = (product, head) {
                found.tables.entry(product).or_default().push(read_rows(name, part, head, log));
            }
        }
        found
    }

    /// The tables of one product.
    pub(super) fn of(&self, product: Product) -> Vec<&Table> {
        self.tables.get(&product).map(|tables| tables.iter().collect()).unwrap_or_default()
    }
}

/// Reads every table in and below `folder`, and the table of changed identifiers beside it.
pub(super) fn read(folder: &Path, log: &mut Log) -> Folder {
    let mut found = Folder::default();
    for path in paths(folder, log) {
        read_file(&path, &mut found, log);
    }
    if found.of(Product::Alias).is_empty() {
        read_alias_beside(folder, &mut found, log);
    }
    found
}

/// The files of a folder and of [`DEPTH`] levels below it, in the order of their names.
pub(in crate::districts) fn paths(folder: &Path, log: &mut Log) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    if let Err(error) = list(folder, DEPTH, &mut paths) {
        let problem = Problem::new(Place::File(folder.display().to_string()), format!("the folder cannot be read: {error}"));
        log.push(problem.expected("a folder with the publishers' files"));
        return Vec::new();
    }
    paths
}

fn list(folder: &Path, depth: u32, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    // The order of a folder differs between machines.
    entries.sort();
    for path in entries {
        if path.is_file() {
            paths.push(path);
        } else if depth > 0 {
            list(&path, depth - 1, paths)?;
        }
    }
    Ok(())
}

fn read_file(path: &Path, found: &mut Folder, log: &mut Log) {
    let name = path.display().to_string();
    match recognise(path) {
        Ok((Product::F33Layout, _)) => found.ignored.push((name, "describes a layout, holds no data".to_owned())),
        Ok((product, text)) => {
            if let Some(head) = find_head(&text, |header| Product::recognise(header) == Some(product)) {
                let table = read_rows(&name, &text, head, log);
                found.tables.entry(product).or_default().push(table);
            }
        }
        Err(why) => found.ignored.push((name, why)),
    }
}

/// The product that a file holds and its text, or why it is none.
fn recognise(path: &Path) -> Result<(Product, String), String> {
    let size = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?.len();
    if size > LARGEST {
        return Err("too large for any of these tables".to_owned());
    }
    let bytes = unpacked(fs::read(path).map_err(|error| format!("cannot be read: {error}"))?)?;
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) || bytes.starts_with(&GZIP) {
        return Err("a spreadsheet or an archive: unpack it and save the table as CSV".to_owned());
    }
    let text = decode(&bytes);
    let mut product = None;
    find_head(&text, |header| {
        product = product.or_else(|| Product::recognise(header));
        product.is_some()
    });
    product.map(|product| (product, text.clone())).ok_or_else(|| {
        let mut names = String::new();
        find_head(&text, |header| {
            names = describe(header);
            true
        });
        if names.is_empty() { "empty".to_owned() } else { format!("none of the known tables; begins with {names}") }
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
        if matches!(recognise(path), Ok((Product::Alias, _))) {
            read_file(path, found, log);
        }
    }
}
