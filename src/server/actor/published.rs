//! What was published of the floor, and the ways it goes to the browsers: one for those who see outside numbers whole, one for
//! those who do not. Each message is serialised once for all browsers of a way. What the second way has is masked when it is
//! published; pages, views and searches of its readers are made of that and never see the rest.

use crate::floor::mask::Mask;
use crate::floor::visibility::Visibility;
use crate::floor::{AgentId, BulkRun, CallId, CallRow, Row};
use crate::live::{Down, Header};
use crate::server::actor::hub::{Hub, Subscription};
use axum::body::Bytes;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use tokio::time::Instant;

/// How long an encoded snapshot may serve several browsers that come at once.
const SNAPSHOT_LIFE: Duration = Duration::from_millis(500);

/// The board as one visibility has it.
#[derive(Debug, Default)]
pub struct Shown {
    pub rows: BTreeMap<AgentId, Row>,
    pub calls: BTreeMap<CallId, CallRow>,
}

impl Shown {
    fn take(&mut self, rows: Vec<Row>, calls: Vec<CallRow>, gone: &[CallId]) {
        self.rows.extend(rows.into_iter().map(|row| (row.agent.clone(), row)));
        for gone in gone {
            self.calls.remove(gone);
        }
        self.calls.extend(calls.into_iter().map(|call| (call.id.clone(), call)));
    }

    /// All of it, as one message.
    fn encoded(&self, runs: Vec<BulkRun>, header: Header) -> Option<Bytes> {
        let (rows, calls) = (self.rows.values().cloned().collect(), self.calls.values().cloned().collect());
        encode(&Down::Snapshot { header, rows, calls, runs })
    }
}

#[derive(Debug)]
struct Audience {
    hub: Hub,
    snapshot: Option<(u64, Instant, Bytes)>,
}

impl Audience {
    fn new() -> Audience {
        Audience { hub: Hub::new(), snapshot: None }
    }

    /// Sends what is new, and takes it up in what is `shown`.
    fn publish(&mut self, shown: &mut Shown, new: Delta, header: Header) {
        let Delta { rows, calls, gone, runs } = new;
        let seq = header.seq;
        let delta = Down::Delta { header, rows, calls, gone, runs };
        if let Some(message) = encode(&delta) {
            self.hub.publish(seq, message);
        }
        if let Down::Delta { rows, calls, gone, .. } = delta {
            shown.take(rows, calls, &gone);
        }
    }
}

/// What changed since the last time.
#[derive(Debug, Default)]
pub struct Delta {
    pub rows: Vec<Row>,
    pub calls: Vec<CallRow>,
    pub gone: Vec<CallId>,
    pub runs: Vec<BulkRun>,
}

impl Delta {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.calls.is_empty() && self.gone.is_empty() && self.runs.is_empty()
    }
}

#[derive(Debug)]
pub struct Published {
    pub seq: u64,
    /// As the floor has it.
    pub whole: Shown,
    masked: Shown,
    mask: Mask,
    /// Calls that have another name for those who see no outside numbers, by that name.
    renamed: HashMap<CallId, CallId>,
    ways: [Audience; 2],
}

impl Published {
    pub fn new() -> Self {
        let (whole, masked, mask) = (Shown::default(), Shown::default(), Mask::new(rand::random()));
        Published { seq: 0, whole, masked, mask, renamed: HashMap::new(), ways: [Audience::new(), Audience::new()] }
    }

    /// What somebody may see of it.
    pub fn shown(&self, visibility: Visibility) -> &Shown {
        match visibility {
            Visibility::Whole => &self.whole,
            Visibility::Masked => &self.masked,
        }
    }

    /// The call with this id, as somebody may see it.
    pub fn seen(&self, visibility: Visibility, call: &CallId) -> Option<&CallRow> {
        match visibility {
            Visibility::Whole => self.whole.calls.get(call),
            Visibility::Masked => self.masked.calls.get(&self.mask.call_id(call)),
        }
    }

    /// What hides the rest, as it is known now.
    pub fn mask(&self) -> &Mask {
        &self.mask
    }

    /// The call that is meant, whatever name it has for the one who names it.
    pub fn meant(&self, call: CallId) -> CallId {
        self.renamed.get(&call).cloned().unwrap_or(call)
    }

    /// Sends what is new, as one message; `header` says what stands above it.
    pub fn publish(&mut self, new: Delta, header: impl Fn(u64) -> Header) {
        if new.is_empty() {
            return;
        }
        self.seq += 1;
        let known = &self.whole.rows;
        self.mask.learn(new.rows.iter().map(|row| (row, known.get(&row.agent).and_then(|known| known.device.as_ref()))));
        let masked = self.masked(&new);
        let [whole_way, masked_way] = &mut self.ways;
        whole_way.publish(&mut self.whole, new, header(self.seq));
        masked_way.publish(&mut self.masked, masked, header(self.seq));
    }

    /// The same as those see it who see no outside numbers.
    fn masked(&mut self, new: &Delta) -> Delta {
        let Delta { rows, calls, gone, runs } = new;
        let mask = &self.mask;
        for gone in gone {
            self.renamed.remove(&mask.call_id(gone));
        }
        for call in calls {
            let name = mask.call_id(&call.id);
            if name != call.id {
                self.renamed.insert(name, call.id.clone());
            }
        }
        Delta {
            rows: rows.iter().cloned().map(|row| mask.row(row)).collect(),
            calls: calls.iter().cloned().map(|call| mask.call(call)).collect(),
            gone: gone.iter().map(|gone| mask.call_id(gone)).collect(),
            runs: runs.iter().cloned().map(|run| mask.run(run)).collect(),
        }
    }

    /// Takes rows away. A difference cannot say so: everybody is sent the whole board anew.
    pub fn forget(&mut self, gone: &[AgentId], runs: &[BulkRun], header: impl Fn(u64) -> Header) {
        let before = self.whole.rows.len();
        for shown in [&mut self.whole, &mut self.masked] {
            gone.iter().for_each(|agent| drop(shown.rows.remove(agent)));
        }
        if self.whole.rows.len() == before {
            return;
        }
        self.mask.forget(gone);
        self.seq += 1;
        let masked_runs = runs.iter().cloned().map(|run| self.mask.run(run)).collect();
        let told = [(&self.whole, runs.to_vec()), (&self.masked, masked_runs)];
        for (way, (shown, runs)) in self.ways.iter_mut().zip(told) {
            if let Some(message) = shown.encoded(runs, header(self.seq)) {
                way.hub.publish(self.seq, message);
            }
        }
    }

    pub fn pulse(&self, header: Header) {
        if let Some(message) = encode(&Down::Pulse { header }) {
            for way in &self.ways {
                way.hub.tell(message.clone());
            }
        }
    }

    /// What a browser is sent first, and where the rest comes from. `from` is the sequence that it has, where it has been here before.
    pub fn subscribe(&mut self, visibility: Visibility, from: Option<u64>, header: Header, runs: Vec<BulkRun>) -> Subscription {
        let seq = self.seq;
        let (shown, way, runs) = match visibility {
            Visibility::Whole => (&self.whole, &mut self.ways[0], runs),
            Visibility::Masked => (&self.masked, &mut self.ways[1], runs.into_iter().map(|run| self.mask.run(run)).collect()),
        };
        let resumed = from.and_then(|from| way.hub.resume(from, seq));
        let mut subscription = resumed.unwrap_or_else(|| {
            let fresh = |(of, made, _): &(u64, Instant, Bytes)| *of == seq && made.elapsed() < SNAPSHOT_LIFE;
            if !way.snapshot.as_ref().is_some_and(fresh) {
                way.snapshot = shown.encoded(runs, header.clone()).map(|bytes| (seq, Instant::now(), bytes));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::{ConsoleTime, Offset};
    use crate::live::{Link, LinkState};

    fn header(seq: u64) -> Header {
        Header {
            epoch: 1,
            seq,
            at: ConsoleTime::default(),
            offset: Offset::NONE,
            link: Link { state: LinkState::Live, since: ConsoleTime::default(), last_event: None },
        }
    }

    /// The agents of each message that a browser gets, by what kind it is.
    fn told(messages: impl IntoIterator<Item = Bytes>) -> Vec<(&'static str, u64, Vec<String>)> {
        let numbers = |rows: &[Row]| rows.iter().map(|row| row.agent.number().to_owned()).collect();
        let read = |bytes: Bytes| match Down::decode(&bytes).unwrap() {
            Down::Snapshot { header, rows, .. } => Some(("whole", header.seq, numbers(&rows))),
            Down::Delta { header, rows, .. } => Some(("difference", header.seq, numbers(&rows))),
            Down::Pulse { .. } | Down::SignedOut => None,
        };
        messages.into_iter().filter_map(read).collect()
    }

    #[test]
    fn rows_that_go_go_in_every_browser() {
        let mut published = Published::new();
        let id = |n: u32| AgentId::trusted(format!("{n}@test.cc"));
        let rows = (5001..=5003).map(|n| Row::unknown(id(n))).collect();
        published.publish(Delta { rows, ..Delta::default() }, header);
        let mut watching = published.subscribe(Visibility::Masked, Some(1), header(1), Vec::new());
        published.forget(&[id(5004)], &[], header);
        assert_eq!(published.seq, 1, "nobody went");
        published.forget(&[id(5002)], &[], header);
        published.publish(Delta { rows: vec![Row::unknown(id(5005))], ..Delta::default() }, header);
        let number = |list: &[&str]| list.iter().map(|&number| number.to_owned()).collect();
        let expected = [("whole", 2, number(&["5001", "5003"])), ("difference", 3, number(&["5005"]))];
        let heard: Vec<Bytes> = std::iter::from_fn(|| watching.rest.try_recv().ok()).collect();
        assert_eq!(told(heard), expected);
        // Who was away meanwhile is told the same; who comes now has never seen it.
        assert_eq!(told(published.subscribe(Visibility::Whole, Some(1), header(3), Vec::new()).first), expected);
        let first = told(published.subscribe(Visibility::Whole, None, header(3), Vec::new()).first);
        assert_eq!(first, [("whole", 3, number(&["5001", "5003", "5005"]))]);
    }
}
