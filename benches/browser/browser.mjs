// Drives Chromium for the browser's figures. It reads one command a line (JSON) from its standard input, and answers each with one line of
// JSON: what was measured, or { "error": why }. What there is to ask: COMMANDS.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { findBrowser } from "../../scripts/browser.mjs";

const require = createRequire(new URL("../../end2end/package.json", import.meta.url));
const { chromium } = require("@playwright/test");
const VANILLA = Object.fromEntries(
  ["html", "js"].map((kind) => [kind, readFileSync(new URL(`vanilla.${kind}`, import.meta.url), "utf8")]),
);
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
  /** Opens a page in a browser of its own: `page` is ours (with `path`) or vanilla. Answers when it is live, with how long that took. */
  async open({ address, cookie, page: which, path = "/", slow = 1 }) {
    const context = await browser.newContext({ viewport: SIZE, locale: "en" });
    const [name, value] = cookie.split("=");
    await context.addCookies([{ name, value, url: `http://${address}` }]);
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
    if (which === "vanilla") {
      // It comes from the console's own address, whose live channel answers nobody else.
      await page.route("**/vanilla**", (route) => {
        const kind = route.request().url().includes(".js") ? "js" : "html";
        return route.fulfill({ contentType: kind === "js" ? "text/javascript" : "text/html", body: VANILLA[kind] });
      });
      await page.goto(`http://${address}/vanilla`, { waitUntil: "commit" });
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

  /** The rows in view, each as its attributes have it. */
  async rows() {
    const rows = await open.page.evaluate(() =>
      [...document.querySelectorAll(".row[data-agent]")]
        .filter((row) => !row.hidden && row.getBoundingClientRect().bottom > 0 && row.getBoundingClientRect().top < innerHeight)
        .map((row) => ({ agent: row.dataset.agent, state: row.dataset.state, call: row.dataset.call || null })),
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
    await page.waitForSelector("[data-panel]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("[data-panel]", { state: "detached" });
    return {};
  },

  /** Searches, sorts and filters the whole floor; answers how many milliseconds of script each took until its frame. */
  async interact() {
    const { page } = open;
    const steps = {
      search: () => page.locator("input[name=q]").pressSequentially("7"),
      "search on": () => page.locator("input[name=q]").pressSequentially("7"),
      "search off": () => page.fill("input[name=q]", ""),
      "sort by time": () => page.click('.head [data-sort="time"]'),
      "sort by name": () => page.click('.head [data-sort="name"]'),
      "sort by state": () => page.click('.head [data-sort="state"]'),
      "trouble first": () => page.click(".trouble-first"),
      filter: () => page.click('.tile[data-filter="on-call"]'),
      "filter off": () => page.click('.tile[data-filter="on-call"]'),
      "sort by number": () => page.click('.head [data-sort="agent"]'),
    };
    const took = {};
    for (const [name, step] of Object.entries(steps)) {
      await page.waitForTimeout(300);
      const before = (await metrics()).ScriptDuration;
      await step();
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      took[name] = ((await metrics()).ScriptDuration - before) * 1000;
    }
    return { took };
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
