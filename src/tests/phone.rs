//! The supervisor's own phone (the SDK's document, section 2): each operation as its request, followed to the event that proves it.

mod bar;
mod calls;
mod log_on;

use crate::support::{Browser, PATIENCE, Request};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Asks for an address until the answer is as it should be.
async fn until(browser: &Browser, path: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let told = browser.get(path).await.json();
        if is_so(&told) {
            return told;
        }
        assert!(Instant::now() < deadline, "waited until {what}: {told}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// Asks for something, and follows it to its proof.
async fn done(browser: &Browser, path: &str, body: Value) -> Value {
    let asked = browser.post_json(&format!("/api/phone/{path}"), &body).await;
    assert!(matches!(asked.status, 200 | 202), "{path}: {}", asked.body);
    let id = asked.json()["id"].clone();
    until(browser, &format!("/api/interventions/{id}"), &format!("{path} is confirmed"), |told| told["outcome"] == "confirmed").await
}

async fn refused(browser: &Browser, path: &str, body: Value) -> Value {
    let asked = browser.post_json(&format!("/api/phone/{path}"), &body).await;
    assert!(asked.status >= 400, "{path}: {}", asked.body);
    asked.json()
}

/// The own phone, once it is so.
async fn phone(browser: &Browser, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    until(browser, "/api/phone", what, is_so).await
}

/// The own phone's one call, once it is in that state.
async fn only_call(browser: &Browser, state: &str) -> String {
    let is_so = |phone: &Value| phone["calls"].as_array().unwrap().len() == 1 && phone["calls"][0]["state"] == state;
    let told = phone(browser, &format!("its only call is {state}"), is_so).await;
    told["calls"][0]["callId"].as_str().unwrap().to_owned()
}

/// Calls `number`, which answers.
async fn talks_to(browser: &Browser, number: &str) -> String {
    done(browser, "call", json!({ "phoneNumber": number })).await;
    only_call(browser, "connected").await
}

fn sent(requests: &[Request], n: usize) -> (&str, &str, &str) {
    let request = &requests[n];
    (request.method.as_str(), request.path.as_str(), request.body.as_str())
}

/// The names of what can be done without a call, and with each.
fn controls(phone: &Value) -> Vec<Vec<&str>> {
    let each = std::iter::once(phone).chain(phone["calls"].as_array().unwrap());
    each.map(|of| of["controls"].as_array().unwrap().iter().map(|control| control["operation"].as_str().unwrap()).collect()).collect()
}
