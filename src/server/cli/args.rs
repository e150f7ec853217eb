//! Each command's flags.

use super::parse::{
    address, control, database_url, http_url, namespace, network, operation, pattern, queue_name, rate, size, speed, time_zone, token_name,
    topic, webhook, ws_url,
};
use super::values::TokenRole;
use crate::floor::{Control, Namespace, Operation};
use crate::server::config::roles::Pattern;
use crate::server::config::{Database, LogFormat, Webhook, WholeNumbers};
use clap::Args;
use ipnet::IpNet;
use jiff::tz::TimeZone;
use reqwest::Url;
use secrecy::SecretString;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct ConsoleArgs {
    /// Address of the console's pages.
    #[arg(long, env = "CONSOLE_LISTEN", default_value = "127.0.0.1:3000", value_parser = address, value_name = "HOST:PORT")]
    pub listen: SocketAddr,
    /// The platform's SDK, for example https://api.wellcloud.cc/sdk
    #[arg(long, env = "CONSOLE_SDK_URL", value_parser = http_url, value_name = "URL")]
    pub sdk_url: Option<Url>,
    /// The platform's login [default: {sdk-url}/login]
    #[arg(long, env = "CONSOLE_LOGIN_URL", value_parser = http_url, value_name = "URL")]
    pub login_url: Option<Url>,
    /// The platform's events, STOMP over WebSocket [default: {sdk-url} with ws, and /mvc/stomp/websocket]
    #[arg(long, env = "CONSOLE_EVENTS_URL", value_parser = ws_url, value_name = "URL")]
    pub events_url: Option<Url>,
    /// The tenant (domain) that this console serves, for example test.cc
    #[arg(long, env = "CONSOLE_NAMESPACE", value_parser = namespace, value_name = "DOMAIN")]
    pub namespace: Option<Namespace>,
    /// What to subscribe to; {namespace_} stands for the tenant with its dots as underscores, {namespace} for the tenant. Repeatable.
    #[arg(long, env = "CONSOLE_TOPIC", default_value = "/topic/event.agent.*.{namespace_}", value_delimiter = ';', value_parser = topic)]
    pub topic: Vec<String>,
    /// Login at the broker, where it wants one (RabbitMQ).
    #[arg(long, env = "CONSOLE_BROKER_LOGIN", requires = "broker_passcode")]
    pub broker_login: Option<String>,
    /// Passcode at the broker; better given by the environment variable.
    #[arg(long, env = "CONSOLE_BROKER_PASSCODE", hide_env_values = true, requires = "broker_login")]
    pub broker_passcode: Option<SecretString>,
    /// A queue of that name on a RabbitMQ keeps events while the console is away; without it what is published then is gone. Each console
    /// needs a name of its own.
    #[arg(long, env = "CONSOLE_DURABLE_QUEUE", value_parser = queue_name, value_name = "NAME")]
    pub durable_queue: Option<String>,
    /// The zone of the platform's event times.
    #[arg(long, env = "CONSOLE_TIME_ZONE", default_value = "Asia/Shanghai", value_parser = time_zone, value_name = "ZONE")]
    pub time_zone: TimeZone,
    /// A SQLite file for sessions, the audit log and what the board knew, or sqlite::memory: [default: sqlite:supervisor-console.db; demo: sqlite::memory:]
    #[arg(long, env = "CONSOLE_DATABASE_URL", value_parser = database_url, value_name = "URL", hide_env_values = true)]
    pub database_url: Option<Database>,
    /// How many days of the journal are kept: every event as it came, in a file beside the database.
    #[arg(long, env = "CONSOLE_JOURNAL_DAYS", allow_hyphen_values = true, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=3650), value_name = "DAYS")]
    pub journal_days: u32,
    /// How large the journal may be, for example 500M or 10G; the oldest goes first.
    #[arg(long, env = "CONSOLE_JOURNAL_SIZE", allow_hyphen_values = true, default_value = "10G", value_parser = size, value_name = "SIZE")]
    pub journal_size: u64,
    /// How many days of history are kept: each agent's states, and the calls that are over.
    #[arg(long, env = "CONSOLE_HISTORY_DAYS", allow_hyphen_values = true, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650), value_name = "DAYS")]
    pub history_days: u32,
    #[arg(long, env = "CONSOLE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Who may step in: agent numbers, * at the end for "begins with". Repeatable, or separated by commas; a number that has a comma is
    /// given by its beginning.
    #[arg(long, env = "CONSOLE_SUPERVISORS", default_value = "*", value_delimiter = ',', value_parser = pattern, value_name = "NUMBER")]
    pub supervisors: Vec<Pattern>,
    /// Who may look but not step in; the more exact of both lists counts.
    #[arg(long, env = "CONSOLE_VIEWERS", value_delimiter = ',', value_parser = pattern, value_name = "NUMBER")]
    pub viewers: Vec<Pattern>,
    /// Which of the supervisors may see the console's inside at /diagnostics: agent numbers as above, for example 5000 or *; nobody unless given, in
    /// the demo every supervisor.
    #[arg(long, env = "CONSOLE_DIAGNOSTICS", value_delimiter = ',', value_parser = pattern, value_name = "NUMBER")]
    pub diagnostics: Vec<Pattern>,
    /// Who sees the numbers of outside parties whole; everybody else sees their middle masked.
    #[arg(long, env = "CONSOLE_WHOLE_NUMBERS", value_enum, default_value_t = WholeNumbers::Supervisors)]
    pub whole_numbers: WholeNumbers,
    /// A reverse proxy whose X-Forwarded-For says who asks, by its address or network, for example 10.0.0.0/8. Repeatable, or separated by
    /// commas; without one, whoever connects is who asks.
    #[arg(long, env = "CONSOLE_TRUSTED_PROXY", value_delimiter = ',', value_parser = network, value_name = "ADDRESS")]
    pub trusted_proxy: Vec<IpNet>,
    /// An address to which events are posted as they come; behind # which, as in the address of /api/events, for example
    /// https://crm.example/events#name=console.*&team=Sales. Repeatable, or separated by blanks.
    #[arg(long, env = "CONSOLE_WEBHOOK", value_delimiter = ' ', value_parser = webhook, value_name = "URL", hide_env_values = true, requires = "webhook_secret")]
    pub webhook: Vec<Webhook>,
    /// What the posted events are signed with; better given by the environment variable.
    #[arg(long, env = "CONSOLE_WEBHOOK_SECRET", hide_env_values = true)]
    pub webhook_secret: Option<SecretString>,
    /// An operation that is not offered, by its SDK name, for example forceDrop. Repeatable, or separated by commas.
    #[arg(long, env = "CONSOLE_HIDE_ACTION", value_delimiter = ',', value_parser = operation, value_name = "ACTION")]
    pub hide_action: Vec<Operation>,
    /// A control of the own phone that is not offered, by the SDK's name: setMode, number, make, answer, hold, sTran, sConf, ask, conf, dropCon,
    /// logout or login. Repeatable, or separated by commas.
    #[arg(long, env = "CONSOLE_HIDE_BUTTON", value_delimiter = ',', value_parser = control, value_name = "BUTTON")]
    pub hide_button: Vec<Control>,
}

#[derive(Debug, Args)]
pub struct FloorArgs {
    /// How many agents work on the simulated floor: 1 to 50000.
    #[arg(long, env = "CONSOLE_AGENTS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=50_000))]
    pub agents: u32,
    /// Calls per agent and hour; 0 is a silent floor on which only requests make things happen.
    #[arg(long, env = "CONSOLE_CALLS_PER_HOUR", default_value = "8", value_parser = rate)]
    pub calls_per_hour: f64,
    /// How many times faster than real time the floor lives: 0.01 to 1000.
    #[arg(long, env = "CONSOLE_SPEED", default_value = "1", value_parser = speed)]
    pub speed: f64,
    /// The same seed gives the same history.
    #[arg(long, env = "CONSOLE_SEED", default_value_t = 1)]
    pub seed: u64,
    /// How many workers handle calls, each with serials of its own: 1 to 16.
    #[arg(long, env = "CONSOLE_WORKERS", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=16))]
    pub workers: u16,
    /// How many seconds the clocks of the platform's components are apart at most: 0 to 5.
    #[arg(long, env = "CONSOLE_CLOCKS_APART", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=5), value_name = "SECONDS")]
    pub clocks_apart: u32,
    /// Who listens gets a call of its own, between his phone and the agent's.
    #[arg(long, env = "CONSOLE_MONITOR_CALLS")]
    pub monitor_calls: bool,
    /// At how many telephones a customer rings at once, who answers first has the call: 1 to 16.
    #[arg(long, env = "CONSOLE_RING_GROUP", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=16))]
    pub ring_group: u16,
    /// A transfer in a single step gives the call a new id.
    #[arg(long, env = "CONSOLE_TRANSFERS_RENAME")]
    pub transfers_rename: bool,
}

#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// Address of the stand-in.
    #[arg(long, env = "CONSOLE_LISTEN", default_value = "127.0.0.1:58080", value_parser = address, value_name = "HOST:PORT")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub floor: FloorArgs,
    /// The simulated tenant.
    #[arg(long, env = "CONSOLE_NAMESPACE", default_value = "test.cc", value_parser = namespace, value_name = "DOMAIN")]
    pub namespace: Namespace,
    #[arg(long, env = "CONSOLE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    #[command(flatten)]
    pub console: ConsoleArgs,
    /// Address of the simulated platform.
    #[arg(long, env = "CONSOLE_SIMULATOR_LISTEN", default_value = "127.0.0.1:58080", value_parser = address, value_name = "HOST:PORT")]
    pub simulator_listen: SocketAddr,
    #[command(flatten)]
    pub floor: FloorArgs,
}

/// What is said once and not kept has no environment variable.
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// What the token is called in lists, rows and the audit log: 1 to 64 letters, digits, dots, dashes or underscores
    #[arg(long, value_parser = token_name, value_name = "NAME")]
    pub name: Option<String>,
    /// What it may do: viewer reads, supervisor steps in as well.
    #[arg(long, value_enum, conflicts_with_all = ["revoke", "list"])]
    pub role: Option<TokenRole>,
    /// Take the token of that name back.
    #[arg(long, conflicts_with = "list")]
    pub revoke: bool,
    /// List the tokens: name, role, when made, when last used.
    #[arg(long, conflicts_with = "name")]
    pub list: bool,
    /// The database that serve uses [default: sqlite:supervisor-console.db]
    #[arg(long, env = "CONSOLE_DATABASE_URL", value_parser = database_url, value_name = "URL", hide_env_values = true)]
    pub database_url: Option<Database>,
}

impl TokenArgs {
    pub fn database(&self) -> Database {
        self.database_url.clone().unwrap_or_else(default_database)
    }
}

#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Where everything is, for example sqlite:supervisor-console.db
    #[arg(long, env = "CONSOLE_FROM", value_parser = database_url, value_name = "URL", hide_env_values = true)]
    pub from: Database,
    /// Where it is to be: an empty database, for example postgres://console:password@db.example/console
    #[arg(long, env = "CONSOLE_TO", value_parser = database_url, value_name = "URL", hide_env_values = true)]
    pub to: Database,
}

pub(super) fn default_database() -> Database {
    Database::File(PathBuf::from("supervisor-console.db"))
}
