// The calls (`/calls`): one row a call whatever it goes through, with the parties that it has now.
import type { Page } from "@playwright/test";
import { Board } from "./support/board";
import { expect, signIn, test } from "./support/fixtures";
import { id } from "./support/platform";

const CUSTOMER = "13800002408";

const callRows = (page: Page) => page.locator(".row[data-call]");
const callRow = (page: Page, call: string) => page.locator(`.row[data-call="${call}"]`);
const parties = (...numbers: string[]) => numbers.map(id).sort().join(",");

test("live calls stand longest first, each with its parties", async ({ board, platform }) => {
  await board.open("/calls");
  await expect(board.page.locator(".empty")).toBeVisible();
  const first = await platform.talk("5001", "5002");
  await expect(callRow(board.page, first)).toHaveAttribute("data-parties", parties("8001", "8002"));
  // The platform's times are whole seconds: the second call begins in a later one.
  await expect(callRow(board.page, first).locator(".cell.time")).not.toHaveText("00:00");
  await expect(callRow(board.page, first).locator(".cell.time")).not.toHaveText("00:01");
  const second = await platform.talkOutside("5003", CUSTOMER);
  await expect(callRow(board.page, second)).toHaveAttribute("data-parties", parties("8003", CUSTOMER));
  await expect(callRow(board.page, second)).toContainText(CUSTOMER);
  const order = () => callRows(board.page).evaluateAll((rows) => rows.map((row) => row.getAttribute("data-call")));
  await board.page.mouse.move(0, 0);
  await expect.poll(order).toEqual([first, second]);
  await platform.hold(first, "8001");
  await expect(callRow(board.page, first)).toHaveAttribute("data-state", "on-hold");
  await platform.drop(first, "8001");
  await expect(callRows(board.page)).toHaveCount(1);
});

test("filters stand in the address and come back with it", async ({ board, platform }) => {
  const internal = await platform.talk("5001", "5002");
  const outbound = await platform.talkOutside("5003", CUSTOMER);
  await board.open("/calls?direction=outbound");
  await expect(callRow(board.page, outbound)).toBeVisible();
  await expect(callRow(board.page, internal)).toHaveCount(0);
  await board.page.locator("select[name=direction]").selectOption("internal");
  await expect(callRow(board.page, internal)).toBeVisible();
  await expect(callRow(board.page, outbound)).toHaveCount(0);
  await expect(board.page).toHaveURL(/\/calls\?direction=internal$/);
  await board.page.reload();
  await board.live();
  await expect(callRow(board.page, internal)).toBeVisible();
  await expect(callRow(board.page, outbound)).toHaveCount(0);
});

test("a consult transfer is followed across the calls' ids", async ({ board, platform, context, demo }) => {
  await board.open("/calls");
  const customers = await platform.talkOutside("5001", CUSTOMER);
  await callRow(board.page, customers).focus();
  const consultation = await platform.consult(customers, "8001", "8002");
  await expect(callRow(board.page, customers)).toHaveAttribute("data-state", "on-hold");
  await expect(callRow(board.page, consultation)).toHaveAttribute("data-parties", parties("8001", "8002"));
  const after = await platform.transfer(customers, "8001", consultation);
  expect([customers, consultation]).not.toContain(after);
  await expect(callRow(board.page, after)).toHaveAttribute("data-parties", parties("8002", CUSTOMER));
  await expect(callRows(board.page)).toHaveCount(1);
  // Who watched the customer's call watches it still.
  await expect(callRow(board.page, after)).toBeFocused();
  const { calls } = await (await context.request.get(`${demo.url}/api/calls`)).json();
  expect(calls[0].callId).toBe(after);
  expect(calls[0].formerCallIds.sort()).toEqual([customers, consultation].sort());
  expect(calls[0].direction).toBe("outbound");
});

test("a conference of three loses its members one by one", async ({ board, platform }) => {
  const call = await platform.talk("5001", "5002");
  await platform.conference(call, "8001", "8003");
  for (const agent of ["5001", "5002", "5003"]) await board.is(agent, "conference");
  await board.open("/calls");
  await expect(callRow(board.page, call)).toHaveAttribute("data-parties", parties("8001", "8002", "8003"));
  await expect(callRow(board.page, call)).toHaveAttribute("data-state", "conference");
  await platform.drop(call, "8001");
  await expect(callRow(board.page, call)).toHaveAttribute("data-parties", parties("8002", "8003"));
  await expect(callRow(board.page, call)).toHaveAttribute("data-state", "talking");
  await platform.drop(call, "8003");
  await expect(callRows(board.page)).toHaveCount(0);
  await board.open("/");
  for (const agent of ["5001", "5002", "5003"]) await board.is(agent, "ready");
});

test("a step-in works from the call's row and shows its outcome there", async ({ board, platform }) => {
  const call = await platform.talk("5004", "5005");
  await board.open("/calls");
  const row = callRow(board.page, call);
  await row.hover();
  await row.locator('[data-action="forceListen"]').click();
  await expect(row.locator('[data-outcome][data-operation="forceListen"]')).toHaveAttribute("data-outcome", "confirmed");
  await expect(row).toHaveAttribute("data-parties", parties("8000", "8004", "8005"));
  expect(await platform.devicesIn(call)).toEqual(["8000", "8004", "8005"]);
});

test("under the pointer a call that is over keeps its place, with nothing to be done there", async ({ board, platform }) => {
  const over = await platform.talk("5004", "5005");
  const next = await platform.talk("5001", "5002");
  await board.open("/calls");
  await callRow(board.page, over).hover();
  await platform.drop(over, "8004");
  const row = callRow(board.page, over);
  await expect(row).toHaveAttribute("data-over");
  for (const operation of ["forceListen", "forceJoin", "forceTake", "forceDrop"]) {
    await expect(row.locator(`[data-action="${operation}"]`)).toHaveAttribute("aria-disabled", "true");
  }
  await expect(callRows(board.page)).toHaveCount(2);
  await board.page.locator("h1, header").first().hover();
  await expect(row).toHaveCount(0);
  await expect(callRow(board.page, next)).toHaveAttribute("aria-rowindex", "2");
});

test("a listener appears on a second supervisor's screen before he clicks", async ({ board, platform, browser, demo, quiet }) => {
  const call = await platform.talk("5001", "5002");
  const context = await browser.newContext({ baseURL: demo.url });
  quiet.watch(context);
  await signIn(context.request, demo.url, "5900", "8900");
  const colleague = new Board(await context.newPage());
  await colleague.open();
  await colleague.is("5001", "on-call");
  await board.is("5001", "on-call");
  await board.act("5001", "forceListen");
  await expect(colleague.row("5001").locator('[data-tag="listening"]')).toContainText("8000");
  // The colleague is told at the button as well.
  await expect(colleague.action("5001", "forceJoin")).toHaveAttribute("title", /8000/);
  await board.act("5001", "forceJoin");
  await expect(colleague.row("5001").locator('[data-tag="joined"]')).toContainText("8000");
  await expect(colleague.row("5001").locator('[data-tag="listening"]')).toHaveCount(0);
  await colleague.open("/calls");
  await expect(callRow(colleague.page, call)).toHaveAttribute("data-parties", parties("8000", "8001", "8002"));
  await context.close();
});

test("numbers of outside parties are masked for those who may only look", async ({ own, browser, quiet }) => {
  const demo = await own.demo("--agents", "4", "--viewers", "5909");
  const { Platform } = await import("./support/platform");
  const platform = new Platform(demo.platform);
  const context = await browser.newContext({ baseURL: demo.url });
  quiet.watch(context);
  await signIn(context.request, demo.url, "5909", "8909");
  const board = new Board(await context.newPage());
  await board.open();
  await platform.talkOutside("5001", CUSTOMER);
  await expect(board.cell("5001", "call")).toContainText("138****2408");
  const heard: string[] = [];
  for (const path of ["/", "/calls", "/agents/5001@test.cc"]) {
    heard.push(await (await context.request.get(demo.url + path)).text());
    await board.open(path);
    await expect(board.page.locator("body")).not.toContainText(CUSTOMER);
  }
  // Nor is it found by its whole number.
  await board.open(`/calls?q=${CUSTOMER}`);
  await expect(board.page.locator(".empty")).toBeVisible();
  await expect(callRows(board.page)).toHaveCount(0);
  heard.push(await (await context.request.get(`${demo.url}/api/calls`)).text());
  heard.push(await (await context.request.get(`${demo.url}/metrics`)).text());
  for (const text of heard) expect(text).not.toContain(CUSTOMER);
  expect(demo.program.log).not.toContain(CUSTOMER);
  await context.close();
});
