//! What a declaration yields besides its types: views to read, builders to write, and markers that join them to a number.

use core::fmt::Debug;

use crate::codec::EncodeError;
use crate::frame::{Framing, Head, Kind, MessageWriter};
use crate::service::Service;
use crate::status::Verdict;
use crate::tlv::TlvSet;

/// Reads the TLVs of a message in place, one getter per TLV.
pub trait View<'a>: Copy + Debug {
    /// A view of these TLVs. Nothing is checked yet.
    fn from_tlvs(tlvs: TlvSet<'a>) -> Self;

    /// The TLVs under the view.
    fn tlvs(&self) -> TlvSet<'a>;
}

/// Writes the TLVs of a message, one call per TLV.
pub trait Builder<'b>: Debug {
    /// Continues a message that was begun.
    fn continuing(writer: MessageWriter<'b>) -> Self;

    /// The message as it is so far, for a TLV that is not declared.
    fn writer(&mut self) -> &mut MessageWriter<'b>;

    /// Ends the message and lends what was written.
    ///
    /// # Errors
    ///
    /// The first error that any part met, or [`EncodeError::BufferTooSmall`].
    fn finish(self) -> Result<&'b mut [u8], EncodeError>;
}

/// A message of a service: where it is found.
pub trait Message {
    /// The service.
    const SERVICE: Service;
    /// The message's number.
    const ID: u16;
    /// The USB vendor whose devices alone have the message.
    const VENDOR: Option<u16>;
}

/// A message that the host sends and the modem answers.
pub trait Exchange: Message {
    /// Reads what the host asks.
    type Request<'a>: View<'a>;
    /// Reads what the modem answers.
    type Response<'a>: View<'a>;
    /// Writes what the host asks.
    type RequestBuilder<'b>: Builder<'b>;
    /// Writes what the modem answers.
    type ResponseBuilder<'b>: Builder<'b>;
    /// Whether the service's abort message can call a pending request off.
    const ABORTABLE: bool;
}

/// A message that the modem sends unasked.
pub trait Indicated: Message {
    /// Reads what the modem tells.
    type Indication<'a>: View<'a>;
    /// Writes what the modem tells.
    type IndicationBuilder<'b>: Builder<'b>;
}

fn begin<M: Message>(buffer: &mut [u8], framing: Framing, kind: Kind, transaction: u16) -> MessageWriter<'_> {
    MessageWriter::new(buffer, &Head { framing, service: M::SERVICE, kind, transaction, id: M::ID })
}

/// Writes a request into `buffer`; `fill` adds the TLVs.
///
/// # Errors
///
/// [`EncodeError`].
pub fn write_request<'b, M: Exchange>(
    buffer: &'b mut [u8],
    framing: Framing,
    transaction: u16,
    fill: impl FnOnce(&mut M::RequestBuilder<'b>),
) -> Result<&'b mut [u8], EncodeError> {
    let mut builder = M::RequestBuilder::continuing(begin::<M>(buffer, framing, Kind::Request, transaction));
    fill(&mut builder);
    builder.finish()
}

/// Writes a response into `buffer`: the verdict first, as modems do, then what `fill` adds, which must not be a result again.
///
/// # Errors
///
/// [`EncodeError`].
pub fn write_response<'b, M: Exchange>(
    buffer: &'b mut [u8],
    framing: Framing,
    transaction: u16,
    verdict: Verdict,
    fill: impl FnOnce(&mut M::ResponseBuilder<'b>),
) -> Result<&'b mut [u8], EncodeError> {
    let mut writer = begin::<M>(buffer, framing, Kind::Response, transaction);
    writer.put(Verdict::TLV, &verdict);
    let mut builder = M::ResponseBuilder::continuing(writer);
    fill(&mut builder);
    builder.finish()
}

/// Writes an indication into `buffer`; `fill` adds the TLVs. The transaction number means nothing; modems send 1 or count.
///
/// # Errors
///
/// [`EncodeError`].
pub fn write_indication<'b, M: Indicated>(
    buffer: &'b mut [u8],
    framing: Framing,
    transaction: u16,
    fill: impl FnOnce(&mut M::IndicationBuilder<'b>),
) -> Result<&'b mut [u8], EncodeError> {
    let mut builder = M::IndicationBuilder::continuing(begin::<M>(buffer, framing, Kind::Indication, transaction));
    fill(&mut builder);
    builder.finish()
}

/// Writes a response of any message, declared or not, that says no more than how it went: what a modem answers to what it
/// does not know.
///
/// # Errors
///
/// [`EncodeError`].
pub fn write_verdict<'b>(buffer: &'b mut [u8], head: &Head, verdict: Verdict) -> Result<&'b mut [u8], EncodeError> {
    let mut writer = MessageWriter::new(buffer, head);
    writer.put(Verdict::TLV, &verdict);
    writer.finish()
}

/// Whether the list that a service gives to Get Supported Messages has the message of that number.
///
/// ```
/// assert!(qmi_wire::message::is_supported(&[0b0000_0011, 0, 0, 0, 0b0000_0010], 0x21));
/// assert!(!qmi_wire::message::is_supported(&[0b0000_0011], 0x21));
/// ```
#[must_use]
pub fn is_supported(list: &[u8], id: u16) -> bool {
    let byte = list.get(usize::from(id >> 3)).copied().unwrap_or(0);
    byte.wrapping_shr(u32::from(id & 7)) & 1 == 1
}
