//! A PostgreSQL database. The connection is made anew by itself where it broke; until that succeeds each statement says why it does not.

use super::{Engine, EngineError, Row, Schema, Statement, Value};
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, Error, GenericClient};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long the database may take to answer: to a connection, and to a statement.
const CONNECTED_WITHIN: Duration = Duration::from_secs(2);
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);
/// The pause after a connection that could not be made; meanwhile the answer is the same.
const AGAIN: Duration = Duration::from_millis(250);
/// The lock under which the tables are brought up to date: two that start at once do it one after the other.
const UPGRADE_LOCK: i64 = 0x5343_0001;

/// A connection to a database. It belongs to a thread of its own: no other task waits for it.
pub struct Postgres {
    config: Config,
    tls: MakeRustlsConnect,
    runtime: Runtime,
    client: Option<Client>,
    prepared: HashMap<&'static str, tokio_postgres::Statement>,
    /// How long one attempt waits for a lock.
    patience: Duration,
    /// The last attempt to connect, where it failed.
    failed: Option<(Instant, EngineError)>,
}

impl Postgres {
    /// Connects to the database at `url`.
    pub fn open(url: &SecretString) -> Result<Postgres, EngineError> {
        let mut postgres = Postgres::at(url)?;
        postgres.connect()?;
        Ok(postgres)
    }

    fn at(url: &SecretString) -> Result<Postgres, EngineError> {
        let (config, tls) = (settings(url)?, connector()?);
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| EngineError::Away(error.to_string()))?;
        Ok(Postgres { config, tls, runtime, client: None, prepared: HashMap::new(), patience: ANSWERED_WITHIN, failed: None })
    }

    /// Connects where there is no connection.
    fn connect(&mut self) -> Result<(), EngineError> {
        if self.client.as_ref().is_some_and(|client| !client.is_closed()) {
            return Ok(());
        }
        if let Some((_, error)) = self.failed.as_ref().filter(|(at, _)| at.elapsed() < AGAIN) {
            return Err(error.clone());
        }
        self.prepared.clear();
        let (config, tls, patience) = (&self.config, self.tls.clone(), self.patience.as_millis().max(1));
        let connected = async {
            let (client, connection) = config.connect(tls).await?;
            tokio::spawn(connection);
            client.batch_execute(&format!("SET lock_timeout = {patience}")).await?;
            Ok::<_, Error>(client)
        };
        // The clock of a runtime is found only inside it.
        let connected = self.runtime.block_on(async { timeout(CONNECTED_WITHIN, connected).await });
        let connected = match connected {
            Ok(connected) => connected.map_err(EngineError::from),
            Err(_) => Err(EngineError::Away("nobody answered within two seconds".to_owned())),
        };
        self.failed = connected.as_ref().err().map(|error| (Instant::now(), error.clone()));
        self.client = Some(connected?);
        Ok(())
    }

    /// Has it done on the connection; gives a connection up that does not answer.
    fn done<T>(
        &mut self,
        run: impl AsyncFnOnce(&mut Client, &mut HashMap<&'static str, tokio_postgres::Statement>) -> Result<T, Error>,
    ) -> Result<T, EngineError> {
        self.connect()?;
        let Some(client) = self.client.as_mut() else { return Err(EngineError::Away("there is no connection".to_owned())) };
        let done = self.runtime.block_on(async { timeout(ANSWERED_WITHIN, run(client, &mut self.prepared)).await });
        match done {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => {
                // What was prepared may be what is wrong.
                self.prepared.clear();
                Err(error.into())
            }
            Err(_) => {
                self.client = None;
                Err(EngineError::Away("it did not answer within ten seconds".to_owned()))
            }
        }
    }
}

/// TLS with the certificates that the system trusts.
pub(super) fn connector() -> Result<MakeRustlsConnect, EngineError> {
    let (tls, problems) = MakeRustlsConnect::with_native_certs()
        .map_err(|problems| EngineError::Away(format!("the system's certificates cannot be read: {problems:?}")))?;
    if !problems.is_empty() {
        tracing::warn!(problems = problems.len(), "some of the system's certificates cannot be read");
    }
    Ok(tls)
}

/// The database's address, with limits for a network that swallows everything.
pub(super) fn settings(url: &SecretString) -> Result<Config, EngineError> {
    let mut config: Config = url.expose_secret().parse().map_err(|error: Error| {
        let hint = if url.expose_secret().contains("sslmode") { "; sslmode may be disable, prefer or require" } else { "" };
        EngineError::Never(format!("{error}{hint}"))
    })?;
    config.application_name("supervisor-console");
    config.keepalives_idle(Duration::from_secs(2)).keepalives_interval(Duration::from_secs(1)).keepalives_retries(2);
    config.tcp_user_timeout(Duration::from_secs(4));
    // What does not leave the machine needs no certificate.
    let is_here = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        Host::Unix(_) => true,
    });
    if is_here && config.get_ssl_mode() == SslMode::Prefer {
        config.ssl_mode(SslMode::Disable);
    }
    // The same on its side: what a dead console holds is free within seconds.
    let options = config.get_options().unwrap_or_default().to_owned();
    config.options(format!("{options} -c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2"));
    Ok(config)
}

impl Engine for Postgres {
    fn upgrade(&mut self, schema: Schema) -> Result<(), EngineError> {
        let upgraded = self.done(async |client, _| {
            let transaction = client.transaction().await?;
            transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&UPGRADE_LOCK]).await?;
            transaction.batch_execute("CREATE TABLE IF NOT EXISTS schema_version (part TEXT PRIMARY KEY, version BIGINT NOT NULL)").await?;
            let found = transaction.query_opt("SELECT version FROM schema_version WHERE part = $1", &[&schema.name]).await?;
            let version = found.map_or(0, |row| usize::try_from(row.get::<_, i64>(0)).unwrap_or(usize::MAX));
            if version > schema.postgres.len() {
                return Ok(Err(EngineError::Newer));
            }
            for step in schema.postgres.iter().skip(version) {
                transaction.batch_execute(step).await?;
            }
            let reached = i64::try_from(schema.postgres.len()).unwrap_or(i64::MAX);
            let keep = "INSERT INTO schema_version VALUES ($1, $2) ON CONFLICT (part) DO UPDATE SET version = excluded.version";
            transaction.execute(keep, &[&schema.name, &reached]).await?;
            transaction.commit().await?;
            Ok(Ok(()))
        });
        upgraded?
    }

    fn query(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, EngineError> {
        self.done(async |client, prepared| {
            let statement = statement(client, prepared, sql).await?;
            let rows = client.query(&statement, &parameters(values)).await?;
            rows.iter().map(|row| (0..row.len()).map(|column| row.try_get(column)).collect::<Result<_, _>>().map(Row)).collect()
        })
    }

    fn write(&mut self, write: &[Statement]) -> Result<Vec<u64>, EngineError> {
        self.done(async |client, prepared| {
            for Statement { sql, .. } in write {
                statement(client, prepared, sql).await?;
            }
            let prepared = &*prepared;
            if let [only] = write {
                return Ok(vec![execute(client, &prepared[only.sql], &only.values).await?]);
            }
            let transaction = client.transaction().await?;
            // All are sent before the first is answered.
            let changed = futures_util::future::try_join_all(
                write.iter().map(|Statement { sql, values }| execute(&transaction, &prepared[sql], values)),
            )
            .await?;
            transaction.commit().await?;
            Ok(changed)
        })
    }

    fn go_on_numbering(&mut self, table: &str, column: &str) -> Result<(), EngineError> {
        let sql =
            format!("SELECT setval(pg_get_serial_sequence('{table}', '{column}'), coalesce(max({column}), 0) + 1, false) FROM {table}");
        self.done(async |client, _| client.batch_execute(&sql).await)
    }

    fn wait_for_locks(&mut self, patience: Duration) -> Result<(), EngineError> {
        self.patience = patience;
        let millis = patience.as_millis().max(1);
        self.done(async |client, _| client.batch_execute(&format!("SET lock_timeout = {millis}")).await)
    }

    fn is_there(&mut self) -> bool {
        true
    }
}

/// The statement, which is prepared once for each connection.
async fn statement(
    client: &Client,
    prepared: &mut HashMap<&'static str, tokio_postgres::Statement>,
    sql: &'static str,
) -> Result<tokio_postgres::Statement, Error> {
    if let Some(statement) = prepared.get(sql) {
        return Ok(statement.clone());
    }
    let statement = client.prepare(&sql.replace('?', "$")).await?;
    prepared.insert(sql, statement.clone());
    Ok(statement)
}

async fn execute(client: &impl GenericClient, statement: &tokio_postgres::Statement, values: &[Value]) -> Result<u64, Error> {
    client.execute(statement, &parameters(values)).await
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

type Failed = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Failed> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(number) => number.to_sql(wanted, out),
            // PostgreSQL's text holds everything but this.
            Value::Text(text) if text.contains('\0') => text.replace('\0', "\u{fffd}").to_sql(wanted, out),
            Value::Text(text) => text.to_sql(wanted, out),
            Value::Bytes(bytes) => bytes.to_sql(wanted, out),
        }
    }

    fn accepts(wanted: &Type) -> bool {
        matches!(*wanted, Type::INT8 | Type::TEXT | Type::VARCHAR | Type::BYTEA)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(given: &Type, raw: &'a [u8]) -> Result<Value, Failed> {
        match *given {
            Type::INT8 => i64::from_sql(given, raw).map(Value::Integer),
            Type::INT4 => i32::from_sql(given, raw).map(|number| Value::Integer(number.into())),
            Type::BOOL => bool::from_sql(given, raw).map(Value::from),
            Type::BYTEA => Vec::from_sql(given, raw).map(Value::Bytes),
            _ => String::from_sql(given, raw).map(Value::Text),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Value, Failed> {
        Ok(Value::Null)
    }

    fn accepts(given: &Type) -> bool {
        matches!(*given, Type::INT8 | Type::INT4 | Type::BOOL | Type::BYTEA) || <String as FromSql>::accepts(given)
    }
}

impl From<Error> for EngineError {
    fn from(error: Error) -> EngineError {
        let said = match error.as_db_error() {
            Some(error) => error.message().to_owned(),
            None => std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source())
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(": "),
        };
        let Some(state) = error.code() else { return EngineError::Away(said) };
        if *state == SqlState::LOCK_NOT_AVAILABLE {
            return EngineError::Locked(said);
        }
        // Classes of states that speak of the data: the same would always fail. All others somebody can mend, a missing right for example.
        match state.code().get(..2) {
            Some("21" | "22" | "23") => EngineError::Never(said),
            _ => EngineError::Away(said),
        }
    }
}
