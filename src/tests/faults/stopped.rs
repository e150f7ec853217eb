//! A browser that is stopped in the middle of it (SIGSTOP, a closed lid), and goes on later.

use crate::support::{Board, Browser, Database, Program, Simulator};
use std::process::{Child, Command, Stdio};
use supervisor_console::floor::{CallRow, Row};
use supervisor_console::live::Down;

/// A process of its own that reads a live channel into a file: a shell opens the connection, `cat` reads.
struct Reader {
    process: Child,
    heard: std::path::PathBuf,
}

impl Reader {
    fn of(browser: &Browser, heard: std::path::PathBuf) -> Reader {
        let (host, port) = browser.address.split_once(':').unwrap();
        let ask = format!(
            "GET /live HTTP/1.1\\r\\nHost: {}\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nCookie: {}\\r\\n\\r\\n",
            browser.address,
            browser.cookie.as_deref().unwrap()
        );
        let script = format!("exec 3<>/dev/tcp/{host}/{port}; printf '{ask}' >&3; exec cat <&3 >'{}'", heard.display());
        let process = Command::new("bash").args(["-c", &script]).stdin(Stdio::null()).spawn().unwrap();
        Reader { process, heard }
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.process.id().to_string()]).status().unwrap().success());
    }

    /// What it has heard so far, as far as messages are whole.
    fn messages(&self) -> Vec<Down> {
        let bytes = std::fs::read(&self.heard).unwrap_or_default();
        let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Vec::new() };
        let (mut rest, mut messages) = (&bytes[head + 4..], Vec::new());
        while let Some((first, payload, after)) = frame(rest) {
            if first == 0x82 {
                messages.push(Down::decode(payload).unwrap());
            }
            rest = after;
        }
        messages
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The first byte of a server's frame, what is in it, and what follows.
fn frame(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(2)?;
    let (length, rest) = match head[1] {
        126 => rest.split_at_checked(2)?,
        127 => rest.split_at_checked(8)?,
        _ => (&head[1..], rest),
    };
    let length = length.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
    let (payload, rest) = rest.split_at_checked(length)?;
    Some((head[0], payload, rest))
}

/// The board by what was heard. Each message must follow the one before, or be a whole board.
fn board_of(messages: Vec<Down>) -> Board {
    let mut board = Board::default();
    let (mut so_far, mut calls_so_far): (Vec<std::sync::Arc<Row>>, Vec<std::sync::Arc<CallRow>>) = Default::default();
    for mut message in messages {
        if let Down::Snapshot { more, rows, calls, .. } = &mut message {
            so_far.append(rows);
            calls_so_far.append(calls);
            if std::mem::take(more) {
                continue;
            }
            (*rows, *calls) = (std::mem::take(&mut so_far), std::mem::take(&mut calls_so_far));
        }
        board.take(message);
    }
    board
}

async fn browsers(browser: &Browser) -> f64 {
    let metrics = browser.get("/metrics").await.body;
    metrics.lines().find_map(|line| line.strip_prefix("console_browsers ")?.parse().ok()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_is_stopped_holds_up_nobody_and_loses_its_place_until_it_comes_again() {
    // Busy enough to write a megabyte a second.
    let simulator = Simulator::with(2_000, 120.0, 400.0).await;
    let folder = tempfile::tempdir().unwrap();
    let program = Program::live(&simulator.url(), &Database::at(folder.path().join("console.db")), &[]);
    let browser = program.sign_in("5000", "8000").await;
    let mut healthy = browser.live().await;
    let mut stopped = Reader::of(&browser, folder.path().join("heard"));
    while board_of(stopped.messages()).snapshots == 0 {
        healthy.next().await;
    }
    assert_eq!(browsers(&browser).await, 2.0);
    stopped.signal("-STOP");
    // It takes nothing any more. Half a minute later it has no place here, and the other one has been told everything all the while.
    while browsers(&browser).await > 1.0 {
        for _ in 0..20 {
            healthy.next().await;
        }
    }
    assert_eq!((healthy.board.snapshots, healthy.board.closed), (1, false), "the stopped one held up the other");
    // It wakes, reads what was on its way, which is in order as far as it goes, and finds the connection closed.
    stopped.signal("-CONT");
    assert!(
        tokio::task::spawn_blocking(move || {
            let ended = stopped.process.wait().unwrap();
            board_of(stopped.messages());
            ended
        })
        .await
        .unwrap()
        .success()
    );
    // It comes again and knows as much as anybody.
    let mut back = browser.live_from(healthy.board.epoch(), 1).await;
    back.next().await;
    while back.board.seq() != healthy.board.seq() {
        let behind = if back.board.seq() < healthy.board.seq() { &mut back } else { &mut healthy };
        behind.next().await;
    }
    assert!(back.board.rows == healthy.board.rows && back.board.calls == healthy.board.calls);
}
