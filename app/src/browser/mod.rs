//! The edge: network, clock, storage and sockets of the browser.

pub mod actions;
pub mod address;
pub mod api;
pub mod clock;
pub mod page;
pub mod size;
pub mod socket;
pub mod theme;
pub mod upload;
