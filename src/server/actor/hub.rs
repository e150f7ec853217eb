//! From the floor's owner to the browsers. A message is serialised once for all of them; the hub never waits for any: who falls
//! behind the bounded queue takes a snapshot.

use axum::body::Bytes;
use std::collections::VecDeque;
use tokio::sync::broadcast;

/// How many messages a browser may be behind; at one a tick, several seconds.
const QUEUE: usize = 256;
/// How many bytes of past messages are kept for browsers that come back after a short break.
const KEPT_BYTES: usize = 8 << 20;

/// What a browser is sent first, and where the rest comes from.
#[derive(Debug)]
pub struct Subscription {
    pub first: Vec<Bytes>,
    pub rest: broadcast::Receiver<Bytes>,
}

#[derive(Debug)]
pub struct Hub {
    sender: broadcast::Sender<Bytes>,
    /// The last deltas with the sequence that each leads to, without gaps.
    kept: VecDeque<(u64, Bytes)>,
    kept_bytes: usize,
}

impl Hub {
    pub fn new() -> Self {
        Hub { sender: broadcast::Sender::new(QUEUE), kept: VecDeque::new(), kept_bytes: 0 }
    }

    /// Sends a delta that leads to `seq`.
    pub fn publish(&mut self, seq: u64, message: Bytes) {
        self.kept_bytes += message.len();
        self.kept.push_back((seq, message.clone()));
        while self.kept_bytes > KEPT_BYTES {
            let Some((_, oldest)) = self.kept.pop_front() else { break };
            self.kept_bytes -= oldest.len();
        }
        self.tell(message);
    }

    /// Sends what needs no keeping.
    pub fn tell(&self, message: Bytes) {
        // Nobody listening is no error.
        self.sender.send(message).ok();
    }

    /// From now on everything; first what was missed since `seq`, where all of it is still there.
    pub fn resume(&self, seq: u64, current: u64) -> Option<Subscription> {
        let missed = usize::try_from(current.checked_sub(seq)?).ok()?;
        let first = self.kept.len().checked_sub(missed)?;
        let first = self.kept.iter().skip(first).map(|(_, message)| message.clone()).collect();
        Some(Subscription { first, rest: self.sender.subscribe() })
    }

    /// From now on everything; first the whole board.
    pub fn begin(&self, snapshot: Bytes) -> Subscription {
        Subscription { first: vec![snapshot], rest: self.sender.subscribe() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_resumes_only_where_nothing_is_missing() {
        let mut hub = Hub::new();
        for seq in 1..=5 {
            hub.publish(seq, Bytes::from(vec![seq as u8]));
        }
        let first = |seq| hub.resume(seq, 5).map(|s| s.first.concat());
        assert_eq!(first(3), Some(vec![4, 5]));
        assert_eq!(first(5), Some(vec![]));
        assert_eq!(first(0), Some(vec![1, 2, 3, 4, 5]));
        assert_eq!(first(6), None);
        hub.publish(6, Bytes::from(vec![0; KEPT_BYTES + 1]));
        assert!(hub.resume(5, 6).is_none());
        assert!(hub.resume(6, 6).is_some());
    }
}
