//! Everybody who works here, by their places. Nobody ever leaves the list, so a place that was given stays valid.

use super::Agent;
use std::ops::{Index, IndexMut};

/// The agents in the order in which they came. A place that nobody has reads as nobody, who is never listed and is told of to no one.
#[derive(Debug, Default)]
pub struct People {
    all: Vec<Agent>,
    nobody: Agent,
}

impl People {
    /// Adds one at the next place.
    pub(super) fn push(&mut self, agent: Agent) {
        self.all.push(agent);
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Returns everybody, in the order of their places.
    pub(in crate::simulator) fn iter(&self) -> std::slice::Iter<'_, Agent> {
        self.all.iter()
    }
}

impl Index<usize> for People {
    type Output = Agent;

    fn index(&self, place: usize) -> &Agent {
        self.all.get(place).unwrap_or(&self.nobody)
    }
}

impl IndexMut<usize> for People {
    fn index_mut(&mut self, place: usize) -> &mut Agent {
        self.all.get_mut(place).unwrap_or(&mut self.nobody)
    }
}
