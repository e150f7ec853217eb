// Ids as wide as the platform's: whoever is shown is opened and acted on, whatever the id.
import { Board, type Operation } from "./support/board";
import { expect, signIn, test } from "./support/fixtures";
import { Platform } from "./support/platform";

/** The numbers, and their agents' pages. */
const ODD = [
  { number: "张伟", path: "%E5%BC%A0%E4%BC%9F@test.cc" },
  { number: "50+01", path: "50%2B01@test.cc" },
  { number: "50#01", path: "50%2301@test.cc" },
  { number: "50 01", path: "50%2001@test.cc" },
  { number: "50%2F01", path: "50%252F01@test.cc" },
  { number: "a/b,c", path: "a%2Fb,c@test.cc" },
  { number: "..", path: "..@test.cc" },
  { number: `5'"]<x>\\`, path: "5%27%22%5D%3Cx%3E%5C@test.cc" },
];

test("agents with ids of any kind are opened, acted on and selected like the others", async ({ context, page, own, quiet: _ }) => {
  const demo = await own.demo("--agents", "3");
  const platform = new Platform(demo.platform);
  await platform.hire(ODD.map(({ number }, at) => ({ id: `${number}@test.cc`, device: `81${at + 10}@test.cc`, name: "" })));
  await signIn(context.request, demo.url);
  const board = new Board(page);
  await board.open(`${demo.url}/`);
  await expect(board.rows).toHaveCount(ODD.length + 3);

  const act = async (operation: Operation, confirm = false) => {
    await board.panel.locator(`[data-action="${operation}"]`).click();
    if (confirm) await board.confirm(operation);
    await expect(board.panel.locator('[data-steps="confirmed"]')).toBeVisible();
  };
  for (const { number, path } of ODD) {
    // By key; the address says whom, and shows the same when it is opened anew.
    await board.row(number).focus();
    await page.keyboard.press("Enter");
    await expect(board.panel).toHaveAttribute("data-panel", `${number}@test.cc`);
    await expect(board.panel.getByRole("heading", { level: 2 })).toContainText(number);
    await act("forceNotReady");
    await board.is(number, "not-ready");
    expect(new URL(page.url()).searchParams.get("agent")).toBe(number);
    await page.reload();
    await board.live();
    await expect(board.panel).toHaveAttribute("data-panel", `${number}@test.cc`);
    await expect(board.panel.locator("[data-day] svg.strip")).toBeVisible();

    // The page of its own, and back.
    await board.panel.locator("[data-open-page]").click();
    await expect(page).toHaveURL(`${demo.url}/agents/${path}`);
    await board.live();
    await expect(page.locator("article")).toHaveAttribute("data-agent", `${number}@test.cc`);
    await page.locator('[data-action="forceReady"]').click();
    await expect(page.locator(".standing")).toHaveText(/^Ready/);
    await page.locator("[data-to-floor]").click();
    await board.live();
    await expect(board.panel).toHaveAttribute("data-panel", `${number}@test.cc`);
    await page.keyboard.press("Escape");
    await expect(board.panel).toHaveCount(0);
  }

  // Found by what is typed; the letters act on the focused row.
  await board.search.fill("50#01");
  await expect(board.rows).toHaveCount(1);
  await board.row("50#01").focus();
  await page.keyboard.press("o");
  await board.confirm("forceLogout");
  await board.is("50#01", "logged-out");
  await board.search.fill("");
  await expect(board.rows).toHaveCount(ODD.length + 3);

  // Many at once.
  for (const { number } of ODD) await board.box(number).click();
  await board.selected(...ODD.map(({ number }) => number));
  await page.locator('[data-bulk="forceNotReady"]').click();
  await expect(board.bulk.locator("[data-dry-run]")).toHaveText(`${ODD.length - 1} now, 0 after their call, 1 not possible`);
  await board.bulk.locator("[data-confirm]").click();
  await expect(page.locator("[data-run]")).toHaveAttribute("data-run-state", "done");
  for (const { number } of ODD) await board.is(number, number === "50#01" ? "logged-out" : "not-ready");

  // A call of one of them, from its row and on the page of the calls.
  await platform.dial("8110", "13800001111");
  await board.is("张伟", "on-call");
  await board.act("张伟", "forceListen");
  await board.outcome("张伟", "forceListen", "confirmed");
  await page.goto(`${demo.url}/calls`);
  await board.live();
  await page.getByRole("grid").getByRole("link", { name: "张伟" }).first().click();
  await expect(page).toHaveURL(`${demo.url}/agents/${ODD[0]?.path}`);
  await board.live();
  await page.locator('[data-action="forceDrop"]').click();
  await board.confirm("forceDrop");
  await expect(page.locator(".standing")).toHaveText(/^Not ready/);
});

test("a supervisor whose number is a name signs in and comes back to where it was wanted", async ({ page, own, quiet: _ }) => {
  const demo = await own.demo("--agents", "3", "--supervisors", "组长 +1");
  const platform = new Platform(demo.platform);
  await platform.hire([
    { id: "组长 +1@test.cc", device: "8190@test.cc", name: "" },
    { id: "50+01@test.cc", device: "8191@test.cc", name: "" },
  ]);
  await page.goto(`${demo.url}/agents/50%2B01@test.cc`);
  await expect(page.locator("body")).toHaveAttribute("data-hydrated");
  for (const [name, value] of [["number", "组长 +1"], ["password", "Aa123456"], ["extension", "8000"]] as const) {
    await page.locator(`input[name=${name}]`).fill(value);
  }
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${demo.url}/agents/50%2B01@test.cc`);
  await new Board(page).live();
  await page.locator('[data-action="forceNotReady"]').click();
  await expect(page.locator('[data-steps="confirmed"]')).toContainText("组长 +1");
});
