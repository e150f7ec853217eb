//! Sessions: what they keep to themselves, how they end, and what they survive.

use crate::support::{Console, Lab, PASSWORD, all_ready};
use serde_json::json;
use supervisor_console::floor::{Operation, Outcome, State};

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_platforms_session_never_reaches_the_browser() {
    let lab = Lab::new().await;
    let mut browser = lab.console.visitor();
    let mut answers = vec![browser.sign_in("5000", PASSWORD, "test.cc", "8000").await];
    let mut live = browser.live().await;
    live.keep = true;
    live.until_state("5001", State::Ready).await;
    for path in ["/", "/sign-in", "/metrics", "/readyz", "/nowhere"] {
        answers.push(browser.get(path).await);
    }
    let agent = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];
    answers.push(browser.force(Operation::NotReady, &agent).await);
    live.until_outcome("5001", Outcome::Confirmed).await;
    lab.simulator.fault(json!({ "refuse": { "status": 459, "body": "{\"agentId\":\"5009@test.cc\"}" } })).await;
    answers.push(browser.force(Operation::Logout, &agent).await);
    live.until_outcome("5001", Outcome::Refused(459)).await;
    let sessions = lab.database.platform_sessions();
    let [(agent, secret)] = &sessions[..] else { panic!("{sessions:?}") };
    assert_eq!(agent, "5000@test.cc");
    assert!(
        lab.simulator.console_requests().await.iter().any(|request| request.header("sessionId") == Some(secret)),
        "a wrong secret proves nothing"
    );
    answers.push(browser.post("/api/sign-out", &[]).await);
    live.until("the channel is closed", |board| board.closed).await;
    for answer in answers {
        assert!(!format!("{answer:?}").contains(secret.as_str()), "{answer:?}");
    }
    assert!(live.heard.len() > 3 && live.heard.iter().all(|message| !contains(message, secret)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_the_password_nor_the_cookie_is_in_the_database() {
    let lab = Lab::new().await;
    lab.console.visitor().sign_in("5000", "Wr0ng-Passw0rd", "test.cc", "8000").await;
    let browser = lab.console.sign_in("5000", "8000").await;
    let bytes = lab.database.bytes();
    assert!(contains(&bytes, "5000@test.cc"), "the session is not there: nothing is proved");
    assert!(!contains(&bytes, PASSWORD) && !contains(&bytes, "Wr0ng-Passw0rd"));
    let id = browser.cookie.as_deref().unwrap().split_once('=').unwrap().1;
    assert_eq!(id.len(), 64);
    assert!(!contains(&bytes, id), "whoever reads the database could come in");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_may_read_the_database() {
    use std::os::unix::fs::PermissionsExt;
    let lab = Lab::new().await;
    lab.console.sign_in("5000", "8000").await;
    for file in std::fs::read_dir(lab.folder.path()).unwrap().map(Result::unwrap) {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.path());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_ends_the_session_wherever_it_is_shown() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let mut tab = browser.live().await;
    let mut others_live = all_ready(&lab.console.sign_in("5900", "8900").await).await;
    assert_eq!(browser.post("/api/sign-out", &[]).await.status, 200);
    for channel in [&mut live, &mut tab] {
        channel.until("the channel is closed", |board| board.closed).await;
        assert!(channel.board.signed_out, "closed without a word");
    }
    assert_eq!(browser.get("/").await.status, 303);
    assert_eq!(browser.try_live("").await.err().map(|status| status.as_u16()), Some(401));
    assert_eq!(browser.post("/api/sign-out", &[]).await.error(), (401, "signed-out".to_owned()));
    lab.simulator.set_mode("5001", "NotReady", None).await;
    others_live.until_state("5001", State::NotReady).await;
    lab.settled().await;
    assert!(lab.database.platform_sessions().iter().all(|(agent, _)| agent != "5000@test.cc"), "it would be back after a restart");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_survive_a_restart_of_the_console() {
    let lab = Lab::new().await;
    let (mut browser, mut live) = lab.supervisor().await;
    let signed_out = lab.console.sign_in("5900", "8900").await;
    signed_out.post("/api/sign-out", &[]).await;
    lab.settled().await;
    let epoch = live.board.epoch();
    let Lab { simulator, console, database, folder: _folder } = lab;
    console.stop().await;
    live.until("the channel is closed", |board| board.closed).await;
    assert!(!live.board.signed_out, "a restart is no sign-out");

    let console = Console::start(&simulator.url(), &database, &[]).await;
    console.until_ready().await;
    browser.address.clone_from(&console.address);
    let page = browser.get("/").await;
    assert_eq!(page.status, 200);
    let mut live = browser.live().await;
    simulator.set_mode("5001", "NotReady", None).await;
    live.until_state("5001", State::NotReady).await;
    assert_ne!(live.board.epoch(), epoch, "sequences of two starts have nothing to do with each other");
    let form = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];
    browser.force(Operation::Ready, &form).await.intervention();
    live.until_outcome("5001", Outcome::Confirmed).await;
    let mut gone = signed_out;
    gone.address.clone_from(&console.address);
    assert_eq!(gone.get("/").await.status, 303, "who signed out is back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_with_other_lists_decides_anew_who_may_come_in() {
    let lab = Lab::new().await;
    let (mut one, mut other) = (lab.console.sign_in("5000", "8000").await, lab.console.sign_in("5900", "8900").await);
    let Lab { simulator, console, database, folder: _folder } = lab;
    console.stop().await;
    let console = Console::start(&simulator.url(), &database, &["--supervisors", "5001", "--viewers", "5900"]).await;
    one.address.clone_from(&console.address);
    other.address.clone_from(&console.address);
    assert_eq!(one.get("/").await.status, 303);
    assert_eq!(other.get("/").await.status, 200);
    let form = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];
    assert_eq!(other.force(Operation::NotReady, &form).await.error(), (403, "not-permitted".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operations_of_after_a_restart_have_ids_of_their_own() {
    let lab = Lab::new().await;
    let (mut browser, mut live) = lab.supervisor().await;
    let form = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];
    let first = browser.force(Operation::NotReady, &form).await.intervention();
    live.until_outcome("5001", Outcome::Confirmed).await;
    let Lab { simulator, console, database, folder: _folder } = lab;
    console.stop().await;
    let console = Console::start(&simulator.url(), &database, &[]).await;
    console.until_ready().await;
    browser.address.clone_from(&console.address);
    // Only an event says where the agent sits.
    let mut live = browser.live().await;
    simulator.set_mode("5001", "NotReady", None).await;
    live.until_state("5001", State::NotReady).await;
    let second = browser.force(Operation::Ready, &form).await.intervention();
    assert!(second.id > first.id, "{} and {}", first.id, second.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_board_outlives_a_restart_as_remembered() {
    let lab = Lab::new().await;
    let (mut browser, mut live) = lab.supervisor().await;
    lab.simulator.set_mode("5001", "NotReady", Some("Lunch")).await;
    live.until_state("5001", State::NotReady).await;
    let since = live.board.row("5001").since;
    let Lab { simulator, console, database, folder: _folder } = lab;
    console.stop().await;
    // Without the roster, which would confirm it all.
    simulator.fault(json!({ "refuse": { "status": 500, "times": 100, "path": "/api/operation" } })).await;
    let console = Console::start(&simulator.url(), &database, &[]).await;
    console.until_ready().await;
    browser.address.clone_from(&console.address);
    let mut live = browser.live().await;
    live.until("everybody is remembered", |board| board.rows.len() == 10 && board.rows.values().all(|row| row.remembered)).await;
    let row = live.board.row("5001");
    assert_eq!((row.state, row.since, row.reason.as_deref()), (State::NotReady, since, Some("Lunch")));
    // It can be acted on at once, and its event makes it certain.
    browser.force(Operation::Ready, &[("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")]).await.intervention();
    live.until("5001 is certain", |board| board.state("5001") == Some(State::Ready) && !board.row("5001").remembered).await;
}
