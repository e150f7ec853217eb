//! Tokens for scripts: made and taken back by the program's own command, while the console serves and before.

use crate::support::{Browser, Database, Lab, Simulator, run, without_file};
use serde_json::{Value, json};
use std::process::Output;
use supervisor_console::floor::{Operation, Outcome, State};

fn token(database: &Database, flags: &[&str]) -> Output {
    run(&[&["token", "--database-url", &database.url()], flags].concat())
}

/// A new token, as a script takes it from standard output.
pub fn made(database: &Database, name: &str, role: &str) -> String {
    let output = token(database, &["--name", name, "--role", role]);
    let (out, note) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{note}");
    let token = out.strip_suffix('\n').unwrap().to_owned();
    assert!(!token.contains('\n') && !note.contains(&token), "the token stands alone on standard output, and only there");
    assert!(note.contains(name), "{note}");
    token
}

/// The one line with which the command refused.
fn refused(output: Output) -> String {
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

/// Somebody with nothing but a token.
pub fn script(lab: &Lab, token: &str) -> Browser {
    let mut script = lab.console.visitor();
    script.token = Some(token.to_owned());
    script
}

fn code(answer: &Value) -> &str {
    answer["code"].as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_works_as_soon_as_it_is_made_and_not_after_it_was_taken_back() {
    let lab = Lab::new().await;
    let token_made = made(&lab.database, "night.report-1", "viewer");
    assert!(token_made.starts_with("svc_") && token_made.len() >= 4 + 43, "{token_made}");
    let script = script(&lab, &token_made);
    assert_eq!(script.get("/api/floor").await.status, 200);
    assert!(!lab.database.bytes().windows(token_made.len()).any(|bytes| bytes == token_made.as_bytes()), "it is kept as it is");
    let listed = String::from_utf8(token(&lab.database, &["--list"]).stdout).unwrap();
    let columns: Vec<&str> = listed.trim_end().split('\t').collect();
    assert!(matches!(columns[..], ["night.report-1", "viewer", made, used] if made.ends_with('Z') && used.ends_with('Z')), "{listed}");

    let output = token(&lab.database, &["--revoke", "--name", "night.report-1"]);
    assert!(output.status.success() && output.stdout.is_empty());
    let answer = script.get("/api/floor").await;
    assert_eq!((answer.status, code(&answer.json()), answer.header("www-authenticate")), (401, "signed-out", "Bearer"));
    assert_eq!(token(&lab.database, &["--list"]).stdout, b"");
    // The name is free again, and the old token stays dead.
    let again = made(&lab.database, "night.report-1", "viewer");
    assert_ne!(again, token_made);
    assert_eq!(script.get("/api/floor").await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_may_be_made_before_the_console_first_starts() {
    if without_file() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let token = made(&database, "early", "supervisor");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&database.path).unwrap().permissions().mode() & 0o077, 0);
    }
    let simulator = Simulator::start().await;
    let console = crate::support::Console::start(&simulator.url(), &database, &[]).await;
    console.until_ready().await;
    let mut script = console.visitor();
    script.token = Some(token);
    assert_eq!(script.get("/api/calls").await.status, 200);
}

#[test]
fn what_is_wrong_with_the_command_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    made(&database, "report", "viewer");
    let in_use = refused(token(&database, &["--name", "report", "--role", "supervisor"]));
    assert!(in_use.contains("--name report is in use") && in_use.contains("--revoke"), "{in_use}");
    let unknown = refused(token(&database, &["--revoke", "--name", "other"]));
    assert!(unknown.contains("--name other") && unknown.contains("--list"), "{unknown}");
    let long = "a".repeat(65);
    for name in ["", "a b", "a/b", "é", &long] {
        let line = refused(token(&database, &[&format!("--name={name}"), "--role", "viewer"]));
        assert!(line.contains("--name"), "{line}");
    }
    let memory = refused(run(&["token", "--database-url", "sqlite::memory:", "--name", "x", "--role", "viewer"]));
    assert!(memory.contains("--database-url") && memory.contains("sqlite:supervisor-console.db"), "{memory}");
    for (flags, says) in [
        (&["--role", "viewer"][..], "--name"),
        (&["--name", "x"], "--role"),
        (&["--name", "x", "--role", "admin"], "supervisor"),
        (&["--revoke"], "--name"),
        (&["--list", "--name", "x"], "--list"),
    ] {
        let line = refused(token(&database, flags));
        assert!(line.contains(says), "{flags:?}: {line}");
    }
    let elsewhere = refused(run(&["token", "--database-url", "sqlite:/nowhere/at/all.db", "--name", "x", "--role", "viewer"]));
    assert!(elsewhere.contains("--database-url") && elsewhere.contains("choose"), "{elsewhere}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewers_token_reads_and_does_not_step_in() {
    let lab = Lab::new().await;
    let (_supervisor, _live) = lab.supervisor().await;
    let script = script(&lab, &made(&lab.database, "screen", "viewer"));
    for path in ["/api/floor", "/api/calls", "/api/agents/5001"] {
        assert_eq!(script.get(path).await.status, 200, "{path}");
    }
    for operation in Operation::ALL {
        // Whatever is wrong with the body besides.
        for body in [json!({ "agentId": "5001@test.cc", "deviceId": "8001@test.cc" }), json!("nonsense")] {
            let answer = script.force_json(operation, &body).await;
            assert_eq!((answer.status, code(&answer.json())), (403, "not-permitted"), "{operation:?}");
        }
    }
    assert_eq!(lab.simulator.operations().await.len(), 0);
    assert_eq!(lab.database.audit(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_steps_in_with_the_session_of_a_signed_in_supervisor() {
    let lab = Lab::with(&["--viewers", "5901"]).await;
    let script = script(&lab, &made(&lab.database, "night", "supervisor"));
    let agent = json!({ "agentId": "5001@test.cc", "deviceId": "8001@test.cc" });
    lab.console.sign_in("5901", "8901").await;
    let alone = script.force_json(Operation::NotReady, &agent).await;
    assert_eq!((alone.status, code(&alone.json())), (503, "no-platform-session"), "a viewer's session was lent");
    assert_eq!(lab.simulator.operations().await.len(), 0);

    let (_supervisor, mut live) = lab.supervisor().await;
    lab.console.sign_in("5901", "8901").await;
    let answer = script.force_json(Operation::NotReady, &agent).await;
    assert!(matches!(answer.status, 200 | 202), "{} {}", answer.status, answer.body);
    let id = answer.json()["id"].as_i64().unwrap();
    live.until("the operation is confirmed at its row", |board| {
        board.action("5001").is_some_and(|action| action.id == id && action.outcome == Outcome::Confirmed)
    })
    .await;
    live.until_state("5001", State::NotReady).await;
    assert_eq!(live.board.action("5001").unwrap().by.as_str(), "token:night");
    let sent = lab.simulator.operations().await;
    let sessions = lab.database.platform_sessions();
    let lent = sessions.iter().find(|(agent, _)| agent == "5000@test.cc").map(|(_, session)| session.as_str());
    assert_eq!((sent.len(), sent[0].header("sessionId")), (1, lent));
    let followed = script.get(&format!("/api/interventions/{id}")).await.json();
    assert_eq!((&followed["outcome"], &followed["by"], &followed["byDevice"]), (&json!("confirmed"), &json!("token:night"), &json!(null)));
    lab.settled().await;
    assert!(lab.database.audit().iter().all(|line| line.by == "token:night" && line.by_device.is_empty()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_names_the_phone_that_listens_joins_and_takes() {
    let lab = Lab::new().await;
    let (_supervisor, mut live) = lab.supervisor().await;
    let call = crate::access::talking(&lab.simulator, &mut live).await;
    let script = script(&lab, &made(&lab.database, "night", "supervisor"));
    for (operation, field) in [(Operation::Listen, "deviceId"), (Operation::Join, "phoneNumber"), (Operation::Take, "phoneNumber")] {
        let mut body = json!({ "callId": call });
        if operation != Operation::Listen {
            body["deviceId"] = json!("8001@test.cc");
        }
        let answer = script.force_json(operation, &body).await;
        let problem = answer.json();
        assert_eq!((answer.status, code(&problem), &problem["field"]), (400, "bad-argument", &json!(field)), "{operation:?}");
    }
    assert_eq!(lab.simulator.operations().await.len(), 0);
    let body = json!({ "callId": call, "deviceId": "8001@test.cc", "phoneNumber": "8906", "expect": "joins" });
    let answer = script.force_json(Operation::Join, &body).await;
    assert!(matches!(answer.status, 200 | 202), "{} {}", answer.status, answer.body);
    assert_eq!(answer.json()["byDevice"], "8906@test.cc");
    live.until_state("5001", State::Conference).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_token_of_ours_opens_nothing() {
    let lab = Lab::new().await;
    let (supervisor, _live) = lab.supervisor().await;
    let mine = made(&lab.database, "mine", "supervisor");
    let long = format!("svc_{}", "a".repeat(10_000));
    for token in ["", "svc_", &mine[4..], &mine.to_uppercase(), &format!("{mine}0"), &mine[..mine.len() - 1], &long] {
        let mut script = script(&lab, token);
        // A token that came decides alone: the cookie does not make up for it.
        script.cookie.clone_from(&supervisor.cookie);
        let answer = script.get("/api/floor").await;
        assert_eq!((answer.status, code(&answer.json())), (401, "signed-out"), "{token:?}");
    }
    // Another scheme is somebody else's, for example a proxy's: the cookie counts.
    let mut behind_a_proxy = supervisor.clone();
    assert_eq!(behind_a_proxy.get_with("/api/floor", "authorization", "Basic dXNlcjpwYXNz").await.status, 200);
    // A token is for the JSON routes: pages and the live channel want a session.
    behind_a_proxy = script(&lab, &mine);
    assert_eq!(behind_a_proxy.get("/").await.status, 303);
    assert_eq!(behind_a_proxy.try_live("").await.err().map(|status| status.as_u16()), Some(401));
    let as_a_form = behind_a_proxy.post("/api/force/not-ready", &[("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")]).await;
    assert_eq!((as_a_form.status, code(&as_a_form.json())), (415, "unsupported-media-type"));
    assert_eq!(lab.simulator.operations().await.len(), 0);
}
