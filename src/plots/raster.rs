//! SVG to PNG.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::PlotError;

/// A picture of an SVG at `scale` pixels per pixel (2 is sharp on most screens). No font of the
/// system is used.
///
/// # Errors
/// When the text is not an SVG, or the picture would be larger than memory allows.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, PlotError> {
    let tree = Tree::from_str(svg, &options()).map_err(|error| PlotError::Raster(error.to_string()))?;
    let size = tree.size().to_int_size().scale_by(scale);
    let size = size.ok_or_else(|| PlotError::Raster(format!("no picture has the scale {scale}")))?;
    let mut picture = Pixmap::new(size.width(), size.height())
        .ok_or_else(|| PlotError::Raster(format!("{} × {} pixels are too many", size.width(), size.height())))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    picture.encode_png().map_err(|error| PlotError::Raster(error.to_string()))
}

/// The letters of a text that the built-in font has not: in a PNG they are empty boxes.
#[must_use]
pub fn unshown(text: &str) -> Vec<char> {
    /// Letters up to here (Latin and its accents) are there.
    const SURE: char = '\u{24f}';
    /// No letter at all, so that no font has it.
    const NONE: char = '\u{ffffe}';
    let drawn = |letter: char| {
        let text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"30\" height=\"30\"><text x=\"4\" y=\"20\">{letter}</text></svg>"
        );
        png(&text, 1.0).ok()
    };
    let mut letters: Vec<char> = text.chars().filter(|letter| *letter > SURE && !letter.is_whitespace()).collect();
    letters.sort_unstable();
    letters.dedup();
    let none = if letters.is_empty() { None } else { drawn(NONE) };
    letters.retain(|letter| drawn(*letter) == none);
    letters
}

/// How an SVG is read: with the built-in fonts only.
pub(super) fn options() -> Options<'static> {
    Options { fontdb: fonts(), font_family: "DejaVu Sans".into(), ..Options::default() }
}

fn fonts() -> Arc<fontdb::Database> {
    static LOADED: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let loaded = LOADED.get_or_init(|| {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(dejavu::sans::regular())));
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(dejavu::sans::bold())));
        fonts.set_sans_serif_family("DejaVu Sans");
        Arc::new(fonts)
    });
    Arc::clone(loaded)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str =
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><text x="2" y="20">Ab</text></svg>"#;

    #[test]
    fn a_picture_has_the_scaled_size_and_the_same_bytes_again() {
        let picture = png(SVG, 2.0).unwrap();
        assert_eq!(picture[16..24], [0, 0, 0, 80, 0, 0, 0, 60]);
        assert_eq!(picture, png(SVG, 2.0).unwrap());
    }

    #[test]
    fn text_is_drawn_with_the_built_in_font() {
        let blank = SVG.replace("Ab", "");
        assert_ne!(png(SVG, 1.0).unwrap(), png(&blank, 1.0).unwrap());
    }

    #[test]
    fn letters_that_the_font_has_not_are_found() {
        assert_eq!(unshown("Merger grant – Übung, é, Ж, ≤ 30 %"), Vec::<char>::new());
        assert_eq!(unshown("合併 grant 合"), ['併', '合']);
    }

    #[test]
    fn what_cannot_be_drawn_is_an_error() {
        for (svg, scale) in [("no svg", 1.0), (SVG, 0.0), (SVG, -1.0), (SVG, f32::NAN), (SVG, 1e9)] {
            assert!(matches!(png(svg, scale), Err(PlotError::Raster(_))), "{scale}");
        }
    }
}
