//! The outcomes of a year, measured.

use super::events::{Ending, Form};
use super::forms;
use super::outcomes::{ClusterOutcome, DistrictOutcome, RegionOutcome, STANDARDS, YEARS_AFTER_MONEY};
use super::places::Level;
use super::record::{CLUSTER_WIDTH, ClusterLife, DISTRICT_WIDTH, Detail, Record};
use super::scale::aid_by_kind;
use super::state::{Cluster, District, NONE, State};
use super::world::World;

/// Sums over the districts of a year.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    pupils: f64,
    spending: f64,
    levy: f64,
    aid: f64,
    aid_by_kind: [f64; 3],
    reserve: f64,
    paid: f64,
    workload: f64,
    referrals: f64,
    forms: [f64; 7],
    /// Of mill rates the sum and the sum of squares.
    mill_sum: f64,
    mill_squares: f64,
}

/// Sums over the communities of a year.
#[derive(Debug, Clone, Copy, Default)]
struct Places {
    pupils: f64,
    ride: f64,
    over: f64,
    with_school: f64,
    viable: f64,
    viable_at: [f64; 2],
    small_pupils: f64,
    small_viable: f64,
    high_school: f64,
    courses: f64,
    met: f64,
    share: f64,
    /// High schools, and of their courses the sum and the sum of squares.
    high_schools: f64,
    course_sum: f64,
    course_squares: f64,
}

/// Measures the year and appends it to the record.
#[inline(never)]
pub(crate) fn step(w: &World<'_>, detail: Detail, record: &mut Record) {
    let sums = sum_districts(w);
    let places = sum_communities(w);
    let start = record.region.len();
    record.region.resize(start + RegionOutcome::COUNT, f64::NAN);
    let row = &mut record.region[start..];
    put_districts(row, &sums, w);
    put_communities(row, &places, w);
    put_clusters(row, w.s);
    put_sharing(row, w);
    put_tally(row, w);
    record.outlay.extend_from_slice(&w.s.outlay);
    if detail >= Detail::Cluster {
        for cluster in &w.s.clusters {
            let values = cluster_values(w, cluster);
            record.clusters.push(w.year, cluster.serial, u32::from(cluster.founded), cluster.form, &values);
        }
    }
    if detail >= Detail::District {
        for community in 0..w.site.count {
            let home = w.s.c[community].home;
            let values = district_values(w, community);
            record.districts.push(w.year, community as u32, u32::from(home), form_of(w.s, community), &values);
        }
    }
}

/// The lives of all clusters of a run, in the order of founding.
pub(crate) fn lives(s: &mut State, record: &mut Record) {
    s.lives.extend(s.clusters.iter().map(|cluster| (cluster.serial, cluster.life(None))));
    s.lives.sort_unstable_by_key(|(serial, _)| *serial);
    record.lives.extend(s.lives.iter().map(|(_, life)| *life));
}

/// How a community's own district stands.
pub(crate) fn form_of(s: &State, community: usize) -> Form {
    if s.d[community].alive {
        s.cluster_of(community).map_or(Form::Alone, |cluster| cluster.form)
    } else {
        s.d[community].ended
    }
}

/// 1 where a condition holds, else 0.
#[inline]
fn one_if(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

fn sum_districts(w: &World<'_>) -> Sums {
    let d = &w.s.d;
    let mut sums = Sums::default();
    for &i in &d.operating {
        let i = usize::from(i);
        let (pupils, mills) = (d[i].enrolment, d[i].mills());
        sums.pupils += pupils;
        sums.spending += d[i].spending;
        sums.levy += d[i].levy;
        sums.aid += d[i].aid;
        let parts = aid_by_kind(d[i].aid, pupils, w.sparse(i), &w.region.finance, w.p);
        for (sum, part) in sums.aid_by_kind.iter_mut().zip(parts) {
            *sum += part;
        }
        sums.reserve += d[i].reserve;
        sums.paid += d[i].paid * pupils;
        sums.workload += d[i].workload * pupils;
        sums.referrals += d[i].referrals * pupils;
        sums.mill_sum += mills;
        sums.mill_squares += mills * mills;
        sums.forms[form_of(w.s, i) as usize] += 1.0;
    }
    sums
}

/// How a community's pupils fare: of those before high school and of those in it the number, and the viability
/// of their schooling but for the programme; what the high school offers.
struct Fare {
    younger: f64,
    older: f64,
    younger_sound: f64,
    older_sound: f64,
    /// Share of the programme that is paid for where the younger are taught.
    paid: f64,
    courses: f64,
    /// Longest ride, and whether one is beyond its norm.
    ride: f64,
    over: bool,
}

impl Fare {
    /// Viable pupils under a standard, given as one over its courses.
    #[inline]
    fn viable(&self, per_required: f64) -> f64 {
        let programme = (self.courses * per_required).min(1.0);
        self.younger * self.younger_sound * self.paid + self.older * self.older_sound * programme
    }
}

/// From which reserve on a district counts as solvent at all, and one over what is between that and in full.
#[derive(Debug, Clone, Copy)]
struct Solvency {
    low: f64,
    per_width: f64,
}

impl Solvency {
    fn new(w: &World<'_>) -> Self {
        let (low, high) = (-w.p.insolvent_below, w.p.solvent_from);
        Self { low, per_width: 1.0 / (high - low).max(1e-9) }
    }

    /// How far the reserve of a district is solvent, 0-1.
    #[inline]
    fn of(self, d: &District) -> f64 {
        ((d.reserve_share() - self.low) * self.per_width).clamp(0.0, 1.0)
    }
}

#[inline]
fn fare(w: &World<'_>, community: usize, solvency: Solvency) -> Fare {
    let (c, d) = (&w.s.c[community], &w.s.d);
    let home = usize::from(c.home);
    let school = c.school[Level::High.index()];
    let high = usize::from(if school == NONE { c.home } else { w.s.c[usize::from(school)].home });
    let courses = if school == NONE { 0.0 } else { w.s.c[usize::from(school)].courses };
    let solvent = solvency.of(&d[home]);
    let solvent_high = if high == home { solvent } else { solvency.of(&d[high]) };
    Fare {
        younger: c.younger,
        older: c.older,
        younger_sound: solvent * f64::from(c.ride_counts[0]),
        older_sound: solvent_high * f64::from(c.ride_counts[1]),
        paid: d[home].paid,
        courses: courses * (1.0 - w.p.courses_cut * d[high].cut),
        ride: f64::from(c.longest_ride),
        over: c.over_norm,
    }
}

fn sum_communities(w: &World<'_>) -> Places {
    let mut places = Places::default();
    let (solvency, per_required) = (Solvency::new(w), 1.0 / w.required);
    let per_standard = STANDARDS.map(|courses| 1.0 / courses);
    for community in 0..w.site.count {
        let fare = fare(w, community, solvency);
        let pupils = fare.younger + fare.older;
        let viable = fare.viable(per_required);
        places.pupils += pupils;
        places.ride += fare.ride * pupils;
        places.over += one_if(fare.over) * pupils;
        places.viable += viable;
        for (sum, standard) in places.viable_at.iter_mut().zip(per_standard) {
            *sum += fare.viable(standard);
        }
        let small = one_if(w.layout.small[community]);
        places.small_pupils += small * pupils;
        places.small_viable += small * viable;
        places.high_school += fare.older;
        places.courses += fare.older * fare.courses;
        places.met += fare.older * one_if(fare.courses >= w.required);
        places.share += fare.older * (fare.courses * per_required).min(1.0);
        let c = &w.s.c[community];
        let teaches = one_if(c.high_schools > 0.0);
        places.high_schools += teaches;
        places.course_sum += teaches * c.courses;
        places.course_squares += teaches * c.courses * c.courses;
        places.with_school += one_if(c.has_building());
    }
    places
}

/// A part of a whole; NaN of nothing.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { f64::NAN }
}

fn put_districts(row: &mut [f64], sums: &Sums, w: &World<'_>) {
    let pupils = sums.pupils.max(1e-9);
    let mut put = |outcome: RegionOutcome, value: f64| row[outcome.index()] = value;
    put(RegionOutcome::districts, w.s.d.operating.len() as f64);
    put(RegionOutcome::tax_spread, spread(w.s.d.operating.len() as f64, sums.mill_sum, sums.mill_squares));
    put(RegionOutcome::spending, sums.spending / pupils);
    put(RegionOutcome::levy, sums.levy / pupils);
    put(RegionOutcome::state_aid, sums.aid / pupils);
    put(RegionOutcome::reserve_share, ratio(sums.reserve, sums.spending));
    put(RegionOutcome::paid_share, sums.paid / pupils);
    put(RegionOutcome::workload, sums.workload / pupils);
    put(RegionOutcome::referrals, sums.referrals / pupils);
    put(RegionOutcome::pupils, sums.pupils);
    // From 0.0: the sum of no instruments would be -0.0.
    let outlay = w.s.outlay.iter().fold(0.0, |sum, paid| sum + paid);
    put(RegionOutcome::outlay, outlay / 1e6);
    put(RegionOutcome::foundation_aid, sums.aid_by_kind[0] / 1e6);
    put(RegionOutcome::small_size_aid, sums.aid_by_kind[1] / 1e6);
    put(RegionOutcome::sparsity_aid, sums.aid_by_kind[2] / 1e6);
    put(RegionOutcome::state_cost, (sums.aid + outlay) / 1e6);
    let forms = [
        (RegionOutcome::alone, Form::Alone),
        (RegionOutcome::in_network, Form::Network),
        (RegionOutcome::in_cluster, Form::Cluster),
        (RegionOutcome::in_consortium, Form::Consortium),
        (RegionOutcome::in_federation, Form::Federation),
    ];
    for (outcome, form) in forms {
        put(outcome, sums.forms[form as usize]);
    }
}

fn put_communities(row: &mut [f64], places: &Places, w: &World<'_>) {
    let mut put = |outcome: RegionOutcome, value: f64| row[outcome.index()] = value;
    let viable = ratio(places.viable, places.pupils);
    put(RegionOutcome::viability_last, viable);
    put(RegionOutcome::district_viability, viable);
    put(RegionOutcome::viability_small, ratio(places.small_viable, places.small_pupils));
    put(RegionOutcome::viability_low, ratio(places.viable_at[0], places.pupils));
    put(RegionOutcome::viability_high, ratio(places.viable_at[1], places.pupils));
    put(RegionOutcome::courses, ratio(places.courses, places.high_school));
    put(RegionOutcome::programme_met, ratio(places.met, places.high_school));
    put(RegionOutcome::programme_share, ratio(places.share, places.high_school));
    put(RegionOutcome::programme_spread, spread(places.high_schools, places.course_sum, places.course_squares));
    put(RegionOutcome::longest_ride, ratio(places.ride, places.pupils));
    put(RegionOutcome::rides_over_norm, ratio(places.over, places.pupils));
    put(RegionOutcome::towns_with_school, places.with_school / w.site.count as f64);
}

fn put_clusters(row: &mut [f64], s: &State) {
    let count = s.clusters.len() as f64;
    let mut put = |outcome: RegionOutcome, value: f64| row[outcome.index()] = value;
    put(RegionOutcome::clusters, count);
    let (mut members, mut working, mut taken, mut trust, mut ownership, mut payoff) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for cluster in &s.clusters {
        let size = cluster.members.len() as f64;
        members += size;
        working += f64::from(cluster.working);
        taken += f64::from(cluster.working) * size;
        trust += cluster.trust;
        ownership += cluster.ownership;
        payoff += cluster.payoff;
    }
    put(RegionOutcome::clustered_share, members / (s.d.operating.len().max(1)) as f64);
    if count > 0.0 {
        put(RegionOutcome::cluster_size, members / count);
        put(RegionOutcome::activity, working / members);
        put(RegionOutcome::participation, taken / members);
        put(RegionOutcome::trust, trust / count);
        put(RegionOutcome::ownership, ownership / count);
        put(RegionOutcome::payoff, 100.0 * payoff / count);
    }
}

/// What sharing does and takes, districts alone included.
fn put_sharing(row: &mut [f64], w: &World<'_>) {
    let operating = w.s.d.operating.len().max(1) as f64;
    let all: f64 = w.traits.autonomy.iter().sum();
    let (mut working, mut given_up) = (0.0, 0.0);
    for cluster in &w.s.clusters {
        let shared: f64 =
            cluster.depth.iter().zip(w.traits.autonomy).map(|(&depth, weight)| f64::from(depth) * 0.25 * weight).sum();
        working += f64::from(cluster.working);
        given_up += shared / all * forms::autonomy_lost(cluster.form, w.p) * cluster.members.len() as f64;
    }
    row[RegionOutcome::shared_work.index()] = working / operating;
    row[RegionOutcome::autonomy_given_up.index()] = given_up / operating;
}

fn put_tally(row: &mut [f64], w: &World<'_>) {
    let tally = &w.s.tally;
    let mut put = |outcome: RegionOutcome, value: u32| row[outcome.index()] = f64::from(value);
    put(RegionOutcome::merged, tally.merged);
    put(RegionOutcome::dissolved, tally.dissolved);
    put(RegionOutcome::stranded, tally.stranded);
    put(RegionOutcome::clusters_founded, tally.founded);
    put(RegionOutcome::clusters_ended, tally.ended);
    put(RegionOutcome::goals_met, tally.goals_met);
    put(RegionOutcome::closures, tally.closures);
    put(RegionOutcome::votes_held, tally.votes);
    put(RegionOutcome::votes_passed, tally.votes_passed);
    put(RegionOutcome::plans_voted, tally.plans);
    put(RegionOutcome::plans_passed, tally.plans_passed);
    row[RegionOutcome::funded_alive.index()] = funded_alive(w);
}

/// Of clusters whose money ended long enough ago, the share that lived so many years after it.
fn funded_alive(w: &World<'_>) -> f64 {
    if w.policy.instruments.is_empty() {
        return f64::NAN;
    }
    let (mut lived, mut all) = (0.0, 0.0);
    let mut count = |life: &ClusterLife| {
        let Some(money) = life.money_ended.filter(|money| money + YEARS_AFTER_MONEY <= w.year) else { return };
        // Lost while it was paid: it never had to live without.
        let lost_before = life.ended.is_some_and(|ended| ended < money);
        // Those whose members merged, or whose goal was met, were not lost: they leave the count.
        let other = matches!(life.ending, Some(Ending::Merged | Ending::GoalMet | Ending::TaskDone));
        let left = other && life.ended.is_some_and(|ended| ended < money + YEARS_AFTER_MONEY);
        if !lost_before && !left {
            all += 1.0;
            lived += one_if(life.ended.is_none_or(|ended| ended >= money + YEARS_AFTER_MONEY));
        }
    };
    w.s.lives.iter().for_each(|(_, life)| count(life));
    w.s.clusters.iter().for_each(|cluster| count(&cluster.life(None)));
    ratio(lived, all)
}

/// The standard deviation of values given by their number, sum and sum of squares; NaN of none.
fn spread(count: f64, sum: f64, squares: f64) -> f64 {
    if count > 0.0 { (squares / count - (sum / count) * (sum / count)).max(0.0).sqrt() } else { f64::NAN }
}

fn cluster_values(w: &World<'_>, cluster: &Cluster) -> [f64; CLUSTER_WIDTH] {
    let mut row = [0.0; CLUSTER_WIDTH];
    let mut put = |outcome: ClusterOutcome, value: f64| row[outcome.index()] = value;
    let pupils = cluster.members.as_slice().iter().map(|&m| w.s.d[usize::from(m)].enrolment).sum();
    put(ClusterOutcome::members, cluster.members.len() as f64);
    put(ClusterOutcome::age, f64::from(cluster.age(w.year)));
    put(ClusterOutcome::tasks, f64::from(cluster.tasks.len()));
    put(ClusterOutcome::worked, f64::from(cluster.working));
    put(ClusterOutcome::depth, cluster.depth.iter().map(|&q| f64::from(q)).sum::<f64>() / 36.0);
    put(ClusterOutcome::trust, cluster.trust);
    put(ClusterOutcome::ownership, cluster.ownership);
    put(ClusterOutcome::payoff, 100.0 * cluster.payoff);
    put(ClusterOutcome::coordinator, one_if(cluster.coordinator > 0.0));
    put(ClusterOutcome::facilitator, one_if(cluster.facilitator > 0.0));
    put(ClusterOutcome::grant, cluster.received);
    put(ClusterOutcome::pupils, pupils);
    row
}

fn district_values(w: &World<'_>, community: usize) -> [f64; DISTRICT_WIDTH] {
    let (c, d) = (&w.s.c[community], &w.s.d);
    let home = usize::from(c.home);
    let pupils = d[home].enrolment.max(1.0);
    let fare = fare(w, community, Solvency::new(w));
    let living = fare.younger + fare.older;
    let school = c.school[Level::High.index()];
    let taught = school != NONE && c.reaches_high_school();
    let mut row = [0.0; DISTRICT_WIDTH];
    let mut put = |outcome: DistrictOutcome, value: f64| row[outcome.index()] = value;
    put(DistrictOutcome::pupils, d[home].enrolment);
    put(DistrictOutcome::residents, living);
    put(DistrictOutcome::spending, d[home].spending / pupils);
    put(DistrictOutcome::programme_spending, d[home].programme / pupils);
    put(DistrictOutcome::revenue, d[home].revenue / pupils);
    put(DistrictOutcome::levy, d[home].levy / pupils);
    put(DistrictOutcome::state_aid, d[home].aid / pupils);
    put(DistrictOutcome::mills, d[home].mills());
    put(DistrictOutcome::reserve_share, d[home].reserve_share());
    put(DistrictOutcome::paid_share, d[home].paid);
    put(DistrictOutcome::courses, if taught { fare.courses } else { f64::NAN });
    put(DistrictOutcome::courses_own, if taught { w.s.c[usize::from(school)].courses_own } else { f64::NAN });
    put(DistrictOutcome::elementary_ride, c.ride[0]);
    put(DistrictOutcome::middle_ride, c.ride[1]);
    put(DistrictOutcome::high_school_ride, c.ride[2]);
    put(DistrictOutcome::has_school, one_if(c.open_buildings() > 0));
    put(DistrictOutcome::teachers, d[home].teachers);
    put(DistrictOutcome::stress, d[home].stress);
    put(DistrictOutcome::viable, if living > 0.0 { fare.viable(1.0 / w.required) / living } else { f64::NAN });
    put(DistrictOutcome::programme_share, if taught { (fare.courses / w.required).min(1.0) } else { f64::NAN });
    put(DistrictOutcome::receipts, d[home].receipts);
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_the_standard_deviation() {
        assert!((spread(4.0, 20.0, 120.0) - 5.0f64.sqrt()).abs() < 1e-12);
        assert!(spread(1.0, 3.0, 9.0).abs() < 1e-12);
        assert!(spread(0.0, 0.0, 0.0).is_nan());
    }
}
