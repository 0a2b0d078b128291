//! Mergers before they happen: proposals, plans, and separate votes in each district.

use crate::engine::draws::EntityKey;
use crate::engine::math;

use super::decisions::Decision;
use super::events::{Ending, Happening};
use super::region::{AgentKind, VoteRule};
use super::state::{Members, NONE};
use super::world::World;
use super::{instruments, review, transport};

/// A plan that is put to the voters.
#[derive(Debug, Clone, Copy)]
struct Plan {
    parties: Members,
    host: u16,
    key: EntityKey,
    /// Whether the other parties lose their high schools, and whether they lose all schools.
    one_high_school: bool,
    keeps_buildings: bool,
    required: bool,
    /// 0 for the plan, 1 for its revision.
    round: u32,
}

/// The votes that a grant requires at its end.
pub(crate) fn required_votes(w: &mut World<'_>) {
    let mut place = 0;
    while place < w.s.clusters.len() {
        let due = w.s.clusters[place].vote_from.is_some_and(|from| from <= w.year);
        if due && hold_required_vote(w, place) {
            continue; // The cluster is gone: its place holds the next one.
        }
        place += 1;
    }
    super::restructuring::merge_agreed(w);
}

/// Holds a cluster's required vote; true if the cluster has ended.
fn hold_required_vote(w: &mut World<'_>, place: usize) -> bool {
    let cluster = w.s.clusters[place];
    let plan = design(w, cluster.members, true);
    let merged = put_to_vote(w, plan);
    let cluster = &mut w.s.clusters[place];
    cluster.votes += 1;
    let retry = f64::from(cluster.votes) < w.p.required_tries && !merged;
    cluster.vote_from = retry.then_some(w.year + w.region.rules.retry_wait_years.max(1));
    if merged {
        return false; // Members leave the table when the merger takes effect.
    }
    let [breaks, _] = w.draws.uniforms(cluster.key, Decision::AfterFailure);
    if breaks < w.p.vote_breaks_cluster {
        review::end(w, place, Ending::VoteFailed);
        return true;
    }
    false
}

/// Boards propose mergers, and voters decide.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    // Single schools have no voters of their own: an authority decides on them.
    if w.region.kind == AgentKind::School {
        return;
    }
    w.s.scratch.chosen.clear();
    for place in 0..w.s.d.operating.len() {
        let i = usize::from(w.s.d.operating[place]);
        let [u, agrees] = w.draws.uniforms(w.key(i), Decision::Propose);
        let own = own_log_odds(w, i) + if instruments::merger_deadline(w, i) { w.p.propose_rush } else { 0.0 };
        let deep = w.s.cluster_of(i).map_or(0.0, |cluster| cluster.deep_sharing(w.p));
        let p = w.p;
        let most = own + 0.5 * p.propose_trust + deep * p.propose_shared * p.shared_years_most + p.propose_money * p.money_most;
        if !math::may_happen(u, most) {
            continue;
        }
        let Some((_, log_odds)) = best_partner(w, i) else { continue };
        if math::happens(u, own + log_odds) && math::happens(agrees, w.p.partner_agrees) {
            w.s.scratch.chosen.push((u, i as u16));
        }
    }
    propose_chosen(w);
}

/// Plans are put to the voters one after the other, the keenest first; a district votes once a year.
fn propose_chosen(w: &mut World<'_>) {
    let mut chosen = std::mem::take(&mut w.s.scratch.chosen);
    chosen.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for &(_, proposer) in &chosen {
        let i = usize::from(proposer);
        let busy = |w: &World<'_>, district: u16| w.s.agreed.iter().any(|&(ended, host)| ended == district || host == district);
        if busy(w, proposer) {
            continue;
        }
        let Some((partner, _)) = best_partner(w, i) else { continue };
        if busy(w, partner as u16) {
            continue;
        }
        let mut parties = Members::EMPTY;
        parties.push(proposer);
        parties.push(partner as u16);
        let plan = design(w, parties, false);
        put_to_vote(w, plan);
    }
    w.s.scratch.chosen = chosen;
}

/// What does not depend on the partner.
fn own_log_odds(w: &World<'_>, i: usize) -> f64 {
    let p = w.p;
    p.propose_intercept + w.s.climate + p.propose_stress * w.s.d[i].stress - p.propose_identity * (w.s.d[i].identity - 0.5)
}

/// The partner that suits a district best among the nearest larger ones, and what it adds to the
/// log-odds. Only the smaller proposes.
fn best_partner(w: &World<'_>, i: usize) -> Option<(usize, f64)> {
    let d = &w.s.d;
    let mut best: Option<(usize, f64)> = None;
    let larger = w.site.near(i).iter().map(|&j| usize::from(j)).filter(|&j| d[j].alive && d[j].enrolment >= d[i].enrolment);
    for j in larger.take(w.p.partners_considered as usize) {
        let near = w.drive_minutes(i, j) <= w.p.merger_minutes && transport::within_norm(w, i, j);
        if !near || !w.s.ties.may_vote(i, j, w.year) {
            continue;
        }
        let log_odds = pair_log_odds(w, i, j);
        if best.is_none_or(|(_, most)| log_odds > most) {
            best = Some((j, log_odds));
        }
    }
    best
}

fn pair_log_odds(w: &World<'_>, i: usize, j: usize) -> f64 {
    let p = w.p;
    let shared = w.s.ties.years_shared(i, j).min(p.shared_years_most);
    let depth = match w.s.cluster_of(i) {
        Some(cluster) if w.s.d[i].cluster == w.s.d[j].cluster => cluster.deep_sharing(p),
        _ => 0.0,
    };
    let money = money_effect(w, i, j);
    p.propose_trust * (w.s.ties.trust(i, j, w.year) - 0.5) + p.propose_shared * shared * depth + p.propose_money * money
}

/// Net money as it enters the log-odds: asinh of it over the scale of money, within a limit.
fn money_effect(w: &World<'_>, i: usize, j: usize) -> f64 {
    let most = w.p.money_most;
    math::asinh(net_money(w, i, j) / w.p.money_scale).max(-most).min(most)
}

/// What boards believe a merger brings in the years that they add up, net, as a share of the two budgets: grants, a
/// share of the realised saving, less a share of the aid lost.
fn net_money(w: &World<'_>, i: usize, j: usize) -> f64 {
    let (p, d) = (w.p, &w.s.d);
    let budgets = (d[i].need + d[j].need).max(1.0);
    let pupils = d[i].enrolment + d[j].enrolment;
    let apart = d[i].enrolment * w.curve.at(d[i].enrolment) + d[j].enrolment * w.curve.at(d[j].enrolment);
    let saved = (apart - pupils * w.curve.at(pupils)).max(0.0) * w.base_cost;
    let lost = instruments::lost_aid(w, i, j);
    let offer = instruments::merger_offer(w, i, j);
    // A part of the realised saving is seen: it arrives over years and is not promised to anybody.
    (offer + p.merger_horizon * (p.saving_seen * p.realised_saving * saved - p.lost_aid_weight * lost)) / budgets
}

/// A plan for these parties: the largest is the host; what happens to schools is drawn.
fn design(w: &World<'_>, parties: Members, required: bool) -> Plan {
    let host = *parties
        .as_slice()
        .iter()
        .max_by(|&&a, &&b| w.s.d[usize::from(a)].enrolment.total_cmp(&w.s.d[usize::from(b)].enrolment).then(b.cmp(&a)))
        .unwrap_or(&NONE);
    let first = usize::from(parties.as_slice()[0]);
    let key = w.key(first).with(w.key(usize::from(host)));
    let [high, all] = w.draws.uniforms(key, Decision::PlanDesign);
    let large = parties.len() as f64 >= w.p.large_plan;
    let keeps_all = large && high < w.p.plan_keeps_buildings;
    Plan {
        parties,
        host,
        key,
        one_high_school: !keeps_all && (large || high < w.p.plan_one_high_school),
        keeps_buildings: keeps_all || all < w.p.plan_keeps_buildings,
        required,
        round: 0,
    }
}

/// Puts a plan to the voters, and perhaps a revised one to those who said yes. True if any plan passed.
fn put_to_vote(w: &mut World<'_>, plan: Plan) -> bool {
    let (passed, yes) = hold_votes(w, &plan);
    if passed {
        agree(w, &plan);
        return true;
    }
    remember_failure(w, &plan);
    let [_, revise] = w.draws.uniforms(plan.key, Decision::AfterFailure);
    if yes.len() >= 2 && yes.len() < plan.parties.len() && revise < w.p.revised_plan {
        let revised = Plan { round: 1, ..design(w, yes, plan.required) };
        let (passed, _) = hold_votes(w, &revised);
        if passed {
            agree(w, &revised);
        }
        return passed;
    }
    false
}

fn agree(w: &mut World<'_>, plan: &Plan) {
    for &party in plan.parties.as_slice().iter().filter(|&&party| party != plan.host) {
        w.s.agreed.push((party, plan.host));
        if plan.one_high_school {
            w.s.d[usize::from(party)].plan_one_high_school = true;
        }
        w.s.d[usize::from(party)].plan_keeps_buildings = plan.keeps_buildings;
    }
}

/// A failed plan costs trust, and must wait.
fn remember_failure(w: &mut World<'_>, plan: &Plan) {
    let again = w.year + 1 + w.region.rules.retry_wait_years;
    let parties = plan.parties;
    for (nth, &a) in parties.as_slice().iter().enumerate() {
        for &b in &parties.as_slice()[nth + 1..] {
            let (a, b) = (usize::from(a), usize::from(b));
            w.s.ties.set_vote_again(a, b, again);
            w.s.ties.add(a, b, w.year, 0.0, w.p.trust_failed_vote);
            w.s.ties.add(b, a, w.year, 0.0, w.p.trust_failed_vote);
        }
    }
}

/// Every party votes; returns whether the plan passed and who said yes.
fn hold_votes(w: &mut World<'_>, plan: &Plan) -> (bool, Members) {
    let common = w.p.vote_plan_sd * w.draws.normal(plan.key.nth(plan.round), Decision::PlanError);
    let mut yes = Members::EMPTY;
    let (mut yes_votes, mut votes) = (0.0, 0.0);
    let parties = plan.parties;
    for &party in parties.as_slice() {
        let i = usize::from(party);
        let own = w.p.vote_district_sd * w.draws.normal(w.key(i).with(plan.key).nth(plan.round), Decision::VoteError);
        let share = math::logistic(vote_log_odds(w, plan, i) + common + own);
        yes_votes += share * w.s.d[i].enrolment;
        votes += w.s.d[i].enrolment;
        if share > 0.5 {
            yes.push(party);
        }
        let loses_high_school = loses_high_school(w, plan, i);
        w.s.emit(w.year, Happening::Voted { district: party, host: plan.host, yes_share: share, loses_high_school });
    }
    let passed = match w.region.rules.vote_rule {
        VoteRule::SeparateMajorities => yes.len() == parties.len(),
        VoteRule::CombinedMajority => yes_votes > 0.5 * votes,
    };
    let tally = &mut w.s.tally;
    tally.votes += parties.len() as u32;
    tally.votes_passed += yes.len() as u32;
    tally.plans += 1;
    tally.plans_passed += u32::from(passed);
    let districts = parties.len() as u8;
    w.s.emit(w.year, Happening::PlanDecided { host: plan.host, districts, passed, required: plan.required });
    (passed, yes)
}

fn loses_high_school(w: &World<'_>, plan: &Plan, i: usize) -> bool {
    i != usize::from(plan.host) && plan.one_high_school && w.s.d[i].has_high_school()
}

/// Log-odds of yes in one district, without its errors.
fn vote_log_odds(w: &World<'_>, plan: &Plan, i: usize) -> f64 {
    let (p, d) = (w.p, &w.s.d);
    let host = usize::from(plan.host);
    let is_host = i == host;
    let others = || plan.parties.as_slice().iter().map(|&j| usize::from(j)).filter(|&j| j != i);
    let count = (plan.parties.len() - 1) as f64;
    let trust = others().map(|j| w.s.ties.trust(i, j, w.year)).sum::<f64>() / count;
    let shared = others().map(|j| w.s.ties.years_shared(i, j)).sum::<f64>() / count;
    let core = w.s.cluster_of(i).map_or(0.0, |cluster| cluster.depth_of(super::functions::Function::CoreInstruction));
    let (money_from, money_to) = if is_host { (others().next().unwrap_or(i), host) } else { (i, host) };
    let money = money_effect(w, money_from, money_to);
    let (pupils, valuation, mills) = plan.parties.as_slice().iter().fold((0.0, 0.0, 0.0), |sum, &j| {
        let j = usize::from(j);
        (sum.0 + d[j].enrolment, sum.1 + d[j].valuation, sum.2 + d[j].mills * d[j].valuation)
    });
    let own_wealth = d[i].valuation / d[i].enrolment.max(1.0);
    let richer = math::ln(own_wealth * pupils / valuation.max(1.0)).max(0.0);
    let tax_rise = (mills / valuation.max(1.0) / d[i].mills.max(1e-9) - 1.0).clamp(-1.0, 1.0);
    let on = |condition: bool| if condition { 1.0 } else { 0.0 };
    p.vote_intercept + p.vote_host * on(is_host)
        - p.vote_high_school * (1.0 - core) * on(loses_high_school(w, plan, i))
        - p.vote_all_schools * on(!is_host && !plan.keeps_buildings)
        + p.vote_shared * shared.min(p.shared_years_most)
        + p.vote_trust * (trust - 0.5)
        + p.vote_money * money
        + p.vote_stress * d[i].stress
        - p.vote_tax * 10.0 * tax_rise
        - p.vote_richer * richer
        - p.vote_identity * (d[i].identity - 0.5)
        + p.vote_board * (d[i].board - 0.5)
}
