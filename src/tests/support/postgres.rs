//! A real PostgreSQL of the tests' own: its files, its port, its end with the tests.

use super::{PATIENCE, skipped};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A server. It ends with this, at the latest with the tests.
pub struct Server {
    folder: TempDir,
    programs: PathBuf,
    pub port: u16,
    running: Option<Child>,
}

/// Debian's programs are not in the path: the newest version of them, else what the path has.
fn programs() -> Option<PathBuf> {
    let is_whole = |folder: &PathBuf| ["initdb", "postgres", "pg_isready", "createdb"].iter().all(|name| folder.join(name).is_file());
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    versions.filter(is_whole).max().or_else(|| std::env::split_paths(&path).find(is_whole))
}

/// A program that ends with the thread that started it. PostgreSQL refuses to run as root: then the system's own user for it does.
fn command(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=QUIT");
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.arg("--").arg(program);
    command
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0
}

fn succeed(mut command: Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Server {
    /// One of the caller's own, running; none where PostgreSQL is not installed, which is said.
    pub fn start() -> Option<Server> {
        let Some(programs) = programs() else {
            assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed: apt-get install postgresql");
            skipped("PostgreSQL is not installed, so no real one was tried (apt-get install postgresql)");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("console-postgres").tempdir().unwrap();
        if is_root() {
            let mut chown = Command::new("chown");
            chown.arg("postgres:").arg(folder.path());
            succeed(chown);
        }
        let mut initdb = command(&programs.join("initdb"));
        initdb.args(["--auth=trust", "--username=console", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"]);
        initdb.arg(folder.path().join("data"));
        succeed(initdb);
        // None of those that the kernel gives to connections.
        let free = std::iter::repeat_with(|| TcpListener::bind(("127.0.0.1", rand::random_range(10_000..32_000)))).find_map(Result::ok);
        let port = free.unwrap().local_addr().unwrap().port();
        let mut server = Server { folder, programs, port, running: None };
        server.run();
        Some(server)
    }

    /// Starts it, again where it was stopped; returns when it takes connections.
    pub fn run(&mut self) {
        let mut postgres = command(&self.programs.join("postgres"));
        postgres.arg("-D").arg(self.folder.path().join("data"));
        postgres.args(["-p", &self.port.to_string(), "-h", "127.0.0.1", "-c", "max_connections=300", "-c", "fsync=on", "-k"]);
        postgres.arg(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.running = Some(postgres.spawn().unwrap());
        let deadline = Instant::now() + PATIENCE;
        let ready =
            || Command::new(self.programs.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]).status();
        while !ready().unwrap().success() {
            assert!(Instant::now() < deadline, "PostgreSQL did not start");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it at once, as a machine does that goes down.
    pub fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = Command::new("kill").args(["-QUIT", &running.id().to_string()]).status();
            let _ = running.wait();
        }
    }

    /// Makes an empty database; returns its address.
    pub fn database(&self) -> String {
        let name = format!("test_{:016x}", rand::random::<u64>());
        let mut createdb = Command::new(self.programs.join("createdb"));
        createdb.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "console", &name]);
        succeed(createdb);
        format!("postgres://console@127.0.0.1:{}/{name}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Makes an empty database on the server that all tests of this program share, which ends with the program.
pub fn shared_database() -> Option<String> {
    static SHARED: OnceLock<Option<Server>> = OnceLock::new();
    let server = SHARED.get_or_init(|| {
        let (sender, started) = channel();
        // The system ends the server with the thread that started it: a test's own thread ends too soon.
        std::thread::spawn(move || {
            sender.send(Server::start()).unwrap();
            // Parked for good, but for what may wake it by mistake.
            std::iter::repeat_with(std::thread::park).for_each(drop);
        });
        started.recv().unwrap()
    });
    server.as_ref().map(Server::database)
}
