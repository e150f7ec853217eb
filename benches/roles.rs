//! The baselines: each an ordinary program that does the same work and keeps nothing, in a process of its own. They use the system's
//! allocator, as programs do, and one thread, which is the cheapest.

use crate::support::Outcome;
use futures_util::{SinkExt, StreamExt};
use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

/// Plays a role, and stays until its input ends: so long its CPU time can be read.
pub fn play(role: &str, arguments: &[String]) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match (role, arguments) {
        ("decode", [url, events]) => runtime.block_on(decode(url, events.parse()?))?,
        ("write", [schedule, sockets]) => runtime.block_on(write(schedule, sockets.parse()?))?,
        ("build", [page, pages]) => build(page, pages.parse()?)?,
        _ => return Err(format!("no such role: {role} {arguments:?}").into()),
    }
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

fn say(line: &str) -> Outcome<()> {
    let mut out = io::stdout();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn wait() -> Outcome<()> {
    let read = io::stdin().lock().read_line(&mut String::new())?;
    if read == 0 { Err("nobody says go".into()) } else { Ok(()) }
}

/// Subscribes, and parses the body of each message.
async fn decode(url: &str, events: u64) -> Outcome<()> {
    let (mut socket, _) = connect_async(url).await?;
    socket.send(Message::text("CONNECT\naccept-version:1.2\nheart-beat:0,0\n\n\0")).await?;
    socket.next().await.ok_or("closed")??;
    socket.send(Message::text("SUBSCRIBE\nid:0\ndestination:/topic/event.agent.*.test_cc\nreceipt:r\n\n\0")).await?;
    socket.next().await.ok_or("closed")??;
    say("ready")?;
    let mut parsed = 0;
    while parsed < events {
        let message = socket.next().await.ok_or("closed")??.into_data();
        let Some(head) = message.windows(2).position(|two| two == b"\n\n") else { continue };
        let body = message.get(head + 2..).and_then(|body| body.strip_suffix(b"\0")).ok_or("no frame")?;
        black_box(serde_json::from_slice::<serde_json::Value>(body)?);
        parsed += 1;
    }
    say(&format!("done {parsed}"))
}

/// Writes frames of the given lengths at the given times to so many sockets, one socket after the other: the system's buffers take a frame
/// at once, so a task for each socket would only cost more.
async fn write(schedule: &str, sockets: usize) -> Outcome<()> {
    let schedule = std::fs::read_to_string(schedule)?;
    let frames: Vec<(u64, usize)> = schedule
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(at, length)| Ok((at.parse()?, length.parse()?)))
        .collect::<Outcome<_>>()?;
    let bytes = vec![0x82; frames.iter().map(|(_, length)| *length).max().unwrap_or_default()];
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    say(&format!("ready {}", listener.local_addr()?))?;
    let mut streams = Vec::new();
    while streams.len() < sockets {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        streams.push(stream);
    }
    say("all")?;
    wait()?;
    let start = Instant::now();
    for (at, length) in &frames {
        sleep_until(start + Duration::from_micros(*at)).await;
        let frame = bytes.get(..*length).unwrap_or_default();
        for stream in &mut streams {
            stream.write_all(frame).await?;
        }
    }
    say(&format!("done {}", frames.len()))?;
    // The sockets stay open until the process is ended.
    wait()
}

/// Puts a page together of its pieces, again and again.
fn build(page: &str, pages: u64) -> Outcome<()> {
    let page = std::fs::read_to_string(page)?;
    let pieces: Vec<&str> = page
        .split_inclusive('>')
        .filter_map(|piece| piece.split_at_checked(piece.find('<').unwrap_or_default()))
        .flat_map(<[&str; 2]>::from)
        .collect();
    if pieces.concat() != page {
        return Err("the pieces are not the page".into());
    }
    say("ready")?;
    wait()?;
    let mut same = 0;
    for _ in 0..pages {
        let mut built = String::new();
        for piece in &pieces {
            built.push_str(piece);
        }
        same += u64::from(black_box(&built).len() == page.len());
    }
    say(&format!("done {same}"))
}
