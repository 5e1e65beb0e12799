//! The built frontend: embedded, or read from a folder.

use std::path::PathBuf;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use headwaters_data_folder::is_plain_file_name;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::app::AppState;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../dist"]
#[allow_missing = true]
struct Built;

/// Shown when the server was built without a frontend.
const PLACEHOLDER: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Headwaters</title>\
    <h1>Headwaters</h1><p>The server runs, but it was built without the frontend. Build it with \
    <code>cargo xtask run</code>, or point <code>--assets</code> at a folder that holds it. \
    The API lies under <code>/api</code>.</p></html>";

fn read(folder: Option<&PathBuf>, path: &str) -> Option<Vec<u8>> {
    if path.split('/').any(|part| !is_plain_file_name(part)) {
        return None;
    }
    match folder {
        Some(folder) => std::fs::read(folder.join(path)).ok(),
        None => Built::get(path).map(|file| file.data.into_owned()),
    }
}

/// The browser application's WebAssembly, when there is one.
pub fn wasm(folder: Option<&PathBuf>) -> Option<Vec<u8>> {
    let names: Vec<String> = match folder {
        Some(folder) => std::fs::read_dir(folder)
            .ok()?
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect(),
        None => Built::iter().map(|name| name.into_owned()).collect(),
    };
    read(folder, names.iter().find(|name| name.ends_with(".wasm"))?)
}

/// Content security policy: only our own files, and the inline modules of our own index page by their hashes.
pub fn content_security_policy(folder: Option<&PathBuf>) -> String {
    let index = read(folder, "index.html").unwrap_or_default();
    let hashes: String = inline_scripts(&String::from_utf8_lossy(&index))
        .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script.as_bytes()))))
        .collect();
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{hashes}; connect-src 'self'; style-src 'self'; \
         img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// Bodies of the `<script>` elements without `src`.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (body, _) = rest.split_once("</script>")?;
        (!attributes.contains(" src=") && !body.is_empty()).then_some(body)
    })
}

/// Answers what no other route does: an asset, or the index page for an address of the app.
pub async fn serve(State(app): State<AppState>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let folder = app.settings.assets.as_ref();
    let path = request.uri().path().trim_start_matches('/');
    if !path.is_empty()
        && path != "index.html"
        && let Some(response) = asset(folder, path, request.headers())
    {
        return response;
    }
    // An address of the app has no dot in its last segment; a missing asset is a real 404.
    if path.rsplit('/').next().is_some_and(|last| last.contains('.')) && path != "index.html" {
        return StatusCode::NOT_FOUND.into_response();
    }
    let no_cache = [(header::CACHE_CONTROL, "no-cache")];
    match read(folder, "index.html") {
        Some(index) => (no_cache, Html(index)).into_response(),
        None => (no_cache, Html(PLACEHOLDER)).into_response(),
    }
}

fn asset(folder: Option<&PathBuf>, path: &str, headers: &HeaderMap) -> Option<Response> {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let compressed = [("br", ".br"), ("gzip", ".gz")].into_iter().find_map(|(encoding, suffix)| {
        let accepts = accepted.split(',').any(|one| one.trim().split(';').next() == Some(encoding));
        accepts.then(|| read(folder, &format!("{path}{suffix}"))).flatten().map(|bytes| (encoding, bytes))
    });
    let (encoding, bytes) = match compressed {
        Some((encoding, bytes)) => (Some(encoding), bytes),
        None => (None, read(folder, path)?),
    };
    let etag = format!("\"{}\"", &headwaters_hash::sha256_hex(&bytes)[..32]);
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    // Trunk puts a hash of 16 hexadecimal digits into the names of what it builds.
    let hashed = path
        .split(['-', '.', '_'])
        .any(|part| part.len() == 16 && part.chars().all(|c| c.is_ascii_hexdigit()));
    let cache = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, kind.as_ref())
        .header(header::CACHE_CONTROL, cache)
        .header(header::VARY, "accept-encoding")
        .header(header::ETAG, &etag);
    if let Some(encoding) = encoding {
        response = response.header(header::CONTENT_ENCODING, encoding);
    }
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    if known {
        return response.status(StatusCode::NOT_MODIFIED).body(Body::empty()).ok();
    }
    response.body(Body::from(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_admits_exactly_the_inline_modules_of_the_index_page() {
        let html = r#"<script src="a.js"></script><script type="module">import x</script><script></script>"#;
        assert_eq!(inline_scripts(html).collect::<Vec<_>>(), ["import x"]);
    }
}
