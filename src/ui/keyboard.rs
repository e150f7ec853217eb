//! What a key means where it was pressed.

use leptos::ev::KeyboardEvent;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// Returns whether the key is part of a shortcut of the browser or the system.
pub fn is_modified(event: &KeyboardEvent) -> bool {
    event.ctrl_key() || event.alt_key() || event.meta_key()
}

/// Returns whether the key goes to a field in which somebody types or chooses.
pub fn is_typing(event: &KeyboardEvent) -> bool {
    event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| {
        let kind = element.get_attribute("type");
        matches!(element.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA") && kind.as_deref() != Some("checkbox")
    })
}
