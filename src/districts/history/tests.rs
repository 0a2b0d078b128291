use std::fs;
use std::path::Path;

use super::*;
use crate::model::region::{StateFinance, StateRules};

/// A record of three districts, one of which ends in 1996 and one of which is reorganised.
fn write(folder: &Path, change: impl Fn(&str, String) -> String) {
    let mut panel = "FY,STABBR,LEAID,NAME,SCHLEV,REGULAR,TOTALREV,TFEDREV,TSTREV,TLOCREV,V33\n".to_owned();
    for year in FIRST_YEAR..=LAST_YEAR {
        let money = "900000,90000,400000,410000";
        panel += &format!("{year},ND,3800001,A,3,1,{money},200\n");
        if year <= 1996 {
            panel += &format!("{year},ND,3800002,B,1,1,{money},40\n");
        }
        let id = if year <= 2000 { "3800003" } else { "3800099" };
        panel += &format!("{year},ND,{id},C,3,1,{money},100\n");
    }
    let spells = "ST,LEAID,FIRST_FY,LAST_FY,LAST_V33,EXITED,EXIT_KIND,SUCCESSOR_LEAID_BY_NAME\n\
        ND,3800001,1995,2016,200,0,,\nND,3800002,1995,1996,40,1,ABSORBED_OR_CLOSED,\n\
        ND,3800003,1995,2000,100,1,INTO_NEW_LEA,3800099\nND,3800099,2001,2016,100,0,,\n";
    let mut counts = "ST,SCHOOL_YEAR_END,METRIC,VALUE,SOURCE\n".to_owned();
    for year in FIRST_YEAR..=LAST_YEAR {
        counts += &format!("ND,{year},districts_regular_operating_f33,{},x\n", if year <= 1996 { 3 } else { 2 });
    }
    let counties =
        "LEAID\tFIPST\tFIPSCO\tSTABBR\tYEAR\n3800001\t38\t1\tND\t95\n3800002\t38\t1\tND\t95\n3800003\t38\t3\tND\t95\n";
    let offices = "LEAID,NAME,CNTY,NMCNTY,LAT,LON\n3800001,A,38001,Adams County,46.0,-102.0\n3800099,C,38003,Barnes County,47.0,-98.0\n";
    let boundaries = "GEOID,NAME,LOGRADE,HIGRADE,MTFCC,ALAND,INTPTLAT,INTPTLON\n3800001,A,KG,12,G5420,2.0e9,46.0,-102.0\n\
        3800099,C,KG,12,G5420,1.0e9,47.0,-98.0\n";
    for (name, text) in [
        ("panel.csv", panel.as_str()),
        ("spells.csv", spells),
        ("counts.csv", &counts),
        ("classes.csv", "STABBR,BIN,DISTRICT_YEARS,EXITS\nND,1-99,10,2\nND,100+,50,0\n"),
        ("consolidations.csv", "NEW_LEAID,FIRST_FY,PREDECESSOR_LEAIDS,SUM_LAST_V33\n3800099,2001,3800003,100\n"),
        ("counties.txt", counties),
        ("offices.csv", offices),
        ("boundaries.csv", boundaries),
    ] {
        fs::write(folder.join(name), change(name, text.to_owned())).expect("a file is written");
    }
}

fn states() -> Vec<String> {
    vec!["ND".to_owned()]
}

fn made() -> StateHistory {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), |_, text| text);
    read(folder.path(), &states()).expect("a sound record").remove(0)
}

fn problems(change: impl Fn(&str, String) -> String) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), change);
    read(folder.path(), &states()).expect_err("a broken record").render(false)
}

#[test]
fn a_reorganised_district_goes_on_and_an_absorbed_one_ends() {
    let history = made();
    let exits: Vec<Exit> = history.spells.values().map(|spell| spell.exit).collect();
    assert_eq!(exits, [Exit::None, Exit::Ended, Exit::Host, Exit::None]);
    assert!(history.spells["3800003"].identifier_ended() && !history.spells["3800003"].ended());
    assert_eq!(history.operating(1995).count(), 3);
}

#[test]
fn the_start_knows_one_year_and_places_everybody_in_their_county() {
    let history = made();
    let of = |draw| {
        start(&history, 1995, Knowledge::OneYear(draw), &StateRules::default(), &StateFinance::default())
            .expect("a region")
    };
    let (region, other) = (of(0), of(1));
    let [a, b, c] = &region.districts[..] else { panic!("three districts") };
    assert_eq!(
        [a.county.as_str(), b.county.as_str(), c.county.as_str()],
        ["Adams County", "Adams County", "Barnes County"]
    );
    // B has no office: inside a circle of 70 % of its county's radius. The reorganised C stands where its successor does.
    let miles = ((a.x - b.x).powi(2) + (a.y - b.y).powi(2)).sqrt();
    assert!(miles > 0.0 && miles < 0.7 * (2.0e9 / 2_589_988.1 / std::f64::consts::PI).sqrt() + 0.1, "{miles}");
    assert!((a.x - c.x).abs() > 150.0);
    assert!((a.area - b.area).abs() < 1e-9 && (a.area * 2.0 - 2.0e9 / 2_589_988.110_336).abs() < 1e-6);
    assert!((b.enrolment() - 40.0).abs() < 1e-9 && b.highest_grade == 8);
    assert!(
        (region.finance.local_share + region.finance.state_share + region.finance.federal_share - 1.0).abs() < 1e-9
    );
    // Another draw changes the unknown trends and nothing that is known.
    assert!((a.trend - other.districts[0].trend).abs() > 1e-6);
    assert!((b.x - other.districts[1].x).abs() < 1e-12);
}

#[test]
fn an_elementary_district_goes_on_to_the_secondary_one_of_its_name_and_all_have_schools() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), |_, text| {
        text.replace(",B,1,1,", ",BETA ELEM SCH DIST 2,1,1,").replace(",C,3,1,", ",BETA H S DIST 2,2,1,")
    });
    let history = read(folder.path(), &states()).expect("a sound record").remove(0);
    let region = start(&history, 1995, Knowledge::OneYear(0), &StateRules::default(), &StateFinance::default());
    let [a, b, c] = &region.expect("a region").districts[..] else { panic!("three districts") };
    assert_eq!([&a.high_school, &b.high_school, &c.high_school], [&None, &Some("3800003".to_owned()), &None]);
    for d in [a, b, c] {
        let [school] = &d.schools[..] else { panic!("one school, for under 250 pupils") };
        assert_eq!((school.lowest_grade, school.highest_grade), (d.lowest_grade, d.highest_grade));
        assert_eq!((school.x.to_bits(), school.y.to_bits()), (d.x.to_bits(), d.y.to_bits()));
    }
}

#[test]
fn trends_come_from_the_record_up_to_the_year_only() {
    let mut history = made();
    let trend = |history: &StateHistory| {
        let region = start(history, 2006, Knowledge::Record, &StateRules::default(), &StateFinance::default());
        region.expect("a region").districts[0].trend
    };
    let before = trend(&history);
    for (year, row) in history.panel.get_mut("3800001").expect("A").range_mut(2007..) {
        row.pupils *= f64::from(*year - 2000);
    }
    assert!((trend(&history) - before).abs() < 1e-15, "the future is not known");
}

#[test]
fn every_missing_table_is_named_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = read(folder.path(), &states()).expect_err("nothing there").render(false);
    assert_eq!(text.matches("the folder has no").count(), 8, "{text}");
}

#[test]
fn broken_cells_of_all_tables_are_told_together_with_their_lines() {
    let text = problems(|name, text| match name {
        "panel.csv" => text.replacen("ND,3800001,A,3,1", "ND,38x,A,3,1", 1).replacen(",40\n", ",many\n", 1),
        "spells.csv" => text.replace("ABSORBED_OR_CLOSED", "VANISHED"),
        "counts.csv" => text.replacen("ND,1999,", "ND,1899,", 1),
        "classes.csv" => text.replace("1-99", "few"),
        "consolidations.csv" => text.replace("3800003,100", "none,100"),
        _ => text,
    });
    for part in ["panel.csv:2", "many", "VANISHED", "1899", "in 1999", "few", "none"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_state_that_the_record_does_not_hold_is_told_with_those_it_does() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), |_, text| text);
    let text = read(folder.path(), &["MT".to_owned()]).expect_err("no Montana").render(false);
    assert!(text.contains("`MT`") && text.contains("one of: ND"), "{text}");
}

#[test]
fn two_tables_of_one_kind_that_differ_are_refused_and_a_copy_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), |_, text| text);
    let panel = fs::read_to_string(folder.path().join("panel.csv")).expect("the panel");
    fs::write(folder.path().join("panel-copy.csv"), &panel).expect("a file");
    assert!(read(folder.path(), &states()).is_ok());
    fs::write(folder.path().join("panel-copy.csv"), panel.replace("900000", "990000")).expect("a file");
    let told = read(folder.path(), &states()).expect_err("two panels").render(false);
    fs::remove_file(folder.path().join("panel-copy.csv")).expect("it is there");
    // Tables of places may hold different districts, but not different places of one.
    let offices = fs::read_to_string(folder.path().join("offices.csv")).expect("the offices");
    let other = format!("{offices}3800077,D,38003,Barnes County,47.2,-98.2\n");
    fs::write(folder.path().join("offices-more.csv"), &other).expect("a file");
    assert!(read(folder.path(), &states()).is_ok());
    fs::write(folder.path().join("offices-more.csv"), other.replace("46.0", "46.5")).expect("a file");
    let places = read(folder.path(), &states()).expect_err("two places").render(false);
    assert!(places.contains("another place, county or land") && places.contains("offices.csv:2"), "{places}");
    assert!(told.contains("panel.csv") && told.contains("a second panel of yearly enrolments and finances"), "{told}");
}

#[test]
fn a_column_of_another_name_is_named_and_an_unreadable_entry_is_passed_over() {
    let told = problems(|name, text| if name == "offices.csv" { text.replace(",LON\n", ",LONG\n") } else { text });
    assert!(told.contains("no column LON (LON1516)") && told.contains("1 problem found"), "{told}");
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), |_, text| text);
    #[cfg(unix)]
    std::os::unix::fs::symlink("/nonexistent/old.csv", folder.path().join("old.csv")).expect("a link");
    assert!(read(folder.path(), &states()).is_ok());
}
