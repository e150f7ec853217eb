// Before the click: what each button and question says will happen, who else is there, and what is not sent because it changed.
import type { Locator, Page } from "@playwright/test";
import { expect, provoked, signIn, test } from "./support/fixtures";

const row = (page: Page, call: string) => page.locator(`.row[data-call="${call}"]`);
const action = (row: Locator, operation: string) => row.locator(`[data-action="${operation}"]`);

test("the buttons of a call step in at the chosen party, and say what will happen", async ({ board, platform }) => {
  const { page } = board;
  const call = await platform.talk("5005", "5006");
  await board.open("/calls");
  const line = row(page, call);
  await line.hover();
  await expect(action(line, "forceListen")).toHaveAttribute("data-effect", "listens");
  await expect(action(line, "forceListen")).toHaveAttribute("title", /8000 hears the call silently/);
  await expect(action(line, "forceDrop")).toHaveAttribute("title", /hangs up 5005; the call ends/);
  await line.locator('[data-device="8006@test.cc"] .choose').click();
  await expect(action(line, "forceDrop")).toHaveAttribute("title", /hangs up 5006; the call ends/);
  await expect(action(line, "forceLogout")).toHaveAttribute("title", /5006 will log out after this call/);
  await action(line, "forceJoin").click();
  await expect(line.locator('[data-outcome="confirmed"]')).toContainText("Join confirmed");
  await expect(line).toHaveAttribute("data-state", "conference");
  await expect(line.locator('[data-tag="joined"]')).toHaveText("joined: 8000");
  await expect(action(line, "forceDrop")).toHaveAttribute("data-effect", "leaves");
  await action(line, "forceDrop").click();
  await expect(board.dialog).toContainText("which goes on between the other two");
  // The agent hangs up while the question stands.
  await platform.drop(call, "8005");
  await expect(board.dialog).toContainText("and the call ends");
  await expect(board.dialog).toContainText("This has changed since you asked.");
  await expect(board.dialog.locator("[data-confirm]")).toHaveAttribute("data-effect", "ends-call");
  await platform.drop(call, "8006");
  await expect(board.dialog).toContainText("Not possible any more");
  await expect(board.dialog.locator("[data-confirm]")).toHaveAttribute("aria-disabled", "true");
});

test("a second supervisor sees who is there before the click", async ({ board, platform, browser, demo, quiet }) => {
  const call = await platform.talk("5007", "5008");
  await board.is("5007", "on-call");
  const context = await browser.newContext({ baseURL: demo.url });
  quiet.watch(context);
  await signIn(context.request, demo.url, "5900", "8900");
  const page = await context.newPage();
  await page.goto("/calls");
  await expect(page.locator("body")).toHaveAttribute("data-link", "live");
  await row(page, call).hover();
  await action(row(page, call), "forceListen").click();
  await expect(board.row("5007").locator('[data-tag="listening"]')).toHaveText("listening: 8900");
  await expect(board.action("5008", "forceDrop")).toHaveAttribute("title", /8900 is listening/);
  await board.act("5008", "forceDrop");
  await expect(board.dialog).toContainText("8900 is listening");
  await context.close();
});

test("what was shown is not what would happen now: nothing is sent, and the page explains", async ({ board, platform, quiet, page }) => {
  quiet.expect(provoked.status(409));
  const call = await platform.talk("5009", "5010");
  await board.is("5009", "on-call");
  // The request is on its way while a third party joins.
  await page.route("**/api/force/drop", async (route) => {
    await platform.conference(call, "8009", "8011");
    await expect.poll(async () => (await platform.devicesIn(call)).length).toBe(3);
    await board.is("5009", "conference");
    await route.continue();
  });
  await board.act("5009", "forceDrop");
  await board.confirm("forceDrop");
  await board.outcome("5009", "forceDrop", "refused", /not sent: things have changed meanwhile\. Now: hangs up 5009; the call goes on/);
  expect((await platform.devicesIn(call)).length).toBe(3);
});
