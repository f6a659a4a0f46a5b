//! The data coding scheme of short messages (3GPP TS 23.038 §4).

use core::fmt;

use crate::text::Coding;

/// The data coding scheme of a short message. Reserved values are taken for the default alphabet, as the specification
/// demands.
///
/// ```
/// use at_wire::sms::DataCoding;
/// use at_wire::text::Coding;
///
/// assert_eq!(DataCoding(0xf5).coding(), Coding::Octets);
/// assert_eq!(DataCoding::new(Coding::Ucs2).with_class(0), DataCoding(0x18));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DataCoding(pub u8);

/// Tells that messages wait somewhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct MessageWaiting {
    /// Whether the message itself is to be stored; else it may be dropped when it was shown.
    pub store: bool,
    /// Whether messages wait; else there are none any more.
    pub active: bool,
    /// What waits: 0 voice mail, 1 fax, 2 electronic mail, 3 something else.
    pub kind: u8,
}

impl DataCoding {
    /// A scheme that says nothing but the coding.
    #[must_use]
    pub const fn new(coding: Coding) -> Self {
        Self(coding.bits())
    }

    /// The same coding with a message class: 0 (to be shown at once), 1 (for the device), 2 (for the SIM), 3 (for the
    /// terminal equipment). Only for schemes of the general group, such as [`new`](Self::new) makes.
    #[must_use]
    pub const fn with_class(self, class: u8) -> Self {
        Self(self.0 & 0xec | 0x10 | class & 0x03)
    }

    /// How the user data is coded.
    #[must_use]
    pub fn coding(self) -> Coding {
        match self.0 {
            0x00..=0x7f => Coding::of_bits(self.0),
            0xe0..=0xef => Coding::Ucs2,
            0xf0..=0xff if self.0 & 0x04 != 0 => Coding::Octets,
            _ => Coding::Gsm7,
        }
    }

    /// Whether the text is compressed (3GPP TS 23.042), and thus cannot be read here.
    #[must_use]
    pub const fn is_compressed(self) -> bool {
        self.0 & 0xa0 == 0x20
    }

    /// Whether the message is to be deleted when it was read.
    #[must_use]
    pub const fn deletes_itself(self) -> bool {
        self.0 & 0xc0 == 0x40
    }

    /// The message class, see [`with_class`](Self::with_class), if there is one.
    #[must_use]
    pub const fn class(self) -> Option<u8> {
        if self.0 & 0x90 == 0x10 || self.0 & 0xf0 == 0xf0 { Some(self.0 & 0x03) } else { None }
    }

    /// What the message tells about messages that wait somewhere else.
    #[must_use]
    pub const fn message_waiting(self) -> Option<MessageWaiting> {
        match self.0 {
            0xc0..=0xef => {
                Some(MessageWaiting { store: self.0 >= 0xd0, active: self.0 & 0x08 != 0, kind: self.0 & 0x03 })
            }
            _ => None,
        }
    }

    /// Whether the user data is text that can be read here, in septets.
    pub(super) fn is_septets(self) -> bool {
        self.coding() == Coding::Gsm7 && !self.is_compressed()
    }
}

impl fmt::Debug for DataCoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataCoding({:#04x})", self.0)
    }
}
