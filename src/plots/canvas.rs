//! A sheet to draw on, in pixels of a 1600 × 900 projection, and text that fits.

use std::sync::OnceLock;

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::{
    Circle, DrawingArea, DrawingAreaErrorKind, FontFamily, FontStyle, FontTransform, IntoDrawingArea, IntoFont,
    PathElement, Polygon, RGBColor, Rectangle, SVGBackend, ShapeStyle, Text, TextStyle,
};
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBAColor};

use super::PlotError;
use super::palette::WHITE;

/// Width of every chart, pixels.
pub(super) const WIDTH: f64 = 1600.0;
/// Least height of a chart, pixels.
pub(super) const HEIGHT: f64 = 900.0;
/// Size of ordinary text: readable when projected.
pub(super) const TEXT: f64 = 22.0;

/// The backend knows whole pixels only, so charts are drawn larger and shown smaller: lines stay smooth.
const ZOOM: f64 = 8.0;
/// The backend divides sizes by this factor when it writes them.
const BACKEND_FONT_FACTOR: f64 = 1.24;
/// Height of a line of the font as a multiple of its size: the font module takes sizes for heights.
const FONT_HEIGHT: f64 = 2384.0 / 2048.0;
/// The charts' own font, and for readers of the SVG one of the same widths.
const FONTS: &str = "DejaVu Sans, Verdana, sans-serif";

/// A point in pixels, from the upper left corner.
pub(super) type Point = (f64, f64);

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Frame {
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn centre(&self) -> Point {
        (f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom))
    }
}

/// How a text looks and on which of its corners or edges it hangs.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f64,
    bold: bool,
    colour: RGBColor,
    across: HPos,
    upwards: bool,
}

impl Style {
    /// Text that starts at its point, centred on the line.
    pub(super) fn new(size: f64, colour: RGBColor) -> Self {
        Self { size, bold: false, colour, across: HPos::Left, upwards: false }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) fn centred(self) -> Self {
        Self { across: HPos::Center, ..self }
    }

    pub(super) fn ending(self) -> Self {
        Self { across: HPos::Right, ..self }
    }

    /// Read from below.
    pub(super) fn upwards(self) -> Self {
        Self { upwards: true, ..self }
    }

    fn plotters(self, zoom: f64) -> TextStyle<'static> {
        let weight = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = (FontFamily::Name(FONTS), self.size * zoom * BACKEND_FONT_FACTOR, weight).into_font();
        let font = if self.upwards { font.transform(FontTransform::Rotate270) } else { font };
        let pos = Pos::new(self.across, VPos::Center);
        TextStyle { font, color: self.colour.to_backend_color(), pos }
    }

    /// The width of a text, pixels.
    pub(super) fn width(self, text: &str) -> Result<f64, PlotError> {
        load_fonts()?;
        // Measured large, because the font module rounds to whole pixels.
        let upright = Self { upwards: false, ..self };
        let (width, _) =
            upright.plotters(ZOOM).font.box_size(text).map_err(|error| PlotError::Font(error.to_string()))?;
        Ok(f64::from(width) / ZOOM * FONT_HEIGHT / BACKEND_FONT_FACTOR)
    }

    /// A text in at most `lines` lines of at most `width` pixels; what does not fit ends in an ellipsis.
    pub(super) fn wrap(self, text: &str, width: f64, lines: usize) -> Result<Vec<String>, PlotError> {
        let text = printable(text);
        let mut wrapped: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let longer = wrapped.last().map(|line| format!("{line} {word}"));
            match (longer, wrapped.last_mut()) {
                (Some(longer), Some(line)) if self.width(&longer)? <= width => *line = longer,
                _ => wrapped.push(word.to_owned()),
            }
        }
        if wrapped.len() > lines {
            let rest = wrapped.split_off(lines.saturating_sub(1)).join(" ");
            wrapped.push(rest);
        }
        wrapped.into_iter().map(|line| self.shorten(&line, width)).collect()
    }

    fn shorten(self, text: &str, width: f64) -> Result<String, PlotError> {
        if self.width(text)? <= width {
            return Ok(text.to_owned());
        }
        let mut kept: Vec<char> = text.chars().collect();
        while kept.pop().is_some() {
            let shorter = format!("{}…", kept.iter().collect::<String>().trim_end());
            if self.width(&shorter)? <= width {
                return Ok(shorter);
            }
        }
        Ok(String::new())
    }
}

/// Text without the characters that XML cannot hold.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { ' ' } else { c }).collect()
}

fn escape(text: &str) -> String {
    printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The sheet.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

type Drawn = Result<(), PlotError>;

impl Canvas<'_> {
    pub(super) fn text(&self, text: &str, at: Point, style: Style) -> Drawn {
        draw(self.area.draw(&Text::new(printable(text), zoom(at), style.plotters(ZOOM))))
    }

    /// Lines of text below each other, the first centred on the line of `at`; returns the height used.
    pub(super) fn lines(&self, lines: &[String], at: Point, style: Style) -> Result<f64, PlotError> {
        let step = style.size * 1.25;
        for (place, line) in lines.iter().enumerate() {
            self.text(line, (at.0, at.1 + step * place as f64), style)?;
        }
        Ok(step * lines.len() as f64)
    }

    pub(super) fn line(&self, points: &[Point], width: f64, colour: RGBColor) -> Drawn {
        draw(self.area.draw(&PathElement::new(zoomed(points), stroke(width, colour))))
    }

    pub(super) fn dashes(&self, points: &[Point], width: f64, colour: RGBColor) -> Drawn {
        let (dash, gap) = ((9.0 * ZOOM) as u32, (7.0 * ZOOM) as u32);
        draw(self.area.draw(&DashedPathElement::new(zoomed(points), dash, gap, stroke(width, colour))))
    }

    pub(super) fn polygon(&self, points: &[Point], colour: RGBColor, opacity: f64) -> Drawn {
        draw(self.area.draw(&Polygon::new(zoomed(points), fill(colour, opacity))))
    }

    pub(super) fn rectangle(&self, frame: Frame, colour: RGBColor) -> Drawn {
        let corners = [zoom((frame.left, frame.top)), zoom((frame.right, frame.bottom))];
        draw(self.area.draw(&Rectangle::new(corners, fill(colour, 1.0))))
    }

    pub(super) fn outline(&self, frame: Frame, width: f64, colour: RGBColor) -> Drawn {
        let Frame { left, top, right, bottom } = frame;
        self.line(&[(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], width, colour)
    }

    pub(super) fn disc(&self, centre: Point, radius: f64, colour: RGBColor) -> Drawn {
        draw(self.area.draw(&Circle::new(zoom(centre), (radius * ZOOM) as i32, fill(colour, 1.0))))
    }

    pub(super) fn ring(&self, centre: Point, radius: f64, width: f64, colour: RGBColor) -> Drawn {
        draw(self.area.draw(&Circle::new(zoom(centre), (radius * ZOOM) as i32, stroke(width, colour))))
    }
}

fn draw(result: Result<(), DrawingAreaErrorKind<std::io::Error>>) -> Drawn {
    result.map_err(|error| PlotError::Draw(error.to_string()))
}

fn zoom(point: Point) -> (i32, i32) {
    ((point.0 * ZOOM) as i32, (point.1 * ZOOM) as i32)
}

fn zoomed(points: &[Point]) -> Vec<(i32, i32)> {
    points.iter().copied().map(zoom).collect()
}

fn stroke(width: f64, colour: RGBColor) -> ShapeStyle {
    colour.stroke_width((width * ZOOM) as u32)
}

fn fill(colour: RGBColor, opacity: f64) -> ShapeStyle {
    let RGBColor(red, green, blue) = colour;
    RGBAColor(red, green, blue, opacity).filled()
}

/// A drawing as the text of an SVG file. `title` is what a screen reader says.
pub(super) fn render(title: &str, height: f64, paint: impl FnOnce(&Canvas<'_>) -> Drawn) -> Result<String, PlotError> {
    load_fonts()?;
    let size = ((WIDTH * ZOOM) as u32, (height * ZOOM) as u32);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        draw(area.fill(&WHITE))?;
        let canvas = Canvas { area };
        paint(&canvas)?;
        draw(canvas.area.present())?;
    }
    let (_, drawing) = svg.split_once('\n').ok_or_else(|| PlotError::Draw("no head in the SVG".into()))?;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {} {}\" \
         role=\"img\" stroke-linejoin=\"round\" stroke-linecap=\"butt\">\n<title>{}</title>\n{drawing}",
        size.0,
        size.1,
        escape(title)
    ))
}

fn load_fonts() -> Drawn {
    static LOADED: OnceLock<bool> = OnceLock::new();
    let loaded = LOADED.get_or_init(|| {
        register_font(FONTS, FontStyle::Normal, dejavu::sans::regular()).is_ok()
            && register_font(FONTS, FontStyle::Bold, dejavu::sans::bold()).is_ok()
    });
    if *loaded { Ok(()) } else { Err(PlotError::Font("the built-in font cannot be read".into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_wrapped_within_its_width_and_ends_in_an_ellipsis() {
        load_fonts().unwrap();
        let style = Style::new(TEXT, WHITE);
        let text = "Three-year cluster grant with a required reorganisation vote at its end and more besides";
        let lines = style.wrap(text, 300.0, 2).unwrap();
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'), "{lines:?}");
        for line in &lines {
            assert!(style.width(line).unwrap() <= 300.0, "{line}");
        }
        assert_eq!(style.wrap("Short", 300.0, 2).unwrap(), ["Short"]);
        let word = style.wrap("Donaudampfschifffahrtsgesellschaft", 150.0, 2).unwrap();
        assert!(style.width(&word[0]).unwrap() <= 150.0, "{word:?}");
    }

    #[test]
    fn text_of_a_user_is_escaped_and_without_characters_that_xml_forbids() {
        let svg = render("a<b>&\u{1}", 100.0, |canvas| {
            canvas.text("<script>&\u{2}\"x\"", (10.0, 10.0), Style::new(TEXT, WHITE))
        })
        .unwrap();
        assert!(svg.contains("<title>a&lt;b&gt;&amp; </title>"));
        assert!(svg.contains("&lt;script&gt;&amp; &quot;x&quot;"));
    }
}
