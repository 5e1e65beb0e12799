//! Normal and gamma deviates and the skewed transform that CLIGEN's station statistics are written for.

use crate::philox::Stream;

/// Standard normal deviate below which a fraction `p` of the distribution lies: algorithm AS 241 (PPND16), Wichura
/// 1988, Applied Statistics 37, 477-484. Relative accuracy about 1e-16. `p` must be inside (0, 1).
pub(crate) fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 8] = [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ];
    const B: [f64; 8] = [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_545,
    ];
    const C: [f64; 8] = [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ];
    const D: [f64; 8] = [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ];
    const E: [f64; 8] = [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ];
    const F: [f64; 8] = [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ];
    fn ratio(num: &[f64; 8], den: &[f64; 8], r: f64) -> f64 {
        let poly = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * r + c);
        poly(num) / poly(den)
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(&A, &B, 0.180_625 - q * q);
    }
    let r = (-(if q < 0.0 { p } else { 1.0 - p }).ln()).sqrt();
    let z = if r <= 5.0 { ratio(&C, &D, r - 1.6) } else { ratio(&E, &F, r - 5.0) };
    if q < 0.0 { -z } else { z }
}

/// Skewed deviate of mean about 0 and standard deviation about 1 from a normal one: the Wilson-Hilferty cube that
/// CLIGEN applies to wet-day depths and wind speeds (NSERL Report No. 10, chapter 2). Skew is limited to +-4.5 as
/// there; a skew near 0 is the normal deviate itself.
pub(crate) fn skewed(z: f64, skew: f64) -> f64 {
    let skew = skew.clamp(-4.5, 4.5);
    if skew.abs() < 0.01 {
        return z;
    }
    let r = skew / 6.0;
    let x = (z - r) * r + 1.0;
    (x * x * x - 1.0) * 2.0 / skew
}

/// Gamma deviate of the given shape (> 1) and mean 1: Marsaglia & Tsang 2000, ACM TOMS 26(3), 363-372.
pub(crate) fn unit_gamma(shape: f64, stream: &mut Stream) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let z = normal_quantile(stream.uniform());
        let v = (1.0 + c * z).powi(3);
        if v <= 0.0 {
            continue;
        }
        if stream.uniform().ln() < 0.5 * z * z + d - d * v + d * v.ln() {
            return d * v / shape;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::philox::{Draws, Purpose};

    /// Quantiles printed by Wichura (1988) for checking an implementation.
    #[test]
    fn normal_quantile_agrees_with_the_published_values() {
        for (p, z) in [
            (0.25, -0.674_489_750_196_081_7),
            (0.001, -3.090_232_306_167_814),
            (1e-20, -9.262_340_089_798_408),
        ] {
            assert!((normal_quantile(p) / z - 1.0).abs() < 1e-15, "{p}: {} != {z}", normal_quantile(p));
        }
    }

    /// Moments of many gamma deviates: a wrong shape would change every storm duration.
    #[test]
    fn gamma_deviates_have_the_asked_mean_and_variance() {
        let mut stream = Draws::new("gamma", 1).stream(0, 0, Purpose::Peak, 0);
        let n = 200_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            let g = unit_gamma(6.3, &mut stream);
            sum += g;
            squares += g * g;
        }
        let mean = sum / f64::from(n);
        let variance = squares / f64::from(n) - mean * mean;
        assert!((mean - 1.0).abs() < 0.005, "{mean}");
        assert!((variance * 6.3 - 1.0).abs() < 0.02, "{variance}");
    }

    #[test]
    fn skewed_deviates_keep_mean_deviation_and_skew() {
        let n = 20_000;
        for skew in [0.0, 0.7, 1.5, 2.5, -0.9] {
            let values: Vec<f64> =
                (0..n).map(|i| skewed(normal_quantile((f64::from(i) + 0.5) / f64::from(n)), skew)).collect();
            let mean = values.iter().sum::<f64>() / f64::from(n);
            let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / f64::from(n)).sqrt();
            let third = values.iter().map(|v| ((v - mean) / sd).powi(3)).sum::<f64>() / f64::from(n);
            assert!(mean.abs() < 0.03 && (sd - 1.0).abs() < 0.05, "skew {skew}: mean {mean}, sd {sd}");
            assert!((third - skew).abs() < 0.3, "skew {skew}: {third}");
        }
    }
}
