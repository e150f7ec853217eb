//! Signing in: who comes in, who does not, and in which words.

use crate::support::{Browser, Console, Database, Lab, PASSWORD, all_ready};
use serde_json::json;
use tokio::net::TcpListener;

const FORM: [(&str, &str); 4] = [("number", "5000"), ("password", PASSWORD), ("domain", "test.cc"), ("extension", "8000")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_comes_in_with_a_cookie_that_scripts_cannot_read() {
    let lab = Lab::new().await;
    let mut browser = lab.console.visitor();
    let answer = browser.sign_in("5000", PASSWORD, "test.cc", "8000").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let cookie = answer.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{part} is not in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "over plain HTTP a Secure cookie would not come back: {cookie}");
    all_ready(&browser).await;
    let page = browser.get("/").await;
    assert_eq!((page.status, page.body.contains("5001")), (200, true));
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_tls_the_cookie_stays_there() {
    let lab = Lab::new().await;
    let mut browser = lab.console.visitor();
    browser.origin = Some(format!("https://{}", lab.console.address));
    let answer = browser.sign_in("5000", PASSWORD, "test.cc", "8000").await;
    assert!(answer.header("set-cookie").contains("Secure"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_named() {
    let lab = Lab::new().await;
    for (number, password, domain, extension, expected) in [
        ("5000", "wrong", "test.cc", "8000", (401, json!({"code": "wrong-credentials"}))),
        ("4711", PASSWORD, "test.cc", "8000", (401, json!({"code": "wrong-credentials"}))),
        ("5000", PASSWORD, "other.cc", "8000", (400, json!({"code": "bad-argument", "field": "domain"}))),
        ("5000", PASSWORD, "test.cc", "80OO", (400, json!({"code": "bad-argument", "field": "extension"}))),
        ("5000", PASSWORD, "test.cc", "", (400, json!({"code": "bad-argument", "field": "extension"}))),
        ("50@00", PASSWORD, "test.cc", "8000", (400, json!({"code": "bad-argument", "field": "number"}))),
        ("", PASSWORD, "test.cc", "8000", (400, json!({"code": "bad-argument", "field": "number"}))),
    ] {
        let mut browser = lab.console.visitor();
        let answer = browser.sign_in(number, password, domain, extension).await;
        assert_eq!((answer.status, answer.problem()), expected, "{number} {domain} {extension}");
        assert!(browser.cookie.is_none() && browser.get("/").await.status == 303);
    }
    let logins = lab.simulator.console_requests().await;
    assert_eq!(logins.iter().filter(|request| request.path == "/login").count(), 2, "only what is well-formed goes to the platform");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_field_is_the_callers_mistake() {
    let lab = Lab::new().await;
    for (missing, _) in FORM {
        let form: Vec<_> = FORM.into_iter().filter(|(name, _)| *name != missing).collect();
        let answer = lab.console.visitor().post("/api/sign-in", &form).await;
        assert_eq!(answer.error(), (400, "bad-argument".to_owned()), "without {missing}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_platforms_login_is_asked_as_the_protocol_says() {
    let lab = Lab::new().await;
    lab.console.sign_in("5000", "8000").await;
    let requests = lab.simulator.console_requests().await;
    let login = requests.iter().find(|request| request.path == "/login").unwrap();
    assert_eq!((login.method.as_str(), login.body.as_str()), ("POST", "username=5000&password=***&namespace=test.cc"));
    assert_eq!(login.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(login.header("sessionId"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_is_not_there_says_so_in_other_words_than_a_wrong_password() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(&format!("http://{address}"), &Database::at(folder.path().join("console.db")), &[]).await;
    let answer = console.visitor().sign_in("5000", PASSWORD, "test.cc", "8000").await;
    assert_eq!(answer.error(), (502, "unreachable".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_is_not_in_the_protocol_is_told_by_its_status() {
    let lab = Lab::new().await;
    lab.simulator.fault(json!({ "refuse": { "status": 500, "path": "/login" } })).await;
    let answer = lab.console.visitor().sign_in("5000", PASSWORD, "test.cc", "8000").await;
    assert_eq!((answer.status, answer.problem()), (502, json!({ "code": "not-understood", "platformStatus": 500 })));
    lab.simulator.fault(json!({ "refuse": { "status": 200, "body": "<html>", "path": "/login" } })).await;
    let answer = lab.console.visitor().sign_in("5000", PASSWORD, "test.cc", "8000").await;
    assert_eq!(answer.error(), (502, "not-understood".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_guesses_has_to_wait_and_nobody_else() {
    let lab = Lab::new().await;
    let guess = async |number: &str, password: &str| lab.console.visitor().sign_in(number, password, "test.cc", "8000").await.error();
    for _ in 0..10 {
        assert_eq!(guess("5000", "guess").await, (401, "wrong-credentials".to_owned()));
    }
    assert_eq!(guess("5000", "guess").await, (429, "busy".to_owned()));
    assert_eq!(guess("5000", PASSWORD).await, (429, "busy".to_owned()));
    let logins = lab.simulator.console_requests().await;
    assert_eq!(logins.iter().filter(|request| request.path == "/login").count(), 10);
    lab.console.sign_in("5900", "8900").await;
}

/// How many attempts the platform has been asked about.
async fn asked(lab: &Lab) -> usize {
    lab.simulator.console_requests().await.iter().filter(|request| request.path == "/login").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_count_before_they_are_answered_and_hold_up_nobody_else() {
    let lab = Lab::new().await;
    let mut guesses = Vec::new();
    for _ in 0..300 {
        let mut guessing = lab.console.visitor();
        guesses.push(tokio::spawn(async move { guessing.sign_in("5000", "guess", "test.cc", "8000").await }));
    }
    let mut busy = 0;
    for guess in guesses {
        let answer = guess.await.unwrap();
        if answer.status == 429 {
            busy += 1;
            assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1), "{answer:?}");
        }
    }
    assert_eq!((busy, asked(&lab).await), (290, 10));
    // Who is the one whose password was guessed at comes in from where nobody guessed; so does everybody else.
    let mut victim = Browser::from(&lab.console.address, "127.0.0.2");
    assert_eq!(victim.sign_in("5000", PASSWORD, "test.cc", "8000").await.status, 200);
    for number in 0..300 {
        lab.console.visitor().sign_in(&format!("9{number:04}"), "guess", "test.cc", "8000").await;
    }
    lab.console.sign_in("5900", "8900").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxys_word_counts_where_it_is_trusted() {
    for (flags, outcome) in [(&["--trusted-proxy", "127.0.0.0/8"][..], 200), (&[], 429)] {
        let lab = Lab::with(flags).await;
        let mut browser = lab.console.visitor();
        browser.forwarded = Some("192.0.2.1".to_owned());
        for _ in 0..11 {
            browser.sign_in("5000", "guess", "test.cc", "8000").await;
        }
        assert_eq!(asked(&lab).await, 10);
        browser.forwarded = Some("192.0.2.1, 192.0.2.2".to_owned());
        assert_eq!(browser.sign_in("5000", PASSWORD, "test.cc", "8000").await.status, outcome, "{flags:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_sign_in_ends_the_old_one_of_that_browser_and_the_oldest_of_many() {
    let lab = Lab::new().await;
    let mut browser = lab.console.sign_in("5900", "8900").await;
    let before = browser.clone();
    assert_eq!(browser.sign_in("5901", PASSWORD, "test.cc", "8901").await.status, 200);
    assert_eq!((before.get("/").await.status, browser.get("/").await.status), (303, 200));
    let mut all = Vec::new();
    for _ in 0..25 {
        all.push(lab.console.sign_in("5000", "8000").await);
    }
    let mut inside = Vec::new();
    for one in &all {
        inside.push(one.get("/").await.status == 200);
    }
    assert_eq!(inside.iter().position(|is_in| *is_in), Some(5), "{inside:?}");
    assert_eq!((inside[5..].iter().all(|is_in| *is_in), browser.get("/").await.status), (true, 200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_without_scripts_comes_in_and_out() {
    let lab = Lab::new().await;
    let mut browser = lab.console.visitor();
    browser.accept = Some("text/html,application/xhtml+xml");
    let answer = browser.sign_in("5000", PASSWORD, "test.cc", "8000").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/"));
    assert_eq!(browser.get("/").await.status, 200);
    let answer = browser.post("/api/sign-out", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/sign-in"));
    assert!(answer.header("set-cookie").contains("Max-Age=0"), "{answer:?}");
    assert_eq!(browser.get("/").await.status, 303, "the old cookie still lets in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_without_scripts_that_cannot_be_read_leads_back_to_the_page() {
    let lab = Lab::new().await;
    let mut browser = lab.console.visitor();
    browser.accept = Some("text/html,application/xhtml+xml");
    let here = format!("http://{}/sign-in?next=%2Fcalls&__path=x&__err=y", lab.console.address);
    for (page, back) in [
        (&*here, "/sign-in?next=%2Fcalls&__path="),
        ("http://evil.example/sign-in", "/sign-in?__path="),
        ("javascript:alert(1)", "/sign-in?__path="),
        ("", "/sign-in?__path="),
    ] {
        let answer = browser.post_from(page, "/api/sign-in", &[("number", "5000")]).await;
        assert!(answer.status == 302 && answer.header("location").starts_with(back), "{page}: {answer:?}");
        let page = lab.console.visitor().get(answer.header("location")).await;
        assert!(page.body.contains("data-error=\"bad-argument\""), "{}", answer.header("location"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_origin_cannot_sign_anybody_in() {
    let lab = Lab::new().await;
    let mut browser: Browser = lab.console.visitor();
    browser.origin = Some("http://evil.example".to_owned());
    assert_eq!(browser.sign_in("5000", PASSWORD, "test.cc", "8000").await.error(), (403, "wrong-origin".to_owned()));
    assert!(browser.cookie.is_none());
    assert!(lab.simulator.console_requests().await.iter().all(|request| request.path != "/login"));
}
