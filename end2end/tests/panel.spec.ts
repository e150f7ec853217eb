// One agent in depth: beside the board, in its address, and as a page of its own.
import { expect, provoked, test } from "./support/fixtures";
import { id } from "./support/platform";

test("Enter opens the agent beside the board, Escape closes; the address says whom", async ({ board, platform }) => {
  const { page } = board;
  await platform.talk("5004", "5005");
  await board.is("5004", "on-call");
  await board.row("5004").focus();
  await page.keyboard.press("Enter");
  await expect(board.panel).toHaveAttribute("data-panel", id("5004"));
  await expect(page).toHaveURL(/\/\?agent=5004$/);
  await expect(board.panel.getByRole("heading", { level: 2 })).toContainText("5004");
  // The board stays usable, the panel goes with the key.
  await board.focused("5004");
  const parties = board.panel.locator("[data-party]");
  await expect(parties).toHaveCount(2);
  await expect(board.panel.locator(`[data-party="${id("8005")}"]`)).toContainText("called · connected");
  for (const operation of ["forceListen", "forceDrop", "forceLogout"]) {
    await expect(board.panel.locator(`[data-action="${operation}"]`)).toBeInViewport({ ratio: 1 });
  }
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(board.panel).toHaveAttribute("data-panel", id("5005"));
  await page.reload();
  await board.live();
  await expect(board.panel).toHaveAttribute("data-panel", id("5005"));
  await page.keyboard.press("Escape");
  await expect(board.panel).toHaveCount(0);
  await expect(page).toHaveURL(/\/$/);
});

test("where the panel covers the board the focus goes into it, and back to the row", async ({ board }) => {
  const { page } = board;
  await page.setViewportSize({ width: 400, height: 800 });
  await board.row("5004").focus();
  await page.keyboard.press("Enter");
  await expect(board.panel.locator("[data-close-panel]")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(board.panel).toHaveCount(0);
  await board.focused("5004");
  await page.keyboard.press("ArrowDown");
  await board.focused("5005");
});

test("a click on the name opens too, and what is done there is told there", async ({ board }) => {
  await board.row("5006").locator(".name").click();
  await expect(board.panel).toBeVisible();
  await board.panel.locator('[data-action="forceNotReady"]').click();
  await expect(board.panel.locator('[data-steps="confirmed"] li')).toHaveCount(3);
  await expect(board.panel.locator(".standing")).toContainText("Not ready");
  await board.panel.locator("[data-close-panel]").click();
  await expect(board.panel).toHaveCount(0);
});

test("an agent's page shows the same, live", async ({ board, platform }) => {
  const { page } = board;
  await board.row("5007").locator(".name").click();
  await board.panel.locator("[data-open-page]").click();
  await expect(page).toHaveURL(/\/agents\/5007@test\.cc$/);
  await board.live();
  await expect(page.getByRole("heading", { level: 2 })).toContainText("5007");
  await expect(page.locator(".standing")).toContainText("Ready");
  await platform.setMode("5007", "NotReady", "Lunch");
  await expect(page.locator(".standing")).toContainText("Not ready");
  await expect(page.locator("[data-day] svg.strip")).toBeVisible();
  await page.locator("[data-to-floor]").click();
  await board.live();
  await expect(board.panel).toHaveAttribute("data-panel", id("5007"));
});

test("an agent that nobody knows", async ({ board, quiet }) => {
  // The page says so with its status too; and there is no day of nobody.
  quiet.expect(provoked.status(404));
  await board.open("/agents/9999");
  await expect(board.page.locator("[data-no-agent]")).toContainText("There is no agent 9999");
  await board.open("/?agent=9999");
  await expect(board.panel.locator("[data-no-agent]")).toContainText("There is no agent 9999");
});
