//! Weather the tests share.

use std::sync::Arc;

use headwaters_engine::{Climate, ClimateDay, MonthlyMeans, Precipitation};

/// A day without rain.
pub fn dry_day(year: i32, month: u8, day: u8) -> ClimateDay {
    ClimateDay {
        day,
        month,
        year,
        precipitation: Precipitation::None,
        tmax_c: 24.0,
        tmin_c: 10.0,
        solar_radiation_ly_per_day: 400.0,
        wind_m_per_s: 2.0,
        wind_direction_deg: 0.0,
        dew_point_c: 8.0,
    }
}

/// Weather of the given days at 40 degrees north.
pub fn climate(days: Vec<ClimateDay>) -> Arc<Climate> {
    let course = |mean: f64| {
        std::array::from_fn(|month| mean - 10.0 * (std::f64::consts::TAU * (month as f64 + 0.5) / 12.0).cos())
    };
    let means = MonthlyMeans {
        tmax_c: course(16.0),
        tmin_c: course(3.0),
        solar_radiation_ly_per_day: [350.0; 12],
        precipitation_mm: [60.0; 12],
    };
    Arc::new(Climate::new("test station", 40.0, 800.0, means, days, Vec::new()))
}
