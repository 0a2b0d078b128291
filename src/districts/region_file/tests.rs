use proptest::prelude::*;

use super::*;
use crate::districts::schools::default_schools;
use crate::districts::synthetic::{SyntheticSpec, generate};
use crate::model::region::{
    AgentKind, GRADES, StartingDistrict, StartingSchool, StateFinance, StateRules, SupportOrganisation, VoteRule,
};

fn reread(region: &Region) -> Region {
    parse(&write(region), "region.toml").unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

/// A region with every optional fact given, and texts that need escaping.
fn full() -> Region {
    let district = StartingDistrict {
        id: "38\"00\\1".to_owned(),
        name: "Grün \u{1F33E}\nline".to_owned(),
        county: "O'Brien".to_owned(),
        x: 0.1 + 0.2,
        y: -1.0 / 3.0,
        area: 1e-3,
        pupils: std::array::from_fn(|grade| if grade <= 8 { 1.5 + grade as f64 } else { 0.0 }),
        lowest_grade: 0,
        highest_grade: 8,
        trend: -0.021,
        valuation: 123_456.789,
        cost_level: Some(1.07),
        local_share: Some(0.5),
        reserve_share: Some(-0.02),
        debt: 1e10,
        teachers: Some(9.25),
        schools: vec![
            StartingSchool { town: "Grün".to_owned(), x: 7.5, y: -2.0, lowest_grade: 0, highest_grade: 5 },
            StartingSchool {
                town: "Zwölf \"6\"".to_owned(),
                x: 0.1 + 0.2,
                y: -1.0 / 3.0,
                lowest_grade: 4,
                highest_grade: 8,
            },
        ],
        high_school: Some("high".to_owned()),
    };
    let high = StartingDistrict {
        id: "high".to_owned(),
        pupils: std::array::from_fn(|grade| if grade >= 9 { 20.0 } else { 0.0 }),
        lowest_grade: 9,
        highest_grade: 12,
        schools: default_schools(9, 12, 3, 0.1 + 0.2, -1.0 / 3.0, "Grün \u{1F33E}\nline"),
        high_school: None,
        ..district.clone()
    };
    let support = SupportOrganisation {
        name: "University".to_owned(),
        x: 1.0,
        y: 2.0,
        capacity: 3,
        reach: 100.0,
        neutrality: 0.9,
        knowledge: 0.7,
    };
    Region {
        name: "full".to_owned(),
        title: String::new(),
        source: "made up".to_owned(),
        first_year: 1989,
        kind: AgentKind::School,
        trend: Some(-0.012),
        trend_unknown: 0.008,
        grades_known: false,
        rules: StateRules {
            vote_rule: VoteRule::CombinedMajority,
            official_recognition: false,
            merger_climate: Some(-0.4),
            required_courses: Some(26.5),
            ..StateRules::default()
        },
        finance: StateFinance {
            base_cost: 3642.4,
            aid_elasticity: Some(0.75),
            aid_adjustment: Some(0.95),
            levy_elasticity: Some(1.1),
            levy_adjustment: Some(0.14),
            ..StateFinance::default()
        },
        districts: vec![district, high],
        support: vec![support],
    }
}

#[test]
fn a_region_with_every_fact_is_read_back_exactly() {
    assert_eq!(reread(&full()), full());
}

#[test]
fn the_order_of_districts_in_a_file_has_no_effect() {
    let mut region = generate(&SyntheticSpec { districts: 7, ..SyntheticSpec::default() }, 5);
    let sorted = region.clone();
    region.districts.reverse();
    region.support.reverse();
    assert_ne!(write(&region), write(&sorted));
    assert_eq!(reread(&region), sorted);
}

#[test]
fn every_key_that_is_written_is_in_the_schema_and_every_required_one_is_written() {
    let schema = schema();
    let value: toml::Value = toml::from_str(&write(&full())).expect("TOML");
    for (table, properties) in [
        (&value, &schema),
        (&value["rules"], &schema["properties"]["rules"]),
        (&value["finance"], &schema["properties"]["finance"]),
        (&value["district"][0], &schema["properties"]["district"]["items"]),
        (
            &value["district"][0]["school"][0],
            &schema["properties"]["district"]["items"]["properties"]["school"]["items"],
        ),
        (&value["support"][0], &schema["properties"]["support"]["items"]),
    ] {
        let written: Vec<&String> = table.as_table().expect("a table").keys().collect();
        let known = properties["properties"].as_object().expect("properties");
        assert!(written.iter().all(|key| known.contains_key(*key)), "{written:?}");
        // The region above has every optional fact, so nothing of the schema may be missing.
        let shorthand = usize::from(known.contains_key("buildings"));
        assert_eq!(written.len(), known.len() - shorthand, "{written:?}");
    }
    assert_eq!(value["district"][1]["buildings"].as_integer(), Some(3), "the number where it says as much as a list");
}

#[test]
fn every_problem_of_a_file_is_reported_at_once() {
    let text = write(&full()).replace("buildings = 3", "buildings = 201").replacen("area = 0.001", "areas = 0.001", 1);
    let problems = parse(&text, "region.toml").expect_err("it is broken");
    assert_eq!(problems.len(), 3, "{problems}");
}

/// The problems of the full region with one change to its file.
fn told(from: &str, to: &str) -> String {
    let text = write(&full());
    assert!(text.contains(from), "{from}: {text}");
    parse(&text.replacen(from, to, 1), "region.toml").expect_err("it is broken").render(false)
}

#[test]
fn a_school_must_teach_its_districts_grades_and_all_of_them_must_be_taught() {
    let text = told("grades = \"4-8\"", "grades = \"7-9\"");
    for part in ["the school teaches 7-9", "grades within those of its district, K-8"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = told("grades = \"4-8\"", "grades = \"7-8\"");
    assert!(
        text.contains("no `[[district.school]]` teaches the grades 6") && text.contains("widen the `grades`"),
        "{text}"
    );
    let text = told("debt = 10000000000.0", "debt = 10000000000.0\nbuildings = 2");
    assert!(text.contains("`buildings` and `[[district.school]]` exclude each other"), "{text}");
    let school = "[[district.school]]\ngrades = \"K-8\"\n\n";
    let text = told("[[district.school]]", &format!("{}[[district.school]]", school.repeat(199)));
    assert!(text.contains("the district has 201 schools") && text.contains("at most 200"), "{text}");
}

#[test]
fn a_high_school_is_named_only_by_districts_without_and_must_be_one() {
    let text = told("high_school = \"high\"", "high_school = \"hihg\"");
    assert!(text.contains("which no district is called") && text.contains("did you mean \"high\"?"), "{text}");
    let own = "high_school = '38\"00\\1'";
    let text = told("high_school = \"high\"", own);
    assert!(text.contains("which teaches K-8") && text.contains("teaches grades 9 to 12"), "{text}");
    let text = told("buildings = 3", "buildings = 3\nhigh_school = \"high\"");
    assert!(text.contains("the district itself teaches 9-12"), "{text}");
}

#[test]
fn schools_are_where_their_district_is_unless_their_table_says_otherwise() {
    let text = write(&full()).replacen("x = 7.5\ny = -2.0\n", "", 1).replacen("town = \"Grün\"\n", "", 1);
    let region = parse(&text, "region.toml").unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let (district, school) = (&region.districts[0], &region.districts[0].schools[0]);
    assert_eq!(
        (&school.town, school.x.to_bits(), school.y.to_bits()),
        (&district.name, district.x.to_bits(), district.y.to_bits())
    );
}

proptest! {
    #[test]
    fn synthetic_regions_are_read_back_exactly(seed in any::<u64>(), districts in 2u16..40, trend in -0.1f64..0.1, density in 0.01f64..50.0) {
        let region = generate(&SyntheticSpec { districts, trend, density, ..SyntheticSpec::default() }, seed);
        prop_assert_eq!(reread(&region), region);
    }

    #[test]
    fn any_numbers_are_read_back_exactly(x in -1e5f64..1e5, area in 1e-9f64..1e7, pupils in prop::array::uniform9(0.001f64..1e4), debt in 0f64..1e11) {
        let mut region = full();
        let district = &mut region.districts[0];
        (district.x, district.area, district.debt) = (x, area, debt);
        district.schools[1].x = x;
        district.pupils = [0.0; GRADES];
        district.pupils[..9].copy_from_slice(&pupils);
        prop_assert_eq!(reread(&region), region);
    }
}

#[test]
fn a_file_that_was_cut_off_anywhere_is_told() {
    let region = generate(&SyntheticSpec { districts: 4, ..SyntheticSpec::default() }, 1);
    for region in [full(), Region { support: Vec::new(), ..region.clone() }, region] {
        let text = write(&region);
        assert!(parse(&text, "region.toml").is_ok());
        let body = text.find("[holds]").expect("what it holds");
        let cuts = text
            .char_indices()
            .map(|(place, _)| place)
            .filter(|place| *place > body + "[holds]\ndistricts = 4\n".len());
        for cut in cuts.filter(|cut| text[*cut..].trim().len() > "]".len()) {
            assert!(parse(&text[..cut], "region.toml").is_err(), "cut before\n{}", &text[cut..]);
        }
        let half = &text[..text.rfind("\n[[district]]").expect("districts")];
        let told = parse(half, "region.toml").expect_err("a district is missing").render(false);
        assert!(told.contains("the file says that it holds") && told.contains("cut off"), "{told}");
    }
    // Without [holds], as people write files, nothing is counted.
    let text = write(&full());
    let by_hand = text.replace("\n[end]\n", "").replace("[holds]\ndistricts = 2\nschools = 5\nsupport = 1\n", "");
    assert!(!by_hand.contains("[holds]\n"), "{by_hand}");
    assert_eq!(parse(&by_hand, "region.toml"), Ok(full()));
}
