//! One region from all tables: districts joined on LEAID, gaps filled and told.

use std::collections::{BTreeMap, BTreeSet};

use super::edge::{Boundary, Level, Office, Point, grade};
use super::elsi::{Agencies, Agency, Variable, why_dropped};
use super::f33::Finance;
use super::finance::{Accounts, Finances, Joins, Measure, nearest_year, predicted};
use super::join::{Aliases, Candidate, doubtful, resolve};
use super::place::{Projection, mean};
use super::report::Tallies;
use super::trend::{PUBLISHED, PUBLISHED_RANGE, Trend, trends};
use super::year::SchoolYear;
use crate::districts::schools::default_schools;
use crate::districts::{grades, statistics};
use crate::model::region::{FIRST_HIGH_SCHOOL_GRADE, StartingDistrict};

/// Spending against what size predicts outside these is an accident of the year (a new building, a
/// reorganisation), not a lasting level.
pub(in crate::districts) const COST_LEVELS: (f64, f64) = (0.6, 1.8);
/// Local revenue of a year for each dollar of taxable valuation [A]: 12 mills, near Iowa's rate.
pub(in crate::districts) const MILL_RATE: f64 = 0.012;
/// Pupils that fill one building, as in the model's parameters.
pub(in crate::districts) const PUPILS_PER_BUILDING: f64 = 250.0;

/// All that was read for the state.
pub(super) struct Sources<'a> {
    pub(super) year: SchoolYear,
    pub(super) finances: &'a Finances,
    /// Finances joined by names whose numbers differ, by year.
    pub(super) doubtful: &'a BTreeMap<SchoolYear, Vec<String>>,
    pub(super) offices: &'a [Office],
    pub(super) boundaries: &'a [Boundary],
    pub(super) aliases: &'a Aliases,
}

/// What is told of the districts besides themselves.
#[derive(Default)]
pub(super) struct Account {
    pub(super) dropped: Tallies,
    pub(super) joined: Tallies,
    /// How the finances of each year were joined; those of the years used are told.
    pub(super) finance_joins: Joins,
    pub(super) imputed: Tallies,
    pub(super) clamped: Tallies,
    /// Where their schools, and the high schools of those without one, come from.
    pub(super) schools: Tallies,
    pub(super) assumptions: Vec<String>,
    pub(super) warnings: Vec<String>,
    /// The state's mean trend of enrolment, log a year.
    pub(super) trend: f64,
}

/// The regular districts that operate in the year: type 1 or 2 with pupils.
pub(super) fn regular<'a>(
    agencies: &'a Agencies,
    year: SchoolYear,
    dropped: &mut Tallies,
) -> BTreeMap<&'a str, &'a Agency> {
    let mut regular = BTreeMap::new();
    // Agencies of other years' tables only are no rows of this year.
    for (id, agency) in agencies.by_id.iter().filter(|(_, agency)| agency.years.contains_key(&year)) {
        match why_dropped(agency, year) {
            None => {
                regular.insert(id.as_str(), agency);
            }
            Some(why) => dropped.add(&why, &agency.name),
        }
    }
    regular
}

/// What each district is made from.
struct Join<'a> {
    year: SchoolYear,
    offices: BTreeMap<&'a str, &'a Office>,
    boundaries: BTreeMap<&'a str, &'a Boundary>,
    money: Option<&'a BTreeMap<String, Finance>>,
    money_year: SchoolYear,
    measure: Measure,
    base_cost: f64,
    local_share: f64,
    /// Finances of the year nearest with reserves or debts, which only the full F-33 layout has.
    balances: Option<&'a BTreeMap<String, Finance>>,
    /// Local revenue per pupil, median.
    typical_local: f64,
    typical_area: f64,
    trends: BTreeMap<&'a str, Trend>,
}

/// Makes the districts; the second value projects places of other things onto the same plane.
pub(super) fn districts(
    sources: &Sources<'_>,
    regular: &BTreeMap<&str, &Agency>,
    accounts: &Accounts,
    account: &mut Account,
) -> Option<(Vec<StartingDistrict>, Projection)> {
    let join = join(sources, regular, accounts, account);
    let places = places(&join, regular, account)?;
    let projection = Projection::around(places.values().map(|place| place.point))?;
    let district = |(id, agency): (&&str, &&Agency)| {
        let place = &places[id];
        district(&join, id, agency, (projection.miles(place.point), place.county.clone()), account)
    };
    Some((regular.iter().map(district).collect(), projection))
}

fn join<'a>(
    sources: &Sources<'a>,
    regular: &BTreeMap<&'a str, &Agency>,
    accounts: &Accounts,
    account: &mut Account,
) -> Join<'a> {
    let names: BTreeMap<&'a str, &str> = regular.iter().map(|(id, agency)| (*id, agency.name.as_str())).collect();
    let candidates: Vec<_> =
        sources.offices.iter().map(|office| Candidate { id: Some(&office.id), name: &office.name }).collect();
    let offices = resolve("offices", &names, &candidates, sources.aliases, &mut account.joined);
    tell_doubtful("offices", &doubtful(&names, &candidates, &offices, sources.aliases), &mut account.warnings);
    let candidates: Vec<_> =
        sources.boundaries.iter().map(|boundary| Candidate { id: Some(&boundary.id), name: &boundary.name }).collect();
    let boundaries = resolve("boundaries", &names, &candidates, sources.aliases, &mut account.joined);
    tell_doubtful("boundaries", &doubtful(&names, &candidates, &boundaries, sources.aliases), &mut account.warnings);
    let boundaries: BTreeMap<_, _> = boundaries.into_iter().map(|(id, row)| (id, &sources.boundaries[row])).collect();
    let balance_year = nearest_year(sources.finances, sources.year, |finance| {
        finance.reserve.known().is_some() || finance.debt.known().is_some()
    });
    for year in [Some(accounts.year), balance_year].into_iter().flatten().collect::<BTreeSet<_>>() {
        account.joined.extend(account.finance_joins.remove(&year).unwrap_or_default());
        let names = sources.doubtful.get(&year).map(Vec::as_slice).unwrap_or_default();
        tell_doubtful(&format!("finances of {year}"), names, &mut account.warnings);
    }
    match balance_year {
        Some(year) => account
            .assumptions
            .push(format!("reserves (W61, a share of spending) and long-term debt (41F) are those at the end of {year}")),
        None => account.assumptions.push(
            "no file holds reserves and debts (the full F-33 layout does): reserves are drawn in every run, debts taken as none"
                .to_owned(),
        ),
    }
    let money = sources.finances.get(&accounts.year);
    let local = regular.iter().filter_map(|(id, agency)| {
        let local = money.and_then(|money| money.get(*id)).and_then(|finance| finance.local.positive())?;
        pupils_for(agency, accounts.year, sources.year).map(|pupils| local / pupils)
    });
    Join {
        year: sources.year,
        offices: offices.into_iter().map(|(id, row)| (id, &sources.offices[row])).collect(),
        money,
        money_year: accounts.year,
        measure: accounts.measure,
        base_cost: accounts.base_cost,
        local_share: accounts.shares[0],
        balances: balance_year.and_then(|year| sources.finances.get(&year)),
        typical_local: median(local.collect()),
        typical_area: median(boundaries.values().filter_map(|boundary| boundary.area).collect()),
        boundaries,
        trends: all_trends(regular, account),
    }
}

/// Tells joins by name whose numbers differ.
fn tell_doubtful(what: &str, names: &[String], warnings: &mut Vec<String>) {
    const TOLD: usize = 6;
    if !names.is_empty() {
        let more = if names.len() > TOLD { ", …" } else { "" };
        let told = names.iter().take(TOLD).cloned().collect::<Vec<_>>().join(", ");
        warnings.push(format!(
            "{what}: {} joined by names whose numbers differ: are they the same? ({told}{more})",
            names.len()
        ));
    }
}

fn all_trends<'a>(regular: &BTreeMap<&'a str, &Agency>, account: &mut Account) -> BTreeMap<&'a str, Trend> {
    if let Some((trends, mean)) = trends(regular) {
        account.trend = mean;
        account.assumptions.push(format!(
            "births follow the trend of enrolment over the years in the folder, each district's shrunk toward the state's mean ({:+.1} % a year), to which it returns",
            mean * 100.0
        ));
        let (low, high) = PUBLISHED_RANGE;
        if !(low..=high).contains(&mean) {
            account.warnings.push(format!(
                "enrolment changes by {:+.1} % a year in the mean, outside the published {:+.1} to {:+.1} % of rural districts: few years, with \
                 migration and towns in them. The parameter `trend_shift` asks about another trend",
                mean * 100.0,
                low * 100.0,
                high * 100.0
            ));
        }
        return trends;
    }
    account.trend = PUBLISHED;
    account.assumptions.push(format!(
        "one year of enrolment only: births change by {:+.1} % a year everywhere, the published mean",
        PUBLISHED * 100.0
    ));
    regular.keys().map(|id| (*id, Trend::Mean(PUBLISHED))).collect()
}

/// Pupils of the finances' year, or of the region's where that is unknown.
pub(super) fn pupils_for(agency: &Agency, money_year: SchoolYear, year: SchoolYear) -> Option<f64> {
    agency.students(money_year).or_else(|| agency.students(year))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    statistics::quantile(&values, 0.5)
}

/// Where a district is.
struct Place {
    point: Point,
    county: String,
}

/// Places by office, else interior point, else the mean of the county's or of all districts; counties
/// by office, else of the nearest district. None where no district has a place.
fn places<'a>(
    join: &Join<'_>,
    regular: &BTreeMap<&'a str, &Agency>,
    account: &mut Account,
) -> Option<BTreeMap<&'a str, Place>> {
    let point = |id: &str| join.offices.get(id).and_then(|office| office.point);
    let inside = |id: &str| join.boundaries.get(id).and_then(|boundary| boundary.point);
    let county = |id: &str| {
        join.offices.get(id).map(|office| office.county.as_str()).filter(|county| !matches!(*county, "" | "N" | "M"))
    };
    let located: Vec<(&str, Point)> =
        regular.keys().filter_map(|id| point(id).or_else(|| inside(id)).map(|point| (*id, point))).collect();
    let middle = mean(&located.iter().map(|(_, point)| *point).collect::<Vec<_>>())?;
    let mut places = BTreeMap::new();
    for (id, agency) in regular {
        let by_code = county_by_code(join, id);
        let known = county(id).map(str::to_owned).or_else(|| by_code.clone());
        let of_county = || {
            let same: Vec<Point> = located
                .iter()
                .filter(|(other, _)| known.as_deref() == county(other))
                .map(|(_, point)| *point)
                .collect();
            known.as_ref().and_then(|_| mean(&same))
        };
        let point = if let Some(point) = point(id) {
            point
        } else if let Some(point) = inside(id) {
            account
                .imputed
                .add("no office in the geocodes: placed at the interior point of its boundary", &agency.name);
            point
        } else if let Some(point) = of_county() {
            account.imputed.add("no place in any file: placed at the mean of its county's districts", &agency.name);
            point
        } else {
            account.imputed.add("no place in any file: placed at the mean of all districts", &agency.name);
            middle
        };
        let county = known.unwrap_or_else(|| {
            account.imputed.add("no county in the geocodes: given that of the nearest district", &agency.name);
            nearest_county(point, &located, county)
        });
        places.insert(*id, Place { point, county });
    }
    Some(places)
}

/// The county's name by the code in the finance survey, through an office with the same code.
fn county_by_code(join: &Join<'_>, id: &str) -> Option<String> {
    let code = [join.balances, join.money].into_iter().flatten().find_map(|money| money.get(id)?.county.clone())?;
    join.offices.values().find(|office| office.county_code == code).map(|office| office.county.clone())
}

fn nearest_county<'a>(from: Point, located: &[(&str, Point)], county: impl Fn(&str) -> Option<&'a str>) -> String {
    // East counts less than north at these latitudes, by about 0.7.
    let distance = |to: Point| (from.latitude - to.latitude).powi(2) + (0.7 * (from.longitude - to.longitude)).powi(2);
    let known = located.iter().filter_map(|(id, point)| county(id).map(|county| (distance(*point), county)));
    known
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map_or_else(|| "unknown county".to_owned(), |(_, county)| county.to_owned())
}

fn district(
    join: &Join<'_>,
    id: &str,
    agency: &Agency,
    ((x, y), county): ((f64, f64), String),
    account: &mut Account,
) -> StartingDistrict {
    let enrolment = agency.students(join.year).unwrap_or(0.0);
    let (lowest_grade, highest_grade) = span(join, id, agency, account);
    let trend = trend(join, id, agency, account);
    let teachers = agency.value(join.year, Variable::Teachers).positive();
    if teachers.is_none() {
        account.imputed.add("no count of teachers: derived from enrolment in the model", &agency.name);
    }
    let money = money(join, (id, usize::from(highest_grade) >= FIRST_HIGH_SCHOOL_GRADE), agency, account);
    let name = display_name(join, id, agency);
    let buildings = (enrolment / PUPILS_PER_BUILDING).ceil() as usize;
    StartingDistrict {
        id: id.to_owned(),
        schools: default_schools(lowest_grade, highest_grade, buildings, x, y, &name),
        high_school: None,
        name,
        county,
        x,
        y,
        area: area(join, id, agency, account),
        pupils: grades::spread(enrolment, &grades::weights(lowest_grade, highest_grade, trend)),
        lowest_grade,
        highest_grade,
        trend,
        valuation: money.valuation,
        cost_level: money.cost_level,
        local_share: money.local_share,
        reserve_share: balance(join, id, account, &agency.name),
        debt: join.balances.and_then(|money| money.get(id)).and_then(|finance| finance.debt.known()).unwrap_or(0.0),
        teachers,
    }
}

/// The name with capitals and small letters, where the geocodes have the same name so.
fn display_name(join: &Join<'_>, id: &str, agency: &Agency) -> String {
    let office = join.offices.get(id).filter(|office| office.name.eq_ignore_ascii_case(&agency.name));
    let name = office.map_or(&agency.name, |office| &office.name);
    if name.is_empty() { id.to_owned() } else { name.clone() }
}

/// The grades taught: those offered by the finance survey, else those of the boundary. Boundary files
/// give many elementary districts a legal span to grade 12; their class says that they teach to 8.
fn span(join: &Join<'_>, id: &str, agency: &Agency, account: &mut Account) -> (u8, u8) {
    let offered = [join.balances, join.money].into_iter().flatten().find_map(|money| money.get(id)?.span.clone());
    if let Some((low, high)) =
        offered.and_then(|(low, high)| grade(&low).zip(grade(&high))).filter(|(low, high)| low <= high)
    {
        return (low, high);
    }
    let Some(boundary) = join.boundaries.get(id) else {
        account.imputed.add("no boundary: taken to teach kindergarten to grade 12", &agency.name);
        return (0, 12);
    };
    let high_school = FIRST_HIGH_SCHOOL_GRADE as u8;
    let published = grade(&boundary.span.0).zip(grade(&boundary.span.1)).filter(|(low, high)| low <= high);
    match (boundary.level, published) {
        (Level::Elementary, Some((low, high))) if high < high_school => (low, high),
        (Level::Elementary, _) => {
            account.imputed.add("an elementary district by its class: taken to teach to grade 8", &agency.name);
            (0, high_school - 1)
        }
        (Level::Secondary, Some((low, high))) if low > 0 => (low, high),
        (Level::Secondary, _) => {
            account.imputed.add("a secondary district by its class: taken to teach grades 9 to 12", &agency.name);
            (high_school, 12)
        }
        (Level::Unified, Some(span)) => span,
        (Level::Unified, None) => {
            account.imputed.add("no grade span: taken to teach kindergarten to grade 12", &agency.name);
            (0, 12)
        }
    }
}

fn trend(join: &Join<'_>, id: &str, agency: &Agency, account: &mut Account) -> f64 {
    let trend = join.trends.get(id).copied().unwrap_or(Trend::Mean(PUBLISHED));
    match trend {
        Trend::Own(_) => {}
        Trend::Clamped(_) => account.clamped.add("trend put back to between -6 and +4 % a year", &agency.name),
        Trend::Mean(_) => {
            account.imputed.add("too few years of enrolment or a break in them: the mean trend", &agency.name);
        }
    }
    trend.value()
}

fn area(join: &Join<'_>, id: &str, agency: &Agency, account: &mut Account) -> f64 {
    if let Some(area) = join.boundaries.get(id).and_then(|boundary| boundary.area) {
        return area;
    }
    account.imputed.add("no area: the state's median", &agency.name);
    // A folder in which no boundary has land still gives a positive area: the township grid's county.
    if join.typical_area > 0.0 { join.typical_area } else { 576.0 }
}

/// What a district's finances say of it.
struct Money {
    cost_level: Option<f64>,
    local_share: Option<f64>,
    valuation: f64,
}

fn money(join: &Join<'_>, (id, high_school): (&str, bool), agency: &Agency, account: &mut Account) -> Money {
    let finance = join.money.and_then(|money| money.get(id));
    let pupils = pupils_for(agency, join.money_year, join.year).unwrap_or(1.0);
    let spent = finance.and_then(|finance| join.measure.of(finance));
    let cost_level = spent.map(|spent| spent / (predicted(pupils, high_school) * join.base_cost));
    if cost_level.is_none() {
        account
            .imputed
            .add("no spending: its level is drawn in every run, its local share is the state's", &agency.name);
    }
    let clamped = cost_level.map(|level| level.clamp(COST_LEVELS.0, COST_LEVELS.1));
    if let (Some(level), Some(kept)) = (cost_level, clamped)
        && (level - kept).abs() > 0.0
    {
        account.clamped.add("spending against its size put back to between 0.6 and 1.8 of the predicted", &agency.name);
    }
    let local = finance.and_then(|finance| finance.local.known());
    let total = finance.and_then(|finance| finance.revenue.positive());
    let local_per_pupil = local.filter(|&local| local > 0.0).map(|local| local / pupils);
    if local_per_pupil.is_none() {
        account.imputed.add("no local revenue: valuation per pupil is the state's median", &agency.name);
    }
    let typical = if join.typical_local > 0.0 { join.typical_local } else { join.base_cost * join.local_share };
    Money {
        cost_level: clamped,
        local_share: local.zip(total).map(|(local, total)| (local / total).clamp(0.0, 1.0)),
        valuation: local_per_pupil.unwrap_or(typical) / MILL_RATE,
    }
}

/// The reserve as a share of spending, where the survey has it.
fn balance(join: &Join<'_>, id: &str, account: &mut Account, name: &str) -> Option<f64> {
    let balances = join.balances?;
    let finance = balances.get(id);
    let spent = finance.and_then(|finance| finance.current.positive().or_else(|| finance.expenditure.positive()));
    let share = finance.and_then(|finance| finance.reserve.known()).zip(spent).map(|(reserve, spent)| reserve / spent);
    let Some(share) = share else {
        account.imputed.add("no reserve: drawn in every run", name);
        return None;
    };
    if share > 1.0 {
        account.clamped.add("reserve put back to a year's spending", name);
    }
    Some(share.min(1.0))
}
