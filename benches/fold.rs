//! What an event costs: decoding and applying it, against the baseline of merely parsing its JSON; and a publication of the whole
//! floor. Every figure is a median, the ratio is taken in the same run.

use std::hint::black_box;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;
use supervisor_console::floor::event::Instant as Readings;
use supervisor_console::floor::{AgentId, ConsoleTime, Event, Floor, Offset};
use supervisor_console::live::{Down, Header, Link, LinkState};

const AGENTS: usize = 10_000;
const RUNS: usize = 15;

fn bodies() -> Vec<Vec<u8>> {
    let sample = include_str!("../src/tests/events/agentNotReady.json").to_owned();
    let agent = |n: usize| sample.replace("5006@", &format!("{}@", 50_000 + n)).replace("8001@", &format!("{}@", 80_000 + n));
    (0..AGENTS).map(|n| agent(n).replace("11065578", &n.to_string()).into_bytes()).collect()
}

/// A call at each fifth agent, from ringing to its end, as the platform's samples have it.
fn call_bodies() -> Vec<Vec<u8>> {
    let samples = [
        include_str!("../src/tests/events/delivered.json"),
        include_str!("../src/tests/events/established.json"),
        include_str!("../src/tests/events/held.json"),
        include_str!("../src/tests/events/retrieved.json"),
        include_str!("../src/tests/events/connectionCleared.json"),
    ];
    let mut bodies = Vec::new();
    for n in 0..AGENTS / samples.len() {
        for (step, sample) in samples.iter().enumerate() {
            let mut body: serde_json::Value = serde_json::from_str(sample).unwrap_or_default();
            if let Some(fields) = body.as_object_mut() {
                fields.insert("serial".to_owned(), (n * samples.len() + step).into());
                fields.insert("eventTime".to_owned(), format!("2017.03.18 14:13:{:02}", 10 + step).into());
                fields.insert("callId".to_owned(), format!("call-{n}").into());
            }
            let text = body.to_string().replace("8002@", &format!("{}@", 80_000 + n)).replace("8001@", &format!("{}@", 13_800_000_000 + n));
            bodies.push(text.into_bytes());
        }
    }
    bodies
}

/// Median nanoseconds of one run, each with `prepare`'s result.
fn median<T>(mut prepare: impl FnMut() -> T, mut run: impl FnMut(T)) -> f64 {
    let mut times: Vec<u128> = (0..RUNS)
        .map(|_| {
            let prepared = prepare();
            let start = Instant::now();
            run(prepared);
            start.elapsed().as_nanos()
        })
        .collect();
    times.sort_unstable();
    times.get(RUNS / 2).copied().unwrap_or_default() as f64
}

/// Microseconds an event: the fold, and parsing its JSON alone.
fn measure(what: &str, bodies: &[Vec<u8>]) -> io::Result<()> {
    let baseline = median(
        || (),
        |()| {
            for body in bodies {
                black_box(serde_json::from_slice::<serde_json::Value>(body).ok());
            }
        },
    );
    let folded = median(Floor::default, |mut floor| {
        for body in bodies {
            if let Ok(event) = Event::decode(body, &Readings::in_utc) {
                black_box(floor.apply(&event));
            }
        }
    });
    let each = |nanos: f64| nanos / bodies.len() as f64 / 1000.0;
    let (event, json, ratio) = (each(folded), each(baseline), folded / baseline);
    writeln!(io::stdout(), "fold of {what}: {event:.2} us an event, JSON alone {json:.2} us, ratio {ratio:.2}")
}

fn main() -> io::Result<()> {
    let bodies = bodies();
    measure("agent events", &bodies)?;
    measure("call events", &call_bodies())?;

    let mut floor = Floor::default();
    for body in &bodies {
        if let Ok(event) = Event::decode(body, &Readings::in_utc) {
            floor.apply(&event);
        }
    }
    let agents: Vec<AgentId> = floor.agents().cloned().collect();
    let rows = median(|| (), |()| drop(black_box(agents.iter().filter_map(|agent| floor.row(agent)).collect::<Vec<_>>())));
    let link = Link::new(LinkState::Live, ConsoleTime::default());
    let header = Header { epoch: 1, seq: 1, at: ConsoleTime::default(), offset: Offset::NONE, link };
    let rows_of_all = agents.iter().filter_map(|agent| floor.row(agent)).map(Arc::new).collect();
    let calls = floor.calls().filter_map(|call| floor.call_row(call)).map(Arc::new).collect();
    let snapshot = Down::Snapshot { header, more: false, rows: rows_of_all, calls, runs: Vec::new() };
    let mut bytes = 0;
    let encoded = median(|| (), |()| bytes = black_box(snapshot.encode()).map_or(0, |encoded| encoded.len()));
    writeln!(
        io::stdout(),
        "snapshot of {AGENTS} agents: rows {:.2} ms, encoding {:.2} ms, ratio {:.2}, {} KB",
        rows / 1e6,
        encoded / 1e6,
        encoded / rows,
        bytes / 1024
    )
}
