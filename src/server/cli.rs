//! The commands' flags. Each has an environment variable; a wrong value ends start-up with one line that says what to do.

#![allow(rustdoc::bare_urls, reason = "the help shows an address as it is")]

mod parse;
pub mod token;

use crate::floor::{Namespace, Operation, Role};
use crate::server::config::roles::Pattern;
use crate::server::config::{Config, Database, LogFormat, WholeNumbers, below};
use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};
use ipnet::IpNet;
use jiff::tz::TimeZone;
use parse::{address, database_url, http_url, namespace, network, operation, pattern, rate, speed, time_zone, token_name, topic, ws_url};
use reqwest::Url;
use secrecy::SecretString;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, Parser)]
#[command(name = "supervisor-console", version, about = "Watch a call-centre floor live and step in.")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the console.
    Serve(Box<ConsoleArgs>),
    /// Start the platform's stand-in: the same wire, with a floor of agents and customers behind it.
    Simulate(SimulateArgs),
    /// Start both, to try the console without a platform.
    Demo(Box<DemoArgs>),
    /// Make, take back or list the tokens with which scripts ask the console; works while it serves.
    Token(TokenArgs),
}

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
    /// The zone of the platform's event times.
    #[arg(long, env = "CONSOLE_TIME_ZONE", default_value = "Asia/Shanghai", value_parser = time_zone, value_name = "ZONE")]
    pub time_zone: TimeZone,
    /// A SQLite file for sessions, the audit log and what the board knew, or sqlite::memory: [default: sqlite:supervisor-console.db; demo: sqlite::memory:]
    #[arg(long, env = "CONSOLE_DATABASE_URL", value_parser = database_url, value_name = "URL")]
    pub database_url: Option<Database>,
    #[arg(long, env = "CONSOLE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Who may step in: agent numbers, * at the end for "begins with". Repeatable, or separated by commas; a number that has a comma is
    /// given by its beginning.
    #[arg(long, env = "CONSOLE_SUPERVISORS", default_value = "*", value_delimiter = ',', value_parser = pattern, value_name = "NUMBER")]
    pub supervisors: Vec<Pattern>,
    /// Who may look but not step in; the more exact of both lists counts.
    #[arg(long, env = "CONSOLE_VIEWERS", value_delimiter = ',', value_parser = pattern, value_name = "NUMBER")]
    pub viewers: Vec<Pattern>,
    /// Who sees the numbers of outside parties whole; everybody else sees their middle masked.
    #[arg(long, env = "CONSOLE_WHOLE_NUMBERS", value_enum, default_value_t = WholeNumbers::Supervisors)]
    pub whole_numbers: WholeNumbers,
    /// A reverse proxy whose X-Forwarded-For says who asks, by its address or network, for example 10.0.0.0/8. Repeatable, or separated by
    /// commas; without one, whoever connects is who asks.
    #[arg(long, env = "CONSOLE_TRUSTED_PROXY", value_delimiter = ',', value_parser = network, value_name = "ADDRESS")]
    pub trusted_proxy: Vec<IpNet>,
    /// An operation that is not offered, by its SDK name, for example forceDrop. Repeatable, or separated by commas.
    #[arg(long, env = "CONSOLE_HIDE_ACTION", value_delimiter = ',', value_parser = operation, value_name = "ACTION")]
    pub hide_action: Vec<Operation>,
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
    /// The SQLite file that serve uses [default: sqlite:supervisor-console.db]
    #[arg(long, env = "CONSOLE_DATABASE_URL", value_parser = database_url, value_name = "URL")]
    pub database_url: Option<Database>,
}

impl TokenArgs {
    pub fn database(&self) -> Database {
        self.database_url.clone().unwrap_or_else(default_database)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TokenRole {
    Viewer,
    Supervisor,
}

impl From<TokenRole> for Role {
    fn from(role: TokenRole) -> Role {
        match role {
            TokenRole::Viewer => Role::Viewer,
            TokenRole::Supervisor => Role::Supervisor,
        }
    }
}

impl ValueEnum for LogFormat {
    fn value_variants<'a>() -> &'a [LogFormat] {
        &[LogFormat::Text, LogFormat::Json]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            LogFormat::Text => PossibleValue::new("text").help("Lines for people"),
            LogFormat::Json => PossibleValue::new("json").help("One JSON object a line"),
        })
    }
}

impl ValueEnum for WholeNumbers {
    fn value_variants<'a>() -> &'a [WholeNumbers] {
        &[WholeNumbers::Everybody, WholeNumbers::Supervisors, WholeNumbers::Nobody]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            WholeNumbers::Everybody => "everybody",
            WholeNumbers::Supervisors => "supervisors",
            WholeNumbers::Nobody => "nobody",
        }))
    }
}

/// Why the console cannot start with these flags: one line, the remedy in it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("--sdk-url is missing: give the platform's address, for example --sdk-url https://api.wellcloud.cc/sdk (or CONSOLE_SDK_URL)")]
    NoSdkUrl,
    #[error("--namespace is missing: give the tenant (domain) to serve, for example --namespace test.cc (or CONSOLE_NAMESPACE)")]
    NoNamespace,
    #[error("--events-url cannot be derived from --sdk-url {0}: give it")]
    NoEventsUrl(Url),
}

impl TryFrom<&ConsoleArgs> for Config {
    type Error = ConfigError;

    fn try_from(args: &ConsoleArgs) -> Result<Config, ConfigError> {
        let sdk_url = args.sdk_url.clone().ok_or(ConfigError::NoSdkUrl)?;
        let namespace = args.namespace.clone().ok_or(ConfigError::NoNamespace)?;
        let events_url = match &args.events_url {
            Some(url) => url.clone(),
            None => events_of(&sdk_url).ok_or_else(|| ConfigError::NoEventsUrl(sdk_url.clone()))?,
        };
        let in_namespace = |topic: &String| topic.replace("{namespace_}", &namespace.in_topic()).replace("{namespace}", namespace.as_str());
        Ok(Config {
            login_url: args.login_url.clone().unwrap_or_else(|| below(&sdk_url, "login")),
            topics: args.topic.iter().map(in_namespace).collect(),
            broker: args.broker_login.clone().zip(args.broker_passcode.clone()),
            time_zone: args.time_zone.clone(),
            database: args.database_url.clone().unwrap_or_else(default_database),
            supervisors: args.supervisors.clone(),
            viewers: args.viewers.clone(),
            whole_numbers: args.whole_numbers,
            hidden: args.hide_action.clone(),
            trusted_proxies: args.trusted_proxy.clone(),
            sdk_url,
            events_url,
            namespace,
        })
    }
}

fn default_database() -> Database {
    Database::File(PathBuf::from("supervisor-console.db"))
}

fn events_of(sdk_url: &Url) -> Option<Url> {
    let mut url = below(sdk_url, "mvc/stomp/websocket");
    url.set_scheme(if sdk_url.scheme() == "https" { "wss" } else { "ws" }).ok()?;
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::config::roles::role_of;

    fn console(flags: &[&str]) -> Result<ConsoleArgs, String> {
        let words = ["supervisor-console", "serve"].iter().chain(flags);
        match Cli::try_parse_from(words).map_err(|error| error.to_string())?.command {
            Command::Serve(args) => Ok(*args),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn addresses_are_derived_from_the_sdk_url() {
        let args = console(&["--sdk-url", "https://api.wellcloud.cc/sdk", "--namespace", "a.test.cc"]).unwrap();
        let config = Config::try_from(&args).unwrap();
        assert_eq!(config.login_url.as_str(), "https://api.wellcloud.cc/sdk/login");
        assert_eq!(config.events_url.as_str(), "wss://api.wellcloud.cc/sdk/mvc/stomp/websocket");
        assert_eq!(config.topics, ["/topic/event.agent.*.a_test_cc"]);
    }

    #[test]
    fn a_wrong_value_names_the_flag_and_the_remedy() {
        for (flag, value, remedy) in [
            ("--listen", "here", "HOST:PORT"),
            ("--sdk-url", "ftp://x", "http://"),
            ("--events-url", "http://x", "ws://"),
            ("--namespace", "a b", "test.cc"),
            ("--time-zone", "Mars/Base", "IANA"),
            ("--database-url", "postgres://x", "SQLite"),
            ("--hide-action", "drop", "forceDrop"),
            ("--trusted-proxy", "proxy.example", "10.0.0.0/8"),
            ("--supervisors", "5000@test.cc", "59*"),
            ("--viewers", "5*0", "59*"),
        ] {
            let error = console(&[flag, value]).unwrap_err();
            assert!(error.contains(flag) && error.contains(value) && error.contains(remedy), "{error}");
        }
    }

    #[test]
    fn anybody_can_be_named_a_supervisor() {
        let args = console(&["--supervisors", "张伟, 50+01,50#01", "--supervisors", "50 01,组长*", "--viewers", "*"]).unwrap();
        let role = |number| role_of(number, &args.supervisors, &args.viewers);
        for number in ["张伟", "50+01", "50#01", "50 01", "组长 1"] {
            assert_eq!(role(number), Some(Role::Supervisor), "{number}");
        }
        for number in ["张", "张伟 ", "5001", "组"] {
            assert_eq!(role(number), Some(Role::Viewer), "{number}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let without = Config::try_from(&console(&[]).unwrap()).unwrap_err();
        assert!(matches!(without, ConfigError::NoSdkUrl));
    }
}
