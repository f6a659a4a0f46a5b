//! Sequans.

use crate::parameter::{Rest, Str};

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Ready.
    Sysstart = "+SYSSTART";
    /// Data waits.
    Ring<'a> = "+SQNSRING" (connection: u8, rest: Rest<'a>);
    /// A socket closed.
    Sh = "+SQNSH" (connection: u8);
    /// A broker was reached.
    MqttOnConnect<'a> = "+SQNSMQTTONCONNECT" (client: u8, rest: Rest<'a>);
    /// A message came.
    MqttOnMessage<'a> = "+SQNSMQTTONMESSAGE" (client: u8, topic: Str<'a>, rest: Rest<'a>);
    /// A broker was lost.
    MqttOnDisconnect<'a> = "+SQNSMQTTONDISCONNECT" (client: u8, rest: Rest<'a>);
}
