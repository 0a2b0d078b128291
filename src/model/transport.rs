//! Rides: how long pupils sit in a bus, and what density makes of its cost.

use std::f64::consts::PI;

use super::parameters::Parameters;
use super::state::District;
use super::world::World;

/// Longest elementary and high-school ride, in minutes, of a district that serves itself: the radius
/// of an attendance area (one for each building; one for the high school) at the speed of a bus.
pub(crate) fn own_rides(area: f64, buildings: u8, p: &Parameters) -> (f64, f64) {
    let minutes = |square_miles: f64| (square_miles / PI).sqrt() * p.detour * 60.0 / p.bus_speed;
    (minutes(area / f64::from(buildings.max(1))), minutes(area))
}

/// Transport cost per pupil beyond that at the reference density, in base costs per pupil: it rises
/// as the square root of the area that each pupil takes.
#[inline]
pub(crate) fn extra_cost(enrolment: f64, area: f64, p: &Parameters) -> f64 {
    let ratio = p.transport_reference * area / enrolment.max(1.0);
    p.transport_share * (ratio.sqrt().max(p.transport_least).min(p.transport_most) - 1.0)
}

/// Whether the pupils of one district could be served by another within the state's ride norm.
pub(crate) fn within_norm(w: &World<'_>, ended: usize, host: usize) -> bool {
    let to_host = w.bus_minutes(ended, host);
    let d = &w.s.d;
    // Pupils who already ride toward the host pass its school on the way: a part of the own radius
    // is added, not all of it.
    let own = if d[ended].has_high_school() { d[ended].high_school_ride } else { d[ended].elementary_ride };
    to_host + w.p.ride_added * own <= d[ended].high_school_norm
}

/// A community's high-school pupils move to a host's school.
pub(crate) fn move_high_school(community: &mut District, bus_minutes: f64, p: &Parameters) {
    if community.own_high_school {
        community.own_high_school = false;
        community.high_school_ride = bus_minutes + p.ride_added * community.high_school_ride;
    }
}

/// One building of a community closes; the last one sends its pupils to the host.
pub(crate) fn close_building(community: &mut District, bus_minutes: f64, p: &Parameters) {
    let left = community.buildings - 1;
    community.buildings = left;
    if left == 0 {
        community.elementary_ride = bus_minutes + p.ride_added * community.elementary_ride;
    } else {
        let more = f64::from(left + 1) / f64::from(left);
        community.elementary_ride *= more.sqrt();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_district_of_ten_miles_radius_has_a_ride_of_twenty_two_minutes() {
        let (elementary, high_school) = own_rides(100.0 * PI, 1, &Parameters::default());
        assert!((high_school - 22.3).abs() < 0.1, "{high_school}");
        assert!((elementary - high_school).abs() < 1e-12);
        let (with_four, _) = own_rides(100.0 * PI, 4, &Parameters::default());
        assert!((with_four - high_school / 2.0).abs() < 1e-12);
    }

    #[test]
    fn transport_costs_more_where_pupils_are_thin() {
        let p = Parameters::default();
        assert!(extra_cost(100.0, 400.0, &p) > extra_cost(100.0, 100.0, &p));
        assert!(extra_cost(100.0, 100.0, &p).abs() < 1e-12);
    }
}
