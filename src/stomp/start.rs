//! Where the next frame begins in bytes that belong to a broken one.

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

/// How much of a line's end says whether a frame begins with it: the longest command, its carriage return, and what stands before it.
pub const TAIL: usize = 16;

/// The command that the line is.
pub fn command(line: &[u8]) -> Option<&'static str> {
    COMMANDS.into_iter().find(|command| command.as_bytes() == line)
}

/// The command that a line of a head ends with: what stands before it was cut off.
pub fn command_in_head(line: &[u8]) -> Option<&'static str> {
    // The longest one: NACK ends with ACK.
    COMMANDS.into_iter().filter(|command| line.ends_with(command.as_bytes())).max_by_key(|command| command.len())
}

/// The command that a line of a body ends with where a frame may begin there, whose predecessor has no NUL: the command is the whole
/// line, or stands right behind the end of a JSON object. Neither occurs within JSON.
pub fn command_in_body(line: &[u8]) -> Option<&'static str> {
    let found = |command: &&str| line.strip_suffix(command.as_bytes()).is_some_and(|before| before.is_empty() || before.ends_with(b"}"));
    if line.last().is_some_and(u8::is_ascii_uppercase) { COMMANDS.into_iter().find(found) } else { None }
}

/// The line without the first half of CRLF.
pub fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Looks for other frames in bodies while those arrive. Each byte is looked at once, in however many bodies it may lie: a frame that is
/// refused is passed over from its start, and what follows there may claim the same bytes.
#[derive(Debug, Default)]
pub struct Search {
    /// How far the input was looked at.
    looked: usize,
    /// Where the line begins that is looked at.
    line: usize,
    /// Where a head may begin, and whether it has a header yet.
    head: Option<(usize, bool)>,
}

impl Search {
    /// Where between `from`, the beginning of a body, and `to` the whole head of a frame begins: behind a line end, a NUL or a JSON
    /// object, with a header and its empty line. `from` never falls.
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

    /// So many bytes were taken away from the input's beginning.
    pub fn shift(&mut self, bytes: usize) {
        self.looked = self.looked.saturating_sub(bytes);
        self.line = self.line.saturating_sub(bytes);
        self.head = self.head.and_then(|(at, header)| Some((at.checked_sub(bytes)?, header)));
    }
}
