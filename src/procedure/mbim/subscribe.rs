//! Choosing the indications (DEVICE_SERVICE_SUBSCRIBE_LIST).

use heapless::Vec;
use mbim_wire::field::Empty;
use mbim_wire::list::Array;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::{
    ms_basic_connect_extensions as bce, ms_sar, ms_voice_extensions, phonebook, qmi, sms, stk, ussd,
};
use mbim_wire::{Count, DecodeError, Encode, StructWriter, Uuid, View as _};

use super::{CommandId, Outcome, Procedure, Refusal, Step, decode, fail, query, set};
use crate::time::Instant;

/// Indications of a device service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Indications<'a> {
    /// The service.
    pub service: Uuid,
    /// The commands whose indications are wanted.
    pub cids: &'a [u32],
}

/// What is subscribed if the modem lists it. First the standard services with all that they indicate, because a list
/// replaces the default, which is just this; then those of Microsoft and others that the default does not have.
pub const INDICATIONS: &[Indications<'static>] = &[
    Indications { service: bc::BASIC_CONNECT, cids: &[2, 3, 7, 9, 10, 11, 12, 13, 15, 22, 24] },
    Indications { service: sms::SMS, cids: &[1, 2, 5] },
    Indications { service: ussd::USSD, cids: &[1] },
    Indications { service: phonebook::PHONEBOOK, cids: &[1] },
    Indications { service: stk::STK, cids: &[1] },
    Indications { service: bce::MS_BASIC_CONNECT_EXTENSIONS, cids: &[1, 3, 4, 8, 9, 12, 16] },
    Indications { service: ms_sar::MS_SAR, cids: &[2] },
    Indications { service: ms_voice_extensions::MS_VOICE_EXTENSIONS, cids: &[10] },
    Indications { service: qmi::QMI, cids: &[1] },
];

/// Commands of one entry that can be subscribed.
const CIDS: usize = 16;

/// Subscribes to [`INDICATIONS`] and to a caller's own, as far as the modem lists their commands: some modems refuse a
/// whole list for one command that they do not have. A modem that refuses all the same goes on with what it indicates by
/// itself; that is no failure, but [told](Self::refusal).
#[derive(Clone, Copy, Debug)]
pub struct Subscribe<'a> {
    list: List<'a>,
    asked: bool,
    refusal: Option<Refusal>,
}

/// What is wanted, and a bit for each command of it that the modem lists.
#[derive(Clone, Copy, Debug)]
struct List<'a> {
    own: &'a [Indications<'a>],
    listed: u64,
}

impl<'a> Subscribe<'a> {
    /// Subscribes to `own` beside the usual ones: indications of services that [`INDICATIONS`] does not have, 16 commands
    /// each, and at most 32 in all. What is beyond is not subscribed.
    #[must_use]
    pub const fn new(own: &'a [Indications<'a>]) -> Self {
        Self { list: List { own, listed: 0 }, asked: false, refusal: None }
    }

    /// Why the modem did not take the list, if it did not.
    #[must_use]
    pub const fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }
}

impl List<'_> {
    /// Every entry, with the number of its first command.
    fn entries(&self) -> impl Iterator<Item = (u32, Indications<'_>)> {
        let entries = INDICATIONS.iter().chain(self.own).copied();
        entries.scan(0_u32, |next, entry| {
            let first = *next;
            *next = next.saturating_add(u32::try_from(entry.cids.len()).unwrap_or(u32::MAX));
            Some((first, entry))
        })
    }

    /// Notes what the modem lists.
    fn note(&mut self, body: &[u8]) -> Result<(), DecodeError> {
        let mut listed = 0;
        for element in bc::DeviceServicesInfoView::new(body).device_services()?.iter() {
            let element = element?;
            for (first, entry) in self.entries().filter(|(_, entry)| entry.service == element.device_service_id) {
                for cid in element.cids.iter() {
                    let cid = cid?;
                    for (number, _) in (first..).zip(entry.cids).filter(|(_, wanted)| **wanted == cid) {
                        listed |= bit(number);
                    }
                }
            }
        }
        self.listed = listed;
        Ok(())
    }

    /// The entries that the modem has something of.
    fn wanted(&self) -> impl Iterator<Item = (Uuid, Vec<u32, CIDS>)> {
        self.entries().filter_map(|(first, entry)| {
            let mut cids = Vec::new();
            for (_, cid) in (first..).zip(entry.cids).filter(|(number, _)| self.listed & bit(*number) != 0) {
                if cids.push(*cid).is_err() {
                    break;
                }
            }
            (!cids.is_empty()).then_some((entry.service, cids))
        })
    }
}

/// The bit of a command; none for those that there are too many of.
fn bit(number: u32) -> u64 {
    1_u64.checked_shl(number).unwrap_or(0)
}

/// Bytes of the count, and of the pair for each entry behind it.
const COUNT: usize = 4;
const PAIR: usize = 8;

impl Encode for List<'_> {
    fn fixed_len(&self) -> usize {
        self.wanted().count().saturating_mul(PAIR).saturating_add(COUNT)
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        let mut at = COUNT;
        for (device_service_id, cids) in self.wanted() {
            let entry = bc::EventEntry { device_service_id, cids_count: Count::AUTO, cids: Array::new(&cids) };
            let (offset, size) = w.structure(&entry);
            w.word(at, offset);
            w.word(at.saturating_add(4), size);
            at = at.saturating_add(PAIR);
        }
        w.count(COUNT, COUNT, self.wanted().count());
    }
}

impl Procedure for Subscribe<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => {
                (self.asked, self.refusal) = (false, None);
                query::<bc::DeviceServices>(&Empty {})
            }
            Outcome::Answer(_) if self.asked => Step::Done,
            Outcome::Answer(body) => match self.list.note(body) {
                Ok(()) => {
                    self.asked = true;
                    set::<bc::DeviceServiceSubscribeList>(&self.list)
                }
                Err(error) => decode::<bc::DeviceServices>(error),
            },
            Outcome::Refused(status, body) if self.asked => {
                self.refusal = Some(Refusal::new(CommandId::of::<bc::DeviceServiceSubscribeList>(), status, body));
                Step::Done
            }
            outcome => fail(CommandId::of::<bc::DeviceServices>(), outcome),
        }
    }
}
