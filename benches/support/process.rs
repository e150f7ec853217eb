//! Programs that are measured: each a process of its own, which ends with its handle.

use super::Outcome;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Nothing that a program is waited for takes longer.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Program {
    child: Child,
    input: Option<ChildStdin>,
    lines: mpsc::UnboundedReceiver<String>,
    /// Nanoseconds of each thread as they were read last: one that has ended has no file any more.
    threads: RefCell<BTreeMap<String, u64>>,
}

/// Memory in MB.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory {
    pub rss: f64,
    pub pss: f64,
}

impl Program {
    /// Starts a role of this benchmark, which speaks on its standard output.
    pub fn role(role: &str, arguments: &[&str]) -> Outcome<Program> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--role").arg(role).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        Ok(Program::of(child, output))
    }

    /// Starts the console, which speaks on its standard error.
    pub fn console(flags: &[String]) -> Outcome<Program> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_supervisor-console"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CONSOLE_")) {
            command.env_remove(name);
        }
        command.env_remove("RUST_LOG").args(flags).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let output = child.stderr.take().ok_or("no log")?;
        Ok(Program::of(child, output))
    }

    /// Starts a script for node, by its path below `benches/`; it speaks on its standard output.
    pub fn node(script: &str) -> Outcome<Program> {
        let path = format!("{}/benches/{script}", env!("CARGO_MANIFEST_DIR"));
        let mut child = Command::new("node").arg(path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        Ok(Program::of(child, output))
    }

    fn of(mut child: Child, output: impl Read + Send + 'static) -> Program {
        let (sender, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Program { input: child.stdin.take(), child, lines, threads: RefCell::default() }
    }

    /// Reads on until a line begins so, and returns the rest of that line.
    pub async fn until(&mut self, beginning: &str) -> Outcome<String> {
        loop {
            let line =
                timeout(PATIENCE, self.lines.recv()).await?.ok_or_else(|| format!("the program ended before it said {beginning:?}"))?;
            if let Some(rest) = line.strip_prefix(beginning) {
                return Ok(rest.to_owned());
            }
        }
    }

    /// Reads on until the log has a line with this message, and returns its fields.
    pub async fn until_logged(&mut self, message: &str) -> Outcome<serde_json::Value> {
        loop {
            let line = self.until("").await?;
            let mut line: serde_json::Value = serde_json::from_str(&line)?;
            if let Some(fields) = line.get_mut("fields").filter(|fields| fields.get("message").is_some_and(|said| said == message)) {
                return Ok(fields.take());
            }
        }
    }

    /// Ends it at once, as the system does where memory is short.
    pub fn kill(&mut self) -> Outcome<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    pub fn tell(&mut self, line: &str) -> Outcome<()> {
        Ok(writeln!(self.input.as_mut().ok_or("it does not listen")?, "{line}")?)
    }

    /// The CPU time that all its threads have had.
    pub fn cpu(&self) -> Outcome<Duration> {
        let mut threads = self.threads.borrow_mut();
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let task = task?;
            // A thread may end while we look.
            let Ok(told) = fs::read_to_string(task.path().join("schedstat")) else { continue };
            if let Some(nanos) = told.split(' ').next().and_then(|nanos| nanos.parse().ok()) {
                threads.insert(task.file_name().to_string_lossy().into_owned(), nanos);
            }
        }
        Ok(Duration::from_nanos(threads.values().sum()))
    }

    pub fn memory(&self) -> Outcome<Memory> {
        let told = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        let of = |name: &str| told.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
        Ok(Memory { rss: of("Rss:").unwrap_or_default() / 1024.0, pss: of("Pss:").unwrap_or_default() / 1024.0 })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
