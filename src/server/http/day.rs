//! `GET /agents/{id}/day`: an agent's day so far as a piece of HTML, written by the server alone. The states as a strip with a list
//! beside it for those who do not see it, the figures, and the raw events. Times are the reader's, with the platform's in
//! their tooltips; the bodies of events stay as they came.

mod figures;
mod strip;

use crate::address::agent;
use crate::floor::visibility::NumberFilter;
use crate::floor::{AgentId, DeviceId, HistoryLine, PlatformTime};
use crate::i18n::{listed, spelled_out};
use crate::page::Language;
use crate::server::actor::DayView;
use crate::server::actor::history::RawEvent;
use crate::server::console::Console;
use crate::server::http::preferences;
use crate::server::http::zone::{Zones, name, zoned};
use crate::server::service::day::day;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use leptos::prelude::*;
use std::sync::Arc;

/// The fragment's address.
pub async fn fragment(console: axum::extract::State<Arc<Console>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let State(console) = console;
    let Some(session) = console.sessions.of(&headers).await else {
        return (StatusCode::UNAUTHORIZED, "signed out: sign in and try again\n").into_response();
    };
    let agent = agent::named(&id, &console.config.namespace).unwrap_or_else(agent::nobody);
    let language = preferences::language(&headers);
    match day(&console, &agent).await {
        Ok(Some(day)) => {
            let zones = Zones::of(&headers, &console.config.time_zone);
            let filter = console.floor.number_filter(console.config.visibility(session.role));
            let html = render(&agent, &day, language, &filter, zones);
            ([(header::CACHE_CONTROL, "no-store")], Html(html)).into_response()
        }
        Ok(None) => (StatusCode::NOT_FOUND, "nobody knows this agent\n").into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the console is stopping: try again in a moment\n").into_response(),
    }
}

/// The fragment itself.
pub fn render(agent: &AgentId, day: &DayView, language: Language, filter: &NumberFilter, zones: Zones) -> String {
    let page = Page { language, filter, zones };
    view! {
        <div class="day" data-day=agent.to_string() lang=language.code()>
            {page.strip(agent, &day.day.state_starts.iter().copied().collect::<Vec<_>>(), &day.gaps, day.now)}
            {(!day.call.is_empty()).then(|| page.call(&day.call))}
            {page.figures(&day.workday, day.day.figures.as_ref())}
            {page.events(day.day.events.iter().rev())}
        </div>
    }
    .to_html()
}

struct Page<'a> {
    language: Language,
    filter: &'a NumberFilter,
    zones: Zones<'a>,
}

impl Page<'_> {
    /// The reader's time of day.
    fn time(&self, at: PlatformTime) -> String {
        zoned(at, self.zones.written()).strftime("%H:%M:%S").to_string()
    }

    /// What the tooltip of a time says: the same moment where the platform is.
    fn on_platform(&self, at: PlatformTime) -> String {
        (self.language.texts().platform_time)(&self.zones.on_platform(at), name(self.zones.platform))
    }

    fn moment(&self, at: PlatformTime) -> impl IntoView + use<> {
        let moment = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default().to_string();
        view! { <time datetime=moment title=self.on_platform(at)>{self.time(at)}</time> }
    }

    /// The call's life so far, the latest first, each thing once however many copies told of it.
    fn call(&self, lines: &[HistoryLine]) -> AnyView {
        let texts = self.language.day_texts();
        let lines: Vec<HistoryLine> = lines.iter().cloned().map(|line| self.filter.line(line)).collect();
        let id = lines.last().map(|line| line.under.clone());
        let lines = lines.iter().rev().map(|line| {
            let who = listed([&line.device, &line.other].into_iter().flatten().map(DeviceId::number), " · ");
            let under = (id.as_ref() != Some(&line.under)).then(|| line.under.to_string());
            view! {
                <li data-happened=format!("{:?}", line.kind)>
                    {self.moment(line.at)}
                    <span class="event-words">{(texts.event)(line.kind)} " " {who}</span>
                    {under.map(|id| view! { <code class="event-name" title=texts.under>{id}</code> })}
                </li>
            }
        });
        view! {
            <section class="day-call">
                <h3>{texts.call}</h3>
                <ol class="events">{lines.collect::<Vec<_>>()}</ol>
            </section>
        }
        .into_any()
    }

    fn events<'e>(&self, events: impl Iterator<Item = &'e RawEvent>) -> AnyView {
        let texts = self.language.day_texts();
        let lines: Vec<_> = events.map(|event| self.event(event)).collect();
        let body = match lines.is_empty() {
            true => view! { <p class="day-nothing">{texts.no_events}</p> }.into_any(),
            false => view! { <ol class="events">{lines}</ol> }.into_any(),
        };
        view! {
            <section class="day-events">
                <h3>{texts.events}</h3>
                {body}
            </section>
        }
        .into_any()
    }

    fn event(&self, event: &RawEvent) -> AnyView {
        let texts = self.language.day_texts();
        let name = self.filter.text(event.name.to_string());
        let body = self.filter.event(&event.body).map(|body| spelled_out(&body));
        let shown = name.clone();
        view! {
            <li data-event=shown>
                {self.moment(event.at)}
                <span class="event-words">{(texts.event)(event.kind)}</span>
                <code class="event-name"><bdi>{name}</bdi></code>
                {body
                    .map(|body| {
                        view! {
                            <details class="event-raw">
                                <summary>{texts.as_it_came}</summary>
                                <pre dir="auto">{body}</pre>
                            </details>
                        }
                    })}
            </li>
        }
        .into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::State as Doing;
    use crate::floor::event::Instant;
    use crate::floor::mask::Mask;
    use crate::floor::time::at;
    use crate::floor::{Event, EventKind, Workday};
    use crate::server::actor::history::{Day, StateStart};
    use jiff::tz::TimeZone;

    #[test]
    fn what_comes_from_outside_is_escaped_and_masked() {
        let body = br#"{"eventName":"<img>","cause":"</pre><script>13800001111"}"#;
        let event = Event::decode(body, &Instant::in_utc).unwrap();
        let mut day = Day::default();
        day.state_starts.push_back(StateStart { since: at(1_000), state: Doing::Ready });
        let raw = RawEvent { at: at(1_000), kind: EventKind::Other, name: event.name, body: body[..].into() };
        day.events.push_back(raw);
        let view = DayView { day, workday: Workday::default(), call: Vec::new(), gaps: Vec::new(), now: at(61_000) };
        for (filter, number) in [(NumberFilter::none(), "13800001111"), (NumberFilter::of(Mask::default()), "138****1111")] {
            let zones = Zones { reader: None, platform: &TimeZone::UTC };
            let html = render(&AgentId::trusted("5001@test.cc"), &view, Language::En, &filter, zones);
            assert!(html.contains(number) && html.contains("Ready, 00:00:01 to 00:01:01 (01:00)"), "{html}");
            assert!(!html.contains("<script>") && !html.contains("<img>"), "{html}");
        }
    }
}
