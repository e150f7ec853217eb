//! The broker's queues that keep events for the consoles on this database: one that is new kept nothing yet.

use super::{Store, StoreError};
use crate::floor::ConsoleTime;
use crate::server::database::Statement;
use std::collections::BTreeSet;

pub(super) const KEEP: &str = "INSERT INTO moment (name, at) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";
const MARK: &str = "queue ";

impl Store {
    /// Keeps that there is a queue of that name from `at` on.
    pub fn keep_queue(&self, name: &str, at: ConsoleTime) {
        self.keep("a queue", vec![Statement::new(KEEP, [format!("{MARK}{name}").into(), at.into()])]);
    }

    /// The names of the queues that there were.
    pub async fn queues(&self) -> Result<BTreeSet<String>, StoreError> {
        self.ask(|engine| {
            let rows = engine.query("SELECT name FROM moment WHERE name LIKE 'queue %'", &[])?;
            rows.iter().map(|row| Ok(row.get::<String>(0)?.trim_start_matches(MARK).to_owned())).collect()
        })
        .await
    }
}
