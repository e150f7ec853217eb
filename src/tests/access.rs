//! Who may see, who may step in, and from where.

use crate::support::{Answer, Browser, Lab, Live, PASSWORD, Simulator, path_of};
use supervisor_console::floor::{Operation, State};

/// Arguments that would be right for a supervisor on a floor where 8001 is in `call`.
pub fn right(operation: Operation, call: &str) -> Vec<(&'static str, &str)> {
    match operation {
        Operation::Drop | Operation::Join | Operation::Take => vec![("deviceId", "8001@test.cc"), ("callId", call)],
        Operation::Listen => vec![("callId", call)],
        Operation::Ready | Operation::NotReady | Operation::Logout => vec![("agentId", "5002@test.cc"), ("deviceId", "8002@test.cc")],
        Operation::Phone(_) => Vec::new(),
    }
}

/// 8001 talks to somebody outside, and the board knows it.
pub async fn talking(simulator: &Simulator, live: &mut Live) -> String {
    let call = simulator.dial("8001", "13800001111").await;
    live.until("5001 talks", |board| {
        board.state("5001") == Some(State::OnCall) && board.row("5001").call.as_ref().is_some_and(|view| view.id.as_str() == call)
    })
    .await;
    call
}

/// All seven, each with arguments that would be right.
async fn all_seven(browser: &Browser, call: &str) -> Vec<(Operation, Answer)> {
    let mut answers = Vec::new();
    for operation in Operation::ALL {
        answers.push((operation, browser.force(operation, &right(operation, call)).await));
    }
    answers
}

/// The lab's check is worth something: a right operation does arrive.
async fn nothing_arrived_yet(lab: &Lab, browser: &Browser) {
    assert_eq!(lab.simulator.operations().await.len(), 0);
    assert_eq!(lab.database.audit(), []);
    browser.force(Operation::NotReady, &right(Operation::NotReady, "")).await.intervention();
    assert_eq!(lab.simulator.operations().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signed_out_nothing_works() {
    let lab = Lab::new().await;
    let (supervisor, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let mut stranger = lab.console.visitor();
    for cookie in [None, Some("console_session="), Some("console_session=0123456789abcdef"), Some("other=1")] {
        stranger.cookie = cookie.map(str::to_owned);
        for (operation, answer) in all_seven(&stranger, &call).await {
            assert_eq!(answer.error(), (401, "signed-out".to_owned()), "{operation:?} {cookie:?}");
        }
        assert_eq!(stranger.try_live("").await.err().map(|status| status.as_u16()), Some(401));
        let page = stranger.get("/").await;
        assert_eq!((page.status, page.body.contains("5001")), (303, false));
    }
    nothing_arrived_yet(&lab, &supervisor).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_looks_and_does_not_step_in() {
    let lab = Lab::with(&["--supervisors", "5000", "--viewers", "59*"]).await;
    let (supervisor, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let viewer = lab.console.sign_in("5901", "8901").await;
    assert!(viewer.get("/").await.body.contains("5001"));
    for (operation, answer) in all_seven(&viewer, &call).await {
        assert_eq!(answer.error(), (403, "not-permitted".to_owned()), "{operation:?}");
    }
    nothing_arrived_yet(&lab, &supervisor).await;
    viewer.live().await.until("the viewer sees what the supervisor did", |board| board.state("5002") == Some(State::NotReady)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_in_neither_list_does_not_come_in() {
    let lab = Lab::with(&["--supervisors", "5000", "--viewers", "59*"]).await;
    let mut browser = lab.console.visitor();
    assert_eq!(browser.sign_in("5001", PASSWORD, "test.cc", "8001").await.error(), (403, "not-permitted".to_owned()));
    assert!(browser.cookie.is_none());
    // Whoever does not know the password must not learn who is in the lists.
    assert_eq!(browser.sign_in("5001", "wrong", "test.cc", "8001").await.error(), (401, "wrong-credentials".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_origin_is_refused_even_with_the_cookie() {
    let lab = Lab::new().await;
    let (supervisor, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let mut lured = supervisor.clone();
    let (own, port) = (&lab.console.address, lab.console.address.split(':').nth(1).unwrap());
    for origin in
        ["http://evil.example", "null", &format!("http://localhost:{port}"), &format!("http://{own}.evil.example"), "http://127.0.0.1:1"]
    {
        lured.origin = Some(origin.to_owned());
        for (operation, answer) in all_seven(&lured, &call).await {
            assert_eq!(answer.error(), (403, "wrong-origin".to_owned()), "{operation:?} from {origin}");
        }
        assert_eq!(lured.try_live("").await.err().map(|status| status.as_u16()), Some(403), "{origin}");
        assert_eq!(lured.post("/api/sign-out", &[]).await.status, 403, "{origin}");
    }
    let mut own_page = supervisor.clone();
    own_page.origin = Some(format!("http://{own}"));
    sees_the_board(&own_page).await;
    nothing_arrived_yet(&lab, &own_page).await;
}

async fn sees_the_board(browser: &Browser) {
    browser.live().await.until("the board is there", |board| board.rows.len() >= 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_that_is_not_offered_is_not_carried_out() {
    let names: Vec<&str> =
        Operation::ALL.into_iter().filter(|operation| *operation != Operation::NotReady).map(Operation::action).collect();
    let lab = Lab::with(&["--hide-action", &names.join(",")]).await;
    let (supervisor, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    for operation in Operation::ALL.into_iter().filter(|operation| *operation != Operation::NotReady) {
        let answer = supervisor.force(operation, &right(operation, &call)).await;
        assert_eq!(answer.error(), (403, "not-permitted".to_owned()), "{operation:?}");
    }
    nothing_arrived_yet(&lab, &supervisor).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operations_are_not_to_be_had_by_a_link() {
    let lab = Lab::new().await;
    let (supervisor, _live) = lab.supervisor().await;
    for operation in Operation::ALL {
        let address = format!("{}?agentId=5002@test.cc&deviceId=8002@test.cc&callId=1", path_of(operation));
        let status = supervisor.get(&address).await.status;
        assert!((400..500).contains(&status), "{operation:?}: {status}");
    }
    nothing_arrived_yet(&lab, &supervisor).await;
}
