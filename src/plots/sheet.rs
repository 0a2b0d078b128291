//! What all charts share: title, legend, panels side by side, axes, caption.

use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::RGBColor;

use super::PlotError;
use super::canvas::{Canvas, Frame, Point, Style, TEXT, WIDTH};
use super::palette::{BLACK, GREY, PALE, SLATE};

/// Free space on all sides.
pub(super) const MARGIN: f64 = 36.0;
const TITLE: f64 = 34.0;
/// Size of a panel's title.
pub(super) const PANEL_TITLE: f64 = 24.0;

type Drawn = Result<(), PlotError>;

/// What a legend shows before its text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key {
    Area(RGBColor, f64),
    Line(RGBColor),
    Dashes(RGBColor),
    Up(RGBColor),
    Down(RGBColor),
    Ring(RGBColor),
    Disc(RGBColor),
    DiscOf(f64, RGBColor),
    Span(RGBColor, f64),
    Cross(RGBColor),
}

/// The words and signs around the panels.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    pub(super) title: &'a str,
    pub(super) caption: &'a str,
    pub(super) legend: Vec<(Key, String)>,
}

impl Sheet<'_> {
    /// The height taken by title, legend and caption, besides the panels.
    pub(super) fn height(&self) -> Result<f64, PlotError> {
        let (title, legend, caption) = self.parts()?;
        Ok(title.len() as f64 * TITLE * 1.25 + legend * 38.0 + 14.0 + caption.len() as f64 * TEXT * 1.25 + 2.2 * MARGIN)
    }

    fn parts(&self) -> Result<(Vec<String>, f64, Vec<String>), PlotError> {
        let width = WIDTH - 2.0 * MARGIN;
        let title = title_style().wrap(self.title, width, 2)?;
        let caption = caption_style().wrap(self.caption, width, 3)?;
        let rows = self.places()?.last().map_or(0.0, |(_, row)| row + 1.0);
        Ok((title, rows, caption))
    }

    /// Where each entry of the legend stands: pixels from the left, and row.
    fn places(&self) -> Result<Vec<Point>, PlotError> {
        let (mut x, mut row) = (MARGIN, 0.0);
        let mut places = Vec::with_capacity(self.legend.len());
        for (_, text) in &self.legend {
            let width = 52.0 + caption_style().width(text)?;
            if x + width > WIDTH - MARGIN && x > MARGIN {
                (x, row) = (MARGIN, row + 1.0);
            }
            places.push((x, row));
            x += width + 34.0;
        }
        Ok(places)
    }

    /// Draws everything but the panels, and returns the space left for them.
    pub(super) fn draw(&self, canvas: &Canvas<'_>, height: f64) -> Result<Frame, PlotError> {
        let (title, rows, caption) = self.parts()?;
        let top = MARGIN + TITLE / 2.0 - 4.0;
        let top = top + canvas.lines(&title, (MARGIN, top), title_style())?;
        for ((key, text), (x, row)) in self.legend.iter().zip(self.places()?) {
            let y = top + row * 38.0 + 4.0;
            draw_key(canvas, *key, (x, y))?;
            canvas.text(text, (x + 50.0, y), caption_style())?;
        }
        let bottom = height - MARGIN - (caption.len() as f64 - 0.5) * TEXT * 1.25;
        canvas.lines(&caption, (MARGIN, bottom + TEXT * 0.3), caption_style())?;
        Ok(Frame { left: MARGIN, top: top + rows * 38.0, right: WIDTH - MARGIN, bottom: bottom - TEXT })
    }
}

fn title_style() -> Style {
    Style::new(TITLE, BLACK).bold()
}

fn caption_style() -> Style {
    Style::new(TEXT, SLATE)
}

fn draw_key(canvas: &Canvas<'_>, key: Key, (x, y): Point) -> Drawn {
    let (left, right, middle) = (x, x + 40.0, x + 20.0);
    match key {
        Key::Area(colour, opacity) => {
            canvas.polygon(&[(left, y - 11.0), (right, y - 11.0), (right, y + 11.0), (left, y + 11.0)], colour, opacity)
        }
        Key::Line(colour) => canvas.line(&[(left, y), (right, y)], 4.0, colour),
        Key::Dashes(colour) => canvas.dashes(&[(left, y), (right, y)], 2.5, colour),
        Key::Up(colour) => triangle(canvas, (middle, y), true, colour),
        Key::Down(colour) => triangle(canvas, (middle, y), false, colour),
        Key::Ring(colour) => ring(canvas, (middle, y), colour),
        Key::Disc(colour) => canvas.disc((middle, y), 11.0, colour),
        Key::DiscOf(radius, colour) => canvas.ring((middle, y), radius, 2.0, colour),
        Key::Cross(colour) => {
            canvas.line(&[(middle - 8.0, y - 8.0), (middle + 8.0, y + 8.0)], 3.0, colour)?;
            canvas.line(&[(middle - 8.0, y + 8.0), (middle + 8.0, y - 8.0)], 3.0, colour)
        }
        Key::Span(colour, width) => canvas.line(&[(left, y), (right, y)], width, colour),
    }
}

/// A triangle pointing up or down.
pub(super) fn triangle(canvas: &Canvas<'_>, (x, y): Point, up: bool, colour: RGBColor) -> Drawn {
    let rise = if up { 1.0 } else { -1.0 };
    canvas.polygon(&[(x, y - 11.0 * rise), (x + 11.0, y + 8.0 * rise), (x - 11.0, y + 8.0 * rise)], colour, 1.0)
}

/// An open circle.
pub(super) fn ring(canvas: &Canvas<'_>, centre: Point, colour: RGBColor) -> Drawn {
    canvas.disc(centre, 9.0, super::palette::WHITE)?;
    canvas.ring(centre, 8.0, 3.0, colour)
}

/// How many columns and rows of panels suit a wide screen.
pub(super) fn grid(panels: usize) -> (usize, usize) {
    let rows = match panels {
        0..=3 => 1,
        4..=8 => 2,
        _ => panels.div_ceil(4),
    };
    (panels.div_ceil(rows).max(1), rows)
}

/// Cuts a frame into panels, row by row, with `gap` pixels between.
pub(super) fn cells(frame: Frame, (columns, rows): (usize, usize), gap: Point) -> Vec<Frame> {
    let width = (frame.width() - gap.0 * (columns as f64 - 1.0)) / columns as f64;
    let height = (frame.height() - gap.1 * (rows as f64 - 1.0)) / rows as f64;
    let cell = |place: usize| {
        let left = frame.left + (place % columns) as f64 * (width + gap.0);
        let top = frame.top + (place / columns) as f64 * (height + gap.1);
        Frame { left, top, right: left + width, bottom: top + height }
    };
    (0..columns * rows).map(cell).collect()
}

/// Draws a panel's title in at most two lines and returns the panel without it.
pub(super) fn panel_title(canvas: &Canvas<'_>, cell: Frame, title: &str, lines: usize) -> Result<Frame, PlotError> {
    let style = Style::new(PANEL_TITLE, BLACK).bold();
    let wrapped = style.wrap(title, cell.width(), lines)?;
    // Short titles stand next to their panel.
    let start = cell.top + PANEL_TITLE * (0.6 + 1.25 * (lines - wrapped.len().min(lines)) as f64);
    canvas.lines(&wrapped, (cell.left, start), style)?;
    Ok(Frame { top: cell.top + title_height(lines), ..cell })
}

/// The height of a panel's title of so many lines.
pub(super) fn title_height(lines: usize) -> f64 {
    PANEL_TITLE * (1.25 * lines as f64 + 0.35)
}

/// The most lines that a panel's title needs among these, at most two.
pub(super) fn title_lines<'a>(titles: impl Iterator<Item = &'a str>, width: f64) -> Result<usize, PlotError> {
    let style = Style::new(PANEL_TITLE, BLACK).bold();
    titles
        .map(|title| Ok(style.wrap(title, width, 2)?.len()))
        .try_fold(1, |most, lines: Result<_, PlotError>| Ok(lines?.max(most)))
}

/// How the numbers of an axis are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// As they are, with commas between thousands.
    Plain,
    /// As per cent.
    Share,
    /// Without commas.
    Years,
    /// With a sign.
    Signed,
}

/// A numeric axis: a range and its ticks.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// From the least to the greatest, with at most `ticks` round numbers.
    pub(super) fn new(low: f64, high: f64, ticks: usize, numbers: Numbers) -> Self {
        let (low, high) = if low < high { (low, high) } else { widened(low) };
        let places = RangedCoordf64::from(low..high).key_points(ticks);
        let step = places.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        let inside = places.into_iter().filter(|place| (low..=high).contains(place));
        let ticks = inside.map(|place| (place, number(place, step, numbers))).collect();
        Self { low, high, ticks }
    }

    /// The years, with labels as dense as fit on `width` pixels.
    pub(super) fn years(years: &[i32], width: f64) -> Self {
        let (first, last) = (years.first().copied().unwrap_or(0), years.last().copied().unwrap_or(1));
        let room = (width / 95.0).max(1.0);
        let span = f64::from(last - first);
        let step = [1, 2, 5, 10, 20, 50, 100].into_iter().find(|&step| span / f64::from(step) <= room).unwrap_or(100);
        let ticks = (first..=last).filter(|year| year % step == 0);
        let ticks = ticks.map(|year| (f64::from(year), number(f64::from(year), 1.0, Numbers::Years))).collect();
        // A single year stands in the middle.
        let pad = if first < last { 0.0 } else { 1.0 };
        Self { low: f64::from(first) - pad, high: f64::from(last) + pad, ticks }
    }

    /// Where a value stands between two pixels.
    pub(super) fn place(&self, value: f64, from: f64, to: f64) -> f64 {
        from + (value - self.low) / (self.high - self.low) * (to - from)
    }
}

/// A range around a single value.
fn widened(value: f64) -> (f64, f64) {
    if value.is_finite() {
        let by = (value.abs() * 0.1).max(0.5);
        (value - by, value + by)
    } else {
        (0.0, 1.0)
    }
}

/// The least and the greatest of the finite values, if there are any.
pub(super) fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.is_finite()).fold(None, |range, value| {
        Some(range.map_or((value, value), |(low, high): (f64, f64)| (low.min(value), high.max(value))))
    })
}

/// A number as printed on an axis whose ticks are `step` apart.
fn number(value: f64, step: f64, numbers: Numbers) -> String {
    let scale = if numbers == Numbers::Share { 100.0 } else { 1.0 };
    let (value, step) = (value * scale, step * scale);
    let decimals = (0..6).find(|&decimals| is_whole(step * 10_f64.powi(decimals))).unwrap_or(0) as usize;
    let plain = if numbers == Numbers::Years { format!("{value:.0}") } else { grouped(value, decimals) };
    match numbers {
        Numbers::Share => format!("{plain} %"),
        Numbers::Signed if value > 0.0 && plain != "0" => format!("+{plain}"),
        _ => plain,
    }
}

fn is_whole(value: f64) -> bool {
    !value.is_finite() || (value.abs() > 0.5 && (value - value.round()).abs() < 1e-6 * value.abs())
}

/// A number with commas between thousands and a true minus sign.
pub(super) fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    let zero = text.chars().all(|c| matches!(c, '0' | '.'));
    if value < 0.0 && !zero { format!("−{out}") } else { out }
}

/// Horizontal lines of a grid at the ticks of an upright axis, with labels on the left if asked for.
pub(super) fn draw_upright(canvas: &Canvas<'_>, plot: Frame, axis: &Axis, labels: bool) -> Drawn {
    for (value, label) in &axis.ticks {
        let y = axis.place(*value, plot.bottom, plot.top);
        canvas.line(&[(plot.left, y), (plot.right, y)], 1.0, PALE)?;
        if labels {
            canvas.text(label, (plot.left - 10.0, y), Style::new(TEXT, SLATE).ending())?;
        }
    }
    Ok(())
}

/// Ticks and labels of an axis below a plot.
pub(super) fn draw_level(canvas: &Canvas<'_>, plot: Frame, axis: &Axis, labels: bool) -> Drawn {
    canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], 1.5, GREY)?;
    for (value, label) in &axis.ticks {
        let x = axis.place(*value, plot.left, plot.right);
        canvas.line(&[(x, plot.bottom), (x, plot.bottom + 6.0)], 1.5, GREY)?;
        if labels {
            canvas.text(label, (x, plot.bottom + 26.0), Style::new(TEXT, SLATE).centred())?;
        }
    }
    Ok(())
}

/// The widest label of an axis, pixels.
pub(super) fn label_width(axis: &Axis) -> Result<f64, PlotError> {
    let style = Style::new(TEXT, SLATE);
    axis.ticks.iter().map(|(_, label)| style.width(label)).try_fold(0.0, |most, width| Ok(width?.max(most)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_for_people() {
        assert_eq!(number(1_234_567.0, 1.0, Numbers::Plain), "1,234,567");
        assert_eq!(number(0.85, 0.05, Numbers::Share), "85 %");
        assert_eq!(number(0.125, 0.025, Numbers::Share), "12.5 %");
        assert_eq!(number(2030.0, 5.0, Numbers::Years), "2030");
        assert_eq!(number(0.5, 0.5, Numbers::Signed), "+0.5");
        assert_eq!(number(-0.5, 0.5, Numbers::Signed), "−0.5");
        assert_eq!(number(-0.0, 0.5, Numbers::Signed), "0.0");
    }

    #[test]
    fn an_axis_without_a_range_still_has_one() {
        for (low, high) in
            [(3.0, 3.0), (0.0, 0.0), (f64::NAN, f64::NAN), (f64::INFINITY, f64::NEG_INFINITY), (-1e9, -1e9)]
        {
            let axis = Axis::new(low, high, 5, Numbers::Plain);
            assert!(axis.low < axis.high && !axis.ticks.is_empty(), "{low} {high}");
        }
    }

    #[test]
    fn years_are_labelled_as_densely_as_they_fit() {
        let years: Vec<i32> = (2025..2045).collect();
        let labels = |width| Axis::years(&years, width).ticks.into_iter().map(|tick| tick.1).collect::<Vec<_>>();
        assert_eq!(labels(300.0), ["2030", "2040"]);
        assert_eq!(labels(500.0), ["2025", "2030", "2035", "2040"]);
        let single = Axis::years(&[2025], 300.0);
        assert!(single.ticks.len() == 1 && single.low < 2025.0 && single.high > 2025.0);
    }

    #[test]
    fn panels_fill_a_wide_screen() {
        assert_eq!(
            [1, 2, 3, 4, 5, 8, 9, 12].map(grid),
            [(1, 1), (2, 1), (3, 1), (2, 2), (3, 2), (4, 2), (3, 3), (4, 3)]
        );
    }
}
