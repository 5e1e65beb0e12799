//! A hundred generated years against the statistics of their station.
//!
//! Runs on made-up stations always, and on the real ones beside the repository when they are there. Per month: total
//! and mean wet-day depth within 7 %, share of wet days within 0.01, temperature means within 0.3 degC, mean monthly
//! maximum of 30-minute intensity (over months with rain, from duration and peak as a climate file gives them) within
//! 15 % of `MX .5 P`; per year: precipitation within 3 %. The sampling that makes this possible must not bend the
//! weather of single days or the spread between years, so deviation, skew, persistence and interannual variance are
//! checked too.

use std::collections::BTreeMap;
use std::path::PathBuf;

use headwaters_weather::station::{
    MM_PER_INCH, MONTH_NAMES, annual_precipitation_mm, celsius, wet_day_fraction,
};
use headwaters_weather::storm::max_30_min_share;
use headwaters_weather::{ClimateType, DayWeather, Generator, Storm, SyntheticSite, synthetic_station};
use headwaters_wepp_formats::StationParameters;

const YEARS: u32 = 100;

struct Month {
    days: f64,
    depths_mm: Vec<f64>,
    tmax_c: f64,
    tmin_c: f64,
    totals_mm: Vec<f64>,
    maxima_in_per_h: Vec<f64>,
    after_wet: [f64; 2],
}

fn month_of(days: &[DayWeather], month: u8) -> Month {
    let of_month: Vec<&DayWeather> = days.iter().filter(|d| d.month == month).collect();
    let n = of_month.len() as f64;
    let mut totals: BTreeMap<i32, (f64, f64)> = BTreeMap::new();
    let mut after_wet = [0.0; 2];
    let mut before: Option<&DayWeather> = None;
    for day in &of_month {
        let (total, largest) = totals.entry(day.year).or_default();
        if let Some(Storm { depth_mm, duration_h, peak_ratio, .. }) = day.storm {
            *total += depth_mm;
            let intensity = 2.0 * depth_mm / MM_PER_INCH * max_30_min_share(duration_h, peak_ratio);
            *largest = largest.max(intensity);
        }
        if before.is_some_and(|b| b.year == day.year && b.storm.is_some()) {
            after_wet[usize::from(day.storm.is_some())] += 1.0;
        }
        before = Some(day);
    }
    Month {
        days: n,
        depths_mm: of_month.iter().filter_map(|d| d.storm.map(|s| s.depth_mm)).collect(),
        tmax_c: of_month.iter().map(|d| d.tmax_c).sum::<f64>() / n,
        tmin_c: of_month.iter().map(|d| d.tmin_c).sum::<f64>() / n,
        totals_mm: totals.values().map(|t| t.0).collect(),
        maxima_in_per_h: totals.values().map(|t| t.1).filter(|x| *x > 0.0).collect(),
        after_wet,
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn sd(values: &[f64]) -> f64 {
    let m = mean(values);
    mean(&values.iter().map(|v| (v - m).powi(2)).collect::<Vec<_>>()).sqrt()
}

/// Findings over all months of some stations.
#[derive(Default)]
struct Findings {
    failures: Vec<String>,
    /// Months whose `MX .5 P` the station's own depths cannot reach.
    contradictions: Vec<String>,
    months: usize,
    sd_ratios: Vec<f64>,
    skew_differences: Vec<f64>,
    spread_ratios: Vec<f64>,
    persistence_z: Vec<f64>,
}

impl Findings {
    fn check(&mut self, station: &StationParameters, seed: u64) {
        let generator = Generator::new(station.clone(), seed, 1).unwrap();
        let days = generator.generate(YEARS).unwrap();
        let shortfalls = generator.intensity_shortfalls();
        let mut annual = 0.0;
        for (m, month_name) in MONTH_NAMES.into_iter().enumerate() {
            self.months += 1;
            let month = month_of(&days, m as u8 + 1);
            annual += month.totals_mm.iter().sum::<f64>() / f64::from(YEARS);
            self.check_month(station, m, &month);
            if month.depths_mm.is_empty() {
                continue;
            }
            let intensity = mean(&month.maxima_in_per_h);
            let wanted = station.max_30_minute_intensity_in_per_h[m];
            let what = format!("{} {}: 30-minute maximum {intensity:.2} in/h", station.name, month_name);
            match shortfalls.iter().find(|s| s.month == month_name) {
                Some(short) => {
                    self.require((intensity / short.reachable_in_per_h - 1.0).abs() <= 0.15, || what.clone());
                    if (intensity / wanted - 1.0).abs() > 0.15 {
                        let bound = 2.0 * mean_monthly_maximum_in(&days, m as u8 + 1);
                        // Even with every day's rain within half an hour the file's value is out of reach.
                        self.require(bound < 0.9 * wanted, || format!("{what}, {wanted} is within reach"));
                        self.contradictions
                            .push(format!("{what}, the file's {wanted}, its depths allow {bound:.2}"));
                    }
                }
                None => {
                    self.require((intensity / wanted - 1.0).abs() <= 0.15, || format!("{what} for {wanted}"))
                }
            }
        }
        let wanted = annual_precipitation_mm(station);
        self.require((annual / wanted - 1.0).abs() <= 0.03, || {
            format!("{}: {annual:.0} mm a year for {wanted:.0}", station.name)
        });
    }

    fn check_month(&mut self, station: &StationParameters, m: usize, month: &Month) {
        let name = format!("{} {}", station.name, MONTH_NAMES[m]);
        let (tmax, tmin) = (celsius(station.tmax_mean_f[m]), celsius(station.tmin_mean_f[m]));
        self.require((month.tmax_c - tmax).abs() <= 0.3, || {
            format!("{name}: tmax {:.2} for {tmax:.2}", month.tmax_c)
        });
        self.require((month.tmin_c - tmin).abs() <= 0.3, || {
            format!("{name}: tmin {:.2} for {tmin:.2}", month.tmin_c)
        });
        let wet = month.depths_mm.len() as f64;
        let fraction = wet_day_fraction(station, m);
        self.require((wet / month.days - fraction).abs() <= 0.01, || {
            format!("{name}: wet days {:.3} for {fraction:.3}", wet / month.days)
        });
        if fraction == 0.0 {
            return;
        }
        let wanted = station.wet_day_depth_mean_in[m] * MM_PER_INCH;
        let depth = mean(&month.depths_mm);
        self.require((depth / wanted - 1.0).abs() <= 0.07, || {
            format!("{name}: wet day {depth:.2} for {wanted:.2} mm")
        });
        let total: f64 = month.totals_mm.iter().sum::<f64>() / (month.days * fraction * wanted);
        self.require((total - 1.0).abs() <= 0.07, || format!("{name}: total {total:.3} of the station's"));

        // Below: what conditioning must leave alone.
        self.sd_ratios.push(sd(&month.depths_mm) / (station.wet_day_depth_sd_in[m] * MM_PER_INCH));
        // A sample's skew falls short of its law's, the more so the fewer days; months with many tell.
        if wet > 500.0 {
            let third = |d: &f64| ((d - depth) / sd(&month.depths_mm)).powi(3);
            let skew = month.depths_mm.iter().map(third).sum::<f64>() / wet;
            self.skew_differences.push(skew - station.wet_day_depth_skew[m].clamp(-4.5, 4.5));
        }
        let p = station.wet_after_wet[m];
        let n = month.after_wet[0] + month.after_wet[1];
        if n * p * (1.0 - p) > 5.0 {
            self.persistence_z.push((month.after_wet[1] / n - p) / (p * (1.0 - p) / n).sqrt());
        }
        // Variance of a month's total: E[N] var(depth) + var(N) mean^2, N of a two-state chain of d days.
        let d = month.days / f64::from(YEARS);
        let r = p - station.wet_after_dry[m];
        let count_variance = d * fraction * (1.0 - fraction) * (1.0 + r) / (1.0 - r)
            - 2.0 * fraction * (1.0 - fraction) * r * (1.0 - r.powf(d)) / (1.0 - r).powi(2);
        let variance = d * fraction * sd(&month.depths_mm).powi(2) + count_variance * depth * depth;
        self.spread_ratios.push(sd(&month.totals_mm) / variance.sqrt());
    }

    fn require(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.failures.push(what());
        }
    }

    fn merge(mut self, other: Self) -> Self {
        self.failures.extend(other.failures);
        self.contradictions.extend(other.contradictions);
        self.months += other.months;
        self.sd_ratios.extend(other.sd_ratios);
        self.skew_differences.extend(other.skew_differences);
        self.spread_ratios.extend(other.spread_ratios);
        self.persistence_z.extend(other.persistence_z);
        self
    }

    fn report(mut self, what: &str) {
        for line in &self.contradictions {
            println!("file contradicts itself: {line}");
        }
        let median = |values: &mut Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let (deviation, spread) = (median(&mut self.sd_ratios), median(&mut self.spread_ratios));
        let skew = median(&mut self.skew_differences);
        let z = sd(&self.persistence_z);
        println!(
            "{what}: {} months, {} contradictions; median ratio of wet-day deviation {deviation:.3}, \
             median difference of its skew {skew:.2}, median ratio \
             of the spread between years {spread:.3}; persistence scores {:.2} +- {z:.2}",
            self.months,
            self.contradictions.len(),
            mean(&self.persistence_z),
        );
        assert!(self.failures.is_empty(), "{}", self.failures.join("\n"));
        assert!((0.95..1.05).contains(&deviation), "deviation of wet-day depth {deviation}");
        assert!(skew.abs() < 0.3, "skew of wet-day depth differs by {skew}");
        assert!((0.90..1.10).contains(&spread), "spread between years {spread}");
        // Scores of independent transitions are standard normal; strata narrow them a little.
        assert!(mean(&self.persistence_z).abs() < 0.3 && (0.5..1.3).contains(&z), "persistence");
    }
}

/// Mean over months with rain of the month's largest daily depth, in.
fn mean_monthly_maximum_in(days: &[DayWeather], month: u8) -> f64 {
    let mut maxima: BTreeMap<i32, f64> = BTreeMap::new();
    for (day, storm) in days.iter().filter(|d| d.month == month).filter_map(|d| d.storm.map(|s| (d, s))) {
        let largest = maxima.entry(day.year).or_default();
        *largest = largest.max(storm.depth_mm / MM_PER_INCH);
    }
    mean(&maxima.into_values().collect::<Vec<_>>())
}

fn synthetic(climate: ClimateType, elevation_m: f64) -> StationParameters {
    synthetic_station(&SyntheticSite {
        name: format!("{climate:?} {elevation_m} m"),
        longitude_deg: -120.25,
        latitude_deg: 38.5,
        elevation_m,
        climate,
    })
}

#[test]
fn synthetic_stations_get_the_statistics_of_their_files() {
    let mut findings = Findings::default();
    for (climate, elevation_m) in [
        (ClimateType::MediterraneanMontane, 500.0),
        (ClimateType::MediterraneanMontane, 2600.0),
        (ClimateType::SemiaridMonsoon, 2000.0),
        (ClimateType::HumidTemperate, 200.0),
    ] {
        for seed in [1, 2] {
            findings.check(&synthetic(climate, elevation_m), seed);
        }
    }
    assert!(findings.contradictions.is_empty(), "{:?}", findings.contradictions);
    findings.report("made-up stations");
}

#[test]
fn real_stations_get_the_statistics_of_their_files() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/stations");
    let Ok(listing) = std::fs::read_dir(&folder) else {
        println!("skipped: no station files in {}", folder.display());
        return;
    };
    let mut paths: Vec<PathBuf> = listing.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.sort();
    let stations: Vec<StationParameters> = paths
        .iter()
        .filter(|p| p.extension().is_some_and(|e| e == "par"))
        .map(|p| {
            let text = String::from_utf8_lossy(&std::fs::read(p).unwrap()).into_owned();
            StationParameters::parse(&text, &p.file_name().unwrap().to_string_lossy()).unwrap()
        })
        .collect();
    let share = |part: usize| {
        let mut findings = Findings::default();
        stations.iter().skip(part).step_by(2).for_each(|s| findings.check(s, 7));
        findings
    };
    let findings = std::thread::scope(|scope| {
        let other = scope.spawn(|| share(1));
        share(0).merge(other.join().unwrap())
    });
    assert_eq!(findings.months, 12 * stations.len());
    findings.report(&format!("{} station files", stations.len()));
}
