//! Simulated and observed figures side by side, each with its interval: one panel for each state.

use super::PlotError;
use super::canvas::{Canvas, Frame, HEIGHT, Style, TEXT, render};
use super::palette::{BLUE, SLATE, VERMILLION};
use super::sheet::{
    Axis, Key, Numbers, Sheet, cells, draw_upright, extent, grid, label_width, panel_title, title_lines,
};

/// Figures by category, as shares.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IntervalChart {
    /// What the chart is about.
    pub title: String,
    /// What the categories are.
    pub categories: String,
    /// What a reader must know to trust it.
    pub caption: String,
    /// One panel for each state.
    pub panels: Vec<IntervalPanel>,
}

/// One panel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IntervalPanel {
    /// Its title.
    pub title: String,
    /// Its categories, from left to right.
    pub rows: Vec<IntervalRow>,
}

/// One category: lower end, figure and upper end; NaN where there is none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IntervalRow {
    /// The category.
    pub label: String,
    /// The simulated share.
    pub simulated: [f64; 3],
    /// The observed share.
    pub observed: [f64; 3],
}

impl IntervalChart {
    /// The chart as SVG.
    ///
    /// # Errors
    /// When drawing fails.
    pub fn svg(&self) -> Result<String, PlotError> {
        let legend = vec![
            (Key::Disc(BLUE), "simulated".to_owned()),
            (Key::Disc(VERMILLION), "observed, each with its 90 % interval".to_owned()),
        ];
        let sheet = Sheet { title: &self.title, caption: &self.caption, legend };
        let (columns, rows) = grid(self.panels.len());
        let height = (sheet.height()? + rows as f64 * 300.0).max(HEIGHT);
        render(&self.title, height, |canvas| {
            let frame = sheet.draw(canvas, height)?;
            self.draw_panels(canvas, frame, (columns, rows))
        })
    }

    fn draw_panels(&self, canvas: &Canvas<'_>, frame: Frame, (columns, rows): (usize, usize)) -> Result<(), PlotError> {
        let all =
            self.panels.iter().flat_map(|panel| &panel.rows).flat_map(|row| row.simulated.iter().chain(&row.observed));
        let most = extent(all.copied()).map_or(1.0, |(_, most)| most.max(0.01));
        let axis = Axis::new(0.0, most, 7, Numbers::Share);
        let inner = Frame { left: frame.left + label_width(&axis)? + 16.0, right: frame.right - 24.0, ..frame };
        let places = cells(inner, (columns, rows), (34.0, 14.0));
        let width = places.first().map_or(0.0, Frame::width);
        let lines = title_lines(self.panels.iter().map(|panel| panel.title.as_str()), width)?;
        for (place, (panel, cell)) in self.panels.iter().zip(places).enumerate() {
            let plot = panel_title(canvas, cell, &panel.title, lines)?;
            let plot = Frame { bottom: plot.bottom - 145.0, ..plot };
            draw_upright(canvas, plot, &axis, place.is_multiple_of(columns))?;
            self.draw_rows(canvas, plot, panel, &axis)?;
        }
        Ok(())
    }

    fn draw_rows(&self, canvas: &Canvas<'_>, plot: Frame, panel: &IntervalPanel, axis: &Axis) -> Result<(), PlotError> {
        let step = plot.width() / panel.rows.len().max(1) as f64;
        for (place, row) in panel.rows.iter().enumerate() {
            let x = plot.left + step * (place as f64 + 0.5);
            for (side, colour, [low, value, high]) in [(-0.18, BLUE, row.simulated), (0.18, VERMILLION, row.observed)] {
                let at = |value: f64| (x + side * step, axis.place(value, plot.bottom, plot.top));
                if low.is_finite() && high.is_finite() {
                    canvas.line(&[at(low), at(high)], 3.0, colour)?;
                }
                if value.is_finite() {
                    canvas.disc(at(value), 6.0, colour)?;
                }
            }
            canvas.text(&row.label, (x, plot.bottom + 58.0), Style::new(TEXT, SLATE).centred().upwards())?;
        }
        canvas.text(&self.categories, (plot.centre().0, plot.bottom + 128.0), Style::new(TEXT, SLATE).centred())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_without_an_interval_is_a_dot_and_no_figure_is_nothing() {
        let row = |simulated| IntervalRow { label: "1-24".into(), simulated, observed: [f64::NAN; 3] };
        let chart = |rows| IntervalChart {
            panels: vec![IntervalPanel { title: "ND".into(), rows }],
            ..IntervalChart::default()
        };
        let circles = |svg: &str| svg.matches("<circle").count();
        let none = chart(vec![row([f64::NAN; 3])]).svg().unwrap();
        let dot = chart(vec![row([f64::NAN, 0.1, f64::NAN])]).svg().unwrap();
        assert_eq!(circles(&dot), circles(&none) + 1);
    }
}
