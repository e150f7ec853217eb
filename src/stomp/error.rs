//! What can be wrong with a frame.

/// Why a frame was discarded. Decoding continues with the frame after it; texts of the frame are cut to 80 characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The frame is longer than [`Limits::frame_bytes`](super::Limits::frame_bytes): this many bytes.
    #[error("frame of more than {0} bytes: send less in one frame")]
    TooLarge(usize),
    /// The frame has more headers than [`Limits::headers`](super::Limits::headers): this many.
    #[error("more than {0} headers in one frame")]
    TooManyHeaders(usize),
    /// A line of the head is longer than [`Limits::header_bytes`](super::Limits::header_bytes): this many bytes.
    #[error("header line of more than {0} bytes")]
    HeaderTooLong(usize),
    /// This header line contains an escape that the agreed version does not define.
    #[error("undefined escape in header line {0:?}")]
    BadEscape(String),
    /// This header line has no name or no colon.
    #[error("header line without a name and a colon: {0:?}")]
    HeaderWithoutColon(String),
    /// The command or a header is not UTF-8.
    #[error("head is not UTF-8")]
    NotUtf8,
    /// This `content-length` is not a decimal number of bytes.
    #[error("content-length is not a number of bytes: {0:?}")]
    BadContentLength(String),
    /// No NUL follows the body of this many bytes, which is what its `content-length` says.
    #[error("no NUL behind the {0} bytes of its content-length")]
    BodyNotTerminated(usize),
    /// The head of another frame stands within the body: the `content-length` is too long, or the NUL is missing.
    #[error("another frame begins within the body: the content-length is too long, or the NUL is missing")]
    FrameInBody,
    /// A NUL stands before the empty line that ends the head.
    #[error("frame ends within its head: the empty line is missing")]
    EndsInHead,
    /// The first line is this text, which is no command of STOMP.
    #[error("unknown command {0:?}")]
    UnknownCommand(String),
}
