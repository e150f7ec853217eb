//! The short way for what nearly all of the stream is: whole, well-formed MESSAGE frames. Nothing of them is copied.
//!
//! What is unusual in any way goes the long way, through [`Decoder::feed`]. So it only has to be sure of what it takes: the long way
//! would find the same body, and report nothing.

use super::head::content_length;
use super::{Decoder, Search, State, behind};
use crate::stomp::Version;
use crate::stomp::start::without_return;
use std::ffi::CStr;

impl Decoder {
    /// Takes a whole MESSAGE frame off the front of `bytes`, with the heart-beats before it, and returns its body; its headers are
    /// checked, but not kept. Returns `None` and takes nothing if something else comes first, or the frame before is not complete: then
    /// feed what is left of `bytes`.
    ///
    /// ```
    /// use supervisor_console::stomp::{Decoder, Item, Limits};
    ///
    /// let mut decoder = Decoder::new(Limits::default());
    /// let mut bytes = &b"\nMESSAGE\nmessage-id:1\n\n{}\0RECEIPT\nreceipt-id:7\n\n\0"[..];
    /// assert_eq!(decoder.take_message(&mut bytes), Some(&b"{}"[..]));
    /// assert_eq!(decoder.take_message(&mut bytes), None);
    /// decoder.feed(bytes);
    /// assert!(matches!(decoder.next(), Some(Ok(Item::Frame(frame))) if frame.command == "RECEIPT"));
    /// ```
    pub fn take_message<'a>(&self, bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
        let is_between = matches!(self.state, State::Between) && self.read >= self.input.len() && self.refused == 0;
        let start = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n' | 0)).filter(|_| is_between)?;
        let (body, rest) = self.message(behind(bytes, start))?;
        *bytes = rest;
        Some(body)
    }

    /// Returns the body of the MESSAGE frame that `frame` begins with, and what is behind the frame.
    fn message<'a>(&self, frame: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let (size, length) = self.message_head(frame)?;
        let most = self.limits.frame_bytes.checked_sub(size)?;
        let rest = behind(frame, size);
        let end = match length {
            Some(length) => length,
            None => CStr::from_bytes_until_nul(rest).ok()?.count_bytes(),
        };
        let (body, after) = rest.split_at_checked(end).filter(|_| end <= most)?;
        let rest = after.strip_prefix(b"\0")?;
        // No head without a line end. Whether one that is there proves anything is for the long way to say.
        let may_contain_frame = body.contains(&b'\n') && Search::default().head(body, 0, end).is_some();
        (!may_contain_frame).then_some((body, rest))
    }

    /// Returns the size of a MESSAGE frame's head and what its `content-length` says, or `None` if the head is not complete or anything in
    /// it is wrong or escaped.
    fn message_head(&self, frame: &[u8]) -> Option<(usize, Option<usize>)> {
        let mut size = 0;
        let mut headers = 0;
        let mut length = None;
        loop {
            let rest = behind(frame, size);
            let take = rest.iter().position(|&byte| byte == b'\n')?;
            if take > self.limits.header_bytes || size + take >= self.limits.frame_bytes {
                return None;
            }
            let line = without_return(rest.get(..take)?);
            let is_first = size == 0;
            size += take + 1;
            if is_first {
                if line != b"MESSAGE" {
                    return None;
                }
                continue;
            }
            if line.is_empty() {
                break;
            }
            headers += 1;
            let (name, value) = line.split_at_checked(line.iter().position(|&byte| byte == b':')?)?;
            if name.is_empty() || headers > self.limits.headers {
                return None;
            }
            if length.is_none() && name == b"content-length" {
                length = Some(content_length(std::str::from_utf8(value.get(1..)?).ok()?)?);
            }
        }
        let head = std::str::from_utf8(frame.get(..size)?).ok()?.as_bytes();
        let is_escaped = self.version != Version::V1_0 && head.contains(&b'\\');
        (!is_escaped && !head.contains(&0)).then_some((size, length))
    }
}
