//! Writing of region files: deterministic, and exact when read again.

use std::fmt::Display;

use super::forms::write_span;
use crate::districts::schools::default_schools;
use crate::model::region::{
    AgentKind, Region, StartingDistrict, StartingSchool, StateFinance, StateRules, SupportOrganisation, VoteRule,
};

const HEADER: &str = "\
# A region at the start: its state's rules and finance, its districts and its support organisations.
# barnraise reads this file (`[region] file = \"...\"` in a scenario, or `--region`). It may be edited: keys
# that are optional may be left out, the order of the districts has no effect, and `barnraise check`
# names every mistake; where districts, schools or support organisations are added or taken out, their
# numbers in `[holds]` are to be changed too. Miles are counted from the region's south-west corner, east (x) and north (y);
# pupils are listed by grade from kindergarten to grade 12; money is in dollars of the first year.
";

/// The region as a file that [`parse`](super::parse) reads back exactly.
#[must_use]
pub fn write(region: &Region) -> String {
    let mut file = Lines(HEADER.to_owned());
    file.text("name", &region.name);
    file.text("title", &region.title);
    file.text("source", &region.source);
    file.plain("first_year", region.first_year);
    file.text("kind", if region.kind == AgentKind::School { "school" } else { "district" });
    file.optional("trend", region.trend);
    file.number("trend_unknown", region.trend_unknown);
    file.plain("grades_known", region.grades_known);
    holds(&mut file, region);
    rules(&mut file, &region.rules);
    finance(&mut file, &region.finance);
    for district in &region.districts {
        write_district(&mut file, district);
    }
    for organisation in &region.support {
        write_support(&mut file, organisation);
    }
    file.header("[end]");
    file.0
}

/// How much the file holds, so that one that was cut off is told.
fn holds(file: &mut Lines, region: &Region) {
    file.header("[holds]");
    file.plain("districts", region.districts.len());
    file.plain("schools", region.districts.iter().map(|district| district.schools.len()).sum::<usize>());
    file.plain("support", region.support.len());
}

fn rules(file: &mut Lines, rules: &StateRules) {
    file.header("[rules]");
    file.optional("required_courses", rules.required_courses);
    file.number("elementary_ride_minutes", rules.elementary_ride_minutes);
    file.number("high_school_ride_minutes", rules.high_school_ride_minutes);
    file.text(
        "vote_rule",
        match rules.vote_rule {
            VoteRule::SeparateMajorities => "separate_majorities",
            VoteRule::CombinedMajority => "combined_majority",
        },
    );
    file.plain("retry_wait_years", rules.retry_wait_years);
    file.plain("official_recognition", rules.official_recognition);
    file.optional("merger_climate", rules.merger_climate);
}

fn finance(file: &mut Lines, finance: &StateFinance) {
    file.header("[finance]");
    file.number("base_cost", finance.base_cost);
    file.number("local_share", finance.local_share);
    file.number("state_share", finance.state_share);
    file.number("federal_share", finance.federal_share);
    file.number("small_size_aid", finance.small_size_aid);
    file.number("sparsity_aid", finance.sparsity_aid);
    file.number("sparse_below", finance.sparse_below);
    file.optional("aid_elasticity", finance.aid_elasticity);
    file.optional("aid_adjustment", finance.aid_adjustment);
    file.optional("levy_elasticity", finance.levy_elasticity);
    file.optional("levy_adjustment", finance.levy_adjustment);
}

fn write_district(file: &mut Lines, district: &StartingDistrict) {
    file.header("[[district]]");
    file.text("id", &district.id);
    file.text("name", &district.name);
    file.text("county", &district.county);
    file.number("x", district.x);
    file.number("y", district.y);
    file.number("area", district.area);
    file.text("grades", &write_span((district.lowest_grade, district.highest_grade)));
    file.plain("pupils", format!("{:?}", district.pupils));
    file.number("trend", district.trend);
    file.number("valuation", district.valuation);
    file.optional("cost_level", district.cost_level);
    file.optional("local_share", district.local_share);
    file.optional("reserve_share", district.reserve_share);
    file.number("debt", district.debt);
    file.optional("teachers", district.teachers);
    if let Some(high_school) = &district.high_school {
        file.text("high_school", high_school);
    }
    let StartingDistrict { lowest_grade, highest_grade, x, y, name, schools, .. } = district;
    // The number alone says as much, where the schools are those that it stands for.
    if *schools == default_schools(*lowest_grade, *highest_grade, schools.len(), *x, *y, name) {
        file.plain("buildings", schools.len());
    } else {
        for school in schools {
            write_school(file, district, school);
        }
    }
}

fn write_school(file: &mut Lines, district: &StartingDistrict, school: &StartingSchool) {
    file.header("[[district.school]]");
    file.text("town", &school.town);
    // Numbers that read back the same, bit by bit, or they are not the district's.
    if (school.x.to_bits(), school.y.to_bits()) != (district.x.to_bits(), district.y.to_bits()) {
        file.number("x", school.x);
        file.number("y", school.y);
    }
    file.text("grades", &write_span((school.lowest_grade, school.highest_grade)));
}

fn write_support(file: &mut Lines, organisation: &SupportOrganisation) {
    file.header("[[support]]");
    file.text("name", &organisation.name);
    file.number("x", organisation.x);
    file.number("y", organisation.y);
    file.plain("capacity", organisation.capacity);
    file.number("reach", organisation.reach);
    file.number("neutrality", organisation.neutrality);
    file.number("knowledge", organisation.knowledge);
}

/// A file as it grows.
struct Lines(String);

impl Lines {
    fn header(&mut self, header: &str) {
        self.0.push_str(&format!("\n{header}\n"));
    }

    fn plain(&mut self, key: &str, value: impl Display) {
        self.0.push_str(&format!("{key} = {value}\n"));
    }

    fn text(&mut self, key: &str, value: &str) {
        self.plain(key, toml::Value::String(value.to_owned()));
    }

    /// The shortest text that reads back as the same number.
    fn number(&mut self, key: &str, value: f64) {
        self.plain(key, format!("{value:?}"));
    }

    fn optional(&mut self, key: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.number(key, value);
        }
    }
}
