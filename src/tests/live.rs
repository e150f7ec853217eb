//! The live channel: what a browser gets at first, after a break, and when it does not keep up.

use crate::support::{Board, Lab, Live, PATIENCE, Simulator};
use flate2::{Decompress, FlushDecompress};
use futures_util::StreamExt;
use std::time::Duration;
use supervisor_console::floor::State;
use supervisor_console::live::Down;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_gets_what_was_missed_and_no_more() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let (epoch, seq) = (live.board.epoch(), live.board.seq());
    let mut watcher = browser.live().await;
    watcher.next().await;
    drop(live);
    let numbers = ["5001", "5002", "5003"];
    for number in numbers {
        lab.simulator.set_mode(number, "NotReady", None).await;
        watcher.until_state(number, State::NotReady).await;
    }
    let now = watcher.board.seq();
    assert!(now >= seq + 3);
    live = browser.live_from(epoch, seq).await;
    for expected in seq + 1..=now {
        let message = live.next().await.unwrap();
        assert!(matches!(&message, Down::Delta { header, .. } if (header.epoch, header.seq) == (epoch, expected)), "{message:?}");
    }
    let message = live.next().await.unwrap();
    assert!(matches!(&message, Down::Pulse { header } if header.seq == now), "the link as it is now: {message:?}");
    let seen: Vec<&str> = live.board.rows.keys().map(String::as_str).collect();
    assert_eq!((seen, live.board.snapshots), (numbers.to_vec(), 0));

    // Nothing missed: nothing but a sign of life, and then what is new.
    let mut again = browser.live_from(epoch, now).await;
    assert!(matches!(again.next().await, Some(Down::Pulse { .. })));
    lab.simulator.set_mode("5004", "NotReady", None).await;
    again.until_state("5004", State::NotReady).await;
    assert_eq!((again.board.snapshots, again.board.rows.len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_prove_where_he_was_gets_the_whole_board() {
    let lab = Lab::new().await;
    let (browser, live) = lab.supervisor().await;
    let (epoch, seq) = (live.board.epoch(), live.board.seq());
    for (epoch, seq) in [(epoch ^ 1, seq), (0, 0), (epoch, seq + 1), (epoch, u64::MAX), (u64::MAX, u64::MAX)] {
        let mut channel = browser.live_from(epoch, seq).await;
        let first = channel.next().await.unwrap();
        assert!(matches!(&first, Down::Snapshot { .. }), "{first:?}");
        // Who came a moment before may have been sent the same board; what came since follows.
        channel.until_now().await;
        assert_eq!((channel.board.snapshots, channel.board.seq()), (1, live.board.seq()));
        assert_eq!(channel.board.rows, live.board.rows);
    }
    for query in [format!("?epoch={epoch}"), format!("?seq={seq}"), "?other=1".to_owned()] {
        let mut channel = browser.try_live(&query).await.unwrap_or_else(|status| panic!("{query}: {status}"));
        assert!(matches!(channel.next().await, Some(Down::Snapshot { .. })), "{query}");
    }
    for query in ["?epoch=x&seq=1", "?epoch=1&seq=-1"] {
        assert_eq!(browser.try_live(query).await.err().map(|status| status.as_u16()), Some(400), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_another_version_is_told_to_load_itself_again() {
    let lab = Lab::new().await;
    let (browser, _live) = lab.supervisor().await;
    let mut old = browser.try_live("?version=0123456789abcdef&epoch=1&seq=1").await.unwrap().into_socket();
    let message = timeout(PATIENCE, old.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(Down::decode(&message.into_data()).unwrap(), Down::Outdated);
    assert!(timeout(PATIENCE, old.next()).await.unwrap().unwrap().unwrap().is_close());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_can_inflate_is_sent_the_same_in_fewer_bytes() {
    let lab = Lab::new().await;
    let (browser, live) = lab.supervisor().await;
    let mut stream = BufReader::new(TcpStream::connect(&lab.console.address).await.unwrap());
    let request = format!(
        "GET /live HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\
         Cookie: {}\r\n\r\n",
        lab.console.address,
        browser.cookie.as_deref().unwrap()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    while !answer.ends_with("\r\n\r\n") {
        assert!(timeout(PATIENCE, stream.read_line(&mut answer)).await.unwrap().unwrap() > 0, "{answer}");
    }
    assert!(answer.contains("sec-websocket-extensions: permessage-deflate; server_no_context_takeover\r\n"), "{answer}");
    let mut board = Board::default();
    let (mut sent, mut said) = (0, 0);
    // The board first, which may be a second old; then what came since, and the sign of life that ends it.
    loop {
        let (first, payload) = timeout(PATIENCE, frame(&mut stream)).await.unwrap();
        let message = if first == 0b1100_0010 { inflated(&payload) } else { payload.clone() };
        (sent, said) = (sent + payload.len(), said + message.len());
        match Down::decode(&message).unwrap() {
            Down::Pulse { .. } => break,
            message => board.take(message),
        }
    }
    assert_eq!(board.rows, live.board.rows);
    assert!(sent < said, "{sent} bytes for {said}");
}

/// The next frame of a server: its first byte, and what is in it.
async fn frame(stream: &mut BufReader<TcpStream>) -> (u8, Vec<u8>) {
    let (first, short) = (stream.read_u8().await.unwrap(), stream.read_u8().await.unwrap());
    let length = if short == 126 { stream.read_u16().await.unwrap() } else { u16::from(short) };
    let mut payload = vec![0; usize::from(length)];
    stream.read_exact(&mut payload).await.unwrap();
    (first, payload)
}

fn inflated(deflated: &[u8]) -> Vec<u8> {
    let mut inflated = Vec::with_capacity(1 << 16);
    let whole = [deflated, &[0, 0, 0xff, 0xff]].concat();
    Decompress::new(false).decompress_vec(&whole, &mut inflated, FlushDecompress::Sync).unwrap();
    inflated
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_closes_is_told_that_it_is_closed_and_whoever_talks_nonsense_why() {
    use futures_util::SinkExt;
    use tokio_tungstenite::tungstenite::protocol::frame::Frame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
    let lab = Lab::new().await;
    let (browser, _live) = lab.supervisor().await;
    let bye = Message::Close(None);
    let mut deflated = Frame::message(vec![1, 2, 3], OpCode::Data(Data::Binary), true);
    deflated.header_mut().rsv1 = true;
    for (said, answer) in
        [(bye, None), (Message::Frame(deflated), Some(CloseCode::Protocol)), (Message::binary(vec![0; 5000]), Some(CloseCode::Protocol))]
    {
        let mut socket = browser.try_live("").await.unwrap().into_socket();
        socket.send(said).await.unwrap();
        let close = loop {
            if let Message::Close(close) = timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap() {
                break close.map(|close| close.code);
            }
        };
        assert_eq!(close, answer);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_tabs_of_one_browser_are_all_live() {
    let lab = Lab::new().await;
    let (browser, _live) = lab.supervisor().await;
    let mut tabs = Vec::new();
    for _ in 0..10 {
        tabs.push(browser.live().await);
    }
    lab.simulator.set_mode("5001", "NotReady", None).await;
    for tab in &mut tabs {
        tab.until_state("5001", State::NotReady).await;
    }
    let first = tabs[0].board.rows.clone();
    assert!(tabs.iter().all(|tab| tab.board.rows == first));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_is_broken_twice_a_second() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    for _ in 0..4 {
        let message = timeout(Duration::from_secs(1), live.next()).await.expect("a second without a sign of life");
        assert!(message.is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_browser_says_is_not_listened_to() {
    use futures_util::SinkExt;
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let stream = tokio::net::TcpStream::connect(&lab.console.address).await.unwrap();
    let mut talker = browser.live_over(stream).await;
    for _ in 0..100 {
        talker.send(Message::text("{\"op\":\"forceDrop\"}")).await.unwrap();
    }
    let too_long = talker.send(Message::binary(vec![0; 1 << 20])).await;
    // Whether the end comes while it still writes or after: it comes.
    if too_long.is_ok() {
        while let Some(Ok(message)) = timeout(Duration::from_secs(20), talker.next()).await.expect("a flood is taken without end") {
            if message.is_close() {
                break;
            }
        }
    }
    lab.simulator.set_mode("5001", "NotReady", None).await;
    live.until_state("5001", State::NotReady).await;
}

/// A browser that reads nothing for a while: what lies between it and the console fills up, then its queue runs over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_holds_up_nobody_and_gets_the_whole_board_again() {
    // Busy enough to write a megabyte a second.
    let lab = Lab::on(Simulator::with(2_000, 120.0, 400.0).await, &[]).await;
    let browser = lab.console.sign_in("5000", "8000").await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(32 << 10).unwrap();
    let stream = socket.connect(lab.console.address.parse().unwrap()).await.unwrap();
    let mut slow = Live::on(browser.live_over(stream).await);
    let mut fast = browser.live().await;
    slow.next().await;
    assert_eq!(slow.board.snapshots, 1);
    // The system holds a quarter of a megabyte for a socket, and the console one more; then the browser is too far behind.
    while fast.bytes < 2 << 20 {
        fast.next().await;
    }
    assert_eq!(fast.board.snapshots, 1, "the slow reader held up the other");
    slow.until("the slow reader got the whole board again", |board| board.snapshots == 2).await;
    assert!(slow.board.seq() >= fast.board.seq(), "an old board: {} after {}", slow.board.seq(), fast.board.seq());
    // From there on it follows without a gap, and both know the same.
    while slow.board.seq() != fast.board.seq() {
        let behind = if slow.board.seq() < fast.board.seq() { &mut slow } else { &mut fast };
        behind.next().await;
    }
    assert!(slow.board.rows == fast.board.rows);
}
