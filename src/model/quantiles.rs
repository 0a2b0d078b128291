//! Standard normals by table: a year of a district needs many, and each costs a look-up.

use std::sync::LazyLock;

use crate::engine::math;

use super::region::GRADES;

/// Standard normal quantiles at the middles of equal cells, scaled to unit variance. A district's year
/// needs more than sixteen normals: a table look-up by eight bits of a draw gives each. Steps of a table
/// are far finer than what is known of the shocks' distribution.
#[derive(Debug, Clone)]
pub(crate) struct Quantiles {
    table: [f32; CELLS],
}

const BITS: u32 = 8;
const CELLS: usize = 1 << BITS;

/// The normals of a district's year.
pub(crate) struct Shocks {
    pub(crate) births: f64,
    pub(crate) local: f64,
    pub(crate) drift: f64,
    pub(crate) grades: [f32; GRADES],
}

impl Quantiles {
    /// The table, which is the same for all runs: worked out once, as regions may be drawn anew in every future.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Quantiles> =
            LazyLock::new(|| Quantiles { table: quantiles().map(|value| value as f32) });
        &SHARED
    }

    /// The standard normal at a uniform draw, in steps.
    #[inline]
    pub(crate) fn normal(&self, u: f64) -> f64 {
        f64::from(self.table[((u * CELLS as f64) as usize).min(CELLS - 1)])
    }

    /// Five standard normals from one draw of 128 bits, in steps.
    #[inline]
    pub(crate) fn five(&self, [first, second]: [u64; 2]) -> [f64; 5] {
        let at = |word: u64, shift: u32| f64::from(self.table[((word >> shift) as usize) % CELLS]);
        [at(first, 56), at(first, 40), at(first, 24), at(second, 56), at(second, 40)]
    }

    /// Two uniform numbers from 24 bits each of the same draw that [`five`](Self::five) does not use.
    #[inline]
    pub(crate) fn spare(bits: [u64; 2]) -> [f64; 2] {
        bits.map(|word| ((word & 0xff_ffff) as f64 + 0.5) * (1.0 / 16_777_216.0))
    }

    /// Takes one draw of 128 bits apart: grades 0–6 and births from the first word, grades 7–12, the
    /// local shock and the drift's from the second.
    #[inline]
    pub(crate) fn shocks(&self, [mut first, mut second]: [u64; 2]) -> Shocks {
        const IN_FIRST: usize = 7;
        let next = |word: &mut u64| {
            let value = self.table[(*word as usize) % CELLS];
            *word >>= BITS;
            value
        };
        let mut grades = [0.0f32; GRADES];
        let (early, late) = grades.split_at_mut(IN_FIRST);
        for value in early {
            *value = next(&mut first);
        }
        for value in late {
            *value = next(&mut second);
        }
        let births = f64::from(next(&mut first));
        let [local, drift] = [next(&mut second), next(&mut second)].map(f64::from);
        Shocks { births, local, drift, grades }
    }
}

fn quantiles<const N: usize>() -> [f64; N] {
    let mut table = [0.0; N];
    for (place, value) in table.iter_mut().enumerate() {
        *value = math::inverse_normal((place as f64 + 0.5) / N as f64);
    }
    let variance = table.iter().map(|v| v * v).sum::<f64>() / N as f64;
    let scale = 1.0 / variance.sqrt();
    table.map(|value| value * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_table_has_mean_zero_and_variance_one() {
        let table = Quantiles::shared().table.map(f64::from);
        let mean = table.iter().sum::<f64>() / CELLS as f64;
        let variance = table.iter().map(|v| v * v).sum::<f64>() / CELLS as f64;
        assert!(mean.abs() < 1e-7 && (variance - 1.0).abs() < 1e-6);
        assert!(table.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn every_bit_of_a_draw_moves_one_shock_at_the_most() {
        let tables = Quantiles::shared();
        let all = |bits| {
            let shocks = tables.shocks(bits);
            let mut values = shocks.grades.map(f64::from).to_vec();
            values.extend([shocks.births, shocks.local, shocks.drift]);
            values
        };
        let base = all([0, 0]);
        let mut moved = vec![0; base.len()];
        for bit in 0..128 {
            let word = 1u64 << (bit % 64);
            let other = all(if bit < 64 { [word, 0] } else { [0, word] });
            let changed: Vec<usize> = (0..base.len()).filter(|&i| base[i].to_bits() != other[i].to_bits()).collect();
            assert!(changed.len() <= 1, "bit {bit} moves {changed:?}");
            for shock in changed {
                moved[shock] += 1;
            }
        }
        assert!(moved.iter().all(|&bits| bits == BITS));
    }
}
