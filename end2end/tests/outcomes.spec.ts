// What does not end well is told as it is: refused with the reason, unknown, not confirmed. In both languages.
import { expect, provoked, test } from "./support/fixtures";

test("a refusal is told in words, with what to do", async ({ board, platform, quiet }) => {
  quiet.expect(provoked.status(409));
  // As where a call began just before the request came.
  await platform.fault({ refuse: { status: 460, path: "/api/csta/agent/state" } });
  await board.act("5001", "forceLogout");
  await board.confirm("forceLogout");
  await board.outcome("5001", "forceLogout", "refused", "Log out refused: Device 8001 is in a call (460)");
  await expect(board.progress("5001", "forceLogout")).toHaveAttribute("title", /Wait for the call to end, or drop it first/);
  await board.is("5001", "ready");
  expect((await platform.operations()).at(-1)).toMatchObject({ path: "/api/csta/agent/state", status: 460 });
  // It is the server's truth: still there after a reload.
  await board.page.reload();
  await board.live();
  await board.outcome("5001", "forceLogout", "refused", "Device 8001 is in a call (460)");
});

test("a refusal is told in Chinese", async ({ board, platform, quiet }) => {
  quiet.expect(provoked.status(409));
  await board.page.getByRole("link", { name: "中文" }).click();
  await expect(board.page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await board.live();
  await platform.fault({ refuse: { status: 460, path: "/api/csta/agent/state" } });
  await board.act("5003", "forceLogout");
  await board.confirm("forceLogout");
  await board.outcome("5003", "forceLogout", "refused", "签出被拒绝：分机 8003 正在通话（460）");
  await expect(board.progress("5003", "forceLogout")).toHaveAttribute("title", /请等通话结束/);
});

const REFUSALS = [
  { status: 423, words: "The agent is deleted or disabled (423)" },
  { status: 455, body: '{"deviceId":"8099@test.cc"}', words: "Already logged in on another device 8099 (455)" },
  { status: 459, body: '{"agentId":"5099@test.cc"}', words: "Device 8005 is in use by another agent 5099 (459)" },
  { status: 501, words: "The platform failed (501)" },
];

for (const { status, body, words } of REFUSALS) {
  test(`status ${status} has its own words`, async ({ board, platform, quiet }) => {
    quiet.expect(provoked.status(409));
    await board.is("5005", "ready");
    await platform.fault({ refuse: { status, body, path: "/api/csta/agent/state" } });
    await board.act("5005", "forceNotReady");
    await board.outcome("5005", "forceNotReady", "refused", words);
    await board.is("5005", "ready");
    // It may be tried again, and then it works.
    await board.act("5005", "forceNotReady");
    await board.outcome("5005", "forceNotReady", "confirmed");
  });
}

test("what a gateway answers leaves the outcome unknown until the event comes", async ({ board, platform, quiet }) => {
  quiet.expect(provoked.status(504));
  await board.is("5007", "ready");
  await platform.fault({ refuse: { status: 502, path: "/api/csta/agent/state" } });
  await board.act("5007", "forceNotReady");
  await board.outcome("5007", "forceNotReady", "unknown", "Not ready: outcome unknown");
  await platform.setMode("5007", "NotReady");
  await board.outcome("5007", "forceNotReady", "confirmed");
});

test("a connection that breaks leaves the outcome unknown, and nothing is repeated", async ({ board, platform, quiet }) => {
  quiet.expect(provoked.status(504));
  await board.is("5006", "ready");
  const before = (await platform.operations()).length;
  await platform.fault({ drop_http: 1 });
  await board.act("5006", "forceNotReady");
  await board.outcome("5006", "forceNotReady", "unknown", "Not ready: outcome unknown");
  await expect(board.progress("5006", "forceNotReady")).toHaveAttribute("title", /may or may not have taken effect/);
  // Its event may come all the same: then it is known.
  await platform.agentEvent("agentNotReady", "5006");
  await board.is("5006", "not-ready");
  expect((await platform.operations()).length).toBe(before + 1);
});

test("what no event proves within ten seconds is not confirmed, until it is", async ({ board, platform }) => {
  await board.is("5007", "ready");
  await platform.fault({ mute_events: 1 });
  await board.act("5007", "forceNotReady");
  await board.outcome("5007", "forceNotReady", "accepted");
  await board.outcome("5007", "forceNotReady", "unconfirmed", "Not ready accepted, not confirmed", { timeout: 20_000 });
  await expect(board.progress("5007", "forceNotReady")).toHaveAttribute("title", /no event within ten seconds/);
  await board.is("5007", "ready");
  await platform.agentEvent("agentNotReady", "5007");
  await board.outcome("5007", "forceNotReady", "confirmed");
});

test("a platform session that has ended sends one to the sign-in, and says so", async ({ board, platform, quiet }) => {
  quiet.expect(provoked.status(401, 409), provoked.noConnection);
  await board.is("5008", "ready");
  await platform.fault({ expire_sessions: true });
  await board.act("5008", "forceNotReady");
  await expect(board.page).toHaveURL(/\/sign-in\?next=/);
});
