//! From a stream of bytes to frames and heart-beats.
//!
//! Frames may be cut anywhere and share messages. A malformed or oversized frame is reported once and costs that frame only: the stream
//! is taken up again at the next place where a frame begins, be it within what the broken one claims as its body. That is behind its
//! NUL; or where a line is a command and a header or an empty line follows.
//!
//! A body ends where its content-length says. A body that begins like a JSON object and contains the whole head of another frame is
//! none, whatever its length says: JSON has neither a NUL nor such a line. Such a frame is given up as soon as that head is there, for
//! on a quiet floor the end of a length that is too long may be an hour away. So is a body without a length that begins with a head: the
//! frame before it was cut. Any other body may contain anything.

mod head;

use super::Version;
use super::error::FrameError;
use super::frame::Frame;
use super::start::{Search, TAIL, command_in_body, command_in_head, without_return};

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

#[derive(Debug)]
enum State {
    Between,
    Command,
    Headers(Frame),
    Body(Body),
    /// The frame is refused already: its rest is passed over up to the beginning of the next.
    Discard,
}

/// A frame whose body stays in the input until it is whole: a refused one is looked through from its start.
#[derive(Debug)]
struct Body {
    frame: Frame,
    /// As declared.
    length: Option<usize>,
}

enum Step {
    Found(Item),
    Again,
    /// What is there does not suffice.
    Wait,
}

type Stepped = Result<Step, FrameError>;

/// Decodes one direction of one connection.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    version: Version,
    /// Fed and not yet passed, from `read` on.
    input: Vec<u8>,
    read: usize,
    state: State,
    /// The unfinished line of the head; of a line that is discarded the end.
    line: Vec<u8>,
    /// Bytes of this frame's head so far.
    size: usize,
    /// How much is still to come of a body that was refused with its length: what is no frame there is no second fault.
    refused: usize,
    /// That body ended within the line which is discarded: the rest of the line may be a beginning.
    ends_in_line: bool,
    /// The frame that has begun may be none: it began where a broken one was.
    doubtful: bool,
    search: Search,
    /// How far the input holds no NUL, from the beginning of a body without a length on.
    without_nul: usize,
}

impl Decoder {
    /// Takes headers literally until [`Decoder::set_version`] says what was agreed on.
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

    pub fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    /// Adds what came from the peer. Ask [`Decoder::next`] until it gives none before the next message, so that nothing heaps up.
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

    /// The next item; none until more is fed.
    #[expect(clippy::should_implement_trait, reason = "it is not an iterator: none is not the end")]
    pub fn next(&mut self) -> Option<Result<Item, FrameError>> {
        loop {
            if self.read >= self.input.len() {
                return None;
            }
            // As it was before: what the step gives up may be followed by something doubtful.
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

    fn between(&mut self) -> Step {
        match self.input.get(self.read) {
            Some(b'\n') => {
                self.pass(1);
                return Step::Found(Item::HeartBeat);
            }
            // Half of CRLF, or a stray NUL: nothing anyone could mean.
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

    /// Goes on with the frame that begins with `command`, if any, else looks for the next.
    fn give_up(&mut self, command: Option<&'static str>) {
        self.state = match command {
            Some(command) => {
                (self.size, self.doubtful) = (command.len() + 1, true);
                State::Headers(Frame::new(command))
            }
            None => State::Discard,
        };
    }

    /// What has begun is a frame.
    fn is_frame(&mut self) {
        (self.doubtful, self.refused) = (false, 0);
    }

    fn pass(&mut self, bytes: usize) {
        self.read += bytes;
        self.refused = self.refused.saturating_sub(bytes);
    }

    /// Bytes held now.
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

/// The bytes from `at` on.
fn behind(bytes: &[u8], at: usize) -> &[u8] {
    bytes.get(at..).unwrap_or_default()
}

/// Whether a head behind these first bytes of a body proves that it is no body.
fn is_other_frame(before: &[u8], length: Option<usize>) -> bool {
    before.first() == Some(&b'{') || (length.is_none() && before.iter().all(|byte| matches!(byte, b'\r' | b'\n')))
}
