//! What a console is to know before it starts, complete and checked, wherever it was read from.

pub mod roles;

use crate::floor::visibility::Visibility;
use crate::floor::{Control, Namespace, Operation, PhoneOperation, Role};
use ipnet::IpNet;
use jiff::tz::TimeZone;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use reqwest::Url;
use roles::Pattern;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WholeNumbers {
    Everybody,
    Supervisors,
    Nobody,
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Database {
    /// A SQLite file, for one console.
    File(PathBuf),
    /// Nowhere: what is in it ends with the console.
    Memory,
    /// A PostgreSQL database, for several consoles; its address may hold a password.
    Postgres(SecretString),
}

impl fmt::Display for Database {
    /// Without the password that its address may hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Database::File(path) => path.display().fmt(f),
            Database::Memory => f.write_str(":memory:"),
            Database::Postgres(url) => match Url::parse(url.expose_secret()) {
                Ok(url) => f.write_str(&shown(&url)),
                Err(_) => f.write_str("postgres:"),
            },
        }
    }
}

/// How long the journal's blocks are kept, and how many bytes all together may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalLimits {
    pub age: Duration,
    pub bytes: u64,
}

/// Where events are posted, and which of them.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub url: Url,
    /// As in the address of `/api/events`.
    pub filter: Vec<(String, String)>,
}

impl Webhook {
    /// By what its place in the journal is known: an address may hold a secret.
    pub fn name(&self) -> String {
        Sha256::digest(self.url.as_str()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Everything that the console needs to know, complete and checked.
#[derive(Debug, Clone)]
pub struct Config {
    pub sdk_url: Url,
    pub login_url: Url,
    pub events_url: Url,
    pub namespace: Namespace,
    pub topics: Vec<String>,
    pub broker: Option<(String, SecretString)>,
    /// The broker's queue that keeps events while the console is away.
    pub durable_queue: Option<String>,
    pub time_zone: TimeZone,
    pub database: Database,
    /// How much of the journal is kept.
    pub journal: JournalLimits,
    /// How long records of what agents did and how calls went are kept.
    pub history: Duration,
    pub supervisors: Vec<Pattern>,
    pub viewers: Vec<Pattern>,
    /// Who of the supervisors may see the console's inside.
    pub diagnostics: Vec<Pattern>,
    pub whole_numbers: WholeNumbers,
    pub hidden: Vec<Operation>,
    /// The controls of the own phone that are not offered.
    pub hidden_controls: Vec<Control>,
    /// Whose X-Forwarded-For counts.
    pub trusted_proxies: Vec<IpNet>,
    pub webhooks: Vec<Webhook>,
    /// What web hooks are signed with.
    pub webhook_secret: SecretString,
}

impl Config {
    /// Whether something is offered with the own phone.
    pub fn offers(&self, operation: PhoneOperation) -> bool {
        !self.hidden_controls.iter().any(|control| control.controls(operation))
    }

    /// Whether the control of the own phone is not offered.
    pub fn hides(&self, control: Control) -> bool {
        self.hidden_controls.contains(&control)
    }

    /// Every secret that the configuration holds, in every spelling in which it may stand somewhere: as it was given, in an address and in
    /// JSON. The longest first; one of three characters or less would be found in everything and is left out.
    pub fn secrets(&self) -> Vec<String> {
        let database = match &self.database {
            Database::Postgres(url) => Url::parse(url.expose_secret()).map(|url| secrets_of(&url)).unwrap_or_default(),
            Database::File(_) | Database::Memory => Vec::new(),
        };
        // A hook's address is its receiver's secret: every part of it that nobody guesses.
        let hooks = self.webhooks.iter().flat_map(|hook| {
            let parts = hook.url.path_segments().into_iter().flatten().filter(|part| part.len() >= 8).map(str::to_owned);
            parts.chain(secrets_of(&hook.url)).collect::<Vec<_>>()
        });
        let given = self.broker.iter().map(|(_, passcode)| passcode).chain([&self.webhook_secret]);
        let urls = [&self.sdk_url, &self.login_url, &self.events_url].into_iter().flat_map(secrets_of);
        let secrets = given.map(|secret| secret.expose_secret().to_owned()).chain(urls).chain(database).chain(hooks);
        let mut secrets: Vec<String> = secrets.flat_map(|secret| spellings(&secret)).filter(|secret| secret.len() >= 4).collect();
        secrets.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        secrets.dedup();
        secrets
    }

    /// What somebody with this role may see of outside parties' numbers.
    pub fn visibility(&self, role: Role) -> Visibility {
        match (self.whole_numbers, role) {
            (WholeNumbers::Everybody, _) | (WholeNumbers::Supervisors, Role::Supervisor) => Visibility::Whole,
            _ => Visibility::Masked,
        }
    }
}

/// `path` below `base`, whether or not `base` ends in a slash.
pub fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url.set_query(None);
    url
}

/// What may be secret in an address: user, password, and the values of its query.
fn secrets_of(url: &Url) -> Vec<String> {
    let query = url.query_pairs().map(|(_, value)| value.into_owned());
    let user = Some(url.username()).filter(|user| !user.is_empty());
    [user, url.password(), url.query()].into_iter().flatten().map(str::to_owned).chain(query).collect()
}

/// A secret as it was given and read from an address, each also as JSON and addresses write it.
fn spellings(secret: &str) -> Vec<String> {
    let decoded = percent_decode_str(secret).decode_utf8_lossy().into_owned();
    let of = |secret: &str| {
        let json = serde_json::to_string(secret).unwrap_or_default();
        let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        [secret.to_owned(), json.trim_matches('"').to_owned(), encoded, utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string()]
    };
    of(secret).into_iter().chain(of(&decoded)).collect()
}

/// An address as it may be shown: without user, password and query, which may be secret.
pub fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    // Fails only for addresses that cannot hold them.
    url.set_username("").and_then(|()| url.set_password(None)).ok();
    url.into()
}
