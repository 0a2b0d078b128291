//! What people who play a board decide in its place.
//!
//! A year of a run ([`Run::year`](super::run::Run::year)) takes answers to what boards are asked in it. Who gives none
//! is decided for by the model. An answer takes the place of one decision of one board and of nothing else: every
//! draw has an address of its own, so the rest of the world meets the same luck. What voters decide stays theirs.

use std::fmt;

use super::state::Districts;

/// What a board is asked in a year, in the order of the year's steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Question {
    /// In the spring review: does it leave its cluster?
    Leave,
    /// Does it call its neighbours together to found a cluster? Whom it invites, and on what terms they begin, is the
    /// model's.
    Found,
    /// Does it accept, whoever invites it to found a cluster?
    Accept,
    /// Does it ask to join a working cluster nearby?
    Join,
    /// Does it propose a merger to the neighbour that suits it best? Its partner's board must agree, and the voters of
    /// both.
    Propose,
    /// Does it agree, whoever proposes a merger to it? The voters of both districts still have to.
    Agree,
    /// Does it ask, where its classes have become too small to teach, to be attached to a neighbour? Its voters follow
    /// it.
    GiveUp,
}

impl Question {
    /// All questions, in the order in which a year asks them.
    pub const ALL: [Self; 7] =
        [Self::Leave, Self::Found, Self::Accept, Self::Join, Self::Propose, Self::Agree, Self::GiveUp];

    /// Its name in files, e.g. `give_up`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Leave => "leave",
            Self::Found => "found",
            Self::Accept => "accept",
            Self::Join => "join",
            Self::Propose => "propose",
            Self::Agree => "agree",
            Self::GiveUp => "give_up",
        }
    }
}

/// One board's answer to one question, for one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The district's index in the region.
    pub district: usize,
    /// What its board is asked.
    pub question: Question,
    /// Whether it says yes.
    pub yes: bool,
}

impl Answer {
    /// The board of a district, named by its index in the region, says yes.
    #[must_use]
    pub fn yes(district: usize, question: Question) -> Self {
        Self { district, question, yes: true }
    }

    /// The board of a district, named by its index in the region, says no.
    #[must_use]
    pub fn no(district: usize, question: Question) -> Self {
        Self { district, question, yes: false }
    }
}

/// An answer that changed nothing, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The answer.
    pub answer: Answer,
    /// Why it could not be carried out.
    pub reason: Reason,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Answer { district, question, yes } = self.answer;
        write!(
            out,
            "{} of district {district} to `{}`: {}",
            if yes { "yes" } else { "no" },
            question.name(),
            self.reason
        )
    }
}

/// Why an answer was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The run has no year left.
    RunOver,
    /// The region has no district with that index.
    UnknownDistrict,
    /// The district is part of another by now, or became so earlier in the year.
    DistrictEnded,
    /// The same board said yes and no to the same question: neither counts.
    Contradicted,
    /// It cannot leave: it is in no cluster.
    NotInCluster,
    /// It cannot leave in the year in which its cluster begins.
    FoundingYear,
    /// It cannot leave: an authority holds the cluster together.
    HeldTogether,
    /// It can neither found nor join a cluster: it is in one.
    InCluster,
    /// It cannot found: no district that is free, and admitted by the grant on offer, is near enough.
    NobodyNear,
    /// It has nothing to accept: nobody invited it.
    NotInvited,
    /// It cannot join: no cluster nearby works, has room and may take it.
    NoClusterNear,
    /// It cannot propose: no larger district is near enough that may vote this year.
    NoPartner,
    /// It has nothing to agree to: nobody proposed a merger to it.
    NotProposed,
    /// Its voters have decided on a merger this year already.
    VotedAlready,
    /// It cannot give up: its pupils fill their classes.
    ClassesFill,
    /// An authority, not a board, decides on single schools.
    AuthorityDecides,
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::RunOver => "the run has no year left",
            Self::UnknownDistrict => "the region has no district with that index",
            Self::DistrictEnded => "the district has become part of another",
            Self::Contradicted => "the same board said both yes and no",
            Self::NotInCluster => "it is in no cluster",
            Self::FoundingYear => "its cluster begins this year",
            Self::HeldTogether => "an authority holds its cluster together",
            Self::InCluster => "it is in a cluster already",
            Self::NobodyNear => "no free district is near enough",
            Self::NotInvited => "nobody invited it",
            Self::NoClusterNear => "no cluster nearby works, has room and may take it",
            Self::NoPartner => "no larger district is near enough that may vote this year",
            Self::NotProposed => "nobody proposed a merger to it",
            Self::VotedAlready => "its voters have decided on a merger this year already",
            Self::ClassesFill => "its pupils fill their classes",
            Self::AuthorityDecides => "an authority decides on single schools",
        })
    }
}

/// What has become of an answer so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Fate {
    /// Its question has not come up.
    #[default]
    Waiting,
    CarriedOut,
    Refused(Reason),
}

/// What a board has said to one question: nothing, where it was not asked or its answer does not count.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    yes: Option<bool>,
    fate: Fate,
}

/// The answers of a year by district and question; empty where nobody gave any, so that a look costs one comparison.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers {
    boards: Vec<[Said; Question::ALL.len()]>,
}

impl Answers {
    /// Takes the memory for so many districts.
    pub(crate) fn reserve(&mut self, districts: usize) {
        self.boards.reserve(districts);
    }

    /// Forgets all answers.
    pub(crate) fn clear(&mut self) {
        self.boards.clear();
    }

    /// Takes in the answers of a year.
    pub(crate) fn hear(&mut self, answers: &[Answer], districts: &Districts) {
        self.clear();
        if answers.is_empty() {
            return;
        }
        self.boards.resize(districts.all.len(), <_>::default());
        for answer in answers {
            let Some(said) = self.said(answer.district, answer.question) else { continue };
            if !districts[answer.district].alive {
                said.fate = Fate::Refused(Reason::DistrictEnded);
            } else if said.yes.is_some_and(|yes| yes != answer.yes) {
                *said = Said { yes: None, fate: Fate::Refused(Reason::Contradicted) };
            } else if said.fate == Fate::Waiting {
                said.yes = Some(answer.yes);
            }
        }
    }

    fn said(&mut self, district: usize, question: Question) -> Option<&mut Said> {
        self.boards.get_mut(district).map(|board| &mut board[question as usize])
    }

    /// What a board has said to a question.
    #[inline]
    pub(crate) fn of(&self, district: usize, question: Question) -> Option<bool> {
        self.boards.get(district).and_then(|board| board[question as usize].yes)
    }

    /// A board that said yes got what it asked for.
    #[inline]
    pub(crate) fn carried_out(&mut self, district: usize, question: Question) {
        self.settle(district, question, Fate::CarriedOut);
    }

    /// A board that said yes cannot have it. A no always can be had: it asks for nothing.
    #[inline]
    pub(crate) fn refuse(&mut self, district: usize, question: Question, reason: Reason) {
        self.settle(district, question, Fate::Refused(reason));
    }

    fn settle(&mut self, district: usize, question: Question, fate: Fate) {
        if let Some(said) = self.said(district, question).filter(|said| said.yes == Some(true)) {
            said.fate = fate;
        }
    }

    /// A question will not be asked again this year: who said yes to it and was not heard is refused.
    pub(crate) fn close(&mut self, question: Question, reason: Reason, districts: &Districts) {
        for (board, district) in self.boards.iter_mut().zip(&districts.all) {
            let said = &mut board[question as usize];
            if said.yes == Some(true) && said.fate == Fate::Waiting {
                said.fate = Fate::Refused(if district.alive { reason } else { Reason::DistrictEnded });
            }
        }
    }

    /// Those of the year's answers that were refused, in their order.
    pub(crate) fn refused(&self, answers: &[Answer]) -> Vec<Refusal> {
        let reason = |answer: &Answer| {
            let Some(board) = self.boards.get(answer.district) else { return Some(Reason::UnknownDistrict) };
            let fate = board[answer.question as usize].fate;
            debug_assert!(!answer.yes || fate != Fate::Waiting, "nobody settled {answer:?}");
            if let Fate::Refused(reason) = fate { Some(reason) } else { None }
        };
        answers.iter().filter_map(|answer| reason(answer).map(|reason| Refusal { answer: *answer, reason })).collect()
    }
}
