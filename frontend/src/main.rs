//! WebAssembly entry point.

use headwaters_app::App;
use leptos::prelude::*;

fn main() {
    std::panic::set_hook(Box::new(|panic| headwaters_app::browser::page::show_crash(&panic.to_string())));
    mount_to_body(App);
}
