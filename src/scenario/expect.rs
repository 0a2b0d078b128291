//! `[[expect]]`: bands in which figures are expected to lie, with their sources.

use crate::diagnostics::{Problem, nearest};
use crate::input::{Choice, List, Number, Table, Text, Whole, options};
use crate::model::outcomes::RegionOutcome;
use crate::model::policy::Policy;

use super::{Expectation, Measure};

/// The keys of one `[[expect]]`.
pub(super) fn expectation(table: &mut Table<'_>, policies: &[Policy], years: u16) -> Expectation {
    let policy = policy(table, policies);
    let outcomes = Choice::new(
        RegionOutcome::ALL.into_iter().map(|outcome| (outcome.outcome().id, outcome, outcome.outcome().meaning)),
    );
    let outcome = table.required("outcome", "The outcome.", &outcomes);
    let measure = measure(table, policy);
    let doc = "The simulated year in which it is read, counted from 1; the outcome's own summary over the years where absent.";
    let year = table.optional("year", doc, &Whole::new("", 1, i64::from(years)).hint(super::COUNTED_FROM_1));
    let (low, high) = band(table, outcome);
    Expectation {
        policy: policy.unwrap_or_default(),
        outcome,
        year: year.map(|year| (year - 1) as u16),
        measure,
        low,
        high,
        source: table.required("source", "Where the band comes from: evidence, not a run.", &Text),
    }
}

fn policy(table: &mut Table<'_>, policies: &[Policy]) -> Option<usize> {
    let name = table.required("policy", "The name of the policy.", &Text);
    let place = policies.iter().position(|policy| policy.name == name);
    // A policy whose own name was refused may be the one that is meant.
    if place.is_none() && !name.is_empty() && policies.iter().all(|policy| !policy.name.is_empty()) {
        let names = || policies.iter().map(|policy| policy.name.as_str());
        let hint = nearest(&name, names()).map(|name| format!("did you mean \"{name}\"?")).unwrap_or_default();
        let list = names().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let problem = Problem::new(table.place("policy"), format!("the scenario has no policy \"{name}\""));
        table.push(problem.expected(format!("one of: {list}")).hint(hint));
    }
    place
}

fn measure(table: &mut Table<'_>, policy: Option<usize>) -> Measure {
    let measures = options(&[
        ("median", Measure::Median, "the median over the futures."),
        ("mean", Measure::Mean, "the mean over the futures."),
        ("median_difference", Measure::MedianDifference, "the median of the paired difference from the baseline."),
        ("mean_difference", Measure::MeanDifference, "the mean of the paired difference from the baseline."),
    ]);
    let measure = table.or("measure", "Which figure of its distribution over the futures.", &measures, Measure::Median);
    if policy == Some(0) && matches!(measure, Measure::MedianDifference | Measure::MeanDifference) {
        let problem = Problem::new(table.place("measure"), "the baseline has no difference from itself");
        table.push(problem.expected("\"median\" or \"mean\", or another policy than the first"));
    }
    measure
}

fn band(table: &mut Table<'_>, outcome: RegionOutcome) -> (f64, f64) {
    let number = Number::new(outcome.outcome().unit, f64::NEG_INFINITY, f64::INFINITY);
    let doc = "Lower and upper end, both included, in the outcome's unit; a share runs from 0 to 1 and may be written \"44 %\".";
    let before = table.found();
    let band = table.required("between", doc, &List { of: number, least: 2, most: 2 });
    // The shape has made sure of the length.
    let (low, high) = (band.first().copied().unwrap_or_default(), band.get(1).copied().unwrap_or_default());
    if table.found() == before && low > high {
        let problem = Problem::new(table.place("between"), format!("the band runs from {low} down to {high}"));
        table.push(problem.expected("the lower end first").hint(format!("between = [{high}, {low}]")));
    }
    (low, high)
}
