//! People: superintendents who come and go, coordinators, and the helpers of support organisations.

use super::decisions::Decision;
use super::events::Happening;
use super::instruments;
use super::policy::{Eligibility, InstrumentKind};
use super::world::World;

/// Changes of superintendents and coordinators, and who helps which cluster this year.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    superintendents(w);
    coordinators(w);
    facilitators(w);
}

fn superintendents(w: &mut World<'_>) {
    for place in 0..w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        let luck = w.s.luck[district].board;
        if luck.leaves() < w.p.superintendent_turnover {
            let commitment = w.p.commitment_mean + w.p.commitment_sd * w.site.quantiles.normal(luck.next());
            w.s.d[district].commitment = commitment.clamp(0.0, 1.0);
            w.s.ties.fade(district);
            w.s.emit(w.year, Happening::NewSuperintendent { district: district as u16 });
        }
    }
}

fn coordinators(w: &mut World<'_>) {
    let least = w.p.coordinator_least;
    for cluster in &mut w.s.clusters {
        if !cluster.post {
            cluster.coordinator = 0.0;
            continue;
        }
        let [change, quality] = w.draws.uniforms(cluster.key, Decision::Coordinator);
        let vacant = cluster.coordinator <= 0.0;
        if vacant && change < w.p.coordinator_hiring {
            // Standing with the schools and with the authority: what the payer asks for, or chance.
            cluster.coordinator = (least + (1.0 - least) * quality).max(cluster.seniority);
        } else if !vacant && change < w.p.coordinator_turnover {
            cluster.coordinator = 0.0;
        }
    }
}

/// Support organisations help the youngest clusters within their reach first (it is at the exploratory meeting that
/// help counts), up to their capacity, and then those for which the policy lets them help more.
fn facilitators(w: &mut World<'_>) {
    for cluster in &mut w.s.clusters {
        cluster.facilitator = 0.0;
    }
    if w.s.clusters.is_empty() {
        return;
    }
    help(w, None, u32::MAX, Eligibility::default());
    for (place, instrument) in w.policy.instruments.iter().enumerate() {
        if let InstrumentKind::FacilitatorCapacity(more) = &instrument.kind
            && instrument.open(w.year)
        {
            // No more are helped than the budget pays for.
            let budget = instrument.budget_cap.filter(|_| more.per_cluster > 0.0);
            let affordable = budget.map_or(u32::MAX, |cap| (cap / more.per_cluster) as u32);
            let helped = help(w, Some(more.clusters), affordable, instrument.eligibility);
            pay_extra(w, place, f64::from(helped) * more.per_cluster);
        }
    }
}

/// Every support organisation helps as many more clusters of members who may take part as it can, or as `more` says,
/// and all together `most`; returns how many were helped.
fn help(w: &mut World<'_>, more: Option<u16>, most: u32, who: Eligibility) -> u32 {
    let mut left = std::mem::take(&mut w.s.scratch.capacities);
    left.clear();
    left.extend(w.region.support.iter().map(|organisation| more.unwrap_or(organisation.capacity)));
    let mut helped = 0;
    // Clusters stand in the order of founding: the youngest are the last.
    for place in (0..w.s.clusters.len()).rev() {
        if helped == most {
            break;
        }
        let cluster = &w.s.clusters[place];
        let all = who == Eligibility::default();
        if cluster.facilitator > 0.0 || !all && instruments::admitted(w.s, cluster, who) < 2 {
            continue;
        }
        let first = usize::from(cluster.members.as_slice()[0]);
        let helper =
            w.site.helpers(first).iter().map(|&organisation| usize::from(organisation)).find(|&org| left[org] > 0);
        if let Some(organisation) = helper {
            left[organisation] -= 1;
            helped += 1;
            let offer = &w.region.support[organisation];
            // The mean of the two, by definition of the index.
            w.s.clusters[place].facilitator = 0.5 * (offer.neutrality + w.p.outside_knowledge * offer.knowledge);
        }
    }
    w.s.scratch.capacities = left;
    helped
}

/// Pays a support organisation for what it helped in addition, as far as the budget goes.
fn pay_extra(w: &mut World<'_>, instrument: usize, asked: f64) {
    let cap = w.policy.instruments[instrument].budget_cap.unwrap_or(f64::INFINITY);
    let paid = asked.min(cap - w.s.outlay[instrument]).max(0.0);
    w.s.outlay[instrument] += paid;
    w.s.support_receipts += paid;
}
