//! The state of one run: flat arrays by district, a small table of clusters, and what is counted.
//! All memory is taken before the first year; the years allocate nothing.

use crate::engine::draws::EntityKey;

use super::events::{Event, Form, Happening, Origin};
use super::functions::{FUNCTIONS, Function, FunctionSet};
use super::parameters::Parameters;
use super::policy::Management;
use super::region::GRADES;
use super::trust::Ties;

/// Most members that a cluster can have: the largest known has 25. A size of memory.
pub(crate) const MOST_MEMBERS: usize = 40;
/// "In no cluster".
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

/// A cluster: any of the four forms between alone and merged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cluster {
    /// Its number in this run, in the order of founding.
    pub(crate) serial: u32,
    /// The name of its draws: its initiator and founding year.
    pub(crate) key: EntityKey,
    pub(crate) founded: u16,
    pub(crate) origin: Origin,
    pub(crate) form: Form,
    pub(crate) members: Members,
    /// Depth of sharing of each function, in quarters.
    pub(crate) depth: [u8; FUNCTIONS],
    /// Functions under way.
    pub(crate) tasks: FunctionSet,
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
    /// Share of the coordinator's cost that the state pays next year, 0–1.
    pub(crate) coordinator_paid: f64,
    /// Help of a neutral facilitator this year, 0–1.
    pub(crate) facilitator: f64,
    /// The cluster grant that it was founded for: the instrument's place in the policy.
    pub(crate) grant: Option<u8>,
    /// First year of the current term of the grant.
    pub(crate) grant_from: u16,
    /// Grant dollars received this year.
    pub(crate) received: f64,
    /// The year in which the money ended, or the first commitment if there was none.
    pub(crate) money_ended: Option<u16>,
    /// Whether its viability after the money has been counted.
    pub(crate) scored: bool,
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

/// One district: one slot in the region's order. A slot whose district has ended keeps its place; the
/// rides and buildings in it are those of its community, which `Districts::home` serves.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct District {
    pub(crate) alive: bool,
    /// How each slot stands: in a form of cooperation, or ended.
    pub(crate) ended: Form,
    pub(crate) grades: [f64; GRADES],
    pub(crate) lowest: u8,
    pub(crate) highest: u8,
    pub(crate) enrolment: f64,
    pub(crate) high_school: f64,
    /// Enrolment of the last years: each year overwrites that of six years ago.
    pub(crate) history: [f64; HISTORY],
    /// Expected entry to the lowest grade, and its yearly growth in the long run.
    pub(crate) entry: f64,
    pub(crate) entry_growth: f64,
    /// How fast families come (above 0) or go beyond that, share a year.
    pub(crate) drift: f64,
    /// Gap of entry to its trend, as a share.
    pub(crate) entry_gap: f64,

    pub(crate) area: f64,
    /// The cost curve's multiplier at this year's enrolment.
    pub(crate) multiplier: f64,
    /// Cost relative to what size predicts.
    pub(crate) cost_level: f64,
    /// Cost multiplier beyond the curve's, left from mergers, and where it moves to.
    pub(crate) premium: f64,
    pub(crate) premium_target: f64,
    /// Cost multiplier saved by sharing, and where it moves to.
    pub(crate) saving: f64,
    pub(crate) saving_target: f64,
    /// Year of the last merger as a host (for capital adjustment).
    pub(crate) merged_in: Option<u16>,
    pub(crate) valuation: f64,
    pub(crate) mills: f64,
    pub(crate) mills_cap: f64,
    pub(crate) aid_rate: f64,
    pub(crate) federal_per_pupil: f64,
    pub(crate) reserve: f64,
    pub(crate) debt: f64,
    /// This year's figures, dollars.
    pub(crate) need: f64,
    pub(crate) spending: f64,
    pub(crate) aid: f64,
    pub(crate) levy: f64,
    pub(crate) receipts: f64,
    /// Extra cost of belonging to a cluster this year (fees, coordinator), dollars.
    pub(crate) dues: f64,
    /// Revenue of the year, all sources, dollars.
    pub(crate) revenue: f64,
    /// Share of the need that is paid for.
    pub(crate) paid: f64,
    pub(crate) insolvent_years: u8,
    pub(crate) below_floor_years: u8,

    pub(crate) commitment: f64,
    pub(crate) board: f64,
    pub(crate) identity: f64,
    /// Other groupings that it belongs to.
    pub(crate) other_links: f64,
    /// Courses at the scale of its own high school, as the stress reads them (no floor), and as pupils
    /// have them.
    pub(crate) courses_own: f64,
    pub(crate) courses_raw: f64,
    pub(crate) courses: f64,
    /// Teaching posts, full-time equivalents, and how they compare with what size predicts.
    pub(crate) teachers: f64,
    pub(crate) staffing: f64,
    pub(crate) workload: f64,
    pub(crate) referrals: f64,
    pub(crate) stress: f64,
    /// How far its grades fall short of what fills a class, 0–1.
    pub(crate) thin: f64,
    /// This year's draw for joining a cluster.
    pub(crate) join_draw: f64,
    pub(crate) cluster: u16,
    /// Share of budget that the district gained from its cluster this year.
    pub(crate) payoff: f64,

    /// By community: rides in minutes, buildings open, whether it has its own high school.
    pub(crate) elementary_ride: f64,
    pub(crate) high_school_ride: f64,
    /// The longest rides that count as within the norm: the state's, or those of the start where
    /// they were longer.
    pub(crate) elementary_norm: f64,
    pub(crate) high_school_norm: f64,
    pub(crate) buildings: u8,
    pub(crate) own_high_school: bool,
    /// What the plan that ended a district does to its high school and buildings.
    pub(crate) plan_one_high_school: bool,
    pub(crate) plan_keeps_buildings: bool,
    /// Pupils of the community at the time of its merger, as a share of the host's.
    pub(crate) pupil_share: f64,
}

/// The districts of a region.
#[derive(Debug, Clone, Default)]
pub(crate) struct Districts {
    pub(crate) all: Vec<District>,
    /// The district that serves each community.
    pub(crate) home: Vec<u16>,
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
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) merged: u32,
    pub(crate) dissolved: u32,
    pub(crate) founded: u32,
    pub(crate) ended: u32,
    pub(crate) goals_met: u32,
    pub(crate) closures: u32,
    pub(crate) votes: u32,
    pub(crate) votes_passed: u32,
    pub(crate) plans: u32,
    pub(crate) plans_passed: u32,
    /// Clusters whose money ended long enough ago, and those of them that were viable then.
    pub(crate) scored: u32,
    pub(crate) viable: u32,
    /// When the viability of clusters that have ended would have fallen due.
    pub(crate) pending_ended: Vec<u16>,
}

/// The state of one run.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    pub(crate) d: Districts,
    pub(crate) ties: Ties,
    /// Clusters at work, in the order of founding.
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) awards: Vec<Award>,
    pub(crate) tally: Tally,
    /// Dollars paid this year by instrument.
    pub(crate) outlay: Vec<f64>,
    /// Dollars paid this year to support organisations.
    pub(crate) support_receipts: f64,
    /// Mergers agreed this year: who ends, who is the host.
    pub(crate) agreed: Vec<(u16, u16)>,
    pub(crate) climate: f64,
    /// How fast families come to the whole region (above 0) or leave it beyond its trend, share a year.
    pub(crate) swing: f64,
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
    pub(crate) values: Vec<f64>,
    pub(crate) requests: Vec<(u16, f64)>,
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

    /// Removes a cluster from the table and frees its members.
    pub(crate) fn remove_cluster(&mut self, place: usize) {
        for &member in self.clusters[place].members.as_slice() {
            self.d[usize::from(member)].leave_cluster();
        }
        self.clusters.remove(place);
        for district in &mut self.d.all {
            if district.cluster != NONE && usize::from(district.cluster) > place {
                district.cluster -= 1;
            }
        }
    }
}

impl Districts {
    /// Forgets all districts and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.all.clear();
        self.home.clear();
        self.operating.clear();
    }
}

impl District {
    /// Five-year fall of the log of enrolment, 0 or more.
    #[inline]
    pub(crate) fn decline(&self, year: u16) -> f64 {
        let before = self.history[(usize::from(year) + 1) % HISTORY];
        let now = self.enrolment;
        // ln(before/now) by its Padé form, exact enough (1 % up to a fall by a third) and free of calls.
        2.0 * (before - now).max(0.0) / (before + now).max(1.0)
    }

    /// Reserve as a share of spending.
    #[inline]
    pub(crate) fn reserve_share(&self) -> f64 {
        self.reserve / self.spending.max(1.0)
    }

    /// Whether it teaches grades 9–12.
    #[inline]
    pub(crate) fn has_high_school(&self) -> bool {
        usize::from(self.highest) >= super::region::FIRST_HIGH_SCHOOL_GRADE
    }

    /// Grades that it teaches.
    #[inline]
    pub(crate) fn span(&self) -> f64 {
        f64::from(self.highest - self.lowest + 1)
    }

    /// The effects of leaving a cluster on the district itself: nothing shared is saved any more.
    pub(crate) fn leave_cluster(&mut self) {
        self.cluster = NONE;
        self.saving_target = 0.0;
        self.saving = 0.0;
        self.dues = 0.0;
        self.payoff = 0.0;
    }
}
