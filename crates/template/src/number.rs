//! Formatting of floating-point numbers as in Python.

/// Decimal digits and exponent of a finite number: `d.ddd × 10^exponent`.
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i32,
}

/// Splits what `{:e}` gives (shortest digits, or `precision` digits after the first).
fn decimal(value: f64, precision: Option<usize>) -> Decimal {
    let text = match precision {
        Some(precision) => format!("{:.*e}", precision, value.abs()),
        None => format!("{:e}", value.abs()),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    Decimal {
        negative: value.is_sign_negative(),
        digits: mantissa.replace('.', ""),
        exponent: exponent.parse().unwrap_or(0),
    }
}

fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("nan")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "inf" } else { "-inf" })
    } else {
        None
    }
}

/// Shortest text that reads back as the same number, with Python's choice between notations.
pub fn repr(value: f64) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    let decimal = decimal(value, None);
    let sign = if decimal.negative { "-" } else { "" };
    if (-4..16).contains(&decimal.exponent) {
        format!("{sign}{}", positional(&decimal, 1))
    } else {
        format!("{sign}{}", scientific(&decimal, false))
    }
}

/// Positional notation with at least `min_fraction` digits after the point.
fn positional(decimal: &Decimal, min_fraction: usize) -> String {
    let (digits, exponent) = (&decimal.digits, decimal.exponent);
    let (whole, mut fraction) = if exponent < 0 {
        ("0".to_owned(), format!("{}{digits}", "0".repeat((-exponent - 1) as usize)))
    } else {
        let point = exponent as usize + 1;
        if digits.len() > point {
            (digits[..point].to_owned(), digits[point..].to_owned())
        } else {
            (format!("{digits}{}", "0".repeat(point - digits.len())), String::new())
        }
    };
    while fraction.len() < min_fraction {
        fraction.push('0');
    }
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

fn scientific(decimal: &Decimal, keep_point: bool) -> String {
    let (first, rest) = decimal.digits.split_at(1);
    let point = if rest.is_empty() && !keep_point { "" } else { "." };
    let sign = if decimal.exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{:02}", decimal.exponent.abs())
}

/// Magnitude of `value` in the presentation `kind` (`e f g %` or none); the sign is the caller's.
pub fn present(value: f64, kind: Option<char>, precision: Option<usize>, alternate: bool) -> String {
    let value = value.abs();
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    match kind {
        Some('e') => scientific(&decimal(value, Some(precision.unwrap_or(6))), alternate),
        Some('f') => with_point(format!("{:.*}", precision.unwrap_or(6), value), alternate),
        Some('%') => {
            format!("{}%", with_point(format!("{:.*}", precision.unwrap_or(6), value * 100.0), alternate))
        }
        Some(_) => general(value, precision.unwrap_or(6).max(1), alternate, -4, None),
        None => match precision {
            None => repr(value),
            // Like g, but shows at least one digit after the point.
            Some(precision) => general(value, precision.max(1), alternate, -4, Some(1)),
        },
    }
}

fn with_point(text: String, alternate: bool) -> String {
    if alternate && !text.contains('.') { text + "." } else { text }
}

/// The g presentation: `precision` significant digits, trailing zeros dropped unless `alternate`.
fn general(
    value: f64,
    precision: usize,
    alternate: bool,
    lowest: i32,
    min_fraction: Option<usize>,
) -> String {
    let mut decimal = decimal(value, Some(precision - 1));
    if !alternate {
        let kept = decimal.digits.trim_end_matches('0').len().max(1);
        decimal.digits.truncate(kept);
    }
    let highest = if min_fraction.is_some() { precision as i32 - 1 } else { precision as i32 };
    if (lowest..highest).contains(&decimal.exponent) {
        with_point(positional(&decimal, min_fraction.unwrap_or(0)), alternate)
    } else {
        scientific(&decimal, alternate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected texts were produced by CPython 3.11.
    #[test]
    fn floats_look_as_in_python() {
        for (value, text) in [
            (0.0, "0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (9999999999999998.0, "9999999999999998.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-2.5e-7, "-2.5e-07"),
            (1e300, "1e+300"),
        ] {
            assert_eq!(repr(value), text);
        }
        assert_eq!(present(1234.5, Some('e'), Some(2), false), "1.23e+03");
        assert_eq!(present(1234.5, Some('g'), None, false), "1234.5");
        assert_eq!(present(1234567.0, Some('g'), None, false), "1.23457e+06");
        assert_eq!(present(0.5, Some('%'), Some(1), false), "50.0%");
        assert_eq!(present(100.0, None, Some(3), false), "1e+02");
        assert_eq!(present(10.0, None, Some(3), false), "10.0");
    }
}
