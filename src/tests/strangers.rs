//! Whoever connects and keeps the console waiting keeps nobody else waiting: neither those who work nor the end.

use crate::support::{Browser, Console, Database, Lab, PASSWORD, Program, Simulator, all_ready_of};
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use supervisor_console::floor::{Operation, Outcome};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Barrier, mpsc};
use tokio::time::timeout;

/// The console's own deadlines are shorter.
pub const LONGER: Duration = Duration::from_secs(40);

/// What comes back, until the console closes the connection.
async fn answer_to(address: &str, sent: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(LONGER, stream.read_to_string(&mut answer)).await.expect("the connection stays open").unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_nothing_or_half_of_it_is_not_waited_for() {
    let lab = Lab::new().await;
    let address = &lab.console.address;
    let head = format!("POST /api/sign-in HTTP/1.1\r\nhost: {address}\r\ncontent-length: 100\r\n\r\nnumber=5000");
    let kept = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\n\r\n");
    let (nothing, half, body, idle) = tokio::join!(
        answer_to(address, ""),
        answer_to(address, "GET / HTTP/1.1\r\nhos"),
        answer_to(address, &head),
        answer_to(address, &kept)
    );
    assert_eq!((nothing.as_str(), half.contains("200 OK")), ("", false));
    assert!(body.starts_with("HTTP/1.1 408 "), "{body}");
    assert!(idle.starts_with("HTTP/1.1 200 "), "{idle}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_does_not_take_every_place_and_few_places_are_said() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let mut program = Program::serve_with_files(400, &simulator.url(), &database, &[]);
    assert_eq!(program.log.iter().filter(|line| line.contains("limit of open files is low")).count(), 1);
    program.until_live();
    let mut greedy = Vec::new();
    for _ in 0..300 {
        greedy.extend(TcpStream::connect(&program.address).await);
    }
    let mut refused = 0;
    for stream in &mut greedy {
        // Those without a place are closed at once; the others are open and silent.
        refused += usize::from(matches!(timeout(Duration::from_millis(20), stream.read(&mut [0])).await, Ok(Ok(0) | Err(_))));
    }
    assert!(refused >= 100, "{refused} of 300 were refused");
    let mut other = Browser::from(&program.address, "127.0.0.2");
    assert_eq!(other.get("/healthz").await.status, 200);
    assert_eq!(other.sign_in("5000", PASSWORD, "test.cc", "8000").await.status, 200);
    let figures = other.get("/metrics").await.body;
    let said = figures.lines().find_map(|line| line.strip_prefix("console_connections_refused_total ")).unwrap();
    assert_eq!(said.parse::<usize>().unwrap(), refused);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_in_time_whoever_holds_on_and_what_is_under_way_has_its_end() {
    let simulator = Simulator::with(2_000, 0.0, 10.0).await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let program = Program::live(&simulator.url(), &database, &[]);
    let browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready_of(&browser, 2_000).await;
    let cookie = browser.cookie.clone().unwrap();
    let address = program.address.clone();
    let mut strangers = Vec::new();
    for sent in [
        String::new(),
        "GET / HTTP/1.1\r\nhos".to_owned(),
        format!("POST /api/sign-in HTTP/1.1\r\nhost: {address}\r\ncontent-length: 100\r\n\r\nnumber="),
        // A page that nobody reads.
        format!("GET /api/floor HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\n\r\n").repeat(50),
    ] {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 << 10).unwrap();
        let mut stream = socket.connect(address.parse::<SocketAddr>().unwrap()).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        strangers.push(stream);
    }
    let _unread = browser.live_over(TcpStream::connect(&address).await.unwrap()).await;
    simulator.fault(json!({ "stall_http_ms": 60_000 })).await;
    let (number, row) = live.board.rows.first_key_value().map(|(number, row)| (number.clone(), row.clone())).unwrap();
    let (agent, device) = (row.agent.to_string(), row.device.unwrap().to_string());
    let asking = browser.begin(Operation::NotReady, &[("agentId", agent.as_str()), ("deviceId", device.as_str())]).await;
    live.until_outcome(&number, Outcome::Requested).await;
    while simulator.operations().await.is_empty() {
        live.next().await;
    }
    let id = live.board.action(&number).unwrap().id;
    // It says so itself, by its status, where the end took too long.
    tokio::task::spawn_blocking(move || program.terminate()).await.unwrap();
    drop((strangers, asking));
    assert_eq!(database.outcomes(id), ["requested", "unknown"]);
}

/// A platform that hears heart-beats and answers none before `together` are waiting. What it hears are the sessions.
async fn heart(together: usize) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (heard, beats) = mpsc::unbounded_channel();
    let waiting = (heard, Arc::new(Barrier::new(together)));
    let beat = async |State((heard, barrier)): State<(mpsc::UnboundedSender<String>, Arc<Barrier>)>, headers: HeaderMap| {
        let _ = heard.send(headers["sessionId"].to_str().unwrap().to_owned());
        barrier.wait().await;
    };
    let router = Router::new().route("/api/csta/agent/heartbeat/{agent}", post(beat)).with_state(waiting);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, beats)
}

/// Sessions as they are kept, two browsers each.
fn signed_in_before(database: &Database, sessions: usize) {
    let now = jiff::Timestamp::now().as_millisecond();
    for n in 0..sessions * 2 {
        let (hash, session) = (format!("{n:064x}"), format!("session-{}", n / 2));
        database.change(&format!("INSERT INTO session VALUES (x'{hash}', '{}@test.cc', '8000@test.cc', '', '{session}', {now})", 5000 + n));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heart_beats_go_out_side_by_side_one_for_each_session_at_the_platform() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    Console::start("http://127.0.0.1:9", &database, &[]).await.stop().await;
    signed_in_before(&database, 300);
    let (url, mut beats) = heart(100).await;
    let _console = Console::start(&url, &database, &[]).await;
    let mut heard = BTreeMap::new();
    while heard.len() < 300 {
        let session = timeout(LONGER, beats.recv()).await.expect("they wait for one another").unwrap();
        *heard.entry(session).or_insert(0) += 1;
    }
    assert!(heard.values().all(|times| *times == 1), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heart_beats_that_are_not_answered_hold_up_neither_the_board_nor_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    Console::start("http://127.0.0.1:9", &database, &[]).await.stop().await;
    signed_in_before(&database, 10);
    let (url, mut beats) = heart(1000).await;
    let console = Console::start(&url, &database, &[]).await;
    assert!(timeout(LONGER, beats.recv()).await.unwrap().is_some());
    assert_eq!(console.visitor().get("/healthz").await.status, 200);
    console.stop().await;
}
