//! Conversion between the units of files and SI.

/// One mm/h in m/s.
pub(crate) const MM_PER_H: f64 = 1.0 / 3.6e6;
