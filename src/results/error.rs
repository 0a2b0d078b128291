//! What can go wrong in writing results.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why results could not be written. Nothing that stood in the folder before is lost.
#[derive(Debug, Error)]
pub enum ResultsError {
    /// The folder holds something else.
    #[error("{} {why}. It was left untouched and nothing is lost. {hint}", .folder.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// What is in the way, as the rest of a sentence about the folder.
        why: String,
        /// What to do.
        hint: &'static str,
    },
    /// A path cannot name a results folder.
    #[error("{} cannot be the name of a results folder: give the path of a folder to make, such as results/my-run", .0.display())]
    NoName(PathBuf),
    /// Another run has the folder open.
    #[error("another run is writing to {}: wait for it to end or give another --out", .0.display())]
    Busy(PathBuf),
    /// The results are complete and could not be given their name.
    #[error("the results are complete and stand in {}, but could not be given their name: {source}", .partial.display())]
    Unnamed {
        /// Where they stand.
        partial: PathBuf,
        /// Why.
        source: Box<ResultsError>,
    },
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was tried, e.g. "create".
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A table could not be written.
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the writer says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The name of an added file is not a plain relative path, or is taken.
    #[error("`{0}` cannot be the name of a file of results: it is taken or leads out of the folder")]
    FileName(String),
    /// A record does not fit the layout: an error of the program, not of its user.
    #[error("a record does not fit the layout of the results (please report this): {0}")]
    Shape(String),
}

impl ResultsError {
    /// Turns a system error into one that says what was tried on which path.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    /// Turns a writer's error into one that names the file.
    pub(super) fn write<E>(path: &Path) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |source| Self::Write { path: path.to_owned(), source: source.into() }
    }
}
