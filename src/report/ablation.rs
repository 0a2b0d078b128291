//! An ablation as a printed table, as a page of the documentation, and as CSV.

use std::fmt::Write as _;

use comfy_table::{Table, presets};

use super::figures::{number, signed, whole};
use super::page::Page;
use super::tables::{fit, render};
use crate::experiments::ablate::{Ablated, Row};
use crate::experiments::statistics::PairedDifference;

/// The ablation as text for people.
#[must_use]
pub fn text(found: &Ablated, page: Page) -> String {
    let mut out = format!(
        "What each factor of the two source studies is worth: {} under \"{}\"\n{}\n\n",
        found.scenario,
        found.policy_title,
        facts(found)
    );
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header([
        "",
        "with it",
        "effect\n95 % interval",
        "verdict",
        "founded",
    ]);
    for row in &found.rows {
        table.add_row([
            format!(
                "{} {}\n  without: {}\n  {}",
                row.seed,
                row.factor,
                row.mechanism.replace(", ", ",\n    "),
                row.outcome
            ),
            number(row.with_factor, 3),
            format!("{}\n{}", signed(row.effect.mean, 4), interval(&row.effect)),
            format!("{}\nclaimed: {}", row.verdict, row.claimed),
            founding(row),
        ]);
    }
    fit(&mut table, page);
    out.push_str(&render(&table));
    let _ = write!(out, "\n{}\n{HOW}", tally(found));
    out
}

const HOW: &str = "\
Effect: the outcome without the factor less the outcome with it, in the same futures; the interval is that of the
mean; \"claimed\" is what the study says the outcome does without the factor. Where a factor acts after the founding,
the same clusters are founded by the same districts in both worlds, and clusters that have ended count with nothing.
\"founded\": effect on the number of clusters founded where the boards that found feel the lack too. With this many
rows, one in twenty intervals misses zero by chance.
";

fn facts(found: &Ablated) -> String {
    let under = found.posterior.as_ref().map(|name| format!(" · under the posterior \"{name}\"")).unwrap_or_default();
    format!(
        "{}{} · {} years · {} futures from replicate {} · seed {}{under} · barnraise {}",
        found.region,
        if found.region_drawn_anew { ", drawn anew in every future" } else { "" },
        found.years,
        whole(u64::from(found.finished)),
        found.first_replicate,
        found.seed,
        found.version
    )
}

fn interval(effect: &PairedDifference) -> String {
    format!("{} to {}", signed(effect.mean_low, 4), signed(effect.mean_high, 4))
}

fn founding(row: &Row) -> String {
    if row.same_foundings { signed(row.founding.mean, 2) } else { String::new() }
}

fn tally(found: &Ablated) -> String {
    let count = |verdict: &str| found.rows.iter().filter(|row| row.verdict == verdict).count();
    format!(
        "{} of {} rows as claimed, {} not distinguishable, {} the wrong way.",
        count("as claimed"),
        found.rows.len(),
        count("not distinguishable"),
        count("wrong way")
    )
}

/// The ablation as a page of the reference documentation.
#[must_use]
pub fn markdown(found: &Ablated) -> String {
    let mut out = format!(
        "# Ablation: what each factor of the source studies is worth\n\n\
         Made by `barnraise ablate scenarios/{}.toml --policy {} --replicates {} --seed {}`; not edited by hand.\n\n\
         {}\n\n{}\n\n{}\n\
         | | the study says (paraphrased) | switched off | outcome | with it | effect | 95 % interval | claimed | verdict | clusters founded |\n\
         |---|---|---|---|---:|---:|---|---|---|---:|\n",
        found.scenario,
        found.policy,
        found.finished,
        found.seed,
        facts(found),
        tally(found),
        HOW
    );
    for row in &found.rows {
        let _ = writeln!(
            out,
            "| {} | {} ({}, {}) | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.factor,
            row.sentence,
            row.seed,
            row.section,
            row.mechanism,
            row.outcome,
            number(row.with_factor, 3),
            signed(row.effect.mean, 4),
            interval(&row.effect),
            row.claimed,
            row.verdict,
            founding(row)
        );
    }
    out
}

/// The ablation as CSV.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn csv(found: &Ablated) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "id",
        "factor",
        "seed",
        "section",
        "sentence",
        "switched_off",
        "outcome",
        "claimed",
        "n",
        "with_factor",
        "effect",
        "effect_low",
        "effect_high",
        "founded_effect",
        "founded_low",
        "founded_high",
        "verdict",
    ])?;
    for row in &found.rows {
        let figure = |value: f64| value.to_string();
        writer.write_record([
            row.id.to_owned(),
            row.factor.to_owned(),
            row.seed.to_owned(),
            row.section.to_owned(),
            row.sentence.to_owned(),
            row.mechanism.clone(),
            row.outcome.to_owned(),
            row.claimed.to_owned(),
            row.effect.n.to_string(),
            figure(row.with_factor),
            figure(row.effect.mean),
            figure(row.effect.mean_low),
            figure(row.effect.mean_high),
            figure(row.founding.mean),
            figure(row.founding.mean_low),
            figure(row.founding.mean_high),
            row.verdict.to_owned(),
        ])?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
