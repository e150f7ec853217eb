//! The form in which it is told.

use super::masking::Teller;
use crate::live::{Header, LinkState};
use crate::server::clock::{now, rfc3339};
use crate::server::config::shown;
use crate::server::console::Console;
use crate::server::telemetry::log;
use crate::server::telemetry::wire::{BodySeen, BrokerSession, FrameSeen, Oddity, RequestSeen};
use serde::Serialize;
use strum::IntoEnumIterator;
use utoipa::ToSchema;

/// Everything at a glance. Times are RFC 3339, on the console's clock.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostics {
    pub at: String,
    pub version: String,
    /// `live` or `down`.
    pub link: String,
    pub link_since: String,
    /// When the last event came; null before the first.
    pub last_event: Option<String>,
    /// Since when what is heard cannot be written to the journal; null while it can.
    pub unwritten_since: Option<String>,
    pub broker: BrokerView,
    /// The console's clock minus the platform's, in milliseconds.
    pub clock_offset_ms: i64,
    pub waiting: Waiting,
    pub odd: Vec<OddView>,
    /// The latest frames, the newest first, without their bodies.
    pub frames: Vec<ExchangeLine>,
    /// The latest requests to the platform, the newest first, without their bodies.
    pub requests: Vec<ExchangeLine>,
    /// Until when the log is in detail; null where it is as usual.
    pub detailed_until: Option<String>,
    /// The latest lines, the oldest first.
    pub log: Vec<String>,
}

/// The session with the broker.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BrokerView {
    pub url: String,
    /// Counts the connections since the console started.
    pub connection: u64,
    /// Since when it is connected; null while it is not.
    pub since: Option<String>,
    /// The headers with which the broker greeted last.
    pub greeting: Vec<HeaderView>,
    pub subscriptions: Vec<SubscriptionView>,
    /// The broker's queue that keeps events while the console is away; null without one.
    pub durable_queue: Option<String>,
    /// How often the console sends a heart-beat, in milliseconds.
    pub beats_every_ms: u64,
    pub beat_sent: Option<String>,
    pub beat_heard: Option<String>,
    /// When anything was heard.
    pub heard: Option<String>,
    /// When the last connection ended, and why; null before the first end.
    pub ended: Option<String>,
    pub ended_because: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HeaderView {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriptionView {
    pub id: String,
    pub destination: String,
    /// Whether the broker confirmed it; some never do.
    pub confirmed: bool,
}

/// What waits for being worked on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// Messages for the floor's owner.
    pub floor: usize,
    /// Writes to the database.
    pub database: usize,
    /// Bytes for the journal.
    pub journal_bytes: usize,
    /// Operations that the platform has not answered.
    pub operations: usize,
}

/// What could not be taken as it came.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OddView {
    /// `malformedFrame`, `malformedEvent`, `unknown` (an event with a name that the console does not know), `late` (an event that came more than ten
    /// seconds after it happened) or `otherTenant` (an event of another tenant, of which nothing is kept).
    pub what: String,
    /// Since the console started.
    pub count: u64,
    /// When it was last.
    pub at: Option<String>,
    /// What is wrong with it, or the event's name.
    pub why: Option<String>,
    /// The latest sample; null where it was too long to be kept.
    pub body: Option<String>,
}

/// A frame or a request, in a line.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeLine {
    /// For its bodies.
    pub id: u64,
    pub at: String,
    /// `in` or `out`; null of a request.
    pub direction: Option<&'static str>,
    /// A frame's command and the event in it, or a request's method and path.
    pub what: String,
    /// The answer's status, or why there was none; null of a frame.
    pub answer: Option<String>,
    /// How long the answer took, in milliseconds; null of a frame.
    pub took_ms: Option<u64>,
    /// The length of the body that came, in bytes.
    pub bytes: usize,
}

/// A frame or a request, whole.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    #[serde(flatten)]
    pub line: ExchangeLine,
    /// A frame's headers.
    pub headers: Vec<HeaderView>,
    /// The frame's or request's body; null where it was too long to be kept. Of a login nothing is ever kept.
    pub body: Option<String>,
    /// The answer's body; null of a frame, or where it was too long.
    pub answer_body: Option<String>,
}

impl Diagnostics {
    pub fn of(console: &Console, teller: &Teller) -> Diagnostics {
        let Header { link, offset, .. } = console.floor.header_now();
        Diagnostics {
            at: rfc3339(now()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            link: if link.state == LinkState::Live { "live" } else { "down" }.to_owned(),
            link_since: rfc3339(link.since),
            last_event: link.last_event.map(rfc3339),
            unwritten_since: link.unwritten_since.map(rfc3339),
            broker: BrokerView::of(console, console.wire.session(), teller),
            clock_offset_ms: offset.as_millis(),
            waiting: Waiting {
                floor: console.floor.waiting(),
                database: console.store.waiting(),
                journal_bytes: console.journal.waiting(),
                operations: console.under_way.len(),
            },
            odd: Oddity::iter().map(|what| OddView::of(console, what, teller)).collect(),
            frames: console.wire.frames().iter().map(|frame| ExchangeLine::of_frame(frame, teller)).collect(),
            requests: console.wire.requests().iter().map(|request| ExchangeLine::of_request(request, teller)).collect(),
            detailed_until: log::detailed_until().map(rfc3339),
            log: log::latest().iter().map(|line| teller.line(line)).collect(),
        }
    }
}

impl BrokerView {
    fn of(console: &Console, session: BrokerSession, teller: &Teller) -> BrokerView {
        let (ended, ended_because) = session.ended.unzip();
        BrokerView {
            url: shown(&console.config.events_url),
            connection: session.connection,
            since: session.since.map(rfc3339),
            greeting: headers(session.greeting, teller),
            subscriptions: session
                .subscriptions
                .into_iter()
                .map(|(id, destination, confirmed)| SubscriptionView { id, destination, confirmed })
                .collect(),
            durable_queue: console.config.durable_queue.clone(),
            beats_every_ms: u64::try_from(session.beats_every.as_millis()).unwrap_or(u64::MAX),
            beat_sent: session.beat_sent.map(rfc3339),
            beat_heard: session.beat_heard.map(rfc3339),
            heard: session.heard.map(rfc3339),
            ended: ended.map(rfc3339),
            ended_because: ended_because.map(|why| teller.text(&why)),
        }
    }
}

impl OddView {
    fn of(console: &Console, what: Oddity, teller: &Teller) -> OddView {
        let seen = console.wire.odd(what);
        let name: &'static str = what.into();
        let (at, why, body) = match &seen.sample {
            Some(sample) => (Some(rfc3339(sample.at)), Some(teller.text(&sample.why)), event_body(&sample.body, teller)),
            None => (None, None, None),
        };
        OddView { what: name.to_owned(), count: seen.count, at, why, body }
    }
}

impl ExchangeLine {
    fn of_frame(frame: &FrameSeen, teller: &Teller) -> ExchangeLine {
        // Read again, for what is looked at: at each event it would cost as much as the event itself.
        let event = frame.body.bytes.as_deref().and_then(|body| serde_json::from_slice::<serde_json::Value>(body).ok());
        let name = event.as_ref().and_then(|event| event.get("eventName")?.as_str());
        let said = name.map(|name| format!(" {}", teller.text(name))).unwrap_or_default();
        ExchangeLine {
            id: frame.id,
            at: rfc3339(frame.at),
            direction: Some(frame.direction.into()),
            what: format!("{}{said}", teller.text(&frame.command)),
            answer: None,
            took_ms: None,
            bytes: frame.body.length,
        }
    }

    fn of_request(request: &RequestSeen, teller: &Teller) -> ExchangeLine {
        ExchangeLine {
            id: request.id,
            at: rfc3339(request.at),
            direction: None,
            what: format!("{} {}", request.method, teller.ids(&request.path)),
            answer: Some(match &request.answered {
                Ok(status) => status.to_string(),
                Err(why) => teller.text(why),
            }),
            took_ms: Some(u64::try_from(request.took.as_millis()).unwrap_or(u64::MAX)),
            bytes: request.answer.length,
        }
    }
}

impl Exchange {
    /// Returns the frame or request with that id; none where it is not kept.
    pub fn of(console: &Console, id: u64, teller: &Teller) -> Option<Exchange> {
        let request = || console.wire.request_of(id).map(|request| Exchange::of_request(request, teller));
        console.wire.frame_of(id).map(|frame| Exchange::of_frame(frame, teller)).or_else(request)
    }

    pub fn of_frame(frame: FrameSeen, teller: &Teller) -> Exchange {
        Exchange {
            line: ExchangeLine::of_frame(&frame, teller),
            body: event_body(&frame.body, teller),
            headers: headers(frame.headers, teller),
            answer_body: None,
        }
    }

    pub fn of_request(request: RequestSeen, teller: &Teller) -> Exchange {
        Exchange {
            line: ExchangeLine::of_request(&request, teller),
            headers: Vec::new(),
            body: any_body(&request.body, teller),
            answer_body: any_body(&request.answer, teller),
        }
    }
}

fn headers(headers: Vec<(String, String)>, teller: &Teller) -> Vec<HeaderView> {
    let told = |(name, value): (String, String)| match name.as_str() {
        // Two times in milliseconds, which look like a number.
        "heart-beat" if value.len() < 20 => HeaderView { name, value },
        _ => HeaderView { name: teller.text(&name), value: teller.ids(&value) },
    };
    headers.into_iter().map(told).collect()
}

fn event_body(body: &BodySeen, teller: &Teller) -> Option<String> {
    body.bytes.as_deref().map(|bytes| teller.event(bytes)).or_else(|| nothing(body))
}

fn any_body(body: &BodySeen, teller: &Teller) -> Option<String> {
    body.bytes.as_deref().map(|bytes| teller.body(&String::from_utf8_lossy(bytes))).or_else(|| nothing(body))
}

/// What has no length was not too long.
fn nothing(body: &BodySeen) -> Option<String> {
    (body.length == 0).then(String::new)
}
