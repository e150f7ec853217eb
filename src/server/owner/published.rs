//! What was published of the floor, and the ways it goes to the browsers: one for those who see outside numbers whole, one for
//! those who do not. Each message is serialised once for all browsers of a way.

use crate::floor::{AgentId, CallId, CallRow, Row, Run};
use crate::live::{Down, Header};
use crate::server::hub::{Hub, Subscription};
use axum::body::Bytes;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// How long an encoded snapshot may serve several browsers that come at once.
const SNAPSHOT_LIFE: Duration = Duration::from_millis(500);

/// What somebody may see of outside parties' numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    Whole,
    Masked,
}

impl Sight {
    pub fn row(self, row: Row) -> Row {
        match self {
            Sight::Whole => row,
            Sight::Masked => row.masked(),
        }
    }

    pub fn call(self, call: CallRow) -> CallRow {
        match self {
            Sight::Whole => call,
            Sight::Masked => call.masked(),
        }
    }
}

#[derive(Debug)]
struct Way {
    sight: Sight,
    hub: Hub,
    snapshot: Option<(u64, Instant, Bytes)>,
}

/// What changed since the last time.
#[derive(Debug, Default)]
pub struct Difference {
    pub rows: Vec<Row>,
    pub calls: Vec<CallRow>,
    pub gone: Vec<CallId>,
    pub runs: Vec<Run>,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.calls.is_empty() && self.gone.is_empty() && self.runs.is_empty()
    }
}

#[derive(Debug)]
pub struct Published {
    pub seq: u64,
    pub rows: BTreeMap<AgentId, Row>,
    pub calls: BTreeMap<CallId, CallRow>,
    ways: [Way; 2],
}

impl Published {
    pub fn new() -> Self {
        let way = |sight| Way { sight, hub: Hub::new(), snapshot: None };
        Published { seq: 0, rows: BTreeMap::new(), calls: BTreeMap::new(), ways: [way(Sight::Whole), way(Sight::Masked)] }
    }

    /// Sends what is new, as one message; `header` says what stands above it.
    pub fn publish(&mut self, new: Difference, header: impl Fn(u64) -> Header) {
        if new.is_empty() {
            return;
        }
        self.seq += 1;
        for way in &mut self.ways {
            let delta = Down::Delta {
                header: header(self.seq),
                rows: new.rows.iter().cloned().map(|row| way.sight.row(row)).collect(),
                calls: new.calls.iter().cloned().map(|call| way.sight.call(call)).collect(),
                gone: new.gone.clone(),
                runs: new.runs.clone(),
            };
            if let Some(message) = encode(&delta) {
                way.hub.publish(self.seq, message);
            }
        }
        self.rows.extend(new.rows.into_iter().map(|row| (row.agent.clone(), row)));
        for gone in &new.gone {
            self.calls.remove(gone);
        }
        self.calls.extend(new.calls.into_iter().map(|call| (call.id.clone(), call)));
    }

    pub fn pulse(&self, header: Header) {
        if let Some(message) = encode(&Down::Pulse { header }) {
            for way in &self.ways {
                way.hub.tell(message.clone());
            }
        }
    }

    /// What a browser is sent first, and where the rest comes from. `from` is the sequence that it has, where it has been here before.
    pub fn subscribe(&mut self, sight: Sight, from: Option<u64>, header: Header, runs: Vec<Run>) -> Subscription {
        let (seq, rows, calls) = (self.seq, &self.rows, &self.calls);
        let way = if sight == Sight::Whole { &mut self.ways[0] } else { &mut self.ways[1] };
        let resumed = from.and_then(|from| way.hub.resume(from, seq));
        let mut subscription = resumed.unwrap_or_else(|| {
            let fresh = |(of, made, _): &(u64, Instant, Bytes)| *of == seq && made.elapsed() < SNAPSHOT_LIFE;
            if !way.snapshot.as_ref().is_some_and(fresh) {
                let rows = rows.values().cloned().map(|row| sight.row(row)).collect();
                let calls = calls.values().cloned().map(|call| sight.call(call)).collect();
                let snapshot = Down::Snapshot { header: header.clone(), rows, calls, runs };
                way.snapshot = encode(&snapshot).map(|bytes| (seq, Instant::now(), bytes));
            }
            way.hub.begin(way.snapshot.as_ref().map(|(_, _, bytes)| bytes.clone()).unwrap_or_default())
        });
        // The link as it is now, not as it was with the last delta or when the snapshot was made.
        subscription.first.extend(encode(&Down::Pulse { header }));
        subscription
    }
}

fn encode(message: &Down) -> Option<Bytes> {
    match message.encode() {
        Ok(bytes) => Some(bytes.into()),
        Err(error) => {
            tracing::error!(%error, "a message to the browsers could not be written");
            None
        }
    }
}
