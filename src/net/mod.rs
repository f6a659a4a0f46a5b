//! The data plane: IP packets of several data sessions over one pipe.
//!
//! | item | does |
//! |---|---|
//! | [`Link`] | packets into transfers and back, without I/O and without a clock; counts |
//! | [`Ntb16Link`], [`Ntb32Link`], [`QmapLink`], [`RawIpLink`] | a link for the blocks of MBIM, for QMAP, for bare packets; [`AnyLink`] when it turns out at run time |
//! | [`Session`] | one data session on a link: its number, its MTU, its counters |
//! | [`Runner`] | moves packets between a link's pipe and whatever has IP, see [`Supply`] and [`Deliver`] |
//! | `embassy` | a network device of embassy-net for each session (feature `embassy-net`) |
//! | `smoltcp` | the same of smoltcp (feature `smoltcp`) |
//!
//! A session is known by one number: MBIM's SessionId, as CONNECT has it; QMI's mux id, as WDS Bind Mux Data Port has it.
//!
//! ```
//! # #[cfg(feature = "mbim")] {
//! use wwan::mbim_wire::ntb::{Config, NtbParameters};
//! use wwan::net::{Ntb16Link, Session};
//! use wwan::time::{Instant, Millis};
//!
//! // What the function answered to GET_NTB_PARAMETERS.
//! let parameters = NtbParameters { in_max_size: 4096, out_max_size: 4096, ..NtbParameters::default() };
//! let sessions = [Session::new(), Session::new()];
//! let mut memory = [0; 4096];
//! let mut link = Ntb16Link::new(&mut memory, Config::new(parameters.output()), &sessions, Millis(2));
//! sessions[0].open(0, 1500);
//! sessions[1].open(1, 1500);
//!
//! let now = Instant(1000);
//! link.push(now, 0, b"\x45 a packet")?;
//! link.push(now, 1, b"\x60 and one of the other session")?;
//! assert!(link.transmit(now).is_none(), "it may wait for more");
//! assert_eq!(link.poll_at(), Some(Instant(1002)));
//! let transfer = link.transmit(Instant(1002)).expect("both packets");
//!
//! // The other end takes it apart.
//! let peers = [Session::new()];
//! peers[0].open(1, 1500);
//! let mut memory = [0; 4096];
//! let mut peer = Ntb16Link::new(&mut memory, Config::new(parameters.input()), &peers, Millis(2));
//! peer.receive(transfer.bytes, |packet| {
//!     assert_eq!((packet.session, packet.bytes.len()), (1, 30));
//!     true
//! });
//! assert_eq!(peer.counters().unknown_session, 1, "session 0 is not open there");
//! # }
//! # Ok::<(), wwan::net::PushError>(())
//! ```

#[cfg(feature = "qmi")]
mod checksum;
#[cfg(feature = "embassy-net")]
pub mod embassy;
mod framing;
mod link;
#[cfg(feature = "mbim")]
mod ntb;
#[cfg(feature = "qmi")]
mod qmap;
mod raw_ip;
mod runner;
mod session;
#[cfg(feature = "smoltcp")]
pub mod smoltcp;

pub use framing::{AnyReader, AnyWriter, Flow, ReadCounters, Reader, Transfer, Unlimited, Writer};
pub use link::{Downlink, Link, LinkCounters, Packet, PushError, Uplink};
#[cfg(feature = "mbim")]
pub use ntb::{Ntb16Link, Ntb32Link, NtbLink, NtbReader, NtbWriter};
#[cfg(feature = "qmi")]
pub use qmap::{FlowControl, QmapLink, QmapReader, QmapWriter};
pub use raw_ip::{RawIpLink, RawIpReader, RawIpWriter};
pub use runner::{Deliver, Offer, RunError, Runner, Supply};
pub use session::{Session, SessionCounters};

/// A link whose framing turns out at run time. Programs that know it take a link of that framing, and do not link the others.
pub type AnyLink<'b> = Link<'b, AnyWriter<'b>, AnyReader>;

/// What is known of the checksum of TCP or UDP in a packet, because the modem has looked at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Verdict {
    /// Nothing: the IP stack has to look.
    #[default]
    Unknown,
    /// It is right.
    Right,
    /// It is wrong.
    Wrong,
}
