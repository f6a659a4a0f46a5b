//! Auth of the MBIM function: challenges of 3GPP TS 35.208 and RFC 9048, and each status that MBIM has for them.
#![cfg(all(feature = "device", feature = "mbim"))]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

mod common;

use common::Bench;
use mbim_wire::bytes::FixedBytes;
use mbim_wire::field::Empty;
use mbim_wire::message::CommandType;
use mbim_wire::service::auth as wire;
use mbim_wire::{Command, Status, View};
use wwan::device::modem::auth::Secrets;
use wwan::device::modem::sim::Sim;
use wwan::device::modem::{Setup, SimSetup};

// Test set 1.
const RAND: [u8; 16] = 0x2355_3cbe_9637_a89d_218a_e64d_ae47_bf35_u128.to_be_bytes();
const AUTN: [u8; 16] = 0x55f3_28b4_3577_b9b9_4a9f_fac3_54df_afb3_u128.to_be_bytes();
const RES: u64 = 0xa542_11d5_e3ba_50bf;
const CK: u128 = 0xb40b_a9a3_c58b_2a05_bbf0_d987_b21b_f8cb;
const IK: u128 = 0xf769_bcd7_5104_4604_1276_7271_1c6d_3441;
const AK_RESYNC: u64 = 0x451e_8bec_a43b;
const SQN: u64 = 0xff9b_b4d0_b607;

fn aka(autn: &[u8; 16]) -> wire::AkaQuery<'_> {
    wire::AkaQuery { rand: FixedBytes(&RAND), autn: FixedBytes(autn) }
}

fn akap<'a>(autn: &'a [u8; 16], name: &'a str) -> wire::AkapQuery<'a> {
    wire::AkapQuery { rand: FixedBytes(&RAND), autn: FixedBytes(autn), network_name: name.into() }
}

#[test]
fn aka_answers_with_the_values_of_the_test_set() {
    let mut bench = Bench::ready(Setup::default());
    let tid = bench.query::<wire::Aka>(&aka(&AUTN));
    let message = bench.read_one();
    let body = message.answer::<wire::Aka>(tid, Status::SUCCESS);
    assert_eq!(body.len(), 16 + 4 + 16 + 16 + 14);
    let info = wire::AkaInfoView::new(body).read().unwrap();
    assert_eq!((info.res_len, info.res.0[..8].try_into().map(u64::from_be_bytes).unwrap()), (8, RES));
    assert_eq!(info.res.0[8..], [0; 8]);
    assert_eq!(u128::from_be_bytes(*info.ciphering_key.0), CK);
    assert_eq!(u128::from_be_bytes(*info.integrating_key.0), IK);
    assert_eq!(info.auts.0, &[0; 14]);

    // The same challenge again is out of step; AUTS tells with which number to go on.
    let tid = bench.query::<wire::Aka>(&aka(&AUTN));
    let message = bench.read_one();
    let info = wire::AkaInfoView::new(message.answer::<wire::Aka>(tid, Status::AUTH_SYNC_FAILURE)).read().unwrap();
    assert_eq!((info.res_len, info.res.0), (0, &[0; 16]));
    let [a, b, c, d, e, f, ..] = *info.auts.0;
    assert_eq!(u64::from_be_bytes([0, 0, a, b, c, d, e, f]) ^ AK_RESYNC, SQN);
}

#[test]
fn forged_challenges_are_refused_and_cost_nothing() {
    let mut bench = Bench::ready(Setup::default());
    let mut forged = AUTN;
    forged[15] ^= 1;
    let tid = bench.query::<wire::Aka>(&aka(&forged));
    bench.read_one().refused::<wire::Aka>(tid, Status::AUTH_INCORRECT_AUTN);
    let tid = bench.query::<wire::Akap>(&akap(&forged, "WLAN"));
    bench.read_one().refused::<wire::Akap>(tid, Status::AUTH_INCORRECT_AUTN);
    let tid = bench.query::<wire::Aka>(&aka(&AUTN));
    bench.read_one().answer::<wire::Aka>(tid, Status::SUCCESS);
}

#[test]
fn aka_prime_binds_the_keys_to_the_network() {
    let mut bench = Bench::ready(Setup::default());
    // Without the separation bit, the card does not even hear of it.
    let unseparated = Secrets::default().autn(&RAND, 1 << 5, [0x7f, 0xff]);
    let tid = bench.query::<wire::Akap>(&akap(&unseparated, "WLAN"));
    bench.read_one().refused::<wire::Akap>(tid, Status::AUTH_AMF_NOT_SET);
    let long = "x".repeat(255);
    let tid = bench.query::<wire::Akap>(&akap(&AUTN, &long));
    bench.read_one().refused::<wire::Akap>(tid, Status::PARAMETER_TOO_LONG);

    let tid = bench.query::<wire::Akap>(&akap(&AUTN, "WLAN"));
    let message = bench.read_one();
    let info = wire::AkaInfoView::new(message.answer::<wire::Akap>(tid, Status::SUCCESS)).read().unwrap();
    assert_eq!((info.res_len, info.res.0[..8].try_into().map(u64::from_be_bytes).unwrap()), (8, RES));
    // The derivation itself is held to RFC 9048 in `modem::auth`; here: that it is the one in use, in the right places.
    let vector = Secrets::default().authenticate(&RAND, &AUTN).unwrap().primed(&AUTN, "WLAN").unwrap();
    assert_eq!((info.ciphering_key.0, info.integrating_key.0), (&vector.ck, &vector.ik));
    assert_ne!(vector.ck, CK.to_be_bytes());

    let tid = bench.query::<wire::Akap>(&akap(&AUTN, "WLAN"));
    let message = bench.read_one();
    let info = wire::AkaInfoView::new(message.answer::<wire::Akap>(tid, Status::AUTH_SYNC_FAILURE)).read().unwrap();
    assert_ne!(info.auts.0, &[0; 14]);
}

#[test]
fn gsm_challenges_are_answered_two_or_three_at_a_time() {
    let mut bench = Bench::ready(Setup::default());
    let other = [0x11; 16];
    let mut query =
        wire::SimQuery { rand1: FixedBytes(&RAND), rand2: FixedBytes(&other), rand3: FixedBytes(&RAND), n: 3 };
    let tid = bench.query::<wire::Sim>(&query);
    let message = bench.read_one();
    let body = message.answer::<wire::Sim>(tid, Status::SUCCESS);
    assert_eq!(body.len(), 3 * 12 + 4, "Kc is not aligned to eight");
    let info = wire::SimInfoView::new(body).read().unwrap();
    assert_eq!((info.n, info.sres1, info.kc1), (3, 0x46f8_416a, 0xeae4_be82_3af9_a08b));
    assert_eq!((info.sres3, info.kc3), (info.sres1, info.kc1));
    assert_ne!((info.sres2, info.kc2), (info.sres1, info.kc1));
    query.n = 2;
    let tid = bench.query::<wire::Sim>(&query);
    let message = bench.read_one();
    let two = wire::SimInfoView::new(message.answer::<wire::Sim>(tid, Status::SUCCESS)).read().unwrap();
    assert_eq!(two, wire::SimInfo { sres3: 0, kc3: 0, n: 2, ..info });
    for n in [0, 1, 4, u32::MAX] {
        query.n = n;
        let tid = bench.query::<wire::Sim>(&query);
        bench.read_one().refused::<wire::Sim>(tid, Status::INVALID_PARAMETERS);
    }
}

#[test]
fn a_sim_that_cannot_be_used_does_not_answer() {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(Sim::with_pin("1234"));
    let mut locked = Bench::ready(setup);
    let mut setup = Setup::default();
    setup.sim = SimSetup::Empty;
    let mut empty = Bench::ready(setup);
    let gsm = wire::SimQuery { n: 2, ..Default::default() };
    for (bench, status) in [(&mut locked, Status::PIN_REQUIRED), (&mut empty, Status::SIM_NOT_INSERTED)] {
        let tid = bench.query::<wire::Aka>(&aka(&AUTN));
        bench.read_one().refused::<wire::Aka>(tid, status);
        let tid = bench.query::<wire::Akap>(&akap(&AUTN, "WLAN"));
        bench.read_one().refused::<wire::Akap>(tid, status);
        let tid = bench.query::<wire::Sim>(&gsm);
        bench.read_one().refused::<wire::Sim>(tid, status);
    }
    let mut bench = Bench::ready(Setup::default());
    let tid = bench.command(wire::AUTH, wire::Aka::CID, CommandType::SET, &Empty {});
    bench.read_one().refused::<wire::Aka>(tid, Status::NO_DEVICE_SUPPORT);
    let tid = bench.command(wire::AUTH, wire::Aka::CID, CommandType::QUERY, &Empty {});
    bench.read_one().refused::<wire::Aka>(tid, Status::INVALID_PARAMETERS);
}
