//! Whatever value a writer accepts, the reader gives back; whatever bytes a reader meets, it answers
//! with a value or an error. A user's malformed upload must never take a worker down.

mod hostile;

use headwaters_wepp_formats::{
    Breakpoint, BreakpointDay, Climate, DailyWeather, Date, Days, Disturbance, DisturbanceParameters,
    LayerHydraulics, RestrictiveLayer, Retention, SimulationMode, Slope, SlopeElement, SlopePlane,
    SlopePoint, SlopeVersion, Soil, SoilElement, SoilLayer, SoilVersion, StormDay,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn positive() -> impl Strategy<Value = f64> {
    prop_oneof![1e-9..1e9_f64, (1..10_000_u32).prop_map(|n| f64::from(n) / 100.0)]
}

fn any_sign() -> impl Strategy<Value = f64> {
    (positive(), any::<bool>()).prop_map(|(value, negative)| if negative { -value } else { value })
}

fn name() -> impl Strategy<Value = String> {
    "[A-Za-z0-9#(),.-]([A-Za-z0-9 #(),.-]{0,18}[A-Za-z0-9#(),.-])?"
}

fn element() -> impl Strategy<Value = SlopeElement> {
    (vec((1_u32..1000, any_sign()), 1..30), any_sign(), positive()).prop_map(|(steps, first, length_m)| {
        let total: u32 = steps.iter().map(|(step, _)| step).sum();
        let mut reached = 0;
        let mut points = vec![SlopePoint { distance_fraction: 0.0, slope_m_per_m: first }];
        for (step, slope_m_per_m) in steps {
            reached += step;
            let distance_fraction = f64::from(reached) / f64::from(total);
            points.push(SlopePoint { distance_fraction, slope_m_per_m });
        }
        SlopeElement { length_m, points }
    })
}

fn slope() -> impl Strategy<Value = Slope> {
    let version =
        prop_oneof![Just(SlopeVersion::V97(97.5)), Just(SlopeVersion::V2023_1), Just(SlopeVersion::V2023_3)];
    (
        version,
        vec(name(), 0..3),
        vec(element(), 1..5),
        vec((any_sign(), positive(), any_sign()), 5),
        any::<bool>(),
    )
        .prop_map(|(version, comments, elements, planes, per_element)| {
            let count = if per_element { elements.len() } else { 1 };
            let planes = planes.into_iter().take(count).map(|(aspect_deg, width_m, elevation)| SlopePlane {
                aspect_deg,
                width_m,
                elevation_m: (version == SlopeVersion::V2023_3).then_some(elevation),
            });
            Slope { version, comments, planes: planes.collect(), elements }
        })
}

const SOIL_VERSIONS: [SoilVersion; 8] = [
    SoilVersion::V97(97.3),
    SoilVersion::V2006_2,
    SoilVersion::V7777,
    SoilVersion::V7778,
    SoilVersion::V9001,
    SoilVersion::V9002,
    SoilVersion::V9003,
    SoilVersion::V9005,
];

fn disturbance(version: SoilVersion, texts: &[String], a: f64, b: f64) -> Option<Disturbance> {
    let parameters = match version {
        SoilVersion::V9001 | SoilVersion::V9002 => {
            DisturbanceParameters::Factors { ksat_factor: a, ksat_recovery: b }
        }
        SoilVersion::V9003 => {
            DisturbanceParameters::BurnCode { burn_code: 303, lower_limit_conductivity_mm_per_h: a }
        }
        SoilVersion::V9005 => DisturbanceParameters::BurnAndTexture {
            burn_code: 303,
            texture_code: 2,
            unsaturated_conductivity_mm_per_h: a,
            lower_limit_conductivity_mm_per_h: b,
        },
        _ => return None,
    };
    Some(Disturbance { ksat_adjust: 1, land_use: texts[0].clone(), texture: texts[1].clone(), parameters })
}

fn layer(version: SoilVersion, depth_mm: f64, share: f64, value: f64) -> SoilLayer {
    let texture_only = matches!(version, SoilVersion::V97(_) | SoilVersion::V2006_2);
    let retention = matches!(version, SoilVersion::V9002 | SoilVersion::V9003 | SoilVersion::V9005);
    SoilLayer {
        depth_mm,
        sand_pct: share * 60.0,
        clay_pct: share * 40.0,
        organic_matter_pct: share,
        cec_meq_per_100g: value,
        rock_pct: share * 90.0,
        hydraulics: (!texture_only).then_some(LayerHydraulics {
            bulk_density_g_per_cm3: value,
            conductivity_mm_per_h: value,
            anisotropy: (version != SoilVersion::V7777).then_some(value),
            field_capacity: share,
            wilting_point: share / 2.0,
            retention: retention.then_some(Retention {
                theta_r: share,
                theta_s: value,
                alpha: value,
                n: value,
                conductivity: value,
                wilting_point: share,
                field_capacity: share,
            }),
        }),
    }
}

fn soil() -> impl Strategy<Value = Soil> {
    let numbers = (positive(), positive(), 0.0..1.0_f64);
    let layers = vec((1.0..500.0_f64, 0.0..1.0_f64, positive()), 1..10);
    (0..SOIL_VERSIONS.len(), vec(name(), 4), numbers, layers, any::<bool>(), 1_usize..4).prop_map(
        |(version, texts, (a, b, share), layers, flag, count)| {
            let version = SOIL_VERSIONS[version];
            let mut depth = 0.0;
            let layers: Vec<SoilLayer> = layers
                .into_iter()
                .map(|(thickness, share, value)| {
                    depth += thickness;
                    layer(version, depth, share, value)
                })
                .collect();
            let restrictive =
                RestrictiveLayer { present: flag, anisotropy_or_thickness_mm: a, conductivity_mm_per_h: b };
            let element = SoilElement {
                disturbance: disturbance(version, &texts, a, b),
                name: texts[0].clone(),
                texture: texts[1].clone(),
                albedo: share,
                initial_saturation: share,
                interrill_erodibility_kg_s_per_m4: a,
                rill_erodibility_s_per_m: b,
                critical_shear_pa: a,
                effective_conductivity_mm_per_h: matches!(
                    version,
                    SoilVersion::V97(_) | SoilVersion::V2006_2
                )
                .then_some(b),
                layers,
                restrictive_layer: (!matches!(version, SoilVersion::V97(_))).then_some(restrictive),
            };
            Soil {
                version,
                comments: vec![texts[2].replace('#', "x")],
                title: texts[3].replace('#', "x"),
                adjust_conductivity: flag,
                elements: vec![element; count],
            }
        },
    )
}

/// Two temperatures, two positive numbers and steps of a rain curve.
type GeneratedDay = (f64, f64, f64, f64, Vec<(f64, f64)>);

fn climate() -> impl Strategy<Value = Climate> {
    let day = (any_sign(), any_sign(), positive(), positive(), vec((0.0..2.0_f64, positive()), 0..6));
    (vec(day, 1..40), 0..700_i32, any::<bool>(), name(), any_sign()).prop_map(
        |(pattern, four_years, breakpoints, station, value)| {
            // A series is made of whole years; these have no leap day.
            let year = 4 * four_years + 1;
            let days: Vec<&GeneratedDay> = pattern.iter().cycle().take(365).collect();
            let weather = |(index, (tmax_c, tmin_c, radiation, wind, _)): (usize, &GeneratedDay)| {
                let (month, day) = hostile::calendar(index as u32);
                let month = month as u8;
                DailyWeather {
                    date: Date { year, month, day: day as u8 },
                    tmax_c: *tmax_c,
                    tmin_c: *tmin_c,
                    radiation_ly_per_d: *radiation,
                    wind_m_per_s: *wind,
                    wind_direction_deg: *tmax_c,
                    dew_point_c: *tmin_c,
                }
            };
            let days = if breakpoints {
                let points = |steps: &[(f64, f64)]| {
                    let (mut hour, mut depth) = (0.0, 0.0);
                    let mut points = vec![Breakpoint { hour, cumulative_mm: depth }];
                    for (hours, mm) in steps {
                        hour += hours;
                        depth += mm;
                        points.push(Breakpoint { hour, cumulative_mm: depth });
                    }
                    points
                };
                let day = |(index, day): (usize, &&GeneratedDay)| BreakpointDay {
                    weather: weather((index, day)),
                    breakpoints: points(&day.4),
                };
                Days::Breakpoint(days.iter().enumerate().map(day).collect())
            } else {
                let day = |(index, day): (usize, &&GeneratedDay)| StormDay {
                    weather: weather((index, day)),
                    precipitation_mm: day.2,
                    duration_h: day.2.min(24.0),
                    time_to_peak_fraction: day.3.min(1.0),
                    peak_intensity_ratio: day.3,
                };
                Days::Storm(days.iter().enumerate().map(day).collect())
            };
            Climate {
                cligen_version: 5.3,
                mode: SimulationMode::Continuous,
                no_wind: breakpoints,
                command_line: breakpoints.then(|| station.clone()),
                station,
                latitude_deg: value.clamp(-90.0, 90.0),
                longitude_deg: value.clamp(-180.0, 180.0),
                elevation_m: value,
                observed_years: 30,
                beginning_year: i64::from(year),
                years_simulated: 1,
                monthly_tmax_c: [value; 12],
                monthly_tmin_c: [value; 12],
                monthly_radiation_ly_per_d: [value; 12],
                monthly_precipitation_mm: [value; 12],
                days,
            }
        },
    )
}

proptest! {
    #[test]
    fn slopes_come_back(slope in slope()) {
        let text = slope.to_text().unwrap();
        let read = if slope.planes.len() > 1 {
            Slope::parse_channels(&text, "generated")
        } else {
            Slope::parse(&text, "generated")
        };
        prop_assert_eq!(read.unwrap(), slope);
    }

    #[test]
    fn soils_of_every_layout_come_back(soil in soil()) {
        let text = soil.to_text().unwrap();
        prop_assert_eq!(Soil::parse(&text, "generated").unwrap(), soil);
    }

    #[test]
    fn climates_of_both_forms_come_back(climate in climate()) {
        let text = climate.to_text().unwrap();
        prop_assert_eq!(Climate::parse(&text, "generated").unwrap(), climate);
    }
}
