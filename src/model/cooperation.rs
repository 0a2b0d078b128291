//! The heart: what clusters do together in a year, what that does to trust, and what it is worth.

use crate::engine::math;

use super::decisions::Decision;
use super::events::{Form, Happening, Origin};
use super::functions::{FUNCTIONS, Function};
use super::parameters::Parameters;
use super::policy::Management;
use super::scale::{FULL_DEPTH, FunctionTraits, relative_to_scales};
use super::state::{Cluster, MOST_MEMBERS};
use super::world::World;
use super::{forms, instruments};

/// What bears on every activity of a cluster in a year.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances {
    /// Pupils of all members.
    pub(crate) pupils: f64,
    /// Mean trust of members in each other.
    pub(crate) trust: f64,
    /// Mean commitment of superintendents.
    pub(crate) commitment: f64,
    /// Mean drive between members, minutes, and of each member to the others, in their order.
    pub(crate) minutes: f64,
    pub(crate) to_others: [f64; MOST_MEMBERS],
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
                    w.s.ties.add_both(usize::from(a), usize::from(b), w.year, kept, 0.0);
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
    let (mut trust, mut minutes, mut to_others) = (0.0, 0.0, [0.0; MOST_MEMBERS]);
    for (nth, &a) in members.iter().enumerate() {
        let i = usize::from(a);
        let log = math::ln(d[i].enrolment.max(1.0));
        pupils += d[i].enrolment;
        commitment += d[i].commitment;
        links += d[i].other_links;
        log_sum += log;
        log_squares += log * log;
        for (other, &b) in members.iter().enumerate().skip(nth + 1) {
            // Both ways at once.
            trust += 2.0 * w.s.ties.pair_trust(i, usize::from(b), w.year);
            let apart = w.drive_minutes(i, usize::from(b));
            minutes += 2.0 * apart;
            to_others[nth] += apart;
            to_others[other] += apart;
        }
    }
    let per_other = 1.0 / (members.len().max(2) - 1) as f64;
    to_others[..members.len()].iter_mut().for_each(|sum| *sum *= per_other);
    let pairs = (count * (count - 1.0)).max(1.0);
    let mean_log = log_sum / count;
    let first_years = f64::from(cluster.age(w.year)) < w.p.meetings_first_years;
    Circumstances {
        pupils,
        trust: trust / pairs,
        commitment: w.p.leaders_take_part * commitment / count,
        minutes: minutes / pairs,
        to_others,
        unlike: (log_squares / count - mean_log * mean_log).max(0.0).sqrt(),
        other_links: links / count + if cluster.nested_in > 0 { 1.0 } else { 0.0 },
        meetings: if first_years { w.p.meetings_first } else { w.p.meetings_later },
    }
}

/// Log-odds that an activity of the cluster works, but for what is the activity's own.
pub(crate) fn common_log_odds(cluster: &Cluster, about: &Circumstances, p: &Parameters, year: u16) -> f64 {
    let members = cluster.members.len() as f64;
    let tasks = f64::from(cluster.tasks.len());
    let committed = f64::from(cluster.age(year)) < p.term_years && cluster.form > Form::Network;
    let focus = if cluster.task_focus { 1.0 } else { 0.0 };
    p.task_intercept
        + p.task_trust * (about.trust - 0.5)
        + p.task_coordinator * cluster.coordinator
        + p.task_leaders * (about.commitment - 0.5)
        + p.task_facilitator * cluster.facilitator
        + p.task_money * cluster.money(p)
        + p.task_purpose * cluster.purpose
        + p.task_ownership * (cluster.ownership - 0.5)
        + p.task_meetings * math::ln(about.meetings.max(0.5) / p.usual_meetings)
        + p.task_focus * focus
        + if committed { p.task_term } else { 0.0 }
        - p.task_crowding * (tasks - 1.0).max(0.0) * p.task_size_free / members.min(p.task_size_free)
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
    let practice = p.task_practice * (f64::from(cluster.task_years[function.index()]) * (1.0 / 5.0)).min(1.0);
    practice - p.task_step * step - distance * (about.minutes - p.task_minutes) / 30.0
}

/// The size of the next step of an activity, from `first_step` for an easy one to 1 for the last, and
/// more for administration and grades.
fn step_size(cluster: &Cluster, function: Function, p: &Parameters) -> f64 {
    let heavy = if function >= Function::Administration { p.heavy_step } else { 1.0 };
    heavy * (1.0 - (1.0 - p.first_step) * p.start_small * (1.0 - cluster.depth_of(function)))
}

/// Every activity works or not; depth moves by a quarter. What keeps failing is dropped.
fn work(w: &mut World<'_>, place: usize, about: &Circumstances) {
    let p = w.p;
    let common = common_log_odds(&w.s.clusters[place], about, p, w.year);
    let cluster = &mut w.s.clusters[place];
    cluster.trust = about.trust;
    let (mut worked, mut blame) = (0u8, 0.0);
    // A block of random bits serves six functions; few clusters share more.
    let mut luck = [None; FUNCTIONS.div_ceil(6)];
    for function in cluster.tasks.iter() {
        let nth = function.index();
        let draw = || w.draws.sixths(cluster.key.nth(nth as u32 / 6), Decision::Task);
        let u = luck[nth / 6].get_or_insert_with(draw).nth(nth % 6);
        let depth = cluster.depth[nth];
        let trusted = about.trust > p.deep_trust || cluster.founded_for.contains(function);
        let limit = forms::depth_limit(cluster.form, function, trusted, p);
        let log_odds = common + own_log_odds(cluster, function, about, (p, w.traits));
        if math::happens(u, log_odds) {
            worked += 1;
            cluster.depth[nth] = (depth + 1).min(limit).max(depth.min(FULL_DEPTH));
            cluster.failures[nth] = 0;
        } else {
            let step = step_size(cluster, function, p).min(1.0);
            // A bad year of what has worked for years is borne: it is the first steps that decide what
            // partners think of each other.
            let borne = p.trust_established * (f64::from(cluster.task_years[nth]) * (1.0 / 3.0)).min(1.0);
            blame += (p.trust_small_step + (1.0 - p.trust_small_step) * step) * (1.0 - borne);
            cluster.depth[nth] = depth.saturating_sub(1);
            cluster.failures[nth] = cluster.failures[nth].saturating_add(1);
        }
        cluster.task_years[nth] = cluster.task_years[nth].saturating_add(1);
    }
    let tasks = f64::from(cluster.tasks.len()).max(1.0);
    cluster.working = worked;
    cluster.worked = [f64::from(worked) / tasks, cluster.worked[0], cluster.worked[1]];
    let gain = p.trust_evidence * (about.meetings / p.usual_meetings).sqrt() * f64::from(worked);
    let documented = if cluster.form > Form::Network { p.documentation } else { 0.0 };
    let loss = p.trust_evidence * p.trust_loss * (1.0 - p.trust_documented * documented) * blame;
    note_evidence(w, place, gain, loss);
    drop_failing(w, place);
}

/// A cluster drops an activity that failed for years running, but for its last one, before its members leave.
fn drop_failing(w: &mut World<'_>, place: usize) {
    let cluster = &mut w.s.clusters[place];
    let failed = |cluster: &Cluster, function: &Function| {
        f64::from(cluster.failures[function.index()]) >= w.p.drop_after && cluster.tasks.len() > 1
    };
    let Some(function) = cluster.tasks.iter().find(|function| failed(cluster, function)) else { return };
    cluster.tasks = cluster.tasks.iter().filter(|&other| other != function).collect();
    let nth = function.index();
    (cluster.depth[nth], cluster.failures[nth], cluster.task_years[nth]) = (0, 0, 0);
    let cluster = cluster.serial;
    w.s.emit(w.year, Happening::TaskDropped { cluster, function });
}

/// Members note of each other what worked and what did not.
fn note_evidence(w: &mut World<'_>, place: usize, kept: f64, broken: f64) {
    let members = w.s.clusters[place].members;
    let deep = w.s.clusters[place].deep_sharing(w.p);
    for (nth, &a) in members.as_slice().iter().enumerate() {
        for &b in &members.as_slice()[nth + 1..] {
            let (a, b) = (usize::from(a), usize::from(b));
            w.s.ties.add_both(a, b, w.year, kept, broken);
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
    /// How far administration is shared, and grades, 0–1; members with a high school.
    administration: f64,
    instruction: f64,
    high_schools: f64,
    /// Dollars of the coordinator, net of what the state pays.
    coordinator: f64,
}

/// What the year was worth to each member, and what its board makes of it.
fn deal(w: &mut World<'_>, place: usize, about: &Circumstances) {
    let members = w.s.clusters[place].members;
    let balance = balance(w, place);
    let mut sum = 0.0;
    for (nth, &member) in members.as_slice().iter().enumerate() {
        let member = usize::from(member);
        let saved = saved(w, place, member, &balance, about.pupils);
        let payoff = payoff(w, place, (nth, member), (about, &balance), &saved);
        let aim = w.s.clusters[place].boards + w.p.board_payoff * math::tanh(payoff / w.p.board_payoff_scale);
        let d = &mut w.s.d[member];
        d.shared_administration = saved.administration;
        d.shared_instruction = saved.high_schools;
        d.shared_functions = saved.functions;
        d.payoff = payoff;
        d.board = (w.p.board_memory * d.board + (1.0 - w.p.board_memory) * aim).clamp(0.0, 1.0);
        sum += payoff;
    }
    let year = w.year;
    let cluster = &mut w.s.clusters[place];
    cluster.payoff = sum / members.len() as f64;
    let age = cluster.age(year);
    if age < 64 {
        cluster.years_worked |= u64::from(cluster.working > 0) << age;
        cluster.years_paid_off |= u64::from(cluster.payoff > 0.0) << age;
    }
}

fn balance(w: &World<'_>, place: usize) -> Balance {
    let (p, cluster) = (w.p, &w.s.clusters[place]);
    let formal = if cluster.form > Form::Network { 1.0 } else { 0.0 };
    let tasks = f64::from(cluster.tasks.len());
    let staff = p.payoff_staff_development * cluster.depth_of(Function::StaffDevelopment);
    let contacts = p.payoff_activity * f64::from(cluster.working).min(p.contacts_most);
    let work = p.payoff_workload * (p.work_formal * formal + p.work_belonging + p.work_activity * tasks);
    let mut shares = [0.0; 5];
    for (function, share) in Function::ALL.into_iter().zip(w.traits.share) {
        // Of administration and of grades it is known what sharing saves.
        if function < Function::Administration {
            shares[usize::from(cluster.depth[function.index()])] += share;
        }
    }
    let teaching = cluster.members.as_slice().iter().filter(|&&m| w.s.d[usize::from(m)].high_schools > 0.0);
    let autonomy: f64 =
        cluster.depth.iter().zip(w.traits.autonomy).map(|(&depth, weight)| f64::from(depth) * 0.25 * weight).sum();
    let employed = if cluster.coordinator > 0.0 { formal } else { 0.0 };
    Balance {
        shares,
        common: staff + contacts - work - p.fee * formal,
        autonomy: autonomy * forms::autonomy_lost(cluster.form, p),
        administration: cluster.depth_of(Function::Administration),
        instruction: cluster.depth_of(Function::CoreInstruction),
        high_schools: teaching.count() as f64,
        coordinator: employed * p.coordinator_cost * w.base_cost * (1.0 - cluster.coordinator_paid),
    }
}

/// What sharing saves a member, in the units of its cost.
struct Saved {
    /// Share of the fixed cost of a district.
    administration: f64,
    /// High schools whose fixed cost is saved.
    high_schools: f64,
    /// Share of the cost of the programme.
    functions: f64,
}

/// What sharing saves a member: a superintendent's pay but for a premium, high schools that need not be run
/// apart, and for other functions the realised part of what the cost curve predicts of effective scale.
fn saved(w: &World<'_>, place: usize, member: usize, balance: &Balance, pupils: f64) -> Saved {
    let (p, d) = (w.p, &w.s.d[member]);
    let members = w.s.clusters[place].members.len() as f64;
    let own = d.enrolment.max(1.0);
    // Of what a pupil costs, the part that does not follow pupils.
    let fixed = (1.0 - own * w.base_cost * d.cost_level.max(0.01) / d.need.max(1.0)).max(0.0);
    // At depth 0 the scale is the district's own, and nothing is saved.
    let relative = relative_to_scales(own, pupils.max(own));
    let predicted: f64 = balance.shares.iter().zip(relative).map(|(share, relative)| share * (1.0 - relative)).sum();
    Saved {
        administration: p.administration_saved * balance.administration * (1.0 - 1.0 / members.max(1.0)),
        high_schools: d.high_schools * balance.instruction * (1.0 - 1.0 / balance.high_schools.max(1.0)),
        functions: p.realised_saving * fixed * predicted,
    }
}

/// The balance of belonging for a member, as a share of its budget.
fn payoff(
    w: &World<'_>,
    place: usize,
    (nth, member): (usize, usize),
    (about, balance): (&Circumstances, &Balance),
    saved: &Saved,
) -> f64 {
    let (p, cluster) = (w.p, &w.s.clusters[place]);
    let d = &w.s.d[member];
    let fixed = p.fixed_district * saved.administration + p.fixed_high_school * saved.high_schools;
    let saving = saved.functions + w.base_cost * d.cost_level * fixed / d.need.max(1.0);
    let courses = p.payoff_courses * (d.courses - d.courses_own).max(0.0) / p.courses_wished;
    let grant = instruments::next_money(w, place, member);
    let coordinator = balance.coordinator * cluster.cost_share(d.enrolment, about.pupils) / d.need.max(1.0);
    let travel = p.payoff_travel * about.to_others[nth] * (1.0 / 30.0);
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
    // Money for shared work is spent on more of it.
    let keen = p.next_task * (1.0 + p.next_task_money * cluster.money(p));
    if cluster.worked[0] < p.good_year || u >= keen || content {
        return;
    }
    let deep = about.trust > p.deep_trust;
    let open = |function: &Function| {
        !cluster.tasks.contains(*function) && forms::depth_limit(cluster.form, *function, deep, p) > 0
    };
    // Cheap in autonomy first: the square makes the first half of the list three times as likely.
    let count = Function::ALL.iter().filter(|function| open(function)).count();
    let next = Function::ALL.into_iter().filter(open).nth((which * which * count as f64) as usize);
    if let Some(function) = next {
        cluster.tasks = cluster.tasks.iter().chain([function]).collect();
        let cluster = cluster.serial;
        w.s.emit(w.year, Happening::TaskTaken { cluster, function });
    }
}
