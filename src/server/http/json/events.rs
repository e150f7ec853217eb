//! Events as they come, for programs: server-sent events, each with its place in the journal as its id, so that a program that was away goes on
//! where it stopped.

use super::fresh;
use super::problems::ReadProblems;
use super::read::params;
use super::told::{Filter, Message, cut, gap, of};
use crate::api::ApiErrorKind;
use crate::api::problem::{HttpProblem, Problem};
use crate::server::console::Console;
use crate::server::http::caller::Caller;
use crate::server::journal::Position;
use axum::extract::State as Of;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

/// Where a program says what it had last; browsers send it by themselves.
const LAST_EVENT_ID: &str = "last-event-id";
/// How often it is looked whether who follows still may.
const LOOK: Duration = Duration::from_secs(5);
/// Who was up to date and has fallen so many entries behind is cut: about as many as are read from memory.
const MOST_BEHIND: Position = 20_000;

/// The platform's events as they come, and the console's own.
///
/// Each message has the event's name as its event, its body as its data, and its place in the journal as its id: with `Last-Event-ID` (or `after`)
/// what came since then comes first, as far as the journal reaches back. Filters of one kind add up, those of different kinds must
/// all match. Without `name` the platform's events come; `name=console.*` brings the console's own: `console.intervention`, an intervention as
/// `/api/interventions/{id}` shows it, each time it has come further, and its alerts: `console.link`, whether the link to the platform is `live`
/// or `down`, and `console.journal`, how many events since when could not be kept (a full disk) and are missing here.
/// `console.gap` says that events before the next one are not kept any more; `console.cut` is the last message of a reader that was too slow: it
/// may connect again with its last id.
#[utoipa::path(
    get,
    path = "/api/events",
    tag = "views",
    operation_id = "events",
    params(
        ("name" = Option<String>, Query, description = "The event's `eventName`, or how it begins and `*`; repeatable", example = "agentReady"),
        ("agent" = Option<String>, Query, description = "The agent's id or number; repeatable", example = "5001@test.cc"),
        ("team" = Option<String>, Query, description = "The team of the agent; repeatable"),
        ("call" = Option<String>, Query, description = "One of the ids that the call has or had, until ten minutes after its end; it is followed when it gets another one; repeatable"),
        ("after" = Option<i64>, Query, description = "As `Last-Event-ID`, which counts before it", minimum = 0),
        ("Last-Event-ID" = Option<i64>, Header, description = "The id of the last message that was taken", minimum = 0),
    ),
    responses((status = 200, description = "The events, until either side ends it", content_type = "text/event-stream", body = String), ReadProblems),
)]
pub async fn events(Of(console): Of<Arc<Console>>, caller: Caller, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let params = params(&uri)?;
    let mut filter = Filter::of(&params, &console.config.namespace)?;
    filter.follow_calls(&console, &console.floor.number_filter(caller.visibility)).await?;
    // A browser that has heard nothing yet may send it empty.
    let last = headers.get(LAST_EVENT_ID).map(|last| last.to_str().unwrap_or("?")).filter(|last| !last.is_empty());
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
    let (after, waiting) = if after > newest { (0, VecDeque::from([sent(None, gap(after))])) } else { (after, VecDeque::new()) };
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

/// A message as it is sent; what only the console says has no place.
fn sent(position: Option<Position>, Message { name, data }: Message) -> Sent {
    let message = Sent::default().event(name).data(data);
    position.map_or(message.clone(), |position| message.id(position.to_string()))
}

struct Follower {
    console: Arc<Console>,
    caller: Caller,
    /// With which it came: whoever is signed out meanwhile hears nothing more.
    headers: HeaderMap,
    filter: Filter,
    after: Position,
    waiting: VecDeque<Sent>,
    was_up_to_date: bool,
    looked: Instant,
    over: bool,
    _place: OwnedSemaphorePermit,
}

impl Follower {
    fn messages(self) -> impl Stream<Item = Result<Sent, Infallible>> {
        stream::unfold(self, |mut follower| async move { Some((Ok(follower.next().await?), follower)) })
    }

    /// The next message; none where it is over.
    async fn next(&mut self) -> Option<Sent> {
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
                self.waiting.push_back(sent(None, gap(self.after)));
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
                self.waiting.clear();
                return Some(sent(None, cut(self.after)));
            }
            let masked = self.console.floor.number_filter(self.caller.visibility);
            let Follower { filter, console, waiting, .. } = self;
            let told = page.lines.iter().filter_map(|line| Some((line, filter.message(line, console, &masked)?)));
            waiting.extend(told.map(|(line, message)| sent(Some(line.position), message)));
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
}
