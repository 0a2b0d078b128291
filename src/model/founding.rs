//! How a cluster begins: as its founders decided, as another run noted it, or before the first year.

use crate::engine::draws::EntityKey;
use crate::engine::math;

use super::cooperation::ownership_level;
use super::events::{Form, Happening, Origin};
use super::functions::{FUNCTIONS, FunctionSet};
use super::parameters::Parameters;
use super::places::{Purpose, limit};
use super::policy::{InstrumentKind, Management, StartingCluster};
use super::scale::FULL_DEPTH;
use super::simulation::Invitees;
use super::state::{Cluster, Founding, Grant, MOST_MEMBERS, Members, NONE};
use super::world::{Replay, World};

/// Members of a cluster whose founders ask too many: as the largest working example of the first study. It
/// defines an ablation and enters no other run.
const MANY: usize = 16;

/// Puts a cluster into the table and its members into it.
pub(crate) fn create(w: &mut World<'_>, founding: &Founding) {
    if w.s.note_foundings {
        w.s.foundings.push(*founding);
    }
    let first = usize::from(founding.members.as_slice()[0]);
    let key = w.key(first).nth(u32::from(w.year)).with(EntityKey::REGION);
    let cluster = new_cluster(w, founding, key);
    enter(w, cluster);
}

fn new_cluster(w: &World<'_>, founding: &Founding, key: EntityKey) -> Cluster {
    let p = w.p;
    let top_down = founding.origin == Origin::TopDown;
    // The second draw settles two things: its lower part boards, its fraction the coordinator.
    let early = founding.manner[1] < p.early_boards;
    let hiring = fraction(founding.manner[1] * 1_024.0);
    let hires = if founding.grant.is_some() { p.coordinator_funded } else { p.coordinator_unfunded };
    let management = if top_down { Management::AreaOffice } else { Management::Schools };
    Cluster {
        serial: w.s.tally.founded,
        key,
        founded: w.year,
        origin: founding.origin,
        founded_as: founding.form,
        form: founding.form,
        members: founding.members,
        depth: [0; FUNCTIONS],
        tasks: founding.services,
        failures: [0; FUNCTIONS],
        task_years: [0; FUNCTIONS],
        founded_for: if founding.grant.is_some() { founding.services } else { FunctionSet::default() },
        // No record yet: the middle of the scale, as with trust below.
        worked: [0.5; 3],
        working: 0,
        task_focus: !top_down,
        purpose: purpose(founding.origin, p),
        ownership: ownership_level(founding.origin, management, p),
        boards: boards(w, top_down, early),
        trust: 0.5,
        payoff: 0.0,
        post: founding.form > Form::Network && !top_down && hiring < hires,
        coordinator: 0.0,
        seniority: 0.0,
        post_money: 0.0,
        coordinator_paid: 0.0,
        facilitator: 0.0,
        grants: [founding.grant.map(|instrument| Grant { instrument, from: w.year }), None, None, None],
        entered: founding.grant.map_or(0, |place| 1 << place),
        received: 0.0,
        pooled: 0.0,
        taxed: 0.0,
        money_per_pupil: 0.0,
        paid_from: None,
        money_ended: None,
        years_worked: 0,
        years_paid_off: 0,
        ended: None,
        vote_from: None,
        votes: 0,
        management,
        held: false,
        equal_shares: false,
        nested_in: 0,
    }
}

/// How far the purpose is the members' own: the ends of the scale by its definition.
fn purpose(origin: Origin, p: &Parameters) -> f64 {
    match origin {
        Origin::BottomUp => 1.0,
        Origin::Incentive => p.purpose_incentive,
        Origin::TopDown => 0.0,
    }
}

/// Board support to which boards tend, by when they were brought in.
fn boards(w: &World<'_>, top_down: bool, early: bool) -> f64 {
    match (top_down, early) {
        (true, _) => w.p.board_late,
        (false, true) => w.p.board_early,
        (false, false) => w.p.board_base,
    }
}

#[allow(clippy::large_types_passed_by_value, reason = "it moves into the list of clusters")]
fn enter(w: &mut World<'_>, cluster: Cluster) {
    w.s.tally.founded += 1;
    let place = w.s.clusters.len() as u16;
    let members = cluster.members;
    for &member in members.as_slice() {
        w.s.d[usize::from(member)].cluster = place;
        let board = &mut w.s.d[usize::from(member)].board;
        *board = (1.0 - w.p.board_at_founding) * *board + w.p.board_at_founding * cluster.boards;
    }
    w.s.clusters.push(cluster);
    let (cluster, origin) = (cluster.serial, cluster.origin);
    let first = members.as_slice()[0];
    w.s.emit(w.year, Happening::Founded { cluster, district: first, origin, members: members.len() as u8 });
    for &district in &members.as_slice()[1..] {
        w.s.emit(w.year, Happening::Joined { cluster, district });
    }
}

/// The part of a number behind the point.
pub(crate) fn fraction(x: f64) -> f64 {
    x - x.floor()
}

/// Founds what another run noted for this year, of the members who are free.
pub(crate) fn replay(w: &mut World<'_>, replay: &Replay<'_>) {
    let year = w.year;
    for noted in replay.foundings.iter().filter(|noted| noted.year == year) {
        let mut founding = *noted;
        choose_members(w, &mut founding.members, replay.invitees);
        if founding.members.len() >= 2 {
            create(w, &founding);
        }
    }
}

/// Leaves the members who are free, or chooses others in their place.
fn choose_members(w: &mut World<'_>, members: &mut Members, invitees: Invitees) {
    let noted = *members;
    let initiator = noted.as_slice()[0];
    *members = Members::EMPTY;
    let free = |w: &World<'_>, j: u16| w.s.d[usize::from(j)].alive && w.s.d[usize::from(j)].cluster == NONE;
    if invitees == Invitees::AsNoted || !free(w, initiator) {
        for &member in noted.as_slice().iter().filter(|&&member| free(w, member)) {
            members.push(member);
        }
        return;
    }
    let i = usize::from(initiator);
    w.s.scratch.ranked.clear();
    for nth in 0..w.site.near(i).len() {
        let other = w.site.near(i)[nth];
        let minutes = w.drive_minutes(i, usize::from(other));
        if free(w, other) && minutes <= limit(Purpose::Cooperation, w.f) {
            let ratio = w.s.d[i].enrolment.max(1.0) / w.s.d[usize::from(other)].enrolment.max(1.0);
            let least = match invitees {
                Invitees::LeastAlike => -math::ln(ratio).abs(),
                Invitees::Farthest => -minutes,
                Invitees::AsNoted | Invitees::Many => minutes,
            };
            w.s.scratch.ranked.push((least, other));
        }
    }
    w.s.scratch.ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let count = if invitees == Invitees::Many { MANY } else { noted.len() };
    members.push(initiator);
    for &(_, other) in w.s.scratch.ranked.iter().take(count - 1) {
        members.push(other);
    }
}

/// Puts the policy's own clusters into the table before the first year.
pub(crate) fn start(w: &mut World<'_>) {
    let policy = w.policy;
    for starting in &policy.clusters {
        let key = EntityKey::from_name(&starting.name);
        if starting.for_high_school {
            for place in 0..w.s.d.operating.len() {
                let host = w.s.d.operating[place];
                let members = sent_to(w, host);
                if members.len() >= 2 {
                    begin(w, starting, members, key.with(w.key(usize::from(host))));
                }
            }
        } else {
            let members = first_free(w, usize::from(starting.members));
            if members.len() >= 2 {
                begin(w, starting, members, key);
            }
        }
    }
}

/// A free district with a high school, and the free ones that send their pupils to it.
fn sent_to(w: &World<'_>, host: u16) -> Members {
    let mut members = Members::EMPTY;
    let d = &w.s.d;
    let free = |j: u16| d[usize::from(j)].cluster == NONE;
    if !free(host) || !d[usize::from(host)].has_high_school() {
        return members;
    }
    members.push(host);
    for community in w.s.senders(usize::from(host)).filter(|&community| free(community as u16)) {
        members.push(community as u16);
    }
    members
}

/// Members know each other from the years in which they have shared already: one activity that worked in
/// each of them.
fn remember(w: &mut World<'_>, members: &Members, deep: f64, years: u16) {
    let evidence = (0..years).fold(0.0, |sum, _| sum * w.p.trust_memory + w.p.trust_evidence);
    for (nth, &a) in members.as_slice().iter().enumerate() {
        for &b in &members.as_slice()[nth + 1..] {
            let (a, b) = (usize::from(a), usize::from(b));
            w.s.ties.add_both(a, b, 0, evidence, 0.0);
            for _ in 0..years {
                w.s.ties.share(a, b, deep);
            }
        }
    }
}

/// The first district that is in no cluster, and those nearest to it.
fn first_free(w: &World<'_>, size: usize) -> Members {
    let mut members = Members::EMPTY;
    let free = |j: u16| w.s.d[usize::from(j)].cluster == NONE;
    let Some(&first) = w.s.d.operating.iter().find(|&&j| free(j)) else { return members };
    members.push(first);
    for &other in w.site.near(usize::from(first)).iter().filter(|&&other| free(other)) {
        if members.len() < size.min(MOST_MEMBERS) {
            members.push(other);
        }
    }
    members
}

/// The place of the instrument that pays a cluster of so many members: none if its terms ask for fewer or more.
fn grant_of(w: &World<'_>, starting: &StartingCluster, members: usize) -> Option<u8> {
    let name = starting.paid_by.as_ref()?;
    let (place, instrument) = w.instruments().find(|(_, instrument)| instrument.name == *name)?;
    let InstrumentKind::ClusterGrant(terms) = &instrument.kind else { return None };
    let fits = (usize::from(terms.min_members)..=usize::from(terms.max_members)).contains(&members);
    fits.then_some(place as u8)
}

fn begin(w: &mut World<'_>, starting: &StartingCluster, members: Members, key: EntityKey) {
    let founding = Founding {
        year: 0,
        members,
        origin: starting.origin,
        form: starting.form,
        services: starting.services,
        grant: grant_of(w, starting, members.len()),
        // A network or cluster as given; what the draws would settle is given too.
        manner: [0.0, 1.0 - f64::EPSILON],
    };
    let mut cluster = new_cluster(w, &founding, key);
    let quarters = (starting.depth * f64::from(FULL_DEPTH) + 0.5) as u8;
    for function in starting.services.iter() {
        cluster.depth[function.index()] = quarters.min(FULL_DEPTH);
        cluster.task_years[function.index()] = starting.years_shared.min(u16::from(u8::MAX)) as u8;
    }
    // What is shared at the start needs no further proof of trust.
    cluster.founded_for = starting.services;
    cluster.management = starting.management;
    cluster.held = starting.management != Management::Schools;
    cluster.ownership = ownership_level(starting.origin, starting.management, w.p);
    cluster.task_focus = starting.task_focus;
    cluster.boards =
        if starting.early_boards { w.p.board_early } else { boards(w, starting.origin == Origin::TopDown, false) };
    cluster.post = starting.coordinator > 0.0;
    cluster.coordinator = starting.coordinator;
    cluster.seniority = starting.coordinator;
    cluster.equal_shares = starting.equal_shares;
    cluster.nested_in = starting.nested_in;
    remember(w, &members, cluster.deep_sharing(w.p), starting.years_shared);
    enter(w, cluster);
}
