//! The live channel: `GET /live`, a WebSocket on which a browser hears the board. It only listens; nothing it says is read.
//!
//! The messages are frames already, the same bytes for all browsers, and are written to the connection as they are: deflated to those who
//! can inflate, as every browser can. The library does the rest: the handshake, what the browser says, answers to pings and the close.

use crate::live::Down;
use crate::server::actor::{Behind, Framed, Listener, Stopped, Subscription};
use crate::server::auth::session::Session;
use crate::server::console::Console;
use crate::server::http::inflating;
use crate::server::http::phone::Follower;
use crate::server::http::preferences;
use crate::server::telemetry;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use http::header::SEC_WEBSOCKET_VERSION;
use http::{HeaderMap, StatusCode};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::task::yield_now;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::handshake::server::create_response;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{self, CloseFrame, WebSocketConfig};

/// A browser that takes nothing for this long is gone.
const PATIENCE: Duration = Duration::from_secs(15);
/// Browsers say nothing here but control frames.
const LONGEST_FROM_BROWSER: usize = 4096;
/// The library clears its read buffer whenever it looks for something to read; its own choice of 128 KiB is half of the work then.
const READ_BUFFER: usize = 128;

/// A browser that is connected.
struct Browser {
    socket: WebSocketStream<TokioIo<Upgraded>>,
    inflates: bool,
}

/// What a browser is, and where it left off.
#[derive(Debug, Deserialize)]
pub struct From {
    epoch: Option<u64>,
    seq: Option<u64>,
    /// The version of the page, which a script need not name.
    version: Option<String>,
}

pub async fn upgrade(State(console): State<Arc<Console>>, Query(from): Query<From>, headers: HeaderMap, mut request: Request) -> Response {
    let upgrading = hyper::upgrade::on(&mut request);
    let mut switching = match create_response(&request.map(|_| ())) {
        Ok(switching) => switching.map(|()| Body::empty()),
        Err(Error::Protocol(ProtocolError::MissingSecWebSocketVersionHeader)) => {
            let version = [(SEC_WEBSOCKET_VERSION, "13")];
            return (StatusCode::UPGRADE_REQUIRED, version, "WebSockets of version 13 are spoken here\n").into_response();
        }
        Err(error) => return (StatusCode::BAD_REQUEST, format!("not a WebSocket handshake: {error}\n")).into_response(),
    };
    let Some(session) = console.sessions.of(&headers).await else {
        return (StatusCode::UNAUTHORIZED, "signed out: sign in and try again\n").into_response();
    };
    let inflates = inflating::is_offered(&headers);
    if inflates {
        inflating::accept(switching.headers_mut());
    }
    tokio::spawn(async move {
        // A browser that left meanwhile is no error.
        let Ok(upgraded) = upgrading.await else { return };
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_message_size(Some(LONGEST_FROM_BROWSER))
            .max_frame_size(Some(LONGEST_FROM_BROWSER));
        let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), protocol::Role::Server, Some(config)).await;
        let mut browser = Browser { socket, inflates };
        if from.version.is_some_and(|version| version != console.site.version) {
            browser.say(&Down::Outdated).await;
            return browser.close(CloseCode::Policy, "the page is of another version: load it again").await;
        }
        telemetry::browsers(1.0);
        let language = preferences::page_language(&headers);
        let phone = Follower::new(console, session, language, headers);
        serve(browser, phone, from.epoch.zip(from.seq)).await;
        telemetry::browsers(-1.0);
    });
    switching
}

async fn serve(mut browser: Browser, mut phone: Follower, from: Option<(u64, u64)>) {
    let (console, session) = (phone.console.clone(), phone.session.clone());
    let Ok(mut rest) = begin(&mut browser, &console, &session, from).await else { return };
    if phone.follow().await.is_err() {
        return;
    }
    // Made once: each is a waiter's place in a list that all browsers share.
    let mut ended = pin!(session.ended.cancelled());
    let mut stopping = pin!(console.stop.cancelled());
    loop {
        tokio::select! {
            // What comes most often first: then the others need not be asked.
            biased;
            messages = rest.next() => {
                let sent = match messages {
                    Ok(messages) => browser.send(messages).await,
                    // Too far behind: the rest is void, the whole board is not.
                    Err(Behind) => begin(&mut browser, &console, &session, None).await.map(|fresh| rest = fresh),
                };
                if sent.is_err() {
                    return;
                }
            }
            html = phone.next() => if let Some(message) = Framed::of(&Down::Phone(html)) && browser.send([message]).await.is_err() {
                return;
            },
            heard = browser.socket.next() => match heard {
                None => return,
                // What the library has to say to it goes out whole: our messages are written past the library.
                Some(Ok(message)) => if patiently(browser.socket.flush()).await.is_err() || message.is_close() { return },
                Some(Err(Error::Protocol(_) | Error::Capacity(_) | Error::Utf8(_))) => {
                    return browser.close(CloseCode::Protocol, "nothing is expected from a browser here, and this least").await;
                }
                Some(Err(_)) => return,
            },
            () = &mut ended => {
                browser.say(&Down::SignedOut).await;
                return browser.close(CloseCode::Policy, "signed out").await;
            }
            () = &mut stopping => return browser.close(CloseCode::Away, "the console is stopping").await,
        }
    }
}

/// Sends what comes first; returns where the rest comes from.
async fn begin(browser: &mut Browser, console: &Console, session: &Session, from: Option<(u64, u64)>) -> Result<Listener, Gone> {
    let Subscription { first, rest } =
        console.floor.subscribe(console.config.visibility(session.role), from).await.map_err(|Stopped| Gone)?;
    for part in first {
        browser.send([part]).await?;
        // Thousands may join at once: the floor and those who are there already have their turn in between.
        yield_now().await;
    }
    Ok(rest)
}

/// The browser is gone, or takes nothing any more.
struct Gone;

impl Browser {
    async fn send(&mut self, messages: impl IntoIterator<Item = Framed>) -> Result<(), Gone> {
        patiently(async {
            for message in messages {
                self.socket.get_mut().write_all(message.bytes(self.inflates)).await?;
            }
            Ok(())
        })
        .await
    }

    async fn say(&mut self, message: &Down) {
        if let Some(message) = Framed::of(message) {
            self.send([message]).await.ok();
        }
    }

    async fn close(mut self, code: CloseCode, reason: &'static str) {
        timeout(Duration::from_secs(1), self.socket.close(Some(CloseFrame { code, reason: reason.into() }))).await.ok();
    }
}

async fn patiently(sent: impl Future<Output = Result<(), Error>>) -> Result<(), Gone> {
    match timeout(PATIENCE, sent).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Gone),
    }
}
