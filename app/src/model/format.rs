//! Numbers, sizes, durations and coordinates as the pages write them.

/// Digits in groups of three, with `decimals` places: `1,234.5`.
pub fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let plain = format!("{:.*}", decimals, value.abs());
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), ""), |parts| parts);
    let mut grouped = String::with_capacity(plain.len() + 4);
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    let is_zero = plain.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value < 0.0 && !is_zero { format!("−{grouped}") } else { grouped }
}

/// A figure with about three significant digits: `0.012`, `3.46`, `128`, `12,300`.
pub fn figure(value: f64) -> String {
    let magnitude = value.abs();
    let decimals = match magnitude {
        0.0 => 0,
        m if m < 0.0005 => return if value < 0.0 { "> −0.001".to_owned() } else { "< 0.001".to_owned() },
        m if m < 0.1 => 3,
        m if m < 10.0 => 2,
        m if m < 100.0 => 1,
        _ => 0,
    };
    number(value, decimals)
}

/// A figure, or a dash when there is none yet.
pub fn figure_or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), figure)
}

/// A whole number in groups of three.
pub fn whole(value: u64) -> String {
    number(value as f64, 0)
}

/// `1 run`, `24 runs`.
pub fn count(number_of: u64, singular: &str) -> String {
    let ending = if number_of == 1 { "" } else { "s" };
    format!("{} {singular}{ending}", whole(number_of))
}

/// A share as a percentage; never 100 % before everything is there.
pub fn percent(done: u64, total: u64) -> String {
    if total == 0 {
        return "0 %".to_owned();
    }
    format!("{} %", done * 100 / total)
}

/// `512 B`, `4.2 MB`.
pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 4] = ["B", "kB", "MB", "GB"];
    let mut value = size as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = usize::from(unit > 0 && value < 99.95);
    format!("{} {}", number(value, decimals), UNITS[unit])
}

/// A duration in the two largest units that matter: `40 ms`, `0.4 s`, `48 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`.
pub fn duration_s(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "–".to_owned();
    }
    if seconds < 0.0005 {
        return "0 s".to_owned();
    }
    if seconds < 0.0995 {
        return format!("{} ms", (seconds * 1000.0).round());
    }
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    let total = seconds.round() as u64;
    match total {
        0..60 => format!("{total} s"),
        60..3600 => format!("{} min {:02} s", total / 60, total % 60),
        3600..86_400 => format!("{} h {:02} min", total / 3600, total % 3600 / 60),
        _ => format!("{} d {} h", total / 86_400, total % 86_400 / 3600),
    }
}

/// An estimated duration, no finer than an estimate is: `1 min`, `7 min`, `45 min`, `2 h 30 min`, `12 h`, `3 d`.
pub fn estimate_s(seconds: f64) -> String {
    let minutes = (seconds.max(0.0) / 60.0).round().max(1.0) as u64;
    let to_multiple_of = |step: u64| (minutes + step / 2) / step * step;
    match minutes {
        0..10 => format!("{minutes} min"),
        10..58 => format!("{} min", to_multiple_of(5)),
        58..600 => match to_multiple_of(15) {
            whole if whole % 60 == 0 => format!("{} h", whole / 60),
            rest => format!("{} h {} min", rest / 60, rest % 60),
        },
        600..2880 => format!("{} h", to_multiple_of(60) / 60),
        _ => format!("{} d", to_multiple_of(1440) / 1440),
    }
}

/// Elapsed time in words: `just now`, `5 min ago`, `3 h ago`, `2 days ago`.
pub fn ago(at_ms: i64, now_ms: i64) -> String {
    let seconds = (now_ms - at_ms).max(0) / 1000;
    match seconds {
        0..45 => "just now".to_owned(),
        45..3600 => format!("{} min ago", (seconds / 60).max(1)),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => count((seconds / 86_400) as u64, "day") + " ago",
    }
}

/// `43.123° N, 120.456° W`.
pub fn lon_lat([lon, lat]: [f64; 2]) -> String {
    let north = if lat < 0.0 { 'S' } else { 'N' };
    let east = if lon < 0.0 { 'W' } else { 'E' };
    format!("{:.4}° {north}, {:.4}° {east}", lat.abs(), lon.abs())
}

/// A property as a table cell shows it.
pub fn json_cell(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "–".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        // Not Display: that would bring a second and a third writer of JSON along.
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// `fetch_dem_failed` as `Fetch DEM failed`: codes for which no better words are known.
pub fn sentence_case(slug: &str) -> String {
    let word = |word| match word {
        "crs" => "CRS",
        "dem" => "DEM",
        "wepp" => "WEPP",
        word => word,
    };
    let mut words = slug.split('_').map(word).collect::<Vec<_>>().join(" ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_can_be_read_at_a_glance() {
        assert_eq!(number(1_234_567.891, 1), "1,234,567.9");
        assert_eq!(number(-0.001, 1), "0.0");
        assert_eq!(number(-1234.0, 0), "−1,234");
        for (value, text) in [
            (0.0, "0"),
            (0.0001, "< 0.001"),
            (0.0123, "0.012"),
            (3.456, "3.46"),
            (12.34, "12.3"),
            (12_345.6, "12,346"),
        ] {
            assert_eq!(figure(value), text);
        }
        assert_eq!(count(1, "run"), "1 run");
        assert_eq!(count(1200, "run"), "1,200 runs");
        assert_eq!(percent(999, 1000), "99 %", "not done is not 100 %");
        assert_eq!(bytes(10_485_760), "10.5 MB");
        assert_eq!(bytes(512), "512 B");
    }

    #[test]
    fn estimates_are_rounded_to_what_they_are_worth() {
        for (seconds, text) in [
            (0.0, "1 min"),
            (420.0, "7 min"),
            (2760.0, "45 min"),
            (3590.0, "1 h"),
            (9100.0, "2 h 30 min"),
            (43_000.0, "12 h"),
            (260_000.0, "3 d"),
        ] {
            assert_eq!(estimate_s(seconds), text);
        }
    }

    #[test]
    fn durations_use_the_two_units_that_matter() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (0.0412, "41 ms"),
            (0.41, "0.4 s"),
            (59.6, "1 min 00 s"),
            (200.0, "3 min 20 s"),
            (7500.0, "2 h 05 min"),
            (100_000.0, "1 d 3 h"),
        ] {
            assert_eq!(duration_s(seconds), text);
        }
        assert_eq!(ago(0, 4_000_000), "1 h ago");
        assert_eq!(ago(5_000, 0), "just now", "clocks that disagree do not show the future");
    }
}
