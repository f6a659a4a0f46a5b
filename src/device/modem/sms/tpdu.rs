//! What messages look like (3GPP TS 23.040): what the network makes, and what it reads of what hosts send.

use at_wire::sms::{
    Address, DataCoding, DateTime, Deliver, Direction, Pdu, Reference, Split, Status, StatusReport, Submit, Timestamp,
    Tpdu,
};
use heapless::Vec;

use super::super::clock::Date;
use super::super::{Failure, Reason, Text, text};
use super::{ARRIVALS, Content, Incoming, Number, PDU_LEN, is_number};

/// Messages with this protocol identifier are acknowledged and thrown away.
const SILENT: u8 = 0x40;
/// Messages with one of these replace an older one with the same and of the same sender.
const REPLACING: core::ops::RangeInclusive<u8> = 0x41..=0x47;

fn stamp(date: Date) -> Timestamp {
    let Date { year, month, day, hour, minute, second, zone, .. } = date;
    let year = u8::try_from(year % 100).unwrap_or(0);
    DateTime { year, month, day, hour, minute, second, quarter_hours: zone }.into()
}

fn written(service_centre: &str, tpdu: Tpdu<'_>) -> Result<Content, Failure> {
    let service_centre = (!service_centre.is_empty()).then(|| Address::number(service_centre));
    let mut buf = [0; PDU_LEN];
    let octets = Pdu { service_centre, tpdu }.write(&mut buf).map_err(|_| Failure::from(Reason::TooLong))?;
    Content::pdu(octets)
}

/// How a message that arrives is dealt with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nature {
    /// Its class.
    pub(super) class: Option<u8>,
    /// It is a report about a message that was sent.
    pub(super) report: bool,
    /// It is acknowledged and thrown away.
    pub(super) silent: bool,
}

impl Nature {
    pub(super) fn of(pdu: &[u8]) -> Result<Self, Failure> {
        let pdu = Pdu::parse(pdu, Direction::ToMobile).map_err(|_| Failure::from(Reason::Invalid))?;
        match pdu.tpdu {
            Tpdu::Deliver(message) => Ok(Self {
                class: message.data_coding.class(),
                report: false,
                silent: message.protocol_identifier == SILENT,
            }),
            Tpdu::StatusReport(_) => Ok(Self { report: true, ..Self::default() }),
            _ => Err(Reason::Invalid.into()),
        }
    }
}

fn delivered(pdu: &[u8]) -> Option<Deliver<'_>> {
    match Pdu::parse(pdu, Direction::Stored).ok()?.tpdu {
        Tpdu::Deliver(message) => Some(message),
        _ => None,
    }
}

/// Whether a message takes the place of a stored one.
pub(super) fn replaces(new: &[u8], old: &[u8]) -> bool {
    let (Some(new), Some(old)) = (delivered(new), delivered(old)) else { return false };
    REPLACING.contains(&new.protocol_identifier)
        && new.protocol_identifier == old.protocol_identifier
        && new.originating_address == old.originating_address
}

/// Makes the messages of a text that somebody sends.
pub(super) fn deliver(
    service_centre: &str,
    incoming: Incoming<'_>,
    date: Date,
    reference: u8,
    parts: &mut Vec<Content, ARRIVALS>,
) -> Result<(), Failure> {
    let originating_address =
        if is_number(incoming.from) { Address::number(incoming.from) } else { Address::name(incoming.from) };
    if incoming.from.is_empty() || incoming.class.is_some_and(|class| class > 3) {
        return Err(Reason::Invalid.into());
    }
    let split = Split::new(incoming.text, Reference::Narrow(reference)).map_err(|_| Failure::from(Reason::TooLong))?;
    let class = |coding: DataCoding| incoming.class.map_or(coding, |class| coding.with_class(class));
    for part in split.iter() {
        let message = Deliver {
            more_messages: part.number < split.parts(),
            originating_address,
            data_coding: class(split.data_coding()),
            service_centre_timestamp: stamp(date),
            user_data: part.user_data,
            ..Deliver::default()
        };
        let content = written(service_centre, Tpdu::Deliver(message))?;
        parts.push(content).map_err(|_| Failure::from(Reason::Full))?;
    }
    Ok(())
}

/// What the network must know of a message that a host sends.
#[derive(Clone, Debug)]
pub(super) struct Submission {
    /// It names no service centre.
    pub(super) needs_centre: bool,
    pub(super) to: Number,
    /// A report is wanted.
    pub(super) report: bool,
}

fn submit(pdu: &[u8]) -> Result<(bool, Submit<'_>), Failure> {
    let pdu = Pdu::parse(pdu, Direction::ToServiceCentre).map_err(|_| Failure::from(Reason::Invalid))?;
    match pdu.tpdu {
        Tpdu::Submit(message) => Ok((pdu.service_centre.is_none(), message)),
        _ => Err(Reason::Invalid.into()),
    }
}

pub(super) fn submission(pdu: &[u8]) -> Result<Submission, Failure> {
    let (needs_centre, message) = submit(pdu)?;
    let to = number(message.destination_address);
    if !is_number(&to) {
        return Err(Reason::Invalid.into());
    }
    Ok(Submission { needs_centre, to, report: message.status_report })
}

fn number(address: Address<'_>) -> Number {
    use core::fmt::Write as _;
    let mut number = Text::new();
    // A name is longer than a number can be, and no number anyhow.
    match write!(number, "{address}") {
        Ok(()) => number,
        Err(_) => text(""),
    }
}

/// A message that was sent, as it arrives at its sender.
pub(super) fn echo(service_centre: &str, pdu: &[u8], own: &str, date: Date) -> Option<Content> {
    let (_, message) = submit(pdu).ok()?;
    let message = Deliver {
        originating_address: Address::number(own),
        protocol_identifier: message.protocol_identifier,
        data_coding: message.data_coding,
        service_centre_timestamp: stamp(date),
        user_data: message.user_data,
        ..Deliver::default()
    };
    written(service_centre, Tpdu::Deliver(message)).ok()
}

/// What the sender is told about a message.
pub(super) fn report(
    service_centre: &str,
    reference: u8,
    to: &str,
    sent: Date,
    done: Date,
    status: u8,
) -> Option<Content> {
    let report = StatusReport {
        message_reference: reference,
        recipient_address: Address::number(to),
        service_centre_timestamp: stamp(sent),
        discharge_time: stamp(done),
        status: Status(status),
        ..StatusReport::default()
    };
    written(service_centre, Tpdu::StatusReport(report)).ok()
}
