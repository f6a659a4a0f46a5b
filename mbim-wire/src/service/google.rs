//! Google: the carrier lock of Chromebooks.

use crate::bytes::PrefixedBytes;
use crate::field::EmptyView;

crate::open_enum! {
    /// Whether a lock is in force.
    pub struct CarrierLockStatus(u32) {
        /// No.
        NOT_APPLIED = 0,
        /// Yes.
        APPLIED = 1,
    }
}

crate::open_enum! {
    /// What the modem does about registration.
    pub struct CarrierLockModemState(u32) {
        /// It is not registered.
        DEREGISTERED = 0,
        /// It is leaving the network.
        DEREGISTRATION_IN_PROGRESS = 1,
        /// It is registering.
        REGISTRATION_IN_PROGRESS = 2,
        /// It is registered.
        REGISTERED = 3,
    }
}

crate::open_enum! {
    /// Why the state is what it is.
    pub struct CarrierLockCause(u32) {
        /// No lock.
        NOT_APPLICABLE = 0,
        /// The SIM is not one that the policy allows.
        SIM_LOCK_POLICY_MISMATCH = 1,
        /// The SIM is allowed.
        SIM_LOCK_POLICY_MATCHED = 2,
    }
}

crate::mbim_struct! {
    /// A new policy. Refusals have statuses of their own, 0x91000001 and on.
    pub struct CarrierLockSet<'a>, CarrierLockSetView {
        /// The policy, signed.
        data: PrefixedBytes<'a>,
    }
}

crate::mbim_struct! {
    /// The lock.
    pub struct CarrierLockInfo, CarrierLockInfoView {
        /// Whether one is in force.
        carrier_lock_status: CarrierLockStatus,
        /// What the modem does.
        carrier_lock_modem_state: CarrierLockModemState,
        /// Why.
        carrier_lock_cause: CarrierLockCause,
    }
}

crate::mbim_service! {
    /// Commands of Google.
    pub GOOGLE, "Google" = 0x3e1e92cf_c53d_4f14_85d0_a86ad9e12245 {
        /// The carrier lock.
        pub CarrierLock = 1 {
            query EmptyView => CarrierLockInfoView;
            set CarrierLockSetView => CarrierLockInfoView;
            notification CarrierLockInfoView;
        }
    }
}
