//! What went over the wire to and from the platform lately, for whoever has to find out why something is not as it should be: the newest
//! frames and requests, the session with the broker, and of what could not be taken as it came how often it was and the latest sample.
//!
//! Bounded, and without secrets from the beginning: what is secret is struck out before it is kept.

mod secrets;

use crate::floor::{ConsoleTime, Event, EventKind, PlatformTime};
use crate::server::lock::lock;
pub use secrets::without_secrets;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use strum::{EnumCount, EnumIter, IntoStaticStr};

/// How many frames and requests are kept.
const FRAMES: usize = 200;
const REQUESTS: usize = 100;
/// A longer body is not kept, only its length.
const LONGEST_BODY: usize = 16 << 10;
/// The most characters of a command, an event's name or a reason that are kept.
const LONGEST_WORD: usize = 200;
/// An event is late where it happened so long before it came.
const LATE: Duration = Duration::from_secs(10);

/// A handle to what was seen; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Wire(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    last_id: u64,
    frames: VecDeque<FrameSeen>,
    requests: VecDeque<RequestSeen>,
    session: BrokerSession,
    odd: [OddSeen; Oddity::COUNT],
}

/// Whose frame it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub enum Direction {
    /// The platform sent it.
    In,
    /// The console sent it.
    Out,
}

/// A body as far as it is kept.
#[derive(Debug, Clone, Default)]
pub struct BodySeen {
    /// `None` where it was too long.
    pub bytes: Option<Arc<[u8]>>,
    pub length: usize,
}

impl BodySeen {
    fn of(body: &Arc<[u8]>) -> BodySeen {
        BodySeen { bytes: (body.len() <= LONGEST_BODY).then(|| body.clone()), length: body.len() }
    }
}

/// A STOMP frame.
#[derive(Debug, Clone)]
pub struct FrameSeen {
    pub id: u64,
    pub at: ConsoleTime,
    pub direction: Direction,
    pub command: String,
    /// Names and values; none of events that are not to be acknowledged, whose headers are passed over.
    pub headers: Vec<(String, String)>,
    pub body: BodySeen,
}

/// A request to the platform, with its answer.
#[derive(Debug, Clone)]
pub struct RequestSeen {
    pub id: u64,
    pub at: ConsoleTime,
    pub method: String,
    /// With its query, below the platform's address.
    pub path: String,
    pub body: BodySeen,
    /// The answer's status, or why there was none.
    pub answered: Result<u16, String>,
    pub took: Duration,
    pub answer: BodySeen,
}

/// The session with the broker, as it is or was last.
#[derive(Debug, Clone, Default)]
pub struct BrokerSession {
    /// Counts the connections since the console started.
    pub connection: u64,
    /// Since when it is connected; `None` while it is not.
    pub since: Option<ConsoleTime>,
    /// The headers of its CONNECTED: version, server, session, heart-beat.
    pub greeting: Vec<(String, String)>,
    /// Each subscription's id and destination, and whether the broker confirmed it.
    pub subscriptions: Vec<(String, String, bool)>,
    /// How often the console sends a heart-beat.
    pub beats_every: Duration,
    pub beat_sent: Option<ConsoleTime>,
    pub beat_heard: Option<ConsoleTime>,
    /// When anything was heard.
    pub heard: Option<ConsoleTime>,
    /// When and why the last connection ended.
    pub ended: Option<(ConsoleTime, String)>,
}

/// In which way something could not be taken as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumCount, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub enum Oddity {
    /// It is no STOMP frame.
    MalformedFrame,
    /// It is no event.
    MalformedEvent,
    /// It is an event whose name the console does not know.
    Unknown,
    /// It is an event that came more than ten seconds after it happened, by the clocks' offset.
    Late,
    /// It is an event of another tenant, which is passed over.
    OtherTenant,
}

/// How often something odd was seen, and the latest sample.
#[derive(Debug, Clone, Default)]
pub struct OddSeen {
    pub count: u64,
    pub sample: Option<OddSample>,
}

#[derive(Debug, Clone)]
pub struct OddSample {
    pub at: ConsoleTime,
    /// What is wrong with it.
    pub why: String,
    pub body: BodySeen,
}

impl Wire {
    /// A connection begins.
    pub fn connects(&self, connection: u64) {
        lock(&self.0).session.connection = connection;
    }

    /// The broker greeted.
    pub fn connected(&self, at: ConsoleTime, greeting: &[(String, String)], beats_every: Duration) {
        let session = &mut lock(&self.0).session;
        *session = BrokerSession {
            connection: session.connection,
            since: Some(at),
            heard: Some(at),
            greeting: secrets::headers(greeting),
            beats_every,
            ended: session.ended.take(),
            ..BrokerSession::default()
        };
    }

    pub fn subscribes(&self, id: &str, destination: &str) {
        lock(&self.0).session.subscriptions.push((id.to_owned(), destination.to_owned(), false));
    }

    /// The broker confirmed the subscription with that id.
    pub fn subscribed(&self, id: &str) {
        let mut seen = lock(&self.0);
        let subscription = seen.session.subscriptions.iter_mut().find(|(subscribed, ..)| subscribed == id);
        if let Some((.., confirmed)) = subscription {
            *confirmed = true;
        }
    }

    pub fn beat_sent(&self, at: ConsoleTime) {
        lock(&self.0).session.beat_sent = Some(at);
    }

    pub fn beat_heard(&self, at: ConsoleTime) {
        lock(&self.0).session.beat_heard = Some(at);
    }

    /// The connection is over.
    pub fn disconnected(&self, at: ConsoleTime, why: String) {
        let session = &mut lock(&self.0).session;
        let (connection, heard) = (session.connection, session.heard);
        *session = BrokerSession { connection, heard, ended: Some((at, why)), ..BrokerSession::default() };
    }

    /// A frame that is no event; what its headers keep secret is struck out.
    pub fn frame(&self, at: ConsoleTime, direction: Direction, command: &str, headers: &[(String, String)], body: &[u8]) {
        let (headers, body) = (secrets::headers(headers), BodySeen::of(&body.into()));
        lock(&self.0).keep_frame(FrameSeen { id: 0, at, direction, command: cut(command), headers, body });
    }

    /// Something came.
    pub fn heard(&self, at: ConsoleTime) {
        lock(&self.0).session.heard = Some(at);
    }

    /// An event of our tenant, and what time it was there when it arrived, where that is known.
    pub fn event(&self, at: ConsoleTime, there: Option<PlatformTime>, event: &Event, headers: &[(String, String)], body: &Arc<[u8]>) {
        let mut seen = lock(&self.0);
        let (headers, body) = (secrets::headers(headers), BodySeen::of(body));
        if event.time.zip(there).is_some_and(|(time, there)| time + LATE < there) {
            seen.count(Oddity::Late, at, event.name.to_string(), &body);
        }
        if event.kind == EventKind::Other {
            seen.count(Oddity::Unknown, at, event.name.to_string(), &body);
        }
        seen.keep_frame(FrameSeen { id: 0, at, direction: Direction::In, command: "MESSAGE".to_owned(), headers, body });
    }

    /// An event of another tenant, of which nothing is kept.
    pub fn of_another_tenant(&self, at: ConsoleTime) {
        lock(&self.0).count(Oddity::OtherTenant, at, String::new(), &BodySeen::default());
    }

    /// Something that could not be read; `body` is empty where there is nothing to show.
    pub fn malformed(&self, what: Oddity, at: ConsoleTime, why: String, body: &Arc<[u8]>) {
        let mut seen = lock(&self.0);
        let body = BodySeen::of(body);
        seen.count(what, at, why, &body);
        if what == Oddity::MalformedEvent {
            let (command, headers) = ("MESSAGE".to_owned(), Vec::new());
            seen.keep_frame(FrameSeen { id: 0, at, direction: Direction::In, command, headers, body });
        }
    }

    /// A request that was answered or failed. Its bodies come without secrets ([`without_secrets`]); its id is given here.
    pub fn request(&self, request: RequestSeen) {
        let mut seen = lock(&self.0);
        let id = seen.next_id();
        push(&mut seen.requests, REQUESTS, RequestSeen { id, ..request });
    }

    /// The frame with that id; none where it is not kept any more.
    pub fn frame_of(&self, id: u64) -> Option<FrameSeen> {
        lock(&self.0).frames.iter().find(|frame| frame.id == id).cloned()
    }

    /// The request with that id; none where it is not kept any more.
    pub fn request_of(&self, id: u64) -> Option<RequestSeen> {
        lock(&self.0).requests.iter().find(|request| request.id == id).cloned()
    }

    /// The newest first.
    pub fn frames(&self) -> Vec<FrameSeen> {
        lock(&self.0).frames.iter().rev().cloned().collect()
    }

    /// The newest first.
    pub fn requests(&self) -> Vec<RequestSeen> {
        lock(&self.0).requests.iter().rev().cloned().collect()
    }

    pub fn session(&self) -> BrokerSession {
        lock(&self.0).session.clone()
    }

    pub fn odd(&self, what: Oddity) -> OddSeen {
        lock(&self.0).odd.get(what as usize).cloned().unwrap_or_default()
    }
}

/// What is kept of a body, without secrets; `known` are secrets that may stand anywhere in it.
pub fn body_without_secrets(body: &[u8], known: &[&str]) -> BodySeen {
    if body.len() > LONGEST_BODY {
        return BodySeen { bytes: None, length: body.len() };
    }
    BodySeen { bytes: Some(without_secrets(body, known).into_bytes().into()), length: body.len() }
}

impl Seen {
    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn keep_frame(&mut self, frame: FrameSeen) {
        let id = self.next_id();
        push(&mut self.frames, FRAMES, FrameSeen { id, ..frame });
    }

    fn count(&mut self, what: Oddity, at: ConsoleTime, why: String, body: &BodySeen) {
        if let Some(odd) = self.odd.get_mut(what as usize) {
            odd.count += 1;
            odd.sample = Some(OddSample { at, why: cut(&why), body: body.clone() });
        }
    }
}

/// A word of the platform's, which may be of any length.
fn cut(word: &str) -> String {
    word.chars().take(LONGEST_WORD).collect()
}

fn push<T>(kept: &mut VecDeque<T>, most: usize, one: T) {
    if kept.len() == most {
        kept.pop_front();
    }
    kept.push_back(one);
}
