//! WDS of the QMI function: sessions, settings, counters, profiles, in virtual time.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::type_complexity,
    missing_docs
)]

mod qmi_common;

use core::net::{Ipv4Addr, Ipv6Addr};

use qmi_common::{Bench, Client, Message, hex};
use qmi_wire::field::{Ipv4, Ipv6};
use qmi_wire::frame::Kind;
use qmi_wire::service::wds::*;
use qmi_wire::service::{DataEndpointType, Service, SubscriptionType};
use qmi_wire::text::Rest;
use qmi_wire::{Exchange, ProtocolError, View as _};
use wwan::device::modem::bearer::{AccessPoint, Auth, Context, Credentials, IpKind, SessionState, Way};
use wwan::device::modem::network::Technologies;
use wwan::device::modem::profile::{AutoconnectMode, Usage};
use wwan::device::modem::{Setup, text};
use wwan::device::qmi::Config;
use wwan::time::Millis;

const GLOBAL: u32 = u32::MAX;
const NONE: ProtocolError = ProtocolError::NONE;

fn is_status(message: &Message) -> bool {
    (message.kind, message.id) == (Kind::Indication, 0x22)
}

/// The state in a Packet Service Status indication, and why.
fn status(message: &Message) -> (ConnectionStatus, bool, Option<CallEndReason>, Option<(u16, i16)>) {
    let told = message.indication::<packet_service_status_indication::Message>();
    let status = told.connection_status().unwrap();
    let verbose = told.verbose_call_end_reason().unwrap().map(|why| (why.kind.0, why.reason));
    (status.status, status.reconfiguration_required, told.call_end_reason().unwrap(), verbose)
}

fn start_with(
    bench: &mut Bench,
    client: Client,
    fill: impl FnOnce(&mut start_network::RequestBuilder<'_>),
) -> (Message, Vec<Message>) {
    bench.ask_within::<start_network::Message>(2_000, client, fill)
}

/// Starts a session of that family.
fn start(bench: &mut Bench, client: Client, family: IpFamily) -> Result<u32, ProtocolError> {
    let (answer, _) = start_with(bench, client, |r| {
        r.apn("internet".into()).ip_family_preference(family.into());
    });
    match answer.error() {
        NONE => Ok(answer.response::<start_network::Message>().packet_data_handle().unwrap()),
        error => Err(error),
    }
}

fn stop(bench: &mut Bench, client: Client, handle: u32, disable: bool) -> (ProtocolError, Vec<Message>) {
    let (answer, told) = bench.ask_within::<stop_network::Message>(1_000, client, |r| {
        r.packet_data_handle(handle);
        if disable {
            r.disable_autoconnect(true);
        }
    });
    (answer.error(), told)
}

fn state(bench: &mut Bench, client: Client) -> ConnectionStatus {
    let answer = bench.ask::<get_packet_service_status::Message>(client, |_| {});
    answer.response::<get_packet_service_status::Message>().connection_status().unwrap()
}

fn settings(bench: &mut Bench, client: Client, mask: RequestedSettings) -> get_current_settings::Response<'static> {
    let answer = bench.ask::<get_current_settings::Message>(client, |r| {
        r.requested_settings(mask);
    });
    assert_eq!(answer.error(), NONE);
    answer.response::<get_current_settings::Message>()
}

/// Asks for something that is answered without more.
fn ask<M: Exchange>(bench: &mut Bench, client: Client, fill: impl FnOnce(&mut M::RequestBuilder<'_>)) -> ProtocolError {
    bench.ask::<M>(client, fill).error()
}

fn point(name: &str) -> AccessPoint {
    AccessPoint::new(name)
}

fn with_points(points: Vec<AccessPoint>) -> Setup {
    let mut setup = Setup::default();
    setup.bearer.access_points.clear();
    setup.bearer.access_points.extend(points);
    setup
}

// Sessions.

#[test]
fn a_session_starts_with_the_bytes_of_the_reference() {
    let mut bench = Bench::default();
    bench.client(Service::WDS);
    bench.bytes("01 1B 00 00 01 01 00 01 00 20 00 0F 00 14 08 00 69 6E 74 65 72 6E 65 74 19 01 00 04");
    let said = bench.wait(1_000);
    assert_eq!(hex(said[0].frame), "01 1A 00 80 01 01 02 01 00 20 00 0E 00 02 04 00 00 00 00 00 01 04 00 01 00 00 10");
    assert_eq!(hex(said[1].frame), "01 15 00 80 01 01 04 01 00 22 00 09 00 01 02 00 02 00 12 01 00 04");
    assert_eq!(said.len(), 2);
    assert_eq!(bench.modem.session_on_channel(0, false), Some(0));
}

#[test]
fn a_refusal_has_the_networks_cause() {
    let mut setup = with_points(vec![point("internet")]);
    setup.bearer.refuses_others = 27;
    let mut bench = Bench::with(setup, Config::default());
    bench.client(Service::WDS);
    bench.bytes("01 16 00 00 01 01 00 01 00 20 00 0A 00 14 07 00 6E 6F 77 68 65 72 65");
    let said = bench.wait(1_000);
    let expected = "01 1F 00 80 01 01 02 01 00 20 00 13 00 02 04 00 01 00 0E 00 10 02 00 F5 03 11 04 00 06 00 1B 00";
    assert_eq!(said.iter().map(|message| hex(message.frame)).collect::<Vec<_>>(), [expected]);
    // The client is as before.
    assert_eq!(start(&mut bench, (Service::WDS, 1), IpFamily::IPV4), Ok(0x1000_0002));
}

#[test]
fn preferred_name_servers_stand_in_where_the_network_names_none() {
    let server = |last| Ipv4(Ipv4Addr::new(203, 0, 113, last));
    let v6 = Ipv6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 9));
    for names in [true, false] {
        let mut setup = Setup::default();
        if !names {
            setup.bearer.addresses.dns4.clear();
            setup.bearer.addresses.dns6.clear();
        }
        let mut bench = Bench::with(setup, Config::default());
        let one = bench.client(Service::WDS);
        let answer = bench.ask::<create_profile::Message>(one, |r| {
            r.profile_type(ProfileType::_3GPP).apn_name("internet".into());
            r.primary_ipv4_dns_address(server(1)).secondary_ipv4_dns_address(server(2));
            r.ipv6_primary_dns_address_preference(v6);
        });
        assert_eq!(answer.error(), NONE);
        let dns = RequestedSettings::DNS_ADDRESS;
        let unspecified = Ipv4(Ipv4Addr::UNSPECIFIED);
        for (asked, told) in [
            // What the request prefers goes before what the profile prefers; none at all is no preference.
            ([None, None], [Some(server(1)), Some(server(2))]),
            ([Some(server(3)), None], [Some(server(3)), None]),
            ([Some(unspecified), Some(server(4))], [Some(server(4)), None]),
            ([Some(unspecified), Some(unspecified)], [None, None]),
        ] {
            let (answer, _) = start_with(&mut bench, one, |r| {
                r.profile_index_3gpp(2);
                if let Some(first) = asked[0] {
                    r.primary_dns_address_preference(first);
                }
                if let Some(second) = asked[1] {
                    r.secondary_dns_address_preference(second);
                }
            });
            let handle = answer.response::<start_network::Message>().packet_data_handle().unwrap();
            let current = settings(&mut bench, one, dns);
            let is = [current.primary_ipv4_dns_address().unwrap(), current.secondary_ipv4_dns_address().unwrap()];
            let network = [Some(Ipv4(Ipv4Addr::new(192, 0, 2, 53))), Some(Ipv4(Ipv4Addr::new(198, 51, 100, 53)))];
            assert_eq!(is, if names { network } else { told });
            assert_eq!(stop(&mut bench, one, handle, false).0, NONE);
        }
        let (answer, _) = start_with(&mut bench, one, |r| {
            r.profile_index_3gpp(2).ip_family_preference(IpFamily::IPV6.into());
        });
        assert_eq!(answer.error(), NONE);
        let first = settings(&mut bench, one, dns).ipv6_primary_dns_address().unwrap();
        assert_eq!(first == Some(v6), !names, "{first:?}");
    }
}

#[test]
fn each_ip_version_is_a_client_with_a_session_of_its_own() {
    let mut bench = Bench::default();
    let (v4, v6) = (bench.client(Service::WDS), bench.client(Service::WDS));
    for (client, family) in [(v4, IpFamily::IPV4), (v6, IpFamily::IPV6)] {
        assert_eq!(
            ask::<set_ip_family::Message>(&mut bench, client, |r| {
                r.preference(family.into());
            }),
            NONE
        );
    }
    let (answer, told) = start_with(&mut bench, v4, |r| {
        r.apn("internet".into());
    });
    let first = answer.response::<start_network::Message>().packet_data_handle().unwrap();
    assert_eq!(status(&told[0]), (ConnectionStatus::CONNECTED, false, None, None));
    assert_eq!((told.len(), told[0].client), (1, v4.1));
    assert_eq!(state(&mut bench, v6), ConnectionStatus::DISCONNECTED);
    let (answer, told) = start_with(&mut bench, v6, |r| {
        r.apn("internet".into());
    });
    let second = answer.response::<start_network::Message>().packet_data_handle().unwrap();
    let family = told[0].indication::<packet_service_status_indication::Message>().ip_family().unwrap();
    assert_eq!((family.map(|family| family.value), told[0].client), (Some(IpFamily::IPV6), v6.1));
    assert_ne!(first, second);

    let told = settings(&mut bench, v4, RequestedSettings::from_bits_retain(0xe330));
    assert_eq!(told.ipv4_address().unwrap(), Some(Ipv4(Ipv4Addr::new(10, 64, 0, 2))));
    assert_eq!(told.ipv4_gateway_address().unwrap(), Some(Ipv4(Ipv4Addr::new(10, 64, 0, 1))));
    assert_eq!(told.ipv4_gateway_subnet_mask().unwrap(), Some(Ipv4(Ipv4Addr::new(255, 255, 255, 252))));
    assert_eq!(told.primary_ipv4_dns_address().unwrap(), Some(Ipv4(Ipv4Addr::new(192, 0, 2, 53))));
    assert_eq!(told.secondary_ipv4_dns_address().unwrap(), Some(Ipv4(Ipv4Addr::new(198, 51, 100, 53))));
    assert_eq!((told.mtu().unwrap(), told.ipv6_address().unwrap()), (Some(1500), None));
    assert_eq!(told.ip_family().unwrap().map(|family| family.value), Some(IpFamily::IPV4));
    // Addresses of IPv4 are numbers, the lowest byte first.
    assert_eq!(told.tlvs().find(0x1e), Some(&[2, 0, 64, 10][..]));
    assert_eq!(told.apn_name().unwrap(), None, "it was not asked for");

    let told = settings(&mut bench, v6, RequestedSettings::from_bits_retain(0xe330));
    let address = Ipv6Addr::new(0x2001, 0xdb8, 0x64, 1, 0, 0, 0, 2);
    assert_eq!(told.ipv6_address().unwrap().unwrap(), Ipv6Address { address: Ipv6(address), prefix_length: 64 });
    let dns = Ipv6Addr::new(0x2001, 0xdb8, 0x53, 0, 0, 0, 0, 0x35);
    assert_eq!(told.ipv6_primary_dns_address().unwrap(), Some(Ipv6(dns)));
    assert_eq!((told.ipv6_secondary_dns_address().unwrap(), told.ipv4_address().unwrap()), (None, None));
    assert!(told.ipv6_gateway_address().unwrap().is_some());

    // One ends, the other stays.
    let (error, told) = stop(&mut bench, v4, first, false);
    assert_eq!((error, told.len(), told[0].client), (NONE, 1, v4.1));
    let client_end = (Some(CallEndReason::GENERIC_CLIENT_END), Some((3, 2000)));
    assert_eq!(status(&told[0]), (ConnectionStatus::DISCONNECTED, false, client_end.0, client_end.1));
    assert_eq!(state(&mut bench, v6), ConnectionStatus::CONNECTED);
}

#[test]
fn a_client_starts_once_and_knows_its_handle() {
    let mut bench = Bench::default();
    let (one, other) = (bench.client(Service::WDS), bench.client(Service::WDS));
    assert_eq!(stop(&mut bench, one, 5, false).0, ProtocolError::INVALID_HANDLE);
    assert_eq!(stop(&mut bench, one, GLOBAL, false).0, ProtocolError::NO_EFFECT);
    let transaction = bench.request::<start_network::Message>(one, |r| {
        r.apn("internet".into());
    });
    assert_eq!(state(&mut bench, one), ConnectionStatus::AUTHENTICATING);
    let again = bench.ask::<start_network::Message>(one, |_| {});
    assert_eq!(again.error(), ProtocolError::CALL_FAILED);
    let why = again.response::<start_network::Message>().call_end_reason().unwrap();
    assert_eq!(why, Some(CallEndReason::GENERIC_ACCESS_ATTEMPT_IN_PROGRESS));
    let said = bench.wait(1_000);
    assert_eq!((said[0].transaction, said[0].error()), (transaction, NONE));
    let handle = said[0].response::<start_network::Message>().packet_data_handle().unwrap();
    assert_eq!(start(&mut bench, one, IpFamily::IPV4), Err(ProtocolError::NO_EFFECT));
    assert_eq!(stop(&mut bench, other, handle, false).0, ProtocolError::INVALID_HANDLE);
    assert_eq!(stop(&mut bench, one, handle, false).0, NONE);
    assert_eq!(stop(&mut bench, one, handle, false).0, ProtocolError::NO_EFFECT);
    let next = start(&mut bench, one, IpFamily::IPV4).unwrap();
    assert_ne!(next, handle);
    // While it goes down, there is nothing more to stop, and nothing can start.
    let transaction = bench.request::<stop_network::Message>(one, |r| {
        r.packet_data_handle(next);
    });
    let again = bench.ask::<stop_network::Message>(one, |r| {
        r.packet_data_handle(next);
    });
    assert_eq!(again.error(), ProtocolError::NO_EFFECT);
    for client in [one, other] {
        let early = bench.ask::<start_network::Message>(client, |_| {});
        let why = early.response::<start_network::Message>().call_end_reason().unwrap();
        assert_eq!(why, Some(CallEndReason::GENERIC_CLOSE_IN_PROGRESS));
    }
    let said = bench.wait(1_000);
    assert_eq!((said.last().unwrap().transaction, said.last().unwrap().error()), (transaction, NONE));
}

#[test]
fn a_host_that_has_asked_for_too_much_can_still_give_it_up() {
    let mut config = Config::default();
    config.clients_per_service = 40;
    let mut bench = Bench::with(Setup::default(), config);
    let clients: Vec<_> = (0..40).map(|_| bench.client(Service::WDS)).collect();
    let indicators = SetEventReportTransferStatistics::REPORT_TX_BYTES_OK;
    let count = |bench: &mut Bench, client| {
        ask::<set_event_report::Message>(bench, client, |r| {
            r.transfer_statistics(TransferStatistics { interval_seconds: 60, indicators });
        })
    };
    let taken = clients.iter().filter(|client| count(&mut bench, **client) == NONE).count();
    assert_eq!(taken, wwan::device::qmi::PENDING);
    assert_eq!(count(&mut bench, clients[0]), ProtocolError::NO_MEMORY);
    // What is released needs no room, and makes some.
    assert_eq!(bench.release(clients[1]), NONE);
    assert_eq!(count(&mut bench, clients[0]), NONE);
    let client = bench.client(Service::WDS);
    assert_eq!(state(&mut bench, client), ConnectionStatus::DISCONNECTED);
}

#[test]
fn a_start_is_called_off_whatever_else_began_with_its_number() {
    let mut bench = Bench::default();
    let one = bench.client(Service::WDS);
    let indicators = SetEventReportTransferStatistics::REPORT_TX_BYTES_OK;
    let counting = bench.ask::<set_event_report::Message>(one, |r| {
        r.transfer_statistics(TransferStatistics { interval_seconds: 60, indicators });
    });
    assert_eq!(counting.error(), NONE);
    // Numbers come round again.
    bench.transaction = counting.transaction - 1;
    let victim = bench.request::<start_network::Message>(one, |_| {});
    assert_eq!(victim, counting.transaction);
    bench.request::<abort::Message>(one, |r| {
        r.transaction_id(victim);
    });
    let said = bench.heard();
    let errors: Vec<_> = said.iter().map(|message| (message.transaction == victim, message.error())).collect();
    assert_eq!(errors, [(true, ProtocolError::ABORTED), (false, NONE)]);
}

#[test]
fn what_a_vanished_host_has_left_stands_in_the_way_until_it_is_stopped() {
    let mut bench = Bench::default();
    let (gone, one) = (bench.client(Service::WDS), bench.client(Service::WDS));
    start(&mut bench, gone, IpFamily::IPV4).unwrap();
    // The same again is there already; something else there cannot be; the other IP version is free.
    assert_eq!(start(&mut bench, one, IpFamily::IPV4), Err(ProtocolError::NO_EFFECT));
    let (answer, _) = start_with(&mut bench, one, |r| {
        r.apn("corporate".into()).ip_family_preference(IpFamily::IPV4.into());
    });
    assert_eq!(answer.error(), ProtocolError::POLICY_MISMATCH);
    // Of another's session one knows nothing.
    assert_eq!(state(&mut bench, one), ConnectionStatus::DISCONNECTED);
    let (error, told) = stop(&mut bench, one, GLOBAL, false);
    assert_eq!(error, NONE);
    // Its owner hears of it, if there is one.
    assert_eq!((told.len(), told[0].client), (1, gone.1));
    assert_eq!(status(&told[0]).0, ConnectionStatus::DISCONNECTED);
    start(&mut bench, one, IpFamily::IPV4).unwrap();
    assert_eq!(start(&mut bench, gone, IpFamily::IPV6), Ok(0x1000_0003));
}

#[test]
fn a_session_ends_with_its_client() {
    let mut bench = Bench::default();
    let one = bench.client(Service::WDS);
    start(&mut bench, one, IpFamily::IPV4).unwrap();
    assert_eq!(bench.release(one), NONE);
    assert_eq!(bench.modem.sessions().count(), 0);
    // One that is coming up, too.
    let one = bench.client(Service::WDS);
    bench.request::<start_network::Message>(one, |_| {});
    assert_eq!(bench.release(one), NONE);
    assert_eq!((bench.modem.sessions().count(), bench.wait(5_000).len()), (0, 0));
    let one = bench.client(Service::WDS);
    start(&mut bench, one, IpFamily::IPV4).unwrap();
    assert_eq!(bench.ask::<qmi_wire::service::ctl::sync::Message>((Service::CTL, 0), |_| {}).error(), NONE);
    assert_eq!(bench.modem.sessions().count(), 0);
}

#[test]
fn a_start_can_be_called_off() {
    let mut bench = Bench::default();
    let (one, other) = (bench.client(Service::WDS), bench.client(Service::WDS));
    let victim = bench.request::<start_network::Message>(one, |_| {});
    let abort = |bench: &mut Bench, client, victim| {
        bench.request::<abort::Message>(client, |r| {
            r.transaction_id(victim);
        });
        bench.heard()
    };
    let unknown = abort(&mut bench, other, victim);
    assert_eq!(unknown[0].error(), ProtocolError::INVALID_TRANSACTION_ID);
    let said = abort(&mut bench, one, victim);
    assert_eq!((said.len(), said[0].transaction), (2, victim));
    assert_eq!((said[0].error(), said[1].error()), (ProtocolError::ABORTED, NONE));
    assert_eq!((bench.modem.sessions().count(), bench.wait(5_000).len()), (0, 0));
    assert_eq!(abort(&mut bench, one, victim)[0].error(), ProtocolError::INVALID_TRANSACTION_ID);
    // Stopping cannot be called off.
    let handle = start(&mut bench, one, IpFamily::IPV4).unwrap();
    let stopping = bench.request::<stop_network::Message>(one, |r| {
        r.packet_data_handle(handle);
    });
    assert_eq!(abort(&mut bench, one, stopping)[0].error(), ProtocolError::UNABORTABLE_TRANSACTION);
}

#[test]
fn a_start_fails_for_the_reason_that_there_is() {
    let mut setup = with_points(vec![point("v4"), point("v6"), point("login")]);
    setup.bearer.access_points[0].ip = IpKind::V4;
    setup.bearer.access_points[1].ip = IpKind::V6;
    setup.bearer.access_points[2].credentials =
        Some(Credentials { user: text("me"), password: text("secret"), auth: Auth::Pap });
    let mut bench = Bench::with(setup, Config::default());
    let one = bench.client(Service::WDS);
    let why = |bench: &mut Bench, apn: &str, family| {
        let (answer, _) = start_with(bench, one, |r| {
            r.apn(apn.into()).ip_family_preference(family);
        });
        assert_eq!(answer.error(), ProtocolError::CALL_FAILED);
        let answer = answer.response::<start_network::Message>();
        let verbose = answer.verbose_call_end_reason().unwrap().unwrap();
        assert!(verbose.name().is_some(), "{verbose:?}");
        (answer.call_end_reason().unwrap().unwrap().0, verbose.kind.0, verbose.reason)
    };
    assert_eq!(why(&mut bench, "v6", IpFamily::IPV4.into()), (1, 6, 51));
    assert_eq!(why(&mut bench, "v4", IpFamily::IPV6.into()), (1, 6, 50));
    assert_eq!(why(&mut bench, "login", IpFamily::IPV4.into()), (10, 6, 29));
    let now = bench.now;
    bench.modem.set_hw_radio(now, false);
    assert_eq!(why(&mut bench, "v4", IpFamily::IPV4.into()), (3, 3, 2500));
    bench.modem.set_hw_radio(now, true);
    bench.modem.lose_signal(now);
    assert_eq!(why(&mut bench, "v4", IpFamily::IPV4.into()), (3, 3, 2001));
    bench.modem.remove_sim(now);
    assert_eq!(why(&mut bench, "v4", IpFamily::IPV4.into()), (7, 3, 518));
    let mut refused = |family, fill: &dyn Fn(&mut start_network::RequestBuilder<'_>)| {
        let answer = bench.ask::<start_network::Message>(one, |r| {
            r.ip_family_preference(IpFamily(family).into());
            fill(r);
        });
        answer.error()
    };
    assert_eq!(refused(12, &|_| {}), ProtocolError::INVALID_IP_FAMILY_PREFERENCE);
    let too_long = "a".repeat(101);
    let cases: &[(&dyn Fn(&mut start_network::RequestBuilder<'_>), ProtocolError)] = &[
        (
            &|r| {
                r.profile_index_3gpp(9);
            },
            ProtocolError::INVALID_PROFILE,
        ),
        (
            &|r| {
                r.profile_index_3gpp2(1);
            },
            ProtocolError::INVALID_PROFILE,
        ),
        (
            &|r| {
                r.apn(too_long.as_str().into());
            },
            ProtocolError::ARGUMENT_TOO_LONG,
        ),
        (
            &|r| {
                r.apn(Rest::from(&[0xc3, 0x28][..]));
            },
            ProtocolError::INVALID_ARGUMENT,
        ),
        (
            &|r| {
                r.call_type(CallType(7));
            },
            ProtocolError::INVALID_ARGUMENT,
        ),
        (
            &|r| {
                r.technology_preference(TechnologyPreference::ALLOW3GPP2);
            },
            ProtocolError::INVALID_TECHNOLOGY_PREFERENCE,
        ),
        (
            &|r| {
                r.extended_technology_preference(ExtendedTechnologyPreference::CDMA);
            },
            ProtocolError::INVALID_TECHNOLOGY_PREFERENCE,
        ),
    ];
    for (fill, error) in cases {
        assert_eq!(refused(4, fill), *error);
    }
}

#[test]
fn hosts_authenticate_as_the_access_point_wants() {
    let credentials = Credentials { user: text("me"), password: text("secret"), auth: Auth::Pap };
    let mut setup = with_points(vec![point("login")]);
    setup.bearer.access_points[0].credentials = Some(credentials);
    let mut bench = Bench::with(setup, Config::default());
    let one = bench.client(Service::WDS);
    let mut login = |user: &str, auth| {
        let (answer, _) = start_with(&mut bench, one, |r| {
            r.apn("login".into()).username(user.into()).password("secret".into()).authentication_preference(auth);
        });
        let error = answer.error();
        if error == NONE {
            let told = settings(&mut bench, one, RequestedSettings::USERNAME | RequestedSettings::AUTH_PROTOCOL);
            assert_eq!(told.username().unwrap().unwrap(), "me");
            assert_eq!(told.authentication().unwrap(), Some(Authentication::PAP));
            stop(&mut bench, one, GLOBAL, false);
        }
        error
    };
    assert_eq!(login("me", Authentication::PAP), NONE);
    assert_eq!(login("me", Authentication::PAP | Authentication::CHAP), NONE);
    for (user, auth) in [("me", Authentication::CHAP), ("me", Authentication::empty()), ("you", Authentication::PAP)] {
        assert_eq!(login(user, auth), ProtocolError::CALL_FAILED, "{user} {auth:?}");
    }
}

#[test]
fn the_owner_hears_how_its_session_ended() {
    let mut bench = Bench::default();
    let (one, other) = (bench.client(Service::WDS), bench.client(Service::WDS));
    let mut ended = |act: &dyn Fn(&mut Bench), restore: &dyn Fn(&mut Bench)| {
        start(&mut bench, one, IpFamily::IPV4).unwrap();
        act(&mut bench);
        let told: Vec<_> = bench.heard().into_iter().filter(is_status).collect();
        assert_eq!((told.len(), told[0].client), (1, one.1), "{other:?} has none");
        let (state, _, reason, verbose) = status(&told[0]);
        assert_eq!(state, ConnectionStatus::DISCONNECTED);
        restore(&mut bench);
        bench.wait(20_000);
        (reason.unwrap(), verbose.unwrap())
    };
    let nothing: &dyn Fn(&mut Bench) = &|_| {};
    let cases: &[(&dyn Fn(&mut Bench), &dyn Fn(&mut Bench), CallEndReason, (u16, i16))] = &[
        (
            &|b| b.modem.network_deactivates(b.now, 0, 36),
            nothing,
            CallEndReason::GSM_WCDMA_REGULAR_DEACTIVATION,
            (6, 36),
        ),
        (&|b| b.modem.lose_signal(b.now), &|b| b.modem.restore_signal(b.now), CallEndReason::GENERIC_FADE, (3, 2002)),
        (
            &|b| b.modem.set_hw_radio(b.now, false),
            &|b| b.modem.set_hw_radio(b.now, true),
            CallEndReason::GENERIC_NO_SERVICE,
            (3, 2500),
        ),
        (
            &|b| b.modem.lose_packet_service(b.now, 0),
            &|b| b.modem.restore_packet_service(b.now),
            CallEndReason::GENERIC_NO_SERVICE,
            (3, 1028),
        ),
    ];
    for (act, restore, reason, verbose) in cases {
        assert_eq!(ended(*act, *restore), (*reason, *verbose));
    }
}

// Bindings.

#[test]
fn channels_of_the_data_path_keep_sessions_apart() {
    let mut bench = Bench::default();
    let (one, other) = (bench.client(Service::WDS), bench.client(Service::WDS));
    let mux = |bench: &mut Bench, client, id| {
        ask::<bind_mux_data_port::Message>(bench, client, |r| {
            r.endpoint_info(EndpointInfo { endpoint_type: DataEndpointType::HSUSB, interface_number: 2 })
                .mux_id(id)
                .client_type(ClientType::TETHERED);
        })
    };
    assert_eq!(mux(&mut bench, other, 0), ProtocolError::NO_EFFECT);
    assert_eq!(mux(&mut bench, other, 255), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(mux(&mut bench, other, 7), NONE);
    assert_eq!(mux(&mut bench, other, 7), ProtocolError::NO_EFFECT);
    let nothing = ask::<bind_mux_data_port::Message>(&mut bench, other, |_| {});
    assert_eq!(nothing, ProtocolError::MISSING_ARGUMENT);
    let nowhere = ask::<bind_mux_data_port::Message>(&mut bench, other, |r| {
        r.endpoint_info(EndpointInfo { endpoint_type: DataEndpointType(77), interface_number: 0 });
    });
    assert_eq!(nowhere, ProtocolError::INTERFACE_NOT_FOUND);
    start(&mut bench, one, IpFamily::IPV4).unwrap();
    start(&mut bench, other, IpFamily::IPV4).unwrap();
    assert_eq!(
        (bench.modem.session_on_channel(0, false), bench.modem.session_on_channel(7, false)),
        (Some(0), Some(1))
    );
    assert_eq!(mux(&mut bench, other, 8), ProtocolError::INCOMPATIBLE_STATE);
    let other_family = ask::<set_ip_family::Message>(&mut bench, other, |r| {
        r.preference(IpFamily::IPV6.into());
    });
    assert_eq!(other_family, ProtocolError::INCOMPATIBLE_STATE);

    let third = bench.client(Service::WDS);
    let port = |bench: &mut Bench, port| {
        ask::<bind_data_port::Message>(bench, third, |r| {
            r.data_port(SioPort(port));
        })
    };
    assert_eq!(port(&mut bench, 0x0e04), ProtocolError::NO_EFFECT);
    assert_eq!(port(&mut bench, 0x0e06), NONE);
    assert_eq!(port(&mut bench, 0x1234), ProtocolError::INVALID_ARGUMENT);
    start(&mut bench, third, IpFamily::IPV4).unwrap();
    assert_eq!(bench.modem.session_on_channel(2, false), Some(2));
}

#[test]
fn clients_are_bound_to_the_card_that_there_is() {
    let mut bench = Bench::default();
    let one = bench.client(Service::WDS);
    let bind = |bench: &mut Bench, id| {
        ask::<bind_subscription::Message>(bench, one, |r| {
            r.subscription_id(id);
        })
    };
    assert_eq!(bind(&mut bench, SubscriptionType::PRIMARY), NONE);
    assert_eq!(bind(&mut bench, SubscriptionType::SECONDARY), ProtocolError::NO_SUBSCRIPTION);
    assert_eq!(bind(&mut bench, SubscriptionType(9)), ProtocolError::INVALID_ARGUMENT);
    let answer = bench.ask::<get_bind_subscription::Message>(one, |_| {});
    let bound = answer.response::<get_bind_subscription::Message>().subscription_id().unwrap();
    assert_eq!(bound, Some(SubscriptionType::PRIMARY));
}

// Settings, counters, reports.

#[test]
fn settings_are_told_as_asked_and_when_they_change() {
    let mut bench = Bench::default();
    let (one, other) = (bench.client(Service::WDS), bench.client(Service::WDS));
    let refused = bench.ask::<get_current_settings::Message>(one, |r| {
        r.requested_settings(RequestedSettings::MTU);
    });
    assert_eq!(refused.error(), ProtocolError::OUT_OF_CALL);
    let (_, _) = start_with(&mut bench, one, |r| {
        r.profile_index_3gpp(1);
    });
    let told = settings(&mut bench, one, RequestedSettings::from_bits_retain(u32::MAX));
    assert_eq!(told.apn_name().unwrap().unwrap(), "internet");
    let profile = ProfileId { profile_type: ProfileType::_3GPP, profile_index: 1 };
    assert_eq!(told.profile_id().unwrap(), Some(profile));
    assert_eq!(told.pdp_type().unwrap(), Some(PdpType::IPV4));
    assert_eq!(told.extended_technology_preference().unwrap(), Some(ExtendedTechnologyPreference::EPC));
    assert_eq!(told.operator_reserved_pco().unwrap(), None);
    assert!(told.pcscf_server_address_list().unwrap().unwrap().is_empty());

    assert_eq!(
        ask::<indication_register::Message>(&mut bench, one, |r| {
            r.report_extended_ip_configuration_change(true);
        }),
        NONE
    );
    let now = bench.now;
    bench.modem.change_dns(now, 0, &[Ipv4Addr::new(9, 9, 9, 9)], &[]);
    let told = bench.heard();
    assert_eq!((told.len(), told[0].client, told[1].client), (2, one.1, one.1), "not {other:?}");
    assert_eq!(status(&told[0]), (ConnectionStatus::CONNECTED, true, None, None));
    let changed = told[1].indication::<extended_ip_config_indication::Message>().changed_ip_configuration();
    assert_eq!(changed.unwrap(), Some(RequestedSettings::DNS_ADDRESS));
    bench.modem.change_ip_configuration(now, 0, |configuration| configuration.mtu = 1400);
    let told = bench.heard();
    let changed = told[1].indication::<extended_ip_config_indication::Message>().changed_ip_configuration();
    assert_eq!(changed.unwrap(), Some(RequestedSettings::MTU));
    bench.modem.set_pco(now, 0, &[0x80, 0xff, 0x03, 2, 0xaa, 0xbb]);
    let told = bench.one();
    let changed = told.indication::<extended_ip_config_indication::Message>().changed_ip_configuration();
    assert_eq!(changed.unwrap(), Some(RequestedSettings::OPERATOR_RESERVED_PCO));
    let told = settings(&mut bench, one, RequestedSettings::OPERATOR_RESERVED_PCO | RequestedSettings::MTU);
    let pco = told.operator_reserved_pco().unwrap().unwrap();
    assert_eq!((pco.mcc, pco.mnc, pco.mnc_includes_pcs_digit, pco.container_id), (1, 1, false, 0xff03));
    assert_eq!((pco.app_specific_info.bytes, told.mtu().unwrap()), (&[0xaa, 0xbb][..], Some(1400)));
}

#[test]
fn counters_move_with_the_packets_and_outlive_the_session() {
    let mut bench = Bench::default();
    let one = bench.client(Service::WDS);
    start(&mut bench, one, IpFamily::IPV4).unwrap();
    let now = bench.now;
    for (way, octets) in [(Way::Up, 60), (Way::Down, 1_000), (Way::Down, 400)] {
        assert!(bench.modem.carry(now, 0, way, octets));
    }
    let ask_all = |bench: &mut Bench, mask| {
        bench.ask::<get_packet_statistics::Message>(one, |r| {
            r.mask(PacketStatisticsMaskFlag::from_bits_retain(mask));
        })
    };
    let answer = ask_all(&mut bench, 0x3ff);
    let told = answer.response::<get_packet_statistics::Message>();
    assert_eq!((told.tx_packets_ok().unwrap(), told.rx_packets_ok().unwrap()), (Some(1), Some(2)));
    assert_eq!((told.tx_bytes_ok().unwrap(), told.rx_bytes_ok().unwrap()), (Some(60), Some(1_400)));
    assert_eq!((told.tx_packets_dropped().unwrap(), told.rx_overflows().unwrap()), (Some(0), Some(0)));
    let answer = ask_all(&mut bench, 1 << 7);
    let told = answer.response::<get_packet_statistics::Message>();
    assert_eq!((told.tx_packets_ok().unwrap(), told.rx_bytes_ok().unwrap()), (None, Some(1_400)));
    stop(&mut bench, one, GLOBAL, false);
    let answer = ask_all(&mut bench, 0x3ff);
    assert_eq!(answer.error(), ProtocolError::OUT_OF_CALL);
    let told = answer.response::<get_packet_statistics::Message>();
    assert_eq!((told.last_call_tx_bytes_ok().unwrap(), told.last_call_rx_bytes_ok().unwrap()), (Some(60), Some(1_400)));
}

#[test]
fn counters_are_told_at_the_interval_that_was_asked_for() {
    let mut bench = Bench::default();
    let one = bench.client(Service::WDS);
    start(&mut bench, one, IpFamily::IPV4).unwrap();
    let every = |bench: &mut Bench, interval_seconds| {
        let indicators = SetEventReportTransferStatistics::REPORT_TX_BYTES_OK
            | SetEventReportTransferStatistics::REPORT_TX_PACKETS_OK;
        let error = ask::<set_event_report::Message>(bench, one, |r| {
            r.transfer_statistics(TransferStatistics { interval_seconds, indicators });
        });
        assert_eq!(error, NONE);
    };
    every(&mut bench, 60);
    // The second choice is the one that holds, and the only one.
    every(&mut bench, 10);
    let now = bench.now;
    bench.modem.carry(now, 0, Way::Up, 77);
    let told = bench.wait(35_000);
    assert_eq!(told.len(), 3);
    let told = told[2].indication::<event_report_indication::Message>();
    assert_eq!((told.tx_bytes_ok().unwrap(), told.tx_packets_ok().unwrap()), (Some(77), Some(1)));
    assert_eq!(told.rx_bytes_ok().unwrap(), None);
    every(&mut bench, 0);
    assert_eq!(bench.wait(100_000).len(), 0);
    every(&mut bench, 10);
    assert_eq!(ask::<reset::Message>(&mut bench, one, |_| {}), NONE);
    assert_eq!(bench.wait(100_000).len(), 0);
    assert_eq!(state(&mut bench, one), ConnectionStatus::CONNECTED, "a reset ends no session");
}

#[test]
fn a_session_rests_until_a_packet_comes() {
    let mut bench = Bench::default();
    let (one, other) = (bench.client(Service::WDS), bench.client(Service::WDS));
    assert_eq!(ask::<go_dormant::Message>(&mut bench, one, |_| {}), ProtocolError::OUT_OF_CALL);
    assert_eq!(bench.ask::<get_dormancy_status::Message>(one, |_| {}).error(), ProtocolError::OUT_OF_CALL);
    start(&mut bench, one, IpFamily::IPV4).unwrap();
    for client in [one, other] {
        let error = ask::<set_event_report::Message>(&mut bench, client, |r| {
            r.dormancy_status(true);
        });
        assert_eq!(error, NONE);
    }
    let dormancy = |message: &Message| {
        assert_eq!(message.client, one.1);
        message.indication::<event_report_indication::Message>().dormancy_status().unwrap().unwrap()
    };
    let answer = bench.ask::<get_dormancy_status::Message>(one, |_| {});
    let status = answer.response::<get_dormancy_status::Message>().dormancy_status().unwrap();
    assert_eq!(status, DormancyStatus::TRAFFIC_CHANNEL_ACTIVE);
    assert_eq!(ask::<go_active::Message>(&mut bench, one, |_| {}), ProtocolError::NO_EFFECT);
    assert_eq!(ask::<go_dormant::Message>(&mut bench, one, |_| {}), NONE);
    assert_eq!(dormancy(&bench.one()), DormancyStatus::TRAFFIC_CHANNEL_DORMANT);
    assert_eq!(ask::<go_dormant::Message>(&mut bench, one, |_| {}), ProtocolError::NO_EFFECT);
    let now = bench.now;
    bench.modem.carry(now, 0, Way::Down, 40);
    assert_eq!(dormancy(&bench.one()), DormancyStatus::TRAFFIC_CHANNEL_ACTIVE);
}

#[test]
fn technology_and_rates_are_those_of_packet_service() {
    for (technologies, old, mask, system) in [
        (Technologies::GPRS, DataBearerTechnology::GSM, Rat3gpp::GPRS, DataSystem::GPRS),
        (Technologies::EDGE, DataBearerTechnology::EDGE, Rat3gpp::EDGE, DataSystem::GPRS),
        (Technologies::UMTS, DataBearerTechnology::UMTS, Rat3gpp::WCDMA, DataSystem::WCDMA),
        (Technologies::LTE, DataBearerTechnology::LTE, Rat3gpp::LTE, DataSystem::LTE),
        (Technologies::NR_SA, DataBearerTechnology::UNKNOWN, Rat3gpp::_5GNR, DataSystem::UNKNOWN),
    ] {
        let mut setup = Setup::default();
        setup.network.technologies = technologies;
        setup.network.networks[0].technologies = technologies;
        let mut bench = Bench::with(setup, Config::default());
        let one = bench.client(Service::WDS);
        let none = bench.ask::<get_data_bearer_technology::Message>(one, |_| {});
        assert_eq!(none.error(), ProtocolError::OUT_OF_CALL);
        assert_eq!(none.response::<get_data_bearer_technology::Message>().last().unwrap(), None);
        let error = ask::<set_event_report::Message>(&mut bench, one, |r| {
            r.channel_rate(true)
                .data_bearer_technology(true)
                .current_data_bearer_technology(true)
                .data_call_status(true)
                .preferred_data_system(true)
                .data_systems(true)
                .uplink_flow_control(true)
                .extended_data_bearer_technology(true)
                .mip_status(1);
        });
        assert_eq!(error, NONE);
        let (answer, told) = start_with(&mut bench, one, |r| {
            r.apn("internet".into());
        });
        assert_eq!(answer.error(), NONE);
        let report = told.iter().find(|message| message.id == 1).unwrap();
        let report = report.indication::<event_report_indication::Message>();
        assert_eq!(report.data_bearer_technology().unwrap(), Some(old));
        let current = report.current_data_bearer_technology().unwrap().unwrap();
        assert_eq!((current.network_type, current.rat_mask), (NetworkType::_3GPP, mask.bits()));
        let rates = report.channel_rates().unwrap().unwrap();
        assert_eq!((rates.tx_rate_bps, rates.rx_rate_bps), (50_000_000, 150_000_000));
        assert_eq!(report.data_call_status().unwrap(), Some(DataCallStatus::ACTIVATED));
        assert_eq!(report.data_call_address_family().unwrap(), Some(IpFamily::IPV4));
        assert!(report.extended_data_bearer_technology().unwrap().is_some());
        assert_eq!(report.preferred_data_system().unwrap(), None, "that did not change");

        let answer = bench.ask::<get_data_bearer_technology::Message>(one, |_| {});
        assert_eq!(answer.response::<get_data_bearer_technology::Message>().current().unwrap(), old);
        let answer = bench.ask::<get_current_data_bearer_technology::Message>(one, |_| {});
        let current = answer.response::<get_current_data_bearer_technology::Message>().current().unwrap();
        assert_eq!((current.network_type, current.rat_mask, current.so_mask), (NetworkType::_3GPP, mask.bits(), 0));
        let answer = bench.ask::<get_channel_rates::Message>(one, |_| {});
        let rates = answer.response::<get_channel_rates::Message>().channel_rates().unwrap();
        assert_eq!((rates.channel_tx_rate_bps, rates.max_channel_rx_rate_bps), (50_000_000, 150_000_000));

        let (_, told) = stop(&mut bench, one, GLOBAL, false);
        let report = told.iter().find(|message| message.id == 1).unwrap();
        let report = report.indication::<event_report_indication::Message>();
        assert_eq!(report.data_call_status().unwrap(), Some(DataCallStatus::TERMINATED));
        let none = bench.ask::<get_data_bearer_technology::Message>(one, |_| {});
        assert_eq!(none.response::<get_data_bearer_technology::Message>().last().unwrap(), Some(old));
        let none = bench.ask::<get_current_data_bearer_technology::Message>(one, |_| {});
        assert_eq!(none.error(), ProtocolError::OUT_OF_CALL);
        let last = none.response::<get_current_data_bearer_technology::Message>().last().unwrap();
        assert_eq!(last.map(|last| last.rat_mask), Some(mask.bits()));
        let answer = bench.ask::<get_channel_rates::Message>(one, |_| {});
        let rates = answer.response::<get_channel_rates::Message>().channel_rates().unwrap();
        assert_eq!((rates.channel_tx_rate_bps, rates.max_channel_tx_rate_bps), (0, 50_000_000));

        let now = bench.now;
        bench.modem.lose_packet_service(now, 7);
        bench.modem.restore_packet_service(now);
        let told = bench.wait(10_000);
        let report = told.last().unwrap().indication::<event_report_indication::Message>();
        assert_eq!(report.preferred_data_system().unwrap(), Some(system));
        let systems = report.data_systems().unwrap().unwrap();
        assert_eq!(systems.networks.get(0).unwrap().rat_mask, mask.bits());
    }
}

#[test]
fn who_was_refused_waits_as_long_as_the_network_wants() {
    let mut setup = with_points(vec![point("busy")]);
    setup.bearer.access_points[0].refuses = 26;
    setup.bearer.access_points[0].back_off = Millis(30_000);
    let mut bench = Bench::with(setup, Config::default());
    let one = bench.client(Service::WDS);
    let throttles = |bench: &mut Bench, kind: u32| {
        let answer = bench.ask::<get_pdn_throttle_info::Message>(one, |r| {
            r.network_type(DataSystemNetworkType(kind).into());
        });
        assert_eq!(answer.error(), NONE);
        let list = answer.response::<get_pdn_throttle_info::Message>().info().unwrap().unwrap();
        list.iter()
            .map(|info| (info.apn.to_str().unwrap(), info.ipv4_throttle_time_left_ms, info.ipv6_throttled.0))
            .collect::<Vec<_>>()
    };
    assert_eq!(throttles(&mut bench, 0), []);
    let fail = |bench: &mut Bench| {
        let (answer, _) = start_with(bench, one, |r| {
            r.apn("busy".into()).ip_family_preference(IpFamily::IPV4.into());
        });
        answer.error()
    };
    assert_eq!(fail(&mut bench), ProtocolError::CALL_FAILED);
    let left = throttles(&mut bench, 0);
    assert_eq!(left, [("busy", 30_000 - 1_600, false)]);
    assert_eq!(throttles(&mut bench, 1), []);
    bench.modem.access_points()[0].refuses = 0;
    assert_eq!(fail(&mut bench), ProtocolError::CALL_FAILED);
    bench.wait(30_000);
    assert_eq!(throttles(&mut bench, 0), []);
    assert_eq!(fail(&mut bench), NONE);
    let unknown = bench.ask::<get_pdn_throttle_info::Message>(one, |r| {
        r.network_type(DataSystemNetworkType(9).into());
    });
    assert_eq!(unknown.error(), ProtocolError::INVALID_ARGUMENT);
}

// Profiles.

fn id(profile_index: u8) -> ProfileIdentifier {
    ProfileIdentifier { profile_type: ProfileType::_3GPP, profile_index }
}

#[test]
fn profiles_keep_everything_that_a_host_stores() {
    let mut bench = Bench::default();
    let one = bench.client(Service::WDS);
    let umts = UmtsRequestedQos {
        traffic_class: TrafficClass::STREAMING,
        max_uplink_bitrate: 7,
        ..UmtsRequestedQos::default()
    };
    let lte = LteQosParameters {
        qos_class_identifier: QosClassIdentifier::NON_GUARANTEED_BITRATE8,
        ..LteQosParameters::default()
    };
    let dns = Ipv4(Ipv4Addr::new(1, 2, 3, 4));
    let answer = bench.ask::<create_profile::Message>(one, |r| {
        r.profile_type(ProfileType::_3GPP)
            .profile_name("Work".into())
            .pdp_type(PdpType::IPV6)
            .apn_name("corp".into())
            .primary_ipv4_dns_address(dns)
            .umts_requested_qos(umts)
            .lte_qos_parameters(lte)
            .username("me".into())
            .password("secret".into())
            .authentication(Authentication::PAP | Authentication::CHAP)
            .pcscf_address_using_pco(true)
            .pdp_context_number(4)
            .apn_disabled_flag(true)
            .roaming_disallowed_flag(true)
            .vlan_id_type(VlanIdType { vlan_id_range_start: 2, vlan_id_range_end: 9 })
            .apn_type_mask(ApnTypeMask::DEFAULT | ApnTypeMask::MMS);
    });
    assert_eq!(answer.response::<create_profile::Message>().profile_identifier().unwrap(), id(2));
    let context = bench.modem.context(2).unwrap();
    assert_eq!((&*context.apn, &*context.user, context.ip, context.disabled), ("corp", "me", IpKind::V6, true));

    let read = |bench: &mut Bench, index| {
        let answer = bench.ask::<get_profile_settings::Message>(one, |r| {
            r.profile_id(ProfileId { profile_type: ProfileType::_3GPP, profile_index: index });
        });
        answer.response::<get_profile_settings::Message>()
    };
    let told = read(&mut bench, 2);
    assert_eq!(told.profile_name().unwrap().unwrap(), "Work");
    assert_eq!(
        (told.pdp_type().unwrap(), told.apn_name().unwrap().unwrap().bytes),
        (Some(PdpType::IPV6), &b"corp"[..])
    );
    assert_eq!(
        (told.username().unwrap().unwrap().bytes, told.password().unwrap().unwrap().bytes),
        (&b"me"[..], &b"secret"[..])
    );
    assert_eq!(told.authentication().unwrap(), Some(Authentication::PAP | Authentication::CHAP));
    assert_eq!(told.primary_ipv4_dns_address().unwrap(), Some(dns));
    assert_eq!((told.umts_requested_qos().unwrap(), told.lte_qos_parameters().unwrap()), (Some(umts), Some(lte)));
    assert_eq!((told.pcscf_address_using_pco().unwrap(), told.pdp_context_number().unwrap()), (Some(true), Some(4)));
    assert_eq!((told.apn_disabled_flag().unwrap(), told.roaming_disallowed_flag().unwrap()), (Some(true), Some(true)));
    assert_eq!(told.apn_type_mask().unwrap(), Some(ApnTypeMask::DEFAULT | ApnTypeMask::MMS));
    assert_eq!(told.vlan_id_type().unwrap().unwrap().vlan_id_range_end, 9);

    // What a change does not name stays.
    let changed = ask::<modify_profile::Message>(&mut bench, one, |r| {
        r.profile_identifier(id(2))
            .apn_name("other".into())
            .pdp_context_number(5)
            .apn_disabled_flag(false)
            .clat_enabled(true);
    });
    assert_eq!(changed, NONE);
    let told = read(&mut bench, 2);
    assert_eq!(
        (told.apn_name().unwrap().unwrap().bytes, told.profile_name().unwrap().unwrap().bytes),
        (&b"other"[..], &b"Work"[..])
    );
    assert_eq!((told.pdp_context_number().unwrap(), told.umts_requested_qos().unwrap()), (Some(5), Some(umts)));
    assert_eq!((told.apn_disabled_flag().unwrap(), told.clat_enabled().unwrap()), (Some(false), Some(true)));
    assert_eq!(told.authentication().unwrap(), Some(Authentication::PAP | Authentication::CHAP));
    let pap = ask::<modify_profile::Message>(&mut bench, one, |r| {
        r.profile_identifier(id(2)).authentication(Authentication::PAP);
    });
    assert_eq!((pap, read(&mut bench, 2).authentication().unwrap()), (NONE, Some(Authentication::PAP)));

    let list = |bench: &mut Bench| {
        let answer = bench.ask::<get_profile_list::Message>(one, |r| {
            r.profile_type(ProfileType::_3GPP);
        });
        let list = answer.response::<get_profile_list::Message>().profile_list().unwrap();
        list.iter().map(|profile| (profile.profile_index, profile.profile_name.to_str().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(list(&mut bench), [(1, ""), (2, "Work")]);
    let gone = ask::<delete_profile::Message>(&mut bench, one, |r| {
        r.profile_identifier(id(1));
    });
    assert_eq!((gone, list(&mut bench)), (NONE, vec![(2, "Work")]));
}

#[test]
fn what_is_wrong_with_a_profile_is_said() {
    let mut bench = Bench::default();
    let one = bench.client(Service::WDS);
    let extended = |message: &Message| {
        (
            message.error(),
            qmi_wire::TlvSet::parse(message.service, message.id, message.tlvs)
                .unwrap()
                .find(0xe0)
                .map(|value| u16::from_le_bytes([value[0], value[1]])),
        )
    };
    let wrong = |code: DsProfileError| (ProtocolError::EXTENDED_INTERNAL, Some(code.0));
    for (identifier, code) in [
        (id(0), DsProfileError::INVALID_PROFILE_NUMBER),
        (id(5), DsProfileError::_3GPP_CONTEXT_NOT_DEFINED),
        (
            ProfileIdentifier { profile_type: ProfileType::_3GPP2, profile_index: 1 },
            DsProfileError::INVALID_PROFILE_TYPE,
        ),
    ] {
        let answer = bench.ask::<modify_profile::Message>(one, |r| {
            r.profile_identifier(identifier);
        });
        assert_eq!(extended(&answer), wrong(code));
        let answer = bench.ask::<delete_profile::Message>(one, |r| {
            r.profile_identifier(identifier);
        });
        assert_eq!(extended(&answer), wrong(code));
        let ProfileIdentifier { profile_type, profile_index } = identifier;
        let answer = bench.ask::<get_profile_settings::Message>(one, |r| {
            r.profile_id(ProfileId { profile_type, profile_index });
        });
        assert_eq!(extended(&answer), wrong(code));
        let answer = bench.ask::<set_default_profile_number::Message>(one, |r| {
            r.profile_identifier(DefaultProfileIdentifier {
                kind: profile_type,
                family: ProfileFamily::TETHERED,
                index: profile_index,
            });
        });
        assert_eq!(extended(&answer), wrong(code));
    }
    let create = |bench: &mut Bench, fill: &dyn Fn(&mut create_profile::RequestBuilder<'_>)| {
        let answer = bench.ask::<create_profile::Message>(one, |r| {
            r.profile_type(ProfileType::_3GPP);
            fill(r);
        });
        extended(&answer)
    };
    let too_long = "a".repeat(101);
    assert_eq!(
        create(&mut bench, &|r| {
            r.apn_name(too_long.as_str().into());
        }),
        wrong(DsProfileError::INVALID_PARAMETER_LENGTH)
    );
    assert_eq!(
        create(&mut bench, &|r| {
            r.authentication(Authentication::from_bits_retain(4));
        }),
        wrong(DsProfileError::INVALID_ARGUMENT)
    );
    assert_eq!(
        create(&mut bench, &|r| {
            r.pdp_type(PdpType::PPP);
        }),
        (ProtocolError::INVALID_PDP_TYPE, None)
    );
    for _ in 2..=8 {
        assert_eq!(create(&mut bench, &|_| {}), (NONE, None));
    }
    assert_eq!(create(&mut bench, &|_| {}), wrong(DsProfileError::_3GPP_OUT_OF_PROFILES));
    for kind in [ProfileType::_3GPP2, ProfileType::EPC] {
        let answer = bench.ask::<get_profile_list::Message>(one, |r| {
            r.profile_type(kind);
        });
        assert_eq!(extended(&answer), wrong(DsProfileError::INVALID_PROFILE_TYPE));
        let answer = bench.ask::<get_default_settings::Message>(one, |r| {
            r.profile_type(kind);
        });
        assert_eq!(extended(&answer), wrong(DsProfileError::INVALID_PROFILE_TYPE));
    }
    let answer = bench.ask::<get_default_profile_number::Message>(one, |r| {
        r.profile_type(ProfileTypeInfo { kind: ProfileType::_3GPP, family: ProfileFamily(7) });
    });
    assert_eq!(extended(&answer), wrong(DsProfileError::_3GPP_INVALID_PROFILE_FAMILY));
    let answer = bench.ask::<get_default_settings::Message>(one, |r| {
        r.profile_type(ProfileType::_3GPP);
    });
    let told = answer.response::<get_default_settings::Message>();
    assert_eq!(
        (told.pdp_type().unwrap(), told.apn_disabled_flag().unwrap()),
        (Some(PdpType::IPV4_OR_IPV6), Some(false))
    );
}

#[test]
fn changes_of_profiles_are_told_to_who_wants_to_know() {
    let mut bench = Bench::default();
    let (all, some, none) = (bench.client(Service::WDS), bench.client(Service::WDS), bench.client(Service::WDS));
    let registered = ask::<indication_register::Message>(&mut bench, all, |r| {
        r.report_profile_changes(true);
    });
    let listed = ask::<configure_profile_event_list::Message>(&mut bench, some, |r| {
        r.register((&[ProfileEventRegistration { profile_type: ProfileType::_3GPP, profile_index: 2 }]).into());
    });
    assert_eq!((registered, listed), (NONE, NONE));
    let wrong = ask::<configure_profile_event_list::Message>(&mut bench, some, |r| {
        r.register((&[ProfileEventRegistration { profile_type: ProfileType::EPC, profile_index: 2 }]).into());
    });
    assert_eq!(wrong, ProtocolError::INVALID_PROFILE_TYPE);
    let told = |bench: &mut Bench| {
        let told = bench.heard().into_iter().map(|message| {
            let event = message.indication::<profile_changed_indication::Message>().profile_event().unwrap().unwrap();
            (message.client, event.profile_index, event.change_event)
        });
        told.collect::<Vec<_>>()
    };
    ask::<create_profile::Message>(&mut bench, none, |r| {
        r.profile_type(ProfileType::_3GPP);
    });
    let event = ProfileChangeEvent::CREATE_EVENT;
    assert_eq!(told(&mut bench), [(all.1, 2, event), (some.1, 2, event)]);
    ask::<modify_profile::Message>(&mut bench, none, |r| {
        r.profile_identifier(id(1)).apn_name("x".into());
    });
    assert_eq!(told(&mut bench), [(all.1, 1, ProfileChangeEvent::MODIFY_EVENT)]);
    ask::<delete_profile::Message>(&mut bench, none, |r| {
        r.profile_identifier(id(2));
    });
    let event = ProfileChangeEvent::DELETE_EVENT;
    assert_eq!(told(&mut bench), [(all.1, 2, event), (some.1, 2, event)]);
    // What another protocol stores is told too.
    let context = Context { id: 1, apn: text("y"), ..Context::default() };
    bench.modem.store_context(wwan::device::modem::event::Origin(9), context).unwrap();
    assert_eq!(told(&mut bench), [(all.1, 1, ProfileChangeEvent::MODIFY_EVENT)]);
}

#[test]
fn sessions_start_by_profile() {
    let mut setup = with_points(vec![point("internet"), point("corp")]);
    setup.bearer.refuses_others = 27;
    let mut bench = Bench::with(setup, Config::default());
    let one = bench.client(Service::WDS);
    let corp = Context { apn: text("corp"), ip: IpKind::V6, roaming: 6, ..Context::default() };
    bench.modem.create_context(wwan::device::modem::event::Origin(1), corp).unwrap();
    let apn = |bench: &mut Bench, fill: &dyn Fn(&mut start_network::RequestBuilder<'_>)| {
        let (answer, _) = start_with(bench, one, |r| fill(r));
        assert_eq!(answer.error(), NONE);
        let told = settings(bench, one, RequestedSettings::from_bits_retain(0x800f));
        stop(bench, one, GLOBAL, false);
        let family = told.ip_family().unwrap().unwrap().value;
        (
            told.apn_name().unwrap().unwrap().to_str().unwrap(),
            told.profile_id().unwrap().map(|id| id.profile_index),
            family,
        )
    };
    assert_eq!(
        apn(&mut bench, &|r| {
            r.profile_index_3gpp(2);
        }),
        ("corp", Some(2), IpFamily::IPV6)
    );
    assert_eq!(apn(&mut bench, &|_| {}), ("internet", Some(1), IpFamily::IPV4));
    let chosen = ask::<set_default_profile_number::Message>(&mut bench, one, |r| {
        r.profile_identifier(DefaultProfileIdentifier {
            kind: ProfileType::_3GPP,
            family: ProfileFamily::TETHERED,
            index: 2,
        });
    });
    assert_eq!((chosen, bench.modem.default_context(Usage::Tethered)), (NONE, 2));
    let answer = bench.ask::<get_default_profile_number::Message>(one, |r| {
        r.profile_type(ProfileTypeInfo { kind: ProfileType::_3GPP, family: ProfileFamily::TETHERED });
    });
    assert_eq!(answer.response::<get_default_profile_number::Message>().index().unwrap(), 2);
    assert_eq!(apn(&mut bench, &|_| {}).0, "corp");
    assert_eq!(
        apn(&mut bench, &|r| {
            r.call_type(CallType::EMBEDDED);
        })
        .0,
        "internet"
    );
    // What is named beside a profile counts.
    assert_eq!(
        apn(&mut bench, &|r| {
            r.profile_index_3gpp(1).apn("corp".into());
        })
        .0,
        "corp"
    );

    ask::<modify_profile::Message>(&mut bench, one, |r| {
        r.profile_identifier(id(2)).apn_disabled_flag(true);
    });
    let refused = |bench: &mut Bench, index| {
        let (answer, _) = start_with(bench, one, |r| {
            r.profile_index_3gpp(index);
        });
        assert_eq!(answer.error(), ProtocolError::CALL_FAILED);
        let why = answer.response::<start_network::Message>().verbose_call_end_reason().unwrap().unwrap();
        (why.kind, why.reason)
    };
    assert_eq!(refused(&mut bench, 2), (VerboseCallEndReasonType::INTERNAL, 220));
    ask::<modify_profile::Message>(&mut bench, one, |r| {
        r.profile_identifier(id(1)).roaming_disallowed_flag(true);
    });
    assert_eq!(
        apn(&mut bench, &|r| {
            r.profile_index_3gpp(1);
        })
        .0,
        "internet"
    );
    bench.modem.change_networks(|networks| networks.retain(|network| network.partner));
    let now = bench.now;
    bench.modem.lose_signal(now);
    bench.modem.restore_signal(now);
    bench.wait(10_000);
    assert_eq!(refused(&mut bench, 1), (VerboseCallEndReasonType::INTERNAL, 239));
}

#[test]
fn profiles_at_a_number_are_for_one_maker() {
    let mut config = Config::default();
    let mut bench = Bench::with(Setup::default(), config.clone());
    let one = bench.client(Service::WDS);
    let make = |bench: &mut Bench, index| {
        ask::<swi_create_profile_indexed::Message>(bench, one, |r| {
            r.profile_identifier(id(index)).apn_name("corp".into()).profile_name("five".into());
        })
    };
    assert_eq!(make(&mut bench, 5), ProtocolError::INVALID_QMI_COMMAND);
    config.vendor = 0x1199;
    bench = Bench::with(Setup::default(), config);
    assert_eq!(bench.client(Service::WDS), one);
    assert_eq!(make(&mut bench, 5), NONE);
    assert_eq!(&*bench.modem.context(5).unwrap().apn, "corp");
    assert_eq!(make(&mut bench, 5), ProtocolError::INVALID_PROFILE);
    assert_eq!(make(&mut bench, 0), ProtocolError::INVALID_PROFILE);
}

// Connecting by itself, attaching.

#[test]
fn the_modems_own_session_is_every_clients_and_nobodys() {
    let mut bench = Bench::default();
    let (one, other) = (bench.client(Service::WDS), bench.client(Service::WDS));
    let set = |bench: &mut Bench, status, roaming| {
        ask::<set_autoconnect_settings::Message>(bench, one, |r| {
            r.status(status).roaming(roaming);
        })
    };
    let allowed = AutoconnectSettingRoaming::ALLOWED;
    assert_eq!(set(&mut bench, AutoconnectSetting(3), allowed), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(set(&mut bench, AutoconnectSetting::PAUSED, AutoconnectSettingRoaming::HOME_ONLY), NONE);
    let answer = bench.ask::<get_autoconnect_settings::Message>(one, |_| {});
    let told = answer.response::<get_autoconnect_settings::Message>();
    assert_eq!(told.status().unwrap(), AutoconnectSetting::PAUSED);
    assert_eq!(told.roaming().unwrap(), Some(AutoconnectSettingRoaming::HOME_ONLY));
    assert_eq!(set(&mut bench, AutoconnectSetting::ENABLED, allowed), NONE);
    let told = bench.wait(1_000);
    assert_eq!(
        told.iter().map(|message| (message.client, status(message).0)).collect::<Vec<_>>(),
        [(one.1, ConnectionStatus::CONNECTED), (other.1, ConnectionStatus::CONNECTED)]
    );
    assert_eq!(start(&mut bench, other, IpFamily::IPV4), Err(ProtocolError::NO_EFFECT));
    assert_eq!(state(&mut bench, other), ConnectionStatus::CONNECTED);
    assert!(settings(&mut bench, other, RequestedSettings::IP_ADDRESS).ipv4_address().unwrap().is_some());
    // It comes back, unless it is switched off.
    assert_eq!(stop(&mut bench, other, GLOBAL, false).0, NONE);
    bench.wait(10_000);
    assert_eq!(state(&mut bench, other), ConnectionStatus::CONNECTED);
    assert_eq!(stop(&mut bench, other, GLOBAL, true).0, NONE);
    bench.wait(20_000);
    assert_eq!(bench.modem.autoconnect().mode, AutoconnectMode::Off);
    assert_eq!((state(&mut bench, one), bench.modem.sessions().count()), (ConnectionStatus::DISCONNECTED, 0));
}

#[test]
fn a_start_can_make_the_modem_connect_for_ever() {
    let mut bench = Bench::default();
    let one = bench.client(Service::WDS);
    let (answer, _) = start_with(&mut bench, one, |r| {
        r.apn("internet".into()).enable_autoconnect(true);
    });
    assert_eq!(answer.response::<start_network::Message>().packet_data_handle().unwrap(), GLOBAL);
    assert_eq!(bench.release(one), NONE);
    assert_eq!(bench.modem.sessions().filter(|session| session.state == SessionState::Active).count(), 1);
    let now = bench.now;
    bench.modem.reboot(now);
    bench.wait(60_000);
    let one = bench.client(Service::WDS);
    assert_eq!(state(&mut bench, one), ConnectionStatus::CONNECTED);
    let (answer, _) = start_with(&mut bench, one, |r| {
        r.apn("corporate".into());
    });
    assert_eq!(answer.error(), ProtocolError::POLICY_MISMATCH);
    assert_eq!(stop(&mut bench, one, GLOBAL, true).0, NONE);
    assert_eq!(start(&mut bench, one, IpFamily::IPV4), Ok(0x1000_0001));
}

#[test]
fn the_device_attaches_with_the_profiles_of_the_list() {
    let mut bench = Bench::default();
    let one = bench.client(Service::WDS);
    let answer = bench.ask::<get_max_lte_attach_pdn_number::Message>(one, |_| {});
    assert_eq!(answer.response::<get_max_lte_attach_pdn_number::Message>().info().unwrap(), Some(4));
    bench
        .modem
        .create_context(
            wwan::device::modem::event::Origin(1),
            Context { apn: text("ims"), ip: IpKind::V6, ..Context::default() },
        )
        .unwrap();
    let set = |bench: &mut Bench, list: &[u16], action| {
        let transaction = bench.request::<set_lte_attach_pdn_list::Message>(one, |r| {
            r.list(list.into()).action(action);
        });
        let said = bench.wait(2_000);
        assert_eq!(said[0].transaction, transaction);
        let done = said.get(1).map(|message| {
            message.indication::<set_lte_attach_pdn_list_indication::Message>().action_result().unwrap()
        });
        (said[0].error(), done)
    };
    let lists = |bench: &mut Bench| {
        let answer = bench.ask::<get_lte_attach_pdn_list::Message>(one, |_| {});
        let told = answer.response::<get_lte_attach_pdn_list::Message>();
        let all = |list: qmi_wire::list::List<'_, u16>| list.iter().collect::<Vec<_>>();
        (all(told.current_list().unwrap().unwrap()), told.pending_list().unwrap().map(all))
    };
    assert_eq!(lists(&mut bench), (vec![1], None));
    assert_eq!(set(&mut bench, &[3], AttachPdnListAction::NONE), (ProtocolError::INVALID_PROFILE, None));
    assert_eq!(
        set(&mut bench, &[1; 5], AttachPdnListAction::NONE),
        (ProtocolError::REQUESTED_NUMBER_UNSUPPORTED, None)
    );
    assert_eq!(set(&mut bench, &[1], AttachPdnListAction(7)), (ProtocolError::INVALID_ARGUMENT, None));
    assert_eq!(set(&mut bench, &[2, 1], AttachPdnListAction::NONE), (NONE, Some(true)));
    assert_eq!(lists(&mut bench), (vec![1], Some(vec![2, 1])));
    assert_eq!(set(&mut bench, &[2], AttachPdnListAction::DETACH_OR_PDN_DISCONNECT), (NONE, Some(true)));
    assert_eq!(lists(&mut bench), (vec![2], None));
    let answer = bench.ask::<get_lte_attach_parameters::Message>(one, |_| {});
    let told = answer.response::<get_lte_attach_parameters::Message>();
    assert_eq!(told.apn().unwrap().unwrap(), "ims");
    assert_eq!(
        (told.ip_support_type().unwrap(), told.ota_attach_performed().unwrap()),
        (Some(IpSupportType::IPV6), Some(true))
    );
}

// What is wrong with requests.

#[test]
fn requests_that_lack_something_or_break_off_change_nothing() {
    let mut bench = Bench::default();
    let (_, cid) = bench.client(Service::WDS);
    let mut say = |id: u16, tlvs: &[u8]| {
        let mut frame = vec![1, 0, 0, 0, 1, cid, 0, 9, 0];
        frame.extend(id.to_le_bytes());
        frame.extend((tlvs.len() as u16).to_le_bytes());
        frame.extend(tlvs);
        frame[1] = (frame.len() - 1) as u8;
        bench.send(&frame);
        bench.heard().remove(0).error()
    };
    for id in [0x02, 0x21, 0x24, 0x27, 0x28, 0x29, 0x2b, 0x2c, 0x2d, 0x49, 0x4a, 0x4d, 0x51, 0x6c, 0x89, 0x93, 0xaf] {
        assert_eq!(say(id, &[]), ProtocolError::MISSING_ARGUMENT, "{id:#x}");
    }
    for id in [0x02, 0x21, 0x24, 0x28, 0x29, 0x2b, 0x49, 0x4a, 0x6c, 0x89, 0xaf] {
        let empty = if id == 0x6c { &[1, 0, 0][..] } else { &[1, 1, 0, 1] };
        assert_eq!(say(id, empty), ProtocolError::MALFORMED_MESSAGE, "{id:#x}");
    }
    // An optional TLV that breaks off: a start by a profile of no length, a profile with half an address.
    assert_eq!(say(0x20, &[0x31, 0, 0]), ProtocolError::MALFORMED_MESSAGE);
    assert_eq!(say(0x27, &[1, 1, 0, 0, 0x15, 2, 0, 1, 2]), ProtocolError::MALFORMED_MESSAGE);
    assert_eq!(say(0x01, &[0x11, 2, 0, 1, 2]), ProtocolError::MALFORMED_MESSAGE);
    // Unknown TLVs are ignored.
    assert_eq!(say(0x4d, &[1, 1, 0, 4, 0x77, 2, 0, 1, 2]), NONE);
    assert_eq!(bench.modem.contexts().len(), 1);
    assert_eq!(bench.modem.sessions().count(), 0);
}
