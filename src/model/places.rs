//! Schools are places: which building teaches which grades, who rides where, and what is near enough.

use std::f64::consts::PI;

use super::events::Happening;
use super::parameters::Parameters;
use super::region::{FIRST_HIGH_SCHOOL_GRADE, Region, StartingDistrict};
use super::site::Site;
use super::state::{Community, NONE, State};
use super::world::World;

/// How many levels of school there are.
pub(crate) const LEVELS: usize = 3;

/// The levels of school. A building teaches one or more of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Level {
    /// Kindergarten to grade 5.
    Elementary,
    /// Grades 6 to 8.
    Middle,
    /// Grades 9 to 12.
    High,
}

impl Level {
    /// All levels, youngest first.
    pub(crate) const ALL: [Self; LEVELS] = [Self::Elementary, Self::Middle, Self::High];

    /// Its place in arrays by level.
    #[inline]
    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// Its bit in a set of levels.
    #[inline]
    pub(crate) fn bit(self) -> usize {
        1 << (self as usize)
    }
}

/// The set of levels that a school of these grades teaches. A grade at the edge of a level (a sixth grade in
/// an elementary school, a seventh in none) does not make it one of that level.
pub(crate) fn levels_of(lowest: u8, highest: u8) -> usize {
    let teaches = |grade: u8| (lowest..=highest).contains(&grade);
    let elementary = (0..=5).any(teaches);
    let high = (10..=12).any(teaches) || lowest == 9;
    let middle = teaches(7) || teaches(8) || !(elementary || high);
    usize::from(elementary) | usize::from(middle) << 1 | usize::from(high) << 2
}

/// Where schools stand and who goes on where, as the region tells it: worked out once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    /// For each community and level, the place of its schools, miles east and north.
    places: Vec<[(f64, f64); LEVELS]>,
    /// Buildings by the set of levels that they teach.
    pub(crate) buildings: Vec<[u8; 8]>,
    /// For each district the one that teaches its pupils in grades that it does not: itself where it
    /// teaches all; `NONE` where no district of the region does.
    pub(crate) high: Vec<u16>,
    /// Whether a community is among the quarter with the fewest pupils at the start.
    pub(crate) small: Vec<bool>,
}

impl Layout {
    pub(crate) fn new(region: &Region, site: &Site) -> Self {
        let mut layout = Self::default();
        layout.rebuild(region, site);
        layout
    }

    /// Works it out anew for another region, in the memory that it has.
    pub(crate) fn rebuild(&mut self, region: &Region, site: &Site) {
        self.places.clear();
        self.places.extend(region.districts.iter().map(level_places));
        self.buildings.clear();
        self.buildings.extend(region.districts.iter().map(buildings));
        let mut sizes: Vec<f64> = region.districts.iter().map(StartingDistrict::enrolment).collect();
        self.small.clear();
        let quarter = region.districts.len() / 4;
        if quarter > 0 {
            let (_, &mut most, _) = sizes.clone().select_nth_unstable_by(quarter - 1, f64::total_cmp);
            self.small.extend(sizes.drain(..).map(|pupils| pupils <= most));
        } else {
            self.small.resize(region.districts.len(), true);
        }
        self.high.clear();
        for (place, district) in region.districts.iter().enumerate() {
            self.high.push(high_school_of(place, district, region, site));
        }
    }
}

fn level_places(district: &StartingDistrict) -> [(f64, f64); LEVELS] {
    Level::ALL.map(|level| {
        let of_level =
            || district.schools.iter().filter(|s| levels_of(s.lowest_grade, s.highest_grade) & level.bit() != 0);
        let count = of_level().count() as f64;
        if count > 0.0 {
            let (x, y) = of_level().fold((0.0, 0.0), |(x, y), school| (x + school.x, y + school.y));
            (x / count, y / count)
        } else {
            (district.x, district.y)
        }
    })
}

fn buildings(district: &StartingDistrict) -> [u8; 8] {
    let mut open = [0u8; 8];
    for school in &district.schools {
        let set = levels_of(school.lowest_grade, school.highest_grade);
        open[set] = open[set].saturating_add(1);
    }
    // A district that ends with the ninth grade teaches that in the school of its highest grades.
    let high = Level::High.bit();
    if district.has_high_school() && (1..8).all(|set| set & high == 0 || open[set] == 0) {
        let last = (1..8).rev().find(|&set| open[set] > 0);
        if let Some(set) = last {
            open[set] -= 1;
            open[set | high] += 1;
        }
    }
    open
}

/// Miles to which pupils are sent for a grade that a nearer high school does not teach: an hour's ride.
const FARTHEST_TAUGHT: f64 = 40.0;

/// Miles to which they are sent if no nearer school is to be had: a hundred, which only children who board or drive
/// themselves do on the plains. From farther away they go to a school that is none of the region's.
const FARTHEST_SENT: f64 = 100.0;

/// The district that teaches the high-school pupils of a district: itself, the one that it names, or the
/// nearest with a high school. One that teaches the grade after the district's last comes before any that begins
/// later: pupils of the grades between would be taught by nobody.
fn high_school_of(place: usize, district: &StartingDistrict, region: &Region, site: &Site) -> u16 {
    if district.has_high_school() {
        return place as u16;
    }
    let teaches = |j: usize| region.districts[j].has_high_school();
    let goes_on = |j: usize| {
        let next = region.districts[j].lowest_grade <= district.highest_grade + 1;
        teaches(j) && next && site.miles(place, j) <= FARTHEST_TAUGHT
    };
    let named = district.high_school.as_ref().and_then(|id| region.districts.iter().position(|other| other.id == *id));
    let within = |&j: &usize| site.miles(place, j) <= FARTHEST_SENT;
    let near = |which: &dyn Fn(usize) -> bool| {
        site.near(place).iter().map(|&j| usize::from(j)).take_while(within).find(|&j| which(j))
    };
    let found = named.filter(|&j| goes_on(j)).or_else(|| near(&goes_on)).or(named.filter(|&j| teaches(j)));
    found.or_else(|| near(&teaches)).map_or(NONE, |j| j as u16)
}

/// Longest ride, minutes, within an attendance area of so many square miles: its radius at the speed of a
/// bus.
#[inline]
pub(crate) fn radius_minutes(square_miles: f64, bus_minutes_per_mile: f64) -> f64 {
    (square_miles / PI).sqrt() * bus_minutes_per_mile
}

/// Transport cost per pupil beyond that at the reference density, in base costs per pupil: it rises
/// as the square root of the area that each pupil takes.
#[inline]
pub(crate) fn extra_cost(enrolment: f64, area: f64, p: &Parameters) -> f64 {
    let ratio = p.transport_reference * area / enrolment.max(1.0);
    p.transport_share * (ratio.sqrt().max(p.transport_least).min(p.transport_most) - 1.0)
}

/// What districts are to be near enough for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Meeting, sharing staff and services.
    Cooperation,
    /// One district: one board, and schools that pupils may have to reach.
    Merger,
}

/// The longest drive between the seats of two districts for a purpose, minutes: the one rule of what is near
/// enough, for inviting, joining and assigning as for proposing, voting and attaching.
#[inline]
pub(crate) fn limit(purpose: Purpose, p: &Parameters) -> f64 {
    match purpose {
        Purpose::Cooperation => p.invitation_minutes,
        Purpose::Merger => p.merger_minutes,
    }
}

/// Whether two districts are near enough for a purpose.
#[inline]
pub(crate) fn near_enough(w: &World<'_>, a: usize, b: usize, purpose: Purpose) -> bool {
    w.drive_minutes(a, b) <= limit(purpose, w.p)
}

/// The places of a run: what rides are worked out from.
#[derive(Clone, Copy)]
pub(crate) struct Map<'a> {
    pub(crate) site: &'a Site,
    pub(crate) layout: &'a Layout,
    pub(crate) bus_minutes_per_mile: f64,
    pub(crate) ride_added: f64,
}

impl Map<'_> {
    /// Minutes by bus from a community to another's school of a level.
    #[inline]
    pub(crate) fn minutes_to_school(&self, from: usize, at: usize, level: Level) -> f64 {
        let (x, y) = self.layout.places[at][level.index()];
        let (home_x, home_y) = self.site.place(from);
        ((x - home_x) * (x - home_x) + (y - home_y) * (y - home_y)).sqrt() * self.bus_minutes_per_mile
    }

    /// The longest ride of a community's pupils to a school of a level that stands in `at`. Where it is
    /// another community's, pupils who ride toward it pass their old school on the way: a part of the own
    /// radius is added, not all of it.
    pub(crate) fn ride(&self, community: &Community, from: usize, at: usize, level: Level) -> f64 {
        if at == from {
            let schools = f64::from(community.teaching(level).max(1));
            return radius_minutes(community.area / schools, self.bus_minutes_per_mile);
        }
        self.minutes_to_school(from, at, level)
            + self.ride_added * radius_minutes(community.area, self.bus_minutes_per_mile)
    }
}

/// Sends every pupil of a district, and those whom others send to its high school, to the nearest open school
/// of the district with the grade: their own community's where it has one. Counts its buildings.
pub(crate) fn assign_schools(s: &mut State, district: usize, map: Map<'_>) {
    let (mut buildings, mut high_schools) = (0.0, 0.0);
    let mut at = s.d[district].first_community;
    while at != NONE {
        let community = usize::from(at);
        buildings += f64::from(s.c[community].open_buildings());
        s.c[community].high_schools = f64::from(s.c[community].teaching(Level::High));
        high_schools += s.c[community].high_schools;
        for level in Level::ALL {
            assign(s, community, level, map);
        }
        at = s.c[community].next;
    }
    let mut at = s.d[district].first_sender;
    while at != NONE {
        let community = usize::from(at);
        assign(s, community, Level::High, map);
        if s.c[community].teaching(Level::Middle) == 0 {
            assign(s, community, Level::Middle, map);
        }
        at = s.c[community].next_sender;
    }
    (s.d[district].buildings, s.d[district].high_schools) = (buildings, high_schools);
}

fn assign(s: &mut State, community: usize, level: Level, map: Map<'_>) {
    // Nobody rides to a school for which a community has no children: where a district of high schools alone lies,
    // the children are those of the districts on its land.
    let (youngest, oldest) = match level {
        Level::Elementary => (0, 5),
        Level::Middle => (6, 8),
        Level::High => (9, 12),
    };
    let has_children = s.c[community].first <= oldest && s.c[community].last >= youngest;
    let school = if has_children { nearest_school(s, community, level, map) } else { None };
    let ride = school.map_or(0.0, |at| map.ride(&s.c[community], community, at, level));
    let place = &mut s.c[community];
    place.school[level.index()] = school.map_or(NONE, |at| at as u16);
    place.ride[level.index()] = ride;
    place.count_rides();
}

impl Community {
    /// Works out how the rides count, and which is the longest.
    pub(crate) fn count_rides(&mut self) {
        self.longest_ride = self.ride.iter().copied().fold(0.0, f64::max) as f32;
        self.over_norm = self.ride.iter().zip(&self.norm).any(|(ride, norm)| ride > norm);
        let counts = |level: Level| ride_counts(self.ride[level.index()], self.norm[level.index()]);
        let younger = counts(Level::Elementary).min(counts(Level::Middle));
        self.ride_counts = [younger, counts(Level::High)].map(|counts| counts as f32);
    }
}

/// How a ride counts: in full within the norm, not at all from twice that on.
#[inline]
fn ride_counts(ride: f64, norm: f64) -> f64 {
    (2.0 - ride / norm.max(1e-9)).clamp(0.0, 1.0)
}

/// The community whose school of a level is nearest to a community, among those of its own district, or of
/// the district that teaches its older pupils.
fn nearest_school(s: &State, community: usize, level: Level, map: Map<'_>) -> Option<usize> {
    let own = &s.c[community];
    if own.teaching(level) > 0 {
        return Some(community);
    }
    let nearest_of = |district: u16| {
        let schools = s.communities(usize::from(district)).filter(|&other| s.c[other].teaching(level) > 0);
        schools
            .map(|other| (map.minutes_to_school(community, other, level), other))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map(|(_, other)| other)
    };
    nearest_of(own.home).or_else(|| if own.high == NONE { None } else { nearest_of(own.high) })
}

/// Closes the schools of a level in a community: a building that teaches other levels stays open for those.
/// Returns the buildings closed.
pub(crate) fn close_level(community: &mut Community, level: Level) -> u8 {
    let mut closed = 0;
    for set in (1..8).rev().filter(|set| set & level.bit() != 0) {
        let buildings = std::mem::take(&mut community.buildings[set]);
        let left = set & !level.bit();
        if left == 0 {
            closed += buildings;
        } else {
            community.buildings[left] += buildings;
        }
    }
    closed
}

/// Closes one building of a community that teaches no more than these levels; false where there is none.
pub(crate) fn close_building(community: &mut Community, levels: usize) -> bool {
    let sets = 1..8usize;
    let Some(set) = sets.rev().find(|set| set & !levels == 0 && community.buildings[*set] > 0) else { return false };
    community.buildings[set] -= 1;
    true
}

/// Opens a level in a community's building, or a building for it.
pub(crate) fn open_level(community: &mut Community, level: Level) {
    if community.teaching(level) > 0 {
        return;
    }
    match (1..8).find(|&set| community.buildings[set] > 0) {
        Some(set) => {
            community.buildings[set] -= 1;
            community.buildings[set | level.bit()] += 1;
        }
        None => community.buildings[level.bit()] += 1,
    }
}

/// Notes that a building of a community closed.
pub(crate) fn note_closure(w: &mut World<'_>, community: usize) {
    w.s.tally.closures += 1;
    let left = w.s.c[community].open_buildings();
    w.s.emit(w.year, Happening::SchoolClosed { district: community as u16, left });
}

/// Levels that a district of these grades teaches.
pub(crate) fn taught(lowest: u8, highest: u8) -> usize {
    Level::ALL.into_iter().filter(|level| teaches(lowest, highest, *level)).fold(0, |set, level| set | level.bit())
}

fn teaches(lowest: u8, highest: u8, level: Level) -> bool {
    let (lowest, highest) = (usize::from(lowest), usize::from(highest));
    match level {
        Level::Elementary => lowest <= 5,
        Level::Middle => lowest <= 8 && highest >= 7,
        Level::High => highest >= FIRST_HIGH_SCHOOL_GRADE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn community(buildings: &[(usize, u8)]) -> Community {
        let mut community = Community::EMPTY;
        for &(set, count) in buildings {
            community.buildings[set] = count;
        }
        community
    }

    #[test]
    fn a_district_of_ten_miles_radius_has_a_ride_of_twenty_two_minutes() {
        let p = Parameters::default();
        let per_mile = p.detour * 60.0 / p.bus_speed;
        assert!((radius_minutes(100.0 * PI, per_mile) - 22.3).abs() < 0.1);
        assert!((radius_minutes(25.0 * PI, per_mile) - 11.14).abs() < 0.05);
    }

    #[test]
    fn transport_costs_more_where_pupils_are_thin() {
        let p = Parameters::default();
        assert!(extra_cost(100.0, 400.0, &p) > extra_cost(100.0, 100.0, &p));
        assert!(extra_cost(100.0, 100.0, &p).abs() < 1e-12);
    }

    #[test]
    fn grades_tell_the_levels_of_a_school() {
        for (lowest, highest, levels) in [
            (0, 12, 7),
            (0, 8, 3),
            (0, 6, 1),
            (0, 5, 1),
            (6, 8, 2),
            (7, 8, 2),
            (7, 12, 6),
            (9, 12, 4),
            (6, 6, 2),
            (9, 9, 4),
        ] {
            assert_eq!(levels_of(lowest, highest), levels, "{lowest}-{highest}");
        }
    }

    /// Districts on a line, ten miles apart, of these grades.
    fn line(spans: &[(u8, u8)]) -> Region {
        let spec = crate::districts::synthetic::SyntheticSpec { districts: spans.len() as u16, ..Default::default() };
        let mut region = crate::districts::synthetic::generate(&spec, 1);
        for (nth, (district, &(lowest, highest))) in region.districts.iter_mut().zip(spans).enumerate() {
            let x = 10.0 * nth as f64;
            (district.id, district.x, district.y, district.high_school) = (format!("D{nth}"), x, 0.0, None);
            (district.lowest_grade, district.highest_grade) = (lowest, highest);
            for (grade, pupils) in district.pupils.iter_mut().enumerate() {
                *pupils = if (usize::from(lowest)..=usize::from(highest)).contains(&grade) { 20.0 } else { 0.0 };
            }
            district.schools = crate::districts::schools::default_schools(lowest, highest, 1, x, 0.0, "Town");
        }
        region
    }

    #[test]
    fn pupils_who_leave_grade_six_go_on_where_grade_seven_is_taught() {
        let high = |region: &Region| Layout::new(region, &Site::new(region)).high[0];
        let mut region = line(&[(0, 6), (9, 12), (0, 12)]);
        assert_eq!(high(&region), 2, "the nearest begins with grade 9");
        region.districts[0].high_school = Some("D1".to_owned());
        assert_eq!(high(&region), 2, "even where it is named");
        assert_eq!(high(&line(&[(0, 6), (9, 12), (9, 12)])), 1, "where none teaches it, the nearest");
        assert_eq!(high(&line(&[(0, 8), (9, 12), (0, 12)])), 1);
    }

    #[test]
    fn nobody_rides_to_a_school_for_which_a_community_has_no_children() {
        let region = line(&[(0, 8), (9, 12)]);
        let (site, p) = (Site::new(&region), Parameters::default());
        let layout = Layout::new(&region, &site);
        let map = Map { site: &site, layout: &layout, bus_minutes_per_mile: 2.0, ride_added: 0.5 };
        let mut s = super::super::initial::allocate(&region, 1);
        super::super::initial::start(&mut s, &region, map, &p, crate::engine::draws::Draws::new(1, 0, 0));
        // One district now, with all its schools.
        (s.c[1].home, s.c[0].next, s.d[1].first_community) = (0, 1, NONE);
        assign_schools(&mut s, 0, map);
        assert_eq!(s.c[1].school, [NONE, NONE, 1]);
        assert_eq!(s.c[0].school, [0, 0, 1]);
        assert!(s.c[1].ride[0].abs() < 1e-12 && s.c[0].ride[2] > 0.0);
    }

    #[test]
    fn a_building_outlives_the_level_that_closes_in_it() {
        let mut k12 = community(&[(7, 1)]);
        assert_eq!(close_level(&mut k12, Level::High), 0);
        assert_eq!((k12.teaching(Level::High), k12.teaching(Level::Elementary), k12.open_buildings()), (0, 1, 1));
        let mut two = community(&[(3, 1), (4, 1)]);
        assert_eq!(close_level(&mut two, Level::High), 1);
        assert_eq!(two.open_buildings(), 1);
    }

    #[test]
    fn a_level_opens_in_a_building_that_stands() {
        let mut k8 = community(&[(1, 1)]);
        open_level(&mut k8, Level::Middle);
        assert_eq!((k8.teaching(Level::Middle), k8.open_buildings()), (1, 1));
    }

    #[test]
    fn a_ride_counts_less_and_less_beyond_its_norm() {
        assert!((ride_counts(60.0, 60.0) - 1.0).abs() < 1e-12);
        assert!((ride_counts(90.0, 60.0) - 0.5).abs() < 1e-12);
        assert!(ride_counts(150.0, 60.0).abs() < 1e-12);
    }

    #[test]
    fn only_buildings_of_the_levels_named_close() {
        let mut two = community(&[(3, 1), (4, 1)]);
        assert!(close_building(&mut two, 3) && !close_building(&mut two, 3));
        assert_eq!(two.teaching(Level::High), 1);
    }
}
