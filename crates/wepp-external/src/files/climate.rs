//! Climate file in storm or breakpoint form.

use super::error::FilesError;
use super::text::quotable;
use headwaters_engine::{EvapotranspirationMethod, HillslopeInputs, Precipitation};
use headwaters_wepp_formats::{
    Breakpoint, BreakpointDay, Climate, DailyWeather, Date, Days, SimulationMode, StormDay,
};

pub(super) fn climate(inputs: &HillslopeInputs) -> Result<Climate, FilesError> {
    let climate = &inputs.climate;
    let kinds =
        |wanted: fn(&Precipitation) -> bool| climate.days().iter().any(|day| wanted(&day.precipitation));
    let storms = kinds(|precipitation| matches!(precipitation, Precipitation::Storm { .. }));
    let breakpoints = kinds(|precipitation| matches!(precipitation, Precipitation::Breakpoints { .. }));
    if storms && breakpoints {
        return Err(FilesError::Unsupported("weather that mixes storms with breakpoints".to_owned()));
    }
    let weather = |day: &headwaters_engine::ClimateDay| DailyWeather {
        date: Date { year: day.year, month: day.month, day: day.day },
        tmax_c: day.tmax_c,
        tmin_c: day.tmin_c,
        radiation_ly_per_d: day.solar_radiation_ly_per_day,
        wind_m_per_s: day.wind_m_per_s,
        wind_direction_deg: day.wind_direction_deg,
        dew_point_c: day.dew_point_c,
    };
    let days = if breakpoints {
        Days::Breakpoint(
            climate
                .days()
                .iter()
                .map(|day| BreakpointDay {
                    weather: weather(day),
                    breakpoints: climate
                        .breakpoints_of(day)
                        .iter()
                        .map(|point| Breakpoint { hour: point.hour, cumulative_mm: point.cumulative_mm })
                        .collect(),
                })
                .collect(),
        )
    } else {
        Days::Storm(climate.days().iter().map(|day| storm_day(weather(day), day.precipitation)).collect())
    };
    let first_year = climate.days().first().map_or(1, |day| i64::from(day.year));
    let last_year = climate.days().last().map_or(1, |day| i64::from(day.year));
    let means = climate.mean_monthly();
    Ok(Climate {
        cligen_version: 5.3,
        mode: SimulationMode::Continuous,
        no_wind: inputs.evapotranspiration == EvapotranspirationMethod::PriestleyTaylor,
        station: format!("Station:  {}", quotable(climate.name())).trim().to_owned(),
        command_line: None,
        latitude_deg: climate.latitude_deg(),
        longitude_deg: 0.0,
        elevation_m: climate.elevation_m(),
        observed_years: 0,
        beginning_year: first_year,
        years_simulated: last_year - first_year + 1,
        monthly_tmax_c: means.tmax_c,
        monthly_tmin_c: means.tmin_c,
        monthly_radiation_ly_per_d: means.solar_radiation_ly_per_day,
        monthly_precipitation_mm: means.precipitation_mm,
        days,
    })
}

fn storm_day(weather: DailyWeather, precipitation: Precipitation) -> StormDay {
    let (depth, duration, time_to_peak, peak) = match precipitation {
        Precipitation::Storm { depth_mm, duration_h, time_to_peak_fraction, peak_intensity_ratio } => {
            (depth_mm, duration_h, time_to_peak_fraction, peak_intensity_ratio)
        }
        _ => (0.0, 0.0, 0.0, 0.0),
    };
    StormDay {
        weather,
        precipitation_mm: depth,
        duration_h: duration,
        time_to_peak_fraction: time_to_peak,
        peak_intensity_ratio: peak,
    }
}
