//! Flows: parts of a session that the network treats better, and whether the network knows such.

use heapless::Vec;

use super::Modem;
use super::event::{Change, Origin};
use crate::time::Instant;

/// Flows of all sessions together.
pub const FLOWS: usize = 8;

/// Whether packets of a flow are carried as promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FlowState {
    /// Yes.
    Activated,
    /// Not at the moment.
    Suspended,
    /// It is over.
    Gone,
}

/// A flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Flow {
    /// Its number, which no other flow has.
    pub id: u32,
    /// The session that it is part of.
    pub session: u8,
    /// Whether it is carried.
    pub state: FlowState,
}

/// The state behind all that.
#[derive(Debug)]
pub(super) struct Flows {
    list: Vec<Flow, FLOWS>,
    known: bool,
}

impl Default for Flows {
    fn default() -> Self {
        Self { list: Vec::new(), known: true }
    }
}

impl Modem {
    /// The flows of all sessions.
    #[must_use]
    pub fn flows(&self) -> &[Flow] {
        &self.flows.list
    }

    /// The flow with a number.
    #[must_use]
    pub fn flow(&self, id: u32) -> Option<Flow> {
        self.flows().iter().copied().find(|flow| flow.id == id)
    }

    /// Whether the network knows flows.
    #[must_use]
    pub fn network_knows_flows(&self) -> bool {
        self.flows.known && self.serving_network().is_some()
    }

    /// The network begins to know flows, or no longer does, which ends all of them.
    pub fn set_network_flows(&mut self, now: Instant, known: bool) {
        self.poll(now);
        if self.flows.known == known {
            return;
        }
        self.flows.known = known;
        self.log.push(Origin::WORLD, Change::FlowsKnown(known));
        if !known {
            self.end_flows(None);
        }
    }

    /// The network begins, suspends, resumes or ends a flow of an active session; `false` if it cannot: the session is
    /// not active, the network knows no flows, or there is no room.
    pub fn network_sets_flow(&mut self, now: Instant, flow: Flow) -> bool {
        self.poll(now);
        if self.ip_configuration(flow.session).is_none() || !self.flows.known {
            return false;
        }
        let list = &mut self.flows.list;
        list.retain(|old| old.id != flow.id);
        let stored = flow.state == FlowState::Gone || list.push(flow).is_ok();
        if stored {
            self.log.push(Origin::WORLD, Change::Flow(flow));
        }
        stored
    }

    /// Ends the flows of a session, or of all.
    pub(super) fn end_flows(&mut self, session: Option<u8>) {
        while let Some(flow) =
            self.flows.list.iter().copied().find(|flow| session.is_none_or(|session| flow.session == session))
        {
            self.flows.list.retain(|old| old.id != flow.id);
            self.log.push(Origin::WORLD, Change::Flow(Flow { state: FlowState::Gone, ..flow }));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Setup;
    use super::super::bearer::{ContextRequest, Way};
    use super::*;

    #[test]
    fn flows_end_with_their_session() {
        let mut modem = Modem::new(Instant(0), Setup::default());
        let flow = Flow { id: 7, session: 0, state: FlowState::Activated };
        assert!(!modem.network_sets_flow(Instant(10_000), flow), "no session is active");
        let ticket = modem.request_activation(Instant(10_000), Origin(1), &ContextRequest::default()).unwrap();
        modem.poll(Instant(10_400));
        assert_eq!(modem.outcome(ticket), Some(Ok(())));
        assert!(modem.network_sets_flow(Instant(10_400), flow));
        let suspended = Flow { state: FlowState::Suspended, ..flow };
        assert!(modem.network_sets_flow(Instant(10_400), suspended));
        assert_eq!(modem.flow(7), Some(suspended));
        modem.network_deactivates(Instant(10_500), 0, 36);
        assert_eq!(modem.flow(7), None);
        modem.set_network_flows(Instant(10_500), false);
        assert!(!modem.network_knows_flows());
    }

    #[test]
    fn a_resting_session_wakes_with_a_packet_and_counts_it() {
        let mut modem = Modem::new(Instant(0), Setup::default());
        modem.poll(Instant(10_000));
        let request = ContextRequest { channel: 5, ..ContextRequest::default() };
        modem.request_activation(Instant(10_000), Origin(1), &request).unwrap();
        modem.poll(Instant(10_400));
        assert_eq!((modem.session_on_channel(5, false), modem.session_on_channel(0, false)), (Some(0), None));
        assert!(modem.set_dormant(Instant(10_400), Origin(1), 0, true));
        assert!(!modem.set_dormant(Instant(10_400), Origin(1), 0, true));
        assert!(modem.is_dormant(0));
        assert!(modem.carry(Instant(10_500), 0, Way::Up, 40));
        assert!(!modem.carry(Instant(10_500), 1, Way::Up, 40));
        assert!(!modem.is_dormant(0));
        let (one, all) = (modem.session_statistics(0), modem.statistics());
        assert_eq!((one.out_octets, one.out_discards), (40, 0));
        assert_eq!((all.out_octets, all.out_discards), (40, 1));
    }
}
