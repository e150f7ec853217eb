//! The database's thread and what waits for it. Work is done in the order in which it came. What has to be written is tried again until it
//! is written, however long the file is locked or the disk is full; questions do not wait behind it.

use super::StoreError;
use super::aside::set_aside;
use crate::server::database::{Engine, EngineError, Statement};
use crate::server::lock::lock;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How often the file is looked at while there is nothing to do.
const LOOK: Duration = Duration::from_millis(500);
/// The pause before what failed is tried again, and how long one attempt waits for a lock: questions wait no longer.
const AGAIN: Duration = Duration::from_millis(50);
/// How long a question that has to write waits for a lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// What has to be written, all or nothing.
pub(super) type Write = Vec<Statement>;
/// A question; false where it is to be asked again. With `last`, whatever comes of it is the answer.
pub(super) type Question = Box<dyn FnMut(&mut dyn Engine, bool) -> bool + Send>;

enum Work {
    Write(Pending),
    Ask(Question),
    /// The console ends.
    SetAside(oneshot::Sender<bool>),
}

struct Pending {
    what: &'static str,
    write: Write,
    done: Option<oneshot::Sender<()>>,
}

/// How the database is, for those who ask without waiting.
#[derive(Debug, Default)]
struct Health {
    /// Writes that are not done yet.
    waiting: AtomicUsize,
    lost: AtomicBool,
    /// Since when the next write has failed.
    stuck_since: Mutex<Option<Instant>>,
    ended: CancellationToken,
}

/// A handle to the thread; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    work: Sender<Work>,
    health: Arc<Health>,
}

impl Queue {
    /// Starts the thread. `aside` is the file for what the database does not take until the end.
    pub fn start(engine: Box<dyn Engine>, aside: Option<PathBuf>) -> Result<Queue, StoreError> {
        let (work, queue) = channel();
        let health = Arc::new(Health::default());
        let thread = Thread { engine, aside, health: health.clone(), writes: VecDeque::new(), asked: VecDeque::new() };
        let ended = health.ended.clone().drop_guard();
        std::thread::Builder::new()
            .name("database".to_owned())
            .spawn(move || thread.run(&queue, ended))
            .map_err(|error| StoreError::Open { path: "the database's thread".to_owned(), reason: error.to_string() })?;
        Ok(Queue { work, health })
    }

    /// Has `write` done, without waiting; `done` hears of it.
    pub fn write(&self, what: &'static str, write: Write, done: Option<oneshot::Sender<()>>) {
        self.health.waiting.fetch_add(1, Ordering::Relaxed);
        // Fails only where the thread has ended, which ends the program.
        self.work.send(Work::Write(Pending { what, write, done })).ok();
    }

    /// Sets aside what could not be written until now; false where that fails too.
    pub async fn set_aside(&self) -> bool {
        let (reply, answer) = oneshot::channel();
        self.work.send(Work::SetAside(reply)).is_ok() && answer.await.unwrap_or(false)
    }

    pub fn ask(&self, question: Question) -> Result<(), StoreError> {
        self.work.send(Work::Ask(question)).map_err(|_| StoreError::Stopped)
    }

    /// How many writes wait.
    pub fn waiting(&self) -> usize {
        self.health.waiting.load(Ordering::Relaxed)
    }

    /// The file is not where it was, or another one is.
    pub fn is_lost(&self) -> bool {
        self.health.lost.load(Ordering::Relaxed)
    }

    /// For how long nothing could be written.
    pub fn stuck_for(&self) -> Option<Duration> {
        lock(&self.health.stuck_since).map(|since| since.elapsed())
    }

    /// Waits until the thread has ended, which it does not while a handle lives.
    pub async fn ended(&self) {
        self.health.ended.cancelled().await;
    }
}

struct Thread {
    engine: Box<dyn Engine>,
    aside: Option<PathBuf>,
    health: Arc<Health>,
    /// What could not be written yet, and what came behind it.
    writes: VecDeque<Pending>,
    /// Questions that met a lock, and until when they are asked again.
    asked: VecDeque<(Question, Instant)>,
}

impl Thread {
    fn run(mut self, queue: &Receiver<Work>, _ended: DropGuard) {
        let mut looked = Instant::now();
        if let Err(error) = self.engine.wait_for_locks(AGAIN) {
            tracing::warn!(%error, "the database did not hear how long locks are waited for");
        }
        loop {
            let pause = if self.writes.is_empty() && self.asked.is_empty() { LOOK } else { AGAIN };
            match queue.recv_timeout(pause) {
                Ok(work) => {
                    self.take(work);
                    // All that came meanwhile, so that no question waits for one attempt each.
                    while let Ok(work) = queue.try_recv() {
                        self.take(work);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.write(),
            }
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                self.look();
            }
            self.write();
            self.ask_again();
        }
    }

    fn take(&mut self, work: Work) {
        match work {
            Work::Write(pending) => {
                self.writes.push_back(pending);
                self.write_if_free();
            }
            Work::Ask(mut question) => {
                if !question(&mut *self.engine, false) {
                    self.asked.push_back((question, Instant::now() + PATIENCE));
                }
            }
            // Nobody waiting any more is no error.
            Work::SetAside(reply) => drop(reply.send(self.set_aside())),
        }
    }

    fn set_aside(&mut self) -> bool {
        self.write();
        let writes = std::mem::take(&mut self.writes);
        if writes.is_empty() {
            return true;
        }
        let Some(path) = &self.aside else { return false };
        match set_aside(path, writes.iter().map(|pending| pending.write.as_slice())) {
            Ok(()) => {
                tracing::warn!(lines = writes.len(), "the database cannot be written: what waits is set aside for the next start");
                true
            }
            Err(error) => {
                tracing::error!(%error, "what the database did not take could not be set aside");
                false
            }
        }
    }

    /// In the usual case a write is done at once, before the question that came behind it.
    fn write_if_free(&mut self) {
        if lock(&self.health.stuck_since).is_none() {
            self.write();
        }
    }

    /// Writes what waits, in its order, up to the first that fails.
    fn write(&mut self) {
        while let Some(pending) = self.writes.front() {
            if !self.engine.is_there() {
                return self.look();
            }
            let written = self.engine.write(&pending.write);
            match &written {
                Ok(_) => {}
                Err(error) if error.may_pass() => return self.stuck(error),
                Err(error) => tracing::error!(%error, "{} can never be written", pending.what),
            }
            *lock(&self.health.stuck_since) = None;
            self.health.waiting.fetch_sub(1, Ordering::Relaxed);
            let done = self.writes.pop_front().and_then(|pending| pending.done).filter(|_| written.is_ok());
            // Nobody waiting any more is no error.
            done.and_then(|done| done.send(()).ok());
        }
    }

    fn stuck(&self, error: &EngineError) {
        let mut since = lock(&self.health.stuck_since);
        if since.is_none() {
            *since = Some(Instant::now());
            tracing::warn!(%error, "the database cannot be written: what is to be kept waits");
        }
    }

    fn ask_again(&mut self) {
        for _ in 0..self.asked.len() {
            let Some((mut question, until)) = self.asked.pop_front() else { return };
            if !question(&mut *self.engine, Instant::now() >= until) {
                self.asked.push_back((question, until));
            }
        }
    }

    fn look(&mut self) {
        let lost = !self.engine.is_there();
        if self.health.lost.swap(lost, Ordering::Relaxed) != lost {
            match lost {
                true => tracing::error!(
                    "the database file was deleted or replaced: put it back, or start the console anew; until then no operation is sent"
                ),
                false => tracing::info!("the database file is back"),
            }
        }
    }
}
