//! The seven buttons of a row. Each says beforehand what it will do here and now; one that cannot work stays reachable and says why.

use super::context::{Interventions, interventions};
use super::target::Target;
use crate::floor::{Effect as Prospect, Operation, Row};
use crate::i18n::{Texts, texts};
use crate::ui::erased;
use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::Element;
use std::sync::Arc;

/// At the agent of a row.
#[component]
pub fn Actions(row: RwSignal<Arc<Row>>, active: Memo<bool>) -> impl IntoView {
    let store = interventions().workspace.store;
    let target = Memo::new(move |_| Target::of_row(row.get(), store));
    erased(view! { <ActionsAt target active /> })
}

#[component]
pub fn ActionsAt(target: Memo<Target>, active: Memo<bool>) -> impl IntoView {
    let interventions = interventions();
    let texts = texts();
    let buttons: Vec<Button> = interventions.workspace.offered(Operation::ALL).map(|operation| (operation, NodeRef::new())).collect();
    let say = move |operation: Operation| target.with(|target| Said::of(operation, target, interventions, active.get(), texts));
    let first: Vec<Said> = untrack(|| buttons.iter().map(|(operation, _)| say(*operation)).collect());
    let views = buttons.iter().zip(&first).map(|((operation, element), said)| {
        let operation = *operation;
        let Said { effect, tabindex, title } = said.clone();
        erased(view! {
            <button
                type="button"
                class="action"
                node_ref=*element
                data-action=operation.action()
                data-effect=effect
                tabindex=tabindex
                aria-disabled=effect.is_none().then_some("true")
                title=title
                on:click=move |_| interventions.act_at(operation, target.get_untracked(), texts)
            >
                {(texts.operation)(operation)}
            </button>
        })
    });
    let views = views.collect_view();
    let shown = StoredValue::new(first);
    Effect::new(move |_| {
        let now: Vec<Said> = buttons.iter().map(|(operation, _)| say(*operation)).collect();
        shown.update_value(|shown| {
            for (((_, element), before), now) in buttons.iter().zip(shown.iter()).zip(&now) {
                if let Some(element) = element.get_untracked() {
                    now.put(before, &element);
                }
            }
            *shown = now;
        });
    });
    erased(views)
}

/// A button of the row, and its element.
type Button = (Operation, NodeRef<html::Button>);

/// What a button says. One effect keeps it up for all of a row, beneath the framework: with one for each attribute, the seven were half of what
/// it costs to give a row to another agent, which happens two hundred times a second while somebody scrolls.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    effect: Option<&'static str>,
    tabindex: &'static str,
    title: String,
}

impl Said {
    /// What the button of `operation` says of `target` now; tracked.
    fn of(operation: Operation, target: &Target, interventions: Interventions, active: bool, texts: &'static Texts) -> Said {
        let word = (texts.operation)(operation);
        let prospect = interventions.prospect(operation, target);
        let mut title = match prospect {
            Err(barrier) => format!("{word}: {}", interventions.barrier_words(operation, barrier, target, texts)),
            Ok(effect) => format!("{word} ({}): {}", operation.key(), interventions.effect_words(operation, effect, target, texts)),
        };
        let workspace = interventions.workspace;
        if let Some(others) = target.others(workspace, texts, || workspace.store.clock.get()) {
            title.push_str(" · ");
            title.push_str(&others);
        }
        Said { effect: prospect.ok().map(Prospect::code), tabindex: if active { "0" } else { "-1" }, title }
    }

    /// Writes what differs from `before`.
    fn put(&self, before: &Said, element: &Element) {
        let put = |name: &str, value: Option<&str>| {
            // Fails only where the name is none.
            _ = match value {
                Some(value) => element.set_attribute(name, value),
                None => element.remove_attribute(name),
            };
        };
        if self.effect != before.effect {
            put("data-effect", self.effect);
        }
        if self.effect.is_none() != before.effect.is_none() {
            put("aria-disabled", self.effect.is_none().then_some("true"));
        }
        if self.tabindex != before.tabindex {
            put("tabindex", Some(self.tabindex));
        }
        if self.title != before.title {
            put("title", Some(&self.title));
        }
    }
}
