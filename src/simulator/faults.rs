//! What tests let go wrong.

use super::floor::Refusal;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// An order of faults, as `POST /simulator/faults` takes it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Drop all WebSocket connections.
    pub cut: Option<bool>,
    /// Refuse new ones for so long.
    pub refuse_connections_ms: Option<u64>,
    /// WebSockets stay open and nothing at all is sent.
    pub stall_ms: Option<u64>,
    /// The next HTTP answer comes so much later.
    pub stall_http_ms: Option<u64>,
    /// The next events are sent twice.
    pub duplicate: Option<u32>,
    /// The next events are shuffled.
    pub reorder: Option<u32>,
    /// The next events are lost.
    pub mute_events: Option<u32>,
    /// The next messages claim to be longer than they are.
    pub too_long: Option<u32>,
    pub expire_sessions: Option<bool>,
    pub refuse: Option<Refuse>,
    /// The next API requests get no answer, their connection is closed.
    pub drop_http: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refuse {
    pub status: u16,
    #[serde(default = "once")]
    pub times: u32,
    #[serde(default)]
    pub body: String,
    /// The start of the path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

fn once() -> u32 {
    1
}

/// No fault outlives a test by much.
const LONGEST: u64 = 3_600_000;
/// A shuffle holds at most so many events.
const MOST_HELD: u32 = 10_000;

/// By how much a message claims to be longer: hundreds of events.
const TOO_LONG_BY: usize = 900_000;

/// What happens to one HTTP request.
#[derive(Debug, Default)]
pub struct Verdict {
    pub delay: Duration,
    pub drop: bool,
    pub refuse: Option<(u16, String)>,
}

/// The faults that are armed.
#[derive(Debug, Default)]
pub struct Faults {
    refuse_connections_until: Option<Instant>,
    stall_http: Option<u64>,
    refuse: Vec<Refuse>,
    drop_http: u32,
    duplicate: u32,
    reorder: u32,
    mute: u32,
    too_long: u32,
}

/// How often one event is sent, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Lost,
    Sent(u32),
    /// Kept for the shuffle; true when the shuffle is complete with it.
    Held(bool),
}

impl Faults {
    /// Arms what concerns requests and events; cutting, stalling and expiring is for those who hold the connections and sessions.
    pub fn arm(&mut self, order: &Order, now: Instant) -> Result<(), Refusal> {
        if let Some(refuse) = &order.refuse {
            if !(200..=599).contains(&refuse.status) {
                return Err(Refusal::BadRequest("refuse.status is no HTTP status between 200 and 599".into()));
            }
            if self.refuse.len() >= 100 {
                return Err(Refusal::BadRequest("at most 100 refusals at a time".into()));
            }
            self.refuse.push(refuse.clone());
        }
        if let Some(millis) = order.refuse_connections_ms {
            self.refuse_connections_until = Some(now + Duration::from_millis(millis.min(LONGEST)));
        }
        if let Some(millis) = order.stall_http_ms {
            self.stall_http = Some(millis.min(LONGEST));
        }
        self.duplicate = order.duplicate.unwrap_or(self.duplicate);
        self.reorder = order.reorder.map_or(self.reorder, |events| events.min(MOST_HELD));
        self.mute = order.mute_events.unwrap_or(self.mute);
        self.too_long = order.too_long.unwrap_or(self.too_long);
        self.drop_http = order.drop_http.unwrap_or(self.drop_http);
        Ok(())
    }

    /// What is armed now.
    pub fn report(&self, now: Instant) -> serde_json::Value {
        let refusing =
            self.refuse_connections_until.and_then(|until| until.checked_duration_since(now)).map_or(0, |left| left.as_millis() as u64);
        serde_json::json!({
            "refuse_connections_ms": refusing,
            "stall_http_ms": self.stall_http.unwrap_or(0),
            "refuse": self.refuse,
            "drop_http": self.drop_http,
            "duplicate": self.duplicate,
            "reorder": self.reorder,
            "mute_events": self.mute,
            "too_long": self.too_long,
        })
    }

    pub fn refuses_connections(&self, now: Instant) -> bool {
        self.refuse_connections_until.is_some_and(|until| now < until)
    }

    /// Uses up what is armed for the next request.
    pub fn judge(&mut self, path: &str) -> Verdict {
        let mut verdict = Verdict { delay: Duration::from_millis(self.stall_http.take().unwrap_or(0)), ..Verdict::default() };
        if self.drop_http > 0 {
            self.drop_http -= 1;
            verdict.drop = true;
            return verdict;
        }
        let matching = |refuse: &Refuse| refuse.path.as_deref().is_none_or(|start| path.starts_with(start));
        if let Some(refuse) = self.refuse.iter_mut().find(|refuse| refuse.times > 0 && matching(refuse)) {
            refuse.times -= 1;
            verdict.refuse = Some((refuse.status, refuse.body.clone()));
        }
        self.refuse.retain(|refuse| refuse.times > 0);
        verdict
    }

    /// Uses up what is armed for the next message to a subscriber: by how much its length is wrong.
    pub fn excess(&mut self) -> usize {
        let is_wrong = self.too_long > 0;
        self.too_long = self.too_long.saturating_sub(1);
        if is_wrong { TOO_LONG_BY } else { 0 }
    }

    /// Uses up what is armed for the next event.
    pub fn fate(&mut self) -> Fate {
        if self.mute > 0 {
            self.mute -= 1;
            return Fate::Lost;
        }
        if self.reorder > 0 {
            self.reorder -= 1;
            return Fate::Held(self.reorder == 0);
        }
        if self.duplicate > 0 {
            self.duplicate -= 1;
            return Fate::Sent(2);
        }
        Fate::Sent(1)
    }
}

/// Another order than before, wherever there is one.
pub fn shuffle<T>(events: Vec<T>) -> Vec<T> {
    let mut events: Vec<(usize, T)> = events.into_iter().enumerate().collect();
    events.shuffle(&mut rand::rng());
    if events.is_sorted_by_key(|(position, _)| *position) {
        events.reverse();
    }
    events.into_iter().map(|(_, event)| event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(json: &str) -> Order {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_unknown_fault_is_named() {
        let error = serde_json::from_str::<Order>(r#"{"cutt":true}"#).unwrap_err().to_string();
        assert!(error.contains("cutt"), "{error}");
    }

    #[test]
    fn a_refusal_meets_its_path_and_is_used_up() {
        let mut faults = Faults::default();
        faults.arm(&order(r#"{"refuse":{"status":460,"times":2,"body":"no","path":"/api/csta"}}"#), Instant::now()).unwrap();
        assert!(faults.judge("/login").refuse.is_none());
        assert_eq!(faults.judge("/api/csta/agent/state").refuse, Some((460, "no".into())));
        assert_eq!(faults.judge("/api/csta/agent/state").refuse, Some((460, "no".into())));
        assert!(faults.judge("/api/csta/agent/state").refuse.is_none());
        assert!(faults.arm(&order(r#"{"refuse":{"status":99}}"#), Instant::now()).is_err());
    }

    #[test]
    fn events_are_lost_then_held_then_doubled() {
        let mut faults = Faults::default();
        faults.arm(&order(r#"{"mute_events":1,"reorder":2,"duplicate":1}"#), Instant::now()).unwrap();
        let fates: Vec<Fate> = (0..5).map(|_| faults.fate()).collect();
        assert_eq!(fates, [Fate::Lost, Fate::Held(false), Fate::Held(true), Fate::Sent(2), Fate::Sent(1)]);
        for _ in 0..50 {
            assert_ne!(shuffle(vec![1, 2]), [1, 2]);
        }
    }
}
