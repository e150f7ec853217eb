//! What the console was told to do later, so that a restart does not forget it.

use super::{Store, StoreError, Written};
use crate::floor::{AgentId, DeviceId, Order, OrderKind};
use crate::server::owner::Kept;
use rusqlite::{Row, params};

impl Store {
    /// Keeps an order, or what has become of it.
    pub fn keep_order(&self, kept: Kept) {
        let (kind, minutes, due) = match kept.order.kind {
            OrderKind::ReadyAgain { minutes, due } => ("ready-again", Some(minutes), due),
            OrderKind::LogoutAfterCall => ("logout-after-call", None, None),
        };
        self.keep("an order", move |connection| {
            let (by, by_device) = (kept.order.by.as_str(), kept.by_device.as_str());
            let device = kept.device.as_ref().map(DeviceId::as_str);
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO pending (id, kind, agent, device, by_agent, by_device, at, minutes, due)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(params![kept.order.id, kind, kept.agent.as_str(), device, by, by_device, kept.at, minutes, due])?;
            Ok(())
        });
    }

    /// It is done, or will not be done.
    pub fn forget_order(&self, id: i64) {
        drop(self.release_order(id));
    }

    /// The same before what it says is sent: a restart must not send it once more.
    pub fn release_order(&self, id: i64) -> Written {
        self.keep_told("the end of an order", move |connection| connection.execute("DELETE FROM pending WHERE id = ?1", [id]).map(|_| ()))
    }

    /// What was still to be done when the console ended.
    pub async fn orders(&self) -> Result<Vec<Kept>, StoreError> {
        self.ask(|connection| {
            let mut statement =
                connection.prepare("SELECT id, kind, agent, device, by_agent, by_device, at, minutes, due FROM pending ORDER BY id")?;
            let rows = statement.query_map([], kept)?;
            rows.collect()
        })
        .await
    }
}

fn kept(row: &Row) -> rusqlite::Result<Kept> {
    let kind = match row.get::<_, String>(1)?.as_str() {
        "ready-again" => OrderKind::ReadyAgain { minutes: row.get(7)?, due: row.get(8)? },
        _ => OrderKind::LogoutAfterCall,
    };
    Ok(Kept {
        order: Order { id: row.get(0)?, kind, by: AgentId::trusted(row.get::<_, String>(4)?) },
        agent: AgentId::trusted(row.get::<_, String>(2)?),
        device: row.get::<_, Option<String>>(3)?.map(DeviceId::trusted),
        by_device: DeviceId::trusted(row.get::<_, String>(5)?),
        at: row.get(6)?,
    })
}
