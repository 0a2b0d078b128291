//! barnraise simulates what happens to small rural school districts that go on alone, share with
//! their neighbours in a cluster, or merge, and what state incentives change once the money ends.
//!
//! Arrows point down only: `cli` → `report`, `plots` → `experiments` → `results` → `scenario`,
//! `districts` → `model` → `engine`.

pub mod cli;
pub mod diagnostics;
pub mod districts;
pub mod engine;
pub mod experiments;
mod input;
pub mod model;
pub mod plots;
pub mod report;
pub mod results;
pub mod scenario;
