//! Questions put to the model: policies compared on the same futures.

pub mod compare;
pub mod statistics;
pub mod summary;
