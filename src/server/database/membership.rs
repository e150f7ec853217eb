//! A connection to a PostgreSQL that hears what others tell there, and holds locks as long as it lives.

use super::EngineError;
use super::postgres::{connector, settings};
use futures_util::{StreamExt, stream};
use secrecy::SecretString;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Client, Error, Row};

/// How long the database may take to answer; whoever leads must not believe so for longer.
const ANSWERED_WITHIN: Duration = Duration::from_secs(3);
/// The class of our locks. In it each console has its number; the leader's is 0.
const LOCKS: i32 = 0x5343;
const LEADER: i32 = 0;

/// Who of several consoles does what only one may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lead {
    /// This one.
    Ours,
    /// Another one.
    Others,
    /// The database does not say.
    Unknown,
}

/// A connection.
pub struct Membership {
    client: Client,
}

impl Membership {
    /// Connects, and hears what is told on `channel`: that ends where the connection does.
    pub async fn open(url: &SecretString, channel: &str) -> Result<(Membership, UnboundedReceiver<String>), EngineError> {
        let (config, tls) = (settings(url)?, connector()?);
        let connected = within(config.connect(tls)).await?;
        let (client, mut connection) = connected;
        let (sender, notices) = unbounded_channel();
        tokio::spawn(async move {
            let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
            while let Some(Ok(message)) = messages.next().await {
                if let AsyncMessage::Notification(notice) = message
                    && sender.send(notice.payload().to_owned()).is_err()
                {
                    return;
                }
            }
        });
        within(client.batch_execute(&format!("LISTEN {channel}"))).await?;
        Ok((Membership { client }, notices))
    }

    /// Takes the lock of the console with that number; false where somebody else holds it.
    pub async fn try_lock(&mut self, number: i64) -> Result<bool, EngineError> {
        self.try_lock_numbered(i32::try_from(number).unwrap_or(i32::MAX)).await
    }

    /// Takes the leader's lock; false where somebody else holds it.
    pub async fn try_lock_of_leader(&mut self) -> Result<bool, EngineError> {
        self.try_lock_numbered(LEADER).await
    }

    async fn try_lock_numbered(&self, number: i32) -> Result<bool, EngineError> {
        let row = within(self.client.query_one("SELECT pg_try_advisory_lock($1, $2)", &[&LOCKS, &number])).await?;
        Ok(row.get(0))
    }

    /// The numbers of the consoles whose locks are held.
    pub async fn locked(&mut self) -> Result<BTreeSet<i64>, EngineError> {
        let sql =
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid::bigint = $1 AND objid::bigint > 0
            AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let rows = within(self.client.query(sql, &[&i64::from(LOCKS)])).await?;
        Ok(rows.iter().map(|row: &Row| row.get(0)).collect())
    }

    /// Why nothing is heard any more.
    pub fn lost(&self) -> EngineError {
        EngineError::Away("the connection broke".to_owned())
    }
}

async fn within<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, EngineError> {
    match timeout(ANSWERED_WITHIN, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(EngineError::Away("it did not answer within three seconds".to_owned())),
    }
}
