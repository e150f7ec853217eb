//! Watch a call-centre floor live and step in.

// A page's type holds those of all its parts.
#![recursion_limit = "256"]

pub mod address;
pub mod api;
#[allow(clippy::indexing_slicing, reason = "to be mended with the rooms' new order")]
pub mod app;
pub mod components;
pub mod floor;
pub mod i18n;
pub mod live;
pub mod page;
#[allow(clippy::indexing_slicing, clippy::option_option, reason = "to be mended with the rooms' new order")]
pub mod pages;
#[cfg(feature = "ssr")]
#[allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::infinite_loop,
    clippy::iter_over_hash_type,
    clippy::let_underscore_must_use,
    clippy::match_wildcard_for_single_variants,
    clippy::string_slice,
    clippy::unused_async,
    reason = "to be mended with the rooms' new order"
)]
pub mod server;
#[cfg(feature = "ssr")]
#[allow(clippy::indexing_slicing, reason = "to be mended: agents and queues are named by their place")]
pub mod simulator;
#[cfg(feature = "ssr")]
pub mod stomp;
#[allow(clippy::indexing_slicing, reason = "to be mended with the rooms' new order")]
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
