//! Run ids: texts that are safe as directory names and URL segments.

use std::borrow::Cow;

/// Longest run id, in characters.
pub const MAX_RUN_ID_CHARS: usize = 64;

/// Names with a special meaning in the batch's folder or on some file system.
const RESERVED: [&str; 12] =
    ["_base", "base", "runs", "logs", "resources", "con", "prn", "aux", "nul", "com1", "lpt1", "results"];

/// Reason for which a text cannot become a run id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunIdError {
    /// Nothing is left of it.
    Empty,
    /// Longer than [`MAX_RUN_ID_CHARS`].
    TooLong,
    /// Reserved.
    Reserved,
}

impl std::fmt::Display for RunIdError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RunIdError::Empty => f.write_str("no letter or digit is left for a run id"),
            RunIdError::TooLong => write!(f, "the run id is longer than {MAX_RUN_ID_CHARS} characters"),
            RunIdError::Reserved => f.write_str("this run id is reserved"),
        }
    }
}

impl std::error::Error for RunIdError {}

/// Makes a run id of a text: runs of anything but ASCII letters, digits, `.`, `_` and `-` become one hyphen;
/// hyphens and dots at the ends are dropped.
///
/// ```
/// use headwaters_template::{RunIdError, sanitise};
///
/// assert_eq!(sanitise("Big Creek / upper").as_deref(), Ok("Big-Creek-upper"));
/// assert_eq!(sanitise("CON"), Err(RunIdError::Reserved));
/// ```
pub fn sanitise(text: &str) -> Result<Cow<'_, str>, RunIdError> {
    let permitted = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let clean = text.chars().all(permitted);
    let made = if clean {
        Cow::Borrowed(text)
    } else {
        let words: Vec<&str> = text.split(|c| !permitted(c)).filter(|word| !word.is_empty()).collect();
        Cow::Owned(words.join("-"))
    };
    let made = match made {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(['.', '-'])),
        Cow::Owned(text) => Cow::Owned(text.trim_matches(['.', '-']).to_owned()),
    };
    if !made.chars().any(|c| c.is_ascii_alphanumeric()) {
        return Err(RunIdError::Empty);
    }
    if made.len() > MAX_RUN_ID_CHARS {
        return Err(RunIdError::TooLong);
    }
    if RESERVED.iter().any(|word| made.eq_ignore_ascii_case(word)) {
        return Err(RunIdError::Reserved);
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_leave_the_runs_folder() {
        assert_eq!(sanitise("or-154").as_deref(), Ok("or-154"));
        assert_eq!(sanitise("Big Creek / upper").as_deref(), Ok("Big-Creek-upper"));
        assert_eq!(sanitise("../../etc/passwd").as_deref(), Ok("etc-passwd"));
        assert_eq!(sanitise("São").as_deref(), Ok("S-o"));
        assert_eq!(sanitise(".."), Err(RunIdError::Empty));
        assert_eq!(sanitise("___"), Err(RunIdError::Empty));
        assert_eq!(sanitise("_BASE"), Err(RunIdError::Reserved));
        assert_eq!(sanitise(&"a".repeat(65)), Err(RunIdError::TooLong));
        assert_eq!(sanitise("a\0b;;c").as_deref(), Ok("a-b-c"));
    }
}
