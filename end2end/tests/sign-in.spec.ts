// Signing in and out: it works, it says what is wrong, and signed out there is nothing to see.
import { Board, SignIn } from "./support/board";
import { expect, provoked, signIn, test } from "./support/fixtures";
import { Program } from "./support/program";

const WRONG = [
  { what: "a wrong password", values: { number: "5908", password: "nothing" }, kind: "wrong-credentials", words: /password or domain is wrong/, status: 401 },
  { what: "an unknown number", values: { number: "4711" }, kind: "wrong-credentials", words: /password or domain is wrong/, status: 401 },
  { what: "letters in the extension", values: { extension: "80a0" }, kind: "bad-argument", words: "The extension must be digits only", status: 400 },
  { what: "another domain", values: { domain: "other.cc" }, kind: "bad-argument", words: "does not serve that domain", status: 400 },
] as const;

const SERVE = ["serve", "--listen", "127.0.0.1:0", "--namespace", "test.cc", "--database-url", "sqlite::memory:"];

/** A console whose platform is not there. */
async function lonely(keep: (program: Program) => Program): Promise<string> {
  const program = keep(Program.start(...SERVE, "--sdk-url", "http://127.0.0.1:1"));
  const address = await program.says(/serving.*address=(127\.0\.0\.1:[1-9]\d*)/);
  await program.answers(`http://${address}/healthz`);
  return `http://${address}`;
}

test("one comes to the page that one wanted", async ({ page }) => {
  await page.goto("/?q=5003");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await expect(page.locator("body")).toHaveAttribute("data-hydrated");
  const form = new SignIn(page);
  await form.fill({});
  await form.submit();
  await expect(page).toHaveURL(/\/\?q=5003$/);
  const board = new Board(page);
  await board.live();
  await expect(board.rows).toHaveCount(1);
  await expect(board.row("5003")).toBeVisible();
  await expect(page.locator(".me")).toContainText("Supervisor 5000");
  await expect(page.locator(".me")).toContainText("8000");
});

for (const { what, values, kind, words, status } of WRONG) {
  test(`${what} is said in words`, async ({ page, quiet }) => {
    quiet.expect(provoked.status(status));
    await page.goto("/sign-in");
    await expect(page.locator("body")).toHaveAttribute("data-hydrated");
    const form = new SignIn(page);
    await form.fill(values);
    await form.submit();
    await expect(form.alert).toContainText(words);
    await expect(form.alert).toHaveAttribute("data-error", kind);
    await expect(form.alert).toBeFocused();
    await expect(form.field("password")).toHaveValue("");
    const kept = { number: "5000", domain: "test.cc", extension: "8000", ...values };
    for (const name of ["number", "domain", "extension"] as const) await expect(form.field(name)).toHaveValue(kept[name]);
    await expect(page).toHaveURL(/\/sign-in/);
    // The next try starts afresh.
    await form.fill({});
    await form.submit();
    await new Board(page).live();
  });
}

test("a platform that is not there is not the user's mistake", async ({ page, own, quiet }) => {
  quiet.expect(provoked.status(502));
  const url = await lonely(own.keep);
  await page.goto(`${url}/`);
  await expect(page.locator("body")).toHaveAttribute("data-hydrated");
  const form = new SignIn(page);
  await form.fill({});
  await form.submit();
  await expect(form.alert).toContainText("The platform cannot be reached");
  await expect(form.alert).toHaveAttribute("data-error", "platform-unreachable");
});

test("a console that is not there is something else again", async ({ page, context, quiet }) => {
  quiet.expect(provoked.noConnection);
  await page.goto("/sign-in");
  await expect(page.locator("body")).toHaveAttribute("data-hydrated");
  const form = new SignIn(page);
  await form.fill({});
  await context.setOffline(true);
  await form.submit();
  await expect(form.alert).toContainText("The console cannot be reached");
  await expect(form.alert).toHaveAttribute("data-error", "console-unreachable");
  await context.setOffline(false);
  await form.fill({});
  await form.submit();
  await new Board(page).live();
});

test("in Chinese the reason is Chinese", async ({ page, quiet }) => {
  quiet.expect(provoked.status(400));
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "中文" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await expect(page.locator("body")).toHaveAttribute("data-hydrated");
  const form = new SignIn(page);
  await form.fill({ extension: "80a0" });
  await form.submit();
  await expect(form.alert).toContainText("分机号只能是数字");
});

test("who has no role on the console is told so", async ({ page, own, quiet }) => {
  quiet.expect(provoked.status(403));
  const demo = await own.demo("--agents", "2", "--supervisors", "59*");
  await page.goto(`${demo.url}/sign-in`);
  await expect(page.locator("body")).toHaveAttribute("data-hydrated");
  const form = new SignIn(page);
  await form.fill({ number: "5001" });
  await form.submit();
  await expect(form.alert).toContainText("Ask your administrator for the supervisor role");
  await expect(form.alert).toHaveAttribute("data-error", "not-permitted");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  // The page still asks for its program ahead of time.
  test.beforeEach(({ quiet }) => quiet.expect(/was preloaded using link preload but not used/));

  test("signing in works", async ({ page, platform: _reset }) => {
    await page.goto("/?q=5003");
    const form = new SignIn(page);
    await form.fill({});
    await form.submit();
    await expect(page).toHaveURL(/\/(\?q=5003)?$/);
    await expect(page.locator('[data-agent="5003@test.cc"]')).toBeVisible();
    const notice = page.locator("noscript .page-notice");
    await expect(notice).toBeVisible();
    await expect(notice).toContainText("This page needs JavaScript to stay live");
    // It never looks live when it is not.
    await expect(page.locator("body")).not.toHaveAttribute("data-link", "live");
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL(/\/sign-in/);
  });

  for (const { what, values, words, kind } of WRONG) {
    test(`${what} is said in words`, async ({ page }) => {
      await page.goto("/sign-in");
      const form = new SignIn(page);
      await form.fill(values);
      await form.submit();
      await expect(form.alert).toContainText(words);
      await expect(form.alert).toHaveAttribute("data-error", kind);
      await expect(page.getByText(/status|error/i).filter({ visible: true })).toHaveCount(0);
      await expect(form.field("password")).toHaveValue("");
      // No password in the address, whatever went wrong.
      expect(page.url()).not.toContain("Aa123456");
    });
  }
});

test("signed out, nothing is shown and nothing works", async ({ page, request, demo, platform }) => {
  const before = (await platform.operations()).length;
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in$/);
  await expect(page.locator("[data-agent]")).toHaveCount(0);
  const data = { agentId: "5001@test.cc", deviceId: "8001@test.cc" };
  expect((await request.post(`${demo.url}/api/force/not-ready`, { data })).status()).toBe(401);
  expect((await request.get(`${demo.url}/`, { maxRedirects: 0 })).status()).toBe(303);
  expect((await platform.operations()).length).toBe(before);
});

test("signing out ends all tabs", async ({ board, context }) => {
  const other = new Board(await context.newPage());
  await other.open("/?q=500");
  await board.page.getByRole("button", { name: "Sign out" }).click();
  await expect(board.page).toHaveURL(/\/sign-in/);
  await expect(other.page).toHaveURL(/\/sign-in\?next=/);
  await expect(other.rows).toHaveCount(0);
});

test("one who is signed in does not sign in again", async ({ page, context, demo }) => {
  await signIn(context.request, demo.url);
  await page.goto("/sign-in");
  await expect(page).toHaveURL(/\/$/);
  await new Board(page).live();
});

test("an address that leads nowhere says so", async ({ page, context, demo, quiet }) => {
  quiet.expect(provoked.status(404));
  await signIn(context.request, demo.url);
  const answer = await page.goto("/nowhere");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
  await page.getByRole("link", { name: "To the floor" }).click();
  await new Board(page).live();
});
