//! The order by trouble, one click and one key away; and the order that this browser remembers.

use super::{Floor, columns, floor};
use crate::floor::{Sort, SortKey};
use crate::i18n::{Texts, texts};
use crate::ui::preferences::remember;
use crate::ui::{dynamic, erased};
use leptos::prelude::*;

const TROUBLE: Sort = Sort { key: SortKey::Trouble, descending: false };

impl Floor {
    /// What is past its threshold first; asked for again, the order before.
    pub fn toggle_trouble(self, texts: &'static Texts) {
        let on = self.store.query.with_untracked(|query| query.sort != TROUBLE);
        let sort = if on { TROUBLE } else { self.sort_before.get_value() };
        self.ask(|query| query.sort = sort);
        self.announcement.set(match sort {
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

/// Keeps each order that is chosen on the page, also by going back, for the next time that the floor is opened. One that came with a
/// link is not a choice.
pub fn follow(floor: Floor) {
    Effect::new(move |before: Option<Sort>| {
        let sort = floor.store.query.with(|query| query.sort);
        if sort != TROUBLE {
            floor.sort_before.set_value(sort);
        }
        if before.is_some_and(|before| before != sort) {
            remember("sort", &sort.code());
        }
        sort
    });
}

#[component]
pub fn TroubleFirst() -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let pressed = move || floor.store.query.with(|query| query.sort == TROUBLE);
    erased(view! {
        <button
            type="button"
            class="plain trouble-first"
            data-sort=TROUBLE.key.code()
            title=texts.trouble_first_title
            aria-pressed=dynamic(move || if pressed() { "true" } else { "false" })
            on:click=move |_| floor.toggle_trouble(texts)
        >
            <kbd aria-hidden="true">"!"</kbd>
            {texts.trouble_first}
        </button>
    })
}
