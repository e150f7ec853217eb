// The board's source: the console's own messages.
"use strict";

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
    // Holds, parties, and how many stay.
    r.uint();
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

let whole = false;
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
