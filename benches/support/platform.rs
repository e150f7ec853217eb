//! The platform, in a thread of its own: what the console asks by HTTP, and events over STOMP, as fast as they are taken or at an exact
//! cadence.

use super::Outcome;
use super::feed::{Feed, Order, subscriber};
use super::wire::FIRST_AGENT;
use axum::Router;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use http::{StatusCode, header};
use std::net::{SocketAddr, TcpListener};
use tokio::sync::mpsc;

pub struct Platform {
    pub http: SocketAddr,
    pub events: SocketAddr,
    feeds: mpsc::UnboundedReceiver<mpsc::UnboundedSender<Order>>,
}

impl Platform {
    /// Starts it with so many agents on its roster. It ends with the process.
    pub fn start(agents: usize) -> Outcome<Platform> {
        let (http, events) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
        let addresses = (http.local_addr()?, events.local_addr()?);
        let (sender, feeds) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        for listener in [&http, &events] {
            listener.set_nonblocking(true)?;
        }
        std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::spawn(accept(events, sender));
                let listener = tokio::net::TcpListener::from_std(http)?;
                axum::serve(listener, router(agents)).await
            })
        });
        Ok(Platform { http: addresses.0, events: addresses.1, feeds })
    }

    /// The next one who has subscribed.
    pub async fn next_feed(&mut self) -> Outcome<Feed> {
        Ok(Feed::new(self.feeds.recv().await.ok_or("the platform has ended")?))
    }
}

async fn accept(listener: TcpListener, feeds: mpsc::UnboundedSender<mpsc::UnboundedSender<Order>>) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let feeds = feeds.clone();
        // Whoever goes is missed by the one who feeds him.
        tokio::spawn(async move { subscriber(stream, feeds).await.ok() });
    }
}

fn router(agents: usize) -> Router {
    let json = |body: String| move || async move { ([(header::CONTENT_TYPE, "application/json")], body).into_response() };
    let roster: Vec<String> = (0..agents).map(|agent| entry(FIRST_AGENT + agent as u32)).collect();
    let roster = format!("{{\"root\":[{}],\"total\":{agents}}}", roster.join(","));
    let teams: Vec<String> = (0..20).map(|team| format!("{{\"id\":\"{team}\",\"name\":\"Team {team}\"}}")).collect();
    let teams = format!("{{\"id\":\"all\",\"name\":\"All\",\"children\":[{}]}}", teams.join(","));
    Router::new()
        .route("/login", post(json("{\"sessionId\":\"benchmark\"}".to_owned())))
        .route("/api/csta/agent/client-state", get(json("{\"agent\":{\"agentName\":\"Benchmark\"}}".to_owned())))
        .route("/api/security/security/org/topOrg", get(json(teams)))
        .route("/api/operation/tenant/agents", get(json(roster)))
        .fallback(|| async { StatusCode::NO_CONTENT })
}

fn entry(number: u32) -> String {
    let team = number % 20;
    format!(
        "{{\"id\":\"{number}\",\"code\":\"{number}\",\"loginName\":\"{number}@test.cc\",\"userName\":\"Agent {number}\",\
         \"org\":{{\"id\":\"{team}\",\"name\":\"Team {team}\"}},\"namespace\":\"test.cc\"}}"
    )
}
