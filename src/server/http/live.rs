//! The live channel: `GET /live`, a WebSocket on which a browser hears the board. It only listens; nothing it says is read.
//!
//! The messages are frames already, the same bytes for all browsers, and are written to the connection as they are: deflated to those who
//! can inflate, as every browser can. The library does the rest: the handshake, what the browser says, answers to pings and the close.

use crate::floor::Role;
use crate::live::Down;
use crate::page::Language;
use crate::server::actor::{Behind, Framed, Listener, OwnPhone, Stopped, Subscription};
use crate::server::auth::session::Session;
use crate::server::console::Console;
use crate::server::http::inflating;
use crate::server::http::phone::Bar;
use crate::server::http::preferences;
use crate::server::http::zone::Zones;
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
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::watch;
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
        let phone = PhoneBar { console: &console, session: &session, language, headers: &headers, told: None };
        serve(browser, phone, from.epoch.zip(from.seq)).await;
        telemetry::browsers(-1.0);
    });
    switching
}

async fn serve(mut browser: Browser, mut phone: PhoneBar<'_>, from: Option<(u64, u64)>) {
    let PhoneBar { console, session, .. } = phone;
    let Ok(mut rest) = begin(&mut browser, console, session, from).await else { return };
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
                    Err(Behind) => begin(&mut browser, console, session, None).await.map(|fresh| rest = fresh),
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

/// What the page is told of the own phone.
struct PhoneBar<'a> {
    console: &'a Console,
    session: &'a Session,
    language: Language,
    headers: &'a HeaderMap,
    /// None for those who have no phone here.
    told: Option<watch::Receiver<Arc<OwnPhone>>>,
}

impl PhoneBar<'_> {
    async fn follow(&mut self) -> Result<(), Stopped> {
        if self.session.role == Role::Supervisor {
            let (device, agent) = (self.session.device.clone(), self.session.agent.clone());
            self.told = Some(self.console.floor.follow_phone(device, agent).await?);
        }
        Ok(())
    }

    /// Returns the bar once it looks another way than it did; never for those who have none.
    async fn next(&mut self) -> String {
        let Some(told) = &mut self.told else { return pending().await };
        if told.changed().await.is_err() {
            // The console is stopping.
            return pending().await;
        }
        let now = told.borrow_and_update().clone();
        let filter = self.console.floor.number_filter(self.console.config.visibility(self.session.role));
        let bar = Bar {
            config: &self.console.config,
            language: self.language,
            zones: Zones::of(self.headers, &self.console.config.time_zone),
            device: &self.session.device,
            agent: &self.session.agent,
            filter: &filter,
        };
        bar.render(&now)
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
