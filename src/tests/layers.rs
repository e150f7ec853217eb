//! The rooms of the house (docs/architecture.md): whoever imports, stands above. A new `use crate::` that is not in the map fails here.

use std::collections::BTreeSet;
use std::fs::{read_dir, read_to_string};
use std::path::Path;

/// Each room, and the rooms below it that it may use, from the top of the house to its ground.
const MAP: &[(&str, &str)] = &[
    ("main", "server simulator server::cli server::config server::telemetry floor"),
    (
        "server",
        "server::http server::follow server::upkeep server::service server::console server::auth server::sdk server::actor server::journal server::peers \
         server::store server::telemetry server::config",
    ),
    ("server::follow", "server::service server::console server::actor server::peers server::store server::database server::clock"),
    ("server::upkeep", "server::auth server::sdk server::actor server::database server::telemetry server::clock live floor"),
    (
        "server::http",
        "app server::service server::console server::auth server::actor server::journal server::store server::telemetry server::lock \
         server::database server::config server::site server::clock api page i18n live ui address floor",
    ),
    (
        "server::service",
        "server::console server::auth server::sdk server::actor server::store server::telemetry server::config server::clock api live floor",
    ),
    (
        "server::console",
        "server::auth server::sdk server::actor server::journal server::store server::telemetry server::config server::site server::pace floor",
    ),
    ("server::cli", "server::auth server::moving server::store server::database server::config server::clock floor"),
    ("server::auth", "server::sdk server::store server::config server::lock server::clock live floor"),
    ("server::sdk", "server::actor server::journal server::config server::telemetry server::clock stomp live floor"),
    ("server::actor", "server::journal server::store server::database server::telemetry server::lock server::clock live floor"),
    ("server::moving", "server::journal server::store server::database server::config"),
    ("server::journal", "server::store server::database server::config server::telemetry server::lock server::clock floor"),
    ("server::peers", "server::store server::database server::config"),
    ("server::store", "server::database server::config server::lock server::clock floor"),
    ("server::database", "floor"),
    ("server::telemetry", "server::config server::lock server::clock live floor"),
    ("server::config", "floor"),
    ("server::clock", "floor"),
    ("server::site", "page"),
    ("app", "pages page address ui i18n floor"),
    ("pages", "components i18n api page live ui address floor"),
    ("components", "i18n api page live ui signal address floor"),
    ("i18n", "api page floor"),
    ("api", "address floor"),
    ("page", "live floor"),
    ("live", "signal floor"),
    ("ui", "signal address"),
    ("address", "floor"),
    ("simulator", "stomp floor"),
];

/// The one way up: the bodies of the server functions, whose names and errors both sides share.
const BODIES: (&str, [&str; 2]) = ("api", ["server::http", "server::service"]);

/// `src/server/http/pages.rs` is in `server::http`, `src/pages/floor.rs` in `pages`.
fn room_of(path: &[&str]) -> String {
    match path {
        ["server", room, ..] => format!("server::{room}"),
        [room, ..] => (*room).to_owned(),
        [] => String::new(),
    }
}

fn imports(file: &Path, source: &Path, found: &mut BTreeSet<(String, String)>) {
    let inside = file.strip_prefix(source).unwrap().with_extension("");
    let path: Vec<&str> = inside.iter().map(|part| part.to_str().unwrap()).collect();
    let text = read_to_string(file).unwrap();
    let product = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    for line in product.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for used in line.split("crate::").skip(1).chain(line.split("supervisor_console::").skip(1)) {
            let names: Vec<&str> =
                used.split(|c: char| c != ':' && c != '_' && !c.is_ascii_alphanumeric()).next().unwrap().split("::").collect();
            found.insert((room_of(&path), room_of(&names[..names.len().min(2)])));
        }
    }
}

fn walk(folder: &Path, source: &Path, found: &mut BTreeSet<(String, String)>) {
    for entry in read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_str().unwrap().to_owned();
        match name.as_str() {
            "tests" | "tests.rs" => {}
            _ if entry.is_dir() => walk(&entry, source, found),
            _ if name.ends_with(".rs") => imports(&entry, source, found),
            _ => {}
        }
    }
}

#[test]
fn nobody_imports_upwards() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    walk(&source, &source, &mut found);
    let in_map =
        |above: &str, below: &str| MAP.iter().any(|(room, uses)| *room == above && uses.split_whitespace().any(|used| used == below));
    let allowed = |above: &str, below: &str| in_map(above, below) || (above == BODIES.0 && BODIES.1.contains(&below));
    let strange: Vec<_> = found.iter().filter(|(above, below)| above != below && !allowed(above, below)).collect();
    assert!(strange.is_empty(), "not in the map: {strange:?}");
    assert!(found.len() > 80, "only {} imports between rooms were found", found.len());
    // The map itself goes one way.
    let story = |room: &str| MAP.iter().position(|(name, _)| *name == room).unwrap_or(MAP.len());
    for (room, uses) in MAP {
        let above: Vec<_> = uses.split_whitespace().filter(|used| story(room) >= story(used)).collect();
        assert!(above.is_empty(), "{room} stands below {above:?}");
    }
}
