//! The server as its users meet it: a real process, real Redis, real workers.

mod access;
mod controls;
mod downloads;
mod engines;
mod faults;
mod live;
mod outlets;
mod runs;
mod scale;
mod sources;
mod stations;
mod support;
mod tables;
mod upgrade;
mod uploads;
