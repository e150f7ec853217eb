//! Turns a stream of bytes into frames and heart-beats.
//!
//! The stream may be cut anywhere. A malformed or oversized frame is reported once and costs that frame only: decoding continues where
//! the next frame begins, even if that is within what the broken frame claims as its body. A frame begins after a NUL, or where a line is
//! a command and a header or an empty line follows.
//!
//! A body ends where its content-length says, with two exceptions, in which the frame is refused. First, a body that begins like a JSON
//! object and contains the complete head of another frame: JSON contains neither a NUL nor a line that is a command. It is refused as
//! soon as that head has arrived, because on a quiet floor the end of a length that is too long may be an hour away. Second, a body
//! without a length that begins with a head: the frame was cut off before its NUL. Any other body may contain anything.

mod head;
mod message;

use super::Version;
use super::error::FrameError;
use super::frame::Frame;
use super::start::{Search, TAIL, command_in_body, command_in_head, without_return};

/// One item of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A complete, well-formed frame.
    Frame(Frame),
    /// A line end between frames. The ones that some servers write after every frame count as well: both show that the peer is alive.
    HeartBeat,
}

/// How much a peer may make a [`Decoder`] hold. What exceeds a limit is refused with a [`FrameError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of one frame: command, headers and body together. 1 MiB by default.
    pub frame_bytes: usize,
    /// The most headers of one frame. 64 by default.
    pub headers: usize,
    /// The most bytes of one line of the head, without its line end. 8 KiB by default.
    pub header_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { frame_bytes: 1 << 20, headers: 64, header_bytes: 8 << 10 }
    }
}

/// What the decoder expects next.
#[derive(Debug)]
enum State {
    /// A heart-beat or the beginning of a frame.
    Between,
    /// The rest of the command's line.
    Command,
    /// A header of this frame, or the empty line that ends its head.
    Headers(Frame),
    /// The rest of this body.
    Body(Body),
    /// The rest of a refused frame, which is skipped up to the beginning of the next one.
    Discard,
}

/// A frame whose head is complete. The body stays in the input until it is complete, so that it can be searched from its start if the
/// frame is refused.
#[derive(Debug)]
struct Body {
    frame: Frame,
    /// What the `content-length` says, in bytes; `None` if the frame has none.
    length: Option<usize>,
}

/// What one step of decoding led to.
enum Step {
    /// An item is complete.
    Found(Item),
    /// The state has changed: take another step.
    Again,
    /// More input is needed.
    Wait,
}

type Stepped = Result<Step, FrameError>;

/// Decodes one direction of one connection.
///
/// ```
/// use supervisor_console::stomp::{Decoder, Frame, Item, Limits, Version};
///
/// let frame = Frame::new("MESSAGE").header("message-id", "a:1").with_body(r#"{"eventName":"held"}"#);
/// let bytes = frame.encode(Version::V1_2);
///
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.set_version(Version::V1_2);
/// let (first, second) = bytes.split_at(20);
/// decoder.feed(first);
/// assert_eq!(decoder.next(), None);
/// decoder.feed(second);
/// assert_eq!(decoder.next(), Some(Ok(Item::Frame(frame.header("content-length", "20")))));
/// assert_eq!(decoder.next(), None);
/// ```
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    version: Version,
    /// What was fed; the first `read` bytes have been decoded.
    input: Vec<u8>,
    read: usize,
    state: State,
    /// The unfinished line of the head; while a frame is skipped, only the line's last [`TAIL`] bytes.
    line: Vec<u8>,
    /// Bytes of the current frame's head so far.
    size: usize,
    /// How many bytes are still to come of a body that was refused after its length was known. What is malformed within them is not
    /// reported again.
    refused: usize,
    /// Whether that body ended within the line that is being skipped: the rest of the line may begin a frame.
    ends_in_line: bool,
    /// Whether what has begun may be no frame, because it began within a broken one. Its errors are not reported.
    doubtful: bool,
    /// The search for other frames' heads in bodies.
    search: Search,
    /// Up to where the input is known to contain no NUL, counted from the input's beginning; for a body without a length.
    without_nul: usize,
}

impl Decoder {
    /// Makes a decoder that reads headers without escapes, as in the handshake, until [`Decoder::set_version`] is called.
    pub fn new(limits: Limits) -> Self {
        Decoder {
            limits,
            version: Version::V1_0,
            input: Vec::new(),
            read: 0,
            state: State::Between,
            line: Vec::new(),
            size: 0,
            refused: 0,
            ends_in_line: false,
            doubtful: false,
            search: Search::default(),
            without_nul: 0,
        }
    }

    /// Sets the version that was agreed on in the handshake, by which the next headers are read.
    pub fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    /// Adds bytes from the peer. Call [`Decoder::next`] until it returns `None` before feeding more, so that the input does not pile up.
    pub fn feed(&mut self, bytes: &[u8]) {
        // Not sooner: small pieces must not move a large rest each time.
        if self.read > self.input.len() / 2 {
            self.input.drain(..self.read);
            self.search.shift(self.read);
            self.without_nul = self.without_nul.saturating_sub(self.read);
            self.read = 0;
        }
        // A single large message must not stay allocated for the life of the connection.
        if self.input.is_empty() {
            self.input.shrink_to(64 << 10);
        }
        self.input.extend_from_slice(bytes);
    }

    /// Returns the next item, or `None` if more must be fed first.
    ///
    /// # Errors
    ///
    /// Why a frame was refused, once for each broken frame. Decoding continues after it, so call again.
    #[expect(clippy::should_implement_trait, reason = "it is not an iterator: none is not the end")]
    pub fn next(&mut self) -> Option<Result<Item, FrameError>> {
        loop {
            if self.read >= self.input.len() {
                return None;
            }
            // Read before the step: a step that gives a frame up may set it for the next one.
            let doubtful = self.doubtful;
            let step = match std::mem::replace(&mut self.state, State::Between) {
                State::Between => Ok(self.between()),
                State::Command => self.command(),
                State::Headers(frame) => self.headers(frame),
                State::Body(body) => self.body(body),
                State::Discard => Ok(self.discard()),
            };
            match step {
                Ok(Step::Again) => {}
                Ok(Step::Wait) => return None,
                Ok(Step::Found(item)) => return Some(Ok(item)),
                Err(_) if doubtful => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// Reads a heart-beat, or finds that a frame begins.
    fn between(&mut self) -> Step {
        match self.input.get(self.read) {
            Some(b'\n') => {
                self.pass(1);
                return Step::Found(Item::HeartBeat);
            }
            // Half of CRLF, or a stray NUL: it means nothing.
            Some(b'\r' | 0) => self.pass(1),
            Some(_) => {
                self.size = 0;
                self.doubtful = self.refused > 0;
                self.state = State::Command;
            }
            None => return Step::Wait,
        }
        Step::Again
    }

    /// Reads the body; refuses it as soon as it proves to be too long or to contain another frame.
    fn body(&mut self, body: Body) -> Stepped {
        let rest = behind(&self.input, self.read);
        let end = match body.length {
            Some(length) => Some(length).filter(|length| *length < rest.len()),
            None => {
                let seen = self.without_nul.saturating_sub(self.read);
                behind(rest, seen).iter().position(|&byte| byte == 0).map(|at| seen + at)
            }
        };
        let there = end.unwrap_or(rest.len());
        let most = body.length.unwrap_or(self.limits.frame_bytes.saturating_sub(self.size));
        if body.length.is_none() {
            self.without_nul = self.read + there;
        }
        if let Some(at) = self.search.head(&self.input, self.read, self.read + there.min(most))
            && self.input.get(self.read..at).is_some_and(|before| is_other_frame(before, body.length))
        {
            self.pass(at - self.read);
            return Err(FrameError::FrameInBody);
        }
        if body.length.is_none() && there > most {
            self.state = State::Discard;
            return Err(FrameError::TooLarge(self.limits.frame_bytes));
        }
        let Some((text, after)) = end.and_then(|end| rest.split_at_checked(end)) else {
            self.state = State::Body(body);
            return Ok(Step::Wait);
        };
        let end = text.len();
        if after.first() != Some(&0) {
            (self.state, self.refused) = (State::Discard, end);
            return Err(FrameError::BodyNotTerminated(end));
        }
        let Body { mut frame, .. } = body;
        frame.body = text.to_vec();
        self.pass(end + 1);
        Ok(Step::Found(Item::Frame(frame)))
    }

    /// Skips a line of a refused frame, and goes on with the next frame if one begins there.
    fn discard(&mut self) -> Step {
        let rest = behind(&self.input, self.read);
        let end = rest.iter().position(|&byte| byte == b'\n' || byte == 0);
        let take = end.unwrap_or(rest.len());
        self.line.extend_from_slice(rest.get(take.saturating_sub(TAIL)..take).unwrap_or_default());
        self.line.drain(..self.line.len().saturating_sub(TAIL));
        self.ends_in_line |= (1..=take).contains(&self.refused);
        match end.and_then(|end| rest.get(end)) {
            Some(0) => self.line.clear(),
            Some(_) => {
                let line = std::mem::take(&mut self.line);
                let line = without_return(&line);
                self.give_up(if self.ends_in_line { command_in_head(line) } else { command_in_body(line) });
            }
            None => self.state = State::Discard,
        }
        self.ends_in_line &= end.is_none();
        self.pass(end.map_or(take, |end| end + 1));
        Step::Again
    }

    /// Continues with the frame that begins with `command`; skips on if there is none.
    fn give_up(&mut self, command: Option<&'static str>) {
        self.state = match command {
            Some(command) => {
                (self.size, self.doubtful) = (command.len() + 1, true);
                State::Headers(Frame::new(command))
            }
            None => State::Discard,
        };
    }

    /// Notes that what has begun is a frame: it has a header, or its head is complete.
    fn is_frame(&mut self) {
        (self.doubtful, self.refused) = (false, 0);
    }

    /// Moves on by this many bytes of the input.
    fn pass(&mut self, bytes: usize) {
        self.read += bytes;
        self.refused = self.refused.saturating_sub(bytes);
    }

    /// Returns how many bytes are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        let frame = match &self.state {
            State::Headers(frame) | State::Body(Body { frame, .. }) => {
                frame.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
            }
            _ => 0,
        };
        self.input.len() + self.line.capacity() + frame
    }
}

/// Returns the bytes from `at` on; none if `at` is beyond the end.
fn behind(bytes: &[u8], at: usize) -> &[u8] {
    bytes.get(at..).unwrap_or_default()
}

/// Returns whether a head that follows these first bytes of a body proves that the body is not one.
fn is_other_frame(before: &[u8], length: Option<usize>) -> bool {
    before.first() == Some(&b'{') || (length.is_none() && before.iter().all(|byte| matches!(byte, b'\r' | b'\n')))
}
