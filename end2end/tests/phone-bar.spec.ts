// The supervisor's own phone in the bar at the foot of the page (the SDK's document, section 2).
import type { Locator, Page } from "@playwright/test";
import { Board } from "./support/board";
import { expect, provoked, signIn, test } from "./support/fixtures";
import { PASSWORD, Platform } from "./support/platform";

const OUTSIDE = "13800138000";
const BUSY = 429;

// The platform takes one call in two seconds from a phone: one that comes too soon after the test before is refused, and tried again.
test.beforeEach(({ quiet }) => quiet.expect(provoked.status(BUSY)));

class Bar {
  readonly root: Locator;
  readonly number: Locator;
  readonly calls: Locator;
  readonly said: Locator;

  constructor(private readonly page: Page) {
    this.root = page.locator("#phone");
    this.number = page.locator("#phone-number");
    this.calls = page.locator("[data-phone-call]");
    this.said = page.locator("#phone-said");
  }

  button(operation: string) {
    return this.root.locator(`button[data-phone='${operation}']`);
  }

  async did(operation: string, outcome: string) {
    await expect(this.root.locator(`[data-phone-last='${operation}']`)).toHaveAttribute("data-outcome", outcome);
  }

  /** Calls somebody who answers, by keyboard alone. */
  async call(number: string) {
    await this.page.keyboard.press("p");
    await expect(this.number).toBeFocused();
    await this.page.keyboard.type(number);
    await expect(async () => {
      await this.page.keyboard.press("Enter");
      await expect(this.calls).toHaveAttribute("data-phone-state", /dialling|connected/, { timeout: 500 });
    }).toPass();
    await expect(this.calls).toHaveAttribute("data-phone-state", "connected");
    await expect(this.calls).toContainText(number);
  }

  /** Talks to somebody outside and consults 5001 about it, who answers. */
  async consults(platform: Platform) {
    await this.call(OUTSIDE);
    await this.number.fill("8001");
    await this.page.keyboard.press("Alt+s");
    await expect(this.calls).toHaveCount(2);
    await platform.answers("8001");
  }

  async logOn(mode: "ask" | "force" | "stop") {
    await this.root.locator("summary", { hasText: "Log on" }).click();
    await this.root.locator("input[name=password]").fill(PASSWORD);
    await this.root.locator("select[name=loginMode]").selectOption(mode);
    await this.button("login").click();
  }
}

test("an occupied phone is asked about, left, and taken by force", async ({ context, page, own, quiet }) => {
  quiet.expect(provoked.status(409, 459));
  const { url } = await own.demo("--agents", "4");
  // Agent 5003 sits at 8003.
  await signIn(context.request, url, "5000", "8003");
  await page.goto(url);
  const board = new Board(page);
  await board.live();
  const bar = new Bar(page);
  await expect(bar.root).toContainText("agent 5003 is logged on at this phone");
  await bar.logOn("ask");
  await bar.did("login", "refused");
  await expect(bar.root.locator("[data-phone-last]")).toContainText("5003");
  await board.is("5003", "ready");
  // Whoever is asked has the choice before him: it stands on force now, and wants the password again.
  await expect(bar.root.locator("select[name=loginMode]")).toHaveValue("force");
  await bar.root.locator("input[name=password]").fill(PASSWORD);
  await bar.root.locator("select[name=loginMode]").selectOption("stop");
  await bar.button("login").click();
  // That was all: nothing is asked, and nothing is left of what was typed, also not after a reload.
  await expect(bar.root.locator(".phone-login")).not.toHaveAttribute("open");
  await expect(bar.root.locator("input[name=password]")).toHaveValue("");
  await page.reload();
  await bar.did("login", "refused");
  await expect(bar.root.locator(".phone-login")).not.toHaveAttribute("open");
  await board.is("5003", "ready");
  await bar.logOn("force");
  await bar.did("login", "confirmed");
  await board.is("5003", "logged-out");
  await expect(bar.root.locator("[data-mode]")).toHaveText("Not ready");
});

test("a tick at the sign-in logs the phone on, which changes its mode and logs out", async ({ page, own }) => {
  // Who was logged on once has a row from then on.
  const { url } = await own.demo("--agents", "3");
  await page.goto(`${url}/sign-in`);
  await expect(page.locator("body")).toHaveAttribute("data-hydrated");
  for (const [name, text] of [["number", "5000"], ["password", PASSWORD], ["domain", "test.cc"], ["extension", "8000"]] as const) {
    await page.locator(`input[name=${name}]`).fill(text);
  }
  await page.getByLabel("Log this phone on too, not ready").check();
  await page.locator("[data-sign-in]").click();
  const bar = new Bar(page);
  await expect(bar.root.locator("[data-mode]")).toHaveText("Not ready");
  await page.keyboard.press("Alt+y");
  await bar.did("setAgentMode Ready", "confirmed");
  await expect(bar.root.locator("[data-mode]")).toHaveText("Ready");
  await bar.button("logout").click();
  await bar.did("logout", "confirmed");
  await expect(bar.root).toContainText("not logged on");
});

test("by keyboard alone a call is made, held, retrieved, recorded and handed over", async ({ board, page, platform }) => {
  const bar = new Bar(page);
  await bar.call(OUTSIDE);
  await page.keyboard.press("Alt+h");
  await expect(bar.calls).toHaveAttribute("data-phone-state", "held");
  await page.keyboard.press("Alt+r");
  await expect(bar.calls).toHaveAttribute("data-phone-state", "connected");
  await page.keyboard.press("Alt+o");
  await expect(bar.button("recording Stop")).toBeVisible();
  await page.keyboard.press("Alt+o");
  await expect(bar.button("recording Start")).toBeVisible();
  await page.keyboard.press("p");
  await page.keyboard.type("8001");
  await page.keyboard.press("Alt+t");
  await expect(bar.calls).toHaveCount(0);
  await bar.did("singleStepTransfer", "confirmed");
  // Whose phone it is answers by hand.
  await expect(board.row("5001")).toHaveAttribute("data-state", /ringing|on-call/);
  const asked = (await platform.operations()).map((request) => request.path.split("/").at(-1));
  expect(asked).toEqual(expect.arrayContaining(["hold", "retrieve"]));
});

for (const [end, key, left] of [
  ["conference", "g", "8001"],
  ["cancelConsult", "b", OUTSIDE],
  ["transferCall", "w", ""],
] as const) {
  test(`a consultation ends with ${end}`, async ({ board, page, platform }) => {
    // Whoever was logged on by hand answers by hand, whichever test that was.
    await platform.logOut("5001");
    await platform.logOn("5001");
    await board.is("5001", "ready");
    const bar = new Bar(page);
    await bar.consults(platform);
    await board.is("5001", "on-call");
    await expect(bar.button(end)).toBeVisible();
    await page.keyboard.press(`Alt+${key}`);
    await bar.did(end, "confirmed");
    await expect(bar.calls).toHaveCount(left ? 1 : 0);
    if (left) await expect(bar.calls).toContainText(left);
    await board.is("5001", end === "cancelConsult" ? "ready" : end === "conference" ? "conference" : "on-call");
  });
}

test("each of two calls has keys of its own: the second one's with Shift", async ({ board, page, platform }) => {
  const bar = new Bar(page);
  await bar.consults(platform);
  await expect(bar.calls.first()).toContainText("8001");
  const held = bar.calls.last();
  await expect(held.locator("[data-phone='dropConnection']")).toHaveAttribute("aria-keyshortcuts", "Alt+Shift+X");
  await page.keyboard.press("Alt+Shift+v");
  await expect(held.locator(".phone-data")).toHaveAttribute("open");
  await expect(bar.calls.first().locator(".phone-data")).not.toHaveAttribute("open");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Alt+Shift+x");
  await expect(bar.calls).toHaveCount(1);
  await expect(bar.calls).toContainText("8001");
  await board.live();
});

test("what rings is answered, and a mode that has to wait for the end of the call says so", async ({ context, page, own }) => {
  const { url, platform: sdk } = await own.demo("--agents", "3");
  const platform = new Platform(sdk);
  await signIn(context.request, url, "5000", "8003");
  await page.goto(url);
  await new Board(page).live();
  const bar = new Bar(page);
  // What is typed now is a password, and no key of the rows.
  await page.keyboard.press("Alt+u");
  await expect(bar.root.locator("input[name=password]")).toBeFocused();
  await page.keyboard.type(PASSWORD);
  await bar.root.locator("select[name=loginMode]").selectOption("force");
  await bar.button("login").click();
  await bar.did("login", "confirmed");
  await page.keyboard.press("Alt+y");
  await expect(bar.root.locator("[data-mode]")).toHaveText("Ready");
  const call = await platform.dial("8001", "8003");
  await expect(bar.calls).toHaveAttribute("data-phone-state", "alerting");
  await expect(bar.button("answerCall")).toContainText("a");
  await page.keyboard.press("Alt+a");
  await expect(bar.calls).toHaveAttribute("data-phone-state", "connected");
  await page.keyboard.press("Alt+n");
  const last = bar.root.locator("[data-phone-last='setAgentMode NotReady']");
  await expect(last).toHaveAttribute("data-outcome", "accepted");
  await expect(last).toContainText("after the call");
  // It stays there while something else is done.
  await page.keyboard.press("Alt+h");
  await bar.did("holdCall", "confirmed");
  await expect(bar.root.locator("[data-pending-mode]")).toHaveText("· Not ready after the call");
  await expect(bar.button("setAgentMode NotReady")).toHaveCount(0);
  await platform.drop(call, "8001");
  await expect(bar.root.locator("[data-mode]")).toHaveText("Not ready");
  await expect(bar.root.locator("[data-pending-mode]")).toHaveCount(0);
  await page.keyboard.press("Alt+m");
  await page.keyboard.type("Lunch");
  await page.keyboard.press("Enter");
  await expect(new Board(page).row("5000")).toContainText("Lunch");
});

test("who has joined a call sees beforehand that it goes on without him, and leaves it", async ({ board, page, platform }) => {
  await platform.talk("5001", "5002");
  await board.is("5001", "on-call");
  const bar = new Bar(page);
  await board.act("5001", "forceJoin");
  await board.outcome("5001", "forceJoin", "confirmed");
  await expect(bar.calls).toHaveAttribute("data-phone-state", "connected");
  await expect(bar.button("dropConnection")).toHaveText(/^Leave \(the others go on\)/);
  await expect(bar.button("dropConnection")).toHaveAttribute("data-effect", "leaves");
  await bar.button("dropConnection").click();
  await bar.did("dropConnection", "confirmed");
  await expect(bar.calls).toHaveCount(0);
  await board.is("5001", "on-call");
  await board.is("5002", "on-call");
});

test("a colleague is found by name, those who are ready first, and called", async ({ board, page, platform }) => {
  await platform.setMode("5001", "NotReady", "Lunch");
  await board.is("5001", "not-ready");
  const bar = new Bar(page);
  await page.keyboard.press("p");
  const found = page.locator("#phone-targets button");
  await expect(found).toHaveCount(12);
  await expect(found.first()).toContainText("Ready");
  await page.keyboard.type("Zhang");
  await expect(found.filter({ hasText: "8001" })).toContainText("Not ready");
  await found.filter({ hasText: "8001" }).click();
  await expect(bar.number).toHaveValue("8001");
  // Without a mouse the arrows choose: from the field to the first, back past it to the last.
  await bar.number.fill("8001");
  await expect(found).toHaveCount(1);
  for (const [key, there] of [["ArrowDown", found], ["ArrowDown", bar.number], ["ArrowUp", found]] as const) {
    await page.keyboard.press(key);
    await expect(there).toBeFocused();
  }
  await page.keyboard.press("Enter");
  await expect(bar.button("makeCall")).toBeFocused();
  await expect(async () => {
    await page.keyboard.press("Enter");
    await expect(bar.calls).toContainText("8001", { timeout: 500 });
  }).toPass();
  await bar.number.fill("no digits");
  await expect(bar.number).toHaveJSProperty("validity.patternMismatch", true);
});

test("a click on a number asks once, and calls it", async ({ board, page }) => {
  const bar = new Bar(page);
  await board.cell("5004", "device").locator(".well-canBeCalled").click();
  await expect(bar.number).toHaveValue("8004");
  await expect(bar.calls).toHaveCount(0);
  // The row did not open.
  await expect(page.locator(".panel")).toHaveCount(0);
  await expect(bar.button("makeCall")).toBeFocused();
  await expect(async () => {
    await page.keyboard.press("Enter");
    await expect(bar.calls).toContainText("8004", { timeout: 500 });
  }).toPass();
  // And by keyboard, from the row.
  await board.row("5006").focus();
  await page.keyboard.press("c");
  await expect(bar.number).toHaveValue("8006");
});

test("numbers can be called from the calls and from an agent's page", async ({ board, page, platform }) => {
  await platform.talkOutside("5001", OUTSIDE);
  const bar = new Bar(page);
  for (const path of ["/calls", "/agents/5001"]) {
    await board.open(path);
    await page.locator("main .well-canBeCalled", { hasText: OUTSIDE }).first().click();
    await expect(bar.number).toHaveValue(OUTSIDE);
    await expect(bar.button("makeCall")).toBeFocused();
    await expect(page).toHaveURL(new RegExp(`${path}$`));
    await expect(bar.calls).toHaveCount(0);
  }
});

test("data travels with the call, and what cannot be is said in words", async ({ board, page, platform, quiet }) => {
  const bar = new Bar(page);
  await bar.call(OUTSIDE);
  const data = bar.root.locator(".phone-data");
  await data.locator("summary").click();
  await data.locator("input[name=key]").fill("ticket");
  await data.locator("input[name=value]").fill("4711");
  await bar.button("setCallData").click();
  await bar.did("setCallData", "confirmed");
  await expect(data.locator("dd", { hasText: "4711" })).toBeVisible();

  quiet.expect(provoked.status(409));
  await platform.fault({ refuse: { status: 409, times: 1, path: "/api/csta" } });
  await page.keyboard.press("Escape");
  await bar.button("holdCall").click();
  await bar.did("holdCall", "refused");
  await board.live();
});

test("a key that is held down is pressed once", async ({ board, page, platform }) => {
  await board.live();
  const bar = new Bar(page);
  await bar.consults(platform);
  await expect(bar.calls.first()).toHaveAttribute("data-phone-state", "connected");
  await page.keyboard.down("Alt");
  // The first ends the consultation; what then stands at that key is the end of the other call.
  await page.keyboard.down("x");
  await expect(bar.calls).toHaveCount(1);
  await page.keyboard.down("x");
  await page.keyboard.up("Alt");
  await page.keyboard.up("x");
  await bar.button("retrieveCall").focus();
  await page.keyboard.down("Enter");
  await expect(bar.button("holdCall")).toBeFocused();
  const asked = (await platform.operations()).length;
  await page.keyboard.down("Enter");
  await page.keyboard.up("Enter");
  await page.keyboard.press("Alt+o");
  await bar.did("recording Start", "confirmed");
  expect((await platform.operations()).length, "the recording alone").toBe(asked + 1);
  await expect(bar.calls).toHaveAttribute("data-phone-state", "connected");
});

test("data that others set is read when it is looked at", async ({ board, page, platform }) => {
  await board.live();
  const bar = new Bar(page);
  await bar.call(OUTSIDE);
  const call = (await bar.calls.getAttribute("data-phone-call")) ?? "";
  await platform.setData(call, "crm", "case-4711");
  await bar.root.locator(".phone-data summary").click();
  await expect(bar.root.locator("dd", { hasText: "case-4711" })).toBeVisible();
});

test("where a consultation runs a third call takes no control away, and has keys of its own", async ({ context, page, own }) => {
  const { url, platform: sdk } = await own.demo("--agents", "3");
  const platform = new Platform(sdk);
  await signIn(context.request, url, "5000", "8000");
  await page.goto(url);
  await new Board(page).live();
  const bar = new Bar(page);
  await bar.consults(platform);
  // The simulated platform lets nobody in where two calls are: others may.
  await platform.rings("8000", OUTSIDE, "third");
  await expect(bar.calls).toHaveCount(3);
  const rings = page.locator("[data-phone-state=alerting]");
  await expect(rings.locator("[data-phone=answerCall]")).toHaveAttribute("aria-keyshortcuts", "Alt+A");
  await expect(rings.locator("[data-phone=dropConnection]")).toHaveAttribute("aria-keyshortcuts", "Alt+K");
  for (const end of ["conference", "cancelConsult", "transferCall"]) await expect(bar.button(end)).toBeEnabled();
  await expect(bar.button("consult")).toHaveCount(0);
  await page.keyboard.press("Alt+b");
  await bar.did("cancelConsult", "confirmed");
});

test("without the console nothing can be asked of the phone", async ({ context, page, own, quiet }) => {
  quiet.expect(provoked.noConnection);
  const demo = await own.demo("--agents", "3");
  await signIn(context.request, demo.url, "5000", "8000");
  await page.goto(demo.url);
  await new Board(page).live();
  const bar = new Bar(page);
  await expect(bar.button("login")).toBeEnabled();
  await demo.program.stop("SIGKILL");
  await expect(page.locator("body")).toHaveAttribute("data-link", "down");
  for (const button of await bar.root.locator("button").all()) await expect(button).toBeDisabled();
});

test("an address that leads nowhere has the bar too", async ({ board, page, platform, quiet }) => {
  quiet.expect(provoked.status(404));
  await board.live();
  const bar = new Bar(page);
  await bar.call(OUTSIDE);
  await page.goto("/nowhere");
  await expect(bar.calls).toContainText(OUTSIDE);
  await page.keyboard.press("Alt+x");
  await expect(bar.calls).toHaveCount(0);
  expect((await platform.floor()).calls).toEqual([]);
});

test("what is typed stays while the phone changes, and the focus with its call", async ({ board, page, platform }) => {
  const bar = new Bar(page);
  await bar.call(OUTSIDE);
  await bar.root.locator(".phone-data summary").click();
  const key = bar.root.locator("input[name=key]");
  await key.fill("ticket");
  await board.page.keyboard.press("Alt+h");
  await expect(bar.calls.first()).toHaveAttribute("data-phone-state", /held|connected/);
  await expect(bar.root.locator("[data-phone-last]")).toContainText("Hold");
  await expect(key.first()).toHaveValue("ticket");
  await expect(key.first()).toBeFocused();
  await bar.button("retrieveCall").first().focus();
  await page.keyboard.press("Enter");
  await expect(bar.button("holdCall").first()).toBeFocused();
});

test("what is typed before a slow answer comes stays", async ({ board }) => {
  const { page } = board;
  const bar = new Bar(page);
  let answer = () => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/phone", async (route) => {
    const response = await route.fetch();
    // One that is refused is tried again.
    if (response.ok()) await answered;
    await route.fulfill({ response });
  });
  await bar.call(OUTSIDE);
  await bar.number.fill("8001");
  const told = page.waitForResponse("**/phone");
  answer();
  await (await told).finished();
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await expect(bar.number).toHaveValue("8001");
  await page.keyboard.press("Alt+s");
  await expect(bar.calls).toHaveCount(2);
});

test("a viewer has no phone bar", async ({ context, page, own }) => {
  const { url } = await own.demo("--agents", "3", "--viewers", "5901");
  await signIn(context.request, url, "5901", "8901");
  await page.goto(url);
  await new Board(page).live();
  await expect(page.locator("#phone")).toHaveCount(0);
});

test.describe("a Chinese browser", () => {
  test.use({ locale: "zh-CN" });
  test("has the bar in Chinese, and what is not possible", async ({ board, page, quiet }) => {
    quiet.expect(provoked.status(400));
    const bar = new Bar(page);
    await board.live();
    await expect(bar.button("makeCall")).toContainText("呼叫");
    await bar.number.fill("没有数字");
    await page.locator("#phone-dial").evaluate((form: HTMLFormElement) => form.setAttribute("novalidate", ""));
    await bar.button("makeCall").click();
    await expect(bar.said).toHaveText("无法呼叫：请输入号码（仅限数字），或选择一个对象");
  });
});
