//! The platform's events as they come, for programs: server-sent events, each with its place in the journal as its id, so that a program that
//! was away goes on where it stopped.

use super::fresh;
use super::problems::ReadProblems;
use super::read::params;
use crate::api::ApiErrorKind;
use crate::api::problem::{HttpProblem, Problem};
use crate::floor::visibility::NumberFilter;
use crate::floor::{AgentId, Event};
use crate::server::clock::in_utc;
use crate::server::console::Console;
use crate::server::http::caller::Caller;
use crate::server::journal::{Line, Position};
use axum::extract::State as Of;
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde_json::json;
use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

/// Where a program says what it had last; browsers send it by themselves.
const LAST_EVENT_ID: &str = "last-event-id";
/// How often it is looked whether who follows still may.
const LOOK: Duration = Duration::from_secs(5);
/// Who was up to date and has fallen so many entries behind is cut.
const MOST_BEHIND: Position = 50_000;

/// The platform's events as they come.
///
/// Each message has the event's name as its event, its body as its data, and its place in the journal as its id: with `Last-Event-ID` (or `after`)
/// what came since then comes first, as far as the journal reaches back. Filters of one kind add up, those of different kinds must
/// all match. `console.gap` says that events before the next one are not kept any more; `console.cut` is the last message of a reader
/// that was too slow: it may connect again with its last id.
#[utoipa::path(
    get,
    path = "/api/events",
    tag = "views",
    operation_id = "events",
    params(
        ("name" = Option<String>, Query, description = "The event's `eventName`; repeatable", example = "agentReady"),
        ("agent" = Option<String>, Query, description = "The agent's id or number; repeatable", example = "5001@test.cc"),
        ("team" = Option<String>, Query, description = "The team of the agent; repeatable"),
        ("call" = Option<String>, Query, description = "The call's id; repeatable"),
        ("after" = Option<i64>, Query, description = "As `Last-Event-ID`, which counts before it", minimum = 0),
        ("Last-Event-ID" = Option<i64>, Header, description = "The id of the last message that was taken", minimum = 0),
    ),
    responses((status = 200, description = "The events, until either side ends it", content_type = "text/event-stream", body = String), ReadProblems),
)]
pub async fn events(Of(console): Of<Arc<Console>>, caller: Caller, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let params = params(&uri)?;
    let filter = Filter::of(&params, &console)?;
    let last = headers.get(LAST_EVENT_ID).map(|last| last.to_str().unwrap_or("?"));
    let last = last.or_else(|| of(&params, "after").next()).map(|last| match last.parse::<Position>() {
        Ok(last) if last >= 0 => Ok(last),
        _ => Err(Problem::bad("Last-Event-ID", "the id of an earlier message, a whole number")),
    });
    let place = console
        .tail
        .follow()
        .ok_or_else(|| Problem::new(StatusCode::TOO_MANY_REQUESTS, ApiErrorKind::Busy, "too many programs follow already"))?;
    let newest = console.tail.last().await.map_err(|error| {
        tracing::error!(%error, "the journal could not be read");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, HttpProblem::Database, "the journal could not be read: try again in a moment")
    })?;
    let after = last.transpose()?.unwrap_or(newest);
    // The journal was begun anew since: whatever it has is new to this reader.
    let (after, waiting) = if after > newest { (0, VecDeque::from([gap(after)])) } else { (after, VecDeque::new()) };
    let follower = Follower {
        caller,
        filter,
        headers,
        after,
        waiting,
        was_up_to_date: false,
        looked: Instant::now(),
        over: false,
        _place: place,
        console,
    };
    let mut response = Sse::new(follower.messages()).keep_alive(KeepAlive::default()).into_response();
    // A proxy that gathers what it passes on would hold events back.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(fresh(response))
}

/// Says that events behind that place are not kept any more.
fn gap(after: Position) -> Message {
    Message::default().event("console.gap").data(json!({ "after": after }).to_string())
}

fn of<'a>(params: &'a [(String, String)], name: &'a str) -> impl Iterator<Item = &'a str> {
    params.iter().filter(move |(of, value)| of == name && !value.is_empty()).map(|(_, value)| value.as_str())
}

/// Which events somebody wants; what is empty does not matter.
struct Filter {
    names: BTreeSet<String>,
    agents: BTreeSet<AgentId>,
    teams: BTreeSet<String>,
    calls: BTreeSet<String>,
}

impl Filter {
    fn of(params: &[(String, String)], console: &Console) -> Result<Filter, Problem> {
        let texts = |name: &'static str| of(params, name).map(str::to_owned).collect::<BTreeSet<_>>();
        let agent = |text: &str| match AgentId::named(text, &console.config.namespace) {
            Ok(Some(agent)) => Ok(agent),
            Ok(None) => Err(Problem::bad("agent", "an agent of this console's tenant")),
            Err(error) => Err(Problem::bad("agent", &error.to_string())),
        };
        Ok(Filter {
            names: texts("name"),
            agents: of(params, "agent").map(agent).collect::<Result<_, _>>()?,
            teams: texts("team"),
            calls: texts("call"),
        })
    }

    fn takes(&self, event: &Event, team: impl FnOnce(&AgentId) -> Option<String>, masked: &NumberFilter) -> bool {
        let agent = event.agent.as_ref();
        (self.names.is_empty() || self.names.contains(&*event.name))
            && (self.agents.is_empty() || agent.is_some_and(|agent| self.agents.contains(agent)))
            && (self.calls.is_empty() || event.call.as_ref().is_some_and(|call| self.calls.contains(&masked.call_id(call.to_string()))))
            && (self.teams.is_empty() || agent.and_then(team).is_some_and(|team| self.teams.contains(&team)))
    }
}

struct Follower {
    console: Arc<Console>,
    caller: Caller,
    /// With which it came: whoever is signed out meanwhile hears nothing more.
    headers: HeaderMap,
    filter: Filter,
    after: Position,
    waiting: VecDeque<Message>,
    was_up_to_date: bool,
    looked: Instant,
    over: bool,
    _place: OwnedSemaphorePermit,
}

impl Follower {
    fn messages(self) -> impl Stream<Item = Result<Message, Infallible>> {
        stream::unfold(self, |mut follower| async move { Some((Ok(follower.next().await?), follower)) })
    }

    /// The next message; none where it is over.
    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some(message) = self.waiting.pop_front() {
                return Some(message);
            }
            if self.over || self.console.stop.is_cancelled() || !self.still_may().await {
                return None;
            }
            let Ok(page) = self.console.tail.behind(self.after).await else {
                // The database is away: the program connects again with its last id.
                return None;
            };
            if page.has_gap {
                self.waiting.push_back(gap(self.after));
            }
            if page.up_to == self.after {
                self.was_up_to_date = true;
                let stop = self.console.stop.clone();
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = self.console.tail.more(self.after, LOOK) => {}
                }
                continue;
            }
            if self.was_up_to_date && self.is_too_slow().await {
                self.over = true;
                return Some(
                    Message::default().event("console.cut").data(json!({ "reason": "too slow", "after": self.after }).to_string()),
                );
            }
            let masked = self.console.floor.number_filter(self.caller.visibility);
            let told: Vec<Message> = page.lines.iter().filter_map(|line| self.message(line, &masked)).collect();
            self.waiting.extend(told);
            self.after = page.up_to;
        }
    }

    async fn is_too_slow(&self) -> bool {
        self.console.tail.last().await.is_ok_and(|last| last - self.after > MOST_BEHIND)
    }

    async fn still_may(&mut self) -> bool {
        if self.looked.elapsed() < LOOK {
            return true;
        }
        self.looked = Instant::now();
        match Caller::of(&self.console, &self.headers).await {
            Ok(caller) => {
                self.caller = caller;
                true
            }
            Err(_) => false,
        }
    }

    /// An event as this reader may see it; none where it is not wanted.
    fn message(&self, line: &Line, masked: &NumberFilter) -> Option<Message> {
        let config = &self.console.config;
        let event = Event::decode(&line.body, &|local| in_utc(&config.time_zone, local)).ok()?.of_tenant(&config.namespace).ok()?;
        let team = |agent: &AgentId| self.console.floor.team(agent);
        if !self.filter.takes(&event, team, masked) {
            return None;
        }
        // A line end would end the message's line. In JSON it can only stand where a blank can.
        let name: String = masked.text(event.name.to_string()).chars().filter(|character| !character.is_control()).collect();
        let data = masked.event(&line.body)?.replace(['\r', '\n'], " ");
        Some(Message::default().id(line.position.to_string()).event(name).data(data))
    }
}
