//! The order in which a call's facts are folded.
//!
//! Facts of one source are folded in the order of their stamps. If two sources tell of one call, as when a consultation that another
//! worker handled became part of it, their clocks differ by seconds and their stamps say less than the calls themselves: what is told of a
//! call that became another one happened before that, and what is told under the new id afterwards. The same thing told by two sources
//! within the difference of their clocks happened once.

use super::fact::{Fact, Merge};
use crate::floor::PlatformTime;
use crate::floor::event::EventKind;
use crate::floor::stamp::{CLOCKS_APART, SourceId, Stamp};
use std::time::Duration;

/// Returns whether the facts come from more than one source. What the console adds by itself, and the report of a finished call, count as
/// from none.
pub fn is_mixed(facts: &[Fact]) -> bool {
    let mut sources = facts.iter().filter(|fact| is_told(fact)).map(|fact| fact.at.source);
    let first = sources.next();
    sources.any(|source| Some(source) != first)
}

/// Returns whether a source told the fact while the call went on.
fn is_told(fact: &Fact) -> bool {
    fact.kind != EventKind::CallEnd && fact.at.source != SourceId::MAX
}

/// One merge of calls, and the fact that tells it.
struct Turn<'a> {
    /// Which calls became which.
    merge: Merge,
    /// The fact's place among all facts.
    place: usize,
    /// The fact that tells it.
    fact: &'a Fact,
    /// When it counts as having happened: later than its fact if it follows a merge told by a source whose clock is ahead.
    time: PlatformTime,
}

/// Returns the facts in the order in which to fold them, each with whether it is a copy of an earlier one. `facts` are sorted by stamp.
pub fn sequence(facts: &[Fact]) -> Vec<(Fact, bool)> {
    let turns = turns(facts);
    let mut order: Vec<_> = facts.iter().enumerate().map(|(place, fact)| (rank(fact, &turns), place, fact)).collect();
    order.sort_by_key(|(rank, ..)| *rank);
    let mut told: Vec<(&Fact, Vec<SourceId>)> = Vec::new();
    order.into_iter().map(|(_, place, fact)| (*fact, is_copy(fact, place, &turns, &mut told))).collect()
}

/// Returns each merge once: by the fact under the id that goes on, or else by the first fact that tells it.
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

/// Moves each merge behind those that led to its calls: what a call became cannot have become something else before.
fn in_their_order(turns: &mut [Turn]) {
    // At most once for each merge, so that a circle of calls, which no platform has, ends too.
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

/// Returns the merge's time, or the moment after the last of those that led to it.
fn behind(turn: &Turn, turns: &[Turn]) -> PlatformTime {
    let Merge { primary, secondary, new } = turn.merge;
    let leads = |other: &&Turn| other.merge.new != new && (other.merge.new == primary || other.merge.new == secondary);
    let open = |other: &&Turn| !turn.fact.at.surely_after(&other.fact.at);
    let last = turns.iter().filter(leads).filter(open).map(|other| other.time).max();
    last.filter(|last| turn.time <= *last).map_or(turn.time, |last| last + Duration::from_millis(1))
}

/// Returns a fact's place among those of other sources: its time, then whether it is before, at or after a merge of that time, then its
/// stamp.
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

/// Returns whether another source told the same thing within the difference of their clocks, and records that the two are one.
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
