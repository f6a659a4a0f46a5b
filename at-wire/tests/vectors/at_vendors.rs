//! Makers' dialects.

use at_wire::catalogue::meaning::{calls, generations, offset_minutes, power, signal};
use at_wire::command::equipment::Power;
use at_wire::command::vendor::{altair, cinterion, huawei, icera, linktop, mbm, quectel, sierra, telit, ublox, xmm};
use at_wire::command::{call, general};
use at_wire::identity::compare_versions;
use at_wire::message::{Line, Request};
use at_wire::parameter::{Choice, Rest, Str};
use at_wire::radio::{self, Generations};
use at_wire::time::Clock;
use at_wire::urc::standard::CRing;
use at_wire::urc::vendor::simcom::{RxDtmf, VoiceCall, VoiceCallEvent};
use at_wire::urc::vendor::{cinterion::Slcc, huawei::Ndisstat};
use at_wire::{EncodeError, Writer};
use serde_json::{Value, json};

use super::{all, band_names, bands_of, charset, fail, first, generations_of, lines, modes, modes_of, string};
use crate::{Case, Outcome, equal};

pub(super) fn run(case: &Case<'_>, vendor: &str, text: &str) -> Outcome {
    let name = case.text("command").unwrap_or("");
    let form = case.text("form").unwrap_or("");
    if let Some(from) = case.expect.get("build_from") {
        return build(case, vendor, name, from, text);
    }
    if case.item == Some("revision_compare") {
        let input = &case.vector["input"];
        let version = |key: &str| input[key].as_str().unwrap_or("");
        let result = match compare_versions(version("a"), version("b")) {
            core::cmp::Ordering::Less => "older",
            core::cmp::Ordering::Equal => "equal",
            core::cmp::Ordering::Greater => "newer",
        };
        return case.compare(&json!({"result": result}));
    }
    let lines = lines(text);
    let ours = match vendor {
        "altair" => altair(name, text, &lines),
        "cinterion" => cinterion(case, name, form, text, &lines),
        "huawei" => huawei(case, name, form, &lines),
        "icera" | "linktop" | "mbm" | "sierra" => small(vendor, name, form, &lines),
        "quectel" => quectel(case, name, text, &lines),
        "simtech" => simtech(name, &lines),
        "telit" => telit(case, name, form, &lines),
        "ublox" => ublox(case, name, form, &lines),
        "xmm" => xmm(name, form, &lines),
        other => Err(format!("unknown maker {other}")),
    };
    if case.direction == "reject" {
        return Case::refused(ours);
    }
    let mut ours = ours?;
    (ours["command"], ours["form"]) = (name.into(), form.into());
    case.compare(&ours)
}

fn unknown(name: &str) -> Result<Value, String> {
    Err(format!("unknown command {name}"))
}

/// That a command is written as expected, or refused.
fn build(case: &Case<'_>, vendor: &str, name: &str, from: &Value, text: &str) -> Outcome {
    let written = command(vendor, name, from);
    match (case.direction, written) {
        ("reject", Err(_)) => Ok(()),
        ("reject", Ok(line)) => Err(format!("wrote {line:?}")),
        (_, Err(error)) => Err(error.to_string()),
        (_, Ok(line)) => equal("line", &line.as_str(), &text),
    }
}

/// The command without `AT` and line end.
fn line<'a>(request: &impl Request<'a>) -> Result<String, EncodeError> {
    let mut buffer = [0; 128];
    let mut writer = Writer::new(&mut buffer);
    request.append(at_wire::parameter::Escaping::V250, &mut writer);
    writer.finish().map(|line| string(line))
}

fn command(vendor: &str, name: &str, from: &Value) -> Result<String, EncodeError> {
    let mut buffer = [0; 128];
    let mut writer = Writer::new(&mut buffer);
    let bands = bands_of(&from["bands"]);
    match (vendor, name) {
        ("cinterion", "+COPS") => {
            let generation = match from["mode"].as_str() {
                Some("any") | None => None,
                Some(mode) => Some(generations_of(&json!([mode]))),
            };
            line(&cinterion::select(from["operator"].as_str(), generation)?)
        }
        ("cinterion", "^SXRAT") => line(&cinterion::sxrat::Set::of(modes_of(from))?),
        ("telit", "#BND") => line(&telit_bands(&from["capabilities"]).set(&bands)?),
        ("ublox", "+URAT") => line(&ublox::urat::Set::of(modes_of(from))?),
        ("ublox", "+UBANDSEL") => {
            ublox::write_numbers(ublox::frequencies(&bands), &mut writer);
            line(&ublox::ubandsel::Set { bands: Rest(writer.finish()?) })
        }
        ("ublox", "+UACT") => {
            ublox::write_numbers(bands.iter().map(|band| band.number()), &mut writer);
            line(&ublox::uact::Set { act: None, rssi: None, rscp: None, bands: Rest(writer.finish()?) })
        }
        ("xmm", "+XACT") => {
            ublox::write_numbers(bands.iter().map(|band| band.number()), &mut writer);
            line(&xmm::xact::Set::of(modes_of(from), Rest(writer.finish()?))?)
        }
        _ => panic!("unknown command {name}"),
    }
}

fn altair(name: &str, text: &str, lines: &[String]) -> Result<Value, String> {
    match name {
        "%CGINFO" => {
            let read: altair::cginfo::ReadAnswer = first(lines)?;
            Ok(json!({"cid": read.cid}))
        }
        "%GETCFG" => {
            let bands = altair::bands(Rest(text.as_bytes())).map(radio::Band::Eutran);
            Ok(json!({"bands": band_names(bands)}))
        }
        "+CEER" => {
            let read: general::ceer::ExecuteAnswer<'_> = first(lines)?;
            Ok(json!({"report": string(read.report.0)}))
        }
        "%PCOINFO" => {
            let read = altair::PcoInfo::parse(lines[0].as_bytes()).map_err(fail)?;
            if !read.is_of_operator() {
                return Err("not of the operator".into());
            }
            let element = crate::written(|writer| read.write_element(writer))?;
            Ok(json!({"cid": read.cid, "pco": crate::hex(&element)}))
        }
        _ => unknown(name),
    }
}

fn cinterion(case: &Case<'_>, name: &str, form: &str, text: &str, lines: &[String]) -> Result<Value, String> {
    let context = &case.vector["context"];
    let family = if context["family"] == "imt" { cinterion::Family::Imt } else { cinterion::Family::Default };
    match (name, form) {
        ("+WS46", "read") => {
            let read: general::ws46::ReadAnswer = first(lines)?;
            let offered = general::ws46_generations(read.n, true).ok_or("no mode")?;
            let any = offered == Generations::G2_G3_G4;
            Ok(json!({"mode": if any { "any".into() } else { offered.to_string() }}))
        }
        ("^SCFG", "read" | "test") => {
            // The line in use has a star in front.
            let settings: Vec<_> = lines
                .iter()
                .filter_map(|line| {
                    let line = line.trim_start_matches("* ").as_bytes();
                    match form {
                        "read" => cinterion::scfg::ReadAnswer::parse(line).ok().map(|read| (read.name, read.value)),
                        _ => cinterion::scfg::TestAnswer::parse(line).ok().map(|read| (read.name, read.values)),
                    }
                })
                .collect();
            equal("settings", &settings.len(), &lines.len())?;
            let provider = settings.iter().find(|(name, _)| name.0 == b"MEopMode/Prov/Cfg");
            let cid = provider.map(|(_, value)| cinterion::context_of_provider(Str(value.fields().field().unquoted())));
            let set = charset(context);
            let masks = settings.iter().filter_map(|(name, value)| cinterion::BandMask::of(*name, *value, set));
            let mut bands: Vec<_> = masks.flat_map(|mask| mask.bands(family)).collect();
            // The original has no names for these two.
            bands.retain(|band| !matches!(band, radio::Band::Eutran(32 | 34)));
            Ok(json!({"cid": cid, "bands": band_names(bands.into_iter())}))
        }
        ("^SLCC", "urc") => {
            let read: Vec<Slcc<'_>> = all(lines)?;
            equal("ends", &read.last().map(|last| last.idx), &Some(None))?;
            let called = read.iter().filter_map(|call| {
                let number = call.number.map(|number| string(number.0));
                Some((call.idx?, call.dir?, call.stat?, number))
            });
            Ok(json!({"calls": calls(called)}))
        }
        ("^SMONG", "exec") => match cinterion::gprs_status(text) {
            Some(1 | 2) => Ok(json!({"access_technology": "gprs"})),
            Some(3 | 4) => Ok(json!({"access_technology": "edge"})),
            _ => Err("no status".into()),
        },
        ("^SMONI", "exec") => {
            let read: cinterion::smoni::ExecuteAnswer<'_> = first(lines)?;
            let level = |level: Option<i16>| level.map(f64::from);
            Ok(match cinterion::Serving::of(read).ok_or("no cell")? {
                cinterion::Serving::Searching => json!({"generation": null}),
                cinterion::Serving::Gsm { rssi } => json!({"generation": "2g", "rssi": level(rssi)}),
                cinterion::Serving::Umts { ecno, rscp } => {
                    json!({"generation": "3g", "ecn0": level(ecno), "rscp": level(rscp)})
                }
                cinterion::Serving::Lte { rsrp, rsrq } => {
                    json!({"generation": "4g", "rsrp": level(rsrp), "rsrq": level(rsrq)})
                }
            })
        }
        ("^SWWAN", "read") => {
            let read: Vec<cinterion::swwan::ReadAnswer> = all(lines)?;
            let mut states = json!({});
            for cid in case.expect["state_by_cid"].as_object().ok_or("no states")?.keys() {
                let number = cid.parse().expect("a context");
                let connected = cinterion::is_connected(read.iter().copied(), number);
                states[cid] = json!(connected.map(|connected| if connected { "connected" } else { "disconnected" }));
            }
            Ok(json!({"state_by_cid": states}))
        }
        ("^SXRAT", "test") => {
            let read: cinterion::sxrat::TestAnswer<'_> = first(lines)?;
            let numbers = |choice: Choice<'_>| {
                let numbers: Vec<_> = choice.ranges().flat_map(|(low, high)| low..=high).collect();
                if numbers.is_empty() { Value::Null } else { json!(numbers) }
            };
            Ok(json!({
                "rat": numbers(read.act), "preferred1": numbers(read.preferred1), "preferred2": numbers(read.preferred2),
            }))
        }
        _ => unknown(name),
    }
}

/// The states of an interface by its lines.
fn interface(states: &[Rest<'_>]) -> Value {
    let states = || states.iter().flat_map(|states| huawei::interface_states(*states));
    let shown = |ipv6| {
        let state = states().find(|state| state.ipv6 == ipv6)?;
        Some(if state.is_connected() { "connected" } else { "disconnected" })
    };
    json!({"ipv4": shown(false), "ipv6": shown(true)})
}

fn hexadecimal(mask: u64) -> String {
    format!("{mask:#x}")
}

fn huawei(case: &Case<'_>, name: &str, form: &str, lines: &[String]) -> Result<Value, String> {
    let tested = super::lines(case.vector["context"]["with_test_response"].as_str().unwrap_or(""));
    match (name, form) {
        ("^NDISSTATQRY", "read") => {
            let read: Vec<huawei::ndisstatqry::ReadAnswer<'_>> = all(lines)?;
            Ok(interface(&read.iter().map(|read| read.states).collect::<Vec<_>>()))
        }
        ("^NDISSTAT", "read") => {
            let read: Vec<Ndisstat<'_>> = all(lines)?;
            Ok(interface(&read.iter().map(|read| read.states).collect::<Vec<_>>()))
        }
        ("^DHCP", "read") => {
            let read: huawei::dhcp::ReadAnswer = first(lines)?;
            Ok(json!({
                "address": huawei::dhcp::ReadAnswer::ipv4(read.address), "prefix": read.prefix(),
                "gateway": huawei::dhcp::ReadAnswer::ipv4(read.gateway), "dns": read.dns().collect::<Vec<_>>(),
            }))
        }
        ("^SYSINFO", "exec") => {
            let read: huawei::sysinfo::ExecuteAnswer = first(lines)?;
            Ok(json!({
                "srv_status": read.srv_status, "srv_domain": read.srv_domain, "roam_status": read.roam_status,
                "sys_mode": read.sys_mode, "sim_state": read.sim_state, "sys_submode": read.sys_submode,
            }))
        }
        ("^SYSINFOEX", "exec") => {
            let read: huawei::sysinfoex::ExecuteAnswer<'_> = first(lines)?;
            Ok(json!({
                "srv_status": read.srv_status, "srv_domain": read.srv_domain, "roam_status": read.roam_status,
                "sys_mode": read.sys_mode, "sim_state": read.sim_state, "sys_submode": read.sys_submode,
            }))
        }
        ("^PREFMODE", "test") => {
            let read: huawei::prefmode::TestAnswer<'_> = first(lines)?;
            let offered = (0..=u8::MAX).filter(|mode| read.modes.contains((*mode).into()));
            let list: Vec<_> = offered
                .filter_map(|mode| {
                    let mut entry = modes(huawei::prefmode_modes(mode)?);
                    entry["prefmode"] = mode.into();
                    Some(entry)
                })
                .collect();
            Ok(json!({"modes": list}))
        }
        ("^PREFMODE", "read") => {
            let read: huawei::prefmode::ReadAnswer = first(lines)?;
            Ok(modes(huawei::prefmode_modes(read.mode).ok_or("no mode")?))
        }
        ("^SYSCFG", "test") => {
            let read: huawei::syscfg::TestAnswer<'_> = first(lines)?;
            let entry = |(mode, order, set)| {
                let mut entry = modes(set);
                (entry["mode"], entry["acqorder"]) = (json!(mode), json!(order));
                entry
            };
            let list: Vec<_> = read.modes().map(entry).collect();
            Ok(json!({"modes": list, "bands": hexadecimal(huawei::bands(read.band))}))
        }
        ("^SYSCFG", "read") => {
            let read: huawei::syscfg::ReadAnswer = first(lines)?;
            let mut ours = modes(huawei::syscfg_modes(read.mode, read.acqorder).ok_or("no mode")?);
            ours["bands"] = hexadecimal(read.band.0.into()).into();
            Ok(ours)
        }
        ("^SYSCFGEX", "test") => {
            let read: huawei::syscfgex::TestAnswer<'_> = first(lines)?;
            let entry = |(order, set): (Str<'_>, _)| {
                let mut entry = modes(set);
                entry["acqorder"] = string(order.0).into();
                entry
            };
            let list: Vec<_> = read.modes().map(entry).collect();
            Ok(json!({
                "modes": list, "gsm_umts_bands": hexadecimal(huawei::bands(read.band)),
                "lte_bands": hexadecimal(huawei::bands(read.lte_band)),
            }))
        }
        ("^SYSCFGEX", "read") => {
            let read: huawei::syscfgex::ReadAnswer<'_> = first(lines)?;
            let test: huawei::syscfgex::TestAnswer<'_> = first(&tested)?;
            let mut ours = modes(huawei::acquisition_modes(read.acqorder, test.generations()).ok_or("no mode")?);
            let bands = |mask: u64, offered| if huawei::is_all_bands(mask) { huawei::bands(offered) } else { mask };
            ours["gsm_umts_bands"] = hexadecimal(bands(read.band.0, test.band)).into();
            ours["lte_bands"] = hexadecimal(bands(read.lte_band.map_or(0, |mask| mask.0), test.lte_band)).into();
            Ok(ours)
        }
        ("^NWTIME", "read") => {
            let read: huawei::nwtime::ReadAnswer<'_> = first(lines)?;
            let clock = Clock::parse(read.time.0).map_err(fail)?;
            let dst = clock.daylight_saving.map(|hours| u32::from(hours) * 60);
            Ok(json!({
                "time": clock.time.to_string(), "utc_offset_minutes": offset_minutes(clock), "dst_minutes": dst,
            }))
        }
        ("^TIME", "read") => {
            let read: huawei::time::ReadAnswer<'_> = first(lines)?;
            let clock = Clock::parse(read.time.0).map_err(fail)?;
            Ok(json!({"time": clock.time.to_string()}))
        }
        ("^HCSQ", "read") => {
            let read: huawei::hcsq::ReadAnswer<'_> = first(lines)?;
            let technology = match radio::generation_of(read.sysmode.as_str().unwrap_or("")) {
                Generations::G2 => "gsm",
                Generations::G3 => "umts",
                Generations::G4 => "lte",
                _ => "unknown",
            };
            let values = [Some(read.value1), read.value2, read.value3, read.value4];
            Ok(json!({"access_technology": technology, "values": values.iter().flatten().collect::<Vec<_>>()}))
        }
        ("^GETPORTMODE", "read") => {
            let read: huawei::getportmode::ReadAnswer<'_> = first(lines)?;
            let names: Vec<_> = huawei::ports(read)
                .map(|(port, _)| match port {
                    huawei::Port::Modem => "modem",
                    huawei::Port::Pcui => "pcui",
                    huawei::Port::Net => "net",
                    huawei::Port::Diag => "diag",
                    huawei::Port::Gps => "gps",
                    huawei::Port::Bluetooth => "bt",
                    huawei::Port::Shell => "shell",
                    huawei::Port::Cdrom => "cdrom",
                    huawei::Port::Storage => "sd",
                    _ => "unknown",
                })
                .collect();
            Ok(json!({"ports": names}))
        }
        _ => unknown(name),
    }
}

/// Makers of whom there are few cases.
fn small(vendor: &str, name: &str, form: &str, lines: &[String]) -> Result<Value, String> {
    match (vendor, name, form) {
        ("icera", "%IPDPADDR", "read") => {
            let read: icera::ipdpaddr::SetAnswer<'_> = first(lines)?;
            let (v4, v6) = icera::addresses(read);
            let dns = |addresses: icera::Addresses| {
                addresses.dns.iter().flatten().map(|dns| dns.to_string()).collect::<Vec<_>>()
            };
            let shown = |addresses: icera::Addresses| json!({"address": addresses.address, "prefix": addresses.prefix, "gateway": addresses.gateway, "dns": dns(addresses)});
            let any_v6 = v6.address.is_some() || v6.dns[0].is_some();
            Ok(json!({
                "cid": read.cid, "ipv4": v4.address.map(|_| shown(v4)), "ipv6": any_v6.then(|| shown(v6)),
            }))
        }
        ("linktop", "+CFUN", "read") => {
            let read: linktop::cfun::ReadAnswer = first(lines)?;
            Ok(json!({"modes": generations(linktop::generations(read.fun))}))
        }
        ("mbm", "+CFUN", "read") => {
            let read: mbm::cfun::ReadAnswer = first(lines)?;
            Ok(json!({"modes": generations(mbm::generations(read.fun)), "power": power(mbm::power(read.fun))}))
        }
        ("mbm", "+CFUN", "test") => {
            let read: mbm::cfun::TestAnswer<'_> = first(lines)?;
            let functions: Vec<_> = read.fun.ranges().flat_map(|(low, high)| low..=high).collect();
            Ok(json!({"functions": functions}))
        }
        ("mbm", "*E2IPCFG", "read") => {
            let read: mbm::e2ipcfg::ReadAnswer<'_> = first(lines)?;
            let family = |v6: bool| {
                let of = |kind| {
                    mbm::addresses(read)
                        .filter(move |(is, address)| *is == kind && address.is_ipv6() == v6)
                        .map(|(_, address)| address)
                };
                let dns: Vec<_> = of(mbm::AddressKind::Dns).map(full).collect();
                let prefix = if v6 { 64 } else { 32 };
                let address = of(mbm::AddressKind::Address).next()?;
                Some(json!({"address": full(address), "prefix": prefix, "dns": dns}))
            };
            Ok(json!({"ipv4": family(false), "ipv6": family(true)}))
        }
        ("sierra", "!SCACT", "read") => {
            let read: Vec<sierra::scact::ReadAnswer> = all(lines)?;
            let contexts: Vec<_> =
                read.iter().map(|read| json!({"cid": read.cid, "active": read.state == 1})).collect();
            Ok(json!({"contexts": contexts}))
        }
        _ => unknown(name),
    }
}

/// An address with all its zeros, as this maker writes them.
fn full(address: core::net::IpAddr) -> String {
    match address {
        core::net::IpAddr::V4(address) => address.to_string(),
        core::net::IpAddr::V6(address) => address.segments().map(|segment| format!("{segment:04x}")).join(":"),
    }
}

fn quectel(case: &Case<'_>, name: &str, text: &str, lines: &[String]) -> Result<Value, String> {
    match (name, case.item) {
        ("+CTZU", None) => {
            let read: quectel::ctzu::TestAnswer<'_> = first(lines)?;
            if read.onoff.is_empty() {
                return Err("nothing is offered".into());
            }
            let offered = |setting: u8| read.onoff.contains(setting.into());
            Ok(json!({
                "disable": offered(quectel::CTZU_OFF), "enable": offered(quectel::CTZU_ZONE),
                "enable_update_rtc": offered(quectel::CTZU_CLOCK),
            }))
        }
        ("+QGMR", Some(_)) => {
            let read = quectel::qgmr::ExecuteAnswer::parse(text.as_bytes()).map_err(fail)?;
            let firmware = quectel::Firmware::parse(&string(read.text.0)).ok_or("no version")?;
            Ok(json!({"standard": firmware.standard, "release": firmware.release, "minor": firmware.minor}))
        }
        _ => unknown(name),
    }
}

fn simtech(name: &str, lines: &[String]) -> Result<Value, String> {
    match name {
        "+CLCC" => {
            let read: Vec<call::clcc::ExecuteAnswer<'_>> = all(lines)?;
            let called =
                read.iter().map(|call| (call.id, call.dir, call.stat, call.number.map(|number| string(number.0))));
            Ok(json!({"calls": calls(called)}))
        }
        "VOICE CALL" => {
            let read: VoiceCall<'_> = first(lines)?;
            let (started, duration) = match read.event().ok_or("no event")? {
                VoiceCallEvent::Begin => (true, 0),
                VoiceCallEvent::End(seconds) => (false, seconds.unwrap_or(0)),
            };
            Ok(json!({"started": started, "duration_seconds": duration}))
        }
        "+CRING" => {
            let read: CRing<'_> = first(lines)?;
            Ok(json!({"type": string(read.kind.0)}))
        }
        "+RXDTMF" => {
            let read: RxDtmf<'_> = first(lines)?;
            Ok(json!({"tone": string(read.tone.0)}))
        }
        _ => unknown(name),
    }
}

fn telit_bands(capabilities: &Value) -> telit::Bands {
    let has = |name: &str| capabilities.as_array().is_some_and(|names| names.iter().any(|known| known == name));
    telit::Bands {
        gsm: has("2g"),
        utran: has("3g"),
        eutran: has("4g"),
        newer_utran: has("alternate-3g-table"),
        high_eutran: has("extended-4g-mask"),
    }
}

fn telit(case: &Case<'_>, name: &str, form: &str, lines: &[String]) -> Result<Value, String> {
    let bands = telit_bands(&case.vector["context"]["capabilities"]);
    match (name, form) {
        ("#BND", "read") => {
            let read: telit::bnd::ReadAnswer = first(lines)?;
            Ok(json!({"bands": band_names(bands.read(read))}))
        }
        ("#BND", "test") => {
            let read: telit::bnd::TestAnswer<'_> = first(lines)?;
            Ok(json!({"bands": band_names(bands.test(read))}))
        }
        ("#QSS", "read") => {
            let read: telit::qss::ReadAnswer = first(lines)?;
            let names = ["sim-removed", "sim-inserted", "sim-inserted-and-unlocked", "sim-inserted-and-ready"];
            Ok(json!({"status": names[usize::from(read.status)]}))
        }
        ("#SWPKGV", "exec") => {
            let read: telit::swpkgv::ExecuteAnswer<'_> = first(lines)?;
            Ok(json!({"version": string(read.text.0)}))
        }
        _ => unknown(name),
    }
}

fn ublox(case: &Case<'_>, name: &str, form: &str, lines: &[String]) -> Result<Value, String> {
    match (name, form) {
        ("+CFUN", "read") => {
            let read: at_wire::command::equipment::cfun::ReadAnswer = first(lines)?;
            let power: Option<Power> = ublox::power(read.fun);
            Ok(json!({"power": self::power(power)}))
        }
        ("+UACT", "read") => {
            let read: ublox::uact::ReadAnswer<'_> = first(lines)?;
            Ok(json!({"bands": band_names(ublox::numbered_bands(read.bands))}))
        }
        ("+UACT", "test") => {
            let read: ublox::uact::TestAnswer<'_> = first(lines)?;
            let bands = |choice: Choice<'_>| band_names(ublox::numbered_bands(Rest(choice.0)));
            Ok(json!({"2g": bands(read.gsm), "3g": bands(read.utran), "4g": bands(read.eutran)}))
        }
        ("+UAUTHREQ", "test") => {
            let read: ublox::uauthreq::TestAnswer<'_> = first(lines)?;
            let mut names: Vec<_> = ublox::Authentication::offered(read)
                .map(|kind| match kind {
                    ublox::Authentication::None => "none",
                    ublox::Authentication::Pap => "pap",
                    ublox::Authentication::Chap => "chap",
                    ublox::Authentication::Automatic => "auto",
                })
                .collect();
            names.sort_unstable();
            Ok(json!({"methods": names}))
        }
        ("+UBANDSEL", "read") => {
            let read: ublox::ubandsel::ReadAnswer<'_> = first(lines)?;
            let model = case.vector["context"]["model"].as_str().unwrap_or("");
            let model = ublox::Model::of(model).ok_or("unknown model")?;
            Ok(json!({"bands": band_names(model.bands(read))}))
        }
        ("+UBMCONF", "read") => {
            let read: ublox::ubmconf::ReadAnswer = first(lines)?;
            let mode = match read.networking().ok_or("no mode")? {
                ublox::Networking::Router => "router",
                ublox::Networking::Bridge => "bridge",
            };
            Ok(json!({"mode": mode}))
        }
        ("+UGCNTRD", "exec") => {
            let read: Vec<ublox::ugcntrd::ExecuteAnswer> = all(lines)?;
            let cid = case.vector["context"]["cid"].as_u64();
            let read = read.iter().find(|read| Some(read.cid.into()) == cid).ok_or("not of this context")?;
            Ok(json!({
                "session_tx_bytes": read.session_tx, "session_rx_bytes": read.session_rx,
                "total_tx_bytes": read.total_tx, "total_rx_bytes": read.total_rx,
            }))
        }
        ("+UIPADDR", "read") => {
            let read: ublox::uipaddr::ReadAnswer<'_> = first(lines)?;
            let text = |text: Option<Str<'_>>| text.filter(|text| !text.0.is_empty()).map(|text| string(text.0));
            Ok(json!({
                "cid": read.cid, "if_name": text(read.interface), "ipv4_address": text(read.ipv4_address),
                "ipv4_subnet": text(read.ipv4_netmask), "ipv6_global_address": text(read.ipv6_address),
                "ipv6_link_local_address": text(read.ipv6_link_local),
            }))
        }
        ("+UPINCNT", "exec") => {
            let read: ublox::upincnt::ExecuteAnswer = first(lines)?;
            Ok(json!({"pin": read.pin, "pin2": read.pin2, "puk": read.puk, "puk2": read.puk2}))
        }
        ("+URAT", "read") => {
            let read: ublox::urat::ReadAnswer = first(lines)?;
            Ok(modes(read.modes().ok_or("no mode")?))
        }
        ("+URAT", "test") => {
            let read: ublox::urat::TestAnswer<'_> = first(lines)?;
            Ok(json!({"modes": read.modes().map(modes).collect::<Vec<_>>()}))
        }
        ("+UUSBCONF", "read") => {
            let read: ublox::uusbconf::ReadAnswer<'_> = first(lines)?;
            Ok(json!({"profile": read.class.map(|class| string(class.0).to_lowercase())}))
        }
        _ => unknown(name),
    }
}

fn xmm(name: &str, form: &str, lines: &[String]) -> Result<Value, String> {
    match (name, form) {
        ("+XACT", "read") => {
            let read: xmm::xact::ReadAnswer<'_> = first(lines)?;
            Ok(json!({"act": read.act}))
        }
        ("+XACT", "test") => {
            let read: xmm::xact::TestAnswer<'_> = first(lines)?;
            Ok(json!({
                "modes": read.modes().map(modes).collect::<Vec<_>>(), "bands": band_names(ublox::numbered_bands(read.bands)),
            }))
        }
        ("+XCESQ", "read") => {
            let read: xmm::xcesq::ReadAnswer = first(lines)?;
            let rssnr = (read.rssnr != 255).then_some(read.rssnr);
            Ok(json!({
                "rxlev": read.rxlev, "ber": read.ber, "rscp": read.rscp, "ecn0": read.ecno, "rsrq": read.rsrq,
                "rsrp": read.rsrp, "rssnr": read.rssnr,
                "signal": signal(read.rxlev, read.rscp, read.ecno, read.rsrq, read.rsrp, rssnr),
            }))
        }
        ("+XLCSLSR", "test") => {
            let read: xmm::xlcslsr::TestAnswer<'_> = first(lines)?;
            let has = |choice: Choice<'_>, number: u8| choice.contains(number.into());
            Ok(json!({
                "transport_protocol_invalid": has(read.transport, xmm::TRANSPORT_INVALID),
                "transport_protocol_supl": has(read.transport, xmm::TRANSPORT_SUPL),
                "standalone_position_mode": has(read.mode, xmm::MODE_STANDALONE),
                "ms_assisted_based_position_mode": has(read.mode, xmm::MODE_MS_BASED),
                "loc_response_type_nmea": has(read.loc_response_type, xmm::RESPONSE_NMEA),
                "gnss_type_gps_glonass": has(read.gnss_type, xmm::GNSS_GPS_GLONASS),
            }))
        }
        _ => unknown(name),
    }
}
