// What the tests are given: a console with a silent floor (one a worker, reset for each test), a signed-in browser, and an eye on
// the browser's console: any error or warning there, a hydration warning above all, fails the test.
import { type APIRequestContext, type BrowserContext, type TestInfo, test as base, expect } from "@playwright/test";
import { Board } from "./board";
import { DOMAIN, PASSWORD, Platform } from "./platform";
import { type Demo, type Program, startDemo } from "./program";

export { expect };

/** The floor's size: two teams of twelve, 5001 to 5024 at 8001 to 8024. */
export const AGENTS = 24;

/** What the browser itself reports when a request is answered with an error that the test provoked, or is not answered. */
export const provoked = {
  status: (...codes: number[]) => new RegExp(`Failed to load resource: the server responded with a status of (${codes.join("|")}) `),
  noConnection: /net::ERR_|WebSocket (connection|is closed)/,
};

export class Quiet {
  private readonly expected: RegExp[] = [];
  private readonly said: string[] = [];
  private over = false;

  /** This test provokes messages like that. */
  expect(...patterns: RegExp[]) {
    this.expected.push(...patterns);
  }

  watch(context: BrowserContext) {
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.hear(`${message.type()}: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (problem) => this.hear(`uncaught: ${problem.error().stack ?? problem.error().message}`));
  }

  private hear(said: string) {
    if (!this.over) this.said.push(said);
  }

  /** The test has ended: what a page says of a console that is ended with it is none of the test's. */
  end() {
    this.over = true;
  }

  get unexpected(): string[] {
    return this.said.filter((said) => !this.expected.some((pattern) => pattern.test(said)));
  }
}

/** Signs a context in over HTTP, so that its pages begin on the floor. */
export async function signIn(request: APIRequestContext, url: string, number = "5000", extension = "8000") {
  const form = { number, password: PASSWORD, domain: DOMAIN, extension };
  const answer = await request.post(`${url}/api/sign-in`, { form, maxRedirects: 0 });
  expect(answer.ok(), await answer.text()).toBe(true);
}

async function report(programs: Iterable<Program>, info: TestInfo) {
  if (info.status === info.expectedStatus) return;
  for (const program of programs) {
    await info.attach("program log", { body: program.log, contentType: "text/plain" });
    console.log(`--- the program's log, its last lines:\n${program.log.split("\n").slice(-40).join("\n")}`);
  }
}

interface Fixtures {
  quiet: Quiet;
  /** Signed in and live. */
  board: Board;
  /** Starts programs of the test's own, ended with it. */
  own: {
    demo(...flags: string[]): Promise<Demo>;
    keep(program: Program): Program;
  };
  platform: Platform;
}

export const test = base.extend<Fixtures, { demo: Demo }>({
  demo: [
    async ({}, use) => {
      const demo = await startDemo("--agents", String(AGENTS));
      await use(demo);
      await demo.program.stop();
    },
    { scope: "worker" },
  ],

  baseURL: async ({ demo }, use) => use(demo.url),

  platform: async ({ demo }, use, info) => {
    const platform = new Platform(demo.platform);
    await platform.reset();
    await use(platform);
    await report([demo.program], info);
  },

  own: async ({ quiet }, use, info) => {
    const programs: Program[] = [];
    const keep = (program: Program) => {
      programs.push(program);
      return program;
    };
    await use({
      keep,
      demo: async (...flags) => {
        const demo = await startDemo(...flags);
        keep(demo.program);
        return demo;
      },
    });
    await report(programs, info);
    quiet.end();
    for (const program of programs) {
      program.signal("SIGCONT");
      await program.stop();
    }
  },

  quiet: async ({}, use) => {
    const quiet = new Quiet();
    await use(quiet);
    expect(quiet.unexpected, "the browser's console").toEqual([]);
  },

  context: async ({ context, quiet }, use) => {
    quiet.watch(context);
    await use(context);
  },

  board: async ({ context, page, demo, platform: _reset }, use) => {
    await signIn(context.request, demo.url);
    const board = new Board(page);
    await board.open();
    await use(board);
  },
});
