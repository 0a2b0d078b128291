//! A comparison as text for people.

use super::figures::{number, whole};
use super::page::Page;
use super::{narrow, tables};
use crate::experiments::summary::{Checked, Comparison};

/// The comparison as text for people: heading, levels, paired differences, expectations and how to read it all, on a
/// page of this width.
#[must_use]
pub fn text(comparison: &Comparison, page: Page) -> String {
    let mut out = heading(comparison, page);
    let slim = page.is_narrow();
    if slim {
        out.push('\n');
        out.push_str(&narrow::policies(comparison, page));
        out.push('\n');
        out.push_str(&page.paragraph("Levels: median and 5 % to 95 % band over the futures"));
        out.push_str(&narrow::levels(comparison, page));
    } else {
        out.push_str("\nLevels: median, and below it the 5 % to 95 % band over the futures\n");
        out.push_str(&tables::levels(comparison));
    }
    if comparison.policies.len() > 1 {
        out.push_str("\nDifferences from A in the same futures\n");
        out.push_str(&if slim { narrow::differences(comparison, page) } else { tables::differences(comparison) });
        out.push_str(&tables::standards(comparison, page));
    }
    if tables::has_clusters(comparison) {
        out.push('\n');
        out.push_str(&page.paragraph(
            "Clusters after the money: % of those there when it ended (95 % interval); without money: of those founded",
        ));
        let ages = &tables::PRINTED_AGES;
        out.push_str(&if slim { narrow::survival(comparison, ages) } else { tables::survival(comparison) });
        out.push_str(&tables::money(comparison, page));
    }
    if !comparison.expectations.is_empty() {
        out.push_str(&expectations(&comparison.expectations, page));
    }
    out.push('\n');
    out.push_str(&how_to_read(comparison, page));
    out
}

fn heading(comparison: &Comparison, page: Page) -> String {
    let Comparison { region, years, seed, version, .. } = comparison;
    let mut out = page.paragraph(&comparison.title);
    let last = region.first_year + i32::from(*years) - 1;
    let (anew, median) = if region.drawn_anew { (", drawn anew in every future", " (median)") } else { ("", "") };
    out.push_str(&page.paragraph(&format!(
        "{}{anew} · {} districts · {} pupils{median} · {years} years ({}–{last})",
        region.title,
        whole(region.districts as u64),
        number(region.pupils, 0),
        region.first_year,
    )));
    out.push_str(&page.paragraph(&format!(
        "{} futures (replicates {}–{}) · seed {seed} · barnraise {version}",
        whole(u64::from(comparison.finished)),
        comparison.first_replicate,
        i64::from(comparison.first_replicate) + i64::from(comparison.replicates) - 1,
    )));
    out.push_str(&page.paragraph(what_bands_hold(comparison)));
    if !comparison.failures.is_empty() {
        out.push_str(&page.paragraph(&format!(
            "{} of {} futures could not be finished and are left out.",
            whole(comparison.failures.len() as u64),
            whole(u64::from(comparison.replicates))
        )));
    }
    out
}

fn what_bands_hold(comparison: &Comparison) -> &'static str {
    match (comparison.parameters_drawn, comparison.region.drawn_anew) {
        (true, true) => {
            "Region and uncertain inputs are drawn anew in every future, the same ones for all policies: the bands hold \
             what we do not know, which region it is, and luck."
        }
        (true, false) => {
            "Uncertain inputs are drawn anew in every future, so the bands hold what we do not know as well as luck, in this \
             one region."
        }
        (false, true) => {
            "The region is drawn anew in every future, the same one for all policies; uncertain inputs are held fixed: the \
             bands hold which region it is, and luck."
        }
        (false, false) => "Uncertain inputs are held fixed, so the bands hold luck alone, in this one region.",
    }
}

fn expectations(checked: &[Checked], page: Page) -> String {
    let met = checked.iter().filter(|check| check.inside).count();
    let mut out = format!("\nExpectations of the scenario: {met} of {} met\n", checked.len());
    out.push_str(&if page.is_narrow() { narrow::expectations(checked, page) } else { tables::expectations(checked) });
    out
}

fn how_to_read(comparison: &Comparison, page: Page) -> String {
    let mut out = page.paragraph(
        "How to read: half of the futures lie below the median and nine in ten within the band. It is a band of what may \
         happen in a region like this, not an error of measurement.",
    );
    if comparison.policies.len() > 1 {
        out.push_str(&page.paragraph(
            "Every policy meets the same futures: same districts, births and luck. A difference is the policy less A in one and \
             the same future; ± is the 95 % confidence interval of the mean difference, which narrows with more futures, while \
             the band does not. \"better\" follows what is good for pupils and taxpayers; where neither way is, \"more\" is counted.",
        ));
    }
    if tables::has_clusters(comparison) {
        out.push_str(&page.paragraph(
            "Clusters count for as long as they are seen (Kaplan-Meier): one that is still paid, or whose run ends, is not \
             counted as lost. Its years count from the last paid year; without money, from its founding. Working: an activity \
             worked that year; paying: belonging brought the mean member more than it cost. Both are shares of all, not of \
             those left.",
        ));
    }
    out
}
