//! Who has subscribed to what, and the queues to them. Never waits: a session whose queue is full is cut.

use super::topic::{Address, Topic};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Messages that wait for one session, about a kilobyte each.
pub const QUEUE: usize = 16_384;
/// Subscriptions of one session.
pub const MOST_SUBSCRIPTIONS: usize = 1_000;

pub type Body = Arc<[u8]>;

/// One message for one subscription.
#[derive(Debug)]
pub struct Delivery {
    pub subscription: Arc<Subscription>,
    pub number: u64,
    pub body: Body,
}

#[derive(Debug)]
pub struct Subscription {
    /// As the client named it.
    pub id: String,
    pub destination: String,
    /// Messages carry an `ack` header.
    pub acknowledged: bool,
    topic: Topic,
}

impl Subscription {
    pub fn new(id: String, destination: String, acknowledged: bool) -> Self {
        Subscription { topic: Topic::parse(&destination), id, destination, acknowledged }
    }
}

/// A session and its subscription.
pub type Target = (u64, Arc<Subscription>);

struct Session {
    queue: mpsc::Sender<Delivery>,
    /// Ends the session because it does not keep up.
    too_slow: CancellationToken,
    subscriptions: BTreeMap<String, Arc<Subscription>>,
}

#[derive(Default)]
pub struct Broker {
    sessions: BTreeMap<u64, Session>,
    last: u64,
    /// Sessions by [`Topic::Key`]; each with the subscription's id.
    keys: HashMap<String, Vec<Target>>,
    patterns: Vec<Target>,
    message: u64,
}

impl Broker {
    pub fn open(&mut self, too_slow: CancellationToken) -> (u64, mpsc::Receiver<Delivery>) {
        let (queue, messages) = mpsc::channel(QUEUE);
        self.last += 1;
        self.sessions.insert(self.last, Session { queue, too_slow, subscriptions: BTreeMap::new() });
        (self.last, messages)
    }

    pub fn close(&mut self, session: u64) {
        if let Some(gone) = self.sessions.remove(&session) {
            for subscription in gone.subscriptions.values() {
                self.forget(session, subscription);
            }
        }
    }

    /// False where the id is taken, or there are too many.
    pub fn subscribe(&mut self, session: u64, subscription: Subscription) -> bool {
        // A session that was just cut as too slow may still ask.
        let Some(own) = self.sessions.get_mut(&session) else { return true };
        if own.subscriptions.len() >= MOST_SUBSCRIPTIONS || own.subscriptions.contains_key(&subscription.id) {
            return false;
        }
        let subscription = Arc::new(subscription);
        own.subscriptions.insert(subscription.id.clone(), subscription.clone());
        match &subscription.topic {
            Topic::Key(key) => self.keys.entry(key.clone()).or_default().push((session, subscription)),
            Topic::Pattern(_) => self.patterns.push((session, subscription)),
            Topic::Nothing => {}
        }
        true
    }

    /// False where there is no such subscription.
    pub fn unsubscribe(&mut self, session: u64, id: &str) -> bool {
        let Some(own) = self.sessions.get_mut(&session) else { return true };
        let Some(subscription) = own.subscriptions.remove(id) else {
            return false;
        };
        self.forget(session, &subscription);
        true
    }

    fn forget(&mut self, session: u64, subscription: &Arc<Subscription>) {
        let other = |(owner, kept): &Target| *owner != session || !Arc::ptr_eq(kept, subscription);
        match &subscription.topic {
            Topic::Key(key) => {
                if let Some(list) = self.keys.get_mut(key) {
                    list.retain(other);
                    if list.is_empty() {
                        self.keys.remove(key);
                    }
                }
            }
            Topic::Pattern(_) => self.patterns.retain(other),
            Topic::Nothing => {}
        }
    }

    /// Where an event of this address goes: session and subscription.
    pub fn targets(&self, address: &Address<'_>) -> Vec<Target> {
        let by_key = address.keys().into_iter().filter_map(|key| self.keys.get(&key)).flatten();
        let by_pattern = self.patterns.iter().filter(|(_, subscription)| address.matches(&subscription.topic));
        by_key.chain(by_pattern).cloned().collect()
    }

    /// Everybody who listens to the whole tenant.
    pub fn tenant_wide(&self, namespace: &str) -> Vec<Target> {
        let wide = |subscription: &&Target| subscription.1.topic.is_tenant_wide(namespace);
        self.keys.values().flatten().chain(&self.patterns).filter(wide).cloned().collect()
    }

    pub fn send(&mut self, targets: &[Target], body: &Body) {
        for (session, subscription) in targets {
            let Some(target) = self.sessions.get(session) else { continue };
            self.message += 1;
            let delivery = Delivery { subscription: subscription.clone(), number: self.message, body: body.clone() };
            if target.queue.try_send(delivery).is_err() {
                target.too_slow.cancel();
                self.close(*session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_cuts_its_session_and_no_other() {
        let mut broker = Broker::default();
        let (slow, fine) = (CancellationToken::new(), CancellationToken::new());
        let (first, _unread) = broker.open(slow.clone());
        let (second, mut messages) = broker.open(fine.clone());
        for session in [first, second] {
            assert!(broker.subscribe(session, Subscription::new("0".into(), "/topic/event.agent.*.test_cc".into(), false)));
        }
        assert!(!broker.subscribe(second, Subscription::new("0".into(), "/topic/event.call.test_cc".into(), false)));
        let address = Address::new("agentReady", "test.cc", None, None);
        for _ in 0..=QUEUE {
            broker.send(&broker.targets(&address), &Arc::from(&b"{}"[..]));
            assert!(messages.try_recv().is_ok());
        }
        assert!(slow.is_cancelled() && !fine.is_cancelled());
        assert_eq!(broker.targets(&address).len(), 1);
        assert!(broker.unsubscribe(second, "0") && !broker.unsubscribe(second, "0"));
        assert!(broker.targets(&address).is_empty() && broker.keys.is_empty());
    }
}
