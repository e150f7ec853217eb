//! One agent in depth, beside the board (`/?agent=5004`): who it is, what goes on now, how far a step-in has come, and the day. The
//! agent's own page shows the same.

use super::actions::Actions;
use super::agent_call::CallNow;
use super::bulk::MINUTES;
use super::cells::TimeInState;
use super::order::OrderTag;
use super::progress::Progress;
use super::{Floor, floor};
use crate::address::agent::page_path;
use crate::api::client;
use crate::floor::{AgentId, Intervention, Operation, Outcome, Row};
use crate::i18n::{Outside, Texts, after, texts};
use crate::ui::{Erased, dynamic, erased};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// Stands beside the board while an agent is open.
#[component]
pub fn Panel() -> impl IntoView {
    let floor = floor();
    let texts = texts();
    move || {
        floor.open.get().map(|agent| {
            let name = floor.name_of(&agent);
            let (path, id) = (page_path(&agent), agent.to_string());
            erased(view! {
                <aside class="panel" aria-label=name data-panel=id>
                    <div class="panel-head">
                        <a href=path data-open-page>
                            {texts.open_as_page}
                        </a>
                        // A cross at the panel's corner; where the panel covers the board, the way back to it.
                        <button
                            type="button"
                            class="dismiss"
                            data-close-panel
                            aria-label=texts.close
                            title=texts.close
                            on:click=move |_| floor.open_agent(None)
                        >
                            <span class="cross">"×"</span>
                            <span class="back">"‹ " {texts.floor}</span>
                        </button>
                    </div>
                    <AgentInDepth agent day=String::new() looked=false />
                </aside>
            })
        })
    }
}

/// `day` is the agent's day as far as it came with the page; `looked` says that the server has looked for the agent already.
#[component]
pub fn AgentInDepth(agent: AgentId, day: String, looked: bool) -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let store = floor.store;
    let slot = {
        let agent = agent.clone();
        Memo::new(move |_| {
            store.changes.track();
            store.slot(&agent)
        })
    };
    move || match slot.get().and_then(|slot| store.watch(slot)) {
        Some(row) => erased(view! { <InDepth row day=day.clone() /> }),
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
    }
}

#[component]
fn InDepth(row: RwSignal<Arc<Row>>, day: String) -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let agent = row.with_untracked(|row| row.agent.clone());
    let name = move || row.with(|row| row.called().to_owned());
    let number = move || row.with(|row| if row.name.is_empty() { String::new() } else { row.agent.number().to_owned() });
    let place = move || {
        row.with(|row| {
            let device = row.device.as_ref().map(|device| (texts.device)(Outside(device.number())));
            let team = Some(Outside(&row.team)).filter(|team| !team.is_empty()).map(|team| team.to_string());
            let parts = [team, device];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
        })
    };
    let state = move || row.with(|row| row.state);
    let since = move || row.with(|row| row.since);
    let since_words = move || {
        let time = floor.time_of_day(since()?, false);
        (!time.is_empty()).then(|| (texts.since)(&time))
    };
    let since_there = move || since().and_then(|since| floor.platform_time(since, texts));
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
    let day = RwSignal::new(day);
    let drawn = NodeRef::<html::Div>::new();
    super::day::follow(floor, agent, row, day, drawn);
    erased(view! {
        <div class="in-depth">
            <div class="present">
                <h2 class="who">
                    <bdi>{name}</bdi> " " <small><bdi>{number}</bdi></small>
                </h2>
                <p class="muted">{place}</p>
                <section class="part" data-state=dynamic(move || state().code())>
                    <h3>{texts.now}</h3>
                    <div class="standing">
                        <span class="cell state">{dynamic(move || (texts.state)(state()))}</span>
                        <TimeInState row />
                        <time class="muted" data-since title=dynamic(since_there)>
                                {since_words}
                            </time>
                    </div>
                    <p class="muted">{note}</p>
                    <OrderTag row />
                    <CallNow row />
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
                    {dynamic(move || row.with(|row| row.action.clone()).map(|action| lines(floor, &action, texts)))}
                </section>
            </div>
            <div class="whole-day" node_ref=drawn inner_html=dynamic(move || day.get())></div>
        </div>
    })
}

/// Not ready for so many minutes, then ready again.
#[component]
fn NotReadyFor(row: RwSignal<Arc<Row>>) -> impl IntoView {
    let floor = floor();
    let texts = texts();
    let hidden = floor.hidden.with_value(|hidden| hidden.contains(&Operation::NotReady));
    let blocked = Memo::new(move |_| row.with(|row| floor.blocked(Operation::NotReady, row, texts)));
    let send = move |minutes: u32| {
        if blocked.with_untracked(Option::is_some) {
            return;
        }
        let row = row.get_untracked();
        leptos::task::spawn_local(async move {
            let device = row.device.as_ref().map(ToString::to_string).unwrap_or_default();
            // What became of it the row tells.
            let (agent, minutes) = (row.agent.as_str(), minutes.to_string());
            let fields = [("agentId", Some(agent)), ("deviceId", Some(device.as_str())), ("minutes", Some(minutes.as_str()))];
            if let Err(error) = client::post(Operation::NotReady.path(), &fields).await {
                floor.announcement.set((texts.api_error)(&error));
            }
        });
    };
    let buttons = MINUTES.map(|minutes| {
        erased(view! {
            <button
                type="button"
                class="plain"
                data-not-ready-for=minutes.to_string()
                aria-disabled=dynamic(move || blocked.with(Option::is_some).then_some("true"))
                title=dynamic(move || blocked.get())
                aria-label=(texts.not_ready_for)(minutes)
                on:click=move |_| send(minutes)
            >
                {minutes.to_string()}
            </button>
        })
    });
    (!hidden).then(|| {
        erased(view! {
            <div class="boxed" role="group" aria-label=texts.not_ready_minutes>
                <span class="muted">{texts.not_ready_minutes}</span>
                {buttons.into_iter().collect_view()}
            </div>
        })
    })
}

/// The latest step-in, a line for each thing that is known of it.
fn lines(floor: Floor, action: &Intervention, texts: &'static Texts) -> Erased {
    let word = (texts.operation)(action.operation);
    let mut lines = vec![(
        floor.time_of_day(action.requested_at, true),
        format!("{} · {}", (texts.requested)(word), (texts.by)(Outside(action.by.number()))),
    )];
    let answered = after(action.answered_after);
    match action.outcome {
        Outcome::Refused(status) if status != 0 => lines.push((answered, (texts.refused)(word, &status.to_string()))),
        _ if action.answered_after.is_none() => {}
        _ if action.deferred => lines.push((answered, (texts.deferred)(word))),
        _ => lines.push((answered, (texts.accepted)(word, "").trim().to_owned())),
    }
    let finished = after(action.finished_after);
    match action.outcome {
        Outcome::Confirmed => lines.push((finished, (texts.confirmed)(word, "").trim().to_owned())),
        Outcome::Unconfirmed => lines.push((finished, (texts.unconfirmed)(word))),
        Outcome::Unknown => lines.push((finished, (texts.unknown)(word))),
        _ => {}
    }
    let outcome = action.outcome.code();
    // The first line says when, the others how long after that.
    let mut asked = floor.platform_time(action.requested_at, texts);
    let lines = lines
        .into_iter()
        .map(|(when, what)| {
            erased(view! {
                <li>
                    <span class="when" title=asked.take()>
                        {when}
                    </span>
                    <span>{what}</span>
                </li>
            })
        })
        .collect_view();
    erased(view! { <ol class="steps" data-steps=outcome>{lines}</ol> })
}
