//! What access points are used for: which name a session of a kind asks for.

use heapless::Vec;

use super::bearer::Purpose;
use super::{Failure, Modem, Reason, Text};

/// Access points whose uses are known.
pub const TYPED: usize = 8;

bitflags::bitflags! {
    /// What an access point is used for.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct ApnTypes: u16 {
        /// The internet.
        const DEFAULT = 1 << 0;
        /// IMS.
        const IMS = 1 << 1;
        /// Multimedia messages.
        const MMS = 1 << 2;
        /// Devices behind this one.
        const DUN = 1 << 3;
        /// Positioning.
        const SUPL = 1 << 4;
        /// The internet, before others.
        const HIPRI = 1 << 5;
        /// Updates of the firmware.
        const FOTA = 1 << 6;
        /// Services of the operator.
        const CBS = 1 << 7;
        /// The first attach.
        const IA = 1 << 8;
        /// Emergency calls.
        const EMERGENCY = 1 << 9;
    }
}

/// An access point and its uses.
type Typed = (Text<100>, ApnTypes);

/// What hosts have said.
#[derive(Debug, Default)]
pub(super) struct ApnTable(Vec<Typed, TYPED>);

impl Modem {
    /// The access point for a use: the one that a host has named for it, else the one stored for the internet or for IMS.
    #[must_use]
    pub fn apn_for(&self, wanted: ApnTypes) -> Option<&str> {
        let named = self.apn_types.0.iter().find(|(_, types)| types.intersects(wanted));
        if let Some((apn, _)) = named {
            return Some(apn);
        }
        if wanted.intersects(ApnTypes::IMS) {
            return self.ims_policy().apns.first().map(Text::as_str).filter(|apn| !apn.is_empty());
        }
        let internet = wanted.intersects(ApnTypes::DEFAULT | ApnTypes::HIPRI | ApnTypes::IA);
        let stored = self.contexts().iter().find(|context| context.purpose == Purpose::INTERNET && !context.disabled);
        stored.filter(|_| internet).map(|context| context.apn.as_str())
    }

    /// A host says what an access point is used for; it is used for nothing else then, and nothing else for that.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] without a name, [`Reason::TooLong`], [`Reason::Full`]. Nothing is changed then.
    pub fn set_apn_types(&mut self, apn: &str, types: ApnTypes) -> Result<(), Failure> {
        if apn.is_empty() {
            return Err(Reason::Invalid.into());
        }
        let name = Text::try_from(apn).map_err(|_| Failure::from(Reason::TooLong))?;
        let mut table = self.apn_types.0.clone();
        for (_, others) in &mut table {
            others.remove(types);
        }
        table.retain(|(known, others)| *known != name && !others.is_empty());
        if !types.is_empty() {
            table.push((name, types)).map_err(|_| Failure::from(Reason::Full))?;
        }
        self.apn_types.0 = table;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Setup;
    use super::*;
    use crate::time::Instant;

    #[test]
    fn each_use_has_one_access_point() {
        let mut modem = Modem::new(Instant(0), Setup::default());
        assert_eq!(modem.apn_for(ApnTypes::DEFAULT), Some("internet"));
        assert_eq!(modem.apn_for(ApnTypes::IMS), Some("ims"));
        assert_eq!(modem.apn_for(ApnTypes::MMS), None);
        modem.set_apn_types("a", ApnTypes::MMS | ApnTypes::DEFAULT).unwrap();
        modem.set_apn_types("b", ApnTypes::DEFAULT).unwrap();
        assert_eq!(modem.apn_for(ApnTypes::DEFAULT), Some("b"));
        assert_eq!(modem.apn_for(ApnTypes::MMS), Some("a"));
        modem.set_apn_types("b", ApnTypes::empty()).unwrap();
        assert_eq!(modem.apn_for(ApnTypes::DEFAULT), Some("internet"));
        assert_eq!(modem.set_apn_types("", ApnTypes::MMS), Err(Reason::Invalid.into()));
    }
}
