//! The tables of a comparison for a page of sixty characters: a line for each policy, and what stands side by side on a
//! wide page below each other.

use super::figures::{Shown, UNDEFINED, whole};
use super::page::Page;
use super::tables::{align, constrain, difference_cells, futures, letter, level, render, share_cell, table};
use crate::experiments::summary::{Checked, Comparison, headline};
use crate::experiments::survival::LifeTable;
use crate::model::outcomes::REGION_OUTCOMES;
use comfy_table::CellAlignment;

/// Widths of the label and of a policy's letter, and what borders take.
const LABEL: u16 = 18;
const LETTER: u16 = 2;
const BORDERS: u16 = 12;

/// What is left of a page beside label and letter.
fn rest(page: Page) -> u16 {
    page.width().saturating_sub(LABEL + LETTER + BORDERS).clamp(20, 60)
}

/// Which letter is which policy.
pub(super) fn policies(comparison: &Comparison, page: Page) -> String {
    let line = |(place, title): (usize, &str)| page.paragraph(&format!("{}  {title}", letter(place)));
    comparison.policies.iter().map(|policy| policy.title.as_str()).enumerate().map(line).collect()
}

/// One block for each outcome, one line for each policy.
pub(super) fn levels(comparison: &Comparison, page: Page) -> String {
    let mut table = table();
    table.set_header(["", "", "median", "5 % to 95 %"]);
    for outcome in headline() {
        let shown = Shown::of(outcome.outcome());
        let mut columns: [Vec<String>; 3] = Default::default();
        for (place, policy) in comparison.policies.iter().enumerate() {
            let [median, band, of] = level(&policy.outcomes[outcome.index()], shown);
            let band = if of.is_empty() { band } else { format!("{band} {of}") };
            for (column, cell) in columns.iter_mut().zip([letter(place), median, band]) {
                column.push(cell);
            }
        }
        let label = format!("{}\n  {}, {}", outcome.outcome().title, shown.unit(), shown.time());
        table.add_row(std::iter::once(label).chain(columns.map(|column| column.join("\n"))).collect::<Vec<_>>());
    }
    constrain(&mut table, [LABEL, LETTER, 10, rest(page).saturating_sub(10)]);
    render(&table)
}

/// One block for each outcome; for each policy but the baseline the mean, the band and the futures below each other.
pub(super) fn differences(comparison: &Comparison, page: Page) -> String {
    let mut table = table();
    table.set_header(["", "", "mean ± 95 % CI\nmedian (5 % to 95 %)\nin futures"]);
    for outcome in headline() {
        let shown = Shown::of(outcome.outcome());
        let mut columns: [Vec<String>; 2] = Default::default();
        for (place, policy) in comparison.policies.iter().enumerate().skip(1) {
            let Some(difference) = policy.outcomes[outcome.index()].difference else { continue };
            let [median, band, mean] = difference_cells(&difference, shown);
            let [more, less] = futures(&difference, outcome.outcome().better);
            let counted = if less.is_empty() { more } else { format!("{more}, {less}") };
            let figures = if difference.n == 0 { counted } else { format!("{mean}\n{median} ({band})\n{counted}") };
            columns[0].push(format!("{}{}", letter(place), "\n".repeat(figures.matches('\n').count())));
            columns[1].push(figures);
        }
        let label = format!("{}\n  {}, {}", outcome.outcome().title, shown.short_difference_unit(), shown.time());
        table.add_row(std::iter::once(label).chain(columns.map(|column| column.join("\n"))).collect::<Vec<_>>());
    }
    constrain(&mut table, [LABEL, LETTER, rest(page)]);
    align(&mut table, 2, CellAlignment::Left);
    render(&table)
}

/// A block for each policy's clusters, a line for each age (years after the money, or after the founding).
pub(super) fn survival(comparison: &Comparison, ages: &[u16]) -> String {
    let mut table = table();
    table.set_header(["", "age", "existing", "working", "paying"]);
    for (place, policy) in comparison.policies.iter().enumerate() {
        let letter = letter(place);
        let funded = (letter.clone(), &policy.survival.after_money);
        let unfunded = (format!("{letter}\nno money"), &policy.survival.unfunded);
        for (label, lives) in [funded, unfunded].into_iter().filter(|(_, lives)| lives.clusters > 0) {
            let mut columns: [Vec<String>; 4] = Default::default();
            for &age in ages {
                // The interval stands below its share.
                let cells = age_cells(lives, age).map(|cell| cell.replacen(" (", "\n", 1).replace(')', ""));
                let lines = cells.iter().map(|cell| cell.matches('\n').count()).max().unwrap_or(0);
                let cells = cells.map(|cell| format!("{cell}{}", "\n".repeat(lines - cell.matches('\n').count())));
                let age = format!("{age}{}", "\n".repeat(lines));
                for (column, cell) in columns.iter_mut().zip([age].into_iter().chain(cells)) {
                    column.push(cell);
                }
            }
            let label = format!("{label}\n  {}", whole(lives.clusters));
            table.add_row(std::iter::once(label).chain(columns.map(|column| column.join("\n"))).collect::<Vec<_>>());
        }
    }
    constrain(&mut table, [9, 3, 11, 11, 11]);
    render(&table)
}

fn age_cells(lives: &LifeTable, age: u16) -> [String; 3] {
    lives.at(age).map_or_else(
        || [UNDEFINED, "", ""].map(str::to_owned),
        |figures| [figures.existing, figures.working, figures.paying].map(share_cell),
    )
}

/// What the scenario expects, and what was found; the source below what it is of.
pub(super) fn expectations(checked: &[Checked], page: Page) -> String {
    let mut table = table();
    table.set_header(["", "expected\nfound"]);
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for check in checked {
        let year = check.year.map(|year| format!(" in year {year}")).unwrap_or_default();
        let Some(outcome) = REGION_OUTCOMES.iter().find(|outcome| outcome.id == check.outcome) else { continue };
        let shown = Shown::of(outcome);
        let difference = check.measure.ends_with("_difference");
        let unit = if difference { shown.short_difference_unit() } else { shown.unit() };
        let measure = check.measure.replace('_', " ");
        table.add_row([
            format!("{}\n{measure}{year}, {unit}\n{}\n{}", outcome.title, check.policy, one_line(&check.source)),
            format!(
                "{} to {}\n{} {}",
                shown.fine(check.low),
                shown.fine(check.high),
                shown.fine(check.observed),
                if check.inside { "met" } else { "MISSED" }
            ),
        ]);
    }
    constrain(&mut table, [page.width().saturating_sub(24).clamp(16, 60), 16]);
    align(&mut table, 1, CellAlignment::Left);
    render(&table)
}
