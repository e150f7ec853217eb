//! The support bundle: one zip with all that is told here, to be passed on. Nothing in it is secret: what is told holds no secrets, and in the
//! end every secret of the configuration is struck out wherever it may have got to.

use super::teller;
use super::view::{Diagnostics, Exchange};
use crate::server::config::roles::Pattern;
use crate::server::config::{Config, shown};
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
    let teller = teller(console);
    let now = Diagnostics::of(console, &teller);
    let frames = console.wire.frames().into_iter().map(|frame| Exchange::of_frame(frame, &teller));
    let requests = console.wire.requests().into_iter().map(|request| Exchange::of_request(request, &teller));
    let files = [
        ("wire.json", written(&frames.chain(requests).collect::<Vec<_>>())),
        ("log.txt", now.log.join("\n")),
        ("diagnostics.json", written(&Diagnostics { log: Vec::new(), ..now })),
        ("configuration.json", written(&configuration(&console.config))),
        ("metrics.txt", telemetry::recorder().map(|recorder| recorder.render()).unwrap_or_default()),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(teller.without_secrets(&text).as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn written(told: &impl Serialize) -> String {
    serde_json::to_string_pretty(told).unwrap_or_else(|error| format!("cannot be told: {error}"))
}

/// The configuration without its secrets: of a web hook only the host.
fn configuration(config: &Config) -> serde_json::Value {
    json!({
        "sdkUrl": shown(&config.sdk_url),
        "loginUrl": shown(&config.login_url),
        "eventsUrl": shown(&config.events_url),
        "namespace": config.namespace.as_str(),
        "topics": config.topics,
        "brokerLogin": config.broker.is_some(),
        "durableQueue": config.durable_queue,
        "timeZone": config.time_zone.iana_name(),
        "database": config.database.to_string(),
        "journalSeconds": config.journal.age.as_secs(),
        "journalBytes": config.journal.bytes,
        "historySeconds": config.history.as_secs(),
        "supervisors": patterns(&config.supervisors),
        "viewers": patterns(&config.viewers),
        "diagnostics": patterns(&config.diagnostics),
        "wholeNumbers": format!("{:?}", config.whole_numbers),
        "hiddenActions": config.hidden.iter().map(|operation| operation.action()).collect::<Vec<_>>(),
        "hiddenButtons": config.hidden_controls.iter().map(|control| format!("{control:?}")).collect::<Vec<_>>(),
        "trustedProxies": config.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "webhooks": config.webhooks.iter().map(|hook| hook.url.host_str().unwrap_or_default().to_owned()).collect::<Vec<_>>(),
    })
}

fn patterns(patterns: &[Pattern]) -> Vec<String> {
    patterns.iter().map(ToString::to_string).collect()
}
