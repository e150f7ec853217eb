// Where things are on the page, and what covers or cuts them.
import { type Locator, type Page, expect } from "@playwright/test";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export async function boxOf(locator: Locator): Promise<Box> {
  const box = await locator.boundingBox();
  expect(box, `${locator} has a place`).not.toBeNull();
  return box ?? { x: 0, y: 0, width: 0, height: 0 };
}

export async function boxesOf(locator: Locator): Promise<Box[]> {
  return Promise.all((await locator.all()).map(boxOf));
}

/** Whether two boxes share more than an edge. */
export function overlap(a: Box, b: Box): boolean {
  const shared = (from: number, length: number, other: number, otherLength: number) =>
    Math.min(from + length, other + otherLength) - Math.max(from, other) > 0.5;
  return shared(a.x, a.width, b.x, b.width) && shared(a.y, a.height, b.y, b.height);
}

/** Nothing of it is cut by what it stands in, nor by the window. */
export async function isWhole(locator: Locator) {
  const cut = await locator.evaluate((element) => {
    const box = element.getBoundingClientRect();
    const inside = (within: { left: number; right: number; top: number; bottom: number }) =>
      box.left >= within.left - 0.5 && box.right <= within.right + 0.5 && box.top >= within.top - 0.5 && box.bottom <= within.bottom + 0.5;
    if (box.width < 1 || box.height < 1) return "it has no size";
    if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== "visible") return "its own text is cut";
    for (let around = element.parentElement; around; around = around.parentElement) {
      const style = getComputedStyle(around);
      if ((style.overflowX !== "visible" || style.clipPath !== "none") && !inside(around.getBoundingClientRect())) return around.className;
    }
    return inside({ left: 0, right: innerWidth, top: 0, bottom: innerHeight }) ? "" : "the window";
  });
  expect(cut, `what cuts ${locator}`).toBe("");
}

/** The page itself scrolls in no direction but down. */
export async function noSidewaysScroll(page: Page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, "the page scrolls sideways").toBe(0);
}

/** Large enough for a finger. */
export async function forFingers(locator: Locator) {
  const targets = await locator.filter({ visible: true }).all();
  expect(targets.length, `${locator}`).toBeGreaterThan(0);
  for (const target of targets) {
    const { width, height } = await boxOf(target);
    expect(Math.min(width, height), await target.evaluate((element) => element.outerHTML.slice(0, 120))).toBeGreaterThanOrEqual(44);
  }
}
