//! The simulator over real sockets, spoken to as the vendor's client and the console speak.

mod faults;
mod http;
mod proof;
mod stomp;

use super::{Config, serve};
use crate::floor::Namespace;
use crate::stomp::{Decoder, Frame, Item, Limits, Version};
use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::{CancellationToken, DropGuard};

const TENANT: &str = "/topic/event.agent.*.test_cc";

/// A running simulator and one who is logged in to it.
struct Lab {
    address: String,
    http: reqwest::Client,
    session: String,
    _stop: DropGuard,
}

impl Lab {
    /// The silent floor.
    async fn new() -> Lab {
        Lab::with(5, 0.0).await
    }

    async fn with(agents: u32, calls_per_hour: f64) -> Lab {
        // Another test may have been first.
        rustls::crypto::ring::default_provider().install_default().ok();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let stop = CancellationToken::new();
        let config = Config {
            agents,
            calls_per_hour,
            speed: 10.0,
            seed: 1,
            namespace: Namespace::trusted("test.cc"),
            time_zone: jiff::tz::TimeZone::UTC,
            ways: super::Ways::default(),
            clocks_apart: 0,
        };
        tokio::spawn(serve(listener, config, stop.clone()));
        let mut lab = Lab { address, http: reqwest::Client::new(), session: String::new(), _stop: stop.drop_guard() };
        let answer = lab.login("5000", "Aa123456", "test.cc").await;
        assert_eq!(answer.status(), 200);
        lab.session = json_of(answer).await["sessionId"].as_str().unwrap().to_owned();
        lab
    }

    async fn login(&self, user: &str, password: &str, namespace: &str) -> Response {
        let form = format!("username={user}&password={password}&namespace={namespace}");
        let request = self.http.post(format!("http://{}/login", self.address)).header("content-type", "application/x-www-form-urlencoded");
        request.body(form).send().await.unwrap()
    }

    async fn try_call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Response, reqwest::Error> {
        let request = self.http.request(method, format!("http://{}{path}", self.address)).header("sessionId", &self.session);
        let request = request.header("content-type", "application/json; charset=UTF-8");
        match body {
            Some(body) => request.body(body.to_string()).send().await,
            None => request.send().await,
        }
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        self.try_call(method, path, body).await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> Response {
        self.call(Method::POST, path, Some(body)).await
    }

    async fn fault(&self, order: Value) {
        assert_eq!(self.post("/simulator/faults", order).await.status(), 200);
    }

    async fn connect(&self) -> Client {
        Client::open(&self.address).await.unwrap().greet("1.1,1.0").await
    }

    /// A client that hears the whole tenant, and has heard who is there.
    async fn listener(&self) -> Client {
        let mut client = self.connect().await;
        client.subscribe("0", TENANT).await;
        for _ in 0..10 {
            client.event().await;
        }
        client
    }

    /// 8001 talks to 8002.
    async fn talk(&self, client: &mut Client) -> String {
        let answer =
            self.post("/api/csta/callControl/calls", json!({ "from": "8001@test.cc", "to": "8002", "destForDisplay": "8002" })).await;
        assert_eq!(answer.status(), 200);
        let call = json_of(answer).await["callId"].as_str().unwrap().to_owned();
        client.until(|event| event["eventName"] == "established" && event["srcDeviceId"] == "8001@test.cc").await;
        client.until(|event| event["eventName"] == "established" && event["srcDeviceId"] == "8002@test.cc").await;
        call
    }
}

async fn json_of(answer: Response) -> Value {
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

/// A STOMP client.
struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    decoder: Decoder,
    frames: VecDeque<Frame>,
}

impl Client {
    async fn open(address: &str) -> Result<Client, tokio_tungstenite::tungstenite::Error> {
        let (socket, _) = connect_async(format!("ws://{address}/mvc/stomp/websocket")).await?;
        Ok(Client { socket, decoder: Decoder::new(Limits::default()), frames: VecDeque::new() })
    }

    async fn greet(mut self, versions: &str) -> Client {
        self.send(Frame::new("CONNECT").header("accept-version", versions).header("heart-beat", "10000,10000")).await;
        let connected = self.frame().await.unwrap();
        assert_eq!((connected.command.as_str(), connected.get("heart-beat")), ("CONNECTED", Some("10000,10000")));
        self.decoder.set_version(Version::parse(connected.get("version").unwrap()).unwrap());
        self
    }

    async fn send(&mut self, frame: Frame) {
        self.raw(&frame.encode(Version::V1_1)).await;
    }

    async fn raw(&mut self, bytes: &[u8]) {
        self.socket.send(Message::Text(String::from_utf8(bytes.to_vec()).unwrap().into())).await.unwrap();
    }

    /// The next frame; none when the connection has ended.
    async fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return Some(frame);
            }
            let message = tokio::time::timeout(Duration::from_secs(20), self.socket.next()).await.expect("nothing came for 20 s");
            match message {
                Some(Ok(Message::Text(text))) => self.decoder.feed(text.as_bytes()),
                Some(Ok(Message::Binary(bytes))) => self.decoder.feed(&bytes),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
            while let Some(item) = self.decoder.next() {
                if let Item::Frame(frame) = item.unwrap() {
                    self.frames.push_back(frame);
                }
            }
        }
    }

    async fn subscribe(&mut self, id: &str, destination: &str) {
        let frame = Frame::new("SUBSCRIBE").header("id", id).header("destination", destination).header("receipt", format!("r{id}"));
        self.send(frame).await;
        let receipt = self.frame().await.unwrap();
        assert_eq!((receipt.command.as_str(), receipt.get("receipt-id")), ("RECEIPT", Some(format!("r{id}").as_str())));
    }

    async fn message(&mut self) -> Frame {
        let frame = self.frame().await.expect("the connection has ended");
        assert_eq!(frame.command, "MESSAGE", "{frame:?}");
        frame
    }

    async fn event(&mut self) -> Value {
        serde_json::from_slice(&self.message().await.body).unwrap()
    }

    async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.event().await;
            if wanted(&event) {
                return event;
            }
        }
    }
}
