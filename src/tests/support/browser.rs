//! One browser: a cookie, an origin, and what a page may ask of the console.

use super::{Following, Live};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use reqwest::redirect::Policy;
use serde_json::{Map, Value};
use supervisor_console::floor::{AgentId, CallId, ConsoleTime, DeviceId, Intervention, Operation, Outcome};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error, client::IntoClientRequest};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};

#[derive(Clone)]
pub struct Browser {
    http: reqwest::Client,
    /// `HOST:PORT`
    pub address: String,
    /// `name=value`
    pub cookie: Option<String>,
    pub origin: Option<String>,
    /// What it says it takes; a plain form takes `text/html`.
    pub accept: Option<&'static str>,
    /// Scripts' way in.
    pub token: Option<String>,
    /// Whom the proxy in front of the console says that it asks for.
    pub forwarded: Option<String>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Status and code of an error.
    pub fn error(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    /// What an error says to programs, besides its status.
    pub fn problem(&self) -> Value {
        let mut problem = self.json();
        let members = problem.as_object_mut().unwrap();
        assert_eq!((self.header("content-type"), &members["status"]), ("application/problem+json", &Value::from(self.status)));
        assert!(members["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "it says nothing of the remedy: {members:?}");
        for of_every_problem in ["type", "title", "status", "detail"] {
            members.remove(of_every_problem);
        }
        problem
    }

    /// The intervention that an operation has become.
    pub fn intervention(&self) -> Intervention {
        assert!(matches!(self.status, 200 | 202), "{}: {}", self.status, self.body);
        let told = self.json();
        let text = |name: &str| told[name].as_str().unwrap_or_default();
        let outcome = match text("outcome") {
            "requested" => Outcome::Requested,
            "accepted" => Outcome::Accepted,
            "confirmed" => Outcome::Confirmed,
            other => panic!("{other}: {}", self.body),
        };
        // What is still to be followed says where.
        let followed = if outcome == Outcome::Confirmed { String::new() } else { format!("/api/interventions/{}", told["id"]) };
        assert_eq!((self.header("location"), self.status == 202), (&*followed, outcome != Outcome::Confirmed), "{}", self.body);
        let millis = |name: &str| told[name].as_u64().map(|millis| millis.try_into().unwrap());
        Intervention {
            id: told["id"].as_i64().unwrap(),
            operation: Operation::from_action(text("operation")).unwrap(),
            agent: told["agent"].as_str().map(AgentId::trusted),
            device: told["device"].as_str().map(DeviceId::trusted),
            call: told["callId"].as_str().map(CallId::trusted),
            by: AgentId::trusted(text("by")),
            by_device: DeviceId::trusted(text("byDevice")),
            requested_at: ConsoleTime::from_millis(text("requestedAt").parse::<jiff::Timestamp>().unwrap().as_millisecond()),
            answered_after: millis("answeredAfterMs"),
            finished_after: millis("finishedAfterMs"),
            outcome,
            deferred: told["deferred"].as_bool().unwrap(),
            holder: told["holder"].as_str().map(str::to_owned),
        }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Where an operation's server function is.
pub fn path_of(operation: Operation) -> &'static str {
    match operation {
        Operation::Drop => "/api/force/drop",
        Operation::Join => "/api/force/join",
        Operation::Take => "/api/force/take",
        Operation::Listen => "/api/force/listen",
        Operation::Ready => "/api/force/ready",
        Operation::NotReady => "/api/force/not-ready",
        Operation::Logout => "/api/force/logout",
        Operation::Phone(_) => panic!("{operation:?} is asked for in another way"),
    }
}

/// The arguments as a JSON object: minutes are a number where they are one, all others text.
fn body_of(arguments: &[(&str, &str)]) -> Value {
    let member = |(name, value): &(&str, &str)| {
        let number = value.parse::<i64>().ok().filter(|_| *name == "minutes");
        ((*name).to_owned(), number.map_or_else(|| Value::from(*value), Value::from))
    };
    Value::Object(arguments.iter().map(member).collect::<Map<_, _>>())
}

impl Browser {
    pub fn at(address: &str) -> Browser {
        Browser::from(address, "127.0.0.1")
    }

    /// One on a machine of its own.
    pub fn from(address: &str, own: &str) -> Browser {
        // Whoever needs TLS first chooses; another test may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let own: std::net::IpAddr = own.parse().unwrap();
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).local_address(own).build().unwrap();
        Browser { http, address: address.to_owned(), cookie: None, origin: None, accept: None, token: None, forwarded: None }
    }

    /// The same one, at another console, or at one that was started anew.
    pub fn moved_to(&self, address: &str) -> Browser {
        Browser { address: address.to_owned(), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(self.url(path))).await
    }

    /// An answer that is no text.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        let mut request = self.http.get(self.url(path));
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request.send().await.unwrap().bytes().await.unwrap().to_vec()
    }

    pub async fn get_with(&self, path: &str, name: &str, value: &str) -> Answer {
        self.send(self.http.get(self.url(path)).header(name, value)).await
    }

    /// A form, as signing in and out take it.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(self.http.post(self.url(path)).form(form)).await
    }

    /// A form that stands on the page with this address.
    pub async fn post_from(&self, page: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(self.http.post(self.url(path)).header(header::REFERER, page).form(form)).await
    }

    /// Whether anybody answers there.
    pub async fn reaches(&self) -> bool {
        self.http.get(self.url("/healthz")).send().await.is_ok_and(|answer| answer.status() == StatusCode::OK)
    }

    /// Follows the events as they come, from behind `last` on where it is given.
    pub async fn follow(&self, path: &str, last: Option<i64>) -> Following {
        let mut request = self.known(self.http.get(self.url(path)));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        Following::on(request.send().await.unwrap())
    }

    /// An operation with these arguments, as [`body_of`] writes them.
    pub async fn force(&self, operation: Operation, arguments: &[(&str, &str)]) -> Answer {
        self.force_json(operation, &body_of(arguments)).await
    }

    /// The same where the console may die meanwhile: none where no answer came.
    pub async fn try_force(&self, operation: Operation, arguments: &[(&str, &str)]) -> Option<Answer> {
        let request = self.http.post(self.url(path_of(operation))).header(header::CONTENT_TYPE, "application/json");
        self.try_send(request.body(body_of(arguments).to_string())).await.ok()
    }

    /// Sends the request and does not read: whoever drops the connection leaves without the answer.
    pub async fn begin(&self, operation: Operation, arguments: &[(&str, &str)]) -> TcpStream {
        let (body, cookie) = (body_of(arguments).to_string(), self.cookie.as_deref().unwrap_or_default());
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\ncookie: {cookie}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            path_of(operation),
            self.address,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        stream
    }

    /// A JSON body, as pages and scripts send it.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        let request = self.http.post(self.url(path)).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string())).await
    }

    pub async fn force_json(&self, operation: Operation, body: &Value) -> Answer {
        self.post_json(path_of(operation), body).await
    }

    /// Anything.
    pub async fn ask(&self, method: reqwest::Method, path: &str, kind: &str, body: Vec<u8>) -> Answer {
        self.send(self.http.request(method, self.url(path)).header(header::CONTENT_TYPE, kind).body(body)).await
    }

    /// Keeps the cookie, if one comes.
    pub async fn sign_in(&mut self, number: &str, password: &str, domain: &str, extension: &str) -> Answer {
        let form = [("number", number), ("password", password), ("domain", domain), ("extension", extension)];
        let answer = self.post("/api/sign-in", &form).await;
        if let Some(pair) = answer.header("set-cookie").split(';').next().filter(|pair| !pair.is_empty()) {
            self.cookie = Some(pair.to_owned());
        }
        answer
    }

    /// The live channel from its beginning.
    pub async fn live(&self) -> Live {
        self.try_live("").await.unwrap_or_else(|status| panic!("the live channel answered {status}"))
    }

    /// The live channel from where another one was.
    pub async fn live_from(&self, epoch: u64, seq: u64) -> Live {
        self.try_live(&format!("?epoch={epoch}&seq={seq}")).await.unwrap_or_else(|status| panic!("the live channel answered {status}"))
    }

    pub async fn try_live(&self, query: &str) -> Result<Live, StatusCode> {
        match connect_async(self.upgrade(query)).await {
            Ok((socket, _)) => Ok(Live::on(socket)),
            Err(Error::Http(response)) => Err(response.status()),
            Err(error) => panic!("the live channel: {error}"),
        }
    }

    /// The headers with which the live channel is refused to one who is signed out.
    pub async fn refused_live(&self) -> HeaderMap {
        match connect_async(self.upgrade("")).await {
            Err(Error::Http(response)) if response.status() == StatusCode::UNAUTHORIZED => response.headers().clone(),
            other => panic!("the live channel was not refused: {other:?}"),
        }
    }

    /// The bare socket of a live channel, over a connection of one's own.
    pub async fn live_over(&self, stream: TcpStream) -> WebSocketStream<MaybeTlsStream<TcpStream>> {
        client_async(self.upgrade(""), MaybeTlsStream::Plain(stream)).await.unwrap().0
    }

    fn upgrade(&self, query: &str) -> http::Request<()> {
        let mut request = format!("ws://{}/live{query}", self.address).into_client_request().unwrap();
        let mut set = |name: header::HeaderName, value: &Option<String>| {
            if let Some(value) = value {
                request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
            }
        };
        set(header::COOKIE, &self.cookie);
        set(header::ORIGIN, &self.origin);
        request
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.try_send(request).await.unwrap()
    }

    async fn try_send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        let response = self.known(request).send().await?;
        Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body: response.text().await? })
    }

    /// With all that says who asks.
    fn known(&self, mut request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(origin) = &self.origin {
            request = request.header(header::ORIGIN, origin);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(forwarded) = &self.forwarded {
            request = request.header("x-forwarded-for", forwarded);
        }
        if let Some(accept) = self.accept {
            request = request.header(header::ACCEPT, accept);
        }
        request
    }
}
