// What the pages do with the room there is: nothing covers or cuts what has to be read.
import type { Locator } from "@playwright/test";
import { Board } from "./support/board";
import { boxOf, boxesOf, isWhole, noSidewaysScroll, overlap } from "./support/boxes";
import { expect, signIn, test } from "./support/fixtures";
import { Platform } from "./support/platform";

/** The row's outcome and its tags, at rest and under the pointer. */
async function coversNoTag(board: Board, row: Locator) {
  for (const pointer of [() => row.hover(), () => board.page.mouse.move(1, 1)]) {
    await pointer();
    const outcome = await boxOf(row.locator("[data-outcome]"));
    for (const tag of await row.locator("[data-tag]").all()) {
      expect(overlap(outcome, await boxOf(tag)), `the outcome covers ${await tag.textContent()}`).toBe(false);
    }
  }
  for (const tag of await row.locator("[data-tag]").all()) await isWhole(tag);
  await isWhole(row.locator("[data-outcome]"));
  await isWhole(row.locator("[data-outcome] .words"));
}

for (const width of [1024, 1280, 1600]) {
  test(`at ${width} pixels an outcome covers no tag`, async ({ board, platform }) => {
    const { page } = board;
    await page.setViewportSize({ width, height: 800 });
    const call = await platform.talk("5001", "5002");
    await platform.hold(call, "8001");
    await platform.retrieve(call, "8001");
    await board.is("5001", "on-call");
    await board.act("5001", "forceListen");
    await board.outcome("5001", "forceListen", "confirmed");
    const row = board.row("5001");
    await expect(row.locator('[data-tag="listening"]')).toHaveText("listening: 8000");
    await expect(row.locator('[data-tag="holds"]')).toHaveText("hold 1");
    await coversNoTag(board, row);
    await noSidewaysScroll(page);
    expect(await board.grid.evaluate((grid) => grid.scrollWidth - grid.clientWidth), "the board scrolls sideways").toBe(0);
    // What stands before the outcome is where it is in every other row.
    for (const column of ["state", "time", "agent"]) {
      const [here, there] = [await boxOf(board.cell("5001", column)), await boxOf(board.cell("5004", column))];
      expect([here.x, here.width], column).toEqual([there.x, there.width]);
    }

    await board.open("/calls");
    const line = page.locator(`.row[data-call="${call}"]`);
    await line.hover();
    await line.locator('[data-action="forceJoin"]').click();
    await expect(line.locator('[data-outcome][data-operation="forceJoin"]')).toHaveAttribute("data-outcome", "confirmed");
    await expect(line.locator('[data-tag="joined"]')).toBeVisible();
    for (const pointer of [() => line.hover(), () => page.mouse.move(1, 1)]) {
      await pointer();
      const outcome = await boxOf(line.locator("[data-outcome]"));
      for (const box of await boxesOf(line.locator("[data-tag], .party").filter({ visible: true }))) expect(overlap(outcome, box)).toBe(false);
    }
    await noSidewaysScroll(page);
  });
}

test("at 1600 pixels the agent's page has call and actions beside the day", async ({ board, platform }) => {
  const { page } = board;
  await platform.talk("5001", "5002");
  await board.is("5001", "on-call");
  await board.open("/agents/5001");
  const day = await boxOf(page.locator("[data-day]"));
  for (const part of [page.locator("[data-panel-call]"), page.locator(".part .actions")]) {
    const box = await boxOf(part);
    expect(box.x + box.width).toBeLessThanOrEqual(day.x);
    expect(box.y).toBeLessThan(day.y + day.height);
  }
  expect(day.width).toBeGreaterThan(600);
  // It stays when the day is scrolled.
  await page.locator("[data-day]").hover();
  await page.mouse.wheel(0, 2_000);
  for (const action of await page.locator(".part [data-action]").all()) await expect(action).toBeInViewport({ ratio: 1 });
  await page.setViewportSize({ width: 1000, height: 800 });
  const below = await boxOf(page.locator("[data-day]"));
  const actions = await boxOf(page.locator(".part .actions"));
  expect(below.y).toBeGreaterThan(actions.y + actions.height);
});

const LONG = "Maximiliana Konstantinopolskaja-Feldmann";

test("of a name of 40 letters the number stays in sight", async ({ page, context, own }) => {
  expect(LONG).toHaveLength(40);
  const demo = await own.demo("--agents", "3");
  const platform = new Platform(demo.platform);
  await platform.rename({ "5001": LONG });
  await signIn(context.request, demo.url);
  const board = new Board(page);
  await board.open(`${demo.url}/`);
  await expect(board.cell("5001", "agent")).toContainText(LONG);
  // In a list too, the number tells whom it is about.
  await board.box("5001").click();
  await page.locator('[data-bulk="forceReady"]').click();
  await expect(board.bulk.locator(".reasons li")).toHaveText(`${LONG} 5001: ready already`);
  await isWhole(board.bulk.locator(".reasons .number"));
  await page.keyboard.press("Escape");
  await expect(board.bulk).toBeHidden();

  const call = await platform.talk("5001", "5002");
  await board.is("5001", "on-call");
  for (const width of [1280, 1600, 1024, 768, 390]) {
    await page.setViewportSize({ width, height: 844 });
    const name = board.row("5001").locator(".name");
    await isWhole(board.row("5001").locator(".number"));
    await expect(board.row("5001").locator(".number")).toHaveText("5001");
    await expect(name).toHaveAttribute("title", LONG);
    if (width === 1280) expect(await name.evaluate((name) => name.scrollWidth > name.clientWidth), "the name is cut").toBe(true);
  }

  await page.setViewportSize({ width: 1280, height: 800 });
  await board.act("5001", "forceDrop");
  await expect(board.dialog.getByRole("heading")).toHaveText(`Drop ${LONG} (5001)'s call?`);
  await isWhole(board.dialog.getByRole("heading"));
  await page.keyboard.press("Escape");
  await board.row("5001").locator(".name").click();
  await isWhole(board.panel.locator(".who small"));
  await page.keyboard.press("Escape");

  await board.open(`${demo.url}/calls`);
  for (const width of [1280, 1024, 390]) {
    await page.setViewportSize({ width, height: 844 });
    const party = page.locator(`.row[data-call="${call}"] .party`).filter({ hasText: LONG });
    await isWhole(party.locator(".number"));
    await expect(party).toHaveAttribute("title", new RegExp(LONG));
  }
});
