//! An incentive put together in code: `cargo run --release --example own_instrument`.
//!
//! The same dollars as general aid and as a cluster grant, in the same futures, without a scenario file for either.

use std::path::Path;

use barnraise::experiments::compare::{Discard, Options, compare};
use barnraise::futures::question::Question;
use barnraise::model::policy::{Eligibility, GeneralAid, Instrument, InstrumentKind, Policy};
use barnraise::model::record::Detail;
use barnraise::scenario;

#[allow(clippy::print_stdout, reason = "an example prints")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/three-year-grant.toml");
    let mut scenario = scenario::read(&path).map_err(|problems| problems.render(false))?;

    // Small districts alone, 300 dollars for each pupil in three years, at most two million a year in all.
    let aid = Instrument {
        name: "aid for small districts".to_owned(),
        start: 0,
        end: None,
        budget_cap: Some(2e6),
        eligibility: Eligibility { max_pupils: 300.0, ..Eligibility::default() },
        kind: InstrumentKind::GeneralAid(GeneralAid { per_pupil: vec![300.0; 3] }),
    };
    scenario.policies.truncate(1);
    let title = "Aid for small districts".to_owned();
    scenario.policies.push(Policy { name: "small-aid".to_owned(), title, instruments: vec![aid], ..Policy::default() });

    let question = Question::of(scenario).map_err(|problems| problems.render(false))?;
    let options = Options { replicates: 0..100, detail: Detail::Region, work: None };
    let answer = compare(&question, &options, &mut Discard, |_| ())?.comparison;

    for figures in &answer.policies[1].outcomes {
        if let Some(difference) = figures.difference.as_ref().filter(|difference| difference.equal < difference.n) {
            println!("{:28} {:+.4}", figures.outcome, difference.mean);
        }
    }
    Ok(())
}
