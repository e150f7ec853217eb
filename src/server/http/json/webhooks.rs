//! Web hooks: what `GET /api/events` brings, posted to the addresses of `--webhook`. Nothing waits in memory: a hook has its place in the journal,
//! and the journal keeps that too. So a receiver that is down, or a restart, costs nothing as far as the journal reaches back; what was posted
//! just before a console ended may come twice, with the same ids.

mod pauses;
mod signature;

use super::told::{Filter, Message, gap};
use crate::floor::{ConsoleTime, Role};
use crate::server::clock::{now, rfc3339};
use crate::server::config::Webhook;
use crate::server::console::Console;
use crate::server::database::Lead;
use crate::server::journal::{JournalError, Position};
use crate::server::telemetry;
use pauses::{Next, Pauses};
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use secrecy::SecretString;
use signature::{SIGNATURE, TIMESTAMP, sign};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many events one request brings at most.
const MOST_AT_ONCE: usize = 100;
/// How often it is looked for more where nothing is told of it.
const LOOK: Duration = Duration::from_secs(5);
/// How often a hook's place is kept while it moves on.
const KEEP_EVERY: Duration = Duration::from_secs(1);
/// The pause before the journal is read again that could not be read.
const AGAIN: Duration = Duration::from_secs(1);

/// Posts to every address until the console stops; where several consoles are one, the one that leads does.
pub async fn run(console: Arc<Console>, leads: watch::Receiver<Lead>) {
    let mut tasks = JoinSet::new();
    for (number, hook) in (1..).zip(&console.config.webhooks) {
        match Hook::new(number, hook, &console, &leads) {
            Ok(hook) => drop(tasks.spawn(hook.run())),
            Err(reason) => tracing::error!(hook = number, reason, "this web hook cannot be served"),
        }
    }
    console.stop.cancelled().await;
    while tasks.join_next().await.is_some() {}
}

struct Hook {
    /// As it is called in log and metrics: an address may hold a secret.
    number: usize,
    webhook: Webhook,
    secret: SecretString,
    filter: Filter,
    client: Client,
    console: Arc<Console>,
    leads: watch::Receiver<Lead>,
    /// Up to where its receiver has everything.
    after: Position,
    /// The place as the journal keeps it, and since when.
    kept: (Position, Instant),
    pauses: Pauses,
}

/// An event in a request's body.
struct Posted {
    position: Option<Position>,
    at: ConsoleTime,
    json: String,
}

impl Posted {
    fn new(position: Option<Position>, at: ConsoleTime, Message { name, data }: &Message) -> Posted {
        let (id, event) = (serde_json::json!(position), serde_json::json!(name));
        let json = format!(r#"{{"id":{id},"at":"{}","event":{event},"data":{data}}}"#, rfc3339(at));
        Posted { position, at, json }
    }
}

impl Hook {
    fn new(number: usize, webhook: &Webhook, console: &Arc<Console>, leads: &watch::Receiver<Lead>) -> Result<Hook, String> {
        let filter = Filter::of(&webhook.filter, &console.config.namespace).map_err(|problem| problem.0.detail)?;
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            // When it is asked again is decided here (`pauses`).
            .retry(reqwest::retry::never())
            .user_agent(concat!("supervisor-console/", env!("CARGO_PKG_VERSION")));
        telemetry::webhook_begins(number);
        Ok(Hook {
            number,
            webhook: webhook.clone(),
            secret: console.config.webhook_secret.clone(),
            filter,
            client: client.build().map_err(|error| error.to_string())?,
            console: console.clone(),
            leads: leads.clone(),
            after: 0,
            kept: (0, Instant::now()),
            pauses: Pauses::default(),
        })
    }

    async fn run(mut self) {
        let stop = self.console.stop.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.post_what_comes() => {}
        }
        if self.leads() {
            self.keep(true).await;
        }
    }

    fn leads(&self) -> bool {
        *self.leads.borrow() == Lead::Ours
    }

    /// Ends where its receiver was down for too long.
    async fn post_what_comes(&mut self) {
        loop {
            if self.leads.wait_for(|lead| *lead == Lead::Ours).await.is_err() {
                return;
            }
            if let Err(error) = self.begin().await {
                tracing::debug!(hook = self.number, %error, "a web hook's place in the journal could not be read");
                sleep(AGAIN).await;
                continue;
            }
            while self.leads() {
                match self.step().await {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => {
                        tracing::debug!(hook = self.number, %error, "the journal could not be read for a web hook");
                        sleep(AGAIN).await;
                    }
                }
            }
        }
    }

    /// Goes on where the last console stopped; a hook that is new begins with its console.
    async fn begin(&mut self) -> Result<(), JournalError> {
        let Console { tail, .. } = &*self.console;
        let last = tail.last().await?;
        self.after = match tail.place(&self.webhook.name()).await? {
            // Of a journal that was begun anew everything is new.
            Some(kept) if kept > last => 0,
            Some(kept) => kept,
            None => tail.began(),
        };
        let masked = self.console.floor.number_filter(self.console.config.visibility(Role::Supervisor));
        self.filter.follow_calls(&self.console, &masked).await.ok();
        tail.keep_place(self.webhook.name(), self.after).await?;
        self.kept = (self.after, Instant::now());
        Ok(())
    }

    /// Posts what comes next; false where its receiver was down for too long.
    async fn step(&mut self) -> Result<bool, JournalError> {
        let page = self.console.tail.behind(self.after).await?;
        if page.up_to == self.after {
            telemetry::webhook_waiting(self.number, Duration::ZERO);
            self.keep(false).await;
            self.console.tail.more(self.after, LOOK).await;
            return Ok(true);
        }
        let masked = self.console.floor.number_filter(self.console.config.visibility(Role::Supervisor));
        let lost = page.has_gap.then(|| Posted::new(None, now(), &gap(self.after)));
        let Hook { filter, console, .. } = self;
        let told = page.lines.iter().filter_map(|line| {
            let message = filter.message(line, console, &masked)?;
            Some(Posted::new(Some(line.position), line.at, &message))
        });
        let events: Vec<Posted> = lost.into_iter().chain(told).collect();
        for together in events.chunks(MOST_AT_ONCE) {
            while !self.post(together).await {
                match self.pauses.failed(Instant::now()) {
                    Next::After(pause) => sleep(pause).await,
                    Next::Never => {
                        telemetry::webhook_dead(self.number);
                        tracing::error!(
                            hook = self.number,
                            "a web hook's receiver was down for too long: nothing more is posted there until the console's next start"
                        );
                        return Ok(false);
                    }
                }
                if !self.leads() {
                    return Ok(true);
                }
            }
            self.after = together.iter().rev().find_map(|event| event.position).unwrap_or(self.after);
            self.keep(false).await;
        }
        self.after = page.up_to;
        Ok(true)
    }

    /// Whether the receiver took them.
    async fn post(&mut self, events: &[Posted]) -> bool {
        let waited = events.first().map_or(Duration::ZERO, |oldest| now().since(oldest.at));
        telemetry::webhook_waiting(self.number, waited);
        let events_json: Vec<&str> = events.iter().map(|event| event.json.as_str()).collect();
        let body = format!(r#"{{"events":[{}]}}"#, events_json.join(","));
        let (timestamp, signature) = sign(&self.secret, now(), &body);
        let request = self.client.post(self.webhook.url.clone()).header(CONTENT_TYPE, "application/json");
        let answer = request.header(TIMESTAMP, timestamp).header(SIGNATURE, signature).body(body).send().await;
        let reason = match answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answered with status {}", answer.status().as_u16())),
            Err(error) => Some(error.without_url().to_string()),
        };
        telemetry::webhook_posted(self.number, reason.is_none(), events.len());
        match reason {
            None => {
                if self.pauses.went_well() {
                    tracing::info!(hook = self.number, "a web hook's receiver takes events again");
                }
                true
            }
            Some(reason) => {
                if !self.pauses.is_failing() {
                    tracing::warn!(
                        hook = self.number,
                        reason,
                        "a web hook's receiver takes nothing: what comes meanwhile is posted when it does"
                    );
                }
                false
            }
        }
    }

    /// Keeps its place, now and then or at once.
    async fn keep(&mut self, at_once: bool) {
        let (kept, at) = self.kept;
        if kept == self.after || !(at_once || at.elapsed() >= KEEP_EVERY) {
            return;
        }
        match self.console.tail.keep_place(self.webhook.name(), self.after).await {
            Ok(()) => self.kept = (self.after, Instant::now()),
            // What it posted since comes once more where the console ends before it can.
            Err(error) => tracing::debug!(hook = self.number, %error, "a web hook's place could not be kept"),
        }
    }
}
