//! The same station and seed give the same weather, whatever the order of generation.

use headwaters_weather::{
    ClimateType, GenerateError, Generator, PrecipitationScaling, SyntheticSite, synthetic_station,
};
use headwaters_wepp_formats::{Climate, Days};

fn generator(seed: u64) -> Generator {
    let site = SyntheticSite {
        name: "Ridge".into(),
        longitude_deg: -120.0,
        latitude_deg: 39.0,
        elevation_m: 1900.0,
        climate: ClimateType::MediterraneanMontane,
    };
    Generator::new(synthetic_station(&site), seed, 1).unwrap()
}

/// A batch is compared with its rerun on another machine: neither threads nor order may change a digit.
#[test]
fn years_made_backwards_on_four_threads_equal_the_serial_run() {
    let generator = generator(11);
    let serial = generator.generate(130).unwrap();
    let centuries = [generator.century(0), generator.century(1)];
    let mut years: Vec<(u32, Vec<_>)> = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..4)
            .map(|part| {
                let (generator, centuries) = (&generator, &centuries);
                scope.spawn(move || {
                    let years = (0..130).rev().filter(|y| y % 4 == part);
                    years.map(|y| (y, generator.year(&centuries[y as usize / 100], y))).collect::<Vec<_>>()
                })
            })
            .collect();
        parts.into_iter().flat_map(|p| p.join().unwrap()).collect()
    });
    years.sort_by_key(|(year, _)| *year);
    let parallel: Vec<_> = years.into_iter().flat_map(|(_, days)| days).collect();
    assert_eq!(parallel, serial);
}

/// Extending a run from 30 to 50 years must not change the first 30; another seed must change everything.
#[test]
fn longer_runs_begin_with_the_shorter_and_seeds_differ() {
    let short = generator(1).generate(30).unwrap();
    let long = generator(1).generate(50).unwrap();
    assert_eq!(short, long[..short.len()]);
    assert_eq!(short.len(), 30 * 365 + 7);
    let other = generator(2).generate(30).unwrap();
    let same = short.iter().zip(&other).filter(|(a, b)| a.tmax_c == b.tmax_c).count();
    assert!(same < short.len() / 20, "{same} equal maxima");
    let centuries = generator(1).generate(200).unwrap();
    let (first, second) = centuries.split_at(centuries.len() / 2);
    assert!(first.iter().zip(second).any(|(a, b)| a.storm != b.storm));
}

#[test]
fn days_are_physically_possible() {
    for day in generator(3).generate(100).unwrap() {
        assert!(day.tmin_c <= day.tmax_c, "{day:?}");
        assert!(day.dew_point_c <= 0.5 * (day.tmin_c + day.tmax_c) + 0.1, "{day:?}");
        assert!((10.0..=850.0).contains(&day.radiation_ly), "{day:?}");
        assert!(
            (0.0..360.0).contains(&day.wind_from_deg) && (0.0..40.0).contains(&day.wind_m_per_s),
            "{day:?}"
        );
        if let Some(storm) = day.storm {
            assert!(storm.depth_mm >= 0.2 && storm.duration_h > 0.0 && storm.duration_h <= 24.0, "{storm:?}");
            assert!((0.01..=0.99).contains(&storm.time_to_peak) && storm.peak_ratio >= 1.0, "{storm:?}");
        }
    }
}

/// Engines read the weather that was generated.
#[test]
fn climate_files_read_back_as_written() {
    let climate = generator(5).climate(12).unwrap();
    let text = climate.to_text().unwrap();
    assert_eq!(Climate::parse(&text, "ridge.cli").unwrap(), climate);
    assert_eq!(climate.years_simulated, 12);
}

#[test]
fn impossible_lengths_are_refused() {
    assert_eq!(generator(1).generate(0).unwrap_err(), GenerateError::Years(0));
    assert_eq!(generator(1).generate(1001).unwrap_err(), GenerateError::Years(1001));
}

fn monthly_totals(climate: &Climate) -> [f64; 12] {
    let mut totals = [0.0; 12];
    if let Days::Storm(days) = &climate.days {
        for day in days {
            totals[usize::from(day.weather.date.month) - 1] += day.precipitation_mm;
        }
    }
    totals
}

#[test]
fn scaling_multiplies_depths_and_keeps_storms() {
    let original = generator(5).climate(20).unwrap();
    let mut factors = [1.0; 12];
    (factors[0], factors[6]) = (1.5, 0.0);
    let mut scaled = original.clone();
    PrecipitationScaling::Monthly(factors).apply(&mut scaled).unwrap();
    let (before, after) = (monthly_totals(&original), monthly_totals(&scaled));
    assert!((after[0] / before[0] - 1.5).abs() < 0.01);
    assert_eq!(after[6], 0.0);
    assert_eq!(after[3], before[3]);
    assert!(Climate::parse(&scaled.to_text().unwrap(), "scaled.cli").is_ok());

    let mut same = original.clone();
    PrecipitationScaling::None.apply(&mut same).unwrap();
    assert_eq!(same, original);
    let percent = PrecipitationScaling::Scalar(110.0).apply(&mut same).unwrap_err();
    assert!(percent.to_string().contains("110"));
    assert!(PrecipitationScaling::Scalar(f64::NAN).apply(&mut same).is_err());
}

/// Extreme but possible files: no rain at all, rain every day, no spread, a pole. No panic, no impossible day.
#[test]
fn extreme_stations_give_possible_weather() {
    let site = SyntheticSite {
        name: "Extreme".into(),
        longitude_deg: 0.0,
        latitude_deg: 45.0,
        elevation_m: 0.0,
        climate: ClimateType::HumidTemperate,
    };
    let plain = synthetic_station(&site);
    let mut dry = plain.clone();
    (dry.wet_after_dry, dry.wet_after_wet) = ([0.0; 12], [0.0; 12]);
    let mut soaked = plain.clone();
    (soaked.wet_after_dry, soaked.wet_after_wet) = ([1.0; 12], [0.99; 12]);
    let mut rigid = plain.clone();
    (rigid.wet_day_depth_sd_in, rigid.tmax_sd_f, rigid.tmin_sd_f) = ([0.0; 12], [0.0; 12], [0.0; 12]);
    let mut pole = plain.clone();
    (pole.latitude_deg, pole.wet_day_depth_skew) = (-90.0, [-9.0; 12]);
    let mut intense = plain.clone();
    intense.max_30_minute_intensity_in_per_h = [99.0; 12];
    for (station, wet) in
        [(dry, 0.0..0.001), (soaked, 0.97..1.0), (rigid, 0.2..0.5), (pole, 0.2..0.5), (intense, 0.2..0.5)]
    {
        let generator = Generator::new(station, 4, 1).unwrap();
        let days = generator.generate(4).unwrap();
        let share = days.iter().filter(|d| d.storm.is_some()).count() as f64 / days.len() as f64;
        assert!(wet.contains(&share), "{share} for {wet:?}");
        for day in days {
            assert!(day.tmin_c <= day.tmax_c && day.radiation_ly >= 0.0, "{day:?}");
            assert!(
                day.storm
                    .is_none_or(|s| s.depth_mm.is_finite() && s.depth_mm > 0.0 && s.peak_ratio.is_finite())
            );
        }
    }
    let mut broken = plain;
    broken.wet_after_wet[2] = 1.0;
    let error = Generator::new(broken, 1, 1).unwrap_err();
    assert_eq!(error.to_string(), "station Extreme: P(W/W) of March is 1; 0 <= P < 1 is expected");
}
