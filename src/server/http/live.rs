//! The live channel: `GET /live`, a WebSocket on which a browser hears the board. It only listens; nothing it says is read.

use crate::live::Down;
use crate::server::actor::{Behind, Listener, Stopped, Subscription};
use crate::server::auth::session::Session;
use crate::server::console::Console;
use crate::server::http::assets;
use crate::server::telemetry;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::SinkExt;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// A browser that takes nothing for this long is gone.
const PATIENCE: Duration = Duration::from_secs(15);
/// Browsers say nothing here but control frames.
const LONGEST_FROM_BROWSER: usize = 4096;
/// The library clears its read buffer whenever it looks for something to read; its own choice of 128 KiB is half of the work then.
const READ_BUFFER: usize = 1024;
/// What is written at once; a connection's buffer stays about as small.
const WRITE_BUFFER: usize = 16 << 10;

/// What a browser is, and where it left off.
#[derive(Debug, Deserialize)]
pub struct From {
    epoch: Option<u64>,
    seq: Option<u64>,
    /// The version of the page, which a script need not name.
    version: Option<String>,
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
    let upgrade = upgrade.read_buffer_size(READ_BUFFER).write_buffer_size(WRITE_BUFFER);
    upgrade.on_upgrade(move |mut socket| async move {
        if from.version.is_some_and(|version| version != assets::version()) {
            if let Ok(bytes) = Down::Outdated.encode() {
                send(&mut socket, [bytes.into()]).await.ok();
            }
            return close(socket, close_code::POLICY, "the page is of another version: load it again").await;
        }
        telemetry::browsers(1.0);
        serve(socket, &console, &session, from.epoch.zip(from.seq)).await;
        telemetry::browsers(-1.0);
    })
}

async fn serve(mut socket: WebSocket, console: &Console, session: &Session, from: Option<(u64, u64)>) {
    let Ok(mut rest) = begin(&mut socket, console, session, from).await else { return };
    // Made once: each is a waiter's place in a list that all browsers share.
    let mut ended = pin!(session.ended.cancelled());
    let mut stopping = pin!(console.stop.cancelled());
    loop {
        tokio::select! {
            () = &mut ended => {
                if let Ok(bytes) = Down::SignedOut.encode() {
                    send(&mut socket, [bytes.into()]).await.ok();
                }
                return close(socket, close_code::POLICY, "signed out").await;
            }
            () = &mut stopping => return close(socket, close_code::AWAY, "the console is stopping").await,
            heard = socket.recv() => match heard {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            messages = rest.next() => {
                let sent = match messages {
                    Ok(messages) => send(&mut socket, messages).await,
                    // Too far behind: the rest is void, the whole board is not.
                    Err(Behind) => begin(&mut socket, console, session, None).await.map(|fresh| rest = fresh),
                };
                if sent.is_err() {
                    return;
                }
            }
        }
    }
}

/// Sends what comes first; returns where the rest comes from.
async fn begin(socket: &mut WebSocket, console: &Console, session: &Session, from: Option<(u64, u64)>) -> Result<Listener, Gone> {
    let Subscription { first, rest } =
        console.floor.subscribe(console.config.visibility(session.role), from).await.map_err(|Stopped| Gone)?;
    send(socket, first).await?;
    Ok(rest)
}

/// The browser is gone, or takes nothing any more.
struct Gone;

async fn send(socket: &mut WebSocket, messages: impl IntoIterator<Item = Bytes>) -> Result<(), Gone> {
    for message in messages {
        patiently(socket.feed(Message::Binary(message))).await?;
    }
    patiently(socket.flush()).await
}

async fn patiently(sent: impl Future<Output = Result<(), axum::Error>>) -> Result<(), Gone> {
    match timeout(PATIENCE, sent).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Gone),
    }
}

async fn close(mut socket: WebSocket, code: u16, reason: &'static str) {
    timeout(Duration::from_secs(1), socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() })))).await.ok();
}
