//! The bar of the pages, whom it finds to call, and who has one.

use super::{controls, only_call, phone, refused};
use crate::support::Lab;
use serde_json::json;

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
