//! The six functions.

use std::borrow::Cow;

use crate::value::Value;

/// Names of the functions, for parser, completion and messages.
pub const NAMES: [&str; 6] = ["slug", "lower", "upper", "title", "zfill", "replace"];

/// Longest text an expression may build.
pub const MAX_TEXT_BYTES: usize = 10_000;

/// Calls a function; the error is a sentence.
pub fn call<'a>(
    function: &str,
    arguments: &[Value<'a>],
    keywords: &[(&str, Value<'a>)],
) -> Result<Value<'a>, String> {
    let parameters: &[&str] = match function {
        "zfill" => &["value", "width"],
        "replace" => &["value", "old", "new"],
        "slug" => &["value", "separator"],
        _ => &["value"],
    };
    // slug's separator can only be given by name, as in the original.
    let positional = if function == "slug" { 1 } else { parameters.len() };
    if arguments.len() > positional {
        return Err(format!("{function} takes {positional} value(s), {} are given", arguments.len()));
    }
    let mut bound: Vec<Option<&Value<'a>>> = vec![None; parameters.len()];
    for (slot, argument) in bound.iter_mut().zip(arguments) {
        *slot = Some(argument);
    }
    for (name, value) in keywords {
        let slot = parameters.iter().position(|parameter| parameter == name);
        let slot = slot.ok_or_else(|| format!("{function} has no parameter {name}"))?;
        if bound[slot].replace(value).is_some() {
            return Err(format!("{function} is given {name} twice"));
        }
    }
    let required = if function == "slug" { 1 } else { parameters.len() };
    if let Some(missing) = bound[..required].iter().position(Option::is_none) {
        return Err(format!("{function} needs {}", parameters[missing]));
    }
    let text = |slot: usize| bound[slot].map_or(Cow::Borrowed(""), |value| value.text());
    let result = match function {
        "slug" => slug(&text(0), if bound[1].is_some() { text(1) } else { Cow::Borrowed("-") }.as_ref()),
        "lower" => text(0).to_lowercase(),
        "upper" => text(0).to_uppercase(),
        "title" => title(&text(0)),
        "zfill" => {
            let width = bound[1].and_then(Value::as_int).ok_or("zfill's width is a whole number")?;
            zfill(&text(0), usize::try_from(width).unwrap_or(0).min(MAX_TEXT_BYTES))
        }
        "replace" => replace(&text(0), &text(1), &text(2))?,
        other => return Err(format!("{other} is not a function")),
    };
    if result.len() > MAX_TEXT_BYTES {
        return Err(format!("{function} makes a text of more than {MAX_TEXT_BYTES} bytes"));
    }
    Ok(Value::Str(Cow::Owned(result)))
}

/// Runs of characters other than ASCII letters and digits become the separator; ends are trimmed.
fn slug(text: &str, separator: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(separator)
}

/// Python's title case: a letter after a non-letter is upper case, every other one lower case.
fn title(text: &str) -> String {
    let mut after_letter = false;
    let mut titled = String::with_capacity(text.len());
    for c in text.chars() {
        if after_letter {
            titled.extend(c.to_lowercase());
        } else {
            titled.extend(c.to_uppercase());
        }
        after_letter = c.is_alphabetic();
    }
    titled
}

fn zfill(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let (sign, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (&text[..1], digits),
        None => ("", text),
    };
    format!("{sign}{}{digits}", "0".repeat(missing))
}

fn replace(text: &str, old: &str, new: &str) -> Result<String, String> {
    let count = if old.is_empty() { text.chars().count() + 1 } else { text.matches(old).count() };
    if text.len().saturating_add(count.saturating_mul(new.len())) > MAX_TEXT_BYTES {
        return Err(format!("replace makes a text of more than {MAX_TEXT_BYTES} bytes"));
    }
    Ok(text.replace(old, new))
}
