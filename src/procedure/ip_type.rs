//! Which addresses a connection is to have, for all protocols that do not have a type of their own for it.

/// Address families.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum IpType {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
    /// Both; one is enough.
    #[default]
    V4V6,
}
