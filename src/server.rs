//! The console: everything that only the server has.

pub mod actor;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
mod console;
pub mod database;
mod floor_thread;
mod follow;
pub mod http;
pub mod journal;
mod lock;
mod moving;
mod pace;
mod parts;
mod peers;
pub mod sdk;
pub mod service;
mod site;
pub mod store;
pub mod telemetry;
mod upkeep;

use actor::{Kept, Restored};
use auth::session::Sessions;
use clock::now;
use config::{Config, Database};
use console::Console;
use floor_thread::FloorThread;
use follow::{follow, read_everything};
use http::connections::{self, Places};
use http::json::webhooks;
use http::router;
use journal::{JournalError, Opened};
use pace::Pace;
use parts::Parts;
use peers::Peers;
use sdk::Platform;
use service::{bulk, scheduled};
pub use site::Site;
use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;
use store::{Store, StoreError};
use telemetry::log;
use telemetry::wire::Wire;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use upkeep::Upkeep;

/// How long after the stop requests and operations under way may be answered, and the last be written.
const ANSWERED_WITHIN: Duration = Duration::from_secs(6);
const WRITTEN_WITHIN: Duration = Duration::from_secs(8);

/// Why the console did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("--database-url: {path} cannot be read ({reason}): put a copy of it back, or choose another database")]
    Unreadable { path: String, reason: StoreError },
    #[error("the journal cannot be opened: {0}")]
    Journal(#[from] JournalError),
    #[error("the journal {path} cannot be opened ({reason}): may this user read and write it? Move it away to start without it")]
    JournalFile { path: String, reason: JournalError },
    #[error("the HTTP client could not be made: {0}")]
    Client(#[from] reqwest::Error),
    #[error("the console's address failed: {0}")]
    Listen(#[from] std::io::Error),
    #[error("the system gives no threads ({0}): raise its limits")]
    Threads(std::io::Error),
    #[error("not everything could be written to the database before the end: its log says why")]
    Unwritten,
    #[error("the console's {0} ended by itself, which is a fault: its log says why; start the console anew")]
    Ended(&'static str),
}

impl StartError {
    /// Names the file where the database answers with an error, which it does where it is damaged inside.
    fn of(self, database: &Database) -> StartError {
        match (self, database) {
            (StartError::Store(reason @ StoreError::Engine(_)), Database::File(path)) => {
                StartError::Unreadable { path: path.display().to_string(), reason }
            }
            (StartError::Journal(reason), Database::File(path)) => {
                StartError::JournalFile { path: journal::beside(path).display().to_string(), reason }
            }
            (error, _) => error,
        }
    }
}

/// Serves the console at `listener` until `stop`. What the console cannot do without ends it with an error where it ends by itself.
pub async fn serve(listener: TcpListener, config: Config, site: Site, stop: CancellationToken) -> Result<(), StartError> {
    let database = config.database.clone();
    run(listener, config, site, stop).await.map_err(|error| error.of(&database))
}

async fn run(listener: TcpListener, config: Config, site: Site, stop: CancellationToken) -> Result<(), StartError> {
    // Other libraries may have chosen already; then theirs serves.
    rustls::crypto::ring::default_provider().install_default().ok();
    any_spawner::Executor::init_tokio().ok();
    telemetry::recorder();
    let places = Places::new(config.trusted_proxies.clone());
    let store = Store::open_to_serve(&config.database)?;
    if !site.is_complete() {
        tracing::warn!("this binary was built without the browser's half: run `make build`");
    }
    let mut peers = Peers::new(&config.database, store.console());
    if store.console().is_none() {
        store.close_open_operations(now(), &BTreeSet::new()).await?;
    }
    // The floor's owner outlives the rest: what was taken up comes to its end there.
    let closing = CancellationToken::new();
    let _closed_at_last = closing.clone().drop_guard();
    let floor_thread = FloorThread::start().map_err(StartError::Threads)?;
    let (opened, kept) = before_the_start(&config, &store, &peers).await?;
    let Opened { journal, watch: journal_watch, fold, acks, tail } = opened;
    let restored = Restored { fold, kept };
    let (floor, due) = actor::start(floor_thread.tasks(), store.clone(), journal, restored, peers.leads.clone(), closing.clone());
    let wire = Wire::default();
    let console = Arc::new(Console {
        platform: Platform::new(&config, wire.clone())?,
        queues: watch::Sender::default(),
        sessions: Sessions::open(store.clone(), &config).await?,
        floor: floor.clone(),
        store: store.clone(),
        tail,
        journal: journal_watch.clone(),
        wire: wire.clone(),
        site,
        pace: Pace::default(),
        under_way: TaskTracker::new(),
        stop: stop.clone(),
        config: config.clone(),
    });
    let mut parts = Parts::new(stop.clone());
    parts.start("other consoles", peers.run(stop.clone()));
    peers.joined().await;
    if console.store.console().is_some() {
        // What the others did before they were heard.
        read_everything(&console).await?;
    } else {
        bulk::restore(&console, Some(&BTreeSet::new())).await?;
    }
    // Said only now that it is true; the port is the real one where 0 was given.
    tracing::info!(address = %listener.local_addr()?, sdk = config::shown(&config.sdk_url), events = config::shown(&config.events_url), namespace = %config.namespace, "serving");
    parts.start_on(
        floor_thread.tasks(),
        "link to the platform",
        sdk::link::run(config, floor.clone(), wire, journal_watch.clone(), acks, stop.clone()),
    );
    let (kept_up, leads) = (console.clone(), peers.leads.clone());
    parts.start("upkeep", async move {
        let Console { platform, queues, sessions, floor, stop, .. } = &*kept_up;
        upkeep::run(Upkeep { platform, queues, sessions, floor, leads: &leads }, stop).await;
    });
    let (journal_ends, stopping) = (journal_watch.clone(), stop.clone());
    parts.start("journal", async move {
        tokio::select! {
            () = stopping.cancelled() => {}
            () = journal_ends.ended() => {}
        }
    });
    parts.start("log", log::run(stop.clone()));
    parts.start("web hooks", webhooks::run(console.clone(), peers.leads.clone()));
    parts.start("what other consoles tell", follow(console.clone(), peers));
    parts.start("orders", scheduled::run(console.clone(), due));
    parts.start("web server", connections::serve(listener, places, router::router(console.clone()), stop.clone()));
    let ended = parts.until_stopped(floor.ended(), async { store.ended().await }).await;
    // What is asked of the platform now is still answered and written down, but not for long.
    let (last_answer, last_word) = (Instant::now() + ANSWERED_WITHIN, Instant::now() + WRITTEN_WITHIN);
    console.under_way.close();
    timeout_at(last_answer, async { tokio::join!(parts.ended(), console.under_way.wait()) }).await.ok();
    closing.cancel();
    timeout_at(last_word, async { tokio::join!(floor.ended(), journal_watch.ended()) }).await.ok();
    if matches!(timeout_at(last_word, store.written()).await, Ok(Ok(()))) || store.set_aside().await {
        return ended;
    }
    ended.and(Err(StartError::Unwritten))
}

/// Reads what is known of the time before the start: journal and database side by side, for on a large floor each takes a while.
async fn before_the_start(config: &Config, store: &Store, peers: &Peers) -> Result<(Opened, Kept), StartError> {
    // Asked first: the journal's reader would wait behind all the rest.
    let recorded = store.recorded().await?;
    let (journal_of, journal_store, leads) = (config.clone(), store.clone(), peers.leads.clone());
    let opening = spawn_blocking(move || journal::open(&journal_of, &journal_store, recorded, &leads));
    let (opened, kept) = tokio::join!(opening, Kept::read(store, &config.namespace));
    Ok((opened.unwrap_or_else(|ended| resume_unwind(ended.into_panic()))?, kept?))
}
