//! When the console was last alive.

use super::{Store, StoreError};
use crate::floor::PlatformTime;
use crate::server::database::Statement;

pub(super) const ALIVE: &str = "INSERT INTO moment (name, at) VALUES ('alive', ?1) ON CONFLICT (name) DO UPDATE SET at = excluded.at";

impl Store {
    /// Keeps that the console was alive `at`.
    pub fn keep_alive(&self, at: PlatformTime) {
        self.keep("that the console is alive", vec![Statement::new(ALIVE, [at.into()])]);
    }

    /// Returns when the console was last alive, or `None` if it never was.
    pub async fn alive(&self) -> Result<Option<PlatformTime>, StoreError> {
        self.ask(|engine| engine.query_one("SELECT at FROM moment WHERE name = 'alive'", &[])?.map(|row| row.get(0)).transpose()).await
    }
}
