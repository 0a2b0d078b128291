//! Questions put to the model: policies compared on the same futures, parameters fitted to the record, and
//! the past simulated again.

#[cfg(feature = "files")]
pub mod ablate;
#[cfg(feature = "files")]
pub mod backtest;
#[cfg(feature = "files")]
pub mod calibrate;
#[cfg(feature = "files")]
mod climate;
pub mod compare;
pub mod standards;
pub mod statistics;
pub mod summary;
pub mod survival;
