//! What the console was told to do later, so that a restart does not forget it.

use super::{Notice, Store, StoreError, Written};
use crate::floor::{AgentId, ConsoleTime, DeviceId, Scheduled, ScheduledKind};
use crate::server::database::{EngineError, Row, Statement};

/// What the console is to do later, with all that it takes to do it, also after a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduledAction {
    pub scheduled: Scheduled,
    pub agent: AgentId,
    pub device: Option<DeviceId>,
    pub by_device: DeviceId,
    /// When it was given.
    pub at: ConsoleTime,
}

pub(super) const KEEP: &str = "INSERT INTO pending (id, kind, agent, device, by_agent, by_device, at, minutes, due)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
    ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, agent = excluded.agent, device = excluded.device, by_agent = excluded.by_agent,
    by_device = excluded.by_device, at = excluded.at, minutes = excluded.minutes, due = excluded.due";
pub(super) const FORGET: &str = "DELETE FROM pending WHERE id = ?1";

impl Store {
    /// Keeps a scheduled action, or what has become of it.
    pub fn persist_scheduled(&self, kept: ScheduledAction) {
        let (kind, minutes, due) = match kept.scheduled.kind {
            ScheduledKind::ReadyAgain { minutes, due } => ("ready-again", Some(minutes), due),
            ScheduledKind::LogoutAfterCall => ("logout-after-call", None, None),
        };
        let ScheduledAction { scheduled, agent, device, by_device, at } = kept;
        let values = [
            scheduled.id.into(),
            kind.to_owned().into(),
            agent.to_string().into(),
            device.map(|device| device.to_string()).into(),
            scheduled.by.to_string().into(),
            by_device.to_string().into(),
            at.into(),
            minutes.into(),
            due.into(),
        ];
        self.keep("a scheduled action", self.telling(vec![Statement::new(KEEP, values)], Notice::Scheduled));
    }

    /// It is done, or will not be done.
    pub fn forget_scheduled(&self, id: i64) {
        drop(self.release_scheduled(id));
    }

    /// The same before what it says is sent: a restart must not send it once more.
    pub fn release_scheduled(&self, id: i64) -> Written {
        let forget = vec![Statement::new(FORGET, [id.into()])];
        self.keep_told("the end of a scheduled action", self.telling(forget, Notice::Scheduled))
    }

    /// What was still to be done when the console ended.
    pub async fn schedule(&self) -> Result<Vec<ScheduledAction>, StoreError> {
        self.ask(|engine| {
            let rows =
                engine.query("SELECT id, kind, agent, device, by_agent, by_device, at, minutes, due FROM pending ORDER BY id", &[])?;
            rows.iter().map(kept).collect()
        })
        .await
    }
}

fn kept(row: &Row) -> Result<ScheduledAction, EngineError> {
    let kind = match row.get::<String>(1)?.as_str() {
        "ready-again" => ScheduledKind::ReadyAgain { minutes: row.get(7)?, due: row.get(8)? },
        _ => ScheduledKind::LogoutAfterCall,
    };
    Ok(ScheduledAction {
        scheduled: Scheduled { id: row.get(0)?, kind, by: AgentId::trusted(row.get::<String>(4)?) },
        agent: AgentId::trusted(row.get::<String>(2)?),
        device: row.get::<Option<String>>(3)?.map(DeviceId::trusted),
        by_device: DeviceId::trusted(row.get::<String>(5)?),
        at: row.get(6)?,
    })
}
