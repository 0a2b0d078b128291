//! `[region]`: a region file, or the figures that a synthetic region is drawn from.

use std::path::Path;

use crate::diagnostics::{Place, Problem, Problems};
use crate::districts::region_file;
use crate::districts::schools::default_schools;
use crate::districts::shipped::Selection;
use crate::districts::synthetic::{self, SyntheticSpec};
use crate::input::{Choice, Flag, Number, Table, Text, Whole, options};
use crate::model::region::{AgentKind, GRADES, MOST_DISTRICTS, Region};

use super::{Agents, RegionChoice, SyntheticRegion};

/// The keys of `[region]`.
pub(super) fn region(table: &mut Table<'_>, folder: &Path) -> RegionChoice {
    let doc = "A region file, as `barnraise import` and `barnraise region` write it; relative to the scenario's folder. It is the same in every future. Without it, synthetic regions are drawn from the figures of the other keys.";
    let file = table.optional("file", doc, &Text);
    let doc = "A state or a part of one, as the program ships them: `OH`, `OH:Vinton,Meigs` (counties) or `OH:30mi@Athens` (a circle around a town). It is the same in every future.";
    let state = table.optional("state", doc, &Text);
    let redraw = table.or("redraw", REDRAW, &Flag, true);
    let spec = synthetic(table);
    let agents = table.or("agents", "What the agents of the synthetic region are.", &agents(), Agents::Districts);
    let rules = table.table("rules", "Rules of the synthetic region's state.", region_file::rules);
    let finance = table.table("finance", "How the synthetic region's state pays for schools.", region_file::finance);
    let state = state.map(|word| {
        let others: Vec<&str> = table.given().filter(|key| *key != "state").collect();
        if let Some(first) = others.first() {
            let what = format!("`state` and `{}` exclude each other", others.join("`, `"));
            let problem = Problem::new(table.place(first), what)
                .expected("either a state, or a region file, or figures of a synthetic region");
            table.push(
                problem
                    .hint("`barnraise region --state` writes a region file in which rules and finance can be changed"),
            );
        }
        Selection::parse(&word, &table.place("state"))
    });
    match state {
        Some(Ok(selection)) => return RegionChoice::Shipped(selection),
        Some(Err(problems)) => problems.into_iter().for_each(|problem| table.push(problem)),
        None => {}
    }
    let Some(file) = file else {
        return RegionChoice::Synthetic(Box::new(SyntheticRegion { spec, rules, finance, agents, redraw }));
    };
    let path = folder.join(&file);
    let others: Vec<&str> = table.given().filter(|key| *key != "file").collect();
    if let Some(first) = others.first() {
        let what = format!("`file` and `{}` exclude each other", others.join("`, `"));
        let problem =
            Problem::new(table.place(first), what).expected("either a region file, or figures of a synthetic region");
        table.push(problem.hint("rules and finance of a region file are changed in that file"));
    }
    if !file.is_empty() && !path.is_file() {
        let problem = Problem::new(table.place("file"), format!("there is no region file \"{file}\""));
        table.push(problem.expected(format!("a file; looked for at {}", path.display())).hint(
            "the path counts from the scenario's folder; `barnraise import` or `barnraise region` makes region files",
        ));
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
        districts: whole(
            table,
            "districts",
            "Number of districts.",
            Whole::new("districts", 2, i64::from(MOST_DISTRICTS as u32)),
            own.districts,
        ),
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
        support_organisations: whole(
            table,
            "support_organisations",
            SUPPORT,
            Whole::new("", 0, 100),
            own.support_organisations,
        ),
        elementary_only_share: table.or("elementary_only_share", ELEMENTARY, &SHARE, own.elementary_only_share),
        median_valuation: table.or(
            "median_valuation",
            "Median taxable valuation per pupil.",
            &valuation,
            own.median_valuation,
        ),
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

const REDRAW: &str = "True: the synthetic region is drawn anew in every future, so that bands hold the luck of the region \
                      too; all policies of a future share it. False: every future has the one region that the scenario's \
                      seed draws, and bands are of that region alone.";
const SIZE_SD: &str = "Standard deviation of the log of enrolment between districts.";
const TREND: &str = "Mean yearly change of the log of births; \"-2 %/year\" counts as -0.02.";
const TREND_SD: &str = "Standard deviation of that trend between districts.";
const AREA_SD: &str = "Standard deviation of the log of districts' areas.";
const COUNTY: &str = "Districts of a county, about; counties are blocks of neighbours.";
const SUPPORT: &str = "Universities, service agencies and regional laboratories that can help clusters.";
const ELEMENTARY: &str = "Share of the districts under 200 pupils that teach kindergarten to grade 8 only.";
const VALUATION_SD: &str = "Standard deviation of the log of valuation per pupil.";
const VALUATION_SIZE: &str = "Change of the log of valuation per pupil with the log of enrolment.";

fn agents() -> Choice<Agents> {
    options(&[
        ("districts", Agents::Districts, "school districts with boards that tax and can merge."),
        ("primary_schools", Agents::PrimarySchools, "schools under an authority, kindergarten to grade 6."),
        ("secondary_schools", Agents::SecondarySchools, "schools under an authority, grades 7 to 12."),
        (
            "cross_phase_schools",
            Agents::CrossPhaseSchools,
            "primary schools and, one in nine, the largest, the secondary school that they feed, four times as large.",
        ),
    ])
}

/// Schools of a catchment: one secondary school for eight primary schools (second study, table 1: the
/// cross-phase clusters of nine).
const CATCHMENT: usize = 9;
/// Pupils of a secondary school for each of the primary school that it was drawn as.
const SECONDARY_SIZE: f64 = 4.0;
/// First grade of secondary schools.
const FIRST_SECONDARY_GRADE: u8 = 7;

/// Makes schools of a synthetic region's districts: each keeps its pupils, in the grades of its phase.
fn make_schools(region: &mut Region, agents: Agents) {
    let secondary: usize = match agents {
        Agents::Districts => return,
        Agents::PrimarySchools => 0,
        Agents::SecondarySchools => region.districts.len(),
        Agents::CrossPhaseSchools => region.districts.len().div_ceil(CATCHMENT),
    };
    region.kind = AgentKind::School;
    region.title = format!("Synthetic area of {} schools", region.districts.len());
    let mut by_size: Vec<usize> = (0..region.districts.len()).collect();
    by_size.sort_by(|&a, &b| {
        let size = |place: usize| region.districts[place].enrolment();
        size(b).total_cmp(&size(a)).then_with(|| region.districts[a].id.cmp(&region.districts[b].id))
    });
    for (rank, place) in by_size.into_iter().enumerate() {
        let school = &mut region.districts[place];
        let enrolment = school.enrolment();
        let grown = if agents == Agents::CrossPhaseSchools && rank < secondary { SECONDARY_SIZE } else { 1.0 };
        let (lowest, highest) =
            if rank < secondary { (FIRST_SECONDARY_GRADE, 12) } else { (0, FIRST_SECONDARY_GRADE - 1) };
        (school.lowest_grade, school.highest_grade) = (lowest, highest);
        school.pupils = [0.0; GRADES];
        let each = grown * enrolment / f64::from(highest - lowest + 1);
        school.pupils[usize::from(lowest)..=usize::from(highest)].fill(each);
        school.schools = default_schools(lowest, highest, 1, school.x, school.y, &school.name);
        school.debt = 0.0;
    }
}

impl SyntheticRegion {
    /// The region that a seed draws: the same for the same figures and seed.
    #[must_use]
    pub fn draw(&self, seed: u64) -> Region {
        let mut region = synthetic::generate(&self.spec, seed);
        region.rules.clone_from(&self.rules);
        region.finance.clone_from(&self.finance);
        make_schools(&mut region, self.agents);
        region.sort();
        region
    }
}

/// The region of a scenario: read from its file, or drawn with the seed and given its rules and finance. Where
/// every future draws its own, this is none of them, but like them in the number of its districts, rules and
/// finance.
///
/// # Errors
/// Every problem of the region file.
pub fn load_region(choice: &RegionChoice, seed: u64) -> Result<Region, Problems> {
    match choice {
        RegionChoice::File(path) => region_file::read(path),
        RegionChoice::Shipped(selection) => selection.districts(&Place::Flag(format!("region {selection}"))),
        RegionChoice::Synthetic(synthetic) => Ok(synthetic.draw(seed)),
    }
}
