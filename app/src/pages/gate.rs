//! Access to pages.

use leptos::prelude::*;

use super::notices::{FeatureOff, Forbidden, ServerAway};
use crate::browser::address::Address;
use crate::browser::api::segment;
use crate::session::Session;
use crate::ui::feedback::Skeleton;
use crate::ui::view::{dynamic, view};

/// Reason why a visitor cannot see a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    Unknown,
    Away,
    Off,
    SignIn,
    Forbidden,
    Open,
}

/// Shows its page to administrators while the batch runner is on; to others, what they need to know instead.
#[component]
pub fn AdminOnly(
    /// The page.
    children: ChildrenFn,
) -> impl IntoView {
    let session = Session::expect();
    let gate = Memo::new(move |_| match session.info() {
        None => Gate::Unknown,
        Some(Err(_)) => Gate::Away,
        Some(Ok(info)) => match info.user {
            _ if !info.batch_runner_enabled => Gate::Off,
            None => Gate::SignIn,
            Some(user) if !user.is_admin => Gate::Forbidden,
            Some(_) => Gate::Open,
        },
    });
    dynamic(move || match gate.get() {
        Gate::Unknown => view! { <div class="page"><Skeleton lines=6/></div> },
        Gate::Away => view! { <ServerAway/> },
        Gate::Off => view! { <FeatureOff/> },
        Gate::SignIn => view! { <ToSignIn/> },
        Gate::Forbidden => view! { <Forbidden/> },
        Gate::Open => children(),
    })
}

/// Leads to the sign-in page, and back afterwards.
#[component]
fn ToSignIn() -> impl IntoView {
    let address = Address::expect();
    let wanted = address.here();
    Effect::new(move || address.replace(&format!("/sign-in?next={}", segment(&wanted))));
}
