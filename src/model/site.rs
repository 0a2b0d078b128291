//! What never changes in a run: who is where, and who is near whom. Worked out once for a region, or anew
//! for each region that is drawn.

use crate::engine::draws::EntityKey;

use super::grid::{self, Grid};
use super::quantiles::Quantiles;
use super::region::Region;

/// How many of a district's nearest neighbours are looked at: more than the largest cluster can take in, so
/// that neighbours remain when some have merged.
const NEAREST: usize = 48;

/// Support organisations within reach of a district for which there is room from the start, on average.
const USUAL_SUPPORT: usize = 16;

/// The fixed geography of a region. Memory grows with the districts, and with the pairs of a district and a
/// support organisation that reaches it.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// How many districts the region starts with.
    pub(crate) count: usize,
    /// The names of the districts' draws.
    pub(crate) keys: Vec<EntityKey>,
    /// Miles east and north of the region's corner.
    places: Vec<[f64; 2]>,
    /// The nearest others of each district, nearest first: `near_width` each.
    near: Vec<u16>,
    /// Miles to them.
    near_miles: Vec<f32>,
    /// [`NEAREST`], or all others if there are fewer.
    near_width: usize,
    support: Support,
    /// Standard normal quantiles for shocks to enrolment.
    pub(crate) quantiles: &'static Quantiles,
    grid: Grid,
    /// Memory of a search.
    found: Vec<u64>,
}

/// Support organisations and the districts within their reach.
#[derive(Debug, Clone, Default)]
struct Support {
    places: Vec<[f64; 2]>,
    /// The districts within each organisation's reach in ascending order, one organisation after the other.
    reached: Vec<u16>,
    /// Where each organisation's districts begin, and where the last one's end.
    reached_from: Vec<u32>,
    /// The organisations that reach each district in ascending order, one district after the other.
    helpers: Vec<u16>,
    /// Miles to them.
    /// Where each district's organisations begin, and where the last one's end.
    helpers_from: Vec<u32>,
}

/// The `nth` part of a flat list of lists.
#[inline]
fn part<'a, T>(all: &'a [T], from: &[u32], nth: usize) -> &'a [T] {
    &all[from[nth] as usize..from[nth + 1] as usize]
}

impl Site {
    /// The geography of a region, whose districts are in the order of their identifiers.
    pub(crate) fn new(region: &Region) -> Self {
        let mut site = Self {
            count: 0,
            keys: Vec::new(),
            places: Vec::new(),
            near: Vec::new(),
            near_miles: Vec::new(),
            near_width: 0,
            support: Support::default(),
            quantiles: Quantiles::shared(),
            grid: Grid::default(),
            found: Vec::new(),
        };
        site.rebuild(region);
        site
    }

    /// The geography of another region, in the memory of this one: no more is asked for if the other is no
    /// larger and has not far more support organisations to a district.
    pub(crate) fn rebuild(&mut self, region: &Region) {
        let districts = &region.districts;
        debug_assert!(districts.is_sorted_by(|a, b| a.id <= b.id), "neighbours equally far are told apart by order");
        self.count = districts.len();
        self.keys.clear();
        self.keys.extend(districts.iter().map(super::region::StartingDistrict::key));
        self.places.clear();
        self.places.extend(districts.iter().map(|district| [district.x, district.y]));
        self.grid.rebuild(&self.places);
        self.near_width = NEAREST.min(self.count.saturating_sub(1));
        self.near.clear();
        self.near.reserve(self.count * self.near_width);
        self.near_miles.clear();
        self.near_miles.reserve(self.count * self.near_width);
        self.found.clear();
        self.found.reserve(self.count);
        for (number, &place) in self.places.iter().enumerate() {
            self.grid.nearest(place, number as u16, self.near_width, &mut self.found);
            self.near.extend(self.found.iter().map(|&key| grid::apart(key).1));
            self.near_miles.extend(self.found.iter().map(|&key| grid::apart(key).0));
        }
        self.support.rebuild(region, &self.places, &self.grid);
    }

    /// Miles between two districts as the crow flies.
    #[inline]
    pub(crate) fn miles(&self, a: usize, b: usize) -> f64 {
        f64::from(grid::miles(self.places[a], self.places[b]))
    }

    /// The place of a district's seat, miles east and north.
    #[inline]
    pub(crate) fn place(&self, district: usize) -> (f64, f64) {
        let [x, y] = self.places[district];
        (x, y)
    }

    /// The nearest others of a district, nearest first.
    #[inline]
    pub(crate) fn near(&self, district: usize) -> &[u16] {
        &self.near[district * self.near_width..(district + 1) * self.near_width]
    }

    /// Miles to each of [`near`](Self::near), as [`miles`](Self::miles) tells them.
    #[inline]
    pub(crate) fn near_miles(&self, district: usize) -> &[f32] {
        &self.near_miles[district * self.near_width..(district + 1) * self.near_width]
    }

    /// Whether a support organisation reaches a district.
    #[inline]
    pub(crate) fn support_near(&self, district: usize) -> bool {
        !self.helpers(district).is_empty()
    }

    /// The support organisations that reach a district, in their order.
    #[inline]
    pub(crate) fn helpers(&self, district: usize) -> &[u16] {
        part(&self.support.helpers, &self.support.helpers_from, district)
    }

    /// The districts within reach of a support organisation, in their order.
    #[cfg(test)]
    #[inline]
    pub(crate) fn reached(&self, organisation: usize) -> &[u16] {
        part(&self.support.reached, &self.support.reached_from, organisation)
    }
}

impl Support {
    fn rebuild(&mut self, region: &Region, districts: &[[f64; 2]], grid: &Grid) {
        let usual = districts.len() * region.support.len().min(USUAL_SUPPORT);
        self.places.clear();
        self.places.extend(region.support.iter().map(|organisation| [organisation.x, organisation.y]));
        self.reached.clear();
        self.reached.reserve(usual);
        self.reached_from.clear();
        self.reached_from.push(0);
        self.helpers_from.clear();
        self.helpers_from.resize(districts.len() + 1, 0);
        for (&place, organisation) in self.places.iter().zip(&region.support) {
            let start = self.reached.len();
            grid.within(place, organisation.reach, &mut self.reached);
            self.reached_from.push(self.reached.len() as u32);
            for &district in &self.reached[start..] {
                self.helpers_from[usize::from(district)] += 1;
            }
        }
        self.list_helpers(usual);
    }

    /// Turns the lists of districts by organisation into lists of organisations by district, of which
    /// `helpers_from` tells the lengths.
    fn list_helpers(&mut self, usual: usize) {
        let mut sum = 0;
        for from in &mut self.helpers_from {
            sum += *from;
            *from = sum;
        }
        self.helpers.clear();
        self.helpers.reserve(usual);
        self.helpers.resize(self.reached.len(), 0);
        // From the last, so that every start ends where it belongs and organisations keep their order.
        for organisation in (0..self.places.len()).rev() {
            for &district in part(&self.reached, &self.reached_from, organisation) {
                let district = usize::from(district);
                let from = &mut self.helpers_from[district];
                *from -= 1;
                self.helpers[*from as usize] = organisation as u16;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::region::{AgentKind, GRADES, StartingDistrict, StateFinance, StateRules, SupportOrganisation};
    use super::*;

    fn region(districts: &[[f64; 2]], support: &[([f64; 2], f64)]) -> Region {
        let district = |(number, &[x, y]): (usize, &[f64; 2])| StartingDistrict {
            id: format!("{number:05}"),
            name: String::new(),
            county: String::new(),
            x,
            y,
            area: 100.0,
            pupils: [20.0; GRADES],
            lowest_grade: 0,
            highest_grade: 12,
            trend: 0.0,
            valuation: 300_000.0,
            cost_level: None,
            local_share: None,
            reserve_share: None,
            debt: 0.0,
            teachers: None,
            schools: Vec::new(),
            high_school: None,
        };
        let organisation = |&([x, y], reach): &([f64; 2], f64)| SupportOrganisation {
            name: String::new(),
            x,
            y,
            capacity: 1,
            reach,
            neutrality: 0.5,
            knowledge: 0.5,
        };
        Region {
            name: String::new(),
            title: String::new(),
            source: String::new(),
            first_year: 2020,
            kind: AgentKind::District,
            rules: StateRules::default(),
            finance: StateFinance::default(),
            trend: None,
            trend_unknown: 0.0,
            grades_known: true,
            districts: districts.iter().enumerate().map(district).collect(),
            support: support.iter().map(organisation).collect(),
        }
    }

    /// Places on a coarse lattice, so that many are equally far or the same.
    fn places(most: usize) -> impl Strategy<Value = Vec<[f64; 2]>> {
        prop::collection::vec([0..40u8, 0..25u8].prop_map(|place| place.map(|miles| 2.5 * f64::from(miles))), 1..most)
    }

    fn compare(site: &Site, region: &Region) -> Result<(), TestCaseError> {
        let count = region.districts.len();
        prop_assert_eq!(site.count, count);
        for (i, district) in region.districts.iter().enumerate() {
            prop_assert_eq!(site.keys[i], district.key());
            let mut others: Vec<usize> = (0..count).filter(|&j| j != i).collect();
            others.sort_by(|&a, &b| site.miles(i, a).total_cmp(&site.miles(i, b)).then(a.cmp(&b)));
            others.truncate(NEAREST);
            prop_assert_eq!(site.near(i).iter().map(|&j| usize::from(j)).collect::<Vec<_>>(), &others[..]);
            let miles: Vec<f64> = others.iter().map(|&j| site.miles(i, j)).collect();
            prop_assert_eq!(site.near_miles(i).iter().map(|&miles| f64::from(miles)).collect::<Vec<_>>(), miles);
            let reaches = |&org: &usize| {
                f64::from(grid::miles(site.places[i], site.support.places[org])) <= region.support[org].reach
            };
            let helpers: Vec<usize> = (0..region.support.len()).filter(reaches).collect();
            prop_assert_eq!(site.support_near(i), !helpers.is_empty());
            prop_assert_eq!(site.helpers(i).iter().map(|&org| usize::from(org)).collect::<Vec<_>>(), &helpers[..]);
        }
        for org in 0..region.support.len() {
            let reached = |&i: &u16| {
                f64::from(grid::miles(site.places[usize::from(i)], site.support.places[org]))
                    <= region.support[org].reach
            };
            prop_assert_eq!(site.reached(org), (0..count as u16).filter(reached).collect::<Vec<_>>());
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn neighbours_and_helpers_are_those_that_a_look_at_all_finds_in_every_region_drawn(
            regions in prop::collection::vec(
                (places(300), prop::collection::vec(([0.0..110.0, -10.0..60.0f64], 0.0..90.0f64), 0..6)),
                1..4,
            ),
        ) {
            let mut site = None;
            for (districts, support) in &regions {
                let region = region(districts, support);
                let site = match &mut site {
                    None => site.insert(Site::new(&region)),
                    Some(site) => {
                        site.rebuild(&region);
                        site
                    }
                };
                compare(site, &region)?;
            }
        }
    }

    #[test]
    fn a_region_of_the_same_size_needs_no_more_memory() {
        let at = |i: i32, turn: i32| [f64::from(i * 37 % 101 + turn), f64::from(i * 53 % 97)];
        let regions = [50, 400].map(|count| {
            [0, 1].map(|turn| {
                let districts: Vec<_> = (0..count).map(|i| at(i, turn * i)).collect();
                region(&districts, &[([40.0, 50.0], 30.0 + 40.0 * f64::from(turn))])
            })
        });
        for [first, second] in &regions {
            let mut site = Site::new(first);
            let used = allocation_counter::measure(|| site.rebuild(second));
            assert_eq!(used.count_total, 0, "{} districts", first.districts.len());
        }
    }

    #[test]
    fn one_district_alone_has_no_neighbours() {
        let site = Site::new(&region(&[[3.0, 4.0]], &[]));
        assert!(site.near(0).is_empty() && site.near_miles(0).is_empty() && !site.support_near(0));
    }
}
