//! The social science: pure functions on the state of a region, without input or output, clock or
//! threads. One file per process, in the order of the yearly schedule.

pub mod decisions;
pub mod events;
pub mod functions;
pub mod outcomes;
pub mod parameters;
pub mod policy;
pub mod record;
pub mod region;
pub mod simulation;
