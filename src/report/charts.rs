//! The charts of a comparison: its figures put into the plain structs that `plots` draws.

use super::figures::{Shown, whole};
use crate::engine::replicates;
use crate::experiments::summary::{Comparison, OutcomeTrend, Trends, headline};
use crate::model::events::Form;
use crate::model::outcomes::RegionOutcome;
use crate::model::region::Region;
use crate::plots::{
    Community, Difference, DifferencePanel, DifferencesChart, FanChart, FanPanel, MapChart, MapPanel, PlotError,
    TimelineChart, TimelinePanel, png,
};

/// The outcomes that are drawn as fans.
const FANS: [RegionOutcome; 2] = [RegionOutcome::district_viability, RegionOutcome::viability_small];
/// Outcomes on one sheet of paired differences.
const OUTCOMES_A_SHEET: usize = 4;
/// Pixels of a PNG for each of the drawing, which is 1600 wide.
const PNG_SCALE: f32 = 1.0;

/// A finished chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartFile {
    /// Its name in the results folder.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Draws every chart of a comparison, each as SVG and PNG. `region` is the one that futures share, or that of
/// [`shown_future`](crate::experiments::summary::RegionFacts::shown_future).
///
/// # Errors
/// When a chart cannot be drawn.
pub fn draw(comparison: &Comparison, trends: &[Trends], region: &Region) -> Result<Vec<ChartFile>, PlotError> {
    let mut drawings = Vec::new();
    for outcome in FANS {
        drawings
            .push((format!("fan-{}", outcome.outcome().id.replace('_', "-")), fan(comparison, trends, outcome).svg()?));
    }
    if comparison.policies.len() > 1 {
        for (nth, chart) in differences(comparison).iter().enumerate() {
            drawings.push((format!("differences-{}", nth + 1), chart.svg()?));
        }
    }
    drawings.push(("map".to_owned(), map(comparison, trends, region).svg()?));
    drawings.push(("timeline".to_owned(), timeline(comparison, trends).svg()?));
    let pictures: Vec<Result<Vec<u8>, PlotError>> = replicates::map(&drawings, |(_, svg)| png(svg, PNG_SCALE));
    let mut files = Vec::new();
    for ((name, svg), picture) in drawings.into_iter().zip(pictures) {
        files.push(ChartFile { name: format!("charts/{name}.svg"), bytes: svg.into_bytes() });
        files.push(ChartFile { name: format!("charts/{name}.png"), bytes: picture? });
    }
    Ok(files)
}

/// What a reader must know to trust a chart.
fn caption(comparison: &Comparison) -> String {
    format!(
        "{}{} · {} futures · seed {} · barnraise {}",
        comparison.region.title,
        if comparison.region.drawn_anew { ", drawn anew in every future" } else { "" },
        whole(u64::from(comparison.finished)),
        comparison.seed,
        comparison.version
    )
}

/// The calendar years.
fn years(comparison: &Comparison) -> Vec<i32> {
    (0..i32::from(comparison.years)).map(|year| comparison.region.first_year + year).collect()
}

fn fan(comparison: &Comparison, trends: &[Trends], outcome: RegionOutcome) -> FanChart {
    let entry = outcome.outcome();
    let trend = |trends: &Trends| trends.outcomes.iter().find(|trend| trend.outcome == entry.id).cloned();
    let quantiles = |trend: OutcomeTrend| {
        trend.years.into_iter().map(|year| [year.p5, year.p25, year.median, year.p75, year.p95]).collect::<Vec<_>>()
    };
    let panels = comparison.policies.iter().zip(trends).map(|(policy, trends)| FanPanel {
        title: policy.title.clone(),
        quantiles: trend(trends).map(quantiles).unwrap_or_default(),
        observed: Vec::new(),
    });
    let panels: Vec<FanPanel> = panels.collect();
    let baseline = panels.first().filter(|_| panels.len() > 1);
    FanChart {
        title: entry.title.to_owned(),
        unit: entry.unit.to_owned(),
        caption: caption(comparison),
        years: years(comparison),
        baseline: baseline.map(|panel| panel.quantiles.iter().map(|year| year[2]).collect()),
        panels,
        share: entry.unit == "share",
    }
}

/// The headline outcomes, a few to a sheet, so that each can be read when it is projected.
fn differences(comparison: &Comparison) -> Vec<DifferencesChart> {
    let compared = comparison.policies.get(1..).unwrap_or_default();
    let row = |figures: &crate::experiments::summary::OutcomeFigures| {
        let none = Difference { quantiles: [f64::NAN; 5], favourable: 0, futures: 0 };
        figures.difference.map_or(none, |found| Difference {
            quantiles: [found.p5, found.p25, found.median, found.p75, found.p95],
            favourable: u32::try_from(figures.better.unwrap_or(found.more)).unwrap_or(u32::MAX),
            futures: u32::try_from(found.n).unwrap_or(u32::MAX),
        })
    };
    let panel = |outcome: RegionOutcome| {
        let entry = outcome.outcome();
        DifferencePanel {
            title: entry.title.to_owned(),
            unit: Shown::of(entry).difference_unit().to_owned(),
            share: entry.unit == "share",
            decimals: Shown::of(entry).difference_decimals(),
            better: entry.better,
            rows: compared.iter().map(|policy| row(&policy.outcomes[outcome.index()])).collect(),
        }
    };
    let panels: Vec<DifferencePanel> = headline().map(panel).collect();
    let sheets = panels.len().div_ceil(OUTCOMES_A_SHEET);
    let sheet = |(nth, panels): (usize, &[DifferencePanel])| DifferencesChart {
        title: format!("What each policy changes ({} of {sheets})", nth + 1),
        caption: caption(comparison),
        baseline: comparison.policies.first().map(|policy| policy.title.clone()).unwrap_or_default(),
        policies: compared.iter().map(|policy| policy.title.clone()).collect(),
        panels: panels.to_vec(),
    };
    panels.chunks(OUTCOMES_A_SHEET).enumerate().map(sheet).collect()
}

fn map(comparison: &Comparison, trends: &[Trends], region: &Region) -> MapChart {
    let communities = region.districts.iter().map(|district| Community {
        x: district.x,
        y: district.y,
        pupils: district.enrolment(),
    });
    let mut alone = [0.0; Form::ALL.len()];
    alone[Form::Alone as usize] = 1.0;
    let count = region.districts.len();
    let start = MapPanel {
        title: format!("The start, {}", comparison.region.first_year),
        shares: vec![alone; count],
        hosts: vec![None; count],
    };
    let last = comparison.region.first_year + i32::from(comparison.years) - 1;
    let ends = comparison.policies.iter().zip(trends).map(|(policy, trends)| MapPanel {
        title: format!("{}, {last}", policy.title),
        shares: trends.final_status.clone(),
        hosts: hosts(trends),
    });
    // Communities of regions drawn anew are other places in every future: nothing can be told of one over all.
    let (title, caption) = match comparison.region.shown_future {
        Some(replicate) => (
            format!("What becomes of every community in one future (replicate {replicate})"),
            format!("{} · the map is of one of them", caption(comparison)),
        ),
        None => ("What becomes of every community".to_owned(), caption(comparison)),
    };
    MapChart {
        title,
        caption,
        communities: communities.collect(),
        panels: std::iter::once(start).chain(ends).collect(),
        one_future: comparison.region.shown_future.is_some(),
    }
}

/// For every community the other one whose district serves it in most futures.
fn hosts(trends: &Trends) -> Vec<Option<usize>> {
    let other = |(place, home): (usize, &Option<u16>)| home.map(usize::from).filter(|home| *home != place);
    trends.final_home.iter().enumerate().map(other).collect()
}

fn timeline(comparison: &Comparison, trends: &[Trends]) -> TimelineChart {
    let panels = comparison.policies.iter().zip(trends);
    TimelineChart {
        title: "Districts of the start by status, mean over the futures".to_owned(),
        caption: caption(comparison),
        years: years(comparison),
        panels: panels
            .map(|(policy, trends)| TimelinePanel { title: policy.title.clone(), counts: trends.status.clone() })
            .collect(),
    }
}
