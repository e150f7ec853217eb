//! Finds where the next frame begins within the bytes of a broken one.

/// Every command of STOMP, of clients and servers.
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

/// How many bytes at a line's end are needed to see whether a frame begins there: the longest command, its carriage return, and what
/// stands before the command.
pub const TAIL: usize = 16;

/// Returns the command that the line consists of, or `None` if it is no command.
pub fn command(line: &[u8]) -> Option<&'static str> {
    COMMANDS.into_iter().find(|command| command.as_bytes() == line)
}

/// Returns the command that a line of a head ends with, or `None`. What stands before the command belongs to the frame that was cut off.
pub fn command_in_head(line: &[u8]) -> Option<&'static str> {
    // The longest one: NACK ends with ACK.
    COMMANDS.into_iter().filter(|command| line.ends_with(command.as_bytes())).max_by_key(|command| command.len())
}

/// Returns the command that a line of a body ends with, if a frame may begin there although the frame before it has no NUL: the command
/// is the whole line, or directly follows the end of a JSON object. Neither occurs within JSON.
pub fn command_in_body(line: &[u8]) -> Option<&'static str> {
    let found = |command: &&str| line.strip_suffix(command.as_bytes()).is_some_and(|before| before.is_empty() || before.ends_with(b"}"));
    if line.last().is_some_and(u8::is_ascii_uppercase) { COMMANDS.into_iter().find(found) } else { None }
}

/// Returns the line without the carriage return of a CRLF.
pub fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Searches bodies for the heads of other frames while the bodies arrive.
///
/// Each byte is searched once only. After a frame is refused, the frames found within its body may claim the same bytes for bodies of
/// their own; searching those bytes again for each of them would take quadratic time.
#[derive(Debug, Default)]
pub struct Search {
    /// How far into the input the search has come, in bytes.
    looked: usize,
    /// Where the line begins that the search has reached.
    line: usize,
    /// Where a head may have begun, and whether it has a header yet.
    head: Option<(usize, bool)>,
}

impl Search {
    /// Returns where the complete head of a frame begins between `from`, where a body begins, and `to`; or `None` if there is none yet.
    ///
    /// A head begins after a line end, a NUL or a JSON object, has at least one header, and ends with an empty line. From call to call,
    /// `from` must not decrease except by [`Search::shift`].
    pub fn head(&mut self, input: &[u8], from: usize, to: usize) -> Option<usize> {
        if self.looked < from {
            *self = Search { looked: from, line: from, head: None };
        }
        self.head = self.head.filter(|(at, _)| *at >= from);
        while let Some(length) = input.get(self.looked..to)?.iter().position(|&byte| byte == b'\n' || byte == 0) {
            let end = self.looked + length;
            let line = without_return(input.get(self.line..end).unwrap_or_default());
            let begun = command_in_body(line).map(|command| (self.line + line.len() - command.len(), false));
            self.head = match self.head {
                _ if input.get(end) == Some(&0) => None,
                Some((at, true)) if line.is_empty() => {
                    *self = Search { looked: end + 1, line: end + 1, head: None };
                    return Some(at);
                }
                Some((at, _)) if line.contains(&b':') => Some((at, true)),
                _ => begun,
            };
            (self.looked, self.line) = (end + 1, end + 1);
        }
        self.looked = to;
        None
    }

    /// Follows the removal of this many bytes from the input's beginning.
    pub fn shift(&mut self, bytes: usize) {
        self.looked = self.looked.saturating_sub(bytes);
        self.line = self.line.saturating_sub(bytes);
        self.head = self.head.and_then(|(at, header)| Some((at.checked_sub(bytes)?, header)));
    }
}
