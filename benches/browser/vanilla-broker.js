// The board's source: the broker itself, over STOMP. `?events=` is its address, `?first=` the first agent's number, `?agents=` how many there are;
// their telephones are numbered from `?device=` on. It knows of the platform's events what this floor needs.
"use strict";

const params = new URLSearchParams(location.search);
const DOMAIN = "@test.cc";
const [FIRST, AGENTS, DEVICE] = ["first", "agents", "device"].map((name) => Number(params.get(name)));
const state = Object.fromEntries(STATES.map((name, place) => [name, place]));
/** The telephones in each call. */
const calls = new Map();

for (let place = 0; place < AGENTS; place++) {
  const number = FIRST + place;
  take({ agent: number + DOMAIN, name: `Agent ${number}`, team: `Team ${number % 20}`, device: DEVICE + place + DOMAIN, state: state.unknown });
}
ask();

/** The agent at a telephone; `undefined` where it is none of ours. */
function agentAt(device) {
  const place = parseInt(device, 10) - DEVICE;
  return place >= 0 && place < AGENTS ? FIRST + place + DOMAIN : undefined;
}

/** The platform's time is that of Shanghai. */
function timeOf(text) {
  const [year, month, day, hour, minute, second] = text.split(/[. :]/).map(Number);
  return Date.UTC(year, month - 1, day, hour - 8, minute, second);
}

function change(agent, to, since, call) {
  if (agent) take({ agent, state: state[to], since, call });
}

function hear(event) {
  const at = timeOf(event.eventTime);
  const copy = agentAt(event.srcDeviceId);
  const { callId, callingDevice } = event;
  if (callingDevice) calls.set(callId, [callingDevice, event.calledDevice]);
  const parties = calls.get(callId) ?? [];
  const call = (device) => ({ id: callId, other: number(parties.find((other) => other !== device)), since: at });
  switch (event.eventName) {
    case "agentReady":
      return change(copy, "ready", at);
    case "agentNotReady":
      return change(copy, "not-ready", at);
    case "agentWorkingAfterCall":
      return change(copy, "after-call", at);
    case "delivered":
      return change(copy, event.srcDeviceId === callingDevice ? "dialling" : "ringing", at, call(event.srcDeviceId));
    case "held":
      return change(copy, "on-hold", at, call(event.srcDeviceId));
    case "established":
    case "retrieved":
      return parties.forEach((device) => change(agentAt(device), "on-call", at, call(device)));
    case "connectionCleared":
      calls.delete(callId);
      return parties.forEach((device) => change(agentAt(device), "ready", at));
  }
}

const socket = new WebSocket(params.get("events"));
socket.onopen = () => socket.send("CONNECT\naccept-version:1.2\nhost:/\nheart-beat:0,0\n\n\0");
socket.onmessage = ({ data }) => {
  if (data.startsWith("CONNECTED")) {
    socket.send("SUBSCRIBE\nid:board-0\ndestination:/topic/event.agent.*.test_cc\nreceipt:1\n\n\0");
  } else if (data.startsWith("RECEIPT")) {
    document.body.dataset.live = "";
  } else if (data.startsWith("MESSAGE")) {
    hear(JSON.parse(data.slice(data.indexOf("\n\n") + 2, -1)));
    ask();
  }
};
socket.onclose = () => document.body.removeAttribute("data-live");
