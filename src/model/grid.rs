//! Who is near: a grid of equal squares over the places of a region, so that a search looks at the
//! squares around it and not at all places.

/// Places in a square, on average: more of them and a search looks at places in vain, fewer and it looks
/// at empty squares.
const PLACES_PER_SQUARE: f64 = 4.0;

/// Up to so many places lie in one square: to look at all is quicker than to look for the near ones.
const ONE_SQUARE: usize = 100;

/// Miles between two places on the plane as the crow flies.
#[inline]
pub(crate) fn miles(a: [f64; 2], b: [f64; 2]) -> f32 {
    let (east, north) = (a[0] - b[0], a[1] - b[1]);
    (east * east + north * north).sqrt() as f32
}

/// A place found by a search, which sorts by miles and then by the number of the place: miles are not
/// negative, and the bits of such numbers are in their order.
#[inline]
fn found(miles: f32, place: u16) -> u64 {
    u64::from(miles.to_bits()) << u16::BITS | u64::from(place)
}

/// What [`found`] put together: miles and the number of the place.
#[inline]
pub(crate) fn apart(found: u64) -> (f32, u16) {
    (f32::from_bits((found >> u16::BITS) as u32), found as u16)
}

/// Numbered places, sorted into squares. Searches by distance cost what lies in the squares around; where
/// nearly all places lie in a few squares of a far larger region they cost as much as without a grid.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grid {
    /// South-west corner, miles.
    corner: [f64; 2],
    /// Side of a square, miles, above 0.
    side: f64,
    columns: i32,
    rows: i32,
    /// Where each square's places begin, and where the last one's end; squares row by row from the south-west.
    starts: Vec<u32>,
    /// The places, square by square, and their numbers.
    places: Vec<[f64; 2]>,
    numbers: Vec<u16>,
}

impl Grid {
    /// Sorts places into squares; memory of an earlier region is used again.
    pub(crate) fn rebuild(&mut self, places: &[[f64; 2]]) {
        self.measure(places);
        let squares = (self.columns * self.rows) as usize;
        self.starts.clear();
        // There are never more squares than places, whatever the shape of a region (see `measure`).
        self.starts.reserve(places.len() + 2);
        self.starts.resize(squares + 1, 0);
        self.places.clear();
        self.numbers.clear();
        if squares == 1 {
            self.starts[1] = places.len() as u32;
            self.places.extend_from_slice(places);
            self.numbers.extend((0..places.len()).map(|number| number as u16));
            return;
        }
        for &place in places {
            let square = self.square(place);
            self.starts[square] += 1;
        }
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
        self.places.resize(places.len(), [0.0; 2]);
        self.numbers.resize(places.len(), 0);
        // From the last, so that every start ends where it belongs and places of a square keep their order.
        for (number, &place) in places.iter().enumerate().rev() {
            let square = self.square(place);
            self.starts[square] -= 1;
            let slot = self.starts[square] as usize;
            self.places[slot] = place;
            self.numbers[slot] = number as u16;
        }
    }

    /// Corner, side and numbers of columns and rows.
    fn measure(&mut self, places: &[[f64; 2]]) {
        (self.corner, self.side, self.columns, self.rows) = ([0.0; 2], 1.0, 1, 1);
        if places.len() <= ONE_SQUARE {
            return;
        }
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for place in places {
            for axis in 0..2 {
                low[axis] = low[axis].min(place[axis]);
                high[axis] = high[axis].max(place[axis]);
            }
        }
        let (width, height) = (high[0] - low[0], high[1] - low[1]);
        let share = PLACES_PER_SQUARE / places.len() as f64;
        // The second bounds the number of squares of a region that is hardly more than a line.
        let side = (width * height * share).sqrt().max(width.max(height) * share);
        if side > 0.0 && side.is_finite() {
            (self.corner, self.side) = (low, side);
            (self.columns, self.rows) = ((width / side) as i32 + 1, (height / side) as i32 + 1);
        }
    }

    /// Column and row of a place; the nearest ones of a place outside.
    #[inline]
    fn column_row(&self, place: [f64; 2]) -> (i32, i32) {
        let column = ((place[0] - self.corner[0]) / self.side) as i32;
        let row = ((place[1] - self.corner[1]) / self.side) as i32;
        (column.clamp(0, self.columns - 1), row.clamp(0, self.rows - 1))
    }

    #[inline]
    fn square(&self, place: [f64; 2]) -> usize {
        let (column, row) = self.column_row(place);
        (row * self.columns + column) as usize
    }

    /// The places in a row of squares, from one column to another, and their numbers; columns and rows outside
    /// of the grid have none.
    #[inline]
    fn places_in(&self, row: i32, columns: (i32, i32)) -> impl Iterator<Item = (&[f64; 2], &u16)> {
        let (first, last) = (columns.0.max(0), columns.1.min(self.columns - 1));
        let places = if row < 0 || row >= self.rows || first > last {
            0..0
        } else {
            let (first, last) = ((row * self.columns + first) as usize, (row * self.columns + last) as usize);
            self.starts[first] as usize..self.starts[last + 1] as usize
        };
        self.places[places.clone()].iter().zip(&self.numbers[places])
    }

    /// The `most` places nearest to one of them, but for itself, as [`apart`] tells them: nearest first, the
    /// lower number first of those equally far. `out` is overwritten.
    pub(crate) fn nearest(&self, from: [f64; 2], itself: u16, most: usize, out: &mut Vec<u64>) {
        out.clear();
        if most == 0 {
            return;
        }
        let (column, row) = self.column_row(from);
        for ring in 0..self.columns.max(self.rows) {
            let mut add = |row: i32, columns: (i32, i32)| {
                out.extend(self.places_in(row, columns).map(|(&place, &number)| found(miles(from, place), number)));
            };
            let across = (column - ring, column + ring);
            add(row - ring, across);
            if ring == 0 {
                out.iter().position(|&key| apart(key).1 == itself).map(|own| out.swap_remove(own));
            } else {
                for between in row - ring + 1..row + ring {
                    add(between, (across.0, across.0));
                    add(between, (across.1, across.1));
                }
                add(row + ring, across);
            }
            // All that lies beyond this ring is farther away than this, with a little for rounding.
            let known_to = found((f64::from(ring) * self.side * (1.0 - 1e-6)) as f32, 0);
            if out.len() >= most && out.iter().filter(|&&key| key < known_to).count() >= most {
                break;
            }
        }
        // To put few too many in order is quicker than to sort them out first.
        if out.len() > 2 * most {
            out.select_nth_unstable(most - 1);
            out.truncate(most);
        }
        out.sort_unstable();
        out.truncate(most);
    }

    /// Puts the numbers of all places at most so many miles away behind those in `out`, in ascending order.
    pub(crate) fn within(&self, from: [f64; 2], reach: f64, out: &mut Vec<u16>) {
        let start = out.len();
        // A little more for rounding.
        let around = reach * (1.0 + 1e-6) + self.side * 1e-6;
        let (west, south) = self.column_row([from[0] - around, from[1] - around]);
        let (east, north) = self.column_row([from[0] + around, from[1] + around]);
        for row in south..=north {
            let near = self.places_in(row, (west, east)).filter(|&(&place, _)| f64::from(miles(from, place)) <= reach);
            out.extend(near.map(|(_, &number)| number));
        }
        out[start..].sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Places as regions have them, and as they might: strewn, in towns, on a line, on one spot.
    fn places() -> impl Strategy<Value = Vec<[f64; 2]>> {
        let strewn = prop::collection::vec([0.0..300.0, 0.0..200.0f64], 1..300);
        let towns = prop::collection::vec(([0..4u8, 0..3u8], [0.0..2.0, 0.0..2.0f64]), 1..300).prop_map(|places| {
            places.iter().map(|&(town, at)| [0, 1].map(|axis| 90.0 * f64::from(town[axis]) + at[axis])).collect()
        });
        let line = prop::collection::vec(0..500i32, 1..300)
            .prop_map(|miles| miles.iter().map(|&miles| [f64::from(miles), 7.0]).collect());
        let slope = prop::collection::vec(0..100i32, 1..300)
            .prop_map(|miles| miles.iter().map(|&miles| [f64::from(miles), 0.5 * f64::from(miles) - 30.0]).collect());
        let lattice = prop::collection::vec([0..12i32, 0..12i32], 1..300)
            .prop_map(|places| places.iter().map(|place| place.map(f64::from)).collect());
        let spot = (1..300usize).prop_map(|count| vec![[3.0, 4.0]; count]);
        prop_oneof![strewn, towns, line, slope, lattice, spot]
    }

    fn all_by_distance(places: &[[f64; 2]], i: usize) -> Vec<(f32, u16)> {
        let others = (0..places.len()).filter(|&j| j != i);
        let mut all: Vec<_> = others.map(|j| (miles(places[i], places[j]), j as u16)).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        all
    }

    proptest! {
        #[test]
        fn a_search_finds_what_a_look_at_all_places_finds(
            places in places(),
            most in 1..60usize,
            reach in 0.0..150.0f64,
            outside in [-100.0..400.0, -100.0..400.0f64],
        ) {
            let mut grid = Grid::default();
            grid.rebuild(&[[1.0, 2.0]; 200]);
            grid.rebuild(&places);
            let (mut keys, mut numbers) = (Vec::new(), Vec::new());
            for (i, &place) in places.iter().enumerate() {
                let expected = all_by_distance(&places, i);
                grid.nearest(place, i as u16, most, &mut keys);
                let found: Vec<_> = keys.iter().map(|&key| apart(key)).collect();
                prop_assert_eq!(&found, &expected[..most.min(expected.len())]);
            }
            for from in [outside, places[0]] {
                numbers.clear();
                grid.within(from, reach, &mut numbers);
                let near = |&j: &u16| f64::from(miles(from, places[usize::from(j)])) <= reach;
                let expected: Vec<u16> = (0..places.len() as u16).filter(near).collect();
                prop_assert_eq!(&numbers, &expected);
            }
        }
    }

    #[test]
    fn a_far_outlier_is_near_to_somebody() {
        let mut places: Vec<[f64; 2]> = (0..400).map(|i| [f64::from(i % 20), f64::from(i / 20)]).collect();
        places.push([5_000.0, 3_000.0]);
        let mut grid = Grid::default();
        grid.rebuild(&places);
        let mut found = Vec::new();
        grid.nearest(places[400], 400, 3, &mut found);
        let expected = all_by_distance(&places, 400);
        assert_eq!(found.iter().map(|&key| apart(key)).collect::<Vec<_>>(), expected[..3]);
    }

    #[test]
    fn a_line_has_no_more_squares_than_places() {
        let mut grid = Grid::default();
        grid.rebuild(&(0..10_000).map(|i| [f64::from(i), 0.001 * f64::from(i % 2)]).collect::<Vec<_>>());
        assert!(grid.starts.len() < 10_000);
    }
}
