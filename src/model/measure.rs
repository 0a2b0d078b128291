//! The outcomes of a year, measured.

use super::events::Form;
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
}

/// Sums over the communities of a year.
#[derive(Debug, Clone, Copy, Default)]
struct Places {
    pupils: f64,
    ride: f64,
    over: f64,
    with_school: f64,
}

/// Measures the year and appends it to the record.
pub(crate) fn step(w: &World<'_>, detail: Detail, record: &mut Record, scratch: &mut Vec<f64>) {
    let sums = sum_districts(w);
    let places = sum_communities(w);
    let start = record.region.len();
    record.region.resize(start + RegionOutcome::COUNT, f64::NAN);
    let row = &mut record.region[start..];
    put_districts(row, &sums, &places, w);
    put_clusters(row, w.s);
    put_tally(row, w.s);
    put_gaps(row, w, scratch);
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
    if s.d.alive[community] { s.cluster_of(community).map_or(Form::Alone, |cluster| cluster.form) } else { s.d.ended[community] }
}

/// Whether the longest rides of a community are within the state's norm.
fn ride_within(w: &World<'_>, community: usize) -> bool {
    let d = &w.s.d;
    d.elementary_ride[community] <= d.elementary_norm[community] && d.high_school_ride[community] <= d.high_school_norm[community]
}

fn offers_programme(w: &World<'_>, i: usize) -> bool {
    !w.s.d.has_high_school(i) || w.s.d.courses_raw[i] >= w.region.rules.required_courses
}

fn sum_districts(w: &World<'_>) -> Sums {
    let d = &w.s.d;
    let mut sums = Sums::default();
    for &i in &d.operating {
        let i = usize::from(i);
        let (pupils, high) = (d.enrolment[i], d.high_school[i]);
        let programme = offers_programme(w, i);
        sums.pupils += pupils;
        sums.spending += d.spending[i];
        sums.levy += d.levy[i];
        sums.aid += d.aid[i];
        sums.reserve += d.reserve[i];
        sums.paid += d.paid[i] * pupils;
        sums.workload += d.workload[i] * pupils;
        sums.referrals += d.referrals[i] * pupils;
        if d.has_high_school(i) {
            sums.high_school += high;
            sums.courses += d.courses[i] * high;
            sums.programme += if programme { high } else { 0.0 };
        }
        sums.forms[form_of(w.s, i) as usize] += 1.0;
    }
    sums
}

fn sum_communities(w: &World<'_>) -> Places {
    let d = &w.s.d;
    let mut places = Places::default();
    for community in 0..w.site.count {
        let home = usize::from(d.home[community]);
        let pupils = d.pupil_share[community] * d.enrolment[home];
        let ride = d.elementary_ride[community].max(d.high_school_ride[community]);
        places.pupils += pupils;
        places.ride += ride * pupils;
        places.over += if ride_within(w, community) { 0.0 } else { pupils };
        places.with_school += f64::from(u8::from(d.buildings[community] > 0));
    }
    places
}

fn viable_pupils(w: &World<'_>) -> f64 {
    (0..w.site.count)
        .filter(|&community| viable(w, community))
        .map(|community| w.s.d.pupil_share[community] * w.s.d.enrolment[usize::from(w.s.d.home[community])])
        .sum()
}

/// Whether the district that serves a community is solvent, offers the approved programme, and keeps
/// the community's rides within the norm.
fn viable(w: &World<'_>, community: usize) -> bool {
    let home = usize::from(w.s.d.home[community]);
    w.s.d.reserve[home] >= 0.0 && offers_programme(w, home) && ride_within(w, community)
}

fn put_districts(row: &mut [f64], sums: &Sums, places: &Places, w: &World<'_>) {
    let pupils = sums.pupils.max(1e-9);
    let ratio = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { f64::NAN };
    let mut put = |outcome: RegionOutcome, value: f64| row[outcome.index()] = value;
    put(RegionOutcome::district_viability, ratio(viable_pupils(w), pupils));
    put(RegionOutcome::districts, w.s.d.operating.len() as f64);
    put(RegionOutcome::courses, ratio(sums.courses, sums.high_school));
    put(RegionOutcome::programme_met, ratio(sums.programme, sums.high_school));
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
    put(RegionOutcome::outlay, w.s.outlay.iter().sum::<f64>() / 1e6);
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

/// Gaps between the 90th and the 10th percentile of districts.
fn put_gaps(row: &mut [f64], w: &World<'_>, scratch: &mut Vec<f64>) {
    let d = &w.s.d;
    scratch.clear();
    scratch.extend(d.operating.iter().map(|&i| usize::from(i)).filter(|&i| d.has_high_school(i)).map(|i| d.courses[i]));
    row[RegionOutcome::programme_gap.index()] = decile_gap(scratch);
    scratch.clear();
    scratch.extend(d.operating.iter().map(|&i| d.mills[usize::from(i)]));
    row[RegionOutcome::tax_gap.index()] = decile_gap(scratch);
}

/// The value a tenth from the top less the one a tenth from the bottom; NaN where there is none.
fn decile_gap(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    let tenth = values.len() / 10;
    let last = values.len() - 1 - tenth;
    let (_, &mut high, _) = values.select_nth_unstable_by(last, f64::total_cmp);
    let (_, &mut low, _) = values.select_nth_unstable_by(tenth, f64::total_cmp);
    high - low
}

fn cluster_values(w: &World<'_>, cluster: &Cluster) -> [f64; CLUSTER_WIDTH] {
    let mut row = [0.0; CLUSTER_WIDTH];
    let mut put = |outcome: ClusterOutcome, value: f64| row[outcome.index()] = value;
    let pupils = cluster.members.as_slice().iter().map(|&m| w.s.d.enrolment[usize::from(m)]).sum();
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
    put(DistrictOutcome::pupils, d.enrolment[home]);
    put(DistrictOutcome::spending, d.spending[home] / d.enrolment[home].max(1.0));
    put(DistrictOutcome::mills, d.mills[home]);
    put(DistrictOutcome::reserve_share, d.reserve_share(home));
    put(DistrictOutcome::paid_share, d.paid[home]);
    put(DistrictOutcome::courses, if d.has_high_school(home) { d.courses[home] } else { f64::NAN });
    put(DistrictOutcome::elementary_ride, d.elementary_ride[community]);
    put(DistrictOutcome::high_school_ride, d.high_school_ride[community]);
    put(DistrictOutcome::has_school, flag(d.buildings[community] > 0));
    put(DistrictOutcome::stress, d.stress[home]);
    put(DistrictOutcome::viable, flag(viable(w, community)));
    put(DistrictOutcome::receipts, d.receipts[home]);
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decile_gap_leaves_out_a_tenth_at_either_end() {
        let mut values: Vec<f64> = (0..20).rev().map(f64::from).collect();
        assert!((decile_gap(&mut values) - 15.0).abs() < 1e-12);
        assert!(decile_gap(&mut []).is_nan());
    }
}
