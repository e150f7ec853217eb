//! The supervisor's own phone (the SDK's document, section 2): each operation as its request, followed to the event that proves it.

use crate::access::talking;
use crate::support::{Browser, Lab, PATIENCE, Request, Simulator};
use serde_json::{Value, json};
use std::time::Duration;
use supervisor_console::floor::{Operation, State};
use supervisor_console::simulator::Ways;
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
async fn a_call_is_made_held_retrieved_recorded_given_data_and_handed_over() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    assert_eq!(refused(&browser, "call", json!({ "phoneNumber": "80 01" })).await["field"], "phoneNumber");
    assert_eq!(refused(&browser, "call", json!({ "phoneNumber": "8000" })).await["obstacle"], "own-device");
    let before = lab.simulator.operations().await.len();
    let call = talks_to(&browser, "13800138000").await;
    let requests = lab.simulator.operations().await;
    let body = r#"{"from":"8000@test.cc","to":"13800138000","destForDisplay":"8000"}"#;
    assert_eq!(sent(&requests, before), ("POST", "/api/csta/callControl/calls", body));
    let told = phone(&browser, "it talks", |_| true).await;
    let with_call =
        ["holdCall", "dropConnection", "singleStepTransfer", "singleStepConference", "consult", "recording Start", "setCallData"];
    assert_eq!(controls(&told), [vec![], with_call.to_vec()]);

    let about = json!({ "callId": call });
    done(&browser, "hold", about.clone()).await;
    assert_eq!(refused(&browser, "hold", about.clone()).await["obstacle"], "on-hold");
    only_call(&browser, "held").await;
    done(&browser, "retrieve", about.clone()).await;
    assert_eq!(refused(&browser, "retrieve", about.clone()).await["obstacle"], "not-on-hold");
    for (on, obstacle) in [(true, "recording"), (false, "not-recording")] {
        done(&browser, "record", json!({ "callId": call, "on": on })).await;
        assert_eq!(refused(&browser, "record", json!({ "callId": call, "on": on })).await["obstacle"], obstacle);
    }
    let entries = json!([{ "key": "order", "value": "42" }, { "key": "order", "value": "43" }]);
    assert_eq!(refused(&browser, "data", json!({ "callId": call, "entries": entries })).await["field"], "entries");
    let entries = json!([{ "key": "order", "value": "42" }, { "key": "客户", "value": "张伟" }]);
    done(&browser, "data", json!({ "callId": call, "entries": entries })).await;
    assert_eq!(browser.get(&format!("/api/phone/data?callId={call}")).await.json()["entries"], entries);

    done(&browser, "transfer", json!({ "callId": call, "phoneNumber": "8004" })).await;
    phone(&browser, "it is in no call", |phone| phone["calls"] == json!([])).await;
    live.until("the call is at 8004", |board| board.row("5004").call.as_ref().is_some_and(|view| view.id.as_str() == call)).await;
    assert_eq!(refused(&browser, "drop", about).await["obstacle"], "not-in-that-call");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_one_call_is_dialled_in_two_seconds() {
    let lab = Lab::new().await;
    let (browser, _live) = lab.supervisor().await;
    let begin = Instant::now();
    let call = talks_to(&browser, "13800138000").await;
    done(&browser, "drop", json!({ "callId": call, "expect": "ends-call" })).await;
    let again = loop {
        let asked = browser.post_json("/api/phone/call", &json!({ "phoneNumber": "8004" })).await;
        if asked.status != 429 {
            break asked;
        }
        assert!(begin.elapsed() < PATIENCE);
        sleep(Duration::from_millis(20)).await;
    };
    assert!(matches!(again.status, 200 | 202), "{}", again.body);
    assert!(begin.elapsed() >= Duration::from_secs(2), "{:?}", begin.elapsed());
}

/// Talks to a customer, holds that, and talks to agent 5004 about it; both calls.
async fn consulting(browser: &Browser) -> Value {
    let held = talks_to(browser, "13800138000").await;
    done(browser, "consult", json!({ "callId": held, "phoneNumber": "8004" })).await;
    let told = phone(browser, "the consulted party talks", |phone| {
        let calls = phone["calls"].as_array().unwrap();
        calls.len() == 2 && calls.iter().any(|call| call["state"] == "connected")
    })
    .await;
    let consult = told["calls"].as_array().unwrap().iter().find(|call| call["callId"] != json!(held)).unwrap()["callId"].clone();
    json!({ "holdCallId": held, "consultCallId": consult })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consultation_ends_together() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let both = consulting(&browser).await;
    let told = phone(&browser, "its ends are offered", |phone| controls(phone).iter().any(|names| names.contains(&"conference"))).await;
    let held = told["calls"].as_array().unwrap().iter().find(|call| call["state"] == "held").unwrap();
    let names: Vec<&str> = held["controls"].as_array().unwrap().iter().map(|control| control["operation"].as_str().unwrap()).collect();
    assert_eq!(names, ["dropConnection", "conference", "cancelConsult", "transferCall", "setCallData"]);
    done(&browser, "consult-conference", both.clone()).await;
    live.until_state("5004", State::Conference).await;
    let told = phone(&browser, "three are in it", |phone| phone["calls"][0]["parties"] == 3).await;
    // Whoever hangs up now leaves the others to themselves, and is told so beforehand.
    let call = told["calls"][0]["callId"].clone();
    assert_eq!(refused(&browser, "drop", json!({ "callId": call, "expect": "ends-call" })).await["effect"], "leaves");
    done(&browser, "drop", json!({ "callId": call, "expect": "leaves" })).await;
    live.until_state("5004", State::OnCall).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consultation_ends_with_the_first_party() {
    // The control that is not offered is one of the three ends; the others stay.
    let lab = Lab::with(&["--hide-button", "conf"]).await;
    let (browser, mut live) = lab.supervisor().await;
    let both = consulting(&browser).await;
    let ends = ["conference", "cancelConsult", "transferCall"];
    let told = phone(&browser, "its ends are offered", |phone| controls(phone).iter().any(|names| names.contains(&ends[1]))).await;
    let offered = controls(&told);
    assert_eq!(ends.map(|end| offered.iter().any(|names| names.contains(&end))), [false, true, true], "{offered:?}");
    done(&browser, "consult-cancel", both.clone()).await;
    assert_eq!(json!(only_call(&browser, "connected").await), both["holdCallId"]);
    live.until_state("5004", State::Ready).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consultation_ends_with_the_call_handed_over() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let both = consulting(&browser).await;
    done(&browser, "consult-transfer", both.clone()).await;
    phone(&browser, "it is in no call", |phone| phone["calls"] == json!([])).await;
    live.until_state("5004", State::OnCall).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_was_joined_is_left_without_ending_it_for_the_others() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    browser.force(Operation::Join, &[("deviceId", "8001@test.cc"), ("callId", &call)]).await.intervention();
    let told =
        phone(&browser, "it is in the call", |phone| phone["calls"][0]["state"] == "connected" && phone["calls"][0]["parties"] == 3).await;
    let leave = told["calls"][0]["controls"].as_array().unwrap().iter().find(|control| control["operation"] == "dropConnection").unwrap();
    assert_eq!((&leave["effect"], &leave["path"]), (&json!("leaves"), &json!("/api/phone/drop")));
    done(&browser, "drop", json!({ "callId": call, "expect": "leaves" })).await;
    phone(&browser, "it is in no call", |phone| phone["calls"] == json!([])).await;
    live.until_state("5001", State::OnCall).await;
    assert_eq!(live.board.row("5001").call.as_ref().map(|view| view.id.as_str()), Some(call.as_str()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_rings_and_is_answered_and_a_conference_is_made_in_one_step() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    // Supervisors' phones are answered by themselves; this one by who is logged on there.
    let browser = lab.console.sign_in("5000", "8003").await;
    done(&browser, "login", json!({ "password": "Aa123456", "loginMode": "force", "agentMode": "Ready" })).await;
    let call = lab.simulator.dial("8001", "8003").await;
    only_call(&browser, "alerting").await;
    done(&browser, "answer", json!({ "callId": call })).await;
    assert_eq!(refused(&browser, "answer", json!({ "callId": call })).await["obstacle"], "not-ringing");
    let asked = done(&browser, "conference", json!({ "callId": call, "phoneNumber": "8005" })).await;
    assert_eq!((&asked["operation"], &asked["device"]), (&json!("singleStepConference"), &json!("8005@test.cc")));
    live.until_state("5005", State::Conference).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hanging_up_leaves_the_call_to_who_still_rings_there() {
    let lab = Lab::new().await;
    let (browser, _) = lab.supervisor().await;
    // Whoever logged on by hand answers by hand.
    let other = lab.console.sign_in("5901", "8003").await;
    done(&other, "login", json!({ "password": "Aa123456", "loginMode": "force", "agentMode": "Ready" })).await;
    let call = talks_to(&browser, "13800138000").await;
    // Nothing proves it before there is an answer.
    assert_eq!(browser.post_json("/api/phone/conference", &json!({ "callId": call, "phoneNumber": "8003" })).await.status, 202);
    only_call(&other, "alerting").await;
    assert_eq!(refused(&browser, "drop", json!({ "callId": call, "expect": "ends-call" })).await["effect"], "leaves");
    done(&browser, "drop", json!({ "callId": call, "expect": "leaves" })).await;
    let ringing = only_call(&other, "alerting").await;
    done(&other, "answer", json!({ "callId": ringing })).await;
    only_call(&other, "connected").await;
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
async fn queues_are_found_by_name_and_by_number_behind_however_many_agents() {
    let lab = Lab::new().await;
    let (browser, _) = lab.supervisor().await;
    let found = async |search: &str| browser.get(&format!("/phone/targets?q={search}")).await.body;
    // They are read after the roster.
    crate::peers::until("the queues are known", async || found("sales").await.contains("data-number=\"7003\"")).await;
    assert!(found("7001").await.contains("Claims hotline"));
    let anybody = found("").await;
    assert!(anybody.contains("data-mode=\"ready\"") && anybody.contains("data-number=\"7001\""), "{anybody}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_supervisor_with_a_phone_is_let() {
    let lab = Lab::with(&["--supervisors", "5000,5901", "--viewers", "5900", "--hide-button", "make,sTran"]).await;
    let call = json!({ "phoneNumber": "8001" });
    assert_eq!(lab.console.visitor().post_json("/api/phone/call", &call).await.status, 401);
    assert_eq!(lab.console.visitor().get("/api/phone").await.status, 401);
    let viewer = lab.console.sign_in("5900", "8900").await;
    assert_eq!(viewer.post_json("/api/phone/call", &call).await.error(), (403, "not-permitted".to_owned()));
    assert_eq!(viewer.get("/api/phone").await.json()["controls"], json!([]));
    assert_eq!(viewer.get("/api/phone/data?callId=c1").await.status, 403);
    let browser = lab.console.sign_in("5000", "8000").await;
    // What the console does not offer is not there, by whichever way.
    assert_eq!(browser.post_json("/api/phone/call", &call).await.error(), (403, "not-permitted".to_owned()));
    let told = phone(&browser, "nobody is logged on", |phone| phone["agent"].is_null()).await;
    assert_eq!(controls(&told), [["login"]]);
    // Nobody steers a phone at which another agent sits.
    let others = lab.console.sign_in("5901", "8002").await;
    let consult = json!({ "callId": "c1" });
    assert_eq!(refused(&others, "hold", consult).await["obstacle"], "not-in-that-call");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bar_of_the_page_does_the_same_and_answers_only_with_what_is_not_possible() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    live.until("the bar is drawn", |board| board.phone.contains("makeCall") && board.phone.contains("8000")).await;
    let called = browser.post("/phone", &[("phoneNumber", "138 0013-8000"), ("ask", "do=makeCall")]).await;
    assert_eq!((called.status, called.body.as_str()), (204, ""));
    live.until("the call is in the bar", |board| board.phone.contains(r#"data-phone-state="connected""#)).await;
    let call = only_call(&browser, "connected").await;
    assert!(live.board.phone.contains("13800138000") && live.board.phone.contains(&call), "{}", live.board.phone);

    // What comes from outside is text.
    let data = format!("do=setCallData&callId={call}");
    let named = browser.post("/phone", &[("key", "<b>"), ("value", "</dd><script>"), ("ask", &data)]).await;
    assert_eq!(named.status, 204, "{}", named.body);
    live.until("the data is in the bar", |board| board.phone.contains("&lt;b&gt;")).await;
    assert!(!live.board.phone.contains("<script>"), "{}", live.board.phone);

    for (ask, status, words) in [
        ("do=makeCall", 409, "Call not possible: your own phone is busy"),
        ("do=answerCall&callId=unknown", 409, "no longer in that call"),
        ("do=dance", 400, "not something that a phone does"),
        ("", 400, "not something that a phone does"),
    ] {
        let answer = browser.post("/phone", &[("phoneNumber", "8001"), ("ask", ask)]).await;
        assert!(answer.status == status && answer.body.contains(words), "{ask}: {} {}", answer.status, answer.body);
    }
    let letters = browser.post("/phone", &[("phoneNumber", "Zhang"), ("ask", &format!("do=singleStepTransfer&callId={call}"))]).await;
    assert!(letters.status == 400 && letters.body.contains("digits only"), "{} {}", letters.status, letters.body);

    // What hanging up would do was shown: where it is another thing now, nothing is sent.
    let sent = lab.simulator.operations().await.len();
    let leaves = browser.post("/phone", &[("ask", &format!("do=dropConnection&expect=leaves&callId={call}"))]).await;
    assert!(leaves.status == 409 && leaves.body.contains("it ends the call"), "{} {}", leaves.status, leaves.body);
    assert_eq!(lab.simulator.operations().await.len(), sent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bar_is_for_supervisors_on_our_own_pages() {
    let lab = Lab::with(&["--supervisors", "5000", "--viewers", "5900"]).await;
    let (supervisor, _) = lab.supervisor().await;
    let ask = [("phoneNumber", "8001"), ("ask", "do=makeCall")];
    let viewer = lab.console.sign_in("5900", "8900").await;
    let mut lured = supervisor.clone();
    lured.origin = Some("http://evil.example".to_owned());
    for (who, status) in [(&lab.console.visitor(), 401), (&viewer, 403), (&lured, 403)] {
        assert_eq!(who.post("/phone", &ask).await.status, status);
    }
    for path in ["/phone/targets?q=", "/phone/now"] {
        assert_eq!(lab.console.visitor().get(path).await.status, 401);
        assert_eq!(viewer.get(path).await.status, 403);
    }
    let found = supervisor.get("/phone/targets?q=5003").await.body;
    assert!(found.contains(r#"data-number="8003""#) && !found.contains("8001"), "{found}");
    assert!(lab.simulator.operations().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_brought_in_to_listen_does_not_keep_the_call_alive() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talks_to(&browser, "13800138000").await;
    let silent = json!({ "callId": call, "phoneNumber": "8003", "type": "Silent" });
    done(&browser, "conference", silent).await;
    live.until("5003 listens", |board| board.phone.contains("8003")).await;
    let phone = phone(&browser, "the call can be left", |phone| controls(phone)[1].contains(&"dropConnection")).await;
    let drop =
        phone["calls"][0]["controls"].as_array().unwrap().iter().find(|control| control["operation"] == "dropConnection").unwrap().clone();
    assert_eq!((&phone["calls"][0]["parties"], &drop["effect"]), (&json!(2), &json!("ends-call")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_listens_by_a_call_of_its_own_leaves_that_one() {
    let ways = Ways { monitor_calls: true, ..Ways::default() };
    let lab = Lab::on(Simulator::of(ways, 5_000).await, &[]).await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    browser.force(Operation::Listen, &[("callId", &call), ("deviceId", "8000@test.cc")]).await.intervention();
    phone(&browser, "the phone listens", |phone| phone["calls"][0]["callId"] == call.as_str()).await;
    let record = refused(&browser, "record", json!({ "callId": call, "on": true })).await;
    assert_eq!(record["obstacle"], "only-listens", "{record}");
    done(&browser, "drop", json!({ "callId": call, "expect": "leaves" })).await;
    phone(&browser, "the phone has no call", |phone| phone["calls"] == json!([])).await;
    assert_eq!(lab.simulator.truth_of("5000").await["calls"], json!([]));
    assert_eq!((live.board.state("5001"), lab.simulator.truth_of("5001").await["calls"][0].as_str()), (Some(State::OnCall), Some(&*call)));
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_on_that_is_not_offered_is_not_offered_at_the_sign_in() {
    for (flags, hides) in [(&["--hide-button", "login"][..], true), (&[], false)] {
        let lab = Lab::with(flags).await;
        let page = lab.console.visitor().get("/sign-in").await.body;
        assert_eq!(page.contains("data-no-log-on"), hides);
    }
}
