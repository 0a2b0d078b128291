//! What is known of the law of single states. Where nothing is known, the model draws.

use super::edge::Point;
use crate::model::region::{StateFinance, StateRules};

/// Where a state is: what its identifiers begin with, and what no place or land in it can exceed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Country {
    /// Its postal code.
    state: &'static str,
    /// Its code in the Census Bureau's numbering (FIPS), with which identifiers of its agencies begin.
    pub(super) fips: &'static str,
    /// Its southern, northern, western and eastern end, degrees, rounded outward; west of the date line beyond -180.
    ends: [f64; 4],
    /// Its land, square miles (Census Bureau, 2010).
    pub(super) land: f64,
}

impl Country {
    /// Whether a place lies in the state or within half a degree of it.
    pub(super) fn holds(&self, point: Point) -> bool {
        let [south, north, west, east] = self.ends;
        (south - MARGIN..=north + MARGIN).contains(&point.latitude)
            && (west - MARGIN..=east + MARGIN).contains(&point.longitude)
    }
}

/// Degrees by which an office may lie beyond its state: some are in a town across the border.
const MARGIN: f64 = 0.5;

/// The state with this postal code.
pub(super) fn country(state: &str) -> Option<&'static Country> {
    COUNTRIES.iter().find(|country| country.state == state)
}

macro_rules! countries {
    ($($state:literal $fips:literal [$south:literal $north:literal $west:literal $east:literal] $land:literal)+) => {
        /// The states and the District of Columbia.
        const COUNTRIES: [Country; 51] =
            [$(Country { state: $state, fips: $fips, ends: [$south, $north, $west, $east], land: $land }),+];
    };
}

countries! {
    "AK" "02" [51.0 71.5 -188.0 -129.5] 570_641.0
    "AL" "01" [30.0 35.1 -88.6 -84.8] 50_645.0
    "AR" "05" [33.0 36.6 -94.7 -89.6] 52_035.0
    "AZ" "04" [31.3 37.1 -114.9 -109.0] 113_594.0
    "CA" "06" [32.5 42.1 -124.5 -114.1] 155_779.0
    "CO" "08" [36.9 41.1 -109.1 -102.0] 103_642.0
    "CT" "09" [40.9 42.1 -73.8 -71.7] 4842.0
    "DC" "11" [38.7 39.0 -77.2 -76.9] 61.0
    "DE" "10" [38.4 39.9 -75.8 -75.0] 1949.0
    "FL" "12" [24.3 31.1 -87.7 -79.9] 53_625.0
    "GA" "13" [30.3 35.1 -85.7 -80.7] 57_513.0
    "HI" "15" [18.8 22.4 -160.4 -154.7] 6423.0
    "IA" "19" [40.3 43.6 -96.7 -90.1] 55_857.0
    "ID" "16" [41.9 49.1 -117.3 -111.0] 82_643.0
    "IL" "17" [36.9 42.6 -91.6 -87.0] 55_519.0
    "IN" "18" [37.7 41.8 -88.2 -84.7] 35_826.0
    "KS" "20" [36.9 40.1 -102.1 -94.5] 81_759.0
    "KY" "21" [36.4 39.2 -89.6 -81.9] 39_486.0
    "LA" "22" [28.8 33.1 -94.1 -88.7] 43_204.0
    "MA" "25" [41.1 42.9 -73.6 -69.8] 7800.0
    "MD" "24" [37.8 39.8 -79.5 -75.0] 9707.0
    "ME" "23" [42.9 47.5 -71.2 -66.8] 30_843.0
    "MI" "26" [41.6 48.4 -90.5 -82.1] 56_539.0
    "MN" "27" [43.4 49.5 -97.3 -89.4] 79_627.0
    "MO" "29" [35.9 40.7 -95.8 -89.0] 68_742.0
    "MS" "28" [30.1 35.1 -91.7 -88.0] 46_923.0
    "MT" "30" [44.3 49.1 -116.1 -104.0] 145_546.0
    "NC" "37" [33.7 36.7 -84.4 -75.4] 48_618.0
    "ND" "38" [45.9 49.1 -104.1 -96.5] 69_001.0
    "NE" "31" [39.9 43.1 -104.1 -95.3] 76_824.0
    "NH" "33" [42.6 45.4 -72.6 -70.5] 8953.0
    "NJ" "34" [38.8 41.4 -75.6 -73.8] 7354.0
    "NM" "35" [31.3 37.1 -109.1 -103.0] 121_298.0
    "NV" "32" [34.9 42.1 -120.1 -114.0] 109_781.0
    "NY" "36" [40.4 45.1 -79.8 -71.7] 47_126.0
    "OH" "39" [38.3 42.4 -84.9 -80.4] 40_861.0
    "OK" "40" [33.6 37.1 -103.1 -94.4] 68_595.0
    "OR" "41" [41.9 46.4 -124.7 -116.4] 95_988.0
    "PA" "42" [39.7 42.6 -80.6 -74.6] 44_743.0
    "RI" "44" [41.0 42.1 -72.0 -71.0] 1034.0
    "SC" "45" [32.0 35.3 -83.5 -78.4] 30_061.0
    "SD" "46" [42.4 46.0 -104.1 -96.4] 75_811.0
    "TN" "47" [34.9 36.8 -90.4 -81.6] 41_235.0
    "TX" "48" [25.8 36.6 -106.7 -93.4] 261_232.0
    "UT" "49" [36.9 42.1 -114.1 -109.0] 82_170.0
    "VA" "51" [36.5 39.5 -83.7 -75.1] 39_490.0
    "VT" "50" [42.7 45.1 -73.5 -71.4] 9217.0
    "WA" "53" [45.5 49.1 -124.9 -116.9] 66_456.0
    "WI" "55" [42.4 47.4 -93.0 -86.2] 54_158.0
    "WV" "54" [37.1 40.7 -82.7 -77.6] 24_038.0
    "WY" "56" [40.9 45.1 -111.1 -104.0] 97_093.0
}

/// The law of one state.
struct Law {
    /// Its postal code.
    state: &'static str,
    /// Courses (units a year) that it asks a high school to offer, and where it says so.
    courses: Option<(f64, &'static str)>,
    /// How state aid and the local levy follow pupils.
    money: Option<Following>,
}

/// What a state's districts' finances of fiscal years 1995 to 2016 (F-33) say of aid and levy: the elasticity to
/// pupils in the long run, and the share of the gap that closes in a year. The two were estimated together, and one
/// means nothing without the other.
#[derive(Debug, Clone, Copy)]
pub(in crate::districts) struct Following {
    pub(in crate::districts) aid: (f64, f64),
    pub(in crate::districts) levy: (f64, f64),
}

/// States of which something is known, by postal code.
const LAWS: [Law; 7] = [
    Law { state: "AR", courses: Some((38.0, "Arkansas Code 6-15-213; units, every year since 2003")), money: None },
    Law {
        state: "IA",
        courses: Some((41.0, "Iowa Code 256.11; units offered and taught, in force since 1989")),
        money: Some(Following { aid: (1.6, 0.14), levy: (0.6, 0.05) }),
    },
    Law {
        state: "MO",
        courses: Some((42.0, "Missouri School Improvement Program, minimum of 2012; units")),
        money: None,
    },
    Law {
        state: "MT",
        courses: Some((20.0, "ARM 10.55.904; units, at least, since 1989")),
        money: Some(Following { aid: (0.81, 0.39), levy: (0.54, 0.32) }),
    },
    Law {
        state: "ND",
        courses: Some((26.5, "NDCC 15.1-21-02; units to provide or make available, summed from its list")),
        money: Some(Following { aid: (0.74, 0.95), levy: (1.3, 0.14) }),
    },
    Law {
        state: "NE",
        courses: Some((40.0, "Rule 10: 400 instructional units of 15 clock hours, about 40 courses of a year")),
        money: None,
    },
    Law {
        state: "SD",
        courses: Some((20.0, "ARSD 24:43:11:07; about 20 units, over two years, summed from its list")),
        money: Some(Following { aid: (1.45, 0.48), levy: (1.25, 0.05) }),
    },
];

/// A rule of a state's law that its region does not hold: it is told, and written as a policy where it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherRule {
    /// The state's postal code.
    pub state: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// What it says, with its place and years.
    pub says: &'static str,
    /// How sure: high (statute or official text), medium (an agency or news), low (a summary of a bill, or from memory).
    pub sure: &'static str,
}

macro_rules! other_rules {
    ($($state:literal $about:literal $sure:literal $says:literal)+) => {
        /// The rules of which something is known, by postal code.
        pub const OTHER_RULES: &[OtherRule] =
            &[$(OtherRule { state: $state, about: $about, says: $says, sure: $sure }),+];
    };
}

other_rules! {
    "AR" "least size" "high" "under 350 pupils two years running: merged by the state (Act 60, 2004-23; waiver from 2015)"
    "AZ" "money for merging" "low" "10, 7 and 4 % more for three years (15-912)"
    "CO" "courses" "medium" "no number of units"
    "IA" "least size" "high" "a merged district has at least 300 pupils"
    "IA" "money for sharing" "high" "shared posts count as 9 pupils (superintendent) or 4, at most 21 a district, to FY2035 (257.11(5))"
    "IA" "money for merging" "high" "whole-grade sharing with a study: 0.1 of the share of day for 3 years and 3 more after merging; levy cut $1.00, 0.50, 0.25 per $1,000"
    "ID" "money for merging" "low" "study, severance pay, support units kept for 7 years (2007)"
    "IL" "money for merging" "high" "deficits repaid, differences of aid and of salaries, $4,000 for each teacher, 1 to 4 years"
    "IN" "money for merging" "medium" "$500 a pupil once (2017)"
    "KS" "courses" "low" "30 units (KSA 72-3218; the number is from memory)"
    "KS" "money for merging" "high" "the sum of the former aid in the year of merging; then no less for 2, 3 or 4 years, longer where all partners are larger (72-5141)"
    "MA" "small-size aid" "medium" "rural aid in tiers at 11, 21 and 35 pupils a square mile"
    "ME" "courses" "medium" "a comprehensive programme, no number of units (20-A 4721)"
    "ME" "least size" "high" "2,500 (then 1,200 or 1,000) pupils, with aid penalties for those that stayed out (2007-12)"
    "ME" "money for sharing" "high" "administration aid taken from all and given to members of regional centres (15680-A, from FY2018)"
    "MI" "money for merging" "high" "a ranked competition for one-off money (12c, 12d, 2023-25)"
    "MN" "courses" "medium" "the list of courses was repealed in 1993 (120B.022)"
    "MN" "money for merging" "high" "$200 and $100 a pupil in two years, at most 1,500 pupils (123A.485)"
    "MN" "money for sharing" "low" "education districts may tax (1987)"
    "MT" "money for sharing" "medium" "half more of an educator payment where all districts of a county share (HB 567, from FY2027)"
    "ND" "votes" "high" "a merger needs a majority in each district (HB 1507, 1989-93)"
    "ND" "money for merging" "high" "a merged district keeps the rates of its parts for 4 years, less in the next two (15.1-27-17)"
    "ND" "money for sharing" "high" "10 to 25 % of a shared superintendent's or business manager's pay (15.1-27-16, 2022-26)"
    "NE" "money for merging" "high" "three years of money for mergers and for unified systems, $2 million a year in all (79-1010, 1996-2001)"
    "NJ" "money for merging" "high" "the difference of former and new aid at 1, 0.8, 0.6, 0.4 (18A:7F-32b); longer with a study (2021 c.402)"
    "NY" "courses" "medium" "listed sequences, no number of units (Part 100)"
    "NY" "money for merging" "high" "40 % more operating aid for 5 years, falling over 9; 30 % more for buildings"
    "OK" "money for merging" "medium" "one-off, about $360,000 a merger (lottery fund)"
    "SD" "least size" "high" "districts of at most 100 pupils that are not sparse had to plan a merger within two years (2007-11)"
    "SD" "small-size aid" "high" "sparsity aid of at most $137,000 a district (SB 70, FY2026)"
    "SD" "money for merging" "high" "$300, $200, $100 a pupil, at most 400 pupils of each former district (13-6-92, 2001-07)"
    "TX" "money for merging" "low" "at most the entitlement that is lost, for ten years (13.282)"
    "VT" "courses" "medium" "no number of units"
    "VT" "money for merging" "high" "lower tax rates for 4 or 5 years, a grant of at most $150,000, small-school grants kept (Act 46, 2015-19)"
    "VT" "money for sharing" "medium" "every supervisory union in one of seven service areas, $15,000 to start (H.955, from 2026)"
    "WI" "courses" "medium" "no number of units"
    "WI" "money for merging" "high" "$150 a pupil for 5 years, then half, then a quarter (from 2019)"
    "WV" "small-size aid" "low" "no county is counted below 1,200 pupils (bills of 2025-26)"
}

/// The courses that a state asks a high school to offer, and where it says so; none where no rule is known.
#[must_use]
pub fn courses(state: &str) -> Option<(f64, &'static str)> {
    LAWS.iter().find(|law| law.state == state)?.courses
}

/// The states whose rule of courses is known, by postal code.
pub fn states_with_courses() -> impl Iterator<Item = &'static str> {
    LAWS.iter().filter(|law| law.courses.is_some()).map(|law| law.state)
}

/// How a state's aid and levies follow pupils, where it is known.
pub(in crate::districts) fn money(state: &str) -> Option<Following> {
    LAWS.iter().find(|law| law.state == state)?.money
}

/// Puts what is known of the state's law into its rules and finance, and tells in each line what is the
/// state's and what is drawn or a default.
pub(super) fn apply(state: &str, rules: &mut StateRules, finance: &mut StateFinance) -> Vec<String> {
    let law = LAWS.iter().find(|law| law.state == state);
    let mut told = Vec::new();
    if let Some((courses, source)) = law.and_then(|law| law.courses) {
        rules.required_courses = Some(courses);
        told.push(format!("the state's rule: {courses} courses that a high school must offer ({source})"));
    } else {
        told.push(
            "courses that a high school must offer: no rule of the state is known, drawn in every run".to_owned(),
        );
    }
    if let Some(Following { aid: (aid, aid_yearly), levy: (levy, levy_yearly) }) = law.and_then(|law| law.money) {
        (finance.aid_elasticity, finance.aid_adjustment) = (Some(aid), Some(aid_yearly));
        (finance.levy_elasticity, finance.levy_adjustment) = (Some(levy), Some(levy_yearly));
        told.push(format!(
            "the state's aid changes with pupils by an elasticity of {aid}, its levies in the long run by {levy}: estimated from finances of \
             1995 to 2016 (F-33)"
        ));
    } else {
        told.push("how aid and levies follow pupils: no estimate for the state, drawn in every run".to_owned());
    }
    for rule in OTHER_RULES.iter().filter(|rule| rule.state == state) {
        let OtherRule { about, says, sure, .. } = rule;
        told.push(format!(
            "a law of the state that the region does not hold ({about}): {says}; {sure} confidence; write it as a policy where it matters"
        ));
    }
    told.push(
        "the state's other rules (rides, votes, recognition) and its small-size and sparsity aid are the defaults: set them in the region file"
            .to_owned(),
    );
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_state_has_its_law_and_an_unknown_one_is_drawn() {
        let of = |state: &str| {
            let (mut rules, mut finance) = (StateRules::default(), StateFinance::default());
            let told = apply(state, &mut rules, &mut finance).join("\n");
            (rules.required_courses, finance.aid_elasticity, finance.levy_elasticity, told)
        };
        let (courses, aid, levy, told) = of("ND");
        assert_eq!((courses, aid, levy), (Some(26.5), Some(0.74), Some(1.3)));
        assert!(told.contains("NDCC 15.1-21-02"), "{told}");
        let (courses, aid, _, told) = of("AR");
        assert_eq!((courses, aid), (Some(38.0), None));
        assert!(told.contains("no estimate for the state"), "{told}");
        let (courses, aid, levy, told) = of("WY");
        assert_eq!((courses, aid, levy), (None, None, None));
        assert!(told.contains("no rule of the state is known"), "{told}");
    }

    #[test]
    fn every_state_has_a_code_of_its_own_and_a_place() {
        let mut codes: Vec<_> = COUNTRIES.iter().map(|country| country.fips).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 51);
        for country in COUNTRIES {
            let [south, north, west, east] = country.ends;
            assert!(south < north && west < east && country.land > 0.0, "{}", country.state);
            // No state has more land than its ends enclose: a degree is some 69 miles, and less eastward.
            let east_scale = libm::cos((0.5 * (south + north)).to_radians());
            assert!(
                country.land < (north - south) * (east - west) * 69.1 * 69.1 * east_scale * 1.1,
                "{}",
                country.state
            );
        }
        let bismarck = Point { latitude: 46.8, longitude: -100.8 };
        assert!(
            country("ND").is_some_and(|nd| nd.holds(bismarck)) && country("MT").is_some_and(|mt| !mt.holds(bismarck))
        );
    }

    #[test]
    fn other_rules_are_of_states_that_there_are_and_stand_in_their_order() {
        assert!(OTHER_RULES.is_sorted_by(|a, b| a.state <= b.state));
        for rule in OTHER_RULES {
            assert!(country(rule.state).is_some(), "{rule:?}");
            assert!(["high", "medium", "low"].contains(&rule.sure) && !rule.says.ends_with('.'), "{rule:?}");
            assert!(rule.about != "courses" || courses(rule.state).is_none(), "{rule:?}");
            let (mut rules, mut finance) = (StateRules::default(), StateFinance::default());
            let told = apply(rule.state, &mut rules, &mut finance).join("\n");
            assert!(told.contains(rule.says), "{told}");
        }
    }

    #[test]
    fn what_is_known_lies_in_the_ranges_of_region_files() {
        for law in LAWS {
            assert!(law.courses.is_none_or(|(courses, _)| (0.0..=200.0).contains(&courses)), "{}", law.state);
            let sound = |it: Following| {
                (0.5..=2.0).contains(&it.aid.0)
                    && (0.05..=1.0).contains(&it.aid.1)
                    && (0.0..=1.5).contains(&it.levy.0)
                    && (0.0..=1.0).contains(&it.levy.1)
            };
            assert!(law.money.is_none_or(sound), "{}", law.state);
        }
    }
}
