//! STOMP 1.0, 1.1 and 1.2 as bytes: frames, escapes and a stream decoder. Pure: no IO, no clock.
//!
//! Used by the console's link to the platform (protocol, section 2) and by the simulator. No input can make it panic, take more time than
//! its length warrants, or hold more than two frames of [`Limits::frame_bytes`] beyond what was fed and not yet read with
//! [`Decoder::next`]. A malformed frame costs that frame only.

#![warn(missing_docs)]

mod decoder;
mod error;
mod frame;
mod start;
#[cfg(test)]
mod tests;

pub use decoder::{Decoder, Item, Limits};
pub use error::FrameError;
pub use frame::Frame;

/// A version of STOMP. The versions differ in what headers escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Nothing is escaped: a header cannot hold a line end, nor its name a colon.
    V1_0,
    /// Line feeds, colons and backslashes are escaped: `\n`, `\c`, `\\`. A header cannot hold a carriage return.
    V1_1,
    /// Carriage returns are escaped as well: `\r`.
    V1_2,
}

impl Version {
    /// Every version, the oldest first.
    pub const ALL: [Version; 3] = [Version::V1_0, Version::V1_1, Version::V1_2];

    /// Returns the version's name in `accept-version` and `version` headers, for example `1.1`.
    pub fn as_str(self) -> &'static str {
        match self {
            Version::V1_0 => "1.0",
            Version::V1_1 => "1.1",
            Version::V1_2 => "1.2",
        }
    }

    /// Returns the version with this name, or `None` if it is not supported. White space around the name is ignored.
    pub fn parse(text: &str) -> Option<Version> {
        Version::ALL.into_iter().find(|version| version.as_str() == text.trim())
    }

    /// Returns the highest supported version of a comma-separated `accept-version` header, or `None` if none is supported.
    pub fn negotiate(accept_version: &str) -> Option<Version> {
        accept_version.split(',').filter_map(Version::parse).max()
    }
}
