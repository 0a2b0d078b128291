//! The social science: pure functions on the state of a region, without input or output, clock or
//! threads. One file per process, in the order of the yearly schedule (see [`simulation`]).

// What a model is made from and what it leaves behind.
pub mod answers;
pub mod decisions;
pub mod events;
pub mod functions;
pub mod outcomes;
pub mod parameters;
pub mod policy;
pub mod record;
pub mod region;
pub mod run;
pub mod simulation;

// The processes of a year, in order.
mod budget;
mod cooperation;
mod demography;
mod formation;
mod founding;
mod instruments;
mod leadership;
mod measure;
mod programme;
mod referendum;
mod restructuring;
mod review;

// What the processes stand on.
mod forms;
mod grid;
mod initial;
mod places;
mod quantiles;
pub mod scale;
mod site;
mod state;
mod trust;
mod world;

#[cfg(test)]
mod checks;
