//! The names that there are, and the DNS server that knows them.

use core::net::{Ipv4Addr, Ipv6Addr};

use simple_dns::rdata::{A, AAAA, RData};
use simple_dns::{CLASS, Packet, PacketFlag, QCLASS, QTYPE, RCODE, ResourceRecord, TYPE};

/// All names, and their addresses. Any address has the same services; these are only easy to tell apart.
pub const HOSTS: [(&str, Option<Ipv4Addr>, Option<Ipv6Addr>); 6] = [
    ("wwan.test", Some(v4(1)), Some(v6(1))),
    ("echo.wwan.test", Some(v4(7)), Some(v6(7))),
    ("discard.wwan.test", Some(v4(9)), Some(v6(9))),
    ("source.wwan.test", Some(v4(19)), Some(v6(0x19))),
    ("v4.wwan.test", Some(v4(4)), None),
    ("v6.wwan.test", None, Some(v6(6))),
];

const fn v4(host: u8) -> Ipv4Addr {
    Ipv4Addr::new(203, 0, 113, host)
}

const fn v6(host: u16) -> Ipv6Addr {
    Ipv6Addr::new(0x2001, 0xdb8, 0x113, 0, 0, 0, 0, host)
}

/// Seconds for which an answer may be kept.
const TTL: u32 = 60;

/// The answer to a query; `None` to what is none.
pub(super) fn answer(query: &[u8]) -> Option<Vec<u8>> {
    let query = Packet::parse(query).ok().filter(|query| !query.has_flags(PacketFlag::RESPONSE))?;
    let mut reply = Packet::new_reply(query.id());
    reply.set_flags(PacketFlag::RECURSION_AVAILABLE);
    if query.has_flags(PacketFlag::RECURSION_DESIRED) {
        reply.set_flags(PacketFlag::RECURSION_DESIRED);
    }
    // No server answers several at once.
    let [question] = query.questions.as_slice() else {
        *reply.rcode_mut() = RCODE::FormatError;
        return reply.build_bytes_vec().ok();
    };
    reply.questions.push(question.clone());
    let name = question.qname.to_string();
    let host = HOSTS.iter().find(|(host, ..)| name.eq_ignore_ascii_case(host));
    match host {
        None => *reply.rcode_mut() = RCODE::NameError,
        Some((_, v4, v6)) => {
            let asked = |kind| [QTYPE::TYPE(kind), QTYPE::ANY].contains(&question.qtype);
            let a = v4.filter(|_| asked(TYPE::A)).map(|address| RData::A(A { address: address.into() }));
            let aaaa = v6.filter(|_| asked(TYPE::AAAA)).map(|address| RData::AAAA(AAAA { address: address.into() }));
            let internet = [QCLASS::CLASS(CLASS::IN), QCLASS::ANY].contains(&question.qclass);
            for data in [a, aaaa].into_iter().flatten().filter(|_| internet) {
                reply.answers.push(ResourceRecord::new(question.qname.clone(), CLASS::IN, TTL, data));
            }
        }
    }
    reply.build_bytes_vec_compressed().ok()
}
