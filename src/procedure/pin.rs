//! What can be done with the codes of a SIM, for all protocols that do not have a type of their own for it.

use core::fmt;

/// What to do with a code. Its debug output leaves the codes out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PinOperation<'a> {
    /// Enter the PIN.
    Verify(&'a str),
    /// Unblock the PIN: the PUK and a new PIN. Over AT only while the PUK is asked for.
    Unblock(&'a str, &'a str),
    /// Change the PIN: the old one and the new one.
    Change(&'a str, &'a str),
    /// Have the PIN asked for, or not; it has to be given either way.
    Protect(bool, &'a str),
}

impl fmt::Debug for PinOperation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verify(_) => "Verify",
            Self::Unblock(..) => "Unblock",
            Self::Change(..) => "Change",
            Self::Protect(..) => "Protect",
        })
    }
}
