// Trouble first, by click and by key, in its order as time passes; and the order that a browser remembers.
import type { BrowserContext } from "@playwright/test";
import { Board } from "./support/board";
import { expect, signIn, test } from "./support/fixtures";
import { Platform } from "./support/platform";
import { type Demo } from "./support/program";

const MINUTE = 60;
/** Nobody has heard of them before, so what they did is as old as it is. In the order of their trouble. */
const TROUBLE = ["5804", "5802", "5803", "5801"];
const MADE: [event: string, agent: string, secondsAgo: number][] = [
  ["agentReady", "5801", 90 * MINUTE],
  ["agentNotReady", "5802", 16 * MINUTE],
  ["agentNotReady", "5803", 11 * MINUTE],
  ["agentWorkingAfterCall", "5804", 6 * MINUTE],
];

const onFloor = test.extend<{ floor: Demo; made: Platform; trouble: Board }>({
  /** A floor of its own: the fixtures' one has no old events. */
  floor: async ({ own, context }, use) => {
    const demo = await own.demo("--agents", "8");
    await signIn(context.request, demo.url);
    await use(demo);
  },
  made: async ({ floor }, use) => {
    const platform = new Platform(floor.platform);
    for (const [event, agent, secondsAgo] of MADE) await platform.agentEvent(event, agent, secondsAgo);
    await use(platform);
  },
  trouble: async ({ page, floor, made: _ }, use) => {
    const board = new Board(page);
    await board.open(`${floor.url}/`);
    for (const [, agent] of MADE) await expect(board.row(agent)).toBeVisible();
    await use(board);
  },
});

const button = (board: Board) => board.page.locator('button[data-sort="trouble"]');
const top = async (board: Board) => (await board.order()).slice(0, TROUBLE.length);
const USUAL = ["5001", "5002", "5003", "5004"];

/** The rows of the first byte. */
async function served(context: BrowserContext, url: string): Promise<string[]> {
  const html = await (await context.request.get(url)).text();
  return [...html.matchAll(/data-agent="(\d+)@/g)].map((found) => found[1] ?? "");
}

onFloor("one click puts trouble first, the next one what was before", async ({ trouble: board }) => {
  const { page } = board;
  await page.locator('[data-sort="name"]').click();
  await expect(page).toHaveURL(/\?sort=name$/);
  await expect(button(board)).toHaveAttribute("aria-pressed", "false");
  await button(board).click();
  await expect(page).toHaveURL(/\?sort=trouble$/);
  await expect.poll(() => top(board)).toEqual(TROUBLE);
  await expect(button(board)).toHaveAttribute("aria-pressed", "true");
  // The cells say the same by the same rule.
  await expect(board.cell("5802", "time").locator("[data-level]")).toHaveAttribute("data-level", "trouble");
  await expect(board.cell("5803", "time").locator("[data-level]")).toHaveAttribute("data-level", "look");
  await button(board).click();
  await expect(page).toHaveURL(/\?sort=name$/);
  await expect(button(board)).toHaveAttribute("aria-pressed", "false");
  await page.goBack();
  await expect.poll(() => top(board)).toEqual(TROUBLE);
});

onFloor("so does one key, but not while somebody types or where there is nothing to sort", async ({ trouble: board }) => {
  const { page } = board;
  await page.keyboard.press("!");
  await expect(page).toHaveURL(/\?sort=trouble$/);
  await expect.poll(() => top(board)).toEqual(TROUBLE);
  await expect(page.getByRole("status")).toHaveText("Trouble first");
  await board.row("5802").focus();
  await page.keyboard.press("!");
  await expect(page).toHaveURL(/\/$/);
  await expect.poll(() => top(board)).toEqual(USUAL);
  await board.focused("5802");
  await expect(page.getByRole("status")).toHaveText("Sorted by No.");
  await board.search.focus();
  await page.keyboard.type("5!");
  await expect(board.search).toHaveValue("5!");
  await expect(button(board)).toHaveAttribute("aria-pressed", "false");
  await page.goto(page.url().replace(/\/\?.*/, "/calls"));
  await board.live();
  await page.keyboard.press("!");
  await page.keyboard.press("?");
  const keys = page.locator("dialog[data-dialog=keys] kbd");
  await expect(keys.first()).toBeVisible();
  expect(await keys.allTextContents()).not.toContain("!");
  await expect(page).toHaveURL(/\/calls$/);
});

onFloor("a threshold that is passed puts the row in its place, without an event", async ({ trouble: board, made }) => {
  await made.agentEvent("agentReady", "5805", 80 * MINUTE);
  await expect(board.row("5805")).toBeVisible();
  await button(board).click();
  await expect.poll(async () => (await board.order()).slice(0, 5)).toEqual([...TROUBLE, "5805"]);
  // Ten minutes not ready deserve a look: in five seconds.
  await made.agentEvent("agentNotReady", "5805", 10 * MINUTE - 5);
  await board.is("5805", "not-ready");
  await expect.poll(() => top(board)).toEqual(["5804", "5802", "5803", "5805"]);
  await expect(board.cell("5805", "time").locator("[data-level]")).toHaveAttribute("data-level", "look");
});

onFloor("under the pointer it waits, and is counted", async ({ trouble: board, made }) => {
  const { page } = board;
  await made.agentEvent("agentReady", "5805", 80 * MINUTE);
  await expect(board.row("5805")).toBeVisible();
  await button(board).click();
  const before = [...TROUBLE, "5805"];
  await expect.poll(async () => (await board.order()).slice(0, 5)).toEqual(before);
  await board.row("5803").hover();
  await made.agentEvent("agentNotReady", "5805", 10 * MINUTE - 5);
  await board.is("5805", "not-ready");
  await expect(page.locator("[data-waiting]")).toHaveText("1 row waits to move");
  // The value has changed in place, the row has not moved.
  await expect(board.cell("5805", "time").locator("[data-level]")).toHaveAttribute("data-level", "look");
  expect((await board.order()).slice(0, 5)).toEqual(before);
  await board.search.hover();
  await expect.poll(() => top(board)).toEqual(["5804", "5802", "5803", "5805"]);
  await expect(page.locator("[data-waiting]")).toHaveCount(0);
});

onFloor("the last choice is remembered: over a reload, in a new tab, from the first byte", async ({ trouble: board, context, floor, browser }) => {
  const { page } = board;
  expect((await served(context, `${floor.url}/`)).slice(0, 4)).toEqual(USUAL);
  await button(board).click();
  await expect.poll(() => top(board)).toEqual(TROUBLE);
  await page.reload();
  await board.live();
  await expect.poll(() => top(board)).toEqual(TROUBLE);

  const tab = new Board(await context.newPage());
  await tab.open(`${floor.url}/?state=ready,not-ready,after-call`);
  // The address says what is shown, so that a link to it shows the same.
  await expect(tab.page).toHaveURL(/\?state=ready,not-ready,after-call&sort=trouble$/);
  expect(await top(tab)).toEqual(TROUBLE);
  await expect(button(tab)).toHaveAttribute("aria-pressed", "true");
  expect((await served(context, `${floor.url}/`)).slice(0, 4)).toEqual(TROUBLE);

  // Columns and directions as well.
  await tab.page.locator('[data-sort="agent"]').click();
  await tab.page.locator('[data-sort="agent"]').click();
  await expect(tab.page).toHaveURL(/sort=-agent$/);
  expect((await served(context, `${floor.url}/`)).slice(0, 2)).toEqual(["5804", "5803"]);
  // What one goes back from was not the last word.
  await tab.page.goBack();
  await expect.poll(() => top(tab)).toEqual(USUAL);
  await tab.page.reload();
  await tab.live();
  expect(await top(tab)).toEqual(USUAL);

  // Another browser has chosen nothing.
  const stranger = await browser.newContext();
  await signIn(stranger.request, floor.url);
  expect((await served(stranger, `${floor.url}/`)).slice(0, 4)).toEqual(USUAL);
  await stranger.close();
});

onFloor("a link's own order wins and is not remembered", async ({ trouble: board, context, floor }) => {
  const { page } = board;
  await button(board).click();
  await expect(page).toHaveURL(/sort=trouble$/);
  for (const [sort, first] of [["-agent", "5804"], ["agent", "5001"]] as const) {
    await board.open(`${floor.url}/?sort=${sort}`);
    expect((await board.order())[0]).toBe(first);
    // Going on from there keeps to it, also where it is the order of those who never chose.
    await board.tile("ready").click();
    await expect(page).toHaveURL(new RegExp(`\\?state=ready&sort=${sort}$`));
    await page.reload();
    await board.live();
    await expect(page).toHaveURL(new RegExp(`\\?state=ready&sort=${sort}$`));
    expect((await served(context, `${floor.url}/`)).slice(0, 4)).toEqual(TROUBLE);
  }
  // A choice is one from there too.
  await page.keyboard.press("!");
  await page.keyboard.press("!");
  await expect(button(board)).toHaveAttribute("aria-pressed", "false");
  await expect.poll(async () => (await served(context, `${floor.url}/`)).slice(0, 4)).toEqual(USUAL);
});
