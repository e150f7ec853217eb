// Drives Chromium for the browser's figures. It reads one command a line (JSON) from its standard input, and answers each with one line of
// JSON: what was measured, or { "error": why }. What there is to ask: COMMANDS.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { findBrowser } from "../../scripts/browser.mjs";
import { beginToFollow, followed } from "./follow.mjs";

const require = createRequire(new URL("../../end2end/package.json", import.meta.url));
const { chromium } = require("@playwright/test");
const fileOf = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const SIZE = { width: 1600, height: 900 };

const found = findBrowser();
if (!found) throw new Error("There is no Chromium. What to do: scripts/setup --test");
const browser = await chromium.launch({
  executablePath: found.own ? undefined : found.executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync",
    // The page by hand comes from here, and its socket from the console.
    "--disable-features=LocalNetworkAccessChecks", "--enable-precise-memory-info", "--js-flags=--expose-gc"],
});

/** The page that is measured now, with its session of the DevTools protocol. */
let open;

async function metrics() {
  const { metrics } = await open.devtools.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

async function bytesOfWasm() {
  const { result } = await open.devtools.send("Runtime.evaluate", { expression: "WebAssembly.Memory.prototype" });
  const { objects } = await open.devtools.send("Runtime.queryObjects", { prototypeObjectId: result.objectId });
  const { result: bytes } = await open.devtools.send("Runtime.callFunctionOn", {
    objectId: objects.objectId,
    functionDeclaration: "function() { return this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0) }",
    returnByValue: true,
  });
  return bytes.value;
}

const COMMANDS = {
  /**
   * Opens a page in a browser of its own: `page` is ours (with `path`), or the board by hand on the `console`'s messages or on those of the
   * `broker` (told of it by `path`). Answers when it is live, with how long that took.
   */
  async open({ address, cookie, page: which, path = "/", slow = 1 }) {
    const context = await browser.newContext({ viewport: SIZE, locale: "en" });
    if (cookie) {
      const [name, value] = cookie.split("=");
      await context.addCookies([{ name, value, url: `http://${address}` }]);
    }
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Performance.enable", { timeDomain: "timeTicks" });
    await devtools.send("Network.enable");
    let loaded = 0;
    devtools.on("Network.loadingFinished", ({ encodedDataLength }) => (loaded += encodedDataLength));
    const wrong = [];
    page.on("pageerror", (error) => wrong.push(String(error)));
    open = { context, page, devtools, wrong };
    if (slow !== 1) await devtools.send("Emulation.setCPUThrottlingRate", { rate: slow });
    if (which !== "ours") {
      // It comes from the console's own address, whose live channel answers nobody else.
      await page.route("**/vanilla**", (route) => {
        const file = new URL(route.request().url()).pathname.slice(1);
        const isPage = file === "vanilla";
        const body = isPage ? fileOf("vanilla.html").replace("SOURCE", which) : fileOf(file);
        return route.fulfill({ contentType: isPage ? "text/html" : "text/javascript", body });
      });
      await page.goto(`http://${address}/vanilla${path}`, { waitUntil: "commit" });
      await page.waitForSelector("body[data-live]", { state: "attached", timeout: 60_000 });
    } else {
      await page.goto(`http://${address}${path}`, { waitUntil: "commit" });
      await page.waitForSelector("body[data-hydrated][data-link=live]", { state: "attached", timeout: 60_000 });
    }
    const live = await page.evaluate(() => performance.now());
    return { live, loaded };
  },

  async settle({ seconds }) {
    await open.page.waitForTimeout(seconds * 1000);
    return {};
  },

  /** Lets the page be for so many seconds: what its main thread did meanwhile, in seconds, and what it holds afterwards, in bytes. */
  async measure({ seconds }) {
    const before = await metrics();
    await open.page.waitForTimeout(seconds * 1000);
    const after = await metrics();
    const spent = (name) => after[name] - before[name];
    return {
      seconds: spent("Timestamp"),
      task: spent("TaskDuration"),
      script: spent("ScriptDuration"),
      layout: spent("LayoutDuration"),
      style: spent("RecalcStyleDuration"),
    };
  },

  /** What the page holds, after a collection: bytes of wasm memory and of the JavaScript heap, nodes in the document, listeners. */
  async held() {
    await open.devtools.send("HeapProfiler.enable");
    await open.devtools.send("HeapProfiler.collectGarbage");
    const { JSHeapUsedSize, JSEventListeners } = await metrics();
    const wasm = await bytesOfWasm();
    const nodes = await open.page.evaluate(() => {
      const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
      let count = 1;
      while (walker.nextNode()) count++;
      return count;
    });
    return { wasm, heap: JSHeapUsedSize, nodes, listeners: JSEventListeners };
  },

  /**
   * Hides the page or shows it again, as far as it can tell: it draws no frame meanwhile. A browser without a window hides none itself. (A hidden
   * page's timers go slower as well; these do not.)
   */
  async hide({ hidden }) {
    await open.page.evaluate((hidden) => {
      globalThis.drawFrame ??= globalThis.requestAnimationFrame.bind(globalThis);
      globalThis.framesWaiting ??= [];
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (hidden ? "hidden" : "visible") });
      globalThis.requestAnimationFrame = hidden ? (callback) => globalThis.framesWaiting.push(callback) : globalThis.drawFrame;
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      if (!hidden) for (const callback of globalThis.framesWaiting.splice(0)) globalThis.drawFrame(callback);
    }, hidden);
    return {};
  },

  /** Has the page changed by events for so many seconds: each change of a row, and when it was drawn. */
  async follow({ seconds }) {
    await open.page.evaluate(beginToFollow);
    await open.page.waitForTimeout(seconds * 1000);
    return { changes: await open.page.evaluate(followed) };
  },

  /** The rows in view, each as its attributes have it; those of calls have no agent. */
  async rows() {
    const rows = await open.page.evaluate(() =>
      [...document.querySelectorAll(".row:is([data-agent], [data-call])")]
        .filter((row) => !row.hidden && row.getBoundingClientRect().bottom > 0 && row.getBoundingClientRect().top < innerHeight)
        .map((row) => ({ agent: row.dataset.agent ?? null, state: row.dataset.state, call: row.dataset.call || null })),
    );
    return { rows, wrong: open.wrong };
  },

  /** Scrolls the list for so many seconds, 100 pixels every 16 ms: the tasks of the main thread over 50 ms, and frames. */
  async scroll({ seconds, selector }) {
    await open.page.evaluate(() => {
      globalThis.longTasks = [];
      new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({
        type: "longtask",
      });
      globalThis.frames = [];
      const frame = (at) => {
        globalThis.frames.push(at);
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
    const box = await open.page.locator(selector).boundingBox();
    await open.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      await open.page.mouse.wheel(0, 100);
      await open.page.waitForTimeout(16);
    }
    return open.page.evaluate(() => {
      const gaps = globalThis.frames.slice(1).map((at, index) => at - globalThis.frames[index]);
      gaps.sort((one, other) => one - other);
      return { long: globalThis.longTasks, frames: gaps.length, p99: gaps[Math.floor(gaps.length * 0.99)] };
    });
  },

  /** What a supervisor does all day, once: scrolls, sorts, filters, searches, opens an agent and closes it. */
  async round() {
    const { page } = open;
    const scroll = (top) => page.evaluate((to) => document.getElementById("board").scrollTo(0, to), top);
    for (const top of [3_000, 90_000, 12_345, 0]) {
      await scroll(top);
      await page.waitForTimeout(100);
    }
    for (const key of ["time", "agent"]) await page.click(`.head [data-sort="${key}"]`);
    for (let times = 0; times < 2; times++) await page.click('.tile[data-filter="on-call"]');
    await page.fill("input[name=q]", "1000");
    await page.waitForTimeout(100);
    await page.fill("input[name=q]", "");
    await page.click(".row[data-agent] a.name >> nth=2");
    // A locator, which holds nothing: a handle of an element would keep the whole panel after it was closed.
    const panel = page.locator("[data-panel]");
    await panel.waitFor();
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    return {};
  },

  /** Searches, sorts and filters the whole list; answers how many milliseconds of the main thread each took, its frame included. */
  async interact() {
    const { page } = open;
    // Without Playwright's own looking about, which is script too.
    const click = (selector) => () => page.evaluate((selector) => document.querySelector(selector).click(), selector);
    const search = (text) => () =>
      page.evaluate((text) => {
        const field = document.querySelector("input[name=q]");
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }, text);
    const sort = (key) => click(`.head [data-sort="${key}"]`);
    const filter = click(".tile:is([data-filter='on-call'], [data-filter='talking'])");
    const steps = {
      nothing: () => page.evaluate(() => undefined),
      search: search("7"),
      "search on": search("77"),
      "search off": search(""),
      "sort by time": sort("time"),
      "sort by name": sort("name"),
      "sort by state": sort("state"),
      "trouble first": click(".trouble-first"),
      filter,
      "filter off": filter,
      "sort by number": sort("agent"),
    };
    const isSorted = await page.evaluate(() => !!document.querySelector(".head [data-sort]"));
    const took = {};
    for (const [name, step] of Object.entries(steps)) {
      if (!isSorted && /sort|trouble/.test(name)) continue;
      await page.waitForTimeout(300);
      const before = (await metrics()).TaskDuration;
      await step();
      await page.waitForTimeout(200);
      took[name] = ((await metrics()).TaskDuration - before) * 1000;
    }
    const { nothing, ...rest } = took;
    return { took: Object.fromEntries(Object.entries(rest).map(([name, ms]) => [name, ms - nothing])) };
  },

  /** Writes a profile of so many seconds to a file. */
  async profile({ seconds, file }) {
    await open.devtools.send("Profiler.enable");
    await open.devtools.send("Profiler.setSamplingInterval", { interval: 500 });
    await open.devtools.send("Profiler.start");
    await open.page.waitForTimeout(seconds * 1000);
    const { profile } = await open.devtools.send("Profiler.stop");
    writeFileSync(file, JSON.stringify(profile));
    return {};
  },

  /** Milliseconds of the main thread by kind of task, over so many seconds: for whoever looks where the time goes. */
  async trace({ seconds }) {
    const events = [];
    const session = await browser.newBrowserCDPSession();
    session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
    const done = new Promise((resolve) => session.on("Tracing.tracingComplete", resolve));
    await session.send("Tracing.start", {
      transferMode: "ReportEvents",
      traceConfig: { includedCategories: ["devtools.timeline", "disabled-by-default-devtools.timeline", "cc", "blink"] },
    });
    await open.page.waitForTimeout(seconds * 1000);
    await session.send("Tracing.end");
    await done;
    const main = events.filter((event) => event.name === "thread_name" && event.args.name === "CrRendererMain");
    const sums = {};
    for (const event of events) {
      if (event.ph !== "X" || !main.some(({ pid, tid }) => pid === event.pid && tid === event.tid)) continue;
      const sum = (sums[event.name] ??= { count: 0, ms: 0 });
      sum.count += 1;
      sum.ms += (event.dur ?? 0) / 1000;
    }
    return { sums: Object.fromEntries(Object.entries(sums).sort((one, other) => other[1].ms - one[1].ms).slice(0, 40)) };
  },

  async close() {
    await open.context.close();
    open = undefined;
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const { command, ...rest } = JSON.parse(line);
    answer = await COMMANDS[command](rest);
  } catch (error) {
    answer = { error: String(error?.stack ?? error) };
  }
  console.log(JSON.stringify(answer));
}
await browser.close();
