//! People: superintendents who come and go, coordinators, and the helpers of support organisations.

use crate::engine::math;

use super::decisions::Decision;
use super::events::{Form, Happening};
use super::policy::InstrumentKind;
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
            let commitment = w.p.commitment_mean + w.p.commitment_sd * math::inverse_normal(next);
            w.s.d[district].commitment = commitment.clamp(0.0, 1.0);
            w.s.ties.fade(district, w.p.trust_kept_at_turnover);
            w.s.emit(w.year, Happening::NewSuperintendent { district: district as u16 });
        }
    }
}

fn coordinators(w: &mut World<'_>) {
    for cluster in &mut w.s.clusters {
        if !cluster.post {
            cluster.coordinator = 0.0;
            continue;
        }
        let [change, quality] = w.draws.uniforms(cluster.key, Decision::Coordinator);
        let vacant = cluster.coordinator <= 0.0;
        if vacant && change < w.p.coordinator_hiring {
            // Standing with the schools and with the authority: what the payer asks for, or chance.
            cluster.coordinator = (0.3 + 0.7 * quality).max(cluster.seniority);
        } else if !vacant && change < w.p.coordinator_turnover {
            cluster.coordinator = 0.0;
        }
    }
}

/// Each support organisation helps the oldest clusters within its reach, up to its capacity.
fn facilitators(w: &mut World<'_>) {
    for cluster in &mut w.s.clusters {
        cluster.facilitator = 0.0;
    }
    for organisation in 0..w.region.support.len() {
        let offer = &w.region.support[organisation];
        let own = u32::from(offer.capacity);
        let extra = extra_capacity(w);
        let mut helped = 0;
        for place in 0..w.s.clusters.len() {
            let first = usize::from(w.s.clusters[place].members.as_slice()[0]);
            let near = w.site.support_miles(first, organisation) <= offer.reach;
            let cluster = &mut w.s.clusters[place];
            if near && cluster.facilitator <= 0.0 && cluster.form >= Form::Network && helped < own + extra.0 {
                cluster.facilitator = 0.5 * (offer.neutrality + offer.knowledge);
                helped += 1;
            }
        }
        pay_extra(w, helped.saturating_sub(own), &extra);
    }
}

/// Clusters that the policy lets each organisation help in addition, and the instrument that pays.
fn extra_capacity(w: &World<'_>) -> (u32, Option<(usize, f64)>) {
    w.instruments()
        .find_map(|(place, instrument)| match &instrument.kind {
            InstrumentKind::FacilitatorCapacity(more) if instrument.open(w.year) => {
                Some((u32::from(more.clusters), Some((place, more.per_cluster))))
            }
            _ => None,
        })
        .unwrap_or((0, None))
}

/// Pays a support organisation for the clusters helped in addition.
fn pay_extra(w: &mut World<'_>, clusters: u32, extra: &(u32, Option<(usize, f64)>)) {
    if let Some((instrument, each)) = extra.1 {
        let cap = w.policy.instruments[instrument].budget_cap.unwrap_or(f64::INFINITY);
        let paid = (f64::from(clusters) * each).min(cap - w.s.outlay[instrument]).max(0.0);
        w.s.outlay[instrument] += paid;
        w.s.support_receipts += paid;
    }
}
