//! Reads a frame's head line by line: its command and its headers.

use super::{Body, Decoder, State, Step, Stepped, behind};
use crate::stomp::Version;
use crate::stomp::error::FrameError;
use crate::stomp::frame::{Frame, is_handshake, unescape};
use crate::stomp::start::{TAIL, command, command_in_head, without_return};

impl Decoder {
    /// Reads the line with the command.
    pub(super) fn command(&mut self) -> Stepped {
        let Some(line) = self.line()? else {
            self.state = State::Command;
            return Ok(Step::Wait);
        };
        if let Some(command) = command(&line) {
            self.state = State::Headers(Frame::new(command));
            return Ok(Step::Again);
        }
        self.give_up(command_in_head(&line));
        let text = std::str::from_utf8(&line).map_err(|_| FrameError::NotUtf8)?;
        Err(FrameError::UnknownCommand(shortened(text)))
    }

    /// Reads one header of `frame`, or the empty line that ends its head.
    pub(super) fn headers(&mut self, mut frame: Frame) -> Stepped {
        let Some(line) = self.line()? else {
            self.state = State::Headers(frame);
            return Ok(Step::Wait);
        };
        // For the early returns below: the frame is refused.
        self.state = State::Discard;
        if !line.is_empty() {
            if frame.headers.len() >= self.limits.headers {
                return Err(FrameError::TooManyHeaders(self.limits.headers));
            }
            let version = if is_handshake(&frame.command) { Version::V1_0 } else { self.version };
            let header = parse_header(&line, version);
            if let Err(FrameError::HeaderWithoutColon(_)) = &header {
                self.give_up(command_in_head(&line));
            }
            frame.headers.push(header?);
            self.is_frame();
            self.state = State::Headers(frame);
            return Ok(Step::Again);
        }
        self.is_frame();
        let length = match frame.get("content-length") {
            None => None,
            Some(text) => Some(content_length(text).ok_or_else(|| FrameError::BadContentLength(shortened(text)))?),
        };
        if let Some(length) = length.filter(|length| *length > self.limits.frame_bytes.saturating_sub(self.size)) {
            self.refused = length;
            return Err(FrameError::TooLarge(self.limits.frame_bytes));
        }
        self.state = State::Body(Body { frame, length });
        Ok(Step::Again)
    }

    /// Returns the next line of the head without its line end, or `None` while it is incomplete.
    fn line(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        let rest = behind(&self.input, self.read);
        let end = rest.iter().position(|&byte| byte == b'\n' || byte == 0);
        let take = end.unwrap_or(rest.len());
        let too_long = if self.line.len() + take > self.limits.header_bytes {
            Some(FrameError::HeaderTooLong(self.limits.header_bytes))
        } else if self.size + take >= self.limits.frame_bytes {
            Some(FrameError::TooLarge(self.limits.frame_bytes))
        } else {
            None
        };
        if let Some(error) = too_long {
            self.state = State::Discard;
            // The end of the line may be a command, so the last bytes of what has come are kept.
            self.line = self.line.split_off(self.line.len().saturating_sub(TAIL));
            return Err(error);
        }
        self.line.extend_from_slice(rest.get(..take).unwrap_or_default());
        self.size += take;
        let Some(end) = end else {
            self.pass(take);
            return Ok(None);
        };
        let ends_frame = rest.get(end) == Some(&0);
        self.size += 1;
        self.pass(end + 1);
        let line = std::mem::take(&mut self.line);
        if ends_frame {
            return Err(FrameError::EndsInHead);
        }
        Ok(Some(without_return(&line).to_vec()))
    }
}

/// Returns the name and the value in a header line, without their escapes.
fn parse_header(line: &[u8], version: Version) -> Result<(String, String), FrameError> {
    let shown = || shortened(&String::from_utf8_lossy(line));
    let mut halves = line.splitn(2, |&byte| byte == b':');
    let name = halves.next().filter(|name| !name.is_empty());
    let (name, value) = name.zip(halves.next()).ok_or_else(|| FrameError::HeaderWithoutColon(shown()))?;
    let part = |bytes: &[u8]| {
        let bytes = unescape(bytes, version).ok_or_else(|| FrameError::BadEscape(shown()))?;
        String::from_utf8(bytes).map_err(|_| FrameError::NotUtf8)
    };
    Ok((part(name)?, part(value)?))
}

/// Returns the number of bytes that a `content-length` says, or `None` if it is not digits only (`+5` would parse as a number).
pub(super) fn content_length(text: &str) -> Option<usize> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Returns the first 80 characters: an error quotes a text without holding all of it.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
