//! What the tables of a region file hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Place, Problem, nearest};
use crate::districts::schools::{default_schools, teaches_high_school, untaught};
use crate::input::{Choice, Flag, List, Number, Parsed, Prose, Table, Text, Whole, options};
use crate::model::region::{
    AgentKind, GRADES, MOST_DISTRICTS, MOST_SCHOOLS, Region, StartingDistrict, StartingSchool, StateFinance,
    StateRules, SupportOrganisation, VoteRule,
};

/// How far shares may sum beside 1: rounding to four decimals, three times.
const SUM_TOLERANCE: f64 = 2e-4;
const SHARE: Number = Number::new("share", 0.0, 1.0);
const MILES: Number = Number::new("miles", -100_000.0, 100_000.0);

/// The keys of a whole region file.
pub(super) fn region(table: &mut Table<'_>) -> Region {
    let name = table.required("name", "A short name for files, e.g. `north-dakota`.", &Text);
    let (holds, place) = (table.table("holds", HOLDS, holds), table.place("holds"));
    table.table("end", END, |_| ());
    let ends = table.has("end");
    let region = Region {
        title: table.optional("title", "A title for people; the name where absent.", &Prose).unwrap_or_else(|| name.clone()),
        name,
        source: table.or("source", "Where the figures come from.", &Prose, String::new()),
        first_year: table.required("first_year", FIRST_YEAR, &Whole::new("", 1800, 2200)) as i32,
        kind: table.or("kind", "What the agents are.", &agent_kinds(), AgentKind::District),
        trend: table.optional(
            "trend",
            "The yearly trend of the log of enrolment to which the districts' own trends return; each keeps its own where absent.",
            &Number::new("log/year", -0.2, 0.2),
        ),
        trend_unknown: table.or(
            "trend_unknown",
            "Standard deviation of what is not known of the districts' own trends; drawn anew in every future.",
            &Number::new("log/year", 0.0, 0.1),
            0.0,
        ),
        grades_known: table.or(
            "grades_known",
            "Whether pupils by grade are counted; false: modelled from totals, and every future draws how large cohorts are within the total.",
            &Flag,
            true,
        ),
        rules: table.table("rules", "The state's rules.", rules),
        finance: table.table("finance", "The state's way of paying for schools.", finance),
        districts: districts(table),
        support: support(table),
    };
    check_holds(table, &region, &holds, ends, &place);
    region
}

const HOLDS: &str =
    "How much the file holds; with it, a file that was cut off is told. The program writes it; it may be left out.";
const END: &str = "An empty table that ends a file with `[holds]`.";

/// How many districts, schools and support organisations a file says that it holds.
fn holds(table: &mut Table<'_>) -> [Option<i64>; 3] {
    let mut count = |name, doc: &str| table.optional(name, doc, &Whole::new("", 0, i64::from(u32::MAX)));
    [
        count("districts", "How many `[[district]]` the file has."),
        count("schools", "How many schools these have, listed or told by their number."),
        count("support", "How many `[[support]]` the file has."),
    ]
}

/// That the file holds what it says, and ends with its end.
fn check_holds(table: &Table<'_>, region: &Region, holds: &[Option<i64>; 3], ends: bool, place: &Place) {
    // Of districts that were refused, nobody knows the schools.
    let schools = table.sound().then(|| region.districts.iter().map(|district| district.schools.len()).sum());
    let there = [Some(region.districts.len()), schools, Some(region.support.len())];
    let hint = "the file may be cut off: copy it again; if you have changed it, change `[holds]` too";
    let mut told = false;
    for ((what, count), there) in ["districts", "schools", "support organisations"].into_iter().zip(holds).zip(there) {
        let Some(there) = there else { continue };
        if let Some(count) = count.filter(|count| usize::try_from(*count) != Ok(there)) {
            told = true;
            let what = format!("the file says that it holds {count} {what}, but {there} are there");
            table.push(Problem::new(place.clone(), what).expected("as many as `[holds]` says").hint(hint));
        }
    }
    if table.has("holds") && !ends && !told {
        let problem = Problem::new(place.clone(), "the file has `[holds]`, but it does not end with `[end]`");
        table.push(problem.expected("a line `[end]` as the last").hint(hint));
    }
}

const FIRST_YEAR: &str = "The calendar year in which the first simulated school year begins.";

fn agent_kinds() -> Choice<AgentKind> {
    options(&[
        ("district", AgentKind::District, "a school district with a board that taxes and can merge."),
        ("school", AgentKind::School, "a school under a local authority."),
    ])
}

/// The keys of `[rules]`, each with the model's default.
pub(crate) fn rules(table: &mut Table<'_>) -> StateRules {
    let default = StateRules::default();
    let ride = Number::new("minutes", 5.0, 240.0);
    let rules = options(&[
        ("separate_majorities", VoteRule::SeparateMajorities, "a majority in every district concerned."),
        ("combined_majority", VoteRule::CombinedMajority, "one majority over all voters concerned."),
    ]);
    StateRules {
        required_courses: table.optional(
            "required_courses",
            "Courses (units a year) that the state asks a high school to offer; drawn in every future where absent.",
            &Number::new("courses", 0.0, 200.0),
        ),
        elementary_ride_minutes: table.or(
            "elementary_ride_minutes",
            "Longest acceptable one-way ride of an elementary pupil.",
            &ride,
            default.elementary_ride_minutes,
        ),
        high_school_ride_minutes: table.or(
            "high_school_ride_minutes",
            "Longest acceptable one-way ride of a high-school pupil.",
            &ride,
            default.high_school_ride_minutes,
        ),
        vote_rule: table.or("vote_rule", "How separate votes decide a merger.", &rules, default.vote_rule),
        retry_wait_years: table.or(
            "retry_wait_years",
            "Years before a failed plan may be put to the voters again, at least.",
            &Whole::new("years", 0, 50),
            i64::from(default.retry_wait_years),
        ) as u16,
        official_recognition: table.or(
            "official_recognition",
            "Whether the state officially recognises that small rural schools have problems and potential of their own.",
            &Flag,
            default.official_recognition,
        ),
        merger_climate: table.optional(
            "merger_climate",
            "Offset to the log-odds of a merger proposal, from the state's own earlier decade; drawn where absent.",
            &Number::new("log-odds", -5.0, 5.0),
        ),
    }
}

/// The keys of `[finance]`, each with the model's default.
pub(crate) fn finance(table: &mut Table<'_>) -> StateFinance {
    let default = StateFinance::default();
    let base_cost = Number::new("$/pupil", 500.0, 200_000.0);
    let finance = StateFinance {
        base_cost: table.or("base_cost", BASE_COST, &base_cost, default.base_cost),
        local_share: table.or("local_share", "Share of revenue from local sources.", &SHARE, default.local_share),
        state_share: table.or("state_share", "Share of revenue from the state.", &SHARE, default.state_share),
        federal_share: table.or(
            "federal_share",
            "Share of revenue from federal sources.",
            &SHARE,
            default.federal_share,
        ),
        small_size_aid: table.or("small_size_aid", SMALL_SIZE_AID, &SHARE, default.small_size_aid),
        sparsity_aid: table.or("sparsity_aid", SPARSITY_AID, &Number::new("share", 0.0, 0.3), default.sparsity_aid),
        sparse_below: table.or(
            "sparse_below",
            "Density under which a district counts as sparse.",
            &Number::new("pupils/square mile", 0.0, 100.0),
            default.sparse_below,
        ),
        aid_elasticity: table.optional("aid_elasticity", AID_ELASTICITY, &Number::new("elasticity", 0.5, 2.0)),
        aid_adjustment: table.optional("aid_adjustment", AID_ADJUSTMENT, &Number::new("1/year", 0.05, 1.0)),
        levy_elasticity: table.optional("levy_elasticity", LEVY_ELASTICITY, &Number::new("elasticity", 0.0, 1.5)),
        levy_adjustment: table.optional("levy_adjustment", LEVY_ADJUSTMENT, &Number::new("1/year", 0.0, 1.0)),
    };
    let sum = finance.local_share + finance.state_share + finance.federal_share;
    if table.sound() && (sum - 1.0).abs() > SUM_TOLERANCE {
        let what = format!("the local, state and federal shares sum to {}", (sum * 1e6).round() / 1e6);
        let hint = format!(
            "they are {}, {} and {}; those not given keep their defaults",
            finance.local_share, finance.state_share, finance.federal_share
        );
        table.push(Problem::new(table.place("local_share"), what).expected("a sum of 1").hint(hint));
    }
    finance
}

const BASE_COST: &str = "Cost of the approved programme per pupil at a scale where the cost multiplier is 1, dollars a year of the first year.";
const SMALL_SIZE_AID: &str = "Share of the extra cost of small size that the existing foundation formula recognises (aid that is lost on merging).";
const AID_ELASTICITY: &str =
    "Elasticity of state aid to the smoothed count of pupils, by the state's law; drawn where absent.";
const AID_ADJUSTMENT: &str = "Share of the gap between the count that aid pays for and that of pupils which closes in a year; drawn where absent.";
const LEVY_ADJUSTMENT: &str =
    "Share of the gap between the levy and what it tends to that closes in a year; drawn where absent.";
const LEVY_ELASTICITY: &str =
    "How far the local levy follows pupils in the long run, by the state's law; drawn where absent.";
const SPARSITY_AID: &str = "Aid for sparse districts as a share of base cost per pupil.";

fn districts(table: &mut Table<'_>) -> Vec<StartingDistrict> {
    let read = table.some_tables("district", "The districts at the start of the first year, in any order.", district);
    let mut seen = BTreeSet::new();
    for (district, place, _) in &read {
        if !district.id.is_empty() && !seen.insert(&district.id) {
            let problem = Problem::new(place.clone(), format!("the identifier \"{}\" is used twice", district.id));
            table.push(problem.expected("an identifier of its own for every district"));
        }
    }
    if read.len() > MOST_DISTRICTS {
        let problem = Problem::new(table.here(), format!("the region has {} districts", read.len()));
        table.push(
            problem.expected(format!("at most {MOST_DISTRICTS}")).hint("make a region of each part of the state"),
        );
    }
    check_high_schools(table, &read);
    read.into_iter().map(|(district, ..)| district).collect()
}

/// That every `high_school` names a district of the file that has one.
fn check_high_schools(table: &Table<'_>, read: &[(StartingDistrict, Place, Place)]) {
    let by_id: BTreeMap<&str, &StartingDistrict> =
        read.iter().map(|(district, ..)| (district.id.as_str(), district)).collect();
    for (district, _, place) in read {
        let Some(named) = district.high_school.as_deref().filter(|named| !named.is_empty()) else { continue };
        let problem = match by_id.get(named) {
            Some(other) if teaches_high_school(other) => continue,
            Some(other) => {
                let span = write_span((other.lowest_grade, other.highest_grade));
                Problem::new(place.clone(), format!("`high_school` names \"{named}\", which teaches {span}"))
                    .hint("leave it out: then the nearest district with a high school is taken")
            }
            None => {
                let problem = Problem::new(
                    place.clone(),
                    format!("`high_school` names \"{named}\", which no district is called"),
                );
                // Only those with a high school can be meant.
                let able = by_id.iter().filter(|(_, other)| teaches_high_school(other)).map(|(id, _)| *id);
                problem.hint(nearest(named, able).map(|id| format!("did you mean \"{id}\"?")).unwrap_or_default())
            }
        };
        table.push(problem.expected("the `id` of another district of this file that teaches grades 9 to 12"));
    }
}

/// A district, the place of its identifier and that of its `high_school`.
fn district(table: &mut Table<'_>) -> (StartingDistrict, Place, Place) {
    let id = table.required("id", "Its stable identifier (LEAID for real districts), unique in the region.", &Text);
    let place = table.place("id");
    let name = table.optional("name", "Its name; the identifier where absent.", &Text).unwrap_or_else(|| id.clone());
    let (lowest_grade, highest_grade) = table.required("grades", "The grades that it teaches.", &GRADE_SPAN);
    let x = table.required("x", "Its centre: miles east of the region's south-west corner.", &MILES);
    let y = table.required("y", "Its centre: miles north of the region's south-west corner.", &MILES);
    let district = StartingDistrict {
        county: table.required("county", "The county (or local authority) that it belongs to.", &Text),
        area: table.required("area", "Its area.", &Number::above("square miles", 0.0, 1e7)),
        pupils: pupils(table),
        trend: table.required("trend", TREND, &Number::new("log/year", -0.3, 0.3)),
        valuation: table.required("valuation", VALUATION, &Number::above("$/pupil", 0.0, 1e9)),
        cost_level: table.optional("cost_level", COST_LEVEL, &Number::above("ratio", 0.0, 10.0)),
        local_share: table.optional(
            "local_share",
            "Share of revenue from local sources; the state's where absent.",
            &SHARE,
        ),
        reserve_share: table.optional("reserve_share", RESERVE, &Number::new("share", -1.0, 10.0)),
        debt: table.or("debt", "Debt.", &Number::new("$", 0.0, 1e11), 0.0),
        teachers: table.optional("teachers", TEACHERS, &Number::above("posts", 0.0, 1e5)),
        high_school: table.optional("high_school", HIGH_SCHOOL, &Text),
        schools: schools(table, (lowest_grade, highest_grade), (x, y), &name),
        id,
        name,
        x,
        y,
        lowest_grade,
        highest_grade,
    };
    check_grades(table, &district);
    let high_school = table.place("high_school");
    if table.sound() && district.high_school.is_some() && district.has_high_school() {
        let span = write_span((lowest_grade, highest_grade));
        let what = format!("`high_school` is given, but the district itself teaches {span}");
        let problem =
            Problem::new(high_school.clone(), what).expected("`high_school` only for districts without grades 9 to 12");
        table.push(problem.hint("delete the line `high_school`, or end the district's `grades` before 9"));
    }
    (district, place, high_school)
}

/// The listed schools of a district, or those that their number tells.
fn schools(table: &mut Table<'_>, span: (u8, u8), (x, y): (f64, f64), name: &str) -> Vec<StartingSchool> {
    let sound = table.sound();
    let whole = Whole::new("buildings", 1, i64::from(MOST_SCHOOLS as u32));
    let buildings = table.or("buildings", BUILDINGS, &whole, 1);
    let read = table.tables("school", "Its schools; together they teach all its grades.", |school| {
        let (lowest_grade, highest_grade) = school.required("grades", "The grades taught there.", &GRADE_SPAN);
        let school_of = StartingSchool {
            town: school.or("town", "Its town or name; the district's name where absent.", &Text, name.to_owned()),
            x: school.optional("x", "Miles east; the district's where absent.", &MILES).unwrap_or(x),
            y: school.optional("y", "Miles north; the district's where absent.", &MILES).unwrap_or(y),
            lowest_grade,
            highest_grade,
        };
        // A span that was refused has left a stand-in, which cannot be compared.
        if sound && school.sound() && (lowest_grade < span.0 || highest_grade > span.1) {
            let what = format!("the school teaches {}", write_span((lowest_grade, highest_grade)));
            let expected = format!("grades within those of its district, {}", write_span(span));
            let problem = Problem::new(school.place("grades"), what).expected(expected);
            school.push(problem.hint("widen the `grades` of the district, or give the others to another district"));
        }
        school_of
    });
    if read.is_empty() {
        return default_schools(span.0, span.1, buildings as usize, x, y, name);
    }
    if table.has("buildings") {
        let what = "`buildings` and `[[district.school]]` exclude each other";
        let problem =
            Problem::new(table.place("buildings"), what).expected("either the number of schools, or a list of them");
        table.push(problem.hint("delete the line `buildings`: the listed schools are counted"));
    }
    if read.len() > MOST_SCHOOLS {
        let problem = Problem::new(table.here(), format!("the district has {} schools", read.len()));
        table
            .push(problem.expected(format!("at most {MOST_SCHOOLS}")).hint("join schools of the same grades and town"));
    }
    read
}

const HIGH_SCHOOL: &str = "For a district without a high school: the identifier of the one to which its pupils go on; the nearest where absent.";
const BUILDINGS: &str = "Number of schools where none is listed: the last is the high school, the one before it of three or more the middle school.";
const TREND: &str = "Expected yearly change of the log of births; \"-2 %/year\" counts as -0.02.";
const VALUATION: &str = "Taxable valuation per pupil.";
const COST_LEVEL: &str = "Spending per pupil relative to what its size predicts, around 1; drawn where absent.";
const RESERVE: &str = "Reserve as a share of yearly spending; drawn where absent.";
const TEACHERS: &str = "Full-time equivalent teachers; derived from enrolment where absent.";

fn pupils(table: &mut Table<'_>) -> [f64; GRADES] {
    let shape = List { of: Number::new("pupils", 0.0, 100_000.0), least: GRADES, most: GRADES };
    let doc = "Pupils by grade, kindergarten to grade 12; 0 in grades that it does not teach.";
    // The shape has made sure of the length.
    table.required("pupils", doc, &shape).try_into().unwrap_or([0.0; GRADES])
}

fn check_grades(table: &Table<'_>, district: &StartingDistrict) {
    if !table.sound() {
        return;
    }
    let span = usize::from(district.lowest_grade)..=usize::from(district.highest_grade);
    let outside: Vec<String> =
        (0..GRADES).filter(|grade| !span.contains(grade) && district.pupils[*grade] > 0.0).map(grade_name).collect();
    if !outside.is_empty() {
        let what = format!("there are pupils in grades that are not taught: {}", outside.join(", "));
        let problem = Problem::new(table.place("pupils"), what);
        table.push(
            problem.expected(format!(
                "0 outside the grades {}",
                write_span((district.lowest_grade, district.highest_grade))
            )),
        );
    }
    if district.enrolment() <= 0.0 {
        let problem = Problem::new(table.place("pupils"), "the district has no pupils");
        table.push(problem.expected("at least one pupil").hint("leave out districts that operate no school"));
    }
    let untaught: Vec<String> = untaught(district).into_iter().map(|grade| grade_name(grade.into())).collect();
    if !untaught.is_empty() {
        let what = format!("no `[[district.school]]` teaches the grades {}", untaught.join(", "));
        let expected = format!("schools for all of {}", write_span((district.lowest_grade, district.highest_grade)));
        let hint = "widen the `grades` of a school, add a school, or narrow the `grades` of the district";
        table.push(Problem::new(table.place("school"), what).expected(expected).hint(hint));
    }
}

/// First and last grade taught, 0 for kindergarten.
const GRADE_SPAN: Parsed<(u8, u8)> = Parsed {
    expected: "first and last grade, K or 1 to 12, such as \"K-12\", \"K-8\" or \"9-12\"",
    pattern: "^(K|[1-9]|1[0-2])-(K|[1-9]|1[0-2])$",
    parse: parse_span,
    write: |span| write_span(*span),
    example: || (0, 12),
};

fn parse_span(text: &str) -> Option<(u8, u8)> {
    let (low, high) = text.split_once('-')?;
    let (low, high) = (parse_grade(low)?, parse_grade(high)?);
    (low <= high).then_some((low, high))
}

fn parse_grade(text: &str) -> Option<u8> {
    if text == "K" {
        return Some(0);
    }
    text.parse().ok().filter(|grade| (1..=12).contains(grade) && !text.starts_with(['0', '+']))
}

/// A grade span as files write it.
pub(super) fn write_span(span: (u8, u8)) -> String {
    format!("{}-{}", grade_name(usize::from(span.0)), grade_name(usize::from(span.1)))
}

fn grade_name(grade: usize) -> String {
    if grade == 0 { "K".to_owned() } else { grade.to_string() }
}

fn support(table: &mut Table<'_>) -> Vec<SupportOrganisation> {
    let doc = "Universities, service agencies and regional laboratories that can help clusters.";
    let read = table.tables("support", doc, |table| (support_organisation(table), table.place("name")));
    let mut seen = BTreeSet::new();
    for (organisation, place) in &read {
        if !organisation.name.is_empty() && !seen.insert(&organisation.name) {
            let problem =
                Problem::new(place.clone(), format!("two support organisations are called \"{}\"", organisation.name));
            table.push(problem.expected("a name of its own for every support organisation"));
        }
    }
    read.into_iter().map(|(organisation, _)| organisation).collect()
}

fn support_organisation(table: &mut Table<'_>) -> SupportOrganisation {
    SupportOrganisation {
        name: table.required("name", "Its name, unique in the region.", &Text),
        x: table.required("x", "Miles east of the region's south-west corner.", &MILES),
        y: table.required("y", "Miles north of the region's south-west corner.", &MILES),
        capacity: table.required("capacity", "Clusters that it can help in a year.", &Whole::new("clusters", 0, 1000))
            as u16,
        reach: table.required("reach", "Farthest that it reaches.", &Number::new("miles", 0.0, 10_000.0)),
        neutrality: table.required(
            "neutrality",
            "Freedom from interests of its own.",
            &Number::new("index 0-1", 0.0, 1.0),
        ),
        knowledge: table.required(
            "knowledge",
            "Knowledge and skill that it brings.",
            &Number::new("index 0-1", 0.0, 1.0),
        ),
    }
}
