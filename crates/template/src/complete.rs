//! Completion for the template editor.

use std::ops::Range;

use crate::functions;

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Text to insert.
    pub text: String,
    /// Kind of the suggestion: `property`, `function` or `name`.
    pub label: &'static str,
    /// Bytes of the template it replaces.
    pub replace: Range<usize>,
}

const NAMES: [&str; 4] = ["properties", "index", "one_based_index", "feature"];

/// Suggestions at byte position `cursor`, best first. Empty outside braces and inside text constants, unless the
/// text is the name of a property (`properties["…`).
///
/// ```
/// use headwaters_template::completions;
///
/// let found = completions("{properties.Na", 14, &["Name".to_owned(), "Area".to_owned()]);
/// assert_eq!(found[0].text, "Name");
/// ```
pub fn completions(template: &str, cursor: usize, property_names: &[String]) -> Vec<Completion> {
    let Some(before) = template.get(..cursor) else {
        return Vec::new();
    };
    let Some(inside) = open_field(before) else {
        return Vec::new();
    };
    let word = inside.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
    let replace = cursor - word.len()..cursor;
    let context = &inside[..inside.len() - word.len()];
    let properties = |quoted: bool| {
        property_names
            .iter()
            .filter(move |name| starts_with_ignoring_case(name, word))
            .filter(move |name| quoted || is_identifier(name))
    };
    let completion = |text: String, label| Completion { text, label, replace: replace.clone() };
    if context.ends_with("properties[\"") || context.ends_with("properties['") {
        return properties(true).map(|name| completion(name.clone(), "property")).collect();
    }
    if context.ends_with("properties.") {
        return properties(false).map(|name| completion(name.clone(), "property")).collect();
    }
    if context.ends_with('.') || in_text(context) {
        return Vec::new();
    }
    let matching = |name: &&&str| starts_with_ignoring_case(name, word);
    let mut found: Vec<Completion> =
        properties(false).map(|name| completion(name.clone(), "property")).collect();
    let quoted = properties(true).filter(|name| !is_identifier(name));
    found.extend(quoted.map(|name| completion(format!("properties[\"{name}\"]"), "property")));
    found.extend(
        functions::NAMES.iter().filter(matching).map(|name| completion(format!("{name}("), "function")),
    );
    found.extend(NAMES.iter().filter(matching).map(|name| completion((*name).to_owned(), "name")));
    found
}

/// Text since the opening brace of the field that is open at the end of `before`.
fn open_field(before: &str) -> Option<&str> {
    let mut open = None;
    let mut chars = before.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (c, open) {
            ('{', None) if chars.next_if(|(_, next)| *next == '{').is_some() => {}
            ('{', None) => open = Some(at + 1),
            ('}', Some(_)) => open = None,
            _ => {}
        }
    }
    open.map(|start| &before[start..])
}

fn in_text(context: &str) -> bool {
    let mut quote = None;
    for c in context.chars() {
        match quote {
            None if c == '\'' || c == '"' => quote = Some(c),
            Some(open) if open == c => quote = None,
            _ => {}
        }
    }
    quote.is_some()
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

fn starts_with_ignoring_case(name: &str, prefix: &str) -> bool {
    let mut chars = name.chars();
    prefix.chars().all(|p| chars.next().is_some_and(|c| c.to_lowercase().eq(p.to_lowercase())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_editor_offers_what_fits_at_the_cursor() {
        let names = ["Name".to_owned(), "HUC10 ID".to_owned(), "County".to_owned()];
        let texts = |template: &str| -> Vec<String> {
            completions(template, template.len(), &names).into_iter().map(|c| c.text).collect()
        };
        assert!(texts("abc").is_empty());
        assert!(texts("{{na").is_empty());
        assert_eq!(texts("{na"), ["Name"]);
        assert_eq!(texts("{properties.C"), ["County"]);
        assert_eq!(texts("{properties[\"H"), ["HUC10 ID"]);
        assert_eq!(texts("{slug(hu"), ["properties[\"HUC10 ID\"]"]);
        assert_eq!(texts("{zf"), ["zfill("]);
        assert_eq!(texts("{replace(Name, 'na"), Vec::<String>::new());
        let all = completions("{}", 1, &names);
        assert_eq!(all.len(), 3 + 6 + 4);
        assert_eq!(all[0].replace, 1..1);
    }
}
