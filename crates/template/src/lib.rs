#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod ast;
mod complete;
mod error;
mod eval;
mod expression;
mod format;
mod functions;
mod lexer;
mod number;
mod operators;
mod parser;
mod primary;
mod printf;
mod report;
mod run_id;
mod template;
mod value;

pub use complete::{Completion, completions};
pub use error::TemplateError;
pub use report::{Evaluation, evaluate, report};
pub use run_id::{MAX_RUN_ID_CHARS, RunIdError, sanitise};
pub use template::{MAX_TEMPLATE_CHARS, Template, check};
