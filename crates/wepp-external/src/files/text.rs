//! Text between the quotes of a file.

/// Text that can stand between apostrophes on one line.
pub(super) fn quotable(text: &str) -> String {
    let allowed = |c: char| if c == '\'' || c.is_control() { ' ' } else { c };
    text.chars().map(allowed).collect::<String>().trim().to_owned()
}
