//! What people and programs read: a comparison as printed tables, or as JSON.
//!
//! Views only: a plain struct goes in, text comes out.

#[cfg(feature = "cli")]
pub mod ablation;
#[cfg(feature = "cli")]
pub mod backtest;
#[cfg(feature = "cli")]
pub mod calibration;
#[cfg(feature = "charts")]
pub mod charts;
#[cfg(feature = "charts")]
pub mod figures;
#[cfg(feature = "cli")]
mod narrow;
#[cfg(feature = "cli")]
mod page;
#[cfg(feature = "cli")]
pub mod reference;
#[cfg(feature = "cli")]
mod tables;
#[cfg(all(test, feature = "cli"))]
mod tests;
#[cfg(feature = "cli")]
mod text;

#[cfg(feature = "cli")]
pub use page::Page;
#[cfg(feature = "cli")]
pub use tables::reference;
#[cfg(feature = "cli")]
pub use text::text;

use crate::experiments::summary::Comparison;

/// The comparison as JSON: the fields of [`Comparison`], documented there.
///
/// # Errors
/// None in practice: a comparison is plain data.
pub fn json(comparison: &Comparison) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(comparison).map(|text| text + "\n")
}
