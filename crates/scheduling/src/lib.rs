//! The scheduler's decisions as pure functions.
//!
//! - [`machine`]: the effect of an event on one task and on the other tasks of its run;
//! - [`submit`]: the effect of Run, Retry and Cancel on a run;
//! - [`key`]: the key by which work that is already done is recognised;
//! - [`order`]: the order in which ready tasks are dispatched;
//! - [`upgrade`]: the state of a task that is added to a run of an earlier version.
//!
//! Nothing here uses SQL, Redis or a clock. The server loads a run's rows, calls one of these functions, and
//! writes the [`Change`]s with a compare-and-set on (state, attempt) in one transaction.
#![warn(missing_docs)]

pub mod key;
pub mod machine;
pub mod order;
pub mod submit;
pub mod upgrade;

pub use machine::{Change, Event, Policy, Rejection, RunTasks, TaskRow};
