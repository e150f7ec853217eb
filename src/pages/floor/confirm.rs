//! The one question before something is ended or taken away: whom it concerns, what will happen as things stand now, who else is
//! about it, and the safe answer at hand.

use super::floor;
use crate::floor::Effect as Consequence;
use crate::i18n::{Outside, texts};
use crate::ui::{dynamic, erased};
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
    let title = move || {
        floor
            .asking
            .with(|asking| asking.as_ref().map(|asking| (texts.confirm_title)(asking.operation, Outside(&asking.target.full_name()))))
    };
    // What would come of it now, not when the question was put: followed for as long as it stands there.
    let now = Memo::new(move |_| {
        floor.asking.with(|asking| {
            let asking = asking.as_ref()?;
            floor.store.changes.track();
            let target = asking.target.again(floor.store);
            let prospect = floor.prospect(asking.operation, &target);
            Some((asking.operation, prospect, target))
        })
    });
    let effect = move || now.with(|now| now.as_ref().and_then(|(_, prospect, _)| prospect.ok()));
    let consequence = move || {
        now.with(|now| {
            let (operation, prospect, target) = now.as_ref()?;
            Some(match prospect {
                Ok(effect) => floor.me.with_value(|me| {
                    target.stake(&target.full_name(), &me.device, |stake| (texts.confirm_consequence)(*operation, *effect, stake))
                }),
                Err(bar) => (texts.no_longer)(&floor.barred(*operation, *bar, target, texts)),
            })
        })
    };
    let changed = move || {
        let before = floor.asking.with(|asking| asking.as_ref().map(|asking| asking.effect));
        (effect() != before).then_some(texts.confirm_changed)
    };
    let others = move || now.with(|now| now.as_ref().and_then(|(.., target)| target.others(floor, texts, || floor.store.clock.get())));
    let operation = move || floor.asking.with(|asking| asking.as_ref().map(|asking| asking.operation));
    let confirm = move |_| {
        // Sent with what the dialog says at this moment; where that is "no longer", nothing is.
        let Some(effect) = untrack(effect) else { return };
        if let Some(asking) = floor.asking.try_update(Option::take).flatten() {
            floor.send(asking.operation, asking.target, effect, texts);
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
            <p id="confirm-consequence" aria-live="polite">
                {consequence}
            </p>
            <p class="changed">{changed}</p>
            <p class="others">{others}</p>
            <div class="answers">
                <button type="button" class="plain" data-cancel autofocus on:click=move |_| floor.asking.set(None)>
                    {texts.cancel}
                </button>
                <button
                    type="button"
                    class="danger"
                    data-confirm=dynamic(move || operation().map(|operation| operation.action()))
                    data-effect=dynamic(move || effect().map(Consequence::code))
                    aria-disabled=dynamic(move || effect().is_none().then_some("true"))
                    title=dynamic(move || if effect().is_none() { consequence() } else { None })
                    on:click=confirm
                >
                    {dynamic(move || operation().map(texts.confirm_button))}
                </button>
            </div>
        </dialog>
    })
}
