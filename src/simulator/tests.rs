//! The simulator over real sockets, spoken to as the vendor's client and the console speak.

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
        let _ = rustls::crypto::ring::default_provider().install_default();
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

fn is(event: &Value, name: &str, role: &str, device: &str) -> bool {
    event["eventName"] == name && event[role] == device
}

#[tokio::test]
async fn log_in_says_no_to_strangers() {
    let lab = Lab::new().await;
    for (user, password, namespace) in [("5000", "wrong", "test.cc"), ("5000", "Aa123456", "other.cc"), ("4711", "Aa123456", "test.cc")] {
        assert_eq!(lab.login(user, password, namespace).await.status(), 401, "{user} {password} {namespace}");
    }
    assert_eq!(lab.login("5001%40test.cc", "Aa123456", "test.cc").await.status(), 200);
}

#[tokio::test]
async fn force_operations_on_calls_yield_their_proof() {
    let lab = Lab::new().await;
    let mut client = lab.listener().await;
    let call = lab.talk(&mut client).await;
    let target = format!("/api/csta/callControl/calls/{call}/connections/8002@test.cc%7C{call}");

    let answer = lab.call(Method::POST, &format!("/api/csta/callControl/calls/{call}/spy?deviceId=8000@test.cc"), None).await;
    assert_eq!(answer.status(), 204);
    let heard = client.until(|event| is(event, "established", "answeringDevice", "8000@test.cc")).await;
    assert_eq!((&heard["srcDeviceId"], &heard["callId"]), (&json!("8000@test.cc"), &json!(call)));

    let body = json!({ "conferenceParticipant": "8900", "participationType": "Active" });
    assert_eq!(lab.post(&format!("{target}/singleStepConference"), body).await.status(), 204);
    let joined = client.until(|event| is(event, "conferenced", "addedParty", "8900@test.cc")).await;
    assert_eq!(joined["newCall"], json!(call));

    assert_eq!(lab.post(&format!("{target}/singleStepTransfer"), json!({ "transferTo": "8901" })).await.status(), 204);
    let taken = client.until(|event| is(event, "transferred", "transferredToDevice", "8901@test.cc")).await;
    assert_eq!(taken["transferringDevice"], "8002@test.cc");
    client.until(|event| is(event, "established", "answeringDevice", "8901@test.cc")).await;

    let dropped = format!("/api/csta/callControl/calls/{call}/connections/8001@test.cc%7C{call}");
    assert_eq!(lab.call(Method::DELETE, &dropped, None).await.status(), 204);
    client.until(|event| is(event, "connectionCleared", "releasingDevice", "8001@test.cc") && event["callId"] == json!(call)).await;
    assert_eq!(lab.call(Method::DELETE, &dropped, None).await.status(), 404);
}

#[tokio::test]
async fn force_operations_on_agents_yield_their_proof() {
    let lab = Lab::new().await;
    let mut client = lab.listener().await;
    let set = |mode: &str| json!({ "func": "SetState", "agentMode": mode, "loginId": "5003@test.cc", "agentId": "5003@test.cc", "device": "8003@test.cc" });
    let own = |event: &Value, name: &str| is(event, name, "agentId", "5003@test.cc");
    assert_eq!(lab.post("/api/csta/agent/state", set("NotReady")).await.status(), 204);
    client.until(|event| own(event, "agentNotReady")).await;
    assert_eq!(lab.post("/api/csta/agent/state", set("Ready")).await.status(), 204);
    client.until(|event| own(event, "agentReady")).await;
    let logout =
        json!({ "namespace": "test.cc", "func": "Logout", "device": "8003@test.cc", "agentId": "5003@test.cc", "loginId": "5003@test.cc" });
    assert_eq!(lab.post("/api/csta/agent/state", logout.clone()).await.status(), 204);
    let gone = client.until(|event| own(event, "agentLoggedOff")).await;
    assert_eq!((&gone["agentMode"], &gone["devices"]["Voice"]), (&json!("Logout"), &json!("8003@test.cc")));
    assert_eq!(lab.post("/api/csta/agent/state", logout).await.status().as_u16(), 458);

    lab.talk(&mut client).await;
    let busy = json!({ "func": "Logout", "device": "8002@test.cc", "agentId": "5002@test.cc" });
    assert_eq!(lab.post("/api/csta/agent/state", busy).await.status().as_u16(), 460);
    let pending = json!({ "func": "SetState", "agentMode": "NotReady", "agentId": "5002@test.cc", "device": "8002@test.cc" });
    let answer = lab.post("/api/csta/agent/state", pending).await;
    assert_eq!((answer.status(), json_of(answer).await), (StatusCode::OK, json!({ "pendingMode": "NotReady" })));
}

#[tokio::test]
async fn an_agents_own_client_logs_on_and_reads_its_state() {
    let lab = Lab::new().await;
    let mut client = lab.connect().await;
    client.subscribe("own", "/topic/event.agent.*.5000@test_cc").await;
    let login = |password: &str| json!({ "loginId": "5000@test.cc", "device": "8000@test.cc", "password": password, "agentMode": "NotReady", "func": "Login", "sessionId": "x" });
    assert_eq!(lab.post("/api/csta/agent/state", login("wrong")).await.status(), 401);
    assert_eq!(lab.post("/api/csta/agent/state", login("Aa123456")).await.status(), 204);
    assert_eq!(client.event().await["eventName"], "agentLoggedOn");
    assert_eq!(client.event().await["eventName"], "agentNotReady");
    assert_eq!(lab.call(Method::POST, "/api/csta/agent/heartbeat/5000@test.cc", None).await.status(), 204);
    let made = json_of(lab.post("/api/csta/callControl/calls", json!({ "from": "8000@test.cc", "to": "8001" })).await).await;
    client.until(|event| event["eventName"] == "established").await;
    let state = json_of(lab.call(Method::GET, "/api/csta/agent/client-state", None).await).await;
    assert_eq!(state["agent"]["activeCall"]["callId"], made["callId"]);
    assert_eq!(state["agent"]["extensionId"], "8000@test.cc");
    assert_eq!(lab.post("/api/csta/callControl/calls", json!({ "from": "8000@test.cc", "to": "8x" })).await.status(), 400);
}

#[tokio::test]
async fn the_catalogue() {
    let lab = Lab::new().await;
    let roster = json_of(lab.call(Method::GET, "/api/operation/tenant/agents", None).await).await;
    assert_eq!((&roster["total"], &roster["root"][4]["loginName"]), (&json!(5), &json!("5005@test.cc")));
    assert_eq!((&roster["root"][0]["status"], &roster["root"][0]["org"]["name"]), (&json!("Ready"), &json!("Claims A")));
    let teams = json_of(lab.call(Method::GET, "/api/security/security/org/topOrg", None).await).await;
    assert_eq!(teams["children"].as_array().unwrap().len(), 6);
    assert_eq!(teams["children"][0]["id"], roster["root"][0]["org"]["id"]);
    let queues = json_of(lab.call(Method::GET, "/api/operation/tenant/resources/queues", None).await).await;
    assert_eq!((&queues["total"], &queues["root"][0]["name"]), (&json!(6), &json!("Claims hotline")));
}

#[tokio::test]
async fn a_browser_of_another_origin_may_come() {
    let lab = Lab::new().await;
    let url = format!("http://{}/api/csta/agent/state", lab.address);
    let preflight = lab.http.request(Method::OPTIONS, &url).header("origin", "http://vendor.example");
    let preflight =
        preflight.header("access-control-request-method", "POST").header("access-control-request-headers", "sessionid,content-type");
    let answer = preflight.send().await.unwrap();
    let header = |answer: &Response, name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_ascii_lowercase());
    assert!(answer.status().is_success());
    assert_eq!(header(&answer, "access-control-allow-origin").as_deref(), Some("http://vendor.example"));
    assert_eq!(header(&answer, "access-control-allow-credentials").as_deref(), Some("true"));
    assert_eq!(header(&answer, "access-control-allow-headers").as_deref(), Some("sessionid,content-type"));
    assert_eq!(header(&answer, "access-control-allow-methods").as_deref(), Some("post"));
    // Refusals too, or the browser would hide their status.
    let refused = lab.http.post(&url).header("origin", "http://vendor.example").body("{}").send().await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), header(&refused, "access-control-allow-origin").as_deref()),
        (426, Some("http://vendor.example"))
    );
}

#[tokio::test]
async fn sessions_expire() {
    let mut lab = Lab::new().await;
    let roster = "/api/operation/tenant/agents";
    assert_eq!(lab.call(Method::GET, roster, None).await.status(), 200);
    lab.fault(json!({ "expire_sessions": true })).await;
    assert_eq!(lab.call(Method::GET, roster, None).await.status(), 426);
    lab.session = "nonsense".into();
    assert_eq!(lab.call(Method::GET, roster, None).await.status(), 426);
}

#[tokio::test]
async fn garbage_gets_an_error_frame_and_the_end() {
    let lab = Lab::new().await;
    let breaches: [&[u8]; 6] = [
        b"garbage\n\n\0",
        b"SUBSCRIBE\nid:0\n\n\0",
        b"SUBSCRIBE\nid:0\ndestination:/topic/x\nack:perhaps\n\n\0",
        b"UNSUBSCRIBE\nid:7\n\n\0",
        b"CONNECT\n\n\0",
        b"SEND\nbroken\n\n\0",
    ];
    for breach in breaches {
        let mut client = lab.connect().await;
        client.raw(breach).await;
        let error = client.frame().await.unwrap();
        assert_eq!(error.command, "ERROR", "{breach:?}");
        assert!(error.get("message").is_some());
        assert_eq!(client.frame().await, None);
    }
    let mut client = Client::open(&lab.address).await.unwrap();
    client.raw(b"CONNECT\naccept-version:9.9\n\n\0").await;
    assert_eq!(client.frame().await.unwrap().get("version"), Some("1.0,1.1,1.2"));
    let mut client = Client::open(&lab.address).await.unwrap();
    client.raw(b"SUBSCRIBE\nid:0\ndestination:/topic/x\n\n\0").await;
    assert_eq!(client.frame().await.unwrap().command, "ERROR");
}

#[tokio::test]
async fn versions_acknowledgement_and_farewell() {
    let lab = Lab::new().await;
    for (offer, version) in [("1.0", "1.0"), ("1.1,1.0", "1.1"), ("1.0,1.1,1.2", "1.2")] {
        let mut client = Client::open(&lab.address).await.unwrap().greet(offer).await;
        client
            .send(
                Frame::new("SUBSCRIBE")
                    .header("id", "a")
                    .header("destination", "/topic/csta/device/8005@test.cc")
                    .header("ack", "client-individual"),
            )
            .await;
        client.send(Frame::new("BEGIN").header("transaction", "t").header("receipt", "began")).await;
        assert_eq!(client.frame().await.unwrap().get("receipt-id"), Some("began"));
        let event = json!({ "eventName": "held", "srcDeviceId": "8005@test.cc" });
        assert_eq!(json_of(lab.post("/simulator/events", event.clone()).await).await, json!({ "delivered": 1 }));
        let message = client.message().await;
        assert_eq!(serde_json::from_slice::<Value>(&message.body).unwrap(), event);
        assert_eq!((message.get("subscription"), message.get("ack").is_some()), (Some("a"), version == "1.2"));
        let id = message.get("message-id").unwrap();
        client
            .send(Frame::new("ACK").header("id", id).header("message-id", id).header("subscription", "a").header("receipt", "acked"))
            .await;
        assert_eq!(client.frame().await.unwrap().get("receipt-id"), Some("acked"));
        client.send(Frame::new("UNSUBSCRIBE").header("id", "a").header("receipt", "out")).await;
        assert_eq!(client.frame().await.unwrap().get("receipt-id"), Some("out"));
        assert_eq!(json_of(lab.post("/simulator/events", event).await).await, json!({ "delivered": 0 }));
        client.send(Frame::new("DISCONNECT").header("receipt", "bye")).await;
        assert_eq!(client.frame().await.unwrap().get("receipt-id"), Some("bye"));
        assert_eq!(client.frame().await, None);
    }
}

#[tokio::test]
async fn heart_beats_both_ways() {
    let lab = Lab::new().await;
    let mut client = Client::open(&lab.address).await.unwrap();
    client.send(Frame::new("CONNECT").header("accept-version", "1.2").header("heart-beat", "200,100")).await;
    assert_eq!(client.frame().await.unwrap().get("heart-beat"), Some("100,200"));
    let Some(Ok(Message::Text(beat))) = client.socket.next().await else { panic!("no heart-beat") };
    assert_eq!(beat.as_str(), "\n");
    // It promised one every 200 ms and sends none.
    let error = client.frame().await.unwrap();
    assert_eq!((error.command.as_str(), error.get("message")), ("ERROR", Some("no heart-beat")));
    assert_eq!(client.frame().await, None);
}

#[tokio::test]
async fn faults_of_the_event_link() {
    let lab = Lab::new().await;
    let mut client = lab.listener().await;
    let event = |n: u32| json!({ "eventName": "held", "n": n });
    lab.fault(json!({ "mute_events": 1, "duplicate": 1 })).await;
    for n in 1..=3 {
        lab.post("/simulator/events", event(n)).await;
    }
    let got = [client.event().await["n"].clone(), client.event().await["n"].clone(), client.event().await["n"].clone()];
    assert_eq!(got, [json!(2), json!(2), json!(3)]);
    lab.fault(json!({ "reorder": 2 })).await;
    lab.post("/simulator/events", event(4)).await;
    lab.post("/simulator/events", event(5)).await;
    assert_eq!([client.event().await["n"].clone(), client.event().await["n"].clone()], [json!(5), json!(4)]);
    // One event of a shuffle of nine: it goes out all the same, a second later.
    lab.fault(json!({ "reorder": 9 })).await;
    lab.post("/simulator/events", event(6)).await;
    assert_eq!(client.event().await["n"], 6);
    lab.fault(json!({ "reorder": 0 })).await;

    let raw = lab.http.post(format!("http://{}/simulator/events?raw=1", lab.address)).body(b"\xff{broken\0".to_vec()).send().await.unwrap();
    assert_eq!(json_of(raw).await, json!({ "delivered": 1 }));
    assert_eq!(client.message().await.body, b"\xff{broken\0");

    lab.fault(json!({ "stall_ms": 3_600_000 })).await;
    lab.post("/simulator/events", event(7)).await;
    assert!(tokio::time::timeout(Duration::from_millis(300), client.socket.next()).await.is_err(), "sent although stalled");
    lab.fault(json!({ "stall_ms": 0 })).await;
    assert_eq!(client.event().await["n"], 7);

    lab.fault(json!({ "cut": true, "refuse_connections_ms": 3_600_000 })).await;
    assert_eq!(client.frame().await, None);
    assert!(Client::open(&lab.address).await.is_err());
    lab.fault(json!({ "refuse_connections_ms": 0 })).await;
    lab.connect().await;
}

#[tokio::test]
async fn faults_of_requests_and_what_was_asked() {
    let lab = Lab::new().await;
    let roster = "/api/operation/tenant/agents?x=a%7Cb";
    lab.fault(json!({ "refuse": { "status": 462, "times": 1, "body": "allocation failed", "path": "/api/operation" } })).await;
    let refused = lab.call(Method::GET, roster, None).await;
    assert_eq!((refused.status().as_u16(), refused.text().await.unwrap().as_str()), (462, "allocation failed"));
    lab.fault(json!({ "drop_http": 1 })).await;
    assert!(lab.try_call(Method::POST, "/api/csta/agent/state", Some(json!({}))).await.is_err());
    assert_eq!(lab.call(Method::GET, roster, None).await.status(), 200);
    let unknown = lab.post("/simulator/faults", json!({ "explode": true })).await;
    assert_eq!(unknown.status(), 400);
    assert!(unknown.text().await.unwrap().contains("explode"));

    let list = json_of(lab.call(Method::GET, "/simulator/requests", None).await).await;
    let list = list.as_array().unwrap();
    assert_eq!(list[0]["body"], "username=5000&password=***&namespace=test.cc");
    let last = list.last().unwrap();
    assert_eq!((&last["path"], &last["method"], &last["status"]), (&json!(roster), &json!("GET"), &json!(200)));
    assert!(last["headers"].as_array().unwrap().contains(&json!(["sessionid", lab.session])));
}

#[tokio::test]
async fn a_busy_floor_is_heard_from_its_beginning_and_shows_its_truth() {
    let lab = Lab::with(30, 30.0).await;
    let mut client = lab.connect().await;
    client.subscribe("0", TENANT).await;
    client.subscribe("status", "/topic/event.agent-status.*.test_cc").await;
    let first = client.event().await;
    assert_eq!((&first["eventName"], &first["serial"]), (&json!("agentLoggedOn"), &json!(11_050_819)));
    client.until(|event| event["eventName"] == "AgentStatusEvent").await;
    client.until(|event| event["eventName"] == "established").await;
    let truth = json_of(lab.call(Method::GET, "/simulator/floor", None).await).await;
    assert_eq!(truth["agents"].as_array().unwrap().len(), 41);
    assert!(truth["floorMillis"].as_u64().unwrap() > 0);
}
