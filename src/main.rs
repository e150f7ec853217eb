//! The commands: `serve`, `simulate`, `demo`, `token`, `migrate`.

use clap::{Parser, error::ErrorKind};
use rust_embed::RustEmbed;
use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;
use supervisor_console::floor::Namespace;
use supervisor_console::server;
use supervisor_console::server::cli::{Cli, Command, ConsoleArgs, DemoArgs, FloorArgs, MigrateArgs, SimulateArgs, TokenArgs};
use supervisor_console::server::cli::{migrate, token};
use supervisor_console::server::config::roles::Pattern;
use supervisor_console::server::config::{Config, Database};
use supervisor_console::server::telemetry;
use supervisor_console::simulator;
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// A good part of an event's cost was the system's allocator: this one is made for small pieces that one thread makes and another drops,
/// as events and messages are.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The browser's half. It is put in here, not in the library, so that the two halves can be compiled side by side.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/target/site"]
struct Files;

/// The names of those files: read, so that cargo builds anew where one was added or went.
const _: &str = include_str!("../target/site.list");

/// How long the end may take in all.
const LAST: Duration = Duration::from_secs(9);
const LINGERS: Duration = Duration::from_millis(300);
/// How many connections may wait until they are taken up: after a restart all browsers come at once. The system may allow fewer.
const WAITING: u32 = 4096;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(format_args!("the system gives no threads ({error}): raise its limits"));
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(run());
    // A name that is still being looked up holds up nobody.
    runtime.shutdown_timeout(LINGERS);
    code
}

/// Writes a line to standard output. Whoever closed it does not want to know.
fn say(line: fmt::Arguments) {
    writeln!(io::stdout(), "{line}").ok();
}

/// Writes a line to standard error, with the program's name before it.
fn complain(line: fmt::Arguments) {
    writeln!(io::stderr(), "supervisor-console: {line}").ok();
}

async fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explain(&error),
    };
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone()));
    let ended = match cli.command {
        Command::Serve(args) => serve(&args, stop).await,
        Command::Simulate(args) => simulate(args, stop).await,
        Command::Demo(args) => demo(*args, stop).await,
        Command::Token(args) => token(args).await,
        Command::Migrate(args) => migrate(&args),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            complain(format_args!("{problem}"));
            ExitCode::FAILURE
        }
    }
}

/// Help and version as they are; a wrong value as one line.
fn explain(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) {
        write!(io::stdout(), "{error}").ok();
        return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
    }
    let text = error.to_string();
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let line = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    complain(format_args!("{} (--help explains every flag)", without_users(line.trim_start_matches("error: "))));
    ExitCode::from(2)
}

/// A text without the users and passwords of the addresses in it.
fn without_users(text: &str) -> String {
    let mut parts = text.split("://");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |told, part| {
        let host = part.split(['/', ' ', '\'']).next().unwrap_or_default();
        let user = host.rfind('@').map_or(0, |at| at + 1);
        format!("{told}://{}", part.get(user..).unwrap_or_default())
    })
}

async fn serve(args: &ConsoleArgs, stop: CancellationToken) -> Result<(), String> {
    let config = Config::try_from(args).map_err(|error| error.to_string())?;
    telemetry::log::start_logging(args.log_format);
    let listener = bind(args.listen, "--listen")?;
    server::serve(listener, config, server::Site::new(Files::get), stop).await.map_err(|error| error.to_string())
}

async fn simulate(args: SimulateArgs, stop: CancellationToken) -> Result<(), String> {
    telemetry::log::start_logging(args.log_format);
    let listener = bind(args.listen, "--listen")?;
    let floor = floor_of(&args.floor, args.namespace, jiff::tz::TimeZone::get("Asia/Shanghai").map_err(|error| error.to_string())?);
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    say(format_args!("The simulated platform is at http://{address} (events: ws://{address}/mvc/stomp/websocket)"));
    say(format_args!("Sign in as supervisor 5000 or 5900 to 5909, or as an agent; every password is Aa123456."));
    simulator::serve(listener, floor, stop).await.map_err(|error| error.to_string())
}

async fn demo(mut args: DemoArgs, stop: CancellationToken) -> Result<(), String> {
    telemetry::log::start_logging(args.console.log_format);
    let (listener, platform) = (bind(args.console.listen, "--listen")?, bind(args.simulator_listen, "--simulator-listen")?);
    let simulated = platform.local_addr().map_err(|error| error.to_string())?;
    let console_address = listener.local_addr().map_err(|error| error.to_string())?;
    let namespace = args.console.namespace.get_or_insert_with(|| Namespace::trusted("test.cc")).clone();
    if args.console.sdk_url.is_none() {
        args.console.sdk_url = format!("http://{simulated}").parse().ok();
    }
    args.console.database_url.get_or_insert(Database::Memory);
    if args.console.diagnostics.is_empty() {
        args.console.diagnostics.push(Pattern::new("*"));
    }
    let config = Config::try_from(&args.console).map_err(|error| error.to_string())?;
    let floor = floor_of(&args.floor, namespace.clone(), config.time_zone.clone());
    say(format_args!(""));
    say(format_args!("  The console is at          http://{console_address}"));
    say(format_args!("  Sign in with               number 5000, password Aa123456, domain {namespace}, extension 8000"));
    say(format_args!("  The simulated platform is  http://{simulated}, with {} agents", args.floor.agents));
    say(format_args!("  Ctrl-C ends both."));
    say(format_args!(""));
    let simulator = tokio::spawn(simulator::serve(platform, floor, stop.clone()));
    let served = server::serve(listener, config, server::Site::new(Files::get), stop.clone()).await.map_err(|error| error.to_string());
    stop.cancel();
    let simulated = simulator.await.map_err(|error| error.to_string())?;
    served.and(simulated.map_err(|error| error.to_string()))
}

/// The token stands alone on standard output, for a script to take.
async fn token(args: TokenArgs) -> Result<(), String> {
    let said = token::command(args).await.map_err(|error| error.to_string())?;
    if !said.note.is_empty() {
        complain(format_args!("{}", said.note));
    }
    if !said.out.is_empty() {
        writeln!(io::stdout(), "{}", said.out).map_err(|error| format!("standard output takes nothing ({error})"))?;
    }
    Ok(())
}

fn migrate(args: &MigrateArgs) -> Result<(), String> {
    let moved = migrate::command(args).map_err(|error| error.to_string())?;
    write!(io::stdout(), "{moved}").map_err(|error| format!("standard output takes nothing ({error})"))
}

fn floor_of(args: &FloorArgs, namespace: Namespace, time_zone: jiff::tz::TimeZone) -> simulator::Config {
    simulator::Config {
        agents: args.agents,
        calls_per_hour: args.calls_per_hour,
        speed: args.speed,
        seed: args.seed,
        namespace,
        time_zone,
        ways: simulator::Ways {
            workers: args.workers,
            transfers_rename: args.transfers_rename,
            monitor_calls: args.monitor_calls,
            ring_group: args.ring_group,
        },
        clocks_apart: args.clocks_apart * 1000,
    }
}

fn bind(address: SocketAddr, flag: &str) -> Result<TcpListener, String> {
    let listen = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(WAITING)
    };
    listen().map_err(|error| {
        format!("{flag} {address} cannot be used ({error}): stop the other program, or choose another address with {flag}")
    })
}

/// Ctrl-C, or the service manager's request to end.
#[expect(clippy::exit, reason = "whatever has not ended by then would hold up the process")]
async fn stop_on_signal(stop: CancellationToken) {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => return tracing::warn!(%error, "termination cannot be listened for"),
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    stop.cancel();
    // Whatever still holds on: nobody waits longer for the end than a service manager does.
    sleep(LAST).await;
    complain(format_args!("not everything could be ended in time"));
    std::process::exit(1);
}
