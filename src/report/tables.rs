//! The printed tables. They are at most about 110 characters wide with five policies; for pages that are narrower than
//! that see [`narrow`](super::narrow).

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, Width, presets};

use super::figures::{Shown, UNDEFINED, number, whole};
use super::page::Page;
use crate::experiments::standards::StandardEffect;
use crate::experiments::statistics::PairedDifference;
use crate::experiments::summary::{Checked, Comparison, OutcomeFigures, PolicyFigures, headline};
use crate::experiments::survival::{LifeTable, Share, Survival};
use crate::model::outcomes::{Better, REGION_OUTCOMES, RegionOutcome};

/// Widest label of a row.
const LABEL: u16 = 32;
/// The same where figures need the room.
const NARROW_LABEL: u16 = 28;
/// Most characters of a source in the table of expectations; the scenario file has it in full.
const SOURCE: usize = 76;
/// Widest column of a policy in the table of levels.
const POLICY: u16 = 14;

/// The letter of a policy in the tables: A, B, … Z, then AA, AB, …
pub(super) fn letter(place: usize) -> String {
    let last = char::from(b'A' + (place % 26) as u8);
    match (place / 26).checked_sub(1) {
        Some(rest) => letter(rest) + &last.to_string(),
        None => last.to_string(),
    }
}

/// Policies side by side, outcomes below each other.
pub(super) fn levels(comparison: &Comparison) -> String {
    let mut table = table();
    let titles =
        comparison.policies.iter().enumerate().map(|(place, policy)| format!("{}\n{}", letter(place), policy.title));
    table.set_header(std::iter::once(String::new()).chain(titles).collect::<Vec<_>>());
    for outcome in headline() {
        let shown = Shown::of(outcome.outcome());
        let label = format!("{}\n  {}, {}", outcome.outcome().title, shown.unit(), shown.time());
        let cells = comparison.policies.iter().map(|policy| level_cell(&policy.outcomes[outcome.index()], shown));
        table.add_row(std::iter::once(label).chain(cells).collect::<Vec<_>>());
    }
    let policies = (0..comparison.policies.len()).map(|_| POLICY);
    constrain(&mut table, std::iter::once(LABEL).chain(policies));
    render(&table)
}

fn level_cell(figures: &OutcomeFigures, shown: Shown) -> String {
    level(figures, shown).into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Median, band, and of how many futures where it is not defined in all; the last may be empty, or the last two.
pub(super) fn level(figures: &OutcomeFigures, shown: Shown) -> [String; 3] {
    let level = figures.level;
    if level.n == 0 {
        return [UNDEFINED.to_owned(), String::new(), String::new()];
    }
    let of = if level.undefined > 0 { format!("(in {})", whole(level.n)) } else { String::new() };
    [shown.level(level.median), format!("{}–{}", shown.level(level.p5), shown.level(level.p95)), of]
}

/// One block for each outcome, one line for each policy but the baseline.
pub(super) fn differences(comparison: &Comparison) -> String {
    let mut table = table();
    table.set_header(["", "", "median", "5 % to 95 %", "mean ± 95 % CI", "in futures", ""]);
    for outcome in headline() {
        let shown = Shown::of(outcome.outcome());
        let mut columns: [Vec<String>; 6] = Default::default();
        for (place, policy) in comparison.policies.iter().enumerate().skip(1) {
            let Some(difference) = policy.outcomes[outcome.index()].difference else { continue };
            let [median, band, mean] = difference_cells(&difference, shown);
            let [favourable, other] = futures(&difference, outcome.outcome().better);
            for (column, cell) in columns.iter_mut().zip([letter(place), median, band, mean, favourable, other]) {
                column.push(cell);
            }
        }
        let label = format!("{}\n  {}, {}", outcome.outcome().title, shown.short_difference_unit(), shown.time());
        table.add_row(std::iter::once(label).chain(columns.map(|column| column.join("\n"))).collect::<Vec<_>>());
    }
    constrain(&mut table, [NARROW_LABEL, 3, 10, 22, 18, 28, 14]);
    render(&table)
}

pub(super) fn difference_cells(difference: &PairedDifference, shown: Shown) -> [String; 3] {
    if difference.n == 0 {
        return [UNDEFINED.to_owned(), String::new(), String::new()];
    }
    let band = format!("{} to {}", shown.difference(difference.p5), shown.difference(difference.p95));
    let half = difference.mean_high - difference.mean;
    let mean = if half.is_nan() {
        shown.difference(difference.mean)
    } else {
        format!("{} ± {}", shown.difference(difference.mean), shown.half_width(half))
    };
    [shown.difference(difference.median), band, mean]
}

/// "better in 812 of 1,000" and "worse 100".
pub(super) fn futures(difference: &PairedDifference, direction: Better) -> [String; 2] {
    let n = whole(difference.n);
    if difference.n == 0 {
        return ["defined in none".to_owned(), String::new()];
    }
    if difference.equal == difference.n {
        return [format!("the same in all {n}"), String::new()];
    }
    match (difference.better(direction), difference.worse(direction)) {
        (Some(better), Some(worse)) => {
            [format!("better in {} of {n}", whole(better)), format!("worse {}", whole(worse))]
        }
        _ => [format!("more in {} of {n}", whole(difference.more)), format!("less {}", whole(difference.less))],
    }
}

/// Whether the sign of a policy's effect on viability depends on what the state asks of a high school: a sentence for
/// each policy of which it does, or one for all.
pub(super) fn standards(comparison: &Comparison, page: Page) -> String {
    let shown = Shown::of(RegionOutcome::viability_last.outcome());
    let told = |effect: &StandardEffect| {
        let half = shown.half_width(effect.mean_high - effect.mean);
        let at = effect
            .units
            .map_or("under the state's own standard".to_owned(), |units| format!("at {} units", number(units, 0)));
        (shown.difference(effect.mean), half, at)
    };
    let places = comparison.policies.iter().enumerate();
    let depends = places.filter_map(|(place, policy)| {
        let signs = comparison.standards.iter().find(|signs| signs.policy == policy.name && signs.sign_depends)?;
        let clear = signs.effects.iter().filter(|effect| effect.sign() != 0).map(told);
        let effects: Vec<String> = clear
            .enumerate()
            .map(|(nth, (mean, half, at))| format!("{mean} ± {half}{} {at}", if nth == 0 { " points" } else { "" }))
            .collect();
        let asked = format!("depends on what the state asks of a high school: {}.", effects.join(", "));
        Some(page.paragraph(&format!("The sign of policy {}'s effect on viability {asked}", letter(place))))
    });
    let all: String = depends.collect();
    if !all.is_empty() {
        return all;
    }
    let units: Vec<f64> =
        comparison.standards.iter().flat_map(|signs| &signs.effects).filter_map(|e| e.units).collect();
    let [low, high] = [units.iter().copied().fold(f64::INFINITY, f64::min), units.iter().copied().fold(0.0, f64::max)];
    if units.is_empty() {
        return String::new();
    }
    page.paragraph(&format!(
        "No policy's sign depends on the standard ({} to {} units).",
        number(low, 0),
        number(high, 0)
    ))
}

/// The ages that are printed, years.
pub(super) const PRINTED_AGES: [u16; 3] = [1, 4, 10];

/// Whether any policy had a cluster in any future.
pub(super) fn has_clusters(comparison: &Comparison) -> bool {
    comparison.policies.iter().flat_map(|policy| policy.survival.tables()).any(|(_, table)| table.clusters > 0)
}

/// How clusters live after their money, and those that have none.
pub(super) fn survival(comparison: &Comparison) -> String {
    let mut table = table();
    let ages = PRINTED_AGES.map(|age| if age == 1 { "1 year after".to_owned() } else { format!("{age} years after") });
    table.set_header([String::new(), "clusters".to_owned(), String::new()].into_iter().chain(ages).collect::<Vec<_>>());
    for (place, policy) in comparison.policies.iter().enumerate() {
        let (letter, survival) = (letter(place), &policy.survival);
        let funded = (format!("{letter}  {}", policy.title), &survival.after_money);
        let unfunded = (format!("{letter}  without money"), &survival.unfunded);
        for (label, lives) in [funded, unfunded].into_iter().filter(|(_, lives)| lives.clusters > 0) {
            let cells = PRINTED_AGES.map(|age| age_cell(lives, age));
            let own = [label, whole(lives.clusters), "existing\nworking\npaying".to_owned()];
            table.add_row(own.into_iter().chain(cells).collect::<Vec<_>>());
        }
    }
    constrain(&mut table, [LABEL, 10, 8, 18, 18, 18]);
    align(&mut table, 2, CellAlignment::Left);
    render(&table)
}

fn age_cell(lives: &LifeTable, age: u16) -> String {
    let Some(figures) = lives.at(age) else { return UNDEFINED.to_owned() };
    [figures.existing, figures.working, figures.paying].map(share_cell).join("\n")
}

/// "81.2 (78.0–84.1)".
pub(super) fn share_cell(share: Share) -> String {
    let percent = |share: f64| number(100.0 * share, 1);
    if share.low.is_nan() {
        return percent(share.share);
    }
    format!("{} ({}–{})", percent(share.share), percent(share.low), percent(share.high))
}

/// What became of clusters while they were paid, and who left otherwise than by ending: a line for each policy
/// that paid any.
pub(super) fn money(comparison: &Comparison, page: Page) -> String {
    let line = |(place, policy): (usize, &PolicyFigures)| {
        let Survival { while_paid, after_money, still_paid, .. } = &policy.survival;
        let last = while_paid.ages.last()?;
        Some(page.paragraph(&format!(
            "{}: {} clusters were paid; {} % live to the end of their money, {} were still paid when the run ended. \
             After the money {} merged and {} met their goal; they are not counted as lost.",
            letter(place),
            whole(while_paid.clusters),
            share_cell(last.existing),
            whole(*still_paid),
            whole(after_money.merged),
            whole(after_money.goal_met),
        )))
    };
    comparison.policies.iter().enumerate().filter_map(line).collect()
}

/// What the scenario expects, and what was found.
pub(super) fn expectations(checked: &[Checked]) -> String {
    let mut table = table();
    table.set_header(["", "policy", "expected", "found", "", "source of the band"]);
    for check in checked {
        let year = check.year.map(|year| format!(" in year {year}")).unwrap_or_default();
        let Some(outcome) = REGION_OUTCOMES.iter().find(|outcome| outcome.id == check.outcome) else { continue };
        let shown = Shown::of(outcome);
        let difference = check.measure.ends_with("_difference");
        let unit = if difference { shown.short_difference_unit() } else { shown.unit() };
        table.add_row([
            format!("{}\n  {}{year}, {unit}", outcome.title, check.measure.replace('_', " ")),
            check.policy.clone(),
            format!("{} to {}", shown.fine(check.low), shown.fine(check.high)),
            shown.fine(check.observed),
            if check.inside { "met" } else { "MISSED" }.to_owned(),
            shortened(&check.source),
        ]);
    }
    constrain(&mut table, [30, 22, 14, 8, 7, 38]);
    for column in [1, 4, 5] {
        align(&mut table, column, CellAlignment::Left);
    }
    render(&table)
}

/// The beginning of a text, on one line.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SOURCE {
        line
    } else {
        line.chars().take(SOURCE - 1).collect::<String>().trim_end().to_owned() + "…"
    }
}

pub(super) fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table
}

/// Sets the columns' widest, figures to the right of their labels.
pub(super) fn constrain(table: &mut Table, widths: impl IntoIterator<Item = u16>) {
    for (place, width) in widths.into_iter().enumerate() {
        if let Some(column) = table.column_mut(place) {
            column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(width + 2)));
            column.set_cell_alignment(if place == 0 { CellAlignment::Left } else { CellAlignment::Right });
        }
    }
}

pub(super) fn align(table: &mut Table, column: usize, alignment: CellAlignment) {
    if let Some(column) = table.column_mut(column) {
        column.set_cell_alignment(alignment);
    }
}

pub(super) fn render(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// A plain table for reference: a header, cells to the left, columns wrapped at these widths, and narrower where the page
/// is.
#[must_use]
pub fn reference(page: Page, header: &[&str], rows: Vec<Vec<String>>, widths: &[u16]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING.header_separator(LineStyle::none().fill('─')));
    table.set_header(header.iter().map(Cell::new).collect::<Vec<_>>());
    table.add_rows(rows);
    for (place, width) in widths.iter().enumerate() {
        if let Some(column) = table.column_mut(place) {
            column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(width + 2)));
        }
    }
    fit(&mut table, page);
    render(&table)
}

/// Sets a table within the page, where that is narrow.
pub(super) fn fit(table: &mut Table, page: Page) {
    if page.is_narrow() {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(page.width());
    }
}
