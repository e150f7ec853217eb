// The content policy in a real browser: nothing of ours runs into it, in any page, theme or state; what somebody injects does.
import type { BrowserContext, Page } from "@playwright/test";
import { Board } from "./support/board";
import { expect, provoked, signIn, test } from "./support/fixtures";

/** What the pages of a context ran into. The console's own errors the fixtures watch. */
async function violations(context: BrowserContext): Promise<string[]> {
  const found: string[] = [];
  await context.exposeFunction("tellViolation", (told: string) => found.push(told));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const tell = (window as unknown as { tellViolation(told: string): void }).tellViolation;
      tell(`${location.pathname}: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
    });
  });
  return found;
}

const hydrated = (page: Page) => expect(page.locator("body")).toHaveAttribute("data-hydrated");

for (const theme of ["light", "dark"] as const) {
  test(`no page of ours runs into the policy: ${theme}`, async ({ context, page, demo, platform, quiet }) => {
    quiet.expect(provoked.status(404));
    const found = await violations(context);
    await context.addCookies([{ name: "theme", value: theme, url: demo.url }]);
    await page.goto("/sign-in");
    await hydrated(page);
    await signIn(context.request, demo.url);
    const board = new Board(page);
    await board.open();
    await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
    await platform.talk("5001", "5002");
    await board.is("5001", "on-call");
    // A dialog, the panel, a question before an operation, an operation, a selection.
    await page.keyboard.press("?");
    await expect(page.locator("dialog[open]")).toBeVisible();
    await page.keyboard.press("Escape");
    await board.row("5001").focus();
    await page.keyboard.press("Enter");
    await expect(board.panel).toBeVisible();
    await board.row("5001").focus();
    await page.keyboard.press("d");
    await expect(board.dialog).toBeVisible();
    await board.confirm("forceDrop");
    await board.outcome("5001", "forceDrop", "confirmed");
    await board.box("5003").check();
    await board.selected("5003");
    for (const path of ["/calls", "/agents/5001", "/?agent=5001", "/?q=50&sort=trouble", "/agents/5999", "/nowhere"]) {
      await page.goto(path);
      await hydrated(page);
    }
    await page.goto("/agents/5001");
    await expect(page.locator(".whole-day svg").first()).toBeVisible();
    expect(found).toEqual([]);
  });
}

test("a long board stands where it belongs, without a style in the document", async ({ own, context, quiet }) => {
  quiet.expect(provoked.noConnection);
  const found = await violations(context);
  const demo = await own.demo("--agents", "600");
  await signIn(context.request, demo.url);
  const page = await context.newPage();
  const board = new Board(page);
  await board.open(`${demo.url}/`);
  await expect(board.grid).toHaveAttribute("aria-rowcount", "601");
  // What the server writes, before any script: the same rows at the same places.
  const still = await context.newPage();
  await still.route("**/boot.js", (route) => route.abort());
  await still.goto(`${demo.url}/`);
  // Those in view: of the others a live page has few.
  const places = (of: Page) => {
    const rows = of.locator("[data-agent]");
    return rows.evaluateAll((all) => all.slice(0, 20).map((row) => [row.getAttribute("data-agent"), Math.round(row.getBoundingClientRect().top)]));
  };
  const before = await places(still);
  expect(before).toHaveLength(20);
  expect(await still.locator("[style]").count()).toBe(0);
  await still.close();
  await expect.poll(() => page.locator(".rows").evaluate((rows: HTMLElement) => rows.style.height)).toContain("600");
  expect(await places(page)).toEqual(before);

  await board.grid.evaluate((grid) => grid.scrollTo(0, grid.scrollHeight));
  await expect(page.locator('[data-agent][aria-rowindex="601"]')).toBeInViewport();
  await board.grid.evaluate((grid) => grid.scrollTo(0, 0));
  await expect.poll(() => places(page)).toEqual(before);
  expect(found).toEqual([]);
});

test("what is injected neither runs nor shows", async ({ board, context, quiet }) => {
  quiet.expect(/Content Security Policy/, provoked.status(404));
  const found = await violations(context);
  await board.open();
  const ran = await board.page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.injected = 'a script'";
    document.body.append(script);
    const holder = document.createElement("div");
    holder.innerHTML = `<img src="/nowhere.png" onerror="window.injected = 'a handler'"><p id="styled" style="color: rgb(1, 2, 3)">x</p>
      <style>#styled { background-color: rgb(4, 5, 6) }</style><a id="link" href="javascript:window.injected = 'a link'">x</a>`;
    document.body.append(holder);
    const failed = new Promise((resolve) => holder.querySelector("img")?.addEventListener("error", resolve));
    document.getElementById("link")?.click();
    await failed;
    const style = getComputedStyle(document.getElementById("styled") as Element);
    const { color, backgroundColor } = style;
    holder.remove();
    return { injected: (window as unknown as { injected?: string }).injected, color, backgroundColor };
  });
  expect(ran.injected).toBeUndefined();
  expect(ran.color).not.toBe("rgb(1, 2, 3)");
  expect(ran.backgroundColor).not.toBe("rgb(4, 5, 6)");
  // The other tests' eyes are open.
  for (const blocked of ["script-src-elem inline", "script-src-attr inline", "style-src-attr inline", "style-src-elem inline"]) {
    await expect.poll(() => found.join("\n")).toContain(blocked);
  }
});
