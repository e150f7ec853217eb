//! The console: everything that only the server has.

pub mod assets;
mod attempts;
pub mod config;
mod connections;
pub mod context;
mod day;
pub mod force;
mod health;
pub mod history;
mod hub;
pub mod interventions;
mod json;
mod live;
mod middleware;
pub mod orders;
pub mod owner;
mod pages;
mod parts;
pub mod permission;
mod policy;
mod router;
pub mod runs;
pub mod sdk;
pub mod session;
pub mod store;
pub mod telemetry;
pub mod token;
mod upkeep;
mod visitor;
mod zone;

use config::Config;
use connections::Places;
use owner::{Owner, Past};
use parts::Parts;
use runs::Pace;
use sdk::Platform;
use session::Sessions;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::{Store, StoreError};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long after the stop requests and operations under way may be answered, and the last be written.
const ANSWERED_WITHIN: Duration = Duration::from_secs(6);
const WRITTEN_WITHIN: Duration = Duration::from_secs(8);

/// All that a request may need.
pub struct Console {
    pub config: Config,
    pub owner: Owner,
    pub platform: Platform,
    pub sessions: Sessions,
    pub store: Store,
    /// What the console asks for by itself or for many agents goes at this pace.
    pub pace: Pace,
    /// Somebody signed in, or the link came back: names, teams and states may be new.
    pub roster_wanted: Notify,
    /// Operations on their way: they come to their end, whoever asked for them.
    pub under_way: TaskTracker,
    pub stop: CancellationToken,
}

/// Why the console did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the HTTP client could not be made: {0}")]
    Client(#[from] reqwest::Error),
    #[error("the console's address failed: {0}")]
    Listen(#[from] std::io::Error),
    #[error("not everything could be written to the database before the end: its log says why")]
    Unwritten,
    #[error("the console's {0} ended by itself, which is a fault: its log says why; start the console anew")]
    Ended(&'static str),
}

/// Serves the console at `listener` until `stop`. What the console cannot do without ends it with an error where it ends by itself.
pub async fn serve(listener: TcpListener, config: Config, stop: CancellationToken) -> Result<(), StartError> {
    // Other libraries may have chosen already; then theirs serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let _ = any_spawner::Executor::init_tokio();
    telemetry::recorder();
    let places = Places::new(config.trusted_proxies.clone());
    let store = Store::open_to_serve(&config.database)?;
    if !assets::complete() {
        tracing::warn!("this binary was built without the browser's half: run `make build`");
    }
    store.close_open_operations(now()).await?;
    // The floor's owner outlives the rest: what was taken up comes to its end there.
    let closing = CancellationToken::new();
    let _closed_at_last = closing.clone().drop_guard();
    let (owner, due) = Owner::start(store.clone(), Past::of(&store, &config.namespace).await?, closing.clone());
    let console = Arc::new(Console {
        platform: Platform::new(&config)?,
        sessions: Sessions::open(store.clone(), &config).await?,
        owner: owner.clone(),
        store: store.clone(),
        pace: Pace::default(),
        roster_wanted: Notify::new(),
        under_way: TaskTracker::new(),
        stop: stop.clone(),
        config: config.clone(),
    });
    // Said only now that it is true; the port is the real one where 0 was given.
    tracing::info!(address = %listener.local_addr()?, sdk = config::shown(&config.sdk_url), events = config::shown(&config.events_url), namespace = %config.namespace, "serving");
    let mut parts = Parts::new(stop.clone());
    parts.start("link to the platform", sdk::link::run(config, owner.clone(), stop.clone()));
    parts.start("upkeep", upkeep::run(console.clone()));
    parts.start("orders", orders::run(console.clone(), due));
    parts.start("web server", connections::serve(listener, places, router::router(console.clone()), stop.clone()));
    let floor = owner.clone();
    let ended = parts.until_stopped(async move { floor.ended().await }, async { store.ended().await }).await;
    // What is asked of the platform now is still answered and written down, but not for long.
    let (last_answer, last_word) = (Instant::now() + ANSWERED_WITHIN, Instant::now() + WRITTEN_WITHIN);
    console.under_way.close();
    let _ = timeout_at(last_answer, async { tokio::join!(parts.ended(), console.under_way.wait()) }).await;
    closing.cancel();
    let _ = timeout_at(last_word, owner.ended()).await;
    if matches!(timeout_at(last_word, store.written()).await, Ok(Ok(()))) || store.set_aside().await {
        return ended;
    }
    ended.and(Err(StartError::Unwritten))
}

/// What is behind our locks is whole at any time: a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The console's clock: milliseconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
