//! Log-in: a number, a password and a domain for a session id.

use crate::simulator::Shared;
use crate::simulator::floor::Refusal;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::sync::Arc;

/// Everybody's.
pub const PASSWORD: &str = "Aa123456";

pub async fn login(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let (mut user, mut password, mut namespace) = (String::new(), String::new(), String::new());
    for (name, value) in form(&body) {
        match name.as_str() {
            "username" => user = value,
            "password" => password = value,
            "namespace" => namespace = value,
            _ => {}
        }
    }
    if password != PASSWORD || namespace != shared.namespace {
        return Refusal::WrongPassword.into_response();
    }
    let opened = shared.engine.with(move |engine| {
        let agent = engine.floor.qualified(&user);
        engine.floor.agent_index(&agent).map_err(|_| Refusal::WrongPassword)?;
        Ok::<_, Refusal>(engine.logins.open(&agent, std::time::Instant::now()))
    });
    match opened.await {
        Ok(Ok(session)) => axum::Json(json!({ "sessionId": session })).into_response(),
        Ok(Err(refusal)) => refusal.into_response(),
        Err(stopped) => (StatusCode::SERVICE_UNAVAILABLE, format!("{stopped}\n")).into_response(),
    }
}

/// `application/x-www-form-urlencoded`.
fn form(body: &[u8]) -> Vec<(String, String)> {
    body.split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |&byte| byte == b'=').map(decoded);
            (halves.next().unwrap_or_default(), halves.next().unwrap_or_default())
        })
        .collect()
}

fn decoded(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = (byte == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let value = escape.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        at += if value.is_some() { 3 } else { 1 };
        out.push(value.unwrap_or(if byte == b'+' { b' ' } else { byte }));
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            form(b"username=5001%40test.cc&password=a+b%26%zz&empty&x="),
            [pair("username", "5001@test.cc"), pair("password", "a b&%zz"), pair("empty", ""), pair("x", "")]
        );
        assert!(form(b"").is_empty());
    }
}
