//! Colours that stay apart for colour-blind eyes (Okabe and Ito), and what they stand for.

use plotters::style::RGBColor;

use crate::model::events::Form;

pub(super) const BLACK: RGBColor = RGBColor(0, 0, 0);
pub(super) const WHITE: RGBColor = RGBColor(255, 255, 255);
/// Text that explains.
pub(super) const SLATE: RGBColor = RGBColor(70, 70, 70);
/// Axes and frames.
pub(super) const GREY: RGBColor = RGBColor(125, 125, 125);
/// Lines of the grid.
pub(super) const PALE: RGBColor = RGBColor(222, 222, 222);
pub(super) const BLUE: RGBColor = RGBColor(0, 114, 178);
pub(super) const SKY: RGBColor = RGBColor(86, 180, 233);
pub(super) const GREEN: RGBColor = RGBColor(0, 158, 115);
pub(super) const PURPLE: RGBColor = RGBColor(204, 121, 167);
pub(super) const ORANGE: RGBColor = RGBColor(230, 159, 0);
pub(super) const VERMILLION: RGBColor = RGBColor(213, 94, 0);
const SILVER: RGBColor = RGBColor(205, 205, 205);

/// The colour of a status, on every chart.
pub(super) fn status(form: Form) -> RGBColor {
    match form {
        Form::Alone => SILVER,
        Form::Network => SKY,
        Form::Cluster => BLUE,
        Form::Consortium => GREEN,
        Form::Federation => PURPLE,
        Form::Merged => ORANGE,
        Form::Dissolved => BLACK,
    }
}

/// The name of a status for people.
pub(super) fn status_name(form: Form) -> &'static str {
    match form {
        Form::Alone => "on its own",
        Form::Network => "in a network",
        Form::Cluster => "in a cluster",
        Form::Consortium => "in a consortium",
        Form::Federation => "in a federation",
        Form::Merged => "merged",
        Form::Dissolved => "dissolved",
    }
}

/// Black or white, whichever is readable on a colour.
pub(super) fn ink_on(colour: RGBColor) -> RGBColor {
    let RGBColor(red, green, blue) = colour;
    let brightness = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    if brightness > 130_000 { BLACK } else { WHITE }
}
