//! The signed-in user and the session.

use serde::{Deserialize, Serialize};

/// The signed-in user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionUser {
    /// Sign-in name.
    pub name: String,
    /// True when the user may use the batch runner.
    pub is_admin: bool,
    /// Display preferences.
    pub preferences: Preferences,
}

/// Display preferences, stored with the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// `system`, `light`, `dark` or `contrast`.
    #[serde(default)]
    pub theme: String,
}

/// Answer of `GET /api/session`, signed in or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// The user, when somebody is signed in.
    pub user: Option<SessionUser>,
    /// `false` when the batch runner is switched off (`BATCH_RUNNER_ENABLED=false`).
    pub batch_runner_enabled: bool,
    /// Largest polygon upload, bytes.
    pub geojson_limit_bytes: u64,
    /// Version of the server.
    pub version: String,
}
