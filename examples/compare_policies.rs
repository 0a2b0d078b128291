//! Two policies in the same futures: `cargo run --release --example compare_policies`.
//!
//! Reads a scenario that is shipped, keeps two of its policies and prints what the second changes.

use std::path::Path;

use barnraise::experiments::compare::{Discard, Options, compare};
use barnraise::futures::question::Question;
use barnraise::model::record::Detail;
use barnraise::scenario;

#[allow(clippy::print_stdout, reason = "an example prints")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/three-year-grant.toml");
    let mut scenario = scenario::read(&path).map_err(|problems| problems.render(false))?;
    scenario.policies.retain(|policy| ["no-incentive", "coordinator-and-taper"].contains(&policy.name.as_str()));

    let question = Question::of(scenario).map_err(|problems| problems.render(false))?;
    let options = Options { replicates: 0..200, detail: Detail::Region, work: None };
    let answer = compare(&question, &options, &mut Discard, |_| ())?.comparison;

    println!("{}: {} futures, seed {}", answer.title, answer.finished, answer.seed);
    let policy = &answer.policies[1];
    for name in ["viability_last", "districts", "state_cost"] {
        let Some(figures) = policy.outcomes.iter().find(|figures| figures.outcome == name) else { continue };
        if let Some(difference) = &figures.difference {
            println!(
                "{name}: {:+.4} (95 % interval of the mean {:+.4} to {:+.4}), more in {} of {} futures",
                difference.mean, difference.mean_low, difference.mean_high, difference.more, difference.n
            );
        }
    }
    Ok(())
}
