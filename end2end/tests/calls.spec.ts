// The calls page: every live call with its parties, filters in the address, and stepping in at a party.
import type { Locator, Page } from "@playwright/test";
import { expect, provoked, signIn, test } from "./support/fixtures";
import { phoneOf } from "./support/platform";

const devices = (...agents: string[]) => agents.map((agent) => `${phoneOf(agent)}@test.cc`).sort().join(",");
const row = (page: Page, call: string) => page.locator(`.row[data-call="${call}"]`);
const action = (row: Locator, operation: string) => row.locator(`[data-action="${operation}"]`);

test("a call comes with its parties, and goes", async ({ board, platform }) => {
  const { page } = board;
  await board.open("/calls");
  await expect(page.locator(".empty")).toContainText("No calls now");
  const first = await platform.talk("5001", "5002");
  const second = await platform.talk("5003", "5004");
  await expect(row(page, first)).toHaveAttribute("data-parties", devices("5001", "5002"));
  await expect(row(page, first)).toHaveAttribute("data-state", "talking");
  await expect(row(page, second)).toHaveAttribute("data-parties", devices("5003", "5004"));
  // The longest first.
  const order = await page.locator(".row[data-call]").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-call")));
  expect(order).toEqual([first, second]);
  await platform.hold(first, "8001");
  await expect(row(page, first)).toHaveAttribute("data-state", "on-hold");
  await expect(row(page, first).locator('[data-tag="holds"]')).toContainText("hold 1");
  await expect(row(page, first).locator('[data-device="8001@test.cc"]')).toHaveAttribute("data-part", "held");
  // A reload shows the same at once.
  await page.reload();
  await board.live();
  await expect(row(page, first).getByRole("link", { name: /./ }).first()).toHaveAttribute("href", /^\/agents\/500/);
  await platform.drop(second, "8003");
  await expect(row(page, second)).toHaveCount(0);
});

test("filters stand in the address", async ({ board, platform }) => {
  const { page } = board;
  const held = await platform.talk("5001", "5002");
  const talking = await platform.talk("5013", "5014");
  await platform.hold(held, "8001");
  await board.open("/calls?state=on-hold");
  await expect(row(page, held)).toBeVisible();
  await expect(row(page, talking)).toHaveCount(0);
  await board.counts({ "on-hold": 1, talking: 1, calls: 2 });
  await board.tile("talking").click();
  await expect(page).toHaveURL(/state=on-hold%2Ctalking|state=talking%2Con-hold|state=(on-hold,talking|talking,on-hold)/);
  await expect(page.locator(".row[data-call]")).toHaveCount(2);
  await page.goBack();
  await expect(page.locator(".row[data-call]")).toHaveCount(1);
  await board.open("/calls");
  await board.search.fill("8013");
  await expect(page).toHaveURL(/\?q=8013$/);
  await expect(page.locator(".row[data-call]")).toHaveCount(1);
  await board.search.fill("");
  await page.locator("select[name=direction]").selectOption("inbound");
  await expect(page.locator(".empty")).toContainText("No call matches");
  await page.locator(".empty [data-clear-filters]").click();
  await expect(page.locator(".row[data-call]")).toHaveCount(2);
});

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
    await platform.join(call, "8009", "8011");
    await expect.poll(async () => (await platform.devicesIn(call)).length).toBe(3);
    await board.is("5009", "conference");
    await route.continue();
  });
  await board.act("5009", "forceDrop");
  await board.confirm("forceDrop");
  await board.outcome("5009", "forceDrop", "refused", /not sent: things have changed meanwhile\. Now: hangs up 5009; the call goes on/);
  expect((await platform.devicesIn(call)).length).toBe(3);
});
