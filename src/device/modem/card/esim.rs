//! ISD-R of an embedded SIM: what programs that manage profiles ask first (GSMA SGP.22 §5.7, functions ES10b and ES10c).
//! There is one profile, which is the [`Sim`] itself; profiles cannot be loaded or deleted.

use super::super::sim::Sim;
use super::files::{Directory, digits};
use super::{Apdu, Bytes, Card, Reply, Sw, ins, take_tlv, tlv};

/// Security domain of the profile (GSMA SGP.22 §2.4.3).
const ISD_P: [u8; 16] = [0xa0, 0, 0, 0x05, 0x59, 0x10, 0x10, 0xff, 0xff, 0xff, 0xff, 0x89, 0, 0, 0x10, 0];
/// Key of the certificate issuer that the chip trusts: that of the GSMA's tests.
const ISSUER: [u8; 20] = [
    0xf5, 0x41, 0x72, 0xbd, 0xf9, 0x8a, 0x95, 0xd6, 0x5c, 0xbe, 0xb8, 0x8a, 0x38, 0xa1, 0xc1, 0x1d, 0x80, 0x0a, 0x85,
    0xc3,
];
/// Version of SGP.22 that is spoken.
const VERSION: [u8; 3] = [2, 2, 0];

impl Card {
    /// GET DATA and STORE DATA, which only ISD-R has.
    pub(super) fn manage_profiles(&mut self, sim: &mut Sim, number: u8, apdu: &Apdu<'_>) -> Result<Reply, Sw> {
        let selected = self.channel(number).map(|channel| channel.directory);
        if selected != Some(Directory::IsdR) || !sim.esim {
            return Err(Sw::WRONG_INSTRUCTION);
        }
        if apdu.instruction == ins::GET_DATA {
            let mut answer = Bytes::new();
            return match (apdu.p1, apdu.p2) {
                (0x00, 0x5a) => {
                    tlv(&mut answer, &[0x5a], &eid(sim));
                    Ok(Reply::Now(answer))
                }
                _ => Err(Sw::NO_REFERENCE),
            };
        }
        // P1: the last block, or another one follows. P2 counts them.
        let is_last = match apdu.p1 {
            0x91 => true,
            0x11 => false,
            _ => return Err(Sw::WRONG_PARAMETERS),
        };
        if self.storing != Some(number) || apdu.p2 == 0 {
            self.storing = Some(number);
            self.stored.clear();
        }
        if self.stored.extend_from_slice(apdu.content()?).is_err() {
            self.storing = None;
            return Err(Sw::NO_MEMORY);
        }
        if !is_last {
            return Ok(Reply::Done);
        }
        self.storing = None;
        let request = core::mem::take(&mut self.stored);
        answer(sim, &request).map(Reply::Waiting)
    }
}

fn eid(sim: &Sim) -> [u8; 16] {
    let mut bytes = [0; 16];
    let digit = |c: char| c.to_digit(10).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0);
    let mut all = sim.eid.chars();
    for byte in &mut bytes {
        let (high, low) = (all.next().map_or(0, digit), all.next().map_or(0, digit));
        *byte = high.wrapping_shl(4) | low;
    }
    bytes
}

fn iccid(sim: &Sim) -> Bytes {
    let mut bytes = Bytes::new();
    digits(&sim.iccid, &mut bytes);
    let _ = bytes.resize(10, 0xff);
    bytes
}

/// One object of a request.
fn only(bytes: &[u8]) -> Result<(u16, &[u8]), Sw> {
    match take_tlv(bytes) {
        Some((tag, value, [])) => Ok((tag, value)),
        _ => Err(Sw::WRONG_DATA),
    }
}

fn answer(sim: &mut Sim, request: &[u8]) -> Result<Bytes, Sw> {
    let (tag, value) = only(request)?;
    let mut inner = Bytes::new();
    match tag {
        // GetEuiccInfo1
        0xbf20 => {
            tlv(&mut inner, &[0x82], &VERSION);
            issuers(&mut inner);
        }
        // GetEuiccInfo2
        0xbf22 => {
            tlv(&mut inner, &[0x81], &[2, 1, 0]);
            tlv(&mut inner, &[0x82], &VERSION);
            tlv(&mut inner, &[0x83], &[1, 0, 0]);
            // No application beside the profile, and no room for another profile.
            tlv(&mut inner, &[0x84], &[0x81, 0x01, 0x00, 0x82, 0x01, 0x00, 0x83, 0x01, 0x00]);
            // USIM, ISIM and Milenage.
            tlv(&mut inner, &[0x85], &[0x04, 0x36, 0x00]);
            tlv(&mut inner, &[0x88], &[0x07, 0x00]);
            issuers(&mut inner);
            tlv(&mut inner, &[0x04], &[0, 0, 1]);
            tlv(&mut inner, &[0x0c], b"wwan");
        }
        // ListNotification: there are none.
        0xbf28 => tlv(&mut inner, &[0xa0], &[]),
        // GetProfilesInfo
        0xbf2d => {
            let mut profile = Bytes::new();
            tlv(&mut profile, &[0x5a], &iccid(sim));
            tlv(&mut profile, &[0x4f], &ISD_P);
            tlv(&mut profile, &[0x9f, 0x70], &[u8::from(sim.profile)]);
            tlv(&mut profile, &[0x91], sim.home_name.get(..32).unwrap_or(&sim.home_name).as_bytes());
            tlv(&mut profile, &[0x92], sim.home_name.as_bytes());
            // Operational.
            tlv(&mut profile, &[0x95], &[2]);
            let mut list = Bytes::new();
            if is_meant(sim, value)? {
                tlv(&mut list, &[0xe3], &profile);
            }
            tlv(&mut inner, &[0xa0], &list);
        }
        // EnableProfile, DisableProfile
        0xbf31 | 0xbf32 => tlv(&mut inner, &[0x80], &[switch(sim, value, tag == 0xbf31)?]),
        // GetEuiccConfiguredAddresses: no server of its own, and the discovery server of the GSMA's tests.
        0xbf3c => tlv(&mut inner, &[0x81], b"testrootsmds.gsma.com"),
        // GetEID
        0xbf3e if value == [0x5c, 0x01, 0x5a] => tlv(&mut inner, &[0x5a], &eid(sim)),
        // GetRAT: whatever a profile allows.
        0xbf43 => {}
        _ => return Err(Sw::WRONG_DATA),
    }
    let mut answer = Bytes::new();
    tlv(&mut answer, &tag.to_be_bytes(), &inner);
    Ok(answer)
}

fn issuers(to: &mut Bytes) {
    let mut list = Bytes::new();
    tlv(&mut list, &[0x04], &ISSUER);
    for tag in [0xa9, 0xaa] {
        tlv(to, &[tag], &list);
    }
}

/// Whether a search for profiles finds the only one; the list of wanted tags is ignored, since all are told.
fn is_meant(sim: &Sim, mut criteria: &[u8]) -> Result<bool, Sw> {
    while !criteria.is_empty() {
        let (tag, value, rest) = take_tlv(criteria).ok_or(Sw::WRONG_DATA)?;
        criteria = rest;
        if tag != 0xa0 {
            continue;
        }
        return is_named(sim, value);
    }
    Ok(true)
}

fn is_named(sim: &Sim, name: &[u8]) -> Result<bool, Sw> {
    let (tag, value) = only(name)?;
    Ok(match tag {
        0x5a => value == &*iccid(sim),
        0x4f => value == ISD_P,
        0x95 => value == [2],
        _ => return Err(Sw::WRONG_DATA),
    })
}

/// Enables or disables the profile: 0 done, 1 there is no such profile, 2 it is so already.
fn switch(sim: &mut Sim, request: &[u8], on: bool) -> Result<u8, Sw> {
    let Some((0xa0, named, _)) = take_tlv(request) else {
        return Err(Sw::WRONG_DATA);
    };
    if !is_named(sim, named)? {
        return Ok(1);
    }
    if sim.profile == on {
        return Ok(2);
    }
    sim.profile = on;
    Ok(0)
}
