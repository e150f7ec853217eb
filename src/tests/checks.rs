//! What is checked before anything is sent: ids, tenant, and whether the operation can work at all.

use crate::access::{right, talking};
use crate::support::{Answer, Lab};
use serde_json::json;
use supervisor_console::floor::{Operation, Outcome, State};

const NO_IDS: [&str; 9] = [
    "8001",
    "@test.cc",
    "8001@",
    "80\n01@test.cc",
    "8001@test.cc/../../agent",
    "8001%7C@@test.cc",
    "8001@test.cc@x",
    "é\u{85}@test.cc",
    "80\u{1b}[31m01@test.cc",
];
const NO_CALLS: [&str; 6] = ["", ".", "..", "a\r\nb", "\u{7f}", "\0"];

fn is_bad(answer: &Answer, field: &str, what: &str) {
    assert_eq!((answer.error(), answer.json()["field"].as_str()), ((400, "bad-argument".to_owned()), Some(field)), "{what}");
}

/// `form` with another value of `field`.
fn with<'a>(form: &[(&'static str, &'a str)], field: &'static str, value: &'a str) -> Vec<(&'static str, &'a str)> {
    let rest = form.iter().copied().filter(|(name, _)| *name != field);
    rest.chain([(field, value)]).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_id_of_this_tenant_goes_nowhere() {
    let lab = Lab::new().await;
    let (supervisor, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let long = format!("{}@test.cc", "8".repeat(249));
    let long_call = "c".repeat(257);
    for operation in Operation::ALL {
        let form = right(operation, &call);
        let fields = form.iter().map(|(name, _)| *name).chain((operation == Operation::Listen).then_some("deviceId"));
        for field in fields {
            let what = |value: &str| format!("{operation:?} with {field} {value:?}");
            match field {
                "callId" => {
                    for value in NO_CALLS.into_iter().chain([long_call.as_str()]) {
                        is_bad(&supervisor.force(operation, &with(&form, field, value)).await, field, &what(value));
                    }
                }
                _ => {
                    let number = if field == "agentId" { "5001" } else { "8001" };
                    let foreign =
                        [format!("{number}@other.cc"), format!("{number}@TEST.cc"), format!("{number}@test.cc.evil.example"), long.clone()];
                    for value in NO_IDS.into_iter().chain(foreign.iter().map(String::as_str)) {
                        is_bad(&supervisor.force(operation, &with(&form, field, value)).await, field, &what(value));
                    }
                }
            }
        }
        for missing in 0..form.len() {
            let rest: Vec<_> = form.iter().copied().enumerate().filter(|(at, _)| *at != missing).map(|(_, field)| field).collect();
            let answer = supervisor.force(operation, &rest).await;
            assert_eq!(answer.error(), (400, "bad-argument".to_owned()), "{operation:?} without {}", form[missing].0);
        }
    }
    for operation in [Operation::Join, Operation::Take] {
        for number in ["+8613800000000", "80 01", "8001@test.cc", "８００１", "8001;1", &"8".repeat(33)] {
            let answer = supervisor.force(operation, &with(&right(operation, &call), "phoneNumber", number)).await;
            is_bad(&answer, "phoneNumber", &format!("{operation:?} with {number}"));
        }
    }
    assert_eq!(lab.simulator.operations().await.len(), 0);
    assert_eq!(lab.database.audit(), []);
    supervisor.force(Operation::Drop, &right(Operation::Drop, &call)).await.intervention();
    assert_eq!(lab.simulator.operations().await.len(), 1);
}

fn obstacle(answer: &Answer) -> (u16, serde_json::Value) {
    (answer.status, answer.problem())
}

fn stands(obstacle: &str) -> (u16, serde_json::Value) {
    (409, json!({ "code": "obstacle", "obstacle": obstacle }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_work_is_not_tried() {
    let lab = Lab::new().await;
    let (supervisor, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let unknown = "37db6efe-57cc-4053-b0ce-24c96eba66b0";
    for operation in [Operation::Drop, Operation::Join, Operation::Take] {
        for (device, call) in [("8003@test.cc", call.as_str()), ("8001@test.cc", unknown), ("8999@test.cc", call.as_str())] {
            let answer = supervisor.force(operation, &[("deviceId", device), ("callId", call)]).await;
            assert_eq!(obstacle(&answer), stands("not-in-that-call"), "{operation:?} {device} {call}");
        }
    }
    let answer = supervisor.force(Operation::Listen, &[("callId", unknown)]).await;
    assert_eq!(obstacle(&answer), stands("not-in-call"));
    let own_phone = [("deviceId", "8001@test.cc"), ("callId", &call), ("phoneNumber", "8001")];
    for operation in [Operation::Join, Operation::Take] {
        assert_eq!(obstacle(&supervisor.force(operation, &own_phone).await), stands("own-device"), "{operation:?}");
    }
    // Another agent's phone is nobody's own.
    let others_phone = [("deviceId", "8001@test.cc"), ("callId", &call), ("phoneNumber", "8003")];
    for operation in [Operation::Join, Operation::Take] {
        is_bad(&supervisor.force(operation, &others_phone).await, "phoneNumber", &format!("{operation:?}"));
    }
    let listens_there = [("deviceId", "8003@test.cc"), ("callId", call.as_str())];
    is_bad(&supervisor.force(Operation::Listen, &listens_there).await, "deviceId", "Listen");
    let agent = |agent, device| [("agentId", agent), ("deviceId", device)];
    let ready = supervisor.force(Operation::Ready, &agent("5002@test.cc", "8002@test.cc")).await;
    assert_eq!(obstacle(&ready), stands("already-ready"));
    let elsewhere = supervisor.force(Operation::NotReady, &agent("5002@test.cc", "8003@test.cc")).await;
    assert_eq!(obstacle(&elsewhere), stands("other-device"));
    assert_eq!(lab.simulator.operations().await.len(), 0);
    assert_eq!(lab.database.audit(), []);

    // The same once the facts are others: what was possible is not any more.
    supervisor.force(Operation::Logout, &agent("5003@test.cc", "8003@test.cc")).await.intervention();
    live.until_state("5003", State::LoggedOut).await;
    for operation in [Operation::Ready, Operation::NotReady, Operation::Logout] {
        let answer = supervisor.force(operation, &agent("5003@test.cc", "8003@test.cc")).await;
        assert_eq!(obstacle(&answer), stands("logged-out"), "{operation:?}");
    }
    lab.simulator.hang_up("8001", &call).await;
    live.until_state("5001", State::Ready).await;
    for operation in [Operation::Drop, Operation::Join, Operation::Take] {
        assert_eq!(obstacle(&supervisor.force(operation, &right(operation, &call)).await), stands("not-in-that-call"), "{operation:?}");
    }
    assert_eq!(obstacle(&supervisor.force(Operation::Listen, &right(Operation::Listen, &call)).await), stands("not-in-call"));
    assert_eq!(lab.simulator.operations().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_operation_twice_at_once_goes_out_once() {
    let lab = Lab::new().await;
    let (supervisor, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "stall_http_ms": 700 })).await;
    let form = right(Operation::NotReady, "");
    let (one, other) = tokio::join!(supervisor.force(Operation::NotReady, &form), supervisor.force(Operation::NotReady, &form));
    let mut both = [one.status, other.status];
    both.sort_unstable();
    assert!(matches!(both, [200 | 202, 409]), "{both:?}");
    let refused = if one.status == 409 { one } else { other };
    assert_eq!(obstacle(&refused), stands("under-way"));
    live.until_outcome("5002", Outcome::Confirmed).await;
    assert_eq!(lab.simulator.operations().await.len(), 1);
}
