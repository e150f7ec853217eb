//! The program itself, as it is shipped: a process of its own, with figures and log lines that nobody else adds to.

use super::{Browser, Database, PASSWORD, PATIENCE, System};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

pub const BINARY: &str = env!("CARGO_BIN_EXE_supervisor-console");

/// The program with these flags and no environment variable of its own, to its end.
pub fn run(flags: &[&str]) -> Output {
    command().args(flags).stdin(Stdio::null()).output().unwrap()
}

fn command() -> Command {
    command_of(BINARY)
}

pub(super) fn command_of(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CONSOLE_")) {
        command.env_remove(name);
    }
    command
}

/// A running `serve`.
pub struct Program {
    pub address: String,
    child: Child,
    lines: Receiver<String>,
    /// Every line of the log so far.
    pub log: Vec<String>,
}

impl Program {
    /// Serves `test.cc` of the platform at `sdk_url`, and logs all there is to log.
    pub fn serve(sdk_url: &str, database: &Database, flags: &[&str]) -> Program {
        Program::start(command(), sdk_url, database, flags)
    }

    /// The same with the log that it has unless told otherwise.
    pub fn serve_with_usual_log(sdk_url: &str, database: &Database, flags: &[&str]) -> Program {
        let mut usual = command();
        usual.env("RUST_LOG", "info");
        Program::start(usual, sdk_url, database, flags)
    }

    /// The same, once it hears the platform.
    pub fn live(sdk_url: &str, database: &Database, flags: &[&str]) -> Program {
        let mut program = Program::serve(sdk_url, database, flags);
        program.until_live();
        program
    }

    /// The same where the system allows it so many open files and no more.
    pub fn serve_with_files(files: u32, sdk_url: &str, database: &Database, flags: &[&str]) -> Program {
        let mut limited = command_of("sh");
        limited.args(["-c", &format!("ulimit -n {files}; exec \"$0\" \"$@\""), BINARY]);
        Program::start(limited, sdk_url, database, flags)
    }

    /// The same on a system of the test's own.
    pub fn serve_on(system: &System, sdk_url: &str, database: &Database, flags: &[&str]) -> Program {
        Program::start(system.command(BINARY), sdk_url, database, flags)
    }

    fn start(command: Command, sdk_url: &str, database: &Database, flags: &[&str]) -> Program {
        let mut program = Program::spawn(command, sdk_url, database, flags);
        program.address = program.until_logged("serving")["address"].as_str().unwrap().to_owned();
        program
    }

    /// One that has only just been started: it need not come so far as to serve.
    pub fn begin(sdk_url: &str, database: &Database) -> Program {
        Program::spawn(command(), sdk_url, database, &[])
    }

    fn spawn(mut command: Command, sdk_url: &str, database: &Database, flags: &[&str]) -> Program {
        let fixed = ["serve", "--listen", "127.0.0.1:0", "--namespace", "test.cc", "--log-format", "json", "--sdk-url", sdk_url];
        if command.get_envs().all(|(name, _)| name != "RUST_LOG") {
            command.env("RUST_LOG", "trace");
        }
        let mut child = command
            .args(fixed)
            .args(["--database-url", &database.url()])
            .args(flags)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Program { address: String::new(), child, lines, log: Vec::new() }
    }

    /// The fields of the next log line with this message.
    pub fn until_logged(&mut self, message: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let line = self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now()));
            let line = line.unwrap_or_else(|_| panic!("the log never said {message:?}:\n{}", self.log.join("\n")));
            let fields = serde_json::from_str::<Value>(&line).unwrap_or_else(|error| panic!("{error}: {line}"))["fields"].take();
            self.log.push(line);
            if fields["message"] == message {
                return fields;
            }
        }
    }

    /// Waits until it hears the platform.
    pub fn until_live(&mut self) {
        self.until_logged("the link to the platform is live");
    }

    pub async fn sign_in(&self, number: &str, extension: &str) -> Browser {
        let mut browser = Browser::at(&self.address);
        assert_eq!(browser.sign_in(number, PASSWORD, "test.cc", extension).await.status, 200);
        browser
    }

    /// Sends it a signal, such as `-STOP`.
    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Asks it to end, as a service manager does, and returns its whole log.
    pub fn terminate(mut self) -> Vec<String> {
        self.signal("-TERM");
        assert!(self.child.wait().unwrap().success(), "it did not end in an orderly way");
        self.log.extend(self.lines.iter());
        std::mem::take(&mut self.log)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Gone already, where it ended in an orderly way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
