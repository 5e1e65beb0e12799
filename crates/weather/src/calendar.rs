//! Calendar of WEPP and CLIGEN.

const DAYS: [u8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Returns true if a year has a 29 February: every fourth year, centuries included, as in the files CLIGEN writes and
/// WEPP reads (a 100-year file with years 1-100 ends with a leap year).
pub fn is_leap(year: i32) -> bool {
    year.rem_euclid(4) == 0
}

/// Days in a month (0-based) of a year.
pub fn days_in_month(year: i32, month: usize) -> u8 {
    DAYS[month] + u8::from(month == 1 && is_leap(year))
}

/// Day of a leap year (0-based) on which a month begins: the same for all years, so that 1 March draws the same
/// numbers whether or not a 29 February precedes it.
pub(crate) fn month_offset(month: usize) -> u16 {
    DAYS[..month].iter().map(|d| u16::from(*d)).sum::<u16>() + u16::from(month > 1)
}
