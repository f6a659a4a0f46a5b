//! Which clients of services this program has from a modem, written down before the modem is asked for one: so the next
//! run gives back what a run that was killed left behind, and finds the data sessions that are to outlive a run.
//!
//! The file lies in `$XDG_RUNTIME_DIR`, else in `/run`, else in the directory for temporary files; there is one for each
//! device and user. It is of one start of the machine, since which the modem has certainly lost its clients if that is over.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use wwan::client::qmi::{Owned, Record};
use wwan::qmi_wire::frame::{Frame, Kind, Message};
use wwan::qmi_wire::service::{Service, ctl, wds};
use wwan::qmi_wire::{Exchange, Message as _, View as _};
use wwan::session::qmi::RECORD_LEN;

/// The longest record that is read, in bytes; 255 clients of one service are less.
const LONGEST: u64 = 0x1_0000;

/// What is written down.
#[derive(Debug)]
pub(crate) struct Ledger {
    path: PathBuf,
    boot: String,
    clients: Vec<Owned>,
    /// A client of this service has been asked for.
    asked: Option<Service>,
    /// What the file says.
    written: String,
}

/// What an earlier run left.
#[derive(Debug, Default)]
pub(crate) struct Leftover {
    /// Its clients, in the form of a [`Record`].
    pub(crate) record: Vec<u8>,
    /// The service of which it may have one more.
    pub(crate) asked: Option<Service>,
}

impl Ledger {
    /// The ledger for a device, and what the last run has left in it. Without a place to write to there is none.
    pub(crate) fn open(device: &Path) -> (Option<Self>, Leftover) {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned();
        let device = fs::canonicalize(device).unwrap_or_else(|_| device.to_owned());
        let name: String = device
            .to_string_lossy()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
            .collect();
        let user = rustix::process::getuid().as_raw();
        let name = format!("wwanctl-{user}{name}.clients");
        let Some(path) = directories().into_iter().map(|directory| directory.join(&name)).find(|path| is_ours(path))
        else {
            return (None, Leftover::default());
        };
        let mut text = String::new();
        if let Ok(file) = options().read(true).open(&path) {
            let _ = file.take(LONGEST).read_to_string(&mut text);
        }
        let leftover = parse(&text, &boot);
        // What is left stays written down until it is given back.
        let clients = Record(&leftover.record).iter().collect();
        let ledger = Self { path, boot, clients, asked: leftover.asked, written: text };
        (Some(ledger), leftover)
    }

    /// A frame is about to be sent.
    pub(crate) fn sending(&mut self, frame: &[u8]) {
        let Some(message) = parsed(frame, Kind::Request) else { return };
        if is::<ctl::allocate_cid::Message>(&message) {
            let request = ctl::allocate_cid::Request::from_tlvs(message.tlvs);
            self.asked = request.service().ok().map(|service| service.value);
        } else if is::<wds::set_ip_family::Message>(&message) {
            let preference = wds::set_ip_family::Request::from_tlvs(message.tlvs).preference();
            let is_v6 = preference.is_ok_and(|preference| preference.value == wds::IpFamily::IPV6);
            let client = client_of(frame);
            if let Some(owned) = self.wds(client) {
                owned.instance = u8::from(is_v6);
            }
        }
        self.write();
    }

    /// A frame has come.
    pub(crate) fn heard(&mut self, frame: &[u8]) {
        if let Some(message) = parsed(frame, Kind::Indication) {
            if (message.service(), message.id()) == (Service::CTL, ctl::sync_indication::Message::ID) {
                self.forget();
            }
        }
        let Some(message) = parsed(frame, Kind::Response) else { return };
        let verdict = message.tlvs.get::<wwan::qmi_wire::Verdict>(wwan::qmi_wire::Verdict::TLV);
        let succeeded = matches!(verdict, Ok(Some(verdict)) if verdict.ok().is_ok());
        let client = client_of(frame);
        if is::<ctl::allocate_cid::Message>(&message) {
            self.asked = None;
            let info = ctl::allocate_cid::Response::from_tlvs(message.tlvs).allocation_info();
            if let (true, Ok(info)) = (succeeded, info) {
                let owned =
                    Owned { service: info.service.value, instance: 0, client: info.cid, keep: false, handle: 0 };
                self.clients.push(owned);
            }
        } else if is::<ctl::release_cid::Message>(&message) {
            if let Ok(info) = ctl::release_cid::Response::from_tlvs(message.tlvs).release_info() {
                self.clients.retain(|owned| (owned.service, owned.client) != (info.service.value, info.cid));
            }
        } else if is::<ctl::sync::Message>(&message) && succeeded {
            self.forget();
        } else if is::<wds::start_network::Message>(&message) && succeeded {
            let handle = wds::start_network::Response::from_tlvs(message.tlvs).packet_data_handle();
            if let (Ok(handle), Some(owned)) = (handle, self.wds(client)) {
                owned.handle = handle;
            }
        } else if is::<wds::stop_network::Message>(&message) && succeeded {
            if let Some(owned) = self.wds(client) {
                owned.handle = 0;
            }
        }
        self.write();
    }

    /// Takes over what the client knows: which sessions its clients belong to, and which of an earlier run are gone.
    pub(crate) fn settle(&mut self, clients: impl Iterator<Item = Owned>) {
        self.clients = clients.collect();
        self.asked = None;
        self.write();
    }

    fn wds(&mut self, client: u8) -> Option<&mut Owned> {
        self.clients.iter_mut().find(|owned| (owned.service, owned.client) == (Service::WDS, client))
    }

    fn forget(&mut self) {
        self.clients.clear();
        self.asked = None;
    }

    /// Writes what has changed. What cannot be written is not: a client may be left behind then, no more.
    fn write(&mut self) {
        let mut text = String::new();
        if !self.clients.is_empty() || self.asked.is_some() {
            text = format!("boot {}\n", self.boot);
            for owned in &self.clients {
                let mut bytes = [0; RECORD_LEN];
                if let Some(bytes) = Record::write(&mut bytes, core::iter::once(*owned)) {
                    text.push_str(&format!("client {}\n", hex(bytes)));
                }
            }
            if let Some(service) = self.asked {
                text.push_str(&format!("asked {}\n", service.0));
            }
        }
        if text == self.written {
            return;
        }
        let done = if text.is_empty() { fs::remove_file(&self.path) } else { replace(&self.path, &text) };
        if done.is_ok() {
            self.written = text;
        }
    }
}

fn parsed(frame: &[u8], kind: Kind) -> Option<Message<'_>> {
    Frame::parse(frame).ok().map(|frame| frame.message).filter(|message| message.kind() == kind)
}

fn client_of(frame: &[u8]) -> u8 {
    Frame::parse(frame).ok().and_then(|frame| frame.framing.client()).unwrap_or_default()
}

fn is<M: Exchange>(message: &Message<'_>) -> bool {
    (message.service(), message.id()) == (M::SERVICE, M::ID)
}

/// Where the file may lie.
fn directories() -> Vec<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    runtime.into_iter().chain([PathBuf::from("/run"), std::env::temp_dir()]).collect()
}

/// Whether there is a file of this user's, or can be one. A link is not followed: it may have been put there by somebody else.
fn is_ours(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Ok(found) => found.file_type().is_file() && found.uid() == rustix::process::getuid().as_raw(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            path.parent().is_some_and(|directory| rustix::fs::access(directory, rustix::fs::Access::WRITE_OK).is_ok())
        }
        Err(_) => false,
    }
}

fn options() -> OpenOptions {
    let mut options = File::options();
    options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    options
}

/// Replaces the file in one piece: whoever is killed meanwhile leaves the old one or the new one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = options().write(true).create_new(true).open(&new).or_else(|_| {
        // Of a run that was killed.
        fs::remove_file(&new)?;
        options().write(true).create_new(true).open(&new)
    })?;
    file.write_all(text.as_bytes())?;
    fs::rename(&new, path)
}

/// What a file says; one of an earlier start of the machine says nothing, nor do lines that nobody here has written.
fn parse(text: &str, boot: &str) -> Leftover {
    let mut lines = text.lines();
    let mut leftover = Leftover::default();
    if lines.next().and_then(|line| line.strip_prefix("boot ")) != Some(boot) {
        return leftover;
    }
    for line in lines {
        if let Some(bytes) = line.strip_prefix("client ").and_then(unhex) {
            leftover.record.extend(bytes);
        } else if let Some(service) = line.strip_prefix("asked ").and_then(|number| number.parse().ok()) {
            leftover.asked = Some(Service(service));
        }
    }
    leftover
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Option<[u8; RECORD_LEN]> {
    let mut bytes = [0; RECORD_LEN];
    if digits.len() != 2 * RECORD_LEN || !digits.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use wwan::qmi_wire::Verdict;
    use wwan::qmi_wire::field::As;
    use wwan::qmi_wire::frame::Framing;
    use wwan::qmi_wire::message::{write_request, write_response};

    use super::*;

    fn ledger(name: &str) -> Ledger {
        let path = std::env::temp_dir().join(format!("wwanctl-test-{name}-{}", std::process::id()));
        Ledger { path, boot: "b".into(), clients: Vec::new(), asked: None, written: String::new() }
    }

    fn left(ledger: &Ledger) -> Leftover {
        parse(&fs::read_to_string(&ledger.path).unwrap_or_default(), "b")
    }

    fn asks(ledger: &mut Ledger) {
        let mut buffer = [0; 64];
        let frame = write_request::<ctl::allocate_cid::Message>(&mut buffer, Framing::host(0), 1, |request| {
            request.service(Service::WDS.into());
        });
        ledger.sending(frame.unwrap());
    }

    fn gets(ledger: &mut Ledger, cid: u8) {
        let info = ctl::AllocationInfo { service: As::from(Service::WDS), cid };
        let mut buffer = [0; 64];
        let frame = write_response::<ctl::allocate_cid::Message>(
            &mut buffer,
            Framing::modem(0),
            1,
            Verdict::SUCCESS,
            |response| {
                response.allocation_info(info);
            },
        );
        ledger.heard(frame.unwrap());
    }

    #[test]
    fn a_run_that_is_killed_leaves_what_it_asked_for_and_what_it_got() {
        let mut ledger = ledger("killed");
        asks(&mut ledger);
        assert_eq!((left(&ledger).asked, left(&ledger).record.len()), (Some(Service::WDS), 0));
        gets(&mut ledger, 3);
        let found = left(&ledger);
        let owned = Record(&found.record).iter().next().unwrap();
        assert_eq!((found.asked, owned.service, owned.client, owned.handle), (None, Service::WDS, 3, 0));
        let mut buffer = [0; 64];
        let started = write_response::<wds::start_network::Message>(
            &mut buffer,
            Framing::modem(3),
            2,
            Verdict::SUCCESS,
            |response| {
                response.packet_data_handle(77);
            },
        );
        ledger.heard(started.unwrap());
        assert_eq!(Record(&left(&ledger).record).iter().next().unwrap().handle, 77);
        // After the release there is nothing left, not even the file.
        let info = ctl::ReleaseInfo { service: As::from(Service::WDS), cid: 3 };
        let mut buffer = [0; 64];
        let released = write_response::<ctl::release_cid::Message>(
            &mut buffer,
            Framing::modem(0),
            3,
            Verdict::SUCCESS,
            |response| {
                response.release_info(info);
            },
        );
        ledger.heard(released.unwrap());
        assert!(!ledger.path.exists());
    }

    #[test]
    fn what_others_wrote_is_not_believed() {
        for text in ["", "boot a\nclient 0100030000000000\n", "client 0100030000000000\n", "boot b\nclient 01000300\n"]
        {
            assert!(parse(text, "b").record.is_empty(), "{text:?}");
        }
        assert_eq!(parse("boot b\nclient 0100030000000000\nmore\n", "b").record.len(), RECORD_LEN);
    }
}
