//! The fan: how an outcome spreads over the futures, year by year, one panel for each policy.

use super::PlotError;
use super::canvas::{Canvas, Frame, HEIGHT, Point, Style, TEXT, render};
use super::palette::{BLUE, GREY, SLATE, VERMILLION, WHITE};
use super::sheet::{
    Axis, Key, Numbers, Sheet, cells, draw_level, draw_upright, extent, grid, label_width, panel_title, title_height,
    title_lines,
};

const HALF: f64 = 0.45;
const NINE_TENTHS: f64 = 0.2;

/// A yearly outcome under several policies, with its spread over the futures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FanChart {
    /// What the chart is about.
    pub title: String,
    /// The unit of the values; not printed for shares, whose axis is in per cent.
    pub unit: String,
    /// Number of futures, seed, region: what a reader must know to trust it.
    pub caption: String,
    /// The calendar years.
    pub years: Vec<i32>,
    /// One panel for each policy.
    pub panels: Vec<FanPanel>,
    /// The baseline's median in every year, drawn in every panel for comparison.
    pub baseline: Option<Vec<f64>>,
    /// Whether values are shares (0–1), printed as per cent.
    pub share: bool,
}

/// One policy's fan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FanPanel {
    /// The policy.
    pub title: String,
    /// The 5th, 25th, 50th, 75th and 95th percentile over the futures in every year; NaN where there
    /// are none.
    pub quantiles: Vec<[f64; 5]>,
    /// What was observed in every year, drawn over the fan; empty where nothing was.
    pub observed: Vec<f64>,
}

impl FanChart {
    /// The chart as SVG.
    ///
    /// # Errors
    /// When a panel or the baseline has another number of years, or drawing fails.
    pub fn svg(&self) -> Result<String, PlotError> {
        self.check()?;
        let sheet = Sheet { title: &self.title, caption: &self.caption, legend: self.legend() };
        let (columns, rows) = grid(self.panels.len());
        let height = (sheet.height()? + rows as f64 * 300.0).max(HEIGHT);
        render(&self.title, height, |canvas| {
            let frame = sheet.draw(canvas, height)?;
            self.draw_panels(canvas, frame, (columns, rows))
        })
    }

    fn check(&self) -> Result<(), PlotError> {
        let years = self.years.len();
        let observed = self.panels.iter().map(|panel| panel.observed.len()).filter(|length| *length > 0);
        let lengths = self
            .panels
            .iter()
            .map(|panel| panel.quantiles.len())
            .chain(self.baseline.as_ref().map(Vec::len))
            .chain(observed);
        match lengths.into_iter().find(|&length| length != years) {
            Some(length) => Err(PlotError::Shape(format!("{length} values for {years} years"))),
            None => Ok(()),
        }
    }

    fn legend(&self) -> Vec<(Key, String)> {
        let mut legend = vec![(Key::Line(BLUE), "median future".to_owned())];
        // A caller that keeps no quartiles gives the median for them: then there is no middle half to explain.
        let mut halves = self.panels.iter().flat_map(|panel| &panel.quantiles);
        if self.panels.iter().all(|panel| panel.observed.is_empty()) || halves.any(|five| five[3] > five[1]) {
            legend.push((Key::Area(BLUE, HALF + NINE_TENTHS), "middle 50 % of futures".to_owned()));
        }
        legend.push((Key::Area(BLUE, NINE_TENTHS), "middle 90 %".to_owned()));
        if self.baseline.is_some() {
            legend.push((Key::Dashes(GREY), "median of the baseline".to_owned()));
        }
        if self.panels.iter().any(|panel| !panel.observed.is_empty()) {
            legend.push((Key::Disc(VERMILLION), "observed".to_owned()));
        }
        legend
    }

    fn axis(&self, height: f64) -> Axis {
        let fans = self.panels.iter().flat_map(|panel| panel.quantiles.iter().flatten().copied());
        let observed = self.panels.iter().flat_map(|panel| panel.observed.iter().copied());
        let values = fans.chain(self.baseline.iter().flatten().copied()).chain(observed);
        let numbers = if self.share { Numbers::Share } else { Numbers::Plain };
        let ticks = ((height / 50.0) as usize).clamp(3, 8);
        let Some((low, high)) = extent(values) else { return Axis::new(0.0, 1.0, ticks, numbers) };
        if low >= high {
            let axis = Axis::new(low, high, ticks, numbers);
            // Equal shares get room within what a share can be.
            return if self.share {
                Axis::new((low - 0.1).max(0.0), (high + 0.1).min(1.0), ticks, numbers)
            } else {
                axis
            };
        }
        let pad = (high - low) * 0.06;
        let bottom = if low >= 0.0 && low < 0.35 * high { 0.0 } else { low - pad };
        let top = if self.share { (high + pad).min(high.max(1.0)) } else { high + pad };
        Axis::new(bottom, top, ticks, numbers)
    }

    fn draw_panels(&self, canvas: &Canvas<'_>, frame: Frame, (columns, rows): (usize, usize)) -> Result<(), PlotError> {
        // Years stand under the lowest panel of each column, values left of the first column.
        let probe = self.axis((frame.height() / rows as f64 - 110.0).max(100.0));
        let unit = if self.share || self.unit.is_empty() { 0.0 } else { 34.0 };
        let inner = Frame { left: frame.left + unit + label_width(&probe)? + 12.0, right: frame.right - 24.0, ..frame };
        let places = cells(inner, (columns, rows), (34.0, 14.0));
        let width = places.first().map_or(0.0, Frame::width);
        let lines = title_lines(self.panels.iter().map(|panel| panel.title.as_str()), width)?;
        let plot_height = places.first().map_or(0.0, Frame::height) - title_height(lines) - 42.0;
        let axis = self.axis(plot_height);
        for (place, (panel, cell)) in self.panels.iter().zip(places).enumerate() {
            let plot = panel_title(canvas, cell, &panel.title, lines)?;
            let plot = Frame { bottom: plot.bottom - 42.0, ..plot };
            draw_upright(canvas, plot, &axis, place.is_multiple_of(columns))?;
            draw_level(canvas, plot, &Axis::years(&self.years, plot.width()), true)?;
            self.draw_fan(canvas, plot, panel, &axis)?;
            if unit > 0.0 && place.is_multiple_of(columns) {
                let at = (frame.left + 12.0, plot.centre().1);
                canvas.text(&self.unit, at, Style::new(TEXT, SLATE).centred().upwards())?;
            }
        }
        Ok(())
    }

    fn draw_fan(&self, canvas: &Canvas<'_>, plot: Frame, panel: &FanPanel, axis: &Axis) -> Result<(), PlotError> {
        let years = Axis::years(&self.years, plot.width());
        let x = |place: usize| years.place(f64::from(self.years[place]), plot.left, plot.right);
        let y = |value: f64| axis.place(value, plot.bottom, plot.top);
        let runs = runs(panel.quantiles.iter().map(|five| five.iter().all(|value| value.is_finite())));
        for run in &runs {
            for (low, high, opacity) in [(0, 4, NINE_TENTHS), (1, 3, HALF)] {
                let upper = run.clone().map(|year| (x(year), y(panel.quantiles[year][high])));
                let lower = run.clone().rev().map(|year| (x(year), y(panel.quantiles[year][low])));
                canvas.polygon(&upper.chain(lower).collect::<Vec<_>>(), BLUE, opacity)?;
            }
        }
        if let Some(baseline) = &self.baseline {
            for run in self::runs(baseline.iter().map(|value| value.is_finite())) {
                canvas.dashes(&run.map(|year| (x(year), y(baseline[year]))).collect::<Vec<_>>(), 2.5, GREY)?;
            }
        }
        if runs.is_empty() {
            no_value(canvas, plot)?;
        }
        for run in runs {
            let first = run.start;
            let points: Vec<Point> = run.map(|year| (x(year), y(panel.quantiles[year][2]))).collect();
            match points[..] {
                [alone] => {
                    let [low, _, _, _, high] = panel.quantiles[first];
                    canvas.line(&[(alone.0, y(low)), (alone.0, y(high))], 3.0, BLUE)?;
                    canvas.disc(alone, 6.0, BLUE)?;
                }
                _ => canvas.line(&points, 4.0, BLUE)?,
            }
        }
        for (year, &value) in panel.observed.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            canvas.disc((x(year), y(value)), 6.0, VERMILLION)?;
        }
        Ok(())
    }
}

/// Says, on a ground of its own, that there is nothing to draw.
fn no_value(canvas: &Canvas<'_>, plot: Frame) -> Result<(), PlotError> {
    let (style, (x, y)) = (Style::new(TEXT, SLATE).centred(), plot.centre());
    let text = "no value in any future";
    let half = style.width(text)? / 2.0 + 8.0;
    canvas.rectangle(Frame { left: x - half, top: y - TEXT, right: x + half, bottom: y + TEXT }, WHITE)?;
    canvas.text(text, (x, y), style)
}

/// The stretches of years that have values.
fn runs(present: impl Iterator<Item = bool>) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (year, present) in present.enumerate() {
        match runs.last_mut() {
            _ if !present => {}
            Some(run) if run.end == year => run.end += 1,
            _ => runs.push(year..year + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_years_are_gaps() {
        assert_eq!(runs([true, true, false, true, false].into_iter()), [0..2, 3..4]);
        assert!(runs([false, false].into_iter()).is_empty());
    }

    #[test]
    fn a_share_is_never_drawn_beyond_the_whole() {
        let panel =
            FanPanel { title: "a".into(), quantiles: vec![[0.9, 0.95, 0.97, 0.99, 1.0]; 3], ..FanPanel::default() };
        let chart = FanChart { years: vec![1, 2, 3], panels: vec![panel], share: true, ..FanChart::default() };
        assert!(chart.axis(500.0).high <= 1.0);
        let svg = chart.svg().unwrap();
        assert!(svg.contains("100 %") && !svg.contains("102 %"));
    }

    #[test]
    fn figures_that_do_not_fit_together_are_refused() {
        let panel = FanPanel { title: "a".into(), quantiles: vec![[0.0; 5]; 2], ..FanPanel::default() };
        let chart = FanChart { years: vec![1, 2, 3], panels: vec![panel], ..FanChart::default() };
        assert!(matches!(chart.svg(), Err(PlotError::Shape(_))));
    }
}
