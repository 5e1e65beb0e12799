//! Batch names.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A valid batch name: 3-29 characters of `a-z`, `0-9`, `-` and `_`, beginning with a letter or a digit, and
/// not reserved. It is also a directory name and a URL segment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BatchName(String);

/// Reason why a text is not a batch name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was given.
    #[error("give the batch a name")]
    Empty,
    /// Outside 3-29 characters.
    #[error("a batch name has 3 to 29 characters")]
    Length,
    /// A character outside the permitted set.
    #[error("use only lower-case letters, digits, hyphens and underscores")]
    Character,
    /// First character is neither letter nor digit.
    #[error("begin with a letter or a digit")]
    Start,
    /// A word that means something else in a path.
    #[error("this name is reserved; choose another")]
    Reserved,
}

impl NameError {
    /// Stable code for API clients.
    pub fn code(self) -> &'static str {
        match self {
            NameError::Empty => "name_empty",
            NameError::Length => "name_length",
            NameError::Character => "name_character",
            NameError::Start => "name_start",
            NameError::Reserved => "name_reserved",
        }
    }
}

/// Words that are directories or routes of their own.
const RESERVED: [&str; 14] = [
    "_base",
    "base",
    "resources",
    "logs",
    "runs",
    "create",
    "new",
    "batch",
    "batches",
    "api",
    "admin",
    "con",
    "aux",
    "nul",
];

impl BatchName {
    /// Checks every rule and returns the first one broken.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        let permitted = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if !text.chars().all(permitted) {
            return Err(NameError::Character);
        }
        if RESERVED.contains(&text) {
            return Err(NameError::Reserved);
        }
        if !(3..=29).contains(&text.len()) {
            return Err(NameError::Length);
        }
        if text.starts_with(['-', '_']) {
            return Err(NameError::Start);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BatchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for BatchName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        Self::parse(&text)
    }
}

impl From<BatchName> for String {
    fn from(name: BatchName) -> String {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_always_be_a_directory_and_a_url_segment() {
        for good in ["abc", "0ab", "fire-2025_a", &"a".repeat(29)] {
            assert_eq!(BatchName::parse(good).map(String::from), Ok(good.to_owned()));
        }
        for (bad, why) in [
            ("", NameError::Empty),
            ("ab", NameError::Length),
            (&"a".repeat(30), NameError::Length),
            ("Fire", NameError::Character),
            ("a/../b", NameError::Character),
            ("fire é", NameError::Character),
            ("-abc", NameError::Start),
            ("_base", NameError::Reserved),
            ("runs", NameError::Reserved),
        ] {
            assert_eq!(BatchName::parse(bad), Err(why), "{bad:?}");
        }
    }
}
