//! Leptos components of the Headwaters browser application.
//!
//! [`model`] computes, [`browser`] touches the browser, everything else is pages: [`pages`] for signing in and the
//! list of batches, [`mod@batch`] for one batch, [`mod@base`] for the settings of its base project.
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

use crate::base::BasePage;
use crate::batch::BatchPage;
use crate::browser::address::Address;
use crate::model::route::{AdminPage, Page};
use crate::pages::account::AccountPage;
use crate::pages::batches::BatchesPage;
use crate::pages::create_batch::CreateBatchPage;
use crate::pages::gate::AdminOnly;
use crate::pages::notices::NotFound;
use crate::pages::sign_in::SignInPage;
use crate::session::Session;
use crate::ui::feedback::{ToastList, Toasts};
use crate::ui::shell::Shell;
use crate::ui::view::{dynamic, view};

/// The application.
#[component]
pub fn App() -> impl IntoView {
    let address = Address::provide();
    Session::provide();
    let toasts = Toasts::provide();
    // Only another page builds anew; the query string is the page's own affair.
    let page = Memo::new(move |_| address.page());
    let admins = Memo::new(move |_| page.with(|page| matches!(page, Page::Admin(_))));
    // One gate for all pages, so that going to another asks nothing anew.
    let behind_gate = move || {
        let Page::Admin(page) = page.get() else { return ().into_any() };
        address.provide_for_page();
        admin_page(page)
    };
    let open_to_all = move || {
        address.provide_for_page();
        if page.get() == Page::SignIn {
            view! { <SignInPage/> }
        } else {
            view! { <NotFound/> }
        }
    };
    view! {
        <Shell>
            {move || match admins.get() {
                true => view! { <AdminOnly>{move || behind_gate()}</AdminOnly> },
                false => dynamic(open_to_all),
            }}
        </Shell>
        <ToastList toasts=toasts/>
    }
}

fn admin_page(page: AdminPage) -> AnyView {
    match page {
        AdminPage::Account => view! { <AccountPage/> },
        AdminPage::Batches => view! { <BatchesPage/> },
        AdminPage::NewBatch => view! { <CreateBatchPage/> },
        AdminPage::Batch(name) => view! { <BatchPage name=name/> },
        AdminPage::Base(name) => view! { <BasePage name=name/> },
    }
}
