//! A region as it stood in a year of the record.
//!
//! Only what was known in that year goes in, with two exceptions that carry no trend and no ending: the
//! places of offices and the land of counties, which are those of 2018. A district whose office is gone is
//! placed inside its county, at a spot that depends on its identifier alone. Its land is an equal share of
//! its county's, because today's boundaries are those after the mergers (and today's land does not depend on
//! pupils: the elasticity is between -0.10 and +0.09 in the three states).

use std::collections::BTreeMap;

use super::{DistrictYear, Exit, StateHistory};
use crate::districts::grades;
use crate::districts::import::assemble::{COST_LEVELS, MILL_RATE, PUPILS_PER_BUILDING};
use crate::districts::import::edge::Point;
use crate::districts::import::finance::predicted;
use crate::districts::import::place::{Projection, mean};
use crate::districts::import::states;
use crate::districts::import::support::university;
use crate::districts::import::trend::{PUBLISHED, trends_of, unknown};
use crate::districts::schools::{default_schools, link_high_schools};
use crate::engine::draws::{Decision, Draws, EntityKey};
use crate::engine::math;
use crate::model::region::{AgentKind, Region, StartingDistrict, StateFinance, StateRules};

/// Standard deviation of the districts' true trends (computed from public data: 1.2-1.8 %).
const TREND_SD: f64 = 0.015;
/// Standard deviation of a state's mean trend: the published range of -3.7 to -0.5 % as two of them either way.
const STATE_TREND_SD: f64 = 0.008;
/// Trends that the model takes for births, as when importing.
const TRENDS: (f64, f64) = (-0.06, 0.04);
/// Share of a county's radius (as a circle) within which a district without a place is put.
const SPREAD: f64 = 0.7;
/// Land of a county where no boundary tells it: sixteen townships, square miles.
const COUNTY_LAND: f64 = 576.0;

/// What is known of the trends of enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// One year of enrolment only: each district's trend is drawn around the state's, which is drawn around
    /// the published mean. The number tells apart as many such draws as are wanted.
    OneYear(u32),
    /// The years from the first of the record to that of the region: each district's own slope, shrunk
    /// toward the state's mean.
    Record,
}

/// The draws of this module; the seed is fixed, so that a district stands in the same place in every run.
#[derive(Clone, Copy)]
enum Drawn {
    Place = 1,
    Trend = 2,
    StateTrend = 3,
}

impl Decision for Drawn {
    fn number(self) -> u16 {
        self as u16
    }
}

/// The region of a state in fiscal year `year`, whose first simulated year is the next. Rules of the state, and
/// of its finance what the record does not tell (small-size and sparsity aid), are given.
///
/// None where fewer than two districts operate in that year.
#[must_use]
pub fn start(
    history: &StateHistory,
    year: u16,
    knowledge: Knowledge,
    rules: &StateRules,
    finance: &StateFinance,
) -> Option<Region> {
    let rows: BTreeMap<&str, &DistrictYear> = history.operating(year).collect();
    if rows.len() < 2 {
        return None;
    }
    let geography = Geography::new(history, &rows)?;
    let (trends, mean) = trends(history, year, knowledge, &rows);
    let law = states::money(&history.state);
    let finance = StateFinance {
        aid_elasticity: finance.aid_elasticity.or(law.map(|law| law.aid.0)),
        aid_adjustment: finance.aid_adjustment.or(law.map(|law| law.aid.1)),
        levy_elasticity: finance.levy_elasticity.or(law.map(|law| law.levy.0)),
        levy_adjustment: finance.levy_adjustment.or(law.map(|law| law.levy.1)),
        ..finances(&rows, finance)
    };
    let typical_local = finance.base_cost * finance.local_share;
    let district = |(id, row): (&&str, &&DistrictYear)| {
        let trend = trends.get(id).copied().unwrap_or(mean);
        geography.placed(id, district(id, row, trend, (finance.base_cost, typical_local)))
    };
    let mut districts: Vec<StartingDistrict> = rows.iter().map(district).collect();
    link_high_schools(&mut districts);
    let mut region = Region {
        name: format!("{}-{year}", history.state.to_lowercase()),
        title: format!("{}, fiscal year {year}", history.state),
        source: "NCES and Census Bureau, School District Finance Survey (F-33); NCES EDGE for places".to_owned(),
        first_year: i32::from(year),
        kind: AgentKind::District,
        trend: Some(mean),
        trend_unknown: unknown(districts.iter().map(|district| district.trend)),
        grades_known: false,
        rules: rules.clone(),
        finance,
        support: university(&districts).into_iter().collect(),
        districts,
    };
    region.sort();
    Some(region)
}

/// The state's money: base cost and shares of its sources from the record.
fn finances(rows: &BTreeMap<&str, &DistrictYear>, given: &StateFinance) -> StateFinance {
    let sum = |of: &dyn Fn(&DistrictYear) -> f64| rows.values().map(|row| of(row)).sum::<f64>();
    let [local, state, federal] = [
        sum(&|row| row.local.unwrap_or(0.0)),
        sum(&|row| row.state.unwrap_or(0.0)),
        sum(&|row| row.federal.unwrap_or(0.0)),
    ];
    let known = |row: &DistrictYear| if row.revenue.is_some() { predicted(row.pupils, row.grades.1 >= 9) } else { 0.0 };
    let (spent, units, sources) = (sum(&|row| row.revenue.unwrap_or(0.0)), sum(&known), local + state + federal);
    if spent <= 0.0 || units <= 0.0 || sources <= 0.0 {
        return given.clone();
    }
    StateFinance {
        base_cost: spent / units,
        local_share: local / sources,
        state_share: state / sources,
        federal_share: federal / sources,
        ..given.clone()
    }
}

/// A district without its place, land and schools.
fn district(id: &str, row: &DistrictYear, trend: f64, (base_cost, typical_local): (f64, f64)) -> StartingDistrict {
    let local = row.local.filter(|&local| local > 0.0).map_or(typical_local, |local| local / row.pupils);
    let level = row.revenue.map(|revenue| revenue / (predicted(row.pupils, row.grades.1 >= 9) * base_cost));
    StartingDistrict {
        id: id.to_owned(),
        name: row.name.clone(),
        county: String::new(),
        x: 0.0,
        y: 0.0,
        area: COUNTY_LAND,
        pupils: grades::spread(row.pupils, &grades::weights(row.grades.0, row.grades.1, trend)),
        lowest_grade: row.grades.0,
        highest_grade: row.grades.1,
        trend,
        valuation: local / MILL_RATE,
        cost_level: level.map(|level| level.clamp(COST_LEVELS.0, COST_LEVELS.1)),
        local_share: row
            .local
            .zip(row.revenue)
            .filter(|(_, all)| *all > 0.0)
            .map(|(local, all)| (local / all).clamp(0.0, 1.0)),
        reserve_share: None,
        debt: 0.0,
        teachers: None,
        schools: Vec::new(),
        high_school: None,
    }
}

/// The trends of the districts, and the mean to which they return.
fn trends<'a>(
    history: &StateHistory,
    year: u16,
    knowledge: Knowledge,
    rows: &BTreeMap<&'a str, &DistrictYear>,
) -> (BTreeMap<&'a str, f64>, f64) {
    let Knowledge::OneYear(draw) = knowledge else {
        let points = |id: &str| {
            let years = history.panel.get(id).into_iter().flatten().filter(|(of, _)| **of <= year);
            years.map(|(of, row)| (f64::from(*of), row.pupils)).collect()
        };
        let series: BTreeMap<&str, Vec<(f64, f64)>> = rows.keys().map(|id| (*id, points(id))).collect();
        let (found, mean) = trends_of(&series).unwrap_or((BTreeMap::new(), PUBLISHED));
        return (found.into_iter().map(|(id, trend)| (id, trend.value())).collect(), mean);
    };
    let draws = Draws::new(0, draw, Draws::BEFORE);
    let mean = PUBLISHED + STATE_TREND_SD * draws.normal(EntityKey::from_name(&history.state), Drawn::StateTrend);
    let of = |id: &str| mean + TREND_SD * draws.normal(EntityKey::from_name(id), Drawn::Trend);
    (rows.keys().map(|id| (*id, of(id).clamp(TRENDS.0, TRENDS.1))).collect(), mean)
}

/// Where districts are, and how much land they have.
struct Geography {
    projection: Projection,
    places: BTreeMap<String, Point>,
    counties: BTreeMap<String, String>,
    land: BTreeMap<String, f64>,
}

impl Geography {
    fn new(history: &StateHistory, rows: &BTreeMap<&str, &DistrictYear>) -> Option<Self> {
        let centres = centres(history);
        let middle = mean(&centres.values().copied().collect::<Vec<_>>())?;
        let county_land = county_land(history);
        let typical = county_land.values().sum::<f64>() / county_land.len().max(1) as f64;
        let typical = if typical > 0.0 { typical } else { COUNTY_LAND };
        let land_of = |code: &str| county_land.get(code).copied().filter(|land| *land > 0.0).unwrap_or(typical);
        let codes: BTreeMap<&str, String> = rows.keys().map(|id| (*id, county_code(history, id))).collect();
        let mut members: BTreeMap<&str, f64> = BTreeMap::new();
        for code in codes.values() {
            *members.entry(code).or_default() += 1.0;
        }
        let place = |id: &str, code: &str| {
            office(history, id)
                .unwrap_or_else(|| scattered(id, centres.get(code).copied().unwrap_or(middle), land_of(code)))
        };
        let places: BTreeMap<String, Point> =
            codes.iter().map(|(id, code)| ((*id).to_owned(), place(id, code))).collect();
        let land = codes.iter().map(|(id, code)| ((*id).to_owned(), land_of(code) / members[code.as_str()])).collect();
        let names = county_names(history);
        let county = |code: &String| names.get(code.as_str()).map_or_else(|| code.clone(), |name| (*name).to_owned());
        Some(Self {
            projection: Projection::around(places.values().copied())?,
            counties: codes.iter().map(|(id, code)| ((*id).to_owned(), county(code))).collect(),
            places,
            land,
        })
    }

    /// The district with its place, land, county and schools.
    fn placed(&self, id: &str, district: StartingDistrict) -> StartingDistrict {
        // All three are made from the same rows as the districts.
        let (Some(place), Some(area), Some(county)) = (self.places.get(id), self.land.get(id), self.counties.get(id))
        else {
            return district;
        };
        let (x, y) = self.projection.miles(*place);
        // The record does not hold the schools of these years: so many as its pupils fill, in one town.
        let buildings = (district.enrolment() / PUPILS_PER_BUILDING).ceil() as usize;
        let StartingDistrict { lowest_grade, highest_grade, ref name, .. } = district;
        let schools = default_schools(lowest_grade, highest_grade, buildings, x, y, name);
        StartingDistrict { x, y, area: *area, county: county.clone(), schools, ..district }
    }
}

/// The office of a district, or of the district as which it goes on.
fn office(history: &StateHistory, id: &str) -> Option<Point> {
    let own = |id: &str| history.offices.get(id).and_then(|office| office.point);
    let goes_on = |spell: &&super::Spell| matches!(spell.exit, Exit::Renumbered | Exit::Host);
    own(id).or_else(|| own(history.spells.get(id).filter(goes_on)?.successor.as_deref()?))
}

fn county_code(history: &StateHistory, id: &str) -> String {
    let today = || history.offices.get(id).map(|office| office.county_code.clone());
    history.counties.get(id).cloned().or_else(today).unwrap_or_else(|| "unknown county".to_owned())
}

/// The mean of the offices of every county.
fn centres(history: &StateHistory) -> BTreeMap<&str, Point> {
    let mut points: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for office in history.offices.values() {
        points.entry(&office.county_code).or_default().extend(office.point);
    }
    points.into_iter().filter_map(|(code, points)| mean(&points).map(|point| (code, point))).collect()
}

/// The land of the districts with an office in each county: nearly the county's.
fn county_land(history: &StateHistory) -> BTreeMap<&str, f64> {
    let mut land: BTreeMap<&str, f64> = BTreeMap::new();
    for (id, office) in &history.offices {
        *land.entry(&office.county_code).or_default() += history.areas.get(id).copied().unwrap_or(0.0);
    }
    land
}

fn county_names(history: &StateHistory) -> BTreeMap<&str, &str> {
    history.offices.values().map(|office| (office.county_code.as_str(), office.county.as_str())).collect()
}

/// A spot inside a county, by the district's identifier alone: even over a disc around its centre.
fn scattered(id: &str, centre: Point, land: f64) -> Point {
    const MILES_PER_DEGREE: f64 = 69.093;
    let [across, around] = Draws::new(0, 0, Draws::BEFORE).uniforms(EntityKey::from_name(id), Drawn::Place);
    let radius = SPREAD * (land / std::f64::consts::PI).sqrt() * across.sqrt() / MILES_PER_DEGREE;
    let angle = around * std::f64::consts::TAU;
    let narrow = libm::cos(centre.latitude.to_radians()).max(0.2);
    Point {
        latitude: centre.latitude + radius * libm::sin(angle),
        longitude: centre.longitude + radius * libm::cos(angle) / narrow,
    }
}

/// The yearly slopes of the log of enrolment over the first years of the record, for a yardstick that knows
/// them; None for a district with one year only.
#[must_use]
pub fn early_slope(history: &StateHistory, id: &str, last: u16) -> Option<f64> {
    let years = history.panel.get(id)?;
    let points: Vec<(f64, f64)> =
        years.range(..=last).map(|(year, row)| (f64::from(*year), math::ln(row.pupils))).collect();
    let count = points.len() as f64;
    let middle = points.iter().map(|point| point.0).sum::<f64>() / count;
    let squares: f64 = points.iter().map(|point| (point.0 - middle).powi(2)).sum();
    (squares > 0.0).then(|| points.iter().map(|point| (point.0 - middle) * point.1).sum::<f64>() / squares)
}
