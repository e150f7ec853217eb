//! The dialog that says beforehand, and for as long as it is open, what one operation at the selected agents would do to whom.

use super::context::{Bulk, bulk};
use super::minutes::{Length, Minutes};
use crate::components::agent::agent_label;
use crate::floor::{DryRun, Operation, dry_run};
use crate::i18n::{Texts, texts};
use crate::pages::floor::selection::Selection;
use crate::ui::dialog::show_while;
use crate::ui::{Erased, dynamic, erased};
use leptos::html;
use leptos::prelude::*;

/// So many of those who cannot are named.
const NAMED: usize = 50;

#[component]
pub fn BulkDialog() -> impl IntoView {
    let bulk = bulk();
    let texts = texts();
    let selection = expect_context::<Selection>();
    let dialog = NodeRef::<html::Dialog>::new();
    show_while(dialog, move || bulk.is_asking());
    erased(view! {
        <dialog
            class="dialog"
            data-dialog="bulk"
            aria-labelledby=dynamic(move || bulk.asked.get().map(|_| "bulk-title"))
            aria-describedby=dynamic(move || bulk.asked.get().map(|_| "bulk-plan"))
            node_ref=dialog
            on:close=move |_| bulk.asked.set(None)
        >
            {dynamic(move || bulk.asked.get().map(|operation| question(bulk, selection, operation, texts)))}
        </dialog>
    })
}

/// Draws what the dialog asks about `operation`.
fn question(bulk: Bulk, selection: Selection, operation: Operation, texts: &'static Texts) -> Erased {
    let workspace = bulk.workspace;
    let rows = Memo::new(move |_| selection.rows());
    let plan = Memo::new(move |_| {
        rows.with(|rows| workspace.me.with_value(|me| dry_run(operation, rows.iter().map(|row| &**row), me.role, &me.device)))
    });
    let possible = move || plan.with(|plan| plan.now.len() + plan.after_call.len());
    let counts = move |of: fn(&DryRun) -> usize| plan.with(of).to_string();
    let length = RwSignal::new(Some(Length::UntilChanged));
    let failure = RwSignal::new(None::<String>);
    let sending = RwSignal::new(false);
    let ready = move || possible() != 0 && length.get().is_some() && !sending.get() && !workspace.is_down();
    let confirm = move |_| {
        let Some(length) = length.get_untracked().filter(|_| untrack(ready)) else { return };
        let agents = plan.with_untracked(|plan| plan.now.iter().chain(&plan.after_call).cloned().collect::<Vec<_>>());
        sending.set(true);
        failure.set(None);
        bulk.start(operation, &agents, length.minutes(), texts, move |answer| {
            // The dialog may have been closed meanwhile.
            _ = sending.try_set(false);
            match answer {
                Ok(()) => {
                    selection.clear();
                    bulk.asked.set(None);
                }
                Err(why) => {
                    workspace.announce(why.clone());
                    _ = failure.try_set(Some(why));
                }
            }
        });
    };
    let reasons = move || {
        let named = plan.with(|plan| plan.not_possible.iter().take(NAMED).cloned().collect::<Vec<_>>());
        named
            .into_iter()
            .map(|(agent, obstacle)| {
                let who = agent_label(workspace, &agent);
                erased(view! { <li>{who} ": " {(texts.obstacle)(obstacle)}</li> })
            })
            .collect_view()
    };
    erased(view! {
        <h2 id="bulk-title">{dynamic(move || (texts.bulk_title)(operation, rows.with(Vec::len)))}</h2>
        <p
            id="bulk-plan"
            class="plan"
            data-dry-run
            data-now=dynamic(move || counts(|plan| plan.now.len()))
            data-after-call=dynamic(move || counts(|plan| plan.after_call.len()))
            data-not-possible=dynamic(move || counts(|plan| plan.not_possible.len()))
        >
            {dynamic(move || plan.with(|plan| (texts.dry_run)(plan.now.len(), plan.after_call.len(), plan.not_possible.len())))}
        </p>
        <ul class="reasons">{reasons}</ul>
        {(operation == Operation::NotReady).then(|| erased(view! { <Minutes length /> }))}
        {dynamic(move || workspace.is_down().then(|| erased(view! { <p class="form-error">{texts.action_while_down}</p> })))}
        {dynamic(move || failure.get().map(|why| erased(view! { <p class="form-error">{why}</p> })))}
        <div class="answers">
            <button type="button" class="plain" data-cancel autofocus on:click=move |_| bulk.asked.set(None)>
                {texts.cancel}
            </button>
            <button
                type="button"
                class=if operation.destructive() { "danger" } else { "primary" }
                data-confirm=operation.action()
                disabled=dynamic(move || !ready())
                on:click=confirm
            >
                {dynamic(move || (texts.bulk_confirm)(operation, possible()))}
            </button>
        </div>
    })
}
