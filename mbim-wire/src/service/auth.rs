//! Auth (MBIM 1.0): lets the host authenticate elsewhere (EAP-SIM, EAP-AKA, EAP-AKA') with the secrets of the SIM.
//!
//! Two statuses of these commands carry meaning: 35 the SIM does not accept the challenge, 36 the sequence number is out
//! of step, and then the answer holds AUTS.

use crate::bytes::FixedBytes;
use crate::text::Text;

crate::mbim_struct! {
    /// A challenge for AKA (RFC 4187).
    pub struct AkaQuery<'a>, AkaQueryView {
        /// RAND.
        rand: FixedBytes<'a, 16>,
        /// AUTN.
        autn: FixedBytes<'a, 16>,
    }
}

crate::mbim_struct! {
    /// The answer of the SIM to a challenge for AKA or AKA'.
    pub struct AkaInfo<'a>, AkaInfoView {
        /// RES, in the first bytes.
        res personal: FixedBytes<'a, 16>,
        /// Length of RES in bytes, 4 to 16.
        res_len: u32,
        /// IK, or IK'.
        integrating_key personal: FixedBytes<'a, 16>,
        /// CK, or CK'.
        ciphering_key personal: FixedBytes<'a, 16>,
        /// AUTS; valid with status 36.
        auts: FixedBytes<'a, 14>,
    }
}

crate::mbim_struct! {
    /// A challenge for AKA' (RFC 5448).
    pub struct AkapQuery<'a>, AkapQueryView {
        /// RAND.
        rand: FixedBytes<'a, 16>,
        /// AUTN.
        autn: FixedBytes<'a, 16>,
        /// Name of the access network, which goes into the keys.
        network_name: Text<'a>,
    }
}

crate::mbim_struct! {
    /// Two or three challenges for GSM authentication (RFC 4186).
    pub struct SimQuery<'a>, SimQueryView {
        /// First RAND.
        rand1: FixedBytes<'a, 16>,
        /// Second RAND.
        rand2: FixedBytes<'a, 16>,
        /// Third RAND, if there are three.
        rand3: FixedBytes<'a, 16>,
        /// How many there are, 2 or 3.
        n: u32,
    }
}

crate::mbim_struct! {
    /// The answers of the SIM.
    pub struct SimInfo, SimInfoView {
        /// SRES for the first challenge.
        sres1 personal: u32,
        /// Kc for the first challenge.
        kc1 personal: u64,
        /// SRES for the second challenge.
        sres2 personal: u32,
        /// Kc for the second challenge.
        kc2 personal: u64,
        /// SRES for the third challenge, if there was one.
        sres3 personal: u32,
        /// Kc for the third challenge, if there was one.
        kc3 personal: u64,
        /// How many challenges there were, 2 or 3.
        n: u32,
    }
}

crate::mbim_service! {
    /// Authentication with the SIM.
    pub AUTH, "Auth" = 0x1d2b5ff7_0aa1_48b2_aa52_50f15767174e {
        /// AKA, for EAP-AKA.
        pub Aka = 1 {
            query AkaQueryView => AkaInfoView;
        }
        /// AKA', for EAP-AKA'.
        pub Akap = 2 {
            query AkapQueryView => AkaInfoView;
        }
        /// GSM authentication, for EAP-SIM.
        pub Sim = 3 {
            query SimQueryView => SimInfoView;
        }
    }
}
