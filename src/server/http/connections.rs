//! The connections of browsers, scripts and strangers: how many there may be, and how long one may keep the console waiting.

mod places;
mod stream;

pub use places::Places;

use crate::server::telemetry;
use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use places::Place;
use rustix::net::sockopt::set_socket_send_buffer_size;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;
use stream::Stream;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a request's head may take, and how long a connection may be idle.
const HEAD: Duration = Duration::from_secs(15);
/// The same on a proxy's connection: proxies keep theirs for a minute, and should be the ones who close them.
const PROXYS_HEAD: Duration = Duration::from_secs(75);
/// How long a client may take nothing of what is sent to it.
const STALLED: Duration = Duration::from_secs(30);
/// How much the system keeps of what a client has not taken yet (it doubles that). Of its own accord it keeps megabytes: a slow browser
/// would be shown what was true many seconds ago, before it is told that it is behind.
const SENT_AHEAD: usize = 128 << 10;
/// How long requests under way may take once the console stops.
const GRACE: Duration = Duration::from_secs(5);
/// The pause where no connection can be accepted: out of files, most likely, which passes.
const AGAIN: Duration = Duration::from_millis(100);

/// Who is at the other end of the connection that a request came on.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Serves `router` at `listener` until `stop`, then until the requests under way are answered, but not for long.
pub async fn serve(listener: TcpListener, places: Places, router: Router, stop: CancellationToken) {
    let (open, end) = (TaskTracker::new(), CancellationToken::new());
    // What is accepted takes it over. Without it slow browsers are shown older things.
    set_socket_send_buffer_size(&listener, SENT_AHEAD).ok();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((tcp, peer)) => {
                let address = peer.ip().to_canonical();
                match places.take(address) {
                    Some(place) => drop(open.spawn(answer(tcp, address, place, router.clone(), stop.clone(), end.clone()))),
                    None => telemetry::connection_refused(),
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(AGAIN).await;
            }
        }
    }
    drop(listener);
    open.close();
    timeout(GRACE, open.wait()).await.ok();
    end.cancel();
}

/// Answers the requests of one connection: until it closes, until the answer under way once the console stops, at most until `end`.
async fn answer(tcp: TcpStream, address: IpAddr, place: Place, router: Router, stop: CancellationToken, end: CancellationToken) {
    // Events are small and must not wait for one another. Without it they only come later.
    tcp.set_nodelay(true).ok();
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(address));
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(if place.is_proxys { PROXYS_HEAD } else { HEAD })
        .serve_connection(TokioIo::new(Stream::new(tcp, place, STALLED)), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                () = end.cancelled() => Ok(()),
            }
        }
    };
    // One that breaks, or takes too long, is its client's affair.
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended");
    }
}
