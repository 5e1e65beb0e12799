//! The small form-like actions: sign-in, account, preferences.
//!
//! They are server functions (`crates/actions`), called as what they are to HTTP: posts of a form. The client that
//! the macro generates needs 40 KB of WebAssembly for the same.

use headwaters_domain::ApiError;

use super::api::{Body, Fault, Method, capitalised, exchange, segment};
use crate::model::wire;

/// Posts a form to a server function. The error is a sentence to show.
pub async fn act(name: &str, fields: &[(&str, &str)]) -> Result<(), String> {
    let form: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", segment(value))).collect();
    let body = Body { kind: "application/x-www-form-urlencoded", text: form.join("&") };
    match exchange(Method::POST, &format!("/api/action/{name}"), Some(body), None).await {
        Ok((200..300, _)) => Ok(()),
        Ok((_, answer)) => Err(sentence(&answer)),
        Err(_) => Err(Fault::Unreachable.message()),
    }
}

/// The sentence in a refusal: an error envelope, or a server function's `<kind of error>|<sentence>`, which may be JSON
/// text.
fn sentence(answer: &str) -> String {
    if let Ok(ApiError { error }) = wire::document(answer) {
        return capitalised(&error.message);
    }
    let text: String = wire::document(answer).unwrap_or_else(|_| answer.to_owned());
    let sentence = text.split_once('|').map_or(text.as_str(), |(_, sentence)| sentence);
    capitalised(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_reason_is_shown_and_nothing_else() {
        assert_eq!(sentence("ServerError|name or password is wrong"), "Name or password is wrong");
        assert_eq!(sentence("\"ServerError|too many attempts\""), "Too many attempts");
        assert_eq!(sentence(r#"{"error":{"code":"forbidden","message":"not from here"}}"#), "Not from here");
    }
}
