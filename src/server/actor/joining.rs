//! The whole board for browsers that join: written once for all who come within a second, beside the owner and in pieces, so that no
//! connection holds a buffer of its size.

use crate::floor::mask::Mask;
use crate::floor::visibility::Visibility;
use crate::floor::{CallRow, Row};
use crate::live::Down;
use crate::server::actor::frame::Framed;
use crate::server::actor::publication::Publication;
use crate::server::clock::now;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long a board that was written serves those who come after, together with what was published since.
const SERVES: Duration = Duration::from_secs(1);
/// How many rows or calls one piece holds: 31 KB of a quiet floor, deflated 9.5.
const PIECE: usize = 500;

/// The board as it was written last, if it was.
#[derive(Debug, Default)]
pub struct Joining(Mutex<Option<Written>>);

/// A board as messages.
#[derive(Debug, Clone)]
pub struct Written {
    pub seq: u64,
    pub parts: Arc<[Framed]>,
    at: Instant,
}

impl Joining {
    /// The board, not older than a second and such that nothing is missing after it; whoever comes while it is being written waits for it.
    pub async fn board(
        &self,
        nothing_missing_after: impl Fn(u64) -> bool,
        now: impl FnOnce() -> Publication,
        visibility: Visibility,
    ) -> Written {
        let mut last = self.0.lock().await;
        if let Some(written) = last.as_ref().filter(|written| written.at.elapsed() < SERVES && nothing_missing_after(written.seq)) {
            return written.clone();
        }
        let publication = now();
        let (seq, at) = (publication.seq, Instant::now());
        let parts = tokio::task::spawn_blocking(move || write(&publication, publication.hidden_from(visibility))).await.unwrap_or_default();
        let written = Written { seq, parts: parts.into(), at };
        *last = Some(written.clone());
        written
    }
}

/// The board as messages, of which the last one says that it is the last.
fn write(publication: &Publication, mask: Option<&Mask>) -> Vec<Framed> {
    let row = |row: &Arc<Row>| mask.map_or_else(|| Arc::clone(row), |mask| Arc::new(mask.row(Row::clone(row))));
    let call = |call: &Arc<CallRow>| mask.map_or_else(|| Arc::clone(call), |mask| Arc::new(mask.call(CallRow::clone(call))));
    let rows: Vec<Arc<Row>> = publication.board.rows().map(row).collect();
    let calls: Vec<Arc<CallRow>> = publication.board.calls().map(call).collect();
    let runs = publication.board.runs().iter().map(|run| mask.map_or_else(|| run.clone(), |mask| mask.run(run.clone()))).collect();
    let header = publication.head.header(publication.seq, now());
    let part = |rows: &[Arc<Row>], calls: &[Arc<CallRow>]| (rows.to_vec(), calls.to_vec());
    let mut parts: Vec<_> =
        rows.chunks(PIECE).map(|rows| part(rows, &[])).chain(calls.chunks(PIECE).map(|calls| part(&[], calls))).collect();
    let (last_rows, last_calls) = parts.pop().unwrap_or_default();
    let first = parts.into_iter().map(|(rows, calls)| Down::Snapshot { header: header.clone(), more: true, rows, calls, runs: Vec::new() });
    let last = Down::Snapshot { header: header.clone(), more: false, rows: last_rows, calls: last_calls, runs };
    first.chain([last]).filter_map(|part| Framed::of(&part)).collect()
}
