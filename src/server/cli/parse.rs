//! Reads the values of flags. The error says what to give instead.

use crate::floor::{Control, Namespace, Operation, is_agent_number};
use crate::server::auth::token::is_name;
use crate::server::config::roles::Pattern;
use crate::server::config::{Database, Webhook};
use ipnet::IpNet;
use jiff::tz::TimeZone;
use reqwest::Url;
use secrecy::SecretString;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use strum::VariantNames;

pub fn address(text: &str) -> Result<SocketAddr, String> {
    use std::net::ToSocketAddrs;
    let wanted = "give HOST:PORT, for example 127.0.0.1:3000";
    text.to_socket_addrs().map_err(|_| wanted.to_owned())?.next().ok_or_else(|| wanted.to_owned())
}

fn url(text: &str, schemes: [&str; 2], example: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if schemes.contains(&url.scheme()) && url.has_host() => Ok(url),
        _ => Err(format!("give an address that begins with {}:// or {}://, for example {example}", schemes[0], schemes[1])),
    }
}

pub fn http_url(text: &str) -> Result<Url, String> {
    url(text, ["http", "https"], "https://api.wellcloud.cc/sdk")
}

pub fn webhook(text: &str) -> Result<Webhook, String> {
    let mut url = url(text, ["http", "https"], "https://crm.example/events")?;
    let filter: Vec<(String, String)> = form_urlencoded::parse(url.fragment().unwrap_or_default().as_bytes()).into_owned().collect();
    url.set_fragment(None);
    match filter.iter().find(|(name, value)| !["name", "agent", "team", "call"].contains(&name.as_str()) || value.is_empty()) {
        None => Ok(Webhook { url, filter }),
        Some((name, _)) => {
            Err(format!("behind # stand name=, agent=, team= or call= with a value, not {name:?}; for example #name=console.*&team=Sales"))
        }
    }
}

pub fn ws_url(text: &str) -> Result<Url, String> {
    url(text, ["ws", "wss"], "ws://broker.example:15674/ws")
}

pub fn namespace(text: &str) -> Result<Namespace, String> {
    Namespace::parse(text).map_err(|error| error.to_string())
}

pub fn topic(text: &str) -> Result<String, String> {
    let clean = !text.is_empty() && text.len() <= 512 && !text.chars().any(char::is_control);
    if clean { Ok(text.to_owned()) } else { Err("give a destination, for example /topic/event.agent.*.{namespace_}".to_owned()) }
}

pub fn time_zone(text: &str) -> Result<TimeZone, String> {
    TimeZone::get(text).map_err(|_| "give a zone by its IANA name, for example Asia/Shanghai".to_owned())
}

pub fn database_url(text: &str) -> Result<Database, String> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        // What is wrong with it is said where it is opened: without the password that it may hold.
        return Ok(Database::Postgres(SecretString::from(text)));
    }
    let path = text.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
    match path {
        Some(":memory:") => Ok(Database::Memory),
        Some(":memory") => Err("give sqlite::memory:, with a colon at its end".to_owned()),
        Some(path) if !path.is_empty() => Ok(Database::File(PathBuf::from(path))),
        None if !text.is_empty() && !text.contains(':') => Ok(Database::File(PathBuf::from(text))),
        _ => {
            Err("give a SQLite file, for example sqlite:/var/lib/supervisor-console/console.db, or postgres://user:password@host/database"
                .to_owned())
        }
    }
}

pub fn token_name(text: &str) -> Result<String, String> {
    if is_name(text) { Ok(text.to_owned()) } else { Err("give 1 to 64 letters, digits, - _ . for example nightly-report".to_owned()) }
}

pub fn pattern(text: &str) -> Result<Pattern, String> {
    let text = text.trim();
    let literal = text.strip_suffix('*').unwrap_or(text);
    if text == "*" || is_agent_number(literal) && !literal.contains('*') {
        Ok(Pattern::new(text))
    } else {
        Err("give an agent's number without its domain, with * at the end for \"begins with\", for example 5000 or 59*".to_owned())
    }
}

pub fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| "give an address or a network, for example 10.0.0.1 or 10.0.0.0/8".to_owned())
}

pub fn operation(text: &str) -> Result<Operation, String> {
    Operation::from_action(text).filter(|operation| operation.steps_in()).ok_or_else(|| {
        let names: Vec<&str> = Operation::ALL.into_iter().map(Operation::action).collect();
        format!("give one of {}", names.join(", "))
    })
}

pub fn control(text: &str) -> Result<Control, String> {
    text.parse().map_err(|_| format!("give one of {}", Control::VARIANTS.join(", ")))
}

pub fn queue_name(text: &str) -> Result<String, String> {
    let is_name = (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    // The broker keeps such names for itself.
    let is_free = !text.starts_with("amq.");
    if is_name && is_free { Ok(text.to_owned()) } else { Err("give 1 to 200 letters, digits, - _ . for example console-1".to_owned()) }
}

/// Reads a size of at least a megabyte, in bytes.
pub fn size(text: &str) -> Result<u64, String> {
    let wanted = || "give a size of at least 1M, for example 500M or 10G".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wanted)?;
    let unit: u64 = match unit {
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return Err(wanted()),
    };
    let number = number.parse::<u64>().ok().filter(|number| *number > 0).ok_or_else(wanted)?;
    number.checked_mul(unit).ok_or_else(wanted)
}

fn number_between(text: &str, least: f64, most: f64) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("give a number from {least} to {most}")),
    }
}

pub fn rate(text: &str) -> Result<f64, String> {
    number_between(text, 0.0, 1000.0)
}

pub fn speed(text: &str) -> Result<f64, String> {
    number_between(text, 0.01, 1000.0)
}
