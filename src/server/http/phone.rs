//! The phone bar at the foot of every page: what the own phone does now and what can be done with it, as pieces of HTML that the server alone
//! writes. How the phone is comes over the live channel whenever it changes; `POST /phone` carries out what one of its buttons asks, and
//! answers only with why that is not possible; `GET /phone/targets` looks for somebody to call. A page without a program of ours hears at
//! `GET /phone/now` how the phone is.

mod bar;
mod follower;
mod targets;
mod words;

use bar::Bar;
pub use follower::Follower;

use crate::api::ApiError;
use crate::api::arguments::phone::{
    ConferenceArguments, ConsultationArguments, DataArguments, DataEntry, LoginArguments, ModeArguments, OwnCallArguments, RecordArguments,
};
use crate::floor::{BoardQuery, PhoneOperation, Role};
use crate::server::console::Console;
use crate::server::http::preferences;
use crate::server::service::error::masked;
use crate::server::service::intervene::Principal;
use crate::server::service::phone::{self, Ask};
use axum::extract::{RawForm, RawQuery, State};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream;
use http::{HeaderMap, StatusCode, header};
use std::collections::HashMap;
use std::sync::Arc;
use targets::Known;

/// The field that names what a button asks for: a form of its own, with the operation in `do` and whatever it is about.
pub const ASK: &str = "ask";

/// The fields of a form; those of the button that was pressed come last and win.
struct Fields(HashMap<String, String>);

impl Fields {
    fn of(form: &[u8]) -> Fields {
        let read = |form: &[u8]| form_urlencoded::parse(form).into_owned().collect::<Vec<_>>();
        let typed = read(form);
        let asked = typed.iter().filter(|(name, _)| name == ASK).flat_map(|(_, ask)| read(ask.as_bytes())).collect::<Vec<_>>();
        Fields(typed.into_iter().chain(asked).collect())
    }

    fn take(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap_or_default()
    }

    fn given(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).filter(|text| !text.is_empty())
    }

    /// Returns what is asked for, as the server function of the same operation would take it.
    fn ask(mut self, operation: Option<PhoneOperation>) -> Result<Ask, ApiError> {
        let fields = &mut self;
        let unknown = || ApiError::BadArgument { field: "do".to_owned(), problem: "not something that a phone does".to_owned() };
        let operation = operation.ok_or_else(unknown)?;
        let call_id = fields.take("callId");
        let expect = fields.given("expect");
        // People write a number with spaces and hyphens.
        let phone_number: String = fields.take("phoneNumber").chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        Ok(match operation {
            PhoneOperation::Login => Ask::login(LoginArguments {
                password: fields.take("password"),
                login_mode: fields.given("loginMode"),
                agent_mode: fields.given("agentMode"),
            })?,
            PhoneOperation::Ready => Ask::mode(ModeArguments { mode: "Ready".to_owned(), reason: None, expect })?,
            PhoneOperation::NotReady => Ask::mode(ModeArguments { mode: "NotReady".to_owned(), reason: fields.given("reason"), expect })?,
            PhoneOperation::Logout => Ask::new(operation),
            PhoneOperation::Call => Ask::dialling(operation, None, phone_number),
            PhoneOperation::Transfer | PhoneOperation::Consult => Ask::dialling(operation, Some(call_id), phone_number),
            PhoneOperation::Conference => Ask::conference(ConferenceArguments { call_id, phone_number, kind: fields.given("type") })?,
            PhoneOperation::Answer | PhoneOperation::Hold | PhoneOperation::Retrieve | PhoneOperation::Drop => {
                Ask::about(operation, OwnCallArguments { call_id, expect })
            }
            PhoneOperation::ConsultConference | PhoneOperation::ConsultCancel | PhoneOperation::ConsultTransfer => {
                Ask::ending(operation, ConsultationArguments { hold_call_id: call_id, consult_call_id: fields.take("consultCallId") })
            }
            PhoneOperation::StartRecording | PhoneOperation::StopRecording => {
                Ask::record(RecordArguments { call_id, on: operation == PhoneOperation::StartRecording })?
            }
            PhoneOperation::SetData => {
                let entries = vec![DataEntry { key: fields.take("key"), value: fields.take("value") }];
                Ask::data(DataArguments { call_id, entries })?
            }
        })
    }
}

/// `POST /phone`: carries out what a button of the bar asks. 204 once the platform has answered, which the bar then shows by itself; else the
/// reason as a piece of HTML.
pub async fn act(State(console): State<Arc<Console>>, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    let Some(session) = console.sessions.of(&headers).await else {
        return (StatusCode::UNAUTHORIZED, "signed out: sign in and try again\n").into_response();
    };
    let language = preferences::language(&headers);
    let filter = console.floor.number_filter(console.config.visibility(session.role));
    let mut fields = Fields::of(&form);
    let operation = PhoneOperation::from_action(&fields.take("do"));
    let done = match fields.ask(operation) {
        Ok(ask) => phone::run(console.clone(), Principal::of(session), ask).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            let error = masked(&filter, error);
            let said = words::failure(language, operation, &error);
            (StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST), Html(said)).into_response()
        }
    }
}

/// `GET /phone/now`: the bar as server-sent events, each a piece of HTML as a JSON text, whenever it looks another way.
pub async fn now(State(console): State<Arc<Console>>, headers: HeaderMap) -> Response {
    let Some(session) = console.sessions.of(&headers).await else {
        return (StatusCode::UNAUTHORIZED, "signed out: sign in and try again\n").into_response();
    };
    if session.role != Role::Supervisor {
        return (StatusCode::FORBIDDEN, "your role has no phone here\n").into_response();
    }
    let mut follower = Follower::new(console, session, preferences::language(&headers), headers);
    if follower.follow().await.is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the console is stopping: try again in a moment\n").into_response();
    }
    let told = stream::unfold(follower, async |mut follower| {
        let (session, stop) = (follower.session.clone(), follower.console.stop.clone());
        tokio::select! {
            html = follower.next() => Some((Sent::default().json_data(html), follower)),
            () = session.ended.cancelled() => None,
            () = stop.cancelled() => None,
        }
    });
    Sse::new(told).keep_alive(KeepAlive::default()).into_response()
}

/// `GET /phone/targets?q=`: whom to call, as a piece of HTML.
pub async fn targets(State(console): State<Arc<Console>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let Some(session) = console.sessions.of(&headers).await else {
        return (StatusCode::UNAUTHORIZED, "signed out: sign in and try again\n").into_response();
    };
    if session.role != Role::Supervisor {
        return (StatusCode::FORBIDDEN, "your role has no phone here\n").into_response();
    }
    let query = query.unwrap_or_default();
    let search = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "q").map(|(_, text)| text.trim().to_owned());
    let query = BoardQuery::from_params([("q", search.as_deref().unwrap_or_default())]);
    let visibility = console.config.visibility(session.role);
    let (floor, calls) =
        tokio::join!(console.floor.floor_snapshot(query.clone(), visibility), console.floor.calls_snapshot(Default::default(), visibility));
    match (floor, calls) {
        (Ok(floor), Ok(calls)) => {
            let queues = console.queues.borrow().clone();
            let known = Known { rows: &floor.rows, calls: &calls.calls, queues: &queues };
            let found = targets::render(preferences::language(&headers), known, &query.search, &session.device);
            ([(header::CACHE_CONTROL, "no-store")], Html(found)).into_response()
        }
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the console is stopping: try again in a moment\n").into_response(),
    }
}
