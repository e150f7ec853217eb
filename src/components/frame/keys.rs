//! The keys that work on every page of those who are signed in, and the dialog that lists all keys.

use crate::components::search;
use crate::components::workspace::{Workspace, workspace};
use crate::floor::Operation;
use crate::i18n::{Texts, texts};
use crate::ui::dialog::show_while;
use crate::ui::keyboard::{is_modified, is_typing};
use crate::ui::{Erased, erased};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

/// A line in the list of keys.
pub struct KeyHelp {
    keys: &'static [&'static str],
    words: fn(&Texts) -> &'static str,
}

pub const ROWS: KeyHelp = KeyHelp { keys: &["↑", "↓"], words: |texts| texts.key_rows };
pub const OPEN: KeyHelp = KeyHelp { keys: &["Enter"], words: |texts| texts.key_open };
pub const SELECT: KeyHelp = KeyHelp { keys: &["x"], words: |texts| texts.key_select };
pub const SELECT_RANGE: KeyHelp = KeyHelp { keys: &["⇧", "x"], words: |texts| texts.key_select_range };
pub const ENDS: KeyHelp = KeyHelp { keys: &["Home", "End"], words: |texts| texts.key_ends };
pub const PAGES: KeyHelp = KeyHelp { keys: &["PgUp", "PgDn"], words: |texts| texts.key_pages };
pub const SEARCH: KeyHelp = KeyHelp { keys: &["/"], words: |texts| texts.key_search };
pub const TROUBLE: KeyHelp = KeyHelp { keys: &["!"], words: |texts| texts.key_trouble };
pub const HELP: KeyHelp = KeyHelp { keys: &["?"], words: |texts| texts.key_help };
pub const ESCAPE: KeyHelp = KeyHelp { keys: &["Esc"], words: |texts| texts.key_escape };

/// Whether the list of keys stands before the page.
#[derive(Clone, Copy)]
pub struct KeysOpen(RwSignal<bool>);

impl KeysOpen {
    /// Provides it to the page's parts, closed.
    pub fn provide() {
        provide_context(KeysOpen(RwSignal::new(false)));
    }

    /// Tracked.
    pub fn get(self) -> bool {
        self.0.get()
    }
}

/// Hears the keys for as long as the calling view lives: `/` goes to the search, `?` lists the keys, and of all others `on_key` is told;
/// not while somebody types or the page is asking something.
pub fn listen(is_asking: Signal<bool>, on_key: Callback<KeyboardEvent>) {
    let open = expect_context::<KeysOpen>();
    Effect::new(move |_| {
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            if is_typing(&event) || is_modified(&event) || is_asking.get_untracked() {
                return;
            }
            match event.key().as_str() {
                "/" => {
                    if search::focus() {
                        event.prevent_default();
                    }
                }
                "?" => {
                    event.prevent_default();
                    open.0.set(true);
                }
                _ => on_key.run(event),
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// Opens the list of keys.
#[component]
pub fn KeysButton() -> impl IntoView {
    let texts = texts();
    let open = expect_context::<KeysOpen>();
    erased(view! {
        <button type="button" class="plain keys" on:click=move |_| open.0.set(true)>
            <kbd>"?"</kbd>
            {texts.show_keys}
        </button>
    })
}

#[component]
pub fn KeysDialog(keys: &'static [KeyHelp]) -> impl IntoView {
    let texts = texts();
    let open = expect_context::<KeysOpen>();
    let dialog = NodeRef::<html::Dialog>::new();
    show_while(dialog, move || open.get());
    let workspace = workspace();
    // Drawn only while somebody looks.
    let list = move || open.get().then(|| key_list(workspace, keys, texts));
    erased(view! {
        <dialog
            class="dialog"
            data-dialog="keys"
            aria-labelledby="keys-title"
            node_ref=dialog
            on:close=move |_| open.0.set(false)
        >
            <h2 id="keys-title">{texts.keys}</h2>
            <dl class="key-list">{list}</dl>
            <div class="answers">
                <button type="button" class="plain" data-cancel autofocus on:click=move |_| open.0.set(false)>
                    {texts.close}
                </button>
            </div>
        </dialog>
    })
}

fn key_list(workspace: Workspace, keys: &'static [KeyHelp], texts: &'static Texts) -> Erased {
    let keys = keys.iter().map(|help| (help.keys.to_vec(), (help.words)(texts)));
    let operations = workspace.offered(Operation::ALL).map(|operation| (vec![operation.key()], (texts.operation_title)(operation)));
    let phone = [(vec!["p"], texts.key_phone), (vec!["c"], texts.key_call)].into_iter().filter(|_| workspace.is_supervisor());
    let list = keys.chain(operations).chain(phone).map(|(keys, words)| {
        let keys = keys.into_iter().map(|key| erased(view! { <kbd>{key}</kbd> })).collect_view();
        erased(view! {
            <dt>{keys}</dt>
            <dd>{words}</dd>
        })
    });
    erased(list.collect_view())
}
