//! Everything that the benchmarks know of the two wires: how a browser's message is read, and how WebSocket frames look.

use super::Outcome;
use flate2::{Decompress, FlushDecompress};
use std::sync::Arc;
use supervisor_console::floor::{CallId, CallRow, Row, State};
use supervisor_console::live::Down;

/// Agents are numbered from here on, so that the number tells the place in lists.
pub const FIRST_AGENT: u32 = 100_000;

/// What a message does to a board.
#[derive(Debug, Default)]
pub struct Told {
    /// It is a part of the whole board; what was there before goes with the first part.
    pub of_board: bool,
    /// The board is whole after it, if it was not before.
    pub completes: bool,
    /// The rows that are new or changed: the agent's place and the row's [`digest`].
    pub rows: Vec<(u32, u32)>,
    /// How many of them have a name: the roster was read.
    pub named: usize,
    /// The calls that are new or changed, and those that are gone.
    pub calls: Vec<u32>,
    pub gone: Vec<u32>,
    /// The session has ended.
    pub over: bool,
}

/// What was deflated into these bytes (RFC 7692).
pub fn inflated(deflated: &[u8]) -> Outcome<Vec<u8>> {
    let mut inflate = Decompress::new(false);
    let mut inflated = Vec::with_capacity(deflated.len() * 8);
    for part in [deflated, &[0, 0, 0xff, 0xff]] {
        let end = inflate.total_in() + part.len() as u64;
        while inflate.total_in() < end {
            inflated.reserve(deflated.len() * 4 + 64);
            let rest = part.get(part.len() - (end - inflate.total_in()) as usize..).unwrap_or_default();
            inflate.decompress_vec(rest, &mut inflated, FlushDecompress::Sync)?;
        }
    }
    Ok(inflated)
}

/// Reads one message of the live channel.
pub fn read(message: &[u8]) -> Outcome<Told> {
    Ok(match Down::decode(message)? {
        Down::Snapshot { rows, calls, more, .. } => Told { of_board: true, completes: !more, ..told(&rows, &calls, &[]) },
        Down::Delta { rows, calls, gone, .. } => told(&rows, &calls, &gone),
        Down::Pulse { .. } | Down::Phone(_) => Told::default(),
        Down::SignedOut | Down::Outdated => Told { over: true, ..Told::default() },
    })
}

fn told(rows: &[Arc<Row>], calls: &[Arc<CallRow>], gone: &[CallId]) -> Told {
    let place = |row: &Arc<Row>| Some((row.agent.number().parse::<u32>().ok()?.checked_sub(FIRST_AGENT)?, of(row)));
    Told {
        rows: rows.iter().filter_map(place).collect(),
        named: rows.iter().filter(|row| !row.name.is_empty()).count(),
        calls: calls.iter().map(|call| Fnv::of(call.id.as_str())).collect(),
        gone: gone.iter().map(|id| Fnv::of(id.as_str())).collect(),
        ..Told::default()
    }
}

fn of(row: &Row) -> u32 {
    digest(row.state, row.call.as_ref().map(|call| call.id.as_str()), row.reason.as_deref())
}

/// A row in four bytes: what the events of the benchmarks change in it.
pub fn digest(state: State, call: Option<&str>, reason: Option<&str>) -> u32 {
    let mut hash = Fnv::new();
    for text in [state.code(), call.unwrap_or_default(), reason.unwrap_or_default()] {
        hash.take(text.as_bytes());
        hash.take(b"|");
    }
    hash.0
}

/// The hash of Fowler, Noll and Vo.
pub struct Fnv(u32);

impl Fnv {
    fn new() -> Fnv {
        Fnv(0x811c_9dc5)
    }

    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    }

    pub fn of(text: &str) -> u32 {
        let mut hash = Fnv::new();
        hash.take(text.as_bytes());
        hash.0
    }
}

/// Appends the head of a WebSocket frame from the server: one text of `length` bytes.
pub fn write_text_head(length: usize, out: &mut Vec<u8>) {
    out.push(0x81);
    match length {
        0..=125 => out.push(length as u8),
        126..=0xffff => {
            out.push(126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

/// The head of a frame that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHead {
    /// 1 text, 2 binary, 8 close, 9 ping, 10 pong.
    pub opcode: u8,
    /// It is a whole message.
    pub whole: bool,
    /// It is deflated.
    pub deflated: bool,
    /// Bytes of the head itself, and of what follows it.
    pub size: usize,
    pub length: usize,
}

/// Reads a head that is not masked, as servers send them; `None` where more bytes are needed.
pub fn frame_head(bytes: &[u8]) -> Option<FrameHead> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)? & 0x7f);
    let (size, length) = match second {
        126 => (4, u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)),
        short => (2, u64::from(short)),
    };
    Some(FrameHead { opcode: first & 0x0f, whole: first & 0x80 != 0, deflated: first & 0x40 != 0, size, length: length as usize })
}
