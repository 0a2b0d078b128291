//! What never changes in a run: who is where, and who is near whom. Worked out once for a region.

use crate::engine::draws::EntityKey;

use super::quantiles::Quantiles;
use super::region::Region;

/// How many of a district's nearest neighbours are looked at: far more than can be invited, so that
/// neighbours remain when some have merged.
const NEAREST: usize = 24;

/// The fixed geography of a region.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// How many districts the region starts with.
    pub(crate) count: usize,
    /// The names of the districts' draws.
    pub(crate) keys: Vec<EntityKey>,
    /// Miles between districts as the crow flies: row by row.
    miles: Vec<f32>,
    /// The nearest others of each district, nearest first: `NEAREST` each, or all if there are fewer.
    near: Vec<u16>,
    near_width: usize,
    /// Miles from each district to each support organisation: row by row.
    support_miles: Vec<f32>,
    support_count: usize,
    /// Standard normal quantiles for shocks to enrolment.
    pub(crate) quantiles: Quantiles,
}

impl Site {
    /// The geography of a region.
    pub(crate) fn new(region: &Region) -> Self {
        let districts = &region.districts;
        let count = districts.len();
        let distance = |ax: f64, ay: f64, bx: f64, by: f64| ((ax - bx) * (ax - bx) + (ay - by) * (ay - by)).sqrt() as f32;
        let mut miles = Vec::with_capacity(count * count);
        for a in districts {
            miles.extend(districts.iter().map(|b| distance(a.x, a.y, b.x, b.y)));
        }
        let near_width = NEAREST.min(count.saturating_sub(1));
        let mut near = Vec::with_capacity(count * near_width);
        for i in 0..count {
            let mut others: Vec<u16> = (0..count).filter(|&j| j != i).map(|j| j as u16).collect();
            others.sort_by(|&a, &b| {
                let (to_a, to_b) = (miles[i * count + usize::from(a)], miles[i * count + usize::from(b)]);
                to_a.total_cmp(&to_b).then_with(|| districts[usize::from(a)].id.cmp(&districts[usize::from(b)].id))
            });
            near.extend_from_slice(&others[..near_width]);
        }
        let support_miles =
            districts.iter().flat_map(|d| region.support.iter().map(move |s| distance(d.x, d.y, s.x, s.y))).collect();
        Self {
            count,
            keys: districts.iter().map(super::region::StartingDistrict::key).collect(),
            miles,
            near,
            near_width,
            support_miles,
            support_count: region.support.len(),
            quantiles: Quantiles::new(),
        }
    }

    /// Miles between two districts as the crow flies.
    #[inline]
    pub(crate) fn miles(&self, a: usize, b: usize) -> f64 {
        f64::from(self.miles[a * self.count + b])
    }

    /// The nearest others of a district, nearest first.
    #[inline]
    pub(crate) fn near(&self, district: usize) -> &[u16] {
        &self.near[district * self.near_width..(district + 1) * self.near_width]
    }

    /// Miles from a district to a support organisation.
    #[inline]
    pub(crate) fn support_miles(&self, district: usize, organisation: usize) -> f64 {
        f64::from(self.support_miles[district * self.support_count + organisation])
    }
}
