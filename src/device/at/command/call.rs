//! Calls: dialling, answering, hanging up, what there is and who calls (ITU-T V.250 §6.3, 3GPP TS 27.007 §6 and §7).

use at_wire::command::call as wire;
use at_wire::command::services;
use at_wire::parameter::LineWriter;
use at_wire::policy::Form;
use at_wire::result::FinalResult;
use heapless::Vec;

use super::super::RING;
use super::super::call::{Call, On, Outcome, Step, Wait};
use super::super::failure::{INVALID, NOT_ALLOWED, NOT_SUPPORTED, Refused};
use super::super::tell::Tell;
use super::Served;
use crate::device::modem::event::Change;
use crate::device::modem::voice::{
    CALLS, Call as Voice, CallEnd, CallEvent, CallState, Manage, Notice, Supplementary, is_tone,
};
use crate::device::modem::{Failure, Modem, Reason, Text, text};

pub(super) static SERVED: &[Served] = &[
    Served::whole("D", dial),
    Served::whole("A", answer),
    Served::whole("H", hang_up),
    Served::whole("O", online),
    Served::new("+CHUP", "", hang_up),
    Served::new("+CLCC", "", calls),
    Served::new("+CHLD", "(0,1,1x,2,2x,3,4)", hold),
    Served::new("+VTS", "(0-9,*,#,A,B,C,D)", tones),
    Served::new("+CPAS", "(0,3,4)", activity),
    Served::new("+CLIP", "(0,1)", |call| provisioned(call, 1)),
    Served::new("+COLP", "(0,1)", |call| provisioned(call, 1)),
    Served::new("+CDIP", "(0,1)", |call| provisioned(call, 0)),
    Served::new("+CNAP", "(0,1)", |call| provisioned(call, 0)),
    Served::new("+CLIR", "(0-2)", |call| provisioned(call, 4)),
    Served::new("+CCWA", "(0,1)", waiting),
    Served::new("+CCFC", "(0-5)", forwarding),
    Served::new("+CNUM", "", own_numbers),
];

/// The type of an address: 145 with a `+` in front.
pub(super) fn kind(number: &str) -> u8 {
    if number.starts_with('+') { 145 } else { 129 }
}

/// Digits to dial: pauses and blanks do not count.
fn digits(string: &[u8]) -> Result<Text<21>, Refused> {
    let mut number = Text::new();
    for byte in string {
        match byte {
            b'0'..=b'9' | b'*' | b'#' | b'+' => {
                number.push(char::from(*byte)).map_err(|_| Refused::Cme(26))?;
            }
            b'A'..=b'D' | b'a'..=b'd' => {
                number.push(char::from(byte.to_ascii_uppercase())).map_err(|_| Refused::Cme(26))?;
            }
            // Pauses, the kind of dialling, and how the number is shown.
            b' ' | b',' | b'-' | b'P' | b'p' | b'T' | b't' | b'W' | b'w' | b'!' | b'@' | b'I' | b'i' | b'G' | b'g' => {}
            _ => return Err(Refused::Cme(27)),
        }
    }
    Ok(number)
}

fn dial(call: &mut Call<'_, '_>) -> Outcome {
    let string = call.command.parameters.trim_ascii();
    let (string, is_voice) = match string.strip_suffix(b";") {
        Some(string) => (string.trim_ascii(), true),
        None => (string, false),
    };
    // Tone or pulse in front.
    let string = string.strip_prefix(b"T").or_else(|| string.strip_prefix(b"P")).unwrap_or(string).trim_ascii();
    if string.starts_with(b"*9") && string.ends_with(b"#") && !is_voice {
        return super::packet::dial(call, string);
    }
    if !is_voice {
        // There are no data calls by circuit.
        return Err(Refused::Result(FinalResult::NoCarrier));
    }
    let number = match string.strip_prefix(b">") {
        Some(entry) => super::phonebook::number_of(call, entry.trim_ascii())?,
        None => digits(string)?,
    };
    let id = call.modem.dial(call.now, call.origin(), &number).map_err(|failure| match failure.reason {
        Reason::NotRegistered | Reason::NoNetworks | Reason::RadioOff => Refused::Result(FinalResult::NoCarrier),
        Reason::Invalid => Refused::Cme(27),
        _ => failure.into(),
    })?;
    call.core.kept.own_call = Some(id);
    if call.settings().values.colp == 0 {
        // The call goes on by itself.
        return Ok(Step::Done);
    }
    let then = |call: &mut Call<'_, '_>, id: u32, _: Result<(), Failure>| {
        let found = call.modem.calls().iter().find(|other| u32::from(other.id) == id);
        match found.map(|other| (other.state, other.number.clone())) {
            Some((CallState::Active, number)) => {
                let (kind, lead) = (kind(&number), call.core.lead());
                call.line(&mut |writer| {
                    writer.bytes(b"+COLP");
                    let mut line = LineWriter::answer(writer, lead);
                    line.quoted(number.as_bytes());
                    line.integer(kind.into());
                })?;
                Ok(Step::Done)
            }
            Some((CallState::Ended(end), _)) => {
                call.core.told.awaited_call = u8::try_from(id).ok();
                Ok(Step::Final(result_of(end)))
            }
            _ => Ok(Step::Final(FinalResult::NoCarrier)),
        }
    };
    Ok(Step::Wait(Wait { on: On::Call(id), context: id.into(), then, abort: Some(FinalResult::NoCarrier) }))
}

fn result_of(end: CallEnd) -> FinalResult<'static> {
    match end {
        CallEnd::Busy => FinalResult::Busy,
        CallEnd::NoAnswer => FinalResult::NoAnswer,
        CallEnd::NoService => FinalResult::NoDialtone,
        _ => FinalResult::NoCarrier,
    }
}

/// The causes of 3GPP TS 24.008 annex H.
fn cause_of(end: CallEnd) -> u32 {
    match end {
        CallEnd::Here | CallEnd::There | CallEnd::Transferred => 16,
        CallEnd::Busy => 17,
        CallEnd::NoAnswer => 19,
        CallEnd::Rejected => 21,
        CallEnd::Unassigned => 1,
        CallEnd::NoService => 38,
    }
}

fn ringing(modem: &Modem) -> Option<&Voice> {
    modem.calls().iter().find(|call| matches!(call.state, CallState::Incoming | CallState::Waiting))
}

fn answer(call: &mut Call<'_, '_>) -> Outcome {
    let Some(id) = ringing(call.modem).map(|ringing| ringing.id) else {
        return Ok(Step::Final(FinalResult::NoCarrier));
    };
    call.modem.answer_call(call.now, call.origin(), id)?;
    call.core.kept.own_call = Some(id);
    Ok(Step::Done)
}

fn hang_up(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Execute {
        return Err(NOT_SUPPORTED);
    }
    if call.name == "H" && call.number()? > 1 {
        return Err(Refused::Error);
    }
    let calls = call.name != "H" || call.settings().values.cvhu != 1;
    call.core.hang_up(call.now, call.modem, calls);
    Ok(Step::Done)
}

/// Back to data.
fn online(call: &mut Call<'_, '_>) -> Outcome {
    if call.number()? > 1 {
        return Err(Refused::Error);
    }
    match call.core.escaped {
        Some(online) if super::packet::is_up(call.modem, online.session) => Ok(Step::Connect(online)),
        _ => {
            call.core.escaped = None;
            Ok(Step::Final(FinalResult::NoCarrier))
        }
    }
}

fn calls(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Execute {
        return Err(NOT_SUPPORTED);
    }
    let list: Vec<(u8, bool, CallState, bool, Text<21>), CALLS> = crate::device::collect(
        call.modem
            .calls()
            .iter()
            .filter(|call| call.is_live())
            .map(|call| (call.id, call.incoming, call.state, call.conference, call.number.clone())),
    );
    for (id, incoming, state, conference, number) in &list {
        let stat = match state {
            CallState::Active => 0_u8,
            CallState::Held => 1,
            CallState::Dialling => 2,
            CallState::Alerting => 3,
            CallState::Incoming => 4,
            CallState::Waiting => 5,
            CallState::Ended(_) => continue,
        };
        call.answer(&wire::clcc::ExecuteAnswer {
            id: *id,
            dir: u8::from(*incoming),
            stat,
            mode: 0,
            mpty: Some(u8::from(*conference)),
            number: (!number.is_empty()).then(|| number.as_str().into()),
            kind: (!number.is_empty()).then(|| kind(number)),
            alpha: None,
            priority: None,
            cli_validity: None,
        })?;
    }
    Ok(Step::Done)
}

fn hold(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    let what = match *call.request::<wire::chld::Set<'_>>()?.n.0 {
        [b'0'] => Manage::ReleaseHeld,
        [b'1'] => Manage::ReleaseActive,
        [b'2'] => Manage::HoldActive,
        [b'3'] => Manage::Join,
        [b'4'] => Manage::Transfer,
        [b'1', id @ b'1'..=b'7'] => Manage::Release(id.saturating_sub(b'0')),
        [b'2', id @ b'1'..=b'7'] => Manage::HoldExcept(id.saturating_sub(b'0')),
        _ => return Err(INVALID),
    };
    call.modem.manage_calls(call.now, call.origin(), what)?;
    Ok(Step::Done)
}

fn tones(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    let request = call.request::<wire::vts::Set<'_>>()?;
    let mut tones: Text<32> = Text::new();
    for byte in request.dtmf.0.iter().map(u8::to_ascii_uppercase).filter(|byte| *byte != b',') {
        let tone = char::from(byte);
        if !is_tone(tone) {
            return Err(INVALID);
        }
        tones.push(tone).map_err(|_| INVALID)?;
    }
    let active = call.modem.calls().iter().find(|call| call.state == CallState::Active).map(|call| call.id);
    let id = active.ok_or(NOT_ALLOWED)?;
    call.modem.send_tones(call.now, id, &tones)?;
    Ok(Step::Done)
}

fn activity(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Execute {
        return Err(NOT_SUPPORTED);
    }
    let any = call.modem.calls().iter().any(Voice::is_live);
    let pas = match () {
        () if ringing(call.modem).is_some() => 3_u8,
        () if any => 4,
        () => 0,
    };
    call.say_number(pas)
}

/// Commands that tell with the setting what the network provides.
fn provisioned(call: &mut Call<'_, '_>, provision: u8) -> Outcome {
    if call.form() != Form::Read {
        return call.stored();
    }
    let values = call.settings().values;
    let n = match call.name {
        "+CLIP" => values.clip,
        "+COLP" => values.colp,
        "+CDIP" => values.cdip,
        "+CNAP" => values.cnap,
        _ => values.clir,
    };
    call.say(&mut |line| {
        line.integer(n.into());
        line.integer(provision.into());
    })?;
    Ok(Step::Done)
}

fn waiting(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => {
            let n = call.settings().values.ccwa;
            call.say_number(n)
        }
        Form::Set => {
            let request = call.request::<services::ccwa::Set>()?;
            if request.n.is_some_and(|n| n > 1) || request.mode.is_some_and(|mode| mode > 2) {
                return Err(INVALID);
            }
            if let Some(n) = request.n {
                call.settings().values.ccwa = n.into();
            }
            match request.mode {
                Some(2) => {
                    let on = u8::from(call.modem.supplementary(Supplementary::CallWaiting));
                    let class = request.class.unwrap_or(1);
                    call.say(&mut |line| {
                        line.integer(on.into());
                        line.integer(class.into());
                    })?;
                }
                Some(mode) => call.modem.set_supplementary(call.now, Supplementary::CallWaiting, mode == 1)?,
                None => {}
            }
            Ok(Step::Done)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

fn forwarding(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    let request = call.request::<services::ccfc::Set<'_>>()?;
    let all = [
        Supplementary::ForwardUnconditional,
        Supplementary::ForwardBusy,
        Supplementary::ForwardNoReply,
        Supplementary::ForwardUnreachable,
    ];
    let meant = match request.reason {
        reason @ 0..=3 => usize::from(reason)..usize::from(reason).saturating_add(1),
        4 => 0..4,
        5 => 1..4,
        _ => return Err(INVALID),
    };
    let services = all.get(meant).unwrap_or_default();
    match request.mode {
        2 => {
            let on = u8::from(services.iter().any(|service| call.modem.supplementary(*service)));
            let class = request.class.unwrap_or(7);
            call.say(&mut |line| {
                line.integer(on.into());
                line.integer(class.into());
            })?;
        }
        mode @ (0 | 1 | 3 | 4) => {
            let on = matches!(mode, 1 | 3);
            if on && !call.modem.can_forward() {
                return Err(NOT_ALLOWED);
            }
            for service in services {
                call.modem.set_supplementary(call.now, *service, on)?;
            }
        }
        _ => return Err(INVALID),
    }
    Ok(Step::Done)
}

fn own_numbers(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Execute {
        return Err(NOT_SUPPORTED);
    }
    super::sim::usable(call)?;
    let numbers = call.modem.sim().map(|sim| sim.numbers.clone()).unwrap_or_default();
    for number in &numbers {
        call.say(&mut |line| {
            line.skip();
            line.quoted(number.as_bytes());
            line.integer(kind(number).into());
        })?;
    }
    Ok(Step::Done)
}

// What the host is told.

pub(super) fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    let (id, state) = match change {
        Change::Call(CallEvent::State(id, state)) => (*id, *state),
        Change::Call(CallEvent::Notice(_, notice)) => return tell_notice(tell, *notice),
        _ => return,
    };
    // It may be over by now, and forgotten.
    let found = tell.modem.calls().iter().find(|call| call.id == id);
    let (incoming, number) = found.map_or((false, Text::new()), |found| (found.incoming, found.number.clone()));
    match state {
        CallState::Incoming if tell.core.told.ring_at.is_none() => {
            tell.core.told.rings = 0;
            ring(tell);
        }
        CallState::Waiting if tell.settings().values.ccwa == 1 => tell.urc("+CCWA", &mut |line| {
            line.quoted(number.as_bytes());
            line.integer(kind(&number).into());
            line.integer(1);
        }),
        CallState::Ended(end) => {
            tell.core.kept.last_cause = cause_of(end);
            // Of a call that no host on this line has to do with, the first line tells.
            let own = tell.core.kept.own_call == Some(id);
            if own {
                tell.core.kept.own_call = None;
            }
            // What a line has waited for was its result.
            let is_told = tell.core.told.awaited_call.take_if(|awaited| *awaited == id).is_some();
            let concerns = (own || tell.core.leads) && !is_told;
            if concerns && end != CallEnd::Here && !(end == CallEnd::Rejected && incoming) {
                tell.core.result(result_of(end));
            }
        }
        _ => {}
    }
    if !matches!(state, CallState::Incoming) && ringing(tell.modem).is_none() {
        tell.core.told.ring_at = None;
    }
}

fn tell_notice(tell: &mut Tell<'_, '_>, notice: Notice) {
    let (name, code) = match notice {
        Notice::Forwarded => ("+CSSI", 2_u8),
        Notice::Waiting => ("+CSSI", 3),
        Notice::Held => ("+CSSU", 2),
        Notice::Retrieved => ("+CSSU", 3),
        Notice::Conference => ("+CSSU", 4),
    };
    let values = tell.settings().values;
    if (name == "+CSSI" && values.cssn_mo == 1) || (name == "+CSSU" && values.cssn_mt == 1) {
        tell.urc(name, &mut |line| line.integer(code.into()));
    }
}

/// Rings, answers by itself if S0 says so, and says when it rings again.
pub(in super::super) fn ring(tell: &mut Tell<'_, '_>) {
    let Some(incoming) = tell.modem.calls().iter().find(|call| call.state == CallState::Incoming) else {
        tell.core.told.ring_at = None;
        return;
    };
    let (id, number): (u8, Text<21>) = (incoming.id, text(&incoming.number));
    let values = tell.settings().values;
    let automatic = tell.settings().register(0);
    if !tell.core.leads && values.crc == 0 && values.clip == 0 && automatic == 0 {
        // Nobody here has asked for it.
        tell.core.told.ring_at = None;
        return;
    }
    if values.crc == 1 {
        tell.urc("+CRING", &mut |line| line.word(b"VOICE"));
    } else {
        let verbose = tell.settings().verbose;
        tell.core.ring_result(verbose);
    }
    if values.clip == 1 {
        tell.urc("+CLIP", &mut |line| {
            line.quoted(number.as_bytes());
            line.integer(kind(&number).into());
            if number.is_empty() {
                // The number is not told.
                (0..3).for_each(|_| line.skip());
                line.integer(1);
            }
        });
    }
    let rings = tell.core.told.rings.saturating_add(1);
    tell.core.told.rings = rings;
    tell.core.told.ring_at = Some(tell.now + RING);
    if automatic > 0 && rings >= automatic {
        let by = tell.core.config.origin;
        if tell.modem.answer_call(tell.now, by, id).is_ok() {
            tell.core.kept.own_call = Some(id);
        }
        tell.core.told.ring_at = None;
    }
}
