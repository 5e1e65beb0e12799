//! Tokens of an expression, read on demand: the parser decides where an expression ends.

use crate::ast::Span;
use crate::error::TemplateError;

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Int(i128),
    Float(f64),
    Str(String),
    /// Raw content of an f-string and where it begins.
    FString(String, usize),
    Name(String),
    Symbol(&'static str),
    End,
}

const SYMBOLS: [&str; 24] = [
    "**", "//", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}", ",",
    ":", ".", "!", "=",
];

/// Reads tokens of `source` from a byte position on.
pub struct Lexer<'a> {
    source: &'a str,
    position: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(source: &'a str, position: usize) -> Self {
        Self { source, position }
    }

    pub fn position(&self) -> usize {
        self.position
    }

    fn rest(&self) -> &'a str {
        &self.source[self.position..]
    }

    /// Reads the next token and its place.
    pub fn next(&mut self) -> Result<(Token, Span), TemplateError> {
        let blank = self.rest().len() - self.rest().trim_start().len();
        self.position += blank;
        let start = self.position;
        let token = self.token(start)?;
        Ok((token, Span { start, end: self.position }))
    }

    fn token(&mut self, start: usize) -> Result<Token, TemplateError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(Token::End);
        };
        let second_is_digit = rest[first.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
        if first.is_ascii_digit() || (first == '.' && second_is_digit) {
            return self.number();
        }
        if first == '\'' || first == '"' {
            return self.string(first, false).map(Token::Str);
        }
        if first.is_alphabetic() || first == '_' {
            return self.name_or_prefixed_string();
        }
        for symbol in SYMBOLS {
            if rest.starts_with(symbol) {
                self.position += symbol.len();
                return Ok(Token::Symbol(symbol));
            }
        }
        let end = start + first.len_utf8();
        Err(TemplateError::at(start, end, format!("{first} has no meaning in an expression")))
    }

    fn name_or_prefixed_string(&mut self) -> Result<Token, TemplateError> {
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let word = &rest[..length];
        let quote = rest[length..].chars().next().filter(|c| *c == '\'' || *c == '"');
        match (word, quote) {
            ("f" | "F", Some(quote)) => {
                self.position += length;
                let content_start = self.position + 1;
                let content = self.string(quote, true)?;
                Ok(Token::FString(content, content_start))
            }
            ("r" | "R", Some(quote)) => {
                self.position += length;
                self.string(quote, true).map(Token::Str)
            }
            ("u" | "U", Some(quote)) => {
                self.position += length;
                self.string(quote, false).map(Token::Str)
            }
            _ => {
                self.position += length;
                Ok(Token::Name(word.to_owned()))
            }
        }
    }

    /// Reads a quoted string; `raw` keeps backslashes as they are.
    fn string(&mut self, quote: char, raw: bool) -> Result<String, TemplateError> {
        let start = self.position;
        let mut text = String::new();
        let mut chars = self.source[start + 1..].char_indices();
        while let Some((offset, c)) = chars.next() {
            if c == quote {
                self.position = start + 1 + offset + 1;
                return Ok(text);
            }
            if c != '\\' || raw {
                text.push(c);
                continue;
            }
            let Some((_, escaped)) = chars.next() else { break };
            match escaped {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                '\\' | '\'' | '"' => text.push(escaped),
                other => text.extend(['\\', other]),
            }
        }
        Err(TemplateError::at(
            start,
            self.source.len(),
            format!("the text that begins here has no closing {quote}"),
        ))
    }

    fn number(&mut self) -> Result<Token, TemplateError> {
        let start = self.position;
        let rest = self.rest();
        for (prefix, radix) in [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)] {
            if let Some(digits) = rest.strip_prefix(prefix) {
                let length =
                    digits.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(digits.len());
                self.position += prefix.len() + length;
                return i128::from_str_radix(&digits[..length].replace('_', ""), radix)
                    .map(Token::Int)
                    .map_err(|_| TemplateError::at(start, self.position, "this is not a number"));
            }
        }
        let bytes = rest.as_bytes();
        let mut length = 0;
        let digits = |mut from: usize| {
            while from < bytes.len() && (bytes[from].is_ascii_digit() || bytes[from] == b'_') {
                from += 1;
            }
            from
        };
        length = digits(length);
        let mut float = false;
        if bytes.get(length) == Some(&b'.') {
            float = true;
            length = digits(length + 1);
        }
        if matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            let after = digits(length + 1 + sign);
            if after > length + 1 + sign {
                float = true;
                length = after;
            }
        }
        self.position += length;
        let text = rest[..length].replace('_', "");
        let fault = |_| TemplateError::at(start, start + length, "this number is too large");
        if float {
            let fault = |_| TemplateError::at(start, start + length, "this is not a number");
            text.parse().map(Token::Float).map_err(fault)
        } else {
            text.parse().map(Token::Int).map_err(fault)
        }
    }
}
