//! The outcomes of a year, measured.

use super::events::Form;
use super::forms;
use super::outcomes::{ClusterOutcome, DistrictOutcome, RegionOutcome};
use super::record::{CLUSTER_WIDTH, DISTRICT_WIDTH, Detail, Record};
use super::state::{Cluster, State};
use super::world::World;

/// Sums over the districts of a year.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    pupils: f64,
    spending: f64,
    levy: f64,
    aid: f64,
    reserve: f64,
    paid: f64,
    workload: f64,
    referrals: f64,
    high_school: f64,
    courses: f64,
    programme: f64,
    forms: [f64; 7],
    /// Districts with a high school, and of their courses the sum and the sum of squares.
    high_schools: f64,
    course_sum: f64,
    course_squares: f64,
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
}

/// Measures the year and appends it to the record.
#[inline(never)]
pub(crate) fn step(w: &World<'_>, detail: Detail, record: &mut Record) {
    let sums = sum_districts(w);
    let places = sum_communities(w);
    let start = record.region.len();
    record.region.resize(start + RegionOutcome::COUNT, f64::NAN);
    let row = &mut record.region[start..];
    put_districts(row, &sums, &places, w);
    put_clusters(row, w.s);
    put_sharing(row, w);
    put_tally(row, w.s);
    record.outlay.extend_from_slice(&w.s.outlay);
    if detail >= Detail::Cluster {
        for cluster in &w.s.clusters {
            let values = cluster_values(w, cluster);
            record.clusters.push(w.year, cluster.serial, u32::from(cluster.founded), cluster.form, &values);
        }
    }
    if detail >= Detail::District {
        for community in 0..w.site.count {
            let home = w.s.d.home[community];
            let values = district_values(w, community);
            record.districts.push(w.year, community as u32, u32::from(home), form_of(w.s, community), &values);
        }
    }
}

/// How a community's own district stands.
pub(crate) fn form_of(s: &State, community: usize) -> Form {
    if s.d[community].alive { s.cluster_of(community).map_or(Form::Alone, |cluster| cluster.form) } else { s.d[community].ended }
}

/// Whether the longest rides of a community are within the state's norm.
#[allow(clippy::needless_bitwise_bool, reason = "a branch that cannot be predicted costs more than the second comparison")]
fn ride_within(w: &World<'_>, community: usize) -> bool {
    let d = &w.s.d;
    (d[community].elementary_ride <= d[community].elementary_norm)
        & (d[community].high_school_ride <= d[community].high_school_norm)
}

/// 1 where a condition holds, else 0.
#[inline]
fn one_if(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

#[allow(clippy::needless_bitwise_bool, reason = "as above")]
fn offers_programme(w: &World<'_>, i: usize) -> bool {
    !w.s.d[i].has_high_school() | (w.s.d[i].courses_raw >= w.region.rules.required_courses)
}

fn sum_districts(w: &World<'_>) -> Sums {
    let d = &w.s.d;
    let mut sums = Sums::default();
    for &i in &d.operating {
        let i = usize::from(i);
        let (pupils, high) = (d[i].enrolment, d[i].high_school);
        let programme = offers_programme(w, i);
        sums.pupils += pupils;
        sums.spending += d[i].spending;
        sums.levy += d[i].levy;
        sums.aid += d[i].aid;
        sums.reserve += d[i].reserve;
        sums.paid += d[i].paid * pupils;
        sums.workload += d[i].workload * pupils;
        sums.referrals += d[i].referrals * pupils;
        // Factors of 0 or 1 instead of branches: which district has what is not predictable.
        let teaches = one_if(d[i].has_high_school());
        sums.high_school += teaches * high;
        sums.courses += teaches * d[i].courses * high;
        sums.programme += teaches * one_if(programme) * high;
        sums.high_schools += teaches;
        sums.course_sum += teaches * d[i].courses;
        sums.course_squares += teaches * d[i].courses * d[i].courses;
        sums.mill_sum += d[i].mills;
        sums.mill_squares += d[i].mills * d[i].mills;
        sums.forms[form_of(w.s, i) as usize] += 1.0;
    }
    sums
}

fn sum_communities(w: &World<'_>) -> Places {
    let d = &w.s.d;
    let mut places = Places::default();
    for community in 0..w.site.count {
        let home = usize::from(d.home[community]);
        let pupils = d[community].pupil_share * d[home].enrolment;
        let ride = d[community].elementary_ride.max(d[community].high_school_ride);
        places.pupils += pupils;
        places.ride += ride * pupils;
        let within = ride_within(w, community);
        places.over += one_if(!within) * pupils;
        places.viable += one_if(within & sound(w, home)) * pupils;
        places.with_school += f64::from(u8::from(d[community].buildings > 0));
    }
    places
}

/// Whether a district is solvent and offers the approved programme.
#[allow(clippy::needless_bitwise_bool, reason = "as above")]
fn sound(w: &World<'_>, district: usize) -> bool {
    (w.s.d[district].reserve >= 0.0) & offers_programme(w, district)
}

fn put_districts(row: &mut [f64], sums: &Sums, places: &Places, w: &World<'_>) {
    let pupils = sums.pupils.max(1e-9);
    let ratio = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { f64::NAN };
    let mut put = |outcome: RegionOutcome, value: f64| row[outcome.index()] = value;
    put(RegionOutcome::district_viability, ratio(places.viable, places.pupils));
    put(RegionOutcome::districts, w.s.d.operating.len() as f64);
    put(RegionOutcome::courses, ratio(sums.courses, sums.high_school));
    put(RegionOutcome::programme_met, ratio(sums.programme, sums.high_school));
    put(RegionOutcome::programme_spread, spread(sums.high_schools, sums.course_sum, sums.course_squares));
    put(RegionOutcome::tax_spread, spread(w.s.d.operating.len() as f64, sums.mill_sum, sums.mill_squares));
    put(RegionOutcome::longest_ride, ratio(places.ride, places.pupils));
    put(RegionOutcome::rides_over_norm, ratio(places.over, places.pupils));
    put(RegionOutcome::towns_with_school, places.with_school / w.site.count as f64);
    put(RegionOutcome::spending, sums.spending / pupils);
    put(RegionOutcome::levy, sums.levy / pupils);
    put(RegionOutcome::state_aid, sums.aid / pupils);
    put(RegionOutcome::reserve_share, ratio(sums.reserve, sums.spending));
    put(RegionOutcome::paid_share, sums.paid / pupils);
    put(RegionOutcome::workload, sums.workload / pupils);
    put(RegionOutcome::referrals, sums.referrals / pupils);
    put(RegionOutcome::pupils, sums.pupils);
    // From 0.0: the sum of no instruments would be -0.0.
    put(RegionOutcome::outlay, w.s.outlay.iter().fold(0.0, |sum, paid| sum + paid) / 1e6);
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

fn put_clusters(row: &mut [f64], s: &State) {
    let count = s.clusters.len() as f64;
    let mut put = |outcome: RegionOutcome, value: f64| row[outcome.index()] = value;
    put(RegionOutcome::clusters, count);
    let (mut members, mut working, mut trust, mut ownership, mut payoff) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for cluster in &s.clusters {
        members += cluster.members.len() as f64;
        working += f64::from(cluster.working);
        trust += cluster.trust;
        ownership += cluster.ownership;
        payoff += cluster.payoff;
    }
    put(RegionOutcome::clustered_share, members / (s.d.operating.len().max(1)) as f64);
    if count > 0.0 {
        put(RegionOutcome::cluster_size, members / count);
        put(RegionOutcome::activity, working / members);
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

fn put_tally(row: &mut [f64], s: &State) {
    let tally = &s.tally;
    let mut put = |outcome: RegionOutcome, value: u32| row[outcome.index()] = f64::from(value);
    put(RegionOutcome::merged, tally.merged);
    put(RegionOutcome::dissolved, tally.dissolved);
    put(RegionOutcome::clusters_founded, tally.founded);
    put(RegionOutcome::clusters_ended, tally.ended);
    put(RegionOutcome::goals_met, tally.goals_met);
    put(RegionOutcome::closures, tally.closures);
    put(RegionOutcome::votes_held, tally.votes);
    put(RegionOutcome::votes_passed, tally.votes_passed);
    put(RegionOutcome::plans_voted, tally.plans);
    put(RegionOutcome::plans_passed, tally.plans_passed);
    if tally.scored > 0 {
        row[RegionOutcome::cluster_viability.index()] = f64::from(tally.viable) / f64::from(tally.scored);
    }
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
    put(ClusterOutcome::coordinator, f64::from(u8::from(cluster.coordinator > 0.0)));
    put(ClusterOutcome::facilitator, f64::from(u8::from(cluster.facilitator > 0.0)));
    put(ClusterOutcome::grant, cluster.received);
    put(ClusterOutcome::pupils, pupils);
    row
}

fn district_values(w: &World<'_>, community: usize) -> [f64; DISTRICT_WIDTH] {
    let d = &w.s.d;
    let home = usize::from(d.home[community]);
    let mut row = [0.0; DISTRICT_WIDTH];
    let mut put = |outcome: DistrictOutcome, value: f64| row[outcome.index()] = value;
    let flag = |condition: bool| f64::from(u8::from(condition));
    put(DistrictOutcome::pupils, d[home].enrolment);
    put(DistrictOutcome::spending, d[home].spending / d[home].enrolment.max(1.0));
    put(DistrictOutcome::mills, d[home].mills);
    put(DistrictOutcome::reserve_share, d[home].reserve_share());
    put(DistrictOutcome::paid_share, d[home].paid);
    put(DistrictOutcome::courses, if d[home].has_high_school() { d[home].courses } else { f64::NAN });
    put(DistrictOutcome::elementary_ride, d[community].elementary_ride);
    put(DistrictOutcome::high_school_ride, d[community].high_school_ride);
    put(DistrictOutcome::has_school, flag(d[community].buildings > 0));
    put(DistrictOutcome::teachers, d[home].teachers);
    put(DistrictOutcome::stress, d[home].stress);
    put(DistrictOutcome::viable, flag(sound(w, home) && ride_within(w, community)));
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
