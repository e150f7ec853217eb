//! The console: everything that only the server has.

pub mod assets;
pub mod config;
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
pub mod permission;
mod router;
pub mod runs;
pub mod sdk;
pub mod session;
pub mod store;
pub mod telemetry;
pub mod token;
mod upkeep;
mod zone;

use config::Config;
use owner::{Owner, Past};
use runs::Pace;
use sdk::Platform;
use session::Sessions;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use store::{Store, StoreError};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

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
}

/// Serves the console at `listener` until `stop`.
pub async fn serve(listener: TcpListener, config: Config, stop: CancellationToken) -> Result<(), StartError> {
    // Other libraries may have chosen already; then theirs serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let _ = any_spawner::Executor::init_tokio();
    telemetry::recorder();
    let store = Store::open(&config.database)?;
    if !assets::complete() {
        tracing::warn!("this binary was built without the browser's half: run `make build`");
    }
    store.close_open_operations(now()).await?;
    let (owner, due) = Owner::start(store.clone(), Past::of(&store, &config.namespace).await?, stop.clone());
    let console = Arc::new(Console {
        platform: Platform::new(&config)?,
        sessions: Sessions::open(store.clone(), &config).await?,
        owner: owner.clone(),
        store: store.clone(),
        pace: Pace::default(),
        roster_wanted: Notify::new(),
        stop: stop.clone(),
        config: config.clone(),
    });
    // Said only now that it is true; the port is the real one where 0 was given.
    tracing::info!(address = %listener.local_addr()?, sdk = config::shown(&config.sdk_url), events = config::shown(&config.events_url), namespace = %config.namespace, "serving");
    let link = tokio::spawn(sdk::link::run(config, owner.clone(), stop.clone()));
    let upkeep = tokio::spawn(upkeep::run(console.clone()));
    let orders = tokio::spawn(orders::run(console.clone(), due));
    let served = axum::serve(listener, router::router(console)).with_graceful_shutdown(stop.clone().cancelled_owned()).await;
    stop.cancel();
    let _ = tokio::join!(link, upkeep, orders);
    // What was to be kept is written before the program ends.
    owner.ended().await;
    if let Err(error) = store.written().await {
        tracing::error!(%error, "the last of the board could not be written");
    }
    Ok(served?)
}

/// The console's clock: milliseconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
