// On a phone, in the hand of who walks the floor: what is there, within reach, and works.
import type { Page } from "@playwright/test";
import { Board, SignIn } from "./support/board";
import { boxOf, boxesOf, forFingers, isWhole, noSidewaysScroll, overlap } from "./support/boxes";
import { expect, signIn, test } from "./support/fixtures";
import { id } from "./support/platform";

const PHONE = { width: 390, height: 844 };
const TURNED = { width: 844, height: 390 };

test.use({ viewport: PHONE, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });

/** Every button of the agent who is open: in sight, at the bottom edge, large enough. */
async function actionsAtHand(page: Page, within: string) {
  const actions = page.locator(`${within} [data-action]`);
  await expect(actions).toHaveCount(7);
  for (const action of await actions.all()) await expect(action).toBeInViewport({ ratio: 1 });
  await forFingers(actions);
  for (const box of await boxesOf(actions)) expect(PHONE.height - box.y).toBeLessThan(80);
}

test("nothing is wider than the phone, and the top bar's items stand side by side", async ({ board, page }) => {
  for (const path of ["/", "/calls", "/agents/5001", "/?agent=5001"]) {
    await board.open(path);
    await noSidewaysScroll(page);
    const items = await boxesOf(page.locator(".top-bar nav a, .top-bar .link-status, .top-bar .menu-button"));
    expect(items).toHaveLength(4);
    for (const [at, item] of items.entries()) {
      expect(item.x >= 0 && item.x + item.width <= PHONE.width, `item ${at} at ${path}`).toBe(true);
      for (const other of items.slice(at + 1)) expect(overlap(item, other), `${path}`).toBe(false);
    }
    await forFingers(page.locator(".top-bar :is(a, button)"));
    // How old the data is stands there whatever is open.
    await expect(page.locator(".link-status")).toContainText(/last event|no event/);
    await isWhole(page.locator(".link-status"));
  }
});

test("who is signed in, language, theme and the way out fold away", async ({ board, page }) => {
  const signOut = page.locator("[data-sign-out]");
  await expect(signOut).toBeHidden();
  await page.getByRole("button", { name: "Menu" }).tap();
  await expect(signOut).toBeInViewport({ ratio: 1 });
  await expect(page.locator(".me")).toContainText("Supervisor 5000");
  await forFingers(page.locator(".account :is(a, button)"));
  await signOut.tap();
  await expect(page).toHaveURL(/\/sign-in/);
  await noSidewaysScroll(page);
  await forFingers(page.locator("main :is(input:not([type=hidden]), button, a)"));
  const form = new SignIn(page);
  await form.fill({});
  await form.submit();
  await board.live();
});

test("the counts are one line that scrolls sideways, none of them cut", async ({ board, page }) => {
  const tiles = page.locator(".tile");
  await forFingers(tiles);
  const boxes = await boxesOf(tiles);
  expect(new Set(boxes.map((box) => box.y)).size).toBe(1);
  const line = page.locator(".tiles");
  expect(await line.evaluate((line) => line.scrollWidth > line.clientWidth && getComputedStyle(line).overflowX === "auto")).toBe(true);
  for (const tile of await tiles.all()) {
    await tile.scrollIntoViewIfNeeded();
    await isWhole(tile.locator("span"));
    await isWhole(tile.locator("b"));
  }
  await noSidewaysScroll(page);
  await board.tile("logged-out").tap();
  await expect(page).toHaveURL(/state=logged-out/);
});

test("rows are cards of two lines", async ({ board, page, platform }) => {
  await platform.talk("5001", "5002");
  await board.is("5001", "on-call");
  const row = await boxOf(board.row("5001"));
  expect(row.width).toBeGreaterThan(350);
  expect(row.height).toBeGreaterThanOrEqual(60);
  for (const [above, below] of [["agent", "call"], ["state", "call"]] as const) {
    const [first, second] = [await boxOf(board.cell("5001", above)), await boxOf(board.cell("5001", below))];
    expect(first.y + first.height).toBeLessThanOrEqual(second.y + 0.5);
  }
  await isWhole(board.cell("5001", "state"));
  await isWhole(board.row("5001").locator(".other"));
  await isWhole(board.row("5001").locator(".for"));
  await expect(board.grid).toHaveAttribute("aria-rowcount", "25");
  await expect(board.row("5004").getByRole("gridcell")).toHaveCount(8);
  await forFingers(board.row("5001").getByRole("checkbox"));
  await page.locator("select[name=team]").selectOption("Claims B");
  await expect(board.rows).toHaveCount(12);
});

test("a tap opens the agent, with everything in reach, and the ways back lead back", async ({ board, page, platform }) => {
  await platform.talk("5004", "5005");
  await board.is("5004", "on-call");
  await board.cell("5004", "call").tap();
  await expect(board.panel).toHaveAttribute("data-panel", id("5004"));
  expect((await boxOf(board.panel)).width).toBe(PHONE.width);
  await actionsAtHand(page, ".panel");
  await forFingers(page.locator(".panel-head :is(a, button), [data-not-ready-for]"));
  await expect(board.panel.locator("[data-party]")).toHaveCount(2);
  // Nothing of the day hides behind the buttons.
  await board.panel.locator("[data-day]").evaluate((day) => day.scrollIntoView({ block: "end" }));
  const end = await boxOf(board.panel.locator("[data-day]"));
  expect(end.y + end.height).toBeLessThanOrEqual((await boxOf(board.panel.locator(".at-hand"))).y);

  await board.panel.locator("[data-close-panel]").tap();
  await expect(board.panel).toHaveCount(0);
  await expect(board.row("5004")).toBeInViewport();
  await board.row("5006").tap();
  await expect(board.panel).toHaveAttribute("data-panel", id("5006"));
  await page.goBack();
  await expect(board.panel).toHaveCount(0);
  await expect(board.row("5006")).toBeInViewport();
});

test("operations work from a phone", async ({ board, page, platform }) => {
  await board.row("5007").tap();
  await board.panel.locator('[data-action="forceNotReady"]').tap();
  const outcome = board.panel.locator('[data-outcome][data-operation="forceNotReady"]');
  await expect(outcome).toHaveAttribute("data-outcome", "confirmed");
  await expect(outcome).toBeInViewport({ ratio: 1 });
  await actionsAtHand(page, ".panel");

  const call = await platform.talk("5008", "5009");
  await board.panel.locator("[data-close-panel]").tap();
  await board.is("5008", "on-call");
  await board.row("5008").tap();
  await board.panel.locator('[data-action="forceDrop"]').tap();
  await expect(board.dialog).toBeVisible();
  await forFingers(board.dialog.getByRole("button"));
  for (const button of await board.dialog.getByRole("button").all()) await expect(button).toBeInViewport({ ratio: 1 });
  await board.dialog.locator("[data-confirm]").tap();
  await expect(board.panel.locator('[data-outcome][data-operation="forceDrop"]')).toHaveAttribute("data-outcome", "confirmed");
  expect(await platform.devicesIn(call)).toEqual([]);
  // The card tells it too, beside what else it says.
  await board.panel.locator("[data-close-panel]").tap();
  await board.outcome("5008", "forceDrop", "confirmed");
  const card = board.row("5008");
  const told = await boxOf(card.locator("[data-outcome]"));
  for (const column of ["agent", "state", "time"]) expect(overlap(told, await boxOf(board.cell("5008", column))), column).toBe(false);
});

test("a call's card opens its agent", async ({ board, page, platform }) => {
  const call = await platform.talkOutside("5003", "13800002408");
  await board.open("/calls");
  const card = page.locator(`.row[data-call="${call}"]`);
  await expect(card).toContainText("13800002408");
  await noSidewaysScroll(page);
  const [with_, parties] = [await boxOf(card.locator(".cell.other")), await boxOf(card.locator(".cell.parties"))];
  expect(with_.y + with_.height).toBeLessThanOrEqual(parties.y + 0.5);
  await isWhole(card.locator(".cell.other .number"));
  await card.tap();
  await expect(page).toHaveURL(/\/agents\/5003@test\.cc$/);
  await board.live();
  await actionsAtHand(page, ".agent-page");
  await forFingers(page.locator("[data-to-floor]"));
  await page.locator('[data-action="forceListen"]').tap();
  await expect(page.locator('[data-outcome][data-operation="forceListen"]')).toHaveAttribute("data-outcome", "confirmed");
  expect(await platform.devicesIn(call)).toContain("8000");
});

test("a phone that is turned keeps its place among 600 rows, and the last one is in reach", async ({ page, own, context }) => {
  const { url } = await own.demo("--agents", "600");
  await signIn(context.request, url);
  const board = new Board(page);
  await board.open(`${url}/`);
  const scrollTo = (rows: number) => board.grid.evaluate((grid, rows) => {
    grid.scrollTop = rows * Number.parseInt(getComputedStyle(grid).getPropertyValue("--row"), 10);
  }, rows);
  await scrollTo(300);
  await expect(board.row("5301")).toBeInViewport({ ratio: 0.99 });
  expect((await boxOf(board.row("5301"))).y).toBeCloseTo((await boxOf(board.grid)).y + 1, 0);
  expect(await board.rows.count()).toBeLessThan(250);

  await page.setViewportSize(TURNED);
  await expect(board.row("5301")).toBeInViewport({ ratio: 0.99 });
  expect((await boxOf(board.row("5301"))).height).toBe(34);
  await noSidewaysScroll(page);
  await page.setViewportSize(PHONE);
  await expect(board.row("5301")).toBeInViewport({ ratio: 0.99 });
  expect((await boxOf(board.row("5301"))).height).toBeGreaterThanOrEqual(60);

  await scrollTo(600);
  await expect(board.row("5600")).toBeInViewport({ ratio: 0.99 });
  const [last, grid] = [await boxOf(board.row("5600")), await boxOf(board.grid)];
  expect(last.y + last.height).toBeCloseTo(grid.y + grid.height - 1, 0);
  await board.row("5600").focus();
  await page.keyboard.press("Home");
  await board.focused("5001");
  await expect(board.row("5001")).toBeInViewport({ ratio: 0.99 });
  await page.keyboard.press("End");
  await board.focused("5600");
  await expect(board.row("5600")).toBeInViewport({ ratio: 0.99 });
});
