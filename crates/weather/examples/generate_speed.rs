//! Speed of weather generation: `cargo run --release -p headwaters-weather --example generate_speed`.

use std::time::Instant;

use headwaters_weather::{ClimateType, Generator, SyntheticSite, synthetic_station};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const RUNS: u32 = 20;
    for climate in
        [ClimateType::MediterraneanMontane, ClimateType::SemiaridMonsoon, ClimateType::HumidTemperate]
    {
        let station = synthetic_station(&SyntheticSite {
            name: format!("{climate:?}"),
            longitude_deg: -120.0,
            latitude_deg: 39.0,
            elevation_m: 1500.0,
            climate,
        });
        let start = Instant::now();
        let mut days = 0;
        let mut calibration = 0.0;
        for seed in 0..RUNS {
            let begin = Instant::now();
            let generator = Generator::new(station.clone(), u64::from(seed), 1)?;
            calibration += begin.elapsed().as_secs_f64();
            days += generator.generate(100)?.len();
        }
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{climate:?}: 100 years in {:.1} ms, of which {:.1} ms for the monthly laws ({days} days in {seconds:.2} s)",
            1000.0 * seconds / f64::from(RUNS),
            1000.0 * calibration / f64::from(RUNS),
        );
    }
    Ok(())
}
