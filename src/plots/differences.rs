//! Paired differences: what each policy changes against the baseline in the same futures.

use plotters::prelude::RGBColor;

use super::PlotError;
use super::canvas::{Canvas, Frame, HEIGHT, Style, TEXT, WIDTH, render};
use super::palette::{BLACK, BLUE, GREY, PALE, SLATE, VERMILLION};
use super::sheet::{
    Axis, Key, MARGIN, Numbers, Sheet, cells, draw_level, extent, grouped, label_width, panel_title, ring,
    title_height, title_lines, triangle,
};
use crate::model::outcomes::Better;

const ROW: f64 = 38.0;
const TWO_LINE_ROW: f64 = 58.0;
const LABELS: f64 = 370.0;
const AXIS: f64 = 70.0;
/// The line that says what the figures at the right are.
const HEADS: f64 = 30.0;
const GAP: (f64, f64) = (44.0, 22.0);

/// Several outcomes, each with the paired difference of every policy from the baseline.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DifferencesChart {
    /// What the chart is about.
    pub title: String,
    /// Number of futures, seed, region: what a reader must know to trust it.
    pub caption: String,
    /// The baseline's name.
    pub baseline: String,
    /// The policies compared with it.
    pub policies: Vec<String>,
    /// One panel for each outcome.
    pub panels: Vec<DifferencePanel>,
}

/// One outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct DifferencePanel {
    /// The outcome.
    pub title: String,
    /// Its unit; percentage points for shares.
    pub unit: String,
    /// Whether values are shares (0–1), printed as percentage points.
    pub share: bool,
    /// Decimals of the printed median.
    pub decimals: usize,
    /// Which way is better.
    pub better: Better,
    /// One difference for each policy of the chart.
    pub rows: Vec<Difference>,
}

/// The paired difference of a policy from the baseline, over the futures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The 5th, 25th, 50th, 75th and 95th percentile; NaN where no future has a value.
    pub quantiles: [f64; 5],
    /// In how many futures the policy is better than the baseline (higher, where neither way is better).
    pub favourable: u32,
    /// Of how many futures that have a value.
    pub futures: u32,
}

/// What a difference amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Better,
    Worse,
    Changed,
    Unclear,
}

impl Verdict {
    fn of(better: Better, [low, _, _, _, high]: [f64; 5]) -> Self {
        match better {
            _ if !(low > 0.0 || high < 0.0) => Self::Unclear,
            Better::Neither => Self::Changed,
            Better::Higher if low > 0.0 => Self::Better,
            Better::Lower if high < 0.0 => Self::Better,
            Better::Higher | Better::Lower => Self::Worse,
        }
    }

    fn key(self) -> (Key, &'static str) {
        let colour = self.colour();
        match self {
            Self::Better => (Key::Up(colour), "better"),
            Self::Worse => (Key::Down(colour), "worse"),
            Self::Changed => (Key::Disc(colour), "differs"),
            Self::Unclear => (Key::Ring(colour), "unclear: 90 % span zero"),
        }
    }

    fn colour(self) -> RGBColor {
        match self {
            Self::Better => BLUE,
            Self::Worse => VERMILLION,
            Self::Changed => BLACK,
            Self::Unclear => GREY,
        }
    }
}

impl DifferencesChart {
    /// The chart as SVG.
    ///
    /// # Errors
    /// When a panel has another number of rows than there are policies, or drawing fails.
    pub fn svg(&self) -> Result<String, PlotError> {
        let policies = self.policies.len();
        if let Some(panel) = self.panels.iter().find(|panel| panel.rows.len() != policies) {
            return Err(PlotError::Shape(format!("{} rows for {policies} policies", panel.rows.len())));
        }
        let sheet = Sheet { title: &self.title, caption: &self.caption, legend: self.legend() };
        let shape = self.shape()?;
        let needed = sheet.height()? + shape.rows as f64 * (shape.panel_height + GAP.1);
        let height = needed.max(HEIGHT / 2.0);
        render(&self.title, height, |canvas| {
            let frame = sheet.draw(canvas, height)?;
            self.draw_panels(canvas, frame, &shape)
        })
    }

    fn legend(&self) -> Vec<(Key, String)> {
        let mut legend = vec![
            (Key::Dashes(BLACK), format!("no difference from “{}”", self.baseline)),
            (Key::Span(SLATE, 9.0), "middle 50 % of futures".to_owned()),
            (Key::Span(SLATE, 3.0), "middle 90 %".to_owned()),
        ];
        let panels = self.panels.iter();
        let verdicts: Vec<_> =
            panels.flat_map(|panel| panel.rows.iter().map(|row| Verdict::of(panel.better, row.quantiles))).collect();
        for verdict in [Verdict::Better, Verdict::Worse, Verdict::Changed, Verdict::Unclear] {
            if verdicts.contains(&verdict) {
                let (key, text) = verdict.key();
                legend.push((key, text.to_owned()));
            }
        }
        legend
    }

    fn shape(&self) -> Result<Shape, PlotError> {
        let columns = if self.panels.len() > 2 { 2 } else { 1 };
        let style = Style::new(TEXT, BLACK);
        let labels = self.policies.iter().map(|policy| style.wrap(policy, LABELS, 2)).collect::<Result<Vec<_>, _>>()?;
        let row_height = if labels.iter().any(|lines| lines.len() > 1) { TWO_LINE_ROW } else { ROW };
        let (mut counts, mut medians) = (style.width("better in")?, style.width("median")?);
        for (panel, row) in self.panels.iter().flat_map(|panel| panel.rows.iter().map(move |row| (panel, row))) {
            counts = style.width(&count(row))?.max(counts);
            medians = style.width(&panel.median(row))?.max(medians);
        }
        let columns_width = (WIDTH - 2.0 * MARGIN - LABELS - 26.0 - GAP.0 * (columns as f64 - 1.0)) / columns as f64;
        let (counts, medians) = (counts + 18.0, medians + 18.0);
        let title_lines = title_lines(self.panels.iter().map(|panel| panel.title.as_str()), columns_width)?;
        let panel_height = title_height(title_lines) + HEADS + row_height * self.policies.len() as f64 + AXIS;
        let rows = self.panels.len().div_ceil(columns).max(1);
        Ok(Shape { columns, rows, labels, row_height, title_lines, panel_height, counts, medians })
    }

    fn draw_panels(&self, canvas: &Canvas<'_>, frame: Frame, shape: &Shape) -> Result<(), PlotError> {
        let inner = Frame { left: frame.left + LABELS + 26.0, ..frame };
        let places = cells(inner, (shape.columns, shape.rows), GAP);
        for (place, (panel, cell)) in self.panels.iter().zip(places).enumerate() {
            let labels = place.is_multiple_of(shape.columns).then_some(frame.left);
            let plot = panel.draw(canvas, cell, shape)?;
            let Some(left) = labels else { continue };
            for (row, lines) in shape.labels.iter().enumerate() {
                let y = row_centre(plot, row, self.policies.len()) - (lines.len() as f64 - 1.0) * TEXT * 0.625;
                canvas.lines(lines, (left, y), Style::new(TEXT, BLACK))?;
            }
        }
        Ok(())
    }
}

/// Sizes that all panels share.
struct Shape {
    columns: usize,
    rows: usize,
    labels: Vec<Vec<String>>,
    row_height: f64,
    title_lines: usize,
    panel_height: f64,
    counts: f64,
    medians: f64,
}

fn row_centre(plot: Frame, row: usize, rows: usize) -> f64 {
    plot.top + plot.height() * (row as f64 + 0.5) / rows as f64
}

fn count(row: &Difference) -> String {
    if row.futures == 0 {
        return "–".to_owned();
    }
    format!("{} of {}", grouped(f64::from(row.favourable), 0), grouped(f64::from(row.futures), 0))
}

impl DifferencePanel {
    fn scale(&self) -> f64 {
        if self.share { 100.0 } else { 1.0 }
    }

    fn median(&self, row: &Difference) -> String {
        let value = row.quantiles[2] * self.scale();
        let text = grouped(value, self.decimals);
        if value.is_nan() {
            "–".to_owned()
        } else if value > 0.0 && text.chars().any(|c| matches!(c, '1'..='9')) {
            format!("+{text}")
        } else {
            text
        }
    }

    fn axis(&self, width: f64) -> Result<Axis, PlotError> {
        let values = self.rows.iter().flat_map(|row| row.quantiles).map(|value| value * self.scale());
        let (low, high) = extent(values.chain([0.0])).unwrap_or((0.0, 0.0));
        let pad = (high - low) * 0.06;
        let mut axis = Axis::new(low - pad, high + pad, ((width / 45.0) as usize).max(3), Numbers::Signed);
        let pixels =
            |ticks: &[(f64, String)]| ticks.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(f64::INFINITY, f64::min);
        // Labels wider than their step would overlap; zero always keeps its own.
        while pixels(&axis.ticks) / (axis.high - axis.low) * width < label_width(&axis)? + 12.0 {
            let zero = axis.ticks.iter().position(|tick| tick.0.abs() < 1e-9 * (axis.high - axis.low)).unwrap_or(0);
            let kept = axis.ticks.into_iter().enumerate().filter(|(place, _)| place.abs_diff(zero).is_multiple_of(2));
            axis.ticks = kept.map(|(_, tick)| tick).collect();
        }
        Ok(axis)
    }

    /// Draws the panel and returns the frame of its rows.
    fn draw(&self, canvas: &Canvas<'_>, cell: Frame, shape: &Shape) -> Result<Frame, PlotError> {
        let below = panel_title(canvas, cell, &self.title, shape.title_lines)?;
        let spare = (below.height() - HEADS - AXIS - shape.row_height * 1.6 * self.rows.len() as f64).max(0.0);
        let plot = Frame {
            top: below.top + HEADS,
            right: cell.right - shape.counts - shape.medians,
            bottom: below.bottom - AXIS - spare,
            ..below
        };
        let small = Style::new(TEXT, SLATE).ending();
        let head = plot.top - HEADS / 2.0;
        canvas.text("median", (cell.right - shape.counts, head), small)?;
        let favour = if self.better == Better::Neither { "higher in" } else { "better in" };
        canvas.text(favour, (cell.right, head), small)?;
        let axis = self.axis(plot.width())?;
        self.draw_axis(canvas, plot, &axis)?;
        for (place, row) in self.rows.iter().enumerate() {
            let y = row_centre(plot, place, self.rows.len());
            self.draw_row(canvas, plot, (row, y), &axis)?;
            canvas.text(&self.median(row), (cell.right - shape.counts, y), Style::new(TEXT, BLACK).ending())?;
            canvas.text(&count(row), (cell.right, y), Style::new(TEXT, BLACK).ending())?;
        }
        Ok(plot)
    }

    fn draw_axis(&self, canvas: &Canvas<'_>, plot: Frame, axis: &Axis) -> Result<(), PlotError> {
        for (value, _) in &axis.ticks {
            let x = axis.place(*value, plot.left, plot.right);
            canvas.line(&[(x, plot.top), (x, plot.bottom)], 1.0, PALE)?;
        }
        draw_level(canvas, plot, axis, true)?;
        let zero = axis.place(0.0, plot.left, plot.right);
        canvas.dashes(&[(zero, plot.top), (zero, plot.bottom)], 2.5, BLACK)?;
        let unit = if self.share { "percentage points" } else { &self.unit };
        canvas.text(unit, (plot.centre().0, plot.bottom + 53.0), Style::new(TEXT, SLATE).centred())
    }

    fn draw_row(
        &self,
        canvas: &Canvas<'_>,
        plot: Frame,
        (row, y): (&Difference, f64),
        axis: &Axis,
    ) -> Result<(), PlotError> {
        if row.quantiles.iter().any(|value| !value.is_finite()) {
            return canvas.text("no value", (plot.left + 10.0, y), Style::new(TEXT, SLATE));
        }
        let verdict = Verdict::of(self.better, row.quantiles);
        let colour = verdict.colour();
        let [low, quarter, middle, three_quarters, high] =
            row.quantiles.map(|value| axis.place(value * self.scale(), plot.left, plot.right));
        canvas.line(&[(low, y), (high, y)], 3.0, colour)?;
        canvas.line(&[(quarter, y), (three_quarters, y)], 9.0, colour)?;
        match verdict {
            Verdict::Better => triangle(canvas, (middle, y), true, colour),
            Verdict::Worse => triangle(canvas, (middle, y), false, colour),
            Verdict::Changed => canvas.disc((middle, y), 10.0, colour),
            Verdict::Unclear => ring(canvas, (middle, y), colour),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_judged_by_its_whole_band_and_the_way_that_is_better() {
        let (up, down, across) =
            ([1.0, 2.0, 3.0, 4.0, 5.0], [-5.0, -4.0, -3.0, -2.0, -1.0], [-1.0, 0.0, 1.0, 2.0, 3.0]);
        assert_eq!(Verdict::of(Better::Higher, up), Verdict::Better);
        assert_eq!(Verdict::of(Better::Higher, down), Verdict::Worse);
        assert_eq!(Verdict::of(Better::Lower, up), Verdict::Worse);
        assert_eq!(Verdict::of(Better::Lower, down), Verdict::Better);
        assert_eq!(Verdict::of(Better::Neither, down), Verdict::Changed);
        assert_eq!(Verdict::of(Better::Higher, across), Verdict::Unclear);
        for nothing in [0.0, f64::NAN] {
            assert_eq!(Verdict::of(Better::Higher, [nothing; 5]), Verdict::Unclear);
        }
    }

    #[test]
    fn a_panel_with_too_few_rows_is_refused() {
        let panel = DifferencePanel {
            title: "a".into(),
            unit: "b".into(),
            share: false,
            decimals: 0,
            better: Better::Higher,
            rows: vec![],
        };
        let chart = DifferencesChart { policies: vec!["p".into()], panels: vec![panel], ..DifferencesChart::default() };
        assert!(matches!(chart.svg(), Err(PlotError::Shape(_))));
    }
}
