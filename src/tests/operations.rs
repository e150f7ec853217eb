//! The seven operations from the click to the event that proves them: the request byte for byte, the row, the audit log.

use crate::access::talking;
use crate::support::{AuditLine, Browser, Lab, Live, Request};
use serde_json::json;
use supervisor_console::floor::{Intervention, Operation, Outcome, State};

/// One operation and what must come of it.
struct Case<'a> {
    operation: Operation,
    form: Vec<(&'a str, &'a str)>,
    /// Whose row shows it.
    shown_at: &'a str,
    method: &'a str,
    path: String,
    body: &'a str,
}

/// Asks for the operation, follows it to its proof, and holds every trace that it leaves against the protocol.
async fn carried_out(lab: &Lab, browser: &Browser, live: &mut Live, case: Case<'_>) -> Intervention {
    let before = lab.simulator.operations().await.len();
    let answered = browser.force(case.operation, &case.form).await.intervention();
    assert!(matches!(answered.outcome, Outcome::Accepted | Outcome::Confirmed), "{answered:?}");
    assert!(answered.answered_after.is_some(), "{answered:?}");
    let sent = lab.simulator.operations().await;
    let [request] = &sent[before..] else { panic!("{} requests instead of one", sent.len() - before) };
    is_the_protocols(lab, request, &case);

    live.until("the operation is confirmed at its row", |board| {
        board.action(case.shown_at).is_some_and(|action| action.id == answered.id && action.outcome == Outcome::Confirmed)
    })
    .await;
    let shown = live.board.action(case.shown_at).unwrap().clone();
    assert!(shown.finished_after.is_some() && shown.by.as_str() == "5000@test.cc", "{shown:?}");
    assert_eq!((shown.operation, shown.requested_at), (case.operation, answered.requested_at));
    is_written_down(lab, &shown).await;
    shown
}

fn is_the_protocols(lab: &Lab, request: &Request, case: &Case<'_>) {
    assert_eq!((request.method.as_str(), request.path.as_str(), request.body.as_str()), (case.method, case.path.as_str(), case.body));
    assert_eq!(request.header("content-type"), Some("application/json; charset=UTF-8"));
    let sessions = lab.database.platform_sessions();
    let own = sessions.iter().find(|(agent, _)| agent == "5000@test.cc").map(|(_, session)| session.as_str());
    assert!(own.is_some() && request.header("sessionId") == own, "not the supervisor's own session: {request:?}");
    assert!(request.status.is_some_and(|status| (200..300).contains(&status)), "{request:?}");
}

async fn is_written_down(lab: &Lab, shown: &Intervention) {
    lab.settled().await;
    let lines: Vec<AuditLine> = lab.database.audit().into_iter().filter(|line| line.id == shown.id).collect();
    let outcomes: Vec<&str> = lines.iter().map(|line| line.outcome.as_str()).collect();
    // Where the event is faster than the answer, nothing is left to be accepted.
    assert!(matches!(outcomes[..], ["requested", "accepted", "confirmed"] | ["requested", "confirmed"]), "{outcomes:?}");
    for line in &lines {
        assert_eq!((line.operation.as_str(), line.by.as_str()), (shown.operation.action(), "5000@test.cc"));
        assert_eq!(line.by_device, shown.by_device.as_str());
        assert_eq!(line.agent.as_deref(), shown.agent.as_ref().map(|id| id.as_str()));
        assert_eq!(line.device.as_deref(), shown.device.as_ref().map(|id| id.as_str()));
        assert_eq!(line.call.as_deref(), shown.call.as_ref().map(|id| id.as_str()));
        assert_eq!(line.status, None);
    }
}

fn calls(call: &str) -> String {
    format!("/api/csta/callControl/calls/{call}")
}

fn connection(device: &str, call: &str) -> String {
    format!("{}/connections/{device}@test.cc%7C{call}", calls(call))
}

const AGENT: [(&str, &str); 2] = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn force_not_ready_and_force_ready() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let case = |operation, body| Case {
        operation,
        form: AGENT.to_vec(),
        shown_at: "5001",
        method: "POST",
        path: "/api/csta/agent/state".to_owned(),
        body,
    };
    let not_ready =
        r#"{"func":"SetState","agentMode":"NotReady","loginId":"5001@test.cc","agentId":"5001@test.cc","device":"8001@test.cc"}"#;
    let shown = carried_out(&lab, &browser, &mut live, case(Operation::NotReady, not_ready)).await;
    assert_eq!((shown.agent.unwrap().as_str(), shown.device.unwrap().as_str()), ("5001@test.cc", "8001@test.cc"));
    live.until_state("5001", State::NotReady).await;
    assert_eq!(lab.simulator.truth_of("5001").await["mode"], "NotReady");

    let ready = r#"{"func":"SetState","agentMode":"Ready","loginId":"5001@test.cc","agentId":"5001@test.cc","device":"8001@test.cc"}"#;
    carried_out(&lab, &browser, &mut live, case(Operation::Ready, ready)).await;
    live.until_state("5001", State::Ready).await;
    assert_eq!(lab.simulator.truth_of("5001").await["mode"], "Ready");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn force_logout() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let case = Case {
        operation: Operation::Logout,
        form: AGENT.to_vec(),
        shown_at: "5001",
        method: "POST",
        path: "/api/csta/agent/state".to_owned(),
        body: r#"{"namespace":"test.cc","func":"Logout","device":"8001@test.cc","agentId":"5001@test.cc","loginId":"5001@test.cc"}"#,
    };
    carried_out(&lab, &browser, &mut live, case).await;
    live.until_state("5001", State::LoggedOut).await;
    assert_eq!(live.board.row("5001").device, None);
    assert_eq!(lab.simulator.truth_of("5001").await["device"], json!(null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn force_drop() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let case = Case {
        operation: Operation::Drop,
        form: vec![("deviceId", "8001@test.cc"), ("callId", &call)],
        shown_at: "5001",
        method: "DELETE",
        path: connection("8001", &call),
        body: "",
    };
    let shown = carried_out(&lab, &browser, &mut live, case).await;
    assert_eq!((shown.agent.unwrap().as_str(), shown.call.unwrap().as_str()), ("5001@test.cc", call.as_str()));
    live.until("5001 is free again", |board| board.state("5001") == Some(State::Ready) && board.row("5001").call.is_none()).await;
    assert_eq!(lab.simulator.floor().await["calls"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn force_join() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let case = Case {
        operation: Operation::Join,
        form: vec![("deviceId", "8001@test.cc"), ("callId", &call)],
        shown_at: "5001",
        method: "POST",
        path: format!("{}/singleStepConference", connection("8001", &call)),
        body: r#"{"conferenceParticipant":"8000","participationType":"Active"}"#,
    };
    let shown = carried_out(&lab, &browser, &mut live, case).await;
    assert_eq!(shown.by_device.as_str(), "8000@test.cc");
    live.until_state("5001", State::Conference).await;
    assert_eq!(live.board.row("5001").call.as_ref().unwrap().parties, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn force_take() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let case = Case {
        operation: Operation::Take,
        form: vec![("deviceId", "8001@test.cc"), ("callId", &call)],
        shown_at: "5001",
        method: "POST",
        path: format!("{}/singleStepTransfer", connection("8001", &call)),
        body: r#"{"transferTo":"8000"}"#,
    };
    carried_out(&lab, &browser, &mut live, case).await;
    live.until("5001 is free again", |board| board.state("5001") == Some(State::Ready) && board.row("5001").call.is_none()).await;
    let floor = lab.simulator.floor().await;
    let parties = serde_json::to_string(&floor["calls"][0]).unwrap();
    assert!(parties.contains("8000@test.cc") && !parties.contains("\"device\":\"8001@test.cc\""), "{parties}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn force_listen() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let case = Case {
        operation: Operation::Listen,
        form: vec![("callId", &call)],
        shown_at: "5001",
        method: "POST",
        path: format!("{}/spy?deviceId=8000@test.cc", calls(&call)),
        body: "",
    };
    let shown = carried_out(&lab, &browser, &mut live, case).await;
    assert_eq!((shown.agent.unwrap().as_str(), shown.device.unwrap().as_str()), ("5001@test.cc", "8001@test.cc"));
    live.until("the listener is shown", |board| {
        let view = board.row("5001").call.as_ref();
        view.is_some_and(|view| view.listeners.iter().any(|device| device.as_str() == "8000@test.cc") && view.parties == 2)
    })
    .await;
    assert_eq!(live.board.state("5001"), Some(State::OnCall), "who listens is no party");
    let again = browser.force(Operation::Listen, &[("callId", &call)]).await;
    assert_eq!(again.problem(), json!({ "code": "obstacle", "obstacle": "already-in" }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_phone_joins_takes_and_listens_where_one_is_named() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let target = [("deviceId", "8001@test.cc"), ("callId", call.as_str())];
    let listen = Case {
        operation: Operation::Listen,
        form: vec![("callId", &call), ("deviceId", "8905@test.cc")],
        shown_at: "5001",
        method: "POST",
        path: format!("{}/spy?deviceId=8905@test.cc", calls(&call)),
        body: "",
    };
    carried_out(&lab, &browser, &mut live, listen).await;
    let join = Case {
        operation: Operation::Join,
        form: [&target[..], &[("phoneNumber", "8906")]].concat(),
        shown_at: "5001",
        method: "POST",
        path: format!("{}/singleStepConference", connection("8001", &call)),
        body: r#"{"conferenceParticipant":"8906","participationType":"Active"}"#,
    };
    let joined = carried_out(&lab, &browser, &mut live, join).await;
    assert_eq!(joined.by_device.as_str(), "8906@test.cc");
    let take = Case {
        operation: Operation::Take,
        form: [&target[..], &[("phoneNumber", "8907")]].concat(),
        shown_at: "5001",
        method: "POST",
        path: format!("{}/singleStepTransfer", connection("8001", &call)),
        body: r#"{"transferTo":"8907"}"#,
    };
    carried_out(&lab, &browser, &mut live, take).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_written_down_and_shown_before_the_platform_answers() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "stall_http_ms": 1500 })).await;
    let asking = tokio::spawn(async move { browser.force(Operation::NotReady, &AGENT).await });
    live.until_outcome("5001", Outcome::Requested).await;
    let id = live.board.action("5001").unwrap().id;
    crate::peers::until("the platform is asked", async || !lab.simulator.operations().await.is_empty()).await;
    assert_eq!(lab.simulator.operations().await[0].status, None, "answered already: nothing is proved");
    assert_eq!(lab.database.outcomes(id), ["requested"]);
    assert_eq!(live.board.state("5001"), Some(State::Ready));
    let answered = asking.await.unwrap().intervention();
    assert!(answered.answered_after.unwrap() >= 1000, "{answered:?}");
    live.until_outcome("5001", Outcome::Confirmed).await;
    lab.settled().await;
    assert_eq!(lab.database.outcomes(id).last().map(String::as_str), Some("confirmed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_it_and_sees_it_again_after_a_reload() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let other = lab.console.sign_in("5900", "8900").await;
    let mut others_live = other.live().await;
    let asked = browser.force(Operation::NotReady, &AGENT).await.intervention();
    for channel in [&mut live, &mut others_live] {
        channel.until_outcome("5001", Outcome::Confirmed).await;
        assert_eq!(channel.board.action("5001").unwrap().id, asked.id);
    }
    let mut reloaded = browser.live().await;
    reloaded.until_now().await;
    assert_eq!(reloaded.board.action("5001"), live.board.action("5001"));
    assert!(browser.get("/").await.body.contains("confirmed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_goes_away_leaves_no_operation_without_its_outcome() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "stall_http_ms": 3000 })).await;
    let asking = tokio::spawn(async move { browser.force(Operation::NotReady, &AGENT).await });
    live.until_outcome("5001", Outcome::Requested).await;
    crate::peers::until("the platform is asked", async || !lab.simulator.operations().await.is_empty()).await;
    asking.abort();
    assert!(asking.await.is_err_and(|error| error.is_cancelled()));
    live.until_outcome("5001", Outcome::Confirmed).await;
    assert_eq!(lab.simulator.operations().await.len(), 1);
}
