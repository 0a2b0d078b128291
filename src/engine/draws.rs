//! Random draws that are a pure function of what they are for.
//!
//! A draw is addressed by (seed, replicate, year, entity, decision) and by nothing else: no
//! generator is handed around, so one more draw here shifts nothing there, and two policies see the
//! same luck wherever they ask the same question. The algorithm is Philox2x64-7 (Salmon, Moraes,
//! Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"), a counter-based generator with
//! published known answers; the address is its counter and key. Its authors found that six rounds pass
//! all of `BigCrush`; seven leave a margin, ten are their cautious default and a quarter slower.

use super::math;

const MULTIPLIER: u64 = 0xD2B7_4407_B1CE_6E93;
const WEYL: u64 = 0x9E37_79B9_7F4A_7C15;
const ROUNDS: u32 = 7;

/// One block of Philox2x64-7: 128 random bits from a 128-bit counter and a 64-bit key.
#[must_use]
#[inline]
pub fn philox2x64(counter: [u64; 2], key: u64) -> [u64; 2] {
    let [mut left, mut right] = counter;
    let mut key = key;
    for _ in 0..ROUNDS {
        let product = u128::from(MULTIPLIER) * u128::from(left);
        let high = (product >> 64) as u64;
        left = high ^ key ^ right;
        right = product as u64;
        key = key.wrapping_add(WEYL);
    }
    [left, right]
}

/// A stable 64-bit name of an entity (a district, a pair, a cluster, the region): it depends on the
/// entity's own identifier, never on its position in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityKey(pub u64);

impl EntityKey {
    /// The region as a whole.
    pub const REGION: Self = Self(0x5245_4749_4f4e_0000);

    /// The key of an entity named by text (FNV-1a 64, then a bijective mixer so that similar names
    /// are far apart).
    #[must_use]
    pub const fn from_name(name: &str) -> Self {
        let (mut hash, bytes): (u64, _) = (0xcbf2_9ce4_8422_2325, name.as_bytes());
        let mut place = 0;
        while place < bytes.len() {
            hash = (hash ^ bytes[place] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            place += 1;
        }
        Self(mix(hash))
    }

    /// The key of this entity together with another, in this order.
    #[must_use]
    #[inline]
    pub fn with(self, other: Self) -> Self {
        Self(mix(self.0 ^ other.0.rotate_left(32).wrapping_mul(WEYL)))
    }

    /// A number between 0 and 1 that is this entity's own for ever: for what is a trait and not an event.
    #[must_use]
    #[inline]
    pub fn share(self) -> f64 {
        unit(mix(self.0 ^ WEYL))
    }

    /// The key of this entity's `number`-th part or occasion.
    #[must_use]
    #[inline]
    pub fn nth(self, number: u32) -> Self {
        Self(mix(self.0.wrapping_add(u64::from(number).wrapping_add(1).wrapping_mul(WEYL))))
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea & Flood 2014): a bijection on 64 bits.
#[inline]
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A decision that draws: the model numbers its own. A number, once released, is never reused.
pub trait Decision: Copy {
    /// The decision's number.
    fn number(self) -> u16;
}

/// The draws of one year of one replicate.
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    seed: u64,
    replicate: u32,
    year: u16,
}

impl Draws {
    /// The draws of `year` (0 is the first; [`Draws::BEFORE`] is the time before it) in `replicate`
    /// of the experiment with `seed`.
    #[must_use]
    pub fn new(seed: u64, replicate: u32, year: u16) -> Self {
        Self { seed, replicate, year }
    }

    /// The "year" of what is settled before the first year: starting conditions and parameters.
    pub const BEFORE: u16 = u16::MAX;

    /// 128 random bits.
    #[must_use]
    #[inline]
    pub fn bits<D: Decision>(&self, entity: EntityKey, decision: D) -> [u64; 2] {
        let place = u64::from(self.replicate) << 32 | u64::from(self.year) << 16 | u64::from(decision.number());
        philox2x64([place, entity.0], self.seed)
    }

    /// Six independent uniform numbers, for what is decided of an entity in a year one way or the other.
    #[must_use]
    #[inline]
    pub fn sixths<D: Decision>(&self, entity: EntityKey, decision: D) -> Sixths {
        Sixths(self.bits(entity, decision))
    }

    /// A uniform number strictly between 0 and 1.
    #[must_use]
    #[inline]
    pub fn uniform<D: Decision>(&self, entity: EntityKey, decision: D) -> f64 {
        unit(self.bits(entity, decision)[0])
    }

    /// Two independent uniform numbers strictly between 0 and 1.
    #[must_use]
    #[inline]
    pub fn uniforms<D: Decision>(&self, entity: EntityKey, decision: D) -> [f64; 2] {
        let [a, b] = self.bits(entity, decision);
        [unit(a), unit(b)]
    }

    /// A standard normal number, by the inverse of its distribution, so that worlds that ask the
    /// same question get the same quantile.
    #[must_use]
    #[inline]
    pub fn normal<D: Decision>(&self, entity: EntityKey, decision: D) -> f64 {
        math::inverse_normal(self.uniform(entity, decision))
    }

    /// Two independent standard normal numbers.
    #[must_use]
    #[inline]
    pub fn normals<D: Decision>(&self, entity: EntityKey, decision: D) -> [f64; 2] {
        self.uniforms(entity, decision).map(math::inverse_normal)
    }
}

/// Six independent uniform numbers strictly between 0 and 1 in the 16 bytes of one block: 21 bits each. That is
/// steps of half a millionth, far finer than any yearly probability is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sixths([u64; 2]);

impl Sixths {
    /// The `nth` of them, from 0.
    #[must_use]
    #[inline]
    pub fn nth(self, nth: usize) -> f64 {
        const CELLS: u64 = 1 << 21;
        let cell = (self.0[nth / 3] >> (21 * (nth % 3))) % CELLS;
        (cell as f64 + 0.5) * (1.0 / CELLS as f64)
    }
}

/// The middle of one of 2^52 equal cells of (0, 1): never 0, never 1.
#[inline]
fn unit(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    struct Test(u16);
    impl Decision for Test {
        fn number(self) -> u16 {
            self.0
        }
    }

    #[test]
    fn philox_gives_the_published_known_answers() {
        // `kat_vectors` of Random123, lines "philox2x64 7".
        assert_eq!(philox2x64([0, 0], 0), [0xb41d_a69f_bfef_c666, 0x511e_9ce1_a553_4056]);
        assert_eq!(philox2x64([u64::MAX, u64::MAX], u64::MAX), [0xa469_6cc0_4462_015d, 0x7247_82da_e171_69e9]);
        assert_eq!(
            philox2x64([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344], 0xa409_3822_299f_31d0),
            [0x98ed_1534_392b_f372, 0x6752_8b15_6888_2fd5]
        );
    }

    #[test]
    fn a_draw_depends_on_every_part_of_its_address() {
        let entity = EntityKey::from_name("3800015");
        let base = Draws::new(1, 2, 3).bits(entity, Test(4));
        assert_eq!(base, Draws::new(1, 2, 3).bits(entity, Test(4)));
        for other in [
            Draws::new(2, 2, 3).bits(entity, Test(4)),
            Draws::new(1, 3, 3).bits(entity, Test(4)),
            Draws::new(1, 2, 4).bits(entity, Test(4)),
            Draws::new(1, 2, 3).bits(EntityKey::from_name("3800033"), Test(4)),
            Draws::new(1, 2, 3).bits(entity, Test(5)),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn uniforms_stay_inside_the_open_unit_interval() {
        assert!(unit(0) > 0.0 && unit(u64::MAX) < 1.0);
    }

    #[test]
    fn sixths_share_no_bit_and_stay_inside_the_open_unit_interval() {
        let base = Sixths::default();
        let mut moved = [0; 6];
        for bit in 0..128 {
            let word = 1u64 << (bit % 64);
            let other = Sixths(if bit < 64 { [word, 0] } else { [0, word] });
            let moves = |&nth: &usize| base.nth(nth).to_bits() != other.nth(nth).to_bits();
            let changed: Vec<usize> = (0..6).filter(moves).collect();
            assert!(changed.len() <= 1, "bit {bit} moves {changed:?}");
            for &nth in &changed {
                moved[nth] += 1;
            }
        }
        assert_eq!(moved, [21; 6]);
        let full = Sixths([u64::MAX; 2]);
        assert!((0..6).all(|nth| base.nth(nth) > 0.0 && full.nth(nth) < 1.0));
    }

    #[test]
    fn normals_have_the_moments_of_a_standard_normal() {
        let draws = Draws::new(7, 0, 0);
        let values: Vec<f64> = (0..40_000).map(|n| draws.normal(EntityKey::REGION.nth(n), Test(1))).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64;
        // Four standard errors of each.
        assert!(mean.abs() < 4.0 / 200.0, "{mean}");
        assert!((variance - 1.0).abs() < 4.0 * (2.0f64 / 40_000.0).sqrt(), "{variance}");
    }

    #[test]
    fn neighbouring_addresses_are_uncorrelated() {
        let entity = EntityKey::from_name("a");
        let pairs = 20_000u16;
        let mut product = 0.0;
        for year in 0..pairs {
            let draws = Draws::new(1, 0, year);
            product += (draws.uniform(entity, Test(1)) - 0.5) * (draws.uniform(entity, Test(2)) - 0.5);
        }
        let correlation = product / f64::from(pairs) * 12.0;
        assert!(correlation.abs() < 4.0 / f64::from(pairs).sqrt(), "{correlation}");
    }
}
