//! The board as it was published: immutable, and cheap to share, for a copy holds the same rows. Whoever reads one disturbs nobody.

use crate::floor::{AgentId, BulkRun, CallId, CallRow, Counts, DeviceId, Party, Row};
use rpds::{RedBlackTreeMapSync as Map, RedBlackTreeSetSync as Set};
use std::cmp::Ordering;
use std::sync::Arc;

/// What was published of the floor, all of it.
#[derive(Debug, Clone, Default)]
pub struct Board {
    /// In the order in which the board shows them unless another is asked for.
    rows: Map<ByNumber, Arc<Row>>,
    calls: Map<CallId, Arc<CallRow>>,
    /// Which device is in which call: pairs, so that calls that share a number do not touch each other.
    at_device: Set<(DeviceId, CallId)>,
    /// Who sits where.
    seats: Map<DeviceId, AgentId>,
    /// How many agents of each team are in each state; of those without a team under the empty name.
    teams: Map<String, Counts>,
    counts: Counts,
    /// How many calls came through each queue.
    queues: Map<String, u32>,
    runs: Arc<[BulkRun]>,
}

/// An agent's place on the board: 801 before 8001.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ByNumber {
    digits: usize,
    agent: AgentId,
}

impl From<&AgentId> for ByNumber {
    fn from(agent: &AgentId) -> Self {
        ByNumber { digits: agent.number().len(), agent: agent.clone() }
    }
}

impl Ord for ByNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        self.digits.cmp(&other.digits).then_with(|| self.agent.cmp(&other.agent))
    }
}

impl PartialOrd for ByNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Board {
    /// Everybody's row, by the agent's number.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &Arc<Row>> {
        self.rows.values()
    }

    pub fn row(&self, agent: &AgentId) -> Option<&Arc<Row>> {
        self.rows.get(&ByNumber::from(agent))
    }

    /// How many agents have a row.
    pub fn len(&self) -> usize {
        self.rows.size()
    }

    pub fn calls(&self) -> impl Iterator<Item = &Arc<CallRow>> {
        self.calls.values()
    }

    pub fn call(&self, id: &CallId) -> Option<&Arc<CallRow>> {
        self.calls.get(id)
    }

    /// The calls that the device is in, by id.
    pub fn calls_at<'a>(&'a self, device: &DeviceId) -> impl Iterator<Item = &'a Arc<CallRow>> {
        let from = (device.clone(), CallId::trusted(""));
        let here = self.at_device.range(from..).map_while({
            let device = device.clone();
            move |(at, call)| (*at == device).then_some(call)
        });
        here.filter_map(|id| self.calls.get(id))
    }

    /// Who sits at the device; `None` if nobody does.
    pub fn agent_at(&self, device: &DeviceId) -> Option<&AgentId> {
        self.seats.get(device)
    }

    /// How many agents of the team are in each state; of all teams where the name is empty.
    pub fn counts(&self, team: &str) -> Counts {
        if team.is_empty() { self.counts.clone() } else { self.teams.get(team).cloned().unwrap_or_default() }
    }

    /// The names of all teams, sorted.
    pub fn teams(&self) -> impl Iterator<Item = &str> {
        self.teams.keys().map(String::as_str).filter(|team| !team.is_empty())
    }

    /// The names of the queues that have a call now, sorted.
    pub fn queues(&self) -> impl Iterator<Item = &str> {
        self.queues.keys().map(String::as_str)
    }

    pub fn runs(&self) -> &Arc<[BulkRun]> {
        &self.runs
    }

    /// Puts a row in place of the one that is `known` of the agent.
    pub(super) fn put_row(&mut self, row: Arc<Row>, known: Option<&Row>) {
        if known.is_none_or(|known| known.state != row.state || known.team != row.team) {
            if let Some(known) = known {
                self.uncount(known);
            }
            self.counts.add(row.state);
            let mut of_team = self.teams.get(row.team.as_str()).cloned().unwrap_or_default();
            of_team.add(row.state);
            self.teams.insert_mut(row.team.clone(), of_team);
        }
        let before = known.and_then(|known| known.device.as_ref());
        if before != row.device.as_ref() {
            self.leave(before, &row.agent);
            if let Some(device) = &row.device {
                self.seats.insert_mut(device.clone(), row.agent.clone());
            }
        }
        self.rows.insert_mut(ByNumber::from(&row.agent), row);
    }

    /// Empties the agent's seat at the device, unless somebody else has taken it.
    fn leave(&mut self, device: Option<&DeviceId>, agent: &AgentId) {
        if let Some(device) = device.filter(|device| self.seats.get(*device) == Some(agent)) {
            self.seats.remove_mut(device);
        }
    }

    pub(super) fn remove_row(&mut self, agent: &AgentId) {
        let place = ByNumber::from(agent);
        if let Some(known) = self.rows.get(&place).cloned() {
            self.uncount(&known);
            self.leave(known.device.as_ref(), agent);
            self.rows.remove_mut(&place);
        }
    }

    fn uncount(&mut self, row: &Row) {
        self.counts.remove(row.state);
        let Some(mut of_team) = self.teams.get(row.team.as_str()).cloned() else { return };
        of_team.remove(row.state);
        if of_team.all() == 0 {
            self.teams.remove_mut(row.team.as_str());
        } else {
            self.teams.insert_mut(row.team.clone(), of_team);
        }
    }

    /// Puts a call in place of the one that is `known` by its id.
    pub(super) fn put_call(&mut self, call: Arc<CallRow>, known: Option<&CallRow>) {
        let before = known.map_or(&[][..], |known| &known.parties);
        let is_in = |parties: &[Party], device: &DeviceId| parties.iter().any(|party| party.device == *device);
        for party in before.iter().filter(|party| !is_in(&call.parties, &party.device)) {
            self.at_device.remove_mut(&(party.device.clone(), call.id.clone()));
        }
        for party in call.parties.iter().filter(|party| !is_in(before, &party.device)) {
            self.at_device.insert_mut((party.device.clone(), call.id.clone()));
        }
        let queue_before = known.and_then(|known| known.queue.as_ref());
        if queue_before != call.queue.as_ref() {
            self.count_queue(queue_before.map(String::as_str), -1);
            self.count_queue(call.queue.as_deref(), 1);
        }
        self.calls.insert_mut(call.id.clone(), call);
    }

    /// Takes a call away; returns whether it was there.
    pub(super) fn remove_call(&mut self, id: &CallId) -> bool {
        let Some(known) = self.calls.get(id).cloned() else { return false };
        self.calls.remove_mut(id);
        for party in &known.parties {
            self.at_device.remove_mut(&(party.device.clone(), id.clone()));
        }
        self.count_queue(known.queue.as_deref(), -1);
        true
    }

    fn count_queue(&mut self, queue: Option<&str>, change: i32) {
        let Some(queue) = queue else { return };
        let count = self.queues.get(queue).copied().unwrap_or(0).saturating_add_signed(change);
        if count == 0 {
            self.queues.remove_mut(queue);
        } else {
            self.queues.insert_mut(queue.to_owned(), count);
        }
    }

    pub(super) fn set_runs(&mut self, runs: Vec<BulkRun>) {
        self.runs = runs.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::{Direction, Holds, PartyRole, PartyState, PlatformTime, State};

    fn row(number: u32, state: State, team: &str) -> Arc<Row> {
        let mut row = Row::unknown(AgentId::trusted(format!("{number}@test.cc")));
        (row.state, row.team) = (state, team.to_owned());
        Arc::new(row)
    }

    fn call(id: &str, queue: Option<&str>, devices: &[&str]) -> Arc<CallRow> {
        let party = |device: &&str| Party {
            device: DeviceId::trusted(*device),
            agent: None,
            logged_off: None,
            role: PartyRole::Called,
            state: PartyState::Connected,
            since: PlatformTime::default(),
        };
        Arc::new(CallRow {
            id: CallId::trusted(id),
            former: Vec::new(),
            direction: Direction::Inbound,
            kind: None,
            queue: queue.map(str::to_owned),
            started: None,
            answered: None,
            holds: Holds::default(),
            recording: false,
            data: Vec::new(),
            parties: devices.iter().map(party).collect(),
            named: None,
            touched: PlatformTime::default(),
            end_not_seen: false,
            remembered: false,
            intervention: None,
        })
    }

    fn put_row(board: &mut Board, row: Arc<Row>) {
        let known = board.row(&row.agent).cloned();
        board.put_row(row, known.as_deref());
    }

    fn put_call(board: &mut Board, call: Arc<CallRow>) {
        let known = board.call(&call.id).cloned();
        board.put_call(call, known.as_deref());
    }

    #[test]
    fn rows_stand_by_number_and_are_counted_by_team_and_state() {
        let mut board = Board::default();
        for number in [8001, 801, 80_001, 5002] {
            put_row(&mut board, row(number, State::Ready, if number == 801 { "" } else { "Sales" }));
        }
        let before = board.clone();
        put_row(&mut board, row(8001, State::OnCall, "Support"));
        put_row(&mut board, row(801, State::OnCall, ""));
        board.remove_row(&AgentId::trusted("5002@test.cc"));
        let numbers = |board: &Board| board.rows().map(|row| row.agent.number().to_owned()).collect::<Vec<_>>();
        assert_eq!(numbers(&board), ["801", "8001", "80001"]);
        assert_eq!(numbers(&before), ["801", "5002", "8001", "80001"]);
        assert_eq!((board.counts("").of(State::Ready), board.counts("").of(State::OnCall)), (1, 2));
        assert_eq!((board.counts("Sales").all(), board.counts("Support").of(State::OnCall), board.counts("None").all()), (1, 1, 0));
        assert_eq!(board.teams().collect::<Vec<_>>(), ["Sales", "Support"]);
        assert_eq!((before.counts("Sales").of(State::Ready), before.len()), (3, 4));
        board.remove_row(&AgentId::trusted("80001@test.cc"));
        assert_eq!(board.teams().collect::<Vec<_>>(), ["Support"]);
    }

    #[test]
    fn calls_are_found_by_device_for_as_long_as_it_is_in_them() {
        let mut board = Board::default();
        let at = |board: &Board, device: &str| {
            board.calls_at(&DeviceId::trusted(device)).map(|call| call.id.as_str().to_owned()).collect::<Vec<_>>()
        };
        put_call(&mut board, call("c2", Some("VIP"), &["8001@test.cc", "13800000000@test.cc"]));
        put_call(&mut board, call("c1", Some("VIP"), &["8002@test.cc", "13800000000@test.cc"]));
        assert_eq!(
            (at(&board, "13800000000@test.cc"), at(&board, "8001@test.cc")),
            (vec!["c1".to_owned(), "c2".into()], vec!["c2".into()])
        );
        put_call(&mut board, call("c2", None, &["8003@test.cc", "13800000000@test.cc"]));
        assert_eq!((at(&board, "8001@test.cc"), at(&board, "8003@test.cc")), (Vec::new(), vec!["c2".to_owned()]));
        assert_eq!(board.queues().collect::<Vec<_>>(), ["VIP"]);
        board.remove_call(&CallId::trusted("c1"));
        assert_eq!((at(&board, "13800000000@test.cc"), board.queues().count(), board.calls().count()), (vec!["c2".to_owned()], 0, 1));
    }
}
