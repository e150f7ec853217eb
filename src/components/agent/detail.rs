//! One agent in depth: who it is, what goes on now, how far an intervention has come, and the day.

use super::call::CurrentCall;
use super::cells::TimeInState;
use super::day;
use super::not_ready::NotReadyFor;
use super::scheduled::ScheduledTag;
use crate::components::intervention::{Actions, Progress, interventions, steps};
use crate::components::times::times;
use crate::components::workspace::workspace;
use crate::floor::{AgentId, Row};
use crate::i18n::{Outside, texts};
use crate::ui::{dynamic, erased};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// `day` is the agent's day as far as it came with the page; `looked` says that the server has looked for the agent already.
#[component]
pub fn AgentDetail(agent: AgentId, day: String, looked: bool) -> impl IntoView {
    let texts = texts();
    let store = workspace().store;
    let slot = {
        let agent = agent.clone();
        Memo::new(move |_| {
            store.changes.track();
            store.slot(&agent)
        })
    };
    dynamic(move || match slot.get().and_then(|slot| store.watch(slot)) {
        Some(row) => erased(view! { <Detail row day=day.clone() /> }),
        None if looked || store.whole.get() => {
            let words = (texts.no_such_agent)(Outside(agent.number()));
            erased(view! {
                <div class="empty" data-no-agent>
                    <p>{words}</p>
                    <small>{texts.no_such_agent_hint}</small>
                </div>
            })
        }
        None => erased(()),
    })
}

#[component]
fn Detail(row: RwSignal<Arc<Row>>, day: String) -> impl IntoView {
    let texts = texts();
    let times = times();
    let agent = row.with_untracked(|row| row.agent.clone());
    let name = move || row.with(|row| row.called().to_owned());
    let number = move || row.with(|row| if row.name.is_empty() { String::new() } else { row.agent.number().to_owned() });
    let team = move || row.with(|row| if row.team.is_empty() { String::new() } else { format!("{} · ", Outside(&row.team)) });
    let device = move || row.with(|row| row.device.as_ref().map(|device| (texts.device)(Outside(device.number()))));
    let state = move || row.with(|row| row.state);
    let since = move || row.with(|row| row.since);
    let since_words = move || {
        let time = times.of_day(since()?, false);
        (!time.is_empty()).then(|| (texts.since)(&time))
    };
    let since_there = move || since().and_then(|since| times.on_platform(since, texts));
    let note = move || {
        row.with(|row| {
            let remembered = row.remembered.then(|| texts.remembered.to_owned());
            [row.reason.as_deref().map(|reason| Outside(reason).to_string()), remembered]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" · ")
        })
    };
    let always = Memo::new(|_| true);
    interventions().forget_with_view();
    let day = RwSignal::new(day);
    let drawn = NodeRef::<html::Div>::new();
    day::follow(workspace().store, agent, row, day, drawn);
    erased(view! {
        <div class="in-depth">
            <div class="present">
                <h2 class="who">
                    <bdi>{dynamic(name)}</bdi> " " <small><bdi>{dynamic(number)}</bdi></small>
                </h2>
                <p class="muted">
                    {dynamic(team)}
                    <span class="well-canBeCalled">{dynamic(device)}</span>
                </p>
                <section class="part" data-state=dynamic(move || state().code())>
                    <h3>{texts.now}</h3>
                    <div class="standing">
                        <span class="cell state">{dynamic(move || (texts.state)(state()))}</span>
                        <TimeInState row />
                        <time class="muted" data-since title=dynamic(since_there)>
                                {dynamic(since_words)}
                            </time>
                    </div>
                    <p class="muted">{dynamic(note)}</p>
                    <ScheduledTag row />
                    <CurrentCall row />
                </section>
                <section class="part">
                    <h3>{texts.col_actions}</h3>
                    // In a narrow window this stands at the bottom edge, under the thumb.
                    <div class="at-hand">
                        <Progress row />
                        <div class="actions">
                            <Actions row active=always />
                        </div>
                    </div>
                    <NotReadyFor row />
                    {dynamic(move || row.with(|row| row.intervention.clone()).map(|action| steps(times, &action, texts)))}
                </section>
            </div>
            <div class="whole-day" node_ref=drawn inner_html=dynamic(move || day.get())></div>
        </div>
    })
}
