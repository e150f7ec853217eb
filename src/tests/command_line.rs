//! The program's flags: what is wrong is said in one line that names the flag and the remedy.

use crate::support::run;

/// The only line that the program said when it refused to start.
fn refusal(flags: &[&str]) -> String {
    let output = run(flags);
    assert!(!output.status.success(), "{flags:?} was accepted");
    assert!(output.stdout.is_empty(), "{flags:?}: {}", String::from_utf8_lossy(&output.stdout));
    let said = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    let [line] = lines[..] else { panic!("{flags:?} ends with {} lines:\n{said}", lines.len()) };
    assert!(line.starts_with("supervisor-console: "), "{line}");
    line.to_owned()
}

const NEEDED: [&str; 4] = ["--sdk-url", "http://127.0.0.1:1", "--namespace", "test.cc"];

#[test]
fn a_wrong_address_is_said_without_its_password() {
    let flags =
        ["serve", "--events-url", "ws://user:evilpw77@127.0.0.1:575xx/", "--sdk-url", "http://127.0.0.1:1", "--namespace", "test.cc"];
    let line = refusal(&flags);
    assert!(line.contains("127.0.0.1:575xx") && !line.contains("evilpw77"), "{line}");
}

#[test]
fn a_wrong_value_ends_the_start_with_one_line() {
    for (command, flag, value, remedy) in [
        ("serve", "--listen", "here", "HOST:PORT"),
        ("serve", "--listen", "127.0.0.1:99999", "HOST:PORT"),
        ("serve", "--sdk-url", "ftp://x", "http://"),
        ("serve", "--sdk-url", "api.wellcloud.cc/sdk", "https://"),
        ("serve", "--login-url", "login", "http://"),
        ("serve", "--events-url", "http://x", "ws://"),
        ("serve", "--namespace", "a b", "test.cc"),
        ("serve", "--topic", "", "/topic/"),
        ("serve", "--time-zone", "Mars/Base", "IANA"),
        ("serve", "--database-url", "mysql://x/y", "sqlite:"),
        ("serve", "--log-format", "xml", "json"),
        ("serve", "--supervisors", "5000@test.cc", "59*"),
        ("serve", "--viewers", "5*9", "59*"),
        ("serve", "--hide-action", "drop", "forceDrop"),
        ("simulate", "--agents", "0", "1..=50000"),
        ("simulate", "--agents", "60000", "1..=50000"),
        ("simulate", "--calls-per-hour", "-1", "from 0 to 1000"),
        ("simulate", "--calls-per-hour", "NaN", "from 0 to 1000"),
        ("simulate", "--speed", "0", "from 0.01 to 1000"),
        ("simulate", "--seed", "x", "number"),
        ("simulate", "--namespace", "..", "test.cc"),
        ("simulate", "--listen", "x", "HOST:PORT"),
        ("demo", "--simulator-listen", "x", "HOST:PORT"),
        ("demo", "--listen", "x", "HOST:PORT"),
        ("demo", "--agents", "many", "number"),
    ] {
        let flag_and_value = format!("{flag}={value}");
        let mut flags = vec![command, flag_and_value.as_str()];
        if command == "serve" {
            flags.extend(NEEDED.chunks(2).filter(|pair| pair[0] != flag).flatten());
        }
        let line = refusal(&flags);
        assert!(line.contains(flag), "{line:?} does not name {flag}");
        assert!(line.contains(value) || value.is_empty(), "{line:?} does not name {value:?}");
        assert!(line.contains(remedy) || (remedy == "number" && line.contains("digit")), "{line:?} does not say {remedy:?}");
    }
}

#[test]
fn what_is_missing_is_named_with_its_variable() {
    for (flags, flag, variable) in [
        (&["serve", "--namespace", "test.cc"][..], "--sdk-url", "CONSOLE_SDK_URL"),
        (&["serve", "--sdk-url", "http://127.0.0.1:1"], "--namespace", "CONSOLE_NAMESPACE"),
    ] {
        let line = refusal(flags);
        assert!(line.contains(flag) && line.contains(variable), "{line}");
    }
    let alone = refusal(&[&["serve", "--broker-login", "guest"][..], &NEEDED].concat());
    assert!(alone.contains("--broker-passcode"), "{alone}");
    assert!(refusal(&["serve", "--colour"]).contains("--colour"));
    assert!(refusal(&["dance"]).contains("dance"));
}

#[test]
fn an_environment_variable_is_as_good_as_its_flag() {
    let output = std::process::Command::new(crate::support::BINARY).arg("serve").env("CONSOLE_SDK_URL", "nonsense").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.lines().count() == 1, "{said}");
    assert!(said.contains("--sdk-url") && said.contains("nonsense"), "{said}");
}

#[test]
fn a_database_that_cannot_be_opened_ends_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let no_folder = folder.path().join("missing").join("console.db");
    let no_file = folder.path().to_path_buf();
    let no_database = folder.path().join("text.db");
    std::fs::write(&no_database, "this is a letter and no database at all, however long one looks at it".repeat(100)).unwrap();
    let newer = folder.path().join("newer.db");
    rusqlite::Connection::open(&newer).unwrap().pragma_update(None, "user_version", 999).unwrap();
    for path in [no_folder, no_file, no_database, newer] {
        let url = format!("sqlite:{}", path.display());
        let line = refusal(&[&["serve", "--listen", "127.0.0.1:0", "--database-url", &url][..], &NEEDED].concat());
        assert!(line.contains("--database-url") && line.contains(&path.display().to_string()), "{line}");
        assert!(line.contains("choose"), "{line:?} says nothing of the remedy");
    }
}

#[test]
fn an_address_that_is_taken_ends_the_start() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("console.db").display());
    for flags in [
        [&["serve", "--listen", &taken, "--database-url", &database][..], &NEEDED].concat(),
        vec!["simulate", "--listen", &taken],
        vec!["demo", "--listen", "127.0.0.1:0", "--simulator-listen", &taken],
    ] {
        let line = refusal(&flags);
        assert!(line.contains("listen") && line.contains(&taken) && line.contains("choose another"), "{line}");
    }
}

#[test]
fn help_names_every_flag_with_its_variable() {
    let console = [
        "listen",
        "sdk-url",
        "login-url",
        "events-url",
        "namespace",
        "topic",
        "broker-login",
        "broker-passcode",
        "time-zone",
        "database-url",
        "log-format",
        "supervisors",
        "viewers",
        "hide-action",
    ];
    let floor = ["agents", "calls-per-hour", "speed", "seed"];
    for (command, flags) in [
        ("serve", console.to_vec()),
        ("simulate", [&floor[..], &["listen", "namespace", "log-format"]].concat()),
        ("demo", [&console[..], &floor, &["simulator-listen"]].concat()),
    ] {
        let output = run(&[command, "--help"]);
        assert!(output.status.success() && output.stderr.is_empty());
        let help = String::from_utf8(output.stdout).unwrap();
        for flag in flags {
            assert!(help.contains(&format!("--{flag} ")), "{command} --help does not name --{flag}");
            let variable = format!("[env: CONSOLE_{}", flag.to_uppercase().replace('-', "_"));
            assert!(help.contains(&variable), "{command} --help does not name {variable}]");
        }
        let named = help.lines().filter(|line| line.trim_start().starts_with("--")).count();
        let with_variable = help.matches("[env: CONSOLE_").count();
        assert_eq!(named, with_variable, "a flag of {command} has no variable:\n{help}");
    }
    let output = run(&["--help"]);
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && ["serve", "simulate", "demo"].iter().all(|command| help.contains(command)), "{help}");
    assert!(run(&["--version"]).status.success());
}
