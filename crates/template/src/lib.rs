//! The run-id template language.
//!
//! A template is literal text with `{expression}` or `{expression:format spec}` fields; `{{` and `}}` stand for
//! single braces. Expressions are the side-effect-free core of Python that WEPPcloud's batch runner accepts:
//! constants, subscripts and slices, arithmetic, comparisons, conditionals, f-strings and the functions
//! `slug`, `lower`, `upper`, `title`, `zfill`, `replace`. Names are `feature`, `properties`, `index` (0-based)
//! and `one_based_index`. Beyond the original, `properties.Name` and a bare `Name` reach a property whose name
//! is an identifier.
//!
//! The crate compiles to native code and WebAssembly and does nothing that differs between them, so the browser's
//! preview and the server's validation agree bit for bit.
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
mod value;

pub use complete::{Completion, completions};
pub use error::TemplateError;
pub use report::{Evaluation, evaluate, report};
pub use run_id::{MAX_RUN_ID_CHARS, RunIdError, sanitise};

use headwaters_domain::intake::TemplateFeature;

/// Longest template, in characters.
pub const MAX_TEMPLATE_CHARS: usize = 1000;

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    parts: Vec<ast::Part>,
}

impl Template {
    /// Parses a template. The error carries the place of the fault.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TemplateError::at(0, 0, "write a template, for example {slug(properties.Name)}"));
        }
        if text.chars().count() > MAX_TEMPLATE_CHARS {
            let message = format!("a template has at most {MAX_TEMPLATE_CHARS} characters");
            return Err(TemplateError::at(0, text.len(), message));
        }
        parser::parse_template(text).map(|parts| Self { parts })
    }

    /// The text the template gives for a feature, trimmed; not yet a run id.
    pub fn evaluate(&self, feature: &TemplateFeature) -> Result<String, TemplateError> {
        let mut text = eval::render(&self.parts, feature)?;
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(TemplateError::at(0, 0, "the template gives an empty run id"));
        }
        if trimmed.len() != text.len() {
            text = trimmed.to_owned();
        }
        Ok(text)
    }
}

/// Checks a template's syntax.
pub fn check(template: &str) -> Result<(), TemplateError> {
    Template::parse(template).map(|_| ())
}
