//! Brings a function up: chooses the settings of its interfaces, agrees with it about transfer blocks, and opens its pipes.
//!
//! For MBIM the order is that of Linux, which modems are tested with: the data interface into its working setting and back, so
//! that the function forgets the blocks of whoever was there before; then the parameters, format and size of blocks, which may
//! only be set while the data interface rests; then the working setting (NCM 1.0 §7.2, MBIM 1.0 §6.6). QMI wants DTR at most.
//! What a device refuses that it may refuse is passed over and listed in [`Refused`].

use core::fmt;

use embedded_io::ErrorKind;
use mbim_wire::ntb::{self, Ending, Format, NtbInputSize, NtbParameters, Rules};
use mbim_wire::usb::class_request::{ClassRequest, Setup};
use mbim_wire::usb::descriptor::NetworkCapabilities;
use mbim_wire::{DecodeError, DecodeErrorKind};

use super::encapsulated::{Encapsulated, Fetch, Notices};
use super::find::{DataPipes, MbimFunction, QmiFunction, SerialFunction};
use super::host::{ControlPipe, UsbDevice};
use super::quirk::Quirks;
use super::serial::{SerialPort, set_dtr};
use crate::channel::framed::{MbimFraming, QmuxFraming};
use crate::channel::{Clock, SerialLine as _};
use crate::time::Millis;

/// The least size of blocks to the host that a function has to take (NCM 1.0 §6.2.7).
pub const LEAST_INPUT: usize = 2048;

/// A block must have room for its header, an NDP of one datagram and the smallest IP packet that is of use.
const LEAST_OUTPUT: u32 = 128;

/// What a datagram is taken to be at most if a function says nothing of use: that of Ethernet.
const USUAL_MTU: u16 = 1500;
/// The least that a function may say, as IP asks (RFC 791 §3.1).
const LEAST_MTU: u16 = 576;

/// How long a device gets between the format of blocks and its data interface. Linux gives 10 to 20 ms to all.
const SETTLE: Millis = Millis(20);

/// How often a function is asked whether it has something, where its notifications cannot be heard.
const POLL: Millis = Millis(100);

/// The longest message of QMI in either direction: what Linux takes; no descriptor tells it.
const QMI_MESSAGE: u16 = 4096;

/// Steps of bringing a function up, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Step {
    /// SET_CONFIGURATION.
    Configuration,
    /// Taking the interfaces.
    Claim,
    /// Opening the control pipe.
    ControlPipe,
    /// The setting of the control interface that is MBIM.
    ControlSetting,
    /// The data interface into its working setting for a moment.
    Toggle,
    /// The data interface into the setting without pipes.
    Rest,
    /// RESET_FUNCTION.
    Reset,
    /// GET_NTB_PARAMETERS.
    Parameters,
    /// SET_NTB_FORMAT, or GET_NTB_FORMAT.
    Format,
    /// SET_NTB_INPUT_SIZE.
    InputSize,
    /// GET_MAX_DATAGRAM_SIZE and SET_MAX_DATAGRAM_SIZE.
    DatagramSize,
    /// The working setting of the data interface.
    DataSetting,
    /// Opening the other pipes.
    Pipes,
    /// SET_CONTROL_LINE_STATE.
    Line,
}

impl Step {
    const fn name(self) -> &'static str {
        match self {
            Self::Configuration => "SET_CONFIGURATION",
            Self::Claim => "claim of the interfaces",
            Self::ControlPipe => "control pipe",
            Self::ControlSetting => "SET_INTERFACE of the control interface",
            Self::Toggle => "SET_INTERFACE of the data interface, before set-up",
            Self::Rest => "SET_INTERFACE of the data interface, at rest",
            Self::Reset => "RESET_FUNCTION",
            Self::Parameters => "GET_NTB_PARAMETERS",
            Self::Format => "SET_NTB_FORMAT",
            Self::InputSize => "SET_NTB_INPUT_SIZE",
            Self::DatagramSize => "SET_MAX_DATAGRAM_SIZE",
            Self::DataSetting => "SET_INTERFACE of the data interface, at work",
            Self::Pipes => "pipes",
            Self::Line => "SET_CONTROL_LINE_STATE",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The steps at which a device refused what it may refuse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Refused(u16);

impl Refused {
    const fn bit(step: Step) -> u16 {
        match step {
            Step::Toggle => 1,
            Step::Rest => 2,
            Step::Reset => 4,
            Step::Format => 8,
            Step::InputSize => 16,
            Step::DatagramSize => 32,
            Step::Line => 64,
            Step::ControlSetting => 128,
            _ => 0,
        }
    }

    fn add(&mut self, step: Step) {
        self.0 |= Self::bit(step);
    }

    /// Whether it refused at that step.
    #[must_use]
    pub const fn contains(self, step: Step) -> bool {
        self.0 & Self::bit(step) != 0
    }

    /// Whether it refused nothing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What went wrong at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Cause<E> {
    /// The bus failed, or the device refused what cannot do without.
    Usb(E),
    /// The device's answer cannot be used: the field at that offset.
    Answer(DecodeError),
    /// Blocks to the host need more room than there is.
    NoRoom {
        /// Bytes that are needed.
        needed: usize,
    },
}

/// Why a function was not brought up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BringUpError<E> {
    /// What was being done.
    pub step: Step,
    /// What went wrong.
    pub cause: Cause<E>,
}

impl<E: fmt::Display> fmt::Display for BringUpError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.step.name())?;
        match &self.cause {
            Cause::Usb(error) => write!(f, ": {error}"),
            Cause::Answer(error) => write!(f, ": {error}"),
            Cause::NoRoom { needed } => write!(f, ": blocks need room for {needed} bytes"),
        }
    }
}

impl<E: core::error::Error> core::error::Error for BringUpError<E> {}

impl<E: embedded_io::Error> embedded_io::Error for BringUpError<E> {
    fn kind(&self) -> ErrorKind {
        match &self.cause {
            Cause::Usb(error) => error.kind(),
            Cause::Answer(_) => ErrorKind::InvalidData,
            Cause::NoRoom { .. } => ErrorKind::OutOfMemory,
        }
    }
}

/// Makes an error of that step.
const fn at<E>(step: Step) -> impl Fn(E) -> BringUpError<E> {
    move |error| BringUpError { step, cause: Cause::Usb(error) }
}

/// Goes on where a device may refuse; only one that is gone ends it.
fn tolerate<E: embedded_io::Error>(
    refused: &mut Refused,
    step: Step,
    result: Result<(), E>,
) -> Result<(), BringUpError<E>> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotConnected => Err(at(step)(error)),
        Err(_) => {
            refused.add(step);
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// What a host wants of an MBIM function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct MbimConfig {
    /// The host's room for a block, in bytes: 2048 at least. Blocks to the host get no longer than the whole packets in it.
    pub input_size: usize,
    /// The most datagrams in a block to the host, 0 for any number. Functions without the capability for it take no notice.
    pub input_datagrams: u16,
    /// The format of blocks. A function that has only NTB16 gets that.
    pub format: Format,
    /// Whether RESET_FUNCTION is sent. Linux never does; the order of the specification's tests has it.
    pub reset: bool,
    /// When answers are fetched.
    pub fetch: Fetch,
    /// Ask for answers at this interval, for host controllers that cannot keep a transfer pending on an interrupt pipe. Each
    /// time all are fetched that there are, whatever `fetch` says.
    pub poll: Option<Millis>,
}

impl MbimConfig {
    /// The usual for room of `input_size` bytes.
    #[must_use]
    pub const fn new(input_size: usize) -> Self {
        Self { input_size, input_datagrams: 0, format: Format::Ntb16, reset: false, fetch: Fetch::Counted, poll: None }
    }
}

/// What was agreed on with an MBIM function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct MbimParameters {
    /// What the function says of itself.
    pub ntb: NtbParameters,
    /// The format of blocks, both ways.
    pub format: Format,
    /// Rules for blocks to the host: how much room a receiver needs.
    pub input: Rules,
    /// How blocks to the function are made, for its aggregator.
    pub output: ntb::Config,
    /// Blocks to the function have their NDP at the end.
    pub ndp_at_end: bool,
    /// The longest control message or fragment, both ways: what the session says in OPEN.
    pub max_control_message: u16,
    /// The longest IP packet in bytes, as far as USB knows. The network may allow less.
    pub mtu: u16,
    /// What the function refused.
    pub refused: Refused,
}

/// The pipe for control messages of a function of `D`.
pub type ControlChannel<D, K> = Encapsulated<<D as UsbDevice>::Control, Notices<<D as UsbDevice>::In, K>>;

/// An MBIM function, brought up.
pub struct MbimLink<D: UsbDevice, K> {
    /// Control messages.
    pub control: ControlChannel<D, K>,
    /// Blocks to the host.
    pub input: D::In,
    /// Blocks to the function.
    pub output: D::Out,
    /// What was agreed on.
    pub parameters: MbimParameters,
}

impl<D: UsbDevice, K> fmt::Debug for MbimLink<D, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MbimLink").field("parameters", &self.parameters).finish_non_exhaustive()
    }
}

/// Brings an MBIM function up. `configuration` is that of the [`Modem`](super::find::Modem).
///
/// # Errors
///
/// [`BringUpError`]: the step, and what went wrong there. The device may be left half-way; bring it up again from the start.
///
/// # Cancellation
///
/// As after an error.
pub async fn mbim<D: UsbDevice, K: Clock>(
    device: &mut D,
    configuration: u8,
    function: &MbimFunction,
    config: &MbimConfig,
    clock: K,
) -> Result<MbimLink<D, K>, BringUpError<D::Error>> {
    let (control, data) = (function.control, function.data);
    let mut refused = Refused::default();
    let mut pipe = open(device, configuration, control, data.interface).await?;
    if function.control_has_alternates {
        let set = device.set_interface(control, function.control_alternate).await;
        set.map_err(at(Step::ControlSetting))?;
    }
    if data.has_alternates {
        if !function.quirks.contains(Quirks::NO_TOGGLE) {
            let set = device.set_interface(data.interface, data.alternate).await;
            tolerate(&mut refused, Step::Toggle, set)?;
        }
        let set = device.set_interface(data.interface, 0).await;
        tolerate(&mut refused, Step::Rest, set)?;
    }
    if config.reset {
        let reset = pipe.control_out(ClassRequest::ResetFunction.setup(control.into()), &[]).await;
        tolerate(&mut refused, Step::Reset, reset)?;
    }
    let parameters = agree(&mut pipe, function, config, refused).await?;
    // One wait for all devices: some need it, and none says so.
    clock.wait_until(clock.now() + SETTLE).await;
    work(device, &data).await?;
    let (input, output) = pipes(device, &data)?;
    let (notices, fetch) = match function.notification.filter(|_| config.poll.is_none()) {
        Some(endpoint) => (Notices::Pipe(device.open_in(control, &endpoint).map_err(at(Step::Pipes))?), config.fetch),
        // A tick says nothing of how many there are.
        None => (Notices::ticks(clock, config.poll.unwrap_or(POLL)), Fetch::UntilEmpty),
    };
    let packet = function.notification.map_or(0, |endpoint| endpoint.max_packet_size);
    let max = parameters.max_control_message;
    let control = Encapsulated::new(pipe, notices, control, max, packet, MbimFraming::default(), fetch);
    Ok(MbimLink { control, input, output, parameters })
}

/// SET_CONFIGURATION, both interfaces, and the control pipe.
async fn open<D: UsbDevice>(
    device: &mut D,
    configuration: u8,
    control: u8,
    data: u8,
) -> Result<D::Control, BringUpError<D::Error>> {
    device.set_configuration(configuration).await.map_err(at(Step::Configuration))?;
    device.claim(control).await.map_err(at(Step::Claim))?;
    if data != control {
        device.claim(data).await.map_err(at(Step::Claim))?;
    }
    device.control().map_err(at(Step::ControlPipe))
}

/// The working setting of a data interface, if it has others.
async fn work<D: UsbDevice>(device: &mut D, data: &DataPipes) -> Result<(), BringUpError<D::Error>> {
    if data.has_alternates {
        device.set_interface(data.interface, data.alternate).await.map_err(at(Step::DataSetting))?;
    }
    Ok(())
}

/// Both pipes of a data interface.
type Pipes<D> = (<D as UsbDevice>::In, <D as UsbDevice>::Out);

fn pipes<D: UsbDevice>(device: &mut D, data: &DataPipes) -> Result<Pipes<D>, BringUpError<D::Error>> {
    let input = device.open_in(data.interface, &data.input).map_err(at(Step::Pipes))?;
    Ok((input, device.open_out(data.interface, &data.output).map_err(at(Step::Pipes))?))
}

/// A request whose answer has `N` bytes at least.
async fn ask<C: ControlPipe, const N: usize>(
    pipe: &mut C,
    step: Step,
    setup: Setup,
) -> Result<[u8; N], BringUpError<C::Error>> {
    let mut answer = [0; N];
    let length = pipe.control_in(setup, &mut answer).await.map_err(at(step))?;
    if length < N {
        let error = DecodeError::new(DecodeErrorKind::OutOfBounds, length);
        return Err(BringUpError { step, cause: Cause::Answer(error) });
    }
    Ok(answer)
}

/// Agrees with a function about blocks, while its data interface rests.
async fn agree<C: ControlPipe>(
    pipe: &mut C,
    function: &MbimFunction,
    config: &MbimConfig,
    mut refused: Refused,
) -> Result<MbimParameters, BringUpError<C::Error>> {
    let index = u16::from(function.control);
    let packet = usize::from(function.data.input.max_packet_size);
    let room = config.input_size.saturating_sub(config.input_size.checked_rem(packet).unwrap_or(0));
    if room < LEAST_INPUT {
        return Err(BringUpError { step: Step::InputSize, cause: Cause::NoRoom { needed: LEAST_INPUT } });
    }

    let step = Step::Parameters;
    let wrong = |error| BringUpError { step, cause: Cause::Answer(error) };
    let answer: [u8; NtbParameters::LEN] =
        ask(pipe, step, ClassRequest::GetNtbParameters { length: 28 }.setup(index)).await?;
    let ntb = NtbParameters::parse(&answer).map_err(wrong)?;
    if ntb.out_max_size < LEAST_OUTPUT {
        return Err(wrong(DecodeError::new(DecodeErrorKind::Value, 16)));
    }

    let mut format = Format::Ntb16;
    if ntb.supports_ntb32() {
        let set = pipe.control_out(ClassRequest::SetNtbFormat(config.format).setup(index), &[]).await;
        format = config.format;
        if set.is_err() {
            tolerate(&mut refused, Step::Format, set)?;
            // Then it has the one that it has.
            let number = ask(pipe, Step::Format, ClassRequest::GetNtbFormat { length: 2 }.setup(index)).await;
            let number = number.map(u16::from_le_bytes).unwrap_or(0);
            format = Format::from_number(number).unwrap_or_default();
        }
    }

    let input = input_size(pipe, function, config, &ntb, room, &mut refused).await?;
    let mtu = datagram_size(pipe, function, &mut refused).await?;
    let output = ntb::Config {
        packet_size: function.data.output.max_packet_size,
        ending: if function.quirks.contains(Quirks::NO_EXTRA_PACKET) {
            Ending::ZeroLengthPacket
        } else {
            Ending::AlwaysZeroLengthPacket
        },
        ..ntb::Config::new(ntb.output())
    };
    Ok(MbimParameters {
        ntb,
        format,
        input,
        output,
        ndp_at_end: function.quirks.contains(Quirks::NDP_AT_END),
        max_control_message: function.max_control_message,
        mtu,
        refused,
    })
}

/// SET_NTB_INPUT_SIZE, where the function's own size does not fit the host's room.
async fn input_size<C: ControlPipe>(
    pipe: &mut C,
    function: &MbimFunction,
    config: &MbimConfig,
    ntb: &NtbParameters,
    room: usize,
    refused: &mut Refused,
) -> Result<Rules, BringUpError<C::Error>> {
    let room = u32::try_from(room).unwrap_or(u32::MAX);
    let rules = ntb.input();
    // A size below the least is none: then the host says what it has.
    let own = if ntb.in_max_size < 2048 { None } else { Some(ntb.in_max_size) };
    let with_datagrams = function.capabilities.contains(NetworkCapabilities::NTB_INPUT_SIZE_8);
    let max_datagrams = Some(config.input_datagrams).filter(|most| with_datagrams && *most != 0);
    let wanted = NtbInputSize { max_size: own.map_or(room, |own| own.min(room)), max_datagrams };
    if own == Some(wanted.max_size) && max_datagrams.is_none() {
        return Ok(rules);
    }
    let length = wanted.wire_len();
    let bytes = wanted.to_bytes();
    let data = bytes.get(..usize::from(length)).unwrap_or_default();
    let set = pipe.control_out(ClassRequest::SetNtbInputSize { length }.setup(function.control.into()), data).await;
    if set.is_ok() {
        return Ok(rules.with_input_size(wanted));
    }
    tolerate(refused, Step::InputSize, set)?;
    match own {
        // Its blocks would be cut.
        Some(own) if own > room => {
            let needed = usize::try_from(own).unwrap_or(usize::MAX);
            Err(BringUpError { step: Step::InputSize, cause: Cause::NoRoom { needed } })
        }
        _ => Ok(Rules { max_size: wanted.max_size, ..rules }),
    }
}

/// The longest datagram: what the descriptors say, and what the function is set to, if it can be asked.
async fn datagram_size<C: ControlPipe>(
    pipe: &mut C,
    function: &MbimFunction,
    refused: &mut Refused,
) -> Result<u16, BringUpError<C::Error>> {
    let index = function.control.into();
    let sane = |size: &u16| *size >= LEAST_MTU;
    let mut size = Some(function.max_segment_size).filter(sane).unwrap_or(USUAL_MTU);
    if function.capabilities.contains(NetworkCapabilities::MAX_DATAGRAM_SIZE) {
        let step = Step::DatagramSize;
        match ask(pipe, step, ClassRequest::GetMaxDatagramSize { length: 2 }.setup(index)).await {
            Ok(bytes) if u16::from_le_bytes(bytes) >= size => {}
            Ok(bytes) => {
                let set = pipe.control_out(ClassRequest::SetMaxDatagramSize.setup(index), &size.to_le_bytes()).await;
                if set.is_err() {
                    size = Some(u16::from_le_bytes(bytes)).filter(sane).unwrap_or(size);
                }
                tolerate(refused, step, set)?;
            }
            Err(BringUpError { cause: Cause::Usb(error), .. }) => tolerate(refused, step, Err(error))?,
            Err(_) => refused.add(step),
        }
    }
    Ok(function.mtu.filter(sane).map_or(size, |mtu| mtu.min(size)))
}

/// A QMI function, brought up.
pub struct QmiLink<D: UsbDevice, K> {
    /// QMUX frames.
    pub control: ControlChannel<D, K>,
    /// Packets to the host, as the modem and its host agree through WDA.
    pub input: D::In,
    /// Packets to the modem.
    pub output: D::Out,
    /// Bytes of a packet of the pipe to the modem: a transfer that is a multiple of it needs an empty packet behind it.
    pub packet_size: u16,
    /// What the device refused.
    pub refused: Refused,
}

impl<D: UsbDevice, K> fmt::Debug for QmiLink<D, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QmiLink").field("refused", &self.refused).finish_non_exhaustive()
    }
}

/// Brings a QMI function up: raises DTR where the device needs it. With `poll` it is asked for answers at that interval, for
/// host controllers that cannot keep a transfer pending on an interrupt pipe.
///
/// # Errors
///
/// As [`mbim`].
///
/// # Cancellation
///
/// As after an error.
pub async fn qmi<D: UsbDevice, K: Clock>(
    device: &mut D,
    configuration: u8,
    function: &QmiFunction,
    poll: Option<Millis>,
    clock: K,
) -> Result<QmiLink<D, K>, BringUpError<D::Error>> {
    let (control, data) = (function.control, function.data);
    let mut refused = Refused::default();
    let mut pipe = open(device, configuration, control, data.interface).await?;
    work(device, &data).await?;
    let (input, output) = pipes(device, &data)?;
    let notices = match poll {
        None => Notices::Pipe(device.open_in(control, &function.notification).map_err(at(Step::Pipes))?),
        Some(every) => Notices::ticks(clock, every),
    };
    if function.quirks.contains(Quirks::DTR) {
        let set = set_dtr(&mut pipe, control, true).await;
        tolerate(&mut refused, Step::Line, set)?;
    }
    let packet = function.notification.max_packet_size;
    let framing = QmuxFraming::default();
    let control = Encapsulated::new(pipe, notices, control, QMI_MESSAGE, packet, framing, Fetch::UntilEmpty);
    Ok(QmiLink { control, input, output, packet_size: data.output.max_packet_size, refused })
}

/// A serial port of a device.
pub type SerialLink<'m, D> = SerialPort<'m, <D as UsbDevice>::Control, <D as UsbDevice>::In, <D as UsbDevice>::Out>;

/// Opens a serial port, and raises DTR, without which many modems are mute. `memory` is for one packet at least, of
/// `function.data.input.max_packet_size` bytes.
///
/// # Errors
///
/// As [`mbim`]; [`Cause::NoRoom`] if the memory is too short for a packet.
///
/// # Cancellation
///
/// As after an error.
pub async fn serial<'m, D: UsbDevice>(
    device: &mut D,
    configuration: u8,
    function: &SerialFunction,
    memory: &'m mut [u8],
) -> Result<SerialLink<'m, D>, BringUpError<D::Error>> {
    let (control, data) = (function.control, function.data);
    let needed = usize::from(data.input.max_packet_size);
    // Whole packets, and no more than one: a device need not end a transfer that is a multiple of a packet.
    let memory = memory.get_mut(..needed);
    let memory = memory.ok_or(BringUpError { step: Step::Pipes, cause: Cause::NoRoom { needed } })?;
    let pipe = open(device, configuration, control, data.interface).await?;
    work(device, &data).await?;
    let (input, output) = pipes(device, &data)?;
    let mut port = SerialPort::new(pipe, input, output, control, function.acm, memory);
    port.set_dtr(true).map_err(at(Step::Line))?;
    embedded_io_async::Write::flush(&mut port).await.map_err(at(Step::Line))?;
    Ok(port)
}
