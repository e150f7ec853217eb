//! A list that is never empty.

use serde::{Deserialize, Serialize};

/// A list of at least one item; the first has the place 0.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Several<T> {
    first: T,
    rest: Vec<T>,
}

impl<T> Several<T> {
    /// Makes a list of one item.
    pub fn of(first: T) -> Self {
        Several { first, rest: Vec::new() }
    }

    /// Returns the first item.
    pub fn first(&self) -> &T {
        &self.first
    }

    /// Returns all items but the first.
    pub fn rest(&self) -> &[T] {
        &self.rest
    }

    /// Returns how many items there are, at least 1.
    pub fn len(&self) -> usize {
        self.rest.len() + 1
    }

    /// Returns all items in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// Returns the item at `place`, or `None` if there are not so many.
    pub fn get(&self, place: usize) -> Option<&T> {
        match place.checked_sub(1) {
            None => Some(&self.first),
            Some(place) => self.rest.get(place),
        }
    }

    /// Returns the item at `place` to be changed, or `None` if there are not so many.
    pub fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        match place.checked_sub(1) {
            None => Some(&mut self.first),
            Some(place) => self.rest.get_mut(place),
        }
    }

    /// Adds an item at the end and returns its place.
    pub fn push(&mut self, item: T) -> usize {
        self.rest.push(item);
        self.rest.len()
    }
}

impl<T> IntoIterator for Several<T> {
    type Item = T;
    type IntoIter = std::iter::Chain<std::iter::Once<T>, std::vec::IntoIter<T>>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self.first).chain(self.rest)
    }
}
