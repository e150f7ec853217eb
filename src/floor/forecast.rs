//! What an operation would do here and now, before it is asked for: its effect, or the obstacle. By the floor's state and the platform's
//! documented rules (protocol, sections 1 and 4).
//!
//! Both halves decide by it: the browser disables a button and says why, the server refuses the request.

use super::{CallId, CallRow, DeviceId, Operation, Party, PartyRole, PartyState, Role, Row, ScheduledKind, State};
use serde::{Deserialize, Serialize};
use strum::{EnumCount, EnumString, IntoStaticStr};

/// What an operation would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumCount, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Effect {
    /// The supervisor's own device hears the call silently.
    Listens,
    /// The supervisor's own device becomes a party.
    Joins,
    /// The supervisor's own device, which is a listener now, becomes a party.
    ListenerJoins,
    /// The call goes to the supervisor's own device, and the agent leaves it.
    Takes,
    /// The agent leaves, and the others go on.
    Leaves,
    /// The agent leaves, and with one party left the call ends.
    EndsCall,
    /// The agent changes mode, or is logged out, at once.
    Now,
    /// The agent changes mode, or is logged out, once the call has ended.
    AfterCall,
}

impl Effect {
    /// Every effect, in the order of the variants.
    pub const ALL: [Effect; Effect::COUNT] = [
        Effect::Listens,
        Effect::Joins,
        Effect::ListenerJoins,
        Effect::Takes,
        Effect::Leaves,
        Effect::EndsCall,
        Effect::Now,
        Effect::AfterCall,
    ];

    /// Returns the name that `data-effect` and a server function's `expect` carry, for example `ends-call`; `str::parse` reads it.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

/// Why an operation cannot work here and now. `str::parse` reads its name in JSON, for example `not-in-call`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error, EnumCount, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Obstacle {
    /// Who asks is no supervisor.
    #[error("you may look but not step in")]
    NotPermitted,
    /// The target is in no call.
    #[error("the agent is not in a call")]
    NotInCall,
    /// The target is not in the call that was named.
    #[error("the device is not in that call")]
    NotInThatCall,
    /// The call is not answered yet.
    #[error("the call is not answered yet")]
    NotAnswered,
    /// The target holds the call.
    #[error("the device has the call on hold: joining or taking it would fail")]
    OnHold,
    /// The target's device is not known.
    #[error("the agent's device is not known")]
    NoDevice,
    /// The agent is logged out.
    #[error("the agent is logged out")]
    LoggedOut,
    /// The agent is ready.
    #[error("the agent is ready already")]
    AlreadyReady,
    /// The agent is not ready.
    #[error("the agent is not ready already")]
    AlreadyNotReady,
    /// The supervisor's own device is in the call.
    #[error("your own device is in that call already")]
    AlreadyIn,
    /// The supervisor's own device is in another call, and does not hold it.
    #[error("your own device is busy with another call")]
    OwnBusy,
    /// The target is the supervisor's own device.
    #[error("this is your own device")]
    OwnDevice,
    /// The agent is bound to a device other than the one that was named.
    #[error("the agent sits at another device")]
    OtherDevice,
    /// The same operation at this agent is pending or scheduled.
    #[error("the same operation at this agent is still under way")]
    UnderWay,
    /// The own phone is logged on already.
    #[error("somebody is logged on at your phone already")]
    LoggedOn,
    /// The call does not ring at the own phone.
    #[error("the call does not ring at your phone")]
    NotRinging,
    /// The own phone does not have the call on hold.
    #[error("your phone does not have the call on hold")]
    NotOnHold,
    /// The own phone only listens to the call.
    #[error("your phone only listens to that call: join it first")]
    OnlyListens,
    /// The call is being recorded.
    #[error("the call is being recorded already")]
    Recording,
    /// The call is not being recorded.
    #[error("the call is not being recorded")]
    NotRecording,
}

impl Obstacle {
    /// Every obstacle, in the order of the variants.
    pub const ALL: [Obstacle; Obstacle::COUNT] = [
        Obstacle::NotPermitted,
        Obstacle::NotInCall,
        Obstacle::NotInThatCall,
        Obstacle::NotAnswered,
        Obstacle::OnHold,
        Obstacle::NoDevice,
        Obstacle::LoggedOut,
        Obstacle::AlreadyReady,
        Obstacle::AlreadyNotReady,
        Obstacle::AlreadyIn,
        Obstacle::OwnBusy,
        Obstacle::OwnDevice,
        Obstacle::OtherDevice,
        Obstacle::UnderWay,
        Obstacle::LoggedOn,
        Obstacle::NotRinging,
        Obstacle::NotOnHold,
        Obstacle::OnlyListens,
        Obstacle::Recording,
        Obstacle::NotRecording,
    ];
}

/// The target's connection in the call that an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetConnection<'a> {
    /// The call.
    pub call: &'a CallId,
    /// How far the target's connection has come.
    pub state: PartyState,
    /// Whether anybody has answered the call.
    pub answered: bool,
    /// Whether the target only listens.
    pub listens: bool,
    /// How many others stay in the call or still ring there once the target has left, listeners not counted.
    pub stay: u32,
}

impl Row {
    /// Returns the agent's connection in the row's call, or `None` if the row has no call.
    pub fn connection(&self) -> Option<TargetConnection<'_>> {
        let call = self.call.as_ref()?;
        let state = match self.state {
            State::Dialling => PartyState::Dialling,
            State::Ringing => PartyState::Alerting,
            State::OnHold => PartyState::Held,
            _ => PartyState::Connected,
        };
        let listens = self.device.as_ref().is_some_and(|device| call.listeners.contains(device));
        Some(TargetConnection { call: &call.id, state, answered: call.answered.is_some(), listens, stay: call.stay })
    }
}

impl CallRow {
    /// Returns the connection of `device`, or `None` if it has none in the call.
    pub fn connection(&self, device: &DeviceId) -> Option<TargetConnection<'_>> {
        let Party { state, role, .. } = *self.party(device)?;
        let (answered, listens) = (self.answered.is_some(), role == PartyRole::Listener);
        Some(TargetConnection { call: &self.id, state, answered, listens, stay: self.stay_without(device) })
    }
}

/// The connection of the supervisor's own device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnConnection<'a> {
    /// The call that it is in.
    pub call: &'a CallId,
    /// Whether it is a listener there.
    pub listens: bool,
    /// Whether it holds the call.
    pub held: bool,
}

/// What [`forecast`] judges by.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The role of who asks.
    pub role: Role,
    /// The device of who asks, which would join, take or listen.
    pub own_device: &'a DeviceId,
    /// What that device is doing in a call; absent if it is in none.
    pub own_call: Option<OwnConnection<'a>>,
    /// The row of the agent at the target, if there is one.
    pub row: Option<&'a Row>,
    /// The target's device, if it is known.
    pub device: Option<&'a DeviceId>,
    /// The target's connection in the call that the operation is about; absent if it is in none.
    pub connection: Option<TargetConnection<'a>>,
}

/// Returns what `operation` would do in this situation.
///
/// # Errors
///
/// Returns the first [`Obstacle`] that is in the way.
pub fn forecast(operation: Operation, situation: &Situation) -> Result<Effect, Obstacle> {
    if situation.role != Role::Supervisor {
        return Err(Obstacle::NotPermitted);
    }
    let pending = |row: &Row| row.intervention.as_ref().is_some_and(|action| action.outcome.pending() && action.operation == operation);
    let waiting =
        |row: &Row| operation == Operation::Logout && row.scheduled.as_ref().is_some_and(|o| o.kind == ScheduledKind::LogoutAfterCall);
    if situation.row.is_some_and(|row| pending(row) || waiting(row)) {
        return Err(Obstacle::UnderWay);
    }
    match operation {
        Operation::Drop => drops(situation),
        Operation::Listen => own_phone_is_free(situation, true).and_then(|(connection, _)| match connection.answered {
            true => Ok(Effect::Listens),
            false => Err(Obstacle::NotAnswered),
        }),
        Operation::Join => into_the_call(situation).map(|listens| if listens { Effect::ListenerJoins } else { Effect::Joins }),
        Operation::Take => into_the_call(situation).map(|_| Effect::Takes),
        Operation::Ready => changes_mode(situation, Some((State::Ready, Obstacle::AlreadyReady))),
        Operation::NotReady => changes_mode(situation, Some((State::NotReady, Obstacle::AlreadyNotReady))),
        Operation::Logout => changes_mode(situation, None),
        // `Phone::forecast` decides it: rows do not offer it.
        Operation::Phone(_) => Err(Obstacle::NotPermitted),
    }
}

/// Forecasts that the device leaves its call.
fn drops(situation: &Situation) -> Result<Effect, Obstacle> {
    let connection = situation.connection.ok_or(Obstacle::NotInCall)?;
    situation.device.ok_or(Obstacle::NoDevice)?;
    Ok(if connection.listens || connection.stay > 1 { Effect::Leaves } else { Effect::EndsCall })
}

/// Returns the target's connection, and whether the supervisor's own phone listens to its call; that phone must be free to come in, to
/// `listen` or to talk.
fn own_phone_is_free<'a>(situation: &Situation<'a>, listen: bool) -> Result<(TargetConnection<'a>, bool), Obstacle> {
    let connection = situation.connection.ok_or(Obstacle::NotInCall)?;
    if situation.device.ok_or(Obstacle::NoDevice)? == situation.own_device {
        return Err(Obstacle::OwnDevice);
    }
    match situation.own_call {
        Some(own) if own.call == connection.call && (listen || !own.listens) => Err(Obstacle::AlreadyIn),
        Some(own) if own.call == connection.call => Ok((connection, true)),
        Some(own) if !own.held => Err(Obstacle::OwnBusy),
        _ => Ok((connection, false)),
    }
}

/// Forecasts that the own phone becomes a party of the target's call. Returns whether it listens to that call now.
fn into_the_call(situation: &Situation) -> Result<bool, Obstacle> {
    let (connection, listens) = own_phone_is_free(situation, false)?;
    match connection.state {
        PartyState::Initiated | PartyState::Dialling | PartyState::Alerting => Err(Obstacle::NotAnswered),
        PartyState::Held => Err(Obstacle::OnHold),
        PartyState::Connected => Ok(listens),
    }
}

/// Forecasts a change of the agent's mode, or a log-out; `already` is the state that it leads to, and the obstacle if the agent is in it.
fn changes_mode(situation: &Situation, already: Option<(State, Obstacle)>) -> Result<Effect, Obstacle> {
    let Some(row) = situation.row else { return Ok(Effect::Now) };
    match (row.state, already) {
        // What is only remembered is no obstacle: the platform knows better.
        _ if row.remembered && row.device.is_some() => Ok(Effect::Now),
        (State::LoggedOut, _) => Err(Obstacle::LoggedOut),
        (state, Some((there, obstacle))) if state == there => Err(obstacle),
        _ if row.device.is_none() => Err(Obstacle::NoDevice),
        // The platform puts a mode off until the call has ended (`pendingMode`) and refuses a log-out in a call (460): the console
        // waits with that until then.
        (state, _) if state.in_call() => Ok(Effect::AfterCall),
        _ => Ok(Effect::Now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::AgentId;

    fn row(state: State) -> Row {
        let mut row = Row::unknown(AgentId::trusted("5004@test.cc"));
        row.device = Some(DeviceId::trusted("8004@test.cc"));
        row.state = state;
        row
    }

    /// Returns what each call operation (listen, join, take, drop) would do.
    fn at(state: PartyState, own_call: Option<OwnConnection>) -> [Result<Effect, Obstacle>; 4] {
        let (row, own, call) = (row(State::OnCall), DeviceId::trusted("8099@test.cc"), CallId::trusted("c1"));
        let connection = Some(TargetConnection { call: &call, state, answered: state >= PartyState::Connected, listens: false, stay: 1 });
        let situation =
            Situation { role: Role::Supervisor, own_device: &own, own_call, row: Some(&row), device: row.device.as_ref(), connection };
        [Operation::Listen, Operation::Join, Operation::Take, Operation::Drop].map(|operation| forecast(operation, &situation))
    }

    #[test]
    fn what_works_at_a_call_follows_from_the_targets_part_in_it() {
        use Obstacle::{NotAnswered, OnHold};
        assert_eq!(at(PartyState::Connected, None), [Ok(Effect::Listens), Ok(Effect::Joins), Ok(Effect::Takes), Ok(Effect::EndsCall)]);
        assert_eq!(at(PartyState::Held, None), [Ok(Effect::Listens), Err(OnHold), Err(OnHold), Ok(Effect::EndsCall)]);
        assert_eq!(at(PartyState::Alerting, None), [Err(NotAnswered), Err(NotAnswered), Err(NotAnswered), Ok(Effect::EndsCall)]);
    }

    #[test]
    fn a_call_goes_on_without_who_only_listens_and_where_more_than_one_stays() {
        let (call, own, device) = (CallId::trusted("c1"), DeviceId::trusted("8099@test.cc"), DeviceId::trusted("8004@test.cc"));
        let drops = |listens, stay| {
            let connection = Some(TargetConnection { call: &call, state: PartyState::Alerting, answered: true, listens, stay });
            let situation =
                Situation { role: Role::Supervisor, own_device: &own, own_call: None, row: None, device: Some(&device), connection };
            forecast(Operation::Drop, &situation)
        };
        assert_eq!([drops(false, 1), drops(false, 2), drops(true, 1)], [Ok(Effect::EndsCall), Ok(Effect::Leaves), Ok(Effect::Leaves)]);
    }

    #[test]
    fn ones_own_phone_must_be_free() {
        let (this, other) = (CallId::trusted("c1"), CallId::trusted("c2"));
        let own = |call, listens, held| at(PartyState::Connected, Some(OwnConnection { call, listens, held }));
        use Obstacle::{AlreadyIn, OwnBusy};
        assert_eq!(own(&other, false, false)[..3], [Err(OwnBusy), Err(OwnBusy), Err(OwnBusy)]);
        assert_eq!(own(&other, false, true)[1], Ok(Effect::Joins));
        assert_eq!(own(&this, false, false)[..3], [Err(AlreadyIn), Err(AlreadyIn), Err(AlreadyIn)]);
        assert_eq!(own(&this, true, false)[..3], [Err(AlreadyIn), Ok(Effect::ListenerJoins), Ok(Effect::Takes)]);
    }

    #[test]
    fn modes_change_now_or_after_the_call() {
        let own = DeviceId::trusted("8099@test.cc");
        let at = |state| {
            let row = row(state);
            let situation = Situation {
                role: Role::Supervisor,
                own_device: &own,
                own_call: None,
                row: Some(&row),
                device: row.device.as_ref(),
                connection: None,
            };
            [Operation::Ready, Operation::NotReady, Operation::Logout].map(|operation| forecast(operation, &situation))
        };
        assert_eq!(at(State::Ready), [Err(Obstacle::AlreadyReady), Ok(Effect::Now), Ok(Effect::Now)]);
        assert_eq!(at(State::OnCall), [Ok(Effect::AfterCall); 3]);
        assert_eq!(at(State::LoggedOut), [Err(Obstacle::LoggedOut); 3]);
        assert_eq!(at(State::AfterCall), [Ok(Effect::Now); 3]);
    }

    #[test]
    fn a_viewer_can_do_nothing() {
        let own = DeviceId::trusted("8099@test.cc");
        let situation = Situation { role: Role::Viewer, own_device: &own, own_call: None, row: None, device: None, connection: None };
        for operation in Operation::ALL {
            assert_eq!(forecast(operation, &situation), Err(Obstacle::NotPermitted));
        }
    }
}
