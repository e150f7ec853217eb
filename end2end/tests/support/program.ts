// The built binary as a child process: started on free ports, awaited, stopped, its log kept for a failing test.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const BINARY = resolve(process.env.SUPERVISOR_CONSOLE ?? "../target/release/supervisor-console");
const PATIENCE = 20_000;

export class Program {
  private readonly lines: string[] = [];
  private readonly gone: Promise<string>;
  private readonly waiting = new Set<() => void>();

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8");
      stream?.on("data", (text: string) => this.heard(text));
    }
    this.gone = new Promise((done) => {
      child.once("error", (error) => done(error.message));
      child.once("exit", (code, signal) => done(`it ended with ${signal ?? code}`));
    });
  }

  static start(...args: string[]): Program {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there. What to do: make build, or name a binary in SUPERVISOR_CONSOLE`);
    // Nothing of the caller's own configuration may leak in.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CONSOLE_")));
    return new Program(spawn(BINARY, args, { stdio: ["ignore", "pipe", "pipe"], env }));
  }

  private heard(text: string) {
    this.lines.push(text);
    for (const look of this.waiting) look();
  }

  get log(): string {
    return this.lines.join("");
  }

  /** What `pattern`'s first group matches, once the program has printed it. */
  async says(pattern: RegExp): Promise<string> {
    let look = () => {};
    const said = new Promise<string>((done) => {
      look = () => {
        // Colours are for people.
        const found = pattern.exec(this.log.replace(/\u001b\[[0-9;]*m/g, ""));
        if (found) done(found[1] ?? found[0]);
      };
    });
    this.waiting.add(look);
    look();
    try {
      return await this.orGone(said, `waiting for ${pattern}`);
    } finally {
      this.waiting.delete(look);
    }
  }

  /** Awaits a 2xx of `url`. */
  async answers(url: string): Promise<void> {
    let given_up = false;
    const asking = (async () => {
      while (!given_up) {
        try {
          if ((await fetch(url)).ok) return;
        } catch {
          // Not yet.
        }
        await new Promise((done) => setTimeout(done, 20));
      }
    })();
    try {
      await this.orGone(asking, `waiting for ${url}`);
    } finally {
      given_up = true;
    }
  }

  private async orGone<T>(wanted: Promise<T>, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, fail) => {
      timer = setTimeout(() => fail(new Error(`too long ${what}:\n${this.log}`)), PATIENCE);
    });
    const ended = this.gone.then((how) => {
      throw new Error(`${what}: ${how}:\n${this.log}`);
    });
    try {
      return await Promise.race([wanted, late, ended]);
    } finally {
      clearTimeout(timer);
    }
  }

  signal(signal: NodeJS.Signals) {
    this.child.kill(signal);
  }

  /** Ends it, at once with SIGKILL, and waits until it is gone. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill("SIGKILL"), 5_000);
    await this.gone;
    clearTimeout(timer);
  }
}

/** A console with its simulated platform. */
export interface Demo {
  /** The console's address, without a slash at its end. */
  url: string;
  /** The simulated platform's. */
  platform: string;
  program: Program;
}

/** `demo` on free ports, its link to the platform live. Without `flags` a silent floor: only requests make things happen. */
export async function startDemo(...flags: string[]): Promise<Demo> {
  const program = Program.start(
    "demo",
    "--listen",
    "127.0.0.1:0",
    "--simulator-listen",
    "127.0.0.1:0",
    "--calls-per-hour",
    "0",
    ...flags,
  );
  const url = await program.says(/The console is at\s+(http:\S+)/);
  const platform = await program.says(/The simulated platform is\s+(http:[^\s,]+)/);
  await program.answers(`${url}/readyz`);
  return { url, platform, program };
}
