//! A comparison as text for people.

use std::fmt::Write as _;

use super::figures::{number, whole};
use super::tables;
use crate::experiments::summary::{Checked, Comparison};

/// The comparison as text for people: heading, levels side by side, paired differences, expectations
/// and how to read it all.
#[must_use]
pub fn text(comparison: &Comparison) -> String {
    let mut out = heading(comparison);
    out.push_str("\nLevels: median, and below it the 5 % to 95 % band over the futures\n");
    out.push_str(&tables::levels(comparison));
    if comparison.policies.len() > 1 {
        out.push_str("\nDifferences from A in the same futures\n");
        out.push_str(&tables::differences(comparison));
        out.push_str(&tables::standards(comparison));
    }
    if tables::has_clusters(comparison) {
        out.push_str(
            "\nClusters after the money: % of those there when it ended (95 % interval); without money: of those founded\n",
        );
        out.push_str(&tables::survival(comparison));
        out.push_str(&tables::money(comparison));
    }
    if !comparison.expectations.is_empty() {
        out.push_str(&expectations(&comparison.expectations));
    }
    out.push('\n');
    out.push_str(&how_to_read(comparison));
    out
}

fn heading(comparison: &Comparison) -> String {
    let Comparison { region, years, seed, version, .. } = comparison;
    let mut out = format!("{}\n", comparison.title);
    let last = region.first_year + i32::from(*years) - 1;
    let (anew, median) = if region.drawn_anew { (", drawn anew in every future", " (median)") } else { ("", "") };
    let _ = writeln!(
        out,
        "{}{anew} · {} districts · {} pupils{median} · {years} years ({}–{last})\n{} futures (replicates {}–{}) · seed {seed} · barnraise {version}",
        region.title,
        whole(region.districts as u64),
        number(region.pupils, 0),
        region.first_year,
        whole(u64::from(comparison.finished)),
        comparison.first_replicate,
        i64::from(comparison.first_replicate) + i64::from(comparison.replicates) - 1,
    );
    out.push_str(what_bands_hold(comparison));
    if !comparison.failures.is_empty() {
        let _ = writeln!(
            out,
            "{} of {} futures could not be finished and are left out.",
            whole(comparison.failures.len() as u64),
            whole(u64::from(comparison.replicates))
        );
    }
    out
}

fn what_bands_hold(comparison: &Comparison) -> &'static str {
    match (comparison.parameters_drawn, comparison.region.drawn_anew) {
        (true, true) => {
            "Region and uncertain inputs are drawn anew in every future, the same ones for all policies: the bands hold\n\
             what we do not know, which region it is, and luck.\n"
        }
        (true, false) => {
            "Uncertain inputs are drawn anew in every future, so the bands hold what we do not know as well as luck, in this\n\
             one region.\n"
        }
        (false, true) => {
            "The region is drawn anew in every future, the same one for all policies; uncertain inputs are held fixed: the\n\
             bands hold which region it is, and luck.\n"
        }
        (false, false) => "Uncertain inputs are held fixed, so the bands hold luck alone, in this one region.\n",
    }
}

fn expectations(checked: &[Checked]) -> String {
    let met = checked.iter().filter(|check| check.inside).count();
    let mut out = format!("\nExpectations of the scenario: {met} of {} met\n", checked.len());
    out.push_str(&tables::expectations(checked));
    out
}

fn how_to_read(comparison: &Comparison) -> String {
    let mut out = String::from(
        "How to read: half of the futures lie below the median and nine in ten within the band. It is a band of what may\n\
         happen in a region like this, not an error of measurement.\n",
    );
    if comparison.policies.len() > 1 {
        out.push_str(
            "Every policy meets the same futures: same districts, births and luck. A difference is the policy less A in one and\n\
             the same future; ± is the 95 % confidence interval of the mean difference, which narrows with more futures, while the\n\
             band does not. \"better\" follows what is good for pupils and taxpayers; where neither way is, \"more\" is counted.\n",
        );
    }
    if tables::has_clusters(comparison) {
        out.push_str(
            "Clusters count for as long as they are seen (Kaplan-Meier): one that is still paid, or whose run ends, is not counted\n\
             as lost. Its years count from the last paid year; without money, from its founding. Working: an activity worked that\n\
             year; paying: belonging brought the mean member more than it cost. Both are shares of all, not of those left.\n",
        );
    }
    out
}
