//! The platform's stand-in: the same wire, and a floor of agents and customers behind it.
//!
//! It speaks sections 1 and 2 of the protocol faithfully enough for the vendor's own browser client. One task owns all that changes
//! (`engine`); HTTP handlers and STOMP sessions ask it. The floor itself is pure and its history follows from the seed. What clients
//! send cannot make it panic or grow without bound.

mod broker;
mod due;
mod engine;
mod faults;
pub(crate) mod floor;
mod http;
mod id;
mod life;
mod logins;
mod net;
mod requests;
mod stomp;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the tests speak to the stand-in as any client would")]
mod tests;
mod topic;
pub(crate) mod wire;

pub use floor::Ways;

use crate::floor::Namespace;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

/// What a simulated platform is like.
#[derive(Debug, Clone)]
pub struct Config {
    /// 5001.. on devices 8001..; more than 800 get longer numbers, 50001.. on 80001...
    pub agents: u32,
    /// Per agent. 0: all are logged on and ready, and only requests make things happen.
    pub calls_per_hour: f64,
    /// How many times faster than life the floor runs.
    pub speed: f64,
    /// The same seed gives the same history.
    pub seed: u64,
    pub namespace: Namespace,
    /// Of the times in events, which carry no zone.
    pub time_zone: jiff::tz::TimeZone,
    pub ways: Ways,
    /// How far the platform's components' clocks are apart at most, in milliseconds.
    pub clocks_apart: u32,
}

/// How long requests may take to end when the simulator stops.
const GRACE: std::time::Duration = std::time::Duration::from_secs(3);

/// What every request and session can reach.
struct Shared {
    engine: engine::Handle,
    faults: Arc<Mutex<faults::Faults>>,
    requests: Mutex<requests::Requests>,
    lines: net::Lines,
    namespace: String,
    stop: CancellationToken,
}

impl Shared {
    fn faults(&self) -> MutexGuard<'_, faults::Faults> {
        locked(&self.faults)
    }

    fn requests(&self) -> MutexGuard<'_, requests::Requests> {
        locked(&self.requests)
    }
}

/// What is behind our locks is whole at any time: a panic elsewhere does not spoil it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves until `stop` is cancelled.
///
/// # Errors
/// Those of the listener.
pub async fn serve(listener: tokio::net::TcpListener, config: Config, stop: CancellationToken) -> std::io::Result<()> {
    // Whoever ends this ends its engine: also when serving fails.
    let stop = stop.child_token();
    let _ends_with_us = stop.clone().drop_guard();
    let faults = Arc::new(Mutex::new(faults::Faults::default()));
    let (engine, owner) = engine::Engine::new(&config, faults.clone());
    let owner = tokio::spawn(owner.run(stop.clone()));
    let shared = Arc::new(Shared {
        engine,
        faults,
        requests: Mutex::default(),
        lines: net::Lines::new(&stop),
        namespace: config.namespace.to_string(),
        stop: stop.clone(),
    });
    let app = http::router(shared).into_make_service_with_connect_info::<net::Line>();
    let serving = axum::serve(net::Listener::new(listener), app).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        served = async { serving.await } => served?,
        // A client that never finishes its request does not keep us.
        () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => {}
    }
    stop.cancel();
    owner.await.map_err(std::io::Error::other)
}
