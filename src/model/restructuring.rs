//! Mergers take effect, districts that cannot go on are attached to a neighbour, schools close.

use crate::engine::math;

use super::answers::{Question, Reason};
use super::decisions::Decision;
use super::events::{Dissolution, Ending, Form, Happening};
use super::places::{self, Level, Purpose, assign_schools, near_enough};
use super::policy::{Eligibility, EnrolmentFloor, InstrumentKind};
use super::region::{AgentKind, FIRST_HIGH_SCHOOL_GRADE};
use super::state::{District, HISTORY, NONE, PlannedSchools};
use super::world::World;
use super::{budget, instruments, review};

/// Ends districts and closes schools.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    merge_agreed(w);
    dissolve(w);
    let school = w.region.kind == AgentKind::School;
    let reason = if school { Reason::AuthorityDecides } else { Reason::ClassesFill };
    w.s.answers.close(Question::GiveUp, reason, &w.s.d);
    close_schools(w);
}

/// Carries out what voters have agreed to.
pub(crate) fn merge_agreed(w: &mut World<'_>) {
    if w.s.agreed.is_empty() {
        w.s.sweep();
        return;
    }
    for nth in 0..w.s.agreed.len() {
        let (ended, host) = w.s.agreed[nth];
        let (ended, host) = (usize::from(ended), usize::from(host));
        instruments::award_merger(w, ended, host);
        let plan = w.s.d[ended].plan;
        absorb(w, ended, host, Form::Merged, plan);
        w.s.tally.merged += 1;
        w.s.emit(w.year, Happening::Merged { district: ended as u16, host: host as u16 });
    }
    // A host can lose schools too: the one high school of a plan can be another party's.
    for nth in 0..w.s.agreed.len() {
        let host = usize::from(w.s.agreed[nth].1);
        let plan = std::mem::take(&mut w.s.d[host].plan);
        if plan != PlannedSchools::default() {
            let before = budget::need(&w.s.d[host], w.base_cost, w.p);
            close_planned(w, host, host, plan);
            let map = w.map();
            assign_schools(w.s, host, map);
            pass_on_closures(w, host, before);
        }
    }
    w.s.agreed.clear();
    tidy(w);
}

/// What closed schools cost is saved, and passed on in part.
fn pass_on_closures(w: &mut World<'_>, host: usize, before: f64) {
    let saved = before - budget::need(&w.s.d[host], w.base_cost, w.p);
    budget::pass_on(&mut w.s.d[host], saved.max(0.0), w.p);
}

/// Clusters that mergers have left with one member end, and ended districts leave the list.
fn tidy(w: &mut World<'_>) {
    for place in 0..w.s.clusters.len() {
        if w.s.at_work(place) && w.s.clusters[place].members.len() < 2 {
            review::end(w, place, Ending::Merged);
        }
    }
    w.s.sweep();
    w.s.sweep_districts();
}

/// Puts one district into another: pupils, reserve, debt, valuation and ties are conserved.
fn absorb(w: &mut World<'_>, ended: usize, host: usize, how: Form, plan: PlannedSchools) {
    // What is shared is saved already, and cannot be saved again.
    let before: f64 = [ended, host].map(|i| budget::need(&w.s.d[i], w.base_cost, w.p)).iter().sum();
    let left: f64 = [ended, host].map(|i| budget::transition_due(&w.s.d[i], w.year, w.p)).iter().sum();
    let lost = budget::aid_lost_share(w, ended, host);
    let levelling = levelling(w, ended, host);
    leave_cluster(w, ended);
    budget::rebase(w, ended);
    budget::rebase(w, host);
    let twice = counted_twice(w, ended, host) + counted_twice(w, host, ended);
    unite_money(w, ended, host, lost);
    let residents = (w.s.d[host].residents_base - twice).max(1.0);
    (w.s.d[host].residents_base, w.s.d[host].residents_before) = (residents, residents);
    unite_people(w, ended, host);
    w.s.d[ended].alive = false;
    w.s.d[ended].ended = how;
    unite_communities(w, ended, host, how);
    close_planned(w, ended, host, plan);
    keep_all_levels(w, host);
    let map = w.map();
    assign_schools(w.s, host, map);
    settle_costs(w, host, (before, left), levelling);
    w.s.ties.inherit(host, ended, w.year);
    for award in w.s.awards.iter_mut().filter(|award| usize::from(award.host) == ended) {
        award.host = host as u16;
    }
}

/// Pupils for whom two districts of the same land have a levy each: those whom one sends to the high school of the
/// other, which has no younger ones. In one district they are counted once.
fn counted_twice(w: &World<'_>, sender: usize, high: usize) -> f64 {
    if w.s.d[high].has_elementary() {
        return 0.0;
    }
    let taught = usize::from(w.s.d[sender].highest) + 1;
    let sent = w.s.communities(sender).map(|community| &w.s.c[community]).filter(|c| usize::from(c.high) == high);
    sent.map(|c| c.grades[taught..].iter().sum::<f64>()).sum()
}

fn leave_cluster(w: &mut World<'_>, district: usize) {
    let place = w.s.d[district].cluster;
    if place != NONE {
        w.s.clusters[usize::from(place)].members.remove(district as u16);
        w.s.d[district].leave_cluster();
    }
}

/// What the merged district costs follows its schools: a part of the change comes at once, the rest as any
/// programme follows its need. What is saved goes to taxpayers in part; what merging costs once is due for some
/// years.
fn settle_costs(w: &mut World<'_>, host: usize, (before, left): (f64, f64), levelling: f64) {
    let (p, base_cost, year) = (w.p, w.base_cost, w.year);
    let d = &mut w.s.d[host];
    d.levelling = levelling;
    let after = budget::need(d, base_cost, p);
    let saved = before - after;
    d.path = (d.path - p.merger_at_once * saved).max(0.0);
    d.lagged = (d.lagged - p.merger_at_once * saved).max(0.0);
    d.programme = (d.programme - p.merger_at_once * saved).max(1.0);
    budget::pass_on(d, saved.max(0.0), p);
    d.need = after;
    // What is left to pay of earlier mergers is paid with it.
    d.transition = p.adjustment_cost * after + left;
    d.merged_in = Some(year);
}

fn unite_money(w: &mut World<'_>, ended: usize, host: usize, lost: f64) {
    let from = w.s.d[ended];
    let to = &mut w.s.d[host];
    let pupils = (from.enrolment + to.enrolment).max(1e-9);
    let by_pupils = |a: f64, b: f64| (a * from.enrolment + b * to.enrolment) / pupils;
    let fixed = |d: &District| d.need / (d.cost_level * (1.0 + d.taste)).max(1e-9);
    // The level that leaves the sum of needs as it is, where schools stay as they are.
    let (need_from, need_to) = (fixed(&from), fixed(to));
    let level = |value: fn(&District) -> f64| {
        (need_from * value(&from) + need_to * value(to)) / (need_from + need_to).max(1e-9)
    };
    let (cost_level, taste) = (level(|d| d.cost_level), level(|d| d.taste));
    let (staffing, cut, target) = (
        by_pupils(from.staffing, to.staffing),
        by_pupils(from.cut, to.cut),
        by_pupils(from.reserve_target, to.reserve_target),
    );
    let (revenue_shock, programme_shock) =
        (by_pupils(from.revenue_shock, to.revenue_shock), by_pupils(from.programme_shock, to.programme_shock));
    (to.cost_level, to.taste, to.staffing, to.cut, to.reserve_target) = (cost_level, taste, staffing, cut, target);
    (to.revenue_shock, to.programme_shock) = (revenue_shock, programme_shock);
    // Aid now is the sum of what both have; what the formula takes for the new size is lost over some years.
    let share = |a: f64, b: f64| (a * from.aid_base + b * to.aid_base) / (from.aid_base + to.aid_base).max(1e-9);
    to.aid_lost_target = lost + (1.0 - lost) * share(from.aid_lost_target, to.aid_lost_target);
    to.aid_lost = 0.0;
    for (sum, part) in [
        (&mut to.aid_base, from.aid_base),
        (&mut to.federal_base, from.federal_base),
        (&mut to.left_over, from.left_over),
        (&mut to.count_base, from.count_base),
        (&mut to.count, from.count),
        (&mut to.own_levy, from.own_levy),
        (&mut to.levy_base, from.levy_base),
        (&mut to.wished_levy, from.wished_levy),
        (&mut to.residents_base, from.residents_base),
        (&mut to.need, from.need),
        (&mut to.path, from.path),
        (&mut to.lagged, from.lagged),
        (&mut to.programme, from.programme),
        (&mut to.valuation, from.valuation),
        (&mut to.reserve, from.reserve),
        (&mut to.fund, from.fund),
        (&mut to.debt, from.debt),
        (&mut to.capital, from.capital),
        (&mut to.aid, from.aid),
        (&mut to.federal, from.federal),
        (&mut to.levy, from.levy),
        (&mut to.revenue, from.revenue),
        (&mut to.spending, from.spending),
        (&mut to.receipts, from.receipts),
        (&mut to.shared_receipts, from.shared_receipts),
        (&mut to.one_off_receipts, from.one_off_receipts),
        (&mut to.dues, from.dues),
        (&mut to.tuition_paid, from.tuition_paid),
        (&mut to.tuition_base, from.tuition_base),
        (&mut to.tuition_received, from.tuition_received),
        (&mut to.area, from.area),
    ] {
        *sum += part;
    }
    to.building_years = to.building_years.max(from.building_years);
    to.insolvent_years = 0;
    to.below_floor_years = 0;
    let gone = &mut w.s.d[ended];
    for dollars in [
        &mut gone.valuation,
        &mut gone.reserve,
        &mut gone.fund,
        &mut gone.debt,
        &mut gone.receipts,
        &mut gone.spending,
        &mut gone.capital,
        &mut gone.area,
        &mut gone.one_off_receipts,
        &mut gone.shared_receipts,
    ] {
        *dollars = 0.0;
    }
}

fn unite_people(w: &mut World<'_>, ended: usize, host: usize) {
    let from = w.s.d[ended];
    let to = &mut w.s.d[host];
    let pupils = (from.enrolment + to.enrolment).max(1e-9);
    to.identity = (from.enrolment * from.identity + to.enrolment * to.identity) / pupils;
    for year in 0..HISTORY {
        to.history[year] += from.history[year];
    }
    to.lowest = to.lowest.min(from.lowest);
    to.highest = to.highest.max(from.highest);
    to.enrolment += from.enrolment;
    to.high_school += from.high_school;
    to.received += from.received;
    to.sent += from.sent;
    let gone = &mut w.s.d[ended];
    for amount in [&mut gone.enrolment, &mut gone.high_school, &mut gone.received, &mut gone.sent] {
        *amount = 0.0;
    }
}

/// The communities of the district that ends go to the host, and those that sent it their pupils send them
/// there. Where the merged district teaches all grades, its own pupils stay in it.
fn unite_communities(w: &mut World<'_>, ended: usize, host: usize, how: Form) {
    let (year, forced) = (w.year, how == Form::Dissolved);
    let teaches = usize::from(w.s.d[host].highest) >= FIRST_HIGH_SCHOOL_GRADE;
    let mut at = w.s.d[ended].first_community;
    while at != NONE {
        let c = &mut w.s.c[usize::from(at)];
        c.home = host as u16;
        c.joined = Some(year);
        c.forced = forced;
        at = c.next;
    }
    // The lists, one behind the other.
    let last = w.s.communities(host).last().unwrap_or(host);
    w.s.c[last].next = w.s.d[ended].first_community;
    w.s.d[ended].first_community = NONE;
    let mut at = w.s.d[ended].first_sender;
    while at != NONE {
        let next = w.s.c[usize::from(at)].next_sender;
        let first = w.s.d[host].first_sender;
        w.s.c[usize::from(at)].next_sender = first;
        w.s.c[usize::from(at)].high = host as u16;
        w.s.d[host].first_sender = at;
        at = next;
    }
    w.s.d[ended].first_sender = NONE;
    if teaches {
        keep_own_pupils(w, host);
    }
}

/// Sends the older pupils of a district's communities to its own high school.
fn keep_own_pupils(w: &mut World<'_>, host: usize) {
    let mut at = w.s.d[host].first_community;
    while at != NONE {
        let community = usize::from(at);
        let high = w.s.c[community].high;
        if high == NONE {
            // Nobody taught them before: its children go on to the grades that are taught now.
            w.s.c[community].last = w.s.d[host].highest;
        } else {
            leave_senders(w, usize::from(high), at);
        }
        w.s.c[community].high = host as u16;
        at = w.s.c[community].next;
    }
}

/// Takes a community out of the list of those that send a district their pupils.
fn leave_senders(w: &mut World<'_>, district: usize, community: u16) {
    let next = w.s.c[usize::from(community)].next_sender;
    if w.s.d[district].first_sender == community {
        w.s.d[district].first_sender = next;
    } else {
        let before = w.s.senders(district).find(|&other| w.s.c[other].next_sender == community);
        if let Some(before) = before {
            w.s.c[before].next_sender = next;
        }
    }
    w.s.c[usize::from(community)].next_sender = NONE;
}

/// Does with the schools of one party what the plan says.
fn close_planned(w: &mut World<'_>, party: usize, host: usize, plan: PlannedSchools) {
    if plan.high_school_closes {
        // The communities of the party that ends are the last of the host's list; the host's own are those
        // before the first that came this year.
        let mut at = party as u16;
        while at != NONE && !(party == host && w.s.c[usize::from(at)].joined == Some(w.year)) {
            let community = usize::from(at);
            if other_school(w, host, community, Level::High) {
                close_level(w, community, Level::High);
            }
            at = w.s.c[community].next;
        }
    }
    if plan.takes_middle {
        take_middle(w, party, host);
    }
    if plan.building_closes {
        close_one(w, party, host);
    }
}

/// Closes a level in a community's schools.
fn close_level(w: &mut World<'_>, community: usize, level: Level) {
    let closed = places::close_level(&mut w.s.c[community], level);
    for _ in 0..closed {
        places::note_closure(w, community);
    }
}

/// The middle grades of the merged district come to one of its communities.
fn take_middle(w: &mut World<'_>, party: usize, host: usize) {
    places::open_level(&mut w.s.c[party], Level::Middle);
    let mut at = w.s.d[host].first_community;
    while at != NONE {
        let community = usize::from(at);
        if community != party {
            close_level(w, community, Level::Middle);
        }
        at = w.s.c[community].next;
    }
}

/// Whether another community of a district has a school of a level.
fn other_school(w: &World<'_>, district: usize, community: usize, level: Level) -> bool {
    w.s.communities(district).any(|other| other != community && w.s.c[other].teaching(level) > 0)
}

/// Levels of a community's schools that another community of its district teaches too.
fn spare_levels(w: &World<'_>, district: usize, community: usize) -> usize {
    let spare = Level::ALL.into_iter().filter(|&level| other_school(w, district, community, level));
    spare.fold(0, |set, level| set | level.bit())
}

/// A merged district has a school for every level that it teaches.
fn keep_all_levels(w: &mut World<'_>, host: usize) {
    let taught = places::taught(w.s.d[host].lowest, w.s.d[host].highest);
    for level in Level::ALL.into_iter().filter(|level| taught & level.bit() != 0) {
        if !w.s.communities(host).any(|community| w.s.c[community].teaching(level) > 0) {
            places::open_level(&mut w.s.c[host], level);
        }
    }
}

/// Closes one building of a community, if others of its district teach its grades; true if it did.
fn close_one(w: &mut World<'_>, community: usize, district: usize) -> bool {
    // Where it has two of a kind, one can go in any case.
    let several = Level::ALL.into_iter().filter(|&level| w.s.c[community].teaching(level) > 1);
    let levels = several.fold(spare_levels(w, district, community), |set, level| set | level.bit());
    let closed = places::close_building(&mut w.s.c[community], levels);
    if closed {
        places::note_closure(w, community);
    }
    closed
}

/// Districts that cannot go on are attached to a neighbour. A whole year is settled at once: the smallest goes
/// first, into the nearest that is larger and near enough, and those whose trouble that ends go on.
fn dissolve(w: &mut World<'_>) {
    let mut ending = std::mem::take(&mut w.s.scratch.chosen);
    ending.clear();
    let floors = floors(w).next().is_some();
    for place in 0..w.s.d.operating.len() {
        let district = w.s.d.operating[place];
        if floors {
            count_floor_years(w, usize::from(district));
        }
        if cause(w, usize::from(district)).is_some() {
            ending.push((w.s.d[usize::from(district)].enrolment, district));
            w.s.answers.carried_out(usize::from(district), Question::GiveUp);
        } else if w.s.d[usize::from(district)].voted == w.year {
            w.s.answers.refuse(usize::from(district), Question::GiveUp, Reason::VotedAlready);
        }
    }
    if ending.is_empty() {
        w.s.scratch.chosen = ending;
        return;
    }
    ending.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| w.key(usize::from(a.1)).cmp(&w.key(usize::from(b.1)))));
    for &(_, district) in &ending {
        let district = usize::from(district);
        if w.s.d[district].alive
            && let Some(cause) = cause(w, district)
        {
            attach(w, district, cause);
        }
    }
    w.s.scratch.chosen = ending;
    tidy(w);
}

/// Attaches a district to its neighbour: the larger takes in the smaller, whichever of them cannot go on.
fn attach(w: &mut World<'_>, district: usize, cause: Dissolution) {
    let Some(neighbour) = neighbour(w, district) else {
        // Nobody is near enough: it goes on, and that is told.
        w.s.tally.stranded += 1;
        w.s.emit(w.year, Happening::Stranded { district: district as u16, cause });
        return;
    };
    let larger = w.s.d[neighbour].enrolment >= w.s.d[district].enrolment;
    let (ended, host) = if larger { (district, neighbour) } else { (neighbour, district) };
    let close = PlannedSchools { building_closes: true, ..PlannedSchools::default() };
    // Only the schools of a district that cannot go on close at once.
    absorb(w, ended, host, Form::Dissolved, if larger { close } else { PlannedSchools::default() });
    w.s.tally.dissolved += 1;
    w.s.emit(w.year, Happening::Dissolved { district: ended as u16, host: host as u16, cause });
}

/// The district to which one that cannot go on is attached: that of its high school on the same land, or the
/// nearest that is larger, or, where none is, the nearest, all within the state's limit.
fn neighbour(w: &World<'_>, i: usize) -> Option<usize> {
    let d = &w.s.d;
    // That of its high school, or, for high schools alone, the largest of those that send it their pupils.
    let same_land = if d[i].has_elementary() {
        let high = usize::from(w.s.c[i].high);
        (high < d.all.len() && !d[high].has_elementary()).then_some(high)
    } else {
        let senders = w.s.senders(i).map(|community| usize::from(w.s.c[community].home)).filter(|&j| d[j].alive);
        senders.max_by(|&a, &b| d[a].enrolment.total_cmp(&d[b].enrolment).then_with(|| w.key(b).cmp(&w.key(a))))
    };
    let same_land = same_land.filter(|&j| j != i && d[j].alive && near_enough(w, i, j, Purpose::Merger));
    let near = || {
        let near = w.site.near(i).iter().map(|&j| usize::from(w.s.c[usize::from(j)].home)).filter(|&j| j != i);
        near.filter(|&j| w.s.alike(i, j) && near_enough(w, i, j, Purpose::Merger))
    };
    same_land.or_else(|| near().find(|&j| d[j].enrolment >= d[i].enrolment)).or_else(|| near().next())
}

fn cause(w: &World<'_>, district: usize) -> Option<Dissolution> {
    let d = &w.s.d[district];
    if d.enrolment < w.p.fewest_pupils {
        return Some(Dissolution::Empty);
    }
    if f64::from(d.insolvent_years) >= w.p.insolvent_after {
        return Some(Dissolution::Insolvent);
    }
    if under_floor(w, district) {
        return Some(Dissolution::Floor);
    }
    given_up(w, district).then_some(Dissolution::GivenUp)
}

/// Whether board and voters of a district with too small classes ask to be attached to a neighbour: that
/// needs no vote of the neighbour's. An authority decides on single schools.
fn given_up(w: &World<'_>, district: usize) -> bool {
    let (p, d) = (w.p, &w.s.d[district]);
    // Voters who have been asked this year have said what they want.
    if d.thin <= 0.0 || d.voted == w.year || w.region.kind == AgentKind::School {
        return false;
    }
    if let Some(yes) = w.s.answers.of(district, Question::GiveUp) {
        return yes;
    }
    let u = w.s.luck[district].board.gives_up();
    let most = p.give_up_intercept + w.s.climate + p.give_up_stress * d.stress;
    // A power of how small they are, as a factor on the odds: no step where it begins, and 1 at the most.
    math::may_happen(u, most) && math::happens(u, most + p.give_up_thin * math::ln(d.thin))
}

/// Counts the years in which a district was below a floor that is open. Years are counted under whichever floor
/// is, so that one floor that does not concern a district never sets back the count of another.
fn count_floor_years(w: &mut World<'_>, district: usize) {
    let below = floors(w).any(|(floor, who)| concerns(w, district, floor, who));
    let years = &mut w.s.d[district].below_floor_years;
    *years = if below { years.saturating_add(1) } else { 0 };
}

/// The floors of the policy that are open, and whom they concern.
fn floors<'a>(w: &World<'a>) -> impl Iterator<Item = (&'a EnrolmentFloor, Eligibility)> {
    let (year, policy) = (w.year, w.policy);
    policy.instruments.iter().filter(move |instrument| instrument.open(year)).filter_map(|instrument| {
        if let InstrumentKind::EnrolmentFloor(floor) = &instrument.kind {
            Some((floor, instrument.eligibility))
        } else {
            None
        }
    })
}

/// Whether a floor of the policy ends a district this year.
fn under_floor(w: &World<'_>, district: usize) -> bool {
    let years = u16::from(w.s.d[district].below_floor_years);
    if years == 0 {
        return false;
    }
    floors(w).any(|(floor, who)| years > floor.grace_years && concerns(w, district, floor, who))
}

fn concerns(w: &World<'_>, district: usize, floor: &EnrolmentFloor, who: Eligibility) -> bool {
    who.admits(w.s.d[district].enrolment) && below_floor(w, district, floor)
}

fn below_floor(w: &World<'_>, district: usize, floor: &EnrolmentFloor) -> bool {
    let sheltered =
        floor.cluster_exempt && w.s.cluster_of(district).is_some_and(|cluster| cluster.form > Form::Network);
    w.s.d[district].enrolment < floor.pupils && !sheltered && !(floor.sparse_exempt && w.sparse(district))
}

/// After a merger the schools of the communities that lost their district close one by one, the small ones and
/// those of districts under stress first, and those of districts that were made to merge soonest. What stays
/// within reach of its pupils can close, what does not is kept.
fn close_schools(w: &mut World<'_>) {
    for community in 0..w.site.count {
        let host = usize::from(w.s.c[community].home);
        // Most districts have one community and one building, and keep it.
        if host == community && w.s.d[community].buildings <= 1.0 {
            continue;
        }
        let buildings = w.s.c[community].open_buildings();
        if buildings == 0 || host == community && buildings == 1 || w.s.c[community].joined == Some(w.year) {
            continue;
        }
        if host == community && needed(w, community) {
            continue;
        }
        if math::happens(w.s.luck[community].closes(), close_log_odds(w, community, host)) {
            close_a_school(w, community, host, w.draws.uniform(w.key(community), Decision::CloseBuilding));
        }
    }
}

/// Closes a community's high school or one of its other buildings.
fn close_a_school(w: &mut World<'_>, community: usize, host: usize, which: f64) {
    let before = budget::need(&w.s.d[host], w.base_cost, w.p);
    let map = w.map();
    let reached = |level: Level| {
        let others = w.s.communities(host).filter(|&other| other != community && w.s.c[other].teaching(level) > 0);
        let c = &w.s.c[community];
        let nearest = others.map(|other| map.ride(c, community, other, level)).fold(f64::INFINITY, f64::min);
        nearest <= c.norm[level.index()]
    };
    let high = w.s.c[community].high_schools > 0.0 && host != community && reached(Level::High);
    let closed = if high && which < w.p.high_school_closes_first {
        close_level(w, community, Level::High);
        true
    } else {
        let younger = host == community || reached(Level::Elementary) && reached(Level::Middle);
        younger && close_one(w, community, host)
    };
    if closed {
        let map = w.map();
        assign_schools(w.s, host, map);
        pass_on_closures(w, host, before);
    }
}

/// Whether the community's pupils fill all its buildings but a part of one: then none closes.
fn needed(w: &World<'_>, community: usize) -> bool {
    let c = &w.s.c[community];
    c.pupils() > (f64::from(c.open_buildings()) - w.p.building_spare) * w.p.building_pupils
}

fn close_log_odds(w: &World<'_>, community: usize, host: usize) -> f64 {
    let (p, c) = (w.p, &w.s.c[community]);
    let each = c.pupils() / f64::from(c.open_buildings().max(1));
    let own = if host == community { -p.close_own } else { 0.0 };
    let early = c.joined.is_some_and(|year| f64::from(w.year - year) <= p.close_early_years);
    let forced = if c.forced { p.close_forced + if early { p.close_forced_early } else { 0.0 } } else { 0.0 };
    let working =
        w.s.cluster_of(host).is_some_and(|cluster| cluster.worked[0] >= p.good_year && cluster.form > Form::Network);
    let allied = if working { p.close_alliance } else { 0.0 };
    let small = (1.0 - each / p.small_school).max(-p.close_size_most);
    p.close_intercept + own + forced + small + p.close_stress * w.s.d[host].stress - allied
}

/// The salary cost of a plan, as a share of the cost of the merged district.
fn levelling(w: &World<'_>, ended: usize, host: usize) -> f64 {
    let (p, d) = (w.p, &w.s.d);
    let (a, b) = (d[ended].enrolment.max(1.0), d[host].enrolment.max(1.0));
    let up = |pupils: f64| p.salary_share * p.salary_elasticity * math::ln((a + b) / pupils);
    (a * (d[ended].levelling + up(a)) + b * (d[host].levelling + up(b))) / (a + b)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::demography;
    use super::super::parameters::Parameters;
    use super::super::policy::Policy;
    use super::super::record::{Detail, Record};
    use super::super::simulation::{RunId, Simulation};
    use super::*;
    use crate::districts::schools::default_schools;
    use crate::districts::synthetic::{SyntheticSpec, generate};

    #[test]
    fn no_pupil_is_lost_to_the_levy_where_a_high_school_district_and_the_one_below_it_become_one() {
        let mut region = generate(&SyntheticSpec { districts: 2, ..SyntheticSpec::default() }, 1);
        for (district, (lowest, highest)) in region.districts.iter_mut().zip([(0, 8), (9, 12)]) {
            (district.lowest_grade, district.highest_grade) = (lowest, highest);
            for (grade, pupils) in (0..).zip(&mut district.pupils) {
                *pupils = if (lowest..=highest).contains(&grade) { 30.0 } else { 0.0 };
            }
            district.schools = default_schools(lowest, highest, 1, district.x, district.y, &district.name);
        }
        let simulation = Simulation::new(Arc::new(region), 1);
        let (policy, p, mut workspace) = (Policy::default(), Parameters::default(), simulation.workspace());
        let (id, mut record) = (RunId { seed: 1, replicate: 0 }, Record::default());
        let mut w = simulation.begin(&mut workspace, &policy, &p, id, Detail::Region, &mut record).world;
        assert!((w.s.d[0].sent - 120.0).abs() < 1e-9, "the lower sends its pupils to the upper: {}", w.s.d[0].sent);
        absorb(&mut w, 1, 0, Form::Merged, PlannedSchools::default());
        tidy(&mut w);
        demography::count(w.s, 0);
        let d = &w.s.d[0];
        assert!((d.enrolment - 390.0).abs() < 1e-9 && d.sent <= 0.0 && d.received <= 0.0);
        assert!((d.residents_base - d.enrolment).abs() < 1e-9, "a levy for {} of {}", d.residents_base, d.enrolment);
    }
}
