//! The head of the board: a button a column that sorts by it.

use super::navigation::BoardNavigation;
use super::select::PickAll;
use crate::components::workspace::workspace;
use crate::floor::{Sort, SortKey};
use crate::i18n::{Texts, texts};
use crate::ui::{dynamic, erased};
use leptos::prelude::*;

#[component]
pub fn Columns() -> impl IntoView {
    let texts = texts();
    let figures = workspace().store.figures;
    erased(view! {
        <div role="row" class="row head" aria-rowindex="1">
            <div role="columnheader" class="cell pick">
                <PickAll />
            </div>
            <Column class="state" keys=&[SortKey::State] />
            <Column class="time" keys=&[SortKey::Time] />
            <Column class="agent" keys=&[SortKey::Name, SortKey::Agent] />
            <Column class="team" keys=&[SortKey::Team] />
            <Column class="device" keys=&[SortKey::Device] />
            <Column class="call" keys=&[SortKey::Call] />
            {dynamic(move || {
                figures
                    .get()
                    .then(|| {
                        erased(view! {
                            <div role="columnheader" class="cell figure" title=texts.col_calls_title>
                                {texts.col_calls}
                            </div>
                            <div role="columnheader" class="cell figure" title=texts.col_handling_title>
                                {texts.col_handling}
                            </div>
                        })
                    })
            })}
            <div role="columnheader" class="cell step-in">
                <span class="spoken">{texts.col_actions}</span>
            </div>
        </div>
    })
}

/// What is sorted by, in words.
pub fn word(key: SortKey, texts: &Texts) -> &'static str {
    match key {
        SortKey::Agent => texts.col_number,
        SortKey::Name => texts.col_agent,
        SortKey::State => texts.col_state,
        SortKey::Time => texts.col_time,
        SortKey::Team => texts.col_team,
        SortKey::Device => texts.col_device,
        SortKey::Call => texts.col_call,
        SortKey::Trouble => texts.trouble_first,
    }
}

/// A column that can be sorted by one or two keys.
#[component]
fn Column(class: &'static str, keys: &'static [SortKey]) -> impl IntoView {
    let navigation = expect_context::<BoardNavigation>();
    let texts = texts();
    let query = workspace().store.query;
    let direction = move |key: SortKey| query.with(|query| (query.sort.key == key).then_some(query.sort.descending));
    let sorted = move || keys.iter().find_map(|key| direction(*key)).map(|descending| if descending { "descending" } else { "ascending" });
    let buttons = keys
        .iter()
        .map(|&key| {
            let word = word(key, texts);
            let sort = move |_| {
                navigation.push(|query| {
                    let descending = query.sort.key == key && !query.sort.descending;
                    query.sort = Sort { key, descending };
                });
            };
            let arrow = move || match direction(key) {
                Some(true) => "▾",
                Some(false) => "▴",
                None => "",
            };
            erased(view! {
                <button type="button" class="sort" data-sort=key.code() title=(texts.sort_by)(word) on:click=sort>
                    {word}
                    <span class="arrow" aria-hidden="true">
                        {arrow}
                    </span>
                </button>
            })
        })
        .collect_view();
    erased(view! {
        <div role="columnheader" class=format!("cell {class}") aria-sort=sorted>
            {buttons}
        </div>
    })
}
