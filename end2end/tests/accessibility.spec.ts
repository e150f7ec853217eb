// For screen readers and for weak eyes: roles and names, what is spoken, and contrast of at least 4.5 in both themes.
import type { Page } from "@playwright/test";
import type { Board } from "./support/board";
import { AGENTS, expect, provoked, test } from "./support/fixtures";
import type { Platform } from "./support/platform";

test("the board is a grid with named columns", async ({ board, platform }) => {
  const { grid, page } = board;
  await platform.setMode("5001", "NotReady", "Lunch");
  await board.is("5001", "not-ready");
  await expect(page.getByRole("grid", { name: "Agents" })).toBeVisible();
  await expect(grid).toHaveAttribute("aria-rowcount", String(AGENTS + 1));
  const always = ["", /^State/, /^For/, /^Agent.*No\./s, /^Team/, /^Device/, /^Call/];
  await expect(grid.getByRole("row")).toHaveCount(AGENTS + 1);
  await expect(async () => {
    const names = await grid.getByRole("columnheader").allTextContents();
    // The day's figures have their columns once a state of this day has ended.
    expect([0, 2]).toContain(names.length - always.length - 1);
    always.forEach((name, n) => expect(names[n]).toMatch(name));
    expect(names.at(-1)).toBe("Actions");
    expect(await board.row("5001").getByRole("gridcell").count()).toBe(names.length);
  }).toPass();
  await expect(board.row("5001").getByRole("gridcell").nth(1)).toHaveText("Not ready");
  await expect(grid).toHaveAttribute("aria-multiselectable", "true");
  await expect(board.row("5001").getByRole("checkbox", { name: "Select Zhang Min" })).toBeVisible();
  // The head is row 1.
  await expect(board.row("5001")).toHaveAttribute("aria-rowindex", "2");
  await expect(board.row("5024")).toHaveAttribute("aria-rowindex", String(AGENTS + 1));
  await expect(grid.getByRole("row").first()).toHaveAttribute("aria-rowindex", "1");
  for (const name of ["Listen", "Join", "Take", "Drop", "Ready", "Not ready", "Log out"]) {
    await expect(board.row("5001").getByRole("button", { name, exact: true })).toBeAttached();
  }
});

test("everything that can be worked has a name", async ({ board, platform }) => {
  await platform.talk("5001", "5002");
  await board.is("5001", "on-call");
  const nameless = await board.page.evaluate(() => {
    const named = (element: Element) =>
      (element.getAttribute("aria-label") ?? "").trim() ||
      (element.textContent ?? "").trim() ||
      (element.closest("label")?.textContent ?? "").trim() ||
      (element.getAttribute("title") ?? "").trim();
    const all = [...document.querySelectorAll("a, button, input, select, [role=button]")];
    const shown = all.filter((element) => element.checkVisibility());
    return shown.filter((element) => !named(element)).map((element) => element.outerHTML.slice(0, 120));
  });
  expect(nameless).toEqual([]);
  await expect(board.page.getByRole("banner")).toHaveCount(1);
  await expect(board.page.getByRole("main")).toHaveCount(1);
  await expect(board.page.getByRole("search")).toHaveCount(1);
  await expect(board.page.getByRole("group", { name: "Filter by state" })).toBeVisible();
  await expect(board.page.getByRole("heading", { level: 1 })).toHaveCount(1);
});

test("no id is given twice, and every reference leads somewhere", async ({ board }) => {
  const problems = await board.page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
    const names = ["aria-labelledby", "aria-describedby", "aria-controls", "for"];
    const references = names.flatMap((name) =>
      [...document.querySelectorAll(`[${name}]`)].flatMap((element) => (element.getAttribute(name) ?? "").split(/\s+/)),
    );
    return { twice, lost: references.filter((id) => id && !document.getElementById(id)) };
  });
  expect(problems).toEqual({ twice: [], lost: [] });
});

test("outcomes are spoken, with the agent's name", async ({ board, quiet, platform }) => {
  quiet.expect(provoked.status(409));
  const status = board.page.getByRole("status");
  await board.is("5003", "ready");
  await board.act("5003", "forceNotReady");
  await expect(status).toContainText(/He Fang: Not ready (accepted|confirmed)/);
  await platform.fault({ refuse: { status: 460, path: "/api/csta/agent/state" } });
  await board.act("5003", "forceReady");
  await expect(status).toContainText("He Fang: Ready refused: Device 8003 is in a call (460)");
});

/** Texts whose contrast to what is behind them is too low. Pixels behind are taken from the nearest opaque ground. */
async function tooWeak(page: Page) {
  return page.evaluate(() => {
    type Color = [number, number, number, number];
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const parse = (color: string): Color => {
      if (!canvas) throw new Error("no canvas");
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = (top: Color, bottom: Color): Color => {
      const mix = (i: 0 | 1 | 2) => top[i] * top[3] + bottom[i] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const luminance = ([r, g, b]: Color) => {
      const [x = 0, y = 0, z = 0] = [r, g, b].map((part) => {
        const value = part / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const groundOf = (element: Element): Color => {
      const above = element.parentElement ? groundOf(element.parentElement) : ([255, 255, 255, 1] as Color);
      return over(parse(getComputedStyle(element).backgroundColor), above);
    };
    const opacityOf = (element: Element): number =>
      Number(getComputedStyle(element).opacity) * (element.parentElement ? opacityOf(element.parentElement) : 1);
    const weak: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!element || !(node.textContent ?? "").trim() || element.closest("script, style, noscript, .spoken, .skip, [hidden]")) continue;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const box = element.getBoundingClientRect();
      if (box.width <= 1 || box.height <= 1) continue;
      const style = getComputedStyle(element);
      const ground = groundOf(element);
      const ink = parse(style.color);
      ink[3] *= opacityOf(element);
      const [light = 0, dark = 0] = [luminance(over(ink, ground)), luminance(ground)].sort((a, b) => b - a);
      const ratio = (light + 0.05) / (dark + 0.05);
      const large = Number.parseFloat(style.fontSize) >= 24 || (Number.parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
      // A control that is off is exempt (WCAG 1.4.3), but still has to be readable.
      const least = large || element.closest("[aria-disabled], [disabled]") ? 3 : 4.5;
      if (ratio < least) weak.push(`${ratio.toFixed(2)} ${element.className || element.tagName}: ${(node.textContent ?? "").trim().slice(0, 40)}`);
    }
    return [...new Set(weak)];
  });
}

/** A floor with as many states as can be had. */
async function colourful(board: Board, platform: Platform) {
  await platform.logOut("5001");
  await platform.setMode("5002", "NotReady", "Lunch");
  const call = await platform.talk("5003", "5004");
  await platform.hold(call, "8003");
  await platform.talk("5005", "5006");
  await platform.agentEvent("agentWorkingAfterCall", "5007");
  await platform.agentEvent("agentAllocated", "5008");
  await board.is("5003", "on-hold");
  await board.is("5005", "on-call");
  await board.is("5001", "logged-out");
  await board.is("5007", "after-call");
  await board.is("5008", "allocated");
  await platform.logOn("5001");
  await board.is("5001", "ready");
  await platform.dial("8005", "8001").catch(() => "busy");
}

for (const theme of ["light", "dark"] as const) {
  test(`contrast, ${theme}`, async ({ board, platform, quiet }) => {
    quiet.expect(provoked.status(409, 504));
    const { page } = board;
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await colourful(board, platform);
    expect(await tooWeak(page), "the board").toEqual([]);

    // Progress of each kind.
    await platform.fault({ refuse: { status: 460, path: "/api/csta/agent/state" } });
    await board.act("5009", "forceNotReady");
    await board.outcome("5009", "forceNotReady", "refused");
    await platform.fault({ drop_http: 1 });
    await board.act("5010", "forceNotReady");
    await board.outcome("5010", "forceNotReady", "unknown");
    await board.act("5011", "forceNotReady");
    await board.outcome("5011", "forceNotReady", "confirmed");
    await platform.fault({ mute_events: 1 });
    await board.act("5012", "forceNotReady");
    await board.outcome("5012", "forceNotReady", "accepted");
    expect(await tooWeak(page), "progress, and a row under the pointer").toEqual([]);

    await board.row("5013").focus();
    await board.tile("ready").click();
    await expect(board.tile("ready")).toHaveAttribute("aria-pressed", "true");
    expect(await tooWeak(page), "a pressed tile").toEqual([]);
    await board.tile("ready").click();
    await board.act("5011", "forceLogout");
    await expect(board.dialog).toBeVisible();
    expect(await tooWeak(page), "a dialog").toEqual([]);
    await page.keyboard.press("Escape");

    await platform.fault({ cut: true, refuse_connections_ms: 4_000 });
    await expect(board.banner).toBeVisible();
    expect(await tooWeak(page), "not live").toEqual([]);
    await platform.fault({ refuse_connections_ms: 0 });
    await board.live();
  });

  test(`contrast of the sign-in, ${theme}`, async ({ page, quiet }) => {
    quiet.expect(provoked.status(400));
    await page.emulateMedia({ colorScheme: theme });
    await page.goto("/sign-in");
    await expect(page.locator("body")).toHaveAttribute("data-hydrated");
    for (const [name, value] of [["number", "5000"], ["password", "x"], ["domain", "other.cc"], ["extension", "8000"]] as const) {
      await page.locator(`input[name=${name}]`).fill(value);
    }
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert").filter({ visible: true })).toBeVisible();
    expect(await tooWeak(page)).toEqual([]);
  });
}

test("the focus can be seen wherever it is", async ({ board }) => {
  const { page } = board;
  const places = new Set<string>();
  for (let step = 0; step < 30; step++) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      const style = getComputedStyle(element);
      const seen = (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none";
      return { what: element.outerHTML.slice(0, 80), seen };
    });
    if (!here) break;
    places.add(here.what);
    expect(here.seen, here.what).toBe(true);
  }
  expect(places.size).toBeGreaterThan(15);
});
