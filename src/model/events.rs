//! What happens, as typed events: mechanics emit them, results listen.

use serde::{Deserialize, Serialize};

use super::functions::Function;

/// How far districts have gone along the organisational continuum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[repr(u8)]
pub enum Form {
    /// Shares nothing.
    #[default]
    Alone,
    /// A loose, informal linkage that leaves autonomy untouched and ends with its task.
    Network,
    /// A stable commitment to share some resources and decisions.
    Cluster,
    /// A cluster embedded in public policy, with staff, fiscal standing and perhaps a tax of its own.
    Consortium,
    /// One head, separate sites.
    Federation,
    /// Part of another district by its own vote.
    Merged,
    /// Attached to a neighbour because it could not go on.
    Dissolved,
}

impl Form {
    /// All forms, in the order of the continuum.
    pub const ALL: [Self; 7] =
        [Self::Alone, Self::Network, Self::Cluster, Self::Consortium, Self::Federation, Self::Merged, Self::Dissolved];

    /// Its name in files and on charts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Network => "network",
            Self::Cluster => "cluster",
            Self::Consortium => "consortium",
            Self::Federation => "federation",
            Self::Merged => "merged",
            Self::Dissolved => "dissolved",
        }
    }
}

/// Who began a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Origin {
    /// Its members, for a purpose of their own.
    BottomUp,
    /// Its members, for money on offer.
    Incentive,
    /// An authority.
    TopDown,
}

impl Origin {
    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BottomUp => "bottom_up",
            Self::Incentive => "incentive",
            Self::TopDown => "top_down",
        }
    }
}

/// Why a cluster ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Ending {
    /// The goal was met.
    GoalMet,
    /// Too little worked.
    WoundUp,
    /// Too few members were left.
    BrokeUp,
    /// A failed vote broke it.
    VoteFailed,
    /// Its members merged.
    Merged,
    /// It was a network and its task was done.
    TaskDone,
}

impl Ending {
    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GoalMet => "goal_met",
            Self::WoundUp => "wound_up",
            Self::BrokeUp => "broke_up",
            Self::VoteFailed => "vote_failed",
            Self::Merged => "merged",
            Self::TaskDone => "task_done",
        }
    }
}

/// Why a district was dissolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Dissolution {
    /// Its reserve was below zero two years running.
    Insolvent,
    /// It had hardly any pupils left.
    Empty,
    /// It fell under an enrolment floor.
    Floor,
    /// Its board and voters gave it up: its classes had become too small to teach.
    GivenUp,
}

impl Dissolution {
    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Insolvent => "insolvent",
            Self::Empty => "empty",
            Self::Floor => "floor",
            Self::GivenUp => "given_up",
        }
    }
}

/// What happened. Districts are named by their index in the region, clusters by their serial number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Happening {
    /// A cluster was founded by `district`.
    Founded {
        /// The cluster.
        cluster: u32,
        /// The initiator.
        district: u16,
        /// Who began it.
        origin: Origin,
        /// How many members it starts with.
        members: u8,
    },
    /// A district joined a cluster.
    Joined {
        /// The cluster.
        cluster: u32,
        /// The district.
        district: u16,
    },
    /// A district left a cluster.
    Left {
        /// The cluster.
        cluster: u32,
        /// The district.
        district: u16,
    },
    /// A cluster took on a function.
    TaskTaken {
        /// The cluster.
        cluster: u32,
        /// The function.
        function: Function,
    },
    /// A cluster gave up a function that kept failing.
    TaskDropped {
        /// The cluster.
        cluster: u32,
        /// The function.
        function: Function,
    },
    /// A cluster that existed entered a grant.
    EnteredGrant {
        /// The cluster.
        cluster: u32,
        /// The instrument's place in the policy.
        instrument: u8,
    },
    /// A cluster changed its form.
    FormChanged {
        /// The cluster.
        cluster: u32,
        /// The new form.
        form: Form,
    },
    /// A cluster ended.
    Ended {
        /// The cluster.
        cluster: u32,
        /// Why.
        ending: Ending,
    },
    /// A district voted on a merger.
    Voted {
        /// The district.
        district: u16,
        /// The district that would be the host.
        host: u16,
        /// Share of yes votes.
        yes_share: f64,
        /// Whether it would lose its high school.
        loses_high_school: bool,
    },
    /// A merger plan was decided.
    PlanDecided {
        /// The host.
        host: u16,
        /// How many districts voted.
        districts: u8,
        /// Whether it passed.
        passed: bool,
        /// Whether a grant's condition required the vote.
        required: bool,
    },
    /// A district became part of another by vote.
    Merged {
        /// The district that ended.
        district: u16,
        /// The district that took it in.
        host: u16,
    },
    /// A district was attached to a neighbour.
    Dissolved {
        /// The district that ended.
        district: u16,
        /// The district that took it in.
        host: u16,
        /// Why.
        cause: Dissolution,
    },
    /// A district should have been attached to a neighbour, and none was within the state's limit.
    Stranded {
        /// The district, which goes on.
        district: u16,
        /// Why.
        cause: Dissolution,
    },
    /// The last school of a community, or one of several, closed.
    SchoolClosed {
        /// The community.
        district: u16,
        /// Schools left open in it.
        left: u8,
    },
    /// A superintendent left and another came.
    NewSuperintendent {
        /// The district.
        district: u16,
    },
}

impl Happening {
    /// The kind's name in files.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Founded { .. } => "founded",
            Self::Joined { .. } => "joined",
            Self::Left { .. } => "left",
            Self::TaskTaken { .. } => "task_taken",
            Self::TaskDropped { .. } => "task_dropped",
            Self::EnteredGrant { .. } => "entered_grant",
            Self::FormChanged { .. } => "form_changed",
            Self::Ended { .. } => "ended",
            Self::Voted { .. } => "voted",
            Self::PlanDecided { .. } => "plan_decided",
            Self::Merged { .. } => "merged",
            Self::Dissolved { .. } => "dissolved",
            Self::Stranded { .. } => "stranded",
            Self::SchoolClosed { .. } => "school_closed",
            Self::NewSuperintendent { .. } => "new_superintendent",
        }
    }
}

/// Something that happened in a year.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The year, from 0.
    pub year: u16,
    /// What happened.
    pub what: Happening,
}
