//! Refreshes: the card says that what the terminal has read of it does not hold any more (REFRESH, ETSI TS 102 223
//! §6.4.7).
//!
//! A refresh begins, and ends a little later: with the card ready again if it was reset, else when whoever reads files
//! has said so ([`Modem::complete_refresh`]), or after [`Delays::refresh`](super::Delays::refresh).

use heapless::Vec;

use super::event::{Change, Origin};
use super::{Failure, Modem, Reason};
use crate::time::Instant;

/// Files that a refresh names, at most.
pub const FILES: usize = 8;
/// Bytes of a path, two for each file identifier.
pub const PATH: usize = 8;

/// What has become old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RefreshMode {
    /// Everything: the card is reset.
    Reset,
    /// What was read when the application started.
    Init,
    /// The same, and the files that are named.
    InitFiles,
    /// The files that are named.
    Files,
    /// What was read when the application started, and all files.
    InitAll,
    /// The application is reset.
    Application,
    /// The session with the application starts anew.
    Session,
}

/// How far a refresh is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RefreshStage {
    /// It has begun.
    Start,
    /// It is over.
    Done,
    /// Somebody could not do what it asked for.
    Failed,
}

/// A file from the root (3F00) or from the application (7FFF) on, the higher byte of each identifier first.
pub type Path = Vec<u8, PATH>;

/// A refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// What has become old.
    pub mode: RefreshMode,
    /// The files that are named.
    pub files: Vec<Path, FILES>,
}

impl Refresh {
    /// A refresh of the mode that a REFRESH command of the card has as its qualifier; `list` is the value of the
    /// command's file list: a count, and the paths one after another.
    pub(super) fn from_command(qualifier: u8, list: &[u8]) -> Option<Self> {
        let mode = match qualifier {
            0x00 => RefreshMode::InitAll,
            0x01 => RefreshMode::Files,
            0x02 => RefreshMode::InitFiles,
            0x03 => RefreshMode::Init,
            0x04 => RefreshMode::Reset,
            0x05 => RefreshMode::Application,
            0x06 => RefreshMode::Session,
            _ => return None,
        };
        let mut files: Vec<Path, FILES> = Vec::new();
        for id in list.get(1..).unwrap_or_default().chunks_exact(2) {
            if id == super::card::MF.to_be_bytes() {
                files.push(Path::new()).ok()?;
            }
            files.last_mut()?.extend_from_slice(id).ok()?;
        }
        Some(Self { mode, files })
    }
}

#[derive(Debug, Default)]
pub(super) struct Refreshing {
    last: Option<Refresh>,
    /// When it ends by itself.
    due: Option<Instant>,
}

impl Refreshing {
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    pub(super) fn power_off(&mut self) {
        *self = Self::default();
    }
}

impl Modem {
    /// The refresh that is under way, or was the last one.
    #[must_use]
    pub fn refresh(&self) -> Option<&Refresh> {
        self.refreshing.last.as_ref()
    }

    /// Whether a refresh is under way.
    #[must_use]
    pub fn is_refreshing(&self) -> bool {
        self.refreshing.due.is_some()
    }

    /// The card wants a refresh.
    ///
    /// # Errors
    ///
    /// [`Reason::Busy`] while there is one, and those of a SIM that cannot be used.
    pub fn begin_refresh(&mut self, now: Instant, refresh: Refresh) -> Result<(), Failure> {
        self.poll(now);
        self.start_refresh(now, refresh)
    }

    pub(super) fn start_refresh(&mut self, now: Instant, refresh: Refresh) -> Result<(), Failure> {
        self.usable_sim()?;
        if self.is_refreshing() {
            return Err(Reason::Busy.into());
        }
        let resets = refresh.mode == RefreshMode::Reset;
        self.refreshing.last = Some(refresh);
        self.refreshing.due = Some(now + if resets { self.delays.sim } else { self.delays.refresh });
        self.log.push(Origin::WORLD, Change::Refresh(RefreshStage::Start));
        if resets {
            self.reset_card(now, false)?;
        }
        Ok(())
    }

    /// A host has read what it wanted, or could not. A refresh that resets the card is not over before the card is
    /// ready.
    ///
    /// # Errors
    ///
    /// [`Reason::NotActive`] if there is none under way.
    pub fn complete_refresh(&mut self, now: Instant, by: Origin, success: bool) -> Result<(), Failure> {
        self.poll(now);
        if !self.is_refreshing() {
            return Err(Reason::NotActive.into());
        }
        if self.refreshing.last.as_ref().is_some_and(|refresh| refresh.mode == RefreshMode::Reset) {
            return Ok(());
        }
        self.end_refresh(by, if success { RefreshStage::Done } else { RefreshStage::Failed });
        Ok(())
    }

    pub(super) fn end_refresh(&mut self, by: Origin, stage: RefreshStage) {
        self.refreshing.due = None;
        self.log.push(by, Change::Refresh(stage));
    }
}

#[cfg(test)]
#[allow(clippy::std_instead_of_alloc, clippy::unwrap_used)]
mod tests {
    use super::super::Setup;
    use super::super::event::Reading;
    use super::super::stk::ProactiveCommand;
    use super::*;
    use crate::time::Millis;

    fn stages(modem: &Modem, cursor: &mut super::super::event::Cursor) -> std::vec::Vec<RefreshStage> {
        let mut stages = std::vec::Vec::new();
        while let Some(reading) = modem.event(cursor) {
            if let Reading::Event(event) = reading {
                if let Change::Refresh(stage) = event.change {
                    stages.push(stage);
                }
            }
        }
        stages
    }

    #[test]
    fn a_refresh_ends_when_the_files_were_read_or_patience_is_over() {
        let mut modem = Modem::new(Instant(0), Setup::default());
        let now = Instant(10_000);
        modem.poll(now);
        let mut cursor = modem.newest();
        let refresh = Refresh::from_command(0x01, &[2, 0x3f, 0, 0x2f, 0xe2, 0x3f, 0, 0x7f, 0xff, 0x6f, 0x07]).unwrap();
        assert_eq!(refresh.files, [&[0x3f, 0, 0x2f, 0xe2][..], &[0x3f, 0, 0x7f, 0xff, 0x6f, 0x07]]);
        modem.begin_refresh(now, refresh.clone()).unwrap();
        assert_eq!(modem.begin_refresh(now, refresh.clone()).unwrap_err().reason, Reason::Busy);
        assert_eq!(stages(&modem, &mut cursor), [RefreshStage::Start]);
        modem.complete_refresh(now, Origin(1), true).unwrap();
        assert_eq!(modem.complete_refresh(now, Origin(1), true).unwrap_err().reason, Reason::NotActive);
        assert_eq!(stages(&modem, &mut cursor), [RefreshStage::Done]);
        modem.begin_refresh(now, refresh).unwrap();
        modem.poll(now + Millis(10_000));
        assert_eq!(stages(&modem, &mut cursor), [RefreshStage::Start, RefreshStage::Done]);
    }

    #[test]
    fn the_toolkit_of_the_card_asks_for_a_reset() {
        let mut modem = Modem::new(Instant(0), Setup::default());
        let now = Instant(10_000);
        modem.poll(now);
        let mut cursor = modem.newest();
        modem.issue_proactive(now, ProactiveCommand::refresh(0x04).unwrap()).unwrap();
        modem.poll(now + Millis(250));
        assert_eq!(stages(&modem, &mut cursor), [RefreshStage::Start]);
        assert!(modem.phonebook().is_err(), "the card starts");
        modem.poll(now + Millis(10_000));
        assert_eq!(stages(&modem, &mut cursor), [RefreshStage::Done]);
        assert!(modem.phonebook().is_ok());
    }
}
