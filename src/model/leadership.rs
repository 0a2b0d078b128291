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
        let [leaves, next] = w.draws.uniforms(w.key(district), Decision::Superintendent);
        if leaves < w.p.superintendent_turnover {
            let commitment = w.p.commitment_mean + w.p.commitment_sd * w.site.quantiles.normal(next);
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

/// Each support organisation helps the youngest clusters within its reach first (it is at the exploratory
/// meeting that help counts), up to its capacity, and then those for which the policy lets it help more.
fn facilitators(w: &mut World<'_>) {
    for cluster in &mut w.s.clusters {
        cluster.facilitator = 0.0;
    }
    let policy = w.policy;
    for organisation in 0..w.region.support.len() {
        help(w, organisation, w.region.support[organisation].capacity, Eligibility::default());
        for (place, instrument) in policy.instruments.iter().enumerate() {
            if let InstrumentKind::FacilitatorCapacity(more) = &instrument.kind
                && instrument.open(w.year)
            {
                let helped = help(w, organisation, more.clusters, instrument.eligibility);
                pay_extra(w, place, f64::from(helped) * more.per_cluster);
            }
        }
    }
}

/// A support organisation helps so many more clusters of members who may take part; returns how many it
/// found.
fn help(w: &mut World<'_>, organisation: usize, capacity: u16, who: Eligibility) -> u16 {
    let offer = &w.region.support[organisation];
    let mut helped = 0;
    // Clusters stand in the order of founding: the youngest are the last. It looks at those whose founders
    // it reaches, so that a nation costs no more for each of its districts than a county.
    let reached = w.site.reached(organisation);
    let candidates = &mut w.s.scratch.ranked;
    candidates.clear();
    for &district in reached {
        let place = w.s.d.all[usize::from(district)].cluster;
        if let Some(cluster) = w.s.clusters.get(usize::from(place))
            && cluster.members.as_slice()[0] == district
        {
            candidates.push((0.0, place));
        }
    }
    candidates.sort_unstable_by_key(|&(_, place)| std::cmp::Reverse(place));
    for nth in 0..w.s.scratch.ranked.len() {
        if helped == capacity {
            break;
        }
        let place = usize::from(w.s.scratch.ranked[nth].1);
        let cluster = &w.s.clusters[place];
        if cluster.facilitator <= 0.0 && instruments::admitted(w.s, cluster, who) >= 2 {
            // The mean of the two, by definition of the index.
            w.s.clusters[place].facilitator = 0.5 * (offer.neutrality + w.p.outside_knowledge * offer.knowledge);
            helped += 1;
        }
    }
    helped
}

/// Pays a support organisation for what it helped in addition, as far as the budget goes.
fn pay_extra(w: &mut World<'_>, instrument: usize, asked: f64) {
    let cap = w.policy.instruments[instrument].budget_cap.unwrap_or(f64::INFINITY);
    let paid = asked.min(cap - w.s.outlay[instrument]).max(0.0);
    w.s.outlay[instrument] += paid;
    w.s.support_receipts += paid;
}
