// All times of a page are the reader's, wherever the platform is; the tooltips give the platform's.
import type { Page } from "@playwright/test";
import { Board } from "./support/board";
import { expect, signIn, test } from "./support/fixtures";
import { id } from "./support/platform";

const PLATFORM = "Asia/Shanghai";
/** `2026-11-26 14:45:10 in the platform's zone, Asia/Shanghai`, of a span its beginning. */
const THERE = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)[^,]* in the platform's zone, Asia\/Shanghai/;

const clock = (at: number, zone: string) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone, timeStyle: "medium" }).format(at);

interface Told {
  /** Which kind of time it is. */
  kind: string;
  words: string;
  tooltip: string;
  datetime: string | null;
}

/** Every time of day on the page, with its tooltip. */
function times(page: Page): Promise<Told[]> {
  return page.evaluate(() => {
    const kinds = {
      since: "[data-since]",
      step: ".steps li:first-child .when",
      order: "[data-order='ready-again']",
      bar: "svg.strip rect",
      list: ".day-list time",
      tick: "svg.strip text",
      call: ".day-call time",
      event: ".day-events time",
    };
    return Object.entries(kinds).flatMap(([kind, selector]) =>
      [...document.querySelectorAll(selector)].map((element) => {
        const title = element.querySelector(":scope > title")?.textContent ?? "";
        const own = [...element.childNodes].filter((node) => node.nodeName !== "title").map((node) => node.textContent);
        return {
          kind,
          // A bar has no words but those of its tooltip.
          words: kind === "bar" ? title : own.join("").trim(),
          tooltip: element.getAttribute("title") ?? title,
          datetime: element.getAttribute("datetime"),
        };
      }),
    );
  });
}

for (const { zone, told } of [
  { zone: "Europe/Berlin", told: "Europe/Berlin" },
  { zone: "Asia/Kolkata", told: "Asia/Kolkata" },
  // Half an hour off, and put forward by half an hour.
  { zone: "Australia/Lord_Howe", told: "Australia/Lord_Howe" },
]) {
  test.describe(`a reader in ${zone}`, () => {
    test.use({ timezoneId: zone });

    test("has all times of the agent's page in one zone", async ({ board, page, platform, context, demo }) => {
      const path = `/agents/${id("5006")}`;
      await platform.setMode("5006", "NotReady", "Lunch");
      await board.is("5006", "not-ready");
      await platform.setMode("5006", "Ready");
      await board.is("5006", "ready");
      await board.open(path);
      await page.locator('[data-not-ready-for="5"]').click();
      await expect(page.locator("[data-steps=confirmed]")).toBeVisible();
      await expect(page.locator("[data-order]")).toContainText(/ready again \d\d:\d\d/);
      await platform.talk("5006", "5007");
      await expect(page.locator(".standing")).toContainText("On call");
      // The day follows every so often; anew it is there at once.
      await page.reload();
      await board.live();
      await expect(page.locator("[data-since]")).toContainText(/^since \d\d:\d\d$/);
      await expect(page.locator(".day-zone")).toHaveText(`times in ${told}`);
      await expect(page.locator("[data-event='established']").first()).toBeAttached();

      const all = await times(page);
      for (const kind of ["since", "step", "order", "bar", "list", "call", "event"]) {
        expect(all.map((time) => time.kind), `no ${kind} among the times`).toContain(kind);
      }
      for (const time of all) {
        const [, date, there] = THERE.exec(time.tooltip) ?? [];
        expect(date, `the tooltip of ${JSON.stringify(time)}`).toBeTruthy();
        const at = Date.parse(`${date}T${there}+08:00`);
        expect(clock(at, PLATFORM)).toBe(there);
        const here = clock(at, zone);
        expect(time.words, JSON.stringify(time)).toContain(time.words.match(/\d\d:\d\d:\d\d/) ? here : here.slice(0, 5));
        if (time.datetime) expect(Math.floor(Date.parse(time.datetime) / 1000)).toBe(at / 1000);
      }
      // What came is shown as it came: by the platform's clock.
      const raw = page.locator("[data-event='established']").first();
      await raw.locator("summary").click();
      const stamped = /"eventTime":\s*"[\d.]+ ([\d:]+)"/.exec(await raw.locator("pre").innerText())?.[1];
      await expect(raw.locator("time")).toHaveAttribute("title", new RegExp(` ${stamped} in the platform's zone`));

      // From the first byte on.
      const html = await (await context.request.get(demo.url + path)).text();
      expect(html).toContain(`times in ${told}<`);
    });
  });
}

test.describe("a reader of whom the console does not know the zone yet", () => {
  test.use({ timezoneId: "Asia/Kathmandu" });

  test("is told whose times they are, and gets the own ones at once", async ({ page, context, demo, platform }) => {
    await signIn(context.request, demo.url);
    await platform.setMode("5008", "NotReady");
    const path = `${demo.url}/agents/${id("5008")}`;
    const html = await (await context.request.get(path)).text();
    expect(html).toMatch(/times in Asia\/Shanghai, the platform(&#x27;|')s zone</);
    await new Board(page).open(path);
    await expect(page.locator(".day-zone")).toHaveText("times in Asia/Kathmandu");
  });
});

test.describe("a reader whose link breaks", () => {
  test.use({ timezoneId: "Asia/Kolkata" });

  test("learns since when by the own clock", async ({ page, context, own }) => {
    const { url, program } = await own.demo("--agents", "4");
    await signIn(context.request, url);
    const board = new Board(page);
    await board.open(`${url}/`);
    program.signal("SIGSTOP");
    await expect(board.banner).toContainText(/since \d\d:\d\d:\d\d/);
    const [, date, there] = THERE.exec((await board.banner.getAttribute("title")) ?? "") ?? [];
    const at = Date.parse(`${date}T${there}+08:00`);
    await expect(board.banner).toContainText(`since ${clock(at, "Asia/Kolkata")}`);
    program.signal("SIGCONT");
    await board.live();
  });
});
