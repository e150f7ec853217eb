//! The keys that work anywhere on the page, and the dialog that lists all keys.

use super::toolbar::SEARCH_ID;
use super::{Floor, floor};
use crate::floor::Operation;
use crate::i18n::texts;
use crate::ui::{address, erased};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

/// The page whose order can be chosen.
const FLOOR: &str = "/";

/// `/` goes to the search, `!` puts trouble first on the floor, `?` lists the keys, Escape closes the panel or else ends the selection; not while somebody types or a dialog is open.
pub fn listen(floor: Floor) {
    let texts = texts();
    let sorts = address().path() == FLOOR;
    Effect::new(move |_| {
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            let typing = event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| {
                let kind = element.get_attribute("type");
                matches!(element.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA") && kind.as_deref() != Some("checkbox")
            });
            let busy = untrack(|| floor.is_asking());
            if typing || busy || event.ctrl_key() || event.alt_key() || event.meta_key() {
                return;
            }
            match event.key().as_str() {
                "/" => {
                    let search = document().get_element_by_id(SEARCH_ID).and_then(|search| search.dyn_into::<HtmlElement>().ok());
                    if let Some(search) = search {
                        event.prevent_default();
                        _ = search.focus();
                    }
                }
                // A Chinese input method may write it full width.
                "!" | "！" if sorts && !event.repeat() => {
                    event.prevent_default();
                    floor.toggle_trouble(texts);
                }
                "?" => {
                    event.prevent_default();
                    floor.keys_shown.set(true);
                }
                "Escape" if floor.open.get_untracked().is_some() => floor.open_agent(None),
                "Escape" => floor.selection.clear(),
                _ => {}
            }
        });
        on_cleanup(move || listener.remove());
    });
}

#[component]
pub fn KeysDialog() -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let wanted = floor.keys_shown.get();
        if let Some(dialog) = dialog.get() {
            if wanted && !dialog.open() {
                _ = dialog.show_modal();
            } else if !wanted && dialog.open() {
                dialog.close();
            }
        }
    });
    let general: [(&[&str], &str); 10] = [
        (&["↑", "↓"], texts.key_rows),
        (&["Enter"], texts.key_open),
        (&["x"], texts.key_select),
        (&["⇧", "x"], texts.key_select_range),
        (&["Home", "End"], texts.key_ends),
        (&["PgUp", "PgDn"], texts.key_pages),
        (&["/"], texts.key_search),
        (&["!"], texts.key_trouble),
        (&["?"], texts.key_help),
        (&["Esc"], texts.key_escape),
    ];
    // Calls are neither opened nor selected.
    let calls = floor.store.calls.is_listed();
    let sorts = address().path() == FLOOR;
    let here = general.into_iter().filter(move |(keys, _)| {
        let is = |of: &[&str]| keys.iter().any(|key| of.contains(key));
        !(calls && is(&["Enter", "x"])) && (sorts || !is(&["!"]))
    });
    let general = here.map(|(keys, words)| (keys.to_vec(), words));
    let offered = Operation::ALL.into_iter().filter(|operation| !floor.hidden.with_value(|hidden| hidden.contains(operation)));
    let operations = offered.map(|operation| (vec![operation.key()], (texts.operation_title)(operation)));
    let list = general
        .chain(operations)
        .map(|(keys, words)| {
            let keys = keys.into_iter().map(|key| erased(view! { <kbd>{key}</kbd> })).collect_view();
            erased(view! {
                <dt>{keys}</dt>
                <dd>{words}</dd>
            })
        })
        .collect_view();
    erased(view! {
        <dialog
            class="dialog"
            data-dialog="keys"
            aria-labelledby="keys-title"
            node_ref=dialog
            on:close=move |_| floor.keys_shown.set(false)
        >
            <h2 id="keys-title">{texts.keys}</h2>
            <dl class="key-list">{list}</dl>
            <div class="answers">
                <button type="button" class="plain" data-cancel autofocus on:click=move |_| floor.keys_shown.set(false)>
                    {texts.close}
                </button>
            </div>
        </dialog>
    })
}
