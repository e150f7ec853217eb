// Puts together what the browser gets: target/site, embedded into the server as it is.
//
//   node scripts/bundle.mjs --pkg FOLDER --site FOLDER --mode release|dev
//
// pkg/console.js, pkg/console.wasm (from wasm-bindgen), pkg/console.css (style/main.css with what it imports), and public/* at the top,
// scripts minified for a release; each with .br and .gz beside it where that is smaller. Promises: the same input gives the
// same bytes, files that did not change are not touched, what is not made here any more is removed, and it fails when
// wasm + js + css together are over the budget.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const BUDGET = 300_000; // bytes, brotli
const COMPRESSIBLE = new Set([".css", ".html", ".ico", ".js", ".json", ".map", ".svg", ".txt", ".wasm", ".webmanifest", ".xml"]);
const COUNTED = new Set([".wasm", ".js", ".css"]);

/** Every file below a folder, as paths relative to it, in a stable order. */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)).map((file) => join(entry.name, file)) : [entry.name]));
}

const toolOf = (name) => createRequire(new URL("../end2end/package.json", import.meta.url))(name);

/** A script without its comments and long names: of the glue of wasm-bindgen a fifth less is to be loaded. */
async function minified(code) {
  const { minify } = toolOf("terser");
  return Buffer.from((await minify(code.toString(), { module: true, compress: { passes: 3 } })).code);
}

/** What style/main.css imports, as small as Lightning CSS makes it. No browsers are named, so nothing is rewritten for older ones. */
function styles() {
  const { bundle } = toolOf("lightningcss");
  const sheets = filesBelow("style").filter((file) => extname(file) === ".css" && file !== "main.css");
  const imported = readFileSync(join("style", "main.css"), "utf8");
  const forgotten = sheets.filter((file) => !imported.includes(`@import "${file}";`));
  if (forgotten.length > 0) {
    console.error(`!! No page gets style/${forgotten.join(", style/")}. What to do: import it in style/main.css.`);
    process.exit(1);
  }
  return bundle({ filename: join("style", "main.css"), minify: true }).code;
}

function compressed(bytes, mode) {
  const quality = mode === "release" ? 11 : 4;
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return { ".br": brotliCompressSync(bytes, { params }), ".gz": gzipSync(bytes, { level: mode === "release" ? 9 : 4 }) };
}

async function main() {
  const { values } = parseArgs({ options: { pkg: { type: "string" }, site: { type: "string" }, mode: { type: "string" } } });
  const { pkg, site, mode } = values;
  const modeFile = `${site}.mode`;
  const sameMode = existsSync(modeFile) && readFileSync(modeFile, "utf8") === mode;

  const wanted = new Map(); // path in the site -> bytes
  for (const file of filesBelow("public")) wanted.set(file, readFileSync(join("public", file)));
  for (const file of filesBelow(pkg)) wanted.set(join("pkg", file), readFileSync(join(pkg, file)));
  for (const [file, bytes] of wanted) if (mode === "release" && extname(file) === ".js") wanted.set(file, await minified(bytes));
  wanted.set(join("pkg", "console.css"), Buffer.from(styles()));

  // Interrupted between here and the end, the next run makes everything again.
  rmSync(modeFile, { force: true });
  const made = new Set();
  const write = (file, bytes) => {
    made.add(file);
    const path = join(site, file);
    if (existsSync(path) && readFileSync(path).equals(bytes)) return;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  };
  const sizes = new Map(); // file extension -> bytes as sent
  for (const [file, bytes] of wanted) {
    const path = join(site, file);
    const unchanged = sameMode && existsSync(path) && readFileSync(path).equals(bytes);
    let sent = bytes.length;
    if (COMPRESSIBLE.has(extname(file))) {
      const variants = unchanged && existsSync(`${path}.br`) && existsSync(`${path}.gz`) ? kept(path) : compressed(bytes, mode);
      for (const [suffix, packed] of Object.entries(variants)) if (packed.length < bytes.length) write(file + suffix, packed);
      sent = Math.min(sent, variants[".br"].length);
    }
    write(file, bytes);
    if (COUNTED.has(extname(file))) sizes.set(extname(file), (sizes.get(extname(file)) ?? 0) + sent);
  }
  for (const file of filesBelow(site)) if (!made.has(file)) rmSync(join(site, file));

  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const kilo = (size) => `${(size / 1000).toFixed(1)} KB`;
  const parts = [...sizes].map(([kind, size]) => `${kind.slice(1)} ${kilo(size)}`).join(", ");
  console.log(`   the browser loads ${kilo(total)} (brotli; ${parts}) of at most ${kilo(BUDGET)}`);
  if (mode === "release" && total > BUDGET) {
    console.error(`!! ${kilo(total - BUDGET)} over the budget. What to do: look for a heavy dependency in the hydrate feature, or a large file in public/ or style/.`);
    process.exit(1);
  }
  // src/main.rs reads it, to be compiled anew where a file was added or went.
  const list = [...made].sort().join("\n");
  if (!existsSync(`${site}.list`) || readFileSync(`${site}.list`, "utf8") !== list) writeFileSync(`${site}.list`, list);
  writeFileSync(modeFile, mode);
}

const kept = (path) => ({ ".br": readFileSync(`${path}.br`), ".gz": readFileSync(`${path}.gz`) });

await main();
