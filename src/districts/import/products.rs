//! The published tables that can be imported: how each is recognised by its column names, whatever
//! its file is called, and where it is published.

use std::fmt::Write as _;

/// A published table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    /// Enrolment, teachers and agency types: NCES Common Core of Data, an ELSI table export.
    Elsi,
    /// Finances: NCES/Census School District Finance Survey (F-33), yearly subset or full layout.
    F33,
    /// Places of district offices: NCES EDGE geocodes.
    Geocodes,
    /// Areas, grade spans and interior points: NCES EDGE composite boundaries, attribute table.
    Boundaries,
    /// Towns and grades of schools: NCES Common Core of Data, school directory with places of towns.
    Schools,
    /// Population and poor children: Census Bureau SAIPE.
    Saipe,
    /// Old identifiers and their new ones.
    Alias,
    /// The description of the full F-33 layout: holds no data.
    F33Layout,
}

impl Product {
    /// The products without which nothing can be imported.
    pub const NEEDED: [Self; 4] = [Self::Elsi, Self::F33, Self::Geocodes, Self::Boundaries];

    const ALL: [Self; 8] =
        [Self::Elsi, Self::Schools, Self::Geocodes, Self::Alias, Self::Boundaries, Self::Saipe, Self::F33, Self::F33Layout];

    /// The product with these column names.
    #[must_use]
    pub fn recognise(header: &[String]) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.has_columns(header))
    }

    fn has_columns(self, header: &[String]) -> bool {
        let has = |wanted: &str| header.iter().any(|name| name.eq_ignore_ascii_case(wanted));
        match self {
            Self::Elsi => header.iter().any(|name| name.starts_with("Agency ID - NCES Assigned")) && header.len() > 1,
            Self::F33 => ["NAME", "STABBR", "YEAR", "TOTALREV", "TLOCREV", "TSTREV", "TFEDREV"].iter().all(|name| has(name)),
            Self::Schools => ["NCESSCH", "LEAID", "CITY", "LOGRADE", "HIGRADE"].iter().all(|name| has(name)),
            // Other tables have latitudes too: of schools, and of districts without the names of counties.
            Self::Geocodes => has("LEAID") && header.iter().any(|name| is_latitude(name)) && !has("NCESSCH") && !has("LAND_KM2"),
            Self::Boundaries => has("GEOID") && has("ALAND"),
            Self::Saipe => has("District ID") && header.iter().any(|name| name.starts_with("Estimated Total Population")),
            Self::Alias => has("EDGE_GEOID") && has("LEAID"),
            Self::F33Layout => has("Name") && has("Order") && has("Type") && has("Label"),
        }
    }

    /// What it is called in reports.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Elsi => "ELSI table (enrolment, agency type)",
            Self::F33 => "F-33 school district finances",
            Self::Geocodes => "EDGE district geocodes",
            Self::Boundaries => "EDGE district boundaries, attribute table",
            Self::Schools => "CCD directory of schools",
            Self::Saipe => "SAIPE school district estimates",
            Self::Alias => "table of changed identifiers",
            Self::F33Layout => "description of the F-33 layout",
        }
    }

    /// Its publisher, its name there and its page.
    #[must_use]
    pub fn published(self) -> &'static str {
        match self {
            Self::Elsi => {
                "NCES, Common Core of Data, ELSI table generator, nces.ed.gov/ccd/elsi/tableGenerator.aspx: a District table with Agency ID - NCES \
                 Assigned, State Abbr, Agency Type, Total Students All Grades (Excludes AE), Full-Time Equivalent (FTE) Teachers and, from District \
                 Finance, the TOTALREV, TLOCREV, TSTREV, TFEDREV and TOTALEXP columns, exported as CSV"
            }
            Self::F33 => {
                "NCES and Census Bureau, School District Finance Survey (F-33), nces.ed.gov/ccd/f33agency.asp (the tab-separated data file, such as \
                 sdf20_1a.txt), or the District Finance columns of an ELSI table"
            }
            Self::Geocodes => {
                "NCES EDGE, Public School District geocodes (EDGE_GEOCODE_PUBLICLEA), nces.ed.gov/programs/edge/Geographic/SchoolLocations, the \
                 spreadsheet saved as CSV"
            }
            Self::Boundaries => {
                "NCES EDGE, School District Boundaries, composite file, nces.ed.gov/programs/edge/Geographic/DistrictBoundaries, the attribute table \
                 (schooldistrict_….dbf) saved as CSV"
            }
            Self::Schools => {
                "NCES, Common Core of Data, public school directory (Education Data Portal, Urban Institute, educationdata.urban.org): a table with \
                 NCESSCH, LEAID, NAME, CITY, LOGRADE, HIGRADE and, where known, LAT, LON and COORD"
            }
            Self::Saipe => {
                "Census Bureau, Small Area Income and Poverty Estimates, school districts (ussd), www.census.gov/programs-surveys/saipe, saved as CSV"
            }
            Self::Alias | Self::F33Layout => "no publisher: a file of your own",
        }
    }
}

/// Whether a column of a geocode file holds latitudes: `LAT`, in some years `LAT1516`.
pub(super) fn is_latitude(name: &str) -> bool {
    has_year(name, "LAT")
}

/// Whether a column of a geocode file holds longitudes.
pub(super) fn is_longitude(name: &str) -> bool {
    has_year(name, "LON")
}

fn has_year(name: &str, stem: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper.strip_prefix(stem).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The column names of an unknown table, shortened, for a message.
pub(super) fn describe(header: &[String]) -> String {
    let mut out = String::new();
    for name in header.iter().filter(|name| !name.is_empty()).take(3) {
        let separator = if out.is_empty() { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(out, "{separator}{}", super::table::shorten(name));
    }
    out
}
