//! The live channel as a browser keeps it: a copy of the board that follows every message.

use super::PATIENCE;
use futures_util::StreamExt;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use supervisor_console::floor::{BulkRun, CallId, CallRow, Intervention, Outcome, Row, State};
use supervisor_console::live::{Down, Header, LinkState};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// What one browser knows.
#[derive(Debug, Default)]
pub struct Board {
    pub header: Option<Header>,
    /// By the agent's number.
    pub rows: BTreeMap<String, Row>,
    pub calls: BTreeMap<CallId, CallRow>,
    pub runs: Vec<BulkRun>,
    pub snapshots: usize,
    pub deltas: usize,
    pub signed_out: bool,
    /// The phone bar as it was drawn last.
    pub phone: String,
    /// The console has closed the channel.
    pub closed: bool,
}

impl Board {
    pub fn row(&self, number: &str) -> &Row {
        self.rows.get(number).unwrap_or_else(|| panic!("no row of {number}"))
    }

    pub fn state(&self, number: &str) -> Option<State> {
        self.rows.get(number).map(|row| row.state)
    }

    pub fn action(&self, number: &str) -> Option<&Intervention> {
        self.rows.get(number)?.intervention.as_deref()
    }

    pub fn outcome(&self, number: &str) -> Option<Outcome> {
        self.action(number).map(|action| action.outcome)
    }

    pub fn link(&self) -> Option<LinkState> {
        self.header.as_ref().map(|header| header.link.state)
    }

    pub fn epoch(&self) -> u64 {
        self.header.as_ref().map_or(0, |header| header.epoch)
    }

    pub fn seq(&self) -> u64 {
        self.header.as_ref().map_or(0, |header| header.seq)
    }

    /// Follows one message. Epoch and sequence must leave no gap: a browser has nothing else to go by.
    pub fn take(&mut self, message: Down) {
        match message {
            Down::Snapshot { header, rows, calls, runs, more } => {
                assert!(!more, "parts are put together before");
                self.calls = calls.into_iter().map(|call| (call.id.clone(), Arc::unwrap_or_clone(call))).collect();
                self.runs = runs;
                self.rows = rows.into_iter().map(|row| (row.agent.number().to_owned(), Arc::unwrap_or_clone(row))).collect();
                self.header = Some(header);
                self.snapshots += 1;
            }
            Down::Delta { header, rows, calls, gone, runs } => {
                if let Some(known) = &self.header {
                    assert_eq!((header.epoch, header.seq), (known.epoch, known.seq + 1), "a delta was missed");
                }
                assert!(!(rows.is_empty() && calls.is_empty() && gone.is_empty() && runs.is_empty()), "an empty delta");
                for gone in gone {
                    assert!(self.calls.remove(&gone).is_some(), "a call went that was never there");
                }
                self.calls.extend(calls.into_iter().map(|call| (call.id.clone(), Arc::unwrap_or_clone(call))));
                for run in runs {
                    self.runs.retain(|known| known.id != run.id);
                    self.runs.push(run);
                }
                self.rows.extend(rows.into_iter().map(|row| (row.agent.number().to_owned(), Arc::unwrap_or_clone(row))));
                self.header = Some(header);
                self.deltas += 1;
            }
            Down::Pulse { header } => {
                if let Some(known) = &self.header {
                    assert_eq!((header.epoch, header.seq), (known.epoch, known.seq), "a pulse knows of a delta that did not come");
                }
                self.header = Some(header);
            }
            Down::SignedOut => self.signed_out = true,
            Down::Phone(html) => self.phone = html,
            Down::Outdated => panic!("no version was named"),
        }
    }
}

pub struct Live {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub board: Board,
    /// The rows and calls of a snapshot whose last part has not come.
    parts: (Vec<Arc<Row>>, Vec<Arc<CallRow>>),
    /// How many bytes came.
    pub bytes: usize,
    /// Every message's bytes, where they are wanted.
    pub heard: Vec<Vec<u8>>,
    pub keep: bool,
}

impl Live {
    pub fn on(socket: WebSocketStream<MaybeTlsStream<TcpStream>>) -> Live {
        Live { socket, board: Board::default(), parts: Default::default(), bytes: 0, heard: Vec::new(), keep: false }
    }

    pub fn into_socket(self) -> WebSocketStream<MaybeTlsStream<TcpStream>> {
        self.socket
    }

    /// The next message, already taken into the board; none when the channel is closed.
    pub async fn next(&mut self) -> Option<Down> {
        self.next_before(Instant::now() + PATIENCE).await.expect("nothing came on the live channel")
    }

    async fn next_before(&mut self, deadline: Instant) -> Result<Option<Down>, tokio::time::error::Elapsed> {
        loop {
            match timeout_at(deadline, self.socket.next()).await? {
                Some(Ok(Message::Binary(bytes))) => {
                    let mut message = Down::decode(&bytes).unwrap();
                    self.bytes += bytes.len();
                    if self.keep {
                        self.heard.push(bytes.to_vec());
                    }
                    if let Down::Snapshot { more, rows, calls, .. } = &mut message {
                        self.parts.0.append(rows);
                        self.parts.1.append(calls);
                        if *more {
                            continue;
                        }
                        (*rows, *calls) = std::mem::take(&mut self.parts);
                    } else {
                        assert!(self.parts.0.is_empty() && self.parts.1.is_empty(), "something came between the parts of a board");
                    }
                    self.board.take(message.clone());
                    return Ok(Some(message));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => {
                    self.board.closed = true;
                    return Ok(None);
                }
                Some(Ok(other)) => panic!("not a message of ours: {other:?}"),
            }
        }
    }

    /// Follows the channel until the board is as new as any: what comes first may be a moment old, and what came since follows it.
    pub async fn until_now(&mut self) {
        while !matches!(self.next().await, Some(Down::Pulse { .. })) {}
    }

    /// Follows the channel until the board is as it should be.
    pub async fn until(&mut self, what: &str, is_so: impl FnMut(&Board) -> bool) {
        self.until_within(PATIENCE, what, is_so).await;
    }

    pub async fn until_within(&mut self, patience: Duration, what: &str, mut is_so: impl FnMut(&Board) -> bool) {
        let deadline = Instant::now() + patience;
        while !is_so(&self.board) {
            match self.next_before(deadline).await {
                Ok(Some(_)) => {}
                Ok(None) if is_so(&self.board) => return,
                Ok(None) => panic!("waited until {what}, but the channel closed; the board: {:#?}", self.board),
                Err(_) => panic!("waited until {what}, for {patience:?}; the board: {:#?}", self.board),
            }
        }
    }

    pub async fn until_state(&mut self, number: &str, state: State) {
        self.until(&format!("{number} is {}", state.code()), |board| board.state(number) == Some(state)).await;
    }

    pub async fn until_outcome(&mut self, number: &str, outcome: Outcome) {
        self.until(&format!("the operation at {number} is {outcome:?}"), |board| board.outcome(number) == Some(outcome)).await;
    }

    pub async fn until_link(&mut self, state: LinkState) {
        self.until(&format!("the link is {state:?}"), |board| board.link() == Some(state)).await;
    }
}
