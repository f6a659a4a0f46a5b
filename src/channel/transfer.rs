//! Whole transfers of a USB pipe: what crosses a bulk or interrupt pipe between two short packets (USB 2.0 §5.7.3, §5.8.3).
//!
//! NTBs, blocks of QMAP and notifications are one transfer each, so that nothing above needs to know about packets. The
//! host side of USB gives such pipes, and the data plane uses them; between the two anything may stand that has whole
//! transfers, such as memory.

/// Receives whole transfers: everything up to the short packet, or until the buffer is full.
#[allow(async_fn_in_trait)] // as with message channels, Send bounds are the business of the pipe's owner
pub trait TransferIn {
    /// What can go wrong with the carrier.
    type Error: embedded_io::Error;

    /// Receives one transfer into `buf` and returns its length in bytes; 0 is a transfer of no bytes (a zero-length packet).
    ///
    /// A transfer that fills `buf` ends there, with or without a short packet behind it: a peer that knows the size of the
    /// buffer, as that of MBIM does, sends none. Give a buffer whose length is a multiple of the pipe's packet size; many
    /// controllers take no other.
    ///
    /// # Errors
    ///
    /// Whatever the carrier reports: of kind [`NotConnected`](embedded_io::ErrorKind) when the peer is gone. After another
    /// one the next transfer can be received.
    ///
    /// # Cancellation
    ///
    /// Cancel-safe: dropping the future loses no transfer.
    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error>;
}

/// Sends whole transfers.
#[allow(async_fn_in_trait)]
pub trait TransferOut {
    /// What can go wrong with the carrier.
    type Error: embedded_io::Error;

    /// Sends one transfer. With `terminate` a zero-length packet ends one whose length is a multiple of the pipe's packet
    /// size; without, the receiver knows the length otherwise. A transfer of no bytes is a zero-length packet either way.
    ///
    /// # Errors
    ///
    /// Whatever the carrier reports: of kind [`NotConnected`](embedded_io::ErrorKind) when the peer is gone.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the pipe usable; the transfer has gone as a whole or not at all as far as later ones can
    /// tell: an implementation that can be stopped half-way finishes or ends it at the next call.
    async fn send(&mut self, transfer: &[u8], terminate: bool) -> Result<(), Self::Error>;
}

impl<T: TransferIn + ?Sized> TransferIn for &mut T {
    type Error = T::Error;

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
        T::receive(self, buf).await
    }
}

impl<T: TransferOut + ?Sized> TransferOut for &mut T {
    type Error = T::Error;

    async fn send(&mut self, transfer: &[u8], terminate: bool) -> Result<(), Self::Error> {
        T::send(self, transfer, terminate).await
    }
}
