//! Intel Tools: settings of the modem's trace, which are kept and told.

use mbim_wire::message::CommandType;
use mbim_wire::service::intel_tools as wire;
use mbim_wire::{Status, View};

use super::super::VendorServices;
use super::super::answers::{Sink, Source};
use super::super::commands::{Served, Service, served};
use super::super::requests::{INVALID, Outcome, Refused, done};

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::INTEL_TOOLS,
    commands: COMMANDS,
    subscribed: false,
    offered: |offer, _| offer.config.vendor_services.contains(VendorServices::INTEL_TOOLS),
    execute: |_, _, modem, request| -> Outcome {
        match (Id::of(request.cid), request.kind) {
            (Some(Id::TraceConfig), CommandType::QUERY) => {
                let trace_cmd = wire::TraceConfigQueryView::new(request.body).trace_cmd()?;
                let result = modem.trace_setting(place(trace_cmd)).ok_or(INVALID)?;
                done(Subject(wire::TraceConfigInfo { trace_cmd, result }))
            }
            (Some(Id::TraceConfig), _) => {
                let set = wire::TraceConfigSetView::new(request.body).read()?;
                modem.set_trace_setting(place(set.trace_cmd), set.trace_value)?;
                done(Subject(wire::TraceConfigInfo { trace_cmd: set.trace_cmd, result: 0 }))
            }
            (None, _) => Err(Refused(Status::NO_DEVICE_SUPPORT)),
        }
    },
    indication: |_, _| None,
    state: |_, _, _| None,
};

served! {
    TraceConfig = wire::TraceConfig: query set;
}

/// Where the modem keeps a setting: the four are numbered from 0.
fn place(setting: wire::TraceCommand) -> usize {
    usize::try_from(setting.0).unwrap_or(usize::MAX)
}

/// What an answer is about.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Subject(wire::TraceConfigInfo);

impl Source<'_> {
    pub(in super::super) fn tell_intel_tools(&self, Subject(info): Subject, sink: Sink<'_>) {
        sink(&info);
    }
}
