//! The outcomes, defined once: columns of results, rows of tables, axes of charts and the reference
//! documentation are all made from this registry.

/// Which way is better for pupils and taxpayers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither: it depends on what one wants.
    Neither,
}

/// How yearly values become one value of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summary {
    /// The last year's value.
    LastYear,
    /// The mean over the years in which it is defined.
    MeanOfYears,
    /// The mean over the years, weighted by the region's pupils: a share of pupil-years.
    PupilYears,
    /// The sum over the years.
    SumOfYears,
}

/// One outcome: a column of the results.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Its name in files: lower case, stable.
    pub id: &'static str,
    /// Its title in tables and charts.
    pub title: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What it means and how it is measured.
    pub meaning: &'static str,
    /// Which way is better.
    pub better: Better,
    /// How years are put together.
    pub summary: Summary,
    /// Decimals when printed (a share is printed as a percentage).
    pub decimals: usize,
    /// Whether it stands in the printed table.
    pub headline: bool,
}

macro_rules! outcomes {
    ($(#[$meta:meta])* $name:ident, $ids:ident: $($id:ident, $title:literal, $unit:literal, $better:ident, $summary:ident, $decimals:literal, $headline:literal, $meaning:literal;)+) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(non_camel_case_types, reason = "a variant is spelt as its column in the files")]
        #[repr(usize)]
        pub enum $name {
            $(#[doc = $meaning] $id,)+
        }

        impl $name {
            /// How many there are.
            pub const COUNT: usize = $ids.len();
            /// All of them, in the order of the columns.
            pub const ALL: [Self; Self::COUNT] = [$(Self::$id,)+];

            /// Its place in a row of values.
            #[must_use]
            #[inline]
            pub fn index(self) -> usize {
                self as usize
            }

            /// Its entry in the registry.
            #[must_use]
            pub fn outcome(self) -> &'static Outcome {
                &$ids[self as usize]
            }
        }

        #[doc = concat!("The registry of [`", stringify!($name), "`], in the order of the columns.")]
        pub static $ids: &[Outcome] = &[$(Outcome {
            id: stringify!($id),
            title: $title,
            unit: $unit,
            meaning: $meaning,
            better: Better::$better,
            summary: Summary::$summary,
            decimals: $decimals,
            headline: $headline,
        },)+];
    };
}

/// Standards of states that ask for little and for much, units: Montana and South Dakota, Iowa.
pub const STANDARDS: [f64; 2] = [20.0, 41.0];

/// Years after the money ended at which it is asked whether a cluster lives.
pub const YEARS_AFTER_MONEY: u16 = 3;

outcomes! {
    /// A yearly outcome of the region. A value that is not defined (the mean trust of no clusters) is NaN.
    RegionOutcome, REGION_OUTCOMES:
    viability_last, "Viability, last year", "share", Higher, LastYear, 1, true,
        "How far the schooling of a pupil is viable in the last year, 0 to 1, mean over all pupils: courses within reach as a share of what the state asks for (grades 9 to 12) or the share of the programme that is paid for (below), times solvency, times rides. A ride counts in full within the state's norm (or what it was at the start, where longer) and falls to nothing at twice that; solvency falls from 1 at a reserve of 5 % to 0 at -10 %.";
    district_viability, "Viability, all years", "share", Higher, PupilYears, 1, true,
        "The same, mean over all years, weighted by pupils.";
    viability_small, "Viability in the smallest communities", "share", Higher, LastYear, 1, false,
        "Viability in the last year in the quarter of communities that had the fewest pupils at the start.";
    viability_low, "Viability under a low standard", "share", Higher, LastYear, 1, false,
        "Viability in the last year if the state asked for 20 units (as Montana and South Dakota); boards act on their own state's standard.";
    viability_high, "Viability under a high standard", "share", Higher, LastYear, 1, false,
        "Viability in the last year if the state asked for 41 units (as Iowa).";
    funded_alive, "Clusters alive 3 years after their money", "share", Higher, LastYear, 1, true,
        "Of the clusters whose money ended at least 3 years before the last year and that lived then, the share that lived 3 years on. Clusters that are still paid, that never were, whose members merged or whose goal was met are not among them.";
    districts, "Districts", "districts", Neither, LastYear, 0, true,
        "Operating districts.";
    merged, "Districts ended by merger", "districts", Neither, LastYear, 0, true,
        "Districts that voted themselves into another since the start.";
    dissolved, "Districts dissolved", "districts", Lower, LastYear, 0, true,
        "Districts attached to a neighbour since the start because they were insolvent, had no pupils left, gave themselves up or fell under an enrolment floor.";
    stranded, "Districts with nobody near", "district-years", Lower, LastYear, 0, false,
        "Years of districts, since the start, in which one should have been attached to a neighbour and none was within the state's limit.";
    clusters, "Clusters at work", "clusters", Neither, LastYear, 0, true,
        "Networks, clusters, consortia and federations in existence.";
    clustered_share, "Districts in clusters", "share", Neither, LastYear, 1, false,
        "Share of operating districts that belong to a network, cluster, consortium or federation.";
    cluster_size, "Members of a cluster", "districts", Neither, LastYear, 1, false,
        "Mean number of members of the clusters in existence.";
    clusters_founded, "Clusters founded", "clusters", Neither, LastYear, 0, false,
        "Clusters founded since the start.";
    clusters_ended, "Clusters ended", "clusters", Neither, LastYear, 0, false,
        "Clusters that broke up or wound up since the start, the goal met or not.";
    goals_met, "Clusters ended with the goal met", "clusters", Higher, LastYear, 0, false,
        "Clusters that wound up since the start because the goal was met.";
    activity, "Working activities per member", "activities", Higher, MeanOfYears, 2, false,
        "Shared activities that worked this year, per member of a cluster.";
    participation, "Activities a member takes part in", "activities", Higher, MeanOfYears, 2, false,
        "Shared activities that worked this year and in which a member of a cluster took part.";
    shared_work, "Working activities per district", "activities", Higher, MeanOfYears, 2, false,
        "Shared activities that worked this year, per operating district, in a cluster or not.";
    autonomy_given_up, "Autonomy given up", "index", Lower, MeanOfYears, 3, false,
        "Mean over operating districts of the autonomy given up to a cluster: depth of sharing times the weight of each function and that of the form; 1 is all functions shared fully in a cluster, and a consortium or federation can take more.";
    trust, "Trust within clusters", "index 0-1", Higher, LastYear, 2, false,
        "Mean trust of members of a cluster in each other.";
    ownership, "Ownership of clusters", "index 0-1", Higher, LastYear, 2, false,
        "Mean sense of ownership of the clusters in existence.";
    payoff, "Payoff to a member", "% of budget", Higher, MeanOfYears, 2, false,
        "Mean yearly balance of benefits and costs to a member of a cluster, per cent of its budget.";
    workload, "Staff workload", "index, alone = 1", Lower, LastYear, 2, false,
        "Staff workload, weighted by pupils; 1 is a fully staffed district on its own.";
    courses, "High-school courses", "courses", Higher, LastYear, 1, true,
        "Courses within reach of a high-school pupil, weighted by pupils.";
    programme_met, "Pupils with the approved programme", "share", Higher, PupilYears, 1, false,
        "Share of high-school pupils at schools whose courses within reach are as many as the state asks for.";
    programme_share, "Share of the programme within reach", "share", Higher, LastYear, 1, false,
        "Courses within reach as a share of what the state asks for, 1 at the most, weighted by high-school pupils.";
    programme_spread, "Spread of programmes", "courses", Lower, LastYear, 1, false,
        "Standard deviation of courses between high schools: how unequal programmes are.";
    longest_ride, "Longest ride", "minutes", Lower, LastYear, 0, true,
        "Mean over communities of the longest one-way ride of their pupils, weighted by pupils.";
    rides_over_norm, "Pupils beyond the ride norm", "share", Lower, LastYear, 1, false,
        "Share of pupils in communities whose longest ride exceeds the state's norm (or, where it was longer at the start, has grown).";
    towns_with_school, "Communities with a school", "share", Higher, LastYear, 1, true,
        "Share of the communities that had a school at the start and still have one.";
    closures, "Schools closed", "buildings", Lower, LastYear, 0, false,
        "School buildings closed since the start.";
    spending, "Spending per pupil", "$ a pupil", Lower, LastYear, 0, true,
        "Spending per pupil, dollars of the first year.";
    levy, "Local levy per pupil", "$ a pupil", Lower, LastYear, 0, true,
        "Local property tax per pupil, dollars of the first year.";
    tax_spread, "Spread of taxes", "mills", Lower, LastYear, 2, false,
        "Standard deviation of mill rates between districts: how unequal taxes are.";
    reserve_share, "Reserves", "share", Higher, LastYear, 1, false,
        "Reserves of all districts as a share of their yearly spending.";
    paid_share, "Programme paid for", "share", Higher, MeanOfYears, 1, false,
        "Share of what the approved programme would cost that districts can pay for, weighted by pupils.";
    referrals, "Special-education referrals", "per 100 pupils", Lower, LastYear, 2, false,
        "Pupils referred for special provision outside their school, per 100 pupils.";
    votes_held, "District votes held", "votes", Neither, LastYear, 0, false,
        "Votes on a merger held since the start, each district counted.";
    votes_passed, "District votes passed", "votes", Neither, LastYear, 0, false,
        "Of these, votes with a majority for the merger.";
    plans_voted, "Merger plans voted on", "plans", Neither, LastYear, 0, false,
        "Merger plans put to the voters since the start.";
    plans_passed, "Merger plans passed", "plans", Neither, LastYear, 0, false,
        "Of these, plans that passed in every district that had to agree.";
    state_aid, "State aid", "$ a pupil", Neither, LastYear, 0, false,
        "Foundation, small-size and sparsity aid per pupil, dollars of the first year.";
    outlay, "State outlay on instruments", "million $", Lower, SumOfYears, 2, true,
        "What the state pays under the policy's instruments in the year, million dollars of the first year.";
    foundation_aid, "Foundation aid", "million $", Neither, SumOfYears, 2, false,
        "Ordinary state aid but for small-size and sparsity aid, million dollars of the first year.";
    small_size_aid, "Small-size aid", "million $", Neither, SumOfYears, 2, false,
        "Part of the ordinary state aid that the formula gives for small size; merging loses it.";
    sparsity_aid, "Sparsity aid", "million $", Neither, SumOfYears, 2, false,
        "Part of the ordinary state aid that the formula gives for sparsity.";
    state_cost, "State's cost in all", "million $", Lower, SumOfYears, 1, true,
        "Instruments and ordinary aid, million dollars of the first year: the difference from the baseline is the net cost of a policy.";
    pupils, "Pupils", "pupils", Neither, LastYear, 0, false,
        "Pupils of all districts.";
    alone, "Districts alone", "districts", Neither, LastYear, 0, false,
        "Operating districts that share nothing.";
    in_network, "Districts in networks", "districts", Neither, LastYear, 0, false,
        "Operating districts in an informal network.";
    in_cluster, "Districts in clusters proper", "districts", Neither, LastYear, 0, false,
        "Operating districts in a cluster.";
    in_consortium, "Districts in consortia", "districts", Neither, LastYear, 0, false,
        "Operating districts in an institutionalised consortium.";
    in_federation, "Districts in federations", "districts", Neither, LastYear, 0, false,
        "Operating districts in a federation.";
}

outcomes! {
    /// A yearly outcome of one cluster.
    ClusterOutcome, CLUSTER_OUTCOMES:
    members, "Members", "districts", Neither, LastYear, 0, false,
        "Districts that belong to it.";
    age, "Age", "years", Neither, LastYear, 0, false,
        "Years since its founding.";
    tasks, "Tasks", "activities", Neither, LastYear, 0, false,
        "Shared activities under way.";
    worked, "Tasks that worked", "activities", Higher, LastYear, 0, false,
        "Shared activities that worked this year.";
    depth, "Depth of sharing", "share", Neither, LastYear, 2, false,
        "Mean depth of sharing over all nine functions.";
    trust, "Trust", "index 0-1", Higher, LastYear, 2, false,
        "Mean trust of its members in each other.";
    ownership, "Ownership", "index 0-1", Higher, LastYear, 2, false,
        "The members' sense of ownership.";
    payoff, "Payoff", "% of budget", Higher, LastYear, 2, false,
        "Mean balance of benefits and costs to a member, per cent of its budget.";
    coordinator, "Coordinator", "0 or 1", Higher, LastYear, 0, false,
        "Whether the post of a coordinator is filled.";
    facilitator, "Facilitator", "0 or 1", Higher, LastYear, 0, false,
        "Whether a support organisation helped it this year.";
    grant, "Grant", "$", Neither, SumOfYears, 0, false,
        "Grant money received this year, dollars of the first year.";
    pupils, "Pupils", "pupils", Neither, LastYear, 0, false,
        "Pupils of its members.";
}

outcomes! {
    /// A yearly outcome of one community: a district of the start, recorded also after its district
    /// has merged. Money and programme are those of the district that serves it.
    DistrictOutcome, DISTRICT_OUTCOMES:
    pupils, "Pupils of the serving district", "pupils", Neither, LastYear, 0, false,
        "Pupils taught in the district that serves the community.";
    residents, "Pupils of the community", "pupils", Neither, LastYear, 0, false,
        "Pupils who live in the community, whoever teaches them.";
    revenue, "Revenue per pupil", "$ a pupil", Neither, LastYear, 0, false,
        "Revenue of the serving district per pupil, all sources, without bonds, dollars of the first year.";
    levy, "Local levy per pupil", "$ a pupil", Lower, LastYear, 0, false,
        "Local property tax of the serving district per pupil, dollars of the first year.";
    state_aid, "State aid per pupil", "$ a pupil", Neither, LastYear, 0, false,
        "Ordinary state aid of the serving district per pupil, dollars of the first year.";
    programme_spending, "Spending on the programme per pupil", "$ a pupil", Neither, LastYear, 0, false,
        "Running cost of the programme in the serving district per pupil, without one-off spending, buildings and tuition: the nearest to salaries.";
    spending, "Spending per pupil", "$ a pupil", Lower, LastYear, 0, false,
        "Spending per pupil of the serving district, dollars of the first year.";
    mills, "Mill rate", "$ per $1,000", Lower, LastYear, 2, false,
        "Tax rate that the community pays, dollars per thousand of valuation.";
    reserve_share, "Reserve", "share", Higher, LastYear, 1, false,
        "Reserve of the serving district as a share of a year's programme.";
    paid_share, "Programme paid for", "share", Higher, LastYear, 1, false,
        "Share of what the approved programme would cost that the serving district can pay for.";
    courses, "Courses", "courses", Higher, LastYear, 1, false,
        "Courses within reach of the community's high-school pupils, at the school that they attend.";
    courses_own, "Courses of own staff", "courses", Higher, LastYear, 1, false,
        "Courses that the staff of that school teaches itself.";
    elementary_ride, "Elementary ride", "minutes", Lower, LastYear, 0, false,
        "Longest one-way ride of an elementary pupil of the community.";
    middle_ride, "Middle-school ride", "minutes", Lower, LastYear, 0, false,
        "Longest one-way ride of a pupil of grades 6 to 8 of the community.";
    high_school_ride, "High-school ride", "minutes", Lower, LastYear, 0, false,
        "Longest one-way ride of a high-school pupil of the community.";
    has_school, "Has a school", "0 or 1", Higher, LastYear, 0, false,
        "Whether a school is open in the community.";
    teachers, "Teaching posts", "full-time posts", Neither, LastYear, 1, false,
        "Teaching posts of the serving district, full-time equivalents.";
    stress, "Stress", "index", Lower, LastYear, 2, false,
        "Pressure on the serving district's board: reserve, bad years, cuts, courses, classes too small, cost per pupil and decline.";
    viable, "Viability", "share", Higher, LastYear, 1, false,
        "How far the schooling of the community's pupils is viable, 0 to 1: programme within reach and paid for, solvency, rides.";
    programme_share, "Share of the programme within reach", "share", Higher, LastYear, 1, false,
        "Courses within reach of its high-school pupils as a share of what the state asks for, 1 at the most.";
    receipts, "Instrument receipts", "$", Neither, SumOfYears, 0, false,
        "What the serving district received under the policy's instruments this year, dollars of the first year.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_a_unique_name_and_a_full_entry() {
        for registry in [REGION_OUTCOMES, CLUSTER_OUTCOMES, DISTRICT_OUTCOMES] {
            for (place, outcome) in registry.iter().enumerate() {
                assert!(registry[..place].iter().all(|earlier| earlier.id != outcome.id), "{} twice", outcome.id);
                assert!(outcome.meaning.ends_with('.'), "{}", outcome.id);
                assert!(!outcome.title.is_empty() && !outcome.unit.is_empty(), "{}", outcome.id);
            }
        }
        assert_eq!(RegionOutcome::COUNT, REGION_OUTCOMES.len());
        assert_eq!(RegionOutcome::in_federation.outcome().id, "in_federation");
        for (place, outcome) in RegionOutcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome.index(), place);
        }
    }
}
