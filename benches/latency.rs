//! From the platform to a browser's socket: how much later a browser of the console hears of an event than a bare STOMP subscriber
//! of the platform does, on a floor of ten thousand agents. Both are told of the same event in the same run.

#![expect(clippy::disallowed_methods, reason = "the benchmark is the platform and a browser: it speaks HTTP as they do, by its own clock")]

use futures_util::{SinkExt, StreamExt};
use std::io::{self, Write};
use std::time::{Duration, Instant};
use supervisor_console::floor::{Namespace, State};
use supervisor_console::live::Down;
use supervisor_console::server::cli::{Cli, Command};
use supervisor_console::server::config::Config;
use supervisor_console::{server, simulator, stomp};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;

const AGENTS: u32 = 10_000;
const EVENTS: usize = 200;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let stop = CancellationToken::new();
    let (platform, console) = (TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?);
    let (platform_at, console_at) = (platform.local_addr()?, console.local_addr()?);
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai")?;
    let namespace = Namespace::trusted("test.cc");
    let floor = simulator::Config {
        agents: AGENTS,
        calls_per_hour: 0.0,
        speed: 1.0,
        seed: 1,
        namespace,
        time_zone: zone.clone(),
        ways: simulator::Ways::default(),
        clocks_apart: 0,
    };
    tokio::spawn(simulator::serve(platform, floor, stop.clone()));
    let sdk = format!("http://{platform_at}");
    let flags = ["console", "serve", "--sdk-url", &sdk, "--namespace", "test.cc", "--database-url", "sqlite::memory:"];
    let Command::Serve(args) = <Cli as clap::Parser>::try_parse_from(flags)?.command else { return Err("not serve".into()) };
    tokio::spawn(server::serve(console, Config::try_from(args.as_ref())?, stop.clone()));

    // The console installs it as well, but we may be faster.
    rustls::crypto::ring::default_provider().install_default().ok();
    let http = reqwest::Client::new();
    until_ready(&http, &format!("http://{console_at}/readyz")).await?;
    let mut browser = browser(&http, &console_at.to_string()).await?;
    all_ready(&mut browser).await?;
    let mut subscriber = subscriber(&format!("ws://{platform_at}/mvc/stomp/websocket")).await?;

    let (mut bare, mut through) = (Vec::new(), Vec::new());
    for n in 0..EVENTS {
        let (name, state) = if n % 2 == 0 { ("agentNotReady", State::NotReady) } else { ("agentReady", State::Ready) };
        let agent = format!("{}@test.cc", 50_001 + n / 2);
        let device = format!("{}@test.cc", 80_001 + n / 2);
        let time = jiff::Zoned::now().with_time_zone(zone.clone()).strftime("%Y.%m.%d %H:%M:%S").to_string();
        let event = serde_json::json!({"eventName": name, "eventTime": time, "serial": 90_000_000 + n, "namespace": "test.cc",
            "agentId": agent, "srcDeviceId": device, "deviceId": device});
        let start = Instant::now();
        let sent = http.post(format!("http://{platform_at}/simulator/events")).body(event.to_string()).send();
        let (sent, at_subscriber, at_browser) =
            tokio::join!(sent, heard(&mut subscriber, start, &agent), changed(&mut browser, start, &agent, state));
        sent?.error_for_status()?;
        bare.push(at_subscriber?);
        through.push(at_browser?);
    }
    stop.cancel();
    let (bare, through) = (percentiles(bare), percentiles(through));
    let mut out = io::stdout();
    writeln!(out, "{AGENTS} agents, {EVENTS} events, from the platform's request to the socket, median and 95th percentile:")?;
    writeln!(out, "  a bare subscriber of the platform  {:.1} ms, {:.1} ms", bare.0, bare.1)?;
    writeln!(out, "  a browser of the console           {:.1} ms, {:.1} ms", through.0, through.1)?;
    writeln!(out, "  ratio of the medians {:.1}; a publication waits for its tick of 20 ms", through.0 / bare.0)?;
    Ok(())
}

fn percentiles(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default().as_secs_f64() * 1000.0;
    (at(50), at(95))
}

async fn until_ready(http: &reqwest::Client, url: &str) -> Outcome<()> {
    for _ in 0..200 {
        if http.get(url).send().await.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err("the console did not become ready".into())
}

async fn browser(http: &reqwest::Client, at: &str) -> Outcome<Socket> {
    let form = [("number", "5000"), ("password", "Aa123456"), ("domain", "test.cc"), ("extension", "8000")];
    let answer = http.post(format!("http://{at}/api/sign-in")).form(&form).send().await?.error_for_status()?;
    let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok()?.split(';').next()).ok_or("no cookie")?.to_owned();
    let mut request = format!("ws://{at}/live").into_client_request()?;
    request.headers_mut().insert("cookie", cookie.parse()?);
    Ok(connect_async(request).await?.0)
}

async fn all_ready(browser: &mut Socket) -> Outcome<()> {
    let mut ready = std::collections::HashSet::new();
    while ready.len() < AGENTS as usize {
        if let Down::Snapshot { rows, .. } | Down::Delta { rows, .. } = next(browser).await? {
            ready.extend(rows.into_iter().filter(|row| row.state == State::Ready && row.device.is_some()).map(|row| row.agent));
        }
    }
    Ok(())
}

async fn next(browser: &mut Socket) -> Outcome<Down> {
    loop {
        if let Message::Binary(bytes) = browser.next().await.ok_or("the live channel closed")?? {
            return Ok(Down::decode(&bytes)?);
        }
    }
}

async fn changed(browser: &mut Socket, start: Instant, agent: &str, state: State) -> Outcome<Duration> {
    loop {
        if let Down::Delta { rows, .. } = next(browser).await?
            && rows.iter().any(|row| row.agent.as_str() == agent && row.state == state)
        {
            return Ok(start.elapsed());
        }
    }
}

async fn subscriber(url: &str) -> Outcome<Socket> {
    let (mut socket, _) = connect_async(url).await?;
    let version = stomp::Version::V1_1;
    let connect = stomp::Frame::new("CONNECT").header("accept-version", "1.1,1.0").header("heart-beat", "0,0");
    socket.send(Message::binary(connect.encode(version))).await?;
    let subscribe =
        stomp::Frame::new("SUBSCRIBE").header("id", "0").header("destination", "/topic/event.agent.*.test_cc").header("receipt", "r");
    socket.send(Message::binary(subscribe.encode(version))).await?;
    while !text(&mut socket).await?.contains("RECEIPT") {}
    Ok(socket)
}

async fn text(socket: &mut Socket) -> Outcome<String> {
    let message = socket.next().await.ok_or("the platform closed")??;
    Ok(String::from_utf8_lossy(&message.into_data()).into_owned())
}

async fn heard(socket: &mut Socket, start: Instant, agent: &str) -> Outcome<Duration> {
    while !text(socket).await?.contains(agent) {}
    Ok(start.elapsed())
}
