// The simulated platform, over its own wire: what agents do at their phones, what goes wrong, and what it was asked.
import { expect } from "@playwright/test";

export const DOMAIN = "test.cc";
export const PASSWORD = "Aa123456";

/** `5001` -> `5001@test.cc` */
export const id = (number: string) => `${number}@${DOMAIN}`;
/** The phone of an agent on the silent floor: 5001 sits at 8001. */
export const phoneOf = (agent: string) => `8${agent.slice(1)}`;

const CALLS = "/api/csta/callControl/calls";
const connection = (call: string, device: string) => `${CALLS}/${call}/connections/${id(device)}%7C${call}`;

/** A request as the platform got it. */
export interface Asked {
  method: string;
  path: string;
  headers: [string, string][];
  body: string;
  status: number | null;
}

interface Agent {
  agentId: string;
  mode: string;
  device: string | null;
  calls: string[];
  name: string;
  supervisor: boolean;
}

interface Call {
  callId: string;
  answered: boolean;
  parties: { device: string; state: string; silent: boolean }[];
}

const has = (call: Call, number: string) => call.parties.some((part) => part.device === id(number));

interface Floor {
  agents: Agent[];
  calls: Call[];
}

export interface Refusal {
  status: number;
  times?: number;
  body?: string;
  /** How the path begins. */
  path?: string;
}

export interface Faults {
  cut?: boolean;
  refuse_connections_ms?: number;
  stall_ms?: number;
  stall_http_ms?: number;
  mute_events?: number;
  drop_http?: number;
  expire_sessions?: boolean;
  refuse?: Refusal;
}

export class Platform {
  private session = "";

  constructor(private readonly url: string) {}

  private async send(method: string, path: string, body?: unknown): Promise<Response> {
    if (!this.session) {
      const form = new URLSearchParams({ username: "5900", password: PASSWORD, namespace: DOMAIN });
      const answer = await fetch(`${this.url}/login`, { method: "POST", body: form });
      this.session = ((await answer.json()) as { sessionId: string }).sessionId;
    }
    return fetch(this.url + path, {
      method,
      headers: { "content-type": "application/json; charset=UTF-8", sessionId: this.session },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** One of the platform's own calls; it must succeed. */
  private async ask<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.send(method, path, body);
    const text = await answer.text();
    expect(answer.ok, `${method} ${path}: ${answer.status} ${text}`).toBe(true);
    return (text ? JSON.parse(text) : null) as T;
  }

  setMode(agent: string, agentMode: "Ready" | "NotReady", reason?: string) {
    const body = { func: "SetState", agentMode, agentId: id(agent), device: id(phoneOf(agent)), namespace: DOMAIN, reason };
    return this.ask("POST", "/api/csta/agent/state", body);
  }

  /** By hand, as the vendor's client does it: from then on the phone is answered by hand too, and heartbeats are awaited. */
  async logOn(agent: string) {
    const body = { func: "Login", loginId: id(agent), device: id(phoneOf(agent)), password: PASSWORD, agentMode: "Ready" };
    await this.ask("POST", "/api/csta/agent/state", body);
    byHand.add(`${this.url} ${agent}`);
  }

  async logOut(agent: string) {
    await this.ask("POST", "/api/csta/agent/state", { func: "Logout", agentId: id(agent) });
  }

  /** Dials; a device may do so once in two seconds. Answers the call's id. */
  async dial(from: string, to: string): Promise<string> {
    const body = { from: id(from), to, destForDisplay: from };
    let call = "";
    await expect(async () => {
      const answer = await this.send("POST", CALLS, body);
      const text = await answer.text();
      expect(answer.ok, `${from} dials ${to}: ${answer.status} ${text}`).toBe(true);
      call = (JSON.parse(text) as { callId: string }).callId;
    }).toPass({ timeout: 5_000, intervals: [100] });
    return call;
  }

  /** Whoever sits at the device answers what rings there, by hand where the phone does not answer by itself. */
  async answers(device: string) {
    const at = async () => (await this.floor()).calls.flatMap((call) => call.parties.filter((part) => part.device === id(device)).map((part) => ({ ...part, call: call.callId })));
    await expect.poll(async () => (await at()).length, { message: `${device} rings` }).toBeGreaterThan(0);
    for (const { call } of await at()) await this.send("POST", `${connection(call, device)}/answer`);
    await expect.poll(async () => (await at()).map((part) => part.state), { message: `${device} answers` }).toContain("Connect");
  }

  answer(call: string, device: string) {
    return this.ask("POST", `${connection(call, device)}/answer`);
  }

  hold(call: string, device: string) {
    return this.ask("POST", `${connection(call, device)}/hold`);
  }

  retrieve(call: string, device: string) {
    return this.ask("POST", `${connection(call, device)}/retrieve`);
  }

  drop(call: string, device: string) {
    return this.ask("DELETE", connection(call, device));
  }

  /** `device` holds the call and talks to `colleague`. Answers the consultation's id, once it is answered. */
  async consult(call: string, device: string, colleague: string): Promise<string> {
    await this.ask("POST", `${connection(call, device)}/consult`, { consultationParticipant: colleague });
    const consultation = async () =>
      (await this.floor()).calls.find((other) => other.callId !== call && has(other, device) && has(other, colleague));
    const rings = await consultation();
    // A phone that is not answered by hand answers by itself, perhaps before us.
    if (rings) await this.send("POST", `${connection(rings.callId, colleague)}/answer`);
    await expect.poll(async () => (await consultation())?.answered, { message: `${colleague} answers ${device}` }).toBe(true);
    return (await consultation())?.callId ?? "";
  }

  /** The consulted party gets the call, `device` leaves it. Answers the id under which it goes on. */
  async transfer(call: string, device: string, consultation: string): Promise<string> {
    const parties = new Set([...(await this.devicesIn(call)), ...(await this.devicesIn(consultation))]);
    parties.delete(device);
    await this.ask("POST", `${connection(call, device)}/transfer`, { consultCallId: consultation });
    const after = (await this.floor()).calls.find((other) => [...parties].every((party) => has(other, party)));
    return after?.callId ?? "";
  }

  /** Brings `colleague` into the call and awaits the answer. */
  async conference(call: string, device: string, colleague: string) {
    await this.ask("POST", `${connection(call, device)}/singleStepConference`, {
      conferenceParticipant: colleague,
      participationType: "Active",
    });
    await this.send("POST", `${connection(call, colleague)}/answer`);
    const talks = async () => (await this.floor()).calls.some((other) => other.parties.some((part) => part.device === id(colleague) && part.state === "Connect"));
    await expect.poll(talks, { message: `${colleague} answers` }).toBe(true);
  }

  /** An agent's phone talks to a number outside. Answers the call's id. */
  async talkOutside(from: string, number: string): Promise<string> {
    const call = await this.dial(phoneOf(from), number);
    const answered = async () => (await this.floor()).calls.find((other) => other.callId === call)?.answered;
    await expect.poll(answered, { message: `${number} answers` }).toBe(true);
    return call;
  }

  /** The agents' phones talk to each other. Answers the call's id. */
  async talk(from: string, to: string): Promise<string> {
    const call = await this.dial(phoneOf(from), phoneOf(to));
    // A phone that is not answered by hand answers by itself, perhaps before us.
    await this.send("POST", `${connection(call, phoneOf(to))}/answer`);
    const answered = async () => (await this.floor()).calls.find((other) => other.callId === call)?.answered;
    await expect.poll(answered, { message: `${to} answers ${from}` }).toBe(true);
    return call;
  }

  /** Publishes one event of an agent, as if the platform had sent it; `secondsAgo` is how long ago it happened. */
  agentEvent(eventName: string, agent: string, secondsAgo = 0) {
    pretended.add(`${this.url} ${agent}`);
    const device = id(phoneOf(agent));
    const event = { eventName, eventTime: eventTime(secondsAgo), eventType: "agent", serial: serial++, namespace: DOMAIN };
    return this.ask("POST", "/simulator/events", { ...event, srcDeviceId: device, deviceId: device, agentId: id(agent) });
  }

  /** Says that the phone rings for a call from elsewhere, of which the simulated platform itself knows nothing. */
  rings(phone: string, from: string, call: string) {
    const [device, callingDevice] = [id(phone), id(from)];
    const event = { eventName: "delivered", eventTime: eventTime(0), eventType: "csta", serial: serial++, namespace: DOMAIN, callId: call };
    return this.ask("POST", "/simulator/events", { ...event, srcDeviceId: device, deviceId: device, alertingDevice: device, calledDevice: device, callingDevice });
  }

  /** Somebody else sets what travels with a call. */
  setData(call: string, key: string, value: string) {
    return this.ask("POST", `${CALLS}/${call}/user-data`, { entries: [{ key, value }] });
  }

  /** Whatever bytes, to all who listen to the whole tenant. */
  async garbage(bytes: string) {
    await fetch(`${this.url}/simulator/events?raw=1`, { method: "POST", body: bytes });
  }

  /** Agents who work here from now on. */
  hire(agents: { id: string; device: string; name: string }[]) {
    return this.ask("POST", "/simulator/agents", { agents });
  }

  fault(faults: Faults) {
    return this.ask("POST", "/simulator/faults", faults);
  }

  /** Agents' names, by number, as the roster tells them when it is read next: after a sign-in at the latest. */
  rename(names: Record<string, string>) {
    const root = Object.entries(names).map(([number, userName]) => ({ loginName: id(number), userName }));
    return this.ask("POST", "/simulator/roster", { root });
  }

  floor() {
    return this.ask<Floor>("GET", "/simulator/floor");
  }

  /** The devices in a call, `8001` and so on, as the platform knows it. */
  async devicesIn(call: string): Promise<string[]> {
    const found = (await this.floor()).calls.find((other) => other.callId === call);
    return (found?.parties ?? []).map((part) => part.device.split("@")[0] ?? "").sort();
  }

  /** The operations that the console asked for: what it sent beyond logins, heartbeats and its own reading. */
  async operations(): Promise<Asked[]> {
    const all = await this.ask<Asked[]>("GET", "/simulator/requests");
    const ours = (asked: Asked) =>
      asked.headers.some(([name, value]) => name.toLowerCase() === "user-agent" && value.startsWith("supervisor-console/"));
    const acts = (asked: Asked) => asked.method !== "GET" && !asked.path.includes("/login") && !asked.path.includes("/heartbeat/");
    return all.filter((asked) => ours(asked) && acts(asked));
  }

  /** The silent floor as it was at its start: no faults, no calls, everybody logged on and ready, and no event that was not true. */
  async reset() {
    await this.fault({ refuse_connections_ms: 0, stall_http_ms: 0, mute_events: 0, drop_http: 0 });
    const floor = await this.floor();
    for (const call of floor.calls) {
      for (const part of call.parties) await this.send("DELETE", `${CALLS}/${call.callId}/connections/${part.device}%7C${call.callId}`);
    }
    for (const agent of (await this.floor()).agents) {
      const number = agent.agentId.split("@")[0] ?? "";
      if (agent.supervisor) continue;
      if (byHand.has(`${this.url} ${number}`)) await this.send("POST", `/api/csta/agent/heartbeat/${agent.agentId}`);
      if (agent.mode === "Logout") await this.logOn(number);
      else if (agent.mode !== "Ready") await this.setMode(number, "Ready");
      if (pretended.has(`${this.url} ${number}`)) {
        await this.agentEvent("agentReady", number);
        pretended.delete(`${this.url} ${number}`);
      }
    }
  }
}

/** Who was logged on by hand, at which platform. */
const byHand = new Set<string>();

/** Of whom events were published that the platform itself knows nothing of. */
const pretended = new Set<string>();

let serial = 900_000_000;

/** A moment as the platform writes it. */
function eventTime(secondsAgo: number): string {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "medium" });
  return parts.format(Date.now() - secondsAgo * 1000).replaceAll("-", ".");
}
