//! The event link: versions, receipts, heart-beats, breaches.

use super::*;

#[tokio::test]
async fn garbage_gets_an_error_frame_and_the_end() {
    let lab = Lab::new().await;
    let breaches: [&[u8]; 6] = [
        b"garbage\n\n\0",
        b"SUBSCRIBE\nid:0\n\n\0",
        b"SUBSCRIBE\nid:0\ndestination:/topic/x\nack:perhaps\n\n\0",
        b"UNSUBSCRIBE\nid:7\n\n\0",
        b"CONNECT\n\n\0",
        b"SEND\nbroken\n\n\0",
    ];
    for breach in breaches {
        let mut client = lab.connect().await;
        client.raw(breach).await;
        let error = client.frame().await.unwrap();
        assert_eq!(error.command, "ERROR", "{breach:?}");
        assert!(error.get("message").is_some());
        assert_eq!(client.frame().await, None);
    }
    let mut client = Client::open(&lab.address).await.unwrap();
    client.raw(b"CONNECT\naccept-version:9.9\n\n\0").await;
    assert_eq!(client.frame().await.unwrap().get("version"), Some("1.0,1.1,1.2"));
    let mut client = Client::open(&lab.address).await.unwrap();
    client.raw(b"SUBSCRIBE\nid:0\ndestination:/topic/x\n\n\0").await;
    assert_eq!(client.frame().await.unwrap().command, "ERROR");
}

#[tokio::test]
async fn versions_acknowledgement_and_farewell() {
    let lab = Lab::new().await;
    for (offer, version) in [("1.0", "1.0"), ("1.1,1.0", "1.1"), ("1.0,1.1,1.2", "1.2")] {
        let mut client = Client::open(&lab.address).await.unwrap().greet(offer).await;
        client
            .send(
                Frame::new("SUBSCRIBE")
                    .header("id", "a")
                    .header("destination", "/topic/csta/device/8005@test.cc")
                    .header("ack", "client-individual"),
            )
            .await;
        client.send(Frame::new("BEGIN").header("transaction", "t").header("receipt", "began")).await;
        assert_eq!(client.frame().await.unwrap().get("receipt-id"), Some("began"));
        let event = json!({ "eventName": "held", "srcDeviceId": "8005@test.cc" });
        assert_eq!(json_of(lab.post("/simulator/events", event.clone()).await).await, json!({ "delivered": 1 }));
        let message = client.message().await;
        assert_eq!(serde_json::from_slice::<Value>(&message.body).unwrap(), event);
        assert_eq!((message.get("subscription"), message.get("ack").is_some()), (Some("a"), version == "1.2"));
        let id = message.get("message-id").unwrap();
        client
            .send(Frame::new("ACK").header("id", id).header("message-id", id).header("subscription", "a").header("receipt", "acked"))
            .await;
        assert_eq!(client.frame().await.unwrap().get("receipt-id"), Some("acked"));
        client.send(Frame::new("UNSUBSCRIBE").header("id", "a").header("receipt", "out")).await;
        assert_eq!(client.frame().await.unwrap().get("receipt-id"), Some("out"));
        assert_eq!(json_of(lab.post("/simulator/events", event).await).await, json!({ "delivered": 0 }));
        client.send(Frame::new("DISCONNECT").header("receipt", "bye")).await;
        assert_eq!(client.frame().await.unwrap().get("receipt-id"), Some("bye"));
        assert_eq!(client.frame().await, None);
    }
}

#[tokio::test]
async fn heart_beats_both_ways() {
    let lab = Lab::new().await;
    let mut client = Client::open(&lab.address).await.unwrap();
    client.send(Frame::new("CONNECT").header("accept-version", "1.2").header("heart-beat", "200,100")).await;
    assert_eq!(client.frame().await.unwrap().get("heart-beat"), Some("100,200"));
    let Some(Ok(Message::Text(beat))) = client.socket.next().await else { panic!("no heart-beat") };
    assert_eq!(beat.as_str(), "\n");
    // It promised one every 200 ms and sends none.
    let error = client.frame().await.unwrap();
    assert_eq!((error.command.as_str(), error.get("message")), ("ERROR", Some("no heart-beat")));
    assert_eq!(client.frame().await, None);
}
