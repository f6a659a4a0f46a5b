//! Telling a proxy which modem is wanted, so that programs can share it.

use mbim_wire::message::{CommandType, IndicateStatus};
use mbim_wire::service::proxy_control::{
    Configuration, ConfigurationSet, PROXY_CONTROL, Version, VersionNotification, VersionNotificationView,
};
use mbim_wire::{Command as _, View as _};

use super::{CommandId, Outcome, Procedure, Question, Step, fail};
use crate::time::{Instant, Millis};

/// How much longer than opening the proxy may take: it asks a silent modem for 5 s whether it is still there.
const SLACK: Millis = Millis::from_secs(10);

/// Tells the proxy at the other end which device is meant, and waits until that is open: the first message of a
/// connection to mbim-proxy, before OPEN, and again after the function was lost.
///
/// Other programs may have agreed on versions of Microsoft's extensions with the modem already. They hold for all, and
/// the proxy then indicates them (PROXY_CONTROL VERSION) before it answers.
#[derive(Clone, Copy, Debug)]
pub struct ConfigureProxy<'a> {
    set: ConfigurationSet<'a>,
    timeout: Millis,
}

impl<'a> ConfigureProxy<'a> {
    /// The device node at `path`; opening it may take as long as `timeout`, in whole seconds, rounded up.
    #[must_use]
    pub fn new(path: &'a str, timeout: Millis) -> Self {
        let set = ConfigurationSet { device_path: path.into(), timeout: timeout.0.div_ceil(1000) };
        Self { set, timeout: Millis(timeout.0.saturating_add(SLACK.0)) }
    }
}

impl Procedure for ConfigureProxy<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let command = CommandId::of::<Configuration>();
        match outcome {
            Outcome::Begin => {
                Step::Ask(Question { command, kind: CommandType::SET, params: &self.set, timeout: self.timeout })
            }
            Outcome::Answer(_) => Step::Done,
            outcome => fail(command, outcome),
        }
    }
}

/// The versions in force, if it is them that the proxy indicates: after the device was chosen, and whenever one of the
/// programs agrees upon others.
#[must_use]
pub fn proxy_versions(indication: &IndicateStatus<'_>) -> Option<VersionNotification> {
    if (indication.service, indication.cid) != (PROXY_CONTROL, Version::CID) {
        return None;
    }
    VersionNotificationView::new(indication.body).read().ok()
}
