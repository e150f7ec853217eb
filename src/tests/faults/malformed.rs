//! Bodies of every kind that are no events, or events of which nothing is as it should be; and answers that are no answers.

use super::play::{Dice, play, until_true};
use crate::support::{Database, Lab, Program, Simulator, agent_event, all_ready};
use serde_json::{Value, json};
use std::path::Path;
use supervisor_console::floor::{Operation, Outcome, State};
use supervisor_console::live::LinkState;

/// Every sample of the platform's, as if it were of somebody here whom nobody knows.
fn samples() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/events");
    let files = |folder: &Path| std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
    let mut paths: Vec<_> = files(&folder).into_iter().chain(files(&folder.join("later"))).filter(|path| path.is_file()).collect();
    paths.sort();
    let text =
        |path| std::fs::read_to_string(path).unwrap().replace("zhen04.cc", "test.cc").replace("\"500", "\"570").replace("\"800", "\"870");
    paths.into_iter().map(|path| serde_json::from_str(&text(path)).unwrap()).collect()
}

/// Values of every kind in the wrong place.
fn wrong() -> Vec<Value> {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(u64::MAX),
        json!(1e308),
        json!(""),
        json!("\u{0}\u{1b}\u{202e}"),
        json!("x".repeat(70_000)),
        json!([]),
        json!([1, "2", {}]),
        json!({}),
        json!({ "a": { "b": null } }),
        deep,
    ]
}

/// Bytes that are no event at all.
fn rubbish() -> Vec<Vec<u8>> {
    let good = samples()[0].to_string();
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut all: Vec<Vec<u8>> = (1..good.len()).step_by(37).map(|cut| good.as_bytes()[..cut].to_vec()).collect();
    all.extend(
        ["", " ", "{}", "[]", "null", "0", "\"\"", "{", "}", "<html>503</html>", "NaN", "\u{feff}", "\0", "\n\n\0\n"]
            .map(|text| text.into()),
    );
    all.extend(
        [
            format!("{good}{good}"),
            format!("[{good}]"),
            format!("\u{feff}{good}"),
            good.replace(':', "="),
            good.replacen('}', ",}", 1),
            good.replace("\"serial\":", "\"serial\":1e999,\"serial\":"),
            good.replace('"', "'"),
            "[".repeat(200_000),
            format!("{{\"eventName\":{}", "{\"a\":".repeat(100_000)),
        ]
        .map(String::into_bytes),
    );
    all.extend([
        utf16,
        vec![0xff; 300],
        vec![0x1f, 0x8b, 8, 0, 0, 0],
        [good.as_bytes(), &[0xc3, 0x28]].concat(),
        vec![b' '; (1 << 20) - 1],
    ]);
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_bodies_of_every_kind_cost_only_themselves() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let program = Program::live(&simulator.url(), &database, &[]);
    let browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    let mut dice = Dice(5);
    let rubbish = rubbish();
    for body in &rubbish {
        simulator.raw(body).await;
    }
    let mut sent = 0;
    for sample in samples() {
        for field in sample.as_object().unwrap().keys() {
            for value in wrong() {
                let mut event = sample.clone();
                event[field] = value;
                sent += simulator.raw(event.to_string().as_bytes()).await;
            }
            let mut event = sample.clone();
            event.as_object_mut().unwrap().remove(field);
            sent += simulator.raw(event.to_string().as_bytes()).await;
        }
        // And life goes on.
        play(&simulator, &mut dice, 2).await;
    }
    assert!(sent > 2_000, "{sent}");
    // The next good one counts.
    simulator.event(agent_event("agentReady", "5799")).await;
    live.until_state("5799", State::Ready).await;
    let metrics = browser.get("/metrics").await.body;
    let figure = |name: &str| metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok()).unwrap();
    let odd = figure("console_events_malformed_total{what=\"event\"}") + figure("console_events_malformed_total{what=\"frame\"}");
    // Of the others some are another tenant's now, and all that can be read is an event.
    assert!(odd >= rubbish.len() as u64 && figure("console_events_in_total") > sent / 2, "{odd} and {sent}: {metrics}");
    assert_eq!((simulator.links().await, live.board.link()), (1, Some(LinkState::Live)), "the link did not survive");
    // Whoever was made up of them is nobody whom the platform knows; all others are as they are there.
    until_true(&simulator, &mut live).await;
    let log = program.terminate();
    assert!(!log.iter().any(|line| line.contains("panicked")), "{:#?}", log.last());
    // The next console reads what was written down of them.
    let program = Program::serve(&simulator.url(), &database, &[]);
    assert!(!program.log.iter().any(|line| line.contains("passed over") || line.contains("panicked")), "{:#?}", program.log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_answers_of_the_platform_change_nothing_and_leave_an_operation_unknown() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let bodies = [
        "",
        "{",
        "[]",
        "null",
        "<html>",
        "{\"sessionId\":7}",
        "{\"root\":{}}",
        "{\"root\":[null,{\"loginName\":5}],\"total\":-1}",
        "\u{0}",
    ];
    let before = live.board.rows.clone();
    for body in bodies {
        // The roster is read again with each new link.
        lab.simulator.fault(json!({ "refuse": { "status": 200, "body": body, "path": "/api/operation" } })).await;
        lab.simulator.fault(json!({ "cut": true })).await;
        live.until_link(LinkState::Down).await;
        live.until_link(LinkState::Live).await;
        for (number, row) in &before {
            let now = live.board.row(number);
            assert_eq!((&now.name, now.state, &now.device), (&row.name, row.state, &row.device), "after {body:?}");
        }
        // Whoever signs in meanwhile is told that the platform was not understood, and is not in.
        lab.simulator.fault(json!({ "refuse": { "status": 200, "body": body, "path": "/login" } })).await;
        let answer = lab.console.visitor().sign_in("5901", crate::support::PASSWORD, "test.cc", "8901").await;
        assert!(answer.status >= 400 && answer.header("set-cookie").is_empty(), "{body:?}: {answer:?}");
    }
    // A 2xx is accepted, whatever stands in it; only the event proves it.
    for (number, body) in (1..).zip(bodies) {
        let (agent, device) = (format!("500{number}@test.cc"), format!("800{number}@test.cc"));
        lab.simulator.fault(json!({ "refuse": { "status": 200, "body": body, "path": "/api/csta/agent/state" } })).await;
        let answer = browser.force(Operation::NotReady, &[("agentId", &agent), ("deviceId", &device)]).await;
        let outcome = if answer.status == 504 { Outcome::Unknown } else { answer.intervention().outcome };
        assert!(matches!(outcome, Outcome::Accepted | Outcome::Unknown), "{body:?}: {answer:?}");
        lab.simulator.event(agent_event("agentNotReady", &format!("500{number}"))).await;
        live.until_outcome(&format!("500{number}"), Outcome::Confirmed).await;
    }
    assert_eq!(lab.simulator.operations().await.len(), bodies.len(), "one was repeated");
}
