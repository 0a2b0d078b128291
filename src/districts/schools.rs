//! The schools of a district of which only their number is known, and the high schools to which districts
//! without one send their graduates.

use std::collections::BTreeMap;

use crate::model::region::{FIRST_HIGH_SCHOOL_GRADE, MOST_SCHOOLS, StartingDistrict, StartingSchool};

/// The first grade of high schools.
const HIGH: u8 = FIRST_HIGH_SCHOOL_GRADE as u8;
/// The first grade of middle schools, in districts of three schools or more.
const MIDDLE: u8 = 6;
/// The first grade of the upper one of two schools.
const UPPER_OF_TWO: u8 = 7;
/// The last grade.
const LAST: u8 = 12;
/// Lowest grade of the districts that count as secondary ones, and so may lie over elementary ones.
const SECONDARY: u8 = 6;

/// The schools of a district that teaches `lowest` to `highest` in `buildings` (1 to [`MOST_SCHOOLS`])
/// in one town. One teaches all grades. Of two, the last teaches grade 7 and above; of more, the last is the
/// high school (grades 9 to 12), the one before it the middle school (6 to 8), and all others teach what is
/// below. Parts of this that the district does not teach have no school: its others teach its lowest part.
#[must_use]
pub fn default_schools(lowest: u8, highest: u8, buildings: usize, x: f64, y: f64, town: &str) -> Vec<StartingSchool> {
    let buildings = buildings.clamp(1, MOST_SCHOOLS);
    let cuts: &[u8] = match buildings {
        1 => &[],
        2 if lowest < UPPER_OF_TWO => &[UPPER_OF_TWO],
        2 => &[HIGH],
        _ => &[MIDDLE, HIGH],
    };
    let mut parts: Vec<(u8, u8)> = Vec::new();
    let mut first = lowest;
    for &cut in cuts.iter().filter(|&&cut| lowest < cut && cut <= highest) {
        parts.push((first, cut - 1));
        first = cut;
    }
    parts.push((first, highest));
    let spare = buildings - parts.len();
    let lowest_part = parts[0];
    std::iter::repeat_n(lowest_part, spare)
        .chain(parts)
        .map(|(lowest_grade, highest_grade)| StartingSchool {
            town: town.to_owned(),
            x,
            y,
            lowest_grade,
            highest_grade,
        })
        .collect()
}

/// Whether a district teaches all of grades 9 to 12.
#[must_use]
pub fn teaches_high_school(district: &StartingDistrict) -> bool {
    district.lowest_grade <= HIGH && district.highest_grade >= LAST
}

/// Whether a school teaches a grade.
#[must_use]
pub fn teaches(school: &StartingSchool, grade: usize) -> bool {
    (usize::from(school.lowest_grade)..=usize::from(school.highest_grade)).contains(&grade)
}

/// The grades of a district that none of its schools teaches.
#[must_use]
pub fn untaught(district: &StartingDistrict) -> Vec<u8> {
    let taught = |grade: u8| district.schools.iter().any(|school| teaches(school, grade.into()));
    (district.lowest_grade..=district.highest_grade).filter(|&grade| !taught(grade)).collect()
}

/// The names of the districts without a high school, by how theirs was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Links {
    /// A secondary district of the same name.
    pub by_name: Vec<String>,
    /// The nearest secondary district of the same county.
    pub by_county: Vec<String>,
    /// None of either: whichever high school is the nearest.
    pub none: Vec<String>,
}

/// Names, for every district without a high school, the secondary district (from grade 6 or above to 12) over it:
/// one whose name has the same stem, the nearest of several, else the nearest of its county. One that teaches the
/// grade after the district's last comes before any that begins later. Regions without secondary districts are left
/// as they are.
pub fn link_high_schools(districts: &mut [StartingDistrict]) -> Links {
    let mut links = Links::default();
    let mut by_stem: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut by_county: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let secondary: Vec<&StartingDistrict> =
        districts.iter().filter(|d| d.lowest_grade >= SECONDARY && teaches_high_school(d)).collect();
    for (place, district) in secondary.iter().enumerate() {
        by_stem.entry(stem(&district.name)).or_default().push(place);
        by_county.entry(&district.county).or_default().push(place);
    }
    if secondary.is_empty() {
        return links;
    }
    let find = |district: &StartingDistrict| {
        let stem = stem(&district.name);
        let of_stem = if stem.is_empty() { None } else { by_stem.get(&stem) };
        let of_county = by_county.get(district.county.as_str());
        let found = |later: bool| {
            let goes_on = |&place: &usize| later || secondary[place].lowest_grade <= district.highest_grade + 1;
            let nearest = |of: Option<&Vec<usize>>| {
                let miles = |&place: &usize| (secondary[place].x - district.x).hypot(secondary[place].y - district.y);
                of.into_iter().flatten().copied().filter(goes_on).min_by(|a, b| miles(a).total_cmp(&miles(b)))
            };
            let named = nearest(of_stem).map(|place| (place, true));
            named.or_else(|| Some((nearest(of_county)?, false)))
        };
        found(false).or_else(|| found(true))
    };
    let wanted = |d: &&StartingDistrict| !d.has_high_school();
    let found: BTreeMap<String, (String, bool)> = districts
        .iter()
        .filter(wanted)
        .filter_map(|d| find(d).map(|(place, named)| (d.id.clone(), (secondary[place].id.clone(), named))))
        .collect();
    for district in districts.iter_mut().filter(|d| !d.has_high_school()) {
        let list = match found.get(&district.id) {
            Some((_, true)) => &mut links.by_name,
            Some((_, false)) => &mut links.by_county,
            None => &mut links.none,
        };
        list.push(district.name.clone());
        district.high_school = found.get(&district.id).map(|(id, _)| id.clone());
    }
    links
}

/// A district's name without what tells an elementary from a secondary district, and without numbers and
/// single letters (H S, K-8, the C of 52-C).
fn stem(name: &str) -> String {
    const KINDS: [&str; 19] = [
        "elem",
        "el",
        "elementary",
        "hs",
        "high",
        "union",
        "joint",
        "jt",
        "public",
        "school",
        "schools",
        "sch",
        "district",
        "districts",
        "dist",
        "dis",
        "no",
        "number",
        "of",
    ];
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    let own = words.filter(|word| word.len() > 1 && !KINDS.contains(word) && !word.bytes().any(|b| b.is_ascii_digit()));
    own.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::districts::grades;
    use proptest::prelude::*;

    fn spans(lowest: u8, highest: u8, buildings: usize) -> Vec<(u8, u8)> {
        let schools = default_schools(lowest, highest, buildings, 0.0, 0.0, "Town");
        schools.iter().map(|school| (school.lowest_grade, school.highest_grade)).collect()
    }

    #[test]
    fn the_last_building_is_the_high_school_and_the_one_before_it_the_middle_school() {
        assert_eq!(spans(0, 12, 1), [(0, 12)]);
        assert_eq!(spans(0, 12, 2), [(0, 6), (7, 12)]);
        assert_eq!(spans(0, 12, 4), [(0, 5), (0, 5), (6, 8), (9, 12)]);
        assert_eq!(spans(0, 8, 2), [(0, 6), (7, 8)]);
        assert_eq!(spans(0, 8, 3), [(0, 5), (0, 5), (6, 8)]);
        assert_eq!(spans(0, 6, 2), [(0, 6), (0, 6)]);
        assert_eq!(spans(7, 12, 2), [(7, 8), (9, 12)]);
        assert_eq!(spans(9, 12, 3), [(9, 12); 3]);
    }

    /// A district at a place.
    pub(crate) fn district(
        id: &str,
        name: &str,
        county: &str,
        (lowest, highest): (u8, u8),
        x: f64,
    ) -> StartingDistrict {
        StartingDistrict {
            id: id.to_owned(),
            name: name.to_owned(),
            county: county.to_owned(),
            x,
            y: 0.0,
            area: 100.0,
            pupils: grades::spread(100.0, &grades::weights(lowest, highest, 0.0)),
            lowest_grade: lowest,
            highest_grade: highest,
            trend: 0.0,
            valuation: 1e5,
            cost_level: None,
            local_share: None,
            reserve_share: None,
            debt: 0.0,
            teachers: None,
            schools: default_schools(lowest, highest, 1, x, 0.0, name),
            high_school: None,
        }
    }

    #[test]
    fn a_name_comes_before_the_county_and_the_county_before_nothing() {
        let mut districts = vec![
            district("1", "CHESTER-JOPLIN-INVERNESS EL", "Liberty", (0, 8), 0.0),
            district("2", "Chester-Joplin-Inverness H S Dist 33", "Liberty", (9, 12), 30.0),
            district("3", "LIBERTY ELEM SCH DIST 10", "Liberty", (0, 8), 10.0),
            district("4", "NEARER H S", "Liberty", (9, 12), 1.0),
            district("5", "FAR ELEM", "Elsewhere", (0, 8), 2.0),
            district("6", "WHOLE K-12", "Elsewhere", (0, 12), 2.0),
        ];
        let links = link_high_schools(&mut districts);
        let to: Vec<_> = districts.iter().map(|d| d.high_school.as_deref()).collect();
        assert_eq!(to, [Some("2"), None, Some("4"), None, None, None]);
        assert_eq!((links.by_name.len(), links.by_county.len(), links.none), (1, 1, vec!["FAR ELEM".to_owned()]));
        let mut unified = vec![districts[0].clone(), districts[5].clone()];
        unified[0].high_school = Some("kept".to_owned());
        assert_eq!(link_high_schools(&mut unified), Links::default());
        assert_eq!(unified[0].high_school.as_deref(), Some("kept"));
    }

    #[test]
    fn a_district_that_ends_with_grade_six_goes_on_where_grade_seven_is_taught() {
        let mut districts = vec![
            district("1", "Town Elem", "One", (0, 6), 0.0),
            district("2", "Town H S", "One", (9, 12), 1.0),
            district("3", "Other H S", "One", (7, 12), 9.0),
            district("4", "Lone Elem", "Two", (0, 6), 0.0),
            district("5", "Lone H S", "Two", (9, 12), 1.0),
        ];
        link_high_schools(&mut districts);
        let to: Vec<_> = districts.iter().map(|d| d.high_school.as_deref()).collect();
        assert_eq!(to, [Some("3"), None, None, Some("5"), None]);
    }

    #[test]
    fn elementary_and_secondary_districts_of_one_place_have_one_stem() {
        for (elementary, secondary) in [
            ("ARLEE ELEM SCH DIST JT & 8", "Arlee Public Schools"),
            ("ABSAROKEE ELEM SCH DIST 52-C", "ABSAROKEE H S"),
            ("Helena K-8", "HELENA HIGH SCHOOL DIST 1"),
        ] {
            assert_eq!(stem(elementary), stem(secondary));
        }
        assert_ne!(stem("Mountain View Elem"), stem("Valley View Elem"));
        assert_eq!(stem("K-8 School District 5"), "");
    }

    proptest! {
        #[test]
        fn every_grade_of_a_district_is_taught_and_no_other(low in 0u8..=12, more in 0u8..=12, buildings in 0usize..300) {
            let high = (low + more).min(12);
            let mut d = district("1", "D", "C", (low, high), 0.0);
            d.schools = default_schools(low, high, buildings, 0.0, 0.0, "D");
            prop_assert_eq!(d.schools.len(), buildings.clamp(1, MOST_SCHOOLS));
            prop_assert_eq!(untaught(&d), Vec::<u8>::new());
            prop_assert!(d.schools.iter().all(|s| low <= s.lowest_grade && s.lowest_grade <= s.highest_grade && s.highest_grade <= high));
        }
    }
}
