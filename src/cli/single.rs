//! Single files that a command writes: whole or not at all, and never in the place of something else.

use std::fs;
use std::path::{Path, PathBuf};

use super::Failed;
use crate::diagnostics::{Place, Problem, Problems};
use crate::districts::region_file;
use crate::futures::work_folder::write_whole;
use crate::input::kind_of_file;
use crate::model::region::Region;

/// Kinds of files that are written, as they are called.
pub(super) const REGION: &str = "the region file";
pub(super) const SCENARIO: &str = "the scenario";

/// Refuses to write where a folder or a link to nothing is, and where a file is, unless it may be replaced: then only one
/// of the same kind.
pub(super) fn refuse_taken(path: &Path, kind: &str, force: bool, problems: &mut Problems) {
    let flag = Problem::new(Place::Flag(format!("--out {}", path.display())), "");
    let problem = |what: &str| Problem { what: what.to_owned(), ..flag.clone() };
    let other = "give another name";
    if path.is_dir() {
        problems
            .push(problem("this is a folder").expected("the path of a file to write, such as regions/my-region.toml"));
    } else if fs::symlink_metadata(path).is_ok() && !path.exists() {
        problems.push(problem("this is a link to something that is not there").hint(other));
    } else if path.exists() && !path.is_file() {
        problems.push(problem("this is a device or a pipe").expected("the path of a file to write").hint(other));
    } else if path.exists() && !force {
        problems.push(problem("there is a file of this name").hint("give another name, or --force to replace it"));
    } else if path.exists() {
        let empty = fs::metadata(path).is_ok_and(|data| data.len() == 0);
        let same = fs::read_to_string(path).is_ok_and(|text| kind_of_file(&text) == Some(kind));
        if !empty && !same {
            let plain = kind.trim_start_matches("the ");
            let problem = problem(&format!("there is a file of this name that is no {plain}"));
            problems.push(problem.expected(format!("--force replaces {plain}s only")).hint(other));
        }
    }
}

/// Writes a region file.
pub(super) fn write_region(path: &Path, region: &Region) -> Result<(), Failed> {
    write_text(path, &region_file::write(region))
}

/// Writes a file whole or not at all; where the path is a link, what it leads to.
pub(super) fn write_text(path: &Path, text: &str) -> Result<(), Failed> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), fs::create_dir_all)
        .map_err(|error| Failed::Broken(format!("cannot write {}: {error}", path.display())))?;
    let place: PathBuf = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    write_whole(&place, text.as_bytes()).map_err(|error| Failed::Broken(error.to_string()))
}
