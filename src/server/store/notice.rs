//! What consoles on one database tell each other: told with what is written, and heard when that is written.

use super::Store;
use crate::floor::{BulkItem, BulkStep, Intervention};
use crate::server::database::{Statement, Value};
use serde::{Deserialize, Serialize};

/// How many ids of operations a console has from its start on: its number stands in each of them.
pub const IDS_EACH: i64 = 1_000_000;
/// The channel on which notices go.
pub const CHANNEL: &str = "console";
/// PostgreSQL takes less than 8,000 bytes.
const LONGEST: usize = 7_900;

pub(super) const TELL: &str = "SELECT pg_notify('console', ?1)";

/// What another console wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Notice {
    /// Somebody signed in, or out: the session with this hash of its id.
    Session([u8; 32]),
    /// An operation came a step further; with its first step, which agent's turn of a bulk run it is.
    Intervention(Box<Intervention>, Option<BulkItem>),
    /// The bulk run of that id has begun.
    Run(u64),
    /// Nothing more of that bulk run is sent.
    RunCancelled(u64),
    /// An agent's turn came to this without an operation to follow; the operation is one that was taken back.
    RunSettled(BulkItem, BulkStep, Option<i64>),
    /// What is to be done later is another.
    Scheduled,
    /// Anything may have changed.
    Everything,
}

/// A notice and the number of the console that it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    pub from: i64,
    pub notice: Notice,
}

/// The number of the console that gave this id to an operation.
pub fn console_of(id: i64) -> i64 {
    id / IDS_EACH
}

impl Store {
    /// This console's number among those on the database; `None` where there can be no other.
    pub fn console(&self) -> Option<i64> {
        self.console
    }

    /// The write, and with it what the other consoles hear of it.
    pub(super) fn telling(&self, mut write: Vec<Statement>, notice: Notice) -> Vec<Statement> {
        if let Some(from) = self.console {
            write.push(Statement::new(TELL, [payload(Told { from, notice })]));
        }
        write
    }
}

fn payload(told: Told) -> Value {
    let from = told.from;
    let text = |told: &Told| serde_json::to_string(told).unwrap_or_default();
    let whole = text(&told);
    if (1..=LONGEST).contains(&whole.len()) { whole.into() } else { text(&Told { from, notice: Notice::Everything }).into() }
}
