//! Cell broadcast: pages that the network sends to everybody on a channel, and warnings (3GPP TS 23.041).

use at_wire::sms::broadcast::{self, CONTENT_LEN};
use at_wire::text::{CbsCoding, Text as Coded};
use heapless::{Deque, Vec};

use super::event::{Change, Origin};
use super::{Failure, Modem, Reason};
use crate::time::Instant;

/// Bytes of a page (3GPP TS 23.041 §9.4.1.2).
pub const PAGE: usize = 88;
/// Ranges of channels that are kept.
pub const RANGES: usize = 25;
/// Pages that are kept for faces that are slow.
pub const PAGES: usize = 4;
/// Channels of earthquake and tsunami warnings (3GPP TS 23.041 §9.4.1.2.2).
pub const WARNINGS: core::ops::RangeInclusive<u16> = 0x1100..=0x1107;

/// A range of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Channels {
    /// The first one.
    pub from: u16,
    /// The last one.
    pub to: u16,
    /// Pages on them are wanted.
    pub selected: bool,
}

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Page {
    /// Serial number, channel, coding, number of the page, and 82 bytes of text.
    pub bytes: Vec<u8, PAGE>,
    /// The channel.
    pub channel: u16,
}

impl Page {
    /// A page of its own with a text; what does not fit is cut off.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] without a text.
    pub fn text(serial: u16, channel: u16, said: &str) -> Result<Self, Failure> {
        let mut content = [0; CONTENT_LEN];
        let ends = (1..=said.len()).rev();
        let coded = ends.filter_map(|end| said.get(..end)).find_map(|said| write(said, &mut content));
        let coding = coded.ok_or(Failure::from(Reason::Invalid))?;
        let [high, low] = serial.to_be_bytes();
        let [channel_high, channel_low] = channel.to_be_bytes();
        let mut bytes = Vec::new();
        let _ = bytes.extend_from_slice(&[high, low, channel_high, channel_low, coding.0, 0x11]);
        let _ = bytes.extend_from_slice(&content);
        Ok(Self { bytes, channel })
    }

    /// Whether it is an earthquake or tsunami warning.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        WARNINGS.contains(&self.channel)
    }
}

/// Writes a text in the default alphabet or in UCS-2, whichever has it, if it fits.
fn write(said: &str, content: &mut [u8; CONTENT_LEN]) -> Option<CbsCoding> {
    let codings = [CbsCoding::GSM7, CbsCoding::UCS2];
    codings.into_iter().find(|coding| broadcast::Page::write_content(Coded::from(said), *coding, content).is_ok())
}

#[derive(Debug, Default)]
pub(super) struct Broadcasts {
    active: bool,
    channels: Vec<Channels, RANGES>,
    pages: Deque<(u32, Page), PAGES>,
    next: u32,
}

impl Broadcasts {
    pub(super) fn power_off(&mut self) {
        self.active = false;
        self.pages.clear();
    }
}

impl Modem {
    /// Whether pages are received.
    #[must_use]
    pub fn broadcasts_active(&self) -> bool {
        self.broadcasts.active
    }

    /// A host says whether pages are received.
    pub fn activate_broadcasts(&mut self, active: bool) {
        self.broadcasts.active = active;
    }

    /// The channels that hosts have named.
    #[must_use]
    pub fn broadcast_channels(&self) -> &[Channels] {
        &self.broadcasts.channels
    }

    /// A host names the channels, in place of those before.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] for a range that ends before it begins, [`Reason::Full`] for more than [`RANGES`].
    pub fn set_broadcast_channels(&mut self, ranges: impl IntoIterator<Item = Channels>) -> Result<(), Failure> {
        let mut channels = Vec::new();
        for range in ranges {
            if range.from > range.to {
                return Err(Reason::Invalid.into());
            }
            channels.push(range).map_err(|_| Failure::from(Reason::Full))?;
        }
        self.broadcasts.channels = channels;
        Ok(())
    }

    /// A page, by the number that its event told. Only the last ones are kept.
    #[must_use]
    pub fn page(&self, number: u32) -> Option<&Page> {
        let mut pages = self.broadcasts.pages.iter();
        pages.find_map(|(other, page)| (*other == number).then_some(page))
    }

    /// The network sends a page. Warnings come in any case, others if their channel is selected. Whether it came.
    pub fn receive_page(&mut self, now: Instant, page: Page) -> bool {
        self.poll(now);
        let selected = self.broadcasts.channels.iter();
        let mut selected = selected.filter(|range| range.selected && (range.from..=range.to).contains(&page.channel));
        let wanted = page.is_warning() || (self.broadcasts.active && selected.next().is_some());
        if !wanted || !self.registration().is_registered() {
            return false;
        }
        let number = self.broadcasts.next;
        self.broadcasts.next = number.wrapping_add(1);
        if self.broadcasts.pages.is_full() {
            self.broadcasts.pages.pop_front();
        }
        let _ = self.broadcasts.pages.push_back((number, page));
        self.log.push(Origin::WORLD, Change::Page(number));
        true
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Setup;
    use super::*;

    #[test]
    fn a_page_comes_if_its_channel_is_selected_or_it_warns() {
        let mut modem = Modem::new(Instant(0), Setup::default());
        let now = Instant(10_000);
        modem.poll(now);
        let page = Page::text(0x4010, 50, "Road closed").unwrap();
        assert_eq!(page.bytes.get(..8).unwrap(), [0x40, 0x10, 0x00, 0x32, 0x0f, 0x11, 0xd2, 0x77]);
        assert_eq!(page.bytes.len(), PAGE);
        assert_eq!(broadcast::Page::parse(&page.bytes).unwrap().text().unwrap(), "Road closed");
        assert!(!modem.receive_page(now, page.clone()));
        modem.activate_broadcasts(true);
        modem.set_broadcast_channels([Channels { from: 50, to: 60, selected: true }]).unwrap();
        assert!(modem.receive_page(now, page.clone()));
        assert_eq!(modem.page(0), Some(&page));
        assert!(modem.receive_page(now, Page::text(1, 0x1102, "Землетрясение").unwrap()));
        assert_eq!(modem.page(1).unwrap().bytes.get(4), Some(&CbsCoding::UCS2.0));
        let wrong = Channels { from: 2, to: 1, selected: true };
        assert_eq!(modem.set_broadcast_channels([wrong]).unwrap_err().reason, Reason::Invalid);
        modem.set_broadcast_channels([]).unwrap();
        assert!(!modem.receive_page(now, page));
    }
}
