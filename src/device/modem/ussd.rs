//! Dialogues with the network (USSD): menus that the network plays from a table, and what the network says by itself.
//!
//! There is one dialogue at a time, whoever began it. While the network is to speak, a request waits; while the user is
//! to speak, the dialogue stays open until [`Delays::ussd_idle`](super::Delays::ussd_idle) is over.

use at_wire::text::{CbsCoding, Coding, Text as Coded};
use at_wire::ussd::{self, MAX_LEN, UssdString};
use heapless::{Deque, Vec};

use super::event::{Change, Origin};
use super::{Failure, Modem, Reason, Text, Ticket, Work, text};
use crate::time::Instant;

/// Answers of the network that can be listed.
pub const ANSWERS: usize = 16;
/// Replies that are kept for faces that are slow.
pub const REPLIES: usize = 4;
/// Bytes of everything that was said to the network in a dialogue, a space between two.
pub const SAID_LEN: usize = 64;
/// Bytes of an answer's text.
pub const TEXT_LEN: usize = 256;

/// What user replies follow, in [`Answer::to`], when the network began the dialogue.
pub const NETWORK: &str = "network";
/// Asks for the IMEI; the device answers that itself.
const SHOW_IMEI: &str = "*#06#";

/// What the network says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Says {
    /// A text that ends the dialogue.
    Text(Text<TEXT_LEN>),
    /// A text that the user is to answer.
    Question(Text<TEXT_LEN>),
    /// It ends the dialogue without a word.
    Ends,
    /// Nothing, ever.
    Silence,
}

/// A row of the network's table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Answer {
    /// Everything that was said to the network so far in this dialogue, with a space between two: `*123#` begins it,
    /// `*123# 1` follows. Dialogues that the network began start with [`NETWORK`].
    pub to: Text<SAID_LEN>,
    /// What it says then.
    pub says: Says,
    /// In UCS-2 even if the default alphabet would do.
    pub ucs2: bool,
}

impl Answer {
    /// An answer that ends the dialogue.
    #[must_use]
    pub fn text(to: &str, says: &str) -> Self {
        Self { to: text(to), says: Says::Text(text(says)), ucs2: false }
    }

    /// An answer that asks for more.
    #[must_use]
    pub fn question(to: &str, says: &str) -> Self {
        Self { to: text(to), says: Says::Question(text(says)), ucs2: false }
    }
}

/// How the network takes part in dialogues.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UssdSetup {
    /// The device has dialogues at all.
    pub enabled: bool,
    /// What the network says; to what is not listed it says that it does not know it.
    pub answers: Vec<Answer, ANSWERS>,
}

impl Default for UssdSetup {
    /// A balance at `*100#`, and a menu of two levels at `*123#`.
    fn default() -> Self {
        let answers = [
            Answer::text("*100#", "Balance: 12.34 EUR. Valid until 31.12.2026."),
            Answer::question("*123#", "1 Data\n2 Voice\n0 Exit"),
            Answer::question("*123# 1", "1 Volume left\n2 Book 1 GB"),
            Answer::text("*123# 1 1", "You have 512 MB left."),
            Answer::text("*123# 1 2", "1 GB was booked."),
            Answer::text("*123# 2", "You have 60 minutes left."),
            Answer::text("*123# 0", "Goodbye."),
            Answer { ucs2: true, ..Answer::text("*101#", "Баланс: 100 ₽") },
            Answer::question("*140#", "Your number?"),
            Answer { to: text("*199#"), says: Says::Silence, ucs2: false },
        ];
        Self { enabled: true, answers: super::super::collect(answers) }
    }
}

/// What the network, or somebody in its place, did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum UssdResponse {
    /// It said something; the dialogue is over.
    Done,
    /// It asked something.
    Question,
    /// It ended the dialogue.
    Terminated,
    /// Another client of the device answered, and has the dialogue now.
    OtherClient,
    /// It does not know the request.
    NotSupported,
    /// It did not answer in time.
    TimedOut,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Reply {
    /// What happened.
    pub response: UssdResponse,
    /// It is the first of its dialogue.
    pub is_new: bool,
    /// How the text is coded.
    pub coding: CbsCoding,
    /// The text.
    pub octets: Vec<u8, MAX_LEN>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Network,
    User,
}

#[derive(Clone, Debug)]
struct Dialogue {
    /// The host that spoke last; the world, while none has.
    by: Origin,
    said: Text<SAID_LEN>,
    turn: Turn,
    /// When the network speaks, or has waited long enough.
    due: Instant,
    is_new: bool,
}

/// Dialogues of a modem.
#[derive(Debug)]
pub(super) struct Ussd {
    setup: UssdSetup,
    dialogue: Option<Dialogue>,
    replies: Deque<Kept, REPLIES>,
    /// Number of the next reply.
    next: u32,
}

#[derive(Debug)]
struct Kept {
    number: u32,
    /// The host whose request it answers; none for what the network says by itself.
    answers: Option<Origin>,
    reply: Reply,
}

impl Ussd {
    pub(super) fn new(setup: UssdSetup) -> Self {
        Self { setup, dialogue: None, replies: Deque::new(), next: 0 }
    }

    pub(super) fn power_off(&mut self) {
        self.dialogue = None;
        self.replies.clear();
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.dialogue.as_ref().map(|dialogue| dialogue.due)
    }

    fn keep(&mut self, answers: Option<Origin>, reply: Reply) -> u32 {
        let number = self.next;
        self.next = number.wrapping_add(1);
        if self.replies.is_full() {
            self.replies.pop_front();
        }
        let _ = self.replies.push_back(Kept { number, answers, reply });
        number
    }
}

/// What a host said.
fn decoded(coding: CbsCoding, octets: &[u8]) -> Result<Text<SAID_LEN>, Failure> {
    if octets.len() > MAX_LEN {
        return Err(Reason::TooLong.into());
    }
    if coding.coding() == Coding::Ucs2 && !octets.len().is_multiple_of(2) {
        return Err(Reason::Invalid.into());
    }
    let said = UssdString { coding, octets }.text().map_err(|_| Failure::from(Reason::Invalid))?;
    let mut text = Text::new();
    for c in said.chars() {
        text.push(c).map_err(|_| Failure::from(Reason::TooLong))?;
    }
    // A space is between two, and what cannot be read is nothing that could be dialled.
    if text.is_empty() || text.contains([' ', char::REPLACEMENT_CHARACTER]) {
        return Err(Reason::Invalid.into());
    }
    Ok(text)
}

fn reply(response: UssdResponse, is_new: bool, said: &str, ucs2: bool) -> Reply {
    let mut buf = [0; MAX_LEN];
    let code = |said: &str| {
        let coded = if ucs2 { write_ucs2(said, &mut buf) } else { ussd::write(said.into(), &mut buf).ok() };
        coded.map(|coded| (coded.coding, Vec::from_slice(coded.octets).unwrap_or_default()))
    };
    // A text that is too long is cut at a whole character, as networks do.
    let ends = (0..=said.len()).rev();
    let coded = ends.filter_map(|end| said.get(..end)).find_map(code);
    let coded = coded.unwrap_or((CbsCoding::GSM7, Vec::new()));
    Reply { response, is_new, coding: coded.0, octets: coded.1 }
}

fn write_ucs2<'b>(said: &str, buf: &'b mut [u8]) -> Option<UssdString<'b>> {
    let mut writer = at_wire::Writer::new(buf);
    Coded::from(said).write_utf16_be(&mut writer);
    let octets = writer.finish().ok()?;
    Some(UssdString { coding: CbsCoding::UCS2, octets })
}

impl Modem {
    /// Whether the device has dialogues with the network.
    #[must_use]
    pub fn has_ussd(&self) -> bool {
        self.ussd.setup.enabled
    }

    /// What came back, by its number. Only the last ones are kept.
    #[must_use]
    pub fn ussd_reply(&self, number: u32) -> Option<&Reply> {
        let mut replies = self.ussd.replies.iter();
        replies.find_map(|kept| (kept.number == number).then_some(&kept.reply))
    }

    /// Number of the reply to the request of `by` that ended last; `None` if it is not kept any more, or never was.
    #[must_use]
    pub fn ussd_answer(&self, by: Origin) -> Option<u32> {
        let mut newest = self.ussd.replies.iter().rev();
        newest.find_map(|kept| (kept.answers == Some(by)).then_some(kept.number))
    }

    /// Whether a dialogue goes on.
    #[must_use]
    pub fn in_ussd(&self) -> bool {
        self.ussd.dialogue.is_some()
    }

    /// The host that has the dialogue: it spoke last.
    #[must_use]
    pub fn ussd_host(&self) -> Option<Origin> {
        self.ussd.dialogue.as_ref().map(|dialogue| dialogue.by)
    }

    fn network_hears(&self) -> Result<(), Failure> {
        self.usable_sim()?;
        if !self.radio.is_on() {
            return Err(Reason::RadioOff.into());
        }
        if !self.registration().is_registered() {
            return Err(Reason::NotRegistered.into());
        }
        Ok(())
    }

    /// A host begins a dialogue; `octets` are what it says, coded as `coding` says.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] for what cannot be read, [`Reason::TooLong`], [`Reason::Busy`] while there is a dialogue;
    /// [`Reason::RadioOff`], [`Reason::NotRegistered`] and those of a SIM that cannot be used.
    pub fn begin_ussd(&mut self, now: Instant, by: Origin, coding: u8, octets: &[u8]) -> Result<Ticket, Failure> {
        self.poll(now);
        let said = decoded(CbsCoding(coding), octets)?;
        if self.in_ussd() {
            return Err(Reason::Busy.into());
        }
        if said == SHOW_IMEI {
            let ticket = self.begin(by, Work::Ussd, None)?;
            let imei = reply(UssdResponse::Done, true, &self.identity.imei, false);
            self.answer_ussd(by, imei);
            return Ok(ticket);
        }
        self.network_hears()?;
        let ticket = self.begin(by, Work::Ussd, None)?;
        self.ussd.dialogue = Some(Dialogue { by, said, turn: Turn::Network, due: now, is_new: true });
        self.network_thinks(now);
        Ok(ticket)
    }

    /// A host answers the network.
    ///
    /// # Errors
    ///
    /// Those of [`begin_ussd`](Self::begin_ussd); [`Reason::Busy`] while the network is to speak,
    /// [`Reason::NotAllowed`] without a dialogue.
    pub fn continue_ussd(&mut self, now: Instant, by: Origin, coding: u8, octets: &[u8]) -> Result<Ticket, Failure> {
        self.poll(now);
        let more = decoded(CbsCoding(coding), octets)?;
        self.network_hears()?;
        let Some(dialogue) = &self.ussd.dialogue else {
            return Err(Reason::NotAllowed.into());
        };
        if dialogue.turn == Turn::Network {
            return Err(Reason::Busy.into());
        }
        let mut said = dialogue.said.clone();
        if said.push(' ').is_err() || said.push_str(&more).is_err() {
            return Err(Reason::TooLong.into());
        }
        let ticket = self.begin(by, Work::Ussd, None)?;
        self.take_over(by);
        self.ussd.dialogue = Some(Dialogue { by, said, turn: Turn::Network, due: now, is_new: false });
        self.network_thinks(now);
        Ok(ticket)
    }

    /// A host ends the dialogue, if there is one. A request that waits fails.
    pub fn cancel_ussd(&mut self, now: Instant, by: Origin) {
        self.poll(now);
        self.take_over(by);
        self.ussd.dialogue = None;
        self.finish(Work::Ussd, Err(Reason::Refused.into()));
    }

    /// Who had the dialogue learns that another client has taken it.
    fn take_over(&mut self, by: Origin) {
        if self.ussd.dialogue.as_ref().is_some_and(|dialogue| dialogue.by != by) {
            self.tell_ussd(by, reply(UssdResponse::OtherClient, false, "", false));
        }
    }

    /// When the network will answer.
    fn network_thinks(&mut self, now: Instant) {
        let Ussd { setup, dialogue: Some(dialogue), .. } = &mut self.ussd else { return };
        let answer = setup.answers.iter().find(|answer| answer.to == dialogue.said);
        let silent = answer.is_some_and(|answer| answer.says == Says::Silence);
        dialogue.due = now + if silent { self.delays.no_answer } else { self.delays.ussd };
    }

    fn tell_ussd(&mut self, by: Origin, reply: Reply) {
        let number = self.ussd.keep(None, reply);
        self.log.push(by, Change::Ussd(number));
    }

    fn answer_ussd(&mut self, by: Origin, reply: Reply) {
        self.ussd.keep(Some(by), reply);
        self.finish(Work::Ussd, Ok(()));
    }

    pub(super) fn ussd_due(&mut self, now: Instant) {
        let Some(mut dialogue) = self.ussd.dialogue.take() else { return };
        if dialogue.turn == Turn::User {
            return self.tell_ussd(Origin::WORLD, reply(UssdResponse::Terminated, false, "", false));
        }
        let (by, is_new) = (dialogue.by, dialogue.is_new);
        let answer = self.ussd.setup.answers.iter().find(|answer| answer.to == dialogue.said);
        let reply = match answer.map(|answer| (&answer.says, answer.ucs2)) {
            None => reply(UssdResponse::NotSupported, is_new, "", false),
            Some((Says::Silence, _)) => reply(UssdResponse::TimedOut, is_new, "", false),
            Some((Says::Ends, _)) => reply(UssdResponse::Terminated, is_new, "", false),
            Some((Says::Text(said), ucs2)) => reply(UssdResponse::Done, is_new, said, ucs2),
            Some((Says::Question(said), ucs2)) => {
                let reply = reply(UssdResponse::Question, is_new, said, ucs2);
                dialogue.turn = Turn::User;
                dialogue.due = now + self.delays.ussd_idle;
                self.ussd.dialogue = Some(dialogue);
                reply
            }
        };
        self.answer_ussd(by, reply);
    }

    // The network by itself.

    /// The network says something, or asks if `question`.
    ///
    /// # Errors
    ///
    /// [`Reason::Busy`] while there is a dialogue, [`Reason::NotRegistered`] and others if the modem cannot be reached.
    pub fn network_ussd(&mut self, now: Instant, said: &str, question: bool) -> Result<(), Failure> {
        self.poll(now);
        if self.in_ussd() {
            return Err(Reason::Busy.into());
        }
        self.network_hears()?;
        let response = if question { UssdResponse::Question } else { UssdResponse::Done };
        if question {
            let due = now + self.delays.ussd_idle;
            let dialogue = Dialogue { by: Origin::WORLD, said: text(NETWORK), turn: Turn::User, due, is_new: false };
            self.ussd.dialogue = Some(dialogue);
        }
        self.tell_ussd(Origin::WORLD, reply(response, true, said, false));
        Ok(())
    }

    /// The network ends the dialogue, if there is one.
    pub fn network_ends_ussd(&mut self, now: Instant) {
        self.poll(now);
        self.end_ussd(UssdResponse::Terminated);
    }

    /// A client inside the device, such as its own menu, answers in the dialogue, if there is one, and keeps it.
    pub fn other_client_answers_ussd(&mut self, now: Instant) {
        self.poll(now);
        self.end_ussd(UssdResponse::OtherClient);
    }

    fn end_ussd(&mut self, why: UssdResponse) {
        let Some(dialogue) = self.ussd.dialogue.take() else { return };
        let end = reply(why, dialogue.is_new && dialogue.turn == Turn::Network, "", false);
        match dialogue.turn {
            Turn::Network => self.answer_ussd(dialogue.by, end),
            Turn::User => self.tell_ussd(Origin::WORLD, end),
        }
    }

    /// The network does not hear the modem any more.
    pub(super) fn ussd_lost(&mut self, why: Failure) {
        match self.ussd.dialogue.as_ref().map(|dialogue| dialogue.turn) {
            Some(Turn::Network) => {
                self.ussd.dialogue = None;
                let failure = Failure { reason: Reason::NotRegistered, ..why };
                self.finish(Work::Ussd, Err(failure));
            }
            Some(Turn::User) => self.end_ussd(UssdResponse::Terminated),
            None => {}
        }
    }

    /// The host is gone, and with it its dialogue.
    pub(super) fn forget_ussd_of(&mut self, host: Origin) {
        if self.ussd.dialogue.as_ref().is_some_and(|dialogue| dialogue.by == host) {
            self.ussd.dialogue = None;
        }
    }
}
