//! The SIM toolkit: the card asks the terminal to do something (a proactive command), the terminal answers, and tells the
//! card what happened outside (an envelope). 3GPP TS 31.111 and ETSI TS 102 223.
//!
//! The terminal is the modem together with its host: each kind of command has somebody who deals with it ([`Handling`]).
//! What needs a screen waits for a host that said it wants it; without one the modem answers that it cannot. What the
//! modem can do, it does. One command at a time is with the terminal; the others wait in the card.

use heapless::{Deque, Vec};

use super::super::collect;
use super::event::{Change, Origin};
use super::refresh::Refresh;
use super::sms::Content;
use super::{Failure, Modem, Reason, Text, Ticket};
use crate::time::{Instant, Millis};

/// Bytes of a proactive command, a terminal response or an envelope at most.
pub const COMMAND: usize = 256;
/// Commands that can wait in the card.
pub const WAITING: usize = 6;
/// Items of a menu at most.
pub const ITEMS: usize = 6;
/// Commands that are kept for faces that have not told their hosts yet.
const SHOWN: usize = 4;

/// Types of proactive commands (TS 102 223 §9.4).
pub mod kind {
    /// REFRESH.
    pub const REFRESH: u8 = 0x01;
    /// MORE TIME.
    pub const MORE_TIME: u8 = 0x02;
    /// POLL INTERVAL.
    pub const POLL_INTERVAL: u8 = 0x03;
    /// POLLING OFF.
    pub const POLLING_OFF: u8 = 0x04;
    /// SET UP EVENT LIST.
    pub const SET_UP_EVENT_LIST: u8 = 0x05;
    /// SET UP CALL.
    pub const SET_UP_CALL: u8 = 0x10;
    /// SEND SS.
    pub const SEND_SS: u8 = 0x11;
    /// SEND USSD.
    pub const SEND_USSD: u8 = 0x12;
    /// SEND SHORT MESSAGE.
    pub const SEND_SHORT_MESSAGE: u8 = 0x13;
    /// SEND DTMF.
    pub const SEND_DTMF: u8 = 0x14;
    /// LAUNCH BROWSER.
    pub const LAUNCH_BROWSER: u8 = 0x15;
    /// PLAY TONE.
    pub const PLAY_TONE: u8 = 0x20;
    /// DISPLAY TEXT.
    pub const DISPLAY_TEXT: u8 = 0x21;
    /// GET INKEY.
    pub const GET_INKEY: u8 = 0x22;
    /// GET INPUT.
    pub const GET_INPUT: u8 = 0x23;
    /// SELECT ITEM.
    pub const SELECT_ITEM: u8 = 0x24;
    /// SET UP MENU.
    pub const SET_UP_MENU: u8 = 0x25;
    /// PROVIDE LOCAL INFORMATION.
    pub const PROVIDE_LOCAL_INFORMATION: u8 = 0x26;
    /// TIMER MANAGEMENT.
    pub const TIMER_MANAGEMENT: u8 = 0x27;
    /// SET UP IDLE MODE TEXT.
    pub const SET_UP_IDLE_MODE_TEXT: u8 = 0x28;
    /// LANGUAGE NOTIFICATION.
    pub const LANGUAGE_NOTIFICATION: u8 = 0x35;
}

/// General results of a terminal response (TS 102 223 §8.12).
pub mod result {
    /// Done.
    pub const OK: u8 = 0x00;
    /// The user said nothing.
    pub const NO_RESPONSE: u8 = 0x12;
    /// Not now.
    pub const UNABLE_NOW: u8 = 0x20;
    /// The terminal cannot do that.
    pub const BEYOND_CAPABILITIES: u8 = 0x30;
    /// The command cannot be read.
    pub const NOT_UNDERSTOOD: u8 = 0x32;
    /// The network refused a short message; its cause follows.
    pub const MESSAGE_REFUSED: u8 = 0x35;
}

/// Kinds of envelopes that the modem passes on to the card: SMS-PP download, menu selection, event download.
pub const ENVELOPES: [u8; 3] = [0xD1, 0xD3, 0xD6];

/// Who deals with a kind of command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Handling {
    /// Nobody can.
    Nobody,
    /// A host that wants to; the modem cannot.
    Host,
    /// The modem, and no host hears of it.
    Modem,
    /// The modem; a host that wants to is told.
    ModemTelling,
    /// The modem, or a host that wants to.
    Either,
}

/// Who deals with a kind of command, whatever hosts want.
#[must_use]
pub const fn handling(kind: u8) -> Handling {
    match kind {
        kind::MORE_TIME
        | kind::POLL_INTERVAL
        | kind::POLLING_OFF
        | kind::SET_UP_EVENT_LIST
        | kind::TIMER_MANAGEMENT => Handling::Modem,
        kind::REFRESH | kind::SEND_SHORT_MESSAGE | kind::LANGUAGE_NOTIFICATION => Handling::ModemTelling,
        kind::PROVIDE_LOCAL_INFORMATION => Handling::Either,
        kind::SET_UP_CALL
        | kind::SEND_SS
        | kind::SEND_USSD
        | kind::SEND_DTMF
        | kind::LAUNCH_BROWSER
        | kind::PLAY_TONE
        | kind::DISPLAY_TEXT
        | kind::GET_INKEY
        | kind::GET_INPUT
        | kind::SELECT_ITEM
        | kind::SET_UP_MENU
        | kind::SET_UP_IDLE_MODE_TEXT => Handling::Host,
        _ => Handling::Nobody,
    }
}

/// What every proactive command says about itself (TS 102 223 §8.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Details {
    /// Number of the command.
    pub number: u8,
    /// What it is, see [`kind`].
    pub kind: u8,
    /// What that means in detail.
    pub qualifier: u8,
}

/// What follows "not now": nothing in particular.
const NO_CAUSE: u8 = 0x00;
/// There is no network.
const NO_SERVICE: u8 = 0x04;
/// Qualifier of a REFRESH that resets the card.
const UICC_RESET: u8 = 0x04;

const DETAILS: u8 = 0x01;
const DEVICES: u8 = 0x02;
const RESULT: u8 = 0x03;
const FILE_LIST: u8 = 0x12;
const ITEM_ID: u8 = 0x10;
const SMS_TPDU: u8 = 0x0B;

/// Splits one element (TS 101 220 §7.1) off: tag, value, rest. Lengths of one byte, or two behind 0x81.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (len, rest) = match first {
        0..=0x7F => (first, rest),
        0x81 => rest.split_first().map(|(len, rest)| (*len, rest))?,
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(usize::from(len))?;
    Some((tag, value, rest))
}

/// The value of the element with a tag, whatever its bit for "comprehension required"; `None` if there is none or the
/// elements cannot be told apart.
fn find(mut bytes: &[u8], wanted: u8) -> Option<&[u8]> {
    let mut found = None;
    while !bytes.is_empty() {
        let (tag, value, rest) = element(bytes)?;
        if tag & 0x7F == wanted && found.is_none() {
            found = Some(value);
        }
        bytes = rest;
    }
    found
}

fn details(elements: &[u8]) -> Option<Details> {
    match find(elements, DETAILS)? {
        &[number, kind, qualifier] => Some(Details { number, kind, qualifier }),
        _ => None,
    }
}

/// The short message of a command that asks to send one, for the service centre that the modem knows.
fn message(command: &ProactiveCommand) -> Result<Content, Failure> {
    let (_, elements, _) = element(&command.bytes).unwrap_or_default();
    let tpdu = find(elements, SMS_TPDU).ok_or(Failure::from(Reason::Invalid))?;
    // In front of the message stands an empty address.
    let pdu: Vec<u8, COMMAND> = collect([0].into_iter().chain(tpdu.iter().copied()));
    Content::pdu(&pdu)
}

/// A proactive command, as the card sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProactiveCommand {
    bytes: Vec<u8, COMMAND>,
    details: Details,
}

impl ProactiveCommand {
    /// A command from its bytes: tag 0xD0, length, elements.
    ///
    /// # Errors
    ///
    /// [`Reason::TooLong`], or [`Reason::Invalid`] if that is not what they are.
    pub fn raw(bytes: &[u8]) -> Result<Self, Failure> {
        let Some((0xD0, elements, [])) = element(bytes) else {
            return Err(Reason::Invalid.into());
        };
        let details = details(elements).ok_or(Failure::from(Reason::Invalid))?;
        let bytes = Vec::from_slice(bytes).map_err(|_| Failure::from(Reason::TooLong))?;
        Ok(Self { bytes, details })
    }

    /// DISPLAY TEXT: a text of high priority that the user clears.
    ///
    /// # Errors
    ///
    /// [`Reason::TooLong`], as the others below.
    pub fn display_text(text: &str) -> Result<Self, Failure> {
        Builder::new(kind::DISPLAY_TEXT, 0x81, 0x02).text(text).finish()
    }

    /// GET INKEY: one key.
    ///
    /// # Errors
    ///
    /// [`Reason::TooLong`].
    pub fn get_inkey(text: &str) -> Result<Self, Failure> {
        Builder::new(kind::GET_INKEY, 0x01, 0x82).text(text).finish()
    }

    /// GET INPUT: between `least` and `most` characters.
    ///
    /// # Errors
    ///
    /// [`Reason::TooLong`].
    pub fn get_input(text: &str, least: u8, most: u8) -> Result<Self, Failure> {
        Builder::new(kind::GET_INPUT, 0x01, 0x82).text(text).put(0x91, &[least, most]).finish()
    }

    /// SELECT ITEM: one of these, counted from 1.
    ///
    /// # Errors
    ///
    /// [`Reason::TooLong`].
    pub fn select_item<'a>(title: &str, items: impl IntoIterator<Item = &'a str>) -> Result<Self, Failure> {
        Builder::new(kind::SELECT_ITEM, 0x00, 0x82).alpha(0x85, title).items((1..).zip(items)).finish()
    }

    /// SET UP MENU: the menu of the card's applications, with the identifiers of the items.
    ///
    /// # Errors
    ///
    /// [`Reason::TooLong`].
    pub fn set_up_menu<'a>(title: &str, items: impl IntoIterator<Item = (u8, &'a str)>) -> Result<Self, Failure> {
        Builder::new(kind::SET_UP_MENU, 0x00, 0x82).alpha(0x85, title).items(items).finish()
    }

    /// SEND SHORT MESSAGE: a TPDU to send (3GPP TS 23.040), with a text to show meanwhile.
    ///
    /// # Errors
    ///
    /// [`Reason::TooLong`].
    pub fn send_short_message(text: &str, tpdu: &[u8]) -> Result<Self, Failure> {
        Builder::new(kind::SEND_SHORT_MESSAGE, 0x00, 0x83).alpha(0x85, text).put(0x8B, tpdu).finish()
    }

    /// REFRESH, with its qualifier (TS 102 223 §8.6).
    ///
    /// # Errors
    ///
    /// None in fact.
    pub fn refresh(qualifier: u8) -> Result<Self, Failure> {
        Builder::new(kind::REFRESH, qualifier, 0x82).finish()
    }

    /// PROVIDE LOCAL INFORMATION, with its qualifier (TS 102 223 §8.6).
    ///
    /// # Errors
    ///
    /// None in fact.
    pub fn provide_local_information(qualifier: u8) -> Result<Self, Failure> {
        Builder::new(kind::PROVIDE_LOCAL_INFORMATION, qualifier, 0x82).finish()
    }

    /// The bytes, from the tag 0xD0 on.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it says about itself.
    #[must_use]
    pub fn details(&self) -> Details {
        self.details
    }
}

/// Writes elements; remembers if they do not fit.
struct Builder {
    details: Details,
    elements: Vec<u8, COMMAND>,
    overflow: bool,
}

impl Builder {
    /// From the card (0x81) to `to`: 0x02 the display, 0x82 the terminal, 0x83 the network.
    fn new(kind: u8, qualifier: u8, to: u8) -> Self {
        let details = Details { number: 1, kind, qualifier };
        let empty = Self { details, elements: Vec::new(), overflow: false };
        empty.put(0x80 | DETAILS, &[1, kind, qualifier]).put(0x80 | DEVICES, &[0x81, to])
    }

    fn put(self, tag: u8, value: &[u8]) -> Self {
        self.put_coded(tag, &[], value.iter().copied())
    }

    fn put_coded(mut self, tag: u8, prefix: &[u8], value: impl Iterator<Item = u8> + Clone) -> Self {
        let len = prefix.len().saturating_add(value.clone().count());
        let Ok(len) = u8::try_from(len) else {
            self.overflow = true;
            return self;
        };
        let (short, long) = ([tag, len], [tag, 0x81, len]);
        let head = if len < 0x80 { &short[..] } else { &long };
        for byte in head.iter().chain(prefix).copied().chain(value) {
            self.overflow |= self.elements.push(byte).is_err();
        }
        self
    }

    /// A text string with its coding scheme: unpacked where the characters are those of the default alphabet, else UCS-2.
    fn text(self, text: &str) -> Self {
        if is_plain(text) {
            self.put_coded(0x8D, &[0x04], text.bytes())
        } else {
            self.put_coded(0x8D, &[0x08], ucs2(text))
        }
    }

    /// A text in the coding of alpha identifiers (TS 102 221 annex A).
    fn alpha(self, tag: u8, text: &str) -> Self {
        self.alpha_behind(tag, &[], text)
    }

    fn alpha_behind(self, tag: u8, prefix: &[u8], text: &str) -> Self {
        if is_plain(text) {
            return self.put_coded(tag, prefix, text.bytes());
        }
        let coding = prefix.iter().copied().chain([0x80]);
        let prefix: Vec<u8, 2> = collect(coding);
        self.put_coded(tag, &prefix, ucs2(text))
    }

    fn items<'a>(self, items: impl IntoIterator<Item = (u8, &'a str)>) -> Self {
        items.into_iter().fold(self, |all, (id, text)| all.alpha_behind(0x8F, &[id], text))
    }

    fn finish(self) -> Result<ProactiveCommand, Failure> {
        let Self { details, elements, overflow } = self;
        let len = u8::try_from(elements.len()).ok().filter(|_| !overflow);
        let len = len.ok_or(Failure::from(Reason::TooLong))?;
        let head = if len < 0x80 { Vec::from_slice(&[0xD0, len]) } else { Vec::from_slice(&[0xD0, 0x81, len]) };
        let mut bytes: Vec<u8, COMMAND> = head.unwrap_or_default();
        bytes.extend_from_slice(&elements).map_err(|_| Failure::from(Reason::TooLong))?;
        Ok(ProactiveCommand { bytes, details })
    }
}

/// Whether ASCII and the default alphabet of 3GPP TS 23.038 have the same codes for all of it.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|c| matches!(c, b'\n' | b'\r' | b' '..=b'#' | b'%'..=b'?' | b'A'..=b'Z' | b'a'..=b'z'))
}

fn ucs2(text: &str) -> impl Iterator<Item = u8> + Clone {
    text.encode_utf16().flat_map(u16::to_be_bytes)
}

/// An item of the card's menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuItem {
    /// Its identifier, not 0.
    pub id: u8,
    /// What the user reads.
    pub text: Text<30>,
    /// What the card asks for when it is chosen.
    pub leads_to: Option<ProactiveCommand>,
}

/// The toolkit at power-on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StkSetup {
    /// Title of the card's menu.
    pub title: Text<30>,
    /// Items of the card's menu; without any it has no menu.
    pub menu: Vec<MenuItem, ITEMS>,
    /// How long a host may take for its answer. Then the modem says that the user said nothing.
    pub patience: Millis,
}

impl Default for StkSetup {
    fn default() -> Self {
        Self { title: Text::new(), menu: Vec::new(), patience: Millis(60_000) }
    }
}

/// A proactive command with which a host is concerned; the origin of the event is that host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Shown {
    /// The command, for [`Modem::proactive`].
    pub number: u32,
    /// The host answers it; otherwise the modem does, and the host may show it.
    pub answered_by_host: bool,
}

/// A command with the terminal.
#[derive(Clone, Debug)]
struct Pending {
    command: ProactiveCommand,
    by_host: bool,
    /// A short message that is sent for it.
    sending: Option<Ticket>,
    /// When the modem answers, or looks again.
    due: Instant,
}

#[derive(Debug)]
pub(super) struct Stk {
    setup: StkSetup,
    waiting: Deque<ProactiveCommand, WAITING>,
    /// When the modem fetches the first one that waits.
    fetch_at: Option<Instant>,
    pending: Option<Pending>,
    /// The newest commands that hosts were told of, with their numbers.
    shown: Deque<(u32, ProactiveCommand), SHOWN>,
    next: u32,
    /// The host that said what it wants, and bit `n` of byte `n / 8` for commands of type `n`.
    host: Option<Origin>,
    wanted: [u8; 32],
    /// The last terminal response that the card got.
    response: Vec<u8, COMMAND>,
    downloads: u32,
}

fn is_wanted(map: &[u8; 32], kind: u8) -> bool {
    map.get(usize::from(kind >> 3)).is_some_and(|byte| byte >> (kind & 7) & 1 == 1)
}

impl Stk {
    pub(super) fn new(setup: StkSetup) -> Self {
        Self {
            setup,
            waiting: Deque::new(),
            fetch_at: None,
            pending: None,
            shown: Deque::new(),
            next: 1,
            host: None,
            wanted: [0; 32],
            response: Vec::new(),
            downloads: 0,
        }
    }

    fn card_gone(&mut self) {
        self.waiting.clear();
        self.fetch_at = None;
        self.pending = None;
    }

    pub(super) fn power_off(&mut self) {
        self.card_gone();
        self.host = None;
        self.wanted = [0; 32];
    }

    pub(super) fn due(&self) -> Option<Instant> {
        match &self.pending {
            Some(pending) => Some(pending.due),
            None => self.fetch_at,
        }
    }

    fn menu(&self) -> Option<ProactiveCommand> {
        let items = self.setup.menu.iter().map(|item| (item.id, item.text.as_str()));
        let command = ProactiveCommand::set_up_menu(&self.setup.title, items).ok();
        command.filter(|_| !self.setup.menu.is_empty())
    }

    fn push(&mut self, command: ProactiveCommand, fetch_at: Instant) -> Result<(), Failure> {
        self.waiting.push_back(command).map_err(|_| Failure::from(Reason::Full))?;
        self.fetch_at = self.fetch_at.or(Some(fetch_at));
        Ok(())
    }

    /// What the card says to a response or envelope: what comes next, if anything does.
    fn status_words(&self) -> u16 {
        let next = self.waiting.front().map(|command| command.bytes.len());
        // 0 stands for 256.
        next.map_or(0x9000, |len| 0x9100 | (u16::try_from(len).unwrap_or(0) & 0xFF))
    }
}

impl Modem {
    /// What a proactive command says and whether a host is to answer it; `None` if it is gone, or never was.
    #[must_use]
    pub fn proactive(&self, number: u32) -> Option<&ProactiveCommand> {
        self.stk.shown.iter().find(|(found, _)| *found == number).map(|(_, command)| command)
    }

    /// Whether a host wants commands of this type.
    #[must_use]
    pub fn stk_wanted(&self, kind: u8) -> bool {
        is_wanted(&self.stk.wanted, kind)
    }

    /// The command that waits for the answer of a host.
    #[must_use]
    pub fn stk_waits(&self) -> Option<Details> {
        let pending = self.stk.pending.as_ref().filter(|pending| pending.by_host)?;
        Some(pending.command.details)
    }

    /// The last terminal response that the card got; empty if none.
    #[must_use]
    pub fn stk_response(&self) -> &[u8] {
        &self.stk.response
    }

    /// SMS-PP downloads that the card got.
    #[must_use]
    pub fn stk_downloads(&self) -> u32 {
        self.stk.downloads
    }

    /// The card wants something of the terminal.
    ///
    /// # Errors
    ///
    /// Without a SIM that can be used; [`Reason::Full`] if too much waits.
    pub fn issue_proactive(&mut self, now: Instant, command: ProactiveCommand) -> Result<(), Failure> {
        self.poll(now);
        self.usable_sim()?;
        let at = now + self.delays.stk;
        self.stk.push(command, at)
    }

    /// A host says which types of commands it wants, in place of all hosts before it: bit `n` of byte `n / 8`.
    ///
    /// A host that now wants the menu gets it: the modem announces what the terminal can do anew, and the card then
    /// sets up its menu again.
    pub fn set_stk_wanted(&mut self, now: Instant, by: Origin, wanted: &[u8; 32]) {
        self.poll(now);
        let menu = is_wanted(wanted, kind::SET_UP_MENU) && !self.stk_wanted(kind::SET_UP_MENU);
        self.stk.wanted = *wanted;
        self.stk.host = Some(by);
        if menu && self.usable_sim().is_ok() {
            self.set_up_menu(now);
        }
    }

    fn set_up_menu(&mut self, now: Instant) {
        let Some(menu) = self.stk.menu() else { return };
        if !self.stk.waiting.iter().any(|command| command.details.kind == kind::SET_UP_MENU) {
            let at = now + self.delays.stk;
            // When much waits, the menu has to do without this.
            let _ = self.stk.push(menu, at);
        }
    }

    /// The card can be used now: its menu comes first.
    pub(super) fn stk_card_starts(&mut self, now: Instant) {
        self.stk_card_stops();
        self.set_up_menu(now);
    }

    /// The card cannot be used any more: what it wanted is gone.
    pub(super) fn stk_card_stops(&mut self) {
        // Nobody asks any more what became of a message.
        let sending = self.stk.pending.as_ref().and_then(|pending| pending.sending);
        self.operations.retain(|operation| Some(operation.ticket) != sending);
        self.stk.card_gone();
    }

    /// A host is gone: what waits for its answer will not get one.
    pub(super) fn stk_forget_host(&mut self, now: Instant, host: Origin) {
        if self.stk.host != Some(host) {
            return;
        }
        self.stk.host = None;
        self.stk.wanted = [0; 32];
        if self.stk_waits().is_some() {
            self.modem_answers(now, &[result::UNABLE_NOW, NO_CAUSE], &[]);
        }
    }

    pub(super) fn stk_due(&mut self, now: Instant) {
        let Some(pending) = &self.stk.pending else {
            return self.fetch(now);
        };
        let details = pending.command.details;
        if pending.by_host {
            return self.modem_answers(now, &[result::NO_RESPONSE], &[]);
        }
        match details.kind {
            kind::REFRESH => {
                let (_, elements, _) = element(&pending.command.bytes).unwrap_or_default();
                let refresh = Refresh::from_command(details.qualifier, find(elements, FILE_LIST).unwrap_or_default());
                if details.qualifier == UICC_RESET {
                    // The card starts anew, and waits for no answer.
                    self.stk.card_gone();
                }
                // There is a card: its command was under way.
                let begun = refresh.is_some_and(|refresh| self.start_refresh(now, refresh).is_ok());
                self.modem_answers(now, &[if begun { result::OK } else { result::UNABLE_NOW }], &[]);
            }
            kind::SEND_SHORT_MESSAGE => self.send_for_card(now),
            kind::PROVIDE_LOCAL_INFORMATION => {
                let (outcome, data) = self.local_information(details.qualifier);
                self.modem_answers(now, &outcome, &data);
            }
            kind => match handling(kind) {
                Handling::Modem | Handling::ModemTelling => self.modem_answers(now, &[result::OK], &[]),
                _ => self.modem_answers(now, &[result::BEYOND_CAPABILITIES], &[]),
            },
        }
    }

    /// Sends the short message that the card asks for, or looks what has become of it.
    fn send_for_card(&mut self, now: Instant) {
        let next = now + self.delays.stk.max(Millis(1));
        let Some(pending) = &mut self.stk.pending else {
            return;
        };
        // Later than now in any case, so that looking comes to an end.
        pending.due = next;
        let content = message(&pending.command);
        let outcome = match pending.sending {
            Some(ticket) => self.outcome(ticket),
            None => match content.and_then(|content| self.request_send(now, Origin::WORLD, &content)) {
                Ok((ticket, _)) => {
                    if let Some(pending) = &mut self.stk.pending {
                        pending.sending = Some(ticket);
                    }
                    None
                }
                Err(failure) => Some(Err(failure)),
            },
        };
        let Some(outcome) = outcome else { return };
        let cause = |failure: Failure| u8::try_from(failure.cause).unwrap_or(0);
        match outcome {
            Ok(()) => self.modem_answers(now, &[result::OK], &[]),
            Err(failure) => match failure.reason {
                Reason::Refused => self.modem_answers(now, &[result::MESSAGE_REFUSED, cause(failure)], &[]),
                Reason::Invalid | Reason::Format => self.modem_answers(now, &[result::NOT_UNDERSTOOD], &[]),
                Reason::RadioOff | Reason::NotRegistered => {
                    self.modem_answers(now, &[result::UNABLE_NOW, NO_SERVICE], &[]);
                }
                _ => self.modem_answers(now, &[result::UNABLE_NOW, NO_CAUSE], &[]),
            },
        }
    }

    /// The modem takes the next command from the card, and deals with it or tells the host that wants it.
    fn fetch(&mut self, now: Instant) {
        self.stk.fetch_at = None;
        let Some(command) = self.stk.waiting.pop_front() else {
            return;
        };
        let handling = handling(command.details.kind);
        let host = self.stk.host.filter(|_| self.stk_wanted(command.details.kind));
        let by_host = host.is_some() && matches!(handling, Handling::Host | Handling::Either);
        if let Some(host) = host.filter(|_| by_host || handling == Handling::ModemTelling) {
            let number = self.stk.next;
            self.stk.next = number.wrapping_add(1);
            if self.stk.shown.is_full() {
                self.stk.shown.pop_front();
            }
            let _ = self.stk.shown.push_back((number, command.clone()));
            let shown = Shown { number, answered_by_host: by_host };
            self.log.push(host, Change::Proactive(shown));
        }
        let due = now + if by_host { self.stk.setup.patience } else { self.delays.stk };
        self.stk.pending = Some(Pending { command, by_host, sending: None, due });
    }

    /// Location, IMEI or access technology (TS 31.111 §8.19, §8.20, §8.61).
    fn local_information(&self, qualifier: u8) -> (Vec<u8, 2>, Vec<u8, 16>) {
        use super::network::Technologies;
        let mut data = Vec::new();
        let network = self.serving_network();
        match (qualifier, network) {
            (0x00, Some(network)) => {
                let digit = |place: usize| network.plmn.as_bytes().get(place).map_or(0x0F, |c| c & 0x0F);
                // MCC and MNC as in TS 24.008; a MNC of two digits has 0xF for the third.
                let area = match network.cell.tac {
                    u32::MAX => network.cell.lac,
                    tac => tac,
                };
                let [_, _, high, low] = area.to_be_bytes();
                let [.., c0, c1, c2, c3] = network.cell.id.to_be_bytes();
                let plmn = [digit(1) << 4 | digit(0), digit(5) << 4 | digit(2), digit(4) << 4 | digit(3)];
                let _ = data.extend_from_slice(&[0x93, 9]);
                let _ = data.extend_from_slice(&plmn);
                // The cell of LTE has 28 bits, followed by ones.
                let cell = u32::from_be_bytes([c0, c1, c2, c3]) << 4 | 0xF;
                let _ = data.extend_from_slice(&[high, low]);
                let _ = data.extend_from_slice(&cell.to_be_bytes());
            }
            (0x00 | 0x06, None) => return (collect([result::UNABLE_NOW, NO_SERVICE]), data),
            (0x01, _) => {
                let _ = data.extend_from_slice(&[0x94, 8]);
                // The identity type IMEI stands in front of the digits (TS 24.008 §10.5.1.4).
                let mut digits = self.identity.imei.bytes().map(|c| c & 0x0F).take(15);
                let first = digits.next().unwrap_or(0x0F);
                let _ = data.push(first << 4 | 0x0A);
                for _ in 0..7 {
                    let (low, high) = (digits.next().unwrap_or(0x0F), digits.next().unwrap_or(0x0F));
                    let _ = data.push(high << 4 | low);
                }
            }
            (0x06, Some(network)) => {
                let technology = (network.technologies & self.technologies()).best();
                let code = match () {
                    () if technology.intersects(Technologies::NR_SA) => 0x0A,
                    () if technology.intersects(Technologies::LTE | Technologies::NR_NSA) => 0x08,
                    () if technology.intersects(Technologies::GPRS | Technologies::EDGE) => 0x00,
                    () => 0x03,
                };
                let _ = data.extend_from_slice(&[0xBF, 1, code]);
            }
            _ => return (collect([result::BEYOND_CAPABILITIES]), data),
        }
        (collect([result::OK]), data)
    }

    /// The modem answers the command that is with the terminal.
    fn modem_answers(&mut self, now: Instant, outcome: &[u8], data: &[u8]) {
        let Some(Pending { command, .. }) = self.stk.pending.take() else {
            return;
        };
        let Details { number, kind, qualifier } = command.details;
        let mut response = Vec::new();
        let outcome_len = u8::try_from(outcome.len()).unwrap_or(u8::MAX);
        let fixed = [0x81, 3, number, kind, qualifier, 0x82, 2, 0x82, 0x81, 0x83, outcome_len];
        let _ = response.extend_from_slice(&fixed);
        let _ = response.extend_from_slice(outcome);
        let _ = response.extend_from_slice(data);
        self.answered(now, response);
    }

    fn answered(&mut self, now: Instant, response: Vec<u8, COMMAND>) {
        self.stk.response = response;
        self.stk.fetch_at = (!self.stk.waiting.is_empty()).then(|| now + self.delays.stk);
    }

    /// A host answers the command that waits for it: a terminal response without its APDU header. Returns the status
    /// words of the card, 0x6A80 for a response to another command, which leaves the one that waits where it is.
    ///
    /// # Errors
    ///
    /// Without a SIM that can be used; [`Reason::NotAllowed`] if no command waits for this host; [`Reason::Invalid`],
    /// [`Reason::TooLong`].
    pub fn answer_proactive(&mut self, now: Instant, by: Origin, response: &[u8]) -> Result<u16, Failure> {
        self.poll(now);
        self.usable_sim()?;
        let waits = self.stk_waits().filter(|_| self.stk.host == Some(by));
        let waits = waits.ok_or(Failure::from(Reason::NotAllowed))?;
        let (Some(found), Some([_, ..])) = (details(response), find(response, RESULT)) else {
            return Err(Reason::Invalid.into());
        };
        let kept = Vec::from_slice(response).map_err(|_| Failure::from(Reason::TooLong))?;
        if found != waits {
            return Ok(0x6A80);
        }
        self.stk.pending = None;
        self.answered(now, kept);
        Ok(self.stk.status_words())
    }

    /// A host tells the card something: a whole envelope, from its tag on; up to three bytes of padding may follow.
    ///
    /// # Errors
    ///
    /// Without a SIM that can be used; [`Reason::StkBusy`] while the card has a command under way; [`Reason::Invalid`],
    /// [`Reason::NotSupported`] for other kinds than [`ENVELOPES`]; [`Reason::Refused`] by the card, as a menu item that
    /// it does not have.
    pub fn send_envelope(&mut self, now: Instant, envelope: &[u8]) -> Result<(), Failure> {
        self.poll(now);
        self.usable_sim()?;
        let Some((tag, elements, [] | [0] | [0, 0] | [0, 0, 0])) = element(envelope) else {
            return Err(Reason::Invalid.into());
        };
        if !ENVELOPES.contains(&tag) {
            return Err(Reason::NotSupported.into());
        }
        if find(elements, DEVICES).is_none() {
            return Err(Reason::Invalid.into());
        }
        if self.stk.pending.is_some() || self.stk.fetch_at.is_some() {
            return Err(Reason::StkBusy.into());
        }
        match tag {
            0xD3 => {
                let Some(&[id]) = find(elements, ITEM_ID) else {
                    return Err(Reason::Invalid.into());
                };
                let item = self.stk.setup.menu.iter().find(|item| item.id == id);
                let next = item.ok_or(Failure::from(Reason::Refused))?.leads_to.clone();
                if let Some(next) = next {
                    let at = now + self.delays.stk;
                    self.stk.push(next, at)?;
                }
            }
            0xD1 => {
                if find(elements, SMS_TPDU).is_none_or(<[u8]>::is_empty) {
                    return Err(Reason::Invalid.into());
                }
                self.stk.downloads = self.stk.downloads.saturating_add(1);
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn commands_have_the_bytes_of_the_specification() {
        // "Toolkit Test 1", as in 3GPP TS 31.124 §27.22.4.1.1 (DISPLAY TEXT, normal priority there).
        let text = [
            0xD0, 0x1A, 0x81, 0x03, 0x01, 0x21, 0x81, 0x82, 0x02, 0x81, 0x02, 0x8D, 0x0F, 0x04, 0x54, 0x6F, 0x6F, 0x6C,
            0x6B, 0x69, 0x74, 0x20, 0x54, 0x65, 0x73, 0x74, 0x20, 0x31,
        ];
        let built = ProactiveCommand::display_text("Toolkit Test 1").unwrap();
        assert_eq!(built.bytes(), text);
        assert_eq!(ProactiveCommand::raw(&text), Ok(built));
        // SET UP MENU, as in §27.22.4.7.1 but with two items.
        let menu = ProactiveCommand::set_up_menu("Toolkit Menu", [(1, "Item 1"), (2, "Item 2")]).unwrap();
        let expected = [
            0xD0, 0x29, 0x81, 0x03, 0x01, 0x25, 0x00, 0x82, 0x02, 0x81, 0x82, 0x85, 0x0C, 0x54, 0x6F, 0x6F, 0x6C, 0x6B,
            0x69, 0x74, 0x20, 0x4D, 0x65, 0x6E, 0x75, 0x8F, 0x07, 0x01, 0x49, 0x74, 0x65, 0x6D, 0x20, 0x31, 0x8F, 0x07,
            0x02, 0x49, 0x74, 0x65, 0x6D, 0x20, 0x32,
        ];
        assert_eq!(menu.bytes(), expected);
        let input = ProactiveCommand::get_input("PIN?", 4, 8).unwrap();
        assert_eq!(input.bytes().last_chunk(), Some(&[0x91, 0x02, 0x04, 0x08]));
        let foreign = ProactiveCommand::display_text("\u{416}").unwrap();
        assert_eq!(foreign.bytes().last_chunk(), Some(&[0x8D, 0x03, 0x08, 0x04, 0x16]));
    }

    #[test]
    fn long_texts_have_long_lengths_and_too_long_ones_are_refused() {
        let long = "a".repeat(200);
        let command = ProactiveCommand::display_text(&long).unwrap();
        assert_eq!(command.bytes().first_chunk(), Some(&[0xD0, 0x81, 0xD5]));
        assert_eq!(ProactiveCommand::raw(command.bytes()).unwrap().details().kind, kind::DISPLAY_TEXT);
        for length in [245, 255, 300] {
            let failure = ProactiveCommand::display_text(&"a".repeat(length)).unwrap_err();
            assert_eq!(failure.reason, Reason::TooLong, "{length}");
        }
    }

    #[test]
    fn bytes_that_are_no_command_are_refused() {
        let good = ProactiveCommand::display_text("x").unwrap();
        for len in 0..good.bytes().len() {
            assert!(ProactiveCommand::raw(good.bytes().get(..len).unwrap()).is_err(), "{len}");
        }
        for bad in
            [&[0xD1, 0][..], &[0xD0, 0], &[0xD0, 0x82, 0, 0], &[0xD0, 5, 0x81, 0x03, 1, 0x21], &[0xD0, 2, 0x81, 9]]
        {
            assert!(ProactiveCommand::raw(bad).is_err(), "{bad:x?}");
        }
    }
}
