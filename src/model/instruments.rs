//! The state pays: every instrument's payments of the year, and nothing where there is none.
//!
//! Requests are gathered first, scaled down alike where they exceed the yearly budget cap, and then
//! paid; what the state lays out and what districts receive are the same dollars.

use super::events::Form;
use super::functions::FunctionSet;
use super::parameters::Parameters;
use super::policy::{ClusterGrant, Condition, Eligibility, Instrument, InstrumentKind, services_or_all};
use super::scale::aid_weight;
use super::state::{Award, Cluster, MOST_MEMBERS, State};
use super::world::World;

/// Pays what is due this year.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    for place in 0..w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        w.s.d[district].receipts = 0.0;
        w.s.d[district].dues = 0.0;
    }
    for cluster in &mut w.s.clusters {
        cluster.received = 0.0;
        cluster.coordinator_paid = 0.0;
    }
    w.s.support_receipts = 0.0;
    w.s.outlay.clear();
    w.s.outlay.resize(w.policy.instruments.len(), 0.0);
    for (place, instrument) in w.policy.instruments.iter().enumerate() {
        request(w, place, instrument);
        pay(w, place, instrument);
    }
    conditions_fall_due(w);
    collect_dues(w);
}

fn request(w: &mut World<'_>, place: usize, instrument: &Instrument) {
    w.s.scratch.requests.clear();
    match &instrument.kind {
        InstrumentKind::ClusterGrant(grant) => request_cluster_grant(w, place, grant),
        InstrumentKind::MergerGrant(grant) => request_awards(w, place, &grant.per_pupil, 1.0),
        InstrumentKind::LevyRelief(relief) => request_awards(w, place, &relief.mills, 0.001),
        InstrumentKind::HoldHarmless(hold) => request_awards(w, place, &hold.share, 1.0),
        InstrumentKind::CoordinatorPay(pay) => request_coordinators(w, instrument, pay),
        InstrumentKind::SharingWeight(weight) => {
            request_sharing_weight(w, instrument, weight);
            request_sharing_awards(w, place, weight.years_after_merger);
        }
        // These pay nothing to districts: see `leadership`, `restructuring`, `formation`, `budget`.
        InstrumentKind::FacilitatorCapacity(_)
        | InstrumentKind::EnrolmentFloor(_)
        | InstrumentKind::AssignedClusters(_)
        | InstrumentKind::TaxingAuthority(_) => {}
    }
}

fn request_cluster_grant(w: &mut World<'_>, place: usize, grant: &ClusterGrant) {
    let s = &mut *w.s;
    for cluster in s.clusters.iter().filter(|cluster| cluster.grant == Some(place as u8)) {
        let Some(year) = term_year(cluster.grant_from, w.year).filter(|&y| y < grant.per_pupil.len()) else { continue };
        if cluster.members.len() < usize::from(grant.min_members) {
            continue;
        }
        for &member in cluster.members.as_slice() {
            let pupils = s.d[usize::from(member)].enrolment;
            s.scratch.requests.push((member, grant.per_pupil[year] * pupils + grant.per_member[year]));
        }
    }
}

/// The payment year, from 0: a cluster founded in a year is first paid in the next.
pub(crate) fn term_year(from: u16, year: u16) -> Option<usize> {
    (year > from).then(|| usize::from(year - from - 1))
}

fn request_awards(w: &mut World<'_>, place: usize, schedule: &[f64], unit: f64) {
    let s = &mut *w.s;
    for award in s.awards.iter().filter(|award| usize::from(award.instrument) == place) {
        if let Some(amount) = term_year(award.merged, w.year).and_then(|year| schedule.get(year)) {
            s.scratch.requests.push((award.host, amount * unit * award.base));
        }
    }
}

fn request_sharing_awards(w: &mut World<'_>, place: usize, years: u16) {
    let s = &mut *w.s;
    for award in s.awards.iter().filter(|award| usize::from(award.instrument) == place) {
        if term_year(award.merged, w.year).is_some_and(|year| year < usize::from(years)) {
            s.scratch.requests.push((award.host, award.base));
        }
    }
}

fn request_coordinators(w: &mut World<'_>, instrument: &Instrument, pay: &super::policy::CoordinatorPay) {
    let cost = w.p.coordinator_cost * w.base_cost;
    let s = &mut *w.s;
    for place in 0..s.clusters.len() {
        let enough = admitted(s, &s.clusters[place], instrument.eligibility) >= usize::from(pay.min_members);
        let cluster = &mut s.clusters[place];
        let entered = cluster.founded.max(instrument.start);
        let qualifies = instrument.open(entered) && enough;
        let Some(amount) = term_year(entered, w.year).and_then(|year| pay.per_cluster.get(year)) else { continue };
        if !qualifies || cluster.form < Form::Cluster || *amount <= 0.0 {
            continue;
        }
        cluster.post = true;
        cluster.seniority = cluster.seniority.max(pay.seniority);
        cluster.coordinator_paid = (amount / cost.max(1.0)).min(1.0);
        let each = amount / cluster.members.len() as f64;
        for &member in cluster.members.as_slice() {
            s.scratch.requests.push((member, each));
        }
    }
}

/// Members of a cluster that may take part in an instrument. What is paid or allowed to a cluster as a
/// whole asks for enough of these.
pub(crate) fn admitted(s: &State, cluster: &Cluster, who: Eligibility) -> usize {
    cluster.members.as_slice().iter().filter(|&&member| who.admits(s.d[usize::from(member)].enrolment)).count()
}

/// What a member earns by the sharing weight this year, dollars.
pub(crate) fn sharing_weight_of(w: &World<'_>, district: usize, weight: &super::policy::SharingWeight) -> f64 {
    let Some(cluster) = w.s.cluster_of(district) else { return 0.0 };
    let depth: f64 = services_or_all(weight.services).iter().map(|f| cluster.depth_of(f)).sum();
    let counted = weight.pupils + weight.weight * w.s.d[district].enrolment;
    depth * counted * w.s.d[district].aid_rate * w.region.finance.base_cost
}

fn request_sharing_weight(w: &mut World<'_>, instrument: &Instrument, weight: &super::policy::SharingWeight) {
    for place in 0..w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        let Some(cluster) = w.s.cluster_of(district) else { continue };
        let entered = cluster.founded.max(instrument.start);
        let due = term_year(entered, w.year).is_some_and(|year| year < usize::from(weight.years));
        if due && instrument.open(entered) && instrument.eligibility.admits(w.s.d[district].enrolment) {
            let amount = sharing_weight_of(w, district, weight);
            if amount > 0.0 {
                w.s.scratch.requests.push((district as u16, amount));
            }
        }
    }
}

/// Pays the requests, scaled down alike where they exceed the cap.
fn pay(w: &mut World<'_>, place: usize, instrument: &Instrument) {
    let s = &mut *w.s;
    let asked: f64 = s.scratch.requests.iter().map(|(_, amount)| amount).sum();
    if asked <= 0.0 {
        return;
    }
    let scale = instrument.budget_cap.map_or(1.0, |cap| (cap / asked).min(1.0));
    for &(district, amount) in &s.scratch.requests {
        let amount = amount * scale;
        s.outlay[place] += amount;
        s.d[usize::from(district)].receipts += amount;
        let cluster = usize::from(s.d[usize::from(district)].cluster);
        if let (Some(cluster), InstrumentKind::ClusterGrant(_)) = (s.clusters.get_mut(cluster), &instrument.kind) {
            cluster.received += amount;
        }
    }
}

/// Grants that were paid for the last time this year: what falls due.
fn conditions_fall_due(w: &mut World<'_>) {
    for cluster in &mut w.s.clusters {
        let Some(place) = cluster.grant else { continue };
        let (fewest, years, condition) = match &w.policy.instruments[usize::from(place)].kind {
            InstrumentKind::ClusterGrant(grant) => (grant.min_members, grant.per_pupil.len(), grant.condition),
            InstrumentKind::SharingWeight(weight) => (2, usize::from(weight.years), Condition::None),
            _ => continue,
        };
        let last = term_year(cluster.grant_from, w.year).is_some_and(|year| year + 1 >= years);
        let lapsed = cluster.members.len() < usize::from(fewest);
        if !last && !lapsed {
            continue;
        }
        match condition {
            Condition::Renewal { activities } if !lapsed && cluster.working >= activities => {
                cluster.grant_from = w.year;
                continue;
            }
            Condition::ReorganisationVote => cluster.vote_from = Some(w.year),
            Condition::None | Condition::Renewal { .. } => {}
        }
        cluster.grant = None;
        cluster.money_ended = Some(w.year);
    }
}

/// What belonging to a cluster costs its members this year: the fee, the match, and the coordinator.
fn collect_dues(w: &mut World<'_>) {
    let coordinator = w.p.coordinator_cost * w.base_cost;
    let s = &mut *w.s;
    for cluster in s.clusters.iter().filter(|cluster| cluster.form > Form::Network) {
        let pupils: f64 = cluster.members.as_slice().iter().map(|&m| s.d[usize::from(m)].enrolment).sum();
        let matched = cluster.grant.map_or(0.0, |place| match &w.policy.instruments[usize::from(place)].kind {
            InstrumentKind::ClusterGrant(grant) => grant.match_share * cluster.received,
            _ => 0.0,
        });
        let filled = if cluster.coordinator > 0.0 { coordinator } else { 0.0 };
        for &member in cluster.members.as_slice() {
            let member = usize::from(member);
            let share = cluster.cost_share(s.d[member].enrolment, pupils);
            s.d[member].dues = w.p.fee * s.d[member].need + share * (filled + matched);
        }
    }
}

/// What an open instrument offers to a district that shares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer {
    /// What it pays in the years that boards look ahead to, as a share of the district's yearly budget.
    pub(crate) worth: f64,
    /// The instrument's place in the policy.
    pub(crate) place: u8,
    pub(crate) fewest: usize,
    pub(crate) most: usize,
    pub(crate) radius_minutes: f64,
    /// Functions that it pays for; empty: any.
    pub(crate) services: FunctionSet,
    pub(crate) eligibility: Eligibility,
}

/// The best that an open instrument offers a district for sharing; nothing where none is on offer.
pub(crate) fn best_offer(w: &World<'_>, district: usize) -> Option<Offer> {
    let mut best: Option<Offer> = None;
    let mut weights = 0.0;
    for place in 0..w.policy.instruments.len() {
        let Some(offer) = offer(w, district, place) else { continue };
        weights += if is_weight(w, &offer) { offer.worth } else { 0.0 };
        if offer.worth > best.map_or(0.0, |best| best.worth) {
            best = Some(offer);
        }
    }
    best.map(|best| Offer { worth: weights + if is_weight(w, &best) { 0.0 } else { best.worth }, ..best })
}

/// Whether an offer is a sharing weight: a cluster gets all of them, and one cluster grant.
fn is_weight(w: &World<'_>, offer: &Offer) -> bool {
    matches!(w.policy.instruments[usize::from(offer.place)].kind, InstrumentKind::SharingWeight(_))
}

fn offer(w: &World<'_>, district: usize, place: usize) -> Option<Offer> {
    let instrument = &w.policy.instruments[place];
    let pupils = w.s.d[district].enrolment;
    if !instrument.open(w.year) || !instrument.eligibility.admits(pupils) {
        return None;
    }
    let budget = w.s.d[district].need.max(1.0);
    let (place, eligibility) = (place as u8, instrument.eligibility);
    match &instrument.kind {
        InstrumentKind::ClusterGrant(grant) => {
            let total = grant.per_pupil.iter().sum::<f64>() * pupils + grant.per_member.iter().sum::<f64>();
            // Of what must be put in a part is regained in services that would have been bought anyway.
            let put_in = (1.0 - w.p.match_regained) * grant.match_share;
            let worth = total * (1.0 - put_in).max(0.0) / budget;
            let (fewest, most) = (usize::from(grant.min_members), usize::from(grant.max_members));
            let (radius_minutes, services) = (grant.radius_minutes, grant.services);
            Some(Offer { worth, place, fewest, most, radius_minutes, services, eligibility })
        }
        InstrumentKind::SharingWeight(weight) => {
            let paid = services_or_all(weight.services);
            let counted = f64::from(paid.len()) * w.p.expected_depth * (weight.pupils + weight.weight * pupils);
            let dollars = counted * w.s.d[district].aid_rate * w.region.finance.base_cost;
            let worth = dollars * f64::from(weight.years).min(w.p.offer_years) / budget;
            let services = weight.services;
            let radius_minutes = f64::INFINITY;
            Some(Offer { worth, place, fewest: 2, most: MOST_MEMBERS, radius_minutes, services, eligibility })
        }
        _ => None,
    }
}

/// The next year's money for a member that shares, as a share of its budget: what boards look forward
/// to when they review.
pub(crate) fn next_money(w: &World<'_>, place: usize, member: usize) -> f64 {
    let cluster = &w.s.clusters[place];
    let next = w.year + 1;
    let mut dollars = 0.0;
    for (nth, instrument) in w.policy.instruments.iter().enumerate() {
        match &instrument.kind {
            InstrumentKind::ClusterGrant(grant) if cluster.grant == Some(nth as u8) => {
                let year = term_year(cluster.grant_from, next).unwrap_or(usize::MAX);
                if let (Some(per_pupil), Some(per_member)) = (grant.per_pupil.get(year), grant.per_member.get(year)) {
                    let amount = per_pupil * w.s.d[member].enrolment + per_member;
                    dollars += amount * (1.0 - grant.match_share.min(1.0));
                }
            }
            InstrumentKind::SharingWeight(weight) => {
                let entered = cluster.founded.max(instrument.start);
                let due = term_year(entered, next).is_some_and(|year| year < usize::from(weight.years));
                if due && instrument.open(entered) && instrument.eligibility.admits(w.s.d[member].enrolment) {
                    dollars += sharing_weight_of(w, member, weight);
                }
            }
            _ => {}
        }
    }
    dollars / w.s.d[member].need.max(1.0)
}

/// What merging is worth to two districts under the open instruments over the years that boards add up, dollars.
pub(crate) fn merger_offer(w: &World<'_>, ended: usize, host: usize) -> f64 {
    let d = &w.s.d;
    let mut total = 0.0;
    for (_, instrument) in w.instruments().filter(|(_, instrument)| instrument.open(w.year)) {
        if !instrument.eligibility.admits(d[ended].enrolment) {
            continue;
        }
        total += match &instrument.kind {
            InstrumentKind::MergerGrant(grant) => {
                let counted = d[ended].enrolment.min(grant.pupils_cap) + d[host].enrolment.min(grant.pupils_cap);
                counted * within_horizon(&grant.per_pupil, w.p)
            }
            InstrumentKind::LevyRelief(relief) => {
                0.001 * within_horizon(&relief.mills, w.p) * (d[ended].valuation + d[host].valuation)
            }
            InstrumentKind::HoldHarmless(hold) => lost_aid(w, ended, host) * within_horizon(&hold.share, w.p),
            InstrumentKind::SharingWeight(weight) => {
                let earned = sharing_weight_of(w, ended, weight) + sharing_weight_of(w, host, weight);
                earned * f64::from(weight.years_after_merger).min(w.p.merger_horizon)
            }
            _ => 0.0,
        };
    }
    total
}

/// Whether an incentive to merge that a district may take is in its last year.
pub(crate) fn merger_deadline(w: &World<'_>, district: usize) -> bool {
    let pupils = w.s.d[district].enrolment;
    let last = |instrument: &Instrument| instrument.last_chance(w.year) && instrument.eligibility.admits(pupils);
    w.instruments().any(|(_, instrument)| {
        let pays = match &instrument.kind {
            InstrumentKind::MergerGrant(grant) => within_horizon(&grant.per_pupil, w.p) > 0.0,
            InstrumentKind::LevyRelief(relief) => within_horizon(&relief.mills, w.p) > 0.0,
            InstrumentKind::HoldHarmless(hold) => within_horizon(&hold.share, w.p) > 0.0,
            _ => false,
        };
        pays && last(instrument)
    })
}

/// What a schedule pays in the years that boards add up.
fn within_horizon(schedule: &[f64], p: &Parameters) -> f64 {
    schedule.iter().take(p.merger_horizon as usize).sum()
}

/// State aid that two districts lose in a year by merging, dollars, 0 or more.
pub(crate) fn lost_aid(w: &World<'_>, ended: usize, host: usize) -> f64 {
    let d = &w.s.d;
    let pupils = d[ended].enrolment + d[host].enrolment;
    let rate = (d[ended].aid_rate * d[ended].enrolment + d[host].aid_rate * d[host].enrolment) / pupils.max(1.0);
    let sparse = w.region.finance.is_sparse(pupils, d[ended].area + d[host].area);
    let after = rate * pupils * aid_weight(w.curve.at(pupils), sparse, w.region, w.curve) * w.region.finance.base_cost;
    (d[ended].aid + d[host].aid - after).max(0.0)
}

/// Whether a district's cluster has entered an instrument: it was open when both existed.
fn entered(w: &World<'_>, district: usize, instrument: &Instrument) -> bool {
    w.s.cluster_of(district).is_some_and(|cluster| {
        let year = cluster.founded.max(instrument.start);
        year <= w.year && instrument.open(year)
    })
}

/// Notes what a merger earns under the open instruments. Called before the two are put together.
pub(crate) fn award_merger(w: &mut World<'_>, ended: usize, host: usize) {
    for place in 0..w.policy.instruments.len() {
        let instrument = &w.policy.instruments[place];
        let sharing = matches!(instrument.kind, InstrumentKind::SharingWeight(_));
        if !(instrument.open(w.year) || sharing) || !instrument.eligibility.admits(w.s.d[ended].enrolment) {
            continue;
        }
        let d = &w.s.d;
        // A host that already earns this instrument for a merger of the same year is counted once.
        let again =
            w.s.awards
                .iter()
                .any(|award| usize::from(award.instrument) == place && usize::from(award.host) == host && award.merged == w.year);
        let own = if again { 0.0 } else { 1.0 };
        let base = match &instrument.kind {
            InstrumentKind::MergerGrant(grant) => {
                d[ended].enrolment.min(grant.pupils_cap) + own * d[host].enrolment.min(grant.pupils_cap)
            }
            InstrumentKind::LevyRelief(_) => d[ended].valuation + own * d[host].valuation,
            InstrumentKind::HoldHarmless(_) => lost_aid(w, ended, host),
            InstrumentKind::SharingWeight(weight) => {
                let earned = |i: usize| if entered(w, i, instrument) { sharing_weight_of(w, i, weight) } else { 0.0 };
                earned(ended) + own * earned(host)
            }
            _ => 0.0,
        };
        if base > 0.0 {
            w.s.awards.push(Award { instrument: place as u8, host: host as u16, merged: w.year, base });
        }
    }
}
