//! Building blocks of the pages.

mod attribute;
pub mod dialog;
pub mod element;
pub mod feedback;
pub mod field;
pub mod icon;
pub mod rows;
pub mod shell;
pub mod state_mark;
pub mod upload_zone;
pub(crate) mod view;
