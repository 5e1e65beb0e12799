use super::day::{Breakpoint, BreakpointDay, DailyWeather, Date, SimulationMode, StormDay};
use crate::error::FormatError;
use crate::text::{Fields, Reader, Record};

/// WEPP numbers breakpoints of one day up to 1500; a day of one-minute readings has 1440.
const MOST_BREAKPOINTS: usize = 1500;

pub(super) fn read_months(reader: &mut Reader<'_>, field: &str) -> Result<[f64; 12], FormatError> {
    reader.raw(field)?;
    let mut fields = reader.raw_record(field)?.fields();
    let mut values = [0.0; 12];
    for value in &mut values {
        *value = fields.real(field)?;
    }
    fields.end(field)?;
    Ok(values)
}

/// Header fields that describe the series.
#[derive(Clone, Copy)]
pub(super) struct Announced {
    pub mode: SimulationMode,
    pub years: i64,
}

/// The next daily record, or none at the end of the file.
fn next_day<'a>(reader: &mut Reader<'a>) -> Result<Option<Record<'a>>, FormatError> {
    while let Some(line) = reader.peek() {
        let record = reader.raw_record("day")?;
        if !line.trim().is_empty() {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

fn read_date(
    fields: &mut Fields<'_>,
    record: &Record<'_>,
    previous: Option<Date>,
    announced: Announced,
) -> Result<Date, FormatError> {
    let day = fields.count("da", 1..=31)? as u8;
    let month = fields.count("mo", 1..=12)? as u8;
    let year = fields.count("year", 1..=9999)? as i32;
    let date = Date { year, month, day };
    let written = || format!("{day} {month} {year}");
    if !date.is_valid() {
        return Err(record.error("da", "a day of that month", written()));
    }
    if announced.mode == SimulationMode::SingleStorm {
        return Ok(date);
    }
    match previous {
        Some(previous) if !previous.is_followed_by(date) => {
            let next = previous.successor();
            let expected = format!("the next day, {} {} {}", next.day, next.month, next.year);
            Err(record.error("da", expected, written()))
        }
        None if (month, day) != (1, 1) => {
            Err(record.error("da", "1 January: a series is made of whole years", written()))
        }
        _ => Ok(date),
    }
}

/// Refuses a series that ends within a year that is to be simulated. WEPP takes each year to have all its days: past
/// the end of a storm file it repeats the last days it has read, and on a breakpoint file it stops.
fn check_end(
    record: &Record<'_>,
    (first, last): (Date, Date),
    announced: Announced,
) -> Result<(), FormatError> {
    let whole_year = (last.month, last.day) == (12, 31);
    let beyond_the_header = i64::from(last.year - first.year) >= announced.years;
    if announced.mode == SimulationMode::SingleStorm || whole_year || beyond_the_header {
        return Ok(());
    }
    let expected =
        format!("a series that ends on 31 December, or at least the {} years of the header", announced.years);
    Err(record.error("da", expected, format!("{} {} {}, the last day", last.day, last.month, last.year)))
}

/// Refuses rain that takes no time. WEPP would ignore it.
fn check_storm(record: &Record<'_>, depth_mm: f64, duration_h: f64) -> Result<(), FormatError> {
    if depth_mm > 0.0 && duration_h <= 0.0 {
        let expected = format!("more than 0 h, since {depth_mm} mm of rain fall");
        return Err(record.error("dur", expected, duration_h.to_string()));
    }
    Ok(())
}

fn read_weather(fields: &mut Fields<'_>, date: Date) -> Result<DailyWeather, FormatError> {
    let weather = DailyWeather {
        date,
        tmax_c: fields.real("tmax")?,
        tmin_c: fields.real("tmin")?,
        radiation_ly_per_d: fields.real_in("rad", 0.0, f64::INFINITY)?,
        wind_m_per_s: fields.real_in("w-vl", 0.0, f64::INFINITY)?,
        wind_direction_deg: fields.real("w-dir")?,
        dew_point_c: fields.real("tdew")?,
    };
    fields.end("tdew")?;
    Ok(weather)
}

fn no_days(reader: &Reader<'_>) -> FormatError {
    reader.error("day", "at least one day", "the end of the file")
}

pub(super) fn read_storm_days(
    reader: &mut Reader<'_>,
    announced: Announced,
) -> Result<Vec<StormDay>, FormatError> {
    let mut days: Vec<StormDay> = Vec::new();
    let mut last = None;
    while let Some(record) = next_day(reader)? {
        last = Some(record);
        let mut fields = record.fields();
        let previous = days.last().map(|day| day.weather.date);
        let date = read_date(&mut fields, &record, previous, announced)?;
        let precipitation_mm = fields.real_in("prcp", 0.0, f64::INFINITY)?;
        let duration_h = fields.real_in("dur", 0.0, 24.0)?;
        let time_to_peak_fraction = fields.real_in("tp", 0.0, 1.0)?;
        check_storm(&record, precipitation_mm, duration_h)?;
        let peak_intensity_ratio = fields.real_in("ip", 0.0, f64::INFINITY)?;
        days.push(StormDay {
            weather: read_weather(&mut fields, date)?,
            precipitation_mm,
            duration_h,
            time_to_peak_fraction,
            peak_intensity_ratio,
        });
    }
    let (Some(first), Some(end), Some(last)) = (days.first(), days.last(), last) else {
        return Err(no_days(reader));
    };
    check_end(&last, (first.weather.date, end.weather.date), announced)?;
    Ok(days)
}

pub(super) fn read_breakpoint_days(
    reader: &mut Reader<'_>,
    announced: Announced,
) -> Result<Vec<BreakpointDay>, FormatError> {
    let mut days: Vec<BreakpointDay> = Vec::new();
    let mut last = None;
    while let Some(record) = next_day(reader)? {
        last = Some(record);
        let mut fields = record.fields();
        let previous = days.last().map(|day| day.weather.date);
        let date = read_date(&mut fields, &record, previous, announced)?;
        let count = fields.count("nbrkpt", 0..=MOST_BREAKPOINTS)?;
        let weather = read_weather(&mut fields, date)?;
        let mut breakpoints: Vec<Breakpoint> = Vec::new();
        for _ in 0..count {
            let point = read_breakpoint(reader, breakpoints.last())?;
            breakpoints.push(point);
        }
        days.push(BreakpointDay { weather, breakpoints });
    }
    let (Some(first), Some(end), Some(last)) = (days.first(), days.last(), last) else {
        return Err(no_days(reader));
    };
    check_end(&last, (first.weather.date, end.weather.date), announced)?;
    Ok(days)
}

fn read_breakpoint(
    reader: &mut Reader<'_>,
    previous: Option<&Breakpoint>,
) -> Result<Breakpoint, FormatError> {
    let mut fields = reader.raw_record("breakpoint")?.fields();
    let point = Breakpoint {
        hour: fields.real_in("breakpoint hour", 0.0, 24.0)?,
        cumulative_mm: fields.real_in("cumulative depth", 0.0, f64::INFINITY)?,
    };
    fields.end("breakpoint")?;
    let Some(previous) = previous else {
        return if point.cumulative_mm == 0.0 {
            Ok(point)
        } else {
            let expected = "0: the first breakpoint is where rain begins";
            Err(reader.error("cumulative depth", expected, point.cumulative_mm.to_string()))
        };
    };
    let (earliest, least) = (previous.hour, previous.cumulative_mm);
    if point.hour < earliest {
        let expected = format!("a time not before {earliest}");
        return Err(reader.error("breakpoint hour", expected, point.hour.to_string()));
    }
    if point.cumulative_mm < least {
        let expected = format!("a depth not below {least}");
        return Err(reader.error("cumulative depth", expected, point.cumulative_mm.to_string()));
    }
    if point.cumulative_mm > least && point.hour <= earliest {
        let expected = format!("a time after {earliest}, since rain falls until then");
        return Err(reader.error("breakpoint hour", expected, point.hour.to_string()));
    }
    Ok(point)
}
