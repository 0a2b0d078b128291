//! The statistics that targets are about: what the record published, taken in the same way from runs.
//!
//! A statistic is a quotient of two sums over the replicates (or is made from two such quotients, for
//! two policies), so that an ensemble's figure does not hang on single runs without an event.

use crate::districts::history::{FIRST_YEAR, StateHistory};
use crate::engine::math;
use crate::experiments::backtest::{AtRisk, recorded, summarise};
use crate::model::events::{Ending, Happening, Origin};
use crate::model::outcomes::{CLUSTER_OUTCOMES, ClusterOutcome, RegionOutcome};
use crate::model::policy::{InstrumentKind, Policy};
use crate::model::record::{Detail, Record};
use crate::model::region::Region;

/// What is measured. Years are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statistic {
    /// The mean of an outcome of the region at the end of a year.
    Outcome {
        /// The outcome.
        outcome: RegionOutcome,
        /// The year.
        year: u16,
    },
    /// Districts lost between two years, per cent of those before the first, a year.
    LossRate {
        /// The first year.
        from: u16,
        /// The last year, which counts.
        to: u16,
    },
    /// The loss rate as a multiple of that under the scenario's first policy.
    Uplift {
        /// The first year.
        from: u16,
        /// The last year, which counts.
        to: u16,
    },
    /// Mean number of members at founding of the clusters founded for a grant.
    FoundingSize,
    /// Of clusters founded for a grant, the share that works so many years after its last payment; those
    /// that ended by merging into one district are left out.
    Survival {
        /// Years after the last year of the money.
        years: u16,
    },
    /// The share of merger plans of this many districts that pass in full.
    PlansPass {
        /// Fewest districts of a plan.
        least: u8,
        /// Most districts of a plan.
        most: u8,
    },
    /// The share of districts' votes on such plans that have a majority for the merger.
    VotesPass {
        /// Fewest districts of a plan.
        least: u8,
        /// Most districts of a plan.
        most: u8,
    },
    /// Mean yes share in the districts that would be the host.
    HostYes,
    /// Mean yes share in districts that would lose their high school to another.
    LosingYes,
    /// Mean pupils at the start of the districts whose voters reject a merger plan, each vote counted.
    RefusingPupils,
    /// Mean pupils at the start of the districts whose voters accept a merger plan, each vote counted.
    ConsentingPupils,
    /// Mean trust within clusters of this age.
    Trust {
        /// Least age, years.
        from: u16,
        /// Greatest age, years.
        to: u16,
    },
    /// Districts of a size class that end, per cent of the years that districts were in the class.
    ExitRate {
        /// Fewest pupils in the year before, whole.
        least: f64,
        /// Most pupils in the year before, counted in.
        most: f64,
    },
}

/// The numerator and denominator of a policy's quotient.
pub(super) type Sums = [f64; 2];

impl Statistic {
    /// Adds a run under a policy to its sums.
    pub(super) fn add(self, sums: &mut Sums, record: &Record, region: &Region, policy: &Policy) {
        let [numerator, denominator] = match self {
            Self::Outcome { outcome, year } => outcome_at(record, outcome, year),
            Self::LossRate { from, to } | Self::Uplift { from, to } => districts_left(record, region, from, to),
            Self::FoundingSize => founding_size(record),
            Self::Survival { years } => survival(record, grant_years(policy), years),
            Self::PlansPass { least, most } => plans(record, least, most)[0],
            Self::VotesPass { least, most } => plans(record, least, most)[1],
            Self::HostYes => yes_share(record, |district, host, _| district == host),
            Self::LosingYes => yes_share(record, |district, host, loses| district != host && loses),
            Self::RefusingPupils => voters_pupils(record, region, |yes_share| yes_share <= 0.5),
            Self::ConsentingPupils => voters_pupils(record, region, |yes_share| yes_share > 0.5),
            Self::Trust { from, to } => trust(record, from, to),
            Self::ExitRate { least, most } => at_risk(summarise(region, record, &[(least, most)]).classes[0]),
        };
        sums[0] += numerator;
        sums[1] += denominator;
    }

    /// The figure from the sums under its policy and under the first; not a number where it is not defined.
    pub(super) fn value(self, own: Sums, first: Sums) -> f64 {
        let quotient = own[0] / own[1];
        match self {
            Self::LossRate { from, to } => yearly_loss(quotient, from, to),
            Self::Uplift { from, to } => yearly_loss(quotient, from, to) / yearly_loss(first[0] / first[1], from, to),
            Self::ExitRate { .. } => 100.0 * quotient,
            _ => quotient,
        }
    }

    /// The last year that a record must have.
    pub(super) fn last_year(self) -> u16 {
        match self {
            Self::Outcome { year, .. } => year,
            Self::LossRate { to, .. } | Self::Uplift { to, .. } => to,
            _ => 0,
        }
    }

    /// The same figure by the record of a state, whose first simulated year follows its first fiscal year;
    /// None where a record does not tell it.
    pub(super) fn observed(self, history: &StateHistory) -> Option<f64> {
        let count = |year: u16| history.counts.get(&(FIRST_YEAR + year)).map(|count| f64::from(*count));
        let sums = match self {
            Self::Outcome { outcome: RegionOutcome::districts, year } => [count(year + 1)?, 1.0],
            Self::LossRate { from, to } => [count(to + 1)?, count(from)?],
            Self::ExitRate { least, most } => at_risk(recorded(history, &[(least, most)])[0]),
            _ => return None,
        };
        Some(self.value(sums, sums))
    }

    /// How much of a run it needs.
    pub(super) fn detail(self) -> Detail {
        if matches!(self, Self::ExitRate { .. }) { Detail::District } else { Detail::Cluster }
    }

    /// Decimals and unit for tables.
    #[must_use]
    pub fn unit(self) -> (usize, &'static str) {
        match self {
            Self::Outcome { outcome, .. } => (outcome.outcome().decimals.max(2), outcome.outcome().unit),
            Self::LossRate { .. } | Self::ExitRate { .. } => (2, "%/year"),
            Self::Uplift { .. } => (2, "times"),
            Self::FoundingSize => (1, "districts"),
            Self::RefusingPupils | Self::ConsentingPupils => (0, "pupils"),
            Self::Trust { .. } => (2, "index 0-1"),
            _ => (2, "share"),
        }
    }
}

fn yearly_loss(left: f64, from: u16, to: u16) -> f64 {
    100.0 * (1.0 - math::pow(left, 1.0 / f64::from(to + 1 - from)))
}

fn outcome_at(record: &Record, outcome: RegionOutcome, year: u16) -> Sums {
    let value = record.region_value(usize::from(year), outcome);
    if value.is_nan() { [0.0, 0.0] } else { [value, 1.0] }
}

fn districts_left(record: &Record, region: &Region, from: u16, to: u16) -> Sums {
    let at = |year: u16| record.region_value(usize::from(year), RegionOutcome::districts);
    let before = if from == 0 { region.districts.len() as f64 } else { at(from - 1) };
    [at(to), before]
}

fn founding_size(record: &Record) -> Sums {
    let sizes = record.events.iter().filter_map(|event| match event.what {
        Happening::Founded { origin: Origin::Incentive, members, .. } => Some(f64::from(members)),
        _ => None,
    });
    sizes.fold([0.0, 0.0], |[sum, count], size| [sum + size, count + 1.0])
}

/// The longest term of the policy's cluster grants.
fn grant_years(policy: &Policy) -> u16 {
    let term = |kind: &InstrumentKind| match kind {
        InstrumentKind::ClusterGrant(grant) => grant.per_pupil.len() as u16,
        _ => 0,
    };
    policy.instruments.iter().map(|instrument| term(&instrument.kind)).max().unwrap_or(0)
}

/// A cluster is founded after the payments of its founding year, so the money runs from the next year on.
fn survival(record: &Record, term: u16, years: u16) -> Sums {
    let horizon = record.years() as u16;
    let mut sums = [0.0, 0.0];
    for event in &record.events {
        let Happening::Founded { cluster, origin: Origin::Incentive, .. } = event.what else { continue };
        let moment = event.year + term + years;
        if moment >= horizon {
            continue;
        }
        let ended = record.events.iter().find_map(|other| match other.what {
            Happening::Ended { cluster: ended, ending } if ended == cluster && other.year <= moment => Some(ending),
            _ => None,
        });
        if ended != Some(Ending::Merged) {
            sums[0] += f64::from(u8::from(ended.is_none()));
            sums[1] += 1.0;
        }
    }
    sums
}

/// Plans passed and voted on, and district votes for and held. The votes on a plan stand before it.
fn plans(record: &Record, least: u8, most: u8) -> [Sums; 2] {
    let mut sums = [[0.0; 2]; 2];
    let mut votes = [0.0; 2];
    for event in &record.events {
        match event.what {
            Happening::Voted { yes_share, .. } => {
                votes = [votes[0] + f64::from(u8::from(yes_share > 0.5)), votes[1] + 1.0];
            }
            Happening::PlanDecided { districts, passed, .. } => {
                if (least..=most).contains(&districts) {
                    sums[0] = [sums[0][0] + f64::from(u8::from(passed)), sums[0][1] + 1.0];
                    sums[1] = [sums[1][0] + votes[0], sums[1][1] + votes[1]];
                }
                votes = [0.0; 2];
            }
            _ => {}
        }
    }
    sums
}

fn yes_share(record: &Record, counts: impl Fn(u16, u16, bool) -> bool) -> Sums {
    let shares = record.events.iter().filter_map(|event| match event.what {
        Happening::Voted { district, host, yes_share, loses_high_school }
            if counts(district, host, loses_high_school) =>
        {
            Some(yes_share)
        }
        _ => None,
    });
    shares.fold([0.0, 0.0], |[sum, count], share| [sum + share, count + 1.0])
}

fn voters_pupils(record: &Record, region: &Region, counts: impl Fn(f64) -> bool) -> Sums {
    let voters = record.events.iter().filter_map(|event| match event.what {
        Happening::Voted { district, yes_share, .. } if counts(yes_share) => {
            region.districts.get(usize::from(district))
        }
        _ => None,
    });
    voters.fold([0.0, 0.0], |[sum, count], district| [sum + district.enrolment(), count + 1.0])
}

fn trust(record: &Record, from: u16, to: u16) -> Sums {
    let rows = record.clusters.values.chunks_exact(CLUSTER_OUTCOMES.len());
    let of_age = rows.filter(|row| (f64::from(from)..=f64::from(to)).contains(&row[ClusterOutcome::age.index()]));
    let values = of_age.map(|row| row[ClusterOutcome::trust.index()]).filter(|value| !value.is_nan());
    values.fold([0.0, 0.0], |[sum, count], value| [sum + value, count + 1.0])
}

fn at_risk(risk: AtRisk) -> Sums {
    [f64::from(risk.ended), f64::from(risk.district_years)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiments::summary::tests::{region, scenario};
    use crate::model::events::Event;
    use crate::model::policy::{ClusterGrant, Condition, Eligibility, Instrument};

    fn record(districts: &[f64], events: &[(u16, Happening)]) -> Record {
        let mut record = Record::default();
        for count in districts {
            let mut row = [f64::NAN; RegionOutcome::COUNT];
            row[RegionOutcome::districts.index()] = *count;
            record.region.extend(row);
        }
        record.events = events.iter().map(|&(year, what)| Event { year, what }).collect();
        record
    }

    fn policy(term: usize) -> Policy {
        let mut policy = scenario(&["a"]).policies.remove(0);
        let grant = ClusterGrant {
            per_pupil: vec![100.0; term],
            per_member: vec![0.0; term],
            min_members: 3,
            max_members: 8,
            radius_minutes: 60.0,
            services: [].into_iter().collect(),
            match_share: 0.0,
            condition: Condition::None,
        };
        policy.instruments.push(Instrument {
            name: "grant".into(),
            start: 0,
            end: None,
            budget_cap: None,
            eligibility: Eligibility { min_pupils: 0.0, max_pupils: f64::INFINITY },
            kind: InstrumentKind::ClusterGrant(grant),
        });
        policy
    }

    fn value(statistic: Statistic, record: &Record) -> f64 {
        let mut sums = [0.0; 2];
        statistic.add(&mut sums, record, &region(), &policy(3));
        statistic.value(sums, [0.0; 2])
    }

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    #[test]
    fn loss_rates_are_yearly_and_uplifts_are_their_quotients() {
        let run = record(&[100.0, 90.0, 81.0], &[]);
        near(value(Statistic::LossRate { from: 1, to: 2 }, &run), 10.0);
        let uplift = Statistic::Uplift { from: 1, to: 2 };
        near(uplift.value([81.0, 100.0], [90.25, 100.0]), 2.0);
        near(value(Statistic::Outcome { outcome: RegionOutcome::districts, year: 1 }, &run), 90.0);
        assert!(value(Statistic::Outcome { outcome: RegionOutcome::trust, year: 1 }, &run).is_nan());
    }

    #[test]
    fn survival_counts_from_the_last_payment_and_leaves_out_mergers_and_clusters_not_seen_so_long() {
        let founded = |cluster, origin| Happening::Founded { cluster, district: 0, origin, members: 4 };
        let ended = |cluster, ending| Happening::Ended { cluster, ending };
        let run = record(
            &[9.0; 8],
            &[
                (0, founded(1, Origin::Incentive)),
                (1, founded(2, Origin::Incentive)),
                (1, founded(3, Origin::Incentive)),
                (1, founded(4, Origin::BottomUp)),
                (5, ended(1, Ending::BrokeUp)),
                (5, ended(2, Ending::Merged)),
                (5, founded(5, Origin::Incentive)),
            ],
        );
        near(value(Statistic::Survival { years: 1 }, &run), 1.0);
        near(value(Statistic::Survival { years: 2 }, &run), 0.5);
        near(value(Statistic::FoundingSize, &run), 4.0);
    }

    #[test]
    fn votes_belong_to_the_plan_that_follows_them() {
        let voted =
            |district, yes_share, loses| Happening::Voted { district, host: 1, yes_share, loses_high_school: loses };
        let decided = |districts, passed| Happening::PlanDecided { host: 1, districts, passed, required: false };
        let run = record(
            &[9.0],
            &[
                (0, voted(1, 0.8, false)),
                (0, voted(2, 0.4, true)),
                (0, decided(2, false)),
                (0, voted(1, 0.7, false)),
                (0, voted(2, 0.6, false)),
                (0, voted(3, 0.6, true)),
                (0, voted(4, 0.2, true)),
                (0, decided(4, false)),
                (0, voted(1, 0.9, false)),
                (0, voted(5, 0.6, true)),
                (0, decided(2, true)),
            ],
        );
        near(value(Statistic::PlansPass { least: 2, most: 2 }, &run), 0.5);
        near(value(Statistic::VotesPass { least: 4, most: 99 }, &run), 0.75);
        near(value(Statistic::HostYes, &run), 0.8);
        near(value(Statistic::LosingYes, &run), 0.45);
    }

    #[test]
    fn those_who_refuse_and_those_who_consent_count_with_their_pupils_at_the_start() {
        let voted = |district, yes_share| Happening::Voted { district, host: 1, yes_share, loses_high_school: false };
        let run = record(&[9.0], &[(0, voted(0, 0.4)), (0, voted(1, 0.6)), (0, voted(0, 0.7))]);
        let sizes: Vec<f64> =
            region().districts.iter().map(crate::model::region::StartingDistrict::enrolment).collect();
        near(value(Statistic::RefusingPupils, &run), sizes[0]);
        near(value(Statistic::ConsentingPupils, &run), f64::midpoint(sizes[0], sizes[1]));
        assert!(value(Statistic::RefusingPupils, &record(&[9.0], &[])).is_nan());
    }

    #[test]
    fn trust_is_the_mean_of_clusters_of_the_age_asked_for() {
        let mut run = record(&[9.0], &[]);
        for (age, trust) in [(2.0, 0.1), (3.0, 0.5), (4.0, 0.7), (4.0, f64::NAN), (5.0, 0.2)] {
            let mut row = [0.0; ClusterOutcome::COUNT];
            row[ClusterOutcome::age.index()] = age;
            row[ClusterOutcome::trust.index()] = trust;
            run.clusters.push(0, 1, 0, crate::model::events::Form::Cluster, &row);
        }
        near(value(Statistic::Trust { from: 3, to: 4 }, &run), 0.6);
    }

    #[test]
    fn a_record_tells_the_same_figures_as_a_run_with_its_counts() {
        let mut history = StateHistory::default();
        history.counts.extend([(1995, 110), (1996, 100), (1997, 90), (1998, 81)]);
        let run = record(&[100.0, 90.0, 81.0], &[]);
        for statistic in
            [Statistic::LossRate { from: 1, to: 2 }, Statistic::Outcome { outcome: RegionOutcome::districts, year: 2 }]
        {
            near(statistic.observed(&history).expect("a record has counts"), value(statistic, &run));
        }
        assert!(Statistic::LossRate { from: 1, to: 9 }.observed(&history).is_none(), "beyond the record");
        assert!(Statistic::HostYes.observed(&history).is_none());
    }

    #[test]
    fn exits_are_of_the_years_at_risk_in_the_class() {
        let statistic = Statistic::ExitRate { least: 25.0, most: 49.0 };
        near(statistic.value([3.0, 60.0], [0.0; 2]), 5.0);
        assert_eq!((statistic.detail(), Statistic::HostYes.detail()), (Detail::District, Detail::Cluster));
        assert!(statistic.observed(&StateHistory::default()).is_some_and(f64::is_nan), "nobody was at risk");
    }
}
