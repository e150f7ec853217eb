//! A lively floor: agents set modes, call each other, hold, transfer and hang up, as dice fall; and whether a board shows the platform's truth.

use crate::support::{Board, Live, PATIENCE, Simulator};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use supervisor_console::floor::{CallRow, Row, State};
use tokio::time::Instant;

/// Small steps of a seeded sequence: the floor does the same each time.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len().max(1)))
    }
}

/// Lets so many things happen at the platform. What it refuses does not happen.
pub async fn play(simulator: &Simulator, dice: &mut Dice, happenings: usize) {
    let mut happened = 0;
    while happened < happenings {
        let truth = simulator.floor().await;
        let Some((method, path, body)) = one_more(&truth, dice) else { continue };
        happened += usize::from(simulator.try_call(method, &path, body).await.is_ok());
    }
}

/// Something that can be done on the floor as it is: a request of the platform's own clients.
fn one_more(truth: &Value, dice: &mut Dice) -> Option<(Method, String, Value)> {
    let idle: Vec<&Value> = staff(truth).filter(|agent| is_idle(agent)).collect();
    let ready: Vec<&Value> = idle.iter().copied().filter(|agent| agent["mode"] == "Ready").collect();
    let calls: Vec<&Value> = truth["calls"].as_array().unwrap().iter().filter(|call| call["answered"] == true).collect();
    // A party in this state of one of the calls, as the path of its connection.
    let connection = |dice: &mut Dice, state: &str| {
        let call = dice.one_of(&calls)?;
        let party = call["parties"].as_array().unwrap().iter().find(|party| party["state"] == state)?;
        let call = call["callId"].as_str().unwrap();
        Some(format!("/api/csta/callControl/calls/{call}/connections/{}%7C{call}", party["device"].as_str().unwrap()))
    };
    Some(match dice.below(6) {
        0 | 1 => {
            let (agent, mode) = (dice.one_of(&idle)?, ["NotReady", "Ready"][dice.below(2)]);
            let (id, device) = (&agent["agentId"], &agent["device"]);
            let body = json!({ "func": "SetState", "agentMode": mode, "agentId": id, "device": device, "namespace": "test.cc" });
            (Method::POST, "/api/csta/agent/state".to_owned(), body)
        }
        2 => {
            let (from, to) = (dice.one_of(&ready)?, number_of(&dice.one_of(&ready)?["device"]));
            (Method::POST, "/api/csta/callControl/calls".to_owned(), json!({ "from": from["device"], "to": to, "destForDisplay": to }))
        }
        3 => (Method::POST, format!("{}/hold", connection(dice, "Connect")?), json!({})),
        4 => (Method::POST, format!("{}/retrieve", connection(dice, "Hold")?), json!({})),
        _ => (Method::DELETE, connection(dice, "Connect")?, Value::Null),
    })
}

fn number_of(id: &Value) -> String {
    id.as_str().unwrap().split('@').next().unwrap().to_owned()
}

/// Those who are watched: the console has no rows for supervisors.
fn staff(truth: &Value) -> impl Iterator<Item = &Value> {
    truth["agents"].as_array().unwrap().iter().filter(|agent| agent["supervisor"] == false)
}

fn is_idle(agent: &Value) -> bool {
    agent["calls"] == json!([]) && (agent["mode"] == "Ready" || agent["mode"] == "NotReady")
}

/// What a board must say of the agent: the state, and the call.
fn true_of(agent: &Value, truth: &Value) -> (State, Option<String>) {
    let calls = truth["calls"].as_array().unwrap();
    let Some(call) = calls.iter().find(|call| agent["calls"][0] == call["callId"]) else {
        let state = match agent["mode"].as_str().unwrap() {
            "Ready" => State::Ready,
            "NotReady" => State::NotReady,
            "WorkNotReady" => State::AfterCall,
            "Logout" => State::LoggedOut,
            other => panic!("nobody here is {other}"),
        };
        return (state, None);
    };
    let parties = call["parties"].as_array().unwrap();
    let own = parties.iter().find(|party| party["device"] == agent["device"]).unwrap();
    let state = match own["state"].as_str().unwrap() {
        "Hold" => State::OnHold,
        "Alerting" => State::Ringing,
        "Initiate" => State::Dialling,
        "Connect" if parties.len() > 2 => State::Conference,
        "Connect" => State::OnCall,
        other => panic!("nobody here is {other}"),
    };
    (state, call["callId"].as_str().map(str::to_owned))
}

/// What is wrong on the board, a line each.
pub fn lies(board: &Board, truth: &Value) -> Vec<String> {
    let shown = |row: &Row| (row.state, row.call.as_ref().map(|call| call.id.as_str().to_owned()));
    let mut lies: Vec<String> = staff(truth)
        .map(|agent| (number_of(&agent["agentId"]), true_of(agent, truth)))
        .map(|(number, is)| (board.rows.get(&number).map(shown), number, is))
        .filter(|(told, _, is)| told.as_ref() != Some(is))
        .map(|(told, number, is)| format!("{number} is {is:?}, the board says {told:?}"))
        .collect();
    let calls: BTreeMap<&str, (BTreeSet<&str>, u64)> = truth["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| {
            let parties = call["parties"].as_array().unwrap().iter().map(|party| party["device"].as_str().unwrap());
            (call["callId"].as_str().unwrap(), (parties.collect(), call["holds"].as_u64().unwrap()))
        })
        .collect();
    // Of strangers the platform's truth knows nothing.
    let is_ours = |call: &&CallRow| call.parties.iter().any(|party| staff(truth).any(|agent| agent["device"] == party.device.as_str()));
    let told: BTreeMap<&str, (BTreeSet<&str>, u64)> = board
        .calls
        .values()
        .filter(|call| !call.end_not_seen)
        .filter(is_ours)
        .map(|call| (call.id.as_str(), (call.parties.iter().map(|party| party.device.as_str()).collect(), u64::from(call.holds.count))))
        .collect();
    if calls != told {
        lies.push(format!("the calls are {calls:?}, the board says {told:?}"));
    }
    lies
}

/// Waits until the board shows the platform's truth, which may go on changing by itself.
pub async fn until_true(simulator: &Simulator, live: &mut Live) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        live.until_now().await;
        let lies = lies(&live.board, &simulator.floor().await);
        if lies.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "the board stays wrong:\n{}", lies.join("\n"));
    }
}
