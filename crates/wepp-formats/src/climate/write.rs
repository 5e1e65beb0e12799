use super::day::{BreakpointDay, DailyWeather, Date, StormDay};
use crate::error::FormatError;
use crate::text::Writer;

pub(super) fn write_storm_days(out: &mut Writer, days: &[StormDay]) -> Result<(), FormatError> {
    let names = "da mo year prcp dur tp ip tmax tmin rad w-vl w-dir tdew";
    out.raw_line("column names", names)?;
    out.raw_line("column units", "(mm) (h) (C) (C) (l/d) (m/s) (Deg) (C)")?;
    for day in days {
        write_date(out, day.weather.date);
        out.real("prcp", day.precipitation_mm)?
            .real("dur", day.duration_h)?
            .real("tp", day.time_to_peak_fraction)?
            .real("ip", day.peak_intensity_ratio)?;
        write_weather(out, &day.weather)?;
    }
    Ok(())
}

pub(super) fn write_breakpoint_days(out: &mut Writer, days: &[BreakpointDay]) -> Result<(), FormatError> {
    let names = "da mo year nbrkpt tmax tmin rad w-vl w-dir tdew";
    out.raw_line("column names", names)?;
    out.raw_line("column units", "(C) (C) (l/d) (m/s) (Deg) (C)")?;
    for day in days {
        write_date(out, day.weather.date);
        out.integer(day.breakpoints.len());
        write_weather(out, &day.weather)?;
        for point in &day.breakpoints {
            out.real("breakpoint hour", point.hour)?.real("cumulative depth", point.cumulative_mm)?.end();
        }
    }
    Ok(())
}

fn write_date(out: &mut Writer, date: Date) {
    out.integer(date.day).integer(date.month).integer(date.year);
}

fn write_weather(out: &mut Writer, weather: &DailyWeather) -> Result<(), FormatError> {
    out.real("tmax", weather.tmax_c)?
        .real("tmin", weather.tmin_c)?
        .real("rad", weather.radiation_ly_per_d)?
        .real("w-vl", weather.wind_m_per_s)?
        .real("w-dir", weather.wind_direction_deg)?
        .real("tdew", weather.dew_point_c)?
        .end();
    Ok(())
}
