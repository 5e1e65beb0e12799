//! The server as its users meet it: a real process, real Redis, real workers.

mod access;
mod faults;
mod live;
mod runs;
mod sources;
mod support;
mod uploads;
