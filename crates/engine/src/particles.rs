//! Sediment particle classes, their fall velocities and Yalin transport capacity (NSERL-10 chapter 11).

use crate::result::{PARTICLE_CLASSES, ParticleClass};

/// Kinematic viscosity of water, m2/s.
const VISCOSITY: f64 = 1.0e-6;
/// Density of water, kg/m3.
const WATER_DENSITY: f64 = 1000.0;
/// Acceleration of gravity, m/s2.
const GRAVITY: f64 = 9.807;
/// Yalin's constant.
const YALIN: f64 = 0.635;

/// The five classes of a soil.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Particles {
    pub classes: [ParticleClass; PARTICLE_CLASSES],
    /// Fall velocity of each class in still water, m/s.
    pub fall_velocity: [f64; PARTICLE_CLASSES],
    /// Fall velocity representative of deposition of the three finest classes, m/s.
    pub effective_fall_velocity: f64,
    /// Reduction of transport capacity on sandy soils, 0.3..=1.
    sand_factor: f64,
}

impl Particles {
    /// Fractions and sizes from sand and clay (Foster, Young and Neibling 1985).
    pub fn new(sand: f64, clay: f64) -> Self {
        let clay = clay.clamp(0.0, 0.9999);
        let silt = (1.0 - sand - clay).max(0.0);
        let large_mm = if clay > 0.15 { 2.0 * clay } else { 0.3 };
        let small_mm = match clay {
            c if c <= 0.25 => 0.03,
            c if c < 0.60 => 0.20 * (c - 0.25) + 0.03,
            _ => 0.1,
        };
        let diameter_mm = [0.002, 0.010, small_mm, large_mm, 0.200];
        let gravity = [2.60, 2.65, 1.80, 1.60, 2.65];
        let fraction = fractions(sand, silt, clay);
        let mut classes = [ParticleClass::default(); PARTICLE_CLASSES];
        let mut fall = [0.0; PARTICLE_CLASSES];
        for i in 0..PARTICLE_CLASSES {
            classes[i] = ParticleClass {
                diameter_m: diameter_mm[i] / 1000.0,
                specific_gravity: gravity[i],
                detached_fraction: fraction[i],
            };
            fall[i] = fall_velocity(gravity[i], diameter_mm[i] / 1000.0);
        }
        let weight: f64 = fraction[..3].iter().sum();
        let log_mean = |value: fn(&ParticleClass) -> f64| {
            (classes[..3].iter().map(|c| c.detached_fraction * value(c).ln()).sum::<f64>() / weight).exp()
        };
        let effective = fall_velocity(log_mean(|c| c.specific_gravity), log_mean(|c| c.diameter_m));
        let sand_factor = if sand > 0.5 { 0.3 + 0.7 * (-12.52 * (sand - 0.5)).exp() } else { 1.0 };
        Self {
            classes,
            fall_velocity: fall,
            effective_fall_velocity: effective,
            sand_factor: sand_factor.max(0.3),
        }
    }

    /// Fraction of each class in the soil.
    pub fn fraction(&self, class: usize) -> f64 {
        self.classes[class].detached_fraction
    }

    /// Transport capacity at a shear stress acting on the soil, kg/s per m of rill width, and the share of each class.
    pub fn transport_capacity(&self, shear_pa: f64) -> (f64, [f64; PARTICLE_CLASSES]) {
        let shear_velocity = (shear_pa / WATER_DENSITY).sqrt();
        let mut excess = [0.0; PARTICLE_CLASSES];
        let mut rate = [0.0; PARTICLE_CLASSES];
        for (i, class) in self.classes.iter().enumerate() {
            let critical = shields(shear_velocity * class.diameter_m / VISCOSITY);
            let ratio = shear_velocity * shear_velocity
                / ((class.specific_gravity - 1.0) * GRAVITY * class.diameter_m * critical)
                - 1.0;
            if ratio > 0.0 {
                let sigma = ratio * 2.45 * class.specific_gravity.powf(-0.4) * critical.sqrt();
                excess[i] = ratio;
                rate[i] = YALIN
                    * ratio
                    * (1.0 - sigma.ln_1p() / sigma)
                    * shear_velocity
                    * WATER_DENSITY
                    * class.diameter_m
                    * class.specific_gravity;
            }
        }
        let all: f64 = excess.iter().sum();
        let mut total = 0.0;
        for i in 0..PARTICLE_CLASSES {
            rate[i] *=
                if all > 0.0 { excess[i] / all } else { 0.0 } * self.fraction(i) * PARTICLE_CLASSES as f64;
            total += rate[i];
        }
        let share = rate.map(|r| if total > 0.0 { r / total } else { 0.0 });
        (total * self.sand_factor, share)
    }
}

fn fractions(sand: f64, silt: f64, clay: f64) -> [f64; PARTICLE_CLASSES] {
    const LEAST: f64 = 1e-4;
    let primary_clay = (0.26 * clay).max(LEAST);
    let primary_sand = (sand * (1.0 - clay).powi(5)).max(LEAST);
    let compose = |small: f64| {
        let small = small.max(LEAST);
        let mut primary_silt = silt - small;
        let mut small = small;
        if primary_silt <= 0.0 {
            primary_silt = LEAST;
            small = (silt - LEAST).max(LEAST);
        }
        let large = 1.0 - primary_clay - primary_silt - small - primary_sand;
        let parts = [primary_clay, primary_silt, small, large, primary_sand];
        if large > 0.0 {
            return parts;
        }
        let scale = 1.0 / (1.0 + large.abs() + LEAST);
        [parts[0] * scale, parts[1] * scale, parts[2] * scale, LEAST * scale, parts[4] * scale]
    };
    let small = match clay {
        c if c <= 0.25 => 1.8 * c,
        c if c < 0.50 => 0.45 - 0.6 * (c - 0.25),
        c => 0.6 * c,
    };
    let parts = compose(small);
    // Large aggregates must hold at least about half the soil's share of clay; otherwise less goes to small ones.
    let small_clay = if silt > 0.0 { clay / (clay + silt) } else { 0.0 };
    let large_clay = if parts[3] > LEAST {
        let share = (clay - parts[0] - small_clay * parts[2]) / parts[3];
        if (0.0..=1.0).contains(&share) { share } else { 0.0 }
    } else {
        0.0
    };
    let wanted = 0.5 * clay;
    if large_clay >= 0.95 * wanted || (small_clay - wanted).abs() < 1e-9 {
        return parts;
    }
    let others = parts[0] + parts[1] + parts[4];
    compose((clay - wanted - parts[0] + wanted * others) / (small_clay - wanted))
}

/// Critical Shields parameter at a particle Reynolds number, interpolated in logarithms.
fn shields(reynolds: f64) -> f64 {
    const TABLE: [(f64, f64); 8] = [
        (1.0, 0.0772),
        (2.0, 0.0579),
        (4.0, 0.04),
        (8.0, 0.035),
        (12.0, 0.034),
        (100.0, 0.045),
        (400.0, 0.055),
        (1000.0, 0.057),
    ];
    let upper = TABLE.iter().position(|(r, _)| *r >= reynolds).unwrap_or(TABLE.len() - 1).max(1);
    let ((r0, y0), (r1, y1)) = (TABLE[upper - 1], TABLE[upper]);
    (y0.ln() + (y1 / y0).ln() / (r1 / r0).ln() * (reynolds / r0).ln()).exp()
}

/// Terminal velocity of a sphere, m/s: Stokes' law, and for larger particles the table of drag coefficient times
/// squared Reynolds number against Reynolds number.
pub(crate) fn fall_velocity(specific_gravity: f64, diameter_m: f64) -> f64 {
    /// (Re, ln Cd Re2), standard drag curve of a sphere.
    const DRAG: [(f64, f64); 9] = [
        (1e-3, -4.50986),
        (1e-2, -1.51413),
        (1e-1, 0.78846),
        (1.0, 3.12676),
        (1e1, 6.04025),
        (1e2, 9.30565),
        (1e3, 13.08154),
        (1e4, 17.50439),
        (1e5, 22.29188),
    ];
    let drag =
        (specific_gravity - 1.0) * GRAVITY * diameter_m.powi(3) / (VISCOSITY * VISCOSITY) * (8.0 / 6.0);
    if drag < 0.024 {
        return diameter_m * diameter_m * (specific_gravity - 1.0) * GRAVITY / (18.0 * VISCOSITY);
    }
    let wanted = drag.ln();
    let upper = DRAG.iter().position(|(_, c)| *c > wanted).unwrap_or(DRAG.len() - 1).max(1);
    let ((x0, c0), (x1, c1)) = (DRAG[upper - 1], DRAG[upper]);
    let reynolds = x0 * ((wanted - c0) / (c1 - c0) * (x1 / x0).ln()).exp();
    reynolds * VISCOSITY / diameter_m
}
