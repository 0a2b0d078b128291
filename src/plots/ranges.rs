//! Intervals side by side, each row on a scale of its own: published and simulated, prior and posterior.

use super::PlotError;
use super::canvas::{Canvas, Frame, Style, TEXT, render};
use super::palette::{BLACK, BLUE, GREY, ORANGE, PALE, SLATE};
use super::sheet::{Key, Sheet};

/// Height of a row, pixels.
const ROW: f64 = 50.0;
/// Width of the labels of rows, pixels.
const LABEL: f64 = 800.0;
/// Width of the figures at either end of a scale, pixels.
const END: f64 = 110.0;

/// Two intervals in every row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RangesChart {
    /// What the chart is about.
    pub title: String,
    /// What a reader must know to trust it.
    pub caption: String,
    /// What the upper and the lower interval of each row are.
    pub series: [String; 2],
    /// The rows, from the top.
    pub rows: Vec<RangeRow>,
}

/// A row of two intervals.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RangeRow {
    /// What it is about.
    pub label: String,
    /// The ends of its scale; what lies beyond is drawn at the end.
    pub scale: [f64; 2],
    /// Decimals of the figures at the ends of the scale.
    pub decimals: usize,
    /// Low end, middle and high end of both; one with a figure that is not defined is left out.
    pub intervals: [[f64; 3]; 2],
}

impl RangesChart {
    /// The chart as SVG.
    ///
    /// # Errors
    /// When drawing fails.
    pub fn svg(&self) -> Result<String, PlotError> {
        let keys = [Key::Span(ORANGE, 12.0), Key::Line(BLUE)];
        let legend = keys.into_iter().zip(self.series.iter().cloned()).collect();
        let sheet = Sheet { title: &self.title, caption: &self.caption, legend };
        let height = sheet.height()? + self.rows.len() as f64 * ROW;
        render(&self.title, height, |canvas| {
            let frame = sheet.draw(canvas, height)?;
            for (place, row) in self.rows.iter().enumerate() {
                let y = frame.top + (place as f64 + 0.5) * ROW;
                row.draw(canvas, Frame { top: y, bottom: y, ..frame })?;
            }
            Ok(())
        })
    }
}

impl RangeRow {
    fn draw(&self, canvas: &Canvas<'_>, frame: Frame) -> Result<(), PlotError> {
        let label = Style::new(TEXT, BLACK);
        canvas.lines(&label.wrap(&self.label, LABEL - 20.0, 1)?, (frame.left, frame.top), label)?;
        let (left, right) = (frame.left + LABEL + END, frame.right - END);
        let y = frame.top;
        canvas.line(&[(left, y), (right, y)], 1.5, PALE)?;
        for x in [left, right] {
            canvas.line(&[(x, y - 14.0), (x, y + 14.0)], 1.5, GREY)?;
        }
        let figure = |value: f64| format!("{value:.*}", self.decimals);
        canvas.text(&figure(self.scale[0]), (left - 12.0, y), Style::new(TEXT, SLATE).ending())?;
        canvas.text(&figure(self.scale[1]), (right + 12.0, y), Style::new(TEXT, SLATE))?;
        let place = |value: f64| {
            let share = (value - self.scale[0]) / (self.scale[1] - self.scale[0]);
            left + (right - left) * share.clamp(0.0, 1.0)
        };
        let [upper, lower] = self.intervals.map(|interval| interval.map(place));
        if upper.iter().all(|x| x.is_finite()) {
            canvas.line(&[(upper[0], y - 9.0), (upper[2], y - 9.0)], 12.0, ORANGE)?;
            canvas.line(&[(upper[1], y - 18.0), (upper[1], y)], 3.0, BLACK)?;
        }
        if lower.iter().all(|x| x.is_finite()) {
            canvas.line(&[(lower[0], y + 9.0), (lower[2], y + 9.0)], 4.0, BLUE)?;
            canvas.disc((lower[1], y + 9.0), 7.0, BLUE)?;
        }
        Ok(())
    }
}
