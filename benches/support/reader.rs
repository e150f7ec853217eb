//! How a browser reads its socket: bytes to frames, frames to messages that it shares with the others.

use super::Outcome;
use super::crowd::{Browser, Crowd, PATIENCE};
use super::exchange::{self, BEGINNING, Message};
use super::wire::{FrameHead, frame_head};
use std::future::pending;
use std::io::ErrorKind;
use std::rc::{Rc, Weak};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Of a frame that comes from a server.
const LONGEST_HEAD: usize = 10;

/// Reads the answer to the upgrade, and returns what came behind it.
pub async fn switched(stream: &mut TcpStream) -> Outcome<Vec<u8>> {
    let mut answer = Vec::new();
    loop {
        if timeout(PATIENCE, stream.read_buf(&mut answer)).await?? == 0 {
            return Err("the console closed instead of switching".into());
        }
        if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = answer.split_off(end + 4);
            if answer.starts_with(b"HTTP/1.1 101") {
                return Ok(rest);
            }
            return Err(String::from_utf8_lossy(&answer).into_owned().into());
        }
    }
}

/// Reads what comes until the browser goes.
pub async fn read(stream: TcpStream, rest: Vec<u8>, crowd: Rc<Crowd>, browser: Weak<Browser>) {
    let mut frames = Frames::default();
    if let Err(error) = read_on(&stream, &rest, &mut frames, &crowd, &browser).await {
        crowd.failed.borrow_mut().get_or_insert(error.to_string());
    }
    if let Some(browser) = browser.upgrade() {
        browser.ended.set(true);
    }
    crowd.heard.notify_waiters();
}

async fn read_on(stream: &TcpStream, rest: &[u8], frames: &mut Frames, crowd: &Crowd, browser: &Weak<Browser>) -> Outcome<()> {
    if let Some(browser) = browser.upgrade() {
        frames.take(rest, &browser)?;
    }
    loop {
        if stream.readable().await.is_err() {
            return Ok(());
        }
        match read_once(stream, frames, crowd, browser)? {
            Goes::On => {}
            Goes::Away => return Ok(()),
            // The socket stays open, and nobody reads it.
            Goes::Silent => pending::<()>().await,
        }
    }
}

/// What becomes of a browser after it has read.
enum Goes {
    On,
    Away,
    Silent,
}

fn read_once(stream: &TcpStream, frames: &mut Frames, crowd: &Crowd, browser: &Weak<Browser>) -> Outcome<Goes> {
    let mut buffer = crowd.buffer.borrow_mut();
    let bytes = match stream.try_read(&mut buffer) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Goes::On),
        Ok(0) | Err(_) => return Ok(Goes::Away),
        Ok(bytes) => bytes,
    };
    let Some(browser) = browser.upgrade() else { return Ok(Goes::Away) };
    frames.take(buffer.get(..bytes).unwrap_or_default(), &browser)?;
    crowd.heard.notify_waiters();
    Ok(if browser.stalls.get() && browser.whole_at.get().is_some() { Goes::Silent } else { Goes::On })
}

/// Where a browser is in its stream.
#[derive(Default)]
struct Frames {
    head: Vec<u8>,
    body: Option<Body>,
}

struct Body {
    head: FrameHead,
    beginning: Vec<u8>,
    message: Option<Message>,
    offset: usize,
}

impl Frames {
    fn take(&mut self, mut bytes: &[u8], browser: &Browser) -> Outcome<()> {
        loop {
            let Some(body) = self.body.as_mut() else {
                let before = self.head.len();
                self.head.extend(bytes.iter().take(LONGEST_HEAD));
                let Some(head) = frame_head(&self.head) else { return Ok(()) };
                self.head.clear();
                bytes = bytes.get(head.size.saturating_sub(before)..).unwrap_or_default();
                if !head.whole || head.opcode == 0 {
                    return Err("a message came in several frames".into());
                }
                self.body = Some(Body { head, beginning: Vec::new(), message: None, offset: 0 });
                continue;
            };
            bytes = body.take(bytes, &browser.crowd);
            if body.offset < body.head.length {
                return Ok(());
            }
            match body.head.opcode {
                1 | 2 => browser.take(body.head, &*exchange::told(body.message.as_ref().ok_or("an empty message")?, body.head.deflated)?),
                8 => browser.ended.set(true),
                _ => {}
            }
            self.body = None;
        }
    }
}

impl Body {
    /// Takes what is its own, and returns the rest.
    fn take<'a>(&mut self, mut bytes: &'a [u8], crowd: &Crowd) -> &'a [u8] {
        let needed = BEGINNING.min(self.head.length);
        if self.message.is_none() {
            let (now, rest) = bytes.split_at((needed - self.beginning.len()).min(bytes.len()));
            self.beginning.extend_from_slice(now);
            bytes = rest;
            self.offset = self.beginning.len();
            if self.offset < needed || needed == 0 {
                return bytes;
            }
            let mut message = crowd.exchange.borrow_mut().message(self.head.length, &self.beginning);
            exchange::take(&mut message, 0, &self.beginning);
            self.message = Some(message);
        }
        let (now, rest) = bytes.split_at((self.head.length - self.offset).min(bytes.len()));
        if let Some(message) = &mut self.message {
            exchange::take(message, self.offset, now);
        }
        self.offset += now.len();
        rest
    }
}
