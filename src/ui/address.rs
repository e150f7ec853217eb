//! The page's address: where it is, and its query, which the page reads and changes without being loaded again. Going to another
//! page is the browser's affair: each page begins with what the server knows.

use crate::address::percent::{encode, pairs};
use crate::signal;
use leptos::prelude::*;

#[derive(Debug, Clone, Copy)]
pub struct Address {
    path: StoredValue<String>,
    /// Without its question mark, percent-encoded.
    query: RwSignal<String>,
}

impl Address {
    pub fn new(path: &str, query: &str) -> Self {
        let address = Address { path: StoredValue::new(path.to_owned()), query: RwSignal::new(query.to_owned()) };
        #[cfg(feature = "hydrate")]
        {
            address.complete();
            // Back and forward.
            let gone = window_event_listener(leptos::ev::popstate, move |_| {
                let search = location().search().unwrap_or_default();
                signal::set(address.query, search.trim_start_matches('?').to_owned());
            });
            on_cleanup(move || gone.remove());
        }
        address
    }

    /// The server draws a page by what this browser remembers too (the order of the floor's rows). It stands in the query then, and so
    /// it has to in the browser's address: whoever shares or reloads it sees the same page.
    #[cfg(feature = "hydrate")]
    fn complete(self) {
        let search = location().search().unwrap_or_default();
        if self.query.with_untracked(|query| *query != search.trim_start_matches('?'))
            && let Ok(history) = window().history()
        {
            let whole = untrack(|| self.whole()) + &location().hash().unwrap_or_default();
            _ = history.replace_state_with_url(&leptos::wasm_bindgen::JsValue::NULL, "", Some(&whole));
        }
    }

    pub fn path(self) -> String {
        self.path.get_value()
    }

    /// Path and query; tracked.
    pub fn whole(self) -> String {
        let path = self.path.get_value();
        self.query.with(|query| if query.is_empty() { path.clone() } else { format!("{path}?{query}") })
    }

    /// The query's parameters, decoded, in their order; tracked.
    pub fn params(self) -> Vec<(String, String)> {
        self.query.with(|query| pairs(query))
    }

    /// One parameter, decoded; tracked.
    pub fn param(self, wanted: &str) -> Option<String> {
        self.params().into_iter().find(|(name, _)| name == wanted).map(|(_, value)| value)
    }

    /// Another query at the same page, as a step that the back button undoes or in place of the present one.
    pub fn go(self, params: &[(&str, String)], replace: bool) {
        let query = params.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
        if self.query.with_untracked(|now| *now == query) {
            return;
        }
        signal::set(self.query, query);
        #[cfg(feature = "hydrate")]
        if let Ok(history) = window().history() {
            let (state, address) = (leptos::wasm_bindgen::JsValue::NULL, untrack(|| self.whole()));
            _ = match replace {
                true => history.replace_state_with_url(&state, "", Some(&address)),
                false => history.push_state_with_url(&state, "", Some(&address)),
            };
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = replace;
    }
}

/// The address of the page that is being drawn.
pub fn address() -> Address {
    expect_context::<Address>()
}
