//! People play one board: `cargo run --release --example board_decides`.
//!
//! For ten years the board of one small district decides by a rule that a room of people could have agreed on; all
//! other boards decide as in the model. The same future without the room is told beside it.

use std::sync::Arc;

use barnraise::districts::synthetic::{SyntheticSpec, generate};
use barnraise::model::answers::{Answer, Question};
use barnraise::model::parameters::Parameters;
use barnraise::model::policy::Policy;
use barnraise::model::record::{Detail, Record};
use barnraise::model::run::{DistrictView, Run};
use barnraise::model::simulation::{RunId, Simulation};

const YEARS: u16 = 10;
const SEED: u64 = 7;

/// What the room says, given how its district stands: share while it lasts, and never merge.
fn decide(district: &DistrictView<'_>, run: &Run<'_>) -> Vec<Answer> {
    let me = district.place;
    let mut answers =
        vec![Answer::no(me, Question::Propose), Answer::no(me, Question::Agree), Answer::no(me, Question::GiveUp)];
    match district.cluster.and_then(|serial| run.cluster(serial)) {
        // It stays with those whom it trusts.
        Some(cluster) if cluster.trust < 0.3 => answers.push(Answer::yes(me, Question::Leave)),
        Some(_) => answers.push(Answer::no(me, Question::Leave)),
        // Alone, it takes any company.
        None => answers.extend([Question::Found, Question::Accept].map(|question| Answer::yes(me, question))),
    }
    answers
}

fn tell(district: &DistrictView<'_>, run: &Run<'_>) -> String {
    let company = district.cluster.and_then(|serial| run.cluster(serial)).map_or_else(String::new, |cluster| {
        format!(", with {} others who trust each other {:.2}", cluster.members.len() - 1, cluster.trust)
    });
    format!(
        "{:4.0} pupils, {:3.0} courses, reserve {:8.0} dollars, {}{company}",
        district.pupils,
        district.courses,
        district.reserve,
        district.form.name()
    )
}

#[allow(clippy::print_stdout, reason = "an example prints")]
fn main() {
    let region = generate(&SyntheticSpec { districts: 30, ..SyntheticSpec::default() }, SEED);
    let simulation = Simulation::new(Arc::new(region), YEARS);
    let id = RunId { seed: SEED, replicate: 0 };
    let (policy, parameters) = (Policy::default(), Parameters::default().drawn(&[], id.seed, id.replicate));
    // Two runs of the same future in memory of their own: with the room, and without it.
    let (mut one, mut two) = (simulation.workspace(), simulation.workspace());
    let (mut record, mut other) = (Record::default(), Record::default());
    let mut played = simulation.begin(&mut one, &policy, &parameters, id, Detail::Cluster, &mut record);
    let mut modelled = simulation.begin(&mut two, &policy, &parameters, id, Detail::Cluster, &mut other);

    // The smallest district with a high school is the room's.
    let with_high_school = played.districts().filter(|district| district.high_schools > 0);
    let smallest = with_high_school.min_by(|a, b| a.pupils.total_cmp(&b.pupils)).map_or(0, |district| district.place);

    while let (Some(year), Some(mine)) = (played.next_year(), played.district(smallest)) {
        if year == 0 {
            println!("{} ({})", mine.name, mine.id);
        }
        let answers = decide(&mine, &played);
        let refused = played.year(&answers);
        modelled.year(&[]);
        for refusal in &refused {
            println!("  year {:2}: refused: {refusal}", year + 1);
        }
        for (who, run) in [("room", &played), ("model", &modelled)] {
            if let Some(district) = run.district(smallest) {
                println!("  year {:2}: {who:>5}: {}", year + 1, tell(&district, run));
            }
        }
    }
    played.finish();
    modelled.finish();
    for event in &record.events {
        let about = format!("{:?}", event.what);
        if about.contains(&format!("district: {smallest},")) || about.contains(&format!("district: {smallest} ")) {
            println!("  year {:2}: {about}", event.year + 1);
        }
    }
}
