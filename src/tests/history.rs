//! History: what each agent did and how each call went, as rows that outlive the console, and the figures that they make.

use crate::access::talking;
use crate::support::{Database, Lab, Program, Simulator, agent_event, all_ready};
use serde_json::{Value, json};
use supervisor_console::floor::{Operation, Outcome, State};

/// Nothing of an agent is there twice, and nothing is missing in between.
pub fn assert_whole(database: &Database) {
    let overlaps =
        "SELECT count(*) FROM state_interval a JOIN state_interval b ON a.agent = b.agent AND a.began < b.began AND a.ended > b.began";
    assert_eq!(database.count(overlaps), 0);
    let holes = "SELECT count(*) FROM state_interval a WHERE NOT EXISTS (SELECT 1 FROM state_interval b WHERE b.agent = a.agent AND b.ended = a.began)
        AND EXISTS (SELECT 1 FROM state_interval b WHERE b.agent = a.agent AND b.ended < a.began)";
    assert_eq!(database.count(holes), 0);
}

/// Waits for a second in which nothing was missed. The platform's times are whole seconds: what begins in the same one as the link may have
/// begun before.
async fn whole_second() {
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_becomes_a_record_its_states_intervals_and_both_the_boards_figures() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    whole_second().await;
    let call = lab.simulator.dial("8001", "8002").await;
    live.until("5002 talks", |board| board.state("5002") == Some(State::OnCall)).await;
    lab.simulator.act("8002", &call, "hold", json!({})).await;
    live.until_state("5002", State::OnHold).await;
    lab.simulator.act("8002", &call, "retrieve", json!({})).await;
    live.until_state("5002", State::OnCall).await;
    lab.simulator.hang_up("8001", &call).await;
    for number in ["5001", "5002"] {
        live.until("the call counts", |board| board.row(number).figures.is_some_and(|figures| figures.calls == 1)).await;
    }
    let figures = browser.get("/api/agents/5001@test.cc").await.json()["figures"].clone();
    assert_eq!(figures["calls"], 1, "{figures}");
    lab.settled().await;

    let text = |sql: &str| lab.database.text(sql);
    assert_eq!(
        text("SELECT call || ' ' || direction || ' ' || ending || ' ' || holds FROM call_record"),
        format!("{call} internal hung-up 1")
    );
    assert_eq!(lab.database.count("SELECT certain FROM call_record"), 1);
    assert_eq!(text("SELECT ended_by FROM call_record"), "8001@test.cc");
    let parties: Value = serde_json::from_str(&text("SELECT parties FROM call_record")).unwrap();
    let told = |n: usize, what: &str| parties[n][what].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        [told(0, "agent"), told(0, "role"), told(1, "agent"), told(1, "device")],
        ["5001@test.cc", "caller", "5002@test.cc", "8002@test.cc"]
    );
    let of_5002 = "SELECT string_agg(state, ',') FROM (SELECT state FROM state_interval WHERE agent = '5002@test.cc' AND state IN ('on-call', 'on-hold') ORDER BY began) AS each";
    assert!(
        ["on-call,on-hold,on-call", "on-call,on-hold", "on-hold,on-call", "on-hold", "on-call"].contains(&text(of_5002).as_str()),
        "{}",
        text(of_5002)
    );
    assert_whole(&lab.database);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_kill_nothing_of_history_is_missing_or_there_twice() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let mut calls = Vec::new();
    let mut cookie = None;
    for round in 0..4 {
        let program = Program::live(&simulator.url(), &database, &[]);
        let mut browser = program.sign_in("5000", "8000").await;
        browser.cookie = cookie.take().or(browser.cookie);
        let mut live = all_ready(&browser).await;
        // No device calls twice within two seconds.
        let (caller, called) = (2 * round + 1, 2 * round + 2);
        let call = simulator.dial(&format!("800{caller}"), &format!("800{called}")).await;
        live.until("they talk", |board| board.state(&format!("500{called}")) == Some(State::OnCall)).await;
        simulator.hang_up(&format!("800{caller}"), &call).await;
        live.until("it is over", |board| board.calls.is_empty()).await;
        simulator.event(agent_event("agentNotReady", "5009")).await;
        live.until_state("5009", State::NotReady).await;
        simulator.set_mode("5009", "Ready", None).await;
        live.until_state("5009", State::Ready).await;
        let mark = format!("mark-{round}");
        simulator.event(json!({ "eventName": mark })).await;
        database.until_journalled(mark.as_bytes()).await;
        calls.push(call);
        cookie = browser.cookie.clone();
        // Killed, before or after the records were written.
        drop(program);
    }
    Program::serve(&simulator.url(), &database, &[]).terminate();
    let known = database.count("SELECT count(*) FROM call_record");
    assert_eq!(known, 4);
    for call in calls {
        assert_eq!(database.count(&format!("SELECT count(*) FROM call_record WHERE call = '{call}'")), 1);
    }
    assert_eq!(database.count("SELECT count(*) FROM state_interval WHERE agent = '5009@test.cc' AND state = 'not-ready'"), 4);
    assert!(database.count("SELECT count(*) FROM state_interval WHERE certain = 0") > 0, "the times between were not heard");
    assert_whole(&database);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_of_which_not_all_was_heard_says_so() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let program = Program::live(&simulator.url(), &database, &[]);
    let browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    let through_the_gap = simulator.dial("8001", "8002").await;
    live.until("they talk", |board| board.state("5002") == Some(State::OnCall)).await;
    program.terminate();
    // Held and taken up again while nobody hears, and one that begins meanwhile.
    for action in ["hold", "retrieve"] {
        simulator.act("8002", &through_the_gap, action, json!({})).await;
    }
    let begun_in_it = simulator.dial("8003", "8004").await;
    let program = Program::live(&simulator.url(), &database, &[]);
    let mut browser = browser;
    browser.address.clone_from(&program.address);
    let mut live = browser.live().await;
    for (device, call) in [("8001", &through_the_gap), ("8003", &begun_in_it)] {
        simulator.hang_up(device, call).await;
    }
    live.until("both are over", |board| board.calls.is_empty()).await;
    whole_second().await;
    let later = simulator.dial("8005", "8006").await;
    live.until("they talk", |board| board.state("5006") == Some(State::OnCall)).await;
    simulator.hang_up("8005", &later).await;
    live.until("it is over", |board| board.calls.is_empty()).await;
    program.terminate();
    let certain = |call: &str| database.text(&format!("SELECT coalesce(max(certain), -1) || '' FROM call_record WHERE call = '{call}'"));
    assert_eq!((certain(&through_the_gap), certain(&later)), ("0".to_owned(), "1".to_owned()));
    assert_ne!(certain(&begun_in_it), "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_calls_record_tells_who_stepped_in() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let drop = [("deviceId", "8001@test.cc"), ("callId", call.as_str())];
    let listened = browser.force(Operation::Listen, &[("deviceId", "8000@test.cc"), ("callId", call.as_str())]).await.intervention().id;
    live.until_outcome("5001", Outcome::Confirmed).await;
    let dropped = browser.force(Operation::Drop, &drop).await.intervention().id;
    live.until("it is over", |board| board.calls.is_empty()).await;
    lab.database
        .until("both are in the record", |database| {
            let told = "SELECT coalesce(max(stepped_in), '[]') FROM call_record";
            let steps: Value = serde_json::from_str(&database.text(told)).unwrap();
            let step = |id: i64, operation: &str| json!({ "id": id, "operation": operation, "by": "5000@test.cc" });
            steps == json!([step(listened, "forceListen"), step(dropped, "forceDrop")])
        })
        .await;
    assert_eq!(lab.database.count("SELECT count(*) FROM call_record"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_is_kept_for_as_many_days_as_was_asked_for() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    Program::serve(&simulator.url(), &database, &[]).terminate();
    let hours_ago = |hours: i64| jiff::Timestamp::now().as_millisecond() - hours * 3_600_000;
    for (agent, hours) in [("old", 25), ("new", 23)] {
        let ended = hours_ago(hours);
        database.change(&format!("INSERT INTO state_interval VALUES ('{agent}', {}, {ended}, 'ready', NULL, 1)", ended - 1000));
        database.change(&format!(
            "INSERT INTO call_record VALUES ('{agent}', '[]', 'inbound', NULL, NULL, 0, 0, {ended}, 'hung-up', NULL, 0, 0, 0, 0, '[]', '[]', 1)"
        ));
    }
    let _console = Program::serve(&simulator.url(), &database, &["--history-days", "1"]);
    database
        .until("what is older than a day is gone", |database| {
            database.count("SELECT count(*) FROM state_interval WHERE agent = 'old'") == 0
                && database.count("SELECT count(*) FROM call_record WHERE call = 'old'") == 0
        })
        .await;
    assert_eq!(database.count("SELECT count(*) FROM state_interval WHERE agent = 'new'"), 1);
    assert_eq!(database.count("SELECT count(*) FROM call_record WHERE call = 'new'"), 1);
}
