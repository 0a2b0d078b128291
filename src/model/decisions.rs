//! The decisions that draw. A number, once released, is never given to another decision: results
//! must not shift when a new one is added.

use super::quantiles::Quantiles;
use crate::engine::draws::{Draws, EntityKey, Sixths};

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
    /// Whether a coordinator leaves or is found, and the next one's quality.
    Coordinator = 21,
    /// All that a board's year decides by a draw of its own.
    Board = 22,
    /// Whether voters allow a levy above the cap.
    LevyVote = 30,
    /// Disturbances of a district's need, programme and revenue, and whether it begins a building or closes one.
    Money = 31,
    /// Whether a shared activity works (entity: the cluster's functions, six by six).
    Task = 40,
    /// Whether a cluster takes on a further activity.
    NextTask = 41,
    /// Whether a member leaves, and what its board sees of the payoff.
    Leave = 51,
    /// Whether the goal is met or a network's task is done.
    GoalMet = 52,
    /// Whether a cluster changes its form.
    FormChange = 53,
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
    /// Whether the partner agrees to a merger that a district proposes.
    Propose = 70,
    /// What a merger plan does to schools.
    PlanDesign = 71,
    /// The error common to all votes on a plan.
    PlanError = 72,
    /// The error of one district's vote.
    VoteError = 73,
    /// What follows a failed plan.
    AfterFailure = 74,
    /// Which building closes.
    CloseBuilding = 80,
}

impl crate::engine::draws::Decision for Decision {
    #[inline]
    fn number(self) -> u16 {
        self as u16
    }
}

/// The luck of a board's year, uniform draws all of it. One block of random bits serves: each of these is asked of
/// every district in every year, and a block costs as much as all that is done with it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BoardLuck(Sixths);

impl BoardLuck {
    /// Whether its superintendent leaves.
    #[inline]
    pub(crate) fn leaves(self) -> f64 {
        self.0.nth(0)
    }

    /// The next one's commitment.
    #[inline]
    pub(crate) fn next(self) -> f64 {
        self.0.nth(1)
    }

    /// Whether it calls its neighbours together.
    #[inline]
    pub(crate) fn founds(self) -> f64 {
        self.0.nth(2)
    }

    /// Whether it asks to join a cluster nearby.
    #[inline]
    pub(crate) fn joins(self) -> f64 {
        self.0.nth(3)
    }

    /// Whether it proposes a merger.
    #[inline]
    pub(crate) fn proposes(self) -> f64 {
        self.0.nth(4)
    }

    /// Whether it gives up where its classes are too small.
    #[inline]
    pub(crate) fn gives_up(self) -> f64 {
        self.0.nth(5)
    }
}

/// What every district's year asks for. All of it is drawn before the first step, so that the processor works on
/// several blocks at a time and no step waits for one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct YearLuck {
    /// The bits of [`Decision::Enrolment`] and [`Decision::Money`].
    pub(crate) enrolment: [u64; 2],
    pub(crate) money: [u64; 2],
    pub(crate) board: BoardLuck,
}

impl YearLuck {
    /// Whether it begins a building.
    #[inline]
    pub(crate) fn builds(&self) -> f64 {
        Quantiles::spare(self.money)[1]
    }

    /// Whether one of its buildings closes.
    #[inline]
    pub(crate) fn closes(&self) -> f64 {
        Quantiles::spare(self.money)[0]
    }

    /// Draws it for the entity of this name.
    #[inline]
    pub(crate) fn draw(draws: Draws, key: EntityKey) -> Self {
        Self {
            enrolment: draws.bits(key, Decision::Enrolment),
            money: draws.bits(key, Decision::Money),
            board: BoardLuck(draws.sixths(key, Decision::Board)),
        }
    }
}
