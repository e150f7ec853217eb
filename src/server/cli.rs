//! The commands' flags. Each has an environment variable; a wrong value ends start-up with one line that says what to do.

#![allow(rustdoc::bare_urls, reason = "the help shows an address as it is")]

mod args;
mod config;
pub mod migrate;
mod parse;
pub mod token;
mod values;

pub use args::{ConsoleArgs, DemoArgs, FloorArgs, MigrateArgs, SimulateArgs, TokenArgs};
pub use config::ConfigError;
pub use values::TokenRole;

use clap::{Parser, Subcommand};

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
    /// Move everything that is kept from one database to another, and prove that it has arrived; stop the console first.
    Migrate(MigrateArgs),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::Role;
    use crate::server::config::Config;
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
            ("--database-url", "mysql://x", "postgres://"),
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
