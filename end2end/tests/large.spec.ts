// A floor of which only a few rows are in the document at a time: they are given from agent to agent, and nothing grows.
import type { Page } from "@playwright/test";
import { Board } from "./support/board";
import { expect, signIn, test } from "./support/fixtures";
import { type Demo } from "./support/program";

const AGENTS = 600;
/** More rows than fit into any window of the tests, and a few beyond. */
const FEW = 60;

const onFloor = test.extend<{ floor: Demo; large: Board }>({
  floor: async ({ own, context }, use) => {
    const demo = await own.demo("--agents", `${AGENTS}`);
    await signIn(context.request, demo.url);
    await use(demo);
  },
  large: async ({ page, floor }, use) => {
    const board = new Board(page);
    await board.open(`${floor.url}/`);
    await expect(board.grid).toHaveAttribute("aria-rowcount", `${AGENTS + 1}`);
    await use(board);
  },
});

const last = (board: Board) => board.page.locator(`[data-agent][aria-rowindex="${AGENTS + 1}"]`);
const first = (board: Board) => board.page.locator('[data-agent][aria-rowindex="2"]');
const scrolled = (board: Board, to: number) => board.grid.evaluate((grid, top) => grid.scrollTo(0, top), to);

/** What each row in the document says it is, in the document's order. */
function rows(board: Board) {
  return board.rows.evaluateAll((all) =>
    all.map((row) => ({
      index: Number(row.getAttribute("aria-rowindex")),
      agent: row.getAttribute("data-agent"),
      number: row.querySelector(".number")?.textContent,
      href: row.querySelector("a")?.getAttribute("href"),
      id: row.id,
    })),
  );
}

onFloor("a row is given to another agent whole, and stands in its place", async ({ large, quiet }) => {
  quiet.expect();
  for (const [top, inView] of [[0, 2], [700, 24], [5_000, 150], [100_000, AGENTS + 1], [4_900, 150], [0, 2]] as const) {
    await scrolled(large, top);
    await expect(large.page.locator(`[data-agent][aria-rowindex="${inView}"]`)).toBeInViewport();
    await expect
      .poll(async () => {
        const all = await rows(large);
        const inOrder = all.every((row, place) => place === 0 || row.index === all[place - 1].index + 1);
        const whole = all.every((row) => row.agent === `${row.number}@test.cc` && row.href === `/agents/${row.agent}`);
        return inOrder && whole && all.length < FEW && new Set(all.map((row) => row.id)).size === all.length;
      })
      .toBe(true);
  }
});

onFloor("a row keeps the focus while it is out of view, and nothing is done there unseen", async ({ large, floor: _, quiet }) => {
  quiet.expect();
  const { page } = large;
  const agent = await first(large).getAttribute("data-agent");
  await first(large).focus();
  await scrolled(large, 10_000);
  await expect(page.locator('[data-agent][aria-rowindex="300"]')).toBeAttached();
  await expect(large.grid).toBeFocused();
  // Not at whoever has its element now, nor at whoever is in view.
  await page.keyboard.press("n");
  await page.keyboard.press("x");
  await expect(page.locator("[data-outcome]")).toHaveCount(0);
  await expect(page.locator('[aria-selected="true"]')).toHaveCount(0);
  await scrolled(large, 0);
  await expect(page.locator(`[data-agent="${agent}"]`)).toBeFocused();
  await scrolled(large, 10_000);
  await expect(large.grid).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(page.locator('[data-agent][aria-rowindex="3"]')).toBeFocused();
  await expect(page.locator('[data-agent][aria-rowindex="3"]')).toBeInViewport();
});

/** What the page holds once nothing is kept that need not be. */
async function held(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  await devtools.send("HeapProfiler.collectGarbage");
  const { metrics } = await devtools.send("Performance.getMetrics");
  await devtools.detach();
  const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  const document = await page.evaluate(() => document.querySelectorAll("*").length);
  return { elements: document, nodes: of("Nodes"), listeners: of("JSEventListeners") };
}

onFloor("scrolled, sorted, filtered and opened again and again the page does not grow", async ({ large, quiet }) => {
  quiet.expect();
  const { page } = large;
  const round = async () => {
    await scrolled(large, 9_000);
    await expect(page.locator('[data-agent][aria-rowindex="270"]')).toBeAttached();
    await page.keyboard.press("Escape");
    await large.page.locator('.head [data-sort="time"]').click();
    await large.page.locator('.head [data-sort="agent"]').click();
    await large.tile("ready").click();
    await expect(large.tile("ready")).toHaveAttribute("aria-pressed", "true");
    await large.tile("ready").click();
    await scrolled(large, 100_000);
    await expect(last(large)).toBeInViewport();
    await last(large).locator("a.name").click();
    await expect(large.panel).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(large.panel).toHaveCount(0);
    await scrolled(large, 0);
    await expect(first(large)).toBeInViewport();
  };
  for (let times = 0; times < 3; times++) await round();
  const before = await held(page);
  for (let times = 0; times < 6; times++) await round();
  const after = await held(page);
  // What a call in view or a row more at the edge makes; six rounds that left one row each behind would be beyond it.
  const ROW = 50;
  expect(before.elements).toBeLessThan(1_500);
  expect(after.elements - before.elements, JSON.stringify({ before, after })).toBeLessThan(3 * ROW);
  expect(after.nodes - before.nodes, JSON.stringify({ before, after })).toBeLessThan(6 * ROW);
  expect(after.listeners - before.listeners, JSON.stringify({ before, after })).toBeLessThan(60);
});
