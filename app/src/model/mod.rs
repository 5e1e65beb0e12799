//! Computations of the pages: plain data in, plain data out, tested without a browser.

pub mod autosave;
pub mod choropleth;
pub mod eta;
pub mod failures;
pub mod format;
pub mod grid_window;
pub mod ledger;
pub mod link;
pub mod log_lines;
pub mod map_view;
pub mod order;
pub mod results_table;
pub mod route;
pub mod run_query;
pub mod timeline;
pub mod wire;
