//! Plausible station files for places that do not exist: the demo region and tests need weather without any data.

use headwaters_wepp_formats::{StationParameters, WindSector};

use crate::station::Monthly;

/// A made-up place.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntheticSite {
    /// Name, cut to 40 characters.
    pub name: String,
    /// Longitude, degrees east.
    pub longitude_deg: f64,
    /// Latitude, degrees north.
    pub latitude_deg: f64,
    /// Elevation, m.
    pub elevation_m: f64,
    /// Kind of climate.
    pub climate: ClimateType,
}

/// Kinds of climate a synthetic station can have. The seasonal shapes are round numbers of the order that stations of
/// such places show; they describe no real station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClimateType {
    /// Wet winters with snow on the heights, dry summers with rare thunderstorms.
    MediterraneanMontane,
    /// Dry, with a summer monsoon of short violent storms and some winter snow.
    SemiaridMonsoon,
    /// Rain in all months, warm and stormy summers.
    HumidTemperate,
}

/// Seasonal shape of a climate at 1000 m.
struct Shape {
    /// Share of wet days.
    wet_fraction: Monthly,
    /// Mean depth of a wet day, in.
    depth_in: Monthly,
    /// Mean monthly maximum of 30-minute intensity, in/h.
    intensity_in_per_h: Monthly,
    /// Relative increase of depth per km of height.
    depth_per_km: f64,
    /// Annual mean and half range of temperature, deg C, and mean daily range.
    temperature_c: [f64; 3],
    /// Dew point below the mean minimum, deg C, in January and July.
    dew_below_c: [f64; 2],
    /// Share of clear-sky radiation in January and July.
    clearness: [f64; 2],
    storm_type: u8,
}

impl ClimateType {
    fn shape(self) -> Shape {
        match self {
            Self::MediterraneanMontane => Shape {
                wet_fraction: [0.34, 0.33, 0.31, 0.22, 0.14, 0.07, 0.04, 0.04, 0.07, 0.13, 0.25, 0.32],
                depth_in: [0.46, 0.44, 0.38, 0.30, 0.25, 0.21, 0.22, 0.24, 0.28, 0.36, 0.45, 0.48],
                intensity_in_per_h: [0.30, 0.29, 0.28, 0.28, 0.30, 0.30, 0.32, 0.34, 0.33, 0.33, 0.32, 0.31],
                depth_per_km: 0.25,
                temperature_c: [11.5, 8.5, 15.0],
                dew_below_c: [1.0, 2.0],
                clearness: [0.62, 0.90],
                storm_type: 2,
            },
            Self::SemiaridMonsoon => Shape {
                wet_fraction: [0.13, 0.13, 0.13, 0.08, 0.06, 0.06, 0.27, 0.30, 0.15, 0.09, 0.09, 0.13],
                depth_in: [0.24, 0.24, 0.24, 0.22, 0.18, 0.22, 0.28, 0.29, 0.30, 0.30, 0.26, 0.28],
                intensity_in_per_h: [0.18, 0.18, 0.20, 0.22, 0.25, 0.38, 0.85, 0.90, 0.55, 0.32, 0.22, 0.20],
                depth_per_km: 0.20,
                temperature_c: [13.0, 9.5, 17.5],
                dew_below_c: [3.0, 1.0],
                clearness: [0.74, 0.80],
                storm_type: 3,
            },
            Self::HumidTemperate => Shape {
                wet_fraction: [0.36, 0.36, 0.37, 0.34, 0.34, 0.33, 0.36, 0.31, 0.27, 0.24, 0.29, 0.34],
                depth_in: [0.34, 0.35, 0.38, 0.36, 0.38, 0.40, 0.44, 0.43, 0.45, 0.41, 0.37, 0.35],
                intensity_in_per_h: [0.40, 0.45, 0.60, 0.70, 0.90, 1.20, 1.40, 1.35, 1.00, 0.65, 0.50, 0.42],
                depth_per_km: 0.15,
                temperature_c: [11.0, 11.0, 11.5],
                dew_below_c: [1.5, -0.5],
                clearness: [0.52, 0.66],
                storm_type: 4,
            },
        }
    }
}

/// Temperature falls by this much per km of height, deg C.
const LAPSE_C_PER_KM: f64 = 6.0;

/// A station file for a made-up place. Pure: the same site gives the same file.
pub fn synthetic_station(site: &SyntheticSite) -> StationParameters {
    let shape = site.climate.shape();
    let km_above = site.elevation_m / 1000.0 - 1.0;
    let season = |m: usize| -(f64::from(m as u32) * std::f64::consts::TAU / 12.0 - 0.2).cos();
    let wetter = (1.0 + shape.depth_per_km * km_above).clamp(0.4, 2.5);
    let mean_c = |m| shape.temperature_c[0] - LAPSE_C_PER_KM * km_above + shape.temperature_c[1] * season(m);
    let half_range = |m| 0.5 * shape.temperature_c[2] * (1.0 + 0.15 * season(m));
    let between = |[january, july]: [f64; 2], m| january + (july - january) * 0.5 * (1.0 + season(m));
    let fahrenheit = |c: f64| hundredth(c * 1.8 + 32.0);
    // Persistence: a wet day is some 0.27 more likely after a wet day, as at most western stations.
    let persistence = 0.27;
    StationParameters {
        name: site.name.trim().chars().take(40).collect::<String>().trim().to_owned(),
        identification: format!("{:>2}{:>4} 0", 0, 0),
        latitude_deg: hundredth(site.latitude_deg),
        longitude_deg: hundredth(site.longitude_deg),
        years_of_record: 50.0,
        storm_type: shape.storm_type,
        elevation_ft: (site.elevation_m / 0.3048).round(),
        max_30_minute_depth_in: 1.2,
        max_6_hour_depth_in: 3.5,
        wet_day_depth_mean_in: shape.depth_in.map(|d| hundredth(d * wetter)),
        wet_day_depth_sd_in: shape.depth_in.map(|d| hundredth(1.15 * d * wetter)),
        wet_day_depth_skew: std::array::from_fn(|m| hundredth(2.3 + 0.5 * season(m))),
        wet_after_wet: shape.wet_fraction.map(|f| hundredth(f + persistence * (1.0 - f))),
        wet_after_dry: shape.wet_fraction.map(|f| hundredth((f * (1.0 - persistence)).max(0.01))),
        tmax_mean_f: std::array::from_fn(|m| fahrenheit(mean_c(m) + half_range(m))),
        tmin_mean_f: std::array::from_fn(|m| fahrenheit(mean_c(m) - half_range(m))),
        tmax_sd_f: std::array::from_fn(|m| hundredth(8.5 - 1.5 * season(m))),
        tmin_sd_f: std::array::from_fn(|m| hundredth(7.0 - 1.5 * season(m))),
        radiation_mean_ly_per_d: std::array::from_fn(|m| {
            (clear_sky_ly(site.latitude_deg, m) * between(shape.clearness, m)).round()
        }),
        radiation_sd_ly_per_d: std::array::from_fn(|m| {
            (clear_sky_ly(site.latitude_deg, m) * (0.14 - 0.06 * season(m))).round()
        }),
        max_30_minute_intensity_in_per_h: shape.intensity_in_per_h,
        dew_point_mean_f: std::array::from_fn(|m| {
            fahrenheit(mean_c(m) - half_range(m) - between(shape.dew_below_c, m))
        }),
        time_to_peak_cumulative: [0.35, 0.50, 0.60, 0.68, 0.75, 0.80, 0.85, 0.89, 0.93, 0.96, 0.98, 1.0],
        wind: std::array::from_fn(wind_from),
        calm_pct: [8.0; 12],
        tail: vec!["Synthetic station: describes no real place".to_owned()],
    }
}

/// Wind mostly from the south-west and west.
fn wind_from(sector: usize) -> WindSector {
    let share = [3.0, 3.0, 4.0, 3.5, 3.0, 3.0, 3.5, 4.0, 6.0, 9.0, 14.0, 13.0, 9.0, 6.0, 4.5, 3.5][sector];
    let speed = if (8..=12).contains(&sector) { 4.0 } else { 2.8 };
    WindSector {
        share_pct: [share; 12],
        speed_mean_m_per_s: std::array::from_fn(|m| if m < 5 { speed + 0.5 } else { speed }),
        speed_sd_m_per_s: [1.9; 12],
        speed_skew: [0.8; 12],
    }
}

/// Mean radiation of the middle of a month under the clearest sky, langley/day (as the generator limits it).
fn clear_sky_ly(latitude_deg: f64, month: usize) -> f64 {
    let day = 15.0 + 30.4 * month as f64;
    let declination = 0.4102 * ((day - 80.25) / 58.13).sin();
    let latitude = latitude_deg.to_radians();
    let half_day = (-latitude.tan() * declination.tan()).clamp(-1.0, 1.0).acos();
    711.0
        * (half_day * latitude.sin() * declination.sin()
            + latitude.cos() * declination.cos() * half_day.sin())
        .max(0.0)
}

fn hundredth(value: f64) -> f64 {
    let rounded = (value * 100.0).round() / 100.0;
    if rounded == 0.0 { 0.0 } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::{annual_precipitation_mm, check};

    fn sites() -> impl Iterator<Item = SyntheticSite> {
        use ClimateType::{HumidTemperate, MediterraneanMontane, SemiaridMonsoon};
        [
            (MediterraneanMontane, 600.0),
            (MediterraneanMontane, 2400.0),
            (SemiaridMonsoon, 1800.0),
            (HumidTemperate, 250.0),
        ]
        .into_iter()
        .map(|(climate, elevation_m)| SyntheticSite {
            name: format!("{climate:?} {elevation_m}"),
            longitude_deg: -120.25,
            latitude_deg: 38.5,
            elevation_m,
            climate,
        })
    }

    /// The demo writes these as `.par` files and reads them back like any user's.
    #[test]
    fn synthetic_stations_are_valid_station_files() {
        for site in sites() {
            let station = synthetic_station(&site);
            check(&station).unwrap();
            let text = station.to_text().unwrap();
            assert_eq!(StationParameters::parse(&text, "demo.par").unwrap(), station);
            let wind: f64 = station.wind.iter().map(|w| w.share_pct[0]).sum::<f64>() + station.calm_pct[0];
            assert!((wind - 100.0).abs() < 0.1, "{wind}");
        }
    }

    /// Plausible means: a demo whose mountains are drier than its valleys would mislead.
    #[test]
    fn heights_are_wetter_and_colder() {
        let at = |elevation_m| {
            let site = SyntheticSite {
                name: "a".into(),
                longitude_deg: 0.0,
                latitude_deg: 39.0,
                elevation_m,
                climate: ClimateType::MediterraneanMontane,
            };
            synthetic_station(&site)
        };
        let (low, high) = (at(600.0), at(2400.0));
        assert!((400.0..900.0).contains(&annual_precipitation_mm(&low)), "{}", annual_precipitation_mm(&low));
        assert!(
            (700.0..1500.0).contains(&annual_precipitation_mm(&high)),
            "{}",
            annual_precipitation_mm(&high)
        );
        assert!(high.tmin_mean_f[0] < 32.0 && high.tmax_mean_f[6] < low.tmax_mean_f[6]);
    }
}
