//! The platform's HTTP side (protocol, section 1).

use super::path::encoded;
use super::requests::PlatformRequest;
use crate::floor::{AgentId, CallId, ConsoleTime, Namespace, Queue, RosterEntry};
use crate::server::clock::now;
use crate::server::config::{Config, below};
use crate::server::telemetry::wire::{BodySeen, RequestSeen, Wire, body_without_secrets};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// Every body is JSON, and an empty one says so as well.
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=UTF-8");
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const TIMEOUT: Duration = Duration::from_secs(8);
/// A roster of 50,000 agents is about 20 MB.
const LONGEST_ANSWER: usize = 64 << 20;

/// The platform's session id; never leaves the server.
#[derive(Debug, Clone)]
pub struct PlatformSession(SecretString);

impl PlatformSession {
    pub fn new(id: String) -> Self {
        PlatformSession(id.into())
    }

    /// For keeping it in the database and sending it to the platform, nowhere else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    #[error("number, password or domain is wrong")]
    Refused,
    #[error("the platform cannot be reached")]
    Unreachable,
    #[error("the platform's login answered with status {0}, which is not in its protocol")]
    NotUnderstood(u16),
}

#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error("no connection to the platform: nothing was sent")]
    Unreachable,
    #[error("the connection broke before the answer, or a gateway answered for the platform")]
    Broken,
    #[error("the platform refused it with status {status}")]
    Refused { status: u16, holder: Option<String> },
    #[error("the platform's answer was not understood")]
    NotUnderstood,
}

/// How the platform took an operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// It puts it off until the agent's call ends (`pendingMode`).
    pub deferred: bool,
    /// The call that was made.
    pub call: Option<CallId>,
}

#[derive(Debug, Clone)]
pub struct Platform {
    client: Client,
    base: Url,
    login: Url,
    /// The tenant: whom the roster lists beyond it is passed over.
    namespace: Namespace,
    wire: Wire,
}

/// A request that is on its way, for [`Wire`].
struct UnderWay<'a> {
    method: &'a Method,
    path: &'a str,
    body: BodySeen,
    /// Struck out of what is kept, wherever it stands.
    secret: &'a str,
    at: ConsoleTime,
    began: Instant,
}

impl<'a> UnderWay<'a> {
    fn new(method: &'a Method, path: &'a str, body: BodySeen, secret: &'a str) -> UnderWay<'a> {
        UnderWay { method, path, body, secret, at: now(), began: Instant::now() }
    }

    fn ends(self, wire: &Wire, answered: Result<u16, String>, answer: &[u8]) {
        let UnderWay { method, path, body, secret, at, began } = self;
        let took = began.elapsed();
        tracing::debug!(%method, status = answered.as_ref().ok(), milliseconds = took.as_millis() as u64, "asked the platform");
        let answer = body_without_secrets(answer, &[secret]);
        wire.request(RequestSeen { id: 0, at, method: method.to_string(), path: path.to_owned(), body, answered, took, answer });
    }
}

impl Platform {
    pub fn new(config: &Config, wire: Wire) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            // An operation must never be sent twice, not even by the HTTP client.
            .retry(reqwest::retry::never())
            .user_agent(concat!("supervisor-console/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Platform { client, base: config.sdk_url.clone(), login: config.login_url.clone(), namespace: config.namespace.clone(), wire })
    }

    /// Logs in; the password goes to the platform and is forgotten.
    pub async fn login(&self, number: &str, password: &SecretString, namespace: &Namespace) -> Result<PlatformSession, LoginError> {
        let form = [("username", number), ("password", password.expose_secret()), ("namespace", namespace.as_str())];
        // Neither of the form nor of the answer is anything kept: the one holds a password, the other a session.
        let under_way = UnderWay::new(&Method::POST, self.login.path(), BodySeen::default(), "");
        let answer = match self.client.post(self.login.clone()).form(&form).send().await {
            Ok(answer) => answer,
            Err(error) => {
                under_way.ends(&self.wire, Err(why(&error)), &[]);
                return Err(LoginError::Unreachable);
            }
        };
        let status = answer.status();
        let body = read(answer, 1 << 20).await;
        under_way.ends(&self.wire, Ok(status.as_u16()), &[]);
        match status {
            StatusCode::UNAUTHORIZED => return Err(LoginError::Refused),
            _ if !status.is_success() => return Err(LoginError::NotUnderstood(status.as_u16())),
            _ => {}
        }
        let body = body.map_err(|_| LoginError::Unreachable)?;
        let id =
            serde_json::from_slice::<serde_json::Value>(&body).ok().and_then(|body| body.get("sessionId")?.as_str().map(str::to_owned));
        match id {
            Some(id) if HeaderValue::from_str(&id).is_ok() => Ok(PlatformSession::new(id)),
            _ => Err(LoginError::NotUnderstood(status.as_u16())),
        }
    }

    /// Sends an operation, exactly as the protocol's tables have it. Ok is "accepted", never "done".
    pub async fn carry_out(&self, session: &PlatformSession, request: &PlatformRequest) -> Result<Taken, CallError> {
        let answer = self.call(session, request.method.clone(), &request.path, request.body.clone()).await?;
        let answer = serde_json::from_slice::<serde_json::Value>(&answer).unwrap_or_default();
        let call = answer.get("callId").and_then(|id| CallId::parse(id.as_str()?).ok());
        Ok(Taken { deferred: answer.get("pendingMode").is_some_and(|mode| !mode.is_null()), call })
    }

    /// The data that travels with a call, in the platform's order.
    pub async fn call_data(&self, session: &PlatformSession, call: &CallId) -> Result<Vec<(String, String)>, CallError> {
        #[derive(Deserialize)]
        struct Data {
            #[serde(default)]
            entries: Vec<Entry>,
        }
        #[derive(Deserialize)]
        struct Entry {
            key: String,
            value: String,
        }
        let body = self.get(session, &format!("/api/csta/callControl/calls/{}/user-data/", encoded(call.as_str()))).await?;
        let data: Data = serde_json::from_slice(&body).map_err(|_| CallError::NotUnderstood)?;
        Ok(data.entries.into_iter().map(|Entry { key, value }| (key, value)).collect())
    }

    /// Keeps the platform's session alive.
    pub async fn heartbeat(&self, session: &PlatformSession, agent: &AgentId) -> Result<(), CallError> {
        let path = format!("/api/csta/agent/heartbeat/{}", encoded(agent.as_str()));
        self.call(session, Method::POST, &path, String::new()).await.map(|_| ())
    }

    /// The name that the platform gives for the one who is signed in; none where it gives none.
    pub async fn own_name(&self, session: &PlatformSession) -> Option<String> {
        let body = self.get(session, "/api/csta/agent/client-state").await.ok()?;
        let state: serde_json::Value = serde_json::from_slice(&body).ok()?;
        state.get("agent")?.get("agentName")?.as_str().map(|name| name.chars().take(100).collect())
    }

    /// The agents that the platform lists, with their teams' names.
    pub async fn roster(&self, session: &PlatformSession) -> Result<Vec<RosterEntry>, CallError> {
        // Where the teams cannot be had, the roster's own names for them serve.
        let teams = match self.get(session, "/api/security/security/org/topOrg").await {
            Ok(body) => super::roster::teams(&body),
            Err(_) => HashMap::new(),
        };
        let body = self.get(session, "/api/operation/tenant/agents").await?;
        super::roster::agents(&body, &teams, &self.namespace).ok_or(CallError::NotUnderstood)
    }

    /// The queues that the platform lists.
    pub async fn queues(&self, session: &PlatformSession) -> Result<Vec<Queue>, CallError> {
        let body = self.get(session, "/api/operation/tenant/resources/queues").await?;
        super::roster::queues(&body).ok_or(CallError::NotUnderstood)
    }

    async fn get(&self, session: &PlatformSession, path: &str) -> Result<Vec<u8>, CallError> {
        self.call(session, Method::GET, path, String::new()).await
    }

    async fn call(&self, session: &PlatformSession, method: Method, path: &str, body: String) -> Result<Vec<u8>, CallError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, JSON);
        let mut id = HeaderValue::from_str(session.expose()).map_err(|_| CallError::NotUnderstood)?;
        id.set_sensitive(true);
        headers.insert("sessionId", id);
        let under_way = UnderWay::new(&method, path, body_without_secrets(body.as_bytes(), &[session.expose()]), session.expose());
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut url = below(&self.base, path.trim_start_matches('/'));
        url.set_query(query);
        let answer = match self.client.request(method.clone(), url).headers(headers).body(body).send().await {
            Ok(answer) => answer,
            Err(error) => {
                under_way.ends(&self.wire, Err(why(&error)), &[]);
                return Err(if error.is_connect() { CallError::Unreachable } else { CallError::Broken });
            }
        };
        let status = answer.status();
        let body = read(answer, LONGEST_ANSWER).await;
        under_way.ends(&self.wire, Ok(status.as_u16()), body.as_deref().unwrap_or_default());
        if status.is_success() {
            return body.map_err(|_| CallError::Broken);
        }
        if leaves_open(status) {
            return Err(CallError::Broken);
        }
        Err(CallError::Refused { status: status.as_u16(), holder: holder(&body.unwrap_or_default()) })
    }
}

/// Why there was no answer, without the address.
fn why(error: &reqwest::Error) -> String {
    let kind = if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    format!("{kind}: {cause}")
}

/// A server that failed on the way, a gateway above all, does not say whether the platform did what it was asked for. That it never will
/// be able to (501, 505) says so.
fn leaves_open(status: StatusCode) -> bool {
    status.is_server_error() && !matches!(status, StatusCode::NOT_IMPLEMENTED | StatusCode::HTTP_VERSION_NOT_SUPPORTED)
}

/// Whom a 455 or 459 names as the one in the way.
fn holder(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let named = ["agentId", "agent", "deviceId"].into_iter().find_map(|name| body.get(name)?.as_str())?;
    Some(named.chars().take(100).collect())
}

async fn read(mut answer: Response, most: usize) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| CallError::Broken)? {
        if body.len() + chunk.len() > most {
            return Err(CallError::NotUnderstood);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
