//! Questions put to the model: policies compared on the same futures, and the past simulated again.

pub mod ablate;
pub mod backtest;
pub mod compare;
pub mod statistics;
pub mod summary;
