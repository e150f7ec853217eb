//! What was published of the floor. The owner puts it together and writes each message once for all browsers that see the same; pages,
//! views and browsers that join read what was published last, without asking the owner.

use crate::floor::mask::Mask;
use crate::floor::visibility::Visibility;
use crate::floor::{AgentId, BulkRun, CallId, CallRow, Offset, Row};
use crate::live::{Down, Header};
use crate::server::actor::board::Board;
use crate::server::actor::channel::{Channel, Listener};
use crate::server::actor::frame::Framed;
use crate::server::actor::joining::Joining;
use crate::server::actor::publication::{Head, Publication};
use crate::server::clock::now;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;
use tokio::time::Instant;

/// What changed since the last time.
#[derive(Debug, Default)]
pub struct Delta {
    pub rows: Vec<Arc<Row>>,
    pub calls: Vec<Arc<CallRow>>,
    pub gone: Vec<CallId>,
    pub runs: Vec<BulkRun>,
}

impl Delta {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.calls.is_empty() && self.gone.is_empty() && self.runs.is_empty()
    }

    fn seen_through(&self, mask: &Mask) -> Delta {
        Delta {
            rows: self.rows.iter().map(|row| Arc::new(mask.row(Row::clone(row)))).collect(),
            calls: self.calls.iter().map(|call| Arc::new(mask.call(CallRow::clone(call)))).collect(),
            gone: self.gone.iter().map(|gone| mask.call_id(gone)).collect(),
            runs: self.runs.iter().cloned().map(|run| mask.run(run)).collect(),
        }
    }

    fn message(self, header: Header) -> Option<Framed> {
        let Delta { rows, calls, gone, runs } = self;
        Framed::of(&Down::Delta { header, rows, calls, gone, runs })
    }
}

/// Those who see the same.
#[derive(Debug)]
struct Audience {
    visibility: Visibility,
    channel: Arc<Channel>,
    joining: Joining,
}

impl Audience {
    fn new(visibility: Visibility) -> Audience {
        Audience { visibility, channel: Channel::new(), joining: Joining::default() }
    }
}

/// What was published, as everybody may read it.
#[derive(Debug)]
pub struct Published {
    now: watch::Sender<Publication>,
    audiences: [Audience; 2],
    /// Whether something waits for being published that its author counts on: the outcome of an intervention, not the floor's events.
    pressing: AtomicBool,
}

/// A browser's part in the live channel: what it is sent first, and where the rest comes from.
#[derive(Debug)]
pub struct Subscription {
    pub first: Vec<Framed>,
    pub rest: Listener,
}

impl Published {
    fn new(head: Head, naming_key: [u64; 2]) -> Arc<Published> {
        let first = Publication { seq: 0, head, board: Board::default(), mask: Mask::new(naming_key) };
        let audiences = [Audience::new(Visibility::Whole), Audience::new(Visibility::Masked)];
        Arc::new(Published { now: watch::Sender::new(first), audiences, pressing: AtomicBool::new(false) })
    }

    /// The clocks' offset.
    pub fn offset(&self) -> Offset {
        self.now.borrow().head.offset
    }

    /// What was published last.
    pub fn now(&self) -> Publication {
        self.now.borrow().clone()
    }

    /// How many browsers listen.
    pub fn listeners(&self) -> usize {
        self.audiences.iter().map(|audience| audience.channel.listeners()).sum()
    }

    /// Whether something waits that its author counts on.
    pub fn is_pressing(&self) -> bool {
        self.pressing.load(Ordering::SeqCst)
    }

    pub fn press(&self, pressing: bool) {
        self.pressing.store(pressing, Ordering::SeqCst);
    }

    fn audience(&self, visibility: Visibility) -> &Audience {
        let [whole, masked] = &self.audiences;
        match visibility {
            Visibility::Whole => whole,
            Visibility::Masked => masked,
        }
    }

    /// A browser's part in the live channel. `from` is the sequence that it has, where it has been here before.
    pub async fn join(&self, visibility: Visibility, from: Option<u64>) -> Subscription {
        let audience = self.audience(visibility);
        let mut rest = audience.channel.listen();
        let mut first = Vec::new();
        let missed = from.filter(|from| *from <= self.now.borrow().seq).map(|from| {
            rest.go_on_from(from);
            rest.ready()
        });
        match missed {
            Some(Ok(missed)) => first.extend(missed),
            _ => self.begin(audience, &mut rest, &mut first).await,
        }
        // The link as it is now, not as it was with the last delta or when the snapshot was made.
        first.extend(Framed::of(&Down::Pulse { header: self.now.borrow().head.header(rest.seq(), now()) }));
        Subscription { first, rest }
    }

    /// The whole board, and what was published since it was written.
    async fn begin(&self, audience: &Audience, rest: &mut Listener, first: &mut Vec<Framed>) {
        loop {
            let written = audience.joining.board(|seq| audience.channel.reaches_back_to(seq), || self.now(), audience.visibility).await;
            rest.go_on_from(written.seq);
            if let Ok(since) = rest.ready() {
                first.extend(written.parts.iter().cloned());
                return first.extend(since);
            }
        }
    }
}

/// The owner's end: only the owner publishes.
#[derive(Debug)]
pub struct Publisher {
    pub shared: Arc<Published>,
    pub latest: Publication,
}

impl Publisher {
    /// Begins with nothing but the head; `naming_key` is that of the calls' other names.
    pub fn new(head: Head, naming_key: [u64; 2]) -> Publisher {
        let shared = Published::new(head, naming_key);
        let latest = shared.now();
        Publisher { shared, latest }
    }

    /// Takes a row for the next publication; returns it where it says something new.
    pub fn take_row(&mut self, row: Row) -> Option<Arc<Row>> {
        let Publication { board, mask, .. } = &mut self.latest;
        let known = board.row(&row.agent).cloned();
        if known.as_ref().is_some_and(|known| **known == row) {
            return None;
        }
        if known.as_ref().is_none_or(|known| known.device != row.device) {
            mask.learn(std::iter::once((&row, known.as_ref().and_then(|known| known.device.as_ref()))));
        }
        let row = Arc::new(row);
        board.put_row(Arc::clone(&row), known.as_deref());
        Some(row)
    }

    /// Takes a call for the next publication; returns it where it says something new.
    pub fn take_call(&mut self, call: CallRow) -> Option<Arc<CallRow>> {
        let known = self.latest.board.call(&call.id).cloned();
        if known.as_ref().is_some_and(|known| **known == call) {
            return None;
        }
        let call = Arc::new(call);
        self.latest.board.put_call(Arc::clone(&call), known.as_deref());
        Some(call)
    }

    /// Takes a call away with the next publication; returns whether it was there.
    pub fn drop_call(&mut self, id: &CallId) -> bool {
        self.latest.board.remove_call(id)
    }

    /// Publishes what was taken and is new, as one message.
    pub fn publish(&mut self, new: Delta, runs: impl FnOnce() -> Vec<BulkRun>, head: Head) {
        if new.is_empty() {
            return;
        }
        if !new.runs.is_empty() {
            self.latest.board.set_runs(runs());
        }
        self.latest.seq += 1;
        self.latest.head = head;
        let (seq, header) = (self.latest.seq, self.latest.header());
        // Asked before the board is there for whoever joins: who comes in between is sent the next board.
        let heard = self.heard();
        self.shared.now.send_replace(self.latest.clone());
        let [whole, masked] = &self.shared.audiences;
        let [whole_heard, masked_heard] = heard;
        let masked_message = masked_heard.then(|| new.seen_through(&self.latest.mask).message(header.clone())).flatten();
        let whole_message = whole_heard.then(|| new.message(header)).flatten();
        for (audience, message) in [(whole, whole_message), (masked, masked_message)] {
            match message {
                Some(message) => audience.channel.publish(seq, message),
                None => audience.channel.begin_anew(seq),
            }
        }
    }

    fn heard(&self) -> [bool; 2] {
        let now = Instant::now();
        self.shared.audiences.each_ref().map(|audience| audience.channel.is_heard(now))
    }

    /// Takes rows away. A difference cannot say so: everybody is sent the whole board anew.
    pub fn forget(&mut self, gone: &[AgentId], head: Head) {
        let Publication { seq, board, mask, .. } = &mut self.latest;
        let before = board.len();
        gone.iter().for_each(|agent| board.remove_row(agent));
        if board.len() == before {
            return;
        }
        mask.forget(gone);
        *seq += 1;
        self.latest.head = head;
        self.shared.now.send_replace(self.latest.clone());
        self.shared.audiences.iter().for_each(|audience| audience.channel.begin_anew(self.latest.seq));
    }

    /// Breaks the silence.
    pub fn pulse(&mut self, head: Head) {
        self.latest.head = head;
        self.shared.now.send_replace(self.latest.clone());
        let Some(message) = Framed::of(&Down::Pulse { header: self.latest.header() }) else { return };
        for audience in self.shared.audiences.iter().filter(|audience| audience.channel.listeners() > 0) {
            audience.channel.tell(message.clone());
        }
    }

    /// The call that is meant, whatever name it has for the one who names it.
    pub fn meant(&self, call: CallId) -> CallId {
        let Publication { board, mask, .. } = &self.latest;
        if !Mask::may_be_another_name(&call) || board.call(&call).is_some() {
            return call;
        }
        board.calls().map(|known| &known.id).find(|known| mask.call_id(known) == call).cloned().unwrap_or(call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::{ConsoleTime, Offset};
    use crate::live::{Link, LinkState};
    use crate::server::actor::channel::Behind;
    use crate::server::actor::frame::payload;

    fn head() -> Head {
        let link = Link::new(LinkState::Live, ConsoleTime::default());
        Head { epoch: 1, offset: Offset::NONE, link }
    }

    fn publish(publisher: &mut Publisher, numbers: impl IntoIterator<Item = u32>) {
        let row = |n: u32| publisher.take_row(Row::unknown(AgentId::trusted(format!("{n}@test.cc"))));
        let rows = numbers.into_iter().filter_map(row).collect();
        publisher.publish(Delta { rows, ..Delta::default() }, Vec::new, head());
    }

    /// The agents of each message that a browser gets, by what kind it is.
    async fn told(messages: impl IntoIterator<Item = Framed>) -> Vec<(&'static str, u64, Vec<String>)> {
        let numbers = |rows: &[Arc<Row>]| rows.iter().map(|row| row.agent.number().to_owned()).collect();
        let mut told = Vec::new();
        for message in messages {
            match Down::decode(&payload(&message).await).unwrap() {
                Down::Snapshot { header, rows, .. } => told.push(("whole", header.seq, numbers(&rows))),
                Down::Delta { header, rows, .. } => told.push(("difference", header.seq, numbers(&rows))),
                Down::Pulse { .. } | Down::SignedOut | Down::Outdated | Down::Phone(_) => {}
            }
        }
        told
    }

    fn expected(kind: &'static str, seq: u64, agents: &[&str]) -> (&'static str, u64, Vec<String>) {
        (kind, seq, agents.iter().map(|&agent| agent.to_owned()).collect())
    }

    #[tokio::test]
    async fn rows_that_go_go_in_every_browser() {
        let mut publisher = Publisher::new(head(), [1, 2]);
        let shared = Arc::clone(&publisher.shared);
        publish(&mut publisher, 5001..=5003);
        let mut watching = shared.join(Visibility::Masked, None).await;
        assert_eq!(told(watching.first).await, [expected("whole", 1, &["5001", "5002", "5003"])]);
        publisher.forget(&[AgentId::trusted("5004@test.cc")], head());
        assert_eq!(publisher.latest.seq, 1, "nobody went");
        publisher.forget(&[AgentId::trusted("5002@test.cc")], head());
        assert_eq!(watching.rest.ready(), Err(Behind));
        publish(&mut publisher, [5005]);
        // Who was away meanwhile, who takes the board anew and who comes now are told the same.
        for from in [Some(1), None] {
            let first = told(shared.join(Visibility::Masked, from).await.first).await;
            assert_eq!(first, [expected("whole", 3, &["5001", "5003", "5005"])]);
        }
    }

    #[tokio::test]
    async fn whoever_comes_soon_after_another_is_sent_the_same_board_and_what_came_since() {
        let mut publisher = Publisher::new(head(), [1, 2]);
        let shared = Arc::clone(&publisher.shared);
        publish(&mut publisher, [5001]);
        let first = shared.join(Visibility::Whole, None).await;
        publish(&mut publisher, [5002]);
        let mut second = shared.join(Visibility::Whole, None).await;
        publish(&mut publisher, [5003]);
        assert_eq!(told(first.first).await, [expected("whole", 1, &["5001"])]);
        assert_eq!(told(second.first).await, [expected("whole", 1, &["5001"]), expected("difference", 2, &["5002"])]);
        assert_eq!(told(second.rest.ready().unwrap()).await, [expected("difference", 3, &["5003"])]);
        // Who has been here before goes on from there.
        assert_eq!(told(shared.join(Visibility::Whole, Some(2)).await.first).await, [expected("difference", 3, &["5003"])]);
        assert_eq!(told(shared.join(Visibility::Whole, Some(7)).await.first).await.len(), 3, "of another life");
    }

    #[tokio::test]
    async fn nobody_is_sent_what_was_not_written_for_want_of_listeners() {
        let mut publisher = Publisher::new(head(), [1, 2]);
        let shared = Arc::clone(&publisher.shared);
        publish(&mut publisher, [5001]);
        publish(&mut publisher, [5002]);
        assert_eq!(told(shared.join(Visibility::Whole, Some(1)).await.first).await, [expected("whole", 2, &["5001", "5002"])]);
    }
}
