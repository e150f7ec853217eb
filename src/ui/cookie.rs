//! Cookies that the page itself sets, for the server to draw the next page by.

#[cfg(feature = "hydrate")]
use leptos::prelude::document;

/// Keeps a choice for a year, as the server keeps the language. The value has to be one that needs no encoding.
#[cfg(feature = "hydrate")]
pub fn remember(name: &str, value: &str) {
    let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax");
    _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
}

/// Only a browser has anything to remember.
#[cfg(not(feature = "hydrate"))]
pub fn remember(_name: &str, _value: &str) {}
