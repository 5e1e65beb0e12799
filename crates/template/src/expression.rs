//! Expressions by recursive descent, with Python's precedence.

use crate::ast::{BinaryOp, CompareOp, Conversion, Expr, Kind, Span, UnaryOp};
use crate::error::TemplateError;
use crate::lexer::{Lexer, Token};

/// Deepest nesting of brackets, operators and f-strings.
const MAX_DEPTH: usize = 40;

pub type Parsed<T> = Result<T, TemplateError>;

/// Reads one expression and stops at the first token that does not belong to it.
pub struct Parser<'a> {
    lexer: Lexer<'a>,
    pub token: Token,
    pub span: Span,
    pub depth: usize,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str, position: usize, depth: usize) -> Parsed<Self> {
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

    pub fn advance(&mut self) -> Parsed<()> {
        debug_assert!(self.lexer.position() >= self.span.end);
        (self.token, self.span) = self.lexer.next()?;
        Ok(())
    }

    pub fn is(&self, symbol: &str) -> bool {
        matches!(self.token, Token::Symbol(s) if s == symbol)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.token, Token::Name(name) if name == word)
    }

    pub fn take(&mut self, symbol: &str) -> Parsed<bool> {
        let found = self.is(symbol);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    pub fn expect(&mut self, symbol: &str) -> Parsed<()> {
        if self.take(symbol)? {
            return Ok(());
        }
        Err(TemplateError::at(self.span.start, self.span.end, format!("{symbol} is expected here")))
    }

    pub fn unexpected(&self) -> TemplateError {
        let what = match &self.token {
            Token::End => "the expression ends too early".to_owned(),
            Token::Symbol(symbol) => format!("{symbol} is not expected here"),
            Token::Name(name) => format!("{name} is not expected here"),
            _ => "an operator is expected here".to_owned(),
        };
        TemplateError::at(self.span.start, self.span.end, what)
    }

    pub fn conversion(&mut self) -> Parsed<Conversion> {
        let conversion = match &self.token {
            Token::Name(name) if name == "s" => Conversion::Str,
            Token::Name(name) if name == "r" => Conversion::Repr,
            _ => return Err(TemplateError::at(self.span.start, self.span.end, "after ! write s or r")),
        };
        self.advance()?;
        Ok(conversion)
    }

    /// One level deeper, so that hostile nesting cannot exhaust the stack.
    pub fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        self.check_depth()?;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    pub fn expression(&mut self) -> Parsed<Expr> {
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
}

fn binary(left: Expr, right: Expr, kind: impl FnOnce(Box<Expr>, Box<Expr>) -> Kind) -> Expr {
    let span = Span { start: left.span.start, end: right.span.end };
    Expr { kind: kind(Box::new(left), Box::new(right)), span }
}
