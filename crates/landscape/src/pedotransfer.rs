//! Estimates of soil properties that a table leaves out.

/// Hydraulic properties of a layer estimated from texture and organic matter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hydraulics {
    /// Water content at 1500 kPa, m3/m3.
    pub wilting_point: f64,
    /// Water content at 33 kPa, m3/m3.
    pub field_capacity: f64,
    /// Water content at saturation, m3/m3.
    pub saturation: f64,
    /// Saturated hydraulic conductivity of the fine earth, mm/h.
    pub conductivity_mm_per_h: f64,
    /// Bulk density at normal compaction, g/cm3.
    pub bulk_density_g_per_cm3: f64,
}

/// Density of soil minerals, g/cm3 (Saxton & Rawls 2006).
const PARTICLE_DENSITY: f64 = 2.65;

/// [`saxton_rawls_at_density`] at normal compaction.
pub fn saxton_rawls(sand_pct: f64, clay_pct: f64, organic_matter_pct: f64) -> Hydraulics {
    saxton_rawls_at_density(sand_pct, clay_pct, organic_matter_pct, None)
}

/// Saxton & Rawls 2006, Soil Science Society of America Journal 70, 1569-1578: equations 1-6 and 16, and 7-9 for the
/// effect of a given bulk density (g/cm3). Sand, clay and organic matter in percent. The regressions hold for organic
/// matter up to 8 % and clay up to 60 %; inputs are limited to these.
pub fn saxton_rawls_at_density(
    sand_pct: f64,
    clay_pct: f64,
    organic_matter_pct: f64,
    bulk_density_g_per_cm3: Option<f64>,
) -> Hydraulics {
    let s = (sand_pct / 100.0).clamp(0.0, 1.0);
    let c = (clay_pct / 100.0).clamp(0.0, 0.6);
    let om = organic_matter_pct.clamp(0.0, 8.0);
    let wilting =
        -0.024 * s + 0.487 * c + 0.006 * om + 0.005 * s * om - 0.013 * c * om + 0.068 * s * c + 0.031;
    let wilting_point = (wilting + 0.14 * wilting - 0.02).max(0.01);
    let field = -0.251 * s + 0.195 * c + 0.011 * om + 0.006 * s * om - 0.027 * c * om + 0.452 * s * c + 0.299;
    let normal_field_capacity =
        (field + 1.283 * field * field - 0.374 * field - 0.015).max(wilting_point + 0.01);
    let drained =
        0.278 * s + 0.034 * c + 0.022 * om - 0.018 * s * om - 0.027 * c * om - 0.584 * s * c + 0.078;
    let drained = drained + 0.636 * drained - 0.107;
    let normal_saturation =
        (normal_field_capacity + drained - 0.097 * s + 0.043).clamp(normal_field_capacity + 0.01, 0.9);
    let density = bulk_density_g_per_cm3.unwrap_or((1.0 - normal_saturation) * PARTICLE_DENSITY);
    let saturation = (1.0 - density / PARTICLE_DENSITY).clamp(wilting_point + 0.02, 0.95);
    let field_capacity = (normal_field_capacity - 0.2 * (normal_saturation - saturation))
        .clamp(wilting_point + 0.01, saturation - 0.005);
    let slope = (field_capacity.ln() - wilting_point.ln()) / (1500.0_f64.ln() - 33.0_f64.ln());
    Hydraulics {
        wilting_point,
        field_capacity,
        saturation,
        conductivity_mm_per_h: 1930.0 * (saturation - field_capacity).powf(3.0 - slope),
        bulk_density_g_per_cm3: density,
    }
}

/// Cation exchange capacity, meq/100 g, by the textbook rule of 0.5 meq per gram of clay and 2 meq per gram of organic
/// matter (Brady & Weil, The Nature and Properties of Soils). Clay and organic matter in percent.
pub fn cation_exchange_capacity(clay_pct: f64, organic_matter_pct: f64) -> f64 {
    0.5 * clay_pct + 2.0 * organic_matter_pct
}

/// Baseline erodibility of a soil that no disturbed class replaces: rangeland and forest have their tables, this is the
/// cropland relation of WEPP.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Erodibility {
    /// Interrill erodibility Ki, kg s/m4.
    pub interrill_kg_s_per_m4: f64,
    /// Rill erodibility Kr, s/m.
    pub rill_s_per_m: f64,
    /// Critical shear stress, Pa.
    pub critical_shear_pa: f64,
}

/// Cropland erodibility after Alberts et al. 1995 (NSERL Report No. 10, chapter 7). Very fine sand, which the relation
/// needs for sandy soils, is taken as a quarter of the sand. Percent.
pub fn cropland_erodibility(sand_pct: f64, clay_pct: f64, organic_matter_pct: f64) -> Erodibility {
    if sand_pct >= 30.0 {
        let very_fine = (0.25 * sand_pct).min(40.0);
        let clay = clay_pct.min(40.0);
        Erodibility {
            interrill_kg_s_per_m4: 2_728_000.0 + 192_100.0 * very_fine,
            rill_s_per_m: 0.00197
                + 0.00030 * very_fine
                + 0.03863 * (-1.84 * organic_matter_pct.max(0.35)).exp(),
            critical_shear_pa: (2.67 + 0.065 * clay - 0.058 * very_fine).max(0.1),
        }
    } else {
        let clay = clay_pct.clamp(10.0, 50.0);
        Erodibility {
            interrill_kg_s_per_m4: 6_054_000.0 - 55_130.0 * clay,
            rill_s_per_m: 0.0069 + 0.134 * (-0.20 * clay).exp(),
            critical_shear_pa: 3.5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table 3 of Saxton & Rawls (2006), organic matter 2.5 %: wilting point, field capacity, saturation (% volume),
    /// conductivity (mm/h) and density of typical textures.
    #[test]
    fn saxton_rawls_reproduces_its_published_table() {
        for (sand, clay, [wp, fc, sat, ks]) in [
            (88.0, 5.0, [5.0, 10.0, 46.0, 108.1]),
            (65.0, 10.0, [8.0, 18.0, 45.0, 50.3]),
            (40.0, 20.0, [14.0, 28.0, 46.0, 15.5]),
            (20.0, 15.0, [11.0, 31.0, 48.0, 16.1]),
            (32.0, 34.0, [22.0, 36.0, 48.0, 4.3]),
            (25.0, 50.0, [30.0, 42.0, 50.0, 1.1]),
        ] {
            let h = saxton_rawls(sand, clay, 2.5);
            for (got, published) in [(h.wilting_point, wp), (h.field_capacity, fc), (h.saturation, sat)] {
                assert!(
                    (100.0 * got - published).abs() <= 1.0,
                    "sand {sand} clay {clay}: {got} for {published}"
                );
            }
            assert!(
                (h.conductivity_mm_per_h / ks - 1.0).abs() < 0.12,
                "sand {sand}: {} for {ks}",
                h.conductivity_mm_per_h
            );
        }
    }

    #[test]
    fn denser_soils_hold_and_conduct_less() {
        let at = |density| saxton_rawls_at_density(40.0, 20.0, 2.5, Some(density));
        let (loose, dense) = (at(1.2), at(1.7));
        assert!(loose.saturation > dense.saturation && loose.field_capacity > dense.field_capacity);
        assert!(loose.conductivity_mm_per_h > 5.0 * dense.conductivity_mm_per_h);
        assert_eq!(dense.bulk_density_g_per_cm3, 1.7);
    }

    #[test]
    fn estimates_stay_physical_in_the_corners() {
        for sand in [0.0, 10.0, 50.0, 100.0] {
            for clay in [0.0, 10.0, 60.0, 100.0] {
                if sand + clay > 100.0 {
                    continue;
                }
                for om in [0.0, 3.0, 30.0] {
                    let h = saxton_rawls(sand, clay, om);
                    assert!(
                        0.0 < h.wilting_point && h.wilting_point < h.field_capacity,
                        "{sand} {clay} {om}: {h:?}"
                    );
                    assert!(
                        h.field_capacity < h.saturation && h.saturation < 1.0,
                        "{sand} {clay} {om}: {h:?}"
                    );
                    assert!(h.conductivity_mm_per_h > 0.0 && h.bulk_density_g_per_cm3 > 0.2);
                }
            }
        }
    }
}
