//! The keys of a whole scenario.

use std::path::Path;

use crate::diagnostics::Problem;
use crate::input::{Choice, Flag, Number, Prose, Shape, Table, Text, Whole, options};

use crate::model::parameters::{ParameterId, Parameters};
use crate::model::policy::Policy;

use super::names::{SLUG, is_slug};
use super::{BaselineLoss, COUNTED_FROM_1, Counted, RegionChoice, Scenario, expect, policies, region};

/// The keys of a whole scenario; `stem` is its file's name without ending, its name where it gives none.
pub(super) fn scenario(table: &mut Table<'_>, stem: &str, folder: &Path) -> Scenario {
    let name = name(table, stem);
    let title = table.optional("title", "Its title; the name where absent.", &Text);
    let years = table.or("years", "Years simulated.", &Whole::new("years", 1, 100), 20) as u16;
    let policies = policies::policies(table);
    let expect = table.tables(
        "expect",
        "Bands in which figures are expected to lie, from evidence and not from a run.",
        |table| expect::expectation(table, &policies, years),
    );
    let region = table.table("region", "The region.", |table| region::region(table, folder));
    let baseline = table.table("baseline", BASELINE, |table| baseline(table, years));
    if let RegionChoice::Synthetic(given) = &region
        && baseline.is_some()
        && given.rules.merger_climate.is_some()
    {
        let problem = Problem::new(
            table.place("baseline"),
            "the merger climate is set in [region.rules] and fitted to [baseline]",
        );
        table.push(problem.expected("one of the two"));
    }
    let parameters = table.table("parameters", "Parameters set for all policies.", policies::parameters);
    check_parameters(table, &parameters, &policies);
    Scenario {
        title: title.unwrap_or_else(|| name.clone()),
        name,
        description: table.or("description", "What it asks, for people.", &Prose, String::new()).trim().to_owned(),
        source: table.or("source", "Where its designs come from.", &Prose, String::new()).trim().to_owned(),
        region,
        years,
        replicates: table.or("replicates", REPLICATES, &Whole::new("replicates", 1, 10_000_000), 1000) as u32,
        seed: table.or("seed", SEED, &Whole::new("", 0, i64::MAX), 1) as u64,
        draw_parameters: table.or("draw_parameters", DRAW_PARAMETERS, &Flag, true),
        parameters,
        baseline,
        policies,
        expect,
        text: String::new(),
    }
}

/// That the parameters of the scenario, and of each policy under them, do not contradict each other.
fn check_parameters(table: &Table<'_>, all: &[(ParameterId, f64)], policies: &[Policy]) {
    let mut told = Vec::new();
    let common = Parameters::default();
    let under = |own: &[(ParameterId, f64)]| {
        let mut parameters = common.clone();
        all.iter().chain(own).for_each(|(id, value)| parameters.set(*id, *value));
        parameters.contradictions()
    };
    let of_all = [(String::new(), under(&[]))];
    let of_each = policies.iter().map(|policy| (format!("policy \"{}\": ", policy.name), under(&policy.parameters)));
    for (whose, found) in of_all.into_iter().chain(of_each) {
        for (what, expected) in found {
            if !told.contains(&what) {
                let place = if whose.is_empty() { table.place("parameters") } else { table.place("policy") };
                table.push(Problem::new(place, format!("{whose}{what}")).expected(expected));
                told.push(what);
            }
        }
    }
}

const REPLICATES: &str = "Futures in which every policy is run.";
const SEED: &str = "The seed of all random draws: the same seed gives the same results.";
const DRAW_PARAMETERS: &str =
    "Whether every future draws the uncertain parameters anew from their priors; if false, all keep their defaults.";

const BASELINE: &str = "The loss of districts in the state's earlier decade, to which its merger climate is fitted where the past is simulated again (`barnraise backtest`, and `calibrate` of a record); no other command takes it.";

/// The earlier decade; the keys belong together.
fn baseline(table: &mut Table<'_>, years: u16) -> Option<BaselineLoss> {
    let published = table.optional("loss", "Published loss of districts.", &Number::above("%/year", 0.0, 20.0));
    let of = table.or("of", "Which districts the series counts.", &counted(), Counted::All);
    let year = Whole::new("", 1, i64::from(years.max(1))).hint(COUNTED_FROM_1);
    let to = table.optional("until_year", UNTIL, &year).unwrap_or_else(|| i64::from(years.min(10)));
    let error = table.optional("error", ERROR, &Number::new("log-odds", 0.0, 5.0));
    let source = table.optional("source", "Where the loss was published, and what the error is made of.", &Prose);
    if published.is_none() && table.given().next().is_none() {
        return None;
    }
    for key in ["loss", "error", "source"].into_iter().filter(|key| !table.has(key)) {
        table.push(
            Problem::new(table.here(), format!("[baseline] lacks the key `{key}`"))
                .expected("`loss`, `error` and `source`"),
        );
    }
    let source = source.unwrap_or_default().trim().to_owned();
    Some(BaselineLoss { published: published?, of, from: 0, to: (to - 1).max(0) as u16, error: error?, source })
}

/// The districts that a series can count.
pub(crate) fn counted() -> Choice<Counted> {
    options(&[
        ("all", Counted::All, "all districts."),
        ("high_school", Counted::HighSchool, "districts that teach grade 12 at the start."),
    ])
}

const UNTIL: &str = "The loss without policies is taken from the first simulated year to this one; 10 where absent.";
const ERROR: &str =
    "Standard error of the climate so measured: few mergers in a decade, another series, climates that change.";

fn name(table: &mut Table<'_>, stem: &str) -> String {
    let name = table.optional("name", "The name of its results folder; the file's name where absent.", &SLUG);
    if name.is_none() && !is_slug(stem) {
        let what = format!("the scenario has no `name`, and its file's name \"{stem}\" cannot serve as one");
        table.push(
            Problem::new(table.here(), what).expected(SLUG.expected()).hint("add a line `name = \"...\"` at the top"),
        );
    }
    name.unwrap_or_else(|| stem.to_owned())
}
