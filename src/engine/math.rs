//! Transcendental functions that give the same bits on every target.
//!
//! The platform's `exp`, `ln` and `powf` differ between machines, so the model calls these only:
//! `libm` compiled from Rust, and forms built from exact operations. `sqrt` is exact by IEEE 754
//! and may be used as it is.

/// e to the power `x`.
#[must_use]
#[inline]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// The natural logarithm of `x`.
#[must_use]
#[inline]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
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
    libm::asinh(x)
}

/// The hyperbolic tangent.
#[must_use]
#[inline]
pub fn tanh(x: f64) -> f64 {
    libm::tanh(x)
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
///
/// Most events are unlikely and most draws are far from their threshold. The first terms of the
/// exponential's series bound the probability from above: one comparison, which the processor can
/// predict, settles most draws without an exponential, and never differently.
#[must_use]
#[inline]
pub fn happens(u: f64, logit: f64) -> bool {
    let against = (-logit).max(0.0);
    let least = 2.0 + against * (1.0 + against * (0.5 + against * (1.0 / 6.0 + against * (1.0 / 24.0))));
    // The margin of a thousandth is far beyond all rounding.
    if logit < 0.0 && u * least > 1.001 {
        return false;
    }
    u < logistic(logit)
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
        4_596_227_127_146_765_896,
        4_613_303_445_314_885_482,
        4_688_353_611_944_933_990,
        13_831_473_067_500_349_217,
        4_605_934_474_617_694_612,
        4_603_298_738_749_215_636,
        4_600_516_171_937_235_670,
    ];

    #[test]
    fn transcendental_functions_keep_their_bits() {
        // Known answers: these bits must not change with target, compiler or a library's update.
        let answers = [exp(-1.63), exp(1.0), exp(12.5), ln(0.3), pow(0.37, 0.15), asinh(0.6), tanh(0.4)].map(f64::to_bits);
        assert_eq!(answers, KNOWN);
        assert_eq!(ln(10.0).to_bits(), std::f64::consts::LN_10.to_bits());
    }

    #[test]
    fn an_event_follows_its_log_odds() {
        assert!(happens(0.7309, 1.0) && !happens(0.7312, 1.0));
        for step in 0..20_000 {
            let (u, logit) = ((f64::from(step) + 0.5) / 20_000.0, f64::from(step % 97) / 8.0 - 9.0);
            assert_eq!(happens(u, logit), u < logistic(logit), "{u} {logit}");
        }
        assert!((logistic(log_odds(0.3)) - 0.3).abs() < 1e-15);
    }
}
