//! The browser's end of `/live`: one WebSocket, kept open for as long as the page lives.
//!
//! A gap in epoch or sequence leads to a snapshot before anything else is shown. After a lost connection it tries again until it succeeds,
//! at most three seconds apart. A page that is closed, frozen or put in the background causes no error. Messages wait for one animation
//! frame at most.

mod outdated;
mod sign_in;

use super::browser::{BrowserTime, Skew};
use super::store::Store;
use super::{Down, Header};
use crate::floor::{CallRow, Row};
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue, closure::Closure};
use leptos::web_sys::{self, MessageEvent, WebSocket};
use sign_in::{ask_whether_signed_in, sign_in_again};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// How many rows and calls may wait for an animation frame; with more they are applied without waiting for it.
const WAITING_ROWS: usize = 20_000;
/// How long a socket may stay silent, while it opens or later, before it is given up.
const DEAF: Duration = Duration::from_secs(5);
/// The longest pause between two attempts to connect, in milliseconds.
const LONGEST_WAIT_MS: f64 = 3_000.0;

/// The connection and the store that it feeds.
struct Live {
    store: Store,
    /// The page's version.
    version: String,
    inner: RefCell<Inner>,
}

/// What changes while the page lives.
#[derive(Default)]
struct Inner {
    /// The current socket; `None` between two attempts.
    socket: Option<WebSocket>,
    /// The current socket's handlers, kept for as long as the browser may call them.
    on_close: Option<Closure<dyn FnMut(web_sys::Event)>>,
    on_message: Option<Closure<dyn FnMut(MessageEvent)>>,
    /// Whether the current socket has brought a message that follows on from what the page shows.
    open: bool,
    /// When the current socket was made.
    since: BrowserTime,
    /// Attempts to connect since the last message.
    attempts: u32,
    /// Epoch and sequence of the last message received; `None` before the first snapshot, and when a message was missed.
    position: Option<(u64, u64)>,
    /// Messages that wait for the next animation frame, oldest first.
    queue: Vec<Down>,
    /// How many rows and calls they contain.
    queued_rows: usize,
    /// The rows and calls of a snapshot whose last part has not come.
    parts: (Vec<Arc<Row>>, Vec<Arc<CallRow>>),
    /// Whether an animation frame has been asked for.
    frame: bool,
    /// Whether the page is being left or frozen: no more attempts to connect until it is back.
    away: bool,
    /// Whether the session has ended: no more attempts to connect.
    signed_out: bool,
}

/// Reads the browser's clock.
pub fn now() -> BrowserTime {
    BrowserTime::from_millis(js_sys::Date::now() as i64)
}

/// Connects to `/live` as a page of that version, feeds `store` from it, and keeps the store's clocks and liveness up to date, for as long as the page lives.
pub fn start(store: Store, version: String) {
    // The page's header says when the page was made. Its way here makes the skew wrong by that much, which the first message corrects.
    store.skew.set_value(Skew::between(store.heard.get_value(), now()));
    let live = Rc::new(Live { store, version, inner: RefCell::default() });
    connect(&live);

    let ticking = Rc::clone(&live);
    set_interval(move || watch(&ticking), Duration::from_millis(200));

    let leaving = Rc::clone(&live);
    listen("pagehide", move || leave(&leaving));
    for back in ["pageshow", "online", "visibilitychange"] {
        let returning = Rc::clone(&live);
        listen(back, move || come_back(&returning));
    }
}

/// Calls `handler` at every such event of the window.
fn listen(event: &'static str, handler: impl Fn() + 'static) {
    // The page's listeners live as long as the page.
    let _ = window_event_listener_untyped(event, move |_| handler());
}

/// Opens a socket, unless there is one or there should be none.
fn connect(live: &Rc<Live>) {
    {
        let inner = live.inner.borrow();
        if inner.away || inner.signed_out || inner.socket.is_some() {
            return;
        }
    }
    let Ok(socket) = WebSocket::new(&address(&live.version, live.inner.borrow().position)) else {
        return again(live);
    };
    socket.set_binary_type(web_sys::BinaryType::Arraybuffer);

    let on_message = {
        let live = Rc::clone(live);
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if is_current(&live, &event) {
                take_in(&live, &event.data());
            }
        })
    };
    socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    let on_close = {
        let live = Rc::clone(live);
        Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            if is_current(&live, &event) {
                lost(&live);
            }
        })
    };
    socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));

    let mut inner = live.inner.borrow_mut();
    inner.open = false;
    inner.parts = Default::default();
    inner.since = now();
    inner.socket = Some(socket);
    inner.on_close = Some(on_close);
    inner.on_message = Some(on_message);
}

/// Returns the address of `/live`, with the page's version and the position from which to continue, if there is one.
fn address(version: &str, position: Option<(u64, u64)>) -> String {
    let location = location();
    let scheme = if location.protocol().is_ok_and(|protocol| protocol == "https:") { "wss" } else { "ws" };
    let host = location.host().unwrap_or_default();
    match position {
        Some((epoch, seq)) => format!("{scheme}://{host}/live?version={version}&epoch={epoch}&seq={seq}"),
        None => format!("{scheme}://{host}/live?version={version}"),
    }
}

/// Returns whether the event comes from the current socket: an earlier one may still report after it was given up.
fn is_current(live: &Live, event: &web_sys::Event) -> bool {
    let target: Option<JsValue> = event.target().map(Into::into);
    live.inner.borrow().socket.as_ref().map(JsValue::from) == target
}

/// Receives one message: queues it for the next animation frame, or starts over if messages are missing before it.
fn take_in(live: &Rc<Live>, data: &JsValue) {
    let bytes = js_sys::Uint8Array::new(data).to_vec();
    let Ok(mut message) = Down::decode(&bytes) else {
        return start_over(live);
    };
    if matches!(message, Down::Outdated) {
        return if outdated::load_again(&live.version) { give_up(live) } else { start_over(live) };
    }
    if let Down::Phone(html) = message {
        // `public/phone.js` draws it.
        if let Some(bar) = document().get_element_by_id("phone") {
            _ = bar.set_attribute("data-html", &html);
        }
        return;
    }
    let Some(header) = message.header().cloned() else {
        live.inner.borrow_mut().signed_out = true;
        give_up(live);
        return sign_in_again();
    };
    if !follows(&message, &header, live.inner.borrow().position) {
        return start_over(live);
    }
    let local = now();
    live.store.hear(&header, local);
    if let Down::Snapshot { more, rows, calls, .. } = &mut message {
        let mut inner = live.inner.borrow_mut();
        inner.parts.0.append(rows);
        inner.parts.1.append(calls);
        if *more {
            return;
        }
        (*rows, *calls) = std::mem::take(&mut inner.parts);
    }
    let flush_now = {
        let mut inner = live.inner.borrow_mut();
        if inner.position.is_some() || matches!(message, Down::Snapshot { .. }) {
            inner.position = Some((header.epoch, header.seq));
            inner.attempts = 0;
            inner.open = true;
        }
        match &message {
            Down::Snapshot { rows, calls, .. } => {
                // It includes what came before it.
                inner.queue.clear();
                inner.queued_rows = rows.len() + calls.len();
                inner.queue.push(message);
            }
            Down::Delta { rows, calls, .. } => {
                inner.queued_rows += rows.len() + calls.len();
                inner.queue.push(message);
            }
            Down::Pulse { .. } | Down::SignedOut | Down::Outdated | Down::Phone(_) => {}
        }
        // A hidden page gets no frames.
        document().hidden() || inner.queued_rows > WAITING_ROWS
    };
    live.store.judge(live.inner.borrow().open, local);
    if flush_now {
        flush(live);
    } else {
        let mut inner = live.inner.borrow_mut();
        if !inner.frame && !inner.queue.is_empty() {
            inner.frame = true;
            let live = Rc::clone(live);
            request_animation_frame(move || flush(&live));
        }
    }
}

/// Returns whether no message is missing between `position` and this one.
fn follows(message: &Down, header: &Header, position: Option<(u64, u64)>) -> bool {
    match (message, position) {
        (Down::Snapshot { .. }, _) => true,
        (Down::Delta { .. }, Some((epoch, seq))) => header.epoch == epoch && header.seq == seq.wrapping_add(1),
        (_, Some((epoch, seq))) => header.epoch == epoch && header.seq == seq,
        // A pulse may come before the snapshot; a delta may not.
        (Down::Delta { .. }, None) => false,
        (_, None) => true,
    }
}

/// Applies the messages that wait.
fn flush(live: &Live) {
    let queue = {
        let mut inner = live.inner.borrow_mut();
        inner.frame = false;
        inner.queued_rows = 0;
        std::mem::take(&mut inner.queue)
    };
    if !queue.is_empty() {
        live.store.apply(queue, now());
    }
}

/// Connects anew and asks for a snapshot, because a message is missing or could not be read.
fn start_over(live: &Rc<Live>) {
    live.inner.borrow_mut().position = None;
    lost(live);
}

/// Gives the connection up and schedules the next attempt.
fn lost(live: &Rc<Live>) {
    give_up(live);
    live.store.judge(false, now());
    again(live);
}

/// Closes the current socket without waiting for the closing handshake.
fn give_up(live: &Live) {
    let (socket, on_close, on_message) = {
        let mut inner = live.inner.borrow_mut();
        inner.open = false;
        (inner.socket.take(), inner.on_close.take(), inner.on_message.take())
    };
    if let Some(socket) = socket {
        socket.set_onclose(None);
        socket.set_onmessage(None);
        // Closing one that is still connecting would be reported as an error.
        if socket.ready_state() == WebSocket::OPEN {
            _ = socket.close();
        }
    }
    // One of them may be what called us, so they are dropped only after it has returned.
    set_timeout(move || drop((on_close, on_message)), Duration::ZERO);
}

/// Schedules the next attempt to connect: after 150 to 3000 ms, growing with the number of attempts, with some chance in it.
fn again(live: &Rc<Live>) {
    let attempts = {
        let mut inner = live.inner.borrow_mut();
        inner.attempts = inner.attempts.saturating_add(1);
        inner.attempts
    };
    // A refused WebSocket looks the same here whether the session has ended or the console is down.
    if attempts % 2 == 0 {
        ask_whether_signed_in(live);
    }
    let longest = (150.0 * f64::from(1_u32 << attempts.min(6))).min(LONGEST_WAIT_MS);
    let wait = longest * (0.5 + js_sys::Math::random() / 2.0);
    let live = Rc::clone(live);
    set_timeout(move || connect(&live), Duration::from_millis(wait as u64));
}

/// Moves the store's clocks on, and gives a connection up that has been silent for too long.
fn watch(live: &Rc<Live>) {
    let local = now();
    let (open, quiet) = {
        let inner = live.inner.borrow();
        (inner.open, inner.socket.is_some() && local.since(inner.since) > DEAF)
    };
    if quiet && live.store.silent_for(local) > DEAF {
        lost(live);
    } else {
        live.store.judge(open, local);
    }
    live.store.tick(local);
}

/// Disconnects, because the page is being left or frozen.
fn leave(live: &Live) {
    live.inner.borrow_mut().away = true;
    give_up(live);
}

/// Shows what has arrived meanwhile and connects again, because the page is visible or online again.
fn come_back(live: &Rc<Live>) {
    let idle = {
        let mut inner = live.inner.borrow_mut();
        if document().hidden() {
            return;
        }
        inner.away = false;
        inner.socket.is_none()
    };
    flush(live);
    if idle {
        connect(live);
    }
    watch(live);
}
