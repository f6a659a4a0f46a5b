//! PBM: what the phone books of the card hold, and the emergency numbers.
//!
//! No public description of the records themselves, or of the indications, exists.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, pbm::*};

use super::super::call::{Call, Outcome, Refused};
use super::{Served, Service, always, keeps_nothing, leaves_nothing, tells_nothing};
use crate::device::modem::card::{self, FileAction, Sw};
use crate::device::modem::voice::{EMERGENCY, EMERGENCY_NUMBERS};
use crate::device::modem::{Modem, Reason, Text};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::PBM,
    version: (1, 4),
    messages: &[
        Served::of::<indication_register::Message>(register),
        Served::of::<get_capabilities::Message>(capabilities),
        Served::of::<get_all_capabilities::Message>(all_capabilities),
        Served::of::<get_emergency_list::Message>(emergency_list),
    ],
    offered: always,
    client: keeps_nothing,
    released: leaves_nothing,
    tell: tells_nothing,
};

/// Records of the own numbers on the card, and the digits of each (EF-MSISDN, 3GPP TS 31.102 §4.2.26).
const OWN_NUMBERS: (u16, u8, u8) = (4, 20, 10);
/// EF-ECC (3GPP TS 31.102 §4.2.21).
const EMERGENCY_FILE: [u8; 4] = [0x7f, 0xff, 0x6f, 0xb7];
/// Its records at most.
const CARD_NUMBERS: usize = 5;

/// Nothing is told, so nothing is granted.
fn register(call: &mut Call<'_, '_>) -> Outcome {
    call.request::<indication_register::Message>().event_registration_mask()?;
    call.answer::<indication_register::Message>(|r, _| {
        r.event_registration_mask(EventRegistrationFlag::empty());
    })
}

fn book(modem: &Modem, phonebook_type: PhonebookType) -> Result<Phonebook, Refused> {
    let count = |len: usize| u16::try_from(len).unwrap_or(u16::MAX);
    match phonebook_type {
        PhonebookType::ADN => {
            let book = modem.phonebook().map_err(|failure| match failure.reason {
                Reason::NotReady => Refused(ProtocolError::PB_NOT_READY),
                _ => failure.into(),
            })?;
            Ok(Phonebook {
                phonebook_type,
                used_records: count(book.entries().len()),
                maximum_records: book.capacity(),
                maximum_number_length: book.max_number(),
                maximum_name_length: book.max_name(),
            })
        }
        PhonebookType::MSISDN => {
            let sim = modem.sim().ok_or(Refused(ProtocolError::NO_SIM))?;
            let (maximum_records, maximum_number_length, maximum_name_length) = OWN_NUMBERS;
            Ok(Phonebook {
                phonebook_type,
                used_records: count(sim.numbers.len()),
                maximum_records,
                maximum_number_length,
                maximum_name_length,
            })
        }
        _ => Err(Refused(ProtocolError::INVALID_PB_TYPE)),
    }
}

fn capabilities(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.request::<get_capabilities::Message>().phonebook_information()?;
    if !matches!(wanted.session_type, SessionType::GW_PRIMARY | SessionType::GLOBAL_PHONEBOOK_SLOT1) {
        return Err(Refused(ProtocolError::INVALID_SESSION_TYPE));
    }
    let book = book(call.modem, wanted.phonebook_type)?;
    call.answer::<get_capabilities::Message>(|r, _| {
        r.capability_basic_information(CapabilityBasicInformation {
            session_type: wanted.session_type,
            phonebook_type: book.phonebook_type,
            used_records: book.used_records,
            maximum_records: book.maximum_records,
            maximum_number_length: book.maximum_number_length,
            maximum_name_length: book.maximum_name_length,
        });
        // An entry has a name and a number, no more.
        r.group_capability(GroupCapability::default())
            .additional_number_capability(AdditionalNumberCapability::default())
            .email_capability(EmailCapability::default())
            .second_name_capability(SecondNameCapability::default())
            .hidden_records_capability(HiddenRecordsCapability { supported: false });
    })
}

fn all_capabilities(call: &mut Call<'_, '_>) -> Outcome {
    // The reason why the first one cannot be used holds for all.
    let mut books: Vec<Phonebook, 2> = Vec::new();
    match book(call.modem, PhonebookType::ADN) {
        Ok(book) => drop(books.push(book)),
        Err(Refused(ProtocolError::PB_NOT_AVAILABLE)) => {}
        Err(refused) => return Err(refused),
    }
    let _ = books.push(book(call.modem, PhonebookType::MSISDN)?);
    call.answer::<get_all_capabilities::Message>(|r, _| {
        let session_type = SessionType::GW_PRIMARY;
        let basic = GetAllCapabilitiesCapabilityBasicInformation { session_type, phonebooks: books.as_slice().into() };
        let group = GetAllCapabilitiesGroupCapability { session_type, ..Default::default() };
        let additional = GetAllCapabilitiesAdditionalNumberCapability { session_type, ..Default::default() };
        let email = GetAllCapabilitiesEmailCapability { session_type, ..Default::default() };
        let second_name = GetAllCapabilitiesSecondNameCapability { session_type, ..Default::default() };
        let hidden = GetAllCapabilitiesHiddenRecordsCapability { session_type, ..Default::default() };
        r.capability_basic_information((&[basic]).into())
            .group_capability((&[group]).into())
            .additional_number_capability((&[additional]).into())
            .email_capability((&[email]).into())
            .second_name_capability((&[second_name]).into())
            .hidden_records_capability((&[hidden]).into());
    })
}

/// Digits of a record of EF-ECC, and whom the number reaches.
fn card_number(record: &[u8]) -> Option<(Text<6>, u8)> {
    let (digits, rest) = record.split_at_checked(3)?;
    let mut number = Text::new();
    for digit in digits.iter().flat_map(|byte| [byte & 0x0f, byte.wrapping_shr(4)]) {
        if let Some(c) = char::from_digit(u32::from(digit), 10) {
            let _ = number.push(c);
        }
    }
    Some((number, *rest.last()?)).filter(|(number, _)| !number.is_empty())
}

fn emergency_list(call: &mut Call<'_, '_>) -> Outcome {
    let mut from_card: Vec<(Text<6>, u8), CARD_NUMBERS> = Vec::new();
    for record in 1..=CARD_NUMBERS {
        let record = u32::try_from(record).unwrap_or(0);
        let read = FileAction::ReadRecord(record);
        // Without a card, or behind the last record, there are no more.
        let Ok(outcome) = call.modem.file(call.now, call.origin(), &card::USIM, &EMERGENCY_FILE, "", read) else {
            break;
        };
        if outcome.answer.sw != Sw::OK {
            break;
        }
        if let Some(number) = card_number(outcome.answer.data()) {
            let _ = from_card.push(number);
        }
    }
    call.answer::<get_emergency_list::Message>(|r, modem| {
        let hard: [qmi_wire::text::Str<'_>; EMERGENCY.len()] = EMERGENCY.map(Into::into);
        r.hardcoded_numbers((&hard).into());
        let session_type = SessionType::GW_PRIMARY;
        let flags = |services| EmergencyNumberFlags::from_bits_retain(services);
        let numbers: Vec<EmergencyNumber<'_>, CARD_NUMBERS> =
            crate::device::collect(from_card.iter().map(|(number, services)| EmergencyNumber {
                flags: flags(*services),
                emergency_number: number.as_str().into(),
            }));
        if !numbers.is_empty() {
            r.card_numbers((&[CardNumber { session_type, emergency_numbers: numbers.as_slice().into() }]).into());
        }
        let told = modem.network_emergency_numbers().iter();
        let numbers: Vec<EmergencyNumber<'_>, EMERGENCY_NUMBERS> = crate::device::collect(told.map(|known| {
            EmergencyNumber { flags: flags(known.services), emergency_number: known.number.as_str().into() }
        }));
        if !numbers.is_empty() {
            r.network_numbers((&[NetworkNumber { session_type, emergency_numbers: numbers.as_slice().into() }]).into());
        }
    })
}
