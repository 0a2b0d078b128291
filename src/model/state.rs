//! The state of one run: flat arrays by district, a small table of clusters, and what is counted.
//! All memory is taken before the first year; the years allocate nothing.

use crate::engine::draws::EntityKey;

use super::answers::Answers;
use super::decisions::YearLuck;
use super::events::{Ending, Event, Form, Happening, Origin};
use super::functions::{FUNCTIONS, Function, FunctionSet};
use super::parameters::Parameters;
use super::places::{LEVELS, Level};
use super::policy::{MOST_CLUSTER_GRANTS, Management};
use super::record::ClusterLife;
use super::region::{FIRST_HIGH_SCHOOL_GRADE, GRADES};
use super::trust::Ties;

/// Most members that a cluster can have: the largest known has 25. A size of memory.
pub(crate) const MOST_MEMBERS: usize = 40;
/// "None": in no cluster, no school, the end of a list.
pub(crate) const NONE: u16 = u16::MAX;
/// Years of enrolment kept for the five-year decline.
pub(crate) const HISTORY: usize = 6;

/// A set of members, in the order of their joining.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Members {
    list: [u16; MOST_MEMBERS],
    len: u8,
}

impl Members {
    pub(crate) const EMPTY: Self = Self { list: [NONE; MOST_MEMBERS], len: 0 };

    /// The members' indices.
    #[inline]
    pub(crate) fn as_slice(&self) -> &[u16] {
        &self.list[..usize::from(self.len)]
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// Adds one; false where there is no room.
    pub(crate) fn push(&mut self, district: u16) -> bool {
        let room = self.len() < MOST_MEMBERS;
        if room {
            self.list[self.len()] = district;
            self.len += 1;
        }
        room
    }

    /// Removes one and keeps the order of the others.
    pub(crate) fn remove(&mut self, district: u16) {
        if let Some(place) = self.as_slice().iter().position(|&member| member == district) {
            let len = self.len();
            self.list.copy_within(place + 1..len, place);
            self.len -= 1;
        }
    }
}

/// A grant that a cluster holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Grant {
    /// The instrument's place in the policy.
    pub(crate) instrument: u8,
    /// The year in which the current term was entered: the first payment comes a year later.
    pub(crate) from: u16,
}

/// A cluster: any of the four forms between alone and merged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cluster {
    /// Its number in this run, in the order of founding.
    pub(crate) serial: u32,
    /// The name of its draws: its initiator and founding year.
    pub(crate) key: EntityKey,
    pub(crate) founded: u16,
    pub(crate) origin: Origin,
    pub(crate) founded_as: Form,
    pub(crate) form: Form,
    pub(crate) members: Members,
    /// Depth of sharing of each function, in quarters.
    pub(crate) depth: [u8; FUNCTIONS],
    /// Functions under way.
    pub(crate) tasks: FunctionSet,
    /// Years running in which each function under way failed, and in which it has been under way.
    pub(crate) failures: [u8; FUNCTIONS],
    pub(crate) task_years: [u8; FUNCTIONS],
    /// Functions that money was given for at the founding: they need no proof of trust first.
    pub(crate) founded_for: FunctionSet,
    /// Share of activities that worked in each of the last three years, newest first.
    pub(crate) worked: [f64; 3],
    /// Activities that worked this year.
    pub(crate) working: u8,
    /// Whether the members work on a task (else they allocate resources).
    pub(crate) task_focus: bool,
    /// How far the purpose is the members' own, 0–1.
    pub(crate) purpose: f64,
    pub(crate) ownership: f64,
    /// Board support to which boards tend, by how early they were brought in.
    pub(crate) boards: f64,
    /// Mean trust of its members in each other, this year.
    pub(crate) trust: f64,
    /// Mean payoff of a member this year, share of budget.
    pub(crate) payoff: f64,
    /// Whether it has a post of coordinator.
    pub(crate) post: bool,
    /// Standing of the coordinator in office, 0 if the post is vacant.
    pub(crate) coordinator: f64,
    /// Least standing asked for by who pays the coordinator.
    pub(crate) seniority: f64,
    /// What the state paid for the coordinator this year: dollars, and as a share of the cost, 0–1.
    pub(crate) post_money: f64,
    pub(crate) coordinator_paid: f64,
    /// Help of a neutral facilitator this year, 0–1.
    pub(crate) facilitator: f64,
    /// The grants that it holds.
    pub(crate) grants: [Option<Grant>; MOST_CLUSTER_GRANTS],
    /// The grants, by the instrument's place in the policy, that it has entered: each can be entered once.
    pub(crate) entered: u64,
    /// Grant dollars received this year: they are spent on its shared work.
    pub(crate) received: f64,
    /// Dollars that its members put in this year beyond fees to match a grant; and a consortium's tax of last year,
    /// which is there to spend in this one.
    pub(crate) pooled: f64,
    pub(crate) taxed: f64,
    /// Both, for each pupil, in base costs of one pupil.
    pub(crate) money_per_pupil: f64,
    /// The first year in which it was paid, and the last once its money has ended.
    pub(crate) paid_from: Option<u16>,
    pub(crate) money_ended: Option<u16>,
    /// Bit `n`: in the year `n` after its founding an activity worked; belonging paid.
    pub(crate) years_worked: u64,
    pub(crate) years_paid_off: u64,
    /// Whether it has ended: it leaves the table at the end of the step.
    pub(crate) ended: Option<Ending>,
    /// Whether a vote of all members is due, and from which year on.
    pub(crate) vote_from: Option<u16>,
    /// Required votes held so far.
    pub(crate) votes: u8,
    /// Who runs it.
    pub(crate) management: Management,
    /// Whether an authority holds it together whatever its members think.
    pub(crate) held: bool,
    /// Whether members bear its costs in equal shares, else by their pupils.
    pub(crate) equal_shares: bool,
    /// The super-cluster that it belongs to, counted from 1; 0: none.
    pub(crate) nested_in: u8,
}

impl Cluster {
    /// Whether it is an example to others: the year was good and belonging pays.
    pub(crate) fn is_example(&self, p: &Parameters) -> bool {
        self.worked[0] >= p.good_year && self.payoff > 0.0
    }

    /// Whether it holds a grant.
    pub(crate) fn is_granted(&self) -> bool {
        self.grants.iter().any(Option::is_some)
    }

    /// Age in years.
    #[inline]
    pub(crate) fn age(&self, year: u16) -> u16 {
        year - self.founded
    }

    /// The share of its common costs that a member with so many of its pupils bears.
    #[inline]
    pub(crate) fn cost_share(&self, enrolment: f64, pupils: f64) -> f64 {
        if self.equal_shares { 1.0 / self.members.len().max(1) as f64 } else { enrolment / pupils.max(1.0) }
    }

    /// Depth of sharing of a function, 0–1.
    #[inline]
    pub(crate) fn depth_of(&self, function: Function) -> f64 {
        f64::from(self.depth[function.index()]) * 0.25
    }

    /// How far administration or grades are shared, 0–1 where their weights add up to 1: what leads on to a
    /// merger.
    #[inline]
    pub(crate) fn deep_sharing(&self, p: &Parameters) -> f64 {
        p.deep_administration * self.depth_of(Function::Administration)
            + p.deep_instruction * self.depth_of(Function::CoreInstruction)
    }
}

/// Payments owed to a merged district for some years.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Award {
    /// The instrument's place in the policy.
    pub(crate) instrument: u8,
    pub(crate) host: u16,
    /// The year of the merger; the first payment comes a year later.
    pub(crate) merged: u16,
    /// Dollars in a year, times the schedule of the instrument: pupils counted, valuation, lost aid.
    pub(crate) base: f64,
}

/// A community: the territory of a district of the start, with the people who live there and the schools
/// that stand there. It stays when its district has become part of another.
///
/// A region is gone through many times in a year, and the fields stand in the order of who goes through them: what
/// is read together lies in one line of 64 bytes of the processor's nearest memory.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Community {
    // Two lines of demography's.
    /// Pupils who live here, by grade, whoever teaches them.
    pub(crate) grades: [f64; GRADES],
    /// Expected entry to the first grade, and its yearly growth in the long run.
    pub(crate) entry: f64,
    pub(crate) entry_growth: f64,
    /// How fast families come (above 0) or go beyond that, share a year.
    pub(crate) drift: f64,
    /// Of its children who have finished the last grade taught at home, how many go on to the high school that
    /// teaches them: below 1 where some go elsewhere, above 1 where it has others too. They take the step into the
    /// grade `goes_on_to`.
    pub(crate) goes_on: f64,

    // A line that almost every step reads.
    /// Gap of entry to its trend, as a share.
    pub(crate) entry_gap: f64,
    /// Pupils before high school, and in grades 9-12, as counted after this year's moves.
    pub(crate) younger: f64,
    pub(crate) older: f64,
    /// Courses that the staff of its high school teaches; those within its pupils' reach.
    pub(crate) courses_own: f64,
    pub(crate) courses: f64,
    /// Courses of its high school relative to what its size predicts.
    pub(crate) teaching: f64,
    /// The grade in which its children first come to school, and the last in which they are taught by
    /// any district of the region.
    pub(crate) first: u8,
    pub(crate) last: u8,
    pub(crate) goes_on_to: u8,
    /// The district that serves it, and the one that teaches its pupils beyond that one's grades; `NONE`:
    /// no district of the region does.
    pub(crate) home: u16,
    pub(crate) high: u16,
    /// The next community of the same district, and the next that sends its pupils to the same high school.
    pub(crate) next: u16,
    pub(crate) next_sender: u16,
    /// For each level, the community whose school its pupils attend (`NONE`: no school of the region).
    pub(crate) school: [u16; LEVELS],

    // Schools and rides.
    /// High-school pupils who attend here.
    pub(crate) attending: f64,
    /// Open buildings that teach high-school grades.
    pub(crate) high_schools: f64,
    /// Open buildings by the set of levels that they teach (bits of [`Level`]).
    pub(crate) buildings: [u8; 8],
    /// How the rides count, 0-1: those before high school, and those to it. In full within the norm, not at all
    /// from twice that on.
    pub(crate) ride_counts: [f32; 2],
    /// The longest of the rides, and whether one is beyond its norm.
    pub(crate) longest_ride: f32,
    pub(crate) over_norm: bool,
    /// The year in which it became part of another district, and whether it was made to.
    pub(crate) forced: bool,
    pub(crate) joined: Option<u16>,
    /// Square miles.
    pub(crate) area: f64,

    // Looked at where schools change only.
    /// The longest ride to the school of each level, minutes one way.
    pub(crate) ride: [f64; LEVELS],
    /// The longest rides that count as within the norm: the state's, or those of the start where they were
    /// longer.
    pub(crate) norm: [f64; LEVELS],
}

/// One district. The slot of a district that has ended keeps its place.
///
/// As with a [`Community`], what is read together stands together, in lines of 64 bytes; all but the budget go
/// through the first ones only.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct District {
    // Who it is and what moves its board: every step.
    pub(crate) alive: bool,
    /// How a district ended.
    pub(crate) ended: Form,
    /// Grades that it teaches.
    pub(crate) lowest: u8,
    pub(crate) highest: u8,
    /// Its communities, and those of other districts that send it their high-school pupils: heads of lists.
    pub(crate) first_community: u16,
    pub(crate) first_sender: u16,
    pub(crate) cluster: u16,
    /// The year in which it last voted on a merger; `NONE`: never.
    pub(crate) voted: u16,
    pub(crate) insolvent_years: u8,
    pub(crate) below_floor_years: u8,
    /// Years in which it goes on with a building that it has begun.
    pub(crate) building_years: u8,
    /// The places of the plan that ends it.
    pub(crate) plan: PlannedSchools,
    /// Pupils taught here.
    pub(crate) enrolment: f64,
    pub(crate) stress: f64,
    pub(crate) commitment: f64,
    pub(crate) identity: f64,
    /// How far its grades fall short of what fills a class, 0-1.
    pub(crate) thin: f64,

    // What it costs and holds: budget, programme, cooperation, proposals, outcomes.
    /// What the approved programme costs this year.
    pub(crate) need: f64,
    /// What is spent on it (it follows with a lag), but for what is bought once.
    pub(crate) programme: f64,
    pub(crate) reserve: f64,
    /// The share of the programme that is cut for lack of money.
    pub(crate) cut: f64,
    /// Share of the need that is paid for.
    pub(crate) paid: f64,
    /// Cost relative to what size predicts.
    pub(crate) cost_level: f64,
    /// Open buildings, and communities with a high school.
    pub(crate) high_schools: f64,
    pub(crate) buildings: f64,

    // What it offers.
    /// Courses taught by own staff and within reach of its high-school pupils: pupil-weighted over its
    /// high schools; 0 where it has none.
    pub(crate) courses_own: f64,
    pub(crate) courses: f64,
    /// Teaching posts, full-time equivalents, and how they compare with what size predicts.
    pub(crate) teachers: f64,
    pub(crate) staffing: f64,
    pub(crate) workload: f64,
    pub(crate) referrals: f64,
    pub(crate) tuition_paid: f64,
    /// Mean balance of the last three years, as a share of spending.
    pub(crate) balance: f64,

    // Whom it teaches.
    /// Of its pupils those in grades 9-12, and from other districts; and its own residents taught by another, for
    /// whom it pays tuition.
    pub(crate) high_school: f64,
    pub(crate) received: f64,
    pub(crate) sent: f64,
    pub(crate) tuition_received: f64,
    /// Enrolment of the last years: each year overwrites that of six years ago.
    pub(crate) history: [f32; HISTORY],
    /// Square miles.
    pub(crate) area: f64,

    // The year's dollars that are measured, and what clusters bring.
    pub(crate) aid: f64,
    pub(crate) levy: f64,
    pub(crate) valuation: f64,
    pub(crate) spending: f64,
    pub(crate) board: f64,
    /// Share of budget that the district gained from its cluster this year.
    pub(crate) payoff: f64,
    /// Other groupings that it belongs to.
    pub(crate) other_links: f64,
    /// Cost of belonging to a cluster this year (fees, match, coordinator).
    pub(crate) dues: f64,

    // The budget's own: cost.
    /// How the cost has wandered (a share).
    pub(crate) taste: f64,
    /// Cost of levelling salaries up, as a share of cost.
    pub(crate) levelling: f64,
    /// Cost saved by sharing, in base costs: administration, high schools, other functions (share of cost).
    pub(crate) shared_administration: f64,
    pub(crate) shared_instruction: f64,
    pub(crate) shared_functions: f64,
    /// What is spent on the programme before cuts, and what would be if it followed its need alone.
    pub(crate) path: f64,
    pub(crate) lagged: f64,
    /// Passing disturbances of programme and revenue, shares.
    pub(crate) programme_shock: f64,

    // Aid.
    pub(crate) revenue_shock: f64,
    /// Ordinary state aid of the start at the count of the start, the smoothed count, and the share of aid
    /// that merging has cost so far and will cost.
    pub(crate) aid_base: f64,
    pub(crate) count_base: f64,
    /// What last year left in the reserve beyond what it let go, dollars (below 0: what it took from it).
    pub(crate) left_over: f64,
    pub(crate) count: f64,
    pub(crate) aid_lost: f64,
    pub(crate) aid_lost_target: f64,
    pub(crate) federal_base: f64,
    /// What aid and federal money are at the count, relative to that of the start.
    pub(crate) aid_level: f64,

    // Levy.
    pub(crate) federal_level: f64,
    /// The levy of its own, what it tends to at the pupils of the start, and those pupils (residents).
    pub(crate) own_levy: f64,
    pub(crate) levy_base: f64,
    pub(crate) residents_base: f64,
    /// Residents of last year, and the levy that goes with them, relative to that of the start.
    pub(crate) residents_before: f64,
    pub(crate) levy_level: f64,
    /// What voters pay beyond that for costs that grew beyond aid, and for wishes of their own (below 0: less).
    pub(crate) wished_levy: f64,
    /// Tuition at the start, which the levy of the start pays.
    pub(crate) tuition_base: f64,

    // What is left over and owed.
    pub(crate) federal: f64,
    /// Reserve that its board wants to hold, as a share of the programme.
    pub(crate) reserve_target: f64,
    /// One-off money of instruments that is not yet spent.
    pub(crate) fund: f64,
    /// What is still owed for buildings.
    pub(crate) debt: f64,
    /// Capital spending of the year, paid by bonds.
    pub(crate) capital: f64,
    pub(crate) revenue: f64,
    /// What the last merger as a host costs once, dollars at full, and its year.
    pub(crate) transition: f64,
    pub(crate) merged_in: Option<u16>,

    // What instruments paid.
    /// In all, of this what was spent on shared work at once, and what is one-off.
    pub(crate) receipts: f64,
    pub(crate) shared_receipts: f64,
    pub(crate) one_off_receipts: f64,
    /// Dollars by which the state lowers its levy this year.
    pub(crate) levy_relief: f64,
}

/// What a plan does with the schools of a district that ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PlannedSchools {
    /// Its high schools close.
    pub(crate) high_school_closes: bool,
    /// The middle grades of the merged district come to it.
    pub(crate) takes_middle: bool,
    /// One of its buildings closes at once.
    pub(crate) building_closes: bool,
}

/// The districts of a region.
#[derive(Debug, Clone, Default)]
pub(crate) struct Districts {
    pub(crate) all: Vec<District>,
    /// The operating districts, in order.
    pub(crate) operating: Vec<u16>,
}

impl std::ops::Index<usize> for Districts {
    type Output = District;

    #[inline]
    fn index(&self, place: usize) -> &District {
        &self.all[place]
    }
}

impl std::ops::IndexMut<usize> for Districts {
    #[inline]
    fn index_mut(&mut self, place: usize) -> &mut District {
        &mut self.all[place]
    }
}

/// How a cluster was founded: kept so that another run can found the same.
#[derive(Debug, Clone, Copy)]
pub struct Founding {
    pub(crate) year: u16,
    pub(crate) members: Members,
    pub(crate) origin: Origin,
    pub(crate) form: Form,
    pub(crate) services: FunctionSet,
    pub(crate) grant: Option<u8>,
    /// Two draws: how formal, and whether boards are there and a coordinator is hired.
    pub(crate) manner: [f64; 2],
}

/// What is counted since the start.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) merged: u32,
    pub(crate) dissolved: u32,
    /// Districts that should have been attached but had nobody near enough.
    pub(crate) stranded: u32,
    pub(crate) founded: u32,
    pub(crate) ended: u32,
    pub(crate) goals_met: u32,
    pub(crate) closures: u32,
    pub(crate) votes: u32,
    pub(crate) votes_passed: u32,
    pub(crate) plans: u32,
    pub(crate) plans_passed: u32,
}

/// What an instrument with a cap has paid, as boards know it.
#[allow(clippy::struct_field_names, reason = "what is paid of what is asked")]
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Paid {
    /// Dollars asked for and paid this year.
    pub(crate) asked: f64,
    pub(crate) paid: f64,
    /// Share of a claim that boards expect to be paid, 0-1.
    pub(crate) expected: f64,
}

/// The state of one run.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    pub(crate) d: Districts,
    /// The communities, by the places of their districts at the start.
    pub(crate) c: Vec<Community>,
    /// Whether any district sends its older pupils to another's high school.
    pub(crate) sending: bool,
    /// The luck of every district's year.
    pub(crate) luck: Vec<YearLuck>,
    /// What people decide this year in the place of boards.
    pub(crate) answers: Answers,
    pub(crate) ties: Ties,
    /// Clusters at work, in the order of founding.
    pub(crate) clusters: Vec<Cluster>,
    /// Whether one of them has ended and waits to leave the table.
    pub(crate) unswept: bool,
    pub(crate) awards: Vec<Award>,
    pub(crate) tally: Tally,
    /// Dollars paid this year by instrument.
    pub(crate) outlay: Vec<f64>,
    /// What is known of each instrument's payments.
    pub(crate) paid: Vec<Paid>,
    /// Dollars paid this year to support organisations.
    pub(crate) support_receipts: f64,
    /// Mergers agreed this year: who ends, who is the host.
    pub(crate) agreed: Vec<(u16, u16)>,
    pub(crate) climate: f64,
    /// How fast families come to the whole region (above 0) or leave it beyond its trend, share a year.
    pub(crate) swing: f64,
    /// The lives of clusters that have ended.
    pub(crate) lives: Vec<(u32, ClusterLife)>,
    /// Events, if they are kept.
    pub(crate) events: Vec<Event>,
    pub(crate) keep_events: bool,
    /// Foundings noted in this run, or to be replayed, and whether they are noted.
    pub(crate) foundings: Vec<Founding>,
    pub(crate) note_foundings: bool,
    pub(crate) scratch: Scratch,
}

/// Lists that steps fill and forget.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    pub(crate) ranked: Vec<(f64, u16)>,
    pub(crate) chosen: Vec<(f64, u16)>,
    /// Who asks for how much, and whether it is for a merger.
    pub(crate) requests: Vec<(u16, f64, bool)>,
    /// Clusters that each support organisation can still help.
    pub(crate) capacities: Vec<u16>,
    /// High-school pupils who attend in another community: where, and how many.
    pub(crate) away: Vec<(u16, f64)>,
    /// Pupils who move to another community: from where, to where, and how many by grade.
    pub(crate) moves: Vec<(u16, u16, [f64; GRADES])>,
}

impl State {
    /// Notes what happened, where events are kept.
    #[inline]
    pub(crate) fn emit(&mut self, year: u16, what: Happening) {
        if self.keep_events {
            self.events.push(Event { year, what });
        }
    }

    /// The cluster of a district, by its place in the table.
    #[inline]
    pub(crate) fn cluster_of(&self, district: usize) -> Option<&Cluster> {
        self.clusters.get(usize::from(self.d[district].cluster))
    }

    /// The cluster at a place of the table, if it has not ended in this step.
    pub(crate) fn at_work(&self, place: usize) -> bool {
        self.clusters[place].ended.is_none()
    }

    /// Ends a cluster: its members are free at once, its place is freed by [`sweep`](Self::sweep).
    pub(crate) fn end_cluster(&mut self, place: usize, ending: Ending, year: u16) {
        for &member in self.clusters[place].members.as_slice() {
            self.d[usize::from(member)].leave_cluster();
        }
        let cluster = &mut self.clusters[place];
        cluster.members = Members::EMPTY;
        cluster.ended = Some(ending);
        let life = cluster.life(Some(year));
        self.lives.push((cluster.serial, life));
        self.unswept = true;
    }

    /// Takes clusters that have ended out of the table: once a step, so that a year costs no more than its
    /// districts.
    pub(crate) fn sweep(&mut self) {
        if !self.unswept {
            return;
        }
        self.unswept = false;
        self.clusters.retain(|cluster| cluster.ended.is_none());
        for (place, cluster) in self.clusters.iter().enumerate() {
            for &member in cluster.members.as_slice() {
                self.d.all[usize::from(member)].cluster = place as u16;
            }
        }
    }

    /// Takes districts that have ended out of the list of those that operate.
    pub(crate) fn sweep_districts(&mut self) {
        let Districts { all, operating } = &mut self.d;
        operating.retain(|&district| all[usize::from(district)].alive);
    }

    /// The communities of a district, the one that it began with first.
    #[inline]
    pub(crate) fn communities(&self, district: usize) -> impl Iterator<Item = usize> + '_ {
        chain(self.d[district].first_community, |place| self.c[place].next)
    }

    /// Whether two districts teach alike and could be one: districts of other grades on the same land are partners to
    /// each other only, and land that lies in a high-school district has its high school already: what teaches there
    /// joins that district or others below high school, or one district after another would take the pupils of its
    /// high school away.
    pub(crate) fn alike(&self, i: usize, j: usize) -> bool {
        let (a, b) = (&self.d[i], &self.d[j]);
        a.has_elementary() == b.has_elementary()
            && !(self.lies_in_high_school_district(i) && b.has_high_school())
            && !(self.lies_in_high_school_district(j) && a.has_high_school())
    }

    /// Whether the older pupils of a district's land belong to a district that teaches no others.
    fn lies_in_high_school_district(&self, district: usize) -> bool {
        let high = usize::from(self.c[district].high);
        high != district && self.d.all.get(high).is_some_and(|d| d.alive && !d.has_elementary())
    }

    /// The communities of other districts that send their high-school pupils to a district.
    #[inline]
    pub(crate) fn senders(&self, district: usize) -> impl Iterator<Item = usize> + '_ {
        chain(self.d[district].first_sender, |place| self.c[place].next_sender)
    }
}

/// The places of a list whose links are `next`.
fn chain(first: u16, next: impl Fn(usize) -> u16) -> impl Iterator<Item = usize> {
    let mut at = first;
    std::iter::from_fn(move || {
        (at != NONE).then(|| {
            let place = usize::from(at);
            at = next(place);
            place
        })
    })
}

impl Districts {
    /// Forgets all districts and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.all.clear();
        self.operating.clear();
    }
}

impl Cluster {
    /// Its life so far; `ended`: the year in which it ended.
    pub(crate) fn life(&self, ended: Option<u16>) -> ClusterLife {
        ClusterLife {
            founded: self.founded,
            founded_as: self.founded_as,
            form: self.form,
            paid_from: self.paid_from,
            money_ended: self.money_ended,
            ended,
            ending: self.ended,
            worked: self.years_worked,
            paid_off: self.years_paid_off,
        }
    }
}

impl Community {
    /// Pupils who live here, as they were counted this year.
    #[inline]
    pub(crate) fn pupils(&self) -> f64 {
        self.younger + self.older
    }

    /// Counts who lives here.
    #[inline]
    pub(crate) fn count(&mut self) {
        let (younger, older) = self.grades.split_at(FIRST_HIGH_SCHOOL_GRADE);
        self.younger = younger.iter().sum();
        self.older = older.iter().sum();
    }

    /// Whether a building is open: as [`open_buildings`](Self::open_buildings), all of them looked at at once.
    #[inline]
    pub(crate) fn has_building(&self) -> bool {
        u64::from_le_bytes(self.buildings) >> 8 != 0
    }

    /// Open buildings that teach a level.
    #[inline]
    pub(crate) fn teaching(&self, level: Level) -> u8 {
        let of = |set: usize| if set & level.bit() != 0 { self.buildings[set] } else { 0 };
        (1..8).map(of).sum()
    }

    /// Open buildings.
    #[inline]
    pub(crate) fn open_buildings(&self) -> u8 {
        self.buildings[1..].iter().sum()
    }
}

impl District {
    /// Five-year fall of the log of enrolment, 0 or more.
    #[inline]
    pub(crate) fn decline(&self, year: u16) -> f64 {
        let before = f64::from(self.history[(usize::from(year) + 1) % HISTORY]);
        let now = self.enrolment;
        // ln(before/now) by its Padé form, exact enough (1 % up to a fall by a third) and free of calls.
        2.0 * (before - now).max(0.0) / (before + now).max(1.0)
    }

    /// Reserve as a share of the programme.
    #[inline]
    pub(crate) fn reserve_share(&self) -> f64 {
        self.reserve / self.programme.max(1.0)
    }

    /// Whether it teaches grades 9-12.
    #[inline]
    pub(crate) fn has_high_school(&self) -> bool {
        usize::from(self.highest) >= FIRST_HIGH_SCHOOL_GRADE
    }

    /// Whether it teaches the grades before high school.
    #[inline]
    pub(crate) fn has_elementary(&self) -> bool {
        usize::from(self.lowest) < FIRST_HIGH_SCHOOL_GRADE - 2
    }

    /// Grades that it teaches.
    #[inline]
    pub(crate) fn span(&self) -> f64 {
        f64::from(self.highest - self.lowest + 1)
    }

    /// Its levy for running costs without the luck of the year.
    #[inline]
    pub(crate) fn regular_levy(&self) -> f64 {
        (self.own_levy + self.wished_levy).max(0.0)
    }

    /// Its tax rate, dollars per thousand of valuation.
    #[inline]
    pub(crate) fn mills(&self) -> f64 {
        1_000.0 * self.levy / self.valuation.max(1.0)
    }

    /// The effects of leaving a cluster on the district itself: nothing shared is saved any more.
    pub(crate) fn leave_cluster(&mut self) {
        self.cluster = NONE;
        self.shared_administration = 0.0;
        self.shared_instruction = 0.0;
        self.shared_functions = 0.0;
        self.dues = 0.0;
        self.payoff = 0.0;
    }
}
