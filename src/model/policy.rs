//! What a state pays, requires or allows: a policy is a list of instruments laid over a baseline.
//!
//! Every instrument has a start, an end, a yearly budget cap and an eligibility, and is exactly
//! nothing where it is absent. Amounts are dollars of the first year; years are counted from the
//! scenario's first year (0).

use super::events::{Form, Origin};
use super::functions::{Function, FunctionSet};

/// Most instruments of one policy.
pub const MOST_INSTRUMENTS: usize = 64;
/// Most cluster grants of one policy: a cluster can hold all of them at once.
pub const MOST_CLUSTER_GRANTS: usize = 4;

/// Who may take part in an instrument, by enrolment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Eligibility {
    /// Smallest district, pupils.
    pub min_pupils: f64,
    /// Largest district, pupils.
    pub max_pupils: f64,
}

impl Default for Eligibility {
    fn default() -> Self {
        Self { min_pupils: 0.0, max_pupils: f64::INFINITY }
    }
}

impl Eligibility {
    /// Whether a district with this enrolment may take part.
    #[must_use]
    pub fn admits(&self, pupils: f64) -> bool {
        (self.min_pupils..=self.max_pupils).contains(&pupils)
    }
}

/// What falls due when a cluster grant ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Condition {
    /// Nothing.
    #[default]
    None,
    /// The voters of every member decide on reorganising into one district (North Dakota HB 1507).
    ReorganisationVote,
    /// Another term of the same length for clusters with at least this many activities that work.
    Renewal {
        /// Working activities required.
        activities: u8,
    },
}

/// Money to districts that share.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterGrant {
    /// Dollars per pupil of the members in each year of the grant; its length is the term.
    pub per_pupil: Vec<f64>,
    /// Dollars per member district in each of those years; same length.
    pub per_member: Vec<f64>,
    /// Fewest members.
    pub min_members: u8,
    /// Most members.
    pub max_members: u8,
    /// Longest drive between the initiator and a member, minutes.
    pub radius_minutes: f64,
    /// Functions that the grant pays for: a cluster founded for it starts with these. Empty: any.
    pub services: FunctionSet,
    /// Dollars that members must put in for each dollar of the grant, 0–2.
    pub match_share: f64,
    /// What falls due when it ends.
    pub condition: Condition,
}

/// Money to districts that merge.
#[derive(Debug, Clone, PartialEq)]
pub struct MergerGrant {
    /// Dollars per pupil in each year after the merger (South Dakota: 300, 200, 100).
    pub per_pupil: Vec<f64>,
    /// At most so many pupils are counted for each former district.
    pub pupils_cap: f64,
}

/// The state pays a coordinator in every cluster that qualifies.
#[derive(Debug, Clone, PartialEq)]
pub struct CoordinatorPay {
    /// Dollars a cluster in each year after its founding; its length is the term.
    pub per_cluster: Vec<f64>,
    /// Fewest members of a cluster that qualifies.
    pub min_members: u8,
    /// Seniority asked for, 0–1: standing with the schools and with the authority.
    pub seniority: f64,
}

/// More clusters helped by support organisations.
#[derive(Debug, Clone, PartialEq)]
pub struct FacilitatorCapacity {
    /// Clusters a year that each support organisation can help in addition.
    pub clusters: u16,
    /// Dollars for each cluster helped in addition.
    pub per_cluster: f64,
    /// What a support organisation adds to the log-odds of a founding within its reach once a cluster that
    /// is helped works: it carries the example on. 0–8.
    pub outreach: f64,
}

/// Extra pupils counted in the aid formula for what is shared (Iowa).
#[derive(Debug, Clone, PartialEq)]
pub struct SharingWeight {
    /// Functions that earn the weight.
    pub services: FunctionSet,
    /// Extra pupils counted for each of them at full depth, per member.
    pub pupils: f64,
    /// Share of a member's pupils counted in addition for each of them at full depth.
    pub weight: f64,
    /// Years that a member earns it.
    pub years: u16,
    /// Years that it continues after a merger.
    pub years_after_merger: u16,
}

/// Lower levies for districts that merge, made good by the state.
#[derive(Debug, Clone, PartialEq)]
pub struct LevyRelief {
    /// Dollars per thousand of valuation in each year after the merger (Iowa: 1.00, 0.50, 0.25).
    pub mills: Vec<f64>,
}

/// The aid of the former districts kept after a merger (Kansas).
#[derive(Debug, Clone, PartialEq)]
pub struct HoldHarmless {
    /// Share of the lost aid made good in each year after the merger.
    pub share: Vec<f64>,
}

/// Plain aid: dollars for every pupil of every district that may take part, whatever it does.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneralAid {
    /// Dollars per pupil in each year from the instrument's first on.
    pub per_pupil: Vec<f64>,
}

/// Districts below a size must merge (South Dakota 2007, Arkansas).
#[derive(Debug, Clone, PartialEq)]
pub struct EnrolmentFloor {
    /// Fewest pupils.
    pub pupils: f64,
    /// Years below the floor before a district is attached to a neighbour.
    pub grace_years: u16,
    /// Whether sparse districts are exempt.
    pub sparse_exempt: bool,
    /// Whether members of a cluster are exempt.
    pub cluster_exempt: bool,
}

/// Clusters assigned from above (an English local authority), in the instrument's first year. While it is
/// open nobody may leave; afterwards members review like any others.
#[derive(Debug, Clone, PartialEq)]
pub struct AssignedClusters {
    /// Members of each.
    pub members: u8,
    /// Functions that they are to share.
    pub services: FunctionSet,
}

/// The right of a consortium to levy a tax of its own (Minnesota education district).
#[derive(Debug, Clone, PartialEq)]
pub struct TaxingAuthority {
    /// Dollars per thousand of the members' valuation.
    pub mills: f64,
    /// Fewest members.
    pub min_members: u8,
}

/// One line makes a kind of instrument: its terms, and its name in files.
macro_rules! kinds {
    ($($kind:ident = $name:literal,)+) => {
        /// What an instrument does.
        #[derive(Debug, Clone, PartialEq)]
        pub enum InstrumentKind {
            $(
                #[doc = concat!("See [`", stringify!($kind), "`].")]
                $kind($kind),
            )+
        }

        impl InstrumentKind {
            /// The names of all kinds, as files have them. Tests hold that each can be written in a file, stands in the
            /// documents and in a shipped scenario, is met by the random worlds, and changes nothing when it pays nothing.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The name of the kind in files.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => $name),+
                }
            }
        }
    };
}

kinds! {
    ClusterGrant = "cluster_grant",
    MergerGrant = "merger_grant",
    CoordinatorPay = "coordinator_pay",
    FacilitatorCapacity = "facilitator_capacity",
    SharingWeight = "sharing_weight",
    LevyRelief = "levy_relief",
    HoldHarmless = "hold_harmless",
    GeneralAid = "general_aid",
    EnrolmentFloor = "enrolment_floor",
    AssignedClusters = "assigned_clusters",
    TaxingAuthority = "taxing_authority",
}

/// One instrument of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Instrument {
    /// Its name, unique within the policy.
    pub name: String,
    /// First year in which it can be entered.
    pub start: u16,
    /// First year in which it can no longer be entered; entered grants run out their term.
    pub end: Option<u16>,
    /// Most dollars that the state pays in a year; payments are scaled down alike beyond it.
    pub budget_cap: Option<f64>,
    /// Who may take part.
    pub eligibility: Eligibility,
    /// What it does.
    pub kind: InstrumentKind,
}

impl Instrument {
    /// Whether it can be entered in `year`.
    #[must_use]
    pub fn open(&self, year: u16) -> bool {
        year >= self.start && self.end.is_none_or(|end| year < end)
    }

    /// Whether `year` is the last in which it can be entered.
    #[must_use]
    pub fn last_chance(&self, year: u16) -> bool {
        self.end.is_some_and(|end| year + 1 == end)
    }
}

/// Who runs a cluster (second study, table 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Management {
    /// Its schools or districts themselves.
    #[default]
    Schools,
    /// An area office of the authority.
    AreaOffice,
    /// The authority's central administration.
    CentralAdministration,
}

/// A cluster that exists when the first year begins.
#[derive(Debug, Clone, PartialEq)]
pub struct StartingCluster {
    /// Its name, unique within the policy: the name of its draws.
    pub name: String,
    /// Members: the first district, in the order of the region, that is in no cluster yet, and those
    /// nearest to it.
    pub members: u8,
    /// Whether there is one for every district to which districts without a high school are nearest
    /// among those with one: it and these are its members, whatever `members` says.
    pub for_high_school: bool,
    /// Years for which it has shared already.
    pub years_shared: u16,
    /// Who began it.
    pub origin: Origin,
    /// How far it is along the continuum.
    pub form: Form,
    /// What it shares.
    pub services: FunctionSet,
    /// How deep it shares them at the start, 0–1, in quarters.
    pub depth: f64,
    /// Whether members work on a task (else they allocate resources).
    pub task_focus: bool,
    /// Who runs it.
    pub management: Management,
    /// Standing of its coordinator, 0–1; 0: it has no such post.
    pub coordinator: f64,
    /// Whether boards took part from the first.
    pub early_boards: bool,
    /// Whether members bear common costs in equal shares, else by their pupils.
    pub equal_shares: bool,
    /// The super-cluster that it is part of, counted from 1; 0: none.
    pub nested_in: u8,
    /// The name of the cluster grant that pays it, from the second year on.
    pub paid_by: Option<String>,
}

/// A policy: named instruments over a baseline.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Policy {
    /// A short name for files, e.g. `three-year-grant`.
    pub name: String,
    /// A title for tables and charts.
    pub title: String,
    /// What it is, for people.
    pub description: String,
    /// Where its design comes from.
    pub source: String,
    /// Its instruments.
    pub instruments: Vec<Instrument>,
    /// Clusters that exist when the first year begins.
    pub clusters: Vec<StartingCluster>,
    /// Parameters that this policy changes, by their place in the registry, and their values.
    pub parameters: Vec<(super::parameters::ParameterId, f64)>,
}

/// All functions that a grant may pay for, where it names none.
#[must_use]
pub fn services_or_all(services: FunctionSet) -> FunctionSet {
    if services.is_empty() { Function::ALL.into_iter().collect() } else { services }
}
