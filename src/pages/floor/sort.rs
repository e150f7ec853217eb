//! The order by trouble, one click and one key away; and the order that this browser remembers.

use super::columns;
use super::navigation::BoardNavigation;
use crate::components::workspace::Workspace;
use crate::floor::{Sort, SortKey};
use crate::i18n::{Texts, texts};
use crate::ui::cookie::remember;
use crate::ui::viewport::Viewport;
use crate::ui::{dynamic, erased};
use leptos::prelude::*;

const TROUBLE: Sort = Sort { key: SortKey::Trouble, descending: false };

/// The order by trouble, and the way back from it.
#[derive(Clone, Copy)]
pub struct TroubleSort {
    workspace: Workspace,
    navigation: BoardNavigation,
    viewport: Viewport,
    /// The order from which that by trouble was turned on.
    before: StoredValue<Sort>,
}

impl TroubleSort {
    /// Provides it to the page's parts. For as long as the calling view lives it keeps each order that is chosen on the page, also by
    /// going back, for the next time that the floor is opened. One that came with a link is not a choice.
    pub fn provide(workspace: Workspace, navigation: BoardNavigation, viewport: Viewport) -> TroubleSort {
        let sorted = TroubleSort { workspace, navigation, viewport, before: StoredValue::new(Sort::default()) };
        Effect::new(move |before: Option<Sort>| {
            let sort = workspace.store.query.with(|query| query.sort);
            if sort != TROUBLE {
                sorted.before.set_value(sort);
            }
            if before.is_some_and(|before| before != sort) {
                remember("sort", &sort.code());
            }
            sort
        });
        provide_context(sorted);
        sorted
    }

    /// Puts what is past its threshold first; asked for again, goes back to the order before.
    pub fn toggle(self, texts: &'static Texts) {
        let on = self.workspace.store.query.with_untracked(|query| query.sort != TROUBLE);
        let sort = if on { TROUBLE } else { self.before.get_value() };
        self.navigation.push(|query| query.sort = sort);
        self.workspace.announce(match sort {
            TROUBLE => texts.trouble_first.to_owned(),
            other => (texts.sorted_by)(columns::word(other.key, texts)),
        });
        // The trouble is to be seen; but a row that somebody works at stays in view.
        let scroller = self.viewport.scroller;
        if on && let Some(scroller) = scroller.get_untracked() {
            let works = document().active_element().is_some_and(|element| scroller.contains(Some(&element)));
            if !works {
                scroller.set_scroll_top(0);
            }
        }
    }
}

#[component]
pub fn TroubleFirst() -> impl IntoView {
    let sorted = expect_context::<TroubleSort>();
    let texts = texts();
    let pressed = move || sorted.workspace.store.query.with(|query| query.sort == TROUBLE);
    erased(view! {
        <button
            type="button"
            class="plain trouble-first"
            data-sort=TROUBLE.key.code()
            title=texts.trouble_first_title
            aria-pressed=dynamic(move || if pressed() { "true" } else { "false" })
            on:click=move |_| sorted.toggle(texts)
        >
            <kbd aria-hidden="true">"!"</kbd>
            {texts.trouble_first}
        </button>
    })
}
