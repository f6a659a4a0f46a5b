//! Auth (MBIM 1.0 §10.5.40 to §10.5.42): the SIM answers challenges of other networks, for EAP-AKA, EAP-AKA' and EAP-SIM.

use mbim_wire::bytes::FixedBytes;
use mbim_wire::message::CommandType;
use mbim_wire::service::auth as wire;
use mbim_wire::{Status, View};

use super::super::super::modem::auth::{NETWORK_NAME, Rejected, Triplet, Vector};
use super::super::super::modem::{Modem, Text};
use super::super::answers::{Sink, Source, Subject as AnySubject, status};
use super::super::commands::{Served, Service, served};
use super::super::requests::{INVALID, Outcome, Refused, Step, done, stored};
use crate::time::Instant;

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::AUTH,
    commands: COMMANDS,
    subscribed: true,
    offered: |_, _| true,
    execute: |_, now, modem, request| match (Id::of(request.cid), request.kind) {
        (Some(id), CommandType::QUERY) => query(now, modem, id, request.body),
        _ => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication: |_, _| None,
    state: |_, _, _| None,
};

served! {
    Aka = wire::Aka: query;
    Akap = wire::Akap: query;
    Sim = wire::Sim: query;
}

/// What an answer is about.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Subject {
    Vector(Vector),
    /// AUTS.
    OutOfStep([u8; 14]),
    /// Two answers, or three.
    Triplets(Triplet, Triplet, Option<Triplet>),
}

fn query(now: Instant, modem: &mut Modem, id: Id, body: &[u8]) -> Outcome {
    let outcome = match id {
        Id::Aka => {
            let query = wire::AkaQueryView::new(body).read()?;
            modem.authenticate(now, query.rand.0, query.autn.0)
        }
        Id::Akap => {
            let query = wire::AkapQueryView::new(body).read()?;
            let name: Text<NETWORK_NAME> = stored(*query.network_name)?;
            modem.authenticate_prime(now, query.rand.0, query.autn.0, &name)
        }
        Id::Sim => {
            let query = wire::SimQueryView::new(body).read()?;
            if !matches!(query.n, 2 | 3) {
                return Err(INVALID);
            }
            let mut answer = |rand: &[u8; 16]| modem.authenticate_gsm(now, rand);
            let (first, second) = (answer(query.rand1.0)?, answer(query.rand2.0)?);
            let third = if query.n == 3 { Some(answer(query.rand3.0)?) } else { None };
            return done(Subject::Triplets(first, second, third));
        }
    };
    match outcome {
        Ok(vector) => done(Subject::Vector(vector)),
        Err(Rejected::Sync(auts)) => Ok(Step::Done(Status::AUTH_SYNC_FAILURE, Subject::OutOfStep(auts).into())),
        Err(Rejected::Mac) => Err(Refused(Status::AUTH_INCORRECT_AUTN)),
        Err(Rejected::NotSeparated) => Err(Refused(Status::AUTH_AMF_NOT_SET)),
        Err(Rejected::Sim(failure)) => Err(Refused(status(failure))),
    }
}

impl From<Subject> for AnySubject {
    fn from(subject: Subject) -> Self {
        Self::Auth(subject)
    }
}

impl Source<'_> {
    pub(in super::super) fn tell_auth(&self, subject: Subject, sink: Sink<'_>) {
        match subject {
            Subject::Vector(vector) => {
                let mut res = [0; 16];
                for (to, from) in res.iter_mut().zip(vector.res) {
                    *to = from;
                }
                sink(&wire::AkaInfo {
                    res: FixedBytes(&res),
                    res_len: u32::try_from(vector.res.len()).unwrap_or(0),
                    integrating_key: FixedBytes(&vector.ik),
                    ciphering_key: FixedBytes(&vector.ck),
                    ..Default::default()
                });
            }
            Subject::OutOfStep(auts) => sink(&wire::AkaInfo { auts: FixedBytes(&auts), ..Default::default() }),
            Subject::Triplets(first, second, third) => {
                let sres = |triplet: Triplet| u32::from_be_bytes(triplet.sres);
                let kc = |triplet: Triplet| u64::from_be_bytes(triplet.kc);
                sink(&wire::SimInfo {
                    sres1: sres(first),
                    kc1: kc(first),
                    sres2: sres(second),
                    kc2: kc(second),
                    sres3: third.map_or(0, sres),
                    kc3: third.map_or(0, kc),
                    n: if third.is_some() { 3 } else { 2 },
                });
            }
        }
    }
}
