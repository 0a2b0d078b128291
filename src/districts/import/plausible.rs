//! Whether what was read can be meant. What cannot is not used, and told with its line; where it is much of a
//! table, the table is refused, with its likely cause: the region would not be the state.
//!
//! The limits are wide [A]: of the 13,242 districts of 2019-20, hardly any real one is beyond them.

use std::collections::{BTreeMap, BTreeSet};

use super::edge::{Boundary, Level, Office, Point};
use super::elsi::{Agencies, Agency, Variable, why_dropped};
use super::finance::Finances;
use super::schools::School;
use super::states::Country;
use super::table::{Log, Origin, Value};
use super::year::SchoolYear;
use crate::diagnostics::{Place, Problem};

/// Pupils for each teacher.
const CLASSES: (f64, f64) = (0.5, 100.0);
/// A district has too many pupils where each teacher has so many times more of them than usual, and each of them so
/// many times less money.
const FULL: (f64, f64) = (4.0, 4.0);
/// Dollars a year for each pupil. Old dollars and boarding schools are within.
const MONEY: (f64, f64) = (500.0, 3_000_000.0);
/// Dollars of debt for each pupil, and years of spending in reserve.
const DEBT: f64 = 5_000_000.0;
const RESERVE: f64 = 20.0;
/// By how much parts may differ from their total: a hundredth, or their rounding to thousands.
const PARTS: (f64, f64) = (0.01, 3_000.0);
/// Square miles of a district, at least.
const SMALLEST: f64 = 0.05;
/// Miles between an office and the interior point of its boundary: this, and so many of the district's radii.
const AWAY: (f64, f64) = (50.0, 3.0);
/// Miles between an office and those of the same county, at most, where there are so many others.
const COUNTY: (f64, usize) = (150.0, 4);
/// Enrolment may change by this factor between years, where more than these pupils come or go.
const CHANGE: (f64, f64) = (4.0, 100.0);
/// Findings of a kind that are told one by one, where they stop nothing.
const TOLD: usize = 6;
/// Miles of a degree of latitude.
const MILES: f64 = 69.1;

/// A value that cannot be meant.
struct Finding {
    origin: Origin,
    what: String,
}

/// What is said of the findings of a kind.
struct Verdict {
    /// What would be plausible.
    expected: &'static str,
    /// What is done with single ones.
    done: &'static str,
    /// Why there may be many.
    cause: String,
}

/// Tells single findings, and refuses the table where they are at least two and a tenth `of` all values.
fn settle(findings: Vec<Finding>, of: usize, verdict: &Verdict, log: &mut Log) {
    let many = findings.len() >= 2 && findings.len() * 10 >= of;
    let rest = findings.len().saturating_sub(TOLD);
    for (place, Finding { origin, what }) in findings.into_iter().enumerate() {
        if many {
            log.push(Problem::new(origin.place(), what).expected(verdict.expected).hint(verdict.cause.clone()));
        } else if place < TOLD {
            log.odd.push(format!("{origin}: {what}: {}", verdict.done));
        }
    }
    if !many && rest > 0 {
        log.odd.push(format!("{rest} more of this kind: {}", verdict.done));
    }
}

/// Counts of teachers against pupils, and pupils against those of other years.
pub(super) fn agencies(agencies: &mut Agencies, year: SchoolYear, log: &mut Log) {
    let mut of = 0;
    let mut findings = Vec::new();
    let usual = usual(agencies, year);
    for agency in agencies.by_id.values_mut() {
        if why_dropped(agency, year).is_some() {
            continue;
        }
        let Some(pupils) = agency.students(year) else { continue };
        let others = agency.years.iter().filter(|(other, _)| **other != year);
        let nearest = others
            .filter_map(|(other, values)| {
                Some((other.distance(year), *other, values.get(Variable::Students).positive()?))
            })
            .min_by_key(|(distance, other, _)| (*distance, *other));
        if let Some((_, other, then)) = nearest
            && (pupils / then).max(then / pupils) > CHANGE.0
            && (pupils - then).abs() > CHANGE.1
        {
            let origin = agency.years[&year].origin(Variable::Students);
            log.odd.push(format!(
                "{origin}: {} has {pupils} pupils in {year} and {then} in {other}: is one of them wrong?",
                agency.name
            ));
        }
        let Some(values) = agency.years.get_mut(&year) else { continue };
        let Some(teachers) = values.get(Variable::Teachers).positive() else { continue };
        of += 1;
        let each = pupils / teachers;
        let money = values.get(Variable::Revenue).positive().map(|revenue| revenue / pupils);
        if each > FULL.0 * usual.0 && money.is_some_and(|money| money * FULL.1 < usual.1) {
            let what = format!("{} has {pupils} pupils, but teachers and money as if they were fewer", agency.name);
            let problem = Problem::new(values.origin(Variable::Students).place(), what);
            log.push(problem.expected("pupils, teachers and revenue of one size").hint(format!(
                "{teachers} teachers and ${:.0} a pupil; the middle district has one for {:.1} pupils and ${:.0}: is a digit too many?",
                money.unwrap_or_default(),
                usual.0,
                usual.1
            )));
            continue;
        }
        if !(CLASSES.0..=CLASSES.1).contains(&each) {
            let what = format!("{} has {teachers} teachers for {pupils} pupils", agency.name);
            findings.push(Finding { origin: values.origin(Variable::Teachers).clone(), what });
            values.forget(Variable::Teachers);
        }
    }
    let verdict = Verdict {
        expected: "from half a pupil to 100 pupils for each teacher",
        done: "the count of teachers is not used",
        cause: "has a spreadsheet taken decimal commas for marks between thousands, or exchanged columns?".to_owned(),
    };
    settle(findings, of, &verdict, log);
}

/// Pupils for each teacher and dollars for each pupil of the middle districts.
fn usual(agencies: &Agencies, year: SchoolYear) -> (f64, f64) {
    let regular = || agencies.by_id.values().filter(|agency| why_dropped(agency, year).is_none());
    let pupils = |agency: &Agency| agency.students(year);
    let classes = |agency: &Agency| Some(pupils(agency)? / agency.value(year, Variable::Teachers).positive()?);
    let money = |agency: &Agency| Some(agency.value(year, Variable::Revenue).positive()? / pupils(agency)?);
    let middle = |of: &dyn Fn(&Agency) -> Option<f64>| median(&mut regular().filter_map(of).collect::<Vec<_>>());
    (middle(&classes), middle(&money))
}

/// Money of a year against the pupils and its parts; `names` are the districts.
pub(super) fn money(
    finances: &mut Finances,
    year: SchoolYear,
    (names, pupils): (&BTreeMap<&str, &str>, &BTreeMap<&str, f64>),
    log: &mut Log,
) {
    let Some(of_year) = finances.get_mut(&year) else { return };
    let (mut amounts, mut parts, mut balances, mut of) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let mut typical: Vec<f64> = Vec::new();
    let mut high = Vec::new();
    for (id, &name) in names {
        let Some((finance, &pupils)) = of_year.get_mut(*id).zip(pupils.get(id)) else { continue };
        let found = |what: String| Finding { origin: finance.origin.clone(), what };
        let known = finance.amounts();
        let of_pupils = |(column, value): (&'static str, Value)| {
            let amount = value.positive()?;
            let least = if matches!(column, "TOTALREV" | "TOTALEXP" | "TCURELSC") { MONEY.0 } else { 0.0 };
            let each = amount / pupils;
            let told = if each < 100.0 { format!("{each:.2}") } else { format!("{each:.0}") };
            (!(least..=MONEY.1).contains(&each)).then(|| format!("{column} of {name} is ${told} a pupil"))
        };
        of += usize::from(finance.revenue.positive().is_some());
        let wrong_amount = known[..6].iter().find_map(|amount| of_pupils(*amount));
        let wrong_part = contrary_parts(name, finance.revenue, [finance.local, finance.state, finance.federal])
            .or_else(|| {
                let (current, all) = (finance.current.known()?, finance.expenditure.positive()?);
                let more = current > all * (1.0 + PARTS.0) + PARTS.1;
                more.then(|| format!("current spending (TCURELSC) of {name} is {current}, all of it (TOTALEXP) {all}"))
            });
        let spent = finance.current.positive().or_else(|| finance.expenditure.positive());
        let wrong_balance = if finance.debt.known().is_some_and(|debt| debt / pupils > DEBT) {
            Some(format!("long-term debt (41F) of {name} is over 5 million dollars a pupil"))
        } else {
            let years = finance
                .reserve
                .known()
                .zip(spent)
                .map(|(reserve, spent)| reserve / spent)
                .filter(|years| *years > RESERVE);
            years.map(|years| format!("the reserve (W61) of {name} is {years:.0} years of its spending"))
        };
        if let Some(each) = finance.revenue.positive().map(|revenue| revenue / pupils) {
            typical.push(each);
            high.push((each, pupils, name, finance.origin.clone()));
        }
        if let Some(counted) = finance.pupils.positive()
            && (counted / pupils).max(pupils / counted) > CHANGE.0
            && (counted - pupils).abs() > CHANGE.1
        {
            let origin = &finance.origin;
            log.odd.push(format!(
                "{origin}: the survey counts {counted} pupils of {name}, the enrolment table {pupils}: is the row another's?"
            ));
        }
        let drop_money = wrong_amount.is_some() || wrong_part.is_some();
        balances.extend(wrong_balance.as_ref().map(|what| found(what.clone())));
        match (wrong_amount, wrong_part) {
            (Some(what), _) => amounts.push(found(what)),
            (None, Some(what)) => parts.push(found(what)),
            (None, None) => {}
        }
        if drop_money {
            for value in [
                &mut finance.revenue,
                &mut finance.local,
                &mut finance.state,
                &mut finance.federal,
                &mut finance.expenditure,
                &mut finance.current,
            ] {
                *value = Value::Quality;
            }
        }
        if wrong_balance.is_some() {
            (finance.reserve, finance.debt) = (Value::Quality, Value::Quality);
        }
    }
    let middle = median(&mut typical);
    let high: Vec<_> = high.into_iter().filter(|(each, pupils, ..)| *each > 20.0 * middle && *pupils >= 50.0).collect();
    if let Some((each, _, name, origin)) = high.first() {
        let names = high.iter().skip(1).take(TOLD).map(|(_, _, name, _)| *name).collect::<Vec<_>>().join(", ");
        let more = if high.len() > TOLD + 1 { ", …" } else { "" };
        let others = if names.is_empty() { String::new() } else { format!(", and as much: {names}{more}") };
        log.odd.push(format!(
            "{origin}: {name} has ${each:.0} a pupil in {year}, the middle district ${middle:.0}: a service agency, or a unit of its own?{others}"
        ));
    }
    settle_money([amounts, parts, balances], of, log);
}

/// Settles what was found of amounts, of their parts, and of balances.
fn settle_money([amounts, parts, balances]: [Vec<Finding>; 3], of: usize, log: &mut Log) {
    let done = "its finances are not used";
    let thousands = Verdict {
        expected: "revenue and spending from $500 to $3,000,000 a pupil, in dollars",
        done,
        cause: "amounts look like thousands of dollars, or another unit: the tables read here are in dollars (the Census Bureau's own are in thousands)"
            .to_owned(),
    };
    settle(amounts, of, &thousands, log);
    let sums = Verdict {
        expected: "TOTALREV = TLOCREV + TSTREV + TFEDREV, and TCURELSC within TOTALEXP, but for rounding",
        done,
        cause: "are some columns in thousands of dollars, or exchanged? fetch the file again".to_owned(),
    };
    settle(parts, of, &sums, log);
    let balance = Verdict {
        expected: "debts of at most 5 million dollars a pupil, reserves of at most 20 years of spending",
        done: "its reserve and debt are not used",
        cause: "are some columns in another unit than dollars? fetch the file again".to_owned(),
    };
    settle(balances, of, &balance, log);
}

/// What is wrong with the sources of revenue against the total, if anything.
fn contrary_parts(name: &str, total: Value, parts: [Value; 3]) -> Option<String> {
    let total = total.known()?;
    let known: Vec<f64> = parts.iter().filter_map(|part| part.known()).collect();
    let sum: f64 = known.iter().sum();
    let slack = (PARTS.0 * total).max(PARTS.1);
    let wrong = if known.len() == parts.len() { (sum - total).abs() > slack } else { sum > total + slack };
    wrong.then(|| format!("revenues of {name} from local, state and federal sources sum to {sum}, TOTALREV is {total}"))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    crate::districts::statistics::quantile(values, 0.5)
}

/// Places of offices and boundaries against the state and each other, and land against the state's.
pub(super) fn places(
    offices: &mut [Office],
    boundaries: &mut [Boundary],
    country: Option<&Country>,
    districts: usize,
    log: &mut Log,
) {
    areas(boundaries, country, districts, log);
    let holds = |point: Point| country.is_none_or(|country| country.holds(point));
    let mut outside = Vec::new();
    let of = boundaries.iter().filter(|boundary| boundary.point.is_some()).count();
    let mut cause = String::new();
    for boundary in boundaries.iter_mut() {
        if let Some(point) = boundary.point.take_if(|point| !holds(*point)) {
            let guess = guess(point, country);
            cause = cause_of(guess);
            let what =
                format!("the interior point of {} ({}) lies outside the state{guess}", boundary.name, shown(point));
            outside.push(Finding { origin: boundary.origin.clone(), what });
        }
    }
    let expected = "places within the state, in degrees, west of Greenwich negative";
    settle(outside, of, &Verdict { expected, done: "it is not used", cause }, log);

    let inside: BTreeMap<&str, &Boundary> =
        boundaries.iter().map(|boundary| (boundary.id.as_str(), boundary)).collect();
    let of = offices.iter().filter(|office| office.point.is_some()).count();
    let mut cause = String::new();
    let mut away = Vec::new();
    for office in offices.iter_mut() {
        let Some(point) = office.point else { continue };
        let own = inside.get(office.id.as_str()).and_then(|boundary| Some((boundary.point?, boundary.area)));
        let farthest = own.map(|(_, area)| AWAY.0 + AWAY.1 * (area.unwrap_or(0.0) / std::f64::consts::PI).sqrt());
        let distance = own.map(|(own, _)| miles(point, own));
        let far =
            distance.zip(farthest).filter(|(distance, farthest)| distance > farthest).map(|(distance, _)| distance);
        if holds(point) && far.is_none() {
            continue;
        }
        let guess = guess(point, country);
        cause = cause_of(guess);
        let where_to = match distance {
            Some(distance) => format!("{distance:.0} miles from its own boundary"),
            None => "outside the state".to_owned(),
        };
        let what = format!("the office of {} ({}) lies {where_to}{guess}", office.name, shown(point));
        away.push(Finding { origin: office.origin.clone(), what });
        office.point = None;
    }
    let done = "not used: the interior point of the boundary stands for it, or the county";
    settle(away, of, &Verdict { expected, done, cause }, log);
    counties(offices, log);
}

/// Offices far from the others of their county.
fn counties(offices: &[Office], log: &mut Log) {
    let mut by_county: BTreeMap<&str, Vec<(&Office, Point)>> = BTreeMap::new();
    for office in offices.iter().filter(|office| !office.county_code.is_empty()) {
        if let Some(point) = office.point {
            by_county.entry(&office.county_code).or_default().push((office, point));
        }
    }
    let abroad = |office: &&Office| {
        let (code, id) = (office.county_code.as_str(), office.id.as_str());
        code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_digit()) && code.get(..2) != id.get(..2)
    };
    for Office { origin, name, county_code, county, .. } in offices.iter().filter(abroad).take(TOLD) {
        log.odd.push(format!("{origin}: the county of {name}, {county} ({county_code}), is of another state"));
    }
    let mut told = 0;
    for of_county in by_county.values().filter(|of_county| of_county.len() > COUNTY.1) {
        let middle =
            |of: fn(Point) -> f64| median(&mut of_county.iter().map(|(_, point)| of(*point)).collect::<Vec<_>>());
        let middle = Point { latitude: middle(|point| point.latitude), longitude: middle(|point| point.longitude) };
        for (office, point) in of_county.iter().filter(|(_, point)| miles(*point, middle) > COUNTY.0) {
            told += 1;
            if told <= TOLD {
                let (origin, name, county) = (&office.origin, &office.name, &office.county);
                let distance = miles(*point, middle);
                log.odd.push(format!("{origin}: the office of {name} lies {distance:.0} miles from the others of {county}: is place or county wrong?"));
            }
        }
    }
}

/// Land of each district and of all against the state's.
fn areas(boundaries: &mut [Boundary], country: Option<&Country>, districts: usize, log: &mut Log) {
    let most = country.map_or(f64::INFINITY, |country| country.land * (1.0 + PARTS.0));
    let of = boundaries.iter().filter(|boundary| boundary.area.is_some()).count();
    let mut findings = Vec::new();
    for boundary in boundaries.iter_mut() {
        if let Some(area) = boundary.area.take_if(|area| !(SMALLEST..=most).contains(area)) {
            let than = if area < SMALLEST { "less than a farm" } else { "more than the state" };
            let what = format!("the land of {} (ALAND) is {area:.4} square miles, {than}", boundary.name);
            findings.push(Finding { origin: boundary.origin.clone(), what });
        }
    }
    let unit = "ALAND is in square metres: is it in another unit here?";
    let verdict = Verdict {
        expected: "land in square metres, from 0.05 square miles to the state's",
        done: "it is not used",
        cause: unit.to_owned(),
    };
    settle(findings, of, &verdict, log);
    let Some(country) = country else { return };
    let total = |level: Level| -> f64 {
        boundaries.iter().filter(|boundary| boundary.level == level).filter_map(|boundary| boundary.area).sum()
    };
    // Elementary and secondary districts share the land.
    let all = total(Level::Unified) + total(Level::Elementary).max(total(Level::Secondary));
    let whole = of >= 20 && 2 * of >= districts;
    if all > 1.5 * country.land || (whole && all < 0.05 * country.land) {
        let files: BTreeSet<&str> = boundaries.iter().map(|boundary| boundary.origin.file.as_str()).collect();
        let file = files.into_iter().next().unwrap_or_default().to_owned();
        let what = format!("all districts have {all:.0} square miles of land, the state {:.0}", country.land);
        log.push(Problem::new(Place::File(file), what).expected("about the land of the state").hint(unit));
    }
}

/// Places of schools against the state.
pub(super) fn schools(schools: &mut [School], country: Option<&Country>, log: &mut Log) {
    let Some(country) = country else { return };
    let of = schools.iter().filter(|school| school.point().is_some()).count();
    let mut cause = String::new();
    let mut findings = Vec::new();
    for school in schools.iter_mut() {
        if let Some(point) = school.point().filter(|point| !country.holds(*point)) {
            let guess = guess(point, Some(country));
            cause = cause_of(guess);
            let what = format!("the town of {} ({}) lies outside the state{guess}", school.name(), shown(point));
            findings.push(Finding { origin: school.origin().clone(), what });
            school.forget_place();
        }
    }
    let expected = "places within the state, in degrees, west of Greenwich negative";
    settle(findings, of, &Verdict { expected, done: "the school is put at its district's office", cause }, log);
}

/// Tables of which the end is missing: the districts without a row are just those with the largest identifiers.
pub(super) fn ends<'a>(
    what: &str,
    rows: impl Iterator<Item = (&'a str, &'a Origin)>,
    districts: impl Iterator<Item = &'a str>,
    log: &mut Log,
) {
    const FEWEST: usize = 3;
    let rows: BTreeMap<&str, &Origin> = rows.collect();
    let Some((last, origin)) = rows.last_key_value() else { return };
    let without: Vec<&str> = districts.filter(|id| !rows.contains_key(id)).collect();
    let beyond = without.iter().filter(|id| id > &last).count();
    if beyond >= FEWEST && 2 * beyond > without.len() {
        log.odd.push(format!(
            "{}: the last identifier of the state in the {what} is {last}, and {beyond} districts have larger ones: is the file cut off?",
            origin.file
        ));
    }
}

/// Enrolment tables of which rows are missing: boundaries that are of no agency. Some districts change their
/// identifier; but where the tables do not end with their notes, they were cut off.
pub(super) fn strays(boundaries: &[Boundary], known: impl Fn(&Boundary) -> bool, whole: bool, log: &mut Log) {
    const FEWEST: usize = 4;
    let strays: Vec<&Boundary> = boundaries.iter().filter(|boundary| !known(boundary)).collect();
    if strays.is_empty() || 10 * strays.len() <= boundaries.len() || (whole && strays.len() < FEWEST) {
        return;
    }
    let names = strays.iter().take(TOLD).map(|boundary| boundary.name.as_str()).collect::<Vec<_>>().join(", ");
    let more = if strays.len() > TOLD { ", …" } else { "" };
    let file = &strays[0].origin.file;
    let what = format!(
        "{} of {} boundaries are of no agency of the enrolment tables ({names}{more})",
        strays.len(),
        boundaries.len()
    );
    if whole {
        log.odd.push(format!("{file}: {what}: are these cut off, or of another year?"));
    } else {
        let problem = Problem::new(Place::File(file.clone()), format!("{what}, and these do not end with their notes"));
        log.push(
            problem.expected("enrolment tables with all districts").hint("the ELSI table was cut off: export it again"),
        );
    }
}

/// Agencies that look like charter or special ones, although their type is that of a district: without a boundary,
/// where most have one.
pub(super) fn special<'a>(names: impl Iterator<Item = (&'a str, bool)>, log: &mut Log) {
    const WORDS: [&str; 12] = [
        "CHARTER",
        "ACADEMY",
        "VIRTUAL",
        "ONLINE",
        "CYBER",
        "DEAF",
        "BLIND",
        "JUVENILE",
        "CORRECTION",
        "DETENTION",
        "PREP",
        "OFFICE OF EDUCATION",
    ];
    let (with, without): (Vec<_>, Vec<_>) = names.partition(|(_, boundary)| *boundary);
    let named = |name: &&str| {
        let upper = name.to_uppercase();
        WORDS.iter().any(|word| upper.contains(word))
    };
    let like: Vec<&str> = without.iter().map(|(name, _)| *name).filter(named).collect();
    if with.len() > without.len() && !like.is_empty() {
        let more = if like.len() > TOLD { ", …" } else { "" };
        let examples = like.iter().take(TOLD).copied().collect::<Vec<_>>().join(", ");
        log.odd.push(format!(
            "{} agencies of type 1 or 2 have no boundary and look like charter or special agencies, not districts: delete them from the region \
             file if they are ({examples}{more})",
            like.len()
        ));
    }
}

fn shown(Point { latitude, longitude }: Point) -> String {
    format!("{latitude}, {}", given(longitude))
}

/// The longitude as it was given, before places beyond the date line were counted on.
fn given(longitude: f64) -> f64 {
    if longitude < -180.0 { longitude + 360.0 } else { longitude }
}

/// What may have happened to a place.
fn guess(point: Point, country: Option<&Country>) -> &'static str {
    let longitude = given(point.longitude);
    let there = |latitude, longitude| country.is_some_and(|country| country.holds(Point { latitude, longitude }));
    if there(point.latitude, -longitude) {
        " (has its longitude lost the minus sign?)"
    } else if there(longitude, point.latitude) {
        " (are latitude and longitude exchanged?)"
    } else {
        ""
    }
}

fn cause_of(guess: &str) -> String {
    let cause = guess.trim_matches([' ', '(', ')']);
    if cause.is_empty() {
        "are they places of another state, or not in degrees? fetch the file again".to_owned()
    } else {
        cause.to_owned()
    }
}

/// Miles between two places, along a great circle.
fn miles(a: Point, b: Point) -> f64 {
    let half = |degrees: f64| libm::sin(degrees.to_radians() / 2.0).powi(2);
    let across = libm::cos(a.latitude.to_radians()) * libm::cos(b.latitude.to_radians());
    let share = half(a.latitude - b.latitude) + across * half(a.longitude - b.longitude);
    2.0 * libm::asin(share.clamp(0.0, 1.0).sqrt()) * MILES.to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn miles_are_those_of_the_map() {
        let place = |latitude, longitude| Point { latitude, longitude };
        assert!((miles(place(46.8083, -100.7837), place(46.8772, -96.7898)) - 188.9).abs() < 0.5);
        assert!(miles(place(46.9, -99.0), place(46.9, 99.0)) > 5_000.0);
    }

    #[test]
    fn parts_are_held_against_their_total_as_far_as_they_are_known() {
        let of = |total, parts: [f64; 3]| contrary_parts("A", Value::Number(total), parts.map(Value::Number));
        assert!(of(1_000_000.0, [400_000.0, 500_000.0, 101_000.0]).is_none());
        assert!(of(1_000_000.0, [400.0, 500_000.0, 100_000.0]).is_some_and(|what| what.contains("sum to 600400")));
        let known = [Value::Number(2e6), Value::Missing, Value::Missing];
        assert!(contrary_parts("A", Value::Number(1e6), known).is_some());
        assert!(contrary_parts("A", Value::Number(3e6), known).is_none());
    }
}
