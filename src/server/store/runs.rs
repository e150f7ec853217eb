//! Bulk runs, so that each of several consoles shows them, and another one, or the next start, goes on where one ended. An agent whose turn
//! has not come has no row of its own.

use super::{Notice, Store, StoreError};
use crate::floor::{AgentId, BulkItem, BulkRun, BulkStep, ConsoleTime, NotSent, Operation, Outcome};
use crate::server::clock::now;
use crate::server::database::{Engine, EngineError, Row, Statement};
use std::time::Duration;

/// A bulk run as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRun {
    pub run: BulkRun,
    /// The operations that came of it, each with the place of its agent in the run.
    pub interventions: Vec<(i64, usize)>,
    /// The number of the console that carries it out; 0 where there can be no other.
    pub console: i64,
    /// When the last agent's turn came.
    pub touched: ConsoleTime,
}

/// How long a run is kept: longer than any can be under way.
const LIFE: Duration = Duration::from_secs(24 * 3600);
/// How long after its beginning a run can still be shown.
const SHOWN: Duration = Duration::from_secs(3600);

pub(super) const KEEP: &str = "INSERT INTO bulk_run (id, console, at, by_agent, operation, minutes, agents, cancelled)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0) ON CONFLICT (id) DO NOTHING";
pub(super) const CANCEL: &str = "UPDATE bulk_run SET cancelled = 1 WHERE id = ?1";
pub(super) const TAKE_OVER: &str = "UPDATE bulk_run SET console = ?2 WHERE id = ?1";
/// The key lets an agent have one turn only, whichever console gave it; that this one was written already is no second.
pub(super) const BEGIN: &str = "INSERT INTO bulk_item (run, place, intervention)
    SELECT CAST(?1 AS BIGINT), CAST(?2 AS BIGINT), CAST(?3 AS BIGINT)
    WHERE NOT EXISTS (SELECT 1 FROM bulk_item WHERE run = ?1 AND place = ?2 AND intervention = ?3)";
/// Where the turn became an operation, only what was taken back of that one counts.
pub(super) const SETTLE: &str = "INSERT INTO bulk_item (run, place, step, obstacle) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (run, place) DO UPDATE SET step = excluded.step, obstacle = excluded.obstacle
    WHERE bulk_item.intervention = CAST(?5 AS BIGINT)";
pub(super) const FORGET_ITEMS: &str = "DELETE FROM bulk_item WHERE run IN (SELECT id FROM bulk_run WHERE at < ?1)";
pub(super) const FORGET: &str = "DELETE FROM bulk_run WHERE at < ?1";

impl Store {
    /// Keeps a run that begins at this console.
    pub fn keep_run(&self, run: &BulkRun) {
        let agents: Vec<&str> = run.items.iter().map(|(agent, _)| agent.as_str()).collect();
        let values = [
            number(run.id).into(),
            self.console.unwrap_or(0).into(),
            now().into(),
            run.by.to_string().into(),
            run.operation.action().to_owned().into(),
            run.minutes.into(),
            serde_json::to_string(&agents).unwrap_or_default().into(),
        ];
        self.keep("a bulk run", self.telling(vec![Statement::new(KEEP, values)], Notice::Run(run.id)));
    }

    /// Keeps that nothing more of a run is to be sent.
    pub fn cancel_run(&self, id: u64) {
        let cancel = Statement::new(CANCEL, [number(id).into()]);
        self.keep("the end of a bulk run", self.telling(vec![cancel], Notice::RunCancelled(id)));
    }

    /// Keeps that this console carries a run out from now on.
    pub fn take_run_over(&self, id: u64) {
        let values = [number(id).into(), self.console.unwrap_or(0).into()];
        self.keep("a bulk run", vec![Statement::new(TAKE_OVER, values)]);
    }

    /// Keeps what became of an agent's turn without anything being sent; `withdrawn` is the operation that was taken back for it.
    pub fn settle_item(&self, item: BulkItem, step: BulkStep, withdrawn: Option<i64>) {
        let (code, obstacle) = match step {
            BulkStep::NotPossible(obstacle) => ("not-possible", Some(<&str>::from(obstacle))),
            BulkStep::NotSent => ("not-sent", None),
            BulkStep::Cancelled => ("cancelled", None),
            BulkStep::Waiting | BulkStep::Sent(_) | BulkStep::AfterCall => return,
        };
        let values = [number(item.run).into(), place(item).into(), code.into(), obstacle.into(), withdrawn.into()];
        self.keep("a step of a bulk run", self.telling(vec![Statement::new(SETTLE, values)], Notice::RunSettled(item, step, withdrawn)));
    }

    /// The run `id`.
    pub async fn run(&self, id: u64) -> Result<Option<StoredRun>, StoreError> {
        let rows = move |engine: &mut dyn Engine| {
            let sql = "SELECT id, console, at, by_agent, operation, minutes, agents, cancelled FROM bulk_run WHERE id = ?1";
            engine.query_one(sql, &[number(id).into()])?.map(|row| stored(engine, &row)).transpose()
        };
        self.ask(rows).await
    }

    /// The runs that may still be shown, oldest first.
    pub async fn runs(&self) -> Result<Vec<StoredRun>, StoreError> {
        let since = now() - SHOWN;
        self.ask(move |engine| {
            let sql = "SELECT id, console, at, by_agent, operation, minutes, agents, cancelled FROM bulk_run WHERE at >= ?1 ORDER BY id";
            let rows = engine.query(sql, &[since.into()])?;
            rows.iter().map(|row| stored(engine, row)).collect()
        })
        .await
    }

    /// Removes the runs of long ago.
    pub fn forget_runs_before(&self, now: ConsoleTime) {
        let horizon = now - LIFE;
        let forget = [FORGET_ITEMS, FORGET].map(|sql| Statement::new(sql, [horizon.into()]));
        self.keep("the end of bulk runs", forget.to_vec());
    }
}

/// The statement with which an agent's turn becomes an operation, once.
pub(super) fn begin(item: BulkItem, intervention: i64) -> Statement {
    Statement::new(BEGIN, [number(item.run).into(), place(item).into(), intervention.into()])
}

fn number(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

fn place(item: BulkItem) -> i64 {
    i64::try_from(item.index).unwrap_or(i64::MAX)
}

fn stored(engine: &mut dyn Engine, row: &Row) -> Result<StoredRun, EngineError> {
    let (id, at): (u64, ConsoleTime) = (row.get(0)?, row.get(2)?);
    let operation: String = row.get(4)?;
    let operation = Operation::from_action(&operation).ok_or_else(|| EngineError::Never(format!("no operation {operation:?}")))?;
    let agents: Vec<String> = serde_json::from_str(&row.get::<String>(6)?).map_err(|error| EngineError::Never(error.to_string()))?;
    let cancelled = row.get::<i64>(7)? != 0;
    let waits = if cancelled { BulkStep::Cancelled } else { BulkStep::Waiting };
    let mut items: Vec<_> = agents.into_iter().map(|agent| (AgentId::trusted(agent), waits)).collect();
    let (mut interventions, mut touched) = (Vec::new(), at);
    let sql = "SELECT item.place, item.intervention, item.step, item.obstacle, latest.outcome, latest.status, latest.reason,
         (SELECT min(at) FROM audit WHERE id = item.intervention), pending.id
         FROM bulk_item AS item
         LEFT JOIN audit AS latest ON latest.line = (SELECT max(line) FROM audit WHERE id = item.intervention)
         LEFT JOIN pending ON pending.id = item.intervention
         WHERE item.run = ?1 ORDER BY item.place";
    for row in engine.query(sql, &[number(id).into()])? {
        let place: usize = row.get(0)?;
        let Some((_, step)) = items.get_mut(place) else { continue };
        *step = step_of(&row)?;
        if let Some(intervention) = row.get::<Option<i64>>(1)? {
            interventions.push((intervention, place));
        }
        touched = touched.max(row.get::<Option<ConsoleTime>>(7)?.unwrap_or(at));
    }
    let run = BulkRun { id, by: AgentId::trusted(row.get::<String>(3)?), operation, minutes: row.get(5)?, items, cancelled };
    Ok(StoredRun { run, interventions, console: row.get(1)?, touched })
}

/// How far an agent's turn has come: what was settled without an operation, else the operation's latest line in the audit log.
fn step_of(row: &Row) -> Result<BulkStep, EngineError> {
    let (step, outcome): (Option<String>, Option<String>) = (row.get(2)?, row.get(4)?);
    let waits = row.get::<Option<i64>>(8)?.is_some();
    Ok(match (step.as_deref(), outcome.as_deref()) {
        (Some("not-possible"), _) => {
            let obstacle = row.get::<Option<String>>(3)?.and_then(|name| name.parse().ok());
            obstacle.map_or(BulkStep::NotSent, BulkStep::NotPossible)
        }
        (Some("cancelled"), _) | (None, Some("cancelled")) => BulkStep::Cancelled,
        (Some(_), _) => BulkStep::NotSent,
        (None, Some("requested")) if waits => BulkStep::AfterCall,
        (None, Some(outcome)) => {
            let reason: Option<String> = row.get(6)?;
            let outcome = Outcome::from_code(outcome, row.get(5)?, reason.as_deref().and_then(NotSent::from_code));
            BulkStep::Sent(outcome.unwrap_or(Outcome::Unknown))
        }
        (None, None) => BulkStep::Sent(Outcome::Requested),
    })
}
