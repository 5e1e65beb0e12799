//! The user of the application.

use headwaters_domain::account::{SessionInfo, SessionUser};
use leptos::prelude::*;

use crate::browser::api::{self, Fault};
use crate::browser::theme;

/// The session, shared by all pages.
#[derive(Clone, Copy)]
pub struct Session {
    info: RwSignal<Option<Result<SessionInfo, Fault>>>,
}

impl Session {
    /// Asks the server and puts the session into the context.
    pub fn provide() -> Self {
        let session = Self { info: RwSignal::new(None) };
        provide_context(session);
        session.ask();
        session
    }

    /// The session of the application.
    pub fn expect() -> Self {
        expect_context()
    }

    /// Asks the server who is signed in.
    pub fn ask(self) {
        leptos::task::spawn_local(async move {
            let answer: Result<SessionInfo, Fault> = api::get("/api/session").await;
            let preferred =
                answer.as_ref().ok().and_then(|info| info.user.as_ref()).map(|user| &user.preferences.theme);
            if let Some(theme) = preferred.filter(|theme| !theme.is_empty()) {
                theme::apply(theme);
            }
            self.info.set(Some(answer));
        });
    }

    /// Answer of the server: none yet, a session or a fault.
    pub fn info(self) -> Option<Result<SessionInfo, Fault>> {
        self.info.get()
    }

    /// The signed-in user.
    pub fn user(self) -> Option<SessionUser> {
        self.info.with(|info| info.as_ref()?.as_ref().ok()?.user.clone())
    }

    /// Largest polygon upload, bytes.
    pub fn geojson_limit_bytes(self) -> Option<u64> {
        self.info.with(|info| Some(info.as_ref()?.as_ref().ok()?.geojson_limit_bytes))
    }

    /// Takes in a user who has just signed in.
    pub fn signed_in(self) {
        self.ask();
    }

    /// The server no longer knows this session.
    pub fn forget(self) {
        self.info.try_update(|info| {
            if let Some(Ok(info)) = info {
                info.user = None;
            }
        });
    }

    /// Notices a session that has ended, in any fault of any request.
    pub fn notice(self, fault: &Fault) {
        if fault.status() == Some(401) {
            self.forget();
        }
    }
}
