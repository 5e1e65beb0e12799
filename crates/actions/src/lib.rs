//! Server functions for the small form-like actions: sign-in, account, preferences.
//!
//! The server provides an [`Accounts`] implementation in the context of every call (feature `ssr`); the browser
//! posts forms to the paths under `/api/action`, as a page without scripts would.
#![warn(missing_docs)]

#[cfg(feature = "ssr")]
use std::sync::Arc;

#[cfg(feature = "ssr")]
use headwaters_domain::account::Preferences;
use headwaters_domain::account::SessionUser;
use leptos::prelude::*;

/// Interface of the actions to the server. Implementations read and set the session cookie through the request
/// and response of the present call.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait Accounts: Send + Sync {
    /// Checks the password, throttles, starts a session. The error is a sentence to show.
    async fn sign_in(&self, name: &str, password: &str) -> Result<SessionUser, String>;
    /// Ends the session.
    async fn sign_out(&self) -> Result<(), String>;
    /// Changes the signed-in user's password and rotates the session.
    async fn change_password(&self, current: &str, new: &str) -> Result<(), String>;
    /// Stores the signed-in user's preferences.
    async fn set_preferences(&self, preferences: Preferences) -> Result<(), String>;
}

#[cfg(feature = "ssr")]
fn accounts() -> Result<Arc<dyn Accounts>, ServerFnError> {
    use_context::<Arc<dyn Accounts>>().ok_or_else(|| ServerFnError::new("accounts are not available"))
}

pub use functions::{
    ChangePassword, SetPreferences, SignIn, SignOut, change_password, set_preferences, sign_in, sign_out,
};

mod functions {
    #![allow(missing_docs, reason = "the macro makes structs whose fields are the documented arguments")]

    use super::*;

    /// Signs in.
    #[server(prefix = "/api/action", endpoint = "sign_in")]
    pub async fn sign_in(name: String, password: String) -> Result<SessionUser, ServerFnError> {
        accounts()?.sign_in(&name, &password).await.map_err(ServerFnError::new)
    }

    /// Signs out.
    #[server(prefix = "/api/action", endpoint = "sign_out")]
    pub async fn sign_out() -> Result<(), ServerFnError> {
        accounts()?.sign_out().await.map_err(ServerFnError::new)
    }

    /// Changes the password.
    #[server(prefix = "/api/action", endpoint = "change_password")]
    pub async fn change_password(current: String, new: String) -> Result<(), ServerFnError> {
        accounts()?.change_password(&current, &new).await.map_err(ServerFnError::new)
    }

    /// Stores preferences.
    #[server(prefix = "/api/action", endpoint = "set_preferences")]
    pub async fn set_preferences(theme: String) -> Result<(), ServerFnError> {
        accounts()?.set_preferences(Preferences { theme }).await.map_err(ServerFnError::new)
    }
}
