//! What may be wrong with a frame.

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
    #[error("no NUL behind the {0} bytes of its content-length")]
    BodyNotTerminated(usize),
    #[error("another frame begins within the body: the content-length is too long, or the NUL is missing")]
    FrameInBody,
    #[error("frame ends within its head: the empty line is missing")]
    EndsInHead,
    #[error("unknown command {0:?}")]
    UnknownCommand(String),
}
