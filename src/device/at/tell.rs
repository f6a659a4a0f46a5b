//! Telling the host what has changed, without being asked.

use at_wire::Writer;
use at_wire::parameter::LineWriter;

use super::Core;
use super::command::control::Indicators;
use super::command::network::Registered;
use super::settings::Settings;
use crate::device::modem::Modem;
use crate::device::modem::event::Origin;
use crate::time::Instant;

/// What was told last, so that nothing is told twice.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    /// Of `+CREG`, `+CGREG`, `+CEREG` and `+C5GREG`.
    pub(super) registered: [Registered; 4],
    /// Those of `+CIND`.
    pub(super) indicators: Indicators,
    /// Whether the radio was told to be connected (`+CSCON`).
    pub(super) connected: bool,
    /// Whether the modem was told to be registered with the IMS (`+CIREGU`).
    pub(super) ims: bool,
    /// When it rings again.
    pub(super) ring_at: Option<Instant>,
    /// How often it has rung (S1).
    pub(super) rings: u8,
    /// A call whose end was the result of the line that has dialled it.
    pub(super) awaited_call: Option<u8>,
    /// The sessions that were told to be active, by their numbers.
    pub(super) sessions: u16,
    /// Whether packet service was told to be attached.
    pub(super) attached: bool,
}

impl Told {
    /// As if all that there is had been told.
    pub(super) fn now(modem: &Modem) -> Self {
        let mut told = Self { registered: Registered::all(modem), ..Self::default() };
        told.attached = super::command::packet::is_attached(modem);
        told.indicators = super::command::control::indicators(modem);
        told.connected = super::command::network::is_connected(modem);
        told.ims = super::command::network::is_ims_registered(modem);
        told
    }
}

/// The host that may be told of a change.
#[derive(Debug)]
pub(super) struct Tell<'t, 's> {
    pub(super) now: Instant,
    pub(super) modem: &'t mut Modem,
    pub(super) core: &'t mut Core<'s>,
    /// Who has caused the change.
    pub(super) by: Origin,
}

impl Tell<'_, '_> {
    pub(super) fn settings(&self) -> &Settings {
        &self.core.settings
    }

    /// Tells it something with a name and parameters.
    pub(super) fn urc(&mut self, name: &str, parameters: &mut dyn FnMut(&mut LineWriter<'_, '_>)) {
        self.core.urc_line(name, parameters);
    }

    /// Tells it something of two lines.
    pub(super) fn urc_with(
        &mut self,
        name: &str,
        parameters: &mut dyn FnMut(&mut LineWriter<'_, '_>),
        more: &mut dyn FnMut(&mut Writer<'_>),
    ) {
        let ends = [self.settings().end(), self.settings().format()];
        let lead = self.core.lead();
        if self.core.fault(true, |fault| fault.eq_ignore_ascii_case(name)).is_some() {
            return super::count(&mut self.core.counters.swallowed);
        }
        self.core.urc(&mut |writer| {
            writer.bytes(name.as_bytes());
            parameters(&mut LineWriter::answer(writer, lead));
            writer.bytes(&ends);
            more(writer);
        });
    }
}
