//! A chronicle as bytes, so that a console that starts again goes on where the last one was.

use super::Chronicle;

/// The encoding's number. Raise it whenever a kept type changes its fields or their order: bytes of another number are not read.
pub(super) const ENCODING: u16 = 3;

/// Why the bytes are not a chronicle.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeptError {
    /// They were written by a version with another encoding.
    #[error("it was written in encoding {0}, this version reads {ENCODING}")]
    OtherEncoding(u16),
    /// They are damaged.
    #[error("it cannot be read ({0})")]
    Damaged(#[from] postcard::Error),
}

impl Chronicle {
    /// Returns it as bytes: everything, and of the events by which duplicates are recognised the latest.
    ///
    /// # Errors
    ///
    /// If memory does not suffice.
    pub fn to_bytes(&self) -> Result<Vec<u8>, KeptError> {
        Ok(postcard::to_allocvec(&(ENCODING, self))?)
    }

    /// Reads what [`Chronicle::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// If the bytes are of another encoding, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Chronicle, KeptError> {
        let (encoding, rest) = postcard::take_from_bytes::<u16>(bytes)?;
        if encoding != ENCODING {
            return Err(KeptError::OtherEncoding(encoding));
        }
        Ok(postcard::from_bytes(rest)?)
    }
}
