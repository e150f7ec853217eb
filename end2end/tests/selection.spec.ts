// Many at once: who is selected, what is said beforehand, the run, its end, and what was called off.
import { AGENTS, expect, provoked, test } from "./support/fixtures";

test("agents are selected by click, range and key, and Escape lets them go", async ({ board, platform }) => {
  const { keyboard } = board.page;
  await board.box("5003").click();
  await board.selected("5003");
  await board.box("5006").click({ modifiers: ["Shift"] });
  await board.selected("5003", "5004", "5005", "5006");
  await expect(board.page.locator("[data-selected]")).toHaveAttribute("data-selected", "4");
  await board.box("5004").click();
  await board.selected("5003", "5005", "5006");

  // Re-sorting keeps who is selected; by key, the focused row.
  await board.page.locator('[data-sort="agent"]').click();
  await expect.poll(async () => (await board.order())[0]).toBe("5024");
  await board.selected("5003", "5005", "5006");
  await board.row("5010").focus();
  await keyboard.press("x");
  await board.selected("5003", "5005", "5006", "5010");
  await keyboard.press("x");
  await board.selected("5003", "5005", "5006");
  await keyboard.press("Escape");
  await board.selected();
  await expect(board.page.locator("[data-bulk]")).toHaveCount(0);

  // All that the filters leave; who leaves the board is not selected any more.
  await platform.setMode("5007", "NotReady");
  await platform.setMode("5008", "NotReady");
  await board.open("/?state=not-ready");
  await expect(board.rows).toHaveCount(2);
  await board.page.locator("[data-select-all]").click();
  await board.selected("5007", "5008");
  await board.search.click();
  await platform.setMode("5007", "Ready");
  await expect(board.rows).toHaveCount(1);
  await board.selected("5008");
});

test("a dry run says what would happen, live, and the run does it", async ({ board, platform }) => {
  await platform.setMode("5003", "NotReady");
  await platform.talk("5004", "5005");
  await board.is("5005", "on-call");
  await board.is("5003", "not-ready");
  await board.box("5001").click();
  await board.box("5005").click({ modifiers: ["Shift"] });
  await board.page.locator('[data-bulk="forceNotReady"]').click();
  const plan = board.bulk.locator("[data-dry-run]");
  await expect(board.bulk.locator("[data-cancel]")).toBeFocused();
  await expect(plan).toHaveText("2 now, 2 after their call, 1 not possible");
  await expect(board.bulk.locator(".reasons li")).toHaveText(/: not ready already$/);
  // While it is open, it says what would happen by now.
  await platform.setMode("5003", "Ready");
  await expect(plan).toHaveText("3 now, 2 after their call, 0 not possible");

  const sent = (await platform.operations()).length;
  await board.bulk.locator("[data-confirm]").click();
  await expect(board.bulk).toBeHidden();
  const run = board.page.locator("[data-run]");
  await expect(run).toHaveAttribute("data-run-state", "done");
  await expect(run.locator(".words")).toHaveText("Not ready: 5 of 5, 2 after their call");
  await board.selected();
  for (const agent of ["5001", "5002", "5003"]) await board.outcome(agent, "forceNotReady", "confirmed");
  expect((await platform.operations()).length).toBe(sent + 5);

  // It is there after a reload too, until it is put aside.
  await board.page.reload();
  await board.live();
  await expect(run).toHaveAttribute("data-run-state", "done");
  await run.locator("[data-run-dismiss]").click();
  await expect(run).toHaveCount(0);
});

test("a run is cancelled in its middle: who was not asked for stays as they were", async ({ board, platform }) => {
  await board.page.locator("[data-select-all]").click();
  await expect(board.page.locator("[data-selected]")).toHaveAttribute("data-selected", String(AGENTS));
  await board.page.locator('[data-bulk="forceNotReady"]').click();
  const before = (await platform.operations()).length;
  await board.bulk.locator("[data-confirm]").click();
  const run = board.page.locator('[data-run]:not([data-run-state="done"])').first();
  await expect(board.page.locator('[data-run-step="waiting"]').first()).toBeAttached();
  await run.locator("[data-run-cancel]").click();
  await expect(run).toHaveAttribute("data-run-state", "cancelled");
  await expect(run.locator(".words")).toContainText("cancelled");
  await expect(board.page.locator('[data-run-step="waiting"]')).toHaveCount(0);
  await expect.poll(async () => Number(await board.tile("not-ready").getAttribute("data-count"))).toBeGreaterThan(0);
  const asked = (await platform.operations()).length - before;
  expect(asked).toBeLessThan(AGENTS);
  await board.is("5024", "ready");
});

test("what failed is named with its reason, and tried again", async ({ board, platform, quiet }) => {
  quiet.expect(provoked.status(409));
  await platform.fault({ refuse: { status: 460, path: "/api/csta/agent/state" } });
  await board.box("5011").click();
  await board.page.locator('[data-bulk="forceNotReady"]').click();
  await board.bulk.locator("[data-confirm]").click();
  const run = board.page.locator("[data-run]").first();
  await expect(run.locator(".words")).toHaveText("Not ready: 1 of 1, 1 failed");
  await run.locator("summary").click();
  await expect(run.locator("[data-failed]")).toContainText("Device 8011 is in a call (460)");
  await run.locator("[data-run-retry]").click();
  await expect(run.locator(".words")).toHaveText("Not ready: 1 of 1");
  await board.is("5011", "not-ready");
});

test("not ready for some minutes says until when, and can be taken back", async ({ board }) => {
  await board.box("5012").click();
  await board.page.locator('[data-bulk="forceNotReady"]').click();
  await board.bulk.locator("select[name=minutes]").selectOption("other");
  await expect(board.bulk.locator("[data-confirm]")).toBeDisabled();
  await board.bulk.locator("input[name=other-minutes]").fill("7");
  await board.bulk.locator("[data-confirm]").click();
  await board.is("5012", "not-ready");
  const order = board.row("5012").locator('[data-order="ready-again"]');
  await expect(order).toHaveText(/^ready again \d\d:\d\d×$/);
  await order.getByRole("button", { name: "Take it back" }).click();
  await expect(order).toHaveCount(0);
  await board.is("5012", "not-ready");
});
