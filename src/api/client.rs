//! The browser's side of the server functions: sends a JSON body, and reads the JSON of the answer. Written by hand, because the clients
//! that the functions bring along, for any type in any encoding, would be a tenth of what the browser loads.

use super::{ApiError, ApiErrorKind};
use crate::address::percent::encode;
use crate::floor::Outcome;
use serde::Serialize;

/// What pages read of a server function's answer; the rest comes over the live channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The id of the intervention or bulk run; 0 if the answer has none.
    pub id: i64,
    /// The outcome of the intervention so far: requested, accepted or confirmed. Accepted also if the answer names none.
    pub outcome: Outcome,
}

/// Calls the server function at `/api/{path}` with one of the structs of [`super::arguments`].
///
/// # Errors
///
/// The error with which the function answered; [`ApiError::Transport`] if the console gave no answer that can be read, in which case the
/// operation may have taken effect.
pub async fn call(path: &str, arguments: &impl Serialize) -> Result<Answer, ApiError> {
    let body = serde_json::to_string(arguments).map_err(|error| ApiError::Transport { detail: error.to_string() })?;
    ask(path, "application/json", &body).await
}

/// Sends a form to the server function at `/api/{path}`, as signing in and out take it.
///
/// # Errors
///
/// The same as of [`call`].
pub async fn submit(path: &str, fields: &[(&str, &str)]) -> Result<(), ApiError> {
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    ask(path, "application/x-www-form-urlencoded", &pairs.join("&")).await.map(|_| ())
}

/// Sends the body and reads the answer or the error.
async fn ask(path: &str, kind: &str, body: &str) -> Result<Answer, ApiError> {
    let (status, answer) = fetch(&format!("/api/{path}"), kind, body).await?;
    if !(200..300).contains(&status) {
        return Err(answer.error(status));
    }
    let outcome = match answer.text("outcome").as_deref() {
        Some("confirmed") => Outcome::Confirmed,
        Some("requested") => Outcome::Requested,
        _ => Outcome::Accepted,
    };
    Ok(Answer { id: answer.number("id").unwrap_or_default(), outcome })
}

/// A JSON object, as each side has it.
pub(super) trait Object {
    /// Returns the member if it is a string, or `None`.
    fn text(&self, name: &str) -> Option<String>;
    /// Returns the member if it is a number, or `None`. In the browser a fraction is cut off.
    fn number(&self, name: &str) -> Option<i64>;

    /// Returns the error in a problem+json body. An answer that is not one came from something between the browser and the console, and
    /// becomes [`ApiError::Transport`] with its `status`.
    fn error(&self, status: u16) -> ApiError {
        let text = |name| self.text(name).unwrap_or_default();
        let platform = self.number("platformStatus").and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
        let lost = |_| ApiError::Transport { detail: format!("status {status}") };
        // One arm for each: an error without one does not compile.
        match text("code").parse() {
            Ok(ApiErrorKind::SignedOut) => ApiError::SignedOut,
            Ok(ApiErrorKind::NotPermitted) => ApiError::NotPermitted,
            Ok(ApiErrorKind::WrongOrigin) => ApiError::WrongOrigin,
            Ok(ApiErrorKind::BadArgument) => {
                let (field, detail) = (text("field"), text("detail"));
                let problem = detail.strip_prefix(&*field).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&detail).to_owned();
                ApiError::BadArgument { field, problem }
            }
            Ok(ApiErrorKind::Obstacle) => text("obstacle").parse().map_or_else(lost, |obstacle| ApiError::Obstacle { obstacle }),
            Ok(ApiErrorKind::Changed) => text("effect").parse().map_or_else(lost, |effect| ApiError::Changed { effect }),
            Ok(ApiErrorKind::WrongCredentials) => ApiError::WrongCredentials,
            Ok(ApiErrorKind::Refused) => ApiError::Refused { status: platform, holder: self.text("holder") },
            Ok(ApiErrorKind::Unreachable) => ApiError::Unreachable,
            Ok(ApiErrorKind::OutcomeUnknown) => ApiError::OutcomeUnknown,
            Ok(ApiErrorKind::NotUnderstood) => ApiError::NotUnderstood { status: platform },
            Ok(ApiErrorKind::NoPlatformSession) => ApiError::NoPlatformSession,
            Ok(ApiErrorKind::Busy) => ApiError::Busy,
            Ok(ApiErrorKind::AuditFailed) => ApiError::AuditFailed,
            Ok(ApiErrorKind::DatabaseLost) => ApiError::DatabaseLost,
            Ok(ApiErrorKind::DatabaseAway) => ApiError::DatabaseAway,
            Ok(ApiErrorKind::Stopping) => ApiError::Stopping,
            Ok(ApiErrorKind::Transport) => ApiError::Transport { detail: text("detail") },
            Err(unknown) => lost(unknown),
        }
    }
}

#[cfg(feature = "hydrate")]
use browser::fetch;

#[cfg(feature = "hydrate")]
mod browser {
    use super::{ApiError, Object};
    use leptos::prelude::window;
    use leptos::wasm_bindgen::{JsCast, JsValue};
    use leptos::web_sys::{Request, RequestInit, Response};
    use wasm_bindgen_futures::JsFuture;

    impl Object for JsValue {
        fn text(&self, name: &str) -> Option<String> {
            js_sys::Reflect::get(self, &name.into()).ok()?.as_string()
        }

        fn number(&self, name: &str) -> Option<i64> {
            js_sys::Reflect::get(self, &name.into()).ok()?.as_f64().map(|number| number as i64)
        }
    }

    /// Sends the body. Returns the status, and the JSON of the answer or null.
    pub async fn fetch(path: &str, kind: &str, body: &str) -> Result<(u16, JsValue), ApiError> {
        let lost = |_| ApiError::Transport { detail: String::new() };
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(&body.into());
        let request = Request::new_with_str_and_init(path, &init).map_err(lost)?;
        let headers = request.headers();
        for (name, value) in [("content-type", kind), ("accept", "application/json")] {
            headers.set(name, value).map_err(lost)?;
        }
        let response: Response = JsFuture::from(window().fetch_with_request(&request)).await.map_err(lost)?.unchecked_into();
        let text = JsFuture::from(response.text().map_err(lost)?).await.map_err(lost)?.as_string().unwrap_or_default();
        Ok((response.status(), js_sys::JSON::parse(&text).unwrap_or(JsValue::NULL)))
    }
}

/// Fails: on the server there is nobody to click, but the pages that call it are compiled there too.
#[cfg(not(feature = "hydrate"))]
fn fetch(path: &str, _kind: &str, _body: &str) -> std::future::Ready<Result<(u16, serde_json::Value), ApiError>> {
    std::future::ready(Err(ApiError::Transport { detail: format!("{path} is asked by browsers only") }))
}

#[cfg(not(feature = "hydrate"))]
impl Object for serde_json::Value {
    fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.as_str().map(str::to_owned)
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_i64()
    }
}

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests {
    use super::*;
    use crate::api::problem::Problem;
    use crate::floor::{Effect, Obstacle};
    use std::collections::HashSet;
    use strum::EnumCount;

    #[test]
    fn every_error_comes_across_as_it_is() {
        let obstacles = Obstacle::ALL.map(|obstacle| ApiError::Obstacle { obstacle });
        let effects = Effect::ALL.map(|effect| ApiError::Changed { effect });
        let others = [
            ApiError::SignedOut,
            ApiError::NotPermitted,
            ApiError::WrongOrigin,
            ApiError::BadArgument { field: "agentId".to_owned(), problem: "is missing".to_owned() },
            ApiError::WrongCredentials,
            ApiError::Refused { status: 459, holder: Some("5002@test.cc".to_owned()) },
            ApiError::Refused { status: 460, holder: None },
            ApiError::Unreachable,
            ApiError::OutcomeUnknown,
            ApiError::NotUnderstood { status: 418 },
            ApiError::NoPlatformSession,
            ApiError::Busy,
            ApiError::AuditFailed,
            ApiError::DatabaseLost,
            ApiError::DatabaseAway,
            ApiError::Stopping,
            ApiError::Transport { detail: "status 502".to_owned() },
        ];
        let all: Vec<ApiError> = obstacles.into_iter().chain(effects).chain(others).collect();
        assert_eq!(all.iter().map(ApiErrorKind::from).collect::<HashSet<_>>().len(), ApiErrorKind::COUNT);
        for error in all {
            let (problem, status) = (Problem::from(error.clone()), error.status());
            assert_eq!((problem.0.status, problem.0.code), (status, ApiErrorKind::from(&error).into()));
            assert_eq!(serde_json::from_slice::<serde_json::Value>(&problem.to_bytes()).unwrap().error(status), error);
        }
        assert_eq!(serde_json::json!("<html>").error(502), ApiError::Transport { detail: "status 502".to_owned() });
    }
}
