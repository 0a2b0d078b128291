//! Founding and joining: need and a catalyst, invitations, and who accepts.

use crate::engine::math;

use super::answers::{Question, Reason};
use super::decisions::Decision;
use super::events::{Form, Happening, Origin};
use super::founding::{self, create, fraction};
use super::functions::{Function, FunctionSet};
use super::instruments::{self, GrantOffer, Offer};
use super::places::{Purpose, limit, near_enough};
use super::policy::{AssignedClusters, Condition, Eligibility, InstrumentKind};
use super::state::{Cluster, Founding, Grant, MOST_MEMBERS, Members, NONE};
use super::world::World;

/// Authorities assign, districts found and join, clusters that exist enter grants.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    if let Some(replay) = w.replay {
        founding::replay(w, &replay);
    } else {
        assign(w);
        found(w);
    }
    join(w);
    w.s.answers.close(Question::Found, Reason::NobodyNear, &w.s.d);
    w.s.answers.close(Question::Accept, Reason::NotInvited, &w.s.d);
    w.s.answers.close(Question::Join, Reason::NoClusterNear, &w.s.d);
    enter_grants(w);
}

/// Share of what a grant is worth that a vote required at its end takes away in a district: the more, the more its
/// community is attached to it.
fn fear(w: &World<'_>, district: usize) -> f64 {
    (w.f.vote_discount * w.s.d[district].identity / w.f.identity_mean.max(0.01)).min(1.0)
}

/// What money on offer is worth to a board: less where its voters would have to decide on the district at the
/// end, the more they are attached to it. And the share of it that is the grant's.
fn perceived_worth(w: &World<'_>, district: usize, offer: &Offer) -> (f64, f64) {
    let Some(grant) = offer.grant else { return (offer.worth, 0.0) };
    let feared = if grant.vote { grant.worth * fear(w, district) } else { 0.0 };
    let (all, of_grant) = ((offer.worth - feared).max(0.0), (grant.worth - feared).max(0.0));
    (all, if of_grant > 0.0 { (of_grant / all).min(1.0) } else { 0.0 })
}

/// Effect of money on offer: asinh of what it is worth over the scale of money. In proportion to small offers,
/// it has no step at nothing and no ceiling.
fn grant_effect(w: &World<'_>, district: usize) -> f64 {
    instruments::best_offer(w, district)
        .map_or(0.0, |offer| math::asinh(perceived_worth(w, district, &offer).0 / w.f.money_scale))
}

/// Share of the nearest districts that are in a cluster that works.
fn neighbours_success(w: &World<'_>, district: usize) -> f64 {
    let near = w.site.near(district);
    let near = &near[..near.len().min(w.f.neighbours_watched as usize)];
    let working = near
        .iter()
        .filter(|&&other| {
            let home = usize::from(w.s.c[usize::from(other)].home);
            w.s.cluster_of(home).is_some_and(|cluster| cluster.is_example(w.f))
        })
        .count();
    working as f64 / near.len().max(1) as f64
}

/// Whether there is an example for support organisations to carry on: a cluster that they help works.
fn has_example(w: &World<'_>) -> bool {
    w.s.clusters.iter().any(|cluster| cluster.facilitator > 0.0 && cluster.is_example(w.f))
}

/// What support organisations within reach are paid to add by carrying on an example; nothing without an
/// instrument that pays for it.
fn outreach(w: &World<'_>, district: usize) -> f64 {
    let pupils = w.s.d[district].enrolment;
    let offered =
        w.instruments().filter(|(_, instrument)| instrument.open(w.year) && instrument.eligibility.admits(pupils));
    offered.map(|(_, instrument)| instruments::outreach_paid(instrument, w.region.support.len())).fold(0.0, f64::max)
}

/// What the best support organisation within reach is as a catalyst, 0-1: neutral, and with knowledge and skill of
/// its own. The mean of the two, by definition of the index.
fn catalyst(w: &World<'_>, district: usize) -> f64 {
    let all = w.site.helpers(district).iter().map(|&organisation| {
        let offer = &w.region.support[usize::from(organisation)];
        0.5 * (offer.neutrality + w.f.outside_knowledge * offer.knowledge)
    });
    all.fold(0.0, f64::max)
}

fn found(w: &mut World<'_>) {
    if w.s.d.operating.len() < 2 {
        return;
    }
    let example = has_example(w);
    // What neighbours could add at the most.
    let imitation = if w.s.clusters.iter().any(|cluster| cluster.is_example(w.f)) { w.f.found_imitation } else { 0.0 };
    let recognition = if w.region.rules.official_recognition { w.f.found_recognition } else { 0.0 };
    let affected = w.f.found_affected * w.f.affected_initiate;
    w.s.scratch.chosen.clear();
    for place in 0..w.s.d.operating.len() {
        let i = usize::from(w.s.d.operating[place]);
        if w.s.d[i].cluster != NONE {
            w.s.answers.refuse(i, Question::Found, Reason::InCluster);
            continue;
        }
        let u = w.s.luck[i].board.founds();
        if let Some(yes) = w.s.answers.of(i, Question::Found) {
            if yes {
                w.s.scratch.chosen.push((u, i as u16));
            }
            continue;
        }
        let (p, d) = (w.f, &w.s.d);
        let own = p.found_intercept
            + p.found_stress * d[i].stress
            + p.found_leader * (p.leaders_take_part * d[i].commitment - 0.5)
            + recognition
            + affected
            + p.found_grant * grant_effect(w, i);
        let outreach = if example { outreach(w, i) } else { 0.0 };
        // The most that neighbours and helpers could add; most districts are settled by this bound.
        let near = w.site.support_near(i);
        if !math::may_happen(u, own + imitation + if near { p.found_support + outreach } else { 0.0 }) {
            continue;
        }
        let support = if near { p.found_support * catalyst(w, i) + outreach } else { 0.0 };
        if math::happens(u, own + p.found_imitation * neighbours_success(w, i) + support) {
            w.s.scratch.chosen.push((u, i as u16));
        }
    }
    // The keenest first, so that no order of a list decides who gets whom.
    let mut initiators = std::mem::take(&mut w.s.scratch.chosen);
    initiators.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for &(_, initiator) in &initiators {
        if w.s.d[usize::from(initiator)].cluster == NONE {
            invite(w, usize::from(initiator));
        } else {
            // A keener neighbour has called it first, and it went.
            w.s.answers.refuse(usize::from(initiator), Question::Found, Reason::InCluster);
        }
    }
    w.s.scratch.chosen = initiators;
}

/// The initiator invites the best candidates; those who accept found a cluster with it. Whether it is the money
/// that brought it to this is drawn: with the odds that money multiplied; and whether it is the grant's, by its share
/// of the money, so that nobody binds itself by the terms of a grant for the sake of other money.
fn invite(w: &mut World<'_>, initiator: usize) {
    let offer = instruments::best_offer(w, initiator);
    let (worth, of_grant) = offer.map_or((0.0, 0.0), |offer| perceived_worth(w, initiator, &offer));
    let share = 1.0 - math::exp(-w.f.found_grant * math::asinh(worth / w.f.money_scale));
    let drawn = w.draws.uniform(w.key(initiator), Decision::FoundForMoney);
    let for_money = drawn < share;
    let grant = offer.and_then(|offer| offer.grant).filter(|_| drawn < share * of_grant);
    let invited = (w.f.invitations as usize).min(instruments::most_members(grant.as_ref()).saturating_sub(1));
    rank_candidates(w, initiator, grant.as_ref(), invited);
    if !w.s.scratch.ranked.is_empty() {
        w.s.answers.carried_out(initiator, Question::Found);
    }
    let mut members = Members::EMPTY;
    members.push(initiator as u16);
    for nth in 0..w.s.scratch.ranked.len() {
        let (score, other) = w.s.scratch.ranked[nth];
        w.s.answers.carried_out(usize::from(other), Question::Accept);
        if accepts(w, initiator, usize::from(other), score, for_money) {
            members.push(other);
        }
    }
    if members.len() >= 2 {
        begin(w, initiator, members, for_money, grant);
    }
}

/// A group has come together: for the money on offer if there are enough, else perhaps without.
fn begin(w: &mut World<'_>, initiator: usize, members: Members, for_money: bool, grant: Option<GrantOffer>) {
    let manner = w.draws.uniforms(w.key(initiator), Decision::FoundingManner);
    let (mut origin, mut form, mut services, mut place) =
        (Origin::BottomUp, Form::Cluster, FunctionSet::default(), None);
    match grant {
        Some(grant) if members.len() >= grant.fewest => {
            (origin, services, place) = (Origin::Incentive, grant.services, Some(grant.place));
        }
        // Those whom money brought together go on without it less often than others.
        Some(_) if manner[0] >= w.f.unfunded_start => return,
        None if for_money => origin = Origin::Incentive,
        // A further digit of the draw, so that how formal a group is does not hang on its going on.
        _ => form = if fraction(manner[0] * 1_024.0) < w.f.network_start { Form::Network } else { Form::Cluster },
    }
    let services = first_services(w, initiator, services);
    create(w, &Founding { year: w.year, members, origin, form, services, grant: place, manner });
}

/// Clusters that exist, and qualify, apply for grants: the surer the more there is to gain.
fn enter_grants(w: &mut World<'_>) {
    if w.policy.instruments.iter().all(|instrument| instruments::held_terms(&instrument.kind).is_none()) {
        return;
    }
    for place in 0..w.s.clusters.len() {
        for nth in 0..w.policy.instruments.len() {
            let cluster = &w.s.clusters[place];
            let Some(slot) = cluster.grants.iter().position(Option::is_none) else { break };
            let Some((worth, grant)) = instruments::worth_of_entering(w, cluster, nth) else { continue };
            let members = cluster.members.as_slice();
            let mean = || members.iter().map(|&m| fear(w, usize::from(m))).sum::<f64>() / members.len() as f64;
            let feared = if grant.condition == Condition::ReorganisationVote { mean() } else { 0.0 };
            let perceived = worth * (1.0 - feared).max(0.0);
            // One draw for whatever is on offer, so that no place in a policy's list decides.
            let u = w.draws.uniform(cluster.key, Decision::EnterGrant);
            if u < perceived / (perceived + w.f.application_cost) {
                let (year, services) = (w.year, grant.services);
                let cluster = &mut w.s.clusters[place];
                cluster.grants[slot] = Some(Grant { instrument: nth as u8, from: year });
                cluster.entered |= 1 << nth;
                cluster.tasks = cluster.tasks.iter().chain(services.iter()).collect();
                let cluster = cluster.serial;
                w.s.emit(w.year, Happening::EnteredGrant { cluster, instrument: nth as u8 });
            }
        }
    }
}

/// What a new cluster begins with: what its grant pays for; otherwise staff development and what
/// presses its initiator most, so that the purpose is one that a member really has.
fn first_services(w: &World<'_>, initiator: usize, services: FunctionSet) -> FunctionSet {
    if !services.is_empty() {
        return services;
    }
    let d = &w.s.d;
    let lacks_courses = d[initiator].has_high_school() && d[initiator].courses < w.required.max(w.p.courses_wished);
    let lacks_money = d[initiator].reserve_share() < d[initiator].reserve_target || d[initiator].paid < 1.0;
    let pressing = if lacks_courses {
        Function::SpecialistTeaching
    } else if lacks_money {
        Function::BusinessServices
    } else {
        Function::LibrariesTechnology
    };
    [Function::StaffDevelopment, pressing].into_iter().collect()
}

/// Likeness, nearness and trust of a candidate, as log-odds. Minutes count in half hours, from half an hour.
fn candidate_score(w: &World<'_>, a: usize, b: usize) -> f64 {
    let (p, d) = (w.f, &w.s.d);
    let ratio = math::ln(d[a].enrolment.max(1.0) / d[b].enrolment.max(1.0)).abs();
    best_score(w, w.s.ties.trust(b, a, w.year), w.drive_minutes(a, b)) - p.accept_likeness * ratio
}

/// The score of a candidate that is as large as the one that invites.
#[inline]
fn best_score(w: &World<'_>, trust: f64, minutes: f64) -> f64 {
    w.f.accept_trust * (trust - 0.5) - w.f.accept_minutes * (minutes - 30.0) * (1.0 / 30.0)
}

/// The best candidates, so many at the most, best first.
fn rank_candidates(w: &mut World<'_>, initiator: usize, grant: Option<&GrantOffer>, most: usize) {
    let mut ranked = std::mem::take(&mut w.s.scratch.ranked);
    ranked.clear();
    let radius = limit(Purpose::Cooperation, w.f).min(grant.map_or(f64::INFINITY, |grant| grant.radius_minutes));
    let trust = if w.s.ties.is_friendly(initiator) { 1.0 } else { 0.5 };
    for (&other, &miles) in w.site.near(initiator).iter().zip(w.site.near_miles(initiator)) {
        let minutes = f64::from(miles) * w.drive_minutes_per_mile;
        // Nearest first: once there are enough that are better than any farther one could be, they are found.
        let beaten = |&(least, _): &(f64, u16)| best_score(w, trust, minutes) < least;
        if minutes > radius || ranked.len() == most && ranked.last().is_none_or(beaten) {
            break;
        }
        let j = usize::from(other);
        let free = w.s.d[j].alive && w.s.d[j].cluster == NONE;
        if free && grant.is_none_or(|grant| grant.eligibility.admits(w.s.d[j].enrolment)) {
            let score = candidate_score(w, initiator, j);
            let behind = |&(better, at): &(f64, u16)| better > score || better.total_cmp(&score).is_eq() && at < other;
            let place = ranked.partition_point(behind);
            if place < most {
                ranked.truncate(most - 1);
                ranked.insert(place, (score, other));
            }
        }
    }
    w.s.scratch.ranked = ranked;
}

fn accepts(w: &World<'_>, initiator: usize, other: usize, score: f64, for_money: bool) -> bool {
    if let Some(yes) = w.s.answers.of(other, Question::Accept) {
        return yes;
    }
    let p = w.f;
    let log_odds = p.accept_intercept
        + p.accept_stress * w.s.d[other].stress
        + if for_money { p.accept_grant * grant_effect(w, other) } else { 0.0 }
        + score
        + p.accept_leader * (p.leaders_take_part * w.s.d[other].commitment - 0.5);
    math::happens(w.draws.uniform(w.key(initiator).with(w.key(other)), Decision::Accept), log_odds)
}

/// What the grants that a cluster holds would still pay a district that joined it, as a share of its yearly
/// budget.
fn worth_of_joining(w: &World<'_>, cluster: &Cluster, district: usize) -> f64 {
    let d = &w.s.d[district];
    let dollars = cluster.grants.iter().flatten().map(|held| {
        let Some(grant) = instruments::held_terms(&w.policy.instruments[usize::from(held.instrument)].kind) else {
            return 0.0;
        };
        let paid = usize::from(w.year - held.from);
        let left = |schedule: &[f64]| schedule.iter().skip(paid).sum::<f64>();
        let expected = w.s.paid.get(usize::from(held.instrument)).map_or(1.0, |paid| paid.expected);
        let kept = 1.0 - if grant.condition == Condition::ReorganisationVote { fear(w, district) } else { 0.0 };
        kept * expected * (left(&grant.per_pupil) * d.enrolment + left(&grant.per_member))
    });
    dollars.sum::<f64>() / d.need.max(1.0)
}

/// The most that joining could be worth under a policy: every grant in full.
fn most_worth(w: &World<'_>, district: usize) -> f64 {
    let d = &w.s.d[district];
    let terms = w.policy.instruments.iter().filter_map(|instrument| instruments::held_terms(&instrument.kind));
    let grants =
        terms.map(|grant| grant.per_pupil.iter().sum::<f64>() * d.enrolment + grant.per_member.iter().sum::<f64>());
    grants.sum::<f64>() / d.need.max(1.0)
}

/// A district alone near a working cluster asks to join it.
fn join(w: &mut World<'_>) {
    if w.s.clusters.is_empty() {
        return;
    }
    let paying = w.s.clusters.iter().any(Cluster::is_granted);
    for place in 0..w.s.d.operating.len() {
        let i = usize::from(w.s.d.operating[place]);
        if w.s.d[i].cluster != NONE {
            w.s.answers.refuse(i, Question::Join, Reason::InCluster);
            continue;
        }
        if let Some(yes) = w.s.answers.of(i, Question::Join) {
            if yes && let Some((target, _)) = cluster_near(w, i) {
                enter(w, i, target);
            }
            continue;
        }
        let u = w.s.luck[i].board.joins();
        let (p, d) = (w.f, &w.s.d);
        let leader = p.accept_leader * (p.leaders_take_part * d[i].commitment - 0.5);
        let own = p.join_intercept + p.accept_stress * d[i].stress + leader;
        // Full trust of the nearest neighbour, where there is any, is the most that a cluster could add.
        let nearest = w.site.near_miles(i).first().map_or(0.0, |&miles| f64::from(miles) * w.drive_minutes_per_mile);
        let trust = if w.s.ties.is_friendly(i) { 0.5 * p.accept_trust } else { 0.0 };
        let money = |worth: f64| p.accept_grant * math::asinh(worth / p.money_scale);
        let most = if paying { money(most_worth(w, i)) } else { 0.0 };
        if !math::may_happen(u, own + most + trust - p.accept_minutes * (nearest - 30.0) * (1.0 / 30.0)) {
            continue;
        }
        let Some((target, other)) = cluster_near(w, i) else { continue };
        let paid = money(worth_of_joining(w, &w.s.clusters[target], i));
        debug_assert!(paid <= most + 1e-9);
        if math::happens(u, own + paid + candidate_score(w, i, other)) {
            enter(w, i, target);
        }
    }
}

/// A district becomes a member of a cluster, if there is room.
fn enter(w: &mut World<'_>, i: usize, target: usize) {
    let cluster = &mut w.s.clusters[target];
    if cluster.members.push(i as u16) {
        let (serial, boards) = (cluster.serial, cluster.boards);
        let d = &mut w.s.d[i];
        d.cluster = target as u16;
        d.board = (1.0 - w.p.board_at_founding) * d.board + w.p.board_at_founding * boards;
        w.s.answers.carried_out(i, Question::Join);
        w.s.emit(w.year, Happening::Joined { cluster: serial, district: i as u16 });
    }
}

/// The nearest working cluster with room, and its member that is nearest.
fn cluster_near(w: &World<'_>, district: usize) -> Option<(usize, usize)> {
    w.site.near(district).iter().take(w.f.neighbours_known as usize).map(|&other| usize::from(other)).find_map(
        |other| {
            let target = usize::from(w.s.d[other].cluster);
            let cluster = w.s.clusters.get(target)?;
            let open = (cluster.members.len() as f64) < w.f.cluster_full
                && grant_admits(w, cluster, district)
                && cluster.founded < w.year
                && cluster.vote_from.is_none()
                && cluster.worked[0] >= w.f.good_year
                && w.drive_minutes(district, other) <= limit(Purpose::Cooperation, w.f);
            open.then_some((target, other))
        },
    )
}

/// Whether the terms of a cluster's grants let one more district in.
fn grant_admits(w: &World<'_>, cluster: &Cluster, district: usize) -> bool {
    let first = usize::from(cluster.members.as_slice()[0]);
    cluster.grants.iter().flatten().all(|held| {
        let instrument = &w.policy.instruments[usize::from(held.instrument)];
        instruments::held_terms(&instrument.kind).is_none_or(|grant| {
            cluster.members.len() < usize::from(grant.max_members)
                && instrument.eligibility.admits(w.s.d[district].enrolment)
                && w.drive_minutes(first, district) <= grant.radius_minutes
        })
    })
}

/// An authority puts the districts that are in no cluster into clusters of a given size.
fn assign(w: &mut World<'_>) {
    for place in 0..w.policy.instruments.len() {
        let instrument = &w.policy.instruments[place];
        if let InstrumentKind::AssignedClusters(assigned) = &instrument.kind
            && instrument.start == w.year
        {
            assign_all(w, assigned, instrument.eligibility);
        }
    }
}

fn assign_all(w: &mut World<'_>, assigned: &AssignedClusters, who: Eligibility) {
    let free = |w: &World<'_>, i: usize| w.s.d[i].alive && w.s.d[i].cluster == NONE && who.admits(w.s.d[i].enrolment);
    // An order of its own: no identifier decides who is put together with whom.
    let mut order = std::mem::take(&mut w.s.scratch.chosen);
    order.clear();
    order.extend(w.s.d.operating.iter().map(|&i| (w.draws.uniform(w.key(usize::from(i)), Decision::AssignOrder), i)));
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for &(_, first) in &order {
        if !free(w, usize::from(first)) {
            continue;
        }
        let mut members = Members::EMPTY;
        members.push(first);
        let size = usize::from(assigned.members).min(MOST_MEMBERS);
        for &other in w.site.near(usize::from(first)) {
            let j = usize::from(other);
            let within = near_enough(w, usize::from(first), j, Purpose::Cooperation);
            if members.len() < size && within && free(w, j) {
                members.push(other);
            }
        }
        if members.len() >= 2 {
            let manner = w.draws.uniforms(w.key(usize::from(first)), Decision::FoundingManner);
            let services = first_services(w, usize::from(first), assigned.services);
            create(
                w,
                &Founding {
                    year: w.year,
                    members,
                    origin: Origin::TopDown,
                    form: Form::Cluster,
                    services,
                    grant: None,
                    manner,
                },
            );
        }
    }
    w.s.scratch.chosen = order;
}
