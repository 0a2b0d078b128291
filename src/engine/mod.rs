//! The machine under the model: keyed random draws, a printable yearly schedule, portable
//! mathematics, and replicates run in parallel and collected in order. It knows nothing of schools.

pub mod draws;
pub mod math;
pub mod replicates;
pub mod schedule;
