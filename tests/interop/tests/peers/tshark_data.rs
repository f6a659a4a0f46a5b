//! tshark reads what we write on the data plane: blocks of both widths with NDPs in front and behind, in chains, aligned in
//! many ways, and the descriptors of an MBIM function. All fields are compared, and the datagrams byte by byte.

use wwan::channel::Direction;
use wwan::mbim_wire::catalogue::Value;
use wwan::mbim_wire::ntb::{Aggregator, Config, Ending, Entry, Ntb, Placement, Rules, Stream};
use wwan::mbim_wire::usb::descriptor::{Mbim, MbimExtended, NetworkCapabilities};
use wwan_interop::Scratch;
use wwan_interop::tshark::{capture, dissect, values};

/// A UDP datagram over IPv4 to the discard port, of that many bytes in all.
fn packet(len: usize, filling: u8) -> Vec<u8> {
    let be = |n: usize| u16::try_from(n).unwrap().to_be_bytes();
    let [ip, udp] = [be(len), be(len - 20)];
    let mut packet = vec![0x45, 0, ip[0], ip[1], 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
    packet.extend([0x30, 0x39, 0, 9, udp[0], udp[1], 0, 0]);
    packet.resize(len, filling);
    packet
}

/// All values of fields that have bytes.
fn bytes(frame: &Value, key: &str) -> Vec<Vec<u8>> {
    let byte = |text: &str| u8::from_str_radix(text, 16).unwrap();
    values(frame, key).into_iter().map(|text| text.split(':').map(byte).collect()).collect()
}

fn numbers(frame: &Value, key: &str) -> Vec<usize> {
    values(frame, &format!("mbim.bulk.{key}")).into_iter().map(|text| text.parse().unwrap()).collect()
}

/// Blocks of one width, each of seven datagrams.
fn blocks<const WIDE: bool>() -> Vec<Vec<u8>> {
    let mut blocks = Vec::new();
    for last in [false, true] {
        for (divisor, remainder, alignment) in [(4, 0, 4), (32, 14, 8), (8, 2, 64)] {
            for (streams, ending) in [(1, Ending::ZeroLengthPacket), (3, Ending::ExtraByte)] {
                let placement = Placement::new(divisor, remainder, alignment, 8192);
                let rules = Rules { max_size: 8192, max_datagrams: 0, placement };
                let config = Config { ending, packet_size: 4, ..Config::new(rules) };
                let mut memory = vec![0xa5; 8192];
                let mut aggregator = match last {
                    true => Aggregator::<(), WIDE>::with_ndp_last(&mut memory, config),
                    false => Aggregator::<(), WIDE>::new(&mut memory, config),
                };
                aggregator.set_sequence(u16::try_from(blocks.len() * 1000).unwrap());
                for nth in 0..7_u8 {
                    let stream = match (last, nth % streams) {
                        (true, _) | (_, 0) => Stream::Ips(0),
                        (_, 1) => Stream::Ips(255),
                        _ => Stream::Dss(9),
                    };
                    aggregator.push(stream, &packet(28 + 37 * usize::from(nth), nth), ()).unwrap();
                }
                blocks.push(aggregator.take().unwrap().bytes.to_vec());
            }
        }
    }
    blocks
}

#[test]
fn blocks_are_read_with_all_their_fields() {
    compare::<false>();
    compare::<true>();
}

fn compare<const WIDE: bool>() {
    let blocks = blocks::<WIDE>();
    let scratch = Scratch::new();
    let path = scratch.path("blocks.pcapng");
    let messages: Vec<_> = blocks.iter().map(|block| (Direction::Sent, block.clone())).collect();
    capture(&path, &messages);
    let frames = dissect(&path, "mbim.bulk", &[]);
    assert_eq!(frames.len(), blocks.len());

    let mut compared = 0;
    for (frame, block) in frames.iter().zip(&blocks) {
        let ntb = Ntb::<WIDE>::parse(block).unwrap();
        assert!(values(frame, "_ws.expert.message").is_empty(), "{frame:#}");
        assert_eq!(values(frame, "mbim.bulk.nth.signature"), [if WIDE { "ncmh" } else { "NCMH" }]);
        assert_eq!(numbers(frame, "nth.header_length"), [ntb.format().nth_len()]);
        assert_eq!(numbers(frame, "nth.sequence_number"), [usize::from(ntb.sequence())]);
        assert_eq!(numbers(frame, "nth.block_length"), [block.len()]);
        let ndps: Vec<_> = ntb.ndps().collect();
        let mut chain: Vec<_> = ndps.iter().map(|ndp| ndp.index()).chain([0]).collect();
        assert_eq!(numbers(frame, "nth.ndp_index"), [chain.remove(0)]);
        assert_eq!(numbers(frame, "ndp.next_ndp_index"), chain);
        assert_eq!(numbers(frame, "ndp.length"), ndps.iter().map(|ndp| ndp.length()).collect::<Vec<_>>());
        let ids = |name, of: fn(Stream) -> Option<u8>| {
            let ours: Vec<_> = ndps.iter().filter_map(|ndp| of(ndp.stream().unwrap())).map(usize::from).collect();
            assert_eq!(numbers(frame, name), ours);
            ours.len()
        };
        let ips = ids("ndp.signature.ips_session_id", |stream| match stream {
            Stream::Ips(id) => Some(id),
            Stream::Dss(_) => None,
        });
        let dss = ids("ndp.signature.dss_session_id", |stream| match stream {
            Stream::Dss(id) => Some(id),
            Stream::Ips(_) => None,
        });
        assert_eq!(ips + dss, ndps.len());
        // Of each NDP the entries, and the empty one behind them.
        let entries = |of: fn(Entry) -> usize| {
            let mut all = Vec::new();
            for ndp in &ndps {
                all.extend(ndp.entries().map(|entry| of(entry.unwrap())).chain([0]));
            }
            all
        };
        assert_eq!(numbers(frame, "ndp.datagram.index"), entries(|entry| entry.index));
        assert_eq!(numbers(frame, "ndp.datagram.length"), entries(|entry| entry.length));
        let ours: Vec<_> = ntb.datagrams().map(|datagram| datagram.unwrap().bytes.to_vec()).collect();
        assert_eq!(numbers(frame, "total_nb_datagrams"), [ours.len()]);
        assert_eq!(bytes(frame, "mbim.bulk.ndp.datagram"), ours);
        // It sees packets in those of IP streams.
        let packets = ntb.datagrams().filter(|datagram| matches!(datagram.unwrap().stream, Stream::Ips(_))).count();
        assert_eq!(values(frame, "udp.dstport"), vec!["9"; packets]);
        compared += ours.len();
    }
    assert_eq!(compared, blocks.len() * 7);
    println!("tshark read {} blocks without a complaint, and {compared} datagrams as they were written", blocks.len());
}

#[test]
fn descriptors_are_read_with_all_their_fields() {
    let capabilities = NetworkCapabilities::MAX_DATAGRAM_SIZE | NetworkCapabilities::NTB_INPUT_SIZE_8;
    let mbim = Mbim {
        mbim_version: 0x0102,
        max_control_message: 4096,
        filters: 33,
        max_filter_size: 190,
        max_segment_size: 2050,
        network_capabilities: capabilities,
    };
    let extended = MbimExtended { mbim_extended_version: 0x0103, max_outstanding_command_messages: 7, mtu: 1501 };
    let scratch = Scratch::new();
    let path = scratch.path("descriptors.pcapng");
    let descriptors = [mbim.to_bytes().to_vec(), extended.to_bytes().to_vec()];
    capture(&path, &descriptors.map(|descriptor| (Direction::Received, descriptor)));
    let frames = dissect(&path, "mbim.descriptor", &[]);
    let read = |frame: usize, name: &str| values(&frames[frame], &format!("mbim.descriptor.{name}")).join(" ");
    assert_eq!(read(0, "version"), "0x0102");
    assert_eq!(read(0, "max_control_message"), "4096");
    assert_eq!(read(0, "number_filters"), "33");
    assert_eq!(read(0, "max_filter_size"), "190");
    assert_eq!(read(0, "max_segment_size"), "2050");
    assert_eq!(read(0, "network_capabilities"), "0x28");
    assert_eq!(read(1, "extended_version"), "0x0103");
    assert_eq!(read(1, "max_outstanding_command_messages"), "7");
    assert_eq!(read(1, "mtu"), "1501");
    assert_eq!(frames.len(), 2);
}
