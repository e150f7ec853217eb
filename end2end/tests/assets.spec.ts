// What the browser downloads: compressed, small, cached for ever under an address that changes with the content, and safe.
import { expect, signIn, test } from "./support/fixtures";

/** Bytes of wasm, js and css together, as they travel. */
const MOST = 300 * 1024;

test("the payload is brotli, versioned, immutable, and at most 300 KB", async ({ request, demo }) => {
  const html = await (await request.get(`${demo.url}/sign-in`)).text();
  const addresses = [...new Set(html.match(/\/pkg\/[^"&]+\?v=[0-9a-f]+/g))];
  expect(addresses.map((address) => address.replace(/\?v=.*/, "")).sort()).toEqual(["/pkg/console.css", "/pkg/console.js", "/pkg/console.wasm"]);
  const types: Record<string, RegExp> = { css: /^text\/css/, js: /^(text|application)\/javascript/, wasm: /^application\/wasm/ };
  let bytes = 0;
  for (const address of addresses) {
    const answer = await request.get(demo.url + address, { headers: { "accept-encoding": "gzip, br" } });
    const headers = answer.headers();
    expect(answer.status(), address).toBe(200);
    expect(headers["content-encoding"], address).toBe("br");
    expect(headers["cache-control"], address).toMatch(/max-age=31536000.*immutable/);
    expect(headers["vary"], address).toMatch(/accept-encoding/i);
    expect(headers["content-type"], address).toMatch(types[/\.(\w+)\?/.exec(address)?.[1] ?? ""] ?? /never/);
    bytes += Number(headers["content-length"]);

    const again = await request.get(demo.url + address, { headers: { "if-none-match": headers["etag"] ?? "" } });
    expect(again.status(), address).toBe(304);
    expect((await again.body()).length).toBe(0);

    const gzip = await request.get(demo.url + address, { headers: { "accept-encoding": "gzip" } });
    expect(gzip.headers()["content-encoding"], address).toBe("gzip");
    const plain = await request.get(demo.url + address, { headers: { "accept-encoding": "identity" } });
    expect(plain.headers()["content-encoding"], address).toBeUndefined();
    expect(await plain.body()).toEqual(await answer.body());

    const bare = await request.get(demo.url + address.replace(/\?.*/, ""));
    expect(bare.headers()["cache-control"], address).toBe("no-cache");
  }
  expect(bytes).toBeGreaterThan(50 * 1024);
  expect(bytes).toBeLessThanOrEqual(MOST);
});

test("a second page load fetches none of it again", async ({ board }) => {
  const fetched: string[] = [];
  board.page.on("response", (response) => {
    if (response.url().includes("/pkg/") && !response.fromServiceWorker()) fetched.push(response.url());
  });
  const cached = new Set<string>();
  const client = await board.page.context().newCDPSession(board.page);
  await client.send("Network.enable");
  client.on("Network.requestServedFromCache", ({ requestId }) => cached.add(requestId));
  const sizes: number[] = [];
  client.on("Network.responseReceived", ({ response }) => {
    if (response.url.includes("/pkg/")) sizes.push(response.fromDiskCache || response.fromPrefetchCache ? 0 : response.encodedDataLength);
  });
  await board.open("/?q=5001");
  expect(fetched.length).toBeGreaterThan(0);
  expect(cached.size + sizes.filter((size) => size === 0).length).toBeGreaterThanOrEqual(3);
});

test("pages are guarded: cookie, policy, origin", async ({ request, context, demo }) => {
  await signIn(context.request, demo.url);
  const [cookie] = (await context.cookies()).filter((found) => found.name === "console_session");
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
  const page = await context.request.get(`${demo.url}/`);
  expect(page.headers()).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff", "x-frame-options": "DENY" });
  expect(page.headers()["content-security-policy"]).toContain("default-src 'self'");
  // The platform's session id never reaches the browser.
  expect(await page.text()).not.toMatch(/sessionId/i);
  const data = { agentId: "5001@test.cc", deviceId: "8001@test.cc" };
  const elsewhere = await context.request.post(`${demo.url}/api/force/not-ready`, { data, headers: { origin: "https://evil.example" } });
  expect(elsewhere.status()).toBe(403);
  expect((await request.get(`${demo.url}/live`, { headers: { origin: "https://evil.example" } })).status()).toBe(403);
});

test("no page leads anywhere else after a choice of language", async ({ request, demo }) => {
  for (const next of ["//evil.example", "https://evil.example", "/\\evil.example"]) {
    const answer = await request.get(`${demo.url}/preferences?lang=en&next=${encodeURIComponent(next)}`, { maxRedirects: 0 });
    expect(answer.headers()["location"], next).toBe("/");
  }
});

test("the metrics count what happened", async ({ board, platform, demo }) => {
  await board.act("5020", "forceNotReady");
  await board.outcome("5020", "forceNotReady", "confirmed");
  await platform.garbage("{not json");
  await expect(async () => {
    const text = await (await board.page.request.get(`${demo.url}/metrics`)).text();
    expect(text).toMatch(/^console_events_malformed_total\{what="event"\} [1-9]/m);
    expect(text).toMatch(/^console_browsers [1-9]/m);
    expect(text).toMatch(/^console_operations_total\{operation="forceNotReady",outcome="confirmed"\} [1-9]/m);
  }).toPass({ timeout: 5_000 });
});
