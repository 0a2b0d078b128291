//! The heart: what clusters do together in a year, what that does to trust, and what it is worth.

use crate::engine::math;

use super::decisions::Decision;
use super::events::{Form, Happening, Origin};
use super::functions::Function;
use super::parameters::Parameters;
use super::policy::Management;
use super::scale::{FULL_DEPTH, FunctionTraits, effective_scales};
use super::state::Cluster;
use super::world::World;
use super::{forms, instruments, programme};

/// What bears on every activity of a cluster in a year.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances {
    /// Pupils of all members.
    pub(crate) pupils: f64,
    /// Mean trust of members in each other.
    pub(crate) trust: f64,
    /// Mean commitment of superintendents.
    pub(crate) commitment: f64,
    /// Mean drive between members, minutes.
    pub(crate) minutes: f64,
    /// Standard deviation of log enrolment.
    pub(crate) unlike: f64,
    /// Mean number of other groupings that members belong to.
    pub(crate) other_links: f64,
    /// Meetings this year.
    pub(crate) meetings: f64,
}

/// Runs every cluster's year.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    for place in 0..w.s.clusters.len() {
        let about = circumstances(w, place);
        work(w, place, &about);
        deal(w, place, &about);
        settle(w, place, &about);
    }
    exchange(w);
}

/// Clusters of one super-cluster meet: their members come to know each other across clusters.
fn exchange(w: &mut World<'_>) {
    for place in 0..w.s.clusters.len() {
        let one = w.s.clusters[place];
        if one.nested_in == 0 {
            continue;
        }
        for other in place + 1..w.s.clusters.len() {
            let two = w.s.clusters[other];
            if two.nested_in != one.nested_in {
                continue;
            }
            let kept = w.p.super_cluster_contact * one.worked[0].min(two.worked[0]);
            for &a in one.members.as_slice() {
                for &b in two.members.as_slice() {
                    w.s.ties.add(usize::from(a), usize::from(b), w.year, kept, 0.0);
                    w.s.ties.add(usize::from(b), usize::from(a), w.year, kept, 0.0);
                }
            }
        }
    }
}

fn circumstances(w: &World<'_>, place: usize) -> Circumstances {
    let cluster = &w.s.clusters[place];
    let members = cluster.members.as_slice();
    let count = members.len() as f64;
    let d = &w.s.d;
    let (mut pupils, mut commitment, mut links) = (0.0, 0.0, 0.0);
    let (mut log_sum, mut log_squares) = (0.0, 0.0);
    let (mut trust, mut minutes) = (0.0, 0.0);
    for &a in members {
        let i = usize::from(a);
        let log = math::ln(d[i].enrolment.max(1.0));
        pupils += d[i].enrolment;
        commitment += d[i].commitment;
        links += d[i].other_links;
        log_sum += log;
        log_squares += log * log;
        for &b in members {
            if a != b {
                trust += w.s.ties.trust(i, usize::from(b), w.year);
                minutes += w.drive_minutes(i, usize::from(b));
            }
        }
    }
    let pairs = (count * (count - 1.0)).max(1.0);
    let mean_log = log_sum / count;
    let first_years = f64::from(cluster.age(w.year)) < w.p.meetings_first_years;
    Circumstances {
        pupils,
        trust: trust / pairs,
        commitment: w.p.leaders_take_part * commitment / count,
        minutes: minutes / pairs,
        unlike: (log_squares / count - mean_log * mean_log).max(0.0).sqrt(),
        other_links: links / count + if cluster.nested_in > 0 { 1.0 } else { 0.0 },
        meetings: if first_years { w.p.meetings_first } else { w.p.meetings_later },
    }
}

/// Log-odds that an activity of the cluster works, but for what is the activity's own.
pub(crate) fn common_log_odds(cluster: &Cluster, about: &Circumstances, p: &Parameters, year: u16) -> f64 {
    let members = cluster.members.len() as f64;
    let tasks = f64::from(cluster.tasks.len());
    let money = if cluster.received > 0.0 {
        1.0
    } else if cluster.form > Form::Network {
        p.task_money_pooled
    } else {
        0.0
    };
    let committed = f64::from(cluster.age(year)) < p.term_years && cluster.form > Form::Network;
    let focus = if cluster.task_focus { 1.0 } else { 0.0 };
    p.task_intercept
        + p.task_trust * (about.trust - 0.5)
        + p.task_coordinator * cluster.coordinator
        + p.task_leaders * (about.commitment - 0.5)
        + p.task_facilitator * cluster.facilitator
        + p.task_money * money
        + p.task_purpose * cluster.purpose
        + p.task_ownership * (cluster.ownership - 0.5)
        + p.task_meetings * math::ln(about.meetings.max(0.5) / p.usual_meetings)
        + p.task_focus * focus
        + if committed { p.task_term } else { 0.0 }
        - p.task_crowding * (tasks - 1.0)
        - p.task_complexity * (forms::complexity(cluster.form, p) + about.other_links + p.structure_added)
        - p.task_unlike * (about.unlike - p.task_unlike_free).max(0.0)
        - p.task_size * (members - p.task_size_free).max(0.0)
}

/// Log-odds taken away by one function's own step and distance. Distance technology, once libraries
/// and technology are shared, lowers the distance.
fn own_log_odds(
    cluster: &Cluster,
    function: Function,
    about: &Circumstances,
    (p, traits): (&Parameters, &FunctionTraits),
) -> f64 {
    let step = step_size(cluster, function, p);
    let technology = 1.0 - p.technology_spares * cluster.depth_of(Function::LibrariesTechnology);
    let distance = p.task_travel + p.task_distance * traits.distance[function.index()] * technology;
    -p.task_step * step - distance * (about.minutes - p.task_minutes) / 30.0
}

/// The size of the next step of an activity, from `first_step` for an easy one to 1 for the last, and
/// more for administration and grades.
fn step_size(cluster: &Cluster, function: Function, p: &Parameters) -> f64 {
    let heavy = if function >= Function::Administration { p.heavy_step } else { 1.0 };
    heavy * (1.0 - (1.0 - p.first_step) * p.start_small * (1.0 - cluster.depth_of(function)))
}

/// Every activity works or not; depth moves by a quarter.
fn work(w: &mut World<'_>, place: usize, about: &Circumstances) {
    let common = common_log_odds(&w.s.clusters[place], about, w.p, w.year);
    let cluster = &mut w.s.clusters[place];
    cluster.trust = about.trust;
    let (mut worked, mut blame) = (0u8, 0.0);
    for function in cluster.tasks.iter() {
        let u = w.draws.uniform(cluster.key.nth(function.index() as u32), Decision::Task);
        let depth = &mut cluster.depth[function.index()].clone();
        let trusted = about.trust > w.p.deep_trust || cluster.founded_for.contains(function);
        let limit = forms::depth_limit(cluster.form, function, trusted, w.p);
        let log_odds = common + own_log_odds(cluster, function, about, (w.p, w.traits));
        if math::happens(u, log_odds) {
            worked += 1;
            *depth = (*depth + 1).min(limit).max((*depth).min(FULL_DEPTH));
        } else {
            let step = step_size(cluster, function, w.p).min(1.0);
            blame += w.p.trust_small_step + (1.0 - w.p.trust_small_step) * step;
            *depth = depth.saturating_sub(1);
        }
        cluster.depth[function.index()] = *depth;
    }
    let tasks = f64::from(cluster.tasks.len()).max(1.0);
    cluster.working = worked;
    cluster.worked = [f64::from(worked) / tasks, cluster.worked[0], cluster.worked[1]];
    let gain = w.p.trust_evidence * (about.meetings / w.p.usual_meetings).sqrt() * f64::from(worked);
    let documented = if cluster.form > Form::Network { w.p.documentation } else { 0.0 };
    let loss = w.p.trust_evidence * w.p.trust_loss * (1.0 - w.p.trust_documented * documented) * blame;
    note_evidence(w, place, gain, loss);
}

/// Members note of each other what worked and what did not.
fn note_evidence(w: &mut World<'_>, place: usize, kept: f64, broken: f64) {
    let members = w.s.clusters[place].members;
    let deep = w.s.clusters[place].deep_sharing(w.p);
    for (nth, &a) in members.as_slice().iter().enumerate() {
        for &b in &members.as_slice()[nth + 1..] {
            let (a, b) = (usize::from(a), usize::from(b));
            w.s.ties.add(a, b, w.year, kept, broken);
            w.s.ties.add(b, a, w.year, kept, broken);
            if deep > 0.0 {
                w.s.ties.share(a, b, deep);
            }
        }
    }
}

/// What is the same for all members of a cluster when they reckon what it is worth.
struct Balance {
    /// Share of a district's cost that is shared at each depth, in quarters.
    shares: [f64; 5],
    /// Gains and costs that do not depend on the member, as a share of its budget.
    common: f64,
    /// Weighted autonomy that is given up.
    autonomy: f64,
    /// Whether its programme runs at the cluster's scale at all.
    programme: bool,
    /// Dollars of the coordinator, net of what the state pays.
    coordinator: f64,
}

/// What the year was worth to each member, and what its board makes of it.
fn deal(w: &mut World<'_>, place: usize, about: &Circumstances) {
    let members = w.s.clusters[place].members;
    let balance = balance(w, place);
    let mut sum = 0.0;
    for &member in members.as_slice() {
        let member = usize::from(member);
        let predicted = predicted_saving(w, &balance.shares, member, about.pupils);
        let payoff = payoff(w, place, member, (about, &balance), predicted);
        let aim = w.s.clusters[place].boards + w.p.board_payoff * math::tanh(payoff / w.p.board_payoff_scale);
        let d = &mut w.s.d[member];
        d.saving_target = w.p.realised_saving * predicted;
        d.payoff = payoff;
        d.board = (w.p.board_memory * d.board + (1.0 - w.p.board_memory) * aim).clamp(0.0, 1.0);
        sum += payoff;
    }
    w.s.clusters[place].payoff = sum / members.len() as f64;
}

fn balance(w: &World<'_>, place: usize) -> Balance {
    let (p, cluster) = (w.p, &w.s.clusters[place]);
    let formal = if cluster.form > Form::Network { 1.0 } else { 0.0 };
    let tasks = f64::from(cluster.tasks.len());
    let staff = p.payoff_staff_development * cluster.depth_of(Function::StaffDevelopment);
    let contacts = p.payoff_activity * f64::from(cluster.working).min(p.contacts_most);
    let work = p.payoff_workload * (p.work_formal * formal + p.work_belonging + p.work_activity * tasks);
    let mut shares = [0.0; 5];
    for (&depth, share) in cluster.depth.iter().zip(w.traits.share) {
        shares[usize::from(depth)] += share;
    }
    let autonomy: f64 =
        cluster.depth.iter().zip(w.traits.autonomy).map(|(&depth, weight)| f64::from(depth) * 0.25 * weight).sum();
    let employed = if cluster.coordinator > 0.0 { formal } else { 0.0 };
    Balance {
        shares,
        common: staff + contacts - work - p.fee * formal,
        autonomy: autonomy * forms::autonomy_lost(cluster.form, p),
        programme: programme::programme_depth(cluster, p) > 0.0,
        coordinator: employed * p.coordinator_cost * w.base_cost * (1.0 - cluster.coordinator_paid),
    }
}

/// Saving that the cost curve predicts from running functions at effective scale, as a multiplier;
/// `shares` are those of the district's cost at each depth of sharing.
fn predicted_saving(w: &World<'_>, shares: &[f64; 5], member: usize, pupils: f64) -> f64 {
    let own = w.s.d[member].enrolment;
    let alone = w.s.d[member].multiplier;
    let scales = effective_scales(own.max(1.0), pupils.max(own));
    // At depth 0 the scale is the district's own, and nothing is saved.
    let shared = shares.iter().zip(scales).skip(1).filter(|(share, _)| **share > 0.0);
    shared.map(|(share, scale)| share * (alone - w.curve.at(scale))).sum()
}

/// The balance of belonging for a member, as a share of its budget.
fn payoff(w: &World<'_>, place: usize, member: usize, (about, balance): (&Circumstances, &Balance), predicted: f64) -> f64 {
    let (p, cluster) = (w.p, &w.s.clusters[place]);
    let d = &w.s.d[member];
    let saving = p.realised_saving * predicted / d.multiplier.max(0.5);
    let gained = if balance.programme && d.has_high_school() { (d.courses_raw - d.courses_own * d.paid).max(0.0) } else { 0.0 };
    let courses = p.payoff_courses * gained / w.region.rules.required_courses.max(1.0);
    let grant = instruments::next_money(w, place, member);
    let coordinator = balance.coordinator * cluster.cost_share(d.enrolment, about.pupils) / d.need.max(1.0);
    let travel = p.payoff_travel * programme::mean_minutes(w, member, cluster.members.as_slice()) / 30.0;
    let given_up = p.payoff_autonomy * d.identity * balance.autonomy;
    balance.common + saving + courses + grant - coordinator - travel - given_up
}

/// Ownership that origin and management allow: it comes from control of the common resources.
pub(crate) fn ownership_level(origin: Origin, management: Management, p: &Parameters) -> f64 {
    match (management, origin) {
        (Management::Schools, Origin::BottomUp) => p.ownership_own,
        (Management::Schools, Origin::Incentive) => p.ownership_incentive,
        (Management::Schools, Origin::TopDown) => (p.ownership_assigned + p.ownership_control).min(1.0),
        (Management::AreaOffice | Management::CentralAdministration, _) => p.ownership_assigned,
    }
}

/// Ownership drifts to what the origin allows; a good year leads on to a further activity.
fn settle(w: &mut World<'_>, place: usize, about: &Circumstances) {
    let p = w.p;
    let cluster = &mut w.s.clusters[place];
    let level = ownership_level(cluster.origin, cluster.management, p);
    // Success makes it the members' own; size and a structure of its own take it away.
    let too_many = (cluster.members.len() as f64 - p.task_size_free).max(0.0);
    let aim = level + p.ownership_success * (cluster.worked[0] - 0.5) - p.ownership_size * too_many;
    cluster.ownership += p.ownership_drift * (aim.clamp(0.0, 1.0) - cluster.ownership);
    let [u, which] = w.draws.uniforms(cluster.key, Decision::NextTask);
    let content = !cluster.task_focus && f64::from(cluster.tasks.len()) > p.unfocused_tasks;
    if cluster.worked[0] < p.good_year || u >= p.next_task || content {
        return;
    }
    let deep = about.trust > p.deep_trust;
    let open =
        |function: &Function| !cluster.tasks.contains(*function) && forms::depth_limit(cluster.form, *function, deep, p) > 0;
    // Cheap in autonomy first: the square makes the first half of the list three times as likely.
    let count = Function::ALL.iter().filter(|function| open(function)).count();
    let next = Function::ALL.into_iter().filter(open).nth((which * which * count as f64) as usize);
    if let Some(function) = next {
        cluster.tasks = cluster.tasks.iter().chain([function]).collect();
        let cluster = cluster.serial;
        w.s.emit(w.year, Happening::TaskTaken { cluster, function });
    }
}
