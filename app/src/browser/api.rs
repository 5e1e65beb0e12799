//! Requests to the server, and what can go wrong with them.

pub use gloo_net::http::Method;
use gloo_net::http::RequestBuilder;
use headwaters_domain::{ApiError, ErrorBody};
use serde::Serialize;
use serde_json::Value;

use crate::model::wire::{self, Wire};

/// Reason why a request has no usable answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The server cannot be reached.
    Unreachable,
    /// The server refused, and says why.
    Refused {
        /// HTTP status.
        status: u16,
        /// Its reason.
        error: Box<ErrorBody>,
    },
    /// The answer cannot be read: browser and server are of different versions, or something sits between them.
    Unreadable(String),
}

impl Fault {
    /// A sentence to show.
    pub fn message(&self) -> String {
        match self {
            Fault::Unreachable => {
                "The server cannot be reached. Check the connection and try again.".to_owned()
            }
            Fault::Refused { error, .. } => capitalised(&error.message),
            Fault::Unreadable(why) => format!("The server's answer cannot be read ({why}). Reload the page."),
        }
    }

    /// The server's error code, when it gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Fault::Refused { error, .. } => Some(&error.code),
            _ => None,
        }
    }

    /// HTTP status, when there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Fault::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The fault an answer with this status and body stands for.
    pub fn from_answer(status: u16, body: &str) -> Self {
        if let Ok(ApiError { error }) = wire::document(body) {
            return Fault::Refused { status, error: Box::new(error) };
        }
        let message = format!("the server answered with status {status}");
        let error = ErrorBody { code: "http".to_owned(), message, details: None, fields: Vec::new() };
        Fault::Refused { status, error: Box::new(error) }
    }
}

/// The sentence with a capital letter: the server's messages begin with a small one.
pub fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `GET`.
pub async fn get<T: Wire>(path: &str) -> Result<T, Fault> {
    take(&mut ask(Method::GET, path, None, None).await?)
}

/// A write with a JSON body.
pub async fn send<B: Serialize, T: Wire>(method: Method, path: &str, body: &B) -> Result<T, Fault> {
    take(&mut ask(method, path, Some(json(body)?), None).await?)
}

/// A write whose answer does not matter.
pub async fn call(method: Method, path: &str) -> Result<(), Fault> {
    request(method, path, None, None).await.map(|_| ())
}

/// `PUT` that only succeeds when the stored document still has this version.
pub async fn put_if_match<T: Wire>(path: &str, body: &serde_json::Value, version: u32) -> Result<T, Fault> {
    take(&mut ask(Method::PUT, path, Some(json(body)?), Some(format!("\"{version}\""))).await?)
}

/// `DELETE`.
pub async fn delete<T: Wire>(path: &str) -> Result<T, Fault> {
    take(&mut ask(Method::DELETE, path, None, None).await?)
}

/// `GET` of a text.
pub async fn text(path: &str) -> Result<String, Fault> {
    request(Method::GET, path, None, None).await
}

/// `PUT` of a text of this content type.
pub async fn put_text<T: Wire>(path: &str, kind: &'static str, text: String) -> Result<T, Fault> {
    read(&request(Method::PUT, path, Some(Body { kind, text }), None).await?)
}

fn json(body: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(body).map_err(|error| Fault::Unreadable(error.to_string()))
}

/// Reads a JSON answer.
pub fn read<T: Wire>(text: &str) -> Result<T, Fault> {
    take(&mut wire::value(text).map_err(Fault::Unreadable)?)
}

/// Takes a document out of a JSON answer.
pub fn take<T: Wire>(value: &mut Value) -> Result<T, Fault> {
    wire::take(value).map_err(Fault::Unreadable)
}

async fn ask(
    method: Method,
    path: &str,
    body: Option<String>,
    if_match: Option<String>,
) -> Result<Value, Fault> {
    let body = body.map(|text| Body { kind: "application/json", text });
    wire::value(&request(method, path, body, if_match).await?).map_err(Fault::Unreadable)
}

async fn request(
    method: Method,
    path: &str,
    body: Option<Body>,
    if_match: Option<String>,
) -> Result<String, Fault> {
    let (status, text) = exchange(method, path, body, if_match).await.map_err(|_| Fault::Unreachable)?;
    if (200..300).contains(&status) { Ok(text) } else { Err(Fault::from_answer(status, &text)) }
}

/// Body of a request.
pub(super) struct Body {
    /// Content type.
    pub kind: &'static str,
    /// The content.
    pub text: String,
}

/// Status and text of the answer.
pub(super) async fn exchange(
    method: Method,
    path: &str,
    body: Option<Body>,
    if_match: Option<String>,
) -> Result<(u16, String), gloo_net::Error> {
    let mut request = RequestBuilder::new(path).method(method).header("accept", "application/json");
    if let Some(version) = if_match {
        request = request.header("if-match", &version);
    }
    let request = match body {
        Some(body) => request.header("content-type", body.kind).body(body.text),
        None => request.build(),
    };
    let response = request?.send().await?;
    Ok((response.status(), response.text().await?))
}

/// A path segment as it goes into a URL.
pub fn segment(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_page_of_a_proxy_is_still_an_error_the_user_can_read() {
        let refused =
            Fault::from_answer(409, r#"{"error":{"code":"batch_busy","message":"the batch is running"}}"#);
        assert_eq!(
            (refused.code(), refused.message().as_str()),
            (Some("batch_busy"), "The batch is running")
        );
        let proxy = Fault::from_answer(502, "<html>Bad gateway</html>");
        assert_eq!((proxy.status(), proxy.code()), (Some(502), Some("http")));
        assert_eq!(capitalised("éa"), "Éa");
    }
}
