// The console's inside as a page (the SDK's document, section 5): plain HTML, which needs no program in the page.
import { noSidewaysScroll } from "./support/boxes";
import { expect, provoked, test } from "./support/fixtures";

test("an engineer sees the link, opens a frame, looks an agent up and leaves a note", async ({ board, page }) => {
  await board.is("5001", "ready");
  await page.getByRole("link", { name: "Diagnostics" }).click();
  await expect(page.locator("#link [data-ok=true]")).toContainText("live");
  await expect(page.locator("#broker")).toContainText("/topic/event.agent.*.test_cc · confirmed");
  await expect(page.locator("#odd [data-odd]")).toHaveCount(5);
  for (const width of [1600, 1024, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await noSidewaysScroll(page);
  }
  await page.locator("#frames a", { hasText: "agentReady" }).first().click();
  await expect(page.locator("#open")).toContainText('"eventName":"agentReady"');
  await page.getByLabel("Of agent").fill("5001");
  await page.locator("#memory button").first().click();
  await expect(page.locator("#held")).toContainText("8001@test.cc");
  await page.getByLabel("Note").fill("now I dial");
  await page.getByRole("button", { name: "Write" }).click();
  await expect(page.locator("#log pre")).toContainText("now I dial");
  await page.getByLabel("In detail for").selectOption("15");
  await page.getByRole("button", { name: "Begin" }).click();
  await expect(page.locator("[data-detailed]")).toHaveAttribute("data-detailed", "true");
  await page.getByRole("button", { name: "As usual again" }).click();
  await expect(page.locator("[data-detailed]")).toHaveAttribute("data-detailed", "false");
  const [bundle] = await Promise.all([page.waitForEvent("download"), page.getByText("Download support bundle").click()]);
  expect(bundle.suggestedFilename()).toMatch(/^supervisor-console-\d+\.zip$/);
});

test("the own phone is at the foot of this page too", async ({ board, page, quiet }) => {
  // The platform takes one call in two seconds: one that comes too soon after the test before is refused, and tried again.
  quiet.expect(provoked.status(429));
  await board.open("/");
  await page.goto("/diagnostics");
  await expect(page.locator("#phone [data-phone=makeCall]")).toBeVisible();
  await page.keyboard.press("p");
  await page.keyboard.type("13800138000");
  const call = page.locator("[data-phone-call]");
  await expect(async () => {
    await page.keyboard.press("Enter");
    await expect(call).toHaveAttribute("data-phone-state", /dialling|connected/, { timeout: 500 });
  }).toPass();
  await expect(call).toHaveAttribute("data-phone-state", "connected");
  await page.keyboard.press("Alt+x");
  await expect(call).toHaveCount(0);
});
