//! The browser's clock and time zone.

use crate::model::format;

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    js_sys::Date::now() as i64
}

/// `hh:mm:ss` in the browser's time zone.
pub fn local_clock(at_ms: i64) -> String {
    format::clock(at_ms, offset_min(at_ms))
}

/// `2026-03-04 14:05` in the browser's time zone.
pub fn local_date_time(at_ms: i64) -> String {
    format::date_time(at_ms, offset_min(at_ms))
}

fn offset_min(at_ms: i64) -> i32 {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at_ms as f64));
    -(date.get_timezone_offset() as i32)
}
