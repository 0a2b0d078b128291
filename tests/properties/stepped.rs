//! A run stepped year by year, with and without people who decide for boards.

use std::sync::Arc;

use barnraise::model::answers::{Answer, Question, Reason, Refusal};
use barnraise::model::events::{Event, Happening, Origin};
use barnraise::model::parameters::Parameters;
use barnraise::model::policy::Policy;
use barnraise::model::record::{Detail, Record};
use barnraise::model::region::Region;
use barnraise::model::simulation::{RunId, Simulation};
use proptest::prelude::*;

use super::worlds::{YEARS, bits_of, cases, run};
use crate::random;

/// Answers, and the year in which each is given.
type Scripted = Vec<(u16, Answer)>;

/// A run with the answers of a script, and what was refused in each year.
fn played(
    region: &Arc<Region>,
    policy: &Policy,
    parameters: &Parameters,
    id: RunId,
    script: &Scripted,
) -> (Record, Vec<Vec<Refusal>>) {
    let simulation = Simulation::new(Arc::clone(region), YEARS);
    let (mut workspace, mut record) = (simulation.workspace(), Record::default());
    let mut run = simulation.begin(&mut workspace, policy, parameters, id, Detail::District, &mut record);
    let mut refused = Vec::new();
    while let Some(year) = run.next_year() {
        refused.push(run.year(&of_year(script, year)));
    }
    run.finish();
    (record, refused)
}

/// Clusters that a policy puts into the region before the first year: boards have not decided on them.
fn clusters_of_the_start(region: &Arc<Region>, policy: &Policy, parameters: &Parameters) -> u32 {
    let simulation = Simulation::new(Arc::clone(region), YEARS);
    let (mut workspace, mut record, id) = (simulation.workspace(), Record::default(), RunId { seed: 0, replicate: 0 });
    let run = simulation.begin(&mut workspace, policy, parameters, id, Detail::Region, &mut record);
    run.clusters().len() as u32
}

fn of_year(script: &Scripted, year: u16) -> Vec<Answer> {
    script.iter().filter(|(when, _)| *when == year).map(|(_, answer)| *answer).collect()
}

fn script() -> impl Strategy<Value = Scripted> {
    prop::collection::vec((0..YEARS, random::answer(22)), 0..300)
}

/// The districts that an event is about.
fn concerned(event: &Event) -> Vec<usize> {
    match event.what {
        Happening::Dissolved { district, host, .. } => vec![usize::from(district), usize::from(host)],
        Happening::Founded { district, .. }
        | Happening::Joined { district, .. }
        | Happening::Left { district, .. }
        | Happening::Voted { district, .. }
        | Happening::Stranded { district, .. } => vec![usize::from(district)],
        _ => Vec::new(),
    }
}

/// What of a board's answers an event tells.
fn told_by(event: &Event) -> &'static [Question] {
    match event.what {
        Happening::Founded { .. } => &[Question::Found],
        Happening::Joined { .. } => &[Question::Accept, Question::Join],
        Happening::Left { .. } => &[Question::Leave],
        Happening::Voted { .. } => &[Question::Propose, Question::Agree],
        Happening::Dissolved { .. } | Happening::Stranded { .. } => &[Question::GiveUp],
        _ => &[],
    }
}

fn happened(record: &Record, year: u16, district: usize, question: Question) -> bool {
    record
        .events
        .iter()
        .any(|event| event.year == year && told_by(event).contains(&question) && concerned(event).contains(&district))
}

proptest! {
    #![proptest_config(cases(250))]

    #[test]
    fn a_run_that_is_stepped_is_the_run_itself(
        region in random::region(20).prop_map(Arc::new),
        policy in random::populated_policy(5, true),
        parameters in random::parameters(),
        seed in any::<u64>(),
    ) {
        let id = RunId { seed, replicate: 2 };
        let (stepped, refused) = played(&region, &policy, &parameters, id, &Vec::new());
        let whole = run(&region, &policy, &parameters, id);
        prop_assert_eq!(bits_of(&stepped), bits_of(&whole));
        prop_assert_eq!(stepped.lives, whole.lives);
        prop_assert!(refused.iter().all(Vec::is_empty));
    }

    #[test]
    fn boards_that_are_told_to_do_what_they_would_have_done_change_nothing(
        region in random::region(20).prop_map(Arc::new),
        policy in random::populated_policy(5, true),
        parameters in random::parameters(),
        seed in any::<u64>(),
    ) {
        let id = RunId { seed, replicate: 2 };
        let whole = run(&region, &policy, &parameters, id);
        let mut script = Scripted::new();
        for year in 0..YEARS {
            for district in 0..region.districts.len() {
                let did = |question| happened(&whole, year, district, question);
                // What did not happen was not decided, or came to nothing.
                let no = Question::ALL.into_iter().filter(|&question| !did(question));
                script.extend(no.map(|question| (year, Answer::no(district, question))));
                if did(Question::Leave) {
                    script.push((year, Answer::yes(district, Question::Leave)));
                }
            }
        }
        let (same, _) = played(&region, &policy, &parameters, id, &script);
        prop_assert_eq!(bits_of(&same), bits_of(&whole));
    }

    #[test]
    fn the_order_of_answers_does_not_matter(
        region in random::region(20).prop_map(Arc::new),
        policy in random::populated_policy(5, true),
        parameters in random::parameters(),
        seed in any::<u64>(),
        script in script(),
    ) {
        let id = RunId { seed, replicate: 2 };
        let (one, refused) = played(&region, &policy, &parameters, id, &script);
        let backwards = script.into_iter().rev().collect();
        let (other, mut refused_too) = played(&region, &policy, &parameters, id, &backwards);
        prop_assert_eq!(bits_of(&one), bits_of(&other));
        for of_year in &mut refused_too {
            of_year.reverse();
        }
        prop_assert_eq!(refused, refused_too);
    }

    #[test]
    fn answers_change_nobodys_luck(
        region in random::region(20).prop_map(Arc::new),
        policy in random::populated_policy(5, true),
        parameters in random::parameters(),
        seed in any::<u64>(),
        script in script(),
    ) {
        let id = RunId { seed, replicate: 2 };
        let (played, _) = played(&region, &policy, &parameters, id, &script);
        let whole = run(&region, &policy, &parameters, id);
        // Superintendents come and go by luck alone, wherever there is still a district.
        let operates = |record: &Record, year: u16, district: u16| {
            let rows = &record.districts;
            year == 0 || (0..rows.len()).any(|row| {
                let here = rows.entity[row] == u32::from(district) && rows.group[row] == u32::from(district);
                rows.year[row] == year - 1 && here
            })
        };
        let came = |record: &Record, year: u16, district: u16| {
            record.events.contains(&Event { year, what: Happening::NewSuperintendent { district } })
        };
        for year in 0..YEARS {
            for district in 0..region.districts.len() as u16 {
                if operates(&played, year, district) && operates(&whole, year, district) {
                    prop_assert_eq!(came(&played, year, district), came(&whole, year, district));
                }
            }
        }
    }

    #[test]
    fn what_was_not_refused_was_carried_out(
        region in random::region(20).prop_map(Arc::new),
        policy in random::populated_policy(5, true),
        parameters in random::parameters(),
        seed in any::<u64>(),
        script in script(),
    ) {
        let (record, refused) = played(&region, &policy, &parameters, RunId { seed, replicate: 2 }, &script);
        let begun = clusters_of_the_start(&region, &policy, &parameters);
        for (year, refused) in (0..).zip(&refused) {
            let stands = |answer: &Answer| !refused.iter().any(|refusal| refusal.answer == *answer);
            for answer in of_year(&script, year).into_iter().filter(stands) {
                let did = happened(&record, year, answer.district, answer.question);
                match (answer.question, answer.yes) {
                    (Question::Leave | Question::Join | Question::GiveUp, true) => prop_assert!(did, "{year}: {answer:?}"),
                    (Question::Leave, false) => prop_assert!(!did, "{year}: {answer:?}"),
                    (Question::Found, false) => {
                        let founds = record.events.iter().any(|event| {
                            event.year == year && matches!(event.what, Happening::Founded { cluster, district, origin, .. }
                                if cluster >= begun && usize::from(district) == answer.district && origin != Origin::TopDown)
                        });
                        prop_assert!(!founds, "{year}: {answer:?}");
                    }
                    _ => {}
                }
            }
            for Refusal { answer, reason } in refused {
                let unknown = answer.district >= region.districts.len();
                prop_assert_eq!(*reason == Reason::UnknownDistrict, unknown);
                prop_assert!(answer.yes || matches!(reason, Reason::UnknownDistrict | Reason::DistrictEnded | Reason::Contradicted));
            }
        }
    }
}

#[test]
fn random_worlds_hold_answers_that_stand_and_every_reason_to_refuse_one() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let worlds = (random::region(20), random::populated_policy(5, true), random::parameters(), script());
    let (mut reasons, mut stood) = (Vec::new(), Vec::new());
    for seed in 0..60 {
        let (region, policy, parameters, script) = worlds.new_tree(&mut runner).expect("a world").current();
        let (_, refused) = played(&Arc::new(region), &policy, &parameters, RunId { seed, replicate: 0 }, &script);
        for (year, refused) in (0..).zip(&refused) {
            reasons.extend(refused.iter().map(|refusal| refusal.reason.to_string()));
            let yes = of_year(&script, year).into_iter().filter(|answer| answer.yes);
            stood.extend(
                yes.filter(|answer| !refused.iter().any(|refusal| refusal.answer == *answer))
                    .map(|answer| answer.question),
            );
        }
    }
    for question in Question::ALL {
        assert!(
            stood.iter().filter(|&&other| other == question).count() > 5,
            "{question:?} is never answered in earnest"
        );
    }
    reasons.sort();
    reasons.dedup();
    // All but the end of the run, the first year of a starting cluster and single schools.
    assert!(reasons.len() >= 13, "{reasons:#?}");
}

#[test]
fn a_run_that_is_over_refuses_every_answer() {
    let region = super::worlds::default_region(5);
    let simulation = Simulation::new(region, 1);
    let (policy, parameters, id) = (Policy::default(), Parameters::default(), RunId { seed: 1, replicate: 0 });
    let (mut workspace, mut record) = (simulation.workspace(), Record::default());
    let mut run = simulation.begin(&mut workspace, &policy, &parameters, id, Detail::Region, &mut record);
    assert_eq!((run.next_year(), run.record().years()), (Some(0), 0));
    run.year(&[]);
    assert_eq!((run.next_year(), run.record().years()), (None, 1));
    let answer = Answer::no(0, Question::Found);
    assert_eq!(run.year(&[answer]), [Refusal { answer, reason: Reason::RunOver }]);
    assert!(run.district(5).is_none() && run.cluster(0).is_none());
    run.finish();
    assert_eq!(record.years(), 1);
}

#[test]
fn what_is_seen_between_two_years_is_what_the_record_says() {
    let region = super::worlds::default_region(30);
    let simulation = Simulation::new(Arc::clone(&region), YEARS);
    let (policy, parameters, id) = (Policy::default(), Parameters::default(), RunId { seed: 4, replicate: 0 });
    let (mut workspace, mut record) = (simulation.workspace(), Record::default());
    let mut run = simulation.begin(&mut workspace, &policy, &parameters, id, Detail::District, &mut record);
    let mut clusters = 0;
    while let Some(year) = run.next_year() {
        run.year(&[]);
        for (district, start) in run.districts().zip(&region.districts) {
            let row = usize::from(year) * region.districts.len() + district.place;
            let rows = &run.record().districts;
            assert_eq!(rows.group[row] as usize, district.served_by);
            assert_eq!((rows.form[row], district.id), (district.form, &*start.id));
            assert_eq!(district.operating, district.served_by == district.place);
        }
        let serials: Vec<u32> = run.clusters().map(|cluster| cluster.serial).collect();
        let rows = &run.record().clusters;
        let told: Vec<u32> =
            (0..rows.len()).filter(|&row| rows.year[row] == year).map(|row| rows.entity[row]).collect();
        assert_eq!(serials, told);
        for cluster in run.clusters() {
            clusters += 1;
            let inside =
                |&member: &u16| run.district(usize::from(member)).and_then(|d| d.cluster) == Some(cluster.serial);
            assert!(cluster.members.len() >= 2 && cluster.members.iter().all(inside));
        }
    }
    assert!(clusters > 0, "a world with clusters");
}
