//! History: what each agent did, and how each call went. A record that comes again takes its own place, so nothing is there twice.

use super::{Store, StoreError, Written};
use crate::floor::{AgentId, CallId, CallRecord, PartyRecord, PlatformTime, Record, State, StateInterval, StepIn};
use crate::server::database::{Engine, EngineError, Row, Statement};

pub(super) const KEEP_INTERVAL: &str =
    "INSERT INTO state_interval (agent, began, ended, state, reason, certain) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (agent, began) DO UPDATE SET ended = excluded.ended, state = excluded.state, reason = excluded.reason,
    certain = excluded.certain";
pub(super) const KEEP_CALL: &str =
    "INSERT INTO call_record (call, former, direction, kind, queue, started, answered, ended, ending, ended_by,
    holds, held_ms, transfers, conferences, parties, stepped_in, certain)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
    ON CONFLICT (call) DO UPDATE SET former = excluded.former, direction = excluded.direction, kind = excluded.kind, queue = excluded.queue,
    started = excluded.started, answered = excluded.answered, ended = excluded.ended, ending = excluded.ending, ended_by = excluded.ended_by,
    holds = excluded.holds, held_ms = excluded.held_ms, transfers = excluded.transfers, conferences = excluded.conferences,
    parties = excluded.parties, stepped_in = excluded.stepped_in, certain = excluded.certain";
pub(super) const NOT_OVER: &str = "DELETE FROM call_record WHERE call = ?1";
pub(super) const RECORDED: &str = "INSERT INTO moment (name, at) VALUES ('recorded', ?1) ON CONFLICT (name) DO UPDATE SET at = excluded.at";
const INTERVALS: &str =
    "SELECT began, ended, state, reason, certain FROM state_interval WHERE agent = ?1 AND ended > ?2 ORDER BY began DESC LIMIT ?3";
/// So many at once: nobody waits long for it.
pub(super) const FORGET_INTERVALS: &str =
    "DELETE FROM state_interval WHERE (agent, began) IN (SELECT agent, began FROM state_interval WHERE ended < ?1 LIMIT 5000)";
pub(super) const FORGET_CALLS: &str = "DELETE FROM call_record WHERE call IN (SELECT call FROM call_record WHERE ended < ?1 LIMIT 5000)";

impl Store {
    /// Keeps records, and that those of all entries of the journal up to `position` are kept, where that is so; all or none.
    pub fn keep_records(&self, records: Vec<Record>, position: Option<i64>) -> Written {
        let lines = records.into_iter().map(|record| match record {
            Record::Interval(interval) => interval_line(interval),
            Record::Call(call) => call_line(*call),
            Record::NotOver(call) => not_over(&call),
        });
        self.keep_told("history", lines.chain(position.map(|position| Statement::new(RECORDED, [position.into()]))).collect())
    }

    /// Up to which position of the journal its records are kept.
    pub async fn recorded(&self) -> Result<i64, StoreError> {
        self.ask(recorded).await
    }

    /// The same for a thread that may wait.
    pub fn recorded_by_now(&self) -> Result<i64, StoreError> {
        Ok(self.asked(recorded)?.blocking_recv().map_err(|_| StoreError::Stopped)??)
    }

    /// Returns the agent's latest intervals that ended after `since`, the oldest first; at most `most` of them.
    pub async fn intervals(&self, agent: AgentId, since: PlatformTime, most: usize) -> Result<Vec<StateInterval>, StoreError> {
        self.ask(move |engine| {
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let rows = engine.query(INTERVALS, &[agent.to_string().into(), since.into(), most.into()])?;
            let interval = |row: &Row| {
                let state = State::from_code(&row.get::<String>(2)?).unwrap_or(State::Unknown);
                Ok(StateInterval {
                    agent: agent.clone(),
                    from: row.get(0)?,
                    to: row.get(1)?,
                    state,
                    reason: row.get(3)?,
                    certain: row.get::<i64>(4)? != 0,
                })
            };
            rows.iter().rev().map(interval).collect()
        })
        .await
    }

    /// Removes some of the records of what ended before `horizon`; to be asked again.
    pub fn forget_records_before(&self, horizon: PlatformTime) {
        let forget = [FORGET_INTERVALS, FORGET_CALLS].map(|sql| Statement::new(sql, [horizon.into()]));
        self.keep("the end of history", forget.to_vec());
    }
}

fn recorded(engine: &mut dyn Engine) -> Result<i64, EngineError> {
    engine.query_one("SELECT at FROM moment WHERE name = 'recorded'", &[])?.map_or(Ok(0), |row| row.get(0))
}

fn interval_line(interval: StateInterval) -> Statement {
    let StateInterval { agent, from, to, state, reason, certain } = interval;
    let state = state.code().to_owned();
    Statement::new(KEEP_INTERVAL, [agent.to_string().into(), from.into(), to.into(), state.into(), reason.into(), certain.into()])
}

fn call_line(call: CallRecord) -> Statement {
    let list = |list: serde_json::Result<String>| list.unwrap_or_default();
    Statement::new(
        KEEP_CALL,
        [
            call.id.to_string().into(),
            list(serde_json::to_string(&call.former)).into(),
            call.direction.code().to_owned().into(),
            call.kind.into(),
            call.queue.into(),
            call.started.map(PlatformTime::as_millis).into(),
            call.answered.map(PlatformTime::as_millis).into(),
            call.ended.into(),
            call.ending.code().to_owned().into(),
            call.ended_by.map(|device| device.to_string()).into(),
            call.holds.into(),
            i64::try_from(call.held.as_millis()).unwrap_or(i64::MAX).into(),
            call.transfers.into(),
            call.conferences.into(),
            list(serde_json::to_string(&call.parties.iter().map(party).collect::<Vec<_>>())).into(),
            list(serde_json::to_string(&call.stepped_in.iter().map(step_in).collect::<Vec<_>>())).into(),
            call.certain.into(),
        ],
    )
}

/// A party as the table has it; what is not known is not there.
fn party(party: &PartyRecord) -> serde_json::Value {
    let PartyRecord { device, agent, role, entered, connected, left, holds } = party;
    let mut json = serde_json::json!({ "device": device, "role": role.code(), "entered": entered, "holds": holds });
    let known = [
        ("agent", agent.as_ref().map(|agent| agent.as_str().into())),
        ("connected", connected.map(|at| at.as_millis().into())),
        ("left", left.map(|at| at.as_millis().into())),
    ];
    for (name, value) in known {
        if let (Some(value), Some(json)) = (value, json.as_object_mut()) {
            json.insert(name.to_owned(), value);
        }
    }
    json
}

fn step_in(step: &StepIn) -> serde_json::Value {
    serde_json::json!({ "id": step.id, "operation": step.operation.action(), "by": step.by })
}

fn not_over(call: &CallId) -> Statement {
    Statement::new(NOT_OVER, [call.to_string().into()])
}
