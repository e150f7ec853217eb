// Watches the sources; at a change builds, and when that went well restarts the server. Open pages reconnect by themselves.
//
//   node scripts/dev.mjs COMMAND [ARGUMENT...]
//
// A build that fails leaves the running server alone. Changes during a build lead to one more build after it.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";

const WATCHED = ["src", "style", "public", "Cargo.toml", "Cargo.lock", "build.rs"];
const SETTLE_MS = 150; // editors write a file in several steps
const STOP_MS = 10_000;

const [command, ...args] = process.argv.slice(2);
const watchers = new Map(); // path -> watcher
let server;
let building = false;
let dirty = false;
let settle;

// One watcher a folder: watching a whole tree at once is not possible on Linux before Node.js 20.
function watchTree(path) {
  if (!existsSync(path)) return;
  const isFolder = statSync(path).isDirectory();
  if (!watchers.has(path)) {
    const watcher = watch(path, changed);
    const forget = () => {
      watcher.close();
      watchers.delete(path);
    };
    watcher.on("error", forget);
    // An editor that replaces a file leaves its watcher on the old one.
    if (!isFolder) watcher.on("change", (kind) => kind === "rename" && forget());
    watchers.set(path, watcher);
  }
  if (!isFolder) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) watchTree(join(path, entry.name));
}

function watchAll() {
  for (const path of watchers.keys()) {
    if (existsSync(path)) continue;
    watchers.get(path).close();
    watchers.delete(path);
  }
  WATCHED.forEach(watchTree);
}

function changed() {
  clearTimeout(settle);
  settle = setTimeout(build, SETTLE_MS);
}

function ended(child) {
  return new Promise((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

async function build() {
  if (building) {
    dirty = true;
    return;
  }
  building = true;
  do {
    dirty = false;
    watchAll();
    const code = await ended(spawn("scripts/build", ["--dev"], { stdio: "inherit" }));
    if (code === 0) await restart();
    else console.error("\n!! The build failed; the server that runs is the one from before. Waiting for a change.");
  } while (dirty);
  building = false;
}

async function restart() {
  await stop();
  const child = spawn(command, args, { stdio: "inherit" });
  server = child;
  ended(child).then((code) => {
    if (server !== child) return;
    server = undefined;
    console.error(`\n!! The server ended (${code}). Waiting for a change.`);
  });
}

async function stop() {
  const child = server;
  if (!child) return;
  server = undefined;
  const gone = ended(child);
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await gone;
  clearTimeout(force);
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop().then(() => process.exit(0)));
build();
