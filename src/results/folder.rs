//! The folder of results: written beside its final place, renamed when complete.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use super::error::ResultsError;
use super::file::{DigestFile, WrittenFile};
use super::manifest::{self, MANIFEST};

/// Stands in a folder for as long as it is incomplete, and is locked while a run writes to it.
const MARKER: &str = "INCOMPLETE.txt";
const MARKER_TEXT: &str = "barnraise is writing results here, or was stopped while doing so. \
Once complete, the folder loses the ending .partial. A folder left behind can be deleted.\n";

/// `<name>.partial`, on its way to becoming `<name>`.
#[derive(Debug)]
pub(super) struct PartialFolder {
    partial: PathBuf,
    target: PathBuf,
    marker: File,
}

impl PartialFolder {
    /// Makes an empty partial folder for `target`, in place of one that a stopped run left.
    pub(super) fn open(target: &Path) -> Result<Self, ResultsError> {
        let target = std::path::absolute(target).map_err(ResultsError::io("find", target))?;
        let partial = sibling(&target, "partial")?;
        refuse_foreign(&target)?;
        clear_abandoned(&partial)?;
        fs::create_dir_all(&partial).map_err(ResultsError::io("create", &partial))?;
        let marker = lock_marker(&partial)?;
        Ok(Self { partial, target, marker })
    }

    pub(super) fn path(&self) -> &Path {
        &self.partial
    }

    /// Writes a whole file under a plain relative name.
    pub(super) fn add(&self, name: &str, bytes: &[u8]) -> Result<WrittenFile, ResultsError> {
        let relative = Path::new(name);
        let plain = !name.is_empty() && relative.components().all(|part| matches!(part, Component::Normal(_)));
        let path = self.partial.join(relative);
        if !plain || path.exists() {
            return Err(ResultsError::FileName(name.to_owned()));
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(ResultsError::io("create", parent))?;
        }
        let mut file = DigestFile::create(&path)?;
        file.write_all(bytes).map_err(ResultsError::io("write", &path))?;
        Ok(WrittenFile { name: name.to_owned(), ..file.finish(&path, None)? })
    }

    /// Gives the folder its name. Complete results of that name are set aside first and removed last.
    pub(super) fn finish(self) -> Result<(), ResultsError> {
        refuse_foreign(&self.target)?;
        let marker = self.partial.join(MARKER);
        // The lock is released before the file goes: some systems delete no open file.
        drop(self.marker);
        fs::remove_file(&marker).map_err(ResultsError::io("remove", &marker))?;
        if !self.target.exists() {
            return fs::rename(&self.partial, &self.target).map_err(ResultsError::io("rename", &self.partial));
        }
        let old = sibling(&self.target, "old")?;
        refuse_foreign(&old)?;
        remove_folder(&old)?;
        fs::rename(&self.target, &old).map_err(ResultsError::io("rename", &self.target))?;
        if let Err(error) = fs::rename(&self.partial, &self.target) {
            fs::rename(&old, &self.target).map_err(ResultsError::io("restore", &self.target))?;
            return Err(ResultsError::io("rename", &self.partial)(error));
        }
        remove_folder(&old)
    }
}

/// `folder` with `.ending` added to its name.
fn sibling(folder: &Path, ending: &str) -> Result<PathBuf, ResultsError> {
    let mut name = folder.file_name().ok_or_else(|| ResultsError::NoName(folder.to_owned()))?.to_owned();
    name.push(".");
    name.push(ending);
    Ok(folder.with_file_name(name))
}

fn remove_folder(folder: &Path) -> Result<(), ResultsError> {
    if folder.exists() { fs::remove_dir_all(folder).map_err(ResultsError::io("remove", folder)) } else { Ok(()) }
}

/// Refuses a path at which anything stands but nothing, an empty folder, or exactly what an earlier
/// run wrote: these files will be deleted in the end.
fn refuse_foreign(folder: &Path) -> Result<(), ResultsError> {
    let foreign = |why: String, hint| Err(ResultsError::Foreign { folder: folder.to_owned(), why, hint });
    if !folder.exists() {
        return Ok(());
    }
    if !folder.is_dir() {
        return foreign("is a file, not a folder".into(), "Give another --out.");
    }
    let ours = fs::read(folder.join(MANIFEST)).ok().and_then(|bytes| manifest::listed_files(&bytes));
    let Some(ours) = ours else {
        // Only the first entry is looked at: the folder may be somebody's whole disk.
        return match fs::read_dir(folder).map_err(ResultsError::io("read", folder))?.next() {
            None => Ok(()),
            Some(_) => foreign(
                "is not empty and has no manifest.json of barnraise".into(),
                "Give another --out, or move what is there elsewhere.",
            ),
        };
    };
    let found = files_below(folder)?;
    match found.iter().find(|name| *name != MANIFEST && !ours.contains(name)) {
        Some(other) => foreign(
            format!("holds `{other}`, which is not part of the results there"),
            "Move that file elsewhere, or give another --out.",
        ),
        None => Ok(()),
    }
}

/// The names of all files below a folder, relative to it, with `/` between folders. An empty
/// subfolder has none: nothing in it could be lost.
fn files_below(folder: &Path) -> Result<Vec<String>, ResultsError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(ResultsError::io("read", folder))? {
        let entry = entry.map_err(ResultsError::io("read", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(ResultsError::io("read", &entry.path()))?;
        if kind.is_dir() {
            let below = files_below(&entry.path())?;
            names.extend(below.into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Removes what a stopped run left, and refuses what another run is writing or what is not ours.
fn clear_abandoned(partial: &Path) -> Result<(), ResultsError> {
    if !partial.exists() {
        return Ok(());
    }
    let empty = fs::read_dir(partial).is_ok_and(|mut entries| entries.next().is_none());
    if !empty && !partial.join(MARKER).is_file() {
        return Err(ResultsError::Foreign {
            folder: partial.to_owned(),
            why: "is in the way and was not left by barnraise".into(),
            hint: "Move it elsewhere, or give another --out.",
        });
    }
    if !empty {
        drop(lock_marker(partial)?);
    }
    remove_folder(partial)
}

fn lock_marker(partial: &Path) -> Result<File, ResultsError> {
    let path = partial.join(MARKER);
    let mut open = File::options();
    let mut marker = open.create(true).write(true).truncate(false).open(&path).map_err(ResultsError::io("create", &path))?;
    match marker.try_lock() {
        Err(TryLockError::WouldBlock) => return Err(ResultsError::Busy(partial.to_owned())),
        // Some network file systems know no locks; two runs into one folder are then the user's care.
        Ok(()) | Err(TryLockError::Error(_)) => {}
    }
    marker.write_all(MARKER_TEXT.as_bytes()).map_err(ResultsError::io("write", &path))?;
    Ok(marker)
}
