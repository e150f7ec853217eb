//! A real RabbitMQ with Web-STOMP in the place of the platform's own broker: the console hears what is published there, notices
//! the broker's end, and is back with it.
//!
//! The broker is this test's own: its node, ports and files. Where none is installed the test says so and passes; with `CI` set
//! it fails.

use crate::support::{Browser, Console, Database, PATIENCE, PostgresServer, Program, Simulator, agent_event, event_time, skipped};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;
use supervisor_console::floor::State;
use supervisor_console::live::LinkState;
use supervisor_console::stomp::{Decoder, Frame, Item, Limits, Version};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Debian's own script in the path refuses every user but its own; the one behind it does not.
fn program() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(PathBuf::from("/usr/lib/rabbitmq/bin")).chain(std::env::split_paths(&folders));
    folders.map(|folder| folder.join("rabbitmq-server")).find(|path| path.is_file())
}

fn missing() {
    assert!(std::env::var_os("CI").is_none(), "rabbitmq-server is not installed: apt-get install rabbitmq-server");
    skipped("rabbitmq-server is not installed, so no real broker was tried (apt-get install rabbitmq-server)");
}

/// Ports that were free a moment ago. They are none of those that the kernel gives to connections: the other tests would take them away
/// before the broker has them.
fn free_ports<const N: usize>() -> [u16; N] {
    let listen = || std::net::TcpListener::bind(("127.0.0.1", rand::random_range(10_000..32_000)));
    let held = [(); N].map(|()| std::iter::repeat_with(listen).find_map(Result::ok).unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}

/// A node of our own.
struct Broker {
    folder: TempDir,
    program: PathBuf,
    epmd: u16,
    dist: u16,
    port: u16,
    running: Option<Child>,
}

impl Broker {
    fn new(program: &Path) -> Broker {
        let folder = tempfile::tempdir().unwrap();
        let [amqp, stomp, port, epmd, dist] = free_ports();
        let settings = format!(
            "listeners.tcp.1 = 127.0.0.1:{amqp}\nstomp.listeners.tcp.1 = 127.0.0.1:{stomp}\nweb_stomp.tcp.ip = 127.0.0.1\nweb_stomp.tcp.port = {port}\n"
        );
        std::fs::write(folder.path().join("rabbitmq.conf"), settings).unwrap();
        std::fs::write(folder.path().join("plugins"), "[rabbitmq_web_stomp].\n").unwrap();
        Broker { folder, program: program.to_owned(), epmd, dist, port, running: None }
    }

    fn events_url(&self) -> String {
        format!("ws://127.0.0.1:{}/ws", self.port)
    }

    /// Returns when it is up.
    fn start(&mut self) {
        let at = |name: &str| self.folder.path().join(name);
        let mut child = Command::new(&self.program)
            .env("HOME", self.folder.path())
            .env("RABBITMQ_CONF_ENV_FILE", at("none"))
            .env("RABBITMQ_NODENAME", "integration@localhost")
            .env("RABBITMQ_CONFIG_FILE", at("rabbitmq.conf"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", at("plugins"))
            .env("RABBITMQ_MNESIA_BASE", at("data"))
            .env("RABBITMQ_LOG_BASE", at("log"))
            .env("RABBITMQ_PID_FILE", at("pid"))
            .env("RABBITMQ_DIST_PORT", self.dist.to_string())
            .env("ERL_EPMD_PORT", self.epmd.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line))));
        self.running = Some(child);
        let mut said = Vec::new();
        while !said.last().is_some_and(|line: &String| line.contains("completed with")) {
            let line = lines.recv_timeout(PATIENCE * 2);
            said.push(line.unwrap_or_else(|_| panic!("the broker did not start:\n{}", said.join("\n"))));
        }
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.running.take() {
            // Asked, for only then does the script end the node as well.
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            let _ = child.wait();
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.stop();
        // The node's name server stays behind by itself.
        let _ = Command::new("epmd")
            .arg("-kill")
            .env("ERL_EPMD_PORT", self.epmd.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// One who publishes events on the broker, as the platform does.
struct Publisher {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    decoder: Decoder,
}

impl Publisher {
    async fn to(broker: &Broker) -> Publisher {
        let (socket, _) = connect_async(broker.events_url()).await.unwrap();
        let mut publisher = Publisher { socket, decoder: Decoder::new(Limits::default()) };
        let connect =
            Frame::new("CONNECT").header("accept-version", "1.2").header("login", "guest").header("passcode", "guest").header("host", "/");
        publisher.send(&connect).await;
        assert_eq!(publisher.answer().await.command, "CONNECTED");
        publisher.decoder.set_version(Version::V1_2);
        publisher
    }

    async fn send(&mut self, frame: &Frame) {
        self.socket.send(Message::binary(frame.encode(Version::V1_2))).await.unwrap();
    }

    async fn answer(&mut self) -> Frame {
        loop {
            match self.decoder.next() {
                Some(Ok(Item::Frame(frame))) => return frame,
                Some(Ok(Item::HeartBeat)) => {}
                Some(Err(error)) => panic!("{error}"),
                None => match timeout(PATIENCE, self.socket.next()).await.unwrap().unwrap().unwrap() {
                    Message::Text(text) => self.decoder.feed(text.as_bytes()),
                    Message::Binary(bytes) => self.decoder.feed(&bytes),
                    _ => {}
                },
            }
        }
    }

    /// Publishes the event to the tenant's topic, and returns when the broker has it.
    async fn publish(&mut self, event: &Value) {
        self.hand_over(event, true).await;
    }

    /// Publishes the event to the tenant's topic; waits until the broker has it and all before it, where that is asked for.
    async fn hand_over(&mut self, event: &Value, waits: bool) {
        let topic = format!("/topic/event.agent.{}.test_cc", event["eventName"].as_str().unwrap());
        let frame = Frame::new("SEND").header("destination", topic).header("content-type", "application/json");
        let frame = if waits { frame.header("receipt", "published") } else { frame };
        self.send(&frame.with_body(event.to_string())).await;
        if !waits {
            return;
        }
        let answer = self.answer().await;
        assert_eq!((answer.command.as_str(), answer.get("receipt-id")), ("RECEIPT", Some("published")), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_broker_serves_as_well() {
    let Some(program) = program() else { return missing() };
    let mut broker = Broker::new(&program);
    let simulator = Simulator::start().await;
    tokio::task::block_in_place(|| broker.start());

    let folder = tempfile::tempdir().unwrap();
    let (events, login) = (broker.events_url(), ["--broker-login", "guest", "--broker-passcode", "guest"]);
    let flags = [&["--events-url", events.as_str()][..], &login].concat();
    let console = Console::start(&simulator.url(), &Database::at(folder.path().join("console.db")), &flags).await;
    console.until_ready().await;
    let browser = console.sign_in("5000", "8000").await;
    let mut live = browser.live().await;
    let mut publisher = Publisher::to(&broker).await;
    publisher.publish(&agent_event("agentNotReady", "5001")).await;
    live.until_state("5001", State::NotReady).await;
    publisher.publish(&agent_event("agentReady", "5001")).await;
    live.until_state("5001", State::Ready).await;

    // What the broker says to a wrong passcode is told to whoever set it.
    let database = Database::at(folder.path().join("wrong.db"));
    let wrong = ["--events-url", events.as_str(), "--broker-login", "guest", "--broker-passcode", "wrong"];
    let reason = tokio::task::block_in_place(|| {
        let mut refused = Program::serve(&simulator.url(), &database, &wrong);
        refused.until_logged("the link to the platform is down")["reason"].as_str().unwrap().to_owned()
    });
    assert!(reason.starts_with("the broker refused: "), "{reason}");

    tokio::task::block_in_place(|| broker.stop());
    live.until_link(LinkState::Down).await;
    assert_eq!(browser.get("/readyz").await.status, 503);
    tokio::task::block_in_place(|| broker.start());
    live.until_link(LinkState::Live).await;
    assert_eq!(browser.get("/readyz").await.status, 200);
    let mut publisher = Publisher::to(&broker).await;
    publisher.publish(&agent_event("agentNotReady", "5001")).await;
    live.until("5001 is not ready, and certainly so", |board| {
        board.state("5001") == Some(State::NotReady) && !board.row("5001").remembered
    })
    .await;
}

/// Between the console and the broker; connections through it can be cut.
struct Proxy {
    address: SocketAddr,
    cut: watch::Sender<u32>,
}

impl Proxy {
    async fn to(port: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (cut, cuts) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((mut console, _)) = listener.accept().await {
                let mut cuts = cuts.clone();
                cuts.mark_unchanged();
                tokio::spawn(async move {
                    let Ok(mut broker) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut console, &mut broker) => {}
                        // A reset: nothing is said, and what is under way is lost.
                        _ = cuts.changed() => [console, broker].iter().for_each(|stream| stream.set_zero_linger().unwrap()),
                    }
                });
            }
        });
        Proxy { address, cut }
    }

    fn cut(&self) {
        self.cut.send_modify(|cuts| *cuts += 1);
    }
}

/// Ten agents change their modes in turn, each time a second later. Returns what the last round left them in.
async fn publish_rounds(mut publisher: Publisher, events: u64, published: watch::Sender<u64>) {
    let begun = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(i64::try_from(events / 10 + 60).unwrap());
    for n in 0..events {
        let (round, agent) = (n / 10, n % 10);
        let at = (begun + jiff::SignedDuration::from_secs(i64::try_from(round).unwrap()))
            .to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap());
        let name = if round.is_multiple_of(2) { "agentNotReady" } else { "agentReady" };
        let mut event = agent_event(name, &format!("{}", 5001 + agent));
        event["serial"] = (1_000_000 + n).into();
        event["eventTime"] = at.strftime("%Y.%m.%d %H:%M:%S").to_string().into();
        event["mark"] = format!("#{n}#").into();
        let last = n % 100 == 99 || n + 1 == events;
        publisher.hand_over(&event, last).await;
        if last {
            published.send_replace(n + 1);
        }
    }
}

/// How often each event is in the journal.
fn journalled(database: &Database, events: u64) -> Vec<u32> {
    let mut found = vec![0; usize::try_from(events).unwrap()];
    let text = database.journal();
    let text = String::from_utf8_lossy(&text);
    for rest in text.split("\"mark\":\"#").skip(1) {
        let number: usize = rest.split('#').next().unwrap().parse().unwrap();
        found[number] += 1;
    }
    found
}

/// The board is as the last round left it, and certainly so.
async fn assert_board(browser: &Browser, events: u64) {
    let last = if (events / 10 - 1).is_multiple_of(2) { "not-ready" } else { "ready" };
    for number in 5001..=5010 {
        let agent = browser.get(&format!("/api/agents/{number}@test.cc")).await.json();
        assert_eq!((&agent["state"], &agent["remembered"]), (&last.into(), &false.into()), "{agent}");
    }
}

/// Each change but the last of each agent's is an interval of a second, once.
fn assert_history(database: &Database, events: u64) {
    let each = i64::try_from(events / 10 - 1).unwrap();
    assert_eq!(database.count("SELECT count(*) FROM state_interval"), each * 10, "an interval is missing or one too many");
    assert_eq!(database.count("SELECT count(*) FROM state_interval WHERE certain = 0 OR ended - began <> 1000"), 0);
}

async fn nothing_is_lost(events: u64, kills: u64, cuts_between: u64) {
    let Some(program) = program() else { return missing() };
    let mut broker = Broker::new(&program);
    tokio::task::block_in_place(|| broker.start());
    let simulator = Simulator::start().await;
    let proxy = Proxy::to(broker.port).await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let url = format!("ws://{}/ws", proxy.address);
    let flags = ["--events-url", &url, "--broker-login", "guest", "--broker-passcode", "guest", "--durable-queue", "console-1"];
    let serve = || tokio::task::block_in_place(|| Program::serve(&simulator.url(), &database, &flags));
    let live = |console: &mut Program| tokio::task::block_in_place(|| drop(console.until_logged("the link to the platform is live")));
    let mut console = serve();
    live(&mut console);

    // A call that goes on all the time, at telephones at which nobody sits.
    let mut publisher = Publisher::to(&broker).await;
    publisher
        .publish(&serde_json::json!({ "eventName": "established", "eventTime": event_time(), "serial": 7, "namespace": "test.cc",
            "callId": "goes-on", "srcDeviceId": "8101@test.cc", "callingDevice": "13800138000@test.cc", "calledDevice": "8101@test.cc",
            "answeringDevice": "8101@test.cc", "deviceId": "8101@test.cc" }))
        .await;
    let (published, mut so_far) = watch::channel(0);
    let publisher = tokio::spawn(publish_rounds(publisher, events, published));
    let faults = kills * (cuts_between + 1);
    for fault in 1..=faults {
        so_far.wait_for(|published| *published >= events * fault / (faults + 1)).await.unwrap();
        if fault.is_multiple_of(cuts_between + 1) {
            drop(console);
            console = serve();
        } else {
            proxy.cut();
        }
    }
    publisher.await.unwrap();
    let deadline = Instant::now() + PATIENCE * 3;
    loop {
        let found = journalled(&database, events);
        if found.iter().all(|count| *count > 0) {
            break;
        }
        let missing = found.iter().filter(|count| **count == 0).count();
        assert!(Instant::now() < deadline, "{missing} events are missing, the first {:?}", found.iter().position(|count| *count == 0));
        sleep(Duration::from_millis(200)).await;
    }
    let browser = console.sign_in("5000", "8000").await;
    assert_board(&browser, events).await;
    let calls = browser.get("/api/calls").await.json()["calls"].clone();
    assert_eq!((&calls[0]["callId"], calls.as_array().map(Vec::len)), (&"goes-on".into(), Some(1)), "{calls}");
    console.terminate();

    assert!(journalled(&database, events).iter().all(|count| *count == 1), "an event is in the journal twice");
    assert_history(&database, events);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_durable_queue_neither_cuts_nor_kills_lose_or_double_an_event() {
    nothing_is_lost(10_000, 3, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_consoles_of_which_each_is_killed_in_turn_lose_and_double_nothing() {
    const EVENTS: u64 = 6_000;
    let Some(program) = program() else { return missing() };
    let Some(server) = tokio::task::block_in_place(PostgresServer::start) else { return };
    let mut broker = Broker::new(&program);
    tokio::task::block_in_place(|| broker.start());
    let simulator = Simulator::start().await;
    let database = Database::on_server(server.database());
    let url = broker.events_url();
    let serve = |number: u64| {
        let queue = format!("console-{number}");
        let flags = ["--events-url", &url, "--broker-login", "guest", "--broker-passcode", "guest", "--durable-queue", &queue];
        tokio::task::block_in_place(|| {
            let mut console = Program::serve(&simulator.url(), &database, &flags);
            console.until_logged("the link to the platform is live");
            console
        })
    };
    let mut consoles: Vec<Program> = (0..3).map(serve).collect();
    let (published, mut so_far) = watch::channel(0);
    let publisher = tokio::spawn(publish_rounds(Publisher::to(&broker).await, EVENTS, published));
    for (number, killed) in [(0, 0), (1, 1), (2, 2)] {
        so_far.wait_for(|published| *published >= EVENTS * (number + 1) / 4).await.unwrap();
        drop(consoles.remove(killed));
        consoles.insert(killed, serve(number));
    }
    publisher.await.unwrap();
    let deadline = Instant::now() + PATIENCE * 3;
    while journalled(&database, EVENTS).contains(&0) {
        assert!(Instant::now() < deadline, "events are missing");
        sleep(Duration::from_millis(200)).await;
    }
    for console in &consoles {
        assert_board(&console.sign_in("5000", "8000").await, EVENTS).await;
    }
    consoles.into_iter().for_each(|console| drop(tokio::task::block_in_place(|| console.terminate())));
    assert_history(&database, EVENTS);
}

#[ignore = "takes minutes: 100 cuts and 20 kills while 100,000 events flow"]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_durable_queue_nothing_is_lost_for_long() {
    nothing_is_lost(100_000, 20, 5).await;
}
