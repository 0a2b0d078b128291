//! The decisions that draw. A number, once released, is never given to another decision: results
//! must not shift when a new one is added.

/// What a draw is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Decision {
    /// An uncertain parameter (before the first year; entity: the parameter).
    Parameter = 1,
    /// The region's merger climate (before the first year).
    Climate = 2,
    /// A superintendent's commitment and a community's identity at the start.
    StartPeople = 3,
    /// A district's reserve and cost level at the start.
    StartMoney = 4,
    /// How a high school's programme compares with what its size predicts.
    StartTeaching = 9,
    /// A district's other groupings and board at the start.
    StartLinks = 6,
    /// What is not known of a district's trend and of its cohorts.
    StartPupils = 7,
    /// A district's revenue at the start against the usual.
    StartRevenue = 8,
    /// The region's shock to enrolment, and the change of its drift.
    RegionShock = 10,
    /// A district's shocks to enrolment, its drift, births and the counts of its grades.
    Enrolment = 11,
    /// Whether a superintendent leaves, and the next one's commitment.
    Superintendent = 20,
    /// Whether a coordinator leaves or is found, and the next one's quality.
    Coordinator = 21,
    /// Whether voters allow a levy above the cap.
    LevyVote = 30,
    /// Disturbances of a district's need, programme and revenue, and whether it begins a building.
    Money = 31,
    /// Whether a shared activity works (entity: the cluster's function).
    Task = 40,
    /// Whether a cluster takes on a further activity.
    NextTask = 41,
    /// Whether a member leaves, and what its board sees of the payoff.
    Leave = 51,
    /// Whether the goal is met or a network's task is done.
    GoalMet = 52,
    /// Whether a cluster changes its form.
    FormChange = 53,
    /// Whether a district calls its neighbours together, or asks to join a cluster nearby.
    Found = 60,
    /// Whether an invited district accepts (entity: the pair).
    Accept = 61,
    /// How a new group begins: as a network or cluster, with boards or without.
    FoundingManner = 62,
    /// Whether it is the money on offer that brings a group together.
    FoundForMoney = 63,
    /// Whether a cluster that exists enters a grant.
    EnterGrant = 64,
    /// In which order an authority puts districts together.
    AssignOrder = 65,
    /// Whether a district proposes a merger, and the partner agrees.
    Propose = 70,
    /// What a merger plan does to schools.
    PlanDesign = 71,
    /// The error common to all votes on a plan.
    PlanError = 72,
    /// The error of one district's vote.
    VoteError = 73,
    /// What follows a failed plan.
    AfterFailure = 74,
    /// Whether a building closes, and which.
    CloseBuilding = 80,
    /// Whether a board gives up a district whose classes are too small.
    GiveUp = 81,
}

impl crate::engine::draws::Decision for Decision {
    #[inline]
    fn number(self) -> u16 {
        self as u16
    }
}
