// One agent in depth: the panel beside the board and the page of its own, with the day and the events as they came.
import { expect, test } from "./support/fixtures";
import { id } from "./support/platform";

test("Enter opens the panel, Escape closes it, and the address brings it back", async ({ board, page }) => {
  await board.row("5003").focus();
  await page.keyboard.press("Enter");
  const panel = page.locator("[data-panel]");
  await expect(panel).toHaveAttribute("data-panel", id("5003"));
  await expect(page).toHaveURL(/agent=5003/);
  await page.reload();
  await board.live();
  await expect(panel).toHaveAttribute("data-panel", id("5003"));
  await panel.locator("[data-open-page]").focus();
  await page.keyboard.press("Escape");
  await expect(panel).toHaveCount(0);
});

test("the panel shows the call, its parties and holds, and a step-in's progress", async ({ board, page, platform }) => {
  const call = await platform.talk("5001", "5002");
  await board.open("/?agent=5001");
  const panel = page.locator("[data-panel]");
  await expect(panel).toContainText("8002");
  await platform.hold(call, "8001");
  await platform.retrieve(call, "8001");
  await platform.hold(call, "8001");
  await expect(panel).toContainText(/2 (times|holds)|holds? 2/i);
  await panel.locator('[data-action="forceListen"]').click();
  await expect(panel.locator("[data-steps]")).toHaveAttribute("data-steps", "confirmed");
  await expect(panel).toContainText("8000");
});

test("the agent's page holds the day as a strip and in words, and the events", async ({ board, page, platform, context, demo }) => {
  await platform.setMode("5006", "NotReady", "Lunch");
  await board.is("5006", "not-ready");
  await platform.setMode("5006", "Ready");
  await board.is("5006", "ready");
  // Drawn by the server: it is there without a script.
  const html = await (await context.request.get(`${demo.url}/agents/${id("5006")}`)).text();
  expect(html).toContain("<svg");
  await board.open(`/agents/${id("5006")}`);
  const day = page.locator("[data-day]");
  const strip = day.getByRole("img");
  await expect(strip).toHaveAttribute("aria-label", /.+/);
  for (const state of ["ready", "not-ready"]) await expect(day.locator(`svg [data-state="${state}"]`).first()).toBeAttached();
  await expect(day).toContainText("Not ready");
  await expect(day).toContainText("agentNotReady");
  // The event as it came.
  await day.locator("details", { hasText: "agentNotReady" }).last().locator("summary").click();
  await expect(day.locator("pre:visible").first()).toContainText("eventName");
  // It goes on by itself.
  await platform.setMode("5006", "NotReady");
  await expect(page.locator(".agent-page [data-state=not-ready]").first()).toBeVisible();
});

test("an agent whom nobody knows is a clear empty page", async ({ page, board, quiet, context, demo }) => {
  quiet.expect(/404/);
  expect((await context.request.get(`${demo.url}/agents/${id("5999")}`)).status()).toBe(404);
  await board.open(`/agents/${id("5999")}`);
  await expect(page.locator("[data-no-agent]")).toBeVisible();
});
