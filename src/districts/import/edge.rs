//! NCES EDGE: places of district offices, areas and grade spans; and the Census Bureau's SAIPE.

use super::elsi::leaid;
use super::products::{is_county_code, is_county_name, is_latitude, is_longitude};
use super::table::{Log, Origin, Row, Table};

/// Square metres of a square mile.
const SQUARE_METRES: f64 = 2_589_988.110_336;
/// Most square metres that can be meant: above the largest district of Alaska.
const LARGEST: f64 = 1e12;

/// Latitude and longitude, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::districts) struct Point {
    pub(in crate::districts) latitude: f64,
    pub(in crate::districts) longitude: f64,
}

/// The office of an agency.
#[derive(Debug, Clone)]
pub(in crate::districts) struct Office {
    pub(in crate::districts) id: String,
    pub(in crate::districts) name: String,
    pub(in crate::districts) county_code: String,
    pub(in crate::districts) county: String,
    pub(in crate::districts) point: Option<Point>,
    pub(in crate::districts) origin: Origin,
}

/// Which grades a district is set up to teach, by the boundary file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::districts) enum Level {
    Elementary,
    Secondary,
    Unified,
}

/// The boundary of a district.
#[derive(Debug, Clone)]
pub(in crate::districts) struct Boundary {
    pub(in crate::districts) id: String,
    pub(in crate::districts) name: String,
    pub(in crate::districts) level: Level,
    /// Published grade codes; empty where missing.
    pub(in crate::districts) span: (String, String),
    /// Land, square miles.
    pub(in crate::districts) area: Option<f64>,
    pub(in crate::districts) point: Option<Point>,
    pub(in crate::districts) origin: Origin,
}

/// The estimates for a district.
#[derive(Debug, Clone)]
pub(in crate::districts) struct Estimate {
    pub(in crate::districts) id: String,
    pub(in crate::districts) name: String,
    /// Children of 5 to 17 years.
    pub(in crate::districts) children: Option<f64>,
    pub(in crate::districts) origin: Origin,
}

/// Reads the offices of the state whose identifiers begin with `fips`.
pub(in crate::districts) fn read_offices(table: &Table, fips: &str, log: &mut Log) -> Vec<Office> {
    let latitude = table.column_where(is_latitude);
    let longitude = table.column_where(is_longitude);
    let county_code = table.column_where(is_county_code);
    let county = table.column_where(is_county_name);
    let mut offices = Vec::new();
    for (row, id) in rows_of_state(table, "LEAID", fips, log) {
        offices.push(Office {
            id,
            name: row.get(table.column("NAME")).to_owned(),
            county_code: row.get(county_code).to_owned(),
            county: row.get(county).to_owned(),
            point: point(table, row, latitude, longitude, log),
            origin: table.origin(row),
        });
    }
    offices
}

/// Reads the boundaries of the state.
pub(in crate::districts) fn read_boundaries(table: &Table, fips: &str, log: &mut Log) -> Vec<Boundary> {
    let text = |row: &Row, name: &str| row.get(table.column(name)).to_owned();
    let mut boundaries = Vec::new();
    for (row, id) in rows_of_state(table, "GEOID", fips, log) {
        let area = table.number(row, table.column("ALAND"), LARGEST, log);
        boundaries.push(Boundary {
            id,
            name: text(row, "NAME"),
            level: level(table, row),
            span: (text(row, "LOGRADE"), text(row, "HIGRADE")),
            area: area.positive().map(|metres| metres / SQUARE_METRES),
            point: point(table, row, table.column("INTPTLAT"), table.column("INTPTLON"), log),
            origin: table.origin(row),
        });
    }
    boundaries
}

/// Reads the estimates of the state.
pub(in crate::districts) fn read_estimates(table: &Table, fips: &str, log: &mut Log) -> Vec<Estimate> {
    let (state, district) = (table.column_where(|name| name.starts_with("State FIPS")), table.column("District ID"));
    let children = table.column_where(|name| name.starts_with("Estimated Population 5-17"));
    let mut estimates = Vec::new();
    for row in table.rows.iter().filter(|row| format!("{:0>2}", row.get(state)) == fips) {
        let Some((id, _)) = leaid(&format!("{fips}{:0>5}", row.get(district))) else {
            log.push(table.problem(row, district, "a district identifier of 5 digits"));
            continue;
        };
        let children = table.number(row, children, 1e7, log);
        let name = row.get(table.column("Name")).to_owned();
        estimates.push(Estimate { id, name, children: children.known(), origin: table.origin(row) });
    }
    estimates
}

/// The rows whose identifier in `column` begins with `fips`, each with it.
pub(super) fn rows_of_state<'a>(table: &'a Table, column: &str, fips: &str, log: &mut Log) -> Vec<(&'a Row, String)> {
    let column = table.column(column);
    // The state that runs the agency, where the table says so.
    let state = ["OPSTFIPS", "STATEFP"].iter().find_map(|name| table.column(name));
    let identified = |row: &'a Row| {
        let id = leaid(row.get(column));
        if id.is_none() {
            log.push(table.identifier_problem(row, column));
        }
        let (id, _) = id?;
        let of = row.get(state);
        if !of.is_empty() && (format!("{of:0>2}") == fips) != id.starts_with(fips) {
            log.odd
                .push(format!("{}: the row is of the state {of}, but its identifier {id} is not", table.origin(row)));
        }
        id.starts_with(fips).then_some((row, id))
    };
    table.rows.iter().filter_map(identified).collect()
}

/// The level by feature class (G5400 elementary, G5410 secondary, G5420 unified), or by the column
/// in which the identifier stands.
fn level(table: &Table, row: &Row) -> Level {
    let filled = |name: &str| !row.get(table.column(name)).is_empty();
    match row.get(table.column("MTFCC")) {
        "G5400" => Level::Elementary,
        "G5410" => Level::Secondary,
        "" if filled("ELSDLEA") && !filled("SCSDLEA") => Level::Elementary,
        "" if filled("SCSDLEA") && !filled("ELSDLEA") => Level::Secondary,
        _ => Level::Unified,
    }
}

/// The place in two columns; None where it is missing or, told, malformed.
pub(super) fn point(
    table: &Table,
    row: &Row,
    latitude: Option<usize>,
    longitude: Option<usize>,
    log: &mut Log,
) -> Option<Point> {
    let latitude = degrees(table, row, latitude, 90.0, log)?;
    let longitude = degrees(table, row, longitude, 180.0, log)?;
    // The Aleutians lie beyond the date line: one count of degrees for the whole state.
    let longitude = if longitude > 100.0 { longitude - 360.0 } else { longitude };
    Some(Point { latitude, longitude })
}

fn degrees(table: &Table, row: &Row, column: Option<usize>, most: f64, log: &mut Log) -> Option<f64> {
    let cell = row.get(column);
    // Publishers write 0 for a place that they do not know.
    let missing =
        matches!(cell, "" | "†" | "–" | "‡" | "N" | "M") || cell.parse().is_ok_and(|zero: f64| zero.abs() <= 0.0);
    if missing {
        return None;
    }
    let found = cell.parse().ok().filter(|degrees: &f64| degrees.abs() <= most);
    if found.is_none() {
        let problem = table.problem(row, column, &format!("degrees from -{most} to {most}"));
        let beyond = cell.parse().is_ok_and(|degrees: f64| degrees.abs() > 90.0 && degrees.abs() <= 180.0);
        log.push(if cell.contains(',') {
            problem.hint("a decimal comma? save the table with decimal points")
        } else if beyond {
            problem.hint("are latitude and longitude exchanged?")
        } else {
            problem
        });
    }
    found
}

/// A published grade code as a grade (0 = kindergarten): prekindergarten counts as kindergarten, and
/// ungraded or adult education is none.
pub(in crate::districts) fn grade(code: &str) -> Option<u8> {
    match code.trim() {
        "PK" | "KG" | "K" => Some(0),
        code => code.parse().ok().filter(|grade| (1..=13).contains(grade)).map(|grade: u8| grade.min(12)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grade_codes_are_read_as_published() {
        let grades = ["PK", "KG", "01", "9", "12", "13", "UG", "N", ""].map(grade);
        assert_eq!(grades, [Some(0), Some(0), Some(1), Some(9), Some(12), Some(12), None, None, None]);
    }
}
