//! Secrets of the console's own: made once, and the same for every console on this database.

use super::{Store, StoreError};
use crate::server::database::EngineError;

impl Store {
    /// The key of the other names that calls have for those who see no whole numbers: with it they keep them over a restart, and have the same
    /// at each console.
    pub async fn naming_key(&self) -> Result<[u64; 2], StoreError> {
        let made: [u8; 16] = rand::random();
        self.ask(move |engine| {
            engine
                .execute("INSERT INTO secret (name, bytes) VALUES ('names', ?1) ON CONFLICT (name) DO NOTHING", [made.to_vec().into()])?;
            let kept = engine.query_one("SELECT bytes FROM secret WHERE name = 'names'", &[])?;
            let bytes = kept.ok_or_else(|| EngineError::Damaged("no row stays in the table secret".to_owned()))?.get(0)?;
            let key = u128::from_be_bytes(bytes);
            Ok([(key >> 64) as u64, key as u64])
        })
        .await
    }
}
