//! Pages, choices and the addresses for those who watch the watcher.

use crate::support::{Answer, Lab, PATIENCE};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use supervisor_console::floor::{Operation, State};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signed_out_every_page_leads_to_the_sign_in_and_back() {
    let lab = Lab::new().await;
    let visitor = lab.console.visitor();
    for (wanted, leads_to) in [
        ("/", "/sign-in"),
        ("/?state=ready&q=a%20b", "/sign-in?next=/%3Fstate%3Dready%26q%3Da%2520b"),
        ("/agents/5001", "/sign-in?next=/agents/5001"),
    ] {
        let answer = visitor.get(wanted).await;
        assert_eq!((answer.status, answer.header("location")), (303, leads_to), "{wanted}");
    }
    let page = visitor.get("/sign-in").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<form") && page.body.contains("test.cc"));
    assert!(!page.body.contains("5001@test.cc"), "the sign-in page knows the floor");
    let signed_in = lab.console.sign_in("5000", "8000").await;
    let answer = signed_in.get("/sign-in").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_and_views_are_compressed_for_those_who_take_it() {
    let lab = Lab::new().await;
    let (browser, _live) = lab.supervisor().await;
    for path in ["/", "/calls", "/api/floor"] {
        let request = reqwest::Client::new().get(format!("http://{}{path}", lab.console.address));
        let answer =
            request.header("cookie", browser.cookie.as_deref().unwrap()).header("accept-encoding", "br, gzip").send().await.unwrap();
        assert_eq!(answer.headers()["content-encoding"], "gzip", "{path}");
        assert!(answer.headers()["vary"].to_str().unwrap().contains("accept-encoding"), "{path}");
        let (compressed, plain) = (answer.bytes().await.unwrap(), browser.get(path).await);
        assert_eq!(plain.header("content-encoding"), "");
        assert!(compressed.len() * 2 < plain.body.len(), "{path}: {} of {}", compressed.len(), plain.body.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_comes_with_the_board_as_the_address_wants_it() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.set_mode("5003", "NotReady", None).await;
    live.until_state("5003", State::NotReady).await;
    let all = browser.get("/").await.body;
    assert!((5001..=5010).all(|number| all.contains(&format!("{number}@test.cc"))));
    let some = browser.get("/?state=not-ready").await.body;
    assert!(some.contains("5003@test.cc") && !some.contains("5004@test.cc"));
    let found = browser.get("/?q=5007").await.body;
    assert!(found.contains("5007@test.cc") && !found.contains("5008@test.cc"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_comes_in_the_order_that_the_browser_remembers_unless_the_address_names_one() {
    let lab = Lab::new().await;
    let (mut browser, mut live) = lab.supervisor().await;
    let event_before = |name: &str, agent: &str, minutes: i64| {
        let mut event = crate::support::agent_event(name, agent);
        let time = jiff::Timestamp::now().in_tz("Asia/Shanghai").unwrap().checked_sub(jiff::Span::new().minutes(minutes)).unwrap();
        event["eventTime"] = time.strftime("%Y.%m.%d %H:%M:%S").to_string().into();
        event
    };
    // Nobody has heard of them before: what they did is as old as it is.
    for (name, agent, minutes, state) in [
        ("agentNotReady", "5801", 16, State::NotReady),
        ("agentWorkingAfterCall", "5802", 6, State::AfterCall),
        ("agentReady", "5803", 60, State::Ready),
    ] {
        lab.simulator.event(event_before(name, agent, minutes)).await;
        live.until_state(agent, state).await;
    }
    let first = |body: &str| body.split("data-agent=\"").skip(1).map(|rest| rest[..4].to_owned()).take(3).collect::<Vec<_>>();
    let (usual, trouble) = (["5001", "5002", "5003"], ["5802", "5801", "5803"]);
    let session = browser.cookie.clone().unwrap();
    for (remembered, path, wanted) in [
        ("trouble", "/", trouble),
        ("", "/", usual),
        ("trouble", "/?sort=agent", usual),
        ("agent", "/?sort=trouble", trouble),
        ("chaos", "/", usual),
        ("-agent", "/", ["5803", "5802", "5801"]),
    ] {
        browser.cookie = Some(format!("{session}; sort={remembered}"));
        let page = browser.get(path).await;
        assert_eq!(first(&page.body), wanted, "{remembered} {path}");
    }
    // Scripts name their order, or get the usual one.
    for (path, wanted) in [("/api/floor?sort=trouble", trouble), ("/api/floor", usual)] {
        let told = browser.get(path).await.json();
        let told: Vec<&str> =
            told["agents"].as_array().unwrap().iter().take(3).map(|agent| &agent["agent"].as_str().unwrap()[..4]).collect();
        assert_eq!(told, wanted, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_protects_itself() {
    let lab = Lab::new().await;
    let visitor = lab.console.visitor();
    for path in ["/sign-in", "/", "/healthz", "/nowhere", "/live", "/pkg/none.js"] {
        let answer = visitor.get(path).await;
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!((answer.header("x-content-type-options"), answer.header("x-frame-options")), ("nosniff", "DENY"), "{path}");
    }
}

/// What every answer says of itself beside its content policy.
fn is_guarded(answer: &Answer, what: &str) {
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(answer.header(name), value, "{name} of {what}");
    }
    let permissions = answer.header("permissions-policy");
    for off in ["camera=()", "microphone=()", "geolocation=()", "display-capture=()", "usb=()"] {
        assert!(permissions.contains(off), "{permissions:?} of {what}");
    }
    let policy = answer.header("content-security-policy");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval ") && !policy.contains('*'), "{policy:?} of {what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_document_only_what_the_server_wrote_runs() {
    let lab = Lab::new().await;
    let (supervisor, _live) = lab.supervisor().await;
    let visitor = lab.console.visitor();
    let mut nonces = Vec::new();
    for (browser, path, status) in [
        (&visitor, "/sign-in", 200),
        (&supervisor, "/", 200),
        (&supervisor, "/", 200),
        (&supervisor, "/calls", 200),
        (&supervisor, "/agents/5001@test.cc", 200),
        (&supervisor, "/agents/5999@test.cc", 404),
        (&supervisor, "/nowhere", 404),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, status, "{path}");
        is_guarded(&page, path);
        let policy = page.header("content-security-policy");
        let directives: Vec<&str> = policy.split("; ").collect();
        for wanted in [
            "default-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(directives.contains(&wanted), "{wanted}: {policy}");
        }
        let scripts = directives.iter().find_map(|directive| directive.strip_prefix("script-src ")).unwrap();
        let nonce = scripts.strip_prefix("'self' 'nonce-").and_then(|rest| rest.strip_suffix("' 'wasm-unsafe-eval'")).unwrap();
        assert!(nonce.len() >= 16, "{nonce}");
        // What the document says is what the policy lets through.
        let body = page.body.as_str();
        for tag in body.split("<script").skip(1).filter_map(|rest| rest.split('>').next()) {
            let is_ours = ["/boot.js", "/phone.js", "/phone-page.js"].iter().any(|file| tag.contains(&format!("src=\"{file}\"")));
            let may_run = is_ours || tag.contains(&format!("nonce=\"{nonce}\""));
            assert!(may_run || tag.contains(r#"type="text/plain""#), "{path}: <script{tag}>");
        }
        for forbidden in ["<style", " style=", " onclick=", " onload=", "javascript:"] {
            assert!(!body.contains(forbidden), "{path}: {forbidden}");
        }
        nonces.push(nonce.to_owned());
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 7, "a nonce was used twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_document_is_closed() {
    let lab = Lab::new().await;
    let (supervisor, _live) = lab.supervisor().await;
    let visitor = lab.console.visitor();
    let mut foreign = supervisor.clone();
    foreign.origin = Some("https://evil.example".to_owned());
    let agent = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];
    let too_long = vec![b'x'; 100 << 10];
    let operation = supervisor.force(Operation::NotReady, &agent).await;
    let carried_out = operation.status;
    assert!(matches!(carried_out, 200 | 202), "{}", operation.body);
    let answers = [
        ("a file", supervisor.get("/boot.js").await, 200),
        ("no file", supervisor.get("/pkg/none.js").await, 404),
        ("a redirect", visitor.get("/").await, 303),
        ("a choice", visitor.get("/preferences?lang=en").await, 303),
        ("a piece of a page", supervisor.get("/agents/5001@test.cc/day").await, 200),
        ("JSON", supervisor.get("/api/floor").await, 200),
        ("JSON for nobody", visitor.get("/api/floor").await, 401),
        ("no operation", supervisor.get("/api/nowhere").await, 404),
        ("another method", supervisor.ask(reqwest::Method::PUT, "/", "text/plain", Vec::new()).await, 405),
        ("a body that is too long", supervisor.ask(reqwest::Method::POST, "/api/sign-in", "text/plain", too_long).await, 413),
        ("another origin", foreign.force(Operation::NotReady, &agent).await, 403),
        ("an operation", operation, carried_out),
        ("the live channel for nobody", visitor.get_with("/live", "connection", "keep-alive").await, 400),
        ("the metrics", visitor.get("/metrics").await, 200),
        ("the health", visitor.get("/healthz").await, 200),
    ];
    for (what, answer, status) in answers {
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
        is_guarded(&answer, what);
        let policy = answer.header("content-security-policy");
        assert_eq!(policy, "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", "{what}");
    }
    let headers = visitor.refused_live().await;
    assert_eq!(headers.get("cross-origin-resource-policy").map(|value| value.to_str().unwrap()), Some("same-origin"));
    assert!(headers.contains_key("content-security-policy"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_choice_is_kept_and_leads_only_to_our_own_pages() {
    let lab = Lab::new().await;
    let mut visitor = lab.console.visitor();
    let answer = visitor.get("/preferences?lang=zh-CN&theme=dark&next=/sign-in%3Fnext%3D%252F").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/sign-in?next=%2F"));
    let cookies: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(cookies.len(), 2);
    assert!(cookies[0].starts_with("lang=zh-CN;") && cookies[1].starts_with("theme=dark;"), "{cookies:?}");
    visitor.cookie = Some("lang=zh-CN; theme=dark".to_owned());
    let page = visitor.get("/sign-in").await.body;
    assert!(page.contains("lang=\"zh-CN\"") && page.contains("data-theme=\"dark\"") && page.contains("登录"));

    for next in ["//evil.example", "https://evil.example/", "/%5Cevil.example", "/a%0d%0aset-cookie:x=1", "javascript:alert(1)", ""] {
        let answer = visitor.get(&format!("/preferences?lang=en&next={next}")).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/"), "{next}");
    }
    let answer = visitor.get("/preferences?lang=klingon&theme=pink").await;
    assert_eq!((answer.status, answer.headers.contains_key("set-cookie")), (303, false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_browsers_language_counts_until_one_is_chosen() {
    let lab = Lab::new().await;
    let visitor = lab.console.visitor();
    for (accepted, lang) in [("zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"), ("fr,en-GB;q=0.7,zh;q=0.5", "en"), ("fr", "en")] {
        let page = visitor.get_with("/sign-in", "accept-language", accepted).await.body;
        assert!(page.contains(&format!("lang=\"{lang}\"")), "{accepted}");
    }
}

/// How the console answers a body of which it has heard only the length. Sending it would race against the answer.
fn announce(address: &str, length: usize) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "POST /api/sign-in HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\n\r\n").unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    line
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_long_or_of_the_wrong_kind_is_refused() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let refused = tokio::task::block_in_place(|| announce(&lab.console.address, 70_000));
    assert!(refused.starts_with("HTTP/1.1 413 "), "{refused}");
    assert_eq!(browser.post("/", &[]).await.status, 405);
    assert_eq!(browser.post("/api/force/everything", &[]).await.status / 100, 4);
    assert!(!browser.get("/pkg/../Cargo.toml").await.body.contains("[package]"));
    assert!(!browser.get("/%2e%2e/%2e%2e/etc/passwd").await.body.contains("root:"));
    assert!(live.next().await.is_some());
}
