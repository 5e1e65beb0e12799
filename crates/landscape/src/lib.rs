//! Soils, land use, burn severity and the disturbed-land tables.
#![warn(missing_docs)]
