//! What is asked over HTTP is proved by an event.

use super::*;

fn is(event: &Value, name: &str, role: &str, device: &str) -> bool {
    event["eventName"] == name && event[role] == device
}

#[tokio::test]
async fn force_operations_on_calls_yield_their_proof() {
    let lab = Lab::new().await;
    let mut client = lab.listener().await;
    let call = lab.talk(&mut client).await;
    let target = format!("/api/csta/callControl/calls/{call}/connections/8002@test.cc%7C{call}");

    let answer = lab.call(Method::POST, &format!("/api/csta/callControl/calls/{call}/spy?deviceId=8000@test.cc"), None).await;
    assert_eq!(answer.status(), 204);
    let heard = client.until(|event| is(event, "established", "answeringDevice", "8000@test.cc")).await;
    assert_eq!((&heard["srcDeviceId"], &heard["callId"]), (&json!("8000@test.cc"), &json!(call)));

    let body = json!({ "conferenceParticipant": "8900", "participationType": "Active" });
    assert_eq!(lab.post(&format!("{target}/singleStepConference"), body).await.status(), 204);
    let joined = client.until(|event| is(event, "conferenced", "addedParty", "8900@test.cc")).await;
    assert_eq!(joined["newCall"], json!(call));

    assert_eq!(lab.post(&format!("{target}/singleStepTransfer"), json!({ "transferTo": "8901" })).await.status(), 204);
    let taken = client.until(|event| is(event, "transferred", "transferredToDevice", "8901@test.cc")).await;
    assert_eq!(taken["transferringDevice"], "8002@test.cc");
    client.until(|event| is(event, "established", "answeringDevice", "8901@test.cc")).await;

    let dropped = format!("/api/csta/callControl/calls/{call}/connections/8001@test.cc%7C{call}");
    assert_eq!(lab.call(Method::DELETE, &dropped, None).await.status(), 204);
    client.until(|event| is(event, "connectionCleared", "releasingDevice", "8001@test.cc") && event["callId"] == json!(call)).await;
    assert_eq!(lab.call(Method::DELETE, &dropped, None).await.status(), 404);
}

#[tokio::test]
async fn force_operations_on_agents_yield_their_proof() {
    let lab = Lab::new().await;
    let mut client = lab.listener().await;
    let set = |mode: &str| json!({ "func": "SetState", "agentMode": mode, "loginId": "5003@test.cc", "agentId": "5003@test.cc", "device": "8003@test.cc" });
    let own = |event: &Value, name: &str| is(event, name, "agentId", "5003@test.cc");
    assert_eq!(lab.post("/api/csta/agent/state", set("NotReady")).await.status(), 204);
    client.until(|event| own(event, "agentNotReady")).await;
    assert_eq!(lab.post("/api/csta/agent/state", set("Ready")).await.status(), 204);
    client.until(|event| own(event, "agentReady")).await;
    let logout =
        json!({ "namespace": "test.cc", "func": "Logout", "device": "8003@test.cc", "agentId": "5003@test.cc", "loginId": "5003@test.cc" });
    assert_eq!(lab.post("/api/csta/agent/state", logout.clone()).await.status(), 204);
    let gone = client.until(|event| own(event, "agentLoggedOff")).await;
    assert_eq!((&gone["agentMode"], &gone["devices"]["Voice"]), (&json!("Logout"), &json!("8003@test.cc")));
    assert_eq!(lab.post("/api/csta/agent/state", logout).await.status().as_u16(), 458);

    lab.talk(&mut client).await;
    let busy = json!({ "func": "Logout", "device": "8002@test.cc", "agentId": "5002@test.cc" });
    assert_eq!(lab.post("/api/csta/agent/state", busy).await.status().as_u16(), 460);
    let pending = json!({ "func": "SetState", "agentMode": "NotReady", "agentId": "5002@test.cc", "device": "8002@test.cc" });
    let answer = lab.post("/api/csta/agent/state", pending).await;
    assert_eq!((answer.status(), json_of(answer).await), (StatusCode::OK, json!({ "pendingMode": "NotReady" })));
}

#[tokio::test]
async fn a_busy_floor_is_heard_from_its_beginning_and_shows_its_truth() {
    let lab = Lab::with(30, 30.0).await;
    let mut client = lab.connect().await;
    client.subscribe("0", TENANT).await;
    client.subscribe("status", "/topic/event.agent-status.*.test_cc").await;
    let first = client.event().await;
    assert_eq!((&first["eventName"], &first["serial"]), (&json!("agentLoggedOn"), &json!(11_050_819)));
    client.until(|event| event["eventName"] == "AgentStatusEvent").await;
    client.until(|event| event["eventName"] == "established").await;
    let truth = json_of(lab.call(Method::GET, "/simulator/floor", None).await).await;
    assert_eq!(truth["agents"].as_array().unwrap().len(), 41);
    assert!(truth["floorMillis"].as_u64().unwrap() > 0);
}
