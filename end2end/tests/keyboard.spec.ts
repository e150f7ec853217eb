// Everything without a mouse.
import { Board } from "./support/board";
import { AGENTS, expect, test } from "./support/fixtures";

test("from the sign-in to a confirmed step-in and one that is called off", async ({ page, platform }) => {
  const { keyboard } = page;
  await platform.talk("5002", "5003");
  const sent = (await platform.operations()).length;
  await page.goto("/");
  await expect(page.locator("body")).toHaveAttribute("data-hydrated");
  for (const [name, text] of [["number", "5000"], ["password", "Aa123456"], ["domain", "test.cc"], ["extension", "8000"]] as const) {
    await keyboard.press("Tab");
    const field = page.locator(`input[name=${name}]`);
    await expect(field).toBeFocused();
    await keyboard.press("ControlOrMeta+A");
    await keyboard.type(text);
    await expect(field).toHaveValue(text);
  }
  await keyboard.press("Enter");
  const board = new Board(page);
  await board.live();
  await board.is("5002", "on-call");

  // Past the head of the page in one step.
  await keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the board" })).toBeFocused();
  await keyboard.press("Enter");
  const first = board.row("5001");
  // The columns' heads come before the rows.
  const there = () => first.evaluate((row) => row === document.activeElement);
  for (let tabs = 0; tabs < 12 && !(await there()); tabs++) await keyboard.press("Tab");
  await board.focused("5001");

  await keyboard.press("n");
  await board.outcome("5001", "forceNotReady", "confirmed");
  await board.is("5001", "not-ready");
  await board.focused("5001");

  await keyboard.press("ArrowDown");
  await board.focused("5002");
  await keyboard.press("d");
  await expect(board.dialog).toBeVisible();
  await expect(board.dialog.locator("[data-cancel]")).toBeFocused();
  // The dialog keeps the keyboard to itself.
  await keyboard.press("n");
  await keyboard.press("ArrowDown");
  await expect(board.dialog).toBeVisible();
  await keyboard.press("Escape");
  await expect(board.dialog).toBeHidden();
  await board.focused("5002");
  await board.is("5002", "on-call");
  expect((await platform.operations()).length).toBe(sent + 1);

  // Confirmed by keyboard: Tab leads from the safe answer to the other.
  await keyboard.press("d");
  await expect(board.dialog.locator("[data-cancel]")).toBeFocused();
  await keyboard.press("Tab");
  await expect(board.dialog.locator("[data-confirm]")).toBeFocused();
  await keyboard.press("Enter");
  await board.outcome("5002", "forceDrop", "confirmed");
  await board.focused("5002");
});

test("arrows, Home, End and pages walk the rows", async ({ board }) => {
  const { keyboard } = board.page;
  await board.row("5001").focus();
  const walk: [string, string][] = [
    ["ArrowDown", "5002"],
    ["ArrowDown", "5003"],
    ["ArrowUp", "5002"],
    ["End", "5024"],
    ["ArrowDown", "5024"],
    ["Home", "5001"],
    ["ArrowUp", "5001"],
  ];
  for (const [key, agent] of walk) {
    await keyboard.press(key);
    await board.focused(agent);
    await expect(board.row(agent)).toBeInViewport({ ratio: 0.99 });
  }
  await keyboard.press("PageDown");
  await expect(board.row("5001")).not.toBeFocused();
  await expect(board.page.locator("[data-agent]:focus")).toHaveCount(1);
  await keyboard.press("PageUp");
  await board.focused("5001");
  // One row only is in the order of tabs.
  await expect(board.page.locator('[data-agent][tabindex="0"]')).toHaveCount(1);
});

test("the actions of a row are reached with Tab, and worked with Enter", async ({ board }) => {
  const { keyboard } = board.page;
  await board.row("5004").focus();
  await board.focused("5004");
  await expect(board.row("5004").locator(".actions")).toHaveCSS("opacity", "1");
  for (const operation of ["forceListen", "forceJoin", "forceTake", "forceDrop", "forceReady", "forceNotReady"] as const) {
    await keyboard.press("Tab");
    await expect(board.action("5004", operation)).toBeFocused();
  }
  await keyboard.press("Enter");
  await board.outcome("5004", "forceNotReady", "confirmed");
});

test("a key for what cannot work says why", async ({ board, platform }) => {
  const before = (await platform.operations()).length;
  await board.row("5005").focus();
  for (const [key, operation, words] of [
    ["l", "forceListen", "Listen not possible: not in a call"],
    ["j", "forceJoin", "Join not possible: not in a call"],
    ["t", "forceTake", "Take not possible: not in a call"],
    ["d", "forceDrop", "Drop not possible: not in a call"],
    ["r", "forceReady", "Ready not possible: ready already"],
  ] as const) {
    await board.page.keyboard.press(key);
    await board.outcome("5005", operation, "refused", words);
    await expect(board.page.getByRole("status")).toContainText(words);
  }
  await expect(board.dialog).toBeHidden();
  expect((await platform.operations()).length).toBe(before);
});

test("/ goes to the search, Escape leaves it", async ({ board }) => {
  const { page } = board;
  await page.keyboard.press("/");
  await expect(board.search).toBeFocused();
  // Letters are letters there, the slash too.
  await page.keyboard.type("50/n?");
  await expect(board.search).toHaveValue("50/n?");
  await expect(board.dialog).toBeHidden();
  await board.search.fill("5006");
  await expect(board.rows).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(board.search).not.toBeFocused();
});

test("? lists the keys, Escape closes", async ({ board }) => {
  const { page } = board;
  const dialog = page.locator("dialog[data-dialog=keys]");
  await board.row("5007").focus();
  await page.keyboard.press("?");
  await expect(dialog).toBeVisible();
  const keys = ["↑", "↓", "Enter", "x", "⇧", "x", "Home", "End", "PgUp", "PgDn", "/", "!", "?", "Esc", "l", "j", "t", "d", "r", "n", "o", "p", "c"];
  await expect(dialog.locator("kbd")).toHaveText(keys);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await board.focused("5007");
});

test("the focus stays with its agent while rows move", async ({ board, platform }) => {
  await board.open("/?sort=state");
  await board.row("5008").focus();
  await platform.setMode("5008", "NotReady");
  await expect.poll(async () => (await board.order())[0]).toBe("5008");
  await board.focused("5008");
  await platform.setMode("5008", "Ready");
  await expect.poll(async () => (await board.order()).indexOf("5008")).toBe(7);
  await board.focused("5008");
  expect((await board.order()).length).toBe(AGENTS);
});

test("when the focused row leaves the board, the one in its place has the focus", async ({ board, platform }) => {
  await board.open("/?state=ready");
  await board.row("5009").focus();
  await platform.setMode("5009", "NotReady");
  await expect(board.row("5009")).toHaveCount(0);
  await board.focused("5010");
  await board.page.keyboard.press("ArrowUp");
  await board.focused("5008");
});
