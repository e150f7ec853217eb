//! The audit log: a line for each step of each operation, the first written before the request leaves.

use super::notice::IDS_EACH;
use super::{Notice, Store, StoreError, Written, runs};
use crate::floor::visibility::NumberFilter;
use crate::floor::{AgentId, BulkItem, CallId, ConsoleTime, DeviceId, Intervention, NotSent, Operation, Outcome};
use crate::server::database::{EngineError, Row, Statement};
use std::collections::BTreeSet;
use std::time::Duration;

/// One operation as its lines tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditedOperation {
    pub id: i64,
    pub operation: String,
    /// Of the last line.
    pub outcome: String,
    pub status: Option<u16>,
    /// Why nothing was sent ([`NotSent::code`]).
    pub reason: Option<String>,
    pub by: String,
    pub by_device: String,
    pub agent: Option<String>,
    pub device: Option<String>,
    pub call: Option<String>,
    pub requested_at: ConsoleTime,
    pub answered_after: Option<u32>,
    pub finished_after: Option<u32>,
}

impl AuditedOperation {
    /// The operation as somebody may see it, as [`NumberFilter::intervention`] has it.
    #[must_use]
    pub fn seen_through(self, filter: &NumberFilter) -> AuditedOperation {
        let seated = self.agent.is_some() && Operation::from_action(&self.operation).is_some_and(Operation::on_call);
        let id = |id: String| if seated { id } else { filter.id(id) };
        AuditedOperation {
            by_device: filter.id(self.by_device),
            agent: self.agent.map(id),
            device: self.device.map(id),
            call: self.call.map(|call| filter.call_id(call)),
            ..self
        }
    }
}

/// A line that is there already, because nobody heard that it was written, is not written again.
pub(super) const KEEP: &str =
    "INSERT INTO audit (id, at, outcome, status, operation, by_agent, by_device, agent, device, call, after_ms, reason)
    SELECT CAST(?1 AS BIGINT), CAST(?2 AS BIGINT), CAST(?3 AS TEXT), CAST(?4 AS BIGINT), CAST(?5 AS TEXT), CAST(?6 AS TEXT), CAST(?7 AS TEXT),
    CAST(?8 AS TEXT), CAST(?9 AS TEXT), CAST(?10 AS TEXT), CAST(?11 AS BIGINT), CAST(?12 AS TEXT)
    WHERE NOT EXISTS (SELECT 1 FROM audit WHERE id = ?1 AND at = ?2 AND outcome = ?3)";

impl Store {
    /// Writes a step, after all those before it.
    pub fn audit(&self, intervention: Intervention) -> Written {
        self.audit_turn(intervention, None)
    }

    /// The same for the first step of an operation that is an agent's turn in a bulk run: neither is written where the agent had its turn.
    pub fn audit_turn(&self, intervention: Intervention, item: Option<BulkItem>) -> Written {
        let turn = item.map(|item| runs::begin(item, intervention.id));
        let lines = turn.into_iter().chain([line(&intervention, intervention.outcome.code())]).collect();
        self.keep_told("a line of the audit log", self.telling(lines, Notice::Intervention(Box::new(intervention), item)))
    }

    /// Writes that a scheduled action was taken back: `intervention` says what will not be done, and who took it back.
    pub fn audit_cancelled(&self, intervention: Intervention) {
        self.keep("a scheduled action's end in the audit log", vec![line(&intervention, "cancelled")]);
    }

    /// Closes what was under way at a console that ended: nobody heard what became of it. What the platform had accepted stays accepted,
    /// without its proof. What still waits goes on, and so does what is under way at the consoles that live.
    pub async fn close_open_operations(&self, now: ConsoleTime, alive: &BTreeSet<i64>) -> Result<(), StoreError> {
        // Numbers only: nothing else can stand in that text.
        let alive = alive.iter().map(|number| format!(",{number},")).collect::<String>();
        self.ask(move |engine| {
            engine.execute(
                "INSERT INTO audit (id, at, outcome, operation, by_agent, by_device, agent, device, call)
                 SELECT id, CAST(?1 AS BIGINT), CASE outcome WHEN 'accepted' THEN 'unconfirmed' ELSE 'unknown' END, operation, by_agent,
                   by_device, agent, device, call
                 FROM audit AS latest
                 WHERE outcome IN ('requested', 'accepted') AND line = (SELECT max(line) FROM audit WHERE id = latest.id)
                   AND id NOT IN (SELECT id FROM pending) 
                   AND CAST(?2 AS TEXT) NOT LIKE '%,' || CAST(id / CAST(?3 AS BIGINT) AS TEXT) || ',%'",
                [now.into(), alive.as_str().into(), IDS_EACH.into()],
            )?;
            Ok(())
        })
        .await
    }

    /// What is under way at other consoles, as far as it was written down. What is to be done later is none of it.
    pub async fn under_way_elsewhere(&self) -> Result<Vec<Intervention>, StoreError> {
        let own = self.console.unwrap_or(0);
        self.ask(move |engine| {
            let rows = engine.query(
                "SELECT latest.id, (SELECT min(at) FROM audit WHERE id = latest.id), latest.outcome, latest.operation, latest.by_agent,
                   latest.by_device, latest.agent, latest.device, latest.call, latest.after_ms
                 FROM audit AS latest
                 WHERE latest.outcome IN ('requested', 'accepted') AND latest.line = (SELECT max(line) FROM audit WHERE id = latest.id)
                   AND latest.id NOT IN (SELECT id FROM pending) AND latest.id / CAST(?2 AS BIGINT) <> CAST(?1 AS BIGINT)
                 ORDER BY latest.id",
                &[own.into(), IDS_EACH.into()],
            )?;
            rows.iter().map(under_way).collect()
        })
        .await
    }

    /// The operation with this id, as far as it was written down.
    pub async fn audited(&self, id: i64) -> Result<Option<AuditedOperation>, StoreError> {
        self.ask(move |engine| {
            let rows = engine.query(
                "SELECT at, outcome, status, operation, by_agent, by_device, agent, device, call, after_ms, reason FROM audit
                 WHERE id = ?1 ORDER BY line",
                &[id.into()],
            )?;
            let mut operation: Option<AuditedOperation> = None;
            for row in rows {
                let (at, outcome, after): (ConsoleTime, String, Option<u32>) = (row.get(0)?, row.get(1)?, row.get(9)?);
                let before = operation.take();
                // A scheduled action that came of it and was taken back later: what was done stays done.
                if let Some(before) = before.as_ref().filter(|before| outcome == "cancelled" && !is_open(&before.outcome)) {
                    operation = Some(before.clone());
                    break;
                }
                let answer = matches!(outcome.as_str(), "accepted" | "refused" | "unknown").then_some(after).flatten();
                let open = is_open(&outcome);
                let requested_at = before.as_ref().map_or(at, |before| before.requested_at);
                let after = after.or_else(|| u32::try_from(at.since(requested_at).as_millis()).ok().filter(|_| at >= requested_at));
                // Whoever took it back is not who asked for it.
                let by = before.as_ref().map_or_else(|| row.get(4), |before| Ok(before.by.clone()))?;
                let by_device = before.as_ref().map_or_else(|| row.get(5), |before| Ok(before.by_device.clone()))?;
                operation = Some(AuditedOperation {
                    id,
                    operation: row.get(3)?,
                    outcome,
                    status: row.get(2)?,
                    reason: row.get(10)?,
                    by,
                    by_device,
                    agent: row.get(6)?,
                    device: row.get(7)?,
                    call: row.get(8)?,
                    requested_at,
                    answered_after: before.and_then(|before| before.answered_after).or(answer),
                    finished_after: after.filter(|_| !open),
                });
            }
            Ok(operation)
        })
        .await
    }

    /// The highest id given so far: ids go on after a restart. Where there are several consoles each has ids of its own.
    pub async fn last_intervention(&self) -> Result<i64, StoreError> {
        if let Some(number) = self.console {
            return Ok(number * IDS_EACH);
        }
        self.ask(|engine| engine.query_one("SELECT coalesce(max(id), 0) FROM audit", &[])?.map_or(Ok(0), |row| row.get(0))).await
    }
}

fn under_way(row: &Row) -> Result<Intervention, EngineError> {
    let code: String = row.get(3)?;
    let operation = Operation::from_action(&code).ok_or_else(|| EngineError::Never(format!("no operation {code:?}")))?;
    let accepted = row.get::<String>(2)? == "accepted";
    Ok(Intervention {
        id: row.get(0)?,
        operation,
        agent: row.get::<Option<String>>(6)?.map(AgentId::trusted),
        device: row.get::<Option<String>>(7)?.map(DeviceId::trusted),
        call: row.get::<Option<String>>(8)?.map(CallId::trusted),
        by: AgentId::trusted(row.get::<String>(4)?),
        by_device: DeviceId::trusted(row.get::<String>(5)?),
        requested_at: row.get(1)?,
        answered_after: row.get(9)?,
        finished_after: None,
        outcome: if accepted { Outcome::Accepted } else { Outcome::Requested },
        deferred: false,
        holder: None,
    })
}

/// Something may still come of it.
fn is_open(outcome: &str) -> bool {
    matches!(outcome, "requested" | "accepted")
}

fn line(intervention: &Intervention, outcome: &str) -> Statement {
    let (status, reason) = match intervention.outcome {
        Outcome::Refused(status) => (Some(status), None),
        Outcome::NotSent(why) => (None, Some(NotSent::code(why).to_owned())),
        _ => (None, None),
    };
    let after = intervention.finished_after.or(intervention.answered_after);
    let values = [
        intervention.id.into(),
        (intervention.requested_at + Duration::from_millis(after.unwrap_or(0).into())).into(),
        outcome.to_owned().into(),
        status.into(),
        intervention.operation.action().to_owned().into(),
        intervention.by.to_string().into(),
        intervention.by_device.to_string().into(),
        intervention.agent.as_ref().map(ToString::to_string).into(),
        intervention.device.as_ref().map(ToString::to_string).into(),
        intervention.call.as_ref().map(ToString::to_string).into(),
        after.into(),
        reason.into(),
    ];
    Statement::new(KEEP, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::mask::Mask;

    fn audited(operation: Operation, agent: Option<&str>) -> AuditedOperation {
        AuditedOperation {
            id: 1,
            operation: operation.action().to_owned(),
            outcome: "accepted".to_owned(),
            status: None,
            reason: None,
            by: "5000@test.cc".to_owned(),
            by_device: "13800001111@test.cc".to_owned(),
            agent: agent.map(str::to_owned),
            device: Some("80010001@test.cc".to_owned()),
            call: Some("13800001111".to_owned()),
            requested_at: ConsoleTime::default(),
            answered_after: None,
            finished_after: None,
        }
    }

    #[test]
    fn what_the_audit_log_names_is_masked_for_those_who_may_not_see_it() {
        let filter = NumberFilter::of(Mask::new([1, 2]));
        let told = audited(Operation::Join, None).seen_through(&filter);
        assert_eq!(
            (told.by.as_str(), told.by_device.as_str(), told.device.as_deref()),
            ("5000@test.cc", "138****1111@test.cc", Some("******01@test.cc"))
        );
        assert!(told.call.is_some_and(|call| call.starts_with("138****1111~")));
        // The floor has found the agent there.
        assert_eq!(audited(Operation::Join, Some("5001@test.cc")).seen_through(&filter).device.as_deref(), Some("80010001@test.cc"));
        assert_eq!(audited(Operation::Ready, Some("5001@test.cc")).seen_through(&filter).device.as_deref(), Some("******01@test.cc"));
        assert_eq!(audited(Operation::Join, None).seen_through(&NumberFilter::none()), audited(Operation::Join, None));
    }
}
