//! The other consoles on the same PostgreSQL: which of them live, what they tell, and which one does what only one may do. A console that
//! lives holds a lock with its number; one of them holds the leader's. The database frees both with the connection, so that within seconds
//! of its end another one leads.

use crate::server::config::Database;
use crate::server::database::{EngineError, Lead, Membership};
use crate::server::store::{CHANNEL, Told};
use secrecy::SecretString;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How often it is looked who lives, and tried to lead.
const LOOK: Duration = Duration::from_secs(1);
/// How long a console may be without its lock before it counts as ended: it may be making its connection anew.
const GRACE: Duration = Duration::from_secs(4);
/// The pause before the database is asked again after a failure.
const AGAIN: Duration = Duration::from_millis(500);
/// How many notices may wait; with more the connection waits.
const MOST_WAITING: usize = 4096;

/// What a console hears of the others.
#[derive(Debug)]
pub enum Heard {
    Told(Told),
    /// The others are heard from now on; what they told before was not.
    Joined,
    /// The consoles that live, this one among them.
    Alive(BTreeSet<i64>),
}

/// This console among the others.
pub struct Peers {
    /// Who does what only one may do.
    pub leads: watch::Receiver<Lead>,
    pub heard: mpsc::Receiver<Heard>,
    alone: bool,
    task: Option<Task>,
}

struct Task {
    url: SecretString,
    number: i64,
    leads: watch::Sender<Lead>,
    heard: mpsc::Sender<Heard>,
}

impl Peers {
    /// The console of that number on that database; without a number it is alone, and leads.
    pub fn new(database: &Database, number: Option<i64>) -> Peers {
        let (told, heard) = mpsc::channel(MOST_WAITING);
        match (database, number) {
            (Database::Postgres(url), Some(number)) => {
                let (leading, leads) = watch::channel(Lead::Unknown);
                Peers { leads, heard, alone: false, task: Some(Task { url: url.clone(), number, leads: leading, heard: told }) }
            }
            _ => Peers { leads: watch::channel(Lead::Ours).1, heard, alone: true, task: None },
        }
    }

    /// Waits until the others hear of this console and it of them: what it is asked before would be nobody's.
    pub async fn joined(&mut self) {
        if self.alone {
            return;
        }
        while self.heard.recv().await.is_some_and(|heard| !matches!(heard, Heard::Joined)) {}
        // Where the database breaks off just now, that shows later.
        drop(timeout(LOOK * 2, self.leads.wait_for(|lead| *lead != Lead::Unknown)).await);
    }

    /// Hears and tells until `stop`; what this returns is to be run beside the rest.
    pub fn run(&mut self, stop: CancellationToken) -> impl Future<Output = ()> + Send + use<> {
        let task = self.task.take();
        async move {
            let Some(task) = task else { return stop.cancelled().await };
            tokio::select! {
                () = stop.cancelled() => {}
                () = task.run() => {}
            }
        }
    }
}

impl Task {
    #[expect(clippy::infinite_loop, reason = "it ends with the future of `Peers::run`")]
    async fn run(self) {
        loop {
            if let Err(error) = self.session().await {
                tracing::warn!(%error, "the other consoles are not heard: the database does not answer");
            }
            // Another one may lead by now.
            self.leads.send_replace(Lead::Unknown);
            sleep(AGAIN).await;
        }
    }

    /// Follows the others on one connection, until that breaks.
    async fn session(&self) -> Result<(), EngineError> {
        let (mut membership, mut notices) = Membership::open(&self.url, CHANNEL).await?;
        // Held by a connection of ours that the database has not given up yet: then a moment later.
        while !membership.try_lock(self.number).await? {
            sleep(AGAIN).await;
        }
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (joined, mut seen) = (Instant::now(), BTreeMap::new());
        // Whoever listens has gone where the console ends.
        self.heard.send(Heard::Joined).await.ok();
        loop {
            tokio::select! {
                _ = ticks.tick() => {
                    let now = Instant::now();
                    seen.extend(membership.locked().await?.into_iter().map(|console| (console, now)));
                    seen.retain(|_, at| now.duration_since(*at) < GRACE);
                    if now.duration_since(joined) >= GRACE {
                        self.heard.send(Heard::Alive(seen.keys().copied().collect())).await.ok();
                    }
                    let lead = *self.leads.borrow();
                    if lead == Lead::Ours {
                        continue;
                    }
                    if membership.try_lock_of_leader().await? {
                        tracing::info!(number = self.number, "this console leads from now on");
                        self.leads.send_replace(Lead::Ours);
                    } else if lead == Lead::Unknown {
                        self.leads.send_replace(Lead::Others);
                    }
                }
                notice = notices.recv() => {
                    let Some(notice) = notice else { return Err(membership.lost()) };
                    match serde_json::from_str::<Told>(&notice) {
                        Ok(told) if told.from == self.number => {}
                        Ok(told) => drop(self.heard.send(Heard::Told(told)).await),
                        Err(error) => tracing::warn!(%error, "another console told something that this version does not know"),
                    }
                }
            }
        }
    }
}
