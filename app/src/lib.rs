//! Leptos components of the Headwaters browser application.
#![warn(missing_docs)]
