//! A real RabbitMQ with Web-STOMP, and one who publishes on it as the platform does. The broker is its test's own: its node, ports and files.
//! Where none is installed the test says so and passes; with `CI` set it fails.

use super::{PATIENCE, skipped};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use supervisor_console::stomp::{Decoder, Frame, Item, Limits, Version};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Debian's own script in the path refuses every user but its own; the one behind it does not.
fn program() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(PathBuf::from("/usr/lib/rabbitmq/bin")).chain(std::env::split_paths(&folders));
    folders.map(|folder| folder.join("rabbitmq-server")).find(|path| path.is_file())
}

/// Ports that were free a moment ago. They are none of those that the kernel gives to connections: the other tests would take them away
/// before the broker has them.
fn free_ports<const N: usize>() -> [u16; N] {
    let listen = || std::net::TcpListener::bind(("127.0.0.1", rand::random_range(10_000..32_000)));
    let held = [(); N].map(|()| std::iter::repeat_with(listen).find_map(Result::ok).unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}

/// A node of our own.
pub struct Broker {
    folder: TempDir,
    program: PathBuf,
    epmd: u16,
    dist: u16,
    pub port: u16,
    running: Option<Child>,
}

impl Broker {
    /// One that runs; none where RabbitMQ is not installed.
    pub fn running() -> Option<Broker> {
        let Some(program) = program() else {
            assert!(std::env::var_os("CI").is_none(), "rabbitmq-server is not installed: apt-get install rabbitmq-server");
            skipped("rabbitmq-server is not installed, so no real broker was tried (apt-get install rabbitmq-server)");
            return None;
        };
        let mut broker = Broker::new(program);
        tokio::task::block_in_place(|| broker.start());
        Some(broker)
    }

    fn new(program: PathBuf) -> Broker {
        let folder = tempfile::tempdir().unwrap();
        let [amqp, stomp, port, epmd, dist] = free_ports();
        let settings = format!(
            "listeners.tcp.1 = 127.0.0.1:{amqp}\nstomp.listeners.tcp.1 = 127.0.0.1:{stomp}\nweb_stomp.tcp.ip = 127.0.0.1\nweb_stomp.tcp.port = {port}\n"
        );
        std::fs::write(folder.path().join("rabbitmq.conf"), settings).unwrap();
        std::fs::write(folder.path().join("plugins"), "[rabbitmq_web_stomp].\n").unwrap();
        Broker { folder, program, epmd, dist, port, running: None }
    }

    pub fn events_url(&self) -> String {
        format!("ws://127.0.0.1:{}/ws", self.port)
    }

    /// Returns when it is up.
    pub fn start(&mut self) {
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

    pub fn stop(&mut self) {
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
pub struct Publisher {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    decoder: Decoder,
}

impl Publisher {
    pub async fn to(broker: &Broker) -> Publisher {
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
    pub async fn publish(&mut self, event: &Value) {
        self.hand_over(event, true).await;
    }

    /// Publishes the event to the tenant's topic; waits until the broker has it and all before it, where that is asked for.
    pub async fn hand_over(&mut self, event: &Value, waits: bool) {
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
