//! `[[policy.cluster]]`: clusters that exist when the first year begins.

use crate::diagnostics::{Place, Problem, Problems, nearest};
use crate::input::{Flag, Number, Shape, Table, Text, Whole, options};
use crate::model::events::{Form, Origin};
use crate::model::policy::{InstrumentKind, Management, Policy, StartingCluster};
use crate::model::region::Region;

use super::Scenario;
use super::instruments::services;

/// A cluster and the place of its name.
pub(super) fn cluster(table: &mut Table<'_>) -> (StartingCluster, Place) {
    let name = table.required("name", "Its name, unique within the policy.", &Text);
    let for_high_school = table.or("for_high_school", FOR_HIGH_SCHOOL, &Flag, false);
    let members = table.optional("members", MEMBERS, &MOST);
    if members.is_none() && !for_high_school {
        let problem = Problem::new(table.here(), "[[policy.cluster]] lacks the key `members`");
        table.push(problem.expected(MOST.expected()).hint(format!("`members`: {MEMBERS}")));
    }
    let cluster = StartingCluster {
        name,
        members: members.unwrap_or(2) as u8,
        for_high_school,
        years_shared: table.or("years_shared", "Years for which it has shared already.", &Whole::new("years", 0, 50), 0)
            as u16,
        origin: table.or("origin", "Who began it.", &origins(), Origin::BottomUp),
        form: table.or("form", "How far it is along the continuum.", &forms(), Form::Cluster),
        services: services(table, "What it shares.", 1),
        depth: table.or("depth", DEPTH, &Number::new("share", 0.0, 1.0), 0.25),
        task_focus: table.or("task_focus", TASK_FOCUS, &Flag, true),
        management: table.or("managed_by", "Who runs it.", &managements(), Management::Schools),
        coordinator: table.or("coordinator", COORDINATOR, &Number::new("index 0-1", 0.0, 1.0), 0.0),
        early_boards: table.or("early_boards", "Whether boards or governors took part from the first.", &Flag, false),
        equal_shares: table.or("equal_shares", EQUAL_SHARES, &Flag, false),
        nested_in: table.or("nested_in", NESTED_IN, &Whole::new("", 0, 200), 0) as u8,
        paid_by: table.optional("paid_by", PAID_BY, &Text),
    };
    let place = table.place("name");
    (cluster, place)
}

const MOST: Whole = Whole::new("members", 2, 40);
const MEMBERS: &str =
    "Members: the first district, in the order of identifiers, that is in no cluster, and those nearest to it.";
const FOR_HIGH_SCHOOL: &str = "True: one such cluster for every district to which districts without a high school are nearest among \
                               those with one, of it and these (whole-grade sharing that exists already); `members` is not used.";
const DEPTH: &str = "How deep it shares its services at the start, 1 fully; rounded to quarters.";
const TASK_FOCUS: &str = "Whether its members work on a task; false: they allocate resources.";
const COORDINATOR: &str = "Standing of its coordinator with the schools and the authority; 0: it has no such post.";
const EQUAL_SHARES: &str = "Whether members bear common costs in equal shares; false: by their pupils.";
const NESTED_IN: &str =
    "The super-cluster that it is part of, counted from 1: clusters with the same number meet; 0: none.";
const PAID_BY: &str = "The name of the policy's cluster grant that pays it from the second year on.";

fn origins() -> crate::input::Choice<Origin> {
    options(&[
        ("bottom_up", Origin::BottomUp, "its members, for a purpose of their own."),
        ("incentive", Origin::Incentive, "its members, for money on offer."),
        ("top_down", Origin::TopDown, "an authority."),
    ])
}

fn forms() -> crate::input::Choice<Form> {
    options(&[
        ("network", Form::Network, "a loose linkage that leaves autonomy untouched and ends with its task."),
        ("cluster", Form::Cluster, "a stable commitment to share some resources and decisions."),
        ("consortium", Form::Consortium, "a cluster embedded in public policy."),
        ("federation", Form::Federation, "one head, separate sites."),
    ])
}

fn managements() -> crate::input::Choice<Management> {
    options(&[
        ("schools", Management::Schools, "its schools or districts themselves."),
        ("area_office", Management::AreaOffice, "an area office of the authority, which also holds it together."),
        (
            "central_administration",
            Management::CentralAdministration,
            "the authority's central administration, as an area office.",
        ),
    ])
}

/// Refuses names used twice and grants that the policy does not have.
pub(super) fn check(table: &Table<'_>, policy: &Policy, places: &[(String, Place)]) {
    for (nth, (name, place)) in places.iter().enumerate() {
        let inherited = policy.clusters.len() - places.len();
        let repeated = policy.clusters[..inherited + nth].iter().any(|other| other.name == *name);
        if repeated && !name.is_empty() {
            let what = format!("policy \"{}\" has two clusters named \"{name}\"", policy.name);
            table.push(Problem::new(place.clone(), what).expected("a name of its own for every cluster"));
        }
        if let Some(grant) = &policy.clusters[inherited + nth].paid_by {
            check_grant(table, policy, grant, place);
        }
    }
}

fn check_grant(table: &Table<'_>, policy: &Policy, grant: &str, place: &Place) {
    let grants = || {
        let grants =
            policy.instruments.iter().filter(|instrument| matches!(instrument.kind, InstrumentKind::ClusterGrant(_)));
        grants.map(|instrument| instrument.name.as_str())
    };
    if grants().all(|name| name != grant) {
        let hint = nearest(grant, grants()).map(|name| format!("did you mean \"{name}\"?")).unwrap_or_default();
        let list = grants().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let expected = if list.is_empty() {
            "no `paid_by`: it has no cluster grant".to_owned()
        } else {
            format!("one of: {list}")
        };
        let what = format!("policy \"{}\" has no cluster grant \"{grant}\" to pay this cluster", policy.name);
        table.push(Problem::new(place.clone(), what).expected(expected).hint(hint));
    }
}

/// Whether the region has districts enough for the clusters of every policy.
///
/// # Errors
/// One problem for every policy whose clusters have more members than the region has districts.
pub fn check_members(scenario: &Scenario, region: &Region, file: &str) -> Result<(), Problems> {
    let mut problems = Problems::new();
    for policy in &scenario.policies {
        let counted = policy.clusters.iter().filter(|cluster| !cluster.for_high_school);
        let members: usize = counted.map(|cluster| usize::from(cluster.members)).sum();
        if members > region.districts.len() {
            let what = format!(
                "the clusters of policy \"{}\" have {members} members, but the region has {} districts",
                policy.name,
                region.districts.len()
            );
            let problem = Problem::new(Place::File(file.to_owned()), what);
            problems.push(
                problem.expected("as many districts as members, or more").hint("raise `districts` in `[region]`"),
            );
        }
    }
    problems.into_result(())
}
