//! A backtest as printed tables, as a page for the documentation, as CSV, JSON and charts.

use std::fmt::Write as _;

use super::charts::ChartFile;
use super::figures::{number, whole};
use super::page::Page;
use super::tables::reference;
use crate::experiments::backtest::held_out::HeldOut;
use crate::experiments::backtest::{Band, Check, Paired, StateResult, Unit, YearCount, checks, score};
use crate::plots::{FanChart, FanPanel, IntervalChart, IntervalPanel, IntervalRow, PlotError, png};

/// What a reader must know to make the same figures again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The command.
    pub command: String,
    /// The seed.
    pub seed: u64,
    /// Futures of each state.
    pub replicates: u32,
    /// The posterior that parameters were drawn from; none where from their priors.
    pub posterior: Option<String>,
}

impl Made {
    /// Where the parameters come from, as a sentence.
    fn parameters(&self) -> String {
        self.posterior.as_ref().map_or_else(
            || "Parameters are drawn from their published priors.".to_owned(),
            |name| {
                format!(
                    "Parameters are drawn from the posterior \"{name}\", those that it does not hold from their priors."
                )
            },
        )
    }
}

/// Where the page looks for its charts, relative to itself.
const IMAGES: &str = "images/validation";

fn figure(value: f64, unit: Unit) -> String {
    if value.is_nan() {
        return "none".to_owned();
    }
    match unit {
        Unit::Count => number(value, 0),
        Unit::Mean => number(value, 1),
        Unit::Share => format!("{} %", number(value * 100.0, 0)),
        Unit::Rate => format!("{} %", number(value * 100.0, 2)),
        Unit::Index => number(value, 3),
    }
}

fn band(band: Band, unit: Unit) -> String {
    let median = figure(band.median, unit);
    if (band.high - band.low).abs() > 0.0 {
        format!("{median} ({} to {})", figure(band.low, unit), figure(band.high, unit))
    } else {
        median
    }
}

fn verdict(hit: bool) -> &'static str {
    if hit { "hit" } else { "MISS" }
}

fn cells(check: &Check) -> Vec<String> {
    vec![
        check.target.clone(),
        figure(check.published, check.unit),
        band(check.simulated, check.unit),
        verdict(check.hit).to_owned(),
    ]
}

fn paired_cells(paired: &Paired) -> Vec<String> {
    let record = paired.record.map(|change| figure(change, Unit::Rate)).unwrap_or_default();
    vec![paired.what.clone(), band(paired.without, Unit::Rate), band(paired.effect, Unit::Rate), record]
}

const PAIRED: [&str; 4] = [
    "yearly loss of districts",
    "without the policy (90 %)",
    "what the policy adds (90 %)",
    "change of the record from the period before",
];

/// Where the merger climate comes from, as a sentence.
fn climate(result: &StateResult) -> String {
    let Some(climate) = &result.climate else {
        return "The merger climate is drawn from its prior, N(0, 0.6).".to_owned();
    };
    let signed = |value: f64| super::figures::signed(value, 2);
    let Band { low, median, high } = climate.mean;
    format!(
        "Merger climate from a loss of {} % a year in the earlier decade: {} ({} to {}) over the parameters, ± {} in every future.",
        number(climate.loss, 1),
        signed(median),
        signed(low),
        signed(high),
        number(climate.sd, 2)
    )
}

/// The words of a source in one line.
fn one_line(source: &str) -> String {
    source.split_whitespace().collect::<Vec<_>>().join(" ")
}

const HELD_OUT: [&str; 7] = ["state", "parameters", "hits", "level", "uplift", "years covered", "AUC"];

/// A state's score in a line.
fn score_cells(result: &StateResult, parameters: &str) -> Vec<String> {
    let (list, score) = (checks(result), score(result));
    let hits = list.iter().filter(|check| check.hit).count();
    vec![
        result.state.clone(),
        parameters.to_owned(),
        format!("{hits} of {}", list.len()),
        figure(score.counts, Unit::Rate),
        figure(score.uplift.unwrap_or(f64::NAN), Unit::Rate),
        figure(score.covered, Unit::Share),
        figure(score.auc.unwrap_or(f64::NAN), Unit::Index),
    ]
}

/// For each state that was held out, its result under the priors and under the others' posterior.
fn pairs<'a>(
    results: &'a [StateResult],
    held_out: &'a [HeldOut],
) -> impl Iterator<Item = (&'a StateResult, &'a HeldOut)> {
    let of = |held: &'a HeldOut| {
        results.iter().find(|result| result.state == held.result.state).map(|result| (result, held))
    };
    held_out.iter().filter_map(of)
}

fn score_rows(results: &[StateResult], held_out: &[HeldOut]) -> Vec<Vec<String>> {
    pairs(results, held_out)
        .flat_map(|(prior, held)| [score_cells(prior, "priors"), score_cells(&held.result, "held out")])
        .collect()
}

const SCORES: &str = "\
Held out: parameters calibrated on the settings of the other states alone. Level: mean distance of the median number of
districts from the published one; uplift: mean distance of the changes of the yearly loss.
";

/// The tables for a terminal.
#[must_use]
pub fn text(results: &[StateResult], held_out: &[HeldOut], made: &Made, page: Page) -> String {
    let mut out = format!("{}\n\n", made.parameters());
    for result in results {
        let _ = writeln!(
            out,
            "{} · {} districts of fiscal year 1995 · {} futures · seed {}\nPolicy in force: {}\n{}\n",
            result.state,
            whole(result.districts as u64),
            whole(result.finished as u64),
            made.seed,
            result.policy,
            climate(result)
        );
        let list = checks(result);
        out.push_str(&reference(
            page,
            &["target", "published", "simulated (90 %)", ""],
            list.iter().map(cells).collect(),
            &[52, 10, 30, 5],
        ));
        let hits = list.iter().filter(|check| check.hit).count();
        let _ = writeln!(out, "\n{hits} of {} are hits.\n", list.len());
        if !result.causal.is_empty() {
            out.push_str(&reference(
                page,
                &PAIRED,
                result.causal.iter().map(paired_cells).collect(),
                &[24, 27, 27, 26],
            ));
            out.push('\n');
        }
    }
    if !held_out.is_empty() {
        let _ = writeln!(
            out,
            "Leave one state out\n\n{}\n{SCORES}",
            reference(page, &HELD_OUT, score_rows(results, held_out), &[6, 10, 9, 8, 8, 13, 6])
        );
    }
    out.push_str(&page.paragraph(
        "A hit: the published figure lies inside the simulated 90 % band; for AUC and Brier score, the simulation is at least \
         as good as the yardstick in the column \"published\".",
    ));
    out
}

/// Everything as JSON: results, verdicts and scores.
///
/// # Errors
/// None in practice: plain data.
pub fn json(results: &[StateResult], held_out: &[HeldOut]) -> Result<String, serde_json::Error> {
    let of = |result: &StateResult| serde_json::json!({ "result": result, "checks": checks(result), "score": score(result) });
    let state = |result: &StateResult| {
        let mut state = of(result);
        if let Some(held) = held_out.iter().find(|held| held.result.state == result.state) {
            state["held_out"] = of(&held.result);
            state["held_out"]["calibration"] = serde_json::json!(held.calibration);
        }
        state
    };
    serde_json::to_string_pretty(&results.iter().map(state).collect::<Vec<_>>()).map(|text| text + "\n")
}

/// The tables of the results folder, as names and CSV texts.
///
/// # Errors
/// None in practice: rows are written to memory.
pub fn tables(results: &[StateResult], held_out: &[HeldOut]) -> Result<Vec<(String, Vec<u8>)>, csv::Error> {
    let number = |value: f64| if value.is_nan() { String::new() } else { value.to_string() };
    let three = |band: Band| [number(band.low), number(band.median), number(band.high)];
    let mut checked =
        vec![strings(&["state", "parameters", "target", "published", "p5", "median", "p95", "hit", "rule"])];
    let mut counts = vec![strings(&["state", "fiscal_year", "published", "p5", "median", "p95"])];
    let mut causal = vec![strings(&[
        "state",
        "fiscal_years",
        "without_median",
        "effect_p5",
        "effect_median",
        "effect_p95",
        "record_change",
    ])];
    let mut fates = vec![strings(&[
        "state",
        "leaid",
        "name",
        "pupils_1995",
        "ended",
        "identifier_ended",
        "probability",
        "regression",
    ])];
    for result in results {
        let held = held_out.iter().map(|held| &held.result).find(|held| held.state == result.state);
        for (name, result) in [("as given", Some(result)), ("held out", held)] {
            for check in result.map(checks).into_iter().flatten() {
                let [low, median, high] = three(check.simulated);
                let (hit, rule) = (check.hit.to_string(), check.rule.to_owned());
                let published = number(check.published);
                checked.push(vec![check.state, name.to_owned(), check.target, published, low, median, high, hit, rule]);
            }
        }
        for paired in &result.causal {
            let ([low, median, high], [_, without, _]) = (three(paired.effect), three(paired.without));
            let change = paired.record.map(number).unwrap_or_default();
            causal.push(vec![result.state.clone(), paired.what.clone(), without, low, median, high, change]);
        }
        for count in &result.counts {
            let [low, median, high] = three(count.simulated);
            counts.push(vec![
                result.state.clone(),
                count.year.to_string(),
                count.published.to_string(),
                low,
                median,
                high,
            ]);
        }
        for fate in &result.fates {
            fates.push(vec![
                result.state.clone(),
                fate.id.clone(),
                fate.name.clone(),
                number(fate.pupils),
                fate.ended.to_string(),
                fate.identifier_ended.to_string(),
                number(fate.probability),
                fate.regression.map(number).unwrap_or_default(),
            ]);
        }
    }
    [("checks.csv", checked), ("counts.csv", counts), ("policy.csv", causal), ("districts.csv", fates)]
        .into_iter()
        .map(|(name, rows)| Ok((name.to_owned(), csv_text(&rows)?)))
        .collect()
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn csv_text(rows: &[Vec<String>]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.iter().try_for_each(|row| writer.write_record(row))?;
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// The charts, each as SVG and PNG.
///
/// # Errors
/// When a chart cannot be drawn.
pub fn charts(results: &[StateResult], made: &Made) -> Result<Vec<ChartFile>, PlotError> {
    let caption = format!(
        "{} futures for each state · seed {} · barnraise {}",
        whole(u64::from(made.replicates)),
        made.seed,
        env!("CARGO_PKG_VERSION")
    );
    let mut drawings = Vec::new();
    for result in results {
        drawings.push((format!("districts-{}", result.state.to_lowercase()), counts_chart(result, &caption).svg()?));
    }
    let rates = |result: &StateResult| rates_panel(result);
    drawings.push((
        "exit-rates".to_owned(),
        intervals("Yearly exit rate by size", "pupils", &caption, results, rates).svg()?,
    ));
    let bins = "probability foretold";
    let calibration = intervals(
        "Did as many districts end by 2016 as was foretold? (tenths of the districts)",
        bins,
        &caption,
        results,
        calibration_panel,
    );
    drawings.push(("calibration".to_owned(), calibration.svg()?));
    let mut files = Vec::new();
    for (name, svg) in drawings {
        let picture = png(&svg, 1.0)?;
        files.push(ChartFile { name: format!("{IMAGES}/{name}.svg"), bytes: svg.into_bytes() });
        files.push(ChartFile { name: format!("{IMAGES}/{name}.png"), bytes: picture });
    }
    Ok(files)
}

fn counts_chart(result: &StateResult, caption: &str) -> FanChart {
    // The comparison keeps the 90 % band and the median; the middle half is not drawn.
    let five = |count: &YearCount| {
        let Band { low, median, high } = count.simulated;
        [low, median, median, median, high]
    };
    FanChart {
        title: format!("Districts of {}, simulated from 1995 and observed", result.state),
        unit: "districts".to_owned(),
        caption: caption.to_owned(),
        years: result.counts.iter().map(|count| i32::from(count.year)).collect(),
        panels: vec![FanPanel {
            title: result.policy.clone(),
            quantiles: result.counts.iter().map(five).collect(),
            observed: result.counts.iter().map(|count| f64::from(count.published)).collect(),
        }],
        baseline: None,
        share: false,
    }
}

fn intervals(
    title: &str,
    categories: &str,
    caption: &str,
    results: &[StateResult],
    panel: impl Fn(&StateResult) -> IntervalPanel,
) -> IntervalChart {
    IntervalChart {
        title: title.to_owned(),
        categories: categories.to_owned(),
        caption: caption.to_owned(),
        panels: results.iter().map(panel).collect(),
    }
}

fn rates_panel(result: &StateResult) -> IntervalPanel {
    let rows = result.classes.iter().filter(|class| class.at_risk.0 > 0).map(|class| IntervalRow {
        label: class.class.clone(),
        simulated: [class.simulated.low, class.simulated.median, class.simulated.high],
        observed: [class.observed.low, class.observed.value, class.observed.high],
    });
    IntervalPanel { title: result.state.clone(), rows: rows.collect() }
}

fn calibration_panel(result: &StateResult) -> IntervalPanel {
    let bins = result.which.iter().flat_map(|which| &which.bins);
    let rows = bins.map(|bin| IntervalRow {
        label: format!("{} %", number(bin.foretold * 100.0, 0)),
        simulated: [f64::NAN, bin.foretold, f64::NAN],
        observed: [bin.observed.low, bin.observed.value, bin.observed.high],
    });
    IntervalPanel { title: result.state.clone(), rows: rows.collect() }
}

const HEAD: &str = "\
# Validation: the past simulated again

Generated by `barnraise backtest`; do not edit. Real districts of fiscal year 1995 are simulated to 2016 under the policies then in
force and compared with what happened. Misses are reported as plainly as hits.

- **One parameter set** for all states; only region, policy and the state's merger climate differ. Every future draws the uncertain
  parameters anew.
- **Not a blind test.** Shocks and drifts of enrolment, the giving up of tiny districts, the slope of proposals and the states' approved
  programmes were set with this record at hand, before the parameters were calibrated. Holding a state out takes it out of the
  calibration only.
- **Merger climate**: for every future's parameters, the climate is fitted under which the districts of 1995 lose as many in ten years
  without any policy, and without the sharing that policies had left by then, as the state did in an earlier decade. That decade counted
  other districts, in another way, and had few mergers: the fit is taken as a measurement with the error told at each state, which
  updates the prior N(0, 0.6).
- **What the policy adds** is the difference between the same futures with its instruments and without them. The change of the record
  from one period to the next holds that, and all else that changed.
- **Known at the start**: pupils, revenue and grades of 1995. The trends were not known: every future takes one of 20 draws around
  the published mean of -2 % a year (sd 0.8 % between states, 1.5 % between districts). Places of offices and land of counties are
  those of 2018; a district that is gone stands at a spot inside its county that depends on its identifier alone, so its neighbours
  are known less exactly than those of a district that still exists.
- **Ended** means that another district serves the community. Where a reorganised district got a new identifier, its largest
  predecessor counts as going on, as in the model; the published yardstick counts every identifier that ended, and has its own line.
- **Yardsticks** for which districts ended: size alone, and a logistic regression on log size and the trend of 1995-98, fitted to
  the other states. The regression knows three more years than the simulation.
- **Enrolment**: bands from the trends of 1995-2006, simulated without mergers; districts that took others in are among those
  observed.
- All intervals are of 90 %.
";

/// The page for the documentation.
#[must_use]
pub fn page(results: &[StateResult], held_out: &[HeldOut], made: &Made) -> String {
    let mut out = format!(
        "{HEAD}\nMade by\n\n```text\n{}\n```\n\nseed {}, {} futures for each state. {}\n",
        made.command,
        made.seed,
        made.replicates,
        made.parameters()
    );
    for result in results {
        let list = checks(result);
        let hits = list.iter().filter(|check| check.hit).count();
        let _ = write!(out, "\n## {}\n\nPolicy in force: {}.", result.state, result.policy);
        let source = one_line(&result.source);
        if !source.is_empty() {
            let _ = write!(out, " {source}");
        }
        let _ = writeln!(
            out,
            "\n\n{} {}\n\n**{hits} of {} are hits.**\n\n| target | published | simulated (90 %) | verdict |\n|---|---|---|---|",
            climate(result),
            one_line(result.climate.as_ref().map_or("", |climate| &climate.source)),
            list.len()
        );
        for check in &list {
            let _ = writeln!(out, "| {} |", cells(check).join(" | "));
        }
        if !result.causal.is_empty() {
            let _ =
                writeln!(out, "\n{}", markdown(&PAIRED, &result.causal.iter().map(paired_cells).collect::<Vec<_>>()));
        }
        let name = result.state.to_lowercase();
        let _ = writeln!(out, "\n![Districts of {} by year]({IMAGES}/districts-{name}.svg)", result.state);
        if !result.failures.is_empty() {
            let _ = writeln!(out, "\n{} futures could not be finished.", result.failures.len());
        }
    }
    if !held_out.is_empty() {
        out.push_str(&held_out_page(results, held_out));
    }
    let _ = write!(
        out,
        "\n## All states\n\n![Yearly exit rates by size]({IMAGES}/exit-rates.svg)\n\n![Calibration]({IMAGES}/calibration.svg)\n"
    );
    out
}

fn held_out_page(results: &[StateResult], held_out: &[HeldOut]) -> String {
    let scores = markdown(&HELD_OUT, &score_rows(results, held_out));
    let mut out = format!("\n## Leave one state out\n\n{SCORES}\n{scores}\n");
    for (prior, held) in pairs(results, held_out) {
        let row = |(prior, held): (&Check, &Check)| {
            vec![
                prior.target.clone(),
                figure(prior.published, prior.unit),
                band(prior.simulated, prior.unit),
                verdict(prior.hit).to_owned(),
                band(held.simulated, held.unit),
                verdict(held.hit).to_owned(),
            ]
        };
        let rows: Vec<Vec<String>> = checks(prior).iter().zip(&checks(&held.result)).map(row).collect();
        let header = ["target", "published", "under the priors (90 %)", "", "held out (90 %)", ""];
        let size = held.calibration.generations.last().map_or(f64::NAN, |last| last.effective_sample_size);
        let _ = writeln!(
            out,
            "\n### {} held out\n\nCalibrated on {} figures of others: effective sample size {}, root mean square miss {} tolerances.\n\n{}",
            prior.state,
            held.calibration.targets.len(),
            number(size, 0),
            number(held.calibration.distance_of_posterior, 2),
            markdown(&header, &rows)
        );
    }
    out
}

/// A table of Markdown, without the last line's end.
fn markdown(header: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: Vec<&str>| format!("| {} |", cells.join(" | "));
    let head = [line(header.to_vec()), format!("|{}", "---|".repeat(header.len()))];
    let body = rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
    head.into_iter().chain(body).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiments::backtest::Enrolment;

    const POSTERIOR: &str = "name = \"x\"\ntargets_sha256 = \"a\"\nprogram = \"0\"\nseed = 1\ntolerance = 1\nparameters = [\"wedge\"]\n[[particle]]\nweight = 1\nvalues = [0.001]\n";

    fn result() -> StateResult {
        let count =
            |published| YearCount { year: 2016, published, simulated: Band { low: 150.0, median: 160.0, high: 170.0 } };
        StateResult {
            state: "ND".to_owned(),
            policy: "No instrument".to_owned(),
            source: "a\nlaw".to_owned(),
            districts: 238,
            finished: 9,
            failures: Vec::new(),
            counts: vec![count(177)],
            losses: Vec::new(),
            uplifts: Vec::new(),
            causal: vec![Paired {
                what: "2001 to 2016".to_owned(),
                without: Band { low: 0.001, median: 0.004, high: 0.01 },
                effect: Band { low: 0.0, median: 0.0025, high: 0.006 },
                record: Some(0.0079),
            }],
            climate: None,
            classes: Vec::new(),
            sizes: Vec::new(),
            which: None,
            enrolment: Enrolment { years: vec![(2007, 9, 10)] },
            fates: Vec::new(),
        }
    }

    #[test]
    fn a_miss_is_printed_as_plainly_as_a_hit() {
        let made = Made { command: "barnraise backtest".to_owned(), seed: 1, replicates: 9, posterior: None };
        let page = page(&[result()], &[], &made);
        assert!(page.contains("| Districts in 2016 | 177 | 160 (150 to 170) | MISS |"), "{page}");
        assert!(page.contains("| Later enrolments inside their 90 % bands | 90 % | 90 % | hit |"), "{page}");
        assert!(
            page.contains("| 2001 to 2016 | 0.40 % (0.10 % to 1.00 %) | 0.25 % (0.00 % to 0.60 %) | 0.79 % |"),
            "{page}"
        );
        let text = text(&[result()], &[], &made, Page::ENDLESS);
        assert!(text.contains("MISS") && text.contains("1 of 3 are hits"), "{text}");
        assert!(!page.contains("held out") && page.contains("published priors"));
    }

    #[test]
    fn a_state_held_out_stands_beside_itself_under_the_priors() {
        let made = Made { command: "barnraise backtest".to_owned(), seed: 1, replicates: 9, posterior: None };
        let mut better = result();
        better.counts[0].simulated = Band { low: 170.0, median: 176.0, high: 180.0 };
        let posterior = crate::futures::posterior::parse(POSTERIOR, "p.toml").expect("it is sound");
        let held =
            [HeldOut { calibration: crate::report::calibration::tests::calibration(), posterior, result: better }];
        let page = page(&[result()], &held, &made);
        assert!(
            page.contains("| Districts in 2016 | 177 | 160 (150 to 170) | MISS | 176 (170 to 180) | hit |"),
            "{page}"
        );
        assert!(page.contains("| ND | priors | 1 of 3 |") && page.contains("| ND | held out | 3 of 3 |"), "{page}");
        assert!(text(&[result()], &held, &made, Page::ENDLESS).contains("Leave one state out"));
        let json: serde_json::Value =
            serde_json::from_str(&json(&[result()], &held).expect("plain data")).expect("JSON");
        assert_eq!(json[0]["held_out"]["checks"][0]["hit"], true);
        let tables = tables(&[result()], &held).expect("rows in memory");
        assert_eq!(String::from_utf8_lossy(&tables[0].1).matches(",held out,").count(), 3);
    }

    #[test]
    fn the_tables_have_a_line_for_every_check_and_year() {
        let tables = tables(&[result()], &[]).expect("rows in memory");
        let lines: Vec<usize> =
            tables.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).lines().count()).collect();
        assert_eq!(lines, [4, 2, 2, 1]);
    }

    #[test]
    fn the_page_in_the_documents_is_one_that_this_program_writes() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/validation.md");
        let page = std::fs::read_to_string(path).expect("the page is part of the project").replace("\r\n", "\n");
        assert!(page.starts_with(HEAD), "its head differs: make it anew with `barnraise backtest`");
        let tables = page.split("\n\n").filter(|part| part.starts_with("| target"));
        let rows: Vec<&str> =
            tables.flat_map(|table| table.lines().skip(2)).filter(|line| line.starts_with("| ")).collect();
        assert!(rows.len() > 30 && rows.iter().all(|row| row.ends_with("| hit |") || row.ends_with("| MISS |")));
    }
}
