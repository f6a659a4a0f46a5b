//! Messages cut by `Splitter`, delivered in any order, repeated, lost and damaged: `Assembler` gives back the message or
//! an error, as a plain model says.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use mbim_wire::Uuid;
use mbim_wire::field::Raw;
use mbim_wire::fragment::{Assembler, AssemblyError, Progress, Splitter};
use mbim_wire::message::{
    Body, FRAGMENT_HEADER_LEN, Fragment, MessageType, Transfer, write_command_done, write_indicate_status,
};

#[derive(Arbitrary, Debug)]
struct Input {
    /// Two messages with these information buffers; the second may be an indication.
    bodies: [Vec<u8>; 2],
    indication: bool,
    limits: [u8; 2],
    room: u16,
    steps: Vec<Step>,
}

#[derive(Arbitrary, Debug)]
enum Step {
    /// The fragment of a message that follows the one delivered last.
    Next(bool),
    /// Any fragment of a message.
    Deliver { second: bool, fragment: u16 },
    /// The same, with a header that lies.
    Damaged {
        second: bool,
        fragment: u16,
        /// Transaction, number of fragments, number of this one.
        lies: [Option<u8>; 3],
    },
    /// Time is up.
    Abort,
}

/// What is known of the message under way.
struct Model {
    kind: MessageType,
    transaction: u32,
    total: u32,
    payload: Vec<u8>,
    next: u32,
}

fuzz_target!(|input: Input| {
    let [first, second] = &input.bodies;
    let mut buffers = [vec![0; first.len() + 48], vec![0; second.len() + 48]];
    let service = Uuid([7; 16]);
    let status = mbim_wire::Status::SUCCESS;
    let ends = [
        write_command_done(&mut buffers[0], 1, service, 1, status, &Raw(first)).unwrap().len(),
        if input.indication {
            write_indicate_status(&mut buffers[1], service, 2, &Raw(second)).unwrap().len()
        } else {
            write_command_done(&mut buffers[1], 2, service, 2, status, &Raw(second)).unwrap().len()
        },
    ];
    let mut originals = Vec::new();
    let mut cut: Vec<Vec<Vec<u8>>> = Vec::new();
    for ((buffer, end), limit) in buffers.iter_mut().zip(ends).zip(input.limits) {
        let message = &mut buffer[..end];
        let original = message.to_vec();
        // At least a header and a byte.
        let limit = usize::from(limit).max(FRAGMENT_HEADER_LEN + 1);
        let mut splitter = Splitter::new(message, limit);
        let mut transfers = Vec::new();
        while let Some(transfer) = splitter.next(message) {
            assert!(transfer.len() <= limit);
            transfers.push(transfer.to_vec());
        }
        assert_eq!(transfers.len(), usize::try_from(splitter.total()).unwrap());
        assert!(splitter.is_done());
        let pieces: Vec<u8> = transfers.iter().flat_map(|t| &t[FRAGMENT_HEADER_LEN..]).copied().collect();
        assert_eq!(pieces, original[FRAGMENT_HEADER_LEN..], "what is cut is the message");
        originals.push(original);
        cut.push(transfers);
    }

    let room = usize::from(input.room);
    let mut memory = vec![0xa5; room];
    let mut assembler = Assembler::new(&mut memory);
    let mut model: Option<Model> = None;
    let (mut last, mut honest) = ([0, 0], true);
    for step in &input.steps {
        let (second, number, lies) = match *step {
            Step::Abort => {
                assert_eq!(assembler.abort(), model.take().map(|m| m.transaction));
                continue;
            }
            Step::Next(second) => (second, last[usize::from(second)], [None; 3]),
            Step::Deliver { second, fragment } => (second, usize::from(fragment), [None; 3]),
            Step::Damaged { second, fragment, lies } => (second, usize::from(fragment), lies),
        };
        let which = usize::from(second);
        let number = number % cut[which].len();
        last[which] = number + 1;
        let mut transfer = cut[which][number].clone();
        for (at, lie) in [8, 12, 16].into_iter().zip(lies) {
            if let Some(value) = lie {
                transfer[at..at + 4].copy_from_slice(&u32::from(value).to_le_bytes());
                honest = false;
            }
        }
        let Ok(transfer) = Transfer::parse(&transfer) else {
            continue;
        };
        let (Body::CommandDone(fragment) | Body::IndicateStatus(fragment)) = transfer.body else {
            unreachable!("types are not damaged");
        };
        let expected = judge(&mut model, &fragment, room);
        match (assembler.push(&fragment), expected) {
            (Ok(Progress::Pending), Ok(None)) => {}
            (Ok(Progress::Whole), Ok(Some(payload))) => {
                assert_eq!(assembler.payload(), payload);
                if honest {
                    assert_eq!(payload, originals[which][FRAGMENT_HEADER_LEN..]);
                }
            }
            (Err(error), Err(expected)) => assert_eq!(error, expected),
            (outcome, expected) => panic!("{outcome:?} instead of {expected:?}"),
        }
        assert_eq!(assembler.pending(), model.as_ref().map(|m| m.transaction));
    }
});

/// What the fragment must lead to: the payload if the message is whole now.
fn judge(model: &mut Option<Model>, fragment: &Fragment<'_>, room: usize) -> Result<Option<Vec<u8>>, AssemblyError> {
    let name = (fragment.kind, fragment.transaction_id);
    let continues = model.as_ref().is_some_and(|m| (m.kind, m.transaction) == name);
    if !continues {
        if fragment.current != 0 {
            return Err(AssemblyError::OutOfSequence);
        }
        let (kind, transaction) = name;
        *model = Some(Model { kind, transaction, total: fragment.total, payload: Vec::new(), next: 0 });
    }
    let mut under_way = model.take().expect("one of them");
    if (fragment.current, fragment.total) != (under_way.next, under_way.total) || fragment.payload.is_empty() {
        return Err(AssemblyError::OutOfSequence);
    }
    under_way.payload.extend(fragment.payload);
    under_way.next += 1;
    if under_way.payload.len() > room {
        return Err(AssemblyError::TooLong { needed: under_way.payload.len() });
    }
    if under_way.next == under_way.total {
        return Ok(Some(under_way.payload));
    }
    *model = Some(under_way);
    Ok(None)
}
