//! From a stream of bytes to frames and heart-beats.
//!
//! Frames may be cut anywhere and share messages. A malformed or oversized frame is reported once; what follows up to the next NUL is
//! dropped unread, so the next good frame is understood.

use super::Version;
use super::frame::{Frame, is_handshake, unescape};

/// What a stream consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    Frame(Frame),
    /// A bare line end between frames. The line ends that some servers write behind every frame count as well: both prove life.
    HeartBeat,
}

/// What a peer may make us hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Command, headers and body of one frame, in bytes.
    pub frame_bytes: usize,
    /// Headers of one frame.
    pub headers: usize,
    /// One line of the head, in bytes.
    pub header_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { frame_bytes: 1 << 20, headers: 64, header_bytes: 8 << 10 }
    }
}

/// Why a frame was thrown away. The stream goes on behind it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("frame of more than {0} bytes: send less in one frame")]
    TooLarge(usize),
    #[error("more than {0} headers in one frame")]
    TooManyHeaders(usize),
    #[error("header line of more than {0} bytes")]
    HeaderTooLong(usize),
    #[error("undefined escape in header line {0:?}")]
    BadEscape(String),
    #[error("header line without a name and a colon: {0:?}")]
    HeaderWithoutColon(String),
    #[error("head is not UTF-8")]
    NotUtf8,
    #[error("content-length is not a number of bytes: {0:?}")]
    BadContentLength(String),
    #[error("body is longer than its content-length of {0} bytes: no NUL behind it")]
    BodyNotTerminated(usize),
    #[error("frame ends within its head: the empty line is missing")]
    EndsInHead,
    #[error("unknown command {0:?}")]
    UnknownCommand(String),
}

const COMMANDS: [&str; 15] = [
    "CONNECT",
    "STOMP",
    "CONNECTED",
    "SEND",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "ACK",
    "NACK",
    "BEGIN",
    "COMMIT",
    "ABORT",
    "DISCONNECT",
    "MESSAGE",
    "RECEIPT",
    "ERROR",
];

#[derive(Debug)]
enum State {
    Between,
    Command,
    Headers(Frame),
    /// The declared length, if any.
    Body(Frame, Option<usize>),
    /// The frame is refused already.
    Discard,
}

/// Decodes one direction of one connection.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    version: Version,
    /// Fed and not yet looked at, from `read` on.
    input: Vec<u8>,
    read: usize,
    state: State,
    /// The unfinished line of the head.
    line: Vec<u8>,
    /// Bytes of this frame so far.
    size: usize,
}

impl Decoder {
    /// Takes headers literally until [`Decoder::set_version`] says what was agreed on.
    pub fn new(limits: Limits) -> Self {
        Decoder { limits, version: Version::V1_0, input: Vec::new(), read: 0, state: State::Between, line: Vec::new(), size: 0 }
    }

    pub fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    /// Adds what came from the peer. Ask [`Decoder::next`] until it gives none before the next message, so that nothing heaps up.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.input.drain(..self.read);
        self.read = 0;
        // A single large message must not stay allocated for the life of the connection.
        if self.input.is_empty() {
            self.input.shrink_to(64 << 10);
        }
        self.input.extend_from_slice(bytes);
    }

    /// The next item; none until more is fed.
    #[allow(clippy::should_implement_trait)] // it is not an iterator: none is not the end
    pub fn next(&mut self) -> Option<Result<Item, FrameError>> {
        loop {
            if self.read >= self.input.len() {
                return None;
            }
            let step = match std::mem::replace(&mut self.state, State::Between) {
                State::Between => self.between(),
                State::Command => self.command(),
                State::Headers(frame) => self.headers(frame),
                State::Body(frame, length) => self.body(frame, length),
                State::Discard => self.discard(),
            };
            match step {
                Ok(None) => {}
                Ok(Some(item)) => return Some(Ok(item)),
                Err(error) => {
                    self.line = Vec::new();
                    return Some(Err(error));
                }
            }
        }
    }

    fn between(&mut self) -> Result<Option<Item>, FrameError> {
        match self.input[self.read] {
            b'\n' => {
                self.read += 1;
                return Ok(Some(Item::HeartBeat));
            }
            // Half of CRLF, or a stray NUL: nothing anyone could mean.
            b'\r' | 0 => self.read += 1,
            _ => {
                self.size = 0;
                self.state = State::Command;
            }
        }
        Ok(None)
    }

    fn command(&mut self) -> Result<Option<Item>, FrameError> {
        let Some(line) = self.line()? else {
            self.state = State::Command;
            return Ok(None);
        };
        let known = COMMANDS.iter().find(|command| command.as_bytes() == line);
        match known {
            Some(command) => {
                self.state = State::Headers(Frame::new(*command));
                Ok(None)
            }
            None => {
                self.state = State::Discard;
                let text = std::str::from_utf8(&line).map_err(|_| FrameError::NotUtf8)?;
                Err(FrameError::UnknownCommand(shortened(text)))
            }
        }
    }

    fn headers(&mut self, mut frame: Frame) -> Result<Option<Item>, FrameError> {
        let Some(line) = self.line()? else {
            self.state = State::Headers(frame);
            return Ok(None);
        };
        // Refused until proven good: each error below leaves the decoder looking for the NUL.
        self.state = State::Discard;
        if !line.is_empty() {
            if frame.headers.len() >= self.limits.headers {
                return Err(FrameError::TooManyHeaders(self.limits.headers));
            }
            let version = if is_handshake(&frame.command) { Version::V1_0 } else { self.version };
            frame.headers.push(parse_header(&line, version)?);
            self.state = State::Headers(frame);
            return Ok(None);
        }
        let length = match frame.get("content-length") {
            None => None,
            Some(text) => Some(content_length(text).ok_or_else(|| FrameError::BadContentLength(shortened(text)))?),
        };
        if length.is_some_and(|length| length > self.limits.frame_bytes.saturating_sub(self.size)) {
            return Err(FrameError::TooLarge(self.limits.frame_bytes));
        }
        self.state = State::Body(frame, length);
        Ok(None)
    }

    fn body(&mut self, mut frame: Frame, length: Option<usize>) -> Result<Option<Item>, FrameError> {
        let rest = &self.input[self.read..];
        let missing = match length {
            Some(length) => length - frame.body.len(),
            None => rest.iter().position(|&byte| byte == 0).unwrap_or(rest.len()),
        };
        let take = missing.min(rest.len());
        if length.is_none() && self.size + take > self.limits.frame_bytes {
            self.state = State::Discard;
            return Err(FrameError::TooLarge(self.limits.frame_bytes));
        }
        frame.body.extend_from_slice(&rest[..take]);
        self.size += take;
        self.read += take;
        let Some(&end) = self.input.get(self.read) else {
            self.state = State::Body(frame, length);
            return Ok(None);
        };
        if end != 0 {
            self.state = State::Discard;
            return Err(FrameError::BodyNotTerminated(frame.body.len()));
        }
        self.read += 1;
        Ok(Some(Item::Frame(frame)))
    }

    fn discard(&mut self) -> Result<Option<Item>, FrameError> {
        match self.input[self.read..].iter().position(|&byte| byte == 0) {
            Some(at) => self.read += at + 1,
            None => {
                self.read = self.input.len();
                self.state = State::Discard;
            }
        }
        Ok(None)
    }

    /// A whole line of the head without its line end; none while it is incomplete.
    fn line(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        let rest = &self.input[self.read..];
        let end = rest.iter().position(|&byte| byte == b'\n' || byte == 0);
        let take = end.unwrap_or(rest.len());
        if self.line.len() + take > self.limits.header_bytes {
            self.state = State::Discard;
            return Err(FrameError::HeaderTooLong(self.limits.header_bytes));
        }
        if self.size + take >= self.limits.frame_bytes {
            self.state = State::Discard;
            return Err(FrameError::TooLarge(self.limits.frame_bytes));
        }
        self.line.extend_from_slice(&rest[..take]);
        self.size += take + 1;
        let Some(end) = end else {
            self.size -= 1;
            self.read = self.input.len();
            return Ok(None);
        };
        let ends_frame = rest[end] == 0;
        self.read += end + 1;
        if ends_frame {
            return Err(FrameError::EndsInHead);
        }
        let mut line = std::mem::take(&mut self.line);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(Some(line))
    }

    /// Bytes held now.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        let frame = match &self.state {
            State::Headers(frame) | State::Body(frame, _) => {
                frame.body.capacity() + frame.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
            }
            _ => 0,
        };
        self.input.len() - self.read + self.line.capacity() + frame
    }
}

fn parse_header(line: &[u8], version: Version) -> Result<(String, String), FrameError> {
    let shown = || shortened(&String::from_utf8_lossy(line));
    let colon = line.iter().position(|&byte| byte == b':').filter(|&at| at > 0).ok_or_else(|| FrameError::HeaderWithoutColon(shown()))?;
    let part = |bytes: &[u8]| {
        let bytes = unescape(bytes, version).ok_or_else(|| FrameError::BadEscape(shown()))?;
        String::from_utf8(bytes).map_err(|_| FrameError::NotUtf8)
    };
    Ok((part(&line[..colon])?, part(&line[colon + 1..])?))
}

/// Digits only: `+5` parses as a number and is none here.
fn content_length(text: &str) -> Option<usize> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// An error names the culprit, it does not carry it whole.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
