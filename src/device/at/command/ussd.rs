//! Dialogues with the network (3GPP TS 27.007 §7.15).

use at_wire::Writer;
use at_wire::command::services as wire;
use at_wire::policy::Form;
use at_wire::text::Text as Coded;
use at_wire::text::charset::Charset;
use at_wire::text::hex;
use at_wire::ussd::{self, MAX_LEN, UssdString};

use super::super::call::{Call, Outcome, Step};
use super::super::failure::INVALID;
use super::super::tell::Tell;
use super::Served;
use crate::device::modem::event::Change;
use crate::device::modem::ussd::{Reply, TEXT_LEN, UssdResponse};
use crate::device::modem::{Failure, Text, text};

pub(super) static SERVED: &[Served] = &[Served::new("+CUSD", "(0-2)", dialogue)];

fn dialogue(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return call.stored();
    }
    let request = call.request::<wire::cusd::Set<'_>>()?;
    let (now, by) = (call.now, call.origin());
    let n = request.n.unwrap_or(0);
    match n {
        0 | 1 => call.settings().values.cusd = n.into(),
        2 => {
            call.modem.cancel_ussd(now, by);
            if let Some(ticket) = call.core.kept.dialogue.take() {
                call.modem.abandon(now, ticket);
            }
            return Ok(Step::Done);
        }
        _ => return Err(INVALID),
    }
    let Some(string) = request.text else { return Ok(Step::Done) };
    let said: Text<TEXT_LEN> = match call.text(string) {
        Ok(said) => said,
        // Some hosts write digits and stars as they are, whatever the character set.
        Err(_) if call.settings().charset == Charset::Ucs2 => call.plain(string)?,
        Err(refused) => return Err(refused),
    };
    let said = in_digits(call, &said).unwrap_or(said);
    let mut buf = [0; MAX_LEN];
    let said = ussd::write(Coded::from(said.as_str()), &mut buf)?;
    let ticket = match call.modem.in_ussd() {
        true => call.modem.continue_ussd(now, by, said.coding.0, said.octets)?,
        false => call.modem.begin_ussd(now, by, said.coding.0, said.octets)?,
    };
    if n == 1 {
        // The answer is a URC; the request is done.
        call.core.kept.dialogue = Some(ticket);
        return Ok(Step::Done);
    }
    call.wait_abortable(ticket, 0, |_, _, outcome: Result<(), Failure>| {
        outcome?;
        Ok(Step::Done)
    })
}

/// What a string of hexadecimal digits says, from hosts that write the bytes of their character set so, whatever it is.
/// Such a host shows itself with the code that begins a dialogue, and writes the rest of it so, too.
fn in_digits(call: &mut Call<'_, '_>, said: &str) -> Option<Text<TEXT_LEN>> {
    let mut buf = [0; TEXT_LEN];
    let decoded = hex::decode(said.as_bytes(), &mut buf).ok().and_then(|bytes| core::str::from_utf8(bytes).ok());
    let begins = !call.modem.in_ussd();
    let is_code = decoded.is_some_and(|text| {
        text.starts_with(['*', '#']) && text.bytes().all(|byte| matches!(byte, b'*' | b'#' | b'0'..=b'9'))
    });
    if begins {
        call.core.kept.ussd_digits = is_code;
    }
    decoded.filter(|_| call.core.kept.ussd_digits).map(text)
}

fn response(reply: &Reply) -> u8 {
    match reply.response {
        UssdResponse::Done => 0,
        UssdResponse::Question => 1,
        UssdResponse::Terminated => 2,
        UssdResponse::OtherClient => 3,
        UssdResponse::NotSupported => 4,
        _ => 5,
    }
}

pub(super) fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    let Change::Ussd(number) = change else { return };
    let Some(reply) = tell.modem.ussd_reply(*number).cloned() else { return };
    if reply.response == UssdResponse::OtherClient && tell.modem.ussd_host() == Some(tell.core.config.origin) {
        return;
    }
    say(tell, &reply);
}

/// What the network says to the host's own words.
pub(super) fn later(tell: &mut Tell<'_, '_>) {
    let Some(outcome) = tell.core.kept.dialogue.and_then(|ticket| tell.modem.outcome(ticket)) else { return };
    tell.core.kept.dialogue = None;
    let by = tell.core.config.origin;
    let number = tell.modem.ussd_answer(by).filter(|_| outcome.is_ok());
    match number.and_then(|number| tell.modem.ussd_reply(number).cloned()) {
        Some(reply) => say(tell, &reply),
        // The network hears nothing any more.
        None if tell.settings().values.cusd == 1 => tell.urc("+CUSD", &mut |line| line.integer(2)),
        None => {}
    }
}

fn say(tell: &mut Tell<'_, '_>, reply: &Reply) {
    if tell.settings().values.cusd != 1 {
        return;
    }
    let charset = tell.settings().charset;
    let m = response(reply);
    let string = UssdString { coding: reply.coding, octets: &reply.octets };
    let mut buf = [0; 1024];
    let text = string.text().ok().filter(|text| !text.is_empty());
    let written = text.and_then(|text| {
        let mut writer = Writer::new(&mut buf);
        // What the set does not have is written in one that has everything.
        let charset = if charset.contains(text) { charset } else { Charset::Ucs2 };
        charset.write(text, &mut writer);
        writer.finish().ok().map(|written| &*written)
    });
    let dcs = reply.coding.0;
    tell.urc("+CUSD", &mut |line| {
        line.integer(m.into());
        if let Some(written) = written {
            line.quoted(written);
            line.integer(dcs.into());
        }
    });
}
