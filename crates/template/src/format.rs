//! Python's format specification: `[[fill]align][sign][#][0][width][grouping][.precision][type]`.

use crate::number;
use crate::value::Value;

/// Widest field: a run id is far shorter.
const MAX_WIDTH: usize = 200;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    zero: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

/// Formats a value; the error is a sentence.
pub fn format_value(value: &Value<'_>, spec: &str) -> Result<String, String> {
    if spec.is_empty() {
        return Ok(value.text().into_owned());
    }
    let parsed = parse(spec)?;
    match value {
        Value::Bool(flag) if parsed.kind.is_none() => {
            format_text(if *flag { "True" } else { "False" }, &parsed)
        }
        Value::Int(_) | Value::Bool(_) => format_int(value.as_int().unwrap_or(0), &parsed),
        Value::Float(number) => format_float(*number, &parsed),
        Value::Str(text) => format_text(text, &parsed),
        Value::None => format_text("", &parsed),
        other => Err(format!("{} cannot be formatted with {spec:?}", other.type_name())),
    }
}

fn parse(spec: &str) -> Result<Spec, String> {
    let chars: Vec<char> = spec.chars().collect();
    let mut parsed = Spec::default();
    let mut at = 0;
    let is_align = |c: Option<&char>| matches!(c, Some('<' | '>' | '^' | '='));
    if is_align(chars.get(1)) {
        parsed.fill = Some(chars[0]);
        parsed.align = Some(chars[1]);
        at = 2;
    } else if is_align(chars.first()) {
        parsed.align = Some(chars[0]);
        at = 1;
    }
    if let Some(sign @ ('+' | '-' | ' ')) = chars.get(at) {
        parsed.sign = Some(*sign);
        at += 1;
    }
    if chars.get(at) == Some(&'#') {
        parsed.alternate = true;
        at += 1;
    }
    if chars.get(at) == Some(&'0') {
        parsed.zero = true;
        at += 1;
    }
    let (width, next) = digits(&chars, at)?;
    parsed.width = width.unwrap_or(0);
    at = next;
    if let Some(grouping @ (',' | '_')) = chars.get(at) {
        parsed.grouping = Some(*grouping);
        at += 1;
    }
    if chars.get(at) == Some(&'.') {
        let (precision, next) = digits(&chars, at + 1)?;
        parsed.precision =
            Some(precision.ok_or_else(|| format!("the format {spec:?} has no digits after the point"))?);
        at = next;
    }
    if let Some(kind) = chars.get(at) {
        parsed.kind = Some(*kind);
        at += 1;
    }
    if at < chars.len() {
        return Err(format!("{spec:?} is not a format"));
    }
    Ok(parsed)
}

fn digits(chars: &[char], from: usize) -> Result<(Option<usize>, usize), String> {
    let length = chars[from.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    if length == 0 {
        return Ok((None, from));
    }
    let text: String = chars[from..from + length].iter().collect();
    match text.parse() {
        Ok(value) if value <= MAX_WIDTH => Ok((Some(value), from + length)),
        _ => Err(format!("a width or precision has at most {MAX_WIDTH} characters")),
    }
}

fn wrong_kind(kind: char, what: &str) -> String {
    format!("the format {kind:?} does not fit {what}")
}

fn format_text(text: &str, spec: &Spec) -> Result<String, String> {
    if let Some(kind) = spec.kind.filter(|kind| *kind != 's') {
        return Err(wrong_kind(kind, "text"));
    }
    if spec.sign.is_some() || spec.grouping.is_some() || spec.alternate || spec.align == Some('=') {
        return Err("signs, grouping and = are for numbers, this is text".to_owned());
    }
    let cut: String = text.chars().take(spec.precision.unwrap_or(usize::MAX)).collect();
    let fill = spec.fill.unwrap_or(if spec.zero { '0' } else { ' ' });
    Ok(pad("", &cut, fill, spec.align.unwrap_or('<'), spec.width))
}

fn format_int(value: i128, spec: &Spec) -> Result<String, String> {
    let magnitude = value.unsigned_abs();
    let (prefix, body, group) = match spec.kind {
        None | Some('d' | 'n') => ("", magnitude.to_string(), 3),
        Some('b') => ("0b", format!("{magnitude:b}"), 4),
        Some('o') => ("0o", format!("{magnitude:o}"), 4),
        Some('x') => ("0x", format!("{magnitude:x}"), 4),
        Some('X') => ("0X", format!("{magnitude:X}"), 4),
        Some('c') => {
            let c = u32::try_from(value).ok().and_then(char::from_u32);
            let c = c.ok_or_else(|| format!("{value} is not a character"))?;
            let align = spec.align.unwrap_or('<');
            return Ok(pad("", &c.to_string(), spec.fill.unwrap_or(' '), align, spec.width));
        }
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => return format_float(value as f64, spec),
        Some(kind) => return Err(wrong_kind(kind, "a whole number")),
    };
    if spec.precision.is_some() {
        return Err("a whole number has no precision".to_owned());
    }
    let prefix = if spec.alternate { prefix } else { "" };
    Ok(finish_number(value < 0, prefix, &body, "", group, spec))
}

fn format_float(value: f64, spec: &Spec) -> Result<String, String> {
    let kind = match spec.kind {
        None | Some('e' | 'f' | 'g' | '%') => spec.kind,
        Some('n') => Some('g'),
        Some(upper @ ('E' | 'F' | 'G')) => Some(upper.to_ascii_lowercase()),
        Some(other) => return Err(wrong_kind(other, "a number")),
    };
    let mut text = number::present(value, kind, spec.precision, spec.alternate);
    if spec.kind.is_some_and(|kind| kind.is_ascii_uppercase()) {
        text = text.to_ascii_uppercase();
    }
    let whole = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let negative = value.is_sign_negative() && !value.is_nan();
    Ok(finish_number(negative, "", &text[..whole], &text[whole..], 3, spec))
}

/// Puts sign, prefix, grouped digits and the rest together and pads them.
fn finish_number(
    negative: bool,
    prefix: &str,
    digits: &str,
    rest: &str,
    group: usize,
    spec: &Spec,
) -> String {
    let sign = match (negative, spec.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        (false, _) => "",
    };
    let head = format!("{sign}{prefix}");
    let (fill, align) = match (spec.fill, spec.align) {
        (fill, Some(align)) => (fill.unwrap_or(if spec.zero { '0' } else { ' ' }), align),
        (fill, None) if spec.zero => (fill.unwrap_or('0'), '='),
        (fill, None) => (fill.unwrap_or(' '), '>'),
    };
    let mut body = digits.to_owned();
    if let Some(separator) = spec.grouping {
        // Zero padding takes part in the grouping: {1234:08,} is 0,001,234.
        let wanted =
            if fill == '0' && align == '=' { spec.width.saturating_sub(head.len() + rest.len()) } else { 0 };
        body = group_digits(digits, separator, group, wanted);
    }
    pad(&head, &format!("{body}{rest}"), fill, align, spec.width)
}

fn group_digits(digits: &str, separator: char, group: usize, wanted: usize) -> String {
    let mut reversed = Vec::new();
    let mut source = digits.chars().rev();
    let mut count = 0;
    loop {
        let next = source.next();
        if next.is_none() && reversed.len() >= wanted {
            break;
        }
        if count > 0 && count % group == 0 {
            reversed.push(separator);
        }
        reversed.push(next.unwrap_or('0'));
        count += 1;
    }
    reversed.iter().rev().collect()
}

fn pad(head: &str, body: &str, fill: char, align: char, width: usize) -> String {
    let missing = width.saturating_sub(head.chars().count() + body.chars().count());
    let run = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
    match align {
        '<' => format!("{head}{body}{}", run(missing)),
        '^' => format!("{}{head}{body}{}", run(missing / 2), run(missing - missing / 2)),
        '=' => format!("{head}{}{body}", run(missing)),
        _ => format!("{}{head}{body}", run(missing)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected texts were produced by CPython 3.11.
    #[test]
    fn specs_mean_what_they_mean_in_python() {
        let int = |value, spec| format_value(&Value::Int(value), spec);
        let float = |value, spec| format_value(&Value::Float(value), spec);
        let text = |value: &'static str, spec| format_value(&Value::Str(value.into()), spec);
        for (got, wanted) in [
            (int(7, "03d"), "007"),
            (int(-7, "04d"), "-007"),
            (int(7, "+d"), "+7"),
            (int(255, "#x"), "0xff"),
            (int(255, "#010b"), "0b11111111"),
            (int(1234567, ","), "1,234,567"),
            (int(1234, "08,"), "0,001,234"),
            (int(5, "*^7"), "***5***"),
            (int(2, ".1f"), "2.0"),
            (float(2.345678, ".2f"), "2.35"),
            (float(2.5, ".0f"), "2"),
            (float(1234.5, ",.1f"), "1,234.5"),
            (float(-1.5, "07.2f"), "-001.50"),
            (float(0.256, ".1%"), "25.6%"),
            (float(12345.678, ".3"), "1.23e+04"),
            (float(1e-7, "G"), "1E-07"),
            (text("creek", ".3"), "cre"),
            (text("ab", ">5"), "   ab"),
            (text("ab", "-^6s"), "--ab--"),
            (text("7", "03"), "700"),
        ] {
            assert_eq!(got.as_deref(), Ok(wanted));
        }
        assert!(text("x", "03d").is_err());
        assert!(int(1, ".2").is_err());
        assert!(int(1, "999999999999").is_err());
    }
}
