//! Fifty sudden deaths with the same database, while events arrive and operations are under way.

use super::play::{Dice, until_true};
use crate::history::assert_whole;
use crate::support::{AuditLine, Browser, Database, Live, Program, Simulator, agent_event};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use supervisor_console::floor::{Operation, State};
use tokio::task::JoinSet;
use tokio::time::sleep;

const KILLS: usize = 50;
const OPEN: &str = "SELECT count(*) FROM audit AS last WHERE outcome IN ('requested', 'accepted')
    AND line = (SELECT max(line) FROM audit WHERE id = last.id)";

/// The events that the journal has, in its order.
fn events_in(journal: &[u8]) -> Vec<Value> {
    let (mut events, mut at) = (Vec::new(), 0);
    while let Some(begins) = journal[at..].iter().position(|byte| *byte == b'{') {
        let mut values = serde_json::Deserializer::from_slice(&journal[at + begins..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(event)) if event.get("eventName").is_some() => {
                at += begins + values.byte_offset();
                events.push(event);
            }
            _ => at += begins + 1,
        }
    }
    events
}

/// The state of each agent by the journal's last word.
fn states_of(events: &[Value]) -> BTreeMap<String, State> {
    let mode = |event: &Value| match event["eventName"].as_str()? {
        "agentReady" => Some(State::Ready),
        "agentNotReady" => Some(State::NotReady),
        _ => None,
    };
    let number = |event: &Value| event["agentId"].as_str().unwrap().split('@').next().unwrap().to_owned();
    events.iter().filter_map(|event| Some((number(event), mode(event)?))).collect()
}

/// Events of 5001 to 5005, until it is dropped.
fn events(simulator: &Arc<Simulator>, seed: u64) -> JoinSet<()> {
    let (simulator, mut dice, mut events) = (simulator.clone(), Dice(seed), JoinSet::new());
    events.spawn(async move {
        loop {
            let name = ["agentReady", "agentNotReady"][dice.below(2)];
            simulator.event(agent_event(name, &format!("500{}", 1 + dice.below(5)))).await;
            sleep(Duration::from_millis(2)).await;
        }
    });
    events
}

/// One operation after the other at 5006 to 5009, until the console dies; each task ends with the ids that were answered.
fn operations(browser: &Browser) -> JoinSet<Vec<i64>> {
    let mut all = JoinSet::new();
    for number in ["5006", "5007", "5008", "5009"] {
        let browser = browser.clone();
        all.spawn(async move {
            let (mut answered, agent, device) = (Vec::new(), format!("{number}@test.cc"), format!("8{}@test.cc", &number[1..]));
            for operation in [Operation::NotReady, Operation::Ready].into_iter().cycle() {
                let form = [("agentId", agent.as_str()), ("deviceId", device.as_str())];
                let Some(answer) = browser.try_force(operation, &form).await else { break };
                answered.extend(matches!(answer.status, 200 | 202).then(|| answer.intervention().id));
            }
            answered
        });
    }
    all
}

/// All that was in the journal is on the board, and only remembered.
async fn is_as_the_journal_says(live: &mut Live, written: &[Value]) {
    let states = states_of(written);
    live.until(&format!("the board is as the journal says: {states:?}"), |board| {
        states.iter().all(|(number, state)| board.state(number) == Some(*state) && board.row(number).remembered)
    })
    .await;
}

/// What the platform was asked for was written down before, once each; and what was answered has its lines.
async fn is_told_alike(simulator: &Simulator, database: &Database, answered: &BTreeSet<i64>) {
    let mut lines: BTreeMap<i64, Vec<AuditLine>> = BTreeMap::new();
    for line in database.audit() {
        lines.entry(line.id).or_default().push(line);
    }
    assert!(answered.len() > 20 && answered.iter().all(|id| lines.contains_key(id)), "{} answers", answered.len());
    let mut got: BTreeMap<String, usize> = BTreeMap::new();
    for request in simulator.operations().await {
        let body: Value = serde_json::from_str(&request.body).unwrap();
        *got.entry(body["agentId"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    for (agent, got) in got {
        let own: Vec<&Vec<AuditLine>> = lines.values().filter(|lines| lines[0].agent.as_ref() == Some(&agent)).collect();
        assert!(own.iter().all(|lines| lines[0].outcome == "requested"));
        let answered = |lines: &[AuditLine]| lines.iter().any(|line| matches!(line.outcome.as_str(), "accepted" | "confirmed"));
        let certainly = own.iter().filter(|lines| answered(lines)).count();
        let perhaps = own.iter().filter(|lines| answered(lines) || lines.last().unwrap().outcome == "unknown").count();
        assert!((certainly..=perhaps).contains(&got), "{agent}: the platform got {got}, written down are {certainly} to {perhaps}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_with_the_same_database_lose_nothing_that_was_promised() {
    let simulator = Arc::new(Simulator::start().await);
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let mut dice = Dice(11);
    let (mut signed_in, mut written, mut answered) = (None::<Browser>, Vec::new(), BTreeSet::new());
    for kill in 0..KILLS {
        if kill % 5 == 4 {
            // Killed on its way up.
            let program = Program::begin(&simulator.url(), &database);
            sleep(Duration::from_millis(dice.below(150) as u64)).await;
            drop(program);
            continue;
        }
        let mut program = Program::serve(&simulator.url(), &database, &[]);
        assert!(!program.log.iter().any(|line| line.contains("passed over") || line.contains("put aside")), "{:#?}", program.log);
        assert_eq!(database.count(OPEN), 0, "kill {kill}: an operation has no end");
        let browser = match &signed_in {
            Some(browser) => browser.moved_to(&program.address),
            None => {
                program.until_live();
                signed_in.insert(program.sign_in("5000", "8000").await).clone()
            }
        };
        let mut live = browser.live().await;
        if kill == 0 {
            live.until("all are ready", |board| board.rows.values().filter(|row| row.state == State::Ready).count() == 10).await;
            // From here on nobody but the journal says what was before.
            simulator.fault(json!({ "refuse": { "status": 500, "times": 10_000, "path": "/api/operation" } })).await;
        } else {
            is_as_the_journal_says(&mut live, &written).await;
        }
        let (mut events, mut asking) = (events(&simulator, kill as u64), operations(&browser));
        let until = live.board.deltas + dice.below(15);
        while live.board.deltas < until {
            live.next().await;
        }
        sleep(Duration::from_millis(dice.below(100) as u64)).await;
        // What is on the disk by now is there for good.
        let safe = events_in(&database.journal());
        drop(program);
        events.shutdown().await;
        while let Some(ended) = asking.join_next().await {
            answered.extend(ended.unwrap());
        }
        let now = events_in(&database.journal());
        assert!(now.starts_with(&safe) && safe.starts_with(&written), "kill {kill}: the journal lost something");
        written = now;
    }
    assert!(written.len() > 500, "only {} events: nothing is proved", written.len());

    let mut program = Program::serve(&simulator.url(), &database, &[]);
    assert_eq!(database.count(OPEN), 0);
    is_told_alike(&simulator, &database, &answered).await;
    // An event for each, and the board is the platform's again.
    program.until_live();
    for number in 1..=9 {
        let agent = format!("500{number}");
        match number {
            ..=5 => drop(simulator.event(agent_event("agentReady", &agent)).await),
            _ => simulator.set_mode(&agent, "NotReady", None).await,
        }
    }
    let browser = signed_in.unwrap().moved_to(&program.address);
    until_true(&simulator, &mut browser.live().await).await;
    program.terminate();
    assert_whole(&database);
}
