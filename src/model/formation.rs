//! Founding and joining: need and a catalyst, invitations, and who accepts.

use crate::engine::math;

use super::decisions::Decision;
use super::events::{Form, Happening, Origin};
use super::founding::{self, create, fraction};
use super::functions::{Function, FunctionSet};
use super::instruments::{self, Offer};
use super::policy::{AssignedClusters, Eligibility, InstrumentKind};
use super::state::{Cluster, Founding, MOST_MEMBERS, Members, NONE};
use super::world::World;

/// Authorities assign, districts found and join.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    if let Some(replay) = w.replay {
        founding::replay(w, &replay);
    } else {
        assign(w);
        found(w);
    }
    join(w);
}

/// Effect of money on offer: asinh of what it is worth over the scale of money.
fn grant_effect(w: &World<'_>, district: usize) -> f64 {
    instruments::best_offer(w, district).map_or(0.0, |offer| math::asinh(offer.worth / w.f.money_scale))
}

/// Share of the nearest districts that are in a cluster that works.
fn neighbours_success(w: &World<'_>, district: usize) -> f64 {
    let near = w.site.near(district);
    let near = &near[..near.len().min(w.f.neighbours_watched as usize)];
    let working = near
        .iter()
        .filter(|&&other| {
            let home = usize::from(w.s.d.home[usize::from(other)]);
            w.s.cluster_of(home).is_some_and(|cluster| cluster.is_example(w.f))
        })
        .count();
    working as f64 / near.len().max(1) as f64
}

/// Whether a support organisation is within reach.
fn support_near(w: &World<'_>, district: usize) -> bool {
    (0..w.region.support.len()).any(|org| w.site.support_miles(district, org) <= w.region.support[org].reach)
}

/// Whether there is an example for support organisations to carry on: a cluster that they help works.
fn has_example(w: &World<'_>) -> bool {
    w.s.clusters.iter().any(|cluster| cluster.facilitator > 0.0 && cluster.is_example(w.f))
}

/// What support organisations within reach are paid to add by carrying on an example; nothing without an
/// instrument that pays for it.
fn outreach(w: &World<'_>, district: usize) -> f64 {
    let pupils = w.s.d[district].enrolment;
    let offered = w.instruments().filter(|(_, instrument)| {
        instrument.open(w.year) && instrument.eligibility.admits(pupils) && instrument.budget_cap.is_none_or(|cap| cap > 0.0)
    });
    let paid = offered.map(|(_, instrument)| match &instrument.kind {
        InstrumentKind::FacilitatorCapacity(more) => more.outreach,
        _ => 0.0,
    });
    paid.fold(0.0, f64::max)
}

fn found(w: &mut World<'_>) {
    if w.s.d.operating.len() < 2 {
        return;
    }
    let example = has_example(w);
    let recognition = if w.region.rules.official_recognition { w.f.found_recognition } else { 0.0 };
    w.s.scratch.chosen.clear();
    for place in 0..w.s.d.operating.len() {
        let i = usize::from(w.s.d.operating[place]);
        if w.s.d[i].cluster != NONE {
            continue;
        }
        let [u, join] = w.draws.uniforms(w.key(i), Decision::Found);
        w.s.d[i].join_draw = join;
        let (p, d) = (w.f, &w.s.d);
        let own = p.found_intercept
            + p.found_stress * d[i].stress
            + p.found_leader * (p.leaders_take_part * d[i].commitment - 0.5)
            + recognition
            + p.found_grant * grant_effect(w, i);
        let outreach = if example { outreach(w, i) } else { 0.0 };
        // The most that neighbours and helpers could add; most districts are settled by this bound.
        if !math::may_happen(u, own + p.found_imitation + p.found_support + outreach) {
            continue;
        }
        let support = if support_near(w, i) { p.found_support + outreach } else { 0.0 };
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
        }
    }
    w.s.scratch.chosen = initiators;
}

/// The initiator invites the best candidates; those who accept found a cluster with it.
fn invite(w: &mut World<'_>, initiator: usize) {
    let offer = instruments::best_offer(w, initiator);
    rank_candidates(w, initiator, offer.as_ref());
    let invited = (w.f.invitations as usize).min(offer.map_or(MOST_MEMBERS, |offer| offer.most).saturating_sub(1));
    let mut members = Members::EMPTY;
    members.push(initiator as u16);
    for nth in 0..w.s.scratch.ranked.len().min(invited) {
        let (score, other) = w.s.scratch.ranked[nth];
        if accepts(w, initiator, usize::from(other), score) {
            members.push(other);
        }
    }
    if members.len() >= 2 {
        begin(w, initiator, members, offer);
    }
}

/// A group has come together: for the money on offer if there are enough, else perhaps without.
fn begin(w: &mut World<'_>, initiator: usize, members: Members, offer: Option<Offer>) {
    let manner = w.draws.uniforms(w.key(initiator), Decision::FoundingManner);
    match offer {
        Some(offer) if members.len() >= offer.fewest => {
            let services = first_services(w, initiator, offer.services);
            let grant = Some(offer.place);
            create(
                w,
                &Founding { year: w.year, members, origin: Origin::Incentive, form: Form::Cluster, services, grant, manner },
            );
        }
        Some(_) if manner[0] >= w.f.unfunded_start => {}
        _ => {
            // A further digit of the draw, so that how formal a group is does not hang on its going on.
            let form = if fraction(manner[0] * 1_024.0) < w.f.network_start { Form::Network } else { Form::Cluster };
            let services = first_services(w, initiator, FunctionSet::default());
            create(w, &Founding { year: w.year, members, origin: Origin::BottomUp, form, services, grant: None, manner });
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
    let lacks_courses = d[initiator].has_high_school() && d[initiator].courses_raw < w.region.rules.required_courses;
    let lacks_money = d[initiator].reserve_share() < w.p.reserve_target || d[initiator].paid < 1.0;
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
    p.accept_trust * (w.s.ties.trust(b, a, w.year) - 0.5)
        - p.accept_likeness * ratio
        - p.accept_minutes * (w.drive_minutes(a, b) - 30.0) / 30.0
}

fn rank_candidates(w: &mut World<'_>, initiator: usize, offer: Option<&Offer>) {
    w.s.scratch.ranked.clear();
    let radius = w.f.invitation_minutes.min(offer.map_or(f64::INFINITY, |offer| offer.radius_minutes));
    for nth in 0..w.site.near(initiator).len() {
        let other = w.site.near(initiator)[nth];
        let j = usize::from(other);
        let free = w.s.d[j].alive && w.s.d[j].cluster == NONE && w.drive_minutes(initiator, j) <= radius;
        if free && offer.is_none_or(|offer| offer.eligibility.admits(w.s.d[j].enrolment)) {
            let score = candidate_score(w, initiator, j);
            w.s.scratch.ranked.push((score, other));
        }
    }
    w.s.scratch.ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
}

fn accepts(w: &World<'_>, initiator: usize, other: usize, score: f64) -> bool {
    let p = w.f;
    let log_odds = p.accept_intercept
        + p.accept_stress * w.s.d[other].stress
        + p.accept_grant * grant_effect(w, other)
        + score
        + p.accept_leader * (p.leaders_take_part * w.s.d[other].commitment - 0.5);
    math::happens(w.draws.uniform(w.key(initiator).with(w.key(other)), Decision::Accept), log_odds)
}

/// A district alone near a working cluster asks to join it.
fn join(w: &mut World<'_>) {
    if w.s.clusters.is_empty() {
        return;
    }
    for place in 0..w.s.d.operating.len() {
        let i = usize::from(w.s.d.operating[place]);
        if w.s.d[i].cluster != NONE {
            continue;
        }
        let u = w.s.d[i].join_draw;
        let (p, d) = (w.f, &w.s.d);
        let leader = p.accept_leader * (p.leaders_take_part * d[i].commitment - 0.5);
        let own = p.join_intercept + p.accept_stress * d[i].stress + leader;
        // Full trust of the nearest neighbour is the most that a cluster could add.
        let nearest = w.site.near(i).first().map_or(0.0, |&other| w.drive_minutes(i, usize::from(other)));
        if !math::may_happen(u, own + 0.5 * p.accept_trust - p.accept_minutes * (nearest - 30.0) / 30.0) {
            continue;
        }
        let Some((target, other)) = cluster_near(w, i) else { continue };
        if math::happens(u, own + candidate_score(w, i, other)) {
            let cluster = &mut w.s.clusters[target];
            if cluster.members.push(i as u16) {
                let serial = cluster.serial;
                w.s.d[i].cluster = target as u16;
                w.s.emit(w.year, Happening::Joined { cluster: serial, district: i as u16 });
            }
        }
    }
}

/// The nearest working cluster with room, and its member that is nearest.
fn cluster_near(w: &World<'_>, district: usize) -> Option<(usize, usize)> {
    w.site.near(district).iter().take(w.f.neighbours_known as usize).map(|&other| usize::from(other)).find_map(|other| {
        let target = usize::from(w.s.d[other].cluster);
        let cluster = w.s.clusters.get(target)?;
        let open = (cluster.members.len() as f64) < w.f.cluster_full
            && grant_admits(w, cluster, district)
            && cluster.founded < w.year
            && cluster.vote_from.is_none()
            && cluster.worked[0] >= w.f.good_year
            && w.drive_minutes(district, other) <= w.f.invitation_minutes;
        open.then_some((target, other))
    })
}

/// Whether the terms of a cluster's grant let one more district in.
fn grant_admits(w: &World<'_>, cluster: &Cluster, district: usize) -> bool {
    let Some(instrument) = cluster.grant.map(|place| &w.policy.instruments[usize::from(place)]) else { return true };
    match &instrument.kind {
        InstrumentKind::ClusterGrant(grant) => {
            cluster.members.len() < usize::from(grant.max_members) && instrument.eligibility.admits(w.s.d[district].enrolment)
        }
        _ => true,
    }
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
    for place in 0..w.s.d.operating.len() {
        let seed = w.s.d.operating[place];
        if !free(w, usize::from(seed)) {
            continue;
        }
        let mut members = Members::EMPTY;
        members.push(seed);
        let size = usize::from(assigned.members).min(MOST_MEMBERS);
        for &other in w.site.near(usize::from(seed)) {
            let j = usize::from(other);
            let within = w.drive_minutes(usize::from(seed), j) <= w.f.assigned_reach * w.f.invitation_minutes;
            if members.len() < size && within && free(w, j) {
                members.push(other);
            }
        }
        if members.len() >= 2 {
            let manner = w.draws.uniforms(w.key(usize::from(seed)), Decision::FoundingManner);
            let services = first_services(w, usize::from(seed), assigned.services);
            create(
                w,
                &Founding { year: w.year, members, origin: Origin::TopDown, form: Form::Cluster, services, grant: None, manner },
            );
        }
    }
}
