//! STOMP 1.0, 1.1 and 1.2 as bytes: frames, escapes and a stream decoder. Pure: no IO, no clock.
//!
//! Used by the console's link to the platform and by the simulator. It promises that no input can make it panic, take more time than its
//! length, or hold more than two frames of [`Limits::frame_bytes`] beyond what was fed and not yet asked for; and that a malformed frame
//! costs that frame only.

mod decoder;
mod error;
mod frame;
mod start;
#[cfg(test)]
mod tests;

pub use decoder::{Decoder, Item, Limits};
pub use error::FrameError;
pub use frame::Frame;

/// A version of the protocol; they differ in what a header escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// No escapes: a header cannot hold a line end.
    V1_0,
    /// `\n`, `\c` and `\\`.
    V1_1,
    /// `\r` as well.
    V1_2,
}

impl Version {
    pub const ALL: [Version; 3] = [Version::V1_0, Version::V1_1, Version::V1_2];

    pub fn as_str(self) -> &'static str {
        match self {
            Version::V1_0 => "1.0",
            Version::V1_1 => "1.1",
            Version::V1_2 => "1.2",
        }
    }

    pub fn parse(text: &str) -> Option<Version> {
        Version::ALL.into_iter().find(|version| version.as_str() == text.trim())
    }

    /// The highest version of a comma-separated `accept-version` that is spoken here.
    pub fn negotiate(accept_version: &str) -> Option<Version> {
        accept_version.split(',').filter_map(Version::parse).max()
    }
}
