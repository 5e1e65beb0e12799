//! Precipitation of one century of years, and the strata its daily deviates are drawn from.
//!
//! # Why a century at a time
//! A hundred years of an arid month hold some thirty wet days; independent draws would leave their mean 25 % off
//! in some runs, and a user comparing two watersheds would compare sampling errors. CLIGEN narrows this by rejecting batches of
//! deviates whose sample moments leave their confidence limits. Here:
//!
//! - **Strata (Latin hypercube, McKay, Beckman & Conover 1979).** For each calendar day and variable the hundred years
//!   of a century take one value from each hundredth of the distribution, in a random order drawn anew for every day
//!   and variable. A day's law, the independence of days within a year and the spread between years stay as they are.
//!   Depths are stratified over all wet days of a month of the century in the same way.
//! - **Conditioning.** A month of the century whose number of wet days, total depth, mean monthly maximum of
//!   daily depth or of 30-minute intensity leaves a narrow band around the station's is drawn again (other strata,
//!   other numbers) up to [`ATTEMPTS`] times; the nearest is kept when none fits. Occurrence is settled first, then
//!   depth, then storm pattern.
//!
//! A run of fewer than a hundred years is the beginning of its century: unbiased, with natural sampling spread.

use crate::calendar::{days_in_month, month_offset};
use crate::month_law::MonthLaw;
use crate::philox::{Draws, Purpose};
use crate::storm::{Pattern, max_30_min_share};

/// Years that share strata.
pub const CENTURY: u32 = 100;
/// Draws of a month of the century before the nearest is kept.
pub const ATTEMPTS: u16 = 64;

/// Accepted relative deviation of the number of wet days (or half a day, when that is more).
const COUNT_TOLERANCE: f64 = 0.02;
/// Accepted deviation of the share of wet days.
const FRACTION_TOLERANCE: f64 = 0.003;
/// Accepted relative deviation of the month's total depth.
const DEPTH_TOLERANCE: f64 = 0.02;
/// Accepted relative deviation of the mean monthly maximum of daily depth.
const LARGEST_TOLERANCE: f64 = 0.06;
/// Accepted relative deviation of the mean monthly maximum of 30-minute intensity.
const INTENSITY_TOLERANCE: f64 = 0.06;

/// Variables whose deviates are stratified by calendar day.
const STRATIFIED: [Purpose; 4] =
    [Purpose::MaxTemperature, Purpose::MinTemperature, Purpose::DewPoint, Purpose::Radiation];
const DAYS: usize = 366;
/// Days of the months of a leap year.
const LONGEST: [u16; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// A wet day of the century.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WetDay {
    /// Year within the century, 0-based.
    pub year: u16,
    /// Day of a leap year, 0-based.
    pub day: u16,
    pub depth_in: f64,
    pub pattern: Pattern,
}

/// Precipitation and strata of [`CENTURY`] successive years; made once, then shared by the years (and threads).
#[derive(Clone, Debug, PartialEq)]
pub struct Century {
    index: u32,
    /// By year, each in order of days.
    wet_days: Vec<Vec<WetDay>>,
    /// Stratum of each year, by (variable, day).
    strata: Vec<u8>,
}

impl Century {
    /// Plans the `index`-th century (0-based) of a simulation that begins in calendar year `first_year`.
    pub(crate) fn plan(laws: &[MonthLaw; 12], draws: &Draws, index: u32, first_year: i32) -> Self {
        let plan = Plan { draws, index, first_year: first_year.wrapping_add((index * CENTURY) as i32) };
        let mut wet_days = vec![Vec::new(); CENTURY as usize];
        // Years are independent of each other: a year begins wet with December's long-term probability instead of
        // with the state of the 31 December before it. One day in a year loses its persistence.
        let december = laws[11].wet_fraction;
        let mut wet: Vec<bool> = (0..CENTURY)
            .map(|y| draws.uniform(plan.year(y), DAYS as u16, Purpose::Occurrence, 0) < december)
            .collect();
        for (month, law) in laws.iter().enumerate() {
            let mut days = plan.occurrence(month, law, &mut wet);
            plan.depths(month, law, &mut days);
            plan.patterns(law, &mut days);
            for day in days {
                wet_days[usize::from(day.year)].push(day);
            }
        }
        Self { index, wet_days, strata: plan.strata() }
    }

    /// Index of the century in the simulation, 0-based.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Wet days of a year within the century (0-based), in order.
    pub(crate) fn wet_days(&self, year: u32) -> &[WetDay] {
        &self.wet_days[(year % CENTURY) as usize]
    }

    /// Uniform deviate of a stratified variable on a day of a year of the simulation (0-based).
    pub(crate) fn deviate(&self, draws: &Draws, year: u32, day: u16, purpose: Purpose) -> f64 {
        let jitter = draws.uniform(year + 1, day, purpose, 0);
        let variable = STRATIFIED.iter().position(|p| *p == purpose).unwrap_or(0);
        let at = (variable * DAYS + usize::from(day)) * CENTURY as usize + (year % CENTURY) as usize;
        (f64::from(self.strata[at]) + jitter) / f64::from(CENTURY)
    }
}

/// Position of a century, and its random numbers.
struct Plan<'a> {
    draws: &'a Draws,
    index: u32,
    first_year: i32,
}

impl Plan<'_> {
    /// Counter of a year of this century; 0 is left for calibration, the upper half for whole centuries.
    fn year(&self, year_of_century: u32) -> u32 {
        self.index * CENTURY + year_of_century + 1
    }

    fn century_counter(&self) -> u32 {
        u32::MAX - self.index
    }

    fn days_in_month(&self, year_of_century: u32, month: usize) -> u16 {
        u16::from(days_in_month(self.first_year.wrapping_add(year_of_century as i32), month))
    }

    fn occurrence(&self, month: usize, law: &MonthLaw, wet: &mut Vec<bool>) -> Vec<WetDay> {
        let total: f64 = (0..CENTURY).map(|y| f64::from(self.days_in_month(y, month))).sum();
        let expected = total * law.wet_fraction;
        let tolerance = (COUNT_TOLERANCE * expected).min(FRACTION_TOLERANCE * total).max(0.5);
        let mut best: Option<(f64, Vec<WetDay>, Vec<bool>)> = None;
        for attempt in 0..ATTEMPTS {
            let (days, state) = self.draw_occurrence(month, law, wet, attempt);
            let miss = (days.len() as f64 - expected).abs();
            if best.as_ref().is_none_or(|(least, ..)| miss < *least) {
                best = Some((miss, days, state));
            }
            if miss <= tolerance {
                break;
            }
        }
        let (_, days, state) = best.unwrap_or_default();
        *wet = state;
        days
    }

    /// The two-state Markov chain of all years through one month, from the states `wet`.
    fn draw_occurrence(
        &self,
        month: usize,
        law: &MonthLaw,
        wet: &[bool],
        attempt: u16,
    ) -> (Vec<WetDay>, Vec<bool>) {
        let mut state = wet.to_vec();
        let mut days = Vec::new();
        let mut order = Vec::new();
        let first = month_offset(month);
        for day in first..first + LONGEST[month] {
            let mut stream = self.draws.stream(self.century_counter(), day, Purpose::Occurrence, attempt);
            stream.permutation(CENTURY as usize, &mut order);
            for (y, stratum) in order.iter().enumerate() {
                if day - first >= self.days_in_month(y as u32, month) {
                    continue;
                }
                let jitter = self.draws.uniform(self.year(y as u32), day, Purpose::Occurrence, attempt);
                let u = (f64::from(*stratum) + jitter) / f64::from(CENTURY);
                state[y] = u <= if state[y] { law.wet_after_wet } else { law.wet_after_dry };
                if state[y] {
                    let pattern = Pattern { duration_h: 0.0, peak_ratio: 0.0 };
                    days.push(WetDay { year: y as u16, day, depth_in: 0.0, pattern });
                }
            }
        }
        days.sort_unstable_by_key(|d| (d.year, d.day));
        (days, state)
    }

    fn depths(&self, month: usize, law: &MonthLaw, days: &mut [WetDay]) {
        let total: f64 = (0..CENTURY).map(|y| f64::from(self.days_in_month(y, month))).sum();
        let expected = total * law.wet_fraction * law.mean_depth_in;
        self.nearest(
            days,
            |day| &mut day.depth_in,
            |attempt, days| {
                let mut order = Vec::new();
                self.draws
                    .stream(self.century_counter(), month as u16, Purpose::Depth, attempt)
                    .permutation(days.len(), &mut order);
                for (day, stratum) in days.iter_mut().zip(&order) {
                    let jitter =
                        self.draws.uniform(self.year(u32::from(day.year)), day.day, Purpose::Depth, attempt);
                    day.depth_in = law.depth.quantile((f64::from(*stratum) + jitter) / order.len() as f64);
                }
                let sum: f64 = days.iter().map(|d| d.depth_in).sum();
                let largest = mean_monthly_maximum(days, |d| d.depth_in) / law.mean_largest_depth_in;
                let miss = (sum / expected - 1.0).abs() / DEPTH_TOLERANCE;
                miss.max((largest - 1.0).abs() / LARGEST_TOLERANCE)
            },
        );
    }

    fn patterns(&self, law: &MonthLaw, days: &mut [WetDay]) {
        // Where the law cannot reach the station's value, the band lies around what it can reach.
        let expected = law.storm.expected_in_per_h;
        self.nearest(
            days,
            |day| &mut day.pattern,
            |attempt, days| {
                for day in days.iter_mut() {
                    let year = self.year(u32::from(day.year));
                    day.pattern = law.storm.draw(day.depth_in, self.draws, year, day.day, attempt);
                }
                (mean_monthly_maximum(days, intensity_in_per_h) / expected - 1.0).abs() / INTENSITY_TOLERANCE
            },
        );
    }

    /// Draws one property of a month's wet days until `draw` reports a miss of at most 1 (in tolerances); keeps the
    /// nearest draw.
    fn nearest<T: Copy>(
        &self,
        days: &mut [WetDay],
        property: impl Fn(&mut WetDay) -> &mut T,
        draw: impl Fn(u16, &mut [WetDay]) -> f64,
    ) {
        if days.is_empty() {
            return;
        }
        let mut least = f64::INFINITY;
        let mut kept: Vec<T> = Vec::new();
        for attempt in 0..ATTEMPTS {
            let miss = draw(attempt, days);
            if miss <= 1.0 {
                return;
            }
            if miss < least || kept.is_empty() {
                least = miss;
                kept = days.iter_mut().map(|d| *property(d)).collect();
            }
        }
        for (day, value) in days.iter_mut().zip(kept) {
            *property(day) = value;
        }
    }

    fn strata(&self) -> Vec<u8> {
        let mut table = Vec::with_capacity(STRATIFIED.len() * DAYS * CENTURY as usize);
        let mut order = Vec::new();
        for purpose in STRATIFIED {
            for day in 0..DAYS as u16 {
                let mut stream = self.draws.stream(self.century_counter(), day, purpose, 0);
                stream.permutation(CENTURY as usize, &mut order);
                table.extend(order.iter().map(|stratum| *stratum as u8));
            }
        }
        table
    }
}

/// Mean over the years with rain of a month's largest value. Days in order of years.
fn mean_monthly_maximum(days: &[WetDay], value: impl Fn(&WetDay) -> f64) -> f64 {
    let (mut sum, mut years) = (0.0, 0.0);
    for year in days.chunk_by(|a, b| a.year == b.year) {
        sum += year.iter().map(&value).fold(0.0, f64::max);
        years += 1.0;
    }
    if years > 0.0 { sum / years } else { 0.0 }
}

/// Largest 30-minute intensity of a wet day, in/h.
fn intensity_in_per_h(day: &WetDay) -> f64 {
    2.0 * day.depth_in * max_30_min_share(day.pattern.duration_h, day.pattern.peak_ratio)
}
