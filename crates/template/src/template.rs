//! Parsing and evaluating one template.

use headwaters_domain::intake::TemplateFeature;

use crate::{TemplateError, ast, eval, parser};

/// Longest template, in characters.
pub const MAX_TEMPLATE_CHARS: usize = 1000;

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    parts: Vec<ast::Part>,
}

impl Template {
    /// Parses a template. The error carries the place of the fault.
    ///
    /// ```
    /// use headwaters_template::Template;
    ///
    /// assert!(Template::parse("{slug(properties.Name)}-{index:03d}").is_ok());
    /// let error = Template::parse("{slug(properties.Name}").unwrap_err();
    /// assert!(!error.message.is_empty());
    /// ```
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

    /// Evaluates the template for a feature. The text is trimmed, but not yet a run id.
    ///
    /// ```
    /// use headwaters_domain::intake::TemplateFeature;
    /// use headwaters_template::Template;
    ///
    /// let feature = TemplateFeature { index: 4, id: None, properties: Default::default() };
    /// assert_eq!(Template::parse("fire-{one_based_index:03d}")?.evaluate(&feature)?, "fire-005");
    /// # Ok::<(), headwaters_template::TemplateError>(())
    /// ```
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
