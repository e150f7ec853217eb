//! What the console does by itself: ready again after so many minutes, logged out after the call; and taking that back.

use crate::access::talking;
use crate::support::{Browser, Console, Lab, Live};
use serde_json::json;
use supervisor_console::floor::{Operation, Outcome, ScheduledKind, State};

const AGENT: [(&str, &str); 2] = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];

fn scheduled(live: &Live) -> Option<ScheduledKind> {
    live.board.row("5001").scheduled.as_ref().map(|scheduled| scheduled.kind)
}

async fn cancel(browser: &Browser) -> (u16, String) {
    let answer = browser.post_json("/api/scheduled/cancel", &json!({ "agentId": "5001@test.cc" })).await;
    if answer.status == 200 { (200, String::new()) } else { answer.error() }
}

/// The requests for 5001's state, by their `func` and mode.
async fn asked(lab_simulator: &crate::support::Simulator) -> Vec<String> {
    let words = |request: crate::support::Request| {
        let body: serde_json::Value = serde_json::from_str(&request.body).unwrap_or_default();
        format!("{}{}", body["func"].as_str().unwrap_or_default(), body["agentMode"].as_str().unwrap_or_default())
    };
    lab_simulator.operations().await.into_iter().map(words).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_out_in_a_call_waits_for_its_end() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let asked_for = browser.force(Operation::Logout, &AGENT).await.intervention();
    assert_eq!((asked_for.outcome, asked_for.deferred), (Outcome::Requested, true));
    live.until("it is shown", |board| board.row("5001").scheduled.is_some()).await;
    assert_eq!(scheduled(&live), Some(ScheduledKind::LogoutAfterCall));
    assert_eq!(live.board.action("5001").map(|action| (action.id, action.deferred)), Some((asked_for.id, true)));
    let again = browser.force(Operation::Logout, &AGENT).await;
    assert_eq!((again.status, again.problem()), (409, json!({ "code": "obstacle", "obstacle": "under-way" })));
    assert_eq!(lab.simulator.operations().await.len(), 0, "sent during the call");
    assert_eq!(lab.database.outcomes(asked_for.id), ["requested"]);

    lab.simulator.hang_up("8001", &call).await;
    live.until_outcome("5001", Outcome::Confirmed).await;
    live.until_state("5001", State::LoggedOut).await;
    assert_eq!(live.board.action("5001").unwrap().id, asked_for.id);
    assert_eq!(scheduled(&live), None);
    assert_eq!(asked(&lab.simulator).await, ["Logout"]);
    lab.settled().await;
    let outcomes = lab.database.outcomes(asked_for.id);
    assert_eq!((outcomes.first().map(String::as_str), outcomes.last().map(String::as_str)), (Some("requested"), Some("confirmed")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_out_that_waits_survives_a_restart_as_the_same_step_in() {
    let lab = Lab::new().await;
    let (mut browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let asked_for = browser.force(Operation::Logout, &AGENT).await.intervention();
    let Lab { simulator, console, database, folder: _folder } = lab;
    console.stop().await;

    let console = Console::start(&simulator.url(), &database, &[]).await;
    console.until_ready().await;
    browser.address.clone_from(&console.address);
    let mut live = browser.live().await;
    live.until("the order is back", |board| board.rows.get("5001").is_some_and(|row| row.scheduled.is_some())).await;
    let action = live.board.action("5001").unwrap();
    assert_eq!((action.id, action.outcome, action.deferred), (asked_for.id, Outcome::Requested, true));
    assert_eq!((action.by.as_str(), action.requested_at), ("5000@test.cc", asked_for.requested_at));
    // The console knows of the call again with its next event.
    simulator.act("8001", &call, "hold", serde_json::Value::Null).await;
    live.until_state("5001", State::OnHold).await;
    assert_eq!(asked(&simulator).await, Vec::<String>::new());
    simulator.hang_up("8001", &call).await;
    live.until_outcome("5001", Outcome::Confirmed).await;
    assert_eq!(asked(&simulator).await, ["Logout"]);
    console.sign_in("5909", "8909").await;
    let outcomes = database.outcomes(asked_for.id);
    assert_eq!((outcomes[0].as_str(), outcomes.last().map(String::as_str)), ("requested", Some("confirmed")));
    assert!(!outcomes.contains(&"unknown".to_owned()), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_out_that_waits_can_be_taken_back() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let other = lab.console.sign_in("5900", "8900").await;
    let call = talking(&lab.simulator, &mut live).await;
    let asked_for = browser.force(Operation::Logout, &AGENT).await.intervention();
    assert_eq!(cancel(&other).await, (200, String::new()));
    live.until("nothing is planned", |board| board.row("5001").scheduled.is_none() && board.row("5001").intervention.is_none()).await;
    assert_eq!(cancel(&other).await, (400, "bad-argument".to_owned()));
    lab.simulator.hang_up("8001", &call).await;
    live.until_state("5001", State::Ready).await;
    assert_eq!(asked(&lab.simulator).await, Vec::<String>::new());
    lab.settled().await;
    assert_eq!(lab.database.outcomes(asked_for.id), ["requested", "cancelled"]);
    let line = lab.database.audit().pop().unwrap();
    assert_eq!((line.by.as_str(), line.operation.as_str()), ("5900@test.cc", "forceLogout"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_who_logs_out_by_himself_is_not_logged_out_again_and_nothing_unsent_is_confirmed() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let asked_for = browser.force(Operation::Logout, &AGENT).await.intervention();
    lab.simulator.event(crate::support::agent_event("agentLoggedOff", "5001")).await;
    live.until("nothing is planned", |board| board.row("5001").scheduled.is_none() && board.row("5001").intervention.is_none()).await;
    lab.simulator.hang_up("8001", &call).await;
    live.until_state("5001", State::LoggedOut).await;
    assert_eq!(asked(&lab.simulator).await, Vec::<String>::new());
    lab.settled().await;
    assert_eq!(lab.database.outcomes(asked_for.id), ["requested", "cancelled"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_boxed_not_ready_runs_from_the_event_and_can_be_taken_back() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    for minutes in ["0", "481", "x", "-1"] {
        let answer = browser.force(Operation::NotReady, &[&AGENT[..], &[("minutes", minutes)]].concat()).await;
        assert_eq!(answer.error(), (400, "bad-argument".to_owned()), "{minutes}");
    }
    let form = [&AGENT[..], &[("minutes", "5")]].concat();
    let asked_for = browser.force(Operation::NotReady, &form).await.intervention();
    live.until("its time runs", |board| {
        let scheduled = board.row("5001").scheduled.as_ref();
        scheduled.is_some_and(|scheduled| matches!(scheduled.kind, ScheduledKind::ReadyAgain { minutes: 5, due: Some(_) }))
    })
    .await;
    let Some(ScheduledKind::ReadyAgain { due: Some(due), .. }) = scheduled(&live) else { panic!("nothing is scheduled") };
    let after = due.as_millis() - asked_for.requested_at.as_millis();
    assert!((300_000..360_000).contains(&after), "{after} ms");
    assert_eq!(cancel(&browser).await.0, 200);
    live.until("nothing is planned", |board| board.row("5001").scheduled.is_none()).await;
    assert_eq!(live.board.state("5001"), Some(State::NotReady));
    lab.settled().await;
    let line = lab.database.audit().pop().unwrap();
    assert_eq!((line.outcome.as_str(), line.operation.as_str(), line.id), ("cancelled", "forceReady", asked_for.id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ready_again_is_carried_out_after_a_restart_as_the_one_who_asked() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    browser.force(Operation::NotReady, &[&AGENT[..], &[("minutes", "5")]].concat()).await.intervention();
    live.until("its time runs", |board| {
        matches!(board.row("5001").scheduled.as_ref().map(|scheduled| scheduled.kind), Some(ScheduledKind::ReadyAgain { due: Some(_), .. }))
    })
    .await;
    // Nobody who could lend a session is signed in when its time has come.
    browser.post("/api/sign-out", &[]).await;
    lab.settled().await;
    let Lab { simulator, console, database, folder: _folder } = lab;
    console.stop().await;
    database.change("DELETE FROM session");
    database.change("UPDATE pending SET due = 1000");

    let console = Console::start(&simulator.url(), &database, &[]).await;
    console.until_ready().await;
    let mut live = console.sign_in("5900", "8900").await.live().await;
    live.until("5001 is ready again", |board| board.state("5001") == Some(State::Ready) && board.row("5001").scheduled.is_none()).await;
    live.until_outcome("5001", Outcome::Confirmed).await;
    let action = live.board.action("5001").unwrap();
    assert_eq!((action.operation, action.by.as_str()), (Operation::Ready, "5000@test.cc"));
    assert_eq!(asked(&simulator).await, ["SetStateNotReady", "SetStateReady"]);
    console.sign_in("5909", "8909").await;
    assert!(database.outcomes(action.id).contains(&"confirmed".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_not_ready_is_not_followed_by_ready_again_nor_is_one_that_ended_early() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let form = [&AGENT[..], &[("minutes", "5")]].concat();
    lab.simulator.fault(json!({ "refuse": { "status": 460, "path": "/api/csta/agent/state" } })).await;
    browser.force(Operation::NotReady, &form).await;
    live.until("it is refused", |board| board.outcome("5001") == Some(Outcome::Refused(460)) && board.row("5001").scheduled.is_none())
        .await;
    for ends in ["agentReady", "agentLoggedOff"] {
        browser.force(Operation::NotReady, &form).await.intervention();
        live.until("its time runs", |board| {
            matches!(
                board.row("5001").scheduled.as_ref().map(|scheduled| scheduled.kind),
                Some(ScheduledKind::ReadyAgain { due: Some(_), .. })
            )
        })
        .await;
        lab.simulator.event(crate::support::agent_event(ends, "5001")).await;
        live.until("the order is over", |board| board.row("5001").scheduled.is_none()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_supervisor_on_our_own_page_takes_an_order_back() {
    let lab = Lab::with(&["--supervisors", "5000", "--viewers", "59*"]).await;
    let (browser, mut live) = lab.supervisor().await;
    talking(&lab.simulator, &mut live).await;
    browser.force(Operation::Logout, &AGENT).await.intervention();
    assert_eq!(cancel(&lab.console.visitor()).await, (401, "signed-out".to_owned()));
    assert_eq!(cancel(&lab.console.sign_in("5900", "8900").await).await, (403, "not-permitted".to_owned()));
    let mut lured = browser.clone();
    lured.origin = Some("http://evil.example".to_owned());
    assert_eq!(cancel(&lured).await, (403, "wrong-origin".to_owned()));
    for id in ["", "5001", "5001@other.cc", "5009@test.cc"] {
        assert_eq!(
            browser.post_json("/api/scheduled/cancel", &json!({ "agentId": id })).await.error(),
            (400, "bad-argument".to_owned()),
            "{id}"
        );
    }
    let live = all_ready_but(&browser).await;
    assert_eq!(scheduled(&live), Some(ScheduledKind::LogoutAfterCall));
    assert_eq!(cancel(&browser).await.0, 200);
}

/// A fresh look at the board.
async fn all_ready_but(browser: &Browser) -> Live {
    let mut live = browser.live().await;
    live.until_now().await;
    live
}
