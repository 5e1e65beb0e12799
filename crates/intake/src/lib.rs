//! Validation and repair of uploaded watershed polygons.
#![warn(missing_docs)]
