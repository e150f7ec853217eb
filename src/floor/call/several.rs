//! A list that is never empty.

/// One item at least; the others behind it, by place.
#[derive(Debug, Clone)]
pub(super) struct Several<T> {
    first: T,
    rest: Vec<T>,
}

impl<T> Several<T> {
    pub fn of(first: T) -> Self {
        Several { first, rest: Vec::new() }
    }

    pub fn first(&self) -> &T {
        &self.first
    }

    pub fn rest(&self) -> &[T] {
        &self.rest
    }

    pub fn len(&self) -> usize {
        self.rest.len() + 1
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// Returns the item at `place`, or `None` if there is none so far behind.
    pub fn get(&self, place: usize) -> Option<&T> {
        match place.checked_sub(1) {
            None => Some(&self.first),
            Some(place) => self.rest.get(place),
        }
    }

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
