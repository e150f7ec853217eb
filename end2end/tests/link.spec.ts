// The page never looks live when it is not: it says so within a second, with words and since when, and is whole again by itself.
import { execFileSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { Board } from "./support/board";
import { expect, provoked, signIn, test } from "./support/fixtures";
import { Platform } from "./support/platform";
import { Program } from "./support/program";

/** What the issue allows between the break and the page's word. */
const AT_ONCE = { timeout: 1_000 };

/** Fails if the page is loaded anew. */
async function mark(page: Page) {
  await page.evaluate(() => document.documentElement.setAttribute("data-same-page", ""));
}

async function unreloaded(page: Page) {
  await expect(page.locator("html")).toHaveAttribute("data-same-page");
}

test("the platform is lost: the board says so within a second, and is whole again by itself", async ({ page, context, own }) => {
  const demo = await own.demo("--agents", "6");
  const platform = new Platform(demo.platform);
  await signIn(context.request, demo.url);
  const board = new Board(page);
  await board.open(`${demo.url}/`);
  await mark(page);
  await board.is("5001", "ready");
  const coloured = await board.cell("5001", "state").evaluate((cell) => getComputedStyle(cell).filter + getComputedStyle(cell).color);

  await platform.fault({ cut: true, refuse_connections_ms: 4_000 });
  await expect(board.body).toHaveAttribute("data-link", "stale", AT_ONCE);
  await expect(board.banner).toContainText(/The console lost the platform at \d\d:\d\d:\d\d\. The board shows the floor as it was \d/);
  await expect(page.locator(".link-status")).toHaveText("Not live");
  await expect(page.getByRole("status")).toContainText("The console lost the platform");
  const greyed = () =>
    page.evaluate(() => {
      const look = (element: Element | null) => (element ? getComputedStyle(element).filter + getComputedStyle(element).opacity : "");
      return look(document.querySelector(".board")) + look(document.querySelector(".rows")) + look(document.querySelector(".row[data-agent]"));
    });
  const during = await greyed();
  const colouredNow = await board.cell("5001", "state").evaluate((cell) => getComputedStyle(cell).filter + getComputedStyle(cell).color);

  await platform.setMode("5001", "NotReady");
  await expect(board.body).toHaveAttribute("data-link", "live", { timeout: 15_000 });
  await expect(board.banner).toHaveCount(0);
  expect([during, colouredNow], "the board is greyed while it is not live").not.toEqual([await greyed(), coloured]);

  // What happened meanwhile is not passed off as known: either the platform has said it since, or it is marked as remembered.
  await expect(async () => {
    const state = await board.row("5001").getAttribute("data-state");
    const remembered = (await board.row("5001").getAttribute("data-remembered")) !== null;
    expect(state === "not-ready" || remembered).toBe(true);
  }).toPass();
  await platform.setMode("5002", "NotReady");
  await board.is("5002", "not-ready");
  await expect(board.row("5002").locator('[data-tag="remembered"]')).toHaveCount(0);
  await unreloaded(page);
});

test("the console ends: no connection, no actions; it is back: live again without a reload", async ({ page, context, own, quiet }, info) => {
  quiet.expect(provoked.noConnection);
  // Another console's platform serves this one too.
  const { platform: sdk } = await own.demo("--agents", "6");
  const database = join(tmpdir(), `console-${process.pid}-${info.testId}.db`);
  const flags = ["--sdk-url", sdk, "--namespace", "test.cc", "--database-url", `sqlite:${database}`];
  const first = own.keep(Program.start("serve", "--listen", "127.0.0.1:0", ...flags));
  const address = await first.says(/serving.*address=(127\.0\.0\.1:[1-9]\d*)/);
  await first.answers(`http://${address}/readyz`);
  const platform = new Platform(sdk);
  try {
    await signIn(context.request, `http://${address}`);
    const board = new Board(page);
    await board.open(`http://${address}/?q=500`);
    await mark(page);
    await board.is("5001", "ready");

    await first.stop("SIGKILL");
    await expect(board.body).toHaveAttribute("data-link", "down", AT_ONCE);
    await expect(board.banner).toContainText(/No connection to the console since \d\d:\d\d:\d\d/);
    await expect(page.locator(".link-status")).toHaveText("No connection");
    for (const button of await board.row("5001").locator("[data-action]").all()) {
      await expect(button).toHaveAttribute("aria-disabled", "true");
      await expect(button).toHaveAttribute("title", /no connection to the console/);
    }
    await board.row("5001").hover();
    await board.action("5001", "forceNotReady").click({ force: true });
    await board.outcome("5001", "forceNotReady", "refused", "Not ready not possible: no connection to the console");
    // The rows stay, they are what was known last.
    await board.is("5001", "ready");

    await platform.setMode("5002", "NotReady");
    const second = own.keep(Program.start("serve", "--listen", address, ...flags));
    await second.answers(`http://${address}/readyz`);
    await board.live();
    await expect(board.banner).toHaveCount(0);
    await unreloaded(page);
    // Who was signed in still is, and everything works.
    await platform.setMode("5003", "NotReady");
    await board.is("5003", "not-ready");
    await board.is("5002", "not-ready");
    await board.act("5003", "forceReady");
    await board.outcome("5003", "forceReady", "confirmed");
    await board.is("5003", "ready");
    expect(page.url()).toContain("?q=500");
  } finally {
    for (const suffix of ["", "-wal", "-shm"]) await rm(database + suffix, { force: true });
  }
});

test("a console that is silent is not live either", async ({ page, context, own, quiet }) => {
  quiet.expect(provoked.noConnection);
  const demo = await own.demo("--agents", "3");
  await signIn(context.request, demo.url);
  const board = new Board(page);
  await board.open(`${demo.url}/`);
  await mark(page);
  demo.program.signal("SIGSTOP");
  // A second of silence, and at most another look.
  await expect(board.body).not.toHaveAttribute("data-link", "live", { timeout: 2_000 });
  await expect(board.banner).toContainText(/Nothing heard from the console since|No connection to the console since/);
  demo.program.signal("SIGCONT");
  await board.live();
  await expect(board.banner).toHaveCount(0);
  await unreloaded(page);
});

test("a session that ends while the line is down leads to the sign-in", async ({ page, context, own, quiet }) => {
  quiet.expect(provoked.noConnection, provoked.status(401));
  const demo = await own.demo("--agents", "3");
  await signIn(context.request, demo.url);
  const board = new Board(page);
  await board.open(`${demo.url}/?state=ready`);
  await demo.program.stop("SIGKILL");
  await expect(board.body).toHaveAttribute("data-link", "down");
  // In memory nobody is signed in after a restart.
  const { port } = new URL(demo.url);
  const again = own.keep(
    Program.start("demo", "--listen", `127.0.0.1:${port}`, "--simulator-listen", "127.0.0.1:0", "--agents", "3", "--calls-per-hour", "0"),
  );
  await again.answers(`${demo.url}/readyz`);
  await expect(page).toHaveURL(/\/sign-in\?next=%2F%3Fstate%3Dready$/);
});

test("readiness follows the link, health does not", async ({ request, own }) => {
  const demo = await own.demo("--agents", "2");
  const status = async (path: string) => (await request.get(demo.url + path)).status();
  expect([await status("/healthz"), await status("/readyz")]).toEqual([200, 200]);
  await new Platform(demo.platform).fault({ cut: true, refuse_connections_ms: 60_000 });
  await expect.poll(() => status("/readyz")).toBe(503);
  expect(await status("/healthz")).toBe(200);
});

/** All of this worker's Chromium: what began with it, but for the programs under test. */
function chromium(): number[] {
  const all = execFileSync("ps", ["-eo", "pid=,ppid=,comm="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, name]) => ({ pid: Number(pid), parent: Number(parent), name }));
  const below = (parent: number): typeof all => all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(process.pid)
    .filter((one) => /chrom|headless/i.test(one.name))
    .map((one) => one.pid);
}

test("a browser is stopped for a while: it is live again by itself, with what happened meanwhile", async ({ board, context, demo, page, platform }) => {
  await mark(page);
  const cookie = (await context.cookies()).map((one) => `${one.name}=${one.value}`).join("; ");
  const stopped = chromium();
  expect(stopped.length, "the browser's processes").toBeGreaterThan(1);
  const signal = (name: NodeJS.Signals) => stopped.forEach((pid) => process.kill(pid, name));
  signal("SIGSTOP");
  try {
    // From here on nothing may be asked of the browser: it would not answer.
    for (const agent of ["5001", "5002", "5003"]) await platform.setMode(agent, "NotReady");
    for (const agent of ["5001", "5002", "5003"]) {
      await expect
        .poll(async () => ((await (await fetch(`${demo.url}/api/agents/${agent}`, { headers: { cookie } })).json()) as { state: string }).state)
        .toBe("not-ready");
    }
  } finally {
    signal("SIGCONT");
  }
  for (const agent of ["5001", "5002", "5003"]) await board.is(agent, "not-ready");
  await board.live();
  await unreloaded(page);
});
