//! Which event proves what (protocol, section 5): the odd cases, each with the least that brings it about.

mod answers;
mod bindings;
mod listening;
mod order;
mod proofs;
mod readings;
mod workers;

use super::sequences::{CUSTOMER, Play};
use super::*;
use crate::floor::event::{Instant, LocalTime};
use crate::floor::{CallId, CallRow, DeviceId, PartyRole, PartyState};

const ROUTER: &str = "CtiRouter_r1";
const WORKER: &str = "CtiWorker_w1";
const OTHER_WORKER: &str = "CtiWorker_w2";

fn call(floor: &Floor, id: &str) -> Option<CallRow> {
    floor.call_row(&CallId::trusted(id))
}

fn parties(row: &CallRow) -> Vec<(&str, PartyState)> {
    row.parties.iter().map(|party| (party.device.number(), party.state)).collect()
}

/// An event of one component, at `second` by that component's clock.
fn by(component: &str, name: &str, second: i64, serial: i64, mut fields: Value) -> Event {
    fields["topics"] = json!(["csta", component, name]);
    event(name, second, serial, fields)
}

fn mode(component: &str, name: &str, n: u8, second: i64, serial: i64) -> Event {
    by(component, name, second, serial, json!({"agentId": format!("500{n}@test.cc"), "deviceId": device(n), "srcDeviceId": device(n)}))
}

fn agent_at(name: &str, n: u8, at: u8, second: i64, serial: i64) -> Event {
    event(name, second, serial, json!({"agentId": format!("500{n}@test.cc"), "deviceId": device(at), "srcDeviceId": device(at)}))
}
