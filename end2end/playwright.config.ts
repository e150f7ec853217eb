// The browser tests: Chromium against the built binary, which tests/support starts.
import { defineConfig } from "@playwright/test";
import { findBrowser } from "../scripts/browser.mjs";

const browser = findBrowser();
if (!browser) throw new Error("There is no Chromium. What to do: scripts/setup --test");

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  forbidOnly: !!process.env.CI,
  workers: process.env.CI ? 1 : 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    headless: true,
    viewport: { width: 1600, height: 900 },
    // A trace doubles the time: npx playwright test --trace on
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: {
      // Playwright's own browser it finds by itself, its headless build included.
      executablePath: browser.own ? undefined : browser.executablePath,
      args: [
        "--no-sandbox", // a container's root cannot have one; the pages are our own
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
