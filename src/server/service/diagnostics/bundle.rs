//! The support bundle: one zip with all that is told here, to be passed on. Nothing in it is secret: what is told holds no secrets, and in the
//! end every secret of the configuration is struck out wherever it may have got to.

use super::filter;
use super::view::{Diagnostics, Exchange, address};
use crate::server::config::Config;
use crate::server::console::Console;
use crate::server::telemetry;
use serde::Serialize;
use serde_json::json;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;

/// Returns the zip.
pub fn bundle(console: &Console) -> ZipResult<Vec<u8>> {
    let filter = filter(console);
    let now = Diagnostics::of(console, &filter);
    let exchanges = now.frames.iter().chain(&now.requests).filter_map(|line| Exchange::of(console, line.id, &filter));
    let files = [
        ("wire.json", written(&exchanges.collect::<Vec<_>>())),
        ("log.txt", now.log.join("\n")),
        ("diagnostics.json", written(&Diagnostics { log: Vec::new(), ..now })),
        ("configuration.json", written(&configuration(&console.config))),
        ("metrics.txt", telemetry::recorder().map(|recorder| recorder.render()).unwrap_or_default()),
    ];
    let secrets = console.config.secrets();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(name, SimpleFileOptions::default())?;
        let text = secrets.iter().fold(text, |text, secret| text.replace(secret, "***"));
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn written(told: &impl Serialize) -> String {
    serde_json::to_string_pretty(told).unwrap_or_else(|error| format!("cannot be told: {error}"))
}

/// The configuration without its secrets: of a web hook only the host.
fn configuration(config: &Config) -> serde_json::Value {
    json!({
        "sdkUrl": address(&config.sdk_url),
        "loginUrl": address(&config.login_url),
        "eventsUrl": address(&config.events_url),
        "namespace": config.namespace.as_str(),
        "topics": config.topics,
        "brokerLogin": config.broker.is_some(),
        "durableQueue": config.durable_queue,
        "timeZone": config.time_zone.iana_name(),
        "database": config.database.to_string(),
        "journalSeconds": config.journal.age.as_secs(),
        "journalBytes": config.journal.bytes,
        "historySeconds": config.history.as_secs(),
        "wholeNumbers": format!("{:?}", config.whole_numbers),
        "hiddenActions": config.hidden.iter().map(|operation| operation.action()).collect::<Vec<_>>(),
        "hiddenButtons": config.hidden_controls.iter().map(|control| format!("{control:?}")).collect::<Vec<_>>(),
        "trustedProxies": config.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "webhooks": config.webhooks.iter().map(|hook| hook.url.host_str().unwrap_or_default().to_owned()).collect::<Vec<_>>(),
    })
}
