//! Files that WEPP would misread: refused with the line, or read as WEPP reads them.

use super::*;

/// A file of days that are dry unless `rain` says otherwise.
fn text(breakpoints: bool, years: i64, days: usize, rain: impl Fn(usize) -> &'static str) -> String {
    let months = "t\n1 2 3 4 5 6 7 8 9 10 11 12\n".repeat(4);
    let header =
        format!("5.3\n1 {} 0\nStation\nheadings\n33.57 -86.75 185 63 2001 {years}\n", u8::from(breakpoints));
    let mut text = format!("{header}{months}names\nunits\n");
    let mut date = Date { year: 2001, month: 1, day: 1 };
    for index in 0..days {
        let Date { year, month, day } = date;
        text.push_str(&format!("{day} {month} {year} {} 9.7 -2.4 260 2.7 84 -1.9\n", rain(index)));
        date = date.successor();
    }
    text
}

fn storms(years: i64, days: usize) -> String {
    text(false, years, days, |_| "0 0 0 0")
}

/// Rain without a duration would vanish from the water balance, as it does in WEPP.
#[test]
fn rain_that_takes_no_time_is_refused_with_its_line() {
    let rain = |index| if index == 2 { "12.5 0 0.1 3" } else { "0 0 0 0" };
    let error = Climate::parse(&text(false, 1, 365, rain), "a.cli").unwrap_err();
    let expected = "a.cli, line 18, dur: expected more than 0 h, since 12.5 mm of rain fall, found 0";
    assert_eq!(error.to_string(), expected);
    // A dry day has no duration.
    Climate::parse(&storms(1, 365), "a.cli").unwrap();
}

/// The same in the other form: a jump in depth, or a depth before the first time.
#[test]
fn rain_at_breakpoints_that_takes_no_time_is_refused_with_its_line() {
    let with = |points: &str| {
        let dry = text(true, 1, 365, |_| "0");
        let count = points.lines().count();
        let day = dry.lines().nth(16).unwrap();
        let wet = format!("{}\n{points}", day.replacen(" 0 ", &format!(" {count} "), 1));
        Climate::parse(&dry.replacen(day, &wet, 1), "a.cli")
    };
    with("3.0 0.0\n3.5 4.0\n4.0 4.0").unwrap();
    for (points, line, field) in [
        ("3.0 0.0\n3.0 4.0", 19, "breakpoint hour"),
        ("3.0 4.0\n3.5 5.0", 18, "cumulative depth"),
        ("3.0 4.0", 18, "cumulative depth"),
    ] {
        let error = with(points).unwrap_err();
        assert_eq!((error.line, error.field.as_str()), (line, field), "{error}");
    }
}

/// Sums by year would be taken from a year that has only a spring.
#[test]
fn a_series_that_ends_within_a_year_is_refused_in_both_forms() {
    for (form, text) in [storms(2, 400), text(true, 2, 400, |_| "0")].into_iter().enumerate() {
        let error = Climate::parse(&text, "a.cli").unwrap_err();
        assert_eq!((error.line, error.field.as_str()), (415, "da"), "form {form}: {error}");
        assert!(error.found.contains("4 2 2002"), "{error}");
    }
    let late = storms(1, 365).replace("1 1 2001 0 0 0 0 9.7 -2.4 260 2.7 84 -1.9\n", "");
    let error = Climate::parse(&late, "a.cli").unwrap_err();
    assert_eq!((error.line, error.field.as_str()), (16, "da"), "{error}");
}

/// WEPP reads no further than the header says, so neither may a comparison with it.
#[test]
fn the_header_limits_the_years_that_are_simulated() {
    let days =
        |years, days| Climate::parse(&storms(years, days), "a.cli").map(|climate| climate.days_simulated());
    assert_eq!(days(1, 400).unwrap(), 365);
    assert_eq!(days(1, 730).unwrap(), 365);
    assert_eq!(days(2, 730).unwrap(), 730);
    // CLIGEN's header can announce more than was written.
    assert_eq!(days(100, 730).unwrap(), 730);
    assert_eq!(days(0, 365).unwrap_err().field, "years simulated");
}
