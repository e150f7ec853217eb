//! A web hook's receiver: it keeps what is posted, and refuses it where it is told to.

use super::PATIENCE;
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

/// One request, as it came.
#[derive(Debug, Clone)]
pub struct Posted {
    pub headers: HeaderMap,
    pub body: String,
    /// Whether it was taken.
    pub taken: bool,
}

impl Posted {
    /// The events in it.
    pub fn events(&self) -> Vec<Value> {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        body["events"].as_array().unwrap().clone()
    }
}

pub struct Receiver {
    pub url: String,
    refuses: Arc<AtomicBool>,
    posted: UnboundedReceiver<Posted>,
}

impl Receiver {
    pub async fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/events", listener.local_addr().unwrap());
        let (sender, posted) = unbounded_channel();
        let refuses = Arc::new(AtomicBool::new(false));
        let router = Router::new().route("/events", post(take)).with_state((refuses.clone(), sender));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Receiver { url, refuses, posted }
    }

    pub fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::Relaxed);
    }

    pub async fn next(&mut self) -> Posted {
        self.next_within(PATIENCE).await
    }

    pub async fn next_within(&mut self, patience: Duration) -> Posted {
        timeout(patience, self.posted.recv()).await.expect("nothing was posted").unwrap()
    }

    /// The events that it takes, up to one about that agent's event of that name.
    pub async fn until(&mut self, event: &str, number: &str) -> Vec<Value> {
        let is_it = |taken: &Value| taken["event"] == event && taken["data"]["agentId"] == format!("{number}@test.cc");
        let mut taken = Vec::new();
        while !taken.iter().any(is_it) {
            let posted = self.next_within(Duration::from_secs(90)).await;
            if posted.taken {
                taken.extend(posted.events());
            }
        }
        taken
    }
}

async fn take(State((refuses, posted)): State<(Arc<AtomicBool>, UnboundedSender<Posted>)>, headers: HeaderMap, body: String) -> StatusCode {
    let taken = !refuses.load(Ordering::Relaxed);
    // The test may be over.
    posted.send(Posted { headers, body, taken }).ok();
    if taken { StatusCode::NO_CONTENT } else { StatusCode::SERVICE_UNAVAILABLE }
}
