//! Recursive descent over templates and expressions, with Python's precedence.

use crate::ast::{BinaryOp, CompareOp, Conversion, Expr, Kind, Part, Span, UnaryOp};
use crate::error::TemplateError;
use crate::functions;
use crate::lexer::{Lexer, Token};

/// Deepest nesting of brackets, operators and f-strings.
const MAX_DEPTH: usize = 40;

type Parsed<T> = Result<T, TemplateError>;

/// Parses a whole template.
pub fn parse_template(text: &str) -> Parsed<Vec<Part>> {
    let mut position = 0;
    parse_parts(text, &mut position, Context { depth: 0, f_string: false, spec: false })
}

/// Where a sequence of parts stands.
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

struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    span: Span,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, position: usize, depth: usize) -> Parsed<Self> {
        let mut lexer = Lexer::new(text, position);
        let (token, span) = lexer.next()?;
        let parser = Self { lexer, token, span, depth };
        parser.check_depth()?;
        Ok(parser)
    }

    fn check_depth(&self) -> Parsed<()> {
        if self.depth > MAX_DEPTH {
            return Err(TemplateError::at(
                self.span.start,
                self.span.end,
                "this expression is nested too deeply",
            ));
        }
        Ok(())
    }

    fn advance(&mut self) -> Parsed<()> {
        debug_assert!(self.lexer.position() >= self.span.end);
        (self.token, self.span) = self.lexer.next()?;
        Ok(())
    }

    fn is(&self, symbol: &str) -> bool {
        matches!(self.token, Token::Symbol(s) if s == symbol)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.token, Token::Name(name) if name == word)
    }

    fn take(&mut self, symbol: &str) -> Parsed<bool> {
        let found = self.is(symbol);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, symbol: &str) -> Parsed<()> {
        if self.take(symbol)? {
            return Ok(());
        }
        Err(TemplateError::at(self.span.start, self.span.end, format!("{symbol} is expected here")))
    }

    fn unexpected(&self) -> TemplateError {
        let what = match &self.token {
            Token::End => "the expression ends too early".to_owned(),
            Token::Symbol(symbol) => format!("{symbol} is not expected here"),
            Token::Name(name) => format!("{name} is not expected here"),
            _ => "an operator is expected here".to_owned(),
        };
        TemplateError::at(self.span.start, self.span.end, what)
    }

    fn conversion(&mut self) -> Parsed<Conversion> {
        let conversion = match &self.token {
            Token::Name(name) if name == "s" => Conversion::Str,
            Token::Name(name) if name == "r" => Conversion::Repr,
            _ => return Err(TemplateError::at(self.span.start, self.span.end, "after ! write s or r")),
        };
        self.advance()?;
        Ok(conversion)
    }

    /// One level deeper, so that hostile nesting cannot exhaust the stack.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        self.check_depth()?;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn expression(&mut self) -> Parsed<Expr> {
        self.nested(Self::conditional)
    }

    fn conditional(&mut self) -> Parsed<Expr> {
        let then = self.or()?;
        if !self.is_word("if") {
            return Ok(then);
        }
        self.advance()?;
        let condition = self.or()?;
        if !self.is_word("else") {
            let message = "a conditional needs an else: a if condition else b";
            return Err(TemplateError::at(self.span.start, self.span.end, message));
        }
        self.advance()?;
        let otherwise = self.expression()?;
        let span = Span { start: then.span.start, end: otherwise.span.end };
        let (condition, then, otherwise) = (Box::new(condition), Box::new(then), Box::new(otherwise));
        Ok(Expr { kind: Kind::Conditional { condition, then, otherwise }, span })
    }

    fn or(&mut self) -> Parsed<Expr> {
        let mut left = self.and()?;
        while self.is_word("or") {
            self.advance()?;
            let right = self.and()?;
            left = binary(left, right, Kind::Or);
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expr> {
        let mut left = self.not()?;
        while self.is_word("and") {
            self.advance()?;
            let right = self.not()?;
            left = binary(left, right, Kind::And);
        }
        Ok(left)
    }

    fn not(&mut self) -> Parsed<Expr> {
        if !self.is_word("not") {
            return self.comparison();
        }
        let start = self.span.start;
        self.advance()?;
        let operand = self.nested(Self::not)?;
        let span = Span { start, end: operand.span.end };
        Ok(Expr { kind: Kind::Unary(UnaryOp::Not, Box::new(operand)), span })
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let first = self.sum()?;
        let mut rest = Vec::new();
        while let Some(op) = self.compare_op()? {
            rest.push((op, self.sum()?));
        }
        let Some((_, last)) = rest.last() else {
            return Ok(first);
        };
        let span = Span { start: first.span.start, end: last.span.end };
        Ok(Expr { kind: Kind::Compare(Box::new(first), rest), span })
    }

    fn compare_op(&mut self) -> Parsed<Option<CompareOp>> {
        let op = match &self.token {
            Token::Symbol("==") => CompareOp::Equal,
            Token::Symbol("!=") => CompareOp::NotEqual,
            Token::Symbol("<") => CompareOp::Less,
            Token::Symbol("<=") => CompareOp::LessEqual,
            Token::Symbol(">") => CompareOp::Greater,
            Token::Symbol(">=") => CompareOp::GreaterEqual,
            Token::Name(word) if word == "in" => CompareOp::In,
            Token::Name(word) if word == "not" => {
                self.advance()?;
                if !self.is_word("in") {
                    return Err(self.unexpected());
                }
                CompareOp::NotIn
            }
            _ => return Ok(None),
        };
        self.advance()?;
        Ok(Some(op))
    }

    fn sum(&mut self) -> Parsed<Expr> {
        let mut left = self.product()?;
        loop {
            let op = match self.token {
                Token::Symbol("+") => BinaryOp::Add,
                Token::Symbol("-") => BinaryOp::Subtract,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.product()?;
            left = binary(left, right, |a, b| Kind::Binary(op, a, b));
        }
    }

    fn product(&mut self) -> Parsed<Expr> {
        let mut left = self.unary()?;
        loop {
            let op = match self.token {
                Token::Symbol("*") => BinaryOp::Multiply,
                Token::Symbol("/") => BinaryOp::Divide,
                Token::Symbol("//") => BinaryOp::FloorDivide,
                Token::Symbol("%") => BinaryOp::Modulo,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.unary()?;
            left = binary(left, right, |a, b| Kind::Binary(op, a, b));
        }
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let op = match self.token {
            Token::Symbol("+") => UnaryOp::Plus,
            Token::Symbol("-") => UnaryOp::Minus,
            _ => return self.power(),
        };
        let start = self.span.start;
        self.advance()?;
        let operand = self.nested(Self::unary)?;
        let span = Span { start, end: operand.span.end };
        Ok(Expr { kind: Kind::Unary(op, Box::new(operand)), span })
    }

    fn power(&mut self) -> Parsed<Expr> {
        let base = self.postfix()?;
        if !self.take("**")? {
            return Ok(base);
        }
        let exponent = self.nested(Self::unary)?;
        Ok(binary(base, exponent, |a, b| Kind::Binary(BinaryOp::Power, a, b)))
    }

    fn postfix(&mut self) -> Parsed<Expr> {
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
                    let mut position = 0;
                    let context = Context { depth: self.depth + 1, f_string: true, spec: false };
                    let inner = parse_parts(&content, &mut position, context).map_err(|fault| {
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

fn binary(left: Expr, right: Expr, kind: impl FnOnce(Box<Expr>, Box<Expr>) -> Kind) -> Expr {
    let span = Span { start: left.span.start, end: right.span.end };
    Expr { kind: kind(Box::new(left), Box::new(right)), span }
}
