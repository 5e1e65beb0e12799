//! Writes and websockets must come from our own pages.
//!
//! Browsers send `Sec-Fetch-Site` and `Origin`; a page of another site cannot forge either. `SameSite=Lax` on the
//! cookie is the second line of defence.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiFailure;

/// Whether the headers show that a request comes from our own pages.
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let sites = headers.get_all("sec-fetch-site");
    if sites.iter().next().is_some() {
        return sites.iter().all(|site| site == "same-origin");
    }
    let origin = text(header::ORIGIN.as_str()).and_then(|origin| origin.split_once("://"));
    let host = text(header::HOST.as_str());
    matches!((origin, host), (Some((_, origin)), Some(host)) if origin.eq_ignore_ascii_case(host))
}

/// Refuses writes and websocket upgrades from elsewhere.
pub async fn same_origin_writes(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let upgrades = request.headers().contains_key(header::UPGRADE);
    if (reads && !upgrades) || is_same_origin(request.headers()) {
        return next.run(request).await;
    }
    let message = "this request does not come from a page of this server";
    ApiFailure::new(StatusCode::FORBIDDEN, "cross_origin", message).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_site_cannot_write_in_the_users_name() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, axum::http::HeaderValue::from_static(value));
            }
            headers
        };
        assert!(is_same_origin(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(is_same_origin(&headers(&[("origin", "http://a:1"), ("host", "a:1")])));
        for bad in [
            headers(&[]),
            headers(&[("host", "a:1")]),
            headers(&[("origin", "null"), ("host", "a:1")]),
            headers(&[("origin", "http://a:2"), ("host", "a:1")]),
            headers(&[("origin", "http://a:1"), ("host", "a:1"), ("sec-fetch-site", "cross-site")]),
            headers(&[("sec-fetch-site", "same-site")]),
        ] {
            assert!(!is_same_origin(&bad), "{bad:?}");
        }
    }
}
