//! Whether a results folder is what its manifest says.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::folder::{MARKER, files_below};
use super::manifest::{ListedFile, MANIFEST, listed_files};
use crate::diagnostics::{Place, Problem, Problems};
use crate::provenance::hex;

/// What a sound results folder holds, beside its manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Files.
    pub files: usize,
    /// Bytes in all of them.
    pub bytes: u64,
}

/// Holds a results folder against its manifest: every file that it lists is there with its size and digest, and nothing
/// else is.
///
/// # Errors
/// Every file that is missing, changed or not listed; a folder that is not there, is incomplete or is not of this program.
pub fn verify(folder: &Path) -> Result<Verified, Problems> {
    let named = |name: &str| Place::File(folder.join(name).display().to_string());
    let whole = Place::File(folder.display().to_string());
    let expected = "a results folder that this program wrote";
    if !folder.is_dir() {
        let what = if folder.exists() { "this is no folder" } else { "the folder does not exist" };
        return Err(Problem::new(whole, what).expected(expected).hint("check the path").into());
    }
    if folder.join(MARKER).exists() {
        let problem = Problem::new(whole, "the folder is incomplete: a run is writing to it, or was stopped");
        return Err(problem.expected(expected).hint("wait for the run, or run it again").into());
    }
    let manifest = fs::read(folder.join(MANIFEST)).ok();
    let Some(listed) = manifest.as_deref().and_then(listed_files) else {
        let what = if manifest.is_some() { "this is no manifest of this program" } else { "the manifest is missing" };
        return Err(Problem::new(named(MANIFEST), what).expected(expected).hint("check the path").into());
    };
    let mut problems = Problems::new();
    for file in &listed {
        let again = "run the command in the manifest again";
        match different(&folder.join(&file.name), file) {
            Ok(None) => {}
            Ok(Some(what)) => {
                let expected = format!("{} bytes with SHA-256 {}", file.bytes, file.sha256);
                problems.push(Problem::new(named(&file.name), what).expected(expected).hint(again));
            }
            Err(error) => {
                let what = match error.kind() {
                    io::ErrorKind::NotFound => "the file is missing".to_owned(),
                    _ => format!("the file cannot be read: {error}"),
                };
                problems
                    .push(Problem::new(named(&file.name), what).expected("a file that the manifest lists").hint(again));
            }
        }
    }
    let found = files_below(folder)
        .map_err(|error| Problem::new(Place::File(folder.display().to_string()), error.to_string()))?;
    for other in found.iter().filter(|name| *name != MANIFEST && listed.iter().all(|file| file.name != **name)) {
        let problem = Problem::new(named(other), "the manifest does not list this file");
        problems.push(problem.expected("only what the run wrote").hint("move it elsewhere"));
    }
    let bytes = listed.iter().map(|file| file.bytes).sum();
    problems.into_result(Verified { files: listed.len(), bytes })
}

/// How a file differs from what is listed; its content goes through memory piece by piece.
fn different(path: &Path, listed: &ListedFile) -> io::Result<Option<String>> {
    let data = fs::symlink_metadata(path)?;
    if !data.is_file() {
        return Ok(Some("this is no file but a link or a folder".to_owned()));
    }
    if data.len() != listed.bytes {
        return Ok(Some(format!("the file has {} bytes", data.len())));
    }
    let mut digest = Digesting(Sha256::new());
    io::copy(&mut File::open(path)?, &mut digest)?;
    let found = hex(&digest.0.finalize());
    Ok((found != listed.sha256).then(|| "the file has been changed".to_owned()))
}

/// Takes bytes for their digest alone.
struct Digesting(Sha256);

impl io::Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
