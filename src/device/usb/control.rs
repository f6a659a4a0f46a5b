//! The control pipe: what is asked of every device, and of an MBIM, NCM or QMI function (USB 2.0 §9.4, MBIM 1.0 §8.1, NCM 1.0
//! §6.2). A request that is wrong in any way ends in a STALL, and then nothing has changed.

use mbim_wire::ntb::{Format, NtbInputSize};
use mbim_wire::usb::class_request::{ClassRequest, Setup};
use mbim_wire::usb::descriptor::NetworkCapabilities;
#[cfg(feature = "qmi")]
use mbim_wire::usb::serial::{ControlLines, SerialRequest};
use mbim_wire::usb::standard_request::{Feature, Recipient, StandardRequest};

use super::descriptors::{self, CONFIGURATION};
use super::layout::{self, Role, Unit};
use super::{CONTROL_FUNCTION, Event, Sink, Stall, UsbFunction, answer, count};

/// The most bytes of a configuration with all its descriptors, or of a string.
const LONGEST_DESCRIPTOR: usize = 512;
/// The shortest limit for blocks to the host (NCM 1.0 §6.2.7).
const MIN_NTB_INPUT: u32 = 2048;
/// bmRequestType: data to the host, kind of request.
const TO_HOST: u8 = 0x80;
const KIND: u8 = 0x60;
const CLASS: u8 = 0x20;

impl UsbFunction<'_> {
    pub(super) fn request(
        &mut self,
        setup: &Setup,
        out: &[u8],
        reply: &mut [u8],
        sink: Sink<'_>,
    ) -> Result<usize, Stall> {
        let to_host = setup.request_type & TO_HOST != 0;
        if !to_host && out.len() != usize::from(setup.length) {
            return Err(Stall);
        }
        match setup.request_type & KIND {
            0 => self.standard(StandardRequest::parse(setup).map_err(|_| Stall)?, setup, reply, sink),
            CLASS if self.is_configured() => self.class(setup, out, reply, sink),
            _ => Err(Stall),
        }
    }

    fn standard(
        &mut self,
        request: StandardRequest,
        setup: &Setup,
        reply: &mut [u8],
        sink: Sink<'_>,
    ) -> Result<usize, Stall> {
        match request {
            StandardRequest::GetStatus(recipient) => {
                let status: u16 = match recipient {
                    Recipient::Device => 1 | if self.bus.remote_wakeup { 2 } else { 0 },
                    Recipient::Interface(interface) => {
                        self.interface(interface)?;
                        0
                    }
                    Recipient::Endpoint(0 | 0x80) => 0,
                    Recipient::Endpoint(address) => u16::from(self.is_halted(self.endpoint(address)?)),
                };
                answer(setup, reply, &status.to_le_bytes())
            }
            StandardRequest::ClearFeature(recipient, feature) => self.set_feature(recipient, feature, false),
            StandardRequest::SetFeature(recipient, feature) => self.set_feature(recipient, feature, true),
            StandardRequest::SetAddress(address) => {
                if address > 127 || self.is_configured() {
                    return Err(Stall);
                }
                self.bus.address = address;
                Ok(0)
            }
            StandardRequest::GetDescriptor { kind, nth, language, .. } => {
                let mut buffer = [0; LONGEST_DESCRIPTOR];
                let descriptor = descriptors::write(&self.config, (kind, nth, language), &mut buffer).ok_or(Stall)?;
                answer(setup, reply, descriptor)
            }
            StandardRequest::GetConfiguration => answer(setup, reply, &[self.bus.configuration]),
            StandardRequest::SetConfiguration(value @ (0 | CONFIGURATION)) => {
                self.configure(value, sink);
                sink(Event::Configured(value != 0));
                Ok(0)
            }
            StandardRequest::GetInterface(interface) => {
                self.interface(interface)?;
                answer(setup, reply, &[self.setting(interface)])
            }
            StandardRequest::SetInterface { interface, alternate } => {
                let unit = self.interface(interface)?;
                self.set_interface(unit, interface, alternate, sink)
            }
            _ => Err(Stall),
        }
    }

    /// The unit with that interface, once there is a configuration.
    fn interface(&self, interface: u8) -> Result<&'static Unit, Stall> {
        let mut units = layout::units(self.config.kind).iter();
        let unit = units.find(|unit| unit.control == interface || unit.data == interface);
        unit.filter(|_| self.is_configured()).ok_or(Stall)
    }

    fn set_feature(&mut self, recipient: Recipient, feature: Feature, on: bool) -> Result<usize, Stall> {
        match (recipient, feature) {
            (Recipient::Device, Feature::DEVICE_REMOTE_WAKEUP) => self.bus.remote_wakeup = on,
            // The control pipe takes the next request in any case.
            (Recipient::Endpoint(0 | 0x80), Feature::ENDPOINT_HALT) if !on => {}
            (Recipient::Endpoint(address), Feature::ENDPOINT_HALT) => {
                let endpoint = self.endpoint(address)?;
                self.halt(endpoint, on);
            }
            _ => return Err(Stall),
        }
        Ok(0)
    }

    fn set_interface(
        &mut self,
        unit: &'static Unit,
        interface: u8,
        alternate: u8,
        sink: Sink<'_>,
    ) -> Result<usize, Stall> {
        if alternate > unit.last_setting(interface) {
            return Err(Stall);
        }
        if unit.role == Role::NcmMbim {
            // The settings of both interfaces go together, and which protocol it is changes while there is no data.
            let fits = if interface == unit.control {
                self.setting(unit.data) == 0 || alternate == self.setting(interface)
            } else {
                alternate == 0 || alternate == self.setting(unit.control).saturating_add(1)
            };
            if !fits {
                return Err(Stall);
            }
        }
        if let Some(place) = self.bus.settings.get_mut(usize::from(interface)) {
            *place = alternate;
        }
        let endpoints: &[u8] = if interface == unit.data { &[unit.input, unit.output] } else { &[unit.notify] };
        endpoints.iter().for_each(|address| self.halt(*address, false));
        if interface == unit.data && unit.control != unit.data && unit.is_control() {
            self.open_data(alternate != 0, sink);
        }
        Ok(0)
    }

    fn class(&mut self, setup: &Setup, out: &[u8], reply: &mut [u8], sink: Sink<'_>) -> Result<usize, Stall> {
        let interface = u8::try_from(setup.index).map_err(|_| Stall)?;
        let units = layout::units(self.config.kind);
        let unit = units.iter().find(|unit| unit.control == interface).ok_or(Stall)?;
        if unit.is_control() {
            return self.function_request(unit, setup, out, reply, sink);
        }
        let ports = self.ports.iter_mut().zip(0..);
        let (port, number) = ports.filter(|(port, _)| port.unit.control == interface).last().ok_or(Stall)?;
        port.request(number, setup, out, reply, sink)
    }

    fn function_request(
        &mut self,
        unit: &Unit,
        setup: &Setup,
        out: &[u8],
        reply: &mut [u8],
        sink: Sink<'_>,
    ) -> Result<usize, Stall> {
        #[cfg(feature = "qmi")]
        if unit.role == Role::Qmi {
            if let Ok(SerialRequest::SetControlLineState(lines)) = SerialRequest::parse(setup) {
                self.dtr = lines.contains(ControlLines::DTR);
                self.tell_of_responses();
                return Ok(0);
            }
        }
        let request = ClassRequest::parse(setup).map_err(|_| Stall)?;
        // What the control interface is now, in a function that is both.
        let mbim = match unit.role {
            Role::NcmMbim => self.setting(unit.control) == 1,
            role => role == Role::Mbim,
        };
        let encapsulates = mbim || unit.role != Role::NcmMbim;
        match request {
            ClassRequest::SendEncapsulatedCommand { length } if encapsulates => {
                if length == 0 || length > self.config.max_control_message {
                    return Err(Stall);
                }
                if self.is_listening() {
                    count(&mut self.counters.commands);
                    sink(Event::Command { function: CONTROL_FUNCTION, message: out });
                } else {
                    count(&mut self.counters.ignored_commands);
                }
                return Ok(0);
            }
            ClassRequest::GetEncapsulatedResponse { length } if encapsulates && length > 0 => {
                return Ok(self.take_response(length, reply));
            }
            ClassRequest::ResetFunction if mbim => {
                self.reset_function(sink);
                return Ok(0);
            }
            // QMI has nothing else.
            _ if !mbim && unit.role != Role::NcmMbim => return Err(Stall),
            _ => {}
        }
        let data = self.setting(unit.data) != 0;
        let has = |capability| self.config.capabilities.contains(capability);
        match request {
            ClassRequest::GetNtbParameters { length: 28.. } => answer(setup, reply, &self.config.ntb.to_bytes()),
            ClassRequest::GetNtbFormat { length: 2.. } => answer(setup, reply, &self.format.number().to_le_bytes()),
            ClassRequest::SetNtbFormat(format) => {
                // Only while the data interface has no pipes.
                if data || (format == Format::Ntb32 && !self.config.ntb.supports_ntb32()) {
                    return Err(Stall);
                }
                self.format = format;
                Ok(0)
            }
            ClassRequest::GetNtbInputSize { length: length @ (4 | 8) } => {
                if length == 8 && !has(NetworkCapabilities::NTB_INPUT_SIZE_8) {
                    return Err(Stall);
                }
                answer(setup, reply, &self.input_size.to_bytes())
            }
            ClassRequest::SetNtbInputSize { length } => {
                if length == 8 && !has(NetworkCapabilities::NTB_INPUT_SIZE_8) {
                    return Err(Stall);
                }
                let size = NtbInputSize::parse(out).map_err(|_| Stall)?;
                if !(MIN_NTB_INPUT..=self.config.ntb.in_max_size).contains(&size.max_size) {
                    return Err(Stall);
                }
                self.input_size = size;
                self.repack();
                Ok(0)
            }
            ClassRequest::GetMaxDatagramSize { length: 2.. } if has(NetworkCapabilities::MAX_DATAGRAM_SIZE) => {
                answer(setup, reply, &self.max_datagram_size.to_le_bytes())
            }
            ClassRequest::SetMaxDatagramSize if has(NetworkCapabilities::MAX_DATAGRAM_SIZE) => {
                let size = out.first_chunk().map(|bytes| u16::from_le_bytes(*bytes)).ok_or(Stall)?;
                if size == 0 || size > self.config.max_segment_size {
                    return Err(Stall);
                }
                self.max_datagram_size = size;
                Ok(0)
            }
            _ => Err(Stall),
        }
    }
}
