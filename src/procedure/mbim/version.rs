//! Which version of Microsoft's extensions holds, and which layouts come with it.
//!
//! A modem speaks version 1.0 after each OPEN, until the host tells its own version, as the very next thing after the
//! query of the device services ([`Negotiate`]). From then on the layouts of some messages are others: which, is what
//! [`Layouts`] knows of what procedures write, and the module [`newest`](super::newest) of what they read.

use core::fmt;

use mbim_wire::field::Empty;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::ms_basic_connect_extensions as bce;
use mbim_wire::{Command as _, Encode, Status, StructWriter, View as _};

use super::{CommandId, Outcome, Procedure, Step, decode, fail, query};
use crate::time::Instant;

/// A version of Microsoft's extensions to MBIM, two decimal digits per byte as on the wire: 0x0200 is 2.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Version(pub u16);

impl Version {
    /// 1.0: MBIM as it was published, which every modem speaks.
    pub const V1: Self = Self(0x0100);
    /// 2.0: 5G beside LTE.
    pub const V2: Self = Self(0x0200);
    /// 3.0: 5G by itself. The highest one that is known here.
    pub const V3: Self = Self(0x0300);

    /// The known version whose layouts this one has.
    #[must_use]
    pub fn known(self) -> Self {
        match self {
            _ if self >= Self::V3 => Self::V3,
            _ if self >= Self::V2 => Self::V2,
            _ => Self::V1,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor] = self.0.to_be_bytes();
        write!(f, "{major:x}.{minor:x}")
    }
}

/// Writes the parameters of CONNECT if there is a writer, and returns the bytes of the fixed part.
type WriteConnect = fn(&bc::ConnectSet<'_>, Option<&mut StructWriter<'_, '_>>) -> usize;

/// The layouts of a version, as far as procedures depend on them. A program that never negotiates only links those of
/// version 1.0: the others are reached through this table and no other way.
#[derive(Clone, Copy)]
pub struct Layouts {
    version: Version,
    /// Bytes of the question for a session.
    pub(super) session_query: usize,
    connect: WriteConnect,
    /// The radio technologies preferred so far, if the answer about the registration says so.
    pub(super) preferred: fn(&[u8]) -> bc::DataClass,
}

impl Layouts {
    /// Those of version 1.0.
    pub const V1: &'static Self =
        &Self { version: Version::V1, session_query: 36, connect: connect_v1, preferred: |_| bc::DataClass::empty() };
    /// Those of version 2.0.
    pub const V2: &'static Self =
        &Self { version: Version::V2, session_query: 36, connect: connect_v1, preferred: preferred_v2 };
    /// Those of version 3.0.
    pub const V3: &'static Self =
        &Self { version: Version::V3, session_query: 4, connect: connect_v3, preferred: preferred_v2 };

    /// Those of that version.
    #[must_use]
    pub fn of(version: Version) -> &'static Self {
        match version.known() {
            Version::V3 => Self::V3,
            Version::V2 => Self::V2,
            _ => Self::V1,
        }
    }

    /// The version.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }
}

impl fmt::Debug for Layouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Layouts").field(&self.version).finish()
    }
}

fn connect_v1(set: &bc::ConnectSet<'_>, w: Option<&mut StructWriter<'_, '_>>) -> usize {
    if let Some(w) = w {
        set.fill(w);
    }
    bc::ConnectSetView::FIXED
}

fn connect_v3(set: &bc::ConnectSet<'_>, w: Option<&mut StructWriter<'_, '_>>) -> usize {
    let set = bc::ConnectSetV3 {
        session_id: set.session_id,
        activation_command: set.activation_command,
        compression: set.compression,
        auth_protocol: set.auth_protocol,
        ip_type: set.ip_type,
        context_type: set.context_type,
        access_string: mbim_wire::tlv::TlvText(*set.access_string),
        user_name: mbim_wire::tlv::TlvText(*set.user_name),
        password: mbim_wire::tlv::TlvText(*set.password),
        ..Default::default()
    };
    if let Some(w) = w {
        set.fill(w);
    }
    set.fixed_len()
}

fn preferred_v2(body: &[u8]) -> bc::DataClass {
    bc::RegisterStateInfoV2View::new(body).preferred_data_classes().unwrap_or(bc::DataClass::empty())
}

/// The parameters of CONNECT, in the layout of a version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Activation<'a> {
    pub(super) set: bc::ConnectSet<'a>,
    pub(super) layouts: &'static Layouts,
}

impl Encode for Activation<'_> {
    fn fixed_len(&self) -> usize {
        (self.layouts.connect)(&self.set, None)
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        (self.layouts.connect)(&self.set, Some(w));
    }
}

/// Agrees with the modem upon a version: asks for the device services, and if the command for it is among them, tells the
/// host's version. To be followed right after OPEN: any other command before it, and the modem stays with 1.0. A modem
/// that does not have the command, or refuses it, speaks 1.0.
///
/// Through a proxy, other programs share the modem and its version. Do not negotiate if the proxy has indicated that one
/// is in force: a lower one would change the layouts under their hands.
#[derive(Clone, Copy, Debug)]
pub struct Negotiate {
    own: bce::VersionInfo,
    /// The device services have been read.
    told: bool,
    agreed: Version,
}

impl Negotiate {
    /// Agrees upon `highest` at most.
    #[must_use]
    pub fn new(highest: Version) -> Self {
        let own = bce::VersionInfo { mbim_version: 0x0100, mbim_extended_version: highest.known().0 };
        Self { own, told: false, agreed: Version::V1 }
    }

    /// The version that holds in the end.
    #[must_use]
    pub const fn agreed(&self) -> Version {
        self.agreed
    }
}

impl Procedure for Negotiate {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => {
                (self.told, self.agreed) = (false, Version::V1);
                query::<bc::DeviceServices>(&Empty {})
            }
            Outcome::Answer(body) if self.told => match bce::VersionInfoView::new(body).mbim_extended_version() {
                Ok(version) => {
                    // Some modems tell their own version, where the lower of both is due.
                    self.agreed = Version(version.min(self.own.mbim_extended_version)).known();
                    Step::Done
                }
                Err(error) => decode::<bce::Version>(error),
            },
            Outcome::Answer(body) => match lists(body, bce::MS_BASIC_CONNECT_EXTENSIONS, bce::Version::CID) {
                Ok(true) if self.own.mbim_extended_version > Version::V1.0 => {
                    self.told = true;
                    query::<bce::Version>(&self.own)
                }
                Ok(_) => Step::Done,
                Err(error) => decode::<bc::DeviceServices>(error),
            },
            Outcome::Refused(status, _) if status != Status::BUSY => Step::Done,
            outcome if self.told => fail(CommandId::of::<bce::Version>(), outcome),
            outcome => fail(CommandId::of::<bc::DeviceServices>(), outcome),
        }
    }
}

/// Whether an answer about the device services lists a command.
///
/// # Errors
///
/// The list cannot be read.
pub fn lists(body: &[u8], service: mbim_wire::Uuid, cid: u32) -> Result<bool, mbim_wire::DecodeError> {
    for element in bc::DeviceServicesInfoView::new(body).device_services()?.iter() {
        let element = element?;
        if element.device_service_id == service {
            for listed in element.cids.iter() {
                if listed? == cid {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}
