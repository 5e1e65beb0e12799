//! The scheduler's decisions as pure functions.
//!
//! - [`machine`]: what an event does to one task, and what follows from it for the other tasks of its run;
//! - [`submit`]: what pressing Run, Retry or Cancel does to a run;
//! - [`key`]: the fingerprint by which work that is already done is recognised;
//! - [`order`]: which ready task goes next.
//!
//! Nothing here knows SQL, Redis or a clock. The server loads a run's rows, calls one of these functions, and
//! writes the [`Change`](machine::Change)s with a compare-and-set on (state, attempt) in one transaction.
#![warn(missing_docs)]

pub mod key;
pub mod machine;
pub mod order;
pub mod submit;

pub use machine::{Change, Event, Policy, Rejection, RunTasks, TaskRow};
