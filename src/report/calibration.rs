//! A calibration for people: how the search went, targets published and simulated, parameters before and
//! after.

use std::fmt::Write as _;

use super::charts::ChartFile;
use super::figures::{number, signed, whole};
use super::reference;
use crate::experiments::calibrate::search::Generation;
use crate::experiments::calibrate::{Calibration, ClimateFit, INFORMED, ParameterFit, TargetFit};
use crate::plots::{PlotError, RangeRow, RangesChart, png};

/// The calibration as text.
#[must_use]
pub fn text(calibration: &Calibration) -> String {
    let mut out = format!("{}\nseed {}\n\n", calibration.title, calibration.seed);
    out.push_str(&search(calibration));
    out.push_str(&small_sample(calibration));
    out.push_str(
        "\nTargets: published, and simulated under the default parameters and under the posterior (median, 5 % to 95 %)\n",
    );
    out.push_str(&targets(calibration));
    let _ = writeln!(
        out,
        "Root mean square miss in tolerances: defaults {}, median of the posterior {}.",
        number(calibration.distance_of_defaults, 2),
        number(calibration.distance_of_posterior, 2)
    );
    if !calibration.climates.is_empty() {
        out.push_str("\nMerger climates fitted to each state's earlier decade (log-odds of a proposal)\n");
        out.push_str(&climates(calibration));
    }
    out.push_str("\nParameters: mean and standard deviation of prior and posterior\n");
    out.push_str(&parameters(calibration));
    out.push_str(&not_informed(calibration));
    out
}

/// The calibration as JSON: the fields of [`Calibration`], documented there.
///
/// # Errors
/// None in practice: a calibration is plain data.
pub fn json(calibration: &Calibration) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(calibration).map(|text| text + "\n")
}

/// The charts of a calibration, each as SVG and PNG: targets, and posterior against prior.
///
/// # Errors
/// When a chart cannot be drawn.
pub fn charts(calibration: &Calibration) -> Result<Vec<ChartFile>, PlotError> {
    let mut files = Vec::new();
    for (name, chart) in [("targets", targets_chart(calibration)), ("parameters", parameters_chart(calibration))] {
        let svg = chart.svg()?;
        files.push(ChartFile { name: format!("{name}.png"), bytes: png(&svg, 1.0)? });
        files.push(ChartFile { name: format!("{name}.svg"), bytes: svg.into_bytes() });
    }
    Ok(files)
}

/// Tolerances on either side of the published figure that a row shows.
const SHOWN_TOLERANCES: f64 = 4.0;
/// Standard deviations on either side of the prior's mean that a row shows.
const SHOWN_DEVIATIONS: f64 = 2.5;

fn targets_chart(calibration: &Calibration) -> RangesChart {
    let row = |fit: &TargetFit| {
        let around = |count: f64| [fit.published - count * fit.tolerance, fit.published + count * fit.tolerance];
        let [low, high] = around(1.0);
        RangeRow {
            label: format!("{}: {}", fit.setting, fit.name),
            scale: around(SHOWN_TOLERANCES),
            decimals: fit.decimals,
            intervals: [[low, fit.published, high], fit.simulated],
        }
    };
    RangesChart {
        title: format!("Published and simulated: {}", calibration.title),
        caption: format!(
            "Each row is four tolerances wide on either side of the published figure; what lies beyond is drawn at its end. Seed {}.",
            calibration.seed
        ),
        series: [
            "published, plus and minus its tolerance".to_owned(),
            "simulated: median, 5 % to 95 % of the posterior".to_owned(),
        ],
        rows: calibration.targets.iter().map(row).collect(),
    }
}

fn parameters_chart(calibration: &Calibration) -> RangesChart {
    let row = |fit: &ParameterFit| {
        let around = |mean: f64, sd: f64| [mean - sd, mean, mean + sd];
        let [low, _, high] = around(fit.prior_mean, SHOWN_DEVIATIONS * fit.prior_sd);
        RangeRow {
            label: format!("{}{}", fit.name, if fit.informed { "" } else { " (not informed)" }),
            scale: [low, high],
            decimals: 3,
            intervals: [around(fit.prior_mean, fit.prior_sd), around(fit.mean, fit.sd)],
        }
    };
    RangesChart {
        title: format!("Posterior against prior: {}", calibration.title),
        caption: format!("Means, plus and minus a standard deviation. Seed {}.", calibration.seed),
        series: ["prior".to_owned(), "posterior".to_owned()],
        rows: calibration.parameters.iter().map(row).collect(),
    }
}

fn search(calibration: &Calibration) -> String {
    let row = |(number_of, generation): (u64, &Generation)| {
        vec![
            whole(number_of),
            whole(generation.simulated as u64),
            number(generation.tolerance, 3),
            number(generation.nearest, 3),
            format!("{} %", number(100.0 * generation.acceptance, 0)),
            number(generation.effective_sample_size, 0),
        ]
    };
    let header = ["generation", "simulated", "tolerance", "nearest", "accepted", "effective sample size"];
    reference(&header, (1..).zip(&calibration.generations).map(row).collect(), &[10, 9, 9, 8, 8, 21])
}

/// Below so many vectors, means and standard deviations say little.
const SMALL_SAMPLE: f64 = 50.0;

fn small_sample(calibration: &Calibration) -> String {
    match calibration.generations.last().map(|last| last.effective_sample_size) {
        Some(size) if size < SMALL_SAMPLE => format!(
            "The posterior weighs no more than {} vectors would: its bands and what it informs are rough. More particles, or fewer\nparameters, help.\n",
            number(size, 0)
        ),
        _ => String::new(),
    }
}

fn targets(calibration: &Calibration) -> String {
    let row = |fit: &TargetFit| {
        let shown = |value: f64| number(value, fit.decimals);
        let [low, median, high] = fit.simulated.map(shown);
        vec![
            fit.setting.clone(),
            fit.name.clone(),
            format!("{} ± {}", shown(fit.published), shown(fit.tolerance)),
            shown(fit.defaults),
            format!("{median} ({low} to {high})"),
            signed(fit.miss, 1),
            fit.unit.to_owned(),
        ]
    };
    let header = ["setting", "target", "published", "defaults", "posterior", "miss", "unit"];
    reference(&header, calibration.targets.iter().map(row).collect(), &[18, 30, 12, 8, 22, 6, 10])
}

fn climates(calibration: &Calibration) -> String {
    let row = |fit: &ClimateFit| {
        let [low, median, high] = fit.climate.map(|value| signed(value, 2));
        vec![fit.setting.clone(), format!("{median} ({low} to {high})")]
    };
    reference(&["setting", "median (5 % to 95 %)"], calibration.climates.iter().map(row).collect(), &[24, 30])
}

fn parameters(calibration: &Calibration) -> String {
    let row = |fit: &ParameterFit| {
        vec![
            fit.name.to_owned(),
            format!("{} ± {}", number(fit.prior_mean, 3), number(fit.prior_sd, 3)),
            format!("{} ± {}", number(fit.mean, 3), number(fit.sd, 3)),
            number(fit.sd / fit.prior_sd, 2),
            if fit.informed { "yes" } else { "no" }.to_owned(),
        ]
    };
    let header = ["parameter", "prior", "posterior", "ratio of s.d.", "informed"];
    reference(&header, calibration.parameters.iter().map(row).collect(), &[24, 18, 18, 13, 8])
}

fn not_informed(calibration: &Calibration) -> String {
    let names: Vec<&str> = calibration.parameters.iter().filter(|fit| !fit.informed).map(|fit| fit.name).collect();
    if names.is_empty() {
        return "Every parameter is informed by the targets.\n".to_owned();
    }
    format!(
        "Not informed by the targets (standard deviation not below {INFORMED} of the prior's): {}.\nBands of these statistics hold what is not known of the parameters, and no luck of single futures.\n",
        names.join(", ")
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::report) fn calibration() -> Calibration {
        let fit = |name, sd, informed| ParameterFit { name, title: "", prior_mean: 1.5, prior_sd: 0.2, mean: 1.6, sd, informed };
        Calibration {
            name: "trial".into(),
            title: "A trial".into(),
            seed: 4,
            targets_sha256: String::new(),
            generations: vec![Generation {
                simulated: 200,
                tolerance: 1.5,
                acceptance: 0.31,
                effective_sample_size: 77.7,
                nearest: 0.9,
            }],
            distance_of_defaults: 2.0,
            distance_of_posterior: 1.0,
            targets: vec![TargetFit {
                setting: "ND".into(),
                name: "take-up".into(),
                unit: "share",
                decimals: 2,
                published: 0.44,
                tolerance: 0.07,
                source: "law".into(),
                defaults: f64::NAN,
                simulated: [0.4, 0.51, 0.6],
                miss: 1.0,
            }],
            parameters: vec![fit("found_grant", 0.1, true), fit("vote_host", 0.19, false)],
            climates: vec![ClimateFit { setting: "ND".into(), climate: [-0.5, 0.25, 1.0] }],
        }
    }

    #[test]
    fn everything_that_was_found_is_told_and_what_is_not_informed_is_named() {
        let text = text(&calibration());
        for part in ["0.44 ± 0.07", "0.51 (0.40 to 0.60)", "+1.0", "n/a", "+0.25 (-0.50 to +1.00)", "31 %", "78", "defaults 2.00"]
        {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        let last = text.lines().rev().nth(1).unwrap_or_default();
        assert!(last.contains("vote_host") && !last.contains("found_grant"), "{last}");
        assert!(text.lines().all(|line| line.chars().count() <= 130), "{text}");
    }

    #[test]
    fn a_small_effective_sample_is_told() {
        let mut calibration = calibration();
        assert!(!text(&calibration).contains("are rough"));
        calibration.generations[0].effective_sample_size = 15.2;
        assert!(text(&calibration).contains("no more than 15 vectors"));
    }

    #[test]
    fn charts_show_every_target_and_parameter() {
        let files = charts(&calibration()).expect("they can be drawn");
        let text = |name: &str| {
            let file = files.iter().find(|file| file.name == name).expect("it is there");
            String::from_utf8_lossy(&file.bytes).into_owned()
        };
        assert!(text("targets.svg").contains("ND: take-up"));
        assert!(text("parameters.svg").contains("vote_host (not informed)"));
        assert_eq!(files.len(), 4);
    }

    #[test]
    fn json_writes_what_is_not_defined_as_null() {
        let value: serde_json::Value = serde_json::from_str(&json(&calibration()).expect("plain data")).expect("JSON");
        assert!(value["targets"][0]["defaults"].is_null());
        assert_eq!(value["parameters"][0]["informed"], true);
    }
}
