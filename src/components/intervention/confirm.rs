//! The one question before something is ended or taken away: whom it concerns, what will happen as things stand now, who else is
//! about it, and the safe answer at hand.

use super::context::interventions;
use crate::floor::Effect as Consequence;
use crate::i18n::{Outside, texts};
use crate::ui::dialog::show_while;
use crate::ui::{dynamic, erased};
use leptos::html;
use leptos::prelude::*;

#[component]
pub fn ConfirmDialog() -> impl IntoView {
    let interventions = interventions();
    let (workspace, confirmation) = (interventions.workspace, interventions.confirmation);
    let texts = texts();
    let dialog = NodeRef::<html::Dialog>::new();
    show_while(dialog, move || interventions.is_confirming());
    let title = move || {
        confirmation.with(|asked| asked.as_ref().map(|asked| (texts.confirm_title)(asked.operation, Outside(&asked.target.full_name()))))
    };
    // What would come of it now, not when the question was put: followed for as long as it stands there.
    let now = Memo::new(move |_| {
        confirmation.with(|asked| {
            let asked = asked.as_ref()?;
            workspace.store.changes.track();
            let target = asked.target.again(workspace.store);
            let prospect = interventions.prospect(asked.operation, &target);
            Some((asked.operation, prospect, target))
        })
    });
    let effect = move || now.with(|now| now.as_ref().and_then(|(_, prospect, _)| prospect.ok()));
    let consequence = move || {
        now.with(|now| {
            let (operation, prospect, target) = now.as_ref()?;
            Some(match prospect {
                Ok(effect) => workspace.me.with_value(|me| {
                    target.stake(&target.full_name(), &me.device, |stake| (texts.confirm_consequence)(*operation, *effect, stake))
                }),
                Err(barrier) => (texts.no_longer)(&interventions.barrier_words(*operation, *barrier, target, texts)),
            })
        })
    };
    let changed = move || {
        let before = confirmation.with(|asked| asked.as_ref().map(|asked| asked.effect));
        (effect() != before).then_some(texts.confirm_changed)
    };
    let others =
        move || now.with(|now| now.as_ref().and_then(|(.., target)| target.others(workspace, texts, || workspace.store.clock.get())));
    let operation = move || confirmation.with(|asked| asked.as_ref().map(|asked| asked.operation));
    let confirm = move |_| {
        // Sent with what the dialog says at this moment; where that is "no longer", nothing is.
        let Some(effect) = untrack(effect) else { return };
        if let Some(asked) = confirmation.try_update(Option::take).flatten() {
            interventions.send(asked.operation, asked.target, effect, texts);
        }
    };
    erased(view! {
        <dialog
            class="dialog"
            data-dialog="confirm"
            aria-labelledby="confirm-title"
            aria-describedby="confirm-consequence"
            node_ref=dialog
            on:close=move |_| confirmation.set(None)
        >
            <h2 id="confirm-title">{title}</h2>
            <p id="confirm-consequence" aria-live="polite">
                {consequence}
            </p>
            <p class="changed">{changed}</p>
            <p class="others">{others}</p>
            <div class="answers">
                <button type="button" class="plain" data-cancel autofocus on:click=move |_| confirmation.set(None)>
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
