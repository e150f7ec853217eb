//! The task that owns the floor: takes one message after the other, and publishes at its beat.

use crate::live::{Link, LinkState};
use crate::server::actor::handle::FloorHandle;
use crate::server::actor::message::Message;
use crate::server::actor::request::Restored;
use crate::server::actor::state::FloorState;
use crate::server::clock::now;
use crate::server::database::Lead;
use crate::server::journal::Journal;
use crate::server::store::{ScheduledAction, Store};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

/// How many messages may wait for the owner; who sends more waits.
const INBOX: usize = 4096;
/// How many scheduled actions may wait for being carried out; more are offered again later.
const DUE: usize = 64;
/// How many messages are taken before it is looked whether it is time to publish.
const BATCH: usize = 256;
/// How often silence is broken, so that a browser notices it within a second.
const PULSE: Duration = Duration::from_millis(400);

/// Starts the task on `tasks`, with what was kept; it ends with `stop`. Beside the handle come the scheduled actions whose time has come.
pub fn start(
    tasks: &Handle,
    store: Store,
    journal: Journal,
    past: Restored,
    leads: watch::Receiver<Lead>,
    stop: CancellationToken,
) -> (FloorHandle, mpsc::Receiver<ScheduledAction>) {
    let (inbox, messages) = mpsc::channel(INBOX);
    let (carry_out, due) = mpsc::channel(DUE);
    let link = Link::new(LinkState::Down, now());
    let (publish_link, link_seen) = watch::channel(link.clone());
    let state = FloorState::new(store, journal, past, link, publish_link, carry_out, leads);
    let published = state.shared();
    tasks.spawn(run(state, messages, stop));
    (FloorHandle { inbox, link: link_seen, published }, due)
}

async fn run(mut state: FloorState, mut messages: mpsc::Receiver<Message>, stop: CancellationToken) {
    let mut pulses = interval(PULSE);
    pulses.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        state.look_at_clock();
        if state.has_changes() && state.due() <= Instant::now() {
            state.publish();
        }
        tokio::select! {
            () = stop.cancelled() => return state.close(),
            _ = pulses.tick() => {
                state.look_at_clock();
                state.expire();
                state.look_at_journal();
                state.take_workdays();
                state.break_silence(PULSE / 2);
                state.keep(false);
            }
            () = sleep_until(state.due()), if state.has_changes() => {}
            taken = messages.recv_many(&mut batch, BATCH) => match taken {
                0 => return,
                _ => {
                    state.look_at_clock();
                    batch.drain(..).for_each(|message| take(&mut state, message));
                }
            },
        }
    }
}

/// An asker that has gone is no error.
fn take(state: &mut FloorState, message: Message) {
    match message {
        Message::Event(heard) => state.event(heard),
        Message::Odd(body, arrived, ack) => state.odd(body, arrived, ack),
        Message::Live(source, queue) => state.live(source, queue),
        Message::Down(heard) => state.down(heard),
        Message::Roster(roster) => {
            state.roster(roster);
            // Whoever signed in first is shown it with his page.
            state.publish();
        }
        Message::Publish(reply) => {
            state.publish();
            reply.send(()).ok();
        }
        Message::Day(agent, reply) => drop(reply.send(state.day(&agent))),
        Message::Begin(request, reply) => drop(reply.send(state.begin(*request))),
        Message::Memory(of, reply) => drop(reply.send(state.memory(of))),
        Message::Phone(device, by, reply) => drop(reply.send(state.own_phone(&device, &by))),
        Message::FollowPhone(device, by, reply) => drop(reply.send(state.follow_phone(device, by))),
        Message::CallIds(call, reply) => drop(reply.send(state.call_ids(call))),
        Message::CallData(call, data) => state.call_data(call, data),
        Message::BeginPhone(request, reply) => drop(reply.send(state.begin_phone(*request))),
        Message::Answered(id, answer, reply) => drop(reply.send(state.answered(id, answer))),
        Message::NotSent(id, why) => state.not_sent(id, why),
        Message::Waits(id, reply) => drop(reply.send(state.waits(id))),
        Message::Sends(id, reply) => drop(reply.send(state.sends(id))),
        Message::Returned(id, verdict) => state.returned(id, verdict),
        Message::CancelScheduled(agent, by, reply) => drop(reply.send(state.cancel_scheduled(&agent, &by))),
        Message::StartRun(new, reply) => drop(reply.send(state.start_run(*new))),
        Message::CancelRun(id, reply) => drop(reply.send(state.cancel_run(id))),
        Message::BulkTurn(item, operation, reply) => drop(reply.send(state.turn(item, operation))),
        Message::RunFailed(item, step) => state.run_failed(item, step),
        Message::Intervention(id, reply) => drop(reply.send(state.intervention(id))),
        Message::Elsewhere(intervention, item) => state.elsewhere(*intervention, item),
        Message::RunNews(news) => state.run_news(news),
        Message::Alive(consoles) => state.alive(&consoles),
        Message::Schedule(actions, changes, reply) => drop(reply.send(state.scheduled_elsewhere(actions, changes))),
        Message::ScheduleChanges(reply) => drop(reply.send(state.schedule_changes())),
    }
}
