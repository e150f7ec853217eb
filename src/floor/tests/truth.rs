//! The console's calls against the simulator's truth.
//!
//! Random floors are played in the simulator's own model and written as it writes them on the wire: by up to three workers with serials
//! of their own and clocks up to five seconds apart, with listening by the same call or by one of its own, with transfers that keep a
//! call's id or change it, to telephones, queues and outside numbers, while it rings and after; with groups that ring together and
//! agents whom a missed heart-beat logs off in mid-call. Delivered in any order that the wire allows, with duplicates, or up to an hour
//! late, they must give the platform's own calls. What a single lost copy costs is told by three tests:
//!
//! 1. Where another device's copy by the same worker says the same, nothing is lost, at once. Where calls of two workers become one, a
//!    lost copy of that may misplace it by their clocks' difference, until the call's next event.
//! 2. Where the only copy of an end is lost (a part's connectionCleared, a single-step transfer's transferred), the call goes on too
//!    long, until its device is busy in another call or its agent is ready or in after-call work, by more than the clocks may differ.
//!    Not ready and log-off end nothing. So what goes on for ever is what is on hold (who holds may be anywhere) and what is left at
//!    telephones at which no agent sits: those show as doubtful after four hours.
//! 3. What nobody else says is lost: a hold whose only copy is lost is not counted; one whose end is lost lasts until the next event
//!    of that device; a device whose only copies of ringing and answering are lost is not there until it is heard of again; an answer
//!    whose only copy is lost is not made up for by a conference or transfer: that party rings until it is heard of.
//!
//! Where a number outside answers while none of our devices is in the call there is no copy at all: whether that party rings or talks is
//! not asked.

mod kept;
pub(super) mod play;

use super::*;
use crate::floor::call_row::DOUBTFUL_AFTER;
use crate::floor::{CallId, CallRow, DeviceId, PartyRole, PartyState};
use play::{Item, Move, Play, START, has_ours, moves, platforms, text};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeMap;

/// What the wire may make of the items: within a window copies come in any order, and any of them once more; what the console knows
/// by itself stands where it was.
fn delivered(items: &[Item], window: usize, order: &[u32], again: &[Index]) -> Vec<Item> {
    let mut order = order.iter().copied().cycle();
    let mut out: Vec<Item> = Vec::new();
    for stretch in items.split_inclusive(|item| !matches!(item, Item::Copy(_))) {
        let (copies, known) = match stretch.split_last() {
            Some((last, copies)) if !matches!(last, Item::Copy(_)) => (copies, Some(last)),
            _ => (stretch, None),
        };
        for chunk in copies.chunks(window) {
            let mut keyed: Vec<(u32, &Item)> = chunk.iter().map(|item| (order.next().unwrap_or(0), item)).collect();
            keyed.sort_by_key(|(key, _)| *key);
            out.extend(keyed.into_iter().map(|(_, item)| item.clone()));
        }
        out.extend(known.cloned());
    }
    for index in again {
        let at = index.index(out.len().max(1));
        if let Some(copy @ Item::Copy(_)) = out.get(at).cloned() {
            out.insert(at + 1 + index.index(out.len() - at), copy);
        }
    }
    out
}

fn console(items: &[Item]) -> Floor {
    let mut floor = Floor::default();
    hear(&mut floor, items);
    floor
}

fn hear(floor: &mut Floor, items: &[Item]) {
    for item in items {
        match item {
            Item::Copy(event) => drop(floor.apply(event)),
            Item::Listens(call, device) => floor.expect_listener(&CallId::trusted(call.as_str()), &DeviceId::trusted(device.as_str())),
            Item::TakesPart(call, device) => floor.forget_listener(&CallId::trusted(call.as_str()), &DeviceId::trusted(device.as_str())),
        }
    }
}

/// The live calls, by id, in the truth's words.
fn told(floor: &Floor) -> BTreeMap<String, Value> {
    let party = |row: &CallRow| -> Vec<Value> {
        let mut parties: Vec<Value> = row
            .parties
            .iter()
            .map(|party| {
                let state = match party.state {
                    PartyState::Initiated | PartyState::Dialling => "Initiate",
                    PartyState::Alerting => "Alerting",
                    PartyState::Connected => "Connect",
                    PartyState::Held => "Hold",
                };
                json!({"device": party.device.as_str(), "state": state, "silent": party.role == PartyRole::Listener})
            })
            .collect();
        parties.sort_by_key(|party| text(&party["device"]));
        parties
    };
    let rows = floor.calls().filter_map(|id| floor.call_row(id)).filter(|row| !row.end_not_seen);
    rows.map(|row| {
        let call = json!({
            "callId": row.id.as_str(), "formerCallIds": row.former, "queue": row.queue,
            // Off-hook and dialling say no type yet.
            "callType": row.kind.clone().or_else(|| (row.parties.len() == 1).then(|| "unsaid".to_owned())),
            "answered": row.answered.is_some(), "holds": row.holds.count, "onHold": row.holds.running.is_some(),
            "recorded": row.recording, "parties": party(&row),
        });
        (row.id.as_str().to_owned(), call)
    })
    .collect()
}

/// What was heard, a line each, for whoever has to find out what went wrong.
fn lines(heard: &[Item]) -> String {
    let line = |item: &Item| match item {
        Item::Copy(event) => {
            let (call, time, who) = (event.call.as_ref(), event.time.unwrap_or_default().as_millis() - START * 1000, said(event).3);
            let who: Vec<&str> = who.iter().flatten().map(DeviceId::number).collect();
            let source = event.source.as_ref().map(DeviceId::number);
            format!(
                "{time:>7} {:?} {:?} {} for {source:?} in {call:?} new {:?}: {who:?}",
                event.component, event.serial, event.name, event.new_call
            )
        }
        other => format!("{other:?}"),
    };
    heard.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The calls are the platform's.
fn calls_agree(play: &Play, floor: &Floor, heard: &[Item]) -> Result<(), TestCaseError> {
    let (left, right) = (play.unasked(told(floor)), play.unasked(truth(play)));
    prop_assert!(left == right, "told {left:#?}\nis {right:#?}\nheard\n{}", lines(heard));
    Ok(())
}

fn truth(play: &Play) -> BTreeMap<String, Value> {
    let as_told = |mut call: Value| {
        let fields = call.as_object_mut().unwrap();
        let heard_by = fields.remove("heardBy").unwrap();
        let monitors = fields.remove("monitors").unwrap();
        let queue = fields.remove("waitsIn").unwrap();
        for name in ["caller", "called"] {
            fields.remove(name);
        }
        let alone = fields["parties"].as_array().unwrap().len() == 1 && monitors.is_null() && queue.is_null();
        let parties = fields["parties"].as_array_mut().unwrap();
        let held = parties.iter().any(|party| party["state"] == "Hold");
        // In a queue: nobody is there yet, and the call was sent there.
        parties.extend(queue.as_str().map(|queue| json!({"device": queue, "state": "Alerting", "silent": false})));
        parties.extend(heard_by.as_array().unwrap().iter().cloned());
        for party in parties.iter_mut().filter(|_| !monitors.is_null()) {
            party["silent"] = true.into();
        }
        for party in parties.iter_mut().filter(|party| heard_by.as_array().unwrap().contains(party)) {
            party["silent"] = true.into();
        }
        let parties = fields["parties"].as_array_mut().unwrap();
        parties.sort_by_key(|party| text(&party["device"]));
        if alone && fields["answered"] == false {
            fields.insert("callType".into(), "unsaid".into());
        }
        fields.insert("onHold".into(), held.into());
        (text(&call["callId"]), call)
    };
    // Of a call between two numbers outside no device of ours hears anything, its end neither.
    play.calls().into_iter().filter(has_ours).map(as_told).collect()
}

/// Every agent's row agrees with whether the agent is in a call.
fn agents_agree(play: &Play, floor: &Floor, heard: &[Item]) -> Result<(), TestCaseError> {
    let agents = play.floor.truth()["agents"].clone();
    for agent in agents.as_array().unwrap().iter().filter(|agent| agent["supervisor"] == false) {
        let row = floor.row(&AgentId::trusted(text(&agent["agentId"]))).unwrap();
        let in_call = !agent["calls"].as_array().unwrap().is_empty();
        prop_assert_eq!(row.call.is_some(), in_call, "{:?} {}\nheard\n{}", row, agent, lines(heard));
        if !in_call {
            let mode = match agent["mode"].as_str() {
                Some("NotReady") => State::NotReady,
                Some("Logout") => State::LoggedOut,
                _ => State::Ready,
            };
            prop_assert_eq!(row.state, mode);
        }
    }
    Ok(())
}

/// Which event a copy is a copy of: who did what to whom in which call, and when.
fn said(event: &Event) -> (EventKind, Option<PlatformTime>, Option<CallId>, [Option<DeviceId>; 12]) {
    let who = [
        &event.initiated,
        &event.calling,
        &event.called,
        &event.alerting,
        &event.answering,
        &event.holding,
        &event.retrieving,
        &event.conferencing,
        &event.added,
        &event.transferring,
        &event.transferred_to,
        &event.releasing,
    ];
    // The copies of a merge come under either id.
    let call = event.new_call.as_ref().or(event.call.as_ref()).cloned();
    (event.kind, event.time, call, who.map(Clone::clone))
}

fn is_of_a_call(item: &Item) -> Option<&Event> {
    match item {
        Item::Copy(event) if event.call.is_some() && event.source.is_some() => Some(event),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 600, ..ProptestConfig::default() })]

    #[test]
    fn in_any_order_and_more_than_once_the_calls_are_the_platforms(
        platform in platforms(), moves in moves(24), window in 1..24_usize, order in proptest::collection::vec(any::<u32>(), 50),
        again in proptest::collection::vec(any::<Index>(), 0..12),
    ) {
        let play = Play::of(platform, moves);
        prop_assume!(play.is_sound());
        let heard = delivered(&play.items, window, &order, &again);
        let floor = console(&heard);
        calls_agree(&play, &floor, &heard)?;
        agents_agree(&play, &floor, &heard)?;
    }

    /// What a broken link keeps back comes after everything else, up to an hour old.
    #[test]
    fn what_comes_late_is_put_where_it_belongs(
        platform in platforms(), before in moves(16), after in moves(12), pause in 0..3_500_000_u64,
        kept in proptest::collection::vec(any::<bool>(), 200), order in proptest::collection::vec(any::<u32>(), 50),
    ) {
        // Nobody listens to a call of which the console does not know.
        let heard = |moves: Vec<Move>| moves.into_iter().filter(|(what, ..)| !matches!(what, 24 | 25)).collect::<Vec<Move>>();
        let mut play = Play::of(platform, heard(before));
        prop_assume!(play.is_sound());
        let broken = play.items.len();
        play.pass(pause);
        for one in heard(after) {
            play.try_to(one);
        }
        prop_assume!(play.is_sound());
        let (early, later) = play.items.split_at(broken);
        let late = |(index, item): &(usize, &Item)| matches!(item, Item::Copy(_)) && !kept[index % kept.len()];
        let (back, first): (Vec<_>, Vec<_>) = early.iter().enumerate().partition(late);
        let items: Vec<Item> = first.into_iter().map(|(_, item)| item).chain(later).chain(back.into_iter().map(|(_, item)| item)).cloned().collect();
        let heard = delivered(&items, 6, &order, &[]);
        let floor = console(&heard);
        calls_agree(&play, &floor, &heard)?;
        agents_agree(&play, &floor, &heard)?;
    }

    /// 1. Any one copy of an event that other devices heard of as well.
    #[test]
    fn a_lost_copy_that_another_device_got_too_costs_nothing(
        platform in platforms(), moves in moves(24), lost in any::<Index>(), window in 1..12_usize, order in proptest::collection::vec(any::<u32>(), 50),
    ) {
        let play = Play::of(platform, moves);
        prop_assume!(play.is_sound());
        let twice = |index: &usize| {
            let Some(event) = is_of_a_call(&play.items[*index]) else { return false };
            // By the same worker: clocks that agree to the second order nothing across sources (protocol, section 5).
            let is_copy = |other: &Event| other.component == event.component && said(other) == said(event);
            let same = |other: &Item| is_of_a_call(other).is_some_and(is_copy);
            play.items.iter().filter(|other| same(other)).count() > 1
        };
        let candidates: Vec<usize> = (0..play.items.len()).filter(twice).collect();
        prop_assume!(!candidates.is_empty());
        let mut items = play.items.clone();
        items.remove(candidates[lost.index(candidates.len())]);
        let heard = delivered(&items, window, &order, &[]);
        calls_agree(&play, &console(&heard), &heard)?;
    }

    /// 2. Any one copy at all: once everybody has hung up and gone on to something else, no call is left but one that is on hold, or
    /// at phones without agents.
    #[test]
    fn whatever_is_lost_no_call_goes_on_for_ever(platform in platforms(), moves in moves(24), lost in any::<Index>()) {
        let mut play = Play::of(platform, moves);
        prop_assume!(play.is_sound());
        play.end();
        let mut items = play.items.clone();
        let candidates: Vec<usize> = (0..items.len()).filter(|index| is_of_a_call(&items[*index]).is_some()).collect();
        prop_assume!(!candidates.is_empty());
        items.remove(candidates[lost.index(candidates.len())]);
        let floor = console(&items);
        for row in floor.calls().filter_map(|id| floor.call_row(id)).filter(|row| !row.end_not_seen) {
            let held = row.parties.iter().any(|party| party.state == PartyState::Held);
            let nobodys = row.parties.iter().all(|party| party.agent.is_none());
            prop_assert!(held || nobodys, "{row:?}");
            prop_assert!(row.is_doubtful(row.touched + DOUBTFUL_AFTER));
        }
    }
}
