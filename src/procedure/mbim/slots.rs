//! SIM slots: which one the modem uses.

use heapless::Vec;
use mbim_wire::field::Empty;
use mbim_wire::list::RefList;
use mbim_wire::service::ms_basic_connect_extensions as bce;
use mbim_wire::{Count, Encode, Status, StructWriter, View as _};

use super::{CommandId, Outcome, Procedure, Refusal, Step, Stop, decode, fail, query, rest, set};
use crate::time::Instant;

/// Executors, which is to say modems in one device, that a mapping may have.
pub const EXECUTORS: usize = 8;

/// Has an executor use another SIM slot, and waits until the card there is settled: ready, absent or faulty. If another
/// executor uses that slot, the two change places. An executor that is not there stops it with
/// [`Status::INVALID_PARAMETERS`], as the modem would, and changes nothing.
///
/// While slots change, the modem indicates states of the SIM that mean nothing; wait for the end of this, and then for the
/// SIM ([`WaitReady`](super::WaitReady)).
#[derive(Clone, Debug)]
pub struct SwitchSlot {
    map: Mapping,
    executor: usize,
    slot: bce::SlotInfoStatusQuery,
    end: Instant,
    at: Switching,
    state: bce::UiccSlotState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Switching {
    /// Reads the present mapping.
    Reading,
    /// Asks for another.
    Mapping,
    /// Waits for the card.
    Waiting,
}

/// A slot for each executor.
#[derive(Clone, Debug, Default)]
struct Mapping(Vec<bce::Slot, EXECUTORS>);

impl Mapping {
    fn set(&self) -> bce::DeviceSlotMappingsSet<'_> {
        bce::DeviceSlotMappingsSet { map_count: Count::AUTO, slot_map: RefList::new(&self.0) }
    }
}

impl Encode for Mapping {
    fn fixed_len(&self) -> usize {
        self.set().fixed_len()
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        self.set().fill(w);
    }
}

impl SwitchSlot {
    /// Has `executor`, 0 if there is just one, use `slot`; both count from 0. Waits until `end` at most.
    #[must_use]
    pub fn new(executor: usize, slot: u32, end: Instant) -> Self {
        Self {
            map: Mapping::default(),
            executor,
            slot: bce::SlotInfoStatusQuery { slot_index: slot },
            end,
            at: Switching::Reading,
            state: bce::UiccSlotState::UNKNOWN,
        }
    }

    /// What is in the slot in the end.
    #[must_use]
    pub const fn state(&self) -> bce::UiccSlotState {
        self.state
    }

    /// Reads the mapping and changes it; `false` if it is as wanted already, `None` if the executor is not in it.
    fn change(&mut self, body: &[u8]) -> Result<Option<bool>, mbim_wire::DecodeError> {
        self.map.0.clear();
        for slot in bce::DeviceSlotMappingsInfoView::new(body).slot_map()?.iter() {
            // More executors than can be mapped: the modem would take a short map for a wrong one, and says so.
            if self.map.0.push(slot?).is_err() {
                break;
            }
        }
        let wanted = bce::Slot { slot: self.slot.slot_index };
        let Some(before) = self.map.0.get(self.executor).copied() else { return Ok(None) };
        if before == wanted {
            return Ok(Some(false));
        }
        if let Some(other) = self.map.0.iter_mut().find(|slot| **slot == wanted) {
            *other = before;
        }
        if let Some(slot) = self.map.0.get_mut(self.executor) {
            *slot = wanted;
        }
        Ok(Some(true))
    }
}

/// Whether the state of a slot is one that changes by itself.
fn unsettled(state: bce::UiccSlotState) -> bool {
    use bce::UiccSlotState as State;
    matches!(state, State::UNKNOWN | State::OFF | State::OFF_EMPTY | State::NOT_READY)
}

impl Procedure for SwitchSlot {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match (outcome, self.at) {
            (Outcome::Begin, _) => {
                self.at = Switching::Reading;
                query::<bce::DeviceSlotMappings>(&Empty {})
            }
            (Outcome::Answer(body), Switching::Reading) => match self.change(body) {
                Ok(Some(true)) => {
                    self.at = Switching::Mapping;
                    set::<bce::DeviceSlotMappings>(&self.map)
                }
                Ok(Some(false)) => {
                    self.at = Switching::Waiting;
                    query::<bce::SlotInfoStatus>(&self.slot)
                }
                Ok(None) => {
                    let command = CommandId::of::<bce::DeviceSlotMappings>();
                    Step::Fail(Stop::Refused(Refusal { command, status: Status::INVALID_PARAMETERS, network: None }))
                }
                Err(error) => decode::<bce::DeviceSlotMappings>(error),
            },
            (Outcome::Answer(_), Switching::Mapping) | (Outcome::Rested, _) => {
                self.at = Switching::Waiting;
                query::<bce::SlotInfoStatus>(&self.slot)
            }
            (Outcome::Answer(body), Switching::Waiting) => {
                self.state = match bce::SlotInfoStatusInfoView::new(body).state() {
                    Ok(state) => state,
                    Err(error) => return decode::<bce::SlotInfoStatus>(error),
                };
                if unsettled(self.state) { rest(now, self.end) } else { Step::Done }
            }
            // While the modem restarts its view of the cards, it may not want to tell.
            (Outcome::Refused(Status::NOT_INITIALIZED, _), Switching::Waiting) => rest(now, self.end),
            (outcome, Switching::Waiting) => fail(CommandId::of::<bce::SlotInfoStatus>(), outcome),
            (outcome, _) => fail(CommandId::of::<bce::DeviceSlotMappings>(), outcome),
        }
    }
}
