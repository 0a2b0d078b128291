//! `[region]`: a region file, or the figures that a synthetic region is drawn from.

use std::path::Path;

use crate::diagnostics::{Problem, Problems};
use crate::districts::region_file;
use crate::districts::synthetic::{self, SyntheticSpec};
use crate::input::{Number, Table, Text, Whole};
use crate::model::region::Region;

use super::RegionChoice;

/// The keys of `[region]`.
pub(super) fn region(table: &mut Table<'_>, folder: &Path) -> RegionChoice {
    let doc = "A region file, as `barnraise import` and `barnraise region` write it; relative to the scenario's folder. Without it, a synthetic region is drawn with the scenario's seed from the figures of the other keys.";
    let file = table.optional("file", doc, &Text);
    let spec = synthetic(table);
    let rules = table.table("rules", "Rules of the synthetic region's state.", region_file::rules);
    let finance = table.table("finance", "How the synthetic region's state pays for schools.", region_file::finance);
    let Some(file) = file else { return RegionChoice::Synthetic(Box::new(super::SyntheticRegion { spec, rules, finance })) };
    let path = folder.join(&file);
    let others: Vec<&str> = table.given().filter(|key| *key != "file").collect();
    if let Some(first) = others.first() {
        let what = format!("`file` and `{}` exclude each other", others.join("`, `"));
        let problem = Problem::new(table.place(first), what).expected("either a region file, or figures of a synthetic region");
        table.push(problem.hint("rules and finance of a region file are changed in that file"));
    }
    if !file.is_empty() && !path.is_file() {
        let problem = Problem::new(table.place("file"), format!("there is no region file \"{file}\""));
        table.push(
            problem
                .expected(format!("a file; looked for at {}", path.display()))
                .hint("the path counts from the scenario's folder; `barnraise import` or `barnraise region` makes region files"),
        );
    }
    RegionChoice::File(path)
}

const SHARE: Number = Number::new("share", 0.0, 1.0);
const LOG: Number = Number::new("log", 0.0, 2.0);

fn synthetic(table: &mut Table<'_>) -> SyntheticSpec {
    let own = SyntheticSpec::default();
    let median_pupils = Number::new("pupils", 20.0, 20_000.0);
    let density = Number::new("pupils/square mile", 0.01, 1000.0);
    let valuation = Number::new("$/pupil", 10_000.0, 10_000_000.0);
    let elasticity = Number::new("elasticity", -1.0, 1.0);
    SyntheticSpec {
        districts: whole(table, "districts", "Number of districts.", Whole::new("districts", 2, 2000), own.districts),
        median_pupils: table.or("median_pupils", "Median enrolment of a district.", &median_pupils, own.median_pupils),
        size_sd: table.or("size_sd", SIZE_SD, &LOG, own.size_sd),
        trend: table.or("trend", TREND, &Number::new("log/year", -0.1, 0.1), own.trend),
        trend_sd: table.or("trend_sd", TREND_SD, &Number::new("log/year", 0.0, 0.05), own.trend_sd),
        density: table.or("density", "Median density.", &density, own.density),
        area_sd: table.or("area_sd", AREA_SD, &LOG, own.area_sd),
        districts_per_county: whole(
            table,
            "districts_per_county",
            COUNTY,
            Whole::new("districts", 1, 100),
            own.districts_per_county,
        ),
        support_organisations: whole(table, "support_organisations", SUPPORT, Whole::new("", 0, 100), own.support_organisations),
        elementary_only_share: table.or("elementary_only_share", ELEMENTARY, &SHARE, own.elementary_only_share),
        median_valuation: table.or("median_valuation", "Median taxable valuation per pupil.", &valuation, own.median_valuation),
        valuation_sd: table.or("valuation_sd", VALUATION_SD, &LOG, own.valuation_sd),
        valuation_size_elasticity: table.or(
            "valuation_size_elasticity",
            VALUATION_SIZE,
            &elasticity,
            own.valuation_size_elasticity,
        ),
    }
}

fn whole(table: &mut Table<'_>, name: &'static str, doc: &str, shape: Whole, default: u16) -> u16 {
    table.or(name, doc, &shape, default.into()) as u16
}

const SIZE_SD: &str = "Standard deviation of the log of enrolment between districts.";
const TREND: &str = "Mean yearly change of the log of births; \"-2 %/year\" counts as -0.02.";
const TREND_SD: &str = "Standard deviation of that trend between districts.";
const AREA_SD: &str = "Standard deviation of the log of districts' areas.";
const COUNTY: &str = "Districts of a county, about; counties are blocks of neighbours.";
const SUPPORT: &str = "Universities, service agencies and regional laboratories that can help clusters.";
const ELEMENTARY: &str = "Share of the districts under 200 pupils that teach kindergarten to grade 8 only.";
const VALUATION_SD: &str = "Standard deviation of the log of valuation per pupil.";
const VALUATION_SIZE: &str = "Change of the log of valuation per pupil with the log of enrolment.";

/// The region of a scenario: read from its file, or drawn with the seed and given its rules and finance.
///
/// # Errors
/// Every problem of the region file.
pub fn load_region(choice: &RegionChoice, seed: u64) -> Result<Region, Problems> {
    match choice {
        RegionChoice::File(path) => region_file::read(path),
        RegionChoice::Synthetic(synthetic) => {
            let mut region = synthetic::generate(&synthetic.spec, seed);
            region.rules.clone_from(&synthetic.rules);
            region.finance.clone_from(&synthetic.finance);
            region.sort();
            Ok(region)
        }
    }
}
