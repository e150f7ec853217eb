//! One operation at the selected agents: the bar that offers it, and the dialog that says beforehand, and for as long as it is open,
//! what would happen to whom.

use super::select::SelectMenu;
use super::{Floor, floor};
use crate::api::client;
use crate::floor::bulk::MOST_MINUTES;
use crate::floor::{AgentId, DryRun, Obstacle, Operation, Role, dry_run};
use crate::i18n::{Texts, texts};
use crate::live::store::Liveness;
use crate::ui::{Erased, dynamic, erased};
use leptos::html;
use leptos::prelude::*;

const OPERATIONS: [Operation; 3] = [Operation::Ready, Operation::NotReady, Operation::Logout];
/// Minutes that a time-boxed not-ready offers.
pub const MINUTES: [u32; 5] = [5, 10, 15, 30, 60];
/// So many of those who cannot are named.
const NAMED: usize = 50;

impl Floor {
    /// Starts a run; `done` is told how that went, in words where it failed.
    pub fn start_run(
        self,
        operation: Operation,
        agents: &[AgentId],
        minutes: Option<u32>,
        texts: &'static Texts,
        done: impl FnOnce(Result<(), String>) + 'static,
    ) {
        let agents = agents.iter().map(AgentId::as_str).collect::<Vec<_>>().join(",");
        leptos::task::spawn_local(async move {
            let minutes = minutes.map(|minutes| minutes.to_string());
            let fields = [("operation", Some(operation.action())), ("agents", Some(agents.as_str())), ("minutes", minutes.as_deref())];
            done(match client::post("bulk/start", &fields).await {
                Ok(begun) => {
                    // The run itself comes over the live channel.
                    self.store.runs.begun(begun.id.unsigned_abs());
                    Ok(())
                }
                Err(error) => Err((texts.api_error)(&error)),
            });
        });
    }

    pub fn is_down(self) -> bool {
        matches!(self.store.liveness.get(), Liveness::Closed | Liveness::Connecting)
    }
}

/// At the toolbar's right: groups to select, and what to do with the selected.
#[component]
pub fn BulkBar() -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let selection = floor.selection;
    let count = Memo::new(move |_| selection.len());
    let permitted = floor.me.with_value(|me| me.role == Role::Supervisor);
    let buttons = move || {
        let offered = OPERATIONS.into_iter().filter(|operation| !floor.hidden.with_value(|hidden| hidden.contains(operation)));
        offered
            .map(|operation| {
                erased(view! {
                    <button
                        type="button"
                        class="action"
                        data-bulk=operation.action()
                        aria-disabled=(!permitted).then_some("true")
                        title=(!permitted).then(|| (texts.obstacle)(Obstacle::NotPermitted))
                        on:click=move |_| {
                            if permitted {
                                floor.bulk.set(Some(operation));
                            }
                        }
                    >
                        <span>{(texts.operation)(operation)}</span>
                    </button>
                })
            })
            .collect_view()
    };
    erased(view! {
        <SelectMenu />
        <Show when=move || count.get() != 0>
            <div class="bulk-bar" role="group" aria-label=texts.selected_agents data-selected=dynamic(move || count.get().to_string())>
                <b>{dynamic(move || (texts.selected)(count.get()))}</b>
                {buttons}
                <button type="button" class="action" data-clear-selection on:click=move |_| selection.clear()>
                    <span>{texts.clear_selection}</span>
                </button>
            </div>
        </Show>
    })
}

#[component]
pub fn BulkDialog() -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let wanted = floor.bulk.get().is_some();
        if let Some(dialog) = dialog.get() {
            if wanted && !dialog.open() {
                _ = dialog.show_modal();
            } else if !wanted && dialog.open() {
                dialog.close();
            }
        }
    });
    erased(view! {
        <dialog
            class="dialog"
            data-dialog="bulk"
            aria-labelledby=dynamic(move || floor.bulk.get().map(|_| "bulk-title"))
            aria-describedby=dynamic(move || floor.bulk.get().map(|_| "bulk-plan"))
            node_ref=dialog
            on:close=move |_| floor.bulk.set(None)
        >
            {dynamic(move || floor.bulk.get().map(|operation| question(floor, operation, texts)))}
        </dialog>
    })
}

/// What the dialog asks about `operation`.
fn question(floor: Floor, operation: Operation, texts: &'static Texts) -> Erased {
    let rows = Memo::new(move |_| floor.selection.rows());
    let plan = Memo::new(move |_| {
        rows.with(|rows| floor.me.with_value(|me| dry_run(operation, rows.iter().map(|row| &**row), me.role, &me.device)))
    });
    let possible = move || plan.with(|plan| plan.now.len() + plan.after_call.len());
    let counts = move |of: fn(&DryRun) -> usize| plan.with(of).to_string();
    let minutes = RwSignal::new(Some(None::<u32>));
    let failure = RwSignal::new(None::<String>);
    let sending = RwSignal::new(false);
    let ready = move || possible() != 0 && minutes.get().is_some() && !sending.get() && !floor.is_down();
    let confirm = move |_| {
        let Some(minutes) = minutes.get_untracked().filter(|_| untrack(ready)) else { return };
        let agents = plan.with_untracked(|plan| plan.now.iter().chain(&plan.after_call).cloned().collect::<Vec<_>>());
        sending.set(true);
        failure.set(None);
        floor.start_run(operation, &agents, minutes, texts, move |answer| {
            // The dialog may have been closed meanwhile.
            _ = sending.try_set(false);
            match answer {
                Ok(()) => {
                    floor.selection.clear();
                    floor.bulk.set(None);
                }
                Err(why) => {
                    floor.announcement.set(why.clone());
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
                let who = floor.who(&agent);
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
        {(operation == Operation::NotReady).then(|| erased(view! { <Minutes minutes /> }))}
        {dynamic(move || floor.is_down().then(|| erased(view! { <p class="form-error">{texts.action_while_down}</p> })))}
        {dynamic(move || failure.get().map(|why| erased(view! { <p class="form-error">{why}</p> })))}
        <div class="answers">
            <button type="button" class="plain" data-cancel autofocus on:click=move |_| floor.bulk.set(None)>
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

/// How long not ready: until somebody changes it (`Some(None)`), or for so many minutes; none while what is typed is no such number.
#[component]
pub fn Minutes(minutes: RwSignal<Option<Option<u32>>>) -> impl IntoView {
    let texts = texts();
    let other = RwSignal::new(false);
    let chosen = move |event| {
        let value = event_target_value(&event);
        other.set(value == "other");
        minutes.set(match value.as_str() {
            "" => Some(None),
            "other" => None,
            number => number.parse().ok().map(Some),
        });
    };
    let typed = move |event| {
        let number = event_target_value(&event).trim().parse().ok();
        minutes.set(number.filter(|number| (1..=MOST_MINUTES).contains(number)).map(Some));
    };
    let options = MINUTES.map(|number| erased(view! { <option value=number.to_string()>{(texts.for_minutes)(number)}</option> }));
    erased(view! {
        <div class="minutes">
            <label>
                {texts.how_long} " "
                <select name="minutes" on:change=chosen>
                    <option value="">{texts.until_changed}</option>
                    {options.into_iter().collect_view()}
                    <option value="other">{texts.other_minutes}</option>
                </select>
            </label>
            <Show when=move || other.get()>
                <input
                    name="other-minutes"
                    type="number"
                    min="1"
                    max=MOST_MINUTES.to_string()
                    aria-label=texts.minutes
                    placeholder=texts.minutes
                    on:input=typed
                />
            </Show>
        </div>
    })
}
