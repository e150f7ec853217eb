//! `GET /agents/{id}/day`: an agent's day so far as a piece of HTML, written by the server alone. The states as a strip with a list
//! beside it for those who do not see it, the platform's figures, and the raw events.

use crate::floor::mask::{mask, mask_text_but};
use crate::floor::{AgentId, DeviceId, HistoryLine, State as Doing};
use crate::page::Language;
use crate::server::history::{DayFigures, Figure, Mark, Raw};
use crate::server::owner::{DayView, Sight};
use crate::server::{Console, pages};
use crate::ui::time::duration;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use leptos::prelude::*;
use std::sync::Arc;

const MINUTE: i64 = 60_000;
/// Between two marks on the strip's scale, so that there are at most a dozen.
const STEPS: [i64; 7] = [5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, 60 * MINUTE, 120 * MINUTE, 180 * MINUTE];
const MOST_TICKS: i64 = 12;

/// The fragment's address.
pub async fn fragment(console: axum::extract::State<Arc<Console>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let State(console) = console;
    let Some(session) = console.sessions.of(&headers) else {
        return (StatusCode::UNAUTHORIZED, "signed out: sign in and try again\n").into_response();
    };
    let agent = pages::agent_named(&id, &console.config.namespace);
    let language = pages::language(&headers);
    match console.owner.day(agent.clone()).await {
        Ok(Some(day)) => {
            let html = render(&agent, &day, language, console.config.sight(session.role), &console.config.time_zone);
            ([(header::CACHE_CONTROL, "no-store")], Html(html)).into_response()
        }
        Ok(None) => (StatusCode::NOT_FOUND, "nobody knows this agent\n").into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the console is stopping: try again in a moment\n").into_response(),
    }
}

/// The fragment itself.
pub fn render(agent: &AgentId, day: &DayView, language: Language, sight: Sight, zone: &TimeZone) -> String {
    let page = Page { language, sight, zone };
    view! {
        <div class="day" data-day=agent.to_string() lang=language.code()>
            {page.strip(agent, &day.day.marks.iter().copied().collect::<Vec<_>>(), day.now)}
            {(!day.call.is_empty()).then(|| page.call(&day.call))}
            {day.day.figures.as_ref().map(|figures| page.figures(figures))}
            {page.events(agent, day.day.events.iter().rev())}
        </div>
    }
    .to_html()
}

/// A time in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    state: Doing,
    from: i64,
    to: i64,
}

struct Page<'a> {
    language: Language,
    sight: Sight,
    zone: &'a TimeZone,
}

impl Page<'_> {
    fn zoned(&self, at: i64) -> Zoned {
        Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(self.zone.clone())
    }

    fn time(&self, at: i64) -> String {
        self.zoned(at).strftime("%H:%M:%S").to_string()
    }

    fn strip(&self, agent: &AgentId, marks: &[Mark], now: i64) -> AnyView {
        let (texts, state) = (self.language.day_texts(), self.language.texts().state);
        let midnight = self.zoned(now).start_of_day().map_or(now, |midnight| midnight.timestamp().as_millisecond());
        let segments = segments(marks, midnight, now);
        let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
            return view! { <section class="day-strip"><h3>{texts.today}</h3><p class="day-nothing">{texts.nothing_known}</p></section> }
                .into_any();
        };
        let (from, to) = (first.from, last.to);
        let place = move |at: i64| format!("{:.3}%", (at - from) as f64 * 100.0 / (to - from).max(1) as f64);
        let words = |segment: &Segment| {
            (texts.segment)(state(segment.state), &self.time(segment.from), &self.time(segment.to), &duration(segment.to - segment.from))
        };
        let bars = segments.iter().map(|segment| {
            let width = place(from + segment.to - segment.from);
            view! {
                <rect x=place(segment.from) y="0" width=width height="24" data-state=segment.state.code()>
                    <title>{words(segment)}</title>
                </rect>
            }
        });
        let scale = self.ticks(from, to).into_iter().map(|(at, label)| {
            view! {
                <line class="day-tick" x1=place(at) x2=place(at) y1="24" y2="29" stroke="currentColor"></line>
                <text class="day-hour" x=place(at) y="40" text-anchor="middle" font-size="11" fill="currentColor">{label}</text>
            }
        });
        let list = segments.iter().rev().map(|segment| {
            view! {
                <tr data-state=segment.state.code()>
                    <td>{self.time(segment.from)}</td>
                    <td>{state(segment.state)}</td>
                    <td>{duration(segment.to - segment.from)}</td>
                </tr>
            }
        });
        view! {
            <section class="day-strip">
                <h3>{texts.today} <small>{self.zone.iana_name().map(texts.zone)}</small></h3>
                <svg class="strip" width="100%" height="44" role="img" aria-label=(texts.strip)(agent.number(), &self.time(from), &self.time(to))>
                    {bars.collect::<Vec<_>>()}
                    {scale.collect::<Vec<_>>()}
                </svg>
                <details class="day-list">
                    <summary>{texts.as_list}</summary>
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">{texts.col_from}</th>
                                <th scope="col">{texts.col_state}</th>
                                <th scope="col">{texts.col_for}</th>
                            </tr>
                        </thead>
                        <tbody>{list.collect::<Vec<_>>()}</tbody>
                    </table>
                </details>
            </section>
        }
        .into_any()
    }

    /// Whole hours where there is room, else what fits, each with its time of day.
    fn ticks(&self, from: i64, to: i64) -> Vec<(i64, String)> {
        let step = STEPS.into_iter().find(|step| (to - from) / step <= MOST_TICKS).unwrap_or(STEPS[STEPS.len() - 1]);
        // Whole by the clock on the wall, also where that differs from UTC by half an hour.
        let offset = i64::from(self.zoned(from).offset().seconds()) * 1000;
        let first = (from + offset).div_euclid(step) * step + step - offset;
        let mut ticks = Vec::new();
        let mut at = first;
        while at < to && ticks.len() <= MOST_TICKS as usize {
            ticks.push((at, self.zoned(at).strftime("%H:%M").to_string()));
            at += step;
        }
        ticks
    }

    /// The call's life so far, the latest first, each thing once however many copies told of it.
    fn call(&self, lines: &[HistoryLine]) -> AnyView {
        let texts = self.language.day_texts();
        let number = |device: &DeviceId| match self.sight {
            Sight::Whole => device.number().to_owned(),
            Sight::Masked => mask(device.number()),
        };
        let id = lines.last().map(|line| line.under.clone());
        let lines = lines.iter().rev().map(|line| {
            let who: Vec<String> = [&line.device, &line.other].into_iter().flatten().map(number).collect();
            let under = (id.as_ref() != Some(&line.under)).then(|| line.under.to_string());
            view! {
                <li data-happened=format!("{:?}", line.kind)>
                    <time datetime=self.zoned(line.at).timestamp().to_string()>{self.time(line.at)}</time>
                    <span class="event-words">{(texts.event)(line.kind)} " " {who.join(" · ")}</span>
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

    fn figures(&self, day: &DayFigures) -> AnyView {
        let texts = self.language.day_texts();
        let value = |figure: Figure, value: u32| if figure.is_time() { duration(i64::from(value) * 1000) } else { value.to_string() };
        let figures = day.figures.iter().map(|(figure, number)| {
            view! {
                <div>
                    <dt>{(texts.figure)(*figure)}</dt>
                    <dd>{value(*figure, *number)}</dd>
                </div>
            }
        });
        view! {
            <section class="day-figures">
                <h3>{texts.figures}</h3>
                <dl>{figures.collect::<Vec<_>>()}</dl>
                <p class="day-as-of">{(texts.figures_as_of)(&self.time(day.at))}</p>
            </section>
        }
        .into_any()
    }

    fn events<'e>(&self, agent: &AgentId, events: impl Iterator<Item = &'e Raw>) -> AnyView {
        let texts = self.language.day_texts();
        let lines: Vec<_> = events.map(|event| self.event(agent, event)).collect();
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

    fn event(&self, agent: &AgentId, event: &Raw) -> AnyView {
        let texts = self.language.day_texts();
        let own = format!("\"{agent}\"");
        let seen = |text: &str| if self.sight == Sight::Whole { text.to_owned() } else { mask_text_but(text, &own) };
        let (body, name) = (seen(&String::from_utf8_lossy(&event.body)), seen(&event.name));
        let (shown, at) = (name.clone(), self.zoned(event.at));
        view! {
            <li data-event=shown>
                <time datetime=at.timestamp().to_string()>{at.strftime("%H:%M:%S").to_string()}</time>
                <span class="event-words">{(texts.event)(event.kind)}</span>
                <code class="event-name">{name}</code>
                <details class="event-raw">
                    <summary>{texts.as_it_came}</summary>
                    <pre>{body}</pre>
                </details>
            </li>
        }
        .into_any()
    }
}

/// The states of today: from the log-on, where that was after midnight, to now.
fn segments(marks: &[Mark], midnight: i64, now: i64) -> Vec<Segment> {
    // The platform's clock is known to half a second: what has just begun has begun.
    let now = marks.last().map_or(now, |last| now.max(last.since + 1));
    let ends = marks.iter().skip(1).map(|mark| mark.since).chain([now]);
    let all = marks.iter().zip(ends).map(|(mark, to)| Segment { state: mark.state, from: mark.since.max(midnight), to });
    let today = all.filter(|segment| segment.to > segment.from);
    today.skip_while(|segment| matches!(segment.state, Doing::LoggedOut | Doing::Unknown)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::{Event, EventKind};
    use crate::server::history::Day;

    const HOUR: i64 = 3_600_000;

    fn mark(since: i64, state: Doing) -> Mark {
        Mark { since, state }
    }

    #[test]
    fn a_day_begins_at_midnight_or_with_the_log_on() {
        let marks = [mark(-5, Doing::LoggedOut), mark(10, Doing::Ready), mark(30, Doing::OnCall)];
        let told = |marks: &[Mark], midnight| segments(marks, midnight, 50).iter().map(|s| (s.state, s.from, s.to)).collect::<Vec<_>>();
        assert_eq!(told(&marks, 0), [(Doing::Ready, 10, 30), (Doing::OnCall, 30, 50)]);
        assert_eq!(told(&marks, 20), [(Doing::Ready, 20, 30), (Doing::OnCall, 30, 50)]);
        assert_eq!(told(&marks[..1], 0), []);
        assert_eq!(told(&[], 0), []);
        assert_eq!(told(&[mark(60, Doing::Ready)], 0), [(Doing::Ready, 60, 61)]);
    }

    #[test]
    fn the_scale_has_whole_hours_of_the_platforms_zone_and_never_too_many() {
        for (zone, hours) in [("Asia/Shanghai", 9), ("Asia/Kolkata", 9), ("UTC", 24)] {
            let zone = TimeZone::get(zone).unwrap();
            let page = Page { language: Language::En, sight: Sight::Whole, zone: &zone };
            let ticks = page.ticks(1_000, hours * HOUR + 1_000);
            assert!((4..=12).contains(&ticks.len()) && ticks.iter().all(|(_, label)| label.ends_with(":00")), "{ticks:?}");
        }
    }

    #[test]
    fn what_comes_from_outside_is_escaped_and_masked() {
        let body = br#"{"eventName":"<img>","userData":"</pre><script>13800001111"}"#;
        let event = Event::decode(body, &|t| t).unwrap();
        let mut day = Day::default();
        day.marks.push_back(mark(1_000, Doing::Ready));
        let raw = Raw { at: 1_000, kind: EventKind::Other, name: event.name, body: body[..].into() };
        day.events.push_back(raw);
        let view = DayView { day, call: Vec::new(), now: 61_000 };
        for (sight, number) in [(Sight::Whole, "13800001111"), (Sight::Masked, "138****1111")] {
            let html = render(&AgentId::trusted("5001@test.cc"), &view, Language::En, sight, &TimeZone::UTC);
            assert!(html.contains(number) && html.contains("Ready, 00:00:01 to 00:01:01 (01:00)"), "{html}");
            assert!(!html.contains("<script>") && !html.contains("<img>"), "{html}");
        }
    }
}
