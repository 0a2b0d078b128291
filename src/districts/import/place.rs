//! From degrees to miles on a plane.

use super::edge::Point;

/// Miles of a degree of latitude on a sphere of the Earth's mean radius, 3,958.76 miles.
const MILES_PER_DEGREE: f64 = 69.093;

/// An equirectangular projection around a region's mean latitude: right within a fraction of a percent
/// for distances inside one state.
#[derive(Debug, Clone, Copy)]
pub(in crate::districts) struct Projection {
    south: f64,
    west: f64,
    east_scale: f64,
}

impl Projection {
    /// The projection whose corner is south-west of all `points`; None without points.
    pub(in crate::districts) fn around(points: impl Iterator<Item = Point> + Clone) -> Option<Self> {
        let count = points.clone().count();
        if count == 0 {
            return None;
        }
        let middle = points.clone().map(|point| point.latitude).sum::<f64>() / count as f64;
        Some(Self {
            south: points.clone().map(|point| point.latitude).fold(f64::INFINITY, f64::min),
            west: points.map(|point| point.longitude).fold(f64::INFINITY, f64::min),
            east_scale: libm::cos(middle.to_radians()) * MILES_PER_DEGREE,
        })
    }

    /// Miles east and north of the corner.
    pub(in crate::districts) fn miles(&self, point: Point) -> (f64, f64) {
        ((point.longitude - self.west) * self.east_scale, (point.latitude - self.south) * MILES_PER_DEGREE)
    }
}

/// The mean of places; None without any.
pub(in crate::districts) fn mean(points: &[Point]) -> Option<Point> {
    let count = points.len() as f64;
    (!points.is_empty()).then(|| Point {
        latitude: points.iter().map(|point| point.latitude).sum::<f64>() / count,
        longitude: points.iter().map(|point| point.longitude).sum::<f64>() / count,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_towns_are_as_far_apart_as_on_the_map() {
        let bismarck = Point { latitude: 46.8083, longitude: -100.7837 };
        let fargo = Point { latitude: 46.8772, longitude: -96.7898 };
        let projection = Projection::around([bismarck, fargo].into_iter()).expect("two points");
        let (a, b) = (projection.miles(bismarck), projection.miles(fargo));
        let miles = ((a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)).sqrt();
        // Great circle: 188.9 miles.
        assert!((miles - 188.9).abs() < 0.7, "{miles}");
        assert!(a.0.abs() < 1e-12 && a.1.abs() < 1e-12);
    }
}
