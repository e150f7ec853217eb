// A board written by hand, as the baseline of the browser's figures: it keeps all agents and shows those in view, sorted by number, in a pool
// of forty rows. No framework, no actions, no search: the least that shows the same cells. What happens comes from one of two sources:
// `vanilla-console.js` or `vanilla-broker.js`.
"use strict";

const STATES = ["on-hold", "conference", "on-call", "ringing", "dialling", "allocated", "after-call", "not-ready", "ready", "logged-out", "unknown"];
const WORDS = ["On hold", "Conference", "On a call", "Ringing", "Dialling", "Reserved", "After call", "Not ready", "Ready", "Logged out", "Unknown"];
const ROW = 34;
const POOL = 40;

const agents = new Map();
let order = [];
let counts = new Array(STATES.length).fill(0);
let ahead = 0;
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
