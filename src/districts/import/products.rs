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

    const ALL: [Self; 8] = [
        Self::Elsi,
        Self::Schools,
        Self::Geocodes,
        Self::Alias,
        Self::Boundaries,
        Self::Saipe,
        Self::F33,
        Self::F33Layout,
    ];

    /// The product with these column names.
    #[must_use]
    pub fn recognise(header: &[String]) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.has_columns(header))
    }

    fn has_columns(self, header: &[String]) -> bool {
        let has = |wanted: &str| header.iter().any(|name| name.eq_ignore_ascii_case(wanted));
        match self {
            Self::Elsi => header.iter().any(|name| name.starts_with("Agency ID - NCES Assigned")) && header.len() > 1,
            Self::F33 => F33.iter().all(|name| has(name)),
            Self::Schools => ["NCESSCH", "LEAID", "CITY", "LOGRADE", "HIGRADE"].iter().all(|name| has(name)),
            // Other tables have latitudes too: of schools, and of districts without the names of counties.
            Self::Geocodes => {
                has("LEAID")
                    && header.iter().any(|name| is_latitude(name))
                    && !["NCESSCH", "LAND_KM2", "ALAND_KM2"].iter().any(|other| has(other))
            }
            // Places, counties and tracts have identifiers and land too, but no grades.
            Self::Boundaries => {
                has("GEOID")
                    && has("ALAND")
                    && ["LOGRADE", "HIGRADE", "ELSDLEA", "SCSDLEA", "UNSDLEA", "SDTYP"].iter().any(|name| has(name))
            }
            Self::Saipe => {
                has("District ID") && header.iter().any(|name| name.starts_with("Estimated Total Population"))
            }
            Self::Alias => has("EDGE_GEOID") && has("LEAID"),
            Self::F33Layout => has("Name") && has("Order") && has("Type") && has("Label"),
        }
    }

    /// The columns that a table of this product has, each by the names that it may bear.
    fn columns(self) -> &'static [Column] {
        match self {
            // What an export holds is chosen by who made it: its columns are checked with the years that are wanted.
            Self::Elsi | Self::Alias | Self::F33Layout => &[],
            Self::F33 => {
                const {
                    &[
                        Column::named("NAME"),
                        Column::named("STABBR"),
                        Column::named("YEAR"),
                        Column::named("TOTALREV"),
                        Column::named("TLOCREV"),
                        Column::named("TSTREV"),
                        Column::named("TFEDREV"),
                    ]
                }
            }
            Self::Geocodes => {
                const {
                    &[
                        Column::named("LEAID"),
                        Column::named("NAME"),
                        Column { name: "LAT (LAT1516)", is: is_latitude },
                        Column { name: "LON (LON1516)", is: is_longitude },
                        Column { name: "CNTY (CNTY15)", is: is_county_code },
                        Column { name: "NMCNTY (NMCNTY15)", is: is_county_name },
                    ]
                }
            }
            Self::Boundaries => {
                const {
                    &[
                        Column::named("GEOID"),
                        Column::named("NAME"),
                        Column::named("LOGRADE"),
                        Column::named("HIGRADE"),
                        Column::named("ALAND"),
                        Column::named("INTPTLAT"),
                        Column::named("INTPTLON"),
                    ]
                }
            }
            Self::Schools => {
                const {
                    &[
                        Column::named("NCESSCH"),
                        Column::named("LEAID"),
                        Column::named("NAME"),
                        Column::named("CITY"),
                        Column::named("LOGRADE"),
                        Column::named("HIGRADE"),
                    ]
                }
            }
            Self::Saipe => {
                const {
                    &[
                        Column::named("District ID"),
                        Column::named("Name"),
                        Column { name: "State FIPS Code", is: |name| name.starts_with("State FIPS") },
                        Column {
                            name: "Estimated Population 5-17",
                            is: |name| name.starts_with("Estimated Population 5-17"),
                        },
                    ]
                }
            }
        }
    }

    /// The columns of this product that a table recognised as it has not, or has twice, each with what is wrong.
    pub(in crate::districts) fn misfits(self, header: &[String]) -> Vec<String> {
        let wrong = |column: &Column| match header.iter().filter(|name| column.fits(name)).count() {
            0 => Some(format!("no column {}", column.name)),
            1 => None,
            more => Some(format!("{more} columns {}", column.name)),
        };
        self.columns().iter().filter_map(wrong).collect()
    }

    /// What a table that is none of the products lacks to be the one that it is most like.
    pub(super) fn almost(header: &[String]) -> Option<String> {
        let lacking = |product: Self| {
            let columns = product.columns();
            let missing: Vec<&str> = columns
                .iter()
                .filter(|column| !header.iter().any(|name| column.fits(name)))
                .map(|column| column.name)
                .collect();
            // More than half of them: not every table with identifiers and names.
            (2 * missing.len() < columns.len()).then(|| (missing.len() * 100 / columns.len(), missing, product))
        };
        let (_, missing, product) = Self::ALL.into_iter().filter_map(lacking).min_by_key(|(share, ..)| *share)?;
        Some(format!("almost a table \"{}\", but without a column {}", product.title(), missing.join(", ")))
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

/// The columns by which the finance survey is known.
const F33: [&str; 7] = ["NAME", "STABBR", "YEAR", "TOTALREV", "TLOCREV", "TSTREV", "TFEDREV"];

/// A column of a product.
struct Column {
    /// Its name, and how it is called in other years.
    name: &'static str,
    /// Whether this is its name; unused where it is always the same.
    is: fn(&str) -> bool,
}

impl Column {
    const fn named(name: &'static str) -> Self {
        Self { name, is: |_| false }
    }

    fn fits(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case(self.name) || (self.is)(name)
    }
}

/// Whether a column of a geocode file holds the codes of counties: `CNTY`, in some years `CNTY15`.
pub(super) fn is_county_code(name: &str) -> bool {
    has_year(name, "CNTY")
}

/// Whether a column of a geocode file holds the names of counties.
pub(super) fn is_county_name(name: &str) -> bool {
    has_year(name, "NMCNTY")
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

/// The first column names of a table, shortened, for a message.
pub(in crate::districts) fn describe(header: &[String], most: usize) -> String {
    let mut out = String::new();
    for name in header.iter().filter(|name| !name.is_empty()).take(most) {
        let separator = if out.is_empty() { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(out, "{separator}{}", super::table::shorten(name));
    }
    out
}

/// Whether a table of the table generator has a row for each school instead of each agency.
pub(super) fn is_of_schools(header: &[String]) -> bool {
    let school = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.contains("[public school]") || name.starts_with("school name") || name.starts_with("school id")
    };
    header.iter().any(|name| school(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &str) -> Vec<String> {
        names.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn a_table_is_more_than_two_of_its_columns() {
        // Places of the Census Bureau have identifiers of 7 digits and land, as districts do.
        assert_eq!(Product::recognise(&header("USPS,GEOID,NAME,ALAND,AWATER,INTPTLAT,INTPTLONG")), None);
        let renamed = header("LEAID,NAME,CNTY,COUNTY,LAT,LONG");
        assert_eq!(Product::recognise(&renamed), Some(Product::Geocodes));
        assert_eq!(Product::Geocodes.misfits(&renamed), ["no column LON (LON1516)", "no column NMCNTY (NMCNTY15)"]);
        assert!(Product::Geocodes.misfits(&header("LEAID,NAME,CNTY15,NMCNTY15,LAT1516,LON1516")).is_empty());
        assert_eq!(
            Product::Geocodes.misfits(&header("LEAID,NAME,CNTY,NMCNTY,LAT,LON,LAT")),
            ["2 columns LAT (LAT1516)"]
        );
    }

    #[test]
    fn a_table_that_lacks_a_column_to_be_known_is_told_with_it() {
        let lacking =
            Product::almost(&header("STATE,IDCENSUS,NAME,YEAR,TOTALREV,TFEDREV,TSTREV,TLOCREV")).expect("almost one");
        assert!(lacking.contains("F-33") && lacking.ends_with("without a column STABBR"), "{lacking}");
        assert_eq!(Product::almost(&header("LEAID,NAME,COLOUR")), None);
    }
}
