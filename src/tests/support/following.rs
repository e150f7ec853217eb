//! A program that follows the events as they come: what a library for server-sent events makes of the answer's bytes.

use super::PATIENCE;
use serde_json::Value;
use tokio::time::timeout;

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub id: Option<i64>,
    pub event: String,
    pub data: Value,
}

pub struct Following {
    answer: reqwest::Response,
    heard: String,
}

impl Following {
    pub fn on(answer: reqwest::Response) -> Following {
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert!(!answer.headers().contains_key("content-encoding"), "a compressor gathers what it packs");
        Following { answer, heard: String::new() }
    }

    /// The next message; none where the console has ended it.
    pub async fn next(&mut self) -> Option<Message> {
        // What only keeps the connection is not what is waited for.
        timeout(PATIENCE, self.coming()).await.expect("nothing came")
    }

    async fn coming(&mut self) -> Option<Message> {
        loop {
            while let Some((message, rest)) = self.heard.split_once("\n\n") {
                let (message, rest) = (message.to_owned(), rest.to_owned());
                self.heard = rest;
                let field = |name: &str| message.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                // Comments keep the connection.
                if let Some(data) = field("data") {
                    return Some(Message {
                        id: field("id").map(|id| id.parse().unwrap()),
                        event: field("event").unwrap_or_default().to_owned(),
                        data: serde_json::from_str(data).unwrap(),
                    });
                }
            }
            let chunk = self.answer.chunk().await.ok()??;
            self.heard.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next ones, up to one about that agent's event of that name.
    pub async fn until(&mut self, event: &str, number: &str) -> Vec<Message> {
        let mut heard = Vec::new();
        loop {
            let message = self.next().await.expect("the console ended it");
            let is_it = message.event == event && message.data["agentId"] == format!("{number}@test.cc");
            heard.push(message);
            if is_it {
                return heard;
            }
        }
    }
}
