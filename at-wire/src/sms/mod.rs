//! Short messages: the TPDUs of 3GPP TS 23.040, which all three protocols carry as octets.
//!
//! * [`Tpdu`] and its six messages: read with [`Pdu::parse`], written with [`Pdu::write`]; both use the same
//!   structures;
//! * [`Split`]: the parts of a text that is too long for one message, and [`PartSet`]: whether all parts are there;
//! * [`parameters`]: the service centre on a SIM;
//! * [`broadcast`]: cell broadcast pages;
//! * [`cdma`]: the other format, of 3GPP2.
//!
//! ```
//! use at_wire::sms::{Address, Direction, Pdu, Split, Submit, Tpdu};
//! use at_wire::sms::Reference;
//!
//! let text = "Shall I compare thee to a summer's day? ".repeat(5);
//! let split = Split::new(&text, Reference::Narrow(42))?;
//! assert_eq!(split.parts(), 2);
//! for part in split.iter() {
//!     let submit = Submit {
//!         destination_address: Address::number("+18005551212"),
//!         data_coding: split.data_coding(),
//!         user_data: part.user_data,
//!         ..Submit::default()
//!     };
//!     let mut buffer = [0; Pdu::MAX_LEN];
//!     let octets = Pdu::of(Tpdu::Submit(submit)).write(&mut buffer)?;
//!     // The other side reads the same.
//!     let pdu = Pdu::parse(octets, Direction::ToServiceCentre)?;
//!     assert_eq!(pdu.tpdu, Tpdu::Submit(submit));
//! }
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod address;
pub mod broadcast;
pub mod cdma;
mod coding;
mod header;
pub mod parameters;
mod split;
mod time;
mod tpdu;
mod user_data;

pub use address::{Address, MAX_DIGITS, TypeOfAddress};
pub use coding::{DataCoding, MessageWaiting};
pub use header::{Concatenation, Element, Elements, Ports, Reference, UserDataHeader};
pub use split::{Part, PartSet, Parts, Split};
pub use time::{DateTime, EnhancedPeriod, EnhancedValidity, RelativeValidity, Timestamp, Validity};
pub use tpdu::{
    Command, CommandType, Deliver, DeliverReport, Direction, Parameters, Pdu, Status, StatusReport, Submit,
    SubmitReport, Tpdu,
};
pub use user_data::{MAX_USER_DATA, UserData};
