// Tells what each library, and each room of ours, costs in the browser's program. scripts/wasm-sizes builds the program and calls it.
//
//   node scripts/wasm-sizes.mjs NAMED.wasm
//
// The program must have its name section, with the names of our crate in Rust's v0 mangling: only they say for whose types a generic
// function was compiled. Prints two Markdown tables. "own" are bytes of code that stand there whoever uses it, "for ours" bytes of its
// generics compiled for our types, "brotli" is what the compressed file loses when both are cut out. Inlined code counts where it went.
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

const OURS = "supervisor_console";
const LIBRARIES = {
  "tachys (views)": ["tachys", "next_tuple", "either_of", "oco_ref"],
  "reactive_graph (signals)": ["reactive_graph", "any_spawner", "or_poisoned", "guardian", "async_lock", "event_listener"],
  "leptos, leptos_dom, server_fn, streams": ["leptos", "leptos_dom", "hydration_context", "server_fn", "throw_error", "wasm_streams"],
  "core, alloc, std": ["core", "alloc", "std", "compiler_builtins", "__rustc", "memchr"],
  "dlmalloc (the allocator)": ["dlmalloc"],
  "hashbrown, indexmap, slotmap": ["hashbrown", "indexmap", "slotmap", "rustc_hash", "foldhash"],
  "wasm-bindgen, js-sys, web-sys": ["wasm_bindgen", "wasm_bindgen_futures", "js_sys", "web_sys", "console_error_panic_hook"],
  "futures, send_wrapper": ["futures", "futures_core", "futures_util", "futures_channel", "futures_executor", "send_wrapper"],
  serde_json: ["serde_json", "itoa", "zmij", "ryu"],
  "serde, postcard": ["serde", "serde_core", "postcard", "cobs"],
  "form_urlencoded, percent-encoding": ["form_urlencoded", "percent_encoding"],
};
const NEUTRAL = new Set(["core", "alloc", "std"]);
/** Rooms of less than so many bytes stand together in one row. */
const SMALL = 1_000;

/** Reads a WebAssembly module's numbers (LEB128) and names. */
class Reader {
  constructor(bytes, at = 0) {
    Object.assign(this, { bytes, at });
  }
  number() {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }
  name() {
    const length = this.number();
    this.at += length;
    return this.bytes.toString("utf8", this.at - length, this.at);
  }
}

/** The names of functions, by their number. */
function functionNames(module) {
  const [section] = WebAssembly.Module.customSections(module, "name");
  if (!section) throw new Error("the program has no names: build it with scripts/wasm-sizes");
  const reader = new Reader(Buffer.from(section));
  const names = new Map();
  while (reader.at < reader.bytes.length) {
    const kind = reader.number();
    const end = reader.number() + reader.at;
    if (kind === 1) for (let left = reader.number(); left > 0; left--) names.set(reader.number(), reader.name());
    reader.at = end;
  }
  return names;
}

/** The module without its custom sections, cut into `{ from, to, name }`: a function each, and what stands between them. */
function pieces(bytes) {
  const module = new WebAssembly.Module(bytes);
  const names = functionNames(module);
  let index = WebAssembly.Module.imports(module).filter(({ kind }) => kind === "function").length;
  const found = [{ from: 0, to: 8, section: 0 }];
  const reader = new Reader(bytes, 8);
  while (reader.at < bytes.length) {
    const from = reader.at;
    const section = reader.number();
    const end = reader.number() + reader.at;
    if (section === 10) {
      const count = reader.number();
      found.push({ from, to: reader.at, section });
      for (let left = count; left > 0; left--) {
        const start = reader.at;
        reader.at = reader.number() + reader.at;
        found.push({ from: start, to: reader.at, section, name: names.get(index++) ?? "" });
      }
    } else if (section !== 0) found.push({ from, to: end, section });
    reader.at = end;
  }
  return found;
}

/** The paths that a name speaks of, in its order: `tachys::view`, `supervisor_console::pages::floor`. */
const paths = (name) => name.match(/(?<![\w:>}])[a-z_]\w*(?:::[a-z_]\w*)*/g)?.filter((path) => path.includes("::")) ?? [];
const crateOf = (path) => path.split("::")[0];

/** Whose function it is: that of the type or trait it implements, of what it drops or calls; core's only where nobody else's. */
function owner(name) {
  const all = paths(name);
  const glue = /^(<|core::ptr::drop_in_place|core::ops::function)/.test(name);
  return (glue ? all.find((path) => !NEUTRAL.has(crateOf(path))) : all[0]) ?? all[0] ?? "";
}

const SPLIT = new Set(["ui", "live", "api", "address", "floor", "components", "pages", "i18n", "app"]);

/** A room of ours: a folder of src, or what stands in one. */
function room(path) {
  const [, first = "", second = ""] = path.split("::");
  return SPLIT.has(first) && /^[a-z]/.test(second) ? `${first}/${second}` : first || "(root)";
}

function group(name) {
  const bare = name.replaceAll(/\[[0-9a-f]{5,}\]/g, "");
  const path = owner(bare);
  const crate = crateOf(path);
  if (bare === "hydrate") return { table: "ours", row: "`hydrate`, with what was inlined", ours: false };
  if (bare.includes(` as ${OURS}::ui::erased::View>`)) return { table: "ours", row: "elements of `view!` (by ui/erased)", ours: false };
  if (crate === OURS) return { table: "ours", row: room(path), ours: false };
  const primitive = path === "" && /^(<|mem)/.test(bare);
  const library = primitive ? "core, alloc, std" : Object.keys(LIBRARIES).find((title) => LIBRARIES[title].includes(crate));
  return { table: "libraries", row: library ?? "no crate's: shims of wasm-bindgen, functions without a name", ours: bare.includes(OURS) };
}

const brotli = (chunks) =>
  brotliCompressSync(Buffer.concat(chunks), { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 } }).length;

const size = (some) => some.reduce((sum, { from, to }) => sum + to - from, 0);

function add(rows, row, { own, forOurs, pieces }) {
  const before = rows.get(row) ?? { own: 0, forOurs: 0, pieces: [] };
  rows.set(row, { own: before.own + own, forOurs: before.forOurs + forOurs, pieces: before.pieces.concat(pieces) });
}

function main() {
  const bytes = readFileSync(process.argv[2]);
  const all = pieces(bytes);
  const cut = (piece) => bytes.subarray(piece.from, piece.to);
  const brotliWithout = (some) => {
    const gone = new Set(some);
    return brotli(all.filter((piece) => !gone.has(piece)).map(cut));
  };
  const whole = brotliWithout([]);
  const tables = { libraries: new Map(), ours: new Map() };
  for (const piece of all.filter(({ name }) => name !== undefined)) {
    const { table, row, ours } = group(piece.name);
    add(tables[table], row, ours ? { own: 0, forOurs: size([piece]), pieces: [piece] } : { own: size([piece]), forOurs: 0, pieces: [piece] });
  }
  for (const [row, sum] of [...tables.ours].filter(([, { own }]) => own < SMALL)) {
    tables.ours.delete(row);
    add(tables.ours, "smaller ones", sum);
  }
  const number = (value) => value.toLocaleString("en");
  const line = (...cells) => console.log(`| ${cells.join(" | ")} |`);
  const largestFirst = (rows) => [...rows].sort(([, a], [, b]) => b.own + b.forOurs - a.own - a.forOurs);
  console.log("\n| library | own | for ours | brotli |\n| --- | ---: | ---: | ---: |");
  for (const [row, { own, forOurs, pieces: mine }] of largestFirst(tables.libraries)) line(row, number(own), number(forOurs), number(whole - brotliWithout(mine)));
  console.log("\n| ours | code | brotli |\n| --- | ---: | ---: |");
  for (const [row, { own, pieces: mine }] of largestFirst(tables.ours)) line(row, number(own), number(whole - brotliWithout(mine)));
  const [code, data] = [10, 11].map((wanted) => all.filter(({ section }) => section === wanted));
  console.log(`\ncode ${number(size(code))}; data ${number(size(data))} (brotli ${number(whole - brotliWithout(data))}); all ${number(size(all))} (brotli ${number(whole)})`);
}

main();
