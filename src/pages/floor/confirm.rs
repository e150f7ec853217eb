//! The one question before something is ended or taken away: whom it concerns, what will happen, and the safe answer at hand.

use super::floor;
use super::step_in::Asking;
use crate::i18n::texts;
use crate::ui::erased;
use leptos::html;
use leptos::prelude::*;

#[component]
pub fn ConfirmDialog() -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let wanted = floor.asking.with(Option::is_some);
        if let Some(dialog) = dialog.get() {
            if wanted && !dialog.open() {
                _ = dialog.show_modal();
            } else if !wanted && dialog.open() {
                dialog.close();
            }
        }
    });
    let name = |asking: &Asking| {
        let row = &asking.row;
        if row.name.is_empty() { row.agent.number().to_owned() } else { format!("{} ({})", row.name, row.agent.number()) }
    };
    let title = move || floor.asking.with(|asking| asking.as_ref().map(|asking| (texts.confirm_title)(asking.operation, &name(asking))));
    let consequence = move || {
        floor.asking.with(|asking| {
            asking.as_ref().map(|asking| {
                let caller = asking.row.call.as_ref().map(|call| call.other.as_str()).filter(|other| !other.is_empty());
                let caller = caller.unwrap_or(texts.caller_unknown);
                let own = floor.me.with_value(|me| me.device.number().to_owned());
                (texts.confirm_consequence)(asking.operation, &name(asking), caller, &own)
            })
        })
    };
    let operation = move || floor.asking.with(|asking| asking.as_ref().map(|asking| asking.operation));
    let confirm = move |_| {
        if let Some(asking) = floor.asking.try_update(Option::take).flatten() {
            floor.send(asking.operation, asking.row, texts);
        }
    };
    erased(view! {
        <dialog
            class="dialog"
            data-dialog="confirm"
            aria-labelledby="confirm-title"
            aria-describedby="confirm-consequence"
            node_ref=dialog
            on:close=move |_| floor.asking.set(None)
        >
            <h2 id="confirm-title">{title}</h2>
            <p id="confirm-consequence">{consequence}</p>
            <div class="answers">
                <button type="button" class="plain" data-cancel autofocus on:click=move |_| floor.asking.set(None)>
                    {texts.cancel}
                </button>
                <button type="button" class="danger" data-confirm=move || operation().map(|operation| operation.action()) on:click=confirm>
                    {move || operation().map(texts.confirm_button)}
                </button>
            </div>
        </dialog>
    })
}
