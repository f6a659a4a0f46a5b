//! MS Host Shutdown (Microsoft): says good-bye before the power goes.

use crate::field::EmptyView;

crate::mbim_service! {
    /// Shutdown of the host.
    pub MS_HOST_SHUTDOWN, "MS Host Shutdown" = 0x883b7c26_985f_43fa_9804_27d7fb80959c {
        /// The host is about to shut down. Some modems leave the bus at once.
        pub Notify = 1 {
            set EmptyView => EmptyView;
        }
    }
}
