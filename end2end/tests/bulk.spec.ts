// Many at once: selected, looked at first, then asked for one after the other, to be cancelled and taken up again.
import type { Page } from "@playwright/test";
import { AGENTS, expect, provoked, test } from "./support/fixtures";

const selected = (page: Page) => page.locator("[data-selected]");
const dialog = (page: Page) => page.locator("dialog[data-dialog=bulk]");
const run = (page: Page) => page.locator("[data-run]");
const box = (page: Page, agent: string) => page.locator(`[data-agent="${agent}@test.cc"] input[type=checkbox]`);

test("agents are selected by click, range, key and all at once", async ({ board, page }) => {
  await box(page, "5002").click();
  await expect(selected(page)).toHaveAttribute("data-selected", "1");
  await box(page, "5005").click({ modifiers: ["Shift"] });
  await expect(selected(page)).toHaveAttribute("data-selected", "4");
  await expect(board.row("5004")).toHaveAttribute("aria-selected", "true");
  await board.row("5003").focus();
  await page.keyboard.press("x");
  await expect(selected(page)).toHaveAttribute("data-selected", "3");
  await expect(board.row("5003")).toHaveAttribute("aria-selected", "false");
  await page.locator("[data-select-all]").click();
  await expect(selected(page)).toHaveAttribute("data-selected", String(AGENTS));
  await page.locator("[data-clear-selection]").click();
  await expect(selected(page)).toHaveCount(0);
  // Only who is shown is selected.
  await board.search.fill("500");
  await expect(board.rows).toHaveCount(9);
  await page.locator("[data-select-all]").click();
  await expect(selected(page)).toHaveAttribute("data-selected", "9");
});

test("a dry run says what would happen to whom, and then it happens", async ({ board, page, platform }) => {
  await platform.setMode("5001", "NotReady");
  await board.is("5001", "not-ready");
  const call = await platform.talk("5002", "5003");
  await board.is("5003", "on-call");
  for (const agent of ["5001", "5002", "5003", "5004", "5005"]) await box(page, agent).click();
  await page.locator('[data-bulk="forceNotReady"]').click();
  const plan = dialog(page).locator("[data-dry-run]");
  await expect(plan).toHaveAttribute("data-now", "2");
  await expect(plan).toHaveAttribute("data-after-call", "2");
  await expect(plan).toHaveAttribute("data-not-possible", "1");
  await expect(dialog(page)).toContainText("not ready already");
  // It follows the floor for as long as it is open.
  await platform.setMode("5004", "NotReady");
  await expect(plan).toHaveAttribute("data-now", "1");
  expect(await platform.operations()).toEqual([]);
  await dialog(page).locator("[data-confirm]").click();
  await expect(run(page)).toHaveAttribute("data-run-state", "done");
  await board.is("5005", "not-ready");
  await expect(run(page).locator(".words")).toContainText("3 of 3");
  await platform.drop(call, "8002");
  await board.is("5002", "not-ready");
  await board.is("5003", "not-ready");
  await run(page).locator("[data-run-dismiss]").click();
  await expect(run(page)).toHaveCount(0);
});

test("a run is cancelled in its middle", async ({ board, page, platform }) => {
  await page.locator("[data-select-all]").click();
  await page.locator('[data-bulk="forceNotReady"]').click();
  await expect(dialog(page).locator("[data-dry-run]")).toHaveAttribute("data-now", String(AGENTS));
  await dialog(page).locator("[data-confirm]").click();
  await board.is("5003", "not-ready");
  await run(page).locator("[data-run-cancel]").click();
  await expect(run(page)).toHaveAttribute("data-run-state", "cancelled");
  // What was sent took effect, what waited did not, and nothing is sent any more.
  await expect(board.tile("not-ready")).not.toHaveAttribute("data-count", "0");
  const asked = (await platform.operations()).length;
  expect(asked).toBeGreaterThanOrEqual(3);
  expect(asked).toBeLessThan(AGENTS);
  await expect(board.tile("not-ready")).toHaveAttribute("data-count", String(asked));
  await expect(board.tile("ready")).toHaveAttribute("data-count", String(AGENTS - asked));
  await page.reload();
  await board.live();
  await expect(run(page)).toHaveAttribute("data-run-state", "cancelled");
  await expect(board.tile("not-ready")).toHaveAttribute("data-count", String(asked));
  expect(await platform.operations()).toHaveLength(asked);
  await run(page).locator("[data-run-dismiss]").click();
});

test("those that failed are tried again", async ({ board, page, platform, quiet }) => {
  quiet.expect(provoked.status(409));
  await platform.fault({ refuse: { status: 423, times: 2, path: "/api/csta/agent/state" } });
  for (const agent of ["5011", "5012", "5013"]) await box(page, agent).click();
  await page.locator('[data-bulk="forceNotReady"]').click();
  await dialog(page).locator("[data-confirm]").click();
  await expect(run(page)).toHaveAttribute("data-run-state", "done");
  await expect(run(page).locator(".words")).toContainText("2 failed");
  await run(page).locator("summary").click();
  await expect(run(page).locator("[data-failed]")).toHaveCount(2);
  await expect(run(page).locator("[data-failed]").first()).toContainText("423");
  await run(page).locator("[data-run-retry]").click();
  for (const agent of ["5011", "5012", "5013"]) await board.is(agent, "not-ready");
  await expect(run(page)).toHaveCount(1);
  await expect(run(page).locator(".words")).toContainText("2 of 2");
  await run(page).locator("[data-run-dismiss]").click();
});

test("not ready for some minutes, then ready again, unless taken back", async ({ board, page, platform }) => {
  await box(page, "5014").click();
  await page.locator('[data-bulk="forceNotReady"]').click();
  await dialog(page).locator("select[name=minutes]").selectOption("15");
  await dialog(page).locator("[data-confirm]").click();
  await board.is("5014", "not-ready");
  const order = board.row("5014").locator("[data-order]");
  await expect(order).toHaveAttribute("data-order", "ready-again");
  await expect(order).toContainText(/\d\d:\d\d/);
  await board.row("5014").hover();
  await order.locator("[data-order-cancel]").click();
  await expect(order).toHaveCount(0);
  await board.is("5014", "not-ready");
  // An agent who becomes ready by himself has no order any more.
  await board.page.goto("/?agent=5015");
  await board.live();
  await board.page.locator('[data-panel] [data-not-ready-for="5"]').click();
  await expect(board.row("5015").locator("[data-order]")).toHaveAttribute("data-order", "ready-again");
  await platform.setMode("5015", "Ready");
  await expect(board.row("5015").locator("[data-order]")).toHaveCount(0);
  for (const id of await run(page).evaluateAll((runs) => runs.map((run) => run.getAttribute("data-run")))) {
    await page.locator(`[data-run="${id}"] [data-run-dismiss]`).click();
  }
});

test("a log-out waits for the end of the call, and can be taken back until then", async ({ board, platform }) => {
  const call = await platform.talk("5016", "5017");
  for (const agent of ["5016", "5017"]) {
    await board.act(agent, "forceLogout");
    await expect(board.dialog).toContainText(/after/);
    await board.confirm("forceLogout");
    await expect(board.row(agent).locator("[data-order]")).toHaveAttribute("data-order", "logout-after-call");
  }
  expect(await platform.operations()).toEqual([]);
  await board.row("5017").hover();
  await board.row("5017").locator("[data-order-cancel]").click();
  await expect(board.row("5017").locator("[data-order]")).toHaveCount(0);
  await platform.drop(call, "8016");
  await board.is("5016", "logged-out");
  await board.outcome("5016", "forceLogout", "confirmed");
  await board.is("5017", "ready");
  expect(await platform.operations()).toHaveLength(1);
});
