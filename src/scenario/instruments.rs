//! `[[policy.instrument]]`: what a state pays, requires or allows.

use crate::diagnostics::{Place, Problem};
use crate::input::{Choice, Flag, List, Number, Table, Text, Variant, Whole, options};
use crate::model::functions::{Function, FunctionSet};
use crate::model::policy::{
    AssignedClusters, ClusterGrant, Condition, CoordinatorPay, Eligibility, EnrolmentFloor, FacilitatorCapacity,
    GeneralAid, HoldHarmless, Instrument, InstrumentKind, LevyRelief, MergerGrant, SharingWeight, TaxingAuthority,
};

/// Longest term of any instrument, years.
const LONGEST_TERM: usize = 50;
const PUPILS: Number = Number::new("pupils", 0.0, 1_000_000.0);
const PER_PUPIL: Number = Number::new("$/pupil", 0.0, 100_000.0);
const DOLLARS: Number = Number::new("$", 0.0, 1e9);
const MILLS: Number = Number::new("mills", 0.0, 100.0);
/// As many as the model holds: a larger group would be cut short without a word.
const MEMBERS: Whole = Whole::new("members", 2, 40);
const YEARS: Whole = Whole::new("years", 0, 100);

/// One value for each year of a term.
fn by_year(of: Number) -> List<Number> {
    List { of, least: 1, most: LONGEST_TERM }
}

/// An instrument and the place of its name.
pub(super) fn instrument(table: &mut Table<'_>) -> (Instrument, Place) {
    let name = table.optional("name", "Its name, unique within the policy; its kind where absent.", &Text);
    let (start, end) = window(table);
    let budget_cap = Number::above("$/year", 0.0, 1e12);
    let budget_cap = table.optional(
        "budget_cap",
        "Most that the state pays in a year; beyond it all payments are scaled down alike.",
        &budget_cap,
    );
    let eligibility = eligibility(table);
    let kind = table.variant("kind", "What the instrument does.", KINDS).unwrap_or(STAND_IN);
    let name = name.unwrap_or_else(|| kind.name().to_owned());
    let place = if table.has("name") { table.place("name") } else { table.here() };
    (Instrument { name, start, end, budget_cap, eligibility, kind }, place)
}

/// Stands for an instrument whose kind was refused.
const STAND_IN: InstrumentKind = InstrumentKind::HoldHarmless(HoldHarmless { share: Vec::new() });

/// In files, years are counted from 1 and both ends are meant; inside, from 0 with the end excluded.
fn window(table: &mut Table<'_>) -> (u16, Option<u16>) {
    let before = table.found();
    let years = Whole::new("", 1, 100).hint(super::COUNTED_FROM_1);
    let from =
        table.or("from_year", "First year in which it can be entered: 1 is the first simulated year.", &years, 1);
    let until =
        "Last year in which it can be entered, counted in the same way; grants entered by then run out their term.";
    let until = table.optional("until_year", until, &years);
    if table.found() == before
        && let Some(until) = until.filter(|until| *until < from)
    {
        let what = format!("the instrument ends in year {until}, before it begins in year {from}");
        table.push(Problem::new(table.place("until_year"), what).expected("`until_year` not before `from_year`"));
    }
    ((from - 1) as u16, until.map(|until| until as u16))
}

fn eligibility(table: &mut Table<'_>) -> Eligibility {
    let before = table.found();
    let eligibility = Eligibility {
        min_pupils: table.or("min_pupils", "Smallest district that may take part.", &PUPILS, 0.0),
        max_pupils: table
            .optional("max_pupils", "Largest district that may take part; no limit where absent.", &PUPILS)
            .unwrap_or(f64::INFINITY),
    };
    if table.found() == before && eligibility.min_pupils > eligibility.max_pupils {
        let what = format!(
            "no district has at least {} and at most {} pupils",
            eligibility.min_pupils, eligibility.max_pupils
        );
        table.push(Problem::new(table.place("min_pupils"), what).expected("`min_pupils` not above `max_pupils`"));
    }
    eligibility
}

/// All kinds of instruments, as files name them.
pub(super) const KINDS: &[Variant<InstrumentKind>] = &[
    Variant { name: "cluster_grant", doc: "Money to districts that share.", form: cluster_grant },
    Variant { name: "merger_grant", doc: "Money to districts that merge.", form: merger_grant },
    Variant {
        name: "coordinator_pay",
        doc: "The state pays a coordinator in every cluster that qualifies.",
        form: coordinator_pay,
    },
    Variant {
        name: "facilitator_capacity",
        doc: "More clusters helped by support organisations.",
        form: facilitator_capacity,
    },
    Variant {
        name: "sharing_weight",
        doc: "Extra pupils counted in the aid formula for what is shared.",
        form: sharing_weight,
    },
    Variant {
        name: "levy_relief",
        doc: "Lower levies for districts that merge, made good by the state.",
        form: levy_relief,
    },
    Variant { name: "hold_harmless", doc: "The aid of the former districts kept after a merger.", form: hold_harmless },
    Variant {
        name: "general_aid",
        doc: "Plain aid to all districts that may take part, whatever they do.",
        form: general_aid,
    },
    Variant { name: "enrolment_floor", doc: "Districts below a size must merge.", form: enrolment_floor },
    Variant { name: "assigned_clusters", doc: "Clusters assigned from above.", form: assigned_clusters },
    Variant {
        name: "taxing_authority",
        doc: "The right of a consortium to levy a tax of its own.",
        form: taxing_authority,
    },
];

fn functions() -> Choice<Function> {
    Choice::new(Function::ALL.into_iter().map(|function| (function.name(), function, function.meaning())))
}

pub(super) fn services(table: &mut Table<'_>, doc: &str, least: usize) -> FunctionSet {
    let before = table.found();
    let list = List { of: functions(), least, most: Function::ALL.len() };
    let chosen =
        if least > 0 { table.required("services", doc, &list) } else { table.or("services", doc, &list, Vec::new()) };
    let set: FunctionSet = chosen.iter().copied().collect();
    if table.found() == before && (set.len() as usize) < chosen.len() {
        table.push(Problem::new(table.place("services"), "a function is named twice").expected("each function once"));
    }
    set
}

fn cluster_grant(table: &mut Table<'_>) -> InstrumentKind {
    let (per_pupil, per_member) = cluster_amounts(table);
    let (min_members, max_members) = member_limits(table);
    let radius = Number::above("minutes", 0.0, 600.0);
    let condition = condition(table);
    InstrumentKind::ClusterGrant(ClusterGrant {
        per_pupil,
        per_member,
        min_members,
        max_members,
        radius_minutes: table.or("radius", "Longest drive between the founder and a member.", &radius, 75.0),
        services: services(
            table,
            "Functions that it pays for: a cluster founded for it starts with these. Empty: any.",
            0,
        ),
        match_share: table.or("match", "Dollars that members put in for each dollar of the grant.", &MATCH, 0.0),
        condition,
    })
}

const MATCH: Number = Number::new("", 0.0, 2.0);

/// The two schedules of a cluster grant: an absent one is nothing in every year of the other.
fn cluster_amounts(table: &mut Table<'_>) -> (Vec<f64>, Vec<f64>) {
    let before = table.found();
    let doc = "Dollars per pupil of the members in each year of the grant; the number of values is the term.";
    let per_pupil = table.optional("per_pupil", doc, &by_year(PER_PUPIL));
    let doc =
        "Dollars per member district in each year of the grant; as many values as `per_pupil` where both are given.";
    let per_member = table.optional("per_member", doc, &by_year(Number::new("$/member", 0.0, 1e8)));
    match (per_pupil, per_member) {
        (Some(pupil), Some(member)) => {
            if table.found() == before && pupil.len() != member.len() {
                let what = format!("`per_pupil` covers {} years, `per_member` {}", pupil.len(), member.len());
                let problem = Problem::new(table.place("per_member"), what);
                table.push(problem.expected("as many values in both").hint("fill the shorter list up with 0"));
            }
            (pupil, member)
        }
        (Some(pupil), None) => (pupil.clone(), vec![0.0; pupil.len()]),
        (None, Some(member)) => (vec![0.0; member.len()], member),
        (None, None) => {
            let problem = Problem::new(
                table.here(),
                "this cluster grant pays nothing: it has neither `per_pupil` nor `per_member`",
            );
            table.push(
                problem
                    .expected("at least one of the two, with an amount for each year")
                    .hint("per_pupil = [300, 200, 100]"),
            );
            (Vec::new(), Vec::new())
        }
    }
}

fn member_limits(table: &mut Table<'_>) -> (u8, u8) {
    let before = table.found();
    let least = table.or("min_members", "Fewest members.", &MEMBERS, 3);
    let most = table.or("max_members", "Most members.", &MEMBERS, 8);
    if table.found() == before && least > most {
        let place = table.place(if table.has("min_members") { "min_members" } else { "max_members" });
        let what = format!("no cluster has at least {least} and at most {most} members");
        table.push(Problem::new(place, what).expected("`min_members` (default 3) not above `max_members` (default 8)"));
    }
    (least as u8, most as u8)
}

fn condition(table: &mut Table<'_>) -> Condition {
    let conditions = options(&[
        ("none", Condition::None, "nothing."),
        (
            "reorganisation_vote",
            Condition::ReorganisationVote,
            "the voters of every member decide on becoming one district.",
        ),
        (
            "renewal",
            Condition::Renewal { activities: 0 },
            "another term of the same length for clusters with enough activities that work.",
        ),
    ]);
    let before = table.found();
    let chosen = table.or("condition", "What falls due when the grant ends.", &conditions, Condition::None);
    let doc = "Working activities that a renewal asks for; only with `condition = \"renewal\"`.";
    let activities = table.optional("renewal_activities", doc, &Whole::new("activities", 1, 9));
    match (chosen, activities) {
        (Condition::Renewal { .. }, activities) => Condition::Renewal { activities: activities.unwrap_or(2) as u8 },
        (other, Some(_)) if table.found() == before => {
            let problem = Problem::new(table.place("renewal_activities"), "`renewal_activities` has no effect here");
            table.push(
                problem
                    .expected("`condition = \"renewal\"` beside it")
                    .hint("change the condition, or delete this line"),
            );
            other
        }
        (other, _) => other,
    }
}

fn merger_grant(table: &mut Table<'_>) -> InstrumentKind {
    let cap = Number::above("pupils", 0.0, 1_000_000.0);
    InstrumentKind::MergerGrant(MergerGrant {
        per_pupil: table.required("per_pupil", "Dollars per pupil in each year after the merger.", &by_year(PER_PUPIL)),
        pupils_cap: table
            .optional(
                "pupils_cap",
                "At most so many pupils are counted for each former district; all where absent.",
                &cap,
            )
            .unwrap_or(f64::INFINITY),
    })
}

fn coordinator_pay(table: &mut Table<'_>) -> InstrumentKind {
    let doc = "Dollars per cluster in each year after its founding; the number of values is the term.";
    let seniority = Number::new("index 0-1", 0.0, 1.0);
    InstrumentKind::CoordinatorPay(CoordinatorPay {
        per_cluster: table.required("per_cluster", doc, &by_year(Number::new("$/cluster", 0.0, 1e8))),
        min_members: table.or("min_members", "Fewest members of a cluster that qualifies.", &MEMBERS, 3) as u8,
        seniority: table.or(
            "seniority",
            "Standing with the schools and with the authority that is asked for.",
            &seniority,
            0.5,
        ),
    })
}

const OUTREACH: &str = "Added to the odds of a founding within the reach of a support organisation once a cluster that is helped works: \
                        it carries the example on.";

fn facilitator_capacity(table: &mut Table<'_>) -> InstrumentKind {
    let clusters = Whole::new("clusters", 1, 1000);
    InstrumentKind::FacilitatorCapacity(FacilitatorCapacity {
        clusters: table.required(
            "clusters",
            "Clusters a year that each support organisation can help in addition.",
            &clusters,
        ) as u16,
        per_cluster: table.required("per_cluster", "Dollars for each cluster helped in addition.", &DOLLARS),
        outreach: table.or("outreach", OUTREACH, &Number::new("log-odds", 0.0, 8.0), 0.0),
    })
}

fn sharing_weight(table: &mut Table<'_>) -> InstrumentKind {
    let before = table.found();
    let pupils = Number::new("pupils", 0.0, 1000.0);
    let weight = SharingWeight {
        services: services(table, "Functions that earn the weight.", 1),
        pupils: table.or(
            "pupils",
            "Extra pupils counted per member for each function shared at full depth.",
            &pupils,
            0.0,
        ),
        weight: table.or("weight", WEIGHT, &Number::new("share", 0.0, 1.0), 0.0),
        years: table.required("years", "Years that a member earns it.", &YEARS) as u16,
        years_after_merger: table.or("years_after_merger", "Years that it continues after a merger.", &YEARS, 0) as u16,
    };
    if table.found() == before && weight.pupils <= 0.0 && weight.weight <= 0.0 {
        let problem =
            Problem::new(table.here(), "this sharing weight counts nothing: `pupils` and `weight` are both 0");
        table.push(problem.expected("at least one of the two above 0").hint("weight = 0.1"));
    }
    InstrumentKind::SharingWeight(weight)
}

const WEIGHT: &str = "Share of a member's pupils counted in addition for each function shared at full depth.";

fn levy_relief(table: &mut Table<'_>) -> InstrumentKind {
    let doc = "Dollars per thousand of valuation in each year after the merger.";
    InstrumentKind::LevyRelief(LevyRelief { mills: table.required("mills", doc, &by_year(MILLS)) })
}

fn hold_harmless(table: &mut Table<'_>) -> InstrumentKind {
    let doc = "Share of the lost aid made good in each year after the merger.";
    let share = by_year(Number::new("share", 0.0, 1.0));
    InstrumentKind::HoldHarmless(HoldHarmless { share: table.required("share", doc, &share) })
}

fn general_aid(table: &mut Table<'_>) -> InstrumentKind {
    let doc = "Dollars per pupil in each year from `from_year` on; nothing after the last.";
    InstrumentKind::GeneralAid(GeneralAid { per_pupil: table.required("per_pupil", doc, &by_year(PER_PUPIL)) })
}

fn enrolment_floor(table: &mut Table<'_>) -> InstrumentKind {
    let grace = "Years below the floor before a district is attached to a neighbour.";
    InstrumentKind::EnrolmentFloor(EnrolmentFloor {
        pupils: table.required("pupils", "Fewest pupils.", &Number::above("pupils", 0.0, 100_000.0)),
        grace_years: table.or("grace_years", grace, &Whole::new("years", 0, 50), 2) as u16,
        sparse_exempt: table.or("sparse_exempt", "Whether sparse districts are exempt.", &Flag, false),
        cluster_exempt: table.or("cluster_exempt", "Whether members of a cluster are exempt.", &Flag, false),
    })
}

fn assigned_clusters(table: &mut Table<'_>) -> InstrumentKind {
    InstrumentKind::AssignedClusters(AssignedClusters {
        members: table.required("members", "Members of each cluster.", &MEMBERS) as u8,
        services: services(table, "Functions that they are to share.", 1),
    })
}

fn taxing_authority(table: &mut Table<'_>) -> InstrumentKind {
    InstrumentKind::TaxingAuthority(TaxingAuthority {
        mills: table.required("mills", "Dollars per thousand of the members' valuation.", &MILLS),
        min_members: table.or("min_members", "Fewest members.", &MEMBERS, 3) as u8,
    })
}
