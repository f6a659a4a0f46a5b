//! Telling a proxy which modem is wanted, so that programs can share it.

use qmi_wire::EncodeError;
use qmi_wire::frame::MessageWriter;
use qmi_wire::service::ctl::internal_proxy_open;
use qmi_wire::text::Rest;

use super::{MessageId, Outcome, Procedure, Question, Request, Step, fail};
use crate::time::{Instant, Millis};

/// Tells the proxy at the other end which device is meant, and waits until the proxy has opened that: the first message of a
/// connection to qmi-proxy, before anything else.
///
/// A proxy may answer why it cannot; the usual one hangs up instead. After the modem was lost, connect again.
#[derive(Clone, Copy, Debug)]
pub struct OpenProxy<'a> {
    path: &'a str,
    timeout: Millis,
}

impl<'a> OpenProxy<'a> {
    /// The device node at `path`; opening it may take that long. Other hosts allow five seconds.
    #[must_use]
    pub const fn new(path: &'a str, timeout: Millis) -> Self {
        Self { path, timeout }
    }
}

impl Request for OpenProxy<'_> {
    fn write<'b>(&self, mut message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        message.put(1, &Rest::<{ usize::MAX }>::from(self.path));
        message.finish()
    }
}

impl Procedure for OpenProxy<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let message = MessageId::of::<internal_proxy_open::Message>();
        match outcome {
            Outcome::Begin => Step::Ask(Question::new(message, self).within(self.timeout)),
            Outcome::Answer(_) => Step::Done,
            outcome => fail(message, outcome),
        }
    }
}
