//! ATR: AT commands that travel in messages, and their answers.
//!
//! The model has no interpreter of AT commands. What is here knows the commands that ask who the device is, and says ERROR
//! to all others, as modems do to what they do not know.

use core::fmt::Write as _;

use heapless::String;
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, atr::*};

use super::super::call::{Call, Outcome, Refused, Step};
use super::{Served, Service, always, keeps_nothing, leaves_nothing, tells_nothing};
use crate::device::modem::Modem;

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::ATR,
    version: (1, 0),
    messages: &[Served::of::<send::Message>(command)],
    offered: always,
    client: keeps_nothing,
    released: leaves_nothing,
    tell: tells_nothing,
};

/// Bytes of the longest answer.
const ANSWER: usize = 160;

fn command(call: &mut Call<'_, '_>) -> Outcome {
    let message = call.request::<send::Message>().message()?;
    let line = message.to_str().ok_or(Refused(ProtocolError::INVALID_ARGUMENT))?;
    call.answer::<send::Message>(|_, _| {})?;
    let mut answer: String<ANSWER> = String::new();
    if respond(call.modem, line.trim_ascii(), &mut answer).is_err() {
        answer.clear();
        let _ = answer.push_str("\r\nERROR\r\n");
    }
    call.indicate::<received_indication::Message>(|r, _| {
        r.message(answer.as_str().into());
    });
    Ok(Step::Answered)
}

/// Writes the answer to a line; fails on what is not known.
fn respond(modem: &Modem, line: &str, answer: &mut String<ANSWER>) -> core::fmt::Result {
    let is = |name: &str| {
        line.get(..2).is_some_and(|at| at.eq_ignore_ascii_case("AT")) && {
            line.get(2..).is_some_and(|command| command.eq_ignore_ascii_case(name))
        }
    };
    let identity = modem.identity();
    if is("") {
        // Nothing is asked.
    } else if is("I") || is("I0") {
        write!(answer, "\r\n{}\r\n{}\r\n{}\r\n", identity.manufacturer, identity.model, identity.firmware)?;
    } else if is("+CGMI") || is("+GMI") {
        write!(answer, "\r\n{}\r\n", identity.manufacturer)?;
    } else if is("+CGMM") || is("+GMM") {
        write!(answer, "\r\n{}\r\n", identity.model)?;
    } else if is("+CGMR") || is("+GMR") {
        write!(answer, "\r\n{}\r\n", identity.firmware)?;
    } else if is("+CGSN") || is("+GSN") {
        write!(answer, "\r\n{}\r\n", identity.imei)?;
    } else {
        return Err(core::fmt::Error);
    }
    write!(answer, "\r\nOK\r\n")
}
