//! Log-in, sessions, catalogue, CORS.

use super::*;

#[tokio::test]
async fn log_in_says_no_to_strangers() {
    let lab = Lab::new().await;
    for (user, password, namespace) in [("5000", "wrong", "test.cc"), ("5000", "Aa123456", "other.cc"), ("4711", "Aa123456", "test.cc")] {
        assert_eq!(lab.login(user, password, namespace).await.status(), 401, "{user} {password} {namespace}");
    }
    assert_eq!(lab.login("5001%40test.cc", "Aa123456", "test.cc").await.status(), 200);
}

#[tokio::test]
async fn an_agents_own_client_logs_on_and_reads_its_state() {
    let lab = Lab::new().await;
    let mut client = lab.connect().await;
    client.subscribe("own", "/topic/event.agent.*.5000@test_cc").await;
    let login = |password: &str| json!({ "loginId": "5000@test.cc", "device": "8000@test.cc", "password": password, "agentMode": "NotReady", "func": "Login", "sessionId": "x" });
    assert_eq!(lab.post("/api/csta/agent/state", login("wrong")).await.status(), 401);
    assert_eq!(lab.post("/api/csta/agent/state", login("Aa123456")).await.status(), 204);
    assert_eq!(client.event().await["eventName"], "agentLoggedOn");
    assert_eq!(client.event().await["eventName"], "agentNotReady");
    assert_eq!(lab.call(Method::POST, "/api/csta/agent/heartbeat/5000@test.cc", None).await.status(), 204);
    let made = json_of(lab.post("/api/csta/callControl/calls", json!({ "from": "8000@test.cc", "to": "8001" })).await).await;
    client.until(|event| event["eventName"] == "established").await;
    let state = json_of(lab.call(Method::GET, "/api/csta/agent/client-state", None).await).await;
    assert_eq!(state["agent"]["activeCall"]["callId"], made["callId"]);
    assert_eq!(state["agent"]["extensionId"], "8000@test.cc");
    assert_eq!(lab.post("/api/csta/callControl/calls", json!({ "from": "8000@test.cc", "to": "8x" })).await.status(), 400);
}

#[tokio::test]
async fn call_data_is_read_by_key_or_whole() {
    let lab = Lab::new().await;
    let made = json_of(lab.post("/api/csta/callControl/calls", json!({ "from": "8001@test.cc", "to": "13800001111" })).await).await;
    let data = format!("/api/csta/callControl/calls/{}/user-data", made["callId"].as_str().unwrap());
    let all = async || json_of(lab.call(Method::GET, &format!("{data}/"), None).await).await;
    assert_eq!(all().await, json!({ "entries": [] }));
    let entries = json!([{ "key": "customer", "value": "4711" }, { "key": "客户/级别", "value": "金 & <b>" }]);
    assert_eq!(lab.post(&data, json!({ "entries": entries })).await.status(), 204);
    assert_eq!(all().await, json!({ "entries": entries }));
    // What it answers, it takes.
    assert_eq!(lab.post(&data, all().await).await.status(), 204);
    assert_eq!(all().await, json!({ "entries": entries }));
    let one = json_of(lab.call(Method::GET, &format!("{data}/customer"), None).await).await;
    assert_eq!(one, json!({ "key": "customer", "value": "4711" }));
    assert_eq!(lab.call(Method::GET, &format!("{data}/nothing"), None).await.status(), 404);
    for path in ["/", "/customer"] {
        let unknown = format!("/api/csta/callControl/calls/no-such-call/user-data{path}");
        assert_eq!(lab.call(Method::GET, &unknown, None).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn the_catalogue() {
    let lab = Lab::new().await;
    let roster = json_of(lab.call(Method::GET, "/api/operation/tenant/agents", None).await).await;
    assert_eq!((&roster["total"], &roster["root"][4]["loginName"]), (&json!(5), &json!("5005@test.cc")));
    assert_eq!((&roster["root"][0]["status"], &roster["root"][0]["org"]["name"]), (&json!("Ready"), &json!("Claims A")));
    let teams = json_of(lab.call(Method::GET, "/api/security/security/org/topOrg", None).await).await;
    assert_eq!(teams["children"].as_array().unwrap().len(), 6);
    assert_eq!(teams["children"][0]["id"], roster["root"][0]["org"]["id"]);
    let queues = json_of(lab.call(Method::GET, "/api/operation/tenant/resources/queues", None).await).await;
    assert_eq!((&queues["total"], &queues["root"][0]["name"]), (&json!(6), &json!("Claims hotline")));
}

#[tokio::test]
async fn a_browser_of_another_origin_may_come() {
    let lab = Lab::new().await;
    let url = format!("http://{}/api/csta/agent/state", lab.address);
    let preflight = lab.http.request(Method::OPTIONS, &url).header("origin", "http://vendor.example");
    let preflight =
        preflight.header("access-control-request-method", "POST").header("access-control-request-headers", "sessionid,content-type");
    let answer = preflight.send().await.unwrap();
    let header = |answer: &Response, name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_ascii_lowercase());
    assert!(answer.status().is_success());
    assert_eq!(header(&answer, "access-control-allow-origin").as_deref(), Some("http://vendor.example"));
    assert_eq!(header(&answer, "access-control-allow-credentials").as_deref(), Some("true"));
    assert_eq!(header(&answer, "access-control-allow-headers").as_deref(), Some("sessionid,content-type"));
    assert_eq!(header(&answer, "access-control-allow-methods").as_deref(), Some("post"));
    // Refusals too, or the browser would hide their status.
    let refused = lab.http.post(&url).header("origin", "http://vendor.example").body("{}").send().await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), header(&refused, "access-control-allow-origin").as_deref()),
        (426, Some("http://vendor.example"))
    );
}

#[tokio::test]
async fn sessions_expire() {
    let mut lab = Lab::new().await;
    let roster = "/api/operation/tenant/agents";
    assert_eq!(lab.call(Method::GET, roster, None).await.status(), 200);
    lab.fault(json!({ "expire_sessions": true })).await;
    assert_eq!(lab.call(Method::GET, roster, None).await.status(), 426);
    lab.session = "nonsense".into();
    assert_eq!(lab.call(Method::GET, roster, None).await.status(), 426);
}

#[tokio::test]
async fn who_is_hired_works_here_and_nobody_twice() {
    let lab = Lab::new().await;
    let mut client = lab.listener().await;
    let agent = |id: &str, device: &str| json!({ "agents": [{ "id": id, "device": device, "name": "Zhang", "team": "Sales North" }] });
    assert_eq!(lab.post("/simulator/agents", agent("a/张 1@test.cc", "8101@test.cc")).await.status(), 200);
    assert_eq!(client.event().await["eventName"], "agentLoggedOn");
    let ready = client.event().await;
    assert_eq!((&ready["eventName"], &ready["agentId"]), (&json!("agentReady"), &json!("a/张 1@test.cc")));
    assert_eq!(lab.call(Method::POST, "/api/csta/agent/heartbeat/a%2F%E5%BC%A0%201@test.cc", None).await.status(), 204);
    assert_eq!(lab.post("/simulator/agents", json!({ "roster": [{ "code": 7 }] })).await.status(), 200);
    let roster = json_of(lab.call(Method::GET, "/api/operation/tenant/agents", None).await).await;
    assert_eq!((&roster["root"][5]["code"], &roster["root"][5]["namespace"]), (&json!("a/张 1"), &json!("test.cc")));
    assert_eq!((&roster["total"], &roster["root"][6]), (&json!(7), &json!({ "code": 7 })));
    for (order, status) in [
        (agent("5001@test.cc", "8102@test.cc"), 452),
        (agent("5@0@test.cc", "8102@test.cc"), 452),
        (agent("6001@test.cc", "8001@test.cc"), 453),
        (json!({ "agents": [{ "id": "6001@test.cc", "device": "8102@test.cc", "team": "Nobody's" }] }), 400),
        (json!({ "staff": [] }), 400),
    ] {
        assert_eq!(lab.post("/simulator/agents", order.clone()).await.status(), status, "{order}");
    }
}
