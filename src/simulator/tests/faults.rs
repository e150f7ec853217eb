//! What can be let go wrong, goes wrong as ordered.

use super::*;

#[tokio::test]
async fn faults_of_the_event_link() {
    let lab = Lab::new().await;
    let mut client = lab.listener().await;
    let event = |n: u32| json!({ "eventName": "held", "n": n });
    lab.fault(json!({ "mute_events": 1, "duplicate": 1 })).await;
    for n in 1..=3 {
        lab.post("/simulator/events", event(n)).await;
    }
    let got = [client.event().await["n"].clone(), client.event().await["n"].clone(), client.event().await["n"].clone()];
    assert_eq!(got, [json!(2), json!(2), json!(3)]);
    lab.fault(json!({ "reorder": 2 })).await;
    lab.post("/simulator/events", event(4)).await;
    lab.post("/simulator/events", event(5)).await;
    assert_eq!([client.event().await["n"].clone(), client.event().await["n"].clone()], [json!(5), json!(4)]);
    // One event of a shuffle of nine: it goes out all the same, a second later.
    lab.fault(json!({ "reorder": 9 })).await;
    lab.post("/simulator/events", event(6)).await;
    assert_eq!(client.event().await["n"], 6);
    lab.fault(json!({ "reorder": 0 })).await;

    let raw = lab.http.post(format!("http://{}/simulator/events?raw=1", lab.address)).body(b"\xff{broken\0".to_vec()).send().await.unwrap();
    assert_eq!(json_of(raw).await, json!({ "delivered": 1 }));
    assert_eq!(client.message().await.body, b"\xff{broken\0");

    lab.fault(json!({ "stall_ms": 3_600_000 })).await;
    lab.post("/simulator/events", event(7)).await;
    assert!(tokio::time::timeout(Duration::from_millis(300), client.socket.next()).await.is_err(), "sent although stalled");
    lab.fault(json!({ "stall_ms": 0 })).await;
    assert_eq!(client.event().await["n"], 7);

    lab.fault(json!({ "cut": true, "refuse_connections_ms": 3_600_000 })).await;
    assert_eq!(client.frame().await, None);
    assert!(Client::open(&lab.address).await.is_err());
    lab.fault(json!({ "refuse_connections_ms": 0 })).await;
    lab.connect().await;
}

#[tokio::test]
async fn faults_of_requests_and_what_was_asked() {
    let lab = Lab::new().await;
    let roster = "/api/operation/tenant/agents?x=a%7Cb";
    lab.fault(json!({ "refuse": { "status": 462, "times": 1, "body": "allocation failed", "path": "/api/operation" } })).await;
    let refused = lab.call(Method::GET, roster, None).await;
    assert_eq!((refused.status().as_u16(), refused.text().await.unwrap().as_str()), (462, "allocation failed"));
    lab.fault(json!({ "drop_http": 1 })).await;
    assert!(lab.try_call(Method::POST, "/api/csta/agent/state", Some(json!({}))).await.is_err());
    assert_eq!(lab.call(Method::GET, roster, None).await.status(), 200);
    let unknown = lab.post("/simulator/faults", json!({ "explode": true })).await;
    assert_eq!(unknown.status(), 400);
    assert!(unknown.text().await.unwrap().contains("explode"));

    let list = json_of(lab.call(Method::GET, "/simulator/requests", None).await).await;
    let list = list.as_array().unwrap();
    assert_eq!(list[0]["body"], "username=5000&password=***&namespace=test.cc");
    let last = list.last().unwrap();
    assert_eq!((&last["path"], &last["method"], &last["status"]), (&json!(roster), &json!("GET"), &json!(200)));
    assert!(last["headers"].as_array().unwrap().contains(&json!(["sessionid", lab.session])));
}
