//! Moves all that is kept from one database to another, table by table, and compares both afterwards.

use crate::server::config::Database;
use crate::server::database::{Engine, EngineError, Row, Statement, Value};
use crate::server::journal;
use crate::server::store::{self, IDS_EACH};
use sha2::{Digest, Sha256};

/// Why not everything was moved: one line, the remedy in it.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("{0} sqlite::memory: keeps nothing: give a file or a server")]
    Memory(&'static str),
    #[error("--from {0} is not there: give the file that serve used")]
    Missing(String),
    #[error("{flag} {database} cannot be used ({reason})")]
    Unusable { flag: &'static str, database: String, reason: EngineError },
    #[error("--to is the same database as --from: give another one")]
    Same,
    #[error("--to {database} holds something already (table {table}): give an empty database")]
    NotEmpty { database: String, table: &'static str },
    #[error("table {table} is not the same in both ({from} and {to} rows): stop the console that uses --from, empty --to, and begin anew")]
    Differs { table: &'static str, from: u64, to: u64 },
    #[error("it broke off ({0}): empty --to, and begin anew; --from was not changed")]
    Broken(#[from] EngineError),
}

/// How many rows are read and written at once: of large ones few.
const ROWS: usize = 500;
const LARGE_ROWS: usize = 20;

/// A table as it is moved: its columns, the first of which are its key.
struct Table {
    name: &'static str,
    columns: &'static [&'static str],
    /// How many columns are its key.
    key: usize,
    rows_at_once: usize,
    /// The column that the database numbers by itself, where there is one.
    numbered: Option<&'static str>,
}

const fn table(name: &'static str, key: usize, columns: &'static [&'static str]) -> Table {
    Table { name, columns, key, rows_at_once: ROWS, numbered: None }
}

const STORE: [Table; 10] = [
    table("session", 1, &["id_hash", "agent", "device", "name", "platform_session", "created"]),
    Table {
        numbered: Some("line"),
        ..table(
            "audit",
            1,
            &[
                "line",
                "id",
                "at",
                "outcome",
                "status",
                "operation",
                "by_agent",
                "by_device",
                "agent",
                "device",
                "call",
                "after_ms",
                "reason",
            ],
        )
    },
    table("pending", 1, &["id", "kind", "agent", "device", "by_agent", "by_device", "at", "minutes", "due"]),
    table("token", 1, &["name", "hash", "role", "made", "used"]),
    table("moment", 1, &["name", "at"]),
    table("secret", 1, &["name", "bytes"]),
    table("state_interval", 2, &["agent", "began", "ended", "state", "reason", "certain"]),
    table(
        "call_record",
        1,
        &[
            "call",
            "former",
            "direction",
            "kind",
            "queue",
            "started",
            "answered",
            "ended",
            "ending",
            "ended_by",
            "holds",
            "held_ms",
            "transfers",
            "conferences",
            "parties",
            "stepped_in",
            "certain",
        ],
    ),
    table("bulk_run", 1, &["id", "console", "at", "by_agent", "operation", "minutes", "agents", "cancelled"]),
    table("bulk_item", 2, &["run", "place", "intervention", "step", "obstacle"]),
];

const JOURNAL: [Table; 4] = [
    Table { rows_at_once: LARGE_ROWS, ..table("block", 1, &["first", "entries", "began", "ended", "bytes"]) },
    Table { rows_at_once: LARGE_ROWS, ..table("piece", 2, &["position", "number", "bytes"]) },
    table("snapshot", 1, &["position", "at", "pieces", "hash"]),
    table("place", 1, &["name", "position"]),
];

const NUMBER_ON: &str = "SELECT setval('console_number', greatest(1, (SELECT max(id) FROM (SELECT max(id) AS id FROM audit
    UNION ALL SELECT max(id) FROM pending UNION ALL SELECT max(intervention) FROM bulk_item) AS given) / ?1))";

/// A table that was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub table: &'static str,
    pub rows: u64,
    /// Of all rows, in whatever order, as hexadecimal digits: the same in both databases.
    pub hash: String,
}

/// Moves everything. `to` has to be empty. What is moved is read once more from both, and compared.
pub fn run(from: &Database, to: &Database) -> Result<Vec<Moved>, MigrateError> {
    if from.to_string() == to.to_string() {
        return Err(MigrateError::Same);
    }
    let unusable = |flag, database: &Database, reason| MigrateError::Unusable { flag, database: database.to_string(), reason };
    let open = |database: &Database| Ok::<_, EngineError>((store::engine(database)?, journal::engine(database)?));
    let (mut store_from, mut journal_from) = open(from).map_err(|error| unusable("--from", from, error))?;
    let (mut store_to, mut journal_to) = open(to).map_err(|error| unusable("--to", to, error))?;
    for (tables, engine) in [(&STORE[..], &mut store_to), (&JOURNAL[..], &mut journal_to)] {
        for table in tables {
            if !page(&mut **engine, table, None, 1)?.is_empty() {
                return Err(MigrateError::NotEmpty { database: to.to_string(), table: table.name });
            }
        }
    }
    let mut moved = all(&STORE, &mut *store_from, &mut *store_to)?;
    moved.extend(all(&JOURNAL, &mut *journal_from, &mut *journal_to)?);
    if matches!(to, Database::Postgres(_)) {
        // Consoles give ids of operations by their number, which the database counts: those that were given are not given again.
        store_to.query(NUMBER_ON, &[IDS_EACH.into()])?;
    }
    journal_to.execute("UPDATE size SET bytes = (SELECT coalesce(sum(length(bytes)), 0) FROM block)", [])?;
    Ok(moved)
}

fn all(tables: &[Table], from: &mut dyn Engine, to: &mut dyn Engine) -> Result<Vec<Moved>, MigrateError> {
    tables.iter().try_for_each(|table| copy(table, from, to))?;
    tables.iter().map(|table| compare(table, from, to)).collect()
}

/// A statement that lives as long as the program: the command makes a few and ends.
fn sql(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// The next rows behind that key.
fn page(engine: &mut dyn Engine, table: &Table, after: Option<&[Value]>, rows: usize) -> Result<Vec<Row>, EngineError> {
    let Table { name, columns, key, .. } = table;
    let (all, keys) = (columns.join(", "), columns.iter().take(*key).copied().collect::<Vec<_>>().join(", "));
    let behind = after.map_or(String::new(), |_| format!(" WHERE ({keys}) > ({})", places(*key)));
    engine.query(sql(format!("SELECT {all} FROM {name}{behind} ORDER BY {keys} LIMIT {rows}")), after.unwrap_or_default())
}

fn places(count: usize) -> String {
    (1..=count).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ")
}

/// Hands over every row of a table, many at a time.
fn each(engine: &mut dyn Engine, table: &Table, mut take: impl FnMut(Vec<Row>) -> Result<(), EngineError>) -> Result<(), EngineError> {
    let mut after: Option<Vec<Value>> = None;
    loop {
        let rows = page(engine, table, after.as_deref(), table.rows_at_once)?;
        let Some(Row(last)) = rows.last() else { return Ok(()) };
        after = Some(last.iter().take(table.key).cloned().collect());
        take(rows)?;
    }
}

fn copy(table: &Table, from: &mut dyn Engine, to: &mut dyn Engine) -> Result<(), EngineError> {
    let Table { name, columns, .. } = table;
    let insert = sql(format!("INSERT INTO {name} ({}) VALUES ({})", columns.join(", "), places(columns.len())));
    each(from, table, |rows| {
        let rows: Vec<Statement> = rows.into_iter().map(|Row(values)| Statement::new(insert, values)).collect();
        to.write(&rows).map(drop)
    })?;
    if let Some(column) = table.numbered {
        to.go_on_numbering(name, column)?;
    }
    Ok(())
}

fn compare(table: &Table, from: &mut dyn Engine, to: &mut dyn Engine) -> Result<Moved, MigrateError> {
    let (before, after) = (digest(table, from)?, digest(table, to)?);
    if before != after {
        return Err(MigrateError::Differs { table: table.name, from: before.0, to: after.0 });
    }
    let hash = after.1.iter().map(|part| format!("{part:016x}")).collect();
    Ok(Moved { table: table.name, rows: after.0, hash })
}

/// How many rows there are, and the sum of their hashes: engines sort text each in its own order.
fn digest(table: &Table, engine: &mut dyn Engine) -> Result<(u64, [u64; 4]), EngineError> {
    let (mut count, mut sum) = (0, [0_u64; 4]);
    each(engine, table, |rows| {
        for Row(values) in rows {
            count += 1;
            let mut hash = Sha256::new();
            values.iter().for_each(|value| feed(&mut hash, value));
            for (part, bytes) in sum.iter_mut().zip(hash.finalize().chunks_exact(8)) {
                *part = part.wrapping_add(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)));
            }
        }
        Ok(())
    })?;
    Ok((count, sum))
}

fn feed(hash: &mut Sha256, value: &Value) {
    let mut part = |kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update(bytes.len().to_le_bytes());
        hash.update(bytes);
    };
    match value {
        Value::Null => part(0, &[]),
        Value::Integer(number) => part(1, &number.to_le_bytes()),
        // As PostgreSQL has it.
        Value::Text(text) => part(2, text.replace('\0', "\u{fffd}").as_bytes()),
        Value::Bytes(bytes) => part(3, bytes),
    }
}
