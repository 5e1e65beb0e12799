//! Operands: constants, names, brackets, members, subscripts and calls.

use crate::ast::{Expr, Kind, Part, Span};
use crate::error::TemplateError;
use crate::expression::{Parsed, Parser};
use crate::functions;
use crate::lexer::Token;
use crate::parser::parse_f_string;

impl Parser<'_> {
    pub fn postfix(&mut self) -> Parsed<Expr> {
        let mut expr = self.atom()?;
        loop {
            let start = expr.span.start;
            if self.take(".")? {
                let Token::Name(name) = self.token.clone() else {
                    return Err(self.unexpected());
                };
                let span = Span { start, end: self.span.end };
                self.advance()?;
                if self.is("(") {
                    let message =
                        format!("methods are not available; write {name}(value) if it is a function");
                    return Err(TemplateError::at(span.start, span.end, message));
                }
                expr = Expr { kind: Kind::Attribute(Box::new(expr), name), span };
            } else if self.take("[")? {
                let kind = self.subscript(expr)?;
                let span = Span { start, end: self.span.end };
                self.expect("]")?;
                expr = Expr { kind, span };
            } else if self.is("(") {
                let Kind::Name(function) = expr.kind else {
                    return Err(self.unexpected());
                };
                expr = self.call(function, expr.span)?;
            } else {
                return Ok(expr);
            }
        }
    }

    fn subscript(&mut self, of: Expr) -> Parsed<Kind> {
        let mut bounds = [None, None, None];
        let mut colons = 0;
        loop {
            if self.is("]") {
                break;
            }
            if self.take(":")? {
                colons += 1;
                if colons > 2 {
                    return Err(self.unexpected());
                }
                continue;
            }
            if bounds[colons].is_some() {
                return Err(self.unexpected());
            }
            bounds[colons] = Some(self.expression()?);
        }
        let of = Box::new(of);
        if colons > 0 {
            return Ok(Kind::Slice { of, bounds: Box::new(bounds) });
        }
        let [Some(index), ..] = bounds else {
            return Err(TemplateError::at(
                self.span.start,
                self.span.end,
                "write an index or a name in the brackets",
            ));
        };
        Ok(Kind::Subscript(of, Box::new(index)))
    }

    fn call(&mut self, function: String, name_span: Span) -> Parsed<Expr> {
        if !functions::NAMES.contains(&function.as_str()) {
            let message = format!("{function} is not a function; there are {}", functions::NAMES.join(", "));
            return Err(TemplateError::at(name_span.start, name_span.end, message));
        }
        self.expect("(")?;
        let mut arguments = Vec::new();
        let mut keywords: Vec<(String, Expr)> = Vec::new();
        while !self.is(")") {
            let expr = self.expression()?;
            match expr.kind {
                Kind::Name(name) if self.is("=") => {
                    self.advance()?;
                    keywords.push((name, self.expression()?));
                }
                _ if !keywords.is_empty() => return Err(self.unexpected()),
                _ => arguments.push(expr),
            }
            if !self.take(",")? {
                break;
            }
        }
        let span = Span { start: name_span.start, end: self.span.end };
        self.expect(")")?;
        Ok(Expr { kind: Kind::Call { function, arguments, keywords }, span })
    }

    fn atom(&mut self) -> Parsed<Expr> {
        let span = self.span;
        let kind = match self.token.clone() {
            Token::Int(value) => Kind::Int(value),
            Token::Float(value) => Kind::Float(value),
            Token::Str(_) | Token::FString(..) => return self.strings(),
            Token::Name(name) => match name.as_str() {
                "None" => Kind::None,
                "True" => Kind::Bool(true),
                "False" => Kind::Bool(false),
                "lambda" | "for" | "if" | "else" | "and" | "or" | "in" | "is" | "not" => {
                    return Err(self.unexpected());
                }
                _ => Kind::Name(name),
            },
            Token::Symbol("(") => return self.parenthesised(),
            Token::Symbol("[") => {
                self.advance()?;
                let items = self.items("]")?;
                return Ok(Expr {
                    kind: Kind::List(items.0),
                    span: Span { start: span.start, end: items.1 },
                });
            }
            Token::Symbol("{") => return self.braces(),
            _ => return Err(self.unexpected()),
        };
        self.advance()?;
        Ok(Expr { kind, span })
    }

    /// Adjacent string literals are one string, as in Python.
    fn strings(&mut self) -> Parsed<Expr> {
        let mut span = self.span;
        let mut parts = Vec::new();
        loop {
            match self.token.clone() {
                Token::Str(text) => parts.push(Part::Literal(text)),
                Token::FString(content, start) => {
                    let inner = parse_f_string(&content, self.depth + 1).map_err(|fault| {
                        TemplateError::at(start + fault.start, start + fault.end, fault.message)
                    })?;
                    parts.extend(inner);
                }
                _ => break,
            }
            span.end = self.span.end;
            self.advance()?;
        }
        let literal = parts.iter().all(|part| matches!(part, Part::Literal(_)));
        let kind = if literal {
            let texts = parts.into_iter().filter_map(|part| match part {
                Part::Literal(text) => Some(text),
                Part::Field { .. } => None,
            });
            Kind::Str(texts.collect())
        } else {
            Kind::FString(parts)
        };
        Ok(Expr { kind, span })
    }

    /// Comma-separated expressions up to `close`, and where they end.
    fn items(&mut self, close: &str) -> Parsed<(Vec<Expr>, usize)> {
        let mut items = Vec::new();
        while !self.is(close) {
            items.push(self.expression()?);
            if !self.take(",")? {
                break;
            }
        }
        let end = self.span.end;
        self.expect(close)?;
        Ok((items, end))
    }

    fn parenthesised(&mut self) -> Parsed<Expr> {
        let start = self.span.start;
        self.advance()?;
        let mut items = Vec::new();
        let mut tuple = self.is(")");
        while !self.is(")") {
            items.push(self.expression()?);
            if !self.take(",")? {
                break;
            }
            tuple = true;
        }
        let span = Span { start, end: self.span.end };
        self.expect(")")?;
        if tuple {
            return Ok(Expr { kind: Kind::Tuple(items), span });
        }
        items.pop().map(|inner| Expr { span, ..inner }).ok_or_else(|| self.unexpected())
    }

    /// A set or a dictionary.
    fn braces(&mut self) -> Parsed<Expr> {
        let start = self.span.start;
        self.advance()?;
        let mut entries = Vec::new();
        let mut items = Vec::new();
        while !self.is("}") {
            let key = self.expression()?;
            if items.is_empty() && self.take(":")? {
                entries.push((key, self.expression()?));
            } else if entries.is_empty() {
                items.push(key);
            } else {
                return Err(self.unexpected());
            }
            if !self.take(",")? {
                break;
            }
        }
        let span = Span { start, end: self.span.end };
        self.expect("}")?;
        let kind = if items.is_empty() { Kind::Dict(entries) } else { Kind::Set(items) };
        Ok(Expr { kind, span })
    }
}
