//! Sends the browser to the sign-in page when the session has ended.

use super::Live;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue, closure::Closure};
use std::rc::Rc;

/// Asks the console for the sign-in page, and goes there if the session has ended: whoever is still signed in is redirected from it.
pub(super) fn ask_whether_signed_in(live: &Rc<Live>) {
    let live = Rc::clone(live);
    let answered = Closure::once_into_js(move |response: JsValue| {
        let is = |name: &str| js_sys::Reflect::get(&response, &name.into()).is_ok_and(|value| value.is_truthy());
        if is("ok") && !is("redirected") {
            live.inner.borrow_mut().signed_out = true;
            sign_in_again();
        }
    });
    let failed = Closure::once_into_js(|_: JsValue| {});
    let promise: JsValue = window().fetch_with_str("/sign-in").into();
    // If the console is down, there is no answer, and the next attempt to connect comes as usual.
    if let Ok(then) = js_sys::Reflect::get(&promise, &"then".into())
        && let Some(then) = then.dyn_ref::<js_sys::Function>()
    {
        _ = then.call2(&promise, &answered, &failed);
    }
}

/// Goes to the sign-in page, which leads back to the page that is open now.
pub(super) fn sign_in_again() {
    let location = location();
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    let next: String = js_sys::encode_uri_component(&here).into();
    _ = location.replace(&format!("/sign-in?next={next}"));
}
