//! u-blox.

use crate::parameter::{Rest, Str, Word};

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Data waits.
    UUsord = "+UUSORD" (socket: u8, length: u16);
    /// Datagrams wait.
    UUsorf = "+UUSORF" (socket: u8, length: u16);
    /// A socket closed.
    UUsocl = "+UUSOCL" (socket: u8);
    /// A socket connected.
    UUsoco = "+UUSOCO" (socket: u8, error: u8);
    /// A connection was taken.
    UUsoli<'a> = "+UUSOLI" (socket: u8, address: Str<'a>, port: u16, listening: u8, local_address: Str<'a>, local_port: u16);
    /// Context activated.
    UUpsda<'a> = "+UUPSDA" (result: u8, address: Option<Str<'a>>);
    /// Context lost.
    UUpsdd = "+UUPSDD" (profile: u8);
    /// What a request brought.
    UUhttpcr = "+UUHTTPCR" (profile: u8, command: u8, result: u8);
    /// Broker.
    UUmqttc<'a> = "+UUMQTTC" (command: u8, result: i8, rest: Rest<'a>);
    /// Card.
    UUsimstat = "+UUSIMSTAT" (state: u8);
    /// Call.
    UCallstat = "+UCALLSTAT" (call: u8, stat: u8);
    /// Registration.
    URegister = "+UREG" (state: u8);
    /// Message waiting.
    UMwi = "+UMWI" (status: u8, indicator: Option<u8>);
    /// The phonebook is loaded.
    PbReady = "+PBREADY";
    /// Ready.
    AtReady<'a> = "+AT" (state: Word<'a>);
    /// Datagrams were sent.
    UUsost = "+UUSOST" (socket: u8, length: u16);
    /// What a file transfer brought.
    UUftpcr = "+UUFTPCR" (command: u8, result: u8);
    /// Data of a file transfer.
    UUftpcd<'a> = "+UUFTPCD" (command: u8, length: u32, data: Rest<'a>);
    /// An echo.
    UUping<'a> = "+UUPING" (retry: u8, size: u16, host: Str<'a>, address: Str<'a>, ttl: u8, milliseconds: i32);
    /// No echo.
    UUpinger = "+UUPINGER" (error: u8);
    /// A tone was heard.
    UUdtmfd<'a> = "+UUDTMFD" (tone: Word<'a>);
    /// Temperature.
    UUsts = "+UUSTS" (mode: u8, event: u8);
    /// Positioning.
    UUgind = "+UUGIND" (system: u8, state: u8);
    /// A position.
    UUloc<'a> = "+UULOC" (position: Rest<'a>);
    /// A secure session.
    UUseco<'a> = "+UUSECO" (rest: Rest<'a>);
    /// A firmware is installed.
    UUfwinstall = "+UUFWINSTALL" (result: u8);
    /// Firmware over the air.
    UFotastat<'a> = "+UFOTASTAT" (state: Rest<'a>);
    /// Preferred network list is not restricted.
    Pacsp0 = "+PACSP0";
    /// The direct link ended.
    Disconnect = "DISCONNECT";
    /// A peer connected (short range).
    UUdpc<'a> = "+UUDPC" (peer: u8, kind: u8, rest: Rest<'a>);
    /// A peer disconnected (short range).
    UUdpd = "+UUDPD" (peer: u8);
}
