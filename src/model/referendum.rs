//! Mergers before they happen: proposals, plans, and separate votes in each district.

use crate::engine::draws::EntityKey;
use crate::engine::math;

use super::answers::{Question, Reason};
use super::budget::lost_aid;
use super::decisions::Decision;
use super::events::{Ending, Happening};
use super::places::{Level, Purpose, near_enough};
use super::region::{AgentKind, VoteRule};
use super::scale::pupil_equivalents;
use super::state::{Members, NONE, PlannedSchools};
use super::world::World;
use super::{instruments, review};

/// A plan that is put to the voters.
#[derive(Debug, Clone, Copy)]
struct Plan {
    parties: Members,
    host: u16,
    key: EntityKey,
    /// The community in which the one high school of the merged district stands; none: all stay.
    high_school: Option<u16>,
    /// The party that gets the middle grades of all; none: they stay where they are.
    middle: Option<u16>,
    /// Whether a building of each party that is not the host closes at once.
    closes: bool,
    required: bool,
    /// 0 for the plan, 1 for its revision.
    round: u32,
}

/// The votes that a grant requires at its end.
pub(crate) fn required_votes(w: &mut World<'_>) {
    for place in 0..w.s.clusters.len() {
        if w.s.clusters[place].vote_from.is_some_and(|from| from <= w.year) {
            hold_required_vote(w, place);
        }
    }
    super::restructuring::merge_agreed(w);
}

/// Holds a cluster's required vote. The plan leaves out members that are too far from its host to be one
/// district with it.
fn hold_required_vote(w: &mut World<'_>, place: usize) {
    let cluster = w.s.clusters[place];
    let parties = near_the_largest(w, &cluster.members);
    let merged = parties.len() >= 2 && {
        let plan = design(w, parties, true);
        put_to_vote(w, plan)
    };
    let cluster = &mut w.s.clusters[place];
    cluster.votes += 1;
    let retry = parties.len() >= 2 && f64::from(cluster.votes) < w.p.required_tries && !merged;
    cluster.vote_from = retry.then_some(w.year + w.region.rules.retry_wait_years.max(1));
    if merged || parties.len() < 2 {
        return; // Members leave the cluster when the merger takes effect.
    }
    let [breaks, _] = w.draws.uniforms(cluster.key, Decision::AfterFailure);
    if breaks < w.p.vote_breaks_cluster {
        review::end(w, place, Ending::VoteFailed);
    }
}

/// The largest of some districts and those of them that are near enough to be one with it.
fn near_the_largest(w: &World<'_>, members: &Members) -> Members {
    let host = largest(w, members);
    let mut near = Members::EMPTY;
    for &member in members.as_slice() {
        if member == host || near_enough(w, usize::from(member), usize::from(host), Purpose::Merger) {
            near.push(member);
        }
    }
    near
}

/// The largest of some districts; of equals the one whose name comes first in the order of draws.
fn largest(w: &World<'_>, members: &Members) -> u16 {
    let size = |i: u16| w.s.d[usize::from(i)].enrolment;
    let larger = |&a: &u16, &b: &u16| {
        size(a).total_cmp(&size(b)).then_with(|| w.key(usize::from(b)).cmp(&w.key(usize::from(a))))
    };
    members.as_slice().iter().copied().max_by(larger).unwrap_or(NONE)
}

/// Boards propose mergers, and voters decide.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    // Single schools have no voters of their own: an authority decides on them.
    if w.region.kind == AgentKind::School {
        w.s.answers.close(Question::Propose, Reason::AuthorityDecides, &w.s.d);
        w.s.answers.close(Question::Agree, Reason::AuthorityDecides, &w.s.d);
        return;
    }
    w.s.scratch.chosen.clear();
    let paid = instruments::pays_mergers(w);
    for place in 0..w.s.d.operating.len() {
        let i = usize::from(w.s.d.operating[place]);
        let u = w.s.luck[i].board.proposes();
        if let Some(yes) = w.s.answers.of(i, Question::Propose) {
            if yes && let Some((partner, _)) = best_partner(w, i, |_| true) {
                propose(w, i, partner, u);
            }
            continue;
        }
        let own = own_log_odds(w, i);
        let deep = w.s.cluster_of(i).map_or(0.0, |cluster| cluster.deep_sharing(w.p));
        let p = w.p;
        // Where something is paid for merging, what it could add has no bound, and all are looked at.
        let money = if paid { f64::INFINITY } else { p.propose_money * saving_bound(w, i) };
        let trust = if w.s.ties.is_friendly(i) { 0.5 * p.propose_trust } else { 0.0 };
        let most = own + trust + deep * p.propose_shared * p.shared_years_most + money;
        if !math::may_happen(u, most) {
            continue;
        }
        // Of the partners only those matter with whom it could happen.
        let Some((partner, log_odds)) = best_partner(w, i, |most| math::may_happen(u, own + most)) else { continue };
        debug_assert!(own + log_odds <= most + 1e-9, "the bound is below what is drawn: {} > {most}", own + log_odds);
        if math::happens(u, own + log_odds) {
            propose(w, i, partner, u);
        }
    }
    propose_chosen(w);
    w.s.answers.close(Question::Propose, Reason::NoPartner, &w.s.d);
    w.s.answers.close(Question::Agree, Reason::NotProposed, &w.s.d);
}

/// A board proposes a merger; where its partner's agrees, the proposal is kept with how keen it is.
fn propose(w: &mut World<'_>, i: usize, partner: usize, keen: f64) {
    w.s.answers.carried_out(i, Question::Propose);
    w.s.answers.carried_out(partner, Question::Agree);
    let agrees = w.s.answers.of(partner, Question::Agree).unwrap_or_else(|| {
        let [_, agrees] = w.draws.uniforms(w.key(i), Decision::Propose);
        math::happens(agrees, w.p.partner_agrees)
    });
    if agrees {
        w.s.scratch.chosen.push((keen, i as u16));
    }
}

/// Plans are put to the voters one after the other, the keenest first; a district votes once a year.
fn propose_chosen(w: &mut World<'_>) {
    let mut chosen = std::mem::take(&mut w.s.scratch.chosen);
    chosen.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| w.key(usize::from(a.1)).cmp(&w.key(usize::from(b.1)))));
    for &(_, proposer) in &chosen {
        let i = usize::from(proposer);
        if w.s.d[i].voted == w.year {
            w.s.answers.refuse(i, Question::Propose, Reason::VotedAlready);
            continue;
        }
        let Some((partner, _)) = best_partner(w, i, |_| true) else {
            w.s.answers.refuse(i, Question::Propose, Reason::NoPartner);
            continue;
        };
        // It can be another than at first, if that one has voted by now.
        w.s.answers.carried_out(partner, Question::Agree);
        if w.s.answers.of(partner, Question::Agree) == Some(false) {
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
    p.propose_intercept + w.s.climate + p.propose_stress * w.s.d[i].stress
        - p.propose_identity * (w.s.d[i].identity - 0.5)
}

/// The partner that suits a district best among the nearest larger ones and the district on the same land, and
/// what it adds to the log-odds. Only the smaller proposes. Partners who could add no more than what is not
/// `enough` are passed over.
fn best_partner(w: &World<'_>, i: usize, enough: impl Fn(f64) -> bool) -> Option<(usize, f64)> {
    let d = &w.s.d;
    let paid = instruments::pays_mergers(w);
    let mut best: Option<(usize, f64)> = None;
    let mut consider = |j: usize| {
        if !near_enough(w, i, j, Purpose::Merger) || d[j].voted == w.year || !w.s.ties.may_vote(i, j, w.year) {
            return;
        }
        let apart = log_odds_without_money(w, i, j);
        let most = if paid { f64::INFINITY } else { w.p.propose_money * saving_bound_of(w, i, j) };
        if !enough(apart + most) {
            return;
        }
        let log_odds = apart + money_log_odds(w, i, j);
        if best.is_none_or(|(_, most)| log_odds > most) {
            best = Some((j, log_odds));
        }
    };
    let high = usize::from(w.s.c[i].high);
    if high != i && high < d.all.len() && d[high].alive && usize::from(w.s.c[i].home) == i {
        consider(high);
    }
    let larger = w
        .site
        .near(i)
        .iter()
        .map(|&j| usize::from(j))
        .filter(|&j| d[j].alive && d[j].enrolment >= d[i].enrolment && j != high && w.s.alike(i, j));
    larger.take(w.p.partners_considered as usize).for_each(&mut consider);
    best
}

/// What a partner adds to the log-odds but for money.
fn log_odds_without_money(w: &World<'_>, i: usize, j: usize) -> f64 {
    let p = w.p;
    let shared = w.s.ties.years_shared(i, j).min(p.shared_years_most);
    let depth = match w.s.cluster_of(i) {
        Some(cluster) if w.s.d[i].cluster == w.s.d[j].cluster => cluster.deep_sharing(p),
        _ => 0.0,
    };
    p.propose_trust * (w.s.ties.trust(i, j, w.year) - 0.5) + p.propose_shared * shared * depth
        - p.propose_minutes * (w.drive_minutes(i, j) - 10.0).max(0.0) * (1.0 / 30.0)
}

/// What money adds to the log-odds. A deadline makes a rush in proportion to what ends with it.
fn money_log_odds(w: &World<'_>, i: usize, j: usize) -> f64 {
    let p = w.p;
    let ending = if instruments::merger_deadline(w, i) {
        in_log_odds(instruments::merger_offer(w, i, j, true) / budgets(w, i, j), p.merger_money_scale)
    } else {
        0.0
    };
    p.propose_money * (money_effect(w, i, j) + p.propose_rush * ending)
}

/// The most that saving alone can add to the money effect of two districts: no aid is lost.
fn saving_bound_of(w: &World<'_>, i: usize, j: usize) -> f64 {
    let seen = w.p.merger_horizon * w.p.saving_seen * saving(w, i, j) / budgets(w, i, j);
    in_log_odds(seen, w.p.merger_money_scale)
}

fn budgets(w: &World<'_>, i: usize, j: usize) -> f64 {
    (w.s.d[i].need + w.s.d[j].need).max(1.0)
}

/// Net money as it enters the log-odds.
fn money_effect(w: &World<'_>, i: usize, j: usize) -> f64 {
    in_log_odds(net_money(w, i, j), w.p.merger_money_scale)
}

/// Money as boards and voters feel it: in proportion while it is small, with the square root when it is large,
/// and without a ceiling; a loss as a gain.
fn in_log_odds(share: f64, scale: f64) -> f64 {
    ((1.0 + share.abs() / scale).sqrt() - 1.0).copysign(share)
}

/// What boards believe a merger brings in the years that they add up, net, as a share of a year of the two budgets:
/// grants, a share of what one high school saves, less a share of the aid lost.
fn net_money(w: &World<'_>, i: usize, j: usize) -> f64 {
    let p = w.p;
    let lost = lost_aid(w, i, j);
    let offer = instruments::merger_offer(w, i, j, false);
    // A part of the saving is seen: it arrives over years and is not promised to anybody.
    (offer + p.merger_horizon * (p.saving_seen * saving(w, i, j) - p.lost_aid_weight * lost)) / budgets(w, i, j)
}

/// What the two would save in a year as one district with one high school, dollars.
fn saving(w: &World<'_>, i: usize, j: usize) -> f64 {
    let (p, d) = (w.p, &w.s.d);
    let schools = d[i].high_schools.min(d[j].high_schools);
    // Reckoned at the cost level of the one that proposes.
    w.base_cost * d[i].cost_level * (p.fixed_district + p.fixed_high_school * schools)
}

/// The most that saving alone can add to the money effect of a district, whoever its partner is.
fn saving_bound(w: &World<'_>, i: usize) -> f64 {
    let (p, d) = (w.p, &w.s.d);
    let fixed = pupil_equivalents(0.0, d[i].high_schools, 0.0, p) * w.base_cost * d[i].cost_level;
    in_log_odds(p.merger_horizon * p.saving_seen * fixed / d[i].need.max(1.0), p.merger_money_scale)
}

/// A plan for these parties: the largest is the host; what happens to schools is drawn.
fn design(w: &World<'_>, parties: Members, required: bool) -> Plan {
    let host = largest(w, &parties);
    let first = usize::from(parties.as_slice()[0]);
    let key = w.key(first).with(w.key(usize::from(host)));
    let [high, middle] = w.draws.uniforms(key, Decision::PlanDesign);
    let [closes, _] = w.draws.uniforms(key.nth(1), Decision::PlanDesign);
    let large = parties.len() as f64 >= w.p.large_plan;
    let one = if large { w.p.large_plan_one_high_school } else { w.p.plan_one_high_school };
    // Those who already send their pupils to one high school keep to it.
    let sharing =
        w.s.cluster_of(first).map_or(0.0, |cluster| cluster.depth_of(super::functions::Function::CoreInstruction));
    let at = largest_high_school(w, &parties);
    let one_high_school = high < one.max(sharing) && at.is_some();
    let plan = Plan {
        parties,
        host,
        key,
        high_school: at.filter(|_| one_high_school),
        middle: None,
        closes: !large && closes < w.p.plan_closes_building,
        required,
        round: 0,
    };
    // One town gets the high school and another the middle school.
    let other =
        parties.as_slice().iter().copied().find(|&party| plan.high_school.is_some_and(|at| !serves(w, party, at)));
    Plan { middle: other.filter(|_| parties.len() == 2 && middle < w.p.plan_grade_centres), ..plan }
}

/// Whether a community belongs to a district.
fn serves(w: &World<'_>, district: u16, community: u16) -> bool {
    w.s.c[usize::from(community)].home == district
}

/// The community of the parties whose high school has most pupils.
fn largest_high_school(w: &World<'_>, parties: &Members) -> Option<u16> {
    let communities = parties.as_slice().iter().flat_map(|&party| w.s.communities(usize::from(party)));
    let schools = communities.filter(|&community| w.s.c[community].high_schools > 0.0);
    let most = schools
        .max_by(|&a, &b| w.s.c[a].attending.total_cmp(&w.s.c[b].attending).then_with(|| w.key(b).cmp(&w.key(a))));
    most.map(|community| community as u16)
}

/// What a plan does with the schools of one party: a school stays where its pupils would ride beyond the
/// state's norm.
fn planned(w: &World<'_>, plan: &Plan, party: usize) -> PlannedSchools {
    let map = w.map();
    let within = |at: usize, level: Level| {
        w.s.communities(party).all(|from| map.ride(&w.s.c[from], from, at, level) <= w.s.c[from].norm[level.index()])
    };
    let closes_high = plan.high_school.is_some_and(|at| {
        w.s.d[party].high_schools > 0.0 && !serves(w, party as u16, at) && within(usize::from(at), Level::High)
    });
    PlannedSchools {
        high_school_closes: closes_high,
        takes_middle: plan.middle == Some(party as u16) && closes_high,
        building_closes: plan.closes
            && party != usize::from(plan.host)
            && within(usize::from(plan.host), Level::Elementary),
    }
}

/// Whether a district would have no school left.
fn loses_all(w: &World<'_>, plan: &Plan, party: usize, schools: PlannedSchools) -> bool {
    let buildings = w.s.d[party].buildings;
    party != usize::from(plan.host) && schools.building_closes && !schools.takes_middle && buildings <= 1.0
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
    if yes.len() < plan.parties.len()
        && revise < w.p.revised_plan
        && let Some(revised) = revise_plan(w, &plan, &yes)
    {
        let (passed, _) = hold_votes(w, &revised);
        if passed {
            agree(w, &revised);
        }
        return passed;
    }
    false
}

/// The same plan for those who said yes, if two of them are near enough to each other: what it promised about
/// schools it promises again.
fn revise_plan(w: &World<'_>, plan: &Plan, yes: &Members) -> Option<Plan> {
    let parties = near_the_largest(w, yes);
    let high_school = plan.high_school.and_then(|_| largest_high_school(w, &parties));
    let revised = Plan { host: largest(w, &parties), parties, high_school, middle: None, round: 1, ..*plan };
    (parties.len() >= 2).then_some(revised)
}

fn agree(w: &mut World<'_>, plan: &Plan) {
    for &party in plan.parties.as_slice() {
        let schools = planned(w, plan, usize::from(party));
        w.s.d[usize::from(party)].plan = schools;
        if party != plan.host {
            w.s.agreed.push((party, plan.host));
        }
    }
}

/// A failed plan costs trust, and must wait.
fn remember_failure(w: &mut World<'_>, plan: &Plan) {
    let again = w.year + w.region.rules.retry_wait_years.max(1);
    let parties = plan.parties;
    for (nth, &a) in parties.as_slice().iter().enumerate() {
        for &b in &parties.as_slice()[nth + 1..] {
            let (a, b) = (usize::from(a), usize::from(b));
            w.s.ties.set_vote_again(a, b, again);
            w.s.ties.add_both(a, b, w.year, 0.0, w.p.trust_failed_vote);
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
        let schools = planned(w, plan, i);
        let share = math::logistic(vote_log_odds(w, plan, i, schools) + common + own);
        w.s.d[i].voted = w.year;
        yes_votes += share * w.s.d[i].enrolment;
        votes += w.s.d[i].enrolment;
        if share > 0.5 {
            yes.push(party);
        }
        let loses_high_school = schools.high_school_closes;
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

/// Log-odds of yes in one district, without its errors.
fn vote_log_odds(w: &World<'_>, plan: &Plan, i: usize, schools: PlannedSchools) -> f64 {
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
    let (pupils, valuation, levy) = plan.parties.as_slice().iter().fold((0.0, 0.0, 0.0), |sum, &j| {
        let j = usize::from(j);
        (sum.0 + d[j].enrolment, sum.1 + d[j].valuation, sum.2 + d[j].regular_levy())
    });
    let own_wealth = d[i].valuation / d[i].enrolment.max(1.0);
    let richer = math::ln(own_wealth * pupils / valuation.max(1.0)).max(0.0);
    let own_rate = d[i].regular_levy() / d[i].valuation.max(1.0);
    let tax_rise = (levy / valuation.max(1.0) / own_rate.max(1e-12) - 1.0).clamp(-1.0, 1.0);
    let on = |condition: bool| if condition { 1.0 } else { 0.0 };
    p.vote_intercept + p.vote_host * on(is_host)
        - p.vote_high_school * (1.0 - core) * on(schools.high_school_closes)
        - p.vote_all_schools * on(loses_all(w, plan, i, schools))
        + p.vote_shared * shared.min(p.shared_years_most)
        + p.vote_trust * (trust - 0.5)
        + p.vote_money * money
        + p.vote_stress * d[i].stress
        - p.vote_tax * 10.0 * tax_rise
        - p.vote_richer * richer
        - p.vote_identity * (d[i].identity - 0.5)
        + p.vote_board * (d[i].board - 0.5)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::parameters::Parameters;
    use super::super::policy::Policy;
    use super::super::record::{Detail, Record};
    use super::super::simulation::{RunId, Simulation};
    use super::*;
    use crate::districts::synthetic::{SyntheticSpec, generate};

    #[test]
    fn those_who_said_yes_are_no_district_where_only_one_who_said_no_lies_between_them() {
        let mut region = generate(&SyntheticSpec { districts: 3, ..SyntheticSpec::default() }, 1);
        for (district, east) in region.districts.iter_mut().zip([0.0, 25.0, 50.0]) {
            (district.x, district.y) = (east, 0.0);
        }
        let simulation = Simulation::new(Arc::new(region), 1);
        let (policy, p, mut workspace) = (Policy::default(), Parameters::default(), simulation.workspace());
        let (id, mut record) = (RunId { seed: 1, replicate: 0 }, Record::default());
        let w = simulation.begin(&mut workspace, &policy, &p, id, Detail::Region, &mut record).world;
        let members = |list: &[u16]| {
            let mut members = Members::EMPTY;
            for &district in list {
                members.push(district);
            }
            members
        };
        let plan = design(&w, members(&[0, 1, 2]), true);
        assert!(revise_plan(&w, &plan, &members(&[0, 2])).is_none());
        let revised = revise_plan(&w, &plan, &members(&[0, 1])).map(|plan| plan.parties.len());
        assert_eq!(revised, Some(2), "neighbours go on");
    }

    #[test]
    fn money_is_felt_in_proportion_while_small_and_without_a_ceiling() {
        let felt = |share| in_log_odds(share, 0.3);
        assert!(felt(0.0).abs() < 1e-12);
        assert!((felt(0.002) / felt(0.001) - 2.0).abs() < 0.01);
        assert!(felt(8.0) > 4.0 && felt(80.0) > 3.0 * felt(8.0));
        assert!((felt(-0.1) + felt(0.1)).abs() < 1e-12);
    }
}
