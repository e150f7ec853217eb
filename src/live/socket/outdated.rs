//! Loads the page again when the console was upgraded, once for each version.

use leptos::prelude::*;

/// The key in the tab's session storage.
const KEY: &str = "loaded-again-from";

/// Loads the page again, and returns whether it does: not if it did so before and still got the page of this version, as behind a cache.
pub(super) fn load_again(version: &str) -> bool {
    let Ok(Some(storage)) = window().session_storage() else { return false };
    if storage.get_item(KEY).ok().flatten().as_deref() == Some(version) || storage.set_item(KEY, version).is_err() {
        return false;
    }
    location().reload().is_ok()
}
