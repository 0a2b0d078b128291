//! Importing the publishers' own files: small made-up folders in their formats, and the real tables of
//! three states where they are at hand.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use barnraise::diagnostics::Problems;
use barnraise::districts::history;
use barnraise::districts::import::{ImportOptions, Imported, import};
use barnraise::districts::region_file;
use barnraise::districts::schools::untaught;
use barnraise::districts::statistics::RegionStatistics;
use barnraise::model::region::{Region, StartingDistrict, StateFinance, StateRules};
use proptest::prelude::*;
use tempfile::TempDir;

const ELSI: &str = "\u{feff}ELSI Export,,,,,,,,,,,,
,,,,,,,,,,,,
Agency Name,State Name [District] Latest available year,State Abbr [District] Latest available year,Agency ID - NCES Assigned [District] Latest available year,Agency Type [District] 2019-20,Total Students All Grades (Excludes AE) [District] 2019-20,Full-Time Equivalent (FTE) Teachers [District] 2019-20,Total Revenue (TOTALREV) [District Finance] 2019-20,Total Revenue - Local Sources (TLOCREV) [District Finance] 2019-20,Total Revenue - State Sources (TSTREV) [District Finance] 2019-20,Total Revenue - Federal Sources (TFEDREV) [District Finance] 2019-20,Total Expenditures (TOTALEXP) [District Finance] 2019-20,Total Students All Grades (Excludes AE) [District] 2020-21
ALPHA 1,North Dakota,ND ,3800001,1-Regular local school district,120,14.5,2400000,900000,1300000,200000,2500000,117
\"BETA, EAST 2\",North Dakota,ND ,3800002,1-Regular local school district,\"1,240\",90,16000000,6000000,9000000,1000000,17000000,1200
GAMMA 3,North Dakota,ND ,3800003,2-Component district,60,†,†,†,†,†,†,58
DELTA 4,North Dakota,ND ,3800004,1-Regular local school district,†,–,‡,‡,‡,‡,‡,†
RURAL COOPERATIVE,North Dakota,ND ,3800005,4-Regional Education Service Agency (RESA),0,3,†,†,†,†,†,0
CAREER CENTER,North Dakota,ND ,3800006,4-Regional Education Service Agency (RESA),0,3,†,†,†,†,†,0
FAR AWAY,Iowa,IA ,1900001,1-Regular local school district,500,40,7000000,3000000,3500000,500000,7000000,490
,,,,,,,,,,,,
\"Data Source: U.S. Department of Education, \"\"CCD\"\" 2019-20 v.1a.\",,,,,,,,,,,,
† indicates that the data are not applicable.,,,,,,,,,,,,
";

const GEOCODES: &str = "LEAID,NAME,STATE,CNTY,NMCNTY,LAT,LON
3800001,Alpha 1,ND,38001,Adams County,47.0,-100.0
3800002,\"Beta, East 2\",ND,38003,Barnes County,47.5,-99.0
3800005,Rural Cooperative,ND,38003,Barnes County,47.4,-99.1
3800006,Career Center,ND,38003,Barnes County,47.4,-99.2
";

const BOUNDARIES: &str = "STATEFP,ELSDLEA,SCSDLEA,UNSDLEA,GEOID,NAME,LSAD,LOGRADE,HIGRADE,MTFCC,ALAND,INTPTLAT,INTPTLON
38,,,00001,3800001,Alpha Public School District 1,00,PK,12,G5420,1.00000000000e+009,+47.0100000,-100.0100000
38,,,00002,3800002,Beta East Public School District 2,00,KG,12,G5420,8.00000000000e+008,+47.5100000,-099.0100000
38,09999,,,3809999,Gamma Public School District 30,00,KG,12,G5400,5.00000000000e+008,+47.2000000,-099.9000000
";

const SAIPE: &str = "Table with column headers in row 3,,,,,,
\"2018 Poverty Estimates
Source: SAIPE\",,,,,,
State Postal Code,State FIPS Code,District ID,Name,Estimated Total Population,Estimated Population 5-17,Estimated number of relevant children 5 to 17 years old in poverty
ND,38,00001,Alpha,600,130,20
ND,38,00002,Beta East,6000,300,100
";

const SCHOOLS: &str = "NCESSCH,LEAID,NAME,CITY,ST,LOGRADE,HIGRADE,LAT,LON,COORD,HS_PUPILS_2021
380000100001,3800001,Alpha School,Alpha,ND,PK,12,47.00001,-100.00001,O,40
380000200001,3800002,Beta High,Beta,ND,09,12,47.5,-99.0,O,300
380000200002,3800002,Beta Middle,Beta,ND,07,08,47.5,-99.0,O,
380000200003,3800002,East Elementary,East,ND,PK,05,47.6,-99.0,P,
380000200004,3800002,Colony School,Nowhere,ND,KG,08,47.5,-99.0,D,
380000200005,3800002,Little Ones,Beta,ND,PK,PK,47.5,-99.0,O,
380000200006,3800002,Closed School,Beta,ND,,,47.5,-99.0,O,
380000300001,3800003,Gamma High,Gamma,ND,09,12,47.2,-99.9,O,
190000100001,1900001,Far School,Far,IA,KG,12,42.0,-93.0,O,
";

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("a file in it");
    }
    folder
}

fn good() -> Vec<(&'static str, &'static [u8])> {
    vec![
        ("a.csv", ELSI.as_bytes()),
        ("b.csv", GEOCODES.as_bytes()),
        ("c.csv", BOUNDARIES.as_bytes()),
        ("d.csv", SAIPE.as_bytes()),
    ]
}

/// The good folder with one file replaced or added.
fn with(name: &'static str, text: &str) -> TempDir {
    let mut files = good();
    files.retain(|(other, _)| *other != name);
    files.push((name, text.as_bytes()));
    folder(&files)
}

fn nd(folder: &TempDir) -> Result<Imported, Problems> {
    import(folder.path(), "ND", &ImportOptions::default())
}

fn imported(folder: &TempDir) -> Imported {
    nd(folder).unwrap_or_else(|problems| panic!("{problems}"))
}

fn told(folder: &TempDir) -> String {
    nd(folder).expect_err("a broken folder").render(false)
}

#[test]
fn regular_districts_with_pupils_become_the_region_and_all_others_are_told() {
    let Imported { region, report } = imported(&folder(&good()));
    let ids: Vec<_> = region.districts.iter().map(|d| (d.id.as_str(), d.enrolment() as u32, d.highest_grade)).collect();
    assert_eq!(ids, [("3800001", 120, 12), ("3800002", 1240, 12), ("3800003", 60, 8)]);
    assert_eq!((region.name.as_str(), region.first_year, region.support.len()), ("north-dakota", 2020, 1));
    let beta = &region.districts[1];
    assert_eq!(
        (beta.name.as_str(), beta.county.as_str(), beta.teachers),
        ("Beta, East 2", "Barnes County", Some(90.0))
    );
    assert!((beta.area - 308.88).abs() < 0.01 && beta.local_share == Some(0.375), "{beta:?}");
    assert!((beta.valuation - 6_000_000.0 / 1240.0 / 0.012).abs() < 1e-6);
    assert!(report.to_string().ends_with("3 districts of 6 agencies in ND (7 rows read), 2019-20"), "{report}");
    let dropped: usize = report.dropped.iter().map(|tally| tally.count).sum();
    assert_eq!(dropped, 3, "{report}");
    for part in [
        "1  boundaries: by name, unique in the state (GAMMA 3)",
        "1  no office in the geocodes: placed at the interior point of its boundary (GAMMA 3)",
        "1  no county in the geocodes: given that of the nearest district (GAMMA 3)",
        "1  an elementary district by its class: taken to teach to grade 8 (GAMMA 3)",
        "1  no count of teachers",
        "1  no local revenue: valuation per pupil is the state's median (GAMMA 3)",
        "1  enrolment not applicable (†): not open or without schools (DELTA 4)",
        "2  agency type 4-Regional Education Service Agency (RURAL COOPERATIVE, CAREER CENTER)",
        "over 1.8 pupils for each resident child of 5 to 17 (SAIPE): tuition, open enrolment or an elementary district (BETA, EAST 2)",
    ] {
        assert!(report.to_string().contains(part), "{part} missing in\n{report}");
    }
}

#[test]
fn a_table_of_changed_identifiers_comes_before_names() {
    let text = "EDGE_GEOID,LEAID,ST,NAME,NOTE\n3809999,3800003,ND,Gamma,\"old, renumbered\"\n";
    let report = imported(&with("leaid_alias.csv", text)).report.to_string();
    assert!(report.contains("1  boundaries: by the table of changed identifiers (GAMMA 3)"), "{report}");
    let outer = folder(&[("leaid_alias.csv", text.as_bytes())]);
    let inner = outer.path().join("nces");
    fs::create_dir(&inner).expect("a folder below");
    for (name, bytes) in good() {
        fs::write(inner.join(name), bytes).expect("a file in it");
    }
    let beside = import(&inner, "nd", &ImportOptions::default()).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(beside.report.to_string().contains("by the table of changed identifiers"), "{}", beside.report);
}

#[test]
fn a_spreadsheets_encoding_and_lost_zeros_are_understood() {
    let windows: Vec<u8> = ELSI
        .trim_start_matches('\u{feff}')
        .chars()
        .map(|c| match c {
            '†' => 0x86,
            '–' => 0x96,
            '‡' => 0x87,
            other => u8::try_from(u32::from(other)).expect("an ASCII character"),
        })
        .collect();
    let mut files = good();
    files[0].1 = &windows;
    assert_eq!(imported(&folder(&files)).region, imported(&folder(&good())).region);
    let semicolons = GEOCODES.replace("\"Beta, East 2\"", "Beta East 2").replace(',', ";");
    assert_eq!(imported(&with("b.csv", &semicolons)).region.districts.len(), 3);
}

/// The tables without finance columns.
fn without_finances() -> String {
    let lines = ELSI.lines().map(|line| {
        let line = line.replace("\"BETA, EAST 2\"", "BETA EAST 2").replace("\"1,240\"", "1240");
        let cells: Vec<&str> = line.split(',').collect();
        if cells.len() < 13 { line.clone() } else { [&cells[..7], &cells[12..]].concat().join(",") }
    });
    let kept: Vec<String> = lines.filter(|line| !line.contains("Data Source")).collect();
    kept.join("\n").replace(",,,,,,,,,,,,", "") + "\n"
}

fn finances(extra: (&str, &str)) -> TempDir {
    let elsi = without_finances();
    let mut files = good();
    files[0].1 = elsi.as_bytes();
    files.push((extra.0, extra.1.as_bytes()));
    folder(&files)
}

#[test]
fn finances_come_from_every_layout_of_the_survey() {
    let subset = "NAME,STNAME,STABBR,SCHLEV,YEAR,CCDNF,TOTALREV,TFEDREV,TSTREV,TLOCREV,TOTALEXP,Z32,Z33,V33
Alpha School District,North Dakota,ND,3,18,1,2000000,200000,1000000,800000,1900000,1,1,118
BETA EAST SCH DIST 2,North Dakota,ND,3,18,1,15000000,1000000,8500000,5500000,15000000,1,1,1230
GAMMA,North Dakota,ND,1,18,1,-1,-2,-1,-1,-1,-1,-1,-2
";
    let region = imported(&finances(("f33.csv", subset)));
    assert!(
        region.report.to_string().contains("3  finances of 2017-18: by name, unique in the state"),
        "{}",
        region.report
    );
    assert!((region.region.finance.local_share - 6.3 / 17.0).abs() < 1e-12);
    assert!(region.region.source.contains("(F-33) 2017-18"));

    let rows: Vec<String> = subset.lines().map(|line| line.replace(',', "\t")).collect();
    let with_id: Vec<String> =
        ["LEAID", "3800001", "3800002", "3800003"].iter().zip(&rows).map(|(id, row)| format!("{id}\t{row}")).collect();
    let by_id = imported(&finances(("f33.txt", &with_id.join("\n"))));
    assert_eq!(by_id.region, region.region);
    assert!(!by_id.report.to_string().contains("finances of 2017-18: by name"));
}

#[test]
fn the_full_layout_brings_current_spending_reserves_debts_and_grades() {
    let full = "LEAID\tCENSUSID\tFIPST\tCONUM\tNAME\tSTNAME\tSTABBR\tSCHLEV\tYEAR\tGSLO\tGSHI\tV33\tTOTALREV\tTFEDREV\tTSTREV\tTLOCREV\tTOTALEXP\tTCURELSC\t_41F\tW01\tW31\tW61
3800001\t1\t38\t38001\tALPHA 1\tNorth Dakota\tND\t03\t20\tPK\t08\t118\t2000000\t200000\t1000000\t800000\t3900000\t1800000\t500000\t0\t0\t360000
3800002\t1\t38\t38003\tBETA 2\tNorth Dakota\tND\t03\t20\tPK\t12\t1230\t15000000\t1000000\t8500000\t5500000\t15000000\t13000000\t0\t0\t0\t26000000
3800003\t1\t38\t38003\tGAMMA 3\tNorth Dakota\tND\t01\t20\tKG\t06\t60\t900000\t100000\t500000\t300000\t950000\t850000\t-1\t0\t0\t-2
";
    let Imported { region, report } = imported(&finances(("sdf20_1a.txt", full)));
    let [alpha, beta, gamma] = &region.districts[..] else { panic!("three districts") };
    assert_eq!((alpha.highest_grade, alpha.debt, alpha.reserve_share), (8, 500_000.0, Some(0.2)));
    assert_eq!((beta.reserve_share, gamma.reserve_share, gamma.highest_grade), (Some(1.0), None, 6));
    assert_eq!(gamma.county, "Barnes County");
    let text = report.to_string();
    assert!(
        text.contains("current spending (TCURELSC) of 2019-20")
            && text.contains("1  reserve put back to a year's spending"),
        "{text}"
    );
    // The base cost returns what was spent at everyone's own level.
    let spent = 1.8e6 + 1.3e7 + 8.5e5;
    assert!(
        region.finance.base_cost > 0.6 * spent / 1420.0 && region.finance.base_cost < spent / 1420.0,
        "{}",
        region.finance.base_cost
    );
}

#[test]
fn a_folder_with_the_wrong_files_is_told_what_is_needed_and_where_it_is_published() {
    let wrong = folder(&[("notes.txt", b"Dear all,\nhello"), ("geo.xlsx", b"PK\x03\x04...."), ("empty.csv", b"")]);
    let text = told(&wrong);
    for part in [
        "no ELSI table",
        "nces.ed.gov/ccd/elsi/tableGenerator.aspx",
        "no F-33",
        "no EDGE district geocodes",
        "nces.ed.gov/programs/edge/Geographic/SchoolLocations",
        "no EDGE district boundaries",
        "nces.ed.gov/programs/edge/Geographic/DistrictBoundaries",
        "notes.txt (none of the known tables; begins with Dear all)",
        "geo.xlsx (a spreadsheet or an archive: unpack it and save the table as CSV)",
        "empty.csv (empty)",
    ] {
        assert!(text.contains(part), "{part} missing in\n{text}");
    }
    let missing =
        import(Path::new("no/such/folder"), "ND", &ImportOptions::default()).expect_err("no folder").render(false);
    assert!(missing.contains("the folder cannot be read"), "{missing}");
}

#[test]
fn an_unknown_state_or_year_is_told_with_those_there_are() {
    let good = folder(&good());
    let text = |state: &str, year: &str| {
        import(good.path(), state, &ImportOptions { year: year.into() })
            .expect_err("an unknown state or year")
            .render(false)
    };
    assert!(text("NE", "2019-20").contains("one of: IA, ND") && text("NE", "2019-20").contains("did you mean ND?"));
    assert!(text("ND", "2017-18").contains("one of: 2019-20"), "{}", text("ND", "2017-18"));
    assert!(text("ND", "last year").contains("is not a school year such as 2019-20"));
    assert!(text("IA", "2019-20").contains("has a place"), "{}", text("IA", "2019-20"));
}

#[test]
fn every_malformed_cell_is_told_at_once_with_file_line_and_column() {
    let elsi = ELSI
        .replace("3800001", "38OOO01")
        .replace("14.5", "many")
        .replace(",60,†", ",60.5,†")
        .replace("2400000", "9e99");
    let text = told(&with("a.csv", &elsi));
    for part in ["a.csv:4", "`38OOO01`", "7 digits", "a.csv:6", "holds `60.5`", "a whole number of pupils"] {
        assert!(text.contains(part), "{part} missing in\n{text}");
    }
    for (file, from, to, parts) in [
        ("a.csv", "14.5", "many", ["a.csv:4", "Full-Time Equivalent (FTE) Teachers", "`many`"]),
        ("a.csv", "2400000", "9e99", ["a.csv:4", "(TOTALREV)", "from 0 to 100000000000"]),
        ("a.csv", "ND ,3800002", "Dakota,3800002", ["a.csv:5", "State Abbr", "two letters"]),
        ("a.csv", "3800002", "3800001", ["a.csv:5", "`3800001`", "every agency once"]),
        ("a.csv", "ALPHA 1,", "ALPHA, 1,", ["a.csv:4", "14 cells", "13 columns"]),
        ("b.csv", "47.5", "147.5", ["b.csv:3", "column `LAT`", "degrees from -90 to 90"]),
        ("b.csv", "3800002", "", ["b.csv:3", "column `LEAID`", "7 digits"]),
        ("c.csv", "1.00000000000e+009", "large", ["c.csv:2", "column `ALAND`", "`large`"]),
        ("d.csv", ",300,", ",nan,", ["d.csv:6", "Estimated Population 5-17", "`nan`"]),
    ] {
        let original = good()
            .into_iter()
            .find(|(name, _)| *name == file)
            .map(|(_, bytes)| std::str::from_utf8(bytes).expect("text"));
        let changed = original.expect("the file").replacen(from, to, 1);
        let text = told(&with(file, &changed));
        assert!(parts.iter().all(|part| text.contains(part)), "{parts:?} missing in\n{text}");
    }
}

#[test]
fn what_is_wrong_in_all_files_is_told_at_once() {
    let mut files = good();
    let elsi = ELSI
        .replace("14.5", "many")
        .replace("16000000,6000000,9000000", "16000,6000,9000")
        .replace("2400000,900000", "2400,900");
    let offices = GEOCODES.replace("47.5,", "147.5,");
    let boundaries = BOUNDARIES.replace("1.00000000000e+009", "large");
    (files[0].1, files[1].1, files[2].1) = (elsi.as_bytes(), offices.as_bytes(), boundaries.as_bytes());
    let text = told(&folder(&files));
    holds(&text, &["a.csv:4", "`many`", "b.csv:3", "`147.5`", "c.csv:2", "`large`", "a.csv:5", "thousands of dollars"]);
    assert!(text.contains("5 problems found"), "{text}");
}

#[test]
fn two_tables_that_contradict_each_other_are_told() {
    let other = ELSI.replace(",120,14.5", ",121,14.5");
    let text = told(&with("a2.csv", &other));
    assert!(text.contains("a2.csv:4") && text.contains("120, which another table of the folder gives"), "{text}");
}

#[test]
fn an_export_that_may_be_cut_off_is_looked_at() {
    let cut = ELSI.split(",,,,,,,,,,,,\n\"Data").next().expect("rows").to_owned();
    let report = imported(&with("a.csv", &cut)).report;
    assert!(report.warnings.iter().any(|line| line.contains("it may be cut off")), "{report}");
}

#[test]
fn listed_schools_have_their_towns_and_grades_and_what_is_left_out_is_told() {
    let Imported { region, report } = imported(&with("schools.csv", SCHOOLS));
    let [alpha, beta, gamma] = &region.districts[..] else { panic!("three districts") };
    let of = |district: &StartingDistrict| -> Vec<(String, u8, u8)> {
        district.schools.iter().map(|s| (s.town.clone(), s.lowest_grade, s.highest_grade)).collect()
    };
    let school = |town: &str, low, high| (town.to_owned(), low, high);
    assert_eq!(of(alpha), [school("Alpha", 0, 12)]);
    assert_eq!((alpha.schools[0].x.to_bits(), alpha.schools[0].y.to_bits()), (alpha.x.to_bits(), alpha.y.to_bits()));
    assert_eq!(of(beta), [school("East", 0, 5), school("Nowhere", 0, 8), school("Beta", 7, 8), school("Beta", 9, 12)]);
    assert!((beta.schools[0].y - beta.y - 6.91).abs() < 0.01, "a tenth of a degree north: {beta:?}");
    assert_eq!(beta.schools[1].y.to_bits(), beta.y.to_bits());
    assert_eq!(of(gamma), [school("GAMMA 3", 0, 8)], "its only listed school is no school of an elementary district");
    for part in [
        "2  districts with their listed schools (Alpha 1, Beta, East 2)",
        "1  districts without a listed school: one for every 250 pupils, in one town (GAMMA 3)",
        "1  schools left out: prekindergarten only (Little Ones)",
        "1  schools left out: no grades from kindergarten to 12 (Closed School)",
        "1  schools left out: all their grades outside their district's (Gamma High)",
        "1  schools whose town has no place in the table: put at their district's office (Colony School)",
        "the state's rule: 26.5 courses that a high school must offer (NDCC 15.1-21-02",
    ] {
        assert!(report.to_string().contains(part), "{part} missing in\n{report}");
    }
    assert!(region.source.contains("Education Data Portal, Urban Institute"), "{}", region.source);
    let reread = region_file::parse(&region_file::write(&region), "region.toml");
    assert_eq!(reread, Ok(region));
}

#[test]
fn a_packed_table_is_read_like_the_same_unpacked() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(SCHOOLS.as_bytes()).expect("it fits");
    let packed = packer.finish().expect("an archive");
    let mut files = good();
    files.push(("schools.csv.gz", &packed));
    assert_eq!(imported(&folder(&files)).region, imported(&with("schools.csv", SCHOOLS)).region);
    files.pop();
    files.push(("schools.csv.gz", &packed[..packed.len() / 2]));
    let report = imported(&folder(&files)).report;
    assert!(report.ignored.iter().any(|(_, why)| why.starts_with("a damaged gzip archive")), "{report}");
}

#[test]
fn grades_that_no_school_teaches_are_left_out_at_the_ends_and_given_to_the_nearest_between() {
    let without = |names: &[&str]| -> String {
        SCHOOLS.lines().filter(|line| !names.iter().any(|name| line.contains(name))).collect::<Vec<_>>().join("\n")
    };
    let Imported { region, report } = imported(&with("schools.csv", &without(&["Beta High"])));
    let beta = &region.districts[1];
    assert_eq!(
        (beta.lowest_grade, beta.highest_grade, beta.enrolment() as u32, beta.pupils[9] as u32),
        (0, 8, 1240, 0)
    );
    let part =
        "1  districts of which no school teaches grades 9 to 12: taken to end where their schools do (Beta, East 2)";
    assert!(report.to_string().contains(part), "{report}");

    let Imported { region, report } = imported(&with("schools.csv", &without(&["Beta Middle", "Colony"])));
    let spans: Vec<_> = region.districts[1].schools.iter().map(|s| (s.lowest_grade, s.highest_grade)).collect();
    assert_eq!(spans, [(0, 8), (9, 12)]);
    assert!(report.to_string().contains("1  districts with grades that no listed school teaches"), "{report}");

    let only_high = without(&["Beta Middle", "Colony", "East Elementary"]);
    let beta = &imported(&with("schools.csv", &only_high)).region.districts[1];
    assert_eq!((beta.lowest_grade, beta.highest_grade, beta.pupils[8] as u32), (9, 12, 0));
}

#[test]
fn malformed_rows_of_schools_are_told_with_their_lines() {
    let text = SCHOOLS.replace("380000200002,3800002", "380000200001,3800002").replace("47.6,", "north,");
    let text = told(&with("schools.csv", &text.replace(",1900001,", ",x,")));
    for part in ["schools.csv:4", "every school once", "schools.csv:5", "`north`", "schools.csv:10", "7 digits"] {
        assert!(text.contains(part), "{part} missing in\n{text}");
    }
}

/// What the import of a folder says under "Look at".
fn looks(folder: &TempDir) -> String {
    imported(folder).report.warnings.join("\n")
}

/// The good folder with the text of one file changed.
fn changed(name: &'static str, changes: &[(&str, &str)]) -> TempDir {
    let bytes = good().into_iter().find(|(other, _)| *other == name).expect("a file").1;
    let mut text = String::from_utf8(bytes.to_vec()).expect("text");
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is not in {name}");
        text = text.replace(from, to);
    }
    with(name, &text)
}

fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} missing in\n{text}");
    }
}

#[test]
fn an_identifier_of_another_state_is_told_and_does_not_choose_the_state() {
    // The smallest identifier of the state's rows is mistyped: of a district, and of a service agency with an office.
    for (from, to, line) in [("ND ,3800001", "ND ,3000001", 4), ("ND ,3800005", "ND ,3000005", 8)] {
        let text = told(&changed("a.csv", &[(from, to)]));
        holds(&text, &[&format!("a.csv:{line}"), "does not begin with 38, the code of ND"]);
    }
    // That of an agency that is no district and serves nobody changes nothing.
    let folder = changed("a.csv", &[("ND ,3800004", "ND ,3000004")]);
    holds(&looks(&folder), &["a.csv:7", "3000004 of DELTA 4"]);
    assert_eq!(imported(&folder).region, imported(&self::folder(&good())).region);
}

#[test]
fn a_place_that_cannot_be_is_not_used_and_told_and_many_are_refused() {
    for (from, to, guess) in
        [("47.0,-100.0", "47.0,100.0", "minus sign"), ("47.0,-100.0", "47.0,-97.0", "from its own boundary")]
    {
        let folder = changed("b.csv", &[(from, to)]);
        holds(&looks(&folder), &["b.csv:2", "the office of Alpha 1", guess, "not used"]);
        let alpha = &imported(&folder).region.districts[0];
        let beta = &imported(&folder).region.districts[1];
        assert!((alpha.x - beta.x).abs() < 60.0, "{alpha:?}");
        assert!(imported(&folder).report.to_string().contains("placed at the interior point of its boundary (ALPHA 1"));
    }
    let all = GEOCODES.replace(",-", ",");
    holds(&told(&with("b.csv", &all)), &["b.csv:2", "b.csv:5", "has its longitude lost the minus sign?"]);
    let swapped = "LEAID,NAME,STATE,CNTY,NMCNTY,LON,LAT\n3800001,Alpha 1,ND,38001,Adams County,47.0,-89.0\n\
        3800002,Beta,ND,38003,Barnes County,47.5,-99.0\n";
    holds(
        &told(&with("b.csv", swapped)),
        &["b.csv:3", "degrees from -90 to 90", "are latitude and longitude exchanged?"],
    );
}

#[test]
fn land_in_another_unit_is_refused_and_a_single_wrong_one_is_not_used() {
    let kilometres = [("1.00000000000e+009", "1000"), ("8.00000000000e+008", "800"), ("5.00000000000e+008", "500")];
    holds(&told(&changed("c.csv", &kilometres)), &["c.csv:2", "c.csv:4", "ALAND is in square metres"]);
    let folder = changed("c.csv", &[("8.00000000000e+008", "8.0e+011")]);
    holds(&looks(&folder), &["c.csv:3", "more than the state"]);
    assert!(imported(&folder).report.to_string().contains("no area: the state's median (BETA, EAST 2)"));
}

#[test]
fn teachers_are_held_against_pupils() {
    let folder = changed("a.csv", &[(",14.5,", ",1450,")]);
    holds(&looks(&folder), &["a.csv:4", "ALPHA 1 has 1450 teachers for 120 pupils"]);
    assert_eq!(imported(&folder).region.districts[0].teachers, None);
    let text = told(&changed("a.csv", &[(",14.5,", ",1450,"), (",90,", ",9000,")]));
    holds(&text, &["a.csv:4", "a.csv:5", "decimal commas"]);
}

#[test]
fn a_digit_too_many_in_the_pupils_is_told_by_teachers_and_money() {
    let more = |pupils: &str| {
        let rows: Vec<String> = (11..16)
            .map(|n| format!("ZETA {n},North Dakota,ND ,38000{n},1-Regular local school district,100,10,1500000,500000,900000,100000,1500000,100\n"))
            .collect();
        let elsi = ELSI.replace("RURAL COOPERATIVE", &format!("{}RURAL COOPERATIVE", rows.concat()));
        with("a.csv", &elsi.replacen("district,100,10,", &format!("district,{pupils},10,"), 1))
    };
    let offices: Vec<String> =
        (11..16).map(|n| format!("38000{n},Zeta {n},ND,38003,Barnes County,47.3,-99.{n}\n")).collect();
    let offices = offices.concat();
    let folder = more("1000");
    fs::write(folder.path().join("b.csv"), format!("{GEOCODES}{offices}")).expect("offices");
    holds(
        &told(&folder),
        &["a.csv:8", "ZETA 11 has 1000 pupils, but teachers and money as if they were fewer", "a digit too many"],
    );
    let folder = more("150");
    fs::write(folder.path().join("b.csv"), format!("{GEOCODES}{offices}")).expect("offices");
    assert_eq!(imported(&folder).region.districts.len(), 8);
}

#[test]
fn a_state_by_its_name_types_without_numbers_and_lacking_columns_are_told_with_what_is_there() {
    let told_of = |state: &str| {
        import(folder(&good()).path(), state, &ImportOptions::default()).expect_err("no code").render(false)
    };
    holds(&told_of("North Dakota"), &["did you mean ND?"]);
    let text = told(&changed("a.csv", &[("1-Regular local", "Regular local"), ("2-Component", "Component")]));
    holds(&text, &["no agency of ND is a district of type 1 or 2", "agency type Regular local school district"]);
    holds(
        &told(&changed("a.csv", &[("(TLOCREV)", "(LOCAL)")])),
        &["no revenues of ND", "the ELSI tables have no column (TLOCREV)"],
    );
    let dear = changed("a.csv", &[(",2500000,", ",2500,")]);
    holds(&looks(&dear), &["a.csv:4", "TOTALEXP of ALPHA 1 is $20.83 a pupil"]);
    holds(
        &looks(&changed("b.csv", &[("ND,38001", "ND,30001")])),
        &["b.csv:2: the county of Alpha 1, Adams County (30001), is of another state"],
    );
}

#[test]
fn a_decimal_comma_is_no_mark_between_thousands() {
    let lines = ELSI.replace("\"1,240\"", "1240").replace("\"BETA, EAST 2\"", "BETA EAST 2");
    let european = lines.replace(',', ";").replace("14.5", "14,5");
    holds(&told(&with("a.csv", &european)), &["a.csv:4", "`14,5`", "a decimal comma?"]);
    let offices = GEOCODES.replace("\"Beta, East 2\"", "Beta East 2").replace(',', ";").replace("47.5", "47,5");
    holds(&told(&with("b.csv", &offices)), &["b.csv:3", "`47,5`", "a decimal comma?"]);
}

/// Finances with identifiers, in dollars.
const SURVEY: &str = "LEAID,NAME,STABBR,YEAR,TOTALREV,TFEDREV,TSTREV,TLOCREV,TOTALEXP,V33
3800001,ALPHA 1,ND,20,2000000,200000,1000000,800000,1900000,118
3800002,BETA 2,ND,20,15000000,1000000,8500000,5500000,15000000,1230
3800003,GAMMA 3,ND,20,900000,100000,500000,300000,950000,60
";

#[test]
fn money_is_held_against_pupils_and_its_parts() {
    let thousands = SURVEY.replace("000,", ",");
    holds(
        &told(&finances(("f33.csv", &thousands))),
        &["f33.csv:2", "f33.csv:4", "$16.67 a pupil", "thousands of dollars"],
    );
    let half = SURVEY
        .replace("2000000,200000,1000000,800000,1900000", "2000,200,1000,800,1900")
        .replace("15000000,1000000,8500000,5500000,15000000", "15000,1000,8500,5500,15000");
    holds(&told(&finances(("f33.csv", &half))), &["f33.csv:2", "f33.csv:3", "thousands of dollars"]);
    // A single one is not used, and told: of one pupil with 80 million dollars, too.
    let rich = SURVEY.replace("900000,100000,500000,300000", "900000000,100000,500000,899400000");
    let folder = finances(("f33.csv", &rich));
    holds(&looks(&folder), &["f33.csv:4", "TOTALREV of GAMMA 3 is $15000000 a pupil", "its finances are not used"]);
    assert_eq!(imported(&folder).region.districts[2].cost_level, None);
    let parts = SURVEY.replace("2000000,200000", "2000000,2000000");
    holds(&looks(&finances(("f33.csv", &parts))), &["f33.csv:2", "sum to 3800000, TOTALREV is 2000000"]);
    let columns = SURVEY.replace(",1000000,", ",1000,").replace(",8500000,", ",8500,");
    holds(
        &told(&finances(("f33.csv", &columns))),
        &["f33.csv:2", "f33.csv:3", "TOTALREV = TLOCREV + TSTREV + TFEDREV"],
    );
}

#[test]
fn two_releases_of_one_table_are_refused_where_they_differ() {
    let mut files = good();
    let elsi = without_finances();
    files[0].1 = elsi.as_bytes();
    files.push(("sdf20_1a.csv", SURVEY.as_bytes()));
    let later = SURVEY.replace("15000000,1000000,8500000,5500000", "16000000,1000000,8500000,6500000");
    files.push(("sdf20_2a.csv", later.as_bytes()));
    let text = told(&folder(&files));
    holds(
        &text,
        &["sdf20_2a.csv:3", "TOTALREV of BETA EAST 2 in 2019-20 is 16000000 here and 15000000 in", "sdf20_1a.csv:3"],
    );
    files.pop();
    files.push(("sdf20_2a.csv", SURVEY.as_bytes()));
    assert_eq!(imported(&folder(&files)).region.districts.len(), 3, "two copies that agree are one");
    for (name, text, from, to, line) in [
        ("b2.csv", GEOCODES, "47.0,-100.0", "47.1,-100.1", 2),
        ("c2.csv", BOUNDARIES, "8.00000000000e+008", "9.00000000000e+008", 3),
        ("d2.csv", SAIPE, "600,130,20", "600,140,20", 5),
    ] {
        let text = told(&with(name, &text.replace(from, to)));
        holds(&text, &[&format!("{name}:{line}"), "is not as in", "take the other out"]);
    }
    let twice = format!("{GEOCODES}3800001,Alpha 1,ND,38001,Adams County,47.9,-100.0\n");
    holds(
        &told(&with("b.csv", &twice)),
        &["b.csv:6", "the office of the agency 3800001", "delete the row that is wrong"],
    );
}

#[test]
fn the_survey_against_the_enrolment_table_is_told() {
    let text = looks(&with(
        "f33.csv",
        &SURVEY.replace("15000000,1000000,8500000,5500000", "19000000,1000000,8500000,9500000"),
    ));
    holds(&text, &["a.csv:4", "TOTALREV of ALPHA 1 in 2019-20 is 2400000 here and 2000000 in", "(2 agencies differ)"]);
}

#[test]
fn a_name_with_another_number_is_not_a_name_that_is_unique() {
    // A new district of a name that another one has, too; the geocodes still hold a closed third one.
    let elsi = ELSI.replace("ALPHA 1,", "CENTRAL 1,").replace("GAMMA 3,", "CENTRAL 3,");
    let boundaries = BOUNDARIES
        .replace("Alpha Public School District 1,", "Central 1,")
        .replace("Gamma Public School District 30", "Central 77");
    let mut files = good();
    files[0].1 = elsi.as_bytes();
    files[2].1 = boundaries.as_bytes();
    let report = imported(&folder(&files)).report.to_string();
    assert!(!report.contains("boundaries: by name"), "{report}");
    holds(&report, &["no boundary: taken to teach kindergarten to grade 12 (CENTRAL 3)", "no place in any file"]);
    // Where the name is unique but the number differs, the join is one to look at.
    holds(
        &looks(&folder(&good())),
        &["boundaries: 1 joined by names whose numbers differ", "GAMMA 3 with Gamma Public School District 30"],
    );
}

#[test]
fn districts_of_which_most_have_no_place_are_no_state() {
    let first = |text: &str| text.lines().take(2).collect::<Vec<_>>().join("\n") + "\n";
    let (offices, boundaries) = (first(GEOCODES), first(BOUNDARIES));
    let mut files = good();
    files[1].1 = offices.as_bytes();
    files[2].1 = boundaries.as_bytes();
    holds(&told(&folder(&files)), &["2 of 3 districts of ND have a place in no file"]);
    files[1].1 = GEOCODES.as_bytes();
    holds(
        &looks(&folder(&files)),
        &["most districts, 2 of 3, have no boundary", "most districts, 2 of 3, have no area"],
    );
}

#[test]
fn a_column_of_another_name_is_named_with_those_that_are_there() {
    for (name, from, to, parts) in [
        ("b.csv", ",LON\n", ",LONG\n", ["EDGE district geocodes with no column LON (LON1516)", "NMCNTY, LAT, LONG"]),
        ("b.csv", "NMCNTY", "COUNTY", ["no column NMCNTY", "COUNTY, LAT, LON"]),
        ("c.csv", "HIGRADE", "HIGH", ["boundaries, attribute table with no column HIGRADE", "LOGRADE, HIGH"]),
        ("d.csv", "Estimated Population 5-17,", "Children,", ["SAIPE", "no column Estimated Population 5-17"]),
    ] {
        let text = told(&changed(name, &[(from, to)]));
        holds(&text, &parts);
        assert!(text.contains(name) && !text.contains("the folder has no"), "{text}");
    }
    let places = "USPS,GEOID,NAME,ALAND,INTPTLAT,INTPTLONG\nND,3800001,Alpha city,5000000,47.0,-100.0\n";
    let report = imported(&with("2019_gaz_place.csv", places)).report.to_string();
    holds(&report, &["not read:", "2019_gaz_place.csv (almost a table", "without a column LOGRADE, HIGRADE"]);
    let mut files = good();
    let (elsi, survey) = (without_finances(), SURVEY.replace("STABBR", "STATE"));
    files[0].1 = elsi.as_bytes();
    files.push(("elsec20t.csv", survey.as_bytes()));
    holds(&told(&folder(&files)), &["no revenues of ND", "elsec20t.csv (almost a table", "without a column STABBR"]);
}

#[test]
fn rows_of_the_survey_without_an_identifier_are_left_out_and_told() {
    let with_units = format!("{SURVEY},SPECIAL UNIT,ND,20,1,1,0,0,1,0\nN,OTHER UNIT,ND,20,1,1,0,0,1,0\n");
    let folder = finances(("f33.csv", &with_units));
    holds(&looks(&folder), &["f33.csv:5: this and 1 more rows of ND without an identifier left out"]);
    assert_eq!(imported(&folder).region, imported(&finances(("f33.csv", SURVEY))).region);
}

#[cfg(unix)]
#[test]
fn an_entry_that_cannot_be_read_is_passed_over_and_named() {
    let folder = folder(&good());
    std::os::unix::fs::symlink("user@host.1234:1", folder.path().join(".#ELSI.csv")).expect("a link");
    fs::create_dir(folder.path().join("below")).expect("a folder");
    std::os::unix::fs::symlink("/nonexistent/old.csv", folder.path().join("below/old.csv")).expect("a link");
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).expect("a socket");
    let report = imported(&folder).report.to_string();
    holds(
        &report,
        &[
            ".#ELSI.csv (a link that leads to nothing",
            "old.csv (a link that leads",
            "socket (no file: a pipe, socket or device)",
        ],
    );
}

#[test]
fn a_spreadsheets_blank_cells_notes_totals_and_identifiers_are_understood() {
    let whole = imported(&folder(&good())).region;
    let short = ELSI.replace(
        "RURAL COOPERATIVE,North Dakota,ND ,3800005,4-Regional Education Service Agency (RESA),0,3,†,†,†,†,†,0",
        "RURAL COOPERATIVE,North Dakota,ND ,3800005,4-Regional Education Service Agency (RESA),0,3",
    );
    let folder = with("a.csv", &short);
    assert_eq!(imported(&folder).region, whole);
    holds(&looks(&folder), &["a.csv:8: a row is short of cells at the end"]);
    let notes = ELSI
        .replace("\"Data Source", "NOTE: rounded, to whole pupils,,,,,,,,,,,\nSOURCE: x,,,,,,,,,,,,\n\"Data Source");
    assert_eq!(imported(&with("a.csv", &notes)).region, whole);
    let total = ELSI.replace(",,,,,,,,,,,,\n\"Data", "Total,,,,,1420,107.5,,,,,,\n,,,,,,,,,,,,\n\"Data");
    holds(&told(&with("a.csv", &total)), &["a.csv:11", "this row, `Total`, is no agency", "delete the row"]);
    let frame = GEOCODES.replace("\n38", "\n=38").replace("\n=3800001", "\n3800001.0").replace("\n=", "\n");
    assert_eq!(imported(&with("b.csv", &frame)).region, whole);
    let lost = GEOCODES.replace("3800001", "3.8E+06");
    holds(&told(&with("b.csv", &lost)), &["b.csv:2", "its digits are lost", "import the column as text"]);
    let tabs: String = ELSI
        .lines()
        .skip(2)
        .map(|line| {
            let cells = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes()).into_records().next();
            let cells = cells.expect("a row").expect("a sound row");
            let quoted = |cell: &str| {
                if cell.contains([',', '"']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
            };
            cells.iter().map(quoted).collect::<Vec<_>>().join("\t") + "\r\n"
        })
        .collect();
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(tabs.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let mut files = good();
    files[0].1 = &utf16;
    assert_eq!(imported(&self::folder(&files)).region, whole, "saved as Unicode text");
}

#[test]
fn a_file_that_was_not_read_is_named_where_its_year_is_missing() {
    let utf16: Vec<u8> = ELSI.trim_start_matches('\u{feff}').encode_utf16().flat_map(u16::to_le_bytes).collect();
    let other = ELSI.replace("2019-20", "2021-22").replace("2020-21", "2022-23");
    for (bytes, why) in [
        (&utf16[..], "UTF-16 without a byte-order mark"),
        (b"PK\x03\x04....".as_slice(), "a spreadsheet or an archive"),
        (b"<!DOCTYPE html><html>Access denied</html>".as_slice(), "a page of the web"),
        (b"".as_slice(), "empty"),
    ] {
        let mut files = good();
        files[0] = ("ELSI_2021.csv", other.as_bytes());
        files.push(("ELSI_2019.csv", bytes));
        holds(&told(&folder(&files)), &["one of: 2021-22", "not read: ELSI_2019.csv", why]);
    }
}

#[test]
fn a_table_of_schools_is_no_table_of_districts() {
    let schools = ELSI.replace("[District] 2019-20", "[Public School] 2019-20");
    holds(&told(&with("a.csv", &schools)), &["a.csv", "a row for each school", "choose District"]);
    let rows = ELSI.replace("GAMMA 3,North Dakota,ND ,3800003", "GAMMA 3,North Dakota,ND ,3800002");
    holds(&told(&with("a.csv", &rows)), &["a.csv:6", "every agency once", "this is no District table"]);
}

#[test]
fn charter_and_special_agencies_are_told_apart_from_districts() {
    let header = "Agency Type [District] 2019-20,Agency Charter Status [District] 2019-20";
    let elsi = ELSI
        .replace("Agency Type [District] 2019-20", header)
        .replace("\n,,,,,,,,,,,,", "\n,,,,,,,,,,,,,")
        .replace("district,", "district,3-No associated schools are charter schools,")
        .replace("(RESA),", "(RESA),†,")
        .replace(
            "district,3-No associated schools are charter schools,60",
            "district,1-All associated schools are charter schools,60",
        );
    let report = imported(&with("a.csv", &elsi)).report.to_string();
    holds(
        &report,
        &["1  a charter agency: all its schools are charter schools (GAMMA 3)", "2 districts of 6 agencies"],
    );
    let named = ELSI.replace("GAMMA 3", "GAMMA VIRTUAL ACADEMY");
    holds(
        &looks(&with("a.csv", &named)),
        &["1 agencies of type 1 or 2 have no boundary and look like charter or special agencies"],
    );
}

#[test]
fn tables_that_were_cut_off_are_looked_at() {
    // Six districts more, of which the boundaries end before the last three.
    let more = |line: fn(usize) -> String| (11..17).map(line).collect::<String>();
    let rows =
        more(|n| format!("EPSILON {n},North Dakota,ND ,38000{n},1-Regular local school district,90,9,†,†,†,†,†,90\n"));
    let elsi = ELSI.replace("RURAL COOPERATIVE", &format!("{rows}RURAL COOPERATIVE"));
    let offices = more(|n| format!("38000{n},Epsilon {n},ND,38003,Barnes County,47.3,-99.{n}\n"));
    let lines = more(|n| format!("38,,,000{n},38000{n},Epsilon {n},00,KG,12,G5420,5.0e+008,+47.3,-099.{n}\n"));
    let boundaries = format!("{BOUNDARIES}{lines}").replace("3809999", "3800003");
    let cut = boundaries.lines().take(7).collect::<Vec<_>>().join("\n") + "\n";
    let (whole, offices) = (boundaries.clone(), format!("{GEOCODES}{offices}"));
    let mut files = good();
    files[0].1 = elsi.as_bytes();
    files[1].1 = offices.as_bytes();
    files[2].1 = whole.as_bytes();
    assert!(!looks(&folder(&files)).contains("cut off"), "{}", looks(&folder(&files)));
    files[2].1 = cut.as_bytes();
    holds(
        &looks(&folder(&files)),
        &["c.csv: the last identifier of the state in the boundaries is 3800013, and 3 districts"],
    );
    files[2].1 = &whole.as_bytes()[..whole.len() - 4];
    holds(&looks(&folder(&files)), &["c.csv:10: the file ends without the end of a line"]);
    files[2].1 = whole.as_bytes();
    files[0].1 = ELSI.as_bytes();
    holds(&looks(&folder(&files)), &["6 of 9 boundaries are of no agency of the enrolment tables"]);
    // Without the notes that end every export, it is cut off.
    let cut = elsi.split("EPSILON 15").next().expect("rows").to_owned();
    files[0].1 = cut.as_bytes();
    holds(
        &told(&folder(&files)),
        &["2 of 9 boundaries are of no agency", "do not end with their notes", "export it again"],
    );
}

#[test]
fn what_is_imported_can_be_read_again_or_is_refused() {
    let twins = ELSI.replace("CAREER CENTER", "RURAL COOPERATIVE");
    let region = imported(&with("a.csv", &twins)).region;
    let names: Vec<_> = region.support.iter().map(|organisation| organisation.name.as_str()).collect();
    assert_eq!(names, ["RURAL COOPERATIVE 3800005", "RURAL COOPERATIVE 3800006"]);
    assert_eq!(region_file::parse(&region_file::write(&region), "region.toml"), Ok(region));
    // Within what is plausible of each district, beyond what a region file can hold.
    let dear = SURVEY.replace("000,", "00000,");
    let text = told(&finances(("f33.csv", &dear)));
    holds(&text, &["breaks the limits of region files", "base_cost", "look for a wrong number, unit or name"]);
}

/// Whether the model could start from this region.
fn is_sound(region: &Region) -> bool {
    !region.districts.is_empty()
        && region.districts.iter().all(|d| {
            let finite = [d.x, d.y, d.area, d.trend, d.valuation, d.debt].iter().all(|value| value.is_finite());
            let optional = [d.cost_level, d.local_share, d.reserve_share, d.teachers];
            finite
                && optional.into_iter().flatten().all(|value| value.is_finite() && value >= 0.0)
                && d.enrolment() > 0.0
                && d.pupils.iter().all(|&pupils| pupils >= 0.0)
                && d.area > 0.0
                && d.valuation > 0.0
                && !d.schools.is_empty()
                && untaught(d).is_empty()
                && d.lowest_grade <= d.highest_grade
                && d.highest_grade <= 12
        })
        && region.finance.base_cost.is_finite()
        && region.finance.base_cost > 0.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn truncated_and_mutated_files_never_panic_and_never_give_an_unsound_region(
        file in 0usize..5,
        cut in proptest::option::of(0.0f64..1.0),
        changes in proptest::collection::vec((0.0f64..1.0, any::<u8>()), 0..6),
    ) {
        let mut files: Vec<(&str, Vec<u8>)> = good().into_iter().map(|(name, bytes)| (name, bytes.to_vec())).collect();
        files.push(("schools.csv", SCHOOLS.as_bytes().to_vec()));
        let bytes = &mut files[file].1;
        let length = bytes.len() as f64;
        for (place, byte) in changes {
            bytes[(place * length) as usize] = byte;
        }
        bytes.truncate((cut.unwrap_or(1.0) * length) as usize);
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        match nd(&folder(&files)) {
            Ok(imported) => {
                prop_assert!(is_sound(&imported.region), "{:?}", imported.region);
                let reread = region_file::parse(&region_file::write(&imported.region), "region.toml");
                prop_assert_eq!(reread, Ok(imported.region));
            }
            Err(problems) => prop_assert!(!problems.is_empty() && !problems.render(false).is_empty()),
        }
    }

    #[test]
    fn random_bytes_beside_good_files_are_only_ignored(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut files = good();
        files.push(("noise.csv", &bytes));
        let result = nd(&folder(&files));
        prop_assert!(result.is_ok_and(|imported| imported.report.ignored.len() == 1));
    }
}

/// The real tables that the project ships: North Dakota, Iowa and South Dakota.
fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/published")
}

/// The same tables of Montana.
fn montana() -> PathBuf {
    data().with_file_name("published-mt")
}

/// The text of a table in a gzip archive.
fn unpacked(path: &Path) -> String {
    let mut text = String::new();
    let file = fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("an archive of text");
    text
}

fn real(folder: &Path, state: &str, year: &str) -> Imported {
    import(folder, state, &ImportOptions { year: year.into() }).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The derived table of all districts: LEAID to its row by column name.
fn published(data: &Path) -> BTreeMap<String, BTreeMap<String, String>> {
    let text = unpacked(&data.join("districts.csv.gz"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize::<BTreeMap<String, String>>().map(|row| row.expect("a row"));
    rows.map(|row| (row["LEAID"].clone(), row)).collect()
}

#[test]
fn real_states_start_with_their_published_districts_and_pupils() {
    let data = data();
    let published = published(&data);
    for (state, count) in [("ND", 173), ("IA", 327), ("SD", 149)] {
        let Imported { region, report } = real(&data.join("nces"), state, "2019-20");
        assert_eq!((region.districts.len(), report.districts), (count, count), "{state}");
        let dropped: usize = report.dropped.iter().map(|tally| tally.count).sum();
        assert_eq!(report.rows_of_state, count + dropped, "{state}: every row is a district or has its reason");
        let mut revenue = 0.0;
        let mut local = 0.0;
        for d in &region.districts {
            let row = &published[&d.id];
            let number = |name: &str| row[name].parse::<f64>().ok();
            assert!(number("ENR_1920").is_some_and(|pupils| (pupils - d.enrolment()).abs() < 1e-9), "{}", d.name);
            assert_eq!(number("FTE_TEACHERS_1920").filter(|&teachers| teachers > 0.0), d.teachers, "{}", d.name);
            // Land in square kilometres, rounded to a thousandth, where the boundary has the same identifier.
            if let Some(area) = number("ALAND_KM2") {
                assert!((area / 2.589_988 - d.area).abs() < 0.001, "{}", d.name);
            }
            revenue += number("TOTALREV_1920").unwrap_or(0.0);
            local += number("TLOCREV_1920").unwrap_or(0.0);
        }
        let statistics = RegionStatistics::of(&region);
        let mut sizes: Vec<f64> =
            region.districts.iter().filter_map(|d| published[&d.id]["ENR_1920"].parse().ok()).collect();
        sizes.sort_by(f64::total_cmp);
        assert!((statistics.pupils - sizes.iter().sum::<f64>()).abs() < 1e-6);
        assert!(
            (statistics.median_pupils - sizes[count / 2]).abs() < 1e-9,
            "an odd number of districts has a middle one"
        );
        assert!((region.finance.local_share - local / revenue).abs() < 1e-4, "{state}");
        assert!((0.012..0.018).contains(&statistics.trend_sd), "{state}: {}", statistics.trend_sd);
        assert!(is_sound(&region));
        let reread = region_file::parse(&region_file::write(&region), "region.toml")
            .unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(reread, region, "{state}: what is imported is a region file that any scenario can use");
    }
}

#[test]
fn real_offices_lie_where_they_are() {
    let data = data();
    let region = real(&data.join("nces"), "ND", "2019-20").region;
    let place = |name: &str| {
        region.districts.iter().find(|d| d.name.to_uppercase() == name).map(|d| (d.x, d.y)).expect("the district")
    };
    let ((ax, ay), (bx, by)) = (place("BISMARCK 1"), place("FARGO 1"));
    let miles = ((ax - bx).powi(2) + (ay - by).powi(2)).sqrt();
    assert!((miles - 188.0).abs() < 4.0, "{miles}");
    let statistics = RegionStatistics::of(&region);
    assert_eq!((statistics.counties, statistics.without_high_school), (53, 22));
}

/// A folder with the tables of some states and those of their schools.
fn with_real_schools(tables: &Path, states: &[&str]) -> TempDir {
    let copy = tempfile::tempdir().expect("a temporary folder");
    for entry in
        fs::read_dir(tables.join("nces")).expect("the tables").filter_map(Result::ok).filter(|e| e.path().is_file())
    {
        fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("a copy");
    }
    for state in states {
        let text = unpacked(&data().with_file_name(format!("states/{state}.csv.gz")));
        let schools = text.split("\n\n").last().expect("a table of schools");
        fs::write(copy.path().join(format!("schools-{state}.csv")), schools).expect("a copy");
    }
    copy
}

#[test]
fn real_districts_have_their_real_schools() {
    let folder = with_real_schools(&data(), &["ND", "IA", "SD"]);
    for (state, districts, schools, without) in [("ND", 173, 472, 29), ("IA", 327, 1290, 25), ("SD", 149, 685, 0)] {
        let Imported { region, report } = real(folder.path(), state, "2019-20");
        assert_eq!(report.schools[0].reason, "districts with their listed schools", "{report}");
        assert_eq!(report.schools[0].count, districts, "{report}");
        assert_eq!(region.districts.iter().map(|d| d.schools.len()).sum::<usize>(), schools, "{state}");
        assert_eq!(region.districts.iter().filter(|d| !d.has_high_school()).count(), without, "{state}");
        assert!(is_sound(&region) && region.districts.iter().all(|d| d.high_school.is_none()));
        // As before, none is lost where a district was narrowed to the grades that its schools teach.
        assert_eq!(
            region.enrolment().to_bits(),
            real(&data().join("nces"), state, "2019-20").region.enrolment().to_bits()
        );
        let reread = region_file::parse(&region_file::write(&region), "region.toml");
        assert_eq!(reread, Ok(region));
    }
}

#[test]
fn real_elementary_districts_of_montana_lie_under_a_secondary_one() {
    let folder = with_real_schools(&montana(), &["MT"]);
    let Imported { region, report } = real(folder.path(), "MT", "2019-20");
    let told: Vec<(usize, &str)> =
        report.schools.iter().map(|tally| (tally.count, tally.reason.as_str())).take(3).collect();
    let on = "districts without a high school that send their pupils on to the";
    assert_eq!(told[0], (84, format!("{on} secondary district of the same name").as_str()));
    assert_eq!(told[1], (154, format!("{on} nearest secondary district of their county").as_str()));
    assert_eq!(told[2], (400, "districts with their listed schools"));
    let to = |name: &str| {
        let of = |wanted: &dyn Fn(&StartingDistrict) -> bool| {
            region.districts.iter().find(|d| wanted(d)).expect("a district")
        };
        let id = of(&|d| d.name == name).high_school.clone().expect("a high school");
        of(&|d| d.id == id).name.clone()
    };
    assert_eq!([to("Cut Bank Elem"), to("Swan Valley Elem")], ["Cut Bank H S", "Missoula H S"]);
    assert!(is_sound(&region));
    let reread = region_file::parse(&region_file::write(&region), "region.toml");
    assert_eq!(reread, Ok(region));
}

#[test]
fn real_elementary_districts_of_1995_go_on_to_a_secondary_one() {
    let montana = montana();
    // Its record has no table of inferred reorganisations, so an empty one stands beside the others.
    let copy = folder(&[("none.csv", b"NEW_LEAID,FIRST_FY,PREDECESSOR_LEAIDS,SUM_LAST_V33\n")]);
    for part in ["history", "nces", "nces/f33"] {
        for entry in
            fs::read_dir(montana.join(part)).expect("a folder").filter_map(Result::ok).filter(|e| e.path().is_file())
        {
            fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("a copy");
        }
    }
    let history =
        history::read(copy.path(), &["MT".to_owned()]).unwrap_or_else(|problems| panic!("{problems}")).remove(0);
    let (rules, finance) = (StateRules::default(), StateFinance::default());
    let region = history::start(&history, 1995, history::Knowledge::OneYear(0), &rules, &finance).expect("a region");
    let without: Vec<_> = region.districts.iter().filter(|d| !d.has_high_school()).collect();
    let linked = without.iter().filter(|d| d.high_school.is_some()).count();
    assert_eq!((region.districts.len(), without.len(), linked), (471, 306, 306));
    assert!(is_sound(&region) && region_file::parse(&region_file::write(&region), "region.toml") == Ok(region));
}

#[test]
fn every_real_year_is_read_and_lacking_finances_come_from_the_nearest() {
    let data = data();
    for (year, count) in [("2019-20", 173), ("2020-21", 172), ("2021-22", 170), ("2022-23", 168)] {
        let Imported { region, report } = real(&data.join("nces"), "ND", year);
        assert_eq!(region.districts.len(), count, "{year}");
        let borrowed =
            report.assumptions.iter().any(|line| line.starts_with("finances of 2020-21, in dollars of that year"));
        assert_eq!(borrowed, year > "2020-21", "{report}");
    }
}

#[test]
fn real_boundaries_with_old_identifiers_are_joined_with_or_without_the_table_of_changes() {
    let data = data();
    let with = real(&data.join("nces"), "ND", "2019-20");
    let copy = tempfile::tempdir().expect("a temporary folder");
    for entry in fs::read_dir(data.join("nces"))
        .expect("the folder")
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_file())
    {
        fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("a copy");
    }
    let without = real(copy.path(), "ND", "2019-20");
    assert_eq!(with.region, without.region);
    let joined = |imported: &Imported| (imported.report.joined[0].reason.clone(), imported.report.joined[0].count);
    assert_eq!(joined(&with), ("boundaries: by the table of changed identifiers".to_owned(), 3));
    assert_eq!(joined(&without), ("boundaries: by name, unique in the state".to_owned(), 3));
}

#[test]
fn every_real_file_of_the_finance_survey_is_recognised() {
    let data = data();
    let report = real(&data.join("nces"), "SD", "2019-20").report;
    let survey: Vec<_> = report.files.iter().filter(|file| file.path.contains("f33")).collect();
    assert_eq!(survey.len(), 29);
    for file in survey {
        assert!(file.rows_of_state > 100 || file.path.contains("header_only"), "{file:?}");
    }
    assert_eq!(report.ignored.len(), 1, "only the description of the layout");
}

#[test]
fn the_real_header_of_the_full_survey_is_understood() {
    let data = data();
    let header = unpacked(&data.join("nces/f33/sdf19_2a_header_only.txt.gz"));
    let names: Vec<&str> = header.trim_end().split('\t').collect();
    let row = |id: &str| {
        let cells: Vec<String> = names
            .iter()
            .map(|name| match name.trim() {
                "LEAID" => id.to_owned(),
                "NAME" => "A DISTRICT".to_owned(),
                "STABBR" => "ND".to_owned(),
                "YEAR" => "19".to_owned(),
                "GSLO" => "KG".to_owned(),
                "GSHI" => "12".to_owned(),
                "CONUM" => "38001".to_owned(),
                "TOTALREV" | "TCURELSC" => "1000000".to_owned(),
                "TLOCREV" | "TSTREV" | "_41F" => "400000".to_owned(),
                "TFEDREV" | "W61" => "200000".to_owned(),
                flag if flag.starts_with("FL_") => "R".to_owned(),
                _ => "-2".to_owned(),
            })
            .collect();
        cells.join("\t")
    };
    let text = format!("{}\n{}\n{}\n{}\n", header.trim_end(), row("3800001"), row("3800002"), row("3800003"));
    let region = imported(&finances(("sdf19_2a.txt", &text))).region;
    assert!(region.districts.iter().all(|d| d.debt > 399_999.0 && d.reserve_share == Some(0.2)), "{region:?}");
}
