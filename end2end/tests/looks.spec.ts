// Two languages, light and dark, and what the browser's half weighs on the eye: nothing is cut off at common widths.
import { type Page, devices } from "@playwright/test";
import { Board } from "./support/board";
import { expect, signIn, test } from "./support/fixtures";

/** Words of the English table that must not be left on a Chinese page. */
const ENGLISH =
  /\b(Supervisor console|Floor|Logged on|Ready|On call|Ringing|On hold|After call|Not ready|Logged out|Agent|Team|Device|State|Search|All teams|Keys|Sign out|Live|last event|Listen|Join|Take|Drop|Log out|ext|Name, number|agents|Dismiss|confirmed|hold \d|parties|listening|Cancel)\b/;

/** All that a reader or a screen reader is given: texts, titles, labels, placeholders; not the names and teams that came from the platform. */
async function words(page: Page): Promise<string> {
  return page.evaluate(() => {
    const own = new Set(["agent", "team", "domain", "me"]);
    const found: string[] = [document.title];
    const walk = (element: Element) => {
      if (["SCRIPT", "STYLE", "NOSCRIPT"].includes(element.tagName) || element.getAttribute("lang") === "en") return;
      for (const name of ["title", "aria-label", "placeholder", "alt"]) found.push(element.getAttribute(name) ?? "");
      // What the platform named is as it is.
      const platforms =
        (element.matches(".cell.agent, .cell.team") && element.getAttribute("role") === "gridcell") ||
        element.matches(".me, select[name=team] option:not([value=''])") ||
        [...element.classList].some((name) => own.has(name) && element.tagName === "SPAN");
      if (platforms) return;
      for (const node of element.childNodes) {
        if (node.nodeType === Node.TEXT_NODE) found.push(node.textContent ?? "");
        else if (node instanceof Element) walk(node);
      }
    };
    walk(document.body);
    return found.filter((text) => text.trim()).join(" | ");
  });
}

const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const lightness = (color: string) => (color.match(/\d+(\.\d+)?/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / (3 * 255);

test("the page is Chinese throughout", async ({ board, platform }) => {
  const { page } = board;
  await board.open("/?q=50");
  await page.getByRole("link", { name: "中文" }).click();
  await expect(page).toHaveURL(/\/\?q=50$/);
  await board.live();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await platform.setMode("5003", "NotReady");
  await platform.talk("5001", "5002");
  await expect(board.cell("5001", "state")).toHaveText("通话中");
  await expect(board.cell("5003", "state")).toHaveText("示忙");
  await board.act("5001", "forceListen");
  await board.outcome("5001", "forceListen", "confirmed", "监听已生效");
  await expect(board.row("5001").locator('[data-tag="listening"]')).toHaveText("监听：8000");
  await board.act("5001", "forceDrop");
  await expect(board.dialog).toContainText("强拆 Zhang Min (5001) 的通话？");
  expect(await words(page)).not.toMatch(ENGLISH);
  await board.dialog.getByRole("button", { name: "取消" }).click();
  await page.reload();
  await board.live();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await expect(page.getByRole("columnheader").nth(1)).toContainText("状态");
  expect(await words(page)).not.toMatch(ENGLISH);
  // And back.
  await page.getByRole("link", { name: "English" }).click();
  await board.live();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  // The list of English words would find something.
  expect(await words(page)).toMatch(ENGLISH);
});

test.describe("a Chinese browser", () => {
  test.use({ locale: "zh-CN" });

  test("is greeted in Chinese", async ({ page }) => {
    await page.goto("/sign-in");
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
    await expect(page.getByRole("button", { name: "登录" })).toBeVisible();
    await expect(page.getByLabel("本人分机")).toBeVisible();
    await expect(page.locator("body")).toHaveAttribute("data-hydrated");
    expect((await words(page)).replace(/Switch to English/, "")).not.toMatch(/\b(Sign in|Number|Password|Domain|extension|Theme)\b/i);
  });
});

test("the theme goes from the system's to light to dark, and stays", async ({ board }) => {
  const { page } = board;
  const html = page.locator("html");
  const next = page.locator("a.theme");
  await expect(html).toHaveAttribute("data-theme", "auto");
  await next.click();
  await board.live();
  await expect(html).toHaveAttribute("data-theme", "light");
  const light = await ground(page);
  await next.click();
  await board.live();
  await expect(html).toHaveAttribute("data-theme", "dark");
  const dark = await ground(page);
  expect(lightness(light)).toBeGreaterThan(0.8);
  expect(lightness(dark)).toBeLessThan(0.2);
  await page.reload();
  await board.live();
  await expect(html).toHaveAttribute("data-theme", "dark");
  expect(await ground(page)).toBe(dark);
  // What the system wants does not matter any more.
  await page.emulateMedia({ colorScheme: "light" });
  expect(await ground(page)).toBe(dark);
});

test("without a choice the system's theme counts, at once", async ({ board }) => {
  const { page } = board;
  await page.emulateMedia({ colorScheme: "light" });
  expect(lightness(await ground(page))).toBeGreaterThan(0.8);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(lightness(await ground(page))).toBeLessThan(0.2);
});

for (const width of [1600, 1280, 1024, 768]) {
  test(`at ${width} pixels nothing is cut off`, async ({ board, platform }) => {
    const { page } = board;
    await page.setViewportSize({ width, height: 800 });
    await platform.talk("5001", "5002");
    await board.is("5001", "on-call");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, "the page scrolls sideways").toBe(0);
    await board.row("5001").hover();
    for (const button of await board.row("5001").locator("[data-action]").all()) await expect(button).toBeInViewport({ ratio: 1 });
    for (const tile of ["logged-on", "ready", "on-call", "logged-out"]) await expect(board.tile(tile)).toBeInViewport({ ratio: 1 });
    const cut = await page
      .locator("[data-filter] span")
      .evaluateAll((words) => words.filter((word) => word.scrollWidth > word.clientWidth).map((word) => word.textContent));
    expect(cut, "words of the tiles that are cut").toEqual([]);
    await expect(board.cell("5001", "state")).toBeInViewport({ ratio: 1 });
    await expect(board.cell("5001", "agent")).toBeInViewport({ ratio: 1 });
    await expect(page.getByRole("button", { name: "Sign out" })).toBeInViewport({ ratio: 1 });
    await board.act("5001", "forceListen");
    await board.outcome("5001", "forceListen", "confirmed");
    await expect(board.progress("5001", "forceListen")).toBeInViewport({ ratio: 1 });
  });
}

test.describe("a touch screen", () => {
  const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices["iPad Pro 11 landscape"];
  test.use({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch });

  test("a row's buttons come with a tap", async ({ board }) => {
    await board.is("5004", "ready");
    await board.cell("5004", "team").tap();
    await expect(board.row("5004").locator(".actions")).toHaveCSS("opacity", "1");
    await board.action("5004", "forceNotReady").tap();
    await board.outcome("5004", "forceNotReady", "confirmed");
  });
});

test("with reduced motion nothing moves", async ({ page, context, demo, platform }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await signIn(context.request, demo.url);
  const board = new Board(page);
  await board.open();
  await platform.setMode("5005", "NotReady");
  await board.is("5005", "not-ready");
  const moving = await page.evaluate(() => document.getAnimations().filter((animation) => animation.playState === "running").length);
  expect(moving).toBe(0);
});
