//! The map: what becomes of every community.

use super::PlotError;
use super::canvas::{Canvas, Frame, HEIGHT, Point, Style, TEXT, render};
use super::palette::{BLACK, GREY, PALE, SLATE, WHITE, ink_on, status, status_name};
use super::sheet::{Key, PANEL_TITLE, Sheet, cells, extent, grid, grouped, panel_title, title_height, title_lines};
use crate::model::events::Form;

const FORMS: usize = Form::ALL.len();
/// Smaller discs could not be seen; they are drawn at this radius.
const LEAST_RADIUS: f64 = 5.0;
/// Larger discs would hide the others.
const MOST_RADIUS: f64 = 34.0;
/// Share of a panel that all discs together may cover.
const COVER: f64 = 0.11;

/// A region's communities under several policies.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MapChart {
    /// What the chart is about.
    pub title: String,
    /// Number of futures, seed, region: what a reader must know to trust it.
    pub caption: String,
    /// The communities: districts of the start.
    pub communities: Vec<Community>,
    /// The first year, then one panel for each policy in its last year.
    pub panels: Vec<MapPanel>,
    /// Whether the map is of one future alone, and not of shares of many.
    pub one_future: bool,
}

/// A community on the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Community {
    /// Miles east.
    pub x: f64,
    /// Miles north.
    pub y: f64,
    /// Pupils at the start: the area of its disc.
    pub pupils: f64,
}

/// The communities in one year under one policy.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MapPanel {
    /// The policy; long names are cut, so the year belongs into the title of the chart.
    pub title: String,
    /// For every community, the share of futures (0–1) in each status, in the order of [`Form::ALL`].
    pub shares: Vec<[f64; FORMS]>,
    /// For every community, the community whose district serves it in more than half of the
    /// futures, if that is another.
    pub hosts: Vec<Option<usize>>,
}

impl MapChart {
    /// The chart as SVG.
    ///
    /// # Errors
    /// When a panel has another number of communities, a host is none of them, or drawing fails.
    pub fn svg(&self) -> Result<String, PlotError> {
        self.check()?;
        let (columns, rows) = grid(self.panels.len());
        // Discs are sized for the panels, and the legend that shows their size takes a line as well.
        let plan = |legend: Vec<(Key, String)>| -> Result<(Sheet<'_>, f64), PlotError> {
            let sheet = Sheet { title: &self.title, caption: &self.caption, legend };
            let height = (sheet.height()? + rows as f64 * 330.0).max(HEIGHT);
            Ok((sheet, height))
        };
        let (sheet, height) = plan(self.legend(10.0, 100.0))?;
        let space = (height - sheet.height()?) / rows as f64 - PANEL_TITLE * 2.85;
        let radius = self.radius_of_a_pupil(1500.0 / columns as f64, space);
        let (legend_radius, legend_pupils) = legend_disc(radius);
        let (sheet, height) = plan(self.legend(legend_radius, legend_pupils))?;
        render(&self.title, height, |canvas| {
            let frame = sheet.draw(canvas, height)?;
            self.draw_panels(canvas, frame, (columns, rows), radius)
        })
    }

    fn check(&self) -> Result<(), PlotError> {
        let count = self.communities.len();
        let fits = |panel: &&MapPanel| {
            let hosts = panel.hosts.iter().flatten().all(|&host| host < count);
            panel.shares.len() == count && panel.hosts.len() == count && hosts
        };
        match self.panels.iter().find(|panel| !fits(panel)) {
            Some(panel) => Err(PlotError::Shape(format!("panel {} for {count} communities", panel.title))),
            None => Ok(()),
        }
    }

    fn legend(&self, radius: f64, pupils: f64) -> Vec<(Key, String)> {
        let occurs =
            |form: &Form| self.panels.iter().flat_map(|panel| &panel.shares).any(|shares| shares[*form as usize] > 0.0);
        let occurring = Form::ALL.into_iter().filter(occurs);
        let mut legend: Vec<_> =
            occurring.map(|form| (Key::Disc(status(form)), status_name(form).to_owned())).collect();
        if self.panels.iter().flat_map(|panel| &panel.shares).any(|shares| mostly_ended(shares).is_some()) {
            let told = if self.one_future { "ended as a district" } else { "ended as a district in most futures" };
            legend.push((Key::Cross(BLACK), told.to_owned()));
        }
        if self.panels.iter().any(|panel| panel.hosts.iter().any(Option::is_some)) {
            legend.push((Key::Span(SLATE, 3.0), "joined to".to_owned()));
        }
        let least = (LEAST_RADIUS / radius).powi(2) * pupils;
        let enlarged = self.communities.iter().any(|community| community.pupils < least);
        let note = if enlarged { format!(" (below {} enlarged)", grouped(least, 0)) } else { String::new() };
        legend.push((Key::DiscOf(radius, BLACK), format!("{} pupils at the start{note}", grouped(pupils, 0))));
        legend
    }

    /// The factor from the root of pupils to pixels.
    fn radius_of_a_pupil(&self, width: f64, height: f64) -> f64 {
        let pupils =
            || self.communities.iter().map(|community| community.pupils.max(0.0)).filter(|pupils| pupils.is_finite());
        let (total, most) = (pupils().sum::<f64>(), pupils().fold(0.0, f64::max));
        if total <= 0.0 {
            return 0.0;
        }
        let by_cover = (COVER * width * height / (std::f64::consts::PI * total)).sqrt();
        by_cover.min(MOST_RADIUS / most.sqrt())
    }

    fn draw_panels(
        &self,
        canvas: &Canvas<'_>,
        frame: Frame,
        shape: (usize, usize),
        radius: f64,
    ) -> Result<(), PlotError> {
        let places = cells(frame, shape, (24.0, 14.0));
        let width = places.first().map_or(0.0, Frame::width);
        let lines = title_lines(self.panels.iter().map(|panel| panel.title.as_str()), width)?;
        for (place, (panel, cell)) in self.panels.iter().zip(places).enumerate() {
            let plot = Frame { top: cell.top + title_height(lines), ..cell };
            let ground = Ground::new(&self.communities, plot);
            // The first title leaves room for the scale.
            let scale = if place == 0 { ground.scale_bar(canvas, plot)? } else { 0.0 };
            panel_title(canvas, Frame { right: cell.right - scale, ..cell }, &panel.title, lines)?;
            canvas.outline(plot, 1.5, PALE)?;
            self.draw_panel(canvas, panel, &ground, radius)?;
        }
        Ok(())
    }

    fn draw_panel(&self, canvas: &Canvas<'_>, panel: &MapPanel, ground: &Ground, radius: f64) -> Result<(), PlotError> {
        let at = |place: usize| ground.place(&self.communities[place]);
        for (place, host) in panel.hosts.iter().enumerate() {
            if let Some(host) = *host {
                canvas.line(&[at(place), at(host)], 3.0, SLATE)?;
            }
        }
        // Small discs over large ones.
        let mut order: Vec<usize> = (0..self.communities.len()).collect();
        order.sort_by(|&a, &b| self.communities[b].pupils.total_cmp(&self.communities[a].pupils));
        for place in order {
            let size = (self.communities[place].pupils.max(0.0).sqrt() * radius).max(LEAST_RADIUS);
            draw_pie(canvas, at(place), size, &panel.shares[place])?;
        }
        Ok(())
    }
}

/// A round number of pupils whose disc is easy to see, and its radius.
fn legend_disc(radius: f64) -> (f64, f64) {
    let sizes = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0, 50_000.0];
    let size = |pupils: f64| pupils.sqrt() * radius;
    let pupils = sizes.into_iter().rev().find(|&pupils| size(pupils) <= 16.0).unwrap_or(sizes[0]);
    (size(pupils), pupils)
}

/// Where miles lie on a panel: the same scale both ways, the region in the middle.
struct Ground {
    centre: Point,
    middle: Point,
    pixels_per_mile: f64,
}

impl Ground {
    fn new(communities: &[Community], plot: Frame) -> Self {
        let (west, east) = extent(communities.iter().map(|community| community.x)).unwrap_or((0.0, 0.0));
        let (south, north) = extent(communities.iter().map(|community| community.y)).unwrap_or((0.0, 0.0));
        let margin = 26.0;
        let across = (plot.width() - 2.0 * margin) / (east - west).max(1.0);
        let up = (plot.height() - 2.0 * margin) / (north - south).max(1.0);
        Self {
            centre: plot.centre(),
            middle: (f64::midpoint(west, east), f64::midpoint(south, north)),
            pixels_per_mile: across.min(up).max(1e-6),
        }
    }

    fn place(&self, community: &Community) -> Point {
        let (east, north) = (community.x - self.middle.0, community.y - self.middle.1);
        (self.centre.0 + east * self.pixels_per_mile, self.centre.1 - north * self.pixels_per_mile)
    }

    /// Draws a scale above the right end of a plot and returns the width that it takes.
    fn scale_bar(&self, canvas: &Canvas<'_>, plot: Frame) -> Result<f64, PlotError> {
        let lengths = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0];
        let fits = |miles: &f64| miles * self.pixels_per_mile <= 0.2 * plot.width();
        let Some(miles) = lengths.into_iter().rfind(fits) else { return Ok(0.0) };
        let style = Style::new(TEXT, SLATE);
        let text = format!("{miles} mile{}", if miles > 1.0 { "s" } else { "" });
        let (right, y) = (plot.right - style.width(&text)? - 10.0, plot.top - PANEL_TITLE);
        let left = right - miles * self.pixels_per_mile;
        canvas.line(&[(left, y), (right, y)], 3.0, SLATE)?;
        for end in [left, right] {
            canvas.line(&[(end, y - 7.0), (end, y + 7.0)], 3.0, SLATE)?;
        }
        canvas.text(&text, (right + 10.0, y), style)?;
        Ok(plot.right - left + 20.0)
    }
}

/// How a community's district ended in more than half of the futures, if it did.
fn mostly_ended(shares: &[f64; FORMS]) -> Option<Form> {
    let total: f64 = shares.iter().filter(|share| **share > 0.0).sum();
    let ended = |(form, share): &(Form, &f64)| *form >= Form::Merged && **share > 0.5 * total;
    Form::ALL.into_iter().zip(shares).find(ended).map(|(form, _)| form)
}

/// A disc cut by the shares of futures; one that lost its district in most of them is marked, so that grey print tells too.
fn draw_pie(canvas: &Canvas<'_>, centre: Point, radius: f64, shares: &[f64; FORMS]) -> Result<(), PlotError> {
    let total: f64 = shares.iter().filter(|share| **share > 0.0).sum();
    canvas.disc(centre, radius + 1.5, WHITE)?;
    if total <= 0.0 || !total.is_finite() {
        return canvas.ring(centre, radius, 1.5, GREY);
    }
    let mut turned = 0.0;
    for (form, &share) in Form::ALL.into_iter().zip(shares) {
        let part = if share > 0.0 { share / total } else { 0.0 };
        if part > 0.999 {
            canvas.disc(centre, radius, status(form))?;
        } else if part > 0.0 {
            canvas.polygon(&slice(centre, radius, (turned, turned + part)), status(form), 1.0)?;
        }
        turned += part;
    }
    canvas.ring(centre, radius, 1.0, GREY)?;
    match mostly_ended(shares) {
        Some(form) => {
            let arm = (radius * 0.45).max(3.0);
            let (x, y) = centre;
            canvas.line(&[(x - arm, y - arm), (x + arm, y + arm)], 2.0, ink_on(status(form)))?;
            canvas.line(&[(x - arm, y + arm), (x + arm, y - arm)], 2.0, ink_on(status(form)))
        }
        None => Ok(()),
    }
}

/// A slice of a disc between two fractions of a turn, clockwise from the top.
fn slice(centre: Point, radius: f64, (from, to): (f64, f64)) -> Vec<Point> {
    let steps = ((to - from) * 36.0).ceil().max(1.0) as u32;
    let rim = (0..=steps).map(|step| {
        let angle = (from + (to - from) * f64::from(step) / f64::from(steps)) * std::f64::consts::TAU;
        (centre.0 + radius * libm::sin(angle), centre.1 - radius * libm::cos(angle))
    });
    std::iter::once(centre).chain(rim).collect()
}
