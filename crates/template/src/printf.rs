//! `"text %03d" % values`: the old-style formatting that `%` means for text.

use crate::format::format_value;
use crate::value::Value;

/// Formats `template % argument`; the error is a sentence.
pub fn percent_format(template: &str, argument: &Value<'_>) -> Result<String, String> {
    let single = std::slice::from_ref(argument);
    let mut arguments = match argument {
        Value::Tuple(items) => items.iter(),
        _ => single.iter(),
    };
    let mut formatted = String::new();
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            formatted.push(c);
            continue;
        }
        if chars.next_if_eq(&'%').is_some() {
            formatted.push('%');
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = chars.next_if(|c| "-+ 0#".contains(*c)) {
            flags.push(flag);
        }
        let mut measure = String::new();
        while let Some(digit) = chars.next_if(|c| c.is_ascii_digit() || *c == '.') {
            measure.push(digit);
        }
        let kind = chars.next().ok_or("the text ends after %")?;
        let value = arguments.next().ok_or("there are fewer values than % signs")?;
        formatted.push_str(&one(&flags, &measure, kind, value)?);
    }
    if matches!(argument, Value::Tuple(_)) && arguments.next().is_some() {
        return Err("there are more values than % signs".to_owned());
    }
    Ok(formatted)
}

/// Translates one conversion to a format specification.
fn one(flags: &str, measure: &str, kind: char, value: &Value<'_>) -> Result<String, String> {
    let has = |flag| flags.contains(flag);
    let align = if has('-') { "<" } else { ">" };
    let zero = has('0') && !has('-');
    let sign = if has('+') {
        "+"
    } else if has(' ') {
        " "
    } else {
        ""
    };
    let number_spec = |kind: char| {
        let alternate = if has('#') { "#" } else { "" };
        if zero {
            format!("{sign}{alternate}0{measure}{kind}")
        } else {
            format!("{align}{sign}{alternate}{measure}{kind}")
        }
    };
    match kind {
        's' => format_value(&Value::Str(value.text()), &format!("{align}{measure}")),
        'r' => format_value(&Value::Str(value.repr().into()), &format!("{align}{measure}")),
        'd' | 'i' | 'u' => {
            let whole = value.as_int().or_else(|| value.as_float().map(|float| float.trunc() as i128));
            let whole =
                whole.ok_or_else(|| format!("%{kind} needs a number, this is {}", value.type_name()))?;
            format_value(&Value::Int(whole), &number_spec('d'))
        }
        'x' | 'X' | 'o' => {
            let whole = value.as_int();
            let whole = whole
                .ok_or_else(|| format!("%{kind} needs a whole number, this is {}", value.type_name()))?;
            format_value(&Value::Int(whole), &number_spec(kind))
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let float = value.as_float();
            let float =
                float.ok_or_else(|| format!("%{kind} needs a number, this is {}", value.type_name()))?;
            format_value(&Value::Float(float), &number_spec(kind))
        }
        other => Err(format!("%{other} is not a conversion")),
    }
}
