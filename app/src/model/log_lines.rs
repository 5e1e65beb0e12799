//! Searching a log.

/// A piece of a line, matching or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// True for a match.
    pub is_match: bool,
}

/// Cuts `line` at every occurrence of `needle`, ignoring ASCII case. Without a needle the line is one piece.
pub fn pieces(line: &str, needle: &str) -> Vec<Piece> {
    let piece = |text: &str, is_match| Piece { text: text.to_owned(), is_match };
    if needle.is_empty() {
        return vec![piece(line, false)];
    }
    // ASCII lower-casing keeps byte positions, so they hold in the original line.
    let (haystack, needle) = (line.to_ascii_lowercase(), needle.to_ascii_lowercase());
    let mut cut = Vec::new();
    let mut from = 0;
    for (at, found) in haystack.match_indices(&needle) {
        if at > from {
            cut.push(piece(&line[from..at], false));
        }
        from = at + found.len();
        cut.push(piece(&line[at..from], true));
    }
    if from < line.len() || cut.is_empty() {
        cut.push(piece(&line[from..], false));
    }
    cut
}

/// Lines with at least one match, as positions.
pub fn matching_lines(text: &str, needle: &str) -> Vec<usize> {
    let needle = needle.to_ascii_lowercase();
    let matches = |line: &str| line.to_ascii_lowercase().contains(&needle);
    text.lines().enumerate().filter(|(_, line)| matches(line)).map(|(position, _)| position).collect()
}

/// Severity of a line: `"warning"`, `"error"` or none.
pub fn severity(line: &str) -> Option<&'static str> {
    let lower = line.to_ascii_lowercase();
    if lower.contains("error") || lower.contains("failed") {
        Some("error")
    } else if lower.contains("warn") {
        Some("warning")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn highlighting_never_changes_the_text(line in "\\PC{0,40}", needle in "[a-zÄ ]{0,2}") {
            let joined: String = pieces(&line, &needle).into_iter().map(|piece| piece.text).collect();
            prop_assert_eq!(joined, line);
        }
    }

    #[test]
    fn matches_ignore_case_and_are_counted_by_line() {
        let marks: Vec<_> =
            pieces("DEM read, dem cropped", "dem").into_iter().map(|piece| piece.is_match).collect();
        assert_eq!(marks, [true, false, true, false]);
        assert_eq!(matching_lines("DEM\nsoil\ndem", "dem"), [0, 2]);
        assert_eq!(severity("WARN: shallow"), Some("warning"));
    }
}
