// Texts from outside stand in our sentences without turning them around, whatever they hold.
import type { Locator, Page } from "@playwright/test";
import { Board } from "./support/board";
import { expect, signIn, test } from "./support/fixtures";
import { Platform } from "./support/platform";

/** Everything after it runs from right to left, until something ends it. */
const TURN = "\u202e";
const ODD = `${TURN}niM gnahZ`;
const BREAKS_OUT = `Ana\u2069${TURN}`;

/** Texts and attributes of the page where a control of the direction reaches beyond the text it came with. */
async function loose(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const control = /[\u202a-\u202e\u2066-\u2069]/;
    const isolates = (text: string) => {
      let depth = 0;
      for (const char of text) {
        if (/[\u2066-\u2068]/.test(char)) depth += 1;
        else if (char === "\u2069") depth -= 1;
        else if (/[\u202a-\u202e]/.test(char) && depth === 0) return false;
        if (depth < 0) return false;
      }
      return depth === 0;
    };
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent ?? "";
      const element = node.parentElement;
      if (!control.test(text) || !element || element.closest("script")) continue;
      if (!element.closest("bdi, pre") && !isolates(text)) found.push(`${element.tagName}.${element.className}: ${JSON.stringify(text)}`);
    }
    for (const element of document.querySelectorAll("[title], [aria-label]")) {
      for (const name of ["title", "aria-label"]) {
        const text = element.getAttribute(name) ?? "";
        // A name alone has nothing beside it.
        const alone = element.matches(".name, .panel") || element.tagName === "BDI";
        if (control.test(text) && !alone && !isolates(text)) found.push(`${element.tagName}.${element.className} ${name}: ${JSON.stringify(text)}`);
      }
    }
    return found;
  });
}

/** Where each of `parts` begins on the screen, in the order in which they are given. */
async function places(locator: Locator, parts: string[]): Promise<number[]> {
  return locator.evaluate((element, parts) => {
    const text = element.firstChild?.textContent ?? "";
    return parts.map((part) => {
      const range = document.createRange();
      const at = text.lastIndexOf(part);
      range.setStart(element.firstChild as Node, at);
      range.setEnd(element.firstChild as Node, at + part.length);
      return range.getBoundingClientRect().left;
    });
  }, parts);
}

test("a name that turns the order turns no question around", async ({ page, context, own }) => {
  const demo = await own.demo("--agents", "4");
  const platform = new Platform(demo.platform);
  await platform.rename({ "5001": ODD, "5002": BREAKS_OUT, "5003": "דנה לוי" });
  await signIn(context.request, demo.url);
  const board = new Board(page);
  await board.open(`${demo.url}/`);
  await expect(board.cell("5001", "agent")).toContainText("niM gnahZ");
  await platform.setMode("5003", "NotReady", `${TURN}hcnuL`);
  await platform.talk("5001", "5002");
  await board.is("5001", "on-call");

  for (const [agent, number] of [["5001", "(5001)"], ["5002", "(5002)"], ["5003", "(5003)"]] as const) {
    await board.act(agent, "forceLogout");
    const heading = board.dialog.getByRole("heading");
    await expect(heading).toBeVisible();
    const [log, where, out] = await places(heading, ["Log ", number, " out?"]);
    expect(log, agent).toBeLessThan(where ?? 0);
    expect(where, agent).toBeLessThan(out ?? 0);
    expect(await loose(page), agent).toEqual([]);
    await board.dialog.locator("[data-cancel]").click();
  }
  await board.act("5003", "forceReady");
  await board.outcome("5003", "forceReady", "confirmed");
  await expect(page.getByRole("status")).toContainText(/: Ready (accepted|confirmed)/);
  expect(await loose(page)).toEqual([]);

  await board.row("5001").locator(".name").click();
  await expect(board.panel.locator("[data-party]")).toHaveCount(2);
  await expect(board.panel.locator("[data-day]")).toBeVisible();
  expect(await loose(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.locator("[data-select-all]").click();
  await page.locator('[data-bulk="forceReady"]').click();
  await expect(board.bulk.locator(".reasons li").first()).toBeVisible();
  expect(await loose(page)).toEqual([]);
  for (const path of ["/agents/5001", "/calls"]) {
    await board.open(demo.url + path);
    await expect(page.locator("[data-action]").first()).toBeAttached();
    expect(await loose(page), path).toEqual([]);
  }
  // The data stays as it came.
  const { agents } = await (await context.request.get(`${demo.url}/api/floor`)).json();
  expect(agents.map((agent: { name: string }) => agent.name)).toContain(ODD);
});
