//! ZTE.

use crate::parameter::{Rest, Str};

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Card.
    Usimr = "+ZUSIMR" (n: u8);
    /// Operator.
    Donr<'a> = "+ZDONR" (rest: Rest<'a>);
    /// Technology.
    Pasr<'a> = "+ZPASR" (technology: Str<'a>);
    /// Packet state.
    Zpstm<'a> = "+ZPSTM" (state: Rest<'a>);
    /// A connection ended.
    Zend<'a> = "+ZEND" (rest: Rest<'a>);
    /// Signal.
    Zrssi<'a> = "+ZRSSI" (levels: Rest<'a>);
    /// Service.
    Zsrvtype<'a> = "+ZSRVTYPE" (service: Rest<'a>);
    /// Signal.
    CSq = "+CSQ" (rssi: u8, ber: Option<u8>);
}
