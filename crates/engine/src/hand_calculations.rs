//! Three hillslopes computed by hand, spreadsheet style: infiltration, peak and sediment of one storm each.
//!
//! The columns were filled outside this crate from the equations in docs/engine.md (Green-Ampt solved by bisection,
//! erosion by 200 000 explicit steps), not by running the engine. If one of these fails, every runoff and erosion
//! figure a user sees is in doubt.

use crate::erosion::{ErosionEvent, erode};
use crate::friction::Friction;
use crate::infiltration::{ExcessSeries, InfiltrationSoil};
use crate::inputs::{Profile, ProfilePoint};
use crate::particles::Particles;
use crate::peak;
use crate::profile::SlopeShape;
use crate::storm::{Hyetograph, StormShape};
use crate::units::MM_PER_H;

/// One column of the spreadsheet.
struct Column {
    name: &'static str,
    // Given.
    rain_mm_per_h: f64,
    duration_s: f64,
    conductivity_mm_per_h: f64,
    matric_m: f64,
    length_m: f64,
    slopes: [f64; 2],
    total_friction: f64,
    rill_friction: f64,
    ki: f64,
    kr: f64,
    tau_c: f64,
    roughness_m: f64,
    // Computed by hand.
    excess_mm: f64,
    excess_s: f64,
    peak_excess_mm_per_h: f64,
    runoff_mm: f64,
    peak_mm_per_h: f64,
    rill_width_m: f64,
    delivery_kg_per_m: f64,
    deposition_kg_per_m: f64,
}

/// A: rills erode a steep short slope. Infiltration before ponding 4.0 mm at 240 s, F(1800 s) = 16.980 mm; t* = 0.322.
/// Shear 12.21 Pa, capacity 1.947 kg/s/m, eta 0.01254, theta 0.003870, load at the foot 0.009832.
const A: Column = Column {
    name: "A, rill erosion",
    rain_mm_per_h: 60.0,
    duration_s: 1800.0,
    conductivity_mm_per_h: 10.0,
    matric_m: 0.02,
    length_m: 50.0,
    slopes: [0.3, 0.3],
    total_friction: 10.0,
    rill_friction: 3.0,
    ki: 2e5,
    kr: 4e-5,
    tau_c: 1.5,
    roughness_m: 0.02,
    excess_mm: 13.020433,
    excess_s: 1560.0,
    peak_excess_mm_per_h: 38.092904,
    runoff_mm: 13.020433,
    peak_mm_per_h: 36.536375,
    rill_width_m: 0.11345209,
    delivery_kg_per_m: 2.7866929,
    deposition_kg_per_m: 0.0,
};

/// B: a long gentle rough slope on which water infiltrates during the recession (t* = 1.557, f* with 12.216 mm/h) and
/// shear, 3.34 Pa, stays below critical: all sediment is interrill, load = theta = 0.016571.
const B: Column = Column {
    name: "B, recession and interrill erosion",
    rain_mm_per_h: 60.0,
    duration_s: 1800.0,
    conductivity_mm_per_h: 6.0,
    matric_m: 0.01,
    length_m: 150.0,
    slopes: [0.05, 0.05],
    total_friction: 40.0,
    rill_friction: 3.0,
    ki: 1e5,
    kr: 5e-5,
    tau_c: 20.0,
    roughness_m: 0.02,
    excess_mm: 20.245790,
    excess_s: 1733.3333,
    peak_excess_mm_per_h: 47.783822,
    runoff_mm: 13.248259,
    peak_mm_per_h: 11.460869,
    rill_width_m: 0.11138260,
    delivery_kg_per_m: 1.6738789,
    deposition_kg_per_m: 0.0,
};

/// C: a concave slope, 48 % falling to 2 %: rills detach above and deposit below. Shear 27.08 Pa at mean slope and
/// 4.20 Pa at the foot, capacity ratio 0.96172, phi 5.453.
const C: Column = Column {
    name: "C, deposition on a concave slope",
    rain_mm_per_h: 90.0,
    duration_s: 3600.0,
    conductivity_mm_per_h: 8.0,
    matric_m: 0.015,
    length_m: 100.0,
    slopes: [0.48, 0.02],
    total_friction: 12.0,
    rill_friction: 2.0,
    ki: 3e5,
    kr: 2e-3,
    tau_c: 1.0,
    roughness_m: 0.03,
    excess_mm: 68.881839,
    excess_s: 3541.4634,
    peak_excess_mm_per_h: 76.255238,
    runoff_mm: 68.881839,
    peak_mm_per_h: 75.536850,
    rill_width_m: 0.17442186,
    delivery_kg_per_m: 766.65228,
    deposition_kg_per_m: 124.23505,
};

fn assert_near(name: &str, what: &str, found: f64, by_hand: f64, tolerance: f64) {
    assert!(
        (found - by_hand).abs() <= tolerance * by_hand.abs().max(1e-9),
        "{name}: {what} is {found}, by hand {by_hand}"
    );
}

fn check(column: &Column) {
    let name = column.name;
    let mut storm = Hyetograph::default();
    storm.disaggregate(&StormShape {
        depth_m: column.rain_mm_per_h * MM_PER_H * column.duration_s,
        duration_s: column.duration_s,
        time_to_peak: 0.5,
        peak_ratio: 1.0,
    });
    let mut steps = Hyetograph::default();
    storm.refine_into(&mut steps);
    let excess = ExcessSeries::default().compute(
        &steps,
        &InfiltrationSoil {
            conductivity: column.conductivity_mm_per_h * MM_PER_H,
            matric_m: column.matric_m,
            free_pores_m: 1.0,
            drainage: 0.0,
            depression_m: 0.0,
        },
    );
    assert_near(name, "excess", excess.depth_m * 1000.0, column.excess_mm, 1e-5);
    assert_near(name, "duration of excess", excess.duration_s, column.excess_s, 1e-5);
    assert_near(name, "highest excess rate", excess.peak_rate / MM_PER_H, column.peak_excess_mm_per_h, 1e-4);
    assert_near(name, "rain during excess", excess.mean_intensity / MM_PER_H, column.rain_mm_per_h, 1e-9);

    let shape = SlopeShape::new(&Profile {
        aspect_deg: 0.0,
        width_m: 1.0,
        length_m: column.length_m,
        points: vec![
            ProfilePoint { distance_fraction: 0.0, slope_m_per_m: column.slopes[0] },
            ProfilePoint { distance_fraction: 1.0, slope_m_per_m: column.slopes[1] },
        ],
    });
    let alpha = peak::alpha(shape.mean_slope, column.total_friction);
    let runoff_m = peak::after_recession(
        excess.depth_m,
        excess.duration_s,
        excess.final_infiltration_rate,
        column.length_m,
        alpha,
    );
    assert_near(name, "runoff", runoff_m * 1000.0, column.runoff_mm, 1e-4);
    let raw = peak::approximate(runoff_m, excess.duration_s, excess.peak_rate, column.length_m, alpha);
    let (peak_rate, duration_s) = peak::limited(raw, runoff_m);
    assert_near(name, "peak", peak_rate / MM_PER_H, column.peak_mm_per_h, 1e-4);

    let sediment = erode(
        &shape,
        &Particles::new(0.45, 0.20),
        &ErosionEvent {
            peak_rate,
            duration_s,
            runoff_m,
            excess_duration_s: excess.duration_s,
            excess_intensity: excess.mean_intensity,
            interrill_erodibility: column.ki,
            rill_erodibility: column.kr,
            critical_shear_pa: column.tau_c,
            roughness_m: column.roughness_m,
            raining: true,
            friction: Friction { rill_soil: 1.11, rill: column.rill_friction, total: column.total_friction },
            rill_width_m: 0.0,
            rill_spacing_m: 1.0,
        },
    );
    assert_near(name, "rill width", sediment.rill_width_m, column.rill_width_m, 1e-4);
    assert_near(name, "delivery", sediment.delivery, column.delivery_kg_per_m, 2e-3);
    assert!(
        (sediment.deposition - column.deposition_kg_per_m).abs() <= 0.01 * column.deposition_kg_per_m + 1e-9,
        "{name}: deposition is {}, by hand {}",
        sediment.deposition,
        column.deposition_kg_per_m
    );
}

#[test]
fn three_hillslopes_by_hand() {
    for column in [A, B, C] {
        check(&column);
    }
}

/// Particle classes of a loam with 45 % sand and 20 % clay, as WEPP prints them: 0.052, 0.092237, 0.25776, 0.45054,
/// 0.14746; fall velocities by Stokes' law and the drag curve.
#[test]
fn particle_classes_of_a_loam() {
    let particles = Particles::new(0.45, 0.20);
    for (class, by_hand) in [0.052, 0.092237379, 0.257762621, 0.450544, 0.147456].into_iter().enumerate() {
        assert_near("loam", "fraction", particles.fraction(class), by_hand, 1e-6);
    }
    let fall = [3.486933e-6, 8.98975e-5, 4.2794287e-4, 2.8354911e-2, 2.4759891e-2];
    for (class, by_hand) in fall.into_iter().enumerate() {
        assert_near("loam", "fall velocity", particles.fall_velocity[class], by_hand, 1e-5);
    }
}
