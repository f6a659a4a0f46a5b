//! Lines on the semihosting console, and the measured figures. What printing itself takes of the stack is left out.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};
use core::sync::atomic::{AtomicUsize, Ordering};

use cortex_m_semihosting::hprintln;

use crate::platform::memory;

/// Most bytes of stack in use, outside [`print`].
static STACK_PEAK: AtomicUsize = AtomicUsize::new(0);

/// Prints a line.
pub(crate) fn print(text: fmt::Arguments<'_>) {
    STACK_PEAK.fetch_max(memory::stack_peak(), Ordering::Relaxed);
    hprintln!("{}", text);
    memory::paint_stack();
}

/// Prints a line, with the arguments of `format_args!`.
macro_rules! line {
    ($($arg:tt)*) => { $crate::report::print(format_args!($($arg)*)) };
}
pub(crate) use line;

/// An IPv4 address. The standard library's own printing of addresses slices and unwraps, and so links panics.
pub(crate) struct V4(pub(crate) Ipv4Addr);

impl fmt::Display for V4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.0.octets();
        write!(f, "{a}.{b}.{c}.{d}")
    }
}

/// An IPv6 address, without abbreviation.
pub(crate) struct V6(pub(crate) Ipv6Addr);

impl fmt::Display for V6 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g, h, i] = self.0.segments();
        write!(f, "{a:x}:{b:x}:{c:x}:{d:x}:{e:x}:{g:x}:{h:x}:{i:x}")
    }
}

/// Prints the figures, in bytes: `run.sh` compares the first three with its budget.
pub(crate) fn figures(future: usize, client: usize) {
    line!("flash {}", memory::flash());
    line!("statics {}", memory::statics());
    line!("stack {}", STACK_PEAK.load(Ordering::Relaxed));
    line!("of the stack: client {client}, future of all steps {future}");
}
