//! Sessions: a random cookie, its hash in SQL.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use headwaters_domain::account::SessionUser;
use headwaters_store::{Actor, StoreResult, UserRecord};
use jiff::Timestamp;

use crate::app::{App, AppState};
use crate::error::ApiFailure;

/// A session ends after this long, whatever happens.
const ABSOLUTE_MS: i64 = 7 * 24 * 3600 * 1000;
/// A session ends when it was not used for this long.
const IDLE_MS: i64 = 24 * 3600 * 1000;

/// Name of the session cookie: with the `__Host-` prefix browsers refuse to let a neighbouring site set it.
pub fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-headwaters" } else { "headwaters" }
}

/// The session token in a request's cookies.
pub fn token(headers: &HeaderMap, secure: bool) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == cookie_name(secure)).map(|(_, value)| value.to_owned())
}

/// `Set-Cookie` that hands out a session, or takes it away when `token` is `None`.
pub fn set_cookie(token: Option<&str>, secure: bool) -> String {
    let name = cookie_name(secure);
    let attributes = if secure { "; Secure" } else { "" };
    let max_age = if token.is_some() { ABSOLUTE_MS / 1000 } else { 0 };
    let value = token.unwrap_or_default();
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{attributes}")
}

/// Starts a session and returns its token.
pub async fn start(app: &App, user_id: i64) -> StoreResult<String> {
    let token = crate::random::token();
    let now = Timestamp::now().as_millisecond();
    app.store
        .add_session(&headwaters_hash::sha256_hex(token.as_bytes()), user_id, now, now + ABSOLUTE_MS)
        .await?;
    Ok(token)
}

/// Ends a session.
pub async fn end(app: &App, token: &str) -> StoreResult<()> {
    app.store.remove_session(&headwaters_hash::sha256_hex(token.as_bytes())).await
}

/// The user of a request.
pub async fn user(app: &App, headers: &HeaderMap) -> StoreResult<Option<UserRecord>> {
    let Some(token) = token(headers, app.settings.secure_cookies) else { return Ok(None) };
    let hash = headwaters_hash::sha256_hex(token.as_bytes());
    let now = Timestamp::now().as_millisecond();
    let user = app.store.session_user(&hash, now, now - IDLE_MS).await?;
    if user.is_some() {
        app.store.touch_session(&hash, now).await?;
    }
    Ok(user)
}

/// What the browser learns about a user.
pub fn session_user(user: &UserRecord) -> SessionUser {
    SessionUser { name: user.name.clone(), is_admin: user.is_admin, preferences: user.preferences.clone() }
}

/// Address of the peer.
pub fn address(parts: &Parts) -> Option<String> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip().to_string())
}

/// A signed-in admin. As an argument of a handler it answers everybody else with 401 or 403 first.
pub struct Admin {
    /// For the history.
    pub actor: Actor,
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = ApiFailure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiFailure> {
        let user = user(app, &parts.headers).await?.ok_or_else(ApiFailure::not_signed_in)?;
        if !user.is_admin {
            let message =
                "your account may not use the batch runner; ask an administrator for the role `admin`";
            return Err(ApiFailure::new(StatusCode::FORBIDDEN, "not_admin", message));
        }
        if !app.settings.batch_runner_enabled {
            let message = "the batch runner is switched off on this server (BATCH_RUNNER_ENABLED=false)";
            return Err(ApiFailure::new(StatusCode::FORBIDDEN, "batch_runner_disabled", message));
        }
        Ok(Self { actor: Actor { who: user.name, address: address(parts) } })
    }
}
