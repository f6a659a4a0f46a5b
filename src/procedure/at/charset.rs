//! Character sets (27.007 §5.5): a procedure with texts that need all characters has UCS-2 for as long as it lasts, where the
//! modem has that, and leaves the set chosen that it found.

use at_wire::command::general::cscs;
use at_wire::message::Line as _;
use at_wire::parameter::LineWriter;
use at_wire::text::charset::Charset;
use heapless::String;

use super::{Outcome, Step, Stop, ask, ask_own, ask_with, copy, fail};
use crate::session::at::Failure;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Reading,
    /// That of the [`SETS`].
    Selecting(u8),
    /// The procedure goes on; whether another set was selected for it.
    Using(bool),
    Restoring,
}

/// Sets to select, the best first. In all of them it shows how long a text is, even with line ends in it.
const SETS: [(Charset, &str); 3] = [(Charset::Ucs2, "\"UCS2\""), (Charset::Hex, "\"HEX\""), (Charset::Gsm, "\"GSM\"")];

/// Whose turn it is.
pub(super) enum Turn<'o> {
    /// Not that of the procedure: this comes first.
    Set(Step),
    /// That of the procedure, with this outcome; `Begin` once texts can be had.
    Procedure(Outcome<'o>),
}

/// The set of a procedure. What it says comes in front of and behind the steps of the procedure.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    stage: Stage,
    /// How many of the sets will do.
    sets: u8,
    charset: Charset,
    /// The one that was found, by the name that the modem gives it.
    found: String<12>,
    /// What the procedure has come to.
    end: Option<Step>,
}

impl Chosen {
    /// UCS-2, or none.
    pub(super) const fn new() -> Self {
        Self { stage: Stage::Reading, sets: 1, charset: Charset::Ira, found: String::new(), end: None }
    }

    /// UCS-2, or the default alphabet of GSM.
    #[cfg(feature = "sms")]
    pub(super) const fn measurable() -> Self {
        Self { stage: Stage::Reading, sets: 3, charset: Charset::Ira, found: String::new(), end: None }
    }

    /// Selects the first set from that one on that will do, and was not found already.
    fn select(&mut self, from: u8) -> Option<Step> {
        let mut sets = (0..self.sets).zip(SETS).skip_while(|(index, _)| *index < from);
        let (index, (_, name)) = sets.find(|(_, (set, _))| *set != self.charset)?;
        self.stage = Stage::Selecting(index);
        Some(ask_with::<cscs::Set<'_>>(name))
    }

    /// The set that texts are in now.
    pub(super) const fn get(&self) -> Charset {
        self.charset
    }

    /// The set that was found. One that is not known is taken for ASCII.
    pub(super) fn found(&self) -> Charset {
        Charset::from_name(&self.found).unwrap_or_default()
    }

    /// Takes an outcome first; `needs` says whether the set that was found will not do.
    pub(super) fn turn<'o>(&mut self, outcome: Outcome<'o>, needs: impl FnOnce(Charset) -> bool) -> Turn<'o> {
        match (self.stage, outcome) {
            (_, Outcome::Begin) => {
                *self = Self { sets: self.sets, ..Self::new() };
                return Turn::Set(ask::<cscs::Read>());
            }
            (Stage::Using(_), outcome) => return Turn::Procedure(outcome),
            // Whatever it says to that: every procedure asks for the set that is chosen.
            (Stage::Restoring, _) => return Turn::Set(self.end.unwrap_or(Step::Done)),
            (Stage::Reading, Outcome::Done | Outcome::Refused(_)) => {
                self.charset = self.found();
                if self.charset != Charset::Ucs2 && needs(self.charset) {
                    if let Some(step) = self.select(0) {
                        return Turn::Set(step);
                    }
                }
                self.stage = Stage::Using(false);
            }
            (Stage::Selecting(index), Outcome::Done) => {
                let set = SETS.get(usize::from(index)).map(|(set, _)| *set);
                (self.charset, self.stage) = (set.unwrap_or(Charset::Ucs2), Stage::Using(true));
            }
            (Stage::Selecting(index), Outcome::Refused(_)) => match self.select(index.saturating_add(1)) {
                Some(step) => return Turn::Set(step),
                None => self.stage = Stage::Using(false),
            },
            (stage, outcome) => {
                // It may have been selected.
                self.stage = Stage::Using(stage != Stage::Reading);
                return Turn::Set(self.leave(fail(cscs::NAME, outcome)));
            }
        }
        Turn::Procedure(Outcome::Begin)
    }

    /// Takes what the procedure does next; before its end, what was found is chosen again.
    pub(super) fn leave(&mut self, step: Step) -> Step {
        match step {
            Step::Ask(_) | Step::Wait(_) => return step,
            // It has forgotten the set.
            Step::Fail(Stop::Failed { failure: Failure::Restarted, .. }) => return step,
            Step::Done | Step::Fail(_) if self.stage != Stage::Using(true) || self.found.is_empty() => return step,
            Step::Done | Step::Fail(_) => {}
        }
        (self.stage, self.end, self.charset) = (Stage::Restoring, Some(step), self.found());
        ask_own::<cscs::Set<'_>>()
    }

    /// Whether lines and parameters are about the set.
    pub(super) const fn is_asking(&self) -> bool {
        !matches!(self.stage, Stage::Using(_))
    }

    pub(super) fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        line.quoted(self.found.as_bytes());
    }

    pub(super) fn line(&mut self, line: &[u8]) {
        let Ok(answer) = cscs::ReadAnswer::parse(line) else { return };
        if self.stage != Stage::Reading {
            return;
        }
        copy(&mut self.found, answer.chset.0);
        // Some write its name in the set itself.
        if answer.chset.0.eq_ignore_ascii_case(b"0055004300530032") {
            copy(&mut self.found, b"UCS2");
        }
    }
}

/// Whether a text looks the same in all sets in which a character is an octet.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" *#+-.,:;()/".contains(&byte))
}
