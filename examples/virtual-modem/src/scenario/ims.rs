//! The table of a scenario about IMS.

use wwan::device::modem::ims::{ImsServices, ImsSetup};

use super::read::{Flags, Keys, Problem, Table, Words};

const SERVICES: &Words<ImsServices> = &[
    ("registration", ImsServices::REGISTRATION),
    ("voice", ImsServices::VOICE),
    ("video", ImsServices::VIDEO),
    ("wifi", ImsServices::WIFI),
    ("ut", ImsServices::UT),
    ("sms", ImsServices::SMS),
    ("ussd", ImsServices::USSD),
    ("presence", ImsServices::PRESENCE),
    ("autoconfig", ImsServices::AUTOCONFIG),
    ("xdm", ImsServices::XDM),
    ("rcs", ImsServices::RCS),
    ("carrier-config", ImsServices::CARRIER_CONFIG),
];

impl Keys for ImsSetup {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("network", &mut self.network)?;
        table.put("refuses", &mut self.refuses)?;
        table.put("reason", &mut self.reason)?;
        table.put("services", &mut Flags(&mut self.services, SERVICES))?;
        if let Some(apn) = table.get("apn")? {
            let [first, ..] = &mut self.policy.apns;
            *first = apn;
        }
        Ok(())
    }
}
