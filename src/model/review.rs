//! The spring review: stay, leave, loosen, deepen, wind up, or call the goal met.

use crate::engine::math;

use super::answers::{Question, Reason};
use super::decisions::Decision;
use super::events::{Ending, Form, Happening, Origin};
use super::functions::Function;
use super::policy::InstrumentKind;
use super::state::{Cluster, Members};
use super::world::World;
use super::{forms, instruments};

/// Every cluster is reviewed by its members.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    for place in 0..w.s.clusters.len() {
        let leavers = leavers(w, place);
        for &district in leavers.as_slice() {
            leave(w, place, district);
        }
        if let Some(ending) = ending(w, place) {
            end(w, place, ending);
            continue;
        }
        change_form(w, place);
        keep_coordinator(w, place);
    }
    w.s.answers.close(Question::Leave, Reason::NotInCluster, &w.s.d);
    w.s.sweep();
}

/// Log-odds that a member leaves, given what its board believes the payoff to be.
fn leave_log_odds(w: &World<'_>, place: usize, member: usize, perceived: f64) -> f64 {
    let (p, d) = (w.p, &w.s.d);
    let cluster = &w.s.clusters[place];
    let members = cluster.members.as_slice();
    let trust: f64 = members
        .iter()
        .filter(|&&other| usize::from(other) != member)
        .map(|&other| w.s.ties.trust(member, usize::from(other), w.year))
        .sum::<f64>()
        / (members.len().max(2) - 1) as f64;
    let recent = (cluster.worked[0] + cluster.worked[1] + cluster.worked[2]) / 3.0;
    p.leave_intercept
        - p.leave_payoff * 100.0 * perceived
        - p.leave_trust * (trust - 0.5)
        - p.leave_board * (d[member].board - 0.5)
        - p.leave_success * (recent - 0.5)
        - if in_term(w, place) { p.leave_term } else { 0.0 }
        - p.leave_leader * (p.leaders_take_part * d[member].commitment - 0.5)
        - p.leave_form * forms::steps_beyond_cluster(cluster.form)
}

/// Whether an authority holds a cluster together.
fn assigned(w: &World<'_>, cluster: &Cluster) -> bool {
    cluster.held
        || cluster.origin == Origin::TopDown
            && w.instruments().any(|(_, instrument)| {
                instrument.open(w.year)
                    && matches!(instrument.kind, InstrumentKind::AssignedClusters(_))
                    && instruments::admitted(w.s, cluster, instrument.eligibility) >= 2
            })
}

/// Whether the members' first commitment still runs.
fn in_term(w: &World<'_>, place: usize) -> bool {
    let cluster = &w.s.clusters[place];
    cluster.form > Form::Network && f64::from(cluster.age(w.year)) < w.p.term_years
}

fn leavers(w: &mut World<'_>, place: usize) -> Members {
    if let Some(reason) = may_not_leave(w, place) {
        for &member in w.s.clusters[place].members.as_slice() {
            w.s.answers.refuse(usize::from(member), Question::Leave, reason);
        }
        return Members::EMPTY;
    }
    let cluster = &w.s.clusters[place];
    let documented = if cluster.form > Form::Network { w.p.documentation } else { 0.0 };
    let mut leavers = Members::EMPTY;
    for &member in cluster.members.as_slice() {
        let i = usize::from(member);
        if let Some(yes) = w.s.answers.of(i, Question::Leave) {
            if yes {
                w.s.answers.carried_out(i, Question::Leave);
                leavers.push(member);
            }
            continue;
        }
        let [u, seen] = w.draws.uniforms(w.key(i), Decision::Leave);
        let noise = w.p.payoff_noise * (1.0 - w.p.payoff_documented * documented) * w.site.quantiles.normal(seen);
        if math::happens(u, leave_log_odds(w, place, i, w.s.d[i].payoff + noise)) {
            leavers.push(member);
        }
    }
    leavers
}

/// Why no member of a cluster may leave it this year, if none may.
fn may_not_leave(w: &World<'_>, place: usize) -> Option<Reason> {
    let cluster = &w.s.clusters[place];
    // Nobody reviews in the founding year: the first shared year lies ahead.
    if cluster.age(w.year) == 0 {
        return Some(Reason::FoundingYear);
    }
    assigned(w, cluster).then_some(Reason::HeldTogether)
}

/// A member leaves; within the term that costs money, paid to those who stay, and trust.
fn leave(w: &mut World<'_>, place: usize, district: u16) {
    let early = in_term(w, place);
    let i = usize::from(district);
    w.s.clusters[place].members.remove(district);
    w.s.d[i].leave_cluster();
    let serial = w.s.clusters[place].serial;
    w.s.emit(w.year, Happening::Left { cluster: serial, district });
    let others = w.s.clusters[place].members;
    if !early || others.len() == 0 {
        return;
    }
    let cost = w.p.early_exit_cost * w.s.d[i].need;
    w.s.d[i].reserve -= cost;
    for &other in others.as_slice() {
        w.s.d[usize::from(other)].reserve += cost / others.len() as f64;
        w.s.ties.add(usize::from(other), i, w.year, 0.0, w.p.trust_early_exit);
    }
}

/// Why the cluster ends this spring, if it does.
fn ending(w: &World<'_>, place: usize) -> Option<Ending> {
    let (p, cluster) = (w.p, &w.s.clusters[place]);
    if cluster.members.len() < 2 {
        return Some(Ending::BrokeUp);
    }
    let age = cluster.age(w.year);
    let [done, _] = w.draws.uniforms(cluster.key, Decision::GoalMet);
    if cluster.form == Form::Network && age >= 1 && done < p.network_done {
        return Some(Ending::TaskDone);
    }
    let record = cluster.worked.iter().sum::<f64>() / 3.0;
    if f64::from(age) >= p.record_years && record < p.wind_up_below && !assigned(w, cluster) {
        return Some(Ending::WoundUp);
    }
    let paid = cluster.paid_from.is_some() && cluster.money_ended.is_none();
    let funded = paid || cluster.is_granted() || cluster.vote_from.is_some();
    (f64::from(age) > p.term_years && !funded && cluster.form == Form::Cluster && done < p.goal_met)
        .then_some(Ending::GoalMet)
}

/// Ends a cluster: its members go on alone. It leaves the table at the next sweep.
pub(crate) fn end(w: &mut World<'_>, place: usize, ending: Ending) {
    w.s.tally.ended += 1;
    w.s.tally.goals_met += u32::from(matches!(ending, Ending::GoalMet | Ending::TaskDone));
    let cluster = w.s.clusters[place].serial;
    w.s.emit(w.year, Happening::Ended { cluster, ending });
    w.s.end_cluster(place, ending, w.year);
}

/// Clusters deepen or loosen along the continuum.
fn change_form(w: &mut World<'_>, place: usize) {
    let (p, year) = (w.p, w.year);
    let taxing = w.instruments().any(|(_, instrument)| {
        let admitted = || instruments::admitted(w.s, &w.s.clusters[place], instrument.eligibility);
        matches!(&instrument.kind, InstrumentKind::TaxingAuthority(taxing)
            if instrument.open(year) && taxing.mills > 0.0 && admitted() >= usize::from(taxing.min_members))
    });
    let cluster = &mut w.s.clusters[place];
    let [u, _] = w.draws.uniforms(cluster.key, Decision::FormChange);
    let worked = cluster.worked[0] >= p.good_year;
    let mature = f64::from(cluster.age(year)) >= p.institutional_years && cluster.trust > p.institutional_trust;
    let new = match cluster.form {
        Form::Network if worked && u < p.network_deepens => Form::Cluster,
        Form::Cluster if mature && worked && u < if taxing { p.consortium_rate_taxing } else { p.consortium_rate } => {
            Form::Consortium
        }
        Form::Consortium if cluster.trust < p.loosen_trust => Form::Cluster,
        Form::Consortium if mature && cluster.depth_of(Function::Administration) >= 1.0 && u < p.federation_rate => {
            Form::Federation
        }
        Form::Federation if cluster.trust < p.loosen_trust => Form::Consortium,
        same => same,
    };
    if new != cluster.form {
        cluster.form = new;
        let cluster = cluster.serial;
        w.s.emit(year, Happening::FormChanged { cluster, form: new });
    }
}

/// Members keep paying their coordinator only while belonging is worth it.
fn keep_coordinator(w: &mut World<'_>, place: usize) {
    let cluster = &mut w.s.clusters[place];
    if cluster.post && cluster.coordinator_paid <= 0.0 && cluster.received <= 0.0 && cluster.payoff < 0.0 {
        cluster.post = false;
    }
}
