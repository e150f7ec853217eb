// Which browser the tests drive: Playwright's own if it was downloaded, else a Chromium or Chrome on PATH.
// As a command it prints the file's path and fails when there is none.
import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

function playwrights() {
  try {
    const require = createRequire(new URL("../end2end/package.json", import.meta.url));
    return require("@playwright/test").chromium.executablePath();
  } catch {
    return "";
  }
}

function onPath(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** { executablePath, own }: `own` says that it is the browser this version of Playwright was made with. Undefined: none. */
export function findBrowser() {
  const own = playwrights();
  if (own && existsSync(own)) return { executablePath: own, own: true };
  for (const name of NAMES) {
    const executablePath = onPath(name);
    if (executablePath) return { executablePath, own: false };
  }
  return undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const browser = findBrowser();
  if (browser) console.log(browser.executablePath);
  else process.exit(1);
}
