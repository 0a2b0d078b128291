//! The state pays: every instrument's payments of the year, and nothing where there is none.
//!
//! Requests are gathered first, scaled down alike where they exceed the yearly budget cap, and then
//! paid; what the state lays out and what districts receive are the same dollars. What boards expect of an
//! instrument is what it will really pay: they know a cap, a condition and an end.

use super::budget::lost_aid;
use super::events::Form;
use super::functions::FunctionSet;
use super::parameters::Parameters;
use super::policy::{
    ClusterGrant, Condition, CoordinatorPay, Eligibility, Instrument, InstrumentKind, SharingWeight, services_or_all,
};
use super::state::{Award, Cluster, Grant, MOST_MEMBERS, Paid, State};
use super::world::World;

/// Pays what is due this year.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    // Without instruments nothing was paid last year. Dues need no clearing: members' are set below, and who leaves
    // owes nothing.
    if !w.policy.instruments.is_empty() {
        for &district in &w.s.d.operating {
            let d = &mut w.s.d.all[usize::from(district)];
            (d.receipts, d.shared_receipts, d.one_off_receipts, d.levy_relief) = (0.0, 0.0, 0.0, 0.0);
        }
    }
    for cluster in &mut w.s.clusters {
        (cluster.received, cluster.pooled, cluster.post_money) = (0.0, 0.0, 0.0);
    }
    w.s.support_receipts = 0.0;
    w.s.outlay.clear();
    w.s.outlay.resize(w.policy.instruments.len(), 0.0);
    w.s.paid.resize(w.policy.instruments.len(), Paid::default());
    for (place, instrument) in w.policy.instruments.iter().enumerate() {
        request(w, place, instrument);
        pay(w, place, instrument);
    }
    for place in 0..w.policy.instruments.len() {
        expect(w, place);
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
        InstrumentKind::GeneralAid(aid) => request_general_aid(w, instrument, &aid.per_pupil),
        InstrumentKind::CoordinatorPay(pay) => request_coordinators(w, place, instrument, pay),
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
    for cluster in &s.clusters {
        let Some(held) = held(cluster, place) else { continue };
        let Some(year) = term_year(held.from, w.year).filter(|&y| y < grant.per_pupil.len()) else { continue };
        if cluster.members.len() < usize::from(grant.min_members) {
            continue;
        }
        for &member in cluster.members.as_slice() {
            let pupils = s.d[usize::from(member)].enrolment;
            s.scratch.requests.push((member, grant.per_pupil[year] * pupils + grant.per_member[year], false));
        }
    }
}

/// The grant of an instrument that a cluster holds.
fn held(cluster: &Cluster, place: usize) -> Option<Grant> {
    cluster.grants.iter().flatten().copied().find(|grant| usize::from(grant.instrument) == place)
}

/// The payment year, from 0: a cluster founded in a year is first paid in the next.
pub(crate) fn term_year(from: u16, year: u16) -> Option<usize> {
    (year > from).then(|| usize::from(year - from - 1))
}

fn request_awards(w: &mut World<'_>, place: usize, schedule: &[f64], unit: f64) {
    let s = &mut *w.s;
    for award in s.awards.iter().filter(|award| usize::from(award.instrument) == place) {
        if let Some(amount) = term_year(award.merged, w.year).and_then(|year| schedule.get(year)) {
            s.scratch.requests.push((award.host, amount * unit * award.base, true));
        }
    }
}

fn request_sharing_awards(w: &mut World<'_>, place: usize, years: u16) {
    let s = &mut *w.s;
    for award in s.awards.iter().filter(|award| usize::from(award.instrument) == place) {
        if term_year(award.merged, w.year).is_some_and(|year| year < usize::from(years)) {
            s.scratch.requests.push((award.host, award.base, true));
        }
    }
}

fn request_general_aid(w: &mut World<'_>, instrument: &Instrument, per_pupil: &[f64]) {
    let Some(amount) = w.year.checked_sub(instrument.start).and_then(|year| per_pupil.get(usize::from(year))) else {
        return;
    };
    if !instrument.open(w.year) || *amount <= 0.0 {
        return;
    }
    for place in 0..w.s.d.operating.len() {
        let district = w.s.d.operating[place];
        let pupils = w.s.d[usize::from(district)].enrolment;
        if instrument.eligibility.admits(pupils) {
            w.s.scratch.requests.push((district, amount * pupils, false));
        }
    }
}

/// The year in which a cluster entered an instrument that needs no entering: when both were there.
fn entered_year(cluster: &Cluster, instrument: &Instrument) -> u16 {
    cluster.founded.max(instrument.start)
}

/// What the state pays for a coordinator of this cluster in a year, dollars at the most.
fn post_amount(s: &State, cluster: &Cluster, instrument: &Instrument, pay: &CoordinatorPay, year: u16) -> f64 {
    let entered = entered_year(cluster, instrument);
    let qualifies = instrument.open(entered)
        && cluster.form >= Form::Cluster
        && admitted(s, cluster, instrument.eligibility) >= usize::from(pay.min_members);
    let amount = term_year(entered, year).and_then(|year| pay.per_cluster.get(year)).copied().unwrap_or(0.0);
    if qualifies { amount } else { 0.0 }
}

fn request_coordinators(w: &mut World<'_>, nth: usize, instrument: &Instrument, pay: &CoordinatorPay) {
    let cost = w.p.coordinator_cost * w.base_cost;
    let expected = w.s.paid[nth].expected;
    let s = &mut *w.s;
    for place in 0..s.clusters.len() {
        let amount = post_amount(s, &s.clusters[place], instrument, pay, w.year);
        if amount <= 0.0 {
            continue;
        }
        let cluster = &mut s.clusters[place];
        // The money makes a post as surely as it pays for one.
        if cluster.key.share() < expected * amount / cost.max(1.0) {
            cluster.post = true;
            cluster.seniority = cluster.seniority.max(pay.seniority);
        }
        // Nobody is paid for a post that nobody fills, nor more than it costs.
        if cluster.coordinator > 0.0 {
            let each = amount.min(cost) / cluster.members.len() as f64;
            for &member in cluster.members.as_slice() {
                s.scratch.requests.push((member, each, false));
            }
        }
    }
}

/// Members of a cluster that may take part in an instrument. What is paid or allowed to a cluster as a
/// whole asks for enough of these.
pub(crate) fn admitted(s: &State, cluster: &Cluster, who: Eligibility) -> usize {
    cluster.members.as_slice().iter().filter(|&&member| who.admits(s.d[usize::from(member)].enrolment)).count()
}

/// State aid for one pupil counted, dollars.
fn aid_per_pupil(w: &World<'_>, district: usize) -> f64 {
    let d = &w.s.d[district];
    d.aid / d.enrolment.max(1.0)
}

/// What a member earns by the sharing weight this year, dollars.
pub(crate) fn sharing_weight_of(w: &World<'_>, district: usize, weight: &SharingWeight) -> f64 {
    let Some(cluster) = w.s.cluster_of(district) else { return 0.0 };
    let depth: f64 = services_or_all(weight.services).iter().map(|f| cluster.depth_of(f)).sum();
    let counted = weight.pupils + weight.weight * w.s.d[district].enrolment;
    depth * counted * aid_per_pupil(w, district)
}

/// Whether a sharing weight is due to a member of a cluster in a year.
fn weight_due(cluster: &Cluster, instrument: &Instrument, weight: &SharingWeight, year: u16) -> bool {
    let entered = entered_year(cluster, instrument);
    instrument.open(entered) && term_year(entered, year).is_some_and(|year| year < usize::from(weight.years))
}

fn request_sharing_weight(w: &mut World<'_>, instrument: &Instrument, weight: &SharingWeight) {
    for place in 0..w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        let Some(cluster) = w.s.cluster_of(district) else { continue };
        let due = weight_due(cluster, instrument, weight, w.year);
        if due && instrument.eligibility.admits(w.s.d[district].enrolment) {
            let amount = sharing_weight_of(w, district, weight);
            if amount > 0.0 {
                w.s.scratch.requests.push((district as u16, amount, false));
            }
        }
    }
}

/// What a payment is for, and so where it goes.
enum Use {
    /// Shared work, this year.
    SharedWork,
    /// A cluster's coordinator.
    Post,
    /// Whatever the district does once: what merging costs, buildings, equipment; never a lower levy.
    Once,
    /// A lower levy, dollar for dollar.
    LowerLevy,
    /// What it had before.
    General,
}

fn used_for(kind: &InstrumentKind, of_a_merger: bool) -> Use {
    match kind {
        InstrumentKind::SharingWeight(_) if of_a_merger => Use::Once,
        InstrumentKind::ClusterGrant(_) | InstrumentKind::SharingWeight(_) => Use::SharedWork,
        InstrumentKind::CoordinatorPay(_) => Use::Post,
        InstrumentKind::LevyRelief(_) => Use::LowerLevy,
        InstrumentKind::HoldHarmless(_) => Use::General,
        InstrumentKind::MergerGrant(_)
        | InstrumentKind::GeneralAid(_)
        | InstrumentKind::FacilitatorCapacity(_)
        | InstrumentKind::EnrolmentFloor(_)
        | InstrumentKind::AssignedClusters(_)
        | InstrumentKind::TaxingAuthority(_) => Use::Once,
    }
}

/// Pays the requests, scaled down alike where they exceed the cap.
fn pay(w: &mut World<'_>, place: usize, instrument: &Instrument) {
    let s = &mut *w.s;
    let asked: f64 = s.scratch.requests.iter().map(|(_, amount, _)| amount).sum();
    let scale = instrument.budget_cap.map_or(1.0, |cap| if asked > 0.0 { (cap / asked).min(1.0) } else { 1.0 });
    (s.paid[place].asked, s.paid[place].paid) = (asked, scale * asked);
    for nth in 0..s.scratch.requests.len() {
        let (district, amount, merged) = s.scratch.requests[nth];
        let amount = amount * scale;
        s.outlay[place] += amount;
        let d = &mut s.d.all[usize::from(district)];
        d.receipts += amount;
        let cluster = s.clusters.get_mut(usize::from(d.cluster));
        match (used_for(&instrument.kind, merged), cluster) {
            (Use::SharedWork, Some(cluster)) => {
                d.shared_receipts += amount;
                cluster.received += amount;
                // Members put in their match for what this grant pays, in its last year too.
                if let InstrumentKind::ClusterGrant(terms) = &instrument.kind {
                    cluster.pooled += terms.match_share * amount;
                }
            }
            (Use::Post, Some(cluster)) => {
                d.shared_receipts += amount;
                cluster.post_money += amount;
            }
            (Use::LowerLevy, _) => d.levy_relief += amount,
            (Use::General, _) => {}
            (Use::Once | Use::SharedWork | Use::Post, _) => d.one_off_receipts += amount,
        }
    }
}

/// What boards expect an instrument with a cap to pay of a dollar claimed: no more than this year's claims leave,
/// nor than a usual part of those who may take part would. That nobody has claimed yet is no sign of plenty.
fn expect(w: &mut World<'_>, place: usize) {
    let instrument = &w.policy.instruments[place];
    let Some(cap) = instrument.budget_cap else {
        w.s.paid[place].expected = 1.0;
        return;
    };
    let guess = if instrument.open(w.year) { guessed_claims(w, instrument) } else { 0.0 };
    let claims = w.s.paid[place].asked.max(guess);
    w.s.paid[place].expected = if claims > cap { cap / claims } else { 1.0 };
}

/// What districts would claim in a year if as many took part as boards guess before they know, dollars.
fn guessed_claims(w: &World<'_>, instrument: &Instrument) -> f64 {
    let d = &w.s.d;
    let eligible = || {
        let all = d.operating.iter().map(|&i| usize::from(i));
        all.filter(|&i| instrument.eligibility.admits(d[i].enrolment))
    };
    let (share, claims): (f64, f64) = match &instrument.kind {
        InstrumentKind::ClusterGrant(grant) => {
            let (pupils, member) = (grant.per_pupil.first(), grant.per_member.first());
            let [pupils, member] = [pupils, member].map(|first| first.copied().unwrap_or(0.0));
            (w.p.guessed_take_up, eligible().map(|i| pupils * d[i].enrolment + member).sum())
        }
        InstrumentKind::SharingWeight(weight) => {
            let counted = |i: usize| (weight.pupils + weight.weight * d[i].enrolment) * aid_per_pupil(w, i);
            let functions = f64::from(services_or_all(weight.services).len()) * w.p.expected_depth;
            (w.p.guessed_take_up, functions * eligible().map(counted).sum::<f64>())
        }
        InstrumentKind::CoordinatorPay(pay) => {
            // A coordinator for each handful of districts.
            let first = pay.per_cluster.first().copied().unwrap_or(0.0);
            (w.p.guessed_take_up, first * eligible().count() as f64 / f64::from(pay.min_members.max(4)))
        }
        InstrumentKind::MergerGrant(grant) => {
            let first = grant.per_pupil.first().copied().unwrap_or(0.0);
            (w.p.guessed_merging, eligible().map(|i| first * d[i].enrolment.min(grant.pupils_cap)).sum())
        }
        InstrumentKind::LevyRelief(relief) => {
            let first = relief.mills.first().copied().unwrap_or(0.0);
            (w.p.guessed_merging, eligible().map(|i| 0.001 * first * d[i].valuation).sum())
        }
        InstrumentKind::HoldHarmless(hold) => {
            let first = hold.share.first().copied().unwrap_or(0.0);
            // About a twentieth of aid is lost by merging.
            (w.p.guessed_merging, eligible().map(|i| 0.05 * first * d[i].aid).sum())
        }
        InstrumentKind::GeneralAid(_)
        | InstrumentKind::FacilitatorCapacity(_)
        | InstrumentKind::EnrolmentFloor(_)
        | InstrumentKind::AssignedClusters(_)
        | InstrumentKind::TaxingAuthority(_) => (0.0, 0.0),
    };
    share * claims
}

/// Grants that were paid for the last time this year: what falls due. And whether a cluster's money has ended.
fn conditions_fall_due(w: &mut World<'_>) {
    for place in 0..w.s.clusters.len() {
        for nth in 0..w.s.clusters[place].grants.len() {
            if let Some(grant) = w.s.clusters[place].grants[nth] {
                w.s.clusters[place].grants[nth] = after_this_year(w, place, grant);
            }
        }
        let cluster = &w.s.clusters[place];
        if cluster.received + cluster.post_money > 0.0 {
            let more = due_next(w, cluster);
            let year = w.year;
            let cluster = &mut w.s.clusters[place];
            cluster.paid_from.get_or_insert(year);
            cluster.money_ended = (!more).then_some(year);
        } else if cluster.paid_from.is_some() && cluster.money_ended.is_none() && !due_next(w, cluster) {
            let year = w.year;
            w.s.clusters[place].money_ended = Some(year);
        }
    }
}

/// The terms of what a cluster enters and holds for a term of years, by its members and its work.
pub(crate) fn held_terms(kind: &InstrumentKind) -> Option<&ClusterGrant> {
    match kind {
        InstrumentKind::ClusterGrant(terms) => Some(terms),
        InstrumentKind::MergerGrant(_)
        | InstrumentKind::CoordinatorPay(_)
        | InstrumentKind::FacilitatorCapacity(_)
        | InstrumentKind::SharingWeight(_)
        | InstrumentKind::LevyRelief(_)
        | InstrumentKind::HoldHarmless(_)
        | InstrumentKind::GeneralAid(_)
        | InstrumentKind::EnrolmentFloor(_)
        | InstrumentKind::AssignedClusters(_)
        | InstrumentKind::TaxingAuthority(_) => None,
    }
}

/// What an instrument that is open adds to the levy of the members of a consortium with so many eligible members, mills.
pub(crate) fn taxing_mills(kind: &InstrumentKind, admitted: impl Fn() -> usize) -> f64 {
    match kind {
        InstrumentKind::TaxingAuthority(taxing) if admitted() >= usize::from(taxing.min_members) => taxing.mills,
        InstrumentKind::ClusterGrant(_)
        | InstrumentKind::MergerGrant(_)
        | InstrumentKind::CoordinatorPay(_)
        | InstrumentKind::FacilitatorCapacity(_)
        | InstrumentKind::SharingWeight(_)
        | InstrumentKind::LevyRelief(_)
        | InstrumentKind::HoldHarmless(_)
        | InstrumentKind::GeneralAid(_)
        | InstrumentKind::EnrolmentFloor(_)
        | InstrumentKind::AssignedClusters(_)
        // Too few of its members may.
        | InstrumentKind::TaxingAuthority(_) => 0.0,
    }
}

/// What an instrument that is open pays so many support organisations to add by carrying on an example, as log-odds of
/// founding: as far as its budget goes, of what helping as many clusters as they could would cost.
pub(crate) fn outreach_paid(instrument: &Instrument, organisations: usize) -> f64 {
    match &instrument.kind {
        InstrumentKind::FacilitatorCapacity(more) => {
            let full = more.per_cluster * f64::from(more.clusters) * organisations as f64;
            more.outreach * instrument.budget_cap.map_or(1.0, |cap| if full > cap { cap / full } else { 1.0 })
        }
        InstrumentKind::ClusterGrant(_)
        | InstrumentKind::MergerGrant(_)
        | InstrumentKind::CoordinatorPay(_)
        | InstrumentKind::SharingWeight(_)
        | InstrumentKind::LevyRelief(_)
        | InstrumentKind::HoldHarmless(_)
        | InstrumentKind::GeneralAid(_)
        | InstrumentKind::EnrolmentFloor(_)
        | InstrumentKind::AssignedClusters(_)
        | InstrumentKind::TaxingAuthority(_) => 0.0,
    }
}

/// What a cluster holds of a grant after this year's payment.
fn after_this_year(w: &mut World<'_>, place: usize, grant: Grant) -> Option<Grant> {
    let (year, cluster) = (w.year, &mut w.s.clusters[place]);
    let terms = held_terms(&w.policy.instruments[usize::from(grant.instrument)].kind)?;
    let (fewest, years, condition) = (terms.min_members, terms.per_pupil.len(), terms.condition);
    let last = term_year(grant.from, year).is_some_and(|year| year + 1 >= years);
    let lapsed = cluster.members.len() < usize::from(fewest);
    if !last && !lapsed {
        return Some(grant);
    }
    match condition {
        Condition::Renewal { activities } if !lapsed && cluster.working >= activities => {
            Some(Grant { from: year, ..grant })
        }
        Condition::ReorganisationVote => {
            cluster.vote_from = Some(year);
            None
        }
        Condition::None | Condition::Renewal { .. } => None,
    }
}

/// Whether an instrument still owes a cluster something next year.
fn due_next(w: &World<'_>, cluster: &Cluster) -> bool {
    let next = w.year + 1;
    cluster.is_granted()
        || w.policy.instruments.iter().any(|instrument| match &instrument.kind {
            InstrumentKind::SharingWeight(weight) => {
                let pays = weight.pupils + weight.weight > 0.0 && admitted(w.s, cluster, instrument.eligibility) > 0;
                pays && weight_due(cluster, instrument, weight, next)
            }
            InstrumentKind::CoordinatorPay(pay) => post_amount(w.s, cluster, instrument, pay, next) > 0.0,
            // What a cluster holds is its grants.
            InstrumentKind::ClusterGrant(_)
            // These pay no cluster.
            | InstrumentKind::MergerGrant(_)
            | InstrumentKind::FacilitatorCapacity(_)
            | InstrumentKind::LevyRelief(_)
            | InstrumentKind::HoldHarmless(_)
            | InstrumentKind::GeneralAid(_)
            | InstrumentKind::EnrolmentFloor(_)
            | InstrumentKind::AssignedClusters(_)
            | InstrumentKind::TaxingAuthority(_) => false,
        })
}

/// What belonging to a cluster costs its members this year: the fee, the match, and the coordinator; and how
/// much money there is for shared work.
fn collect_dues(w: &mut World<'_>) {
    let coordinator = w.p.coordinator_cost * w.base_cost;
    let s = &mut *w.s;
    for cluster in &mut s.clusters {
        let pupils: f64 = cluster.members.as_slice().iter().map(|&m| s.d[usize::from(m)].enrolment).sum();
        let matched = cluster.pooled;
        cluster.money_per_pupil = (cluster.received + matched + cluster.taxed) / (pupils * w.base_cost).max(1.0);
        cluster.taxed = 0.0;
        cluster.coordinator_paid = (cluster.post_money / coordinator.max(1.0)).min(1.0);
        // A network has no fee and no coordinator.
        let formal = cluster.form > Form::Network;
        let fee = if formal { w.p.fee } else { 0.0 };
        let filled =
            if formal && cluster.coordinator > 0.0 { (coordinator - cluster.post_money).max(0.0) } else { 0.0 };
        for &member in cluster.members.as_slice() {
            let member = usize::from(member);
            let share = cluster.cost_share(s.d[member].enrolment, pupils);
            s.d[member].dues = fee * s.d[member].need + share * (filled + matched);
        }
    }
}

/// What open instruments offer to a district that shares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer {
    /// What it pays in the years that boards look ahead to, as a share of the district's yearly budget.
    pub(crate) worth: f64,
    /// The part of it that must be applied for: a cluster grant, by its place in the policy, and its terms.
    pub(crate) grant: Option<GrantOffer>,
}

/// The terms of a cluster grant on offer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GrantOffer {
    /// The instrument's place in the policy.
    pub(crate) place: u8,
    /// What it pays, as a share of the district's yearly budget.
    pub(crate) worth: f64,
    pub(crate) fewest: usize,
    pub(crate) most: usize,
    pub(crate) radius_minutes: f64,
    /// Functions that it pays for; empty: any.
    pub(crate) services: FunctionSet,
    pub(crate) eligibility: Eligibility,
    /// Whether the voters must decide on reorganising at its end.
    pub(crate) vote: bool,
}

/// What open instruments offer a district for sharing, all together; the terms are those of the grant that
/// pays most. Nothing where none is on offer.
pub(crate) fn best_offer(w: &World<'_>, district: usize) -> Option<Offer> {
    let mut all: Option<Offer> = None;
    for place in 0..w.policy.instruments.len() {
        let Some(offer) = offer(w, district, place) else { continue };
        let best = all.and_then(|all| all.grant);
        // What boards think it worth decides, not its place in a list; of equals the one without a vote.
        let thought = |grant: GrantOffer| grant.worth * if grant.vote { 1.0 - w.f.vote_discount } else { 1.0 };
        let better = offer.grant.is_some_and(|new| {
            best.is_none_or(|best| {
                thought(new) > thought(best) || thought(new) >= thought(best) && best.vote && !new.vote
            })
        });
        all = Some(Offer {
            worth: offer.worth + all.map_or(0.0, |all| all.worth),
            grant: if better { offer.grant } else { best },
        });
    }
    all.filter(|offer| offer.worth > 0.0)
}

fn offer(w: &World<'_>, district: usize, place: usize) -> Option<Offer> {
    let instrument = &w.policy.instruments[place];
    let pupils = w.s.d[district].enrolment;
    if !instrument.open(w.year) || !instrument.eligibility.admits(pupils) {
        return None;
    }
    let expected = w.s.paid.get(place).map_or(1.0, |paid| paid.expected);
    let budget = w.s.d[district].need.max(1.0);
    match &instrument.kind {
        InstrumentKind::ClusterGrant(grant) => {
            let worth = expected * grant_worth(grant, pupils, w.p) / budget;
            let terms = GrantOffer {
                place: place as u8,
                worth,
                fewest: usize::from(grant.min_members),
                most: usize::from(grant.max_members),
                radius_minutes: grant.radius_minutes,
                services: grant.services,
                eligibility: instrument.eligibility,
                vote: grant.condition == Condition::ReorganisationVote,
            };
            Some(Offer { worth, grant: Some(terms) })
        }
        InstrumentKind::SharingWeight(weight) => {
            let paid = services_or_all(weight.services);
            let counted = f64::from(paid.len()) * w.p.expected_depth * (weight.pupils + weight.weight * pupils);
            let dollars = counted * aid_per_pupil(w, district);
            let years = f64::from(weight.years).min(w.p.offer_years);
            Some(Offer { worth: expected * dollars * years / budget, grant: None })
        }
        InstrumentKind::MergerGrant(_)
        | InstrumentKind::CoordinatorPay(_)
        | InstrumentKind::FacilitatorCapacity(_)
        | InstrumentKind::LevyRelief(_)
        | InstrumentKind::HoldHarmless(_)
        | InstrumentKind::GeneralAid(_)
        | InstrumentKind::EnrolmentFloor(_)
        | InstrumentKind::AssignedClusters(_)
        | InstrumentKind::TaxingAuthority(_) => None,
    }
}

/// What a cluster grant pays a district over its term, less what it must put in itself, dollars.
fn grant_worth(grant: &ClusterGrant, pupils: f64, p: &Parameters) -> f64 {
    let total = grant.per_pupil.iter().sum::<f64>() * pupils + grant.per_member.iter().sum::<f64>();
    // Of what must be put in a part is regained in services that would have been bought anyway.
    let put_in = (1.0 - p.match_regained) * grant.match_share;
    total * (1.0 - put_in).max(0.0)
}

/// What a cluster that exists would gain by entering a grant, if it may: the mean over its members, as a share of
/// a year's budget.
pub(crate) fn worth_of_entering<'a>(w: &World<'a>, cluster: &Cluster, place: usize) -> Option<(f64, &'a ClusterGrant)> {
    let instrument = &w.policy.instruments[place];
    let InstrumentKind::ClusterGrant(grant) = &instrument.kind else { return None };
    let size = cluster.members.len();
    let fits = (usize::from(grant.min_members)..=usize::from(grant.max_members)).contains(&size);
    if !instrument.open(w.year) || cluster.entered & (1 << place) != 0 || !fits || cluster.form <= Form::Network {
        return None;
    }
    let first = usize::from(cluster.members.as_slice()[0]);
    let mut sum = 0.0;
    for &member in cluster.members.as_slice() {
        let d = &w.s.d[usize::from(member)];
        if !instrument.eligibility.admits(d.enrolment)
            || w.drive_minutes(first, usize::from(member)) > grant.radius_minutes
        {
            return None;
        }
        sum += grant_worth(grant, d.enrolment, w.p) / d.need.max(1.0);
    }
    let expected = w.s.paid.get(place).map_or(1.0, |paid| paid.expected);
    Some((expected * sum / size as f64, grant))
}

/// The next year's money for a member that shares, as a share of its budget: what boards look forward
/// to when they review.
pub(crate) fn next_money(w: &World<'_>, place: usize, member: usize) -> f64 {
    let cluster = &w.s.clusters[place];
    let next = w.year + 1;
    let mut dollars = 0.0;
    for (nth, instrument) in w.policy.instruments.iter().enumerate() {
        let expected = w.s.paid[nth].expected;
        match &instrument.kind {
            InstrumentKind::ClusterGrant(grant) => {
                let year = held(cluster, nth).and_then(|held| term_year(held.from, next)).unwrap_or(usize::MAX);
                if let (Some(per_pupil), Some(per_member)) = (grant.per_pupil.get(year), grant.per_member.get(year)) {
                    let amount = per_pupil * w.s.d[member].enrolment + per_member;
                    dollars += expected * amount * (1.0 - grant.match_share.min(1.0));
                }
            }
            InstrumentKind::SharingWeight(weight) => {
                let due = weight_due(cluster, instrument, weight, next);
                if due && instrument.eligibility.admits(w.s.d[member].enrolment) {
                    dollars += expected * sharing_weight_of(w, member, weight);
                }
            }
            // A coordinator's pay is counted as a cost that falls away.
            InstrumentKind::CoordinatorPay(_)
            | InstrumentKind::MergerGrant(_)
            | InstrumentKind::FacilitatorCapacity(_)
            | InstrumentKind::LevyRelief(_)
            | InstrumentKind::HoldHarmless(_)
            | InstrumentKind::GeneralAid(_)
            | InstrumentKind::EnrolmentFloor(_)
            | InstrumentKind::AssignedClusters(_)
            | InstrumentKind::TaxingAuthority(_) => {}
        }
    }
    dollars / w.s.d[member].need.max(1.0)
}

/// What merging is worth to two districts under the open instruments over the years that boards add up, dollars;
/// `ending`: only under those that are open for the last time.
pub(crate) fn merger_offer(w: &World<'_>, ended: usize, host: usize, ending: bool) -> f64 {
    let d = &w.s.d;
    let mut total = 0.0;
    for (place, instrument) in w.instruments().filter(|(_, instrument)| instrument.open(w.year)) {
        let counts = !ending || instrument.last_chance(w.year);
        if !counts || !instrument.eligibility.admits(d[ended].enrolment) {
            continue;
        }
        let expected = w.s.paid[place].expected;
        total += expected
            * match &instrument.kind {
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
                InstrumentKind::ClusterGrant(_)
                | InstrumentKind::CoordinatorPay(_)
                | InstrumentKind::FacilitatorCapacity(_)
                | InstrumentKind::GeneralAid(_)
                | InstrumentKind::EnrolmentFloor(_)
                | InstrumentKind::AssignedClusters(_)
                | InstrumentKind::TaxingAuthority(_) => 0.0,
            };
    }
    total
}

/// Whether an incentive to merge that a district may take is in its last year.
pub(crate) fn merger_deadline(w: &World<'_>, district: usize) -> bool {
    let pupils = w.s.d[district].enrolment;
    w.policy.instruments.iter().any(|instrument| {
        let merging = match &instrument.kind {
            InstrumentKind::MergerGrant(_) | InstrumentKind::LevyRelief(_) | InstrumentKind::HoldHarmless(_) => true,
            InstrumentKind::SharingWeight(weight) => weight.years_after_merger > 0,
            InstrumentKind::ClusterGrant(_)
            | InstrumentKind::CoordinatorPay(_)
            | InstrumentKind::FacilitatorCapacity(_)
            | InstrumentKind::GeneralAid(_)
            | InstrumentKind::EnrolmentFloor(_)
            | InstrumentKind::AssignedClusters(_)
            | InstrumentKind::TaxingAuthority(_) => false,
        };
        merging && instrument.last_chance(w.year) && instrument.eligibility.admits(pupils)
    })
}

/// Whether anything is paid for merging.
pub(crate) fn pays_mergers(w: &World<'_>) -> bool {
    w.policy.instruments.iter().any(|instrument| match &instrument.kind {
        InstrumentKind::MergerGrant(_)
        | InstrumentKind::LevyRelief(_)
        | InstrumentKind::HoldHarmless(_)
        | InstrumentKind::SharingWeight(_) => instrument.open(w.year),
        InstrumentKind::ClusterGrant(_)
        | InstrumentKind::CoordinatorPay(_)
        | InstrumentKind::FacilitatorCapacity(_)
        | InstrumentKind::GeneralAid(_)
        | InstrumentKind::EnrolmentFloor(_)
        | InstrumentKind::AssignedClusters(_)
        | InstrumentKind::TaxingAuthority(_) => false,
    })
}

/// What a schedule pays in the years that boards add up.
fn within_horizon(schedule: &[f64], p: &Parameters) -> f64 {
    schedule.iter().take(p.merger_horizon as usize).sum()
}

/// Whether a district's cluster has entered an instrument: it was open when both existed.
fn entered(w: &World<'_>, district: usize, instrument: &Instrument) -> bool {
    w.s.cluster_of(district).is_some_and(|cluster| {
        let year = entered_year(cluster, instrument);
        year <= w.year && instrument.open(year)
    })
}

/// Awards that a policy can make in a run of a region: every district that ends can earn its host one of every
/// instrument.
pub(crate) fn awards_at_most(instruments: usize, districts: usize) -> usize {
    instruments * districts
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
        let again = w.s.awards.iter().any(|award| {
            usize::from(award.instrument) == place && usize::from(award.host) == host && award.merged == w.year
        });
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
            InstrumentKind::ClusterGrant(_)
            | InstrumentKind::CoordinatorPay(_)
            | InstrumentKind::FacilitatorCapacity(_)
            | InstrumentKind::GeneralAid(_)
            | InstrumentKind::EnrolmentFloor(_)
            | InstrumentKind::AssignedClusters(_)
            | InstrumentKind::TaxingAuthority(_) => 0.0,
        };
        if base > 0.0 {
            debug_assert!(w.s.awards.len() < awards_at_most(w.policy.instruments.len(), w.site.count));
            w.s.awards.push(Award { instrument: place as u8, host: host as u16, merged: w.year, base });
        }
    }
}

/// The most members that an offer lets a cluster have.
pub(crate) fn most_members(offer: Option<&GrantOffer>) -> usize {
    offer.map_or(MOST_MEMBERS, |grant| grant.most)
}
