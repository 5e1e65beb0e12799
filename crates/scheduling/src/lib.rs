//! The scheduler's decisions as pure functions: state machine, readiness, reconcile, skip-if-done.
#![warn(missing_docs)]
