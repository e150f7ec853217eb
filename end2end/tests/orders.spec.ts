// What the console does by itself later: a log-out that waits for a call's end, not ready for some minutes.
import { expect, test } from "./support/fixtures";

test("a log-out waits for the end of the call, and can be taken back until then", async ({ board, platform }) => {
  const asked = (await platform.operations()).length;
  const call = await platform.talk("5016", "5017");
  for (const agent of ["5016", "5017"]) {
    await board.act(agent, "forceLogout");
    await expect(board.dialog).toContainText(/after/);
    await board.confirm("forceLogout");
    await expect(board.row(agent).locator("[data-order]")).toHaveAttribute("data-order", "logout-after-call");
  }
  expect(await platform.operations()).toHaveLength(asked);
  await board.row("5017").hover();
  await board.row("5017").locator("[data-order-cancel]").click();
  await expect(board.row("5017").locator("[data-order]")).toHaveCount(0);
  await platform.drop(call, "8016");
  await board.is("5016", "logged-out");
  await board.outcome("5016", "forceLogout", "confirmed");
  await board.is("5017", "ready");
  expect(await platform.operations()).toHaveLength(asked + 1);
});

test("who is ready again by himself is left alone", async ({ board, page, platform }) => {
  await board.open("/?agent=5015");
  await page.locator('[data-panel] [data-not-ready-for="5"]').click();
  await board.is("5015", "not-ready");
  await expect(board.row("5015").locator("[data-order]")).toHaveAttribute("data-order", "ready-again");
  await platform.setMode("5015", "Ready");
  await expect(board.row("5015").locator("[data-order]")).toHaveCount(0);
});
