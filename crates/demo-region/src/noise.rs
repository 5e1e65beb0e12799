//! Reproducible random numbers that depend on a position, not on a sequence.
//!
//! Only additions, multiplications and square roots follow, which IEEE 754 rounds alike everywhere; so every
//! machine gets the same landscape.

/// Hash of a seed, a layer and a lattice point. The mixing is that of SplitMix64: Steele, Lea & Flood 2014,
/// "Fast splittable pseudorandom number generators", OOPSLA.
pub fn hash(seed: u64, layer: u64, x: i64, y: i64) -> u64 {
    let chained = |state: u64, word: u64| mix(state ^ word);
    [layer, x as u64, y as u64].into_iter().fold(mix(seed), chained)
}

fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Uniform in 0..1.
pub fn uniform(seed: u64, layer: u64, x: i64, y: i64) -> f64 {
    (hash(seed, layer, x, y) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Smooth noise of unit wavelength in 0..1: lattice values, blended with a cubic (value noise).
fn value(seed: u64, layer: u64, x: f64, y: f64) -> f64 {
    let (column, row) = (x.floor(), y.floor());
    let ease = |t: f64| t * t * (3.0 - 2.0 * t);
    let (tx, ty) = (ease(x - column), ease(y - row));
    let (column, row) = (column as i64, row as i64);
    let at = |i, j| uniform(seed, layer, column + i, row + j);
    let north = at(0, 0) * (1.0 - tx) + at(1, 0) * tx;
    let south = at(0, 1) * (1.0 - tx) + at(1, 1) * tx;
    north * (1.0 - ty) + south * ty
}

/// Fractal noise in 0..1, mean about 0.5: `octaves` of value noise, each half as long and half as strong.
pub fn fractal(seed: u64, layer: u64, x_m: f64, y_m: f64, wavelength_m: f64, octaves: u32) -> f64 {
    let (mut sum, mut weights, mut weight, mut frequency) = (0.0, 0.0, 1.0, 1.0 / wavelength_m);
    for octave in 0..octaves {
        let layer = layer * 64 + u64::from(octave);
        sum += weight * value(seed, layer, x_m * frequency, y_m * frequency);
        weights += weight;
        weight *= 0.5;
        frequency *= 2.0;
    }
    sum / weights
}
