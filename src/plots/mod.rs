//! Charts as pure functions of plain structs: an SVG text out, and a PNG of any SVG. Fonts travel
//! with the program, so the same chart has the same bytes on every machine.
//!
//! Charts are 1600 pixels wide, for a projector: text is never smaller than 22 pixels, colours stay
//! apart for colour-blind eyes, and nothing is told by colour alone.

mod canvas;
mod differences;
mod fan;
mod intervals;
mod map;
mod palette;
mod ranges;
mod raster;
#[cfg(test)]
mod samples;
mod sheet;
mod timeline;

use thiserror::Error;

pub use differences::{Difference, DifferencePanel, DifferencesChart};
pub use fan::{FanChart, FanPanel};
pub use intervals::{IntervalChart, IntervalPanel, IntervalRow};
pub use map::{Community, MapChart, MapPanel};
pub use ranges::{RangeRow, RangesChart};
pub use raster::{png, unshown};
pub use timeline::{TimelineChart, TimelinePanel};

/// Why a chart could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlotError {
    /// The font failed.
    #[error("cannot set the text of a chart: {0}")]
    Font(String),
    /// The drawing failed.
    #[error("cannot draw a chart: {0}")]
    Draw(String),
    /// The picture failed.
    #[error("cannot turn a chart into a PNG: {0}")]
    Raster(String),
    /// The lists of a chart do not have the same lengths: an error of the program, not of its user.
    #[error("a chart's figures do not fit together (please report this): {0}")]
    Shape(String),
}
