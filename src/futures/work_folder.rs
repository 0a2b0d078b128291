//! Long work in chunks that survives being stopped at any instant.
//!
//! A [`Plan`] says what the work depends on and what each chunk is given; a [`WorkFolder`] holds one file
//! for each finished chunk. A chunk's file is written beside its place and renamed when it is safe on the
//! disk, and says in its first line what it was made from and what its content must be: so a file either
//! is the whole result of exactly this chunk, or counts as not there. The results are read back in the
//! order of the plan, so they are the same bytes whatever the threads, the order or the interruptions.
//! Several processes may share a folder (an array of jobs that each call [`WorkFolder::run_chunk`]).

use std::fs::{self, File};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::engine::replicates::for_each;
use crate::provenance::{Build, sha256_hex};

/// The plan's file in a work folder.
const PLAN: &str = "plan.txt";
/// Ends the name of a file that is being written.
const UNFINISHED: &str = ".unfinished";
/// Begins the first line of a chunk's file.
const MARK: &str = "barnraise-chunk-1";

/// What the work consists of and depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What all chunks depend on: name and value, such as the digest of a scenario, or the seed.
    facts: Vec<(String, String)>,
    /// What each chunk is given.
    chunks: Vec<String>,
}

impl Plan {
    /// A plan of these chunks. The program's version and commit are added to the facts: another program
    /// may have other results.
    #[must_use]
    pub fn new(facts: Vec<(String, String)>, chunks: Vec<String>) -> Self {
        let build = Build::current();
        let own = [("version", build.version), ("commit", build.commit), ("source", build.source)];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { facts: own.chain(facts).collect(), chunks }
    }

    /// How many chunks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.len()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The digest of all that a chunk depends on; None beyond the last.
    #[must_use]
    pub fn digest(&self, chunk: usize) -> Option<String> {
        let input = self.chunks.get(chunk)?;
        Some(sha256_hex(format!("{}\n{chunk}\n{input}", lines(&self.facts)).as_bytes()))
    }

    /// The plan as its file holds it.
    fn text(&self) -> String {
        let inputs = sha256_hex(self.chunks.join("\n").as_bytes());
        let more = [("chunks".to_owned(), self.chunks.len().to_string()), ("inputs of the chunks".to_owned(), inputs)];
        lines(&self.facts) + &lines(&more)
    }
}

fn lines(facts: &[(String, String)]) -> String {
    facts.iter().fold(String::new(), |text, (name, value)| text + &format!("{name} = {}\n", value.escape_debug()))
}

/// Why work in chunks stopped.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The file system refused.
    #[error("cannot {what} {}: {source}", .path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder holds the work of another plan.
    #[error("{} holds unfinished work on something else: {}. Give another folder, or delete this one", .folder.display(), .differences.join("; "))]
    OtherPlan {
        /// The folder.
        folder: PathBuf,
        /// What differs, a clause each.
        differences: Vec<String>,
    },
    /// A folder that is not empty and holds no plan.
    #[error("{} is not empty and holds no unfinished work: give another folder", .0.display())]
    Foreign(PathBuf),
    /// A chunk failed.
    #[error("chunk {chunk}: {message}")]
    Work {
        /// The chunk's number.
        chunk: usize,
        /// What went wrong.
        message: String,
    },
    /// There is no such chunk, or its result is not there yet.
    #[error("chunk {0} is not there")]
    Missing(usize),
}

fn refused<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> RunnerError + 'a {
    move |source| RunnerError::Io { what, path: path.to_owned(), source }
}

/// The folder that holds the finished chunks of a plan.
#[derive(Debug)]
pub struct WorkFolder {
    path: PathBuf,
    plan: Plan,
}

impl WorkFolder {
    /// Opens a folder for a plan: a new one, or one in which this same plan was begun.
    ///
    /// # Errors
    /// When the folder holds another plan (told is what differs) or other files, or cannot be written to.
    pub fn open(path: &Path, plan: Plan) -> Result<Self, RunnerError> {
        let file = path.join(PLAN);
        match fs::read_to_string(&file) {
            Ok(found) if found == plan.text() => {}
            Ok(found) => {
                return Err(RunnerError::OtherPlan {
                    folder: path.to_owned(),
                    differences: differences(&found, &plan.text()),
                });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => begin(path, &file, &plan)?,
            Err(error) => return Err(refused("read", &file)(error)),
        }
        Ok(Self { path: path.to_owned(), plan })
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Runs one chunk unless its result is there; says whether it had to.
    ///
    /// # Errors
    /// When there is no such chunk, its work fails or panics, or its file cannot be written.
    pub fn run_chunk(
        &self,
        chunk: usize,
        work: impl FnOnce(usize) -> Result<Vec<u8>, String>,
    ) -> Result<bool, RunnerError> {
        if self.read(chunk)?.is_some() {
            return Ok(false);
        }
        let digest = self.plan.digest(chunk).ok_or(RunnerError::Missing(chunk))?;
        let result = catch_unwind(AssertUnwindSafe(|| work(chunk)));
        let result = result.unwrap_or_else(|_| Err("it broke off; this is a defect of the program".to_owned()));
        let content = result.map_err(|message| RunnerError::Work { chunk, message })?;
        let mut bytes = format!("{MARK} {digest} {}\n", sha256_hex(&content)).into_bytes();
        bytes.extend_from_slice(&content);
        write_whole(&self.file(chunk), &bytes)?;
        Ok(true)
    }

    /// Runs all chunks that are not there, on the threads of the pool in which it is called; `progress` is
    /// told how many are there.
    ///
    /// # Errors
    /// As [`run_chunk`](Self::run_chunk); chunks finished before stay finished.
    pub fn run(
        &self,
        work: impl Fn(usize) -> Result<Vec<u8>, String> + Sync,
        progress: impl Fn(usize) + Sync,
    ) -> Result<(), RunnerError> {
        let done = AtomicUsize::new(0);
        for_each(self.plan.len(), |chunk| {
            self.run_chunk(chunk, &work)?;
            progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            Ok(())
        })
    }

    /// Hands over every result in the order of the plan; one at a time is in memory.
    ///
    /// # Errors
    /// When a result is missing or cannot be read, or `consume` fails.
    pub fn each(&self, mut consume: impl FnMut(usize, Vec<u8>) -> Result<(), String>) -> Result<(), RunnerError> {
        for chunk in 0..self.plan.len() {
            let content = self.read(chunk)?.ok_or(RunnerError::Missing(chunk))?;
            consume(chunk, content).map_err(|message| RunnerError::Work { chunk, message })?;
        }
        Ok(())
    }

    /// A chunk's result; None where its file is missing, incomplete, damaged or of another input.
    ///
    /// # Errors
    /// When there is no such chunk, or its file is there and cannot be read.
    pub fn read(&self, chunk: usize) -> Result<Option<Vec<u8>>, RunnerError> {
        let digest = self.plan.digest(chunk).ok_or(RunnerError::Missing(chunk))?;
        let file = self.file(chunk);
        match fs::read(&file) {
            Ok(bytes) => Ok(content(&bytes, &digest)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refused("read", &file)(error)),
        }
    }

    /// Deletes the chunks and the plan, and the folder where nothing else is in it. Files of others stay.
    ///
    /// # Errors
    /// When a file cannot be deleted.
    pub fn clear(self) -> Result<(), RunnerError> {
        let gone = |result: io::Result<()>| match result {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        };
        for chunk in 0..self.plan.len() {
            let file = self.file(chunk);
            gone(fs::remove_file(&file)).map_err(refused("delete", &file))?;
        }
        // What processes that were stopped had begun to write.
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let ours = name.starts_with("chunk-") || name.starts_with(PLAN);
            if ours && name.ends_with(UNFINISHED) {
                gone(fs::remove_file(entry.path())).map_err(refused("delete", &entry.path()))?;
            }
        }
        // The plan goes last: a folder of chunks without one would be taken for that of others.
        let file = self.path.join(PLAN);
        gone(fs::remove_file(&file)).map_err(refused("delete", &file))?;
        match fs::remove_dir(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => {
                gone(Err(error)).map_err(refused("delete", &self.path))
            }
            _ => Ok(()),
        }
    }

    fn file(&self, chunk: usize) -> PathBuf {
        self.path.join(format!("chunk-{chunk:07}"))
    }
}

/// What follows the first line, if that line vouches for it.
fn content(bytes: &[u8], digest: &str) -> Option<Vec<u8>> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let content = &bytes[end + 1..];
    let expected = format!("{MARK} {digest} {}", sha256_hex(content));
    (bytes[..end] == *expected.as_bytes()).then(|| content.to_vec())
}

/// Makes the folder and writes the plan. Files of a stopped attempt to write it do not count.
fn begin(path: &Path, file: &Path, plan: &Plan) -> Result<(), RunnerError> {
    fs::create_dir_all(path).map_err(refused("create", path))?;
    for entry in fs::read_dir(path).map_err(refused("read", path))? {
        let name = entry.map_err(refused("read", path))?.file_name();
        if !name.to_string_lossy().ends_with(UNFINISHED) {
            return Err(RunnerError::Foreign(path.to_owned()));
        }
    }
    write_whole(file, plan.text().as_bytes())
}

/// Writes a file whole or not at all: beside its place, safe on the disk, then renamed.
///
/// # Errors
/// When the file system refuses.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), RunnerError> {
    // The number of the process keeps those that share a folder out of each other's way.
    let beside = path.with_added_extension(format!("{}{UNFINISHED}", std::process::id()));
    let mut file = File::create(&beside).map_err(refused("create", &beside))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(refused("write", &beside))?;
    drop(file);
    fs::rename(&beside, path).map_err(refused("rename", &beside))?;
    sync_folder(path)
}

/// The new name itself must be safe on the disk too, where the system can be asked for that.
fn sync_folder(path: &Path) -> Result<(), RunnerError> {
    let Some(folder) = path.parent().filter(|_| cfg!(unix)) else { return Ok(()) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(refused("write", folder))
}

/// What differs between a plan that was found and one that is wanted.
fn differences(found: &str, wanted: &str) -> Vec<String> {
    let pairs = |text: &str| -> Vec<(String, String)> {
        text.lines().filter_map(|line| line.split_once(" = ")).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
    };
    let (found, wanted) = (pairs(found), pairs(wanted));
    let value = |pairs: &[(String, String)], name: &str| {
        pairs.iter().find(|(other, _)| other == name).map_or("nothing".to_owned(), |(_, value)| value.clone())
    };
    let mut names: Vec<&String> = wanted.iter().chain(&found).map(|(name, _)| name).collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    let told = names.into_iter().filter(|name| value(&found, name) != value(&wanted, name));
    let told: Vec<String> = told
        .map(|name| format!("{name} was {}, is {}", short(&value(&found, name)), short(&value(&wanted, name))))
        .collect();
    if told.is_empty() { vec!["its plan is damaged".to_owned()] } else { told }
}

/// Enough of a digest to see that it differs.
fn short(value: &str) -> &str {
    if value.len() == 64 && value.is_ascii() { &value[..12] } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(seed: u64) -> Plan {
        Plan::new(vec![("seed".into(), seed.to_string())], (0..12).map(|n| format!("input {n}")).collect())
    }

    #[allow(clippy::unnecessary_wraps, reason = "it stands for work that can fail")]
    fn work(chunk: usize) -> Result<Vec<u8>, String> {
        Ok(format!("result of {chunk}\nsecond line").into_bytes())
    }

    fn all(folder: &WorkFolder) -> Vec<u8> {
        let mut bytes = Vec::new();
        folder
            .each(|_, content| {
                bytes.extend(content);
                Ok(())
            })
            .expect("every chunk is there");
        bytes
    }

    fn finished(path: &Path) -> Vec<u8> {
        let folder = WorkFolder::open(path, plan(1)).expect("the same plan");
        folder.run(work, |_| ()).expect("nothing fails");
        all(&folder)
    }

    #[test]
    fn whatever_a_kill_leaves_behind_the_results_are_the_same_bytes() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let path = place.path().join("work");
        let whole = finished(&path);
        let file = |chunk: usize| path.join(format!("chunk-{chunk:07}"));
        let intact = fs::read(file(3)).expect("a chunk");
        for kept in 0..intact.len() {
            fs::write(file(3), &intact[..kept]).expect("a torn file");
            fs::write(path.join("chunk-0000004.77.unfinished"), &intact[..kept]).expect("a leftover");
            fs::remove_file(file(kept % 3)).expect("a chunk that was never reached");
            assert_eq!(finished(&path), whole, "killed after {kept} bytes");
            assert_eq!(fs::read(file(3)).expect("a chunk"), intact);
        }
        let mut other = intact.clone();
        *other.last_mut().expect("not empty") ^= 1;
        fs::write(file(3), other).expect("a damaged file");
        assert_eq!(finished(&path), whole);
        fs::copy(file(5), file(3)).expect("the file of another chunk");
        assert_eq!(finished(&path), whole);
    }

    #[test]
    fn a_kill_while_the_plan_is_written_leaves_a_folder_that_can_be_used() {
        let place = tempfile::tempdir().expect("a temporary folder");
        fs::write(place.path().join("plan.txt.9.unfinished"), "seed").expect("a leftover");
        assert!(!finished(place.path()).is_empty());
    }

    #[test]
    fn finished_chunks_are_not_done_again() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = WorkFolder::open(place.path(), plan(1)).expect("an empty folder");
        assert!(folder.run_chunk(7, work).expect("chunk 7"));
        assert!(!folder.run_chunk(7, |_| panic!("it is there")).expect("chunk 7"));
        let ran = AtomicUsize::new(0);
        let count = |chunk| {
            ran.fetch_add(1, Ordering::Relaxed);
            work(chunk)
        };
        folder.run(count, |_| ()).expect("nothing fails");
        assert_eq!(ran.into_inner(), 11);
    }

    #[test]
    fn clearing_deletes_what_the_work_left_and_nothing_else() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let path = place.path().join("work");
        finished(&path);
        WorkFolder::open(&path, plan(1)).expect("the same plan").clear().expect("it can be deleted");
        assert!(!path.exists());
        finished(&path);
        fs::write(path.join("letter.txt"), "dear").expect("a file");
        WorkFolder::open(&path, plan(1)).expect("the same plan").clear().expect("it can be deleted");
        let left: Vec<_> =
            fs::read_dir(&path).expect("it stays").map(|entry| entry.expect("an entry").file_name()).collect();
        assert_eq!(left, ["letter.txt"]);
    }

    #[test]
    fn order_and_threads_do_not_change_the_results() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = WorkFolder::open(&place.path().join("backwards"), plan(1)).expect("an empty folder");
        (0..12).rev().for_each(|chunk| assert!(folder.run_chunk(chunk, work).expect("a chunk")));
        for threads in [1, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a few threads");
            let path = place.path().join(threads.to_string());
            assert_eq!(pool.install(|| finished(&path)), all(&folder));
        }
    }

    #[test]
    fn another_plan_is_refused_and_what_differs_is_told() {
        let place = tempfile::tempdir().expect("a temporary folder");
        finished(place.path());
        let error = WorkFolder::open(place.path(), plan(2)).expect_err("another seed").to_string();
        assert!(error.contains("seed was 1, is 2") && !error.contains("version was"), "{error}");
        let foreign = tempfile::tempdir().expect("a temporary folder");
        fs::write(foreign.path().join("letter.txt"), "dear").expect("a file");
        let error = WorkFolder::open(foreign.path(), plan(1)).expect_err("a foreign folder");
        assert!(matches!(error, RunnerError::Foreign(_)), "{error}");
    }

    #[test]
    fn a_chunk_that_fails_or_panics_is_named_and_the_others_stay() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = WorkFolder::open(place.path(), plan(1)).expect("an empty folder");
        folder.run_chunk(0, work).expect("chunk 0");
        let error = folder.run(|chunk| if chunk == 4 { Err("no luck".into()) } else { work(chunk) }, |_| ());
        assert_eq!(error.expect_err("chunk 4 fails").to_string(), "chunk 4: no luck");
        let error = folder.run_chunk(4, |_| panic!("broken")).expect_err("it panics").to_string();
        assert!(error.contains("chunk 4") && error.contains("defect"), "{error}");
        assert!(folder.read(0).expect("readable").is_some());
        assert!(matches!(folder.run_chunk(12, work), Err(RunnerError::Missing(12))));
    }
}
