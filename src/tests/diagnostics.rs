//! What an engineer sees of the console's inside (the SDK's document, section 5), who may see it, and that nothing in it is secret.

use crate::access::talking;
use crate::support::{Browser, Database, Lab, PASSWORD, PATIENCE, Program, Simulator, agent_event};
use crate::tokens::{made, script};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use supervisor_console::floor::State;
use tokio::time::{Duration, Instant, sleep};
use zip::ZipArchive;

const OUTSIDE: &str = "13800001111";

async fn until(browser: &Browser, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let told = browser.get("/api/diagnostics").await.json();
        if is_so(&told) {
            return told;
        }
        assert!(Instant::now() < deadline, "waited until {what}: {told}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// The count of something odd, and its sample.
fn odd<'a>(told: &'a Value, what: &str) -> &'a Value {
    told["odd"].as_array().unwrap().iter().find(|odd| odd["what"] == what).unwrap()
}

/// The whole of the newest exchange of which the list says `what`.
async fn exchange(browser: &Browser, list: &str, what: &str) -> Value {
    let told =
        until(browser, what, |told| told[list].as_array().unwrap().iter().any(|line| line["what"].as_str().unwrap().contains(what))).await;
    let line = told[list].as_array().unwrap().iter().find(|line| line["what"].as_str().unwrap().contains(what)).unwrap();
    browser.get(&format!("/api/diagnostics/exchanges/{}", line["id"])).await.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_supervisors_whom_the_flag_names_see_it() {
    let lab = Lab::with(&["--diagnostics", "5000,5901", "--viewers", "5901"]).await;
    let permitted = lab.console.sign_in("5000", "8000").await;
    let other = lab.console.sign_in("5900", "8900").await;
    let viewer = lab.console.sign_in("5901", "8901").await;
    let token = script(&lab, &made(&lab.database, "night", "supervisor"));
    let stranger = lab.console.visitor();
    let views = ["", "/exchanges/1", "/memory?agent=5001", "/bundle"].map(|path| format!("/api/diagnostics{path}"));
    for path in &views {
        assert_eq!(permitted.get(path).await.status, 200, "{path}");
        assert_eq!(stranger.get(path).await.error(), (401, "signed-out".to_owned()), "{path}");
        for refused in [&other, &viewer, &token] {
            assert_eq!(refused.get(path).await.error(), (403, "not-permitted".to_owned()), "{path}");
        }
    }
    for (path, body) in [("log", json!({ "minutes": 5 })), ("note", json!({ "text": "now" }))] {
        let path = format!("/api/diagnostics/{path}");
        assert_eq!(stranger.post_json(&path, &body).await.error().0, 401);
        for refused in [&other, &viewer, &token] {
            assert_eq!(refused.post_json(&path, &body).await.error(), (403, "not-permitted".to_owned()));
        }
        let mut lured = permitted.clone();
        lured.origin = Some("http://evil.example".to_owned());
        assert_eq!(lured.post_json(&path, &body).await.error(), (403, "wrong-origin".to_owned()));
    }
    for path in ["/diagnostics/log", "/diagnostics/note"] {
        let form = [("minutes", "5"), ("text", "now")];
        assert_eq!(stranger.post(path, &form).await.status, 401);
        assert_eq!(other.post(path, &form).await.status, 403);
    }
    for (path, form) in [("log", [("minutes", "x")]), ("log", [("minutes", "61")]), ("note", [("text", " ")]), ("note", [("note", "")])] {
        let told = permitted.post(&format!("/diagnostics/{path}"), &form).await;
        assert!(told.status == 400 && told.body.contains("That cannot be."), "{path} {form:?}: {}", told.body);
    }
    assert!(permitted.get("/").await.body.contains(r#"href="/diagnostics""#) && !other.get("/").await.body.contains("/diagnostics"));
    assert_eq!(stranger.get("/diagnostics").await.header("location"), "/sign-in?next=/diagnostics");
    assert_eq!([other.get("/diagnostics").await.status, viewer.get("/diagnostics").await.status], [403, 403]);
    let page = permitted.get("/diagnostics").await;
    assert!(page.status == 200 && page.body.contains("/topic/event.agent.*.test_cc"), "{}", page.body);
    // Unless it is given, nobody may.
    let lab = Lab::new().await;
    assert_eq!(lab.console.sign_in("5000", "8000").await.get("/api/diagnostics").await.status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_tells_the_session_with_the_broker_and_what_went_over_the_wire() {
    let lab = Lab::with(&["--diagnostics", "5000", "--broker-login", "console", "--broker-passcode", "pass-1234"]).await;
    let (browser, mut live) = lab.supervisor().await;
    let told = until(&browser, "the subscription is confirmed", |told| told["broker"]["subscriptions"][0]["confirmed"] == true).await;
    assert_eq!((&told["link"], &told["broker"]["connection"]), (&json!("live"), &json!(1)), "{told}");
    assert_eq!(told["broker"]["subscriptions"][0]["destination"], "/topic/event.agent.*.test_cc");
    let greeting = told["broker"]["greeting"].as_array().unwrap();
    assert!(greeting.iter().any(|header| header["name"] == "version"), "{greeting:?}");
    assert!(told["clockOffsetMs"].as_i64().unwrap().abs() < 60_000 && told["waiting"]["database"].is_u64(), "{told}");

    let connect = exchange(&browser, "frames", "CONNECT").await;
    let header = |of: &Value, name: &str| {
        of["headers"].as_array().unwrap().iter().find(|header| header["name"] == name).map(|header| header["value"].clone())
    };
    let connect = match connect["direction"].as_str() {
        Some("out") => connect,
        // CONNECTED, which is newer.
        _ => browser.get(&format!("/api/diagnostics/exchanges/{}", connect["id"].as_u64().unwrap() - 1)).await.json(),
    };
    assert_eq!((header(&connect, "login"), header(&connect, "passcode")), (Some(json!("console")), Some(json!("***"))), "{connect}");

    // An event to an outside number, and the request that the console made.
    let call = talking(&lab.simulator, &mut live).await;
    let established = exchange(&browser, "frames", "established").await;
    let body = established["body"].as_str().unwrap();
    assert!(body.contains("8001@test.cc") && body.contains("138****1111") && !body.contains(OUTSIDE), "{body}");
    let login = exchange(&browser, "requests", "POST /login").await;
    assert_eq!([&login["answer"], &login["body"], &login["answerBody"]], ["200", "", ""], "{login}");
    let asked = browser.post_json("/api/force/drop", &json!({ "deviceId": "8001@test.cc", "callId": call })).await;
    assert!(matches!(asked.status, 200 | 202), "{}", asked.body);
    let drop = exchange(&browser, "requests", "DELETE ").await;
    assert!(drop["what"].as_str().unwrap().ends_with(&format!("/connections/8001@test.cc%7C{call}")), "{drop}");
    assert_eq!(browser.get("/api/diagnostics/exchanges/999999").await.error().0, 404);

    // A connection that ends says why.
    lab.simulator.fault(json!({ "cut": true })).await;
    let told = until(&browser, "there is another connection", |told| told["broker"]["connection"] == 2 && told["link"] == "live").await;
    assert!(told["broker"]["ended"].is_string() && told["broker"]["endedBecause"].is_string(), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_malformed_unknown_or_late_is_counted_with_a_sample() {
    let lab = Lab::with(&["--diagnostics", "5000"]).await;
    let (browser, mut live) = lab.supervisor().await;
    let before = browser.get("/api/diagnostics").await.json();
    for what in ["malformedFrame", "malformedEvent", "unknown", "late", "otherTenant"] {
        assert_eq!(odd(&before, what)["count"], 0, "{before}");
    }
    lab.simulator.raw(format!("{OUTSIDE} is no event").as_bytes()).await;
    let mut unknown = agent_event("agentOnTheMoon", "5001");
    unknown["wanted"] = OUTSIDE.into();
    lab.simulator.event(unknown).await;
    until(&browser, "the unknown one is counted", |told| odd(told, "unknown")["count"] == 1).await;
    lab.simulator.fault(json!({ "too_long": 1 })).await;
    lab.simulator.event(agent_event("agentNotReady", "5004")).await;
    lab.simulator.event(agent_event("agentNotReady", "5002")).await;
    live.until_state("5002", State::NotReady).await;
    let elsewhere = agent_event("agentReady", "5003").to_string().replace("test.cc", "other.cc");
    lab.simulator.raw(elsewhere.as_bytes()).await;
    let mut late = agent_event("agentReady", "5003");
    late["eventTime"] = "2020.01.01 08:00:00".into();
    lab.simulator.event(late).await;
    let told = until(&browser, "the late one is counted", |told| odd(told, "late")["count"] == 1).await;
    for (what, why) in [("malformedEvent", "not JSON"), ("unknown", "agentOnTheMoon"), ("late", "agentReady")] {
        let odd = odd(&told, what);
        assert_eq!(odd["count"], 1, "{what}: {told}");
        assert!(odd["why"].as_str().unwrap().contains(why) && odd["at"].is_string(), "{odd}");
        assert!(!odd["body"].as_str().unwrap().contains(OUTSIDE), "{odd}");
    }
    let elsewhere = odd(&told, "otherTenant");
    assert_eq!((&elsewhere["count"], &elsewhere["body"]), (&json!(1), &json!("")), "nothing of it is kept: {elsewhere}");
    let frame = odd(&told, "malformedFrame");
    assert!(frame["count"].as_u64().unwrap() > 0 && frame["why"].is_string(), "{frame}");
    assert_eq!(told["link"], "live");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_floor_holds_of_a_call_or_an_agent_is_told_with_numbers_masked() {
    let lab = Lab::with(&["--diagnostics", "5000"]).await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let held = browser.get(&format!("/api/diagnostics/memory?call={call}")).await;
    assert_eq!((held.status, held.json()["row"]["id"].as_str()), (200, Some(&*call)), "{}", held.body);
    assert!(held.json()["call"]["facts"].as_array().is_some_and(|facts| !facts.is_empty()), "{}", held.body);
    assert!(held.body.contains("138****1111") && !held.body.contains(OUTSIDE), "{}", held.body);
    let agent = browser.get("/api/diagnostics/memory?agent=5001").await.json();
    assert_eq!((&agent["device"]["id"], &agent["calls"]), (&json!("8001@test.cc"), &json!([call])), "{agent}");
    for (query, status) in [("call=none", 404), ("agent=5999", 404), ("", 400), ("call=a&agent=5001", 400), ("agent=5001@other.cc", 400)] {
        assert_eq!(browser.get(&format!("/api/diagnostics/memory?{query}")).await.error().0, status, "{query}");
    }
    // The page shows the same.
    let page = browser.get("/diagnostics?agent=5001").await;
    assert!(page.body.contains(&call) && page.body.contains("138****1111") && !page.body.contains(OUTSIDE), "{}", page.body);
    assert!(browser.get("/diagnostics?agent=5001@other.cc").await.body.contains("cannot be the id"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_in_detail_for_as_long_as_it_was_asked_for_and_takes_notes() {
    let (simulator, folder) = (Simulator::start().await, tempfile::tempdir().unwrap());
    let mut program =
        Program::serve_with_usual_log(&simulator.url(), &Database::at(folder.path().join("console.db")), &["--diagnostics", "5000"]);
    program.until_live();
    let browser = program.sign_in("5000", "8000").await;
    simulator.event(agent_event("agentReady", "5001")).await;
    let log = |minutes: Value| {
        let browser = browser.clone();
        async move { browser.post_json("/api/diagnostics/log", &json!({ "minutes": minutes })).await }
    };
    for wrong in [json!(61), json!(-1), json!("5")] {
        assert_eq!(log(wrong).await.error().0, 400);
    }
    assert_eq!(log(json!(5)).await.status, 204);
    assert_eq!(program.until_logged("the log is in detail for so long")["minutes"], 5);
    let until = browser.get("/api/diagnostics").await.json()["detailedUntil"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let left = until.duration_since(jiff::Timestamp::now());
    assert!((280..=300).contains(&left.as_secs()), "{left:?}");
    simulator.event(agent_event("agentNotReady", "5001")).await;
    assert_eq!(program.until_logged("heard")["name"], "agentNotReady");
    assert!(!program.log.iter().any(|line| line.contains("agentReady")), "it was in detail before");
    assert_eq!(log(json!(0)).await.status, 204);
    assert_eq!(browser.get("/api/diagnostics").await.json()["detailedUntil"], Value::Null);

    let note = |text: &str, error: bool| {
        let (browser, body) = (browser.clone(), json!({ "text": text, "error": error }));
        async move { browser.post_json("/api/diagnostics/note", &body).await }
    };
    assert_eq!(note("I dial 13800001111 now", false).await.status, 204);
    assert_eq!(program.until_logged("note")["text"], "I dial 138****1111 now");
    assert_eq!(note("it failed", true).await.status, 204);
    assert!(program.until_logged("note")["by"].as_str().is_some_and(|by| by == "5000@test.cc"));
    assert!(program.log.last().unwrap().contains("ERROR"), "{:?}", program.log.last());
    for wrong in ["", "  ", "two\nlines", &"x".repeat(201)] {
        assert_eq!(note(wrong, false).await.error().0, 400, "{wrong:?}");
    }
    let told = browser.get("/api/diagnostics").await.json();
    let line = |text: &str| told["log"].as_array().unwrap().iter().any(|line| line.as_str().unwrap().contains(text));
    assert!(line("I dial 138****1111 now") && line("it failed"), "{}", told["log"]);
    assert!(!program.log.iter().skip_while(|line| !line.contains("\"minutes\":0")).any(|line| line.contains("heard")));
}

/// The bundle's files.
pub fn unpacked(answer: &[u8]) -> BTreeMap<String, String> {
    let mut zip = ZipArchive::new(Cursor::new(answer)).unwrap();
    let files = zip.len();
    let read = |at: usize| {
        let (mut file, mut text) = (zip.by_index(at).unwrap(), String::new());
        file.read_to_string(&mut text).unwrap();
        (file.name().unwrap().into_owned(), text)
    };
    (0..files).map(read).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_support_bundle_holds_no_secret() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let hook = "http://hookuser:hookpass@127.0.0.1:9/hooks/path-secret?key=query-secret";
    let events = simulator.url().replace("http://", "ws://evuser:evp%40ss66@") + "/mvc/stomp/websocket?access=ev%2Ftoken66";
    let mut program = Program::serve(
        &simulator.url().replace("http://", "http://sdkuser:sdkpassword@"),
        &database,
        &[
            "--diagnostics",
            "5000",
            "--events-url",
            &events,
            "--broker-login",
            "console",
            "--broker-passcode",
            r#"pass"co\de:42"#,
            "--webhook",
            hook,
        ]
        .into_iter()
        .chain(["--webhook-secret", "hook-secret-1"])
        .collect::<Vec<_>>(),
    );
    program.until_live();
    let browser = program.sign_in("5000", "8000").await;
    let phone = browser.post_json("/api/phone/login", &json!({ "password": PASSWORD })).await;
    assert!(matches!(phone.status, 200 | 202), "{}", phone.body);
    let call = browser.post_json("/api/phone/call", &json!({ "phoneNumber": OUTSIDE })).await;
    assert!(matches!(call.status, 200 | 202), "{}", call.body);
    exchange(&browser, "frames", "established").await;
    let told = exchange(&browser, "requests", "POST /api/csta/callControl").await;
    assert!(told["body"].as_str().is_some_and(|body| !body.contains(OUTSIDE)), "{told}");
    let wrong = Browser::at(&program.address).sign_in("5001", "wrong-password-1", "test.cc", "8001").await;
    assert_eq!(wrong.status, 401);

    let (overview, page) = (browser.get("/api/diagnostics").await.body, browser.get("/diagnostics").await.body);
    let bundle = browser.bytes("/api/diagnostics/bundle").await;
    let files = unpacked(&bundle);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["configuration.json", "diagnostics.json", "log.txt", "metrics.txt", "wire.json"]);
    assert!(
        files["wire.json"].contains("agentLoggedOn")
            && files["log.txt"].contains("signed in")
            && files["metrics.txt"].contains("console_events_in_total")
    );
    assert!(files["configuration.json"].contains("127.0.0.1"), "{}", files["configuration.json"]);
    let cookie = browser.cookie.clone().unwrap();
    let sessions: Vec<String> =
        simulator.requests().await.iter().filter_map(|request| request.header("sessionid").map(str::to_owned)).collect();
    assert!(!sessions.is_empty(), "the platform's session ids are known to nobody");
    let given = ["hookpass", "path-secret", "query-secret", "sdkpassword", r#"pass"co"#, r#"pass\"co"#, "de:42", "hook-secret-1"];
    let secrets = given.into_iter().chain(["evuser", "ss66", "token66", PASSWORD, "wrong-password-1", OUTSIDE]).map(str::to_owned);
    let secrets = secrets.chain(sessions).chain([cookie.split_once('=').unwrap().1.to_owned()]);
    for secret in secrets {
        // What the program says there is on standard error.
        assert!(!program.log.iter().any(|line| line.contains(&secret)), "{secret} is logged");
        for (name, text) in files.iter().map(|(name, text)| (name.as_str(), text)).chain([("the overview", &overview), ("the page", &page)])
        {
            assert!(!text.contains(&secret), "{secret} is in {name}");
        }
    }
}
