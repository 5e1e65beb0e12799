//! Sign-in, sign-out, password, preferences: what the server functions of `headwaters-actions` call.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use headwaters_actions::Accounts;
use headwaters_domain::account::{Preferences, SessionUser};
use headwaters_store::{Actor, NewEvent, StoreError, UserRecord};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;

use super::{password, session};
use crate::app::AppState;

/// Themes a user may choose.
const THEMES: [&str; 4] = ["system", "light", "dark", "contrast"];

/// The accounts as one request sees them.
struct RequestAccounts {
    app: AppState,
    headers: HeaderMap,
    address: Option<String>,
    response: Option<ResponseOptions>,
}

/// Makes the server functions known. Called once at start: registration by static initialisers depends on the
/// linker keeping them.
pub fn register() {
    use headwaters_actions::{ChangePassword, SetPreferences, SignIn, SignOut};
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<SignIn>();
    register_explicit::<SignOut>();
    register_explicit::<ChangePassword>();
    register_explicit::<SetPreferences>();
}

/// Runs the server function a request names.
pub async fn serve(State(app): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let headers = parts.headers.clone();
    let address = session::address(&parts);
    let context = move || {
        let response = use_context::<ResponseOptions>();
        let (app, headers, address) = (app.clone(), headers.clone(), address.clone());
        let accounts: Arc<dyn Accounts> = Arc::new(RequestAccounts { app, headers, address, response });
        provide_context(accounts);
    };
    let request = Request::from_parts(parts, body);
    axum::response::IntoResponse::into_response(
        leptos_axum::handle_server_fns_with_context(context, request).await,
    )
}

fn internal_message(error: StoreError) -> String {
    tracing::error!(%error, "accounts");
    "the server could not do this; its log says why".to_owned()
}

impl RequestAccounts {
    fn refuse(&self, status: StatusCode, message: impl Into<String>) -> String {
        if let Some(response) = &self.response {
            response.set_status(status);
        }
        message.into()
    }

    fn set_session_cookie(&self, token: Option<&str>) {
        let cookie = HeaderValue::from_str(&session::set_cookie(token, self.app.settings.secure_cookies));
        if let (Some(response), Ok(cookie)) = (&self.response, cookie) {
            response.insert_header(header::SET_COOKIE, cookie);
        }
    }

    async fn current(&self) -> Result<UserRecord, String> {
        let user = session::user(&self.app, &self.headers).await.map_err(internal_message)?;
        user.ok_or_else(|| self.refuse(StatusCode::UNAUTHORIZED, "sign in first"))
    }

    /// Ends the session of this request, if there is one.
    async fn end_present(&self) -> Result<(), String> {
        if let Some(token) = session::token(&self.headers, self.app.settings.secure_cookies) {
            session::end(&self.app, &token).await.map_err(internal_message)?;
        }
        Ok(())
    }

    /// Checks a password, slowed down per account and address after failures.
    async fn check(&self, name: &str, given: &str, user: Option<&UserRecord>) -> Result<(), String> {
        let account_key = format!("name:{}", name.to_lowercase());
        let mut keys = vec![account_key.clone()];
        keys.extend(self.address.as_ref().map(|address| format!("address:{address}")));
        if let Some(left) = self.app.throttle.wait(&keys, Instant::now()) {
            let seconds = left.as_secs() + 1;
            let message = format!("too many failed attempts; try again in {seconds} seconds");
            return Err(self.refuse(StatusCode::TOO_MANY_REQUESTS, message));
        }
        // Counted before it is checked: parallel guesses must not all pass while the first is being hashed.
        self.app.throttle.failed(&keys, Instant::now());
        let hash = user.map(|user| user.password_hash.clone());
        let right = password::matches(given, hash).await.map_err(|error| error.to_string())?;
        if !right {
            let event = NewEvent {
                event: "sign_in_failed",
                summary: "a sign-in failed".to_owned(),
                ..NewEvent::default()
            };
            let actor = Actor { who: name.chars().take(64).collect(), address: self.address.clone() };
            self.app.store.record(None, &actor, event).await.map_err(internal_message)?;
            return Err(self.refuse(StatusCode::UNAUTHORIZED, "the name or the password is not right"));
        }
        for key in &keys {
            self.app.throttle.succeeded(key);
        }
        Ok(())
    }
}

#[async_trait]
impl Accounts for RequestAccounts {
    async fn sign_in(&self, name: &str, given: &str) -> Result<SessionUser, String> {
        let name = name.trim();
        let user = self.app.store.user(name).await.map_err(internal_message)?;
        self.check(name, given, user.as_ref()).await?;
        let Some(user) = user else {
            return Err(self.refuse(StatusCode::UNAUTHORIZED, "the name or the password is not right"));
        };
        self.end_present().await?;
        let token = session::start(&self.app, user.id).await.map_err(internal_message)?;
        self.set_session_cookie(Some(&token));
        Ok(session::session_user(&user))
    }

    async fn sign_out(&self) -> Result<(), String> {
        self.end_present().await?;
        self.set_session_cookie(None);
        Ok(())
    }

    async fn change_password(&self, current: &str, new: &str) -> Result<(), String> {
        let user = self.current().await?;
        self.check(&user.name, current, Some(&user)).await?;
        let refuse =
            |error: password::PasswordError| self.refuse(StatusCode::UNPROCESSABLE_ENTITY, error.to_string());
        let hash = password::hash(new).await.map_err(refuse)?;
        // All sessions of the account end, this one too; the browser gets a new one.
        self.app.store.set_password(&user.name, &hash).await.map_err(internal_message)?;
        let token = session::start(&self.app, user.id).await.map_err(internal_message)?;
        self.set_session_cookie(Some(&token));
        Ok(())
    }

    async fn set_preferences(&self, preferences: Preferences) -> Result<(), String> {
        let user = self.current().await?;
        if !THEMES.contains(&preferences.theme.as_str()) {
            return Err(self.refuse(StatusCode::UNPROCESSABLE_ENTITY, "choose one of the offered themes"));
        }
        self.app.store.set_preferences(user.id, &preferences).await.map_err(internal_message)
    }
}
