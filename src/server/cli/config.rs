//! Makes the console's configuration of its flags.

use super::args::{ConsoleArgs, default_database};
use crate::floor::AgentId;
use crate::server::config::{Config, JournalLimits, below};
use reqwest::Url;
use std::time::Duration;

/// Why the console cannot start with these flags: one line, the remedy in it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("--sdk-url is missing: give the platform's address, for example --sdk-url https://api.wellcloud.cc/sdk (or CONSOLE_SDK_URL)")]
    NoSdkUrl,
    #[error("--namespace is missing: give the tenant (domain) to serve, for example --namespace test.cc (or CONSOLE_NAMESPACE)")]
    NoNamespace,
    #[error("--events-url cannot be derived from --sdk-url {0}: give it")]
    NoEventsUrl(Url),
    #[error("--webhook: there is no agent {0} in the tenant: give a number, or an id with the tenant behind its @")]
    WebhookAgent(String),
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
        let agents = args.webhook.iter().flat_map(|hook| &hook.filter).filter(|(name, _)| name == "agent");
        if let Some((_, agent)) = agents.into_iter().find(|(_, agent)| !matches!(AgentId::named(agent, &namespace), Ok(Some(_)))) {
            return Err(ConfigError::WebhookAgent(agent.clone()));
        }
        let in_namespace = |topic: &String| topic.replace("{namespace_}", &namespace.in_topic()).replace("{namespace}", namespace.as_str());
        Ok(Config {
            login_url: args.login_url.clone().unwrap_or_else(|| below(&sdk_url, "login")),
            topics: args.topic.iter().map(in_namespace).collect(),
            broker: args.broker_login.clone().zip(args.broker_passcode.clone()),
            durable_queue: args.durable_queue.clone(),
            time_zone: args.time_zone.clone(),
            database: args.database_url.clone().unwrap_or_else(default_database),
            journal: JournalLimits { age: Duration::from_secs(u64::from(args.journal_days) * 24 * 3600), bytes: args.journal_size },
            history: Duration::from_secs(u64::from(args.history_days) * 24 * 3600),
            supervisors: args.supervisors.clone(),
            viewers: args.viewers.clone(),
            diagnostics: args.diagnostics.clone(),
            whole_numbers: args.whole_numbers,
            hidden: args.hide_action.clone(),
            hidden_controls: args.hide_button.clone(),
            trusted_proxies: args.trusted_proxy.clone(),
            webhooks: args.webhook.clone(),
            webhook_secret: args.webhook_secret.clone().unwrap_or_default(),
            sdk_url,
            events_url,
            namespace,
        })
    }
}

fn events_of(sdk_url: &Url) -> Option<Url> {
    let mut url = below(sdk_url, "mvc/stomp/websocket");
    url.set_scheme(if sdk_url.scheme() == "https" { "wss" } else { "ws" }).ok()?;
    Some(url)
}
