//! Starting districts: drawn from published statistics, or read from real data.

pub mod synthetic;
