//! A real browser, driven by `benches/browser/browser.mjs`, with one page at a time.

use super::Outcome;
use super::lab::Lab;
use super::process::Program;
use super::script::Left;
use super::wire::{FIRST_AGENT, Fnv, digest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use supervisor_console::floor::State;

/// Which page is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// A page of the console, by its address.
    Ours(&'static str),
    /// The board that was written by hand, on the same messages.
    Vanilla,
    /// The same, on the broker's.
    OfBroker,
}

pub struct Chromium(Program);

/// What the main thread did, in seconds.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Spent {
    pub seconds: f64,
    pub task: f64,
    pub script: f64,
    pub layout: f64,
    pub style: f64,
}

/// What a page holds: bytes of wasm memory and of the JavaScript heap, and nodes in the document.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Held {
    pub wasm: f64,
    pub heap: f64,
    pub nodes: f64,
    pub listeners: f64,
}

/// How a page came: milliseconds from its address to live, and bytes over the network.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Opened {
    pub live: f64,
    pub loaded: f64,
}

/// Frames while the list was scrolled: tasks over 50 ms, in milliseconds, how many frames, and the longest but one in a hundred.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Scrolled {
    pub long: Vec<f64>,
    pub frames: f64,
    pub p99: f64,
}

/// A row that has changed on a page: since when it says that, and since when everybody can see it, in milliseconds since 1970.
#[derive(Debug, Deserialize)]
pub struct Change {
    #[serde(flatten)]
    row: ShownRow,
    pub dom: f64,
    pub drawn: f64,
}

impl Change {
    /// The agent's place and the digest of the row.
    pub fn left(&self) -> Outcome<Left> {
        self.row.left()
    }
}

#[derive(Debug, Deserialize)]
struct Followed {
    changes: Vec<Change>,
}

#[derive(Debug, Deserialize)]
struct Interacted {
    took: BTreeMap<String, f64>,
}

#[derive(Debug, Deserialize)]
struct Shown {
    rows: Vec<ShownRow>,
    wrong: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct ShownRow {
    /// None where the rows are calls.
    agent: Option<String>,
    state: String,
    call: Option<String>,
}

impl Chromium {
    pub fn start() -> Outcome<Chromium> {
        Ok(Chromium(Program::node("browser/browser.mjs")?))
    }

    async fn ask<T: DeserializeOwned>(&mut self, command: Value) -> Outcome<T> {
        self.0.tell(&command.to_string())?;
        let answer: Value = serde_json::from_str(&self.0.until("").await?)?;
        match answer.get("error") {
            Some(error) => Err(format!("the browser, asked to {command}: {error}").into()),
            None => Ok(serde_json::from_value(answer)?),
        }
    }

    /// Opens a page as whoever has the lab's cookie, on a computer so many times slower.
    pub async fn open(&mut self, lab: &Lab, page: Page, slow: u32) -> Outcome<Opened> {
        let path = if let Page::Ours(path) = page { path } else { "" };
        self.open_at(&lab.address, Some(&lab.cookie), page, path, slow).await
    }

    /// The same with another address.
    pub async fn open_at(&mut self, address: &str, cookie: Option<&str>, page: Page, path: &str, slow: u32) -> Outcome<Opened> {
        let which = match page {
            Page::Ours(_) => "ours",
            Page::Vanilla => "console",
            Page::OfBroker => "broker",
        };
        let command = json!({ "command": "open", "address": address, "cookie": cookie, "page": which, "path": path, "slow": slow });
        self.ask(command).await
    }

    /// Follows the rows of the page for so many seconds.
    pub async fn follow(&mut self, seconds: f64) -> Outcome<Vec<Change>> {
        let Followed { changes } = self.ask(json!({ "command": "follow", "seconds": seconds })).await?;
        Ok(changes)
    }

    pub async fn measure(&mut self, seconds: f64) -> Outcome<Spent> {
        self.ask(json!({ "command": "measure", "seconds": seconds })).await
    }

    pub async fn held(&mut self) -> Outcome<Held> {
        self.ask(json!({ "command": "held" })).await
    }

    pub async fn scroll(&mut self, seconds: f64, list: &str) -> Outcome<Scrolled> {
        self.ask(json!({ "command": "scroll", "seconds": seconds, "selector": list })).await
    }

    /// Does once what a supervisor does all day.
    pub async fn round(&mut self) -> Outcome<()> {
        self.ask::<Value>(json!({ "command": "round" })).await.map(drop)
    }

    /// Searches, sorts and filters the floor; returns how many milliseconds of the main thread each took, its frame included.
    pub async fn interact(&mut self) -> Outcome<BTreeMap<String, f64>> {
        let Interacted { took } = self.ask(json!({ "command": "interact" })).await?;
        Ok(took)
    }

    pub async fn settle(&mut self, seconds: f64) -> Outcome<()> {
        self.ask::<Value>(json!({ "command": "settle", "seconds": seconds })).await.map(drop)
    }

    /// Writes a profile of the page's script, for whoever looks where the time goes.
    pub async fn profile(&mut self, seconds: f64, file: &str) -> Outcome<()> {
        self.ask::<Value>(json!({ "command": "profile", "seconds": seconds, "file": file })).await.map(drop)
    }

    /// Milliseconds of the main thread by kind of task.
    pub async fn trace(&mut self, seconds: f64) -> Outcome<Value> {
        self.ask(json!({ "command": "trace", "seconds": seconds })).await
    }

    pub async fn close(&mut self) -> Outcome<()> {
        self.ask::<Value>(json!({ "command": "close" })).await.map(drop)
    }

    /// Fails where a row in view is not what was published, or the page has met with an error. Returns how many rows are in view.
    pub async fn check(&mut self, lab: &mut Lab) -> Outcome<usize> {
        lab.until_known().await?;
        let script = lab.script()?;
        self.check_rows(script.truth(), script.calls()).await
    }

    /// The same with what is true of each agent, and the calls under way.
    pub async fn check_rows(&mut self, truth: &[u32], calls: &BTreeSet<u32>) -> Outcome<usize> {
        self.settle(1.0).await?;
        self.shows(truth, calls).await?.map_err(Into::into)
    }

    /// How many rows are in view, or which of them is not true.
    pub async fn shows(&mut self, truth: &[u32], calls: &BTreeSet<u32>) -> Outcome<Result<usize, String>> {
        let Shown { rows, wrong } = self.ask(json!({ "command": "rows" })).await?;
        if let Some(wrong) = wrong.first() {
            return Err(format!("the page says: {wrong}").into());
        }
        let is_true = |row: &&ShownRow| match (&row.agent, &row.call) {
            (Some(_), _) => row.left().is_ok_and(|(place, shown)| truth.get(place as usize) == Some(&shown)),
            (None, call) => call.as_ref().is_some_and(|call| calls.contains(&Fnv::of(call))),
        };
        Ok(match rows.iter().find(|row| !is_true(row)) {
            Some(row) => Err(format!("the page shows {row:?}, and that was not published")),
            None if rows.len() < 15 => Err(format!("only {} rows are in view", rows.len())),
            None => Ok(rows.len()),
        })
    }

    /// Has the page take itself to be hidden, or in front again.
    pub async fn hide(&mut self, hidden: bool) -> Outcome<()> {
        self.ask::<Value>(json!({ "command": "hide", "hidden": hidden })).await.map(drop)
    }
}

impl ShownRow {
    fn left(&self) -> Outcome<Left> {
        let ShownRow { agent, state, call } = self;
        let agent = agent.as_deref().unwrap_or_default();
        let place = agent.split('@').next().and_then(|number| number.parse::<u32>().ok()?.checked_sub(FIRST_AGENT));
        let state = State::from_code(state).ok_or_else(|| format!("{agent} is {state}"))?;
        Ok((place.ok_or_else(|| format!("nobody is {agent}"))?, digest(state, call.as_deref().filter(|_| state.in_call()), None)))
    }
}
