//! The timeline: what becomes of the districts of the start, year by year.

use super::PlotError;
use super::canvas::{Canvas, Frame, HEIGHT, Point, Style, TEXT, render};
use super::palette::{SLATE, WHITE, ink_on, status, status_name};
use super::sheet::{
    Axis, Key, Numbers, Sheet, cells, draw_level, draw_upright, extent, grid, label_width, panel_title, title_lines,
};
use crate::model::events::Form;

/// How many forms there are.
const FORMS: usize = Form::ALL.len();

/// Districts of the start by status, year by year, under several policies.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TimelineChart {
    /// What the chart is about.
    pub title: String,
    /// Number of futures, seed, region: what a reader must know to trust it.
    pub caption: String,
    /// The calendar years.
    pub years: Vec<i32>,
    /// One panel for each policy.
    pub panels: Vec<TimelinePanel>,
}

/// One policy's timeline.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TimelinePanel {
    /// The policy.
    pub title: String,
    /// Districts of the start in each status (in the order of [`Form::ALL`]) in every year, mean
    /// over the futures.
    pub counts: Vec<[f64; FORMS]>,
}

impl TimelineChart {
    /// The chart as SVG.
    ///
    /// # Errors
    /// When a panel has another number of years, or drawing fails.
    pub fn svg(&self) -> Result<String, PlotError> {
        let years = self.years.len();
        if let Some(panel) = self.panels.iter().find(|panel| panel.counts.len() != years) {
            return Err(PlotError::Shape(format!("{} counts for {years} years", panel.counts.len())));
        }
        let sheet = Sheet { title: &self.title, caption: &self.caption, legend: self.legend() };
        let (columns, rows) = grid(self.panels.len());
        let height = (sheet.height()? + rows as f64 * 300.0).max(HEIGHT);
        render(&self.title, height, |canvas| {
            let frame = sheet.draw(canvas, height)?;
            self.draw_panels(canvas, frame, (columns, rows))
        })
    }

    /// Every status that occurs, from the top of the stack downwards as the eye meets it.
    fn legend(&self) -> Vec<(Key, String)> {
        let occurs =
            |form: &Form| self.panels.iter().flat_map(|panel| &panel.counts).any(|counts| counts[*form as usize] > 0.0);
        let occurring = Form::ALL.into_iter().filter(occurs);
        occurring.map(|form| (Key::Area(status(form), 1.0), status_name(form).to_owned())).collect()
    }

    fn draw_panels(&self, canvas: &Canvas<'_>, frame: Frame, (columns, rows): (usize, usize)) -> Result<(), PlotError> {
        let totals = self.panels.iter().flat_map(|panel| panel.counts.iter().map(sum));
        let most = extent(totals).map_or(1.0, |(_, most)| most.max(1.0));
        let axis = Axis::new(0.0, most, 6, Numbers::Plain);
        let inner = Frame { left: frame.left + 34.0 + label_width(&axis)? + 12.0, right: frame.right - 24.0, ..frame };
        let places = cells(inner, (columns, rows), (34.0, 14.0));
        let width = places.first().map_or(0.0, Frame::width);
        let lines = title_lines(self.panels.iter().map(|panel| panel.title.as_str()), width)?;
        for (place, (panel, cell)) in self.panels.iter().zip(places).enumerate() {
            let plot = panel_title(canvas, cell, &panel.title, lines)?;
            let plot = Frame { bottom: plot.bottom - 42.0, ..plot };
            draw_upright(canvas, plot, &axis, place.is_multiple_of(columns))?;
            self.draw_stack(canvas, plot, panel, &axis)?;
            draw_level(canvas, plot, &Axis::years(&self.years, plot.width()), true)?;
            if place.is_multiple_of(columns) {
                let style = Style::new(TEXT, SLATE).centred().upwards();
                let words = style.wrap("original districts", plot.height(), 1)?;
                canvas.lines(&words, (frame.left + 12.0, plot.centre().1), style)?;
            }
        }
        Ok(())
    }

    fn draw_stack(
        &self,
        canvas: &Canvas<'_>,
        plot: Frame,
        panel: &TimelinePanel,
        axis: &Axis,
    ) -> Result<(), PlotError> {
        let years = Axis::years(&self.years, plot.width());
        // A single year is drawn as a bar.
        let columns: Vec<(f64, usize)> = match self.years[..] {
            [year] => [-0.5, 0.5].map(|side| (years.place(f64::from(year) + side, plot.left, plot.right), 0)).to_vec(),
            _ => self
                .years
                .iter()
                .enumerate()
                .map(|(y, year)| (years.place(f64::from(*year), plot.left, plot.right), y))
                .collect(),
        };
        let edge = |forms: usize| -> Vec<Point> {
            let level = |year: usize| panel.counts[year][..forms].iter().filter(|count| count.is_finite()).sum::<f64>();
            columns.iter().map(|&(x, year)| (x, axis.place(level(year), plot.bottom, plot.top))).collect()
        };
        for form in Form::ALL {
            let (lower, upper) = (edge(form as usize), edge(form as usize + 1));
            if lower.iter().zip(&upper).all(|(low, high)| low.1 - high.1 < 0.05) {
                continue;
            }
            let outline: Vec<_> = upper.iter().copied().chain(lower.iter().rev().copied()).collect();
            canvas.polygon(&outline, status(form), 1.0)?;
            // White seams keep neighbours apart in grey print.
            canvas.line(&upper, 1.5, WHITE)?;
            label(canvas, plot, form, (&lower, &upper))?;
        }
        Ok(())
    }
}

fn sum(counts: &[f64; FORMS]) -> f64 {
    counts.iter().filter(|count| count.is_finite()).sum()
}

/// Writes a status into its area where it fits.
fn label(canvas: &Canvas<'_>, plot: Frame, form: Form, (lower, upper): (&[Point], &[Point])) -> Result<(), PlotError> {
    let style = Style::new(TEXT, ink_on(status(form))).centred();
    let half = style.width(status_name(form))? / 2.0 + 6.0;
    // At each year: the highest floor and the lowest ceiling over the width of the text.
    let room = |x: f64| {
        let under = |points: &[Point], worse: fn(f64, f64) -> f64| {
            [x - half, x, x + half]
                .map(|x| height_at(points, x))
                .into_iter()
                .chain(points.iter().filter(|point| (point.0 - x).abs() < half).map(|point| point.1))
                .reduce(worse)
                .unwrap_or(plot.bottom)
        };
        (under(lower, f64::min), under(upper, f64::max))
    };
    let inside = |x: &f64| *x - half >= plot.left && *x + half <= plot.right;
    let candidates = lower.windows(2).map(|pair| f64::midpoint(pair[0].0, pair[1].0)).filter(inside);
    // More room than a few lines is no better; then the middle is.
    let score =
        |(x, (floor, ceiling)): &(f64, Point)| ((floor - ceiling).min(3.0 * TEXT), -(x - plot.centre().0).abs());
    let best = candidates.map(|x| (x, room(x))).max_by(|a, b| {
        let (a, b) = (score(a), score(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    match best {
        Some((x, (floor, ceiling))) if floor - ceiling > TEXT + 6.0 => {
            canvas.text(status_name(form), (x, f64::midpoint(floor, ceiling)), style)
        }
        _ => Ok(()),
    }
}

/// The height of a line through `points` at `x`, held level beyond its ends.
fn height_at(points: &[Point], x: f64) -> f64 {
    match points.iter().position(|point| point.0 >= x) {
        Some(0) => points[0].1,
        Some(after) => {
            let (from, to) = (points[after - 1], points[after]);
            from.1 + (to.1 - from.1) * (x - from.0) / (to.0 - from.0)
        }
        None => points.last().map_or(0.0, |point| point.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_status_that_occurs_is_explained() {
        let mut counts = [0.0; FORMS];
        (counts[Form::Alone as usize], counts[Form::Merged as usize]) = (40.0, 10.0);
        let panel = TimelinePanel { title: "a".into(), counts: vec![counts; 3] };
        let chart = TimelineChart { years: vec![1, 2, 3], panels: vec![panel], ..TimelineChart::default() };
        let names: Vec<_> = chart.legend().into_iter().map(|entry| entry.1).collect();
        assert_eq!(names, ["on its own", "merged"]);
    }

    #[test]
    fn a_line_is_read_between_its_points_and_held_beyond_them() {
        let points = [(0.0, 10.0), (10.0, 20.0)];
        for (x, y) in [(-5.0, 10.0), (5.0, 15.0), (15.0, 20.0)] {
            assert!((height_at(&points, x) - y).abs() < 1e-12);
        }
    }
}
