//! Logging and metrics: every figure of `/metrics` has its function here.

pub mod log;
pub mod wire;

use crate::floor::{Operation, Outcome};
use crate::live::LinkState;
use metrics::{Counter, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use std::time::Duration;

/// The counters of each event, which are not looked up by name each time. Filled with the recorder: a counter that is made before it
/// counts nothing.
static PER_EVENT: OnceLock<PerEvent> = OnceLock::new();

struct PerEvent {
    came_in: Counter,
    applied: Counter,
}

/// The one recorder of the process; none where another library installed its own.
pub fn recorder() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(install).as_ref()
}

/// Takes together what the histograms have gathered: they would keep every figure until somebody asks for them.
pub fn upkeep() {
    if let Some(recorder) = recorder() {
        recorder.run_upkeep();
    }
}

fn install() -> Option<PrometheusHandle> {
    let latency = metrics_exporter_prometheus::Matcher::Full("console_publish_latency_seconds".to_owned());
    let buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
    let requests = metrics_exporter_prometheus::Matcher::Full("console_request_seconds".to_owned());
    let builder = PrometheusBuilder::new().set_buckets_for_metric(latency, &buckets).ok()?;
    let handle = builder.set_buckets_for_metric(requests, &buckets).ok()?.install_recorder().ok()?;
    describe_counter!("console_requests_total", "Requests by method, route and the answer's status");
    describe_histogram!("console_request_seconds", "From a request's head to its answer's, by route");
    describe_counter!("console_events_in_total", "Events that came from the platform and could be read");
    describe_counter!("console_events_applied_total", "Events that changed the floor");
    describe_counter!("console_events_malformed_total", "Frames and events that could not be read");
    describe_gauge!("console_link_live", "1 while the link to the platform is live, else 0");
    describe_counter!("console_link_lost_total", "How often the link to the platform was lost or could not be made");
    describe_gauge!("console_browsers", "Browsers on the live channel");
    describe_histogram!("console_publish_latency_seconds", "From the arrival of an event to its publication to the browsers");
    describe_counter!("console_operations_total", "Operations by their outcome");
    let per_event = PerEvent { came_in: counter!("console_events_in_total"), applied: counter!("console_events_applied_total") };
    per_event.came_in.absolute(0);
    per_event.applied.absolute(0);
    PER_EVENT.get_or_init(|| per_event);
    for what in ["frame", "event"] {
        counter!("console_events_malformed_total", "what" => what).absolute(0);
    }
    describe_gauge!("console_kept", "What is kept in memory, by kind; each has a bound");
    describe_counter!("console_connections_refused_total", "Connections beyond what one address, or all together, may have");
    counter!("console_connections_refused_total").absolute(0);
    describe_counter!("console_calls_end_not_seen_total", "Calls that ended without their end being heard");
    counter!("console_calls_end_not_seen_total").absolute(0);
    describe_counter!("console_agents_turned_away_total", "How often an event or the roster named an agent for whom there is no room");
    counter!("console_agents_turned_away_total").absolute(0);
    describe_counter!("console_journal_entries_total", "Entries that were written to the journal");
    describe_counter!("console_history_entries_total", "Entries of the journal of which history was made");
    describe_counter!("console_journal_bytes_total", "Bytes that they take there");
    describe_gauge!("console_journal_failing", "1 while the journal cannot be written, else 0");
    describe_counter!("console_journal_lost_total", "Entries for which there was no room while the journal could not be written");
    for name in
        ["console_journal_entries_total", "console_journal_bytes_total", "console_journal_lost_total", "console_history_entries_total"]
    {
        counter!(name).absolute(0);
    }
    journal_failing(false);
    describe_counter!(
        "console_webhook_requests_total",
        "Requests to a web hook's receiver, by whether it took them; hooks are numbered as they were given"
    );
    describe_counter!("console_webhook_events_total", "Events that a web hook's receiver took");
    describe_gauge!("console_webhook_waiting_seconds", "For how long the oldest event waits that a web hook's receiver has not taken");
    describe_gauge!("console_webhook_dead", "1 where a web hook's receiver was down for so long that nothing more is posted there, else 0");
    gauge!("console_link_live").set(0.0);
    gauge!("console_browsers").set(0.0);
    Some(handle)
}

/// A request was answered; `route` is a pattern, never an address.
pub fn request(method: &'static str, route: &str, status: u16, took: Duration) {
    counter!("console_requests_total", "method" => method, "route" => route.to_owned(), "status" => status.to_string()).increment(1);
    histogram!("console_request_seconds", "route" => route.to_owned()).record(took);
}

pub fn event_in() {
    match PER_EVENT.get() {
        Some(known) => known.came_in.increment(1),
        None => counter!("console_events_in_total").increment(1),
    }
}

pub fn event_applied() {
    match PER_EVENT.get() {
        Some(known) => known.applied.increment(1),
        None => counter!("console_events_applied_total").increment(1),
    }
}

pub fn malformed(what: &'static str) {
    counter!("console_events_malformed_total", "what" => what).increment(1);
}

pub fn link(state: LinkState) {
    gauge!("console_link_live").set(if state == LinkState::Live { 1.0 } else { 0.0 });
}

pub fn link_lost() {
    counter!("console_link_lost_total").increment(1);
}

pub fn browsers(change: f64) {
    gauge!("console_browsers").increment(change);
}

pub fn connection_refused() {
    counter!("console_connections_refused_total").increment(1);
}

pub fn published(after: Duration) {
    histogram!("console_publish_latency_seconds").record(after);
}

pub fn call_end_not_seen() {
    counter!("console_calls_end_not_seen_total").increment(1);
}

pub fn agents_turned_away(in_all: u64) {
    counter!("console_agents_turned_away_total").absolute(in_all);
}

pub fn journalled(entries: usize, bytes: usize) {
    counter!("console_journal_entries_total").increment(entries as u64);
    counter!("console_journal_bytes_total").increment(bytes as u64);
}

pub fn made_history(entries: u64) {
    counter!("console_history_entries_total").increment(entries);
}

pub fn journal_failing(is_failing: bool) {
    gauge!("console_journal_failing").set(if is_failing { 1.0 } else { 0.0 });
}

pub fn not_journalled() {
    counter!("console_journal_lost_total").increment(1);
}

/// Everything is there from the beginning, at nothing.
pub fn webhook_begins(hook: usize) {
    for result in ["taken", "failed"] {
        counter!("console_webhook_requests_total", "hook" => hook.to_string(), "result" => result).absolute(0);
    }
    counter!("console_webhook_events_total", "hook" => hook.to_string()).absolute(0);
    gauge!("console_webhook_dead", "hook" => hook.to_string()).set(0.0);
    webhook_waiting(hook, Duration::ZERO);
}

pub fn webhook_posted(hook: usize, taken: bool, events: usize) {
    let result = if taken { "taken" } else { "failed" };
    counter!("console_webhook_requests_total", "hook" => hook.to_string(), "result" => result).increment(1);
    if taken {
        counter!("console_webhook_events_total", "hook" => hook.to_string()).increment(events as u64);
    }
}

pub fn webhook_waiting(hook: usize, waiting: Duration) {
    gauge!("console_webhook_waiting_seconds", "hook" => hook.to_string()).set(waiting.as_secs_f64());
}

pub fn webhook_dead(hook: usize) {
    gauge!("console_webhook_dead", "hook" => hook.to_string()).set(1.0);
}

pub fn kept(what: &'static str, how_much: usize) {
    gauge!("console_kept", "what" => what).set(how_much as f64);
}

pub fn operation(operation: Operation, outcome: Outcome) {
    counter!("console_operations_total", "operation" => operation.action(), "outcome" => outcome.code()).increment(1);
}
