//! Starting districts: drawn from published statistics, or read from real data.

pub mod grades;
pub mod statistics;
pub mod synthetic;
