//! Who may see a page.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use super::notices::{FeatureOff, Forbidden, ServerAway};
use crate::browser::api::segment;
use crate::session::Session;
use crate::ui::feedback::Skeleton;

/// What stands between a visitor and a page.
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
    move || match gate.get() {
        Gate::Unknown => view! { <div class="page"><Skeleton lines=6/></div> }.into_any(),
        Gate::Away => view! { <ServerAway/> }.into_any(),
        Gate::Off => view! { <FeatureOff/> }.into_any(),
        Gate::SignIn => view! { <ToSignIn/> }.into_any(),
        Gate::Forbidden => view! { <Forbidden/> }.into_any(),
        Gate::Open => children().into_any(),
    }
}

/// Leads to the sign-in page, and back afterwards.
#[component]
fn ToSignIn() -> impl IntoView {
    let location = use_location();
    let (path, query) = (location.pathname.get_untracked(), location.search.get_untracked());
    let wanted = if query.is_empty() { path } else { format!("{path}?{query}") };
    let navigate = use_navigate();
    Effect::new(move || {
        let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
        navigate(&format!("/sign-in?next={}", segment(&wanted)), options);
    });
}
