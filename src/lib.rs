//! Watch a call-centre floor live and step in.

// A page's type holds those of all its parts.
#![recursion_limit = "256"]

pub mod address;
pub mod api;
pub mod app;
pub mod components;
pub mod floor;
pub mod i18n;
pub mod live;
pub mod page;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
pub mod signal;
#[cfg(feature = "ssr")]
pub mod simulator;
#[cfg(feature = "ssr")]
pub mod stomp;
pub mod ui;

/// The browser's entry point: makes the served document live.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
    if let Some(body) = leptos::prelude::document().body() {
        _ = body.set_attribute("data-hydrated", "");
    }
}
