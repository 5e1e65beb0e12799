//! Building blocks of the pages.

pub mod dialog;
pub mod feedback;
pub mod field;
pub mod icon;
pub mod rows;
pub mod shell;
pub mod state_mark;
pub mod upload_zone;
pub(crate) mod view;
