// The seven operations, from a click to the event that proves them: what is asked before, what is sent, what is shown.
import type { Board, Operation } from "./support/board";
import { Board as BoardOf } from "./support/board";
import { expect, provoked, signIn, test } from "./support/fixtures";
import { type Platform, id, phoneOf } from "./support/platform";

const CALLS = "/api/csta/callControl/calls";
const connection = (call: string, agent: string) => `${CALLS}/${call}/connections/${id(phoneOf(agent))}%7C${call}`;

/** What the console has sent since this was called: exactly these requests, and each once. */
async function sent(platform: Platform) {
  const before = (await platform.operations()).length;
  return async (...wanted: { method: string; path: string; body?: unknown }[]) => {
    const since = (await platform.operations()).slice(before);
    expect(since.map(({ method, path, body }) => ({ method, path, body: body ? JSON.parse(body) : undefined }))).toEqual(
      wanted.map(({ method, path, body }) => ({ method, path, body })),
    );
  };
}

/** `from` and `to` are in a call, and the board says so. */
async function talking(board: Board, platform: Platform, from: string, to: string): Promise<string> {
  const call = await platform.talk(from, to);
  await board.is(from, "on-call");
  await board.is(to, "on-call");
  return call;
}

const confirmed = (word: string) => new RegExp(`^${word} confirmed \\+[\\d.]+ m?s`);

test("listen: the supervisor's phone hears the call", async ({ board, platform }) => {
  const call = await talking(board, platform, "5001", "5002");
  const only = await sent(platform);
  await board.act("5001", "forceListen");
  await board.outcome("5001", "forceListen", "confirmed", confirmed("Listen"));
  await only({ method: "POST", path: `${CALLS}/${call}/spy?deviceId=8000@test.cc` });
  await expect(board.row("5001").locator('[data-tag="listening"]')).toHaveText("listening: 8000");
  await expect(board.row("5002").locator('[data-tag="listening"]')).toHaveText("listening: 8000");
  // A listener is no party.
  await expect(board.row("5001").locator('[data-tag="parties"]')).toHaveCount(0);
  await board.is("5001", "on-call");
  expect(await platform.devicesIn(call)).toEqual(["8000", "8001", "8002"]);
  // Once is enough.
  await expect(board.action("5001", "forceListen")).toHaveAttribute("aria-disabled", "true");
  await expect(board.action("5001", "forceListen")).toHaveAttribute("title", /your phone is in that call already/);
});

test("join: the supervisor becomes a party", async ({ board, platform }) => {
  const call = await talking(board, platform, "5003", "5004");
  const only = await sent(platform);
  await board.act("5003", "forceJoin");
  await board.outcome("5003", "forceJoin", "confirmed", confirmed("Join"));
  const body = { conferenceParticipant: "8000", participationType: "Active" };
  await only({ method: "POST", path: `${connection(call, "5003")}/singleStepConference`, body });
  for (const agent of ["5003", "5004"]) {
    await board.is(agent, "conference");
    await expect(board.row(agent).locator('[data-tag="parties"]')).toHaveText("3 parties");
  }
  expect(await platform.devicesIn(call)).toEqual(["8000", "8003", "8004"]);
});

test("take: the call moves to the supervisor's phone", async ({ board, platform }) => {
  const call = await talking(board, platform, "5005", "5006");
  const only = await sent(platform);
  await board.act("5005", "forceTake");
  await expect(board.dialog).toContainText("8000");
  await only();
  await board.confirm("forceTake");
  await board.outcome("5005", "forceTake", "confirmed", confirmed("Take"));
  await only({ method: "POST", path: `${connection(call, "5005")}/singleStepTransfer`, body: { transferTo: "8000" } });
  await expect(board.row("5005")).not.toHaveAttribute("data-call");
  await board.is("5006", "on-call");
  expect(await platform.devicesIn(call)).toEqual(["8000", "8006"]);
});

test("take: the other side sees who took it", async ({ board, platform }) => {
  await talking(board, platform, "5005", "5006");
  await board.act("5005", "forceTake");
  await board.confirm("forceTake");
  await board.outcome("5005", "forceTake", "confirmed");
  await expect(board.cell("5006", "call")).toContainText("8000");
  await expect(board.cell("5006", "call")).not.toContainText("8005");
});

test("drop: the agent is hung up on", async ({ board, platform }) => {
  const call = await talking(board, platform, "5007", "5008");
  const only = await sent(platform);
  await board.act("5007", "forceDrop");
  await board.confirm("forceDrop");
  await board.outcome("5007", "forceDrop", "confirmed", confirmed("Drop"));
  await only({ method: "DELETE", path: connection(call, "5007") });
  await expect(board.row("5007")).not.toHaveAttribute("data-call");
  await expect(board.row("5008")).not.toHaveAttribute("data-call");
  expect(await platform.devicesIn(call)).toEqual([]);
});

test("ready", async ({ board, platform }) => {
  await platform.setMode("5009", "NotReady");
  await board.is("5009", "not-ready");
  const only = await sent(platform);
  await board.act("5009", "forceReady");
  await board.outcome("5009", "forceReady", "confirmed", confirmed("Ready"));
  await board.is("5009", "ready");
  const body = { func: "SetState", agentMode: "Ready", loginId: id("5009"), agentId: id("5009"), device: id("8009") };
  await only({ method: "POST", path: "/api/csta/agent/state", body });
});

test("not ready", async ({ board, platform }) => {
  await board.is("5010", "ready");
  const only = await sent(platform);
  await board.act("5010", "forceNotReady");
  await board.outcome("5010", "forceNotReady", "confirmed", confirmed("Not ready"));
  await board.is("5010", "not-ready");
  const body = { func: "SetState", agentMode: "NotReady", loginId: id("5010"), agentId: id("5010"), device: id("8010") };
  await only({ method: "POST", path: "/api/csta/agent/state", body });
});

test("log out", async ({ board, platform }) => {
  await board.is("5011", "ready");
  const only = await sent(platform);
  await board.act("5011", "forceLogout");
  await board.confirm("forceLogout");
  await board.outcome("5011", "forceLogout", "confirmed", confirmed("Log out"));
  await board.is("5011", "logged-out");
  const body = { namespace: "test.cc", func: "Logout", device: id("8011"), agentId: id("5011"), loginId: id("5011") };
  await only({ method: "POST", path: "/api/csta/agent/state", body });
});

const ASKS: { operation: Operation; title: string; consequence: RegExp }[] = [
  { operation: "forceDrop", title: "Drop Gao Juan (5009)'s call?", consequence: /leaves the call with 8010.*cannot be undone/ },
  { operation: "forceTake", title: "Take Gao Juan (5009)'s call?", consequence: /call with 8010 moves to your phone 8000/ },
  { operation: "forceLogout", title: "Log Gao Juan (5009) out?", consequence: /gets no more calls until logging in again/ },
];

for (const { operation, title, consequence } of ASKS) {
  test(`${operation} asks once: the safe answer has the focus, Escape and Cancel send nothing`, async ({ board, platform }) => {
    await talking(board, platform, "5009", "5010");
    const only = await sent(platform);
    const cancel = board.dialog.locator("[data-cancel]");
    for (const leave of [() => board.page.keyboard.press("Escape"), () => cancel.click(), () => board.page.keyboard.press("Enter")]) {
      await board.act("5009", operation);
      await expect(board.dialog.getByRole("heading")).toHaveText(title);
      await expect(board.dialog).toContainText(consequence);
      await expect(board.page.getByRole("dialog", { name: title })).toBeVisible();
      await expect(cancel).toBeFocused();
      await leave();
      await expect(board.dialog).toBeHidden();
    }
    await only();
    await expect(board.progress("5009", operation)).toHaveCount(0);
    await board.is("5009", "on-call");
  });
}

test("progress is told in words, step by step", async ({ board, platform }) => {
  await board.is("5012", "ready");
  await platform.fault({ stall_http_ms: 2_000, mute_events: 1 });
  await board.act("5012", "forceNotReady");
  await board.outcome("5012", "forceNotReady", "requested", "Not ready requested");
  await expect(board.action("5012", "forceNotReady")).toHaveAttribute("title", /already under way/);
  await board.outcome("5012", "forceNotReady", "accepted", /^Not ready accepted \+[\d.]+ m?s$/);
  await board.is("5012", "ready");
  // Its event, late.
  await platform.agentEvent("agentNotReady", "5012");
  await board.outcome("5012", "forceNotReady", "confirmed", confirmed("Not ready"));
  await board.is("5012", "not-ready");
});

test("progress survives a reload, and a second tab shows it", async ({ board, platform, context }) => {
  await board.is("5013", "ready");
  await platform.fault({ mute_events: 1 });
  await board.act("5013", "forceNotReady");
  await board.outcome("5013", "forceNotReady", "accepted");
  await board.page.reload();
  await board.live();
  await board.outcome("5013", "forceNotReady", "accepted", "Not ready accepted");
  const other = new BoardOf(await context.newPage());
  await other.open("/?q=5013");
  await other.outcome("5013", "forceNotReady", "accepted");
  await platform.agentEvent("agentNotReady", "5013");
  for (const tab of [board, other]) await tab.outcome("5013", "forceNotReady", "confirmed");
  await board.page.reload();
  await board.live();
  await board.outcome("5013", "forceNotReady", "confirmed", confirmed("Not ready"));
});

test("what is seen can be put aside", async ({ board }) => {
  await board.act("5014", "forceNotReady");
  await board.outcome("5014", "forceNotReady", "confirmed");
  await board.progress("5014", "forceNotReady").getByRole("button", { name: "Dismiss" }).click();
  await expect(board.progress("5014", "forceNotReady")).toHaveCount(0);
});

test("a double click sends one request", async ({ board, platform }) => {
  await board.is("5015", "ready");
  await platform.fault({ stall_http_ms: 500 });
  const only = await sent(platform);
  await board.row("5015").hover();
  await board.action("5015", "forceNotReady").dblclick();
  await board.outcome("5015", "forceNotReady", "confirmed");
  const body = { func: "SetState", agentMode: "NotReady", loginId: id("5015"), agentId: id("5015"), device: id("8015") };
  await only({ method: "POST", path: "/api/csta/agent/state", body });
});

test("what cannot work says why, and sends nothing", async ({ board, platform }) => {
  await board.is("5016", "ready");
  const only = await sent(platform);
  const why: [Operation, string][] = [
    ["forceListen", "not in a call"],
    ["forceJoin", "not in a call"],
    ["forceTake", "not in a call"],
    ["forceDrop", "not in a call"],
    ["forceReady", "ready already"],
  ];
  for (const [operation, words] of why) {
    const button = board.action("5016", operation);
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await expect(button).toHaveAttribute("title", new RegExp(words));
    await expect(button).not.toHaveAttribute("disabled");
  }
  for (const operation of ["forceNotReady", "forceLogout"] as const) {
    await expect(board.action("5016", operation)).not.toHaveAttribute("aria-disabled");
  }
  await board.row("5016").hover();
  await board.action("5016", "forceDrop").click({ force: true });
  await board.outcome("5016", "forceDrop", "refused", "Drop not possible: not in a call");
  await expect(board.dialog).toBeHidden();
  await only();

  await platform.setMode("5016", "NotReady");
  await expect(board.action("5016", "forceNotReady")).toHaveAttribute("title", /not ready already/);
  await expect(board.action("5016", "forceReady")).not.toHaveAttribute("aria-disabled");
});

test("the server checks for itself", async ({ board, platform, demo }) => {
  await board.is("5017", "ready");
  const only = await sent(platform);
  const ask = async (path: string, data: Record<string, string>) => {
    const answer = await board.page.request.post(`${demo.url}/api/force/${path}`, { data });
    return [answer.status(), await answer.text()];
  };
  expect(await ask("not-ready", { agentId: "5017@other.cc", deviceId: "8017@test.cc" })).toEqual([400, expect.stringContaining("agentId")]);
  expect(await ask("drop", { deviceId: "8017@test.cc", callId: "..\n/login" })).toEqual([400, expect.stringContaining("callId")]);
  expect(await ask("drop", { deviceId: "8017@test.cc", callId: ".." })).toEqual([400, expect.stringContaining("callId")]);
  // The platform may call a call anything; what it has never told of goes nowhere.
  expect(await ask("drop", { deviceId: "8017@test.cc", callId: "../../login" })).toEqual([409, expect.stringContaining("obstacle")]);
  const nowhere = { deviceId: "8017@test.cc", callId: "00000000-0000-4000-8000-000000000000" };
  expect(await ask("drop", nowhere)).toEqual([409, expect.stringContaining("obstacle")]);
  await only();
});

test("an operation that is not offered is not there, by mouse or by key", async ({ page, context, own, quiet }) => {
  quiet.expect(provoked.status(403));
  const { url } = await own.demo("--agents", "3", "--hide-action", "forceLogout");
  await signIn(context.request, url);
  const board = new BoardOf(page);
  await board.open(`${url}/`);
  await expect(board.row("5001").locator("[data-action]")).toHaveCount(6);
  await expect(board.action("5001", "forceLogout")).toHaveCount(0);
  await board.row("5001").focus();
  await page.keyboard.press("o");
  await page.keyboard.press("n");
  await board.outcome("5001", "forceNotReady", "confirmed");
  await expect(board.dialog).toBeHidden();
});

test("who may only look is told so", async ({ page, context, own }) => {
  const { url } = await own.demo("--agents", "3", "--viewers", "5901");
  await signIn(context.request, url, "5901", "8901");
  const board = new BoardOf(page);
  await board.open(`${url}/`);
  await board.is("5001", "ready");
  const actions = board.row("5001").locator("[data-action]");
  await expect(actions).toHaveCount(7);
  for (const button of await actions.all()) {
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await expect(button).toHaveAttribute("title", /you may look but not step in/);
  }
});
