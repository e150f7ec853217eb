//! The live channel: `GET /live`, a WebSocket on which a browser hears the board. It only listens; nothing it says is read.

use crate::live::Down;
use crate::server::actor::Subscription;
use crate::server::auth::session::Session;
use crate::server::console::Console;
use crate::server::telemetry;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

/// A browser that takes nothing for this long is gone.
const PATIENCE: Duration = Duration::from_secs(15);
/// Browsers say nothing here but control frames.
const LONGEST_FROM_BROWSER: usize = 4096;

/// Where a browser left off.
#[derive(Debug, Deserialize)]
pub struct From {
    epoch: Option<u64>,
    seq: Option<u64>,
}

pub async fn upgrade(
    State(console): State<Arc<Console>>,
    Query(from): Query<From>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Some(session) = console.sessions.of(&headers) else {
        return (StatusCode::UNAUTHORIZED, "signed out: sign in and try again\n").into_response();
    };
    let upgrade = upgrade.max_message_size(LONGEST_FROM_BROWSER).max_frame_size(LONGEST_FROM_BROWSER);
    upgrade.on_upgrade(move |socket| async move {
        telemetry::browsers(1.0);
        serve(socket, &console, &session, from.epoch.zip(from.seq)).await;
        telemetry::browsers(-1.0);
    })
}

async fn serve(mut socket: WebSocket, console: &Console, session: &Session, from: Option<(u64, u64)>) {
    let Ok(mut subscription) = console.floor.subscribe(console.config.visibility(session.role), from).await else { return };
    for message in std::mem::take(&mut subscription.first) {
        if send(&mut socket, message).await.is_err() {
            return;
        }
    }
    loop {
        tokio::select! {
            () = session.ended.cancelled() => {
                if let Ok(bytes) = Down::SignedOut.encode() {
                    send(&mut socket, bytes.into()).await.ok();
                }
                return close(socket, close_code::POLICY, "signed out").await;
            }
            () = console.stop.cancelled() => return close(socket, close_code::AWAY, "the console is stopping").await,
            heard = socket.recv() => match heard {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            message = subscription.rest.recv() => match message {
                Ok(message) => if send(&mut socket, message).await.is_err() { return },
                Err(RecvError::Closed) => return,
                // Too far behind: the rest of the queue is void, the whole board is not.
                Err(RecvError::Lagged(_)) => match begin_again(&mut socket, console, session).await {
                    Some(fresh) => subscription = fresh,
                    None => return,
                },
            },
        }
    }
}

async fn begin_again(socket: &mut WebSocket, console: &Console, session: &Session) -> Option<Subscription> {
    let mut subscription = console.floor.subscribe(console.config.visibility(session.role), None).await.ok()?;
    for message in std::mem::take(&mut subscription.first) {
        send(socket, message).await.ok()?;
    }
    Some(subscription)
}

/// The browser is gone, or takes nothing any more.
struct Gone;

async fn send(socket: &mut WebSocket, message: Bytes) -> Result<(), Gone> {
    match timeout(PATIENCE, socket.send(Message::Binary(message))).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Gone),
    }
}

async fn close(mut socket: WebSocket, code: u16, reason: &'static str) {
    timeout(Duration::from_secs(1), socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() })))).await.ok();
}
