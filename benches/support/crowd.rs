//! Many browsers in one thread: each a socket that is read as a browser's would be, and the board that it makes of it.

use super::Outcome;
use super::exchange::Exchange;
use super::feed::Sent;
use super::stats::Latencies;
use super::time::micros;
use super::wire::{FrameHead, Told};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout_at};

/// How much is read at a time, by whichever browser.
const READ: usize = 256 << 10;
/// Nothing that is waited for takes longer.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What the browsers of a console have in common.
pub struct Crowd {
    pub(super) address: SocketAddr,
    pub(super) cookie: String,
    agents: usize,
    sent: Arc<Sent>,
    pub(super) buffer: RefCell<Vec<u8>>,
    pub(super) exchange: RefCell<Exchange>,
    /// Latencies of events that were sent since then, of the first browser or of all.
    since: Cell<u64>,
    of_first: Cell<bool>,
    latencies: RefCell<Latencies>,
    /// Frames and bytes of all browsers, with their heads.
    pub frames: Cell<u64>,
    pub bytes: Cell<u64>,
    opened: Cell<usize>,
    pub(super) heard: Notify,
    pub(super) failed: RefCell<Option<String>>,
}

/// One browser.
pub struct Browser {
    pub(super) crowd: Rc<Crowd>,
    board: RefCell<Vec<u32>>,
    named: Cell<usize>,
    calls: RefCell<BTreeSet<u32>>,
    is_first: bool,
    pub(super) whole_at: Cell<Option<Instant>>,
    /// A part of the whole board came, and another one follows.
    in_board: Cell<bool>,
    pub(super) stalls: Cell<bool>,
    /// When each frame came, and how long it is with its head.
    record: RefCell<Option<Vec<(u64, usize)>>>,
    pub(super) ended: Cell<bool>,
    task: RefCell<Option<AbortHandle>>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

impl Crowd {
    pub fn new(address: SocketAddr, cookie: String, agents: usize, sent: Arc<Sent>) -> Rc<Crowd> {
        Rc::new(Crowd {
            address,
            cookie,
            agents,
            sent,
            buffer: RefCell::new(vec![0; READ]),
            exchange: RefCell::default(),
            since: Cell::new(u64::MAX),
            of_first: Cell::new(false),
            latencies: RefCell::default(),
            frames: Cell::new(0),
            bytes: Cell::new(0),
            opened: Cell::new(0),
            heard: Notify::new(),
            failed: RefCell::default(),
        })
    }

    /// Measures the latencies of all browsers from now on.
    pub fn measure(&self) {
        self.latencies.take();
        self.of_first.set(false);
        self.since.set(micros());
    }

    /// Measures those of the first browser alone.
    pub fn measure_first(&self) {
        self.measure();
        self.of_first.set(true);
    }

    /// Ends it, and returns them.
    pub fn measured(&self) -> Latencies {
        self.since.set(u64::MAX);
        self.latencies.take()
    }

    /// Waits until something is so, looking after each message that comes.
    pub async fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) -> Outcome<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let heard = self.heard.notified();
            self.check()?;
            if is_so() {
                return Ok(());
            }
            timeout_at(deadline, heard).await.map_err(|_| format!("waited in vain until {what}"))?;
        }
    }

    /// An error where a browser could not go on.
    pub fn check(&self) -> Outcome<()> {
        self.failed.borrow().as_ref().map_or(Ok(()), |failed| Err(failed.clone().into()))
    }
}

impl Browser {
    /// One more, which has no board yet.
    pub(super) fn new(crowd: &Rc<Crowd>) -> Rc<Browser> {
        let before = crowd.opened.replace(crowd.opened.get() + 1);
        Rc::new(Browser {
            crowd: crowd.clone(),
            board: RefCell::default(),
            named: Cell::new(0),
            calls: RefCell::default(),
            is_first: before == 0,
            whole_at: Cell::new(None),
            in_board: Cell::new(false),
            stalls: Cell::new(false),
            record: RefCell::default(),
            ended: Cell::new(false),
            task: RefCell::default(),
        })
    }

    /// Reads by that task, which ends with it.
    pub(super) fn reads_by(&self, task: AbortHandle) {
        *self.task.borrow_mut() = Some(task);
    }

    /// When it had its whole board for the first time.
    pub fn whole_at(&self) -> Option<Instant> {
        self.whole_at.get()
    }

    /// The console has closed the socket.
    pub fn has_ended(&self) -> bool {
        self.ended.get()
    }

    /// Reads nothing any more, once it has its whole board.
    pub fn stall(&self) {
        self.stalls.set(true);
    }

    /// How many rows its board has.
    pub fn rows(&self) -> usize {
        self.board.borrow().len()
    }

    /// How many rows with names it has been sent.
    pub fn named(&self) -> usize {
        self.named.get()
    }

    /// It has these rows and no others.
    pub fn knows(&self, truth: &[u32]) -> bool {
        *self.board.borrow() == truth
    }

    /// How many rows it has otherwise, the first of them, and how many calls it has.
    pub fn differs(&self, truth: &[u32]) -> String {
        let board = self.board.borrow();
        let mut wrong = board.iter().zip(truth).enumerate().filter(|(_, (row, true_row))| row != true_row).map(|(agent, _)| agent);
        let first: Vec<usize> = wrong.by_ref().take(5).collect();
        format!(
            "{} rows of {} are wrong, the first {first:?}; {} calls",
            first.len() + wrong.count(),
            board.len(),
            self.calls.borrow().len()
        )
    }

    /// It has these calls and no others.
    pub fn knows_calls(&self, truth: &BTreeSet<u32>) -> bool {
        *self.calls.borrow() == *truth
    }

    /// Keeps when each frame comes, from now on.
    pub fn record(&self) {
        *self.record.borrow_mut() = Some(Vec::new());
    }

    pub fn recorded(&self) -> Vec<(u64, usize)> {
        self.record.take().unwrap_or_default()
    }

    /// Takes one message up.
    pub(super) fn take(&self, head: FrameHead, told: &Told) {
        let (crowd, now) = (&self.crowd, micros());
        crowd.frames.set(crowd.frames.get() + 1);
        crowd.bytes.set(crowd.bytes.get() + (head.size + head.length) as u64);
        if let Some(record) = self.record.borrow_mut().as_mut() {
            record.push((now, head.size + head.length));
        }
        let (mut board, mut calls) = (self.board.borrow_mut(), self.calls.borrow_mut());
        let follows_a_part = self.in_board.replace(told.of_board && !told.completes);
        if told.of_board && !follows_a_part {
            board.clear();
            board.resize(crowd.agents, 0);
            calls.clear();
        }
        let counts = self.whole_at.get().is_some() && !told.of_board && (self.is_first || !crowd.of_first.get());
        for (agent, digest) in &told.rows {
            // A row comes again where its figures of the day have grown.
            let is_new = board.get_mut(*agent as usize).is_some_and(|row| std::mem::replace(row, *digest) != *digest);
            if counts
                && is_new
                && let Some(sent) = crowd.sent.when(*agent, *digest).filter(|sent| *sent >= crowd.since.get())
            {
                crowd.latencies.borrow_mut().add(now.saturating_sub(sent));
            }
        }
        if self.is_first {
            for gone in &told.gone {
                calls.remove(gone);
            }
            calls.extend(&told.calls);
        }
        self.named.set(self.named.get() + told.named);
        if told.completes && self.whole_at.get().is_none() {
            self.whole_at.set(Some(Instant::now()));
        }
        if told.over {
            self.ended.set(true);
        }
    }
}
