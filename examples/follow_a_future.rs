//! One future, district by district: `cargo run --release --example follow_a_future`.
//!
//! Runs one policy in one future with all detail and tells the story of the district that lost most pupils.

use std::sync::Arc;

use barnraise::districts::synthetic::{SyntheticSpec, generate};
use barnraise::model::outcomes::DistrictOutcome;
use barnraise::model::parameters::Parameters;
use barnraise::model::policy::Policy;
use barnraise::model::record::{DISTRICT_WIDTH, Detail, Record};
use barnraise::model::simulation::{RunId, Simulation};

const YEARS: u16 = 20;
const SEED: u64 = 7;

#[allow(clippy::print_stdout, reason = "an example prints")]
fn main() {
    let region = generate(&SyntheticSpec { districts: 30, ..SyntheticSpec::default() }, SEED);
    let names: Vec<String> = region.districts.iter().map(|district| district.name.clone()).collect();
    let simulation = Simulation::new(Arc::new(region), YEARS);

    // What nobody knows is drawn: the same replicate draws the same, under every policy.
    let id = RunId { seed: SEED, replicate: 0 };
    let parameters = Parameters::default().drawn(&[], id.seed, id.replicate);
    let (mut workspace, mut record) = (simulation.workspace(), Record::default());
    simulation.run(&mut workspace, &Policy::default(), &parameters, id, Detail::District, &mut record);

    // A row for every district that operates in a year; the columns are those of `DistrictOutcome`.
    let width = DISTRICT_WIDTH;
    let rows = &record.districts;
    let value = |row: usize, outcome: DistrictOutcome| rows.values[row * width + outcome.index()];
    let of = |district: usize| (0..rows.len()).filter(move |&row| rows.entity[row] as usize == district);
    let change = |district: usize| {
        let pupils: Vec<f64> = of(district).map(|row| value(row, DistrictOutcome::pupils)).collect();
        pupils.last().unwrap_or(&0.0) / pupils.first().unwrap_or(&1.0)
    };
    let lost = (0..names.len()).min_by(|&a, &b| change(a).total_cmp(&change(b))).unwrap_or(0);

    println!("{}:", names[lost]);
    for row in of(lost) {
        println!(
            "  year {:2}: {:4.0} pupils, {:6.0} dollars spent on each, reserve {:5.1} % of the programme",
            rows.year[row] + 1,
            value(row, DistrictOutcome::pupils),
            value(row, DistrictOutcome::spending),
            100.0 * value(row, DistrictOutcome::reserve_share)
        );
    }
    for event in &record.events {
        println!("  year {:2}: {:?}", event.year + 1, event.what);
    }
}
