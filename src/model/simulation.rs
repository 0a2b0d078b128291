//! One run: a region, a policy and parameters through the years.

use std::sync::Arc;

use crate::engine::draws::Draws;
use crate::engine::schedule::{Step, run_year};

use super::decisions::YearLuck;
use super::parameters::Parameters;
use super::places::Layout;
use super::policy::Policy;
use super::record::{Detail, Record};
use super::region::Region;
use super::run::Run;
use super::scale::FunctionTraits;
use super::site::Site;
pub use super::state::Founding;
use super::state::State;
use super::world::{Replay, World};
use super::{
    budget, cooperation, demography, formation, founding, initial, instruments, leadership, measure, programme,
    referendum, restructuring, review,
};

/// A region made ready for runs of a number of years: distances and neighbours are worked out once.
#[derive(Debug, Clone)]
pub struct Simulation {
    region: Arc<Region>,
    site: Arc<Site>,
    layout: Arc<Layout>,
    years: u16,
}

/// Scratch memory of one thread, reused for all its runs.
#[derive(Debug)]
pub struct Workspace {
    state: State,
    traits: FunctionTraits,
}

/// Which run of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunId {
    /// The experiment's seed.
    pub seed: u64,
    /// The replicate.
    pub replicate: u32,
}

/// Who is invited where the foundings of another run are founded again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Invitees {
    /// Those who founded in the other run.
    #[default]
    AsNoted,
    /// As many, but those least like the initiator in size within reach.
    LeastAlike,
    /// As many, but those farthest away within reach.
    Farthest,
    /// Sixteen in all: far more than the source studies advise.
    Many,
}

/// Who founds clusters in a run.
#[derive(Debug, Clone, Copy, Default)]
pub enum Foundings<'a> {
    /// The districts decide.
    #[default]
    Decided,
    /// The districts decide, and the workspace notes it ([`Workspace::foundings`]).
    Noted,
    /// The same as noted in another run, whatever the districts would decide now.
    Replayed(&'a [Founding], Invitees),
}

/// What differs from an ordinary run when a factor is switched off.
#[derive(Debug, Clone, Copy)]
pub struct Ablation<'a> {
    /// Parameters of who founds, invites, accepts and joins; those of the run decide all else.
    pub formation: &'a Parameters,
    /// Who founds.
    pub foundings: Foundings<'a>,
}

/// A step of the yearly schedule, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepSummary {
    /// Its name.
    pub name: &'static str,
    /// What happens.
    pub summary: &'static str,
    /// The parts of the state that it reads.
    pub reads: &'static str,
    /// The parts of the state that it writes.
    pub writes: &'static str,
}

/// The steps of a year, in order. The outcomes are measured after the last.
pub(super) fn schedule<'a>() -> [Step<World<'a>>; 11] {
    [
        Step {
            name: "policy",
            summary: "The state pays what its instruments owe this year; conditions at the end of a grant fall due.",
            reads: "instruments, clusters, enrolment, awards",
            writes: "receipts, outlay, dues, grant left, votes due",
            run: instruments::step,
        },
        Step {
            name: "demography",
            summary: "Every pupil moves up a grade, a cohort enters, some families move to a neighbour's schools.",
            reads: "pupils by grade, births, courses",
            writes: "pupils by grade, enrolment, births",
            run: demography::step,
        },
        Step {
            name: "leadership",
            summary: "Superintendents and coordinators leave and come; support organisations choose whom they help.",
            reads: "clusters, support organisations",
            writes: "commitment, trust kept, coordinator, facilitator",
            run: leadership::step,
        },
        Step {
            name: "budget",
            summary: "The programme is costed, revenue comes in, boards close the gap by reserve, cuts, levy and vote.",
            reads: "enrolment, savings, receipts, dues, valuation",
            writes: "need, aid, levy, spending, reserve, debt, programme paid for, mill rate",
            run: budget::step,
        },
        Step {
            name: "programme",
            summary: "Courses at effective scale, staff, workload, referrals, and the stress on each board.",
            reads: "enrolment, depth of sharing, programme paid for, reserve",
            writes: "courses, teachers, workload, referrals, stress",
            run: programme::step,
        },
        Step {
            name: "cooperation",
            summary: "Shared activities work or fail; depth, trust, payoff, board support and ownership follow.",
            reads: "clusters, trust, commitment, stress, identity, next grant",
            writes: "depth, trust, payoff, board support, ownership, tasks, saving to come",
            run: cooperation::step,
        },
        Step {
            name: "required votes",
            summary: "Clusters whose grant ended on condition of a vote hold it, before they review.",
            reads: "votes due, trust, years shared, board support",
            writes: "mergers, votes, trust, clusters",
            run: referendum::required_votes,
        },
        Step {
            name: "spring review",
            summary: "Members stay or leave; clusters deepen, loosen, wind up or call their goal met.",
            reads: "payoff, trust, board support, record of activities",
            writes: "membership, form, coordinator's post",
            run: review::step,
        },
        Step {
            name: "formation",
            summary: "Authorities assign; districts in need with a catalyst invite neighbours; others join.",
            reads: "stress, commitment, offers, neighbours' success, trust",
            writes: "clusters, membership",
            run: formation::step,
        },
        Step {
            name: "proposals and referendums",
            summary: "Boards propose mergers and the voters of each district decide.",
            reads: "stress, trust, years shared, money, identity, wealth",
            writes: "mergers agreed, votes, trust",
            run: referendum::step,
        },
        Step {
            name: "restructuring",
            summary: "Mergers take effect, districts that cannot go on are attached to a neighbour, schools close.",
            reads: "mergers agreed, reserve, enrolment, floors",
            writes: "districts, pupils, money, ties, buildings, rides",
            run: restructuring::step,
        },
    ]
}

/// The yearly schedule, as `describe` prints it.
#[must_use]
pub fn schedule_summary() -> Vec<StepSummary> {
    let outcomes = StepSummary {
        name: "outcomes",
        summary: "The year is measured: region, clusters, communities.",
        reads: "everything",
        writes: "the record",
    };
    schedule()
        .iter()
        .map(|step| StepSummary { name: step.name, summary: step.summary, reads: step.reads, writes: step.writes })
        .chain([outcomes])
        .collect()
}

impl Workspace {
    /// The foundings of the last run, if it noted them.
    #[must_use]
    pub fn foundings(&self) -> &[Founding] {
        &self.state.foundings
    }
}

impl Simulation {
    /// Makes a region ready. Its districts must be sorted ([`Region::sort`]) and valid.
    #[must_use]
    pub fn new(region: Arc<Region>, years: u16) -> Self {
        let site = Site::new(&region);
        let layout = Arc::new(Layout::new(&region, &site));
        Self { region, site: Arc::new(site), layout, years }
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The number of years of a run.
    #[must_use]
    pub fn years(&self) -> u16 {
        self.years
    }

    /// Scratch memory for runs of this region.
    #[must_use]
    pub fn workspace(&self) -> Workspace {
        let traits = FunctionTraits::new(&Parameters::default());
        Workspace { state: initial::allocate(&self.region, self.years), traits }
    }

    /// Runs one policy through the years and leaves what happened in `record`: a pure function of
    /// the region, the policy, the parameters, the seed and the replicate.
    pub fn run(
        &self,
        workspace: &mut Workspace,
        policy: &Policy,
        parameters: &Parameters,
        id: RunId,
        detail: Detail,
        record: &mut Record,
    ) {
        let ablation = Ablation { formation: parameters, foundings: Foundings::Decided };
        self.run_ablated(workspace, (policy, parameters), &ablation, id, detail, record);
    }

    /// As [`run`](Self::run), but with foundings decided under parameters of their own, noted, or
    /// repeated from another run: so that what a factor does to clusters can be told apart from what it
    /// does to who founds them.
    pub fn run_ablated(
        &self,
        workspace: &mut Workspace,
        (policy, parameters): (&Policy, &Parameters),
        ablation: &Ablation<'_>,
        id: RunId,
        detail: Detail,
        record: &mut Record,
    ) {
        let world = self.world(workspace, (policy, parameters), ablation, id, detail);
        let mut run = Run::new(world, id, detail, self.years, record);
        while run.next_year().is_some() {
            run.year(&[]);
        }
        run.finish();
    }

    /// Begins a run that is stepped year by year, so that it can be looked at in between and people can decide for
    /// boards ([`Run::year`]). Arguments as for [`run`](Self::run), which is exactly this, all years without answers,
    /// and [`Run::finish`].
    pub fn begin<'a>(
        &'a self,
        workspace: &'a mut Workspace,
        policy: &'a Policy,
        parameters: &'a Parameters,
        id: RunId,
        detail: Detail,
        record: &'a mut Record,
    ) -> Run<'a> {
        let ablation = Ablation { formation: parameters, foundings: Foundings::Decided };
        let world = self.world(workspace, (policy, parameters), &ablation, id, detail);
        Run::new(world, id, detail, self.years, record)
    }

    /// The world before the first year.
    fn world<'a>(
        &'a self,
        workspace: &'a mut Workspace,
        (policy, parameters): (&'a Policy, &'a Parameters),
        ablation: &Ablation<'a>,
        id: RunId,
        detail: Detail,
    ) -> World<'a> {
        let Workspace { state, traits } = workspace;
        *traits = FunctionTraits::new(parameters);
        state.keep_events = detail >= Detail::Cluster;
        state.note_foundings = matches!(ablation.foundings, Foundings::Noted);
        state.awards.reserve(instruments::awards_at_most(policy.instruments.len(), self.site.count));
        let before = Draws::new(id.seed, id.replicate, Draws::BEFORE);
        let place = (&*self.region, &*self.site, &*self.layout);
        let mut world = World::new(place, policy, (parameters, ablation.formation), traits, before, state);
        world.replay = match ablation.foundings {
            Foundings::Replayed(foundings, invitees) => Some(Replay { foundings, invitees }),
            Foundings::Decided | Foundings::Noted => None,
        };
        let map = world.map();
        initial::start(world.s, &self.region, map, parameters, before);
        founding::start(&mut world);
        world
    }
}

/// One year: its steps, after each of which `after` sees the world, and then its outcomes.
pub(super) fn year<'a>(
    world: &mut World<'a>,
    id: RunId,
    year: u16,
    (detail, record): (Detail, &mut Record),
    after: impl FnMut(&'static str, &World<'a>),
) {
    world.year = year;
    world.draws = Draws::new(id.seed, id.replicate, year);
    for (luck, &key) in world.s.luck.iter_mut().zip(&world.site.keys) {
        *luck = YearLuck::draw(world.draws, key);
    }
    run_year(&schedule(), world, after);
    measure::step(world, detail, record);
    world.base_cost *= 1.0 + world.p.wedge;
}

/// What is known only when all years are over.
pub(super) fn finish(world: World<'_>, record: &mut Record) {
    let s = world.s;
    record.last_forms.extend((0..world.site.count).map(|community| measure::form_of(s, community)));
    record.last_homes.extend(s.c.iter().map(|community| community.home));
    measure::lives(s, record);
    record.events.append(&mut s.events);
}
