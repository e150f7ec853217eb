//! The platform's stand-in in this process, and one who is logged in to it as the vendor's client would be.

use super::{AGENTS, PASSWORD};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};
use supervisor_console::floor::Namespace;
use supervisor_console::simulator::{Config, Ways, serve};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

const ZONE: &str = "Asia/Shanghai";

pub struct Simulator {
    /// `HOST:PORT`
    pub address: String,
    http: reqwest::Client,
    session: String,
    _stop: DropGuard,
}

/// A request as the platform got it.
#[derive(Debug, Clone, Deserialize)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub status: Option<u16>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Simulator {
    /// The silent floor, ten times as fast as life.
    pub async fn start() -> Simulator {
        Simulator::with(AGENTS, 0.0, 10.0).await
    }

    /// The silent floor of a platform that does things another way.
    pub async fn of(ways: Ways, clocks_apart: u32) -> Simulator {
        Simulator::made(AGENTS, 0.0, 10.0, ways, clocks_apart).await
    }

    /// A floor on which things happen by themselves, where there are calls.
    pub async fn with(agents: u32, calls_per_hour: f64, speed: f64) -> Simulator {
        Simulator::made(agents, calls_per_hour, speed, Ways::default(), 0).await
    }

    async fn made(agents: u32, calls_per_hour: f64, speed: f64, ways: Ways, clocks_apart: u32) -> Simulator {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let stop = CancellationToken::new();
        let config = Config {
            agents,
            calls_per_hour,
            speed,
            seed: 1,
            namespace: Namespace::trusted("test.cc"),
            time_zone: jiff::tz::TimeZone::get(ZONE).unwrap(),
            ways,
            clocks_apart,
        };
        tokio::spawn(serve(listener, config, stop.clone()));
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut simulator = Simulator { address, http, session: String::new(), _stop: stop.drop_guard() };
        let form = [("username", "5900"), ("password", PASSWORD), ("namespace", "test.cc")];
        let answer = simulator.http.post(format!("{}/login", simulator.url())).form(&form).send().await.unwrap();
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        simulator.session = answer["sessionId"].as_str().unwrap().to_owned();
        simulator
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    async fn send(&self, method: Method, path: &str, body: Vec<u8>) -> (u16, String) {
        let request = self.http.request(method, format!("{}{path}", self.url())).header("sessionId", &self.session);
        let answer = request.header("content-type", "application/json; charset=UTF-8").body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// One of the platform's own calls; it must succeed.
    pub async fn call(&self, method: Method, path: &str, body: Value) -> Value {
        self.try_call(method, path, body).await.unwrap_or_else(|refusal| panic!("{path}: {refusal}"))
    }

    /// The same where the platform may refuse it.
    pub async fn try_call(&self, method: Method, path: &str, body: Value) -> Result<Value, String> {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let (status, text) = self.send(method, path, body).await;
        if !(200..300).contains(&status) {
            return Err(format!("{status} {text}"));
        }
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// The device dials the number; the answer is the call's id.
    pub async fn dial(&self, device: &str, number: &str) -> String {
        let body = json!({ "from": format!("{device}@test.cc"), "to": number, "destForDisplay": number });
        self.call(Method::POST, "/api/csta/callControl/calls", body).await["callId"].as_str().unwrap().to_owned()
    }

    /// Something that a device does in a call: `hold`, `retrieve`, ..
    pub async fn act(&self, device: &str, call: &str, action: &str, body: Value) {
        let path = format!("/api/csta/callControl/calls/{call}/connections/{device}@test.cc%7C{call}/{action}");
        self.call(Method::POST, &path, body).await;
    }

    pub async fn hang_up(&self, device: &str, call: &str) {
        let path = format!("/api/csta/callControl/calls/{call}/connections/{device}@test.cc%7C{call}");
        self.call(Method::DELETE, &path, Value::Null).await;
    }

    /// Agent 500n at 800n changes the own mode.
    pub async fn set_mode(&self, number: &str, mode: &str, reason: Option<&str>) {
        let agent = format!("{number}@test.cc");
        let device = format!("8{}@test.cc", &number[1..]);
        let mut body = json!({ "func": "SetState", "agentMode": mode, "agentId": agent, "device": device, "namespace": "test.cc" });
        if let Some(reason) = reason {
            body["reason"] = json!(reason);
        }
        self.call(Method::POST, "/api/csta/agent/state", body).await;
    }

    /// Publishes one event; the answer is how many subscriptions it went to.
    pub async fn event(&self, event: Value) -> u64 {
        self.call(Method::POST, "/simulator/events", event).await["delivered"].as_u64().unwrap()
    }

    /// Publishes any bytes to all who listen to the whole tenant.
    pub async fn raw(&self, bytes: &[u8]) -> u64 {
        let (status, text) = self.send(Method::POST, "/simulator/events?raw=1", bytes.to_vec()).await;
        assert_eq!(status, 200, "{text}");
        serde_json::from_str::<Value>(&text).unwrap()["delivered"].as_u64().unwrap()
    }

    /// Agents `(id, device)` work here from now on, each under a name of its own.
    pub async fn hire(&self, agents: &[(&str, &str)]) {
        let agents: Vec<Value> =
            agents.iter().map(|(id, device)| json!({ "id": id, "device": device, "name": format!("Name of {id}") })).collect();
        self.call(Method::POST, "/simulator/agents", json!({ "agents": agents })).await;
    }

    /// The roster lists these as well, as they are given.
    pub async fn list(&self, entries: Value) {
        self.call(Method::POST, "/simulator/agents", json!({ "roster": entries })).await;
    }

    pub async fn fault(&self, order: Value) {
        self.call(Method::POST, "/simulator/faults", order).await;
    }

    /// Every HTTP request that came, newest last.
    pub async fn requests(&self) -> Vec<Request> {
        serde_json::from_value(self.call(Method::GET, "/simulator/requests", Value::Null).await).unwrap()
    }

    /// The requests of the console.
    pub async fn console_requests(&self) -> Vec<Request> {
        let ours = |request: &Request| request.header("user-agent").is_some_and(|agent| agent.starts_with("supervisor-console/"));
        self.requests().await.into_iter().filter(ours).collect()
    }

    /// The operations that the console asked for: what it sent beyond log-in, heart-beats and its own reading.
    pub async fn operations(&self) -> Vec<Request> {
        let own = |request: &Request| request.path != "/login" && request.method != "GET" && !request.path.contains("/heartbeat/");
        self.console_requests().await.into_iter().filter(own).collect()
    }

    /// How often the console has opened the event link.
    pub async fn links(&self) -> usize {
        self.requests().await.iter().filter(|request| request.path == "/mvc/stomp/websocket" && request.status == Some(101)).count()
    }

    /// The truth of the floor, as the platform knows it.
    pub async fn floor(&self) -> Value {
        self.call(Method::GET, "/simulator/floor", Value::Null).await
    }

    pub async fn truth_of(&self, number: &str) -> Value {
        let floor = self.floor().await;
        let agents = floor["agents"].as_array().unwrap();
        agents.iter().find(|agent| agent["agentId"] == format!("{number}@test.cc")).unwrap().clone()
    }
}

/// Now, as the platform writes it.
pub fn event_time() -> String {
    jiff::Timestamp::now().in_tz(ZONE).unwrap().strftime("%Y.%m.%d %H:%M:%S").to_string()
}

/// An event of agent 500n at 800n that is newer than everything before.
pub fn agent_event(name: &str, number: &str) -> Value {
    static SERIAL: AtomicI64 = AtomicI64::new(900_000_000);
    let device = format!("8{}@test.cc", &number[1..]);
    json!({
        "eventName": name,
        "eventTime": event_time(),
        "eventType": "agent",
        "serial": SERIAL.fetch_add(1, Ordering::Relaxed),
        "namespace": "test.cc",
        "srcDeviceId": device,
        "deviceId": device,
        "agentId": format!("{number}@test.cc"),
    })
}
