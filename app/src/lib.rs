//! Leptos components of the Headwaters browser application.
//!
//! [`model`] computes, [`browser`] touches the browser, everything else is pages: [`pages`] for signing in and the
//! list of batches, [`batch`] for one batch, [`base`] for the settings of its base project.
#![warn(missing_docs)]

pub mod base;
pub mod batch;
pub mod browser;
pub mod load;
pub mod model;
pub mod pages;
pub mod session;
pub mod ui;

use leptos::prelude::*;
use leptos_router::components::{Redirect, Route, Router, Routes};
use leptos_router::path;

use crate::base::BaseRoute;
use crate::batch::BatchRoute;
use crate::pages::account::AccountPage;
use crate::pages::batches::BatchesPage;
use crate::pages::create_batch::CreateBatchPage;
use crate::pages::notices::NotFound;
use crate::pages::sign_in::SignInPage;
use crate::session::Session;
use crate::ui::feedback::{ToastList, Toasts};
use crate::ui::shell::Shell;

/// The application.
#[component]
pub fn App() -> impl IntoView {
    Session::provide();
    let toasts = Toasts::provide();
    view! {
        <Router>
            <Shell>
                <Routes fallback=|| view! { <NotFound/> }>
                    <Route path=path!("/") view=|| view! { <Redirect path="/batches"/> }/>
                    <Route path=path!("/sign-in") view=SignInPage/>
                    <Route path=path!("/account") view=AccountPage/>
                    <Route path=path!("/batches") view=BatchesPage/>
                    <Route path=path!("/batches/new") view=CreateBatchPage/>
                    <Route path=path!("/batches/:name") view=BatchRoute/>
                    <Route path=path!("/batches/:name/base") view=BaseRoute/>
                </Routes>
            </Shell>
        </Router>
        <ToastList toasts=toasts/>
    }
}
