//! Ten thousand connections that say nothing, or half of it.

use crate::strangers::LONGER;
use crate::support::{Browser, Database, Program, Simulator, agent_event, all_ready, skipped};
use futures_util::{StreamExt, stream};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::net::SocketAddr;
use supervisor_console::floor::State;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

const CROWD: usize = 10_000;
/// How many come together: less than any system holds for a program until it takes them up.
const AT_ONCE: usize = 100;
/// How many of them come from one address.
const OF_ONE: usize = 40;
/// What this process and the program have open besides.
const OTHER_FILES: u64 = 1_500;

/// Raises the limit of open files as far as it goes, and says whether it is enough.
fn may_open_all() -> bool {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    maximum.is_none_or(|most| most >= CROWD as u64 + OTHER_FILES)
}

/// The `n`th of the crowd, which has said what it has to say.
async fn stranger(n: usize, address: SocketAddr) -> TcpStream {
    let (net, host) = (n / OF_ONE / 250, n / OF_ONE % 250 + 1);
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("127.77.{net}.{host}:0").parse().unwrap()).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let said = match n % 4 {
        0 | 1 => "",
        2 => "GET / HTTP/1.1\r\nhos",
        _ => "POST /api/sign-in HTTP/1.1\r\nhost: here\r\ncontent-length: 100\r\n\r\nnumber=",
    };
    stream.write_all(said.as_bytes()).await.unwrap();
    stream
}

fn figure(metrics: &str, name: &str) -> f64 {
    metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_half_open_connections_keep_nobody_waiting_and_are_closed() {
    if !may_open_all() {
        return skipped(
            "ten_thousand_half_open_connections_keep_nobody_waiting_and_are_closed: raise the limit of open files (ulimit -Hn 16384)",
        );
    }
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let program = Program::live(&simulator.url(), &database, &[]);
    let browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    let address: SocketAddr = program.address.parse().unwrap();
    let mut crowd = Vec::with_capacity(CROWD);
    for first in (0..CROWD).step_by(AT_ONCE) {
        crowd
            .extend(stream::iter(first..first + AT_ONCE).map(|n| stranger(n, address)).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await);
        // Connections are taken up in their order: when this one is answered, the console has all of those before.
        assert_eq!(Browser::at(&program.address).get("/healthz").await.status, 200);
    }
    // All are there; whoever works goes on working, and whoever comes gets in.
    for round in 0..10 {
        let (name, state) = if round % 2 == 0 { ("agentNotReady", State::NotReady) } else { ("agentReady", State::Ready) };
        simulator.event(agent_event(name, "5001")).await;
        live.until_state("5001", state).await;
    }
    let newcomer = program.sign_in("5900", "8900").await;
    assert_eq!((newcomer.get("/").await.status, newcomer.get("/healthz").await.status), (200, 200));
    all_ready(&newcomer).await;
    assert_eq!(figure(&newcomer.get("/metrics").await.body, "console_connections_refused_total"), 0.0);
    assert_eq!((live.board.snapshots, live.board.closed), (1, false));
    // The console closes them all by itself: those who said nothing without a word, those who began with one.
    let mut words = 0;
    for stranger in &mut crowd {
        let mut word = Vec::new();
        // Reset or closed: it is over.
        let _ = timeout(LONGER, stranger.read_to_end(&mut word)).await.expect("the connection stays open");
        words += usize::from(!word.is_empty());
    }
    assert!(words >= CROWD / 4, "{words} were told");
    simulator.event(agent_event("agentNotReady", "5002")).await;
    live.until_state("5002", State::NotReady).await;
    assert_eq!(live.board.snapshots, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_while_the_console_stands_still_waits_and_is_served() {
    let allowed = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
    let many = allowed.trim().parse::<usize>().unwrap().min(1_000);
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let program = Program::live(&simulator.url(), &Database::at(folder.path().join("console.db")), &[]);
    let address: SocketAddr = program.address.parse().unwrap();
    program.signal("-STOP");
    let asks = async |n| {
        let mut stream = stranger(n * 4, address).await;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await.unwrap();
        stream
    };
    let asking = stream::iter(0..many).map(asks).buffer_unordered(many).collect::<Vec<_>>();
    let mut asking = timeout(LONGER, asking).await.expect("there is no room for all of them");
    program.signal("-CONT");
    for stream in &mut asking {
        let mut answer = String::new();
        timeout(LONGER, stream.read_to_string(&mut answer)).await.expect("nobody answers").unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
}
