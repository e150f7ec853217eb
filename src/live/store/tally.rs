//! What is counted over all rows, kept up row by row: nobody goes through thousands of them because one has changed.

use crate::floor::{Counts, Row};

/// The agents by state and team, and how many have figures of the day.
#[derive(Debug, Default)]
pub struct Tally {
    all: Counts,
    /// By the team's name, in its order; those in no team are under the empty one.
    teams: Vec<(String, Counts)>,
    figures: u32,
    /// How often a team came or went, wrapping around.
    turns: u32,
}

impl Tally {
    /// Counts a row more.
    pub fn add(&mut self, row: &Row) {
        self.all.add(row.state);
        self.figures += u32::from(row.figures.is_some());
        let place = self.place(&row.team);
        if place.is_err() {
            self.turns = self.turns.wrapping_add(1);
        }
        let place = place.unwrap_or_else(|place| {
            self.teams.insert(place, (row.team.clone(), Counts::default()));
            place
        });
        if let Some((_, counts)) = self.teams.get_mut(place) {
            counts.add(row.state);
        }
    }

    /// Counts a row less, one that was counted.
    pub fn remove(&mut self, row: &Row) {
        self.all.remove(row.state);
        self.figures -= u32::from(row.figures.is_some());
        let Ok(place) = self.place(&row.team) else { return };
        let Some((_, counts)) = self.teams.get_mut(place) else { return };
        counts.remove(row.state);
        if counts.all() == 0 {
            self.teams.remove(place);
            self.turns = self.turns.wrapping_add(1);
        }
    }

    /// Where the team is, or belongs.
    fn place(&self, team: &str) -> Result<usize, usize> {
        self.teams.binary_search_by(|(known, _)| known.as_str().cmp(team))
    }

    /// Returns how many agents of the team are in each state; of all teams if the name is empty.
    pub fn counts(&self, team: &str) -> Counts {
        if team.is_empty() {
            return self.all.clone();
        }
        self.place(team).ok().and_then(|place| self.teams.get(place)).map(|(_, counts)| counts.clone()).unwrap_or_default()
    }

    /// Returns the names of all teams, sorted, each once.
    pub fn teams(&self) -> Vec<String> {
        self.teams.iter().map(|(team, _)| team).filter(|team| !team.is_empty()).cloned().collect()
    }

    /// Returns a number that changes whenever [`Tally::teams`] does.
    pub fn turns(&self) -> u32 {
        self.turns
    }

    /// Returns whether any row has figures of the day.
    pub fn has_figures(&self) -> bool {
        self.figures != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::{AgentId, Figures, State};

    #[test]
    fn what_is_counted_row_by_row_is_what_the_rows_are() {
        let row = |team: &str, state: State| {
            let mut row = Row::unknown(AgentId::trusted("5001@test.cc"));
            (row.team, row.state) = (team.to_owned(), state);
            row
        };
        let mut tally = Tally::default();
        let rows = [row("Odd", State::Ready), row("Even", State::OnCall), row("Odd", State::Ready), row("", State::Ready)];
        rows.iter().for_each(|row| tally.add(row));
        assert_eq!((tally.counts("").of(State::Ready), tally.counts("Even").all(), tally.counts("None").all()), (3, 1, 0));
        assert_eq!((tally.teams(), tally.has_figures()), (vec!["Even".to_owned(), "Odd".to_owned()], false));
        let turns = tally.turns();
        tally.add(&row("Odd", State::Ringing));
        assert_eq!(tally.turns(), turns);
        tally.remove(&rows[1]);
        assert_ne!(tally.turns(), turns);
        assert_eq!((tally.teams(), tally.counts("").of(State::OnCall)), (vec!["Odd".to_owned()], 0));
        let told = Row { figures: Some(Figures { calls: 1, handling_seconds: None }), ..row("Odd", State::Ready) };
        tally.add(&told);
        assert!(tally.has_figures());
        tally.remove(&told);
        assert!(!tally.has_figures());
    }
}
