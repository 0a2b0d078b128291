//! Starting districts: drawn from published statistics, or read from real data.

pub mod grades;
#[cfg(feature = "files")]
pub mod history;
#[cfg(feature = "files")]
pub mod import;
pub mod region_file;
pub mod schools;
pub mod shipped;
pub mod statistics;
pub mod synthetic;
