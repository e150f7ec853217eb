//! The field that the lists are searched with.

use crate::i18n::texts;
use crate::ui::erased;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// So that the key `/` finds it.
const SEARCH_ID: &str = "search";

/// Gives the page's search the focus, and returns whether there is one.
pub fn focus() -> bool {
    let search = document().get_element_by_id(SEARCH_ID).and_then(|search| search.dyn_into::<HtmlElement>().ok());
    search.inspect(|search| _ = search.focus()).is_some()
}

/// The field that the key `/` goes to.
#[component]
pub fn Search(search: Signal<String>, hint: &'static str, on_search: Callback<String>) -> impl IntoView {
    let texts = texts();
    let input = NodeRef::<html::Input>::new();
    let leave = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape"
            && let Some(input) = input.get_untracked()
        {
            event.prevent_default();
            _ = input.blur();
        }
    };
    // Going back changes the field; while somebody types, it is theirs.
    Effect::new(move |_| {
        let search = search.get();
        if let Some(input) = input.get() {
            let theirs = document().active_element().is_some_and(|element| element.id() == SEARCH_ID);
            if !theirs && input.value() != search {
                input.set_value(&search);
            }
        }
    });
    erased(view! {
        <label class="search">
            <span class="spoken">{texts.search}</span>
            <input
                node_ref=input
                id=SEARCH_ID
                name="q"
                type="search"
                autocomplete="off"
                spellcheck="false"
                maxlength="100"
                placeholder=hint
                value=search.get_untracked()
                on:input=move |event| on_search.run(event_target_value(&event))
                on:keydown=leave
            />
            <kbd aria-hidden="true">"/"</kbd>
        </label>
    })
}
