//! Templates and f-strings: literal text and fields.

use crate::ast::{Conversion, Part};
use crate::error::TemplateError;
use crate::expression::{Parsed, Parser};
use crate::lexer::Token;

/// Parses a whole template.
pub fn parse_template(text: &str) -> Parsed<Vec<Part>> {
    let mut position = 0;
    parse_parts(text, &mut position, Context { depth: 0, f_string: false, spec: false })
}

/// Parses the content of an f-string that stands `depth` levels deep.
pub fn parse_f_string(content: &str, depth: usize) -> Parsed<Vec<Part>> {
    let mut position = 0;
    parse_parts(content, &mut position, Context { depth, f_string: true, spec: false })
}

/// Position of a sequence of parts: template, f-string or format spec.
#[derive(Clone, Copy)]
struct Context {
    depth: usize,
    /// Inside an f-string conversions are allowed, and format specs may hold fields.
    f_string: bool,
    /// Inside the format spec of an f-string field: ends at the closing brace.
    spec: bool,
}

fn parse_parts(text: &str, position: &mut usize, context: Context) -> Parsed<Vec<Part>> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    while let Some(c) = text[*position..].chars().next() {
        let doubled = !context.spec && text[*position + c.len_utf8()..].starts_with(c);
        match c {
            '{' | '}' if doubled => {
                literal.push(c);
                *position += 2;
            }
            '{' => {
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(parse_field(text, position, context)?);
            }
            '}' if context.spec => break,
            '}' => {
                let message = "this closing brace has no opening one; write }} for a brace in the run id";
                return Err(TemplateError::at(*position, *position + 1, message));
            }
            _ => {
                literal.push(c);
                *position += c.len_utf8();
            }
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(parts)
}

/// Parses `{expression[!conversion][:spec]}` at `position`, which is left after the closing brace.
fn parse_field(text: &str, position: &mut usize, context: Context) -> Parsed<Part> {
    let open = *position;
    let unclosed = || {
        TemplateError::at(
            open,
            text.len(),
            "this opening brace has no closing one; write {{ for a brace in the run id",
        )
    };
    let mut parser = Parser::new(text, open + 1, context.depth + 1)?;
    if parser.token == Token::End {
        return Err(unclosed());
    }
    if parser.is("}") {
        return Err(TemplateError::at(open, open + 2, "write an expression between the braces"));
    }
    let expr = parser.expression()?;
    let mut conversion = Conversion::None;
    if context.f_string && parser.is("!") {
        parser.advance()?;
        conversion = parser.conversion()?;
    }
    if parser.is("}") {
        *position = parser.span.end;
        return Ok(Part::Field { expr, conversion, spec: Vec::new() });
    }
    if !parser.is(":") {
        return Err(if parser.token == Token::End { unclosed() } else { parser.unexpected() });
    }
    *position = parser.span.end;
    let spec = if context.f_string {
        parse_parts(text, position, Context { spec: true, depth: context.depth + 1, ..context })?
    } else {
        let length = text[*position..].find('}').ok_or_else(unclosed)?;
        let spec = text[*position..*position + length].to_owned();
        *position += length;
        vec![Part::Literal(spec)]
    };
    if !text[*position..].starts_with('}') {
        return Err(unclosed());
    }
    *position += 1;
    Ok(Part::Field { expr, conversion, spec })
}
