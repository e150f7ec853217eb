//! Numbers of outside parties: whole only for those who may see them, and never in logs or metrics.

mod nobody;
mod walk;

use crate::access::talking;
use crate::support::{Browser, Database, Lab, Live, Program, Simulator, all_ready};
use supervisor_console::floor::{Operation, State};

const NUMBER: &str = "13800001111";
const MASKED: &str = "138****1111";

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Everything that a browser is told of a floor on which 8001 talks to [`NUMBER`] and the call changes: is the number whole in it,
/// and is it there masked?
async fn told(lab: &Lab, browser: &Browser) -> (bool, bool) {
    let mut live: Live = browser.live().await;
    live.keep = true;
    let call = talking(&lab.simulator, &mut live).await;
    for (action, state) in [("hold", State::OnHold), ("retrieve", State::OnCall)] {
        lab.simulator.act("8001", &call, action, serde_json::Value::Null).await;
        live.until_state("5001", state).await;
    }
    let mut bytes = live.heard.concat();
    let mut reloaded = browser.live().await;
    reloaded.keep = true;
    reloaded.until_state("5001", State::OnCall).await;
    bytes.extend(reloaded.heard.concat());
    for path in ["/", "/calls", "/agents/5001", "/agents/5001@test.cc/day", "/?q=138", "/calls?q=138"] {
        let answer = browser.get(path).await;
        bytes.extend(decoded(&answer.body));
    }
    (contains(&bytes, NUMBER), contains(&bytes, MASKED))
}

/// The page and the state that it carries for the browser, which is base64.
pub fn decoded(page: &str) -> Vec<u8> {
    let mut bytes = page.as_bytes().to_vec();
    let Some((_, context)) = page.split_once("id=\"page-context\"") else { return bytes };
    let context = context.split_once('>').map_or("", |(_, rest)| rest.split('<').next().unwrap_or_default());
    let mut held = (0_u32, 0);
    for character in context.trim().bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => break,
        };
        held = (held.0 << 6 | u32::from(value), held.1 + 6);
        if held.1 >= 8 {
            held.1 -= 8;
            bytes.push((held.0 >> held.1) as u8);
            held.0 &= (1 << held.1) - 1;
        }
    }
    assert!(contains(&bytes, "5000@test.cc") || contains(&bytes, "5900@test.cc"), "the page's state was not found");
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_see_whole_numbers_is_told_none_anywhere() {
    for (flags, supervisor_sees, viewer_sees) in
        [(&[][..], true, false), (&["--whole-numbers", "everybody"], true, true), (&["--whole-numbers", "nobody"], false, false)]
    {
        let roles = ["--supervisors", "5000", "--viewers", "59*"];
        for (number, extension, sees) in [("5000", "8000", supervisor_sees), ("5900", "8900", viewer_sees)] {
            let lab = Lab::with(&[&roles[..], flags].concat()).await;
            let browser = lab.console.sign_in(number, extension).await;
            assert_eq!(told(&lab, &browser).await, (sees, !sees), "{number} {flags:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_cannot_find_out_a_number_by_looking_for_it() {
    let lab = Lab::with(&["--supervisors", "5000", "--viewers", "59*"]).await;
    let (supervisor, mut live) = lab.supervisor().await;
    talking(&lab.simulator, &mut live).await;
    let viewer = lab.console.sign_in("5900", "8900").await;
    for path in ["/?q=", "/calls?q="] {
        for (looked_for, supervisor_finds, viewer_finds) in [("13800001111", true, false), ("8000011", true, false), ("1111", true, true)] {
            for (who, finds) in [(&supervisor, supervisor_finds), (&viewer, viewer_finds)] {
                let page = decoded(&who.get(&format!("{path}{looked_for}")).await.body);
                assert_eq!(contains(&page, "5001@test.cc"), finds, "{path}{looked_for}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_in_neither_logs_nor_metrics() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let program = Program::live(&simulator.url(), &Database::at(folder.path().join("console.db")), &[]);
    let browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    let call = talking(&simulator, &mut live).await;
    browser.force(Operation::Listen, &[("callId", &call)]).await.intervention();
    browser.get("/agents/5001/day").await;
    // A body that cannot be read is not quoted either.
    simulator.raw(br#"{"eventName":"delivered","callingDevice":"13800001111@test.cc""#).await;
    simulator.hang_up("8001", &call).await;
    live.until_state("5001", State::Ready).await;
    let metrics = browser.get("/metrics").await.body;
    assert!(metrics.contains("console_events_in_total") && !metrics.contains(NUMBER), "{metrics}");
    let log = program.terminate().join("\n");
    assert!(log.contains("5000@test.cc"), "the log was not read: {log}");
    assert!(!log.contains(NUMBER), "{log}");
}
