//! Phonebook (MBIM 1.0): the entries on the SIM.

use heapless::Vec;
use mbim_wire::message::CommandType;
use mbim_wire::service::phonebook as wire;
use mbim_wire::{Status, View};

use super::super::super::collect;
use super::super::super::modem::event::Change;
use super::super::super::modem::phonebook::{ENTRIES, Entry, NAME, NUMBER};
use super::super::super::modem::{Modem, Reason};
use super::super::Core;
use super::super::answers::{Sink, Source, Subject as AnySubject};
use super::super::commands::{Served, Service, served};
use super::super::requests::{INVALID, Outcome, Refused, done, stored};
use crate::time::Instant;

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::PHONEBOOK,
    commands: COMMANDS,
    subscribed: true,
    offered: |_, _| true,
    execute: |core, now, modem, request| match (Id::of(request.cid), request.kind) {
        (Some(id), CommandType::QUERY) => query(modem, id, request.body),
        (Some(id), _) => set(core, now, modem, id, request.body),
        (None, _) => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication,
    state: |_, cid, _| (cid == Id::Configuration.cid()).then_some(Subject::Configuration.into()),
};

served! {
    Configuration = wire::Configuration: query indicated;
    Read = wire::Read: query;
    Delete = wire::Delete: set;
    Write = wire::Write: set;
}

/// What an answer or indication is about.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Subject {
    Configuration,
    /// All entries, or the one at an index.
    Entries(Option<u16>),
}

/// It is told when the phonebook can be used, when it no longer can, and when somebody else has changed it.
fn indication(own: bool, change: Change) -> Option<(u32, AnySubject)> {
    match change {
        Change::Phonebook if !own => Some((Id::Configuration.cid(), Subject::Configuration.into())),
        _ => None,
    }
}

/// The entries that are meant: all of them, or one.
fn chosen(flag: wire::PhonebookFlag, index: u32) -> Result<Option<u32>, Refused> {
    match flag {
        wire::PhonebookFlag::ALL => Ok(None),
        wire::PhonebookFlag::INDEX => Ok(Some(index)),
        _ => Err(INVALID),
    }
}

fn query(modem: &Modem, id: Id, body: &[u8]) -> Outcome {
    match id {
        Id::Configuration => {
            match modem.phonebook() {
                // A phonebook that is not ready yet is told as such.
                Err(failure) if failure.reason != Reason::NotReady => return Err(failure.into()),
                _ => {}
            }
            done(Subject::Configuration)
        }
        Id::Read => {
            let query = wire::ReadQueryView::new(body).read()?;
            match chosen(query.filter_flag, query.filter_message_index)? {
                Some(index) => done(Subject::Entries(Some(modem.phonebook_entry(index)?.index))),
                None => {
                    modem.phonebook()?;
                    done(Subject::Entries(None))
                }
            }
        }
        Id::Delete | Id::Write => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    }
}

fn set(core: &Core<'_>, now: Instant, modem: &mut Modem, id: Id, body: &[u8]) -> Outcome {
    let by = core.config.origin;
    match id {
        Id::Delete => {
            let set = wire::DeleteSetView::new(body).read()?;
            modem.erase_phonebook(now, by, chosen(set.filter_flag, set.filter_message_index)?)?;
        }
        Id::Write => {
            let set = wire::WriteSetView::new(body).read()?;
            let index = match set.save_flag {
                wire::PhonebookWriteFlag::SAVE_UNUSED => None,
                wire::PhonebookWriteFlag::SAVE_INDEX => Some(set.save_index),
                _ => return Err(INVALID),
            };
            // Without a phonebook nothing is too long for it.
            modem.phonebook()?;
            let number = stored::<NUMBER>(*set.number)?;
            let name = stored::<NAME>(*set.name)?;
            modem.write_phonebook(now, by, index, &number, &name)?;
        }
        Id::Configuration | Id::Read => return Err(Refused(Status::NO_DEVICE_SUPPORT)),
    }
    done(AnySubject::Empty)
}

fn entry(entry: &Entry) -> wire::PhonebookEntry<'_> {
    wire::PhonebookEntry {
        entry_index: u32::from(entry.index),
        number: entry.number.as_str().into(),
        name: entry.name.as_str().into(),
    }
}

impl Source<'_> {
    pub(in super::super) fn tell_phonebook(&self, subject: Subject, sink: Sink<'_>) {
        match (subject, self.modem.phonebook()) {
            (Subject::Configuration, Ok(phonebook)) => sink(&wire::ConfigurationInfo {
                state: wire::PhonebookState::INITIALIZED,
                number_of_entries: u32::from(phonebook.capacity()),
                used_entries: u32::try_from(phonebook.entries().len()).unwrap_or(u32::MAX),
                max_number_length: u32::from(phonebook.max_number()),
                max_name: u32::from(phonebook.max_name()),
            }),
            (Subject::Configuration, Err(_)) => sink(&wire::ConfigurationInfo::default()),
            (Subject::Entries(wanted), phonebook) => {
                let entries = phonebook.map(|phonebook| phonebook.entries()).unwrap_or_default();
                let wanted = |found: &&Entry| wanted.is_none_or(|index| index == found.index);
                let entries: Vec<_, ENTRIES> = collect(entries.iter().filter(wanted).map(entry));
                sink(&wire::ReadInfo { entries: (&*entries).into(), ..Default::default() });
            }
        }
    }
}
