//! Questions put to the model: policies compared on the same futures, parameters fitted to the record, and
//! the past simulated again.

pub mod ablate;
pub mod backtest;
pub mod calibrate;
mod climate;
pub mod compare;
pub mod standards;
pub mod statistics;
pub mod summary;
pub mod survival;
