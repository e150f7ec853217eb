//! Random floors, played in the simulator's own model, and what the console is told of them.

use crate::floor::event::{Event, EventKind, Instant};
use crate::simulator::floor as model;
use crate::simulator::wire;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One copy, or what the console learns from its own supervisors before the platform does anything.
#[derive(Debug, Clone)]
pub enum Item {
    Copy(Box<Event>),
    Listens(String, String),
    TakesPart(String, String),
}

/// What somebody tries to do: which of the things to do, and to whom.
pub type Move = (u8, Index, Index, u16);

pub fn moves(most: usize) -> impl Strategy<Value = Vec<Move>> {
    proptest::collection::vec((0..40_u8, any::<Index>(), any::<Index>(), 50..3_000_u16), 1..most)
}

/// What the platform is like: its ways, and how far its components' clocks are ahead.
pub type Platform = (model::Ways, Vec<i64>);

pub fn platforms() -> impl Strategy<Value = Platform> {
    let ahead = proptest::collection::vec(0..=5_000_i64, 4);
    (1..=3_u16, any::<bool>(), any::<bool>(), ahead).prop_map(|(workers, transfers_rename, monitor_calls, ahead)| {
        (model::Ways { workers, transfers_rename, monitor_calls, ring_group: 1 }, ahead)
    })
}

pub struct Play {
    pub floor: model::Floor,
    ahead: Vec<i64>,
    pub items: Vec<Item>,
    /// Who consults whom: the held call, the device, the consultation.
    consultations: Vec<(String, String, String)>,
    /// Who rings in a call that none of our devices is in: the call and the device.
    rings_alone: Vec<(String, String)>,
    /// Who answered in such a call, and talks there.
    answered_alone: Vec<(String, String)>,
}

/// Agents 5001 to 5005 at 8001 to 8005; 8000 and 8900 are supervisors' phones, which answer by themselves.
const PHONES: [&str; 7] = ["8001", "8002", "8003", "8004", "8005", "8000", "8900"];
/// Outside and service numbers, and a queue.
const OUTSIDE: [&str; 6] = ["13800002408", "917602176375", "913912340000", "95588", "110", "7001"];
pub const START: i64 = 1_795_132_800;

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Play {
    fn new((ways, ahead): Platform) -> Play {
        let plan = model::Plan { agents: 5, calls_per_hour: 0.0, speed: 1.0, seed: 7, namespace: "test.cc".into(), ways };
        let mut play = Play {
            floor: model::Floor::new(&plan),
            ahead,
            items: Vec::new(),
            consultations: Vec::new(),
            rings_alone: Vec::new(),
            answered_alone: Vec::new(),
        };
        play.floor.announce();
        play.pass(1_000);
        play
    }

    /// Writes down what has happened now.
    fn hear(&mut self) {
        let clock = wire::Clock {
            zone: jiff::tz::TimeZone::UTC,
            wall: jiff::Timestamp::from_millisecond(START * 1000 + self.floor.now() as i64).unwrap(),
            floor: self.floor.now(),
            speed: 1.0,
            ahead: self.ahead.clone(),
        };
        for told in self.floor.take_events() {
            let event = Event::decode(&wire::body(&told, "test.cc", &clock), &Instant::in_utc).unwrap();
            // Finished calls are pushed to web hooks only.
            if event.kind != EventKind::CallEnd {
                self.items.push(Item::Copy(Box::new(event)));
            }
        }
        self.note_who_is_alone();
    }

    /// Of whose answer there can be no copy.
    fn note_who_is_alone(&mut self) {
        let calls = self.calls();
        let those = |call: &Value, state: &str| -> Vec<(String, String)> {
            let parties = call["parties"].as_array().into_iter().flatten().filter(|party| party["state"] == state);
            parties.map(|party| (text(&call["callId"]), text(&party["device"]))).collect()
        };
        let talks: Vec<(String, String)> = calls.iter().flat_map(|call| those(call, "Connect")).collect();
        let answered = std::mem::take(&mut self.rings_alone).into_iter().chain(std::mem::take(&mut self.answered_alone));
        self.answered_alone = answered.filter(|party| talks.contains(party)).collect();
        let alone = |call: &&Value| !has_ours(call) && call["heardBy"].as_array().is_none_or(Vec::is_empty);
        self.rings_alone = calls.iter().filter(alone).flat_map(|call| those(call, "Alerting")).collect();
    }

    pub fn pass(&mut self, millis: u64) {
        let until = self.floor.now() + millis;
        while let Some(due) = self.floor.next_due().filter(|due| *due <= until) {
            while !self.floor.advance(due, usize::MAX) {}
            self.hear();
        }
        self.floor.advance(until, usize::MAX);
        self.hear();
    }

    /// The calls, without what nobody can have told of them.
    pub fn unasked(&self, mut calls: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
        for (id, call) in &mut calls {
            for party in call["parties"].as_array_mut().unwrap() {
                let is_it = |(call, device): &(String, String)| call == id && party["device"] == device.as_str();
                if self.answered_alone.iter().any(is_it) && (party["state"] == "Alerting" || party["state"] == "Connect") {
                    party["state"] = "Alerting or Connect".into();
                }
            }
        }
        calls
    }

    pub fn calls(&self) -> Vec<Value> {
        self.floor.truth()["calls"].as_array().cloned().unwrap_or_default()
    }

    /// Tries one thing; most of what is tried at random is refused, and then nothing happens.
    pub fn try_to(&mut self, (what, a, b, then): Move) {
        let calls = self.calls();
        let parties: Vec<(String, String)> = calls
            .iter()
            .flat_map(|call| call["parties"].as_array().into_iter().flatten().map(|party| (text(&call["callId"]), text(&party["device"]))))
            .collect();
        let phone = |index: &Index| format!("{}@test.cc", PHONES[index.index(PHONES.len())]);
        let anybody = |index: &Index| match index.index(PHONES.len() + OUTSIDE.len()) {
            n if n < PHONES.len() => PHONES[n].to_owned(),
            n => OUTSIDE[n - PHONES.len()].to_owned(),
        };
        let floor = &mut self.floor;
        if (parties.is_empty() && !(33..37).contains(&what)) || what < 5 {
            if what % 2 == 0 {
                floor.make_call(&phone(&a), &anybody(&b)).ok();
            } else if !parties.iter().any(|(_, device)| *device == phone(&a)) {
                floor.offer(&format!("1390000{}@test.cc", 1000 + b.index(9000)).as_str().into(), &phone(&a).as_str().into(), b.index(6));
            }
        } else {
            let (call, device) = if parties.is_empty() { Default::default() } else { parties[a.index(parties.len())].clone() };
            match what {
                // Customers hang up; everything else is done at the floor's own phones.
                5..28 | 37.. if !device.starts_with('8') => {}
                5..8 => drop(floor.hold(&call, &device)),
                8..10 => drop(floor.retrieve(&call, &device)),
                10..15 => {
                    if let Ok(consultation) = floor.consult(&call, &device, &anybody(&b)) {
                        self.consultations.push((call, device, consultation.to_string()));
                    }
                }
                15..20 => {
                    if let Some((held, device, consultation)) = self.consultations.pop() {
                        let consulted = calls.iter().find(|call| text(&call["callId"]) == consultation);
                        let rings =
                            consulted.is_some_and(|call| call["parties"].as_array().unwrap().iter().any(|p| p["state"] == "Alerting"));
                        let done = match b.index(5) {
                            0 => floor.cancel_consult(&held, &device, &consultation),
                            // The platform conferences who has answered.
                            1 | 2 if !rings => floor.conference(&held, &device, &consultation),
                            _ => floor.transfer(&held, &device, &consultation),
                        };
                        done.ok();
                    }
                }
                20..22 => self.takes_part(&call, &anybody(&b), |floor, number| floor.single_step_conference(&call, &device, number, false)),
                22..24 => self.takes_part(&call, &anybody(&b), |floor, number| floor.single_step_transfer(&call, &device, number)),
                24 | 25 => {
                    let listener = ["8000@test.cc", "8900@test.cc"][b.index(2)];
                    if floor.spy(&call, listener).is_ok() {
                        self.items.push(Item::Listens(call, listener.to_owned()));
                    }
                }
                26 => drop(if b.index(2) == 0 { floor.start_recording(&device) } else { floor.stop_recording(&device) }),
                27 => drop(floor.set_data(&call, vec![("order".to_owned(), b.index(1000).to_string())])),
                28..31 => drop(floor.drop_connection(&call, &device)),
                31..33 => {
                    let number = 5001 + b.index(5);
                    drop(floor.set_mode(&format!("{number}@test.cc"), None, model::Mode::NotReady, None));
                }
                33..35 => {
                    let free = |phone: &str| !parties.iter().any(|(_, device)| device.starts_with(phone));
                    let group = PHONES[..5].iter().filter(|phone| free(phone)).map(|phone| format!("{phone}@test.cc").as_str().into());
                    let group: Vec<model::Id> = group.collect();
                    floor.offer_group(&format!("1370000{}@test.cc", 1000 + b.index(9000)).as_str().into(), &group, b.index(6));
                }
                // Heart-beats that were missed; and back again.
                35..37 => {
                    let (agent, phone) = (b.index(5), format!("{}@test.cc", PHONES[b.index(5)]));
                    if floor.log_on(&format!("{}@test.cc", 5001 + agent), &phone, model::Mode::Ready).is_err() {
                        floor.lose(&format!("{}@test.cc", 5001 + agent));
                    }
                }
                _ => {
                    let number = OUTSIDE[3 + b.index(3)];
                    self.takes_part(&call, number, |floor, number| floor.single_step_transfer(&call, &device, number));
                }
            }
        }
        self.hear();
        self.pass(u64::from(then));
    }

    fn takes_part(&mut self, call: &str, number: &str, ask: impl Fn(&mut model::Floor, &str) -> Result<(), model::Refusal>) {
        if ask(&mut self.floor, number).is_ok() {
            self.items.push(Item::TakesPart(call.to_owned(), format!("{number}@test.cc")));
        }
    }

    /// Nobody is told twice by the model: one device twice in a call, as a party and as one that listens too, is the model's own fault.
    pub fn is_sound(&self) -> bool {
        self.calls().iter().all(|call| {
            let parties = ["parties", "heardBy"].into_iter().flat_map(|list| call[list].as_array().unwrap());
            let devices: Vec<String> = parties.map(|party| text(&party["device"])).collect();
            // Nor does anybody talk alone, or is anybody listened to who is not there: both of its parties have sent a call elsewhere.
            let there = call["parties"].as_array().unwrap().iter().filter(|party| party["silent"] != true).count();
            let talking = !call["monitors"].is_null()
                || match there {
                    0 => devices.is_empty(),
                    1 => call["answered"] == false || !call["waitsIn"].is_null(),
                    _ => true,
                };
            talking && devices.iter().collect::<BTreeSet<_>>().len() == devices.len()
        })
    }

    pub fn of(platform: Platform, moves: Vec<Move>) -> Play {
        let mut play = Play::new(platform);
        for one in moves {
            play.try_to(one);
            if !play.is_sound() {
                break;
            }
        }
        play
    }

    /// Everybody hangs up, and every agent is ready then, later than clocks are apart.
    pub fn end(&mut self) {
        for call in self.calls() {
            for party in call["parties"].as_array().unwrap() {
                self.floor.drop_connection(&text(&call["callId"]), &text(&party["device"])).ok();
                self.hear();
            }
        }
        self.pass(12_000);
        for number in 5001..=5005 {
            self.floor.set_mode(&format!("{number}@test.cc"), None, model::Mode::Ready, None).ok();
        }
        self.hear();
    }
}

pub fn has_ours(call: &Value) -> bool {
    call["parties"].as_array().unwrap().iter().any(|party| text(&party["device"]).starts_with('8'))
}
