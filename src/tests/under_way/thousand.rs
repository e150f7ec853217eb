//! A thousand operations, whatever happens to each of them.

use crate::support::{Browser, Lab, Live, Lock, Simulator, all_ready_of};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use supervisor_console::floor::{Intervention, Operation, Outcome, State};
use supervisor_console::live::Down;

/// Small steps of a seeded sequence: the test is the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// What a page says of an operation: its outcome, the platform's status, and whether nothing was sent.
type Said = (String, Option<u16>, bool);

fn said(action: &Intervention) -> Said {
    let status = if let Outcome::Refused(status) = action.outcome { Some(status) } else { None };
    (action.outcome.code().to_owned(), status, matches!(action.outcome, Outcome::NotSent(_)))
}

/// What the floor said of each operation, by its id: the last word counts.
fn shown_on(live: &mut Live, by_id: &mut BTreeMap<i64, Said>) {
    for message in std::mem::take(&mut live.heard) {
        let (Down::Snapshot { rows, .. } | Down::Delta { rows, .. }) = Down::decode(&message).unwrap() else { continue };
        by_id.extend(rows.iter().filter_map(|row| row.intervention.clone()).map(|action| (action.id, said(&action))));
    }
}

/// The same of one that the floor has not shown to its end, because a newer one took its place.
async fn looked_up(browser: &Browser, id: i64) -> Said {
    let view = browser.get(&format!("/api/interventions/{id}")).await.json();
    let status = view["status"].as_u64().map(|status| u16::try_from(status).unwrap());
    (view["outcome"].as_str().unwrap().to_owned(), status, !view["notSent"].is_null())
}

const OPEN: &str = "SELECT count(*) FROM audit AS last WHERE outcome IN ('requested', 'accepted')
    AND line = (SELECT max(line) FROM audit WHERE id = last.id)";

const FLOOR: u32 = 125;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_operations_are_told_alike_by_platform_audit_log_and_pages() {
    let lab = Lab::on(Simulator::with(FLOOR, 0.0, 10.0).await, &[]).await;
    let browser = lab.console.sign_in("5000", "8000").await;
    let mut live = all_ready_of(&browser, FLOOR as usize).await;
    live.keep = true;
    let mut dice = Dice(7);
    let mut shown = BTreeMap::new();
    let mut answers: HashMap<i64, Outcome> = HashMap::new();
    // Some clients leave before their request has come in: those do not count.
    while lab.database.count("SELECT count(DISTINCT id) FROM audit") < 1000 {
        let agents: Vec<(String, State)> = live.board.rows.iter().map(|(number, row)| (number.clone(), row.state)).collect();
        // The database is slow: somebody else writes, for up to a third of a second at a time.
        let lock = Lock::now_and_then(&lab.database, dice.below(1000));
        let mut asking = Vec::new();
        for (number, state) in agents {
            match dice.below(12) {
                0 => lab.simulator.fault(json!({ "stall_http_ms": dice.below(400) })).await,
                1 => lab.simulator.fault(json!({ "refuse": { "status": 460, "path": "/api/csta/agent/state" } })).await,
                2 => lab.simulator.fault(json!({ "refuse": { "status": 502, "path": "/api/csta/agent/state" } })).await,
                3 => lab.simulator.fault(json!({ "drop_http": 1 })).await,
                _ => {}
            }
            let operation = if state == State::Ready { Operation::NotReady } else { Operation::Ready };
            let (agent, device) = (format!("{number}@test.cc"), format!("8{}@test.cc", &number[1..]));
            let stays = Duration::from_millis(if dice.below(2) == 0 { 60_000 } else { dice.below(30) });
            let browser = browser.clone();
            asking.push(tokio::spawn(async move {
                let form = [("agentId", agent.as_str()), ("deviceId", device.as_str())];
                tokio::time::timeout(stays, browser.force(operation, &form)).await.ok()
            }));
            if dice.below(8) == 0 {
                live.next().await;
            }
        }
        for answer in asking {
            let Some(answer) = answer.await.unwrap().filter(|answer| answer.status == 200) else { continue };
            let answer = answer.intervention();
            answers.insert(answer.id, answer.outcome);
        }
        drop(lock);
        let pending =
            |board: &crate::support::Board| board.rows.values().any(|row| row.intervention.as_ref().is_some_and(|a| a.outcome.pending()));
        live.until("everything has its end", |board| !pending(board)).await;
        shown_on(&mut live, &mut shown);
    }
    while lab.database.count(OPEN) > 0 {
        live.next().await;
    }
    shown_on(&mut live, &mut shown);

    let mut audited: BTreeMap<i64, Vec<(String, Option<u16>)>> = BTreeMap::new();
    let mut at_agent: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for line in lab.database.audit() {
        if line.outcome == "requested" {
            at_agent.entry(line.agent.clone().unwrap()).or_default().push(line.id);
        }
        audited.entry(line.id).or_default().push((line.outcome, line.status));
    }
    for (id, steps) in &audited {
        assert_eq!(steps[0].0, "requested", "{id}: {steps:?}");
        let (last, status) = steps.last().unwrap();
        if shown.get(id).is_none_or(|(outcome, ..)| matches!(outcome.as_str(), "requested" | "accepted")) {
            shown.insert(*id, looked_up(&browser, *id).await);
        }
        let page = &shown[id];
        assert_eq!((&page.0, page.1), (last, *status), "{id}: {steps:?}");
        if let Some(answer) = answers.get(id) {
            assert!(steps.iter().any(|(step, _)| step == answer.code()) || last == "confirmed", "{id}: {answer:?} but {steps:?}");
        }
    }
    // What the platform got, agent by agent in its order, is what was not said to be unsent.
    let mut got: BTreeMap<String, Vec<Option<u16>>> = BTreeMap::new();
    for request in lab.simulator.operations().await {
        let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
        got.entry(body["agentId"].as_str().unwrap().to_owned()).or_default().push(request.status);
    }
    let mut seen = BTreeMap::new();
    for (agent, ids) in &at_agent {
        let sent: Vec<i64> = ids.iter().copied().filter(|id| !shown[id].2).collect();
        let statuses = got.remove(agent).unwrap_or_default();
        assert_eq!(statuses.len(), sent.len(), "{agent}: the platform got {statuses:?}, sent are {sent:?}");
        for (id, status) in sent.iter().zip(statuses) {
            let (outcome, refused, _) = &shown[id];
            let fits = match status {
                Some(status) if status < 300 => outcome == "confirmed",
                Some(status) if status < 500 => *refused == Some(status),
                _ => outcome == "unknown",
            };
            assert!(fits, "{id}: the platform answered {status:?}, the page says {outcome}");
            *seen.entry(outcome.as_str()).or_insert(0) += 1;
        }
    }
    assert!(got.is_empty(), "the platform was asked for what nobody wrote down: {got:?}");
    assert!(["confirmed", "refused", "unknown"].iter().all(|code| seen.contains_key(code)), "{seen:?}");
}
