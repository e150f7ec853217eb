//! Log-on in each of its modes, the mode of who is logged on, log-out.

use super::{controls, done, phone, refused, sent, talks_to};
use crate::access::talking;
use crate::support::Lab;
use serde_json::{Value, json};
use supervisor_console::floor::State;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_logs_on_changes_its_mode_and_logs_out() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let told = phone(&browser, "nobody is logged on", |phone| phone["agent"].is_null()).await;
    assert_eq!(controls(&told), [["login", "makeCall"]]);
    assert_eq!(refused(&browser, "mode", json!({ "mode": "Ready" })).await["obstacle"], "logged-out");
    assert_eq!(refused(&browser, "login", json!({ "password": "wrong" })).await["platformStatus"], 401);

    let before = lab.simulator.operations().await.len();
    done(&browser, "login", json!({ "password": "Aa123456" })).await;
    live.until_state("5000", State::NotReady).await;
    assert_eq!(refused(&browser, "login", json!({ "password": "Aa123456" })).await["obstacle"], "logged-on");
    let changed = done(&browser, "mode", json!({ "mode": "Ready", "expect": "now" })).await;
    assert_eq!(
        (&changed["operation"], &changed["by"], &changed["byDevice"]),
        (&json!("setAgentMode Ready"), &json!("5000@test.cc"), &json!("8000@test.cc"))
    );
    live.until_state("5000", State::Ready).await;
    assert_eq!(refused(&browser, "mode", json!({ "mode": "Ready" })).await["obstacle"], "already-ready");
    done(&browser, "mode", json!({ "mode": "NotReady", "reason": "团队会议" })).await;
    live.until("the reason is shown", |board| board.row("5000").reason.as_deref() == Some("团队会议")).await;
    done(&browser, "logout", json!({})).await;
    live.until_state("5000", State::LoggedOut).await;

    let requests = lab.simulator.operations().await;
    let state = "/api/csta/agent/state";
    let (method, path, body) = sent(&requests, before);
    assert_eq!((method, path), ("POST", state));
    assert!(
        body.starts_with(
            r#"{"loginId":"5000@test.cc","device":"8000@test.cc","password":"***","agentMode":"NotReady","func":"Login","sessionId":""#
        ),
        "{body}"
    );
    let mode =
        r#"{"func":"SetState","device":"8000@test.cc","agentMode":"Ready","namespace":"test.cc","reason":"","agentId":"5000@test.cc"}"#;
    assert_eq!(sent(&requests, before + 1), ("POST", state, mode));
    assert_eq!(sent(&requests, before + 3), ("POST", state, r#"{"func":"Logout","agentId":"5000@test.cc"}"#));
    // What an agent does with the own phone is no step-in at the row.
    assert!(live.board.action("5000").is_none());
    lab.settled().await;
    let audited: Vec<String> =
        lab.database.audit().into_iter().filter(|line| line.outcome == "confirmed").map(|line| line.operation).collect();
    assert_eq!(audited, ["login", "setAgentMode Ready", "setAgentMode NotReady", "logout"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_is_occupied_is_asked_about_and_taken_by_force() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    // Agent 5003 sits at 8003.
    let browser = lab.console.sign_in("5000", "8003").await;
    for mode in ["ask", "stop"] {
        let told = refused(&browser, "login", json!({ "password": "Aa123456", "loginMode": mode })).await;
        assert_eq!((&told["platformStatus"], &told["holder"]), (&json!(459), &json!("5003@test.cc")), "{told}");
    }
    assert_eq!(live.board.state("5003"), Some(State::Ready));
    done(&browser, "login", json!({ "password": "Aa123456", "loginMode": "force", "agentMode": "Ready" })).await;
    live.until_state("5003", State::LoggedOut).await;
    live.until_state("5000", State::Ready).await;
    // That somebody was logged out for it stands in the audit log.
    lab.settled().await;
    let of_5003 = lab.database.audit().into_iter().filter(|line| line.agent.as_deref() == Some("5003@test.cc"));
    assert!(of_5003.map(|line| line.operation).any(|operation| operation == "forceLogout"));
    // The same agent, at another phone.
    let elsewhere = lab.console.sign_in("5000", "8909").await;
    let told = refused(&elsewhere, "login", json!({ "password": "Aa123456" })).await;
    assert_eq!((&told["platformStatus"], &told["holder"]), (&json!(455), &json!("8003@test.cc")), "{told}");
    done(&elsewhere, "login", json!({ "password": "Aa123456", "loginMode": "force" })).await;
    live.until("the agent sits at the other phone", |board| {
        board.row("5000").device.as_ref().is_some_and(|device| device.number() == "8909")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_on_that_somebodys_call_is_in_the_way_of_logs_nobody_out_later() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    lab.simulator.act("8001", &call, "hold", Value::Null).await;
    live.until_state("5001", State::OnHold).await;
    let other = lab.console.sign_in("5901", "8001").await;
    let login = json!({ "password": "Aa123456", "loginMode": "force" });
    let answer = other.post_json("/api/phone/login", &login).await;
    assert_eq!((answer.error().0, answer.json()["platformStatus"].clone()), (409, json!(459)), "{}", answer.body);
    assert!(live.board.row("5001").scheduled.is_none());
    lab.simulator.hang_up("8001", &call).await;
    live.until_state("5001", State::Ready).await;
    lab.settled().await;
    live.until_now().await;
    assert_eq!(live.board.state("5001"), Some(State::Ready));
    let told = other.get("/api/phone").await.json();
    assert_eq!(controls(&told), [["login"]], "another agent sits there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_at_which_somebody_talks_is_asked_about_too() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    talking(&lab.simulator, &mut live).await;
    // Agent 5001 talks at 8001: who would be logged out after the call cannot be logged out for somebody else now.
    let browser = lab.console.sign_in("5900", "8001").await;
    for mode in ["ask", "force"] {
        let told = refused(&browser, "login", json!({ "password": "Aa123456", "loginMode": mode })).await;
        assert_eq!((&told["platformStatus"], &told["holder"]), (&json!(459), &json!("5001@test.cc")), "{mode}: {told}");
    }
    assert_eq!(live.board.state("5001"), Some(State::OnCall));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_on_that_is_not_offered_is_not_offered_at_the_sign_in() {
    for (flags, hides) in [(&["--hide-button", "login"][..], true), (&[], false)] {
        let lab = Lab::with(flags).await;
        let page = lab.console.visitor().get("/sign-in").await.body;
        assert_eq!(page.contains("data-no-log-on"), hides);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_ready_can_say_why_and_why_else() {
    let lab = Lab::new().await;
    let (browser, _) = lab.supervisor().await;
    done(&browser, "login", json!({ "password": "Aa123456" })).await;
    for reason in ["Lunch", "Training"] {
        done(&browser, "mode", json!({ "mode": "NotReady", "reason": reason })).await;
        assert_eq!(lab.simulator.truth_of("5000").await["reason"], reason);
        let again = refused(&browser, "mode", json!({ "mode": "NotReady", "reason": reason })).await;
        assert_eq!(again["obstacle"], "already-not-ready", "{again}");
    }
    let told = phone(&browser, "not ready is possible", |phone| controls(phone)[0].contains(&"setAgentMode NotReady")).await;
    assert_eq!(told["state"], "not-ready", "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mode_that_waits_for_the_end_of_the_call_is_told() {
    let lab = Lab::new().await;
    let (browser, _) = lab.supervisor().await;
    done(&browser, "login", json!({ "password": "Aa123456" })).await;
    let call = talks_to(&browser, "13800138000").await;
    assert_eq!(phone(&browser, "it talks", |_| true).await["pendingMode"], Value::Null);
    let asked = browser.post_json("/api/phone/mode", &json!({ "mode": "Ready" })).await;
    assert!(matches!(asked.status, 200 | 202), "{}", asked.body);
    phone(&browser, "the mode waits", |phone| phone["pendingMode"] == "setAgentMode Ready").await;
    done(&browser, "drop", json!({ "callId": call })).await;
    let told = phone(&browser, "it does not wait any more", |phone| phone["pendingMode"].is_null()).await;
    assert_eq!(told["calls"], json!([]));
}
