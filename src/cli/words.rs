//! Policies in plain words.

use crate::model::events::Origin;
use crate::model::functions::{Function, FunctionSet};
use crate::model::policy::{
    ClusterGrant, Condition, EnrolmentFloor, Instrument, InstrumentKind, Management, Policy, SharingWeight,
    StartingCluster,
};
use crate::report::Page;
use crate::report::figures::number;

/// A line of a list.
pub(super) fn item(text: &str, page: Page) -> String {
    page.indented(text, "    ").replacen("    ", "  - ", 1)
}

/// What an instrument does, when, for whom and up to which budget: one sentence each.
pub(super) fn instrument(instrument: &Instrument) -> String {
    let mut sentences = vec![format!("{}.", what(&instrument.kind)), window(instrument)];
    let (least, most) = (instrument.eligibility.min_pupils, instrument.eligibility.max_pupils);
    match (least > 0.0, most.is_finite()) {
        (true, true) => {
            sentences.push(format!("Only districts with {} to {} pupils.", number(least, 0), number(most, 0)));
        }
        (true, false) => sentences.push(format!("Only districts with at least {} pupils.", number(least, 0))),
        (false, true) => sentences.push(format!("Only districts with at most {} pupils.", number(most, 0))),
        (false, false) => {}
    }
    if let Some(cap) = instrument.budget_cap {
        sentences.push(format!("The state pays at most ${} a year.", number(cap, 0)));
    }
    sentences.join(" ")
}

/// How a policy differs from the baseline: what it adds, takes away and sets otherwise.
pub(super) fn differences(policy: &Policy, baseline: &Policy) -> Vec<String> {
    let in_baseline = |own: &Instrument| baseline.instruments.iter().find(|other| other.name == own.name);
    let mut lines = Vec::new();
    for own in &policy.instruments {
        match in_baseline(own) {
            None => lines.push(format!("adds {}: {}", own.name, instrument(own))),
            Some(other) if other != own => lines.push(format!("changes {}: {}", own.name, instrument(own))),
            Some(_) => {}
        }
    }
    for own in policy.clusters.iter().filter(|own| !baseline.clusters.contains(own)) {
        lines.push(cluster(own));
    }
    for gone in baseline.clusters.iter().filter(|other| policy.clusters.iter().all(|own| own.name != other.name)) {
        lines.push(format!("has no cluster {}", gone.name));
    }
    for gone in baseline.instruments.iter().filter(|other| policy.instruments.iter().all(|own| own.name != other.name))
    {
        lines.push(format!("removes {}", gone.name));
    }
    for (id, value) in policy.parameters.iter().filter(|own| !baseline.parameters.contains(own)) {
        lines.push(format!("sets {} to {value} ({}; default {})", id.info().name, id.info().unit, id.info().default));
    }
    let kept = |id| policy.parameters.iter().any(|(own, _)| *own == id);
    for (id, _) in baseline.parameters.iter().filter(|(id, _)| !kept(*id)) {
        lines.push(format!("leaves {} as the scenario has it", id.info().name));
    }
    lines
}

/// A cluster of the start.
fn cluster(cluster: &StartingCluster) -> String {
    let services: Vec<&str> = cluster.services.iter().map(Function::name).collect();
    let origin = match cluster.origin {
        Origin::BottomUp => "begun by its members",
        Origin::Incentive => "begun for money",
        Origin::TopDown => "begun by an authority",
    };
    let run = match cluster.management {
        Management::Schools => "run by its members",
        Management::AreaOffice => "run by an area office",
        Management::CentralAdministration => "run by the central administration",
    };
    let mut text = format!(
        "has at the start {}: a {} of {} that shares {}, {origin} and {run}",
        cluster.name,
        cluster.form.name(),
        cluster.members,
        services.join(", ")
    );
    if cluster.coordinator > 0.0 {
        text.push_str(&format!(", with a coordinator (standing {})", cluster.coordinator));
    }
    if cluster.equal_shares {
        text.push_str(", costs in equal shares");
    }
    if cluster.nested_in > 0 {
        text.push_str(&format!(", in super-cluster {}", cluster.nested_in));
    }
    if let Some(grant) = &cluster.paid_by {
        text.push_str(&format!(", paid by {grant}"));
    }
    text
}

fn what(kind: &InstrumentKind) -> String {
    match kind {
        InstrumentKind::ClusterGrant(grant) => cluster_grant(grant),
        InstrumentKind::MergerGrant(grant) => format!(
            "Districts that merge get {}{}",
            schedule(&grant.per_pupil, "$", " per pupil"),
            if grant.pupils_cap.is_finite() {
                format!(", counting at most {} pupils of each former district", number(grant.pupils_cap, 0))
            } else {
                String::new()
            }
        ),
        InstrumentKind::CoordinatorPay(pay) => format!(
            "The state pays a coordinator of seniority {} (0 to 1) in clusters with at least {} members: {}",
            pay.seniority,
            pay.min_members,
            schedule(&pay.per_cluster, "$", " per cluster")
        ),
        InstrumentKind::FacilitatorCapacity(more) => format!(
            "Every support organisation can help {} more clusters a year, at ${} each{}",
            more.clusters,
            number(more.per_cluster, 0),
            if more.outreach > 0.0 { ", and carries on the example of one that works" } else { "" }
        ),
        InstrumentKind::SharingWeight(weight) => sharing_weight(weight),
        InstrumentKind::LevyRelief(relief) => format!(
            "Districts that merge levy less, made good by the state: {}",
            schedule(&relief.mills, "$", " per thousand of valuation")
        ),
        InstrumentKind::HoldHarmless(hold) => {
            let shares: Vec<f64> = hold.share.iter().map(|share| share * 100.0).collect();
            format!("Aid lost by merging is made good: {}", schedule(&shares, "", " per cent of it"))
        }
        InstrumentKind::GeneralAid(aid) => {
            format!("Plain aid, whatever districts do: {}", schedule(&aid.per_pupil, "$", " per pupil"))
        }
        InstrumentKind::EnrolmentFloor(floor) => enrolment_floor(floor),
        InstrumentKind::AssignedClusters(assigned) => format!(
            "An authority assigns districts to clusters of {} that are to share {}",
            assigned.members,
            functions(assigned.services)
        ),
        InstrumentKind::TaxingAuthority(tax) => {
            format!(
                "A consortium of at least {} members may levy ${} per thousand of valuation",
                tax.min_members, tax.mills
            )
        }
    }
}

fn cluster_grant(grant: &ClusterGrant) -> String {
    let paid = |amounts: &[f64]| amounts.iter().any(|amount| *amount > 0.0);
    let mut parts = Vec::new();
    if paid(&grant.per_pupil) {
        parts.push(schedule(&grant.per_pupil, "$", " per pupil"));
    }
    if paid(&grant.per_member) {
        parts.push(schedule(&grant.per_member, "$", " per member"));
    }
    let mut out = format!(
        "Clusters of {} to {} districts within {} minutes get {}",
        grant.min_members,
        grant.max_members,
        number(grant.radius_minutes, 0),
        parts.join(" and ")
    );
    if !grant.services.is_empty() {
        out.push_str(&format!(", for {}", functions(grant.services)));
    }
    if grant.match_share > 0.0 {
        out.push_str(&format!("; members put in ${} for each dollar", grant.match_share));
    }
    match grant.condition {
        Condition::None => {}
        Condition::ReorganisationVote => {
            out.push_str("; when it ends, the voters of every member decide on becoming one district");
        }
        Condition::Renewal { activities } => {
            out.push_str(&format!("; it is renewed for clusters with at least {activities} activities that work"));
        }
    }
    out
}

fn sharing_weight(weight: &SharingWeight) -> String {
    let mut counted = Vec::new();
    if weight.pupils > 0.0 {
        counted.push(format!("{} extra pupils per member", weight.pupils));
    }
    if weight.weight > 0.0 {
        counted.push(format!("{} % more pupils", number(weight.weight * 100.0, 1)));
    }
    format!(
        "The aid formula counts {} for each of these when it is fully shared, for {} and for {} after a merger: {}",
        counted.join(" and "),
        years(usize::from(weight.years)),
        years(usize::from(weight.years_after_merger)),
        functions(weight.services)
    )
}

fn enrolment_floor(floor: &EnrolmentFloor) -> String {
    let mut out = format!(
        "Districts under {} pupils for {} are attached to a neighbour",
        number(floor.pupils, 0),
        years(usize::from(floor.grace_years))
    );
    match (floor.sparse_exempt, floor.cluster_exempt) {
        (true, true) => out.push_str(", but for sparse districts and members of a cluster"),
        (true, false) => out.push_str(", but for sparse districts"),
        (false, true) => out.push_str(", but for members of a cluster"),
        (false, false) => {}
    }
    out
}

/// "$768 per pupil a year for 3 years", "$300, $200, $100 per pupil over 3 years".
fn schedule(amounts: &[f64], sign: &str, of: &str) -> String {
    let amount = |value: &f64| format!("{sign}{}", number(*value, usize::from(value.fract() != 0.0) * 2));
    match amounts {
        [] => "nothing".to_owned(),
        [only] => format!("{}{of} in one year", amount(only)),
        [first, rest @ ..] if rest.iter().all(|value| value.to_bits() == first.to_bits()) => {
            format!("{}{of} a year for {}", amount(first), years(amounts.len()))
        }
        _ => format!("{}{of} over {}", amounts.iter().map(amount).collect::<Vec<_>>().join(", "), years(amounts.len())),
    }
}

fn years(count: usize) -> String {
    if count == 1 { "1 year".to_owned() } else { format!("{count} years") }
}

fn functions(set: FunctionSet) -> String {
    if set.is_empty() {
        return "any function".to_owned();
    }
    set.iter().map(|function| function.name().replace('_', " ")).collect::<Vec<_>>().join(", ")
}

fn window(instrument: &Instrument) -> String {
    let from = instrument.start + 1;
    match instrument.end {
        None if from == 1 => "It can be entered in every year.".to_owned(),
        None => format!("It can be entered from year {from} on."),
        Some(until) if until == from => format!("It can be entered in year {from} only."),
        Some(until) => format!("It can be entered in years {from} to {until}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parameters::ParameterId;
    use crate::model::policy::{Eligibility, MergerGrant};

    fn merger_grant(per_pupil: Vec<f64>) -> Instrument {
        Instrument {
            name: "merger grant".to_owned(),
            start: 0,
            end: Some(6),
            budget_cap: Some(1_000_000.0),
            eligibility: Eligibility { min_pupils: 0.0, max_pupils: 600.0 },
            kind: InstrumentKind::MergerGrant(MergerGrant { per_pupil, pupils_cap: 400.0 }),
        }
    }

    #[test]
    fn a_line_of_a_list_is_set_in_behind_its_dash() {
        assert_eq!(item("short", Page::ENDLESS), "  - short\n");
        let text = item(&"word ".repeat(20), Page::of(60));
        assert!(
            text.starts_with("  - word") && text.lines().skip(1).all(|line| line.starts_with("    word")),
            "{text}"
        );
    }

    #[test]
    fn an_instrument_is_told_with_amounts_years_limits_and_budget() {
        assert_eq!(
            instrument(&merger_grant(vec![300.0, 200.0, 100.5])),
            "Districts that merge get $300, $200, $100.50 per pupil over 3 years, counting at most 400 pupils of each former \
             district. It can be entered in years 1 to 6. Only districts with at most 600 pupils. The state pays at most \
             $1,000,000 a year."
        );
    }

    #[test]
    fn a_policy_is_told_by_what_it_adds_changes_removes_and_sets() {
        let wedge = ParameterId::from_name("wedge").expect("the registry has it");
        let named = |name: &str, per_pupil| Instrument { name: name.to_owned(), ..merger_grant(per_pupil) };
        let policy = |instruments, parameters| Policy { instruments, parameters, ..Policy::default() };
        let baseline = policy(vec![named("a", vec![1.0]), named("b", vec![1.0]), named("c", vec![1.0])], Vec::new());
        let other =
            policy(vec![named("a", vec![1.0]), named("b", vec![2.0]), named("d", vec![1.0])], vec![(wedge, 0.01)]);
        let lines = differences(&other, &baseline);
        let starts: Vec<String> =
            lines.iter().map(|line| line.split([':', '(']).next().unwrap_or_default().trim().into()).collect();
        assert_eq!(starts, ["changes b", "adds d", "removes c", "sets wedge to 0.01"]);
        assert!(differences(&baseline, &baseline).is_empty());
    }
}
