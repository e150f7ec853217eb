//! What the JSON views ask the owner for.

use super::{Message, Owner, Sight, Stopped, Veil};
use crate::floor::mask::Mask;
use crate::floor::{AgentId, BoardQuery, CallQuery, CallRow, Counts, Intervention, Row};
use crate::live::Header;
use tokio::sync::oneshot;

/// The agents of a board, all of them.
#[derive(Debug)]
pub struct FloorLook {
    pub header: Header,
    pub counts: Counts,
    pub rows: Vec<Row>,
}

/// The calls of `/calls`, all of them.
#[derive(Debug)]
pub struct CallsLook {
    pub header: Header,
    pub calls: Vec<CallRow>,
}

/// One agent with the calls of the agent's device.
#[derive(Debug)]
pub struct AgentLook {
    pub header: Header,
    pub row: Row,
    pub calls: Vec<CallRow>,
}

/// A question, and where its answer goes.
pub enum Look {
    Floor(BoardQuery, Sight, oneshot::Sender<FloorLook>),
    Calls(CallQuery, Sight, oneshot::Sender<CallsLook>),
    Agent(AgentId, Sight, oneshot::Sender<Option<AgentLook>>),
    Intervention(i64, oneshot::Sender<Option<Intervention>>),
    Mask(oneshot::Sender<Mask>),
}

impl Owner {
    /// The agents that match, in the query's order; the counts are those of the team filter alone.
    pub async fn look_at_floor(&self, query: BoardQuery, sight: Sight) -> Result<FloorLook, Stopped> {
        self.ask(|reply| Message::Look(Look::Floor(query, sight, reply))).await
    }

    /// The calls that match, longest first.
    pub async fn look_at_calls(&self, query: CallQuery, sight: Sight) -> Result<CallsLook, Stopped> {
        self.ask(|reply| Message::Look(Look::Calls(query, sight, reply))).await
    }

    /// None where the floor does not know the agent.
    pub async fn look_at_agent(&self, agent: AgentId, sight: Sight) -> Result<Option<AgentLook>, Stopped> {
        self.ask(|reply| Message::Look(Look::Agent(agent, sight, reply))).await
    }

    /// What is between somebody and whatever is told beside what was published. While the console stops nothing is known to be ours.
    pub async fn veil(&self, sight: Sight) -> Veil {
        match sight {
            Sight::Whole => Veil::none(),
            Sight::Masked => {
                Veil::of(self.ask(|reply| Message::Look(Look::Mask(reply))).await.unwrap_or_else(|_| Mask::new(rand::random())))
            }
        }
    }

    /// A step-in under way or lately ended; older ones are in the audit log.
    pub async fn look_at_intervention(&self, id: i64) -> Result<Option<Intervention>, Stopped> {
        self.ask(|reply| Message::Look(Look::Intervention(id, reply))).await
    }
}
