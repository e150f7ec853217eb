//! What calls at one device say of each other is kept as it changes: it must be what looking at all of them says, and every row that
//! differs must be named among the changes.

use super::*;
use crate::floor::call::{Call, Connection, ConnectionState};
use crate::floor::table::Slot;
use crate::floor::{Applied, CallId, CallRow, DeviceId};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const AGENT_NAMES: [&str; 4] = ["agentLoggedOn", "agentLoggedOff", "agentReady", "agentWorkingAfterCall"];
const CALL_NAMES: [&str; 9] =
    ["originated", "delivered", "established", "established", "held", "retrieved", "conferenced", "transferred", "connectionCleared"];

/// What happens to a floor.
#[derive(Debug, Clone)]
enum Happening {
    Event(Box<Event>),
    Listens(u8, u8),
    Forgets,
}

/// Events of up to three agents, six devices and five calls, by two sources with clocks of their own; some without serials.
fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = (0..48_usize, 1..6_u8, (1..7_u8, 1..7_u8, 1..7_u8), 1..6_u8, 0..7_i64, 1..3_u8, 0..8_u8);
    proptest::collection::vec(one, 0..60).prop_map(|choices| {
        let mut second = 0;
        let made = choices.into_iter().enumerate().map(|(serial, (what, call, (source, subject, other), new, pause, component, odd))| {
            second += pause;
            let body = match what {
                0 => return Happening::Listens(call, subject),
                1 => return Happening::Forgets,
                2..16 => {
                    let agent = 1 + subject % 3;
                    json!({"agentId": format!("500{agent}@test.cc"), "deviceId": device(source), "topics": ["CtiRouter_1"]})
                }
                _ => {
                    let mut body = json!({"callId": format!("c{call}"), "srcDeviceId": device(source), "deviceId": device(subject),
                        "callingDevice": device(other), "calledDevice": device(subject), "topics": [format!("CtiWorker_{component}")]});
                    if what % 3 == 0 {
                        body["newCall"] = format!("c{new}").into();
                    }
                    for field in ["addedParty", "transferredToDevice"] {
                        body[field] = device(other).into();
                    }
                    body
                }
            };
            let name = if what < 16 { AGENT_NAMES[what % 4] } else { CALL_NAMES[(what - 16) % 9] };
            let clock = if component == 1 { 0 } else { 3 };
            let mut event = event(name, second + clock, serial as i64, body);
            if odd == 0 {
                event.serial = None;
            }
            Happening::Event(Box::new(event))
        });
        made.collect()
    })
}

fn rows(floor: &Floor) -> BTreeMap<AgentId, Row> {
    floor.agents().filter_map(|agent| Some((agent.clone(), floor.row(agent)?))).collect()
}

fn call_rows(floor: &Floor) -> BTreeMap<CallId, CallRow> {
    floor.calls().filter_map(|call| Some((call.clone(), floor.call_row(call)?))).collect()
}

/// Whether the device has left the call by what its other calls and its agents say, each looked at.
fn has_left(floor: &Floor, slot: Slot, id: &DeviceId, call: &Call, connection: &Connection) -> bool {
    let device = floor.devices.at(slot).unwrap();
    let other = |at: &Slot| floor.calls.at(*at).filter(|other| other.id() != call.id())?.connection(id).cloned();
    let busy = device.calls.iter().filter_map(other).filter(|connection| connection.heard).filter_map(|connection| connection.busy);
    let told = busy.chain(device.busy).chain(device.binding.as_ref().and_then(|binding| binding.idle));
    connection.state != Some(ConnectionState::Held) && told.into_iter().any(|at| at.surely_after(&connection.seen))
}

/// Asserts of each device of ours that what is kept is what a look at each of its calls says.
fn assert_kept(floor: &Floor) -> Result<(), TestCaseError> {
    for (id, device) in floor.devices.iter() {
        let slot = floor.devices.slot(id).unwrap();
        let named: BTreeSet<Slot> =
            floor.calls.iter().filter(|(_, call)| call.slots().contains(&slot)).map(|(id, _)| floor.calls.slot(id).unwrap()).collect();
        prop_assert_eq!(&device.calls, &named);
        prop_assert!(device.binding.is_some() || !device.calls.is_empty());
        let Some(binding) = &device.binding else { continue };
        let (mut open, mut live, mut busy) = (BTreeSet::new(), BTreeSet::new(), false);
        let mut ended = None;
        for at in &device.calls {
            let call = floor.calls.at(*at).unwrap();
            let Some(connection) = call.connection(id) else { continue };
            busy |= connection.heard && connection.live() && connection.state != Some(ConnectionState::Held);
            let left = connection.live() && has_left(floor, slot, id, call, connection);
            prop_assert_eq!(binding.parts.contradicted(*at, device.evidence()), left);
            if connection.live() {
                live.insert(*at);
            }
            if connection.live() && !left {
                open.insert(*at);
            }
            if connection.heard || !connection.live() {
                ended = ended.max(call.connections().filter(|(_, _, party)| !party.live()).map(|(_, _, party)| party.since).max());
            }
        }
        prop_assert_eq!(binding.parts.open().iter().copied().collect::<BTreeSet<_>>(), open);
        prop_assert_eq!(binding.parts.live().collect::<BTreeSet<_>>(), live);
        prop_assert_eq!((binding.parts.is_busy(), binding.parts.ended()), (busy, ended));
    }
    prop_assert_eq!(floor.ours, floor.devices.iter().filter(|(_, device)| device.binding.is_some()).count());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_kept_of_a_device_is_what_its_calls_say(happenings in happenings()) {
        let (mut floor, mut listens) = (Floor::default(), false);
        for happening in happenings {
            match happening {
                Happening::Event(event) => {
                    let (agents, calls) = (rows(&floor), call_rows(&floor));
                    let changes = match floor.apply(&event) {
                        Applied::Changed(changes) => changes,
                        Applied::Duplicate | Applied::Nothing => Default::default(),
                    };
                    // What a monitoring call does to the row of the call that it listens to is named only where the listener's device is.
                    if listens {
                        assert_kept(&floor)?;
                        continue;
                    }
                    let (agents_now, calls_now) = (rows(&floor), call_rows(&floor));
                    let unnamed = |id: &&AgentId| agents.get(*id) != agents_now.get(*id) && !changes.agents.contains(id);
                    prop_assert_eq!(agents_now.keys().find(unnamed), None, "not named by {:?}", event);
                    let unnamed = |id: &&CallId| calls.get(*id) != calls_now.get(*id) && !changes.calls.contains(id);
                    prop_assert_eq!(calls.keys().chain(calls_now.keys()).find(unnamed), None, "not named by {:?}", event);
                }
                Happening::Listens(call, n) => {
                    listens = true;
                    floor.expect_listener(&CallId::trusted(format!("c{call}")), &DeviceId::trusted(device(n)));
                }
                Happening::Forgets => {
                    let oldest = floor.calls.iter().min_by_key(|(_, call)| call.touched).map(|(id, call)| (id.clone(), call.touched));
                    if let Some((_, touched)) = oldest {
                        floor.forget(touched + Duration::from_secs(7 * 24 * 3600) + Duration::from_millis(1));
                    }
                }
            }
            assert_kept(&floor)?;
        }
    }
}
