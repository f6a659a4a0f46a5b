//! A request on its way through a service: reading it, answering it now or later.
//!
//! Everything in it comes from the host and is not trusted: what cannot be read is refused, and has changed nothing.

use heapless::Vec;
use qmi_wire::frame::{Framing, MessageWriter, Sender};
use qmi_wire::service as wire;
use qmi_wire::text::Bytes;
use qmi_wire::{
    Builder as _, DecodeError, DecodeErrorKind, EncodeError, Exchange, Indicated, ProtocolError, TlvSet, Verdict, View,
};

use super::queue::AT_ONCE;
use super::service::{Kept, State};
use super::{Config, Core, Effect, Shared};
use crate::device::modem::event::Origin;
use crate::device::modem::{Failure, Modem, Reason, Ticket};
use crate::time::{Instant, Millis};

/// What became of a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// It is answered.
    Answered,
    /// It is answered with no more than success.
    Success,
    /// It is answered later.
    Wait(Wait),
}

/// What is done later: when, and what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    pub(super) on: On,
    /// Handed to `then`.
    pub(super) context: u32,
    pub(super) then: Then,
}

/// Until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// Until the modem is done.
    Modem(Ticket),
    /// Until then.
    Time(Instant),
}

/// Goes on with a request, whose TLVs are gone: with its context, and the modem's outcome (success after time).
pub(super) type Then = fn(&mut Call<'_, '_>, u32, Result<(), Failure>) -> Outcome;

/// Why a request is refused with no more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) ProtocolError);

pub(super) type Outcome = Result<Step, Refused>;

impl From<DecodeError> for Refused {
    fn from(error: DecodeError) -> Self {
        Self(match error.kind {
            DecodeErrorKind::Missing => ProtocolError::MISSING_ARGUMENT,
            _ => ProtocolError::MALFORMED_MESSAGE,
        })
    }
}

impl From<ProtocolError> for Refused {
    fn from(error: ProtocolError) -> Self {
        Self(error)
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self(protocol_error(failure.reason))
    }
}

/// The word that QMI has for a reason; services with a better one say it themselves.
pub(super) fn protocol_error(reason: Reason) -> ProtocolError {
    match reason {
        Reason::Busy => ProtocolError::DEVICE_IN_USE,
        Reason::Refused => ProtocolError::NETWORK_ABORTED,
        Reason::SimAbsent => ProtocolError::NO_SIM,
        Reason::SimBad => ProtocolError::UIM_UNINITIALIZED,
        Reason::NotReady => ProtocolError::DEVICE_NOT_READY,
        Reason::CodeRequired => ProtocolError::PIN_RESTRICTION,
        Reason::CodeDisabled => ProtocolError::NO_EFFECT,
        Reason::CodeWrong => ProtocolError::INCORRECT_PIN,
        Reason::Invalid => ProtocolError::INVALID_ARGUMENT,
        Reason::TooLong => ProtocolError::ARGUMENT_TOO_LONG,
        Reason::NotSupported => ProtocolError::NOT_SUPPORTED,
        Reason::NotAllowed => ProtocolError::INVALID_TRANSITION,
        Reason::RadioOff => ProtocolError::NO_RADIO,
        Reason::NotRegistered | Reason::Detached => ProtocolError::NETWORK_NOT_READY,
        Reason::NoNetworks | Reason::NotVisible => ProtocolError::NO_NETWORK_FOUND,
        Reason::TooManyContexts => ProtocolError::INSUFFICIENT_RESOURCES,
        Reason::NotActive => ProtocolError::OUT_OF_CALL,
        Reason::AccessPoint => ProtocolError::CALL_FAILED,
        Reason::Credentials => ProtocolError::AUTHENTICATION_FAILED,
        Reason::NotActivated => ProtocolError::NOT_PROVISIONED,
        Reason::Filters => ProtocolError::INCORRECT_FLOW_FILTER,
        Reason::Full => ProtocolError::DEVICE_STORAGE_FULL,
        Reason::NoSlot | Reason::InvalidIndex => ProtocolError::INVALID_INDEX,
        Reason::NoPhonebook => ProtocolError::PB_NOT_AVAILABLE,
        Reason::StkBusy => ProtocolError::CAT_ENVELOPE_COMMAND_BUSY,
        Reason::ServiceCentre => ProtocolError::WMS_SMSC_ADDRESS,
        Reason::NetworkTimeout => ProtocolError::WMS_MESSAGE_DELIVERY_FAILURE,
        Reason::Format => ProtocolError::WMS_ENCODING,
    }
}

/// A request without its content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// How the answer travels.
    pub(super) framing: Framing,
    pub(super) service: wire::Service,
    pub(super) client: u8,
    pub(super) transaction: u16,
    pub(super) id: u16,
    /// The answer leaves no earlier.
    pub(super) at: Instant,
    /// What a fault does to the answer.
    pub(super) effect: Option<Effect>,
}

/// A request that a service works on.
#[derive(Debug)]
pub(super) struct Call<'c, 's> {
    pub(super) now: Instant,
    pub(super) modem: &'c mut Modem,
    pub(super) core: &'c mut Core<'s>,
    pub(super) asked: Asked,
    pub(super) tlvs: TlvSet<'c>,
}

impl<'c> Call<'c, '_> {
    pub(super) fn config(&self) -> &Config {
        &self.core.config
    }

    /// This face, to the modem.
    pub(super) fn origin(&self) -> Origin {
        self.core.config.origin
    }

    /// The client that asks.
    pub(super) fn client(&self) -> u8 {
        self.asked.client
    }

    /// What is asked.
    pub(super) fn request<M: Exchange>(&self) -> M::Request<'c> {
        M::Request::from_tlvs(self.tlvs)
    }

    /// What the service keeps for this client.
    pub(super) fn state<T: Kept>(&mut self) -> Result<&mut T, Refused> {
        let client = self.core.clients.get(self.asked.service, self.asked.client);
        let kept = client.and_then(|client| T::of(&mut client.state));
        kept.ok_or(Refused(ProtocolError::INVALID_CLIENT_ID))
    }

    /// What the service keeps for its clients, with their numbers.
    pub(super) fn states<T: Kept + 'static>(&mut self) -> impl Iterator<Item = (u8, &mut T)> {
        self.core.clients.kept()
    }

    /// What the device keeps that is no client's.
    pub(super) fn shared(&mut self) -> &mut Shared {
        &mut self.core.shared
    }

    /// Answers: it succeeded, and what `fill` tells.
    pub(super) fn answer<M: Exchange>(&mut self, fill: impl FnMut(&mut M::ResponseBuilder<'_>, &Modem)) -> Outcome {
        self.respond::<M>(Verdict::SUCCESS, fill)
    }

    /// Answers: it failed, and what `fill` tells about that.
    pub(super) fn refuse<M: Exchange>(
        &mut self,
        error: ProtocolError,
        fill: impl FnMut(&mut M::ResponseBuilder<'_>, &Modem),
    ) -> Outcome {
        self.respond::<M>(Verdict::failure(error), fill)
    }

    fn respond<M: Exchange>(
        &mut self,
        verdict: Verdict,
        mut fill: impl FnMut(&mut M::ResponseBuilder<'_>, &Modem),
    ) -> Outcome {
        self.send(verdict, &mut |writer: MessageWriter<'_>, modem: &Modem| {
            let mut builder = M::ResponseBuilder::continuing(writer);
            fill(&mut builder, modem);
            builder.writer().end()
        })
    }

    // What does not depend upon the message is no part of what is made for each.
    #[inline(never)]
    fn send(&mut self, verdict: Verdict, content: &mut dyn for<'m> Content<'m>) -> Outcome {
        let modem = &*self.modem;
        self.core.answer(&self.asked, verdict, &mut |writer| content.put(writer, modem));
        Ok(Step::Answered)
    }

    /// Goes on when the modem is done.
    pub(super) fn wait(&self, ticket: Ticket, context: u32, then: Then) -> Outcome {
        Ok(Step::Wait(Wait { on: On::Modem(ticket), context, then }))
    }

    /// Goes on at that time.
    pub(super) fn wait_until(&self, at: Instant, context: u32, then: Then) -> Outcome {
        Ok(Step::Wait(Wait { on: On::Time(at), context, then }))
    }

    /// Something more is done later for this client, whatever becomes of the answer: what it says then can only be
    /// indications. It ends with the client.
    pub(super) fn later(&mut self, on: On, context: u32, then: Then) -> Result<(), Refused> {
        let wait = Wait { on, context, then };
        self.core.pend(&self.asked, wait, false).map_err(|_| Refused(ProtocolError::NO_MEMORY))
    }

    /// Calls off a request of this client that waits; it is answered ABORTED. Whether there was one.
    pub(super) fn abort(&mut self, transaction: u16) -> bool {
        self.core.abort(self.now, self.modem, &self.asked, transaction)
    }

    /// Tells this client something, behind the answer if that was given before.
    pub(super) fn indicate<M: Indicated>(&mut self, fill: impl FnMut(&mut M::IndicationBuilder<'_>, &Modem)) {
        self.indicate_to::<M>(self.asked.client, fill);
    }

    /// Tells this client how its request went, for requests whose answer says only that they were taken.
    pub(super) fn conclude<M: Indicated>(&mut self, fill: impl FnMut(&mut M::IndicationBuilder<'_>, &Modem)) {
        self.indicate_at::<M>(self.asked.at.max(self.now) + CONCLUSION, self.asked.client, fill);
    }

    /// Tells any client of the service something.
    pub(super) fn indicate_to<M: Indicated>(
        &mut self,
        client: u8,
        fill: impl FnMut(&mut M::IndicationBuilder<'_>, &Modem),
    ) {
        self.indicate_at::<M>(AT_ONCE, client, fill);
    }

    fn indicate_at<M: Indicated>(
        &mut self,
        at: Instant,
        client: u8,
        mut fill: impl FnMut(&mut M::IndicationBuilder<'_>, &Modem),
    ) {
        self.tell(at, M::SERVICE, M::ID, client, &mut |writer: MessageWriter<'_>, modem: &Modem| {
            let mut builder = M::IndicationBuilder::continuing(writer);
            fill(&mut builder, modem);
            builder.writer().end()
        });
    }

    #[inline(never)]
    fn tell(
        &mut self,
        at: Instant,
        service: wire::Service,
        id: u16,
        client: u8,
        content: &mut dyn for<'m> Content<'m>,
    ) {
        let modem = &*self.modem;
        self.core.indicate(at, service, id, client, &mut |writer| content.put(writer, modem));
    }
}

/// The outcome of a request comes so long after its answer, as modems have it: there are hosts that begin to listen for it
/// when they have taken the answer in.
pub(super) const CONCLUSION: Millis = Millis(20);

/// A client that goes.
#[derive(Debug)]
pub(super) struct Released<'r> {
    pub(super) now: Instant,
    pub(super) modem: &'r mut Modem,
    pub(super) config: &'r Config,
    pub(super) cid: u8,
    state: &'r mut State,
}

impl<'r> Released<'r> {
    pub(super) fn new(now: Instant, modem: &'r mut Modem, config: &'r Config, cid: u8, state: &'r mut State) -> Self {
        Self { now, modem, config, cid, state }
    }

    /// What was kept for it.
    pub(super) fn state<T: Kept>(&mut self) -> Option<&mut T> {
        T::of(self.state)
    }
}

/// Writes TLVs behind what is written, and ends the message.
pub(super) type Fill<'f> = &'f mut dyn FnMut(MessageWriter<'_>) -> Result<usize, EncodeError>;

/// The same with the modem to tell of, as each message has one. It is a trait of its own because a `dyn FnMut` has a second
/// function for every closure, which nobody calls.
pub(super) trait Content<'m> {
    fn put(&mut self, writer: MessageWriter<'_>, modem: &'m Modem) -> Result<usize, EncodeError>;
}

impl<'m, F: FnMut(MessageWriter<'_>, &'m Modem) -> Result<usize, EncodeError>> Content<'m> for F {
    fn put(&mut self, writer: MessageWriter<'_>, modem: &'m Modem) -> Result<usize, EncodeError> {
        self(writer, modem)
    }
}

/// How indications to a client travel.
pub(super) fn framing(service: wire::Service, client: u8) -> Framing {
    if service.0 > 0xff { Framing::Wide { client } } else { Framing::Qmux { sender: Sender::MODEM, client } }
}

/// Bytes of the lists of messages: numbers up to 0x3ff. The makers' own, above 0x5000, would make answers of 3 KiB.
const LISTED: usize = 128;

/// Get Supported Messages, of every service that has it: byte n / 8, bit n % 8 stands for message n.
pub(super) fn supported(call: &mut Call<'_, '_>) -> Outcome {
    let mut list: Vec<u8, LISTED> = Vec::new();
    let service = super::service::Service::find(call.asked.service, call.config());
    let messages = service.map_or(&[][..], |service| service.messages);
    for served in messages.iter().filter(|served| served.is_here(call.config())) {
        let place = usize::from(served.id.wrapping_shr(3));
        if place >= list.len() {
            // Beyond what is listed.
            let _ = list.resize(place.saturating_add(1), 0);
        }
        if let Some(byte) = list.get_mut(place) {
            *byte |= 1_u8.wrapping_shl(u32::from(served.id & 7));
        }
    }
    call.core.answer(&call.asked, Verdict::SUCCESS, &mut |mut writer| {
        writer.put(0x10, &Bytes::<u16>::from(list.as_slice()));
        writer.finish().map(|frame| frame.len())
    });
    Ok(Step::Answered)
}

/// Reset, of services where it does no more than forget what the client registered for.
pub(super) fn reset(call: &mut Call<'_, '_>) -> Outcome {
    if let Some(client) = call.core.clients.get(call.asked.service, call.asked.client) {
        client.state = (client.service.client)();
    }
    Ok(Step::Success)
}
