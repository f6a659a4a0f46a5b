//! Contexts that the modem stores: those to attach to LTE with, and those to connect with. And packet filters.

use mbim_wire::list::RefList;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::ms_basic_connect_extensions as bce;
use mbim_wire::{Command, Count, DecodeError, Encode, Status, StructWriter, View as _};

use mbim_wire::message::CommandType;

use super::{CommandId, Outcome, Procedure, Question, Step, Version, fail};
use crate::time::Instant;

/// Asks the better of two commands for the same thing, and if the modem does not have that one, the other.
#[derive(Clone, Copy, Debug)]
pub struct AskEither<'p> {
    better: Question<'p>,
    other: Question<'p>,
    commands: [&'static CommandId; 2],
    is_better: bool,
}

impl<'p> AskEither<'p> {
    /// Asks `B`, or else `O`.
    #[must_use]
    pub fn new<B: Command, O: Command>(kind: CommandType, better: &'p dyn Encode, other: &'p dyn Encode) -> Self {
        let commands = [CommandId::of::<B>(), CommandId::of::<O>()];
        let [better_id, other_id] = commands;
        let (better, other) = (Question::new(better_id, kind, better), Question::new(other_id, kind, other));
        Self { better, other, commands, is_better: true }
    }

    /// Whether it is the better one that was answered.
    #[must_use]
    pub const fn is_better(&self) -> bool {
        self.is_better
    }
}

impl Procedure for AskEither<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let [better, other] = self.commands;
        match outcome {
            Outcome::Begin => {
                self.is_better = true;
                Step::Ask(self.better)
            }
            Outcome::Answer(_) => Step::Done,
            Outcome::Refused(Status::NO_DEVICE_SUPPORT | Status::INVALID_DEVICE_SERVICE_OPERATION, _)
                if self.is_better =>
            {
                self.is_better = false;
                Step::Ask(self.other)
            }
            outcome => fail(if self.is_better { better } else { other }, outcome),
        }
    }
}

/// The contexts that the modem stores, from whichever of the two services it has.
#[derive(Clone, Copy, Debug)]
pub enum StoredContexts<'a> {
    /// From Microsoft's extensions.
    Extended(bce::ProvisionedContextsInfoView<'a>),
    /// From Basic Connect, which tells less of each.
    Basic(bc::ProvisionedContextsInfoView<'a>),
}

impl<'a> StoredContexts<'a> {
    /// The contexts. What Basic Connect does not tell is as a context without restrictions has it.
    ///
    /// # Errors
    ///
    /// The list, or an element of it, cannot be read.
    pub fn iter(
        &self,
    ) -> Result<impl Iterator<Item = Result<bce::ProvisionedContextElementV2<'a>, DecodeError>> + use<'a>, DecodeError>
    {
        let (extended, basic) = match self {
            Self::Extended(info) => (info.provisioned_contexts()?, RefList::new(&[])),
            Self::Basic(info) => (RefList::new(&[]), info.provisioned_contexts()?),
        };
        Ok(extended.iter().chain(basic.iter().map(|element| element.map(unrestricted))))
    }
}

fn unrestricted(element: bc::ProvisionedContextElement<'_>) -> bce::ProvisionedContextElementV2<'_> {
    bce::ProvisionedContextElementV2 {
        context_id: element.context_id,
        context_type: element.context_type,
        ip_type: bc::ContextIpType::DEFAULT,
        state: bce::ContextState::ENABLED,
        roaming: bce::ContextRoamingControl::ALLOW_ALL,
        media_type: bce::ContextMediaType::CELLULAR_ONLY,
        source: bce::ContextSource::MODEM,
        access_string: element.access_string,
        user_name: element.user_name,
        password: element.password,
        compression: element.compression,
        auth_protocol: element.auth_protocol,
    }
}

/// A context to store, as Basic Connect has it.
#[must_use]
pub fn basic_context<'a>(
    context_id: u32,
    provider_id: &'a str,
    set: &bce::ProvisionedContextsSet<'a>,
) -> bc::ProvisionedContextsSet<'a> {
    bc::ProvisionedContextsSet {
        context_id,
        context_type: set.context_type,
        access_string: set.access_string,
        user_name: set.user_name,
        password: set.password,
        compression: set.compression,
        auth_protocol: set.auth_protocol,
        provider_id: provider_id.into(),
    }
}

/// Filters to set, in the layout of a version.
#[derive(Clone, Copy, Debug)]
pub struct FilterSet<'a> {
    /// The session.
    pub session_id: u32,
    /// The filters; their numbers only matter from version 3.0 on.
    pub filters: &'a [bc::PacketFilterV3<'a>],
    /// The version.
    pub version: Version,
}

/// Bytes of the session and the count, and of the pair for each filter behind them.
const HEAD: usize = 8;
const PAIR: usize = 8;

impl Encode for FilterSet<'_> {
    fn fixed_len(&self) -> usize {
        self.filters.len().saturating_mul(PAIR).saturating_add(HEAD)
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        w.word(0, self.session_id);
        let mut at = HEAD;
        for filter in self.filters {
            let (offset, size) = if self.version >= Version::V3 {
                w.structure(filter)
            } else {
                let bc::PacketFilterV3 { packet_filter, packet_mask, .. } = *filter;
                w.structure(&bc::PacketFilter { filter_size: Count::AUTO, packet_filter, packet_mask })
            };
            w.word(at, offset);
            w.word(at.saturating_add(4), size);
            at = at.saturating_add(PAIR);
        }
        w.count(HEAD, 4, self.filters.len());
    }
}

/// The filters of a session, in the layout of a version.
#[derive(Clone, Copy, Debug)]
pub struct Filters<'a> {
    body: &'a [u8],
    version: Version,
}

impl<'a> Filters<'a> {
    /// Reads the answer of IP_PACKET_FILTERS.
    #[must_use]
    pub const fn new(version: Version, body: &'a [u8]) -> Self {
        Self { body, version }
    }

    /// The filters. Before version 3.0 they have no numbers: all are 0.
    ///
    /// # Errors
    ///
    /// The list, or an element of it, cannot be read.
    pub fn iter(
        &self,
    ) -> Result<impl Iterator<Item = Result<bc::PacketFilterV3<'a>, DecodeError>> + use<'a>, DecodeError> {
        let (new, old) = if self.version >= Version::V3 {
            (bc::IpPacketFiltersInfoV3View::new(self.body).packet_filters()?, RefList::new(&[]))
        } else {
            (RefList::new(&[]), bc::IpPacketFiltersInfoView::new(self.body).packet_filters()?)
        };
        let old = old.iter().map(|filter| {
            let bc::PacketFilter { filter_size, packet_filter, packet_mask } = filter?;
            Ok(bc::PacketFilterV3 { filter_size, packet_filter, packet_mask, filter_id: 0 })
        });
        Ok(new.iter().chain(old))
    }
}
