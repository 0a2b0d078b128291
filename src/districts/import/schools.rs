//! The schools of districts: their towns and grades, from a table of schools.
//!
//! Places in it are those of towns (a district's office there, or a Census place), not of buildings.

use std::collections::{BTreeMap, BTreeSet};

use super::assemble::COST_LEVELS;
use super::edge::{Point, grade, point, rows_of_state};
use super::finance::predicted;
use super::join::Aliases;
use super::place::Projection;
use super::report::Tallies;
use super::table::{Log, Origin, Table};
use crate::districts::grades;
use crate::districts::schools::{teaches_high_school, untaught};
use crate::model::region::{FIRST_HIGH_SCHOOL_GRADE, MOST_SCHOOLS, StartingDistrict, StartingSchool};

/// The first grade of high schools.
const HIGH: u8 = FIRST_HIGH_SCHOOL_GRADE as u8;
/// Where no school teaches a grade below this one, the district begins above.
const MIDDLE: u8 = 6;
/// Places nearer than this to a district's office are its office, rounded, miles.
const SAME_PLACE: f64 = 0.05;

/// One school of the table.
#[derive(Debug, Clone)]
pub(super) struct School {
    number: String,
    /// The identifier of its district.
    district: String,
    name: String,
    town: String,
    /// Published grade codes; empty where missing.
    span: (String, String),
    /// The place of its town; None where the table only has its district's.
    point: Option<Point>,
    origin: Origin,
}

impl School {
    /// Its identifier.
    pub(super) fn number(&self) -> &str {
        &self.number
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn point(&self) -> Option<Point> {
        self.point
    }

    /// Where it stands.
    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Takes the place of its town for unknown.
    pub(super) fn forget_place(&mut self) {
        self.point = None;
    }

    /// Whether another row says the same of the school.
    pub(super) fn says_as(&self, other: &Self) -> bool {
        self.district == other.district && self.span == other.span && self.town.eq_ignore_ascii_case(&other.town)
    }
}

/// Reads the schools of the state whose identifiers begin with `fips`.
pub(super) fn read(table: &Table, fips: &str, log: &mut Log) -> Vec<School> {
    let number = table.column("NCESSCH");
    let mut seen = BTreeSet::new();
    let mut schools = Vec::new();
    for (row, district) in rows_of_state(table, "LEAID", fips, log) {
        if !seen.insert(row.get(number)) {
            log.push(table.problem(row, number, "every school once").hint("delete the row that repeats it"));
            continue;
        }
        let text = |name: &str| row.get(table.column(name)).to_owned();
        // D is the district's own office, L another district's: neither is a place of the school.
        let placed = !matches!(row.get(table.column("COORD")), "D" | "L");
        let found = point(table, row, table.column("LAT"), table.column("LON"), log).filter(|_| placed);
        schools.push(School {
            number: row.get(number).to_owned(),
            origin: table.origin(row),
            district,
            name: text("NAME"),
            town: text("CITY"),
            span: (text("LOGRADE"), text("HIGRADE")),
            point: found,
        });
    }
    schools
}

/// Gives the districts their listed schools; those without any keep the ones they have. A district none of
/// whose schools teaches grades 9 to 12, or any grade below 6, ends or begins where its schools do: boundary
/// files give the grades that it is responsible for, and it sends the others' pupils elsewhere.
pub(super) fn apply(
    districts: &mut [StartingDistrict],
    listed: &[School],
    aliases: &Aliases,
    projection: &Projection,
) -> Tallies {
    let mut told = Tallies::default();
    let mut by_district: BTreeMap<&str, Vec<&School>> = BTreeMap::new();
    for school in listed {
        let id = aliases.get(&school.district).unwrap_or(&school.district);
        by_district.entry(id).or_default().push(school);
    }
    for district in districts {
        let rows = by_district.get(district.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let taught: Vec<(&School, (u8, u8))> =
            rows.iter().filter_map(|school| Some((*school, span(school, district, &mut told)?))).collect();
        if taught.is_empty() {
            told.add("districts without a listed school: one for every 250 pupils, in one town", &district.name);
            continue;
        }
        told.add("districts with their listed schools", &district.name);
        narrow(district, &taught, &mut told);
        let placed = taught.into_iter().map(|(school, span)| place(school, span, district, projection, &mut told));
        let schools: Vec<StartingSchool> = placed.collect();
        district.schools = thinned(schools, &district.name, &mut told);
        close_gaps(district, &mut told);
    }
    told
}

/// The grades of a school within its district's; None, and told, where there are none.
fn span(school: &School, district: &StartingDistrict, told: &mut Tallies) -> Option<(u8, u8)> {
    if school.span.1 == "PK" {
        told.add("schools left out: prekindergarten only", &school.name);
        return None;
    }
    let Some((low, high)) = grade(&school.span.0).zip(grade(&school.span.1)).filter(|(low, high)| low <= high) else {
        told.add("schools left out: no grades from kindergarten to 12", &school.name);
        return None;
    };
    let within = (low.max(district.lowest_grade), high.min(district.highest_grade));
    if within.0 > within.1 {
        told.add("schools left out: all their grades outside their district's", &school.name);
        return None;
    }
    Some(within)
}

/// Ends or begins the district where its schools do.
fn narrow(district: &mut StartingDistrict, taught: &[(&School, (u8, u8))], told: &mut Tallies) {
    let lowest = taught.iter().map(|(_, span)| span.0).min().unwrap_or(district.lowest_grade);
    let highest = taught.iter().map(|(_, span)| span.1).max().unwrap_or(district.highest_grade);
    let before = (district.lowest_grade, district.highest_grade);
    if highest < HIGH && district.has_high_school() {
        told.add(
            "districts of which no school teaches grades 9 to 12: taken to end where their schools do",
            &district.name,
        );
        district.highest_grade = highest;
        // Its spending is that of a district without a high school.
        let pupils = district.enrolment();
        let level = |level: f64| {
            (level * predicted(pupils, true) / predicted(pupils, false)).clamp(COST_LEVELS.0, COST_LEVELS.1)
        };
        district.cost_level = district.cost_level.map(level);
    }
    if lowest >= MIDDLE && district.lowest_grade < MIDDLE {
        told.add(
            "districts of which no school teaches a grade below 6: taken to begin where their schools do",
            &district.name,
        );
        district.lowest_grade = lowest;
    }
    let span = (district.lowest_grade, district.highest_grade);
    if span != before {
        district.pupils = grades::spread(district.enrolment(), &grades::weights(span.0, span.1, district.trend));
    }
}

fn place(
    school: &School,
    (lowest_grade, highest_grade): (u8, u8),
    district: &StartingDistrict,
    projection: &Projection,
    told: &mut Tallies,
) -> StartingSchool {
    let town = if school.town.is_empty() { &district.name } else { &school.town }.clone();
    let own = (district.x, district.y);
    let (x, y) = match school.point.map(|point| projection.miles(point)) {
        // The table rounds places: so near, it is the district's office.
        Some((x, y)) if (x - own.0).hypot(y - own.1) > SAME_PLACE => (x, y),
        Some(_) => own,
        None => {
            told.add("schools whose town has no place in the table: put at their district's office", &school.name);
            own
        }
    };
    StartingSchool { town, x, y, lowest_grade, highest_grade }
}

/// The schools by grades, the high school last, and of more than a district may have an even choice.
fn thinned(mut schools: Vec<StartingSchool>, name: &str, told: &mut Tallies) -> Vec<StartingSchool> {
    // A stable sort: schools of the same grades stay in the order of the table.
    schools.sort_by_key(|school| (school.highest_grade, school.lowest_grade));
    let count = schools.len();
    if count <= MOST_SCHOOLS {
        return schools;
    }
    told.add("districts of more than 200 schools: an even choice of 200 by their grades", name);
    let last = count - 1;
    let kept: BTreeSet<usize> = (0..MOST_SCHOOLS).map(|place| place * last / (MOST_SCHOOLS - 1)).collect();
    let mut place = 0..;
    schools.retain(|_| place.next().is_some_and(|place| kept.contains(&place)));
    schools
}

/// Extends schools to the grades that none teaches: each the school whose grades are the nearest.
fn close_gaps(district: &mut StartingDistrict, told: &mut Tallies) {
    let gaps = untaught(district);
    if !gaps.is_empty() {
        told.add(
            "districts with grades that no listed school teaches: the nearest school is taken to teach them",
            &district.name,
        );
    }
    for gap in gaps {
        let away = |school: &StartingSchool| {
            school.lowest_grade.saturating_sub(gap) + gap.saturating_sub(school.highest_grade)
        };
        if let Some(school) = district.schools.iter_mut().min_by_key(|school| away(school)) {
            school.lowest_grade = school.lowest_grade.min(gap);
            school.highest_grade = school.highest_grade.max(gap);
        }
    }
}

/// Takes back the names of high schools in districts that turned out to teach none.
pub(super) fn drop_dead_links(districts: &mut [StartingDistrict], told: &mut Tallies) {
    let able: BTreeSet<String> = districts.iter().filter(|d| teaches_high_school(d)).map(|d| d.id.clone()).collect();
    for district in districts {
        if district.high_school.as_ref().is_some_and(|id| !able.contains(id)) {
            told.add(
                "districts whose secondary district has no listed high school: the nearest high school",
                &district.name,
            );
            district.high_school = None;
        }
    }
}
