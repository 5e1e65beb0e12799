//! Adapter that runs a WEPP executable the user supplies.
#![warn(missing_docs)]
