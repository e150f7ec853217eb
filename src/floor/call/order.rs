//! In which order a call's facts are folded.
//!
//! Of one source that is the order of their stamps. Where two sources tell of one call, as when a consultation that another worker
//! handled became part of it, their clocks differ by seconds, and the calls' own logic says more than their stamps: what is told of a
//! call that became another one happened before that, what is told under a new id afterwards; and the same thing told by two sources
//! within the difference of their clocks happened once.

use super::fact::{Fact, Merge};
use crate::floor::PlatformTime;
use crate::floor::event::EventKind;
use crate::floor::stamp::{CLOCKS_APART, SourceId, Stamp};
use std::time::Duration;

/// Whether facts of more than one source are among `facts`. What the console adds by itself, and a call's end that is told whole, are
/// of none.
pub fn is_mixed(facts: &[Fact]) -> bool {
    let mut sources = facts.iter().filter(|fact| is_told(fact)).map(|fact| fact.at.source);
    let first = sources.next();
    sources.any(|source| Some(source) != first)
}

fn is_told(fact: &Fact) -> bool {
    fact.kind != EventKind::CallEnd && fact.at.source != SourceId::MAX
}

/// When one call became another, and how that is told: the fact, and its place among all.
struct Turn<'a> {
    merge: Merge,
    place: usize,
    fact: &'a Fact,
    /// Where it stands in time: later than it was told where it follows another by the word of a source that is ahead.
    time: PlatformTime,
}

/// The facts as they are to be folded, each with whether it is a copy of one before. `facts` are in the order of their stamps.
pub fn sequence(facts: &[Fact]) -> Vec<(Fact, bool)> {
    let turns = turns(facts);
    let mut order: Vec<_> = facts.iter().enumerate().map(|(place, fact)| (rank(fact, &turns), place, fact)).collect();
    order.sort_by_key(|(rank, ..)| *rank);
    let mut told: Vec<(&Fact, Vec<SourceId>)> = Vec::new();
    order.into_iter().map(|(_, place, fact)| (*fact, is_copy(fact, place, &turns, &mut told))).collect()
}

/// Each merge once: as the call that goes on tells of it, or else as it was told first.
fn turns(facts: &[Fact]) -> Vec<Turn<'_>> {
    let mut turns: Vec<Turn> = Vec::new();
    for (place, fact) in facts.iter().enumerate() {
        let Some(merge) = fact.merges else { continue };
        let same = |turn: &&mut Turn| {
            let other = turn.fact;
            (other.kind, other.device, other.other, turn.merge.new) == (fact.kind, fact.device, fact.other, merge.new)
        };
        match turns.iter_mut().find(same) {
            Some(known) if fact.under == merge.new && known.fact.under != merge.new => {
                (known.place, known.fact, known.time) = (place, fact, fact.at.time);
            }
            Some(_) => {}
            None => turns.push(Turn { merge, place, fact, time: fact.at.time }),
        }
    }
    in_their_order(&mut turns);
    turns
}

/// What a call became cannot become something else before: moves each turn behind those that led to it.
fn in_their_order(turns: &mut [Turn]) {
    // As often as there are turns: in a circle of calls, which no platform has, there is no end.
    for _ in 0..turns.len() {
        let times: Vec<PlatformTime> = turns.iter().map(|turn| behind(turn, turns)).collect();
        if turns.iter().zip(&times).all(|(turn, time)| turn.time == *time) {
            return;
        }
        for (turn, time) in turns.iter_mut().zip(times) {
            turn.time = time;
        }
    }
}

/// The turn's time, or the moment after the last of those that led to it.
fn behind(turn: &Turn, turns: &[Turn]) -> PlatformTime {
    let Merge { primary, secondary, new } = turn.merge;
    let leads = |other: &&Turn| other.merge.new != new && (other.merge.new == primary || other.merge.new == secondary);
    let open = |other: &&Turn| !turn.fact.at.surely_after(&other.fact.at);
    let last = turns.iter().filter(leads).filter(open).map(|other| other.time).max();
    last.filter(|last| turn.time <= *last).map_or(turn.time, |last| last + Duration::from_millis(1))
}

/// Where a fact stands among those of other sources: its time, then before, at or behind a merge of that time, then its own order.
fn rank(fact: &Fact, turns: &[Turn]) -> (PlatformTime, u8, Stamp) {
    let (mut time, mut side) = (fact.at.time, 1);
    if let Some(turn) = turns.iter().find(|turn| std::ptr::eq(turn.fact, fact)) {
        return (turn.time, side, fact.at);
    }
    if fact.merges.is_some() || !is_told(fact) {
        return (time, side, fact.at);
    }
    for turn in turns {
        let Merge { primary, secondary, new } = turn.merge;
        let became_it = fact.under != new && (fact.under == primary || fact.under == secondary || fact.under == turn.fact.under);
        let begins_with_it = fact.under == new && primary != new && secondary != new;
        let told_after_it = fact.under == new && fact.at.source == turn.fact.at.source && fact.at > turn.fact.at;
        if became_it && time >= turn.time {
            (time, side) = (turn.time, 0);
        } else if (begins_with_it || told_after_it) && time <= turn.time {
            (time, side) = (turn.time, 2);
        }
    }
    (time, side, fact.at)
}

/// Whether another source told the same thing, within the difference of their clocks; then the two are one from now on.
fn is_copy<'a>(fact: &'a Fact, place: usize, turns: &[Turn], told: &mut Vec<(&'a Fact, Vec<SourceId>)>) -> bool {
    if fact.merges.is_some() {
        return turns.iter().all(|turn| turn.place != place);
    }
    if !is_told(fact) {
        return false;
    }
    let same = |(other, by): &&mut (&Fact, Vec<SourceId>)| {
        (other.kind, other.under, other.device, other.other, other.record) == (fact.kind, fact.under, fact.device, fact.other, fact.record)
            && other.at.source != fact.at.source
            && other.at.time.abs_diff(fact.at.time) <= CLOCKS_APART
            && !by.contains(&fact.at.source)
    };
    match told.iter_mut().find(same) {
        Some((_, by)) => {
            by.push(fact.at.source);
            true
        }
        None => {
            told.push((fact, Vec::new()));
            false
        }
    }
}
