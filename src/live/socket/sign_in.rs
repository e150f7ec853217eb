//! Who has to sign in again is sent there.

use super::Live;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue, closure::Closure};
use std::rc::Rc;

/// The sign-in page sends those who are signed in away; who is shown it has to sign in.
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
    // The console may be away altogether: then there is no answer, and the socket is tried again as ever.
    if let Ok(then) = js_sys::Reflect::get(&promise, &"then".into())
        && let Some(then) = then.dyn_ref::<js_sys::Function>()
    {
        _ = then.call2(&promise, &answered, &failed);
    }
}

pub(super) fn sign_in_again() {
    let location = location();
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    let next: String = js_sys::encode_uri_component(&here).into();
    _ = location.replace(&format!("/sign-in?next={next}"));
}
