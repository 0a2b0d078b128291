//! Transcendental functions that give the same bits on every target.
//!
//! The platform's `exp`, `ln` and `powf` differ between machines, so the model calls these only. They are
//! built from operations that IEEE 754 fixes to the last bit (`sqrt` is one of them and may be used as it
//! is), or are `libm` compiled from Rust. `exp` and `ln` are called several times in every district's year:
//! those of `libm` are exact to the last digit and full of branches, and took a tenth of a run; these have
//! none, are inlined, and are exact to 1e-14, far beyond what is known of any log-odds.

use std::f64::consts::{LN_2, LOG2_E};

/// Adding this rounds to a whole number and leaves it in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts: multiples of the first are exact.
const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// The bits of the square root of a half.
const ROOT_OF_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
/// Exponent of 1.0, and the place of the exponent in the bits.
const EXPONENT_OF_ONE: u64 = 1_023;
const EXPONENT_PLACE: u32 = 52;

/// e to the power `x`, with a relative error below 1e-14. Beyond ±708, where doubles end, the value at
/// that end.
#[must_use]
#[inline]
pub fn exp(x: f64) -> f64 {
    let x = x.clamp(-708.0, 708.0);
    // x = k ln 2 + r with |r| <= ln 2 / 2.
    let shifted = x * LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    // The series up to r^11, grouped in fours so that the processor works on several terms at a time.
    let r2 = r * r;
    let r4 = r2 * r2;
    let low = (1.0 + r) + r2 * (0.5 + r * (1.0 / 6.0));
    let middle = (1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5_040.0));
    let high = (1.0 / 40_320.0 + r * (1.0 / 362_880.0)) + r2 * (1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0));
    let series = low + r4 * (middle + r4 * high);
    let power_of_two = f64::from_bits(shifted.to_bits().wrapping_add(EXPONENT_OF_ONE) << EXPONENT_PLACE);
    series * power_of_two
}

/// `a / b` to the power `y`. For a ratio from two thirds to one and a half, by its Padé form: exact for `y` of 0 and 1, to
/// a tenth of a per cent for `y` between (four per cent at worst for a `y` of 2), and far cheaper than the power. Beyond these, where that form bends and in the
/// end turns negative, the power itself.
#[must_use]
#[inline]
pub fn near_power(a: f64, b: f64, y: f64) -> f64 {
    if 1.5 * a < b || a > 1.5 * b {
        return pow(a / b, y);
    }
    ((1.0 + y) * a + (1.0 - y) * b) / ((1.0 - y) * a + (1.0 + y) * b)
}

/// The natural logarithm of `a / b` for a ratio near 1, by its Padé form: 1 % off at a ratio of one and a half, a
/// tenth at four. For indices whose scale is a definition.
#[must_use]
#[inline]
pub fn near_ln(a: f64, b: f64) -> f64 {
    2.0 * (a - b) / (a + b)
}

/// The natural logarithm of `x`, with a relative error below 1e-14.
#[must_use]
#[allow(
    clippy::inline_always,
    reason = "called several times in every district's year, and short but for a path never taken"
)]
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    if !(f64::MIN_POSITIVE..f64::INFINITY).contains(&x) {
        return libm::log(x);
    }
    // x = m 2^k with m from 1/sqrt 2 to sqrt 2.
    let above = x.to_bits().wrapping_sub(ROOT_OF_HALF);
    let k = above.cast_signed() >> EXPONENT_PLACE;
    let m = f64::from_bits(x.to_bits().wrapping_sub(k.cast_unsigned() << EXPONENT_PLACE));
    // ln m = 2 artanh s, by its series up to s^19.
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let z2 = z * z;
    let z4 = z2 * z2;
    let low = (1.0 / 3.0 + z * (1.0 / 5.0)) + z2 * (1.0 / 7.0 + z * (1.0 / 9.0));
    let high = (1.0 / 11.0 + z * (1.0 / 13.0)) + z2 * (1.0 / 15.0 + z * (1.0 / 17.0)) + z4 * (1.0 / 19.0);
    let series = s + s * z * (low + z4 * high);
    k as f64 * LN_2 + 2.0 * series
}

/// `x` to the power `y`.
#[must_use]
#[inline]
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// The inverse hyperbolic sine: near linear for small, logarithmic for large `x`.
#[must_use]
#[inline]
pub fn asinh(x: f64) -> f64 {
    let size = x.abs();
    ln(size + (size * size + 1.0).sqrt()).copysign(x)
}

/// The hyperbolic tangent.
#[must_use]
#[inline]
pub fn tanh(x: f64) -> f64 {
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}

/// The probability whose log-odds are `logit`.
#[must_use]
#[inline]
pub fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + exp(-logit))
}

/// The log-odds of probability `p`, 0 < p < 1.
#[must_use]
#[inline]
pub fn log_odds(p: f64) -> f64 {
    ln(p / (1.0 - p))
}

/// Whether an event with log-odds `logit` happens when its uniform draw is `u`: u < logistic(logit).
/// Most events are unlikely and most draws far from their threshold, so the bound is tried first.
#[must_use]
#[inline]
pub fn happens(u: f64, logit: f64) -> bool {
    may_happen(u, logit) && u + u * exp(-logit) < 1.0
}

/// Whether an event whose log-odds are `logit` at most could happen when its uniform draw is `u`: false
/// only if it cannot. As (1 + x/16)^16 <= e^x, one comparison, which the processor can predict, settles
/// most draws without an exponential.
#[must_use]
#[inline]
pub fn may_happen(u: f64, logit: f64) -> bool {
    let root = (1.0 - logit * (1.0 / 16.0)).max(0.0);
    let fourth = (root * root) * (root * root);
    let least = (fourth * fourth) * (fourth * fourth);
    // The margin is far beyond all rounding.
    u + u * least < 1.000_000_1
}

/// The standard normal quantile of `p`, 0 < p < 1: Wichura's algorithm AS 241 (PPND16, relative
/// accuracy about 1e-16), with the portable `ln`.
#[must_use]
pub fn inverse_normal(p: f64) -> f64 {
    const A: [f64; 8] = [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ];
    const B: [f64; 7] = [
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ];
    const C: [f64; 8] = [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ];
    const D: [f64; 7] = [
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ];
    const E: [f64; 8] = [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ];
    const F: [f64; 7] = [
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ];
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * polynomial(&A, r) / polynomial_one(&B, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-ln(tail)).sqrt();
    let value = if r <= 5.0 {
        polynomial(&C, r - 1.6) / polynomial_one(&D, r - 1.6)
    } else {
        polynomial(&E, r - 5.0) / polynomial_one(&F, r - 5.0)
    };
    if q < 0.0 { -value } else { value }
}

/// A polynomial by Horner's rule, coefficients from the constant upwards.
#[inline]
/// The 97.5 % quantile of Student's t with so many degrees of freedom, for two-sided intervals of 95 %; with a relative
/// error below 1e-12. None: not a number.
#[must_use]
pub fn student_t(degrees: u64) -> f64 {
    let n = degrees as f64;
    match degrees {
        0 => f64::NAN,
        // The tangent of 0.475 π.
        1 => 12.706_204_736_174_7,
        2 => 0.95 * (2.0 / (1.0 - 0.95 * 0.95_f64)).sqrt(),
        // Abramowitz & Stegun 26.7.5; from a thousand on its next term is below the last digit.
        1_000.. => near_student_t(n),
        // A few steps of Newton's; from the tenth of an expansion's error on, each doubles the digits.
        3..1_000 => (0..8).fold(near_student_t(n), |t, _| {
            let (inside, density) = student_t_inside(t, degrees);
            t - (inside - 0.95) / density
        }),
    }
}

/// The 97.5 % quantile of Student's t in powers of one over its degrees of freedom.
fn near_student_t(n: f64) -> f64 {
    let z = 1.959_963_984_540_054;
    let z2 = z * z;
    let first = z * (z2 + 1.0) / 4.0;
    let second = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    let fourth = z * ((((79.0 * z2 + 776.0) * z2 + 1_482.0) * z2 - 1_920.0) * z2 - 945.0) / 92_160.0;
    z + (first + (second + (third + fourth / n) / n) / n) / n
}

/// How likely Student's t with three degrees of freedom or more lies between -t and t, and the change of that with t:
/// finite sums (Abramowitz & Stegun 26.7.3 and 26.7.4).
fn student_t_inside(t: f64, degrees: u64) -> (f64, f64) {
    let n = degrees as f64;
    let (sine, cosine) = (t / (n + t * t).sqrt(), (n / (n + t * t)).sqrt());
    let square = cosine * cosine;
    let odd = degrees % 2 == 1;
    // Of one or two degrees of freedom: the first term of the sum, and the density where t is 0, but for a root. Each
    // pair of degrees adds a factor to the density and a term to the sum.
    let (mut at, mut term, mut height) = if odd { (1, cosine, std::f64::consts::FRAC_1_PI) } else { (2, 1.0, 0.5) };
    let (mut sum, mut power) = (term, cosine * if odd { cosine } else { square });
    while at < degrees {
        let below = at as f64;
        height *= (below + 1.0) / below;
        power *= square;
        term *= square * if odd { (below + 1.0) / (below + 2.0) } else { (below - 1.0) / below };
        // For an odd number the sum has one term less: what comes before it is an angle.
        if !odd || at + 2 < degrees {
            sum += term;
        }
        at += 2;
    }
    let inside = if odd { std::f64::consts::FRAC_2_PI * (libm::atan(t / n.sqrt()) + sine * sum) } else { sine * sum };
    (inside, 2.0 * height / n.sqrt() * power)
}

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// A polynomial whose constant is 1; `coefficients` start with that of `x`.
#[inline]
fn polynomial_one(coefficients: &[f64], x: f64) -> f64 {
    polynomial(coefficients, x) * x + 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, Normal};

    #[test]
    fn a_near_power_is_a_power_for_any_ratio() {
        for y in [0.0, 0.05, 0.74, 1.0, 1.6, 2.0] {
            for ratio in [1e-6, 0.05, 0.2, 0.5, 0.67, 0.9, 1.0, 1.2, 1.49, 2.0, 40.0f64] {
                let (near, exact) = (near_power(300.0 * ratio, 300.0, y), pow(ratio, y));
                assert!((near / exact - 1.0).abs() < 0.04, "{ratio} to the {y}: {near} for {exact}");
            }
        }
    }

    #[test]
    fn the_normal_quantile_inverts_the_distribution() {
        let normal = Normal::standard();
        for p in [1e-12, 1e-6, 0.01, 0.074, 0.076, 0.3, 0.5, 0.8, 0.95, 0.999_999] {
            let back = normal.cdf(inverse_normal(p));
            assert!((back - p).abs() < 1e-9 * (1.0 + 1.0 / p).min(1e3), "{p} came back as {back}");
        }
        assert!((inverse_normal(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        assert!((inverse_normal(1e-15) + 7.941_345_326_170_997).abs() < 1e-12);
    }

    const KNOWN: [u64; 7] = [
        4_596_227_127_146_765_895,
        4_613_303_445_314_885_474,
        4_688_353_611_944_933_990,
        13_831_473_067_500_349_216,
        4_605_934_474_617_694_612,
        4_603_298_738_749_215_636,
        4_600_516_171_937_235_670,
    ];

    #[test]
    fn transcendental_functions_keep_their_bits() {
        // Known answers: these bits must not change with target, compiler or a library's update.
        let answers =
            [exp(-1.63), exp(1.0), exp(12.5), ln(0.3), pow(0.37, 0.15), asinh(0.6), tanh(0.4)].map(f64::to_bits);
        assert_eq!(answers, KNOWN);
    }

    #[test]
    fn transcendental_functions_agree_with_the_library_to_fourteen_digits() {
        let close = |ours: f64, exact: f64| (ours - exact).abs() <= 1e-14 * exact.abs().max(1e-300);
        for step in -40_000..=40_000 {
            let x = f64::from(step) / 1_000.0 * 17.5;
            assert!(close(exp(x), libm::exp(x)), "exp {x}");
            let y = libm::exp(x) * (1.0 + f64::from(step) / 50_000.0 * 0.5);
            assert!(close(ln(y), libm::log(y)) || (ln(y) - libm::log(y)).abs() < 1e-15, "ln {y}");
            assert!((tanh(x) - libm::tanh(x)).abs() < 1e-14 && (asinh(x) - libm::asinh(x)).abs() < 1e-13, "{x}");
        }
        assert!(exp(1e4) > 1e307 && exp(-1e4) < 1e-307 && exp(f64::NAN).is_nan());
        assert!(ln(0.0) == f64::NEG_INFINITY && ln(-1.0).is_nan() && ln(f64::INFINITY) == f64::INFINITY);
        assert!((ln(1e-310) - libm::log(1e-310)).abs() < 1e-12);
    }

    #[test]
    fn the_quantile_of_students_t_is_that_of_tables_and_of_another_library() {
        use statrs::distribution::StudentsT;
        let table = [
            (1, 12.706_204_736_2),
            (2, 4.302_652_729_7),
            (3, 3.182_446_305_3),
            (4, 2.776_445_105_2),
            (5, 2.570_581_835_6),
            (10, 2.228_138_852_0),
            (30, 2.042_272_456_3),
            (1_000, 1.962_339_080_8),
            // Where the other library is wrong in the fourth decimal.
            (1_000_000, 1.959_966_356_8),
        ];
        for (degrees, quantile) in table {
            assert!((student_t(degrees) - quantile).abs() < 1e-9, "{degrees}: {}", student_t(degrees));
        }
        for degrees in (1..3_000).chain([10_000]) {
            let other = StudentsT::new(0.0, 1.0, degrees as f64).expect("degrees above 0").inverse_cdf(0.975);
            let own = student_t(degrees);
            assert!((own - other).abs() < 1e-8 * other, "{degrees}: {own}, {other}");
            assert!(own > student_t(degrees + 1), "{degrees}: no step where the methods meet");
        }
        assert!(student_t(0).is_nan());
    }

    #[test]
    fn an_event_follows_its_log_odds() {
        assert!(happens(0.7309, 1.0) && !happens(0.7312, 1.0));
        for step in 0..20_000 {
            let (u, logit) = ((f64::from(step) + 0.5) / 20_000.0, f64::from(step % 97) / 8.0 - 9.0);
            assert!(may_happen(u, logit) || !happens(u, logit) && u > logistic(logit), "{u} {logit}");
            let clear = (u - logistic(logit)).abs() > 1e-12;
            assert!(!clear || happens(u, logit) == (u < logistic(logit)), "{u} {logit}");
        }
        assert!((logistic(log_odds(0.3)) - 0.3).abs() < 1e-15);
    }
}
