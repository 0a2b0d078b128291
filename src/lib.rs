//! barnraise simulates what happens to small rural school districts that go on alone, share with
//! their neighbours in a cluster, or merge, and what state incentives change once the money ends.
//!
//! # A tour
//!
//! A [`scenario`] is a question written down: one region, some policies, and the same futures for all of
//! them. [`experiments::compare`] answers it: it runs every policy in every future and gives back levels,
//! paired differences and the survival of clusters. The first policy is the baseline.
//!
//! ```
//! use barnraise::experiments::compare::{Discard, Options, compare};
//! use barnraise::futures::question::Question;
//! use barnraise::model::record::Detail;
//! use barnraise::scenario;
//!
//! let text = r#"
//! name = "aid"
//! title = "What does general aid change?"
//! years = 10
//! replicates = 8
//! seed = 1
//!
//! [region]
//! districts = 20
//!
//! [[policy]]
//! name = "nothing"
//!
//! [[policy]]
//! name = "aid"
//! [[policy.instrument]]
//! kind = "general_aid"
//! per_pupil = [500.0, 500.0, 500.0]
//! "#;
//! let scenario = scenario::parse(text, "aid.toml", std::path::Path::new(".")).expect("a sound scenario");
//! let futures = 0..scenario.replicates;
//! let question = Question::of(scenario).expect("a synthetic region needs no file");
//! let options = Options { replicates: futures, detail: Detail::Region, work: None };
//! let answer = compare(&question, &options, &mut Discard, |_| ()).expect("nothing that could fail").comparison;
//!
//! assert_eq!((answer.finished, answer.policies.len()), (8, 2));
//! for figures in &answer.policies[1].outcomes {
//!     if let Some(difference) = &figures.difference {
//!         println!("{}: {:+.4}", figures.outcome, difference.mean);
//!     }
//! }
//! ```
//!
//! The folder `examples/` goes on from here: two policies compared, one future followed district by district, an
//! instrument put together in code. What a run computes is told in `docs/model.md`, each step of a year in a
//! module of [`model`]; a run is a pure function of region, policy, parameters, seed and replicate
//! ([`model::simulation`]).
//!
//! # What is stable
//!
//! Scenario and region files, tables, JSON and exit codes change with a note in the changelog only. The library
//! serves the program first: its modules may change with any minor version.
//!
//! Arrows point down only: `cli` → `report`, `plots` → `experiments` → `futures` → `scenario` → `districts`
//! → `model` → `engine`; `results` and `plots` stand on `model`.

pub mod ask;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostics;
pub mod districts;
pub mod engine;
pub mod experiments;
pub mod futures;
mod input;
pub mod model;
#[cfg(feature = "charts")]
pub mod plots;
pub mod provenance;
pub mod report;
#[cfg(feature = "files")]
pub mod results;
pub mod scenario;
