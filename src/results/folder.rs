//! The folder of results: written beside its final place, exchanged for it when complete.
//!
//! At every instant a folder with its final name holds exactly what its manifest lists: nothing yet, the results of
//! before, or the new ones. What a run leaves that was stopped, at whatever instant, is known by its marker or by its
//! whole manifest, and the next run into the same folder clears it away. Opening and exchanging are short and are done
//! by one run at a time, so that no two ever write to one folder.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use super::error::ResultsError;
use super::file::{DigestFile, WrittenFile};
use super::manifest::{self, MANIFEST};

/// Stands in a folder for as long as it is incomplete, and is locked while a run writes to it.
pub(super) const MARKER: &str = "INCOMPLETE.txt";
const MARKER_TEXT: &str = "barnraise is writing results here, or was stopped while doing so. \
Once complete, the folder loses the ending .partial. A folder left behind can be deleted.\n";

/// `<name>.partial`, on its way to becoming `<name>`.
#[derive(Debug)]
pub(super) struct PartialFolder {
    partial: PathBuf,
    target: PathBuf,
    /// The locked marker; none once the folder is complete.
    marker: Option<File>,
}

impl PartialFolder {
    /// Makes an empty partial folder for `target`, in place of one that a stopped run left.
    pub(super) fn open(target: &Path) -> Result<Self, ResultsError> {
        let target = place_of(target)?;
        let partial = sibling(&target, "partial")?;
        let around = target.parent().unwrap_or(Path::new("/"));
        // Where this makes a folder nothing can be in the way: nothing is written before a refusal.
        fs::create_dir_all(around).map_err(ResultsError::io("create", around))?;
        let _alone = Alone::at(around);
        mend(&target)?;
        refuse_foreign(&target)?;
        clear_abandoned(&partial)?;
        fs::create_dir_all(&partial).map_err(ResultsError::io("create", &partial))?;
        let marker = Some(lock_marker(&partial)?);
        Ok(Self { partial, target, marker })
    }

    /// Whether results could go to `target`, as far as it can be told without writing anything.
    pub(super) fn check(target: &Path) -> Result<(), ResultsError> {
        refuse_foreign(&place_of(target)?)
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

    /// Gives the folder its name, in exchange for complete results of that name, which are removed last. Its manifest
    /// must be written: by it the folder is known from here on.
    pub(super) fn finish(mut self) -> Result<(), ResultsError> {
        let _alone = Alone::at(self.target.parent().unwrap_or(Path::new("/")));
        // The lock is released before the file goes: some systems delete no open file.
        drop(self.marker.take());
        let marker = self.partial.join(MARKER);
        fs::remove_file(&marker).map_err(ResultsError::io("remove", &marker))?;
        self.exchange()
            .map_err(|source| ResultsError::Unnamed { partial: self.partial.clone(), source: Box::new(source) })
    }

    fn exchange(&self) -> Result<(), ResultsError> {
        refuse_foreign(&self.target)?;
        if !self.target.exists() {
            return fs::rename(&self.partial, &self.target).map_err(ResultsError::io("rename", &self.partial));
        }
        if swapped(&self.partial, &self.target) {
            return remove_ours(&self.partial);
        }
        // Where the system cannot swap two names: the next run mends what is stopped between these two.
        let old = sibling(&self.target, "old")?;
        refuse_foreign(&old)?;
        if old.exists() {
            remove_ours(&old)?;
        }
        fs::rename(&self.target, &old).map_err(ResultsError::io("rename", &self.target))?;
        if let Err(error) = fs::rename(&self.partial, &self.target) {
            fs::rename(&old, &self.target).map_err(ResultsError::io("restore", &self.target))?;
            return Err(ResultsError::io("rename", &self.partial)(error));
        }
        remove_ours(&old)
    }
}

/// What is not complete is of no use to anybody; what is complete and could not be given its name stays.
impl Drop for PartialFolder {
    fn drop(&mut self) {
        if self.marker.is_some() {
            // Nobody could be told of an error; the next run clears what stays.
            let _ = remove_ours(&self.partial);
        }
    }
}

/// One run at a time opens or exchanges a folder in this one; the others wait for the moment that it takes. Some
/// network file systems know no locks: two runs into one folder are then the user's care.
#[derive(Debug)]
struct Alone {
    _lock: Option<File>,
}

impl Alone {
    fn at(folder: &Path) -> Self {
        // A folder itself can be locked where it can be opened; elsewhere all runs on the machine wait for each other.
        let file = if cfg!(unix) {
            File::open(folder)
        } else {
            File::options().create(true).write(true).truncate(false).open(std::env::temp_dir().join("barnraise.lock"))
        };
        Self { _lock: file.ok().filter(|file| file.lock().is_ok()) }
    }
}

/// Where results for this path go: behind a link, and never where the exchange of two names would hit something else.
fn place_of(target: &Path) -> Result<PathBuf, ResultsError> {
    let path = std::path::absolute(target).map_err(ResultsError::io("find", target))?;
    path.file_name().ok_or_else(|| ResultsError::NoName(path.clone()))?;
    let foreign = |why: &str, hint| ResultsError::Foreign { folder: path.clone(), why: why.into(), hint };
    let link = fs::symlink_metadata(&path).is_ok_and(|data| data.is_symlink());
    let place = if link {
        fs::canonicalize(&path).map_err(|_| {
            foreign("is a link to something that is not there", "Make what it names, or give another --out.")
        })?
    } else {
        path.clone()
    };
    let whole = fs::canonicalize(&place).unwrap_or_else(|_| place.clone());
    if std::env::current_dir().and_then(fs::canonicalize).is_ok_and(|here| here.starts_with(&whole)) {
        return Err(foreign(
            "is the folder that this command works in, or one around it, and would be replaced",
            "Give a folder inside it.",
        ));
    }
    if let Some(results) = results_around(&whole) {
        let why = format!("would lie in {}, which holds results", results.display());
        return Err(ResultsError::Foreign { folder: path, why, hint: "Give a place outside of them." });
    }
    if is_mount_point(&whole) {
        return Err(foreign("is a disk of its own, which cannot be exchanged by its name", "Give a folder inside it."));
    }
    Ok(place)
}

/// The results folder in which a place lies, if it lies in one: nothing is written into results that are there, which
/// would no longer be what their manifest lists.
fn results_around(place: &Path) -> Option<PathBuf> {
    let holds =
        |folder: &&Path| fs::read(folder.join(MANIFEST)).is_ok_and(|bytes| manifest::listed_files(&bytes).is_some());
    place.ancestors().skip(1).find(holds).map(Path::to_owned)
}

/// Whether another file system begins at a folder, or the same one again: no other folder can take its place.
#[cfg(unix)]
fn is_mount_point(folder: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).map(|data| data.dev()).ok();
    let around = folder.parent().and_then(device);
    if device(folder).is_some_and(|own| around.is_some_and(|around| own != around)) {
        return true;
    }
    // A folder mounted again within its file system shows only here, and only where the system has the list.
    let Ok(table) = fs::read("/proc/self/mountinfo") else { return false };
    let at = |line: &[u8]| line.split(|byte| *byte == b' ').nth(4).map(without_octals);
    table.split(|byte| *byte == b'\n').any(|line| at(line).is_some_and(|at| at == folder.as_os_str().as_bytes()))
}

#[cfg(not(unix))]
fn is_mount_point(_folder: &Path) -> bool {
    // Where a drive begins has no name and is refused for that.
    false
}

/// A path of the table of mounts, in which blanks are written as `\040`.
#[cfg(unix)]
fn without_octals(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let digits =
            after.get(..3).filter(|digits| *first == b'\\' && digits.iter().all(|digit| (b'0'..b'8').contains(digit)));
        let value = digits.map(|digits| digits.iter().fold(0_u32, |value, digit| value * 8 + u32::from(digit - b'0')));
        let byte = value.and_then(|value| u8::try_from(value).ok());
        plain.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[3..] } else { after };
    }
    plain
}

/// Swaps two names at one instant, where the system can.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn swapped(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn swapped(_one: &Path, _other: &Path) -> bool {
    false
}

/// `folder` with `.ending` added to its name.
fn sibling(folder: &Path, ending: &str) -> Result<PathBuf, ResultsError> {
    let mut name = folder.file_name().ok_or_else(|| ResultsError::NoName(folder.to_owned()))?.to_owned();
    name.push(".");
    name.push(ending);
    Ok(folder.with_file_name(name))
}

/// Removes a folder of ours. It is marked first and the marker goes last, so that it stays known if this is stopped.
fn remove_ours(folder: &Path) -> Result<(), ResultsError> {
    let marker = folder.join(MARKER);
    if !marker.exists() {
        fs::write(&marker, MARKER_TEXT).map_err(ResultsError::io("write", &marker))?;
    }
    for entry in fs::read_dir(folder).map_err(ResultsError::io("read", folder))? {
        let entry = entry.map_err(ResultsError::io("read", folder))?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(ResultsError::io("read", folder))?);
        if path != marker {
            let gone = if kind.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            gone.map_err(ResultsError::io("remove", &path))?;
        }
    }
    fs::remove_file(&marker).map_err(ResultsError::io("remove", &marker))?;
    fs::remove_dir(folder).map_err(ResultsError::io("remove", folder))
}

/// Whether a folder holds whole results of ours and nothing else.
fn is_complete(folder: &Path) -> bool {
    folder.join(MANIFEST).is_file() && !folder.join(MARKER).exists() && refuse_foreign(folder).is_ok()
}

/// Ends an exchange that was stopped between its two names: what was complete gets its place, what was replaced goes.
fn mend(target: &Path) -> Result<(), ResultsError> {
    let (old, partial) = (sibling(target, "old")?, sibling(target, "partial")?);
    if !old.join(MARKER).is_file() && !is_complete(&old) {
        return Ok(());
    }
    if !target.exists() {
        let whole = if is_complete(&partial) { &partial } else { &old };
        if is_complete(whole) {
            fs::rename(whole, target).map_err(ResultsError::io("rename", whole))?;
        }
    }
    if old.exists() { remove_ours(&old) } else { Ok(()) }
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
    match found.iter().find(|name| *name != MANIFEST && ours.iter().all(|file| file.name != **name)) {
        Some(other) => foreign(
            format!("holds `{other}`, which is not part of the results there"),
            "Move that file elsewhere, or give another --out.",
        ),
        None => Ok(()),
    }
}

/// The names of all files below a folder, relative to it, with `/` between folders. An empty
/// subfolder has none: nothing in it could be lost.
pub(super) fn files_below(folder: &Path) -> Result<Vec<String>, ResultsError> {
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

/// Refuses a partial folder that is not ours, before anything is written.
fn refuse_in_the_way(partial: &Path) -> Result<(), ResultsError> {
    let empty = || fs::read_dir(partial).is_ok_and(|mut entries| entries.next().is_none());
    let link = fs::symlink_metadata(partial).is_ok_and(|data| data.is_symlink());
    if !link && (!partial.exists() || partial.join(MARKER).is_file() || empty() || is_complete(partial)) {
        return Ok(());
    }
    Err(ResultsError::Foreign {
        folder: partial.to_owned(),
        why: "is in the way and was not left by barnraise".into(),
        hint: "Move it elsewhere, or give another --out.",
    })
}

/// Removes what a stopped run left, and refuses what another run is writing or what is not ours.
fn clear_abandoned(partial: &Path) -> Result<(), ResultsError> {
    refuse_in_the_way(partial)?;
    if !partial.exists() {
        return Ok(());
    }
    // Held while the rest is removed, which no other run can take for its own meanwhile: it is alone here.
    let marker = if partial.join(MARKER).is_file() { Some(lock_marker(partial)?) } else { None };
    drop(marker);
    remove_ours(partial)
}

fn lock_marker(partial: &Path) -> Result<File, ResultsError> {
    let path = partial.join(MARKER);
    let mut open = File::options();
    let mut marker =
        open.create(true).write(true).truncate(false).open(&path).map_err(ResultsError::io("create", &path))?;
    match marker.try_lock() {
        Err(TryLockError::WouldBlock) => return Err(ResultsError::Busy(partial.to_owned())),
        // Some network file systems know no locks; two runs into one folder are then the user's care.
        Ok(()) | Err(TryLockError::Error(_)) => {}
    }
    marker.write_all(MARKER_TEXT.as_bytes()).map_err(ResultsError::io("write", &path))?;
    Ok(marker)
}
