//! The six messages between a mobile station and its service centre (3GPP TS 23.040 §9.2.2), and the octets in front of
//! them in which AT, MBIM and QMI name the service centre.
//!
//! Reading keeps what later versions of the specification may add out of the way: octets behind a message are ignored,
//! and so are reserved bits. User data is looked at only when asked for.

use core::fmt;

use super::{Address, DataCoding, MAX_USER_DATA, RelativeValidity, Timestamp, UserData, Validity};
use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Reader, Writer};

/// Who reads a message, which is what tells the kinds apart: each number stands for two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Direction {
    /// From the service centre to the mobile station: DELIVER, SUBMIT-REPORT, STATUS-REPORT.
    ToMobile,
    /// From the mobile station to the service centre: DELIVER-REPORT, SUBMIT, COMMAND.
    ToServiceCentre,
    /// In the storage of a modem or SIM: DELIVER, SUBMIT, STATUS-REPORT.
    Stored,
}

/// A message with the address of its service centre in front: what AT, MBIM and QMI carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Pdu<'a> {
    /// The service centre; `None` for the one that the modem knows.
    pub service_centre: Option<Address<'a>>,
    /// The message.
    pub tpdu: Tpdu<'a>,
}

impl<'a> Pdu<'a> {
    /// No PDU is longer than this: twelve octets for the service centre, 164 for the message.
    pub const MAX_LEN: usize = 176;

    /// A message that takes the service centre that the modem knows.
    #[must_use]
    pub const fn of(tpdu: Tpdu<'a>) -> Self {
        Self { service_centre: None, tpdu }
    }

    /// Reads service centre and message.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] names the field and its offset in `octets`.
    pub fn parse(octets: &'a [u8], direction: Direction) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(octets);
        let service_centre = Address::read_service_centre(&mut reader)?;
        Ok(Self { service_centre, tpdu: Tpdu::read(&mut reader, direction)? })
    }

    /// Writes service centre and message.
    ///
    /// # Errors
    ///
    /// [`EncodeError`]: a field that cannot be written, or [`EncodeError::BufferTooSmall`].
    pub fn write<'b>(&self, buf: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let mut writer = Writer::new(buf);
        match self.service_centre {
            Some(address) => address.write_service_centre(&mut writer),
            None => writer.byte(0),
        }
        self.tpdu.put(&mut writer);
        writer.finish()
    }

    /// Octets of the message in a PDU, which is what AT commands give as its length.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] if the address of the service centre is longer than the PDU.
    pub fn tpdu_len(octets: &[u8]) -> Result<usize, DecodeError> {
        let mut reader = Reader::new(octets);
        Address::read_service_centre(&mut reader)?;
        Ok(reader.rest().len())
    }
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[allow(clippy::large_enum_variant)] // there is nothing to box it in
pub enum Tpdu<'a> {
    /// SMS-DELIVER: a message that arrived.
    Deliver(Deliver<'a>),
    /// SMS-DELIVER-REPORT: the answer to it.
    DeliverReport(DeliverReport<'a>),
    /// SMS-SUBMIT: a message to be sent.
    Submit(Submit<'a>),
    /// SMS-SUBMIT-REPORT: the answer to it.
    SubmitReport(SubmitReport<'a>),
    /// SMS-STATUS-REPORT: what became of a message that was sent.
    StatusReport(StatusReport<'a>),
    /// SMS-COMMAND: what is to be done with a message that was sent.
    Command(Command<'a>),
}

/// Bits of the first octet.
mod first {
    pub(super) const DELIVER: u8 = 0;
    pub(super) const SUBMIT: u8 = 1;
    pub(super) const STATUS_REPORT: u8 = 2;
    /// No more messages wait.
    pub(super) const NO_MORE: u8 = 0x04;
    pub(super) const REJECT_DUPLICATES: u8 = 0x04;
    pub(super) const LOOP_PREVENTION: u8 = 0x08;
    pub(super) const VALIDITY: u8 = 0x18;
    pub(super) const VALIDITY_ENHANCED: u8 = 0x08;
    pub(super) const VALIDITY_RELATIVE: u8 = 0x10;
    pub(super) const VALIDITY_ABSOLUTE: u8 = 0x18;
    pub(super) const STATUS: u8 = 0x20;
    pub(super) const HEADER: u8 = 0x40;
    pub(super) const REPLY_PATH: u8 = 0x80;
}

/// `bit` if `set`.
fn bit(set: bool, bit: u8) -> u8 {
    if set { bit } else { 0 }
}

impl<'a> Tpdu<'a> {
    /// Reads a message without service centre. The reserved kind 3 is read as DELIVER by the mobile station, as
    /// the specification demands.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] names the field and its offset in `octets`.
    pub fn parse(octets: &'a [u8], direction: Direction) -> Result<Self, DecodeError> {
        Self::read(&mut Reader::new(octets), direction)
    }

    /// Writes the message without service centre.
    ///
    /// # Errors
    ///
    /// [`EncodeError`]: a field that cannot be written, or [`EncodeError::BufferTooSmall`].
    pub fn write<'b>(&self, buf: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let mut writer = Writer::new(buf);
        self.put(&mut writer);
        writer.finish()
    }

    fn read(reader: &mut Reader<'a>, direction: Direction) -> Result<Self, DecodeError> {
        let error = reader.error(DecodeErrorKind::Value, "message_type_indicator");
        let first = reader.byte("message_type_indicator")?;
        match (first & 0x03, direction) {
            (first::SUBMIT, Direction::ToMobile) => SubmitReport::read(reader, first).map(Self::SubmitReport),
            (first::SUBMIT, _) => Submit::read(reader, first).map(Self::Submit),
            (first::STATUS_REPORT, Direction::ToServiceCentre) => Command::read(reader, first).map(Self::Command),
            (first::STATUS_REPORT, _) => StatusReport::read(reader, first).map(Self::StatusReport),
            (first::DELIVER, Direction::ToServiceCentre) => DeliverReport::read(reader, first).map(Self::DeliverReport),
            (_, Direction::ToServiceCentre) => Err(error),
            _ => Deliver::read(reader, first).map(Self::Deliver),
        }
    }

    fn put(&self, writer: &mut Writer<'_>) {
        match self {
            Self::Deliver(message) => message.write(writer),
            Self::DeliverReport(message) => message.write(writer),
            Self::Submit(message) => message.write(writer),
            Self::SubmitReport(message) => message.write(writer),
            Self::StatusReport(message) => message.write(writer),
            Self::Command(message) => message.write(writer),
        }
    }

    /// The user data, of the kinds that have some.
    #[must_use]
    pub fn user_data(&self) -> Option<&UserData<'a>> {
        match self {
            Self::Deliver(message) => Some(&message.user_data),
            Self::Submit(message) => Some(&message.user_data),
            Self::DeliverReport(message) => message.parameters.user_data.as_ref(),
            Self::SubmitReport(message) => message.parameters.user_data.as_ref(),
            Self::StatusReport(message) => message.parameters.as_ref()?.user_data.as_ref(),
            Self::Command(_) => None,
        }
    }
}

/// SMS-DELIVER: a message that arrived (§9.2.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Deliver<'a> {
    /// TP-MMS: whether more messages wait at the service centre.
    pub more_messages: bool,
    /// TP-LP: whether the message was forwarded already or was made by a forwarding, and must not be forwarded again.
    pub loop_prevention: bool,
    /// TP-SRI: whether the sender gets a status report.
    pub status_report: bool,
    /// TP-RP: whether an answer may go by the same service centre.
    pub reply_path: bool,
    /// TP-OA: the sender.
    pub originating_address: Address<'a>,
    /// TP-PID: 0 for plain messages, 0x40 for silent ones, 0x41 to 0x47 for ones that replace each other.
    pub protocol_identifier: u8,
    /// TP-DCS: how the user data is coded.
    pub data_coding: DataCoding,
    /// TP-SCTS: when the service centre got the message.
    pub service_centre_timestamp: Timestamp,
    /// TP-UD: the message itself.
    pub user_data: UserData<'a>,
}

impl<'a> Deliver<'a> {
    fn read(reader: &mut Reader<'a>, first: u8) -> Result<Self, DecodeError> {
        let originating_address = Address::read(reader, "originating_address")?;
        let protocol_identifier = reader.byte("protocol_identifier")?;
        let data_coding = DataCoding(reader.byte("data_coding_scheme")?);
        Ok(Self {
            more_messages: first & first::NO_MORE == 0,
            loop_prevention: first & first::LOOP_PREVENTION != 0,
            status_report: first & first::STATUS != 0,
            reply_path: first & first::REPLY_PATH != 0,
            originating_address,
            protocol_identifier,
            data_coding,
            service_centre_timestamp: Timestamp(reader.array("service_centre_timestamp")?),
            user_data: UserData::read(reader, data_coding, first & first::HEADER != 0)?,
        })
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.byte(
            first::DELIVER
                | bit(!self.more_messages, first::NO_MORE)
                | bit(self.loop_prevention, first::LOOP_PREVENTION)
                | bit(self.status_report, first::STATUS)
                | bit(self.user_data.header().is_some(), first::HEADER)
                | bit(self.reply_path, first::REPLY_PATH),
        );
        self.originating_address.write(writer, "originating_address");
        writer.bytes(&[self.protocol_identifier, self.data_coding.0]);
        writer.bytes(&self.service_centre_timestamp.0);
        self.user_data.write(writer, self.data_coding, MAX_USER_DATA);
    }
}

/// SMS-SUBMIT: a message to be sent (§9.2.2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Submit<'a> {
    /// TP-RD: whether the service centre shall refuse the message if it holds one with the same reference and
    /// destination.
    pub reject_duplicates: bool,
    /// TP-SRR: whether a status report is wanted.
    pub status_report: bool,
    /// TP-RP: whether an answer may go by the same service centre.
    pub reply_path: bool,
    /// TP-MR: by which the status report will name the message. Most modems put in one of their own.
    pub message_reference: u8,
    /// TP-DA: the receiver.
    pub destination_address: Address<'a>,
    /// TP-PID: 0 for plain messages.
    pub protocol_identifier: u8,
    /// TP-DCS: how the user data is coded.
    pub data_coding: DataCoding,
    /// TP-VP: how long the service centre keeps trying.
    pub validity: Validity,
    /// TP-UD: the message itself.
    pub user_data: UserData<'a>,
}

impl<'a> Submit<'a> {
    fn read(reader: &mut Reader<'a>, first: u8) -> Result<Self, DecodeError> {
        const VALIDITY: &str = "validity_period";
        let message_reference = reader.byte("message_reference")?;
        let destination_address = Address::read(reader, "destination_address")?;
        let protocol_identifier = reader.byte("protocol_identifier")?;
        let data_coding = DataCoding(reader.byte("data_coding_scheme")?);
        Ok(Self {
            reject_duplicates: first & first::REJECT_DUPLICATES != 0,
            status_report: first & first::STATUS != 0,
            reply_path: first & first::REPLY_PATH != 0,
            message_reference,
            destination_address,
            protocol_identifier,
            data_coding,
            validity: match first & first::VALIDITY {
                first::VALIDITY_RELATIVE => Validity::Relative(RelativeValidity(reader.byte(VALIDITY)?)),
                first::VALIDITY_ABSOLUTE => Validity::Absolute(Timestamp(reader.array(VALIDITY)?)),
                first::VALIDITY_ENHANCED => Validity::Enhanced(super::EnhancedValidity(reader.array(VALIDITY)?)),
                _ => Validity::Default,
            },
            user_data: UserData::read(reader, data_coding, first & first::HEADER != 0)?,
        })
    }

    fn write(&self, writer: &mut Writer<'_>) {
        let validity = match self.validity {
            Validity::Default => 0,
            Validity::Relative(_) => first::VALIDITY_RELATIVE,
            Validity::Absolute(_) => first::VALIDITY_ABSOLUTE,
            Validity::Enhanced(_) => first::VALIDITY_ENHANCED,
        };
        writer.byte(
            first::SUBMIT
                | bit(self.reject_duplicates, first::REJECT_DUPLICATES)
                | validity
                | bit(self.status_report, first::STATUS)
                | bit(self.user_data.header().is_some(), first::HEADER)
                | bit(self.reply_path, first::REPLY_PATH),
        );
        writer.byte(self.message_reference);
        self.destination_address.write(writer, "destination_address");
        writer.bytes(&[self.protocol_identifier, self.data_coding.0]);
        match &self.validity {
            Validity::Default => {}
            Validity::Relative(RelativeValidity(span)) => writer.byte(*span),
            Validity::Absolute(time) => writer.bytes(&time.0),
            Validity::Enhanced(validity) => writer.bytes(&validity.0),
        }
        self.user_data.write(writer, self.data_coding, MAX_USER_DATA);
    }
}

/// What may stand at the end of reports, and in front of it TP-PI, which says what does (§9.2.3.27).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Parameters<'a> {
    /// TP-PID.
    pub protocol_identifier: Option<u8>,
    /// TP-DCS: how the user data is coded; if it is missing, in the default alphabet.
    pub data_coding: Option<DataCoding>,
    /// TP-UD.
    pub user_data: Option<UserData<'a>>,
}

/// Bits of TP-PI.
mod indicator {
    pub(super) const PROTOCOL_IDENTIFIER: u8 = 0x01;
    pub(super) const DATA_CODING: u8 = 0x02;
    pub(super) const USER_DATA: u8 = 0x04;
    pub(super) const EXTENSION: u8 = 0x80;
}

impl<'a> Parameters<'a> {
    /// Reads TP-PI with all octets that extend it.
    fn indicator(reader: &mut Reader<'a>) -> Result<u8, DecodeError> {
        let first = reader.byte("parameter_indicator")?;
        let mut octet = first;
        while octet & indicator::EXTENSION != 0 {
            octet = reader.byte("parameter_indicator")?;
        }
        Ok(first)
    }

    /// Reads what TP-PI names.
    fn read(reader: &mut Reader<'a>, present: u8, has_header: bool) -> Result<Self, DecodeError> {
        let mut parameters = Self::default();
        if present & indicator::PROTOCOL_IDENTIFIER != 0 {
            parameters.protocol_identifier = Some(reader.byte("protocol_identifier")?);
        }
        if present & indicator::DATA_CODING != 0 {
            parameters.data_coding = Some(DataCoding(reader.byte("data_coding_scheme")?));
        }
        if present & indicator::USER_DATA != 0 {
            let coding = parameters.data_coding.unwrap_or_default();
            parameters.user_data = Some(UserData::read(reader, coding, has_header)?);
        }
        Ok(parameters)
    }

    fn present(&self) -> u8 {
        bit(self.protocol_identifier.is_some(), indicator::PROTOCOL_IDENTIFIER)
            | bit(self.data_coding.is_some(), indicator::DATA_CODING)
            | bit(self.user_data.is_some(), indicator::USER_DATA)
    }

    /// The bit of the first octet.
    fn header(&self) -> u8 {
        bit(self.user_data.is_some_and(|data| data.header().is_some()), first::HEADER)
    }

    fn write(&self, writer: &mut Writer<'_>, limit: usize) {
        if let Some(identifier) = self.protocol_identifier {
            writer.byte(identifier);
        }
        if let Some(coding) = self.data_coding {
            writer.byte(coding.0);
        }
        if let Some(user_data) = self.user_data {
            user_data.write(writer, self.data_coding.unwrap_or_default(), limit);
        }
    }
}

/// SMS-STATUS-REPORT: what became of a message that was sent (§9.2.2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StatusReport<'a> {
    /// TP-MMS: whether more messages wait at the service centre.
    pub more_messages: bool,
    /// TP-LP: whether the report must not be forwarded.
    pub loop_prevention: bool,
    /// TP-SRQ: whether a COMMAND is reported on, else a SUBMIT.
    pub for_command: bool,
    /// TP-MR of the message reported on.
    pub message_reference: u8,
    /// TP-RA: the receiver of that message. Reference and address together name it.
    pub recipient_address: Address<'a>,
    /// TP-SCTS: when the service centre got that message.
    pub service_centre_timestamp: Timestamp,
    /// TP-DT: when it was delivered, or last tried.
    pub discharge_time: Timestamp,
    /// TP-ST: what became of it.
    pub status: Status,
    /// What may stand at the end.
    pub parameters: Option<Parameters<'a>>,
}

impl<'a> StatusReport<'a> {
    fn read(reader: &mut Reader<'a>, first: u8) -> Result<Self, DecodeError> {
        let mut report = Self {
            more_messages: first & first::NO_MORE == 0,
            loop_prevention: first & first::LOOP_PREVENTION != 0,
            for_command: first & first::STATUS != 0,
            message_reference: reader.byte("message_reference")?,
            recipient_address: Address::read(reader, "recipient_address")?,
            service_centre_timestamp: Timestamp(reader.array("service_centre_timestamp")?),
            discharge_time: Timestamp(reader.array("discharge_time")?),
            status: Status(reader.byte("status")?),
            parameters: None,
        };
        if !reader.is_empty() {
            let present = Parameters::indicator(reader)?;
            report.parameters = Some(Parameters::read(reader, present, first & first::HEADER != 0)?);
        }
        Ok(report)
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.byte(
            first::STATUS_REPORT
                | bit(!self.more_messages, first::NO_MORE)
                | bit(self.loop_prevention, first::LOOP_PREVENTION)
                | bit(self.for_command, first::STATUS)
                | self.parameters.map_or(0, |parameters| parameters.header()),
        );
        writer.byte(self.message_reference);
        self.recipient_address.write(writer, "recipient_address");
        writer.bytes(&self.service_centre_timestamp.0);
        writer.bytes(&self.discharge_time.0);
        writer.byte(self.status.0);
        if let Some(parameters) = self.parameters {
            writer.byte(parameters.present());
            parameters.write(writer, 131);
        }
    }
}

/// What became of a message (§9.2.3.15). Values of the service centre's own are left as they are.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Status(pub u8);

impl Status {
    /// The receiver has it.
    pub const RECEIVED: Self = Self(0x00);
    /// It was forwarded; whether the receiver has it is not known.
    pub const FORWARDED: Self = Self(0x01);
    /// A later message took its place.
    pub const REPLACED: Self = Self(0x02);
    /// It was not delivered while it was valid.
    pub const VALIDITY_EXPIRED: Self = Self(0x46);

    /// Whether the message is where it was to go.
    #[must_use]
    pub const fn is_done(self) -> bool {
        self.0 < 0x20
    }

    /// Whether the service centre still tries.
    #[must_use]
    pub const fn is_trying(self) -> bool {
        self.0 & 0x60 == 0x20 && self.0 < 0x80
    }

    /// Whether the service centre has given up.
    #[must_use]
    pub const fn has_failed(self) -> bool {
        self.0 & 0x40 != 0 && self.0 < 0x80
    }

    /// What the specification says about the value.
    #[must_use]
    pub const fn description(self) -> Option<&'static str> {
        Some(match self.0 {
            0x00 => "received",
            0x01 => "forwarded, receipt unknown",
            0x02 => "replaced",
            0x20 | 0x60 => "congestion",
            0x21 | 0x61 => "receiver busy",
            0x22 | 0x62 => "no response from receiver",
            0x23 | 0x63 => "service rejected",
            0x24 | 0x44 | 0x64 => "quality of service not available",
            0x25 | 0x65 => "error in receiver",
            0x40 => "remote procedure error",
            0x41 => "incompatible destination",
            0x42 => "connection rejected by receiver",
            0x43 => "not obtainable",
            0x45 => "no interworking available",
            0x46 => "validity period expired",
            0x47 => "deleted by sender",
            0x48 => "deleted by service centre",
            0x49 => "message does not exist",
            _ => return None,
        })
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.description() {
            Some(description) => write!(f, "Status({:#04x}, {description})", self.0),
            None => write!(f, "Status({:#04x})", self.0),
        }
    }
}

/// SMS-COMMAND: what is to be done with a message that was sent (§9.2.2.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Command<'a> {
    /// TP-SRR: whether a status report is wanted.
    pub status_report: bool,
    /// TP-UDHI: whether the data begins with a user data header.
    pub has_header: bool,
    /// TP-MR of this command.
    pub message_reference: u8,
    /// TP-PID.
    pub protocol_identifier: u8,
    /// TP-CT: what to do.
    pub command_type: CommandType,
    /// TP-MN: TP-MR of the message in question.
    pub message_number: u8,
    /// TP-DA: its receiver.
    pub destination_address: Address<'a>,
    /// TP-CD: more about it; at most 157 octets.
    pub command_data: &'a [u8],
}

/// What a [`Command`] wants done (§9.2.3.19).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CommandType(pub u8);

impl CommandType {
    /// Tell what became of it.
    pub const ENQUIRY: Self = Self(0);
    /// Send no status report.
    pub const CANCEL_STATUS_REPORT: Self = Self(1);
    /// Delete it.
    pub const DELETE: Self = Self(2);
    /// Send a status report.
    pub const ENABLE_STATUS_REPORT: Self = Self(3);
}

impl<'a> Command<'a> {
    fn read(reader: &mut Reader<'a>, first: u8) -> Result<Self, DecodeError> {
        let [message_reference, protocol_identifier, command_type, message_number] = [
            reader.byte("message_reference")?,
            reader.byte("protocol_identifier")?,
            reader.byte("command_type")?,
            reader.byte("message_number")?,
        ];
        let destination_address = Address::read(reader, "destination_address")?;
        let length = reader.byte("command_data_length")?;
        Ok(Self {
            status_report: first & first::STATUS != 0,
            has_header: first & first::HEADER != 0,
            message_reference,
            protocol_identifier,
            command_type: CommandType(command_type),
            message_number,
            destination_address,
            command_data: reader.bytes(length.into(), "command_data")?,
        })
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer
            .byte(first::STATUS_REPORT | bit(self.status_report, first::STATUS) | bit(self.has_header, first::HEADER));
        writer.bytes(&[self.message_reference, self.protocol_identifier, self.command_type.0, self.message_number]);
        self.destination_address.write(writer, "destination_address");
        if self.command_data.len() > 157 {
            writer.poison(EncodeError::TooLong { field: "command_data", limit: 157 });
        }
        writer.byte(crate::codec::byte(self.command_data.len()));
        writer.bytes(self.command_data);
    }
}

/// Reads TP-FCS if it stands there: all its values are 0x80 or more, which TP-PI behind it, in reports without it, is
/// not.
fn failure_cause(reader: &mut Reader<'_>) -> Result<Option<u8>, DecodeError> {
    match reader.rest().first() {
        Some(0x80..) => reader.byte("failure_cause").map(Some),
        Some(_) => Ok(None),
        None => Err(reader.error(DecodeErrorKind::OutOfBounds, "parameter_indicator")),
    }
}

/// Appends TP-FCS, if there is one.
fn write_failure_cause(cause: Option<u8>, writer: &mut Writer<'_>) {
    match cause {
        Some(cause @ 0x80..) => writer.byte(cause),
        Some(_) => writer.poison(EncodeError::Value { field: "failure_cause" }),
        None => {}
    }
}

/// SMS-DELIVER-REPORT: the answer to a DELIVER or STATUS-REPORT (§9.2.2.1a).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DeliverReport<'a> {
    /// TP-FCS: why the message was not taken, 0x80 or more; `None` if it was.
    pub failure_cause: Option<u8>,
    /// What may stand at the end.
    pub parameters: Parameters<'a>,
}

impl<'a> DeliverReport<'a> {
    fn read(reader: &mut Reader<'a>, first: u8) -> Result<Self, DecodeError> {
        let failure_cause = failure_cause(reader)?;
        let present = Parameters::indicator(reader)?;
        Ok(Self { failure_cause, parameters: Parameters::read(reader, present, first & first::HEADER != 0)? })
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.byte(first::DELIVER | self.parameters.header());
        write_failure_cause(self.failure_cause, writer);
        writer.byte(self.parameters.present());
        self.parameters.write(writer, if self.failure_cause.is_some() { 158 } else { 159 });
    }
}

/// SMS-SUBMIT-REPORT: the answer to a SUBMIT or COMMAND (§9.2.2.2a).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SubmitReport<'a> {
    /// TP-FCS: why the message was not taken, 0x80 or more; `None` if it was.
    pub failure_cause: Option<u8>,
    /// TP-SCTS: when the service centre got it.
    pub service_centre_timestamp: Timestamp,
    /// What may stand at the end.
    pub parameters: Parameters<'a>,
}

impl<'a> SubmitReport<'a> {
    fn read(reader: &mut Reader<'a>, first: u8) -> Result<Self, DecodeError> {
        let failure_cause = failure_cause(reader)?;
        let present = Parameters::indicator(reader)?;
        Ok(Self {
            failure_cause,
            service_centre_timestamp: Timestamp(reader.array("service_centre_timestamp")?),
            parameters: Parameters::read(reader, present, first & first::HEADER != 0)?,
        })
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.byte(first::SUBMIT | self.parameters.header());
        write_failure_cause(self.failure_cause, writer);
        writer.byte(self.parameters.present());
        writer.bytes(&self.service_centre_timestamp.0);
        self.parameters.write(writer, if self.failure_cause.is_some() { 151 } else { 152 });
    }
}
