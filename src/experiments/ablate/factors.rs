//! What the source studies claim, factor by factor, and what is switched off to test each claim.
//!
//! S1 is "Clustering: working together for better schools", S2 is Lunt & Evans (1994, ED 374 623). The
//! sentences are paraphrased.

use crate::model::parameters::Parameters;
use crate::model::simulation::Invitees;

/// A document whose claims are tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// "Clustering: working together for better schools".
    First,
    /// Lunt & Evans 1994.
    Second,
}

/// What is looked at when a factor is switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Activities that worked per member and year over a cluster's first ten years, years after its end
    /// counted as none; mean over all clusters founded.
    Activity,
    /// Share of the clusters founded that exist six years later; those whose members merged are left out.
    Survival,
    /// Clusters founded.
    Founded,
    /// Special-education referrals per 100 pupils, mean over the years.
    Referrals,
    /// School buildings closed.
    Closures,
}

impl Measure {
    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Activity => "activity per member-year",
            Self::Survival => "alive after 6 years",
            Self::Founded => "clusters founded",
            Self::Referrals => "referrals per 100 pupils",
            Self::Closures => "schools closed",
        }
    }
}

/// When a factor acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acts {
    /// In founding: nothing is repeated from the baseline.
    Formation,
    /// Afterwards: the same clusters are founded as in the baseline, and the factor is then missing.
    Operation,
}

/// A claim of a study.
#[derive(Debug, Clone, Copy)]
pub struct Factor {
    /// Short, stable name.
    pub id: &'static str,
    /// The factor as the study names it.
    pub name: &'static str,
    /// Which study.
    pub seed: Seed,
    /// Where in it.
    pub section: &'static str,
    /// What the study says, paraphrased.
    pub sentence: &'static str,
    /// Switches it off.
    pub off: fn(&mut Parameters),
    /// Who is invited in place of those who were.
    pub invitees: Invitees,
    /// When it acts.
    pub acts: Acts,
    /// What is looked at.
    pub measure: Measure,
    /// Whether the study claims that the measure rises without the factor (else it falls).
    pub rises: bool,
}

const ACTIVITY: Factor = Factor {
    id: "",
    name: "",
    seed: Seed::First,
    section: "",
    sentence: "",
    off: |_| {},
    invitees: Invitees::AsNoted,
    acts: Acts::Operation,
    measure: Measure::Activity,
    rises: false,
};
const SURVIVAL: Factor = Factor { measure: Measure::Survival, ..ACTIVITY };
const FOUNDING: Factor = Factor { measure: Measure::Founded, acts: Acts::Formation, ..ACTIVITY };
const THEME: Factor = Factor { seed: Seed::Second, ..ACTIVITY };

/// All claims: twelve factors, six conditions and four benefits of the first study, the themes of the second.
pub static FACTORS: &[Factor] = &[
    Factor {
        id: "s1-1-purpose",
        name: "1 Common, homegrown purpose",
        section: "Implementing, factor 1",
        sentence: "Problems must be defined by and common to all; an outside agenda has less chance, homegrown solutions more.",
        off: |p| p.task_purpose = 0.0,
        ..ACTIVITY
    },
    Factor {
        id: "s1-2-commitment",
        name: "2 Three-year commitment",
        section: "Implementing, factor 2",
        sentence: "Participants should begin with a commitment of three years at least; trust takes time.",
        off: |p| {
            p.task_term = 0.0;
            p.leave_term = 0.0;
        },
        ..SURVIVAL
    },
    Factor {
        id: "s1-3-similar",
        name: "3 Similar members",
        section: "Implementing, factor 3",
        sentence: "Schools of similar size have common problems and are more likely to maintain a cluster.",
        invitees: Invitees::LeastAlike,
        ..ACTIVITY
    },
    Factor {
        id: "s1-4-proximity",
        name: "4 Geographic proximity",
        section: "Implementing, factor 4",
        sentence: "Distances must allow frequent meetings and the sharing of services.",
        invitees: Invitees::Farthest,
        ..ACTIVITY
    },
    Factor {
        id: "s1-5-simple",
        name: "5 Simple structure",
        section: "Implementing, factor 5",
        sentence: "A simple organisational structure suffices; it should be kept to a minimum.",
        off: |p| p.structure_added = 1.0,
        ..ACTIVITY
    },
    Factor {
        id: "s1-6-leaders",
        name: "6 Active school leaders",
        section: "Implementing, factor 6",
        sentence: "Commitment and active participation of someone with authority, mostly the superintendents, is essential.",
        off: |p| p.leaders_take_part = 0.0,
        ..ACTIVITY
    },
    Factor {
        id: "s1-7-boards",
        name: "7 Early board involvement",
        section: "Implementing, factor 7",
        sentence: "Boards and communities need to be involved from the start; that pays dividends.",
        off: |p| p.board_early = p.board_late,
        ..SURVIVAL
    },
    Factor {
        id: "s1-8-support",
        name: "8 Support organisations",
        section: "Implementing, factor 8",
        sentence: "Support organisations provide resources, facilitate, keep the momentum and lend legitimacy.",
        off: |p| p.task_facilitator = 0.0,
        ..ACTIVITY
    },
    Factor {
        id: "s1-9-start-small",
        name: "9 Start small",
        section: "Implementing, factor 9",
        sentence: "Start with something small that is an issue for all, succeed, and build on it.",
        off: |p| p.start_small = 0.0,
        ..ACTIVITY
    },
    Factor {
        id: "s1-10-meetings",
        name: "10 Frequent early meetings",
        section: "Implementing, factor 10",
        sentence: "Meet about once a month at first, less often later.",
        off: |p| p.meetings_first = p.meetings_later,
        ..ACTIVITY
    },
    Factor {
        id: "s1-11-financing",
        name: "11 Shared financing",
        section: "Implementing, factor 11",
        sentence: "Small amounts put together give the economies of scale for substantial programmes.",
        off: |p| p.task_money = 0.0,
        ..ACTIVITY
    },
    Factor {
        id: "s1-12-documentation",
        name: "12 Accountability",
        section: "Implementing, factor 12",
        sentence: "A record of activities and minutes lets participants assess progress and is good public relations.",
        off: |p| p.documentation = 0.0,
        ..ACTIVITY
    },
    Factor {
        id: "s1-c1-recognition",
        name: "Official recognition",
        section: "Necessary conditions",
        sentence: "There must be official recognition that small rural schools have problems and potential of their own.",
        off: |p| p.found_recognition = 0.0,
        ..FOUNDING
    },
    Factor {
        id: "s1-c2-catalyst",
        name: "Outside organisation as a neutral catalyst",
        section: "Necessary conditions",
        sentence: "An outside organisation should be the neutral catalyst of an exploratory meeting.",
        off: |p| p.found_support = 0.0,
        ..FOUNDING
    },
    Factor {
        id: "s1-c3-superintendents",
        name: "Superintendents in the first meetings",
        section: "Necessary conditions",
        sentence: "Superintendents must represent their districts in the exploratory meetings.",
        off: |p| p.leaders_take_part = 0.0,
        ..FOUNDING
    },
    Factor {
        id: "s1-c4-affected",
        name: "Those affected initiate the solution",
        section: "Necessary conditions",
        sentence: "The people directly affected by the problem must have a role in initiating the solution.",
        off: |p| {
            p.affected_initiate = 0.0;
            p.task_purpose = 0.0;
            p.ownership_own = p.ownership_assigned;
            p.ownership_incentive = p.ownership_assigned;
        },
        ..ACTIVITY
    },
    Factor {
        id: "s1-c5-important",
        name: "An important problem",
        section: "Necessary conditions",
        sentence: "The problem must be important and the solution relevant.",
        off: |p| {
            p.found_stress = 0.0;
            p.accept_stress = 0.0;
        },
        ..FOUNDING
    },
    Factor {
        id: "s1-c6-collaborators",
        name: "Outside organisations with knowledge",
        section: "Necessary conditions",
        sentence: "Outside organisations with knowledge, skills or resources should be active collaborators.",
        off: |p| p.outside_knowledge = 0.0,
        ..ACTIVITY
    },
    Factor {
        id: "s1-b1-academic",
        name: "Academic benefits",
        section: "Benefits",
        sentence: "More and better courses, exchange of expertise, a reinvigorated teaching staff.",
        off: |p| {
            p.payoff_courses = 0.0;
            p.payoff_staff_development = 0.0;
        },
        ..SURVIVAL
    },
    Factor {
        id: "s1-b2-economic",
        name: "Economic benefits",
        section: "Benefits",
        sentence: "Purchasing power, one shared teacher in place of several part-timers, fewer redundant efforts.",
        off: |p| p.realised_saving = 0.0,
        ..SURVIVAL
    },
    Factor {
        id: "s1-b3-social",
        name: "Social benefits",
        section: "Benefits",
        sentence: "Pupils take part in what a school alone could not stage; a larger community of learners.",
        off: |p| p.payoff_activity = 0.0,
        ..SURVIVAL
    },
    Factor {
        id: "s1-b4-political",
        name: "Political benefits",
        section: "Benefits",
        sentence: "Schools that show improvement can form political alliances and head off further closings.",
        off: |p| p.close_alliance = 0.0,
        measure: Measure::Closures,
        rises: true,
        ..ACTIVITY
    },
    Factor {
        id: "s2-size",
        name: "Size of six to eight",
        section: "Dynamics of clusters, Size",
        sentence: "Larger groupings developed no significant collaborative activity.",
        invitees: Invitees::Many,
        ..THEME
    },
    Factor {
        id: "s2-complexity",
        name: "Complexity kept low",
        section: "Dynamics of clusters, Complexity",
        sentence: "Schools in more than one cluster found it time-consuming to keep all the links going.",
        off: |p| p.structure_added = 1.0,
        measure: Measure::Survival,
        ..THEME
    },
    Factor {
        id: "s2-initiation",
        name: "Initiation: extra funding and a change agent",
        section: "Dynamics of clusters, Initiation",
        sentence: "There needs to be a catalyst in the form of extra funding, and a key change agent.",
        off: |p| {
            p.found_grant = 0.0;
            p.accept_grant = 0.0;
            p.leaders_take_part = 0.0;
        },
        seed: Seed::Second,
        ..FOUNDING
    },
    Factor {
        id: "s2-coordination",
        name: "A coordinator",
        section: "Dynamics of clusters, Co-ordination",
        sentence: "A key person as coordinator appears to be a key factor in the maintenance of activity.",
        off: |p| p.coordinator_hiring = 0.0,
        ..THEME
    },
    Factor {
        id: "s2-ownership",
        name: "Ownership",
        section: "Dynamics of clusters, Ownership",
        sentence: "Those involved need to feel ownership, which needs control of the cluster's common resources.",
        off: |p| {
            p.ownership_own = p.ownership_assigned;
            p.ownership_incentive = p.ownership_assigned;
        },
        ..THEME
    },
    Factor {
        id: "s2-task-focus",
        name: "Task focus",
        section: "Dynamics of clusters, Task focus",
        sentence: "Clusters with a task or project are more effective than those that only allocate resources.",
        off: |p| p.task_focus = 0.0,
        ..THEME
    },
    Factor {
        id: "s2-payoff",
        name: "Payoff",
        section: "Dynamics of clusters, Payoff",
        sentence: "There must be a payoff that makes up for the time and effort of taking part.",
        off: |p| {
            p.payoff_courses = 0.0;
            p.payoff_staff_development = 0.0;
            p.payoff_activity = 0.0;
            p.realised_saving = 0.0;
        },
        measure: Measure::Survival,
        ..THEME
    },
    Factor {
        id: "s2-staff-development",
        name: "Staff development",
        section: "Dynamics of clusters, Staff development",
        sentence: "Taking part is a powerful tool of staff development where staff exchange ideas across schools.",
        off: |p| p.payoff_staff_development = 0.0,
        measure: Measure::Survival,
        ..THEME
    },
    Factor {
        id: "s2-effectiveness",
        name: "Effectiveness: fewer referrals",
        section: "Dynamics of clusters, Effectiveness",
        sentence: "Communication improved, and in one cluster referrals for statements fell markedly.",
        off: |p| p.referral_fall = 0.0,
        measure: Measure::Referrals,
        rises: true,
        ..THEME
    },
    Factor {
        id: "s2-competition",
        name: "No competition between schools",
        section: "The emergence of clusters",
        sentence: "The competitiveness brought by the 1988 Act makes co-operation seem unrealistic.",
        // Switched off means that districts compete: open enrolment five times as lively, and rivalry.
        off: |p| {
            p.open_enrolment = (5.0 * p.open_enrolment).max(0.1);
            p.rivalry = (5.0 * p.rivalry).max(1.0);
        },
        ..THEME
    },
];

/// The parameters that switching a factor off changes, at their defaults: name, with, without.
#[must_use]
pub fn changed(factor: &Factor) -> Vec<(&'static str, f64, f64)> {
    let with = Parameters::default();
    let mut without = with.clone();
    (factor.off)(&mut without);
    crate::model::parameters::ParameterId::all()
        .map(|id| (id.info().name, with.get(id), without.get(id)))
        .filter(|(_, with, without)| with.to_bits() != without.to_bits())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_factor_condition_benefit_and_theme_has_its_row() {
        let of = |start: &str| FACTORS.iter().filter(|factor| factor.id.starts_with(start)).count();
        assert_eq!([of("s1-c"), of("s1-b"), of("s2-"), of("s1-")], [6, 4, 10, 12 + 6 + 4]);
        for (place, factor) in FACTORS.iter().enumerate() {
            assert!(FACTORS[..place].iter().all(|earlier| earlier.id != factor.id), "{}", factor.id);
            assert!(!factor.section.is_empty() && factor.sentence.ends_with('.'), "{}", factor.id);
        }
    }

    #[test]
    fn switching_a_factor_off_changes_something_and_stays_within_the_ranges() {
        for factor in FACTORS {
            let changed = changed(factor);
            assert!(!changed.is_empty() || factor.invitees != Invitees::AsNoted, "{}", factor.id);
            for (name, _, without) in changed {
                let id = crate::model::parameters::ParameterId::from_name(name).expect("from the registry");
                assert!((id.info().range.0..=id.info().range.1).contains(&without), "{} {name}", factor.id);
            }
        }
    }
}
