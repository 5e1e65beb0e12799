//! The browser's clock and time zone.

use js_sys::Intl::{DateTimeFormat, DateTimeFormatOptions, DateTimeStyle};
use js_sys::{Array, Date, Function};
use wasm_bindgen::JsValue;

/// Locale whose short dates are those of ISO 8601 and whose times have 24 hours.
const LOCALE: &str = "sv-SE";

thread_local! {
    // Made once: that takes longer than a thousand uses.
    static CLOCK: Function = format(None, DateTimeStyle::Medium);
    static DATE_TIME: Function = format(Some(DateTimeStyle::Short), DateTimeStyle::Short);
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    Date::now() as i64
}

/// `hh:mm:ss` in the browser's time zone.
pub fn local_clock(at_ms: i64) -> String {
    CLOCK.with(|format| text(format, at_ms))
}

/// `2026-03-04 14:05` in the browser's time zone.
pub fn local_date_time(at_ms: i64) -> String {
    DATE_TIME.with(|format| text(format, at_ms))
}

/// Function of `Intl` that writes a time, with the date or without.
fn format(date: Option<DateTimeStyle>, time: DateTimeStyle) -> Function {
    let options = DateTimeFormatOptions::new();
    if let Some(date) = date {
        options.set_date_style(date);
    }
    options.set_time_style(time);
    DateTimeFormat::new(&Array::of1(&JsValue::from_str(LOCALE)), &options).format()
}

fn text(format: &Function, at_ms: i64) -> String {
    // A time outside of what the calendar can express throws: nothing to show.
    let text = format.call1(&JsValue::NULL, &JsValue::from_f64(at_ms as f64));
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}
