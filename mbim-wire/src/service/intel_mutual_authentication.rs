//! Intel Mutual Authentication: an FCC lock that opens to a host that knows the answer.

use crate::field::EmptyView;

crate::mbim_struct! {
    /// Answers the challenge.
    pub struct FccLockSet, FccLockSetView {
        /// Whether there is an answer.
        response_present: bool,
        /// The answer.
        response: u32,
    }
}

crate::mbim_struct! {
    /// The challenge.
    pub struct FccLockInfo, FccLockInfoView {
        /// Whether there is one: without, the radio is not locked.
        challenge_present: bool,
        /// The challenge.
        challenge: u32,
    }
}

crate::mbim_service! {
    /// Proof that modem and laptop belong together.
    pub INTEL_MUTUAL_AUTHENTICATION, "Intel Mutual Authentication" = 0xf85d46ef_ab26_4081_9868_4d183c0a3aec {
        /// The FCC lock: query the challenge, set the answer.
        pub FccLock "FCC Lock" = 1 {
            query EmptyView => FccLockInfoView;
            set FccLockSetView => FccLockInfoView;
        }
    }
}
