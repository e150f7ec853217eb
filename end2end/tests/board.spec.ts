// The board follows the floor unasked, shows the part of it that the address names, and holds still under the pointer.
import { Board } from "./support/board";
import { AGENTS, expect, signIn, test } from "./support/fixtures";
import { phoneOf } from "./support/platform";

test("a change of state arrives unasked, and is counted", async ({ board, platform }) => {
  await board.is("5001", "ready");
  await board.counts({ "logged-on": AGENTS, ready: AGENTS, "not-ready": 0 });
  await platform.setMode("5001", "NotReady", "Lunch");
  await board.is("5001", "not-ready");
  await expect(board.cell("5001", "state")).toHaveText("Not ready");
  await expect(board.cell("5001", "call")).toContainText("Lunch");
  await board.counts({ "logged-on": AGENTS, ready: AGENTS - 1, "not-ready": 1 });
  await platform.setMode("5001", "Ready");
  await board.is("5001", "ready");
  await board.counts({ ready: AGENTS, "not-ready": 0 });
  await expect(board.cell("5001", "call")).not.toContainText("Lunch");
});

test("a call is followed from dialling to its end", async ({ board, platform }) => {
  // At a phone that is answered by hand.
  await platform.logOut("5002");
  await board.is("5002", "logged-out");
  await platform.logOn("5002");
  await board.is("5002", "ready");
  const call = await platform.dial("8001", "8002");
  await board.is("5001", "dialling");
  await board.is("5002", "ringing");
  await expect(board.row("5001")).toHaveAttribute("data-call", call);
  await expect(board.row("5002")).toHaveAttribute("data-call", call);
  await expect(board.cell("5001", "call")).toContainText("8002");
  await expect(board.cell("5002", "call")).toContainText("8001");
  await board.counts({ ringing: 2, "on-call": 0 });

  await platform.answer(call, "8002");
  await board.is("5001", "on-call");
  await board.is("5002", "on-call");
  await expect(board.cell("5001", "call").getByTitle("Internal")).toBeVisible();
  await board.counts({ ringing: 0, "on-call": 2 });

  await platform.hold(call, "8001");
  await board.is("5001", "on-hold");
  await board.counts({ "on-hold": 1 });
  await platform.retrieve(call, "8001");
  await board.is("5001", "on-call");
  await expect(board.row("5001").locator('[data-tag="holds"]')).toHaveText("hold 1");

  await platform.drop(call, "8002");
  for (const agent of ["5001", "5002"]) {
    await expect(board.row(agent)).not.toHaveAttribute("data-call");
    await expect(board.row(agent)).not.toHaveAttribute("data-state", "on-call");
  }
  await board.counts({ "on-call": 0, "on-hold": 0 });
});

test("what the platform garbles disturbs nothing", async ({ board, platform }) => {
  await platform.garbage("{not json");
  await platform.garbage('{"eventName":"somethingNew","deviceId":42}');
  await platform.setMode("5003", "NotReady");
  await board.is("5003", "not-ready");
  await board.live();
});

test("the time in state ticks, and begins anew with the state", async ({ board, platform }) => {
  const seconds = async () => {
    const [minutes, rest] = (await board.cell("5004", "time").innerText()).split(":").map(Number);
    return (minutes ?? Number.NaN) * 60 + (rest ?? Number.NaN);
  };
  await platform.setMode("5004", "NotReady");
  await board.is("5004", "not-ready");
  const first = await seconds();
  await expect.poll(seconds).toBeGreaterThan(first + 1);
  await platform.setMode("5004", "Ready");
  await board.is("5004", "ready");
  await expect.poll(seconds).toBeLessThan(first + 2);
});

test("the age of the data is on the page", async ({ board, platform }) => {
  await platform.setMode("5005", "NotReady");
  await board.is("5005", "not-ready");
  await expect(board.page.locator(".link-status")).toHaveText(/^Live · last event \d+\.\d s ago$/);
});

test("search, tiles and sorting stand in the address; back and reload keep to it", async ({ board, platform }) => {
  const { page } = board;
  await platform.setMode("5003", "NotReady");
  await platform.setMode("5007", "NotReady");
  await board.is("5007", "not-ready");

  await board.tile("not-ready").click();
  await expect(page).toHaveURL(/\?state=not-ready$/);
  await expect(board.tile("not-ready")).toHaveAttribute("aria-pressed", "true");
  await expect(board.rows).toHaveCount(2);
  await expect(page.locator(".shown")).toHaveText(`2 of ${AGENTS} agents`);

  await page.locator('[data-sort="agent"]').click();
  await expect(page).toHaveURL(/sort=-agent/);
  await expect.poll(() => board.order()).toEqual(["5007", "5003"]);

  await board.search.fill("5003");
  await expect(page).toHaveURL(/q=5003/);
  await expect(board.rows).toHaveCount(1);

  await page.reload();
  await board.live();
  await expect(board.search).toHaveValue("5003");
  await expect(board.rows).toHaveCount(1);
  await expect(board.tile("not-ready")).toHaveAttribute("aria-pressed", "true");
  const sorted = page.getByRole("columnheader").filter({ has: page.locator('[data-sort="agent"]') });
  await expect(sorted).toHaveAttribute("aria-sort", "descending");

  // Typing takes the place of what stood there; the steps before it come back one by one.
  await page.goBack();
  await expect(page).toHaveURL(/\?state=not-ready$/);
  await expect.poll(() => board.order()).toEqual(["5003", "5007"]);
  await page.goBack();
  await expect(page).toHaveURL(/\/$/);
  await expect(board.rows).toHaveCount(AGENTS);
  await expect(board.search).toHaveValue("");
});

test("a filter follows the floor: rows come and go", async ({ board, platform }) => {
  await board.open("/?state=not-ready");
  await expect(board.rows).toHaveCount(0);
  await platform.setMode("5006", "NotReady");
  await expect(board.row("5006")).toBeVisible();
  await platform.setMode("5006", "Ready");
  await expect(board.row("5006")).toHaveCount(0);
});

test("search finds names, numbers, phones and callers", async ({ board, platform }) => {
  await board.search.fill("zhang min");
  await expect(board.rows).toHaveCount(1);
  await expect(board.row("5001")).toBeVisible();
  await board.search.fill("8009");
  await expect(board.rows).toHaveCount(1);
  await expect(board.row("5009")).toBeVisible();
  await board.search.fill("13800001111");
  await expect(board.rows).toHaveCount(0);
  await platform.dial("8010", "13800001111");
  await expect(board.row("5010")).toBeVisible();
  await expect(board.rows).toHaveCount(1);
});

test("a team is shown alone, and counted alone", async ({ board, platform }) => {
  await expect(board.team.locator("option")).toHaveText(["All teams", "Claims A", "Claims B"]);
  await board.team.selectOption("Claims B");
  await expect(board.page).toHaveURL(/\?team=Claims(%20|\+)B$/);
  await expect(board.rows).toHaveCount(12);
  await expect(board.row("5013")).toBeVisible();
  await expect(board.row("5012")).toHaveCount(0);
  await board.counts({ ready: 12, "not-ready": 0 });
  await platform.setMode("5001", "NotReady");
  await platform.setMode("5013", "NotReady");
  await board.is("5013", "not-ready");
  await board.counts({ ready: 11, "not-ready": 1 });
  await board.page.reload();
  await board.live();
  await expect(board.team).toHaveValue("Claims B");
  await expect(board.rows).toHaveCount(12);
});

test("nothing found says so and leads back", async ({ board }) => {
  await board.search.fill("nobody is called that");
  await expect(board.rows).toHaveCount(0);
  await expect(board.page.getByText("No agent matches these filters")).toBeVisible();
  await board.grid.getByRole("button", { name: "Clear filters" }).click();
  await expect(board.rows).toHaveCount(AGENTS);
  await expect(board.search).toHaveValue("");
  await expect(board.page).toHaveURL(/\/$/);
});

test("rows keep their places under the pointer until asked to move", async ({ board, platform }) => {
  await board.open("/?sort=state");
  const before = await board.order();
  await board.row("5002").hover();
  await platform.setMode("5020", "NotReady");
  // The value changes in place, the row waits.
  await board.is("5020", "not-ready");
  await expect(board.page.locator("[data-waiting]")).toBeVisible();
  expect(await board.order()).toEqual(before);
  await board.page.locator("[data-waiting]").press("Enter");
  await expect.poll(async () => (await board.order())[0]).toBe("5020");
  await expect(board.page.locator("[data-waiting]")).toHaveCount(0);

  // Or until the pointer has left.
  await board.row("5002").hover();
  await platform.setMode("5021", "NotReady");
  await expect(board.page.locator("[data-waiting]")).toBeVisible();
  await board.search.hover();
  await expect.poll(async () => (await board.order()).slice(0, 2)).toEqual(["5020", "5021"]);
});

test("a floor of 600: only what is near is drawn, the last row is in reach", async ({ page, own, context }) => {
  const { url } = await own.demo("--agents", "600");
  await signIn(context.request, url);
  const board = new Board(page);
  await board.open(`${url}/`);
  await expect(board.grid).toHaveAttribute("aria-rowcount", "601");
  await board.counts({ "logged-on": 600, ready: 600 });
  expect(await board.rows.count()).toBeLessThan(250);
  await expect(board.row("5001")).toBeInViewport();
  await expect(board.row("5600")).toHaveCount(0);

  await board.grid.hover();
  await page.mouse.wheel(0, 600 * 34);
  await expect(board.row("5600")).toBeInViewport({ ratio: 0.99 });
  await expect(board.row("5600")).toHaveAttribute("aria-rowindex", "601");
  await expect(board.row("5001")).toHaveCount(0);
  expect(await board.rows.count()).toBeLessThan(250);

  await page.mouse.wheel(0, -600 * 34);
  await expect(board.row("5001")).toBeInViewport();
  await board.row("5001").focus();
  await page.keyboard.press("End");
  await board.focused("5600");
  await expect(board.row("5600")).toBeInViewport({ ratio: 0.99 });
  await page.keyboard.press("Home");
  await board.focused("5001");
});

test("ten tabs of one browser are all live", async ({ board, context, platform }) => {
  const tabs = [board];
  while (tabs.length < 10) {
    const tab = new Board(await context.newPage());
    await tab.open();
    tabs.push(tab);
  }
  await platform.setMode("5008", "NotReady");
  for (const tab of tabs) {
    await tab.is("5008", "not-ready");
    await expect(tab.body).toHaveAttribute("data-link", "live");
  }
});

test("a shared link shows the same board from its first byte", async ({ context, demo, platform }) => {
  await signIn(context.request, demo.url);
  await platform.setMode("5011", "NotReady");
  // The console hears of it before it is asked for the page.
  await expect(async () => {
    const html = await (await context.request.get(`${demo.url}/?state=not-ready`)).text();
    expect(html.match(/data-agent="[^"]+"/g)).toEqual(['data-agent="5011@test.cc"']);
    expect(html).toContain(`<b>${AGENTS - 1}</b>`);
    expect(html).toContain(phoneOf("5011"));
  }).toPass();
});
