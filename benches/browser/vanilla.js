// A board written by hand, as the baseline of the browser's figures: it reads the console's own messages, keeps all agents and shows those in
// view, sorted by number, in a pool of forty rows. No framework, no actions, no search: the least that shows the same cells.
"use strict";

const STATES = ["on-hold", "conference", "on-call", "ringing", "dialling", "allocated", "after-call", "not-ready", "ready", "logged-out", "unknown"];
const WORDS = ["On hold", "Conference", "On a call", "Ringing", "Dialling", "Reserved", "After call", "Not ready", "Ready", "Logged out", "Unknown"];
const ROW = 34;
const POOL = 40;

// What the console's messages are written in: postcard (https://postcard.jamesmunns.com/wire-format).
class Reader {
  constructor(buffer) {
    this.bytes = new Uint8Array(buffer);
    this.at = 0;
  }
  byte() {
    return this.bytes[this.at++];
  }
  uint() {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }
  // Times and numbers: all below 2^53.
  int() {
    const value = this.uint();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }
  text() {
    const length = this.uint();
    const from = this.at;
    this.at += length;
    if (length < 40) {
      let text = "";
      let plain = true;
      for (let i = from; i < this.at; i++) {
        const byte = this.bytes[i];
        if (byte > 127) {
          plain = false;
          break;
        }
        text += String.fromCharCode(byte);
      }
      if (plain) return text;
    }
    return DECODER.decode(this.bytes.subarray(from, this.at));
  }
  bool() {
    return this.byte() === 1;
  }
  option(read) {
    return this.byte() === 1 ? read() : undefined;
  }
  list(read) {
    const list = [];
    for (let left = this.uint(); left > 0; left--) list.push(read());
    return list;
  }
}
const DECODER = new TextDecoder();

function messageOf(buffer) {
  const r = new Reader(buffer);
  const text = () => r.text();
  const int = () => r.int();
  const uint = () => r.uint();

  function operation() {
    if (r.uint() === 7) r.uint();
  }
  function outcome() {
    const what = r.uint();
    if (what === 3 || what === 4) r.uint();
  }
  function intervention() {
    r.int();
    operation();
    r.option(text);
    r.option(text);
    r.option(text);
    r.text();
    r.text();
    r.int();
    r.option(uint);
    r.option(uint);
    outcome();
    r.bool();
    r.option(text);
  }
  function scheduled() {
    r.int();
    if (r.uint() === 0) {
      r.uint();
      r.option(int);
    }
    r.text();
  }
  function callView() {
    const call = { id: r.text(), direction: r.uint(), other: r.text(), queue: r.option(text) };
    const started = r.option(int);
    call.since = r.option(int) ?? started;
    r.uint();
    r.uint();
    r.list(text);
    r.list(text);
    r.bool();
    r.uint();
    return call;
  }
  function row() {
    const row = { agent: r.text(), name: r.text(), team: r.text(), device: r.option(text), state: r.uint(), since: r.option(int) };
    r.bool();
    row.reason = r.option(text);
    row.call = r.option(callView);
    r.option(() => {
      r.uint();
      r.option(uint);
    });
    r.option(intervention);
    r.option(scheduled);
    return row;
  }
  function header() {
    r.uint();
    r.uint();
    const at = r.int();
    const offset = r.int();
    r.uint();
    r.int();
    r.option(int);
    r.list(() => {
      r.int();
      r.int();
    });
    r.option(int);
    r.option(int);
    return { now: at - offset };
  }

  const kind = r.uint();
  if (kind === 0) {
    const head = header();
    const more = r.bool();
    return { kind, ...head, more, rows: r.list(row) };
  }
  if (kind === 1) return { kind, ...header(), rows: r.list(row) };
  if (kind === 2) return { kind, ...header(), rows: [] };
  return { kind, rows: [] };
}

const agents = new Map();
let order = [];
let counts = new Array(STATES.length).fill(0);
let ahead = 0;
let whole = false;
let frame = 0;
let resort = false;
const changed = new Set();

const scroller = document.getElementById("scroller");
const rows = document.getElementById("rows");
const pool = [];
for (let i = 0; i < POOL; i++) {
  const element = document.createElement("div");
  element.className = "row";
  const cells = [];
  for (let cell = 0; cell < 6; cell++) {
    const span = document.createElement("span");
    const text = document.createTextNode("");
    span.append(text);
    element.append(span);
    cells.push(text);
  }
  rows.append(element);
  pool.push({ element, cells, shown: undefined, index: -1 });
}

function put(text, value) {
  if (text.data !== value) text.data = value;
}

function lasting(since) {
  if (since === undefined) return "–";
  const seconds = Math.max(0, Math.floor((Date.now() - ahead - since) / 1000));
  const two = (n) => (n < 10 ? `0${n}` : `${n}`);
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

function number(id) {
  return id ? id.slice(0, id.indexOf("@")) : "";
}

function callText(row) {
  if (!row.call) return row.reason ?? "";
  return `${row.call.other} ${row.call.queue ?? ""} ${lasting(row.call.since)}`;
}

function draw(slot, row, index) {
  if (slot.index !== index) {
    slot.index = index;
    slot.element.style.transform = `translateY(${index * ROW}px)`;
  }
  slot.shown = row;
  const { element, cells } = slot;
  element.dataset.agent = row.agent;
  element.dataset.state = STATES[row.state];
  element.dataset.call = row.call ? row.call.id : "";
  put(cells[0], WORDS[row.state]);
  put(cells[1], lasting(row.since));
  put(cells[2], row.name ? `${row.name} ${number(row.agent)}` : number(row.agent));
  put(cells[3], row.team);
  put(cells[4], number(row.device));
  put(cells[5], callText(row));
}

function show() {
  frame = 0;
  if (resort) {
    resort = false;
    order = [...agents.values()].sort((one, other) => Number(number(one.agent)) - Number(number(other.agent)));
    rows.style.height = `${order.length * ROW}px`;
    order.forEach((row, index) => (row.index = index));
  }
  const first = Math.max(0, Math.floor(scroller.scrollTop / ROW) - 5);
  for (let i = 0; i < POOL; i++) {
    const index = first + i;
    const slot = pool[index % POOL];
    const row = order[index];
    slot.element.hidden = !row;
    if (row && (slot.shown !== row || slot.index !== index || changed.has(row))) draw(slot, row, index);
  }
  changed.clear();
  put(document.getElementById("all").firstChild, String(agents.size));
  put(document.getElementById("ready").firstChild, String(counts[8]));
  put(document.getElementById("busy").firstChild, String(counts[0] + counts[1] + counts[2]));
}

function ask() {
  if (!frame) frame = requestAnimationFrame(show);
}

function take(row) {
  const known = agents.get(row.agent);
  if (known) {
    counts[known.state]--;
    counts[row.state]++;
    const index = known.index;
    Object.assign(known, row);
    known.index = index;
    changed.add(known);
  } else {
    counts[row.state]++;
    agents.set(row.agent, row);
    resort = true;
  }
}

scroller.addEventListener("scroll", ask, { passive: true });
setInterval(() => {
  for (const slot of pool) {
    if (!slot.shown) continue;
    put(slot.cells[1], lasting(slot.shown.since));
    if (slot.shown.call) put(slot.cells[5], callText(slot.shown));
  }
}, 1000);

const socket = new WebSocket(`ws://${location.host}/live`);
socket.binaryType = "arraybuffer";
socket.onmessage = ({ data }) => {
  const message = messageOf(data);
  if (message.now !== undefined) ahead = Date.now() - message.now;
  for (const row of message.rows) take(row);
  if (message.kind === 0 && !message.more) whole = true;
  if (message.rows.length) ask();
  if (whole) document.body.dataset.live = "";
};
socket.onclose = () => document.body.removeAttribute("data-live");
