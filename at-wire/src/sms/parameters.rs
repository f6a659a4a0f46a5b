//! The service centre on a SIM: a record of EF-SMSP, the parameters of short messages (3GPP TS 31.102 §4.2.27).

use super::Address;
use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Reader, Writer};

/// Bytes of a record behind its name.
const PARAMETERS: usize = 28;
/// The bit of the indicators that says that there is no service centre.
const ABSENT: u8 = 0x02;
/// The service centre, behind the indicators and a destination.
const PLACE: usize = 13;
/// Bytes of it: length, type, and twenty digits.
const LEN: usize = 12;

fn start(record: &[u8]) -> Option<usize> {
    record.len().checked_sub(PARAMETERS)
}

/// The service centre in a record; `None` if it has none.
///
/// # Errors
///
/// [`DecodeErrorKind::Length`] for a record that is too short, [`DecodeErrorKind::OutOfBounds`] for more digits than there is
/// room for.
pub fn service_centre(record: &[u8]) -> Result<Option<Address<'_>>, DecodeError> {
    let start = start(record).ok_or(DecodeError::new(DecodeErrorKind::Length, "record", 0))?;
    let mut reader = Reader::starting_at(record.get(start..).unwrap_or(&[]), start);
    let indicators = reader.byte("parameter_indicators")?;
    reader.bytes(PLACE.saturating_sub(1), "destination_address")?;
    let at = reader.at();
    let address = reader.bytes(LEN, "service_centre_address")?;
    if indicators & ABSENT != 0 || address.first() == Some(&0xff) {
        return Ok(None);
    }
    Address::read_service_centre(&mut Reader::starting_at(address, at))
}

/// Puts a service centre into a record, or takes it out; the rest stays.
///
/// # Errors
///
/// [`EncodeError::BufferTooSmall`] for a record that is too short, and what makes the address unwritable. Then nothing is
/// changed.
///
/// ```
/// use at_wire::sms::{Address, parameters};
///
/// let mut record = [0xff; 30];
/// parameters::set_service_centre(&mut record, Some(Address::number("+15550199")))?;
/// assert_eq!(record[2], 0xfd);
/// assert_eq!(record[15..22], [5, 0x91, 0x51, 0x55, 0x10, 0x99, 0xff]);
/// assert_eq!(parameters::service_centre(&record)?, Some(Address::number("+15550199")));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub fn set_service_centre(record: &mut [u8], address: Option<Address<'_>>) -> Result<(), EncodeError> {
    let start = start(record).ok_or(EncodeError::BufferTooSmall { needed: PARAMETERS })?;
    let mut coded = [0xff; LEN];
    if let Some(address) = address {
        let mut writer = Writer::new(&mut coded);
        address.write_service_centre(&mut writer);
        writer.finish()?;
    }
    if let Some(indicators) = record.get_mut(start) {
        *indicators = if address.is_some() { *indicators & !ABSENT } else { *indicators | ABSENT };
    }
    Writer::new(record).patch(start.saturating_add(PLACE), &coded);
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn a_service_centre_is_put_in_and_taken_out_and_the_rest_stays() {
        let mut record = [0x11; 40];
        record[12] = 0xfe;
        assert_eq!(service_centre(&record), Ok(None));
        set_service_centre(&mut record, Some(Address::number("15550199"))).unwrap();
        assert_eq!((record[11], record[12], record[24], record[37]), (0x11, 0xfc, 0x11, 0x11));
        assert_eq!(service_centre(&record), Ok(Some(Address::number("15550199"))));
        set_service_centre(&mut record, None).unwrap();
        assert_eq!((record[12], &record[25..37]), (0xfe, &[0xff; 12][..]));
        assert_eq!(service_centre(&record), Ok(None));
        let before = record;
        assert!(set_service_centre(&mut record, Some(Address::number("1x"))).is_err());
        assert!(set_service_centre(&mut record, Some(Address::number("123456789012345678901"))).is_err());
        assert_eq!(record, before);
    }

    #[test]
    fn broken_records_are_errors() {
        let mut record = [0; 28];
        record[13] = 12;
        let error = service_centre(&record).unwrap_err();
        assert_eq!((error.kind, error.field), (DecodeErrorKind::OutOfBounds, "service_centre_address"));
        assert_eq!(service_centre(&record[1..]).unwrap_err().kind, DecodeErrorKind::Length);
        assert!(set_service_centre(&mut record[1..], None).is_err());
        record[13] = 0xff;
        assert_eq!(service_centre(&record), Ok(None));
    }
}
