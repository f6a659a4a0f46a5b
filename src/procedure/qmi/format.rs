//! The format of the data path: what a packet begins with, and how packets are packed into transfers.

use qmi_wire::frame::MessageWriter;
use qmi_wire::service::{ctl, wda};
use qmi_wire::{Builder as _, DecodeError, EncodeError, ProtocolError, TlvSet, View as _};

use super::{MessageId, Outcome, Procedure, Request, Step, ask, decode, fail, is_unsupported};
use crate::time::Instant;

/// What the host can do with its end of the data path.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Format {
    /// What a packet begins with.
    pub link: wda::LinkLayerProtocol,
    /// How packets may be packed, the best first; they are tried one after the other, and then none. Each try that the modem does
    /// not grant costs an answer, and confuses some firmware: name what is needed.
    pub aggregation: [Option<wda::DataAggregationProtocol>; 3],
    /// How many packets a transfer from the modem may hold.
    pub max_datagrams: u32,
    /// How long a transfer from the modem may be, in bytes.
    pub max_size: u32,
    /// What the data path runs over, and the number of the interface. Newer firmware insists on it.
    pub endpoint: Option<wda::EndpointInfo>,
}

impl Default for Format {
    /// Raw IP, one packet in a transfer.
    fn default() -> Self {
        Self {
            link: wda::LinkLayerProtocol::RAW_IP,
            aggregation: [None; 3],
            max_datagrams: 32,
            max_size: 16_384,
            endpoint: None,
        }
    }
}

/// What was agreed upon.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Granted {
    /// What a packet begins with.
    pub link: wda::LinkLayerProtocol,
    /// How packets to the modem are packed.
    pub uplink: wda::DataAggregationProtocol,
    /// How packets from the modem are packed.
    pub downlink: wda::DataAggregationProtocol,
    /// How many packets a transfer from the modem may hold; no more than was asked for.
    pub downlink_max_datagrams: u32,
    /// How long a transfer from the modem may be, in bytes; no more than was asked for.
    pub downlink_max_size: u32,
    /// How many packets a transfer to the modem may hold, at least one.
    pub uplink_max_datagrams: u32,
    /// How long a transfer to the modem may be, in bytes; 0 if the modem does not say.
    pub uplink_max_size: u32,
}

/// Agrees upon the format of the data path. The modem keeps it until it restarts; the host has to set its interface to
/// what was granted, which may be less than what was asked for.
///
/// Modems without the service WDA take the older message of the control service, which knows no packing.
#[derive(Clone, Copy, Debug)]
pub struct SetFormat {
    format: Format,
    granted: Granted,
    /// Which packing is being tried.
    nth: usize,
    /// With the older message.
    older: bool,
}

impl SetFormat {
    /// Agrees upon that, or less.
    #[must_use]
    pub fn new(format: &Format) -> Self {
        Self { format: *format, granted: Granted::default(), nth: 0, older: false }
    }

    /// What was agreed upon.
    #[must_use]
    pub const fn granted(&self) -> Granted {
        self.granted
    }

    fn packing(&self) -> wda::DataAggregationProtocol {
        let mut wanted = self.format.aggregation.iter().flatten();
        wanted.nth(self.nth).copied().unwrap_or(wda::DataAggregationProtocol::DISABLED)
    }

    fn read(&self, tlvs: TlvSet<'_>) -> Result<Granted, DecodeError> {
        let answer = wda::set_data_format::Response::from_tlvs(tlvs);
        let at_most = |granted: Option<u32>, wanted: u32| granted.filter(|n| *n != 0).map_or(wanted, |n| n.min(wanted));
        Ok(Granted {
            link: answer.link_layer_protocol()?.unwrap_or(self.format.link),
            uplink: answer.uplink_data_aggregation_protocol()?.unwrap_or_default(),
            downlink: answer.downlink_data_aggregation_protocol()?.unwrap_or_default(),
            downlink_max_datagrams: at_most(
                answer.downlink_data_aggregation_max_datagrams()?,
                self.format.max_datagrams,
            ),
            downlink_max_size: at_most(answer.downlink_data_aggregation_max_size()?, self.format.max_size),
            uplink_max_datagrams: answer.uplink_data_aggregation_max_datagrams()?.unwrap_or(1).max(1),
            uplink_max_size: answer.uplink_data_aggregation_max_size()?.unwrap_or(0),
        })
    }

    /// Goes on to the next packing; false if there is none left.
    fn next(&mut self) -> bool {
        let packs = self.packing() != wda::DataAggregationProtocol::DISABLED;
        self.nth = self.nth.saturating_add(usize::from(packs));
        packs
    }
}

impl Request for SetFormat {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        if self.older {
            let mut set = ctl::set_data_format::RequestBuilder::continuing(message);
            // Both number 802.3 and raw IP alike.
            let protocol = ctl::DataLinkProtocol(u16::try_from(self.format.link.0).unwrap_or(0));
            set.format(ctl::DataFormat::QOS_FLOW_HEADER_ABSENT).protocol(protocol);
            return set.finish();
        }
        let mut set = wda::set_data_format::RequestBuilder::continuing(message);
        let packing = self.packing();
        set.qos_format(false).link_layer_protocol(self.format.link);
        set.uplink_data_aggregation_protocol(packing).downlink_data_aggregation_protocol(packing);
        if packing != wda::DataAggregationProtocol::DISABLED {
            set.downlink_data_aggregation_max_datagrams(self.format.max_datagrams);
            set.downlink_data_aggregation_max_size(self.format.max_size);
        }
        if let Some(endpoint) = self.format.endpoint {
            set.endpoint_info(endpoint);
        }
        set.finish()
    }
}

impl Procedure for SetFormat {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let message = MessageId::of::<wda::set_data_format::Message>();
        let older = MessageId::of::<ctl::set_data_format::Message>();
        match outcome {
            Outcome::Begin => {
                (self.nth, self.older) = (0, false);
                ask(message, self)
            }
            Outcome::Answer(tlvs) if self.older => match ctl::set_data_format::Response::from_tlvs(tlvs).protocol() {
                Ok(link) => {
                    let link = wda::LinkLayerProtocol(link.0.into());
                    self.granted = Granted { link, uplink_max_datagrams: 1, ..Granted::default() };
                    Step::Done
                }
                Err(error) => decode(error),
            },
            Outcome::Answer(tlvs) => {
                let granted = match self.read(tlvs) {
                    Ok(granted) => granted,
                    Err(error) => return decode(error),
                };
                let packing = self.packing();
                if granted.downlink != packing && self.next() {
                    return ask(message, self);
                }
                self.granted = granted;
                Step::Done
            }
            Outcome::Refused(error, _) if !self.older && is_unsupported(error) => {
                self.older = true;
                ask(older, self)
            }
            Outcome::Refused(ProtocolError::INVALID_ARGUMENT | ProtocolError::INVALID_DATA_FORMAT, _)
                if self.next() =>
            {
                ask(message, self)
            }
            outcome => fail(if self.older { older } else { message }, outcome),
        }
    }
}
