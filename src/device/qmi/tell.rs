//! Telling a client what has changed.

use qmi_wire::frame::MessageWriter;
use qmi_wire::service as wire;
use qmi_wire::{Builder as _, Indicated};

use super::call::Content;
use super::queue::AT_ONCE;
use super::service::{Kept, State};
use super::{Config, Outbox};
use crate::device::modem::Modem;
use crate::time::Instant;

/// One client that may be told of a change.
#[derive(Debug)]
pub(super) struct Tell<'t, 's> {
    pub(super) now: Instant,
    pub(super) modem: &'t Modem,
    pub(super) config: &'t Config,
    pub(super) cid: u8,
    pub(super) state: &'t mut State,
    pub(super) outbox: &'t mut Outbox<'s>,
}

impl<'t> Tell<'t, '_> {
    /// What is kept for the client.
    pub(super) fn state<T: Kept>(&mut self) -> Option<&mut T> {
        T::of(self.state)
    }

    /// Tells it.
    pub(super) fn send<M: Indicated>(&mut self, mut fill: impl FnMut(&mut M::IndicationBuilder<'_>, &'t Modem)) {
        self.put(M::SERVICE, M::ID, &mut |writer: MessageWriter<'_>, modem: &'t Modem| {
            let mut builder = M::IndicationBuilder::continuing(writer);
            fill(&mut builder, modem);
            builder.writer().end()
        });
    }

    #[inline(never)]
    fn put(&mut self, service: wire::Service, id: u16, content: &mut dyn Content<'t>) {
        let modem = self.modem;
        self.outbox.indicate(AT_ONCE, service, id, self.cid, &mut |writer| content.put(writer, modem));
    }
}
