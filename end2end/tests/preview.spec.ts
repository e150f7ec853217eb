// Before the click: each button says what it will do here and now, or why it cannot; and what was shown is what is done.
import { expect, provoked, test } from "./support/fixtures";
import { id } from "./support/platform";

test("buttons say what will happen here and now", async ({ board, platform }) => {
  const title = (agent: string, operation: Parameters<typeof board.action>[1]) => board.action(agent, operation).getAttribute("title");
  expect(await title("5001", "forceListen")).toContain("not in a call");
  await expect(board.action("5001", "forceLogout")).toHaveAttribute("data-effect", "now");
  const call = await platform.talk("5001", "5002");
  await board.is("5001", "on-call");
  await expect(board.action("5001", "forceLogout")).toHaveAttribute("data-effect", "after-call");
  await expect(board.action("5001", "forceLogout")).toHaveAttribute("title", /after (this|the) call/);
  await expect(board.action("5001", "forceDrop")).toHaveAttribute("data-effect", "ends-call");
  await platform.hold(call, "8001");
  await board.is("5001", "on-hold");
  await expect(board.action("5001", "forceJoin")).toHaveAttribute("aria-disabled", "true");
  await expect(board.action("5001", "forceJoin")).toHaveAttribute("title", /8001 .*hold/);
  await expect(board.action("5002", "forceJoin")).not.toHaveAttribute("aria-disabled");
  await platform.retrieve(call, "8001");
  await platform.conference(call, "8001", "8003");
  await board.is("5001", "conference");
  await expect(board.action("5001", "forceDrop")).toHaveAttribute("data-effect", "leaves");
});

test("a busy phone of one's own says so", async ({ board, platform }) => {
  await platform.talk("5001", "5002");
  await platform.dial("8000", "8003");
  await board.is("5003", "on-call");
  for (const operation of ["forceListen", "forceJoin", "forceTake"] as const) {
    await expect(board.action("5001", operation)).toHaveAttribute("aria-disabled", "true");
    await expect(board.action("5001", operation)).toHaveAttribute("title", /8000/);
  }
});

test("a dialog follows the call that it asks about", async ({ board, platform }) => {
  const asked = (await platform.operations()).length;
  const call = await platform.talk("5001", "5002");
  await platform.conference(call, "8001", "8003");
  await board.is("5001", "conference");
  await board.act("5001", "forceDrop");
  const before = await board.dialog.innerText();
  await platform.drop(call, "8003");
  await expect.poll(() => board.dialog.innerText()).not.toBe(before);
  await platform.drop(call, "8002");
  await expect(board.dialog.locator('[data-confirm="forceDrop"]')).toBeDisabled();
  expect(await platform.operations()).toHaveLength(asked);
});

test("what the floor has overtaken is refused and explained", async ({ board, platform, page, quiet }) => {
  quiet.expect(provoked.status(409));
  // From now on the page hears late: what the console says is held back until the click is made.
  let held = false;
  const waiting: (() => void)[] = [];
  await page.routeWebSocket(/\/live/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (held) waiting.push(() => socket.send(message));
      else socket.send(message);
    });
  });
  const call = await platform.talk("5001", "5002");
  await platform.conference(call, "8001", "8003");
  await board.open();
  await board.is("5001", "conference");
  await expect(board.action("5001", "forceDrop")).toHaveAttribute("data-effect", "leaves");
  held = true;
  await platform.drop(call, "8003");
  const parties = async () => {
    const { calls } = await (await page.request.get("/api/calls")).json();
    return calls[0]?.parties.map((party: { device: string }) => party.device);
  };
  await expect.poll(parties).toEqual([id("8001"), id("8002")]);
  // The dialog says that the others go on talking; by now the call would end.
  await board.act("5001", "forceDrop");
  await board.dialog.locator('[data-confirm="forceDrop"]').click();
  await expect(board.row("5001").locator("[data-outcome]")).toHaveAttribute("data-outcome", "refused");
  await expect(board.row("5001").locator("[data-outcome]")).toContainText(/meanwhile|changed/);
  expect(await platform.devicesIn(call)).toEqual(["8001", "8002"]);
  expect((await platform.operations()).filter((asked) => asked.method === "DELETE" && asked.path.includes(call))).toEqual([]);
  held = false;
  for (const send of waiting) send();
  await expect(board.action("5001", "forceDrop")).toHaveAttribute("data-effect", "ends-call");
});

test("a key does not act on a row that the focus only strayed to", async ({ board, page, platform }) => {
  const call = await platform.talk("5001", "5002");
  await platform.talk("5003", "5004");
  await board.open("/?state=on-call");
  await board.row("5001").focus();
  const asked = (await platform.operations()).length;
  await platform.drop(call, "8001");
  await expect(board.row("5001")).toHaveCount(0);
  await board.focused("5003");
  await page.keyboard.press("n");
  await expect(page.getByRole("status").filter({ hasText: "That row has gone" })).toBeAttached();
  expect(await platform.operations()).toHaveLength(asked);
  // Chosen, it is meant.
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("n");
  await board.outcome("5004", "forceNotReady", "accepted");
  expect(await platform.operations()).toHaveLength(asked + 1);
});
